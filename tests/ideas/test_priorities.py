from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.ideas._participation.share_ratio import share_ratios
from coprep.ideas.priorities import priorities
from coprep.loading import from_json
from outcome_world import process, relabelled, shuffled, tables


def one_sided(seed=0, south_wants="t3", adopted="t0", unknown=0.0):
    """North wants t0, south something else; only ``adopted`` topics are adopted."""
    tables_ = tables(seed, unknown=unknown)
    area = tables_["participants"]["area"]
    who = tables_["participants"]["participant_id"]
    tables_["priorities"] = {
        "participant_id": [p for p in who for _ in (0, 1)],
        "topic": [t for a in area for t in (("t0", "t1") if a == "north" else (south_wants, "t1"))],
        "value": [3, 1] * len(who),
    }
    ideas = tables_["ideas"]
    ideas["status"] = ["adopted" if t in (adopted, "t1") else "rejected" for t in ideas["topic"]]
    return tables_


def test_by_hand():
    made = Process(
        participants={
            "participant_id": [f"p{i}" for i in range(20)],
            "area": ["a"] * 10 + ["b"] * 10,
        },
        ideas={
            "idea_id": ["1", "2", "3", "4"],
            "topic": ["x", "x", "x", "y"],
            "status": ["adopted"] * 3 + ["delivered"],
        },
        priorities={
            "participant_id": [f"p{i}" for i in range(20)],
            "topic": ["x"] * 10 + ["y"] * 10,
            "value": [2] * 20,
        },
    )
    found = priorities(made, attribute="area", rng=1)
    adopted = found.table[found.table["stage"] == "adopted"]
    assert adopted["attention"].tolist() == pytest.approx([0.75, 0.25])
    assert adopted["effect"].tolist() == pytest.approx([1.5, 0.5])
    delivered = found.table[found.table["stage"] == "delivered"]
    assert delivered["attention"].tolist() == pytest.approx([0.0, 1.0])
    assert delivered["taken_up"].tolist() == pytest.approx([0.0, 1.0])
    assert found.topics["adopted"] == pytest.approx((0.75, 0.25))
    assert found.topics["delivered"] == pytest.approx((0.0, 1.0))


def test_a_group_whose_wishes_were_passed_over_is_a_pattern():
    found = priorities(Process(**one_sided()), attribute="area", rng=1)
    north, south = found.findings
    assert north.verdict is Verdict.PATTERN and north.estimate.value > 1.25
    assert south.verdict is Verdict.PATTERN and south.estimate.value < 0.8
    assert "only" in south.reading and "outside what this process could decide" in south.reading
    assert "adopted" in south.reading


def test_equal_wishes_are_no_material_difference():
    found = priorities(process(1), attribute="area", rng=1)
    assert {f.verdict for f in found.findings} == {Verdict.NO_MATERIAL_DIFFERENCE}


def test_costs_can_weigh():
    given_ = one_sided(2)
    given_["ideas"]["cost"] = [1.0 if t == "t0" else 99.0 for t in given_["ideas"]["topic"]]
    count = priorities(Process(**given_), attribute="area", rng=1).table
    cost = priorities(Process(**given_), attribute="area", weigh="cost", rng=1).table
    assert cost["effect"].iloc[0] < count["effect"].iloc[0]


def test_rows_in_any_order_and_other_names_give_the_same():
    given_ = one_sided(3, unknown=0.1)
    first = priorities(Process(**given_), attribute="area", rng=4)
    assert priorities(Process(**shuffled(given_)), attribute="area", rng=4) == first
    renamed = priorities(
        Process(**relabelled(given_, {"north": "a", "south": "z"})), attribute="area", rng=4
    )
    assert renamed.table["effect"].tolist() == first.table["effect"].tolist()
    assert from_json(first.to_json()) == first
    assert not re.search(r"p\d{4}", first.to_json())


def test_small_groups_are_hidden_and_ten_are_needed():
    given_ = one_sided(4)
    given_["participants"]["area"][:3] = ["tiny"] * 3
    given_["participants"]["area"][3:10] = ["small"] * 7
    found = priorities(Process(**given_), attribute="area", rng=1)
    assert set(found.table["group"]) == {"north", "south", "small"}
    assert any("not shown" in note.text for note in found.notes)
    verdicts = {f.group: f.verdict for f in found.findings}
    assert verdicts["small"] is Verdict.NOT_ASSESSABLE


def test_only_zeros_count_as_no_priority():
    given_ = one_sided(5)
    given_["priorities"]["value"][:2] = [0, 0]
    found = priorities(Process(**given_), attribute="area", rng=1)
    assert found.findings[0].details["exclusions"]["people whose values are all 0"] == 1


@pytest.mark.parametrize("missing", ["priorities", "ideas"])
def test_missing_tables_are_named(missing):
    given_ = {
        k: v
        for k, v in tables(6).items()
        if k in {"participants", "priorities", "ideas"} and k != missing
    }
    with pytest.raises(InputError, match=missing):
        priorities(Process(**given_), attribute="area")


def test_nothing_adopted_is_an_error():
    given_ = tables(7)
    given_["ideas"]["status"] = ["rejected"] * 200
    with pytest.raises(InputError, match="no idea with a topic has been adopted"):
        priorities(Process(**given_), attribute="area")


def test_weigh_must_be_known():
    with pytest.raises(InputError, match="weigh must be one of"):
        priorities(process(8), attribute="area", weigh="size")


@given(st.integers(0, 1000), st.integers(2, 4))
def test_lifts_weigh_out_to_one_and_do_not_mind_the_order(seed, groups):
    rng = np.random.default_rng(seed)
    codes, amount = rng.integers(0, groups, 50), rng.exponential(1.0, 50)
    found = share_ratios(amount, codes, groups, draws=99, rng=seed)
    order = rng.permutation(50)
    again = share_ratios(amount[order], codes[order], groups, draws=99, rng=seed)
    kept = found.share_of_people > 0
    assert (found.ratio * found.share_of_people)[kept].sum() == pytest.approx(1)
    assert found.share[kept].sum() == pytest.approx(1)
    assert again.p_value.tolist() == found.p_value.tolist()
    doubled = share_ratios(2 * amount, codes, groups, draws=99, rng=seed)
    assert doubled.ratio[kept] == pytest.approx(found.ratio[kept])


def test_the_error_of_a_lift_is_that_of_a_bootstrap():
    rng = np.random.default_rng(0)
    codes, amount = rng.integers(0, 3, 400), rng.exponential(1.0, 400)
    found = share_ratios(amount, codes, 3, draws=99, rng=1)
    picks = rng.integers(0, 400, (4000, 400))
    sums = np.stack(
        [
            (amount[picks] * (codes[picks] == k)).sum(axis=1) / (codes[picks] == k).sum(axis=1)
            for k in range(3)
        ]
    )
    boot = np.log(sums / amount[picks].mean(axis=1)).std(axis=1)
    assert found.se_log == pytest.approx(boot, rel=0.06)
