"""Knows what the numbers of groups come to when they are compared, and why that may be nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.fairness._compare import extremes
from coprep.fairness._words import number
from coprep.metrics._checks import Floats, choice
from coprep.wording.labels import show

__all__ = ["Contrast", "Form", "Method", "Numbers", "contrast"]

Form = Literal["overall", "difference", "ratio", "group_min", "group_max"]
Method = Literal["between_groups", "to_overall", "to_reference"]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What is known of each group before groups are compared.

    Attributes
    ----------
    labels : tuple
        The groups.
    value, se : arrays
        Each group's number and its standard error; nan where undefined or not known.
    n : array of int
        Rows of each group.
    overall : float
        The number of everybody.
    chance_se : array
        Standard error of each group's number if groups did not matter.
    needs : str
        What a group must have for its number to be defined.
    unit : str
        What the number counts.
    dropped : mapping
        Rows left out, and why.
    df, chance_df : array or None
        Degrees of freedom behind the errors; None where the errors are as good as known.
    bounds : pair of floats
        Between what all such numbers lie.
    overall_se, overall_df : float
        Standard error of everybody's number, and its degrees of freedom.
    """

    labels: tuple[Any, ...]
    value: Floats
    se: Floats
    n: np.ndarray[Any, np.dtype[np.intp]]
    overall: float
    chance_se: Floats
    needs: str
    unit: str
    dropped: Mapping[str, int]
    df: Floats | None = None
    chance_df: Floats | None = None
    bounds: tuple[float, float] = (-math.inf, math.inf)
    overall_se: float = math.nan
    overall_df: float = math.inf

    @property
    def widest(self) -> float:
        """The largest gap there can be."""
        return self.bounds[1] - self.bounds[0]

    def inside(self, limit: float) -> float:
        """A limit of a number, no further out than such numbers can be."""
        return min(max(limit, self.bounds[0]), self.bounds[1])


@dataclass(frozen=True, slots=True)
class Contrast:
    """What a comparison comes to: its value, the groups that attain it, how it was made, and why it is undefined."""

    value: float
    groups: tuple[Any, ...]
    method: Method
    undefined: tuple[str, ...]
    lacking: tuple[Any, ...]
    absent: tuple[Any, ...]


def contrast(
    name: str, form: Form, numbers: Numbers, *, method: str, reference: Any, undefined: str
) -> Contrast:
    """Compare the groups by one method; a group without a defined number makes nan of it, or is left out."""
    how = _method(method, reference)
    choice(undefined, "undefined", ("strict", "skip"))
    place = _reference(numbers, reference, how)
    there, lost = numbers.n > 0, (numbers.n > 0) & np.isnan(numbers.value)
    reasons = [
        f"{_of(name, numbers.labels[i])} is undefined: it needs {numbers.needs}."
        for i in np.flatnonzero(lost)
    ]
    value, ends = numbers.overall, tuple[int, ...]()
    if form == "overall" and math.isnan(value):
        reasons = [*dict.fromkeys((f"{name} is undefined: it needs {numbers.needs}.", *reasons))]
    if form != "overall":
        value, ends, why = _compared(
            form, numbers, np.flatnonzero(there & ~lost), how=how, place=place
        )
        reasons += why
        if lost.any() and undefined == "strict":
            value, ends = math.nan, ()
    named = tuple(numbers.labels[end] for end in ends)
    lacking, absent = (
        tuple(numbers.labels[i] for i in np.flatnonzero(at)) for at in (lost, ~there)
    )
    return Contrast(value, named, how, tuple(reasons), lacking, absent)


def _of(name: str, group: Any) -> str:
    """The number of a group; None is everybody."""
    return name if group is None else f"{name} of group {show(group)}"


def _method(method: str, reference: Any) -> Method:
    """A reference turns "between groups" into "to reference"; "to overall" can have none."""
    choice(method, "method", ("between_groups", "to_overall", "to_reference"))
    if reference is not None and method == "to_overall":
        raise InputError.of(
            "method='to_overall' compares with everybody; leave out reference.", param="reference"
        )
    return "to_reference" if reference is not None else method  # type: ignore[return-value]


def _reference(numbers: Numbers, reference: Any, how: str) -> int:
    if how != "to_reference":
        return -1
    if reference is None:
        raise InputError.of("method='to_reference' needs a reference group.", param="reference")
    if reference not in numbers.labels:
        raise InputError.choice("reference", reference, numbers.labels)
    return numbers.labels.index(reference)


def _compared(
    form: Form, numbers: Numbers, used: Places, *, how: Method, place: int
) -> tuple[float, tuple[int, ...], list[str]]:
    """The value, the places of the groups that attain it, and why it is undefined if it is."""
    if not len(used):
        return math.nan, (), ["no group has a defined number."]
    value = numbers.value[used]
    lowest, highest = (int(used[at]) for at in extremes(value))
    if form in ("group_min", "group_max"):
        end = lowest if form == "group_min" else highest
        return float(numbers.value[end]), (end,), []
    if len(used) < 2:
        return math.nan, (), ["only one group has a defined number: nothing was compared."]
    if form == "ratio" and value.min() < 0:
        below = f"group {show(numbers.labels[lowest])} has {number(float(value.min()))}"
        return math.nan, (), [f"ratios need numbers from 0, and {below}."]
    ends: tuple[int, ...] = (lowest, highest)
    if how == "between_groups":
        first, second = (highest, lowest) if form == "difference" else (lowest, highest)
        found = _one(form, numbers.value[first], numbers.value[second])
    else:
        found, ends = _furthest(form, numbers, used, place)
    return (
        (found, ends, [])
        if not math.isnan(found)
        else (found, (), [_why(form, numbers, used, how, place)])
    )


def _furthest(
    form: Form, numbers: Numbers, used: Places, place: int
) -> tuple[float, tuple[int, ...]]:
    """The group furthest from everybody, or (signed, or as a directed ratio) from the reference."""
    others = used[used != place]
    base = numbers.overall if place < 0 else float(numbers.value[place])
    each = np.array([_one(form, v, base) for v in numbers.value[others]])
    if np.isnan(each).all():
        return math.nan, ()
    with np.errstate(divide="ignore"):
        size = np.abs(each) if form == "difference" else -np.minimum(each, 1.0 / each)
    far = int(np.nanargmax(size))
    if place >= 0:
        return float(each[far]), (int(others[far]), place)
    return (float(size[far]) if form == "difference" else -float(size[far])), (int(others[far]),)


def _one(form: Form, value: float, base: float) -> float:
    """One number less another, or over it; nothing is said of two that are without limit, or of 0 over 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.float64(value) - base if form == "difference" else np.float64(value) / base
    return float(found)


def _why(form: Form, numbers: Numbers, used: Places, how: Method, place: int) -> str:
    """Why numbers that are defined have no gap or ratio."""
    base = numbers.overall if how == "to_overall" else numbers.value[place]
    if how != "between_groups" and math.isnan(base):
        return "what groups are compared with is undefined."
    if np.isinf(numbers.value[used]).any():
        return f"more than one number is without limit, and the {form} of two such numbers is undefined."
    return "all numbers are 0, and 0 over 0 is undefined."
