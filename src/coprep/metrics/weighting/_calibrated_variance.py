"""The variance of a weighted mean whose weights were made to reach known totals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError, Problems
from coprep.metrics._checks import Floats, Ints, codes, numbers, out
from coprep.metrics.weighting._cells import group_columns


def calibrated_variance(
    values: ArrayLike,
    weights: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    base: ArrayLike | None = None,
    people: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> Floats:
    """How uncertain is a weighted mean, given that the weights reach known totals?

    What the groups explain of the values no longer varies, because their totals are known: the
    variance is that of the residuals. With weights taken as fixed it is too large where groups
    differ, and it misses what unequal weights cost where they do not.

    Parameters
    ----------
    values : array_like
        What is averaged: a number a row, or a column for each of several.
    weights : array_like
        The calibrated weight of each row, of one person.
    groups : array_like of int, optional
        The groups that the weights were made for, a column an attribute. Left out: the weights are
        taken as fixed.
    base : array_like, optional
        Weights from which calibration started; 1 for everybody if left out.
    people : array_like, optional
        How many people each row stands for; 1 if left out. Not together with ``clusters``.
    clusters, strata : array_like of int, optional
        Who came together, and within what they were sampled, from 0.

    Returns
    -------
    float or ndarray
        The variance of the weighted mean of each column of values; nan where a stratum has one
        cluster (or person) only.

    Raises
    ------
    InputError
        For rows that do not fit together, and weights that add to 0.

    Notes
    -----
    The linearised mean u = (y - mean) / sum w is regressed on the groups with the base weights; the
    variance is that of the totals of w times its residuals over clusters within strata, with
    n/(n - 1). So does R's ``survey`` after ``calibrate`` and ``postStratify``. No prior is added:
    a group of five who agree has no variance.

    References
    ----------
    Deville, J.-C. and Särndal, C.-E. (1992). Journal of the American Statistical Association 87,
    376-382, section 3.

    Examples
    --------
    Half of the women and a quarter of the men agree; women are half of the community:

    >>> agree = [1, 0, 1, 0, 0, 0]
    >>> weight = [1.5, 1.5, 0.75, 0.75, 0.75, 0.75]
    >>> women = [1, 1, 0, 0, 0, 0]
    >>> round(float(calibrated_variance(agree, weight, groups=women)), 4)
    0.0516
    >>> round(float(calibrated_variance(agree, weight)), 4)
    0.0551

    """
    given = numbers(values, "values", ndim=(1, 2))
    y = given.reshape(len(given), -1)
    problems = Problems()
    of_one = _a_row(problems, "weights", weights, len(y))
    start = _a_row(problems, "base", base, len(y))
    size = _a_row(problems, "people", people, len(y))
    if people is not None and clusters is not None:
        problems.add(
            "people and clusters are both given; people of one row cannot be told apart.",
            param="people",
            hint="give a row a person.",
        )
    problems.raise_if_any()
    w = of_one * size
    if not w.sum() > 0:
        raise InputError.of("weights add to 0; no mean is defined.", param="weights")
    influence = (y - w @ y / w.sum()) / w.sum()
    if groups is not None:
        influence = influence - _explained(influence, groups, start * size)
    within = np.zeros(len(y), np.intp)
    if strata is not None:
        within = codes(strata, "strata", n=len(y))
    parts = of_one[:, None] * influence
    if clusters is not None:
        together = codes(clusters, "clusters", n=len(y))
        parts, size, within = _by_cluster(parts, together, within)
    return out(_between(parts, size, within).reshape(given.shape[1:]))


def _a_row(problems: Problems, name: str, values: ArrayLike | None, n: int) -> Floats:
    """One number a row, 1 where none are given."""
    if values is None:
        return np.ones(n)
    try:
        given = numbers(values, name, "nonnegative", ndim=1)
    except InputError as error:
        problems.take(error)
        return np.ones(n)
    if len(given) != n:
        problems.add(f"{name} has {len(given):,} items; {n:,} expected.", code="length", param=name)
        return np.ones(n)
    return given


def _explained(y: Floats, groups: ArrayLike, base: Floats) -> Floats:
    """What the groups of all attributes explain of each column, by weighted least squares."""
    from scipy.sparse import csr_array

    columns = group_columns(groups, len(y))
    attributes = [codes(column, f"groups[:, {at}]") for at, column in enumerate(columns)]
    sizes = [int(code.max()) + 1 for code in attributes]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    at = (np.stack(attributes, axis=1) + starts).ravel()
    rows = np.repeat(np.arange(len(y)), len(sizes))
    x: Any = csr_array((np.ones(len(at)), (rows, at)), shape=(len(y), sum(sizes)))
    weighted = x * base[:, None]
    slopes = np.linalg.lstsq((weighted.T @ x).toarray(), weighted.T @ y, rcond=1e-12)[0]
    explained: Floats = x @ slopes
    return explained


def _by_cluster(parts: Floats, clusters: Ints, strata: Ints) -> tuple[Floats, Floats, Ints]:
    """Parts added up within clusters of a stratum: the totals, a one for each, and its stratum."""
    pairs, of_pair = np.unique(np.stack([strata, clusters]), axis=1, return_inverse=True)
    totals = np.zeros((pairs.shape[1], parts.shape[1]))
    np.add.at(totals, of_pair.ravel(), parts)
    return totals, np.ones(len(totals)), pairs[0]


def _between(parts: Floats, people: Floats, strata: Ints) -> Floats:
    """The variance of the sum of parts, each met ``people`` times, within strata."""
    n = np.bincount(strata, people)
    sums = np.zeros((len(n), parts.shape[1]))
    np.add.at(sums, strata, people[:, None] * parts)
    means = np.divide(sums, n[:, None], out=np.zeros_like(sums), where=n[:, None] > 0)
    off = people[:, None] * (parts - means[strata]) ** 2
    squares = np.zeros_like(sums)
    np.add.at(squares, strata, off)
    factors = np.where(n > 1, n / np.where(n > 1, n - 1, 1), np.where(n > 0, np.nan, 0.0))
    variance: Floats = (factors[:, None] * squares).sum(axis=0)
    return variance
