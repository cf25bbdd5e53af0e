"""Reads what was proposed, by whom, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprep.data.process.coded import Authorship, Ideas
from coprep.data.process.tables.columns import NO_MOMENT
from coprep.data.process.tables.reader import Reader, Rows
from coprep.data.process.tables.schema import STATUS
from coprep.findings import counted


def read_ideas(reader: Reader) -> Ideas | None:
    """The ideas of their table, or those named in other tables where there is none."""
    if not reader.has("ideas"):
        reader.ideas = reader.all_ids("idea")
        if not reader.ideas:
            return None
        template = "no ideas table: {ideas} known by id alone."
        reader.note_some("ideas_by_id_alone", template, ideas=len(reader.ideas))
        return plain_ideas(reader.ideas)
    rows = reader.rows("ideas")
    ids = rows.labels("idea_id")
    reader.ideas = ids.labels
    rows.no_repeats()
    if len(ids.labels) != rows.n:
        return plain_ideas(ids.labels)
    return _full_ideas(reader, rows, np.argsort(ids.codes, kind="stable"))


def plain_ideas(ids: tuple[str, ...]) -> Ideas:
    """Ideas of which nothing but the id is known."""
    n = len(ids)
    none = np.full(n, -1, dtype=np.intp)
    nan = np.full(n, np.nan)
    return Ideas(
        ids=ids,
        topic=none,
        topics=(),
        stage=none,
        stages=(),
        adopted=nan,
        cost=nan,
        support=nan,
        is_host=np.zeros(n, dtype=bool),
        status=(None,) * n,
        created_at=np.full(n, NO_MOMENT),
        text=None,
        language=None,
        merged_into=none,
        area=none,
        areas=(),
    )


def _full_ideas(reader: Reader, rows: Rows, order: NDArray[np.intp]) -> Ideas:
    """The ideas in the order of their ids."""
    topic, stage, area, status = (rows.labels(c) for c in ("topic", "stage", "area", "status"))
    words = _in_order(status.text(), order)
    decided = np.array([*(STATUS[word] for word in status.labels), np.nan])[status.codes][order]
    merged = rows.places("merged_into")[order]
    _odd_merges(reader, words, merged)
    text = rows.text("text")
    return Ideas(
        ids=reader.ideas,
        topic=topic.codes[order],
        topics=topic.labels,
        stage=stage.codes[order],
        stages=stage.labels,
        adopted=_fate(reader, decided, merged),
        cost=rows.numbers("cost")[order],
        support=rows.numbers("support")[order],
        is_host=(rows.numbers("is_host") == 1)[order] | _by_hosts(reader),
        status=words,
        created_at=rows.moments("created_at")[order],
        text=None if text is None else _in_order(text, order),
        language=(
            _in_order(rows.labels("language").text(), order) if rows.has("language") else None
        ),
        merged_into=merged,
        area=area.codes[order],
        areas=area.labels,
    )


def _in_order(values: Sequence[str | None], order: NDArray[np.intp]) -> tuple[str | None, ...]:
    return tuple(values[i] for i in order)


def _odd_merges(reader: Reader, status: Sequence[str | None], merged: NDArray[np.intp]) -> None:
    """Note merged ideas of which too little is said, or two things."""
    pairs = list(zip(status, (merged >= 0).tolist(), strict=True))
    lost = sum(said == "merged" and not into for said, into in pairs)
    reader.note_some(
        "merged_into_unknown",
        "ideas: {ideas} merged, but not said into which: what became of it is unknown.",
        ideas=lost,
    )
    own = sum(said not in {None, "merged"} and into for said, into in pairs)
    reader.note_some(
        "merged_with_status",
        "ideas: {ideas} with a status of its own and a merged_into: "
        "what became of the idea it was merged into counts.",
        ideas=own,
    )


def _fate(
    reader: Reader, decided: NDArray[np.float64], merged: NDArray[np.intp]
) -> NDArray[np.float64]:
    """A merged idea shares the fate of the idea at the end of its chain; a circle is a problem."""
    end = np.where(merged >= 0, merged, np.arange(len(merged)))
    # Each step doubles how far the chain has been followed.
    for _ in range(len(merged).bit_length()):
        end = end[end]
    reader.refuse(
        "ideas.merged_into",
        "circular_merge",
        "merged in a circle",
        int((merged[end] >= 0).sum()),
        noun="idea",
        hint="let merged_into name the idea that was kept; leave it empty for that idea.",
    )
    return decided[end]


def _by_hosts(reader: Reader) -> NDArray[np.bool_]:
    """Which ideas hosts alone wrote."""
    n = len(reader.ideas)
    listed = np.zeros(n, dtype=np.intp)
    hosts = np.zeros(n, dtype=np.intp)
    if reader.has("idea_authors"):
        rows = reader.rows("idea_authors")
        idea = rows.places("idea_id")
        named = (idea >= 0) & (rows.labels("participant_id").codes >= 0)
        listed = np.bincount(idea[named], minlength=n)
        hosts = np.bincount(idea[named & rows.by_host("participant_id")], minlength=n)
    lead = np.zeros(n, dtype=bool)
    if reader.has("ideas", "author_id"):
        rows = reader.rows("ideas")
        lead[rows.labels("idea_id").codes] = rows.by_host("author_id")
    return np.where(listed > 0, listed == hosts, lead)


def no_authors() -> Authorship:
    """An authorship without rows."""
    return Authorship(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))


def read_authorship(reader: Reader, ideas: Ideas | None) -> Authorship:
    """Who wrote what, from idea_authors and from the ideas' author_id."""
    if ideas is None or not len(ideas):
        return no_authors()
    n = len(ideas)
    listed = _listed_authors(reader, n)
    lead = _lead_authors(reader, n)
    has_list = np.zeros(n, dtype=bool)
    has_list[listed.idea] = True
    pairs = set(zip(listed.idea.tolist(), listed.person.tolist(), strict=True))
    both = np.flatnonzero(has_list & (lead >= 0)).tolist()
    odd = sum((idea, int(lead[idea])) not in pairs for idea in both)
    reader.refuse(
        "ideas.author_id",
        "author_mismatch",
        "with an author_id that idea_authors does not list for the idea",
        odd,
        noun="idea",
        hint="list every author in idea_authors, or leave one of the two out.",
    )
    alone = np.flatnonzero(~has_list & (lead >= 0))
    idea = np.concatenate([listed.idea, alone])
    person = np.concatenate([listed.person, lead[alone]])
    share = _shares(idea, np.concatenate([listed.share, np.ones(len(alone))]), n)
    without = n - len(np.union1d(idea, np.flatnonzero(ideas.is_host)))
    if without and len(idea):
        reader.note(
            "ideas_without_author",
            "without a known author: {ideas} of {of}.",
            ideas=counted(without, "idea"),
            of=n,
        )
    order = np.lexsort((person, idea))
    return Authorship(idea[order], person[order], share[order])


def _listed_authors(reader: Reader, n: int) -> Authorship:
    """The authors of idea_authors, with their shares as given."""
    if not reader.has("idea_authors"):
        return no_authors()
    rows = reader.rows("idea_authors")
    idea = rows.places("idea_id")
    person = rows.places("participant_id")
    rows.no_repeats()
    share = rows.numbers("share")
    blank = int((rows.labels("participant_id").codes < 0).sum())
    reader.note_some(
        "rows_left_out",
        "idea_authors: left out {rows} without a participant_id; the others share the idea.",
        rows=blank,
    )
    known = (idea >= 0) & (person >= 0)
    listed = Authorship(idea[known], person[known], share[known])
    if rows.has("share"):
        _odd_shares(reader, listed, n)
    return listed


def _odd_shares(reader: Reader, listed: Authorship, n: int) -> None:
    """Note shares that are no parts of 1."""
    total = np.bincount(listed.idea, listed.share, minlength=n)[np.unique(listed.idea)]
    lacking = int((~(total > 0)).sum())
    reader.note_some(
        "shares_missing",
        "idea_authors: {ideas} with shares missing or 0: counted as equal shares.",
        ideas=lacking,
    )
    reader.note_some(
        "shares_scaled",
        "idea_authors: {ideas} whose shares do not add to 1: scaled so that they do.",
        ideas=int((np.abs(total[total > 0] - 1) > 0.01).sum()),
    )


def _lead_authors(reader: Reader, n: int) -> NDArray[np.intp]:
    """The author_id of each idea; -1 where there is none."""
    lead = np.full(n, -1, dtype=np.intp)
    if reader.has("ideas", "author_id"):
        rows = reader.rows("ideas")
        ids = rows.labels("idea_id").codes
        lead[ids[ids >= 0]] = rows.places("author_id")[ids >= 0]
    return lead


def _shares(idea: NDArray[np.intp], share: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Shares that add to 1 over each idea; equal where any is missing or all are 0."""
    total = np.bincount(idea, share, minlength=n)
    authors = np.bincount(idea, minlength=n)
    equal = ~(total > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(equal[idea], 1 / authors[idea], share / total[idea])
