"""What `assess` can be asked, checked before anything is counted, and again once it is known what is compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from coprep.errors import InputError, Problems
from coprep.representation.inputs import Compared
from coprep.representation.judge import Band, Rules
from coprep.wording.labels import listed, nearest, show

__all__ = ["check_kinds", "check_options", "check_population", "check_quotas", "two_ratios"]

_TIGHTEST = 0.001
_MOST_PEOPLE = 10**9
_INTERVALS = ("exact", "wilson", "jeffreys", "mid-p")
_ADJUST = ("holm", "hommel", "bh", "by", "bonferroni", "none")


def check_kinds(**given: Any) -> None:
    """Arguments that are lists or mappings of names; everything that is neither, at once."""
    problems = Problems()
    for name in ("attributes", "quotas", "unknown"):
        value = given[name]
        texts = isinstance(value, str) or (
            isinstance(value, Iterable)
            and not isinstance(value, Mapping)
            and all(isinstance(v, str) for v in value)
        )
        if not texts and not (name == "attributes" and value is None):
            problems.add(
                f"{name} is {show(value)}; expected names in a list.",
                code="bad_names",
                param=name,
                got=value,
            )
    for name in ("columns", "recode"):
        if given[name] is not None and not isinstance(given[name], Mapping):
            problems.add(
                f"{name} is {show(given[name])}; expected a mapping, such as {{'old': 'new'}}.",
                code="bad_mapping",
                param=name,
            )
    overlapping = given["overlapping"]
    if isinstance(overlapping, Mapping):
        wrong = not all(isinstance(v, Mapping) for v in overlapping.values())
    else:
        wrong = not isinstance(overlapping, (str, list, tuple, set, frozenset))
    if wrong:
        problems.add(
            f"overlapping is {show(overlapping)}; expected names, or {{attribute: {{group: column}}}}.",
            code="bad_names",
            param="overlapping",
        )
    totals = given["total"].values() if isinstance(given["total"], Mapping) else (given["total"],)
    for total in totals:
        if total is not None and not (
            _is_number(total) and 1 <= total <= _MOST_PEOPLE and total == total // 1
        ):
            problems.add(
                f"total is {show(total)}; expected a whole number from 1.",
                code="bad_total",
                param="total",
                got=total,
            )
    problems.raise_if_any()


def two_ratios(band: Any) -> Band:
    """The ratios between which a difference does not matter."""
    try:
        low, high = (float(edge) for edge in band)
    except (TypeError, ValueError):
        low = high = math.nan
    if not 0 <= low <= 1 - _TIGHTEST or not 1 + _TIGHTEST <= high < math.inf:
        raise InputError.of(
            f"band is {show(band)}; expected two ratios around 1, such as (0.8, 1.25).",
            code="bad_band",
            param="band",
            got=band,
            hint=f"a group within the band is close enough not to matter; {_TIGHTEST} on either side is the tightest.",
        )
    return low, high


def check_options(
    rules: Rules, *, family: str, selection: str, quotas: Sequence[str], population: int | None
) -> None:
    """Everything that is a number or one of several words, at once."""
    problems = Problems()
    if not _is_number(rules.confidence) or not 0.5 < rules.confidence < 1:
        problems.add(
            f"confidence is {show(rules.confidence)}; expected a number above 0.5 and below 1, such as 0.95.",
            code="bad_confidence",
            param="confidence",
            got=rules.confidence,
        )
    for name, value, choices in (
        ("interval", rules.interval, _INTERVALS),
        ("adjust", rules.adjust, _ADJUST),
        ("family", family, ("attribute", "all")),
        ("selection", selection, ("open", "random", "quota")),
    ):
        if value not in choices:
            problems.take(InputError.choice(name, value, choices))
    if selection == "quota" and not quotas:
        problems.add(
            "selection is 'quota', but quotas names no attribute.",
            code="missing_quotas",
            param="quotas",
            hint="name the attributes a quota was set on: quotas=['sex', 'age']; the others are tested.",
        )
    if selection != "quota" and quotas:
        problems.add(
            f"quotas are given, but selection is {show(selection)}.",
            code="misplaced",
            param="quotas",
            hint="pass selection='quota'.",
        )
    whole = population is None or (
        _is_number(population) and 1 <= population <= _MOST_PEOPLE and population == population // 1
    )
    if not whole:
        problems.add(
            f"population is {show(population)}; expected a whole number from 1.",
            code="bad_population",
            param="population",
        )
    problems.raise_if_any()


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def check_quotas(found: Sequence[Compared], quotas: Sequence[str]) -> None:
    """Quotas are on attributes that are compared."""
    known = [item.profile.attribute for item in found]
    problems = Problems()
    for name in quotas:
        if name not in known:
            close = nearest(name, known)
            problems.add(
                f"quotas names {show(name)}, which is not compared; these are: {listed(known, most=12)}.",
                code="unknown_attribute",
                param="quotas",
                got=name,
                hint=f"did you mean {show(close)}?" if close else None,
            )
    problems.raise_if_any()


def check_population(found: Sequence[Compared], population: int | None) -> None:
    """No more people, and no more of any group, can take part than there are to draw from."""
    if population is None:
        return
    problems = Problems()
    most = max((item.people for item in found), default=0)
    if most > population:
        problems.add(
            f"{most:,} people took part, but population is {population:,}.",
            code="count_above_total",
            param="population",
            got=population,
            expected=f"at least {most:,}",
        )
    for item in found if most <= population else ():
        for group, share in zip(item.profile.groups, item.profile.shares, strict=True):
            there, came = round(float(share) * population), item.matched.groups[group].n
            if share > 0 and came > there and not item.profile.standard_errors.any():
                problems.add(
                    f"{came:,} participants are in {show(group)} ({show(item.profile.attribute)[1:-1]}), but of a "
                    f"population of {population:,} the baseline has only {there:,} there.",
                    code="count_above_total",
                    param="population",
                    got=came,
                    expected=there,
                    hint="is the population the people who could have come? Leave population= out if it is large.",
                )
    problems.raise_if_any()
