"""What was proposed, by whom, and for whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprep.data.labels import fold, match
from coprep.data.process.coded import Authorship, Ideas
from coprep.data.process.tables.columns import Coded, positions
from coprep.data.process.tables.participants import People
from coprep.data.process.tables.reader import IDEA_COLUMNS, Desk
from coprep.wording.labels import listed, nearest, show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

__all__ = [
    "Named",
    "no_authors",
    "read_authorship",
    "read_beneficiaries",
    "read_ideas",
    "unknown_groups",
]

STATUS: Mapping[str, float] = {
    "submitted": np.nan,
    "shortlisted": np.nan,
    "adopted": 1.0,
    "delivered": 1.0,
    "rejected": 0.0,
    "merged": np.nan,
}
"""What each status says about adoption: 1 yes, 0 no, nan not yet decided."""

_EVERYONE = frozenset({"everyone", "everybody", "all"})


def read_ideas(desk: Desk) -> Ideas | None:
    """The ideas of their table, or those named in other tables where there is none."""
    if not desk.has("ideas"):
        desk.ideas = desk.all_labels((table, "idea_id") for table in IDEA_COLUMNS)
        if desk.ideas:
            desk.notes.append(
                f"no ideas table: {count_of(len(desk.ideas), 'idea')} known by id alone."
            )
        return plain_ideas(desk.ideas) if desk.ideas else None
    cells = desk.cells("ideas")
    ids = cells.ids("idea_id")
    desk.ideas = ids.labels
    blank = int((ids.codes < 0).sum())
    if blank:
        desk.problems.add(
            f"ideas: {count_of(blank, 'row')} without an idea_id.",
            code="missing_id",
            param="ideas.idea_id",
            got=blank,
            hint="number the ideas; any text will do.",
        )
    desk.no_repeats("ideas", [ids.codes], "idea_id")
    if blank or len(ids.labels) != len(ids.codes):
        return plain_ideas(ids.labels)
    return _full_ideas(desk, np.argsort(ids.codes, kind="stable"))


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
        created_at=np.full(n, np.datetime64("NaT", "s")),
        text=None,
        language=None,
        merged_into=none,
        area=none,
        areas=(),
    )


def _full_ideas(desk: Desk, order: NDArray[np.intp]) -> Ideas:
    cells = desk.cells("ideas")
    topic, stage, area = cells.groups("topic"), cells.groups("stage"), cells.groups("area")
    status, decided = _status(desk, cells.labels("status"))
    merged = _merged(desk, cells.ids("merged_into"))[order]
    _odd_merges(desk, [status[i] for i in order], merged)
    text = cells.text("text")
    language = cells.labels("language").text() if cells.has("language") else None
    return Ideas(
        ids=desk.ideas,
        topic=topic.codes[order],
        topics=topic.labels,
        stage=stage.codes[order],
        stages=stage.labels,
        adopted=_fate(desk, decided[order], merged),
        cost=_not_negative(desk, "cost")[order],
        support=_not_negative(desk, "support")[order],
        is_host=(cells.flags("is_host") == 1)[order],
        status=tuple(status[i] for i in order),
        created_at=cells.moments("created_at")[order],
        text=None if text is None else tuple(text[i] for i in order),
        language=None if language is None else tuple(language[i] for i in order),
        merged_into=merged,
        area=area.codes[order],
        areas=area.labels,
    )


def _not_negative(desk: Desk, column: str) -> NDArray[np.float64]:
    values = desk.cells("ideas").numbers(column)
    bad = int(((values < 0) | np.isinf(values)).sum())
    if bad:
        desk.problems.add(
            f"ideas: {count_of(bad, 'row')} with a negative or infinite {column}.",
            code="out_of_range",
            param=f"ideas.{column}",
            got=bad,
            hint="leave the cell empty where it is not known.",
        )
    return values


def _status(desk: Desk, column: Coded) -> tuple[tuple[str | None, ...], NDArray[np.float64]]:
    """The status of each row in the model's words, and what it says about adoption."""
    folded = {name: fold(name) for name in column.labels}
    strange = [name for name in column.labels if folded[name] not in STATUS]
    if strange:
        close = nearest(strange[0], STATUS)
        n = int(np.isin(column.codes, [column.labels.index(name) for name in strange]).sum())
        desk.problems.add(
            f"ideas: {count_of(n, 'row')} with a status of {listed(strange)}; it may be {listed(STATUS, most=6)}.",
            code="unknown_choice",
            param="ideas.status",
            got=tuple(strange[:3]),
            expected=tuple(STATUS),
            hint=f"did you mean {show(close)}?" if close else None,
        )
    words = Coded(column.codes, tuple(folded[name] for name in column.labels)).text()
    lookup = np.array([*(STATUS.get(folded[name], np.nan) for name in column.labels), np.nan])
    return words, lookup[column.codes]


def _merged(desk: Desk, column: Coded) -> NDArray[np.intp]:
    into, strange = positions(column, desk.ideas)
    if strange:
        close = nearest(strange[0], desk.ideas) if len(desk.ideas) <= 10_000 else None
        desk.problems.add(
            f"ideas: merged_into names {count_of(len(strange), 'idea')} that ideas lacks: {listed(strange)}.",
            code="unknown_idea",
            param="ideas.merged_into",
            got=strange[:3],
            hint=f"did you mean {show(close)}?" if close else None,
        )
    return into


def _odd_merges(desk: Desk, status: Sequence[str | None], merged: NDArray[np.intp]) -> None:
    lost = sum(s == "merged" and into < 0 for s, into in zip(status, merged, strict=True))
    if lost:
        desk.notes.append(
            f"ideas: {count_of(lost, 'idea')} merged, but not said into which: what became of it is unknown."
        )
    own = sum(
        s not in {None, "merged"} and into >= 0 for s, into in zip(status, merged, strict=True)
    )
    if own:
        desk.notes.append(
            f"ideas: {count_of(own, 'idea')} with a status of its own and a merged_into: "
            "what became of the idea it was merged into counts."
        )


def _fate(
    desk: Desk, decided: NDArray[np.float64], merged: NDArray[np.intp]
) -> NDArray[np.float64]:
    """A merged idea shares the fate of the idea at the end of its chain; a circle of merges is a problem."""
    end = np.where(merged >= 0, merged, np.arange(len(merged)))
    for _ in range(len(merged).bit_length()):
        end = end[end]
    circular = int((merged[end] >= 0).sum())
    if circular:
        desk.problems.add(
            f"ideas: {count_of(circular, 'idea')} merged in a circle.",
            code="circular_merge",
            param="ideas.merged_into",
            got=circular,
            hint="let merged_into name the idea that was kept; leave it empty for that idea.",
        )
    return decided[end]


def no_authors() -> Authorship:
    """An authorship without rows."""
    return Authorship(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))


def read_authorship(desk: Desk, ideas: Ideas | None) -> Authorship:
    """Who wrote what, from idea_authors and from the ideas' author_id."""
    if ideas is None or not len(ideas):
        return no_authors()
    idea, person, share = _author_rows(desk)
    lead = _lead_authors(desk, len(ideas))
    listed_ideas = np.zeros(len(ideas), dtype=bool)
    listed_ideas[idea] = True
    pairs = set(zip(idea.tolist(), person.tolist(), strict=True)) if len(idea) else set()
    both = np.flatnonzero(listed_ideas & (lead >= 0))
    odd = sum((int(i), int(lead[i])) not in pairs for i in both)
    if odd:
        desk.problems.add(
            f"ideas: {count_of(odd, 'idea')} with an author_id that idea_authors does not list for the idea.",
            code="author_mismatch",
            param="ideas.author_id",
            got=odd,
            hint="list every author in idea_authors, or leave one of the two out.",
        )
    _odd_shares(desk, idea, share, len(ideas))
    alone = np.flatnonzero(~listed_ideas & (lead >= 0))
    idea = np.concatenate([idea, alone])
    person = np.concatenate([person, lead[alone]])
    share = _shares(idea, np.concatenate([share, np.ones(len(alone))]), len(ideas))
    without = len(ideas) - len(np.unique(idea))
    if without and len(idea):
        desk.notes.append(f"without a known author: {count_of(without, 'idea')} of {len(ideas):,}.")
    order = np.lexsort((person, idea))
    return Authorship(idea[order], person[order], share[order])


def _author_rows(desk: Desk) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    if not desk.has("idea_authors"):
        return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
    idea, person = desk.of_ideas("idea_authors"), desk.persons("idea_authors")
    desk.no_repeats("idea_authors", [idea, person], "idea and participant")
    share = desk.cells("idea_authors").numbers("share")
    bad = int(((share < 0) | np.isinf(share)).sum())
    if bad:
        desk.problems.add(
            f"idea_authors: {count_of(bad, 'share')} are negative or infinite.",
            code="out_of_range",
            param="idea_authors.share",
            got=bad,
            hint="give parts of 1, or leave the column out for equal shares.",
        )
    known = (idea >= 0) & (person >= 0)
    blank = int((desk.cells("idea_authors").ids("participant_id").codes < 0).sum())
    if blank:
        desk.notes.append(
            f"idea_authors: left out {count_of(blank, 'row')} without a participant_id; the others share the idea."
        )
    return idea[known], person[known], share[known]


def _odd_shares(desk: Desk, idea: NDArray[np.intp], share: NDArray[np.float64], n: int) -> None:
    """Notes on shares that were not parts of 1."""
    if not desk.has("idea_authors", "share"):
        return
    total = np.bincount(idea, share, minlength=n)[np.unique(idea)]
    lacking = int((~(total > 0)).sum())
    if lacking:
        desk.notes.append(
            f"idea_authors: {count_of(lacking, 'idea')} with shares missing or 0: counted as equal shares."
        )
    odd = int((np.abs(total[total > 0] - 1) > 0.01).sum())
    if odd:
        desk.notes.append(
            f"idea_authors: {count_of(odd, 'idea')} whose shares do not add to 1: scaled so that they do."
        )


def _lead_authors(desk: Desk, n: int) -> NDArray[np.intp]:
    if not desk.has("ideas", "author_id"):
        return np.full(n, -1, dtype=np.intp)
    cells = desk.cells("ideas")
    ids = cells.ids("idea_id").codes
    lead = np.full(n, -1, dtype=np.intp)
    lead[ids[ids >= 0]] = desk.persons("ideas", "author_id")[ids >= 0]
    return lead


def _shares(idea: NDArray[np.intp], share: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Shares that add to 1 over each idea; equal where any is missing or all are 0."""
    total = np.bincount(idea, share, minlength=n)
    authors = np.bincount(idea, minlength=n)
    equal = ~(total > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(equal[idea], 1 / authors[idea], share / total[idea])


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """The groups that ideas are for, in one attribute: one row an (idea, group) pair.

    Attributes
    ----------
    groups : tuple of str
        Those of the attribute's `Grouping`, then named groups that nobody belongs to, sorted.
    idea, group : array of intp
    weight : array of float
    """

    groups: tuple[str, ...]
    idea: NDArray[np.intp]
    group: NDArray[np.intp]
    weight: NDArray[np.float64]

    def matrix(self, n_ideas: int) -> NDArray[np.float64]:
        """Ideas by groups; 0 where a group is not named."""
        weights = np.zeros((n_ideas, len(self.groups)))
        weights[self.idea, self.group] = self.weight
        return weights


def read_beneficiaries(
    desk: Desk, people: People, also: Mapping[str, Collection[str]]
) -> dict[str, Named]:
    """Which groups each idea is for, by attribute.

    ``also`` names groups by attribute that nobody who took part may belong to, such as those of a baseline.
    """
    if not desk.has("beneficiaries"):
        return {}
    cells = desk.cells("beneficiaries")
    idea = desk.of_ideas("beneficiaries")
    attribute, group = cells.labels("attribute"), cells.groups("group")
    weight = cells.numbers("weight")
    weight = np.where(np.isnan(weight), 1.0, weight)
    _bad_weights(desk, weight)
    tied = _attributes(desk, attribute, people, also)
    blank = (attribute.codes < 0) | (group.codes < 0)
    if blank.any():
        desk.notes.append(
            f"beneficiaries: left out {count_of(int(blank.sum()), 'row')} without attribute or group."
        )
    result: dict[str, Named] = {}
    for name in dict.fromkeys(tied):
        if name is not None:
            codes = [code for code, own in enumerate(tied) if own == name]
            rows = np.isin(attribute.codes, codes) & ~blank & (idea >= 0)
            here = people.grouping(name).groups if name in people.attributes else ()
            column = Coded(group.codes[rows], group.labels)
            result[name] = _one_attribute(
                desk,
                name,
                here,
                also.get(name, ()),
                idea=idea[rows],
                column=column,
                weight=weight[rows],
            )
    return result


def _bad_weights(desk: Desk, weight: NDArray[np.float64]) -> None:
    bad = int(((weight < 0) | np.isinf(weight)).sum())
    if bad:
        desk.problems.add(
            f"beneficiaries: {count_of(bad, 'weight')} are negative or infinite.",
            code="out_of_range",
            param="beneficiaries.weight",
            got=bad,
            hint="a weight is 0 or more; leave it empty for 1.",
        )


def _attributes(
    desk: Desk, column: Coded, people: People, also: Mapping[str, Collection[str]]
) -> list[str | None]:
    """The participants' own name for each attribute that beneficiaries name."""
    known = (*people.attributes, *(name for name in also if name not in people.attributes))
    tied = match(column.labels, known)
    for code, name in enumerate(column.labels):
        if tied[name] is None:
            n, close = int((column.codes == code).sum()), nearest(name, known)
            desk.problems.add(
                f"beneficiaries: {count_of(n, 'row')} about {show(name)}, which participants have no column for"
                + (f"; they have {listed(known, most=8)}." if known else "."),
                code="unknown_attribute",
                param="beneficiaries.attribute",
                got=name,
                expected=known,
                hint=f"did you mean {show(close)}?"
                if close
                else "pass participants= with a column of this name, so that it is known who belongs to which group.",
            )
    return [tied[name] for name in column.labels]


def _one_attribute(
    desk: Desk,
    name: str,
    here: tuple[str, ...],
    also: Collection[str],
    *,
    idea: NDArray[np.intp],
    column: Coded,
    weight: NDArray[np.float64],
) -> Named:
    used = [column.labels[code] for code in np.unique(column.codes)]
    known = tuple(dict.fromkeys((*here, *also)))
    tied = match(used, known)
    everyone = {g for g in used if tied[g] is None and fold(g) in _EVERYONE}
    strange = [g for g in used if tied[g] is None and g not in everyone]
    unknown_groups(desk, "beneficiaries", name, column, strange=strange, known=known)
    named = [tied[g] for g in used if tied[g] is not None]
    groups = (*here, *sorted({g for g in named if g is not None} - set(here)))
    place = {g: i for i, g in enumerate(groups)}
    lookup = [-2 if g in everyone else place.get(tied.get(g) or "", -1) for g in column.labels]
    group = np.array(lookup, dtype=np.intp)[column.codes]
    idea, group, weight = _spread(desk, (name, len(groups)), idea, group, weight)
    desk.no_repeats("beneficiaries", [idea, group], f"idea and group of {show(name)}")
    keep = group >= 0
    return Named(groups, idea[keep], group[keep], weight[keep])


def _spread(
    desk: Desk,
    named: tuple[str, int],
    idea: NDArray[np.intp],
    group: NDArray[np.intp],
    weight: NDArray[np.float64],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Rows for "everyone" become one row a group."""
    (name, k), wide = named, group == -2
    if not wide.any():
        return idea, group, weight
    ideas = count_of(int(wide.sum()), "idea")
    desk.notes.append(f"{ideas} named for everyone: counted as naming every {plainly(name)}.")
    all_ideas, all_groups = np.repeat(idea[wide], k), np.tile(np.arange(k), int(wide.sum()))
    # An idea may be for everyone and name a group as well: the row that names the group says more.
    fresh = ~np.isin(all_ideas * np.intp(k) + all_groups, (idea * np.intp(k) + group)[group >= 0])
    return (
        np.concatenate([idea[~wide], all_ideas[fresh]]),
        np.concatenate([group[~wide], all_groups[fresh]]),
        np.concatenate([weight[~wide], np.repeat(weight[wide], k)[fresh]]),
    )


def unknown_groups(
    desk: Desk,
    table: str,
    name: str,
    column: Coded,
    *,
    strange: Sequence[str],
    known: Sequence[str],
) -> None:
    """A problem where a table names ``strange`` groups of attribute ``name`` that are not among the ``known``."""
    if not strange:
        return
    wanted = set(strange)
    codes = [code for code, group in enumerate(column.labels) if group in wanted]
    close = nearest(strange[0], known) if len(known) <= 10_000 else None
    desk.problems.add(
        f"{table}: {count_of(int(np.isin(column.codes, codes).sum()), 'row')} for {listed(strange)} in {show(name)}, "
        f"which no participant has; they have {listed(known, most=8)}.",
        code="unknown_group",
        param=f"{table}.group",
        got=tuple(strange[:3]),
        expected=tuple(known),
        hint=f"did you mean {show(close)}?"
        if close
        else "if it is a group of the community that did not come, give a baseline that has it.",
    )
