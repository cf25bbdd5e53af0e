"""Gather what an audit measured, each as how far a group is from none, so that two audits can be
compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coprep.auditing.result import Audit
from coprep.findings import Finding
from coprep.metrics.groups import two_proportion_interval
from coprep.results import Result

Key = tuple[str, str | None, str | None, str | None, str | None]
"""Indicator, attribute, group, stage, and what people are compared with."""

_SAID = ("within", "horizon", "scale", "measure", "currency", "answers", "kind", "selection")
"""Settings of a question that must be the same for two answers to be about one thing."""
_NOT_SHOWN = "not shown in a copy made for publication"
_NO_RANGE = "no range could be given"
_AS_QUOTA = "a quota or target is reported and not tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """How far a group is from where it would be if group did not matter.

    ``value``, ``low`` and ``high`` are in ``unit`` ("points": 0 is none; "ratio": 1 is none), the
    range at ``level``; ``least`` and ``most`` are the limits of what does not matter. ``counts`` are
    those of whoever came, where this is about who came: ``(participants, total, baseline share)``.
    ``refused`` says why it cannot be compared with anything; ``said`` are settings of its question.
    """

    key: Key
    principle: str
    label: str | None
    is_flag: bool
    status: str
    unit: str = "points"
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    level: float = 0.95
    least: float = -5.0
    most: float = 5.0
    counts: tuple[float, float, float] | None = None
    said: tuple[tuple[str, Any], ...] = ()
    refused: str = ""


def departures_of(audit: Audit) -> dict[Key, Departure]:
    """Everything that an audit measured of groups, in page order."""
    parts = {_place(row): row["part"] for row in audit.family.records()}
    found: dict[Key, Departure] = {}
    for finding in audit.findings:
        place = parts.get((finding.details.get("indicator"), finding.attribute))
        part = None if place is None else audit.parts[int(place)]
        for one in _of(audit, finding, part):
            found.setdefault(one.key, one)
    return found


def _place(row: Mapping[str, Any]) -> tuple[Any, Any]:
    return row["indicator"], row["attribute"]


def _of(audit: Audit, finding: Finding, part: Result | None) -> Iterator[Departure]:
    """What one finding measured: its own number, or each group of a share of people."""
    if finding.details.get("asked") in ("attendance", "experience"):
        yield from _shares(audit, finding, part)
        return
    about = _about(finding, part)
    if finding.details.get("asked") in ("representation", "intersections"):
        yield _who_came(finding, about)
        return
    estimate = finding.estimate
    if estimate is None:
        yield Departure(**about, refused=_NOT_SHOWN)
        return
    material = finding.details.get("material") or {}
    limits = {"least": material.get("low", -5.0), "most": material.get("high", 5.0)}
    numbers = {name: getattr(estimate, name) for name in ("value", "low", "high", "level", "unit")}
    known = all(math.isfinite(numbers[name]) for name in ("value", "low", "high"))
    positive = estimate.unit != "ratio" or estimate.low > 0
    refused = "" if known and positive else _NO_RANGE
    yield Departure(**about, **numbers, **limits, refused=refused)


def _about(finding: Finding, part: Result | None) -> dict[str, Any]:
    """What a finding is about, and the settings under which it was asked."""
    details = finding.details
    settings = {} if part is None else part.settings
    return {
        "key": (
            str(details.get("indicator")),
            finding.attribute,
            finding.group,
            details.get("stage"),
            details.get("against"),
        ),
        "principle": str(details.get("principle")),
        "label": details.get("label"),
        "is_flag": finding.verdict.is_flag,
        "status": str(details.get("status")),
        "said": tuple((name, settings[name]) for name in _SAID if settings.get(name) is not None),
    }


def _who_came(finding: Finding, about: dict[str, Any]) -> Departure:
    """A group's share of whoever came, by its share of the community."""
    if finding.details.get("aim"):
        return Departure(**about, refused=_AS_QUOTA)
    values = finding.values
    counts = (values.get("participants"), values.get("total"), values.get("baseline"))
    if any(number is None for number in counts) or finding.estimate is None:
        return Departure(**about, refused=_NOT_SHOWN)
    came, total, share = (float(number) for number in counts if number is not None)
    low, high = values.get("band") or (0.8, 1.25)
    return Departure(
        **about,
        unit="ratio",
        value=finding.estimate.value,
        low=finding.estimate.low,
        high=finding.estimate.high,
        level=finding.estimate.level,
        least=low,
        most=high,
        counts=(came, total, share),
    )


def _shares(audit: Audit, finding: Finding, part: Result | None) -> Iterator[Departure]:
    """For each group, how much more of it than of all others a fact holds of, in points.

    The finding tells of the lowest and the highest group, which another audit need not share.
    """
    about = _about(finding, part)
    counts = _counted(part)
    if not counts:
        yield Departure(**{**about, "key": _with_group(about["key"], None)}, refused=_NOT_SHOWN)
        return
    yes_of_all = sum(yes for yes, _ in counts.values())
    all_of_them = sum(of for _, of in counts.values())
    level = float(audit.settings["confidence"])
    rate = yes_of_all / all_of_them if all_of_them else 0.0
    # A fifth of a small share is less than five points.
    matters = min(float(audit.settings["material"]), 100 * rate * (1 - audit.settings["band"][0]))
    for group, (yes, of) in counts.items():
        others = (yes_of_all - yes, all_of_them - of)
        if not of or not others[1]:
            continue
        low, high = two_proportion_interval(yes, of, *others, method="newcombe", confidence=level)
        yield Departure(
            **{
                **about,
                "key": _with_group(about["key"], group),
                "label": group,
                "is_flag": about["is_flag"] and group == finding.group,
            },
            value=100 * (yes / of - others[0] / others[1]),
            low=100 * float(low),
            high=100 * float(high),
            level=level,
            least=-matters,
            most=matters,
        )


def _with_group(key: Key, group: str | None) -> Key:
    indicator, attribute, _, stage, against = key
    return indicator, attribute, group, stage, against


def _counted(part: Result | None) -> dict[str, tuple[float, float]]:
    """Of how many of each group something is so, and how many there are; empty where not shown."""
    cells = getattr(part, "cells", None)
    found: dict[str, tuple[float, float]] = {}
    for row in cells.records() if cells is not None else ():
        if row.get("rows") is None or row.get("group") is None:
            return {}
        yes, of = found.get(row["group"], (0.0, 0.0))
        holds = row["rows"] if row["y_pred"] else 0
        found[row["group"]] = (yes + holds, of + row["rows"])
    return found
