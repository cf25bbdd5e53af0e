"""Says in sentences how a group stands while people still arrive, and when an alarm was raised."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from coprep.findings import Finding, Verdict
from coprep.representation._wording import size_of
from coprep.wording.names import named, plainly
from coprep.wording.numbers import count_of, expected_people, percents


class Standing(StrEnum):
    """What can be said of a group at this time; finer than its verdict."""

    BEYOND_BAND = "beyond_band"  # shown to be further off than the band's edge
    ALARM = "alarm"  # beyond chance, and by its count beyond the band
    TURNED_BY_UNKNOWN = "turned_by_unknown"
    RESTS_ON_ONE = "rests_on_one"
    DIFFERS = "differs"  # beyond chance, but by its count within the band
    IN_LINE = "in_line"
    OTHER_SIDE = "other_side"  # of a pair of which the other group says all there is to say
    CANNOT_TELL = "cannot_tell"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The first time at which a group was called out: after how many arrivals, when, which way."""

    arrivals: int
    when: str | None
    ratio: float
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a sentence about one group needs to know."""

    attribute: str
    group: str
    called: str
    count: int
    total: int
    share: float
    baseline: float
    ratio: float
    ratio_low: float
    ratio_high: float
    unknown: int
    verdict: Verdict
    standing: Standing
    alarm: Alarm | None
    null: str
    band: tuple[float, float]
    alpha: float

    @property
    def named(self) -> str:
        """The group with its attribute."""
        return named(self.group, self.attribute, called=self.called)

    def values(self) -> dict[str, Any]:
        """Every number and label that the sentences may quote, by name."""
        alarm = self.alarm
        return {
            "state": self.standing.value,
            "group": self.group,
            "attribute": self.attribute,
            "participants": self.count,
            "total": self.total,
            "share": self.share,
            "baseline": self.baseline,
            "expected": self.baseline * self.total,
            "ratio": self.ratio,
            "ratio_low": self.ratio_low,
            "ratio_high": self.ratio_high,
            "band": self.band,
            "null": self.null,
            "alpha": self.alpha,
            "unknown": self.unknown if self.standing is Standing.TURNED_BY_UNKNOWN else None,
            "alarm": None if alarm is None else alarm.way,
            "alarm_at": None if alarm is None else alarm.arrivals,
            "alarm_date": None if alarm is None else alarm.when,
            "alarm_ratio": None if alarm is None else alarm.ratio,
        }


def timeless(finding: Finding) -> Finding:
    """A finding that does not say when somebody was called out: times stand between single people."""
    said = dict(finding.values)
    if said.get("alarm") is None:
        return finding
    row = Watched(
        attribute=str(said["attribute"]),
        group=str(said["group"]),
        called=str(finding.details.get("called") or ""),
        count=int(said["participants"]),
        total=int(said["total"]),
        share=float(said["share"]),
        baseline=float(said["baseline"]),
        ratio=float(said["ratio"]),
        ratio_low=float(said["ratio_low"]),
        ratio_high=float(said["ratio_high"]),
        unknown=int(said["unknown"] or 0),
        verdict=finding.verdict,
        standing=Standing(said["state"]),
        alarm=None,
        null=str(said["null"]),
        band=(float(said["band"][0]), float(said["band"][1])),
        alpha=float(said["alpha"]),
    )
    return replace(finding, reading=reading(row), values=row.values())


def reading(row: Watched) -> str:
    """The row in a few sentences."""
    if row.standing is Standing.NOT_COMPARED:
        if row.baseline == 0:
            return f"{row.named}: the baseline gives this group no share, so it is not followed."
        return f"{row.named}: nobody came so far whose {plainly(row.attribute)} is known."
    share, baseline = percents([row.share, row.baseline])
    people = f"{row.count:,} of {count_of(row.total, 'arrival')}"
    if row.count:
        people += f" ({share})"
    expected = expected_people(row.baseline * row.total)
    fact = f"{row.named}: {people}; a fair draw would {expected} ({baseline})."
    return " ".join([fact, _judgement(row), *_alarmed(row)])


def _judgement(row: Watched) -> str:
    """What can be said now."""
    low, high = row.band
    way = "fewer" if row.ratio < 1 else "more"
    over = row.ratio > 1
    size = size_of(row.ratio)
    match row.standing:
        case Standing.BEYOND_BAND if over:
            return f"Over-represented: shown to be more than {high - 1:.0%} above their share."
        case Standing.BEYOND_BAND:
            return f"Under-represented: shown to be more than {1 - low:.0%} short of their share."
        case Standing.ALARM:
            name = "Over-represented" if over else "Under-represented"
            return (
                f"{name}: {way} than chance explains, however often one looks; by this count "
                f"{size}, and how far off they really are is open."
            )
        case Standing.DIFFERS:
            return (
                f"Measurably {way} than chance gives, by this count {size}: within {low:g} to "
                f"{high:g} times their share."
            )
        case Standing.IN_LINE:
            return f"In line: shown to lie within {low:g} to {high:g} times their share."
        case Standing.TURNED_BY_UNKNOWN:
            people = count_of(row.unknown, "person", "people")
            return (
                f"Cannot tell: what the {people} of unknown {plainly(row.attribute)} would have "
                "answered could change the verdict."
            )
        case Standing.RESTS_ON_ONE:
            return "More than chance gives, but not with one person fewer: too few to call."
        case Standing.OTHER_SIDE:
            return "The other side of the same comparison."
        case _ if row.ratio_low > 1 or row.ratio_high < 1:
            side = "more" if row.ratio_low > 1 else "less"
            return (
                f"By the limits that hold at all times {side} than their share, between {_between(row)} of "
                "it; whether by enough to matter is not settled."
            )
        case _:
            return f"Cannot tell yet: the limits that hold at all times are {_between(row)} of their share."


def _between(row: Watched) -> str:
    """The limits of the ratio, as percentages of the share."""
    if not math.isfinite(row.ratio_high):
        return f"{row.ratio_low:.0%} and any multiple"
    return f"{row.ratio_low:.0%} and {row.ratio_high:.0%}"


def _alarmed(row: Watched) -> list[str]:
    """When an alarm was raised, and whether it would be now."""
    alarm = row.alarm
    if alarm is None:
        return []
    when = f" ({alarm.when})" if alarm.when else ""
    at = f"after {count_of(alarm.arrivals, 'arrival')}{when}"
    now = row.standing in (Standing.ALARM, Standing.BEYOND_BAND)
    same = (alarm.way == "over") == (row.ratio > 1)
    if now and same:
        return [f"First called out {at}."]
    return [
        f"An alarm was raised {at}, when they were at {alarm.ratio:.0%} of their share; "
        "by what is known now it would not be."
    ]


def next_step(row: Watched) -> str:
    """One practical suggestion."""
    match row.standing:
        case Standing.ALARM | Standing.BEYOND_BAND if row.ratio < 1:
            return (
                f"Change how people are invited while it can still help: reach {row.named} through "
                "people and places they trust, and ask what keeps them away."
            )
        case Standing.ALARM | Standing.BEYOND_BAND:
            return "Turn nobody away; invite the groups that are missing."
        case Standing.TURNED_BY_UNKNOWN:
            return f"Ask those of unknown {plainly(row.attribute)} once more."
        case Standing.IN_LINE:
            return "Go on as you do, and keep looking."
        case Standing.DIFFERS:
            return "Report the gap beside the band it lies within, and keep looking."
        case Standing.OTHER_SIDE:
            return "See the other group of this pair: this one changes with it."
        case Standing.NOT_COMPARED:
            return "Ask this question of everybody who comes, in the baseline's categories."
        case _:
            return "Keep looking: it costs nothing, and the alarm stays valid however often you do."
