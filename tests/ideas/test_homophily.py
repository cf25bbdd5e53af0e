"""Whether endorsement stays inside groups, beyond what people in general give."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.ideas._votes.endorsement_network import endorsements, network_of
from coprep.ideas.homophily import homophily
from coprep.loading import from_json
from coprep.simulate import world

CASE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "ideas" / "homophily_endorsements.json").read_text()
)


def network(edges, groups):
    """People who each wrote one idea; an edge is a vote for the other's idea."""
    people = sorted(groups)
    return Process(
        participants={"participant_id": people, "g": [groups[p] for p in people]},
        ideas={"idea_id": [f"idea of {p}" for p in people], "author_id": people},
        ratings={
            "participant_id": [str(a) for a, _ in edges],
            "idea_id": [f"idea of {b}" for _, b in edges],
            "value": [1] * len(edges),
            "kind": ["approve"] * len(edges),
        },
    )


def test_indices_agree_with_the_reference_though_so_few_people_are_refused():
    found = homophily(
        network(CASE["inputs"]["edges"], CASE["inputs"]["groups"]), attribute="g", rng=1
    )
    row, want = next(found.overall.records()), CASE["expected"]
    for name in ("assortativity", "ei_index", "same_share"):
        ours = "same_share" if name == "same_group_share" else name
        assert row[ours] == pytest.approx(want.get(name, want.get("same_group_share")), rel=1e-9)
    assert found.findings[0].verdict is Verdict.NOT_ASSESSABLE


def test_coleman_index_is_that_of_sizes():
    # the reference's three patterns of giving, repeated until groups are large enough to be judged
    groups, edges = {}, []
    for block in range(8):
        groups |= {f"{int(p) + 8 * block:03d}": g for p, g in CASE["inputs"]["groups"].items()}
        edges += [
            (f"{a + 8 * block:03d}", f"{b + 8 * block:03d}") for a, b in CASE["inputs"]["edges"]
        ]
    found = homophily(network(edges, groups), attribute="g", draws=99, rng=1)
    sizes = {g: list(groups.values()).count(g) for g in "abc"}
    for row in list(found.rows.records())[1:]:
        own, chance = row["own_share"], (sizes[row["group"]] - 1) / (len(groups) - 1)
        assert row["coleman"] == pytest.approx((own - chance) / (1 - chance))


def mixed(seed=0, *, bias=0.0, popular=0.0, people=80):
    rng = np.random.default_rng(seed)
    code = np.arange(people) % 2
    chance = 0.25 + bias * (code[:, None] == code) + popular * (code == 0)
    votes = np.argwhere((rng.random(chance.shape) < chance) & ~np.eye(people, dtype=bool))
    return network(
        [(f"{a:03d}", f"{b:03d}") for a, b in votes],
        {f"{i:03d}": f"g{k}" for i, k in enumerate(code)},
    )


def test_inbreeding_that_was_planted_is_found():
    found = homophily(mixed(bias=0.2), attribute="g", draws=499, rng=1)
    assert [f.verdict for f in found.findings] == [Verdict.PATTERN] * 3
    assert found.rows["own_share"][0] == pytest.approx(0.45 / 0.7, abs=0.02)
    assert found.rows["effect"][0] == pytest.approx(100 * (0.45 / 0.7 - 0.5), abs=2)
    assert "People endorse whom they know and meet" in found.findings[0].reading


def test_a_popular_group_is_not_an_inbred_one():
    found = homophily(mixed(popular=0.3), attribute="g", draws=499, rng=1)
    rows = {r["group"]: r for r in found.rows.records()}
    assert rows["g0"]["own_share"] > 0.65 and rows["g0"]["coleman"] > 0.3
    assert all(abs(r["effect"]) < 3 for r in rows.values())
    assert not any(f.verdict is Verdict.PATTERN for f in found.findings)


def test_errors_know_that_the_usual_share_rests_on_the_group_too():
    """Against people's own shares regressed on their group, within strata of activity, with heteroskedastic errors."""
    process = mixed(seed=3, bias=0.1)
    found = homophily(process, attribute="g", draws=99, rng=1)
    net = network_of(process, "g", endorsements(process, None, exposure=True))
    share, strata = net.beyond / net.given[:, None], np.eye(net.strata.max() + 1)[net.strata]
    for k in (0, 1):
        mine = (net.codes == k).astype(float)
        x = np.column_stack([mine, strata])
        root = np.sqrt(net.given)[:, None]
        inverse = np.linalg.inv((x * root).T @ (x * root))
        coef = inverse @ (x.T @ (net.given * share[:, k]))
        left = (net.given * (share[:, k] - x @ coef))[:, None] * x
        others = (
            1 - (mine * net.given).sum() / net.given.sum()
        )  # about: the group's part of its strata
        row = list(found.rows.records())[1 + k]
        assert row["effect"] == pytest.approx(100 * coef[0] * others, abs=1)
        half = 1.99 * 100 * others * np.sqrt((inverse @ (left.T @ left) @ inverse)[0, 0])
        assert (row["high"] - row["low"]) / 2 == pytest.approx(half, rel=0.08)


def test_false_alarms_keep_to_their_level():
    """100 worlds with popular and active groups and nobody favouring their own."""
    alarms = 0
    for seed in range(100):
        process, _ = world(
            rng=seed, people=60, ideas=40, confounding=1.0, own_is="author", activity=1.0
        )
        alarms += (
            homophily(process, attribute="group", draws=99, rng=seed).rows["p_value"][0] <= 0.05
        )
    assert alarms <= 13  # 99.9% point of a binomial of 100 at 0.05


def test_what_people_were_shown_counts():
    rng = np.random.default_rng(4)
    code = np.arange(80) % 2
    shown = rng.random((80, 80)) < np.where(
        code[:, None] == code, 0.8, 0.2
    )  # groups see mostly their own
    pairs = np.argwhere(shown & ~np.eye(80, dtype=bool))
    people = [f"{i:03d}" for i in range(80)]
    process = Process(
        participants={"participant_id": people, "g": [f"g{k}" for k in code]},
        ideas={"idea_id": people, "author_id": people},
        ratings={
            "participant_id": [people[a] for a, _ in pairs],
            "idea_id": [people[b] for _, b in pairs],
            "value": [int(v) for v in rng.random(len(pairs)) < 0.4],
        },
    )
    beyond = homophily(process, attribute="g", draws=199, rng=1)
    raw = homophily(process, attribute="g", exposure=False, draws=199, rng=1)
    assert raw.rows["p_value"][0] < 0.01
    assert raw.findings[0].verdict is Verdict.INCONCLUSIVE  # it does not hold in what was shown
    assert beyond.findings[0].verdict is not Verdict.PATTERN and abs(beyond.rows["effect"][0]) < 3


def test_a_group_nobody_else_is_like_in_activity_is_not_judged():
    active = [(f"{a:03d}", f"{(a + d) % 40:03d}") for a in range(20) for d in range(1, 16)]
    quiet = [(f"{a:03d}", f"{(a + d) % 40:03d}") for a in range(20, 40) for d in (1, 2)]
    groups = {f"{i:03d}": "loud" if i < 20 else "quiet" for i in range(40)}
    found = homophily(network(active + quiet, groups), attribute="g", draws=99, rng=1)
    assert [f.verdict for f in found.findings] == [Verdict.NOT_ASSESSABLE] * 3


def test_replies_are_a_network_too():
    rng = np.random.default_rng(2)
    people = [f"p{i:02d}" for i in range(40)]
    person = rng.integers(0, 40, 600)
    reply = [None]
    for n in range(1, 600):
        same = np.flatnonzero(person[:n] % 2 == person[n] % 2)
        reply.append(
            int(rng.choice(same)) if rng.random() < 0.5 and len(same) else int(rng.integers(n))
        )
    process = Process(
        participants={"participant_id": people, "g": ["a", "b"] * 20},
        turns={
            "turn_id": [f"t{n}" for n in range(600)],
            "session_id": ["s"] * 600,
            "participant_id": [people[p] for p in person],
            "reply_to": [None if r is None else f"t{r}" for r in reply],
        },
    )
    found = homophily(process, attribute="g", relation="replies", draws=499, rng=1)
    assert found.findings[0].verdict is Verdict.PATTERN and found.rows["own_share"][0] > 0.65
    assert "give" in found.rows["reading"][0] and "replies" in found.rows["reading"][0]


def test_mixing_adds_up_to_all_endorsements():
    found = homophily(mixed(), attribute="g", draws=99, rng=1)
    assert sum(found.mixing["endorsements"]) == pytest.approx(found.rows["endorsements"][0])


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"relation": "friends"}, "relation"),
        ({"attribute": "h"}, "attribute"),
        ({"material": 0.0}, "material"),
        ({"relation": "replies"}, "turns"),
    ],
)
def test_bad_questions_are_refused_by_name(asked, param):
    with pytest.raises(InputError) as error:
        homophily(mixed(), **{"attribute": "g", **asked})
    assert error.value.param == param


def test_scores_are_no_endorsements():
    process, _ = world(rng=1, people=40, ideas=30, kind="score")
    with pytest.raises(InputError, match="scores are no endorsements"):
        homophily(process, attribute="group")


def test_result_survives_json_and_order_does_not_matter():
    found = homophily(mixed(bias=0.1), attribute="g", draws=99, rng=1)
    assert from_json(found.to_json()) == found
    assert homophily(mixed(bias=0.1), attribute="g", draws=99, rng=1) == found
