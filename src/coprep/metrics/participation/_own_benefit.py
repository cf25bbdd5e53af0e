"""How often ideas name their author's own group, against others of the same block."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, codes, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False)
class OwnBenefit:
    """How much more often ideas name their author's own group; column 0 is all groups together,
    then each group.

    Attributes
    ----------
    excess : array of shape (1 + groups,)
        Difference in the share of ideas that name the group, from -1 to 1; nan where nothing can be
        compared.
    score, scale : array of shape (1 + groups,)
        Numerator and denominator of ``excess``.
    products, squares : array of shape (authors, 1 + groups)
        What each author adds to them.
    left : array of shape (1 + groups,)
        Part of the variance that is left after the blocks' means were estimated: what residuals are
        short by.
    own_share : float
        Share of ideas that name their author's own group, as it stands.

    """

    excess: Floats
    score: Floats
    scale: Floats
    products: Floats
    squares: Floats
    left: Floats
    own_share: float


def own_benefit(
    benefit: ArrayLike,
    membership: ArrayLike,
    blocks: ArrayLike,
    authors: ArrayLike,
    *,
    need: ArrayLike | None = None,
    drop_constant: bool = False,
) -> OwnBenefit:
    """How much more often does an idea name its author's own group than other ideas of its block
    do?

    Parameters
    ----------
    benefit : array of shape (ideas, groups)
        1 where the idea names the group as beneficiary, or a weight.
    membership : array of shape (ideas, groups)
        What part of the idea's authorship is in each group; rows add to 1.
    blocks : array of int of shape (ideas,)
        Topic of each idea; ideas are compared within it only.
    authors : array of int of shape (ideas,)
        Who wrote it; ideas of one author stay together.
    need : array of shape (ideas, groups), optional
        How much each group needs what the idea is about; what follows from it linearly is taken
        out.
    drop_constant : bool
        Leave out a group where every idea of the block names it: there nothing can be compared.

    Returns
    -------
    OwnBenefit

    Raises
    ------
    InputError
        For negative numbers, arrays of different shapes, and codes that are not whole.

    Notes
    -----
    With b and a the deviations of benefit and membership from their means in the block, ``excess``
    is ``sum(b * a) / sum(a**2)``: a mean over ideas that counts a block by how mixed its authors
    are.

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.

    Examples
    --------
    >>> found = own_benefit([[1, 0], [0, 1]], [[1, 0], [0, 1]], [0, 0], [0, 1])
    >>> found.excess.tolist(), found.own_share
    ([1.0, 1.0, 1.0], 1.0)

    """
    b, a, block, author = _arrays(benefit, membership, blocks, authors)
    own = float((b * a).sum(axis=1).mean()) if len(b) else math.nan
    raw = b
    b = _centred(b, block)
    a = _centred(a, block)
    if drop_constant:
        keep = ~_constant(raw, block)
        b = b * keep
        a = a * keep
    if need is not None:
        b, a = _without(b, a, _centred(numbers(need, "need", ndim=2), block))
    count = int(author.max()) + 1 if len(author) else 0
    products = _by_author(b * a, author, count)
    squares = _by_author(a * a, author, count)
    score = products.sum(axis=0)
    scale = squares.sum(axis=0)
    excess = np.divide(score, scale, out=np.full(len(score), np.nan), where=scale > _least(len(b)))
    return OwnBenefit(excess, score, scale, products, squares, _left(a, block), own)


def _least(n: int) -> float:
    """What rounding alone can leave of a sum of squares that is 0."""
    return 1e-12 * max(n, 1)


def _arrays(
    benefit: ArrayLike, membership: ArrayLike, blocks: ArrayLike, authors: ArrayLike
) -> tuple[Floats, Floats, Ints, Ints]:
    b = numbers(benefit, "benefit", "nonnegative", ndim=2, empty=True)
    a = numbers(membership, "membership", "nonnegative", ndim=2, empty=True)
    if a.shape != b.shape:
        raise InputError.of(
            f"membership has shape {a.shape}; benefit has {b.shape}.",
            code="length",
            param="membership",
        )
    return b, a, codes(blocks, "blocks", n=len(b)), codes(authors, "authors", n=len(b))


def _centred(values: Floats, block: Ints) -> Floats:
    """Deviations from the mean of the block, column by column."""
    if not len(values):
        return values
    size = np.bincount(block).astype(float)
    means = (
        np.stack([np.bincount(block, column) for column in values.T], axis=1)
        / np.maximum(size, 1)[:, None]
    )
    centred: Floats = values - means[block]
    centred[np.abs(centred) < 1e-14 * (1 + np.abs(values))] = 0.0
    return centred


def _constant(benefit: Floats, block: Ints) -> NDArray[np.bool_]:
    """Whether every idea of a row's block names the column's group equally, and at all."""
    if not len(benefit):
        return benefit > 0
    top = np.full((int(block.max()) + 1, benefit.shape[1]), -np.inf)
    bottom = -top
    np.maximum.at(top, block, benefit)
    np.minimum.at(bottom, block, benefit)
    return np.asarray((top == bottom) & (top > 0))[block]


def _without(b: Floats, a: Floats, need: Floats) -> tuple[Floats, Floats]:
    """Both with what is linear in need taken out."""
    total = float((need * need).sum())
    if total <= _least(len(need)):
        return b, a
    return b - (b * need).sum() / total * need, a - (a * need).sum() / total * need


def _left(a: Floats, block: Ints) -> Floats:
    """1 - mean of 1 / block size, weighted by ``a**2``."""
    squares = np.column_stack([(a * a).sum(axis=1), a * a])
    size = np.bincount(block)[block].astype(float) if len(block) else np.zeros(0)
    total = squares.sum(axis=0)
    lost = (squares / np.maximum(size, 1.0)[:, None]).sum(axis=0)
    return np.asarray(1.0 - np.divide(lost, total, out=np.zeros(len(total)), where=total > 0))


def _by_author(terms: Floats, author: Ints, count: int) -> Floats:
    """Sums an author: of all groups, then of each."""
    columns = [terms.sum(axis=1), *terms.T]
    return np.stack(
        [np.bincount(author, column, count).astype(float) for column in columns], axis=1
    )


@dataclass(frozen=True, slots=True, eq=False)
class BlockedMatching:
    """How unusual the match of authors' groups and beneficiaries is, if ideas were dealt out again
    in each block.

    Attributes
    ----------
    statistic, variance : float
        Sum of matches beyond what the block's means give, and its exact variance under the null
        (its mean is 0).
    z, p_value : float
        Standardised; two-sided from the normal distribution.

    """

    statistic: float
    variance: float
    z: float
    p_value: float


def blocked_matching(
    benefit: ArrayLike, membership: ArrayLike, blocks: ArrayLike
) -> BlockedMatching:
    """Do ideas match their authors' groups more than if authors were exchanged within blocks?

    A blocked linear permutation statistic with its exact first two conditional moments. It takes
    ideas for independent, and so is exact in its null only with one idea an author.
    """
    b, a, block, _ = _arrays(benefit, membership, blocks, blocks)
    b = _centred(b, block)
    a = _centred(a, block)
    statistic = float((b * a).sum())
    order = np.argsort(block, kind="stable")
    variance = 0.0
    for rows in np.split(order, np.flatnonzero(np.diff(block[order])) + 1):
        if len(rows) > 1:
            variance += float(((b[rows].T @ b[rows]) * (a[rows].T @ a[rows])).sum()) / (
                len(rows) - 1
            )
    z = statistic / math.sqrt(variance) if variance > _least(len(b)) else math.nan
    return BlockedMatching(statistic, variance, z, math.erfc(abs(z) / math.sqrt(2.0)))


def mixed_blocks(membership: ArrayLike, blocks: ArrayLike) -> Floats:
    """Which ideas stand in a block with authors of more than one group?"""
    a = numbers(membership, "membership", "nonnegative", ndim=2, empty=True)
    block = codes(blocks, "blocks", n=len(a))
    if not len(a):
        return np.zeros(0)
    deviates = (np.abs(_centred(a, block)) > 1e-12).any(axis=1)
    return np.asarray(np.bincount(block, deviates)[block] > 0, dtype=float)


def idea_breadth(benefit: ArrayLike, shares: ArrayLike) -> Floats:
    """What share of the community do the groups an idea names make up?

    Parameters
    ----------
    benefit : array of shape (ideas, groups)
        Above 0 where the idea names the group.
    shares : array of shape (groups,)
        Population shares; nan where unknown.

    Returns
    -------
    array of shape (ideas,)
        From 0 to 1; nan where a named group's share is unknown. Overlapping groups count at most
        once in all.

    Raises
    ------
    InputError
        For negative benefit, and shares that do not fit its groups.

    Examples
    --------
    >>> [round(float(b), 12) for b in idea_breadth([[1, 1, 0], [0, 0, 0]], [.5, .3, .2])]
    [0.8, 0.0]

    """
    named, share = _named(benefit, shares)
    return np.asarray(np.minimum(np.where(named > 0, share, 0.0).sum(axis=1), 1.0))


def benefit_concentration(benefit: ArrayLike, membership: ArrayLike, shares: ArrayLike) -> Floats:
    """How large is the part of an idea's benefit that goes to its author's group, for the group's
    size?

    Parameters
    ----------
    benefit, membership : array of shape (ideas, groups)
        As for `own_benefit`.
    shares : array of shape (groups,)
        Population shares.

    Returns
    -------
    array of shape (ideas,)
        From 0; 1 is proportional, 0 where nothing goes to the author's group or the author is of
        none of them. nan where an idea names nobody, and where the share of the author's group is 0
        or unknown.

    Raises
    ------
    InputError
        For negative numbers, and arrays that do not fit together.

    Examples
    --------
    >>> benefit_concentration([[1, 1]], [[1, 0]], [0.25, 0.75]).tolist()
    [2.0]

    """
    named, share = _named(benefit, shares)
    part = numbers(membership, "membership", "nonnegative", ndim=2, empty=True)
    if part.shape != named.shape:
        raise InputError.of(
            "membership and benefit differ in shape.", code="length", param="membership"
        )
    total = named.sum(axis=1, keepdims=True)
    split = np.divide(named, total, out=np.full(named.shape, np.nan), where=total > 0)
    relative = np.divide(split, share, out=np.full(named.shape, np.nan), where=share > 0)
    return np.asarray(np.where(part > 0, part * relative, 0.0).sum(axis=1))


def _named(benefit: ArrayLike, shares: ArrayLike) -> tuple[Floats, Floats]:
    named = numbers(benefit, "benefit", "nonnegative", ndim=2, empty=True)
    share = numbers(shares, "shares", "any", ndim=1)
    if len(share) != named.shape[1]:
        raise InputError.of(
            f"shares has {len(share):,} groups; benefit has {named.shape[1]:,}.",
            code="length",
            param="shares",
        )
    return named, share
