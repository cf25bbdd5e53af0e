"""Support as seen and as it would be with every group at its share, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.ideas._consequences.cast import gram
from coprep.metrics.weighting import rake, trim

if TYPE_CHECKING:
    from coprep.ideas._consequences.cast import Cast
    from coprep.metrics._checks import Bools, Floats, Ints

PRIOR = 3.0
"""Of how many people's worth the covariance of all is in that of every group."""

_LEAST_FREE = 1e-9


@dataclass(frozen=True, eq=False)
class Room:
    """The voters by cells, and what each cell would weigh in the community.

    ``codes`` has a row a cell and a column an attribute; ``weight`` is that of one person, 1 on
    average; ``means`` and ``shown`` are by cells and ideas.
    """

    cast: Cast
    cell: Ints
    codes: Ints
    people: Floats
    shares: tuple[Floats, ...]
    weight: Floats
    sums: Floats
    shown: Floats

    @cached_property
    def seen(self) -> Floats:
        """Support as it was."""
        return _ratio(self.sums.sum(axis=0), self.shown.sum(axis=0))

    @cached_property
    def support(self) -> Floats:
        """Support with every group at its share."""
        return _ratio(self.weight @ self.sums, self.weight @ self.shown)

    @cached_property
    def change(self) -> Floats:
        """By how much one more vote of a person of each cell (row) moves the effect on an idea."""
        after = _ratio(self.weight[:, None], self.weight @ self.shown)
        before = _ratio(np.ones(after.shape), self.shown.sum(axis=0))
        return np.asarray(after - before)

    @property
    def design_effect(self) -> float:
        """Kish's design effect of the weights."""
        return float(self.people @ self.weight**2 / self.people.sum())

    @property
    def replaced(self) -> float:
        """The share of the room that is replaced to turn it into the community."""
        return float(self.people @ np.abs(self.weight - 1) / self.people.sum() / 2)

    @property
    def group_sizes(self) -> tuple[Floats, ...]:
        """How many people each group of each attribute has in the room."""
        return tuple(
            np.bincount(code, self.people, minlength=len(share)).astype(float)
            for code, share in zip(self.codes.T, self.shares, strict=True)
        )

    def trimmed(self) -> Room:
        """The same with no weight above five times the median one."""
        order = np.argsort(self.weight)
        half = np.searchsorted(np.cumsum(self.people[order]), self.people.sum() / 2)
        most = 5 * float(self.weight[order][half])
        weight = trim(self.weight, high=max(most, 1.0 + _LEAST_FREE), people=self.people)
        return self._with(weight)

    def _with(self, weight: Floats) -> Room:
        return Room(
            self.cast,
            self.cell,
            self.codes,
            self.people,
            self.shares,
            weight,
            self.sums,
            self.shown,
        )

    def shrunk(self) -> Floats:
        """Support with the mean of every cell drawn to that of all, by empirical Bayes."""
        means = _ratio(self.sums, self.shown)
        overall = self.seen
        n = np.maximum(self.shown, 1.0)
        squares = _cell_sums(self.cast.value.power(2), self.cell, len(self.people))
        within = (squares - np.nan_to_num(means) ** 2 * self.shown).sum(axis=0)
        free = np.maximum(self.shown.sum(axis=0) - (self.shown > 0).sum(axis=0), 1.0)
        error = within / free / n
        spread = np.nansum((means - overall) ** 2 * self.shown, axis=0) / self.shown.sum(axis=0)
        noise = (error * self.shown).sum(axis=0) / self.shown.sum(axis=0)
        between = np.maximum(spread - noise, 0.0)
        drawn = np.divide(error, error + between, out=np.ones_like(error), where=error > 0)
        pulled = np.where(np.isnan(means), overall, means + drawn * (overall - means))
        return _ratio(self.weight @ (pulled * self.shown), self.weight @ self.shown)


def room_of(cast: Cast, codes: Ints, shares: Sequence[Floats], *, weighted: bool = True) -> Room:
    """The voters (a row each, a column an attribute) by cells, weighted to the shares.

    Raises an InputError where no weights give every group its share.
    """
    sizes = tuple(len(share) for share in shares)
    key = np.ravel_multi_index(tuple(codes.T), sizes)
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    cell = cell.ravel().astype(np.intp)
    people = np.bincount(cell).astype(float)
    weight = np.ones(len(people))
    if weighted:
        given = rake(people, [share / share.sum() for share in shares], groups=codes[first])
        weight = given / people * people.sum()
    sums = _cell_sums(cast.value, cell, len(people))
    if cast.shown is None:
        shown = np.repeat(people[:, None], cast.ideas, axis=1)
    else:
        shown = _cell_sums(cast.shown, cell, len(people))
    return Room(cast, cell, codes[first], people, tuple(shares), weight, sums, shown)


def _cell_sums(table: Any, cell: Ints, cells: int) -> Floats:
    """The rows of a sparse table added up by cell."""
    from scipy.sparse import csr_array

    into = csr_array((np.ones(len(cell)), (cell, np.arange(len(cell)))), shape=(cells, len(cell)))
    return np.asarray((into @ table).toarray(), dtype=float)


def _ratio(part: Floats, whole: Floats) -> Floats:
    """A part of a whole; nan where there is none."""
    shape = np.broadcast_shapes(np.shape(part), np.shape(whole))
    nothing = np.full(shape, np.nan)
    return np.asarray(np.divide(part, whole, out=nothing, where=np.asarray(whole) > 0))


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """How supports err together: their covariance, and its degrees of freedom."""

    covariance: Floats
    df: float

    def draws(self, n: int, rng: np.random.Generator) -> Floats:
        """Errors as they could have been, a row a draw: multivariate t."""
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        z = rng.standard_normal((n, len(values))) @ root.T
        if np.isfinite(self.df):
            z /= np.sqrt(rng.chisquare(self.df, n) / self.df)[:, None]
        return np.asarray(z)

    @property
    def standard_errors(self) -> Floats:
        """Standard error of each idea's support."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    def of_gaps(self) -> Floats:
        """Standard error of the gap between every two ideas; 0 where they move as one."""
        own = np.diag(self.covariance)
        variance = own[:, None] + own - 2 * self.covariance
        return np.sqrt(np.where(variance < 1e-18, 0.0, variance))


def errors_of(
    room: Room,
    *,
    target: str = "room",
    joint: bool = False,
    population: float | None = None,
    share_errors: Sequence[Floats | None] = (),
) -> Errors:
    """The errors of the supports of a room, given who came.

    Both supports are linear in the ballots with weights that depend on the attributes alone, so
    that the residuals of the ballots give their covariance, and a person's whole ballot counts as
    one. The covariance of all is worth `PRIOR` people in every group: five who agree are no proof.
    """
    a = room.change
    if target == "community":
        a = _ratio(room.weight[:, None], room.weight @ room.shown)
    if population is not None:
        taken = np.minimum(room.people.sum() / (population * np.maximum(room.weight, 1e-12)), 1.0)
        a = a * np.sqrt(1 - taken)[:, None]
    a = np.nan_to_num(a)
    smallest = np.min(
        [size[code] for size, code in zip(room.group_sizes, room.codes.T, strict=True)], axis=0
    )
    prior = PRIOR / (smallest - 1 + PRIOR)
    if room.cast.shown is None:
        covariance = _complete(room, a[:, 0], prior)
    else:
        covariance = _incomplete(room, a, prior)
    for at, error in enumerate(share_errors):
        if error is not None:
            means = _group_means(room, at)
            covariance = covariance + means.T @ error @ means
    spread = (a**2 * room.shown).mean(axis=1)
    finest = int(np.argmax([len(share) for share in room.shares]))
    group = np.arange(len(spread)) if joint else room.codes[:, finest]
    by_group = np.bincount(group, spread)
    size = np.bincount(group, room.people)
    bottom = float((by_group**2 / np.maximum(size - 1 + PRIOR, 1)).sum())
    df = float("inf")
    if bottom > 0:
        df = float(spread.sum() ** 2 / bottom)
    return Errors(covariance, df)


def _dummies(room: Room) -> Floats:
    """Which groups each cell is in, the first of each attribute left out, and a constant."""
    columns = [np.ones(len(room.people))]
    for code, share in zip(room.codes.T, room.shares, strict=True):
        columns += [(code == group).astype(float) for group in range(1, len(share))]
    return np.column_stack(columns)


def _floor(room: Room) -> Floats:
    """The variance of each idea's ballots with one more at each end of the scale."""
    low = room.cast.low
    high = room.cast.high
    n = room.shown.sum(axis=0) + 2
    total = room.sums.sum(axis=0) + low + high
    given = np.asarray(room.cast.value.power(2).sum(axis=0), dtype=float).ravel()
    squares = given + low**2 + high**2
    return np.asarray(np.maximum(squares - total**2 / n, 0.0) / (n - 1))


def _complete(room: Room, a: Floats, prior: Floats) -> Floats:
    """The covariance where everybody saw everything: no residual is ever formed."""
    x = _dummies(room)
    inverse = np.linalg.pinv(x.T @ (x * room.people[:, None]), rcond=1e-10, hermitian=True)
    leverage = ((x @ inverse) * x).sum(axis=1)
    fit = x @ (inverse @ (x.T @ room.sums))
    own = a**2 * (1 - prior) / np.maximum(1 - leverage, _LEAST_FREE)
    cross = room.sums.T @ (own[:, None] * fit)
    explained = fit.T @ (fit * (own * room.people)[:, None])
    found = gram(room.cast.value, own[room.cell]) - cross - cross.T + explained
    n = room.people.sum()
    seen = room.seen
    pool = (room.cast.squares - n * np.outer(seen, seen)) / max(n - 1, 1)
    np.fill_diagonal(pool, np.maximum(np.diag(pool), _floor(room)))
    return np.asarray(found + (room.people @ (prior * a**2)) * pool)


def _incomplete(room: Room, a: Floats, prior: Floats) -> Floats:
    """The covariance where people saw different ideas: a regression an idea."""
    from scipy.sparse import csr_array

    x = _dummies(room)
    m = room.cast.ideas
    fit = np.zeros((len(x), m))
    leverage = np.zeros((len(x), m))
    for idea in range(m):
        n = room.shown[:, idea]
        inverse = np.linalg.pinv(x.T @ (x * n[:, None]), rcond=1e-10, hermitian=True)
        fit[:, idea] = x @ (inverse @ (x.T @ room.sums[:, idea]))
        leverage[:, idea] = ((x @ inverse) * x).sum(axis=1)
    shown = room.cast.shown.tocoo()
    person, idea = shown.coords
    cell = room.cell[person]
    # Both tables have the votes that were cast; those of value 0 are kept by their place.
    value = (room.cast.value + shown.tocsr() * 0).tocsr()
    given = np.asarray(value[person, idea], dtype=float).ravel()
    free = np.sqrt(np.maximum(1 - leverage, _LEAST_FREE))
    residual = (given - fit[cell, idea]) / free[cell, idea]
    own = residual * a[cell, idea] * np.sqrt(1 - prior[cell])
    pooled = a[cell, idea] * np.sqrt(prior[cell])
    ones = np.ones(room.cast.people)

    def table(data: Floats) -> Any:
        return csr_array((data, (person, idea)), shape=room.cast.shown.shape)

    both = gram(table(np.ones(len(given))), ones)
    pool = gram(table(given - room.seen[idea]), ones) / np.maximum(both - 1, 1)
    np.fill_diagonal(pool, np.maximum(np.diag(pool), _floor(room)))
    return gram(table(own), ones) + gram(table(pooled), ones) * pool


def _group_means(room: Room, attribute: int) -> Floats:
    """Mean support of each idea in each group of one attribute, about that of all."""
    code = room.codes[:, attribute]
    size = len(room.shares[attribute])
    sums = np.zeros((size, room.cast.ideas))
    shown = np.zeros_like(sums)
    np.add.at(sums, code, room.sums)
    np.add.at(shown, code, room.shown)
    return np.nan_to_num(_ratio(sums, shown) - room.seen)


def known_rows(codes: Ints) -> Bools:
    """Who is of known group in every attribute."""
    return np.asarray((codes >= 0).all(axis=1))
