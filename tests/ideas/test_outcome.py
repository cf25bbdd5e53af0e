from __future__ import annotations

import json
import re

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.ideas._participation.share_ratio import group_sums
from coprep.ideas._votes.support import read_support
from coprep.ideas.outcome import outcome
from coprep.loading import from_json
from coprep.metrics.votes import equal_split
from outcome_world import process, relabelled, shuffled, tables
from reference import HERE


def case(name):
    return json.loads((HERE / "oracles" / "ideas" / f"{name}.json").read_text())


def of_matrix(approvals, group, **ideas):
    """A process in which people approve as the matrix says; every pair was shown."""
    approvals = np.asarray(approvals)
    who, what = (
        [f"p{i:03d}" for i in range(len(approvals))],
        [f"i{j}" for j in range(approvals.shape[1])],
    )
    person, idea = np.indices(approvals.shape)
    return Process(
        participants={"participant_id": who, "area": list(group)},
        ideas={"idea_id": what, **ideas},
        ratings={
            "participant_id": [who[i] for i in person.ravel()],
            "idea_id": [what[j] for j in idea.ravel()],
            "value": approvals.ravel().tolist(),
            "kind": ["approve"] * approvals.size,
        },
    )


def blocs(favoured=40, others=40, seed=0):
    """Two groups that want different things, and only the first group's are adopted."""
    rng = np.random.default_rng(seed)
    likes = np.repeat([[1] * 6 + [0] * 6, [0] * 6 + [1] * 6], [favoured, others], axis=0)
    noisy = np.where(rng.random(likes.shape) < 0.1, 1 - likes, likes)
    status = ["adopted"] * 4 + ["rejected"] * 8
    return of_matrix(noisy, ["a"] * favoured + ["b"] * others, status=status, cost=[10.0] * 12)


def test_equal_split_reference():
    reference = case("outcome_equal_split")
    given, expected = reference["inputs"], reference["expected"]
    made = of_matrix(given["approvals"], given["group"], status=["adopted"] * 3, cost=given["cost"])
    support = read_support(made, own=True)
    from coprep.ideas.outcome import _held

    held = _held(support, np.ones(3, dtype=bool), np.array(given["cost"]))
    assert held == pytest.approx(expected["per_person"], abs=reference["tolerance"])
    # groups of three are judged by nobody and shown to nobody: five copies of everybody give the same shares
    made = of_matrix(
        given["approvals"] * 5, given["group"] * 5, status=["adopted"] * 3, cost=given["cost"]
    )
    table = outcome(made, attribute="area", draws=99, rng=1).table
    assert table["share"].tolist() == pytest.approx(
        list(expected["spend_share"].values()), abs=reference["tolerance"]
    )
    assert table["at_least_one"].tolist() == pytest.approx(
        list(expected["at_least_one"].values()), abs=1e-12
    )


def test_agrees_with_the_kernel_on_a_table():
    made = process(3)
    support = read_support(made, own=True)
    voters = np.flatnonzero(support.voters)
    ideas = made.ideas
    won = ideas.adopted == 1
    codes = made.grouping("area").codes
    per_person = equal_split(support.matrix(voters), won, costs=ideas.cost)
    group = np.where(codes[voters] < 0, 2, codes[voters])
    people = np.bincount(group, minlength=3)
    share = np.bincount(group, per_person, 3) / per_person.sum()
    table = outcome(made, attribute="area", draws=99, rng=1, representation=False).table
    assert table["effect"].tolist() == pytest.approx((share / (people / people.sum()))[:2])
    assert table["at_least_one"].tolist() == pytest.approx(
        (np.bincount(group, per_person > 0, 3) / people)[:2]
    )


def test_a_group_left_without_is_a_pattern_and_the_coalition_is_described():
    found = outcome(blocs(), attribute="area", rng=1)
    a, b = found.findings
    assert a.verdict is b.verdict is Verdict.PATTERN
    assert a.estimate.value > 1.25 and b.estimate.value < 0.8
    assert "only" in b.reading
    assert not found.justified["passes"]
    assert found.justified["coalition"] >= 20
    shares = {row["group"]: row["share"] for row in found.coalition.records()}
    assert shares["b"] > 0.8
    assert any("agree on idea" in note.text and "'b'" in note.text for note in found.notes)
    table = found.table.set_index("group")
    assert table.loc["b", "equal_shares_ratio"] > table.loc["b", "effect"]
    assert {row["change"] for row in found.gains.records()} == {"would be adopted", "would not be"}


def test_an_outcome_everybody_shares_is_no_material_difference():
    found = outcome(process(1), attribute="area", rng=1)
    assert {f.verdict for f in found.findings} == {Verdict.NO_MATERIAL_DIFFERENCE}
    low, high = found.table["null_low"], found.table["null_high"]
    assert ((low < 1) & (high > 1)).all()


def test_party_lists_reference():
    reference = case("abc_party_lists")
    ballots, seats = reference["inputs"]["ballots"], reference["inputs"]["k"]
    approvals = np.zeros((len(ballots), 6), dtype=int)
    for voter, chosen in enumerate(ballots):
        approvals[voter, chosen] = 1
    for key, expected in reference["expected"]["checks"].items():
        status = ["adopted" if j in json.loads(key) else "rejected" for j in range(6)]
        made = of_matrix(approvals, ["x"] * 10, status=status)
        found = outcome(made, attribute="area", budget=seats, draws=9, rng=1)
        assert found.justified["notion"] == "EJR+"
        assert found.justified["passes"] == expected["ejr+"]


def test_coalitions_of_fewer_than_five_are_not_described():
    approvals = np.zeros((12, 3), dtype=int)
    approvals[:8, 0], approvals[8:, 2] = 1, 1
    made = of_matrix(approvals, ["x"] * 12, status=["adopted", "adopted", "rejected"])
    found = outcome(made, attribute="area", budget=3, draws=9, rng=1)
    assert not found.justified["passes"] and found.justified["coalition"] is None
    assert len(found.coalition) == 0
    assert any("fewer than 5 voters" in note.text for note in found.notes)


def test_without_costs_every_idea_counts_once():
    given = tables(4)
    given["ideas"].pop("cost")
    found = outcome(Process(**given), attribute="area", draws=99, rng=1)
    assert found.settings["weigh"] == "count"
    assert found.justified["notion"] == "EJR+"
    with pytest.raises(InputError, match="no cost above 0"):
        outcome(Process(**given), attribute="area", weigh="cost")


def test_order_and_names_change_nothing():
    given = tables(5)
    first = outcome(Process(**given), attribute="area", draws=199, rng=2)
    assert outcome(Process(**shuffled(given)), attribute="area", draws=199, rng=2) == first
    renamed = outcome(
        Process(**relabelled(given, {"north": "a", "south": "b"})),
        attribute="area",
        draws=199,
        rng=2,
    )
    assert renamed.table["effect"].tolist() == first.table["effect"].tolist()
    assert from_json(first.to_json()) == first
    assert not re.search(r"p\d{4}", first.to_json())


def test_labels_that_follow_from_the_vote_are_refused():
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1], 60)
    approvals = np.zeros((120, 8), dtype=int)
    for person, g in enumerate(group):
        approvals[person, rng.choice(4, 2, replace=False) + 4 * g] = 1
    made = of_matrix(approvals, group, status=["adopted"] * 3 + ["rejected"] * 5)
    found = outcome(made, attribute="area", draws=99, rng=1)
    assert all(f.verdict is Verdict.NOT_ASSESSABLE for f in found.findings)
    assert "follows from the vote" in found.findings[0].reading


@pytest.mark.parametrize("change", [{"groups": ("all",)}, {"unknown": 1.0}, {"people": 15}])
def test_too_little_to_judge_is_refused(change):
    found = outcome(process(6, **change), attribute="area", draws=99, rng=1)
    assert all(f.verdict is Verdict.NOT_ASSESSABLE for f in found.findings)


def test_nothing_adopted_and_bad_options():
    given = tables(7)
    given["ideas"]["status"] = ["rejected"] * 200
    with pytest.raises(InputError, match="no idea has been adopted"):
        outcome(Process(**given), attribute="area")
    for options, words in (
        ({"weigh": "size"}, "weigh must be one of"),
        ({"budget": -1}, "budget"),
        ({"budget": 0}, "budget is 0"),
        ({"threshold": np.inf}, "threshold must be a number"),
    ):
        with pytest.raises(InputError, match=words):
            outcome(process(8, people=40), attribute="area", draws=9, **options)
    with pytest.raises(InputError, match="no ratings"):
        outcome(Process(**{k: v for k, v in given.items() if k != "ratings"}), attribute="area")


def test_ursynow_2020(reference_data):
    from coprep.data.process.readers.pabulib import read_pabulib

    made = read_pabulib(reference_data / "pabulib_warsaw" / "Poland_Warszawa_2020_Ursynow.pb")
    found = outcome(made, attribute="age_group", draws=499, rng=1)
    table = found.table.set_index("group")
    known = {"adults": 1.04, "seniors": 0.91, "youth": 0.96, "children": 0.84}
    for group, ratio in known.items():
        assert table.loc[group, "effect"] == pytest.approx(ratio, abs=0.005)
        if group != "adults":
            assert table.loc[group, "null_low"] == pytest.approx(0.95, abs=0.01)
            assert table.loc[group, "null_high"] == pytest.approx(1.055, abs=0.01)
    assert not found.justified["passes"]
    assert found.justified["coalition"] > 100


def test_a_coalition_of_everybody_s_mix_is_told_without_a_loose_comma():
    told = next(
        n
        for n in map(
            str, outcome(process(6, groups=("all",)), attribute="area", draws=9, rng=1).notes
        )
        if "EJR+" in n
    )
    assert re.match(r"[\d,]+ of [\d,]+ voters( agree|, \d+% of them [^,]+ \(.*\), agree)", told)
    assert "voters, agree" not in told


def test_sums_by_group_are_the_same_for_few_and_many_groups():
    rng = np.random.default_rng(1)
    labels, amount = rng.integers(0, 10, (5, 200)), rng.random(200)
    want = [[amount[row == k].sum() for k in range(9)] for row in labels]
    assert group_sums(labels, amount, 9) == pytest.approx(
        np.array(want)
    )  # the tenth is nobody's group
    assert group_sums(labels, amount, 5) == pytest.approx(np.array(want)[:, :5])


def test_findings_count_the_votes_they_rest_on():
    made = process(3)
    found = outcome(made, attribute="area", draws=9, rng=1)
    support, codes = read_support(made, own=True), made.grouping("area").codes
    for k, finding in enumerate(found.findings):
        assert finding.details["n"]["votes"] == support.yes[codes[support.person] == k].sum()


def merging(*, shown=True, into=("", "i0", "i1", "", ""), refused=slice(10, 12)):
    """i1 went into i0 and i2 into i1; i0 is adopted. Twelve kinds of voters, ten of each, half of them in each group."""
    approvals = np.zeros((12, 5), dtype=int)
    approvals[0:6, 0] = 1  # six of a support what was kept
    approvals[0:2, 1] = 1  # two of them also what went into it: still one part each
    approvals[6:9, 1] = 1  # three of b only what went into it
    approvals[9:10, 2] = 1  # one of b only what went into that
    approvals[refused, 3] = 1  # what was refused, two of b
    status = ["adopted", "merged", "merged", "rejected", "rejected"]
    approvals, area = np.repeat(approvals, 10, axis=0), ["a"] * 60 + ["b"] * 60
    made = of_matrix(approvals, area, status=status, merged_into=list(into), cost=[60.0] * 5)
    if shown:
        return made
    who, what = np.nonzero(approvals)
    people, ideas = [f"p{i:03d}" for i in range(120)], [f"i{j}" for j in range(5)]
    return Process(
        participants={"participant_id": people, "area": area},
        ideas={"idea_id": ideas, "status": status, "merged_into": list(into), "cost": [60.0] * 5},
        ratings={
            "participant_id": [people[i] for i in who],
            "idea_id": [ideas[j] for j in what],
            "value": [1] * len(who),
            "kind": ["approve"] * len(who),
        },
    )


@pytest.mark.parametrize("shown", [True, False])
def test_supporters_of_a_merged_idea_share_in_the_idea_it_went_into(shown):
    """A hundred people support what i0 became: 60 of a and 40 of b, each with a hundredth of it."""
    found = outcome(merging(shown=shown), attribute="area", draws=99, rng=1)
    table = found.table.set_index("group")
    assert table["share"].to_dict() == pytest.approx({"a": 0.6, "b": 0.4})
    assert table["effect"].to_dict() == pytest.approx({"a": 1.2, "b": 0.8})
    assert table["at_least_one"].to_dict() == pytest.approx({"a": 1.0, "b": 4 / 6})
    assert any("2 merged ideas" in note.text for note in found.notes)


def test_ideas_merged_into_one_that_was_refused_give_their_supporters_nothing():
    found = outcome(merging(into=("", "i3", "i4", "", "")), attribute="area", draws=99, rng=1)
    assert found.table.set_index("group")["share"].to_dict() == pytest.approx({"a": 1.0, "b": 0.0})


def test_nothing_is_said_of_merging_where_nothing_was_merged():
    assert not any(
        "merged" in note
        for note in map(str, outcome(process(1), attribute="area", draws=99, rng=1).notes)
    )


@pytest.mark.parametrize(
    ("into", "passes"), [(("", "i0", "i1", "", ""), True), (("", "i4", "i4", "", ""), False)]
)
def test_claims_are_looked_at_after_merging(into, passes):
    """All of b want i3 too, enough for one of two; most of them have i0 if what they supported went into it."""
    found = outcome(
        merging(into=into, refused=slice(6, 12)),
        attribute="area",
        weigh="count",
        budget=2,
        draws=9,
        rng=1,
    )
    assert found.justified["passes"] is passes
