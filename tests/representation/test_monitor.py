"""monitor: alarms that stay valid however often one looks, and a result that can be continued."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference import depth

from coprep import Baseline, from_json, representation
from coprep.errors import InputError
from coprep.metrics.inference import e_value

TWO = Baseline.from_shares({"disability": {"Yes": 0.18, "No": 0.82}}, area="Northam")
FIVE = Baseline.from_counts(
    {"ethnicity": {"White": 765, "Asian": 136, "Black": 47, "Mixed": 30, "Other": 22}}
)


def _people(n, seed=0, scale=0.4):
    rng = np.random.default_rng(seed)
    shares = np.array([0.765, 0.136 * scale, 0.047, 0.03, 0.022])
    names = np.array(["White", "Asian", "Black", "Mixed", "Other"])
    return pd.DataFrame(
        {
            "ethnicity": names[rng.choice(5, n, p=shares / shares.sum())],
            "day": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(np.sort(rng.integers(0, 60, n)), unit="D"),
            "house": np.arange(n) // 2,
        }
    )


def _row(result, group, attribute=None):
    table = result.table
    mine = table[table["group"] == group]
    return (mine if attribute is None else mine[mine["attribute"] == attribute]).iloc[0]


# -- alarms ----------------------------------------------------------------------------------------


@given(came=st.lists(st.sampled_from([0, 0, 0, 0, 1]), min_size=1, max_size=300))
@settings(deadline=None, max_examples=40)
def test_the_first_alarm_is_the_first_by_hand(came):
    labels = ["Yes" if one else "No" for one in came]
    found = _row(representation.monitor({"disability": labels}, TWO, watch=["Yes"]), "Yes")
    x = np.cumsum(came)
    n = np.arange(1, len(came) + 1)
    for null, ratio in (("parity", 1.0), ("band", 0.8)):
        e = e_value(x, n, 0.18, ratio=ratio, alternative="less")
        hit = np.flatnonzero((e >= 20) & (x / n < 0.8 * 0.18))
        at = found[f"{null}_alarm_at"]
        assert (pd.isna(at) and not len(hit)) or at == hit[0] + 1


@pytest.mark.parametrize("family", ["attribute", "all"])
@pytest.mark.parametrize("direction", ["under", "both"])
def test_alarms_over_several_groups_are_those_of_e_bh(family, direction):
    from coprep.metrics.inference import e_bh

    people = _people(400, seed=3)
    result = representation.monitor(people, FIVE, family=family, direction=direction)
    shares = np.array([0.765, 0.136, 0.047, 0.03, 0.022])
    groups = ["White", "Asian", "Black", "Mixed", "Other"]
    x = np.array([(people["ethnicity"] == g).cumsum() for g in groups])
    first = dict.fromkeys(groups)
    for n in range(1, 401):
        counts = x[:, n - 1]
        e = [e_value(counts, n, shares, alternative="less")]
        beyond = [counts / n / shares < 0.8]
        if direction == "both":
            e.append(e_value(counts, n, shares, alternative="greater"))
            beyond.append(counts / n / shares > 1.25)
        called = e_bh(np.concatenate(e)) & np.concatenate(beyond)
        for k, group in enumerate(groups * len(e)):
            if called[k] and first[group] is None:
                first[group] = n
    for group in groups:
        at = _row(result, group)["parity_alarm_at"]
        assert (None if pd.isna(at) else at) == first[group]


def test_words_do_not_say_more_than_is_shown():
    """Against parity an alarm says that fewer came than chance explains, and not by how much."""
    rng = np.random.default_rng(5)
    came = np.where(rng.random(4000) < 0.18 * 0.7, "Yes", "No")
    first = representation.monitor({"disability": came}, TWO, watch=["Yes"])
    at = int(_row(first, "Yes")["parity_alarm_at"])
    early = representation.monitor({"disability": came[:at]}, TWO, watch=["Yes"])
    said = next(f for f in early.findings if f.group == "Yes")
    assert said.verdict == "under"
    assert said.values["state"] == "alarm"
    assert "20%" not in said.reading.split("Under-represented", 1)[1].split(";")[0]
    assert "how far off they really are is open" in said.reading
    gone = representation.monitor({"disability": ["No"] * 200}, TWO, watch=["Yes"])
    assert "more than 20% short" in next(f for f in gone.findings if f.group == "Yes").reading


def test_an_alarm_that_no_longer_holds_stands_beside_what_holds_now():
    came = ["No"] * 40 + ["Yes"] * 40 + (["No"] * 4 + ["Yes"]) * 40
    found = representation.monitor({"disability": came}, TWO, watch=["Yes"])
    row = _row(found, "Yes")
    assert row["parity_alarm_at"] < 40
    assert row["verdict"] == "inconclusive"
    assert "were before" in found.headline or "was before" in found.headline
    assert "would not be" in row["reading"]


def test_unknown_people_are_no_absence():
    came = ["No"] * 60 + ["Yes"] * 2 + ["prefer not to say"] * 60
    row = _row(representation.monitor({"disability": came}, TWO, watch=["Yes"]), "Yes")
    assert (row["total"], row["unknown"]) == (62, 60)
    assert row["verdict"] == "inconclusive"
    assert "unknown disability" in row["reading"]


def test_both_kinds_of_evidence_and_the_band():
    found = representation.monitor({"disability": ["No"] * 100}, TWO, watch=["Yes"])
    row = _row(found, "Yes")
    assert row["log10_e_under"] == pytest.approx(
        float(e_value(0, 100, 0.18, alternative="less", log=True)) / math.log(10)
    )
    assert row["log10_e_under_band"] == pytest.approx(
        float(e_value(0, 100, 0.18, ratio=0.8, alternative="less", log=True)) / math.log(10)
    )
    assert row["parity_alarm_at"] < row["band_alarm_at"]


def test_in_line_needs_evidence_and_the_rest_of_the_attribute():
    rng = np.random.default_rng(1)
    came = np.where(rng.random(6000) < 0.18, "Yes", "No")
    found = representation.monitor({"disability": came}, TWO)
    assert set(found.table["verdict"]) == {"in_line"}
    few = representation.monitor({"disability": came[:100]}, TWO)
    assert set(few.table["verdict"]) == {"inconclusive"}
    alone = representation.monitor({"disability": ["No"] * 40}, TWO)
    assert _row(alone, "No")["verdict"] == "inconclusive"


def test_one_group_that_never_comes():
    came = ["White"] * 80 + ["Asian"] * 15 + ["Mixed"] * 3 + ["Other"] * 2
    row = _row(representation.monitor({"ethnicity": came * 3}, FIVE), "Black")
    assert row["count"] == 0
    assert row["verdict"] == "under"
    assert "none at all" in row["reading"] or "more than 20% short" in row["reading"]


def test_an_estimated_share_asks_for_more():
    exact = Baseline.from_shares({"sex": {"Female": 0.5, "Male": 0.5}})
    survey = Baseline.from_shares(
        {"sex": {"Female": 0.5, "Male": 0.5}}, moe={"sex": {"Female": 0.06, "Male": 0.06}}
    )
    came = {"sex": (["Male"] * 2 + ["Female"]) * 60}
    surely = _row(representation.monitor(came, exact), "Female")
    hardly = _row(representation.monitor(came, survey), "Female")
    assert hardly["log10_e_under"] < surely["log10_e_under"]
    assert hardly["ratio_low"] < surely["ratio_low"]
    assert hardly["ratio_high"] > surely["ratio_high"]


# -- false alarms in worlds ------------------------------------------------------------------------


def _false_alarms(worlds, world, **options):
    alarms = 0
    for seed in range(worlds):
        found = representation.monitor(world(np.random.default_rng(seed)), TWO, **options)
        alarms += found.table["parity_alarm_at"].notna().any()
    return alarms


def _households(rng, sizes, people=300):
    size = rng.choice(sizes, people)
    group = np.where(rng.random(people) < 0.18, "Yes", "No")
    return pd.DataFrame(
        {
            "disability": np.repeat(group, size),
            "house": np.repeat(np.arange(people), size),
        }
    )


def test_people_who_arrive_together_raise_no_more_false_alarms():
    """Of 150 worlds at parity at most 7.5 are expected to have one; person by person it is 50."""

    def world(rng):
        return _households(rng, [1, 2, 3, 4], 160)

    assert _false_alarms(150, world, watch=["Yes"], cluster="house") <= 15
    assert _false_alarms(60, world, watch=["Yes"]) >= 10


def _larger_households(rng):
    """18 of 100 people are in the group, at parity; its households have three to five, others two."""
    parties = 200
    inside = rng.random(parties) < 0.18 * 1.5 / (0.18 * 1.5 + 0.82 * 4)
    size = np.where(inside, rng.choice([3, 4, 5], parties), rng.choice([1, 2], parties))
    return pd.DataFrame(
        {
            "disability": np.repeat(np.where(inside, "Yes", "No"), size),
            "house": np.repeat(np.arange(parties), size),
        }
    )


def test_a_group_in_larger_households_is_not_missing():
    """Whoever lives with more people comes in fewer parties, and is at its share all the same."""
    alarms = 0
    outside = 0
    for seed in range(60):
        people = _larger_households(np.random.default_rng(seed))
        row = _row(representation.monitor(people, TWO, watch=["Yes"], cluster="house"), "Yes")
        alarms += pd.notna(row["parity_alarm_at"])
        outside += not row["ratio_low"] <= 1 <= row["ratio_high"]
        assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
    assert alarms <= 7
    assert outside <= 6


def test_missing_households_are_still_found():
    found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        people = _households(rng, [1, 2, 3], 400)
        kept = people[(people["disability"] == "No") | (rng.random(len(people)) < 0.2)]
        found += (
            _row(representation.monitor(kept, TWO, watch=["Yes"], cluster="house"), "Yes")[
                "verdict"
            ]
            == "under"
        )
    assert found >= 18


def test_a_world_that_drifts_around_parity_keeps_its_promise():
    """The chance of each arrival changes, and never lies below the group's share."""

    def world(rng):
        chance = 0.18 + 0.1 * np.abs(np.sin(np.arange(400) / 40))
        return {"disability": np.where(rng.random(400) < chance, "Yes", "No")}

    assert _false_alarms(100, world, watch=["Yes"]) <= 10


def test_a_small_population_to_the_last_person():
    def world(rng):
        people = np.array(["Yes"] * 18 + ["No"] * 82)
        rng.shuffle(people)
        return {"disability": people}

    assert _false_alarms(100, world, population=100) <= 10
    everybody = representation.monitor(world(np.random.default_rng(0)), TWO, population=100)
    row = _row(everybody, "Yes")
    assert row["ratio_low"] == pytest.approx(1.0)
    assert row["ratio_high"] == pytest.approx(1.0)


def test_households_of_the_reference_study():
    """Parties of one person are weighed as single people are."""
    assert [case["household"] for case in depth("monitor_households")] == [1, 2, 3]
    people = _people(300, seed=2)
    people["house"] = np.arange(300)
    alone = representation.monitor(people, FIVE, cluster="house")
    single = representation.monitor(people, FIVE)
    np.testing.assert_allclose(
        alone.table["log10_e_under"], single.table["log10_e_under"], atol=0.02
    )


# -- order, parties, and going on ------------------------------------------------------------------

WAYS = [
    {},
    {"order": "day"},
    {"cluster": "house"},
    {"order": "day", "family": "all", "direction": "both", "null": "band"},
    {"population": 9000},
    {"order": "day", "milestones": {"reminder": 100, "deadline": "2024-02-01"}},
]


@pytest.mark.parametrize("options", WAYS, ids=str)
def test_continued_it_is_what_it_would_have_been(options):
    people = _people(600)
    whole = representation.monitor(people, FIVE, **options)
    cuts = [people[:258], people[258:400], people[400:]]
    if "order" in options:
        days = people["day"]
        first = days < "2024-01-20"
        second = (days < "2024-02-11") & ~first
        cuts = [people[first], people[second], people[~first & ~second]]
    so_far = representation.monitor(cuts[0], FIVE, **options)
    for part in cuts[1:]:
        so_far = from_json(so_far.to_json()).extend(part)
    assert so_far == whole
    assert so_far.to_json() == whole.to_json()
    assert from_json(whole.to_json()) == whole


def test_a_milestone_may_be_named_later():
    people = _people(300)
    first = representation.monitor(people[:100], FIVE)
    both = first.extend(people[100:], milestones={"reminder": 200})
    assert set(both.milestones["arrivals"]) == {200}
    assert len(both.milestones) == 5


def test_arrivals_that_are_not_later_are_refused():
    people = _people(200)
    so_far = representation.monitor(people[people["day"] < "2024-02-01"], FIVE, order="day")
    with pytest.raises(InputError) as caught:
        so_far.extend(people, milestones={})
    assert caught.value.code == "not_later"


def test_nothing_of_a_person_is_kept():
    people = _people(120)
    people["house"] = [f"Household {k} of Elm Street" for k in range(120)]
    text = representation.monitor(people, FIVE, cluster="house", order="day").to_json()
    assert "Elm Street" not in text
    safe = representation.monitor(people, FIVE, order="day").protect(5)
    assert not safe.stand
    assert not len(safe.path)
    with pytest.raises(InputError):
        safe.extend(people)


def test_a_protected_copy_tells_no_times():
    found = representation.monitor({"disability": ["No"] * 90 + ["Yes"] * 6}, TWO, watch=["Yes"])
    at = int(_row(found, "Yes")["parity_alarm_at"])
    assert f"after {at} arrivals" in _row(found, "Yes")["reading"]
    safe = found.protect(5)
    assert f"after {at} arrivals" not in safe.to_json() + safe.to_html()
    assert safe.table["parity_alarm"].isna().all()
    assert all(f.values.get("alarm_at") is None for f in safe.findings)


def test_who_comes_late_is_counted_and_no_further_evidence():
    people = pd.DataFrame(
        {
            "disability": ["No"] * 60,
            "house": list(range(30)) * 2,
            "at": [*range(30), *range(30, 60)],
        }
    )
    both = representation.monitor(people, TWO, cluster="house", order="at", watch=["Yes"])
    first = representation.monitor(people[:30], TWO, cluster="house", order="at", watch=["Yes"])
    assert _row(both, "No")["count"] == 60
    assert _row(both, "Yes")["log10_e_under"] == _row(first, "Yes")["log10_e_under"]
    assert "late_members" in {note.code for note in both.notes}


@pytest.mark.parametrize("make", [pl.DataFrame, pa.Table.from_pandas, pl.LazyFrame])
def test_any_engine_with_an_order_gives_the_same(make):
    people = _people(300)
    shuffled = people.sample(frac=1, random_state=1)
    if make is pl.DataFrame or make is pl.LazyFrame:
        given_ = make(shuffled.to_dict("list"))
    else:
        given_ = make(shuffled, preserve_index=False)
    options = {"order": "day", "cluster": "house"}
    assert representation.monitor(given_, FIVE, **options) == representation.monitor(
        people, FIVE, **options
    )


@pytest.mark.parametrize("overlapping", [(), ("languages",)])
def test_counts_agree_with_assess(overlapping):
    baseline = Baseline.from_shares(
        {"languages": {"Urdu": 0.1, "Polish": 0.05, "Welsh": 0.02, "English": 0.83}}
    )
    cells = ["Urdu", "Polish", "English", "refused", "English", "polish", "Klingon"] * 9
    if overlapping:
        cells = ["Urdu; Polish", "English", "Polish", "refused", "English; Welsh", "Klingon"] * 9
    options = {"unmatched": "row", "overlapping": overlapping}
    came = {"languages": cells}
    watched = representation.monitor(came, baseline, **options).table.set_index("group")
    counted = representation.assess(came, baseline, **options).table.set_index("group")
    for group in ("Urdu", "Polish", "Welsh", "English"):
        assert watched.loc[group, "count"] == counted.loc[group, "count"]
        assert watched.loc[group, "total"] == counted.loc[group, "total"]


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"order": "when"}, "unknown_column"),
        ({"cluster": "hous"}, "unknown_column"),
        ({"order": "text"}, "bad_order"),
        ({"order": "gaps"}, "missing_order"),
        ({"null": "equal"}, None),
        ({"direction": "over"}, None),
        ({"watch": ["Blck"]}, "unknown_group"),
        ({"watch": {"age": ["Black"]}}, "unknown_attribute"),
        ({"watch": 3}, "bad_names"),
        ({"milestones": {"a": 0}}, "bad_milestone"),
        ({"milestones": {"a": "soon"}}, "bad_milestone"),
        ({"milestones": {"a": "2024-01-01"}}, "bad_milestone"),
        ({"milestones": ["a"]}, "bad_mapping"),
        ({"cluster": "house", "population": 9000}, "misplaced"),
        ({"population": 10}, "count_above_total"),
        ({"confidence": 2}, "bad_confidence"),
        ({"overlapping": {"ethnicity": {"White": "w"}}}, "bad_names"),
    ],
)
def test_what_cannot_be_used_is_refused(options, code):
    people = _people(50)
    people["text"] = "5/3/2024"
    people["gaps"] = [None, *range(49)]
    with pytest.raises(InputError) as caught:
        representation.monitor(people, FIVE, **options)
    assert code is None or caught.value.code == code


def test_counts_and_targets_are_not_followed():
    with pytest.raises(InputError) as caught:
        representation.monitor({"disability": {"Yes": 3, "No": 40}}, TWO)
    assert caught.value.code == "not_arrivals"
    target = Baseline.from_shares({"sex": {"Female": 0.5, "Male": 0.5}}, kind="target")
    with pytest.raises(InputError) as caught:
        representation.monitor({"sex": ["Female"]}, target)
    assert caught.value.code == "target_baseline"
    with pytest.raises(InputError) as caught:
        representation.monitor(pl.LazyFrame({"disability": ["Yes", "No"]}), TWO)
    assert caught.value.code == "no_order"


def test_the_picture_of_one_group_holds_its_path():
    found = representation.monitor(_people(600), FIVE, milestones={"reminder": 100})
    axes = found.plot(group="Asian")
    line = axes.get_lines()[0]
    path = found.path_table[found.path_table["group"] == "Asian"]
    assert list(line.get_xdata()) == list(path["arrivals"])
    assert {text.get_text().strip() for text in axes.texts} >= {"reminder", "called out"}
    with pytest.raises(InputError):
        found.plot(group="Asiann")
    assert "Share of arrivals" in found.plot().get_xlabel()
    assert "called out" in found.to_html().casefold()
