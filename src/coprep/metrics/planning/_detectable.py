"""Which true ratio this many people would probably show, by the law of the verdict."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, out, positions
from coprep.metrics._counts import highest_critical, last_that_fits
from coprep.metrics._tails import hypergeometric_log_cdf
from coprep.metrics.shares._equivalence import edges
from coprep.metrics.shares._fair_draw import Band, FairDraw

Side = Literal["under", "over"]

_TRIALS = 12
_NOT_ONE = 2.0  # an excess is of two people or more, and stays one where one person fewer came


@np.errstate(all="ignore")
def detectable_ratio(
    n: ArrayLike,
    share: ArrayLike,
    *,
    groups: ArrayLike = 1,
    band: tuple[float, float] | None = (0.8, 1.25),
    side: Side = "under",
    population: float | None = None,
    baseline_se: ArrayLike = 0.0,
    rounding: ArrayLike = 0.0,
    alpha: ArrayLike = 0.05,
    power: ArrayLike = 0.8,
) -> Floats:
    """Below (or above) which true ratio would a group probably be flagged, with this many people?

    The minimum detectable effect; times the baseline share it is the detectable share.

    Parameters
    ----------
    n, share, groups, alpha
        As in `critical_count`.
    band : (float, float) or None, default (0.8, 1.25)
        Ratios that do not matter, as the library's verdict has it; None: the one-sided exact test.
    side : {"under", "over"}, default "under"
        A shortfall or an excess; an excess is of two people at least and is one still where one
        person fewer came.
    population : float, optional
        How many people there are, if they are drawn without replacement from so few that it
        matters; goes with an exact share.
    baseline_se : array_like, default 0
        Standard error of the baseline share.
    rounding : array_like, default 0
        Half a unit of the last printed digit of the baseline share.
    power : array_like, default 0.8
        Probability with which the group is flagged.

    Returns
    -------
    float or ndarray
        From 0; nan where no count would be flagged, and where n or the share is 0. In a population
        the ratio of a whole number of people.

    Raises
    ------
    InputError
        For fractional people, shares, levels and power outside 0 to 1, bands that do not hold 1,
        and a population that comes with an uncertain share.

    References
    ----------
    Bloom, H. S. (1995). Minimum detectable effects: a simple way to report the statistical power
    of experimental designs. Evaluation Review 19, 547-556.

    Examples
    --------
    >>> round(float(detectable_ratio(150, 0.18)), 3)
    0.537
    >>> round(float(detectable_ratio(150, 0.18, side="over")), 3)
    1.561
    >>> round(float(detectable_ratio(60, 0.18, population=100)), 3)
    0.444
    """
    choice(side, "side", get_args(Side))
    n, share, level, groups, power, se, half = inputs(
        n=(n, "whole"),
        share=(share, "share"),
        alpha=(alpha, "inside"),
        groups=(groups, "rank"),
        power=(power, "inside"),
        baseline_se=(baseline_se, "nonnegative"),
        rounding=(rounding, "nonnegative"),
    )
    shape = n.shape
    n, share, level, groups, power, se, half = (
        array.ravel() for array in (n, share, level, groups, power, se, half)
    )
    uncertain = bool((se > 0).any() or (half > 0).any())
    if population is not None and uncertain:
        raise InputError.of("population goes with an exact share.", param="population")
    level = level / groups
    given = FairDraw(
        n=np.where(n > 0, n, np.nan),
        share=np.where(share > 0, share, np.nan),
        se=se,
        half=half,
        population=population,
    )
    if band is not None:
        return out(detectable(given, edges(band), level, power, side).reshape(shape))
    if population is not None or uncertain or side == "over":
        raise InputError.of("without a band the share is exact and people few.", param="band")
    count = highest_critical(given.n, share, level)
    return out(_ratio_by_beta(given, count, power, side).reshape(shape))


@np.errstate(all="ignore")
def detectable(draw: FairDraw, band: Band, level: Floats, power: Floats, side: Side) -> Floats:
    """The true ratio at which a draw gives a flag with this probability; nan where no count does.

    ``level`` is what a group that stands alone is held to after adjustment, two-sided.
    """
    known = np.isfinite(draw.n) & np.isfinite(draw.share)
    filled = FairDraw(
        n=np.where(known, draw.n, 2.0),
        share=np.where(known, draw.share, 0.5),
        se=draw.se,
        half=draw.half,
        population=draw.population,
    )
    count = critical(filled, band, level, side)
    known = known & np.isfinite(count)
    count = np.where(known, count, 0.0)
    if draw.population is not None:
        found = _ratio_of_people(filled, count, power, side)
    elif (draw.se > 0).any():
        found = _ratio_by_search(filled, count, power, side)
    else:
        found = _ratio_by_beta(filled, count, power, side)
    return np.where(known, found, np.nan)


def critical(draw: FairDraw, band: Band, level: Floats, side: Side) -> Floats:
    """The highest count that is called under, or the lowest that is called over; nan for none."""
    if side == "under":
        few = _last_flagged(draw, level)
        edge = np.ceil(positions(band[0] * draw.n * draw.share)) - 1
        count = np.minimum(few, edge)
        return np.where(count >= 0, count, np.nan)
    # So many of the group are so few of the others.
    rest = FairDraw(draw.n, 1 - draw.share, draw.se, draw.half, draw.population)
    many = draw.n - _last_flagged(rest, level)
    edge = np.floor(positions(band[1] * draw.n * draw.share)) + 1
    count = np.maximum(np.maximum(many, edge) + 1, _NOT_ONE)
    return np.where(count <= draw.n, count, np.nan)


def _last_flagged(draw: FairDraw, level: Floats) -> Floats:
    """The highest count that is too few by the two-sided test, -1 where there is none."""

    def fits(x: Floats, *given: Floats) -> np.ndarray:
        n, share, se, half, most = given
        low, _ = FairDraw(n, share, se, half, draw.population).parity(np.maximum(x, 0))
        return np.asarray((x < 0) | (2 * low <= most))

    n, share, se, half, level = np.broadcast_arrays(draw.n, draw.share, draw.se, draw.half, level)
    spread = np.sqrt(share * (1 - share) / n + se**2)
    if draw.population is not None:
        left = (draw.population - n) / max(draw.population - 1, 1)
        spread = spread * np.sqrt(np.maximum(left, 0))
    guess = np.floor(n * (share + special.ndtri(level / 2) * spread))
    lowest = np.full(n.shape, -1.0)
    return last_that_fits(fits, guess, lowest, n, n, share, se, half, level)


def _ratio_by_beta(draw: FairDraw, count: Floats, power: Floats, side: Side) -> Floats:
    """The ratio at which a binomial count is flagged with this probability."""
    possible = count >= 0
    count = np.where(possible, count, 0.0)
    if side == "under":
        true = special.betainccinv(count + 1, np.maximum(draw.n - count, 1), power)
    else:
        true = special.betaincinv(count, draw.n - count + 1, power)
    return np.where(possible, true, np.nan) / draw.share


def _ratio_of_people(draw: FairDraw, count: Floats, power: Floats, side: Side) -> Floats:
    """The same in a population: the largest (or smallest) whole group that is flagged so often."""
    size = float(draw.population or 0)
    n, count, power = np.broadcast_arrays(draw.n, count, power)
    # More people than this of the group are fewer than that of the others.
    missing = count if side == "under" else n - count

    def fits(k: Floats, n: Floats, missing: Floats, log_power: Floats) -> np.ndarray:
        everybody = np.full(k.shape, size)
        return np.asarray(hypergeometric_log_cdf(missing, n, k, everybody) >= log_power - 1e-12)

    guess = np.floor(size * missing / n)
    none = np.zeros(n.shape)
    most = last_that_fits(fits, guess, none, np.full(n.shape, size), n, missing, np.log(power))
    people = most if side == "under" else size - most
    return people / (draw.share * size)


def _ratio_by_search(draw: FairDraw, count: Floats, power: Floats, side: Side) -> Floats:
    """The same against an uncertain share: the line through two trials, kept between the ends."""
    low = np.zeros(count.shape)
    high = 1 / draw.share
    aim = special.ndtri(power)
    at_under = side == "under"
    way = 2.0 * at_under - 1  # the rarer the group, the likelier a count below
    last = np.zeros(count.shape)
    ratio = np.clip((count + 0.5) / (draw.n * draw.share), high * 1e-6, high * (1 - 1e-6))
    before = np.full(count.shape, np.nan)
    for _ in range(_TRIALS):
        chance = draw.tails(count, ratio)[not at_under]
        miss = way * (special.ndtri(np.clip(chance, 1e-300, 1 - 1e-16)) - aim)
        low = np.where(miss >= 0, ratio, low)
        high = np.where(miss >= 0, high, ratio)
        slope = (miss - before) / (ratio - last)
        last = ratio
        before = miss
        along = ratio - miss / slope
        inside = (along > low) & (along < high)
        ratio = np.where(inside, along, (low + high) / 2)
    return ratio
