"""Judges what became of each group between two times: tests, limits and verdicts from counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from coprep.findings import Verdict
from coprep.metrics._checks import Bools, Floats
from coprep.metrics._tails import normal_log_p
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.metrics.shares._change import change_limits, change_test, paired_score, score
from coprep.representation._doubts import AMONG_UNKNOWN
from coprep.representation._options import Options
from coprep.verdicts import Words, decide

CHANGE = Words(Verdict.PATTERN, Verdict.PATTERN, Verdict.NO_MATERIAL_DIFFERENCE)


@dataclass(frozen=True, slots=True, eq=False)
class Twice:
    """The groups of one attribute at two times; arrays have an entry for each.

    ``x1``, ``n1``, ``x2``, ``n2`` are people in the group and of known group, ``both`` those of
    the same people who were in it both times; ``share1`` and ``share2`` the baseline's shares, the
    ratio of which has a relative standard error of ``spread`` and lies within ``least`` to
    ``most`` times what is printed. ``unknown1`` and ``unknown2`` are people of unknown group.
    """

    x1: Floats
    n1: Floats
    x2: Floats
    n2: Floats
    share1: Floats
    share2: Floats
    comparable: Bools
    both: Floats | None = None
    spread: Floats | float = 0.0
    least: Floats | float = 1.0
    most: Floats | float = 1.0
    unknown1: float = 0.0
    unknown2: float = 0.0
    is_pair: bool = False

    @property
    def growth(self) -> Floats:
        """How many times its earlier share the baseline gives each group."""
        with np.errstate(all="ignore"):
            return self.share2 / self.share1

    @property
    def change(self) -> Floats:
        """The later representation ratio as a multiple of the earlier one."""
        with np.errstate(all="ignore"):
            change = (self.x2 / self.n2) / (self.x1 / self.n1) / self.growth
        return np.where(self.comparable, change, np.nan)

    @property
    def is_exact(self) -> bool:
        """Whether the same baseline stands behind both times, so that its error cancels."""
        same = bool((self.share1 == self.share2)[self.comparable].all())
        return same and not np.any(self.spread) and not np.any(np.asarray(self.most) != 1)


@dataclass(frozen=True, slots=True, eq=False)
class Tests:
    """p-values of each group: of no change; that it is beyond the band, and inside it; limits."""

    __test__ = False

    p_value: Floats
    p_beyond: Floats
    p_inside: Floats
    low: Floats
    high: Floats
    inner_low: Floats
    inner_high: Floats


def tests_of(twice: Twice, options: Options) -> Tests:
    """Unadjusted tests and limits, the worst of what rounded shares leave open."""
    low, high = options.band
    below = _p(twice, low, "less")
    above = _p(twice, high, "greater")
    not_below = _p(twice, low, "greater")
    not_above = _p(twice, high, "less")
    change = twice.change
    outer = _limits(twice, options.confidence)
    inner = _limits(twice, 1 - 2 * options.alpha)
    return Tests(
        _no_change(twice),
        np.select([change < 1, change > 1], [below, above], 1.0),
        np.maximum(not_below, not_above),
        *outer,
        *inner,
    )


def _no_change(twice: Twice) -> Floats:
    """Two-sided p of no change: exact where the baseline is the same."""
    if twice.is_exact:
        found = change_test(
            twice.x1, twice.n1, twice.x2, twice.n2, both=twice.both, method="exact"
        ).p_value
        return np.where(twice.comparable, found, np.nan)
    less = _p(twice, 1.0, "less")
    greater = _p(twice, 1.0, "greater")
    return np.asarray(np.minimum(1.0, 2 * np.minimum(less, greater)))


def _p(twice: Twice, times: float, alternative: str) -> Floats:
    """One-sided p of a change of so many times, the largest that rounded shares leave open."""
    found = []
    for factor in (twice.least, twice.most):
        phi = np.asarray(times * twice.growth * factor)
        if twice.both is None:
            z = score(twice.x1, twice.n1, twice.x2, twice.n2, phi, twice.spread)
        else:
            pairs = (
                twice.both,
                twice.x1 - twice.both,
                twice.x2 - twice.both,
                twice.n1 - twice.x1 - twice.x2 + twice.both,
            )
            z = paired_score(*pairs, phi, twice.spread)
        found.append(np.exp(normal_log_p(z, alternative)))
    return np.where(twice.comparable, np.maximum(*found), np.nan)


def _limits(twice: Twice, confidence: float) -> tuple[Floats, Floats]:
    """Limits of the change."""
    low, high = change_limits(
        twice.x1,
        twice.n1,
        twice.x2,
        twice.n2,
        both=twice.both,
        spread=twice.spread,
        confidence=confidence,
    )
    with np.errstate(all="ignore"):
        low = low / (twice.growth * twice.most)
        high = high / (twice.growth * twice.least)
    unasked = ~twice.comparable
    return np.where(unasked, np.nan, low), np.where(unasked, np.nan, high)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What can be said of each group of one attribute."""

    twice: Twice
    tests: Tests
    p_adjusted: Floats
    p_beyond: Floats
    p_inside: Floats
    turned: Bools
    verdicts: tuple[Verdict, ...]


def families(all_twice: list[Twice], options: Options) -> list[Judged]:
    """Every attribute judged, p-values adjusted within each attribute or over all."""
    tests = [tests_of(twice, options) for twice in all_twice]
    together = [list(range(len(all_twice)))]
    if options.family == "attribute":
        together = [[place] for place in range(len(all_twice))]
    judged: dict[int, Judged] = {}
    for family in together:
        columns = []
        for name in ("p_value", "p_beyond", "p_inside"):
            parts = [_asked(all_twice[k], getattr(tests[k], name), name) for k in family]
            adjusted = adjust_p_values(np.concatenate(parts), method=options.adjust)
            columns.append(np.split(adjusted, np.cumsum(list(map(len, parts)))[:-1]))
        for at, place in enumerate(family):
            three = [_spread(all_twice[place], column[at]) for column in columns]
            # What one side of a pair is shown to be says less of the other.
            three[1] = np.maximum(three[1], tests[place].p_beyond)
            judged[place] = _judged(all_twice[place], tests[place], three, options)
    return [judged[place] for place in range(len(all_twice))]


def _asked(twice: Twice, p: Floats, name: str) -> Floats:
    """The p-values that enter a family: of a pair one, since its groups change together."""
    if not twice.is_pair:
        return p
    return np.array([p.max() if name == "p_inside" else p.min()])


def _spread(twice: Twice, adjusted: Floats) -> Floats:
    """Adjusted p-values of every group."""
    return np.repeat(adjusted, 2) if twice.is_pair else adjusted


def _judged(twice: Twice, tests: Tests, adjusted: list[Floats], options: Options) -> Judged:
    """Verdicts, doubted where people of unknown group could take them away."""
    p_adjusted, p_beyond, p_inside = adjusted
    turned = _turned(twice, tests, p_adjusted, p_inside, options)
    change = twice.change
    verdicts = tuple(
        decide(
            CHANGE,
            float(change[k]),
            options.band,
            p_value=float(p_adjusted[k]),
            alpha=options.alpha,
            shown_small=bool(p_inside[k] <= options.alpha) and not turned[k],
            doubt=bool(turned[k]),
        )
        for k in range(len(change))
    )
    return Judged(twice, tests, p_adjusted, p_beyond, p_inside, turned, verdicts)


def _turned(
    twice: Twice, tests: Tests, p_adjusted: Floats, p_inside: Floats, options: Options
) -> Bools:
    """Which groups' answers would not stand if people of unknown group answered otherwise.

    The same people twice are those whose group is known both times; nobody of them is unknown.
    """
    nothing = np.zeros(len(twice.x1), dtype=bool)
    if twice.both is not None or not twice.unknown1 + twice.unknown2:
        return nothing
    with np.errstate(all="ignore"):
        raised = p_adjusted / tests.p_value
        raised_inside = p_inside / tests.p_inside
    fewer = tests_of(_answered(twice, first="most", second="fewest"), options)
    more = tests_of(_answered(twice, first="fewest", second="most"), options)
    low, high = options.band
    change = twice.change
    alpha = options.alpha
    less = _answered(twice, first="most", second="fewest").change
    greater = _answered(twice, first="fewest", second="most").change
    rose = (change > high) & (p_adjusted <= alpha)
    fell = (change < low) & (p_adjusted <= alpha)
    inside = p_inside <= alpha
    with np.errstate(all="ignore"):
        rise_stays = (less > high) & (fewer.p_value * raised <= alpha)
        fall_stays = (greater < low) & (more.p_value * raised <= alpha)
        worst = np.maximum(fewer.p_inside, more.p_inside) * raised_inside
    return (rose & ~rise_stays) | (fell & ~fall_stays) | (inside & ~(worst <= alpha))


def _answered(twice: Twice, *, first: str, second: str) -> Twice:
    """The counts if people of unknown group had answered, as few or as many of each as plausible."""
    x1, n1 = _with_unknown(twice.x1, twice.n1, twice.share1, twice.unknown1, first)
    x2, n2 = _with_unknown(twice.x2, twice.n2, twice.share2, twice.unknown2, second)
    return replace(twice, x1=x1, n1=n1, x2=x2, n2=n2)


def _with_unknown(
    x: Floats, n: Floats, share: Floats, unknown: float, how: str
) -> tuple[Floats, Floats]:
    """People in the group and in all, once those of unknown group have answered."""
    least, most = AMONG_UNKNOWN
    share = np.nan_to_num(share, nan=0.5)
    part = np.maximum(least * share, 1 - most * (1 - share))
    if how == "most":
        part = np.minimum(most * share, 1 - least * (1 - share))
    people = np.round(np.clip(part, 0, 1) * unknown)
    return x + people, n + unknown
