"""Files: by suffix, safe to open, and JSON that comes back."""

from __future__ import annotations

import csv
import json
import re

import pytest

from coprep.errors import InputError
from coprep.loading import from_json
from coprep.results import Result


def test_each_suffix_has_its_form(small, tmp_path):
    written = {
        suffix: small.save(tmp_path / f"who{suffix}")
        for suffix in (".html", ".json", ".csv", ".md", ".HTML")
    }
    assert all(path.exists() for path in written.values())
    assert written[".html"].read_text(encoding="utf-8") == small.to_html()
    assert from_json(written[".json"].read_text(encoding="utf-8")) == small
    assert written[".md"].read_text(encoding="utf-8").startswith("# Who came to the jury\n")
    assert small.save(str(tmp_path / "again.csv")) == tmp_path / "again.csv"


def test_a_suffix_or_folder_that_does_not_fit_is_an_input_error(small, tmp_path):
    with pytest.raises(InputError, match=r"'\.html', '\.json', '\.csv', '\.md'.*; not '\.xls'"):
        small.save(tmp_path / "who.xls")
    with pytest.raises(InputError, match="did you mean '.html'"):
        small.save(tmp_path / "who.htm")
    with pytest.raises(InputError, match="no folder"):
        small.save(tmp_path / "nowhere" / "who.csv")


def test_csv_holds_the_whole_table_with_numbers_as_numbers(long, tmp_path):
    path = long.save(tmp_path / "who.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    assert list(rows[0]) == list(long.rows.names)
    assert [float(r["ratio"]) for r in rows] == list(long.rows["ratio"])
    assert {r["differs"] for r in rows} == {"true", "false"}
    pandas = pytest.importorskip("pandas")
    assert pandas.read_csv(path)["count"].tolist() == list(long.rows["count"])


def test_missing_values_are_empty_and_infinities_stay(middling, tmp_path):
    with (
        middling.protect(10)
        .save(tmp_path / "who.csv")
        .open(encoding="utf-8-sig", newline="") as file
    ):
        rows = {r["group"]: r for r in csv.DictReader(file)}
    assert rows["Asian"]["count"] == rows["Asian"]["ratio"] == ""
    assert rows["Boat"]["ratio_high"] == "inf"
    assert rows["Boat"]["ratio_low"] == ""


def test_no_cell_of_a_csv_file_is_a_formula(hostile, tmp_path):
    with hostile.save(tmp_path / "who.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    for cell in cells:
        assert not cell.startswith(("=", "@", "\t", "\r")) or cell == ""
        assert not cell.startswith(("+", "-")) or re.fullmatch(r"-[0-9.e+-]+", cell)
    assert '\'=HYPERLINK("http://evil.example","click")' in cells


def test_json_is_valid_whatever_the_labels(hostile, tmp_path):
    path = hostile.save(tmp_path / "who.json")
    data = json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda c: pytest.fail(c))
    assert data["rows"]["columns"]["group"][-1] == "\ud800 lone surrogate \x00"
    assert from_json(path.read_text(encoding="utf-8")) == hostile


def test_markdown_is_never_markup(hostile, tmp_path):
    said = hostile.save(tmp_path / "who.md").read_text(encoding="utf-8")
    assert "<script" not in said
    assert "<img" not in said
    assert "\u202e" not in said
    rows = [line for line in said.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(hostile.rows)
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {10}


def test_markdown_of_long_and_of_empty_results(made, tmp_path):
    long = made.who(made.some("ward", {f"w{i}": 5 for i in range(500)}))
    said = long.save(tmp_path / "long.md").read_text(encoding="utf-8")
    assert "300 of 500 rows not shown" in said
    assert "and 492 more" in said
    assert "- Holm 1979, Scand J Stat 6:65." in said
    assert (
        "(no rows)"
        in Result(title="Nothing", settings={"method": "By hand."})
        .save(tmp_path / "x.md")
        .read_text()
    )


def test_a_table_for_latex_is_escaped_and_complete(small, long, tmp_path):
    text = small.save(tmp_path / "who.tex").read_text(encoding="utf-8")
    assert text.startswith("% needs \\usepackage{booktabs}")
    assert text.count("\\\\") == 1 + len(small.rows)
    for line in text.splitlines():
        assert not re.search(r"(?<!\\)[%#_$](?!\s*needs)", line.removeprefix("% needs")), line
    many = long.save(tmp_path / "long.tex").read_text(encoding="utf-8")
    assert "longtable" in many


def test_a_word_document_holds_the_table_as_people_see_it(small, tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document(str(small.save(tmp_path / "who.docx")))
    table = document.tables[0]
    assert len(table.rows) == 1 + len(small.rows)
    assert small.headline in [paragraph.text for paragraph in document.paragraphs]
    groups = [row.cells[1].text for row in table.rows][1:]
    assert groups == list(small.rows["group"])


@pytest.mark.parametrize(
    ("suffix", "begins"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")]
)
def test_a_picture_is_saved_and_is_the_same_each_time(small, suffix, begins, tmp_path):
    once = small.save(tmp_path / f"a{suffix}").read_bytes()
    assert once.startswith(begins)
    assert small.save(tmp_path / f"b{suffix}").read_bytes() == once


def test_a_result_without_a_picture_says_so(small, tmp_path):
    from dataclasses import replace

    with pytest.raises(InputError, match="no picture"):
        replace(small, picture=None).save(tmp_path / "who.png")
    assert not (tmp_path / "who.png").exists()


def test_hostile_labels_stay_text_in_documents(tmp_path):
    from coprep import Baseline
    from coprep.representation import assess

    nasty = "\\input{x} & 50% $a_b^c$ \x07 ~#{}"
    who = assess({"a": {nasty: 3, "b": 9}}, Baseline.from_shares({"a": {nasty: 0.5, "b": 0.5}}))
    text = who.save(tmp_path / "who.tex").read_text(encoding="utf-8")
    assert "\\input{" not in text
    who.save(tmp_path / "who.docx")
