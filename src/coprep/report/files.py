"""Files by their suffix: a page, JSON, a spreadsheet's CSV, Markdown, documents, pictures."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from coprep.errors import InputError
from coprep.report.columns import cut, shown_columns, shown_records
from coprep.report.page import page
from coprep.report.sentences import aim_of, by_attribute, headline_of, tell
from coprep.report.verdict_symbols import spoken
from coprep.report.writing import write
from coprep.view import View
from coprep.wording import escape
from coprep.wording.labels import show
from coprep.wording.names import plainly

_ROWS = 200


def save(result: View, path: str | Path) -> Path:
    """Write a result to a file; the suffix says how.

    Parameters
    ----------
    result : View
        Any result.
    path : str or path
        Ending in ``.html`` (a page), ``.json`` (everything; `coprep.from_json` brings it back),
        ``.csv`` (the whole table), ``.md`` (sentences and the displayed table), ``.tex`` or
        ``.docx`` (the displayed table; Word needs ``coprep[word]``), ``.png``, ``.pdf`` or ``.svg``
        (the picture).

    Returns
    -------
    pathlib.Path
        What was written.

    Raises
    ------
    InputError
        Where the suffix is none of these, there is no picture to draw, or the file cannot be
        written; what stood there before is then as it was.

    Notes
    -----
    CSV files begin with a byte-order mark, so that spreadsheets read accents. A text that a
    spreadsheet would take for a formula (one beginning with ``= + - @``, a tab or a line break)
    gets a leading apostrophe; text is quoted and numbers are not, missing values are empty.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> who_came = assess({"sex": {"Female": 12, "Male": 9}}, lives_there)
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> save(who_came, Path(mkdtemp()) / "who_came.csv").name
    'who_came.csv'
    """
    place = _named(path)
    written = _WRITERS.get(place.suffix.lower())
    if written is None:
        raise InputError.choice("the suffix of path", place.suffix, tuple(_WRITERS))
    if not place.parent.is_dir():
        raise InputError.of(
            f"there is no folder {show(str(place.parent), longest=200)} to write into.",
            code="no_folder",
            param="path",
            got=str(place),
            hint="make it first, or choose another.",
        )
    return write(place, written(result))


def _named(path: object) -> Path:
    """The path that was given; an InputError where it is none."""
    if isinstance(path, (str, Path)) and "\0" not in str(path):
        return Path(path)
    raise InputError.of(
        f"path must name a file; got {show(path)}.", code="bad_path", param="path", got=path
    )


def csv_text(result: View) -> str:
    """The whole table of a result as CSV, safe to open in a spreadsheet."""
    target = io.StringIO()
    writer = csv.writer(target, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(map(escape.csv, result.rows.names))
    for record in result.rows.records():
        writer.writerow(map(_csv_cell, record.values()))
    return "\ufeff" + target.getvalue()


def save_csv(path: str | Path, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    """Write a table for another program: no byte-order mark, quotes only where they must be."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(map(escape.csv, names))
    for row in rows:
        writer.writerow(map(_csv_cell, row))
    return write(_named(path), target.getvalue())


def _csv_cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape.csv(value) if isinstance(value, str) else value


def markdown(result: View) -> str:
    """A result as Markdown: headline, sentences, the displayed table, notes, method."""
    blocks = [f"# {escape.markdown(result.title)}", f"**{escape.markdown(headline_of(result))}**"]
    for attribute, findings in by_attribute(result.findings).items():
        told = tell(findings)
        lines = [f"{spoken(f.verdict, aim_of(f))}: {f.reading}" for f in told.sentences]
        lines += [f"{spoken(v, aim)}: {escape.quoted(g, more=n)}" for v, aim, g, n in told.named]
        heading = "All together" if attribute is None else plainly(attribute)
        blocks += [f"## {escape.markdown(heading)}", _bullets(lines)]
    blocks += ["## Table", _table(result)]
    method = result.settings.get("method") or ()
    for heading, said in (
        ("Notes", result.notes),
        ("Method", (method,) if isinstance(method, str) else method),
    ):
        if said:
            blocks += [f"## {heading}", _bullets(map(str, said))]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {escape.markdown(line)}" for line in lines)


def _table(result: View) -> str:
    columns = shown_columns(result)
    if not columns:
        return "(no rows)"
    records = shown_records(result)
    head, left_out, tail = cut(len(records), _ROWS)
    lines = [[c.heading for c in columns], ["--:" if c.numeric else ":--" for c in columns]]
    lines += [[c.cell(records[i]) for c in columns] for i in head]
    if left_out:
        lines.append(
            [f"… {left_out:,} of {len(records):,} rows not shown", *[""] * (len(columns) - 1)]
        )
    lines += [[c.cell(records[i]) for c in columns] for i in tail]
    return "\n".join(map(_pipes, lines))


def _pipes(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(escape.markdown, cells)) + " |"


def _json(result: View) -> str:
    return result.to_json(indent=1) + "\n"


def _latex(result: View) -> str:
    from coprep.report.documents import latex

    return latex(result)


def _word(result: View) -> bytes:
    from coprep.report.documents import word

    return word(result)


def _image(form: str) -> Callable[[View], bytes]:
    def written(result: View) -> bytes:
        from coprep.report.documents import image

        return image(result, form)

    return written


_WRITERS: dict[str, Callable[[View], str | bytes]] = {
    ".html": lambda result: page([result]),
    ".json": _json,
    ".csv": csv_text,
    ".md": markdown,
    ".tex": _latex,
    ".docx": _word,
    **{f".{form}": _image(form) for form in ("png", "pdf", "svg")},
}
