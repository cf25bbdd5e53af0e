"""From how many people on a group can be shown to lie inside the band."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, inputs, out
from coprep.metrics._counts import (
    fewest_for_lower,
    most_for_upper,
    real_fewest_for_lower,
    real_most_for_upper,
)
from coprep.metrics.shares._equivalence import edges
from coprep.metrics.shares._fair_draw import Band, FairDraw, edges_in_line
from coprep.metrics.shares._share_laws import laws

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

_RAREST = 1e-13  # below this share no number of people could matter
_LARGEST = 2.0**40  # people of one group
_AT_ONCE = 64  # numbers of people that are tried together
_MOST_TRIED = 5_000  # beyond it a tooth is no more than 1 in some hundreds of the number
_TEETH = 10.0  # of a group: so many people of it can stand between two numbers that show it
_NEAR = 2  # counts on either side of the likeliest that are tried


@np.errstate(all="ignore")
def smallest_n_in_line(
    share: ArrayLike,
    *,
    band: tuple[float, float] = (0.8, 1.25),
    groups: ArrayLike = 1,
    population: float | None = None,
    baseline_se: ArrayLike = 0.0,
    rounding: ArrayLike = 0.0,
    alpha: ArrayLike = 0.05,
) -> Floats:
    """From how many participants on could any count show that a group is in line with its baseline?

    The group and everybody else, taken as one group, are both to be shown inside the band. A band
    of ratios is wide for a group that is most of the baseline: without the rest, a group of 90%
    would be in line where nobody else came.

    Parameters
    ----------
    share : array_like
        The group's baseline share, 0 to 1.
    band : (float, float), default (0.8, 1.25)
        Ratios that do not matter.
    groups : array_like, default 1
        How many groups are tested together; the level is divided by it (Bonferroni).
    population : float, optional
        How many people there are, if they are drawn without replacement from so few that it
        matters; goes with an exact share.
    baseline_se : array_like, default 0
        Standard error of the baseline share.
    rounding : array_like, default 0
        Half a unit of the last printed digit of the baseline share.
    alpha : array_like, default 0.05
        Level of each of the four one-sided tests.

    Returns
    -------
    float or ndarray
        The smallest n for which some count rejects all four: the group below the band and above it,
        the others below and above. nan for a baseline share of 0 or 1; inf where no number of
        people can, because the baseline's own error is too wide for the band (or beyond a thousand
        million million people).

    Raises
    ------
    InputError
        For shares and levels outside 0 to 1, bands without room on both sides of 1, and a
        population that comes with an uncertain share.

    References
    ----------
    Schuirmann, D. J. (1987). Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.

    Examples
    --------
    >>> smallest_n_in_line([0.5, 0.18, 0.82, 0.1, 0.9]).tolist()
    [76.0, 275.0, 275.0, 535.0, 535.0]
    >>> float(smallest_n_in_line(0.18, population=400)), float(smallest_n_in_line(0.18, groups=4))
    (160.0, 484.0)
    >>> float(smallest_n_in_line(0.18, baseline_se=0.04))
    inf
    """
    share, level, groups, se, half = inputs(
        share=(share, "share"),
        alpha=(alpha, "inside"),
        groups=(groups, "rank"),
        baseline_se=(baseline_se, "nonnegative"),
        rounding=(rounding, "nonnegative"),
    )
    if population is not None and ((se > 0).any() or (half > 0).any()):
        raise InputError.of("population goes with an exact share.", param="population")
    found = fewest_in_line(
        share.ravel(), (level / groups).ravel(), band, se.ravel(), half.ravel(), population
    )
    return out(found.reshape(share.shape))


@np.errstate(all="ignore")
def fewest_in_line(
    share: Floats,
    level: Floats,
    band: Band,
    se: Floats,
    half: Floats,
    population: float | None = None,
) -> Floats:
    """The smallest n at which a group can be in line, for arrays of one length."""
    low, high = edges(band)
    if high == 1 or low == 1:
        raise InputError.of("band must leave room on both sides of 1.", param="band", got=band)
    found = np.full(share.shape, np.nan)
    there = (share > 0) & (share < 1) & ~np.isnan(level)
    never = there & never_in_line(share, level, band, se, half)
    found[never | (there & (np.minimum(share, 1 - share) < _RAREST))] = np.inf
    todo = there & np.isnan(found)
    lower, upper = edges_in_line(share[todo], half[todo], (low, high))
    found[todo] = _first_binomial(lower, upper, level[todo])
    if population is None:
        todo &= se > 0
    for i in np.flatnonzero(todo):
        at = slice(i, i + 1)

        def shown(n: Floats, at: slice = at) -> NDArray[np.bool_]:
            people, shares, errors, halves = np.broadcast_arrays(n, share[at], se[at], half[at])
            draw = FairDraw(people, shares, errors, halves, population)
            return best_in_line(draw, band) <= level[at]

        saw = saw_of(share[at])
        found[i] = first_shown(shown, found[i], saw=saw, population=population)
    return found


def saw_of(share: Floats) -> float:
    """How wide the teeth are that rounding to whole people cuts, in people of the smallest one."""
    return float(_TEETH / np.minimum(share, 1 - share).min())


def never_in_line(
    share: Floats, level: Floats, band: Band, se: Floats, half: Floats
) -> NDArray[np.bool_]:
    """Where no number of people shows anything: the share is known less well than the band is wide.

    With people without end the observed share is exact, and what remains is the baseline's law.
    """
    estimated = se > 0
    both = laws(share, np.where(estimated, np.hypot(se, half / np.sqrt(3)), 1.0))
    lowest = np.minimum(*(law.quantile(level) for law in both))
    highest = np.maximum(*(law.quantile(1 - level) for law in both))
    least = np.where(estimated, lowest, np.maximum(share - half, 0.0))
    most = np.where(estimated, highest, np.minimum(share + half, 1.0))
    lower, _ = edges_in_line(most, np.zeros(share.shape), band)
    _, upper = edges_in_line(least, np.zeros(share.shape), band)
    return np.asarray(lower >= upper)


def _first_binomial(below: Floats, above: Floats, level: Floats) -> Floats:
    """The first n for which some count is shown to come from between two shares.

    Among how many people a count can come from there is a range for each count; the search is for
    the first count whose range holds a whole number.
    """

    def possible(count: Floats) -> NDArray[np.bool_]:
        fewest = real_fewest_for_lower(count, above, level)
        most = real_most_for_upper(count, below, level)
        return np.asarray(fewest <= most)

    bad = np.zeros(below.shape)
    good = np.ones(below.shape)
    while (growing := ~possible(good) & (good < _LARGEST)).any():
        bad = np.where(growing, good, bad)
        good = np.where(growing, 2 * good, good)
    known = good < _LARGEST
    bad = np.where(known, bad, good - 1)
    while (good - bad > 1).any():
        middle = np.where(good - bad > 1, np.floor((good + bad) / 2), good)
        fits = possible(middle)
        good = np.where(fits, middle, good)
        bad = np.where(fits, bad, middle)
    fewest = fewest_for_lower(good, above, level)
    most = most_for_upper(good, below, level)
    while (short := (fewest > most) & known).any():
        good = np.where(short, good + 1, good)
        fewest = np.where(short, fewest_for_lower(good, above, level), fewest)
        most = np.where(short, most_for_upper(good, below, level), most)
    return np.where(known, fewest, np.inf)


def first_shown(
    shown: Callable[[Floats], NDArray[np.bool_]],
    plain: float,
    *,
    saw: float,
    population: float | None = None,
    in_a_row: int = 1,
) -> float:
    """The first number of people from which something is shown, by trying.

    ``plain`` is the number for one group, an exact share and endless people. What can be shown
    grows with the number of people, but for teeth ``saw`` people wide that rounding to whole people
    cuts: halving finds the place, and all numbers around it are tried. ``in_a_row`` asks for so
    many numbers one after the other, all of which show it.
    """
    most = _LARGEST if population is None else float(population)
    bad = 0.0
    good = min(plain, most)
    while good < most and not shown(np.array([good]))[0]:
        bad = good
        good = min(2 * good, most)
    while good - bad > 1:
        middle = np.floor((good + bad) / 2)
        if shown(np.array([middle]))[0]:
            good = middle
        else:
            bad = middle
    if saw > _MOST_TRIED:
        return good
    n = max(1.0, np.floor(bad - saw))
    run = 0
    while n <= most:
        several = np.arange(n, min(n + _AT_ONCE, most + 1))
        for number, found in zip(several.tolist(), shown(several).tolist(), strict=True):
            run = (run + 1) * found
            if run == in_a_row or (run and number == most):
                return float(number - run + 1)
        n = float(several[-1] + 1)
    return np.inf


def best_in_line(draw: FairDraw, band: Band) -> Floats:
    """The smallest p value for "in line" that any count among these people gives."""
    lower, upper = edges_in_line(draw.share, np.zeros(draw.share.shape), band)
    # So many becomes rarer with the count, so few commoner: the best count is where they cross,
    # about as many standard errors from one edge as from the other.
    below = np.sqrt(lower * (1 - lower) / draw.n + (lower / draw.share * draw.se) ** 2)
    above = np.sqrt(upper * (1 - upper) / draw.n + (upper / draw.share * draw.se) ** 2)
    about = np.round(draw.n * (lower * above + upper * below) / (below + above))
    found = [
        draw.in_line(np.clip(about + step, 0, draw.n), band) for step in range(-_NEAR, _NEAR + 1)
    ]
    return np.asarray(np.min(found, axis=0))
