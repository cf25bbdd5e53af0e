"""Two-way fits of votes and ratings: how generous each person, how liked each idea."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import expit

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, choice, codes, numbers, zero_one
from coprep.metrics.votes._answers_that_vary import informative_cells

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_SOLVED = 1e-13
_SCORE = 1e-8
_MOST_STEPS = 60


class _Cells:
    """Cells (person, idea) prepared once; solves weighted least squares in person and idea effects.

    The effects of the larger side are eliminated and the rest solved by conjugate gradients, so
    that time and memory grow with the number of cells and not with people times ideas.
    """

    def __init__(self, person: Ints, idea: Ints) -> None:
        self.person = person
        self.idea = idea
        self.people = int(person.max(initial=-1)) + 1
        self.ideas = int(idea.max(initial=-1)) + 1
        self.flipped = self.people < self.ideas
        rows, columns = (idea, person) if self.flipped else (person, idea)
        self.shape = (max(self.people, self.ideas), min(self.people, self.ideas))
        self.order = np.argsort(rows, kind="stable")
        self.columns = columns[self.order]
        self.starts = np.r_[0, np.cumsum(np.bincount(rows, minlength=self.shape[0]))]

    def matrix(self, weight: Floats) -> Any:
        """Weights as a sparse matrix, larger side by smaller side."""
        from scipy.sparse import csr_matrix

        return csr_matrix((weight[self.order], self.columns, self.starts), shape=self.shape)

    def sums(self, values: Floats) -> tuple[Floats, Floats]:
        """Totals by person and by idea."""
        by_person = np.bincount(self.person, values, self.people)
        by_idea = np.bincount(self.idea, values, self.ideas)
        return by_person.astype(float), by_idea.astype(float)

    def spread(self, by_person: Floats, by_idea: Floats) -> Floats:
        """Person and idea effects added up in every cell."""
        return np.asarray(by_person[self.person] + by_idea[self.idea])

    def solve(self, weight: Floats, values: Floats) -> tuple[Floats, Floats]:
        """Person and idea effects whose weighted sums by person and by idea are those of
        ``values``.
        """
        sums = self.sums(values)
        sizes = self.sums(np.abs(values))
        totals = self.sums(weight)
        large, small = (1, 0) if self.flipped else (0, 1)
        matrix = self.matrix(weight)
        turned = matrix.T.tocsr()
        inverse = reciprocal(totals[large])
        scale = reciprocal(totals[small])

        def reduced(effect: Floats) -> Floats:
            return np.asarray(totals[small] * effect - turned @ (inverse * (matrix @ effect)))

        right = sums[small] - turned @ (inverse * sums[large])
        rounding = np.finfo(float).eps * (sizes[small] + turned @ (inverse * sizes[large]))
        effect = _conjugate_gradients(reduced, right, scale, float(scale @ rounding**2))
        other = np.asarray(inverse * (sums[large] - matrix @ effect))
        return (effect, other) if self.flipped else (other, effect)

    def residual(self, values: Floats, weight: Floats) -> Floats:
        """``values`` minus their weighted least squares fit."""
        return values - self.spread(*self.solve(weight, weight * values))


def reciprocal(values: Floats) -> Floats:
    """1 by each value; 0 where there is nothing."""
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)


def _conjugate_gradients(apply: Any, right: Floats, scale: Floats, floor: float) -> Floats:
    """Solve a symmetric, singular but consistent system; below ``floor`` there is only rounding
    error.
    """
    x = np.zeros_like(right)
    r = right.copy()
    z = scale * r
    p = z.copy()
    rz = float(r @ z)
    target = max(rz * _SOLVED**2, floor)
    for _ in range(10 * len(right) + 200):
        if rz <= target:
            break
        ap = apply(p)
        curvature = float(p @ ap)
        if curvature <= 0.0:
            break
        x += rz / curvature * p
        r -= rz / curvature * ap
        z = scale * r
        before = rz
        rz = float(r @ z)
        p = z + rz / before * p
    return x


def _checked(person: ArrayLike, idea: ArrayLike, value: Floats) -> tuple[Ints, Ints]:
    return codes(person, "person", n=len(value)), codes(idea, "idea", n=len(value))


def _covariates(x: ArrayLike | None, n: int) -> Floats:
    if x is None:
        return np.empty((n, 0))
    given = numbers(x, "x", ndim=(1, 2))
    if len(given) != n:
        raise InputError.of(f"x has {len(given):,} rows; {n:,} expected.", code="length", param="x")
    return given.reshape(n, -1)


@dataclass(frozen=True, slots=True, eq=False)
class AdditiveFit:
    """Ratings as person effect + idea effect + ``x`` effects + residual.

    Attributes
    ----------
    person_effect, idea_effect : arrays
        By code; nan for codes without a cell. Within a connected part idea effects average 0 over
        its ideas.
    person_part, idea_part : arrays of int
        Which connected part of the data each belongs to; effects are comparable within a part only.
        -1 without a cell.
    coef : array of shape (p,)
        Of ``x``; nan where ``x`` does not vary within people and ideas.
    residual : array of shape (cells,)
        What is left.
    y_residual, x_residual : arrays of shape (cells,) and (cells, p)
        Ratings and ``x`` less their two-way fits: `clustered_ols` of one on the other gives
        ``coef`` and its clustered errors.
    """

    person_effect: Floats
    idea_effect: Floats
    person_part: Ints
    idea_part: Ints
    coef: Floats
    residual: Floats
    y_residual: Floats
    x_residual: Floats

    def predict(self, person: ArrayLike, idea: ArrayLike) -> Floats:
        """Person effect plus idea effect of any cells; nan where the data cannot tell."""
        who = codes(person, "person", size=len(self.person_effect))
        what = codes(idea, "idea", n=len(who), size=len(self.idea_effect))
        together = self.person_part[who] == self.idea_part[what]
        return np.where(together, self.person_effect[who] + self.idea_effect[what], np.nan)


def two_way_additive(
    person: ArrayLike,
    idea: ArrayLike,
    value: ArrayLike,
    *,
    x: ArrayLike | None = None,
) -> AdditiveFit:
    """Ratings as person plus idea effects and ``x``, by least squares.

    Frisch & Waugh (1933): what is left of ``x`` and of ratings after both effects gives ``coef``.
    """
    y = numbers(value, "value", ndim=1)
    cells = _Cells(*_checked(person, idea, y))
    design = _covariates(x, len(y))
    ones = np.ones(len(y))
    y_left = cells.residual(y, ones)
    x_left = design.copy()
    for j in range(design.shape[1]):
        x_left[:, j] = cells.residual(design[:, j], ones)
    coef = _coefficients(x_left, design, y_left)
    used = np.where(np.isnan(coef), 0.0, coef)
    by_person, by_idea = cells.solve(ones, y - design @ used)
    parts = _parts(cells)
    by_person, by_idea = _centred(by_person, by_idea, *parts)
    return AdditiveFit(by_person, by_idea, *parts, coef, y_left - x_left @ used, y_left, x_left)


def _coefficients(x_left: Floats, design: Floats, y_left: Floats) -> Floats:
    """Least squares on what is left; nan for a regressor nothing is left of."""
    coef = np.full(design.shape[1], np.nan)
    size = (design**2).sum(axis=0)
    varies = (x_left**2).sum(axis=0) > 1e-18 * np.where(size > 0, size, 1.0)
    coef[varies] = np.linalg.lstsq(x_left[:, varies], y_left, rcond=None)[0]
    return coef


def _parts(cells: _Cells) -> tuple[Ints, Ints]:
    """Connected parts of the graph of people and ideas; -1 where there is no cell."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    size = cells.people + cells.ideas
    edges = coo_matrix(
        (np.ones(len(cells.person)), (cells.person, cells.people + cells.idea)), shape=(size, size)
    )
    part = np.asarray(connected_components(edges, directed=False)[1], dtype=np.intp)
    seen_people = np.bincount(cells.person, minlength=cells.people) > 0
    seen_ideas = np.bincount(cells.idea, minlength=cells.ideas) > 0
    return np.where(seen_people, part[: cells.people], -1), np.where(
        seen_ideas, part[cells.people :], -1
    )


def _centred(
    by_person: Floats, by_idea: Floats, person_part: Ints, idea_part: Ints
) -> tuple[Floats, Floats]:
    """Idea effects that average 0 in each part; nan where there is no cell."""
    size = int(max(person_part.max(), idea_part.max())) + 1
    there = idea_part >= 0
    count = np.bincount(idea_part[there], minlength=size)
    level = np.bincount(idea_part[there], by_idea[there], size) / np.maximum(count, 1)
    people = np.where(person_part >= 0, by_person + level[person_part], np.nan)
    return people, np.where(there, by_idea - level[idea_part], np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class LogitFit:
    """Votes as ``logit P(yes) = person effect + idea effect + x @ coef``, by maximum likelihood.

    Attributes
    ----------
    person_effect, idea_effect : arrays
        By code; nan where all cells of a person or idea were set aside.
    coef, se : array of shape (p,)
        Of ``x``, with the errors of the likelihood (which know nothing of clustering).
    probability : array of shape (cells,)
        Fitted; equal to the vote itself in cells set aside.
    residual : array of shape (cells,)
        ``value - probability``: sums to 0 for every person and idea.
    weight : array of shape (cells,)
        ``probability * (1 - probability)``.
    kept : array of bool of shape (cells,)
        False in cells of people or ideas with only yes or only no.
    log_likelihood : float
        At the solution.
    converged : bool
        Whether every score is 0 to eight digits.
    """

    person_effect: Floats
    idea_effect: Floats
    coef: Floats
    se: Floats
    probability: Floats
    residual: Floats
    weight: Floats
    kept: NDArray[np.bool_]
    log_likelihood: float
    converged: bool


def two_way_logit(
    person: ArrayLike, idea: ArrayLike, value: ArrayLike, *, x: ArrayLike | None = None
) -> LogitFit:
    """Votes as person plus idea effects and ``x`` on the logit scale, by joint maximum likelihood.

    Newton steps whose linear systems are solved by conjugate gradients: time grows with the number
    of cells. With few cells a person, joint likelihood exaggerates ``coef`` by about n / (n - 1).
    """
    y = zero_one(value, "value")
    who, what = _checked(person, idea, y)
    design = _covariates(x, len(y))
    kept = informative_cells(who, what, y)
    people = int(who.max()) + 1
    ideas = int(what.max()) + 1
    probability = y.copy()
    coef = np.full(design.shape[1], np.nan)
    se = np.full(design.shape[1], np.nan)
    by_person = np.full(people, np.nan)
    by_idea = np.full(ideas, np.nan)
    log_likelihood = 0.0
    converged = True
    if kept.any():
        some_people, who_now = _without_gaps(who[kept])
        some_ideas, what_now = _without_gaps(what[kept])
        alike = _alike_people(who_now, what_now, y[kept]) if x is None else None
        if alike is None:
            newton = _Newton(_Cells(who_now, what_now), y[kept], design[kept])
            converged = newton.run()
            probability[kept] = newton.probability
            people_now = newton.effects[0]
            parts = _parts(newton.cells)
        else:
            newton = alike.newton()
            converged = newton.run()
            chance = newton.probability.reshape(-1, len(some_ideas))
            probability[kept] = chance[alike.level[who_now], what_now]
            people_now = newton.effects[0][alike.level]
            parts = (np.zeros(len(some_people), np.intp), np.zeros(len(some_ideas), np.intp))
        log_likelihood = newton.log_likelihood
        by_person[some_people], by_idea[some_ideas] = _centred(
            people_now, newton.effects[1], *parts
        )
        coef = newton.coef
        se = newton.errors()
    weight = probability * (1.0 - probability)
    return LogitFit(
        by_person,
        by_idea,
        coef,
        se,
        probability,
        y - probability,
        weight,
        kept,
        log_likelihood,
        converged,
    )


def _without_gaps(codes: Ints) -> tuple[Ints, Ints]:
    """Which codes there are, and each as its place among these."""
    there = np.bincount(codes) > 0
    place = np.cumsum(there) - 1
    return np.flatnonzero(there), np.asarray(place[codes], dtype=np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class _Alike:
    """People who said yes equally often, where everybody answered to everything."""

    level: Ints  # (people,) people of one level have the same effect
    size: Ints  # (levels,) how many people those are
    yes: Floats  # (levels, ideas) how many of them said yes

    def newton(self) -> _Newton:
        """The same likelihood with a cell a level and idea."""
        levels, ideas = self.yes.shape
        level = np.repeat(np.arange(levels), ideas)
        idea = np.tile(np.arange(ideas), levels)
        many = np.repeat(self.size, ideas).astype(float)
        return _Newton(_Cells(level, idea), self.yes.ravel(), np.empty((len(idea), 0)), many)


def _alike_people(person: Ints, idea: Ints, y: Floats) -> _Alike | None:
    """People by how often they said yes, which is all that tells them apart if everybody answered
    to everything; None where not everybody did.
    """
    people = int(person.max()) + 1
    ideas = int(idea.max()) + 1
    if len(person) != people * ideas:
        return None
    answered = np.zeros(people * ideas, dtype=np.bool_)
    answered[person * ideas + idea] = True
    if not answered.all():
        return None
    levels, level = np.unique(np.bincount(person, y), return_inverse=True)
    level = level.reshape(-1).astype(np.intp)
    yes = np.bincount(level[person] * ideas + idea, y, minlength=len(levels) * ideas)
    return _Alike(level, np.bincount(level), yes.astype(float).reshape(-1, ideas))


class _Newton:
    """Newton's method for the two-way logistic likelihood, with halved steps where one goes too
    far.

    ``y`` are how many of the ``many`` answers in a cell are yes; by default there is one.
    """

    def __init__(
        self, cells: _Cells, y: Floats, design: Floats, many: Floats | float = 1.0
    ) -> None:
        self.cells = cells
        self.y = y
        self.many = many
        self.design = design
        flat = _explained(cells, design)
        self.free = ~flat
        self.coef = np.where(flat, np.nan, 0.0)
        self.effects = (np.zeros(cells.people), np.zeros(cells.ideas))
        self._at(np.zeros(len(y)))

    def _at(self, eta: Floats) -> None:
        self.eta = eta
        self.probability = np.asarray(expit(eta))
        self.weight = self.many * self.probability * (1.0 - self.probability)
        self.log_likelihood = float((self.y * eta - self.many * np.logaddexp(0.0, eta)).sum())

    def run(self) -> bool:
        """Step until every score is 0; whether it got there."""
        for _ in range(_MOST_STEPS):
            left = self.y - self.many * self.probability
            sums = self.cells.sums(left)
            scores = self.design[:, self.free].T @ left
            if (
                max(np.abs(sums[0]).max(), np.abs(sums[1]).max(), np.abs(scores).max(initial=0.0))
                < _SCORE
            ):
                return True
            if not self._step(left):
                return False
        return False

    def _step(self, left: Floats) -> bool:
        """One Newton step, halved until the likelihood does not fall."""
        x = self.design[:, self.free]
        change = np.zeros(x.shape[1])
        if x.shape[1]:
            x_left = np.stack([self.cells.residual(c, self.weight) for c in x.T], axis=1)
            change = np.linalg.pinv(x_left.T @ (self.weight[:, None] * x_left)) @ (x_left.T @ left)
        moved = self.cells.solve(self.weight, left - self.weight * (x @ change))
        direction = self.cells.spread(*moved) + x @ change
        before = self.log_likelihood
        start = self.eta
        for halvings in range(40):
            size = 0.5**halvings
            self._at(start + size * direction)
            if self.log_likelihood >= before - 1e-12 * abs(before):
                self.effects = (
                    self.effects[0] + size * moved[0],
                    self.effects[1] + size * moved[1],
                )
                self.coef[self.free] += size * change
                return True
        return False

    def errors(self) -> Floats:
        """Standard errors of ``coef`` from the information left after person and idea effects."""
        se = np.full(len(self.coef), np.nan)
        if self.free.any():
            x = self.design[:, self.free]
            x_left = np.stack([self.cells.residual(c, self.weight) for c in x.T], axis=1)
            se[self.free] = np.sqrt(
                np.diag(np.linalg.pinv(x_left.T @ (self.weight[:, None] * x_left)))
            )
        return se


def _explained(cells: _Cells, design: Floats) -> NDArray[np.bool_]:
    """Which regressors person and idea effects explain in full."""
    ones = np.ones(len(design))
    left = np.array([(cells.residual(c, ones) ** 2).sum() for c in design.T])
    size = (design**2).sum(axis=0)
    return np.asarray(left <= 1e-18 * np.where(size > 0, size, 1.0), dtype=bool)


@dataclass(frozen=True, slots=True, eq=False)
class TwoWayFit:
    """Ratings or votes as person effect + idea effect + ``x`` effects, on the scale of the link.

    Attributes
    ----------
    person_effect, idea_effect : arrays
        By code. Within a connected part idea effects average 0; nan without a cell that tells.
    person_part, idea_part : arrays of int
        Which connected part of the data each belongs to; effects are comparable within a part
        only. -1 without a cell that tells.
    coef : array of shape (p,)
        Of ``x``; nan where ``x`` does not vary within people and ideas.
    fitted, residual : arrays of shape (cells,)
        What the model expects, a chance for "logit", and what is left.
    kept : array of bool of shape (cells,)
        False in cells of people or ideas with only yes or only no, which "logit" sets aside.
    converged : bool
        Whether the fit is a solution.
    """

    person_effect: Floats
    idea_effect: Floats
    person_part: Ints
    idea_part: Ints
    coef: Floats
    fitted: Floats
    residual: Floats
    kept: NDArray[np.bool_]
    converged: bool


def two_way_fit(
    person: ArrayLike,
    idea: ArrayLike,
    value: ArrayLike,
    *,
    link: Literal["identity", "logit"] = "identity",
    x: ArrayLike | None = None,
) -> TwoWayFit:
    """How generous is each person, how liked each idea, and what does ``x`` add?

    Parameters
    ----------
    person, idea : array_like of int of shape (cells,)
        Codes from 0; only cells that were shown: not shown is not a no.
    value : array_like of shape (cells,)
        Ratings, or votes of 0 and 1 for "logit".
    link : {"identity", "logit"}, default "identity"
        Least squares of ratings, or maximum likelihood of votes (the Rasch model).
    x : array_like of shape (cells,) or (cells, p), optional
        Further regressors, such as whether the idea is for the person's own group.

    Returns
    -------
    TwoWayFit

    Raises
    ------
    InputError
        For arrays of different lengths, missing values, votes other than 0 and 1, and unknown
        links.

    Notes
    -----
    Time grows with the number of cells. With few cells a person, the joint likelihood of "logit"
    exaggerates ``coef`` by about ``n / (n - 1)``.

    References
    ----------
    Frisch, R. & Waugh, F. V. (1933). Partial time regressions as compared with individual trends.
    Econometrica 1, 387-401.
    Rasch, G. (1960). Probabilistic models for some intelligence and attainment tests.
    Haberman, S. J. (1977). Maximum likelihood estimates in exponential response models. Annals of
    Statistics 5(5), 815-841.

    Examples
    --------
    >>> fit = two_way_fit([0, 0, 1, 1], [0, 1, 0, 1], [1.0, 2.0, 3.0, 5.0], x=[1, 0, 0, 1])
    >>> round(float(fit.coef[0]), 9)
    0.5
    >>> votes = two_way_fit([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 0, 1], link="logit")
    >>> votes.fitted.round(4).tolist()
    [0.6667, 0.3333, 0.6667, 0.3333, 0.6667, 0.3333]
    """
    choice(link, "link", ("identity", "logit"))
    if link == "identity":
        plain = two_way_additive(person, idea, value, x=x)
        y = np.asarray(value, dtype=float)
        return TwoWayFit(
            plain.person_effect,
            plain.idea_effect,
            plain.person_part,
            plain.idea_part,
            plain.coef,
            y - plain.residual,
            plain.residual,
            np.ones(len(y), dtype=bool),
            converged=True,
        )
    fit = two_way_logit(person, idea, value, x=x)
    who = np.asarray(person, dtype=np.intp)[fit.kept]
    what = np.asarray(idea, dtype=np.intp)[fit.kept]
    parts = [np.full(len(effect), -1) for effect in (fit.person_effect, fit.idea_effect)]
    if len(who):
        for whole, part in zip(parts, _parts(_Cells(who, what)), strict=True):
            whole[: len(part)] = part
    return TwoWayFit(
        fit.person_effect,
        fit.idea_effect,
        parts[0],
        parts[1],
        fit.coef,
        fit.probability,
        fit.residual,
        fit.kept,
        fit.converged,
    )
