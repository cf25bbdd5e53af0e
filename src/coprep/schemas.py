"""Describe the JSON of every kind of result as JSON Schema, from the types of its fields."""

from __future__ import annotations

import importlib
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from coprep.findings import Note
from coprep.loading import MODULES
from coprep.pictures import KINDS as PICTURES
from coprep.results import JSON_FORMAT, Result
from coprep.table import Table

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = {"anyOf": [{"type": ["number", "null"]}, {"enum": ["inf", "-inf"]}]}
_TABLE = {
    "description": "Columns of one length; kinds says what each holds.",
    "type": "object",
    "required": ["kinds", "columns"],
    "properties": {
        "kinds": {
            "type": "object",
            "additionalProperties": {"enum": ["text", "count", "number", "truth"]},
        },
        "columns": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": {"type": ["string", "number", "boolean", "null"]},
            },
        },
    },
}
_RESULT = {
    "description": "A result within a result, by the schema of its own kind.",
    "type": "object",
    "required": ["format", "kind", "title", "rows", "findings", "notes", "settings"],
}
_PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: _NUMBER,
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each kind of result, by kind.

    A later version may write more fields under the same format number, so nothing is forbidden that
    is not known.
    """
    for module in MODULES.values():
        importlib.import_module(module)
    return {kind: _schema_of(kind) for kind in MODULES}


def _schema_of(kind: str) -> dict[str, Any]:
    known = Result._kinds[kind]
    described: dict[str, Any] = {}
    properties = {
        "format": {"type": "integer", "minimum": 1, "maximum": JSON_FORMAT},
        "coprep": {"type": "string", "description": "The version that wrote it."},
        "kind": {"const": kind},
        **_properties(known, described),
    }
    lines = (known.__doc__ or "").strip().splitlines()
    return {
        "$schema": _DIALECT,
        "title": known.__name__,
        "description": " ".join(lines[:1]),
        "type": "object",
        "required": ["format", "kind", "title", "rows", "findings", "notes", "settings"],
        "properties": properties,
        "$defs": described,
    }


def _properties(known: type[Any], described: dict[str, Any]) -> dict[str, Any]:
    """What the fields of a dataclass hold; shared parts are described once, in ``described``."""
    hints = get_type_hints(known)
    return {field.name: _of(hints[field.name], described) for field in fields(known)}


def _of(hint: Any, described: dict[str, Any]) -> dict[str, Any]:
    """What a value of a type looks like in JSON."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint is Table:
        return _shared("Table", lambda: _TABLE, described)
    if isinstance(hint, type) and issubclass(hint, Result):
        return _RESULT
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    if is_dataclass(hint) and isinstance(hint, type):
        return _shared(hint.__name__, lambda: _object(hint, described), described)
    return _composed(hint, described)


def _composed(hint: Any, described: dict[str, Any]) -> dict[str, Any]:
    """One of several types, one of a few values, a list or a mapping."""
    origin = get_origin(hint)
    inside = get_args(hint)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(one, described) for one in inside]}
    if origin is Literal:
        return {"enum": list(inside)}
    if origin is tuple and inside[1:] == (Ellipsis,):
        return {"type": "array", "items": _of(inside[0], described)}
    if origin is tuple:
        each = [_of(one, described) for one in inside]
        return {"type": "array", "prefixItems": each, "minItems": len(each), "maxItems": len(each)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(inside[1], described)}
    raise TypeError(f"nothing says how {hint} is written as JSON")


def _object(known: type[Any], described: dict[str, Any]) -> dict[str, Any]:
    """A dataclass as an object: its fields, those it needs, and its kind where it is a picture."""
    found: dict[str, Any] = {"type": "object", "properties": _properties(known, described)}
    needed = [
        field.name
        for field in fields(known)
        if field.default is MISSING and field.default_factory is MISSING
    ]
    if known in PICTURES.values():
        found["properties"] = {"kind": {"const": getattr(known, "kind")}, **found["properties"]}  # noqa: B009
        needed = ["kind", *needed]
    if known is Note:
        # Format 1 wrote a bare sentence.
        return {"anyOf": [{**found, "required": needed}, {"type": "string"}]}
    return {**found, "required": needed}


def _shared(name: str, make: Any, described: dict[str, Any]) -> dict[str, Any]:
    """A reference to a part that is described once."""
    if name not in described:
        described[name] = {}
        described[name] = make()
    return {"$ref": f"#/$defs/{name}"}
