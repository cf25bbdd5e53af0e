"""Sheets of counts as councils keep them are read as counts, and lists of persons never are."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coprep
from coprep.cli import main
from coprep.data.participants.counts_sheet import counts_in, counts_of
from coprep.data.participants.worksheet import Sheet
from coprep.errors import InputError

BASELINE = [
    ("attribute", "group", "count"),
    *(("Gender", "Female", 51_000), ("Gender", "Male", 49_000)),
    *(("Age", "16-24", 12_000), ("Age", "25-44", 28_000)),
    *(("Age", "45-64", 32_000), ("Age", "65+", 28_000)),
]


def _csv(path: Path, rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _workbook(path: Path) -> Path:
    """Title rows, two header rows, merged cells, a count that is not shown, a total and a note."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Summary"
    for row in (
        ["Climate Assembly: who took part"],
        ["Prepared by the consultation team, May 2026"],
        [],
        ["Characteristic", "Group", "Participants", None],
        [None, None, "Number", "%"],
        ["Gender", "Female", 34, "56.7%"],
        [None, "Male", 25, "41.7%"],
        [None, "Other", "<5", "-"],
        ["Age", "16-24", 6, "10%"],
        [None, "25-44", 18, "30%"],
        [None, "45-64", 20, "33.3%"],
        [None, "65 and over", 16, "26.7%"],
        ["Total", None, 60, "100%"],
        [],
        ["Note: counts below 5 are not shown."],
    ):
        sheet.append(row)
    for block in ("C4:D4", "A6:A8", "A9:A12"):
        sheet.merge_cells(block)
    book.save(path)
    return path


BLOCKS = [
    ["Engagement summary"],
    [],
    ["", "Invited", "Registered", "Attended"],
    ["Age"],
    ["16 to 24", "900", "40", "4"],
    ["25 to 44", "1,800", "90", "<5"],
    ["45 to 64", "2,100", "120", "21"],
    ["65 and over", "1,200", "70", "16"],
    ["Total", "6,000", "320", "45"],
    ["Gender"],
    ["Female", "3,060", "190", "27"],
    ["Male", "2,940", "130", "18"],
    ["Source: project team"],
]


def test_a_council_workbook_is_counts_and_not_nine_people(tmp_path):
    _csv(tmp_path / "baseline.csv", BASELINE)
    _workbook(tmp_path / "summary.xlsx")
    process = coprep.read_process(tmp_path)
    assert process.counts()["Gender"] == {"Female": 34, "Male": 25, "Other": 2}
    assert process.counts()["Age"] == {"16-24": 6, "25-44": 18, "45-64": 20, "65 and over": 16}
    note = next(note for note in process.notes if note.code == "sheet_of_counts")
    assert note.values["totals"] == 1
    found = coprep.audit(process)
    female = next(r for r in found.rows.records() if r["group"] == "Female")
    assert (female["count"], female["total"]) == (34, 59)
    assert {file["name"] for file in found.settings["files"]} == {"baseline.csv", "summary.xlsx"}


def test_it_needs_no_folder(tmp_path, capsys):
    lives = _csv(tmp_path / "lives.csv", BASELINE)
    book = _workbook(tmp_path / "counts.xlsx")
    page = tmp_path / "p.html"
    assert main(["audit", str(book), "--baseline", str(lives), "--out", str(page)]) == 0
    assert "34" in page.read_text(encoding="utf-8")
    blocks = _csv(tmp_path / "blocks.csv", BLOCKS)
    assert main(["audit", str(blocks), "--baseline", str(lives), "--out", str(page)]) == 0
    assert "16 people" not in capsys.readouterr().out


def test_columns_are_stages_and_lines_without_figures_are_attributes(tmp_path):
    process = coprep.read_process(_csv(tmp_path / "blocks.csv", BLOCKS))
    assert process.stages == ("Invited", "Registered", "Attended")
    assert process.counts("Registered") == {
        "Age": {"16 to 24": 40, "25 to 44": 90, "45 to 64": 120, "65 and over": 70},
        "Gender": {"Female": 190, "Male": 130},
    }
    assert process.counts("Invited")["Age"]["45 to 64"] == 2100


def test_check_says_that_there_is_nothing_to_check(tmp_path, capsys):
    _csv(tmp_path / "baseline.csv", BASELINE)
    _workbook(tmp_path / "summary.xlsx")
    assert main(["check", str(tmp_path)]) == 2
    assert "counts by group, a row a group, and no people" in capsys.readouterr().err
    assert not (tmp_path / "mapping.toml").exists()
    with pytest.raises(InputError, match="no people"):
        coprep.read_participants(tmp_path / "summary.xlsx")


@pytest.mark.parametrize(
    "rows",
    [
        # A row a person, with a number beside it: an age, a score, a running number.
        [["Name", "Age"], ["Ann", "34"], ["Bob", "51"], ["Cy", "20"]],
        [["Sex", "Number"], ["Female", "1"], ["Male", "2"], ["Female", "3"], ["Male", "4"]],
        [["Age band", "People in household"], ["16-24", "3"], ["25-44", "2"], ["16-24", "1"]],
        [["Response ID", "Gender"], ["1", "Female"], ["2", "Male"], ["3", "Female"]],
        # Shares are no counts.
        [["Gender", "%"], ["Female", "51"], ["Male", "49"]],
        [["Gender", "Share"], ["Female", "51%"], ["Male", "49%"]],
        [["Team", "Participants"], ["Red", "4"], ["Blue", "5"]],
        [["only a title"]],
    ],
)
def test_what_is_no_sheet_of_counts(rows):
    assert counts_of(Sheet(Path("x.csv"), tuple(map(tuple, rows)))) is None


def test_every_shipped_export_stays_a_list_of_people():
    samples = Path(__file__).parents[2] / "data" / "samples"
    for file in samples.rglob("*.csv"):
        if file.name.startswith(("baseline", "counts", "census", "TS")):
            continue
        assert counts_in(file) is None, file
    assert counts_in(samples / "sign-ups" / "responses.xlsx") is None


def test_two_sheets_that_may_be_the_counts_are_not_guessed_between(tmp_path):
    rows = [["Gender", "Count"], ["Female", "10"], ["Male", "12"]]
    _csv(tmp_path / "one.csv", rows)
    _csv(tmp_path / "two.csv", rows)
    with pytest.raises(InputError):
        coprep.read_process(tmp_path)


GROUPS = {
    "Age": ["16-24", "25-44", "45-64", "65+"],
    "Sex": ["Female", "Male"],
    "Disability": ["Yes", "No"],
}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_is_written_in_these_layouts_comes_back(data):
    names = data.draw(st.lists(st.sampled_from(sorted(GROUPS)), min_size=1, unique=True))
    counts = {name: {g: data.draw(st.integers(0, 5000)) for g in GROUPS[name]} for name in names}
    title = data.draw(st.sampled_from([[], [["Report, 2026"]], [["A"], [], ["by the team"], []]]))
    blank = data.draw(st.booleans())
    thousands = data.draw(st.booleans())
    form = "{:,}" if thousands else "{}"
    rows = [*title, ["Characteristic", "Group", "Participants"]]
    for name, groups in counts.items():
        for i, (group, n) in enumerate(groups.items()):
            rows.append(["" if blank and i else name, group, form.format(n)])
        rows.append(["Total", "", form.format(sum(groups.values()))])
    found = counts_of(Sheet(Path("x.csv"), tuple(map(tuple, rows))))
    assert found is not None
    read: dict[str, dict[str, int]] = {}
    for name, group, n in zip(
        *(found.columns[c] for c in ("attribute", "group", "count")), strict=True
    ):
        read.setdefault(name, {})[group] = int(n.replace(",", ""))
    assert read == counts
    assert found.totals == len(counts)
