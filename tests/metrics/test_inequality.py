"""Inequality indices against published values, closed forms and the axioms they must obey."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.spread import _inequality as q
from coprep.metrics.spread._equal_chance import equal_chance_test

ORACLES = Path(__file__).parents[1] / "oracles"
FAIRNESS = json.loads((ORACLES / "fairness" / "oracle.json").read_text())["cases"]
amounts = st.lists(st.integers(0, 50).map(float), min_size=1, max_size=30).filter(sum)
INDICES = [
    q.gini,
    q.theil,
    q.mean_log_deviation,
    q.coefficient_of_variation,
    q.herfindahl,
    q.top_share,
    lambda x, **k: q.generalized_entropy(x, alpha=-1.0, **k),
    lambda x, **k: q.generalized_entropy(x, alpha=0.5, **k),
    lambda x, **k: q.generalized_entropy(x, alpha=3.0, **k),
    lambda x, **k: q.atkinson(x, epsilon=0.5, **k),
    lambda x, **k: q.atkinson(x, epsilon=1.0, **k),
    lambda x, **k: q.atkinson(x, epsilon=2.0, **k),
]


@pytest.mark.parametrize("name", [k for k, c in FAIRNESS.items() if c.get("kind") == "inequality"])
def test_reference_values(name):
    case = FAIRNESS[name]
    values, groups = case["values"], np.unique(case["groups"], return_inverse=True)[1]
    parts = q.generalized_entropy_parts(values, groups)
    ours = {"gini": q.gini(values), "theil_between": parts.between, "theil_within": parts.within}
    for alpha in (0, 1, 2):
        ours[f"generalized_entropy[alpha={alpha}]"] = q.generalized_entropy(values, alpha=alpha)
    for epsilon in (0.5, 1, 2):
        ours[f"atkinson[epsilon={epsilon}]"] = q.atkinson(values, epsilon=epsilon)
    for key, expected in case["exact"].items():
        assert ours[key] == pytest.approx(float(expected), abs=1e-12, rel=1e-12, nan_ok=True), key


def test_ideas_per_person():
    case = json.loads((ORACLES / "ideas" / "ineq_counts.json").read_text())
    x, expected = case["inputs"]["x"], case["expected"]
    parts = q.generalized_entropy_parts(
        x, np.unique(case["inputs"]["group"], return_inverse=True)[1]
    )
    ours = {
        "gini": q.gini(x),
        "hhi": q.herfindahl(x),
        "theil_T": q.theil(x),
        "theil_between": parts.between,
        "theil_within": parts.within,
        "top_10pct_share": q.top_share(x),
    }
    assert ours == pytest.approx(expected, abs=case["tolerance"])


def test_everybody_the_same():
    case = json.loads((ORACLES / "ideas" / "ineq_equal.json").read_text())
    x = case["inputs"]["x"]
    ours = {"gini": q.gini(x), "hhi": q.herfindahl(x), "theil_T": q.theil(x)}
    assert ours == pytest.approx(case["expected"], abs=case["tolerance"])


def test_one_prolific_author_is_worth_few():
    case = json.loads((ORACLES / "ideas" / "share_one_prolific_author.json").read_text())
    found = q.effective_number(case["inputs"]["ideas_by_author"])
    assert found == pytest.approx(case["expected"]["effective_authors"], abs=1e-9)


@pytest.mark.parametrize("index", INDICES)
@settings(max_examples=30)
@given(amounts, st.randoms(), st.integers(1, 9))
def test_order_and_unit_do_not_matter(index, x, random, unit):
    shuffled = list(x)
    random.shuffle(shuffled)
    assert index(shuffled) == pytest.approx(index(x), rel=1e-9, abs=1e-9)
    assert index(np.array(x) * unit) == pytest.approx(index(x), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("index", INDICES)
@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 4)), min_size=1, max_size=15))
def test_a_weight_is_that_many_people(index, cells):
    x, w = np.array(cells, dtype=float).T
    assume((x * w).sum() > 0)
    people = np.repeat(x, w.astype(int))
    assert index(x, weights=w) == pytest.approx(index(people), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("index", [i for i in INDICES if i is not q.herfindahl])
@settings(max_examples=30)
@given(amounts)
def test_everybody_twice_changes_nothing(index, x):
    assert index(x + x) == pytest.approx(index(x), rel=1e-9, abs=1e-9)


@given(amounts)
def test_a_gift_from_the_top_to_the_bottom_never_raises_inequality(x):
    after = np.array(x)
    gap = after.max() - after.min()
    after[after.argmax()] -= gap / 4
    after[np.array(x).argmin()] += gap / 4
    for index in INDICES[:7]:
        assert not index(after) > index(x) + 1e-9


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), min_size=1, max_size=25),
    st.sampled_from([0.5, 1.0, 2.0]),
)
def test_between_and_within_add_up(people, alpha):
    x, group = np.array(people).T
    assume(x.sum() > 0)
    parts = q.generalized_entropy_parts(x, group, alpha=alpha)
    assert parts.between + parts.within == pytest.approx(parts.total, abs=1e-9)
    assert parts.people.sum() == pytest.approx(1) and parts.amount.sum() == pytest.approx(1)
    assert parts.total == pytest.approx(q.generalized_entropy(x, alpha=alpha), abs=1e-12)


def test_parts_keep_a_place_for_an_empty_group():
    parts = q.generalized_entropy_parts([1, 3], [0, 2], size=4)
    assert parts.people.tolist() == [0.5, 0.0, 0.5, 0.0]
    assert np.isnan(parts.by_group[[1, 3]]).all() and parts.within == 0


def test_many_sets_at_once():
    x = np.random.default_rng(0).integers(0, 9, size=(5, 4, 20))
    for index in INDICES:
        assert index(x).shape == (5, 4)
        assert index(x)[2, 1] == pytest.approx(index(x[2, 1]))


@pytest.mark.parametrize("index", INDICES)
def test_nothing_at_all_is_undefined(index):
    assert np.isnan(index([0.0, 0.0]))


@pytest.mark.parametrize("index", INDICES)
def test_huge_and_tiny_amounts(index):
    assert index([1e300, 1e-300, 1e300]) == pytest.approx(
        index([1.0, 1e-600 + 0.0, 1.0]), nan_ok=True
    )
    assert np.isfinite(index([1e-200, 3e-200]))


def test_zeros():
    assert q.mean_log_deviation([0, 1, 2]) == np.inf
    assert q.generalized_entropy([0, 1, 2], alpha=-1) == np.inf
    assert q.atkinson([0, 1, 2], epsilon=1) == q.atkinson([0, 1, 2], epsilon=2) == 1.0
    assert q.atkinson([0, 1, 1], epsilon=0.5) == pytest.approx(1 / 3)
    assert q.theil([0, 0, 0, 7]) == pytest.approx(np.log(4))
    assert q.effective_number([0, 0, 0, 7]) == 1.0


def test_top_share_counts_a_person_in_part():
    assert q.top_share([10, 0, 0, 0, 0], top=0.1) == pytest.approx(0.5)


def test_equal_chance_tells_chance_from_one_loud_voice():
    chance = equal_chance_test(np.random.default_rng(0).poisson(2, 200), rng=1)
    assert chance.low < chance.statistic < chance.high and chance.expected == pytest.approx(
        0.38, abs=0.02
    )
    loud = equal_chance_test([60] + [1] * 40, rng=1)
    assert loud.p_value == 1 / 1000 and loud.excess > 0.2
    assert equal_chance_test([3] * 30, rng=1).expected == pytest.approx(0.31, abs=0.02)


def test_equal_chance_repeats_with_its_seed():
    assert (
        equal_chance_test([1, 2, 3], rng=5).expected == equal_chance_test([1, 2, 3], rng=5).expected
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: q.gini([]), "empty"),
        (lambda: q.gini([-1, 2]), "values has -1.0"),
        (lambda: q.gini([np.nan]), "missing"),
        (lambda: q.gini(["a"]), "array of numbers"),
        (lambda: q.gini([1, 2], weights=[1, 2, 3]), "weights have shape"),
        (lambda: q.gini([1, 2], weights=[-1, 2]), "weights has -1.0"),
        (lambda: q.atkinson([1], epsilon=-1), "epsilon must be a number from 0"),
        (lambda: q.generalized_entropy([1], alpha="2"), "alpha must be a number"),
        (lambda: q.generalized_entropy([1], alpha=np.nan), "alpha must be a number"),
        (lambda: q.top_share([1], top=1.0), "between 0 and 1"),
        (lambda: q.generalized_entropy_parts([1, 2], [0]), "2 expected"),
        (lambda: q.generalized_entropy_parts([1, 2], [0, 3], size=2), "codes below 2"),
        (lambda: equal_chance_test([0, 0]), "do not all equal 0"),
        (lambda: equal_chance_test([0.5]), "whole numbers"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(InputError, match=said):
        call()
