"""Location quotients and homophily against published values and closed forms."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coprep.errors import InputError
from coprep.metrics.participation._association import (
    homophily,
    location_quotients,
    mixing_counts,
    table_association,
)

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"
tables = hnp.arrays(float, (3, 4), elements=st.integers(1, 30).map(float))


def test_topics_by_group():
    case = json.loads((ORACLES / "agenda_location_quotients.json").read_text())
    table, expected, tolerance = case["inputs"]["table"], case["expected"], case["tolerance"]
    found = table_association(table)
    assert location_quotients(table) == pytest.approx(
        np.array(expected["location_quotient"]), abs=tolerance
    )
    assert found.adjusted_residual == pytest.approx(
        np.array(expected["adjusted_residual"]), abs=tolerance
    )
    assert found.chi2 == pytest.approx(expected["chi2"], abs=tolerance)
    assert found.cramers_v == pytest.approx(expected["cramers_v"], abs=tolerance)


def test_endorsements():
    case = json.loads((ORACLES / "homophily_endorsements.json").read_text())
    label = np.array([ord(g) - ord("a") for g in case["inputs"]["groups"].values()])
    source, target = np.array(case["inputs"]["edges"]).T
    found = homophily(mixing_counts(source, target, label), np.bincount(label))
    expected, tolerance = case["expected"], case["tolerance"]
    assert found.assortativity == pytest.approx(expected["assortativity"], abs=tolerance)
    assert found.same_share == pytest.approx(expected["same_group_share"], abs=tolerance)
    assert found.ei_index == pytest.approx(expected["ei_index"], abs=tolerance)
    assert found.coleman == pytest.approx(list(expected["coleman"].values()), abs=tolerance)


@given(tables)
def test_quotients_average_one_over_groups(table):
    share = table.sum(axis=1) / table.sum()
    assert share @ location_quotients(table) == pytest.approx(1)
    assert location_quotients(3 * table) == pytest.approx(location_quotients(table))


@given(tables)
def test_association_does_not_care_which_way_the_table_lies(table):
    assert table_association(table.T).chi2 == pytest.approx(table_association(table).chi2)
    assert 0 <= table_association(table).cramers_v <= 1 + 1e-12


def test_many_tables_at_once():
    many = np.random.default_rng(0).integers(1, 9, size=(5, 3, 4))
    assert location_quotients(many)[2] == pytest.approx(location_quotients(many[2]))


def test_self_endorsements_do_not_count_and_weights_do():
    counts = mixing_counts([0, 0, 1, 2], [0, 1, 2, 0], [0, 0, 1], weights=[9, 0.5, 1, 2], size=3)
    assert counts.tolist() == [[0.5, 1, 0], [2, 0, 0], [0, 0, 0]]


def test_extremes():
    inside = homophily([[5, 0], [0, 5]], [3, 3])
    assert inside.coleman.tolist() == [1, 1] and inside.assortativity == 1 and inside.ei_index == -1
    across = homophily([[0, 5], [5, 0]], [3, 3])
    assert (
        across.coleman.tolist() == [-1, -1] and across.ei_index == 1 and across.assortativity == -1
    )
    as_size = homophily([[2, 3], [3, 2]], [3, 3])
    assert as_size.coleman == pytest.approx([0, 0])


def test_undefined_is_nan():
    assert np.isnan(homophily([[0, 0], [1, 1]], [2, 2]).coleman[0])
    nothing = homophily(np.zeros((2, 2)), [2, 2])
    assert np.isnan([nothing.same_share, nothing.assortativity]).all()
    assert np.isnan(homophily([[4.0]], [3]).assortativity)
    empty = location_quotients([[1, 0], [1, 0]])
    assert np.isnan(empty[:, 1]).all() and empty[0, 0] == 1
    assert np.isnan(table_association([[1, 2]]).cramers_v) and np.isnan(
        table_association(np.zeros((2, 2))).chi2
    )


def test_exposure_replaces_size():
    assert homophily([[3, 1], [1, 3]], [4, 4], expected=[0.75, 0.5]).coleman == pytest.approx(
        [0, 0.5]
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: location_quotients([1, 2]), "rows and columns"),
        (lambda: location_quotients([[-1, 2]]), "table has -1.0"),
        (lambda: mixing_counts([0], [0, 1], [0, 1]), "differ in length"),
        (lambda: mixing_counts([0], [5], [0, 1]), "codes below 2"),
        (lambda: mixing_counts([0], [1], [0, 1], weights=[1, 2]), "weights have 2"),
        (lambda: homophily([[1, 2]], [1]), "1 x 1 expected"),
        (lambda: homophily([[1.0]], [1], expected=[2]), "one share from 0 to 1"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
