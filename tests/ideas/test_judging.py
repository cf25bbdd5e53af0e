"""One verdict logic for all detectors of ideas: gates, size, chance, robustness; hidden groups; harmless words."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.findings import Finding, Verdict
from coprep.ideas._judging.effects import (
    Effect,
    Run,
    detectable,
    effective_number,
    holm,
    points,
    ratio,
    units,
)
from coprep.ideas._judging.judge import COLUMNS, Case, forest, judge, verdict_of
from coprep.ideas._judging.phrases import Phrases, said
from coprep.table import Table
from coprep.wording.labels import show
from coprep.wording.numbers import count_of

FORBIDDEN = ("selfish", "biased person", "manipulation", "guilty")
PHRASES = Phrases(
    more="People in {group} do so {effect} more.",
    less="People in {group} do so {effect} less.",
    same="About the same: {effect}.",
    open="A difference of {effect}.",
    innocent="It may be habit.",
    next_step="Ask {group}.",
)


def effect(value, se, p, **options):
    return Effect.from_se(value, se, p_value=p, **options)


def case(group="a", value=20.0, se=3.0, p=0.001, **options):
    given_ = {"n_people": 40, "n_ideas": 60, "n_effective": 30.0, **options}
    return Case(group=group, effect=effect(value, se, p), **given_)


def judged(*cases, **options):
    return judge(
        cases,
        question="q",
        attribute="tenure",
        scale=points(),
        phrases=PHRASES,
        estimand="the difference",
        null="labels do not matter",
        **options,
    )


@pytest.mark.parametrize(
    ("found", "options", "verdict"),
    [
        (effect(20, 3, 0.001), {}, "pattern"),
        (effect(-20, 3, 0.001), {}, "pattern"),
        (effect(20, 3, 0.001), {"refusal": "only 3 ideas"}, "not_assessable"),
        (effect(math.nan, 3, 0.001), {}, "not_assessable"),
        (effect(0.5, 1, 0.6), {}, "no_material_difference"),
        (effect(4.0, 0.2, 1e-9), {}, "no_material_difference"),
        (effect(6.0, 4, 0.13), {}, "inconclusive"),
        (effect(4.9, 1, 1e-6), {}, "inconclusive"),
        (effect(20, 8, 0.02), {}, "inconclusive"),
        (effect(20, 3, math.nan), {}, "inconclusive"),
        (effect(20, 3, 0.001), {"runs": [Run("without one", -1.0)]}, "inconclusive"),
        (effect(20, 3, 0.001), {"runs": [Run("without one", math.nan)]}, "inconclusive"),
        (effect(20, 3, 0.001), {"runs": [Run("second", 18.0, 0.2)]}, "inconclusive"),
        (effect(20, 3, 0.001), {"runs": [Run("second", 18.0, 0.03)]}, "pattern"),
    ],
)
def test_gates_then_size_then_chance_then_robustness(found, options, verdict):
    assert verdict_of(found, p_adjusted=found.p_value, scale=points(), **options).verdict == verdict


def test_the_adjusted_p_decides_and_one_in_two_hundred_is_asked():
    # never "chance alone" beside an interval that leaves out no difference
    told = verdict_of(effect(20, 3, 0.001), p_adjusted=0.06, scale=points()).reason
    assert "leaves out no difference" in told
    assert "chance alone" not in told
    hardly = verdict_of(effect(20, 3, 0.001), p_adjusted=0.03, scale=points())
    assert hardly.verdict == "inconclusive"
    assert "Worth a look" in hardly.reason
    assert "5 in 100" in hardly.reason
    assert verdict_of(effect(20, 3, 0.001), p_adjusted=0.01, scale=points()).strength == "strong"
    assert (
        verdict_of(effect(12, 3, 0.001), p_adjusted=0.01, scale=points()).verdict == "inconclusive"
    )
    assert verdict_of(effect(12, 3, 0.001), p_adjusted=0.005, scale=points()).strength == "strong"
    assert (
        verdict_of(effect(9, 3, 0.001), p_adjusted=0.01, scale=points()).verdict == "inconclusive"
    )
    assert verdict_of(effect(9, 3, 0.001), p_adjusted=0.005, scale=points()).strength == "moderate"


def test_a_pattern_is_never_said_of_an_interval_that_includes_no_difference():
    wide = Effect(
        value=20.0, se=11.0, low=-2.0, high=42.0, inner_low=1.0, inner_high=39.0, p_value=0.001
    )
    found = verdict_of(wide, p_adjusted=0.001, scale=points())
    assert (found.verdict, "includes no difference" in found.reason) == ("inconclusive", True)


def test_a_reason_says_when_only_adjustment_leaves_room_for_chance():
    assert verdict_of(effect(20, 10.5, 0.03), p_adjusted=0.2, scale=points()).reason.endswith(
        "is counted"
    )
    assert (
        verdict_of(effect(20, 15, 0.2), p_adjusted=0.2, scale=points()).reason
        == "chance alone can explain what was seen"
    )


def test_strength_follows_the_interval_and_not_p():
    assert verdict_of(effect(20, 3, 0.001), p_adjusted=0.001, scale=points()).strength == "strong"
    assert verdict_of(effect(9, 3, 1e-9), p_adjusted=1e-9, scale=points()).strength == "moderate"
    assert verdict_of(effect(-20, 3, 0.001), p_adjusted=0.001, scale=points()).strength == "strong"
    assert verdict_of(effect(1, 1, 0.4), p_adjusted=0.4, scale=points()).strength is None


def test_small_differences_on_a_low_base_matter_as_ratios():
    lift = Effect.from_se(1.35, 0.02, p_value=1e-6, log=True)
    assert verdict_of(lift, p_adjusted=1e-6, scale=ratio()).verdict == "pattern"
    down = Effect.from_se(0.5, 0.05, p_value=1e-6, log=True)
    assert verdict_of(down, p_adjusted=1e-6, scale=ratio()).strength == "strong"
    assert (
        verdict_of(down, p_adjusted=1e-6, scale=ratio(), runs=[Run("x", 1.1)]).verdict
        == "inconclusive"
    )


@given(
    st.floats(-60, 60),
    st.floats(0.1, 20),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(1.1, 3),
)
def test_verdicts_are_monotone(value, se, p, p_adjusted, more):
    """Less chance never turns a pattern into less; a mirrored effect gets the same verdict."""
    first = verdict_of(effect(value, se, p), p_adjusted=p_adjusted, scale=points()).verdict
    surer = verdict_of(
        effect(value, se, p / more), p_adjusted=p_adjusted / more, scale=points()
    ).verdict
    mirrored = verdict_of(effect(-value, se, p), p_adjusted=p_adjusted, scale=points()).verdict
    assert mirrored == first
    if first is Verdict.PATTERN:
        assert surer is Verdict.PATTERN


def test_what_could_have_been_noticed_has_four_in_five_power():
    rng = np.random.default_rng(7)
    se = 4.0
    truth = detectable(se, points())
    draws = rng.normal(truth, se, 20_000)
    p = np.array([math.erfc(abs(x / se) / math.sqrt(2)) for x in draws])
    assert np.mean((p <= 0.005) & (np.abs(draws) >= 5)) == pytest.approx(0.8, abs=0.01)
    assert detectable(0.1, points()) == pytest.approx(5, abs=0.1)
    assert detectable(4, points(), family=50) > truth
    assert detectable(4, points(), df=4) > truth
    assert detectable(0.1, ratio()) > 1.25
    assert math.isnan(detectable(math.nan, points()))


def test_holm_leaves_out_what_is_undefined():
    assert holm([0.01, math.nan, 0.02, 0.04]) == pytest.approx(
        [0.03, math.nan, 0.04, 0.04], nan_ok=True
    )


def test_effective_number_of_authors():
    assert effective_number([89] + [1] * 10) == pytest.approx(99**2 / (89**2 + 10))
    assert math.isnan(effective_number([]))


def test_small_groups_are_not_shown_but_counted():
    found = judged(case("a"), case("b", n_people=4), case("c", n_people=3), case(None, n_people=2))
    assert [row["group"] for row in found.rows] == ["a", None]
    assert tuple(map(str, found.notes)) == (
        "2 groups of fewer than 5 people are not shown; they stay in the computation.",
    )
    one = judged(case("a"), case("b", group_size=4))
    assert tuple(map(str, one.notes)) == (
        "1 group of fewer than 5 people is not shown; it stays in the computation.",
    )
    assert "'b'" not in "".join(str(f.to_dict()) for f in one.findings)


def test_a_refused_case_keeps_no_number_and_no_place_in_the_family():
    found = judged(case("a", p=0.03), case("b", refusal="only 3 ideas"))
    row = found.rows[1]
    assert math.isnan(row["effect"])
    assert math.isnan(row["p_adjusted"])
    assert row["verdict"] is Verdict.NOT_ASSESSABLE
    assert row["reading"] == "This cannot be judged for 'b': only 3 ideas."
    assert found.rows[0]["p_adjusted"] == pytest.approx(0.03)
    assert found.findings[1].estimate.value is None or math.isnan(found.findings[1].estimate.value)


def test_a_described_case_keeps_its_numbers_and_gets_no_verdict():
    row = judged(case("a", refusal="only 14 ideas", described=True)).rows[0]
    assert row["effect"] == 20
    assert row["verdict"] is Verdict.NOT_ASSESSABLE
    assert math.isnan(row["p_adjusted"])
    assert "a description, not a verdict: only 14 ideas" in row["reading"]


def test_every_finding_says_what_it_needs_to():
    found = judged(case("a"), case("b", value=6, se=5, p=0.2), exclusions={"no topic": 2})
    for finding in found.findings:
        assert isinstance(finding, Finding)
        assert {
            "estimand",
            "null",
            "n",
            "exclusions",
            "robustness",
            "minimum_detectable_effect",
            "strength",
            "reason",
            "material",
        } <= set(finding.details)
        assert (
            "It may be habit." in (finding.reading, *map(str, finding.caveats))
            or "It may be habit." in finding.reading
        )
        assert finding.next_step
    assert "only a gap above" in found.findings[1].reading
    assert Table.from_records(found.rows, COLUMNS)["group"] == ("a", "b")


def test_the_sign_is_said_in_words():
    low = judged(case("a", value=-20.0)).rows[0]["reading"]
    assert low.startswith("People in 'a' do so 20 points (95% interval 14 to 26) less.")
    assert said(effect(-3.04, 1, 0.1), points()) == "−3 points (95% interval −5 to −1.1)"
    assert said(effect(-0.001, 1, 0.1), points()).startswith("0 points")
    assert "unknown" in said(Effect(), points())
    assert "any size" in said(Effect(value=2.0, low=0.0, high=math.inf), ratio())


@pytest.mark.parametrize(
    "label", ["{attribute}", "a\nb", "<script>alert(1)</script>", "\u202egroup", "x" * 5000, "{0}"]
)
def test_hostile_labels_do_not_break_sentences(label):
    row = judged(case(label)).rows[0]
    assert "\n" not in row["reading"]
    assert "\u202e" not in row["reading"]
    assert len(row["reading"]) < 400
    assert show(label) in row["reading"]


def test_counts_and_nouns():
    assert count_of(1, "person", "people") == "1 person"
    assert count_of(2, "idea") == "2 ideas"


@pytest.mark.parametrize(
    "call",
    [
        lambda: points(0),
        lambda: points("x"),
        lambda: units(math.nan, "u"),
        lambda: units(None, "u"),
        lambda: ratio((0.8, 0.9)),
        lambda: ratio("ab"),
        lambda: ratio(3),
        lambda: ratio((0.5, 1.2, 3.0)),
    ],
)
def test_bad_scales_are_refused(call):
    with pytest.raises(InputError):
        call()


def test_the_picture_knows_its_band():
    assert forest(points(3), "gap").band == (-3, 3)
    assert forest(ratio(), "ratio").log is True


def test_no_forbidden_word_in_the_shared_sentences():
    found = judged(case("a"), case("b", value=6, se=5, p=0.2), case("c", value=0, se=1, p=0.9))
    everything = " ".join(str(f.to_dict()) for f in found.findings).casefold()
    assert not [word for word in FORBIDDEN if word in everything]
