"""Cluster-robust errors against dense matrix algebra, statsmodels and simulation."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.inference._clustered import clustered_ols, clustered_slope

pytestmark = pytest.mark.slow


def clustered_mean(y, clusters, **options):
    return clustered_ols(y, np.ones(len(y)), clusters, **options)


def world(seed, n=60, clusters=9):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, clusters, n)
    x = np.column_stack([np.ones(n), rng.normal(size=n), group % 2 + rng.normal(size=n)])
    return x @ [1, 2, 0.5] + rng.normal(size=clusters)[group] + rng.normal(size=n), x, group


def dense_cr2(y, x, group):
    """Bell and McCaffrey's estimator and degrees of freedom, written out with n x n matrices."""
    bread = np.linalg.inv(x.T @ x)
    hat = x @ bread @ x.T
    rest = np.eye(len(y)) - hat
    e = rest @ y
    meat, parts = 0, []
    for g in np.unique(group):
        i = group == g
        values, vectors = np.linalg.eigh(np.eye(i.sum()) - hat[np.ix_(i, i)])
        kept = values > 1e-9  # a cluster says nothing in a direction it alone decides
        a = vectors[:, kept] / np.sqrt(values[kept]) @ vectors[:, kept].T
        score = x[i].T @ a @ e[i]
        meat = meat + np.outer(score, score)
        parts.append(rest[:, i] @ a @ x[i] @ bread)
    df = []
    for j in range(x.shape[1]):
        b = np.column_stack([p[:, j] for p in parts])
        gram = b.T @ b
        df.append(np.trace(gram) ** 2 / np.trace(gram @ gram))
    return bread @ meat @ bread, np.array(df)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_cr2_and_its_degrees_of_freedom_match_dense_algebra(seed):
    y, x, group = world(seed)
    covariance, df = dense_cr2(y, x, group)
    fit = clustered_ols(y, x, group)
    assert fit.covariance == pytest.approx(covariance, rel=1e-8, abs=1e-12)
    assert fit.df == pytest.approx(df, rel=1e-8)


@pytest.mark.parametrize("kind", ["CR0", "CR1"])
def test_plain_corrections_match_statsmodels(kind):
    y, x, group = world(3)
    fit = clustered_ols(y, x, group, kind=kind)
    theirs = sm.OLS(y, x).fit(
        cov_type="cluster", cov_kwds={"groups": group, "use_correction": False}
    )
    factor = 9 / 8 if kind == "CR1" else 1
    assert fit.coef == pytest.approx(theirs.params)
    assert fit.covariance == pytest.approx(theirs.cov_params() * factor)
    assert fit.df == pytest.approx([8, 8, 8]) and fit.clusters == (9,) and fit.n == 60


def test_two_directions_match_statsmodels():
    y, x, group = world(3, n=200)
    other = np.random.default_rng(0).integers(0, 12, 200)
    fit = clustered_ols(y, x, group, second=other, kind="CR0")
    theirs = sm.OLS(y, x).fit(
        cov_type="cluster",
        cov_kwds={"groups": np.column_stack([group, other]), "use_correction": False},
    )
    expected = np.asarray(theirs.cov_params())
    assert fit.covariance[0] == pytest.approx(expected[0], rel=1e-8)
    assert fit.covariance[2] == pytest.approx(expected[2], rel=1e-8)
    assert (
        expected[1, 1]
        < 0
        < fit.covariance[1, 1]
        == clustered_ols(y, x, group, kind="CR0").covariance[1, 1]
    )
    assert fit.clusters == (9, 12)


def test_a_negative_two_way_variance_falls_back_to_the_larger_one_way():
    y, x = np.array([1.0, -1.0, -1.0, 1.0]), np.ones(4)
    rows, columns = [0, 0, 1, 1], [0, 1, 0, 1]
    fit = clustered_ols(y, x, rows, second=columns, kind="CR0")
    assert fit.se[0] == 0 == clustered_ols(y, x, rows, kind="CR0").se[0]


def test_weights_are_inverse_variances():
    y, x, group = world(5)
    w = np.random.default_rng(1).uniform(0.5, 2, 60)
    fit = clustered_ols(y, x, group, weights=w, kind="CR0")
    theirs = sm.WLS(y, x, weights=w).fit(
        cov_type="cluster", cov_kwds={"groups": group, "use_correction": False}
    )
    assert fit.coef == pytest.approx(theirs.params) and fit.covariance == pytest.approx(
        theirs.cov_params()
    )


def test_singletons_give_the_usual_t_interval_of_a_mean():
    y = np.random.default_rng(2).normal(size=12)
    fit = clustered_mean(y, np.arange(12))
    assert fit.se[0] == pytest.approx(y.std(ddof=1) / np.sqrt(12)) and fit.df[0] == pytest.approx(
        11
    )
    low, high = fit.interval(0.9)
    theirs = sm.OLS(y, np.ones(12)).fit()
    assert [low[0], high[0]] == pytest.approx(theirs.conf_int(0.1)[0])
    assert fit.p_value[0] == pytest.approx(theirs.pvalues[0])


@given(st.integers(0, 10**6), st.sampled_from(["CR0", "CR1", "CR2"]))
@settings(max_examples=30, deadline=None)
def test_slope_from_sums_is_the_regression_through_the_origin(seed, kind):
    rng = np.random.default_rng(seed)
    x, y, group = rng.normal(size=40), rng.normal(size=40), rng.integers(0, 7, 40)
    full = clustered_ols(y, x, group, kind=kind)
    sums = clustered_slope(np.bincount(group, x * y), np.bincount(group, x * x), kind=kind)
    for name in ("coef", "se", "df", "covariance"):
        assert getattr(sums, name) == pytest.approx(getattr(full, name), rel=1e-9)


@given(st.randoms(), st.permutations(range(9)))
@settings(max_examples=20, deadline=None)
def test_order_and_names_do_not_matter(random, names):
    y, x, group = world(1)
    order = list(range(60))
    random.shuffle(order)
    now, then = (
        clustered_ols(y, x, group),
        clustered_ols(y[order], x[order], 5 * np.array(names)[group[order]]),
    )
    assert now.se == pytest.approx(then.se) and now.df == pytest.approx(then.df)


def test_intervals_cover_with_a_dozen_clusters():
    rng, hits = np.random.default_rng(7), 0
    for _ in range(600):
        group = np.repeat(np.arange(12), rng.integers(1, 12, 12))
        y = rng.normal(size=12)[group] + rng.normal(size=len(group))
        low, high = clustered_mean(y, group).interval()
        hits += low[0] <= 0 <= high[0]
    assert hits / 600 == pytest.approx(0.95, abs=0.03)


def test_a_cluster_that_alone_decides_a_coefficient_does_not_blow_up():
    y, group = np.array([5.0, 1, 2, 3, 4, 5]), np.array([0, 1, 1, 2, 2, 3])
    x = np.column_stack([np.ones(6), [1, 0, 0, 0, 0, 0]])
    fit = clustered_ols(y, x, group)
    covariance, df = dense_cr2(y, x, group)
    assert fit.covariance == pytest.approx(covariance, rel=1e-8) and fit.df == pytest.approx(
        df, rel=1e-8
    )


def test_p_values_are_two_sided_students():
    y, x, group = world(5)
    for turned in (y, -y):
        fit = clustered_ols(turned, x, group)
        assert fit.p_value == pytest.approx(2 * stats.t.sf(np.abs(fit.coef) / fit.se, fit.df))
        low, high = fit.interval(0.9)
        assert (high - low) / 2 == pytest.approx(stats.t.ppf(0.95, fit.df) * fit.se)


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
def test_two_directions_have_the_degrees_of_freedom_of_the_poorer_one(kind):
    y, x, group = world(6)
    other = np.random.default_rng(6).integers(0, 5, len(y))
    one, two = (clustered_ols(y, x, g, kind=kind).df for g in (group, other))
    for first, second in ((group, other), (other, group)):
        fit = clustered_ols(y, x, first, second=second, kind=kind)
        assert fit.df == pytest.approx(np.minimum(one, two))
    assert (one != two).all()


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
def test_two_people_are_the_fewest_that_have_an_error(kind):
    assert np.isnan(clustered_mean([1, 2, 3], [0, 0, 0], kind=kind).se).all()
    y, x, group = np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 1.5]), np.array([0, 0, 1])
    slope = clustered_slope(np.bincount(group, x * y), np.bincount(group, x * x), kind=kind)
    fit = clustered_ols(y, x, group, kind=kind)
    for name in ("coef", "se", "df", "covariance"):
        assert getattr(slope, name) == pytest.approx(getattr(fit, name))


def test_what_cannot_be_known_is_nan():
    assert np.isnan(clustered_ols([1, 2, 3], np.ones((3, 2)), [0, 1, 2]).coef).all()
    assert np.isnan(clustered_mean([1, 2, 3], [0, 0, 0]).se).all()
    assert (
        np.isnan(clustered_slope([2.0], [1.0]).se[0]) and clustered_slope([2.0], [1.0]).coef[0] == 2
    )
    assert np.isnan(clustered_slope([0.0, 0.0], [0.0, 0.0]).coef[0])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: clustered_ols([1, 2], [1], [0, 1]), "x has 1 rows; y has 2"),
        (lambda: clustered_ols([1, 2], [1, 2], [0]), "2 expected"),
        (lambda: clustered_ols([1, 2], [1, 2], [0, 1], kind="HC3"), "kind must be one of"),
        (lambda: clustered_ols([1, 2], [1, 2], [0, 1], weights=[1]), "weights have 1"),
        (lambda: clustered_ols([1, np.inf], [1, 2], [0, 1]), "infinite"),
        (lambda: clustered_mean([], []), "empty"),
        (lambda: clustered_slope([1, 2], [1]), "differ in length"),
        (lambda: clustered_slope([1, 2], [1, 0]), "must be 0 where"),
        (lambda: clustered_mean([1, 2], [0, 1]).interval(2), "between 0 and 1"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
