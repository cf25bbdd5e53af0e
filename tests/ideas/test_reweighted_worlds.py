"""Another result: gates, worlds with a known answer, and what must not change it."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprep import Baseline, Process, from_json, ideas
from coprep.errors import InputError
from coprep.ideas._consequences.rules import Rule

HALF = Baseline.from_counts({"age": {"old": 500, "young": 500}})
PEOPLE = {"old": 140, "young": 60}


def votes(seed=0, people=PEOPLE, m=10, tau=0.0, base=-0.7, attribute="age", wanted=None, **more):
    """Approvals of people of some groups, whose tastes differ by `tau`; `wanted` are extra logits by group and idea."""
    rng = np.random.default_rng(seed)
    group = np.repeat(list(people), list(people.values()))
    liked = rng.normal(base, 0.7, m)
    taste = {g: rng.normal(0, tau, m) if tau else np.zeros(m) for g in people}
    for (g, idea), extra in (wanted or {}).items():
        taste[g][idea] += extra
    logit = liked + np.array([taste[g] for g in group])
    yes = rng.random(logit.shape) < 1 / (1 + np.exp(-logit))
    return group, yes, more


def process_of(
    group, yes, *, attribute="age", idea_columns=None, names=None, kind="approve", **more
):
    """A process in which everybody was shown everything."""
    n, m = yes.shape
    who = [f"p{v:05d}" for v in range(n)]
    what = names or [f"i{i:02d}" for i in range(m)]
    person, idea = np.indices(yes.shape).reshape(2, -1)
    return Process(
        participants={"participant_id": who, attribute: list(group)},
        ideas={"idea_id": what, **(idea_columns or {})},
        ratings={
            "participant_id": [who[v] for v in person],
            "idea_id": [what[i] for i in idea],
            "value": yes[person, idea].astype(int).tolist(),
            "kind": [kind] * len(person),
        },
        **more,
    )


def answer(seed=0, *, people=PEOPLE, baseline=HALF, options=None, world=None, **more):
    group, yes, _ = votes(seed, people, **(world or {}))
    process = process_of(group, yes, **more)
    asked = {"places": 3, "rng": 1, "draws": 500, **(options or {})}
    return ideas.reweighted_outcome(process, baseline, **asked)


def verdict(found):
    return found.findings[0].verdict.value


def reason(found):
    return found.findings[0].details["reason"]


# -- the rule --------------------------------------------------------------------------------------


@st.composite
def elections(draw):
    m = draw(st.integers(2, 9))
    supports = st.lists(st.integers(0, 12), min_size=m, max_size=m)
    seen = np.array(draw(supports), float) / 12
    after = np.array(draw(supports), float) / 12
    cost = np.array(draw(st.lists(st.integers(1, 9), min_size=m, max_size=m)), float)
    if draw(st.booleans()):
        return seen, after, Rule("greedy", draw(st.integers(0, 30)), cost, np.arange(m))
    return seen, after, Rule("top", draw(st.integers(1, m)), np.ones(m), np.arange(m))


@given(elections())
def test_a_list_changes_if_and_only_if_a_loser_overtakes_enough_winners(drawn):
    seen, after, rule = drawn
    won = rule.chosen(seen)
    order = rule.orders(after[None, :])[0]
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    over = ~won[:, None] & won & (place[:, None] < place)
    assert rule.refuted_by(won, over).any() == (rule.chosen(after) != won).any()


@given(elections())
def test_lists_of_many_supports_are_the_lists_of_each(drawn):
    seen, after, rule = drawn
    both = rule.chosen(np.stack([seen, after]))
    assert (both[0] == rule.chosen(seen)).all() and (both[1] == rule.chosen(after)).all()


@given(elections())
def test_an_idea_changes_its_place_at_its_mark_and_not_before(drawn):
    support, _, rule = drawn
    support = support + np.arange(len(support)) * 1e-4  # no ties
    won = rule.chosen(support)
    marks = rule.marks(support)
    for idea, mark in enumerate(marks):
        places = [
            rule.chosen(np.where(np.arange(len(support)) == idea, x, support))[idea]
            for x in (-1.0, 2.0)
        ]
        if np.isnan(mark):
            assert places[0] == places[1] == won[idea]
            continue
        side = -1e-6 if won[idea] else 1e-6
        moved = support.copy()
        moved[idea] = mark + side
        assert rule.chosen(moved)[idea] != won[idea]
        moved[idea] = mark - side
        assert rule.chosen(moved)[idea] == won[idea]


@given(elections(), st.lists(st.floats(-3, 3), min_size=81, max_size=81), st.floats(-3, 3))
def test_the_largest_refuting_margin_is_where_the_list_stops_being_refuted(drawn, margins, level):
    seen, _, rule = drawn
    won = rule.chosen(seen)
    m = len(seen)
    family = ~won[:, None] & won
    margin = np.where(family, np.array(margins[: m * m]).reshape(m, m), -np.inf)
    refuted = rule.refuted_by(won, family & (margin > level)).any()
    assert refuted == (rule.largest_refuting(won, margin) > level)


# -- worlds ----------------------------------------------------------------------------------------


def test_groups_that_think_alike_hardly_ever_give_another_list():
    found = [answer(seed, options={"rng": seed}) for seed in range(150)]
    on_paper = sum(next(iter(one.overall.records()))["gained_on_paper"] > 0 for one in found)
    assert on_paper > 10  # which is what weighting alone would have said
    assert sum(verdict(one) == "pattern" for one in found) <= 3


def test_a_list_that_half_of_the_community_would_change_is_found():
    world = {"wanted": {("young", 9): 4.0, ("old", 9): -2.0}}
    found = answer(4, people={"old": 700, "young": 150}, world=world)
    assert verdict(found) == "pattern"
    row = {r["idea_id"]: r for r in found.rows.records()}
    assert "gains" in {r["shown"] for r in row.values()}
    assert "would gain a place" in found.findings[0].reading
    assert found.findings[0].p_value < 0.05
    assert set(found.flagged["shown"]) <= {"gains", "loses"}
    assert len(found.flagged) >= 1


def test_a_room_like_the_community_leaves_nothing_to_say():
    found = answer(people={"old": 50, "young": 50})
    assert verdict(found) == "no_material_difference"
    assert next(iter(found.overall.records()))["settled_by"] == "matched"
    assert found.rows["effect"] == pytest.approx([0.0] * 10)


def test_what_no_missing_person_could_change_stays_whatever_they_think():
    group = np.array(["old"] * 60 + ["young"] * 40)
    yes = np.zeros((100, 4), bool)
    yes[:, :2] = True
    yes[:3, 2:] = True
    found = ideas.reweighted_outcome(process_of(group, yes), HALF, places=2, rng=1)
    assert verdict(found) == "no_material_difference"
    assert next(iter(found.overall.records()))["settled_by"] == "bounds"
    assert "whatever those who are missing think" in found.findings[0].reading


# -- gates -----------------------------------------------------------------------------------------


def test_groups_with_few_people_are_not_spoken_for():
    found = answer(people={"old": 100, "young": 4})
    assert (verdict(found), reason(found)) == ("not_assessable", "small_group")
    assert "a group of age has fewer than 5 voters" in found.findings[0].reading
    assert "young" not in found.groups["group"]
    found = answer(people={"old": 100, "young": 8}, options={"min_group": 10})
    assert "only 8 voters in “young” (age) took part" in found.findings[0].reading
    found = answer(people={"old": 14, "young": 8})
    assert (verdict(found), reason(found)) == ("not_assessable", "few_voters")


def test_one_person_does_not_speak_for_a_dozen():
    baseline = Baseline.from_counts({"age": {"old": 300, "young": 700}})
    world = {"wanted": {("young", 9): 4.0, ("old", 9): -3.0}}
    found = answer(people={"old": 400, "young": 12}, baseline=baseline, world=world)
    assert (verdict(found), reason(found)) == ("inconclusive", "heavy_weights")


def test_a_group_that_is_absent_gives_bounds_and_never_a_weight():
    baseline = Baseline.from_counts({"age": {"old": 500, "young": 300, "child": 200}})
    found = answer(baseline=baseline)
    assert (verdict(found), reason(found)) == ("not_assessable", "absent_group")
    low = np.array(found.rows["bound_low"])
    high = np.array(found.rows["bound_high"])
    assert high - low == pytest.approx([0.2] * 10)
    assert np.isnan(found.rows["support"]).all()
    assert "“child” (age)" in found.findings[0].reading
    weights = {row["group"]: row["mean_weight"] for row in found.groups.records()}
    assert all(np.isnan(w) for w in weights.values())


def test_attributes_made_from_the_votes_are_refused():
    found = answer(from_votes=["age"], options={"attributes": "age"})
    assert (verdict(found), reason(found)) == ("not_assessable", "labels_from_votes")
    group = np.repeat(["old", "young"], 50)
    yes = np.zeros((100, 4), bool)
    yes[:50, :2] = True
    yes[50:, 2:] = True
    found = ideas.reweighted_outcome(process_of(group, yes), HALF, places=2, rng=1)
    assert (verdict(found), reason(found)) == ("not_assessable", "labels_from_votes")


def test_a_list_that_the_votes_did_not_make_is_not_judged():
    group, yes, _ = votes()
    worst = np.argsort(yes.sum(axis=0))[:3]
    status = ["adopted" if i in worst else "rejected" for i in range(10)]
    found = ideas.reweighted_outcome(
        process_of(group, yes, idea_columns={"status": status}), HALF, rng=1
    )
    assert (verdict(found), reason(found)) == ("not_assessable", "not_by_votes")


def test_a_tie_at_the_cut_is_broken_as_it_was_broken():
    group = np.repeat(["old", "young"], [60, 40])
    yes = np.zeros((100, 4), bool)
    yes[:80, 0] = True
    yes[10:50, [1, 2, 3]] = True
    status = ["adopted", "rejected", "rejected", "adopted"]
    process = process_of(group, yes, idea_columns={"status": status})
    found = ideas.reweighted_outcome(process, HALF, rng=1)
    chosen = {row["idea_id"]: row["chosen_seen"] for row in found.rows.records()}
    assert chosen == {"i00": True, "i01": False, "i02": False, "i03": True}
    assert not any(note.code == "list_differs" for note in found.notes)


def test_quotas_leave_nothing_to_reweight():
    found = answer(selection="quota", quotas=["age"])
    assert (verdict(found), reason(found)) == ("not_assessable", "quota_attribute")


def test_all_chosen_is_nothing_to_decide():
    found = answer(options={"places": 10})
    assert (verdict(found), reason(found)) == ("not_assessable", "nothing_to_decide")


def two_attributes(seed=0, n=300, together=0.0):
    rng = np.random.default_rng(seed)
    age = np.where(rng.random(n) < 0.7, "old", "young")
    sex = np.where(rng.random(n) < 0.5, "f", "m")
    sex = np.where(rng.random(n) < together, np.where(age == "old", "f", "m"), sex)
    yes = rng.random((n, 8)) < 0.3
    process = process_of(age, yes)
    people = {"participant_id": list(process.people), "age": age.tolist(), "sex": sex.tolist()}
    person, idea = np.nonzero(yes)
    return Process(
        participants=people,
        ideas={"idea_id": [f"i{i}" for i in range(8)]},
        ratings={
            "participant_id": [process.people[v] for v in person],
            "idea_id": [f"i{i}" for i in idea],
            "value": [1] * len(person),
        },
    )


MARGINS = Baseline.from_counts({"age": {"old": 50, "young": 50}, "sex": {"f": 51, "m": 49}})


def test_several_attributes_are_raked_and_each_is_told_alone():
    found = ideas.reweighted_outcome(two_attributes(), MARGINS, places=3, rng=1, draws=300)
    assert next(iter(found.overall.records()))["method"] == "rake"
    assert found.by_attribute["attribute"] == ("age", "sex")
    assert [n.code for n in found.notes].count("assumption") == 1


def test_attributes_that_go_together_in_the_room_cannot_be_raked_into_a_claim():
    found = ideas.reweighted_outcome(
        two_attributes(together=0.9), MARGINS, places=3, rng=1, draws=300
    )
    assert (verdict(found), reason(found)) == ("inconclusive", "associated")


def test_a_joint_table_is_used_where_it_is_known():
    rows = {"age": ["old", "old", "young", "young"], "sex": ["f", "m"] * 2, "n": [30, 20, 21, 29]}
    joint = Baseline.from_microdata(rows, attributes=["age", "sex"], weight="n")
    process = two_attributes(together=0.5)
    found = ideas.reweighted_outcome(process, joint, places=3, rng=1, draws=300)
    overall = next(iter(found.overall.records()))
    assert overall["method"] == "poststratify"
    raked = ideas.reweighted_outcome(process, joint, places=3, method="rake", rng=1, draws=300)
    assert next(iter(raked.overall.records()))["method"] == "rake"
    assert raked.rows["support"] != found.rows["support"]
    with pytest.raises(InputError, match="no joint table"):
        ideas.reweighted_outcome(process, MARGINS, places=3, method="poststratify")


def test_shares_that_no_weights_reach_are_refused_by_name():
    process = two_attributes(n=60)
    age = np.array(process.grouping("age").groups)[process.grouping("age").codes]
    sex = np.where(age == "young", "m", "f")
    sex[np.flatnonzero(age == "old")[:10]] = "m"
    person = process.ballots().person
    again = Process(
        participants={
            "participant_id": list(process.people),
            "age": age.tolist(),
            "sex": sex.tolist(),
        },
        ideas={"idea_id": list(process.ideas.ids)},
        ratings={
            "participant_id": [process.people[v] for v in person],
            "idea_id": [process.ideas.ids[i] for i in process.ballots().idea],
            "value": [1] * len(person),
        },
    )
    baseline = Baseline.from_counts({"age": {"old": 20, "young": 80}, "sex": {"f": 60, "m": 40}})
    found = ideas.reweighted_outcome(again, baseline, places=3, rng=1, draws=300)
    assert (verdict(found), reason(found)) == ("not_assessable", "out_of_reach")


# -- what is asked ---------------------------------------------------------------------------------


def test_the_rule_is_read_from_the_process():
    cost = {"cost": [10.0 * (i + 1) for i in range(10)]}
    found = answer(idea_columns=cost, budget=100.0, options={"places": None})
    assert found.settings["rule"] == "greedy"
    with pytest.raises(InputError, match="not known how ideas were chosen"):
        answer(options={"places": None})
    with pytest.raises(InputError, match="different rules"):
        answer(options={"budget": 3.0})
    with pytest.raises(InputError, match="takes no budget"):
        answer(options={"rule": "top", "budget": 3.0})
    with pytest.raises(InputError, match="have no cost"):
        answer(options={"places": None, "budget": 3.0})
    with pytest.raises(InputError, match="from 0 to 1"):
        answer(options={"places": None, "threshold": 3.0})


def test_everything_wrong_with_the_options_is_said_at_once():
    wrong = {"target": "town", "material": 2, "draws": 3, "confidence": 1.0, "min_group": 0}
    with pytest.raises(InputError) as error:
        answer(options=wrong)
    assert {p.param for p in error.value.problems} == set(wrong)


def test_a_baseline_is_needed_and_its_labels_are_held():
    with pytest.raises(InputError, match="no baseline"):
        answer(baseline=None)
    other = Baseline.from_counts({"age": {"aged": 1, "young": 1}})
    with pytest.raises(InputError, match="which the baseline lacks"):
        answer(baseline=other)
    found = answer(baseline=other, options={"recode": {"age": {"old": "aged"}}})
    assert found.groups["group"] == ("aged", "young")
    with pytest.raises(InputError, match="no attribute in common"):
        answer(baseline=Baseline.from_counts({"sex": {"f": 1, "m": 1}}))
    with pytest.raises(InputError, match="attributes names 'aeg'"):
        answer(options={"attributes": "aeg"})


def test_people_who_are_not_of_the_community_are_left_out_of_it():
    people = {"old": 140, "young": 60, "visitor": 20}
    with pytest.raises(InputError, match="visitor"):
        answer(people=people)
    found = answer(people=people, options={"outside": ["visitor"]})
    note = next(n for n in found.notes if n.code == "outside_community")
    assert note.values["voters"] == 20
    assert set(found.rows["people"]) == {220}


def test_a_target_is_called_a_target():
    target = Baseline.from_shares({"age": {"old": 0.5, "young": 0.5}}, kind="target")
    found = answer(baseline=target)
    assert "target" in found.title and "community" not in found.findings[0].reading


def test_the_community_is_described_and_never_judged():
    found = answer(people={"old": 50, "young": 50}, options={"target": "community"})
    assert verdict(found) == "inconclusive"
    assert reason(found) == "description"
    wide = np.array(found.rows["support_high"]) - np.array(found.rows["support_low"])
    assert (wide > 0).all()


# -- what must not change it -----------------------------------------------------------------------


def test_names_and_the_order_of_rows_change_no_number():
    group, yes, _ = votes(3, tau=0.6)
    usual = ideas.reweighted_outcome(process_of(group, yes), HALF, places=3, rng=1, draws=500)
    order = np.random.default_rng(1).permutation(len(group))
    turned = ideas.reweighted_outcome(
        process_of(group[order], yes[order]), HALF, places=3, rng=1, draws=500
    )
    named = {"old": "<b>a</b>", "young": "=1+1"}
    other = Baseline.from_counts({"age": {named[g]: 500 for g in ("young", "old")}})
    renamed = ideas.reweighted_outcome(
        process_of([named[g] for g in group], yes), other, places=3, rng=1, draws=500
    )
    for found in (turned, renamed):
        assert found.rows["idea_id"] == usual.rows["idea_id"]
        for name in ("support", "effect", "support_low", "rank", "newcomers_needed", "bound_low"):
            np.testing.assert_allclose(found.rows[name], usual.rows[name], rtol=1e-9, atol=1e-12)
        assert verdict(found) == verdict(usual)


@pytest.mark.parametrize("kind", ["approve", "choose_one", "score", "points", "rank", "agree"])
@pytest.mark.parametrize("rule", ["top", "threshold", "greedy"])
@pytest.mark.parametrize("shown", [True, False])
def test_every_ballot_goes_with_every_rule(kind, rule, shown):
    rng = np.random.default_rng(7)
    n, m = 90, 6
    group = np.repeat(["old", "young"], [60, 30])
    saw = rng.random((n, m)) < (0.7 if shown else 1.0)
    value = {
        "approve": rng.random((n, m)) < 0.4,
        "choose_one": np.arange(m) == rng.integers(0, m, n)[:, None],
        "score": rng.integers(1, 6, (n, m)),
        "points": rng.multinomial(10, np.ones(m) / m, n),
        "rank": 1 + np.argsort(rng.random((n, m)), axis=1),
        "agree": rng.integers(-1, 2, (n, m)),
    }[kind].astype(float)
    if kind == "rank":
        value = np.where(saw, value, np.inf).argsort(axis=1).argsort(axis=1) + 1.0
    person, idea = np.nonzero(saw)
    process = Process(
        participants={"participant_id": [f"p{v:03d}" for v in range(n)], "age": group.tolist()},
        ideas={"idea_id": [f"i{i}" for i in range(m)], "cost": [1.0, 2, 3, 4, 5, 6]},
        ratings={
            "participant_id": [f"p{v:03d}" for v in person],
            "idea_id": [f"i{i}" for i in idea],
            "value": value[person, idea].tolist(),
            "kind": [kind] * len(person),
        },
    )
    number = {
        "top": {"places": 2},
        "threshold": {"threshold": 0.5 if kind not in ("score", "rank") else 2.5},
        "greedy": {"budget": 8.0},
    }[rule]
    found = ideas.reweighted_outcome(process, HALF, rule=rule, rng=1, draws=300, **number)
    assert verdict(found) in {"pattern", "inconclusive", "no_material_difference", "not_assessable"}
    rows = found.table
    inside = rows.dropna(subset=["newcomers_needed"])
    assert (rows["bound_low"] <= rows["support"] + 1e-9).all()
    assert (rows["bound_high"] >= rows["support"] - 1e-9).all()
    assert (rows["rank_low"] <= rows["rank_high"]).all()
    assert len(inside) <= len(rows)
    assert from_json(found.to_json()) == found


def test_the_reversed_room_moves_supports_the_other_way():
    group, yes, _ = votes(5, {"old": 100, "young": 100}, tau=0.8)
    process = process_of(group, yes)
    for share in (0.3, 0.7):
        baseline = Baseline.from_counts({"age": {"old": share, "young": 1 - share}})
        found = ideas.reweighted_outcome(process, baseline, places=3, rng=1, draws=300)
        if share == 0.3:
            first = np.array(found.rows["effect"])
    np.testing.assert_allclose(first, -np.array(found.rows["effect"]), atol=1e-12)


# -- the common face -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    return answer(4, people={"old": 700, "young": 150}, world={"tau": 1.2})


def test_it_has_the_common_face(found, tmp_path):
    assert " ".join(found.findings[0].reading.split()) in " ".join(found.summary().split())
    assert from_json(found.to_json()) == found
    assert "<svg" in found.to_html() or "image/svg" in found.to_html()
    for suffix in ("html", "json", "csv", "md"):
        assert found.save(tmp_path / f"x.{suffix}").stat().st_size > 100
    assert found.plot().get_title(loc="left").startswith("The result had the voters had the age")


def test_the_picture_tells_lists_and_changes(found):
    axes = found.plot()
    left = [label.get_text() for label in axes.get_yticklabels()]
    assert left == [f"{row['rank_seen']}  {row['idea_id']}" for row in found.rows.records()]
    slopes = [
        line
        for line in axes.lines
        if list(line.get_xdata()) == [0, 1] and len(set(line.get_linestyle())) >= 1
    ]
    assert len(slopes) >= len(found.rows)


def test_every_sentence_quotes_its_values(found):
    finding = found.findings[0]
    assert json.loads(json.dumps(found.to_dict()))["findings"][0]["values"]
    assert finding.values["mix"] == "age"
    codes = {note.code for note in finding.caveats}
    assert {"assumption", "only_matched", "vote_is_valid", "weights"} <= codes


def test_a_protected_copy_gives_no_group_mean_back(found):
    safe = found.protect(5)
    assert from_json(safe.to_json()) == safe
    assert all(np.isnan(v) for v in safe.rows["newcomers_assumed"])
    known = [v for v in safe.rows["support"] if not np.isnan(v)]
    assert known and all(round(v, 2) == v for v in known)
    assert not any(note.code == "assumption" for note in safe.notes)
    assert "%" not in " ".join(safe.rows["reading"])


def test_what_rests_on_few_people_is_hidden_in_a_protected_copy():
    group = np.repeat(["old", "young"], [60, 40])
    yes = np.zeros((100, 4), bool)
    yes[:30, 0] = True
    yes[60:62, 0] = True  # two young voters
    yes[20:70, 1] = True
    yes[10:80, 2] = True
    yes[40:80, 3] = True
    exact = ideas.reweighted_outcome(process_of(group, yes), HALF, places=2, rng=1)
    safe = exact.protect(5)
    rows = {row["idea_id"]: row for row in safe.rows.records()}
    # Two and two are hidden, so that either may be the one with few people on a side.
    assert np.isnan(rows["i00"]["support"]) and np.isnan(rows["i01"]["support"])
    assert not np.isnan(rows["i02"]["support"]) and not np.isnan(rows["i03"]["support"])
    assert rows["i00"]["chosen"] is not None and rows["i00"]["rank"] is not None


# -- faults of a kind ------------------------------------------------------------------------------


def test_a_place_that_is_only_lost_is_a_change():
    """Of two ideas above the line one would fall below it and none would rise: half of the list goes."""
    group = np.repeat(["old", "young"], [150, 50])
    yes = np.zeros((200, 3), bool)
    yes[:110, 0] = True  # 55% of all, 37% weighted
    yes[:130, 1] = yes[150:190, 1] = True
    found = ideas.reweighted_outcome(
        process_of(group, yes), HALF, threshold=0.5, rng=1, draws=300, attributes="age"
    )
    overall = next(iter(found.overall.records()))
    assert overall["lost_on_paper"] == 1
    assert verdict(found) == "pattern"
    assert found.findings[0].values["moved"] == 0.5


def test_no_idea_above_the_line_is_a_list_too():
    group = np.repeat(["old", "young"], [150, 50])
    yes = np.random.default_rng(1).random((200, 4)) < 0.2
    found = ideas.reweighted_outcome(process_of(group, yes), HALF, threshold=0.9, rng=1, draws=300)
    overall = next(iter(found.overall.records()))
    assert (overall["places"], overall["moved"], overall["moved_high"]) == (0, 0.0, 0.0)
    assert verdict(found) == "no_material_difference"


def test_nobody_known_is_not_nobody_there():
    group, yes, _ = votes()
    process = process_of([None] * len(group), yes)
    found = ideas.reweighted_outcome(process, HALF, attributes="age", places=3, rng=1)
    assert (verdict(found), reason(found)) == ("not_assessable", "nobody_known")


def test_votes_for_merged_ideas_go_where_these_went_and_count_once():
    process = Process(
        participants={
            "participant_id": [f"p{v:02d}" for v in range(60)],
            "age": ["old"] * 40 + ["young"] * 20,
        },
        ideas={
            "idea_id": ["a", "b", "c", "d"],
            "merged_into": [None, "a", None, None],
            "status": [None, "merged", None, None],
        },
        ratings={
            "participant_id": [f"p{v:02d}" for v in range(60) for _ in range(4)],
            "idea_id": ["a", "b", "c", "d"] * 60,
            "value": [int(v % (k + 2) == 0) for v in range(60) for k in range(4)],
        },
    )
    found = ideas.reweighted_outcome(process, HALF, places=1, rng=1, draws=300)
    assert sorted(found.rows["idea_id"]) == ["a", "c", "d"]
    either = np.mean([v % 2 == 0 or v % 3 == 0 for v in range(60)])
    assert dict(zip(found.rows["idea_id"], found.rows["support_seen"], strict=True))[
        "a"
    ] == pytest.approx(either)


def test_ages_as_numbers_go_into_the_bands_of_the_community():
    group, yes, _ = votes()
    ages = [25 if g == "young" else 60 for g in group]
    bands = Baseline.from_counts({"age": {"16 to 34": 500, "35 and over": 500}})
    found = ideas.reweighted_outcome(process_of(ages, yes), bands, places=3, rng=1, draws=300)
    usual = answer(options={"draws": 300})
    np.testing.assert_allclose(found.rows["support"], usual.rows["support"])


def test_weights_of_participants_are_told_not_to_count():
    group, yes, _ = votes()
    process = process_of(group, yes)
    again = Process(
        participants={
            "participant_id": list(process.people),
            "age": list(group),
            "weight": [2.0] * len(group),
        },
        ideas={"idea_id": list(process.ideas.ids)},
        ratings={
            "participant_id": [process.people[v] for v in process.ballots().person],
            "idea_id": [process.ideas.ids[i] for i in process.ballots().idea],
            "value": process.ballots().value.astype(int).tolist(),
        },
    )
    found = ideas.reweighted_outcome(again, HALF, places=3, rng=1, draws=300)
    assert "weights_not_used" in {note.code for note in found.notes}


def test_votes_for_own_ideas_can_take_a_change_back():
    """The young win only with the votes they gave their own ideas."""
    n = 120
    group = np.repeat(["old", "young"], [90, 30])
    yes = np.zeros((n, 33), bool)
    rng = np.random.default_rng(2)
    yes[:, :3] = rng.random((n, 3)) < 0.5
    yes[np.arange(90, 120), np.arange(3, 33)] = True
    process = process_of(
        group, yes, idea_columns={"author_id": [None] * 3 + [f"p{v:05d}" for v in range(90, 120)]}
    )
    found = ideas.reweighted_outcome(process, HALF, places=2, rng=1, draws=300)
    assert verdict(found) != "pattern"


@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(2, 12), st.floats(0.05, 0.9))
@settings(max_examples=40, deadline=None)
def test_whatever_the_room_the_answer_holds_together(seed, groups, m, skew):
    rng = np.random.default_rng(seed)
    names = [f"g{k}" for k in range(groups)]
    share = rng.dirichlet(np.ones(groups))
    n = int(rng.integers(5, 150))
    group = rng.choice(names, n, p=(1 - skew) * share + skew / groups)
    labels = [None if rng.random() < 0.1 else g for g in group]
    yes = rng.random((n, m)) < rng.random(m)
    baseline = Baseline.from_counts({"age": dict(zip(names, 1000 * share + 1, strict=True))})
    process = process_of(labels, yes)
    try:
        found = ideas.reweighted_outcome(
            process,
            baseline,
            attributes="age",
            places=int(rng.integers(1, m + 1)),
            rng=1,
            draws=200,
        )
    except InputError as error:
        assert "attributes names 'age'" in str(error)
        return
    said = verdict(found)
    table = found.table
    assert from_json(found.to_json()) == found
    assert from_json(found.protect().to_json()).rows["idea_id"] == found.rows["idea_id"]
    assert not found.findings[0].reading.count("nan")
    there = {label for label in labels if label}
    if set(names) - there:
        assert said in ("not_assessable", "no_material_difference")
        assert table["support"].isna().all()
        return
    known = table.dropna(subset=["support"])
    assert (known["support_low"] <= known["support"]).all()
    assert (known["bound_low"] - 1e-9 <= known["support"]).all()
    assert known["chosen"].sum() == table["chosen_seen"].sum()
    if said == "pattern":
        assert (known["chosen"] != known["chosen_seen"]).any()
    else:
        assert set(table["shown"]) == {"none"}


def scored(scale=None):
    rng = np.random.default_rng(3)
    group = np.repeat(["old", "young"], [70, 30])
    value = rng.integers(4, 7, (100, 3)) + np.array([2, 1, 0])
    person, idea = np.indices(value.shape).reshape(2, -1)
    return Process(
        participants={"participant_id": [f"p{v:03d}" for v in range(100)], "age": group.tolist()},
        ideas={"idea_id": ["a", "b", "c"]},
        ratings={
            "participant_id": [f"p{v:03d}" for v in person],
            "idea_id": ["abc"[i] for i in idea],
            "value": value.ravel().astype(float).tolist(),
            "kind": ["score"] * len(person),
        },
        scale=scale,
    )


def test_bounds_reach_to_the_ends_of_the_scale():
    found = ideas.reweighted_outcome(scored((0.0, 10.0)), HALF, places=1, rng=1, draws=300)
    replaced = next(iter(found.overall.records()))["replaced"]
    wide = np.array(found.rows["bound_high"]) - np.array(found.rows["bound_low"])
    assert wide == pytest.approx([10 * replaced] * 3)
    seen = ideas.reweighted_outcome(scored(), HALF, places=1, rng=1, draws=300)
    note = next(n for n in seen.notes if n.code == "ends_of_scale")
    assert (note.values["low"], note.values["high"]) == (4, 8)


def test_shares_that_were_estimated_leave_nothing_exact():
    rows = {
        "attribute": ["age"] * 2,
        "group": ["old", "young"],
        "share": [0.5, 0.5],
        "moe": [0.05, 0.05],
    }
    survey = Baseline.from_frame(rows, share="share", moe="moe")
    found = answer(people={"old": 50, "young": 50}, baseline=survey)
    assert next(iter(found.overall.records()))["settled_by"] != "matched"
    assert (np.array(found.rows["support_high"]) > np.array(found.rows["support_low"])).all()


def test_an_idea_that_few_of_a_group_saw_is_in_no_test():
    rng = np.random.default_rng(3)
    group = np.repeat(["old", "young"], [80, 40])
    yes = rng.random((120, 6)) < 0.4
    yes[80:, 5] = True
    saw = rng.random((120, 6)) < 0.8
    saw[84:, 5] = False
    person, idea = np.nonzero(saw)
    process = Process(
        participants={"participant_id": [f"p{v:03d}" for v in range(120)], "age": group.tolist()},
        ideas={"idea_id": [f"i{i}" for i in range(6)]},
        ratings={
            "participant_id": [f"p{v:03d}" for v in person],
            "idea_id": [f"i{i}" for i in idea],
            "value": yes[person, idea].astype(int).tolist(),
        },
    )
    found = ideas.reweighted_outcome(process, HALF, places=2, rng=1, draws=300)
    note = next(n for n in found.notes if n.code == "ideas_seen_by_few")
    assert note.values["ideas"] == 1
    assert dict(zip(found.rows["idea_id"], found.rows["shown"], strict=True))["i5"] == "none"
