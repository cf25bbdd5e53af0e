"""Inequality that equal chances alone would give, against two people whose chances can be listed."""

import importlib

import numpy as np
import pytest
from scipy import stats

from coprep.metrics.spread._equal_chance import equal_chance_test

pytestmark = pytest.mark.slow

SPEECHES = 12
LIST = np.arange(SPEECHES + 1)
CHANCE = stats.binom.pmf(LIST, SPEECHES, 0.5)
GINI = np.abs(2 * LIST - SPEECHES) / (
    2 * SPEECHES
)  # of two people: half the difference of their shares


@pytest.mark.parametrize("first", [6, 8, 10, 12])
def test_two_people_who_speak_in_turn_by_a_coin(first):
    draws = 20_000
    found = equal_chance_test([first, SPEECHES - first], draws=draws, rng=2, confidence=0.8)
    assert found.statistic == pytest.approx(GINI[first])
    assert found.expected == pytest.approx(CHANCE @ GINI, abs=0.004)
    assert found.excess == pytest.approx((found.statistic - found.expected) / (1 - found.expected))
    p = min(CHANCE[GINI >= GINI[first] - 1e-9].sum(), 1.0)
    assert found.p_value == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / draws) + 1 / draws)
    # a tenth of the chances lie on either side
    assert CHANCE[found.low > GINI + 1e-9].sum() <= 0.1 <= CHANCE[found.low >= GINI - 1e-9].sum()
    assert CHANCE[found.high < GINI - 1e-9].sum() <= 0.1 <= CHANCE[found.high <= GINI + 1e-9].sum()


@pytest.mark.parametrize("held", [1, 10, 10_000])
def test_every_draw_is_counted_once_whatever_the_blocks(held, monkeypatch):
    module = importlib.import_module(
        "coprep.metrics.spread._equal_chance"
    )  # the name is the function's in the package
    monkeypatch.setattr(module, "_CHUNK", held)
    found = equal_chance_test([3, 3, 3], draws=19, rng=1)
    assert found.p_value == 1 and found.draws == 19, "nothing is more equal than equal"
    assert equal_chance_test([40, 0, 0], draws=19, rng=1).p_value == 1 / 20, (
        "none as unequal, and the observed one counts"
    )
