"""Reads the tables of Polis and of platforms like it: statements and votes, in their own columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coprep.data.files import Columns, as_path, read_csv
from coprep.data.labels import fold
from coprep.errors import InputError, Problems
from coprep.findings import Note, counted
from coprep.wording.labels import listed, nearest, show

WIDE = ("participants-votes.csv", "participant-votes.csv")
"""Names of the table with a row a person and a column a statement."""

# The exports' name of each column, and what the raw database and like platforms call it.
_COMMENTS: Mapping[str, tuple[str, ...]] = {
    "comment-id": ("tid", "statement-id", "id"),
    "author-id": ("pid", "author", "participant-id", "user-id"),
    "comment-body": ("txt", "content", "text", "body", "comment", "statement"),
    "moderated": ("mod", "status", "moderation", "rejection-reason"),
    "timestamp": ("created", "created-at"),
    "is-seed": ("seed",),
    "is-meta": (),
}
_VOTES: Mapping[str, tuple[str, ...]] = {
    "voter-id": ("pid", "participant-id", "participant", "author-id", "author", "user-id", "user"),
    "comment-id": ("tid", "statement-id", "comment", "statement"),
    "vote": ("choice", "value"),
    "timestamp": ("created", "created-at"),
}
_STANCES: Mapping[str, float] = {
    **dict.fromkeys(("agree", "agreed", "yes"), 1.0),
    **dict.fromkeys(("disagree", "disagreed", "no"), -1.0),
    **dict.fromkeys(("pass", "passed", "skip", "skipped", "unsure", "neutral"), 0.0),
}
_LEAST_OWN = 10
_FEW = 0.1

Sign = Literal[1, -1]


@dataclass(frozen=True, slots=True)
class Votes:
    """Voter, statement and value of each vote, and the table of people; whether a value of 1 need
    be agreement is for `signed` to say.
    """

    voter: NDArray[np.object_]
    statement: NDArray[np.object_]
    value: NDArray[np.float64]
    people: Columns
    in_words: bool = False  # agree, disagree, pass: no sign to be mistaken
    raw: bool = False  # in the columns of the platform's database

    def where(self, keep: NDArray[np.bool_]) -> Votes:
        """Some of the votes."""
        return Votes(
            self.voter[keep],
            self.statement[keep],
            self.value[keep],
            self.people,
            self.in_words,
            self.raw,
        )


def file_of(place: Path, *names: str) -> Path:
    """The file of one of these names, also where a download put the report's id in front."""
    for name in names:
        found = [place / name] if (place / name).is_file() else sorted(place.glob(f"*-{name}"))
        found = [file for file in found if name != "votes.csv" or not file.name.endswith(WIDE)]
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


def comments_of(place: Path) -> Columns:
    """The statements, under the names of the exports' columns."""
    return _table(file_of(place, "comments.csv"), _COMMENTS, ("comment-id", "author-id"))


def votes_of(place: Path, known: Collection[str | None], notes: list[Note]) -> Votes:
    """All votes of an export.

    The wide table leaves out people below a number of votes; where the long one is there too,
    theirs are taken from it.
    """
    wide = file_of(place, *WIDE)
    long = file_of(place, "votes.csv")
    if not wide.is_file() and not long.is_file():
        raise InputError.of(
            f"{place.name} has neither 'participants-votes.csv' nor 'votes.csv'.",
            code="no_such_file",
            param="folder",
            hint="export the conversation's votes and put the file here.",
        )
    if not wide.is_file():
        return _long_votes(long, notes)
    votes = _wide_votes(_table(wide, {}, ("participant",)), known)
    if not long.is_file():
        return votes
    return _with_others(votes, _long_votes(long, notes), notes)


def _table(file: Path, names: Mapping[str, tuple[str, ...]], needed: Iterable[str]) -> Columns:
    """A table under the exports' names of its columns."""
    given = {column.replace("_", "-"): cells for column, cells in read_csv(as_path(file)).items()}
    columns = dict(given)
    for name, others in names.items():
        held = next((other for other in others if other in given), None)
        if name not in given and held is not None:
            columns[name] = given[held]
    problems = Problems()
    for column in needed:
        if column not in columns:
            close = nearest(column, given)
            problems.add(
                f"{file.name} has no column {column!r}; it has {listed(given, most=10)}.",
                code="missing_column",
                param=f"{file.name}.{column}",
                hint=f"did you mean {show(close)}?" if close else None,
            )
    problems.raise_if_any()
    return columns


def _wide_votes(table: Columns, known: Collection[str | None]) -> Votes:
    """Votes with a column a statement."""
    statements = [name for name in table if name in known or name.isdigit()]
    columns = np.array([table[name] for name in statements], dtype=object)
    cells = columns.reshape(len(statements), -1).T
    row, column = np.nonzero(cells != None)  # noqa: E711  (elementwise)
    value, in_words = _stances(cells[row, column], "participants-votes.csv")
    return Votes(
        voter=np.array(table["participant"], dtype=object)[row],
        statement=np.array(statements, dtype=object)[column],
        value=value,
        people=table,
        in_words=in_words,
    )


def _stances(cells: NDArray[np.object_], name: str) -> tuple[NDArray[np.float64], bool]:
    """Votes as numbers, and whether they were words."""
    words = {fold(str(cell)) for cell in cells}
    if words and words <= set(_STANCES):
        return np.array([_STANCES[fold(str(cell))] for cell in cells]), True
    return numbers(cells, name), False


def numbers(cells: NDArray[np.object_], name: str) -> NDArray[np.float64]:
    """Cells as numbers; an error where one is none."""
    try:
        return cells.astype(np.float64)
    except (ValueError, TypeError):
        raise InputError.of(
            f"{name} has votes or numbers of votes that are no numbers.",
            code="unreadable_cells",
            param=name,
            hint="a vote is 1 (agree), -1 (disagree), 0 (pass), or an empty cell; or, in all "
            "rows, one of the words agree, disagree, pass.",
        ) from None


def _long_votes(file: Path, notes: list[Note]) -> Votes:
    """Votes one a row; where somebody voted again, the last counts."""
    table = _table(file, _VOTES, ("voter-id", "comment-id", "vote"))
    voters = table["voter-id"]
    statements = table["comment-id"]
    votes = table["vote"]
    times = table.get("timestamp", [None] * len(votes))
    # Times are counts of seconds or milliseconds, or written out: a longer one is later.
    order = sorted(range(len(votes)), key=lambda i: (len(times[i] or ""), times[i] or "", i))
    last = {(voters[i], statements[i]): votes[i] for i in order}
    changed = len(votes) - len(last)
    if changed:
        template = "left out: {votes} that people changed later; the last counts."
        notes.append(Note.of("votes_changed", template, votes=counted(changed, "vote")))
    pairs = np.array([*last], dtype=object).reshape(-1, 2)
    value, in_words = _stances(np.array([*last.values()], dtype=object), "votes.csv")
    return Votes(
        voter=pairs[:, 0],
        statement=pairs[:, 1],
        value=value,
        people={"participant": [*sorted({str(v) for v in voters})]},
        in_words=in_words,
        raw="tid" in table,
    )


def _with_others(votes: Votes, long: Votes, notes: list[Note]) -> Votes:
    """The wide table's votes, and those of the people it leaves out from the long one."""
    listed_people = {str(name) for name in votes.people["participant"]}
    others = np.array([str(name) not in listed_people for name in long.voter], dtype=bool)
    if not others.any():
        return votes
    wide = dict(zip(zip(votes.voter, votes.statement, strict=True), votes.value, strict=True))
    both = zip(zip(long.voter, long.statement, strict=True), long.value, strict=True)
    agreement = sum(wide[pair] * value for pair, value in both if pair in wide)
    sign = -1.0 if agreement < 0 else 1.0
    added = sorted({str(name) for name in long.voter[others]})
    template = (
        "{people} with {votes} are in votes.csv only: the table with a row a person leaves out "
        "those who voted on few statements."
    )
    n_votes = counted(int(others.sum()), "vote")
    people = counted(len(added), "person", "people")
    notes.append(Note.of("people_with_few_votes", template, people=people, votes=n_votes))
    table = {
        name: [*cells, *([None] * len(added))]
        for name, cells in votes.people.items()
        if name != "participant"
    }
    return Votes(
        voter=np.concatenate([votes.voter, long.voter[others]]),
        statement=np.concatenate([votes.statement, long.statement[others]]),
        value=np.concatenate([votes.value, sign * long.value[others]]),
        people={"participant": [*votes.people["participant"], *added]} | table,
        in_words=votes.in_words,
    )


def signed(
    comments: Columns, votes: Votes, agree: Sign | None, notes: list[Note]
) -> NDArray[np.float64]:
    """Votes with 1 for agreement.

    As said; else by the platform's own totals; else by the votes that it casts for authors on their
    own statements, which agree. Where nothing tells, exports are taken at their word and the raw
    database, which writes -1 for agreement, is asked about.
    """
    if votes.in_words or not len(votes.value):
        return votes.value
    sign = agree
    if sign is None:
        sign = _by_totals(comments, votes)
    if sign is None:
        sign = _by_own_votes(comments, votes)
    if sign is None and votes.raw:
        raise InputError.of(
            "nothing in these tables tells whether 1 or -1 is agreement.",
            code="sign_unknown",
            param="agree",
            expected=(1, -1),
            hint="the platform's database writes agreement as -1, its exports as 1: pass "
            "agree=-1 or agree=1.",
        )
    if sign is None:
        text = "1 is read as agreement; nothing in the export allows to check it."
        notes.append(Note("sign_unchecked", text))
    if sign == -1:
        text = "votes are written with -1 for agreement; they were turned round."
        notes.append(Note("votes_turned", text))
        return -votes.value
    return votes.value


def _by_totals(comments: Columns, votes: Votes) -> Sign | None:
    """The value of agreement by which votes come nearest to the totals of statements."""
    if "agrees" not in comments or "disagrees" not in comments:
        return None
    ids = comments["comment-id"]
    place = {name: i for i, name in enumerate(ids)}
    code = np.array([place.get(name, -1) for name in votes.statement], dtype=np.intp)
    up, down = (
        np.bincount(code[(code >= 0) & (votes.value == sign)], minlength=len(ids))
        for sign in (1, -1)
    )
    agrees, disagrees = (
        numbers(np.array([cell or "0" for cell in comments[name]], dtype=object), "comments.csv")
        for name in ("agrees", "disagrees")
    )
    as_is = np.abs(up - agrees).sum() + np.abs(down - disagrees).sum()
    turned = np.abs(down - agrees).sum() + np.abs(up - disagrees).sum()
    if turned == as_is:
        return None
    return -1 if turned < as_is else 1


def _by_own_votes(comments: Columns, votes: Votes) -> Sign | None:
    """The value of agreement if nearly all authors gave it to their own statements."""
    wrote = set(zip(comments["author-id"], comments["comment-id"], strict=True))
    sums: dict[str, float] = {}
    for voter, statement, value in zip(votes.voter, votes.statement, votes.value, strict=True):
        if (voter, statement) in wrote:
            sums[voter] = sums.get(voter, 0.0) + float(value)
    up = sum(total > 0 for total in sums.values())
    down = sum(total < 0 for total in sums.values())
    if max(up, down) < _LEAST_OWN or min(up, down) > _FEW * max(up, down):
        return None
    return 1 if up > down else -1
