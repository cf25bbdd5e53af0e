"""Which flags stand for a report of many attributes, and how many chance alone would give."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import coprep
from coprep import Baseline
from coprep.metrics.inference import adjust_p_values
from coprep.representation import assess


def report(counts, shares, **options):
    return assess(counts, Baseline.from_shares(shares), **options)


def many(flagged=()):
    """Eighteen attributes of two groups of 100 people, some far from their share."""
    shares = {f"a{i}": {"x": 0.1 + 0.02 * i, "y": 0.9 - 0.02 * i} for i in range(18)}
    counts = {}
    for name, share in shares.items():
        x = dict(flagged).get(name, round(100 * share["x"]))
        counts[name] = {"x": x, "y": 100 - x}
    return report(counts, shares)


def by_definition(result, alpha=0.05):
    """Benjamini and Bogomolov by hand: which groups stand."""
    table = result.table
    families = {}
    for name, rows in table.groupby("attribute", sort=False):
        p = rows["p_value"].to_numpy()
        families[name] = p if len(p) == 2 else adjust_p_values(p, method="holm")
    smallest = sorted(p.min() for p in families.values())
    m = len(smallest)
    r = max((i + 1 for i, p in enumerate(smallest) if p <= alpha * (i + 1) / m), default=0)
    return np.concatenate([p <= alpha * r / m for p in families.values()])


@pytest.mark.parametrize(
    "flagged", [{"a5": 2}, {"a5": 2, "a6": 12}, {"a5": 11}, {"a0": 0, "a1": 1, "a2": 3, "a9": 15}]
)
def test_flags_stand_by_the_rule_of_benjamini_and_bogomolov(flagged):
    result = many(flagged)
    stands = by_definition(result)
    for kept, verdict, said in zip(
        stands, result.table["verdict"], result.table["survives_report"], strict=True
    ):
        if verdict in ("under", "over"):
            assert said == kept
        else:
            assert said is pd.NA


def test_the_headline_says_which_stand_and_how_many_chance_gives():
    told = many({"a5": 2, "a6": 12}).headline
    assert "Of 18 attributes looked at chance alone would flag about 0.5" in told
    assert "for the report as a whole only these stand: “x” (a5)." in told
    assert "do not stand" in many({"a5": 11}).headline.replace("does not", "do not")
    assert "chance alone" not in many().headline


@pytest.mark.parametrize("n", [20, 60, 150])
@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_how_many_flags_chance_gives_is_the_sum_of_attained_levels(n, share):
    def flags(x):
        return bool(
            len(report({"a": {"x": x, "y": n - x}}, {"a": {"x": share, "y": 1 - share}}).flagged)
        )

    attained = sum(stats.binom.pmf(x, n, share) for x in range(n + 1) if flags(x))
    twice = report(
        {"a": {"x": n, "y": 0}, "b": {"x": 0, "y": n}},
        {name: {"x": share, "y": 1 - share} for name in "ab"},
    )
    assert twice.settings["flags_by_chance"] == pytest.approx(2 * attained, rel=1e-9)


def test_several_groups_and_one_attribute():
    shares = {"g": {"a": 0.5, "b": 0.3, "c": 0.2}}
    one = report({"g": {"a": 80, "b": 15, "c": 5}}, shares)
    assert set(one.table.loc[one.table["verdict"] == "under", "survives_report"]) == {True}
    assert "chance alone" not in one.headline
    assert coprep.from_json(one.to_json()).headline == one.headline
