"""Knows how one number by group is shown as a result: its sentence, what was left out, and its picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from coprep.fairness._words import called, number, quantity, titled
from coprep.findings import Note, as_notes
from coprep.pictures import Forest
from coprep.results import Result
from coprep.wording.labels import show

if TYPE_CHECKING:
    from coprep.fairness.grouped import GroupedNumber

__all__ = ["GroupedCard", "forest", "headline", "left_out", "sentence"]


def sentence(
    name: str, value: float, limits: tuple[float, float], confidence: float, noise_floor: float
) -> str:
    """What a number comes to, how sure that is, and what chance alone would give."""
    words = called(name)
    if math.isnan(value):
        return f"The {words} is undefined."
    said = f"The {words} is {number(value)}"
    if not math.isnan(limits[0]):
        ends = f"{number(limits[0])} to {number(limits[1])}"
        ends = ends if math.isfinite(limits[1]) else f"{number(limits[0])} or more"
        said += f" ({100 * confidence:g}% interval {ends})"
    if not math.isnan(noise_floor):
        said += f"; chance alone would give about {number(noise_floor)}"
    return said + "."


def headline(name: str, notes: tuple[Note, ...]) -> str:
    """The sentence among the notes, unless a protected copy lost it."""
    said = f"The {called(name)} is "
    return next(
        (note.text for note in notes if note.text.startswith(said)),
        f"{said}not shown, because it would tell of small groups.",
    )


def left_out(groups: tuple[Any, ...], dropped: Mapping[str, int]) -> list[str]:
    """Groups that were not compared, and how many rows were lost."""
    lost = [f"{dropped['rows']:,} rows left out for missing values."] if "rows" in dropped else []
    return [*(f"group {show(group)} was not compared." for group in groups), *lost]


def forest(
    axis: str,
    below: str,
    *,
    null: float,
    nulls: Mapping[str, float] | None = None,
    null_label: str = "everybody",
    panel: str | None = None,
) -> Forest:
    """Each group's number beside a line; under the axis what the comparison comes to."""
    return Forest(
        label=("group",),
        value="value",
        low="low",
        high="high",
        n="n",
        log=False,
        null=null,
        nulls=nulls,
        null_label=null_label,
        axis=axis,
        below=below,
        panel=panel,
    )


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class GroupedCard(Result):
    """One number by group as a result; the number itself is in `headline`.

    Attributes
    ----------
    metric, value, low, high, overall, noise_floor
        The number by name, its value and interval, that of everybody, and what chance alone would give.
    """

    metric: str = ""
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    overall: float = math.nan
    noise_floor: float = math.nan

    kind: ClassVar[str] = "fairness.grouped"
    shown: ClassVar[tuple[str, ...]] = ("group", "value", "low", "high", "n")
    count_columns: ClassVar[tuple[str, ...]] = ("n",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("group",)

    @classmethod
    def of(cls, found: GroupedNumber) -> Self:
        """The card of one number."""
        limits = found.low, found.high
        said = sentence(found.name, found.value, limits, found.confidence, found.noise_floor)
        lost = left_out((*found.skipped, *found.not_compared), found.dropped)
        axis, overall = (
            f"{titled(quantity(found.name))} of each group ({found.numbers.unit})",
            found.overall,
        )
        picture = forest(axis, said, null=overall, nulls={} if math.isnan(overall) else None)
        unsure = (found.no_limits,) if found.no_limits else ()
        chance = () if found.chance is None else (found.chance.found.said,)
        return cls(
            title=titled(called(found.name)),
            rows=found._rows(),
            notes=as_notes((said, *found.undefined, *unsure, *chance, *lost)),
            settings={"method": found.method, "confidence": found.confidence},
            picture=picture,
            metric=found.name,
            value=found.value,
            low=limits[0],
            high=limits[1],
            overall=overall,
            noise_floor=found.noise_floor,
        )

    @property
    def headline(self) -> str:
        """The number in one sentence."""
        return headline(self.metric, self.notes)
