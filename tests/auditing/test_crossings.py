"""Pairs of attributes in an audit: asked where the community's own pairs are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from coprep import Baseline, Process, audit, from_json, read_process

SHARES = {
    ("Female", "16-34"): 3000,
    ("Female", "35+"): 7000,
    ("Male", "16-34"): 3200,
    ("Male", "35+"): 6800,
}


def _community(shares: dict[tuple[str, str], int] | None = None) -> Baseline:
    rows = [cell for cell, n in (shares or SHARES).items() for _ in range(n)]
    frame = pd.DataFrame(rows, columns=["sex", "age"])
    return Baseline.from_microdata(frame, attributes=["sex", "age"], complete=True, area="Town")


def _people(counts: dict[tuple[str | None, str | None], int]) -> pd.DataFrame:
    rows = [cell for cell, n in counts.items() for _ in range(n)]
    made = pd.DataFrame(rows, columns=["sex", "age"])
    made.insert(0, "participant_id", range(len(made)))
    return made


def _status(found: Any) -> dict[str, str]:
    return {row["attribute"]: row["status"] for row in found.family.records()}


YOUNG_WOMEN_MISSING = {
    ("Female", "16-34"): 3,
    ("Female", "35+"): 57,
    ("Male", "16-34"): 33,
    ("Male", "35+"): 27,
}


def test_a_pair_is_missing_though_neither_of_its_groups_is() -> None:
    found = audit(Process(participants=_people(YOUNG_WOMEN_MISSING), baseline=_community()))
    assert _status(found)["sex × age"] == "act"
    assert "act" not in (_status(found)["sex"], _status(found)["age"])
    told = {f.group: f for f in found.findings if f.attribute == "sex × age"}
    missing = told["Female × 16-34"]
    assert missing.verdict == "under"
    assert missing.details["groups"] == {"sex": "Female", "age": "16-34"}
    assert missing.reading.startswith("3 of 120 were people of “Female” (sex) aged 16 to 34")
    assert told["Male × 16-34"].verdict == "over"
    assert any("18 of 120" in row["text"] for row in found.steps.records())
    page = found.to_html()
    assert "Who came, by two attributes together: sex × age" in page
    assert "How attributes go together" not in page
    assert "Of patterns that are named in this way, at most 5 in 100 are expected" in page


def test_groups_are_called_by_their_labels_in_pairs_too() -> None:
    process = Process(participants=_people(YOUNG_WOMEN_MISSING), baseline=_community())
    found = audit(process, labels={"sex": {"Female": "women", "Male": "men"}})
    said = {f.group: f.details["label"] for f in found.findings if f.attribute == "sex × age"}
    assert said["Female × 16-34"] == "women aged 16 to 34"
    assert said["Male × 35+"] == "men aged 35 and over"
    assert "Women aged 16 to 34 were missing" in found.to_html()


def test_what_one_group_tells_is_not_told_again_by_its_pairs() -> None:
    # Young people are missing, women among them as much as men.
    came = {
        ("Female", "16-34"): 15,
        ("Female", "35+"): 130,
        ("Male", "16-34"): 16,
        ("Male", "35+"): 126,
    }
    found = audit(Process(participants=_people(came), baseline=_community()))
    assert _status(found)["age"] == "act"
    assert _status(found)["sex × age"] == "cannot_tell"
    cell = next(f for f in found.findings if f.group == "Female × 16-34")
    assert [note.code for note in cell.caveats] == ["told_by_its_group"]
    assert cell.caveats[0].values["groups"] == ("16-34",)
    # The detector's own answer stands as it is.
    part = next(part for part in found.parts if part.kind == "representation.intersections")
    own = next(row for row in part.rows.records() if row["group"] == "Female × 16-34")
    assert own["verdict"] == "under"


def test_pairs_are_not_asked_without_the_communitys_own() -> None:
    margins = Baseline.from_shares(
        {"sex": {"Female": 0.5, "Male": 0.5}, "age": {"16-34": 0.31, "35+": 0.69}}
    )
    found = audit(Process(participants=_people(YOUNG_WOMEN_MISSING), baseline=margins))
    assert list(_status(found)) == ["sex", "age"]
    gap = list(found.gaps.records())[-1]
    assert gap["table"] == "baseline"
    assert "young women" in gap["cannot_say"]
    counts = audit(
        Process.from_counts({"sex": {"Female": 60, "Male": 60}, "age": {"16-34": 36, "35+": 84}}),
        _community(),
    )
    assert "sex × age" not in _status(counts)


def test_people_of_other_answers_who_could_turn_a_pair_leave_it_open() -> None:
    came: dict[tuple[str | None, str | None], int] = {
        ("Female", "16-34"): 8,
        ("Female", "35+"): 56,
        ("Male", "16-34"): 27,
        ("Male", "35+"): 37,
    }

    def told(counts: dict[tuple[str | None, str | None], int]) -> Any:
        found = audit(Process(participants=_people(counts), baseline=_community()))
        part = next(p for p in found.parts if p.kind == "representation.intersections")
        assert "another" not in str([note.text for note in part.notes])
        return next(f for f in found.findings if f.group == "Female × 16-34")

    assert told(came).verdict == "under"
    # As young women, five of another answer would be no shortfall any more.
    beside = told({**came, ("another", "16-34"): 5})
    assert beside.verdict == "inconclusive"
    assert [note.code for note in beside.caveats] == ["other_answers_could_turn_it"]
    # Fewer of them turn nothing where hardly any young woman came.
    missing = {**came, ("Female", "16-34"): 4}
    assert told({**missing, ("another", "16-34"): 2}).verdict == "under"


def test_unknown_people_stay_out_of_pairs_and_are_counted() -> None:
    came: dict[tuple[str | None, str | None], int] = {**YOUNG_WOMEN_MISSING, ("Female", None): 4}
    found = audit(Process(participants=_people(came), baseline=_community()))
    part = next(part for part in found.parts if part.kind == "representation.intersections")
    pair = next(row for row in part.crossings.records() if row["order"] == 2)
    assert (pair["total"], pair["unknown"]) == (120, 4)


def test_the_public_alone_is_compared_and_weights_count() -> None:
    people = _people(YOUNG_WOMEN_MISSING)
    staff = _people({("Female", "16-34"): 30})
    staff["participant_id"] += 1000
    both = pd.concat([people.assign(role="public"), staff.assign(role="practitioner")])
    found = audit(Process(participants=both, baseline=_community()))
    part = next(part for part in found.parts if part.kind == "representation.intersections")
    totals = {row["total"] for row in part.crossings.records()}
    assert totals == {120}
    # Weighted so that every cell has its share, nobody is missing.
    came = people.groupby(["sex", "age"])["sex"].transform("size")
    want = [SHARES[sex, age] / 20000 * 120 for sex, age in zip(people.sex, people.age, strict=True)]
    weighted = people.assign(w=want / came)
    even = audit(Process(participants=weighted, baseline=_community(), reading={"weight": "w"}))
    pair = [f for f in even.findings if f.attribute == "sex × age"]
    assert not any(f.verdict.is_flag for f in pair)


def test_a_pair_within_quotas_is_held_against_what_the_quotas_gave() -> None:
    # Half were to be young by quota; within it women and men came as a lottery gives them.
    came = {
        ("Female", "16-34"): 29,
        ("Female", "35+"): 30,
        ("Male", "16-34"): 31,
        ("Male", "35+"): 30,
    }
    process = Process(
        participants=_people(came), baseline=_community(), selection="quota", quotas=["age"]
    )
    found = audit(process)
    assert not any(f.verdict.is_flag for f in found.findings if f.attribute == "sex × age")


def test_pairs_are_told_as_safely_as_everything_else() -> None:
    found = audit(Process(participants=_people(YOUNG_WOMEN_MISSING), baseline=_community()))
    safe = found.protect(min_count=5)
    told = {f.group: f for f in safe.findings if f.attribute == "sex × age"}
    assert told["Female × 16-34"].estimate is None
    page = safe.to_html()
    assert "3 of 120" not in page
    text = safe.to_json()
    again = from_json(text)
    assert again.to_json() == text
    part = next(p for p in safe.parts if p.kind == "representation.intersections")
    counts = {row["group"]: row["count"] for row in part.rows.records()}
    assert counts.get("Female × 16-34") is None
    assert counts["Female"] == 60


def test_pairs_are_compared_with_those_of_the_last_audit() -> None:
    before = audit(Process(participants=_people(YOUNG_WOMEN_MISSING), baseline=_community()))
    fair = {cell: round(n / 20000 * 400) for cell, n in SHARES.items()}
    now = audit(Process(participants=_people(fair), baseline=_community()), earlier=before)
    assert now.change is not None
    moved = {row["group"]: row for row in now.change.rows.records()}
    row = moved["Female × 16-34"]
    assert row["indicator"] == "intersections"
    assert row["before"] == pytest.approx(3 / 120 / 0.15)
    assert row["verdict"] == "smaller"


def test_a_joint_table_in_a_folder_is_enough(tmp_path: Any) -> None:
    rows = [(*cell, n) for cell, n in SHARES.items()]
    columns = ["sex", "age", "count"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "baseline.csv", index=False)
    _people(YOUNG_WOMEN_MISSING).to_csv(tmp_path / "participants.csv", index=False)
    assert _status(audit(read_process(tmp_path)))["sex × age"] == "act"


def test_fair_rooms_seldom_have_a_pair_that_calls_for_action() -> None:
    community = _community()
    cells = list(SHARES)
    p = np.array(list(SHARES.values())) / sum(SHARES.values())
    rng = np.random.default_rng(5)
    named = 0
    for _ in range(60):
        counts = dict(zip(cells, rng.multinomial(80, p).tolist(), strict=True))
        found = audit(Process(participants=_people(counts), baseline=community))
        named += any(row["status"] == "act" for row in found.family.records())
    assert named <= 6  # at most one in twenty: 6 of 60 lie within 1.645 standard errors
