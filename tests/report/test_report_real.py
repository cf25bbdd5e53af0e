"""What people see of real answers: units, names and pictures that say what the numbers are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from coprep import fairness, ideas
from coprep.findings import Finding
from coprep.pictures import Bars, Forest, Lines
from coprep.report.columns import columns_of, shown_columns
from coprep.report.sentences import called
from coprep.results import Result
from coprep.simulate import world
from coprep.table import Table
from coprep.wording.escape import html


@pytest.fixture(scope="module")
def process():
    return world(
        people=120, ideas=120, groups={"north": 0.4, "south": 0.3, "east": 0.3}, adoption=0.4, rng=2
    )[0]


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(1)
    group = np.array(["north", "south", "east"])[rng.integers(0, 3, 300)]
    truth, told = rng.integers(0, 2, 300), rng.integers(0, 2, 300)
    return truth, told, group


def cells(result, place=0):
    record = list(result.rows.records())[place]
    return {
        column.names[0]: (column.heading, column.cell(record)) for column in shown_columns(result)
    }, record


def labels(ax):
    legends = [*ax.figure.legends, *([ax.get_legend()] if ax.get_legend() else [])]
    return [text.get_text() for legend in legends for text in legend.get_texts()]


def test_a_difference_in_points_is_shown_as_it_is_and_a_share_in_percent(process):
    found, record = cells(ideas.adoption(process, attribute="group", draws=99, rng=1))
    assert float(found["difference"][1].replace("−", "-")) == pytest.approx(
        record["difference"], abs=0.06
    )
    assert found["adopted"][1] == f"{100 * record['adopted']:.1f}%"


def test_nothing_judged_is_no_all_clear():
    tiny = world(people=12, ideas=10, rng=5)[0]
    for ask in (ideas.adoption, ideas.agenda, ideas.consensus, ideas.responses):
        found = ask(tiny, attribute="group", draws=49, rng=1)
        assert "No finding calls" not in found.headline
        page = found.to_html()
        assert "Every group could be assessed" not in page
        assert "Nothing stands out" not in page


def test_the_same_refusal_is_said_once():
    found = ideas.consensus(
        world(people=12, ideas=10, rng=5)[0], attribute="group", draws=49, rng=1
    )
    assert found.summary().count("× This cannot be judged") == 1


def test_part_refused_is_counted():
    verdicts = ["no_material_difference", "inconclusive", "not_assessable"]
    found = Result(title="x", findings=[Finding("q", "a", v, v) for v in verdicts])
    assert found.headline == (
        "No finding calls for action; on 1 of 3 the data cannot tell and 1 of 3 could not be judged."
    )


def test_lines_are_told_apart_without_colour():
    series = [f"s{i}" for i in range(6)]
    columns = {
        "x": [0.0, 1.0] * 6,
        "y": [float(i) for i in range(12)],
        "s": [s for s in series for _ in range(2)],
    }
    picture = Lines(x="x", y="y", series="s")
    rows = Table(columns, {"x": "number", "y": "number", "s": "text"})
    ax = Result(title="Lines", rows=rows, picture=picture).plot()
    looks = [(str(line.get_linestyle()), line.get_marker()) for line in ax.lines]
    assert len(set(looks)) == len(looks)
    assert len({style for style, _ in looks[:4]}) > 1


def test_an_effect_is_headed_by_what_it_measures(process):
    found, _ = cells(ideas.adoption(process, attribute="group", draws=99, rng=1))
    assert found["effect"][0].startswith(
        "Odds of adoption against other ideas with the same support (ratio)"
    )
    topics, _ = cells(ideas.agenda(process, attribute="group", draws=99, rng=1))
    assert topics["share"][0] == "Share of the topic's authors"


def test_limits_have_the_decimals_of_their_estimate():
    table = Table(
        {"gap": [-0.0319], "low": [-8.72], "high": [8.65]},
        dict.fromkeys(("gap", "low", "high"), "number"),
    )
    (column,) = columns_of(table, table.names)
    assert column.cell(next(table.records())) == "−0.03 (−8.72 to 8.65)"


def test_findings_on_the_same_group_have_names_that_tell_them_apart(process):
    topics = ideas.agenda(process, attribute="group", draws=99, rng=1)
    names = [called(f) for f in topics.findings]
    assert len(set(names)) == len(names)
    assert all(" · " in name for name in names)
    assert topics.summary().count("“north”") == 0


def test_the_page_says_a_lone_finding_once(process):
    found = ideas.adoption(process, attribute="group", draws=99, rng=1)
    flagged = [f for f in found.findings if f.verdict.is_flag]
    page = found.to_html().split("In detail")[0]
    for finding in flagged[: len(flagged) == 1]:
        assert page.count(html(finding.reading[:40])) == 1
    assert "What stands out" not in page or len(flagged) != 1


def test_a_metric_is_drawn_beside_everybody_with_its_value_and_what_chance_gives(rows):
    truth, told, group = rows
    found = fairness.demographic_parity_difference(truth, told, sensitive_features=group)
    ax = found.plot()
    assert "everybody" in labels(ax)
    assert f"{float(found):.3f}" in ax.get_xlabel()
    assert f"chance alone would give about {found.noise_floor:.3f}" in ax.get_xlabel().replace(
        "\n", " "
    )
    assert ax.get_xlabel().startswith("Selection rate of each group (share)")


def test_what_the_headline_says_is_not_said_again_as_a_note(rows):
    truth, told, group = rows
    found = fairness.demographic_parity_difference(truth, told, sensitive_features=group)
    for text in (found.summary(), found._repr_html_(), found.to_html()):
        assert text.replace("\n", " ").count("chance alone would give about") == 1


def test_a_protected_metric_does_not_say_its_value_under_the_picture():
    told = [1] * 3 + [0] * 40 + [1] * 30 + [0] * 30 + [1] * 20 + [0] * 20
    group = ["a"] * 43 + ["b"] * 60 + ["c"] * 40
    found = fairness.demographic_parity_difference(None, told, sensitive_features=group)
    safe = found.protect()
    assert f"{float(found):.3f}" in found.plot().get_xlabel()
    for text in (safe.to_json(), safe.summary(), safe.to_html(), safe.plot().get_xlabel()):
        assert f"{float(found):.3f}" not in text


def test_each_rate_of_equalized_odds_has_its_own_line(rows):
    truth, told, group = rows
    found = fairness.equalized_odds_difference(truth, told, sensitive_features=group)
    ax = found.plot()
    spec = found.picture.nulls
    drawn = {line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--"}
    assert sorted(drawn) == pytest.approx(sorted(spec.values()))
    assert len(set(spec.values())) == 2


def test_a_disparity_is_compared_with_none(rows):
    truth, told, group = rows
    topic = np.arange(len(group)) % 3
    found = fairness.conditional_demographic_disparity(
        truth, told, sensitive_features=group, control_features=topic
    )
    assert found.picture.null == 0.0


def test_the_gap_expected_from_chance_is_in_the_picture_of_all_metrics(rows):
    truth, told, group = rows
    ax = fairness.group_metrics(truth, told, sensitive_features=group).plot()
    assert "expected by chance alone" in labels(ax)
    assert "selection rate" in "".join(t.get_text() for t in ax.get_yticklabels())
    assert "_" not in "".join(t.get_text() for t in ax.get_yticklabels())


def test_crossed_groups_are_named_as_tables_name_them(rows):
    truth, told, group = rows
    both = {"area": group, "sex": np.array(["F", "M"])[np.arange(len(group)) % 2]}
    said = fairness.group_metrics(truth, told, sensitive_features=both).summary()
    assert "('" not in said


def hollow(size):
    """A result of many rows of which only the last has an estimate."""
    values = [math.nan] * (size - 1) + [0.4]
    columns = {
        "group": [f"g{i}" for i in range(size)],
        "effect": values,
        "low": values,
        "high": values,
    }
    kinds = {"group": "text", "effect": "number", "low": "number", "high": "number"}
    picture = Forest(
        label=("group",), value="effect", low="low", high="high", log=False, null=0.0, axis="x"
    )
    return Result(title="Hollow", rows=Table(columns, kinds), picture=picture)


def test_rows_without_an_estimate_are_not_said_to_be_hidden():
    words = [t.get_text() for t in hollow(3).plot().texts]
    assert words.count("no estimate") == 2
    assert "not shown" not in words


def test_a_picture_of_many_rows_keeps_those_with_something_to_draw():
    ticks = [t.get_text() for t in hollow(200).plot(most=5).get_yticklabels()]
    assert ticks == ["g0", "g1", "g2", "g3", "g199"]


def test_subgroups_are_drawn_beside_everybody():
    rng = np.random.default_rng(1)
    group, told = np.repeat(["a", "b"], 100), rng.integers(0, 2, 200)
    found = fairness.worst_subgroup(told, told, sensitive_features=group, draws=49, rng=1)
    assert "everybody" in labels(found.plot())


def test_counts_are_whole_numbers_in_bars():
    picture = Bars(label=("group",), value="n", axis="ideas (number)")
    rows = Table({"group": ["a"], "n": [28]}, {"group": "text", "n": "count"})
    ax = Result(title="Bars", rows=rows, picture=picture).plot()
    assert [t.get_text() for t in ax.texts] == ["28"]
