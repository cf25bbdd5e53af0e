"""Describe an effect and the scale it is read on, and say how large it must be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.special import stdtrit

from coprep.errors import InputError
from coprep.findings import Estimate
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.wording.labels import show
from coprep.wording.templates import say

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


ALPHA = 0.05
"""Level of a verdict, adjusted; the inner interval has level 1 - 2 alpha."""

SURE = 0.005
"""Adjusted level a pattern needs: without bias fewer than 1 in 100 processes are said to show one.

Half of that promise, because the tests hold their level in the long run and not to the third digit.
"""

SURE_IF_CLEAR = 0.01
"""The same where the effect is `clear_of` what does not matter: chance hardly ever gives that."""

CONDITIONED = 0.005
"""Level of a run that takes out a cause which alone would give what was seen.

Where that cause is at work nearly every process gets as far as this run, so the promise rests on
it; and half of those beyond the level point the other way.
"""

BAND = (0.8, 1.25)
"""Ratios that do not matter."""

MATERIAL = 5.0
"""Percentage points that do not matter, where the rate is high enough for the band to allow them.
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale an effect is read on, and the part of it that does not matter."""

    unit: str  # ``"points"``, ``"ratio"`` or a unit in words such as ``"scale points"``
    low: float  # effects between these do not matter
    high: float
    null: float = 0.0  # no effect: 0, or 1 for a ratio
    log: bool = False  # whether errors are symmetric on the log scale

    def matters(self, value: float) -> bool:
        """Whether an effect is more than what does not matter; the limits belong to that."""
        return value < self.low or value > self.high

    def sign(self, value: float) -> float:
        """1 above the null, -1 below, 0 at it, nan where undefined."""
        return math.nan if math.isnan(value) else float(np.sign(value - self.null))


def points(material: float = MATERIAL) -> Scale:
    """Percentage points from 0 to 100; up to ``material`` either way does not matter.

    >>> points().matters(-6.0), points().matters(4.0)
    (True, False)
    """
    return units(material, "points")


def at_rate(base: float, *, material: float = MATERIAL, band: tuple[float, float] = BAND) -> Scale:
    """Percentage points on a rate that is usually ``base``, from 0 to 1.

    What does not matter is the smaller of ``material`` points and the band's nearer edge of the
    base: five points are little where half say yes, and everything where one in twenty does.

    >>> at_rate(0.5).high, round(at_rate(0.05).high, 6)
    (5.0, 1.0)
    """
    most = points(material).high
    low, high = _band(band)
    if base > 0:
        most = min(most, 100 * base * min(1 - low, high - 1))
    return Scale("points", -most, most)


def units(material: float, unit: str) -> Scale:
    """Differences in a unit of their own, such as points of a rating scale."""
    try:
        size = float(material)
    except (TypeError, ValueError):
        size = math.nan
    if not 0 < size < math.inf:
        raise InputError.of(
            f"material must be a number above 0; not {show(material)}.", param="material"
        )
    return Scale(unit, -size, size)


def ratio(band: tuple[float, float] = BAND) -> Scale:
    """Ratios to what is expected; those inside ``band`` do not matter.

    >>> ratio().matters(1.35)
    True
    """
    low, high = _band(band)
    return Scale("ratio", low, high, 1.0, True)


def _band(band: object) -> tuple[float, float]:
    try:
        low, high = (float(limit) for limit in band)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        low = math.nan
        high = math.nan
    if not 0 < low < 1 < high < math.inf:
        raise InputError.of(
            f"band must be two ratios around 1, such as (0.8, 1.25); not {show(band)}.",
            param="band",
        )
    return low, high


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect on its readable scale with two intervals and a p value."""

    # estimate and ``level`` interval; points run from -100 to 100, not -1 to 1
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    inner_low: float = math.nan  # the 90% interval that decides ``no_material_difference``
    inner_high: float = math.nan
    p_value: float = math.nan  # against "group does not matter", under the detector's own null
    # standard error (of the log for a ratio) and its degrees of freedom, for the smallest visible
    # effect
    se: float = math.nan
    df: float = math.inf
    level: float = 0.95  # confidence level of ``low`` to ``high``
    method: str = ""  # how the interval was made

    @classmethod
    def from_se(
        cls,
        value: float,
        se: float,
        *,
        p_value: float,
        df: float = math.inf,
        confidence: float = 0.95,
        log: bool = False,
        method: str = "",
    ) -> Self:
        """The effect with t intervals; with ``log`` a ratio and its logarithm's error.

        >>> e = Effect.from_se(10.0, 2.0, p_value=0.001)
        >>> round(e.low, 2), round(e.inner_low, 2)
        (6.08, 6.71)
        """
        if log and value in (0.0, math.inf):
            return cls(value, p_value=p_value, df=df, level=confidence, method=method)
        centre = value
        if log:
            centre = math.log(value) if value > 0 else math.nan
        outer = _quantile(0.5 + confidence / 2, df) * se
        inner = _quantile(1 - ALPHA, df) * se
        limits = [centre, centre - outer, centre + outer, centre - inner, centre + inner]
        if log:
            limits = [math.exp(min(limit, 700.0)) for limit in limits]
        value, low, high, inner_low, inner_high = limits
        return cls(
            value,
            low,
            high,
            inner_low,
            inner_high,
            p_value,
            se,
            df,
            level=confidence,
            method=method,
        )

    def within(self, least: float, most: float) -> Self:
        """The same with limits that stay within what can be.

        >>> Effect.from_se(-20.0, 46.0, p_value=0.7).within(-30.0, 70.0).low
        -30.0
        """
        names = ("value", "low", "high", "inner_low", "inner_high")
        held = {name: min(max(getattr(self, name), least), most) for name in names}
        known = {name: kept for name, kept in held.items() if not math.isnan(getattr(self, name))}
        return replace(self, **known)

    def estimate(self, unit: str) -> Estimate:
        """The same as an Estimate."""
        return Estimate(self.value, self.low, self.high, self.level, self.method, unit)


class Reason(str):
    """A plain clause that keeps the numbers it quotes, by name; a number of people by its unit.

    >>> from coprep.wording.templates import counted
    >>> reason = Reason.of("it has only {voters}", voters=counted(7, "voter"))
    >>> reason, reason.values
    ('it has only 7 voters', {'voters': 7})
    """

    __slots__ = ("values",)

    values: Mapping[str, Any]

    @classmethod
    def of(cls, template: str, **values: Any) -> Self:
        """The clause that a template says with these values."""
        made = cls(say(template, **values))
        made.values = values
        return made

    def then(self, more: str) -> Self:
        """The clause with more words behind it."""
        made = type(self)(self + more)
        made.values = self.values
        return made


@dataclass(frozen=True, slots=True)
class Run:
    """The question asked again: without somebody, under another null, or a cause taken out."""

    name: str  # what was changed, in words
    # the effect then, on the same scale; nan where it could not be computed, which counts as not
    # confirmed
    effect: float
    # under that run's null, unadjusted; a pattern needs it at most alpha. nan where none was
    # computed
    p_value: float = math.nan
    n: int | None = None  # units left
    level: float = ALPHA  # what the p value must not exceed

    def agrees(self, sign: float, scale: Scale) -> bool:
        """Whether the run has the sign, and a p value beyond chance where it has one."""
        return scale.sign(self.effect) == sign and not self.p_value > self.level

    def to_dict(self) -> dict[str, Any]:
        """Plain data for `Finding.details`."""
        return {"name": self.name, "effect": self.effect, "p_value": self.p_value, "n": self.n}


def effective_number(amounts: ArrayLike) -> float:
    """How many equally active people would be as spread out; nan without any.

    >>> effective_number([1, 1, 1, 1]), effective_number([9, 0, 0, 0])
    (4.0, 1.0)
    """
    given = np.asarray(amounts, dtype=float)
    squares = float((given**2).sum())
    return float(given.sum()) ** 2 / squares if squares > 0 else math.nan


def detectable(
    se: float,
    scale: Scale,
    *,
    df: float = math.inf,
    alpha: float = ALPHA,
    family: int = 1,
    power: float = 0.8,
) -> float:
    """The smallest true effect that gives ``pattern`` with 80% power."""
    if not se >= 0:
        return math.nan
    tail = _quantile(1 - min(alpha, SURE) / (2 * max(family, 1)), df)
    edge = math.log(scale.high) if scale.log else scale.high - scale.null
    reach = max(tail * se, edge) + _quantile(power, df) * se
    return math.exp(min(reach, 700.0)) if scale.log else scale.null + reach


def clear_of(effect: Effect, scale: Scale) -> bool:
    """Whether even an interval of level 1 - `SURE` lies beyond what does not matter.

    >>> [clear_of(Effect.from_se(value, 4, p_value=0.001), points()) for value in (20, 14)]
    [True, False]
    """
    if not effect.se >= 0:
        return False
    half = _quantile(1 - SURE / 2, effect.df) * effect.se
    if not scale.log:
        return effect.value - half >= scale.high or effect.value + half <= scale.low
    centre = math.log(effect.value) if effect.value > 0 else -math.inf
    return centre - half >= math.log(scale.high) or centre + half <= math.log(scale.low)


def _quantile(p: float, df: float) -> float:
    return float(stdtrit(min(df, 1e9), p)) if df > 0 else math.inf


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment; undefined p values stay undefined and are not counted.

    >>> holm([0.01, 0.04, float("nan")])
    [0.02, 0.04, nan]
    """
    return [float(value) for value in np.asarray(adjust_p_values(list(p_values), method="holm"))]
