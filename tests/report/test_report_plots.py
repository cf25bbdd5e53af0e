"""Pictures: what is drawn is read back from the axes."""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Annotation

from coprep.errors import InputError
from coprep.findings import encode
from coprep.pictures import Forest, picture_from_dict
from coprep.report.plots import svg
from coprep.table import Table

mpl.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def labels(ax):
    return [t.get_text() for t in ax.get_yticklabels()]


def markers(ax):
    """Where each verdict's marker stands: (x, y, shape)."""
    lines = [
        line for line in ax.lines if line.get_linestyle() == "None" and line.get_marker() != "|"
    ]
    return [(line.get_xdata()[0], line.get_ydata()[0], line.get_marker()) for line in lines]


def arrows(ax):
    return [t for t in ax.texts if isinstance(t, Annotation) and t.arrow_patch is not None]


def beside(ax):
    return [t.get_text() for t in ax.texts if isinstance(t, Annotation) and t.arrow_patch is None]


def key_of(ax):
    return [t.get_text() for t in ax.figure.legends[0].get_texts()]


def draw_quietly(ax):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"(?s).*Glyph")
        ax.figure.savefig(io.BytesIO(), dpi=40)


def test_estimates_stand_where_they_belong_with_the_shape_of_their_verdict(small):
    ax = small.plot()
    assert labels(ax) == ["Female  (n = 31)", "Male  (n = 9)", "White  (n = 40)", "Asian  (n = 0)"]
    (female, male, white, asian) = markers(ax)
    assert female == (pytest.approx(1.55), 1, "^")
    assert male == (pytest.approx(0.45), 2, "v")
    assert white[2] == "^"
    assert asian[2] == "v"
    assert ax.get_xscale() == "log"
    assert "ratio, log scale" in ax.get_xlabel()
    assert "fewer than their share" in ax.get_xlabel()
    assert ax.get_title(loc="left") == "Who came to the jury"


def test_interval_inner_interval_and_band_are_drawn(small):
    ax = small.plot(attribute="sex")
    ends = [tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
    row = next(small.rows.records())
    assert any(e == pytest.approx((row["ratio_low"], row["ratio_high"])) for e in ends)
    assert any(e == pytest.approx((row["ratio_inner_low"], row["ratio_inner_high"])) for e in ends)
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (band.x0, band.x1) == (pytest.approx(0.8), pytest.approx(1.25))
    assert key_of(ax) == [
        "under-represented", "over-represented", "95% interval", "90% interval, for “too close to matter”",
        "no difference", "0.8 to 1.25: too close to matter",
    ]  # fmt: skip


def test_an_absent_group_stands_at_the_edge_with_an_arrow(small):
    ax = small.plot(attribute="ethnicity")
    left, right = ax.get_xlim()
    x, y, shape = markers(ax)[1]
    assert left < x < left * (right / left) ** 0.1
    assert shape == "v"
    assert [a.xy for a in arrows(ax)] == [(pytest.approx(left), y)] * 2
    assert beside(ax)[1].endswith("\n0 (0 to 0.18)")


def test_infinite_and_unknown_limits_are_arrows(made):
    kinds = {
        "group": "text",
        "ratio": "number",
        "ratio_low": "number",
        "ratio_high": "number",
        "verdict": "text",
    }
    rows = [
        ("a", 1.0, 0.5, math.inf),
        ("b", 1.0, math.nan, 2.0),
        ("c", 1.0, math.nan, math.nan),
        ("d", math.inf, 3.0, math.inf),
    ]
    table = Table.from_records([dict(zip(kinds, (*r, None), strict=True)) for r in rows], kinds)
    spec = {
        k: v for k, v in made.FOREST.items() if k not in ("n", "panel", "inner_low", "inner_high")
    }
    ax = made.Who(title="t", rows=table, picture=picture_from_dict(spec)).plot()
    left, right = ax.get_xlim()
    assert [(a.xy[0] > 1, a.xy[1]) for a in arrows(ax)] == [
        (True, 0),
        (False, 1),
        (True, 3),
        (True, 3),
    ]
    assert beside(ax)[2] == "1.00"
    assert markers(ax)[3][0] < right


def test_what_is_missing_is_said_to_be(small):
    ax = small.protect(10).plot()
    said = [t.get_text() for t in ax.texts]
    assert said.count("not shown") == 2
    assert labels(ax)[:2] == ["Female", "Male"]
    assert len(markers(ax)) == 2


def test_sixty_rows_have_room(long):
    ax = long.plot()
    draw_quietly(ax)
    assert len(labels(ax)) == 60
    renderer = ax.figure.canvas.get_renderer()
    boxes = [t.get_window_extent(renderer) for t in ax.get_yticklabels()]
    assert all(upper.y0 > lower.y1 - 1 for upper, lower in zip(boxes, boxes[1:], strict=False))
    assert all(b.x0 >= 0 for b in boxes)
    assert 10 < ax.figure.get_figheight() < 20


def test_the_figure_grows_with_its_rows(small, middling):
    heights = [r.plot().figure.get_figheight() for r in (small, middling)]
    assert heights[0] < 5 < heights[1]


def test_ten_thousand_rows_keep_those_that_stand_out(made):
    counts = {f"c{i}": 0 if i == 9000 else 50 for i in range(10_000)}
    result = made.who(made.some("code", counts))
    ax = result.plot(most=20)
    drawn = [label.split()[0] for label in labels(ax)]
    assert len(drawn) == 20
    assert drawn[-1] == "c9000"
    assert "20 of 10,000 rows drawn" in ax.get_title(loc="left")


def test_labels_are_never_read_as_mathematics_or_markup(hostile):
    ax = hostile.plot()
    draw_quietly(ax)
    assert "$x^2$ and $\\frac{1}{2}$ cost $5  (n = 11)" in labels(ax)
    assert not any("\n" in label or "\u202e" in label for label in labels(ax))
    assert max(map(len, labels(ax))) < 60


def test_on_the_users_axes_nothing_else_changes(middling):
    figure, axs = plt.subplots(1, 2, layout="constrained")
    before = dict(mpl.rcParams)
    assert middling.plot(axs[0], attribute="age", title="") is axs[0]
    assert dict(mpl.rcParams) == before
    assert beside(axs[0]) == []
    assert axs[0].get_legend() is not None
    assert axs[0].get_title(loc="left") == ""
    assert not axs[1].has_data()
    assert figure.axes == list(axs)
    assert axs[0].get_legend() is not None
    assert middling.plot(axs[1], attribute="age", legend=False).get_legend() is None


def test_a_table_without_verdicts_is_drawn_neutrally(small, made):
    rows = Table({n: small.rows[n] for n in small.rows.names if n != "verdict"},
                 {n: k for n, k in small.rows.kinds.items() if n != "verdict"})  # fmt: skip
    ax = replace(small, rows=rows).plot()
    assert {m[2] for m in markers(ax)} == {"o"}
    assert key_of(ax)[0] == "95% interval"


def test_linear_axes_are_drawn_too(made):
    kinds = {"group": "text", "gap": "number", "low": "number", "high": "number"}
    table = Table(
        {"group": ["a", "b"], "gap": [0.1, -0.02], "low": [0.05, -900.0], "high": [0.15, 0.04]},
        kinds,
    )
    picture = Forest(label=("group",), value="gap", low="low", high="high", log=False, null=0.0,
                     band=(-0.05, 0.05), axis="Gap (points)")  # fmt: skip
    ax = made.Who(title="t", rows=table, picture=picture).plot()
    assert ax.get_xscale() == "linear"
    assert markers(ax)[0][:2] == (0.1, 0)
    assert len(arrows(ax)) == 1
    assert ax.get_xlim()[0] > -1


def test_bars_lines_matrix_histogram(pictures, made):
    bars = pictures["bars"].plot()
    assert [p.get_width() for p in bars.patches] == [0.5, 0.2, 0.0, 0.3]
    assert beside(bars)[2] == "not shown  × not assessable"
    lines = pictures["lines"].plot()
    assert [line.get_label() for line in lines.lines] == [
        "planted",
        made.HOSTILE[2],
        "reference: 0.8",
    ]
    assert lines.lines[0].get_linestyle() != "None"
    assert lines.lines[0].get_marker() != lines.lines[1].get_marker()
    assert np.isnan(lines.collections[0].get_datalim(lines.transData).x0) == np.False_
    matrix = pictures["matrix"].plot()
    assert matrix.images[0].get_array().shape == (4, 4)
    assert np.isnan(np.asarray(matrix.images[0].get_array(), float)[1, 1])
    assert [t.get_text() for t in matrix.texts][5] == "–"
    assert matrix.images[0].norm.vcenter == 0
    histogram = pictures["histogram"].plot()
    assert [(p.get_x(), p.get_width(), p.get_height()) for p in histogram.patches] == [
        (0, 1, 4),
        (1, 1, 9),
    ]
    for ax in (bars, lines, matrix, histogram):
        draw_quietly(ax)


def test_steps_and_named_places_along_a_line(made):
    columns = {"stage": ["invited", "came"], "share": [0.5, 0.2]}
    spec = {"x": "stage", "y": "share", "xaxis": "Stage", "yaxis": "Share", "step": True}
    ax = made.drawn_as("lines", columns, {"stage": "text", "share": "number"}, spec).plot()
    assert [t.get_text() for t in ax.get_xticklabels()] == ["invited", "came"]
    assert ax.lines[0].get_drawstyle() == "steps-post"
    assert not ax.figure.legends


def test_very_many_series_and_squares_are_cut_and_say_so(made):
    many = [f"s{i}" for i in range(30)]
    columns = {"s": many, "x": list(range(30)), "y": [0.5] * 30}
    spec = {"x": "x", "y": "y", "series": "s", "xaxis": "x", "yaxis": "y"}
    ax = made.drawn_as("lines", columns, {"s": "text", "x": "count", "y": "number"}, spec).plot()
    assert len(ax.lines) == 12
    assert "18 more series not drawn" in ax.get_ylabel()
    pairs = {"a": [f"g{i}" for i in range(60)] * 2, "b": ["x"] * 60 + ["y"] * 60, "v": [1.0] * 120}
    spec = {"row": "a", "column": "b", "value": "v", "axis": "v", "centre": 1.0}
    ax = made.drawn_as("matrix", pairs, {"a": "text", "b": "text", "v": "number"}, spec).plot()
    assert ax.images[0].get_array().shape == (40, 2)
    assert ax.get_ylabel() == "A (first 40 of 60)"


def test_the_same_result_gives_the_same_bytes_whatever_the_style(small):
    first = svg(small)
    with mpl.rc_context(
        {"font.size": 30, "axes.facecolor": "black", "svg.fonttype": "path", "figure.dpi": 300}
    ):
        assert svg(small) == first
    assert "<text" in first
    assert "http://www.w3.org/2000/svg" in first
    assert "<dc:date>" not in first
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ax": "here"}, "ax must be a matplotlib Axes"),
        ({"attribute": "sexx"}, "did you mean 'sex'"),
        ({"most": 0}, "most must be a whole number"),
        ({"most": True}, "most must be a whole number"),
    ],
)
def test_bad_options_are_input_errors(small, options, said):
    with pytest.raises(InputError, match=said):
        small.plot(**options)


def test_a_result_that_cannot_be_drawn_says_why(small, made):
    with pytest.raises(InputError, match="no rows"):
        replace(small, rows=small.rows.where([False] * 4)).plot()
    with pytest.raises(InputError, match="it has no picture"):
        replace(small, picture=None).plot()
    with pytest.raises(InputError, match="lacks 'nothing'"):
        replace(small, picture=replace(small.picture, value="nothing")).plot()


def test_a_picture_comes_back_from_plain_data_or_says_why_not(pictures):
    for result in pictures.values():
        assert picture_from_dict(encode(result.picture)) == result.picture
    with pytest.raises(InputError, match="picture must be one of"):
        picture_from_dict({"kind": "pie", "value": "n"})
