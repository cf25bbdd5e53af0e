"""A protected copy, looked at as an intruder would: everything shown, every total known, linear programming."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from coprep.errors import InputError
from coprep.findings import Finding, Note, Verdict
from coprep.results import Result
from coprep.table import Table

groups = st.lists(st.one_of(st.integers(0, 6), st.integers(0, 60)), min_size=1, max_size=7)


def bounds_of(cell, known, sums):
    """Least and most an intruder must allow for a cell: shown ones are known, sums are known, none negative."""
    free = [i for i, v in enumerate(known) if v is None]
    rows = [[1.0 if i in members else 0.0 for i in free] for members, _ in sums]
    rest = [
        total - sum(known[i] for i in members if known[i] is not None) for members, total in sums
    ]
    aim = [1.0 if i == cell else 0.0 for i in free]
    ends = []
    for sign in (1, -1):
        found = linprog(np.multiply(sign, aim), A_eq=rows, b_eq=rest, bounds=(0, None))
        ends.append(-math.inf if found.status == 3 else sign * found.fun)
    return ends[0], abs(ends[1]) if math.isinf(ends[1]) else ends[1]


def attack(result, protected, attribute, least):
    """The width of what an intruder knows of each small count, from the copy alone and the number of people."""
    truth = [r for r in result.rows.records() if r["attribute"] == attribute]
    shown = [r for r in protected.rows.records() if r["attribute"] == attribute]
    known = [r["count"] for r in shown]
    sums = [(range(len(known)), sum(r["count"] for r in truth))]
    totals = {r["total"] for r in shown if r["total"] is not None}
    overall = protected.overall
    totals |= {
        t
        for a, t in zip(overall["attribute"], overall["total"], strict=True)
        if a == attribute and t is not None
    }
    for row in shown:
        if row["count"] and not math.isnan(row["share"]):
            totals.add(round(row["count"] / row["share"]))
    sums += [([i for i, r in enumerate(truth) if r["total"] == total], total) for total in totals]
    widths = {}
    for i, row in enumerate(truth):
        if 0 < row["count"] < least:
            assert known[i] is None
            low, high = bounds_of(i, known, sums)
            widths[row["group"]] = high - low
    return widths


def assembled(made, counts, unknown, **more):
    rows = made.some("x", {f"g{i}": c for i, c in enumerate(counts)})
    if unknown:
        rows += [
            {**made.row("x", "unknown", u, max(sum(counts), 1), 0.1), "total": None}
            for u in unknown
        ]
    result = made.who(rows, family="attribute", **more)
    known = sum(counts)
    overall = Table({"attribute": ["x"], "total": [known], "dissimilarity": [0.2]},
                    {"attribute": "text", "total": "count", "dissimilarity": "number"})  # fmt: skip
    return replace(result, overall=overall)


@settings(deadline=None, max_examples=150)
@given(groups, st.lists(st.integers(0, 8), max_size=2), st.integers(2, 10))
def test_no_small_count_can_be_placed_better_than_the_interval_allows(made, counts, unknown, least):
    result = assembled(made, counts, unknown)
    protected = result.protect(least)
    widths = attack(result, protected, "x", least)
    everybody = sum(counts) + sum(unknown)
    assert (
        all(w >= least - 1 - 1e-6 for w in widths.values())
        or everybody <= least
        or len(counts) + len([n for n in unknown if n]) == 1
    )


@settings(deadline=None, max_examples=100)
@given(groups, st.lists(st.integers(0, 8), max_size=2), st.integers(2, 10))
def test_what_is_shown_is_true_and_what_is_hidden_is_hidden_whole(made, counts, unknown, least):
    result = assembled(made, counts, unknown)
    protected = result.protect(least)
    assert len(protected.rows) == len(result.rows)
    free = {"attribute", "group", "verdict", "reading"}
    for was, now in zip(result.rows.records(), protected.rows.records(), strict=True):
        for name, value in now.items():
            if (
                name not in free
                and value is not None
                and not (isinstance(value, float) and math.isnan(value))
            ):
                assert value == was[name]
        if now["count"] is None:
            assert now["verdict"] == "not_assessable"
            numbers = {n for n, v in now.items() if n not in free and v is not None and v == v}
            assert numbers <= {"total", "baseline", "expected"}
    is_few_alone = len(unknown) == 1 and 0 < unknown[0] <= least
    if not any(0 < c < least for c in [*counts, *unknown]) and not is_few_alone:
        assert protected.rows == result.rows


def test_one_small_group_takes_the_one_beside_it_with_it(made):
    result = made.who(
        [
            *made.some("sex", {"F": 21, "M": 19}),
            *made.some("age", {"16-24": 3, "25-64": 25, "65+": 12}),
        ]
    )
    protected = result.protect()
    shown = {r["group"]: r["count"] for r in protected.rows.records()}
    assert shown == {"F": 21, "M": 19, "16-24": None, "25-64": None, "65+": 12}


def test_that_nobody_came_is_told_where_it_can_be(made):
    protected = made.who(made.some("age", {"a": 4, "b": 16, "c": 30, "d": 0})).protect()
    assert list(protected.rows["count"]) == [None, None, 30, 0]


def test_few_unknown_take_the_total_and_all_shares_with_them(made):
    result = assembled(made, [20, 17, 13], [2])
    protected = result.protect()
    rows = list(protected.rows.records())
    assert [r["count"] for r in rows] == [None, 17, 13, None]
    assert all(
        r["total"] is None and math.isnan(r["share"]) and math.isnan(r["ratio"]) for r in rows
    )
    assert [r["baseline"] for r in rows] == list(result.rows["baseline"])
    assert rows[1]["verdict"] == result.rows["verdict"][1]
    assert protected.overall["total"] == (None,)
    assert "17" not in protected.findings[1].reading
    assert protected.findings[1].verdict == result.findings[1].verdict


def test_two_kinds_of_unknown_protect_one_another(made):
    protected = assembled(made, [20, 17, 13], [2, 5]).protect()
    assert list(protected.rows["count"]) == [20, 17, 13, None, None]
    assert protected.rows["total"][0] == 50


def test_a_process_of_very_few_shows_no_number(made):
    protected = made.who(made.some("sex", {"F": 2, "M": 1})).protect()
    assert all(v is None for name in ("count", "total") for v in protected.rows[name])
    assert all(f.verdict is Verdict.NOT_ASSESSABLE and f.n is None for f in protected.findings)


def test_findings_of_hidden_groups_hold_no_number(made):
    ages = {"16-24": 3, "25-64": 12, "65+": 25}
    result = made.who(made.some("age", ages), family="attribute")
    young, middle, old = result.protect().findings
    for finding in (young, middle):
        assert finding.verdict is Verdict.NOT_ASSESSABLE
        assert finding.estimate is finding.n is finding.p_value is finding.p_adjusted is None
        assert finding.next_step == ""
        assert finding.details == {"protected": True}
        assert "not shown, so that nothing tells of fewer than 5 people" in finding.reading
    assert old.estimate == result.findings[2].estimate
    assert old.p_adjusted is None
    assert old.details == {}
    assert result.protect().rows["reading"][0] == young.reading


def test_other_attributes_keep_everything_where_adjustment_stays_within_them(made):
    rows = [
        *made.some("sex", {"F": 21, "M": 19}),
        *made.some("age", {"young": 3, "middle": 25, "old": 12}),
    ]
    within = made.who(rows, family="attribute").protect()
    assert within.findings[0] == made.who(rows).findings[0]
    across = made.who(rows, family="all").protect()
    assert across.findings[0].p_adjusted is None
    assert math.isnan(across.rows["p_adjusted"][0])
    assert across.rows["p_value"][0] == rows[0]["p_value"]
    assert within.overall["dissimilarity"][0] == 0.123
    assert math.isnan(within.overall["dissimilarity"][1])
    assert within.overall["total"] == (40, 40)
    assert within.overall["method"] == ("exact", "exact")


def texts(result):
    return tuple(note.text for note in result.notes)


def test_notes_that_tell_are_left_out_and_it_is_said(made):
    told = [("3 people gave no age.", {"people": 3}), ("It was removed.", {"participants": 1}),
            ("12 were old.", {"old": 12}), ("8% gave no age.", {"share": 0.08}),
            ("Three ideas.", {"ideas": 3}), ("Intervals are at 95%.", {"confidence": 0.95}),
            ("Compared with 2,345 residents in 2021.", {"residents": 2345, "year": 2021}),
            ("Ages '2-3' merged.", {"ages": ("2-3",)}),
            ("Ratios from 0.8 to 1.25 do not matter.", {"low": 0.8, "high": 1.25})]  # fmt: skip
    coded = [Note(f"n{i}", text, values) for i, (text, values) in enumerate(told)]
    notes = [text for text, _ in told]
    rows = made.some("age", {"16-24": 3, "25-64": 12, "65+": 25})
    kept = texts(made.who(rows, notes=[*coded, "A note without a code."]).protect())
    assert kept[:4] == tuple(notes[5:])
    assert kept[4].startswith(
        "Protected for publication: 2 of 3 rows in “age” are not shown. They have counts from 1 to 4"
    )
    assert kept[5] == "Notes with small numbers are left out of this copy."
    calm = texts(made.who(made.some("sex", {"F": 21, "M": 19}), notes=coded[5:]).protect())
    assert calm == (
        *notes[5:],
        "Protected for publication: there was nothing to hide, no row has counts from 1 to 4.",
    )


def test_protecting_again_changes_nothing_and_more_hides_more(made):
    result = made.who(made.some("age", {"a": 3, "b": 25, "c": 12, "d": 9}))
    once = result.protect()
    assert once.protect() == once.protect(3) == once
    assert list(once.protect(12).rows["count"]).count(None) >= list(once.rows["count"]).count(None)
    assert result.protect(1).rows == result.rows


def test_a_protected_result_can_do_all_that_a_result_can(made, tmp_path):
    protected = made.who(made.some("age", {"a": 3, "b": 12, "c": 25}), family="attribute").protect()
    assert json.loads(protected.to_json())["settings"]["protected"] == {
        "min_count": 5,
        "rows_hidden": 2,
    }
    assert type(protected).from_dict(json.loads(protected.to_json())) == protected
    for suffix in (".html", ".md", ".csv"):
        said = protected.save(tmp_path / f"p{suffix}").read_text(encoding="utf-8")
        assert "0.225" not in said
        assert "12 of 40" not in said
        assert "3 of 40" not in said


def test_a_protected_copy_does_not_pass_for_the_whole_answer(made):
    result = made.who(made.some("age", {"young": 2, "old": 98}), family="attribute")
    protected = result.protect()
    assert "2 findings call for action" in result.to_html()
    said = protected.summary().splitlines()[1]
    assert said == "2 results are protected and not shown."
    page = protected.to_html()
    assert "could be judged" not in page and "not assessable" not in page.lower()
    assert "Nothing in what may be published; some groups are protected and not shown." in page
    assert "2 groups: protected because few people are concerned, and not shown" in page
    assert "<img" not in page
    assert "protected" not in made.who(made.some("sex", {"F": 21, "M": 19})).to_html()


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Crossed(Result):
    """Counts that add up both ways, and further fields of every kind."""

    kind: ClassVar[str] = "tests.report.crossed"
    count_columns: ClassVar[tuple[str, ...]] = ("n",)
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = (("sex",), ("age",))
    keep_when_protected: ClassVar[tuple[str, ...]] = ("depth",)

    gini: float = 0.5
    people: int = 9
    depth: int = 2
    words: str = "kept"
    top: tuple[float, ...] = (0.1, 0.2)
    by: dict[str, float] | None = None
    counts: Table = Table({}, {})
    tables: dict[str, Table] | None = None
    inner: tuple[Result, ...] = ()


def crossed(cells):
    table = Table(
        {
            "sex": [s for s, _, _ in cells],
            "age": [a for _, a, _ in cells],
            "n": [n for _, _, n in cells],
        },
        {"sex": "text", "age": "text", "n": "count"},
    )
    plain = Table({"z": [1.0]}, {"z": "number"})
    findings = [
        Finding("q", None, "F", Verdict.PATTERN, reading="F at 3.", values={"level": 3}),
        Finding("q", None, None, Verdict.PATTERN, reading="All at 3.", values={"level": 3}),
        Finding("q", None, "nowhere", Verdict.PATTERN, reading="3.", values={"level": 3}),
    ]
    return Crossed(
        title="c",
        rows=table,
        findings=findings,
        by={"F": 0.3},
        counts=table,
        tables={"t": plain},
        inner=(Result(title="i"),),
    )


def test_counts_that_add_up_both_ways_are_protected_both_ways():
    cells = [
        ("F", "y", 3),
        ("F", "m", 20),
        ("F", "o", 30),
        ("M", "y", 18),
        ("M", "m", 25),
        ("M", "o", 40),
    ]
    protected = crossed(cells).protect()
    known = list(protected.rows["n"])
    assert known[0] is None
    assert known.count(None) == 4
    sums = [([i for i, c in enumerate(cells) if c[k] == v], sum(c[2] for c in cells if c[k] == v))
            for k, v in ((0, "F"), (0, "M"), (1, "y"), (1, "m"), (1, "o"))]  # fmt: skip
    low, high = bounds_of(0, known, sums)
    assert high - low >= 4
    assert protected.counts == protected.rows


def test_further_fields_that_could_tell_are_blanked():
    protected = crossed([("F", "y", 3), ("F", "o", 30), ("M", "y", 18), ("M", "o", 40)]).protect()
    assert math.isnan(protected.gini)
    assert protected.people is None
    assert (protected.depth, protected.words, protected.top, protected.by) == (2, "kept", (), {})
    assert math.isnan(protected.tables["t"]["z"][0])
    assert [f.verdict for f in protected.findings] == [Verdict.NOT_ASSESSABLE] * 3
    assert not any("3" in f.reading for f in protected.findings)
    assert protected.inner[0].settings["protected"]["min_count"] == 5
    calm = crossed([("F", "y", 33), ("F", "o", 30), ("M", "y", 18), ("M", "o", 40)])
    assert calm.protect().gini == 0.5
    assert calm.protect().findings == calm.findings


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Ticked(Result):
    """People may tick several: counts do not add up to the total."""

    kind: ClassVar[str] = "tests.report.ticked"
    count_columns: ClassVar[tuple[str, ...]] = ("count", "n_ideas")
    adds_up_within: ClassVar[tuple[str, ...]] = ("attribute",)


@pytest.mark.parametrize(
    ("counts", "total", "hidden"),
    [
        ([12, 18, 20], 25, []),
        ([12, 3, 20], 25, [1]),
        ([12, 23, 20], 25, [1]),
        ([2, 2, 3], 3, [0, 1, 2]),
    ],
)
def test_overlapping_groups_are_a_yes_and_a_no_each(counts, total, hidden):
    table = Table({"attribute": ["needs"] * 3, "group": ["a", "b", "c"], "count": counts, "total": [total] * 3},
                  {"attribute": "text", "group": "text", "count": "count", "total": "count"})  # fmt: skip
    protected = Ticked(title="t", rows=table).protect()
    assert [i for i, c in enumerate(protected.rows["count"]) if c is None] == hidden


def test_a_small_count_in_any_column_hides_the_row():
    table = Table({"attribute": ["x"] * 4, "group": list("abcd"), "count": [9, 12, 30, 7], "n_ideas": [2, 50, 60, 8]},
                  {"attribute": "text", "group": "text", "count": "count", "n_ideas": "count"})  # fmt: skip
    protected = Ticked(title="t", rows=table).protect()
    assert list(protected.rows["count"]) == [None, None, 30, 7]
    assert list(protected.rows["n_ideas"]) == [None, None, 60, 8]


def test_a_block_of_one_row_is_protected_for_every_count_column():
    table = Table({"attribute": ["x", "y", "y"], "group": list("abc"), "count": [9, 12, 30], "n_ideas": [2, 50, 60]},
                  {"attribute": "text", "group": "text", "count": "count", "n_ideas": "count"})  # fmt: skip
    protected = Ticked(title="t", rows=table).protect()
    assert list(protected.rows["n_ideas"]) == [None, 50, 60]
    assert list(protected.rows["count"]) == [None, 12, 30]


@pytest.mark.parametrize("bad", [0, -1, 2.5, "5", True, None])
def test_a_minimum_that_is_no_count_is_an_input_error(small, bad):
    with pytest.raises(InputError, match="min_count"):
        small.protect(bad)


def test_ten_thousand_groups_are_protected_in_seconds(made):
    protected = made.who(made.some("code", {f"c{i}": i % 11 for i in range(10_000)})).protect()
    hidden = [c is None for c in protected.rows["count"]]
    assert all(hidden[i] for i in range(10_000) if 0 < i % 11 < 5)
    assert sum(hidden) < 7_000
