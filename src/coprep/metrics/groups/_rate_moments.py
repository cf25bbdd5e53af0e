"""The variance of one group's rate: weights, moments that hold at 0 and 1, Wilson limits."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics._checks import Floats, number, numbers, share

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def linearised_variance(
    numerator: ArrayLike,
    denominator: ArrayLike,
    numerator_squares: ArrayLike,
    denominator_squares: ArrayLike,
) -> Floats:
    """How much would a weighted rate vary between samples?

    Taylor linearisation of a ratio of totals: ``[(1-r)^2 q1 + r^2 (q - q1)] / denominator^2`` with
    q1 and q the sums of squares. With weights of 1 it is ``r (1-r) / n``.
    """
    above = numbers(numerator, "numerator", "nonnegative")
    below = numbers(denominator, "denominator", "nonnegative")
    q1 = numbers(numerator_squares, "numerator_squares", "nonnegative")
    q = numbers(denominator_squares, "denominator_squares", "nonnegative")
    with np.errstate(divide="ignore", invalid="ignore"):
        r = above / below
        return np.asarray(((1 - r) ** 2 * q1 + r**2 * np.maximum(q - q1, 0.0)) / below**2)[()]


def effective_size(
    numerator: ArrayLike,
    denominator: ArrayLike,
    numerator_squares: ArrayLike,
    denominator_squares: ArrayLike,
) -> Floats:
    """How many equally weighted rows would tell as much about this rate?"""
    variance = linearised_variance(numerator, denominator, numerator_squares, denominator_squares)
    above = np.asarray(numerator, dtype=float)
    below = np.asarray(denominator, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = above / below
        kish = below**2 / np.asarray(denominator_squares, dtype=float)
        size = np.where(variance > 0, np.minimum(r * (1 - r) / variance, kish), kish)
    return np.where(below > 0, size, 0.0)[()]


def added_observations(critical: float) -> float:
    """How many pairs of observations are added to each of two groups that are compared?

    One rate asks for ``critical**2`` added observations (Agresti & Coull); a comparison of two
    shares them out. At 95% and one pair that is Agresti and Caffo's one success and one failure.
    Many groups are compared at critical values of 3 and more, so far out that these leave groups of
    a handful too sure of themselves: of thirty equal groups of five, more than a third of samples
    would then show a gap.
    """
    return max(1.0, number(critical, "critical", low=0.0) ** 2 / 4)


def agresti_caffo_moments(
    rate: ArrayLike, size: ArrayLike, *, strata: int = 1, added: float = 1.0, towards: float = 0.5
) -> tuple[Floats, Floats]:
    """The shrunken rate and its variance from which pairwise intervals are built."""
    n = np.asarray(size, dtype=float)
    x = np.where(n > 0, np.asarray(rate, dtype=float) * n, 0.0)
    more = n + 2 * added / strata
    centre = (x + (1 + 2 * (added - 1) * towards) / strata) / more
    return centre, centre * (1 - centre) / more


def log_ratio_moments(rate: ArrayLike, size: ArrayLike) -> tuple[Floats, Floats]:
    """The logarithm of a rate and its variance, with half a success and half a failure added."""
    n = np.asarray(size, dtype=float)
    x = np.where(n > 0, np.asarray(rate, dtype=float) * n, 0.0)
    return np.log((x + 0.5) / (n + 1)), 1 / (x + 0.5) - 1 / (n + 1)


def wilson_bounds(
    rate: ArrayLike, size: ArrayLike, *, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Between which limits does a rate lie?"""
    p = np.asarray(rate, dtype=float)
    n = np.asarray(size, dtype=float)
    z = NormalDist().inv_cdf(0.5 + share(confidence, "confidence") / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low = np.where(p == 0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(p == 1, 1.0, np.minimum(centre + half, 1.0))
    return low, high
