"""The two results that all topics share: an interval and a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, NamedTuple, TypeVar, cast

import numpy as np

from coprep.metrics._checks import Floats, choice, out

ALTERNATIVES = ("two-sided", "less", "greater")
SCALES = ("p", "log", "log10")

N = TypeVar("N", bound="float | Floats")  # a number, or an array of them


class Interval(NamedTuple, Generic[N]):
    """Two limits; ``low, high = ...`` takes them apart.

    Attributes
    ----------
    low, high : float or ndarray
        Lower and upper limit; nan where nothing is known.
    """

    low: N
    high: N


@dataclass(frozen=True, slots=True, eq=False)
class TestResult(Generic[N]):
    """A statistic, and how often chance alone would make it as large.

    Attributes
    ----------
    statistic : float or ndarray
        What was compared; its unit is told by the test.
    p_value : float or ndarray
        From 0 to 1; nan where nothing can be tested.
    log10_p_value : float or ndarray
        The same as a logarithm to base 10, which does not underflow.
    df : float or ndarray
        Degrees of freedom; nan where the law of the statistic has none.
    method : str
        How the p value was found.
    """

    __test__: ClassVar[bool] = False  # no case of pytest's, whatever its name

    statistic: N
    p_value: N
    log10_p_value: N
    df: N
    method: str


def log10_of(p_value: N) -> N:
    """The logarithm to base 10 of p values; -inf for 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return cast("N", np.log10(p_value)[()])


def tested(
    statistic: Floats, log_p: Floats, method: str, df: Floats | float = np.nan
) -> TestResult[Floats]:
    """A result from the natural logarithm of its p value, which is cut at 0."""
    log_p = np.minimum(log_p, 0.0)
    df = np.broadcast_to(np.asarray(df, dtype=float), np.shape(statistic))
    return TestResult(out(statistic), out(np.exp(log_p)), out(log_p / np.log(10)), out(df), method)


def scaled(log_p: Floats, scale: str) -> Floats:
    """A natural logarithm of a p-value as the scale asked for; p is at most 1."""
    log_p = np.minimum(log_p, 0.0)
    if scale == "p":
        return out(np.exp(log_p))
    return out(log_p / np.log(10) if scale == "log10" else log_p)


def asked(alternative: str, scale: str) -> None:
    """Check the two words that every test takes."""
    choice(alternative, "alternative", ALTERNATIVES)
    choice(scale, "scale", SCALES)
