"""How long until an answer, when some are still waiting: Kaplan-Meier, log-rank, Cox with errors by author."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, choice, codes, numbers, share, zero_one

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["CoxFit", "KaplanMeier", "LogRank", "cox_regression", "kaplan_meier", "log_rank"]

_SCORE = 1e-9
_MOST_STEPS = 50
_FLAT = 1e-7


def _waits(time: ArrayLike, event: ArrayLike) -> tuple[Floats, Floats]:
    t = numbers(time, "time", "nonnegative", ndim=1)
    return t, zero_one(event, "event", n=len(t))


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """Share still waiting, over time.

    Attributes
    ----------
    time : array of shape (k,)
        Times at which something was answered, in order.
    waiting : array of shape (k,)
        Share still waiting just after each.
    low, high : arrays of shape (k,)
        Limits of ``waiting``.
    at_risk, events : arrays of shape (k,)
        Ideas still waiting just before, and answered at, each time.
    longest : float
        Longest time observed, answered or not.
    """

    time: Floats
    waiting: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    events: Floats
    longest: float

    def answered_by(self, day: float) -> float:
        """Share answered by then; nan after the longest time observed if some were still waiting."""
        at = int(np.searchsorted(self.time, day, side="right"))
        waiting = float(self.waiting[at - 1]) if at else 1.0
        return np.nan if day > self.longest and waiting > 0 else 1.0 - waiting

    @property
    def median(self) -> float:
        """Time by which half are answered; ``inf`` when that is not reached.

        Where exactly half wait for a while, the middle of that while.
        """
        exact = np.flatnonzero(np.abs(self.waiting - 0.5) < 1e-12)
        below = np.flatnonzero(self.waiting < 0.5 - 1e-12)
        if len(exact):
            after = float(self.time[below[0]]) if len(below) else float(self.time[exact[0]])
            return (float(self.time[exact[0]]) + after) / 2.0
        return float(self.time[below[0]]) if len(below) else np.inf


def kaplan_meier(time: ArrayLike, event: ArrayLike, *, confidence: float = 0.95) -> KaplanMeier:
    """Which share is still waiting, when not everything has been answered yet?

    Parameters
    ----------
    time : array of shape (n,)
        Time until the answer, or until the export for what is still waiting.
    event : array of 0 and 1 of shape (n,)
        1 if answered.
    confidence : float
        Of the limits.

    Returns
    -------
    KaplanMeier

    Raises
    ------
    InputError
        For times below 0, events other than 0 and 1, arrays of different lengths, and levels outside 0 to 1.

    Notes
    -----
    Limits on the log-log scale with Greenwood's variance. Averaging the answered ones only would be biased.

    References
    ----------
    Kaplan, E. L. & Meier, P. (1958). Nonparametric estimation from incomplete observations. JASA 53(282),
    457-481.

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0])
    >>> curve.waiting.tolist(), curve.median, curve.answered_by(2)
    ([0.75, 0.375], 3.0, 0.25)
    """
    t, e = _waits(time, event)
    times, at_risk, events = _table(t, e)
    waiting: Floats = np.cumprod(1.0 - events / at_risk, dtype=np.float64)
    z = float(ndtri(0.5 + share(confidence, "confidence") / 2.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        width = z * np.sqrt(greenwood) / np.log(waiting)
        low, high = waiting ** np.exp(-width), waiting ** np.exp(width)
    limits = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    return KaplanMeier(times, waiting, *limits, at_risk, events, float(t.max()))


def _table(t: Floats, e: Floats) -> tuple[Floats, Floats, Floats]:
    """Event times, ideas at risk just before and events at each."""
    times = np.unique(t[e == 1])
    events = np.bincount(np.searchsorted(times, t[e == 1]), minlength=len(times)).astype(float)
    at_risk = (len(t) - np.searchsorted(np.sort(t), times, side="left")).astype(float)
    return times, at_risk, events


@dataclass(frozen=True, slots=True, eq=False)
class LogRank:
    """Whether groups wait equally long.

    Attributes
    ----------
    chi2 : float
        Statistic.
    df : int
        Degrees of freedom.
    p_value : float
        From the chi-squared law.
    observed, expected : arrays of shape (groups,)
        Answers of each group, and what they would be if groups did not matter.
    """

    chi2: float
    df: int
    p_value: float
    observed: Floats
    expected: Floats


def log_rank(time: ArrayLike, event: ArrayLike, groups: ArrayLike) -> LogRank:
    """Do groups wait equally long for an answer?

    Parameters
    ----------
    time, event
        As for `kaplan_meier`.
    groups : array of int of shape (n,)
        Codes from 0.

    Returns
    -------
    LogRank
        Nan where fewer than two groups were ever at risk together. Takes ideas as independent: with prolific
        authors use `cox_regression` with clusters.

    Raises
    ------
    InputError
        For times below 0, events other than 0 and 1, and arrays of different lengths.

    References
    ----------
    Mantel, N. (1966). Evaluation of survival data and two new rank order statistics arising in its
    consideration. Cancer Chemotherapy Reports 50(3), 163-170.

    Examples
    --------
    >>> round(log_rank([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1]).p_value, 4)
    0.0246
    """
    t, e = _waits(time, event)
    label = codes(groups, "groups", n=len(t))
    count = int(label.max()) + 1
    times, at_risk, events = _table(t, e)
    risk = np.stack([_table_at(t[label == g], times) for g in range(count)], axis=1)
    observed = np.bincount(label, e, count).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = risk / at_risk[:, None]
        expected = (events[:, None] * part).sum(axis=0)
        spread = np.where(at_risk > 1, events * (at_risk - events) / (at_risk - 1.0), 0.0)
    variance = np.diag((spread[:, None] * part).sum(axis=0)) - (part * spread[:, None]).T @ part
    there = np.flatnonzero(np.diag(variance) > 0)
    if len(there) < 2:
        return LogRank(np.nan, 0, np.nan, observed, expected)
    distance = (observed - expected)[there[:-1]]
    inside = variance[np.ix_(there[:-1], there[:-1])]
    chi2 = float(distance @ np.linalg.pinv(inside, hermitian=True) @ distance)
    df = int(np.linalg.matrix_rank(inside, hermitian=True))
    return LogRank(chi2, df, float(chdtrc(df, chi2)), observed, expected)


def _table_at(t: Floats, times: Floats) -> Floats:
    """How many of ``t`` are at risk just before each time."""
    return (len(t) - np.searchsorted(np.sort(t), times, side="left")).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit:
    """Log hazard ratios: above 0, answered sooner.

    Attributes
    ----------
    coef, se : arrays of shape (p,)
        Log ratios and their errors, clustered if clusters were given; nan where the data do not identify them.
    covariance : array of shape (p, p)
        Of ``coef``.
    naive_se : array of shape (p,)
        Errors of the likelihood.
    log_likelihood : float
        Partial, at the solution.
    events, clusters : int
        Answers, and clusters (0 if none were given).
    converged : bool
        Whether every score is 0.
    """

    coef: Floats
    se: Floats
    covariance: Floats
    naive_se: Floats
    log_likelihood: float
    events: int
    clusters: int
    converged: bool

    def interval(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper limits of each log ratio."""
        half = float(ndtri(0.5 + share(confidence, "confidence") / 2.0)) * self.se
        return self.coef - half, self.coef + half

    @property
    def p_value(self) -> Floats:
        """Two-sided p value of each ratio being 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2.0 * ndtr(-np.abs(self.coef / self.se)), dtype=float)


def cox_regression(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    ties: Literal["efron", "breslow"] = "efron",
) -> CoxFit:
    """Whose ideas are answered sooner, other things being equal?

    Parameters
    ----------
    time, event
        As for `kaplan_meier`.
    x : array of shape (n,) or (n, p)
        Regressors, such as indicators of groups.
    clusters : array of int of shape (n,), optional
        Whose idea it is, coded from 0; errors then allow an author's ideas to go together.
    ties : {"efron", "breslow"}
        How equal times are treated.

    Returns
    -------
    CoxFit

    Raises
    ------
    InputError
        For times below 0, events other than 0 and 1, arrays of different lengths, and unknown words.

    Notes
    -----
    Partial likelihood by Newton steps. Clustered errors are ``V U'U V`` with U the score residuals added up by
    cluster, without a small-sample factor.

    References
    ----------
    Cox, D. R. (1972). Regression models and life-tables. JRSS B 34(2), 187-220. Efron, B. (1977). The
    efficiency of Cox's likelihood function for censored data. JASA 72(359), 557-565. Lin, D. Y. & Wei, L. J.
    (1989). The robust inference for the Cox proportional hazards model. JASA 84(408), 1074-1078.

    Examples
    --------
    >>> fit = cox_regression([1, 2, 3, 4], [1, 1, 1, 1], [1, 0, 1, 0])
    >>> round(float(fit.coef[0]), 4)
    0.9406
    """
    t, e = _waits(time, event)
    choice(ties, "ties", ("efron", "breslow"))
    design = numbers(x, "x", ndim=(1, 2))
    if len(design) != len(t):
        raise InputError.of(
            f"x has {len(design):,} rows; {len(t):,} expected.", code="length", param="x"
        )
    group = None if clusters is None else codes(clusters, "clusters", n=len(t))
    design = design.reshape(len(t), -1)
    model = _Partial(t, e, design - design.mean(axis=0), efron=ties == "efron")
    converged = model.run()
    p = design.shape[1]
    coef, covariance, naive = np.full(p, np.nan), np.full((p, p), np.nan), np.full(p, np.nan)
    known = model.known()
    if known.any():
        inverse = np.linalg.pinv(model.information[np.ix_(known, known)], hermitian=True)
        naive[known] = np.sqrt(np.diag(inverse))
        if group is not None:
            sums = _by_cluster(model.score_residuals()[:, known], group)
            inverse = inverse @ (sums.T @ sums) @ inverse
        coef[known], covariance[np.ix_(known, known)] = model.beta[known], inverse
    count = 0 if group is None else len(np.unique(group))
    fit = model.log_likelihood
    return CoxFit(
        coef, np.sqrt(np.diag(covariance)), covariance, naive, fit, int(e.sum()), count, converged
    )


def _by_cluster(values: Floats, group: Ints) -> Floats:
    dense = np.unique(group, return_inverse=True)[1]
    return np.stack([np.bincount(dense, column).astype(float) for column in values.T], axis=1)


class _Partial:
    """Cox's partial likelihood; rows are kept in order of time, so that sums over those at risk are cumulative."""

    def __init__(self, t: Floats, e: Floats, x: Floats, *, efron: bool) -> None:
        order = np.argsort(t, kind="stable")
        self.back = np.argsort(order, kind="stable")
        self.t, self.e, self.x = t[order], e[order], x[order]
        self.times, _, self.deaths = _table(self.t, self.e)
        self.first = np.searchsorted(self.t, self.times, side="left")
        self.which = np.searchsorted(self.times, self.t)
        # One term for each event: the l-th of d tied events takes l / d of the tied rows out of those at risk.
        self.term_time = np.repeat(np.arange(len(self.times)), self.deaths.astype(int))
        start = np.repeat(np.cumsum(self.deaths) - self.deaths, self.deaths.astype(int))
        rank = np.arange(len(self.term_time)) - start
        self.part = rank / self.deaths[self.term_time] if efron else np.zeros(len(rank))
        self.beta = np.zeros(x.shape[1])
        self._at(self.beta)
        self.start_information = np.diag(self.information).copy()

    def _at_risk(self, values: Floats) -> Floats:
        """Sums over rows at risk at each event time."""
        return np.asarray(np.cumsum(values[::-1], axis=0)[::-1][self.first])

    def _tied(self, values: Floats) -> Floats:
        """Sums over rows with an event at each event time."""
        rows = self.e == 1
        sums = np.zeros((len(self.times), *values.shape[1:]))
        np.add.at(sums, self.which[rows], values[rows])
        return sums

    def _terms(self, values: Floats) -> Floats:
        part = self.part.reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(
            self._at_risk(values)[self.term_time] - part * self._tied(values)[self.term_time]
        )

    def _at(self, beta: Floats) -> None:
        eta = self.x @ beta
        top = float(eta.max())
        with np.errstate(all="ignore"):
            self._sums(eta, top)

    def _sums(self, eta: Floats, top: float) -> None:
        """Likelihood, score and information; nan where a step went so far that everything underflows."""
        self.risk = np.exp(eta - top)
        self.total = self._terms(self.risk)
        self.mean = self._terms(self.risk[:, None] * self.x) / self.total[:, None]
        rows = self.e == 1
        self.log_likelihood = float(eta[rows].sum() - (np.log(self.total) + top).sum())
        self.score = self.x[rows].sum(axis=0) - self.mean.sum(axis=0)
        outer = self._terms(self.risk[:, None, None] * self.x[:, :, None] * self.x[:, None, :])
        self.information = (outer / self.total[:, None, None]).sum(axis=0) - self.mean.T @ self.mean

    def run(self) -> bool:
        """Newton steps, halved where one goes too far."""
        for _ in range(_MOST_STEPS):
            if not len(self.times) or np.abs(self.score).max(initial=0.0) < _SCORE * max(
                1, len(self.t)
            ):
                return True
            change = np.linalg.pinv(self.information, rcond=1e-12, hermitian=True) @ self.score
            before, start = self.log_likelihood, self.beta
            for halvings in range(30):
                self.beta = start + 0.5**halvings * change
                self._at(self.beta)
                if self.log_likelihood >= before - 1e-12 * abs(before):
                    break
        return False

    def known(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Regressors about which the data say something, given the others."""
        p = len(self.beta)
        found = np.zeros(p, dtype=bool)
        for j in range(p):
            rest = np.arange(p) != j
            across = self.information[j, rest]
            inside = np.linalg.pinv(
                self.information[np.ix_(rest, rest)], rcond=1e-10, hermitian=True
            )
            left = self.information[j, j] - across @ inside @ across
            found[j] = left > _FLAT * max(self.start_information[j], np.finfo(float).tiny)
        return found

    def score_residuals(self) -> Floats:
        """Each row's part of the score; they sum to 0."""
        own = np.zeros_like(self.x)
        rows = self.e == 1
        mean_at = np.zeros((len(self.times), self.x.shape[1]))
        np.add.at(mean_at, self.term_time, self.mean / self.deaths[self.term_time][:, None])
        own[rows] = self.x[rows] - mean_at[self.which[rows]]
        return np.asarray((own - self._exposed())[self.back])

    def _exposed(self) -> Floats:
        """What each row was expected to contribute while at risk."""
        k = len(self.times)
        hazard, weighted = np.zeros(k), np.zeros((k, self.x.shape[1]))
        tied_hazard, tied_weighted = np.zeros(k), np.zeros((k, self.x.shape[1]))
        rate = 1.0 / self.total
        np.add.at(hazard, self.term_time, rate)
        np.add.at(weighted, self.term_time, rate[:, None] * self.mean)
        np.add.at(tied_hazard, self.term_time, self.part * rate)
        np.add.at(tied_weighted, self.term_time, (self.part * rate)[:, None] * self.mean)
        last = np.searchsorted(self.times, self.t, side="right")
        sum_hazard = np.r_[0.0, np.cumsum(hazard)][last]
        sum_weighted = np.vstack([np.zeros(self.x.shape[1]), np.cumsum(weighted, axis=0)])[last]
        rows = self.e == 1
        sum_hazard[rows] -= tied_hazard[self.which[rows]]
        sum_weighted[rows] -= tied_weighted[self.which[rows]]
        return np.asarray(self.risk[:, None] * (self.x * sum_hazard[:, None] - sum_weighted))
