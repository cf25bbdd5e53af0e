"""Writes decisions as `mapping.toml`: certain lines, open ones and suggestions; lines are only added."""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from coprep.data.labels import fold
from coprep.data.participants.binding import Bound
from coprep.data.participants.decisions import OUTSIDE, UNKNOWN
from coprep.data.participants.placing import Place
from coprep.data.participants.questions import Question
from coprep.data.participants.sign_ups import CHILDREN, GROUP, Compared, SignUps, role_of
from coprep.data.participants.word_lists import CENSUS_LIST, UNKNOWN_LIST
from coprep.errors import InputError

NAME = "mapping.toml"
_WIDE = 80
_TOP = """\
# How the files of "{place}" are read. Written by coprep check on {day}.
# Not for publication. Every line is a decision; change it where it is wrong.
#   key = ""            an open question: write the answer between the marks
#   # key = "answer"    a suggestion: it does nothing until the first "# " is
#                       removed (or write another answer in its place)
# Then run coprep check again. It adds lines; it never changes or removes one.
"""


@dataclass(frozen=True)
class Entry:
    """One decision: its key, and the lines that stand in the file."""

    key: str
    lines: tuple[str, ...]


@dataclass
class Section:
    """A section of the file and its entries."""

    name: tuple[str, ...]
    entries: list[Entry] = field(default_factory=list)
    note: str = ""

    @property
    def header(self) -> str:
        """The line that begins it."""
        return f"[{'.'.join(key(part) for part in self.name)}]"


def key(text: str) -> str:
    """A key of TOML, in marks where it needs them."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else value(text)


def value(said: Any) -> str:
    """A value of TOML."""
    if isinstance(said, bool):
        return "true" if said else "false"
    if isinstance(said, (int, float)):
        return str(said)
    if isinstance(said, date):
        return said.isoformat()
    if isinstance(said, Mapping):
        return "{" + ", ".join(f"{key(str(k))} = {value(v)}" for k, v in said.items()) + "}"
    if isinstance(said, (list, tuple)):
        return "[" + ", ".join(map(value, said)) + "]"
    return json.dumps(str(said), ensure_ascii=False).replace("\x7f", "\\u007f")


def fingerprint(names: Sequence[str]) -> str:
    """The fingerprint of columns, by which a changed form is noticed."""
    joined = "\x1f".join(name.strip() for name in names)
    return hashlib.sha256(joined.encode()).hexdigest()[:12]


def line(name: str, said: Any, comment: str = "") -> str:
    """An active line, with a comment behind it."""
    made = f"{key(name)} = {value(said)}"
    return f"{made}  # {_plain(comment)}" if comment else made


def _plain(text: str) -> str:
    """A text that fits behind a sign of comment."""
    return " ".join(str(text).split())


def _comment(text: str) -> tuple[str, ...]:
    wrapped = textwrap.wrap(_plain(text), _WIDE - 2, break_long_words=False, break_on_hyphens=False)
    return tuple(f"# {part}" for part in wrapped)


def header_names(sign_ups: SignUps) -> list[str]:
    """The names of the columns, as the file has them."""
    row = sign_ups.form.first_row - sign_ups.form.header_rows
    return [sign_ups.sheet.cell(row, at) for at in range(sign_ups.sheet.width)]


def sections(
    sign_ups: SignUps,
    questions: Sequence[Question],
    baselines: Mapping[str, Mapping[str, Any]],
) -> list[Section]:
    """All that the file should say; ``baselines`` are the keys of each ``[baseline.ATTRIBUTE]``."""
    numbers = {(q.section, q.key): at for at, q in enumerate(questions, start=1)}
    made = [_files(sign_ups), _people(sign_ups, questions, numbers)]
    made += _columns(sign_ups, questions, numbers)
    for one in sign_ups.compared.values():
        made.append(_words(one, questions, numbers))
    for attribute, about in baselines.items():
        entries = [Entry(name, (line(name, said),)) for name, said in about.items() if said]
        part = Section(("baseline", attribute), entries)
        _ask(part, f"baseline.{attribute}", questions, numbers)
        made.append(part)
    held = {".".join(part.name) for part in made}
    for question in questions:
        if question.section not in held and question.section.startswith("baseline."):
            part = Section(("baseline", question.attribute))
            _ask(part, question.section, questions, numbers)
            made.append(part)
            held.add(question.section)
    return made


def _files(sign_ups: SignUps) -> Section:
    form = sign_ups.form
    sheet = sign_ups.sheet
    lines = {
        "participants": line("participants", sheet.name),
        "platform": line("platform", form.platform, form.told),
        "header_rows": line("header_rows", form.header_rows),
        "header": line(
            "header",
            fingerprint(header_names(sign_ups)),
            "fingerprint of the columns: a changed form is noticed",
        ),
    }
    if sheet.title:
        lines["sheet"] = line("sheet", sheet.title)
    if form.codebook:
        lines["codebook"] = line("codebook", form.codebook, "names for codes")
    return Section(("files",), [Entry(name, (text,)) for name, text in lines.items()])


def _people(
    sign_ups: SignUps, questions: Sequence[Question], numbers: Mapping[tuple[str, str], int]
) -> Section:
    part = Section(("people",))
    form = sign_ups.form
    if form.id is not None:
        name = next(one.name for one in form.fields if form.id in one.columns)
        part.entries.append(Entry("id", (line("id", name, "finds repeats; never shown"),)))
    drops = _drops(sign_ups)
    if drops:
        part.entries.append(Entry("drop", (line("drop", drops, "by the platform's own words"),)))
    if form.event is not None and form.event[1]:
        comment = "the only event with answers about the person"
        part.entries.append(Entry("event", (line("event", form.event[1], comment),)))
    if form.stage is not None:
        words = {name: sorted(said) for name, said in form.stage.words.items()}
        said = {"column": form.stage.column, **words}
        part.entries.append(Entry("stage", (line("stage", said),)))
    _ask(part, "people", questions, numbers)
    return part


def _drops(sign_ups: SignUps) -> list[dict[str, Any]]:
    """Rules for the rows that the platform's words leave out, as far as there are such rows."""
    found = []
    sheet = sign_ups.sheet
    for drop in sign_ups.form.drops:
        cells = (sheet.cell(row, drop.at) for row in range(len(sheet.rows)))
        words = list(dict.fromkeys(cell for cell in cells if fold(cell) in drop.words))
        if words:
            found.append({"column": drop.column, "is": words})
    return found


def _columns(
    sign_ups: SignUps, questions: Sequence[Question], numbers: Mapping[tuple[str, str], int]
) -> list[Section]:
    plain = Section(("columns",))
    for one in sign_ups.form.fields:
        role = role_of(one, sign_ups.decisions)
        if role != "answer":
            plain.entries.append(Entry(one.name, (line(one.name, role),)))
    _ask(plain, "columns", questions, numbers)
    by_field: dict[str, list[Bound]] = {}
    for compared in sign_ups.compared.values():
        by_field.setdefault(compared.bound.field.name, []).append(compared.bound)
    others = [one.question for one in sign_ups.answer_fields if one.name not in by_field]
    if others:
        told = ", ".join(f'"{name}"' for name in others[:12])
        plain.note = f"Not compared, because no census file here holds them: {told}."
    made = [plain]
    for name, found in by_field.items():
        # A column that is taken for want of an answer is no decision.
        if not any(_is_open(one, sign_ups) for one in found):
            made.append(_column(name, found))
    return made


def _is_open(one: Bound, sign_ups: SignUps) -> bool:
    """Whether it is still asked if another column holds the attribute."""
    said = sign_ups.decisions.columns
    return any(said.get(rival) in (None, "") for rival in one.others)


def _column(name: str, found: Sequence[Bound]) -> Section:
    """The column of one attribute, or of several that are options of one question."""
    attributes = [one.attribute for one in found]
    one = found[0]
    said = attributes[0] if len(attributes) == 1 else attributes
    entries = [Entry("attribute", (line("attribute", said),))]
    kind = {"ticks": "several", "tick": "several"}.get(one.how, one.how)
    entries.append(Entry("kind", (line("kind", kind),)))
    if one.field.kind == "several":
        comment = "a separator inside a known answer does not split it"
        entries.append(Entry("separator", (line("separator", one.field.separator, comment),)))
    if one.field.kind == "ticks":
        options = list(one.field.options)
        entries.append(Entry("columns", (line("columns", options, "a column an option"),)))
    return Section(("columns", name), entries)


def _words(
    one: Compared, questions: Sequence[Question], numbers: Mapping[tuple[str, str], int]
) -> Section:
    """The words that are no group's own name, with the group each stands for."""
    part = Section(("words", one.attribute))
    part.note = "Words that are a group's own name need no line."
    found: dict[str, tuple[Place, int]] = {}
    for row, place in one.places.items():
        del row
        if place.word:
            held = found.get(place.word, (place, 0))
            found[place.word] = (place, held[1] + 1)
    for word, (place, number) in sorted(found.items(), key=lambda item: (-item[1][1], item[0])):
        text = _word_line(word, place, number)
        if text:
            part.entries.append(Entry(word, (text,)))
    if one.children and set(one.children) <= one.placing.outside:
        name = one.children[0] if len(one.children) == 1 else CHILDREN
        comment = "the form offers no such age: the census is counted without it"
        part.entries.append(Entry(name, (line(name, OUTSIDE, comment),)))
    _ask(part, f"words.{one.attribute}", questions, numbers)
    return part


def _word_line(word: str, place: Place, number: int) -> str:
    people = "1 person" if number == 1 else f"{number:,} people"
    if place.kind == "unknown" and place.why == "declined":
        return line(word, UNKNOWN, f'{people}; word list "{UNKNOWN_LIST}"')
    if place.kind != "group" or word == place.groups[0]:
        return ""
    reason = {
        "spelling": "differs in spelling only",
        "word": 'word list "sex, yes and no"',
        "word list": f'word list "{CENSUS_LIST}"',
        "band": "the same ages",
        "finer band": "its ages lie within",
    }.get(place.why)
    if reason is None or fold(word) == fold(place.groups[0]):
        reason = reason and "differs in capitals"
    return line(word, place.groups[0], f"{people}; {reason}") if reason else ""


def _ask(
    part: Section,
    section: str,
    questions: Sequence[Question],
    numbers: Mapping[tuple[str, str], int],
) -> None:
    """The open questions of a section, each with its choices as a comment."""
    for question in questions:
        if question.section != section:
            continue
        number = numbers[question.section, question.key]
        choices = _choices(question)
        told = "Could change a verdict." if question.could_change else "Changes no verdict."
        if question.could_change is None:
            told = "Nothing is compared yet."
        text = f"Question {number}. {question.ask} Answers: {choices}. {told}"
        if question.suggestion:
            quoted = value(question.suggestion)
            if question.suggestion.startswith("["):
                quoted = question.suggestion
            last = f"# {key(question.key)} = {quoted}  # {question.people:,} people? "
            last = last.replace("1 people?", "1 person?") if question.people == 1 else last
            lines = (*_comment(text), last + _plain(question.reason))
        else:
            lines = (*_comment(text), f'{key(question.key)} = ""')
        part.entries.append(Entry(question.key, lines))


def _choices(question: Question) -> str:
    """What may be answered, in a line; all groups of the census are said as one."""
    told = []
    for choice, meaning in question.choices.items():
        shown = choice if choice.startswith("[") else f'"{choice}"'
        if meaning == GROUP and "a group" not in told:
            told.append("a group")
        elif meaning != GROUP:
            told.append(f"{shown} {meaning}".strip())
    return "; ".join(told)


def whole_text(made: Sequence[Section], place: str, day: date) -> str:
    """A new file."""
    lines = [_TOP.format(place=place, day=day.isoformat())]
    for part in made:
        if part.entries or part.note:
            lines += [*_section_lines(part), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _section_lines(part: Section) -> Iterator[str]:
    yield part.header
    if part.note:
        yield from _comment(part.note)
    for entry in part.entries:
        yield from entry.lines


def added(text: str, made: Sequence[Section], day: date) -> str:
    """A file with what it lacks; no line of it changes.

    Keys count as there where they stand, active or behind a sign of comment.
    """
    lines = text.rstrip("\n").split("\n")
    for part in made:
        start = _start(lines, part.name)
        if start is None:
            if part.entries:
                lines += ["", f"# New on {day.isoformat()}.", *_section_lines(part)]
            continue
        end = _end(lines, start)
        held = _keys(lines[start + 1 : end])
        new = [entry for entry in part.entries if entry.key not in held]
        if not new:
            continue
        while end > start + 1 and not lines[end - 1].strip():
            end -= 1
        more = [f"# New on {day.isoformat()}."]
        more += [text for entry in new for text in entry.lines]
        lines[end:end] = more
    return "\n".join(lines) + "\n"


def _start(lines: Sequence[str], name: tuple[str, ...]) -> int | None:
    """The line that begins a section."""
    for at, text in enumerate(lines):
        bare = text.strip()
        if not bare.startswith("[") or bare.startswith("[["):
            continue
        try:
            found: Any = tomllib.loads(bare.partition("]#")[0])
        except tomllib.TOMLDecodeError:
            continue
        parts = []
        while isinstance(found, dict) and found:
            first = next(iter(found))
            parts.append(first)
            found = found[first]
        if tuple(parts) == name:
            return at
    return None


def _end(lines: Sequence[str], start: int) -> int:
    for at in range(start + 1, len(lines)):
        if re.match(r"\s*\[", lines[at]):
            # A comment right above a section belongs to it.
            return at
    return len(lines)


_KEY = re.compile(r'\s*(?:#\s*)?("(?:[^"\\]|\\.)*"|\'[^\']*\'|[A-Za-z0-9_-]+)\s*=')


def _keys(lines: Sequence[str]) -> set[str]:
    """The keys that lines hold, active or behind a sign of comment."""
    found = set()
    for text in lines:
        match = _KEY.match(text)
        if match:
            said = match[1]
            plain = json.loads(said) if said.startswith('"') else said.strip("'")
            found.add(plain)
    return found


def save(path: Path, text: str) -> None:
    """Write a file in one step; what is there stays whole if that fails."""
    tomllib.loads(text)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise InputError.of(
            f"cannot write {path.name}: {error.strerror}.",
            code="cannot_write",
            param="mapping",
            hint="name a folder that you may write to.",
        ) from None
