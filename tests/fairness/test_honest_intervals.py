"""Intervals where rows count differently or strata are small: chance alone seldom shows a gap, however it is asked."""

from __future__ import annotations

import numpy as np
import pytest

from compared import compared
from coprep.fairness import GroupTable


def _weighted(rng):
    group, chosen = np.repeat([0, 1], 50), rng.random(100) < 0.1
    weights = np.where(rng.random(100) < 0.1, 10.0, 1.0)
    return GroupTable.from_arrays(None, chosen, sensitive_features=group, sample_weight=weights)


def _stratified(sizes, rates):
    size = np.array(sizes)

    def table(rng):
        selected = rng.binomial(size, rates)
        cells = np.zeros((*size.shape, 2, 2), dtype=int)
        cells[..., 0, 1], cells[..., 0, 0] = selected, size - selected
        return GroupTable.from_counts(cells)

    return table


EQUAL = {
    "few rows count for many": _weighted,
    "ten strata of two and twenty": _stratified([[2, 20]] * 10, 0.1),
    "ten strata of six and six": _stratified([[6, 6]] * 10, np.linspace(0.1, 0.8, 10)[:, None]),
}


@pytest.mark.parametrize("how", ["simultaneous", "bootstrap"])
@pytest.mark.parametrize("table", EQUAL.values(), ids=EQUAL)
def test_equal_groups_seldom_show_a_gap(table, how):
    rng = np.random.default_rng(11)
    shown = {"difference": 0, "ratio": 0}
    for draw in range(200):
        made = table(rng)
        for form in shown:
            found = compared(
                f"demographic_parity_{form}", made, interval=how, resamples=300, rng=draw
            )
            shown[form] += found.low > 0 if form == "difference" else found.high < 1
    assert (
        max(shown.values()) <= 20
    )  # of 200; 10 expected at most, and 20 in one of a thousand such tests
