"""Two-way fits against dummy regressions, published values and their own first-order conditions."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.inference._clustered import clustered_ols
from coprep.metrics.votes._answers_that_vary import informative_cells
from coprep.metrics.votes._two_way import _Cells, two_way_additive, two_way_logit

pytestmark = pytest.mark.slow

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"


def dummies(person, idea):
    return np.column_stack([np.eye(person.max() + 1)[person], np.eye(idea.max() + 1)[idea][:, 1:]])


def weighted_residuals(person, idea, values, weights):
    cells = _Cells(person, idea)
    return np.stack([cells.residual(column, weights) for column in np.atleast_2d(values.T)], axis=1)


def world(seed, people=12, ideas=9, shown=0.7):
    rng = np.random.default_rng(seed)
    seen = rng.random((people, ideas)) < shown
    seen[0], seen[:, 0] = True, True
    person, idea = np.nonzero(seen)
    x = rng.normal(size=(len(person), 2))
    return person, idea, x, rng


@pytest.mark.parametrize(("people", "ideas"), [(12, 9), (6, 15)])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_additive_fit_is_the_dummy_regression(people, ideas, seed):
    person, idea, x, rng = world(seed, people, ideas)
    y = rng.normal(size=len(person))
    fit = two_way_additive(person, idea, y, x=x)
    full = np.column_stack([x, dummies(person, idea)])
    coef = np.linalg.lstsq(full, y, rcond=None)[0]
    assert fit.coef == pytest.approx(coef[:2], abs=1e-9)
    assert fit.residual == pytest.approx(y - full @ coef, abs=1e-8)
    assert fit.predict(person, idea) + x @ fit.coef + fit.residual == pytest.approx(y, abs=1e-8)
    assert fit.idea_effect.mean() == pytest.approx(0, abs=1e-9)


def test_left_over_columns_give_the_clustered_errors_of_the_dummy_regression():
    person, idea, x, rng = world(1)
    y = rng.normal(size=len(person))
    fit = two_way_additive(person, idea, y, x=x)
    theirs = sm.OLS(y, np.column_stack([x, dummies(person, idea)])).fit(
        cov_type="cluster", cov_kwds={"groups": person, "use_correction": False}
    )
    ours = clustered_ols(fit.y_residual, fit.x_residual, person, kind="CR0")
    assert ours.coef == pytest.approx(fit.coef) and ours.se == pytest.approx(theirs.bse[:2])


def test_own_ideas_against_what_others_predict():
    case = json.loads((ORACLES / "self_enhancement_round_robin.json").read_text())
    ratings = np.array(
        [[np.nan if v is None else v for v in row] for row in case["inputs"]["ratings"]]
    )
    person, idea = np.nonzero(~np.isnan(ratings) & ~np.eye(7, dtype=bool))
    fit = two_way_additive(person, idea, ratings[person, idea])
    own = np.arange(7)
    excess = ratings[own, own] - fit.predict(own, own)
    assert excess == pytest.approx(case["expected"]["per_person"], abs=case["tolerance"])
    assert excess.mean() == pytest.approx(case["expected"]["mean"], abs=case["tolerance"])


@pytest.mark.skipif(
    "COPREP_REFERENCE_DATA" not in os.environ, reason="needs the public reference data"
)
def test_judges_and_skaters_of_one_nation():
    import pandas as pd

    path = Path(os.environ["COPREP_REFERENCE_DATA"]) / "figure_skating" / "judge_totals_2016-17.csv"
    rows = pd.read_csv(path).dropna(subset="judge_nation")
    rows = rows[rows.groupby("performance_id").judge_total.transform("size") >= 4]
    judge, skate = pd.factorize(rows.judge_id)[0], pd.factorize(rows.performance_id)[0]
    same = (rows.judge_nation == rows.skater_nation).to_numpy(float)
    fit = two_way_additive(judge, skate, rows.judge_total.to_numpy(), x=same)
    errors = clustered_ols(fit.y_residual, fit.x_residual, judge, kind="CR0")
    assert len(rows) == 9865 and fit.coef[0] == pytest.approx(3.2115714405434987, abs=1e-6)
    assert errors.se[0] == pytest.approx(0.14501319818177108, abs=1e-6)


def test_parts_that_nobody_links_are_not_compared():
    fit = two_way_additive([0, 0, 2, 2], [0, 1, 3, 4], [1.0, 2.0, 5.0, 9.0])
    assert (
        np.isnan(fit.person_effect[1]) and np.isnan(fit.idea_effect[2]) and fit.person_part[1] == -1
    )
    assert fit.person_part[0] != fit.person_part[2]
    assert np.isnan(fit.predict([0, 2], [3, 0])).all()
    assert fit.predict([0, 2], [1, 4]) == pytest.approx([2, 9])
    assert fit.idea_effect[[0, 1]].sum() == pytest.approx(0) == fit.idea_effect[[3, 4]].sum()


def test_a_regressor_that_effects_explain_has_no_coefficient():
    person, idea, x, rng = world(4)
    x = np.column_stack([x[:, 0], person * 1.0, idea * 2.0])
    fit = two_way_additive(person, idea, rng.normal(size=len(person)), x=x)
    assert np.isfinite(fit.coef[0]) and np.isnan(fit.coef[1:]).all()


@pytest.mark.parametrize("unit", [1e-7, 1.0, 1e7])
def test_the_unit_of_a_regressor_decides_nothing(unit):
    person, idea, x, rng = world(4)
    y = rng.normal(size=len(person))
    plain = two_way_additive(person, idea, y, x=x[:, 0])
    other = two_way_additive(
        person, idea, y, x=unit * np.column_stack([x[:, 0], person + 2.0 * idea, 0 * person])
    )
    assert other.coef[0] * unit == pytest.approx(plain.coef[0]) and np.isnan(other.coef[1:]).all()
    assert other.residual == pytest.approx(plain.residual) and other.y_residual == pytest.approx(
        plain.y_residual
    )
    votes = (rng.random(len(person)) < 0.5).astype(float)
    plain = two_way_logit(person, idea, votes, x=x[:, 0])
    other = two_way_logit(
        person, idea, votes, x=unit * np.column_stack([x[:, 0], person + 2.0 * idea, 0 * person])
    )
    assert other.coef[0] * unit == pytest.approx(plain.coef[0]) and np.isnan(other.coef[1:]).all()
    assert other.se[0] * unit == pytest.approx(plain.se[0]) and np.isnan(other.se[1:]).all()


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_weighted_residuals_sum_to_zero_everywhere(seed):
    person, idea, x, rng = world(seed)
    w = rng.uniform(0, 2, len(person))
    left = weighted_residuals(person, idea, x, w)
    for column in left.T:
        assert np.bincount(person, w * column) == pytest.approx(0, abs=1e-9)
        assert np.bincount(idea, w * column) == pytest.approx(0, abs=1e-9)
    again = weighted_residuals(person, idea, left, w)
    assert again == pytest.approx(left, abs=1e-8)


@pytest.mark.parametrize(("people", "ideas"), [(40, 9), (15, 30)])
@pytest.mark.parametrize("seed", range(3))
def test_logit_is_the_dummy_logistic_regression(people, ideas, seed):
    person, idea, x, rng = world(seed, people, ideas)
    eta = rng.normal(size=people)[person] + rng.normal(size=ideas)[idea] + 0.5 * x[:, 0]
    y = (rng.random(len(person)) < 1 / (1 + np.exp(-eta))).astype(float)
    fit = two_way_logit(person, idea, y, x=x)
    k = fit.kept
    who, what = (np.unique(c[k], return_inverse=True)[1] for c in (person, idea))
    theirs = sm.Logit(y[k], np.column_stack([x[k], dummies(who, what)])).fit(
        disp=0, maxiter=200, tol=1e-12
    )
    assert fit.converged
    assert fit.coef == pytest.approx(theirs.params[:2], abs=1e-7)
    assert fit.se == pytest.approx(theirs.bse[:2], abs=1e-6)
    assert fit.probability[k] == pytest.approx(theirs.predict(), abs=1e-6)
    assert fit.log_likelihood == pytest.approx(theirs.llf, abs=1e-8)


def test_people_and_ideas_with_one_answer_are_set_aside_in_turn():
    person = np.repeat(np.arange(4), 4)
    idea = np.tile(np.arange(4), 4)
    y = np.array([1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0])
    keep = informative_cells(person, idea, y)
    fit = two_way_logit(person, idea, y)
    assert not keep[person == 2].any() and not keep[idea == 2].any()
    assert (
        (fit.kept == keep).all()
        and (fit.residual[~keep] == 0).all()
        and (fit.weight[~keep] == 0).all()
    )
    assert np.isnan(fit.person_effect[2]) and np.isnan(fit.idea_effect[2])


def test_nothing_informative():
    fit = two_way_logit([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 0, 0], x=[1, 0, 0, 1])
    assert (
        not fit.kept.any() and (fit.residual == 0).all() and fit.converged and np.isnan(fit.coef[0])
    )
    assert fit.log_likelihood == 0 and len(fit.person_effect) == len(fit.idea_effect) == 2
    assert np.isnan(fit.person_effect).all() and np.isnan(fit.idea_effect).all()


def test_separated_votes_still_give_residuals_that_sum_to_zero():
    person, idea = np.repeat(np.arange(4), 4), np.tile(np.arange(4), 4)
    y = np.array([[0, 1, 1, 1], [1, 0, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1]]).ravel()
    fit = two_way_logit(person, idea, y)
    assert fit.converged
    assert np.bincount(person, fit.residual) == pytest.approx(0, abs=1e-7)
    assert np.bincount(idea, fit.residual) == pytest.approx(0, abs=1e-7)


def test_a_hundred_thousand_cells_are_quick_and_found():
    rng = np.random.default_rng(0)
    person, idea = (a.ravel() for a in np.meshgrid(np.arange(2000), np.arange(50), indexing="ij"))
    own = (rng.integers(0, 3, 2000)[person] == rng.integers(0, 3, 50)[idea]).astype(float)
    eta = rng.normal(-1, 1, 2000)[person] + rng.normal(0, 1, 50)[idea] + 0.3 * own
    y = (rng.random(len(person)) < 1 / (1 + np.exp(-eta))).astype(float)
    null = two_way_logit(person, idea, y)
    left = weighted_residuals(person, idea, own, null.weight)[:, 0]
    one_step = null.residual @ left / (null.weight @ left**2)
    full = two_way_logit(person, idea, y, x=own)
    assert one_step == pytest.approx(full.coef[0], abs=0.01)
    assert full.coef[0] == pytest.approx(0.3, abs=4 * full.se[0] + 0.01)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: two_way_additive([], [], []), "empty"),
        (lambda: two_way_additive([0], [0, 1], [1.0]), "1 expected"),
        (lambda: two_way_additive([0, -1], [0, 1], [1.0, 2.0]), "numbers from 0"),
        (lambda: two_way_additive([0, 1], [0, 1], [1.0, 2.0], x=[1]), "x has 1 rows"),
        (lambda: two_way_logit([0, 1], [0, 1], [1, 2]), "must be 0 or 1"),
        (lambda: two_way_additive([0], [0], [1.0]).predict([1], [0]), "codes below 1"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()


@pytest.mark.parametrize("seed", range(4))
def test_complete_votes_give_what_one_cell_a_vote_gives(seed):
    rng = np.random.default_rng(seed)
    people, ideas = 60, 9
    chance = 1 / (1 + np.exp(-rng.normal(0, 1.5, (people, 1)) - rng.normal(0, 1, ideas)))
    votes = (rng.random((people, ideas)) < chance).astype(float)
    votes[0] = 1.0  # says nothing, as does an idea that nobody likes
    votes[1:, 3] = 0.0
    order = rng.permutation(votes.size)
    who, what = np.divmod(order, ideas)
    y = votes.ravel()[order]
    short = two_way_logit(who, what, y)
    # a covariate that person effects explain in full changes nothing, and takes the long way
    long = two_way_logit(who, what, y, x=np.where(who < 30, 1.0, 0.0))
    assert short.converged
    assert np.isnan(long.coef).all()
    assert short.probability == pytest.approx(long.probability, abs=1e-8)
    assert short.person_effect == pytest.approx(long.person_effect, abs=1e-7, nan_ok=True)
    assert short.idea_effect == pytest.approx(long.idea_effect, abs=1e-7, nan_ok=True)
    assert short.log_likelihood == pytest.approx(long.log_likelihood)
    assert (short.kept == long.kept).all()
