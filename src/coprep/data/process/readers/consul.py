"""Reads CONSUL Democracy's export of budget investments: who proposed what, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from os import PathLike
from typing import Any

from coprep.data.files import Columns, as_path, read_csv
from coprep.data.labels import label
from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Note, counted
from coprep.wording.labels import listed, nearest, show

# The model's name, then the headings that may hold it, in lower case.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "idea_id": ("id",),
    "title": ("title",),
    "description": ("description",),
    "support": ("total votes", "supports", "votes"),
    "area": ("scope of operation", "heading"),
    "feasibility": ("feasibility",),
    "explanation": ("unfeasibility explanation",),
    "price": ("price",),
    "valued": ("val. fin.", "valuation finished"),
    "selected": ("selected",),
    "winner": ("winner",),
    "author_id": ("author username", "author"),
    "created_at": ("created at",),
    "comment": ("comment id",),
    "comment_author": ("comment author",),
    "comment_text": ("comment content",),
    "comment_parent": ("comment parent",),
}
_PRICE = re.compile(r"\(\D*([\d.,\s]*\d)\D*\)")


def read_consul(path: str | PathLike[str]) -> Process:
    r"""Which investments were proposed, by whom, and how far did they come?

    Parameters
    ----------
    path : path
        The CSV that an administration page of CONSUL Democracy exports, with English headings; one
        row an investment, or one a comment on it.

    Returns
    -------
    Process
        A winner is adopted; what was selected for the final vote is shortlisted; unfeasible is
        rejected, and so is what was valued and not selected once something was. An explanation of
        unfeasibility is an answer without a day. Comments are turns, a session an investment;
        their authors are named by another id than authors of investments. There are no ballots:
        the export holds totals (`Ideas.support`).

    Raises
    ------
    InputError
        Where the table has no ID or no author.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "budget_investments.csv"
    >>> _ = file.write_text(
    ...     "ID,Title,Feasibility,Selected,Author username\n1,Trees,Feasible (20000),Yes,ann\n"
    ... )
    >>> process = read_consul(file)
    >>> process.ideas.status, process.ideas.cost
    (('shortlisted',), array([20000.]))
    """
    file = as_path(path)
    table = _picked(read_csv(file), file.name)
    first = list({cell: row for row, cell in reversed(list(enumerate(table["idea_id"])))}.values())
    first.sort()
    notes: list[Note] = []
    once = {name: [cells[row] for row in first] for name, cells in table.items()}
    status = _status(once, notes)
    texts = zip(_column(once, "title"), _column(once, "description"), strict=True)
    answered = [
        i
        for i, cell in zip(once["idea_id"], _column(once, "explanation"), strict=True)
        if label(cell) not in {None, "-"}
    ]
    return Process.of_tables(
        {
            "ideas": {
                "idea_id": once["idea_id"],
                "author_id": once["author_id"],
                "text": [" ".join(part for part in pair if part) or None for pair in texts],
                "area": _column(once, "area"),
                "support": _column(once, "support"),
                "cost": _costs(once),
                "status": status,
                "created_at": _column(once, "created_at"),
            },
            "turns": _comments(table),
            "responses": {
                "idea_id": answered,
                "at": [None] * len(answered),
                "kind": ["reasoned"] * len(answered),
                "outcome": ["unfeasible"] * len(answered),
            }
            if answered
            else None,
        },
        notes=notes,
        title=file.stem,
        sources=("CONSUL Democracy",),
    )


def _picked(table: Columns, name: str) -> Columns:
    """The columns of the model that the table has, under the model's names."""
    by_heading = {heading.casefold().strip(): cells for heading, cells in table.items()}
    found = {
        own: next(by_heading[heading] for heading in headings if heading in by_heading)
        for own, headings in _COLUMNS.items()
        if set(headings) & set(by_heading)
    }
    for own in ("idea_id", "author_id"):
        if own not in found:
            close = nearest(_COLUMNS[own][0], table)
            raise InputError.of(
                f"{name} has no column {_COLUMNS[own][0]!r}; it has {listed(table, most=12)}.",
                code="missing_column",
                param=name,
                got=tuple(table),
                hint=f"did you mean {show(close)}?" if close else "export with English headings.",
            )
    return found


def _column(table: Columns, name: str) -> list[str | None]:
    return table.get(name, [None] * len(table["idea_id"]))


def _is_yes(cell: str | None) -> bool:
    return label(cell) in {"Yes", "yes", "1"}


def _status(table: Columns, notes: list[Note]) -> list[str]:
    """How far each investment came."""
    selected = [_is_yes(cell) for cell in _column(table, "selected")]
    columns = (_column(table, name) for name in ("feasibility", "valued", "winner"))
    found = []
    for chosen, feasible, valued, winner in zip(selected, *columns, strict=True):
        if _is_yes(winner):
            found.append("adopted")
        elif (feasible or "").casefold().startswith("unfeasible"):
            found.append("rejected")
        elif chosen:
            found.append("shortlisted")
        elif any(selected) and _is_yes(valued):
            found.append("rejected")
        else:
            found.append("submitted")
    if "winner" not in table and any(selected):
        template = "{investments} selected for the final vote; which of them won is not told."
        n = counted(sum(selected), "investment")
        notes.append(Note.of("winners_unknown", template, investments=n))
    return found


def _costs(table: Columns) -> list[str | None]:
    """Prices, from their own column or from the brackets behind the feasibility."""
    costs: list[str | None] = []
    columns = (_column(table, "price"), _column(table, "feasibility"))
    for price, feasible in zip(*columns, strict=True):
        written = price
        if label(price) is None:
            found = _PRICE.search(feasible or "")
            written = found[1] if found else None
        digits = re.sub(r"[^\d]", "", re.sub(r"[.,]\d{1,2}$", "", written or ""))
        costs.append(digits or None)
    return costs


def _comments(table: Columns) -> dict[str, list[Any]] | None:
    """A turn a comment; None without any."""
    rows = [i for i, cell in enumerate(_column(table, "comment")) if label(cell) is not None]
    if not rows:
        return None

    def kept(name: str) -> list[str | None]:
        return [_column(table, name)[row] for row in rows]

    return {
        "turn_id": kept("comment"),
        "session_id": kept("idea_id"),
        "participant_id": kept("comment_author"),
        "text": kept("comment_text"),
        "reply_to": kept("comment_parent"),
    }
