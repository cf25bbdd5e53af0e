"""audit() against the known answers of a process in which everything was planted, and by hand."""

import hashlib
import html
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coprep
from coprep.auditing.family import family_of
from coprep.auditing.group_names import GroupNames
from coprep.auditing.question import Question
from coprep.cli import main
from coprep.errors import InputError
from reference import SAMPLES


@pytest.fixture(scope="module")
def sample():
    return coprep.audit(coprep.read_process(SAMPLES / "recovery-programme"), rng=1)


def records(table, **where):
    return [r for r in table.records() if all(r[k] == v for k, v in where.items())]


def test_one_family_over_the_page(sample):
    assert sample.settings["m"] == 115
    assert sample.settings["selected"] == 13
    assert sample.settings["threshold"] == pytest.approx(0.05 * 13 / 115)
    assert sample.settings["draws"] == 9_999
    statuses = [r["status"] for r in sample.family.records()]
    assert [statuses.count(s) for s in ("act", "in_line", "cannot_tell", "not_assessable")] == [
        11,
        12,
        92,
        6,
    ]


def test_the_page_says_how_many_of_its_patterns_may_be_false(sample):
    page = sample.to_html()
    assert "Of the 11 patterns named, fewer than one is expected to be due to chance." in page


def test_every_planted_fact_is_told_and_nothing_else(sample):
    told = {(r["indicator"], r["attribute"]) for r in records(sample.family, status="act")}
    assert told == {
        ("attendance:review", "disability"),
        ("self_serving", "housing"),
        ("in_group", "area"),
        ("in_group", "housing"),  # the planted distance of outsiders, seen from the other side
        ("voice:adoptions", None),  # follows from the planted author of a tenth of the ideas
        ("words", "role"),
        ("responses", "role"),
        ("experience:felt_valued", "housing"),
        ("adoption", "role"),
        ("representation", "housing"),
        ("representation", "age_band"),
    }


def test_principles_are_counted_in_questions(sample):
    counts = {p.name: (p.act, p.alike, p.open) for p in sample.principles}
    assert counts == {
        "equality": (6, 9, 30),
        "diversity": (2, 0, 4),
        "accessibility": (1, 0, 23),
        "reciprocity": (2, 3, 35),
    }


@pytest.mark.parametrize(
    ("indicator", "group", "numbers"),
    [
        ("attendance:review", "Yes", ("5 of 48", "105 of 252", "31 in 100", "(19 to 41)")),
        ("words", "leader", ("20 leaders", "16%", "2.3 times", "(1.5 to 3.8)")),
        ("adoption", "public", ("27%", "57%", "31 in 100 less", "(17 to 45)")),
        ("responses", "public", ("71 days", "after 35", "23%", "44%")),
        ("representation", "16-29", ("36 of 230", "58 (42 to 74)")),
        ("representation", "65+", ("67 of 230", "46 (31 to 62)")),
        ("representation", "Social renter", ("29 of 221", "49 (34 to 64)")),
        ("experience:felt_valued", "Social renter", ("4 of 24", "27 of 46")),
        ("self_serving", None, ("34 in 100", "(22 to 47)", "14 in 100", "(8 to 20)")),
        ("in_group", None, ("14 in 100", "(11 to 17", "40 in 100 would be usual")),
        ("voice:adoptions", None, ("12 of 75", "at most 6")),
    ],
)
def test_a_finding_says_its_numbers(sample, indicator, group, numbers):
    found = [
        f
        for f in sample.findings
        if f.details["indicator"] == indicator
        and f.group == group
        and f.verdict.is_flag
        and (indicator != "in_group" or f.attribute == "area")
    ]
    assert len(found) == 1
    for number in numbers:
        assert number in found[0].reading
    assert found[0].details["innocent"]
    assert found[0].next_step


def test_what_came_of_it(sample):
    impact = sample.impact
    assert (impact["ideas"], impact["adopted"], impact["delivered"]) == (200, 75, 26)
    assert (impact["authors"], impact["authors_none_adopted"]) == (122, 69)
    by_role = {
        r["role"]: (r["none_adopted"], r["authors"]) for r in sample.impact_by_role.records()
    }
    assert by_role == {"public": (56, 89), "practitioner": (11, 25), "leader": (2, 8)}
    assert [r["n"] for r in sample.people.records()] == [300, 283, 220, 110]
    assert [r["n"] for r in sample.ideas.records()] == [200, 170, 75, 26]


def test_what_is_described(sample):
    ladder = {(r["step"], r["role"]): round(100 * r["share"], 1) for r in sample.ladder.records()}
    steps = ("list", "words", "ideas", "adopted", "delivered")
    assert [ladder[step, "public"] for step in steps] == [76.7, 66.1, 65.2, 46.7, 38.5]
    assert [ladder[step, "leader"] for step in steps] == [6.7, 15.7, 6.2, 10.7, 11.5]
    told = [r["ideas"] for r in records(sample.told, role="public")]
    assert told == [26, 51, 20, 30]
    needs = {
        (r["need"], r["stage"]): (r["sessions_with"], r["sessions"]) for r in sample.needs.records()
    }
    assert needs["Step-free access", "delivery"] == (1, 2)
    assert needs["Interpreter", "design"] == (0, 3)


def test_tables_that_contradict_one_another_are_counted(sample):
    turns = records(sample.conflicts, what="turns_of_absent_people")[0]
    assert (turns["n"], turns["of"]) == (531, 1080)


def test_it_comes_back_from_json(sample):
    again = coprep.from_json(sample.to_json())
    assert again == sample
    assert again.to_html() == sample.to_html()
    assert json.loads(sample.to_json())["kind"] == "audit"


def test_it_comes_back_where_nothing_else_was_loaded(sample, tmp_path):
    # Its parts are of kinds that a fresh program has not met.
    kept = sample.save(tmp_path / "audit.json")
    code = "import sys; from coprep import from_json; print(len(from_json(open(sys.argv[1]).read()).parts))"
    told = subprocess.run(
        [sys.executable, "-c", code, str(kept)], capture_output=True, text=True, check=True
    )
    assert int(told.stdout) == len(sample.parts)


def test_a_protected_copy_keeps_what_tells_of_nobody(sample):
    safe = sample.protect()
    assert {r["status"] for r in safe.family.records()} <= {
        "act",
        "in_line",
        "cannot_tell",
        "not_assessable",
        "not_shown",
    }
    page = safe.to_html()
    assert "4 of 24" not in page + safe.to_json()
    assert "36 of 230" in page
    assert safe.protect() == safe


def test_later_questions_never_ask_again_who_came():
    """Whoever is missing from the list is missing from the votes too; that is one finding."""
    people = [f"p{i}" for i in range(120)]
    sex = ["F"] * 20 + ["M"] * 100
    ideas = {
        "idea_id": [f"i{i}" for i in range(60)],
        "author_id": [people[2 * i] for i in range(60)],
        "topic": ["t"] * 60,
        "status": ["adopted", "rejected"] * 30,
    }
    process = coprep.Process(
        participants={"participant_id": people, "sex": sex},
        ideas=ideas,
        baseline=coprep.Baseline.from_shares({"sex": {"F": 51, "M": 49}}),
    )
    found = coprep.audit(process)
    assert records(found.family, indicator="representation")[0]["status"] == "act"
    assert records(found.family, indicator="ideas")[0]["status"] != "act"


def test_without_a_baseline_it_is_a_gap_and_no_error():
    process = coprep.Process(
        participants={"participant_id": ["a", "b"], "sex": ["F", "M"]},
        ideas={"idea_id": [1, 2], "author_id": ["a", "b"], "status": ["submitted", "submitted"]},
    )
    found = coprep.audit(process)
    assert "baseline" in [r["table"] for r in found.gaps.records()]
    assert (
        "Nothing has been delivered yet" in found.to_html() or "nobody recorded" in found.to_html()
    )


def test_nothing_to_ask_is_an_error():
    with pytest.raises(InputError, match="baseline"):
        coprep.audit(coprep.Process(participants={"participant_id": ["a", "b"]}))


def test_groups_are_called_what_they_call_themselves():
    names = GroupNames({"disability": {"Yes": "disabled people"}})
    assert names.of("disability", "Yes") == "disabled people"
    assert names.of("age", "65+") == "people aged 65 and over"
    assert names.of("age", "16-29") == "people aged 16 to 29"
    assert names.of("age", "under 16") == "people under 16"
    assert names.of("role", "public") == "the public"
    assert names.of("housing", "Owner") == "people of “Owner” (housing)"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1) | st.none(), min_size=1, max_size=40), st.floats(0.01, 0.3))
def test_the_family_is_selected_as_defined(p_values, q):
    questions = [
        Question(principle="equality", name="x", attribute=str(i), p_value=p)
        for i, p in enumerate(p_values)
    ]
    family = family_of(questions, q)
    known = sorted(p for p in p_values if p is not None)
    m = len(known)
    passing = [k for k in range(1, m + 1) if known[k - 1] <= q * k / m]
    assert family.asked == m
    assert family.selected == max(passing, default=0)
    for p, adjusted in zip(p_values, family.adjusted, strict=True):
        if p is None:
            assert adjusted is None
        else:
            assert adjusted == pytest.approx(
                min(1.0, min(m * x / k for k, x in enumerate(known, 1) if x >= p))
            )


def test_counts_alone_make_a_short_page():
    process = coprep.read_process(SAMPLES / "leeds-climate-jury-2019")
    page = coprep.audit(process).to_html()
    assert "<script" not in page
    assert len(page) < 120_000


def test_few_draws_cannot_select_and_are_not_the_default(sample):
    assert sample.settings["draws"] >= 2 * sample.settings["m"] / sample.settings["q"]
    assert np.isfinite(sample.settings["threshold"])


def test_the_annex_says_how_the_files_were_read(tmp_path):
    (tmp_path / "participants.csv").write_text(
        "participant_id,sex\n" + "".join(f"{i},{'F' if i % 3 else 'M'}\n" for i in range(30)),
        encoding="utf-8",
    )
    (tmp_path / "baseline.csv").write_text("attribute,group,count\nsex,Female,51\nsex,Male,49\n")
    (tmp_path / "process.toml").write_text('recode = {sex = {F = "Female", M = "Male"}}\n')
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    found = coprep.audit(coprep.read_process(tmp_path))
    files = {file["name"]: file["sha256"] for file in found.settings["files"]}
    assert set(files) == {"participants.csv", "baseline.csv", "process.toml"}
    raw = (tmp_path / "participants.csv").read_bytes()
    assert files["participants.csv"] == hashlib.sha256(raw).hexdigest()
    page = found.to_html()
    assert files["baseline.csv"] in page
    assert "Labels renamed in sex: “F as Female”" in page
    assert "F as Female" not in found.protect().to_html()
    assert found.methods() in html.unescape(page)
    assert coprep.from_json(found.to_json()) == found


def test_a_baseline_named_on_the_command_line_is_among_the_files(tmp_path):
    folder = SAMPLES / "kingston-air-quality-2019"
    named = tmp_path / "elsewhere.csv"
    named.write_bytes((folder / "baseline.csv").read_bytes())
    kept = tmp_path / "all.json"
    arguments = ["--baseline", str(named), "--out", str(tmp_path / "p.html"), "--json", str(kept)]
    assert main(["audit", str(folder), *arguments]) == 0
    found = coprep.from_json(kept.read_text(encoding="utf-8"))
    assert "elsewhere.csv" in {file["name"] for file in found.settings["files"]}


def test_quotas_of_many_attributes_are_one_line_of_the_annex():
    page = coprep.audit(coprep.read_process(SAMPLES / "leeds-climate-jury-2019")).to_html()
    assert page.count("agreement is by design") == 2  # selected, attended
    assert "Gender, age, IMD decile" in page or "gender, age, IMD decile" in page


def test_invitations_are_watched(sample):
    alarms = {r["group"]: r for r in sample.watched.records() if r["alarm"]}
    assert set(alarms) == {"16-29", "Social renter"}
    assert alarms["Social renter"]["alarm_date"] == "2026-01-22"
    assert alarms["Social renter"]["now"] == "inconclusive"
    page = sample.to_html()
    assert "social renters fell behind on 22 January 2026, after 179 people, and are not" in page
    assert not len(sample.protect().watched)
    assert "fell behind" not in sample.protect().to_html()


def test_without_dated_invitations_nothing_is_watched():
    process = coprep.Process(
        participants={"participant_id": [1, 2, 3, 4], "sex": ["F", "M", "F", "M"]}
    )
    baseline = coprep.Baseline.from_shares({"sex": {"F": 0.5, "M": 0.5}})
    assert not len(coprep.audit(process, baseline).watched)
