"""Waiting times against R's survival, statsmodels and hand counts."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from coprep.errors import InputError
from coprep.metrics.inference._survival import cox_regression, kaplan_meier, log_rank

CASE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "ideas" / "r_time_to_response.json").read_text()
)
DAYS, REPLIED = np.array(CASE["inputs"]["days"]), np.array(CASE["inputs"]["replied"])
GROUP = np.array([ord(g) - ord("a") for g in CASE["inputs"]["group"]])
DUMMIES = np.column_stack([GROUP == 1, GROUP == 2]).astype(float)
EXPECTED, TOLERANCE = CASE["expected"], CASE["tolerance"]


def world(seed, n=60, ties=True):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    t = rng.exponential(np.exp(-x[:, 0]) * 10)
    return np.ceil(t) if ties else t, (rng.random(n) < 0.7).astype(int), x


def test_answered_and_median_by_group():
    for g, name in enumerate("abc"):
        curve = kaplan_meier(DAYS[GROUP == g], REPLIED[GROUP == g])
        assert curve.median == pytest.approx(
            EXPECTED["median_days"][f"group={name}"], abs=TOLERANCE
        )
        assert curve.answered_by(30) == pytest.approx(EXPECTED["km_at_30"][name], abs=TOLERANCE)
        assert REPLIED[GROUP == g].mean() == pytest.approx(
            EXPECTED["replied_share"][name], abs=TOLERANCE
        )


def test_log_rank_of_three_groups():
    found = log_rank(DAYS, REPLIED, GROUP)
    assert found.chi2 == pytest.approx(EXPECTED["logrank_chi2"], abs=TOLERANCE)
    assert found.p_value == pytest.approx(EXPECTED["logrank_p"], abs=TOLERANCE) and found.df == 2
    assert found.observed.sum() == pytest.approx(found.expected.sum()) == REPLIED.sum()


def test_cox_with_many_ties_and_authors():
    fit = cox_regression(DAYS, REPLIED, DUMMIES, clusters=CASE["inputs"]["author"])
    assert fit.coef == pytest.approx(list(EXPECTED["cox_efron"].values()), abs=TOLERANCE)
    assert fit.se == pytest.approx(list(EXPECTED["cox_robust_se"].values()), abs=TOLERANCE)
    breslow = cox_regression(DAYS, REPLIED, DUMMIES, ties="breslow")
    assert breslow.coef == pytest.approx(list(EXPECTED["cox_breslow"].values()), abs=TOLERANCE)
    assert (
        fit.converged
        and fit.clusters == 45
        and fit.events == REPLIED.sum()
        and breslow.clusters == 0
    )


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_cox_matches_statsmodels(ties, seed):
    t, e, x = world(seed)
    theirs = PHReg(t, x, status=e, ties=ties).fit(disp=0)
    fit = cox_regression(t, e, x, ties=ties)
    assert fit.coef == pytest.approx(theirs.params, abs=1e-6)
    assert fit.se == pytest.approx(theirs.bse, abs=1e-6) and (fit.naive_se == fit.se).all()
    assert fit.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)
    assert fit.p_value == pytest.approx(theirs.pvalues, abs=1e-6)
    assert np.column_stack(fit.interval()) == pytest.approx(theirs.conf_int(), abs=1e-6)


def test_score_of_the_cox_model_without_ties_is_the_log_rank():
    t, e, _ = world(3, ties=False)
    group = np.arange(60) % 2
    p = log_rank(t, e, group).p_value
    assert cox_regression(t, e, group).p_value[0] == pytest.approx(p, abs=0.01)


def test_each_row_its_own_cluster_is_the_robust_error():
    t, e, x = world(8)
    own = cox_regression(t, e, x, clusters=np.arange(60))
    twice = cox_regression(
        np.r_[t, t],
        np.r_[e, e],
        np.vstack([x, x]),
        clusters=np.r_[np.arange(60), np.arange(60)],
        ties="breslow",
    )
    once = cox_regression(t, e, x, clusters=np.arange(60), ties="breslow")
    assert twice.coef == pytest.approx(once.coef) and twice.se == pytest.approx(once.se)
    assert twice.naive_se == pytest.approx(once.naive_se / np.sqrt(2))
    assert own.se == pytest.approx(own.naive_se, rel=0.6)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_curve_and_log_rank_match_statsmodels(seed):
    t, e, _ = world(seed)
    group = np.random.default_rng(seed).integers(0, 3, 60)
    curve, theirs = kaplan_meier(t, e), SurvfuncRight(t, e)
    assert (
        curve.waiting == pytest.approx(theirs.surv_prob)
        and curve.time.tolist() == theirs.surv_times.tolist()
    )
    chi2, p = survdiff(t, e, group)
    assert log_rank(t, e, group).chi2 == pytest.approx(chi2) and log_rank(
        t, e, group
    ).p_value == pytest.approx(p)


@given(st.integers(0, 10**6), st.randoms())
@settings(max_examples=15, deadline=None)
def test_order_and_unit_of_time_do_not_matter(seed, random):
    t, e, x = world(seed)
    order = list(range(60))
    random.shuffle(order)
    now, then = cox_regression(t, e, x), cox_regression(7 * t[order], e[order], x[order])
    assert then.coef == pytest.approx(now.coef, abs=1e-7)
    assert kaplan_meier(t[order], e[order]).median == kaplan_meier(t, e).median


@pytest.mark.parametrize("confidence", [0.8, 0.95])
@pytest.mark.parametrize("seed", range(3))
def test_limits_are_greenwoods_on_the_log_log_scale(seed, confidence):
    t, e, _ = world(seed)
    curve, theirs = kaplan_meier(t, e, confidence=confidence), SurvfuncRight(t, e)
    inside = (curve.waiting > 0) & (curve.waiting < 1)
    waiting, se = theirs.surv_prob[inside], theirs.surv_prob_se[inside]
    half = (
        norm.ppf(0.5 + confidence / 2) * se / (waiting * -np.log(waiting))
    )  # of log(-log(waiting))
    assert curve.low[inside] == pytest.approx(np.exp(-np.exp(np.log(-np.log(waiting)) + half)))
    assert curve.high[inside] == pytest.approx(np.exp(-np.exp(np.log(-np.log(waiting)) - half)))
    assert curve.at_risk == pytest.approx(theirs.n_risk) and curve.events == pytest.approx(
        theirs.n_events
    )


def test_limits_hold_the_curve_and_narrow():
    t, e, _ = world(1)
    wide, narrow = kaplan_meier(t, e), kaplan_meier(t, e, confidence=0.5)
    inside = (wide.waiting > 0) & (wide.waiting < 1)
    assert (wide.low[inside] < narrow.low[inside]).all() and (
        narrow.high[inside] < wide.high[inside]
    ).all()
    assert (wide.low[inside] < wide.waiting[inside]).all() and (
        wide.waiting[inside] < wide.high[inside]
    ).all()


def test_waiting_at_the_edges():
    never = kaplan_meier([3, 5], [0, 0])
    assert never.median == np.inf and never.answered_by(4) == 0 and np.isnan(never.answered_by(6))
    every = kaplan_meier([1, 2], [1, 1])
    assert every.answered_by(99) == 1 and every.answered_by(0) == 0 and every.median == 1.5
    assert kaplan_meier([1, 2, 3, 4], [1, 1, 0, 0]).median == 2
    assert np.isnan(log_rank([1, 2], [1, 1], [0, 0]).p_value)
    assert np.isnan(log_rank([1, 2], [0, 0], [0, 1]).p_value)


def test_what_cannot_be_known_is_nan():
    t, e, x = world(2)
    flat = cox_regression(t, e, np.column_stack([x[:, 0], np.ones(60)]))
    assert np.isfinite(flat.coef[0]) and np.isnan(flat.coef[1])
    split = cox_regression([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0])
    assert np.isnan(split.coef[0])
    nothing = cox_regression([1, 2], [0, 0], [0, 1])
    assert np.isnan(nothing.coef[0]) and nothing.events == 0
    twins = cox_regression(t, e, np.column_stack([x[:, 0], x[:, 0]]))
    assert np.isnan(twins.coef).all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: kaplan_meier([-1], [1]), "time has -1.0"),
        (lambda: kaplan_meier([1], [2]), "0 or 1"),
        (lambda: kaplan_meier([1, 2], [1]), "2 expected"),
        (lambda: kaplan_meier([], []), "empty"),
        (lambda: log_rank([1, 2], [1, 1], [0]), "2 expected"),
        (lambda: cox_regression([1, 2], [1, 1], [1]), "x has 1 rows"),
        (lambda: cox_regression([1, 2], [1, 1], [1, 2], ties="exact"), "ties must be one of"),
        (lambda: cox_regression([1, 2], [1, 1], [1, 2], clusters=[0]), "2 expected"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
