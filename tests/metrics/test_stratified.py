"""Strata that say nothing of homogeneity, and stacks without an answer."""

import numpy as np
import pytest

from coprep.metrics.groups import _stratified as stratified

pytestmark = pytest.mark.slow

TABLES = [[[10, 20], [5, 40]], [[8, 9], [1, 12]], [[3, 30], [7, 22]]]
SILENT = [[[0, 9], [0, 7]], [[4, 0], [3, 0]], [[0, 0], [3, 4]], [[2, 6], [0, 0]], [[0, 0], [0, 0]]]


@pytest.mark.parametrize("silent", SILENT)
def test_a_stratum_with_an_empty_margin_says_nothing_of_homogeneity(silent):
    found = stratified.breslow_day_test([*TABLES, silent])
    told = stratified.breslow_day_test(TABLES)
    assert (found.statistic, found.df, found.p_value) == (told.statistic, told.df, told.p_value)


def test_a_stratum_of_one_person_on_one_side_still_counts():
    found = stratified.breslow_day_test([*TABLES, [[1, 0], [3, 9]]])
    assert found.df == 3 and found.statistic > 0
    assert stratified.breslow_day_test([*TABLES, [[0.5, 0.25], [0.25, 0.5]]]).df == 3


def test_equal_odds_everywhere_are_as_homogeneous_as_can_be():
    found = stratified.breslow_day_test(
        [[[10, 20], [5, 40]], [[20, 40], [10, 80]], [[30, 60], [15, 120]]]
    )
    assert (
        found.statistic == pytest.approx(0, abs=1e-9)
        and found.p_value == pytest.approx(1)
        and found.df == 2
    )


@pytest.mark.parametrize(
    ("stack", "df"),
    [
        (TABLES[:1], 0),
        (np.zeros((2, 2, 2)), 0),
        ([[[0, 5], [3, 4]], [[0, 6], [2, 9]]], 1),
        ([[[3, 0], [2, 9]], [[4, 0], [5, 1]]], 1),
    ],
)
def test_one_stratum_none_or_odds_without_end_leave_homogeneity_unknown(stack, df):
    found = stratified.breslow_day_test(stack)
    assert np.isnan(found.statistic) and np.isnan(found.p_value) and found.df == df


def test_risk_differences_without_anybody_to_compare_are_unknown():
    assert np.isnan(stratified.mantel_haenszel_risk_difference([[[0, 0], [3, 4]]])).all()
    assert np.isnan(stratified.cochran_mantel_haenszel_test([[[1, 0], [0, 0]]]).p_value)
