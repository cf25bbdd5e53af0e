"""Has a share changed: reference numbers, identities, and the same people twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.reference import agree, depth

from coprep.errors import InputError
from coprep.metrics.shares import change_test, proportion_interval
from coprep.metrics.shares._change import change_limits, mover_difference, paired_score


@pytest.mark.parametrize("case", depth("compare"))
def test_change_of_a_ratio(case):
    x1, n1, share1 = case["before"]
    x2, n2, share2 = case["after"]
    ratios = np.array([x1 / n1 / share1, x2 / n2 / share2])
    agree(ratios, [case["ratio_before"], case["ratio_after"]], 1e-12)
    limits = [
        tuple(np.array(proportion_interval(x, n, method="wilson")) / share)
        for x, n, share in (case["before"], case["after"])
    ]
    found = mover_difference(ratios[0], limits[0], ratios[1], limits[1])
    agree(found, case["mover_wilson_95"], 1e-9)
    counts = [np.array([float(v)]) for v in (x1, n1, x2, n2)]
    low, high = change_limits(*counts)
    scale = share1 / share2
    agree([low[0] * scale, high[0] * scale], case["score_interval_of_change_95"], 1e-6)


@pytest.mark.parametrize("case", depth("compare_same_people"))
def test_the_same_people_twice(case):
    both = case["both"]
    n = both + case["only_before"] + case["only_after"] + case["neither"]
    before = both + case["only_before"]
    after = both + case["only_after"]
    agree(change_test(before, n, after, n, both=both).p_value, case["mcnemar_exact_p"], 1e-12)
    mid = change_test(before, n, after, n, both=both, method="mid-p").p_value
    changed = case["only_before"] + case["only_after"]
    least = min(case["only_before"], case["only_after"])
    expected = case["mcnemar_exact_p"] - stats.binom.pmf(least, changed, 0.5)
    agree(mid, expected, 1e-12)


@given(*[st.integers(0, 40)] * 4)
def test_at_no_change_the_paired_score_is_mcnemars(both, gone, come, neither):
    parts = [np.array([float(v)]) for v in (both, gone, come, neither)]
    z = paired_score(*parts, np.ones(1))[0]
    if gone + come:
        assert z == pytest.approx((come - gone) / np.sqrt(come + gone), rel=1e-6, abs=1e-9)


@given(
    x1=st.integers(0, 30), more1=st.integers(1, 30), x2=st.integers(0, 30), more2=st.integers(1, 30)
)
def test_fisher_and_directions_agree_with_scipy(x1, more1, x2, more2):
    table = [[x2, more2], [x1, more1]]
    for alternative in ("two-sided", "less", "greater"):
        got = change_test(x1, x1 + more1, x2, x2 + more2, alternative=alternative).p_value
        want = stats.fisher_exact(table, alternative=alternative).pvalue
        assert got == pytest.approx(want, rel=1e-6)


@given(
    x1=st.integers(0, 40), more1=st.integers(1, 40), x2=st.integers(0, 40), more2=st.integers(1, 40)
)
def test_limits_are_where_the_test_rejects(x1, more1, x2, more2):
    counts = [np.array([float(v)]) for v in (x1, x1 + more1, x2, x2 + more2)]
    low, high = (float(v[0]) for v in change_limits(*counts))
    if x1 + x2 == 0:
        assert np.isnan(low)
        return
    assert low <= high
    for edge, inside in ((low, 1.02), (high, 1 / 1.02)):
        if 1e-6 < edge < 1e6:
            args = (x1, x1 + more1, x2, x2 + more2)
            p = change_test(*args, ratio=edge * inside, method="score").p_value
            assert p >= 0.05 - 1e-6


def test_what_does_not_go_together_is_refused():
    for bad in (
        {"ratio": 0.8},
        {"method": "mid-p"},
        {"both": 11},
        {"both": 5, "n_after": 90},
        {"alternative": "more"},
        {"method": "wald"},
        {"after": 200},
    ):
        given_ = {"before": 10, "n_before": 80, "after": 17, "n_after": 80} | bad
        with pytest.raises(InputError):
            change_test(**given_)
