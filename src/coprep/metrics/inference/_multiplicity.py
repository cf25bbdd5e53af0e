"""How sure we are of one finding among many: adjusted p-values and e-values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, inputs, out, share


def _step_down(p: Floats, adjust: Callable[[Floats, Floats], Floats]) -> Floats:
    """Adjust from the smallest up; no p-value ends below a smaller one's."""
    order = np.argsort(p, kind="stable")
    left = len(p) - np.arange(len(p), dtype=float)
    result = np.empty_like(p)
    result[order] = np.maximum.accumulate(adjust(p[order], left))
    return result


def _step_up(p: Floats, factor: Floats) -> Floats:
    """Adjust from the largest down; no p-value ends above a larger one's."""
    order = np.argsort(p, kind="stable")[::-1]
    result = np.empty_like(p)
    result[order] = np.minimum.accumulate(p[order] * factor)
    return result


def _bh(p: Floats) -> Floats:
    return _step_up(p, len(p) / np.arange(len(p), 0.0, -1))


def _hommel(p: Floats) -> Floats:
    """Hommel's closed procedure, one pass for every size of intersection (Wright 1992)."""
    m = len(p)
    order = np.argsort(p, kind="stable")
    value = p[order]
    ranks = np.arange(1.0, m + 1)
    adjusted = smallest = np.full(m, (m * value / ranks).min())
    for size in range(m - 1, 1, -1):
        cut = m - size + 1
        least = (size * value[cut:] / np.arange(2.0, size + 1)).min()
        smallest = np.empty(m)
        smallest[:cut] = np.minimum(size * value[:cut], least)
        smallest[cut:] = smallest[cut - 1]
        adjusted = np.maximum(adjusted, smallest)
    result = np.empty(m)
    result[order] = np.maximum(adjusted, value)
    return result


# Holm's is called in a loop and stays ours with its kin; statsmodels' agree with all of these.
_METHODS: dict[str, Callable[[Floats], Floats]] = {
    "holm": lambda p: _step_down(p, lambda value, left: value * left),
    "hochberg": lambda p: _step_up(p, np.arange(1.0, len(p) + 1)),
    "hommel": _hommel,
    "bonferroni": lambda p: p * len(p),
    "bh": _bh,
    "by": lambda p: _bh(p) * float((1 / np.arange(1.0, len(p) + 1)).sum()),
    "sidak": lambda p: np.asarray(-np.expm1(len(p) * np.log1p(-p))),
    "holm-sidak": lambda p: _step_down(p, lambda value, left: -np.expm1(left * np.log1p(-value))),
    "none": np.asarray,
}


@np.errstate(divide="ignore")
def adjust_p_values(p: ArrayLike, *, method: str = "holm") -> Floats:
    """How large is each p-value once all the questions asked together are counted?

    Parameters
    ----------
    p : array_like
        p-values of one family, 0 to 1. nan is no question: it stays nan and is not counted.
    method : str, default "holm"
        Against any false finding: "holm", "bonferroni"; "hommel" and "hochberg" for independent or
        positively dependent tests; "sidak" and "holm-sidak" for independent ones. Against a share
        of false findings: "bh" for independent or positively dependent tests, "by" for any. "none"
        returns p.

    Returns
    -------
    float or ndarray
        Adjusted p-values in the given order and shape, at most 1; compare them with alpha.

    Raises
    ------
    InputError
        For numbers outside 0 to 1 and unknown methods.

    References
    ----------
    Holm, S. (1979). Scandinavian Journal of Statistics 6, 65-70. Benjamini, Y. and Hochberg, Y.
    (1995). JRSS B 57, 289-300. Benjamini, Y. and Yekutieli, D. (2001). Annals of Statistics 29,
    1165-1188. Hommel, G. (1988). Biometrika 75, 383-386.

    Examples
    --------
    >>> adjust_p_values([0.01, 0.04, 0.03, 0.005]).round(3).tolist()
    [0.03, 0.06, 0.06, 0.02]

    """
    choice(method, "method", tuple(_METHODS))
    (given,) = inputs(p=(p, "share"))
    asked = ~np.isnan(given)
    result = given.copy()
    if asked.any():
        result[asked] = np.minimum(_METHODS[method](given[asked]), 1.0)
    return out(result)


def e_bh(e: ArrayLike, *, alpha: float = 0.05) -> NDArray[np.bool_]:
    """Which groups may be called out together, given one e-value each?

    At most a share ``alpha`` of the groups called out is false on average, however the e-values
    depend on each other.

    Parameters
    ----------
    e : array_like
        Current e-values, 0 or more; one vector. nan is no question. Running maxima are not
        e-values.
    alpha : float, default 0.05
        Tolerated share of false findings.

    Returns
    -------
    ndarray of bool
        True for the groups that are called out.

    Raises
    ------
    InputError
        For e-values below 0 or that are not one vector, and an ``alpha`` outside 0 to 1.

    Notes
    -----
    The k largest are called out, k the largest number for which the k-th largest e-value is at
    least m/(alpha k).

    References
    ----------
    Wang, R. and Ramdas, A. (2022). False discovery rate control with e-values. JRSS B 84, 822-852.

    Examples
    --------
    >>> e_bh([120.0, 1.0, 45.0, 0.2]).tolist()
    [True, False, True, False]

    """
    level = share(alpha, "alpha")
    (given,) = inputs(e=(e, "number"))
    if given.ndim != 1 or (given < 0).any():
        raise InputError.of("e must be one vector of numbers from 0.", param="e", got=given)
    asked = ~np.isnan(given)
    found = np.zeros(len(given), dtype=bool)
    values = given[asked]
    ranked = np.sort(values)[::-1]
    enough = np.flatnonzero(ranked * np.arange(1, len(ranked) + 1) * level >= len(ranked))
    if enough.size:
        found[asked] = values >= ranked[enough[-1]]
    return found
