"""Which groups own which topics: authors are counted, specialisation is not dominance."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.ideas.agenda import agenda
from coprep.loading import from_json
from coprep.simulate import world

CASE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "ideas" / "agenda_location_quotients.json").read_text()
)


def counted(table, *, ideas_each=1, status=None):
    """One author an entry of the table (groups by topics), with so many ideas each."""
    cells = [(k, t) for k, row in enumerate(table) for t, n in enumerate(row) for _ in range(n)]
    people = [f"p{i:03d}" for i in range(len(cells))]
    rows = [(p, t) for p, (_, t) in zip(people, cells, strict=True) for _ in range(ideas_each)]
    ideas = {
        "idea_id": list(range(len(rows))),
        "author_id": [p for p, _ in rows],
        "topic": [f"t{t}" for _, t in rows],
    }
    if status:
        ideas["status"] = [status[t] for _, t in rows]
    return Process(
        participants={"participant_id": people, "g": [f"g{k}" for k, _ in cells]}, ideas=ideas
    )


def dyads_of(found):
    return {(r["topic"], r["group"]): r for r in found.rows.records()}


def test_location_quotients_agree_with_the_reference():
    found = agenda(counted(CASE["inputs"]["table"]), attribute="g", draws=1_999, rng=1)
    rows = dyads_of(found)
    for k, quotients in enumerate(CASE["expected"]["location_quotient"]):
        for t, value in enumerate(quotients):
            assert rows[f"t{t}", f"g{k}"]["effect"] == pytest.approx(value, rel=1e-9)
    assert found.settings["cramers_v"] == pytest.approx(CASE["expected"]["cramers_v"], rel=1e-9)
    assert found.settings["chi2"] == pytest.approx(CASE["expected"]["chi2"], rel=1e-9)
    # one topic an author: exchanging labels is Fisher's test of the cell
    assert rows["t0", "g0"]["p_value"] == pytest.approx(
        CASE["expected"]["p_fisher_cell_00"], abs=0.006
    )


def test_authors_count_once_a_topic_however_much_they_write():
    once, often = (
        agenda(counted([[12, 3], [4, 9]], ideas_each=n), attribute="g", draws=199, rng=1)
        for n in (1, 7)
    )
    assert (
        once.rows["effect"] == often.rows["effect"]
        and once.rows["p_value"] == often.rows["p_value"]
    )


def test_a_captured_topic_and_a_group_crowded_out():
    found = agenda(
        counted([[40, 10], [10, 40]], status=["adopted", "rejected"]),
        attribute="g",
        draws=499,
        rng=1,
    )
    rows = dyads_of(found)
    assert rows["t0", "g0"]["captured"] and not rows["t0", "g1"]["captured"]
    assert rows["t1", "g1"]["crowded_out"] and not rows["t0", "g0"]["crowded_out"]
    assert rows["t1", "g1"]["verdict"] == "pattern"
    assert "None of the ideas on it was adopted, though others were." in rows["t1", "g1"]["reading"]
    assert "to specialise is not to dominate" in rows["t0", "g0"]["reading"]


def test_nothing_decided_crowds_nobody_out():
    rows = dyads_of(agenda(counted([[40, 10], [10, 40]]), attribute="g", draws=99, rng=1))
    assert not any(r["crowded_out"] for r in rows.values())


def test_an_active_group_does_not_own_every_topic():
    people = [f"p{i:03d}" for i in range(120)]
    rows = [(p, t) for i, p in enumerate(people) for t in (range(6) if i < 60 else [i % 6])]
    process = Process(
        participants={"participant_id": people, "g": ["busy"] * 60 + ["calm"] * 60},
        ideas={
            "idea_id": range(len(rows)),
            "author_id": [p for p, _ in rows],
            "topic": [f"t{t}" for _, t in rows],
        },
    )
    found = agenda(process, attribute="g", draws=199, rng=1)
    assert min(r["effect"] for r in found.rows.records() if r["group"] == "busy") > 1.5
    assert not any(f.verdict is Verdict.PATTERN for f in found.findings)


def test_small_topics_groups_and_unknown_are_said():
    table = [[20, 1], [20, 2], [2, 0]]
    found = agenda(counted(table), attribute="g", draws=99, rng=1)
    assert {r["topic"] for r in found.rows.records()} == {"t0"}
    assert {r["group"] for r in found.rows.records()} == {"g0", "g1"}
    assert "1 topics with fewer than 5 authors are not shown." in map(str, found.notes) or any(
        "topic" in n for n in map(str, found.notes)
    )


def test_too_few_authors_refuse():
    found = agenda(counted([[10, 3], [2, 8]]), attribute="g", draws=99, rng=1)
    assert not any(f.verdict is Verdict.NOT_ASSESSABLE for f in found.findings)
    found = agenda(counted([[5, 3], [2, 2]]), attribute="g", draws=99, rng=1)
    assert {f.verdict for f in found.findings} == {Verdict.NOT_ASSESSABLE}
    assert "only 1 group has 5 authors or more" in found.rows["reading"][0]


def test_more_topics_than_can_be_judged_are_refused():
    n = 5_100
    process = Process(
        participants={"participant_id": range(n), "g": ["a", "b"] * (n // 2)},
        ideas={
            "idea_id": range(n),
            "author_id": range(n),
            "topic": [f"t{i // 5}" for i in range(n)],
        },
    )
    found = agenda(process, attribute="g", draws=9, rng=1)
    assert len(found.rows) == 0 and any(
        "2,040 topics by groups" in note.text for note in found.notes
    )


def test_specialisation_is_found_and_no_specialisation_is_not():
    sorted_, _ = world(rng=3, people=300, ideas=300, specialisation=0.8)
    mixed, _ = world(rng=3, people=300, ideas=300)
    assert any(
        f.verdict is Verdict.PATTERN
        for f in agenda(sorted_, attribute="group", draws=499, rng=1).findings
    )
    assert not any(
        f.verdict is Verdict.PATTERN
        for f in agenda(mixed, attribute="group", draws=499, rng=1).findings
    )


def test_false_alarms_keep_to_their_level():
    """100 worlds of busy, unequal authors without any bond of group and topic."""
    alarms = 0
    for seed in range(100):
        process, _ = world(rng=seed, people=80, ideas=60, topics=3, activity=1.5)
        found = agenda(process, attribute="group", draws=99, rng=seed)
        alarms += (
            min(
                (r["p_adjusted"] for r in found.rows.records() if np.isfinite(r["p_adjusted"])),
                default=1,
            )
            <= 0.05
        )
    assert alarms <= 13  # 99.9% point of a binomial of 100 at 0.05


@pytest.mark.parametrize(
    ("asked", "param"), [({"attribute": "h"}, "attribute"), ({"band": (1, 2)}, "band")]
)
def test_bad_questions_are_refused_by_name(asked, param):
    with pytest.raises(InputError) as error:
        agenda(counted([[10, 10], [10, 10]]), **{"attribute": "g", **asked})
    assert error.value.param == param


def test_topics_are_needed():
    process = Process(
        participants={"participant_id": [1], "g": ["a"]}, ideas={"idea_id": [1], "author_id": [1]}
    )
    with pytest.raises(InputError, match="topic"):
        agenda(process, attribute="g")


def test_result_survives_json_and_names_nobody():
    found = agenda(counted([[20, 10], [10, 20]]), attribute="g", draws=99, rng=1)
    assert from_json(found.to_json()) == found and "p00" not in found.to_json()
