"""Census profiles: characteristics nested by the blanks before their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from coprep.data.baseline.census.long_table import Area, Category, Row

_TOTAL = re.compile(
    r"total\s*[-–]\s*(.+?)(\s*[-–]\s*\d+% (sample )?data)?( \(.*\))?$", re.IGNORECASE
)
_DISTRIBUTION = re.compile(r"%|distribution|average|median|percentage", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ProfileRows:
    """Rows of blocks, each the dimension that its Total names."""

    rows: Iterable[Row]

    def dimensions(self) -> tuple[str, ...]:
        """The names of the blocks."""
        return tuple(dict.fromkeys(name for row in self for name in row.keys))

    def __iter__(self) -> Iterator[Row]:
        area: Area | None = None
        block = ""
        path: list[str] = []
        for row in self.rows:
            text = row.keys[""].label
            label = text.strip()
            depth = (len(text) - len(text.lstrip())) // 2
            if row.area != area:
                area = row.area
                block = ""
            total = _TOTAL.fullmatch(label)
            if total and depth == 0:
                block = "" if _DISTRIBUTION.search(total[1]) else total[1]
                path = []
                if block:
                    yield replace(row, keys={block: Category(label, kind="total")})
            elif depth == 0:
                block = ""
            elif block:
                path = [*path[: depth - 1], label]
                yield replace(row, keys={block: Category(label, path=tuple(path))})
