"""Small accessible pieces of HTML: captioned tables, lists, pictures with alternatives.

Knows HTML and nothing of results. Every text that comes in is escaped here, once.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coprep.report.columns import Shown, cut
from coprep.wording.escape import html, shorten

__all__ = ["cell_html", "image", "items", "table_html"]

_LABEL = 120


def items(texts: Iterable[str], *, ordered: bool = False, dress: str = "") -> str:
    """A list, or nothing for no items.

    Parameters
    ----------
    texts : iterable of str
        One an item, not escaped.
    ordered : bool, default False
        Whether the order matters.
    dress : str, optional
        A class.

    Returns
    -------
    str

    Examples
    --------
    >>> items(["a < b"])
    '<ul><li>a &lt; b</li></ul>'
    """
    tag = "ol" if ordered else "ul"
    lines = "".join(f"<li>{html(text)}</li>" for text in texts)
    opening = f'{tag} class="{html(dress)}"' if dress else tag
    return f"<{opening}>{lines}</{tag}>" if lines else ""


def image(svg: str, alternative: str) -> str:
    """A picture carried inside the page, with a text that tells what it shows.

    Parameters
    ----------
    svg : str
        The picture.
    alternative : str
        What it shows, not escaped.

    Returns
    -------
    str
    """
    data = b64encode(svg.encode("utf-8")).decode("ascii")
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{html(alternative)}">'


def table_html(
    columns: Sequence[Shown],
    records: Sequence[Mapping[str, Any]],
    *,
    caption: Sequence[str],
    most: int,
    rest: str,
    inline: bool = False,
) -> str:
    """A captioned table whose column and row headings have scopes, cut in the middle where it is
    long.

    Parameters
    ----------
    columns : sequence of Shown
        What is displayed of each record.
    records : sequence of mapping
        The rows.
    caption : sequence of str
        The first is emphasised.
    most : int
        The most rows; a line says how many are left out.
    rest : str
        Where the rows left out can be found.
    inline : bool, default False
        Align numbers by style instead of by the class ``n``.

    Returns
    -------
    str
    """
    right = ' style="text-align:right"' if inline else ' class="n"'
    left = ' style="text-align:left"' if inline else ""
    verdict = left if inline else ' class="v"'
    sides = [right if c.numeric else verdict if c.style == "verdict" else left for c in columns]
    key = _row_heading(columns)
    heads = "".join(
        f'<th scope="col"{s}>{html(c.heading)}</th>' for c, s in zip(columns, sides, strict=True)
    )
    top, left_out, bottom = cut(len(records), most)
    lines = [_row(columns, sides, records[i], key) for i in top]
    if left_out:
        gap = f"… {left_out:,} of {len(records):,} rows not shown; {rest}"
        lines.append(f'<tr><td colspan="{len(columns)}">{html(gap)}</td></tr>')
    lines += [_row(columns, sides, records[i], key) for i in bottom]
    first, *others = map(html, caption)
    title = "<br>".join([f"<strong>{first}</strong>", *others])
    return f"<table><caption{left}>{title}</caption><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _row_heading(columns: Sequence[Shown]) -> int:
    """The column that names a row: ``group`` where there is one, else the first."""
    return next((i for i, c in enumerate(columns) if c.names == ("group",)), 0)


def _row(
    columns: Sequence[Shown], sides: Sequence[str], record: Mapping[str, Any], key: int
) -> str:
    cells = []
    for i, (column, side) in enumerate(zip(columns, sides, strict=True)):
        tag, scope = ("th", ' scope="row"') if i == key else ("td", "")
        way = "" if column.numeric else ' dir="auto"'
        cells.append(f"<{tag}{scope}{way}{side}>{cell_html(column, record)}</{tag}>")
    return f"<tr>{''.join(cells)}</tr>"


def cell_html(column: Shown, record: Mapping[str, Any]) -> str:
    """One cell: a verdict's symbol is for the eye only, its words are for everybody.

    Parameters
    ----------
    column : Shown
        The column.
    record : mapping
        The row.

    Returns
    -------
    str
    """
    text = html(shorten(column.cell(record), _LABEL))
    symbol, space, words = text.partition(" ")
    if column.style != "verdict" or not space:
        return text
    return f'<span aria-hidden="true">{symbol}</span> {words}'
