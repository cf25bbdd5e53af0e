from __future__ import annotations

import json
import re

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.ideas._votes.opinion_groups import opinion_halves
from coprep.ideas._votes.support import read_support
from coprep.ideas.consensus import consensus
from coprep.loading import from_json
from coprep.simulate import world
from outcome_world import process, relabelled, shuffled, tables
from reference import HERE


def case(name):
    return json.loads((HERE / "oracles" / "ideas" / f"{name}.json").read_text())


def from_counts(agree, seen, groups=("a", "b")):
    """A process with these counts by idea and group, and a filler idea so that there are enough votes."""
    people = {
        g: [f"{g}{i:03d}" for i in range(max(s[k] for s in seen) + 40)]
        for k, g in enumerate(groups)
    }
    rows = [
        (people[g][n], f"i{j}", int(n < agree[j][k]))
        for j in range(len(agree))
        for k, g in enumerate(groups)
        for n in range(seen[j][k])
    ]
    rows += [(p, "filler", i % 2) for g in groups for i, p in enumerate(people[g])]
    return Process(
        participants={
            "participant_id": [p for g in groups for p in people[g]],
            "area": [g for g in groups for _ in people[g]],
        },
        ideas={"idea_id": [f"i{j}" for j in range(len(agree))] + ["filler"]},
        ratings={
            "participant_id": [r[0] for r in rows],
            "idea_id": [r[1] for r in rows],
            "value": [r[2] for r in rows],
            "kind": ["approve"] * len(rows),
            "shown": [True] * len(rows),
        },
    )


def camps(seed=0, per_camp=60, ideas=40):
    """Two camps that see everything; a quarter of the ideas divide them, the rest are liked by both."""
    rng = np.random.default_rng(seed)
    camp = np.repeat([0, 1], per_camp)
    divides = np.arange(ideas) % 4 == 0
    liked = np.where(divides[None, :], np.where(camp[:, None] == 0, 0.85, 0.15), 0.75)
    yes = rng.random((2 * per_camp, ideas)) < liked
    person, idea = np.indices(yes.shape)
    return Process(
        participants={
            "participant_id": [f"p{i:04d}" for i in range(2 * per_camp)],
            "camp": ["left", "right"] * per_camp,
        },
        ideas={"idea_id": [f"i{j:03d}" for j in range(ideas)]},
        ratings={
            "participant_id": [
                f"p{i:04d}" for i in (2 * (person % per_camp) + person // per_camp).ravel()
            ],
            "idea_id": [f"i{j:03d}" for j in idea.ravel()],
            "value": yes.ravel().astype(int).tolist(),
            "kind": ["approve"] * yes.size,
            "shown": [True] * yes.size,
        },
    )


def test_lower_bound_reference():
    reference = case("consensus_lower_bound")
    given, expected = reference["inputs"], reference["expected"]
    found = consensus(
        from_counts(given["agree"], given["seen"]),
        attribute="area",
        prior=1,
        bridging=False,
        draws=9,
        rng=1,
    )
    table = found.table.set_index("idea")
    for j in range(3):
        assert table.loc[f"i{j}", "lower_bound"] == pytest.approx(expected["q05_min"][j], abs=1e-9)
        assert table.loc[f"i{j}", "all_groups"] == pytest.approx(
            expected["p_all_groups_majority"][j], abs=1e-9
        )
    assert table["broad"].to_dict() == {"filler": False, "i0": True, "i1": False, "i2": False}
    assert found.table["lower_bound"].is_monotonic_decreasing
    assert found.broad == 1
    assert table.loc["i1", "lowest_group"] == "b"


def test_divided_ideas_are_patterns_and_common_ground_is_broad():
    found = consensus(camps(), attribute="camp", draws=499, rng=1)
    table = found.table.sort_values("idea", ignore_index=True)
    divides = np.arange(40) % 4 == 0
    assert (table.loc[divides, "verdict"] == "pattern").all()
    assert (table.loc[~divides, "verdict"] != "pattern").all()
    assert table.loc[~divides, "broad"].all() and not table.loc[divides, "broad"].any()
    assert table.loc[~divides, "bridging"].min() > table.loc[divides, "bridging"].max()
    pattern = next(f for f in found.findings if f.verdict is Verdict.PATTERN)
    sentence = pattern.reading
    assert "'left'" in sentence and "'right'" in sentence and "points" in sentence
    assert "talk it over" in pattern.next_step


def test_groups_found_in_one_half_are_looked_at_in_the_other():
    made = camps(3)
    support = read_support(made)
    first, second = opinion_halves(support, clusters=2, rng=np.random.default_rng(1))
    assert (first.ideas ^ second.ideas).all()
    truth = made.grouping("camp").codes
    for half in (first, second):
        agree = (half.codes == truth).mean()
        assert max(agree, 1 - agree) > 0.9
    found = consensus(made, draws=499, rng=1)
    flagged = set(found.flagged["idea"])
    assert flagged and flagged <= {f"i{j:03d}" for j in range(0, 40, 4)}
    assert any("one half" in note.text for note in found.notes)


def test_held_out_groups_do_not_cry_wolf_where_people_differ_only_in_how_much_they_like():
    alarms = 0
    for seed in range(20):
        made, _ = world(people=120, ideas=60, generosity=1.0, rng=seed)
        alarms += len(consensus(made, draws=199, bridging=False, rng=seed).flagged) > 0
    assert alarms <= 3


def test_groups_clustered_from_the_votes_are_refused_but_numbers_stay(reference_data):
    from coprep.data.process.readers.polis import read_polis

    reference = case("consensus_gic_london")
    found = consensus(
        read_polis(reference_data / "polis" / "london.youth.policing"),
        attribute="opinion_group",
        rng=1,
    )
    got = dict(zip(found.table["idea"], found.table["product"], strict=True))
    for idea, product in reference["expected"]["gic_agree"].items():
        assert got[idea] == pytest.approx(product, abs=reference["tolerance"])
    assert {f.verdict for f in found.findings} == {Verdict.NOT_ASSESSABLE}
    assert "clustered from the same votes" in found.findings[0].reading
    assert set(found.table["lowest_group"].dropna()) == {"Group 1"}


def test_every_idea_of_the_2050_conversation_has_the_platforms_own_product(reference_data):
    import csv

    from coprep.data.process.readers.polis import read_polis

    folder = reference_data / "polis" / "bg2050-volunteers"
    with (folder / "comments.csv").open(encoding="utf-8", newline="") as file:
        exported = {
            row["comment-id"]: float(row["group-informed-consensus"])
            for row in csv.DictReader(file)
        }
    found = consensus(read_polis(folder), attribute="opinion_group", draws=9, rng=1)
    got = dict(zip(found.table["idea"], found.table["product"], strict=True))
    assert len(got) > 300
    assert max(abs(got[idea] - exported[idea]) for idea in got) < 1e-12


def test_few_ratings_get_no_bridging_score():
    given = from_counts([[3, 0], [30, 30]], [[3, 0], [40, 40]])
    table = consensus(given, attribute="area", draws=9, rng=1).table.set_index("idea")
    assert np.isnan(table.loc["i0", "bridging"]) and np.isnan(table.loc["i0", "bridging_alone"])
    assert np.isfinite(table.loc["i1", "bridging"])
    assert np.isfinite(
        consensus(given, attribute="area", least_ratings=1, draws=9, rng=1).table["bridging"]
    ).all()


def test_order_and_names_change_nothing():
    given = tables(5, people=80, ideas=30)
    first = consensus(Process(**given), attribute="area", draws=99, rng=2)
    assert consensus(Process(**shuffled(given)), attribute="area", draws=99, rng=2) == first
    renamed = consensus(
        Process(**relabelled(given, {"north": "a", "south": "b"})),
        attribute="area",
        draws=99,
        rng=2,
    )
    for column in ("effect", "lower_bound", "p_value", "product"):
        assert np.array_equal(renamed.table[column], first.table[column], equal_nan=True)
    assert from_json(first.to_json()) == first
    assert not re.search(r"p\d{4}", first.to_json())


def test_small_groups_are_not_named():
    given = tables(6, people=60, ideas=30)
    given["participants"]["area"][:3] = ["<tiny>"] * 3
    found = consensus(Process(**given), attribute="area", draws=99, rng=1)
    assert "tiny" not in found.to_json()


@pytest.mark.parametrize(
    "change", [{"groups": ("all",)}, {"unknown": 1.0}, {"people": 12, "ideas": 5}]
)
def test_too_little_to_judge_is_refused(change):
    found = consensus(process(7, **change), attribute="area", draws=99, rng=1)
    assert found.findings and all(f.verdict is Verdict.NOT_ASSESSABLE for f in found.findings)


def test_ballots_that_do_not_say_what_was_shown_count_every_voter():
    given = tables(8, people=60, ideas=20)
    ratings = given["ratings"]
    keep = [i for i, v in enumerate(ratings["value"]) if v]
    given["ratings"] = {
        c: [ratings[c][i] for i in keep] for c in ("participant_id", "idea_id", "value", "kind")
    }
    found = consensus(Process(**given), attribute="area", draws=99, rng=1)
    voters = len(set(given["ratings"]["participant_id"]))
    assert found.table["support"].max() <= 1
    known = sum(a is not None for a in given["participants"]["area"])
    assert found.table["n_people"].max() <= min(voters, known)
    assert np.isfinite(found.table["bridging"]).all()


@pytest.mark.parametrize(
    "options, words",
    [
        ({"attribute": "aria"}, "did you mean 'area'"),
        ({"clusters": 1}, "clusters"),
        ({"prior": 0}, "prior"),
        ({"attribute": "area", "material": 0}, "material"),
        ({"attribute": "area", "least_ratings": 0}, "least_ratings"),
    ],
)
def test_bad_options_say_what_to_do(options, words):
    with pytest.raises(InputError, match=words):
        consensus(process(9, people=40, ideas=20), draws=9, rng=1, **options)


def test_no_gap_is_wider_than_all_there_is():
    rows = consensus(
        from_counts([[11, 0]], [[12, 11]]), attribute="area", least_ratings=1, draws=99, rng=1
    ).rows
    assert all(row["high"] <= 100 and row["inner_high"] <= 100 for row in rows.records())
    many = Process(
        participants={
            "participant_id": range(240),
            "g": [f"g{k}" for k in range(20) for _ in range(12)],
        },
        ideas={"idea_id": ["i"]},
        ratings={
            "participant_id": range(240),
            "idea_id": ["i"] * 240,
            "value": [int(k % 2 == 0) for k in range(20) for _ in range(12)],
            "kind": ["approve"] * 240,
        },
    )
    row = next(consensus(many, attribute="g", draws=99, rng=1).rows.records())
    assert row["effect"] == 100 and row["high"] == row["inner_high"] == 100


def test_findings_count_the_votes_they_rest_on():
    finding = consensus(
        from_counts([[8, 90]], [[10, 100]]), attribute="area", draws=9, rng=1
    ).findings
    assert sorted(f.details["n"]["votes"] for f in finding)[0] == 110
