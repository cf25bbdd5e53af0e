"""Groups that stand by one another, one way or both ways."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.ideas.blocs import blocs
from coprep.loading import from_json
from coprep.simulate import world


def scored(seed=0, *, both=0.0, one=0.0, harsh=0.0, people=90):
    """Three groups score one another's ideas; a and b favour each other by ``both``, a favours c by ``one``."""
    rng = np.random.default_rng(seed)
    code = np.arange(people) % 3
    value = (
        5
        + rng.normal(0, 1, (people, people))
        + rng.normal(0, 1, people)
        - harsh * (code == 0)[:, None]
    )
    value += both * ((code[:, None] == 0) & (code == 1) | (code[:, None] == 1) & (code == 0))
    value += one * ((code[:, None] == 0) & (code == 2))
    names = [f"p{i:02d}" for i in range(people)]
    pairs = [(a, b) for a in range(people) for b in range(people) if a != b and rng.random() < 0.5]
    return Process(
        participants={"participant_id": names, "g": [f"g{k}" for k in code]},
        ideas={"idea_id": names, "author_id": names},
        ratings={
            "participant_id": [names[a] for a, _ in pairs],
            "idea_id": [names[b] for _, b in pairs],
            "value": [float(value[a, b]) for a, b in pairs],
            "kind": ["score"] * len(pairs),
        },
    )


def pairs_of(found):
    return {(r["group"], r["idea_group"]): r for r in found.rows.records()}


def test_eurovision_neighbours(reference_data):
    votes = pd.read_csv(reference_data / "eurovision" / "votes_finals_1975_2022.csv")
    votes["jury"] = votes.from_country + " " + votes.year.astype(str)
    votes["song"] = votes.to_country + " " + votes.year.astype(str)
    people = pd.concat(
        [
            votes[["jury", "from_country"]].set_axis(["participant_id", "country"], axis=1),
            votes[["song", "to_country"]].set_axis(["participant_id", "country"], axis=1),
        ]
    ).drop_duplicates("participant_id")
    songs = votes.drop_duplicates("song")
    process = Process(
        participants=people,
        ideas=pd.DataFrame({"idea_id": songs.song, "author_id": songs.song}),
        ratings=pd.DataFrame(
            {
                "participant_id": votes.jury,
                "idea_id": votes.song,
                "value": votes.total_points,
                "kind": "points",
                "shown": True,
            }
        ),
    )
    found = blocs(process, attribute="country", least_ideas=15, draws=999, rng=1)
    rows = pairs_of(found)
    for pair, (points, finals) in {
        ("CY", "GR"): (10.299, 31),
        ("GR", "CY"): (10.511, 26),
        ("DK", "SE"): (5.186, 39),
        ("HR", "BA"): (6.145, 18),
    }.items():
        assert (
            rows[pair]["effect"] == pytest.approx(points, abs=0.001)
            and rows[pair]["n_ideas"] == finals
        )
        assert rows[pair]["verdict"] == "pattern"
    assert len(rows) == 761 and sum(r["t"] > 4 for r in rows.values()) == 33
    assert rows["CY", "GR"]["direction"] == rows["GR", "CY"]["direction"] == "both ways"
    assert "The same holds the other way round." in rows["CY", "GR"]["reading"]


def test_both_ways_and_one_way():
    both = pairs_of(blocs(scored(both=1.0), attribute="g", draws=499, rng=1))
    assert both["g0", "g1"]["direction"] == both["g1", "g0"]["direction"] == "both ways"
    assert both["g0", "g1"]["verdict"] == "pattern"
    assert both["g0", "g1"]["effect"] == pytest.approx(1.0, abs=0.25)
    one = pairs_of(blocs(scored(one=1.0), attribute="g", draws=499, rng=1))
    assert one["g0", "g2"]["direction"] == "one way" and one["g0", "g2"]["verdict"] == "pattern"
    assert one["g2", "g0"]["direction"] is None


def test_a_harsh_group_is_no_enemy_of_all():
    rows = pairs_of(blocs(scored(harsh=1.0), attribute="g", draws=199, rng=1))
    assert rows["g0", "g1"]["effect"] == pytest.approx(-1.0, abs=0.25)
    assert rows["g0", "g1"]["effect_level"] == pytest.approx(0.0, abs=0.2)
    assert rows["g0", "g1"]["verdict"] != "pattern" and rows["g0", "g2"]["verdict"] != "pattern"


@pytest.mark.parametrize("kind", ["approve", "score"])
def test_a_generous_group_makes_no_blocs_of_the_others(kind):
    """20 worlds in which one group says yes more readily, and so everybody else looks cold beside it."""
    alarms = 0
    for seed in range(20):
        process, _ = world(
            rng=seed,
            people=80,
            ideas=80,
            groups=dict.fromkeys("abcd", 1),
            confounding=1.0,
            kind=kind,
        )
        found = blocs(process, attribute="group", link="author", least_ideas=5, draws=19, rng=seed)
        assert not any(f.verdict is Verdict.PATTERN for f in found.findings)
        alarms += min(r["p_adjusted"] for r in found.rows.records()) <= 0.05
    assert alarms <= 5  # 99.9% point of a binomial of 20 at 0.05


def test_the_interval_knows_that_everybody_else_is_a_sample():
    covered = []
    for seed in range(30):
        process, _ = world(
            rng=seed, people=80, ideas=80, groups=dict.fromkeys("abcd", 1), generosity=1.5
        )
        found = blocs(process, attribute="group", link="author", least_ideas=5, draws=19, rng=seed)
        covered += [r["low"] <= 0 <= r["high"] for r in found.rows.records()]
    assert 0.92 < np.mean(covered) < 0.99


def test_effect_is_the_plain_mean_of_differences():
    process = scored(seed=3)
    row = pairs_of(blocs(process, attribute="g", draws=99, rng=1))["g0", "g1"]
    ballots, code = process.ballots(), process.grouping("g").codes
    voter, owner = code[ballots.person], code[process.authorship.person][ballots.idea]
    found = []
    for idea in np.unique(ballots.idea[owner == 1]):
        here = ballots.idea == idea
        others = ballots.value[here & (voter == 2)].mean()
        found += list(ballots.value[here & (voter == 0)] - others)
    assert row["effect"] == pytest.approx(np.mean(found), rel=1e-9)


def test_votes_are_percentage_points():
    process, _ = world(rng=2, people=90, ideas=60, groups={"a": 1, "b": 1, "c": 1})
    found = blocs(process, attribute="group", link="author", least_ideas=5, draws=99, rng=1)
    assert max(abs(r["effect"]) for r in found.rows.records()) > 1
    assert found.picture.axis.endswith("percentage points")


def test_false_alarms_keep_to_their_level():
    """80 worlds of votes in which nobody stands by anybody."""
    alarms = 0
    for seed in range(80):
        process, _ = world(
            rng=seed, people=60, ideas=60, groups={"a": 1, "b": 1, "c": 1}, generosity=0.0
        )
        found = blocs(process, attribute="group", link="author", least_ideas=10, draws=19, rng=seed)
        alarms += min((r["p_adjusted"] for r in found.rows.records()), default=1) <= 0.05
    assert alarms <= 11  # 99.9% point of a binomial of 80 at 0.05


def _refused(found):
    assert [f.verdict for f in found.findings] == [Verdict.NOT_ASSESSABLE]
    return found.rows["reading"][0]


def test_refusals_say_why():
    assert "no group has answered to 99 ideas of another" in _refused(
        blocs(scored(), attribute="g", least_ideas=99, rng=1)
    )
    two, _ = world(rng=1, people=60, ideas=40)
    assert "with others to compare to" in _refused(
        blocs(two, attribute="group", link="author", least_ideas=5, rng=1)
    )
    many, _ = world(rng=1, people=900, ideas=40, groups={f"g{k:03d}": 1 for k in range(120)})
    assert "14,280 pairs" in _refused(blocs(many, attribute="group", link="author", rng=1))


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"attribute": "h"}, "attribute"),
        ({"least_ideas": 1}, "least_ideas"),
        ({"material": -1}, "material"),
        ({"link": "x"}, "link"),
    ],
)
def test_bad_questions_are_refused_by_name(asked, param):
    with pytest.raises(InputError) as error:
        blocs(scored(people=30), **{"attribute": "g", **asked})
    assert error.value.param == param


def test_result_survives_json_and_names_nobody():
    found = blocs(scored(both=1.0), attribute="g", draws=99, rng=1)
    assert from_json(found.to_json()) == found and "p00" not in found.to_json()
