"""One attribute assessed: its comparable groups judged, adjusted and given verdicts, the others kept beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from coprep.data.tally import Cell
from coprep.findings import Verdict
from coprep.representation.inputs import Compared
from coprep.representation.judge import Bools, Counts, Floats, Judged, Rules, judge, verdicts
from coprep.wording.labels import listed
from coprep.wording.names import opening

__all__ = ["Assessed", "assess_attribute"]


@dataclass(frozen=True, slots=True)
class Assessed:
    """What is known of one attribute.

    Attributes
    ----------
    source : Compared
        The baseline's make-up and the participants in its groups.
    groups : tuple of str
        The baseline's groups, in its order; arrays below have one entry for each.
    counts : Counts
        Participants and baseline.
    comparable : ndarray of bool
        Groups with a baseline share, that at least one participant could have been in.
    untested : {"", "quota", "target"}
        Why nothing is tested.
    judged : Judged
        Intervals and unadjusted tests.
    p_adjusted, p_beyond, p_in_line : ndarray
        Adjusted p-values; nan where nothing is tested.
    verdicts : tuple of Verdict
        One a group.
    notes : tuple of str
        What is peculiar to this attribute.
    """

    source: Compared
    groups: tuple[str, ...]
    counts: Counts
    comparable: Bools
    untested: str
    judged: Judged
    p_adjusted: Floats
    p_beyond: Floats
    p_in_line: Floats
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...]

    @property
    def attribute(self) -> str:
        """Its name."""
        return self.source.profile.attribute

    @property
    def tested(self) -> Bools:
        """Which groups are tested."""
        return self.comparable & (not self.untested)

    @property
    def is_pair(self) -> bool:
        """Whether two groups make up everybody: one test, seen from two sides."""
        return len(self.groups) == 2 and not self.source.overlapping and bool(self.comparable.all())

    @property
    def family(self) -> tuple[Floats, Floats, Floats]:
        """The p-values to adjust: against parity, beyond the band, in line; a pair enters once where it is one test."""
        at = np.flatnonzero(self.tested)
        if not len(at):
            return np.array([]), np.array([]), np.array([])
        j = self.judged
        if self.is_pair:
            return j.p_value[:1], np.array([j.p_beyond.min()]), np.array([j.p_in_line.max()])
        return j.p_value[at], j.p_beyond[at], j.p_in_line[at]

    @property
    def looks(self) -> int:
        """How many tests the attribute makes."""
        return 1 if self.is_pair else max(1, int(self.tested.sum()))

    def adjusted(
        self, rules: Rules, p_value: Floats, p_beyond: Floats, p_in_line: Floats
    ) -> Assessed:
        """A copy with adjusted p-values (of `family`) and the verdicts they give."""
        at = np.flatnonzero(self.tested)
        full = [np.full(len(self.groups), np.nan) for _ in range(3)]
        if len(at) and self.is_pair:
            # What adjustment did to the one test, it does to both of its sides.
            own = (self.judged.p_value, self.judged.p_beyond, self.judged.p_in_line)
            for out, mine, before, after in zip(
                full, own, self.family, (p_value, p_beyond, p_in_line), strict=True
            ):
                scale = after[0] / before[0] if before[0] > 0 else 1.0
                out[:] = np.minimum(mine * scale, 1.0)
        elif len(at):
            for out, after in zip(full, (p_value, p_beyond, p_in_line), strict=True):
                out[at] = after
        given = np.where(self.tested, self.judged.ratio, np.nan)
        found = verdicts(
            replace(self.judged, ratio=given), rules, full[0], full[2], two_groups=self.is_pair
        )
        return replace(
            self, p_adjusted=full[0], p_beyond=full[1], p_in_line=full[2], verdicts=tuple(found)
        )


def assess_attribute(
    source: Compared, rules: Rules, *, population: int | None, weighted: bool, untested: str
) -> Assessed:
    """Judge the groups of one attribute; p-values are adjusted later, with their family."""
    profile, matched = source.profile, source.matched
    held = [matched.groups[g] for g in profile.groups]
    known = _known(source)
    inside = profile.shares > 0
    counts = Counts(
        x=_column(held, "n", inside),
        n=_column(known, "n", inside),
        weights=_column(held, "w", inside),
        squares=_column(held, "w2", inside),
        all_weights=_column(known, "w", inside),
        all_squares=_column(known, "w2", inside),
        share=np.where(inside, profile.shares, np.nan),
        baseline_se=np.where(inside, profile.standard_errors, 0.0),
        rounding=np.where(inside, profile.rounding, 0.0),
        weighted=weighted,
        population=population,
    )
    only = int(inside.sum()) == 1 and not source.overlapping
    comparable = inside & (counts.all_weights > 0) & ~np.full(len(inside), only)
    blank = np.full(len(profile.groups), np.nan)
    judged = judge(replace(counts, share=np.where(inside, counts.share, 0.5)), rules)
    judged = _only_where(judged, comparable)
    none = tuple(Verdict.NOT_ASSESSABLE for _ in profile.groups)
    notes = tuple(_notes(source, counts, rules, only=only, untested=untested, inside=inside))
    return Assessed(
        source,
        profile.groups,
        counts,
        comparable,
        untested,
        judged,
        blank,
        blank.copy(),
        blank.copy(),
        none,
        notes,
    )


def _known(source: Compared) -> list[Cell]:
    """For each group everybody of known group; people in groups the baseline gives no share stand outside."""
    profile, matched = source.profile, source.matched
    cells = [matched.known[g] for g in profile.groups]
    if source.overlapping:
        return cells
    outside = [
        matched.groups[g]
        for g, share in zip(profile.groups, profile.shares, strict=True)
        if share == 0
    ]
    n, w, w2 = (sum(getattr(c, name) for c in outside) for name in ("n", "w", "w2"))
    return [Cell(c.n - n, c.w - w, c.w2 - w2) for c in cells]


def _column(cells: Sequence[Cell], name: str, inside: Bools) -> Floats:
    return np.where(inside, np.array([getattr(c, name) for c in cells], dtype=float), 0.0)


def _only_where(judged: Judged, keep: Bools) -> Judged:
    return Judged(*(np.where(keep, getattr(judged, name), np.nan) for name in Judged.__slots__))


def _notes(
    source: Compared, counts: Counts, rules: Rules, *, only: bool, untested: str, inside: Bools
) -> Sequence[str]:
    profile, matched = source.profile, source.matched
    name = opening(profile.attribute)
    notes = []
    if matched.unknown.n:
        everybody = matched.unknown.n + int(counts.n.max(initial=0))
        notes.append(
            f"{name}: {matched.unknown.n:,} of {everybody:,} participants are of unknown group and left out of the "
            "shares; the table says what they could change."
        )
    if matched.unmatched:
        people = sum(c.n for c in matched.unmatched.values())
        who = "1 participant" if people == 1 else f"{people:,} participants"
        verb, them = ("is", "this group") if people == 1 else ("are", "these groups")
        notes.append(
            f"{name}: {who} in {listed(matched.unmatched)} {verb} outside the comparison, because the baseline lacks "
            f"{them if len(matched.unmatched) == 1 else 'these groups'}."
        )
    outside = [
        g for g, ok in zip(profile.groups, inside, strict=True) if not ok and matched.groups[g].n
    ]
    if outside:
        notes.append(
            f"{name}: the baseline gives {listed(outside)} no share; these participants are outside the comparison."
        )
    if only:
        notes.append(f"{name}: the baseline has a single group, so there is nothing to compare.")
    beyond = [
        g
        for g, share in zip(profile.groups, profile.shares, strict=True)
        if share * rules.band[1] >= 1
    ]
    if beyond and not only:
        notes.append(
            f"{name}: {listed(beyond)} can never be over-represented by {rules.band[1]:g} times, being "
            f"more than {1 / rules.band[1]:.0%} of the baseline."
        )
    if untested == "quota":
        notes.append(
            f"{name} was a quota: agreement is by design and is reported as attainment, not tested."
        )
    if source.overlapping:
        notes.append(
            f"{name}: people can be in several groups; each is compared on its own and shares need not add to 100%."
        )
    return notes
