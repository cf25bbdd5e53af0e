"""Which categories of a dimension are its groups: one level, no totals, no overlaps.

Four kinds of evidence are used, the plainest first: what the file says (codes, paths), words, ages,
and arithmetic over all places of the file, where no coincidence is likely.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from coprep.data.age_bands import Band, all_bands, band_of
from coprep.data.baseline.census.concepts import NOT_APPLICABLE
from coprep.data.baseline.census.long_table import Category
from coprep.data.baseline.census.outline import Outline, by_order, by_path
from coprep.data.labels import fold, folded_words, is_unknown
from coprep.data.totals import is_total_word, no_groups

Why = Literal[
    "total",
    "sub-total",
    "part of another group",
    "does not apply",
    "overlapping ages",
    "unknown group",
    "no number of people",
]
Detail = Literal["broad", "detailed"]
_UNKNOWN = folded_words(("no religion stated",))
_NO_COUNT = re.compile(
    r"(mean|median|average|density|rate|ratio|area in|percent|income|rent|price|earnings)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Partition:
    """The groups of a dimension, and why each other category is none.

    Attributes
    ----------
    groups : tuple of Category
        Everybody is in one of them, and nobody in two.
    total : Category or None
        The category that holds all of them.
    dropped : tuple of (Category, str)
        Every other category, and why it is no group.
    levels : int
        How many levels of detail there are.
    """

    groups: tuple[Category, ...]
    total: Category | None = None
    dropped: tuple[tuple[Category, Why], ...] = field(default=())
    levels: int = 1


def partition(
    values: Mapping[Category, float],
    detail: Detail,
    *,
    shares: bool = False,
    overlapping: bool = False,
) -> Partition:
    """The groups among the categories of one dimension.

    Parameters
    ----------
    values : mapping of Category to float
        In the file's order, with the people of as many places as there are.
    detail : {"broad", "detailed"}
        Which level, where groups are nested.
    shares : bool
        Whether the values are percentages.
    overlapping : bool
        Whether people are counted in several groups, so that sums tell nothing.
    """
    dropped: list[tuple[Category, Why]] = []
    rest = dict(values)
    for category in values:
        why = _no_group(category)
        if why is not None:
            dropped.append((category, why))
            del rest[category]
    total, more = _total(rest, shares=shares, sums=not overlapping)
    for category in more:
        dropped.append((category, "total"))
        del rest[category]
    if overlapping:
        return Partition(tuple(rest), total, tuple(dropped))
    nested = _nested(rest, detail, shares=shares)
    dropped.extend(nested.dropped)
    groups = nested.groups
    return Partition(groups, total, tuple(dropped), nested.levels)


def _no_group(category: Category) -> Why | None:
    """Why a category holds no group of people, whatever its figures are."""
    folded = fold(category.label)
    if category.kind == "not_applicable" or folded in NOT_APPLICABLE:
        return "does not apply"
    if is_unknown(category.label, _UNKNOWN) and category.kind != "total":
        return "unknown group"
    if _NO_COUNT.match(category.label):
        return "no number of people"
    return None


def _total(
    values: Mapping[Category, float], *, shares: bool, sums: bool
) -> tuple[Category | None, tuple[Category, ...]]:
    """The category that holds everybody, and all that are called so."""
    said = [category for category in values if category.kind == "total"]
    if said:
        return said[0], tuple(said)
    if len(values) < 2:
        return None, ()
    worded = [c for c in values if _is_worded(c)]
    if worded:
        return worded[0], tuple(worded)
    if not sums:
        return None, ()
    if len({c.label for c in values}) < len(values) or any(len(c.path) > 1 for c in values):
        return None, ()
    found = no_groups({c.label: v for c, v in values.items()}, percentages=shares).total
    by_label = {c.label: c for c in values}
    if found is None or values[by_label[found]] == 0:
        return None, ()
    return by_label[found], (by_label[found],)


def _is_worded(category: Category) -> bool:
    """Whether label and code both allow that this is a total: All other ethnic groups is none."""
    label = category.label.strip(" :")
    if band_of(label) is not None:
        return False
    folded = fold(label)
    others = ("other", "not ", "non-", "one race")
    return is_total_word(label) and not any(word in folded for word in others)


def _nested(values: Mapping[Category, float], detail: Detail, *, shares: bool) -> Partition:
    """One level of nested categories."""
    categories = list(values)
    bands = all_bands([c.label for c in categories])
    if bands is not None:
        return _of_ages(values, detail)
    outline = by_path(values) or by_order(values, shares=shares)
    return _of_outline(outline, detail)


def _of_outline(outline: Outline, detail: Detail) -> Partition:
    groups: list[Category] = []
    dropped: list[tuple[Category, Why]] = []
    levels = 1

    def walk(nodes: Sequence[Outline], depth: int) -> None:
        nonlocal levels
        for node in nodes:
            if node.category is None:
                walk(node.parts, depth)
                continue
            levels = max(levels, depth)
            if not node.parts:
                groups.append(node.category)
            elif detail == "broad":
                groups.append(node.category)
                parts = list(node.every_part())
                dropped.extend((part, "part of another group") for part in parts)
                levels = max(levels, depth + 1)
            else:
                dropped.append((node.category, "sub-total"))
                walk(node.parts, depth + 1)

    walk(outline.parts, 1)
    return Partition(tuple(groups), None, tuple(dropped), levels)


def _of_ages(values: Mapping[Category, float], detail: Detail) -> Partition:
    """Bands that cover all ages once: as many as there are, without single years unless asked for
    detail.
    """
    bands = {c: band for c in values if (band := band_of(c.label)) is not None}
    cover = _cover(list(bands.items()), single_years=detail == "detailed")
    chosen = set(cover)
    reasons: dict[Category, Why] = {}
    for category, band in bands.items():
        if category in chosen:
            continue
        inside = any(bands[other].holds(band) for other in cover)
        around = any(band.holds(bands[other]) for other in cover)
        if inside:
            reasons[category] = "part of another group"
        elif around:
            reasons[category] = "sub-total"
        else:
            reasons[category] = "overlapping ages"
    ordered = sorted(cover, key=lambda c: bands[c].low)
    return Partition(
        tuple(ordered), None, tuple(reasons.items()), 2 if len(cover) < len(values) else 1
    )


def _cover(bands: Sequence[tuple[Category, Band]], *, single_years: bool) -> list[Category]:
    """The bands from the youngest age to the oldest without gap or overlap; the whole range is no
    band.

    Where no set of bands meets end to end, those that reach furthest are taken, and the gap stays a
    gap.
    """
    low = min(band.low for _, band in bands)
    high = max(band.high for _, band in bands)
    parts = [item for item in bands if (item[1].low, item[1].high) != (low, high)] or list(bands)
    of_one_year = {category for category, band in parts if band.high - band.low <= 1}

    def cost(cover: list[Category]) -> tuple[int, int]:
        singles = 0 if single_years else sum(category in of_one_year for category in cover)
        return (singles, -len(cover))

    best: dict[float, list[Category]] = {high: []}
    for start in sorted({band.low for _, band in parts}, reverse=True):
        options = [[c, *best[b.high]] for c, b in parts if b.low == start and b.high in best]
        if options:
            best[start] = min(options, key=cost)
    return best.get(low) or _furthest(parts, single_years=single_years)


def _furthest(bands: Sequence[tuple[Category, Band]], *, single_years: bool) -> list[Category]:
    """Bands that do not overlap, where there are gaps between them."""
    ordered = sorted(
        bands, key=lambda item: (item[1].low, item[1].high if single_years else -item[1].high)
    )
    taken: list[tuple[Category, Band]] = []
    for category, band in ordered:
        if not taken or taken[-1][1].high <= band.low:
            taken.append((category, band))
    return [category for category, _ in taken]
