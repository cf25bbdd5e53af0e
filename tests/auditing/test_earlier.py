"""Two audits of one process: what moved, what did not, what cannot be compared."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from coprep import Baseline, InputError, Process, audit, from_json
from coprep.auditing.change import CANNOT_TELL, LARGER, NO_CHANGE, SMALLER
from coprep.auditing.comparing import change_of
from coprep.auditing.result import Audit
from coprep.representation import assess
from coprep.simulate import world

COMMUNITY = {"sex": {"Female": 0.5, "Male": 0.5}}


def _counts(female: int, male: int, community: object = None) -> Audit:
    baseline = Baseline.from_shares(community or COMMUNITY)  # type: ignore[arg-type]
    return audit(Process.from_counts({"sex": {"Female": female, "Male": male}}), baseline)


def _row(found: Audit, **where: object) -> dict[str, object]:
    assert found.change is not None
    rows = [r for r in found.change.rows.records() if all(r[k] == v for k, v in where.items())]
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        ((20, 180), (95, 105), SMALLER),  # nearly nobody, then half
        ((95, 105), (20, 180), LARGER),
        ((10, 10), (12, 8), CANNOT_TELL),
        ((1000, 1000), (1010, 990), NO_CHANGE),
        ((0, 40), (20, 20), SMALLER),  # from nobody at all
        ((40, 0), (0, 40), LARGER),  # as far on the other side, and shown; never nearer
    ],
)
def test_what_moved(before, now, verdict):
    earlier = _counts(*before)
    found = change_of(_counts(*now), earlier)
    rows = {r["group"]: r for r in found.rows.records()}
    assert rows["Female"]["verdict"] == verdict
    table = [[now[0], now[1]], [before[0], before[1]]]
    assert rows["Female"]["p"] == pytest.approx(stats.fisher_exact(table).pvalue)


def test_what_cannot_be_compared_is_said_with_its_reason():
    other = {"sex": {"Female": 0.4, "Male": 0.6}}
    found = change_of(_counts(50, 50), _counts(50, 50, other))
    assert not len(found.rows)
    assert {r["reason"] for r in found.not_compared.records()} == {"compared with another baseline"}
    hidden = _counts(3, 97).protect(5)
    found = change_of(_counts(50, 50), hidden)
    assert {r["reason"] for r in found.not_compared.records()} == {
        "not shown in a copy made for publication"
    }
    quota = Process.from_counts(
        {"sex": {"Female": 5, "Male": 5}}, selection="quota", quotas=["sex"]
    )
    filled = audit(quota, Baseline.from_shares(COMMUNITY))
    found = change_of(_counts(50, 50), filled)
    assert "quota" in next(found.not_compared.records())["reason"]


def test_the_same_audit_twice_shows_no_difference():
    process, _ = world(people=120, ideas=80, rng=3)
    once = audit(process, draws=199, rng=1)
    found = change_of(once, once)
    assert {r["verdict"] for r in found.rows.records()} <= {NO_CHANGE, CANNOT_TELL}
    for row in found.rows.records():
        assert row["low"] <= row["difference"] <= row["high"]
        none = 1.0 if row["unit"] == "ratio" else 0.0
        assert row["difference"] == pytest.approx(none)


def test_a_planted_change_is_found_and_told():
    before, _ = world(people=300, ideas=200, self_serving=0.5, rng=1)
    now, _ = world(people=300, ideas=200, self_serving=0.0, rng=2)
    earlier = audit(before, draws=999, rng=1)
    found = audit(now, draws=999, rng=1, earlier=earlier)
    row = _row(found, indicator="self_serving", group=None)
    assert row["verdict"] == SMALLER
    page = found.to_html()
    assert "Since the earlier audit" in page
    assert "nearer to none" in page
    assert from_json(found.to_json()) == found
    from_text = audit(now, draws=999, rng=1, earlier=earlier.to_json())
    assert from_text.to_json() == found.to_json()


def test_shares_of_people_are_compared_group_by_group():
    def came(yes: dict[str, int]) -> Process:
        people = {"participant_id": list(range(200)), "area": ["North"] * 100 + ["South"] * 100}
        there = [*range(yes["North"]), *range(100, 100 + yes["South"])]
        return Process(
            participants=people,
            attendance={"participant_id": there, "stage": ["design"] * len(there)},
        )

    earlier = audit(came({"North": 20, "South": 90}))
    found = audit(came({"North": 85, "South": 90}), earlier=earlier)
    row = _row(found, indicator="attendance:design", group="North")
    assert (row["before"], row["now"]) == (pytest.approx(-70), pytest.approx(-5))
    assert row["verdict"] == SMALLER
    assert row["status_before"] == "act"


def test_no_more_false_changes_than_promised():
    # Two independent fair rooms of 60, eight groups: any change named is false.
    rng = np.random.default_rng(20261201)
    shares = {f"g{i}": 0.125 for i in range(8)}
    baseline = Baseline.from_shares({"area": shares})

    def room() -> Audit:
        drawn = rng.multinomial(60, list(shares.values()))
        counts = {"area": dict(zip(shares, map(int, drawn), strict=True))}
        return audit(Process.from_counts(counts), baseline)

    named = 0
    for _ in range(60):
        rows = change_of(room(), room()).rows.records()
        named += any(r["verdict"] in (SMALLER, LARGER) for r in rows)
    # At most 5% of pages: 3 of 60, and 1.645 standard errors more.
    assert named <= 3 + 1.645 * math.sqrt(60 * 0.05 * 0.95)


def test_only_an_audit_is_taken():
    who = assess({"sex": {"Female": 12, "Male": 9}}, Baseline.from_shares(COMMUNITY))
    process = Process.from_counts({"sex": {"Female": 12, "Male": 9}})
    with pytest.raises(InputError, match="expected an audit"):
        audit(process, Baseline.from_shares(COMMUNITY), earlier=who.to_json())
    with pytest.raises(InputError, match="not JSON"):
        audit(process, Baseline.from_shares(COMMUNITY), earlier="audit.json")


def test_gaps_that_opened_and_closed_are_named():
    people = {"participant_id": [1, 2, 3], "area": ["N", "S", "N"]}
    came = {"participant_id": [1, 2], "stage": ["design", "design"]}
    spoke = {"turn_id": [1], "session_id": ["a"], "participant_id": [1], "n_words": [10]}
    before = audit(Process(participants=people, attendance=came))
    now = audit(Process(participants=people, turns=spoke), earlier=before)
    assert now.change is not None
    assert "Who came to which session" in now.change.new_gaps
    assert "Who said how much" in now.change.closed_gaps


def test_another_verdict_without_a_difference_is_no_change():
    earlier = _counts(70, 130)  # under
    now = _counts(9, 11)  # too few to tell
    found = replace(now, change=change_of(now, earlier))
    row = _row(found, group="Female")
    assert row["status_before"] == "act"
    assert row["verdict"] == CANNOT_TELL
    assert "the numbers do not differ beyond chance" in found.to_html()


@pytest.mark.parametrize(
    ("value", "low", "high", "told"),
    [
        (-31, -45, -17, ("31", "less", "17 to 45")),
        (4, -9, 18, ("4", "more", "9 less to 18 more")),
        (-0.3, -14, 15, ("0", "less", "14 less to 15 more")),
        (8, 3, 12, ("8", "more", "3 to 12")),
    ],
)
def test_a_range_keeps_its_signs(value, low, high, told):
    from coprep.auditing.sentences import _way

    assert tuple(_way(value, low, high).values()) == told
