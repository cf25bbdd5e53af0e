"""Odds with clustered errors, against statsmodels and the equations they solve."""

import numpy as np
import pytest
import statsmodels.api as sm

from coprep.errors import InputError
from coprep.metrics import exchangeable_logit
from coprep.metrics.inference import _clustered_logit as clustered_logit


def world(seed, clusters=25):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(clusters), rng.integers(1, 7, clusters))
    x = np.column_stack([np.ones(len(group)), rng.normal(size=len(group)), group % 2])
    eta = x @ [-0.4, 0.8, -0.5] + rng.normal(size=clusters)[group]
    return (rng.random(len(group)) < 1 / (1 + np.exp(-eta))).astype(float), x, group


@pytest.mark.parametrize("seed", range(3))
def test_odds_and_their_clustered_errors_agree_with_statsmodels(seed):
    y, x, group = world(seed)
    theirs = sm.Logit(y, x).fit(
        disp=0, tol=1e-12, cov_type="cluster", cov_kwds={"groups": group, "use_correction": True}
    )
    fit = clustered_logit(y, x, 3 * group)  # codes may have gaps
    assert fit.coef == pytest.approx(theirs.params, abs=1e-9)
    assert fit.se == pytest.approx(theirs.bse, rel=1e-8)
    assert np.isnan(fit.alpha)


@pytest.mark.parametrize("seed", range(3))
def test_equally_alike_rows_agree_with_statsmodels(seed):
    y, x, group = world(seed)
    structure = sm.cov_struct.Exchangeable()
    theirs = sm.GEE(y, x, groups=group, family=sm.families.Binomial(), cov_struct=structure).fit(
        ctol=1e-12, maxiter=300
    )
    fit = exchangeable_logit(y, x, 3 * group)
    assert fit.coef == pytest.approx(theirs.params, abs=1e-7)
    assert fit.se == pytest.approx(theirs.bse, abs=1e-7)
    assert fit.alpha == pytest.approx(float(structure.dep_params), abs=1e-7)


def test_rows_of_nobody_twice_are_not_alike():
    y, x, _ = world(4)
    fit = exchangeable_logit(y, x, np.arange(len(y)))
    theirs = sm.Logit(y, x).fit(disp=0, tol=1e-12, cov_type="HC0")
    assert fit.alpha == 0
    assert fit.coef == pytest.approx(theirs.params, abs=1e-9)
    assert fit.se == pytest.approx(theirs.bse, rel=1e-8)


def test_two_clusters_are_the_fewest_that_have_an_error():
    y, x, group = world(5)
    assert np.isfinite(clustered_logit(y, x[:, :1], group % 2).se).all()
    alone = clustered_logit(y, x, np.zeros(len(y), dtype=int))
    assert (
        alone.coef == pytest.approx(clustered_logit(y, x, group).coef) and np.isnan(alone.se).all()
    )


def test_as_many_rows_as_coefficients_have_no_error():
    # rates of 1/2 everywhere, by two columns that differ: odds are even, and nothing is left to judge them by
    fit = clustered_logit([0, 1], [[1.0], [1.0]], [0, 1])
    assert fit.coef == pytest.approx([0]) and np.isfinite(fit.se).all()
    fit = clustered_logit([1, 0, 1, 0], np.ones((4, 1)), [0, 0, 1, 1])
    assert fit.coef == pytest.approx([0], abs=1e-12) and fit.se == pytest.approx([0], abs=1e-12)


@pytest.mark.parametrize("model", [clustered_logit, exchangeable_logit])
def test_odds_without_end_and_columns_told_twice_are_undefined(model):
    y = np.array([0.0, 0, 0, 1, 1, 1])
    for x in (np.column_stack([np.ones(6), y]), np.ones((6, 2))):
        fit = model(y, x, np.arange(6) // 2)
        assert np.isnan(fit.coef).all() and np.isnan(fit.se).all()
    assert np.isnan(model(np.ones(6), np.ones((6, 1)), np.arange(6)).coef).all()


@pytest.mark.parametrize("model", [clustered_logit, exchangeable_logit])
def test_bad_input_is_named(model):
    with pytest.raises(InputError, match="differ in length"):
        model([0, 1], np.ones((2, 1)), [0])
    with pytest.raises(InputError, match="every number must be 0 or 1"):
        model([0, 2], np.ones((2, 1)), [0, 1])
