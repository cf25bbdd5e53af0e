"""Calls written for fairlearn run unchanged: names, keywords, arguments by position, and the numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coprep import fairness
from coprep.errors import InputError
from coprep.metrics.groups._classification import confusion_rate
from coprep.metrics.groups._scores import log_loss_by_group

CASES = json.loads((Path(__file__).parents[1] / "oracles/fairness/oracle.json").read_text())[
    "cases"
]
FLAT = """
make_derived_metric demographic_parity_difference demographic_parity_ratio equalized_odds_difference equalized_odds_ratio
equal_opportunity_difference equal_opportunity_ratio true_positive_rate true_negative_rate false_positive_rate
false_negative_rate mean_prediction selection_rate count accuracy_score_difference accuracy_score_group_min
accuracy_score_ratio balanced_accuracy_score_group_min f1_score_group_min false_negative_rate_difference
false_negative_rate_ratio false_positive_rate_difference false_positive_rate_ratio log_loss_group_max
mean_absolute_error_group_max mean_squared_error_group_max precision_score_group_min r2_score_group_min
recall_score_group_min roc_auc_score_group_min selection_rate_difference selection_rate_ratio
true_negative_rate_difference true_negative_rate_ratio true_positive_rate_difference true_positive_rate_ratio
zero_one_loss_difference zero_one_loss_group_max zero_one_loss_ratio
""".split()
RNG = np.random.default_rng(11)
N = 400
G = RNG.integers(0, 4, N)
Y = RNG.integers(0, 2, N)
P = np.where(RNG.random(N) < 0.7, Y, 1 - Y)
S = np.clip(0.6 * Y + 0.4 * RNG.random(N), 0.01, 0.99)
W = RNG.uniform(0.2, 3, N)


def by_group(function):
    return [function(G == g) for g in range(4)]


@pytest.mark.parametrize("name", FLAT)
def test_every_flat_function_is_here_under_its_name(name):
    assert name in fairness.__all__


@pytest.mark.parametrize(
    ("name", "hit", "of"), [("true_positive_rate", P == 1, Y == 1), ("false_negative_rate", P == 0, Y == 1),
                            ("false_positive_rate", P == 1, Y == 0), ("true_negative_rate", P == 0, Y == 0)],
)  # fmt: skip
def test_weights_and_positive_label_by_position(name, hit, of):
    wanted = W[hit & of].sum() / W[of].sum()
    assert getattr(fairness, name)(Y, P, W, 1) == pytest.approx(wanted, abs=1e-12)
    words = np.array(["no", "yes"])
    assert getattr(fairness, name)(words[Y], words[P], None, "yes") == pytest.approx(
        (hit & of).sum() / of.sum(), abs=1e-12
    )


def f1(at, w=W):
    both, wrong = (w * Y * P)[at].sum(), (w * (Y != P))[at].sum()
    return 2 * both / (2 * both + wrong)


def test_f1_by_group_and_over_groups():
    each = by_group(f1)
    assert fairness.f1_score_group_min(
        Y, P, sensitive_features=G, sample_weight=W
    ) == pytest.approx(min(each), abs=1e-12)
    found = fairness.f1_score_difference(Y, P, sensitive_features=G, sample_weight=W)
    assert found == pytest.approx(max(each) - min(each), abs=1e-12)
    assert found.low <= found <= found.high
    assert fairness.f1_score(Y, P, sample_weight=W) == pytest.approx(f1(slice(None)), abs=1e-12)
    assert float(confusion_rate([[5, 1], [2, 4]], "f1_score")) == pytest.approx(8 / 11)


def test_the_error_of_f1_is_that_of_resampled_rows():
    one = np.ones(N)
    drawn = [RNG.integers(0, N, N) for _ in range(3_000)]
    spread = np.std(
        [2 * (Y * P)[d].sum() / (2 * (Y * P)[d].sum() + (Y != P)[d].sum()) for d in drawn]
    )
    value = f1(slice(None), one)
    found = fairness.f1_score(Y, P)
    half = (found.high - found.low) / 2 / 1.96
    assert 0.9 * spread < half < 1.35 * spread  # rows that count twice are not taken for two
    assert found.low < value < found.high


def test_nobody_selected_and_nobody_positive_has_no_f1():
    found = fairness.f1_score_group_min([0, 0, 1], [0, 0, 1], sensitive_features=list("aab"))
    assert math.isnan(found)
    assert "no rows with a positive y_true or y_pred" in found.undefined[0]


def log_loss(at):
    return -np.average(np.log(np.where(Y == 1, S, 1 - S))[at], weights=W[at])


def test_log_loss_under_either_name_of_the_scores():
    wanted = max(by_group(log_loss))
    for call in ({"y_score": S}, {"y_pred": S}):
        found = fairness.log_loss_group_max(Y, sensitive_features=G, sample_weight=W, **call)
        assert found == pytest.approx(wanted, abs=1e-12)
    assert fairness.log_loss(Y, S, sample_weight=W) == pytest.approx(
        log_loss(slice(None)), abs=1e-12
    )
    auc = fairness.roc_auc_score_group_min(Y, y_pred=S, sensitive_features=G)
    assert auc == fairness.roc_auc_score_group_min(Y, S, sensitive_features=G)
    with pytest.raises(InputError, match="two names"):
        fairness.log_loss(Y, S, y_pred=S)
    with pytest.raises(InputError, match="y_score is None"):
        fairness.log_loss(Y)


def test_what_had_no_probability_and_happened_is_infinitely_surprising():
    found = log_loss_by_group([0, 1, 1], [0.0, 0.0, 1.0], [0, 0, 1])
    assert found.value.tolist() == [math.inf, 0.0]
    assert math.isnan(found.se[0])
    assert (
        fairness.log_loss_group_max([0, 1, 1], [0.0, 0.0, 1.0], sensitive_features=list("aab"))
        == math.inf
    )


def test_count_and_mean_prediction():
    assert fairness.count(Y, P) == N
    assert fairness.count(Y, P, sensitive_features=G).by_group == {
        g: float((G == g).sum()) for g in range(4)
    }
    assert fairness.mean_prediction(Y, S, W) == pytest.approx(np.average(S, weights=W), abs=1e-12)
    found = fairness.mean_prediction(None, S, sensitive_features=G, sample_weight=W)
    assert list(found.by_group.values()) == pytest.approx(
        by_group(lambda at: np.average(S[at], weights=W[at])), abs=1e-12
    )
    with pytest.raises(InputError, match="rows"):
        fairness.count(Y, P[:-1])
    with pytest.raises(InputError, match="both None"):
        fairness.count(None)


# -- any function as a metric ------------------------------------------------------------------------------------------


def cost(y_true, y_pred, *, sample_weight=None, price=1.0):
    return price * np.average(np.abs(y_true - y_pred), weights=sample_weight)


@pytest.mark.parametrize(
    ("transform", "join"),
    [
        ("group_min", min),
        ("group_max", max),
        ("difference", np.ptp),
        ("ratio", lambda x: min(x) / max(x)),
    ],
)
def test_any_function_becomes_a_metric(transform, join):
    made = fairness.make_derived_metric(metric=cost, transform=transform)
    found = made(Y, pd.Series(P), sensitive_features=G, sample_weight=W, price=3.0)
    assert found == pytest.approx(
        join(by_group(lambda at: 3 * np.average((Y != P)[at], weights=W[at]))), abs=1e-12
    )
    assert found.name == made.__name__ == f"cost_{transform}"
    assert math.isnan(found.low)


def test_a_derived_metric_of_words_to_overall_and_undefined():
    agree = fairness.make_derived_metric(
        metric=lambda y, p: float((y == p).mean()), transform="difference"
    )
    words = np.array(["no", "yes"])
    found = agree(words[Y], words[P], sensitive_features=G, method="to_overall")
    assert found == pytest.approx(
        max(abs(r - (Y == P).mean()) for r in by_group(lambda at: (Y == P)[at].mean()))
    )
    odd = fairness.make_derived_metric(
        metric=lambda y, p: math.nan if y[0] else 1.0, transform="difference"
    )
    found = odd([1, 0, 0], [1, 1, 1], sensitive_features=list("abc"))
    assert math.isnan(found)
    assert "'a'" in found.undefined[0]


def test_a_metric_that_cannot_be_derived_is_refused():
    with pytest.raises(InputError, match="a function expected"):
        fairness.make_derived_metric(metric="accuracy", transform="difference")
    with pytest.raises(InputError, match="group_max"):
        fairness.make_derived_metric(metric=cost, transform="group_maximum")
    with pytest.raises(InputError, match="method is a keyword"):
        fairness.make_derived_metric(metric=lambda y, p, method: 0.0, transform="difference")


# -- labels of which none is positive ----------------------------------------------------------------------------------


def test_accuracy_of_three_labels_is_exact():
    case = CASES["t06_three_valued_labels"]
    frame = pd.DataFrame([dict(zip(case["columns"], cell, strict=True)) for cell in case["cells"]]) if "cells" in case else None  # fmt: skip
    if frame is not None:
        frame = frame.loc[frame.index.repeat(frame["count"])] if "count" in frame else frame
        y, p, g = (
            frame[c].to_numpy()
            for c in ("y_true", "y_pred", [c for c in frame if c in ("g", "groups")][0])
        )
    else:
        y, p, g = case["y_true"], case["y_pred"], case["groups"]
    found = fairness.accuracy(y, p, sensitive_features=g)
    for group, value in found.by_group.items():
        assert value == pytest.approx(
            float(case["exact"][f"by_group.accuracy[{group}]"]), abs=1e-12
        )
    worst = fairness.total_variation_distance(p, sensitive_features=g)
    mean = fairness.total_variation_distance(p, sensitive_features=g, agg="mean")
    assert worst == pytest.approx(float(case["exact"]["total_variation.max"]), abs=1e-12)
    assert mean == pytest.approx(float(case["exact"]["total_variation.mean"]), abs=1e-12)


@pytest.mark.parametrize("labels", [["no", "yes"], ["bad", "fair", "good"], [-1, 1], [3, 5, 9]])
@pytest.mark.parametrize(
    "name", ["accuracy_score_difference", "accuracy_score_group_min", "zero_one_loss_ratio"]
)
def test_whether_labels_agree_needs_no_positive_one(labels, name):
    labels = np.array(labels)
    y = RNG.integers(0, len(labels), N)
    p = np.where(RNG.random(N) < 0.6, y, RNG.integers(0, len(labels), N))
    found = getattr(fairness, name)(labels[y], labels[p], sensitive_features=G, sample_weight=W)
    wanted = getattr(fairness, name)(
        np.ones(N, dtype=int), (y == p).astype(int), sensitive_features=G, sample_weight=W
    )
    assert found == pytest.approx(float(wanted), abs=1e-12)
    assert found.low == pytest.approx(wanted.low, abs=1e-12)
    with pytest.raises(InputError, match="made without"):
        found.table.metric("true_positive_rate")
    assert len(fairness.group_metrics(found.table).findings) == 1


def test_balanced_accuracy_of_two_words_and_not_of_three():
    words = np.array(["no", "yes"])
    found = fairness.balanced_accuracy_score_group_min(words[Y], words[P], sensitive_features=G)
    assert found == fairness.balanced_accuracy_score_group_min(Y, P, sensitive_features=G)
    with pytest.raises(InputError, match="pos_label"):
        fairness.balanced_accuracy(["a", "b", "c"], ["a", "b", "c"])


@pytest.mark.parametrize(
    ("y", "p"),
    [
        ([0, 1, 1, 0], [0.2, 0.8, 0.4, 0.1]),  # probabilities
        (["yes", "no", "yes", "no"], [1, 0, 1, 0]),
        (["yes", "no", "yes", "no"], ["Yes", "No", "Yes", "No"]),
    ],
)
def test_labels_that_cannot_be_compared_are_refused(y, p):
    with pytest.raises(InputError, match="the same labels"):
        fairness.accuracy_score_difference(y, p, sensitive_features=list("aabb"))


def test_missing_labels_are_missing_however_many_labels_there_are():
    y, p = ["a", None, "b", "c"], ["a", "b", None, "c"]
    with pytest.raises(InputError, match="missing in 1"):
        fairness.accuracy(y, p, sensitive_features=list("xxyy"))
    found = fairness.accuracy(y, p, sensitive_features=list("xxyy"), missing="drop")
    assert found.dropped == {"rows": 2, "y_true": 1, "y_pred": 1}
    assert found.by_group == {"x": 1.0, "y": 1.0}


def test_total_variation_of_two_labels_is_demographic_parity():
    found = fairness.total_variation_distance(P, sensitive_features=G, sample_weight=W)
    parity = fairness.demographic_parity_difference(None, P, sensitive_features=G, sample_weight=W)
    assert found == pytest.approx(float(parity), abs=1e-12)
    assert set(found.groups) == set(parity.groups)
    assert math.isnan(fairness.total_variation_distance(P, sensitive_features=["all"] * N))
    with pytest.raises(InputError, match="agg"):
        fairness.total_variation_distance(P, sensitive_features=G, agg="max")
