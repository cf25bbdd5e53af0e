"""One picture a file, and which result is drawn by which; the only place that meets matplotlib.

A result names its picture in ``picture`` and says in ``settings`` which columns are drawn. Any picture can be
narrowed to one attribute, and a picture of very many rows keeps those that stand out and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from matplotlib.axes import Axes

from coprep.errors import InputError
from coprep.findings import Verdict
from coprep.report.plots import bars, canvas, forest, histogram, lines, matrix
from coprep.results import Result
from coprep.wording.escape import shorten
from coprep.wording.labels import show

__all__ = ["can_draw", "draw", "svg"]

_PICTURES: dict[str, Any] = {
    "bars": bars,
    "forest": forest,
    "histogram": histogram,
    "lines": lines,
    "matrix": matrix,
}
_BY_ROW = ("forest", "bars")
_MOST = 80


@dataclass(frozen=True, slots=True)
class _Sketch:
    """What will be drawn: chosen rows, how, how tall, and under which title."""

    records: Sequence[Mapping[str, Any]]
    spec: Any
    title: str
    picture: Any

    @property
    def height(self) -> float:
        return float(self.picture.height_of(self.records, self.spec))

    def paint(self, ax: Axes, **options: bool) -> Axes:
        self.picture.paint(ax, self.records, self.spec, **options)
        canvas.dress(ax, self.title, grid=self.picture.GRID)
        return ax


def draw(
    result: Result,
    ax: Axes | None = None,
    *,
    attribute: str | None = None,
    most: int = _MOST,
    values: bool | None = None,
    legend: bool = True,
    title: str | None = None,
) -> Axes:
    """Draw a result.

    Parameters
    ----------
    result : Result
        Any result whose kind has a picture.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure, sized by the number of rows.
    attribute : str, optional
        Draw the rows of this attribute alone.
    most : int, default 80
        The most rows of a forest or of bars; of more, those with a verdict that calls for action come first.
    values : bool, optional
        Write the numbers beside the rows; by default where the figure is new, since it makes room for them.
    legend : bool, default True
        Explain marks and lines below the picture.
    title : str, optional
        Instead of the result's; an empty one leaves it out.

    Returns
    -------
    matplotlib Axes
        Never shown; no style is set.

    Raises
    ------
    InputError
        Where the result has no picture, or an option does not fit.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> who_came = assess({"sex": {"Female": 12, "Male": 9}}, lives_there)
    >>> draw(who_came).get_xlabel()
    'Share of participants as a multiple of the share of the population (1 = the same)'
    """
    sketch = _sketch(result, attribute, most, title)
    axes = canvas.axes_for(ax, sketch.height)
    return sketch.paint(axes, values=ax is None if values is None else values, legend=legend)


def svg(result: Result, *, attribute: str | None = None, most: int = _MOST) -> str:
    """Draw a result as SVG for a page: the same result gives the same text, whatever style is set.

    Parameters
    ----------
    result : Result
        Any result whose kind has a picture.
    attribute : str, optional
        Draw the rows of this attribute alone.
    most : int, default 80
        The most rows.

    Returns
    -------
    str
    """
    sketch = _sketch(result, attribute, most, "")
    return canvas.svg_of(lambda ax: sketch.paint(ax, values=True, legend=True), sketch.height)


def can_draw(result: Result, records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the result has a picture, and any of the rows a value to draw.

    Parameters
    ----------
    result : Result
        Any result.
    records : sequence of mapping
        The rows.

    Returns
    -------
    bool
    """
    if result.picture not in _PICTURES or result.picture not in result.settings:
        return False
    spec = result.settings[result.picture]
    value = next(spec[key] for key in ("value", "y", "count") if key in spec)
    return any(r[value] is not None and r[value] == r[value] for r in records)


def _sketch(result: Result, attribute: str | None, most: int, title: str | None) -> _Sketch:
    picture = _PICTURES.get(result.picture)
    if picture is None:
        raise InputError.choice("picture", result.picture, tuple(_PICTURES))
    spec = _spec(picture.Spec, result)
    if attribute is not None and getattr(spec, "panel", None) == "attribute":
        spec = replace(spec, panel=None)
    records = _of_attribute(result, attribute)
    if not records:
        raise InputError.of("there is nothing to draw: the result has no rows.", code="no_rows")
    kept = _most_telling(records, most, spec.value) if result.picture in _BY_ROW else records
    name = result.title if title is None else title
    if len(kept) < len(records):
        name = f"{shorten(name, 50)} ({len(kept):,} of {len(records):,} rows drawn)".strip()
    return _Sketch(kept, spec, name, picture)


def _spec(kind: Callable[..., Any], result: Result) -> Any:
    given = result.settings.get(result.picture)
    if not isinstance(given, Mapping):
        raise InputError.of(
            f"this result does not say which columns are drawn: settings has no {show(result.picture)}.",
            code="no_picture",
            got=tuple(result.settings),
        )
    wanted = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    needed = [n for n, f in wanted.items() if f.default is MISSING and given.get(n) is None]
    columns = [
        c
        for n, v in given.items()
        if n in _COLUMNS
        for c in (v if isinstance(v, tuple) else (v,))
        if c
    ]
    absent = [c for c in columns if c not in result.rows.names]
    if needed or absent:
        raise InputError.of(
            f"the picture {show(result.picture)} lacks {', '.join(map(show, [*needed, *absent]))}.",
            code="unknown_column",
            got=tuple(needed + absent),
            expected=result.rows.names,
        )
    given = {
        "level": result.settings.get("confidence"),
        "protected": "protected" in result.settings,
        **given,
    }
    return kind(**{n: v for n, v in given.items() if n in wanted and v is not None})


_COLUMNS = frozenset(
    {"label", "value", "low", "high", "inner_low", "inner_high", "n", "panel", "expected"}
    | {"x", "y", "series", "row", "column", "count"}
)


def _of_attribute(result: Result, attribute: str | None) -> list[dict[str, Any]]:
    records = list(result.rows.records())
    if attribute is None:
        return records
    known = dict.fromkeys(result.rows["attribute"])
    if attribute not in known:
        raise InputError.choice("attribute", attribute, tuple(known))
    return [r for r in records if r["attribute"] == attribute]


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _most_telling(records: list[dict[str, Any]], most: int, value: str) -> list[dict[str, Any]]:
    """At most ``most`` rows, in their order: those that call for action, then the first with something to draw."""
    if not _is_whole(most) or most < 1:
        raise InputError.of(
            f"most must be a whole number of at least 1; not {show(most)}.", param="most", got=most
        )
    if len(records) <= most:
        return records
    flagged = [r.get("verdict") in set(Verdict) and Verdict(r["verdict"]).is_flag for r in records]
    empty = [r[value] is None or r[value] != r[value] for r in records]
    order = sorted(range(len(records)), key=lambda i: (not flagged[i], empty[i], i))[:most]
    return [records[i] for i in sorted(order)]
