"""What a councillor reads of who came: nothing stronger, and nothing weaker, than was shown."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep import Baseline, audit
from coprep.data.process.process import Process
from coprep.metrics.planning import apportion
from coprep.representation import assess

CLIMATE = {"Very": 27.3, "Fairly": 47.5, "Not": 25.2}


def against(shares, counts, **options):
    return assess({"g": counts}, Baseline.from_counts({"g": shares}), **options)


def read(result, group):
    return next(r for r in result.rows.records() if r["group"] == group)


def found(result, group):
    return next(f for f in result.findings if f.group == group)


def test_a_gap_beyond_chance_is_named_whatever_the_band_says():
    short = against({"A": 200, "B": 800}, {"A": 16_040, "B": 83_960})
    assert "too small" not in short.headline
    assert "“A” (g), 16% against 20%" in short.headline
    women = against({"Female": 508, "Male": 492}, {"Female": 4150, "Male": 5850})
    assert women.headline == (
        "Every group of the baseline is shown to lie within 0.8 to 1.25 times its share. "
        "Measurably fewer (within that range): “Female” (g), 42% against 51%."
    )


@given(
    st.lists(st.integers(0, 300), min_size=2, max_size=5).filter(sum),
    st.lists(st.integers(1, 50), min_size=5, max_size=5),
)
def test_only_what_lies_beyond_the_band_is_said_to(counts, shares):
    groups = "abcde"[: len(counts)]
    result = against(
        dict(zip(groups, shares, strict=False)), dict(zip(groups, counts, strict=True))
    )
    for record in result.rows.records():
        strong = re.search(r"more than (20%|25%) (short|over)", record["reading"])
        assert bool(strong) == bool(
            record["beyond_band"] and record["verdict"] in ("under", "over")
        )
        assert "(0%)" not in record["reading"]
        assert "0.0 " not in record["reading"]
        assert " 1 participants" not in record["reading"]
    if any(record["differs"] for record in result.rows.records()):
        doubted = any(f.values["state"] == "rests_on_one" for f in result.findings)
        words = ("represented: ", "Measurably ")
        assert doubted or any(word in result.headline for word in words)


def test_the_unknown_come_first_where_they_could_turn_the_answer():
    base = {"Yes": 18, "No": 82}
    open_ = against(base, {"Yes": 25, "No": 215, "prefer not to say": 60})
    assert read(open_, "Yes")["verdict"] == "inconclusive"
    assert read(open_, "Yes")["reading"].startswith(
        "“Yes” (g): the 60 people of unknown g could turn this, if at least 48% of them belong here."
    )
    assert open_.headline.startswith("People of unknown group could turn what is said of “Yes”")
    assert "Under" not in open_.headline
    # 5 of 240: a ratio of 2 among the unknown would still leave half the share.
    held = against(base, {"Yes": 5, "No": 235, "prefer not to say": 60})
    assert read(held, "Yes")["verdict"] == "under"
    assert "could turn this, if at least 82%" in read(held, "Yes")["reading"]
    assert held.headline.startswith("People of unknown group could turn")
    few = against(base, {"Yes": 5, "No": 235, "prefer not to say": 3})
    assert "could turn" not in few.headline + read(few, "Yes")["reading"]
    # So is an all-clear: half the share among as many unknown would not be in line.
    clear = against({"A": 50, "B": 50}, {"A": 400, "B": 400})
    assert read(clear, "A")["verdict"] == "in_line"
    unsure = against({"A": 50, "B": 50}, {"A": 400, "B": 400, "unknown": 800})
    assert read(unsure, "A")["verdict"] == "inconclusive"


@pytest.mark.parametrize("options", [{}, {"population": 5000}, {"weight": "w"}])
def test_the_two_sides_of_a_pair_are_one_comparison_for_the_unknown_too(options):
    people = pd.DataFrame({"g": ["Yes"] * 25 + ["No"] * 215 + [None] * 60})
    people["w"] = np.tile([1.0, 1.2], 150)
    result = assess(people, Baseline.from_counts({"g": {"Yes": 900, "No": 4100}}), **options)
    assert [f.values["state"] for f in result.findings] == ["turned_by_unknown"] * 2


@pytest.mark.parametrize("n", [120, 300, 1000])
def test_labels_missing_not_at_random_raise_few_false_alarms(n):
    # Parity, where 30% of the group and 10% of others decline to say: the known alone look short.
    rng = np.random.default_rng(n)
    base = Baseline.from_counts({"g": {"Yes": 18, "No": 82}})
    flagged = 0
    for _ in range(60):
        yes = rng.binomial(n, 0.18)
        said = (rng.binomial(yes, 0.7), rng.binomial(n - yes, 0.9))
        counts = {"Yes": said[0], "No": said[1], "unknown": n - sum(said)}
        flagged += len(assess({"g": counts}, base).flagged) > 0
    assert flagged <= 3 + 1.645 * 60**0.5 * 0.05**0.5


def test_over_needs_two_people_and_holds_with_one_fewer():
    one = against({"Yes": 1, "No": 999}, {"Yes": 1, "No": 20})
    assert read(one, "Yes")["verdict"] == "inconclusive"
    assert "One person is too few" in read(one, "Yes")["reading"]
    assert "“No”" not in one.headline
    many = against({"Yes": 1, "No": 999}, {"Yes": 5, "No": 100})
    assert read(many, "Yes")["verdict"] == "over"
    # The first count that the test alone would flag is not enough.
    counts = range(11, 30)
    verdicts = {
        x: read(against({"Yes": 10, "No": 90}, {"Yes": x, "No": 100 - x}), "Yes") for x in counts
    }
    first = min(x for x in counts if verdicts[x]["differs"])
    assert verdicts[first]["verdict"] == "inconclusive"
    assert "not with one person fewer" in verdicts[first]["reading"]
    assert verdicts[first + 1]["verdict"] == "over"


def test_as_many_digits_as_the_baseline_has():
    printed = Baseline.from_shares({"g": {"A": 0.4, "B": 49.3, "C": 50.3}})
    result = assess({"g": {"A": 0, "B": 20, "C": 22}}, printed)
    assert read(result, "A")["reading"].startswith("“A” (g): 0 of 42 participants; a fair lottery")
    assert "(47.6%)" in read(result, "B")["reading"]
    assert "(49.3%)" in read(result, "B")["reading"]
    tiny = against({"a": 4, "b": 9995, "c": 1}, {"a": 5, "b": 90, "c": 5})
    assert "most likely give nobody (0.04%)" in read(tiny, "a")["reading"]


def test_as_near_as_whole_people_allow_is_said_of_few():
    jury = against({"F": 1, "M": 1}, {"F": 9, "M": 9})
    assert "As near to their share as whole people allow" in read(jury, "F")["reading"]
    assert read(jury, "F")["verdict"] == "inconclusive"
    assert jury.headline.endswith(
        "For 2 of 2 groups the numbers are too small to tell; "
        "all are as near to their share as whole people allow."
    )


def test_long_names_stay_distinct():
    stem = "Black, Black British, Black Welsh, Caribbean or African: "
    ending = " background, as it was asked in the census of the year 2021"
    groups = [f"{stem}{middle}{ending}" for middle in ("African", "Caribbean", "Other Black")]
    shares = {"White": 40} | dict.fromkeys(groups, 20)
    result = against(shares, {"White": 300} | dict.fromkeys(groups, 2))
    assert len({f.reading.partition(": 2 of")[0] for f in result.findings if f.n}) == 4
    for group in ("African", "Caribbean", "Other Black"):
        assert group + ending[:5] in result.headline
    short = against({"White": 40, stem + "African": 60}, {"White": 300, stem + "African": 2})
    assert "…" in short.headline
    assert short.headline.count("“") == short.headline.count("”")


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), min_size=2, max_size=6).filter(
        lambda groups: sum(came for came, _ in groups) > 0
    )
)
def test_advice_adds_up_and_holds_when_it_is_followed(groups):
    names = [f"g{i}" for i in range(len(groups))]
    shares = {name: share for name, (_, share) in zip(names, groups, strict=True)}
    before = against(shares, {name: came for name, (came, _) in zip(names, groups, strict=True)})
    total = sum(came for came, _ in groups)
    places = [f.values["places"] for f in before.findings]
    assert places == apportion([share for _, share in groups], total).tolist()
    assert sum(f.values["recruits"] for f in before.findings) == 0
    for f in before.findings:
        if f.verdict.is_flag and places[names.index(f.group)]:
            assert f"{f.values['places']:,} of {total:,} places" in f.next_step
    after = against(shares, dict(zip(names, places, strict=True)))
    assert not len(after.flagged)


def test_a_protected_copy_says_what_is_not_shown():
    shares = Baseline.from_shares({"d": {"M": 0.5, "F": 0.5}, "e": {"a": 0.3, "b": 0.7}})
    some = assess({"d": {"M": 9, "F": 9}, "e": {"a": 2, "b": 16}}, shares).protect()
    assert "For 2 of 2 groups" in some.headline
    assert some.headline.endswith("2 of 4 groups are protected and not shown.")
    none = assess({"e": {"a": 2, "b": 16}}, shares).protect()
    assert none.headline == "2 of 2 groups are protected and not shown."
    assert "No group could be assessed" not in none.headline


def test_people_outside_the_comparison_are_in_the_headline():
    result = against({"A": 1, "B": 1}, {"A": 9, "B": 9, "C": 11}, unmatched="row")
    assert result.headline.endswith("Outside the comparison: 11 (g).")


def test_an_audit_names_gaps_that_no_band_flags():
    small = {"g": {"A": 20, "B": 80}}
    process = Process.from_counts({"one": {"g": {"A": 16_040, "B": 83_960}}, "two": small})
    result = audit(process, Baseline.from_counts({"g": {"A": 2, "B": 8}}))
    said = {principle.name: principle.headline for principle in result.principles}
    assert "16% against 20%" in said["diversity"]
    nothing = Process.from_counts({"one": small, "two": small})
    quiet = audit(nothing, Baseline.from_counts({"g": {"A": 2, "B": 8}}))
    assert quiet.headline.startswith("No pattern was found in 2 questions asked.")
