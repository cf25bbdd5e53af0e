"""compare: two waves, two processes, the same people twice; no change is shown, never assumed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats
from tests.reference import agree, depth

from coprep import Baseline, from_json, representation
from coprep.errors import InputError

DISABILITY = Baseline.from_shares({"disability": {"Yes": 0.23, "No": 0.77}}, area="Northam")
ETHNICITY = Baseline.from_shares(
    {"ethnicity": {"White": 0.76, "Asian": 0.14, "Black": 0.06, "Other": 0.04}}
)


def _row(result, group="Yes"):
    return result.table.set_index("group").loc[group]


def _pair(before, after):
    return (
        {"disability": {"Yes": before[0], "No": before[1] - before[0]}},
        {"disability": {"Yes": after[0], "No": after[1] - after[0]}},
    )


@pytest.mark.parametrize("case", depth("compare"))
def test_reference_changes(case):
    shares = [case["before"][2], case["after"][2]]
    first, second = (Baseline.from_counts(_counts(share)) for share in shares)
    same = shares[0] == shares[1]
    found = representation.compare(
        *_pair(case["before"], case["after"]), first, baseline_after=None if same else second
    )
    row = _row(found)
    agree(row["change"], case["change_of_ratio"], 1e-9)
    agree([row["change_low"], row["change_high"]], case["score_interval_of_change_95"], 1e-6)
    agree([row["difference_low"], row["difference_high"]], case["mover_wilson_95"], 1e-9)
    agree(row["difference"], case["difference"], 1e-9)


def _counts(share):
    return {"disability": {"Yes": round(share * 1e6), "No": round((1 - share) * 1e6)}}


def test_the_same_baseline_cancels_with_its_error():
    exact = Baseline.from_shares({"disability": {"Yes": 0.23, "No": 0.77}})
    survey = Baseline.from_shares(
        {"disability": {"Yes": 0.23, "No": 0.77}}, moe={"disability": {"Yes": 0.05, "No": 0.05}}
    )
    counts = _pair((12, 122), (30, 150))
    plain = _row(representation.compare(*counts, exact))
    margin = _row(representation.compare(*counts, survey))
    columns = ["change", "change_low", "change_high", "p_value"]
    agree(list(margin[columns]), list(plain[columns]), 1e-12)
    two = _row(representation.compare(*counts, survey, baseline_after=survey))
    assert two["change_high"] > plain["change_high"]
    assert two["p_value"] > plain["p_value"]


def test_p_of_two_waves_is_fishers_and_of_a_pair_one_test():
    found = representation.compare(*_pair((12, 122), (30, 150)), DISABILITY)
    p = stats.fisher_exact([[30, 120], [12, 110]]).pvalue
    agree(list(found.table["p_value"]), [p, p], 1e-9)
    agree(list(found.table["p_adjusted"]), [p, p], 1e-9)
    assert list(found.table["verdict"]) == ["pattern", "inconclusive"]
    assert found.findings[1].values["state"] == "other_side"


@pytest.mark.parametrize("case", depth("compare_same_people"))
def test_the_same_people_are_mcnemar(case):
    kinds = {"both": ("Yes", "Yes"), "only_before": ("Yes", "No"), "only_after": ("No", "Yes")}
    kinds["neither"] = ("No", "No")
    rows = [kinds[kind] for kind in kinds for _ in range(case[kind])]
    before = pd.DataFrame({"who": range(len(rows)), "disability": [b for b, _ in rows]})
    after = pd.DataFrame({"who": range(len(rows)), "disability": [a for _, a in rows]})
    after = after.sample(frac=1, random_state=0)
    found = representation.compare(before, after, DISABILITY, person="who")
    row = _row(found)
    agree(row["p_value"], case["mcnemar_exact_p"], 1e-12)
    assert row["stayed"] == case["both"]
    others = _row(representation.compare(before, after, DISABILITY))
    assert others["p_value"] != row["p_value"]


def test_who_is_in_one_table_alone_or_unknown_is_counted():
    before = pd.DataFrame({"who": range(60), "disability": ["Yes", "No", "No"] * 20})
    after = pd.DataFrame({"who": range(20, 80), "disability": ["No", "refused", "Yes"] * 20})
    found = representation.compare(before, after, DISABILITY, person="who")
    (note,) = [n for n in found.notes if n.code == "same_people"]
    assert (note.values["same"], note.values["before"], note.values["after"]) == (40, 20, 20)
    assert _row(found)["total_before"] == _row(found)["total_after"] < 40


def test_no_change_is_shown_and_not_assumed():
    few = representation.compare(*_pair((8, 40), (9, 41)), DISABILITY)
    assert set(few.table["verdict"]) == {"inconclusive"}
    many = representation.compare(*_pair((2300, 10_000), (2310, 10_000)), DISABILITY)
    assert set(many.table["verdict"]) == {"no_material_difference"}
    assert "too little to matter" in many.headline
    row = _row(many)
    assert 0.8 < row["change_inner_low"] < row["change_inner_high"] < 1.25
    some = representation.compare(*_pair((2300, 10_000), (2520, 10_000)), DISABILITY)
    assert some.findings[0].values["state"] == "differs_in_band"


def test_unknown_people_can_turn_a_change():
    before = {"disability": {"Yes": 12, "No": 110}}
    after = {"disability": {"Yes": 30, "No": 120, "prefer not to say": 150}}
    found = representation.compare(before, after, DISABILITY)
    assert _row(found)["verdict"] == "inconclusive"
    assert found.findings[0].values["state"] == "turned_by_unknown"


def test_nobody_before_and_nobody_at_all():
    before = {"ethnicity": {"White": 90, "Asian": 10, "Black": 0, "Other": 0}}
    after = {"ethnicity": {"White": 70, "Asian": 10, "Black": 20, "Other": 0}}
    found = representation.compare(before, after, ETHNICITY)
    row = _row(found, "Black")
    assert np.isinf(row["change"])
    assert np.isinf(row["change_high"])
    assert row["verdict"] == "pattern"
    assert "where nobody was" in row["reading"]
    assert _row(found, "Other")["verdict"] == "not_assessable"
    assert from_json(found.to_json()) == found
    found.to_html()
    assert isinstance(found.protect(15).headline, str)
    assert isinstance(found.protect(15).summary(), str)
    found.plot()


@pytest.mark.parametrize("family", ["attribute", "all"])
@pytest.mark.parametrize("adjust", ["holm", "bh", "none"])
def test_families_and_engines(family, adjust):
    rng = np.random.default_rng(3)
    groups = np.array(ETHNICITY.groups("ethnicity"))
    waves = [
        pd.DataFrame(
            {
                "ethnicity": groups[rng.choice(4, 300, p=p)],
                "disability": np.where(rng.random(300) < q, "Yes", "No"),
            }
        )
        for p, q in (([0.86, 0.06, 0.05, 0.03], 0.1), ([0.7, 0.2, 0.06, 0.04], 0.3))
    ]
    both = ETHNICITY | DISABILITY
    options = {"family": family, "adjust": adjust}
    found = representation.compare(*waves, both, **options)
    assert (found.table["p_adjusted"] >= found.table["p_value"] - 1e-15).all()
    assert _row(found, "Asian")["verdict"] == "pattern"
    other = representation.compare(*[pl.from_pandas(w) for w in waves], both, **options)
    assert other == found


def test_false_changes_are_as_rare_as_promised():
    rng = np.random.default_rng(11)
    shares = [0.76, 0.14, 0.06, 0.04]
    names = ETHNICITY.groups("ethnicity")
    false = 0
    for _ in range(200):
        waves = [
            {"ethnicity": dict(zip(names, map(int, rng.multinomial(150, shares)), strict=True))}
            for _ in range(2)
        ]
        found = representation.compare(*waves, ETHNICITY)
        false += (found.table["verdict"] == "pattern").any()
    assert false <= 16


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"person": "who"}, None),
        ({"baseline_after": ETHNICITY}, "nothing_shared"),
        ({"band": (1, 1)}, "bad_band"),
        ({"after": {"disability": {"Yes": 3, "Nope": 4}}}, None),
        ({"total_after": 0}, "bad_total"),
        ({"baseline": "Northam"}, "not_a_baseline"),
    ],
)
def test_what_cannot_be_used_is_refused(change, code):
    before, after = _pair((12, 122), (30, 150))
    given = {"before": before, "after": after, "baseline": DISABILITY} | change
    with pytest.raises(InputError) as caught:
        representation.compare(**given)
    assert code is None or caught.value.code == code


def test_an_error_says_which_time_it_is_about():
    before, after = _pair((12, 122), (30, 150))
    after["disability"]["Nope"] = 3
    with pytest.raises(InputError, match="after: "):
        representation.compare(before, after, DISABILITY)
