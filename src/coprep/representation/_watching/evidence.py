"""Weighs evidence on each group as people arrive, and finds the first time it was enough.

Whoever arrives alone is weighed by `e_value`, a likelihood ratio averaged over a Beta law. Of people
who arrive together the party is weighed: each likelihood ratio is a bet on the number of its people
who are in the group, and of parties the stake is made smaller so that the bet is fair whatever their
members have to do with each other. The stake on a person is the same in parties of every size: a
group may come in larger parties than others, and be at its share of people all the same.
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
_COMMON_PARTY = 4
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

    Parties of as many people and members, that came when the largest one so far was as large, are
    alike. Of each kind of party ``times`` has the sorted times at which one came, and ``before`` how
    many had come before these times began.
    """

    largest: Floats
    size: Floats
    inside: Floats
    times: tuple[Ints, ...]
    before: Floats

    @classmethod
    def of(cls, came: Came, group: int, before: Sequence[Sequence[int]] = ()) -> Parties:
        """Those who came, as a group sees them; ``before`` has what `stand` told."""
        known = {(int(m), int(s), int(y)): int(n) for m, s, y, n in before}
        # One number a kind: whole rows take ten times as long to sort.
        most = int(max(came.largest.max(initial=0), came.size.max(initial=0))) + 1
        each = (came.largest * most + came.size) * most + came.inside[group]
        found, which = np.unique(each, return_inverse=True)
        new = {
            (int(k) // most**2, int(k) // most % most, int(k) % most): at
            for at, k in enumerate(found)
        }
        kinds = sorted({*known, *new})
        times = []
        for kind in kinds:
            mine = came.look[which == new[kind]] if kind in new else came.look[:0]
            times.append(np.sort(mine))
        return cls(
            np.array([m for m, _, _ in kinds], dtype=float),
            np.array([s for _, s, _ in kinds], dtype=float),
            np.array([y for _, _, y in kinds], dtype=float),
            tuple(times),
            np.array([known.get(kind, 0) for kind in kinds], dtype=float),
        )

    def stand(self) -> list[list[int]]:
        """Of each kind of party the largest so far, its people and members, and how many came."""
        came = self.before + np.array([len(each) for each in self.times])
        kinds = np.column_stack([self.largest, self.size, self.inside, came]).astype(int)
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

        A likelihood ratio of single people is a bet of p'/q on each. Of the largest party so far at
        least as much is staked as if it were one person, and beyond that at most half of what could
        be lost; of each person in a smaller party not more, since who comes alone may differ from
        who comes with many.
        """
        q = null if less else 1 - null
        a = CONCENTRATION * (share if less else 1 - share)
        b = CONCENTRATION - a
        quantiles = (np.arange(_NODES) + 0.5) / _NODES
        alternatives = special.betaincinv(a, b, quantiles * special.betainc(a, b, q))
        stake = (q - alternatives) / (q * (1 - q))
        size = self.size[:, None]
        largest = self.largest[:, None]
        members = (self.inside if less else self.size - self.inside)[:, None]
        most = np.minimum(stake, _LARGEST_STAKE / (largest * (1 - q)))
        each = np.maximum(stake / largest, most)
        return np.log1p(-each * (members - q * size))


@dataclass(frozen=True, slots=True, eq=False)
class Came:
    """The parties that are weighed, in order: people, members of each group, and the time.

    ``largest`` is the size of the largest party up to that time, or a common one that is larger.
    """

    size: Ints
    inside: Ints
    look: Ints
    largest: Ints


def parties_of(
    inside: Sequence[Bools],
    known: Bools,
    event: Ints,
    late: Bools,
    look: Ints,
    largest: int = 0,
) -> Came:
    """Who came together at one time; a party's stragglers are counted and not weighed again.

    ``largest`` is the size of the largest party before.
    """
    weighed = known & ~late
    events = int(event.max(initial=-1)) + 1
    size = np.bincount(event[weighed], minlength=events)
    came = np.zeros(events, dtype=np.intp)
    came[event] = look
    members = np.array([np.bincount(event[weighed & one], minlength=events) for one in inside])
    held = size > 0
    by_look = np.full(int(look.max(initial=-1)) + 1, largest, dtype=np.intp)
    np.maximum.at(by_look, came[held], size[held])
    so_far = np.maximum.accumulate(by_look)
    # Once people come together at all, a common household is expected before one has come.
    so_far = np.where(so_far > 1, np.maximum(so_far, _COMMON_PARTY), so_far)
    return Came(
        size[held],
        members.reshape(len(inside), events)[:, held],
        came[held],
        so_far[came[held]],
    )


@dataclass(slots=True)
class ShareSums:
    """Sums over parties from which limits of a share are continued.

    ``members``, ``people`` and ``squares`` tell what to stake. ``staked_members`` and
    ``staked_people`` are what was; the others are sums of the cost of these stakes times members,
    or people, of the party, each as parts of the largest party.
    """

    parties: float = 0.0
    members: float = 0.0
    people: float = 0.0
    squares: float = 0.0
    staked_members: float = 0.0
    staked_people: float = 0.0
    cost_members: float = 0.0
    cost_both: float = 0.0
    cost_people: float = 0.0


def share_limits(
    came: Came, group: int, looks: int, alpha: float, sums: ShareSums
) -> tuple[Floats, Floats]:
    """Limits of a group's share of people that hold at all times together; continues ``sums``.

    At its true share m, members less m times the people of a party are 0 on average, and within one
    times the size of the largest party. To that the predictable plug-in empirical Bernstein
    sequence of Waudby-Smith and Ramdas (2024, JRSS B 86, 1-27) is applied, for every m: parties
    need not be alike, nor their members independent.
    """
    inside = came.inside[group]
    # In one order at every time, whatever order rows of one time are in.
    order = np.lexsort((inside, came.size, came.look))
    members = inside[order] / came.largest[order]
    people = came.size[order] / came.largest[order]

    def summed(before: float, each: Any) -> Floats:
        return np.cumsum(np.concatenate([[before], each]))

    t = sums.parties + np.arange(1, len(order) + 1)
    all_members = summed(sums.members, members)
    all_people = summed(sums.people, people)
    share = (0.5 + all_members[1:]) / (1 + all_people[1:])
    squares = summed(sums.squares, (members - share * people) ** 2)
    variance_before = (0.25 + squares[:-1]) / t
    with np.errstate(all="ignore"):
        stake = np.sqrt(2 * math.log(2 / alpha) / (variance_before * t * np.log1p(t)))
    stake = np.minimum(stake, _LARGEST_STAKE)
    cost = -np.log1p(-stake) - stake
    staked_members = summed(sums.staked_members, stake * members)
    staked_people = summed(sums.staked_people, stake * people)
    cost_members = summed(sums.cost_members, cost * members**2)
    cost_both = summed(sums.cost_both, cost * members * people)
    cost_people = summed(sums.cost_people, cost * people**2)
    sums.parties += len(order)
    sums.members = float(all_members[-1])
    sums.people = float(all_people[-1])
    sums.squares = float(squares[-1])
    sums.staked_members = float(staked_members[-1])
    sums.staked_people = float(staked_people[-1])
    sums.cost_members = float(cost_members[-1])
    sums.cost_both = float(cost_both[-1])
    sums.cost_people = float(cost_people[-1])
    # The shares m of which |staked members - m staked people| is at most log(2/alpha) and the cost.
    spent = math.log(2 / alpha) + cost_members
    low = _smaller_root(cost_people, staked_people - 2 * cost_both, spent - staked_members)
    high = _smaller_root(cost_people, -staked_people - 2 * cost_both, spent + staked_members)
    by_look = np.searchsorted(came.look[order], np.arange(looks), side="right")
    low = np.where(spent < staked_members, low, 0.0)
    return np.clip(low, 0.0, 1.0)[by_look], np.clip(high, 0.0, 1.0)[by_look]


def _smaller_root(a: Floats, b: Floats, c: Floats) -> Floats:
    """Where a m^2 + b m + c is first 0, going up from 0; 1 where that never happens.

    Where c is negative there is one such place, and else the smaller of two.
    """
    with np.errstate(all="ignore"):
        # In the form in which large numbers are never taken from each other.
        root = np.sqrt(b**2 - 4 * a * c)
        found = np.where(c < 0, -2 * c / (b + root), 2 * c / (root - b))
    return np.where(np.isfinite(found), found, 1.0)


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
