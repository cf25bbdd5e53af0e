"""Reads exported Polis conversations: statements, their authors, and who agreed."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from coprep.data.files import Columns, as_path, read_text
from coprep.data.frames import Frame, open_frame
from coprep.data.labels import fold, label
from coprep.data.process.process import Process
from coprep.data.process.readers.polis_votes import (
    Sign,
    Votes,
    comments_of,
    file_of,
    signed,
    votes_of,
)
from coprep.errors import InputError
from coprep.findings import Note, counted
from coprep.wording.labels import listed
from coprep.wording.numbers import count_of

_OPINION_GROUP = "opinion_group"
_MODERATED = {
    **dict.fromkeys(("-1", "rejected", "reject", "hidden", "deleted", "spam", "no", "false"), -1),
    **dict.fromkeys(("0", "", "unmoderated", "pending", "none"), 0),
    **dict.fromkeys(("1", "accepted", "accept", "approved", "ok", "yes", "true"), 1),
}
_LEAST_FIRST = 5


def read_polis(
    folder: str | PathLike[str],
    *,
    participants: Any = None,
    hosts: Sequence[str | int] = (),
    agree: Sign | None = None,
) -> Process:
    r"""Who wrote which statement, and who agreed?

    Parameters
    ----------
    folder : path
        An export: ``comments.csv`` with ``participants-votes.csv`` (or ``participant-votes.csv``),
        ``votes.csv`` or both, and ``summary.csv`` if at hand. Names may begin with the report's id,
        as downloads do. The columns of the platform's database (tid, pid, txt, mod) are understood
        too, and votes in words (agree, disagree, pass or skip).
    participants : data frame, optional
        Attributes of the people, tied by a column ``participant_id`` or, where the export carries
        it, ``xid``.
    hosts : sequence of str or int
        Accounts of the organisers: their statements are host ideas, their votes do not count. A
        note says where one account wrote several statements before anybody else.
    agree : {1, -1}, optional
        The value of agreement in the votes; by default what the export's own totals, or the votes
        of authors on their own statements, show.

    Returns
    -------
    Process
        Ratings are of kind ``agree``: 1 agree, -1 disagree, 0 pass, no row where a statement was
        not shown. The platform's own opinion groups are the attribute ``opinion_group``, which
        `Process.from_votes` names: they are clusters of these very votes and must not be compared
        on them. Seed statements are host ideas. Statements that moderators rejected are left out
        with their votes. Votes of authors on their own statements, which the platform casts by
        itself, are kept and marked (`Ballots.is_self`, `Process.own_votes_automatic`).

    Raises
    ------
    InputError
        Where files or columns are missing, a word of moderation is not known, hosts wrote and voted
        nothing, participants cannot be tied or have several rows a person, or, in the database's
        columns, nothing tells which sign is agreement.

    Notes
    -----
    The platform's raw database writes agreement as -1, its exports as 1. The sign is checked
    against the agrees and disagrees that ``comments.csv`` counts, and turned where it is the other
    way round.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> _ = (folder / "comments.csv").write_text(
    ...     "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
    ...     "1700000000000,x,0,7,2,0,1,More trees\n"
    ... )
    >>> _ = (folder / "votes.csv").write_text(
    ...     "timestamp,datetime,comment-id,voter-id,vote\n"
    ...     "1700000001000,x,0,7,1\n"
    ...     "1700000002000,x,0,8,1\n"
    ... )
    >>> process = read_polis(folder)
    >>> len(process.people), len(process.ideas)
    (2, 1)
    """
    place = as_path(folder, folder=True)
    comments = comments_of(place)
    notes: list[Note] = []
    kept = _accepted(comments, notes)
    votes = votes_of(place, set(comments["comment-id"]), notes)
    value = signed(comments, votes, agree, notes)
    summary = _summary(place)
    _note_missing_voters(summary, votes, notes)
    on_board = set(kept["comment-id"])
    keep = np.fromiter((name in on_board for name in votes.statement), dtype=bool)
    if not keep.all():
        template = "left out: {votes} on rejected or unlisted statements."
        notes.append(Note.of("votes_left_out", template, votes=counted(int((~keep).sum()), "vote")))
    organisers = {str(name) for name in hosts}
    people = _people(votes.people, kept, participants, organisers, notes)
    ratings = {
        "participant_id": votes.voter[keep].tolist(),
        "idea_id": votes.statement[keep].tolist(),
        "value": value[keep].tolist(),
        "kind": ["agree"] * int(keep.sum()),
    }
    if not organisers:
        _note_first_author(kept, notes)
    title = summary.get("topic", place.name)
    return Process.of_tables(
        {
            "participants": people,
            "ideas": _ideas(kept, notes),
            "ratings": ratings if len(votes.voter) else None,
        },
        notes=notes,
        title=title,
        from_votes=(_OPINION_GROUP,) if _OPINION_GROUP in people else (),
        own_votes_automatic=True,
        sources=(f"Polis: {title}",),
    )


def _summary(place: Path) -> dict[str, str]:
    """What the summary says, by name; nothing where there is none."""
    file = file_of(place, "summary.csv")
    if not file.is_file():
        return {}
    rows = csv.reader(read_text(file).replace("\x00", "").splitlines())
    return {row[0]: row[1].strip() for row in rows if len(row) > 1 and row[1].strip()}


def _note_missing_voters(summary: dict[str, str], votes: Votes, notes: list[Note]) -> None:
    """Note where the summary counts more voters than there are votes of."""
    said = summary.get("voters", "")
    there = len({str(name) for name in votes.voter})
    if said.isdigit() and int(said) > there:
        template = (
            "the summary counts {said} voters, the votes are of {there}: the export may leave out "
            "people who voted on few statements; votes.csv has them."
        )
        notes.append(Note.of("voters_missing", template, said=int(said), there=there))


def _accepted(comments: Columns, notes: list[Note]) -> Columns:
    """The statements that moderators did not reject."""
    n = len(comments["comment-id"])
    fate = _moderation(comments.get("moderated", ["1"] * n))
    keep = [said != -1 for said in fate]
    about_itself = comments.get("is-meta", [None] * n)
    meta = sum(k and _is_true(cell) for k, cell in zip(keep, about_itself, strict=True))
    for code, template, found in (
        ("rejected", "left out: {statements} that moderators rejected.", n - sum(keep)),
        ("unmoderated", "kept: {statements} that moderators did not look at.", fate.count(0)),
        (
            "meta",
            "kept: {statements} about the conversation itself or asking who somebody is.",
            meta,
        ),
    ):
        if found:
            statements = counted(found, "statement")
            notes.append(Note.of(f"statements_{code}", template, statements=statements))
    return {
        name: [cell for cell, k in zip(cells, keep, strict=True) if k]
        for name, cells in comments.items()
    }


def _moderation(cells: Sequence[str | None]) -> list[int]:
    """What moderators said of each statement: -1 rejected, 0 nothing, 1 accepted."""
    words = [fold(cell or "").removesuffix(".0") for cell in cells]
    strange = sorted(set(words) - set(_MODERATED))
    if strange:
        n = sum(word in strange for word in words)
        raise InputError.of(
            f"comments.csv: {count_of(n, 'row')} with a moderation of {listed(strange)}; it may be "
            "-1 (rejected), 0 (not looked at) or 1 (accepted).",
            code="unknown_choice",
            param="comments.csv.moderated",
            got=tuple(strange[:3]),
            expected=(-1, 0, 1),
            hint="write these rows as -1, 0 or 1.",
        )
    return [_MODERATED[word] for word in words]


def _is_true(cell: str | None) -> bool:
    return (cell or "").casefold() in {"true", "1", "t", "yes"}


def _note_first_author(comments: Columns, notes: list[Note]) -> None:
    """Note where one account wrote several statements before anybody else did.

    Those who start a conversation mostly seed it, and older exports do not say which statements are
    seeds.
    """
    authors = comments["author-id"]
    seeds = [_is_true(cell) for cell in comments.get("is-seed", [None] * len(authors))]
    times = comments.get("timestamp", [None] * len(authors))
    written = [i for i in range(len(authors)) if not seeds[i] and authors[i] is not None]
    if any(seeds) or any(_moment(times[i]) is None for i in written):
        return
    order = sorted(written, key=lambda i: (len(times[i] or ""), times[i] or ""))
    first = [authors[i] for i in order]
    alone = next((i for i, author in enumerate(first) if author != first[0]), 0)
    if alone >= _LEAST_FIRST:
        template = (
            "one account wrote {alone} of its {own} statements before anybody else wrote: where it "
            "is the organisers', pass hosts= with the author of statement {statement:label}."
        )
        own = Counter(authors)[first[0]]
        statement = comments["comment-id"][order[0]]
        notes.append(Note.of("first_author", template, alone=alone, own=own, statement=statement))


def _people(
    people: Columns,
    comments: Columns,
    given: Any,
    hosts: set[str],
    notes: list[Note],
) -> dict[str, list[Any]]:
    """Everybody who voted or wrote, with the platform's groups and the attributes given."""
    voters = [str(name) for name in people["participant"]]
    authors = {str(a) for a in comments["author-id"] if a is not None}
    ids = [*voters, *sorted(authors - set(voters))]
    table: dict[str, list[Any]] = {"participant_id": list(ids)}
    nothing = [None] * (len(ids) - len(voters))
    if any(people.get("group-id", ())):
        groups = [None if cell is None else f"Group {cell}" for cell in people["group-id"]]
        table[_OPINION_GROUP] = [*groups, *nothing]
    if hosts:
        if not hosts <= set(ids):
            raise InputError.of(
                f"hosts names {count_of(len(hosts - set(ids)), 'account')} that neither wrote nor "
                "voted.",
                code="unknown_participant",
                param="hosts",
                hint="pass author-ids of comments.csv.",
            )
        table["is_host"] = [name in hosts for name in ids]
    if given is None:
        return table
    frame = open_frame(given)
    key = _key(frame, people)
    names = ids if key == "participant_id" else [*people["xid"], *nothing]
    others = [c for c in frame.columns if c != key]
    values = frame.collect([key, *others])
    _one_row_each(key, values[key], [values[name] for name in others])
    row = {name: i for i, name in enumerate(map(label, values[key])) if name is not None}
    place = [row.get(label(name) or "", -1) for name in names]
    for column in others:
        table[column] = [values[column][i] if i >= 0 else None for i in place]
    tied = sum(i >= 0 for i in place)
    if not tied:
        raise InputError.of(
            f"participants: nobody's {key} is one of the export's.",
            code="unknown_participant",
            param="participants",
            hint="participant_id is the export's number of a person, xid the id that the "
            "organisers' own site handed to the platform.",
        )
    template = "attributes were tied to {tied} of {people} by {key}."
    people_in_all = counted(len(ids), "person", "people")
    notes.append(Note.of("attributes_tied", template, tied=tied, people=people_in_all, key=key))
    return table


def _key(frame: Frame, people: Columns) -> str:
    """The column of participants that says who is meant."""
    if frame.has("participant_id"):
        return "participant_id"
    with_xid = any(people.get("xid", ()))
    if frame.has("xid") and with_xid:
        return "xid"
    wrong = (
        "participants are tied by xid, which the export does not carry."
        if frame.has("xid")
        else f"participants has neither participant_id nor xid; it has {listed(frame.columns)}."
    )
    raise InputError.of(
        wrong,
        code="missing_column",
        param="participants",
        got=tuple(frame.columns),
        expected=("participant_id", "xid"),
        hint="add a column participant_id: the export's number of each person.",
    )


def _one_row_each(key: str, names: Sequence[Any], columns: Sequence[Sequence[Any]]) -> None:
    """An error where one person has several rows that differ."""
    rows: dict[str, set[tuple[str | None, ...]]] = {}
    for name, *cells in zip(names, *columns, strict=True):
        rows.setdefault(label(name) or "", set()).add(tuple(label(cell) for cell in cells))
    several = sum(len(said) > 1 for name, said in rows.items() if name)
    if several:
        raise InputError.of(
            f"participants: {count_of(several, key)} with rows that differ.",
            code="duplicate_key",
            param="participants",
            got=several,
            hint="keep one row a person.",
        )


def _ideas(comments: Columns, notes: list[Note]) -> dict[str, list[Any]]:
    empty = [None] * len(comments["comment-id"])
    if "is-seed" not in comments:
        text = "the export does not say which statements the hosts seeded."
        notes.append(Note("seeds_unknown", text))
    return {
        "idea_id": comments["comment-id"],
        "author_id": comments["author-id"],
        "text": comments.get("comment-body", empty),
        "created_at": [_moment(cell) for cell in comments.get("timestamp", empty)],
        "is_host": [_is_true(cell) for cell in comments.get("is-seed", empty)],
    }


def _moment(cell: str | None) -> datetime | None:
    """The moment of a count of seconds or milliseconds since 1970: the one before 2286."""
    try:
        count = float(cell or "nan")
        return datetime.fromtimestamp(count / 1000 if count >= 1e10 else count, UTC)
    except (ValueError, OverflowError, OSError):
        return None
