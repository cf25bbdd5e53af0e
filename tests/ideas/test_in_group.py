"""The in-group premium: known answers, what must not change it, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.ideas._votes.choice import choice_logit
from coprep.ideas._votes.premium import Residuals, premium
from coprep.ideas.in_group import InGroup, in_group
from coprep.loading import from_json
from coprep.metrics.votes._two_way import two_way_additive, two_way_logit
from coprep.simulate import world

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"


def two_way_residuals(person, idea, values, weights=None):
    """What weighted least squares on an effect of every person and idea leaves, by a dense table."""
    root = np.ones(len(person)) if weights is None else np.sqrt(weights)
    effects = np.column_stack([np.eye(person.max() + 1)[person], np.eye(idea.max() + 1)[idea]])
    columns = np.asarray(values, dtype=float).reshape(len(person), -1)
    fit = np.linalg.lstsq(effects * root[:, None], columns * root[:, None], rcond=None)[0]
    return (columns - effects @ fit).reshape(np.shape(values))


def small(seed=0, *, people=60, ideas=24, groups=3, bias=0.0, shown=1.0):
    """Cells of a vote in which log-odds ``bias`` go to one's own group."""
    rng = np.random.default_rng(seed)
    code, owner = rng.integers(0, groups, people), rng.integers(0, groups, ideas)
    own = code[:, None] == owner
    chance = 1 / (
        1 + np.exp(-(rng.normal(-0.5, 0.8, (people, 1)) + rng.normal(0, 0.8, ideas) + bias * own))
    )
    person, idea = np.nonzero(rng.random((people, ideas)) < shown)
    value = (rng.random(chance.shape) < chance)[person, idea].astype(float)
    return person, idea, value, code, np.eye(groups)[owner]


def fitted(person, idea, value):
    fit = two_way_logit(person, idea, value)
    return fit, Residuals(person, idea, value, fit.residual, fit.weight)


def test_score_and_information_agree_with_cell_by_cell_least_squares():
    person, idea, value, code, member = small(1, shown=0.6)
    fit, cells = fitted(person, idea, value)
    got = premium(cells, code, member)
    own = member[idea, code[person]]
    left = two_way_residuals(person, idea, own, weights=fit.weight)
    assert np.allclose(got.own[fit.kept], left[fit.kept], atol=1e-9)
    assert got.beta == pytest.approx(
        (fit.residual * own).sum() / (fit.weight * left**2).sum(), rel=1e-9
    )
    plain = two_way_residuals(person, idea, own)
    assert got.effect == pytest.approx((fit.residual * own).sum() / (plain**2).sum(), rel=1e-9)
    assert got.additive == pytest.approx((value * plain).sum() / (plain**2).sum(), rel=1e-9)


def test_one_look_up_a_person_is_the_score():
    person, idea, value, code, member = small(2, shown=0.5)
    fit, cells = fitted(person, idea, value)
    got = premium(cells, code, member)
    assert got.score[np.arange(len(code)), code].sum() == pytest.approx(
        got.effect * got.scale, rel=1e-9
    )
    assert got.idea_score.sum() == pytest.approx(got.effect * got.scale, rel=1e-8)


def test_groups_and_pairs_agree_with_cell_by_cell_least_squares():
    person, idea, value, code, member = small(3, shown=0.6)
    _, cells = fitted(person, idea, value)
    got = premium(cells, code, member)
    columns = np.stack([(code[person] == k) * member[idea, k] for k in range(3)], axis=1).astype(
        float
    )
    left = two_way_residuals(person, idea, columns)
    assert np.allclose(left.T @ left, got.plain.gram, atol=1e-8)
    across = two_way_residuals(person, idea, (code[person] == 0) * member[idea, 2])
    assert (across**2).sum() == pytest.approx(got.plain.pair_squares()[0, 2], abs=1e-8)


def test_group_effects_of_ratings_are_those_of_joint_least_squares():
    person, idea, value, code, member = small(4)
    value = value + 2.0 * ((code[person] == 1) & (member[idea, 1] > 0))
    fit = two_way_additive(person, idea, value)
    got = premium(Residuals(person, idea, value, fit.residual, np.ones(len(value))), code, member)
    columns = np.stack([(code[person] == k) * member[idea, k] for k in range(3)], axis=1).astype(
        float
    )
    joint = two_way_additive(person, idea, value, x=columns).coef
    assert np.allclose(got.group_effect, joint, atol=1e-8)


def dense_within_topics(person, idea, value, code, member, topic, weight, residual):
    """Effects of groups with persons, ideas and every group's taste for every topic in one dense regression."""
    cell = code[person] * (topic.max() + 1) + topic[idea]
    effects = np.concatenate([np.eye(c.max() + 1)[c] for c in (person, idea, cell)], axis=1)
    columns = np.stack(
        [(code[person] == k) * member[idea, k] for k in range(member.shape[1])], axis=1
    )

    def left(w):
        root = np.sqrt(w)[:, None]
        return columns - effects @ np.linalg.lstsq(effects * root, columns * root, rcond=1e-10)[0]

    weighted, plain = left(weight), left(np.ones(len(value)))
    gram, even = (weighted * weight[:, None]).T @ weighted, plain.T @ plain
    groups = (
        np.linalg.pinv(gram, rcond=1e-9) @ (weighted.T @ residual) * np.diag(gram) / np.diag(even)
    )
    return float((weighted.sum(axis=1) @ residual) / (plain.sum(axis=1) ** 2).sum()), groups


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_tastes_for_topics_are_taken_out_of_every_group(groups):
    person, idea, value, code, member = small(6, groups=groups, people=40, shown=0.9)
    value[person < 3] = (
        idea[person < 3] + person[person < 3]
    ) % 2  # nobody says yes or no to everything
    topic = np.random.default_rng(1).integers(0, 3, 24)
    fit, cells = fitted(person, idea, value)
    assert fit.kept.all()
    got = premium(cells, code, member, on=np.eye(3)[topic])
    dense = dense_within_topics(person, idea, value, code, member, topic, fit.weight, fit.residual)
    assert got.effect == pytest.approx(dense[0], rel=1e-7)
    assert np.allclose(got.group_effect, dense[1], atol=1e-8)
    assert got.shared is (groups == 2)
    # nothing that a group thinks of a topic is left, so relabelling does not mistake it for a premium
    cell = code[person] * 3 + topic[idea]
    assert np.allclose(np.bincount(cell, got.residual), 0, atol=1e-8)
    summed = got.score[np.arange(len(code)), code].sum()
    assert summed == pytest.approx(got.effect * got.scale, rel=1e-7)


def test_two_groups_share_one_premium_within_topics_too():
    made = world(rng=3, people=120, ideas=40, kind="score", in_group=0.1)[0]
    rows = list(in_group(made, attribute="group", within="topic", draws=99, rng=1).rows.records())
    assert rows[1]["effect"] == pytest.approx(rows[0]["effect"]) and rows[2][
        "effect"
    ] == pytest.approx(rows[0]["effect"])


def test_a_group_with_topics_of_its_own_is_not_judged_within_them():
    made = world(
        rng=3, people=150, ideas=60, groups={"a": 1, "b": 1, "c": 1}, specialisation=1.0, topics=3
    )[0]
    found = in_group(made, attribute="group", link="author", within="topic", draws=99, rng=1)
    assert "ideas of several groups are needed there" in found.rows["reading"][0]
    assert [f.verdict for f in found.findings] == [Verdict.NOT_ASSESSABLE]


def test_tastes_are_not_taken_out_of_single_choices_in_silence():
    made = world(rng=3, people=150, ideas=30, kind="choose_one")[0]
    found = in_group(made, attribute="group", within="topic", draws=99, rng=1)
    assert [f.verdict for f in found.findings] == [Verdict.NOT_ASSESSABLE]
    assert (
        "ballots on which people support or score several ideas are needed"
        in found.rows["reading"][0]
    )


def test_rows_are_adjusted_for_one_another():
    made = world(rng=5, people=150, ideas=60, groups={"a": 1, "b": 1, "c": 1}, in_group=0.03)[0]
    found = in_group(made, attribute="group", draws=999, rng=1)
    rows = list(found.rows.records())
    assert all(r["p_adjusted"] >= r["p_value"] for r in rows)
    assert rows[0]["p_adjusted"] > rows[0]["p_value"]


def test_a_material_of_nothing_is_refused_for_scores_too():
    with pytest.raises(InputError) as error:
        in_group(process(kind="score"), attribute="group", material=0.0, draws=9)
    assert error.value.param == "material"


def test_two_groups_share_one_premium():
    person, idea, value, code, member = small(5, groups=2)
    got = premium(fitted(person, idea, value)[1], code, member)
    assert got.shared and got.group_effect[0] == pytest.approx(got.group_effect[1])
    assert got.group_effect[0] == pytest.approx(got.effect)


def test_conditional_logit_on_counted_ballots_is_that_of_single_ones():
    case = json.loads((ORACLES / "ingroup_conditional_logit.json").read_text())
    given, expected = case["inputs"], case["expected"]
    shape = max(given["voter"]) + 1, max(given["idea"]) + 1
    chosen, own, offered = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    at = np.array(given["voter"]), np.array(given["idea"])
    chosen[at], own[at], offered[at] = given["chosen"], given["own"], True
    _, coef, se = choice_logit(chosen, offered, own)
    # the reference stopped at a log likelihood 1e-6 below the maximum, hence five digits only
    assert coef == pytest.approx(expected["beta_own"], abs=1e-4)
    assert se == pytest.approx(expected["se_own"], abs=1e-5)
    twice = choice_logit(2 * chosen, offered, own)
    assert twice[1] == pytest.approx(coef, abs=1e-7) and twice[2] == pytest.approx(
        se / np.sqrt(2), rel=1e-6
    )


def process(seed=0, **strengths):
    return world(rng=seed, people=150, ideas=40, **strengths)[0]


def test_a_planted_premium_is_found_and_said_without_blame():
    found = in_group(process(in_group=0.2), attribute="group", draws=499, rng=1)
    first = found.findings[0]
    assert first.verdict is Verdict.PATTERN and first.details["strength"] == "strong"
    assert 12 < first.estimate.value < 26
    assert first.reading.startswith("People support ideas for their own group more often than")
    assert "People know the needs of their own group best" in first.reading and first.next_step
    assert {run["name"] for run in first.details["robustness"]} == {
        "without the most influential author",
        "without votes for one's own ideas",
        "with every person's and idea's total held fixed",
        "with each group's liking for good ideas, topics and weeks taken out",
    }
    assert first.details["minimum_detectable_effect"] > 0
    assert first.details["votes"] == 150 * 40 - 40 and first.details["n"]["people"] == 150
    assert [r["group"] for r in found.rows.records()] == [None, "north", "south"]


def test_self_votes_are_out_before_anything_is_fitted():
    loud = process(seed=3, own_ideas=0.6, own_is="author")
    found = in_group(loud, attribute="group", link="author", draws=199, rng=1)
    assert found.findings[0].details["exclusions"]["self_votes"] == 40
    assert found.findings[0].verdict is not Verdict.PATTERN
    assert any(
        "votes of people for their own ideas were left out" in note.text for note in found.notes
    )


@pytest.mark.parametrize("kind", ["approve", "agree", "choose_one", "score"])
def test_the_answer_does_not_depend_on_names_or_order(kind):
    tables = _tables(kind)
    one = in_group(Process(**tables), attribute="area", draws=199, rng=5)
    shuffled = {name: _shuffled(table) for name, table in tables.items()}
    assert in_group(Process(**shuffled), attribute="area", draws=199, rng=5) == one
    renamed = {name: _renamed(table) for name, table in tables.items()}
    other = in_group(Process(**renamed), attribute="area", draws=199, rng=5)
    # other labels sort otherwise, so p values are those of other draws: within Monte-Carlo error
    for a, b in zip(
        _by_group(one),
        _by_group(other, {"Nord": "north", "Sud": "south", "Zentrum": "centre"}),
        strict=True,
    ):
        assert (
            a[:4] == b[:4]
            and a[4] == pytest.approx(b[4], rel=1e-7)
            and a[5] == pytest.approx(b[5], abs=0.15)
        )


def _by_group(found, names=None):
    rows = [
        (
            (names or {}).get(r["group"], r["group"]) or "",
            r["n_people"],
            r["n_ideas"],
            r["verdict"] == "pattern",
        )
        + (r["effect"], r["p_value"])
        for r in found.rows.records()
    ]
    return sorted(rows)


def _tables(kind, seed=9):
    rng = np.random.default_rng(seed)
    people = [f"p{i:03d}" for i in range(120)]
    area = rng.choice(["north", "south", "centre"], 120)
    authors = [str(a) for a in rng.choice(people, 30)]
    if kind == "choose_one":
        rows = [(p, int(rng.integers(30))) for p in range(120)]
        value = [1] * len(rows)
    else:
        rows = [(p, j) for p in range(120) for j in range(30) if rng.random() < 0.8]
        scale = {"approve": [0, 1], "agree": [-1, 0, 1], "score": [1, 2, 3, 4, 5]}[kind]
        value = [int(v) for v in rng.choice(scale, len(rows))]
    return {
        "participants": {"participant_id": people, "area": [str(a) for a in area]},
        "ideas": {"idea_id": [f"i{j:02d}" for j in range(30)], "author_id": authors},
        "ratings": {
            "participant_id": [people[p] for p, _ in rows],
            "idea_id": [f"i{j:02d}" for _, j in rows],
            "value": value,
            "kind": [kind] * len(rows),
        },
    }


def _shuffled(table):
    order = np.random.default_rng(1).permutation(len(next(iter(table.values()))))
    return {name: [column[i] for i in order] for name, column in table.items()}


def _renamed(table):
    turn = {"north": "Nord", "south": "Sud", "centre": "Zentrum"}
    return {name: [turn.get(cell, cell) for cell in column] for name, column in table.items()}


@settings(max_examples=12)
@given(st.integers(0, 10_000))
def test_turning_a_scale_by_a_constant_turns_the_effect_by_it(seed):
    tables = _tables("score", seed)
    one = in_group(Process(**tables), attribute="area", draws=9, rng=1, pairs=False)
    tables["ratings"]["value"] = [3 * v + 7 for v in tables["ratings"]["value"]]
    other = in_group(Process(**tables), attribute="area", draws=9, rng=1, pairs=False)
    assert np.allclose(
        np.array(other.rows["effect"]), 3 * np.array(one.rows["effect"]), equal_nan=True, atol=1e-8
    )


def test_a_taste_for_topics_is_no_premium_within_topics():
    rng = np.random.default_rng(11)
    people, ideas = 200, 60
    group, topic = np.arange(people) % 2, np.arange(ideas) % 2
    owner = np.where(
        rng.random(ideas) < 0.8, topic, 1 - topic
    )  # each group mostly writes on its own topic
    chance = 0.3 + 0.25 * (group[:, None] == topic)  # and likes that topic, whoever wrote the idea
    votes = np.argwhere(rng.random(chance.shape) < chance)
    authors = [f"a{k}{j % 10}" for j, k in enumerate(owner)]
    names = sorted(set(authors))
    made = Process(
        participants={
            "participant_id": [f"p{i:03d}" for i in range(people)] + names,
            "area": [f"g{k}" for k in group] + [f"g{n[1]}" for n in names],
        },
        ideas={
            "idea_id": [f"i{j:02d}" for j in range(ideas)],
            "author_id": authors,
            "topic": [f"t{t}" for t in topic],
        },
        ratings={
            "participant_id": [f"p{p:03d}" for p, _ in votes],
            "idea_id": [f"i{j:02d}" for _, j in votes],
            "value": [1] * len(votes),
        },
    )
    across = in_group(made, attribute="area", draws=499, rng=1)
    inside = in_group(made, attribute="area", within="topic", draws=499, rng=1)
    # as it stands it looks like a premium, but topics are known and it does not hold within them
    assert across.rows["p_value"][0] < 0.005
    assert across.findings[0].verdict is Verdict.INCONCLUSIVE
    assert "liking for good ideas, topics" in across.findings[0].details["reason"]
    assert (
        abs(inside.rows["effect"][0]) < 3 < across.rows["effect"][0]
        and inside.rows["p_value"][0] > 0.05
    )


def test_people_of_unknown_group_give_bounds():
    found = in_group(process(seed=2, missing=0.3, in_group=0.1), attribute="group", draws=99, rng=1)
    row = next(found.rows.records())
    assert row["effect_unknown_low"] < row["effect"] < row["effect_unknown_high"]
    assert any("have no known 'group'" in note.text for note in found.notes)


def test_small_groups_are_not_shown_but_stay_in_the_computation():
    made, truth = world(rng=4, people=100, ideas=40, groups={"a": 0.5, "b": 0.47, "tiny": 0.03})
    assert truth["true_group"].count("tiny") == 3
    found = in_group(made, attribute="group", draws=99, rng=1)
    assert "tiny" not in found.to_json()
    assert found.rows["n_people"][0] == 100
    assert "1 group of fewer than 5 people is not shown; it stays in the computation." in map(
        str, found.notes
    )


def test_a_group_of_few_voters_is_not_judged():
    made, _ = world(rng=4, people=100, ideas=40, groups={"a": 0.5, "b": 0.43, "small": 0.07})
    rows = {
        r["group"]: r for r in in_group(made, attribute="group", draws=99, rng=1).rows.records()
    }
    assert (
        rows["small"]["verdict"] == "not_assessable" and "only 7 voters" in rows["small"]["reading"]
    )


def _refused(made, **asked):
    found = in_group(made, attribute="group", draws=99, rng=1, **asked)
    assert [f.verdict for f in found.findings] == [Verdict.NOT_ASSESSABLE]
    assert np.isnan(found.rows["effect"][0])
    return found.rows["reading"][0]


def test_refusals_say_why():
    assert "no group has 10 voters or more" in _refused(
        world(rng=1, people=12, ideas=30, groups={"a": 1, "b": 1})[0]
    )
    assert "only 1 group has 10 voters or more" in _refused(process(groups={"a": 0.96, "b": 0.04}))
    assert "votes; at least 100 are needed" in _refused(
        world(rng=1, people=40, ideas=5, base=0.2)[0]
    )
    assert "no idea is of some groups and not of others" in _refused(process(everyone=1.0))


def test_every_group_by_every_group_is_refused_beyond_thirty():
    made, _ = world(rng=1, people=900, ideas=60, groups={f"g{k:02d}": 1 / 31 for k in range(31)})
    found = in_group(made, attribute="group", draws=49, rng=1)
    assert len(found.pairs) == 0 and any(
        "31 groups make 961 pairs" in note.text for note in found.notes
    )


def test_a_hundred_thousand_groups_are_refused():
    n = 100_000
    made = Process(
        participants={"participant_id": range(n), "street": [f"s{i}" for i in range(n)]},
        ideas={"idea_id": range(40), "author_id": range(40)},
        ratings={
            "participant_id": range(1000),
            "idea_id": [i % 40 for i in range(1000)],
            "value": [1] * 1000,
        },
    )
    found = in_group(made, attribute="street", draws=99, rng=1)
    assert found.findings[0].verdict is Verdict.NOT_ASSESSABLE
    assert any("100,000 groups make 10,000,000,000 pairs" in note.text for note in found.notes)


def test_pairs_point_to_whom_a_group_favours():
    rng = np.random.default_rng(8)
    group, owner = np.arange(120) % 3, np.arange(30) % 3
    chance = 0.3 + 0.4 * ((group[:, None] == 0) & (owner == 1))
    votes = np.argwhere(rng.random(chance.shape) < chance)
    made = Process(
        participants={
            "participant_id": [f"p{i:03d}" for i in range(120)],
            "g": [f"g{k}" for k in group],
        },
        ideas={"idea_id": [f"i{j:02d}" for j in range(30)]},
        beneficiaries={
            "idea_id": [f"i{j:02d}" for j in range(30)],
            "attribute": ["g"] * 30,
            "group": [f"g{k}" for k in owner],
        },
        ratings={
            "participant_id": [f"p{p:03d}" for p, _ in votes],
            "idea_id": [f"i{j:02d}" for _, j in votes],
            "value": [1] * len(votes),
        },
    )
    pairs = in_group(made, attribute="g", draws=499, rng=1).pairs
    most = max(pairs.records(), key=lambda r: r["effect"])
    assert (most["voter_group"], most["idea_group"]) == ("g0", "g1") and most["p_adjusted"] < 0.05


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"attribute": "area"}, "attribute"),
        ({"within": "author"}, "within"),
        ({"link": "friend"}, "link"),
        ({"kind": "rank"}, "kind"),
        ({"band": (1.2, 0.8)}, "band"),
        ({"draws": 0}, "draws"),
        ({"confidence": 1.2}, "confidence"),
        ({"rng": -1}, "rng"),
        ({"material": -1.0, "kind": "approve"}, "material"),
    ],
)
def test_bad_questions_are_refused_by_name(asked, param):
    with pytest.raises(InputError) as error:
        in_group(process(), **{"attribute": "group", "draws": 9, "pairs": False, **asked})
    assert error.value.param == param


def test_missing_tables_are_named():
    with pytest.raises(InputError, match="ratings"):
        in_group(
            Process(
                participants={"participant_id": [1], "g": ["a"]},
                ideas={"idea_id": [1], "author_id": [1]},
            ),
            attribute="g",
        )


def test_result_survives_json_and_names_nobody():
    found = in_group(process(in_group=0.2), attribute="group", draws=99, rng=3)
    assert isinstance(from_json(found.to_json()), InGroup) and from_json(found.to_json()) == found
    assert not any(f"p{i:03d}" in found.to_json() for i in range(150))
    assert found == in_group(process(in_group=0.2), attribute="group", draws=99, rng=3)


def test_hostile_labels_stay_in_one_line():
    tables = _tables("approve")
    tables["participants"]["area"] = [
        {"north": "<b>\n{effect}", "south": "'; --"}.get(a, a)
        for a in tables["participants"]["area"]
    ]
    found = in_group(Process(**tables), attribute="area", draws=49, rng=1)
    assert all("\n" not in f.reading and "<b>\n" not in f.reading for f in found.findings)


def test_more_pairs_than_can_be_held_are_refused_before_memory_is_taken():
    voters, ideas = 12_000, 6_000
    who, what = [f"p{i}" for i in range(voters)], [f"i{j}" for j in range(ideas)]
    process = Process(
        participants={"participant_id": who, "group": ["a", "b"] * (voters // 2)},
        ideas={"idea_id": what},
        beneficiaries={
            "idea_id": what,
            "attribute": ["group"] * ideas,
            "group": ["a", "b"] * (ideas // 2),
        },
        ratings={
            "participant_id": who,
            "idea_id": what * 2,
            "value": [1] * voters,
            "kind": ["approve"] * voters,
        },
    )
    with pytest.raises(InputError, match="72,000,000 pairs") as told:
        in_group(process, attribute="group", rng=1)
    assert "draw voters at random" in str(told.value)


def test_being_ranked_at_all_counts_as_support_where_not_everything_is_ranked():
    rng = np.random.default_rng(1)
    people = [f"p{i:02d}" for i in range(60)]
    chosen = [(person, f"i{j}", place) for person in people for place, j in ranked(rng)]

    def found(kind, values):
        process = Process(
            participants={"participant_id": people, "group": ["a", "b"] * 30},
            ideas={"idea_id": [f"i{j}" for j in range(12)], "author_id": people[:12]},
            ratings={
                "participant_id": [person for person, _, _ in chosen],
                "idea_id": [idea for _, idea, _ in chosen],
                "value": values,
                "kind": [kind] * len(chosen),
            },
        )
        return in_group(process, attribute="group", draws=99, rng=1)

    by_rank = found("rank", [place for _, _, place in chosen])
    by_vote = found("approve", [1] * len(chosen))
    assert by_rank.settings["ballots"] == "vote"
    assert by_rank.rows["effect"] == pytest.approx(by_vote.rows["effect"])


def ranked(rng):
    return enumerate(rng.permutation(12)[:4].tolist(), start=1)
