"""Judges how each group stands now: a row and a finding a group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from coprep.findings import Estimate, Finding, Verdict
from coprep.metrics._checks import Floats
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.representation._doubts import AMONG_UNKNOWN
from coprep.representation._options import Options
from coprep.representation._watching.alarms import evidence_of_tests, families, ways
from coprep.representation._watching.asked import Asked, Null
from coprep.representation._watching.course import Followed
from coprep.representation._watching.evidence import KINDS
from coprep.representation._watching.words import Alarm, Standing, Watched, next_step, reading
from coprep.verdicts import REPRESENTATION, decide

_LN10 = math.log(10)


def _adjusted(log_e: Floats) -> Floats:
    """p-values of evidence, adjusted over a family by e-BH; nan is no question."""
    with np.errstate(over="ignore"):
        p = np.minimum(1.0, np.exp(-log_e))
    return adjust_p_values(p, method="bh")


def judged(
    followed: Sequence[Followed],
    options: Options,
    asked: Asked,
    alarms: Mapping[str, Any],
) -> list[list[tuple[dict[str, Any], Finding]]]:
    """The row and the finding of every group, by attribute."""
    now = [{kind: one.course.evidence(kind, one.last)[:, 0] for kind in KINDS} for one in followed]
    p_null: list[dict[tuple[str, str], Floats]] = [{} for _ in followed]
    p_in_line: list[Floats] = [np.empty(0) for _ in followed]

    def held(place: int, kind: str) -> Floats:
        return now[place][kind][:, None]

    for family in families(followed, options):
        sides = [(place, way) for place in family for way in ways(asked)]
        for null in get_args(Null):
            log_e = evidence_of_tests(followed, family, asked, null, held)[:, 0]
            sizes = [len(followed[place].groups) for place, _ in sides]
            parts = np.split(_adjusted(log_e), np.cumsum(sizes)[:-1])
            for (place, way), part in zip(sides, parts, strict=True):
                p_null[place][null, way] = part
        inside = [_inside(followed[place], now[place]) for place in family]
        parts = np.split(_adjusted(np.concatenate(inside)), np.cumsum(list(map(len, inside)))[:-1])
        for place, part in zip(family, parts, strict=True):
            p_in_line[place] = part
    return [
        _Present(one, options, asked, alarms, now[place], p_null[place], p_in_line[place]).rows()
        for place, one in enumerate(followed)
    ]


def _inside(one: Followed, now: Mapping[str, Floats]) -> Floats:
    """Evidence that groups are in line; where the band leaves no share open for it, it is none."""
    both = np.minimum(now["not_below"], now["not_above"])
    return np.where(one.comparable, np.where(np.isnan(both), -np.inf, both), np.nan)


def alarm_of(held: Sequence[Any] | None) -> Alarm | None:
    """The first alarm as it is kept, by name."""
    if held is None:
        return None
    arrivals, when, ratio, way = held
    return Alarm(arrivals=int(arrivals), when=when, ratio=float(ratio), way=str(way))


@dataclass(frozen=True, slots=True, eq=False)
class _Present:
    """One attribute at the last time: evidence of every kind, and p-values adjusted over a family.

    ``p_null`` are against the nulls, by null and way; ``p_in_line`` against what is not in line.
    """

    one: Followed
    options: Options
    asked: Asked
    alarms: Mapping[str, Any]
    now: Mapping[str, Floats]
    p_null: Mapping[tuple[str, str], Floats]
    p_in_line: Floats

    @property
    def shares(self) -> Floats:
        """Baseline shares; of groups that cannot be compared, some number."""
        return np.nan_to_num(self.one.course.nulls.share, nan=0.5)

    @property
    def ratios(self) -> Floats:
        """Representation ratios; nan where there is none."""
        course = self.one.course
        with np.errstate(all="ignore"):
            ratios = course.x[:, -1] / course.n[-1] / course.nulls.share
        return np.where(self.one.comparable, ratios, np.nan)

    def kind(self, way: str) -> str:
        """The evidence that a verdict rests on."""
        return way if self.asked.null == "parity" else f"{way}_band"

    def adjusted(self, null: str, group: int) -> float:
        """The adjusted p-value on the side where the ratio lies; nan where none is asked for."""
        way = "over" if self.ratios[group] > 1 else "under"
        p = self.p_null.get((null, way))
        return math.nan if p is None else float(p[group])

    def verdict(self, group: int, doubt: str) -> Verdict:
        """The verdict on one group."""
        return decide(
            REPRESENTATION,
            float(self.ratios[group]),
            self.options.band,
            p_value=self.adjusted(self.asked.null, group),
            alpha=self.options.alpha,
            shown_small=bool(self.p_in_line[group] <= self.options.alpha) and not doubt,
            doubt=bool(doubt),
        )

    def rows(self) -> list[tuple[dict[str, Any], Finding]]:
        """The row and the finding of every group."""
        one = self.one
        course = one.course
        low, high = course.ratio_limits(one.last, self.options.confidence)
        doubts = [self._doubt(group) for group in range(len(one.groups))]
        verdicts = [self.verdict(group, doubt) for group, doubt in enumerate(doubts)]
        is_pair = len(one.groups) == 2 and not one.item.overlapping and bool(one.comparable.all())
        found = []
        for group, name in enumerate(one.groups):
            total = int(course.n[-1])
            count = int(course.x[group, -1])
            verdict = verdicts[group]
            other_side = is_pair and verdicts[1 - group].is_flag and not verdict.is_flag
            row = Watched(
                attribute=one.attribute,
                group=name,
                called=str(dict(self.options.labels.get(one.attribute, {})).get(name, "")),
                count=count,
                total=total,
                share=count / total if total else math.nan,
                baseline=float(one.item.profile.shares[group]),
                ratio=float(self.ratios[group]),
                ratio_low=float(low[group, 0]) if one.comparable[group] else math.nan,
                ratio_high=float(high[group, 0]) if one.comparable[group] else math.nan,
                unknown=int(course.unknown[-1]),
                verdict=verdict,
                standing=Standing.OTHER_SIDE
                if other_side
                else self._standing(group, verdict, doubts[group]),
                alarm=alarm_of(self.alarms[self.asked.null][one.attribute].get(name)),
                null=self.asked.null,
                band=self.options.band,
                alpha=self.options.alpha,
            )
            found.append((self._record(row, group), self._finding(row, group)))
        return found

    def _standing(self, group: int, verdict: Verdict, doubt: str) -> Standing:
        """What the verdict rests on."""
        if verdict is Verdict.NOT_ASSESSABLE:
            return Standing.NOT_COMPARED
        if verdict.is_flag:
            beyond = self.adjusted("band", group) <= self.options.alpha
            return Standing.BEYOND_BAND if beyond else Standing.ALARM
        if doubt:
            return Standing(doubt)
        if verdict is Verdict.IN_LINE:
            return Standing.IN_LINE
        if self.adjusted(self.asked.null, group) <= self.options.alpha:
            return Standing.DIFFERS
        return Standing.CANNOT_TELL

    def _doubt(self, group: int) -> str:
        """Why a flag, or that a group is in line, would not stand; "" where it would.

        People of unknown group may be of any group, as long as their ratio lies within
        `AMONG_UNKNOWN`; and one person is too few to call a group over-represented.
        """
        course = self.one.course
        x = course.x[:, -1].astype(float)
        n = float(course.n[-1])
        unknown = float(course.unknown[-1])
        if course.population is not None:
            unknown = min(unknown, course.population - n)
        share = self.shares
        if unknown:
            least, most = AMONG_UNKNOWN
            low = np.maximum(least * share, 1 - most * (1 - share)).clip(0, 1)
            high = np.minimum(most * share, 1 - least * (1 - share)).clip(0, 1)
            fewest = x + np.floor(low * unknown)
            largest = x + np.ceil(high * unknown)
            stands = self._stands(group, "under", largest, n + unknown)
            stands = stands and self._stands(group, "over", fewest, n + unknown)
            if not stands or self._leaves_the_band(group, fewest, largest, n + unknown):
                return Standing.TURNED_BY_UNKNOWN.value
        if self.asked.direction == "both" and self.ratios[group] > self.options.band[1]:
            fewer = np.maximum(x - 1, 0)
            if x[group] < 2 or not self._stands(group, "over", fewer, max(n - 1, 1)):
                return Standing.RESTS_ON_ONE.value
        return ""

    def _leaves_the_band(self, group: int, fewest: Floats, largest: Floats, n: float) -> bool:
        """Whether a group that is shown to be in line might not be, by what is not known."""
        if not self.p_in_line[group] <= self.options.alpha:
            return False
        low, high = self.options.band
        share = self.shares[group]
        return bool(fewest[group] / n / share < low or largest[group] / n / share > high)

    def _stands(self, group: int, way: str, x: Floats, n: float) -> bool:
        """Whether a flag of this side stands with other counts; true where there is none.

        Evidence by party has no other counts; of it the ratio alone is asked.
        """
        low, high = self.options.band
        course = self.one.course
        p = self.p_null.get((self.asked.null, way))
        seen = self.ratios[group]
        ratio = x[group] / n / self.shares[group]
        outside = (seen < low and way == "under") or (seen > high and way == "over")
        if p is None or not p[group] <= self.options.alpha or not outside:
            return True
        if not (ratio < low if way == "under" else ratio > high):
            return False
        if course.parties is not None:
            return True
        kind = self.kind(way)
        raised = math.log(max(float(p[group]), 1e-300)) + float(self.now[kind][group])
        whole = np.minimum(x, n)[:, None]
        log_e = course.evidence_of(kind, whole, np.array([n]))[group, 0]
        return bool(log_e - raised >= -math.log(self.options.alpha))

    def _p_value(self, group: int) -> float:
        """One over the evidence on the side where the ratio lies; nan where none is asked for."""
        if math.isnan(self.adjusted(self.asked.null, group)):
            return math.nan
        way = "over" if self.ratios[group] > 1 else "under"
        return math.exp(min(0.0, -float(self.now[self.kind(way)][group])))

    def _record(self, row: Watched, group: int) -> dict[str, Any]:
        """The row of one group."""
        record: dict[str, Any] = {
            "attribute": row.attribute,
            "group": row.group,
            "count": row.count,
            "total": row.total,
            "unknown": row.unknown,
            "share": row.share,
            "baseline": row.baseline,
            "ratio": row.ratio,
            "ratio_low": row.ratio_low,
            "ratio_high": row.ratio_high,
            "p_value": self._p_value(group),
            "p_adjusted": self.adjusted(self.asked.null, group),
            "verdict": row.verdict,
            "reading": reading(row),
            "log10_e_in_line": min(self.now["not_below"][group], self.now["not_above"][group])
            / _LN10,
        }
        for kind in ("under", "under_band", "over", "over_band"):
            record[f"log10_e_{kind}"] = self.now[kind][group] / _LN10
        for null in get_args(Null):
            alarm = alarm_of(self.alarms[null][row.attribute].get(row.group))
            if alarm is not None:
                record[f"{null}_alarm"] = alarm.way
                record[f"{null}_alarm_at"] = alarm.arrivals
                record[f"{null}_alarm_date"] = alarm.when
                record[f"{null}_alarm_ratio"] = alarm.ratio
        return record

    def _finding(self, row: Watched, group: int) -> Finding:
        """What can be said of one group at this time."""
        estimate = None
        if not math.isnan(row.ratio):
            method = "mixture" if self.asked.cluster is None else "empirical Bernstein"
            estimate = Estimate(
                row.ratio,
                row.ratio_low,
                row.ratio_high,
                self.options.confidence,
                f"confidence sequence ({method})",
                "ratio",
            )
        p_value = self._p_value(group)
        p_adjusted = self.adjusted(self.asked.null, group)
        return Finding(
            question="representation",
            attribute=row.attribute,
            group=row.group,
            verdict=row.verdict,
            estimate=estimate,
            p_value=None if math.isnan(p_value) else p_value,
            p_adjusted=None if math.isnan(p_adjusted) else p_adjusted,
            n=row.total,
            reading=reading(row),
            next_step=next_step(row),
            details={
                "null": self.asked.null,
                "log10_e_under": self.now["under"][group] / _LN10,
                "log10_e_under_band": self.now["under_band"][group] / _LN10,
                **({"called": row.called} if row.called else {}),
            },
            values=row.values(),
        )
