"""Joins what process.toml says of reading with mapping.toml; a key may have one value only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from coprep.data.files import read_text
from coprep.data.participants.decisions import EACH, OUTSIDE, SEVERAL, UNKNOWN, Decisions
from coprep.data.reading import EVERYWHERE, READING_KEYS, Reading
from coprep.errors import InputError, Problems
from coprep.wording.labels import show

PROCESS = "process.toml"
Said = tuple[str, str, Any]
"""A section of the mapping, a key, and its value."""


def with_process_toml(home: Path, decisions: Decisions, attributes: Iterable[str]) -> Decisions:
    """The decisions of both files.

    Raises
    ------
    InputError
        For a key to which the two files give two values, with both.
    """
    import tomllib

    file = home / PROCESS
    if not file.is_file():
        return decisions
    try:
        found = tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise InputError.of(
            f"{PROCESS} cannot be read: {error}.", code="unreadable_file", param=PROCESS
        ) from None
    keys = {name: value for name, value in found.items() if name in READING_KEYS}
    if not keys:
        return decisions
    return joined(decisions, Reading.of(keys, where=PROCESS), tuple(attributes))


def joined(decisions: Decisions, reading: Reading, attributes: Iterable[str]) -> Decisions:
    """Decisions with those of a reading."""
    problems = Problems()
    made = decisions
    for section, key, value in _said(reading, tuple(attributes)):
        held = _held(made, section, key)
        if held in (None, ""):
            made = made.with_answer(section, key, value)
        elif not _same(held, value):
            problems.add(
                f"{show(key)} has two values: {_shown(held)} in mapping.toml, {_shown(value)} in "
                f"{PROCESS}.",
                code="two_values",
                param=key,
                got=(_shown(held), _shown(value)),
                hint="leave the line out of one of the two files.",
            )
    problems.raise_if_any()
    return made


def _said(reading: Reading, attributes: tuple[str, ...]) -> Iterator[Said]:
    """What a reading says, as the mapping would."""
    for column, attribute in reading.columns.items():
        yield "columns", column, {"attribute": attribute}
    if reading.person is not None:
        yield "people", "id", reading.person
    if reading.weight is not None:
        yield "people", "weight", reading.weight
    for attribute, rules in reading.recode.items():
        for name in attributes if attribute == EVERYWHERE else (attribute,):
            for word, group in rules.items():
                yield f"words.{name}", word, _target(group)
    for name in attributes:
        for word in reading.unknown:
            yield f"words.{name}", word, UNKNOWN
    for attribute, words in reading.outside.items():
        for name in attributes if attribute == EVERYWHERE else (attribute,):
            for word in words:
                yield f"words.{name}", word, OUTSIDE
    for name in reading.overlapping:
        yield f"words.{name}", SEVERAL, EACH


def _target(group: str) -> str:
    """A group as the mapping names it: a label renamed to unknown is unknown."""
    return UNKNOWN if group.casefold() == "unknown" else group


def _held(decisions: Decisions, section: str, key: str) -> Any:
    name, _, attribute = section.partition(".")
    entries: Mapping[str, Any] = getattr(decisions, name)
    return entries.get(attribute, {}).get(key) if attribute else entries.get(key)


def _same(held: Any, value: Any) -> bool:
    if isinstance(held, Mapping) and isinstance(value, Mapping):
        return bool(held.get("attribute") == value.get("attribute"))
    return bool(held == value)


def _shown(value: Any) -> str:
    return show(value.get("attribute")) if isinstance(value, Mapping) else show(value)
