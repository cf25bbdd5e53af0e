"""Reads a sign-up file by decisions: who is a person, which group each is in, and what is open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from coprep.data.baseline.baseline import Baseline
from coprep.data.label_matching import bare
from coprep.data.labels import fold
from coprep.data.participants.answers import Said, answers
from coprep.data.participants.bands import (
    Fitted,
    ages_told,
    bands_of_children,
    choices_of_age,
    fitted,
    offers_no_children,
    only,
    without_groups,
)
from coprep.data.participants.binding import Bound, bound, words_in, yes_group
from coprep.data.participants.clock import today
from coprep.data.participants.decisions import (
    EACH,
    NOT_TICKED,
    OTHER,
    OUTSIDE,
    SEVERAL,
    UNKNOWN,
    WRITTEN,
    Decisions,
)
from coprep.data.participants.form import Field, Form
from coprep.data.participants.people import People, numbered, people_of
from coprep.data.participants.placing import Place, Placing
from coprep.data.participants.questions import Question
from coprep.data.participants.recognition import recognised
from coprep.data.participants.word_lists import is_declined
from coprep.data.participants.worksheet import Sheet
from coprep.data.ready_crosswalks import READY
from coprep.errors import InputError, Problems
from coprep.wording.labels import listed, nearest, show

CHILDREN = "(children)"
KEEP = "(keep)"
GROUP = "a group"
"""What an answer means that is any group of the baseline."""
_CODE = re.compile(r"[A-Z]{0,3}\d{1,3}")
_MIXED = re.compile(r"\bmixed\b|multiple|two or more", re.IGNORECASE)
_MOST_COLUMNS = 2_000
_CODED = frozenset({"LimeSurvey", "REDCap", "KoboToolbox"})
"""Platforms that export answers as codes."""


@dataclass(frozen=True)
class Compared:
    """One attribute of the people beside a baseline.

    Attributes
    ----------
    bound : Bound
        The field that holds it.
    fitted : Fitted
        The baseline in groups that its answers fit into, before children were left out.
    baseline : Baseline
        What people are compared with.
    places : mapping of int to Place
        Where each person counts, by row.
    placing : Placing
        How that was found.
    children : tuple of str
        Bands of children that the baseline has.
    """

    bound: Bound
    fitted: Fitted
    baseline: Baseline
    places: Mapping[int, Place]
    placing: Placing
    children: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        """The attribute."""
        return self.bound.attribute

    @cached_property
    def tally(self) -> Counter[Place]:
        """How many people have each place."""
        return Counter(self.places.values())

    def count(self, group: str) -> int:
        """People in a group."""
        return sum(n for p, n in self.tally.items() if p.kind == "group" and group in p.groups)

    def number(self, kind: str) -> int:
        """People whose place is of a kind."""
        return sum(n for place, n in self.tally.items() if place.kind == kind)

    @property
    def each(self) -> bool:
        """Whether somebody counts in several groups."""
        profile = self.baseline.profile(self.attribute)
        return profile.overlapping or any(len(place.groups) > 1 for place in self.tally)


@dataclass(frozen=True)
class SignUps:
    """A sign-up file, read by decisions.

    Attributes
    ----------
    sheet : Sheet
        Its cells.
    form : Form
        What its platform says of it.
    decisions : Decisions
        What was decided.
    baselines : mapping of str to Baseline
        For each attribute the baseline that it is compared with, as read.
    people : People
        Who counts.
    compared : mapping of str to Compared
        The attributes that both have.
    questions : tuple of Question
        What is open, those that move most people first; nothing is known yet of what they change.
    """

    sheet: Sheet
    form: Form
    decisions: Decisions
    baselines: Mapping[str, Baseline]
    people: People
    compared: Mapping[str, Compared]
    questions: tuple[Question, ...]
    said: Mapping[str, Bound]

    def decided(self, decisions: Decisions) -> SignUps:
        """The same file by other decisions; what is read of it stays, unless columns change."""
        bindings = self.said if decisions.columns == self.decisions.columns else None
        return _made(self.sheet, self.form, decisions, self.baselines, bindings)

    @property
    def answer_fields(self) -> tuple[Field, ...]:
        """The fields that hold answers."""
        return tuple(one for one in self.form.fields if role_of(one, self.decisions) == "answer")


def role_of(one: Field, decisions: Decisions) -> str:
    """What a column is: as the mapping says, else as the platform says."""
    said = decisions.columns.get(one.name)
    if isinstance(said, str) and said:
        return said
    return "answer" if isinstance(said, Mapping) else one.role


def read_sign_ups(path: Path, decisions: Decisions, baselines: Mapping[str, Baseline]) -> SignUps:
    """Read a file by decisions.

    Raises
    ------
    InputError
        For a file that holds no people, and for decisions that do not fit it.
    """
    sheet, form = recognised(path, decisions.files)
    book = decisions.files.get("codebook")
    if book and not (path.parent / str(book)).is_file():
        raise InputError.of(
            f"mapping.toml: codebook is {show(book)}, which does not lie beside {path.name}.",
            code="no_such_file",
            param="codebook",
            got=book,
        )
    if sheet.width > _MOST_COLUMNS:
        raise InputError.of(
            f"{path.name} has {sheet.width:,} columns, more than any form.",
            code="not_a_table",
            param="path",
        )
    _check_columns(form, decisions, sheet.name)
    return _made(sheet, form, decisions, baselines, None)


def _made(
    sheet: Sheet,
    form: Form,
    decisions: Decisions,
    baselines: Mapping[str, Baseline],
    bindings: Mapping[str, Bound] | None,
) -> SignUps:
    people, questions = people_of(sheet, form, decisions)
    rows = [row for row in range(form.first_row, len(sheet.rows)) if any(sheet.rows[row])]
    if bindings is None:
        groups = {attribute: one.groups(attribute) for attribute, one in baselines.items()}
        bindings = bound(sheet, form, rows, groups, decisions)
    compared: dict[str, Compared] = {}
    for attribute, one in bindings.items():
        compared[attribute] = _compared(
            people, decisions, one, baselines[attribute], coded=form.platform in _CODED
        )
    _check_words(decisions, compared)
    more = [q for one in compared.values() for q in _questions(one, decisions)]
    every = sorted([*questions, *more], key=lambda q: -q.people)
    return SignUps(sheet, form, decisions, baselines, people, compared, tuple(every), bindings)


def _compared(
    people: People, decisions: Decisions, one: Bound, baseline: Baseline, *, coded: bool
) -> Compared:
    attribute = one.attribute
    either = {row for rows in people.either.values() for row in rows}
    kept = {row: one.said[row] for row in {*people.rows, *either} if row in one.said}
    often = words_in(kept.values())
    asked = decisions.baseline.get(attribute, {}).get("bands") or ()
    words = (*often, *one.field.choices)
    if one.how in ("number", "year", "date", "tick"):
        words = ()
    numbers = one.how in ("number", "year", "date")
    fit = fitted(only(baseline, attribute), attribute, words, tuple(asked), numbers=numbers)
    groups = fit.baseline.groups(attribute)
    children = bands_of_children(groups)
    outside = _children_outside(decisions, attribute, children, words)
    codes: frozenset[str] = frozenset()
    if coded and not one.field.codes and not numbers and all(map(_CODE.fullmatch, often)):
        # Answer codes tell of nobody; a postcode in another platform's column would.
        codes = frozenset(often)
    if not numbers:
        codes |= choices_of_age(words)
    placing = Placing(
        one,
        groups,
        decisions,
        fit.baseline.profile(attribute).overlapping,
        often,
        codes,
        frozenset(outside),
        crossed=bool(fit.crossed),
    )
    places = {row: _place(placing, people, kept, row) for row in people.rows}
    against = fit.baseline
    if outside and len(outside) < len(groups) - 1:
        against = without_groups(fit.baseline, attribute, outside)
    for extra in range(people.more):
        places[-1 - extra] = Place("unknown", why="no row")
    return Compared(one, fit, against, places, placing, children)


def _place(placing: Placing, people: People, said: Mapping[int, Said], row: int) -> Place:
    """Where a person counts; open where rows that may be the person's say different things."""
    if row in people.without_answers:
        return Place("unknown", why="another's answers")
    place = placing.place(row, said[row])
    for other in people.either.get(row, ()):
        there = placing.place(other, said[other])
        if (there.kind, there.groups) != (place.kind, place.groups):
            return Place("open", key="repeats", why="repeats")
    return place


def _children_outside(
    decisions: Decisions, attribute: str, children: Sequence[str], words: Sequence[str]
) -> tuple[str, ...]:
    """Bands of children that are not whom one compares with: said so, or not offered by the form."""
    said = decisions.word(attribute, CHILDREN)
    if said == OUTSIDE or (not said and offers_no_children(words, children)):
        return tuple(children)
    return tuple(band for band in children if decisions.word(attribute, band) == OUTSIDE)


def _questions(one: Compared, decisions: Decisions) -> Iterator[Question]:
    """What is open in one attribute."""
    section = f"words.{one.attribute}"
    by_key: dict[str, list[tuple[int, Place]]] = {}
    for row, place in one.places.items():
        if place.kind == "open":
            by_key.setdefault(place.key, []).append((row, place))
    groups = one.baseline.groups(one.attribute)
    targets = dict.fromkeys(groups, GROUP) | {UNKNOWN: "", OUTSIDE: "", OTHER: ""}
    for key, found in by_key.items():
        rows = numbered([row for row, _ in found if row >= 0])
        number = len(found)
        if key == "repeats":
            continue
        if key == "day":
            yield _day_question(one, number)
        elif key == "bands":
            yield _bands_question(one, number)
        else:
            places = [place for _, place in found]
            yield _word_question(one, section, key, number, rows, places, targets)
    if one.children:
        yield from _children_question(one, decisions, section)
    for rival in one.bound.others:
        if decisions.columns.get(rival) in (None, ""):
            yield Question(
                f'Two columns may hold "{one.attribute}": "{one.bound.field.name}" is taken, and '
                f'"{rival}" has the same answers. Which one is meant?',
                len(one.places),
                (),
                "columns",
                rival,
                {"ignore": "it is not compared"},
                attribute=one.attribute,
            )


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _word_question(
    one: Compared,
    section: str,
    key: str,
    number: int,
    rows: tuple[int, ...],
    there: Sequence[Place],
    targets: Mapping[str, str],
) -> Question:
    where = _rows_told(rows)
    groups = one.baseline.groups(one.attribute)
    suggestion = ""
    reason = ""
    choices = dict(targets)
    if key == SEVERAL:
        mixed = [group for group in groups if _MIXED.search(group)]
        if len(mixed) == 1:
            suggestion = mixed[0]
            reason = "this census counts everybody once"
        several = "two or more groups" if one.bound.how != "tick" else "answers that contradict"
        ask = f"{_people(number)} ticked {several} of {one.attribute}{where}. Where do they count?"
        common = [g for g in groups if all(g in one.groups for one in there)]
        choices = dict.fromkeys((*mixed, *common), "all of them") | {
            EACH: "in each of their groups; shares then add to more than 100%",
            UNKNOWN: "nowhere, and the page says what they could change",
        }
    elif key == WRITTEN:
        ask = (
            f"{_people(number)} gave another answer to {one.attribute}{where}; words of fewer than "
            f"5 people are not shown. Where do they count?"
        )
    elif key == NOT_TICKED:
        yes = yes_group(groups)
        ask = (
            f"{_people(number)} ticked nothing at {one.attribute}{where}: a no, or no answer? "
            "Where do they count?"
        )
        if yes is not None:
            choices = {group: "a no" for group in groups if group != yes} | {UNKNOWN: "no answer"}
    elif key.startswith("(row "):
        ask = _cell_told(one, key)
        if there[0].why == "cell":
            choices = dict.fromkeys(groups, GROUP) | {UNKNOWN: "", OUTSIDE: ""}
    else:
        ask = f'{_people(number)} answered "{key}" to {one.attribute}{where}. Where do they count?'
        suggestion, reason = _suggested(key, groups)
        if key in one.placing.codes and _CODE.fullmatch(key) and key not in groups:
            ask = (
                f'{_people(number)} have the code "{key}" in {one.attribute}{where}, and no '
                "codebook lies here. What does it mean?"
            )
            suggestion = ""
    return Question(
        ask, number, rows, section, key, choices, suggestion, reason, attribute=one.attribute
    )


def _rows_told(rows: Sequence[int]) -> str:
    if not rows:
        return ""
    if len(rows) == 1:
        return f" (row {rows[0]})"
    return f" (rows {', '.join(map(str, rows[:-1]))} and {rows[-1]})"


def _cell_told(one: Compared, key: str) -> str:
    """A cell that may be several things; a date is named only by what nobody can be born on."""
    said = one.bound.said[int(key[5:-1]) - 1]
    if said.state == "date":
        return (
            f"{key[1:-1].capitalize()}, {one.attribute}: the cell is a date. A spreadsheet may have "
            'turned a band such as "11-15" into it. Which band, or "(unknown)"?'
        )
    if one.bound.how == "date":
        return (
            f"{key[1:-1].capitalize()}, {one.attribute}: day and month of a date of birth can be "
            'changed about, and it matters here. A band, or "(unknown)"?'
        )
    word = said.words[0] if said.words else ""
    digits = word.replace("-", "").replace(".", "")
    if one.bound.how == "year" and len(digits) != 2:
        return (
            f"{key[1:-1].capitalize()}, {one.attribute}: no year in which somebody alive was born. "
            'A code for no answer, "(unknown)", or a group?'
        )
    if len(digits) == 4 and digits.startswith(("19", "20")):
        return (
            f"{key[1:-1].capitalize()}, {one.attribute}: a year, where others gave an age. A year "
            'of birth, or "(unknown)"?'
        )
    if len(digits) == 2:
        return (
            f"{key[1:-1].capitalize()}, {one.attribute}: two digits, where others gave a year of "
            'birth. A year, an age, or "(unknown)"?'
        )
    return (
        f"{key[1:-1].capitalize()}, {one.attribute}: a number that is no age. A code for no answer, "
        '"(unknown)", or a group?'
    )


def _suggested(word: str, groups: Sequence[str]) -> tuple[str, str]:
    """A group that a word seems to mean, and why; both empty where none does."""
    yes = yes_group(groups)
    first = bare(word).split(" ")[0]
    if yes is not None and first == "yes":
        return yes, f'a yes to the question that "{yes}" is read from'
    if yes is not None and first == "no":
        no = next(group for group in groups if group != yes)
        return no, f'a no to the question that "{yes}" is read from'
    within = [group for group in groups if bare(word) and bare(word) in bare(group)]
    if len(within) == 1:
        return within[0], "its words are part of this group's name"
    named = [group for group in groups if f" {bare(group)} " in f" {bare(word)} "]
    if len(named) == 1:
        return named[0], "it holds this group's name"
    close = nearest(word, groups)
    if close is not None and abs(len(close) - len(word)) <= 2:
        return close, "spelt nearly the same"
    return "", ""


def _day_question(one: Compared, number: int) -> Question:
    year = today().year
    what = "a year of birth" if one.bound.how == "year" else "a date of birth"
    return Question(
        f"{_people(number)} gave {what}. On which day do their ages count?",
        number,
        (),
        "people",
        "day",
        {f"{year}-01-01": "for example", f"{year}-12-31": "for example"},
        attribute=one.attribute,
    )


def _bands_question(one: Compared, number: int) -> Question:
    merged = ", ".join(f'"{band}"' for band in one.fitted.crossed)
    groups = one.fitted.baseline.groups(one.attribute)
    words = [word for word in one.placing.often if not is_declined(word)]
    shown = [word for word in words if one.placing.is_shown(word)]
    form = f"the form has {listed(shown, most=12)}; " if shown else ""
    ask = (
        f"{_people(number)} are in bands of {one.attribute} that cross the census's: {form}"
        f"the census {listed(groups, most=12)}. "
        "Into which bands are both merged?"
    )
    reason = "the finest bands that both can be merged into"
    if one.bound.how in ("number", "year", "date"):
        ask = (
            f"{_people(number)} gave their age in years, and the census has {len(groups)} ages. "
            "Into which bands are both merged?"
        )
        reason = READY["age bands, UK"].source
    return Question(
        ask,
        number,
        (),
        f"baseline.{one.attribute}",
        "bands",
        {f"[{merged}]": reason},
        f"[{merged}]",
        reason,
        attribute=one.attribute,
    )


def _children_question(one: Compared, decisions: Decisions, section: str) -> Iterator[Question]:
    """Whether children are part of whom one compares with."""
    key = one.children[0] if len(one.children) == 1 else CHILDREN
    if decisions.word(one.attribute, key) or decisions.word(one.attribute, CHILDREN):
        return
    if set(one.children) <= one.placing.outside or one.fitted.crossed:
        return
    number = sum(
        n for place, n in one.tally.items() if place.groups and place.groups[0] in one.children
    )
    names = ages_told(one.children)
    if number:
        ask = f"{_people(number)} {'is' if number == 1 else 'are'} in {names}."
    else:
        ask = f"Nobody is in {names}, which the census has."
    ask += " Are children part of whom you compare with?"
    stay = key if key != CHILDREN else KEEP
    yield Question(
        ask,
        number,
        (),
        section,
        key,
        {stay: "they are", OUTSIDE: "they are not: the census is counted without them"},
        stay if number else OUTSIDE,
        "it is a band of the census" if number else "nobody signed up who is so young",
        attribute=one.attribute,
    )


def _check_columns(form: Form, decisions: Decisions, name: str) -> None:
    """Columns that the mapping names are in the file."""
    problems = Problems()
    known = {one.name: one for one in form.fields}
    for column, said in decisions.columns.items():
        if column not in known and isinstance(said, Mapping):
            close = nearest(column, known)
            problems.add(
                f"mapping.toml: {name} has no column {show(column)}.",
                code="unknown_column",
                param=column,
                got=column,
                hint=f"did you mean {show(close)}?" if close else None,
            )
    problems.raise_if_any()


def _check_words(decisions: Decisions, compared: Mapping[str, Compared]) -> None:
    """Groups that the mapping names are groups of the baseline."""
    problems = Problems()
    for attribute, words in decisions.words.items():
        one = compared.get(attribute)
        if one is None:
            continue
        groups = one.fitted.baseline.groups(attribute)
        known = {fold(group) for group in groups}
        special = {UNKNOWN, OUTSIDE, OTHER, EACH, KEEP, ""}
        for word, target in words.items():
            if target in special or fold(target) in known or target.isdigit():
                continue
            close = nearest(target, groups)
            problems.add(
                f'mapping.toml: {show(target)}, for {show(word)}, is no group of "{attribute}".',
                code="unknown_group",
                param=attribute,
                got=target,
                expected=groups,
                hint=f"did you mean {show(close)}?" if close else None,
            )
    problems.raise_if_any()


def with_field_answers(one: Field, sheet: Sheet, rows: Sequence[int]) -> Mapping[int, Said]:
    """The answers to a question that no baseline is about."""
    return answers(sheet, replace(one), rows)
