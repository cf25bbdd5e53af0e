"""People of unknown group."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from coprep.errors import InputError
from coprep.metrics.shares import (
    bounds_interval,
    parity_among_unknown,
    proportion_test,
    share_bounds,
)
from coprep.metrics.shares._unknowns import sign_identified
from reference import agree, params


@pytest.mark.parametrize("case", params("representation", "14_unknown_demographics"))
def test_partial_identification_agrees_with_its_closed_forms(case):
    i = case["inputs"]
    x, known, u, P = i["x"], i["known"], i["unknown"], i["baseline_share"]
    n = known + u
    bounds = np.array(share_bounds(x, known, u))
    parity = parity_among_unknown(x, known, u, P)
    got = {
        "share_known_only": x / known,
        "share_bounds": bounds,
        "ratio_known_only": x / known / P,
        "ratio_bounds": bounds / P,
        "conservative_exact_ci": bounds_interval(x, known, u, method="conservative"),
        "imbens_manski_ci95": bounds_interval(x, known, u),
        "p_under_worst_case": proportion_test(x + u, n, P, alternative="less").p_value,
        "p_under_best_case": proportion_test(x, n, P, alternative="less").p_value,
        "parity_share_among_unknown": parity,
        "parity_ratio_among_unknown": parity / P,
        "bounds_if_unknown_ratio_in_0.5_2": share_bounds(
            x, known, u, share=P, assumed_ratio=(0.5, 2)
        ),
    }
    for name, want in case["expected"].items():
        if name == "sign_identified":
            assert str(sign_identified(x, known, u, P)) == want
        else:
            agree(got[name], want, case["rel_tol"], absolute=1e-12)


PEOPLE = st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500)).filter(
    lambda t: sum(t) > 0
)


@given(PEOPLE, st.floats(0.01, 0.99))
def test_bounds_hold_every_answer_of_the_unknown_people(people, share):
    x, rest, u = people
    known = x + rest
    low, high = share_bounds(x, known, u)
    for joined in (0, u // 2, u):
        assert low <= (x + joined) / (known + u) <= high
    sharp = share_bounds(x, known, u, share=share, assumed_ratio=(0.5, 2))
    assert low <= sharp[0] <= sharp[1] <= high
    outer = bounds_interval(x, known, u, method="conservative")
    assert outer[0] <= low and high <= outer[1]
    sign = str(sign_identified(x, known, u, share))
    parity = parity_among_unknown(x, known, u, share)
    if u and abs(parity) > 1e-9 and abs(parity - 1) > 1e-9:
        assert sign == ("over" if parity < 0 else "under" if parity > 1 else "not identified")


@given(PEOPLE, st.floats(0.5, 0.99))
def test_imbens_manski_solves_its_equation(people, level):
    x, rest, u = people
    n = x + rest + u
    low, high = x / n, (x + u) / n
    s_low, s_high = (np.sqrt(p * (1 - p) / n) for p in (low, high))
    got = bounds_interval(x, x + rest, u, confidence=level)
    if 0 < got[0] < low and 0 < s_low:
        c = (low - got[0]) / s_low
        assert abs(norm.cdf(c + (high - low) / max(s_low, s_high)) - norm.cdf(-c) - level) < 1e-6


def test_nobody_and_nobody_unknown():
    assert np.isnan(share_bounds(0, 0, 0)).all()
    assert np.isnan(parity_among_unknown(3, 10, 0, 0.2))
    assert str(sign_identified(2, 10, 0, 0.2)) == "parity"
    assert np.isnan(bounds_interval(0, 0, 0)).all()
    assert share_bounds([0, 5], 10, [[0], [4]])[1].shape == (2, 2)


def test_assumed_ratios_say_what_the_unknown_people_are():
    # of 10 unknown people 0.1 to 0.4 each are of a group of a fifth; never more than all of them
    assert share_bounds(3, 30, 10, share=0.2, assumed_ratio=(0.5, 2)) == pytest.approx(
        (4 / 40, 7 / 40)
    )
    assert share_bounds(3, 30, 10, share=0.2, assumed_ratio=(1, 1)) == pytest.approx(
        (5 / 40, 5 / 40)
    )
    assert share_bounds(3, 30, 10, share=0.8, assumed_ratio=(0, 9)) == pytest.approx(
        (3 / 40, 13 / 40)
    )
    assert share_bounds(3, 30, 0.5, share=0.2, assumed_ratio=(0, 2)) == pytest.approx(
        (3 / 30.5, 3.2 / 30.5)
    )
    assert share_bounds(3, 30, 0, assumed_ratio=(0.5, 2)) == (0.1, 0.1), (
        "nobody is unknown: no share is needed"
    )
    assert np.isnan(share_bounds(3, 30, 1, assumed_ratio=(0.5, 2))).all()
    for ratio in ((0.5, np.inf), (-1, 1), (0.5, np.nan), 2, ("a", "b")):
        with pytest.raises(InputError, match="the smaller first"):
            share_bounds(3, 30, 10, share=0.2, assumed_ratio=ratio)


@given(PEOPLE, st.floats(0.5, 0.99))
def test_imbens_manski_turns_with_the_group_and_stays_between_nobody_and_everybody(people, level):
    x, rest, u = people
    low, high = bounds_interval(x, x + rest, u, confidence=level)
    turned = bounds_interval(rest, x + rest, u, confidence=level)
    assert turned == pytest.approx((1 - high, 1 - low), abs=1e-9) and 0 <= low <= high <= 1
    if not u:  # the plain interval of a share
        share, n = x / (x + rest), x + rest
        half = norm.ppf(0.5 + level / 2) * np.sqrt(share * (1 - share) / n)
        assert (low, high) == pytest.approx((max(share - half, 0), min(share + half, 1)), abs=1e-9)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="x must not be greater than known"):
        share_bounds(5, 4, 10)
    with pytest.raises(InputError, match="the smaller first"):
        share_bounds(5, 8, 10, share=0.2, assumed_ratio=(2, 0.5))
    with pytest.raises(InputError, match="method must be one of"):
        bounds_interval(5, 8, 10, method="manski")
