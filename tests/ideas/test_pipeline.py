"""What became of ideas, step by step, also where that is nothing."""

import math

import numpy as np
import pytest

import coprep
from coprep import Process
from coprep.errors import InputError
from coprep.ideas import pipeline

STATUS = ["delivered", "adopted", "shortlisted", "rejected", "submitted", "merged", None, "adopted"]


def made(**changed):
    ideas = {
        "idea_id": range(8),
        "author_id": ["a", "a", "b", "b", "c", "c", "d", "city"],
        "status": STATUS,
        "merged_into": [None] * 5 + [0, None, None],
        "cost": [10, 20, 5, 5, None, 1, 1, 50],
        "created_at": ["2026-01-01"] * 8,
    }
    people = {
        "participant_id": ["a", "b", "c", "d", "city", *(f"quiet {i}" for i in range(8))],
        "area": ["North", "North", "South", None, None, *["North", "South"] * 4],
        "is_host": ["no"] * 4 + ["yes"] + ["no"] * 8,
    }
    responses = {
        "idea_id": [0, 7, 3],
        "at": ["2026-01-11", "2026-01-03", "2026-03-02"],
        "kind": ["reasoned", "reasoned", "acknowledgement of receipt"],
    }
    return Process(**{"participants": people, "ideas": ideas, "responses": responses} | changed)


def rows(found, **which):
    return [r for r in found.rows.records() if all(r[k] == v for k, v in which.items())]


def test_every_step_is_counted_and_what_was_lost_on_the_way():
    found = pipeline(made())
    steps = rows(found, source="public")
    assert [(r["step"], r["ideas"], r["lost"], r["n_authors"]) for r in steps] == [
        ("submitted", 7, 0, 4),
        ("shortlisted", 4, 3, 3),
        ("adopted", 3, 1, 2),
        ("delivered", 2, 1, 2),
    ]
    assert [r["of_step_before"] for r in steps[1:]] == [4 / 7, 3 / 4, 2 / 3]
    assert steps[2]["cost"] == 31
    assert found.headline == (
        "Of 7 ideas 3 were adopted and 2 of these have been delivered; "
        "1 was rejected and 3 are undecided."
    )
    codes = [note.code for note in found.notes]
    assert codes[:3] == ["impact", "authors_without", "outcome_unknown"]
    assert found.notes[1].values == {"authors": 2, "of": 4}


def test_groups_and_people_of_unknown_group_add_up():
    found = pipeline(made(), attribute="area")
    for step in ("submitted", "adopted"):
        parts = [r["ideas"] for r in rows(found, source="public", attribute="area", step=step)]
        whole = rows(found, source="public", attribute=None, step=step)[0]["ideas"]
        assert len(parts) == 3 and sum(parts) == whole
    assert [r["who"] for r in rows(found, step="adopted")] == [
        "everybody",
        "North",
        "South",
        "(unknown, or groups of fewer than 5 people)",
        "the organisers",
    ]


def test_groups_of_a_few_people_are_not_shown():
    few = {"participant_id": ["a", "b", "c", "d", "city"], "area": ["N", "N", "S", "S", None]}
    found = pipeline(made(participants=few), attribute="area")
    assert "small_groups" in [note.code for note in found.notes]
    assert not {"N", "S"} & set(found.rows["group"])


def test_the_organisers_ideas_stand_beside_the_publics():
    public, organisers = pipeline(made()).answered.records()
    assert (public["adopted"], public["decided"], organisers["adopted"]) == (3, 4, 1)
    # Merged into the first, the sixth idea was answered with it; a receipt is no answer.
    assert (public["answered"], organisers["answered"]) == (2, 1)
    assert organisers["median_days"] == 2 and math.isinf(public["median_days"])


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            ["rejected"] * 8,
            "Nothing came of it: of 7 ideas none was adopted; 7 were rejected and 0",
        ),
        (["submitted"] * 8, "What became of 7 ideas is not recorded"),
        (["adopted"] * 8, "Of 7 ideas 7 were adopted and nothing has been delivered yet"),
    ],
)
def test_nothing_is_said_outright(status, said):
    ideas = {"idea_id": range(8), "author_id": ["a"] * 7 + ["city"], "status": status}
    found = pipeline(made(ideas=ideas, responses=None), attribute="area")
    assert found.headline.startswith(said) and found.headline in found.summary()
    assert coprep.from_json(found.to_json()) == found


def test_ideas_alone_are_enough_and_no_ideas_are_not():
    found = pipeline(Process(ideas={"idea_id": [1, 2]}))
    assert [r["step"] for r in found.rows.records()] == ["submitted"]
    with pytest.raises(InputError, match="no ideas"):
        pipeline(Process({"participant_id": ["a"]}))


def test_outcomes_are_the_last_step_and_never_added_up():
    outcomes = {
        "idea_id": [0, None, 0],
        "topic": [None, "Parks", None],
        "measure": ["visits", "trust", "visits"],
        "attribute": [None, None, "area"],
        "group": [None, None, "North"],
        "before": [10, 3, 4],
        "after": [15, None, 9],
    }
    process = made(outcomes=outcomes)
    assert "outcomes" in process.tables and process.has("outcomes")
    found = pipeline(process)
    last = rows(found, source="public")[-1]
    assert (last["step"], last["ideas"]) == ("outcome", 2)  # the idea and the one merged into it
    assert [(r["measure"], r["group"], r["change"]) for r in found.changes.records()] == [
        ("visits", None, 5),
        ("visits", "North", 5),
    ]
    assert "outcome_unknown" not in [note.code for note in found.notes]
    with pytest.raises(InputError, match="outcomes: 1 row too many"):
        made(outcomes={"idea_id": [0, 0], "measure": ["m", "m"], "after": [1, 2]})


def test_permuting_ideas_changes_nothing():
    order = np.random.default_rng(1).permutation(8)
    given = made()
    table = {
        "idea_id": [given.ideas.ids[i] for i in order],
        "author_id": [["a", "a", "b", "b", "c", "c", "d", "city"][i] for i in order],
        "status": [STATUS[i] for i in order],
        "merged_into": [0 if i == 5 else None for i in order],
    }
    straight = {name: [table[name][list(order).index(i)] for i in range(8)] for name in table}
    one = pipeline(made(ideas=table, responses=None), attribute="area")
    other = pipeline(made(ideas=straight, responses=None), attribute="area")
    assert one.rows == other.rows
