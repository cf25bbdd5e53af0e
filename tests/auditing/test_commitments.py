"""Milestones, seats meant for roles, and outcomes: read, held against the tables, shown."""

from __future__ import annotations

import pytest

from coprep import InputError, Process, audit, from_json

PEOPLE = {
    "participant_id": [1, 2, 3, 4, 5, 6],
    "role": ["public", "public", "public", "practitioner", "practitioner", "leader"],
    "gender": ["Woman", "Man", "Woman", "Man", None, "Man"],
}
MILESTONES = {
    "name": ["Invitations sent", "First answers", "Report", "Review", "Kept in touch"],
    "due": ["2026-01-10", "2026-03-01", "2026-04-01", "2026-06-01", None],
    "done": ["2026-01-09", "2026-03-15", None, None, "2026-02-02"],
    "stage": ["design", "design", "delivery", "review", None],
}
TARGETS = {
    "role": ["practitioner", "leader", "leader", "Practitioner"],
    "attribute": [None, "gender", "gender", "Gender "],
    "group": [None, "woman", "Man", "Woman"],
    "seats": [2, 1, 1, 1],
}


def _process(**more: object) -> Process:
    return Process(participants=PEOPLE, milestones=MILESTONES, **more)  # type: ignore[arg-type]


def test_a_milestone_is_in_time_late_open_or_overdue() -> None:
    held = audit(_process(), until="2026-05-01", attributes=["gender"])
    told = {row["name"]: (row["state"], row["days"]) for row in held.milestones.records()}
    assert told == {
        "Invitations sent": ("in time", None),
        "First answers": ("late", 14),
        "Report": ("overdue", 30),
        "Review": ("open", None),
        "Kept in touch": ("done", None),
    }
    assert list(held.milestones["name"])[1] == "Kept in touch"
    page = held.to_html()
    assert "done 14 days late, 15 March 2026" in page
    assert "overdue by 30 days" in page


def test_without_any_day_nothing_is_overdue() -> None:
    held = audit(_process(), attributes=["gender"])
    states = {row["name"]: row["state"] for row in held.milestones.records()}
    assert states["Report"] == "open"


def test_a_milestone_needs_a_name_once_and_a_day() -> None:
    with pytest.raises(InputError) as caught:
        Process(milestones={"name": ["a", "a"], "due": ["2026-01-01", "2026-01-02"]})
    assert "milestones" in str(caught.value)
    process = Process(milestones={"name": ["a", "b"], "due": ["2026-01-01", None]})
    assert process.milestones is not None
    assert process.milestones["name"] == ("a",)
    assert any("without name" in note.text for note in process.notes)


def test_seats_are_filled_empty_or_cannot_be_told() -> None:
    held = audit(_process(targets=TARGETS), attributes=["gender"])
    rows = [(r["seats"], r["filled"], r["unknown"]) for r in held.targets.records()]
    assert rows == [(2, 2, 0), (1, 0, 0), (1, 1, 0), (1, 0, 1)]
    assert [r["group"] for r in held.targets.records()] == [None, "Woman", "Man", "Woman"]
    page = held.to_html()
    assert "Leaders: people of" in page and "nobody" in page
    assert "members of the public, beside the community" not in page


def test_an_unknown_group_is_no_empty_seat() -> None:
    targets = {"role": ["practitioner"], "attribute": ["gender"], "group": ["Woman"], "seats": [1]}
    page = audit(_process(targets=targets), attributes=["gender"]).to_html()
    assert "cannot tell: of 1 the group is not known" in page


def test_a_group_without_attribute_is_refused() -> None:
    with pytest.raises(InputError, match="with an attribute and no group"):
        Process(participants=PEOPLE, targets={"role": ["leader"], "group": ["Man"], "seats": [1]})


def test_targets_are_left_out_of_a_protected_copy() -> None:
    held = audit(_process(targets=TARGETS), attributes=["gender"]).protect(5)
    assert not len(held.targets)
    assert len(held.milestones) == 5


def test_outcomes_are_told_by_measure_and_group_and_never_added_up() -> None:
    process = Process(
        participants=PEOPLE,
        ideas={"idea_id": ["a", "b"], "status": ["delivered", "delivered"], "author_id": [1, 2]},
        outcomes={
            "idea_id": ["a", "b", "a"],
            "measure": ["waiting days", "waiting days", "visits"],
            "attribute": ["gender", "gender", None],
            "group": ["Woman", "Woman", None],
            "before": [10, 20, None],
            "after": [8, 21, 5],
        },
    )
    held = audit(process, attributes=["gender"])
    rows = list(held.outcomes.records())
    assert [(r["measure"], r["group"], r["n"]) for r in rows] == [
        ("waiting days", "Woman", 2),
        ("visits", None, 1),
    ]
    assert (rows[0]["before"], rows[0]["after"]) == (15, 14.5)
    assert (rows[0]["least"], rows[0]["most"]) == (-2, 1)
    page = held.to_html()
    assert "was not recorded" not in page
    assert "-2 to +1" in page and ">not recorded<" in page
    again = from_json(held.to_json())
    assert again.to_json() == held.to_json()


def test_the_last_of_dated_answers_counts() -> None:
    said = {
        "participant_id": [1, 1, 2],
        "item": ["felt_valued"] * 3,
        "value": [2, 5, 3],
        "at": ["2026-01-01", "2026-02-01", None],
    }
    process = Process(participants=PEOPLE, experience=said)
    assert process.experience is not None
    assert list(process.experience["value"]) == [5, 3]
    assert any("replaced by a later answer" in note.text for note in process.notes)


def test_two_answers_of_one_day_are_refused() -> None:
    said = {"participant_id": [1, 1], "item": ["x", "x"], "value": [2, 5]}
    with pytest.raises(InputError, match="on which day"):
        Process(participants=PEOPLE, experience=said)
