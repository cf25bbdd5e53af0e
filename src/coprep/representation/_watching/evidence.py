"""Weighs evidence on each group as people arrive, and finds the first time it was enough.

Whoever arrives alone is weighed by `e_value`, a likelihood ratio averaged over a Beta law. Of people
who arrive together the party is weighed: each likelihood ratio is a bet on the number of its people
who are in the group, and of a party the stake is made smaller so that the bet is fair whatever its
members have to do with each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from coprep.metrics._checks import Bools, Floats, Ints
from coprep.metrics.inference._always_valid import CONCENTRATION, confidence_sequence, e_value

KINDS = ("under", "under_band", "over", "over_band", "not_below", "not_above")
"""Evidence that a group's share is below parity, below the band, above parity, above the band; and
that it is not below, and not above, what counts as in line."""

LESS = frozenset({"under", "under_band", "not_above"})
"""Those that a share is small."""

_OF_BASELINE = 0.1
"""The part of alpha that goes to the baseline's own error, where its shares are estimates."""

_NODES = 32
_LARGEST_STAKE = 0.5
_BRANCHES = 24


@dataclass(frozen=True, slots=True, eq=False)
class Nulls:
    """The share that each kind of evidence speaks against, of every group; nan where there is none.

    ``low`` and ``high`` enclose the baseline's share; ``spent`` is what evidence is multiplied with
    because these limits may be wrong.
    """

    share: Floats
    low: Floats
    high: Floats
    spent: float
    of: Mapping[str, Floats]

    @classmethod
    def around(
        cls,
        share: Floats,
        se: Floats,
        half: Floats,
        band: tuple[float, float],
        alpha: float,
    ) -> Nulls:
        """The nulls of groups whose baseline shares have standard errors and are rounded."""
        estimated = bool((se > 0).any())
        low, high = _baseline_limits(share, se, half, alpha)
        below, above = band
        # The rest of the attribute has to be inside the band, too.
        least = np.maximum(below * high, 1 - above * (1 - high))
        most = np.minimum(above * low, 1 - below * (1 - low))
        settled = least < most
        of = {
            "under": low,
            "under_band": below * low,
            "over": high,
            "over_band": above * high,
            "not_below": np.where(settled, least, np.nan),
            "not_above": np.where(settled, most, np.nan),
        }
        of = {kind: np.where((q > 0) & (q < 1), q, np.nan) for kind, q in of.items()}
        return cls(share, low, high, 1 - _OF_BASELINE if estimated else 1.0, of)


def _baseline_limits(
    share: Floats, se: Floats, half: Floats, alpha: float
) -> tuple[Floats, Floats]:
    """Limits of the baseline's shares, all together missed with a chance of a tenth of alpha.

    Of a normal and a Beta law the wider limit holds: which is nearer depends on the survey.
    """
    from statistics import NormalDist

    level = _OF_BASELINE * alpha / (2 * max(1, int((se > 0).sum())))
    z = NormalDist().inv_cdf(1 - level)
    with np.errstate(all="ignore"):
        people = np.where(se > 0, share * (1 - share) / se**2, np.inf)
        a = share * people + 0.5
        b = (1 - share) * people + 0.5
        low = np.fmin(share - z * se, special.betaincinv(a, b, level))
        high = np.fmax(share + z * se, special.betaincinv(a, b, 1 - level))
    low = np.where(se > 0, low, share) - half
    high = np.where(se > 0, high, share) + half
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One attribute as people arrived: by each time, people in each group and of known group.

    ``x`` has a row a group and a column a time. Where people arrive together, ``parties`` hold for
    each group what is weighed, and ``limits`` those of its share.
    """

    nulls: Nulls
    x: Ints
    n: Ints
    unknown: Ints
    population: int | None = None
    parties: tuple[Parties, ...] | None = None
    limits: tuple[Floats, Floats] | None = None

    @property
    def looks(self) -> int:
        """How many times one can look."""
        return int(self.x.shape[1])

    def evidence(self, kind: str, looks: Ints) -> Floats:
        """Log of the evidence at some times."""
        return self.most(kind, looks, looks)

    def most(self, kind: str, starts: Ints, ends: Ints) -> Floats:
        """No less than the log of the evidence at any time of a stretch; at one time, the log."""
        if self.parties is None:
            return self.evidence_of(kind, *self.counts(kind, starts, ends))
        rows = [
            one.weighed(self.nulls, group, kind, starts, ends)
            for group, one in enumerate(self.parties)
        ]
        return np.array(rows) + math.log(self.nulls.spent)

    def counts(self, kind: str, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
        """The counts that speak most for a kind of evidence at any time of a stretch."""
        of_group = ends
        of_rest = starts
        if kind in LESS:
            of_group = starts
            of_rest = ends
        x = self.x[:, of_group]
        return x, x + self.n[of_rest] - self.x[:, of_rest]

    def evidence_of(self, kind: str, x: Ints | Floats, n: Ints | Floats) -> Floats:
        """Log of the evidence of counts, whatever their order."""
        share = self.nulls.share[:, None]
        null = self.nulls.of[kind][:, None]
        usable = np.isfinite(null)
        ratio = np.where(usable, null, 0.5) / np.where(share > 0, share, 0.5)
        log_e = e_value(
            x,
            np.broadcast_to(n, x.shape),
            np.where(usable, np.where(share > 0, share, 0.5), 0.5),
            ratio=np.where(usable, ratio, 1.0),
            alternative="less" if kind in LESS else "greater",
            population=self.population,
            log=True,
        )
        return np.where(usable, log_e, np.nan) + math.log(self.nulls.spent)

    def ratio_limits(self, looks: Ints, confidence: float) -> tuple[Floats, Floats]:
        """Limits of the representation ratio that hold at all times together."""
        if self.limits is not None:
            low = self.limits[0][:, looks]
            high = self.limits[1][:, looks]
        else:
            share = np.clip(self.nulls.share, 1e-12, 1 - 1e-12)[:, None]
            kept = 1 - (1 - confidence) * self.nulls.spent
            x = self.x[:, looks]
            low, high = confidence_sequence(
                x,
                np.broadcast_to(self.n[looks], x.shape),
                prior=(CONCENTRATION * share, CONCENTRATION * (1 - share)),
                population=self.population,
                confidence=kept,
            )
        with np.errstate(all="ignore"):
            return low / self.nulls.high[:, None], high / self.nulls.low[:, None]


# -- people who arrive together --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Parties:
    """The parties that are weighed, as one group sees them: in each, people and members.

    Parties of as many people and members are alike. Of each kind of party ``times`` has the sorted
    times at which one came, and ``before`` how many had come before these times began.
    """

    size: Floats
    inside: Floats
    times: tuple[Ints, ...]
    before: Floats

    @classmethod
    def of(
        cls, size: Ints, inside: Ints, look: Ints, before: Sequence[Sequence[int]] = ()
    ) -> Parties:
        """From each party's people, members and time; ``before`` has people, members, parties."""
        known = {(int(s), int(y)): int(n) for s, y, n in before}
        pairs = np.column_stack([size, inside]).astype(np.intp)
        found, which = np.unique(pairs.reshape(-1, 2), axis=0, return_inverse=True)
        new = {(int(s), int(y)): k for k, (s, y) in enumerate(found)}
        kinds = sorted({*known, *new})
        times = []
        for kind in kinds:
            mine = look[which.ravel() == new[kind]] if kind in new else look[:0]
            times.append(np.sort(mine))
        return cls(
            np.array([s for s, _ in kinds], dtype=float),
            np.array([y for _, y in kinds], dtype=float),
            tuple(times),
            np.array([known.get(kind, 0) for kind in kinds], dtype=float),
        )

    def stand(self) -> list[list[int]]:
        """Of each kind of party its people and members, and how many came."""
        came = self.before + np.array([len(each) for each in self.times])
        kinds = np.column_stack([self.size, self.inside, came]).astype(int)
        return [[int(n) for n in kind] for kind in kinds]

    def by(self, looks: Ints) -> Floats:
        """How many of each kind of party had come by some times."""
        came = [np.searchsorted(each, looks, side="right") for each in self.times]
        return np.asarray(
            self.before[:, None] + np.array(came, dtype=float).reshape(-1, len(looks))
        )

    def weighed(self, nulls: Nulls, group: int, kind: str, starts: Ints, ends: Ints) -> Floats:
        """No less than the log of what the bets on the group come to at any time of a stretch."""
        null = float(nulls.of[kind][group])
        if math.isnan(null):
            return np.full(len(starts), np.nan)
        gained = self._gains(null, float(nulls.share[group]), less=kind in LESS)
        start = self.by(starts)
        later = self.by(ends) - start
        # Sums by hand: a matrix product may round otherwise when there are more times.
        held = (gained[:, :, None] * start[:, None, :]).sum(axis=0)
        if later.any():
            held = held + (np.maximum(gained, 0.0)[:, :, None] * later[:, None, :]).sum(axis=0)
        return np.asarray(special.logsumexp(held, axis=0) - math.log(_NODES))

    def _gains(self, null: float, share: float, *, less: bool) -> Floats:
        """Log of what each bet gains by each kind of party.

        A likelihood ratio of single people is a bet of p'/q on each. Of a party at least as much is
        staked as if it were one person, and beyond that at most half of what could be lost.
        """
        q = null if less else 1 - null
        a = CONCENTRATION * (share if less else 1 - share)
        b = CONCENTRATION - a
        quantiles = (np.arange(_NODES) + 0.5) / _NODES
        alternatives = special.betaincinv(a, b, quantiles * special.betainc(a, b, q))
        stake = (q - alternatives) / (q * (1 - q))
        size = self.size[:, None]
        members = (self.inside if less else self.size - self.inside)[:, None]
        most = np.minimum(stake, _LARGEST_STAKE / (size * (1 - q)))
        each = np.maximum(stake / size, most)
        return np.log1p(-each * (members - q * size))


@dataclass(frozen=True, slots=True, eq=False)
class Came:
    """The parties that are weighed, in order: people, members of each group, and the time."""

    size: Ints
    inside: Ints
    look: Ints


def parties_of(inside: Sequence[Bools], known: Bools, event: Ints, late: Bools, look: Ints) -> Came:
    """Who came together at one time; a party's stragglers are counted and not weighed again."""
    weighed = known & ~late
    events = int(event.max(initial=-1)) + 1
    size = np.bincount(event[weighed], minlength=events)
    came = np.zeros(events, dtype=np.intp)
    came[event] = look
    members = np.array([np.bincount(event[weighed & one], minlength=events) for one in inside])
    held = size > 0
    return Came(size[held], members.reshape(len(inside), events)[:, held], came[held])


@dataclass(slots=True)
class MeanSums:
    """Sums from which limits of a mean are continued: of parties, shares, squares and stakes."""

    parties: float = 0.0
    mean: float = 0.0
    squares: float = 0.0
    stakes: float = 0.0
    staked: float = 0.0
    spread: float = 0.0


def mean_limits(
    came: Came, group: int, looks: int, alpha: float, sums: MeanSums
) -> tuple[Floats, Floats]:
    """Limits of a group's mean share of a party that hold at all times together; continues ``sums``.

    The predictable plug-in empirical Bernstein sequence of Waudby-Smith and Ramdas (2024, JRSS B 86,
    1-27): parties need not be alike, nor their members independent.
    """
    inside = came.inside[group]
    # In one order at every time, whatever order rows of one time are in.
    order = np.lexsort((inside, came.size, came.look))
    value = inside[order] / came.size[order]
    times = came.look[order]
    low = np.zeros(looks)
    high = np.ones(looks)
    if not len(value):
        edges = _bernstein(sums.stakes, sums.staked, sums.spread, alpha)
        low[:], high[:] = edges
        return low, high
    t = sums.parties + np.arange(1, len(value) + 1)
    total = np.cumsum(np.concatenate([[sums.mean], value]))
    mean_after = (0.5 + total[1:]) / (t + 1)
    mean_before = (0.5 + total[:-1]) / t
    squares = np.cumsum(np.concatenate([[sums.squares], (value - mean_after) ** 2]))
    variance_before = (0.25 + squares[:-1]) / t
    with np.errstate(all="ignore"):
        stake = np.sqrt(2 * math.log(2 / alpha) / (variance_before * t * np.log1p(t)))
    stake = np.minimum(stake, 0.5)
    spread = 4 * (value - mean_before) ** 2 * (-np.log1p(-stake) - stake) / 4
    stakes = np.cumsum(np.concatenate([[sums.stakes], stake]))
    staked = np.cumsum(np.concatenate([[sums.staked], stake * value]))
    spreads = np.cumsum(np.concatenate([[sums.spread], spread]))
    by_look = np.searchsorted(times, np.arange(looks), side="right")
    lows, highs = _bernstein(stakes, staked, spreads, alpha)
    sums.parties = float(t[-1])
    sums.mean = float(total[-1])
    sums.squares = float(squares[-1])
    sums.stakes = float(stakes[-1])
    sums.staked = float(staked[-1])
    sums.spread = float(spreads[-1])
    return np.asarray(lows)[by_look], np.asarray(highs)[by_look]


def _bernstein(stakes: Any, staked: Any, spread: Any, alpha: float) -> tuple[Any, Any]:
    """Limits of a mean from sums of stakes; 0 and 1 before anybody came."""
    with np.errstate(all="ignore"):
        centre = np.divide(staked, stakes)
        radius = (math.log(2 / alpha) + spread) / stakes
    nobody = np.asarray(stakes) <= 0
    low = np.where(nobody, 0.0, np.clip(centre - radius, 0, 1))
    high = np.where(nobody, 1.0, np.clip(centre + radius, 0, 1))
    return low, high


# -- the first time that it was enough -------------------------------------------------------------


def flagged(log_e: Floats, alpha: float) -> Bools:
    """Which tests e-BH calls out, in each column; nan is no test."""
    asked = ~np.isnan(log_e)
    tests = asked.sum(axis=0)
    values = np.where(asked, log_e, -np.inf)
    ranked = -np.sort(-values, axis=0)
    rank = np.arange(1, len(values) + 1)[:, None]
    with np.errstate(divide="ignore"):
        needed = np.log(tests) - math.log(alpha) - np.log(rank)
    enough = ranked >= needed
    last = len(values) - 1 - np.argmax(enough[::-1], axis=0)
    threshold = np.where(enough.any(axis=0), ranked[last, np.arange(values.shape[1])], np.inf)
    return np.asarray(asked & (values >= threshold))


Flags = Callable[[Ints, Ints], Bools]
"""Which tests may be called out somewhere between two times, and are if these are the same."""


def first_times(flags: Flags, tests: int, looks: int) -> Ints:
    """The first time at which each test is called out; -1 where it never is.

    Stretches of time in which nothing can happen are passed over as a whole.
    """
    found = np.full(tests, -1, dtype=np.intp)
    stack = list(_possible(flags, 0, looks - 1, found)) if looks else []
    stack.reverse()
    while stack and (found < 0).any():
        low, high, may = stack.pop()
        open_tests = may & (found < 0)
        if not open_tests.any():
            continue
        if low == high:
            found[open_tests] = low
            continue
        stack += reversed(list(_possible(flags, low, high, found)))
    return found


def _possible(flags: Flags, low: int, high: int, found: Ints) -> Iterator[tuple[int, int, Bools]]:
    """Parts of a stretch of time in which a test that is still open may be called out."""
    parts = min(_BRANCHES, high - low + 1)
    edges = np.linspace(low, high + 1, parts + 1).astype(np.intp)
    starts = edges[:-1]
    ends = edges[1:] - 1
    may = flags(starts, ends)
    for part in np.flatnonzero((may & (found < 0)[:, None]).any(axis=0)):
        yield int(starts[part]), int(ends[part]), may[:, part]
