"""Does what `coprep check` is asked: reads, tells, and writes `mapping.toml`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coprep.checking.account import (
    account_rows,
    attribute_lines,
    census_lines,
    file_lines,
    people_word,
    question_lines,
    wrapped,
)
from coprep.checking.folder import participants_of
from coprep.checking.mapping_file import fingerprint, header_names, save, sections
from coprep.checking.participants import Participants
from coprep.data.participants.decisions import Decisions
from coprep.data.participants.folder import MAPPING, Chosen, Found, find
from coprep.data.participants.questions import Question
from coprep.data.participants.sign_ups import SignUps
from coprep.errors import InputError
from coprep.wording.numbers import count_of

OPEN = 3
"""The exit code while a question is open whose answer could change a verdict."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of the command: the folder, and its options."""

    folder: Path
    baselines: tuple[Path, ...] = ()
    mapping: Path | None = None
    chosen: Chosen | None = None
    everything: bool = False
    plain: bool = False
    dry_run: bool = False
    fresh: bool = False


@dataclass(frozen=True)
class Checked:
    """What the command tells, its exit code, and the same as JSON."""

    lines: tuple[str, ...]
    code: int
    json: str


def check(asked: Wanted) -> Checked:
    """Read a folder, tell what was read and what is open, and write down the decisions.

    Raises
    ------
    InputError
        For what cannot be read or used.
    """
    place = Path(asked.folder)
    if not place.exists():
        raise InputError.of(
            f"{place} does not exist; a folder was expected.",
            code="no_such_file",
            param="folder",
            got=str(place),
        )
    found = find(place, mapping=asked.mapping, baselines=asked.baselines, chosen=asked.chosen)
    had = found.text
    people = _people(found, asked)
    target = found.place / MAPPING
    text = str(people.mapping)
    lines = _told(found, people, asked, had)
    code = OPEN if people.open_questions else 0
    if not asked.dry_run:
        lines += ["", *_write(target, text, asked)]
    else:
        lines += ["", "Nothing was written (--dry-run)."]
    lines += _next(found, people, code)
    return Checked(tuple(lines), code, _json(people, text))


def _people(found: Found, asked: Wanted) -> Participants:
    """The people by the decisions of the folder, or last year's brought to this year's file."""
    if asked.fresh:
        return participants_of(found, text="")
    if asked.mapping is None:
        return participants_of(found)
    people = participants_of(found)
    text = _this_years(found.text, people.sign_ups)
    return participants_of(found, text=text)


def _this_years(text: str, sign_ups: SignUps) -> str:
    """Last year's text with this year's file and fingerprint; nothing else changes."""
    wanted = {
        "participants": sign_ups.sheet.name,
        "header": fingerprint(header_names(sign_ups)),
    }
    lines = []
    section = ""
    for line in text.split("\n"):
        bare = line.strip()
        if bare.startswith("["):
            section = bare
        name = bare.partition("=")[0].strip()
        if section == "[files]" and name in wanted:
            line = f'{name} = "{wanted[name]}"'
        lines.append(line)
    return "\n".join(lines)


def _told(found: Found, people: Participants, asked: Wanted, had: str) -> list[str]:
    sign_ups = people.sign_ups
    if asked.plain:
        return _plain(people)
    again = bool(had) and asked.mapping is None and not asked.everything
    lines: list[str] = []
    if again:
        lines += _again(found, people)
    else:
        lines += file_lines(sign_ups)
        if found.unread:
            lines += wrapped(f"Not read: {', '.join(found.unread)}", "")
        lines += _changed_columns(found, sign_ups)
        for attribute, table in found.census.items():
            if attribute in sign_ups.compared:
                lines += ["", *_census(found, sign_ups, attribute)]
            else:
                names = ", ".join(table.baseline.groups(attribute)[:6])
                lines += ["", f"CENSUS: {table.path.name}"]
                lines += wrapped(
                    f'"{attribute}" ({names}) is not compared: no question of the form has '
                    "such answers.",
                    "  ",
                )
        for one in sign_ups.compared.values():
            lines += attribute_lines(one, sign_ups, people.questions)
    if people.questions or not again:
        lines += ["", *question_lines(people.questions, bool(sign_ups.compared))]
    return lines


def _census(found: Found, sign_ups: SignUps, attribute: str) -> list[str]:
    table = found.census[attribute]
    one = sign_ups.compared[attribute]
    told = [one.baseline.described or "no source named"]
    told += [
        f"{row.item} ({row.code}); {row.why}"
        for row in table.baseline.accounts[1:]
        if row.treatment == "chosen" and row.code and not row.attribute
    ]
    left = [
        row
        for row in table.baseline.accounts
        if row.attribute == attribute and row.treatment == "left out"
    ]
    told += [f"left out: {row.item}, {row.count:,.0f} people" for row in left]
    if one.fitted.told:
        told.append(one.fitted.told)
    return census_lines(table.path.name, attribute, one.baseline, told)


def _changed_columns(found: Found, sign_ups: SignUps) -> list[str]:
    """That the form is another than the one the mapping was written for."""
    said = found.decisions.files.get("header")
    names = header_names(sign_ups)
    if not said or said == fingerprint(names):
        return []
    return wrapped(
        "The columns are not those that mapping.toml was written for (header). Look at what each "
        "is read as.",
        "  ",
    )


def _again(found: Found, people: Participants) -> list[str]:
    """The second run: how many answers there are, and what they changed."""
    sign_ups = people.sign_ups
    before = sign_ups.decided(replace(sign_ups.decisions, people=_certain(sign_ups), words={}))
    answers = _answers(before, sign_ups.decisions)
    number = len(people.questions)
    state = "No question is open."
    if number:
        state = "1 question is open." if number == 1 else f"{number} questions are open."
    lines = wrapped(
        f"mapping.toml: {answers} answer{'' if answers == 1 else 's'} of yours. {state}"
    )
    lines += _changed_columns(found, sign_ups)
    left = sum(len(one.rows) for one in sign_ups.people.left)
    lines += [
        f"  {count_of(len(sign_ups.people.rows) + left, 'row')} = "
        f"{people_word(sign_ups.people.count)} + "
        f"{left:,} left out"
    ]
    for attribute, one in sign_ups.compared.items():
        was = before.compared.get(attribute)
        if was is None:
            continue
        rows = [(was.count(g), one.count(g), g) for g in one.baseline.groups(attribute)]
        for kind, name in (
            ("other", "other answers"),
            ("outside", "outside, not counted"),
            ("unknown", "unknown"),
            ("open", "open"),
        ):
            rows.append((was.number(kind), one.number(kind), name))
        moved = [row for row in rows if row[0] != row[1]]
        if moved:
            lines += ["", f"{attribute.upper()}: {people_word(sign_ups.people.count)}."]
            lines.append("  What your answers changed (were, are):")
            for old, new, name in moved:
                lines += wrapped(f"{name}", f"  {old:>5,} {new:>5,}  ", " " * 15)
    return lines


def _certain(sign_ups: SignUps) -> Mapping[str, Any]:
    """Decisions about people that say only what the platform says."""
    return {
        name: said
        for name, said in sign_ups.decisions.people.items()
        if name in ("id", "drop", "event", "stage", "weight")
    }


def _answers(before: SignUps, decisions: Decisions) -> int:
    """How many decisions answer a question."""
    open_keys = {(q.section, q.key) for q in before.questions}
    certain = {
        (".".join(part.name), entry.key)
        for part in sections(before, (), {})
        for entry in part.entries
    }
    number = 0
    for name, said in decisions.people.items():
        number += ("people", name) in open_keys and said != ""
    for attribute, words in decisions.words.items():
        for word, target in words.items():
            mine = (f"words.{attribute}", word)
            number += target != "" and (mine in open_keys or mine not in certain)
    return number


def _write(target: Path, text: str, asked: Wanted) -> list[str]:
    there = target.read_text(encoding="utf-8") if target.is_file() else None
    name = f"{target.parent.name}/{target.name}"
    if there == text:
        return [f"Unchanged: {name}    (each file's account again: --all)"]
    if there is not None and asked.fresh:
        save(target.with_name(f"{MAPPING}.bak"), there)
    save(target, text)
    if there is not None:
        return [f"Written: {name} (what is new was added)"]
    what = "last year's, and what is new" if asked.mapping is not None else "new"
    return [f"Written: {name} ({what}; not for publication)"]


def _next(found: Found, people: Participants, code: int) -> list[str]:
    name = found.place.name
    if code:
        return wrapped(
            f"answer the questions there, then coprep check {name}", "Next:    ", " " * 9
        )
    if not people.sign_ups.compared:
        return wrapped(
            f"put census files into {name}, as downloaded, then coprep check {name}",
            "Next:    ",
            " " * 9,
        )
    if people.questions:
        return wrapped(
            f"answer the questions there, then coprep check {name}; or coprep audit {name}",
            "Next:    ",
            " " * 9,
        )
    return [f"Next:    coprep audit {name}"]


def _plain(people: Participants) -> list[str]:
    """One fact a line."""
    lines = []
    for _, part, what, group, count, why in account_rows(people.sign_ups):
        said = "" if count is None else f": {count:,}"
        told = f" ({why})" if why and part != "people" else ""
        lines.append(f"{part}, {what}{f', {group}' if group else ''}{said}{told}")
    for number, question in enumerate(people.questions, start=1):
        could = {True: "could change a verdict", False: "changes no verdict", None: ""}
        lines.append(
            f"question {number}: {question.ask} Answers: {', '.join(question.choices)}. "
            f"{could[question.could_change]}. In mapping.toml: {question.where}"
        )
    return lines


def _json(people: Participants, text: str) -> str:
    names = ("file", "part", "what", "group", "count", "why")
    account = [dict(zip(names, row, strict=True)) for row in account_rows(people.sign_ups)]
    return json.dumps(
        {
            "account": account,
            "questions": [_as_data(question) for question in people.questions],
            "mapping": text,
        },
        indent=1,
        ensure_ascii=False,
    )


def _as_data(question: Question) -> dict[str, Any]:
    return {
        "ask": question.ask,
        "people": question.people,
        "rows": list(question.rows),
        "section": question.section,
        "key": question.key,
        "choices": dict(question.choices),
        "suggestion": question.suggestion,
        "reason": question.reason,
        "could_change": question.could_change,
        "attribute": question.attribute,
    }
