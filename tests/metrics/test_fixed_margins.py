"""Votes dealt out again with all totals kept: enumeration, and a sampler that reaches it."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coprep.errors import InputError
from coprep.metrics.votes._fixed_margins import (
    fixed_margin_draws,
    fixed_margin_matrices,
    fixed_margin_test,
)

pytestmark = pytest.mark.slow

CASE = json.loads(
    (
        Path(__file__).parents[1] / "oracles" / "ideas" / "ingroup_fixed_margins_exact.json"
    ).read_text()
)
VOTES = np.array(CASE["inputs"]["votes"])
OWN = np.equal.outer(CASE["inputs"]["voter_group"], CASE["inputs"]["idea_group"]).astype(float)
EXPECTED = CASE["expected"]


def test_all_matrices_with_these_totals():
    two, one = fixed_margin_test(VOTES, OWN), fixed_margin_test(VOTES, OWN, alternative="greater")
    assert (
        two.exact and two.draws == EXPECTED["n_matrices"] and two.statistic == EXPECTED["observed"]
    )
    assert two.centre == pytest.approx(EXPECTED["null_mean"], abs=1e-9)
    assert two.spread == pytest.approx(EXPECTED["null_sd"], abs=1e-9)
    assert one.p_value == pytest.approx(EXPECTED["p_upper"], abs=1e-9)
    assert two.p_value == pytest.approx(EXPECTED["p_two_sided_abs_dev"], abs=1e-9)


def test_sampler_reaches_the_enumeration():
    drawn = fixed_margin_test(VOTES, OWN, most=100, draws=6000, rng=1, thin=5)
    error = EXPECTED["null_sd"] / np.sqrt(6000)
    assert not drawn.exact and drawn.centre == pytest.approx(EXPECTED["null_mean"], abs=5 * error)
    assert drawn.spread == pytest.approx(EXPECTED["null_sd"], rel=0.06)
    assert drawn.p_value == pytest.approx(EXPECTED["p_two_sided_abs_dev"], abs=0.012)


def test_sampler_is_uniform():
    votes = [[1, 1, 0], [0, 1, 1], [1, 0, 0]]
    every = fixed_margin_matrices(votes)
    seen = {}
    for m in fixed_margin_draws(votes, draws=4000, burn_in=20, thin=4, rng=3):
        seen[m.tobytes()] = seen.get(m.tobytes(), 0) + 1
    assert set(seen) == {m.tobytes() for m in every}
    assert np.array(list(seen.values())) / 4000 == pytest.approx(1 / len(every), abs=0.03)


@given(
    hnp.arrays(np.int8, st.tuples(st.integers(1, 4), st.integers(1, 3)), elements=st.integers(0, 1))
)
@settings(max_examples=40)
def test_enumeration_by_brute_force(votes):
    found = {m.tobytes() for m in fixed_margin_matrices(votes)}
    expected = set()
    for bits in product([0, 1], repeat=votes.size):
        m = np.array(bits, dtype=np.int8).reshape(votes.shape)
        if (m.sum(0) == votes.sum(0)).all() and (m.sum(1) == votes.sum(1)).all():
            expected.add(m.tobytes())
    assert found == expected


def test_draws_keep_every_total():
    votes = np.random.default_rng(0).random((31, 12)) < 0.4
    for m in fixed_margin_draws(votes, draws=20, rng=2):
        assert (m.sum(0) == votes.sum(0)).all() and (m.sum(1) == votes.sum(1)).all()


def test_too_many_to_list():
    assert fixed_margin_matrices(np.eye(12)) is None
    assert fixed_margin_matrices(np.random.default_rng(0).random((30, 40)) < 0.5) is None
    assert fixed_margin_matrices(VOTES, most=6771) is None


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: fixed_margin_test([[0, 2]], [[1, 1]]), "0 or 1"),
        (lambda: fixed_margin_test([[0, 1]], [[1]]), "shape"),
        (
            lambda: fixed_margin_test([[0, 1]], [[1, 1]], alternative="up"),
            "alternative must be one of",
        ),
        (lambda: list(fixed_margin_draws([[0, 1]], thin=0)), "thin must be"),
        (lambda: fixed_margin_matrices([0, 1]), "1 dimensions"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
