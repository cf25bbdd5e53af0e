"""Reads from baselines what is known of a crossing: its joint table, or limits from smaller tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.profile import Profile
from coprep.errors import InputError, Problems
from coprep.metrics._checks import Floats, Ints
from coprep.metrics.weighting._raking import rake
from coprep.representation._inputs import checked_baseline
from coprep.wording.labels import listed, show

_TOLERANCE = 1e-9  # shares that differ by less are the same, up to the last digits


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Smallest and largest share of each cell that the margins leave open, and the share it has if
    nothing ties the attributes together beyond them. Standard errors are of the two limits.
    """

    low: Floats
    high: Floats
    independent: Floats
    low_se: Floats
    high_se: Floats


@dataclass(frozen=True, eq=False)
class KnownTables:
    """The tables of one or more baselines: each attribute alone, and some of them together."""

    baselines: tuple[Baseline, ...]

    @classmethod
    def of(cls, given: Baseline | Sequence[Baseline]) -> KnownTables:
        """The baselines as they were passed: one, or several that describe the same groups."""
        several = given if isinstance(given, (list, tuple)) else (given,)
        if not several:
            raise InputError.of(
                "no baseline is given.", code="not_a_baseline", param="baseline", got=given
            )
        made = cls(tuple(checked_baseline(one) for one in several))
        made._check()
        return made

    @cached_property
    def together(self) -> Baseline:
        """One baseline with every attribute, as the first that describes it has it."""
        if len(self.baselines) == 1:
            return self.baselines[0]
        profiles: dict[str, Profile] = {}
        for one in self.baselines:
            profiles = {**one.profiles, **profiles}
        said = [
            dict.fromkeys(text for one in self.baselines if (text := getattr(one, name)))
            for name in ("source", "area", "date", "universe")
        ]
        source, area, date, universe = ("; ".join(texts) for texts in said)
        notes = tuple(note for one in self.baselines for note in one.notes)
        return Baseline(profiles, source, area, date, universe, "population", notes)

    def joint(self, attributes: Sequence[str]) -> Floats | None:
        """People or shares of every crossing, an axis an attribute; None where it is not known.

        The first baseline that has it decides; groups are in the order of `together`.
        """
        for one, counted in zip(self.baselines, self._counted, strict=True):
            if counted is None or not set(attributes) <= set(one.attributes):
                continue
            codes, people = counted
            shape = tuple(len(self.together.groups(name)) for name in attributes)
            at = codes[[one.attributes.index(name) for name in attributes]]
            place = np.ravel_multi_index(tuple(at), shape)
            sums: Floats = np.bincount(place, people, math.prod(shape)).astype(float)
            return sums.reshape(shape)
        return None

    @cached_property
    def _counted(self) -> tuple[tuple[Ints, Floats] | None, ...]:
        """Of each baseline with a joint table: the groups of its cells, and people in each."""
        found: list[tuple[Ints, Floats] | None] = []
        for one in self.baselines:
            if one.cells is None:
                found.append(None)
                continue
            groups = [self.together.groups(name) for name in one.attributes]
            place = [{group: at for at, group in enumerate(each)} for each in groups]
            codes = [[at[g] for at, g in zip(place, key, strict=True)] for key in one.cells]
            people = np.array(list(one.cells.values()), dtype=float)
            found.append((np.array(codes, dtype=np.intp).T, people))
        return tuple(found)

    def standard_errors(self, attributes: Sequence[str], shares: Floats) -> Floats:
        """Standard errors of a joint table's shares, as of a sample of the size that the margins of
        error of its attributes imply; 0 where there are none.
        """
        sizes = []
        for name in attributes:
            profile = self.together.profiles[name]
            se = profile.standard_errors
            at = (se > 0) & (profile.shares > 0) & (profile.shares < 1)
            spread = profile.shares[at] * (1 - profile.shares[at])
            sizes += (spread / se[at] ** 2).tolist()
        if not sizes:
            return np.zeros(shares.shape)
        n = float(np.median(sizes))
        found: Floats = np.sqrt(shares * (1 - shares) / n)
        return found

    def limits(self, attributes: Sequence[str]) -> Limits:
        """What smaller tables leave open of a crossing, by Fréchet's limits.

        Of two tables that share some attributes, the people of both are at least as many as add up
        to more than those of what is shared.
        """
        names = tuple(attributes)
        known = {part: self._known(part, names) for part in self._parts(names)}
        low: dict[tuple[str, ...], Floats] = {(): np.ones(())}
        high: dict[tuple[str, ...], Floats] = {(): np.ones(())}
        errors: dict[tuple[str, ...], tuple[Floats, Floats]] = {(): (np.zeros(()), np.zeros(()))}
        for size in range(1, len(names) + 1):
            for part in combinations(names, size):
                if part in known:
                    low[part], high[part], se = known[part]
                    errors[part] = (se, se)
                    continue
                low[part], high[part], errors[part] = self._from_smaller(part, low, high, errors)
        shape = tuple(len(self.together.groups(name)) for name in names)
        least, most = (np.broadcast_to(table[names], shape) for table in (low, high))
        low_se, high_se = (np.broadcast_to(one, shape) for one in errors[names])
        # What differs by the last digits of a sum is the same.
        least = np.where(least < _TOLERANCE, 0.0, least)
        most = np.clip(np.maximum(most, least), 0.0, 1.0)
        return Limits(least, most, self._independent(names, shape), low_se, high_se)

    def _from_smaller(
        self,
        part: tuple[str, ...],
        low: dict[tuple[str, ...], Floats],
        high: dict[tuple[str, ...], Floats],
        errors: dict[tuple[str, ...], tuple[Floats, Floats]],
    ) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
        """The limits of one crossing from those of all that is within it."""
        least: Floats = np.zeros(())
        most: Floats = np.ones(())
        least_se: Floats = np.zeros(())
        most_se: Floats = np.zeros(())
        smaller = [s for size in range(1, len(part)) for s in combinations(part, size)]
        for one in smaller:
            most_se = np.where(high[one] < most, errors[one][1], most_se)
            most = np.minimum(high[one], most)
        for one, other in combinations(smaller, 2):
            if set(one) | set(other) != set(part):
                continue
            both = tuple(name for name in part if name in one and name in other)
            sure = low[one] + low[other] - high[both]
            se = np.sqrt(errors[one][0] ** 2 + errors[other][0] ** 2 + errors[both][1] ** 2)
            least_se = np.where(sure > least, se, least_se)
            least = np.maximum(sure, least)
        return least, most, (least_se, most_se)

    def _parts(self, names: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The crossings of these attributes, in part or all, of which a table is known."""
        singles = [(name,) for name in names]
        held = [set(one.attributes) for one in self.baselines if one.cells is not None]
        larger = [
            part
            for size in range(2, len(names) + 1)
            for part in combinations(names, size)
            if any(set(part) <= attributes for attributes in held)
        ]
        return [*singles, *larger]

    def _known(
        self, part: tuple[str, ...], names: tuple[str, ...]
    ) -> tuple[Floats, Floats, Floats]:
        """Limits of a known table, by its rounding, and its standard errors, on all the axes."""
        if len(part) == 1:
            profile = self.together.profiles[part[0]]
            shares = profile.shares
            half = profile.rounding
            se = profile.standard_errors
        else:
            table = self.joint(part)
            assert table is not None, "only parts that a baseline has are asked for"
            shares = table / table.sum()
            half = 0.0
            se = self.standard_errors(part, shares)
        size = iter(np.shape(shares))
        shape = [next(size) if name in part else 1 for name in names]
        low = np.maximum(shares - half, 0.0).reshape(shape)
        high = np.minimum(shares + half, 1.0).reshape(shape)
        return low, high, np.asarray(se).reshape(shape)

    def _independent(self, names: tuple[str, ...], shape: tuple[int, ...]) -> Floats:
        """The shares if nothing ties the attributes together beyond the known tables: a uniform
        table raked to them.
        """
        parts = self._parts(names)
        largest = [p for p in parts if not any(set(p) < set(other) for other in parts)]
        codes = np.indices(shape).reshape(len(shape), -1)
        groups = []
        totals = []
        for part in largest:
            low, high, _ = self._known(part, names)
            table = np.squeeze((low + high) / 2, axis=tuple(_without(names, part)))
            at = [names.index(name) for name in part]
            groups.append(np.ravel_multi_index(tuple(codes[at]), table.shape))
            totals.append((table / table.sum()).ravel())
        try:
            cells = rake(np.ones(codes.shape[1]), totals, groups=np.stack(groups, axis=1))
        except InputError:  # tables that contradict each other have no joint
            return np.full(shape, math.nan)
        return cells.reshape(shape)

    def _check(self) -> None:
        """Several baselines are of one kind and have the same groups."""
        problems = Problems()
        if any(one.kind == "target" for one in self.baselines):
            problems.add(
                "the baseline is a target; crossings are held against a population.",
                code="target",
                param="baseline",
                hint="representation.assess reports how far a target was met.",
            )
        first: dict[str, frozenset[str]] = {}
        for one in self.baselines:
            for name in one.attributes:
                groups = frozenset(one.groups(name))
                if first.setdefault(name, groups) != groups:
                    odd = sorted(groups ^ first[name])
                    problems.add(
                        f"the baselines differ in the groups of {show(name)}: "
                        f"only one of them has {listed(odd)}.",
                        code="different_groups",
                        param="baseline",
                        hint="bring them to the same groups with Baseline.recode.",
                    )
        problems.raise_if_any()


def _without(names: Sequence[str], part: Sequence[str]) -> list[int]:
    return [at for at, name in enumerate(names) if name not in part]
