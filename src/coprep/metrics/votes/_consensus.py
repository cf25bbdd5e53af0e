"""Ideas that every group agrees on: products of shares, posteriors, bridging."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, betaincinv

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, codes, number, numbers, share, whole
from coprep.metrics._streams import RNG, stream

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_MOST_ROUNDS = 500  # of ten alternations
_STILL = 1e-10


def _counts(agree: ArrayLike, seen: ArrayLike) -> tuple[Floats, Floats]:
    a = numbers(agree, "agree", "nonnegative", ndim=2)
    n = numbers(seen, "seen", "nonnegative", ndim=2)
    if a.shape != n.shape:
        raise InputError.of(
            f"agree has shape {a.shape}, seen {n.shape}.", code="length", param="seen"
        )
    if (a > n).any():
        raise InputError.of("agree must not exceed seen.", param="agree")
    return a, n


@dataclass(frozen=True, slots=True, eq=False)
class GroupInformed:
    """Smoothed agreement of every group with every idea, as discussion platforms compute it.

    Attributes
    ----------
    consensus : array of shape (ideas,)
        Product over groups of the smoothed shares; a group that saw nothing counts as one half.
    share : array of shape (ideas, groups)
        ``(agree + 1) / (seen + 2)``.
    ratio : array of shape (ideas, groups)
        The share of a group over that of everybody else.
    z : array of shape (ideas, groups)
        Two-proportion statistic of that comparison, with the same pseudo-counts.
    """

    consensus: Floats
    share: Floats
    ratio: Floats
    z: Floats


def group_informed_consensus(
    agree: ArrayLike, seen: ArrayLike, *, pseudo: float = 1.0
) -> GroupInformed:
    """Which ideas do all groups agree on, by the product that discussion platforms publish?

    Parameters
    ----------
    agree, seen : arrays of shape (ideas, groups)
        People of each group who agreed, and who saw the idea.
    pseudo : float
        Imaginary agreements, and as many imaginary others, added to each share.

    Returns
    -------
    GroupInformed

    Raises
    ------
    InputError
        For negative numbers, agreement above what was seen, and arrays of different shapes.

    Notes
    -----
    For comparison with exports. The product falls with the number of groups and rewards ideas
    hardly anybody saw: `cross_group_support` does neither.

    References
    ----------
    Small, C. et al. (2021). Polis: scaling deliberation by mapping high dimensional opinion spaces.
    RECERCA 26(2).

    Examples
    --------
    >>> group_informed_consensus([[3, 1]], [[3, 2]]).consensus.tolist()
    [0.4]
    """
    a, n = _counts(agree, seen)
    extra = number(pseudo, "pseudo", low=0.0)
    rest_a = a.sum(axis=1, keepdims=True) - a
    rest_n = n.sum(axis=1, keepdims=True) - n
    with np.errstate(divide="ignore", invalid="ignore"):
        mine = (a + extra) / (n + 2 * extra)
        others = (rest_a + extra) / (rest_n + 2 * extra)
        return GroupInformed(
            mine.prod(axis=1), mine, mine / others, _two_share_z(a, n, rest_a, rest_n, extra)
        )


def _two_share_z(a: Floats, n: Floats, rest_a: Floats, rest_n: Floats, extra: float) -> Floats:
    """Pooled two-proportion statistic with one pseudo-count on each side."""
    a = a + extra
    n = n + extra
    rest_a = rest_a + extra
    rest_n = rest_n + extra
    pooled = (a + rest_a) / (n + rest_n)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (a / n - rest_a / rest_n) / np.sqrt(pooled * (1.0 - pooled) * (1.0 / n + 1.0 / rest_n))
    return np.where(pooled == 1.0, 0.0, z)


@dataclass(frozen=True, slots=True, eq=False)
class CrossGroupSupport:
    """How sure it is that every group agrees.

    Attributes
    ----------
    low : array of shape (ideas, groups)
        Posterior quantile of each group's agreement.
    lowest : array of shape (ideas,)
        The least of them: at least this share of every group agrees, with that much certainty for
        each.
    all_above_half : array of shape (ideas,)
        Posterior probability that more than ``threshold`` of every group agrees: one half unless
        another is asked for.
    """

    low: Floats
    lowest: Floats
    all_above_half: Floats


def cross_group_support(
    agree: ArrayLike,
    seen: ArrayLike,
    *,
    quantile: float = 0.05,
    prior: float = 0.5,
    threshold: float = 0.5,
) -> CrossGroupSupport:
    """Which ideas does every group support, and how sure is that?

    Parameters
    ----------
    agree, seen : arrays of shape (ideas, groups)
        People of each group who agreed, and who saw the idea.
    quantile : float
        Of the posterior of each group's agreement.
    prior : float
        Both parameters of the beta prior: 0.5 is Jeffreys', 1 is flat.
    threshold : float
        Agreement to be exceeded.

    Returns
    -------
    CrossGroupSupport

    Raises
    ------
    InputError
        For agreement above what was seen, arrays of different shapes, and options outside 0 to 1 or
        a prior of 0.

    Notes
    -----
    Posterior ``Beta(agree + prior, seen - agree + prior)`` for each group, independent between
    groups. An idea hardly seen has a low bound, however much its few readers liked it.

    References
    ----------
    Brown, L. D., Cai, T. T. and DasGupta, A. (2001). Statistical Science 16, 101-133.

    Examples
    --------
    >>> found = cross_group_support([[8, 90], [2, 0]], [[10, 100], [2, 0]], prior=1)
    >>> found.lowest.round(3).tolist(), found.all_above_half.round(3).tolist()
    ([0.53, 0.05], [0.967, 0.438])
    """
    a, n = _counts(agree, seen)
    both = number(prior, "prior", low=0.0)
    if both == 0:
        raise InputError.of("prior must be above 0.", param="prior")
    up = a + both
    down = n - a + both
    low = np.asarray(betaincinv(up, down, share(quantile, "quantile")), dtype=np.float64)
    above = np.asarray(betainc(down, up, 1.0 - share(threshold, "threshold")), dtype=np.float64)
    return CrossGroupSupport(low, low.min(axis=1), above.prod(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Bridging:
    """What is liked across camps: ratings as level + rater + idea + rater factor times idea factor.

    Attributes
    ----------
    intercept : array of shape (ideas,)
        How much an idea is liked beyond what its camp explains; nan for an idea nobody rated.
    without_factor : array of shape (ideas,)
        The same from the fit without factors.
    factor : array of shape (ideas,)
        Where the idea stands between the camps; the sign is arbitrary.
    rater_factor, rater_intercept : arrays of shape (raters,)
        The same of people.
    level : float
        Global intercept.
    objective : float
        At the best solution.
    agreeing_starts : int
        How many of the starts reached the best objective.
    ratings : array of int of shape (ideas,)
        How many ratings each idea had: mean penalties let ideas with a handful of ratings score
        high.
    """

    intercept: Floats
    without_factor: Floats
    factor: Floats
    rater_factor: Floats
    rater_intercept: Floats
    level: float
    objective: float
    agreeing_starts: int
    ratings: Ints


def bridging_scores(
    rater: ArrayLike,
    idea: ArrayLike,
    rating: ArrayLike,
    *,
    factor_penalty: float = 0.03,
    intercept_penalty: float = 0.15,
    starts: int = 10,
    rng: RNG = None,
) -> Bridging:
    """Which ideas are liked by people who usually disagree?

    Parameters
    ----------
    rater, idea : array of int of shape (ratings,)
        Codes from 0.
    rating : array of shape (ratings,)
        From 0 to 1.
    factor_penalty, intercept_penalty : float
        Times the mean square of each block of parameters.
    starts : int
        Random starts of the alternating least squares; the surface has several minima.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    Bridging

    Raises
    ------
    InputError
        For ratings outside 0 to 1, arrays of different lengths, penalties below 0, and fewer than 1
        start.

    Notes
    -----
    Least ``mean((y - m - a_v - g_i - f_v * h_i)**2)`` plus
    ``intercept_penalty * (m**2 + mean(a**2) + mean(g**2)) + factor_penalty * (mean(f**2) + mean(h**2))``. Since penalties are means, an idea with few
    ratings is hardly drawn to 0: use with a least number of ratings.

    References
    ----------
    Wojcik, S. et al. (2022). Birdwatch: crowd wisdom and bridging algorithms can inform
    understanding and reduce the spread of misinformation. arXiv:2210.15723.

    Examples
    --------
    >>> found = bridging_scores([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 0], rng=1, starts=2)
    >>> bool(found.intercept[0] > found.intercept[1])
    True
    """
    y = numbers(rating, "rating", ndim=1)
    if (y < 0).any() or (y > 1).any():
        raise InputError.of("ratings must lie between 0 and 1.", param="rating")
    who = codes(rater, "rater", n=len(y))
    what = codes(idea, "idea", n=len(y))
    raters, person = np.unique(who, return_inverse=True)
    ideas, at = np.unique(what, return_inverse=True)
    penalties = (
        number(factor_penalty, "factor_penalty", low=0.0),
        number(intercept_penalty, "intercept_penalty", low=0.0),
    )
    problem = _Factorisation(person, at, y, *penalties)
    plain = problem.solve(None)
    generator = stream(rng, "bridging")
    solutions = [problem.solve(generator) for _ in range(whole(starts, "starts", low=1))]
    best = min(solutions, key=lambda found: found.objective)
    rater_size = int(who.max()) + 1
    size = int(what.max()) + 1
    return Bridging(
        intercept=_placed(best.g, ideas, size),
        without_factor=_placed(plain.g, ideas, size),
        factor=_placed(best.h, ideas, size),
        rater_factor=_placed(best.f, raters, rater_size),
        rater_intercept=_placed(best.a, raters, rater_size),
        level=best.level,
        objective=best.objective,
        agreeing_starts=sum(found.objective <= best.objective + 1e-6 for found in solutions),
        ratings=np.bincount(what).astype(np.intp),
    )


def _placed(values: Floats, where: Ints, size: int) -> Floats:
    full = np.full(size, np.nan)
    full[where] = values
    return full


class _Factorisation:
    """Alternating least squares for the penalised factorisation with one factor; each half step is
    exact.
    """

    def __init__(
        self, person: Ints, idea: Ints, y: Floats, factor: float, intercept: float
    ) -> None:
        self.person = person
        self.idea = idea
        self.y = y
        self.people = int(person.max()) + 1
        self.ideas = int(idea.max()) + 1
        self.factor = factor
        self.intercept = intercept

    def solve(self, generator: np.random.Generator | None) -> _Solution:
        """A local minimum from a random start; without a generator the one without factors."""
        people = np.zeros(self.people)
        ideas = np.zeros(self.ideas)
        now = _Solution(0.0, people, ideas, people, ideas, np.inf)
        if generator is not None:
            now = replace(
                now, f=generator.normal(size=self.people), h=generator.normal(size=self.ideas)
            )
        for _ in range(_MOST_ROUNDS):
            before = now.objective
            for _ in range(10):
                now = self._round(now)
            now = replace(now, objective=self._objective(now))
            if before - now.objective <= _STILL * now.objective:
                break
        return now

    def _round(self, now: _Solution) -> _Solution:
        """Best raters given ideas, best ideas given raters, best level given both."""
        a, f = self._side(
            self.person, self.people, self.y - now.level - now.g[self.idea], now.h[self.idea]
        )
        g, h = self._side(
            self.idea, self.ideas, self.y - now.level - a[self.person], f[self.person]
        )
        left = self.y - a[self.person] - g[self.idea] - f[self.person] * h[self.idea]
        return _Solution(float(left.mean()) / (1.0 + self.intercept), a, g, f, h, np.inf)

    def _side(self, index: Ints, size: int, z: Floats, x: Floats) -> tuple[Floats, Floats]:
        """Ridge regression of z on 1 and x, for each rater or each idea."""
        n = len(z)
        s0 = np.bincount(index, minlength=size) / n + self.intercept / size
        s1 = np.bincount(index, x, size) / n
        s2 = np.bincount(index, x * x, size) / n + self.factor / size
        t0 = np.bincount(index, z, size) / n
        t1 = np.bincount(index, x * z, size) / n
        determinant = s0 * s2 - s1 * s1
        sound = determinant > 0
        level = np.divide(s2 * t0 - s1 * t1, determinant, out=t0 / s0, where=sound)
        return level, np.divide(s0 * t1 - s1 * t0, determinant, out=np.zeros(size), where=sound)

    def _objective(self, now: _Solution) -> float:
        left = (
            self.y
            - now.level
            - now.a[self.person]
            - now.g[self.idea]
            - now.f[self.person] * now.h[self.idea]
        )
        intercepts = now.level**2 + (now.a**2).mean() + (now.g**2).mean()
        factors = (now.f**2).mean() + (now.h**2).mean()
        return float((left**2).mean() + self.intercept * intercepts + self.factor * factors)


@dataclass(frozen=True, slots=True, eq=False)
class _Solution:
    """Level, rater and idea intercepts, rater and idea factors, and the objective there."""

    level: float
    a: Floats
    g: Floats
    f: Floats
    h: Floats
    objective: float
