"""Tells what became of every row, column and answer of a sign-up file: as rows, text and HTML."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coprep.data.age_bands import bands
from coprep.data.baseline.baseline import Baseline
from coprep.data.labels import fold
from coprep.data.participants.answers import answers
from coprep.data.participants.form import Field
from coprep.data.participants.people import numbered
from coprep.data.participants.questions import Question
from coprep.data.participants.sign_ups import GROUP, Compared, SignUps, role_of
from coprep.data.participants.word_lists import is_declined
from coprep.wording.escape import html as harmless
from coprep.wording.escape import visible as plain_text
from coprep.wording.numbers import count_of, percent

WIDE = 80
_HOW = {
    "one": "one answer",
    "several": 'several answers in a cell, joined by "{separator}"',
    "ticks": "a column an option",
    "tick": 'the option "{option}" of a question with ticks',
    "number": "ages in years",
    "year": "years of birth",
    "date": "dates of birth",
}
_REASON = {
    "word list": "the words of the census form in England",
    "word": "the word list of sex, yes and no",
    "band": "the same ages",
    "finer band": "ages within",
    "mapping": "as decided",
    "several": "who gave several answers, as decided",
    "each": "in each of their groups",
}
_UNKNOWN = {
    "declined": "said so",
    "empty": "no answer",
    "not asked": "never asked",
    "mapping": "as decided",
    "not ticked": "ticked nothing, as decided",
    "several": "who gave several answers, as decided",
    "another's answers": "the answers are somebody else's",
    "no row": "no row of their own",
}


def people_word(number: int) -> str:
    """People with their number.

    >>> people_word(1), people_word(1200)
    ('1 person', '1,200 people')
    """
    return "1 person" if number == 1 else f"{number:,} people"


def wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    """Lines of at most 80 columns, cut between words only."""
    plain = plain_text(text)
    indent = first if rest is None else rest
    return textwrap.wrap(
        plain,
        WIDE,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def text_lines(sign_ups: SignUps, questions: Sequence[Question]) -> list[str]:
    """The account and the questions as text."""
    lines = file_lines(sign_ups)
    for one in sign_ups.compared.values():
        lines += attribute_lines(one, sign_ups, questions)
    return [*lines, "", *question_lines(questions, bool(sign_ups.compared))]


def file_lines(sign_ups: SignUps) -> list[str]:
    """What the file is, who counts, and what its columns are."""
    form = sign_ups.form
    sheet = sign_ups.sheet
    title = f", sheet {sheet.title}" if sheet.title else ""
    header = "one header row" if form.header_rows == 1 else f"{form.header_rows} header rows"
    told = form.told if "header" in form.told else f"{form.told}; {header}"
    lines = [f"PEOPLE: {plain_text(sheet.name)}{plain_text(title)}"]
    lines += wrapped(f"{form.platform}: {told}.", "  ")
    lines += _rows_lines(sign_ups)
    return [*lines, *_column_lines(sign_ups)]


def _rows_lines(sign_ups: SignUps) -> Iterator[str]:
    people = sign_ups.people
    left = sum(len(one.rows) for one in people.left)
    rows = len(people.rows) + left
    more = f" + {people.more} of whom no row tells" if people.more else ""
    read = count_of(rows, "row")
    yield f"  {read} = {people_word(len(people.rows))} + {left:,} left out{more}"
    for one in people.left:
        where = _where(numbered(one.rows))
        yield from wrapped(f"{len(one.rows):,}  {one.why}{where}", "     ", "        ")
    for note in people.notes:
        yield from wrapped(f"{note}.", "  ")
    for title, cells in sign_ups.sheet.others.items():
        yield f"  Not read: sheet {plain_text(title)} ({count_of(cells, 'cell')})"


def _where(rows: Sequence[int]) -> str:
    if not rows:
        return ""
    return f": row {rows[0]}" if len(rows) == 1 else f": rows {', '.join(map(str, rows))}"


def _column_lines(sign_ups: SignUps) -> Iterator[str]:
    fields = sign_ups.form.fields
    number = len(sign_ups.sheet.rows[0]) if sign_ups.sheet.rows else 0
    yield f"  {max(number, sign_ups.sheet.width):,} columns"
    by_field: dict[str, list[Compared]] = {}
    for one in sign_ups.compared.values():
        by_field.setdefault(one.bound.field.name, []).append(one)
    first = "compared"
    for name, found in by_field.items():
        question = next(field.question for field in fields if field.name == name)
        yield from wrapped(question, f"    {first:<14}", " " * 18)
        for one in found:
            how = _HOW[one.bound.how].format(
                separator=one.bound.field.separator, option=one.bound.option
            )
            yield from wrapped(f'is "{one.attribute}"; {how}', " " * 20, " " * 20)
        first = ""
    others = [one for one in sign_ups.answer_fields if one.name not in by_field]
    for label, field in zip(["no census", "file here"] + [""] * len(others), others, strict=False):
        yield from wrapped(
            f"{field.question}  {_kind(sign_ups, field)}", f"    {label:<14}", " " * 20
        )
    for role in ("private", "system", "ignore", "empty"):
        names = [one.name for one in fields if role_of(one, sign_ups.decisions) == role]
        if names:
            yield from wrapped("; ".join(names), f"    {role:<14}", " " * 18)


def _kind(sign_ups: SignUps, one: Field) -> str:
    """What answers a question has, in a word or two."""
    rows = sign_ups.people.rows
    said = answers(sign_ups.sheet, one, rows)
    words = Counter(word for each in said.values() for word in each.words)
    known = [word for word in words if not is_declined(word)]
    if one.kind in ("several", "ticks"):
        return "several answers"
    if known and {fold(word) for word in known} <= {"yes", "no"}:
        return "yes or no"
    numbers = [word for word in known if word.replace(".", "").isdigit()]
    if known and len(numbers) * 2 > len(known):
        return "numbers"
    return "one answer"


def attribute_lines(one: Compared, sign_ups: SignUps, questions: Sequence[Question]) -> list[str]:
    """How people are divided in one attribute."""
    people = sign_ups.people.count
    lines = ["", f"{one.attribute.upper()}: {people_word(people)}"]
    both = {"sex", "gender"} & set(fold(one.bound.field.question).replace("?", "").split())
    if one.attribute in ("sex", "gender") and one.attribute not in both and both:
        lines += wrapped(
            f"The form asks {next(iter(both))}, the census {one.attribute}: they are compared.",
            "  ",
        )
    if one.children and set(one.children) <= one.placing.outside:
        lines += wrapped("The census is counted without children, whom it also holds.", "  ")
    shares = one.baseline.shares(one.attribute)
    for group in _in_order(shares):
        told = f"{group}{_spelt(one, group)}"
        lines += wrapped(told, f"{one.count(group):>5,}  ", " " * 7)
        lines += _reasons(one, group)
    for kind, name in (("other", "other answers"), ("outside", "outside, not counted")):
        if one.number(kind):
            lines.append(f"{one.number(kind):>5,}  {name}")
    for why, number in _whys(one, "unknown").items():
        told = _UNKNOWN.get(why, why)
        lines.append(f"{number:>5,}  unknown: {told}")
    still = one.number("open")
    if still:
        at = _numbers_of(one, questions)
        lines.append(f"{still:>5,}  open: {at}")
    return lines


def _in_order(shares: Mapping[str, float]) -> list[str]:
    """Bands of ages as they follow one another; other groups by their share."""
    if bands(tuple(shares)) is not None:
        return list(shares)
    return sorted(shares, key=lambda group: -shares[group])


def _numbers_of(one: Compared, questions: Sequence[Question]) -> str:
    keys = {place.key for place in one.tally if place.kind == "open"}
    found = [
        number
        for number, question in enumerate(questions, start=1)
        if question.key in keys and question.attribute in ("", one.attribute)
    ]
    if not found:
        return "a question"
    if len(found) == 1:
        return f"question {found[0]}"
    return f"questions {', '.join(map(str, found[:-1]))} and {found[-1]}"


def _spelt(one: Compared, group: str) -> str:
    """How many of a group's people wrote its name otherwise."""
    number = sum(
        n
        for place, n in one.tally.items()
        if place.groups == (group,) and place.why == "spelling" and place.word != group
    )
    if not number:
        return ""
    places = [place for place in one.tally if place.groups == (group,) and place.why == "spelling"]
    capitals = all(place.word.casefold() == group.casefold() for place in places)
    differ = "differs" if number == 1 else "differ"
    return f" ({number} {differ} in {'capitals' if capitals else 'spelling'})"


def _reasons(one: Compared, group: str) -> Iterator[str]:
    """Under a group, people who are in it by other words than its name."""
    found: Counter[tuple[str, str]] = Counter()
    for place, number in one.tally.items():
        if place.kind == "group" and group in place.groups and place.why in _REASON:
            found[place.why, place.word] += number
    for (why, word), number in found.items():
        if (word and one.placing.is_shown(word)) or (
            word and why in ("word", "band", "finer band")
        ):
            yield from wrapped(f'{number:,} by "{word}", {_REASON[why]}', "       ", "         ")
        elif not word:
            yield from wrapped(f"{number:,} {_REASON[why]}", "       ", "         ")


def _whys(one: Compared, kind: str) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for place, number in one.tally.items():
        if place.kind == kind:
            found[place.why] += number
    return found


def question_lines(questions: Sequence[Question], compared: bool) -> list[str]:
    """The open questions, as the command prints them."""
    if not questions:
        return ["No question is open."]
    number = len(questions)
    loud = sum(bool(question.could_change) for question in questions)
    many = f"{number} QUESTION{'S ARE' if number > 1 else ' IS'} OPEN."
    if not compared:
        many += " Nothing is compared yet: no census file holds what the form asks."
    elif not loud:
        many += (
            " No answers to them could change a verdict, alone or together, so `coprep audit` "
            "would run. They change the figures on its page."
        )
    elif loud == 1 and number == 1:
        many += " Its answer could change a verdict: `coprep audit` waits."
    else:
        many += f" The answers to {loud} could change a verdict: `coprep audit` waits."
    lines = wrapped(many)
    for at, question in enumerate(questions, start=1):
        lines += ["", *one_question(at, question)]
    return lines


def one_question(at: int, question: Question) -> list[str]:
    """A question: the fact, what may be answered, and what the answers could change."""
    lines = wrapped(f"{at}. {question.ask}", "", "   ")
    groups = [choice for choice, meaning in question.choices.items() if meaning == GROUP]
    bare = [choice for choice, meaning in question.choices.items() if not meaning]
    for choice, meaning in question.choices.items():
        if choice == question.suggestion:
            told = f"suggested: {question.reason}"
        elif meaning and meaning != GROUP:
            told = meaning
        else:
            continue
        shown = choice if choice.startswith("[") else f'"{choice}"'
        lines += wrapped(f"{shown}  {told}", "     ", "       ")
    rest = [f'"{choice}"' for choice in bare if choice != question.suggestion]
    if len(groups) > 1:
        rest = ["a group of the census", *rest]
    if rest:
        lines += wrapped(_either(rest), "     ", "       ")
    if question.could_change is not None:
        told = question.told if question.could_change else ""
        could = "Yes." if question.could_change else "No."
        lines += wrapped(f"Could an answer change a verdict? {could} {told}".strip(), "   ")
    lines += wrapped(f"In mapping.toml: {question.where}", "   ")
    return lines


def _either(choices: Sequence[str]) -> str:
    """Some choices, the last behind an "or"."""
    return " or ".join([", ".join(choices[:-1]), choices[-1]] if choices[1:] else choices)


def account_rows(sign_ups: SignUps) -> list[tuple[Any, ...]]:
    """The account as rows: file, part, what, group, count, why."""
    name = sign_ups.sheet.name
    people = sign_ups.people
    left = sum(len(one.rows) for one in people.left)
    rows: list[tuple[Any, ...]] = [
        (name, "file", sign_ups.form.platform, "", None, sign_ups.form.told),
        (name, "rows", "read", "", len(people.rows) + left, "rows below the header"),
        (name, "rows", "people", "", len(people.rows), ""),
    ]
    rows += [(name, "rows", "left out", "", len(one.rows), one.why) for one in people.left]
    if people.more:
        rows.append((name, "rows", "more people", "", people.more, "no row of their own"))
    for one in sign_ups.form.fields:
        role = role_of(one, sign_ups.decisions)
        attributes = [
            a for a, held in sign_ups.compared.items() if held.bound.field.name == one.name
        ]
        told = f"is {', '.join(attributes)}" if attributes else role
        rows.append((name, "columns", one.name, "", None, told))
    for attribute, held in sign_ups.compared.items():
        for group in held.baseline.groups(attribute):
            rows.append((name, "people", attribute, group, held.count(group), "group"))
        for kind in ("other", "outside", "unknown", "open"):
            for why, number in _whys(held, kind).items():
                rows.append((name, "people", attribute, f"({kind})", number, why))
    return rows


def census_lines(name: str, attribute: str, baseline: Baseline, told: Sequence[str]) -> list[str]:
    """A census table: where from, what was chosen, and its groups."""
    lines = [f"CENSUS: {plain_text(name)}"]
    for text in told:
        lines += wrapped(text, "  ")
    shares = baseline.shares(attribute)
    counts = baseline.counts(attribute)
    if len(shares) > 30:
        return [*lines, f"  {len(shares)} groups of {attribute}"]
    for group in _in_order(shares):
        share = shares[group]
        count = f"{counts[group]:>11,.0f}" if counts is not None else " " * 11
        lines += wrapped(f"{percent(share):>6}  {group}", f"{count}  ", " " * 21)
    if counts is not None:
        lines.append(f"{sum(counts.values()):>11,.0f}  100.0%  added up")
    return lines


def html(sign_ups: SignUps, questions: Sequence[Question]) -> str:
    """Three captioned tables: the account, the groups and the questions."""
    rows = account_rows(sign_ups)
    account = [
        (what, group, count, why) for _, part, what, group, count, why in rows if part != "people"
    ]
    groups = [(what, group, count) for _, part, what, group, count, _ in rows if part == "people"]
    asked = [
        (
            number,
            question.ask,
            question.people,
            {True: "yes", False: "no", None: ""}[question.could_change],
            question.where,
        )
        for number, question in enumerate(questions, start=1)
    ]
    name = f"{sign_ups.sheet.name}, {sign_ups.form.platform}"
    return (
        _table(f"Account of {name}", ("what", "", "count", "why"), account)
        + _table("People by group", ("attribute", "group", "people"), groups)
        + _table(
            "Open questions",
            ("", "question", "people", "could change a verdict", "in mapping.toml"),
            asked,
        )
    )


def _table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f'<th scope="col">{harmless(name)}</th>' for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows
    )
    return (
        f"<table><caption>{harmless(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    return harmless(str(value))
