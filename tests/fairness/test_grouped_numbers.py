"""Scores, errors, rankings, inequality and subgroups in the field's own words: values, edges and one return type."""

import json
import math
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compared import benefits, compared, ranked
from coprep import fairness
from coprep.errors import InputError
from coprep.fairness import MetricResult
from coprep.findings import Verdict
from coprep.loading import from_json

CASES = json.loads(
    (Path(__file__).parents[1] / "oracles" / "fairness" / "oracle.json").read_text()
)["cases"]


def rows_of(case):
    """Labels, predictions and groups of a case in either layout."""
    if "cells" in case:
        frame = pd.DataFrame(case["cells"], columns=case["columns"])
        frame = frame.loc[frame.index.repeat(frame["count"])]
        return frame.get("y_true"), frame.get("y_pred"), frame.get("groups")
    return case.get("y_true"), case.get("y_pred"), case.get("groups")


def exactly(value):
    return pytest.approx(float(value), abs=1e-12, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", [k for k, c in CASES.items() if c["kind"] == "scores"])
def test_reference_scores(name):
    case = CASES[name]
    y, s, g = case["y_true"], case["scores"], case["groups"]
    auc, brier, mean = (
        compared(name, y, s, sensitive_features=g)
        for name in ("roc_auc_score", "brier_score", "mean_score")
    )
    found = {"overall.roc_auc": auc, "abroca": compared("abroca", y, s, sensitive_features=g)}
    for key, result in (("roc_auc", auc), ("brier", brier), ("mean_score", mean)):
        found |= {f"by_group.{key}[{label}]": value for label, value in result.by_group.items()}
    for key, value in case["exact"].items():
        assert float(found[key]) == exactly(value), key
    theirs = case["anchors"]["fairlearn"]["roc_auc_score_group_min"]["value"]
    ours = compared("roc_auc_score_group_min", y, s, sensitive_features=g, undefined="skip")
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_reference_ranking():
    case, exact = CASES["k01_ranking"], CASES["k01_ranking"]["exact"]
    gap = ranked("exposure_difference", case["scores"], sensitive_features=case["groups"])
    assert gap == exactly(exact["exposure_difference"])
    assert ranked("exposure_ratio", case["scores"], sensitive_features=case["groups"]) == exactly(
        exact["exposure_ratio"]
    )
    for label, value in gap.by_group.items():
        assert value == exactly(exact[f"mean_exposure[{label}]"])


ENTROPY = [k for k, c in CASES.items() if any("entropy_index" in e for e in c["exact"])]


@pytest.mark.parametrize("name", ENTROPY)
def test_reference_inequality_of_benefits(name):
    case = CASES[name]
    y, p, g = rows_of(case)  # the reference counts every row once, weights or not
    positive = case.get("pos_label")
    whole = pd.DataFrame({"y": y, "p": p, "g": g}).dropna()
    y, p = (whole[c] == (1 if positive is None else positive) for c in ("y", "p"))
    checked = 0
    for key, value in case["exact"].items():
        alpha = float(key.rpartition("=")[2][:-1]) if "alpha=" in key else None
        asked = {"index": "generalized_entropy", "alpha": alpha, "sensitive_features": whole["g"]}
        if key.startswith("generalized_entropy_index"):
            found = benefits(y, p, **asked).value
        elif key.startswith("between_group_generalized"):
            found = benefits(y, p, **asked).between
        elif key == "theil_index":
            found = benefits(y, p).value
        elif key == "coefficient_of_variation":
            found = benefits(y, p, index="coefficient_of_variation").value
        else:
            continue
        checked += 1
        assert float(found) == exactly(value), key
    assert checked


def test_weights_are_people_in_inequality():
    y, s, g = world(1)
    p, w = s > 0.5, np.random.default_rng(0).integers(1, 4, 400)
    twice = [np.repeat(v, w) for v in (y, p, g)]
    ge = {"index": "generalized_entropy", "alpha": 2.0}
    heavy = benefits(y, p, sensitive_features=g, sample_weight=w, **ge)
    light = benefits(twice[0], twice[1], sensitive_features=twice[2], **ge)
    assert heavy.between == pytest.approx(light.between)
    assert benefits(y, p, sample_weight=w).value == pytest.approx(benefits(*twice[:2]).value)


@pytest.mark.parametrize("name", [k for k, c in CASES.items() if c["kind"] == "inequality"])
def test_reference_inequality_of_amounts(name):
    case = CASES[name]
    theil = fairness.inequality(case["values"], sensitive_features=case["groups"])
    found = {"theil_between": theil.between, "theil_within": theil.within}
    found["gini"] = fairness.inequality(case["values"], index="gini").value
    for alpha in (0, 1, 2):
        one = fairness.inequality(case["values"], index="generalized_entropy", alpha=alpha)
        found[f"generalized_entropy[alpha={alpha}]"] = one.value
    for epsilon in (0.5, 1, 2):
        one = fairness.inequality(case["values"], index="atkinson", epsilon=epsilon)
        found[f"atkinson[epsilon={epsilon}]"] = one.value
    for key, value in case["exact"].items():
        assert found[key] == exactly(value), key


def world(seed=0, n=400):
    rng = np.random.default_rng(seed)
    g = rng.choice(["a", "b", "c"], n)
    s = rng.random(n).round(2)
    return (rng.random(n) < s).astype(int), s, g


def test_one_group_is_not_worse_than_nothing():
    y, s, _ = world()
    one = compared("roc_auc_score_difference", y, s, sensitive_features=["x"] * len(y))
    assert math.isnan(one) and "only one group" in one.undefined[0]


def test_undefined_is_named_strict_and_skipped_when_asked():
    case = CASES["s03_scores_single_class_group"]
    asked = {"sensitive_features": case["groups"]}
    strict = compared("roc_auc_score_difference", case["y_true"], case["scores"], **asked)
    assert (
        math.isnan(strict) and "'c'" in strict.undefined[0] and "both labels" in strict.undefined[0]
    )
    skipped = compared(
        "roc_auc_score_difference", case["y_true"], case["scores"], undefined="skip", **asked
    )
    assert skipped > 0 and skipped.skipped == ("c",) and set(skipped.groups) == {"a", "b"}
    area = compared("abroca", case["y_true"], case["scores"], undefined="skip", **asked)
    assert area > skipped - 1e-12 and math.isnan(area.low)


def test_methods_and_references():
    y, s, g = world(1)
    plain = compared("mean_score_difference", y, s, sensitive_features=g)
    assert plain == pytest.approx(np.ptp(list(plain.by_group.values())))
    against = compared("mean_score_difference", y, s, sensitive_features=g, reference="a")
    assert abs(against) == pytest.approx(
        max(abs(v - plain.by_group["a"]) for v in plain.by_group.values())
    )
    assert against.low < against < against.high and against.groups[1] == "a"
    overall = compared("mean_score_difference", y, s, sensitive_features=g, method="to_overall")
    assert overall == pytest.approx(max(abs(v - plain.overall) for v in plain.by_group.values()))
    ratio = compared("mean_score_ratio", y, s, sensitive_features=g)
    values = list(plain.by_group.values())
    assert ratio == pytest.approx(min(values) / max(values)) and ratio.low < ratio < ratio.high <= 1
    to_overall = compared("mean_score_ratio", y, s, sensitive_features=g, method="to_overall")
    assert to_overall == pytest.approx(
        min(min(v / plain.overall, plain.overall / v) for v in values)
    )


def test_intervals_hold_the_truth_and_noise_is_shown():
    hits, gaps, floors, small = 0, [], [], 0
    for seed in range(200):
        y, s, g = world(seed, n=150)
        found = compared("roc_auc_score_difference", y, s, sensitive_features=g)
        hits += found.low <= 0
        gaps.append(float(found))
        floors.append(found.noise_floor)
        small += found.p_value <= 0.05
    assert hits / 200 >= 0.90 and small / 200 <= 0.10
    assert np.mean(gaps) == pytest.approx(np.mean(floors), rel=0.15)


def test_noise_of_a_ranking_is_that_of_shuffles():
    rng = np.random.default_rng(0)
    g = rng.choice(["a", "b"], 60, p=[0.8, 0.2])
    found = ranked("exposure_difference", rng.random(60), sensitive_features=g)
    shuffled = [
        float(ranked("exposure_difference", rng.random(60), sensitive_features=g))
        for _ in range(300)
    ]
    assert found.noise_floor == pytest.approx(np.mean(shuffled), rel=0.15)


def test_behaves_as_a_float_and_travels():
    y, s, g = world(2)
    found = compared("brier_score_difference", y, s, sensitive_features=g)
    assert (
        isinstance(found, float)
        and found + 1 == float(found) + 1
        and f"{found:.3f}" == f"{float(found):.3f}"
    )
    assert str(found) == repr(float(found)) and repr(found).startswith(
        "<brier_score difference: 0."
    )
    again = pickle.loads(pickle.dumps(found))
    assert again == found and again.by_group == found.by_group and again.low == found.low
    assert set(found.to_frame().columns) >= {"group", "value", "low", "high", "n", "extreme"}
    json.dumps(found.to_dict(), allow_nan=False)
    card = found
    assert (
        isinstance(card, MetricResult)
        and from_json(card.to_json()) == card
        and "0." in card.headline
    )


def test_missing_raises_or_is_dropped_and_counted():
    y, s, g = world(3)
    s = s.astype(float)
    s[:5] = np.nan
    with pytest.raises(InputError, match="y_pred is missing in 5 of 400"):
        compared("mean_score", y, s, sensitive_features=g)
    found = compared("mean_score", y, s, sensitive_features=g, missing="drop")
    assert found.dropped == {"rows": 5, "y_pred": 5} and sum(found.n.values()) == 395
    labels = g.astype(object)
    labels[:3] = None
    kept = compared("mean_score", y[5:], s[5:], sensitive_features=labels[5:])
    assert sum(kept.n.values()) == 395
    category = compared(
        "mean_score", y, np.nan_to_num(s), sensitive_features=labels, missing="category"
    )
    assert category.n["(missing)"] == 3


def test_declared_groups_without_rows_are_listed_and_not_compared():
    y, s, g = world(4)
    column = pd.Categorical(g, categories=["a", "b", "c", "d"])
    found = compared("roc_auc_score_difference", y, s, sensitive_features=column)
    assert found.not_compared == ("d",) and found.n["d"] == 0
    assert found == compared("roc_auc_score_difference", y, s, sensitive_features=g)


@pytest.mark.parametrize("wrap", [list, np.array, pd.Series, pl.Series])
def test_any_column_gives_the_same(wrap):
    y, s, g = world(5)
    plain = compared("roc_auc_score_difference", y, s, sensitive_features=g)
    assert (
        compared("roc_auc_score_difference", wrap(y), wrap(s), sensitive_features=wrap(g.tolist()))
        == plain
    )


def test_several_features_are_crossed_and_weights_are_rows():
    y, s, g = world(6)
    sex = np.where(np.arange(400) % 2, "m", "f")
    crossed = compared("mean_score", y, s, sensitive_features={"g": g, "sex": sex})
    assert len(crossed.by_group) == 6 and ("a", "f") in crossed.by_group
    w = np.random.default_rng(0).integers(1, 4, 400)
    twice = [np.repeat(v, w) for v in (y, s, g)]
    for name in ("roc_auc_score_difference", "brier_score_difference", "abroca"):
        heavy = compared(name, y, s, sensitive_features=g, sample_weight=w)
        assert heavy == pytest.approx(
            compared(name, twice[0], twice[1], sensitive_features=twice[2]), abs=1e-12
        )


def test_positive_label():
    y, s, g = world(7)
    words = np.where(y == 1, "yes", "no")
    assert compared("roc_auc_score", words, s, sensitive_features=g, pos_label="yes") == compared(
        "roc_auc_score", y, s
    )
    with pytest.raises(InputError, match="pos_label"):
        compared("roc_auc_score", words, s, sensitive_features=g)


@given(st.integers(0, 10**6), st.randoms())
@settings(max_examples=10, deadline=None)
def test_order_of_rows_and_names_of_groups_do_not_matter(seed, random):
    y, s, g = world(seed, n=80)
    order = list(range(80))
    random.shuffle(order)
    renamed = np.array([{"a": "z", "b": "y", "c": "x"}[v] for v in g])[order]
    for name in ("roc_auc_score_difference", "abroca", "mean_score_ratio"):
        now = compared(name, y, s, sensitive_features=g, undefined="skip")
        then = compared(name, y[order], s[order], sensitive_features=renamed, undefined="skip")
        assert then == pytest.approx(float(now), abs=1e-12)


def test_distances_between_score_distributions():
    y, s, g = world(8)
    wasserstein = compared("wasserstein_distance", None, s, sensitive_features=g)
    assert wasserstein >= compared("mean_score_difference", y, s, sensitive_features=g) - 1e-12
    ks = compared("kolmogorov_smirnov", None, s, sensitive_features=g)
    gaps = [np.ptp([(s[g == k] >= t).mean() for k in "abc"]) for t in s]
    assert ks == pytest.approx(max(gaps)) and len(ks.groups) == 2
    near = compared("wasserstein_distance", None, s, sensitive_features=g, reference="a")
    assert near <= wasserstein and near.groups[1] == "a"


def test_calibration_by_group():
    y, s, g = world(9, n=3000)
    s = np.where(g == "b", s * 0.5, s)
    found = fairness.calibration(y, s, sensitive_features=g, bins=5)
    assert found.rows["n"] and sum(found.rows["n"]) == 3000 and len(found.rows) == 15
    large = dict(zip(found.groups["group"], found.groups["calibration_in_the_large"], strict=True))
    assert large["b"] > 0.2 and abs(large["a"]) < 0.06
    gap = compared("calibration_in_the_large_difference", y, s, sensitive_features=g)
    assert gap.low > 0.1 and gap.by_group == pytest.approx(large)
    worst = compared("expected_calibration_error_group_max", y, s, sensitive_features=g)
    assert worst.groups == ("b",) and compared("expected_calibration_error", y, s).value > 0
    multi = compared(
        "multicalibration_error", y, s, sensitive_features={"g": g, "half": np.arange(3000) % 2}
    )
    assert multi.groups[0] == "g=b" and len(multi.by_group) == 3 + 2 + 6
    assert from_json(found.to_json()) == found


def test_regression_errors_by_group():
    rng = np.random.default_rng(0)
    y, g = rng.normal(size=300), rng.choice(["a", "b"], 300)
    p = y + rng.normal(size=300) * np.where(g == "b", 2.0, 1.0)
    for name in ("mean_absolute_error", "mean_squared_error", "root_mean_squared_error"):
        gap = compared(f"{name}_difference", y, p, sensitive_features=g)
        assert gap.low > 0 and gap.groups == ("a", "b")
        assert compared(f"{name}_group_max", y, p, sensitive_features=g) == gap.by_group["b"]
        assert 0 < compared(f"{name}_ratio", y, p, sensitive_features=g) < 1
        assert compared(name, y, p) == gap.overall
    e = p - y
    assert compared("mean_error", y, p) == pytest.approx(e.mean())
    assert compared("mean_error_difference", y, p, sensitive_features=g).noise_floor > 0
    assert (
        compared("r2_score_group_min", y, p, sensitive_features=g)
        == compared("r2_score", y, p, sensitive_features=g).by_group["b"]
    )
    assert compared("r2_score_difference", y, p, sensitive_features=g) > 0


def test_top_places():
    s = [9, 8, 7, 7, 5, 4]
    gap = ranked("top_k_difference", s, sensitive_features=list("aababb"), k=3)
    assert gap.by_group == pytest.approx({"a": 2.5 / 3, "b": 0.5 / 3}) and gap == pytest.approx(
        2 / 3
    )
    assert ranked("top_k_ratio", s, sensitive_features=list("aababb"), k=3) == pytest.approx(0.2)
    even = ranked(
        "normalised_discounted_kl",
        s,
        sensitive_features=list("ababab"),
        target={"a": 0.5, "b": 0.5},
    )
    assert 0 < even < ranked("normalised_discounted_kl", s, sensitive_features=list("aaabbb"))
    merit = ranked(
        "exposure_to_merit_ratio", [2, 1], merit=[1, 1 / np.log2(3)], sensitive_features=["a", "b"]
    )
    assert merit == pytest.approx(1)


def test_inequality_of_amounts_by_group():
    found = fairness.inequality([0, 1, 2, 9], sensitive_features=list("aabb"), index="gini")
    assert math.isnan(found.between) and found.rows["share_of_total"] == (
        pytest.approx(1 / 12),
        pytest.approx(11 / 12),
    )
    assert from_json(found.to_json()) == found and "gini" in found.headline
    theil = fairness.inequality([0, 1, 2, 9], sensitive_features=list("aabb"))
    assert theil.between + theil.within == pytest.approx(theil.value)


def test_worst_subgroup_of_a_reversal_that_margins_hide():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"sex": rng.choice(["f", "m"], 2000), "age": rng.choice(["old", "young"], 2000)}
    )
    p = rng.random(2000) < np.where((frame.sex == "f") == (frame.age == "old"), 0.7, 0.3)
    found = fairness.worst_subgroup(None, p, sensitive_features=frame, rng=1)
    first = next(found.rows.records())
    assert (
        first["depth"] == 2
        and first["verdict"] == Verdict.DISPARITY
        and found.findings[0].verdict is Verdict.DISPARITY
    )
    assert found.searched == 8 and from_json(found.to_json()) == found
    chance = fairness.worst_subgroup(None, rng.random(2000) < 0.5, sensitive_features=frame, rng=1)
    assert chance.findings[0].verdict is not Verdict.DISPARITY
    y = rng.random(2000) < 0.5
    for rate in (
        "true_positive_rate",
        "false_positive_rate",
        "false_negative_rate",
        "accuracy",
        "base_rate",
    ):
        one = fairness.worst_subgroup(y, p, sensitive_features=frame, rate=rate, rng=1, draws=99)
        e = {
            "true_positive_rate": p[y].mean(), "false_positive_rate": p[~y].mean(),
            "false_negative_rate": 1 - p[y].mean(), "accuracy": (p == y).mean(), "base_rate": y.mean(),
        }[rate]  # fmt: skip
        assert one.overall == pytest.approx(e)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: compared("roc_auc_score_difference", [0, 1], [0.1, 0.2]),
            "sensitive_features is needed",
        ),
        (lambda: compared("roc_auc_score", [0, 1], [0.1]), "1"),
        (lambda: compared("roc_auc_score", [0, 1], ["x", "y"]), "column of numbers"),
        (lambda: compared("roc_auc_score", [0, 1], [0.1, np.inf]), "infinite"),
        (
            lambda: compared("roc_auc_score", [0, 1], [0.1, 0.2], sample_weight=[-1, 1]),
            "from 0 expected",
        ),
        (lambda: compared("roc_auc_score", [], []), "no rows"),
        (lambda: compared("roc_auc_score", [0, 1], None), "needs y_pred"),
        (lambda: compared("brier_score", [0, 1], [0.1, 3]), "probabilities"),
        (
            lambda: compared("mean_score", [0, 1], [0, 1], missing="ignore"),
            "missing must be one of",
        ),
        (
            lambda: compared(
                "mean_score_difference",
                [0, 1],
                [0, 1],
                sensitive_features=["a", "b"],
                reference="z",
            ),
            "reference must be one of",
        ),
        (
            lambda: compared(
                "mean_score_difference",
                [0, 1],
                [0, 1],
                sensitive_features=["a", "b"],
                method="best",
            ),
            "method must be one of",
        ),
        (
            lambda: compared("wasserstein_distance", None, [1, 2]),
            "sensitive_features is needed",
        ),
        (
            lambda: ranked("top_k_ratio", [1, 2], sensitive_features=["a", "b"], k=5),
            "there are 2 items",
        ),
        (
            lambda: ranked(
                "normalised_discounted_kl",
                [1, 2],
                sensitive_features=["a", "b"],
                target={"a": 0.5, "x": 0.5},
            ),
            "target must be one of",
        ),
        (lambda: fairness.inequality([-1, 2]), "numbers from 0"),
        (lambda: fairness.inequality([1, 2], index="zenga"), "index must be one of"),
        (lambda: compared("brier_score", [0, 2], [0, 1]), "pos_label"),
        (lambda: compared("mean_error", [1, 2], [1, np.nan]), "y_pred is missing in 1 of 2"),
        (
            lambda: fairness.worst_subgroup(None, [0, 1], sensitive_features=None),
            "sensitive_features is needed",
        ),
        (
            lambda: fairness.worst_subgroup(
                [0, 0], [0, 1], sensitive_features=["a", "b"], rate="true_positive_rate"
            ),
            "is of nobody",
        ),
        (
            lambda: compared("brier_score", pd.Series([0, 1]), pd.Series([0.1, 0.2], index=[5, 6])),
            "different indexes",
        ),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()


def test_everything_here_returns_one_type():
    y, s, g = world(1)
    for name, metric in fairness.METRICS.items():
        predicted = s if metric.kind != "rate" else (s > 0.5).astype(int)
        found = fairness.metric(name, y, predicted, sensitive_features=g)
        assert isinstance(found, MetricResult)
        assert found.metric == name
        assert from_json(found.to_json()) == found or math.isnan(found)
