from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.ideas.decisions.matched import matched, mixed, score_test
from coprep.ideas.decisions.regression import dummies, independent
from coprep.metrics import exchangeable_logit
from coprep.metrics.groups._stratified import (
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)
from coprep.metrics.inference import _clustered_logit as clustered_logit
from reference import HERE


def case(name):
    return json.loads((HERE / "oracles" / "ideas" / f"{name}.json").read_text())


def rows_of(tables):
    """One row an idea: member, adopted, stratum."""
    rows = [
        (1 - i, 1 - j, h)
        for h, table in enumerate(tables)
        for i in (0, 1)
        for j in (0, 1)
        for _ in range(int(table[i][j]))
    ]
    member, y, stratum = np.array(rows, dtype=float).T
    return member, y, stratum.astype(int)


@pytest.mark.parametrize("name", ["adoption_mantel_haenszel", "r_mantelhaen"])
def test_mantel_haenszel_reference(name):
    reference = case(name)
    member, y, stratum = rows_of(reference["inputs"]["tables"])
    found = matched(member, y, stratum, np.arange(len(y)))
    assert found.odds_ratio == pytest.approx(reference["expected"]["or_mh"], abs=1e-7)


def test_a_stratum_with_one_group_only_drops_out():
    reference = case("adoption_mantel_haenszel")
    member, y, stratum = rows_of(reference["inputs"]["tables"])
    keep = mixed(member, stratum)
    assert keep.sum() == len(y) - 5
    kept = matched(member[keep], y[keep], stratum[keep], np.arange(keep.sum()))
    assert kept.odds_ratio == pytest.approx(
        matched(member, y, stratum, np.arange(len(y))).odds_ratio
    )


@given(st.integers(0, 10_000))
def test_agrees_with_the_kernel(seed):
    rng = np.random.default_rng(seed)
    n = 60
    member, y = (rng.random(n) < 0.4).astype(float), (rng.random(n) < 0.6).astype(float)
    stratum, cluster = rng.integers(0, 3, n), rng.integers(0, 15, n)
    tables = np.zeros((3, 2, 2))
    np.add.at(tables, (stratum, 1 - member.astype(int), 1 - y.astype(int)), 1)
    found = matched(member, y, stratum, cluster)
    assert found.odds_ratio == pytest.approx(mantel_haenszel_odds_ratio(tables)[0], nan_ok=True)
    assert found.rate_ratio == pytest.approx(mantel_haenszel_risk_ratio(tables)[0], nan_ok=True)
    assert found.difference == pytest.approx(
        mantel_haenszel_risk_difference(tables)[0], nan_ok=True
    )


@pytest.mark.parametrize("strata, ideas", [(3, 400), (60, 240), (100, 200)])
def test_errors_are_right_for_large_and_for_small_strata(strata, ideas):
    rng = np.random.default_rng(1)
    found, held = [], 0
    for _ in range(400):
        stratum = rng.integers(0, strata, ideas)
        base = rng.normal(0, 0.5, strata)[stratum]
        member = (rng.random(ideas) < 0.4).astype(float)
        y = (rng.random(ideas) < 1 / (1 + np.exp(-base - np.log(2) * member))).astype(float)
        one = matched(member, y, stratum, np.arange(ideas))
        found.append((np.log(one.odds_ratio), one.se_log_odds, one.difference, one.se_difference))
        held += abs(np.log(one.odds_ratio) - np.log(2)) < 1.96 * one.se_log_odds
    log_odds, se, gap, se_gap = np.array(found).T
    assert se.mean() == pytest.approx(log_odds.std(), rel=0.12)
    assert se_gap.mean() == pytest.approx(gap.std(), rel=0.12)
    assert 0.92 < held / 400 < 0.98


def test_errors_know_that_ideas_come_from_the_same_authors():
    rng = np.random.default_rng(2)
    found = []
    for _ in range(300):
        author = np.repeat(np.arange(60), 5)
        member = np.repeat((rng.random(60) < 0.5).astype(float), 5)
        y = (rng.random(300) < 1 / (1 + np.exp(-np.repeat(rng.normal(0, 1.5, 60), 5)))).astype(
            float
        )
        one, alone = (
            matched(member, y, rng.integers(0, 4, 300), who) for who in (author, np.arange(300))
        )
        found.append((np.log(one.odds_ratio), one.se_log_odds, alone.se_log_odds))
    log_odds, se, alone = np.array(found).T
    assert se.mean() == pytest.approx(log_odds.std(), rel=0.12)
    assert alone.mean() < 0.8 * log_odds.std()


@pytest.mark.parametrize("strata", [2, 60])
def test_the_score_test_keeps_its_level_in_small_strata(strata):
    rng = np.random.default_rng(3)
    p = []
    for seed in range(400):
        member = (rng.random((180, 1)) < 0.5).astype(float)
        y = (rng.random(180) < 0.5).astype(float)
        p.append(
            score_test(
                member,
                y,
                rng.integers(0, strata, 180),
                np.arange(180),
                draws=199,
                rng=np.random.default_rng(seed),
            ).p_value[0]
        )
    assert 0.02 < (np.array(p) <= 0.05).mean() < 0.08


def test_few_authors_are_enumerated_and_columns_are_adjusted_together():
    member = np.repeat([[1.0, 0.0], [0.0, 1.0]], 6, axis=0)
    y = np.array([1.0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0])
    test = score_test(
        member, y, np.zeros(12, dtype=int), np.arange(12), rng=np.random.default_rng(0)
    )
    assert test.draws == 2**12
    assert test.p_value[0] == test.p_value[1] == test.p_adjusted[0]
    apart = score_test(
        member, y, member[:, 0].astype(int), np.arange(12), rng=np.random.default_rng(0)
    )
    assert np.isnan(apart.p_value).all()


def test_gee_reference():
    reference = case("adoption_gee")
    given_, expected = reference["inputs"], reference["expected"]
    x = np.column_stack(
        [np.ones(len(given_["adopted"])), given_["minority"], given_["support"]]
    ).astype(float)
    fit = exchangeable_logit(
        np.array(given_["adopted"], dtype=float), x, np.array(given_["author"])
    )
    assert fit.coef == pytest.approx(list(expected["coef"].values()), abs=reference["tolerance"])
    assert fit.se == pytest.approx(list(expected["robust_se"].values()), abs=reference["tolerance"])
    assert fit.alpha == pytest.approx(expected["alpha"], abs=reference["tolerance"])


@pytest.mark.parametrize("seed", range(4))
def test_exchangeable_regression_agrees_with_statsmodels(seed):
    import statsmodels.api as sm

    rng = np.random.default_rng(seed)
    author = np.repeat(np.arange(60), rng.integers(1, 9, 60))
    x = np.column_stack(
        [np.ones(len(author)), rng.normal(size=len(author)), rng.random(len(author)) < 0.4]
    )
    chance = 1 / (1 + np.exp(-(0.3 * x[:, 1] - 0.5 * x[:, 2] + rng.normal(0, 1, 60)[author])))
    y = (rng.random(len(author)) < chance).astype(float)
    model = sm.GEE(
        y, x, groups=author, family=sm.families.Binomial(), cov_struct=sm.cov_struct.Exchangeable()
    ).fit(ctol=1e-10, maxiter=200)
    mine = exchangeable_logit(y, x, author)
    assert mine.coef == pytest.approx(model.params, abs=1e-6)
    assert mine.se == pytest.approx(model.bse, abs=1e-6)
    assert mine.alpha == pytest.approx(float(model.cov_struct.dep_params), abs=1e-6)


def test_bad_input_of_the_regressions_says_what_is_wrong():
    with pytest.raises(InputError, match="differ in length"):
        clustered_logit([0, 1], np.ones((3, 1)), [0, 1])
    with pytest.raises(InputError, match="y"):
        exchangeable_logit([0, 2], np.ones((2, 1)), [0, 1])


def test_barcelona_given_votes_category_and_area(reference_data):
    import pandas as pd

    reference = case("adoption_barcelona")
    table = pd.read_csv(reference_data / "decidim_barcelona_pam" / "proposals.csv")
    y = (table["status"] == "accepted").to_numpy(float)
    rates = y[np.argsort(table["source"], kind="stable")]
    starts = np.cumsum(table["source"].value_counts().sort_index().to_numpy())
    for name, part in zip(
        sorted(table["source"].unique()), np.split(rates, starts[:-1]), strict=True
    ):
        assert part.mean() == pytest.approx(reference["expected"]["raw_rates"][name], abs=1e-9)
    source = (
        table["source"]
        .map({"citizen": 0, "meeting": 1, "official": 2, "organization": 3})
        .to_numpy()
    )
    area = table["district"].fillna("the city").factorize()[0]
    author = table["author"].fillna("meeting " + table["proposal_id"].astype(str)).factorize()[0]
    votes = np.log1p(table["votes"].to_numpy(float))
    design = np.column_stack(
        [
            np.ones(len(y)),
            dummies(source),
            votes,
            dummies(table["category"].factorize()[0]),
            dummies(area),
        ]
    )
    fit = clustered_logit(y, design, author)
    assert fit.coef[1:5] == pytest.approx(_in_order(reference, "coef"), abs=1e-5)
    assert fit.se[1:5] == pytest.approx(_in_order(reference, "se"), abs=1e-5)


def _in_order(reference, what):
    values = {
        key.split("T.")[-1].rstrip("]"): value for key, value in reference["expected"][what].items()
    }
    return [values[name] for name in ("meeting", "official", "organization", "lv")]


def test_separation_and_collinear_columns_are_undefined_not_huge():
    y = np.array([0.0, 0, 0, 1, 1, 1])
    x = np.column_stack([np.ones(6), y])
    assert np.isnan(clustered_logit(y, x, np.arange(6)).coef).all()
    assert np.isnan(exchangeable_logit(y, x, np.arange(6)).coef).all()
    assert independent(np.column_stack([np.ones(6), np.ones(6), y])).tolist() == [True, False, True]
