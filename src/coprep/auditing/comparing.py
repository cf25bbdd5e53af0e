"""Compare an audit with an earlier one: what moved, what did not, and what cannot be compared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np

from coprep.auditing.change import (
    CANNOT_TELL,
    LARGER,
    NO_CHANGE,
    NOT_COMPARED,
    ROWS,
    SMALLER,
    Change,
)
from coprep.auditing.departures import Departure, Key, departures_of
from coprep.auditing.group_names import GroupNames
from coprep.auditing.result import Audit
from coprep.errors import InputError
from coprep.metrics.groups import two_proportion_interval, two_proportion_test
from coprep.metrics.inference import adjust_p_values
from coprep.results import Result, data_of
from coprep.table import Table
from coprep.wording.labels import show

_SAME_SHARE = 1e-9


def earlier_audit(earlier: object) -> Audit:
    """The earlier audit, from itself or from its JSON; an InputError for anything else."""
    # Everything that an audit may hold is loaded here already.
    found = Result.from_dict(data_of(earlier)) if isinstance(earlier, str) else earlier
    if isinstance(found, Audit):
        return found
    got = found.kind if isinstance(found, Result) else type(found).__name__
    raise InputError.of(
        f"earlier is {show(got)}; expected an audit or its JSON.",
        code="not_an_audit",
        param="earlier",
        got=got,
        expected="audit",
        hint="pass the Audit of last time, or Path('audit.json').read_text().",
    )


def change_of(now: Audit, before: Audit) -> Change:
    """Everything that two audits both measured, compared; all of it, not what stood out before."""
    was = departures_of(before)
    is_now = departures_of(now)
    pairs: list[tuple[Departure, Departure]] = []
    left: list[dict[str, Any]] = []
    for key, one in is_now.items():
        other = was.get(key)
        why = (
            "not asked in the earlier audit" if other is None else _why_not(other, one, before, now)
        )
        if other is None or why:
            left.append(_left_out(key, why))
        else:
            pairs.append((other, one))
    left += [_left_out(key, "not asked in this audit") for key in was if key not in is_now]
    q = float(now.settings["q"])
    return Change(
        title=before.title,
        rows=Table.from_records(_compared(pairs, q, now), ROWS),
        not_compared=Table.from_records(left, NOT_COMPARED),
        new_gaps=_only_in(now.gaps, before.gaps),
        closed_gaps=_only_in(before.gaps, now.gaps),
    )


def _left_out(key: Key, reason: str) -> dict[str, Any]:
    indicator, attribute, group, _, _ = key
    return {"indicator": indicator, "attribute": attribute, "group": group, "reason": reason}


def _only_in(here: Table, there: Table) -> tuple[str, ...]:
    held = {row["what"] for row in there.records()}
    return tuple(row["what"] for row in here.records() if row["what"] not in held)


def _why_not(was: Departure, one: Departure, before: Audit, now: Audit) -> str:
    """Why two numbers are not about one thing; empty where they are."""
    if was.refused or one.refused:
        return one.refused or was.refused
    if was.unit != one.unit:
        return "measured on another scale"
    if one.key[1] == "role" and before.settings["roles"] != now.settings["roles"]:
        return "other roles are told apart"
    if not math.isclose(_community(was), _community(one), abs_tol=_SAME_SHARE):
        return "compared with another baseline"
    was_said = dict(was.said)
    for name, value in one.said:
        if name in was_said and was_said[name] != value:
            return f"asked otherwise: {name} was {was_said[name]} and is {value}"
    return ""


def _community(one: Departure) -> float:
    """The share of the community that a group is compared with; 0 where it is with none."""
    return 0.0 if one.counts is None else one.counts[2]


def _compared(
    pairs: list[tuple[Departure, Departure]], q: float, now: Audit
) -> list[dict[str, Any]]:
    """A row a pair, with p values adjusted over all of them."""
    moves = [_moved(was, one) for was, one in pairs]
    p_values = np.array([move["p"] for move in moves], dtype=float)
    adjusted = adjust_p_values(p_values, method="bh")
    names = GroupNames(now.settings.get("labels") or {})
    rows = []
    for (was, one), move, p_adjusted in zip(pairs, moves, adjusted, strict=True):
        indicator, attribute, group, stage, against = one.key
        rows.append(
            {
                "principle": one.principle,
                "indicator": indicator,
                "attribute": attribute,
                "group": group,
                "stage": stage,
                "against": against,
                "label": None if group is None else names.of(attribute, group),
                "unit": one.unit,
                "before": was.value,
                "before_low": was.low,
                "before_high": was.high,
                "now": one.value,
                "now_low": one.low,
                "now_high": one.high,
                "difference": move["difference"],
                "low": move["low"],
                "high": move["high"],
                "p": move["p"],
                "p_adjusted": float(p_adjusted),
                "verdict": _verdict(was, one, move, float(p_adjusted), q),
                "status_before": "act" if was.is_flag else was.status,
                "status_now": "act" if one.is_flag else one.status,
            }
        )
    return rows


def _verdict(
    was: Departure, one: Departure, move: Mapping[str, float], p_adjusted: float, q: float
) -> str:
    """What can be said of how far a group is from none, then and now."""
    least = max(was.least, one.least)
    most = min(was.most, one.most)
    if least < move["inner_low"] and move["inner_high"] < most:
        return NO_CHANGE
    if not p_adjusted <= q:
        return CANNOT_TELL
    return SMALLER if _distance(one) < _distance(was) else LARGER


def _distance(one: Departure) -> float:
    """How far a number is from none."""
    if one.unit == "ratio":
        return abs(math.log(one.value)) if one.value > 0 else math.inf
    return abs(one.value)


def _moved(was: Departure, one: Departure) -> dict[str, float]:
    """The difference on the scale of the unit, its ranges at 95% and 90%, and its p value."""
    if was.counts is not None and one.counts is not None:
        return _of_counts(was.counts, one.counts, one.level)
    return _of_ranges(was, one)


def _of_counts(
    was: tuple[float, float, float], one: tuple[float, float, float], level: float
) -> dict[str, float]:
    """Two samples of different people beside one community, whose shares cancel: a ratio of shares."""
    came, total, _ = one
    came_before, total_before, _ = was
    counts = (came, total, came_before, total_before)
    whole = all(number == math.floor(number) for number in counts)
    test = two_proportion_test(*counts, method="fisher" if whole else "score")
    low, high = two_proportion_interval(*counts, measure="ratio", confidence=level)
    inner = two_proportion_interval(*counts, measure="ratio", confidence=2 * level - 1)
    share_before = came_before / total_before
    ratio = came / total / share_before if share_before else math.inf
    p_value = float(test.p_value)
    return {
        "difference": ratio,
        "low": float(low),
        "high": float(high),
        "inner_low": float(inner.low),
        "inner_high": float(inner.high),
        "p": 1.0 if math.isnan(p_value) else p_value,
    }


def _of_ranges(was: Departure, one: Departure) -> dict[str, float]:
    """Two estimates with their ranges, which are put together (Zou and Donner 2008)."""
    is_ratio = one.unit == "ratio"
    now_value, now_low, now_high = _on_scale(one)
    old_value, old_low, old_high = _on_scale(was)
    difference = now_value - old_value
    wide = NormalDist().inv_cdf(0.5 + one.level / 2)
    narrow = NormalDist().inv_cdf(one.level)
    below = math.hypot(now_value - now_low, old_high - old_value)
    above = math.hypot(now_high - now_value, old_value - old_low)
    error = math.hypot(now_high - now_low, old_high - old_low) / (2 * wide)
    p_value = 1.0
    if error > 0:
        p_value = 2 * NormalDist().cdf(-abs(difference) / error)
    elif difference:
        p_value = 0.0
    found = {
        "difference": difference,
        "low": difference - below,
        "high": difference + above,
        "inner_low": difference - below * narrow / wide,
        "inner_high": difference + above * narrow / wide,
    }
    if is_ratio:
        found = {name: math.exp(value) for name, value in found.items()}
    return {**found, "p": p_value}


def _on_scale(one: Departure) -> tuple[float, float, float]:
    """Value and limits, of a ratio their logarithms."""
    numbers = (one.value, one.low, one.high)
    if one.unit == "ratio":
        return tuple(math.log(number) for number in numbers)  # type: ignore[return-value]
    return numbers
