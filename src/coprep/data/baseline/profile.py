"""Profile: the make-up of a community by one attribute, and how published figures become one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.data.labels import fold, is_date, is_not_asked, known_label, label
from coprep.data.printed import Figure, read_figure
from coprep.data.totals import ALMOST_CERTAIN, NoGroups, is_total_word, no_groups
from coprep.errors import InputError, Problems
from coprep.findings import Note
from coprep.wording.labels import listed, nearest, show

# Shares may miss 1 by as much as their printed digits allow, and never by more than this: of many
# figures without decimals, rounding could hide a whole group.
_MOST_OFF = 0.05
_Z90 = 1.645
_LEAST_KEPT = 1e-9  # so small a share of known group is what rounding leaves
_LARGEST = 1e15

Cells = Mapping[tuple[str, ...], float]
"""People by several attributes at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The make-up of a community by one attribute.

    ``shares`` are as published (0 to 1), ``moe`` their 90% margins of error, ``rounding`` half a
    unit of their last printed digit, 0 where they are exact. With ``overlapping`` one person can be
    in several groups, so that shares need not add to 1. ``count_moe`` are margins of the counts and
    ``total_moe`` that of a printed total, where these were given: merged groups are made from them.
    Counts of a profile that was ``sampled`` are no numbers of people who live there.
    """

    attribute: str
    groups: tuple[str, ...]
    shares: NDArray[np.float64]
    counts: NDArray[np.float64] | None = None
    moe: NDArray[np.float64] | None = None
    rounding: float = 0.0
    overlapping: bool = False
    count_moe: NDArray[np.float64] | None = None
    total_moe: float | None = None
    sampled: bool = False

    @property
    def standard_errors(self) -> NDArray[np.float64]:
        """Standard error of each share; 0 where no margin of error was given."""
        return np.zeros(len(self.groups)) if self.moe is None else self.moe / _Z90

    @property
    def size(self) -> float | None:
        """How many people the counts add up to."""
        return None if self.counts is None or self.overlapping else float(self.counts.sum())


def merged_margins(
    profile: Profile, into: NDArray[np.float64]
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Margins of shares and of counts of groups made from a profile's; a row a new group.

    Margins of counts are summed first, by the Census Bureau's rule for zeros. Where only margins of
    shares are known, a group's is also that of everybody else together, and the smaller of both
    bounds holds: the parts of a whole cannot all err to one side.
    """
    from coprep.metrics.weighting._margin_of_error import moe_shares

    if profile.moe is None:
        return None, None
    if profile.count_moe is not None and profile.counts is not None and not profile.overlapping:
        margins = np.array([_sum_margin(row, profile.counts, profile.count_moe) for row in into])
        return moe_shares(into @ profile.counts, margins, profile.total_moe), margins
    moe = profile.moe
    own = np.array([_sum_margin(row, profile.shares, moe) for row in into])
    if profile.overlapping:
        return own, None
    rest = np.array([_sum_margin(1 - row, profile.shares, moe) for row in into])
    whole = np.isclose(into.sum(axis=0), 1).all()
    return (np.minimum(own, rest) if whole else own), None


def _sum_margin(
    weights: NDArray[np.float64], estimates: NDArray[np.float64], moes: NDArray[np.float64]
) -> float:
    """The margin of a weighted sum; of several estimates of 0 only the largest counts."""
    from coprep.metrics.weighting._margin_of_error import moe_sum

    used = weights > 0
    if not used.any():
        return 0.0
    return float(moe_sum((weights * estimates)[used], (weights * moes)[used]))


def _merged(profile: Profile, rules: Mapping[str, str]) -> tuple[Profile, list[Note]]:
    """The profile with groups renamed by ``rules``, and a note on each merger."""
    target = [rules.get(g, g) for g in profile.groups]
    groups = tuple(dict.fromkeys(target))
    if groups == profile.groups:
        return profile, []
    into = np.array([[t == g for t in target] for g in groups])
    moe, count_moe = merged_margins(profile, into.astype(np.float64))
    notes = [
        Note.of(
            "groups_merged",
            "In {attribute:name}, {old:labels} were merged into {new:label}.",
            attribute=profile.attribute,
            old=[profile.groups[i] for i in np.flatnonzero(row)],
            new=group,
        )
        for group, row in zip(groups, into, strict=True)
        if row.sum() > 1
    ]
    made = replace(
        profile,
        groups=groups,
        shares=into @ profile.shares,
        counts=None if profile.counts is None else into @ profile.counts,
        moe=moe,
        count_moe=count_moe,
        rounding=profile.rounding * int(into.sum(axis=1).max()),
    )
    return made, notes


def recoded(
    before: Mapping[str, Profile], cells: Cells | None, mapping: Mapping[str, Any]
) -> tuple[dict[str, Profile], Cells | None, list[Note]]:
    """Profiles and joint table with groups called as ``mapping`` says, and a note on every merger.

    Raises an InputError with every rule that names no group, or gives one a name that means "we do
    not know".
    """
    nested = {a: m for a, m in mapping.items() if isinstance(m, Mapping)}
    flat = {str(k): str(v) for k, v in mapping.items() if not isinstance(v, Mapping)}
    problems = Problems()
    for name in nested:
        if name not in before:
            problems.add(
                f"the baseline does not describe {show(name)}.", code="unknown_attribute", got=name
            )
    _check_known(problems, flat, {g for p in before.values() for g in p.groups})
    rules_by: dict[str, dict[str, str]] = {}
    profiles: dict[str, Profile] = {}
    notes: list[Note] = []
    for name, profile in before.items():
        own = {str(k): str(v) for k, v in nested.get(name, {}).items()}
        _check_known(problems, own, profile.groups)
        rules = {old: new for old, new in (flat | own).items() if old in profile.groups}
        _no_unknown_group(problems, name, rules)
        profiles[name], remarks = _merged(profile, rules)
        notes += remarks
        rules_by[name] = rules
    problems.raise_if_any()
    if cells is None:
        return profiles, None, notes
    total: dict[tuple[str, ...], float] = {}
    for key, size in cells.items():
        new = tuple(r.get(g, g) for r, g in zip(rules_by.values(), key, strict=True))
        total[new] = total.get(new, 0.0) + size
    return profiles, total, notes


def _check_known(problems: Problems, rules: Iterable[str], known: Collection[str]) -> None:
    """Tell of rules that name no group."""
    for old in rules:
        if old not in known:
            close = nearest(old, known)
            problems.add(
                f"no group of the baseline is called {show(old)}.",
                code="unknown_group",
                param="recode",
                got=old,
                hint=f"did you mean {show(close)}?" if close else None,
            )


def _no_unknown_group(problems: Problems, attribute: str, rules: Mapping[str, str]) -> None:
    """The unknown have a row of their own in every answer: no group can have its name."""
    for old, new in rules.items():
        if known_label(new) is None:
            problems.add(
                f"{show(old)} in {show(attribute)} cannot be called {show(new)}: "
                "that means people of unknown group.",
                code="unknown_is_no_group",
                param="recode",
                got=new,
                hint="give it the name of a group, such as 'Other'; or leave it out of the "
                "baseline.",
            )


class Published:
    """Turns published mappings into profiles and collects what is wrong with them."""

    def __init__(
        self,
        overlapping: Sequence[str],
        *,
        size: float | None = None,
        rounding: float | Literal["auto"] = "auto",
    ) -> None:
        self.overlapping: tuple[str, ...] = (
            (overlapping,) if isinstance(overlapping, str) else tuple(overlapping)
        )
        self.size: float | None = size
        self.rounding: float | Literal["auto"] = rounding
        self.problems: Problems = Problems()
        self.notes: list[Note] = []

    def every(
        self,
        values: Any,
        moe: Any,
        make: Callable[[str, dict[str, Figure], Mapping[Any, Any]], Profile | None],
    ) -> dict[str, Profile]:
        """One profile an attribute; raises with every problem found."""
        if not _is_nested(values):
            raise InputError.of(
                "a baseline is given as {attribute: {group: number}}.",
                code="not_a_baseline",
                param="baseline",
                got=type(values).__name__,
                hint='for example {"sex": {"Female": 510, "Male": 490}}; '
                "for tables use Baseline.from_frame.",
            )
        if not _is_nested(moe):
            raise InputError.of(
                "moe is given as {attribute: {group: margin}}.",
                code="bad_margin",
                param="moe",
                got=type(moe).__name__,
            )
        self._check_options()
        if not values:
            self.problems.add("the baseline is empty.", code="empty_baseline", param="baseline")
        profiles: dict[str, Profile] = {}
        for attribute, groups in values.items():
            name = label(attribute) or ""
            if not name or name in profiles:
                self.problems.add(
                    f"the attribute {show(attribute)} {'stands twice' if name else 'has no name'}.",
                    code="duplicate_attribute",
                    got=attribute,
                )
                continue
            figures = self._figures(name, groups)
            profile = make(name, figures, moe.get(attribute, {})) if figures else None
            if profile is not None:
                profiles[name] = profile
        if not self.problems:
            self._check_described("moe", moe, profiles)
            self._check_described("overlapping", self.overlapping, profiles)
        self.problems.raise_if_any()
        return profiles

    def _check_described(
        self, param: str, names: Iterable[Any], profiles: Mapping[str, Profile]
    ) -> None:
        """Attributes that are named in an option are described."""
        for name in names:
            if label(name) not in profiles:
                self.problems.add(
                    f"{param} names {show(name)}, which the baseline does not describe.",
                    code="unknown_attribute",
                    param=param,
                )

    def _check_options(self) -> None:
        """The size and the rounding, where they are given."""
        given: dict[str, Any] = {"size": self.size, "rounding": self.rounding}
        for name, value in given.items():
            if (name, value) in (("size", None), ("rounding", "auto")):
                continue
            if not _is_number(value) or not 0 <= float(value) < _LARGEST:
                self.problems.add(
                    f"{name} is {show(value)}; expected a number from 0.",
                    code="bad_option",
                    param=name,
                    got=value,
                )
                # So that the figures can be looked at all the same.
                setattr(self, name, None if name == "size" else "auto")

    def _figures(self, attribute: str, groups: Mapping[Any, Any]) -> dict[str, Figure]:
        """The readable figures by label, those of no group too; problems noted."""
        figures: dict[str, Figure] = {}
        spelt: dict[str, str] = {}
        before = len(self.problems)
        for raw, value in groups.items():
            name = label(raw) or ""
            if fold(name) in spelt:
                self.problems.add(
                    f"{show(name)} and {show(spelt[fold(name)])} in {show(attribute)} "
                    "are one group spelt twice.",
                    code="duplicate_group",
                    got=name,
                    hint="add them up before.",
                )
                continue
            spelt[fold(name)] = name
            where = f"{show(attribute)}: {show(name)} in the baseline"
            try:
                figures[name] = read_figure(value, where=where)
            except InputError as error:
                self.problems.take(error)
        self._no_dates(attribute, figures)
        if len(self.problems) > before:
            return {}
        if not any(_is_group(name) for name in figures):
            lacking = "only unknown groups" if groups else "no groups"
            self.problems.add(
                f"the baseline's {show(attribute)} has {lacking}.", code="empty_attribute"
            )
            return {}
        return figures

    def _no_dates(self, attribute: str, figures: Iterable[str]) -> None:
        """Refuse days where groups should be."""
        days = [name for name in figures if is_date(name)]
        if days:
            self.problems.add(
                f"the baseline has dates in {show(attribute)}, such as {listed(days)}, "
                "where groups should be.",
                code="date_for_a_group",
                param=attribute,
                got=tuple(days),
                hint="a spreadsheet program turns 5-9 into a day: write 5 to 9.",
            )

    def _groups(
        self, attribute: str, figures: dict[str, Figure], values: Mapping[str, float], unit: float
    ) -> tuple[dict[str, Figure], float | None, float]:
        """The figures of groups, the total of all rows if one is given, and the sum of the rows of
        no group; ``unit`` is what shares add to, 0 for counts.
        """
        overlaps = attribute in self.overlapping
        percent = {name: value * 100 / unit for name, value in values.items()} if unit else None
        found = no_groups(percent or values, percentages=percent is not None)
        if overlaps:
            worded = (name for name in values if len(values) > 1 and is_total_word(name))
            found = NoGroups(total=next(worded, None))
        else:
            self._no_parents(attribute, found, values, counts=not unit)
        stated = None
        if found.total is not None:
            stated = values[found.total]
            template = (
                "The row {group:label} of {attribute:name} is a total and was not taken as a group."
            )
            if found.difference and not unit:
                template += " It misses the sum of the others by {difference:count}."
            self.notes.append(
                Note.of(
                    "total_row",
                    template,
                    group=found.total,
                    attribute=attribute,
                    difference=abs(found.difference),
                )
            )
        for name in found.only_worded:
            template = (
                "The row {group:label} of {attribute:name} is called as a total, but is not the "
                "sum of the others; it was taken as a group."
            )
            self.notes.append(Note.of("not_a_total", template, group=name, attribute=attribute))
        rest = {name: f for name, f in figures.items() if name != found.total and _is_group(name)}
        aside = {name: values[name] for name in figures if not _is_group(name)}
        for name, value in aside.items():
            self._leave_out(attribute, name, value, unit)
        return rest, stated, sum(aside.values())

    def _leave_out(self, attribute: str, name: str, value: float, unit: float) -> None:
        """Note a row of people who are in no group."""
        why = "it is not a group"
        if is_not_asked(name):
            why = "it is not a group, the question was not put to them"
        how_many = "{people:count} people" if not unit else "{people:percent}"
        self.notes.append(
            Note.of(
                "not_a_group",
                f"The baseline's {{group}} in {{attribute:name}} ({how_many}) is left out: {why}.",
                group=show(name or None),
                attribute=attribute,
                people=value / (unit or 1),
            )
        )

    def _no_parents(
        self, attribute: str, found: NoGroups, values: Mapping[str, float], *, counts: bool
    ) -> None:
        """Refuse groups beside their own parts, and what is called a total and does not add up."""
        for parent in found.parents:
            self.problems.add(
                f"{show(parent.group)} of {show(attribute)} stands beside its own parts, "
                f"{listed(parent.parts, most=6)}; people would count twice.",
                code="parent_beside_parts",
                param=attribute,
                got=parent.group,
                expected="groups of one level",
                hint="keep the parts, or the group that holds them.",
            )
        certain = [name for name in found.only_worded if fold(name).strip(" :") in ALMOST_CERTAIN]
        if certain and counts and len(values) > 1:
            total = certain[0]
            added = sum(value for name, value in values.items() if name != total)
            self.problems.add(
                f"{show(total)} of {show(attribute)} is {values[total]:,g}, "
                f"but the other rows add to {added:,g}.",
                code="total_differs",
                param=attribute,
                hint="give each person's group once: leave out totals, subtotals and their parts.",
            )

    def by_count(
        self, attribute: str, figures: dict[str, Figure], moe: Mapping[Any, Any]
    ) -> Profile | None:
        """A profile from numbers of people."""
        if any(f.percent for f in figures.values()):
            self.problems.add(
                f"the counts of {show(attribute)} are percentages.",
                code="not_a_count",
                hint="use Baseline.from_shares.",
            )
            return None
        before = len(self.problems)
        for name, figure in figures.items():
            if figure.pointed:
                self.problems.add(
                    f"{show(name)} of {show(attribute)} is written with a point, "
                    f"{figure.value:g}: is that thousands?",
                    code="ambiguous_thousands",
                    param=attribute,
                    got=figure.value,
                    hint="write 1200 or 1,200 for twelve hundred.",
                )
        all_values = {name: f.value for name, f in figures.items()}
        figures, stated, _ = self._groups(attribute, figures, all_values, 0)
        if len(self.problems) > before:
            return None
        values = np.array([f.value for f in figures.values()])
        overlaps = attribute in self.overlapping
        if overlaps and stated is None:
            self.problems.add(
                f"{show(attribute)} is overlapping, "
                "so its counts need a row 'Total' with the number of people.",
                code="missing_total",
                param=attribute,
            )
            return None
        total = float(stated) if overlaps and stated is not None else float(values.sum())
        if total <= 0:
            self.problems.add(
                f"the counts of {show(attribute)} add to 0.",
                code="empty_attribute",
                param=attribute,
            )
            return None
        if overlaps and values.max() > total:
            self._do_not_add(attribute, float(values.max() / total), unit=1, overlaps=True)
            return None
        of_counts = self._margins(attribute, figures, moe)
        of_total = self._margin_of_total(attribute, set(all_values) - set(figures), moe)
        margins = None
        if of_counts is not None:
            from coprep.metrics.weighting._margin_of_error import moe_share, moe_shares

            if overlaps:
                margins = np.asarray(moe_share(values, total, of_counts, of_total or 0.0))
            else:
                margins = moe_shares(values, of_counts, of_total)
        off = self._withheld(attribute, figures) / total
        return Profile(
            attribute,
            tuple(figures),
            values / total,
            values,
            margins,
            off,
            overlaps,
            count_moe=of_counts,
            total_moe=of_total,
        )

    def _margin_of_total(
        self, attribute: str, totals: set[str], moe: Mapping[Any, Any]
    ) -> float | None:
        """The printed margin of the total; None where none is printed."""
        given = {label(g) or "": v for g, v in moe.items()}
        for name in sorted(totals & set(given)):
            where = f"margin of error of {show(name)} in {show(attribute)}"
            return float(read_figure(given[name], where=where).value)
        return None

    def _withheld(self, attribute: str, figures: Mapping[str, Figure]) -> float:
        """How far a withheld figure can be from the middle of its range, which is used."""
        most = 0.0
        for name, figure in figures.items():
            if figure.low is None or figure.high is None:
                continue
            most = max(most, figure.high - figure.value, figure.value - figure.low)
            template = (
                "{group:label} of {attribute:name} in the baseline can be {low:g} to {high:g}; "
                "{middle:g} is used."
            )
            self.notes.append(
                Note.of(
                    "withheld_count",
                    template,
                    group=name,
                    attribute=attribute,
                    low=figure.low,
                    high=figure.high,
                    middle=figure.value,
                )
            )
        return most

    def by_share(
        self, attribute: str, figures: dict[str, Figure], moe: Mapping[Any, Any]
    ) -> Profile | None:
        """A profile from shares or percentages."""
        overlaps = attribute in self.overlapping
        unit = _unit(figures.values(), overlaps=overlaps)
        before = len(self.problems)
        all_values = {name: f.value for name, f in figures.items()}
        half = 0.5 * 10.0 ** -_decimals(figures.values()) / unit
        spread = sum((f.high or 0.0) - (f.low or 0.0) for f in figures.values()) / 2
        figures, _, aside = self._groups(attribute, figures, all_values, unit)
        if len(self.problems) > before:
            return None
        values = np.array([f.value for f in figures.values()])
        total = float(values.sum()) + (0.0 if overlaps else aside)
        missed = abs(total / unit - 1)
        allowed = min(len(all_values) * half, _MOST_OFF) + spread / unit + 1e-9
        if bool(values.max() > unit) if overlaps else missed > allowed:
            self._do_not_add(attribute, total, unit=unit, overlaps=overlaps)
            return None
        off = missed > 1e-9 and not overlaps
        if off:
            self.notes.append(
                Note.of(
                    "shares_rounded",
                    "The shares of {attribute:name} add to {sum:percent}, as printed; "
                    "rounding explains it.",
                    attribute=attribute,
                    sum=total / unit,
                )
            )
        rounding = float(self.rounding) if self.rounding != "auto" else 0.0
        if self.rounding == "auto" and (unit == 100 or off):
            rounding = half
        rounding = max(rounding, self._withheld(attribute, figures) / unit)
        if aside and not overlaps:  # of those who are in a group
            kept = 1 - aside / unit
            if kept < _LEAST_KEPT:
                self.problems.add(
                    f"{show(attribute)} has nobody in a group of known name.",
                    code="empty_baseline",
                    param=attribute,
                )
                return None
            values = values / kept
            rounding = rounding / kept
        margins = self._margins(attribute, figures, moe)
        shares = values / unit
        return Profile(
            attribute,
            tuple(figures),
            shares,
            counts=None if self.size is None else shares * float(self.size),
            moe=None if margins is None else margins / unit,
            rounding=rounding,
            overlapping=overlaps,
        )

    def _do_not_add(self, attribute: str, total: float, *, unit: int, overlaps: bool) -> None:
        called = "percentages" if unit == 100 else "shares"
        what = f"the {called} of {show(attribute)} add to {total:g}; expected {unit}."
        if overlaps:
            what = f"a share of {show(attribute)} is above {unit}."
        self.problems.add(
            what,
            code="shares_do_not_add",
            param=attribute,
            got=total,
            expected=float(unit),
            hint="is a group missing, or a subtotal counted twice? If people can be in several "
            f"groups, pass overlapping=[{show(attribute)}].",
        )

    def _margins(
        self, attribute: str, figures: Mapping[str, Figure], moe: Mapping[Any, Any]
    ) -> NDArray[np.float64] | None:
        """The margins in the order of the groups; all of them or none."""
        if not moe:
            return None
        given = {label(g) or "": v for g, v in moe.items()}
        missing = [g for g in figures if g not in given]
        if missing:
            self.problems.add(
                f"{listed(missing)} in {show(attribute)} have no margin of error, "
                "but other groups have.",
                code="missing_margin",
                param=attribute,
                hint="give 0 for a figure that is exact.",
            )
            return None
        where = f"in {show(attribute)}"
        try:
            return np.array(
                [
                    read_figure(given[g], where=f"margin of error of {show(g)} {where}").value
                    for g in figures
                ]
            )
        except InputError as error:
            self.problems.take(error)
            return None


def _is_group(name: str) -> bool:
    """Whether a row is of a group, and not of people of whom none is known."""
    return known_label(name) is not None and not is_not_asked(name)


def _unit(figures: Collection[Figure], *, overlaps: bool) -> int:
    """What the figures add to: 100 of percentages, 1 of shares."""
    values = [f.value for f in figures]
    if any(f.percent for f in figures) or max(values) > 1:
        return 100
    total = sum(values)
    return 100 if not overlaps and abs(total - 100) < abs(total - 1) else 1


def _decimals(figures: Collection[Figure]) -> int:
    """How many decimals the figures are printed with.

    Programs drop zeros at the end, so that 59 beside 40.5 may be 59.0; where zeros are there
    (41.0% beside 59%), figures are as they stand, and the coarsest counts.
    """
    printed = [f.decimals for f in figures if not f.is_range] or [0]
    zeros_kept = any(f.decimals > 0 and round(f.value, f.decimals - 1) == f.value for f in figures)
    return min(printed) if zeros_kept else max(printed)


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(v, Mapping) for v in value.values())


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
