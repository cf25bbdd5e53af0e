"""The in-group premium on real ballots whose answer is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coprep.data.process.process import Process
from coprep.data.process.readers import read_pabulib, read_polis
from coprep.findings import Verdict
from coprep.ideas.in_group import in_group

ORACLES = Path(__file__).parents[1] / "oracles" / "ideas"


def expected(name):
    return json.loads((ORACLES / f"{name}.json").read_text(encoding="utf-8"))["expected"]


def test_skating_judges_favour_their_nation(reference_data):
    rows = pd.read_csv(reference_data / "figure_skating" / "judge_totals_2016-17.csv")
    rows = rows[rows.judge_nation.notna()]
    rows = rows[rows.groupby("performance_id").judge_id.transform("count") >= 4]
    judges, seen = rows.drop_duplicates("judge_id"), rows.drop_duplicates("performance_id")
    process = Process(
        participants=pd.DataFrame(
            {
                "participant_id": [*judges.judge_id, *("skater of " + seen.performance_id)],
                "nation": [*judges.judge_nation, *seen.skater_nation],
            }
        ),
        ideas=pd.DataFrame(
            {"idea_id": seen.performance_id, "author_id": "skater of " + seen.performance_id}
        ),
        ratings=pd.DataFrame(
            {
                "participant_id": rows.judge_id,
                "idea_id": rows.performance_id,
                "value": rows.judge_total.to_numpy(),
                "kind": "score",
            }
        ),
    )
    found = in_group(process, attribute="nation", draws=999, rng=1)
    first, want = found.findings[0], expected("ingroup_ratings_skating")
    assert first.estimate.value == pytest.approx(want["beta"], rel=1e-6)
    assert first.details["se_by_person_uncorrected"] == pytest.approx(
        want["se_cluster_judge_uncorrected"], rel=1e-6
    )
    assert first.details["robustness"][1]["n"] == want["n"]
    assert first.verdict is Verdict.PATTERN and first.details["strength"] == "strong"
    judged = [r for r in found.rows.records() if r["group"] and r["verdict"] != "not_assessable"]
    assert len(judged) == 6 and all(r["verdict"] == "pattern" for r in judged)
    assert any("groups of fewer than 5 people are not shown" in note.text for note in found.notes)


@pytest.mark.parametrize(("ballots", "points"), [("S5", 20.582522854055316), ("SN", 17.6)])
def test_zurich_voters_favour_their_district(reference_data, ballots, points):
    process = read_pabulib(
        reference_data / "pabulib_zurich_experiment" / f"Switzerland_Zurich_{ballots}.pb"
    )
    found = in_group(process, attribute="district_preference", draws=999, rng=1)
    row = next(found.rows.records())
    # where everybody approves five of the same ideas both measures are the same
    assert row["effect_additive"] == pytest.approx(points, abs=1e-9 if ballots == "S5" else 0.05)
    assert row["effect"] == pytest.approx(points, abs=0.1)
    assert row["verdict"] == "pattern" and row["p_value"] < 0.002


@pytest.mark.parametrize(
    ("place", "points", "base", "verdicts"),
    [
        # People of one age also differ in what they think of the ideas of other ages.
        ("2020_Ursynow", 3.3, 9.5, {"inconclusive"}),
        ("2022_Srodmiescie", 6.9, 23.5, {"pattern"}),
        ("2018_Rembertow", 3.1, 21.5, {"no_material_difference"}),  # 1.15 times what is usual
        ("2023_Rembertow", 4.9, 24.5, {"inconclusive"}),
        ("2023_Praga-Polnoc", 2.6, 12.7, {"inconclusive"}),
        ("2023_Wesola", -0.5, 27.0, {"no_material_difference", "inconclusive"}),
    ],
)
def test_warsaw_voters_and_their_age_group(reference_data, place, points, base, verdicts):
    process = read_pabulib(reference_data / "pabulib_warsaw" / f"Poland_Warszawa_{place}.pb")
    row = next(
        in_group(process, attribute="age_group", draws=499, pairs=False, rng=1).rows.records()
    )
    assert row["effect_additive"] == pytest.approx(points, abs=0.1)
    assert row["effect"] == pytest.approx(points, abs=0.4)
    assert row["base"] == pytest.approx(base, abs=0.5)
    assert row["verdict"] in verdicts
    assert (row["p_value"] < 0.01) is (place != "2023_Wesola")


def wroclaw(folder, name):
    votes = pd.read_csv(next(folder.glob(f"pabulib_wroclaw/{name}*votes_aggregated.csv")))
    projects = pd.read_csv(next(folder.glob(f"pabulib_wroclaw/{name}*projects.csv")))
    single = votes.loc[np.repeat(votes.index, votes.n_votes)].reset_index(drop=True)
    voter = [f"v{i}" for i in range(len(single))]
    # areas in which no voter is known are still areas: let one listed person live in each
    empty = sorted(set(projects.project_area.dropna()) - set(single.voter_area.dropna()))
    return Process(
        participants=pd.DataFrame(
            {
                "participant_id": voter + [f"z{i}" for i in range(len(empty))],
                "area": [*single.voter_area, *empty],
            }
        ),
        ideas=pd.DataFrame({"idea_id": projects.project_id}),
        beneficiaries=pd.DataFrame(
            {"idea_id": projects.project_id, "attribute": "area", "group": projects.project_area}
        ).dropna(),
        ratings=pd.DataFrame(
            {
                "participant_id": voter,
                "idea_id": single.project_id,
                "value": 1,
                "kind": "choose_one",
            }
        ),
    )


def test_wroclaw_voters_choose_their_own_area(reference_data):
    found = in_group(wroclaw(reference_data, "wroclaw_2015"), attribute="area", draws=99, rng=1)
    want, first, row = (
        expected("ingroup_wroclaw_2015"),
        found.findings[0],
        next(found.rows.records()),
    )
    assert row["n_people"] == want["n_votes"]
    assert first.details["own_rate"] == pytest.approx(100 * want["own_share"], rel=1e-9)
    assert row["base"] == pytest.approx(100 * want["expected_share_independent"], rel=1e-9)
    assert first.verdict is Verdict.PATTERN
    # 71% of votes have no area: even if none of them were for the own area, the share would be six times chance
    assert any("76,757 of 108,499 voters (71%)" in note.text for note in found.notes)
    assert row["base"] < row["effect_unknown_low"] < row["effect"] < row["effect_unknown_high"]


def test_labels_taken_from_the_vote_are_refused(reference_data):
    assert expected("trap_group_derived_from_vote")["verdict"].startswith("refuse")
    found = in_group(
        wroclaw(reference_data, "trap_wroclaw_2019"), attribute="area", draws=99, rng=1
    )
    assert [f.verdict for f in found.findings] == [Verdict.NOT_ASSESSABLE]
    assert "follows from the vote" in found.rows["reading"][0]
    assert np.isnan(found.rows["effect"][0]) and np.isnan(found.rows["p_value"][0])


def test_opinion_groups_are_refused_and_automatic_self_votes_removed(reference_data):
    process = read_polis(reference_data / "polis" / "american-assembly.bowling-green")
    found = in_group(process, attribute=process.from_votes[0], draws=99, rng=1)
    assert [f.verdict for f in found.findings] == [Verdict.NOT_ASSESSABLE]
    assert "clustered from the same votes" in found.rows["reading"][0]
    assert any(
        "votes of people for their own ideas were left out (98% of them in support" in n
        for n in map(str, found.notes)
    )
