"""Weights, design effects and margins of error."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.shares import goodness_of_fit_test, proportion_test
from coprep.metrics.weighting import (
    effective_share_n,
    kish_design_effect,
    kish_effective_n,
    korn_graubard_interval,
    moe_ratio,
    moe_share,
    moe_sum,
    rao_scott_test,
)
from reference import HERE, agree, params

ORACLES = HERE / "oracles" / "representation"


@pytest.mark.parametrize("case", params("representation", "08_baseline_moe", "moe_sum"))
def test_margin_of_a_sum(case):
    estimates, moes = case["inputs"]["estimates"], case["inputs"]["moes"]
    got = {
        "estimate": np.sum(estimates),
        "moe_all": moe_sum(estimates, moes, zeros="all"),
        "moe_zero_largest": moe_sum(estimates, moes),
        "moe_zero_unique": moe_sum(estimates, moes, zeros="unique"),
    }
    for name, want in case["expected"].items():
        agree(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("case", params("representation", "08_baseline_moe", "moe_prop"))
def test_margin_of_a_share(case):
    i = case["inputs"]
    parts = (i["num"], i["den"], i["moe_num"], i["moe_den"])
    moe = moe_share(*parts)
    share = i["num"] / i["den"]
    got = {
        "share": share,
        "moe": moe,
        "se90": moe / 1.645,
        "cv_percent": 100 * moe / 1.645 / share,
        "moe95": moe / 1.645 * 1.960,
        "ratio_moe": moe_ratio(*parts),
        "used_ratio_formula": moe == moe_ratio(*parts),
    }
    for name, want in case["expected"].items():
        agree(got[name], want, case["rel_tol"])


def test_margins_printed_in_the_handbook():
    (case,) = [p.values[0] for p in params("representation", "08_baseline_moe", "moe_handbook")]
    e = case["expected"]
    women, women_moe = 203119, moe_sum([135173, 43104, 24842], [3860, 2642, 1957])
    men, men_moe = 226840, moe_sum([156720, 44613, 25507], [4222, 2819, 2259])
    got = {
        "sum_estimate": women,
        "sum_moe_rounded": round(float(women_moe)),
        "share_rounded": round(women / 630498, 3),
        "share_moe_rounded": round(float(moe_share(women, 630498, women_moe, 831)), 3),
        "ratio_men_to_women_rounded": round(men / women, 3),
        "ratio_moe_rounded": round(float(moe_ratio(men, women, men_moe, women_moe)), 3),
    }
    assert set(got) == set(e)
    for name, want in e.items():
        agree(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("case", params("representation", "12_kish_and_rates", "kish"))
def test_design_effect_of_unequal_weights(case):
    w, e = np.array(case["inputs"]["weights"], float), case["expected"]
    deff = kish_design_effect(len(w), w.sum(), (w**2).sum())
    agree(deff, e["deff"], case["rel_tol"])
    agree(kish_effective_n(w.sum(), (w**2).sum()), e["ess"], case["rel_tol"])
    agree(deff - 1, e["cv2"], case["rel_tol"], absolute=1e-12)


def test_moe_sum_works_along_the_last_axis():
    got = moe_sum([[0, 0, 3], [1, 2, 3]], [[5, 5, 12], [3, 4, 12]], zeros="unique")
    agree(got, [13, 13], 1e-15)


@given(
    st.lists(st.tuples(st.floats(0.01, 9), st.booleans()), min_size=2, max_size=12),
    st.sampled_from([1.0, 1e-4, 1e4]),
)
def test_effective_number_is_that_of_the_linearised_variance(people, unit):
    w, y = (np.array(part, float) for part in zip(*people, strict=True))
    p, v = (w * y).sum() / w.sum(), w * unit
    sums = [(v**power * kind).sum() for kind in (y, 1 - y) for power in (1, 2)]
    got = effective_share_n(*sums)
    if 0 < y.sum() < len(y):
        agree(got, p * (1 - p) / (((w * (y - p)) ** 2).sum() / w.sum() ** 2), 1e-6)
    else:  # nothing varies: as many as the weights are worth
        agree(got, w.sum() ** 2 / (w**2).sum(), 1e-9)
    agree(kish_effective_n(v.sum(), (v**2).sum()), w.sum() ** 2 / (w**2).sum(), 1e-9)
    agree(
        kish_design_effect(len(v), v.sum(), (v**2).sum()),
        len(w) * (w**2).sum() / w.sum() ** 2,
        1e-9,
    )


def test_no_weight_is_worth_an_unknown_number():
    for nothing in (
        kish_effective_n(0, 0),
        kish_design_effect(3, 0, 0),
        effective_share_n(0, 0, 0, 0),
    ):
        assert np.isnan(nothing)
    assert np.isnan(kish_design_effect(3, 0, 1)) and np.isnan(kish_effective_n(1, 0))
    assert np.isnan(effective_share_n(0, 1, 0, 1))


def test_equal_weights_are_worth_their_number_and_unequal_ones_less():
    assert effective_share_n(30, 30, 70, 70) == 100
    assert effective_share_n(0, 0, 70, 70) == 70
    assert effective_share_n(30, 40, 70, 90) < 100
    assert np.isnan(effective_share_n(0, 0, 0, 0))


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
    (case,) = [
        p.values[0] for p in params("representation", "11_weights", "gof_weighted_clustered")
    ]
    e, rows = case["expected"], microdata()
    groups = list(case["inputs"]["shares"])
    weights = np.array([float(row["base"]) for row in rows])
    values = (
        np.array([[row["age"] == group for group in groups] for row in rows]) * weights[:, None]
    )
    totals, covariance = design(rows, values)
    agree(totals / totals.sum(), e["weighted_shares"], case["rel_tol"])
    test = rao_scott_test(totals, covariance, list(case["inputs"]["shares"].values()))
    agree(test.statistic, e["statistic"], case["rel_tol"])
    agree((test.scale, test.df), e["parameter_scale_df"], case["rel_tol"])
    agree(test.p_value, e["p"], case["rel_tol"])


def test_design_based_share_agrees_with_r_survey():
    (interval,) = [p.values[0] for p in params("representation", "11_weights", "design_ciprop")]
    e = interval["expected"]
    effective = e["share"] * (1 - e["share"]) / e["se"] ** 2
    got = korn_graubard_interval(e["share"], effective, n=120, degrees_of_freedom=e["degf"])
    agree(got, e["svyciprop_beta"], interval["rel_tol"])
    (external,) = [p.values[0] for p in params("representation", "11_weights", "t_vs_external")]
    i, e = external["inputs"], external["expected"]
    estimate = e["estimate"]
    effective = estimate * (1 - estimate) / e["design_se"] ** 2
    known = {"method": "wald", "baseline_se": i["external_se"], "df": e["df"]}
    data = (estimate * effective, effective, i["external_share"])
    test = proportion_test(*data, **known)
    agree((test.statistic, test.p_value), (e["t"], e["p_two_sided"]), external["rel_tol"])
    less = proportion_test(*data, **known, alternative="less")
    agree(less.p_value, e["p_less"], external["rel_tol"])


def test_a_simple_random_draw_gives_pearsons_test_back():
    x, shares = np.array([30.0, 45.0, 25.0]), np.array([0.3, 0.4, 0.3])
    covariance = 100 * (np.diag(shares) - np.outer(shares, shares))  # under the baseline itself
    test = rao_scott_test(x, covariance, shares)
    pearson = goodness_of_fit_test(x, shares)
    agree(test.statistic, pearson.statistic, 1e-12)
    agree((test.scale, test.df), (1, 2), 0.05)
    nothing = rao_scott_test(x, np.zeros((3, 3)), shares)
    assert np.isnan([nothing.p_value, nothing.log10_p_value, nothing.df, nothing.scale]).all()
    # neither the unit of the weights nor that of the baseline says anything
    small = rao_scott_test(x / 1000, covariance / 1000**2, 7 * shares)
    agree((small.scale, small.df, small.p_value), (test.scale / 1000, test.df, test.p_value), 1e-12)
    agree(small.statistic, test.statistic / 1000, 1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rao_scott_test([1, 2], [[1, 0], [1, 1]], [0.5, 0.5]), "symmetric"),
        (lambda: rao_scott_test([1, 2], np.eye(2), [0.5, 0.0]), "above 0"),
        (lambda: rao_scott_test([1, 2], np.eye(2), [0.5, 0.3, 0.2]), "3 groups"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
