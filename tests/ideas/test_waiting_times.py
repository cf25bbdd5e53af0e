"""Curves of waiting and Cox's regression, against R and statsmodels."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight

from coprep.ideas._decisions.cox import cox_regression
from coprep.ideas._decisions.time_to_response import WaitingCurve, log_rank_p
from reference import HERE

CASE = json.loads((HERE / "oracles" / "ideas" / "r_time_to_response.json").read_text())
DAYS, REPLIED = np.array(CASE["inputs"]["days"], float), np.array(CASE["inputs"]["replied"]) == 1
GROUP = np.array([ord(g) - ord("a") for g in CASE["inputs"]["group"]])
DUMMIES = np.column_stack([GROUP == 1, GROUP == 2]).astype(float)
EXPECTED, TOLERANCE = CASE["expected"], CASE["tolerance"]


def world(seed, n=60, ties=True):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    t = rng.exponential(np.exp(-x[:, 0]) * 10)
    return np.ceil(t) if ties else t, rng.random(n) < 0.7, x


def test_answered_and_median_by_group():
    for g, name in enumerate("abc"):
        curve = WaitingCurve.of(DAYS[GROUP == g], REPLIED[GROUP == g])
        median = EXPECTED["median_days"][f"group={name}"]
        assert curve.median == pytest.approx(median, abs=TOLERANCE)
        assert curve.answered_by(30) == pytest.approx(EXPECTED["km_at_30"][name], abs=TOLERANCE)


def test_cox_with_many_ties_and_authors():
    coef, se = cox_regression(DAYS, REPLIED, DUMMIES, np.array(CASE["inputs"]["author"]))
    assert coef == pytest.approx(list(EXPECTED["cox_efron"].values()), abs=TOLERANCE)
    assert se == pytest.approx(list(EXPECTED["cox_robust_se"].values()), abs=TOLERANCE)


@pytest.mark.parametrize("seed", [0, 1, 2, 4])  # of others statsmodels has no clustered error
def test_cox_matches_statsmodels_and_without_ties_its_errors_too(seed):
    t, e, x = world(seed)
    who = np.arange(60) // 3
    assert cox_regression(t, e, x, who)[0] == pytest.approx(
        PHReg(t, x, status=e, ties="efron").fit(disp=0).params, abs=1e-6
    )
    t, e, x = world(seed, ties=False)
    theirs = PHReg(t, x, status=e, ties="efron").fit(disp=0, groups=who)
    assert cox_regression(t, e, x, who)[1] == pytest.approx(theirs.bse, abs=1e-6)


def test_what_cannot_be_known_is_nan():
    t, e, x = world(2)
    who = np.arange(60)
    coef, se = cox_regression(t, e, np.column_stack([x[:, 0], np.ones(60)]), who)
    assert np.isfinite(coef[0]) and np.isnan(coef[1]) and np.isnan(se[1])
    six = np.arange(1.0, 7)
    first = (six < 4).astype(float)[:, None]
    assert np.isnan(cox_regression(six, six < 4, first, np.arange(6))[0]).all()
    assert np.isnan(cox_regression(six, six > 9, first, np.arange(6))[0]).all()
    twins = np.column_stack([x[:, 0], x[:, 0]])
    assert np.isnan(cox_regression(t, e, twins, who)[0]).all()


@given(st.integers(0, 10**6), st.randoms())
@settings(max_examples=15, deadline=None)
def test_order_and_unit_of_time_do_not_matter(seed, random):
    t, e, x = world(seed)
    order = random.sample(range(60), 60)
    who = np.arange(60) // 2
    now = cox_regression(t, e, x, who)[0]
    then = cox_regression(7 * t[order], e[order], x[order], who[order])[0]
    assert then == pytest.approx(now, abs=1e-7)
    assert WaitingCurve.of(t[order], e[order]).median == WaitingCurve.of(t, e).median


@pytest.mark.parametrize("confidence", [0.8, 0.95])
@pytest.mark.parametrize("seed", range(3))
def test_limits_are_greenwoods_on_the_log_log_scale(seed, confidence):
    t, e, _ = world(seed)
    curve = WaitingCurve.of(t, e)
    theirs = SurvfuncRight(t, e)
    for day, waiting, se in zip(
        theirs.surv_times, theirs.surv_prob, theirs.surv_prob_se, strict=True
    ):
        if 0 < waiting < 1:
            half = norm.ppf(0.5 + confidence / 2) * se / (waiting * -np.log(waiting))
            ends = np.exp(-np.exp(np.log(-np.log(waiting)) + np.array([-half, half])))
            low, high = curve.limits(day, confidence)
            assert [1 - high, 1 - low] == pytest.approx(sorted(ends))
            assert low < curve.answered_by(day) < high


def test_waiting_at_the_edges():
    assert WaitingCurve.of(np.zeros(0), np.zeros(0, bool)) is None
    never = WaitingCurve.of(np.array([1.0, 4.0]), np.zeros(2, bool))
    assert never.median == np.inf and never.answered_by(3) == 0 and np.isnan(never.answered_by(5))
    assert never.limits(3, 0.95)[0] == 0
    half = WaitingCurve.of(np.array([1.0, 2.0, 5.0, 9.0]), np.array([True, True, True, False]))
    assert half.median == 3.5
    assert half.answered_by(0.5) == 0 and half.answered_by(2) == pytest.approx(0.5)


def test_log_rank_of_two_kinds_and_of_one():
    assert 0 < log_rank_p(DAYS, REPLIED, GROUP == 2) < 1
    assert np.isnan(log_rank_p(DAYS, REPLIED, GROUP >= 0))
    assert np.isnan(log_rank_p(DAYS, DAYS < 0, GROUP == 2))


def test_regressors_that_part_the_answered_from_the_others_end_where_nothing_is_better():
    # 27 made-up ideas on eight topics: steps led to where everybody's risk underflows.
    days = np.array(
        [
            218,
            122,
            14,
            27,
            185,
            94,
            48,
            155,
            8,
            20,
            46,
            18,
            165,
            34,
            190,
            79,
            1,
            2,
            98,
            12,
            44,
            201,
            9,
            157,
            61,
            212,
            8,
        ],
        dtype=float,
    )
    answered = (
        np.array([1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1])
        == 1
    )
    topic = [0, 5, 2, 6, 1, 0, 5, 1, 2, 6, 5, 7, 4, 2, 6, 6, 4, 3, -1, 4, 5, -1, 2, -1, -1, 1, -1]
    x = np.array([[k == j for j in range(8)] for k in topic], dtype=float)
    x[19, 7] = 1.0
    coef, se = cox_regression(days, answered, x, np.arange(len(days)))
    assert not np.isinf(coef).any()
    assert np.isfinite(se[~np.isnan(coef)]).all()
