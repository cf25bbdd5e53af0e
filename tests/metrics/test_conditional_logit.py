"""Choose-one ballots against statsmodels' conditional logit and the conditions of a maximum."""

import json
from pathlib import Path

import numpy as np
import pytest
from statsmodels.discrete.conditional_models import ConditionalLogit as Reference

from coprep.errors import InputError
from coprep.metrics.inference._conditional_logit import conditional_logit

CASE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "ideas" / "ingroup_conditional_logit.json").read_text()
)


def ballots(seed, voters=80, ideas=7, beta=0.6, shown=5):
    rng = np.random.default_rng(seed)
    rows = []
    quality = rng.normal(size=ideas)
    for v in range(voters):
        offered = rng.choice(ideas, shown, replace=False)
        x = rng.normal(size=(shown, 2))
        p = np.exp(quality[offered] + x @ [beta, 0.0])
        pick = rng.choice(shown, p=p / p.sum())
        rows += [(v, i, float(k == pick), *x[k]) for k, i in enumerate(offered)]
    v, i, y, *x = map(np.array, zip(*rows, strict=True))
    return v, i, y, np.column_stack(x)


def test_own_group_on_choose_one_ballots():
    given, expected = CASE["inputs"], CASE["expected"]
    fit = conditional_logit(given["voter"], given["idea"], given["chosen"], x=given["own"])
    # The reference stopped 1e-6 below the maximum of the likelihood, which moves its coefficient by 4e-5.
    assert (
        expected["loglik"]
        < fit.log_likelihood
        == pytest.approx(expected["loglik"], abs=CASE["tolerance"])
    )
    assert fit.coef[0] == pytest.approx(expected["beta_own"], abs=5e-5)
    assert fit.se[0] == pytest.approx(expected["se_own"], abs=CASE["tolerance"])
    left = np.array(given["chosen"]) - fit.probability
    assert left @ given["own"] == pytest.approx(0, abs=1e-8)
    assert np.bincount(given["idea"], left) == pytest.approx(0, abs=1e-8)
    assert fit.converged and fit.ballots == 120 and fit.kept.all()


@pytest.mark.parametrize("seed", [0, 1, 4])
def test_partly_shown_ballots_match_statsmodels(seed):
    v, i, y, x = ballots(seed)
    full = np.column_stack([x, np.eye(7)[i][:, 1:]])
    theirs = Reference(y, full, groups=v).fit(disp=0, maxiter=500)
    fit = conditional_logit(v, i, y, x=x)
    assert fit.coef == pytest.approx(theirs.params[:2], abs=3e-4)
    assert fit.se == pytest.approx(theirs.bse[:2], abs=1e-4)
    assert np.diff(fit.idea_effect) == pytest.approx(np.diff(np.r_[0, theirs.params[2:]]), abs=3e-3)
    left = y - fit.probability
    assert np.bincount(i, left) == pytest.approx(0, abs=1e-7)
    assert np.bincount(v, fit.probability) == pytest.approx(1)


def test_order_and_codes_do_not_matter():
    v, i, y, x = ballots(9)
    order = np.random.default_rng(0).permutation(len(v))
    now, then = (
        conditional_logit(v, i, y, x=x),
        conditional_logit(3 * v[order], i[order], y[order], x=x[order]),
    )
    assert then.coef == pytest.approx(now.coef) and then.probability == pytest.approx(
        now.probability[order]
    )


def test_ideas_never_or_always_chosen_are_set_aside():
    v, i, y, x = ballots(2)
    extra = np.arange(80)
    v2, i2 = np.r_[v, extra], np.r_[i, np.full(80, 8)]
    fit = conditional_logit(v2, i2, np.r_[y, np.zeros(80)], x=np.r_[x, np.ones((80, 2))])
    alone = conditional_logit(v, i, y, x=x)
    assert fit.coef == pytest.approx(alone.coef) and fit.idea_effect[8] == -np.inf
    assert np.isnan(fit.idea_effect[7]) and not fit.kept[len(v) :].any()
    winners = conditional_logit(
        np.r_[v, 90, 90], np.r_[i, 0, 8], np.r_[y, 0, 1], x=np.r_[x, np.ones((2, 2))]
    )
    assert winners.idea_effect[8] == np.inf and winners.coef == pytest.approx(alone.coef)


def test_blank_ballots_do_not_count():
    v, i, y, x = ballots(2)
    fit = conditional_logit(
        np.r_[v, 90, 90], np.r_[i, 0, 1], np.r_[y, 0, 0], x=np.r_[x, np.ones((2, 2))]
    )
    assert fit.ballots == 80 and fit.coef == pytest.approx(conditional_logit(v, i, y, x=x).coef)


def test_what_cannot_be_known_is_nan():
    v, i, y, x = ballots(3)
    flat = conditional_logit(v, i, y, x=np.column_stack([x[:, 0], v * 1.0, i * 1.0]))
    assert np.isfinite(flat.coef[0]) and np.isnan(flat.coef[1:]).all()
    separated = conditional_logit(v, i, y, x=y)
    assert np.isnan(separated.coef[0])
    nothing = conditional_logit([0, 0], [0, 1], [0, 0], x=[[1, 2], [3, 4]])
    assert nothing.ballots == 0 and np.isnan(nothing.coef).all() and nothing.coef.shape == (2,)
    assert conditional_logit([0, 0], [0, 1], [0, 0]).coef.shape == (0,)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: conditional_logit([0, 0], [0, 1], [1, 1]), "1 ballots have more than one"),
        (lambda: conditional_logit([0, 0], [0, 1], [1, 2]), "0 or 1"),
        (lambda: conditional_logit([0], [0, 1], [1, 0]), "2 expected"),
        (lambda: conditional_logit([0, 0], [0, 1], [1, 0], x=[1]), "x has 1 rows"),
        (lambda: conditional_logit([], [], []), "empty"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
