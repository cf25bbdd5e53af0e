"""Searching subgroups: every one is looked at, and the search is paid for."""

from itertools import product

import numpy as np
import pytest

from coprep.errors import InputError
from coprep.metrics.groups._subgroups import scan_subgroups

pytestmark = pytest.mark.slow


def world(seed, n=400):
    rng = np.random.default_rng(seed)
    return rng, rng.integers(0, 2, n), rng.integers(0, [2, 3, 2], (n, 3))


def test_every_subgroup_by_hand():
    _, y, x = world(1)
    found = scan_subgroups(y, x, depth=2, min_size=5, draws=19, rng=1)
    seen = {}
    for attributes, levels, n, rate, violation in zip(
        found.attributes, found.levels, found.n, found.rate, found.violation, strict=True
    ):
        at = (x[:, attributes] == levels).all(axis=1)
        assert n == at.sum() and rate == pytest.approx(y[at].mean())
        assert violation == pytest.approx(at.mean() * abs(y[at].mean() - y.mean()))
        seen[attributes, levels] = violation
    expected = {((a,), (i,)) for a, size in enumerate([2, 3, 2]) for i in range(size)}
    for a, b in ((0, 1), (0, 2), (1, 2)):
        expected |= {((a, b), pair) for pair in product(range([2, 3, 2][a]), range([2, 3, 2][b]))}
    assert set(seen) == expected and found.searched == len(expected)
    assert (np.diff(found.violation) <= 0).all() and (np.diff(found.p_adjusted) >= 0).all()


def test_search_is_paid_for():
    alarms = 0
    for seed in range(300):
        _, y, x = world(seed, n=120)
        alarms += scan_subgroups(y, x, depth=3, draws=99, rng=seed).p_adjusted[0] <= 0.05
    assert alarms / 300 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_gerrymandering_is_found():
    rng, _, x = world(3, n=2000)
    y = (rng.random(2000) < np.where(x[:, 0] == x[:, 2], 0.7, 0.3)).astype(int)
    shallow, deep = (scan_subgroups(y, x[:, [0, 2]], depth=d, rng=1) for d in (1, 2))
    assert shallow.p_adjusted[0] > 0.01 and deep.p_adjusted[0] == 1 / 1000
    assert len(deep.attributes[0]) == 2


def test_shuffled_outcomes_agree_with_drawn_cells():
    rng, y, x = world(5, n=60)
    y = np.sort(y)[np.lexsort(x.T)]
    found = scan_subgroups(y, x, min_size=1, depth=1, draws=1500, rng=1)
    maxima = []
    for _ in range(1500):
        z = rng.permutation(y)
        maxima.append(
            max(
                abs(z[x[:, a] == i].sum() - (x[:, a] == i).sum() * z.mean()) / 60
                for a in range(3)
                for i in range(3)
                if (x[:, a] == i).any()
            )
        )
    shuffled = (np.array(maxima)[:, None] >= found.violation - 1e-12).mean(axis=0)
    assert found.p_adjusted == pytest.approx(shuffled, abs=0.05)


def test_small_subgroups_are_counted():
    found = scan_subgroups([1, 0, 1, 0, 1], [[0], [0], [0], [0], [1]], min_size=2)
    assert found.searched == 1 and found.too_small == 1
    nothing = scan_subgroups([1, 0], [[0], [0]], min_size=1)
    assert nothing.searched == 0 and len(nothing.p_adjusted) == 0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: scan_subgroups([0, 2], [[0], [1]]), "0 or 1"),
        (lambda: scan_subgroups([0, 1], [[0]]), "2 rows"),
        (lambda: scan_subgroups([0, 1], [[0.5], [1]]), "whole codes"),
        (lambda: scan_subgroups([0, 1], [[0], [1]], depth=0), "depth must be"),
        (
            lambda: scan_subgroups(
                np.arange(6000) % 2, np.c_[np.arange(6000), np.arange(6000)], depth=2
            ),
            "subgroups in",
        ),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
