"""Recruit: who is still needed, for all groups together, and how many invitations bring them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coprep import Baseline, from_json
from coprep.errors import InputError
from coprep.representation import recruit
from coprep.representation._inviting import whom_to_invite
from reference import depth

TOWN = Baseline.from_counts(
    {"sex": {"Female": 510, "Male": 490}, "age": {"16-29": 200, "30-59": 500, "60+": 300}}
)
SO_FAR = {"sex": {"Female": 40, "Male": 20}, "age": {"16-29": 4, "30-59": 30, "60+": 26}}


@pytest.mark.parametrize("case", depth("recruit"), ids=str)
def test_recruits_agree_with_a_search(case):
    groups = [f"g{i}" for i in range(len(case["counts"]))]
    base = Baseline.from_shares({"k": dict(zip(groups, case["shares"], strict=True))})
    so_far = {"k": dict(zip(groups, case["counts"], strict=True))}
    half = recruit(so_far, base)
    assert half.overall["recruits"] == (case["all_groups_within_half_a_person"],)
    whole = recruit(so_far, base, within="whole")
    assert whole.overall["recruits"] == (case["all_groups_at_or_above_whole_part"],)
    strict = recruit(so_far, base, target_ratio=1)
    assert strict.overall["recruits"] == (case["all_groups_at_or_above_share"],)


def test_ten_of_a_group_that_answers_one_in_ten_are_140_invitations():
    base = Baseline.from_shares({"k": {"A": 0.5, "B": 0.5}})
    found = recruit({"k": {"A": 10, "B": 20}}, base, response_rates=0.1, within="half")
    need = found.rows["recruits"][0]
    assert need == 9
    found = recruit({"k": {"A": 10, "B": 21}}, base, response_rates={"A": 0.1, "B": 1})
    assert found.rows["recruits"] == (10, 0)
    assert found.rows["invitations"] == (140, 0)
    assert found.headline == (
        "10 more people close every gap; 140 invitations bring them with a chance of 90.0%."
    )


def test_every_group_reaches_its_need_with_the_chance_that_is_said():
    rates = {
        "sex": {"Female": 0.12, "Male": 0.08},
        "age": {"16-29": 0.05, "30-59": 0.1, "60+": 0.2},
    }
    found = recruit(SO_FAR, TOWN, response_rates=rates, chance=0.8)
    table = found.table
    for _, rows in table.groupby("attribute", sort=False):
        need, rate, invited = (
            rows[name].to_numpy(dtype=float)
            for name in ("recruits", "response_rate", "invitations")
        )
        assert stats.binom.sf(need - 1, invited, rate).prod() >= 0.8
    by_age = table[table["attribute"] == "age"]["recruits"].sum()
    assert by_age <= found.overall["recruits"][1]
    assert found.overall["recruits"] == (18, 25)
    assert found.headline.startswith("25 more people"), "a person counts in every attribute"


def test_a_gap_that_is_closed_and_one_that_never_is():
    even = Baseline.from_shares({"k": {"A": 0.5, "B": 0.5}})
    assert recruit({"k": {"A": 10, "B": 10}}, even).headline == (
        "Nobody more is needed: every group has its share already."
    )
    odd = Baseline.from_shares({"k": {"A": 2**0.5 / 3, "B": 1 - 2**0.5 / 3}})
    never = recruit({"k": {"A": 5, "B": 10}}, odd, target_ratio=1, response_rates=0.5)
    assert never.headline.startswith("No number of people up to a million")
    assert never.rows["recruits"] == (None, None)
    assert never.rows["invitations"] == (None, None)


def the_pool(n=4000, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"sex": rng.choice(["female", "Male"], n), "age": rng.integers(16, 90, n)})


RATES = {"16-29": 0.05, "30-59": 0.1, "60+": 0.2, "Male": 0.08, "Female": 0.12}


def test_whom_to_invite_is_solved_for_all_groups_together():
    found = recruit(SO_FAR, TOWN, response_rates=RATES, pool=the_pool())
    invite = found.invite_table
    assert list(invite.columns) == ["sex", "age", "count", "response_rate", "invitations"]
    assert (invite["invitations"] <= invite["count"]).all()
    needs = dict(zip(found.rows["group"], found.rows["recruits"], strict=True))
    rng = np.random.default_rng(2)
    came = rng.binomial(
        invite["invitations"].to_numpy(dtype=int),
        invite["response_rate"].to_numpy(dtype=float),
        size=(20_000, len(invite)),
    )
    met = np.ones(len(came), dtype=bool)
    for name in ("sex", "age"):
        for group in set(invite[name]):
            met &= came[:, invite[name] == group].sum(axis=1) >= needs[group]
    assert met.mean() >= 0.9
    parts = found.overall["invitations"]
    assert max(parts) <= invite["invitations"].sum() <= sum(parts)


def test_the_community_itself_is_the_pool_where_it_was_counted_from_rows():
    base = Baseline.from_microdata(
        pd.DataFrame(
            {
                "sex": ["F"] * 510 + ["M"] * 490,
                "young": (["y"] * 100 + ["n"] * 390) * 2 + ["n"] * 20,
            }
        ),
        attributes=["sex", "young"],
    )
    found = recruit(
        {"sex": {"F": 40, "M": 20}, "young": {"y": 5, "n": 55}}, base, response_rates=0.3
    )
    assert found.invite["sex"] and set(found.invite["young"]) <= {"y", "n"}


def test_a_pool_with_too_few_is_said():
    pool = the_pool(60)
    found = recruit(SO_FAR, TOWN, response_rates=0.05, pool=pool)
    (note,) = [note for note in found.notes if note.code == "pool_too_small"]
    assert "Male (sex)" in note.values["groups"]
    assert "invitations bring them" not in found.headline
    assert "too few to invite" in found.headline


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_plan_over_cells_is_the_cheapest_of_its_bounds(data):
    """Against every plan of a few people: the same expected answers, never fewer invitations."""
    groups = data.draw(st.integers(1, 3))
    cells = data.draw(st.integers(1, 3))
    member = np.array(
        data.draw(
            st.lists(
                st.lists(st.integers(0, 1), min_size=cells, max_size=cells),
                min_size=groups,
                max_size=groups,
            )
        ),
        dtype=float,
    )
    people = np.array(
        data.draw(st.lists(st.integers(0, 12), min_size=cells, max_size=cells)), float
    )
    rate = np.full(cells, 0.5)
    needed = np.array(
        data.draw(st.lists(st.integers(0, 3), min_size=groups, max_size=groups)), float
    )
    plan = whom_to_invite(member, people, rate, needed, chance=0.8)
    asking = needed > 0
    level = 0.2 / max(asking.sum(), 1)

    def enough(x):
        there = member @ x
        return (stats.binom.sf(needed - 1, there, 0.5) >= 1 - level - 1e-9)[asking].all()

    every = np.stack(np.meshgrid(*(np.arange(n + 1) for n in people)), -1).reshape(-1, cells)
    sizes = [x.sum() for x in every if enough(x)]
    if sizes:
        assert not plan.short.any()
        assert plan.by_cell.sum() == min(sizes)
        assert enough(plan.by_cell)
    else:
        assert plan.short.any()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"response_rates": {"16-2": 0.1}}, "did you mean '16-29'"),
        ({"response_rates": {"ag": {"60+": 0.1}}}, "did you mean 'age'"),
        ({"response_rates": 0}, "above 0 and at most 1"),
        ({"response_rates": {"Male": True}}, "response rate of 'Male' is True"),
        ({"response_rates": {"Female": 0.1}}, "lacks 'Male' of 'sex'"),
        ({"chance": 1}, "chance is 1"),
        ({"within": "quarter"}, "within must be one of"),
        ({"target_ratio": 1.2}, "target_ratio is 1.2"),
        ({"attributes": ["agee"]}, "does not describe 'agee'"),
        ({"labels": {"sex": {"Femal": "women"}}}, "did you mean 'Female'"),
    ],
)
def test_bad_input_is_refused_with_a_way_out(asked, words):
    with pytest.raises(InputError, match="(?s)" + words):
        recruit(SO_FAR, TOWN, **asked)


def test_several_ticks_a_person_are_refused():
    spoken = Baseline.from_shares(
        {"language": {"Urdu": 0.3, "English": 0.9}}, overlapping=["language"]
    )
    with pytest.raises(InputError, match="several groups of 'language'"):
        recruit({"language": {"Urdu": 3, "English": 9}}, spoken, total=10)


def test_people_of_unknown_group_are_told():
    rows = pd.DataFrame({"sex": ["Female"] * 5 + ["Male"] * 3 + ["prefer not to say"] * 2})
    found = recruit(rows, TOWN)
    assert found.rows["total"] == (8, 8)
    assert "The sex of 2 people so far is unknown" in found.summary()


def test_it_comes_back_from_json_is_drawn_and_hides_small_counts():
    found = recruit(SO_FAR, TOWN, response_rates=RATES, pool=the_pool())
    assert from_json(found.to_json()) == found
    assert len(found.plot().patches) == 5
    assert "<table" in found.to_html()
    safe = found.protect()
    assert safe.rows["count"][2] is None
    by_age = [a == "age" for a in safe.rows["attribute"]]
    needs = safe.rows.where(by_age)["recruits"]
    assert set(needs) == {None}, "needs of others would tell it"
    assert "more people" not in safe.headline
    assert set(safe.invite["invitations"]) == {None}
    few = pd.DataFrame(
        {"sex": ["Female"] * 60 + ["Male"] * 60, "age": ["60+"] * 118 + ["16-29"] * 2}
    )
    so_far = {"sex": {"Female": 40, "Male": 30}, "age": {"16-29": 10, "30-59": 35, "60+": 25}}
    told = recruit(so_far, TOWN, response_rates=0.9, pool=few, attributes=["sex", "age"]).protect()
    assert not {1, 2, 3, 4} & set(told.invite["count"])
    plain = recruit({"sex": {"Female": 40, "Male": 20}}, TOWN).protect()
    assert plain.rows["recruits"] == (0, 18)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 100)), min_size=2, max_size=5).filter(
        lambda rows: sum(n for n, _ in rows) > 0
    ),
    st.randoms(use_true_random=False),
)
def test_names_and_order_change_nothing(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    plain = recruit(
        {"k": {f"g{i}": rows[i][0] for i in range(len(rows))}},
        Baseline.from_counts({"k": {f"g{i}": rows[i][1] for i in range(len(rows))}}),
        response_rates=0.2,
    )
    turned = recruit(
        {"k": {f"renamed {i}": rows[i][0] for i in order}},
        Baseline.from_counts({"k": {f"renamed {i}": rows[i][1] for i in order}}),
        response_rates=0.2,
    )
    assert turned.overall["recruits"] == plain.overall["recruits"]
    assert turned.rows["recruits"] == tuple(plain.rows["recruits"][i] for i in order)
    assert sum(turned.rows["invitations"]) == sum(plain.rows["invitations"])
