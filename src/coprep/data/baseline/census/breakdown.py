"""One attribute of a census file: its groups, what is left out, and what does not add up."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from coprep.data.baseline.account import AccountRow
from coprep.data.baseline.census.categories import Detail, Partition, partition
from coprep.data.baseline.census.cells import Cell, Cells, Key
from coprep.data.baseline.census.concepts import name_by_content
from coprep.data.baseline.census.long_table import Category, LongTable
from coprep.errors import InputError
from coprep.findings import Note
from coprep.wording.labels import listed, show

_NOTED = 0.001
_NOTED_PER_CELL = 3.0
_MOST_OVER = 1.05
_LEAST_TOTAL = 30


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The people of the chosen places by one attribute.

    Attributes
    ----------
    dimension, attribute : str
        What the file calls it, and what it is called here.
    groups : mapping of str to Cell
        The groups, by label.
    categories : mapping of str to Category
        The category of each group.
    total : Cell or None
        What the file prints for everybody.
    account : tuple of AccountRow
        Groups, rows left out, and the difference to the printed total.
    notes : tuple of Note
        What a careful reader must know.
    """

    dimension: str
    attribute: str
    groups: Mapping[str, Cell]
    categories: Mapping[str, Category]
    total: Cell | None
    account: tuple[AccountRow, ...]
    notes: tuple[Note, ...]


def breakdown(
    table: LongTable, cells: Cells, dimension: str, detail: Detail, order: Sequence[Category]
) -> Breakdown | None:
    """The people by one dimension; None where it has fewer than two groups."""
    at = table.dimensions.index(dimension)
    keys = _keys_by_category(table, cells, at, detail)
    if not keys:
        return None
    ranked = {category: rank for rank, category in enumerate(order)}
    ordered = sorted(keys, key=lambda c: ranked.get(c, len(ranked)))
    values = {c: sum(cells.everywhere.get(k, 0.0) for k in keys[c]) for c in ordered}
    overlapping = dimension in table.overlapping
    found = partition(values, detail, shares=table.percentages, overlapping=overlapping)
    if len(found.groups) < 2 or (len(table.dimensions) > 1 and _only_one(cells, found, keys)):
        return None
    sums = {category: _together(cells, keys[category]) for category in ordered}
    if found.total is None and not overlapping and not table.percentages:
        found = _with_unnamed_total(found, sums, values)
    everybody = _together(cells, _keys_of_everybody(table, cells, at, keys))
    if found.total is not None:
        everybody = sums[found.total]
    return _accounted(table, cells, dimension, found, sums, everybody)


def _with_unnamed_total(
    found: Partition, sums: Mapping[Category, Cell], everywhere: Mapping[Category, float]
) -> Partition:
    """The partition without a group that is the sum of all others, here and in all other places."""
    if len(found.groups) < 3:
        return found
    here = {c: sums[c].value for c in found.groups}
    elsewhere = {c: everywhere[c] - here[c] for c in found.groups}
    for group in found.groups:
        parts = sum(here.values()) - here[group]
        others = sum(elsewhere.values()) - elsewhere[group]
        exact = here[group] == parts and elsewhere[group] == others
        if exact and here[group] >= _LEAST_TOTAL and elsewhere[group] >= _LEAST_TOTAL:
            rest = tuple(c for c in found.groups if c != group)
            return replace(found, groups=rest, total=group)
    return found


def _only_one(cells: Cells, found: Partition, keys: Mapping[Category, list[Key]]) -> bool:
    """Whether these places have rows of one group only, as commuters who all go to one place."""
    there = [c for c in found.groups if any(key in cells.here for key in keys[c])]
    return len(there) == 1


def _keys_by_category(
    table: LongTable, cells: Cells, at: int, detail: Detail
) -> dict[Category, list[Key]]:
    """The cells to add up for each category of a dimension: all others at their total, or at their
    groups.
    """
    keys = [k for k in dict.fromkeys([*cells.here, *cells.everywhere]) if k[at] is not None]
    for other in range(len(table.dimensions)):
        if other == at or not keys:
            continue
        keys = _of_everybody(keys, other, at, cells, detail, shares=table.percentages)
    by_category: dict[Category, list[Key]] = {}
    for key in keys:
        category = key[at]
        if category is not None:
            by_category.setdefault(category, []).append(key)
    return by_category


def _of_everybody(
    keys: list[Key], other: int, at: int, cells: Cells, detail: Detail, *, shares: bool
) -> list[Key]:
    """The keys in which another dimension holds everybody."""
    there = dict.fromkeys(key[other] for key in keys)
    if len(there) == 1:
        return keys
    values: dict[Category, float] = {}
    for key in keys:
        category = key[other]
        if category is not None:
            values[category] = values.get(category, 0.0) + cells.everywhere.get(key, 0.0)
    parts = partition(values, detail, shares=shares)
    wanted = len({key[at] for key in keys})
    options: list[set[Category | None]] = [{None}, {parts.total}, set(parts.groups)]
    best: list[Key] = []
    for option in options:
        subset = [key for key in keys if key[other] in option]
        covered = len({key[at] for key in subset})
        if covered == wanted:
            return subset
        if covered > len({key[at] for key in best}):
            best = subset
    return best


def _keys_of_everybody(
    table: LongTable, cells: Cells, at: int, keys: Mapping[Category, list[Key]]
) -> list[Key]:
    """The cells that are not broken down by the dimension at all, and hold everybody."""
    alike = {
        tuple(c for i, c in enumerate(key) if i != at) for found in keys.values() for key in found
    }
    return [
        key
        for key in cells.here
        if key[at] is None and tuple(c for i, c in enumerate(key) if i != at) in alike
    ] or (
        [(None,) * len(table.dimensions)] if (None,) * len(table.dimensions) in cells.here else []
    )


def _together(cells: Cells, keys: Iterable[Key]) -> Cell:
    """The sum of some cells; a cell that is not there counts as missing."""
    total = Cell()
    for key in keys:
        part = cells.here.get(key)
        if part is None:
            total.absent += 1
            continue
        total.value += part.value
        total.low += part.low
        total.high += part.high
        total.parts += part.parts
        total.flags |= part.flags
        total.found += part.found
        total.hidden += part.hidden
        total.missing += part.missing
    return total


def _accounted(
    table: LongTable,
    cells: Cells,
    dimension: str,
    found: Partition,
    sums: Mapping[Category, Cell],
    everybody: Cell,
) -> Breakdown:
    """The groups, with a row for each category of the file."""
    attribute = name_by_content(dimension, [c.label for c in found.groups])
    printed = everybody if everybody.found else None
    groups: dict[str, Cell] = {}
    categories: dict[str, Category] = {}
    account: list[AccountRow] = []
    notes: list[Note] = []
    hidden: list[Category] = []
    absent = [category for category in found.groups if not _is_there(sums[category])]
    if absent and not table.sparse:
        notes.append(_absent_note(absent, attribute, cells))
    for category in found.groups:
        cell = sums[category]
        if category in absent:
            why = "the file has no row for it here"
            account.append(
                AccountRow(attribute, category.label, category.code, "left out", 0.0, 0.0, 0.0, why)
            )
            continue
        if cell.missing and not cell.found and not cell.hidden:
            raise _no_figure(category, attribute)
        if cell.hidden:
            hidden.append(category)
            continue
        name = _name(category, categories)
        groups[name] = cell
        categories[name] = category
        why = f"marked {', '.join(cell.flags)} in the file" if cell.flags else ""
        if cell.missing:
            why = "some of the places added up have no figure"
            text = f"{show(name)} has no figure in some of the places that were added up."
            notes.append(Note("places_without_figure", text, {"group": name}))
        account.append(
            AccountRow(
                attribute, name, category.code, "group", cell.value, cell.low, cell.high, why
            )
        )
    spare = _spare(printed, groups, sums, hidden)
    account += [_hidden_row(attribute, c, sums[c], spare) for c in hidden]
    if hidden:
        labels = [c.label for c in hidden]
        text = (
            f"{listed(labels)} of {attribute} are hidden in the file and left out: "
            "the account gives the limits."
        )
        notes.append(Note("hidden_figures", text, {"attribute": attribute, "groups": labels}))
    apart = 0.0
    for category, why in found.dropped:
        cell = sums.get(category, Cell())
        apart += cell.value if why == "unknown group" else 0.0
        if why == "total" and category == found.total:
            continue
        account.append(
            AccountRow(
                attribute, category.label, category.code,
                "left out" if why == "unknown group" else "not read",
                cell.value, cell.low, cell.high, why,
            )
        )  # fmt: skip
    if found.levels > 1:
        text = (
            f"{attribute} is nested in the file: {len(groups)} groups of one level were taken; "
            "the others are in the account."
        )
        notes.append(Note("one_level", text, {"attribute": attribute, "groups": len(groups)}))
    parts = sum(cell.value for cell in groups.values())
    inexact = any(sums[category].hidden for category in hidden)
    if dimension in table.overlapping:
        printed = printed or Cell(value=max((cell.value for cell in groups.values()), default=0.0))
        text = (
            f"people are counted in each of their groups of {attribute}: "
            "the shares add to more than 1."
        )
        notes.append(Note("overlapping_groups", text, {"attribute": attribute}))
        parts = printed.value
    elif (
        printed is not None
        and parts
        > _MOST_OVER * printed.value + _NOTED_PER_CELL * (len(groups) + 1) * table.numerals.base
    ):
        raise _too_many(attribute, parts, printed.value)
    account += _difference(
        table, attribute, printed, parts + apart, len(groups), notes, hidden=inexact
    )
    return Breakdown(
        dimension, attribute, groups, categories, printed, tuple(account), tuple(notes)
    )


def _too_many(attribute: str, parts: float, total: float) -> InputError:
    return InputError.of(
        f"the groups of {attribute} add to {parts:,g}, more than the file's total of {total:,g}: "
        f"these are rates or "
        "averages, or people are counted in several groups.",
        code="not_a_count",
        param="path",
        got=parts,
        expected=total,
        hint="choose a measure that counts people, with measure= or where=.",
    )


def _is_there(cell: Cell) -> bool:
    return bool(cell.found or cell.hidden or cell.missing)


def _absent_note(absent: Sequence[Category], attribute: str, cells: Cells) -> Note:
    """What is said of groups that other places of the file have.

    Raises
    ------
    InputError
        Where the place is the last one of the file, which may have been cut off there.
    """
    labels = [category.label for category in absent]
    names = listed(labels)
    if cells.last in cells.chosen.areas:
        raise InputError.of(
            f"the file has no row for {names} of {attribute} in its last place, "
            "and other places have: it may have been cut off.",
            code="cut_row",
            param="path",
            got=tuple(category.label for category in absent),
            hint="download it again.",
        )
    text = f"the file has no row for {names} of {attribute} here, and other places have."
    return Note("groups_without_row", text, {"attribute": attribute, "groups": labels})


def _name(category: Category, taken: Mapping[str, Category]) -> str:
    """The label of a group; the code beside it where two groups have one label."""
    label = re.sub(r":? total$", "", category.label or category.code, flags=re.IGNORECASE)
    return f"{label} ({category.code})" if label in taken and category.code else label


def _no_figure(category: Category, attribute: str) -> InputError:
    return InputError.of(
        f"the file has no figure for {show(category.label)} of {attribute} here, so the shares of "
        f"the others "
        "cannot be told.",
        code="missing_figure",
        param="path",
        got=category.label,
        hint="choose another area or date.",
    )


def _spare(
    printed: Cell | None,
    groups: Mapping[str, Cell],
    sums: Mapping[Category, Cell],
    hidden: Sequence[Category],
) -> float:
    """The most people who can be hidden in one cell, by the printed total."""
    if not hidden:
        return math.inf
    limits = [sums[category].high for category in hidden]
    if printed is None:
        if all(map(math.isfinite, limits)):
            return math.inf
        raise InputError.of(
            f"{listed([c.label for c in hidden])} are hidden in the file, without limits and "
            f"without a total.",
            code="hidden_figure",
            param="path",
            hint="choose a larger area, or broader groups.",
        )
    return max(0.0, printed.value - sum(cell.value for cell in groups.values()))


def _hidden_row(attribute: str, category: Category, cell: Cell, spare: float) -> AccountRow:
    high = cell.high if math.isfinite(cell.high) else spare
    return AccountRow(
        attribute, category.label, category.code, "left out", math.nan, cell.low, high,
        "suppressed in the file",
    )  # fmt: skip


def _difference(
    table: LongTable,
    attribute: str,
    printed: Cell | None,
    parts: float,
    groups: int,
    notes: list[Note],
    *,
    hidden: bool,
) -> list[AccountRow]:
    """The printed total, and what the parts and what was left out miss of it."""
    if printed is None:
        return [
            AccountRow(
                attribute, "total", "", "total", parts, parts, parts, "the sum of the rows above"
            )
        ]
    gap = printed.value - parts
    why = "hidden figures and rounding" if hidden else "rounding and perturbation"
    if gap == 0:
        why = "none"
    limit = max(
        _NOTED * printed.value, _NOTED_PER_CELL * (groups + 1) * max(1, table.numerals.base)
    )
    if abs(gap) > limit:
        why = "the file's own rows do not add up to its total"
        if not hidden:
            text = (
                f"the groups of {attribute} add to {parts:,.10g}, "
                f"but the file's total is {printed.value:,.10g}."
            )
            values = {"attribute": attribute, "people": parts, "total": printed.value}
            notes.append(Note("total_differs", text, values))
    return [
        AccountRow(attribute, "difference", "", "difference", gap, gap, gap, why),
        AccountRow(
            attribute, "total", "", "total", printed.value, printed.low, printed.high, "as printed"
        ),
    ]
