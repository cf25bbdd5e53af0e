"""Reads exported Polis conversations: statements, their authors, and who agreed."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.data.files import Columns, as_path, read_csv, read_text
from coprep.data.frames import open_frame
from coprep.data.labels import label
from coprep.data.process.process import Process
from coprep.errors import InputError, Problems
from coprep.findings import Note, counted
from coprep.wording.labels import listed, nearest, show

_OPINION_GROUP = "opinion_group"
_WIDE = ("participants-votes.csv", "participant-votes.csv")


@dataclass(frozen=True, slots=True)
class _Votes:
    """Voter, statement and value of each vote, and the table of people."""

    voter: NDArray[np.object_]
    statement: NDArray[np.object_]
    value: NDArray[np.float64]
    people: Columns


def read_polis(folder: str | PathLike[str], *, participants: Any = None) -> Process:
    r"""Who wrote which statement, and who agreed?

    Parameters
    ----------
    folder : path
        An export: ``comments.csv`` with ``participants-votes.csv`` (or ``participant-votes.csv``,
        or ``votes.csv``), and ``summary.csv`` if at hand. Names may begin with the report's id, as
        downloads do.
    participants : data frame, optional
        Attributes of the people, tied by a column ``participant_id`` or, where the export carries
        it, ``xid``.

    Returns
    -------
    Process
        Ratings are of kind ``agree``: 1 agree, -1 disagree, 0 pass, no row where a statement was
        not shown. The platform's own opinion groups are the attribute ``opinion_group``, which
        `Process.from_votes` names: they are clusters of these very votes and must not be compared
        on them. Seed statements are host ideas. Statements that moderators rejected are left out
        with their votes. Votes of authors on their own statements, which the platform casts by
        itself, are kept and marked (`Ballots.is_self`).

    Raises
    ------
    InputError
        Where files or columns are missing.

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
    comments = _table(_file(place, "comments.csv"), ("comment-id", "author-id"))
    notes: list[Note] = []
    kept = _accepted(comments, notes)
    votes = _votes(place, set(comments["comment-id"]), notes)
    value = _signed(comments, votes, notes)
    on_board = set(kept["comment-id"])
    keep = np.fromiter((name in on_board for name in votes.statement), dtype=bool)
    if not keep.all():
        template = "left out: {votes} on rejected or unlisted statements."
        notes.append(Note.of("votes_left_out", template, votes=counted(int((~keep).sum()), "vote")))
    people = _people(votes.people, kept, participants, notes)
    ratings = {
        "participant_id": votes.voter[keep].tolist(),
        "idea_id": votes.statement[keep].tolist(),
        "value": value[keep].tolist(),
        "kind": ["agree"] * int(keep.sum()),
    }
    title = _title(place)
    return Process.of_tables(
        {
            "participants": people,
            "ideas": _ideas(kept, notes),
            "ratings": ratings if len(votes.voter) else None,
        },
        notes=notes,
        title=title,
        from_votes=(_OPINION_GROUP,) if _OPINION_GROUP in people else (),
        sources=(f"Polis: {title or place.name}",),
    )


def _file(place: Path, *names: str) -> Path:
    """The file of one of these names, also where a download put the report's id in front."""
    for name in names:
        found = [place / name] if (place / name).is_file() else sorted(place.glob(f"*-{name}"))
        found = [file for file in found if name != "votes.csv" or not file.name.endswith(_WIDE)]
        if len(found) > 1:
            raise InputError.of(
                f"{place.name} holds several exports: {listed(file.name for file in found)}.",
                code="duplicate_table",
                param="folder",
                got=tuple(file.name for file in found),
                hint="put each export into a folder of its own.",
            )
        if found:
            return found[0]
    return place / names[0]


def _table(file: Path, needed: tuple[str, ...]) -> Columns:
    columns = {column.replace("_", "-"): cells for column, cells in read_csv(as_path(file)).items()}
    problems = Problems()
    for column in needed:
        if column not in columns:
            close = nearest(column, columns)
            problems.add(
                f"{file.name} has no column {column!r}; it has {listed(columns, most=10)}.",
                code="missing_column",
                param=f"{file.name}.{column}",
                hint=f"did you mean {show(close)}?" if close else None,
            )
    problems.raise_if_any()
    return columns


def _title(place: Path) -> str:
    """The topic that the summary names; else the folder's name."""
    file = _file(place, "summary.csv")
    if file.is_file():
        for row in csv.reader(read_text(file).replace("\x00", "").splitlines()):
            if row[:1] == ["topic"] and len(row) > 1 and row[1].strip():
                return row[1].strip()
    return place.name


def _accepted(comments: Columns, notes: list[Note]) -> Columns:
    """The statements that moderators did not reject."""
    n = len(comments["comment-id"])
    moderated = comments.get("moderated", [None] * n)
    keep = [cell != "-1" for cell in moderated]
    about_itself = comments.get("is-meta", [None] * n)
    meta = sum(k and _is_true(cell) for k, cell in zip(keep, about_itself, strict=True))
    for code, template, found in (
        ("rejected", "left out: {statements} that moderators rejected.", n - sum(keep)),
        (
            "unmoderated",
            "kept: {statements} that moderators did not look at.",
            sum(cell == "0" for cell in moderated),
        ),
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


def _is_true(cell: str | None) -> bool:
    return (cell or "").casefold() == "true"


def _votes(place: Path, known: Collection[str | None], notes: list[Note]) -> _Votes:
    wide = _file(place, *_WIDE)
    long = _file(place, "votes.csv")
    if wide.is_file():
        return _wide_votes(_table(wide, ("participant",)), known)
    if not long.is_file():
        raise InputError.of(
            f"{place.name} has neither 'participants-votes.csv' nor 'votes.csv'.",
            code="no_such_file",
            param="folder",
            hint="export the conversation's votes and put the file here.",
        )
    return _long_votes(_table(long, ()), notes)


def _wide_votes(table: Columns, known: Collection[str | None]) -> _Votes:
    """Votes with a column a statement."""
    statements = [name for name in table if name in known or name.isdigit()]
    columns = np.array([table[name] for name in statements], dtype=object)
    cells = columns.reshape(len(statements), -1).T
    row, column = np.nonzero(cells != None)  # noqa: E711  (elementwise)
    return _Votes(
        voter=np.array(table["participant"], dtype=object)[row],
        statement=np.array(statements, dtype=object)[column],
        value=_numbers(cells[row, column], "participants-votes.csv"),
        people=table,
    )


def _numbers(cells: NDArray[np.object_], name: str) -> NDArray[np.float64]:
    try:
        return cells.astype(np.float64)
    except (ValueError, TypeError):
        raise InputError.of(
            f"{name} has votes or numbers of votes that are no numbers.",
            code="unreadable_cells",
            param=name,
            hint="a vote is 1 (agree), -1 (disagree), 0 (pass), or an empty cell.",
        ) from None


def _long_votes(table: Columns, notes: list[Note]) -> _Votes:
    """Votes one a row; where somebody voted again, the last counts."""
    names = (("voter-id", "pid"), ("comment-id", "tid"), ("vote",))
    found = [next((c for c in choices if c in table), None) for choices in names]
    lacking = [choices[0] for choices, held in zip(names, found, strict=True) if held is None]
    if lacking:
        raise InputError.of(
            f"votes.csv has no column {listed(lacking)}; it has {listed(table, most=8)}.",
            code="missing_column",
            param="votes.csv",
        )
    voters, statements, votes = (table[column or ""] for column in found)
    times = table.get("timestamp", table.get("created", [None] * len(votes)))
    # Times are counts of seconds or milliseconds: a longer one is later.
    order = sorted(range(len(votes)), key=lambda i: (len(times[i] or ""), times[i] or "", i))
    last = {(voters[i], statements[i]): votes[i] for i in order}
    changed = len(votes) - len(last)
    if changed:
        template = "left out: {votes} that people changed later; the last counts."
        notes.append(Note.of("votes_changed", template, votes=counted(changed, "vote")))
    pairs = np.array([*last], dtype=object).reshape(-1, 2)
    return _Votes(
        voter=pairs[:, 0],
        statement=pairs[:, 1],
        value=_numbers(np.array([*last.values()], dtype=object), "votes.csv"),
        people={"participant": [*sorted({str(v) for v in voters})]},
    )


def _signed(comments: Columns, votes: _Votes, notes: list[Note]) -> NDArray[np.float64]:
    """Votes with 1 for agreement, by the platform's own totals."""
    if "agrees" not in comments or "disagrees" not in comments or not len(votes.value):
        return votes.value
    ids = comments["comment-id"]
    place = {name: i for i, name in enumerate(ids)}
    code = np.array([place.get(name, -1) for name in votes.statement], dtype=np.intp)
    up, down = (
        np.bincount(code[(code >= 0) & (votes.value == sign)], minlength=len(ids))
        for sign in (1, -1)
    )
    agrees, disagrees = (
        _numbers(np.array([cell or "0" for cell in comments[name]], dtype=object), "comments.csv")
        for name in ("agrees", "disagrees")
    )
    as_is = np.abs(up - agrees).sum() + np.abs(down - disagrees).sum()
    turned = np.abs(down - agrees).sum() + np.abs(up - disagrees).sum()
    if turned >= as_is:
        return votes.value
    text = "votes are written with -1 for agreement; they were turned round."
    notes.append(Note("votes_turned", text))
    return -votes.value


def _people(
    people: Columns, comments: Columns, given: Any, notes: list[Note]
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
    if given is None:
        return table
    frame = open_frame(given)
    key = "participant_id" if frame.has("participant_id") else "xid"
    names = ids if key == "participant_id" else [*people.get("xid", [None] * len(voters)), *nothing]
    others = [c for c in frame.columns if c != key]
    values = frame.collect([key, *others])
    row = {name: i for i, name in enumerate(map(label, values[key])) if name is not None}
    place = [row.get(label(name) or "", -1) for name in names]
    for column in others:
        table[column] = [values[column][i] if i >= 0 else None for i in place]
    template = "attributes were tied to {tied} of {people} by {key}."
    people_in_all = counted(len(ids), "person", "people")
    tied = sum(i >= 0 for i in place)
    notes.append(Note.of("attributes_tied", template, tied=tied, people=people_in_all, key=key))
    return table


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
