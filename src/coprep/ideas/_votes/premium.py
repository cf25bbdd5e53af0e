"""Measure support for one's own group's ideas beyond what person and idea alone predict.

Works on residuals of a two-way fit, for votes and for ratings alike. Whether an idea is one's own
is an indicator ``1{voter in a} x (idea belongs to b)``, and a group's taste for something ideas
differ in (a topic, a week, quality) is one too, ``1{voter in a} x (so much of it in the idea)``;
their sums with anything else are cheap because each is a
product of something about the voter and something about the idea.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.metrics.inference._clustered import clustered_slope
from coprep.metrics.votes._two_way import reciprocal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.metrics._checks import Floats, Ints


_DENSE = 3_000
_BLOCK = 4_000_000
_FULL = 0.1
_NOTHING = 1e-9
_BARELY = 1e-8


@dataclass(frozen=True, eq=False)
class Residuals:
    """What a two-way fit left in every cell that counts."""

    person: Ints  # (cells,) codes from 0 without gaps
    idea: Ints
    value: Floats  # (cells,) votes (0 or 1) or ratings
    residual: Floats  # (cells,) sums to 0 for every person and every idea
    # (cells,) variance of each cell under the fit: ``p (1 - p)`` for votes, 1 for ratings
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
    total = np.zeros((ideas, ideas))
    step = max(1, _BLOCK // ideas)
    for start in range(0, people, step):
        block = weights[start : start + step].toarray()
        total += block.T @ (block * inverse[start : start + step, None])
    return total


@dataclass(frozen=True, slots=True, eq=False)
class _Left:
    """Of some indicators of one voter group: right sides, products with one another and with topics
    (persons' levels eliminated), the idea effects and tastes taken out, the squares left, and
    whether they are more than rounding.
    """

    right: Floats
    products: Floats
    on_topics: Floats
    effects: Floats
    taste: Floats
    square: Floats
    there: NDArray[np.bool_]


class Indicators:
    """The indicators ``1{voter in a} x member[idea, b]``, less person and idea effects, under given
    cell weights.

    With ``on`` (ideas, columns) a group's taste for what each column holds is taken out as well.
    """

    def __init__(self, weights: Any, codes: Ints, member: Floats, on: Floats | None = None) -> None:
        self.weights: Any = weights
        self.codes: Ints = codes
        self.member: Floats = member
        self.by_person: Floats = np.asarray(weights.sum(axis=1)).ravel()
        self.by_idea: Floats = np.asarray(weights.sum(axis=0)).ravel()
        self.inverse: Floats = reciprocal(self.by_person)
        self.groups: int = member.shape[1]
        self.on: Floats = np.zeros((len(member), 0)) if on is None else on

    @cached_property
    def _laplacian(self) -> Floats:
        """Idea by idea, people eliminated; made regular on each connected part."""
        from scipy.sparse.csgraph import connected_components

        dense = _product(self.weights, self.inverse)
        part = connected_components(dense > 0, directed=False)[1]
        together = (part[:, None] == part[None, :]) / np.bincount(part)[part]
        regular = np.diag(self.by_idea) - dense + together * max(float(self.by_idea.mean()), 1e-300)
        return np.asarray(regular + np.diag(np.where(self.by_idea > 0, 0.0, 1.0)))

    @cached_property
    def _factor(self) -> tuple[Floats, bool]:
        """The Cholesky factor of the idea-by-idea matrix, which every group's columns need."""
        from scipy.linalg import cho_factor

        factor, lower = cho_factor(self._laplacian)
        return np.asarray(factor), bool(lower)

    def idea_effects(self, right: Floats) -> Floats:
        """Idea effects of columns whose person effects were eliminated into ``right``."""
        if len(right) <= _DENSE:
            from scipy.linalg import cho_solve

            return np.asarray(cho_solve(self._factor, right))
        from scipy.sparse.linalg import LinearOperator, cg

        def reduced(effect: Floats) -> Floats:
            return np.asarray(
                self.by_idea * effect - self.weights.T @ (self.inverse * (self.weights @ effect))
            )

        size = len(right)
        operator = LinearOperator((size, size), matvec=reduced, dtype=np.float64)
        return np.stack([cg(operator, column, rtol=1e-10)[0] for column in right.T], axis=1)

    def right_of(self, a: int, columns: Floats) -> tuple[Floats, Floats]:
        """For ``1{voter in a} x columns``: right sides and products, persons eliminated."""
        members = np.flatnonzero(self.codes == a)
        rows = self.weights[members]
        inside = rows @ columns
        shown = np.asarray(rows.sum(axis=0)).ravel()
        scaled = inside * self.inverse[members, None]
        right = shown[:, None] * columns - rows.T @ scaled
        return np.asarray(right), np.asarray(
            columns.T @ (shown[:, None] * columns) - inside.T @ scaled
        )

    @cached_property
    def _tastes(self) -> tuple[Floats, Floats, Floats]:
        """Of groups' tastes for topics: right sides, idea effects, and inverse of products."""
        topics = self.on.shape[1]
        size = self.groups * topics
        right = np.zeros((len(self.by_idea), size))
        gram = np.zeros((size, size))
        for a in range(self.groups if topics else 0):
            here = slice(a * topics, (a + 1) * topics)
            right[:, here], gram[here, here] = self.right_of(a, self.on)
        effects = self.idea_effects(right) if size else right
        own = np.diag(gram).copy()
        gram -= right.T @ effects
        return right, effects, _inverse_of_tastes(gram, own)

    def _left_of(self, a: int, columns: Floats) -> _Left:
        """What is left of ``1{voter in a} x columns``."""
        many = columns.shape[1]
        topics = self.on.shape[1]
        right, products = self.right_of(a, np.concatenate([columns, self.on], axis=1))
        right = right[:, :many]
        on_topics = products[:many, many:]
        effects = self.idea_effects(right)
        alone = products[:many, :many] - right.T @ effects
        taste_right, taste_effects, inverse = self._tastes
        cross = -(taste_right.T @ effects)
        cross[a * topics : (a + 1) * topics] += on_topics.T
        taste = inverse @ cross
        square = np.diag(alone - cross.T @ taste)
        there = (square > _NOTHING) & (square > _BARELY * np.diag(alone))
        return _Left(
            right,
            products[:many, :many],
            on_topics,
            effects - taste_effects @ taste,
            taste,
            square,
            there,
        )

    @cached_property
    def _diagonal(self) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
        """Of the own-group indicators: idea effects, tastes, products, whether any is left."""
        ideas = len(self.by_idea)
        topics = self.on.shape[1]
        groups = self.groups
        effects = np.zeros((ideas, groups))
        taste = np.zeros((groups * topics, groups))
        right = np.zeros((ideas, groups))
        gram = np.zeros((groups, groups))
        there = np.zeros(groups, dtype=np.bool_)
        on_topics = np.zeros((groups, topics))
        for k in np.flatnonzero(np.bincount(self.codes, minlength=groups)[:groups]):
            left = self._left_of(int(k), self.member[:, k : k + 1])
            right[:, k] = left.right[:, 0]
            effects[:, k] = left.effects[:, 0]
            taste[:, k] = left.taste[:, 0]
            gram[k, k] = left.products[0, 0]
            on_topics[k] = left.on_topics[0]
            there[k] = left.there[0]
        taste = taste.reshape(groups, topics, groups)
        gram = gram - right.T @ effects - np.einsum("kt,ktj->kj", on_topics, taste)
        return effects, taste, (gram + gram.T) / 2, there

    @property
    def effects(self) -> Floats:
        """Idea effects (ideas, groups) of the own-group indicators."""
        return self._diagonal[0]

    @property
    def taste(self) -> Floats:
        """Tastes (voter groups, topics, groups) of the own-group indicators."""
        return self._diagonal[1]

    @property
    def gram(self) -> Floats:
        """Products of the indicators left after person and idea effects, and tastes."""
        return self._diagonal[2]

    @property
    def there(self) -> NDArray[np.bool_]:
        """Per group: whether anything is left of its indicator."""
        return self._diagonal[3]

    def left_of_pair(self, a: int, b: int, person: Ints, idea: Ints) -> Floats:
        """In every cell what is left of ``1{voter in a} x member[idea, b]``."""
        many = self.on.shape[1]
        left = self._left_of(a, self.member[:, b : b + 1])
        taste = left.taste[:, 0].reshape(self.groups, many)
        columns = -(self.on @ taste.T)
        columns[:, a] += self.member[:, b]
        return self.less_effects(columns, left.effects[:, 0], person, idea)

    def pair_squares(self) -> Floats:
        """Square of every pair's indicator (voter group, idea group)."""
        squares = np.zeros((self.groups, self.groups))
        for a in range(self.groups):
            if (self.codes == a).any():
                left = self._left_of(a, self.member)
                squares[a] = np.where(left.there, left.square, 0.0)
        return squares

    def centred(self, coefficients: Floats) -> Floats:
        """The indicators times ``coefficients``, less tastes: a column a voter group."""
        own = self.member * coefficients
        return own - self.on @ (self.taste @ coefficients).T

    def less_effects(self, columns: Floats, by_idea: Floats, person: Ints, idea: Ints) -> Floats:
        """In every cell the group's column less ``by_idea`` and the person's level."""
        inside = np.asarray(self.weights @ columns)[np.arange(len(self.codes)), self.codes]
        by_person = self.inverse * (inside - self.weights @ by_idea)
        return np.asarray(columns[idea, self.codes[person]] - by_person[person] - by_idea[idea])

    def left(self, coefficients: Floats, person: Ints, idea: Ints) -> Floats:
        """In every cell what is left of the indicators times ``coefficients``."""
        return self.less_effects(
            self.centred(coefficients), self.effects @ coefficients, person, idea
        )

    def less_tastes(self, cells: Residuals) -> Floats:
        """The residuals, once tastes are fitted to them too."""
        many = self.on.shape[1]
        if not many:
            return cells.residual
        by_person = cells.matrix(cells.residual) @ self.on
        sums = np.zeros((self.groups, many))
        np.add.at(sums, self.codes, by_person)
        _, effects, inverse = self._tastes
        taste = inverse @ sums.ravel()
        columns = self.on @ taste.reshape(self.groups, many).T
        fitted = self.less_effects(columns, effects @ taste, cells.person, cells.idea)
        return np.asarray(cells.residual - cells.weight * fitted)


def _inverse_of_tastes(gram: Floats, own: Floats) -> Floats:
    """Inverse of least norm: tastes have no level of their own."""
    there = np.diag(gram) > _BARELY * own
    root = np.zeros(len(gram))
    root[there] = 1.0 / np.sqrt(np.diag(gram)[there])
    scaled = gram * root * root[:, None]
    return np.asarray(np.linalg.pinv(scaled, rcond=_BARELY, hermitian=True) * root * root[:, None])


@dataclass(frozen=True, slots=True, eq=False)
class Premium:
    """How much more people support their own group's ideas than person and idea alone predict."""

    # in units of the value (a probability for votes): average marginal effect, its standard error
    # by person, and degrees of freedom
    effect: float
    se: float
    df: float
    beta: float  # on the scale of the fit: logits for votes, units for ratings
    beta_se: float
    # error of ``beta`` by the likelihood alone, which is that under fixed totals
    information_se: float
    scale: float  # the pooled sum of scores divided by this is the effect
    additive: float  # the same difference by least squares on the values themselves
    group_effect: Floats  # (groups,) fitted together; nan where a group says nothing
    group_se: Floats
    # (people, groups) what each person would add to the statistic if labelled so: permuting labels
    # is a look-up
    score: Floats
    idea_score: Floats  # (ideas,) what each idea adds to the statistic and to its scale
    idea_square: Floats
    own: Floats  # (cells,) the indicator less person and idea effects, under the weights
    residual: Floats  # (cells,) what the fit left; with topics, less groups' tastes for them
    plain: Indicators  # the indicators under equal weights
    solve: Floats  # (groups, groups) turns the groups' sums of scores into their effects
    group_score: Floats  # (ideas, groups) what each idea adds to each group's sum of scores
    shared: bool  # whether the groups' premiums cannot be told apart and are shown as shared


def premium(
    cells: Residuals, codes: Ints, member: Floats, *, on: Floats | None = None
) -> Premium | None:
    """The premium of own-group ideas, pooled and by group; None where nothing varies."""
    own = Indicators(cells.matrix(cells.weight), codes, member, on)
    plain = Indicators(cells.matrix(np.ones(len(cells.person))), codes, member, on)
    everybody = np.ones(member.shape[1])
    left = own.left(everybody, cells.person, cells.idea)
    information = float((cells.weight * left**2).sum())
    scale = float(plain.gram.sum())
    if not (information > _NOTHING and scale > _NOTHING and (own.there & plain.there).any()):
        return None
    cells = replace(cells, residual=own.less_tastes(cells))
    score = cells.matrix(cells.residual) @ own.centred(everybody)
    products = np.bincount(cells.person, left * cells.residual)
    squares = np.bincount(cells.person, cells.weight * left**2)
    counted = squares > _NOTHING * squares.max()
    fit = clustered_slope(np.where(counted, products, 0.0), np.where(counted, squares, 0.0))
    beta = float(fit.coef[0])
    beta_se = float(fit.se[0])
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
        residual=cells.residual,
        plain=plain,
        solve=groups.solve,
        group_score=groups.score,
        shared=groups.shared,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    effect: Floats
    se: Floats
    solve: Floats
    score: Floats
    shared: bool


def _by_group(cells: Residuals, own: Indicators, plain: Indicators) -> _Groups:
    """Every group's premium with all of them in the model, and its error by person."""
    square = np.diag(own.gram)
    flat = np.diag(plain.gram)
    there = own.there & plain.there
    scale = np.divide(square, flat, out=np.zeros_like(square), where=there)
    inverse, shared = inverse_of(own.gram, there)
    place = cells.idea * own.groups + own.codes[cells.person]
    score = (
        np.bincount(place, cells.residual, minlength=own.member.size).reshape(own.member.shape)
        * own.member
    )
    beta = inverse @ score.sum(axis=0)
    rest = cells.matrix(cells.residual - cells.weight * own.left(beta, cells.person, cells.idea))
    each = -(rest @ own.effects)
    if topics := own.on.shape[1]:
        each -= np.einsum(
            "vt,vtk->vk", (rest @ own.on), own.taste[own.codes].reshape(-1, topics, own.groups)
        )
    rows = np.arange(len(own.codes))
    each[rows, own.codes] += np.asarray(rest @ own.member)[rows, own.codes]
    covariance = inverse @ (each.T @ each) @ inverse * len(each) / max(len(each) - 1, 1)
    effect = beta * scale
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0)) * scale
    return _Groups(
        np.where(there, effect, np.nan),
        np.where(there, error, np.nan),
        scale[:, None] * inverse,
        score,
        shared,
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
