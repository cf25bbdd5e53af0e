"""Rankings by group: who is seen, who is at the top, and whether that is what their merit asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, choice, codes, number, numbers, whole

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Discount = Literal["log", "geometric", "reciprocal"]
_AT_ONCE = 1_000_000


def rank_positions(scores: ArrayLike) -> tuple[Floats, Ints]:
    """Where does each item stand when the highest score is first?"""
    score = numbers(scores, "scores", ndim=1)
    order = np.argsort(-score, kind="stable")
    block, size = _blocks(score[order])
    start = np.cumsum(size) - size
    rank = np.empty(len(score))
    rank[order] = (start + (size + 1) / 2.0)[block]
    return rank, order.astype(np.intp)


def _blocks(ordered: Floats) -> tuple[Ints, Ints]:
    """Which run of equal values each place belongs to, and how long the runs are."""
    block = np.cumsum(np.r_[False, np.diff(ordered) != 0]).astype(np.intp)
    return block, np.bincount(block).astype(np.intp)


def position_exposure(
    ranks: ArrayLike, *, discount: Discount = "log", stop: float = 0.5, cutoff: int | None = None
) -> Floats:
    """How much attention does each rank get?"""
    rank = numbers(ranks, "ranks", "rank")
    choice(discount, "discount", ("log", "geometric", "reciprocal"))
    if discount == "log":
        seen = 1.0 / np.log2(1.0 + rank)
    elif discount == "reciprocal":
        seen = 1.0 / rank
    else:
        chance = number(stop, "stop", low=0.0, high=1.0)
        seen = chance * (1.0 - chance) ** (rank - 1.0)
    limit = np.inf if cutoff is None else whole(cutoff, "cutoff", low=1)
    return np.where(rank <= limit, seen, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class GroupExposure:
    """What attention each group gets.

    Attributes
    ----------
    mean : array of shape (groups,)
        Mean exposure of an item of the group; nan for a group without items.
    share : array of shape (groups,)
        Group's share of all exposure.
    merit : array of shape (groups,)
        Mean merit of the group's items; nan without merit.
    per_merit : array of shape (groups,)
        Mean exposure over mean merit; equal for all groups when exposure follows merit.
    n : array of int of shape (groups,)
        Items.
    """

    mean: Floats
    share: Floats
    merit: Floats
    per_merit: Floats
    n: Ints


def exposure_by_group(
    scores: ArrayLike,
    groups: ArrayLike,
    *,
    merit: ArrayLike | None = None,
    size: int | None = None,
    discount: Discount = "log",
    stop: float = 0.5,
    cutoff: int | None = None,
) -> GroupExposure:
    """Does attention go to groups alike, or as their merit asks?

    Parameters
    ----------
    scores : array of shape (items,)
        What the ranking is by; higher is first. Tied items share the exposure of their places.
    groups : array of int of shape (items,)
        Codes from 0.
    merit : array of shape (items,), optional
        Relevance of each item, from 0.
    size : int, optional
        Number of groups when the last may be empty.
    discount, stop, cutoff
        How attention falls along the list: 1/log2(1 + rank), stop (1 - stop)^(rank - 1) or 1/rank;
        nobody looks beyond the cutoff.

    Returns
    -------
    GroupExposure

    Raises
    ------
    InputError
        For scores that are missing or none, arrays of different lengths, and unknown discounts.

    References
    ----------
    Singh, A. & Joachims, T. (2018). Fairness of exposure in rankings. KDD.

    Examples
    --------
    >>> exposure_by_group([3, 2, 1], [0, 0, 1], merit=[1, 1, 1]).mean.round(4).tolist()
    [0.8155, 0.5]
    """
    _, order = rank_positions(scores)
    score = numbers(scores, "scores", ndim=1)
    label = codes(groups, "groups", n=len(score), size=size)
    count = size if size is not None else int(label.max()) + 1
    each = position_exposure(
        np.arange(1, len(score) + 1), discount=discount, stop=stop, cutoff=cutoff
    )
    block, length = _blocks(score[order])
    seen = np.empty(len(score))
    seen[order] = (np.bincount(block, each) / length)[block]
    worth = (
        np.full(len(score), np.nan)
        if merit is None
        else numbers(merit, "merit", "nonnegative", ndim=1)
    )
    if len(worth) != len(score):
        raise InputError.of(
            f"merit has {len(worth):,} items; {len(score):,} expected.",
            code="length",
            param="merit",
        )
    n = np.bincount(label, minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(label, seen, count) / n
        deserved = np.bincount(label, worth, count) / n
        share = np.bincount(label, seen, count) / seen.sum()
        return GroupExposure(mean, share, deserved, mean / deserved, n.astype(np.intp))


def _in_order(groups: ArrayLike, size: int | None) -> tuple[Ints, int]:
    label = codes(groups, "groups", size=size)
    if not len(label):
        raise InputError.of(
            "groups is empty; there is nothing to rank.", code="empty", param="groups"
        )
    return label, size if size is not None else int(label.max()) + 1


def _target(groups: ArrayLike, target: ArrayLike | None, count: int) -> Floats:
    label, _ = _in_order(groups, count)
    if target is None:
        return np.bincount(label, minlength=count) / len(label)
    wanted = numbers(target, "target", "nonnegative", ndim=1)
    if len(wanted) != count or abs(wanted.sum() - 1.0) > 1e-9:
        raise InputError.of(f"target must be {count} shares that add up to 1.", param="target")
    return wanted


def normalised_discounted_kl(
    groups: ArrayLike,
    *,
    target: ArrayLike | None = None,
    size: int | None = None,
    scores: ArrayLike | None = None,
) -> float:
    """How far are the groups of every top list from the shares wanted, top places counting most?

    Parameters
    ----------
    groups : array of int of shape (items,)
        Group of each item from the top down, coded from 0.
    target : array of shape (groups,), optional
        Shares wanted; None takes the shares of all items.
    size : int, optional
        Number of groups when the last may be empty.
    scores : array of shape (items,), optional
        What items are ranked by, from the top down. Tied items share their places: of three tied
        for two places each counts two thirds.

    Returns
    -------
    float
        From 0; ``inf`` when a group with a target of 0 has a place.

    Raises
    ------
    InputError
        For no items, a target that is not one share a group adding up to 1, and scores that rise
        along the list.

    Notes
    -----
    Normalised discounted Kullback-Leibler divergence (NDKL): mean over i of
    ``KL(shares of top i, target)`` with weights ``1 / log2(1 + i)``. Above 0 for every ranking
    without ties, since a list of one is all one group: compare with shuffled rankings.

    References
    ----------
    Geyik, S. C., Ambler, S. & Kenthapadi, K. (2019). Fairness-aware ranking in search &
    recommendation systems. KDD.

    Examples
    --------
    >>> round(normalised_discounted_kl([0, 1]), 4)
    0.425
    """
    label, count = _in_order(groups, size)
    wanted = _target(groups, target, count)
    ends = np.arange(1, len(label) + 1) if scores is None else _ends_of_ties(scores, len(label))
    weight = 1.0 / np.log2(1.0 + np.arange(1, len(label) + 1))
    return float((weight * _divergences(label, wanted, ends)).sum() / weight.sum())


def expected_normalised_kl(sizes: ArrayLike, *, target: ArrayLike | None = None) -> float:
    """What is `normalised_discounted_kl` on average over all orders of the items?

    Of the first i items a hypergeometric number belongs to each group; sums over it, so the time
    grows with the square of the number of items.
    """
    count = codes(sizes, "sizes")
    label = np.repeat(np.arange(len(count)), count)
    wanted = _target(label, target, len(count))
    n = len(label)
    places = np.arange(1, n + 1)
    log_factorial = np.cumsum(np.log(np.maximum(np.arange(n + 1), 1)))
    orders = _log_choices(log_factorial, np.full(n, n), places)
    expected = np.zeros(n)
    for mine, share in zip(count.tolist(), wanted, strict=True):
        for start in range(1, mine + 1, max(1, _AT_ONCE // n)):
            x = np.arange(start, min(mine + 1, start + max(1, _AT_ONCE // n)))[:, None]
            ways = _log_choices(log_factorial, mine, x) + _log_choices(
                log_factorial, n - mine, places - x
            )
            with np.errstate(divide="ignore"):
                divergence = x / places * np.log(x / places / share)
            chance = np.exp(ways - orders)
            expected += np.where(
                chance > 0, chance * np.where(chance > 0, divergence, 0.0), 0.0
            ).sum(axis=0)
    weight = 1.0 / np.log2(1.0 + places)
    return float((weight * expected).sum() / weight.sum())


def _log_choices(log_factorial: Floats, of: Ints | int, chosen: Ints) -> Floats:
    """Logarithm of the number of ways to choose; ``-inf`` where there are too few or less than
    none.
    """
    able = (chosen >= 0) & (chosen <= of)
    k = np.where(able, chosen, 0)
    found: Floats = np.where(
        able, log_factorial[of] - log_factorial[k] - log_factorial[of - k], -np.inf
    )
    return found


def _divergences(label: Ints, wanted: Floats, ends: Ints) -> Floats:
    """``KL(shares of the first i, wanted)`` for every i.

    Times i it is the sum over groups of ``c log c - c log wanted`` less ``i log i``, and of that
    only the groups of a place change at it: the cost does not grow with the number of groups.
    Inside a run of ties all its groups change at every place; those that have as many items before
    and in it change alike.
    """
    start = np.r_[0, ends[:-1]]
    length = np.diff(ends, prepend=0)
    group, block, before, dealt = _runs(label, np.repeat(np.arange(len(ends)), length))
    with np.errstate(divide="ignore", invalid="ignore"):
        rarity = np.bincount(block, -dealt * np.log(wanted[group]), len(ends))
        grown = (
            np.bincount(block, _growth(before, dealt), len(ends)) + rarity - _growth(start, length)
        )
        first = dealt[block == 0] / ends[0]  # inside the first run of ties shares do not change
        top = (first * np.log(first / wanted[group[block == 0]])).sum()
        reached = np.r_[0.0, np.cumsum(np.r_[top * ends[0], grown[1:]])]
        own = np.repeat(np.arange(len(ends)), length)
        step = _counting(length)
        inside = _inside_ties(block, before, dealt, start, length) + rarity[own] * (
            step / length[own]
        )
        found = (reached[own] + inside - _growth(start[own], step)) / (start[own] + step)
    found[: ends[0]] = top
    return np.asarray(np.maximum(found, 0.0))


def _inside_ties(block: Ints, before: Ints, dealt: Ints, start: Ints, length: Ints) -> Floats:
    """How much the sum of ``c log c`` has grown at each place since its run of ties began, from the
    second run on.
    """
    inside = np.zeros(int(length.sum()))
    alone, tied = (
        np.flatnonzero(at & (block > 0)) for at in (length[block] == 1, length[block] > 1)
    )
    inside[start[block[alone]]] = _growth(before[alone], dealt[alone])
    if not len(tied):
        return inside
    alike, many = np.unique(np.stack([block, before, dealt])[:, tied], axis=1, return_counts=True)
    pieces = np.cumsum(length[alike[0]])
    cuts = np.searchsorted(pieces, np.arange(_AT_ONCE, pieces[-1], _AT_ONCE))
    for part in np.split(np.arange(len(many)), cuts):
        size = length[alike[0, part]]
        run = np.repeat(part, size)
        step = _counting(size)
        b, c, d = alike[:, run]
        inside += np.bincount(
            start[b] + step - 1, many[run] * _growth(c, d * (step / length[b])), len(inside)
        )
    return inside


def _runs(label: Ints, block: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """For each group in each run of ties: how many of it came before, and how many there are."""
    order = np.argsort(label, kind="stable")
    g = label[order]
    b = block[order]
    first = np.flatnonzero(np.r_[True, (np.diff(g) != 0) | (np.diff(b) != 0)])
    sizes = np.bincount(label)
    before = first - (np.cumsum(sizes) - sizes)[g[first]]
    return g[first], b[first], before, np.diff(np.r_[first, len(label)])


def _growth(before: Ints, more: Ints | Floats) -> Floats:
    """How much ``c log c`` grows from ``before`` to ``before + more``, without cancellation."""
    grown = more * np.log(before + more) + before * np.log1p(more / np.maximum(before, 1))
    return np.asarray(grown, dtype=np.float64)


def _counting(lengths: Ints) -> Ints:
    """1, 2, 3 ... inside each run."""
    return np.arange(1, lengths.sum() + 1) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def _ends_of_ties(scores: ArrayLike, n: int) -> Ints:
    """The last place of each run of equal scores."""
    score = numbers(scores, "scores", ndim=1)
    if len(score) != n or (np.diff(score) > 0).any():
        raise InputError.of(
            f"scores must be {n:,} numbers that never rise along the list.", param="scores"
        )
    return np.cumsum(_blocks(score)[1]).astype(np.intp)
