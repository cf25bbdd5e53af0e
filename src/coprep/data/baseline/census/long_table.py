"""The one shape into which every census file is read: areas down, categories across.

A table keeps its cells as text until somebody asks for an area, so that a file of 200 MB is gone
through and never held. A cell belongs to the categories of its row and of its column together; a
dimension that neither names is not broken down there: the cell holds everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from coprep.data.baseline.census.numerals import Numerals

Kind = Literal["group", "total", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Area:
    """A place: its code, its name, and of which level it is, where the file says so."""

    code: str = ""
    name: str = ""
    level: str = ""

    @property
    def said(self) -> str:
        """The name with the code, as the place is called in messages."""
        if self.code and self.name and self.code != self.name:
            return f"{self.name} ({self.code})"
        return self.name or self.code


@dataclass(frozen=True, slots=True)
class Category:
    """One category of a dimension.

    Attributes
    ----------
    label, code : str
        As the file has them.
    kind : {"group", "total", "not_applicable"}
        What the file itself says that the category is.
    path : tuple of str
        The labels from the outermost to this one, where the file writes a hierarchy.
    """

    label: str
    code: str = ""
    kind: Kind = "group"
    path: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What tells two categories apart: one label may have two codes."""
        return (self.code, self.label)


Keys = Mapping[str, Category]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: where it stands, and what its cells have in common."""

    at: int
    keys: Keys = field(default_factory=dict)
    measure: str = ""
    date: str = ""
    moe_at: int | None = None
    flag_at: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of figures: its place and day, what its cells have in common, and all its cells as
    text.
    """

    area: Area
    cells: Sequence[str]
    date: str = ""
    keys: Keys = field(default_factory=dict)
    measure: str = ""
    scale: float = 1.0
    flag: str = ""

    def cell(self, at: int) -> str:
        """The cell at a place; empty where the row ends before it."""
        return self.cells[at] if at < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class LongTable:
    """A census file, read but not yet chosen from.

    Attributes
    ----------
    dimensions : tuple of str
        What figures are broken down by, in the order of the file.
    columns : tuple of Column
        The columns of figures.
    rows : iterable of Row
        Can be gone through more than once.
    numerals : Numerals
        How figures are written, and what stands for no figure.
    choices : tuple of str
        Dimensions of which one category must be chosen, since they never add up: variants, units,
        scenarios.
    named : bool
        Whether dimensions are called as the file calls them; if not, the user may name them.
    percentages : bool
        Whether all figures are percentages or shares.
    kind : {"population", "target"}
        A quota file holds targets.
    usual : mapping of str to str
        The category of a choice that is meant where nobody asks for another, such as the medium
        variant.
    sparse : bool
        Whether a place has no row for a category that nobody is in.
    ignored : tuple of (str, str)
        Columns that are no figures of people, and why; for the account.
    """

    dimensions: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    numerals: Numerals = field(default_factory=Numerals)
    choices: tuple[str, ...] = ()
    named: bool = True
    percentages: bool = False
    overlapping: tuple[str, ...] = ()
    kind: Literal["population", "target"] = "population"
    source: str = ""
    universe: str = ""
    date: str = ""
    usual: Mapping[str, str] = field(default_factory=dict)
    sparse: bool = False
    ignored: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
