"""Draws from what was counted: bootstraps of cells and of people, and the jackknife over people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, codes, numbers, whole
from coprep.metrics._streams import RNG, stream

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_CHUNK = 4_000_000


def cell_bootstrap(counts: ArrayLike, *, resamples: int = 999, rng: RNG = None) -> Floats:
    """Redraw the cells of a count table as the bootstrap of its rows would, without touching the
    rows.

    Parameters
    ----------
    counts : array of shape (cells,) or (strata, cells)
        Whole numbers from 0. With two dimensions each stratum keeps its own total.
    resamples : int
        Number of replicates.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    array of shape (draws, cells) or (draws, strata, cells)
        Replicated counts.

    Raises
    ------
    InputError
        For counts that are fractional or negative, and draws that are no whole number from 1.

    Notes
    -----
    Rows of one cell are interchangeable, so a multinomial draw of the cells has exactly the law of
    the row bootstrap, at a cost that does not grow with the number of rows.

    References
    ----------
    Efron, B. (1979). Bootstrap methods: another look at the jackknife. Annals of Statistics 7,
    1-26.

    Examples
    --------
    >>> cell_bootstrap([[5, 5], [0, 3]], resamples=4, rng=1).sum(axis=2).tolist()
    [[10.0, 3.0], [10.0, 3.0], [10.0, 3.0], [10.0, 3.0]]
    """
    table = numbers(counts, "counts", "nonnegative", ndim=(1, 2))
    if (table != np.floor(table)).any():
        raise InputError.of(
            "counts must be whole; for weighted data resample people.", param="counts"
        )
    totals = table.sum(axis=-1, keepdims=True)
    even = np.full(table.shape, 1.0 / table.shape[-1])
    shares = np.divide(table, totals, out=even, where=totals > 0)
    size = (whole(resamples, "resamples", low=1), *table.shape[:-1])
    drawn = stream(rng, "cells").multinomial(totals[..., 0].astype(np.int64), shares, size=size)
    return drawn.astype(float)


def cluster_bootstrap(
    sums: ArrayLike, *, strata: ArrayLike | None = None, resamples: int = 999, rng: RNG = None
) -> Floats:
    """Totals over resampled people: the bootstrap when a person brings many rows.

    Parameters
    ----------
    sums : array of shape (people,) or (people, m)
        What each person contributes to the m totals.
    strata : array of int of shape (people,), optional
        People are resampled within these groups, coded from 0; None resamples all together.
    resamples : int
        Number of replicates.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    array of shape (draws,) or (draws, m)
        Totals; apply any formula to them row by row.

    Raises
    ------
    InputError
        For strata of another length, and draws that are no whole number from 1.

    References
    ----------
    Field, C. A. & Welsh, A. H. (2007). Bootstrapping clustered data. JRSS B 69, 369-390.

    Examples
    --------
    >>> cluster_bootstrap([1, 1, 1], resamples=2, rng=0).tolist()
    [3.0, 3.0]
    """
    given = numbers(sums, "sums", ndim=(1, 2))
    n = len(given)
    group = np.zeros(n, dtype=np.intp) if strata is None else codes(strata, "strata", n=n)
    order = np.argsort(group, kind="stable")
    size = np.bincount(group)[group[order]].astype(float)
    start = np.searchsorted(group[order], group[order])
    people = given[order].reshape(n, -1)
    generator = stream(rng, "people")
    step = max(1, _CHUNK // n)
    totals = []
    for first in range(0, whole(resamples, "resamples", low=1), step):
        rows = min(step, resamples - first)
        picked = start + (generator.random((rows, n)) * size).astype(np.intp)
        flat = (picked + np.arange(rows)[:, None] * n).ravel()
        totals.append(np.bincount(flat, minlength=rows * n).reshape(rows, n).astype(float) @ people)
    return np.concatenate(totals)[:, 0] if given.ndim == 1 else np.concatenate(totals)


@dataclass(frozen=True, slots=True, eq=False)
class Jackknife:
    """A statistic, its leave-one-person-out values and what follows from them.

    Attributes
    ----------
    value : float or array
        The statistic of all people.
    se : float or array
        Jackknife standard error.
    bias : float or array
        Jackknife estimate of the bias.
    leave_out : array of shape (people,) or (people, m)
        The statistic without each person.
    """

    value: float | Floats
    se: float | Floats
    bias: float | Floats
    leave_out: Floats


def jackknife(sums: ArrayLike, statistic: Callable[[Floats], Floats]) -> Jackknife:
    """How much does the answer hang on single people?

    Parameters
    ----------
    sums : array of shape (people,) or (people, m)
        What each person contributes to the m totals.
    statistic : callable
        Takes totals of shape (k,) or (k, m), gives k values or an array of shape (k, s).

    Returns
    -------
    Jackknife
        The person of largest influence is ``abs(leave_out - value).argmax()``.

    Raises
    ------
    InputError
        With fewer than 2 people.

    Notes
    -----
    ``se**2 = (n - 1) / n * sum((leave_out - mean(leave_out))**2)``; people whose removal leaves the
    statistic undefined make it nan.

    References
    ----------
    Quenouille, M. H. (1956). Notes on bias in estimation. Biometrika 43, 353-360.
    Tukey, J. W. (1958). Bias and confidence in not-quite large samples. Annals of Mathematical
    Statistics 29, 614.

    Examples
    --------
    >>> j = jackknife([[1, 1], [2, 1], [3, 1]], lambda t: t[:, 0] / t[:, 1])
    >>> round(j.se, 6)
    0.57735
    """
    people = numbers(sums, "sums", ndim=(1, 2))
    n = len(people)
    if n < 2:
        raise InputError.of(
            "the jackknife needs at least 2 people.", param="sums", got=n, expected=2
        )
    total = people.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.asarray(statistic(total[None, ...]), dtype=float)[0]
        without = np.asarray(statistic(total - people), dtype=float)
        mean = without.mean(axis=0)
        se = np.sqrt((n - 1) / n * ((without - mean) ** 2).sum(axis=0))
    bias = (n - 1) * (mean - value)
    if without.ndim == 1:
        return Jackknife(float(value), float(se), float(bias), without)
    return Jackknife(value, se, bias, without)
