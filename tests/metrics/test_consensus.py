"""Agreement across groups against platform exports, scipy and the published factorisation."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from coprep.errors import InputError
from coprep.metrics.votes._consensus import (
    bridging_scores,
    cross_group_support,
    group_informed_consensus,
)

pytestmark = pytest.mark.slow

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"


def case_of(name):
    return json.loads((ORACLES / f"{name}.json").read_text())


def counted(votes, groups, answer=1):
    """Answers and views by (idea, group); nan is not seen."""
    kinds = np.unique(groups)
    chosen = np.stack([(votes[groups == k] == answer).sum(axis=0) for k in kinds], axis=1)
    return chosen, np.stack([(~np.isnan(votes[groups == k])).sum(axis=0) for k in kinds], axis=1)


def test_platform_product_on_a_toy():
    case = case_of("consensus_gic_toy")
    votes = np.array([[np.nan if v is None else v for v in row] for row in case["inputs"]["votes"]])
    groups, expected, tolerance = (
        np.array(case["inputs"]["groups"]),
        case["expected"],
        case["tolerance"],
    )
    agree, seen = counted(votes, groups)
    found = group_informed_consensus(agree, seen)
    assert seen.T.tolist() == expected["n_seen"]
    assert found.consensus == pytest.approx(list(expected["gic_agree"].values()), abs=tolerance)
    assert found.share.T == pytest.approx(np.array(expected["p_agree"]), abs=tolerance)
    assert found.ratio.T == pytest.approx(np.array(expected["rep_ratio_agree"]), abs=tolerance)
    assert found.z.T == pytest.approx(np.array(expected["rep_z_agree"]), abs=tolerance)
    against = group_informed_consensus(*counted(votes, groups, answer=-1)).consensus
    assert against == pytest.approx(list(expected["gic_disagree"].values()), abs=tolerance)
    assert cross_group_support(agree, seen).lowest.argmin() != 0
    assert cross_group_support(agree, seen).lowest[3] < cross_group_support(agree, seen).lowest[0]


@pytest.mark.skipif(
    "COPREP_REFERENCE_DATA" not in os.environ, reason="needs the public reference data"
)
def test_platform_product_of_a_real_conversation():
    import pandas as pd

    expected = {
        "1": 0.08842105263157894, "14": 0.3536842105263158, "17": 0.5647058823529413, "27": 0.515625,
        "31": 0.40909090909090906, "32": 0.4602272727272727, "38": 0.16666666666666666,
    }  # fmt: skip
    folder = Path(os.environ["COPREP_REFERENCE_DATA"]) / "polis" / "london.youth.policing"
    table = pd.read_csv(folder / "participants-votes.csv").dropna(subset="group-id")
    ideas = [c for c in table.columns if c.isdigit()]
    found = group_informed_consensus(
        *counted(table[ideas].to_numpy(float), table["group-id"].to_numpy())
    ).consensus
    ours = dict(zip(ideas, found, strict=True))
    assert {k: ours[k] for k in expected} == pytest.approx(expected, abs=1e-9)


def test_posterior_lower_bounds():
    case = case_of("consensus_lower_bound")
    expected, tolerance = case["expected"], case["tolerance"]
    found = cross_group_support(case["inputs"]["agree"], case["inputs"]["seen"], prior=1)
    assert found.low == pytest.approx(np.array(expected["q05"]), abs=tolerance)
    assert found.lowest == pytest.approx(expected["q05_min"], abs=tolerance)
    assert found.all_above_half == pytest.approx(expected["p_all_groups_majority"], abs=tolerance)


@given(
    st.integers(0, 30), st.integers(0, 30), st.sampled_from([0.5, 1.0, 2.0]), st.floats(0.1, 0.9)
)
def test_bounds_are_beta_quantiles(agree, others, prior, threshold):
    found = cross_group_support([[agree]], [[agree + others]], prior=prior, threshold=threshold)
    beta = stats.beta(agree + prior, others + prior)
    assert found.low[0, 0] == pytest.approx(beta.ppf(0.05), abs=1e-9)
    assert found.all_above_half[0] == pytest.approx(beta.sf(threshold), abs=1e-9)


@given(st.integers(1, 20), st.integers(1, 20))
def test_more_agreement_never_lowers_the_bound(agree, more):
    few = cross_group_support([[agree, 5]], [[agree + 3, 9]])
    many = cross_group_support([[agree + more, 5]], [[agree + more + 3, 9]])
    assert many.low[0, 0] >= few.low[0, 0] and many.all_above_half[0] >= few.all_above_half[0]


@pytest.mark.parametrize("name", ["bridging_mf_tiny", "bridging_mf_polarised"])
def test_bridging_reaches_the_minimum(name):
    case = case_of(name)
    rater, idea, rating = np.array(case["inputs"]["ratings"]).T
    found, expected = bridging_scores(rater, idea, rating, rng=1), case["expected"]
    assert found.objective == pytest.approx(expected["objective_minimum"], abs=1e-6)
    assert found.intercept == pytest.approx(expected["note_intercepts"], abs=2e-5)
    assert np.abs(found.factor) == pytest.approx(expected["note_factors_abs"], abs=2e-5)
    assert found.level == pytest.approx(expected["global_intercept"], abs=2e-5)
    assert found.intercept == pytest.approx(
        expected["reference_code"]["note_intercepts"], abs=case["tolerance"]
    )
    assert 1 <= found.agreeing_starts <= 10 and found.ratings.sum() == len(rating)


def test_bridging_is_a_minimum_of_its_formula():
    rng = np.random.default_rng(3)
    rater, idea = (a.ravel() for a in np.meshgrid(np.arange(8), np.arange(5), indexing="ij"))
    rating = (rng.random(40) < 0.5).astype(float)
    found = bridging_scores(rater, idea, rating, rng=2, starts=20)

    def objective(theta):
        m, a, g, f, h = np.split(theta, [1, 9, 14, 22])
        left = rating - m - a[rater] - g[idea] - f[rater] * h[idea]
        blocks = m[0] ** 2 + (a**2).mean() + (g**2).mean()
        return (left**2).mean() + 0.15 * blocks + 0.03 * ((f**2).mean() + (h**2).mean())

    at = np.r_[
        found.level, found.rater_intercept, found.intercept, found.rater_factor, found.factor
    ]
    assert objective(at) == pytest.approx(found.objective, abs=1e-12)
    assert optimize.approx_fprime(at, objective, 1e-7) == pytest.approx(0, abs=1e-4)
    again = min(optimize.minimize(objective, rng.normal(size=27)).fun for _ in range(8))
    assert found.objective <= again + 1e-6


def test_what_both_camps_like_bridges():
    rng = np.random.default_rng(0)
    rater, idea = (a.ravel() for a in np.meshgrid(np.arange(60), np.arange(9), indexing="ij"))
    camp = np.where(np.arange(60) < 40, 1, -1)
    chance = np.where(idea % 3 == 0, 0.9, np.where((idea % 3 == 1) == (camp[rater] == 1), 0.9, 0.1))
    found = bridging_scores(rater, idea, rng.random(len(idea)) < chance, rng=1)
    assert found.intercept[::3].min() > np.delete(found.intercept, [0, 3, 6]).max() + 0.1
    majority, minority = found.without_factor[1::3], found.without_factor[2::3]
    assert majority.min() > minority.max()


def test_gaps_in_codes_are_nan():
    found = bridging_scores([0, 0, 2, 2], [1, 3, 1, 3], [1, 0, 1, 1], rng=1, starts=2)
    assert np.isnan(found.intercept[[0, 2]]).all() and np.isnan(found.rater_factor[1])
    assert found.ratings.tolist() == [0, 2, 0, 2]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: group_informed_consensus([[1]], [[1, 2]]), "shape"),
        (lambda: group_informed_consensus([[3]], [[2]]), "must not exceed"),
        (lambda: group_informed_consensus([1], [2]), "1 dimensions"),
        (lambda: cross_group_support([[1]], [[2]], prior=0), "above 0"),
        (lambda: cross_group_support([[1]], [[2]], quantile=0), "between 0 and 1"),
        (lambda: bridging_scores([0], [0], [2]), "between 0 and 1"),
        (lambda: bridging_scores([0], [0, 1], [1]), "1 expected"),
        (lambda: bridging_scores([0], [0], [1], starts=0), "starts must be"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
