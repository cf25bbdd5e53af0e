"""How far apart two distributions over the same groups are; 0 log 0 is 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from coprep.metrics._checks import Floats, choice, numbers, out
from coprep.metrics._tails import deviance
from coprep.metrics.shares._goodness_of_fit import profile

DistanceMethod = Literal[
    "gallagher", "hellinger", "kl", "kl-reversed", "jeffreys", "jensen-shannon"
]
_FAR = 1e300
_SLACK = 1 + 1e-9  # rounding leaves no pair out


def _shares(counts: ArrayLike, baseline: ArrayLike) -> tuple[Floats, Floats]:
    """Both distributions as shares; nan where nobody came."""
    x, n, shares = profile(counts, baseline)
    with np.errstate(all="ignore"):
        return x / n[..., None], shares


def _total(parts: Floats, p: Floats) -> Floats:
    """The sum over groups, nan where nobody came."""
    return np.asarray(np.where(np.isnan(p).any(axis=-1), np.nan, parts.sum(axis=-1)))


@np.errstate(all="ignore")
def dissimilarity(counts: ArrayLike, baseline: ArrayLike) -> Floats:
    """What share of the participants would have to be exchanged to match the baseline?

    Parameters
    ----------
    counts : array_like
        People of each group.
    baseline : array_like
        Shares or population counts of the same groups.

    Returns
    -------
    float or ndarray
        D = ``sum |p - P| / 2`` (total variation), 0 to 1; nan where nobody came. One minus it is
        the Rose index, and the overlap of the two (proportional similarity).

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Duncan, O. D. and Duncan, B. (1955). American Sociological Review 20, 210-217.
    Loosemore, J. and Hanby, V. J. (1971). British Journal of Political Science 1, 467-477.

    Examples
    --------
    >>> round(float(dissimilarity([30, 5, 5], [0.34, 0.33, 0.33])), 3)
    0.41

    """
    p, shares = _shares(counts, baseline)
    return out(np.abs(p - shares).sum(axis=-1) / 2)


def _kl(p: Floats, q: Floats) -> Floats:
    """Sum of p log(p/q), from terms that are never negative; inf where p has what q lacks."""
    parts = np.where(q > 0, deviance(p, q), np.where(p > 0, np.inf, 0.0))
    return _total(parts, p + q)


@np.errstate(all="ignore")
def distance(counts: ArrayLike, baseline: ArrayLike, *, method: DistanceMethod) -> Floats:
    """How far is a profile from its baseline, by another measure than `dissimilarity`?

    Parameters
    ----------
    counts, baseline : array_like
        As in `dissimilarity`.
    method : str
        "gallagher": sqrt(sum (p - P)^2 / 2), 0 to 1, where large gaps count more than many small
        ones (the Euclidean distance over the square root of 2). "hellinger":
        sqrt(1 - sum sqrt(p P)), 0 to 1, where small groups count more; the sum is the
        Bhattacharyya coefficient. "kl": Kullback-Leibler divergence sum p log(p/P), the surprise
        at the participants of somebody who expected the baseline; "kl-reversed": the other way
        round; "jeffreys": both together, the population stability index (PSI). "jensen-shannon":
        the mean divergence of both from their average, 0 to log 2; over log 2 it is in bits, and
        the square root of that is a metric.

    Returns
    -------
    float or ndarray
        Divergences in nats; inf where a group took part that the baseline lacks ("kl"), where one
        of the baseline is absent ("kl-reversed"), or either ("jeffreys"). nan where nobody came.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, a baseline that adds to 0, and
        unknown methods.

    References
    ----------
    Gallagher, M. (1991). Electoral Studies 10, 33-51.
    Hellinger, E. (1909). Neue Begründung der Theorie quadratischer Formen von unendlichvielen
    Veränderlichen. Journal für die reine und angewandte Mathematik 136, 210-271.
    Kullback, S. and Leibler, R. A. (1951). Annals of Mathematical Statistics 22, 79-86.
    Jeffreys, H. (1946). An invariant form for the prior probability in estimation problems.
    Proceedings of the Royal Society of London A 186, 453-461.
    Siddiqi, N. (2006). Credit Risk Scorecards. Wiley.
    Lin, J. (1991). IEEE Transactions on Information Theory 37, 145-151.

    Examples
    --------
    >>> round(float(distance([30, 5, 5], [0.34, 0.33, 0.33], method="gallagher")), 3)
    0.355
    >>> round(float(distance([4, 0, 1], [0.5, 0.3, 0.2], method="hellinger")), 4)
    0.4093
    """
    choice(method, "method", get_args(DistanceMethod))
    p, shares = _shares(counts, baseline)
    if method == "gallagher":
        return out(np.sqrt(((p - shares) ** 2).sum(axis=-1) / 2))
    if method == "hellinger":
        gap = (p - shares) / (np.sqrt(p) + np.sqrt(shares))  # without cancellation
        return out(np.sqrt(_total(np.where(p == shares, 0.0, gap**2), p) / 2))
    if method == "kl":
        return out(_kl(p, shares))
    if method == "kl-reversed":
        return out(_kl(shares, p))
    if method == "jeffreys":
        return out(_kl(p, shares) + _kl(shares, p))
    middle = (p + shares) / 2
    return out((_kl(p, middle) + _kl(shares, middle)) / 2)


def furthest_pair(
    distance: Callable[[int, int], float], to_centre: ArrayLike
) -> tuple[float, int, int]:
    """The largest of the distances between things, and which two it lies between.

    No detour may be shorter: ``d(i, j) <= d(i, c) + d(c, j)``. ``to_centre`` says how far each
    thing is from one and the same thing, of any kind; two things are no further apart than both of
    their distances to it together, so those whose sum falls short of what was found already are not
    measured (Burkhard & Keller 1973). ``inf`` measures every pair. Of several such pairs the last;
    ``-inf, -1, -1`` for fewer than two things.
    """
    radius = numbers(
        np.minimum(np.asarray(to_centre, dtype=float), _FAR), "to_centre", "nonnegative", ndim=1
    )
    order = np.argsort(-radius, kind="stable").tolist()
    best = (-np.inf, -1, -1)
    for at, i in enumerate(order):
        for j in order[:at]:  # the furthest out first, so that the rest can only be nearer
            if (radius[i] + radius[j]) * _SLACK < best[0]:
                break
            best = max(best, (distance(min(i, j), max(i, j)), min(i, j), max(i, j)))
    return best
