"""What an intruder can work out from totals, and what is hidden so that it is not enough."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import linprog

from coprep.errors import InputError
from coprep.metrics.disclosure._suppression import (
    feasibility_intervals,
    margin_sums,
    protected_cells,
    small_counts,
    suppress,
)

pytestmark = pytest.mark.slow

CASES = json.loads(
    (Path(__file__).parents[1] / "oracles" / "representation" / "19_disclosure.json").read_text()
)["cases"]
AUDITS = [c for c in CASES if "suppressed" in c["inputs"]]
COMPLEMENTS = [c for c in CASES if "primary" in c["inputs"]]
lists = hnp.arrays(
    int, st.integers(1, 9), elements=st.one_of(st.integers(0, 6), st.integers(0, 60))
)
tables = hnp.arrays(
    int, st.tuples(st.integers(1, 4), st.integers(1, 5)), elements=st.integers(0, 25)
)


def by_linear_programming(counts, hidden, sums):
    """The same intervals by real numbers and an independent solver call a cell."""
    flat, mask = np.ravel(counts), np.ravel(hidden)
    cells = np.flatnonzero(mask)
    out = {}
    for i, cell in enumerate(cells):
        ends = []
        for sign in (1, -1):
            aim = np.zeros(len(cells))
            aim[i] = sign
            found = linprog(
                aim, A_eq=sums[:, cells], b_eq=sums[:, cells] @ flat[cells], bounds=(0, None)
            )
            ends.append(sign * found.fun)
        out[cell] = ends
    return out


@pytest.mark.parametrize("case", AUDITS, ids=lambda c: c["id"])
def test_intruder_intervals_of_the_reference(case):
    table, hidden = np.array(case["inputs"]["table"]), np.zeros_like(case["inputs"]["table"], bool)
    for i, j in case["inputs"]["suppressed"]:
        hidden[i, j] = True
    low, high = feasibility_intervals(table, hidden)
    found = {f"{i},{j}": [low[i, j], high[i, j]] for i, j in case["inputs"]["suppressed"]}
    assert found == case["expected"]["interval_by_cell"]
    safe = protected_cells(table, hidden, min_count=case["inputs"]["threshold"])
    narrow = [f"{i},{j}" for i, j in case["inputs"]["suppressed"] if not safe[i, j]]
    assert narrow == case["expected"]["interval_narrower_than_threshold"]


@pytest.mark.parametrize("case", COMPLEMENTS, ids=lambda c: c["id"])
def test_fewest_and_smallest_complement_of_the_reference(case):
    table, least = np.array(case["inputs"]["table"]), case["inputs"]["threshold"]
    hidden, small = suppress(table, min_count=least), small_counts(table, least)
    assert np.argwhere(small).tolist() == case["inputs"]["primary"]
    assert (hidden & ~small).sum() == case["expected"]["n_complementary"]
    assert table[hidden & ~small].sum() == case["expected"]["suppressed_count"]
    assert protected_cells(table, hidden, min_count=least)[small].all()


def test_margins_of_a_list_and_of_a_table():
    assert margin_sums((3,)).tolist() == [[True, True, True]]
    assert margin_sums((2, 3)).shape == (5, 6)
    assert margin_sums((2, 3, 4)).sum(axis=0).tolist() == [3] * 24


@given(lists, st.integers(2, 8))
def test_a_list_is_protected_or_hidden_whole(counts, least):
    hidden, small = suppress(counts, min_count=least), small_counts(counts, least)
    assert (hidden | ~small).all()
    bounds = by_linear_programming(counts, hidden, margin_sums(counts.shape))
    widths = [bounds[c][1] - bounds[c][0] for c in np.flatnonzero(small)]
    if hidden.all():
        return
    assert all(w >= least - 1 - 1e-6 for w in widths)
    assert (hidden & ~small).sum() <= 1


@given(lists, st.integers(2, 8))
def test_a_list_is_hidden_whole_only_where_nothing_less_would_do(counts, least):
    hidden = suppress(counts, min_count=least)
    if (
        hidden.all()
        and small_counts(counts, least).any()
        and not protected_cells(counts, hidden, min_count=least).all()
    ):
        assert counts.sum() < least - 1 or counts.size == 1


@settings(deadline=None, max_examples=40)
@given(tables, st.integers(2, 6))
def test_a_crossed_table_is_protected_wherever_it_can_be(counts, least):
    hidden, small = suppress(counts, min_count=least), small_counts(counts, least)
    bounds = by_linear_programming(counts, hidden, margin_sums(counts.shape))
    everything = protected_cells(counts, np.ones_like(counts, bool), min_count=least).ravel()
    for cell in np.flatnonzero(small):
        width = bounds[cell][1] - bounds[cell][0]
        assert width >= least - 1 - 1e-6 or not everything[cell]


@settings(deadline=None, max_examples=25)
@given(tables)
def test_lists_tables_and_the_solver_agree(counts):
    hidden = suppress(counts)
    low, high = feasibility_intervals(counts, hidden)
    for cell, (least, most) in by_linear_programming(
        counts, hidden, margin_sums(counts.shape)
    ).items():
        assert low.flat[cell] == pytest.approx(least, abs=1e-6)
        assert high.flat[cell] == pytest.approx(most, abs=1e-6)
    assert (low[~hidden] == counts[~hidden]).all()


def test_a_large_table_is_protected_cell_by_cell():
    rng = np.random.default_rng(5)
    counts = rng.poisson(rng.gamma(2, 12, (14, 14)))
    hidden, small = suppress(counts), small_counts(counts)
    assert small.sum() > 5
    assert protected_cells(counts, hidden)[small].all()


def test_what_is_hidden_anyhow_stays_hidden_and_helps():
    hidden = suppress([3, 40, 57, 90], hidden=[False, False, True, False])
    assert hidden.tolist() == [True, False, True, False]


def test_the_cheapest_helper_is_taken():
    assert suppress([4, 0, 57, 90]).tolist() == [True, True, False, False]
    assert suppress([4, 0, 57, 90], cost=[4, 999, 57, 90]).tolist() == [
        True,
        False,
        True,
        False,
    ]


def test_cells_in_no_sum_are_unbounded():
    low, high = feasibility_intervals([3, 9], [True, False], np.zeros((0, 2), bool))
    assert (low[0], high[0]) == (0, np.inf)
    crossing = [[True, True, False], [True, True, False]]
    low, high = feasibility_intervals([3, 9, 2], [True, True, True], crossing)
    assert (low.tolist(), high.tolist()) == ([0, 0, 0], [12, 12, np.inf])
    assert suppress([3, 9], np.zeros((0, 2), bool)).tolist() == [True, False]


@pytest.mark.parametrize(
    "call",
    [
        lambda: small_counts([-1]),
        lambda: small_counts([1.5]),
        lambda: small_counts([float("nan")]),
        lambda: small_counts(["a"]),
        lambda: small_counts([1], 0),
        lambda: small_counts([1], 2.5),
        lambda: small_counts([1], True),
        lambda: feasibility_intervals([1, 2], [True]),
        lambda: feasibility_intervals([1, 2], [True, False], [[True]]),
        lambda: suppress([1, 2], cost=[-1, 0]),
        lambda: suppress([1, 2], cost=[1]),
    ],
)
def test_bad_input_is_an_input_error(call):
    with pytest.raises(InputError):
        call()
