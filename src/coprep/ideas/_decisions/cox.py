"""Fit Cox's regression with errors by author that hold for ideas answered on the same day.

statsmodels has the fit too, but its clustered errors take tied days one by one (Breslow) even where
the estimate takes them together (Efron).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from coprep.metrics._checks import Bools, Floats, Ints

_SCORE = 1e-9
_MOST_STEPS = 50
_FLAT = 1e-7


def cox_regression(time: Floats, event: Bools, x: Floats, clusters: Ints) -> tuple[Floats, Floats]:
    """Log hazard ratios (above 0, sooner) and clustered errors; nan if nothing is said.

    Partial likelihood (Cox 1972) with Efron's treatment of ties (1977), by Newton steps; clustered
    errors are ``V U'U V`` with U the score residuals added up by cluster (Lin & Wei 1989), without
    a small-sample factor.

    >>> time = np.array([1.0, 2, 3, 4])
    >>> coef, se = cox_regression(time, time > 0, np.array([[1.0], [0], [1], [0]]), np.arange(4))
    >>> round(float(coef[0]), 4)
    0.9406
    """
    model = _PartialLikelihood(time, event.astype(float), x - x.mean(axis=0))
    model.maximise()
    known = model.known()
    coef = np.full(x.shape[1], np.nan)
    se = np.full(x.shape[1], np.nan)
    if known.any():
        who = np.unique(clusters, return_inverse=True)[1]
        residuals = model.score_residuals()[:, known]
        sums = np.stack([np.bincount(who, column) for column in residuals.T], axis=1)
        inverse = np.linalg.pinv(model.information[np.ix_(known, known)], hermitian=True)
        coef[known] = model.beta[known]
        se[known] = np.sqrt(np.diag(inverse @ (sums.T @ sums) @ inverse))
    return coef, se


class _PartialLikelihood:
    """Cox's partial likelihood; rows in order of time, so that sums at risk are cumulative."""

    def __init__(self, t: Floats, e: Floats, x: Floats) -> None:
        order = np.argsort(t, kind="stable")
        self.back = np.argsort(order, kind="stable")
        self.t = t[order]
        self.x = x[order]
        self.answered = e[order] == 1
        self.times, deaths = np.unique(self.t[self.answered], return_counts=True)
        self.deaths = deaths.astype(float)
        self.first = np.searchsorted(self.t, self.times, side="left")
        self.which = np.searchsorted(self.times, self.t)
        # One term an event: the l-th of d tied events takes l / d of the tied rows out of those at
        # risk.
        self.term_time = np.repeat(np.arange(len(self.times)), deaths)
        start = np.repeat(np.cumsum(deaths) - deaths, deaths)
        self.part = (np.arange(len(self.term_time)) - start) / self.deaths[self.term_time]
        self.beta = np.zeros(x.shape[1])
        self._at(self.beta)
        self.start_information = np.diag(self.information).copy()

    def _terms(self, values: Floats) -> Floats:
        """For each event, the sum over rows at risk less the part of those tied with it."""
        at_risk = np.cumsum(values[::-1], axis=0)[::-1][self.first]
        tied = np.zeros((len(self.times), *values.shape[1:]))
        np.add.at(tied, self.which[self.answered], values[self.answered])
        part = self.part.reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(at_risk[self.term_time] - part * tied[self.term_time])

    def _at(self, beta: Floats) -> None:
        """Likelihood, score and information; nan where everything underflows."""
        eta = self.x @ beta
        top = float(eta.max())
        with np.errstate(all="ignore"):
            self.risk = np.exp(eta - top)
            self.total = self._terms(self.risk)
            self.mean = self._terms(self.risk[:, None] * self.x) / self.total[:, None]
            logs = np.log(self.total) + top
            self.log_likelihood = float(eta[self.answered].sum() - logs.sum())
            self.score = self.x[self.answered].sum(axis=0) - self.mean.sum(axis=0)
            squares = self.risk[:, None, None] * self.x[:, :, None] * self.x[:, None, :]
            outer = (self._terms(squares) / self.total[:, None, None]).sum(axis=0)
            self.information = outer - self.mean.T @ self.mean

    def maximise(self) -> None:
        """Newton steps, halved where one goes too far."""
        enough = _SCORE * max(1, len(self.t))
        for _ in range(_MOST_STEPS):
            if np.abs(self.score).max(initial=0.0) < enough:
                return
            change = np.linalg.pinv(self.information, rcond=1e-12, hermitian=True) @ self.score
            before = self.log_likelihood
            start = self.beta
            for halvings in range(30):
                self.beta = start + 0.5**halvings * change
                self._at(self.beta)
                if self.is_finite and self.log_likelihood >= before - 1e-12 * abs(before):
                    break
            else:
                # Nothing better is near: where a regressor parts the answered from the others, steps
                # lead to where everybody's risk underflows.
                self.beta = start
                self._at(start)
                return

    @property
    def is_finite(self) -> bool:
        """Whether the numbers at hand can be worked with."""
        numbers = (self.log_likelihood, self.score, self.information)
        return all(bool(np.isfinite(one).all()) for one in numbers)

    def known(self) -> Bools:
        """Regressors about which the data say something, given the others."""
        p = len(self.beta)
        found = np.zeros(p, dtype=np.bool_)
        for j in range(p):
            rest = np.arange(p) != j
            across = self.information[j, rest]
            others = self.information[np.ix_(rest, rest)]
            inside = np.linalg.pinv(others, rcond=1e-10, hermitian=True)
            left = self.information[j, j] - across @ inside @ across
            found[j] = left > _FLAT * max(self.start_information[j], np.finfo(float).tiny)
        return found

    def score_residuals(self) -> Floats:
        """Each row's part of the score; they sum to 0."""
        shape = (len(self.times), self.x.shape[1])
        rate = 1.0 / self.total
        weighted_rate = rate[:, None] * self.mean
        hazard = np.zeros(shape[0])
        tied_hazard = np.zeros(shape[0])
        mean_at = np.zeros(shape)
        weighted = np.zeros(shape)
        tied_weighted = np.zeros(shape)
        np.add.at(hazard, self.term_time, rate)
        np.add.at(tied_hazard, self.term_time, self.part * rate)
        np.add.at(mean_at, self.term_time, self.mean / self.deaths[self.term_time][:, None])
        np.add.at(weighted, self.term_time, weighted_rate)
        np.add.at(tied_weighted, self.term_time, self.part[:, None] * weighted_rate)
        own = np.zeros_like(self.x)
        rows = self.answered
        tied = self.which[rows]
        own[rows] = self.x[rows] - mean_at[tied]
        # what each row was expected to contribute while at risk
        last = np.searchsorted(self.times, self.t, side="right")
        sum_hazard = np.r_[0.0, np.cumsum(hazard)][last]
        sum_weighted = np.vstack([np.zeros(shape[1]), np.cumsum(weighted, axis=0)])[last]
        sum_hazard[rows] -= tied_hazard[tied]
        sum_weighted[rows] -= tied_weighted[tied]
        exposed = self.risk[:, None] * (self.x * sum_hazard[:, None] - sum_weighted)
        return np.asarray((own - exposed)[self.back])
