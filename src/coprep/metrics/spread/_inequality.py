"""How unequally something is spread over people, and how much of that lies between groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, codes, number, numbers, share

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def generalized_entropy(
    values: ArrayLike, *, alpha: float, weights: ArrayLike | None = None
) -> float | Floats:
    """How unequal are these amounts, by the generalised entropy index?

    Parameters
    ----------
    values : array of shape (..., people)
        Amounts from 0; the last axis holds the people, those with nothing included.
    alpha : float
        0 is the mean log deviation, 1 the Theil index, 2 half the squared coefficient of variation;
        large values watch the top, small ones the bottom.
    weights : array, optional
        How many people each amount stands for.

    Returns
    -------
    float or array of shape (...)
        0 for equality; ``inf`` when ``alpha <= 0`` and somebody has nothing; nan if nobody has
        anything.

    Raises
    ------
    InputError
        For amounts or weights that are negative or missing, and weights of another shape.

    Notes
    -----
    ``mean((x / mu)**alpha - 1) / (alpha * (alpha - 1))``; 1: ``mean(x / mu * log(x / mu))``;
    0: ``-mean(log(x / mu))``; with ``0 log 0 = 0``.

    References
    ----------
    Speicher, T. et al. (2018). A unified approach to quantifying algorithmic unfairness. KDD.

    Examples
    --------
    >>> round(generalized_entropy([1, 2, 3, 10], alpha=0), 4)
    0.3627
    """
    x, w = _amounts(values, weights)
    return _answer(_entropy(x, w, number(alpha, "alpha")))


def _entropy(x: Floats, w: Floats, alpha: float) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.maximum(_mean(_entropy_of_each(x / _mean(x, w)[..., None], alpha), w), 0.0)


def _entropy_of_each(ratio: Floats, alpha: float) -> Floats:
    """What each person adds to the mean that is the index; with the powers near 0 and 1 as exact as
    far from them.
    """
    log = np.log(ratio)
    if alpha == 0:
        return -log
    if alpha == 1:
        return np.where(ratio == 0, 0.0, ratio * log)
    if alpha < 0.5:
        return np.expm1(alpha * log) / (alpha * (alpha - 1.0))
    # ratio**alpha - ratio: the mean of ratio - 1 is 0, and nothing large is left to cancel where
    # alpha is near 1
    return np.where(ratio == 0, 0.0, ratio * np.expm1((alpha - 1.0) * log)) / (
        alpha * (alpha - 1.0)
    )


def theil(values: ArrayLike, *, weights: ArrayLike | None = None) -> float | Floats:
    """How unequal are these amounts, by the Theil index (generalised entropy with alpha 1)?"""
    return generalized_entropy(values, alpha=1.0, weights=weights)


def mean_log_deviation(values: ArrayLike, *, weights: ArrayLike | None = None) -> float | Floats:
    """How unequal are these amounts, by the mean log deviation (generalised entropy with alpha
    0)?
    """
    return generalized_entropy(values, alpha=0.0, weights=weights)


def coefficient_of_variation(
    values: ArrayLike, *, weights: ArrayLike | None = None
) -> float | Floats:
    """How large is the spread of these amounts against their mean?"""
    x, w = _amounts(values, weights)
    mean = _mean(x, w)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _answer(np.sqrt(_mean((x - mean[..., None]) ** 2, w)) / mean)


def atkinson(
    values: ArrayLike, *, epsilon: float = 1.0, weights: ArrayLike | None = None
) -> float | Floats:
    """Which share of the total could be given up if the rest were spread evenly, with equal
    welfare?

    Parameters
    ----------
    values, weights
        As for `generalized_entropy`.
    epsilon : float
        Aversion to inequality, from 0.

    Returns
    -------
    float or array
        From 0 to 1; exactly 1 when ``epsilon >= 1`` and somebody has nothing.

    Raises
    ------
    InputError
        For amounts or weights that are negative or missing, weights of another shape, and an
        ``epsilon`` below 0.

    Notes
    -----
    ``1 - mean((x / mu)**(1 - epsilon))**(1 / (1 - epsilon))``; for 1, one minus geometric over
    arithmetic mean.

    References
    ----------
    Atkinson, A. B. (1970). On the measurement of inequality. Journal of Economic Theory 2(3),
    244-263.

    Examples
    --------
    >>> round(atkinson([0, 2], epsilon=0.5), 12)
    0.5
    """
    x, w = _amounts(values, weights)
    power = 1.0 - number(epsilon, "epsilon", low=0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        log = np.log(x / _mean(x, w)[..., None])
        even = _mean(log, w) if power == 0 else np.log1p(_mean(np.expm1(power * log), w)) / power
        lost = -np.expm1(even)
    return _answer(np.clip(lost, 0.0, 1.0) + 0.0)


def gini(values: ArrayLike, *, weights: ArrayLike | None = None) -> float | Floats:
    """How unequal are these amounts, by the Gini coefficient?

    Parameters
    ----------
    values, weights
        As for `generalized_entropy`.

    Returns
    -------
    float or array
        From 0 to ``1 - 1 / people``; nan when there is nothing at all.

    Raises
    ------
    InputError
        For amounts or weights that are negative or missing, and weights of another shape.

    Notes
    -----
    ``2 * sum(i * x_(i)) / (n * sum(x)) - (n + 1) / n``. Two people picked at random differ by
    ``2 * gini`` times the mean. Equal chances do not give 0: see `coprep.metrics.equal_chance`.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Bologna.

    Examples
    --------
    >>> round(gini([0, 0, 0, 4]), 12)
    0.75
    """
    x, w = _amounts(values, weights)
    order = np.argsort(x, axis=-1, kind="stable")
    x = np.take_along_axis(x, order, -1)
    w = np.take_along_axis(w, order, -1)
    below = 2.0 * np.cumsum(w, axis=-1) - w
    with np.errstate(divide="ignore", invalid="ignore"):
        area = (w * x * below).sum(axis=-1) / (w.sum(axis=-1) * (w * x).sum(axis=-1))
    return _answer(np.maximum(area - 1.0, 0.0))


def herfindahl(values: ArrayLike, *, weights: ArrayLike | None = None) -> float | Floats:
    """How concentrated is the total: the chance that two units of it, drawn at random, are one
    person's?
    """
    x, w = _amounts(values, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _answer((w * x**2).sum(axis=-1) / (w * x).sum(axis=-1) ** 2)


def effective_number(values: ArrayLike, *, weights: ArrayLike | None = None) -> float | Floats:
    """How many equally active people would be as concentrated as these?

    Parameters
    ----------
    values, weights
        As for `generalized_entropy`.

    Returns
    -------
    float or array
        ``1 / herfindahl``, from 1 to the number of people; nan when there is nothing at all.

    Raises
    ------
    InputError
        For amounts or weights that are negative or missing, and weights of another shape.

    References
    ----------
    Laakso, M. & Taagepera, R. (1979). "Effective" number of parties: a measure with application to
    West Europe. Comparative Political Studies 12, 3-27.

    Examples
    --------
    >>> effective_number([3, 3, 0])
    2.0
    """
    return _answer(1.0 / np.asarray(herfindahl(values, weights=weights)))


def top_share(
    values: ArrayLike, *, top: float = 0.1, weights: ArrayLike | None = None
) -> float | Floats:
    """Which share of the total do the most active ``top`` of people hold?

    Parameters
    ----------
    values, weights
        As for `generalized_entropy`.
    top : float
        Share of people, between 0 and 1. Where it falls within a person, that person counts in
        part.

    Returns
    -------
    float or array
        From ``top`` to 1; nan when there is nothing at all.

    Raises
    ------
    InputError
        For amounts or weights that are negative or missing, weights of another shape, and a ``top``
        outside 0 to 1.

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. Publications of the
    American Statistical Association 9, 209-219.

    Examples
    --------
    >>> top_share([20, 8, 5, 3, 2, 1, 1, 0, 0, 0])
    0.5
    """
    x, w = _amounts(values, weights)
    order = np.argsort(-x, axis=-1, kind="stable")
    x = np.take_along_axis(x, order, -1)
    w = np.take_along_axis(w, order, -1)
    before = np.cumsum(w, axis=-1) - w
    counted = np.clip(share(top, "top") * w.sum(axis=-1, keepdims=True) - before, 0.0, w)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _answer((counted * x).sum(axis=-1) / (w * x).sum(axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class InequalityParts:
    """A generalised entropy index taken apart by group.

    Attributes
    ----------
    total, between, within : float
        ``between + within = total``; between is what would remain if everybody had their group's
        mean.
    by_group : array of shape (groups,)
        Index inside each group, nan where a group has nothing or nobody.
    contribution : array of shape (groups,)
        Each group's part of ``within``.
    people, amount : arrays of shape (groups,)
        Each group's share of the people and of the total amount.
    """

    total: float
    between: float
    within: float
    by_group: Floats
    contribution: Floats
    people: Floats
    amount: Floats


def generalized_entropy_parts(
    values: ArrayLike,
    groups: ArrayLike,
    *,
    alpha: float = 1.0,
    weights: ArrayLike | None = None,
    size: int | None = None,
) -> InequalityParts:
    """How much of the inequality lies between groups, and how much inside them?

    Parameters
    ----------
    values : array of shape (people,)
        Amounts from 0.
    groups : array of int of shape (people,)
        Codes from 0.
    alpha : float
        As for `generalized_entropy`; 1 takes the Theil index apart.
    weights : array of shape (people,), optional
        How many people each stands for.
    size : int, optional
        Number of groups, when the last may be empty.

    Returns
    -------
    InequalityParts

    Raises
    ------
    InputError
        For amounts or weights that are negative or missing, and arrays of different lengths.

    Notes
    -----
    ``within = sum_g p_g * (mu_g / mu)**alpha * GE_g`` with p_g the group's share of people.

    References
    ----------
    Shorrocks, A. F. (1980). The class of additively decomposable inequality measures. Econometrica
    48(3), 613-625.

    Examples
    --------
    >>> parts = generalized_entropy_parts([1, 1, 3, 3], [0, 0, 1, 1])
    >>> round(parts.between, 4), parts.within
    (0.1308, 0.0)
    """
    x, w = _amounts(numbers(values, "values", "nonnegative", ndim=1), weights)
    group = codes(groups, "groups", n=len(x), size=size)
    power = number(alpha, "alpha")
    count = size if size is not None else int(group.max()) + 1
    people = np.bincount(group, w, count).astype(float)
    amount = np.bincount(group, w * x, count).astype(float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        mean = amount / people
        each = np.where(w > 0, w * _entropy_of_each(x / mean[group], power), 0.0)
        inside = np.maximum(np.bincount(group, each, count) / people, 0.0)
        factor = people / people.sum() * (mean / (amount.sum() / people.sum())) ** power
        nothing = (people == 0) | ((amount == 0) & (power > 0))
        contribution = np.where(nothing, 0.0, factor * inside)
        there = people > 0
        between = float(_entropy(mean[there], people[there], power))
        total = float(_entropy(x, w, power))
        return InequalityParts(
            total=total,
            between=between,
            within=float(contribution.sum()) if amount.sum() else np.nan,
            by_group=inside,
            contribution=contribution,
            people=people / people.sum(),
            amount=amount / amount.sum(),
        )


def _amounts(values: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """Amounts, scaled by a power of two so that their squares stay finite, and the people they
    stand for.
    """
    x = np.atleast_1d(numbers(values, "values", "nonnegative"))
    x = np.ldexp(x, -np.frexp(x.max(axis=-1, keepdims=True))[1])
    if weights is None:
        return x, np.ones_like(x)
    w = numbers(weights, "weights", "nonnegative")
    try:
        return x, np.broadcast_to(w, x.shape).astype(float)
    except ValueError:
        raise InputError.of(
            f"weights have shape {w.shape}; that of values, {x.shape}, expected.",
            code="length",
            param="weights",
        ) from None


def _mean(x: Floats, w: Floats) -> Floats:
    """Weighted mean over the last axis; amounts that stand for nobody do not take part."""
    with np.errstate(divide="ignore", invalid="ignore"):
        total: Floats = np.where(w > 0, w * x, 0.0).sum(axis=-1)
        return np.asarray(total / w.sum(axis=-1))


def _answer(value: Floats) -> float | Floats:
    """A float for one set of people, else the array."""
    return float(value) if np.ndim(value) == 0 else value
