"""Reads an official population file, as downloaded, into a baseline with its account."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

import numpy as np

from coprep.data.baseline.account import AccountRow
from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.census.breakdown import Breakdown, breakdown
from coprep.data.baseline.census.categories import Detail
from coprep.data.baseline.census.cells import Cells, cells_of
from coprep.data.baseline.census.choices import Asked, Chosen, Contents, choose, contents_of
from coprep.data.baseline.census.concepts import (
    attribute_name,
    is_concept,
    is_vague,
    same_attribute,
)
from coprep.data.baseline.census.joint import joint_cells
from coprep.data.baseline.census.long_table import LongTable
from coprep.data.baseline.census.look import Look, look_at
from coprep.data.baseline.census.margins import share_margins
from coprep.data.baseline.census.microdata import Microdata
from coprep.data.baseline.census.readers import READERS, Reader
from coprep.data.baseline.census.unknown_file import unknown_file
from coprep.data.baseline.census.weighted import from_people
from coprep.data.files import as_path
from coprep.errors import InputError
from coprep.findings import Note
from coprep.wording.labels import listed, nearest, show

Words = str | Sequence[str]
_DAMAGE = (
    IndexError, KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError, EOFError,
    zlib.error,
)  # fmt: skip
"""What readers stumble over in a damaged file."""


def read_baseline(
    path: str | PathLike[str],
    *,
    area: Words | None = None,
    attribute: Words | None = None,
    date: str | None = None,
    measure: str | None = None,
    level: str | None = None,
    where: Mapping[str, str] | None = None,
    format: str = "auto",  # noqa: A002  (the word of the contract)
) -> Baseline:
    r"""What does an official population file, as downloaded, say about a place?

    Parameters
    ----------
    path : path
        The file, untouched: CSV, TSV, XLSX, JSON, PC-Axis, Parquet or fixed-width text. Its format
        is told by its content. A file that explains it (codes, columns) is looked for in the same
        folder.
    area : str or sequence of str, optional
        A place by name or code, or several that are added up. Needed where the file holds more than
        one.
    attribute : str or sequence of str, optional
        Which attributes to read; by default all. It names the attribute where the file does not.
    date, measure : str, optional
        Which day or year, and which measure, where the file holds more than one.
    level : str, optional
        ``"broad"`` (the default) or ``"detailed"`` groups where groups are nested; or the level of
        places, where one name is that of places on several levels.
    where : mapping of str to str, optional
        One category of each of these dimensions, for people of that category only.
    format : str, default "auto"
        The name of a reader, where the content alone does not tell.

    Returns
    -------
    Baseline
        With `Baseline.account`: everything read, left out and chosen, and why.

    Raises
    ------
    InputError
        For a file of no known format, several places, days or measures of which none was asked for,
        and anything that was asked for and is not there; the error names what is there.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "custom-filtered.csv"
    >>> _ = file.write_text(
    ...     "Countries Code,Countries,Sex (2 categories) Code,Sex (2 categories),Observation\n"
    ...     "E92000001,England,1,Female,28833712\nE92000001,England,2,Male,27656336\n"
    ... )
    >>> read_baseline(file).counts("sex")
    {'Female': 28833712.0, 'Male': 27656336.0}
    """
    look = look_at(as_path(path))
    reader = _reader(look, format)
    categories: Any = where or {}
    if not isinstance(categories, Mapping):
        raise InputError.of(
            f"where is {show(where)}; a mapping of dimensions to categories was expected.",
            code="bad_option",
            param="where",
            hint='for example where={"Sex": "Female"}.',
        )
    asked = Asked(
        _words(area, "area"), _text(date), _text(measure), _text(level), _pairs(categories)
    )
    attributes = _words(attribute, "attribute")
    try:
        table = reader.read(look)
        if isinstance(table, Microdata):
            made, account = from_people(table, asked, attributes)
        else:
            made, account = _from_table(
                table, asked, attributes, may_be_cut=not look.ends_with_line
            )
    except InputError:
        raise
    except _DAMAGE as error:
        raise _damaged(look, reader, error) from error
    first = AccountRow("", look.name, reader.name, "chosen", why=f"read as {reader.title}")
    return replace(made, accounts=(first, *account))


def _reader(look: Look, name: str) -> Reader:
    """The reader that recognises the file, or the one that was named."""
    if name != "auto":
        named = [reader for reader in READERS if reader.name == name]
        if not named:
            raise InputError.choice("format", name, ("auto", *(reader.name for reader in READERS)))
        return named[0]
    for reader in READERS:
        try:
            if reader.recognise(look):
                return reader
        except InputError:
            raise
        except _DAMAGE:
            continue  # a reader that stumbles over a file does not know it
    raise unknown_file(look)


def _damaged(look: Look, reader: Reader, error: Exception) -> InputError:
    return InputError.of(
        f"{look.name} looks like {reader.title}, but cannot be read as one: "
        f"{show(f'{type(error).__name__}: {error}', longest=100)}.",
        code="unreadable_file",
        param="path",
        hint="the file may have been cut off or changed: download it again.",
    )


def _words(value: Words | None, param: str) -> tuple[str, ...] | None:
    """A word or several, as a tuple."""
    if value is None:
        return None
    given: Any = value  # a code may come as a number
    several = isinstance(given, Iterable) and not isinstance(given, str)
    words = tuple(map(str, given)) if several else (str(given),)
    if not words or not all(word.strip() for word in words):
        raise InputError.of(
            f"{param} is {show(value)}; a name, or a list of names, was expected.",
            code="bad_option",
            param=param,
            got=value,
        )
    return words


def _pairs(where: Mapping[str, str]) -> dict[str, str]:
    """The categories asked for, as text."""
    return {str(name): str(value) for name, value in where.items()}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@dataclass(slots=True)
class _Made:
    """What becomes of a table: the breakdowns that are wanted, and how they are called."""

    breakdowns: list[Breakdown]
    names: dict[str, str]


def _from_table(
    table: LongTable, asked: Asked, attributes: tuple[str, ...] | None, *, may_be_cut: bool
) -> tuple[Baseline, list[AccountRow]]:
    """A baseline from a table of figures."""
    contents = contents_of(table)
    chosen = choose(table, contents, asked)
    cells = cells_of(table, contents, chosen)
    detail: Detail = "detailed" if asked.level == "detailed" else "broad"
    found, left = _breakdowns(table, contents, chosen, cells, detail, strict=attributes is not None)
    made = _wanted(table, found, attributes)
    baseline = _baseline(table, cells, chosen, made)
    if may_be_cut and cells.last in chosen.areas:
        text = "the last line of the file is not ended: if it was cut off, a figure is wrong."
        baseline = replace(baseline, notes=(*baseline.notes, Note("last_line_not_ended", text)))
    account = _choices(contents, chosen)
    for part in made.breakdowns:
        account += [replace(row, attribute=made.names[part.dimension]) for row in part.account]
    account += left
    account += [AccountRow("", name, "", "not read", why=why) for name, why in table.ignored]
    account += [AccountRow("", note.text, "", "note") for note in baseline.notes]
    return baseline, account


def _breakdowns(
    table: LongTable,
    contents: Contents,
    chosen: Chosen,
    cells: Cells,
    detail: Detail,
    *,
    strict: bool,
) -> tuple[list[Breakdown], list[AccountRow]]:
    """All breakdowns of the table, and those that have gaps, which are an error only where nothing
    else is left.
    """
    found: list[Breakdown] = []
    left: list[AccountRow] = []
    gaps: list[InputError] = []
    for dimension in table.dimensions:
        if dimension in chosen.where or dimension in table.choices:
            continue
        try:
            part = breakdown(table, cells, dimension, detail, list(contents.categories[dimension]))
        except InputError as error:
            gaps.append(error)
            name = attribute_name(dimension)
            left.append(AccountRow(name, name, "", "not read", why=error.problems[0].what))
            continue
        if part is not None:
            found.append(part)
    if gaps and (strict or not found):
        raise gaps[0]
    if found:
        return found, left
    raise InputError.of(
        "the file has no breakdown of people into groups here: it holds one figure a place.",
        code="no_groups",
        param="path",
        hint="download a table that counts people by sex, age or another attribute.",
    )


def _wanted(table: LongTable, found: list[Breakdown], attributes: tuple[str, ...] | None) -> _Made:
    """The breakdowns asked for, called as they were asked for."""
    if attributes is None:
        return _Made(found, {part.dimension: part.attribute for part in found})
    names: dict[str, str] = {}
    for name in attributes:
        alike = [
            part
            for part in found
            if same_attribute(name, part.dimension) or same_attribute(name, part.attribute)
        ]
        if not alike:
            alike = _nameless(name, table, found)
        if not alike:
            there = [part.attribute for part in found]
            close = nearest(name, there)
            raise InputError.of(
                f"the file does not break people down by {show(name)}; it has "
                f"{listed(there, most=12)}.",
                code="unknown_attribute",
                param="attribute",
                got=name,
                expected=tuple(there),
                hint=f"did you mean {show(close)}?" if close else None,
            )
        names[alike[0].dimension] = name
    return _Made([part for part in found if part.dimension in names], names)


def _nameless(name: str, table: LongTable, found: list[Breakdown]) -> list[Breakdown]:
    """The one breakdown that the file does not name, so that the user may; sex and age are known
    without a name.
    """
    if is_concept(name):
        return []
    alike = [
        part
        for part in found
        if not is_concept(part.attribute)
        and (not table.named or _contains(name, part.attribute) or is_vague(part.attribute))
    ]
    return alike if len(alike) == 1 else []


def _contains(name: str, attribute: str) -> bool:
    """Whether one of two names is the other with more words: disability and disability category."""
    asked = attribute_name(name).replace("_", " ").split()
    there = attribute.replace("_", " ").split()
    return set(asked) <= set(there) or set(there) <= set(asked)


def _baseline(table: LongTable, cells: Cells, chosen: Chosen, made: _Made) -> Baseline:
    """The baseline of the breakdowns, with its margins, joint table and notes."""
    overlapping = [
        made.names[part.dimension]
        for part in made.breakdowns
        if part.dimension in table.overlapping
    ]
    values: dict[str, dict[str, float]] = {
        made.names[part.dimension]: {name: cell.value for name, cell in part.groups.items()}
        for part in made.breakdowns
    }
    about: dict[str, Any] = {
        "source": table.source,
        "area": " + ".join(area.name or area.code for area in chosen.areas),
        "date": chosen.date or table.date,
        "universe": table.universe,
        "kind": table.kind,
    }
    if _is_percent(table, chosen):
        rounded = {a: _share_of_hundred(groups) for a, groups in values.items()}
        return Baseline.from_shares(rounded, overlapping=overlapping, **about)
    for part in made.breakdowns:
        if part.dimension in table.overlapping and part.total is not None:
            values[made.names[part.dimension]]["Total"] = part.total.value
    baseline = Baseline.from_counts(values, overlapping=overlapping, **about)
    notes = [note for part in made.breakdowns for note in part.notes]
    profiles = dict(baseline.profiles)
    for part in made.breakdowns:
        name = made.names[part.dimension]
        if cells.margins:
            margins, said = share_margins(part)
            notes += said
            if margins is not None:
                profiles[name] = replace(profiles[name], moe=np.array(margins))
    remarks = [Note("about_the_file", text) for text in table.remarks]
    joint = joint_cells(table, cells, made.breakdowns)
    return replace(
        baseline, profiles=profiles, cells=joint, notes=(*baseline.notes, *notes, *remarks)
    )


def _is_percent(table: LongTable, chosen: Chosen) -> bool:
    return table.percentages or chosen.is_percent


def _share_of_hundred(groups: Mapping[str, float]) -> dict[str, Any]:
    """Figures of shares as printed, so that their digits tell how far they were rounded."""
    return {name: f"{value:.12g}" for name, value in groups.items() if math.isfinite(value)}


def _choices(contents: Contents, chosen: Chosen) -> list[AccountRow]:
    """What was chosen, and out of how much."""
    rows = [
        AccountRow(
            "",
            area.name or area.code,
            area.code,
            "chosen",
            why=f"area, of {len(contents.areas):,} in the file",
        )
        for area in chosen.areas
    ]
    if chosen.date:
        rows.append(
            AccountRow(
                "", chosen.date, "", "chosen", why=f"date, of {len(contents.dates):,} in the file"
            )
        )
    if chosen.measure:
        others = [name for name in contents.measures if name != chosen.measure]
        rows.append(AccountRow("", chosen.measure, "", "chosen", why="measure"))
        rows += [AccountRow("", name, "", "not read", why="another measure") for name in others]
    for name, category in chosen.where.items():
        rows.append(
            AccountRow(attribute_name(name), category.label, category.code, "chosen", why="where")
        )
    return rows
