from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.ideas.matched import matched, mixed, scores
from coprep.ideas.regression import clustered_logit, dummies, exchangeable_logit, independent
from coprep.metrics.stratified import mantel_haenszel_odds_ratio, mantel_haenszel_risk_ratio
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
    assert kept.odds_ratio == pytest.approx(matched(member, y, stratum, np.arange(len(y))).odds_ratio)
    assert scores(member, y, stratum, np.arange(len(y)))[~keep] == pytest.approx(0)


@given(st.integers(0, 10_000))
def test_agrees_with_the_kernel_and_with_a_plain_jackknife(seed):
    rng = np.random.default_rng(seed)
    n = 60
    member, y = (rng.random(n) < 0.4).astype(float), (rng.random(n) < 0.6).astype(float)
    stratum, cluster = rng.integers(0, 3, n), rng.integers(0, 15, n)
    tables = np.zeros((3, 2, 2))
    np.add.at(tables, (stratum, 1 - member.astype(int), 1 - y.astype(int)), 1)
    found = matched(member, y, stratum, cluster)
    assert found.odds_ratio == pytest.approx(mantel_haenszel_odds_ratio(tables)[0], nan_ok=True)
    assert found.rate_ratio == pytest.approx(mantel_haenszel_risk_ratio(tables)[0], nan_ok=True)
    without = [
        matched(member[cluster != c], y[cluster != c], stratum[cluster != c], cluster[cluster != c])
        for c in np.unique(cluster)
    ]
    differences = np.array([w.difference for w in without])
    people = len(without)
    plain = np.sqrt((people - 1) / people * ((differences - differences.mean()) ** 2).sum())
    assert found.se_difference == pytest.approx(plain)


def test_scores_add_up_to_the_cochran_mantel_haenszel_numerator():
    rng = np.random.default_rng(3)
    member, y, stratum = rng.integers(0, 2, 50).astype(float), rng.integers(0, 2, 50).astype(float), rng.integers(0, 4, 50)
    numerator = sum(
        (member[stratum == h] * y[stratum == h]).sum()
        - member[stratum == h].sum() * y[stratum == h].sum() / (stratum == h).sum()
        for h in range(4)
    )
    assert scores(member, y, stratum, rng.integers(0, 9, 50)).sum() == pytest.approx(numerator)


def test_gee_reference():
    reference = case("adoption_gee")
    given_, expected = reference["inputs"], reference["expected"]
    x = np.column_stack([np.ones(len(given_["adopted"])), given_["minority"], given_["support"]]).astype(float)
    fit = exchangeable_logit(np.array(given_["adopted"], dtype=float), x, np.array(given_["author"]))
    assert fit.coef == pytest.approx(list(expected["coef"].values()), abs=reference["tolerance"])
    assert fit.se == pytest.approx(list(expected["robust_se"].values()), abs=reference["tolerance"])
    assert fit.alpha == pytest.approx(expected["alpha"], abs=reference["tolerance"])


def test_barcelona_given_votes_category_and_area(reference_data):
    import pandas as pd

    reference = case("adoption_barcelona")
    table = pd.read_csv(reference_data / "decidim_barcelona_pam" / "proposals.csv")
    y = (table["status"] == "accepted").to_numpy(float)
    rates = y[np.argsort(table["source"], kind="stable")]
    starts = np.cumsum(table["source"].value_counts().sort_index().to_numpy())
    for name, part in zip(sorted(table["source"].unique()), np.split(rates, starts[:-1]), strict=True):
        assert part.mean() == pytest.approx(reference["expected"]["raw_rates"][name], abs=1e-9)
    source = table["source"].map({"citizen": 0, "meeting": 1, "official": 2, "organization": 3}).to_numpy()
    area = table["district"].fillna("the city").factorize()[0]
    author = table["author"].fillna("meeting " + table["proposal_id"].astype(str)).factorize()[0]
    votes = np.log1p(table["votes"].to_numpy(float))
    design = np.column_stack(
        [np.ones(len(y)), dummies(source), votes, dummies(table["category"].factorize()[0]), dummies(area)]
    )
    fit = clustered_logit(y, design, author)
    assert fit.coef[1:5] == pytest.approx(_in_order(reference, "coef"), abs=1e-5)
    assert fit.se[1:5] == pytest.approx(_in_order(reference, "se"), abs=1e-5)


def _in_order(reference, what):
    values = {key.split("T.")[-1].rstrip("]"): value for key, value in reference["expected"][what].items()}
    return [values[name] for name in ("meeting", "official", "organization", "lv")]


def test_separation_and_collinear_columns_are_undefined_not_huge():
    y = np.array([0.0, 0, 0, 1, 1, 1])
    x = np.column_stack([np.ones(6), y])
    assert np.isnan(clustered_logit(y, x, np.arange(6)).coef).all()
    assert np.isnan(exchangeable_logit(y, x, np.arange(6)).coef).all()
    assert independent(np.column_stack([np.ones(6), np.ones(6), y])).tolist() == [True, False, True]
