"""Reads and checks the decisions of `mapping.toml`: its sections and keys."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from coprep.errors import InputError, Problems
from coprep.wording.labels import nearest, show

OPEN = ""
"""The value of a question that nobody has answered."""
UNKNOWN = "(unknown)"
OUTSIDE = "(outside)"
OTHER = "(other answers)"
EACH = "(each)"
SEVERAL = "(several)"
WRITTEN = "(written)"
NOT_TICKED = "(not ticked)"
EMPTY = "(empty)"
SPECIAL = (UNKNOWN, OUTSIDE, OTHER)
REPEATS = ("last", "first", "fullest", "all")

_FILES = {
    "participants": str, "codebook": str, "platform": str, "encoding": str, "separator": str,
    "sheet": str, "header_rows": int, "header": str,
}  # fmt: skip
_PEOPLE: Mapping[str, tuple[str, ...] | None] = {
    "id": None,
    "weight": None,
    "repeats": REPEATS,
    "unfinished": ("keep", "drop"),
    "refused": ("keep", "drop"),
    "not_approved": ("keep", "drop"),
    "staff": ("keep", "drop"),
    "online": ("keep", "drop"),
    "quantity": ("one", "all"),
    "copies": ("keep", "unknown"),
    "drop": None,
    "day": None,
    "event": None,
    "stage": None,
}
_COLUMN = ("attribute", "kind", "separator", "columns")
_KINDS = ("one", "several", "number", "date", "year")
_ROLES = ("private", "system", "ignore", "empty")
_BASELINE = (
    "file", "format", "universe", "source", "column", "area", "date", "measure", "level", "where",
    "drop", "crosswalk", "bands", "kind", "stage",
)  # fmt: skip
SECTIONS = ("files", "people", "columns", "words", "baseline")


@dataclass(frozen=True)
class Decisions:
    """The sections of a mapping; a value that is `OPEN` is an open question."""

    files: Mapping[str, Any] = field(default_factory=dict)
    people: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    baseline: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def person(self, key: str) -> Any:
        """A decision about people; `OPEN` where there is none."""
        return self.people.get(key, OPEN)

    def word(self, attribute: str, word: str) -> str:
        """Where a word counts; `OPEN` where nobody said."""
        return str(self.words.get(attribute, {}).get(word, OPEN))

    def with_answer(self, section: str, key: str, value: Any) -> Decisions:
        """A copy with one more decision; ``section`` may name an attribute behind a dot."""
        name, _, attribute = section.partition(".")
        held = dict(getattr(self, name))
        if attribute:
            held[attribute] = {**held.get(attribute, {}), key: value}
        else:
            held[key] = value
        return replace(self, **{name: held})

    def with_all(self, answers: Mapping[str, Any]) -> Decisions:
        """A copy with the decisions of a nested mapping, as it would stand in the file."""
        made = self
        for section, entries in answers.items():
            for key, value in dict(entries).items():
                if section in ("words", "baseline") and isinstance(value, Mapping):
                    for word, target in value.items():
                        made = made.with_answer(f"{section}.{key}", str(word), target)
                else:
                    made = made.with_answer(section, str(key), value)
        return made

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Sections and their entries, for ``dict(decisions)``."""
        for name in SECTIONS:
            if getattr(self, name):
                yield name, dict(getattr(self, name))


def parse(text: str, *, name: str = "mapping.toml") -> Decisions:
    """The decisions of a text.

    Raises
    ------
    InputError
        With every key and value that means nothing, each with its line.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError.of(
            f"{name} cannot be read: {error}.",
            code="unreadable_file",
            param=name,
            hint='a word with blanks or signs stands between marks: "Black or Black British" = "".',
        ) from None
    return checked(found, name=name, text=text)


def checked(found: Mapping[str, Any], *, name: str, text: str = "") -> Decisions:
    """A nested mapping as decisions, with every fault in one error."""
    problems = Problems()
    check = _Check(name, text, problems)
    for section, entries in found.items():
        if section not in SECTIONS:
            check.unknown(section, SECTIONS, "section")
        elif not isinstance(entries, Mapping):
            check.bad(section, entries, "a section, such as [people]")
        else:
            getattr(check, f"_{section}")(entries)
    problems.raise_if_any()
    return Decisions(**{name: found.get(name, {}) for name in SECTIONS})


@dataclass
class _Check:
    """Looks at one section after the other and notes what means nothing."""

    name: str
    text: str
    problems: Problems

    def _line(self, key: str) -> str:
        """Where a key stands in the text."""
        for number, line in enumerate(self.text.splitlines(), start=1):
            bare = line.lstrip()
            if bare.startswith((key, f'"{key}"', f"[{key}]")):
                return f"{self.name}, line {number}"
        return self.name

    def unknown(self, key: str, known: tuple[str, ...], what: str) -> None:
        close = nearest(key, known)
        self.problems.add(
            f"{self._line(key)}: {show(key)} is no {what}.",
            code="unknown_key",
            param=key,
            got=key,
            expected=known,
            hint=f"did you mean {show(close)}?" if close else None,
        )

    def bad(self, key: str, value: object, expected: str) -> None:
        self.problems.add(
            f"{self._line(key)}: {key} is {show(value)}; expected {expected}.",
            code="bad_setting",
            param=key,
            got=value,
            expected=expected,
        )

    def _choice(self, key: str, value: object, choices: tuple[str, ...]) -> None:
        if value in (OPEN, *choices):
            return
        close = nearest(value, choices)
        self.problems.add(
            f"{self._line(key)}: {key} is {show(value)}; it can be "
            f"{', '.join(map(show, choices))}.",
            code="unknown_choice",
            param=key,
            got=value,
            expected=choices,
            hint=f"did you mean {show(close)}?" if close else None,
        )

    def _files(self, entries: Mapping[str, Any]) -> None:
        for key, value in entries.items():
            if key not in _FILES:
                self.unknown(key, tuple(_FILES), "key of [files]")
            elif not isinstance(value, _FILES[key]):
                self.bad(key, value, "a whole number" if _FILES[key] is int else "text")

    def _people(self, entries: Mapping[str, Any]) -> None:
        for key, value in entries.items():
            if key not in _PEOPLE:
                self.unknown(key, tuple(_PEOPLE), "key of [people]")
                continue
            choices = _PEOPLE[key]
            if choices is not None:
                self._choice(key, value, choices)
            elif key == "drop":
                for rule in value if isinstance(value, list) else [value]:
                    if not isinstance(rule, Mapping) or set(rule) != {"column", "is"}:
                        self.bad(key, rule, '{column = "Status", is = ["Spam"]}')
            elif key in ("id", "weight", "event") and not isinstance(value, str):
                self.bad(key, value, "text")

    def _columns(self, entries: Mapping[str, Any]) -> None:
        for column, value in entries.items():
            if not isinstance(value, Mapping):
                self._choice(column, value, _ROLES)
                continue
            for key, said in value.items():
                if key not in _COLUMN:
                    self.unknown(key, _COLUMN, "key of a column")
                elif key == "kind":
                    self._choice(key, said, _KINDS)

    def _words(self, entries: Mapping[str, Any]) -> None:
        for attribute, words in entries.items():
            if not isinstance(words, Mapping):
                self.bad(attribute, words, f'a section [words."{attribute}"]')
                continue
            for word, target in words.items():
                if not isinstance(target, str):
                    self.bad(word, target, "a group, or (unknown), (outside), (other answers)")

    def _baseline(self, entries: Mapping[str, Any]) -> None:
        for attribute, about in entries.items():
            if not isinstance(about, Mapping):
                self.bad(attribute, about, f'a section [baseline."{attribute}"]')
                continue
            for key in about:
                if key not in _BASELINE:
                    self.unknown(key, _BASELINE, "key of a baseline")
