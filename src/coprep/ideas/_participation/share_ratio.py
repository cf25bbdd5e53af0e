"""Compare groups' shares of an amount with their shares of the people, under relabelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics.inference._permutation import permutation_test

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.metrics._checks import Floats, Ints


_FEW_GROUPS = 6
"""Up to as many groups a product a group is faster than counting once."""


@dataclass(frozen=True, slots=True, eq=False)
class ShareRatios:
    """Groups' shares of an amount against their shares of the people, by group."""

    share: Floats  # of the whole amount and of all people, both 0 to 1
    share_of_people: Floats
    # the first by the second: 1 where people of the group get what people get on average
    ratio: Floats
    se_log: Floats  # standard error of the logarithm of the ratio, people being the units
    # labels exchanged among people; the second for the largest departure among the groups
    p_value: Floats
    p_adjusted: Floats
    null_low: Floats  # the middle 95% of the ratio under that null
    null_high: Floats
    expected: Floats  # mean of the ratio under that null; 1 unless labels stay within strata
    draws: int  # relabellings used


def group_sums(labels: Ints, amount: Floats, groups: int) -> Floats:
    """Sums of ``amount`` by group for each row of labels: (rows, people) -> (rows, groups)."""
    if groups <= _FEW_GROUPS:
        return np.stack([(labels == k) @ amount for k in range(groups)], axis=1)
    # the last place is nobody's
    place = np.minimum(labels, groups) + (groups + 1) * np.arange(len(labels))[:, None]
    held = np.broadcast_to(amount, labels.shape).ravel()
    sums = np.bincount(place.ravel(), held, len(labels) * (groups + 1)).astype(float)
    return sums.reshape(-1, groups + 1)[:, :groups]


def ratio_to_share(amount: Floats, codes: Ints, groups: int) -> Floats:
    """Mean amount of each group's people by the mean of all; nan where there is nothing."""
    known = codes >= 0
    sums = np.bincount(codes[known], weights=amount[known], minlength=groups)
    sizes = np.bincount(codes[known], minlength=groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((sums / sizes) / (amount.sum() / len(amount)))


def share_ratios(
    amount: Floats,
    codes: Ints,
    groups: int,
    *,
    strata: Ints | None = None,
    draws: int = 1_999,
    rng: int | Generator | None = None,
) -> ShareRatios:
    """Who holds the amount? Ratio of shares by group, its error and its null.

    People are put in the order of stratum, label and amount before anything is drawn, so the order
    in which they come changes nothing.
    """
    if not groups or not len(amount):
        nothing = np.full(groups, np.nan)
        return ShareRatios(
            nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, 0
        )
    order = np.lexsort((amount, codes) if strata is None else (amount, codes, strata))
    held = amount[order]
    label = np.where(codes[order] < 0, groups, codes[order])
    people = len(held)
    total = float(held.sum())
    sizes = np.bincount(label, minlength=groups + 1)[:groups].astype(float)
    test = permutation_test(
        lambda rows: group_sums(rows, held, groups),
        label,
        strata=None if strata is None else strata[order],
        draws=draws,
        rng=rng,
        keep=True,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = people / (sizes * total)
        low, high = np.quantile(np.asarray(test.null) * scale, (0.025, 0.975), axis=0)
        ratio = ratio_to_share(amount, codes, groups)
        return ShareRatios(
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
    """From each person's influence on the logarithm of the ratio."""
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
