"""Rows of a table that are no groups: the total of the others, and parents beside their own parts.

Arithmetic finds a total in any language, but only a large table makes a coincidence unlikely: with at least three
other rows and a total of at least 1,000, the sum alone decides. In a smaller table it takes a second sign: a word for
a total, a label that others extend, or a band that holds the others. A word alone, without the sum, is only noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from coprep.data.age_bands import Band, band_of
from coprep.data.labels import fold, is_unknown

LEAST_ROWS = 3
"""Arithmetic alone decides from this many other rows on."""
LEAST_TOTAL = 1_000
"""Arithmetic alone decides from this total on."""
_LEAST_PERTURBED = 5_000  # below, a sum that is right to within two people is chance too often
ALMOST_CERTAIN = frozenset({"total", "totals", "grand total", "sum total", "subtotal", "sub-total"})
"""Words that are never an answer."""
MAY_BE_ANSWERS = frozenset(
    {"all", "any", "both", "everybody", "everyone", "overall", "sum", "t", "alle", "todos"}
)
"""Words that can be an answer too ("All of it", both parents): a total only where the sum is exact."""
TOTAL_WORDS = ALMOST_CERTAIN | {
    "all", "everyone", "everybody", "sum", "overall", "any", "all groups", "all categories",
    "persons", "people", "population", "residents", "usual residents", "total population",
    "all people", "all persons", "all residents", "all usual residents", "total persons",
    "total usual residents", "total: all usual residents", "all adults", "all ages", "all age groups",
    "total - age", "total - gender", "total - sex", "age total", "total all ages",
    "all sexes", "both sexes", "both", "all genders", "both genders", "men and women",
    "males and females", "male and female", "all ethnic groups", "all households",
    "insgesamt", "gesamt", "summe", "alle", "zusammen", "beide geschlechter",
    "ensemble", "tous", "toutes", "les deux sexes", "population totale",
    "totale", "totaal", "totalt", "ambos sexos", "todos", "población total", "total general",
    "ambos os sexos", "razem", "ogółem", "i alt", "i alt.", "yhteensä", "samtlige", "samtliga",
    "celkem", "spolu", "összesen", "toplam", "合計", "総数", "总计", "합계", "итого", "всего", "t",
}  # fmt: skip
"""Folded words that tables use for the total of their rows; some of them can be an answer too."""

_LEADING = re.compile(r"^(?:total|all(?! of\b)|insgesamt|gesamt|ensemble)\b[\s:,(-]")
_ALL_PEOPLE = re.compile(
    r"^all\b.*\b(?:adults|age|aged|ages|categories|children|genders|groups|households|men|people|"
    r"persons|population|residents|respondents|sexes|usual|women)\b"
)
_PART = re.compile(r"\b(?:other|others|not|non|except|else|rest|one race)\b")  # "All other groups"
_BLANK = re.compile(r"\s+\w")
_EXTENDED = re.compile(r"\s*(?:[:>|/–—-]|!!|\\)\s*|\s*,\s+|\s+\(")


@dataclass(frozen=True, slots=True)
class Parent:
    """A row that stands beside its own parts."""

    group: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoGroups:
    """What a table holds besides its groups.

    Attributes
    ----------
    total : str or None
        The row that is the sum of the others.
    sign : {"word", "arithmetic", "label", "bands"} or None
        What besides its sum tells that the row is a total.
    difference : float
        The total less the sum of the others: rounding or perturbation.
    parents : tuple of Parent
        Rows that stand beside their own parts.
    only_worded : tuple of str
        Rows that are called as a total and are none by their sum.
    """

    total: str | None = None
    sign: Literal["word", "arithmetic", "label", "bands"] | None = None
    difference: float = 0.0
    parents: tuple[Parent, ...] = ()
    only_worded: tuple[str, ...] = ()


def is_total_word(group: str) -> bool:
    """Whether a label is what tables call a total.

    >>> [is_total_word(word) for word in ("Persons", "Total: All usual residents", "Male")]
    [True, True, False]
    """
    folded = fold(group).strip(" :;.*")
    if folded in TOTAL_WORDS:
        return True
    return _LEADING.match(f"{folded} ") is not None and not _PART.search(folded)


def _may_be_answer(group: str) -> bool:
    """Whether a word for a total can be an answer too: All, or All colours."""
    folded = fold(group).strip(" :;.*")
    every = folded.startswith("all ") and folded not in TOTAL_WORDS
    return folded in MAY_BE_ANSWERS or (every and _ALL_PEOPLE.match(folded) is None)


def no_groups(values: Mapping[str, float], *, percentages: bool = False) -> NoGroups:
    """Which rows of a table are no groups: its total, and parents beside their parts.

    Parameters
    ----------
    values : mapping of str to float
        Counts, or percentages, by label.
    percentages : bool
        Whether the values are percentages: those that add to 100 hold no total, those that add to
        about 200 do.

    Returns
    -------
    NoGroups
        The total, what tells that it is one, and the parents.

    Examples
    --------
    >>> no_groups({"Persons": 1000, "Males": 490, "Females": 510}).total
    'Persons'
    >>> no_groups({"A": 50, "B": 30, "C": 20}).total is None
    True
    """
    if percentages:
        found = _total_of_percentages(values)
    else:
        found = _total_of_counts(values)
    rest = {group: value for group, value in values.items() if group != found.total}
    parents = _parents(rest, percentages=percentages)
    worded = tuple(group for group in rest if is_total_word(group))
    return NoGroups(found.total, found.sign, found.difference, parents, worded)


def _total_of_percentages(values: Mapping[str, float]) -> NoGroups:
    everything = sum(values.values())
    slack = 0.5 * (len(values) + 1)  # a digit each, printed without decimals
    whole = [group for group, value in values.items() if abs(value - 100) <= 0.5]
    if not abs(everything - 200) <= slack or not whole:
        return NoGroups()
    worded = [group for group in whole if is_total_word(group)]
    total = (worded or whole)[0]
    return NoGroups(total, "word" if worded else "arithmetic", 200 - everything)


def _total_of_counts(values: Mapping[str, float]) -> NoGroups:
    """The row that is the sum of the others, if a second sign or the size of the table tells that it is no chance."""
    if len(values) < 2:
        return NoGroups()
    largest = max(values, key=lambda group: (values[group], is_total_word(group)))
    worded = [group for group in values if is_total_word(group)]
    for group in dict.fromkeys([*worded, largest]):
        value = values[group]
        others = {name: v for name, v in values.items() if name != group}
        sign = _sign(group, value, others)
        if sign is None:
            continue
        levels = _levels(others)
        difference = value - sum(others.values()) / levels
        slack = _slack(value, others, alone=sign == "arithmetic")
        blank = sign == "label" and any(_only_by_blank(name, group) for name in others)
        if _may_be_answer(group) or blank:
            slack = 0.0
        if abs(difference) <= slack and value > 0:
            return NoGroups(group, sign, difference)
    return NoGroups()


def _levels(others: Mapping[str, float]) -> int:
    """How often the others hold everybody: twice where parents stand beside their parts and both add up."""
    extended = _extended(others)
    inside = sum(others[name] for name in extended)
    parts = sum(others[name] for name in {part for parts in extended.values() for part in parts})
    both = inside > 0 and abs(inside - parts) <= _slack(inside, others, alone=False)
    alone = sum(others.values()) - inside - parts
    return 2 if both and alone <= 0 else 1


def _sign(
    group: str, value: float, others: Mapping[str, float]
) -> Literal["word", "arithmetic", "label", "bands"] | None:
    """What besides its sum tells that a row is the total of the others."""
    if len(others) == 1 or is_unknown(group):
        # Two equal rows are never total and part: half of each sex is the commonest table of all.
        return None
    if is_total_word(group):
        return "word"
    if all(_extends(name, group) for name in others):
        return "label"
    around = band_of(group)
    inside = [band_of(name) for name in others]
    if around is not None and all(band is not None and around.holds(band) for band in inside):
        return "bands"
    alone_among_bands = around is None and all(band is not None for band in inside)
    if (len(others) >= LEAST_ROWS or alone_among_bands) and value >= LEAST_TOTAL:
        return "arithmetic"
    return None


def _slack(total: float, others: Mapping[str, float], *, alone: bool) -> float:
    """How far a total may be from the sum of its parts: rounding to a step, or perturbation of each cell."""
    rows = len(others) + 1
    step = _step([total, *others.values()])
    rounding = 0.0
    if step > 1:
        # Rounded to the nearest, a figure is half a step off; at random, as small areas are, a whole.
        rounding = step * rows * (1.0 if step == 5 and not alone else 0.5)
    perturbation = max(3.0 * rows, 0.001 * total)
    if alone:
        perturbation = 2.0 if total >= _LEAST_PERTURBED else 0.0
    return max(rounding, perturbation)


def _step(values: Sequence[float]) -> int:
    """The largest step of 10,000, 1,000, 100, 10 or 5 on which all values lie; 1 where there is none."""
    for step in (10_000, 1_000, 100, 10, 5):
        if all(value % step == 0 for value in values):
            return step
    return 1


def _extends(name: str, other: str) -> bool:
    """Whether a label is another one with more behind a colon, dash, comma or bracket: White: Irish."""
    longer = fold(name)
    shorter = fold(other)
    if len(longer) <= len(shorter) or not longer.startswith(shorter):
        return False
    rest = longer[len(shorter) :]
    return _EXTENDED.match(rest) is not None or _BLANK.match(rest) is not None


def _only_by_blank(name: str, other: str) -> bool:
    """Whether nothing but a blank sets the longer label apart: White British may be beside White."""
    return _EXTENDED.match(fold(name)[len(fold(other)) :]) is None


def _extended(labels: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The labels that others extend, each with those."""
    ordered = sorted((fold(label), label) for label in labels)
    found: dict[str, tuple[str, ...]] = {}
    for place, (folded, label) in enumerate(ordered):
        longer = []
        for other, name in ordered[place + 1 :]:
            if not other.startswith(folded):
                break
            longer.append(name)
        parts = tuple(name for name in longer if _extends(name, label))
        if parts:
            found[label] = parts
    return found


def _parents(values: Mapping[str, float], *, percentages: bool) -> tuple[Parent, ...]:
    """Rows whose parts stand beside them, by their labels or their bands, where the sum agrees."""
    bands = {group: band for group in values if (band := band_of(group)) is not None}
    extended = _extended(values)
    parents = []
    for group, value in values.items():
        by_label = group in extended
        parts = extended.get(group, ()) if by_label else _bands_inside(group, bands)
        together = sum(values[part] for part in parts)
        slack = _slack(value, dict.fromkeys(parts, 0.0), alone=False)
        if percentages:
            slack = 0.5 * (len(parts) + 1)
        if by_label and any(_only_by_blank(part, group) for part in parts):
            slack = 1e-9  # of adding decimals
        if by_label and len(parts) < 2:
            continue
        # Of counts, bands within bands count people twice whatever the figures are.
        nested = bool(parts) and not by_label and not percentages
        if nested or (len(parts) >= 2 and abs(together - value) <= slack):
            parents.append(Parent(group, parts))
    return tuple(parents)


def _bands_inside(group: str, bands: Mapping[str, Band]) -> tuple[str, ...]:
    around = bands.get(group)
    if around is None:
        return ()
    return tuple(name for name, band in bands.items() if name != group and around.holds(band))
