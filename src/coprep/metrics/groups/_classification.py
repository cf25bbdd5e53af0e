"""Rates of confusion tables, and how groups differ in them.

A confusion table is an array whose last two axes are the label (``y_true``: no, yes) and the
prediction (``y_pred``: no, yes), as in ``[[TN, FP], [FN, TP]]``; the axes before them are groups,
strata or replicates. Cells are counts or sums of weights. A rate whose denominator is 0 is nan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, number, numbers
from coprep.wording.labels import show

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Undefined = Literal["strict", "skip"]
UNDEFINED = ("strict", "skip")
_CELLS = {"TN": (0, 0), "FP": (0, 1), "FN": (1, 0), "TP": (1, 1)}


@dataclass(frozen=True, slots=True)
class ConfusionRate:
    """One rate of a confusion table: which cells are counted, and out of which.

    Attributes
    ----------
    numerator, denominator : tuple of str
        Cells among ``"TN"``, ``"FP"``, ``"FN"``, ``"TP"``; one that is named twice counts twice.
    of : str
        What the denominator counts, in words.
    """

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    of: str

    @property
    def is_share(self) -> bool:
        """Whether the numerator is part of the denominator, so that the rate lies between 0 and
        1.
        """
        return set(self.numerator) <= set(self.denominator)

    @property
    def counts_rows(self) -> bool:
        """Whether every row counts once."""
        return len(set(self.denominator)) == len(self.denominator)


def _rate(numerator: str, denominator: str, of: str) -> ConfusionRate:
    return ConfusionRate(tuple(numerator.split()), tuple(denominator.split()), of)


_ALL = "TN FP FN TP"
CONFUSION_RATES: Mapping[str, ConfusionRate] = MappingProxyType(
    {
        "selection_rate": _rate("TP FP", _ALL, "rows"),
        "rejection_rate": _rate("TN FN", _ALL, "rows"),
        "base_rate": _rate("TP FN", _ALL, "rows"),
        "true_positive_rate": _rate("TP", "TP FN", "rows with a positive y_true"),
        "false_negative_rate": _rate("FN", "TP FN", "rows with a positive y_true"),
        "false_positive_rate": _rate("FP", "FP TN", "rows with a negative y_true"),
        "true_negative_rate": _rate("TN", "FP TN", "rows with a negative y_true"),
        "positive_predictive_value": _rate("TP", "TP FP", "rows with a positive y_pred"),
        "false_discovery_rate": _rate("FP", "TP FP", "rows with a positive y_pred"),
        "negative_predictive_value": _rate("TN", "TN FN", "rows with a negative y_pred"),
        "false_omission_rate": _rate("FN", "TN FN", "rows with a negative y_pred"),
        "f1_score": _rate("TP TP", "TP TP FP FN", "rows with a positive y_true or y_pred"),
        "accuracy": _rate("TP TN", _ALL, "rows"),
        "error_rate": _rate("FP FN", _ALL, "rows"),
        "treatment_balance": _rate("FN", "FP", "false positives"),
    }
)
"""Every rate by name. `treatment_balance` is FN / FP, a ratio of errors and no share."""


def _table(counts: ArrayLike) -> Floats:
    table = numbers(counts, "counts", "nonnegative", empty=True)
    if table.ndim < 2 or table.shape[-2:] != (2, 2):
        raise InputError.of(
            f"counts has the shape {table.shape}; its last two axes must be y_true (no, yes) and "
            "y_pred (no, yes).",
            code="shape",
            param="counts",
            got=table.shape,
            expected="(..., 2, 2)",
        )
    return table


def _parts(table: Floats, rate: str) -> tuple[Floats, Floats]:
    cells = CONFUSION_RATES[rate]
    above, below = (
        sum((table[(..., *_CELLS[c])] for c in side), start=np.zeros(table.shape[:-2]))
        for side in (cells.numerator, cells.denominator)
    )
    return above, below


def _divided(above: Floats, below: Floats) -> Floats:
    """The quotient; 0/0 is nan and x/0 is inf, without a word."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.true_divide(above, below))[()]


def confusion_parts(counts: ArrayLike, rate: str) -> tuple[Floats, Floats]:
    """What is counted, and out of how many, in one rate of a confusion table."""
    choice(rate, "rate", tuple(CONFUSION_RATES))
    return _parts(_table(counts), rate)


def confusion_rate(counts: ArrayLike, rate: str) -> Floats:
    """What share of those who could have, did: any rate of a confusion table, for all groups at
    once.

    Parameters
    ----------
    counts : array of shape (..., 2, 2)
        Counts or sums of weights by label and prediction.
    rate : str
        A name in `CONFUSION_RATES`, or ``"balanced_accuracy"``.

    Returns
    -------
    float or array of shape (...)
        Between 0 and 1, nan where the denominator is 0; ``"treatment_balance"`` (FN/FP) from 0 to
        inf.

    Raises
    ------
    InputError
        For tables that are not 2 by 2 in their last axes, negative counts, and unknown rates.

    Notes
    -----
    Selection rate (TP+FP)/n, base rate (TP+FN)/n, TPR = TP/(TP+FN), FPR = FP/(FP+TN), TNR =
    TN/(FP+TN), FNR = FN/(TP+FN), PPV = TP/(TP+FP), NPV = TN/(TN+FN), FDR = FP/(TP+FP), FOR =
    FN/(TN+FN), F1 = 2TP/(2TP+FP+FN), accuracy (TP+TN)/n, balanced accuracy (TPR+TNR)/2.

    References
    ----------
    van Rijsbergen, C. J. (1979). Information Retrieval. Butterworths.
    Brodersen, K. et al. (2010). The balanced accuracy and its posterior distribution. ICPR.
    Berk, R. et al. (2021). Fairness in criminal justice risk assessments. Sociological Methods &
    Research 50, 3-44.

    Examples
    --------
    >>> two_groups = [[[5, 1], [2, 4]], [[3, 0], [0, 0]]]
    >>> confusion_rate(two_groups, "true_positive_rate").round(3).tolist()
    [0.667, nan]
    """
    choice(rate, "rate", (*CONFUSION_RATES, "balanced_accuracy"))
    table = _table(counts)
    if rate == "balanced_accuracy":
        sides = (_divided(*_parts(table, r)) for r in ("true_positive_rate", "true_negative_rate"))
        return np.asarray(sum(sides) / 2)[()]
    return _divided(*_parts(table, rate))


def _groups(rates: ArrayLike) -> Floats:
    array = numbers(rates, "rates", "any")
    if array.ndim == 0:
        raise InputError.of(
            "rates must be an array with one rate a group.", code="shape", param="rates"
        )
    return array


def _extreme(values: Floats, undefined: str, sign: float) -> Floats:
    """The largest (or with sign -1 the smallest) along the last axis; nan if any, or only if all,
    are nan.
    """
    if undefined == "strict":
        return np.asarray(sign * np.max(sign * values, axis=-1))
    top = np.max(np.where(np.isnan(values), -np.inf, sign * values), axis=-1)
    return np.where(np.isnan(values).all(axis=-1), np.nan, sign * top)


def group_difference(
    rates: ArrayLike, *, overall: ArrayLike | None = None, undefined: Undefined = "strict"
) -> Floats:
    """How far apart are the groups?

    Parameters
    ----------
    rates : array of shape (..., k)
        One rate a group.
    overall : float or array of shape (...), optional
        The rate of everybody; if given, groups are compared with it instead of with each other.
    undefined : {"strict", "skip"}
        One undefined rate makes the answer nan, or is left out.

    Returns
    -------
    float or array of shape (...)
        ``max - min``, or the largest ``abs(rate - overall)``; 0 where there is a single rate.

    Raises
    ------
    InputError
        For rates that are not an array, and unknown words.

    References
    ----------
    Dwork, C. et al. (2012). Fairness through awareness. ITCS.
    Agarwal, A. et al. (2018). A reductions approach to fair classification. ICML.

    Examples
    --------
    >>> round(float(group_difference([0.6, 0.3, 0.5])), 12)
    0.3
    >>> group_difference([0.6, float("nan")], overall=0.5)
    np.float64(nan)
    """
    array = _groups(rates)
    rule = choice(undefined, "undefined", UNDEFINED)
    if overall is None:
        with np.errstate(invalid="ignore"):  # inf - inf, both ratios without a denominator
            return np.asarray(_extreme(array, rule, 1.0) - _extreme(array, rule, -1.0))[()]
    centre = numbers(overall, "overall", "any")[..., None]
    return _extreme(np.abs(array - centre), rule, 1.0)[()]


def group_ratio(
    rates: ArrayLike, *, overall: ArrayLike | None = None, undefined: Undefined = "strict"
) -> Floats:
    """What is the lowest rate as a share of the highest?

    Parameters
    ----------
    rates : array of shape (..., k)
        One rate a group, from 0.
    overall : float or array of shape (...), optional
        The rate of everybody; if given, groups are compared with it instead of with each other.
    undefined : {"strict", "skip"}
        One undefined rate makes the answer nan, or is left out.

    Returns
    -------
    float or array of shape (...)
        ``min / max``, or the smallest of ``rate/overall`` and ``overall/rate``: from 0 to 1, nan
        for 0/0.

    Raises
    ------
    InputError
        For rates that are not an array, and unknown words.

    References
    ----------
    Dwork, C. et al. (2012). Fairness through awareness. ITCS.
    Agarwal, A. et al. (2018). A reductions approach to fair classification. ICML.

    Examples
    --------
    >>> float(group_ratio([0.6, 0.3, 0.5]))
    0.5
    """
    array = _groups(rates)
    rule = choice(undefined, "undefined", UNDEFINED)
    if overall is None:
        return _divided(_extreme(array, rule, -1.0), _extreme(array, rule, 1.0))
    centre = np.broadcast_to(numbers(overall, "overall", "any")[..., None], array.shape)
    return _extreme(_divided(np.minimum(array, centre), np.maximum(array, centre)), rule, -1.0)[()]


def impact_ratios(rates: ArrayLike, *, reference: int | None = None) -> Floats:
    """What is each group's selection rate as a share of the highest, or of a reference group's?

    Parameters
    ----------
    rates : array of shape (..., k)
        Selection rates, nan where a group has no rows.
    reference : int, optional
        Position of the reference group; by default the group with the highest rate.

    Returns
    -------
    array of shape (..., k)
        From 0 to 1, or from 0 to inf against a reference; below 0.8 is the "four-fifths" flag.

    Raises
    ------
    InputError
        For rates that are not an array, and a reference that is no group.

    References
    ----------
    29 CFR 1607.4(D), Uniform Guidelines on Employee Selection Procedures (1978).

    Examples
    --------
    >>> impact_ratios([0.6, 0.3]).tolist()
    [1.0, 0.5]
    """
    array = _groups(rates)
    if reference is None:
        return _divided(array, _extreme(array, "skip", 1.0)[..., None])
    if reference not in range(-array.shape[-1], array.shape[-1]):
        raise InputError.of(
            f"reference is {show(reference)}; there are {array.shape[-1]} groups.",
            param="reference",
            got=reference,
        )
    return _divided(array, array[..., [reference]])


def _selected(selected: ArrayLike, total: ArrayLike, ndim: int) -> tuple[Floats, Floats]:
    chosen = numbers(selected, "selected", "nonnegative")
    everybody = numbers(total, "total", "nonnegative")
    if chosen.shape != everybody.shape or chosen.ndim < ndim:
        raise InputError.of(
            f"selected has the shape {chosen.shape} and total {everybody.shape}; equal shapes with "
            "one number a group along the last axis expected.",
            code="shape",
            param="selected",
        )
    if bool((chosen > everybody).any()):
        raise InputError.of(
            "selected is above total in at least one group.",
            code="count_above_total",
            param="selected",
        )
    return chosen, everybody


def selection_shortfall(selected: ArrayLike, total: ArrayLike) -> Floats:
    """How many more of each group would have been selected at everybody's rate?"""
    chosen, everybody = _selected(selected, total, 1)
    pooled = _divided(chosen.sum(axis=-1, keepdims=True), everybody.sum(axis=-1, keepdims=True))
    return np.asarray(pooled * everybody - chosen)


def demographic_disparity(selected: ArrayLike, total: ArrayLike) -> Floats:
    """Is a group a larger share of those rejected than of those accepted?"""
    chosen, everybody = _selected(selected, total, 1)
    rejected = everybody - chosen
    shares = (_divided(part, part.sum(axis=-1, keepdims=True)) for part in (rejected, chosen))
    return np.asarray(next(shares) - next(shares))


def conditional_demographic_disparity(
    selected: ArrayLike, total: ArrayLike, *, undefined: Undefined = "strict"
) -> Floats:
    """Is a group a larger share of those rejected, comparing like with like within strata?

    Parameters
    ----------
    selected, total : array of shape (..., strata, k)
        Accepted and all people, by stratum and group.
    undefined : {"strict", "skip"}
        A stratum where nobody was accepted, or nobody rejected, makes the answer nan or is left
        out. Strata without people count for nothing either way.

    Returns
    -------
    array of shape (..., k)
        The share among the rejected less that among the accepted, averaged over strata by their
        size; above 0 the group does worse.

    Raises
    ------
    InputError
        For counts below 0 or above their totals, arrays of different shapes, and unknown words.

    Notes
    -----
    CDD = sum over strata of n_s DD_s / n.

    References
    ----------
    Wachter, S., Mittelstadt, B. & Russell, C. (2021). Why fairness cannot be automated. Computer
    Law & Security Review 41, 105567.

    Examples
    --------
    >>> conditional_demographic_disparity([[8, 2], [1, 4]], [[16, 4], [4, 16]]).round(3).tolist()
    [0.0, 0.0]
    """
    chosen, everybody = _selected(selected, total, 2)
    choice(undefined, "undefined", UNDEFINED)
    size = everybody.sum(axis=-1)
    within = demographic_disparity(chosen, everybody)
    left_out = (size == 0) | (np.isnan(within).any(axis=-1) & (undefined == "skip"))
    weight = np.where(left_out, 0.0, size)
    within = np.where(left_out[..., None], 0.0, within)
    return _divided((within * weight[..., None]).sum(axis=-2), weight.sum(axis=-1)[..., None])


def differential_fairness(counts: ArrayLike, *, concentration: float = 1.0) -> float:
    """By what factor, at most, does the chance of any outcome differ between two groups (as a
    logarithm)?

    Parameters
    ----------
    counts : array of shape (k, outcomes)
        People by group and outcome; groups without people are left out.
    concentration : float
        Total of the Dirichlet prior, spread evenly over the outcomes, in people; 0 smooths nothing.

    Returns
    -------
    float
        Epsilon, from 0 to inf; ``exp(epsilon)`` is the largest ratio. nan where there are no
        people.

    Raises
    ------
    InputError
        For counts that are not a table or are negative, and a concentration below 0.

    Notes
    -----
    max over outcomes y and pairs of groups of
    ``log[(N_ya + c/K)/(n_a + c)] - log[(N_yb + c/K)/(n_b + c)]`` with K outcomes of the data, not
    of a group. Without smoothing an outcome that never occurs says nothing.

    References
    ----------
    Foulds, J., Islam, R., Keya, K. & Pan, S. (2020). An intersectional definition of fairness. ICDE
    2020.

    Examples
    --------
    >>> round(differential_fairness([[48, 32], [12, 28]], concentration=0), 6)
    0.693147
    """
    table = numbers(counts, "counts", "nonnegative", ndim=2)
    prior = number(concentration, "concentration", low=0.0)
    table = table[table.sum(axis=1) > 0]
    if not len(table):
        return float("nan")
    smoothed = (table + prior / table.shape[1]) / (table.sum(axis=1, keepdims=True) + prior)
    smoothed = smoothed[:, smoothed.sum(axis=0) > 0]
    with np.errstate(divide="ignore"):
        logs = np.log(smoothed)
    return float((logs.max(axis=0) - logs.min(axis=0)).max())
