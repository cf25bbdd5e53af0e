"""Write what a result shows for documents: its table as LaTeX or Word, its picture as an image."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from coprep.errors import MissingExtraError
from coprep.report.columns import shown_columns, shown_records
from coprep.report.sentences import headline_of
from coprep.view import View
from coprep.wording.escape import visible

if TYPE_CHECKING:
    import pandas as pd

_LONG = 40
"""A LaTeX table of more rows goes on over pages."""


def displayed(result: View) -> pd.DataFrame:
    """The table as people see it: headings with units, sensible digits, all rows, as text."""
    import pandas as pd

    columns = shown_columns(result)
    records = shown_records(result)
    # Verdicts in words alone: the symbols of pages are in few fonts of documents.
    cells = [[visible(column.parts(record)[1]) for column in columns] for record in records]
    return pd.DataFrame(cells, columns=[visible(column.heading) for column in columns], dtype="str")


def latex(result: View) -> str:
    """The displayed table as LaTeX, with the packages that it needs in a comment above it."""
    frame = displayed(result)
    sides = "".join("r" if column.numeric else "l" for column in shown_columns(result))
    environment = "longtable" if len(frame) > _LONG else "table"
    style = frame.style.format(escape="latex").format_index(escape="latex", axis="columns")
    needs = "booktabs, longtable" if environment == "longtable" else "booktabs"
    body = style.hide(axis="index").to_latex(
        hrules=True,
        column_format=sides,
        environment=environment,
        position=None if environment == "longtable" else "htbp",
        caption=_in_latex(f"{result.title}. {headline_of(result)}"),
    )
    return f"% needs \\usepackage{{{needs}}}\n{body}"


_LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def _in_latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in visible(text))


def word(result: View) -> bytes:
    """The displayed table as a Word document: title, headline, table and notes."""
    try:
        from docx import Document
        from docx.enum.text import WD_ALIGN_PARAGRAPH
    except ImportError:
        raise MissingExtraError("docx", "word", "Writing a Word document") from None
    document = Document()
    document.add_heading(visible(result.title), level=1)
    document.add_paragraph(visible(headline_of(result)))
    columns = shown_columns(result)
    frame = displayed(result)
    if len(frame.columns):
        table = document.add_table(rows=1, cols=len(columns), style="Light Grid Accent 1")
        _fill(table.rows[0].cells, list(frame.columns))
        for row in frame.itertuples(index=False):
            cells = table.add_row().cells
            _fill(cells, row)
            for cell, column in zip(cells, columns, strict=True):
                if column.numeric:
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for note in result.notes:
        document.add_paragraph(visible(note.text), style="List Bullet")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _fill(cells: Sequence[Any], texts: Sequence[str]) -> None:
    for cell, text in zip(cells, texts, strict=True):
        cell.text = text


def image(result: View, form: str) -> bytes:
    """The picture of a result as PNG, PDF or SVG."""
    from coprep.report.plots import drawn

    return drawn(result, form)
