"""The command: what it prints, what it writes, and how it refuses."""

import json
import re
import subprocess
import sys
from html import escape
from pathlib import Path

import pytest

import coprep
from coprep.cli import main
from reference import SAMPLES


@pytest.mark.parametrize(
    "sample",
    [
        "leeds-climate-jury-2019",
        "kingston-air-quality-2019",
        "ai-juries-2019",
        "camden-climate-assembly-2019",
        "oxford-climate-assembly-2019",
    ],
)
@pytest.mark.filterwarnings("ignore::coprep.CoprepWarning")
def test_a_real_process_becomes_a_page(sample, tmp_path, capsys):
    out, data = tmp_path / "page.html", tmp_path / "all.json"
    assert main(["audit", str(SAMPLES / sample), "--out", str(out), "--json", str(data)]) == 0
    printed = capsys.readouterr().out
    assert f"Page: {out}" in printed
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert 'http-equiv="Content-Security-Policy"' in page
    audit = coprep.from_json(data.read_text(encoding="utf-8"))
    assert audit.headline in printed
    assert coprep.from_json(audit.to_json()) == audit


def test_leeds_says_what_is_known(tmp_path, capsys):
    main(["audit", str(SAMPLES / "leeds-climate-jury-2019"), "--out", str(tmp_path / "p.html")])
    printed = capsys.readouterr().out
    assert "Diversity: People of “Very” (climate concern) were many" in printed


def test_the_package_runs_as_a_module(tmp_path):
    folder, out = SAMPLES / "kingston-air-quality-2019", tmp_path / "p.html"
    command = [sys.executable, "-m", "coprep", "audit", str(folder), "--out", str(out)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert out.exists()


def test_the_choice_of_baseline_turns_the_gap_round():
    with pytest.warns(coprep.CoprepWarning, match="does not add up"):
        audit = coprep.audit(coprep.read_process(SAMPLES / "ai-juries-2019"))
    gaps = {
        (r["stage"], r["against"]): r["share"] - r["baseline"]
        for r in audit.rows.records()
        if r["group"] == "Non-white" and "manchester" in r["stage"]
    }
    england, manchester = gaps.values()
    assert round(100 * england, 1) == 12.8
    assert round(100 * manchester, 1) == -5.6


def test_a_source_that_does_not_add_up_is_noticed(tmp_path, capsys):
    main(["audit", str(SAMPLES / "ai-juries-2019"), "--out", str(tmp_path / "p.html")])
    assert "add to 19, the published total is 18" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("sample", "few"),
    [
        ("leeds-climate-jury-2019", "1 participant gave"),
    ],
)
def test_a_protected_page_keeps_no_note_with_a_small_number(sample, few, tmp_path, capsys):
    """Neither a stage's own section nor the notes on the whole give away what the table hides."""
    audit = coprep.audit(coprep.read_process(SAMPLES / sample))
    assert any(few in note.text for note in audit.notes)
    safe = audit.protect()
    for text in (safe.summary(), safe.to_html(), safe.to_json(), safe.protect().to_json()):
        assert few not in text
    assert any("files that were not read" in note.text for note in safe.notes)
    main(["audit", str(SAMPLES / sample), "--protect", "--out", str(tmp_path / "p.html")])
    assert few not in (tmp_path / "p.html").read_text(encoding="utf-8") + capsys.readouterr().out


def test_a_note_of_the_process_is_protected_like_any_other():
    counts = {
        "attribute": ["sex"] * 3,
        "group": ["F", "M", "X"],
        "count": [20, 19, 1],
        "total": [44] * 3,
    }
    lives = coprep.Baseline.from_shares({"sex": {"F": 50, "M": 49, "X": 1}})
    audit = coprep.audit(coprep.Process.from_counts(counts), lives)
    assert any("the other 4 are counted as unknown" in note.text for note in audit.notes)
    assert "the other 4" not in audit.protect().to_json() + audit.protect().to_html()


COUNTS = "attribute,group,count\ngender,Female,12\ngender,Male,9\n"
BASE = "attribute,group,share\ngender,Female,51\ngender,Male,49\n"


def folder(tmp_path, counts=COUNTS, base=BASE, table="counts.csv"):
    """A folder as a newcomer would make it."""
    (tmp_path / table).write_text(counts, encoding="utf-8")
    (tmp_path / "baseline.csv").write_text(base, encoding="utf-8")
    return str(tmp_path)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        # A blank or withheld number is not nobody: it must never make a group under-represented.
        (
            {"counts": COUNTS.replace("12", "")},
            "no number for 'Female' in 'gender'; a number that is not printed is not 0",
        ),
        ({"counts": COUNTS.replace("12", "n/a")}, "write 0 where there was nobody"),
        ({"counts": COUNTS.replace(",", ";").replace("12", "12,5")}, "write decimals with a point"),
        ({"base": BASE.replace(",", ";").replace("51", "51,0")}, "write decimals with a point"),
        ({"counts": COUNTS.replace("12", "9" * 18)}, "expected a number from 0 to 1e15"),
        ({"counts": COUNTS.replace("12", "57%")}, "in a table the column total"),
        ({"table": "notes.txt"}, "put in participants.csv with one row a person, or counts.csv"),
        ({"base": BASE.replace("share", "pct")}, "call the column of figures count"),
    ],
)
def test_a_newcomer_is_told_the_way_out(files, words, tmp_path, capsys):
    assert main(["audit", folder(tmp_path, **files), "--out", str(tmp_path / "p.html")]) == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_table_of_counts_is_read_under_any_name(tmp_path, capsys):
    place = folder(tmp_path, table="Counts (1).csv")
    assert main(["audit", place, "--out", str(tmp_path / "p.html")]) == 0
    assert "question asked" in capsys.readouterr().out


def test_names_of_attributes_may_differ_in_case_and_blanks(tmp_path, capsys):
    other = COUNTS.replace("gender", " Gender ")
    (tmp_path / "process.toml").write_text('selection = "quota"\nquotas = ["Gender"]\n')
    out = str(tmp_path / "p.html")
    assert main(["audit", folder(tmp_path, other), "--attribute", "Gender", "--out", out]) == 0
    assert "short: “Male” (gender)" in capsys.readouterr().out


def test_the_headline_counts_every_comparison_where_none_finds_anything(tmp_path, capsys):
    main(["audit", str(SAMPLES / "ai-juries-2019"), "--out", str(tmp_path / "p.html")])
    said = capsys.readouterr().out
    assert "No pattern was found in 10 questions asked." in said
    assert "In 10 a difference could hide that these numbers are too small to show." in said


def test_a_headline_counts_the_findings_of_all_stages():
    stages = {f"stage {i}": {"sex": {"F": 10 + i, "M": 90}} for i in range(5)}
    audit = coprep.audit(
        coprep.Process.from_counts(stages), coprep.Baseline.from_shares({"sex": {"F": 50, "M": 50}})
    )
    assert audit.headline == "5 patterns call for action, of 5 questions asked."
    page = audit.to_html()
    assert all(f"Stage {i}: People of “F” (sex) were missing" in page for i in range(5))


def test_a_quota_is_not_called_a_failure_to_assess(tmp_path):
    out = tmp_path / "p.html"
    main(["audit", str(SAMPLES / "kingston-air-quality-2019"), "--out", str(out)])
    page = out.read_text(encoding="utf-8")
    assert "not assessable" not in page.lower()
    assert '<span class="sym aim" aria-hidden="true">◇</span> quota, not tested</td>' in page
    assert "◇ quota</td>" in page


@pytest.mark.parametrize("aim", ["quota", "target"])
def test_wherever_people_read_a_quota_or_target_is_named_and_data_keep_the_verdict(aim, tmp_path):
    baseline = coprep.Baseline.from_shares(
        {"sex": {"F": 50, "M": 50}}, kind="target" if aim == "target" else "population"
    )
    chosen = {"selection": "quota", "quotas": ["sex"]} if aim == "quota" else {}
    found = coprep.representation.assess({"sex": {"F": 12, "M": 9}}, baseline, **chosen)
    for text in (
        found.summary(),
        str(found),
        found._repr_html_(),
        found.save(tmp_path / "a.md").read_text(),
        found.to_html(),
    ):
        assert "not assessable" not in text.lower() and "×" not in text and "◇" in text
    for text in (str(found), found._repr_html_(), found.save(tmp_path / "a.md").read_text()):
        assert f"{aim}, not tested" in text
    assert set(found.table["verdict"]) == {"not_assessable"} and set(found.table["aim"]) == {aim}
    assert coprep.from_json(found.to_json()) == found
    many = coprep.representation.assess(
        {"age": {f"{a}-{a + 4}": 6 for a in range(15, 90, 5)}},
        coprep.Baseline.from_shares(
            {"age": {f"{a}-{a + 4}": 1 / 15 for a in range(15, 90, 5)}},
            kind="target" if aim == "target" else "population",
        ),
        **(chosen | ({"quotas": ["age"]} if chosen else {})),
    )
    assert (
        f"{aim}, not tested: “15-19”" in many.summary()
        and f"{aim.capitalize()}, not tested.</span> “15-19”" in many.to_html()
    )


def test_a_protected_quota_is_still_a_quota_and_never_called_met(tmp_path):
    baseline = coprep.Baseline.from_shares({"sex": {"F": 50, "M": 40, "X": 10}})
    found = coprep.representation.assess(
        {"sex": {"F": 30, "M": 25, "X": 1}}, baseline, selection="quota", quotas=["sex"]
    ).protect()
    assert "met to within" not in found.headline and "was met" not in found.headline
    assert set(found.table["aim"]) == {"quota"} and "not assessable" not in found.to_html().lower()


def test_every_step_is_on_the_page_and_what_it_compares_with_comes_first():
    audit = coprep.audit(coprep.read_process(SAMPLES / "leeds-climate-jury-2019"))
    page = audit.to_html()
    short = page.split('id="path-s"')[0]
    steps = {row["text"] for row in audit.steps.records()}
    assert len(steps) == 2
    for step in steps:
        assert escape(step) in short, step
    assert short.index("Compared with: Leeds, 2019.") < short.index("In short")


def test_another_baseline_and_attribute_can_be_named(tmp_path, capsys):
    base = tmp_path / "mine.csv"
    base.write_text("attribute,group,share\ndisability,Yes,10\ndisability,No,90\n")
    out = tmp_path / "p.html"
    folder = str(SAMPLES / "leeds-climate-jury-2019")
    assert (
        main(
            [
                "audit",
                folder,
                "--baseline",
                str(base),
                "--attribute",
                "disability",
                "--out",
                str(out),
                "--protect",
            ]
        )
        == 0
    )
    assert out.exists()


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["audit", "no-such-folder"], "no-such-folder"),
        (["audit", "{tmp}"], "no table"),
        (["audit", "{leeds}", "--attribute", "gendr"], "did you mean 'gender'"),
        (["audit", "{leeds}", "--out", "{tmp}/no/such/place.html"], "cannot write"),
        (["audit", "{leeds}", "--baseline", "{tmp}/none.csv"], "none.csv"),
    ],
)
def test_it_refuses_in_one_message(arguments, words, tmp_path, capsys):
    places = {"tmp": str(tmp_path), "leeds": str(SAMPLES / "leeds-climate-jury-2019")}
    assert main([a.format(**places) for a in arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("coprep: ")
    assert words in error
    assert "Traceback" not in error


def test_audit_as_json_is_valid(tmp_path):
    data = tmp_path / "a.json"
    main(
        [
            "audit",
            str(SAMPLES / "kingston-air-quality-2019"),
            "--out",
            str(tmp_path / "p.html"),
            "--json",
            str(data),
        ]
    )
    assert json.loads(data.read_text(encoding="utf-8"))["kind"] == "audit"


def test_one_participant_is_one(tmp_path, capsys):
    main(["audit", str(SAMPLES / "leeds-climate-jury-2019"), "--out", str(tmp_path / "page.html")])
    assert "Outside the comparison: 1 (gender)." in capsys.readouterr().out
    notes = coprep.audit(coprep.read_process(SAMPLES / "leeds-climate-jury-2019")).notes
    said = [note for note in notes if note.code == "other_answers"]
    assert "1 participant gave an answer that the baseline lacks" in said[0].text


def headings(baselines, stages=("sent", "came")):
    counts = (
        {stage: {"sex": {"F": 5, "M": 40}} for stage in stages}
        if stages
        else {"sex": {"F": 5, "M": 40}}
    )
    made = {
        name: coprep.Baseline.from_shares({"sex": {"F": 50, "M": 50}}, **said)
        for name, said in baselines.items()
    }
    return coprep.audit(coprep.Process.from_counts(counts), made)


@pytest.mark.parametrize(
    ("baselines", "said"),
    [
        (
            {"england": {"area": "England", "date": "2011"}, "lads": {"area": "Leeds"}},
            ["England, 2011", "Leeds"],
        ),
        ({"north_west": {}, "b": {"date": "2011"}}, ["north west", "b"]),
        (
            {"a": {"area": "Leeds", "date": "2011"}, "b": {"area": "Leeds", "date": "2021"}},
            ["Leeds, 2011", "Leeds, 2021"],
        ),
        (
            {"all": {"area": "Leeds"}, "adults": {"area": " leeds"}},
            ["Leeds (all)", "leeds (adults)"],
        ),
        ({"leeds": {}, "adults": {"area": "Leeds"}}, ["leeds", "Leeds (adults)"]),
        ({"a": {"area": "Le\neds\u202e"}, "b": {"area": "York"}}, ["Le\\neds\\u202e", "York"]),
    ],
)
def test_headings_name_a_baseline_by_what_it_says_of_itself(baselines, said):
    audit = headings(baselines)
    assert [p.title for p in audit.parts] == [
        f"Who took part: {s}, against {b}" for s in ("sent", "came") for b in said
    ]
    compared = {(r["stage"], r["against"]) for r in audit.rows.records()}
    assert len(compared) == len(audit.parts)


def test_one_baseline_needs_no_name():
    assert [p.title for p in headings({"a": {"area": "Leeds"}}).parts] == [
        "Who took part: sent",
        "Who took part: came",
    ]


def test_what_stands_out_against_one_of_two_baselines_says_against_which():
    page = headings({"a": {"area": "Leeds"}, "b": {"area": "York"}}, stages=()).to_html()
    for place in ("Leeds", "York"):
        assert f"Against {place}: People of “F” (sex) were missing" in page


def test_two_files_of_one_name_are_two_baselines(tmp_path, capsys):
    files = []
    for place, share in (("north", 51), ("south", 10)):
        (tmp_path / place).mkdir()
        files.append(tmp_path / place / "base.csv")
        files[-1].write_text(
            f"attribute,group,share\ngender,Female,{share}\ngender,Male,{100 - share}\n",
            encoding="utf-8",
        )
    out = tmp_path / "p.html"
    both = [f"--baseline={file}" for file in files]
    assert main(["audit", folder(tmp_path), *both, "--out", str(out)]) == 0
    page = out.read_text(encoding="utf-8")
    assert "Against north/base: " in page
    assert "Against south/base: " in page


CENSUS = Path(__file__).parent / "data" / "census_files"


def test_a_census_file_is_shown_as_it_would_be_read(capsys):
    assert main(["baseline", str(CENSUS / "qs201ew_2011_la_trim.csv"), "--area", "Manchester"]) == 0
    printed = capsys.readouterr().out
    assert "Read as a Nomis bulk file" in printed
    assert re.search(r"White +335,109 +66.6%", printed)
    assert re.search(r"total +503,127", printed)


def test_a_census_file_of_several_places_names_them(capsys):
    assert main(["baseline", str(CENSUS / "TS008_sex_2_ltla_gm.csv")]) == 2
    assert "10 of area: 'Bolton (E08000001)'" in capsys.readouterr().err


def test_words_of_where_are_pairs(capsys):
    assert main(["baseline", str(CENSUS / "ons_long.csv"), "--where", "Sex"]) == 2
    assert "NAME=VALUE" in capsys.readouterr().err


def test_an_audit_against_a_census_file_as_downloaded(tmp_path, capsys):
    folder = tmp_path / "process"
    folder.mkdir()
    people = "participant_id,sex\n" + "".join(
        f"{i},{'Female' if i < 9 else 'Male'}\n" for i in range(20)
    )
    (folder / "participants.csv").write_text(people)
    words = ["--baseline", str(CENSUS / "TS008_sex_2_ltla_gm.csv"), "--area", "Manchester"]
    assert main(["audit", str(folder), *words, "--out", str(tmp_path / "p.html")]) == 0
    assert (
        "277,877" in (tmp_path / "p.html").read_text()
        or "Manchester" in (tmp_path / "p.html").read_text()
    )


def test_an_earlier_audit_is_compared(tmp_path, capsys):
    folder = str(SAMPLES / "leeds-climate-jury-2019")
    then = str(tmp_path / "then.json")
    page = tmp_path / "now.html"
    assert main(["audit", folder, "--json", then, "--out", str(tmp_path / "then.html")]) == 0
    assert main(["audit", folder, "--earlier", then, "--out", str(page)]) == 0
    assert "Since the earlier audit" in page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["audit", folder, "--earlier", then, "--json", then]) == 2
    assert "which is read" in capsys.readouterr().err
    assert main(["audit", folder, "--earlier", str(page), "--out", "-"]) == 2
    assert "not JSON" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::coprep.CoprepWarning")
def test_organisers_would_recognise_what_was_printed():
    camden = coprep.audit(coprep.read_process(SAMPLES / "camden-climate-assembly-2019"))
    assert "“16-44” (age) by 12" in camden.headline  # 22 of 56, whose share is 61%
    oxford = coprep.audit(coprep.read_process(SAMPLES / "oxford-climate-assembly-2019"))
    told = " ".join(note.text for note in oxford.notes)
    assert "area (attended day3) add to 42, the published total is 41" in told
    rows = [
        r for r in oxford.rows.records() if r["stage"] == "attended_day3" and r["group"] == "20-24"
    ]
    assert {r["count"] for r in rows} == {3}
