"""Association of groups with topics, and homophily of endorsements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, codes, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def location_quotients(table: ArrayLike) -> Floats:
    """How over-represented is each group in each topic?

    Parameters
    ----------
    table : array of shape (..., groups, topics)
        Counts, best of authors and not of ideas.

    Returns
    -------
    array of the same shape
        Group's share of the topic over its share of everything; 1 is proportional; nan for an empty
        topic or group.

    Raises
    ------
    InputError
        For a table with fewer than two dimensions, and negative counts.

    References
    ----------
    Isard, W. (1960). Methods of Regional Analysis. MIT Press.

    Examples
    --------
    >>> location_quotients([[3, 1], [1, 3]]).tolist()
    [[1.5, 0.5], [0.5, 1.5]]
    """
    n = numbers(table, "table", "nonnegative")
    if n.ndim < 2:
        raise InputError.of(
            f"table has {n.ndim} dimensions; rows and columns expected.", param="table"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        share = n / n.sum(axis=-2, keepdims=True)
        overall = n.sum(axis=-1, keepdims=True) / n.sum(axis=(-2, -1), keepdims=True)
        return np.asarray(share / overall)


@dataclass(frozen=True, slots=True, eq=False)
class TableAssociation:
    """How strongly rows and columns of a count table go together.

    Attributes
    ----------
    chi2 : float
        Pearson's statistic.
    cramers_v : float
        From 0 to 1.
    adjusted_residual : array of the shape of the table
        Standardised departures from independence, about normal when there is none.
    """

    chi2: float
    cramers_v: float
    adjusted_residual: Floats


def table_association(table: ArrayLike) -> TableAssociation:
    """Do groups and topics go together?

    ``(n_ij - e_ij) / sqrt(e_ij * (1 - p_i) * (1 - p_j))`` with e the expected counts.
    """
    n = numbers(table, "table", "nonnegative", ndim=2)
    total = n.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        row = n.sum(axis=1, keepdims=True) / total
        column = n.sum(axis=0, keepdims=True) / total
        expected = total * row * column
        residual = (n - expected) / np.sqrt(expected * (1.0 - row) * (1.0 - column))
        chi2 = (
            np.where(expected > 0, (n - expected) ** 2 / expected, 0.0).sum() if total else np.nan
        )
        fewer = min((row > 0).sum(), (column > 0).sum()) - 1
        v = np.sqrt(chi2 / (total * np.float64(fewer))) if fewer > 0 else np.nan
    return TableAssociation(float(chi2), float(v), residual)


def mixing_counts(
    source: ArrayLike,
    target: ArrayLike,
    groups: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    size: int | None = None,
) -> Floats:
    """How often did each group endorse each group?"""
    label = codes(groups, "groups", size=size)
    giver = codes(source, "source", size=len(label))
    taker = codes(target, "target", size=len(label))
    if len(giver) != len(taker):
        raise InputError.of("source and target differ in length.", code="length", param="target")
    weight = (
        np.ones(len(giver))
        if weights is None
        else numbers(weights, "weights", "nonnegative", ndim=1, empty=True)
    )
    if len(weight) != len(giver):
        raise InputError.of(f"weights have {len(weight):,} items.", code="length", param="weights")
    count = size if size is not None else int(label.max(initial=-1)) + 1
    other = giver != taker
    cell = label[giver[other]] * count + label[taker[other]]
    return np.bincount(cell, weight[other], count * count).reshape(count, count).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class HomophilyIndices:
    """Whether people endorse their own group beyond what its size alone would give.

    Attributes
    ----------
    same_share : float
        Share of endorsements inside groups.
    ei_index : float
        (between - within) / all: -1 all inside, 1 all across.
    assortativity : float
        1 if all endorsements stay inside groups, 0 if givers and takers mix at random, given how
        much each group gives and takes.
    coleman : array of shape (groups,)
        Inbreeding of each group: 1 only its own, 0 as its size gives, -1 never its own; nan for a
        group that endorsed nobody.
    own_share : array of shape (groups,)
        Share of each group's endorsements that stay inside.
    expected : array of shape (groups,)
        The same if size alone decided.
    """

    same_share: float
    ei_index: float
    assortativity: float
    coleman: Floats
    own_share: Floats
    expected: Floats


def homophily(
    mixing: ArrayLike, sizes: ArrayLike, *, expected: ArrayLike | None = None
) -> HomophilyIndices:
    """Do people endorse their own group more than others?

    Parameters
    ----------
    mixing : array of shape (groups, groups)
        Endorsements from row to column, see `mixing_counts`.
    sizes : array of shape (groups,)
        People in each group.
    expected : array of shape (groups,), optional
        Own share each group would have by exposure; None takes ``(n_k - 1) / (n - 1)``.

    Returns
    -------
    HomophilyIndices

    Raises
    ------
    InputError
        For negative counts, a matrix that does not fit the groups, and expected shares above 1.

    Notes
    -----
    Coleman's index is ``(s - w) / (1 - w)`` with s the own share and w the expected one, and
    ``(s - w) / w`` where s is below w.

    References
    ----------
    Coleman, J. S. (1958). Relational analysis. Human Organization 17(4), 28-36. Newman, M. E. J.
    (2003). Mixing patterns in networks. Physical Review E 67, 026126. Krackhardt, D. & Stern, R. N.
    (1988). Informal networks and organizational crises. Social Psychology Quarterly 51(2), 123-140.

    Examples
    --------
    >>> found = homophily([[3, 1], [1, 3]], [4, 4])
    >>> found.same_share, found.ei_index, round(found.assortativity, 6)
    (0.75, -0.5, 0.5)
    """
    n = numbers(mixing, "mixing", "nonnegative", ndim=2)
    people = numbers(sizes, "sizes", "nonnegative", ndim=1)
    if n.shape != (len(people), len(people)):
        raise InputError.of(
            f"mixing has shape {n.shape}; {len(people)} x {len(people)} expected.",
            code="length",
            param="mixing",
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = (people - 1.0) / (people.sum() - 1.0)
        if expected is not None:
            chance = numbers(expected, "expected", "nonnegative", ndim=1)
            if chance.shape != people.shape or (chance > 1).any():
                raise InputError.of(
                    "expected needs one share from 0 to 1 a group.", param="expected"
                )
        own = np.diag(n) / n.sum(axis=1)
        coleman = np.where(own >= chance, (own - chance) / (1.0 - chance), (own - chance) / chance)
        share = np.float64(np.trace(n)) / n.sum()
        random = (n.sum(axis=0) * n.sum(axis=1)).sum() / n.sum() ** 2
        assortativity = (share - random) / (1.0 - random)
    return HomophilyIndices(
        float(share), float(1.0 - 2.0 * share), float(assortativity), coleman, own, chance
    )
