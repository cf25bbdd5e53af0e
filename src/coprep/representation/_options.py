"""Options of `assess`: everything that was asked, checked at once before anything is counted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from numbers import Real
from typing import Any

import numpy as np

from coprep.errors import InputError, Problems
from coprep.metrics.shares._proportions import ProportionMethod
from coprep.wording.labels import show

Band = tuple[float, float]

_TIGHTEST = 0.001
_MOST_PEOPLE = 10**9
_CHOICES = {
    "interval": ("exact", "wilson", "jeffreys", "mid-p"),
    "adjust": ("holm", "hommel", "bh", "by", "bonferroni", "none"),
    "family": ("attribute", "all"),
    "selection": ("open", "random", "quota"),
    "unmatched": ("raise", "row"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `assess` was asked, under the names of its keywords; `ticks` are columns an option."""

    attributes: tuple[str, ...] | None = None
    columns: Mapping[str, str] | None = None
    weight: str | None = None
    person: str | None = None
    cluster: str | None = None
    total: int | Mapping[str, int] | None = None
    confidence: float = 0.95
    band: Band = (0.8, 1.25)
    interval: ProportionMethod = "exact"
    adjust: str = "holm"
    family: str = "attribute"
    population: int | None = None
    selection: str = "open"
    quotas: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    outside: Mapping[str, tuple[str, ...]] | tuple[str, ...] = ()
    unmatched: str = "raise"
    overlapping: tuple[str, ...] = ()
    ticks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    recode: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    title: str = ""

    @property
    def alpha(self) -> float:
        """The share of false alarms allowed in a family of tests."""
        return 1 - self.confidence

    @classmethod
    def of_reading(cls, **given: Any) -> Options:
        """Options of which only some are asked, such as how participants are to be read."""
        usual: dict[str, Any] = {}
        for option in fields(cls):
            if option.default_factory is not MISSING:
                usual[option.name] = option.default_factory()
            else:
                usual[option.name] = option.default
        usual.pop("ticks")
        return cls.of(**usual | given)

    @classmethod
    def of(cls, **given: Any) -> Options:
        """Options as a user wrote them; raises one error with everything that is wrong."""
        problems = Problems()
        _check_names(problems, given)
        named = not problems
        _check_numbers(problems, given)
        for name, choices in _CHOICES.items():
            if given[name] not in choices:
                problems.take(InputError.choice(name, given[name], choices))
        if named:
            _check_quotas(problems, given["selection"], _names(given["quotas"]))
        problems.raise_if_any()
        attributes = given["attributes"]
        overlapping = given["overlapping"]
        columns = given["columns"]
        return cls(
            **{
                **given,
                "attributes": None if attributes is None else _names(attributes),
                "quotas": _names(given["quotas"]),
                "unknown": _names(given["unknown"]),
                "outside": _outside(given["outside"]),
                "columns": None if columns is None else {str(c): a for c, a in columns.items()},
                "band": _ratios(given["band"]),
                "overlapping": _names(overlapping),
                "ticks": overlapping if isinstance(overlapping, Mapping) else {},
                "recode": given["recode"] or {},
                "labels": given["labels"] or {},
            }
        )


def _names(value: Any) -> tuple[str, ...]:
    """Names in their order, each once; one name stands for a list of one."""
    return (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))


def _outside(value: Any) -> Mapping[str, tuple[str, ...]] | tuple[str, ...]:
    """Labels outside the comparison, of every attribute or by attribute."""
    if isinstance(value, Mapping):
        return {str(attribute): _names(labels) for attribute, labels in value.items()}
    return _names(value)


def _are_names(value: Any) -> bool:
    listed = isinstance(value, Iterable) and not isinstance(value, Mapping)
    return listed and all(isinstance(v, str) for v in value)


def _refuse(problems: Problems, name: str, got: Any, expected: str, **more: Any) -> None:
    """Note that an option is not what it can be."""
    problems.add(f"{name} is {show(got)}; expected {expected}.", param=name, got=got, **more)


def _check_names(problems: Problems, given: Mapping[str, Any]) -> None:
    """Options that are lists or mappings of names."""
    for name in ("attributes", "quotas", "unknown"):
        value = given[name]
        if name == "attributes" and value is None:
            continue
        if not _are_names(value):
            _refuse(problems, name, value, "names in a list", code="bad_names")
    outside = given["outside"]
    parts = outside.values() if isinstance(outside, Mapping) else (outside,)
    if not all(_are_names(part) for part in parts):
        expected = "labels in a list, or {attribute: labels}"
        _refuse(problems, "outside", outside, expected, code="bad_names")
    for name in ("columns", "recode"):
        value = given[name]
        if value is not None and not isinstance(value, Mapping):
            expected = "a mapping, such as {'old': 'new'}"
            _refuse(problems, name, value, expected, code="bad_mapping")
    overlapping = given["overlapping"]
    if isinstance(overlapping, Mapping):
        sound = all(isinstance(columns, Mapping) for columns in overlapping.values())
    else:
        sound = isinstance(overlapping, (str, list, tuple, set, frozenset))
    if not sound:
        expected = "names, or {attribute: {group: column}}"
        _refuse(problems, "overlapping", overlapping, expected, code="bad_names")


def _check_numbers(problems: Problems, given: Mapping[str, Any]) -> None:
    """Options that are numbers."""
    totals = given["total"]
    for total in totals.values() if isinstance(totals, Mapping) else (totals,):
        if total is not None and not _is_count(total):
            _refuse(problems, "total", total, "a whole number from 1", code="bad_total")
    population = given["population"]
    if population is not None and not _is_count(population):
        expected = "a whole number from 1"
        _refuse(problems, "population", population, expected, code="bad_population")
    confidence = given["confidence"]
    if not _is_number(confidence) or not 0.5 < confidence < 1:
        expected = "a number above 0.5 and below 1, such as 0.95"
        _refuse(problems, "confidence", confidence, expected, code="bad_confidence")
    low, high = _ratios(given["band"])
    if not 0 <= low <= 1 - _TIGHTEST or not 1 + _TIGHTEST <= high < math.inf:
        _refuse(
            problems,
            "band",
            given["band"],
            "two ratios around 1, such as (0.8, 1.25)",
            code="bad_band",
            hint="a group within the band is close enough not to matter; "
            f"{_TIGHTEST} on either side is the tightest.",
        )


def _ratios(band: Any) -> Band:
    """The two ends of the band; nan where it has no two."""
    try:
        low, high = (float(edge) for edge in band)
    except (TypeError, ValueError):
        return math.nan, math.nan
    return low, high


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def _is_count(value: Any) -> bool:
    return _is_number(value) and 1 <= value <= _MOST_PEOPLE and value == value // 1


def _check_quotas(problems: Problems, selection: object, quotas: tuple[str, ...]) -> None:
    """Quotas are named where, and only where, people came in by quota."""
    if selection == "quota" and not quotas:
        problems.add(
            "selection is 'quota', but quotas names no attribute.",
            code="missing_quotas",
            param="quotas",
            hint="name the attributes a quota was set on: quotas=['sex', 'age']; "
            "the others are tested.",
        )
    if selection != "quota" and quotas:
        problems.add(
            f"quotas are given, but selection is {show(selection)}.",
            code="misplaced",
            param="quotas",
            hint="pass selection='quota'.",
        )
