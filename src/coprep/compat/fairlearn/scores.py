"""Scores and errors of one set of rows, by the conventions of scikit-learn, which is not needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coprep.compat.fairlearn.inputs import same_length, squeezed, usable_weights
from coprep.compat.fairlearn.rates import paired_labels
from coprep.compat.fairlearn.undefined import undefined
from coprep.errors import warn

Average: TypeAlias = Literal["binary", "micro", "macro", "weighted"]
ZeroDivision: TypeAlias = Literal["warn"] | float
Outputs: TypeAlias = Literal["uniform_average", "raw_values"] | ArrayLike


def accuracy_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    normalize: bool = True,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Share, or weight, of rows whose labels agree."""
    truth, predicted = paired_labels(y_true, y_pred)
    agree = np.asarray(truth == predicted, dtype=float)
    weights = usable_weights(sample_weight, len(agree))
    if not normalize:
        return float(np.dot(agree, weights))
    return float(np.average(agree, weights=weights))


def zero_one_loss(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    normalize: bool = True,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Share, or weight, of rows whose labels differ."""
    right = accuracy_score(y_true, y_pred, normalize=normalize, sample_weight=sample_weight)
    if normalize:
        return 1 - right
    return float(usable_weights(sample_weight, len(squeezed(y_true))).sum()) - right


def balanced_accuracy_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    adjusted: bool = False,
) -> float:
    """Mean over labels of the share that is predicted right; adjusted, 0 is what chance gives."""
    truth, predicted = paired_labels(y_true, y_pred)
    sums = _label_sums(truth, predicted, sample_weight, labels=None)
    there = sums.true > 0
    shares = sums.right[there] / sums.true[there]
    score = float(np.mean(shares))
    if adjusted:
        chance = 1 / len(shares)
        score = float(np.float64(score - chance) / (1 - chance))
    if len(shares) == 1 or not there.all():
        why = "a label that is predicted, or one of two labels, is true of no row"
        return undefined("balanced_accuracy_score", why, score)
    return score


def precision_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """Share of rows with a predicted label that have it."""

    def share(sums: _LabelSums) -> NDArray[Any]:
        return _shares("precision_score", sums.right, sums.predicted, zero_division)

    return _averaged(share, y_true, y_pred, labels, pos_label, average, sample_weight)


def recall_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """Share of rows with a true label that are predicted to have it."""

    def share(sums: _LabelSums) -> NDArray[Any]:
        return _shares("recall_score", sums.right, sums.true, zero_division)

    return _averaged(share, y_true, y_pred, labels, pos_label, average, sample_weight)


def f1_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average | None = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN)."""

    def share(sums: _LabelSums) -> NDArray[Any]:
        return _shares("f1_score", 2 * sums.right, sums.true + sums.predicted, zero_division)

    return _averaged(share, y_true, y_pred, labels, pos_label, average, sample_weight)


@dataclass(frozen=True)
class _LabelSums:
    """Weight of rows by label: truly so, predicted so, and both."""

    true: NDArray[Any]
    predicted: NDArray[Any]
    right: NDArray[Any]

    def together(self) -> _LabelSums:
        """All labels as one."""
        return _LabelSums(
            true=self.true.sum(keepdims=True),
            predicted=self.predicted.sum(keepdims=True),
            right=self.right.sum(keepdims=True),
        )


def _label_sums(
    truth: NDArray[Any],
    predicted: NDArray[Any],
    sample_weight: ArrayLike | None,
    labels: ArrayLike | None,
) -> _LabelSums:
    """Add weights up by label; without a list of labels for each that occurs, in order."""
    weights = usable_weights(sample_weight, len(truth))
    if labels is None:
        labels = np.unique(np.concatenate((truth, predicted)))
    each = np.asarray(labels).reshape(-1, 1)
    is_true = np.asarray(truth == each, dtype=float)
    is_predicted = np.asarray(predicted == each, dtype=float)
    return _LabelSums(
        true=is_true @ weights,
        predicted=is_predicted @ weights,
        right=(is_true * is_predicted) @ weights,
    )


def _averaged(
    share: Callable[[_LabelSums], NDArray[Any]],
    y_true: ArrayLike,
    y_pred: ArrayLike,
    labels: ArrayLike | None,
    pos_label: Any,
    average: Average | None,
    sample_weight: ArrayLike | None,
) -> Any:
    """Work a share out for one label, or for many and their mean."""
    truth, predicted = paired_labels(y_true, y_pred)
    if average not in (None, "binary", "micro", "macro", "weighted"):
        raise ValueError(f"average must be None, binary, micro, macro or weighted, not {average}.")
    if average == "binary":
        labels = [_one_of_two(pos_label, truth, predicted)]
    sums = _label_sums(truth, predicted, sample_weight, labels)
    if average == "micro":
        sums = sums.together()
    shares = share(sums)
    if average is None:
        return shares
    known = ~np.isnan(shares)
    if not known.any():
        return float("nan")
    weights = sums.true[known]
    if average != "weighted" or weights.sum() == 0:
        return float(np.mean(shares[known]))
    return float(np.average(shares[known], weights=weights))


def _one_of_two(pos_label: Any, truth: NDArray[Any], predicted: NDArray[Any]) -> Any:
    """Give the positive label, where there are at most two and it is one of them."""
    found = np.unique(np.concatenate((truth, predicted))).tolist()
    if len(found) > 2:
        raise ValueError(
            f"There are {len(found)} labels, and average='binary' takes two; "
            "choose average='micro', 'macro' or 'weighted'."
        )
    if len(found) == 2 and pos_label not in found:
        raise ValueError(f"pos_label={pos_label} is not a valid label: there are {found}.")
    return pos_label


def _shares(
    name: str, parts: NDArray[Any], wholes: NDArray[Any], zero_division: ZeroDivision
) -> NDArray[Any]:
    """Give parts of wholes; a part of nothing is as was asked, or 0 with a warning."""
    nothing = wholes == 0
    shares = parts / np.where(nothing, 1, wholes)
    if not nothing.any():
        return shares
    if zero_division == "warn":
        zero_division = undefined(name, "no row has the label that it is a share of", 0.0)
    shares[nothing] = float(zero_division)
    return shares


def roc_auc_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    max_fpr: float | None = None,
) -> float:
    """Area under the ROC curve of two labels; with max_fpr standardised as by McClish (1989)."""
    if max_fpr is not None and not 0 < max_fpr <= 1:
        raise ValueError(f"max_fpr must be above 0 and at most 1, not {max_fpr}.")
    truth = squeezed(y_true)
    found = np.unique(truth)
    if len(found) > 2:
        raise ValueError(f"y_true must hold two labels; it holds {len(found)}.")
    if len(found) < 2:
        return undefined("roc_auc_score", "y_true holds one label", float("nan"))
    curve = roc_curve(np.asarray(truth == found[1]), y_score, sample_weight)
    if max_fpr is None or max_fpr == 1:
        return curve.area()
    smallest = max_fpr**2 / 2
    area = curve.until(max_fpr).area()
    return 0.5 * (1 + (area - smallest) / (max_fpr - smallest))


@dataclass(frozen=True)
class RocCurve:
    """True positive rate against false positive rate, from strict to lax."""

    fpr: NDArray[Any]
    tpr: NDArray[Any]

    def area(self) -> float:
        """The area under the curve, by trapezia."""
        heights = self.tpr[1:] + self.tpr[:-1]
        return float(np.dot(np.diff(self.fpr), heights) / 2)

    def until(self, fpr: float) -> RocCurve:
        """The curve as far as one false positive rate."""
        stop = int(np.searchsorted(self.fpr, fpr, side="right"))
        ends = slice(stop - 1, stop + 1)
        height = np.interp(fpr, self.fpr[ends], self.tpr[ends])
        return RocCurve(fpr=np.append(self.fpr[:stop], fpr), tpr=np.append(self.tpr[:stop], height))


def roc_curve(
    positive: NDArray[Any], y_score: ArrayLike, sample_weight: ArrayLike | None = None
) -> RocCurve:
    """Count who would be selected at each score; rates of nobody are nan."""
    scores = np.asarray(squeezed(y_score), dtype=float)
    same_length(positive, scores)
    if not np.isfinite(scores).all():
        raise ValueError("y_score must be finite.")
    weights = usable_weights(sample_weight, len(scores))
    order = np.argsort(-scores, kind="stable")
    # Rows with the same score are selected together.
    last_of_score = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    hits = np.cumsum((positive * weights)[order])[last_of_score]
    alarms = np.cumsum((~positive * weights)[order])[last_of_score]
    with np.errstate(invalid="ignore"):
        return RocCurve(
            fpr=np.append(0.0, alarms) / alarms[-1], tpr=np.append(0.0, hits) / hits[-1]
        )


def log_loss(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    normalize: bool = True,
    sample_weight: ArrayLike | None = None,
    labels: ArrayLike | None = None,
) -> float:
    """Mean of -log of the probability that was given to what happened, kept away from 0."""
    truth = squeezed(y_true)
    chances = _chances(y_pred)
    same_length(truth, chances)
    known = np.unique(truth)
    if labels is not None:
        known = np.unique(np.asarray(labels))
    if not np.isin(truth, known).all():
        raise ValueError("y_true holds labels that are not among the given ones.")
    if len(known) < 2:
        raise ValueError(
            f"y_true contains only one label ({known[0]}); say by labels= which there are."
        )
    if len(known) != chances.shape[1]:
        raise ValueError(f"{len(known)} labels do not fit {chances.shape[1]} probabilities a row.")
    # As there, a probability of 0 counts as the smallest step from 1 of its type.
    least = np.finfo(chances.dtype).eps
    column = np.searchsorted(known, truth)
    given = np.clip(chances, least, 1 - least)[np.arange(len(truth)), column]
    losses = -np.log(given)
    weights = usable_weights(sample_weight, len(truth))
    if normalize:
        return float(np.average(losses, weights=weights))
    return float(np.dot(losses, weights))


def _chances(y_pred: ArrayLike) -> NDArray[Any]:
    """Give a probability for each row and label; one column is that of the second label."""
    chances = np.asarray(y_pred)
    if chances.dtype.kind != "f":
        chances = chances.astype(float)
    if not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError("y_pred must be probabilities, from 0 to 1.")
    if chances.ndim < 2 or chances.shape[1] == 1:
        return np.column_stack((1 - chances.ravel(), chances.ravel()))
    if not np.allclose(chances.sum(axis=1), 1, rtol=np.sqrt(np.finfo(chances.dtype).eps)):
        warn("log_loss: the probabilities of a row do not add up to 1.")
    return chances


def mean_absolute_error(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    multioutput: Outputs = "uniform_average",
) -> Any:
    """Mean of |y_pred - y_true|."""
    truth, predicted = _numbers(y_true, y_pred)
    weights = usable_weights(sample_weight, len(truth))
    errors = np.average(np.abs(predicted - truth), axis=0, weights=weights)
    return _over_outputs(errors, multioutput)


def mean_squared_error(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    multioutput: Outputs = "uniform_average",
) -> Any:
    """Mean of (y_pred - y_true)²."""
    truth, predicted = _numbers(y_true, y_pred)
    weights = usable_weights(sample_weight, len(truth))
    errors = np.average((predicted - truth) ** 2, axis=0, weights=weights)
    return _over_outputs(errors, multioutput)


def r2_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    multioutput: Outputs | Literal["variance_weighted"] = "uniform_average",
    force_finite: bool = True,
) -> Any:
    """1 minus the squared error over the squared distance from the mean."""
    truth, predicted = _numbers(y_true, y_pred)
    weights = usable_weights(sample_weight, len(truth))
    if len(truth) < 2:
        return undefined("r2_score", "there are fewer than two rows", float("nan"))
    errors = weights @ (truth - predicted) ** 2
    spread = weights @ (truth - np.average(truth, axis=0, weights=weights)) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = 1 - errors / spread
    constant = spread == 0
    if constant.any():
        forced = np.where(errors == 0, 1.0, 0.0)
        if force_finite:
            scores = np.where(constant, forced, scores)
        undefined("r2_score", "y_true is constant", float(scores[constant][0]))
    if isinstance(multioutput, str) and multioutput == "variance_weighted":
        if not spread.any():
            return float(np.mean(scores))
        return float(np.average(scores, weights=spread))
    return _over_outputs(scores, multioutput)


def _numbers(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give finite numbers, a column an output."""
    truth = _outputs(y_true)
    predicted = _outputs(y_pred)
    same_length(truth, predicted)
    if truth.shape != predicted.shape:
        raise ValueError(f"y_true and y_pred have shapes {truth.shape} and {predicted.shape}.")
    if truth.size == 0:
        raise ValueError("There are no rows: y_true is empty.")
    if not (np.isfinite(truth).all() and np.isfinite(predicted).all()):
        raise ValueError("y_true and y_pred must be finite.")
    return truth, predicted


def _outputs(values: ArrayLike) -> NDArray[Any]:
    """Give numbers a row and a column an output; a single row keeps its columns."""
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim == 2:
        return numbers
    return numbers.reshape(-1, 1)


def _over_outputs(values: NDArray[Any], multioutput: Any) -> Any:
    """Give the numbers of several outputs, or their mean."""
    if isinstance(multioutput, str):
        if multioutput == "raw_values":
            return values
        if multioutput != "uniform_average":
            raise ValueError(f"multioutput must be a way to average, not {multioutput!r}.")
        multioutput = None
    return float(np.average(values, weights=multioutput))
