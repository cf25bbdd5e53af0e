"""Rates of taking part, standardised to a community's make-up, with exact limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import numbers
from coprep.metrics._checks import share as share_of


@dataclass(frozen=True, slots=True, eq=False)
class StandardisedRate:
    """A rate as it would be if the population were made up as the standard is.

    Attributes
    ----------
    rate : float
        The standardised rate; nan where a group of the standard has nobody in the population.
    low, high : float
        Its limits.
    crude : float
        The rate as it is: participants over population.
    """

    rate: float
    low: float
    high: float
    crude: float


@np.errstate(divide="ignore", invalid="ignore")
def standardised_rate(
    participants: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike,
    *,
    confidence: float = 0.95,
) -> StandardisedRate:
    """Which share would have taken part, had the place the make-up of a standard?

    Two places with the same habits differ in their rates if one is older; direct standardisation
    takes that out.

    Parameters
    ----------
    participants : array_like
        Participants of each group; whole numbers.
    population : array_like
        People of each group in the place.
    standard : array_like
        People (or shares) of each group in the standard.
    confidence : float, default 0.95
        Level of the interval.

    Returns
    -------
    StandardisedRate
        ``rate``, ``low``, ``high`` and ``crude``.

    Raises
    ------
    InputError
        For vectors of different lengths, negative numbers, and a standard of nobody.

    Notes
    -----
    The sum of w x with w = (standard share)/population; limits are those of gamma distributions with
    its mean and variance, which are exact where all weights are equal and hold with no participants
    at all.

    References
    ----------
    Fay, M. P. and Feuer, E. J. (1997). Confidence intervals for directly standardized rates: a method
    based on the gamma distribution. Statistics in Medicine 16, 791-801.

    Examples
    --------
    >>> found = standardised_rate(
    ...     [5, 0, 12, 9], [1200, 800, 2500, 900], [3000, 2500, 3000, 1500]
    ... )
    >>> round(found.rate, 5), round(found.low, 5), round(found.high, 5)
    (0.00419, 0.00268, 0.00646)
    """
    x = numbers(participants, "participants", "whole", ndim=1)
    people = numbers(population, "population", "nonnegative", ndim=1)
    wanted = numbers(standard, "standard", "nonnegative", ndim=1)
    alpha = 1 - share_of(confidence, "confidence")
    if not len(x) == len(people) == len(wanted):
        raise InputError.of(
            f"participants, population and standard have {len(x)}, {len(people)} and "
            f"{len(wanted)} numbers; one each for every group is expected.",
            code="length",
            param="standard",
        )
    if not wanted.sum() > 0:
        raise InputError.of("standard adds to 0; people are expected in it.", param="standard")
    share = wanted / wanted.sum()
    weight = np.where(share > 0, share / people, 0.0)
    crude = float(x.sum() / people.sum())
    if not np.isfinite(weight).all():
        nan = float("nan")
        return StandardisedRate(nan, nan, nan, crude)
    rate = float(weight @ x)
    variance = float(weight**2 @ x)
    largest = float(weight.max())
    low = 0.0
    if rate > 0:
        low = variance / rate * float(special.gammaincinv(rate**2 / variance, alpha / 2))
    above = rate + largest
    spread = variance + largest**2
    high = spread / above * float(special.gammainccinv(above**2 / spread, alpha / 2))
    return StandardisedRate(rate, low, high, crude)
