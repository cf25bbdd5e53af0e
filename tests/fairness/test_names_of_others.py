"""What fairlearn and scikit-learn call numbers is understood, and the numbers are the same."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from compared import compared
from coprep import fairness
from coprep.errors import InputError
from coprep.fairness._catalogue import MetricName, Synonym
from coprep.metrics.groups._classification import confusion_rate
from coprep.metrics.groups._scores import log_loss_by_group

CASES = json.loads((Path(__file__).parents[1] / "oracles/fairness/oracle.json").read_text())[
    "cases"
]
SYNONYMS = {
    "accuracy_parity": "accuracy",
    "accuracy_score": "accuracy",
    "balanced_accuracy_score": "balanced_accuracy",
    "demographic_parity": "selection_rate",
    "equal_opportunity": "true_positive_rate",
    "negative_predictive_parity": "negative_predictive_value",
    "precision_score": "positive_predictive_value",
    "predictive_equality": "false_positive_rate",
    "predictive_parity": "positive_predictive_value",
    "recall_score": "true_positive_rate",
    "zero_one_loss": "error_rate",
}
RNG = np.random.default_rng(11)
N = 400
G = RNG.integers(0, 4, N)
Y = RNG.integers(0, 2, N)
P = np.where(RNG.random(N) < 0.7, Y, 1 - Y)
S = np.clip(0.6 * Y + 0.4 * RNG.random(N), 0.01, 0.99)
W = RNG.uniform(0.2, 3, N)


def by_group(function):
    return [function(G == g) for g in range(4)]


@pytest.mark.parametrize(("word", "name"), SYNONYMS.items())
def test_other_words_are_understood_and_the_answer_carries_the_one_name(word, name):
    for between in ("difference", "ratio", "group_min", "group_max", "by_group"):
        found, wanted = (
            fairness.metric(n, Y, P, sensitive_features=G, between=between) for n in (word, name)
        )
        assert found == wanted
        assert found.metric == name
    assert word in fairness.METRICS[name].synonyms


def test_every_word_of_the_list_is_a_name_or_a_synonym():
    names = set(get_args(MetricName))
    words = set(get_args(Synonym))
    assert names == set(fairness.METRICS)
    assert words == {word for metric in fairness.METRICS.values() for word in metric.synonyms}
    assert not names & words


def test_a_name_that_is_none_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'selection_rate'"):
        fairness.metric("selecton_rate", Y, P, sensitive_features=G)
    with pytest.raises(
        InputError,
        match='"recall_score" with between="ratio"|\'recall_score\' with between="ratio"',
    ):
        fairness.metric("recall_score_ratio", Y, P, sensitive_features=G)


@pytest.mark.parametrize(
    ("name", "hit", "of"), [("true_positive_rate", P == 1, Y == 1), ("false_negative_rate", P == 0, Y == 1),
                            ("false_positive_rate", P == 1, Y == 0), ("true_negative_rate", P == 0, Y == 0)],
)  # fmt: skip
def test_weights_and_positive_labels(name, hit, of):
    wanted = W[hit & of].sum() / W[of].sum()
    assert compared(name, Y, P, sample_weight=W) == pytest.approx(wanted, abs=1e-12)
    words = np.array(["no", "yes"])
    assert compared(name, words[Y], words[P], pos_label="yes") == pytest.approx(
        (hit & of).sum() / of.sum(), abs=1e-12
    )


def f1(at, w=W):
    both, wrong = (w * Y * P)[at].sum(), (w * (Y != P))[at].sum()
    return 2 * both / (2 * both + wrong)


def test_f1_by_group_and_over_groups():
    each = by_group(f1)
    assert compared(
        "f1_score_group_min", Y, P, sensitive_features=G, sample_weight=W
    ) == pytest.approx(min(each), abs=1e-12)
    found = compared("f1_score_difference", Y, P, sensitive_features=G, sample_weight=W)
    assert found == pytest.approx(max(each) - min(each), abs=1e-12)
    assert found.low <= found <= found.high
    assert compared("f1_score", Y, P, sample_weight=W) == pytest.approx(f1(slice(None)), abs=1e-12)
    assert float(confusion_rate([[5, 1], [2, 4]], "f1_score")) == pytest.approx(8 / 11)


def test_the_error_of_f1_is_that_of_resampled_rows():
    one = np.ones(N)
    drawn = [RNG.integers(0, N, N) for _ in range(3_000)]
    spread = np.std(
        [2 * (Y * P)[d].sum() / (2 * (Y * P)[d].sum() + (Y != P)[d].sum()) for d in drawn]
    )
    value = f1(slice(None), one)
    found = compared("f1_score", Y, P)
    half = (found.high - found.low) / 2 / 1.96
    assert 0.9 * spread < half < 1.35 * spread  # rows that count twice are not taken for two
    assert found.low < value < found.high


def test_nobody_selected_and_nobody_positive_has_no_f1():
    found = compared("f1_score_group_min", [0, 0, 1], [0, 0, 1], sensitive_features=list("aab"))
    assert math.isnan(found)
    assert "no rows with a positive y_true or y_pred" in found.undefined[0]


def log_loss(at):
    return -np.average(np.log(np.where(Y == 1, S, 1 - S))[at], weights=W[at])


def test_log_loss_of_groups_and_of_everybody():
    wanted = max(by_group(log_loss))
    found = compared("log_loss_group_max", Y, S, sensitive_features=G, sample_weight=W)
    assert found == pytest.approx(wanted, abs=1e-12)
    assert compared("log_loss", Y, S, sample_weight=W) == pytest.approx(
        log_loss(slice(None)), abs=1e-12
    )
    auc = compared("roc_auc_score_group_min", Y, y_pred=S, sensitive_features=G)
    assert auc == compared("roc_auc_score_group_min", Y, S, sensitive_features=G)
    with pytest.raises(InputError, match="needs y_pred"):
        compared("log_loss", Y)


def test_what_had_no_probability_and_happened_is_infinitely_surprising():
    found = log_loss_by_group([0, 1, 1], [0.0, 0.0, 1.0], [0, 0, 1])
    assert found.value.tolist() == [math.inf, 0.0]
    assert math.isnan(found.se[0])
    assert (
        compared("log_loss_group_max", [0, 1, 1], [0.0, 0.0, 1.0], sensitive_features=list("aab"))
        == math.inf
    )


def test_count_and_mean_prediction():
    assert compared("count", Y, P) == N
    assert compared("count", Y, P, sensitive_features=G).by_group == {
        str(g): float((G == g).sum()) for g in range(4)
    }
    assert compared("mean_prediction", Y, S, sample_weight=W) == pytest.approx(
        np.average(S, weights=W), abs=1e-12
    )
    found = compared("mean_prediction", None, S, sensitive_features=G, sample_weight=W)
    assert list(found.by_group.values()) == pytest.approx(
        by_group(lambda at: np.average(S[at], weights=W[at])), abs=1e-12
    )
    with pytest.raises(InputError, match="rows"):
        compared("count", Y, P[:-1])
    with pytest.raises(InputError, match="both None"):
        compared("count", None)


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
    assert (found.metric, found.between) == ("cost", transform)
    assert made.__name__ == f"cost_{transform}"
    assert pickle.loads(pickle.dumps(made))(Y, P, sensitive_features=G, price=2.0) > 0
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
    found = compared("accuracy", y, p, sensitive_features=g)
    for group, value in found.by_group.items():
        assert value == pytest.approx(
            float(case["exact"][f"by_group.accuracy[{group}]"]), abs=1e-12
        )
    worst = compared("total_variation_distance", None, p, sensitive_features=g)
    mean = compared("total_variation_distance", None, p, sensitive_features=g, agg="mean")
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
    found = compared(name, labels[y], labels[p], sensitive_features=G, sample_weight=W)
    wanted = compared(
        name, np.ones(N, dtype=int), (y == p).astype(int), sensitive_features=G, sample_weight=W
    )
    assert found == pytest.approx(float(wanted), abs=1e-12)
    assert found.low == pytest.approx(wanted.low, abs=1e-12)
    with pytest.raises(InputError, match="made without"):
        compared("true_positive_rate", found.counts)
    assert len(fairness.group_metrics(found.counts).findings) == 1


def test_balanced_accuracy_of_two_words_and_not_of_three():
    words = np.array(["no", "yes"])
    found = compared("balanced_accuracy_score_group_min", words[Y], words[P], sensitive_features=G)
    assert found == compared("balanced_accuracy_score_group_min", Y, P, sensitive_features=G)
    with pytest.raises(InputError, match="pos_label"):
        compared("balanced_accuracy", ["a", "b", "c"], ["a", "b", "c"])


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
        compared("accuracy_score_difference", y, p, sensitive_features=list("aabb"))


def test_missing_labels_are_missing_however_many_labels_there_are():
    y, p = ["a", None, "b", "c"], ["a", "b", None, "c"]
    with pytest.raises(InputError, match="missing in 1"):
        compared("accuracy", y, p, sensitive_features=list("xxyy"))
    found = compared("accuracy", y, p, sensitive_features=list("xxyy"), missing="drop")
    assert found.dropped == {"rows": 2, "y_true": 1, "y_pred": 1}
    assert found.by_group == {"x": 1.0, "y": 1.0}


def test_total_variation_of_two_labels_is_demographic_parity():
    found = compared("total_variation_distance", None, P, sensitive_features=G, sample_weight=W)
    parity = fairness.demographic_parity_difference(None, P, sensitive_features=G, sample_weight=W)
    assert found == pytest.approx(float(parity), abs=1e-12)
    assert set(found.groups) == set(parity.groups)
    assert math.isnan(compared("total_variation_distance", None, P, sensitive_features=["all"] * N))
    with pytest.raises(InputError, match="agg"):
        compared("total_variation_distance", None, P, sensitive_features=G, agg="max")
