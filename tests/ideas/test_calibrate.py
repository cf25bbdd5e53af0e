from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Finding, Verdict
from coprep.ideas.adoption import adoption
from coprep.ideas.calibrate import calibrate
from coprep.ideas.consensus import consensus
from coprep.ideas.dominance import dominance
from coprep.ideas.outcome import outcome
from coprep.ideas.own_ideas import own_ideas
from coprep.ideas.priorities import priorities
from coprep.ideas.responses import responses
from coprep.ideas.rivals import rivals
from coprep.loading import from_json
from coprep.results import Result
from coprep.simulate import world
from coprep.simulate.planted import FITTING, PLANTS, dealt, focal_group, placebo
from coprep.table import Table
from outcome_world import process, tables


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_placebo_keeps_sizes_and_everything_else():
    made = process(1)
    dealt = placebo(made, "area", rng())
    before, after = made.grouping("area"), dealt.grouping("area")
    assert after.sizes.tolist() == before.sizes.tolist() and after.n_unknown == before.n_unknown
    assert (after.codes != before.codes).any()
    assert ((after.codes < 0) == (before.codes < 0)).all()
    assert dealt.grouping("age").codes.tolist() == made.grouping("age").codes.tolist()
    assert dealt.ballots().value.tolist() == made.ballots().value.tolist()
    assert made.grouping("area").codes.tolist() == before.codes.tolist()


def changed(before, after):
    """What differs between two processes, by name."""
    ideas, other = before.ideas, after.ideas
    looked = {
        "adopted": (ideas.adopted, other.adopted),
        "topic": (ideas.topic, other.topic),
        "text": (ideas.text, other.text),
        "authors": (before.authorship.person, after.authorship.person),
        "votes": (before.ballots().value, after.ballots().value),
        "beneficiaries": (before.beneficiaries("group")[0], after.beneficiaries("group")[0]),
        "answers": (before.responses.idea, after.responses.idea),
        "wishes": (before.priorities.topic, after.priorities.topic),
        "turns": (before.turns.person, after.turns.person),
    }
    return {
        name for name, (a, b) in looked.items() if not np.array_equal(np.asarray(a), np.asarray(b))
    }


@pytest.mark.parametrize(
    "name, touched",
    [
        ("adoption", {"adopted"}),
        ("authors", {"authors"}),
        ("beneficiaries", {"beneficiaries"}),
        ("outcome", {"votes"}),
        ("own_ideas", {"votes"}),
        ("priorities", {"wishes"}),
        ("responses", {"answers"}),
        ("rivals", {"votes"}),
        ("taste", {"votes"}),
        ("topics", {"topic"}),
        ("turns", {"turns"}),
        ("votes", {"votes"}),
    ],
)
def test_a_plant_touches_its_table_alone_and_the_given_process_stays(name, touched):
    made, _ = world(people=80, ideas=60, rng=2)
    kept = {
        n: np.array(a)
        for n, a in (("value", made.ballots().value), ("adopted", made.ideas.adopted))
    }
    bent = PLANTS[name](made, "group", 0.5, rng())
    assert changed(made, bent) == touched
    assert np.array_equal(made.ballots().value, kept["value"])
    assert np.array_equal(made.ideas.adopted, kept["adopted"], equal_nan=True)
    assert changed(made, PLANTS[name](made, "group", 0.0, rng())) == set()


def test_text_is_planted_in_the_focal_groups_ideas_alone():
    made = process(13)
    bent = PLANTS["text"](made, "area", 0.5, rng())
    codes = made.grouping("area").codes[made.authorship.person]
    more = np.array([a != b for a, b in zip(made.ideas.text, bent.ideas.text, strict=True)])
    theirs = codes == focal_group(made, "area")
    assert not more[~theirs].any() and more[theirs].mean() == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_plants_do_nothing_where_nobodys_group_is_known(name):
    made = process(14, people=30, ideas=20, unknown=1.0)
    bent = PLANTS[name](made, "area", 0.5, rng())
    assert np.array_equal(bent.ideas.adopted, made.ideas.adopted, equal_nan=True)
    assert bent.authorship.person.tolist() == made.authorship.person.tolist()


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_a_plant_without_its_table_gives_the_process_back(name):
    bare = Process(participants={"participant_id": ["a", "b"], "group": ["x", "y"]})
    assert PLANTS[name](bare, "group", 0.5, rng()).people == ("a", "b")


def rate(made, what):
    grouping = made.grouping("group")
    focal = focal_group(made, "group")
    wrote = made.authorship
    by = grouping.codes[wrote.person]
    if what == "beneficiaries":
        weight = made.beneficiaries("group")[0]
        known = by >= 0
        return (weight[wrote.idea[known], by[known]] > 0).mean()
    if what == "adoption":
        return np.nanmean(made.ideas.adopted[wrote.idea[by == focal]])
    if what == "authors":
        return (by[by >= 0] == focal).mean()
    if what == "responses":
        answered = np.bincount(made.responses.idea, minlength=len(made.ideas)) > 0
        return 1 - answered[wrote.idea[by == focal]].mean()
    ballots = made.ballots()
    weight = made.beneficiaries("group")[0]
    own = weight[ballots.idea, np.maximum(grouping.codes[ballots.person], 0)] > 0
    return (ballots.value[own & (grouping.codes[ballots.person] >= 0)] > 0).mean()


@pytest.mark.parametrize("name", ["beneficiaries", "adoption", "authors", "responses", "votes"])
def test_points_are_points(name):
    made, _ = world(people=400, ideas=1500, seen=0.2, rng=3)
    before = rate(made, name)
    for points in (0.05, 0.2):
        assert rate(PLANTS[name](made, "group", points, rng(1)), name) - before == pytest.approx(
            points, abs=0.03
        )


@pytest.mark.parametrize("kind", ["agree", "choose_one", "score"])
def test_votes_can_be_planted_in_any_kind_of_ballot(kind):
    made, _ = world(people=200, ideas=60, kind=kind, rng=4)
    bent = PLANTS["votes"](made, "group", 0.3, rng())
    ballots, grouping = bent.ballots(), made.grouping("group")
    weight = made.beneficiaries("group")[0]

    def own_mean(b):
        own = weight[b.idea, np.maximum(grouping.codes[b.person], 0)] > 0
        return (
            (own & (b.value > 0)).sum() / max((b.value > 0).sum(), 1)
            if kind == "choose_one"
            else b.value[own].mean()
        )

    assert own_mean(ballots) > own_mean(made.ballots())
    if kind == "choose_one":
        assert (np.bincount(ballots.person[ballots.value > 0]) <= 1).all()


@pytest.mark.parametrize("detector", [adoption, responses, outcome, priorities, consensus])
def test_any_detector_can_be_calibrated(detector):
    made, _ = world(people=60, ideas=40, rng=5)
    found = calibrate(
        made, detector, attribute="group", worlds=6, planted_worlds=3, draws=99, rng=1
    )
    assert found.detector == detector.__name__
    assert found.settings["plant"] == FITTING[detector.__name__]
    table = found.table
    assert table["points"].tolist() == [0, 0, 5, 5, 10, 10, 20, 20]
    assert table["seen_as"].tolist() == ["p at most 0.05", "pattern"] * 4
    assert table["worlds"].tolist() == [6, 6, 3, 3, 3, 3, 3, 3]
    assert ((table["low"] <= table["share"]) & (table["share"] <= table["high"])).all()
    assert from_json(found.to_json()) == found


def test_false_alarms_and_power_of_adoption():
    made, _ = world(people=200, ideas=300, rng=6)
    found = calibrate(
        made, adoption, attribute="group", points=(20, 40), worlds=60, planted_worlds=20, rng=1
    )
    table = found.table[found.table["seen_as"] == "pattern"].set_index("points")
    assert found.false_alarms <= 0.15
    assert table.loc[0, "share"] <= 0.05
    assert table.loc[40, "share"] > 0.9
    assert 10 < found.smallest_visible < 40
    assert "four times in five" in found.findings[0].reading
    # 4 alarms in 60 worlds: twice the nominal rate is not ruled out
    assert found.findings[0].verdict is Verdict.INCONCLUSIVE
    assert "so few worlds leave room" in found.findings[0].reading


def always(process, *, attribute):
    """A detector that cries wolf."""
    finding = Finding("always", attribute, None, Verdict.PATTERN, p_value=0.001, p_adjusted=0.001)
    return Result(title="wolf", rows=Table({"a": [1]}, {"a": "count"}), findings=(finding,))


def test_a_detector_that_cries_wolf_is_found_out_and_own_plants_are_taken():
    calls = []

    def nothing(process, attribute, share, generator):
        calls.append(share)
        return process

    found = calibrate(
        process(7, people=40, ideas=30),
        always,
        attribute="area",
        plant=nothing,
        worlds=30,
        planted_worlds=2,
        rng=1,
    )
    assert found.false_alarms == 1.0
    assert found.findings[0].verdict is Verdict.PATTERN
    assert "more than" in found.findings[0].reading
    assert calls == [0.05, 0.1, 0.2] * 2
    assert math.isnan(found.smallest_visible) and "would be found" not in found.findings[0].reading


def test_a_gate_that_refuses_is_said():
    found = calibrate(
        process(8, people=12, ideas=10),
        adoption,
        attribute="area",
        worlds=5,
        planted_worlds=2,
        rng=1,
    )
    assert found.findings[0].verdict is Verdict.NOT_ASSESSABLE
    assert "refuses" in found.findings[0].reading
    assert math.isnan(found.smallest_visible)


def test_the_same_seed_gives_the_same_answer():
    made = process(9, people=60, ideas=60)
    options = {"attribute": "area", "worlds": 5, "planted_worlds": 2, "draws": 99}
    assert calibrate(made, adoption, rng=4, **options) == calibrate(
        made, adoption, rng=4, **options
    )


def test_a_detector_by_name_is_refused_in_words():
    with pytest.raises(InputError, match="detector is 'self_serving'; a function expected"):
        calibrate(world(people=20, ideas=10, rng=1)[0], "self_serving", attribute="group")


@pytest.mark.parametrize(
    "options, words",
    [
        ({"points": ()}, "points must be sizes"),
        ({"points": (0,)}, "points must be sizes"),
        ({"points": (120,)}, "points must be sizes"),
        ({"worlds": 0}, "worlds"),
        ({"planted_worlds": 1.5}, "planted_worlds"),
        ({"alpha": 2}, "alpha"),
        ({"plant": "votess"}, "did you mean 'votes'"),
        ({"attribute": "aria"}, "did you mean 'area'"),
    ],
)
def test_bad_options_say_what_to_do(options, words):
    with pytest.raises(InputError, match=words):
        calibrate(process(10, people=40, ideas=30), adoption, **{"attribute": "area", **options})


def test_a_process_the_detector_cannot_use_is_an_error_at_once():
    given = tables(11)
    given.pop("priorities")
    with pytest.raises(InputError, match="priorities"):
        calibrate(Process(**given), priorities, attribute="area")


def test_progress_is_shown_on_request(capsys):
    calibrate(
        process(12, people=40, ideas=30),
        adoption,
        attribute="area",
        worlds=2,
        planted_worlds=1,
        draws=99,
        progress=True,
    )
    assert "worlds" in capsys.readouterr().err


def test_without_tqdm_there_is_no_bar_and_the_same_answer(capsys, monkeypatch):
    asked = {"attribute": "area", "worlds": 2, "planted_worlds": 1, "draws": 99, "rng": 1}
    quiet = calibrate(process(12, people=40, ideas=30), adoption, **asked)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert (
        calibrate(process(12, people=40, ideas=30), adoption, **asked, progress=True).to_json()
        == quiet.to_json()
    )
    assert capsys.readouterr().err == ""


def test_a_loud_voice_is_no_false_alarm_of_dominance():
    made = dominant_voice()
    assert dominance(made, attribute="g", rng=1).findings[-1].verdict is Verdict.PATTERN
    found = calibrate(
        made, dominance, attribute="g", worlds=40, planted_worlds=2, points=(20,), draws=99, rng=1
    )
    assert found.false_alarms <= 0.15
    assert found.findings[0].verdict is not Verdict.PATTERN


def dominant_voice():
    counts = [60] + [3] * 60
    authors = [f"p{i:02d}" for i, n in enumerate(counts) for _ in range(n)]
    return Process(
        participants={
            "participant_id": [f"p{i:02d}" for i in range(61)],
            "g": ["a", "b", "b"] * 20 + ["a"],
        },
        ideas={"idea_id": range(len(authors)), "author_id": authors},
    )


@pytest.mark.parametrize(
    "detector, planted", [(own_ideas, {"own_ideas": 0.2}), (rivals, {"rivals": 0.15})]
)
def test_detectors_about_authors_are_tried_where_nobody_rates_an_own_idea(detector, planted):
    made, _ = world(rng=1, people=100, ideas=80, kind="score", **planted)
    assert any(
        f.verdict is Verdict.PATTERN for f in detector(made, attribute="group", rng=1).findings
    )
    found = calibrate(
        made, detector, attribute="group", worlds=30, planted_worlds=4, points=(20,), rng=1
    )
    assert found.false_alarms <= 0.2
    assert found.findings[0].verdict is not Verdict.PATTERN
    assert (
        next(
            r["share"]
            for r in found.rows.records()
            if r["points"] == 20 and r["seen_as"] == "pattern"
        )
        == 1.0
    )


def test_ideas_given_to_raters_are_rated_by_them():
    made, _ = world(rng=2, people=40, ideas=30, kind="score", seen=0.5)
    given = dealt(made, "group", "own_ideas", rng())
    ballots, wrote = given.ballots(), given.authorship
    own = set(zip(wrote.person.tolist(), wrote.idea.tolist(), strict=True))
    assert len(ballots) == (~made.ballots().is_self).sum()
    assert {
        (p, i)
        for p, i in zip(ballots.person[ballots.is_self], ballots.idea[ballots.is_self], strict=True)
    } == own
    assert not own & set(
        zip(made.authorship.person.tolist(), made.authorship.idea.tolist(), strict=True)
    )


def test_time_that_is_up_leaves_some_worlds_of_each_size():
    made, _ = world(rng=3, people=40, ideas=30)
    found = calibrate(
        made, adoption, attribute="group", points=(10, 20), seconds=0, draws=19, rng=1
    )
    assert [r["worlds"] for r in found.rows.records()] == [1] * 6
    assert "Stopped after 3 of 400 worlds." in map(str, found.notes)
    with pytest.raises(InputError, match="seconds"):
        calibrate(made, adoption, attribute="group", seconds=-1)


def test_interrupting_keeps_what_was_seen():
    made, _ = world(rng=3, people=40, ideas=30)
    calls = []

    def tired(process, *, attribute, rng, draws):
        calls.append(rng)
        if len(calls) > after:
            raise KeyboardInterrupt
        return adoption(process, attribute=attribute, rng=rng, draws=draws)

    after = 9
    found = calibrate(
        made,
        tired,
        attribute="group",
        points=(20,),
        plant="adoption",
        worlds=20,
        planted_worlds=20,
        draws=19,
        rng=1,
    )
    assert sorted({(r["points"], r["worlds"]) for r in found.rows.records()}) == [
        (0.0, 4),
        (20.0, 4),
    ]
    calls.clear()
    after = 1
    with pytest.raises(KeyboardInterrupt):
        calibrate(made, tired, attribute="group", points=(20,), plant="adoption", draws=19, rng=1)


def test_many_findings_get_draws_enough_for_a_pattern():
    """Holm over eight groups makes eight times 1 / 500 of the smallest p value: more than a pattern may have."""
    groups = {f"g{k}": 1 / 8 for k in range(8)}
    made, _ = world(rng=4, people=160, ideas=160, kind="score", groups=groups)
    found = calibrate(
        made, own_ideas, attribute="group", worlds=1, planted_worlds=3, points=(40,), rng=1
    )
    assert found.settings["options"]["draws"] >= 1_000
    given = calibrate(
        made,
        own_ideas,
        attribute="group",
        worlds=1,
        planted_worlds=1,
        points=(40,),
        draws=99,
        rng=1,
    )
    assert given.settings["options"]["draws"] == 99
