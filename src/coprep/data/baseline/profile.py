"""Profile: the make-up of a community by one attribute, and how published figures become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.data.figures import Figure, read_figure
from coprep.data.labels import DEFAULT_UNKNOWN, TOTALS, fold, label, unknown_words
from coprep.errors import InputError, Problems
from coprep.wording.labels import listed, nearest, show
from coprep.wording.names import plainly

# Shares may miss 1 by three standard deviations of a sum of rounding errors, and never by more than this.
_MOST_OFF = 0.015
_Z90 = 1.645
_LARGEST = 1e15

Cells = Mapping[tuple[str, ...], float]
"""People by several attributes at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The make-up of a community by one attribute.

    Attributes
    ----------
    attribute : str
        Its name.
    groups : tuple of str
        The groups, in the source's order.
    shares : ndarray
        Share of each group, as published (0 to 1).
    counts : ndarray or None
        People in each group, where the source gives them.
    moe : ndarray or None
        90% margin of error of each share.
    rounding : float
        Half a unit of the last printed digit, as a share; 0 where shares are exact.
    overlapping : bool
        Whether one person can be in several groups, so that shares need not add to 1.
    """

    attribute: str
    groups: tuple[str, ...]
    shares: NDArray[np.float64]
    counts: NDArray[np.float64] | None = None
    moe: NDArray[np.float64] | None = None
    rounding: float = 0.0
    overlapping: bool = False

    @property
    def standard_errors(self) -> NDArray[np.float64]:
        """Standard error of each share; 0 where no margin of error was given."""
        return np.zeros(len(self.groups)) if self.moe is None else self.moe / _Z90

    @property
    def size(self) -> float | None:
        """How many people the counts add up to."""
        return None if self.counts is None or self.overlapping else float(self.counts.sum())


def merged(profile: Profile, rules: Mapping[str, str]) -> tuple[Profile, list[str]]:
    """The profile with groups renamed by ``rules``, and a sentence for each merger."""
    from coprep.metrics.weighting._margin_of_error import moe_sum

    target = [rules.get(g, g) for g in profile.groups]
    groups = tuple(dict.fromkeys(target))
    if groups == profile.groups:
        return profile, []
    into = np.array([[t == g for t in target] for g in groups])
    moe = profile.moe
    if moe is not None:
        moe = np.array([moe_sum(profile.shares[row], moe[row]) for row in into])
    notes = [
        f"In {plainly(profile.attribute)}, "
        f"{listed([o for o, t in zip(profile.groups, target, strict=True) if t == g])} were merged into {show(g)}."
        for g, row in zip(groups, into, strict=True)
        if row.sum() > 1
    ]
    widest = int(into.sum(axis=1).max())
    return (
        replace(
            profile,
            groups=groups,
            shares=into @ profile.shares,
            counts=None if profile.counts is None else into @ profile.counts,
            moe=moe,
            rounding=profile.rounding * widest,
        ),
        notes,
    )


def recoded(
    before: Mapping[str, Profile], cells: Cells | None, mapping: Mapping[str, Any]
) -> tuple[dict[str, Profile], Cells | None, list[str]]:
    """Profiles and joint table with groups called as ``mapping`` says, and a note on every merger.

    Raises
    ------
    InputError
        With every rule that names no group, or gives one a name that means "we do not know".
    """
    nested = {a: m for a, m in mapping.items() if isinstance(m, Mapping)}
    flat = {str(k): str(v) for k, v in mapping.items() if not isinstance(v, Mapping)}
    problems = Problems()
    known = {g for p in before.values() for g in p.groups}
    for old in flat:
        if old not in known:
            _unknown_group(problems, old, known)
    profiles: dict[str, Profile] = {}
    notes: list[str] = []
    for name, p in before.items():
        rules = {**flat, **{str(k): str(v) for k, v in nested.get(name, {}).items()}}
        for old in nested.get(name, {}):
            if old not in p.groups:
                _unknown_group(problems, old, p.groups)
        _no_unknown_group(
            problems, name, {old: new for old, new in rules.items() if old in p.groups}
        )
        profiles[name], remarks = merged(p, rules)
        notes += remarks
    for name in nested:
        if name not in before:
            problems.add(
                f"the baseline does not describe {show(name)}.", code="unknown_attribute", got=name
            )
    problems.raise_if_any()
    if cells is not None:
        rules_by = [{**flat, **dict(nested.get(a, {}))} for a in before]
        cells = _summed_cells(
            (tuple(r.get(g, g) for r, g in zip(rules_by, key, strict=True)), w)
            for key, w in cells.items()
        )
    return profiles, cells, notes


def _unknown_group(problems: Problems, old: str, known: Iterable[str]) -> None:
    close = nearest(old, known)
    problems.add(
        f"no group of the baseline is called {show(old)}.",
        code="unknown_group",
        param="recode",
        got=old,
        hint=f"did you mean {show(close)}?" if close else None,
    )


def _no_unknown_group(problems: Problems, attribute: str, rules: Mapping[str, str]) -> None:
    """People of unknown group have a row of their own in every answer; no group of the baseline can have its name."""
    words = unknown_words(DEFAULT_UNKNOWN)
    for old, new in rules.items():
        if label(new) is None or fold(str(label(new))) in words:
            problems.add(
                f"{show(old)} in {show(attribute)} cannot be called {show(new)}: that means people of unknown group.",
                code="unknown_is_no_group",
                param="recode",
                got=new,
                hint="give it the name of a group, such as 'Other'; or leave it out of the baseline.",
            )


def _summed_cells(pairs: Iterable[tuple[tuple[str, ...], float]]) -> dict[tuple[str, ...], float]:
    total: dict[tuple[str, ...], float] = {}
    for key, value in pairs:
        total[key] = total.get(key, 0.0) + value
    return total


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
        self.notes: list[str] = []
        self._unknown = unknown_words(DEFAULT_UNKNOWN)

    def every(
        self,
        values: Any,
        moe: Any,
        make: Callable[[str, dict[str, Figure], Mapping[Any, Any]], Profile | None],
    ) -> dict[str, Profile]:
        """One profile an attribute; raises with every problem found."""
        if not isinstance(values, Mapping) or not all(
            isinstance(v, Mapping) for v in values.values()
        ):
            raise InputError.of(
                "a baseline is given as {attribute: {group: number}}.",
                code="not_a_baseline",
                param="baseline",
                got=type(values).__name__,
                hint='for example {"sex": {"Female": 510, "Male": 490}}; for tables use Baseline.from_frame.',
            )
        if not isinstance(moe, Mapping) or not all(isinstance(v, Mapping) for v in moe.values()):
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
                    f"the attribute {show(attribute)} {'has no name' if not name else 'stands twice'}.",
                    code="duplicate_attribute",
                    got=attribute,
                )
                continue
            figures = self._figures(name, groups)
            profile = make(name, figures, moe.get(attribute, {})) if figures else None
            if profile is not None:
                profiles[name] = profile
        for name in moe:
            if label(name) not in profiles and not self.problems:
                self.problems.add(
                    f"moe names {show(name)}, which the baseline does not describe.",
                    code="unknown_attribute",
                    param="moe",
                )
        for name in self.overlapping:
            if name not in profiles and not self.problems:
                self.problems.add(
                    f"overlapping names {show(name)}, which the baseline does not describe.",
                    code="unknown_attribute",
                    param="overlapping",
                )
        self.problems.raise_if_any()
        return profiles

    def _check_options(self) -> None:
        """The size and the rounding, where they are given."""
        for name, value in (("size", self.size), ("rounding", self.rounding)):
            given = value is not None and value != "auto"
            number = (
                isinstance(value, (int, float))
                and not isinstance(value, bool)
                and 0 <= value < _LARGEST
            )
            if given and not number:
                self.problems.add(
                    f"{name} is {show(value)}; expected a number from 0.",
                    code="bad_option",
                    param=name,
                    got=value,
                )

    def _figures(self, attribute: str, groups: Mapping[Any, Any]) -> dict[str, Figure]:
        """The readable figures by label; unknown groups left out, problems noted."""
        figures: dict[str, Figure] = {}
        spelt: dict[str, str] = {}
        before = len(self.problems)
        for raw, value in groups.items():
            name = label(raw)
            if name is None or fold(name) in self._unknown:
                self.notes.append(
                    f"The baseline's {show(raw)} in {plainly(attribute)} is left out: it is not a group."
                )
                continue
            if fold(name) in spelt:
                self.problems.add(
                    f"{show(name)} and {show(spelt[fold(name)])} in {show(attribute)} are one group spelt twice.",
                    code="duplicate_group",
                    got=name,
                    hint="add them up before.",
                )
                continue
            spelt[fold(name)] = name
            try:
                figures[name] = read_figure(
                    value, where=f"{show(attribute)}: {show(name)} in the baseline"
                )
            except InputError as error:
                self.problems.take(error)
        if not groups:
            self.problems.add(
                f"the baseline's {show(attribute)} has no groups.", code="empty_attribute"
            )
        if len(self.problems) > before:
            return {}
        if not figures:
            self.problems.add(
                f"the baseline's {show(attribute)} has only unknown groups.", code="empty_attribute"
            )
        return figures

    def _without_total(
        self, attribute: str, figures: dict[str, Figure]
    ) -> tuple[dict[str, Figure], float | None]:
        """The figures without a row that is the total of the others, and that total."""
        total = next((g for g in figures if fold(g) in TOTALS), None)
        if total is None or len(figures) < 2:
            return figures, None
        rest = {g: f for g, f in figures.items() if g != total}
        added = sum(f.value for f in rest.values())
        if (
            attribute not in self.overlapping
            and abs(added - figures[total].value) > 1e-3 * figures[total].value
        ):
            self.problems.add(
                f"{show(total)} of {show(attribute)} is {figures[total].value:,g}, but the other rows add to "
                f"{added:,g}.",
                code="total_differs",
                param=attribute,
                hint="give each person's group once: leave out totals, subtotals and their parts.",
            )
        self.notes.append(
            f"The row {show(total)} of {plainly(attribute)} is a total and was not taken as a group."
        )
        return rest, figures[total].value

    def by_count(
        self, attribute: str, figures: dict[str, Figure], moe: Mapping[Any, Any]
    ) -> Profile | None:
        """A profile from numbers of people."""
        figures, stated = self._without_total(attribute, figures)
        values = np.array([f.value for f in figures.values()])
        overlaps = attribute in self.overlapping
        if any(f.percent for f in figures.values()):
            self.problems.add(
                f"the counts of {show(attribute)} are percentages.",
                code="not_a_count",
                hint="use Baseline.from_shares.",
            )
            return None
        if overlaps and stated is None:
            self.problems.add(
                f"{show(attribute)} is overlapping, so its counts need a row 'Total' with the number of people.",
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
            self._do_not_add(attribute, float(values.max() / total), percent=False, overlaps=True)
            return None
        margins = self._margins(attribute, figures, moe)
        if margins is not None:
            from coprep.metrics.weighting._margin_of_error import moe_share, moe_sum

            margins = np.asarray(moe_share(values, total, margins, moe_sum(values, margins)))
        return Profile(attribute, tuple(figures), values / total, values, margins, 0.0, overlaps)

    def by_share(
        self, attribute: str, figures: dict[str, Figure], moe: Mapping[Any, Any]
    ) -> Profile | None:
        """A profile from shares or percentages."""
        figures, _ = self._without_total(attribute, figures)
        values = np.array([f.value for f in figures.values()])
        overlaps = attribute in self.overlapping
        total = float(values.sum())
        decimals = max(f.decimals for f in figures.values())
        percent = (
            any(f.percent for f in figures.values())
            or bool(values.max() > 1)
            or (not overlaps and abs(total - 100) < abs(total - 1))
        )
        unit = 100.0 if percent else 1.0
        half = 0.5 * 10.0**-decimals / unit
        if overlaps:
            bad = bool(values.max() > unit)
        else:
            k = len(values)
            allowed = min(k * half, 3 * half * np.sqrt(k / 3), _MOST_OFF) + 1e-9
            bad = abs(total / unit - 1) > allowed
        if bad:
            self._do_not_add(attribute, total, percent=percent, overlaps=overlaps)
            return None
        off = abs(total / unit - 1) > 1e-9 and not overlaps
        if off:
            self.notes.append(
                f"The shares of {plainly(attribute)} add to {total / unit:.1%}, as printed; rounding explains it."
            )
        carried = half if self.rounding == "auto" and (percent or off) else 0.0
        if self.rounding != "auto":
            carried = float(self.rounding)
        margins = self._margins(attribute, figures, moe)
        shares = values / unit
        counts = None if self.size is None else shares * float(self.size)
        return Profile(
            attribute,
            tuple(figures),
            shares,
            counts,
            None if margins is None else margins / unit,
            carried,
            overlaps,
        )

    def _do_not_add(self, attribute: str, total: float, *, percent: bool, overlaps: bool) -> None:
        unit, expected = ("percentages", "100") if percent else ("shares", "1")
        what = f"the {unit} of {show(attribute)} add to {total:g}; expected {expected}."
        if overlaps:
            what = f"a share of {show(attribute)} is above {expected}."
        self.problems.add(
            what,
            code="shares_do_not_add",
            param=attribute,
            got=total,
            expected=float(expected),
            hint="is a group missing, or a subtotal counted twice? If people can be in several groups, "
            f"pass overlapping=[{show(attribute)}].",
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
                f"{listed(missing)} in {show(attribute)} have no margin of error, but other groups have.",
                code="missing_margin",
                param=attribute,
                hint="give 0 for a figure that is exact.",
            )
            return None
        try:
            return np.array(
                [
                    read_figure(
                        given[g], where=f"margin of error of {show(g)} in {show(attribute)}"
                    ).value
                    for g in figures
                ]
            )
        except InputError as error:
            self.problems.take(error)
            return None
