"""Many questions at once."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.inference._multiplicity import adjust_p_values, e_bh

ORACLES = Path(__file__).parents[1] / "oracles" / "representation"
CASES = json.loads((ORACLES / "05_multiplicity.json").read_text(encoding="utf-8"))["cases"]
P = st.lists(st.floats(0, 1), min_size=1, max_size=12)
METHODS = ("holm", "hochberg", "hommel", "bonferroni", "bh", "by", "sidak", "holm-sidak")


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_adjustments_agree_with_r(case):
    p = np.array(case["inputs"]["p"], float)
    for name, want in case["expected"].items():
        got = adjust_p_values(p, method=name.replace("_", "-"))
        np.testing.assert_allclose(got, np.array(want, float), rtol=case["rel_tol"], atol=1e-16)


@given(P, st.sampled_from(METHODS))
def test_an_adjustment_only_raises_and_keeps_the_order(p, method):
    p = np.array(p)
    q = adjust_p_values(p, method=method)
    assert ((q >= p * (1 - 1e-12)) & (q <= 1)).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= -1e-12).all()


@given(P, st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_order_and_missing_questions_do_not_matter(p, method, random):
    order = list(range(len(p)))
    random.shuffle(order)
    q = adjust_p_values(p, method=method)
    mixed = adjust_p_values([p[i] for i in order], method=method)
    np.testing.assert_allclose(mixed, q[order], rtol=1e-12)
    spaced = adjust_p_values([*p, np.nan], method=method)
    np.testing.assert_array_equal(spaced[:-1], q)
    assert np.isnan(spaced[-1])


@given(P)
def test_known_order_of_strictness(p):
    q = {method: adjust_p_values(p, method=method) for method in METHODS}
    slack = 1 + 1e-9
    assert (q["holm"] <= q["bonferroni"] * slack).all()
    assert (q["hochberg"] <= q["holm"] * slack).all()
    assert (q["hommel"] <= q["hochberg"] * slack).all()
    assert (q["holm-sidak"] <= q["holm"] * slack).all()
    assert (q["bh"] <= q["hochberg"] * slack).all()
    assert (q["bh"] <= q["by"] * slack).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_hommel_closes_simes_over_every_intersection(p):
    p = np.array(p)
    want = np.zeros(len(p))
    for size in range(1, len(p) + 1):
        for chosen in map(list, combinations(range(len(p)), size)):
            simes = (size * np.sort(p[chosen]) / np.arange(1, size + 1)).min()
            want[chosen] = np.maximum(want[chosen], simes)
    np.testing.assert_allclose(adjust_p_values(p, method="hommel"), want, rtol=1e-12)


@pytest.mark.parametrize("method", [*METHODS, "none"])
def test_no_question_needs_no_adjustment(method):
    assert adjust_p_values([], method=method).shape == (0,)
    assert np.isnan(adjust_p_values([np.nan, np.nan], method=method)).all()


def test_shapes_and_scalars_are_kept():
    p = np.array([[0.01, 0.2], [0.03, np.nan]])
    assert adjust_p_values(p).shape == (2, 2)
    assert adjust_p_values(0.03) == 0.03
    assert isinstance(adjust_p_values(0.03), float)
    assert np.isnan(adjust_p_values(np.nan))
    np.testing.assert_array_equal(adjust_p_values(p, method="none"), p)


def test_e_values_are_called_out_together():
    assert e_bh([19.9]).tolist() == [False]
    assert e_bh([20.0]).tolist() == [True]
    assert e_bh([39.0, 19.0]).tolist() == [False, False], (
        "40 are needed for one of two, 20 for both"
    )
    assert e_bh([41.0, 21.0]).tolist() == [True, True]
    assert e_bh([41.0, np.nan, 1.0]).tolist() == [True, False, False]
    assert e_bh([np.inf, 0.0]).tolist() == [True, False]


@given(
    st.lists(
        st.floats(0, 1000, allow_subnormal=False).filter(lambda v: v == 0 or v > 1e-300),
        min_size=1,
        max_size=10,
    )
)
def test_e_bh_equals_bh_on_the_reciprocals(e):
    with np.errstate(divide="ignore"):
        p = np.minimum(1 / np.array(e), 1.0)
    q = adjust_p_values(p, method="bh")
    clear = abs(q - 0.05) > 1e-9
    np.testing.assert_array_equal(e_bh(e)[clear], (q <= 0.05)[clear])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: adjust_p_values([1.2]), "p has 1.2"),
        (lambda: adjust_p_values([0.1], method="holmes"), "did you mean 'holm'"),
        (lambda: e_bh([-1.0, 30.0]), "numbers from 0"),
        (lambda: e_bh([[1.0, 30.0]]), "one vector"),
        (lambda: e_bh([1.0], alpha=1.0), "alpha must lie between 0 and 1"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
