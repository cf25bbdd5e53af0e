"""Evidence that stays valid however often one looks: e-values and confidence sequences of shares."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, out, positions, share, vector, within
from coprep.metrics._checks import whole as whole_number
from coprep.metrics._results import Interval
from coprep.metrics._tails import beta_log_cdf

EValueAlternative = Literal["two-sided", "less", "greater"]
Prior = tuple[ArrayLike, ArrayLike]

CONCENTRATION = 10.0
"""How many people the usual prior is worth: Beta(10 P, 10 (1 - P))."""

_MOST_SIZES = 2048  # group sizes that a prior on a finite population is spread over
_HALVINGS = 90
_SMALLEST_LOG = -745.0  # of a positive float


def e_value(
    x: ArrayLike,
    n: ArrayLike,
    baseline: ArrayLike,
    *,
    ratio: ArrayLike = 1.0,
    alternative: EValueAlternative = "two-sided",
    prior: Prior | None = None,
    population: int | None = None,
    log: bool = False,
) -> Floats:
    """How strongly do these people speak against a share, however often one has looked before?

    Parameters
    ----------
    x, n : array_like
        People in the group, and all people who came so far.
    baseline : array_like
        The group's baseline share P, between 0 and 1.
    ratio : array_like, default 1.0
        The null is a share of ``ratio * P``: 1 is parity, 0.8 an edge of the band.
    alternative : {"two-sided", "less", "greater"}, default "two-sided"
        Against a share of exactly the null's; with "less" against that or a larger one, so that
        the e-value is evidence of a shortfall; with "greater" of an excess.
    prior : (array_like, array_like), optional
        The a and b of the Beta law that the evidence is averaged over, cut to the alternative. By
        default 10 P and 10 (1 - P).
    population : int, optional
        How many people there are to come, when they are few: nobody comes twice.
    log : bool, default False
        The natural logarithm instead, which neither overflows nor underflows.

    Returns
    -------
    float or ndarray
        The e-value, from 0; 1 before anybody came. Under the null it reaches 1/alpha at any time
        with a chance of at most alpha. nan where the null share is not between 0 and 1.

    Raises
    ------
    InputError
        For counts above their total or the population, shares outside 0 to 1, and a prior that is
        not positive.

    Notes
    -----
    The evidence is a likelihood ratio of the arrivals in their order, averaged over the prior [1]_.
    With "less" each likelihood ratio is a supermartingale under every share of the null, and so is
    their average. Without replacement the prior is a law on the group's size in the population, and
    the two-sided e-value the ratio of prior and posterior [2]_; the size that the null means is
    rounded to the next whole one, for one-sided alternatives in favour of the null.

    References
    ----------
    .. [1] Robbins, H. (1970). Statistical methods related to the law of the iterated logarithm.
       Annals of Mathematical Statistics 41, 1397-1409.
    .. [2] Waudby-Smith, I. and Ramdas, A. (2020). Confidence sequences for sampling without
       replacement. Advances in Neural Information Processing Systems 33.

    Examples
    --------
    Four of sixty where 18% live: evidence of a shortfall, but less than the 20 that a false alarm
    rate of 5% asks for.

    >>> round(float(e_value(4, 60, 0.18, alternative="less")), 1)
    13.0
    """
    choice(alternative, "alternative", get_args(EValueAlternative))
    count, total, p, times = inputs(
        x=(x, "whole"), n=(n, "whole"), baseline=(baseline, "share"), ratio=(ratio, "nonnegative")
    )
    within(count, total, ("x", "n"))
    a, b = _prior(prior, p)
    with np.errstate(all="ignore"):
        if population is None:
            log_e = _with_replacement(count, total - count, p * times, a, b, alternative)
        else:
            size = whole_number(population, "population", low=1)
            within(total, np.full_like(total, size), ("n", "population"))
            log_e = _without_replacement(count, total, p * times * size, size, a, b, alternative)
        open_null = (p * times > 0) & (p * times < 1)
        log_e = np.where(open_null | np.isnan(p + times), log_e, np.nan)
        return out(log_e if log else np.exp(log_e))


def confidence_sequence(
    x: ArrayLike,
    n: ArrayLike,
    *,
    prior: Prior = (1.0, 1.0),
    population: int | None = None,
    confidence: float = 0.95,
) -> Interval[Floats]:
    """Between which limits does the share lie, at this and every other time one looks?

    Parameters
    ----------
    x, n : array_like
        People in the group, and all people who came so far.
    prior : (array_like, array_like), default (1.0, 1.0)
        The a and b of the Beta law that the evidence is averaged over: the limits are narrowest
        for shares that it deems likely.
    population : int, optional
        How many people there are to come, when they are few. The share is then the group's in the
        population, and known once everybody came.
    confidence : float, default 0.95
        How surely all limits, of all times, hold the share together.

    Returns
    -------
    Interval
        Shares from 0 to 1: those of which the two-sided `e_value` is below 1/(1 - confidence) at
        this time. Limits of different times are not intersected: what that leaves can be empty.

    Raises
    ------
    InputError
        For counts above their total or the population, and a prior that is not positive.

    References
    ----------
    Howard, S. R., Ramdas, A., McAuliffe, J. and Sekhon, J. (2021). Time-uniform, nonparametric,
    nonasymptotic confidence sequences. Annals of Statistics 49, 1055-1080.

    Examples
    --------
    >>> low, high = confidence_sequence(4, 60, prior=(1.8, 8.2))
    >>> round(float(low), 3), round(float(high), 3)
    (0.01, 0.2)
    """
    level = share(confidence, "confidence")
    count, total = inputs(x=(x, "whole"), n=(n, "whole"))
    within(count, total, ("x", "n"))
    a, b = _prior(prior, count)
    count, total, a, b = (np.array(part) for part in np.broadcast_arrays(count, total, a, b))
    bound = -np.log1p(-level)
    with np.errstate(all="ignore"):
        if population is None:
            low, high = _limits(count, total - count, a, b, bound)
        else:
            size = whole_number(population, "population", low=1)
            within(total, np.full_like(total, size), ("n", "population"))
            low, high = _size_limits(count, total, size, a, b, bound)
    unknown = np.isnan(count) | np.isnan(total)
    return Interval(out(np.where(unknown, np.nan, low)), out(np.where(unknown, np.nan, high)))


def dirichlet_e_value(
    counts: ArrayLike,
    baseline: ArrayLike,
    *,
    prior: ArrayLike | None = None,
    log: bool = False,
) -> Floats:
    """How strongly do these people speak against the whole profile, however often one has looked?

    Parameters
    ----------
    counts : array_like
        People in each group so far; the last axis are the groups.
    baseline : array_like
        Baseline share of each group. They are brought to a sum of 1.
    prior : array_like, optional
        The Dirichlet law that the evidence is averaged over, a positive number a group. By default
        ten times the baseline share.
    log : bool, default False
        The natural logarithm instead, which neither overflows nor underflows.

    Returns
    -------
    float or ndarray
        The e-value, from 0; inf where somebody is in a group of which the baseline says that
        nobody is. At parity it reaches 1/alpha at any time with a chance of at most alpha.

    Raises
    ------
    InputError
        For counts that are not whole, and counts, shares and priors of different lengths.

    References
    ----------
    Lindon, M. and Malek, A. (2022). Anytime-valid inference for multinomial count data. Advances in
    Neural Information Processing Systems 35.

    Examples
    --------
    >>> round(float(dirichlet_e_value([40, 0, 0], [0.5, 0.3, 0.2], prior=[1, 1, 1], log=True)), 4)
    20.9678
    """
    x = vector(counts, "counts", "whole")
    shares = vector(baseline, "baseline")
    shares = shares / shares.sum(axis=-1, keepdims=True)
    weights = CONCENTRATION * shares if prior is None else vector(prior, "prior")
    lengths = {x.shape[-1], shares.shape[-1], weights.shape[-1]}
    if len(lengths) > 1:
        raise InputError.of(
            f"counts, baseline and prior have {x.shape[-1]}, {shares.shape[-1]} and "
            f"{weights.shape[-1]} groups; the same number is expected.",
            code="length",
            param="counts",
        )
    try:
        np.broadcast_shapes(x.shape[:-1], shares.shape[:-1], weights.shape[:-1])
    except ValueError:
        raise InputError.of(
            "counts, baseline and prior must have shapes that fit together.", code="shape"
        ) from None
    with np.errstate(all="ignore"):
        # A group of which the prior holds that nobody is adds nothing until somebody comes.
        gained = np.where(x > 0, special.gammaln(weights + x) - special.gammaln(weights), 0.0)
        of_null = np.where(x > 0, x * np.log(shares), 0.0)
        everybody = x.sum(axis=-1)
        whole = weights.sum(axis=-1)
        log_e = gained.sum(axis=-1) - of_null.sum(axis=-1)
        log_e = log_e + special.gammaln(whole) - special.gammaln(whole + everybody)
        impossible = ((shares == 0) & (x > 0)).any(axis=-1)
        log_e = np.where(impossible, np.inf, log_e)
        return out(log_e if log else np.exp(log_e))


def _prior(prior: Prior | None, p: Floats) -> tuple[Floats, Floats]:
    """The two numbers of the Beta law, checked."""
    if prior is None:
        return CONCENTRATION * p, CONCENTRATION * (1 - p)
    try:
        first, second = prior
    except (TypeError, ValueError):
        raise InputError.of(
            "prior must be two numbers above 0, such as (1, 1).", param="prior", got=prior
        ) from None
    a, b = inputs(prior=(first, "positive"), b=(second, "positive"))
    return a, b


def _with_replacement(
    x: Floats, rest: Floats, null: Floats, a: Floats, b: Floats, alternative: str
) -> Floats:
    """Log e-value of arrivals from a large population."""
    if alternative == "greater":
        return _with_replacement(rest, x, 1 - null, b, a, "less")
    log_null = special.xlogy(x, null) + special.xlog1py(rest, -null)
    log_e = special.betaln(a + x, b + rest) - special.betaln(a, b) - log_null
    if alternative == "less":
        log_e = log_e + beta_log_cdf(null, a + x, b + rest) - beta_log_cdf(null, a, b)
    return np.asarray(log_e)


def _without_replacement(
    x: Floats,
    n: Floats,
    group: Floats,
    size: int,
    a: Floats,
    b: Floats,
    alternative: str,
) -> Floats:
    """Log e-value of arrivals from ``size`` people, ``group`` of whom the null has in the group."""
    if alternative == "greater":
        return _without_replacement(n - x, n, size - group, size, b, a, "less")
    if alternative == "two-sided":
        return _of_size(x, n, np.round(group), size, a, b)
    null = np.floor(positions(group))
    parts = np.broadcast_arrays(x, n, null, a, b)
    flat = np.column_stack([part.ravel() for part in parts])
    found = np.empty(len(flat))
    # Every null and prior has its own spread of group sizes; there are few of them in a call.
    kinds, which = np.unique(flat[:, 2:], axis=0, return_inverse=True)
    for kind, (below, first, second) in enumerate(kinds):
        at = np.flatnonzero(which.ravel() == kind)
        for some in np.array_split(at, max(1, len(at) // 512)):
            found[some] = _shortfall(flat[some, 0], flat[some, 1], below, size, first, second)
    return found.reshape(parts[0].shape)


def _shortfall(x: Floats, n: Floats, null: float, size: int, a: float, b: float) -> Floats:
    """Log of the likelihoods of smaller groups than ``null`` over its own, averaged."""
    if not 0 < null <= size:
        return np.full(len(x), np.nan)
    groups, log_weight = _smaller_groups(float(null), int(size), float(a), float(b))
    rest = (n - x)[:, None]
    count = x[:, None]
    gained = _log_falling(groups, count) + _log_falling(size - groups, rest)
    of_null = _log_falling(np.array(null), x) + _log_falling(np.array(size - null), n - x)
    log_e = special.logsumexp(log_weight + gained, axis=1) - of_null
    return np.where(x >= null, -np.inf, log_e)


@lru_cache(maxsize=256)
def _smaller_groups(null: float, size: int, a: float, b: float) -> tuple[Floats, Floats]:
    """Group sizes below ``null`` and the logs of their chances; made once, however often one looks."""
    edges = np.unique(np.linspace(0, null, min(int(null), _MOST_SIZES) + 1).round())
    groups = edges[:-1]
    # All group sizes up to the next one have their chance there.
    log_chance = _log_beta_binomial(np.arange(null), size, a, b)
    chance = np.add.reduceat(np.exp(log_chance - log_chance.max()), groups.astype(np.intp))
    log_weight = np.log(chance / chance.sum())
    groups.setflags(write=False)
    log_weight.setflags(write=False)
    return groups, log_weight


def _log_beta_binomial(k: Floats, size: float, a: float, b: float) -> Floats:
    """Log chance of k of ``size`` when every share of a Beta law is possible, but for a constant."""
    rest = size - k
    log_choices = -special.gammaln(k + 1) - special.gammaln(rest + 1)
    return np.asarray(log_choices + special.gammaln(k + a) + special.gammaln(rest + b))


def _log_falling(there: Floats, taken: Floats) -> Floats:
    """Log of the ways to take people one after the other; -inf where there are too few."""
    left = np.maximum(there - taken, 0)
    ways = special.gammaln(there + 1) - special.gammaln(left + 1)
    return np.asarray(np.where(taken > there, -np.inf, ways))


def _of_size(x: Floats, n: Floats, group: Floats, size: int, a: Floats, b: Floats) -> Floats:
    """Log of prior over posterior of one size of the group; inf where it is ruled out."""
    marginal = special.betaln(a + x, b + n - x) - special.betaln(a, b)
    of_group = _log_falling(group, x) + _log_falling(size - group, n - x)
    return np.asarray(marginal - of_group + _log_falling(np.array(float(size)), n))


def _limits(x: Floats, rest: Floats, a: Floats, b: Floats, bound: float) -> tuple[Floats, Floats]:
    """The shares below and above the observed one at which the evidence reaches ``bound``."""
    low = _lower_limit(x, rest, a, b, bound)
    high = 1 - _lower_limit(rest, x, b, a, bound)
    return low, high


def _lower_limit(x: Floats, rest: Floats, a: Floats, b: Floats, bound: float) -> Floats:
    """The lower limit, by halving on the scale of logarithms, where small shares are far apart."""
    marginal = special.betaln(a + x, b + rest) - special.betaln(a, b)
    inside = np.log(x / (x + rest))
    outside = np.full(x.shape, _SMALLEST_LOG)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        log_e = marginal - x * middle - special.xlog1py(rest, -np.exp(middle))
        inside = np.where(log_e < bound, middle, inside)
        outside = np.where(log_e < bound, outside, middle)
    return np.where(x > 0, np.exp(inside), 0.0)


def _size_limits(
    x: Floats, n: Floats, size: int, a: Floats, b: Floats, bound: float
) -> tuple[Floats, Floats]:
    """The smallest and the largest size of the group with evidence below ``bound``, as shares."""
    fewest = x
    most = size - (n - x)
    likeliest = np.clip(np.floor(x * (size + 1) / np.maximum(n, 1)), fewest, most)

    def furthest(outside: Floats) -> Floats:
        """The size nearest to ``outside``, from the likeliest one, that is not ruled out."""
        inside = likeliest
        end_holds = _of_size(x, n, outside, size, a, b) < bound
        for _ in range(int(size).bit_length() + 1):
            middle = inside + np.trunc((outside - inside) / 2)
            holds = _of_size(x, n, middle, size, a, b) < bound
            outside = np.where(holds, outside, middle)
            inside = np.where(holds, middle, inside)
        return np.where(end_holds, np.nan, inside)

    low = furthest(fewest)
    high = furthest(most)
    return np.where(np.isnan(low), fewest, low) / size, np.where(np.isnan(high), most, high) / size
