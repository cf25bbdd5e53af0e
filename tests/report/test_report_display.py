"""Results in a terminal and in a notebook, and the one place where text is made harmless."""

from __future__ import annotations

import math
import subprocess
import sys
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprep.report import fragment, summary, text
from coprep.report.columns import columns_of, cut
from coprep.report.verdict_symbols import MARKS, NEUTRAL, mark_of, spoken
from coprep.results import Result
from coprep.table import Table
from coprep.wording import escape
from coprep.wording.numbers import number
from coprep.wording.templates import WAYS


def is_safe_line(line: str) -> bool:
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return not any(unicodedata.category(c) in unseen and c not in "\u200c\u200d" for c in line)


@given(st.text(st.characters(codec=None)))
def test_nothing_unseen_survives(label):
    for harmless in (
        escape.visible(label),
        escape.shorten(label, 12),
        escape.quoted([label]),
        escape.markdown(label),
    ):
        assert is_safe_line(harmless)
    assert len(escape.shorten(label, 12)) <= 12


@given(st.text(st.characters(codec=None)))
def test_html_gives_the_visible_text_back_and_opens_no_tag(label):
    class Reader(HTMLParser):
        said = ""

        def handle_starttag(self, tag, attrs):
            raise AssertionError(tag)

        def handle_data(self, data):
            self.said += data

    reader = Reader()
    reader.feed(escape.html(label))
    reader.close()
    assert reader.said == escape.visible(label)
    assert not set("<>\"'") & set(escape.html(label))


@given(st.text(st.characters(codec=None)))
def test_no_cell_is_a_formula(label):
    cell = escape.csv(label)
    assert not cell.startswith(tuple("=+-@\t\r\n"))
    assert cell.removeprefix("'") == label.removeprefix("'")


def test_plain_labels_are_left_alone():
    for label in ("Asian or Asian British", "18-24", "Łódź", "עברית", "👩‍🦽 wheelchair"):
        assert escape.visible(label) == label
        assert escape.csv(label) == label


def test_numbers_are_read_easily():
    assert [number(v) for v in (0.0, 1234.5, -0.0001234, 1e-9, math.nan, -math.inf)] == [
        "0", "1,234", "−0.000123", "1.00e-09".replace("-", "−"), "–", "−∞",
    ]  # fmt: skip
    ratio, percent, points, p = (WAYS[f] for f in ("ratio", "percent", "points", "p"))
    assert [ratio(v) for v in (0, 0.004, 0.476, 12.3456, 1234.5, math.inf)] == [
        "0",
        "0.004",
        "0.48",
        "12.35",
        "1,234",
        "∞",
    ]
    assert [percent(v) for v in (0.0847, 1, math.nan)] == ["8.5%", "100.0%", "–"]
    assert [points(v) for v in (0.1, -0.021, 0.0)] == ["+10.0", "−2.1", "0.0"]
    assert [p(v) for v in (0.0004, 0.001, 0.5, math.nan)] == ["<0.001", "0.001", "0.500", "–"]


def test_an_estimate_takes_its_interval_with_it():
    table = Table(
        {"gap": [1.0], "low": [0.5], "high": [math.inf]},
        dict.fromkeys(("gap", "low", "high"), "number"),
    )
    (column,) = columns_of(table, table.names, interval="95% interval")
    assert column.heading == "Gap (95% interval)"
    assert column.cell(next(table.records())) == "1.00 (0.50 to ∞)"
    assert [c.names for c in columns_of(table, ["low", "high", "gap"])] == [
        ("low",),
        ("high",),
        ("gap",),
    ]


def test_a_kind_can_name_its_own_headings(small):
    class Gaps(Result):
        kind = "tests.report.gaps"
        headings = {"gap": ("Gap (marks of 6)", "number")}

    rows = Table({"gap": [0.5], "share_x": [0.25]}, {"gap": "number", "share_x": "number"})
    shown = fragment(Gaps(title="t", rows=rows))
    assert "Gap (marks of 6)" in shown
    assert "25.0%" in shown


def test_marks_differ_by_shape_and_symbol():
    assert len({(m.shape, m.filled) for m in MARKS.values()}) == len(MARKS)
    assert len({m.symbol for m in MARKS.values()}) == len(MARKS)
    assert mark_of("under") is mark_of(next(iter(MARKS)))
    assert mark_of(None) is mark_of("what") is NEUTRAL
    assert (spoken(None), spoken("what"), spoken("over")) == ("–", "what", "▲ over-represented")


@given(st.integers(0, 300), st.integers(1, 50))
def test_cutting_loses_nothing_and_repeats_nothing(size, most):
    head, left_out, tail = cut(size, most)
    assert len(head) + left_out + len(tail) == size
    assert [*head, *range(head.stop, head.stop + left_out), *tail] == list(range(size))
    assert len(head) + len(tail) == min(size, most)


def test_summary_says_headline_sentences_and_notes(middling):
    said = summary(middling)
    assert said.startswith("Who came to the jury\n6 findings call for action.")
    assert (
        said.index("\nsex\n")
        < said.index("\nage\n")
        < said.index("\ntenure\n")
        < said.index("\nNotes\n")
    )
    assert "▼ Asian: 9 of 240 participants, against 18.0% of residents." in said
    assert "- 2 people gave no age." in said
    assert max(map(len, said.splitlines())) <= 100


def test_a_long_summary_is_cut_with_a_count(long):
    said = summary(long)
    assert "cannot tell: “Ward" in said
    assert " more" in said
    assert len(said.splitlines()) < 40


def test_text_is_aligned_and_titled(small):
    lines = text(small).splitlines()
    assert lines[0] == "Who came to the jury"
    start = lines.index("") + 1
    assert lines[start].split()[:4] == ["attribute", "group", "count", "total"]
    assert {
        line.index("-represented") - line.index(s)
        for line in lines[start + 1 :]
        for s in "▼▲"
        if s in line
    } <= {6, 7}
    assert str(small) == text(small)
    assert "ratio (95% interval)" in lines[start]


def test_a_long_table_is_cut_in_the_middle_and_says_so(long):
    lines = text(long).splitlines()
    assert "… 20 of 60 rows not shown; `.table` has them all" in lines
    assert "Ward 00" in lines[4]
    assert "Ward 59" in lines[-1]
    assert "… 20 of 60 rows not shown" in fragment(long)


def test_a_result_without_rows_or_findings_is_shown():
    empty = Result(title="Nothing")
    assert "(no rows)" in text(empty)
    assert summary(empty) == "Nothing\nA description: nothing is judged here."
    assert "Nothing" in fragment(empty)


def test_hostile_labels_stay_in_their_line(hostile):
    for said in (summary(hostile), text(hostile)):
        assert all(is_safe_line(line) for line in said.split("\n"))
    shown = fragment(hostile)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<b>" not in shown


def test_a_fragment_is_a_captioned_table_with_scopes(small):
    shown = fragment(small)
    assert shown.count("<caption") == 1
    assert shown.count('<th scope="col"') == 9
    assert shown.count('<th scope="row"') == 4
    assert "http" not in shown
    assert "<script" not in shown
    assert '<span aria-hidden="true">▼</span> under-represented' in shown
    assert small._repr_html_() == shown


def test_showing_loads_no_plotting_library():
    code = (
        "import sys, coprep.report as r; from coprep.results import Result; x = Result(title='t');"
        "r.summary(x); r.text(x); r.fragment(x); r.page([x]); x.protect();"
        "print([m for m in ('matplotlib', 'scipy.stats', 'statsmodels', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_layer_lists_its_names():
    import coprep.report

    assert coprep.report.__all__ == [
        "draw",
        "fragment",
        "page",
        "save",
        "summary",
        "text",
    ]
    with pytest.raises(AttributeError):
        _ = coprep.report.nothing
