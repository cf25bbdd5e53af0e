"""Numbers by group where little is known: weights, single rows, rare labels, 0 over 0, ties, and what is said then."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import coprep.fairness as fair
from compared import compared, ranked
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.metrics.groups._group_means import group_means
from coprep.metrics.groups._ranking import normalised_discounted_kl as normalised_kl
from coprep.metrics.groups._scores import auc_by_group, log_loss_by_group
from coprep.metrics.spread._inequality import atkinson, generalized_entropy

Y = [0, 1, 0, 1, 1, 0] * 2
S = [0.1, 0.9, 0.4, 0.6, 0.8, 0.2, 0.3, 0.4, 0.5, 0.2, 0.9, 0.7]
G = ["a"] * 6 + ["b"] * 6
BY_SCORE = [
    "roc_auc_score_difference",
    "brier_score_difference",
    "log_loss_difference",
    "mean_score_difference",
    "calibration_in_the_large_difference",
    "expected_calibration_error_difference",
    "abroca",
]


@pytest.mark.parametrize("function", BY_SCORE)
def test_rows_without_weight_are_not_there(function):
    weight = [1.0] * 6 + [0.0] * 6 + [1.0, 2.0, 1.0, 1.0, 0.0, 0.0]
    y, s, g = Y + Y[:6], S + S[6:], [*G, *"cccccc"]
    found = compared(function, y, s, sensitive_features=g, sample_weight=weight)
    kept = [w > 0 for w in weight]
    there = [[v for v, k in zip(values, kept, strict=True) if k] for values in (y, s, g, weight)]
    alone = compared(
        function, there[0], there[1], sensitive_features=there[2], sample_weight=there[3]
    )
    assert found.not_compared == ("b",) and found.n == {"a": 6, "b": 0, "c": 4}
    for now, then in (
        (found, alone),
        (found.low, alone.low),
        (found.high, alone.high),
        (found.p_value, alone.p_value),
    ):
        assert now == pytest.approx(float(then), abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("scale", [1e-310, 1e-200, 0.1, 1e200, 1e308])
@pytest.mark.parametrize(
    "function", [*BY_SCORE, "root_mean_squared_error_difference", "r2_score_difference"]
)
def test_the_unit_of_weights_does_not_matter(function, scale):
    plain = compared(function, Y, S, sensitive_features=G, sample_weight=[1.0] * 12)
    scaled = compared(function, Y, S, sensitive_features=G, sample_weight=[scale] * 12)
    for name in ("value", "low", "high", "noise_floor"):
        assert getattr(scaled, name) == pytest.approx(
            getattr(plain, name), rel=1e-9, abs=1e-12, nan_ok=True
        )


def test_errors_of_weighted_means_are_those_of_the_sandwich():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=9), rng.exponential(size=9)
    h = w / w.sum()
    left = np.eye(9) - np.outer(np.ones(9), h)
    each = np.diag(h**2 / np.diag(left @ left.T))
    found = group_means(x, np.zeros(9), weights=w)
    assert found.se[0] == pytest.approx(np.sqrt((left @ x) @ each @ (left @ x)))
    assert found.df[0] == pytest.approx(1 / (h @ h) - 1)
    even = group_means(x, np.zeros(9))
    assert even.se[0] == pytest.approx(x.std(ddof=1) / 3) and even.df[0] == pytest.approx(8)


def covered(draw, truth=0.0, worlds=300):
    hits = [found.low <= truth <= found.high for found in map(draw, range(worlds))]
    return np.mean(hits)


def test_a_few_heavy_rows_are_not_taken_for_many():
    group = np.repeat([0, 1], 50)
    weight = np.where(np.arange(100) % 25 == 0, 50.0, 1.0)

    def mean(seed):
        x = np.random.default_rng(seed).normal(size=100)
        return compared(
            "mean_error_difference",
            np.zeros(100),
            x,
            sensitive_features=group,
            sample_weight=weight,
        )

    def area(seed):
        rng = np.random.default_rng(seed)
        y = rng.integers(0, 2, 100)
        return compared(
            "roc_auc_score_difference",
            y,
            rng.normal(size=100) + y,
            sensitive_features=group,
            sample_weight=weight,
        )

    assert covered(mean) >= 0.93 and covered(area) >= 0.93


@pytest.mark.parametrize(
    "function",
    [
        "calibration_in_the_large_difference",
        "brier_score_difference",
        "log_loss_difference",
    ],
)
def test_a_small_group_without_the_rare_label_is_no_alarm(function):
    group = np.repeat([0, 1], [20, 400])

    def one(seed):
        rng = np.random.default_rng(seed)
        score = 0.8 / (1 + np.exp(4 - rng.normal(size=420)))
        return compared(function, rng.random(420) < score, score, sensitive_features=group)

    assert np.mean([one(seed).low > 1e-12 for seed in range(200)]) <= 0.05


def test_one_row_without_error_leaves_the_others_their_interval_and_says_so():
    y, s = [1, 0, 1, 0, 1, 1, 0], [0.1, 0.12, 0.11, 0.8, 0.82, 0.81, 0.3]
    found = compared("mean_score_difference", y, s, sensitive_features=list("aaabbbc"))
    assert 0 < found.low < 0.7 and found.high == math.inf and "'c'" in found.no_limits
    assert 0 < found.p_value < 0.05 and found.no_limits in [note.text for note in found.notes]
    ratio = compared("mean_score_ratio", y, s, sensitive_features=list("aaabbbc"))
    assert ratio.low == 0 and ratio < ratio.high < 1
    against = compared(
        "mean_score_difference", y, s, sensitive_features=list("aaabbbc"), reference="a"
    )
    assert 0 < against.low < against < against.high and against.no_limits == ""
    of_one = compared(
        "mean_score_difference", y, s, sensitive_features=list("aaabbbc"), reference="c"
    )
    assert math.isnan(of_one.low) and math.isnan(of_one.p_value) and "'c'" in of_one.no_limits
    lone = compared("mean_score_difference", [1, 0], [0.1, 0.2], sensitive_features=["a", "b"])
    assert math.isnan(lone.low) and "'a'" in lone.no_limits and "'b'" in lone.no_limits
    area = compared(
        "roc_auc_score_difference",
        [1, 0, 0, 0, 1, 1, 0, 0],
        S[:8],
        sensitive_features=list("aaaabbbb"),
    )
    assert math.isnan(area.low) and "'a'" in area.no_limits


def test_every_interval_that_is_nan_says_why():
    asked = {"sensitive_features": G}
    for found in (
        compared("abroca", Y, S, **asked),
        compared("wasserstein_distance", None, S, **asked),
        compared("expected_calibration_error_difference", Y, S, **asked),
        ranked("exposure_difference", S, **asked),
        compared("mean_score_difference", Y, S, method="to_overall", **asked),
        compared("multicalibration_error", Y, S, **asked),
    ):
        assert math.isnan(found.low) and math.isnan(found.high) and found.no_limits.endswith(".")
        assert found.no_limits in [note.text for note in found.notes]


def test_everybody_and_the_worst_group_have_intervals():
    everybody = compared("brier_score", Y, S, sensitive_features=G)
    assert 0 <= everybody.low < everybody < everybody.high <= 1 and everybody.no_limits == ""
    worst = compared("roc_auc_score_group_min", Y, S, sensitive_features=G)
    best = compared("roc_auc_score_group_max", Y, S, sensitive_features=G)
    assert worst.low < worst < worst.high and best.high == 1 and best.low <= best
    rows = worst.to_frame()
    assert rows["low"].min() >= 0 and rows["high"].max() <= 1

    def one(seed):
        x = np.random.default_rng(seed).normal(size=60)
        return compared(
            "mean_absolute_error_group_max",
            np.zeros(60),
            x,
            sensitive_features=np.repeat([0, 1, 2], 20),
        )

    assert covered(one, truth=math.sqrt(2 / math.pi), worlds=200) >= 0.93


def test_test_and_interval_agree_about_a_reference():
    rng = np.random.default_rng(3)
    for _ in range(30):
        x, g = rng.normal(size=60) + np.repeat([0, -0.5, 0.5], 20), np.repeat(["r", "b", "c"], 20)
        found = compared(
            "mean_error_difference", np.zeros(60), x, sensitive_features=g, reference="r"
        )
        each = [found.by_group[k] - found.by_group["r"] for k in "bc"]
        assert abs(found) == pytest.approx(max(map(abs, each)))
        assert (found.p_value <= 0.05) == (not found.low <= 0 <= found.high)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: compared("mean_absolute_error_ratio", Y, Y, sensitive_features=G), "0 over 0"),
        (
            lambda: compared(
                "mean_absolute_error_ratio", Y, Y, sensitive_features=G, reference="a"
            ),
            "0 over 0",
        ),
        (
            lambda: compared(
                "log_loss_difference", [1] * 4, [0, 0.5] * 2, sensitive_features=list("aabb")
            ),
            "without limit",
        ),
        (
            lambda: compared(
                "mean_score_ratio", [1] * 4, [-1, -2, 3, 4], sensitive_features=list("aabb")
            ),
            "numbers from 0",
        ),
        (
            lambda: ranked(
                "exposure_to_merit_ratio", [2, 1], merit=[0, 0], sensitive_features=["a", "b"]
            ),
            "without limit",
        ),
    ],
)
def test_what_has_no_value_says_why(call, why):
    found = call()
    assert (
        math.isnan(found) and why in " ".join(found.undefined) and "None" not in found.undefined[0]
    )


def test_inequality_of_nothing_says_why():
    nobody = fair.inequality([0, 0, 0], sensitive_features=list("aab"))
    assert (
        "undefined, because nobody has anything" in nobody.headline
        and "Group “a”" in nobody.notes[0].text
    )
    assert (
        "because somebody has nothing"
        in fair.inequality([0, 1], index="mean_log_deviation").headline
    )


def test_tied_items_share_their_places_whatever_their_order():
    tied = [
        ranked("normalised_discounted_kl", [1, 1, 1, 1], sensitive_features=list(g))
        for g in ("aabb", "abab", "bbaa")
    ]
    assert tied == [0, 0, 0]
    share = np.array(
        [[1, 0], [0.75, 0.25], [2 / 3, 1 / 3], [0.5, 0.5]]
    )  # of a, with b and a tied for places 2 and 3
    weight = 1 / np.log2(np.arange(2, 6))
    terms = share * np.log(np.where(share > 0, share, 1) / 0.5)
    wanted = (weight * terms.sum(axis=1)).sum() / weight.sum()
    assert ranked(
        "normalised_discounted_kl", [4, 3, 3, 1], sensitive_features=list("abab")
    ) == pytest.approx(wanted)
    with pytest.raises(InputError, match="never rise"):
        normalised_kl([0, 1], scores=[1, 2])


def test_indices_are_exact_beside_their_limits():
    x = [1, 2, 3, 10]
    for near in (1e-9, -1e-9):
        for at in (0, 1):
            exact = float(generalized_entropy(x, alpha=at))
            assert generalized_entropy(x, alpha=at + near) == pytest.approx(exact, rel=1e-8)
        assert atkinson(x, epsilon=1 + near) == pytest.approx(
            float(atkinson(x, epsilon=1)), rel=1e-8
        )
    assert generalized_entropy(x, alpha=1_000) == math.inf and atkinson(
        x, epsilon=1_000
    ) == pytest.approx(1)


def test_missing_values_of_arrow_are_missing():
    column = pa.array([None, *S[1:]])
    with pytest.raises(InputError, match="y_pred is missing in 1 of 12 rows"):
        compared("mean_score", Y, column, sensitive_features=G)
    assert compared("mean_score", Y, column, sensitive_features=G, missing="drop").dropped == {
        "rows": 1,
        "y_pred": 1,
    }


def test_a_missing_decision_is_no_decision():
    with pytest.raises(InputError, match="y_pred is missing in 1 of 4 rows"):
        compared(
            "total_variation_distance",
            None,
            ["x", None, "y", "x"],
            sensitive_features=list("aabb"),
            missing="category",
        )
    groups = compared(
        "total_variation_distance",
        None,
        ["x", "y", "y", "x"],
        sensitive_features=["a", "a", None, "b"],
        missing="category",
    )
    assert groups.n["(missing)"] == 1


def test_no_row_is_quoted_where_a_column_is_no_numbers():
    with pytest.raises(InputError) as caught:
        compared("mean_score", [0, 1], ["Mary", "Ann"])
    assert "Mary" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: compared(
                "mean_score_difference",
                Y,
                S,
                sensitive_features=G,
                method="to_overall",
                reference="a",
            ),
            "leave out",
        ),
        (
            lambda: compared(
                "mean_score_difference", Y, S, sensitive_features=G, method="to_reference"
            ),
            "needs a reference",
        ),
        (lambda: fair.worst_subgroup(None, Y, sensitive_features=G, show_first=0), "show_first"),
    ],
)
def test_slips_are_named(call, said):
    with pytest.raises(InputError, match=said):
        call()


def test_the_finding_of_a_search_is_its_disparity_even_below_a_larger_all_clear():
    """A large group slightly off weighs more than a small one far off; the small one is the disparity."""
    side = np.repeat(["large", "small", "rest"], [20_000, 400, 20_000])
    rate = np.repeat([0.53, 0.75, 0.47], [20_000, 400, 20_000])
    chosen = np.random.default_rng(0).random(len(side)) < rate
    found = fair.worst_subgroup(None, chosen, sensitive_features={"side": side}, rng=1, draws=199)
    assert found.rows["verdict"][0] == Verdict.NO_MATERIAL_DIFFERENCE
    assert (
        found.findings[0].verdict is Verdict.DISPARITY and found.findings[0].group == "side=small"
    )


def test_a_search_without_subgroups_is_not_assessable():
    for features in ({"a": list("xxy")}, {"a": list("xxx")}):
        (finding,) = fair.worst_subgroup(None, [1, 0, 1], sensitive_features=features).findings
        assert finding.verdict is Verdict.NOT_ASSESSABLE and finding.reading and finding.next_step


def test_ten_thousand_groups_and_many_rows_are_no_burden():
    rng = np.random.default_rng(0)
    g, s = rng.integers(0, 10_000, 60_000), rng.random(60_000)
    y = rng.random(60_000) < s
    calibrated = compared(
        "multicalibration_error", y, s, sensitive_features={"g": g, "half": g % 2}
    )
    assert len(calibrated.by_group) == 2 * len(np.unique(g)) + 2 and calibrated < 0.01
    assert "multicalibration_error: 0.0" in repr(calibrated)
    spread = fair.inequality(s, sensitive_features=g)
    assert spread.between + spread.within == pytest.approx(spread.value)


def test_confidence_is_said_as_it_was_asked():
    assert (
        "99.9% interval"
        in compared("mean_score_difference", Y, S, sensitive_features=G, confidence=0.999).headline
    )


def test_unlimited_losses_keep_the_others_comparable():
    found = compared(
        "log_loss_difference",
        [1] * 6,
        [0, 0.5, 0.4, 0.5, 0.8, 0.9],
        sensitive_features=list("aabbcc"),
    )
    assert found == math.inf and found.high == math.inf and "without limit" in found.no_limits
    assert np.isinf(log_loss_by_group([1, 1], [0.0, 1.0], [0, 0]).value[0])
    assert np.isnan(auc_by_group([1, 1], [0.0, 1.0], [0, 0]).value[0])


def test_pictures_show_no_interval_and_no_line_that_is_not_there():
    for found in (
        ranked("normalised_discounted_kl", S, sensitive_features=G),
        ranked("top_k_difference", S, sensitive_features=G, k=3),
    ):
        ax = found.plot()
        legend = (
            [text.get_text() for text in ax.figure.legends[0].get_texts()]
            if ax.figure.legends
            else []
        )
        legend += (
            [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []
        )
        assert "95% interval" not in legend
        assert ("everybody" in legend) == (found.metric != "normalised_discounted_kl")
    with_limits = compared("mean_score_difference", Y, S, sensitive_features=G).plot()
    legends = with_limits.figure.legends or [with_limits.get_legend()]
    assert "95% interval" in [text.get_text() for text in legends[0].get_texts()]


def test_everybody_of_multicalibration_is_the_same_kind_of_number():
    found = compared("multicalibration_error", Y, S, sensitive_features=G, bins=1)
    assert found.overall == pytest.approx(abs(np.mean(np.subtract(Y, S))))


def test_a_limit_that_is_not_there_is_said_plainly():
    found = compared(
        "mean_score_difference",
        [1] * 5,
        [0.1, 0.2, 0.3, 0.4, 0.9],
        sensitive_features=list("aabbc"),
    )
    assert "interval 0.000 or more)" in found.headline


@pytest.mark.parametrize(
    "column",
    [list, tuple, lambda v: np.array(v, dtype=object), lambda v: pd.Series(v, dtype=object)],
)
@pytest.mark.parametrize(
    ("mixed", "said"), [([1, True, 2, 2], "1 and True"), ([False, 3, 3, 0.0], "0 and False")]
)
def test_a_number_and_a_truth_do_not_silently_become_one_group(column, mixed, said):
    for call in (
        lambda g: compared("mean_score", [0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], sensitive_features=g),
        lambda g: compared("selection_rate", None, [0, 1, 0, 1], sensitive_features=g),
    ):
        with pytest.raises(InputError, match=said):
            call(column(mixed))
    apart = compared(
        "mean_score",
        [0, 1, 0, 1],
        [0.1, 0.2, 0.3, 0.4],
        sensitive_features=column([1, False, "x", 2]),
    )
    assert len(apart.by_group) == 4
    assert (
        compared("selection_rate", None, column([1, True, 0, False])) == 0.5
    )  # of decisions they say the same


def test_a_group_called_missing_is_not_taken_for_missing_ones():
    groups = ["(missing)", None, "a", "a"]
    found = compared(
        "mean_score",
        [0, 1, 0, 1],
        [0.1, 0.2, 0.3, 0.4],
        sensitive_features=groups,
        missing="category",
    )
    assert found.n == {"a": 2, "(unknown)": 1, "(missing)": 1}
