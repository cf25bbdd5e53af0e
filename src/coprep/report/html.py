"""Fill the templates of pages and tables; every text that comes in is escaped there, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from coprep.report.columns import Shown, cut
from coprep.wording.escape import html, shorten

_LABEL = 120


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a displayed table."""

    column: Shown
    symbol: str
    text: str
    names_row: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """A table laid out: a line is a list of cells, or a sentence across all columns."""

    caption: Sequence[str]
    columns: Sequence[Shown]
    lines: Sequence[Sequence[Cell] | str]


@cache
def template(name: str) -> Template:
    """A template of this package, in which whatever is put in is made visible and escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escaped,
        keep_trailing_newline=True,
    )
    environment.filters["shorten"] = shorten
    return environment.get_template(name)


def _escaped(value: Any) -> Markup:
    """Text made harmless in the one way of this library; what a macro made is markup already."""
    return value if isinstance(value, Markup) else Markup(html(value))  # noqa: S704


def laid_out(
    columns: Sequence[Shown],
    records: Sequence[Mapping[str, Any]],
    *,
    caption: Sequence[str],
    most: int,
    rest: str,
) -> Grid:
    """A table of at most ``most`` rows, cut in the middle; ``rest`` says where the others are."""
    # The column that names a row: `group` where there is one, else the first.
    key = next((i for i, column in enumerate(columns) if column.names == ("group",)), 0)

    def cells(i: int) -> list[Cell]:
        return [_cell(column, records[i], at == key) for at, column in enumerate(columns)]

    top, left_out, bottom = cut(len(records), most)
    lines: list[Sequence[Cell] | str] = [cells(i) for i in top]
    if left_out:
        lines.append(f"… {left_out:,} of {len(records):,} rows not shown; {rest}")
    lines += [cells(i) for i in bottom]
    return Grid(caption, columns, lines)


def _cell(column: Shown, record: Mapping[str, Any], names_row: bool) -> Cell:
    symbol, text = column.parts(record)
    return Cell(column, symbol, shorten(text, _LABEL), names_row)
