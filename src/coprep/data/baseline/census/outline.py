"""How the categories of a table are nested: by paths of labels, or by order and sums."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coprep.data.baseline.census.long_table import Category
from coprep.data.labels import fold

_TOLERANCE = 0.001
_LEAST = 1_000
_MANY = 10_000
_EXACT = 1e-5
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(slots=True)
class Outline:
    """A category with the categories it consists of; the root has none of its own."""

    category: Category | None
    parts: list[Outline] = field(default_factory=list)

    def every_part(self) -> Iterator[Category]:
        """All categories below this one."""
        for part in self.parts:
            if part.category is not None:
                yield part.category
            yield from part.every_part()


def by_path(values: Mapping[Category, float]) -> Outline | None:
    """The outline that the file writes into its labels; None where it writes none."""
    if not any(len(category.path) > 1 for category in values):
        return None
    root = Outline(None)
    at: dict[tuple[str, ...], Outline] = {(): root}
    for category in sorted(values, key=lambda c: len(c.path)):
        path = category.path or (category.label,)
        node = Outline(category)
        at[path] = node
        above = next(at[path[:n]] for n in range(len(path) - 1, -1, -1) if path[:n] in at)
        above.parts.append(node)
    return root


def by_order(values: Mapping[Category, float], *, shares: bool) -> Outline:
    """The outline of categories of which a parent is followed by its parts, as their labels and
    sums tell.
    """
    reader = _InOrder(list(values), list(values.values()), shares=shares)
    root = Outline(None)
    at = 0
    while at < len(reader.categories):
        node, at = reader.node(at)
        root.parts.append(node)
    return root


class _InOrder:
    """Reads nested categories from left to right."""

    def __init__(
        self, categories: Sequence[Category], values: Sequence[float], *, shares: bool
    ) -> None:
        self.categories: Sequence[Category] = categories
        self.values: Sequence[float] = values
        self.shares: bool = shares
        self._known: dict[int, tuple[Outline, int]] = {}

    def node(self, at: int) -> tuple[Outline, int]:
        """The category at a place with its parts, and the place behind them."""
        if at not in self._known:
            self._known[at] = self._parts(at)
        return self._known[at]

    def _parts(self, at: int) -> tuple[Outline, int]:
        """The run of categories behind this one that adds up to it, or that its label says are its
        parts.
        """
        whole = self.values[at]
        node = Outline(self.categories[at])
        named = self._named_run(at)
        run: list[Outline] = []
        together = 0.0
        ahead = at + 1
        while ahead < len(self.categories) and together <= whole + self._slack(whole, len(run)):
            part, behind = self.node(ahead)
            run.append(part)
            together += self.values[ahead]
            ahead = behind
            if len(run) >= 2 and ahead >= named and self._agree(whole, together, len(run), at):
                node.parts = run
                return node, ahead
        if named > at + 2:
            ahead = at + 1
            while ahead < named:
                part, ahead = self.node(ahead)
                node.parts.append(part)
            return node, ahead
        return node, at + 1

    def _named_run(self, at: int) -> int:
        """The place behind the categories whose labels say that they are parts of this one."""
        parent = self.categories[at].label
        ahead = at + 1
        while ahead < len(self.categories) and _is_part(self.categories[ahead].label, parent):
            ahead += 1
        return ahead

    def _agree(self, whole: float, together: float, parts: int, at: int) -> bool:
        if self._named_run(at) > at + 1:
            return abs(whole - together) <= self._slack(whole, parts)
        # No label says so: only an exact sum of many people is no coincidence.
        return whole >= _MANY and abs(whole - together) <= 0.5 + _EXACT * whole

    def _slack(self, whole: float, parts: int) -> float:
        if self.shares:
            return 0.05 * (parts + 1)
        return max(_TOLERANCE * whole, 3.0 * (parts + 1) if whole >= _LEAST else 1.0 * (parts + 1))


def _is_part(label: str, parent: str) -> bool:
    """Whether a label says that it is a part: White: Irish of White, or of White: Total.

    Prefixes may be spelt more fully than the parent, as Mixed/multiple ethnic group: Other Mixed of
    Mixed.
    """
    above = fold(parent).removesuffix(": total").removesuffix(" total").strip(" :")
    name = fold(label)
    if name.startswith((f"{above}:", f"{above}!!")):
        return True
    prefix, colon, _ = name.partition(":")
    if not colon or ":" in above:
        return False
    first = _WORD.match(prefix)
    own = _WORD.fullmatch(above)
    return first is not None and own is not None and first[0] == own[0]
