"""Crossings of groups: Fréchet's limits, and the test beyond margins, by enumeration and simulation."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.reference import HERE

from coprep.errors import InputError
from coprep.metrics.shares import frechet_bounds
from coprep.metrics.weighting import beyond_margins_test, rake

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=4)
REFERENCE = json.loads(
    (HERE / "oracles" / "depth" / "reference_depth.json").read_text(encoding="utf-8")
)


def test_limits_of_the_reference_cell():
    low, high = frechet_bounds(0.13, 0.8)
    want = REFERENCE["intersections_ipf"]["frechet_first_cell"]
    assert [float(low), float(high)] == pytest.approx(want)


@given(SHARES)
def test_limits_are_those_of_a_linear_program(shares):
    from scipy.optimize import linprog

    low, high = frechet_bounds(*shares)
    cells = list(itertools.product((0, 1), repeat=len(shares)))
    rows = [[float(cell[i]) for cell in cells] for i in range(len(shares))]
    rows.append([1.0] * len(cells))
    wanted = [*shares, 1.0]
    all_in = np.array([float(all(cell)) for cell in cells])
    found = [
        linprog(sign * all_in, A_eq=rows, b_eq=wanted, bounds=(0, 1), method="highs")
        for sign in (1, -1)
    ]
    assert float(low) == pytest.approx(found[0].fun, abs=1e-6)
    assert float(high) == pytest.approx(-found[1].fun, abs=1e-6)


def test_limits_refuse_what_is_no_share():
    with pytest.raises(InputError, match="0 and 1"):
        frechet_bounds(0.5, 1.2)


def test_raking_gives_the_reference_joint_tables():
    case = REFERENCE["intersections_ipf"]
    ages_by_sex = np.array(case["age_by_sex"])
    codes = np.indices((3, 2, 2)).reshape(3, -1).T
    together = codes[:, 0] * 2 + codes[:, 1]
    apart = rake(
        np.ones(12), [ages_by_sex.ravel(), case["ethnicity"]], groups=np.c_[together, codes[:, 2]]
    )
    assert apart == pytest.approx(case["a"], rel=1e-9)
    sex_by_ethnicity = np.array(case["sex_by_ethnicity"])
    given_sex = rake(
        np.ones(12),
        [ages_by_sex.ravel(), sex_by_ethnicity.ravel()],
        groups=np.c_[together, codes[:, 1] * 2 + codes[:, 2]],
    )
    assert given_sex == pytest.approx(case["b"], rel=1e-9)


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=4),
    st.integers(0, 100),
)
@settings(max_examples=60)
def test_what_is_expected_has_the_margins_observed_and_the_odds_of_the_baseline(table, seed):
    counts = np.array(table, dtype=float)
    baseline = np.random.default_rng(seed).uniform(0.5, 2, counts.shape)
    found = beyond_margins_test(counts, baseline, draws=1)
    if counts.sum() == 0:
        assert np.isnan(found.expected).all()
        return
    for axis in (0, 1):
        assert found.expected.sum(axis=axis) == pytest.approx(counts.sum(axis=axis), abs=1e-6)
    e, b = found.expected, baseline
    for i, j in itertools.product(range(len(counts) - 1), range(2)):
        square = (slice(i, i + 2), slice(j, j + 2))
        if (e[square] > 0).all():
            ours = e[square][0, 0] * e[square][1, 1] / e[square][0, 1] / e[square][1, 0]
            theirs = b[square][0, 0] * b[square][1, 1] / b[square][0, 1] / b[square][1, 0]
            assert ours == pytest.approx(theirs, rel=1e-4)


def test_large_tables_of_an_even_baseline_give_pearsons_test_of_independence():
    counts = np.array([[30, 50, 20], [60, 40, 70]])
    found = beyond_margins_test(counts, np.ones((2, 3)))
    theirs = stats.chi2_contingency(counts, correction=False)
    assert found.method == "chi-square"
    assert found.statistic == pytest.approx(theirs.statistic)
    assert found.p_value == pytest.approx(theirs.pvalue)
    assert found.df == theirs.dof


@pytest.mark.parametrize("counts", [[[3, 9], [8, 2]], [[0, 6], [5, 4]], [[4, 4], [4, 4]]])
def test_small_tables_are_near_the_exact_conditional_test(counts):
    table = np.array(counts)
    found = beyond_margins_test(table, np.ones((2, 2)), draws=9999)
    n, row, column = table.sum(), table[0].sum(), table[:, 0].sum()
    mean = row * column / n
    a = np.arange(max(0, row + column - n), min(row, column) + 1)
    p = stats.hypergeom.pmf(a, n, row, column)
    exact = p[np.abs(a - mean) >= abs(table[0, 0] - mean) - 1e-9].sum()
    # Margins that may vary make the test a little less conservative than margins that are held.
    assert found.method == "monte-carlo" or found.expected.min() >= 5
    assert exact * 0.3 - 0.01 <= found.p_value <= exact + 0.03


def test_three_attributes_and_cells_that_cannot_be():
    rng = np.random.default_rng(1)
    baseline = rng.uniform(0.2, 1, (2, 3, 2))
    baseline[0, 0, 0] = 0
    counts = rng.multinomial(900, (baseline / baseline.sum()).ravel()).reshape(baseline.shape)
    found = beyond_margins_test(counts, baseline)
    assert found.df == 11 - (1 + 1 + 2 + 1)
    assert found.expected[0, 0, 0] == 0
    assert found.p_value > 0.001


@pytest.mark.parametrize("n", [12, 40, 300])
def test_false_alarms_stay_at_their_level(n):
    rng = np.random.default_rng(n)
    baseline = np.array([[0.1, 0.2, 0.05], [0.25, 0.1, 0.3]])
    groups = baseline.copy()
    groups[0] *= 0.4  # a margin is off; nothing else
    groups /= groups.sum()
    worlds = rng.multinomial(n, groups.ravel(), size=400).reshape(-1, 2, 3)
    p_values = np.array([beyond_margins_test(w, baseline, draws=199).p_value for w in worlds])
    rate = np.nanmean(p_values <= 0.05)
    assert rate <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_one_line_of_people_tells_nothing_of_how_attributes_go_together():
    assert np.isnan(beyond_margins_test([[3, 5], [0, 0]], np.ones((2, 2))).p_value)
    assert np.isnan(beyond_margins_test([[0, 0], [0, 0]], np.ones((2, 2))).p_value)


@pytest.mark.parametrize(
    ("counts", "baseline", "words"),
    [
        ([[1, -2], [3, 4]], [[1, 1], [1, 1]], "counts"),
        ([1, 2], [1, 1], "axis an attribute"),
        ([[1, 2], [3, 4]], [[1, 1, 1], [1, 1, 1]], "shape"),
        ([[1, 2], [3, 4]], [[0, 0], [0, 0]], "adds to 0"),
    ],
)
def test_what_is_wrong_is_told(counts, baseline, words):
    with pytest.raises(InputError, match=words):
        beyond_margins_test(counts, baseline)
