"""Limits of ratios and of the ratio between the lowest and the highest group, by definition."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.metrics.groups import _gaps as gaps

CRITICAL = st.sampled_from([0.0, 0.5, 1.96, 3.3])
ESTIMATE = st.tuples(st.integers(0, 6), st.integers(1, 9)).map(
    lambda pair: (float(pair[0]), pair[1] / 9)
)


@given(ESTIMATE, ESTIMATE, CRITICAL)
def test_ratios_between_the_limits_are_within_so_many_standard_errors(above, below, critical):
    (a, va), (b, vb) = above, below
    if a == b == 0:
        return
    low, high = (float(limit) for limit in gaps.fieller_limits(above, below, critical))
    assert 0 <= low <= high

    def away(ratio):
        return abs(a - ratio * b) / math.sqrt(va + ratio**2 * vb)

    for limit in (low, high):
        if 0 < limit < np.inf:
            assert away(limit) == pytest.approx(critical, abs=1e-6)
    assert (low == 0) == (away(0.0) <= critical)
    assert (high == np.inf) == (b <= critical * math.sqrt(vb)), (
        "a ratio without end is not excluded"
    )


@given(st.lists(ESTIMATE, min_size=2, max_size=7), CRITICAL.filter(bool))
def test_the_ratio_gap_is_that_of_the_pair_that_differs_most(groups, critical):
    c, v = (np.array(part) for part in zip(*groups, strict=True))
    if np.count_nonzero(c) < len(c):
        c = c + 0.5
    pairs = [
        gaps.fieller_limits((c[i], v[i]), (c[j], v[j]), critical)
        for i, j in permutations(range(len(c)), 2)
    ]
    surely, possibly = (max(float(pair[end]) for pair in pairs) for end in (0, 1))
    low, high = gaps.ratio_gap_limits(c, v, critical)
    assert low == pytest.approx(1 / possibly, abs=1e-12)
    assert high == pytest.approx(min(1.0, 1 / surely) if surely else 1.0)


def test_the_gap_of_few_people_and_of_two_steps():
    # one person each: the gap is 1 where they differ, which is as likely as not at a half
    assert gaps.expected_gap(0.5, [1, 1]) == pytest.approx(0.5, abs=1e-3)
    # three people each at 0.2: by hand over 0, 1, 2, 3 of 3
    pmf = np.array([math.comb(3, k) * 0.2**k * 0.8 ** (3 - k) for k in range(4)])
    gap = np.abs(np.subtract.outer(np.arange(4), np.arange(4))) / 3
    assert gaps.expected_gap(0.2, [3, 3]) == pytest.approx(pmf @ gap @ pmf, abs=1e-3)
