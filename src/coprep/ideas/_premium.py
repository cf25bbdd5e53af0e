"""Knows how much people's support for their own group's ideas departs from what person and idea alone predict.

Works on residuals of a two-way fit, for votes and for ratings alike. Whether an idea is one's own is an indicator
``1{voter in a} x (idea belongs to b)``; its sums with anything else are cheap because it is a product of something
about the voter and something about the idea.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["Own", "Premium", "Residuals", "inverse_of", "premium"]

_DENSE = 3_000
_BLOCK = 4_000_000
_FULL = 0.1
_SWEEPS = 60
_STILL = 1e-9
_NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class Residuals:
    """What a two-way fit left in every cell that counts.

    Attributes
    ----------
    person, idea : arrays of int of shape (cells,)
        Codes from 0 without gaps.
    value : array of shape (cells,)
        Votes (0 or 1) or ratings.
    residual : array of shape (cells,)
        Sums to 0 for every person and every idea.
    weight : array of shape (cells,)
        Variance of each cell under the fit: ``p (1 - p)`` for votes, 1 for ratings.
    """

    person: Ints
    idea: Ints
    value: Floats
    residual: Floats
    weight: Floats

    @cached_property
    def people(self) -> int:
        """How many people."""
        return int(self.person.max()) + 1

    @cached_property
    def ideas(self) -> int:
        """How many ideas."""
        return int(self.idea.max()) + 1

    def matrix(self, values: Floats) -> Any:
        """Values as a sparse matrix, people by ideas."""
        from scipy.sparse import csr_matrix

        return csr_matrix((values, (self.person, self.idea)), shape=(self.people, self.ideas))


def _product(weights: Any, inverse: Floats) -> Floats:
    """``weights.T @ diag(inverse) @ weights``, by blocks of people where most cells are filled."""
    people, ideas = weights.shape
    if weights.nnz < _FULL * people * ideas:
        from scipy.sparse import diags_array

        return np.asarray((weights.T @ (diags_array(inverse) @ weights)).toarray())
    total, step = np.zeros((ideas, ideas)), max(1, _BLOCK // ideas)
    for start in range(0, people, step):
        block = weights[start : start + step].toarray()
        total += block.T @ (block * inverse[start : start + step, None])
    return total


class Own:
    """The indicators ``1{voter in a} x member[idea, b]``, less person and idea effects, under given cell weights."""

    def __init__(self, weights: Any, codes: Ints, member: Floats) -> None:
        self.weights, self.codes, self.member = weights, codes, member
        self.by_person = np.asarray(weights.sum(axis=1)).ravel()
        self.by_idea = np.asarray(weights.sum(axis=0)).ravel()
        self.inverse = np.divide(1.0, self.by_person, out=np.zeros_like(self.by_person), where=self.by_person > 0)
        self.sums = weights @ member
        self.groups = member.shape[1]

    @cached_property
    def _laplacian(self) -> Floats:
        """Idea by idea, people eliminated; made regular on each connected part."""
        from scipy.sparse.csgraph import connected_components

        dense = _product(self.weights, self.inverse)
        part = connected_components(dense > 0, directed=False)[1]
        together = (part[:, None] == part[None, :]) / np.bincount(part)[part]
        regular = np.diag(self.by_idea) - dense + together * max(float(self.by_idea.mean()), 1e-300)
        return np.asarray(regular + np.diag(np.where(self.by_idea > 0, 0.0, 1.0)))

    def idea_effects(self, right: Floats) -> Floats:
        """Idea effects of columns whose person effects were eliminated into ``right`` (ideas, columns)."""
        if len(right) <= _DENSE:
            from scipy.linalg import solve

            return np.asarray(solve(self._laplacian, right, assume_a="pos"))
        from scipy.sparse.linalg import LinearOperator, cg

        def reduced(effect: Floats) -> Floats:
            return np.asarray(self.by_idea * effect - self.weights.T @ (self.inverse * (self.weights @ effect)))

        size = len(right)
        operator = LinearOperator((size, size), matvec=reduced, dtype=np.float64)
        return np.stack([cg(operator, column, rtol=1e-10)[0] for column in right.T], axis=1)

    def right_of(self, a: int) -> tuple[Floats, Floats]:
        """For voters in ``a``: right sides of all pairs (a, b), and their products with one another."""
        members = np.flatnonzero(self.codes == a)
        rows, inside = self.weights[members], self.sums[members]
        shown = np.asarray(rows.sum(axis=0)).ravel()
        scaled = inside * self.inverse[members, None]
        right = shown[:, None] * self.member - rows.T @ scaled
        return np.asarray(right), np.asarray(self.member.T @ (shown[:, None] * self.member) - inside.T @ scaled)

    @cached_property
    def diagonal(self) -> tuple[Floats, Floats]:
        """Right sides (ideas, groups) of the own-group indicators and their own squares (groups,)."""
        right = np.zeros((len(self.by_idea), self.groups))
        square = np.zeros(self.groups)
        for k in range(self.groups):
            if (self.codes == k).any():
                every, products = self.right_of(k)
                right[:, k], square[k] = every[:, k], products[k, k]
        return right, square

    @cached_property
    def effects(self) -> Floats:
        """Idea effects (ideas, groups) of the own-group indicators."""
        return self.idea_effects(self.diagonal[0])

    @cached_property
    def gram(self) -> Floats:
        """Products of the own-group indicators left after person and idea effects (groups, groups)."""
        right, square = self.diagonal
        return np.diag(square) - right.T @ self.effects

    def pair_squares(self) -> Floats:
        """Square of every pair's indicator (voter group, idea group)."""
        squares = np.zeros((self.groups, self.groups))
        for a in range(self.groups):
            if (self.codes == a).any():
                right, products = self.right_of(a)
                squares[a] = np.diag(products) - (right * self.idea_effects(right)).sum(axis=0)
        return squares

    def left(self, coefficients: Floats, person: Ints, idea: Ints) -> Floats:
        """In every cell: the own-group indicators times ``coefficients``, less person and idea effects."""
        by_idea = self.effects @ coefficients
        inside = self.sums[np.arange(len(self.codes)), self.codes] * coefficients[self.codes]
        by_person = self.inverse * (inside - self.weights @ by_idea)
        code = self.codes[person]
        own = self.member[idea, code] * coefficients[code]
        return np.asarray(own - by_person[person] - by_idea[idea])


@dataclass(frozen=True, slots=True, eq=False)
class Premium:
    """How much more people support their own group's ideas than person and idea alone predict.

    Attributes
    ----------
    effect, se, df : float
        In units of the value (a probability for votes): average marginal effect, its standard error by person, and
        degrees of freedom.
    beta, beta_se : float
        On the scale of the fit: logits for votes, units for ratings.
    information_se : float
        Error of ``beta`` by the likelihood alone, which is that under fixed totals.
    scale : float
        The pooled sum of scores divided by this is the effect.
    additive : float
        The same difference by least squares on the values themselves.
    group_effect, group_se : arrays of shape (groups,)
        Fitted together; nan where a group says nothing.
    score : array of shape (people, groups)
        What each person would add to the statistic if labelled so: permuting labels is a look-up.
    idea_score, idea_square : arrays of shape (ideas,)
        What each idea adds to the statistic and to its scale.
    own : array of shape (cells,)
        The indicator less person and idea effects, under the weights.
    plain : Own
        The indicators under equal weights.
    solve : array of shape (groups, groups)
        Turns the groups' sums of scores into their effects.
    group_score : array of shape (ideas, groups)
        What each idea adds to each group's sum of scores.
    shared : bool
        Whether the groups' premiums cannot be told apart and are shown as shared.
    """

    effect: float
    se: float
    df: float
    beta: float
    beta_se: float
    information_se: float
    scale: float
    additive: float
    group_effect: Floats
    group_se: Floats
    score: Floats
    idea_score: Floats
    idea_square: Floats
    own: Floats
    plain: Own
    solve: Floats
    group_score: Floats
    shared: bool


def premium(cells: Residuals, codes: Ints, member: Floats, *, topic: Ints | None = None) -> Premium | None:
    """The premium of own-group ideas, pooled and by group; None where nothing varies.

    Parameters
    ----------
    cells : Residuals
        Of the null fit.
    codes : array of int of shape (people,)
        Group of each person, from 0; a label without ideas may be any code whose column of ``member`` is 0.
    member : array of shape (ideas, groups)
        How far each idea belongs to each group, 0 to 1.
    topic : array of int of shape (ideas,), optional
        With it, a group's taste for a topic is taken out as well.
    """
    from coprep.metrics.clustered import clustered_slope

    weighted = cells.matrix(cells.weight)
    within = member if topic is None else member - _taste(cells, weighted, codes, member, topic)
    own, ones = Own(weighted, codes, within), np.ones(len(cells.person))
    even = member if topic is None else member - _taste(cells, cells.matrix(ones), codes, member, topic)
    plain = Own(cells.matrix(ones), codes, even)
    everybody = np.ones(member.shape[1])
    left = own.left(everybody, cells.person, cells.idea)
    information, scale = float((cells.weight * left**2).sum()), float(plain.gram.sum())
    if not (information > _NOTHING and scale > _NOTHING):
        return None
    score = cells.matrix(cells.residual) @ within
    products = np.bincount(cells.person, left * cells.residual)
    squares = np.bincount(cells.person, cells.weight * left**2)
    counted = squares > _NOTHING * squares.max()
    fit = clustered_slope(np.where(counted, products, 0.0), np.where(counted, squares, 0.0))
    beta, beta_se = float(fit.coef[0]), float(fit.se[0])
    flat = plain.left(everybody, cells.person, cells.idea)
    groups = _by_group(cells, own, plain)
    return Premium(
        effect=beta * information / scale,
        se=beta_se * information / scale,
        df=float(fit.df[0]),
        beta=beta,
        beta_se=beta_se,
        information_se=information**-0.5,
        scale=scale,
        additive=float((flat * cells.value).sum() / scale),
        group_effect=groups.effect,
        group_se=groups.se,
        score=np.asarray(score),
        idea_score=np.bincount(cells.idea, left * cells.residual, len(member)).astype(float),
        idea_square=np.bincount(cells.idea, cells.weight * left**2, len(member)).astype(float),
        own=left,
        plain=plain,
        solve=groups.solve,
        group_score=groups.score,
        shared=groups.shared,
    )


def _taste(cells: Residuals, weights: Any, codes: Ints, member: Floats, topic: Ints) -> Floats:
    """What a voter group's taste for a topic explains of the indicator (ideas, groups), alongside person and idea."""
    groups, topics = member.shape[1], int(topic.max()) + 1
    place = codes[cells.person] * topics + topic[cells.idea]
    weight = np.asarray(weights[cells.person, cells.idea]).ravel()
    total = np.bincount(place, weight, minlength=groups * topics)
    taste = np.zeros((groups, topics))
    for _ in range(_SWEEPS):
        left = Own(weights, codes, member - taste.T[topic]).left(np.ones(groups), cells.person, cells.idea)
        sums = np.bincount(place, weight * left, minlength=groups * topics)
        move = np.divide(sums, total, out=np.zeros_like(sums), where=total > 0).reshape(groups, topics)
        taste += move
        if np.abs(move).max() < _STILL:
            break
    return np.asarray(taste.T[topic])


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    effect: Floats
    se: Floats
    solve: Floats
    score: Floats
    shared: bool


def _by_group(cells: Residuals, own: Own, plain: Own) -> _Groups:
    """Every group's premium with all of them in the model, and its error by person."""
    square, flat = np.diag(own.gram), np.diag(plain.gram)
    there = (square > _NOTHING) & (flat > _NOTHING)
    scale = np.divide(square, flat, out=np.zeros_like(square), where=there)
    inverse, shared = inverse_of(own.gram, there)
    place = cells.idea * own.groups + own.codes[cells.person]
    score = np.bincount(place, cells.residual, minlength=own.member.size).reshape(own.member.shape) * own.member
    beta = inverse @ score.sum(axis=0)
    rest = cells.matrix(cells.residual - cells.weight * own.left(beta, cells.person, cells.idea))
    each = -(rest @ own.effects)
    rows = np.arange(len(own.codes))
    each[rows, own.codes] += np.asarray(rest @ own.member)[rows, own.codes]
    covariance = inverse @ (each.T @ each) @ inverse * len(each) / max(len(each) - 1, 1)
    effect, error = beta * scale, np.sqrt(np.maximum(np.diag(covariance), 0.0)) * scale
    return _Groups(
        np.where(there, effect, np.nan), np.where(there, error, np.nan), scale[:, None] * inverse, score, shared
    )


def inverse_of(gram: Floats, there: NDArray[np.bool_]) -> tuple[Floats, bool]:
    """Inverse over the groups that say something, of least norm where they cannot be told apart."""
    inverse = np.zeros_like(gram)
    if not there.any():
        return inverse, False
    root = 1.0 / np.sqrt(np.diag(gram)[there])
    scaled = gram[np.ix_(there, there)] * root * root[:, None]
    part = np.linalg.pinv(scaled, rcond=1e-8, hermitian=True)
    inverse[np.ix_(there, there)] = part * root * root[:, None]
    return inverse, bool(np.linalg.matrix_rank(scaled, tol=1e-8, hermitian=True) < there.sum())
