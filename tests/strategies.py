"""What hypothesis draws for several test modules."""

import numpy as np
from hypothesis import strategies as st

COUNTS = st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
"""x of n people."""

SHARES = st.floats(1e-12, 1 - 1e-9)
"""Baseline shares, rare and common ones."""

PROFILES = st.integers(2, 6).flatmap(
    lambda k: st.tuples(
        st.lists(st.integers(0, 10_000), min_size=k, max_size=k).filter(sum),
        st.lists(st.integers(1, 1000), min_size=k, max_size=k),
    )
)
"""Counts of two to six groups, and their baseline."""

TWO_BY_TWO = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda t: st.tuples(st.integers(0, t[0]), st.just(t[0]), st.integers(0, t[1]), st.just(t[1]))
)
"""Successes and totals of two groups."""

NUMBERS = st.one_of(
    st.integers(-3, 60),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0, 1, 0.5, 1e-12, 1e9, 1e300, np.float32(0.25), np.int8(3), True]),
)
"""Numbers of every kind, most of them no counts."""

HOSTILE = st.one_of(
    NUMBERS,
    st.sampled_from(
        [None, "", "12", "<b>", b"x", 1 + 2j, [], [[]], {}, {1: 2}, object, np.array("a"), [1, [2]]]
    ),
    st.lists(NUMBERS, max_size=4),
    st.lists(st.one_of(NUMBERS, st.none(), st.text(max_size=2)), max_size=3),
    st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=1, max_size=3),
)
"""Whatever a caller might pass."""
