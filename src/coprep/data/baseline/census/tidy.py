"""Tables described by where their columns stand: what most readers are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coprep.data.baseline.census.long_table import Area, Category, Column, Kind, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.errors import InputError
from coprep.wording.labels import show


def cell_at(cells: Sequence[str], at: int | None) -> str:
    """The cell at a place, without outer blanks; empty where there is no such place."""
    return "" if at is None else cells[at].strip()


def _plain_kind(_code: str, _label: str) -> Kind:
    return "group"


@dataclass(frozen=True, slots=True)
class Dimension:
    """Where a dimension stands in a row: its label, its code, and what its codes say.

    ``kind`` tells from code and label whether a category is a total or does not apply; ``label_of``
    gives the label of a code where the file has codes alone.
    """

    name: str
    label_at: int | None = None
    code_at: int | None = None
    kind: Callable[[str, str], Kind] = _plain_kind
    label_of: Callable[[str], str] | None = None

    def category(self, cells: Sequence[str]) -> Category:
        """The category of a row."""
        code = cell_at(cells, self.code_at)
        label = cell_at(cells, self.label_at)
        if self.label_of is not None:
            label = self.label_of(code or label)
        return Category(label or code, code, self.kind(code, label))


@dataclass(frozen=True, slots=True)
class Places:
    """Where place, level, day, measure, unit and flag stand in a row; None where they do not."""

    code: int | None = None
    name: int | None = None
    level: int | None = None
    date: int | None = None
    measure: int | None = None
    flag: int | None = None
    split: Callable[[str], tuple[str, str]] | None = None

    def area(self, cells: Sequence[str]) -> Area:
        """The place of a row."""
        code = cell_at(cells, self.code)
        name = cell_at(cells, self.name)
        level = cell_at(cells, self.level)
        if self.split is not None:
            code, name = self.split(name or code)
        return Area(code, name or code, level)


@dataclass(frozen=True)
class FileRows:
    """The rows below a header, gone through anew each time; a row that is cut short is an error."""

    look: Look
    start: int
    width: int
    make: Callable[[list[str]], Row | None]
    until: Callable[[list[str]], bool] | None = None
    most: int | None = None

    @property
    def separator(self) -> str:
        """The sign between the cells of the file."""
        return self.look.separator

    def __iter__(self) -> Iterator[Row]:
        above = self.look.head[max(0, self.start - 2) : self.start]
        most = self.most or max((len(row) for row in above), default=self.width)
        ended = False
        for number, cells in enumerate(self.look.rows(), start=1):
            if number <= self.start or not any(cell.strip() for cell in cells):
                continue
            if self.until is not None and self.until(cells):
                ended = True
            if ended:
                self._nothing_below(cells, number)
                continue
            if any(cell.strip() for cell in cells[most:]):
                raise InputError.of(
                    f"{self.look.name}, row {number:,} has more cells than the {most:,} of its "
                    f"header.",
                    code="ragged_rows",
                    param="path",
                    got=len(cells),
                    hint="put quotes around cells that hold the separator, or download it again.",
                )
            if len(cells) < self.width:
                raise InputError.of(
                    f"{self.look.name}, row {number:,} has {len(cells):,} cells; {self.width:,} "
                    f"were expected.",
                    code="cut_row",
                    param="path",
                    got=len(cells),
                    hint="the file may have been cut off: download it again.",
                )
            row = self.make(cells)
            if row is not None:
                yield row

    def _nothing_below(self, cells: Sequence[str], number: int) -> None:
        """Below the end of a table stand notes, and no figures."""
        if len(cells) >= self.width > 1 and cells[self.width - 1].strip().isdigit():
            raise InputError.of(
                f"{self.look.name}, row {number:,} has figures below the end of the table.",
                code="unreadable_file",
                param="path",
                hint="the file may have been changed: download it again.",
            )


def tidy_table(
    look: Look,
    *,
    start: int,
    width: int,
    places: Places,
    dimensions: Sequence[Dimension],
    columns: Sequence[Column],
    skip: Callable[[Sequence[str]], bool] | None = None,
    scale: Callable[[Sequence[str]], float] | None = None,
    more_dimensions: Iterable[str] = (),
    until: Callable[[list[str]], bool] | None = None,
    most: int | None = None,
    **about: Any,
) -> LongTable:
    """A table whose rows are described by the places of their columns.

    Parameters
    ----------
    look : Look
        The file.
    start, width : int
        How many rows stand above the figures, and how many cells a row has at least.
    places, dimensions, columns
        Where everything stands.
    most : int, optional
        How many cells a row has at most; by default as many as the header.
    skip, scale, until : callable, optional
        Which rows are left out, in which unit the figures of a row are, and where the figures end.
    more_dimensions : iterable of str
        Dimensions that only columns name.
    **about
        More fields of `LongTable`.
    """
    made: dict[tuple[str, ...], Mapping[str, Category]] = {}
    areas: dict[Area, Area] = {}

    def make(cells: list[str]) -> Row | None:
        if skip is not None and skip(cells):
            return None
        # One category and one place are one object each, however many rows name them.
        known = tuple(
            cells[at] for d in dimensions for at in (d.label_at, d.code_at) if at is not None
        )
        keys = made.get(known)
        if keys is None:
            keys = {d.name: d.category(cells) for d in dimensions}
            made[known] = keys
        area = places.area(cells)
        return Row(
            area=areas.setdefault(area, area),
            cells=cells,
            date=cell_at(cells, places.date),
            keys=keys,
            measure=cell_at(cells, places.measure),
            scale=scale(cells) if scale is not None else 1.0,
            flag=cell_at(cells, places.flag),
        )

    names = [*(d.name for d in dimensions), *more_dimensions]
    return LongTable(
        dimensions=tuple(dict.fromkeys(names)),
        columns=tuple(columns),
        rows=FileRows(look, start, width, make, until, most),
        **about,
    )


def header_at(look: Look, *needed: str) -> int | None:
    """The place of the first row that holds all these column names, in whatever case."""
    wanted = {name.casefold() for name in needed}
    for at, row in enumerate(look.head):
        if wanted <= {cell.casefold() for cell in row}:
            return at
    return None


def column_at(header: Sequence[str], name: str) -> int:
    """The place of a column, in whatever case.

    Raises
    ------
    InputError
        Where there is none, or several.
    """
    alike = [at for at, cell in enumerate(header) if cell.casefold() == name.casefold()]
    if len(alike) == 1:
        return alike[0]
    many = f"{len(alike)} columns" if alike else "no column"
    raise InputError.of(
        f"the table has {many} {show(name)}.", code="unknown_column", param="path", got=name
    )


def maybe_at(header: Sequence[str], *names: str) -> int | None:
    """The place of the first of these columns that is there."""
    folded = [cell.casefold() for cell in header]
    return next((folded.index(n.casefold()) for n in names if n.casefold() in folded), None)
