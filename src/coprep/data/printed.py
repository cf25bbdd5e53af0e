"""Reads counts as reports print them ("1,234", "55%", "22 of 40"), with all that is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from coprep.data.counting import AttributeTally, Cell, everybody
from coprep.data.labels import fold, is_date, known_label, label
from coprep.data.totals import ALMOST_CERTAIN, NoGroups, is_total_word, no_groups
from coprep.errors import InputError, Problems, warn
from coprep.findings import Note
from coprep.wording.labels import listed, show
from coprep.wording.names import plainly

# Thousands set apart by commas or spaces; a comma anywhere else may be a decimal one and is
# refused.
_GROUPED = re.compile(r"^\d{1,3}([ ,']\d{3})+(\.\d+)?$")
_DECIMAL_COMMA = re.compile(r"^\d+,\d+\s*%?$")
_POINTED = re.compile(r"^[1-9]\d{0,2}(\.\d{3})+$")  # 1.200 may be 1200, as half of Europe writes it
_LARGEST = 1e15
_OF = re.compile(r"^(?P<figure>.+?)\s+(?:of|out of|/)\s+(?P<total>[\d,]+)$", re.IGNORECASE)
_WITH_PERCENT = re.compile(r"^([\d,. ]+?)\s*[(\[]\s*<?\s*\d+(?:\.\d+)?\s*%?\s*[)\]]$")  # 306 (86%)
_AFTER_PERCENT = re.compile(
    r"^\d+(?:\.\d+)?\s*%\s*[(\[]\s*(?:n\s*=\s*)?([\d,]+)\s*[)\]]$"
)  # 86% (306)
_BELOW = re.compile(
    r"^(?:<|under|below|less than|fewer than)\s*(\d+(?:\.\d+)?)\s*(%?)$", re.IGNORECASE
)
_UP_TO = re.compile(r"^(?:<=|=<|≤|up to|at most)\s*(\d+(?:\.\d+)?)\s*(%?)$", re.IGNORECASE)
_FROM_TO = re.compile(r"^(\d+)\s*(?:-|–|to)\s*(\d+)$", re.IGNORECASE)
_WITHHELD = frozenset(
    {"*", "**", "c", "[c]", "(c)", "..", "...", ":", "[x]", "(s)", "[low]", "~", "#"}
    | {"suppressed", "withheld", "confidential", "[suppressed]", "low"}
)
WITHHELD_BELOW = 10
"""A figure that is not printed stands for fewer people than this: the widest rule in common use."""
# A published block may exceed the stated total by a misprint; by more than this it is another kind
# of table.
_MISPRINT = 0.06
_OFF = "source_does_not_add_up"
_HUNDRED = 0.5  # figures that add to 100 within this may be percentages


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as printed; of a percentage the number before the sign, out of ``total``.

    Of a range such as "<5" ``low`` and ``high`` are its ends, and ``value`` lies between them;
    ``open_end`` says that the figure was withheld, so that ``high`` is no more than custom.
    ``pointed`` says that a point may set thousands apart.
    """

    value: float
    decimals: int = 0
    percent: bool = False
    total: int | None = None
    low: float | None = None
    high: float | None = None
    open_end: bool = False
    pointed: bool = False

    @property
    def is_range(self) -> bool:
        """Whether the figure says only between which numbers it lies."""
        return self.low is not None


def read_figure(value: Any, *, where: str) -> Figure:
    """The figure that a cell or argument holds; ``where`` says which, for the error.

    >>> read_figure("55% of 40", where="sex: Female").total
    40
    >>> found = read_figure("<5", where="sex: Other")
    >>> found.low, found.high
    (1.0, 4.0)
    """
    text = value
    total = None
    if isinstance(value, str):
        found = _range(value.strip())
        if found is not None:
            return found
        text = _main_figure(value.strip())
        part = _OF.match(text)
        if part:
            text = part["figure"]
            total = int(part["total"].replace(",", ""))
    percent = isinstance(text, str) and text.strip().endswith("%")
    number = _decimal(text)
    if number is None or not 0 <= float(number) <= _LARGEST:
        raise _no_figure(value, text, number, where)
    written = number if isinstance(text, str) else number.normalize()  # 35.0% has one decimal
    exponent = written.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    pointed = isinstance(text, str) and _POINTED.match(text.strip()) is not None
    return Figure(float(number), decimals, percent, total, pointed=pointed)


def _no_figure(value: Any, text: Any, number: Decimal | None, where: str) -> InputError:
    """The error about a cell that holds no figure."""
    too_large = number is not None and float(number) > _LARGEST
    hint = None
    if _DECIMAL_COMMA.match(str(text).strip()):
        hint = "write decimals with a point: 51.5."
    elif str(text).strip().startswith("="):
        hint = "this is a formula without its value: save the table with values."
    elif is_date(str(label(value))):
        hint = "a spreadsheet program turns 5-9 into a day: write the number as text."
    return InputError.of(
        f"{where} is {show(value)}; expected a number from 0{' to 1e15' if too_large else ''}.",
        code="not_a_number" if number is None or number.is_nan() else "bad_number",
        param=where,
        got=value,
        expected="a number from 0 to 1e15",
        hint=hint,
    )


def _main_figure(text: str) -> str:
    """The count of a cell that holds a count and its percentage."""
    found = _WITH_PERCENT.match(text) or _AFTER_PERCENT.match(text)
    return text if found is None else found[1]


def _range(text: str) -> Figure | None:
    """A figure that says only between which numbers it lies; None where it is a number."""
    if text.casefold() in _WITHHELD:
        return _between(0, WITHHELD_BELOW - 1, open_end=True)
    below = _BELOW.match(text)
    if below:
        if below[2]:
            return _between(0, float(below[1]), percent=True)
        return _between(1, max(1.0, math.ceil(float(below[1])) - 1))
    up_to = _UP_TO.match(text)
    if up_to:
        return _between(0 if up_to[2] else 1, float(up_to[1]), percent=bool(up_to[2]))
    both = _FROM_TO.match(text)
    if both and float(both[1]) <= float(both[2]):
        return _between(float(both[1]), float(both[2]))
    return None


def _between(low: float, high: float, *, percent: bool = False, open_end: bool = False) -> Figure:
    middle = (low + high) / 2
    value = middle if percent else math.floor(middle)
    return Figure(value, percent=percent, low=float(low), high=float(high), open_end=open_end)


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    if hasattr(value, "item"):
        value = value.item()
    text = str(value).strip().removesuffix("%").strip()
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    if _GROUPED.match(text):
        text = re.sub("[ ,']", "", text)
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def counts_behind(percent: float, *, total: int, decimals: int) -> tuple[int, int] | None:
    """The smallest and largest whole number that print as ``percent`` of ``total``; None if there
    is none.

    Rounding to the nearest is tried first, then cutting off, which some reports do.

    >>> counts_behind(55, total=40, decimals=0)
    (22, 22)
    >>> counts_behind(39.28, total=56, decimals=2)
    (22, 22)
    >>> counts_behind(45.9, total=123, decimals=1) is None
    True
    """
    half = 0.5 * 10.0**-decimals
    slack = 1e-9 * max(1, total)
    for low, high in ((percent - half, percent + half), (percent, percent + 2 * half - 1e-9)):
        first = max(0, math.ceil(low * total / 100 - slack))
        last = min(total, math.floor(high * total / 100 + slack))
        if first <= last:
            return first, last
    return None


def _named_total(values: Mapping[str, float]) -> str | None:
    """A row that can only be a total by its name, where the others do not reach it or pass it by a misprint."""
    name = next((g for g in values if fold(g).strip(" :") in ALMOST_CERTAIN), None)
    if name is None or len(values) < 2 or values[name] < 1:
        return None
    over = sum(values.values()) - 2 * values[name]
    return name if over <= _misprint(values[name]) else None


def _closed(
    ranges: Mapping[str, tuple[int, int]], figures: Mapping[str, Figure], total: int | None
) -> dict[str, tuple[int, int]]:
    """The ranges, of which those that are open end where the total leaves nobody more."""
    if total is None:
        return dict(ranges)
    left = max(0, total - sum(low for low, _ in ranges.values()))
    return {
        name: (low, min(high, low + left)) if figures[name].open_end else (low, high)
        for name, (low, high) in ranges.items()
    }


def is_blank(value: Any) -> bool:
    """Whether a cell holds no figure; a withheld one, such as "..", says that there is one."""
    withheld = isinstance(value, str) and _range(value.strip()) is not None
    return known_label(value) is None and not withheld


def _middle(low: int, high: int) -> int:
    return (low + high) // 2


def _settled(
    ranges: Mapping[str, tuple[int, int]],
    figures: Mapping[str, Figure],
    total: int | None,
    unknown: int,
) -> dict[str, int]:
    """Whole numbers within the ranges: those nearest to what was printed that add to the total, or
    come as near to it as they can.
    """
    meant: dict[str, float] = {}
    for name, (low, high) in ranges.items():
        figure = figures[name]
        printed = figure.value
        if figure.percent and total is not None:
            printed = figure.value * total / 100
        meant[name] = min(max(printed, low), high)
    counts = {name: min(max(round(meant[name]), low), high) for name, (low, high) in ranges.items()}
    if total is None:
        return counts
    left = total - unknown - sum(counts.values())
    step = 1 if left > 0 else -1
    while left:
        free = [n for n, (low, high) in ranges.items() if low <= counts[n] + step <= high]
        if not free:
            break
        share = max(1, abs(left) // len(free))
        for name in sorted(free, key=lambda n: (abs(counts[n] + step - meant[n]), n)):
            low, high = ranges[name]
            room = high - counts[name] if step > 0 else counts[name] - low
            moved = min(share, room, abs(left)) * step
            counts[name] += moved
            left -= moved
    return counts


def _misprint(total: float) -> float:
    return max(1.0, _MISPRINT * total)


def warn_of_misprints(notes: Iterable[Note]) -> None:
    """Warn once of each source that does not add up."""
    for text in dict.fromkeys(note.text for note in notes if note.code == _OFF):
        warn(text)


class PrintedCounts:
    """Reads counts as reports print them, and collects what is wrong.

    ``total`` is how many took part, of all attributes or of each. In attributes of ``overlapping``
    one person can be in several groups; where it is None that is not known yet, and groups that add
    to more than the total are noted and not refused. ``printed`` has, by attribute and group, the
    people that were printed: without those whom only the total tells of.
    """

    def __init__(
        self,
        what: str,
        total: Any,
        overlapping: Collection[str] | None,
        *,
        stage: str = "",
    ) -> None:
        self.what: str = what
        self.total: Any = total
        self.overlapping: Collection[str] | None = overlapping
        self.stage: str = stage
        self.problems: Problems = Problems()
        self.notes: list[Note] = []
        self.printed: dict[str, dict[str, int]] = {}

    def every(self, counts: Any) -> dict[str, AttributeTally]:
        """One tally an attribute; raises with every problem found."""
        mapping = isinstance(counts, Mapping)
        if not mapping or not all(isinstance(v, Mapping) for v in counts.values()):
            raise InputError.of(
                f"published counts of {self.what} are given as {{attribute: {{group: number}}}}.",
                code="not_counts",
                param=self.what,
                hint='for example {"sex": {"Female": 12, "Male": 9}}.',
            )
        if not counts:
            self.problems.add(f"{self.what} has no attributes.", code="no_rows", param=self.what)
        found: dict[str, AttributeTally] = {}
        for raw, groups in counts.items():
            attribute = label(raw) or ""
            if not attribute or attribute in found:
                self.problems.add(
                    f"the attribute {show(raw)} stands twice or has no name.",
                    code="duplicate_attribute",
                )
                continue
            found[attribute] = self._one(attribute, groups)
        if not self.problems and not any(t.cells or t.unknown.n for t in found.values()):
            self.problems.add(f"{self.what} counts nobody.", code="no_rows", param=self.what)
        self.problems.raise_if_any()
        return found

    def _where(self, attribute: str) -> str:
        """An attribute as it was given, with the stage, for errors."""
        return f"{show(attribute)} at stage {show(self.stage)}" if self.stage else show(attribute)

    def _plainly(self, attribute: str) -> str:
        """An attribute as people say it, with the stage, for notes."""
        return f"{plainly(attribute)} ({plainly(self.stage)})" if self.stage else plainly(attribute)

    def _note(self, code: str, attribute: str, template: str, **values: Any) -> None:
        """Note something of an attribute, which the template calls ``{where}``."""
        where = self._plainly(attribute)
        self.notes.append(Note.of(code, template, where=where, attribute=attribute, **values))

    def _is_overlapping(self, attribute: str) -> bool:
        return self.overlapping is not None and attribute in self.overlapping

    def _one(self, attribute: str, groups: Mapping[Any, Any]) -> AttributeTally:
        figures, nameless = self._figures(attribute, groups)
        total = self.stated(attribute, [*figures.values(), *nameless])
        row = self._total_row(attribute, figures, nameless)
        if row is not None:
            everyone, _ = self._count(attribute, row, figures.pop(row), total)
            total = everyone if total is None else total
        self._ask_for_percent(attribute, figures, nameless, total)
        ranges = {name: self._count(attribute, name, f, total) for name, f in figures.items()}
        ranges = _closed(ranges, figures, total)
        apart = [self._count(attribute, None, f, total) for f in nameless]
        unknown = sum(_middle(*ends) for ends in apart)
        overlapping = self._is_overlapping(attribute)
        counts = _settled(ranges, figures, None if overlapping else total, unknown)
        self._note_ranges(attribute, figures, ranges, counts, total)
        cells = {name: Cell.of(n) for name, n in counts.items()}
        if nameless:
            counts["unknown"] = counts.get("unknown", 0) + unknown
        self.printed[attribute] = counts
        if overlapping:
            return self._overlapping(attribute, cells, total, unknown)
        rest = self._rest(attribute, cells, total, unknown)
        alone = len(cells) == 1 and not unknown and rest > 0
        return AttributeTally(
            attribute,
            cells,
            Cell.of(unknown + rest),
            printed_alone=alone,
            ranges={name: ranges[name] for name, figure in figures.items() if figure.is_range},
        )

    def _ask_for_percent(
        self,
        attribute: str,
        figures: Mapping[str, Figure],
        nameless: Sequence[Figure],
        total: int | None,
    ) -> None:
        """Figures that add to 100 beside another total: people, or percentages without their sign?"""
        plain = [f.value for f in (*figures.values(), *nameless)]
        known = not any(f.percent or f.is_range for f in (*figures.values(), *nameless))
        off = abs(sum(plain) - 100)
        if total in (None, sum(plain)) or not known or len(plain) < 2 or off > _HUNDRED:
            return
        self.problems.add(
            f"the figures of {self._where(attribute)} add to {sum(plain):g}, "
            f"but {total:,} people took part: are they percentages?",
            code="percentages_or_people",
            param=attribute,
            got=sum(plain),
            expected=total,
            hint='if so, write "51%"; if they are people, say what is known of the others: give a '
            'row "unknown".',
        )

    def _figures(
        self, attribute: str, groups: Mapping[Any, Any]
    ) -> tuple[dict[str, Figure], list[Figure]]:
        """The readable figures by label, and those of groups without a name."""
        figures: dict[str, Figure] = {}
        nameless: list[Figure] = []
        spelt: set[str] = set()
        blank: list[Any] = []
        for raw, value in groups.items():
            if is_blank(value) and not isinstance(value, float):
                blank.append(raw)
                continue
            name = label(raw)
            try:
                figure = read_figure(value, where=f"{self._where(attribute)}: {show(raw)}")
            except InputError as error:
                self.problems.take(error)
                continue
            if name is None:
                nameless.append(figure)
            elif fold(name) in spelt:
                self.problems.add(
                    f"{show(name)} stands twice in {self._where(attribute)}.",
                    code="duplicate_group",
                    got=name,
                )
            else:
                spelt.add(fold(name))
                figures[name] = figure
        if blank:
            self.problems.add(
                f"{self.what} give no number for {listed(blank)} in {self._where(attribute)}; "
                "a number that is not printed is not 0.",
                code="missing_count",
                param=attribute,
                hint="write 0 where there was nobody; where the number is withheld or not known, "
                "leave the attribute out.",
            )
        return figures, nameless

    def stated(self, attribute: str, figures: Iterable[Figure] = ()) -> int | None:
        """How many took part, as it was said beside the counts or in them."""
        stated = self.total.get(attribute) if isinstance(self.total, Mapping) else self.total
        said = {f.total for f in figures if f.total is not None}
        if len(said) > 1:
            self.problems.add(
                f"the figures of {self._where(attribute)} are out of different totals: "
                f"{listed(sorted(said))}.",
                code="different_totals",
                param=attribute,
            )
        if stated is None:
            return said.pop() if said else None
        try:
            value = read_figure(stated, where=f"the total of {self._where(attribute)}").value
        except InputError:
            value = 0.0
        if value < 1 or value != int(value):
            self.problems.add(
                f"the total of {self._where(attribute)} is {show(stated)}; "
                "expected a whole number from 1.",
                code="bad_total",
                param="total",
                got=stated,
                hint="the total is how many people took part.",
            )
            return None
        return int(value)

    def _total_row(
        self, attribute: str, figures: Mapping[str, Figure], nameless: Sequence[Figure]
    ) -> str | None:
        """The label of a row that is the total of the others, if there is one."""
        values = {name: figure.value for name, figure in figures.items()}
        percentages = any(f.percent for f in figures.values())
        if nameless:
            values[""] = sum(figure.value for figure in nameless)
        if self._is_overlapping(attribute):
            worded = (name for name in figures if len(figures) > 1 and is_total_word(name))
            total = next(worded, None)
        else:
            found = no_groups(values, percentages=percentages)
            self._no_parents(attribute, found)
            total = found.total or None if percentages else found.total or _named_total(values)
        if total is not None:
            template = "The row {group:label} of {where} is a total and was not taken as a group."
            self._note("total_row", attribute, template, group=total)
        return total

    def _no_parents(self, attribute: str, found: NoGroups) -> None:
        """Refuse groups beside their own parts, and note what is called a total and is none."""
        for parent in found.parents:
            self.problems.add(
                f"{show(parent.group)} of {self._where(attribute)} stands beside its own parts, "
                f"{listed(parent.parts, most=6)}; people would count twice.",
                code="parent_beside_parts",
                param=attribute,
                got=parent.group,
                expected="groups of one level",
                hint="keep the parts, or the group that holds them.",
            )

    def _count(
        self, attribute: str, name: str | None, figure: Figure, total: int | None
    ) -> tuple[int, int]:
        """The smallest and largest number of people that a figure says."""
        if figure.open_end and total is not None:
            return 0, total
        if figure.low is not None and figure.high is not None and not figure.percent:
            return int(figure.low), int(figure.high)
        if figure.percent:
            return self._behind(attribute, name, figure, total)
        where = f"{self._where(attribute)}: {show(name)}"
        if figure.pointed:
            self.problems.add(
                f"{where} is written with a point, {figure.value:g}: is that thousands?",
                code="ambiguous_thousands",
                param=attribute,
                got=figure.value,
                hint="write 1200 or 1,200 for twelve hundred.",
            )
        elif figure.value != int(figure.value):
            self.problems.add(
                f"{where} is {figure.value:g}; expected a whole number of people.",
                code="fractional_count",
                param=attribute,
                got=figure.value,
                hint='is it a percentage? Write "55%" and give total=, or "55% of 40".',
            )
        if total is not None and figure.value > total:
            self.problems.add(
                f"{where} is {figure.value:g}, more than the {total:,} who took part.",
                code="count_above_total",
                param=attribute,
                got=figure.value,
                expected=total,
            )
        return int(figure.value), int(figure.value)

    def _behind(
        self, attribute: str, name: str | None, figure: Figure, total: int | None
    ) -> tuple[int, int]:
        """The smallest and largest number of people behind a percentage."""
        where = f"{self._where(attribute)}: {show(name)}"
        if total is None:
            self.problems.add(
                f"{where} is {figure.value:g}%, but of how many?",
                code="missing_total",
                param="total",
                hint='write "55% of 40", or give the total: total=, in a table the column total.',
            )
            return 0, 0
        if figure.low is not None and figure.high is not None:
            return math.ceil(figure.low * total / 100), math.floor(figure.high * total / 100)
        found = counts_behind(figure.value, total=total, decimals=figure.decimals)
        if found is None:
            self.problems.add(
                f"{where} is {figure.value:g}% of {total:,}, which no whole number of people "
                "gives.",
                code="impossible_percentage",
                param=where,
                got=figure.value,
                hint="is the total right? The source may leave some people out of the percentages.",
            )
            return 0, 0
        return found

    def _note_ranges(
        self,
        attribute: str,
        figures: Mapping[str, Figure],
        ranges: Mapping[str, tuple[int, int]],
        counts: Mapping[str, int],
        total: int | None,
    ) -> None:
        """Note each figure that several numbers of people can be behind."""
        for name, (low, high) in ranges.items():
            figure = figures[name]
            ends = {"group": name, "low": low, "high": high, "people": counts[name]}
            if low == high:
                continue
            if figure.is_range:
                template = (
                    "{group:label} ({where}) can be {low} to {high} people; {people} is used."
                )
                if figure.open_end and total is None:
                    template += " The figure is withheld, and no total says how many it can be."
                self._note("withheld_count", attribute, template, **ends)
            else:
                self._note(
                    "rounded_percentage",
                    attribute,
                    "{group:label} ({where}): {percent:g}% of {total} can be {low} to {high} "
                    "people; {people} is used.",
                    percent=figure.value,
                    total=total,
                    **ends,
                )

    def _rest(
        self, attribute: str, cells: Mapping[str, Cell], total: int | None, unknown: int
    ) -> int:
        """How many people of the total the groups leave over."""
        added = everybody(cells.values()).n + unknown
        if total is None or added == total:
            return 0
        rest = total - added
        if rest > 0 and len(cells) == 1:
            return rest
        sums = {"added": added, "total": total}
        if rest > 0:
            template = (
                "The groups of {where} add to {added}, the total is {total}; "
                f"the other {{people}} {'is' if rest == 1 else 'are'} counted as unknown."
            )
            self._note("rest_unknown", attribute, template, people=rest, **sums)
            return rest
        if -rest > _misprint(total) and self.overlapping is None:
            template = (
                "The groups of {where} add to {added}, more than the {total} who took part; "
                "that can be only where people can be in several groups."
            )
            self._note("above_total", attribute, template, **sums)
            return 0
        if -rest > _misprint(total):
            self.problems.add(
                f"the groups of {self._where(attribute)} add to {added:,}, "
                f"more than the {total:,} who took part.",
                code="count_above_total",
                param=attribute,
                got=added,
                expected=total,
                hint=f"if people can be in several groups, pass overlapping=[{show(attribute)}].",
            )
        template = (
            "The groups of {where} add to {added}, the published total is {total}; "
            "the source does not add up, and {added} is used."
        )
        self._note(_OFF, attribute, template, **sums)
        return 0

    def _overlapping(
        self, attribute: str, cells: Mapping[str, Cell], total: int | None, unknown: int
    ) -> AttributeTally:
        """Groups that people can be in several of: it is known of everybody for each."""
        if total is None:
            self.problems.add(
                f"people can be in several groups of {self._where(attribute)}, "
                "so how many took part?",
                code="missing_total",
                param="total",
                hint=f"give total={{{show(attribute)}: number of people}}.",
            )
            total = 0
        known = Cell.of(max(0, total - unknown))
        return AttributeTally(attribute, cells, Cell.of(unknown), dict.fromkeys(cells, known))
