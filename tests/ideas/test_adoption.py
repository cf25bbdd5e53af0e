from __future__ import annotations

import json
import re

import numpy as np
import pytest

from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.ideas.adoption import adoption
from coprep.loading import from_json
from outcome_world import process, relabelled, shuffled, tables

FORBIDDEN = re.compile(r"selfish|biased person|manipulat|guilty", re.IGNORECASE)


def test_a_planted_favour_is_a_pattern_and_says_so_in_points():
    found = adoption(process(favour=1.5), attribute="area", rng=1)
    north, south = found.findings
    assert north.verdict is south.verdict is Verdict.PATTERN
    assert north.estimate.value > 1.25 and south.estimate.value == pytest.approx(
        1 / north.estimate.value
    )
    assert "points more often" in north.reading and "points less often" in south.reading
    assert "quality" in north.reading and north.next_step
    table = found.table
    assert (table["difference"] * np.array([1, -1]) > 0).all()
    assert (table["second_odds_ratio"].iloc[0] > 1) == (table["effect"].iloc[0] > 1)
    assert {run["name"] for run in north.details["robustness"]} >= {
        "without the author who moves it most",
        "by logistic regression with author-clustered errors",
        "with everybody's support counted, own group and own votes too",
        "if all of the ideas of unknown group were the group's",
    }


def test_without_favour_nothing_is_found_and_what_could_have_been_is_said():
    found = adoption(process(), attribute="area", rng=1)
    assert [f.verdict for f in found.findings] == [Verdict.INCONCLUSIVE] * 2
    assert "would have been noticed" in found.findings[0].reading
    assert found.findings[0].details["minimum_detectable_effect"] > 1.25
    assert len(found.flagged) == 0


def test_order_of_rows_and_names_of_groups_change_nothing():
    given = tables(3, favour=0.8)
    first = adoption(Process(**given), attribute="area", rng=5)
    assert adoption(Process(**shuffled(given)), attribute="area", rng=5) == first
    renamed = adoption(
        Process(**relabelled(given, {"north": "a", "south": "b"})), attribute="area", rng=5
    )
    assert renamed.table["effect"].tolist() == first.table["effect"].tolist()
    assert renamed.table["p_value"].tolist() == first.table["p_value"].tolist()


def test_support_is_counted_from_outside_the_authors_group():
    given = tables(4, unknown=0.0)
    before = adoption(Process(**given), attribute="area", rng=1, bands=2)
    people = dict(
        zip(given["participants"]["participant_id"], given["participants"]["area"], strict=True)
    )
    author = dict(zip(given["ideas"]["idea_id"], given["ideas"]["author_id"], strict=True))
    cheer = [
        1 if people[v] == people[author[i]] else value
        for v, i, value in zip(
            *(given["ratings"][c] for c in ("participant_id", "idea_id", "value")), strict=True
        )
    ]
    cheered = {**given, "ratings": {**given["ratings"], "value": cheer}}
    after = adoption(Process(**cheered), attribute="area", rng=1, bands=2)
    assert after.table["effect"].tolist() == before.table["effect"].tolist()


def test_published_totals_stand_in_for_single_votes():
    given = tables(5, favour=2.0)
    ratings = given.pop("ratings")
    votes = np.bincount(
        [int(i[1:]) for i, v in zip(ratings["idea_id"], ratings["value"], strict=True) if v],
        minlength=200,
    )
    given["ideas"]["support"] = votes.tolist()
    found = adoption(Process(**given), attribute="area", rng=1)
    assert found.settings["support"] == "published totals"
    assert found.findings[0].verdict is Verdict.PATTERN
    assert any("own group" in note.text for note in found.notes)


def test_hosts_and_ideas_without_an_author_are_shown_apart():
    given = tables(6, unknown=0.0)
    given["ideas"]["is_host"] = [True] * 30 + [False] * 170
    given["ideas"]["author_id"] = [
        None if 30 <= i < 40 else a for i, a in enumerate(given["ideas"]["author_id"])
    ]
    found = adoption(Process(**given), attribute="area", rng=1)
    raw = {row["group"]: row["n_ideas"] for row in found.raw.records()}
    assert raw["(organisers)"] == 30 and raw["(no author)"] == 10
    assert sum(raw.values()) == 200
    assert found.findings[0].details["exclusions"]["ideas by the organisers"] == 30
    assert found.table["n_ideas"].sum() == 160


def test_merged_ideas_credit_their_own_authors():
    given = tables(7, unknown=0.0)
    ideas = given["ideas"]
    target = next(i for i, s in enumerate(ideas["status"]) if s == "adopted")
    sources = [i for i, s in enumerate(ideas["status"]) if s == "rejected"][:20]
    ideas["merged_into"] = [None] * 200
    for i in sources:
        ideas["status"][i], ideas["merged_into"][i] = "merged", ideas["idea_id"][target]
    found = adoption(Process(**given), attribute="area", rng=1)
    assert sum(row["n_adopted"] for row in found.raw.records()) == sum(
        s in ("adopted", "merged") for s in ideas["status"]
    )
    assert any("20 merged ideas" in note.text for note in found.notes)


def test_one_prolific_author_is_not_a_group():
    given = tables(8, people=40, ideas=90, unknown=0.0)
    loud = given["participants"]["area"].index("north")
    given["ideas"]["author_id"][:50] = [given["participants"]["participant_id"][loud]] * 50
    found = adoption(Process(**given), attribute="area", rng=1)
    assert {f.verdict for f in found.findings} == {Verdict.NOT_ASSESSABLE}
    assert "equally active" in found.findings[0].reading
    assert found.table["effect"].isna().all()


@pytest.mark.parametrize(
    "change",
    [
        {"people": 12, "ideas": 8},
        {"groups": ("all",)},
        {"unknown": 1.0},
    ],
)
def test_too_little_to_judge_is_refused(change):
    found = adoption(process(9, **change), attribute="area", rng=1)
    assert all(f.verdict is Verdict.NOT_ASSESSABLE for f in found.findings)


def test_groups_that_never_share_a_stratum_are_refused():
    given = tables(10, unknown=0.0, topics=2)
    people = dict(
        zip(given["participants"]["participant_id"], given["participants"]["area"], strict=True)
    )
    given["ideas"]["topic"] = [people[a] for a in given["ideas"]["author_id"]]
    found = adoption(Process(**given), attribute="area", rng=1)
    assert "have both kinds" in found.findings[0].reading
    assert (
        adoption(Process(**given), attribute="area", within=(), rng=1).findings[0].verdict
        is not Verdict.NOT_ASSESSABLE
    )


def test_everything_adopted_leaves_nothing_to_compare():
    given = tables(11)
    given["ideas"]["status"] = ["adopted"] * 199 + ["rejected"]
    found = adoption(Process(**given), attribute="area", rng=1)
    assert not len(found.flagged)


def test_exchangeable_regression_is_a_second_opinion_too():
    found = adoption(
        process(favour=1.0),
        attribute="area",
        second="exchangeable",
        within=("topic", "cost"),
        rng=1,
    )
    plain = adoption(process(favour=1.0), attribute="area", within=("topic", "cost"), rng=1)
    assert found.table["second_odds_ratio"].iloc[0] == pytest.approx(
        plain.table["second_odds_ratio"].iloc[0], rel=0.2
    )


@pytest.mark.parametrize(
    "options, words",
    [
        ({"attribute": "aria"}, "did you mean 'area'"),
        ({"attribute": "area", "within": ("topics",)}, "within must be one of"),
        ({"attribute": "area", "second": "probit"}, "second must be one of"),
        ({"attribute": "area", "bands": 0}, "bands must be a whole number"),
        ({"attribute": "area", "band": (1.2, 0.8)}, "band must be"),
    ],
)
def test_bad_options_say_what_to_do(options, words):
    with pytest.raises(InputError, match=re.escape(words)):
        adoption(process(people=40, ideas=40), **options)


@pytest.mark.parametrize(
    "without, words",
    [("ideas", "no ideas"), ("ratings", "how much support"), ("participants", "participants")],
)
def test_missing_tables_are_named(without, words):
    given = tables(12)
    given.pop(without)
    if without == "ideas":
        given = {"participants": given["participants"]}
    with pytest.raises(InputError, match=words):
        adoption(Process(**given), attribute="area")


def test_nothing_decided_yet_is_an_error():
    given = tables(13)
    given["ideas"]["status"] = ["submitted"] * 200
    with pytest.raises(InputError, match="adopted or rejected"):
        adoption(Process(**given), attribute="area")


def test_hostile_labels_stay_on_one_line_and_json_comes_back():
    given = relabelled(
        tables(14, favour=2.0), {"north": "<b>a\nb</b>", "south": "x; DROP\u202etable"}
    )
    found = adoption(Process(**given), attribute="area", rng=2)
    for finding in found.findings:
        assert "\n" not in finding.reading and "\u202e" not in finding.reading
        assert not FORBIDDEN.search(
            " ".join([finding.reading, finding.next_step, *map(str, finding.caveats)])
        )
    assert from_json(found.to_json()) == found
    assert json.loads(found.to_json())["kind"] == "ideas.adoption"


def test_no_person_is_named_anywhere():
    found = adoption(process(15, favour=1.0), attribute="area", rng=1)
    assert not re.search(r"p\d{4}", found.to_json())


def test_barcelona_from_the_platforms_own_export(reference_data):
    from coprep.data.process.readers.decidim import read_decidim

    made = read_decidim(reference_data / "decidim_barcelona_pam" / "proposals.csv")
    found = adoption(made, attribute="source", draws=999, rng=1)
    raw = {row["group"]: row["adopted"] for row in found.raw.records()}
    assert {name: round(100 * share) for name, share in raw.items()} == {
        "citizen": 65,
        "meeting": 76,
        "organization": 77,
        "(organisers)": 96,
    }
    verdicts = {f.group: f.verdict for f in found.findings}
    assert verdicts["citizen"] is verdicts["meeting"] is Verdict.PATTERN
    table = found.table.set_index("group")
    assert table.loc["citizen", "effect"] < 1 < table.loc["meeting", "effect"]
    assert table.loc["meeting", "n_effective"] == 4498


@pytest.mark.parametrize(
    "detector", ["adoption", "consensus", "outcome", "priorities", "responses"]
)
def test_an_id_is_no_attribute(detector):
    import coprep

    given = tables(16, people=1_200, ideas=40, shown=0.02)
    given["participants"]["badge"] = [f"badge {i}" for i in range(1_200)]
    with pytest.raises(InputError, match=r"1,200 groups; at most 1,000"):
        getattr(coprep.ideas, detector)(Process(**given), attribute="badge")


@pytest.mark.parametrize("kind", ["score", "points", "rank", "choose_one", "agree"])
def test_any_kind_of_ballot_tells_support(kind):
    given = tables(17, people=120, ideas=60)
    rng = np.random.default_rng(1)
    ratings, n = given["ratings"], len(given["ratings"]["value"])
    value = {
        "score": rng.integers(1, 6, n),
        "points": rng.integers(0, 4, n),
        "rank": rng.integers(0, 3, n),
        "agree": rng.integers(-1, 2, n),
    }.get(kind, np.zeros(n, dtype=int))
    if kind == "choose_one":
        first = np.unique(ratings["participant_id"], return_index=True)[1]
        value[first] = 1
    given["ratings"] = {**ratings, "value": value.tolist(), "kind": [kind] * n}
    found = adoption(Process(**given), attribute="area", draws=99, rng=1)
    assert len(found.findings) == 2
