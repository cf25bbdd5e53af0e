"""Tells which rows of an export are people, and why each of the others is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coprep.data.labels import fold
from coprep.data.participants.decisions import OPEN, REPEATS, Decisions
from coprep.data.participants.form import Ask, Drop, Form
from coprep.data.participants.questions import Question
from coprep.data.participants.worksheet import Sheet
from coprep.errors import InputError
from coprep.wording.labels import nearest, show

_NO_ID = frozenset({"", "anonymous", "n/a", "none", "-"})
_MOST_ROWS_TOLD = 12


@dataclass(frozen=True)
class Left:
    """Rows that are left out, and why."""

    why: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class People:
    """The rows that are people.

    Attributes
    ----------
    rows : tuple of int
        One row a person.
    without_answers : frozenset of int
        Rows of people whose answers are somebody else's: they are unknown.
    more : int
        Further people of whom no row tells.
    left : tuple of Left
        Everybody else; with the people they are all rows below the header.
    either : mapping of int to tuple of int
        For a row that may be another row's person too, the rows it could be; while that is open.
    open : mapping of str to tuple of int
        Rows that an open question is about, by its key.
    notes : tuple of str
        What else was seen.
    """

    rows: tuple[int, ...]
    without_answers: frozenset[int] = frozenset()
    more: int = 0
    left: tuple[Left, ...] = ()
    either: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    open: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many people there are."""
        return len(self.rows) + self.more


@dataclass
class _Rows:
    """The rows that are still taken for people, while one reason after another is looked at."""

    rows: list[int]
    left: list[Left] = field(default_factory=list)

    def leave(self, why: str, rows: Sequence[int]) -> None:
        held = set(self.rows)
        gone = [row for row in rows if row in held]
        if gone:
            self.left.append(Left(why, tuple(gone)))
            out = set(gone)
            self.rows = [row for row in self.rows if row not in out]


def people_of(
    sheet: Sheet, form: Form, decisions: Decisions
) -> tuple[People, tuple[Question, ...]]:
    """Who is a person, and what must be asked about it."""
    rows = _Rows([row for row in range(form.first_row, len(sheet.rows)) if any(sheet.rows[row])])
    if not rows.rows:
        raise InputError.of(
            f"{sheet.name} holds a header and no row of answers.", code="empty_table", param="path"
        )
    questions: list[Question] = []
    for drop in _drops(sheet, form, decisions):
        _leave_words(sheet, rows, drop)
    _one_event(sheet, form, decisions, rows, questions)
    without: set[int] = set()
    more = 0
    held: dict[str, tuple[int, ...]] = {}
    for ask in form.asks:
        still = set(rows.rows)
        there = tuple(row for row in ask.rows if row in still)
        if not there:
            continue
        answer = decisions.person(ask.key)
        effect = ask.effects.get(str(answer), "keep")
        if answer == OPEN:
            held[ask.key] = there
            questions.append(_asked(ask, there))
        if effect == "drop":
            rows.leave(_why(ask), there)
        elif effect == "unknown":
            without |= set(there)
        elif effect == "more":
            more += ask.more
    either, notes = _repeats(sheet, form, decisions, rows, questions)
    return (
        People(
            tuple(rows.rows),
            frozenset(without & set(rows.rows)),
            more,
            tuple(rows.left),
            either,
            held,
            (*form.notes, *notes),
        ),
        tuple(questions),
    )


def _drops(sheet: Sheet, form: Form, decisions: Decisions) -> tuple[Drop, ...]:
    """The platform's rows that are no people, unless the mapping says which."""
    said = decisions.people.get("drop")
    if said is None:
        return form.drops
    columns = {one.name: one.columns[0] for one in form.fields}
    found = []
    for rule in said if isinstance(said, list) else [said]:
        column = str(rule["column"])
        if column not in columns:
            close = nearest(column, columns)
            raise InputError.of(
                f"mapping.toml: drop names the column {show(column)}, which {sheet.name} lacks.",
                code="unknown_column",
                param="drop",
                got=column,
                hint=f"did you mean {show(close)}?" if close else None,
            )
        words = [rule["is"]] if isinstance(rule["is"], str) else rule["is"]
        known = [d for d in form.drops if d.column == column]
        why = known[0].why if known else f"{column} is {{word}}"
        found.append(Drop(column, columns[column], frozenset(fold(str(w)) for w in words), why))
    return tuple(found)


def _leave_words(sheet: Sheet, rows: _Rows, drop: Drop) -> None:
    by_word: dict[str, list[int]] = {}
    for row in rows.rows:
        cell = sheet.cell(row, drop.at)
        if fold(cell) in drop.words:
            by_word.setdefault(cell, []).append(row)
    for word, found in by_word.items():
        rows.leave(drop.why.format(word=word), found)


def _one_event(
    sheet: Sheet, form: Form, decisions: Decisions, rows: _Rows, questions: list[Question]
) -> None:
    """Keep the rows of one event: a person has a row for each."""
    if form.event is None:
        return
    at, only = form.event
    events: dict[str, int] = {}
    for row in rows.rows:
        events[sheet.cell(row, at)] = events.get(sheet.cell(row, at), 0) + 1
    said = str(decisions.person("event"))
    if said and said not in events:
        raise InputError.choice("event", said, tuple(events))
    wanted = said or only
    if not wanted and len(events) == 1:
        return
    if not wanted:
        wanted = next(iter(events))
        questions.append(
            Question(
                "A person has a row for each event. Which event's answers are compared?",
                len(rows.rows),
                (),
                "people",
                "event",
                {name: f"{number} rows" for name, number in events.items()},
                attribute="",
            )
        )
    others = [row for row in rows.rows if sheet.cell(row, at) != wanted]
    rows.leave(f'rows of another event than "{wanted}"', others)


def _asked(ask: Ask, rows: tuple[int, ...]) -> Question:
    number = len(rows)
    who = "1 person" if number == 1 else f"{number:,} people"
    fact = f"{who} {ask.ask}" if number > 1 else f"{who} {_singular(ask.ask)}"
    return Question(
        fact,
        number + ask.more,
        numbered(rows),
        "people",
        ask.key,
        ask.choices,
        ask.suggestion,
        ask.reason,
    )


_ONE = {
    "have ": "has ", "stand ": "stands ", "repeat ": "repeats ", "were ": "was ", "their ": "their ",
    "Do they count?": "Do they count?",
}  # fmt: skip


def _singular(text: str) -> str:
    """A sentence about people as one about a person: only its verb, which comes first."""
    for several, one in _ONE.items():
        if text.startswith(several):
            return one + text[len(several) :]
    return text


def _why(ask: Ask) -> str:
    return {
        "unfinished": "did not finish",
        "refused": "said no to taking part",
        "not_approved": "not approved",
        "staff": "staff or hosts, by their ticket",
        "online": "online, by their ticket",
    }.get(ask.key, ask.key)


def numbered(rows: Sequence[int]) -> tuple[int, ...]:
    """Rows as a spreadsheet numbers them; none where there are too many to name."""
    return tuple(row + 1 for row in rows) if len(rows) <= _MOST_ROWS_TOLD else ()


def _repeats(
    sheet: Sheet,
    form: Form,
    decisions: Decisions,
    rows: _Rows,
    questions: list[Question],
) -> tuple[dict[int, tuple[int, ...]], tuple[str, ...]]:
    """Leave out all but one row of a person who stands in several, by the column of ids."""
    at = _id_column(sheet, form, decisions)
    if at is None:
        return {}, ()
    groups: dict[str, list[int]] = {}
    for row in rows.rows:
        groups.setdefault(fold(sheet.cell(row, at)), []).append(row)
    name = next((one.name for one in form.fields if at in one.columns), "")
    known = {key: found for key, found in groups.items() if key not in _NO_ID}
    if len(known) == 1 and len(rows.rows) > 2 and len(next(iter(known.values()))) > 2:
        return {}, (f'"{name}" is the same in every row: it finds no repeats',)
    several = [found for found in known.values() if len(found) > 1]
    if not several:
        return {}, ()
    said = str(decisions.person("repeats"))
    if said == "all":
        return {}, ()
    kept: dict[int, tuple[int, ...]] = {}
    out: list[int] = []
    for found in several:
        stays = _stays(sheet, form, found, said if said in REPEATS else "last")
        kept[stays] = tuple(found)
        out += [row for row in found if row != stays]
    open_question = said not in REPEATS
    people = len(several)
    if open_question:
        questions.append(_repeats_question(sheet, form, name, several, people))
    text = f'repeat, by "{name}"'
    if not open_question:
        text += f": {_WHICH[said]} counts"
    rows.leave(text, out)
    return (kept if open_question else {}), ()


_WHICH = {"last": "the last one", "first": "the first one", "fullest": "the fullest one"}


def _id_column(sheet: Sheet, form: Form, decisions: Decisions) -> int | None:
    said = decisions.people.get("id")
    if not said:
        return form.id
    columns = {one.name: one.columns[0] for one in form.fields}
    if said not in columns:
        close = nearest(said, columns)
        raise InputError.of(
            f"mapping.toml: id is {show(said)}, and {sheet.name} has no such column.",
            code="unknown_column",
            param="id",
            got=said,
            hint=f"did you mean {show(close)}?" if close else None,
        )
    return columns[said]


def _stays(sheet: Sheet, form: Form, found: Sequence[int], rule: str) -> int:
    if rule == "first":
        return found[0]
    if rule == "fullest":
        answers = [at for one in form.fields if one.role == "answer" for at in one.columns]
        return max(found, key=lambda row: (sum(bool(sheet.cell(row, a)) for a in answers), row))
    return found[-1]


def _repeats_question(
    sheet: Sheet,
    form: Form,
    name: str,
    several: Sequence[Sequence[int]],
    people: int,
) -> Question:
    rows = tuple(row for found in several for row in found)
    differ = []
    private = False
    for one in form.fields:
        if one.role in ("system", "empty"):
            continue
        apart = any(
            len({fold(sheet.cell(row, at)) for row in found}) > 1
            for found in several
            for at in one.columns
        )
        if apart and one.role == "private":
            private = True
        elif apart:
            differ.append(f'"{one.question}"')
    told = [*differ[:4], "a private column"] if private else differ[:4]
    what = f"The rows differ in {' and in '.join(told)}." if told else "The rows do not differ."
    if people == 1 and len(rows) == 2:
        first, last = numbered(rows)
        fact = f"1 person may stand twice (rows {first} and {last}: one {_plain(name)}). {what}"
        choices = {
            "last": f"row {last}",
            "first": f"row {first}",
            "fullest": "the row with more answers",
            "all": "they are two people",
        }
    else:
        who = "1 person stands" if people == 1 else f"{people:,} people stand"
        fact = f"{who} in several rows (by {_plain(name)}). {what}"
        choices = {
            "last": "the last row of each",
            "first": "the first row of each",
            "fullest": "the row with most answers of each",
            "all": "each row is a person",
        }
    ask = f"{fact} Which counts?"
    return Question(ask, people, numbered(rows), "people", "repeats", choices)


def _plain(name: str) -> str:
    plain = fold(name)
    return "e-mail address" if "mail" in plain else f'"{name}"'
