"""Test whether a crossing of attributes differs from a baseline by more than its margins do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, numbers, out, whole
from coprep.metrics._results import TestResult, log10_of, tested
from coprep.metrics._streams import RNG, stream
from coprep.metrics._tails import chi2_log_sf
from coprep.metrics.weighting._raking import rake

# Cochran's rule: Pearson's statistic follows its law where hardly any cell is expected to hold
# fewer than five people, and none fewer than one.
_FEW = 5.0
_FEWEST = 1.0
_FEW_CELLS = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class BeyondMarginsTest(TestResult[float]):
    """Whether a crossing differs from a baseline by more than its margins do, and where.

    Attributes
    ----------
    expected : ndarray
        The people of each cell if the baseline's joint table had the margins observed, and nothing
        else were different; nan where no such table exists.
    effect_size : float
        ``sqrt(statistic / people)``, as Cohen's w.
    """

    expected: Floats
    effect_size: float


@np.errstate(all="ignore")
def beyond_margins_test(
    counts: ArrayLike, baseline: ArrayLike, *, draws: int = 1999, rng: RNG = 0
) -> BeyondMarginsTest:
    """Is a crossing of attributes other than the baseline's by more than the attributes alone say?

    Parameters
    ----------
    counts : array_like
        People by two attributes or more, an axis an attribute. Numbers that are not whole are
        taken as people who count in part.
    baseline : array_like
        The community in the same form, as people or shares.
    draws : int, default 1999
        Random tables, where cells are too small for the chi-square law.
    rng : int, numpy Generator or None
        Seed or generator for them.

    Returns
    -------
    BeyondMarginsTest
        Pearson's statistic against the baseline raked to the observed margins; its degrees of
        freedom are the cells less what the margins fix. nan where there are none, where nobody came,
        or where no table of the baseline's pattern has these margins. People in cells that the
        baseline lacks are left out.

    Raises
    ------
    InputError
        For negative numbers, tables that do not have the same two axes or more, and an empty
        baseline.

    Notes
    -----
    Raking keeps the odds ratios of the baseline [1]_, so that the null is "the same odds ratios as
    in the community", whatever groups are short on their own. Where more than a fifth of the cells
    expect fewer than 5 people, or one fewer than 1 [2]_, p is found from random tables drawn from
    the raked one; of these the part of the deviation that margins explain is taken out by
    projection.

    References
    ----------
    .. [1] Deming, W. E. and Stephan, F. F. (1940). Annals of Mathematical Statistics 11, 427-444.
    .. [2] Cochran, W. G. (1954). Some methods for strengthening the common chi-square tests.
       Biometrics 10, 417-451.

    Examples
    --------
    Every group has its share, and every crossing is far off:

    >>> found = beyond_margins_test([[10, 40], [40, 10]], [[0.25, 0.25], [0.25, 0.25]])
    >>> float(found.statistic), float(found.df), float(found.p_value) < 1e-8
    (36.0, 1.0, True)
    >>> found.expected.round(6).tolist()
    [[25.0, 25.0], [25.0, 25.0]]

    """
    there = numbers(baseline, "baseline", "nonnegative")
    given = numbers(counts, "counts", "nonnegative")
    if given.shape != there.shape or given.ndim < 2:
        raise InputError.of(
            f"counts has the shape {given.shape} and baseline {there.shape}; "
            "two tables with an axis an attribute are expected.",
            code="shape",
            param="counts",
        )
    if not there.sum() > 0:
        raise InputError.of("the baseline adds to 0.", code="empty_baseline", param="baseline")
    whole(draws, "draws", low=1)
    x = np.where(there > 0, given, 0.0)
    n = float(x.sum())
    expected = _raked(there, x)
    if expected is None:
        return _nothing(np.full(x.shape, np.nan))
    inside = expected > 0
    fixed = 1 + sum(int((_margin(x, axis) > 0).sum()) - 1 for axis in range(x.ndim))
    df = int(inside.sum()) - fixed
    if df < 1:
        return _nothing(expected)
    statistic = float((((x - expected) ** 2 / expected)[inside]).sum())
    effect = float(np.sqrt(statistic / n))
    few = expected[inside] < _FEW
    if few.mean() <= _FEW_CELLS and expected[inside].min() >= _FEWEST:
        found = tested(
            np.asarray(statistic),
            np.asarray(chi2_log_sf(np.asarray(statistic), np.asarray(float(df)))),
            "chi-square",
            df,
        )
        return BeyondMarginsTest(
            float(found.statistic),
            float(found.p_value),
            float(found.log10_p_value),
            float(df),
            "chi-square",
            expected,
            effect,
        )
    p_value = _by_draws(expected, inside, statistic, n, draws=draws, rng=rng)
    log10 = float(log10_of(out(np.asarray(p_value))))
    return BeyondMarginsTest(statistic, p_value, log10, float(df), "monte-carlo", expected, effect)


def _nothing(expected: Floats) -> BeyondMarginsTest:
    """The answer where nothing can be tested."""
    none = float("nan")
    return BeyondMarginsTest(none, none, none, none, "none", expected, none)


def _margin(table: Floats, axis: int) -> Floats:
    """The sums of a table by one of its attributes."""
    others = tuple(at for at in range(table.ndim) if at != axis)
    sums: Floats = table.sum(axis=others)
    return sums


def _raked(baseline: Floats, x: Floats) -> Floats | None:
    """The baseline with the margins of ``x``; None where nobody came, or no such table exists."""
    if not x.sum() > 0:
        return None
    try:
        return rake(baseline, [_margin(x, axis) for axis in range(x.ndim)], tolerance=1e-9)
    except InputError:
        return None


def _by_draws(
    expected: Floats, inside: np.ndarray, statistic: float, n: float, *, draws: int, rng: RNG
) -> float:
    """How often a random table lies as far from its margins' prediction."""
    mean = expected[inside]
    root = np.sqrt(mean)
    columns = [
        root * (at == group)
        for at, size in zip(np.nonzero(inside), expected.shape, strict=True)
        for group in range(size)
    ]
    # What margins explain of a deviation is its projection on the groups' indicators.
    basis, weights, _ = np.linalg.svd(np.array(columns).T, full_matrices=False)
    basis = basis[:, weights > weights.max() * 1e-9]
    tables = stream(rng, "beyond_margins").multinomial(round(n), mean / mean.sum(), size=draws)
    gaps = (tables - mean * (round(n) / n)) / root
    far = (gaps**2).sum(axis=1) - ((gaps @ basis) ** 2).sum(axis=1)
    return float((1 + (far >= statistic * (1 - 1e-9)).sum()) / (draws + 1))
