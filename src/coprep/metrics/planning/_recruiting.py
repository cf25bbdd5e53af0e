"""How many more people close a gap, from one group alone and over all groups at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, inputs, numbers, out, positions, within

_MOST = 1_000_000  # people; beyond this no plan is meant
_BLOCK = 4096  # numbers of people tried at once


@dataclass(frozen=True, slots=True, eq=False)
class Recruits:
    """How many further people bring groups to their target.

    Attributes
    ----------
    alone : ndarray
        How many of each group would bring it to its target if nobody else joined; inf where no
        number does.
    total : float
        The fewest people who bring every group there together; inf where no number of them up to
        a million does.
    by_group : ndarray
        How many of the total each group needs at least.
    spare : float
        How many of the total may come from any group.
    """

    alone: Floats
    total: float
    by_group: Floats
    spare: float


@np.errstate(all="ignore")
def recruits_alone(
    x: ArrayLike, n: ArrayLike, share: ArrayLike, *, target_ratio: ArrayLike = 1.0
) -> Floats:
    """How many more people of one group alone bring it to its target, if nobody else joins.

    max(0, ceil((tPn - x)/(1 - tP))) for the target ratio t; inf where tP is 1 or more and not
    reached already.
    """
    x, n, share, ratio = inputs(
        x=(x, "nonnegative"),
        n=(n, "nonnegative"),
        share=(share, "share"),
        target_ratio=(target_ratio, "nonnegative"),
    )
    within(x, n, ("x", "n"))
    aim = ratio * share
    missing = positions(aim * n - x)
    needed = np.ceil(positions(missing / (1 - aim)))
    return out(np.where(missing <= 0, 0.0, np.where(aim >= 1, np.inf, needed)))


def _needs(extra: Floats, counts: Floats, aims: Floats) -> Floats:
    """People each group needs at least if ``extra`` people join; one row for each number."""
    wanted = aims * (counts.sum() + extra[..., None]) - counts
    return np.asarray(np.ceil(positions(np.maximum(wanted, 0.0))))


def _start(counts: Floats, aims: Floats) -> float:
    """A number of recruits that is never too many: the answer if people came in fractions.

    With the groups in the order of how soon they fall short, m people are enough for the first j
    groups when m (1 - sum aims) = n sum aims - sum counts.
    """
    reached = counts / aims - counts.sum()
    order = np.argsort(reached)
    weight = np.cumsum(aims[order])
    have = np.cumsum(counts[order])
    total = counts.sum()
    with np.errstate(all="ignore"):
        m = np.where(weight < 1, (weight * total - have) / (1 - weight), 0.0)
    return float(np.floor(max(0.0, np.max(np.nan_to_num(m)))))


def recruits_needed(
    counts: ArrayLike, baseline: ArrayLike, *, target_ratio: float = 1.0
) -> Recruits:
    """How many more people bring groups to their target share, each alone and all together?

    Parameters
    ----------
    counts : array_like
        People of each group so far, one vector.
    baseline : array_like
        The groups' shares or population counts, in the same order; only their proportions matter.
    target_ratio : float, default 1
        The least representation ratio that every group is to have, above 0 and at most 1.

    Returns
    -------
    Recruits
        ``alone``, and of all together ``total``, ``by_group``, ``spare``.

    Raises
    ------
    InputError
        For vectors of different lengths, negative counts and target ratios outside 0 to 1.

    Notes
    -----
    The smallest m with sum over groups of ceil(max(0, t P (n + m) - x)) <= m. A target of exactly 1
    asks for whole people in every group and can be far away or out of reach; 0.9 or 0.95 rarely is.

    Examples
    --------
    >>> plan = recruits_needed([60, 30, 10], [0.5, 0.3, 0.2])
    >>> plan.total, plan.by_group.tolist(), plan.spare
    (20.0, [0.0, 6.0, 14.0], 0.0)
    >>> plan.alone.tolist()
    [0.0, 0.0, 13.0]
    """
    counts = numbers(counts, "counts", "nonnegative", ndim=1)
    shares = numbers(baseline, "baseline", "nonnegative", ndim=1)
    (ratio,) = inputs(target_ratio=(target_ratio, "share"))
    if counts.shape != shares.shape or not shares.sum() > 0 or ratio.ndim:
        raise InputError.of(
            f"counts and baseline have {len(counts)} and {len(shares)} numbers adding to "
            f"{counts.sum():g} and {shares.sum():g}; one each for every group, and a baseline "
            "above 0, are expected.",
            code="length",
            param="baseline",
        )
    shares = shares / shares.sum()
    aims = float(ratio) * shares
    alone = np.asarray(recruits_alone(counts, counts.sum(), shares, target_ratio=ratio))
    asking = aims > 0
    extra = _start(counts[asking], aims[asking]) if asking.any() else 0.0
    while extra <= _MOST:
        block = extra + np.arange(float(max(1, min(_BLOCK, 2_000_000 // len(counts)))))
        needs = _needs(block, counts, aims)
        enough = np.flatnonzero(needs.sum(axis=1) <= block)
        if enough.size:
            found = int(enough[0])
            total = float(block[found])
            return Recruits(alone, total, needs[found], float(total - needs[found].sum()))
        extra = max(float(block[-1]) + 1, float(needs[-1].sum()))
    return Recruits(alone, float("inf"), np.full(len(counts), np.nan), float("nan"))
