"""The subgroup that departs most from everybody, with the search allowed for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, numbers, whole, zero_one
from coprep.metrics._streams import RNG, stream
from coprep.metrics.inference._resampling import adjusted_hits, monte_carlo_p

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_LARGEST = 20_000_000  # subgroups times cells
_CHUNK = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class SubgroupScan:
    """Subgroups by how much they depart from everybody, largest first.

    Attributes
    ----------
    attributes, levels : tuple of tuples of int
        Which columns define each subgroup, and which code each has there.
    n : array
        Rows.
    rate : array
        Share with the outcome.
    violation : array
        Share of rows times distance from the overall rate.
    p_adjusted : array
        The chance that any of the subgroups would depart as much if outcomes fell at random.
    overall : float
        Share of all rows with the outcome.
    searched : int
        Subgroups compared.
    too_small : int
        Subgroups left out for having fewer rows than asked.
    draws : int
        Permutations behind ``p_adjusted``.
    """

    attributes: tuple[tuple[int, ...], ...]
    levels: tuple[tuple[int, ...], ...]
    n: Ints
    rate: Floats
    violation: Floats
    p_adjusted: Floats
    overall: float
    searched: int
    too_small: int
    draws: int


def scan_subgroups(
    outcome: ArrayLike,
    features: ArrayLike,
    *,
    depth: int = 2,
    min_size: int = 10,
    draws: int = 999,
    rng: RNG = None,
) -> SubgroupScan:
    """Which subgroup fares most differently from everybody, and could that be chance?

    Parameters
    ----------
    outcome : array of 0 and 1 of shape (n,)
        Such as selected; for a false positive rate give only rows whose truth is negative.
    features : array of int of shape (n, columns)
        Codes from 0 of the attributes.
    depth : int
        Most attributes combined.
    min_size : int
        Subgroups with fewer rows are counted and left out.
    draws : int
        Random permutations of outcomes.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    SubgroupScan

    Raises
    ------
    InputError
        When subgroups times different rows of ``features`` exceed 20 million; for outcomes other
        than 0 and 1, features that are not whole or of another length, and numbers below 1.

    Notes
    -----
    Outcomes are dealt out at random over rows; only counts of cells are drawn (multivariate
    hypergeometric), so the cost does not grow with rows. The largest violation of all subgroups is
    compared: searching many of them is paid for.

    References
    ----------
    Kearns, M. et al. (2018). Preventing fairness gerrymandering. ICML.
    Westfall, P. & Young, S. (1993). Resampling-Based Multiple Testing. Wiley.

    Examples
    --------
    >>> scan = scan_subgroups([1, 0, 1, 0] * 10, [[0], [0], [1], [1]] * 10, rng=1)
    >>> scan.searched, float(scan.p_adjusted[0])
    (2, 1.0)
    """
    y = zero_one(outcome, "outcome")
    table = numbers(features, "features", "nonnegative", ndim=2)
    if len(table) != len(y) or (table != np.floor(table)).any() or not table.shape[1]:
        raise InputError.of(f"features must be whole codes with {len(y):,} rows.", param="features")
    rows, place = np.unique(table.astype(np.intp), axis=0, return_inverse=True)
    place = place.reshape(-1)
    total = np.bincount(place).astype(np.int64)
    hits = np.bincount(place, y).astype(np.int64)
    names, member = _subgroups(rows, whole(depth, "depth", low=1))
    size = member @ total
    kept = np.flatnonzero((size >= whole(min_size, "min_size", low=1)) & (size < len(y)))
    small = int((size < min_size).sum())
    member = member[kept]
    size = size[kept]
    overall = float(hits.sum() / total.sum())
    found = np.abs(member @ hits - size * overall) / len(y)
    maxima = _maxima(
        member, size, total, hits=int(hits.sum()), draws=whole(draws, "draws", low=1), rng=rng
    )
    p_adjusted = monte_carlo_p(adjusted_hits(maxima, found), draws) if len(found) else found
    order = np.argsort(-found, kind="stable")
    return SubgroupScan(
        attributes=tuple(names[kept[i]][0] for i in order),
        levels=tuple(names[kept[i]][1] for i in order),
        n=size[order].astype(np.intp),
        rate=(member @ hits)[order] / size[order],
        violation=found[order],
        p_adjusted=p_adjusted[order],
        overall=overall,
        searched=len(found),
        too_small=small,
        draws=draws,
    )


def _subgroups(
    rows: Ints, depth: int
) -> tuple[list[tuple[tuple[int, ...], tuple[int, ...]]], NDArray[np.int64]]:
    """Every combination of levels of up to ``depth`` attributes, and which cells are in it."""
    names: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    members: list[NDArray[np.bool_]] = []
    levels = [np.unique(column) for column in rows.T]
    for used in range(1, min(depth, rows.shape[1]) + 1):
        for attributes in combinations(range(rows.shape[1]), used):
            for chosen in product(*(levels[a] for a in attributes)):
                inside = (rows[:, attributes] == chosen).all(axis=1)
                if not inside.any():
                    continue
                names.append((attributes, tuple(int(level) for level in chosen)))
                members.append(inside)
                if len(names) * len(rows) > _LARGEST:
                    raise InputError.of(
                        f"there are more than {len(names) - 1:,} subgroups in {len(rows):,} cells.",
                        code="too_many",
                        param="depth",
                        hint="use a smaller depth, fewer attributes or fewer levels.",
                    )
    return names, np.array(members, dtype=np.int64).reshape(len(names), len(rows))


def _maxima(
    member: NDArray[np.int64],
    size: NDArray[np.int64],
    total: NDArray[np.int64],
    *,
    hits: int,
    draws: int,
    rng: RNG,
) -> Floats:
    """Largest violation of all subgroups in each permutation of outcomes."""
    generator = stream(rng, "subgroups")
    n = int(total.sum())
    step = max(1, _CHUNK // max(len(member), len(total), 1))
    tops = []
    for start in range(0, draws, step):
        count = min(step, draws - start)
        dealt = generator.multivariate_hypergeometric(total, hits, size=count, method="marginals")
        away = np.abs(dealt.astype(float) @ member.T.astype(float) - size * (hits / n)) / n
        tops.append(away.max(axis=1, initial=0.0))
    return np.concatenate(tops)
