"""R-indicators and coefficients of variation of participation, with their partials.

From aggregate tables, and from a participation model fitted to grouped counts of everybody who was
invited.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, out, vector, within
from coprep.metrics.participation._participation import (
    Fit,
    Sample,
    grouped_sample,
    participation_fit,
)


class AggregateRIndicator(NamedTuple):
    """Variation of participation between the groups of one attribute, from a population table
    alone.

    Attributes
    ----------
    r : float or ndarray
        1 - 2S; 1 where all groups took part alike. Blind at low participation: see ``cv``.
    lower_bound : float or ndarray
        The least R that is possible at this rate of participation.
    cv : float or ndarray
        Coefficient of variation of the participation rates, S over the mean rate; equals
        `cohens_w`.
    mean_rate : float or ndarray
        Participants over population.
    category_partials : ndarray
        Signed contribution sqrt(K/N) (rate - mean rate) of each group; their squares add up to S
        squared.

    """

    r: Floats
    lower_bound: Floats
    cv: Floats
    mean_rate: Floats
    category_partials: Floats


class RIndicator(NamedTuple):
    """How much the modelled chance of taking part varies between people.

    Attributes
    ----------
    r : float
        1 - 2S, adjusted for the variance that estimation itself adds.
    r_unadjusted, r_se : float
        Without the adjustment, and its standard error.
    lower_bound : float
        The least R that is possible at this mean propensity.
    bias_factor : float
        The part of the variance of propensities that is left after the adjustment, 0 to 1.
    mean_propensity : float
        Mean chance of taking part.
    cv, cv_unadjusted, cv_se : float
        Coefficient of variation of the propensities, adjusted and not, and its standard error.
    design : str
        "SI" (one weight), "STSI" (a weight a stratum) or "PPS" (more weights than strata are
        likely).
    propensities : ndarray
        The modelled chance of each row.

    """

    r: float
    r_unadjusted: float
    r_se: float
    lower_bound: float
    bias_factor: float
    mean_propensity: float
    cv: float
    cv_unadjusted: float
    cv_se: float
    design: str
    propensities: Floats


class PartialRIndicator(NamedTuple):
    """What one variable adds to the variation of participation.

    Attributes
    ----------
    categories : ndarray
        Its categories, sorted; the category arrays follow this order.
    unconditional, unconditional_unadjusted, unconditional_se : float
        Variation between its categories; 0 where they took part alike.
    category_unconditional, category_unconditional_se : ndarray
        Signed contribution of each category, unadjusted.
    conditional, conditional_unadjusted : float
        Variation left within cells of the other variables.
    category_conditional, category_conditional_se : ndarray
        The same of each category, unadjusted, without sign.

    """

    categories: NDArray[np.generic]
    unconditional: float
    unconditional_unadjusted: float
    unconditional_se: float
    category_unconditional: Floats
    category_unconditional_se: Floats
    conditional: float
    conditional_unadjusted: float
    category_conditional: Floats
    category_conditional_se: Floats


@np.errstate(all="ignore")
def aggregate_r_indicator(participants: ArrayLike, population: ArrayLike) -> AggregateRIndicator:
    """How much do participation rates vary between groups whose population counts are known?

    Parameters
    ----------
    participants : array_like
        People of each group who took part, along the last axis.
    population : array_like
        People of each group who live there.

    Returns
    -------
    AggregateRIndicator
        ``r``, ``lower_bound``, ``cv``, ``mean_rate``, ``category_partials``; nan where the
        population is 0.

    Raises
    ------
    InputError
        For more participants than people.

    Notes
    -----
    At low participation R is near 1 whatever the skew; the coefficient of variation is not, and is
    the number to report.

    References
    ----------
    Schouten, B., Cobben, F. and Bethlehem, J. (2009). Indicators for the representativeness of
    survey response. Survey Methodology 35. Schouten, B. and Shlomo, N. (2017).
    doi:10.1111/insr.12159.

    Examples
    --------
    >>> found = aggregate_r_indicator([30, 5, 5], [340, 330, 330])
    >>> round(float(found.r), 3), round(float(found.cv), 3)
    (0.931, 0.866)

    """
    x = vector(participants, "participants")
    k = vector(population, "population")
    try:
        x, k = np.broadcast_arrays(x, k)
    except ValueError:
        raise InputError.of(
            f"shapes do not fit together: participants {x.shape}, population {k.shape}.",
            code="shape",
            param="population",
        ) from None
    within(x, k, ("participants", "population"))
    total = k.sum(axis=-1, keepdims=True)
    mean = x.sum(axis=-1, keepdims=True) / np.where(total > 0, total, np.nan)
    partials = np.where(k > 0, np.sqrt(k / total) * (x / k - mean), 0.0) + 0 * mean
    spread = np.sqrt((partials**2).sum(axis=-1))
    rate = mean[..., 0]
    bound = 1 - 2 * np.sqrt(rate * (1 - rate))
    cv = spread / np.where(rate > 0, rate, np.nan)
    return AggregateRIndicator(out(1 - 2 * spread), out(bound), out(cv), out(rate), partials)


def _bias(sample: Sample, fit: Fit) -> float:
    """What estimation adds to the variance of the propensities."""
    total = sample.mass.sum()
    added = (
        sample.mass * np.einsum("ij,jk,ik->i", fit.gradient, fit.covariance, fit.gradient)
    ).sum()
    return float((added - sample.variance_of_total(fit.propensity) / total) / total)


def _variance(sample: Sample, fit: Fit) -> float:
    """Variance of the estimated R."""
    share = sample.mass / sample.mass.sum()
    rho = fit.propensity - share @ fit.propensity
    z = fit.gradient - share @ fit.gradient
    a = (share * rho) @ z
    b = (share[:, None] * z).T @ z
    of_total = sample.variance_of_total(rho**2) / sample.mass.sum() ** 2
    linear = 4 * a @ fit.covariance @ a
    quadratic = 2 * np.trace(b @ fit.covariance @ b @ fit.covariance)
    return float((linear + quadratic + of_total) / (share @ rho**2))


def _indicator(sample: Sample, fit: Fit) -> RIndicator:
    """All numbers of one fitted model."""
    total = sample.mass.sum()
    mean = float(sample.mass @ fit.propensity / total)
    spread = float(sample.mass @ (fit.propensity - mean) ** 2 / (total - 1))
    factor = max(0.0, 1 - _bias(sample, fit) / spread) if spread > 0 else float("nan")
    variance = _variance(sample, fit) if spread > 0 else float("nan")
    unadjusted = spread**0.5
    adjusted = (spread * factor) ** 0.5
    cv_unadjusted = unadjusted / mean if mean > 0 else float("nan")
    cv = adjusted / mean if mean > 0 else float("nan")
    cv_se = (
        (0.25 * variance / mean**2 + cv_unadjusted**4 / sample.size.sum()) ** 0.5
        if mean > 0
        else float("nan")
    )
    return RIndicator(
        1 - 2 * adjusted,
        1 - 2 * unadjusted,
        variance**0.5,
        1 - 2 * (mean * (1 - mean)) ** 0.5,
        factor,
        mean,
        cv,
        cv_unadjusted,
        float(cv_se),
        sample.design(),
        fit.propensity,
    )


@np.errstate(all="ignore")
def r_indicator(
    people: ArrayLike,
    took_part: ArrayLike,
    *,
    variables: Mapping[str, ArrayLike],
    weights: ArrayLike = 1.0,
    link: str = "logit",
) -> RIndicator:
    """How much does the chance of taking part vary with who people are?

    Parameters
    ----------
    people : array_like
        People asked, in each row of a table of everybody who was asked; whole numbers, one vector.
    took_part : array_like
        How many of them took part.
    variables : mapping of str to array_like
        Columns of categories that explain taking part: one label or code for each row. Their main
        effects are fitted; give a combined column for an interaction.
    weights : array_like, default 1
        People of the population that each asked person stands for; 1 where everybody was asked.
    link : {"logit", "identity"}, default "logit"
        Logistic or linear model of taking part.

    Returns
    -------
    RIndicator
        Estimates, adjusted for the bias of estimation, with standard errors. Rows without people
        are left out of ``propensities``.

    Raises
    ------
    InputError
        For columns of different lengths and more participants than people.

    References
    ----------
    Shlomo, N., Skinner, C. and Schouten, B. (2012). Estimation of an indicator of the
    representativeness of survey response. Journal of Statistical Planning and Inference.
    doi:10.1016/j.jspi.2011.07.008.

    Examples
    --------
    >>> found = r_indicator([500, 500], [150, 250], variables={"age": ["young", "old"]})
    >>> round(found.r, 3), round(found.r_se, 3)
    (0.805, 0.031)

    """
    choice(link, "link", ("logit", "identity"))
    sample = grouped_sample(people, took_part, variables, weights)
    return _indicator(sample, participation_fit(sample, list(range(len(sample.names))), link))


def _category_errors(sample: Sample, fit: Fit, code: NDArray[np.intp], masses: Floats) -> Floats:
    """Standard errors of the signed contributions of categories."""
    total = sample.mass.sum()
    errors = []
    for category, mass in enumerate(masses):
        mine = code == category
        inside = sample.variance_of_total(np.where(mine, fit.propensity, 0.0))
        outside = sample.variance_of_total(np.where(mine, 0.0, fit.propensity))
        errors.append(mass / total * (inside * (1 / mass - 1 / total) ** 2 + outside / total**2))
    return np.asarray(np.sqrt(np.array(errors)))


def _within_others(sample: Sample, variable: int, values: Floats) -> Floats:
    """``values`` minus their weighted mean in the cell of the other variables."""
    others = [sample.codes[v] for v in range(len(sample.codes)) if v != variable]
    key = np.zeros(len(sample.size), dtype=np.intp)
    if others:
        key = np.unique(np.stack(others, axis=1), axis=0, return_inverse=True)[1].ravel()
    mass = np.bincount(key, sample.mass)
    table = values.reshape(len(values), -1)
    means = np.stack([np.bincount(key, sample.mass * column) / mass for column in table.T], axis=1)
    return np.asarray((table - means[key]).reshape(values.shape))


def _conditional_errors(sample: Sample, fit: Fit, rho: Floats, variable: int) -> Floats:
    """Approximate standard errors of the conditional contributions of categories."""
    z = _within_others(sample, variable, fit.gradient)
    total = sample.mass.sum()
    errors = []
    for category in range(len(sample.labels[variable])):
        mine = np.where(sample.codes[variable] == category, 1.0, 0.0)
        mass = sample.mass * mine
        a = (mass * rho) @ z
        b = (mass[:, None] * z).T @ z
        linear = 4 * a @ fit.covariance @ a
        quadratic = 2 * np.trace(b @ fit.covariance @ b @ fit.covariance)
        of_total = sample.variance_of_total(rho**2 * mine)
        errors.append(0.25 * (linear + quadratic + of_total) / (total * (mass * rho**2).sum()))
    return np.asarray(np.sqrt(np.array(errors)))


@np.errstate(all="ignore")
def partial_r_indicator(
    people: ArrayLike,
    took_part: ArrayLike,
    *,
    variables: Mapping[str, ArrayLike],
    variable: str,
    weights: ArrayLike = 1.0,
    link: str = "logit",
) -> PartialRIndicator:
    """How much of the variation in taking part goes with one variable, alone and beyond the others?

    Parameters
    ----------
    people, took_part, variables, weights, link
        As in `r_indicator`; the model holds all variables.
    variable : str
        The one that is asked about.

    Returns
    -------
    PartialRIndicator
        Unconditional and conditional partial indicators, of the variable and of its categories.
        With no other variable the conditional ones equal the unconditional ones.

    Raises
    ------
    InputError
        As in `r_indicator`, and for a variable that is not in the model.

    References
    ----------
    Schouten, B. and Shlomo, N. (2017). Selecting adaptive survey design strata with partial
    R-indicators. International Statistical Review. doi:10.1111/insr.12159.

    Examples
    --------
    >>> found = partial_r_indicator([500, 500], [150, 250], variables={"age": ["young", "old"]}, variable="age")
    >>> found.category_unconditional.round(4).tolist()
    [0.0707, -0.0707]

    """
    choice(link, "link", ("logit", "identity"))
    sample = grouped_sample(people, took_part, variables, weights)
    at = sample.names.index(choice(variable, "variable", sample.names))
    fit = participation_fit(sample, list(range(len(sample.names))), link)
    whole = _indicator(sample, fit)
    alone = _indicator(sample, participation_fit(sample, [at], link))
    code = sample.codes[at]
    total = sample.mass.sum()
    masses = np.bincount(code, sample.mass).astype(float)
    means = np.bincount(code, sample.mass * fit.propensity) / masses
    signed = np.sqrt(masses / total) * (means - whole.mean_propensity)
    rho = _within_others(sample, at, fit.propensity)
    squares = np.bincount(code, sample.mass * rho**2) / total
    between = float((signed**2).sum())
    inside = float(squares.sum())
    factor = whole.bias_factor
    return PartialRIndicator(
        sample.labels[at],
        (between * factor) ** 0.5,
        between**0.5,
        alone.r_se / 2,
        signed,
        _category_errors(sample, fit, code, masses),
        (inside * factor) ** 0.5,
        inside**0.5,
        np.sqrt(squares),
        _conditional_errors(sample, fit, rho, at),
    )
