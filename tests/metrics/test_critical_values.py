"""Standard errors to each side that hold for several comparisons: by definition, and against scipy."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from coprep.errors import InputError
from coprep.metrics.groups import _critical_values as critical_values


@pytest.mark.parametrize("k", [2, 3, 7])
@pytest.mark.parametrize("confidence", [0.01, 0.3])
def test_small_ranges_are_scipys_too(k, confidence):
    found = critical_values.studentised_range_quantile(confidence, k)
    assert found == pytest.approx(stats.studentized_range.ppf(confidence, k, np.inf), rel=1e-6)


def test_the_range_is_always_above_0_and_never_beyond_20():
    assert critical_values.studentised_range_sf(0.0, 3) == 1.0
    assert critical_values.studentised_range_sf(30.0, 3) == 0.0
    for q in (0.5, 2.0, 4.0):  # two numbers: their difference is normal with variance 2
        assert critical_values.studentised_range_sf(q, 2) == pytest.approx(
            2 * stats.norm.sf(q / math.sqrt(2)), rel=1e-12
        )


@pytest.mark.parametrize("df", [0.5, 1, 2, 7.5, 1e4])
@pytest.mark.parametrize("critical", [0.01, 1.0, 1.96, 4.0])
def test_widened_errors_leave_students_t_the_probability_the_normal_leaves(df, critical):
    wide = critical_values.students_widening(critical, df)
    assert wide >= 1
    assert stats.t.sf(wide * critical, df) == pytest.approx(stats.norm.sf(critical), rel=1e-9)


def test_errors_known_for_sure_stay_and_unknown_ones_have_no_end():
    assert critical_values.students_widening(1.96, [np.inf, 0.0, -1.0, np.nan]).tolist() == [
        1.0,
        np.inf,
        np.inf,
        np.inf,
    ]
    assert critical_values.students_widening(0.0, [0.0, 3.0]).tolist() == [1.0, 1.0]
    assert critical_values.students_widening(37.0, 3) > 1e60, (
        "the far tail of three degrees has no number"
    )
    assert (critical_values.students_widening(1e-8, np.geomspace(1, 1e9, 50)) >= 1).all()
    with pytest.raises(InputError, match="critical must be a number from 0"):
        critical_values.students_widening(-0.5, 3)


@pytest.mark.parametrize("answer", [0.3, 1.0, 3.9, 4.5, 11.0, 33.0])
def test_the_clearest_critical_value_is_where_it_is_no_longer_shown(answer):
    assert critical_values.clearest_critical(lambda critical: critical < answer) == pytest.approx(
        answer, rel=1e-9
    )


def test_what_is_never_shown_and_what_always_is():
    assert critical_values.clearest_critical(lambda _: False) == pytest.approx(0.0, abs=1e-9)
    assert critical_values.clearest_critical(lambda _: True) >= 64


@pytest.mark.parametrize("scale", [0.01, 1.0])
@pytest.mark.parametrize("draws", [7, 1_500])
def test_max_t_is_the_quantile_of_the_worst_pair(scale, draws):
    rng = np.random.default_rng(6)
    centre, drawn = rng.normal(size=4), rng.normal(size=(draws, 4)) * scale
    drawn, variances = centre + drawn, rng.uniform(0.5, 2.0, (draws, 4))
    error = drawn - centre
    worst = [
        max(abs(e[i] - e[j]) / math.sqrt(v[i] + v[j]) for i, j in combinations(range(4), 2))
        for e, v in zip(error, variances, strict=True)
    ]
    found = critical_values.max_t_critical(centre, np.ones(4), drawn, variances, confidence=0.9)
    # the quantile is taken of squares, between which it is interpolated
    assert found**2 == pytest.approx(np.quantile(np.square(worst), 0.9), rel=1e-5)


@pytest.mark.parametrize(
    "shapes",
    [
        ((1,), (1,), (9, 1), (9, 1)),
        ((3,), (2,), (9, 3), (9, 3)),
        ((3,), (3,), (9, 2), (9, 2)),
        ((3,), (3,), (9, 3), (8, 3)),
    ],
)
def test_replicates_that_do_not_fit_are_refused(shapes):
    with pytest.raises(InputError, match="one column for each of two or more groups"):
        critical_values.max_t_critical(*(np.ones(shape) for shape in shapes))
