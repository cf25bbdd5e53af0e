"""Exported Polis conversations: statements with authors, and who agreed with what was shown."""

from __future__ import annotations

import csv
from collections.abc import Collection
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
from coprep.wording.labels import listed, nearest, show
from coprep.wording.numbers import count_of

_OPINION_GROUP = "opinion_group"
_WIDE = ("participants-votes.csv", "participant-votes.csv")


def read_polis(folder: str | PathLike[str], *, participants: Any = None) -> Process:
    r"""Who wrote which statement, and who agreed?

    Parameters
    ----------
    folder : path
        An export: ``comments.csv`` with ``participants-votes.csv`` (or ``participant-votes.csv``, or ``votes.csv``),
        and ``summary.csv`` if at hand. Names may begin with the report's id, as downloads do.
    participants : data frame, optional
        Attributes of the people, tied by a column ``participant_id`` or, where the export carries it, ``xid``.

    Returns
    -------
    Process
        Ratings are of kind ``agree``: 1 agree, -1 disagree, 0 pass, no row where a statement was not shown. The
        platform's own opinion groups are the attribute ``opinion_group``, which `Process.from_votes` names: they are
        clusters of these very votes and must not be compared on them. Seed statements are host ideas. Statements
        that moderators rejected are left out with their votes. Votes of authors on their own statements, which the
        platform casts by itself, are kept and marked (`Ballots.is_self`).

    Raises
    ------
    InputError
        Where files or columns are missing.

    Notes
    -----
    The platform's raw database writes agreement as -1, its exports as 1. The sign is checked against the agrees and
    disagrees that ``comments.csv`` counts, and turned where it is the other way round.

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
    notes: list[str] = []
    kept = _accepted(comments, notes)
    voter, statement, value, people = _votes(place, set(comments["comment-id"]), notes)
    value = _signed(comments, statement, value, notes)
    listed_ids = set(kept["comment-id"])
    on_board = np.fromiter(
        (name in listed_ids for name in statement), dtype=bool, count=len(statement)
    )
    if not on_board.all():
        notes.append(
            f"left out: {count_of(int((~on_board).sum()), 'vote')} on rejected or unlisted statements."
        )
    person = _people(people, kept, participants, notes)
    ratings = {
        "participant_id": voter[on_board].tolist(),
        "idea_id": statement[on_board].tolist(),
        "value": value[on_board].tolist(),
        "kind": ["agree"] * int(on_board.sum()),
    }
    title = _title(place)
    return Process.of_tables(
        {
            "participants": person,
            "ideas": _ideas(kept, notes),
            "ratings": ratings if len(voter) else None,
        },
        known_groups={},
        notes=notes,
        title=title,
        from_votes=(_OPINION_GROUP,) if _OPINION_GROUP in person else (),
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
    name = file.name
    columns = {column.replace("_", "-"): cells for column, cells in read_csv(as_path(file)).items()}
    problems = Problems()
    for column in needed:
        if column not in columns:
            close = nearest(column, columns)
            problems.add(
                f"{name} has no column {column!r}; it has {listed(columns, most=10)}.",
                code="missing_column",
                param=f"{name}.{column}",
                hint=f"did you mean {show(close)}?" if close else None,
            )
    problems.raise_if_any()
    return columns


def _title(place: Path) -> str:
    file = _file(place, "summary.csv")
    if not file.is_file():
        return place.name
    rows = csv.reader(read_text(file).replace("\x00", "").splitlines())
    return (
        next((row[1].strip() for row in rows if row[:1] == ["topic"] and len(row) > 1), "")
        or place.name
    )


def _accepted(comments: Columns, notes: list[str]) -> Columns:
    """The statements that moderators did not reject."""
    moderated = comments.get("moderated", [None] * len(comments["comment-id"]))
    keep = [cell != "-1" for cell in moderated]
    rejected = len(keep) - sum(keep)
    if rejected:
        notes.append(f"left out: {count_of(rejected, 'statement')} that moderators rejected.")
    waiting = sum(cell == "0" for cell in moderated)
    if waiting:
        notes.append(f"kept: {count_of(waiting, 'statement')} that moderators did not look at.")
    meta = sum(
        k and (cell or "").casefold() == "true"
        for k, cell in zip(keep, comments.get("is-meta", ()), strict=False)
    )
    if meta:
        notes.append(
            f"kept: {count_of(meta, 'statement')} about the conversation itself or asking who somebody is."
        )
    return {
        name: [cell for cell, k in zip(cells, keep, strict=True) if k]
        for name, cells in comments.items()
    }


def _votes(
    place: Path, listed_ids: Collection[str | None], notes: list[str]
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.float64], Columns]:
    """Voter, statement and value of each vote, and the table of people."""
    wide, long = _file(place, *_WIDE), _file(place, "votes.csv")
    if wide.is_file():
        return _wide_votes(_table(wide, ("participant",)), listed_ids)
    if not long.is_file():
        raise InputError.of(
            f"{place.name} has neither 'participants-votes.csv' nor 'votes.csv'.",
            code="no_such_file",
            param="folder",
            hint="export the conversation's votes and put the file here.",
        )
    return _long_votes(_table(long, ()), notes)


def _wide_votes(
    table: Columns, listed_ids: Collection[str | None]
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.float64], Columns]:
    statements = [name for name in table if name in listed_ids or name.isdigit()]
    cells = (
        np.array([table[name] for name in statements], dtype=object).reshape(len(statements), -1).T
    )
    row, column = np.nonzero(cells != None)  # noqa: E711  (elementwise)
    people = np.array(table["participant"], dtype=object)
    value = _numbers(cells[row, column], "participants-votes.csv")
    return people[row], np.array(statements, dtype=object)[column], value, table


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


def _long_votes(
    table: Columns, notes: list[str]
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.float64], Columns]:
    """Votes one a row; where somebody voted again, the last counts."""
    names = {"voter": ("voter-id", "pid"), "statement": ("comment-id", "tid"), "vote": ("vote",)}
    found = {key: next((c for c in choices if c in table), None) for key, choices in names.items()}
    lacking = [names[key][0] for key, column in found.items() if column is None]
    if lacking:
        raise InputError.of(
            f"votes.csv has no column {listed(lacking)}; it has {listed(table, most=8)}.",
            code="missing_column",
            param="votes.csv",
        )
    voters, statements, votes = (table[found[key] or ""] for key in names)
    times = table.get("timestamp", table.get("created", [None] * len(votes)))
    order = sorted(range(len(votes)), key=lambda i: (len(times[i] or ""), times[i] or "", i))
    last = {(voters[i], statements[i]): votes[i] for i in order}
    if len(last) < len(votes):
        notes.append(
            f"left out: {count_of(len(votes) - len(last), 'vote')} that people changed later; the last counts."
        )
    pairs = np.array([*last], dtype=object).reshape(-1, 2)
    value = _numbers(np.array([*last.values()], dtype=object), "votes.csv")
    people: Columns = {"participant": [*sorted({str(v) for v in voters})]}
    return pairs[:, 0], pairs[:, 1], value, people


def _signed(
    comments: Columns, statement: NDArray[np.object_], value: NDArray[np.float64], notes: list[str]
) -> NDArray[np.float64]:
    """Votes with 1 for agreement, by the platform's own totals."""
    if "agrees" not in comments or "disagrees" not in comments or not len(value):
        return value
    place = {name: i for i, name in enumerate(comments["comment-id"])}
    code = np.array([place.get(name, -1) for name in statement], dtype=np.intp)
    n = len(comments["comment-id"])
    up, down = (np.bincount(code[(code >= 0) & (value == sign)], minlength=n) for sign in (1, -1))
    told = [
        np.array([cell or "0" for cell in comments[name]], dtype=object)
        for name in ("agrees", "disagrees")
    ]
    agrees, disagrees = (_numbers(cells, "comments.csv") for cells in told)
    as_is = np.abs(up - agrees).sum() + np.abs(down - disagrees).sum()
    turned = np.abs(down - agrees).sum() + np.abs(up - disagrees).sum()
    if turned < as_is:
        notes.append("votes are written with -1 for agreement; they were turned round.")
        return -value
    return value


def _people(
    people: Columns, comments: Columns, given: Any, notes: list[str]
) -> dict[str, list[Any]]:
    """Everybody who voted or wrote, with the platform's groups and the attributes that were handed in."""
    voters = [str(name) for name in people["participant"]]
    ids = [*voters, *sorted({str(a) for a in comments["author-id"] if a is not None} - set(voters))]
    table: dict[str, list[Any]] = {"participant_id": list(ids)}
    extra = [None] * (len(ids) - len(voters))
    if any(people.get("group-id", ())):
        groups = [None if cell is None else f"Group {cell}" for cell in people["group-id"]]
        table[_OPINION_GROUP] = [*groups, *extra]
    if given is None:
        return table
    frame = open_frame(given)
    key = "participant_id" if frame.has("participant_id") else "xid"
    names = ids if key == "participant_id" else [*people.get("xid", [None] * len(voters)), *extra]
    others = [c for c in frame.columns if c != key]
    values = frame.collect([key, *others])
    row = {name: i for i, name in enumerate(map(label, values[key])) if name is not None}
    place = [row.get(label(name) or "", -1) for name in names]
    for column in others:
        table[column] = [values[column][i] if i >= 0 else None for i in place]
    found = sum(i >= 0 for i in place)
    notes.append(f"attributes were tied to {found:,} of {len(ids):,} people by {key}.")
    return table


def _ideas(comments: Columns, notes: list[str]) -> dict[str, list[Any]]:
    n = len(comments["comment-id"])
    seeds = [(cell or "").casefold() == "true" for cell in comments.get("is-seed", [None] * n)]
    if "is-seed" not in comments:
        notes.append("the export does not say which statements the hosts seeded.")
    return {
        "idea_id": comments["comment-id"],
        "author_id": comments["author-id"],
        "text": comments.get("comment-body", [None] * n),
        "created_at": [_moment(cell) for cell in comments.get("timestamp", [None] * n)],
        "is_host": seeds,
    }


def _moment(cell: str | None) -> datetime | None:
    """The moment of a count of milliseconds or, in other exports, seconds since 1970: the one that is before 2286."""
    try:
        count = float(cell or "nan")
        return datetime.fromtimestamp(count / 1000 if count >= 1e10 else count, UTC)
    except (ValueError, OverflowError, OSError):
        return None
