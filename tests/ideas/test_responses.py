from __future__ import annotations

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import survdiff

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.ideas._decisions.cox import cox_regression
from coprep.ideas._decisions.time_to_response import log_rank_p
from coprep.ideas.responses import _log_rank_scores, responses
from coprep.loading import from_json
from coprep.simulate import world
from outcome_world import process, relabelled, shuffled, tables
from reference import HERE


def reference():
    return json.loads((HERE / "oracles" / "ideas" / "r_time_to_response.json").read_text())


def of_reference(groups="abc"):
    """The reference case as a process: ideas made on 1 January, cut off 45 days later."""
    given_ = reference()["inputs"]
    rows = [i for i, g in enumerate(given_["group"]) if g in groups]
    day = [str(np.datetime64("2024-01-01") + d) for d in given_["days"]]
    # one author may write for two groups in the reference: each group's part of them is a person of its own
    author = [f"{a}{g}" for a, g in zip(given_["author"], given_["group"], strict=True)]
    people = sorted({author[i] for i in rows})
    return Process(
        participants={"participant_id": people, "area": [p[-1] for p in people]},
        ideas={
            "idea_id": [f"i{i:02d}" for i in rows],
            "author_id": [author[i] for i in rows],
            "created_at": ["2024-01-01"] * len(rows),
        },
        responses={
            "idea_id": [f"i{i:02d}" for i in rows if given_["replied"][i]],
            "at": [day[i] for i in rows if given_["replied"][i]],
        },
    )


def test_reference_times():
    expected = reference()["expected"]
    table = responses(of_reference(), attribute="area", until="2024-02-15", rng=1).table.set_index(
        "group"
    )
    for group in "abc":
        assert table.loc[group, "median_days"] == pytest.approx(
            expected["median_days"][f"group={group}"]
        )
        assert table.loc[group, "answered_ever"] == pytest.approx(expected["replied_share"][group])
        assert table.loc[group, "answered_by"] == pytest.approx(expected["km_at_30"][group])


def test_two_groups_agree_with_cox_and_log_rank():
    given_ = reference()["inputs"]
    rows = np.array([i for i, g in enumerate(given_["group"]) if g in "ac"])
    days, replied = np.array(given_["days"])[rows], np.array(given_["replied"])[rows]
    last = (np.array(given_["group"])[rows] == "c").astype(float)
    author = np.unique(
        [f"{given_['author'][i]}{given_['group'][i]}" for i in rows], return_inverse=True
    )[1]
    coef, _ = cox_regression(days.astype(float), replied == 1, last[:, None], author)
    table = responses(
        of_reference("ac"), attribute="area", until="2024-02-15", rng=1
    ).table.set_index("group")
    assert table.loc["c", "effect"] == pytest.approx(np.exp(coef[0]))
    assert table.loc["a", "effect"] == pytest.approx(np.exp(-coef[0]))
    assert table.loc["c", "log_rank_p"] == pytest.approx(log_rank_p(days, replied == 1, last == 1))


@given(st.integers(0, 10_000))
def test_scores_add_up_to_observed_less_expected(seed):
    rng = np.random.default_rng(seed)
    days, answered = rng.integers(0, 20, 40).astype(float), rng.random(40) < 0.7
    member = (rng.random(40) < 0.5).astype(float)
    scores, variance = _log_rank_scores(days, answered, member)
    chi2, _ = survdiff(days, answered.astype(int), member.astype(int))
    assert scores.sum() ** 2 / variance == pytest.approx(chi2)
    assert _log_rank_scores(days, answered, np.ones(40))[0] == pytest.approx(0, abs=1e-9)


def test_a_planted_delay_is_a_pattern():
    made, truth = world(people=300, ideas=250, answers=0.4, rng=3)
    found = responses(made, attribute="group", rng=1)
    north, south = found.findings
    assert south.verdict is Verdict.PATTERN and south.estimate.value < 0.8
    assert south.estimate.low < truth["answers"] < south.estimate.high
    assert "waited longer" in south.reading and "busy office" in south.reading
    assert "answered sooner" in north.reading
    shares = {}
    for row in found.answers.records():
        shares[row["group"]] = shares.get(row["group"], 0) + row["share"]
    assert shares == pytest.approx({"north": 1.0, "south": 1.0})
    assert {row["answer"] for row in found.answers.records()} == {
        "reasoned",
        "decision only",
        "none",
    }


def test_ideas_that_wait_are_not_left_out():
    made, _ = world(people=300, ideas=250, answers=0.3, rng=4)
    table = responses(made, attribute="group", rng=1).table.set_index("group")
    told = made.responses
    days = (told.at - made.ideas.created_at[told.idea]) / np.timedelta64(1, "D")
    assert table.loc["south", "median_days"] > np.median(days)


def test_a_group_never_answered_is_seen_too():
    given_ = tables(5, unknown=0.0)
    people = dict(
        zip(given_["participants"]["participant_id"], given_["participants"]["area"], strict=True)
    )
    of_idea = {
        i: people[a]
        for i, a in zip(given_["ideas"]["idea_id"], given_["ideas"]["author_id"], strict=True)
    }
    keep = [n for n, i in enumerate(given_["responses"]["idea_id"]) if of_idea[i] == "north"]
    given_["responses"] = {c: [v[n] for n in keep] for c, v in given_["responses"].items()}
    found = responses(Process(**given_), attribute="area", rng=1)
    table = found.table.set_index("group")
    assert table.loc["south", "answered_ever"] == 0 and np.isinf(table.loc["south", "median_days"])
    assert table.loc["south", "verdict"] == "pattern" and table.loc["south", "effect"] < 0.3
    assert from_json(found.to_json()) == found


def test_without_delay_nothing_is_found():
    alarms = 0
    for seed in range(15):
        made, _ = world(people=150, ideas=120, rng=seed)
        alarms += any(
            f.verdict is Verdict.PATTERN
            for f in responses(made, attribute="group", draws=499, rng=1).findings
        )
    assert alarms <= 1


def test_order_and_names_change_nothing():
    given_ = tables(6)
    first = responses(Process(**given_), attribute="area", rng=2)
    assert responses(Process(**shuffled(given_)), attribute="area", rng=2) == first
    renamed = responses(
        Process(**relabelled(given_, {"north": "a", "south": "b"})), attribute="area", rng=2
    )
    assert renamed.table["effect"].tolist() == first.table["effect"].tolist()
    assert not re.search(r"p\d{4}", first.to_json())


def test_merged_ideas_are_answered_with_the_idea_they_went_into():
    given_ = tables(7, unknown=0.0)
    answered = set(given_["responses"]["idea_id"])
    target = next(i for i in given_["ideas"]["idea_id"] if i in answered)
    waiting = [n for n, i in enumerate(given_["ideas"]["idea_id"]) if i not in answered][:10]
    before = responses(Process(**given_), attribute="area", rng=1)
    given_["ideas"]["merged_into"] = [None] * 200
    for n in waiting:
        given_["ideas"]["merged_into"][n] = target
        given_["ideas"]["created_at"][n] = "2024-01-01"
    after = responses(Process(**given_), attribute="area", rng=1)

    def still(found):
        return int(found.notes[0].text.split()[0])

    assert still(before) - still(after) == len(waiting)


def test_what_is_left_out_is_counted():
    given_ = tables(8, unknown=0.0)
    given_["ideas"]["created_at"][:5] = [None] * 5
    given_["ideas"]["author_id"][5:12] = [None] * 7
    given_["ideas"]["is_host"] = [False] * 12 + [True] * 3 + [False] * 185
    given_["responses"]["at"][-2:] = [None] * 2
    found = responses(Process(**given_), attribute="area", rng=1)
    left = found.findings[0].details["exclusions"]
    assert left["ideas without a day"] == 5 and left["ideas without an author"] == 7
    assert left["ideas by the organisers"] == 3 and left["ideas answered on an unknown day"] == 2
    assert found.table["n_ideas"].sum() == 200 - 17


@pytest.mark.parametrize(
    "change", [{"groups": ("all",)}, {"unknown": 1.0}, {"people": 12, "ideas": 10}]
)
def test_too_little_to_judge_is_refused(change):
    found = responses(process(9, **change), attribute="area", rng=1)
    assert found.findings and all(f.verdict is Verdict.NOT_ASSESSABLE for f in found.findings)


def test_an_early_cut_off_leaves_the_horizon_unknown():
    found = responses(process(10), attribute="area", until="2024-02-05", horizon=90, rng=1)
    assert found.table["answered_by"].isna().all()
    assert "within" not in found.findings[0].reading


@pytest.mark.parametrize(
    "options, words",
    [
        ({"within": "cost"}, "within must be one of"),
        ({"until": "soon"}, "until must be a day"),
        ({"horizon": -1}, "horizon"),
        ({"until": "1999-01-01"}, "waiting cannot be measured"),
    ],
)
def test_bad_options_say_what_to_do(options, words):
    with pytest.raises(InputError, match=words):
        responses(process(11, people=40, ideas=40), attribute="area", **options)


def test_missing_tables_and_dates_are_named():
    given_ = tables(12)
    without = {k: v for k, v in given_.items() if k != "responses"}
    with pytest.raises(InputError, match="responses"):
        responses(Process(**without), attribute="area")
    given_["ideas"].pop("created_at")
    with pytest.raises(InputError, match="created_at"):
        responses(Process(**given_), attribute="area")


def _acknowledged(kind="automatic acknowledgement", role="system"):
    """Everything is acknowledged at once; real answers take 10 days for one group, 40 for the other."""
    rng = np.random.default_rng(6)
    authors = [f"p{i}" for i in range(100)]
    made = np.datetime64("2025-01-01") + rng.integers(0, 60, 200)
    rows = [(i, made[i], kind, role) for i in range(200)]
    rows += [
        (i, made[i] + (40 if i % 100 < 50 else 10), "answer", "official")
        for i in range(200)
        if rng.random() < 0.8
    ]
    return Process(
        {"participant_id": authors, "g": ["m"] * 50 + ["l"] * 50},
        {
            "idea_id": range(200),
            "author_id": [authors[i % 100] for i in range(200)],
            "created_at": [str(day) for day in made],
            "topic": "t",
        }
        | {"topic": ["t"] * 200},
        responses={
            "idea_id": [row[0] for row in rows],
            "at": [str(row[1]) for row in rows],
            "kind": [row[2] for row in rows],
            "responder_role": [row[3] for row in rows],
        },
    )


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("automatic acknowledgement", "system"),
        ("Receipt", "officer"),
        ("Accusé de réception", None),
        ("x", "bot"),
    ],
)
def test_an_acknowledgement_is_no_answer(kind, role):
    found = responses(_acknowledged(kind, role), attribute="g", draws=199, rng=1)
    assert "no_answers" in [note.code for note in found.notes]
    late = next(row for row in found.rows.records() if row["group"] == "m")
    assert late["effect"] < 0.8 and late["verdict"] == "pattern"


def test_which_kinds_are_answers_can_be_said():
    process = _acknowledged("we will look at it", "officer")
    plain = responses(process, attribute="g", draws=99, rng=1)
    assert not [note for note in plain.notes if note.code == "no_answers"]
    said = responses(process, attribute="g", answers=["Answer"], draws=99, rng=1)
    assert said.findings[0].verdict == "pattern"
    with pytest.raises(InputError, match="answers"):
        responses(process, attribute="g", answers=["reply"])
