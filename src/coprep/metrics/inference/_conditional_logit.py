"""Ballots on which one of several ideas was chosen: what made an idea be the one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, codes, numbers, zero_one

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["ConditionalLogit", "conditional_logit"]

_SCORE = 1e-8
_MOST_STEPS = 60
_BLOCK = 4_000_000
_FLAT = 1e-7  # information left, against that of even chances; less means an effect at infinity


@dataclass(frozen=True, slots=True, eq=False)
class ConditionalLogit:
    """Choices among the ideas shown, by maximum likelihood.

    Attributes
    ----------
    coef, se : arrays of shape (p,)
        Of ``x``; nan where the choices do not identify it or put it at infinity.
    covariance : array of shape (p, p)
        Of ``coef``.
    idea_effect : array of shape (ideas,)
        Averaging 0 over the ideas that could be estimated; ``-inf`` for an idea nobody chose, ``inf`` for one
        always chosen when shown, nan for one never shown.
    probability : array of shape (rows,)
        Fitted chance that the row is the one chosen on its ballot.
    kept : array of bool of shape (rows,)
        False in rows that could not matter: ideas never or always chosen, ballots without a choice or with one
        idea left.
    log_likelihood : float
        At the solution.
    ballots : int
        Ballots that counted.
    converged : bool
        Whether every score is 0 to eight digits.
    """

    coef: Floats
    se: Floats
    covariance: Floats
    idea_effect: Floats
    probability: Floats
    kept: NDArray[np.bool_]
    log_likelihood: float
    ballots: int
    converged: bool


def conditional_logit(
    ballot: ArrayLike, idea: ArrayLike, chosen: ArrayLike, *, x: ArrayLike | None = None
) -> ConditionalLogit:
    """What made people choose this idea among those they were shown?

    Parameters
    ----------
    ballot, idea : array of int of shape (rows,)
        One row for each idea shown on each ballot; codes from 0.
    chosen : array of 0 and 1 of shape (rows,)
        At most one 1 a ballot.
    x : array of shape (rows,) or (rows, p), optional
        Further regressors, such as whether the idea is for the voter's own group.

    Returns
    -------
    ConditionalLogit

    Raises
    ------
    InputError
        For choices other than 0 and 1, ballots with more than one of them, and arrays of different lengths.

    Notes
    -----
    ``P(i) = exp(g_i + x_i @ coef) / sum_j exp(g_j + x_j @ coef)`` over the ideas j of the ballot; every idea
    has its own effect g. Newton steps; memory grows with rows plus ideas squared.

    References
    ----------
    McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior. In Zarembka, P. (ed.),
    Frontiers in econometrics, 105-142.

    Examples
    --------
    >>> fit = conditional_logit([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 0, 1])
    >>> fit.probability[:2].round(4).tolist(), fit.ballots
    ([0.6667, 0.3333], 3)
    """
    y = zero_one(chosen, "chosen")
    which, what = codes(ballot, "ballot", n=len(y)), codes(idea, "idea", n=len(y))
    if np.bincount(which, y).max() > 1:
        worst = int((np.bincount(which, y) > 1).sum())
        raise InputError.of(
            f"{worst:,} ballots have more than one idea chosen; at most one expected.",
            param="chosen",
            hint="votes for several ideas are a case for two_way_logit.",
        )
    design = np.empty((len(y), 0)) if x is None else numbers(x, "x", ndim=(1, 2))
    if len(design) != len(y):
        raise InputError.of(
            f"x has {len(design):,} rows; {len(y):,} expected.", code="length", param="x"
        )
    design = design.reshape(len(y), -1)
    effect = np.where(np.bincount(what) > 0, 0.0, np.nan)
    kept = _deciding(which, what, y, effect)
    probability, p = y.copy(), design.shape[1]
    nothing = np.full((p, p), np.nan)
    if not kept.any():
        return ConditionalLogit(
            nothing[0:1].ravel(), nothing[0:1].ravel(), nothing, effect, y, kept, 0.0, 0, True
        )
    ideas, now = np.unique(what[kept], return_inverse=True)
    ballots, at = np.unique(which[kept], return_inverse=True)
    newton = _Choices(at, now, y[kept], design[kept])
    converged = newton.run()
    coef, covariance = newton.answer(converged=converged)
    effect[ideas] = newton.effect - newton.effect.mean()
    probability[kept] = newton.probability
    return ConditionalLogit(
        coef,
        np.sqrt(np.diag(covariance)),
        covariance,
        effect,
        probability,
        kept,
        newton.fit,
        len(ballots),
        converged,
    )


def _deciding(which: Ints, what: Ints, y: Floats, effect: Floats) -> NDArray[np.bool_]:
    """Rows that can matter; notes in ``effect`` the ideas whose effect is infinite."""
    kept = np.ones(len(y), dtype=bool)
    while True:
        usable = np.bincount(which[kept], y[kept], int(which.max()) + 1) == 1
        usable &= np.bincount(which[kept], minlength=len(usable)) > 1
        now = kept & usable[which]
        shown = np.bincount(what[now], minlength=len(effect))
        taken = np.bincount(what[now], y[now], len(effect))
        never, always = (shown > 0) & (taken == 0), (shown > 0) & (taken == shown)
        effect[never], effect[always] = -np.inf, np.inf
        sure = np.isin(which, which[now & always[what]])
        now &= ~never[what] & ~sure
        if (now == kept).all():
            return kept
        kept = now


class _Choices:
    """Newton's method for the conditional logit likelihood; the first idea's effect is held at 0."""

    def __init__(self, ballot: Ints, idea: Ints, y: Floats, design: Floats) -> None:
        order = np.argsort(ballot, kind="stable")
        self.order, self.back = order, np.argsort(order, kind="stable")
        self.ballot, self.idea, self.y, self.design = (
            ballot[order],
            idea[order],
            y[order],
            design[order],
        )
        self.starts = np.flatnonzero(np.r_[True, np.diff(self.ballot) > 0])
        sizes = np.bincount(self.ballot)[:, None]
        self.design = (
            self.design - (np.add.reduceat(self.design, self.starts, axis=0) / sizes)[self.ballot]
        )
        self.ideas, self.p = int(idea.max()) + 1, design.shape[1]
        self.theta = np.zeros(self.ideas + self.p)
        self._at(self.theta)

    def _at(self, theta: Floats) -> None:
        eta = theta[self.idea] + self.design @ theta[self.ideas :]
        top = np.maximum.reduceat(eta, self.starts)[self.ballot]
        size = np.exp(eta - top)
        total = np.add.reduceat(size, self.starts)[self.ballot]
        self.now = size / total
        self.fit = float((self.y * (eta - top - np.log(total))).sum())

    @property
    def probability(self) -> Floats:
        return np.asarray(self.now[self.back])

    @property
    def effect(self) -> Floats:
        return self.theta[: self.ideas]

    def run(self) -> bool:
        """Step until every score is 0; whether it got there."""
        for _ in range(_MOST_STEPS):
            left = self.y - self.now
            score = np.r_[np.bincount(self.idea, left, self.ideas), self.design.T @ left]
            if np.abs(score).max() < _SCORE:
                return True
            change = np.linalg.pinv(self._information(), rcond=1e-12, hermitian=True) @ score
            before, start = self.fit, self.theta
            for halvings in range(40):
                self.theta = start + 0.5**halvings * change
                self._at(self.theta)
                if self.fit >= before - 1e-12 * abs(before):
                    break
        return False

    def _information(self) -> Floats:
        """Sum over ballots of the covariance of (idea, x) under the fitted chances."""
        weighted = self.now[:, None] * self.design
        means = np.add.reduceat(weighted, self.starts, axis=0)
        size = self.ideas + self.p
        info = np.zeros((size, size))
        info[: self.ideas, : self.ideas] = np.diag(np.bincount(self.idea, self.now, self.ideas))
        for j in range(self.p):
            info[: self.ideas, self.ideas + j] = np.bincount(self.idea, weighted[:, j], self.ideas)
        info[self.ideas :, self.ideas :] = weighted.T @ self.design
        step = max(1, _BLOCK // size)
        for first in range(0, len(self.starts), step):
            info -= self._outer(first, min(first + step, len(self.starts)), means)
        upper = info[: self.ideas, self.ideas :]
        info[self.ideas :, : self.ideas] = upper.T
        return info

    def _outer(self, first: int, last: int, means: Floats) -> Floats:
        """Products of ballot means, for a block of ballots."""
        stop = self.starts[last] if last < len(self.starts) else len(self.now)
        rows = slice(self.starts[first], stop)
        block = np.zeros((last - first, self.ideas + self.p))
        np.add.at(block, (self.ballot[rows] - first, self.idea[rows]), self.now[rows])
        block[:, self.ideas :] = means[first:last]
        return np.asarray(block.T @ block)

    def answer(self, *, converged: bool) -> tuple[Floats, Floats]:
        """Coefficients of ``x`` and their covariance, nan where they are not identified."""
        coef, covariance = np.full(self.p, np.nan), np.full((self.p, self.p), np.nan)
        info = self._information()
        inside = np.linalg.pinv(info[: self.ideas, : self.ideas], rcond=1e-12, hermitian=True)
        cross = info[: self.ideas, self.ideas :]
        own = info[self.ideas :, self.ideas :]
        left = own - cross.T @ inside @ cross
        varied = (self.design**2 / np.bincount(self.ballot)[self.ballot][:, None]).sum(axis=0)
        known = np.diag(left) > _FLAT * np.where(varied > 0, varied, 1.0)
        if converged and known.any():
            covariance[np.ix_(known, known)] = np.linalg.pinv(
                left[np.ix_(known, known)], hermitian=True
            )
            coef[known] = self.theta[self.ideas :][known]
        return coef, covariance
