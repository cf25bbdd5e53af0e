"""How far apart two distributions over the same groups are: divergences, distances and participation ratios.

Every function takes the participants' ``counts`` and the ``baseline`` (shares or population counts) with groups
along the last axis; only their proportions matter. 0 log 0 is 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from coprep.metrics._checks import Floats, choice, out
from coprep.metrics._tails import deviance
from coprep.metrics.shares._goodness_of_fit import profile

__all__ = [
    "bhattacharyya_coefficient",
    "chi_square_divergence",
    "dissimilarity",
    "euclidean_distance",
    "gallagher_index",
    "hellinger_distance",
    "jeffreys_divergence",
    "jensen_shannon_divergence",
    "kl_divergence",
    "largest_difference",
    "participation_ratio_evenness",
    "proportional_similarity",
    "rose_index",
]


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
        D = ``sum |p - P| / 2`` (total variation), 0 to 1; nan where nobody came.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Duncan, O. D. and Duncan, B. (1955). American Sociological Review 20, 210-217. Loosemore, J. and Hanby, V. J.
    (1971). British Journal of Political Science 1, 467-477.

    Examples
    --------
    >>> round(float(dissimilarity([30, 5, 5], [0.34, 0.33, 0.33])), 3)
    0.41

    """
    p, shares = _shares(counts, baseline)
    return out(np.abs(p - shares).sum(axis=-1) / 2)


@np.errstate(all="ignore")
def rose_index(counts: ArrayLike, baseline: ArrayLike) -> Floats:
    """What share of the participants is placed as the baseline has it?

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.

    Returns
    -------
    float or ndarray
        1 - D, 0 to 1; 1 is a perfect match.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Mackie, T. T. & Rose, R. (1991). The International Almanac of Electoral History, 3rd ed. Macmillan.
    Loosemore, J. and Hanby, V. J. (1971). British Journal of Political Science 1, 467-477.

    Examples
    --------
    >>> round(float(rose_index([8, 1], [0.8, 0.2])), 4)
    0.9111

    """
    return out(1 - dissimilarity(counts, baseline))


@np.errstate(all="ignore")
def proportional_similarity(counts: ArrayLike, baseline: ArrayLike) -> Floats:
    """How much do the two distributions overlap?

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.

    Returns
    -------
    float or ndarray
        sum min(p, P), 0 to 1; equals 1 - D.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Renkonen, O. (1938). Statistisch-ökologische Untersuchungen über die terrestrische Käferwelt der finnischen
    Bruchmoore. Annales Zoologici Societatis Zoologicae-Botanicae Fennicae Vanamo 6, 1-231.

    Examples
    --------
    >>> round(float(proportional_similarity([2, 8], [40, 60])), 3)
    0.8

    """
    p, shares = _shares(counts, baseline)
    return out(np.minimum(p, shares).sum(axis=-1))


@np.errstate(all="ignore")
def euclidean_distance(counts: ArrayLike, baseline: ArrayLike) -> Floats:
    """How long is the vector of differences in shares?

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.

    Returns
    -------
    float or ndarray
        sqrt(sum (p - P)^2), 0 to sqrt(2); nan where nobody came.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    Examples
    --------
    >>> round(float(euclidean_distance([30, 5, 5], [0.34, 0.33, 0.33])), 3)
    0.502

    """
    p, shares = _shares(counts, baseline)
    return out(np.sqrt(((p - shares) ** 2).sum(axis=-1)))


@np.errstate(all="ignore")
def gallagher_index(counts: ArrayLike, baseline: ArrayLike) -> Floats:
    """How far is the profile from its baseline, large gaps counting more than many small ones?

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.

    Returns
    -------
    float or ndarray
        sqrt(sum (p - P)^2 / 2), 0 to 1.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Gallagher, M. (1991). Electoral Studies 10, 33-51.

    Examples
    --------
    >>> round(float(gallagher_index([30, 5, 5], [0.34, 0.33, 0.33])), 3)
    0.355

    """
    return out(euclidean_distance(counts, baseline) / np.sqrt(2))


@np.errstate(all="ignore")
def largest_difference(counts: ArrayLike, baseline: ArrayLike) -> Floats:
    """How large is the largest difference in shares of any group?

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.

    Returns
    -------
    float or ndarray
        ``max |p - P|``, 0 to 1.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    Examples
    --------
    >>> round(float(largest_difference([30, 5, 5], [0.34, 0.33, 0.33])), 3)
    0.41

    """
    p, shares = _shares(counts, baseline)
    return out(np.abs(p - shares).max(axis=-1))


def _kl(p: Floats, q: Floats) -> Floats:
    """Sum of p log(p/q), from terms that are never negative; inf where p has what q lacks."""
    parts = np.where(q > 0, deviance(p, q), np.where(p > 0, np.inf, 0.0))
    return _total(parts, p + q)


@np.errstate(all="ignore")
def kl_divergence(counts: ArrayLike, baseline: ArrayLike, *, reverse: bool = False) -> Floats:
    """How surprised would somebody be by the participants who expected the baseline?

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.
    reverse : bool, default False
        The surprise at the baseline of somebody who expected the participants' profile.

    Returns
    -------
    float or ndarray
        Kullback-Leibler divergence sum p log(p/P), or sum P log(P/p), in nats; inf where a group took part that
        the baseline lacks (reversed: where a group of the baseline is absent).

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Kullback, S. and Leibler, R. A. (1951). Annals of Mathematical Statistics 22, 79-86.

    Examples
    --------
    >>> round(float(kl_divergence([30, 5, 5], [0.34, 0.33, 0.33])), 4)
    0.3507

    """
    p, shares = _shares(counts, baseline)
    return out(_kl(shares, p) if reverse else _kl(p, shares))


@np.errstate(all="ignore")
def jeffreys_divergence(counts: ArrayLike, baseline: ArrayLike) -> Floats:
    """How far apart are the two distributions, both directions of surprise together?

    Also known as the population stability index (PSI).

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.

    Returns
    -------
    float or ndarray
        sum (p - P) log(p/P), in nats; inf where a group is in one distribution only.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Jeffreys, H. (1946). An invariant form for the prior probability in estimation problems. Proceedings of the Royal
    Society of London A 186, 453-461.
    Siddiqi, N. (2006). Credit Risk Scorecards. Wiley.

    Examples
    --------
    >>> round(float(jeffreys_divergence([30, 5, 5], [0.34, 0.33, 0.33])), 4)
    0.7224

    """
    p, shares = _shares(counts, baseline)
    return out(_kl(p, shares) + _kl(shares, p))


@np.errstate(all="ignore")
def jensen_shannon_divergence(
    counts: ArrayLike, baseline: ArrayLike, *, unit: str = "nats"
) -> Floats:
    """How far apart are the two distributions, absent groups allowed?

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.
    unit : {"nats", "bits", "distance"}, default "nats"
        "bits" divides by log 2 (0 to 1); "distance" is the square root of the bits, a metric.

    Returns
    -------
    float or ndarray
        Mean divergence of both from their average: 0 to log 2 in nats, always finite.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, a baseline that adds to 0, and unknown words.

    References
    ----------
    Lin, J. (1991). IEEE Transactions on Information Theory 37, 145-151.

    Examples
    --------
    >>> round(float(jensen_shannon_divergence([4, 0, 1], [0.5, 0.3, 0.2], unit="distance")), 4)
    0.4186

    """
    choice(unit, "unit", ("nats", "bits", "distance"))
    p, shares = _shares(counts, baseline)
    middle = (p + shares) / 2
    nats = (_kl(p, middle) + _kl(shares, middle)) / 2
    if unit == "nats":
        return out(nats)
    return out(np.sqrt(nats / np.log(2)) if unit == "distance" else nats / np.log(2))


@np.errstate(all="ignore")
def hellinger_distance(counts: ArrayLike, baseline: ArrayLike) -> Floats:
    """How far apart are the two distributions on a scale where small groups count more?

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.

    Returns
    -------
    float or ndarray
        sqrt(1 - sum sqrt(pP)), 0 to 1; computed without cancellation.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Hellinger, E. (1909). Neue Begründung der Theorie quadratischer Formen von unendlichvielen Veränderlichen. Journal
    für die reine und angewandte Mathematik 136, 210-271.

    Examples
    --------
    >>> round(float(hellinger_distance([4, 0, 1], [0.5, 0.3, 0.2])), 4)
    0.4093

    """
    p, shares = _shares(counts, baseline)
    gap = (p - shares) / (np.sqrt(p) + np.sqrt(shares))
    return out(np.sqrt(_total(np.where(p == shares, 0.0, gap**2), p) / 2))


@np.errstate(all="ignore")
def bhattacharyya_coefficient(counts: ArrayLike, baseline: ArrayLike) -> Floats:
    """How alike are the two distributions?

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.

    Returns
    -------
    float or ndarray
        sum sqrt(pP), 0 to 1.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Bhattacharyya, A. (1943). On a measure of divergence between two statistical populations defined by their
    probability distributions. Bulletin of the Calcutta Mathematical Society 35, 99-109.

    Examples
    --------
    >>> round(float(bhattacharyya_coefficient([4, 0, 1], [0.5, 0.3, 0.2])), 4)
    0.8325

    """
    p, shares = _shares(counts, baseline)
    return out(np.sqrt(p * shares).sum(axis=-1))


@np.errstate(all="ignore")
def chi_square_divergence(counts: ArrayLike, baseline: ArrayLike) -> Floats:
    """How far is the profile from the baseline, in units of the baseline's own variance?

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.

    Returns
    -------
    float or ndarray
        sum (p - P)^2/P = w^2, the square of `cohens_w`; inf where a group took part that the baseline lacks.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, and a baseline that adds to 0.

    References
    ----------
    Pearson, K. (1900). Philosophical Magazine 50, 157-175.
    Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences.

    Examples
    --------
    >>> round(float(chi_square_divergence([4, 0, 1], [0.5, 0.3, 0.2])), 3)
    0.48

    """
    p, shares = _shares(counts, baseline)
    parts = np.where(shares > 0, (p - shares) ** 2 / shares, np.where(p > 0, np.inf, 0.0))
    return out(_total(parts, p))


@np.errstate(all="ignore")
def participation_ratio_evenness(
    counts: ArrayLike, baseline: ArrayLike, *, against: str = "max"
) -> Floats:
    """How does the group that took part least compare with the one that took part most, or with the average?

    The participation platforms' representativeness score (their "R-score").

    Parameters
    ----------
    counts, baseline
        As in `dissimilarity`.
    against : {"max", "mean"}, default "max"
        The smallest participation ratio over the largest, or over the plain mean of the groups' ratios.

    Returns
    -------
    float or ndarray
        0 (a group is absent) to 1 (all groups took part alike); nan where the baseline lacks a group, or where nobody
        came.

    Raises
    ------
    InputError
        For negative counts, vectors that do not fit together, a baseline that adds to 0, and unknown words.

    References
    ----------
    CitizenLab, now Go Vocal: the representativeness score (R-score) of its participation platform.

    Examples
    --------
    >>> float(participation_ratio_evenness([1, 2], [10, 10]))
    0.5

    """
    choice(against, "against", ("max", "mean"))
    p, shares = _shares(counts, baseline)
    ratio = p / np.where(shares > 0, shares, np.nan)
    whole = ratio.max(axis=-1) if against == "max" else ratio.mean(axis=-1)
    return out(ratio.min(axis=-1) / whole)
