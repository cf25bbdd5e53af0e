"""Turn plain data back into what it was written from, as the declared types say; refuse the rest.

What does not fit is a `DamagedError` that names the place, so that nothing of a wrong type gets in.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from coprep.wording.labels import show

DEEPEST = 40
"""How deep lists and mappings may stand in one another."""
_LARGEST = 10**300
"""Whole numbers beyond this have no size as a float."""
_INFINITE = {"inf": math.inf, "-inf": -math.inf}

T = TypeVar("T")
Decoders = Mapping[Any, Callable[[Any], Any]]


class DamagedError(TypeError):
    """A value is not of the type that was declared."""


def check_plain(data: Any) -> None:
    """Refuse plain data that is nested too deep, or holds numbers that nothing can be done with."""
    level = [data]
    for _ in range(DEEPEST):
        inside: list[Any] = []
        for value in level:
            if isinstance(value, Mapping):
                inside += value.values()
            elif isinstance(value, (list, tuple)):
                inside += value
            elif isinstance(value, int) and abs(value) > _LARGEST:
                raise DamagedError("a number is too large")
        if not inside:
            return
        level = inside
    raise DamagedError(f"it is nested more than {DEEPEST} deep")


def decode(value: Any, hint: Any, decoders: Decoders, place: str) -> Any:
    """``value`` as the type ``hint`` says; ``decoders`` are for types that know how themselves."""
    for base in getattr(hint, "__mro__", (hint,)):
        if base in decoders:
            return decoders[base](value)
    if hint is Any:
        return value
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _member(value, hint, place)
    if is_dataclass(hint):
        return decode_fields(value, cast("type[Any]", hint), decoders, place)
    plain = _PLAIN.get(hint)
    if plain is not None:
        return plain(value, place)
    return _composed(value, hint, decoders, place)


def decode_fields(value: Any, kind: type[T], decoders: Decoders, place: str) -> T:
    """A dataclass from a mapping of its fields; what it does not know is passed over."""
    if not isinstance(value, Mapping):
        raise _unlike(value, f"the fields of {kind.__name__}", place)
    hints = _hints(cast("Any", kind))
    given: dict[str, Any] = {}
    for field in fields(cast("Any", kind)):
        if field.name in value:
            inner = f"{place}.{field.name}"
            given[field.name] = decode(value[field.name], hints[field.name], decoders, inner)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise DamagedError(f"{place} has no {field.name}")
    return kind(**given)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _composed(value: Any, hint: Any, decoders: Decoders, place: str) -> Any:
    """A value of one of several types, of a few values, or a list or mapping of values."""
    origin = get_origin(hint)
    inside = get_args(hint)
    if origin in (Union, types.UnionType):
        return _one_of(value, inside, decoders, place)
    if origin is Literal:
        if isinstance(value, str) and value in inside:
            return value
    elif origin is tuple and isinstance(value, (list, tuple)):
        several = inside[1:] == (Ellipsis,)
        each = inside[:1] * len(value) if several else inside
        if len(each) == len(value):
            pairs = zip(value, each, strict=True)
            return tuple(decode(v, h, decoders, f"{place}[{i}]") for i, (v, h) in enumerate(pairs))
    elif origin is not None and issubclass(origin, Mapping) and isinstance(value, Mapping):
        return {str(k): decode(v, inside[1], decoders, f"{place}.{k}") for k, v in value.items()}
    raise _unlike(value, str(hint), place)


def _one_of(value: Any, hints: tuple[Any, ...], decoders: Decoders, place: str) -> Any:
    """A value of the first of several types that it fits."""
    if value is None and type(None) in hints:
        return None
    refused = _unlike(value, "nothing", place)
    for hint in hints:
        try:
            return decode(value, hint, decoders, place)
        except DamagedError as error:
            refused = error
    raise refused


def _number(value: Any, place: str) -> float:
    """A number; null is nan, and infinities are words."""
    if value is None:
        return math.nan
    if isinstance(value, str) and value in _INFINITE:
        return _INFINITE[value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise _unlike(value, "a number", place)


def _of(kind: type, called: str) -> Callable[[Any, str], Any]:
    """Reads values of exactly one plain type: True is no number."""

    def read(value: Any, place: str) -> Any:
        if type(value) is not kind:
            raise _unlike(value, called, place)
        return value

    return read


_PLAIN: Mapping[Any, Callable[[Any, str], Any]] = {
    float: _number,
    str: _of(str, "text"),
    int: _of(int, "a whole number"),
    bool: _of(bool, "true or false"),
    type(None): _of(type(None), "null"),
}


def _member(value: Any, kind: type[Enum], place: str) -> Enum:
    try:
        return kind(value)
    except ValueError:
        raise _unlike(value, f"one of {', '.join(str(m.value) for m in kind)}", place) from None


def _unlike(value: Any, expected: str, place: str) -> DamagedError:
    return DamagedError(f"{place} is {show(value)}; expected {expected}")
