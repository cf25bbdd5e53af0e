"""How many more people close a gap, from one group alone and over all groups at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, numbers, out, positions, within

Close = Literal["half", "whole"]
_MAY_MISS: dict[Close, float] = {"half": 0.5, "whole": 1 - 1e-6}
"""How many people a group may be short of its share and still be there."""
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


def _needs(extra: Floats, counts: Floats, aims: Floats, may_miss: float) -> Floats:
    """People each group needs at least if ``extra`` people join; one row for each number."""
    wanted = aims * (counts.sum() + extra[..., None]) - counts - may_miss
    return np.asarray(np.ceil(positions(np.maximum(wanted, 0.0))))


def _start(counts: Floats, aims: Floats, may_miss: float) -> float:
    """A number of recruits that is never too many: the answer if people came in fractions.

    With the groups in the order of how soon they fall short, m people are enough for the first j
    groups when m (1 - sum aims) = n sum aims - sum counts.
    """
    total = counts.sum()
    have = counts + may_miss
    order = np.argsort(have / aims)
    weight = np.cumsum(aims[order])
    held = np.cumsum(have[order])
    with np.errstate(all="ignore"):
        m = np.where(weight < 1, (weight * total - held) / (1 - weight), 0.0)
    return float(np.floor(max(0.0, np.max(np.nan_to_num(m)))))


def needs_together(
    tables: Sequence[tuple[Floats, Floats]],
    *,
    target_ratio: float | None = None,
    within: Close = "half",
) -> tuple[float, list[Floats]]:
    """The fewest people who bring every group of several attributes there, and needs by group.

    ``tables`` has counts and shares of each attribute; every further person counts in all of them.
    inf, with nan by group, where no number up to a million does.
    """
    may_miss = _MAY_MISS[within] if target_ratio is None else 0.0
    ratio = 1.0 if target_ratio is None else target_ratio
    aims = [(counts, ratio * shares / shares.sum()) for counts, shares in tables]
    extra = 0.0
    for counts, aim in aims:
        asking = aim > 0
        if asking.any():
            extra = max(extra, _start(counts[asking], aim[asking], may_miss))
    widest = max(len(counts) for counts, _ in aims)
    while extra <= _MOST:
        block = extra + np.arange(float(max(1, min(_BLOCK, 2_000_000 // widest))))
        needs = [_needs(block, counts, aim, may_miss) for counts, aim in aims]
        asked = np.array([need.sum(axis=1) for need in needs])
        enough = np.flatnonzero((asked <= block).all(axis=0))
        if enough.size:
            found = int(enough[0])
            return float(block[found]), [need[found] for need in needs]
        extra = max(float(block[-1]) + 1, float(asked[:, -1].max()))
    return float("inf"), [np.full(len(counts), np.nan) for counts, _ in aims]


def recruits_needed(
    counts: ArrayLike,
    baseline: ArrayLike,
    *,
    target_ratio: float | None = None,
    within: Close = "half",
) -> Recruits:
    """How many more people bring groups to their share, each alone and all together?

    Parameters
    ----------
    counts : array_like
        People of each group so far, one vector.
    baseline : array_like
        The groups' shares or population counts, in the same order; only their proportions matter.
    target_ratio : float, optional
        The least representation ratio that every group is to have, above 0 and at most 1, not a
        person short of it. None asks that every group has its share as nearly as ``within`` says.
    within : {"half", "whole"}, default "half"
        With no target ratio: every group is at most half a person short of its share, or has the
        whole part of it.

    Returns
    -------
    Recruits
        ``alone``, and of all together ``total``, ``by_group``, ``spare``.

    Raises
    ------
    InputError
        For vectors of different lengths, negative counts, target ratios outside 0 to 1 and any
        other word for ``within``.

    Notes
    -----
    The smallest m with sum over groups of ceil(max(0, P (n + m) - x - s)) <= m, where s is half a
    person, or just less than a whole one. With a target ratio t it is t P, and s is 0: a ratio of
    exactly 1 asks that no group is a fraction of a person short, which can be far away or out of
    reach.

    Examples
    --------
    >>> plan = recruits_needed([56, 65], [0.508, 0.492])
    >>> plan.total, plan.by_group.tolist(), plan.spare
    (11.0, [11.0, 0.0], 0.0)
    >>> recruits_needed([56, 65], [0.508, 0.492], within="whole").total
    10.0
    >>> recruits_needed([60, 30, 10], [0.5, 0.3, 0.2]).alone.tolist()
    [0.0, 0.0, 13.0]
    """
    choice(within, "within", get_args(Close))
    counts = numbers(counts, "counts", "nonnegative", ndim=1)
    shares = numbers(baseline, "baseline", "nonnegative", ndim=1)
    (ratio,) = inputs(target_ratio=(1.0 if target_ratio is None else target_ratio, "share"))
    if counts.shape != shares.shape or not shares.sum() > 0 or ratio.ndim:
        raise InputError.of(
            f"counts and baseline have {len(counts)} and {len(shares)} numbers adding to "
            f"{counts.sum():g} and {shares.sum():g}; one each for every group, and a baseline "
            "above 0, are expected.",
            code="length",
            param="baseline",
        )
    shares = shares / shares.sum()
    alone = np.asarray(recruits_alone(counts, counts.sum(), shares, target_ratio=ratio))
    total, (needs,) = needs_together(
        [(counts, shares)],
        target_ratio=None if target_ratio is None else float(ratio),
        within=within,
    )
    return Recruits(alone, total, needs, float(total - needs.sum()))
