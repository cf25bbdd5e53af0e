"""R-indicators from aggregate tables and from grouped people."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.participation import _r_indicators as r_indicators
from coprep.metrics.shares import _disparity as ratios
from coprep.metrics.shares import _goodness_of_fit as gof

pytestmark = pytest.mark.slow

ORACLES = Path(__file__).parents[1] / "oracles" / "representation"
CASES = json.loads((ORACLES / "16_r_indicators.json").read_text(encoding="utf-8"))["cases"]


def table():
    with (ORACLES / "data_rindicator_synthetic.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def same(got, want, rel_tol, absolute=0.0):
    np.testing.assert_allclose(
        np.array(got, float), np.array(want, float), rtol=rel_tol, atol=absolute
    )


def inputs_of(case):
    """The people, participants and model of a case; z is given by its counts in the age groups."""
    data, i = table(), case["inputs"]
    people, took_part = data["sample"].astype(float), data["responded"].astype(float)
    names = i["formula"].split("~")[1].split(" ")[0].split("+")
    columns = {name: data[name] for name in names}
    if "z_by_age" in i:
        groups = sorted(i["z_by_age"])
        people = np.array([people[data["age"] == group].sum() for group in groups])
        took_part, columns = np.array([i["z_by_age"][group] for group in groups]), {"age": groups}
    return (people, took_part), {
        "variables": columns,
        "weights": i["weights"],
        "link": i.get("link", "logit"),
    }


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_indicators_agree_with_risq(case):
    given_, options = inputs_of(case)
    found = r_indicators.r_indicator(*given_, **options)
    named = {
        "R": found.r,
        "R_unadjusted": found.r_unadjusted,
        "R_se": found.r_se,
        "bias_factor": found.bias_factor,
        "mean_propensity": found.mean_propensity,
        "cv_unadjusted": found.cv_unadjusted,
        "cv_se": found.cv_se,
    }
    for name, want in case["expected"].items():
        if name == "design":
            assert found.design == want
        elif name.startswith(("unconditional_", "conditional_")):
            check_partial(given_, options, name, want, case["rel_tol"])
        else:
            same(named[name], want, case["rel_tol"])


def check_partial(given_, options, name, want, rel_tol):
    kind, variable = name.split("_", 1)
    found = r_indicators.partial_r_indicator(*given_, **options, variable=variable)
    letter = "Pu" if kind == "unconditional" else "Pc"
    named = {
        letter: getattr(found, kind),
        f"{letter}_unadjusted": getattr(found, f"{kind}_unadjusted"),
        f"{letter}_se": found.unconditional_se,
        f"category_{letter}": getattr(found, f"category_{kind}"),
        f"category_{letter}_se": getattr(found, f"category_{kind}_se"),
    }
    for key, value in want.items():
        if key == "category":
            assert found.categories.tolist() == value
        else:
            same(named[key], value, rel_tol, absolute=1e-12)


RATES = (
    st.integers(2, 6)
    .flatmap(
        lambda k: st.tuples(
            st.lists(st.integers(0, 200), min_size=k, max_size=k),
            st.lists(st.integers(200, 5000), min_size=k, max_size=k),
        )
    )
    .filter(lambda t: sum(t[0]) > 0)
)


@given(RATES)
def test_aggregate_cv_is_cohens_w_and_its_partials_are_residuals(table_):
    x, population = (np.array(part, float) for part in table_)
    found = r_indicators.aggregate_r_indicator(x, population)
    same(found.cv, gof.cohens_w(x, population), 1e-9, absolute=1e-12)
    partials = ratios.partial_cv(x, x.sum(), population / population.sum())
    same(found.category_partials / found.mean_rate, partials, 1e-9, absolute=1e-12)
    assert found.lower_bound - 1e-12 <= found.r <= 1


def test_aggregate_r_is_blind_at_low_participation_and_cv_is_not():
    population = np.array([1_000_000.0, 1_000_000.0])
    skewed = population * np.array([1.5, 0.5])
    found = [
        r_indicators.aggregate_r_indicator(skewed * rate, population) for rate in (0.5, 0.1, 0.001)
    ]
    same([one.cv for one in found], 0.5, 1e-12)
    assert found[0].r < found[1].r < found[2].r and found[2].r == 0.999


def test_one_saturated_variable_agrees_with_the_aggregate_table():
    people, took_part = [340, 330, 330], [30, 5, 12]
    fitted = r_indicators.r_indicator(people, took_part, variables={"age": ["a", "b", "c"]})
    table_ = r_indicators.aggregate_r_indicator(took_part, people)
    same(fitted.cv_unadjusted * np.sqrt(999 / 1000), table_.cv, 1e-9)
    same(fitted.propensities, np.array(took_part) / people, 1e-9)
    partial = r_indicators.partial_r_indicator(
        people, took_part, variables={"age": ["a", "b", "c"]}, variable="age"
    )
    same(partial.category_unconditional, table_.category_partials, 1e-9)
    same(partial.conditional, partial.unconditional, 1e-9)


@pytest.mark.parametrize("link", ["logit", "identity"])
@pytest.mark.parametrize("weights", [1.0, 4.0, "strata", "many"])
def test_splitting_and_ordering_rows_changes_nothing(link, weights):
    data = table()
    people, took_part = data["sample"].astype(float), data["responded"].astype(float)
    w = {"strata": np.where(data["urb"] == "r", 3.0, 9.0), "many": 1 + np.arange(16) / 7}.get(
        weights, weights
    )
    w = np.broadcast_to(w, people.shape)
    columns = {"sex": data["sex"], "age": data["age"]}
    once = r_indicators.r_indicator(people, took_part, variables=columns, weights=w, link=link)
    half = np.floor(took_part / 2)
    size = np.maximum(half, np.floor(people / 3))
    order = np.random.default_rng(2).permutation(32)
    split = r_indicators.r_indicator(
        np.concatenate([size, people - size])[order],
        np.concatenate([half, took_part - half])[order],
        variables={name: np.concatenate([v, v])[order] for name, v in columns.items()},
        weights=np.concatenate([w, w])[order],
        link=link,
    )
    assert split.design == once.design == ("STSI" if isinstance(weights, str) else "SI")
    same(split[:9], once[:9], 1e-8)


def test_more_weights_than_strata_count_as_unequal_probabilities():
    rng = np.random.default_rng(4)
    people, took_part = np.full(60, 5.0), rng.integers(0, 6, 60)
    found = r_indicators.r_indicator(
        people,
        took_part,
        variables={"g": np.repeat(["a", "b", "c"], 20)},
        weights=1 + rng.random(60),
    )
    assert found.design == "PPS" and found.r_se > 0


def test_a_group_that_came_in_full_and_a_redundant_variable_are_survived():
    people, took_part = [50, 60, 70], [50, 30, 0]
    found = r_indicators.r_indicator(
        people, took_part, variables={"g": ["a", "b", "c"], "same": ["x", "y", "z"]}
    )
    same(found.propensities, [1, 0.5, 0], 1e-6, absolute=1e-9)
    assert np.isfinite(found.r_se)
    nobody = r_indicators.aggregate_r_indicator([0, 0], [10, 20])
    assert nobody.r == 1 and np.isnan(nobody.cv)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: r_indicators.aggregate_r_indicator([11, 2], [10, 20]),
            "participants must not be greater",
        ),
        (lambda: r_indicators.aggregate_r_indicator([1, 2], [10, 20, 30]), "shapes do not fit"),
        (
            lambda: r_indicators.r_indicator([10, 20], [5, 30], variables={"g": [0, 1]}),
            "took_part must not",
        ),
        (
            lambda: r_indicators.r_indicator([10, 20], [5], variables={"g": [0, 1]}),
            "2 rows and took_part 1",
        ),
        (
            lambda: r_indicators.r_indicator([10, 20], [5, 5], variables={"g": [0]}),
            "one label for each row",
        ),
        (
            lambda: r_indicators.r_indicator([10, 20], [5, 5], variables={"g": ["a", None]}),
            "mixes labels",
        ),
        (lambda: r_indicators.r_indicator([10, 20], [5, 5], variables={}), "at least one column"),
        (
            lambda: r_indicators.r_indicator(
                [10, 20], [5, 5], variables={"g": [0, 1]}, weights=[0, 1]
            ),
            "above 0",
        ),
        (lambda: r_indicators.r_indicator([1, 0], [1, 0], variables={"g": [0, 1]}), "fewer than 2"),
        (
            lambda: r_indicators.partial_r_indicator(
                [10, 20], [5, 5], variables={"sex": [0, 1]}, variable="sexe"
            ),
            "did you mean 'sex'",
        ),
        (
            lambda: r_indicators.r_indicator(
                [10, 20], [5, 5], variables={"g": [0, 1]}, link="probit"
            ),
            "link must be one of",
        ),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
