"""Weights: margins hit exactly, R's numbers, feasibility and ways out, errors that know of the weights."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import linprog

from coprep import Baseline, from_json
from coprep.errors import InputError
from coprep.representation import assess, weights
from reference import HERE, agree, params

FOLDER = HERE / "oracles" / "representation"
PEOPLE = pd.read_csv(FOLDER / "data_weights_microdata.csv")
WANTED = pd.read_csv(FOLDER / "data_weights_expected.csv")
TOWN = Baseline.from_counts(
    {
        "gender": {"F": 5100, "M": 4900},
        "age": {"18-34": 2800, "35-54": 3400, "55+": 3800},
        "region": {"north": 4200, "south": 5800},
    }
)
R = json.loads((HERE / "oracles" / "depth" / "reference_weights.json").read_text())["cases"]
ASKED = {
    "poststratify_gender": {"method": "poststratify", "attributes": ["gender"]},
    "rake_3margins_equal": {},
    "rake_3margins_base": {"base_weight": "base"},
    "calibrate_linear_base": {"method": "linear", "base_weight": "base"},
    "calibrate_raking_base": {"bounds": (0.01, 100), "base_weight": "base"},
    "calibrate_logit_bounded": {"method": "logit", "bounds": (0.5, 2)},
}


@pytest.mark.parametrize("name", ASKED)
def test_every_weight_agrees_with_r(name):
    found = weights(PEOPLE, TOWN, sum_to=10_000, **ASKED[name])
    agree(found.of(PEOPLE), WANTED[name], 1e-6)


@pytest.mark.parametrize(
    "case", [one for one in params("representation", "11_weights") if one.id in ASKED]
)
def test_what_weights_come_to_agrees_with_r(case):
    found = weights(PEOPLE, TOWN, sum_to=10_000, **ASKED[case["id"]])
    want = case["expected"]
    record = next(found.overall.records())
    for ours, theirs in {
        "design_effect": "deff_kish",
        "effective_n": "ess",
        "smallest": "min",
        "largest": "max",
        "sum_of_weights": "sum",
    }.items():
        agree(record[ours], want[theirs], case["rel_tol"])
    agree(found.of(PEOPLE)[:10], want["weights_first10"], case["rel_tol"])
    disabled = found.shares(PEOPLE, "disabled").set_index("answer")["weighted"]["1"]
    agree(disabled, want["weighted_share_disabled"], case["rel_tol"])
    agree(found.rows["weighted"][0], want["weighted_gender_F"], 1e-9)


ERRORS = {
    "raking_from_base": ({"base_weight": "base"}, {}),
    "linear_from_base": ({"base_weight": "base", "method": "linear"}, {}),
    "raking_from_equal": ({}, {}),
    "logit_bounds_0.5_2_from_equal": ({"method": "logit", "bounds": (0.5, 2)}, {}),
    "logit_bounds_0.55_1.9_from_equal": ({"method": "logit", "bounds": (0.55, 1.9)}, {}),
    "raking_clustered": ({"base_weight": "base"}, {"cluster": "psu", "strata": "stratum"}),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_know_of_the_calibration_as_rs_do(name):
    made, design = ERRORS[name]
    found = weights(PEOPLE, TOWN, sum_to=10_000, **made)
    row = found.shares(PEOPLE, "disabled", **design).set_index("answer").loc["1"]
    agree(row["weighted"], R[name]["share_disabled"], 1e-6)
    agree(row["standard_error"], R[name]["se_calibration_aware"], 1e-5)
    agree(found.overall["largest"][0], R[name]["max"], 1e-6)
    # Weights taken as fixed give another error: the same number would be no proof.
    assert abs(row["standard_error"] / R[name]["se_weights_taken_as_fixed"] - 1) > 0.005


def test_the_interval_is_rs_on_the_logit_scale():
    found = weights(PEOPLE, TOWN, method="poststratify", attributes="gender")
    row = found.shares(PEOPLE, "disabled").set_index("answer").loc["1"]
    want = R["poststratify_gender"]
    agree(row["standard_error"], want["se"], 1e-6)
    agree([row["low"], row["high"]], want["ci_logit"], 1e-5)


def test_the_councillors_published_weights_and_answers(reference_data):
    folder = reference_data / "process_mysociety_councillor_survey_2020"
    people = pd.read_csv(folder / "respondents.csv", dtype=str)
    frame = pd.read_csv(folder / "population_cells.csv", dtype=str)
    frame["count"] = frame["count"].astype(float)
    attributes = [name for name in frame.columns if name != "count"]
    councils = Baseline.from_counts(
        {name: frame.groupby(name)["count"].sum().to_dict() for name in attributes}
    )
    found = weights(people, councils)
    record = next(found.overall.records())
    assert record["people"] == 122
    agree(record["sum_of_weights"], 122, 1e-9)
    agree(record["smallest"], 0.0627, 1e-3)
    agree(record["largest"], 3.8785, 1e-4)
    agree(found.of(people), people["published_weight"].astype(float), 1e-6)
    told = found.shares(people, "know_co_production")
    told["answer"] = told["answer"].str.removesuffix(" about these kinds of activities")
    answers = (100 * told.set_index("answer")["weighted"]).round(2).to_dict()
    assert answers == {"I know nothing": 34.75, "I know a little": 42.46, "I know a lot": 22.79}


def test_base_weights_keep_their_ratios_within_a_cell():
    found = weights(PEOPLE, TOWN, base_weight="base")
    ratio = found.of(PEOPLE) / PEOPLE["base"]
    spread = ratio.groupby([PEOPLE["gender"], PEOPLE["age"], PEOPLE["region"]]).agg(np.ptp)
    assert (spread < 1e-9).all()
    assert ratio.nunique() > 1


def test_weights_that_are_given_to_assess_bring_every_group_to_its_share():
    people = PEOPLE.assign(w=weights(PEOPLE, TOWN).of(PEOPLE))
    agree(assess(people, TOWN, weight="w").table["ratio"], np.ones(7), 1e-8)


def test_published_counts_of_one_attribute_are_enough():
    found = weights({"gender": {"F": 72, "M": 48}}, TOWN)
    assert found.overall["people"] == (120,)
    agree(found.rows["weight"], [0.51 / 0.6, 0.49 / 0.4], 1e-12)
    with pytest.raises(InputError, match="alone, and not how they go together"):
        weights({"gender": {"F": 5, "M": 5}, "region": {"north": 5, "south": 5}}, TOWN)


def test_people_of_unknown_group_keep_their_share_and_follow_their_other_attributes():
    people = PEOPLE.copy()
    people.loc[:11, "age"] = "prefer not to say"
    found = weights(people, TOWN)
    each = found.of(people)
    unknown = people["age"] == "prefer not to say"
    agree(each[unknown].sum(), 12, 1e-8)
    agree(found.rows["weighted"], found.rows["baseline"], 1e-8)
    by_kind = pd.Series(each[unknown]).groupby(
        [people["gender"][unknown].values, people["region"][unknown].values]
    )
    assert (by_kind.agg(np.ptp) < 1e-9).all()
    assert "The age of 12 people is unknown" in found.summary()
    assert found.shares(people, "disabled")["count"].sum() == 120


def test_the_joint_table_is_reached_by_poststratification():
    rows = [
        (g, a)
        for g, a, n in (("F", "y", 20), ("F", "o", 30), ("M", "y", 40), ("M", "o", 10))
        for _ in range(n)
    ]
    census = Baseline.from_microdata(pd.DataFrame(rows, columns=["g", "a"]), attributes=["g", "a"])
    people = pd.DataFrame({"g": list("FFFMMM"), "a": list("yoyyoo")})
    found = weights(people, census, method="poststratify")
    joint = pd.Series(found.of(people)).groupby([people["g"], people["a"]]).sum() / 6
    assert joint.round(9).to_dict() == {
        ("F", "o"): 0.3,
        ("F", "y"): 0.2,
        ("M", "o"): 0.1,
        ("M", "y"): 0.4,
    }
    with pytest.raises(InputError, match="nobody is in 1 of 4 cells") as caught:
        weights(people[people["a"].ne("y") | people["g"].ne("M")], census, method="poststratify")
    assert "method='rake'" in caught.value.hint
    with pytest.raises(InputError, match="no joint table"):
        weights(PEOPLE, TOWN, method="poststratify")


# -- what cannot be weighted -----------------------------------------------------------------------


def test_groups_nobody_stands_for_are_all_named_with_a_merger():
    people = PEOPLE[(PEOPLE["age"] != "18-34") & (PEOPLE["region"] != "north")]
    with pytest.raises(InputError) as caught:
        weights(people, TOWN)
    first, second = caught.value.problems
    assert "'18-34' (age)" in first.what and "28.0% of the baseline" in first.what
    assert "'north' (region)" in second.what
    mended = eval(first.hint.split("with ")[1].split(", or another")[0], {"baseline": TOWN})
    assert mended.groups("age") == ("35-54", "55+")
    agree(weights(people, mended, attributes=["age"]).rows["weighted"], [0.62, 0.38], 1e-9)


def test_margins_that_contradict_each_other_and_each_way_out_works():
    """Everybody from the north is a woman: more of the north than women cannot be."""
    rows = [("F", "north", "y")] * 6 + [("F", "south", "o")] * 4 + [("M", "south", "y")] * 5
    people = pd.DataFrame(rows, columns=["sex", "region", "age"])
    town = Baseline.from_shares(
        {
            "sex": {"F": 0.5, "M": 0.5},
            "region": {"north": 0.6, "south": 0.4},
            "age": {"y": 0.8, "o": 0.2},
        }
    )
    for method in ("rake", "linear", "logit"):
        with pytest.raises(InputError, match="contradict the people at hand") as caught:
            weights(people, town, method=method)
        assert caught.value.code == "out_of_reach"
        ways = caught.value.expected
        assert len(ways) == 3
        for way in ways:
            assert repr(way) in caught.value.hint
            if isinstance(way, dict):
                assert weights(people, town.recode(way), recode=way).effective_n > 0
            else:
                assert weights(people, town, attributes=way).effective_n > 0


def test_bounds_that_are_too_narrow_are_told_the_tightest_that_work():
    with pytest.raises(InputError, match="no weights between 0.9 and 1.1") as caught:
        weights(PEOPLE, TOWN, bounds=(0.9, 1.1))
    low, high = caught.value.expected
    assert weights(PEOPLE, TOWN, bounds=(low * 0.999, high * 1.001)).effective_n > 90
    with pytest.raises(InputError):
        weights(PEOPLE, TOWN, bounds=(low * 1.01, high * 0.99))
    free = weights(PEOPLE, TOWN, method="logit")
    assert free.settings["bounds"][0] < low and free.settings["bounds"][1] > high


def attainable(cells, people, totals):
    """Whether some weights above 0 reach the totals: a linear program of its own."""
    rows, wanted = [], []
    for at, total in enumerate(totals):
        for k, share in enumerate(total):
            rows.append([float(cell[at] == k) for cell in cells] + [0.0])
            wanted.append(share)
    least = np.hstack([-np.eye(len(cells)), np.ones((len(cells), 1))])
    cost = np.zeros(len(cells) + 1)
    cost[-1] = -1
    answer = linprog(cost, A_ub=least, b_ub=np.zeros(len(cells)), A_eq=rows, b_eq=wanted)
    return answer.status == 0 and -answer.fun > 1e-7


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=6, unique=True),
    st.lists(st.integers(1, 9), min_size=6, max_size=6),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)),
    st.sampled_from(["rake", "linear", "logit"]),
)
def test_feasibility_is_decided_as_a_linear_program_does(cells, sizes, sex, age, method):
    totals = [np.array(sex) / sum(sex), np.array(age) / sum(age)]
    town = Baseline.from_counts(
        {
            "sex": dict(zip("FM", sex, strict=True)),
            "age": dict(zip(("y", "m", "o"), age, strict=True)),
        }
    )
    rows = [cell for cell, n in zip(cells, sizes, strict=False) for _ in range(n)]
    people = pd.DataFrame([("FM"[s], ("y", "m", "o")[a]) for s, a in rows], columns=["sex", "age"])
    full = {s for s, _ in cells} == {0, 1} and {a for _, a in cells} == {0, 1, 2}
    possible = full and attainable(cells, sizes, totals)
    try:
        found = weights(people, town, method=method)
    except InputError as error:
        assert not possible or method != "rake"
        assert error.code in ("absent_group", "out_of_reach")
        assert error.hint
        return
    assert full
    agree(found.rows["weighted"], np.concatenate(totals), 0, 1e-8)
    agree(found.of(people).sum(), len(people), 1e-9)
    if method != "linear":
        assert possible


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_names_and_order_change_nothing(seed, random):
    rng = np.random.default_rng(seed)
    people = pd.DataFrame({"a": rng.choice(["x", "y", "z"], 60), "b": rng.choice(["p", "q"], 60)})
    town = {"a": {"x": 5, "y": 3, "z": 2}, "b": {"p": 6, "q": 4}}
    plain = weights(people, Baseline.from_counts(town)).of(people)
    order = list(people.index)
    random.shuffle(order)
    names = {"x": "Z", "y": "X 1", "z": "y;", "p": "q", "q": "p"}
    renamed = people.loc[order].replace(names)
    other = Baseline.from_counts(
        {
            "b": {names[g]: n for g, n in reversed(town["b"].items())},
            "a": {names[g]: n for g, n in reversed(town["a"].items())},
        }
    )
    agree(weights(renamed, other).of(renamed), plain[order], 1e-9)


# -- trimming, price, and what is told -------------------------------------------------------------


def test_trimming_cuts_and_says_what_it_costs():
    found = weights(PEOPLE, TOWN, trim=1.5)
    assert found.overall["largest"][0] == pytest.approx(1.5)
    agree(found.overall["sum_of_weights"], [120], 1e-9)
    (note,) = [note for note in found.notes if note.code == "trimmed"]
    assert note.values["people"] > 0 and note.values["off"] > 0
    off = np.abs(np.array(found.rows["weighted"]) - np.array(found.rows["baseline"])).max()
    agree(note.values["off"], off, 0, 2e-4)
    never = weights(PEOPLE, TOWN, trim=50)
    agree(never.of(PEOPLE), weights(PEOPLE, TOWN).of(PEOPLE), 1e-12)


def test_a_high_price_and_negative_weights_are_said():
    people = pd.DataFrame({"k": ["a"] * 2 + ["b"] * 98})
    costly = weights(people, Baseline.from_shares({"k": {"a": 0.5, "b": 0.5}}))
    assert costly.design_effect > 10
    assert {"costly"} <= {note.code for note in costly.notes}
    rows = [("a", "x")] * 30 + [("b", "x")] * 2 + [("b", "y")] * 30 + [("a", "y")] * 1
    people = pd.DataFrame(rows, columns=["k", "m"])
    town = Baseline.from_shares({"k": {"a": 0.1, "b": 0.9}, "m": {"x": 0.9, "y": 0.1}})
    linear = weights(people, town, method="linear")
    assert linear.overall["smallest"][0] < 0
    assert {"negative_weights"} <= {note.code for note in linear.notes}
    with pytest.raises(InputError, match="negative"):
        linear.shares(people, "m")
    with pytest.raises(InputError, match="negative"):
        weights(people, town, method="linear", trim=3)


def test_an_answer_nobody_differs_in_has_an_interval_all_the_same():
    people = pd.DataFrame({"k": ["a"] * 10 + ["b"] * 10, "agree": ["yes"] * 20})
    row = weights(people, Baseline.from_shares({"k": {"a": 0.5, "b": 0.5}})).shares(people, "agree")
    assert row["weighted"][0] == pytest.approx(1)
    assert row["high"][0] == 1 and 0.8 < row["low"][0] < 0.86


def test_intervals_cover_as_often_as_they_say():
    """Answers that depend on the group; people of one group come half as often."""
    rng = np.random.default_rng(7)
    town = Baseline.from_shares({"k": {"a": 0.5, "b": 0.5}})
    hit = 0
    worlds = 200
    for _ in range(worlds):
        k = rng.choice(["a", "b"], 150, p=[1 / 3, 2 / 3])
        yes = rng.random(150) < np.where(k == "a", 0.7, 0.3)
        people = pd.DataFrame({"k": k, "yes": np.where(yes, "y", "n")})
        row = weights(people, town).shares(people, "yes").set_index("answer").loc["y"]
        hit += row["low"] <= 0.5 <= row["high"]
    assert stats.binom.cdf(hit, worlds, 0.95) > 0.005


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"method": "rakes"}, "method must be one of"),
        ({"bounds": (1.1, 2)}, "one below and one above 1"),
        ({"bounds": 3}, "expected two factors"),
        ({"method": "poststratify", "bounds": (0.5, 2), "attributes": "gender"}, "do not go with"),
        ({"trim": 0.5}, "trim is 0.5"),
        ({"sum_to": 0}, "sum_to is 0"),
        ({"base_weight": "bas"}, "did you mean 'base'"),
        ({"attributes": ["agee"]}, "does not describe 'agee'"),
        ({"base_weight": "gender"}, "are not numbers"),
    ],
)
def test_bad_input_is_refused_with_a_way_out(asked, words):
    with pytest.raises(InputError, match="(?s)" + words):
        weights(PEOPLE, TOWN, **asked)


def test_other_people_have_no_weights():
    found = weights(PEOPLE, TOWN, base_weight="base")
    with pytest.raises(InputError, match="other people"):
        found.of(PEOPLE.head(100))
    with pytest.raises(InputError, match="no column"):
        found.shares(PEOPLE, "disable")


def test_people_who_tick_several_are_refused():
    spoken = Baseline.from_shares({"k": {"Urdu": 0.3, "English": 0.9}}, overlapping=["k"])
    with pytest.raises(InputError, match="several groups of 'k'"):
        weights(pd.DataFrame({"k": ["Urdu; English", "English"]}), spoken)


def test_it_comes_back_from_json_and_weighs_the_same():
    found = weights(PEOPLE, TOWN, base_weight="base")
    again = from_json(found.to_json())
    assert again == found
    assert (again.of(PEOPLE) == found.of(PEOPLE)).all()
    assert len(found.plot().patches) == 7
    assert "<table" in found.to_html()


def test_a_protected_copy_tells_no_small_cell():
    people = pd.DataFrame({"k": ["a"] * 3 + ["b"] * 30 + ["c"] * 30})
    town = Baseline.from_shares({"k": {"a": 0.3, "b": 0.4, "c": 0.3}})
    safe = weights(people, town).protect()
    assert safe.rows["count"][0] is None
    assert set(map(math.isnan, safe.rows["weight"])) == {True}
    assert math.isnan(safe.effective_n)
    assert safe.headline.startswith("Hidden")
    with pytest.raises(InputError, match="hides small counts"):
        safe.script()


def test_a_protected_copy_holds_no_combination_of_few_people():
    """Every margin is large, some combinations are not: nothing in the copy tells them apart."""
    town = Baseline.from_shares({"k": {"a": 0.5, "b": 0.5}, "m": {"x": 0.7, "y": 0.3}})
    copies = []
    for few in (1, 2, 3, 4):
        rows = [("a", "y")] * few + [("a", "x")] * (40 - few)
        rows += [("b", "x")] * (20 + few) + [("b", "y")] * (40 - few)
        found = weights(pd.DataFrame(rows, columns=["k", "m"]), town)
        assert found.overall["count"] == (few,)
        copies.append(found.protect())
    assert all(copy == copies[0] for copy in copies)
    assert copies[0].rows["count"] == (40, 60, 60, 40)
    assert weights(pd.DataFrame(rows * 2, columns=["k", "m"]), town).protect().effective_n > 100


def test_weights_are_the_same_on_every_engine():
    import duckdb
    import polars as pl

    found = weights(PEOPLE, TOWN, base_weight="base")
    for table in (pl.from_pandas(PEOPLE), pl.from_pandas(PEOPLE).lazy(), duckdb.from_df(PEOPLE)):
        same = weights(table, TOWN, base_weight="base")
        assert same == found
        agree(same.of(table), found.of(PEOPLE), 1e-12)
        assert same.shares(table, "disabled").equals(found.shares(PEOPLE, "disabled"))


def test_labels_of_hostile_people_stay_text_in_scripts(tmp_path):
    odd = 'a"; system("rm")\n#\\ ´𝔘'
    people = pd.DataFrame({"k": [odd] * 3 + ["b"] * 5})
    found = weights(people, Baseline.from_shares({"k": {odd: 0.5, "b": 0.5}}))
    for language in ("R", "svy"):
        lines = found.script(language).splitlines()
        assert not any(line.startswith("#\\") for line in lines)
        assert any('\\"; system(\\"rm\\")' in line for line in lines)
    compile(found.script("svy"), "svy", "exec")


@pytest.mark.parametrize("asked", [{}, {"base_weight": "base"}, {"method": "linear"}])
def test_svy_makes_the_same_weights(asked, tmp_path, monkeypatch):
    pytest.importorskip("svy")
    monkeypatch.chdir(tmp_path)
    PEOPLE.to_csv("people.csv", index=False)
    found = weights(PEOPLE, TOWN, sum_to=10_000, **asked)
    scope: dict = {}
    exec(found.script("svy"), scope)
    made = scope["weighted"].data.get_column("weight").to_numpy()
    agree(made, found.of(PEOPLE), 1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["rake", "linear", "logit"])
def test_options_that_may_be_combined_are(method):
    options = itertools.product([None, (0.2, 4)], [None, 2.0], [None, "base"], [None, 500])
    for bounds, most, base, total in options:
        found = weights(
            PEOPLE, TOWN, method=method, bounds=bounds, trim=most, base_weight=base, sum_to=total
        )
        each = found.of(PEOPLE)
        agree(each.sum(), total or 120, 1e-9)
        assert most is None or each.max() <= most * each.mean() * (1 + 1e-9)
        if most is None:
            agree(found.rows["weighted"], found.rows["baseline"], 1e-7)
        told = found.shares(PEOPLE, "disabled", cluster="psu", strata="stratum")
        assert (told["low"] < told["weighted"]).all() and (told["weighted"] < told["high"]).all()
        agree(from_json(found.to_json()).of(PEOPLE), each, 1e-12)
