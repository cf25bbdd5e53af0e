"""Worlds with a known answer: what was planted is there, and nothing else."""

import filecmp
import json
from time import perf_counter

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.data.process.readers.folder import read_process
from coprep.errors import InputError
from coprep.simulate import KINDS, recovery_programme, world
from reference import SAMPLES

NULLS = {
    "plain": {},
    "need": {"need": 0.6},
    "specialisation": {"specialisation": 0.6, "need": 0.6},
    "confounded": {"confounding": 0.8},
    "tastes": {"tastes": 0.8},
    "prolific": {"activity": 2.0},
    "pets": {"activity": 2.0, "pets": 0.5},
    "loud": {"loud": 2, "pets": 0.2},
    "unseen": {"seen": 0.3},
    "capped": {"cap": 10},
    "missing": {"missing": 0.3},
    "missing not at random": {"missing": 0.3, "missing_tilt": 1.0},
}


def excess(process, truth):
    """The blocked own-benefit excess of a world, by the definition."""
    named, groups = process.beneficiaries("group")
    author = np.array([groups.index(g) for g in truth["true_group"]])[process.authorship.person]
    mine = author[:, None] == np.arange(len(groups))
    up = down = 0.0
    for topic in np.unique(process.ideas.topic):
        rows = process.ideas.topic == topic
        b, a = named[rows] - named[rows].mean(0), mine[rows] - mine[rows].mean(0)
        up, down = up + (a * b).sum(), down + (a * a).sum()
    return up / down


def own_gap(process, truth):
    """How much more people support ideas that name their group, people and ideas held fixed."""
    ballots = process.ballots()
    named, groups = process.beneficiaries("group")
    group = np.array([groups.index(g) for g in truth["true_group"]])
    own = np.full((len(process.people), len(process.ideas)), np.nan)
    value = own.copy()
    own[ballots.person, ballots.idea] = named[ballots.idea, group[ballots.person]]
    value[ballots.person, ballots.idea] = ballots.value
    for m in (own, value):
        for _ in range(30):
            m -= np.nanmean(m, axis=1, keepdims=True)
            m -= np.nanmean(m, axis=0, keepdims=True)
    return np.nansum(own * value) / np.nansum(own * own)


def mean(statistic, worlds=40, **strengths):
    found = [
        statistic(*world(people=120, ideas=80, rng=seed, **strengths)) for seed in range(worlds)
    ]
    return np.mean(found), np.std(found, ddof=1) / np.sqrt(worlds)


@pytest.mark.parametrize("name", NULLS)
def test_nothing_is_there_where_nothing_was_planted(name):
    found, error = mean(excess, **NULLS[name])
    assert abs(found) < 4 * error
    if name != "confounded":  # additive in logits is not quite additive in shares
        found, error = mean(own_gap, worlds=15, **NULLS[name])
        assert abs(found) < 4 * error


def test_the_planted_own_benefit_is_there():
    found, error = mean(excess, self_serving=0.3, need=0.4, specialisation=0.4)
    assert abs(found - 0.3) < 4 * error and found > 8 * error


@pytest.mark.parametrize("kind", ["approve", "score"])
def test_the_planted_premium_is_there(kind):
    found, error = mean(own_gap, worlds=15, in_group=0.1, kind=kind)
    size = 100 if kind == "score" else 1
    assert abs(found / size - 0.1) < 4 * error / size + 0.004
    assert world(in_group=0.1, rng=1)[1]["in_group_effect"] == pytest.approx(0.1, abs=0.003)


def test_choices_and_adoption_and_answers_carry_what_was_planted():
    process, truth = world(people=4000, ideas=60, kind="choose_one", in_group=0.2, rng=3)
    plain, same = world(people=4000, ideas=60, kind="choose_one", rng=3)

    def own_share(p, t):
        named, groups = p.beneficiaries("group")
        b = p.ballots()
        group = np.array([groups.index(g) for g in t["true_group"]])
        return named[b.idea, group[b.person]][b.value == 1].mean()

    assert own_share(process, truth) - own_share(plain, same) == pytest.approx(0.2, abs=0.04)
    process, truth = world(
        people=300, ideas=6000, seen=0.05, adoption=0.3, answers=0.3, talk=3.0, rng=4
    )
    last = np.array([truth["true_group"][p] == "south" for p in process.authorship.person])
    assert process.ideas.adopted[~last].mean() - process.ideas.adopted[
        last
    ].mean() == pytest.approx(0.29, abs=0.05)
    answered = np.isin(np.arange(6000), process.responses.idea)
    assert answered[~last].mean() > answered[last].mean() + 0.2
    words, turns = process.ledger("words").amounts, process.ledger("turns").amounts
    north = np.array(truth["true_group"]) == "north"
    ratio = (words[north].sum() / turns[north].sum()) / (words[~north].sum() / turns[~north].sum())
    assert ratio == pytest.approx(3, rel=0.15)


def test_own_ideas_rivals_shunned_caps_and_votes():
    process, truth = world(own_ideas=0.4, rivals=0.2, rng=5, base=0.4)
    ballots = process.ballots()
    assert ballots.value[ballots.is_self].mean() > ballots.value[~ballots.is_self].mean() + 0.25
    assert truth["own_ideas_effect"] == pytest.approx(0.4, abs=0.05)
    capped, _ = world(cap=7, base=0.5, rng=5)
    assert np.bincount(capped.ballots().person, capped.ballots().value).max() == 7
    shunned, truth = world(self_serving=0.5, shunned=0.25, base=0.5, rng=5)
    ballots, serving = shunned.ballots(), np.array(truth["written_for_own"])
    group = np.array(truth["true_group"])
    outside = group[ballots.person] != group[shunned.authorship.person[ballots.idea]]
    gap = (
        ballots.value[outside & ~serving[ballots.idea]].mean()
        - ballots.value[outside & serving[ballots.idea]].mean()
    )
    assert gap == pytest.approx(0.24, abs=0.08)


def test_the_same_seed_gives_the_same_world():
    first, second = (world(rng=9, seen=0.5, in_group=0.1) for _ in range(2))
    assert first[1] == second[1]
    assert np.array_equal(first[0].ballots().value, second[0].ballots().value)
    assert not np.array_equal(
        first[0].ballots().value, world(rng=10, seen=0.5, in_group=0.1)[0].ballots().value
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_world_would_pass_the_door(kind):
    process, _ = world(people=40, ideas=20, kind=kind, missing=0.2, seen=0.6, rng=2)
    ballots, wrote, group = process.ballots(), process.authorship, process.grouping("group")
    named = process._contents.beneficiaries["group"]
    again = Process(
        {
            "participant_id": list(process.people),
            "group": [group.groups[c] if c >= 0 else None for c in group.codes],
        },
        {
            "idea_id": list(process.ideas.ids),
            "author_id": [process.people[p] for p in wrote.person],
            "topic": [process.ideas.topics[t] for t in process.ideas.topic],
            "status": list(process.ideas.status),
        },
        beneficiaries={
            "idea_id": [process.ideas.ids[i] for i in named.idea],
            "attribute": ["group"] * len(named.idea),
            "group": [named.groups[g] for g in named.group],
        },
        ratings={
            "participant_id": [process.people[p] for p in ballots.person],
            "idea_id": [process.ideas.ids[i] for i in ballots.idea],
            "value": ballots.value.tolist(),
            "kind": [kind] * len(ballots),
            "shown": [1] * len(ballots),
        },
        baseline=process.baseline,
    )
    assert np.array_equal(again.grouping("group").codes, group.codes)
    for field in ("person", "idea", "value", "is_self"):
        assert np.array_equal(getattr(again.ballots(), field), getattr(ballots, field)), field
    assert np.array_equal(again.beneficiaries("group")[0], process.beneficiaries("group")[0])
    assert np.array_equal(again.ideas.adopted, process.ideas.adopted)
    for currency in ("ideas", "votes", "adoptions"):
        assert np.array_equal(again.ledger(currency).amounts, process.ledger(currency).amounts)


def test_a_world_takes_milliseconds():
    world(rng=0)
    start = perf_counter()
    for seed in range(5):
        world(rng=seed, tastes=0.5, seen=0.6, self_serving=0.2)
    assert (perf_counter() - start) / 5 < 0.25  # 10 ms on an idle machine


@pytest.mark.parametrize(
    "strengths",
    [
        {"people": 1},
        {"ideas": 0},
        {"base": 1.0},
        {"self_serving": 1.2},
        {"popularity": -1},
        {"groups": {}},
        {"groups": {"a": -1, "b": 1}},
        {"cap": 0},
        {"kind": "aprove"},
        {"selfserving": 0.1},
        {"people": 2.5},
        {"answers": float("nan")},
    ],
)
def test_worlds_that_cannot_be_are_refused(strengths):
    with pytest.raises(InputError):
        world(**strengths)


@pytest.mark.parametrize("people", [2, 3, 17])
def test_tiny_worlds_and_many_groups(people):
    groups = {f"g{i}": 1.0 for i in range(people)}
    process, truth = world(people=people, ideas=1, topics=40, groups=groups, missing=0.5, rng=1)
    assert sorted(truth["true_group"]) == sorted(groups)
    weights, named = process.beneficiaries("group")
    assert weights.shape == (1, people) and set(named) == set(groups)


def test_the_sample_process_is_what_the_command_writes(tmp_path):
    truth = recovery_programme(tmp_path)
    names = sorted(path.name for path in (SAMPLES / "recovery-programme").iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    same, other, lost = filecmp.cmpfiles(
        tmp_path, SAMPLES / "recovery-programme", names, shallow=False
    )
    assert (other, lost) == ([], [])
    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8")) == truth


def test_the_sample_process_holds_what_was_planted():
    process = read_process(SAMPLES / "recovery-programme")
    assert (len(process.people), len(process.ideas), len(process.tables)) == (300, 200, 12)
    share = process.ledger("ideas").amounts / 200
    assert 0.09 < share.max() < 0.16
    role, words, turns = process.grouping("role"), process.ledger("words"), process.ledger("turns")
    a_turn = words.by_group(role)[0] / turns.by_group(role)[0]
    assert a_turn[role.groups.index("leader")] / a_turn[
        role.groups.index("public")
    ] == pytest.approx(4, rel=0.2)
    came = {stage: process.counts(stage)["disability"] for stage in process.stages}
    assert (
        came["review"]["Yes"] / came["review"]["No"]
        < 0.5 * came["design"]["Yes"] / came["design"]["No"]
    )
    area, ballots = process.grouping("area"), process.ballots()
    weights, _ = process.beneficiaries("area")
    own = (
        weights[ballots.idea, area.codes[ballots.person]] * (weights.sum(axis=1) == 1)[ballots.idea]
    )
    assert ballots.value[own == 1].mean() - ballots.value[own == 0].mean() == pytest.approx(
        0.15, abs=0.04
    )
    assert (
        process.grouping("access_need").sizes[process.grouping("access_need").groups.index("None")]
        > 150
    )
