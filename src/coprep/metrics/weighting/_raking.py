"""Weights that give groups their share of the community: post-stratification and raking."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, number, numbers, whole
from coprep.metrics.weighting._cells import Cells, in_cells


def poststratify(base: ArrayLike, totals: ArrayLike, *, groups: ArrayLike | None = None) -> Floats:
    """Which weights give every group its total?

    Parameters
    ----------
    base : array_like
        Base weights, one a row: 1 for people who are alike, the number of people of a cell, or
        design weights. Without ``groups``, one a group, in any shape.
    totals : array_like
        People of the community in each group, or their shares.
    groups : array_like of int, optional
        Which group each row belongs to, from 0.

    Returns
    -------
    ndarray
        Weights of the shape of ``base`` that add to the totals. Base weights keep their ratios
        within a group; a group whose total is 0 gets weight 0.

    Raises
    ------
    InputError
        For a group with a total in which nobody has a weight: no weight can stand for it.

    References
    ----------
    Holt, D. and Smith, T. M. F. (1979). Journal of the Royal Statistical Society A 142, 33-46.

    Examples
    --------
    Twelve women and eight men, where half of the community are women:

    >>> poststratify([12, 8], [0.5, 0.5]).round(3)
    array([0.5, 0.5])
    >>> poststratify([1, 1, 2], [60, 40], groups=[0, 1, 0])
    array([20., 40., 40.])

    """
    if groups is None:
        given = numbers(base, "base", "nonnegative")
        wanted = numbers(totals, "totals", "nonnegative")
        if given.shape != wanted.shape:
            raise InputError.of(
                f"base has the shape {given.shape} and totals {wanted.shape}.",
                code="shape",
                param="totals",
                hint="give one total a group, or say with groups= which group each row is in.",
            )
        return poststratify(given.ravel(), wanted.ravel(), groups=np.arange(given.size)).reshape(
            given.shape
        )
    cells = in_cells(base, [totals], groups)
    return cells.weighted(_brought_to(cells.base, cells, 0))


def rake(
    base: ArrayLike,
    totals: Sequence[ArrayLike],
    *,
    groups: ArrayLike | None = None,
    tolerance: float = 1e-10,
    max_sweeps: int = 2000,
) -> Floats:
    """Which weights give every group of several attributes its total, each attribute on its own?

    Iterative proportional fitting: attribute after attribute is brought to its totals until all
    hold at once. Of all tables with these margins it is the closest to ``base``, whose odds ratios
    it keeps.

    Parameters
    ----------
    base : array_like
        A joint table with one axis an attribute; with ``groups``, base weights, one a row: 1 for
        people who are alike, the number of people of a cell, or design weights.
    totals : sequence of array_like
        For each attribute, people of the community in each group, or their shares. Two attributes
        whose joint table is known are one attribute with a group for each pair.
    groups : array_like of int, optional
        A row for each of ``base``, a column an attribute: which group, from 0.
    tolerance : float, default 1e-10
        By how much of the community's total the sum of a group may be off.
    max_sweeps : int, default 2000
        How often all attributes are gone through at most.

    Returns
    -------
    ndarray
        Weights of the shape of ``base``. Base weights keep their ratios within a cell; a group
        whose total is 0 gets weight 0.

    Raises
    ------
    InputError
        For a group with a total in which nobody has a weight, attributes whose totals add to
        different numbers, and totals that no weights can reach together.

    Notes
    -----
    Rows with the same groups are one cell, so that each sweep costs as much as there are cells.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940). Annals of Mathematical Statistics 11, 427-444.

    Examples
    --------
    Women and men in rows, young and old in columns; half of the community in each:

    >>> rake([[10, 20], [30, 40]], [[50, 50], [50, 50]]).round(2)
    array([[22.47, 27.53],
           [27.53, 22.47]])
    >>> rake([1, 1, 1], [[0.5, 0.5], [0.7, 0.3]], groups=[[0, 0], [0, 1], [1, 0]]).round(3)
    array([0.2, 0.3, 0.5])

    """
    cells = in_cells(base, totals, groups)
    allowed = number(tolerance, "tolerance", low=0.0) * cells.total
    weights = cells.scaled
    for _ in range(whole(max_sweeps, "max_sweeps", low=1)):
        for at in range(len(cells.totals)):
            weights = _brought_to(weights, cells, at)
        if _furthest(cells, weights) <= allowed:
            break
    else:
        raise _out_of_reach(cells, weights)
    return cells.weighted(weights)


def _brought_to(weights: Floats, cells: Cells, attribute: int) -> Floats:
    """Weights of cells, multiplied so that the groups of one attribute reach their totals."""
    code = cells.codes[:, attribute]
    total = cells.totals[attribute]
    sums = np.bincount(code, weights, minlength=len(total))
    factors = np.divide(total, sums, out=np.zeros_like(total), where=sums > 0)
    brought: Floats = weights * factors[code]
    return brought


def _furthest(cells: Cells, weights: Floats) -> float:
    """How far the sum of a group is from its total at most."""
    gaps = [
        np.abs(sums - total).max()
        for sums, total in zip(cells.sums(weights), cells.totals, strict=True)
    ]
    return float(max(gaps))


def _out_of_reach(cells: Cells, weights: Floats) -> InputError:
    """Totals that were not reached: which group is furthest off, and can any weights do it."""
    from coprep.metrics.weighting._calibration_bounds import attainable

    gaps = [
        np.abs(sums - total) for sums, total in zip(cells.sums(weights), cells.totals, strict=True)
    ]
    at = int(np.argmax([gap.max() for gap in gaps]))
    group = int(np.argmax(gaps[at]))
    reached = float(cells.sums(weights)[at][group])
    wanted = float(cells.totals[at][group])
    ending = (
        "only weights of 0 for some people would reach them all."
        if attainable(cells)
        else "no weights reach them all."
    )
    return InputError.of(
        f"totals contradict the people at hand: group {group} of totals[{at}] comes to "
        f"{reached:g} of {wanted:g}; {ending}",
        code="out_of_reach",
        param="totals",
        got=(at, group),
        hint="merge small groups, or leave an attribute out.",
    )
