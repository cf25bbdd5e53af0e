"""Margins of error of shares that a sample of the community estimates: rows, clusters, replicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import special

from coprep.data.frames import Frame
from coprep.data.labels import known_label, label
from coprep.errors import Problems
from coprep.wording.labels import show

Floats = NDArray[np.float64]
_Z90 = 1.645
_LEVEL = 0.95  # at which the quantile of few clusters is held against the normal one


@dataclass(frozen=True, slots=True)
class Design:
    """How a sample was drawn; ``replicates`` has for each column of weights its factor."""

    weight: str | None = None
    strata: str | None = None
    cluster: str | None = None
    replicates: Mapping[str, float] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns by which rows are kept apart, besides the attributes."""
        return tuple(c for c in (self.strata, self.cluster) if c is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows by all attributes, strata and clusters at once; a row of each array a cell."""

    labels: tuple[tuple[str, ...], ...]
    n: Floats
    w: Floats
    w2: Floats
    stratum: NDArray[np.intp]
    cluster: NDArray[np.intp] | None
    replicates: Floats  # a column a set of weights
    factors: Floats

    @property
    def people(self) -> int:
        """How many were asked and are of known group."""
        return int(self.n.sum())

    def margins(self, which: int) -> tuple[dict[str, float], dict[str, float] | None]:
        """90% margins of the shares of an attribute's groups, and of its weighted counts.

        Counts have margins of their own where rows were drawn one by one: merged groups are made
        from them.
        """
        groups = sorted({labels[which] for labels in self.labels})
        inside = np.array([[labels[which] == g for labels in self.labels] for g in groups], float)
        shares = inside @ self.w / self.w.sum()
        if self.factors.size:
            errors = self._by_replicates(inside, shares)
        else:
            pairs = zip(inside, shares.tolist(), strict=True)
            errors = np.array([self._linearised(row, share) for row, share in pairs])
        of_shares = dict(zip(groups, (_Z90 * errors).tolist(), strict=True))
        if self.factors.size or self.cluster is not None or self.stratum.any():
            return of_shares, None
        spread = self.people / max(self.people - 1, 1)
        of_counts = _Z90 * self._widened(self.people - 1) * np.sqrt(spread * (inside @ self.w2))
        return of_shares, dict(zip(groups, of_counts.tolist(), strict=True))

    def _by_replicates(self, inside: Floats, shares: Floats) -> Floats:
        """Standard errors from how far replicate weights move the shares."""
        moved = inside @ self.replicates / self.replicates.sum(axis=0)
        return np.asarray(np.sqrt((moved - shares[:, None]) ** 2 @ self.factors))

    def _linearised(self, inside: Floats, share: float) -> float:
        """The standard error of one share by Taylor's linearisation, between units of a stratum.

        Units are rows, or clusters where there are any. A stratum of one unit is held against the
        mean of all, 0.
        """
        slope = (inside - share) / self.w.sum()
        strata = int(self.stratum.max(initial=0)) + 1
        if self.cluster is None:
            units = np.bincount(self.stratum, self.n, strata)
            sums = np.bincount(self.stratum, slope * self.w, strata)
            squares = np.bincount(self.stratum, slope**2 * self.w2, strata)
        else:
            each = np.bincount(self.cluster, slope * self.w)
            _, first = np.unique(self.cluster, return_index=True)
            within = self.stratum[first]
            units = np.bincount(within, minlength=strata).astype(np.float64)
            sums = np.bincount(within, each, strata)
            squares = np.bincount(within, each**2, strata)
        centred = squares - sums**2 / np.maximum(units, 1)
        several = units > 1
        variance = np.where(several, centred * units / np.maximum(units - 1, 1), squares).sum()
        freedom = units.sum() - several.sum()
        return float(np.sqrt(max(variance, 0.0)) * self._widened(freedom))

    def _widened(self, freedom: float) -> float:
        """By how much few units make an error wider: Student's quantile over the normal one."""
        tail = (1 + _LEVEL) / 2
        return float(special.stdtrit(max(freedom, 1.0), tail) / special.ndtri(tail))


def sampled(frame: Frame, attributes: Sequence[str], design: Design) -> Sample:
    """The rows of known group, counted; refuses what no design can be read from."""
    _check(frame, attributes, design)
    sums = {f"replicate {i}": column for i, column in enumerate(design.replicates)}
    counted, _ = frame.weigh([*attributes, *design.columns], design.weight, sums=sums)
    cells = [
        (i, tuple(known_label(v) or "" for v in key[: len(attributes)]))
        for i, key in enumerate(counted.keys)
    ]
    kept = [(i, names) for i, names in cells if all(names)]
    at = np.array([i for i, _ in kept], dtype=np.intp)
    beside = [counted.keys[i][len(attributes) :] for i, _ in kept]
    stratum = _codes([key[:1] if design.strata else () for key in beside])
    cluster = None
    if design.cluster is not None:
        cluster = _codes(beside)  # a cluster is one within its stratum
    replicates = np.empty((len(at), 0))
    if sums:
        replicates = np.column_stack([counted.sums[name][at] for name in sums])
    return Sample(
        labels=tuple(names for _, names in kept),
        n=counted.n[at].astype(np.float64),
        w=counted.sums["w"][at],
        w2=counted.sums["w2"][at],
        stratum=stratum,
        cluster=cluster,
        replicates=replicates,
        factors=np.array(list(design.replicates.values()), dtype=np.float64),
    )


def _codes(keys: Sequence[tuple[object, ...]]) -> NDArray[np.intp]:
    """A number for each key, alike for those that are spelt alike."""
    seen: dict[tuple[str | None, ...], int] = {}
    told = [tuple(label(part) for part in key) for key in keys]
    return np.array([seen.setdefault(key, len(seen)) for key in told], dtype=np.intp)


def _check(frame: Frame, attributes: Sequence[str], design: Design) -> None:
    """Refuse columns that are not there, rows outside any stratum or cluster, and bad factors."""
    problems = Problems()
    for column in (*attributes, *design.columns, *design.replicates):
        if not frame.has(column):
            problems.take(frame.unknown_column(column))
    problems.raise_if_any()
    for param, unit in (("strata", design.strata), ("cluster", design.cluster)):
        if unit is None:
            continue
        counted = frame.count([unit])
        rows = zip(counted.keys, counted.n.tolist(), strict=True)
        blank = sum(n for (value,), n in rows if label(value) is None)
        if blank:
            problems.add(
                f"{blank:,} rows of the baseline are in no {show(unit)}.",
                code="missing_unit",
                param=param,
                hint="give every row one, or leave these rows out.",
            )
    for column, factor in design.replicates.items():
        if not frame.is_number(column) or frame.unusable(column)[0]:
            problems.add(
                f"the replicate weights in {show(column)} are missing or no numbers.",
                code="bad_weights",
                param="replicates",
                got=column,
            )
        if not 0 < factor < np.inf:
            problems.add(
                f"the factor of {show(column)} is {factor:g}; expected a number above 0.",
                code="bad_option",
                param="replicates",
                got=factor,
            )
    problems.raise_if_any()
