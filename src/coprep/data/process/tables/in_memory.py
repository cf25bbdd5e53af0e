"""A table that is already lists of cells in memory, seen as the door sees any other table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coprep.data.frames import Frame, open_frame

__all__ = ["Held", "open_table"]


class Held(Frame):
    """Lists of cells of one length, by column name; no engine is needed to read them."""

    __slots__ = ("_lists",)

    def __init__(self, lists: Mapping[str, Sequence[Any]], what: str) -> None:
        self._lists = lists
        self.what = what

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(self._lists)

    @property
    def is_lazy(self) -> bool:
        """Never: the rows are here."""
        return False

    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self._lists.values()), ()))

    def collect(self, columns: Sequence[str]) -> dict[str, list[Any]]:
        """The values of some columns, row by row."""
        return {name: list(self._lists[name]) for name in columns}


def open_table(value: Any, what: str) -> Frame:
    """Any table; lists of cells of one length are taken as they are."""
    if isinstance(value, Mapping) and value:
        cells = list(value.values())
        if (
            all(type(column) in {list, tuple} for column in cells)
            and len({len(column) for column in cells}) == 1
        ):
            names = [str(name) for name in value]
            if len(set(names)) == len(names):
                return Held(dict(zip(names, cells, strict=True)), what)
    return open_frame(value, what=what)
