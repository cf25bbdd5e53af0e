"""The two things furthest apart: the same pair as by measuring all, and fewer measured."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.shares._distances import furthest_pair


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2, max_size=25))
def test_it_is_the_pair_that_all_pairs_give(points):
    place = np.array(points, dtype=float)

    def distance(i, j):
        return float(np.abs(place[i] - place[j]).sum())

    every = max((distance(i, j), i, j) for i, j in combinations(range(len(place)), 2))
    for centre in (place.mean(axis=0), place[0], np.array([100.0, 0.0])):
        assert furthest_pair(distance, np.abs(place - centre).sum(axis=1)) == every
    assert furthest_pair(distance, np.full(len(place), np.inf)) == every


def test_most_pairs_are_not_measured():
    place = np.random.default_rng(0).normal(size=(200, 2))
    measured = []

    def distance(i, j):
        measured.append((i, j))
        return float(np.hypot(*(place[i] - place[j])))

    furthest_pair(distance, np.hypot(*place.T))
    assert len(measured) < 200 * 199 / 2 / 20


def test_edges():
    assert furthest_pair(lambda i, j: 1.0, [0.0]) == (-np.inf, -1, -1)
    with pytest.raises(InputError, match="to_centre"):
        furthest_pair(lambda i, j: 1.0, [np.nan, 1.0])
