"""Two waves, simultaneous intervals, evenness over areas, weighted profiles."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.groups import _two_shares as two_shares
from coprep.metrics.shares import (
    _baseline_error as baseline_error,
)
from coprep.metrics.shares import (
    _distances as distances,
)
from coprep.metrics.shares import (
    _goodness_of_fit as gof,
)
from coprep.metrics.shares import (
    _proportions as proportions,
)
from coprep.metrics.shares import (
    _simultaneous as simultaneous,
)
from coprep.metrics.spread import _evenness as evenness
from coprep.metrics.weighting import _rao_scott as rao_scott

ORACLES = Path(__file__).parents[1] / "oracles" / "representation"


def cases(name, start=""):
    found = json.loads((ORACLES / name).read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in found if case["id"].startswith(start)]


def same(got, want, rel_tol, absolute=0.0):
    np.testing.assert_allclose(
        np.array(got, float), np.array(want, float), rtol=rel_tol, atol=absolute
    )


@pytest.mark.parametrize("case", cases("06_representation_metrics.json", "two_wave"))
def test_two_waves_agree_with_r(case):
    table = [case["inputs"][name] for name in "anbm"]
    statistic, p = two_shares.two_share_test(*table)
    odds = two_shares.conditional_odds_ratio(*table)
    got = {
        "chisq": statistic,
        "p": p,
        "fisher_p": two_shares.fisher_test(*table),
        "fisher_cond_mle_or": odds.odds_ratio,
        "fisher_or_ci": (odds.low, odds.high),
        "diff_newcombe": two_shares.newcombe_interval(*table),
        "risk_ratio_wald": two_shares.share_ratio_interval(*table),
    }
    # R's search for a root of the odds ratio stops at 1.2e-4; scipy's agrees with ours to 1e-9 (below)
    rough = ("fisher_cond_mle_or", "fisher_or_ci")
    for name, want in case["expected"].items():
        same(got[name], want, 1.2e-4 if name in rough else case["rel_tol"], absolute=1e-12)


@pytest.mark.parametrize("case", cases("21_evenness_and_simultaneous.json", "simci"))
def test_simultaneous_intervals_agree_with_statsmodels(case):
    i = case["inputs"]
    got = simultaneous.simultaneous_intervals(
        i["counts"], confidence=1 - i["alpha"], method=i["method"]
    )
    same(np.stack(got, axis=1), case["expected"]["ci"], case["rel_tol"], absolute=1e-12)


@pytest.mark.parametrize("method", ["sison-glaz", "goodman"])
@pytest.mark.parametrize("counts", [[9, 14, 0, 77], [1, 1, 1], [400, 20, 3, 1, 90, 7]])
@pytest.mark.parametrize("alpha", [0.01, 0.1])
def test_both_methods_agree_with_statsmodels_at_other_levels(counts, alpha, method):
    from statsmodels.stats.proportion import multinomial_proportions_confint

    want = multinomial_proportions_confint(counts, alpha=alpha, method=method.replace("-", ""))
    got = simultaneous.simultaneous_intervals(counts, confidence=1 - alpha, method=method)
    same(np.stack(got, axis=1), np.clip(want, 0, 1), 1e-7, absolute=1e-12)


@pytest.mark.parametrize("case", cases("21_evenness_and_simultaneous.json", "seg_"))
def test_evenness_agrees_with_pysal(case):
    x, population = case["inputs"]["participants"], case["inputs"]["population"]
    got = {
        "dissim": evenness.evenness_dissimilarity(x, population),
        "gini": evenness.evenness_gini(x, population),
        "entropy": evenness.evenness_information(x, population),
        "isolation": evenness.evenness_isolation(x, population),
        "interaction": evenness.evenness_interaction(x, population),
        "correlationr": evenness.evenness_correlation_ratio(x, population),
        "atkinson_b05": evenness.evenness_atkinson(x, population, b=0.5),
        "dissimilarity_vs_whole_population": distances.dissimilarity(x, population),
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("case", cases("21_evenness_and_simultaneous.json", "multiseg"))
def test_many_groups_over_sessions_agree_with_pysal(case):
    table = case["inputs"]["table"]
    got = {
        "multidissim": evenness.multigroup_dissimilarity(table),
        "multiinfotheory": evenness.multigroup_information(table),
        "multidiversity": evenness.multigroup_diversity(table),
        "multinormexposure": evenness.multigroup_exposure(table),
        "simpsonsinteraction": evenness.multigroup_simpson_interaction(table),
    }
    for name, want in case["expected"].items():
        same(got[name], want, case["rel_tol"])


def microdata():
    with (ORACLES / "data_weights_microdata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def design(rows, values):
    """Totals of the columns of ``values`` and their covariance: clusters within strata."""
    stratum, cluster = (np.array([row[name] for row in rows]) for name in ("stratum", "psu"))
    covariance = np.zeros((values.shape[1],) * 2)
    for s in np.unique(stratum):
        inside = stratum == s
        sums = np.array(
            [values[inside & (cluster == c)].sum(axis=0) for c in np.unique(cluster[inside])]
        )
        centred = sums - sums.mean(axis=0)
        covariance += len(sums) / (len(sums) - 1) * centred.T @ centred
    return values.sum(axis=0), covariance


def test_weighted_clustered_profile_agrees_with_r_survey():
    (case,) = [p.values[0] for p in cases("11_weights.json", "gof_weighted_clustered")]
    e, rows = case["expected"], microdata()
    groups = list(case["inputs"]["shares"])
    weights = np.array([float(row["base"]) for row in rows])
    values = (
        np.array([[row["age"] == group for group in groups] for row in rows]) * weights[:, None]
    )
    totals, covariance = design(rows, values)
    shares, of_shares = rao_scott.shares_of_totals(totals, covariance)
    same(shares, e["weighted_shares"], case["rel_tol"])
    same(of_shares.ravel(), e["covariance"], case["rel_tol"])
    test = rao_scott.rao_scott_test(totals, covariance, list(case["inputs"]["shares"].values()))
    same(test.statistic, e["statistic"], case["rel_tol"])
    same((test.scale, test.df), e["parameter_scale_df"], case["rel_tol"])
    same(test.p_value, e["p"], case["rel_tol"])


def test_design_based_share_agrees_with_r_survey():
    (interval,) = [p.values[0] for p in cases("11_weights.json", "design_ciprop")]
    e = interval["expected"]
    effective = e["share"] * (1 - e["share"]) / e["se"] ** 2
    got = proportions.korn_graubard_interval(
        e["share"], effective, n=120, degrees_of_freedom=e["degf"]
    )
    same(got, e["svyciprop_beta"], interval["rel_tol"])
    (external,) = [p.values[0] for p in cases("11_weights.json", "t_vs_external")]
    i, e = external["inputs"], external["expected"]
    options = {
        "observed_se": e["design_se"],
        "baseline_se": i["external_se"],
        "degrees_of_freedom": e["df"],
    }
    t, p = baseline_error.baseline_z_test(e["estimate"], i["external_share"], **options)
    same((t, p), (e["t"], e["p_two_sided"]), external["rel_tol"])
    less = baseline_error.baseline_z_test(
        e["estimate"], i["external_share"], **options, alternative="less"
    )[1]
    same(less, e["p_less"], external["rel_tol"])


def test_a_simple_random_draw_gives_pearsons_test_back():
    x, shares = np.array([30.0, 45.0, 25.0]), np.array([0.3, 0.4, 0.3])
    covariance = 100 * (np.diag(shares) - np.outer(shares, shares))  # under the baseline itself
    test = rao_scott.rao_scott_test(x, covariance, shares)
    pearson = gof.chi_square_test(x, shares)
    same(test.statistic, pearson.statistic, 1e-12)
    same((test.scale, test.df), (1, 2), 0.05)
    nothing = rao_scott.rao_scott_test(x, np.zeros((3, 3)), shares)
    assert np.isnan(nothing[1:]).all()
    # neither the unit of the weights nor that of the baseline says anything
    small = rao_scott.rao_scott_test(x / 1000, covariance / 1000**2, 7 * shares)
    same(small[1:], (test.scale / 1000, test.df, test.p_value), 1e-12)
    same(small.statistic, test.statistic / 1000, 1e-12)


def test_shares_of_totals_vary_as_shares_do():
    x, unit = np.array([30.0, 45.0, 25.0]), 1 / 400  # weights may add to less than 1
    covariance = 100 * (np.diag(x / 100) - np.outer(x, x) / 100**2)
    shares, of_shares = rao_scott.shares_of_totals(x * unit, covariance * unit**2)
    same(shares, x / 100, 1e-12)
    same(of_shares, covariance / 100**2, 1e-12)
    assert all(np.isnan(part).all() for part in rao_scott.shares_of_totals([0, 0], np.eye(2)))


TABLES = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda t: st.tuples(st.integers(0, t[0]), st.just(t[0]), st.integers(0, t[1]), st.just(t[1]))
)


@given(TABLES)
def test_fisher_agrees_with_scipy(table):
    a, n, b, m = table
    want = stats.fisher_exact([[a, n - a], [b, m - b]])[1]
    same(two_shares.fisher_test(*table), want, 1e-6)


@settings(max_examples=40)
@given(TABLES)
def test_odds_ratio_agrees_with_scipy_and_mirrors(table):
    a, n, b, m = table
    found = two_shares.conditional_odds_ratio(*table)
    if a + b in {0, n + m}:
        assert np.isnan(found.odds_ratio) and found.low == 0 and found.high == np.inf
        return
    want = stats.contingency.odds_ratio([[a, n - a], [b, m - b]])
    same(found.odds_ratio, want.statistic, 1e-9)
    same((found.low, found.high), want.confidence_interval(0.95), 1e-9)
    turned = two_shares.conditional_odds_ratio(b, m, a, n)
    with np.errstate(divide="ignore"):
        same((turned.low, turned.high), (1 / found.high, 1 / found.low), 1e-6)


@given(TABLES)
def test_differences_turn_their_sign(table):
    a, n, b, m = table
    low, high = two_shares.newcombe_interval(a, n, b, m)
    turned = two_shares.newcombe_interval(b, m, a, n)
    same(turned, (-high, -low), 1e-12, absolute=1e-15)
    assert low <= a / n - b / m <= high


AREAS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 500)), min_size=2, max_size=8).filter(
    lambda rows: sum(x for x, _ in rows) > 0 and sum(y for _, y in rows) > 0
)


@given(AREAS)
def test_evenness_lies_between_even_and_apart_and_forgets_order_and_empty_areas(areas):
    x = np.array([a for a, _ in areas], float)
    t = x + np.array([b for _, b in areas], float)
    for index in (
        evenness.evenness_dissimilarity,
        evenness.evenness_gini,
        evenness.evenness_information,
        evenness.evenness_atkinson,
    ):
        once = index(x, t)
        assert -1e-9 <= once <= 1 + 1e-9
        same(index(x[::-1], t[::-1]), once, 1e-9, absolute=1e-12)
        same(index(np.append(x, 0), np.append(t, 0)), once, 1e-9, absolute=1e-12)
        same(index(2 * x, 2 * t), once, 1e-9, absolute=1e-12)
        same(index(np.ones(4), np.full(4, 9.0)), 0, 0, absolute=1e-9)
    isolation, interaction = evenness.evenness_isolation(x, t), evenness.evenness_interaction(x, t)
    same(isolation + interaction, 1, 1e-12)
    assert evenness.evenness_dissimilarity(x, t) <= evenness.evenness_gini(x, t) + 1e-12


@given(st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), min_size=1, max_size=6))
def test_two_group_indices_are_many_group_indices_of_two_columns(table):
    table = np.array(table, float)
    x, t = table[:, 0], table.sum(axis=1)
    if 0 < x.sum() < t.sum():
        two = np.stack([x, t - x], axis=1)
        same(
            evenness.multigroup_dissimilarity(two),
            evenness.evenness_dissimilarity(x, t),
            1e-9,
            absolute=1e-12,
        )
        same(
            evenness.multigroup_information(two),
            evenness.evenness_information(x, t),
            1e-9,
            absolute=1e-12,
        )
    if np.count_nonzero(table.sum(axis=0)) > 1:
        assert 0 <= evenness.multigroup_dissimilarity(table) <= 1 + 1e-12
        same(
            evenness.multigroup_information(np.vstack([table, table])),
            evenness.multigroup_information(table),
            1e-9,
            absolute=1e-12,
        )


@given(st.lists(st.integers(0, 400), min_size=2, max_size=9).filter(sum))
def test_simultaneous_intervals_hold_the_shares(counts):
    p = np.array(counts) / sum(counts)
    for method in ("sison-glaz", "goodman"):
        low, high = simultaneous.simultaneous_intervals(counts, method=method)
        assert (
            (low <= p + 1e-12).all()
            and (p <= high + 1e-12).all()
            and (low >= 0).all()
            and (high <= 1).all()
        )


@given(TABLES)
def test_ratio_of_shares_has_the_delta_method_limits_of_its_logarithm(table):
    a, n, b, m = table
    ratio, low, high = two_shares.share_ratio_interval(*table, confidence=0.9)
    if b == 0:
        assert np.isnan([ratio, low, high]).all()
    elif a == 0:
        assert ratio == 0 and np.isnan([low, high]).all()
    else:
        error = np.sqrt((1 - a / n) / a + (1 - b / m) / b)
        same(ratio, (a / n) / (b / m), 1e-12)
        same(np.log([ratio / low, high / ratio]), stats.norm.ppf(0.95) * error, 1e-6, absolute=1e-9)


@pytest.mark.parametrize("yes", [(0, 0), (5, 8)])
def test_two_shares_of_nobody_or_everybody_cannot_be_told_apart(yes):
    assert np.isnan(two_shares.two_share_test(yes[0], 5, yes[1], 8)).all()
    assert two_shares.fisher_test(yes[0], 5, yes[1], 8) == 1


def test_evenness_of_one_group_cannot_be_told_and_units_and_empty_places_say_nothing():
    assert np.isfinite(evenness.evenness_correlation_ratio([0.5, 0.2], [0.9, 0.8])), (
        "weights may add to less than 2"
    )
    for index in (
        evenness.multigroup_dissimilarity,
        evenness.multigroup_information,
        evenness.multigroup_diversity,
        evenness.multigroup_simpson_interaction,
    ):
        table = np.array([[3.0, 2.0], [0.0, 0.0], [1.0, 4.0]])
        same(index(table), index(table[[0, 2]]), 1e-12)
        same(index(table / 1000), index(table), 1e-9)
        assert np.isnan(index(np.zeros((2, 2))))
    for index in (evenness.multigroup_dissimilarity, evenness.multigroup_information):
        assert np.isnan(index([[3, 0], [4, 0]]))


def test_nobody_gives_nan():
    assert np.isnan(simultaneous.simultaneous_intervals([0, 0])).all()
    assert np.isnan(two_shares.two_share_test(0, 5, 0, 9)).all()
    assert np.isnan(two_shares.fisher_test(0, 0, 3, 9)) and np.isnan(
        two_shares.fisher_test(3, 9, 0, 0)
    )
    assert np.isnan(two_shares.conditional_odds_ratio(0, 0, 3, 9)).all()
    assert np.isnan(evenness.evenness_dissimilarity([0, 0], [4, 5]))
    assert np.isnan(evenness.evenness_correlation_ratio([4, 5], [4, 5]))
    assert np.isnan(evenness.multigroup_information([[0, 0], [0, 0]]))
    assert np.isnan(evenness.multigroup_exposure([[3, 0], [4, 0]]))
    assert two_shares.two_share_test([1, 2], 9, [[3], [4]], 8)[1].shape == (2, 2)
    assert two_shares.conditional_odds_ratio([1, 2], 9, [[3], [4]], 8).low.shape == (2, 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: two_shares.two_share_test(5, 4, 1, 2), "a must not be greater than n"),
        (lambda: two_shares.fisher_test(0.5, 4, 1, 2), "whole numbers"),
        (lambda: two_shares.fisher_test(5, 4, 1, 2), "a must not be greater than n"),
        (lambda: two_shares.fisher_test(1, 4, 3, 2), "b must not be greater than m"),
        (
            lambda: rao_scott.rao_scott_test([1, 2], np.eye(2), [0.5, 0.5], scale="ln"),
            "scale must be one of",
        ),
        (
            lambda: simultaneous.simultaneous_intervals([1, 2], method="bonferroni"),
            "method must be one of",
        ),
        (lambda: simultaneous.simultaneous_intervals([1.5, 2]), "whole numbers"),
        (lambda: simultaneous.simultaneous_intervals([1, 2], confidence=[0.9, 0.95]), "one number"),
        (lambda: evenness.evenness_gini([5, 1], [4, 9]), "participants must not be greater"),
        (lambda: evenness.evenness_gini([5, 1], [14, 9, 3]), "one number each"),
        (lambda: evenness.evenness_atkinson([5, 1], [14, 9], b=1.0), "between 0 and 1"),
        (lambda: evenness.multigroup_dissimilarity([1, 2]), "dimension"),
        (lambda: rao_scott.rao_scott_test([1, 2], [[1, 0], [1, 1]], [0.5, 0.5]), "symmetric"),
        (lambda: rao_scott.rao_scott_test([1, 2], np.eye(2), [0.5, 0.0]), "above 0"),
        (lambda: rao_scott.rao_scott_test([1, 2], np.eye(2), [0.5, 0.3, 0.2]), "3 groups"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
