"""The drop-in for fairlearn: its numbers, its conventions, and a warning where coprep would say nan."""

import functools
import inspect
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coprep.compat.fairlearn as ours
from coprep.compat.fairlearn import scores
from coprep.errors import CoprepWarning

NAMES = """
    MetricFrame make_derived_metric plot_model_comparison plot_roc_curve_by_group
    demographic_parity_difference demographic_parity_ratio equalized_odds_difference equalized_odds_ratio
    equal_opportunity_difference equal_opportunity_ratio
    true_positive_rate true_negative_rate false_positive_rate false_negative_rate
    selection_rate mean_prediction count
    true_positive_rate_difference true_positive_rate_ratio true_negative_rate_difference true_negative_rate_ratio
    false_positive_rate_difference false_positive_rate_ratio false_negative_rate_difference false_negative_rate_ratio
    selection_rate_difference selection_rate_ratio
    accuracy_score_difference accuracy_score_group_min accuracy_score_ratio
    zero_one_loss_difference zero_one_loss_group_max zero_one_loss_ratio
    balanced_accuracy_score_group_min f1_score_group_min precision_score_group_min recall_score_group_min
    r2_score_group_min roc_auc_score_group_min
    log_loss_group_max mean_absolute_error_group_max mean_squared_error_group_max
""".split()
FUNCTIONS = [name for name in NAMES if name != "MetricFrame"]
OF_ROWS = [
    "true_positive_rate",
    "true_negative_rate",
    "false_positive_rate",
    "false_negative_rate",
    "selection_rate",
    "mean_prediction",
    "count",
]
COMPARED = [
    name for name in FUNCTIONS if name not in OF_ROWS and not name.startswith(("plot", "make"))
]
METHODS = ["between_groups", "to_overall"]


def outcome(function, *args, **kwargs):
    """What a call gives, or the exception that it raises; warnings are another test's matter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001
            return error


def assert_same(mine, theirs):
    """Equal numbers, indexes, names and types; an exception that whoever catches theirs also catches."""
    if isinstance(theirs, Exception):
        # Whoever catches ValueError there catches it here.
        assert isinstance(mine, Exception), (mine, theirs)
        assert isinstance(mine, ValueError) == isinstance(theirs, ValueError), (mine, theirs)
    elif isinstance(theirs, pd.Series):
        pd.testing.assert_series_equal(mine, theirs, rtol=1e-12, atol=1e-13)
    elif isinstance(theirs, pd.DataFrame):
        pd.testing.assert_frame_equal(mine, theirs, rtol=1e-12, atol=1e-13)
    elif isinstance(theirs, list):
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            assert_same(one, other)
    elif isinstance(theirs, (float, int)):
        assert not isinstance(mine, Exception), (mine, theirs)
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-13)
    else:
        assert mine == theirs


LABELS = {
    "ints": lambda column: column,
    "bools": lambda column: column.astype(bool),
    "floats": lambda column: column.astype(float),
    "plus and minus": lambda column: 2 * column - 1,
    "words": lambda column: np.where(column == 1, "yes", "no"),
}
CONTAINERS = {
    "list": lambda column: column.tolist(),
    "array": lambda column: column,
    "series": lambda column: pd.Series(column, index=range(7, 7 + len(column))),
    "column": lambda column: column.reshape(-1, 1),
}


@st.composite
def labelled(draw):
    """Labels, predictions or scores, groups and weights of a few rows."""
    n = draw(st.integers(1, 12))
    bits = st.lists(st.integers(0, 1), min_size=n, max_size=n)
    kind = draw(st.sampled_from(sorted(LABELS)))
    y_true = LABELS[kind](np.array(draw(bits)))
    y_pred = LABELS[kind](np.array(draw(bits)))
    if draw(st.booleans()) and kind != "words":
        y_pred = np.array(
            draw(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), min_size=n, max_size=n))
        )
    groups = np.array(draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=n, max_size=n)))
    weights = draw(st.none() | st.lists(st.integers(0, 3), min_size=n, max_size=n))
    return y_true, y_pred, groups, weights


class TestNames:
    def test_there_are_42_and_nothing_else_shows(self):
        assert len(NAMES) == 42
        assert sorted(ours.__all__) == sorted(NAMES) == sorted(dir(ours))

    def test_they_are_fairlearns(self):
        assert sorted(pytest.importorskip("fairlearn.metrics").__all__) == sorted(NAMES)

    @pytest.mark.parametrize("name", [*FUNCTIONS[:16], "MetricFrame"])
    def test_keywords_and_defaults_are_fairlearns(self, name):
        theirs = inspect.signature(
            getattr(pytest.importorskip("fairlearn.metrics"), name)
        ).parameters
        mine = inspect.signature(getattr(ours, name)).parameters
        assert list(mine) == list(theirs)
        for key, parameter in theirs.items():
            assert mine[key].kind == parameter.kind
            assert mine[key].default == parameter.default

    def test_scikit_learn_is_not_needed(self):
        program = (
            "import sys; sys.modules['sklearn'] = None\n"
            "import coprep.compat.fairlearn as c\n"
            "y, p, g = [1, 0, 1, 0], [1, 0, 0, 1], ['a', 'a', 'b', 'b']\n"
            f"for name in {COMPARED}:\n"
            "    getattr(c, name)(y, p, sensitive_features=g)\n"
            "print('matplotlib' in sys.modules, 'coprep.fairness' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "False False"


class TestAgainstFairlearn:
    @pytest.mark.parametrize("name", COMPARED)
    def test_each_compared_number(self, name):
        theirs = getattr(pytest.importorskip("fairlearn.metrics"), name)
        y_true = [1, 1, 0, 0, 1, 1, 0, 1, 0]
        y_pred = [1, 0, 0, 1, 1, 1, 0, 0, 1]
        for method in METHODS:
            given = {
                "sensitive_features": list("aaaabbbcc"),
                "sample_weight": [1, 2, 3] * 3,
                "method": method,
            }
            if "odds" in name:
                given["agg"] = "mean"
            mine = outcome(getattr(ours, name), y_true, y_pred, **given)
            assert_same(mine, outcome(theirs, y_true, y_pred, **given))
            assert type(mine) is float

    @settings(max_examples=60)
    @given(
        labelled(),
        st.sampled_from(sorted(CONTAINERS)),
        st.sampled_from(METHODS),
        st.lists(st.sampled_from(COMPARED), min_size=1, max_size=4, unique=True),
    )
    def test_compared_numbers(self, rows, container, method, names):
        fairlearn = pytest.importorskip("fairlearn.metrics")
        y_true, y_pred, groups, weights = rows
        columns = (CONTAINERS[container](y_true), CONTAINERS[container](y_pred))
        for name in names:
            given = {"sensitive_features": CONTAINERS[container](groups), "sample_weight": weights}
            if not name.endswith(("min", "max")):
                given["method"] = method
            mine = outcome(getattr(ours, name), *columns, **given)
            assert_same(mine, outcome(getattr(fairlearn, name), *columns, **given))
            assert isinstance(mine, (float, Exception))

    @settings(max_examples=60)
    @given(
        labelled(),
        st.sampled_from(sorted(CONTAINERS)),
        st.sampled_from([None, 1, 0, "yes", "other"]),
    )
    def test_rates_of_rows(self, rows, container, pos_label):
        fairlearn = pytest.importorskip("fairlearn.metrics")
        y_true, y_pred, _, weights = rows
        columns = (CONTAINERS[container](y_true), CONTAINERS[container](y_pred))
        for name in OF_ROWS:
            given = {"sample_weight": weights} if name != "count" else {}
            if name.endswith("rate"):
                given["pos_label"] = pos_label
            assert_same(
                outcome(getattr(ours, name), *columns, **given),
                outcome(getattr(fairlearn, name), *columns, **given),
            )

    @settings(max_examples=30)
    @given(
        rows=labelled(),
        metrics=st.sampled_from(["one", "dict", "count", "text", "array"]),
        form=st.sampled_from(["dict", "frame", "array"]),
        levels=st.tuples(st.integers(1, 2), st.integers(0, 2)),
        seed=st.integers(0, 2**31),
    )
    def test_metric_frames(self, rows, metrics, form, levels, seed):
        fairlearn = pytest.importorskip("fairlearn.metrics")
        n = len(rows[0])
        rng = np.random.default_rng(seed)
        y_true, y_pred = rng.integers(0, 2, (2, n))
        features = [rng.choice(["a", "b", "c"], n), rng.choice([1, 2, 3], n)]
        control = [rng.choice(["x", "y"], n), rng.choice([True, False], n)]
        weights = rng.integers(1, 5, n)

        def build(module):
            chosen = {
                "one": module.selection_rate,
                "dict": {"rate": module.selection_rate, "n": module.count},
                "count": module.count,
                "text": {"first": lambda y, _: "x" if y[0] else "y"},
                "array": {"both": lambda y, p: np.array([y.mean(), p.mean()]), "n": module.count},
            }[metrics]
            params = {
                "one": {"sample_weight": weights},
                "dict": {"rate": {"sample_weight": weights}},
            }
            return module.MetricFrame(
                metrics=chosen,
                y_true=y_true,
                y_pred=y_pred,
                sensitive_features=shaped(features[: levels[0]], form, "s"),
                control_features=shaped(control[: levels[1]], form, "c"),
                sample_params=params.get(metrics),
            )

        mine, theirs = outcome(build, ours), outcome(build, fairlearn)
        if isinstance(theirs, Exception):
            assert_same(mine, theirs)
            return
        assert mine.control_levels == theirs.control_levels
        assert mine.sensitive_levels == theirs.sensitive_levels
        if metrics == "array":
            assert str(mine.by_group) == str(theirs.by_group)
            assert str(mine.overall) == str(theirs.overall)
        else:
            assert_same(mine.by_group, theirs.by_group)
            assert_same(mine.overall, theirs.overall)
        for name, how in comparisons(metrics):
            assert_same(outcome(getattr(mine, name), **how), outcome(getattr(theirs, name), **how))

    @pytest.mark.parametrize("control", [None, ["x", "y"] * 10])
    @pytest.mark.parametrize("seed", [3, np.int64(5), "state"])
    def test_draws_of_a_bootstrap_are_the_same(self, control, seed):
        fairlearn = pytest.importorskip("fairlearn.metrics")

        def build(module):
            return module.MetricFrame(
                metrics={"rate": module.selection_rate, "n": module.count},
                y_true=[0, 1] * 10,
                y_pred=[1, 0, 0, 1, 1] * 4,
                sensitive_features=["a"] * 9 + ["b"] * 10 + ["c"],
                control_features=control,
                n_boot=8,
                ci_quantiles=[0.1, 0.5],
                random_state=np.random.RandomState(4) if seed == "state" else seed,
            )

        mine, theirs = outcome(build, ours), outcome(build, fairlearn)
        assert mine.ci_quantiles == theirs.ci_quantiles == [0.1, 0.5]
        assert mine.n_boot == theirs.n_boot == 8
        assert_same(mine.overall_ci, theirs.overall_ci)
        assert_same(mine.by_group_ci, theirs.by_group_ci)
        for name in ("group_min_ci", "group_max_ci"):
            assert_same(outcome(getattr(mine, name)), outcome(getattr(theirs, name)))
        for name in ("difference_ci", "ratio_ci"):
            for method in METHODS:
                assert_same(
                    outcome(getattr(mine, name), method), outcome(getattr(theirs, name), method)
                )

    @settings(max_examples=60)
    @given(
        st.data(),
        st.sampled_from(["precision_score", "recall_score", "f1_score"]),
        st.sampled_from(["binary", "micro", "macro", "weighted", None]),
        st.sampled_from(["warn", 0.0, 1.0, np.nan]),
    )
    def test_scores_of_labels_as_scikit_learn_has_them(self, data, name, average, zero_division):
        sklearn = pytest.importorskip("sklearn.metrics")
        n = data.draw(st.integers(1, 9))
        labels = st.lists(st.sampled_from(["a", "b", "c"]), min_size=n, max_size=n)
        y_true, y_pred = data.draw(labels), data.draw(labels)
        given = {"average": average, "zero_division": zero_division}
        given["labels"] = data.draw(st.none() | st.just(["c", "a"]))
        given["pos_label"] = "a" if average == "binary" else 1
        given["sample_weight"] = data.draw(
            st.none() | st.lists(st.integers(1, 3), min_size=n, max_size=n)
        )
        mine = outcome(getattr(scores, name), y_true, y_pred, **given)
        theirs = outcome(getattr(sklearn, name), y_true, y_pred, **given)
        if isinstance(theirs, np.ndarray):
            np.testing.assert_allclose(mine, theirs, rtol=1e-12)
        else:
            assert_same(mine, theirs)

    @settings(max_examples=60)
    @given(st.data())
    def test_scores_of_numbers_as_scikit_learn_has_them(self, data):
        sklearn = pytest.importorskip("sklearn.metrics")
        n = data.draw(st.integers(1, 9))
        numbers = st.lists(st.integers(-3, 3), min_size=2 * n, max_size=2 * n)
        y_true, y_pred = (
            np.reshape(data.draw(numbers), (n, 2)),
            np.reshape(data.draw(numbers), (n, 2)),
        )
        weights = data.draw(st.none() | st.lists(st.integers(1, 3), min_size=n, max_size=n))
        cases = [(name, how) for name in ERRORS for how in ("uniform_average", [0.25, 0.75])]
        cases.append(("r2_score", "variance_weighted"))
        for name, how in cases:
            given = {"multioutput": how, "sample_weight": weights}
            mine = outcome(getattr(scores, name), y_true, y_pred, **given)
            assert_same(mine, outcome(getattr(sklearn, name), y_true, y_pred, **given))
        for force_finite in (True, False):
            columns = (y_true[:, 0], y_pred[:, 0])
            mine = outcome(scores.r2_score, *columns, force_finite=force_finite)
            assert_same(mine, outcome(sklearn.r2_score, *columns, force_finite=force_finite))
        positive = y_true[:, 0] > 0
        for max_fpr in (None, 0.2, 0.7, 1.0, 2.0):
            given = {"max_fpr": max_fpr, "sample_weight": weights}
            mine = outcome(scores.roc_auc_score, positive, y_pred[:, 0], **given)
            assert_same(mine, outcome(sklearn.roc_auc_score, positive, y_pred[:, 0], **given))
        chances = (y_pred + 3) / 6
        for normalize in (True, False):
            given = {"normalize": normalize, "sample_weight": weights, "labels": [False, True]}
            mine = outcome(scores.log_loss, positive, chances[:, 0], **given)
            assert_same(mine, outcome(sklearn.log_loss, positive, chances[:, 0], **given))


ERRORS = ["mean_absolute_error", "mean_squared_error", "r2_score"]


def shaped(columns, form, name):
    """Features in one of the forms that they may have."""
    if not columns:
        return None
    named = {f"{name}{position}": column.tolist() for position, column in enumerate(columns)}
    if form == "dict":
        return named
    if form == "frame":
        return pd.DataFrame(named)
    return np.array(list(named.values()), dtype=object).T


def comparisons(metrics):
    """Every way to compare; of arrays those that fairlearn has a rule for."""
    ways = [
        (name, {"errors": errors})
        for name in ("group_min", "group_max")
        for errors in ("coerce", "raise")
    ]
    ways += [(name, {}) for name in ("difference", "ratio")]
    if metrics == "array":
        return [way for way in ways if way[1].get("errors") != "raise"]
    for method in METHODS:
        ways += [(name, {"method": method, "errors": "raise"}) for name in ("difference", "ratio")]
    return ways


Y_TRUE = [1, 1, 0, 0, 1, 1]
Y_PRED = [1, 0, 0, 1, 1, 1]
GROUPS = ["a", "a", "a", "a", "b", "b"]


class TestNumbersByHand:
    def test_rates_by_group(self):
        frame = ours.MetricFrame(
            metrics={"rate": ours.selection_rate, "n": ours.count},
            y_true=Y_TRUE,
            y_pred=Y_PRED,
            sensitive_features=pd.Series(GROUPS, name="sex"),
        )
        assert frame.by_group.to_dict() == {"rate": {"a": 0.5, "b": 1.0}, "n": {"a": 4, "b": 2}}
        assert frame.by_group.index.name == "sex"
        assert frame.overall.to_dict() == {"rate": pytest.approx(2 / 3), "n": 6}
        assert frame.ratio(method="to_overall")["rate"] == pytest.approx(2 / 3)

    def test_strata_are_compared_within(self):
        frame = ours.MetricFrame(
            metrics=ours.selection_rate,
            y_true=[0] * 8,
            y_pred=[1, 0, 1, 1, 0, 0, 1, 0],
            sensitive_features={"sex": list("ffmmffmm")},
            control_features={"age": ["old"] * 4 + ["young"] * 4},
        )
        assert frame.overall.to_dict() == {"old": 0.75, "young": 0.25}
        assert frame.by_group.index.names == ["age", "sex"]
        assert frame.difference().to_dict() == {"old": 0.5, "young": 0.5}
        assert frame.group_min().to_dict() == {"old": 0.5, "young": 0.0}
        assert frame.ratio(method="to_overall").to_dict() == {
            "old": pytest.approx(2 / 3),
            "young": 0.0,
        }

    def test_arrays_are_cells(self):
        frame = ours.MetricFrame(
            metrics=lambda_named(lambda y, p: np.array([y.sum(), p.sum()])),
            y_true=Y_TRUE,
            y_pred=Y_PRED,
            sensitive_features=GROUPS,
        )
        assert frame.by_group["a"].tolist() == [2, 2]
        assert np.isnan(frame.group_max(errors="coerce"))
        with pytest.raises(ValueError, match="contains non-scalar cells"):
            frame.group_max()

    def test_a_metric_sees_what_was_given_row_by_row(self):
        def weigh(y_true, y_pred, first, second):
            assert [len(column) for column in (y_pred, first, second)] == [len(y_true)] * 3
            return float((first * second).sum())

        frame = ours.MetricFrame(
            metrics={"weigh": weigh},
            y_true=Y_TRUE,
            y_pred=Y_PRED,
            sensitive_features=GROUPS,
            sample_params={
                "weigh": {"first": pd.Series(range(6), index=range(9, 3, -1)), "second": [2] * 6}
            },
        )
        assert frame.by_group["weigh"].tolist() == [12.0, 18.0]

    def test_a_derived_metric_passes_on_what_it_does_not_know(self):
        def share(y_true, y_pred, sample_weight=None, above=0):
            return float(np.average(y_pred > above, weights=sample_weight))

        gap = ours.make_derived_metric(metric=share, transform="difference")
        given = {"sensitive_features": GROUPS, "sample_weight": [1, 3, 1, 1, 1, 1], "above": 0.5}
        assert gap(Y_TRUE, Y_PRED, **given) == pytest.approx(1 - 2 / 6)
        assert gap(Y_TRUE, Y_PRED, method="to_overall", **given) == 0.5

    def test_a_crossing_without_rows_is_nan_and_passed_over(self):
        frame = ours.MetricFrame(
            metrics=ours.count,
            y_true=[0] * 3,
            y_pred=[0] * 3,
            sensitive_features={"sex": ["f", "m", "m"], "age": ["old", "old", "young"]},
        )
        assert np.isnan(frame.by_group["f", "young"])
        assert frame.group_max() == frame.group_min() == 1

    def test_rows_are_matched_by_position(self):
        given = {"sensitive_features": pd.Series(GROUPS, index=range(5, -1, -1))}
        assert ours.selection_rate_difference(pd.Series(Y_TRUE), pd.Series(Y_PRED), **given) == 0.5


def lambda_named(function):
    function.__name__ = "both"
    return function


class TestWhereCoprepWouldSayNan:
    @pytest.mark.parametrize(
        ("call", "value", "words"),
        [
            (lambda: ours.true_positive_rate([0, 0], [0, 1]), 0.0, "no row is truly positive"),
            (lambda: ours.false_negative_rate([0, 0], [0, 1]), 0.0, "no row is truly positive"),
            (lambda: ours.true_negative_rate([1, 1], [0, 1]), 0.0, "no row is truly negative"),
            (lambda: ours.false_positive_rate([1, 1], [0, 1]), 0.0, "no row is truly negative"),
            (
                lambda: ours.selection_rate([1], [1], sample_weight=[0]),
                np.nan,
                "weights add up to 0",
            ),
            (lambda: ours.mean_prediction([1], [1], [0]), np.nan, "weights add up to 0"),
            (lambda: ours.selection_rate(["yes"], ["yes"]), 0.0, "none can equal 1"),
            (lambda: scores.precision_score([1, 0], [0, 0]), 0.0, "no row has the label"),
            (lambda: scores.recall_score([0, 0], [1, 0]), 0.0, "no row has the label"),
            (lambda: scores.f1_score([0, 0], [0, 0]), 0.0, "no row has the label"),
            (lambda: scores.balanced_accuracy_score([1, 1], [1, 0]), 0.5, "true of no row"),
            (lambda: scores.roc_auc_score([1, 1], [0.2, 0.3]), np.nan, "y_true holds one label"),
            (lambda: scores.r2_score([1], [1]), np.nan, "fewer than two rows"),
            (lambda: scores.r2_score([1, 1], [1, 0]), 0.0, "y_true is constant"),
        ],
    )
    def test_the_number_is_fairlearns_and_a_warning_says_so(self, call, value, words):
        with pytest.warns(CoprepWarning, match=words):
            assert call() == pytest.approx(value, nan_ok=True)

    def test_the_warning_names_the_group_and_points_at_the_caller(self):
        with pytest.warns(
            CoprepWarning, match=r"true_positive_rate is not defined in group 'b'"
        ) as caught:
            gap = ours.equal_opportunity_difference([1, 0], [1, 0], sensitive_features=["a", "b"])
        assert gap == 1.0
        assert caught[0].filename == __file__

    @pytest.mark.parametrize(("name", "value"), [("difference", 0.0), ("ratio", 1.0)])
    def test_one_group_is_not_compared(self, name, value):
        given = {"sensitive_features": ["a", "a"]}
        with pytest.warns(CoprepWarning, match="Only one group has rows"):
            assert getattr(ours, f"demographic_parity_{name}")([1, 0], [1, 0], **given) == value

    def test_a_ratio_of_nothing_to_nothing(self):
        given = {"sensitive_features": ["a", "b"]}
        with pytest.warns(CoprepWarning, match="The ratio of metric is 0 to 0"):
            assert np.isnan(ours.demographic_parity_ratio([1, 0], [0, 0], **given))

    @pytest.mark.filterwarnings("error")
    def test_nothing_is_said_where_all_is_defined(self):
        given = {"sensitive_features": ["a", "a", "b", "b"]}
        assert ours.equalized_odds_difference([1, 0, 1, 0], [1, 1, 1, 0], **given) == 1.0
        assert ours.equalized_odds_ratio([1, 0, 1, 0], [1, 1, 1, 0], **given) == 0.0


def frame_of(**given):
    return ours.MetricFrame(
        **{
            "metrics": ours.selection_rate,
            "y_true": Y_TRUE,
            "y_pred": Y_PRED,
            "sensitive_features": GROUPS,
            **given,
        }
    )


class TestExceptions:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"y_pred": [1]}, r"inconsistent numbers of samples: \[6, 1\]"),
            ({"y_true": [], "y_pred": []}, "no rows"),
            ({"metrics": None}, "Found 'None' instead of metric function"),
            ({"metrics": {"a": 3}}, "not callable"),
            ({"sample_params": [1]}, "must be a dictionary"),
            (
                {"metrics": {"a": ours.count}, "sample_params": {"b": {}}},
                "do not match those in 'metric'",
            ),
            ({"sample_params": {"sample_weight": [1]}}, "inconsistent numbers"),
            ({"sample_params": {"sample_weight": [[1]] * 6}}, "one value a row"),
            ({"sensitive_features": ["a"]}, "inconsistent numbers"),
            ({"sensitive_features": ["a", None, "a", "b", "b", "b"]}, "contains missing values"),
            ({"sensitive_features": ["a", np.nan, "a", "b", "b", "b"]}, "contains missing values"),
            ({"sensitive_features": [["a"]] * 6}, "must be of scalar types"),
            ({"sensitive_features": np.zeros((6, 2, 2))}, "too many dimensions"),
            ({"sensitive_features": pd.Series(GROUPS, name=3)}, "Series name must be a string"),
            ({"sensitive_features": pd.DataFrame({0: GROUPS})}, "column names must be strings"),
            ({"sensitive_features": {"a": np.zeros((6, 1))}}, "strictly 1-D"),
            (
                {"sensitive_features": {"a": GROUPS}, "control_features": {"a": GROUPS}},
                "Detected duplicate feature name: 'a'",
            ),
            ({"n_boot": 3}, "both n_boot and ci_quantiles"),
            ({"ci_quantiles": [0.5]}, "both n_boot and ci_quantiles"),
            ({"n_boot": 0, "ci_quantiles": [0.5]}, "positive integer"),
            ({"n_boot": 3, "ci_quantiles": [1.0]}, r"floats in \(0, 1\)"),
            (
                {"n_boot": 3, "ci_quantiles": [0.5], "random_state": "x"},
                "Unsupported random_state: x",
            ),
        ],
    )
    def test_what_cannot_be_used_is_a_value_error(self, given, words):
        with pytest.raises(ValueError, match=words):
            frame_of(**given)

    @pytest.mark.parametrize(
        ("ask", "words"),
        [
            (lambda f: f.difference(method="x"), "Unrecognised comparison method: x"),
            (lambda f: f.ratio_ci(method="x"), "Unrecognised comparison method: x"),
            (lambda f: f.group_min(errors="x"), "Invalid error value"),
            (lambda f: f.overall_ci, "Could not compute confidence intervals"),
            (lambda f: f.difference_ci(), "Could not compute confidence intervals"),
        ],
    )
    def test_what_cannot_be_asked_is_a_value_error(self, ask, words):
        with pytest.raises(ValueError, match=words):
            ask(frame_of())

    @pytest.mark.parametrize(
        ("y_true", "y_pred", "pos_label", "words"),
        [
            ([0, 2], [0, 2], None, r"values must be from \{0, 1\} or \{-1, 1\}"),
            (["a", "b"], ["a", "b"], None, "values must be from"),
            ([0, 1, 2], [0, 1, 2], 1, "no more than two unique y values"),
            ([0, 1], [0, 1], 3, "Must have pos_label in y values"),
            (["a", "b"], [0, 1], "a", "both be text or both be numbers"),
            ([0, 1], [0.2, 0.7], 1, "continuous"),
            ([0, None], [0, 1], 1, "missing labels"),
            ([0, 1], [0], None, "inconsistent numbers"),
        ],
    )
    def test_labels_that_cannot_be_counted(self, y_true, y_pred, pos_label, words):
        for rate in (ours.true_positive_rate, ours.false_positive_rate):
            with pytest.raises(ValueError, match=words):
                rate(y_true, y_pred, pos_label=pos_label)

    def test_agg_and_transform(self):
        with pytest.raises(ValueError, match="agg must be one of 'worst_case' or 'mean', got x"):
            ours.equalized_odds_difference(Y_TRUE, Y_PRED, sensitive_features=GROUPS, agg="x")
        with pytest.raises(ValueError, match="Transform must be one of"):
            ours.make_derived_metric(metric=ours.count, transform="x")
        with pytest.raises(ValueError, match="'method' argument"):
            ours.make_derived_metric(metric=lambda y_true, y_pred, method: 0, transform="ratio")

    def test_a_function_without_a_name_is_told(self):
        with pytest.warns(UserWarning, match="no __name__ attribute"):
            frame = frame_of(metrics=functools.partial(ours.selection_rate, pos_label=0))
        assert frame.by_group.name == "metric"


@pytest.fixture
def pyplot():
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


@pytest.mark.usefixtures("pyplot")
class TestPictures:
    def test_points_are_the_numbers_and_axes_their_names(self):
        ax = ours.plot_model_comparison(
            y_preds={"old": Y_PRED, "new": Y_TRUE},
            y_true=Y_TRUE,
            sensitive_features=GROUPS,
            x_axis_metric=ours.mean_prediction,
            y_axis_metric=ours.make_derived_metric(metric=ours.selection_rate, transform="ratio"),
            point_labels=True,
            point_labels_position=(0.1, 0),
        )
        assert ax.collections[0].get_offsets().tolist() == pytest.approx(
            np.array([[2 / 3, 0.5], [2 / 3, 0.5]])
        )
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("mean prediction", "selection rate, ratio")
        assert [text.get_text() for text in ax.texts] == ["old", "new"]
        assert ax.texts[0].get_position() == pytest.approx((2 / 3 + 0.1, 0.5))

    @pytest.mark.parametrize(
        "given",
        [
            {"sensitive_features": None},
            {"sensitive_features": GROUPS[1:]},
            {"y_true": None},
            {"axis_labels": ("a", "b", "c")},
            {"axis_labels": "a"},
            {"point_labels": "a"},
            {"point_labels": ["a", "b"]},
            {"point_labels_position": (0, "a")},
            {"point_labels_position": 3},
            {"legend": "yes"},
        ],
    )
    def test_options_that_cannot_be_drawn(self, given):
        usual = {
            "y_preds": [Y_PRED],
            "y_true": Y_TRUE,
            "sensitive_features": GROUPS,
            "x_axis_metric": ours.mean_prediction,
            "y_axis_metric": ours.selection_rate_difference,
        }
        with pytest.raises(ValueError, match="must|inconsistent"):
            ours.plot_model_comparison(**{**usual, **given})

    def test_curves_are_drawn_for_each_crossing(self, pyplot):
        _, given = pyplot.subplots()
        ax = ours.plot_roc_curve_by_group(
            ["no", "yes", "no", "yes"],
            [0.2, 0.7, 0.6, 0.4],
            sensitive_features={"sex": ["f", "f", "m", "m"], "place": ["x,y", "x,y", None, None]},
            pos_label="yes",
            title="Curves",
            ax=given,
        )
        assert ax is given
        labels = [line.get_label() for line in ax.get_lines()]
        assert labels == [
            "Chance level (AUC = 0.50)",
            "Overall (AUC = 0.75)",
            "f,x\\,y (AUC = 1.00)",
        ]
        assert ax.get_lines()[1].get_xydata().tolist() == [
            [0, 0],
            [0, 0.5],
            [0.5, 0.5],
            [0.5, 1],
            [1, 1],
        ]
        assert ax.get_title() == "Curves"

    def test_a_group_with_one_label_has_no_curve(self):
        with pytest.warns(CoprepWarning, match="The ROC curve of b is not defined"):
            ax = ours.plot_roc_curve_by_group(
                [0, 1, 1], [0.1, 0.8, 0.3], sensitive_features=["a", "a", "b"]
            )
        assert ax.get_lines()[-1].get_label() == "b (AUC = nan)"

    @pytest.mark.parametrize("labels", [["a", "b", "a"], [0, 1, 2]])
    def test_a_positive_label_is_needed(self, labels):
        with pytest.raises(ValueError, match="values must be from"):
            ours.plot_roc_curve_by_group(labels, [0, 1, 0], sensitive_features=["a", "a", "b"])


def test_the_script_for_fairlearns_own_tests_says_what_it_needs():
    script = Path(__file__).parent / "run_fairlearn_tests.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Skipped: give the path of a fairlearn checkout")
