"""How evenly people are spread over areas or sessions: two-group and many-group segregation indices."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, numbers, share, within

__all__ = [
    "evenness_atkinson",
    "evenness_correlation_ratio",
    "evenness_dissimilarity",
    "evenness_gini",
    "evenness_information",
    "evenness_interaction",
    "evenness_isolation",
    "multigroup_dissimilarity",
    "multigroup_diversity",
    "multigroup_exposure",
    "multigroup_information",
    "multigroup_simpson_interaction",
]


def _areas(participants: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats]:
    """Participants and everybody else of each area with anybody in it."""
    x = numbers(participants, "participants", "nonnegative", ndim=1)
    total = numbers(population, "population", "nonnegative", ndim=1)
    if x.shape != total.shape:
        raise InputError.of(
            f"participants has {len(x)} areas and population {len(total)}; one number each is expected.",
            code="length",
            param="population",
        )
    within(x, total, ("participants", "population"))
    return x[total > 0], (total - x)[total > 0]


@np.errstate(all="ignore")
def evenness_dissimilarity(participants: ArrayLike, population: ArrayLike) -> float:
    """What share of the participants would have to live elsewhere to be spread like everybody else?

    Parameters
    ----------
    participants : array_like
        Participants of each area, one vector.
    population : array_like
        People of each area, participants among them.

    Returns
    -------
    float
        ``sum |x/X - y/Y| / 2`` with y the people who did not take part, 0 (even) to 1; nan where nobody or everybody
        took part. Against the whole population instead, see `dissimilarity`.

    Raises
    ------
    InputError
        For negative numbers, vectors that do not fit together, and more participants than people.

    References
    ----------
    Duncan, O. D. and Duncan, B. (1955). American Sociological Review 20, 210-217.

    Examples
    --------
    >>> round(evenness_dissimilarity([40, 0, 0], [1000, 2000, 3000]), 4)
    0.8389

    """
    x, y = _areas(participants, population)
    return float(np.abs(x / x.sum() - y / y.sum()).sum() / 2)


@np.errstate(all="ignore")
def evenness_gini(participants: ArrayLike, population: ArrayLike) -> float:
    """How unequal are the areas' participation rates, over all pairs of people?

    Parameters
    ----------
    participants, population
        As in `evenness_dissimilarity`.

    Returns
    -------
    float
        Gini index of segregation, 0 (even) to 1; nan where nobody or everybody took part.

    Raises
    ------
    InputError
        For negative numbers, vectors that do not fit together, and more participants than people.

    Notes
    -----
    sum over pairs of areas ``t_i t_j |p_i - p_j| / (2 T^2 P (1-P))``, summed in the order of rates.

    References
    ----------
    Massey, D. S. and Denton, N. A. (1988). Social Forces 67, 281-315.

    Examples
    --------
    >>> round(evenness_gini([12, 3, 0, 45, 8, 2], [4000, 5200, 3100, 6100, 2500, 900]), 4)
    0.4804

    """
    x, y = _areas(participants, population)
    order = np.argsort(x / (x + y), kind="stable")
    a, b = x[order] / x.sum(), y[order] / y.sum()
    before = np.cumsum(b) - b
    return float((a * before).sum() - (b * (np.cumsum(a) - a)).sum())


@np.errstate(all="ignore")
def evenness_information(participants: ArrayLike, population: ArrayLike) -> float:
    """How much less uncertain is it who took part, once the area is known?

    Parameters
    ----------
    participants, population
        As in `evenness_dissimilarity`.

    Returns
    -------
    float
        Theil's information theory index H, 0 (even) to 1; nan where nobody or everybody took part.

    Raises
    ------
    InputError
        For negative numbers, vectors that do not fit together, and more participants than people.

    References
    ----------
    Theil, H. and Finizza, A. J. (1971). Journal of Mathematical Sociology 1, 187-193.

    Examples
    --------
    >>> round(evenness_information([40, 0, 0], [1000, 2000, 3000]), 4)
    0.3011

    """
    return multigroup_information(np.stack(_areas(participants, population), axis=1))


@np.errstate(all="ignore")
def evenness_isolation(participants: ArrayLike, population: ArrayLike) -> float:
    """What share of an average participant's area took part?

    Parameters
    ----------
    participants, population
        As in `evenness_dissimilarity`.

    Returns
    -------
    float
        xPx, sum (x/X)(x/t), from the overall participation rate (even) to 1; nan where nobody took part.

    Raises
    ------
    InputError
        For negative numbers, vectors that do not fit together, and more participants than people.

    References
    ----------
    Massey, D. S. and Denton, N. A. (1988). Social Forces 67, 281-315.

    Examples
    --------
    >>> round(evenness_isolation([40, 0, 0], [1000, 2000, 3000]), 4)
    0.04

    """
    x, y = _areas(participants, population)
    return float((x / x.sum() * x / (x + y)).sum())


@np.errstate(all="ignore")
def evenness_interaction(participants: ArrayLike, population: ArrayLike) -> float:
    """What share of an average participant's area did not take part?

    Parameters
    ----------
    participants, population
        As in `evenness_dissimilarity`.

    Returns
    -------
    float
        xPy, one minus `evenness_isolation`.

    Raises
    ------
    InputError
        For negative numbers, vectors that do not fit together, and more participants than people.

    References
    ----------
    Massey, D. S. and Denton, N. A. (1988). Social Forces 67, 281-315.

    Examples
    --------
    >>> round(evenness_interaction([40, 0, 0], [1000, 2000, 3000]), 4)
    0.96

    """
    x, y = _areas(participants, population)
    return float((x / x.sum() * y / (x + y)).sum())


@np.errstate(all="ignore")
def evenness_correlation_ratio(participants: ArrayLike, population: ArrayLike) -> float:
    """How isolated are participants beyond what the participation rate alone gives?

    Parameters
    ----------
    participants, population
        As in `evenness_dissimilarity`.

    Returns
    -------
    float
        Eta squared, (xPx - P)/(1 - P), 0 (even) to 1; nan where nobody or everybody took part.

    Raises
    ------
    InputError
        For negative numbers, vectors that do not fit together, and more participants than people.

    References
    ----------
    Massey, D. S. and Denton, N. A. (1988). Social Forces 67, 281-315.

    Examples
    --------
    >>> round(evenness_correlation_ratio([40, 0, 0], [1000, 2000, 3000]), 4)
    0.0336

    """
    x, y = _areas(participants, population)
    rate = x.sum() / (x + y).sum()
    return float(((x / x.sum() * x / (x + y)).sum() - rate) / np.where(rate < 1, 1 - rate, np.nan))


@np.errstate(all="ignore")
def evenness_atkinson(participants: ArrayLike, population: ArrayLike, *, b: float = 0.5) -> float:
    """How uneven are the areas' participation rates, with a chosen weight on low ones?

    Parameters
    ----------
    participants, population
        As in `evenness_dissimilarity`.
    b : float, default 0.5
        Above 0 and below 1; above a half, areas that took part more than average weigh more.

    Returns
    -------
    float
        Atkinson index of segregation, 0 (even) to 1; nan where nobody or everybody took part.

    Raises
    ------
    InputError
        For negative numbers, vectors that do not fit together, more participants than people, and a ``b`` outside 0 to
        1.

    References
    ----------
    Massey, D. S. and Denton, N. A. (1988). Social Forces 67, 281-315.

    Examples
    --------
    >>> round(evenness_atkinson([40, 0, 0], [1000, 2000, 3000]), 4)
    0.8389

    """
    weight = share(b, "b")
    x, y = _areas(participants, population)
    shares = (y / y.sum()) ** (1 - weight) * (x / x.sum()) ** weight
    return float(1 - shares.sum() ** (1 / (1 - weight)))


def _table(counts: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Shares of the total by row and group, by row and by group, for rows with anybody in them."""
    given = numbers(counts, "counts", "nonnegative", ndim=2)
    total = given.sum()
    table = given[given.sum(axis=1) > 0] / (total if total > 0 else np.nan)
    if not total > 0:
        table = np.full((1, given.shape[1]), np.nan)
    return table, table.sum(axis=1), table.sum(axis=0)


@np.errstate(all="ignore")
def multigroup_dissimilarity(counts: ArrayLike) -> float:
    """How unevenly are several groups spread over sessions or areas?

    Parameters
    ----------
    counts : array_like
        People, one row a session or area, one column a group.

    Returns
    -------
    float
        ``sum t |p - P| / (2 T sum P(1-P))``, 0 (every row has the overall shares) to 1; nan where there is one group.

    Raises
    ------
    InputError
        For counts that are not a table of numbers from 0.

    References
    ----------
    Reardon, S. F. and Firebaugh, G. (2002). Measures of multigroup segregation. Sociological Methodology 32, 33-67.

    Examples
    --------
    >>> round(multigroup_dissimilarity([[5, 0, 7], [2, 9, 1], [30, 30, 30], [0, 4, 4]]), 4)
    0.1741

    """
    table, rows, groups = _table(counts)
    mixing = (groups * (1 - groups)).sum()
    return float(
        np.abs(table - np.outer(rows, groups)).sum() / 2 / np.where(mixing > 0, mixing, np.nan)
    )


@np.errstate(all="ignore")
def multigroup_information(counts: ArrayLike) -> float:
    """How much less uncertain is a person's group, once the session or area is known?

    Parameters
    ----------
    counts
        As in `multigroup_dissimilarity`.

    Returns
    -------
    float
        Theil's H, 0 to 1; nan where there is one group only.

    Raises
    ------
    InputError
        For counts that are not a table of numbers from 0.

    References
    ----------
    Reardon, S. F. and Firebaugh, G. (2002), as in `multigroup_dissimilarity`.

    Examples
    --------
    >>> round(multigroup_information([[5, 0, 7], [2, 9, 1], [30, 30, 30], [0, 4, 4]]), 4)
    0.0938

    """
    table, rows, groups = _table(counts)
    entropy = special.entr(groups).sum()
    mutual = special.rel_entr(table, np.outer(rows, groups)).sum()
    return float(mutual / np.where(entropy > 0, entropy, np.nan))


@np.errstate(all="ignore")
def multigroup_diversity(counts: ArrayLike) -> float:
    """How mixed are all people together?

    Parameters
    ----------
    counts
        As in `multigroup_dissimilarity`.

    Returns
    -------
    float
        Entropy of the overall shares in nats, 0 (one group) to the logarithm of the number of groups; nan for nobody.

    Raises
    ------
    InputError
        For counts that are not a table of numbers from 0.

    References
    ----------
    Theil, H. (1967). Economics and Information Theory. North-Holland.
    Reardon, S. F. and Firebaugh, G. (2002), as in `multigroup_dissimilarity`.

    Examples
    --------
    >>> round(multigroup_diversity([[1, 1], [2, 2]]), 4)
    0.6931

    """
    return float(special.entr(_table(counts)[2]).sum())


@np.errstate(all="ignore")
def multigroup_exposure(counts: ArrayLike) -> float:
    """How much less do the groups meet than they would if every session had the overall shares?

    Parameters
    ----------
    counts
        As in `multigroup_dissimilarity`.

    Returns
    -------
    float
        Normalised exposure, sum t (p - P)^2 / (T (1-P)), 0 to 1; nan where there is one group only.

    Raises
    ------
    InputError
        For counts that are not a table of numbers from 0.

    References
    ----------
    Reardon, S. F. and Firebaugh, G. (2002), as in `multigroup_dissimilarity`.

    Examples
    --------
    >>> round(multigroup_exposure([[5, 0, 7], [2, 9, 1], [30, 30, 30], [0, 4, 4]]), 4)
    0.0809

    """
    table, rows, groups = _table(counts)
    gap = table / rows[:, None] - groups
    return float((rows[:, None] * gap**2 / np.where(groups < 1, 1 - groups, np.nan)).sum())


@np.errstate(all="ignore")
def multigroup_simpson_interaction(counts: ArrayLike) -> float:
    """How likely are two people drawn at random to be of different groups?

    Parameters
    ----------
    counts
        As in `multigroup_dissimilarity`.

    Returns
    -------
    float
        sum P (1-P), 0 (one group) to 1 - 1/groups; nan for nobody.

    Raises
    ------
    InputError
        For counts that are not a table of numbers from 0.

    References
    ----------
    Simpson, E. H. (1949). Measurement of diversity. Nature 163, 688.
    Reardon, S. F. and Firebaugh, G. (2002), as in `multigroup_dissimilarity`.

    Examples
    --------
    >>> multigroup_simpson_interaction([[1, 1], [2, 2]])
    0.5

    """
    groups = _table(counts)[2]
    return float((groups * (1 - groups)).sum())
