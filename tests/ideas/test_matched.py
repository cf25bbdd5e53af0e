from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.ideas._decisions.regression import dummies, independent, log_odds
from coprep.ideas._decisions.stratified_comparison import compare_within_strata, mixed, score_test
from coprep.metrics.groups._stratified import (
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)
from reference import HERE


def case(name):
    return json.loads((HERE / "oracles" / "ideas" / f"{name}.json").read_text())


def every_column(y, x, who, errors, columns=None):
    """Coefficients and errors of all columns, each put last in turn."""
    columns = range(x.shape[1]) if columns is None else columns
    found = []
    for j in columns:
        turned = np.column_stack([np.delete(x, j, axis=1), x[:, j]])
        found.append(log_odds(y, turned, who, errors))
    coef, se = zip(*found, strict=True)
    return list(coef), list(se)


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
    found = compare_within_strata(member, y, stratum, np.arange(len(y)))
    assert found.odds_ratio == pytest.approx(reference["expected"]["or_mh"], abs=1e-7)


def test_a_stratum_with_one_group_only_drops_out():
    reference = case("adoption_mantel_haenszel")
    member, y, stratum = rows_of(reference["inputs"]["tables"])
    keep = mixed(member, stratum)
    assert keep.sum() == len(y) - 5
    kept = compare_within_strata(member[keep], y[keep], stratum[keep], np.arange(keep.sum()))
    assert kept.odds_ratio == pytest.approx(
        compare_within_strata(member, y, stratum, np.arange(len(y))).odds_ratio
    )


@given(st.integers(0, 10_000))
def test_agrees_with_the_kernel(seed):
    rng = np.random.default_rng(seed)
    n = 60
    member, y = (rng.random(n) < 0.4).astype(float), (rng.random(n) < 0.6).astype(float)
    stratum, cluster = rng.integers(0, 3, n), rng.integers(0, 15, n)
    tables = np.zeros((3, 2, 2))
    np.add.at(tables, (stratum, 1 - member.astype(int), 1 - y.astype(int)), 1)
    found = compare_within_strata(member, y, stratum, cluster)
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
        one = compare_within_strata(member, y, stratum, np.arange(ideas))
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
            compare_within_strata(member, y, rng.integers(0, 4, 300), who)
            for who in (author, np.arange(300))
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
    y = np.array(given_["adopted"], dtype=float)
    who = np.array(given_["author"])
    coef, se = every_column(y, x, who, "exchangeable")
    assert coef == pytest.approx(list(expected["coef"].values()), abs=reference["tolerance"])
    assert se == pytest.approx(list(expected["robust_se"].values()), abs=reference["tolerance"])


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
    coef, se = every_column(y, design, author, "logistic", range(1, 5))
    assert coef == pytest.approx(_in_order(reference, "coef"), abs=1e-5)
    assert se == pytest.approx(_in_order(reference, "se"), abs=1e-5)


def _in_order(reference, what):
    values = {
        key.split("T.")[-1].rstrip("]"): value for key, value in reference["expected"][what].items()
    }
    return [values[name] for name in ("meeting", "official", "organization", "lv")]


def test_separation_and_collinear_columns_are_undefined_not_huge():
    y = np.array([0.0, 0, 0, 1, 1, 1])
    x = np.column_stack([np.ones(6), y])
    twice = np.column_stack([np.ones(6), np.arange(6.0), np.arange(6.0)])
    for errors in ("logistic", "exchangeable"):
        assert np.isnan(log_odds(y, x, np.arange(6), errors)).all()
        assert np.isnan(log_odds(np.array([0.0, 1, 0, 1, 0, 1]), twice, np.arange(6), errors)).all()
    assert independent(np.column_stack([np.ones(6), np.ones(6), y])).tolist() == [True, False, True]


def test_nobody_alone_has_an_error_and_two_authors_do():
    y = np.array([0.0, 1, 0, 1, 1, 0])
    x = np.column_stack([np.ones(6), np.arange(6.0)])
    coef, se = log_odds(y, x, np.zeros(6, dtype=int), "logistic")
    assert np.isfinite(coef) and np.isnan(se)
    again, error = log_odds(y, x, np.arange(6) % 2, "logistic")
    assert again == pytest.approx(coef) and error > 0
