"""Knows how scores rank and predict in each group, and how far apart their curves and distributions are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, TypeVar

import numpy as np

from coprep.errors import InputError
from coprep.fairness._columns import code_column, one_column
from coprep.fairness._compare_numbers import (
    ANYWHERE,
    Quantity,
    ScoreFunction,
    comparing_scores,
    numbers_of,
)
from coprep.fairness._measured import Measured, Missing, measured
from coprep.fairness._rows import columns_of, crossed
from coprep.fairness._shuffles import Chance, Deck, Expected, binned
from coprep.fairness.grouped import Form, GroupedNumber, Numbers
from coprep.metrics._checks import choice
from coprep.metrics.groups import _scores as scoring
from coprep.metrics.groups._classification import Undefined
from coprep.metrics.groups._group_means import GroupEstimates, group_means
from coprep.metrics.shares._furthest import furthest_pair

__all__ = [
    "abroca",
    "brier_score",
    "brier_score_difference",
    "brier_score_group_max",
    "log_loss",
    "log_loss_difference",
    "log_loss_group_max",
    "log_loss_group_min",
    "log_loss_ratio",
    "mean_score",
    "mean_score_difference",
    "mean_score_ratio",
    "roc_auc_score",
    "roc_auc_score_difference",
    "roc_auc_score_group_max",
    "roc_auc_score_group_min",
    "roc_auc_score_ratio",
    "score_distance",
    "total_variation_distance",
]

Codes = np.ndarray[Any, np.dtype[np.intp]]
Curve = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]
Thing = TypeVar("Thing")
_FEW = 6  # groups of which every two are compared
_SOME, _FINE, _COARSE = (
    10,
    4_096,
    1_024,
)  # up to how many groups so many different scores are told apart by shuffles
_BOTH = "rows of both labels"
_ANY = "rows with weight"


def _auc(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    return scoring.auc_by_group(y, s, codes, weights=rows.weight, size=size)


def _brier(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    return scoring.brier_by_group(y, s, codes, weights=rows.weight, size=size)


def _log_loss(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    y, s = rows.columns["y_true"], rows.columns["y_score"]
    return scoring.log_loss_by_group(y, s, codes, weights=rows.weight, size=size)


def _mean(rows: Measured, codes: Codes, size: int) -> GroupEstimates:
    return group_means(rows.columns["y_score"], codes, weights=rows.weight, size=size)


def _made(
    name: str, quantity: Quantity, form: Form, question: str, shown: str, *needs_unit: str
) -> ScoreFunction:
    needs, unit = needs_unit
    bounds = ANYWHERE if quantity is _mean else (0.0, math.inf if quantity is _log_loss else 1.0)
    return comparing_scores(
        name,
        form,
        quantity,
        question,
        shown,
        needs=needs,
        unit=unit,
        module="scores",
        bounds=bounds,
    )


roc_auc_score: ScoreFunction = _made(
    "roc_auc_score",
    _auc,
    "overall",
    "How often is a positive scored above a negative?",
    "0.667",
    _BOTH,
    "share of pairs",
)
roc_auc_score_difference: ScoreFunction = _made(
    "roc_auc_score_difference",
    _auc,
    "difference",
    "How much better are some groups ranked?",
    "0.417",
    _BOTH,
    "share of pairs",
)
roc_auc_score_ratio: ScoreFunction = _made(
    "roc_auc_score_ratio",
    _auc,
    "ratio",
    "What is the smallest AUC as a share of the largest?",
    "0.444",
    _BOTH,
    "share of pairs",
)
roc_auc_score_group_min: ScoreFunction = _made(
    "roc_auc_score_group_min",
    _auc,
    "group_min",
    "How well is the worst ranked group ranked?",
    "0.333",
    _BOTH,
    "share of pairs",
)
roc_auc_score_group_max: ScoreFunction = _made(
    "roc_auc_score_group_max",
    _auc,
    "group_max",
    "How well is the best ranked group ranked?",
    "0.75",
    _BOTH,
    "share of pairs",
)
brier_score: ScoreFunction = _made(
    "brier_score",
    _brier,
    "overall",
    "How far are probabilities from outcomes, in mean squares?",
    "0.25",
    _ANY,
    "mean square",
)
brier_score_difference: ScoreFunction = _made(
    "brier_score_difference",
    _brier,
    "difference",
    "How much do Brier scores differ?",
    "0.15",
    _ANY,
    "mean square",
)
brier_score_group_max: ScoreFunction = _made(
    "brier_score_group_max",
    _brier,
    "group_max",
    "Which is the worst Brier score of any group?",
    "0.325",
    _ANY,
    "mean square",
)
log_loss: ScoreFunction = _made(
    "log_loss",
    _log_loss,
    "overall",
    "How surprising are outcomes, given the scores?",
    "0.684",
    _ANY,
    "nats",
)
log_loss_difference: ScoreFunction = _made(
    "log_loss_difference",
    _log_loss,
    "difference",
    "How much do log losses differ?",
    "0.347",
    _ANY,
    "nats",
)
log_loss_ratio: ScoreFunction = _made(
    "log_loss_ratio",
    _log_loss,
    "ratio",
    "What is the smallest log loss as a share of the largest?",
    "0.596",
    _ANY,
    "nats",
)
log_loss_group_min: ScoreFunction = _made(
    "log_loss_group_min",
    _log_loss,
    "group_min",
    "Which is the best log loss of any group?",
    "0.511",
    _ANY,
    "nats",
)
log_loss_group_max: ScoreFunction = _made(
    "log_loss_group_max",
    _log_loss,
    "group_max",
    "Which is the worst log loss of any group?",
    "0.857",
    _ANY,
    "nats",
)
mean_score: ScoreFunction = _made(
    "mean_score", _mean, "overall", "What is the mean score?", "0.5", _ANY, "score"
)
mean_score_difference: ScoreFunction = _made(
    "mean_score_difference",
    _mean,
    "difference",
    "How far apart are the mean scores of groups?",
    "0.2",
    _ANY,
    "score",
)
mean_score_ratio: ScoreFunction = _made(
    "mean_score_ratio",
    _mean,
    "ratio",
    "What is the lowest mean score as a share of the highest?",
    "0.667",
    _ANY,
    "score",
)


def abroca(
    y_true: Any,
    y_score: Any,
    *,
    sensitive_features: Any,
    reference: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> GroupedNumber:
    """How large is the area between the ROC curves of two groups?

    Parameters
    ----------
    y_true, y_score, sensitive_features, sample_weight, pos_label, missing, undefined, confidence
        As for `roc_auc_score_difference`.
    reference : label, optional
        Compare each group with this one; by default every two groups.

    Returns
    -------
    GroupedNumber
        From 0 to 1: the largest area of any pair; ``by_group`` has the areas under the curves. Without interval.

    Notes
    -----
    Exact. Curves that cross can have the same area under them and a large area between them. Above 0 by chance alone:
    ``noise_floor`` is the mean over shuffles of the group labels among rows of the same true label.

    References
    ----------
    Gardner, J., Brooks, C. & Baker, R. (2019). Evaluating the fairness of predictive student models through
    slicing analysis. LAK19, 225-234.

    Examples
    --------
    >>> abroca([0, 1, 0, 1], [0.1, 0.9, 0.9, 0.1], sensitive_features=["a", "a", "b", "b"]).value
    1.0
    """
    rows = scored_rows(
        y_true, y_score, sensitive_features, sample_weight, pos_label=pos_label, missing=missing
    )
    rows = _near_one(rows)

    def curve(at: Codes) -> Curve:
        y, s = rows.columns["y_true"][at], rows.columns["y_score"][at]
        return scoring.roc_points(y, s, weights=_weights(rows, at))

    plain = GroupedNumber.of(
        "abroca",
        "difference",
        numbers_of(rows, _auc, needs=_BOTH, unit="area"),
        reference=reference,
        undefined=undefined,
        confidence=confidence,
    )
    return _pairwise(plain, rows, curve, scoring.abroca, _expected_of_curves)


def _expected_of_curves(rows: Measured, size: int, base: int) -> Expected:
    """Labels are shuffled among rows of one true label: each group keeps its numbers of positives and of negatives."""
    y, weight = rows.columns["y_true"].astype(np.intp), rows.weight
    score, _ = binned(rows.columns["y_score"], _FINE if size <= _SOME else _COARSE)
    deck = Deck.of(rows.codes, size, score, weight, strata=y)
    bins = int(score.max()) + 1
    cell, w = (
        y[deck.order] * bins + score[deck.order],
        None if weight is None else weight[deck.order],
    )

    def largest(labels: Codes) -> float:
        cells = np.bincount(labels * 2 * bins + cell, w, size * 2 * bins).reshape(size, 2, bins)
        curves = [_curve_of(part) for part in cells]
        return _furthest(curves, scoring.abroca, lambda: _curve_of(cells.sum(axis=0)), base)[0]

    base = base if base < 0 else int(deck.place[base])
    return deck.expected("abroca", largest, work=(bins + 5_000) * size * (size + 1))


def _curve_of(cells: np.ndarray[Any, Any]) -> Curve:
    """The ROC curve of the weight of negatives and of positives at each score, lowest first."""
    some = cells[:, cells.any(axis=0)][:, ::-1]
    rates = np.cumsum(some, axis=1) / some.sum(axis=1, keepdims=True)
    return np.r_[0.0, rates[0]], np.r_[0.0, rates[1]]


def score_distance(
    y_score: Any,
    *,
    sensitive_features: Any,
    distance: Literal["wasserstein", "kolmogorov_smirnov"] = "wasserstein",
    reference: Any = None,
    sample_weight: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> GroupedNumber:
    """How differently are scores distributed in two groups?

    Parameters
    ----------
    y_score : array-like of shape (n,)
        Scores.
    sensitive_features, sample_weight, missing, undefined, confidence
        As for `mean_score_difference`.
    distance : {"wasserstein", "kolmogorov_smirnov"}
        How far scores would have to be moved, on average; or the largest demographic parity difference over all
        thresholds.
    reference : label, optional
        Compare each group with this one; by default every two groups.

    Returns
    -------
    GroupedNumber
        The largest distance of any pair; ``by_group`` has the mean scores. Without interval.

    Notes
    -----
    Wasserstein: ``integral |F - G|``; Kolmogorov-Smirnov: ``max |F - G|``. Above 0 by chance alone: ``noise_floor`` is
    the mean over shuffles of the group labels.

    References
    ----------
    Villani, C. (2009). Optimal Transport. Springer.
    Smirnov, N. (1948). Table for estimating the goodness of fit of empirical distributions. Annals of Mathematical
    Statistics 19, 279-281.

    Examples
    --------
    >>> round(score_distance([0.1, 0.2, 0.6, 0.7], sensitive_features=["a", "a", "b", "b"]), 3)
    0.5
    """
    choice(distance, "distance", ("wasserstein", "kolmogorov_smirnov"))
    measure = (
        scoring.wasserstein_distance if distance == "wasserstein" else scoring.kolmogorov_smirnov
    )
    rows = measured(
        {"y_score": y_score},
        {},
        sensitive_features=_needed(sensitive_features),
        sample_weight=sample_weight,
        missing=missing,
    )
    rows = _near_one(rows)

    def scores_of(at: Codes) -> tuple[Any, Any]:
        return rows.columns["y_score"][at], _weights(rows, at)

    def apart(first: tuple[Any, Any], second: tuple[Any, Any]) -> float:
        return measure(first[0], second[0], weights=(first[1], second[1]))

    def expected(rows: Measured, size: int, base: int) -> Expected:
        return _expected_of_scores(rows, size, base, distance)

    plain = GroupedNumber.of(
        f"{distance}_distance",
        "difference",
        numbers_of(rows, _mean, needs=_ANY, unit="score"),
        reference=reference,
        undefined=undefined,
        confidence=confidence,
    )
    return _pairwise(plain, rows, scores_of, apart, expected)


def _expected_of_scores(rows: Measured, size: int, base: int, distance: str) -> Expected:
    fine = size <= _SOME or distance == "kolmogorov_smirnov"  # which compares all groups at once
    place, values = binned(rows.columns["y_score"], _FINE if fine else _COARSE)
    deck = Deck.of(rows.codes, size, place, rows.weight)
    cell, w = place[deck.order], None if rows.weight is None else rows.weight[deck.order]
    bins, width = len(values), np.diff(values)
    base = base if base < 0 else int(deck.place[base])

    def between(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
        return float(np.abs(one - other) @ width)

    def largest(labels: Codes) -> float:
        cells = np.bincount(labels * bins + cell, w, size * bins).reshape(size, bins)
        sums = np.cumsum(cells, axis=1)
        below = (sums / sums[:, -1:])[:, :-1]
        if distance == "kolmogorov_smirnov" and base < 0:
            return float(np.ptp(below, axis=0).max(initial=0.0))
        if distance == "kolmogorov_smirnov":
            return float(np.abs(below - below[base]).max(initial=0.0))
        return _furthest([*below], between, lambda: below.mean(axis=0), base)[0]

    return deck.expected(f"{distance} distance", largest, work=bins * size * (size + 2))


def total_variation_distance(
    y_pred: Any,
    *,
    sensitive_features: Any,
    agg: Literal["worst_case", "mean"] = "worst_case",
    sample_weight: Any = None,
    missing: Missing = "raise",
) -> GroupedNumber:
    """How differently are decisions of several kinds spread over two groups?

    Parameters
    ----------
    y_pred : array-like of shape (n,)
        Decisions: any labels, such as "adopted", "deferred" and "rejected".
    sensitive_features, sample_weight, missing
        As for `mean_score_difference`.
    agg : {"worst_case", "mean"}
        The two groups furthest apart, or the mean over all pairs.

    Returns
    -------
    GroupedNumber
        From 0 to 1: half the sum over labels of how far the groups' shares are apart; ``by_group`` has each group's
        distance from everybody. Without interval.

    Notes
    -----
    With two labels it is the demographic parity difference. Above 0 by chance alone: ``noise_floor`` is the mean over
    shuffles of the group labels.

    References
    ----------
    Levin, D. & Peres, Y. (2017). Markov Chains and Mixing Times, chapter 4. AMS.

    Examples
    --------
    >>> total_variation_distance(["yes", "no", "later", "no"], sensitive_features=["a", "a", "b", "b"]).value
    0.5
    """
    choice(agg, "agg", ("worst_case", "mean"))
    features = columns_of(_needed(sensitive_features), "group")
    mine = "y_pred" if "y_pred" not in features else "y_pred (the decision)"
    decided = one_column(y_pred, mine)
    if missing == "category" and decided is not None and code_column(decided, mine).missing:
        missing = "raise"  # a missing group can be a group; a missing decision is no decision
    rows = _near_one(
        measured(
            {},
            {},
            sensitive_features={**features, mine: decided},
            sample_weight=sample_weight,
            missing=missing,
        )
    )
    decision, groups = rows.features[mine], crossed({n: rows.features[n] for n in features})
    codes = np.asarray(groups.codes, dtype=np.intp)
    size, kinds = len(groups.labels), len(decision.labels)
    weight = np.ones(len(codes)) if rows.weight is None else rows.weight
    cells = np.bincount(codes * kinds + decision.codes, weight, size * kinds).reshape(size, kinds)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = cells / cells.sum(axis=1, keepdims=True)
        everybody = cells.sum(axis=0) / cells.sum()
    nothing = np.full(size, np.nan)
    apart = 0.5 * np.abs(shares - everybody).sum(axis=1)
    n = np.bincount(codes, minlength=size).astype(np.intp)
    numbers = Numbers(
        groups.labels,
        apart,
        nothing,
        n,
        math.nan,
        nothing,
        _ANY,
        "share of decisions",
        rows.dropped,
    )
    plain = GroupedNumber.of("total_variation_distance", "difference", numbers)
    if math.isnan(plain.value):
        return plain
    there = np.flatnonzero(n > 0)
    value, first, second = _furthest([*shares[there]], _half_apart, lambda: everybody, -1)
    if agg == "mean":
        value = _mean_apart(shares[there])
    renamed = np.cumsum(n > 0)[codes] - 1
    dealt = renamed, len(there), decision.codes, kinds, rows.weight, agg
    chance = Chance(lambda: _expected_of_decisions(*dealt))
    return plain.valued(
        value, groups=tuple(groups.labels[there[end]] for end in (first, second)), chance=chance
    )


def _expected_of_decisions(
    codes: Codes, size: int, decision: Any, kinds: int, weight: Any, agg: str
) -> Expected:
    deck = Deck.of(codes, size, decision, weight)
    cell, w = (
        np.asarray(decision, dtype=np.intp)[deck.order],
        None if weight is None else weight[deck.order],
    )

    whole = np.bincount(cell, w, kinds) / (len(cell) if w is None else w.sum())

    def apart(labels: Codes) -> float:
        cells = np.bincount(labels * kinds + cell, w, size * kinds).reshape(size, kinds)
        dealt = cells / cells.sum(axis=1, keepdims=True)
        return (
            _mean_apart(dealt)
            if agg == "mean"
            else _furthest([*dealt], _half_apart, lambda: whole, -1)[0]
        )

    return deck.expected("total variation distance", apart, work=kinds * size * size)


def _half_apart(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    return 0.5 * float(np.abs(one - other).sum())


def _mean_apart(shares: np.ndarray[Any, Any]) -> float:
    """The mean over all pairs of rows of half the sum of absolute differences."""
    each = (np.abs(shares[i + 1 :] - shares[i]).sum() for i in range(len(shares) - 1))
    return 0.5 * float(sum(each)) / math.comb(len(shares), 2)


def _needed(sensitive_features: Any) -> Any:
    if sensitive_features is None:
        raise InputError.of(
            "sensitive_features is needed: which groups?",
            code="missing",
            param="sensitive_features",
        )
    return sensitive_features


def scored_rows(
    y_true: Any, y_score: Any, features: Any, weight: Any, *, pos_label: Any, missing: str
) -> Measured:
    return measured(
        {"y_score": y_score},
        {"y_true": y_true},
        sensitive_features=_needed(features),
        sample_weight=weight,
        pos_label=pos_label,
        missing=missing,
    )


def _near_one(rows: Measured) -> Measured:
    """Weights in a unit in which they can be added up: distances do not depend on it."""
    if rows.weight is None:
        return rows
    return replace(rows, weight=np.ldexp(rows.weight, -np.frexp(rows.weight.max())[1]))


def _weights(rows: Measured, at: Codes) -> Any:
    return None if rows.weight is None else rows.weight[at]


def _pairwise(
    plain: GroupedNumber,
    rows: Measured,
    of: Callable[[Codes], Thing],
    apart: Callable[[Thing, Thing], float],
    expected: Callable[[Measured, int, int], Expected],
) -> GroupedNumber:
    """The same number with the largest distance of any two groups (or of any from the reference) for its value."""
    numbers = replace(
        plain.numbers,
        se=np.full(rows.size, np.nan),
        chance_se=np.full(rows.size, np.nan),
    )
    if math.isnan(plain.value):
        return plain.valued(math.nan, numbers=numbers)
    used = np.flatnonzero(~np.isnan(numbers.value))
    order = np.argsort(rows.codes, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(rows.codes, minlength=rows.size))[:-1])
    base = (
        -1 if plain.reference is None else used.tolist().index(rows.labels.index(plain.reference))
    )
    value, first, second = _furthest(
        [of(members[i]) for i in used], apart, lambda: of(_some(rows)), base
    )
    groups = tuple(rows.labels[used[end]] for end in (first, second))
    chance = Chance(lambda: expected(_compared(rows, used), len(used), base))
    return plain.valued(value, numbers=numbers, groups=groups, chance=chance)


def _furthest(
    things: list[Thing],
    apart: Callable[[Thing, Thing], float],
    middle: Callable[[], Thing],
    base: int,
) -> tuple[float, int, int]:
    """The largest distance of any two, or of any from the one at ``base``, and whose it is; many need a ``middle``."""
    if base >= 0:
        return max(
            (apart(thing, things[base]), i, base) for i, thing in enumerate(things) if i != base
        )
    if len(things) < _FEW:
        radius = [math.inf] * len(things)
    else:
        centre = middle()
        radius = [apart(thing, centre) for thing in things]
    return furthest_pair(lambda i, j: apart(things[i], things[j]), radius)


def _some(rows: Measured) -> Codes:
    """About a thousand rows in the middle of everybody's: every so many by score, of either label."""
    columns = rows.columns
    order = np.lexsort((columns["y_score"], columns.get("y_true", columns["y_score"])))
    return np.unique(np.r_[order[:: max(1, len(order) // 1_000)], order[-1]])


def _compared(rows: Measured, used: Codes) -> Measured:
    """The rows of these groups alone."""
    place = np.full(rows.size, -1)
    place[used] = np.arange(len(used))
    at = place[rows.codes] >= 0
    columns = {name: values[at] for name, values in rows.columns.items()}
    labels = tuple(rows.labels[i] for i in used)
    weight = None if rows.weight is None else rows.weight[at]
    return Measured(columns, place[rows.codes][at], labels, {}, weight, rows.dropped)
