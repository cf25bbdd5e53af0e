"""Knows how a per-person amount is shared among groups, against labels that have nothing to do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics.inference._permutation import permutation_test

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Lift", "group_sums", "lifts", "ratio_to_share"]

_FEW_GROUPS = 6
"""Up to as many groups a product a group is faster than counting once."""


@dataclass(frozen=True, slots=True, eq=False)
class Lift:
    """Each group's share of an amount against its share of the people; arrays of shape (groups,).

    Attributes
    ----------
    share, share_of_people : array
        Of the whole amount and of all people, both 0 to 1.
    ratio : array
        The first by the second: 1 where people of the group get what people get on average.
    se_log : array
        Standard error of the logarithm of the ratio, people being the units.
    p_value, p_adjusted : array
        Labels exchanged among people; the second for the largest departure among the groups.
    null_low, null_high : array
        The middle 95% of the ratio under that null.
    expected : array
        Mean of the ratio under that null; 1 unless labels stay within strata.
    draws : int
        Relabellings used.
    """

    share: Floats
    share_of_people: Floats
    ratio: Floats
    se_log: Floats
    p_value: Floats
    p_adjusted: Floats
    null_low: Floats
    null_high: Floats
    expected: Floats
    draws: int


def group_sums(labels: Ints, amount: Floats, groups: int) -> Floats:
    """Sums of ``amount`` by group for each row of labels: (rows, people) -> (rows, groups)."""
    if groups <= _FEW_GROUPS:
        return np.stack([(labels == k) @ amount for k in range(groups)], axis=1)
    place = (
        np.minimum(labels, groups) + (groups + 1) * np.arange(len(labels))[:, None]
    )  # the last place is nobody's
    held = np.broadcast_to(amount, labels.shape).ravel()
    sums = np.bincount(place.ravel(), held, len(labels) * (groups + 1)).astype(float)
    return sums.reshape(-1, groups + 1)[:, :groups]


def ratio_to_share(amount: Floats, codes: Ints, groups: int) -> Floats:
    """Mean amount of each group's people by the mean of all people; nan where there is nothing or nobody."""
    known = codes >= 0
    total, people = amount.sum(), len(amount)
    sums = np.bincount(codes[known], weights=amount[known], minlength=groups)
    sizes = np.bincount(codes[known], minlength=groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((sums / sizes) / (total / people))


def lifts(
    amount: Floats,
    codes: Ints,
    groups: int,
    *,
    strata: Ints | None = None,
    draws: int = 1_999,
    rng: int | Generator | None = None,
) -> Lift:
    """Who holds the amount? Ratio of shares by group, its error and its null.

    People are put in the order of stratum, label and amount before anything is drawn, so the order in which
    they come changes nothing.
    """
    if not groups or not len(amount):
        nothing = np.full(groups, np.nan)
        return Lift(
            nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, 0
        )
    order = np.lexsort((amount, codes) if strata is None else (amount, codes, strata))
    held, label = amount[order], np.where(codes[order] < 0, groups, codes[order])
    block = None if strata is None else strata[order]
    people, total = len(held), float(held.sum())
    sizes = np.bincount(label, minlength=groups + 1)[:groups].astype(float)
    test = permutation_test(
        lambda rows: group_sums(rows, held, groups),
        label,
        strata=block,
        draws=draws,
        rng=rng,
        keep=True,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = people / (sizes * total)
        null = np.asarray(test.null) * scale
        low, high = np.quantile(null, (0.025, 0.975), axis=0)
        ratio = ratio_to_share(amount, codes, groups)
        return Lift(
            share=ratio * sizes / people,
            share_of_people=sizes / people,
            ratio=ratio,
            se_log=_se_log(held, label, sizes, total),
            p_value=np.asarray(test.p_value),
            p_adjusted=np.asarray(test.p_adjusted),
            null_low=low,
            null_high=high,
            expected=np.asarray(test.centre) * scale,
            draws=test.draws,
        )


def _se_log(held: Floats, label: Ints, sizes: Floats, total: float) -> Floats:
    """From each person's influence on log(sum in group / people in group) - log(sum of all / all people)."""
    people = len(held)
    common = 1.0 / people - held / total
    errors = np.full(len(sizes), np.nan)
    for k, size in enumerate(sizes):
        members = label == k
        within = held[members].sum()
        if within > 0:
            influence = common + np.where(members, held / within - 1.0 / size, 0.0)
            errors[k] = np.sqrt((influence**2).sum() * people / max(people - 1, 1))
    return errors
