"""Means and regression errors by group against direct formulas and resampling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.groups._group_means import group_means
from coprep.metrics.groups._regression import regression_errors

ERRORS = [
    "mean_error",
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "r2_score",
]


def direct(error, y, p, w):
    e = p - y
    mse = np.average(e**2, weights=w)
    return {
        "mean_error": np.average(e, weights=w),
        "mean_absolute_error": np.average(abs(e), weights=w),
        "mean_squared_error": mse,
        "root_mean_squared_error": np.sqrt(mse),
        "r2_score": 1 - mse / np.average((y - np.average(y, weights=w)) ** 2, weights=w),
    }[error]


@pytest.mark.parametrize("error", ERRORS)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=15)
def test_errors_by_hand(error, seed):
    rng = np.random.default_rng(seed)
    y, p, g, w = (
        rng.normal(size=40),
        rng.normal(size=40),
        rng.integers(0, 3, 40),
        rng.integers(1, 4, 40),
    )
    found = regression_errors(y, p, g, error=error, weights=w, size=4)
    for k in range(3):
        at = g == k
        if at.sum() > 1:
            assert found.value[k] == pytest.approx(direct(error, y[at], p[at], w[at]))
    assert np.isnan(found.value[3]) and found.n[3] == 0


@pytest.mark.parametrize("error", ERRORS)
def test_standard_errors_match_the_spread_over_samples(error):
    rng = np.random.default_rng(1)
    values, errors = [], []
    for _ in range(500):
        y = rng.normal(size=150)
        found = regression_errors(y, 0.6 * y + rng.normal(size=150), np.zeros(150), error=error)
        values.append(found.value[0])
        errors.append(found.se[0])
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.1)


def test_means():
    found = group_means([1, 2, 6, 4], [0, 0, 1, 0], weights=[1, 1, 5, 0], size=3)
    assert (
        found.value[:2].tolist() == [1.5, 6.0]
        and np.isnan(found.value[2])
        and found.n.tolist() == [3, 1, 0]
    )
    x = np.random.default_rng(0).normal(size=20)
    assert group_means(x, np.zeros(20)).se[0] == pytest.approx(x.std(ddof=1) / np.sqrt(20))


def test_what_cannot_be_known_is_nan():
    assert np.isnan(regression_errors([1, 1], [1, 2], [0, 0], error="r2_score").value[0])
    perfect = regression_errors([1, 2], [1, 2], [0, 0], error="root_mean_squared_error")
    assert perfect.value[0] == 0 and np.isnan(perfect.se[0])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: regression_errors([1], [1, 2], [0]), "y_pred has 2 items"),
        (lambda: regression_errors([1], [1], [0], error="mape"), "error must be one of"),
        (lambda: regression_errors(["a"], [1], [0]), "array of numbers"),
        (lambda: group_means([1, 2], [0]), "2 expected"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
