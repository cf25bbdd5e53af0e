"""Knows how unequally benefits or amounts are spread over people, and how much of that lies between groups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.fairness._cards import left_out
from coprep.fairness._compare_numbers import Quantity, numbers_of
from coprep.fairness._measured import Floats, Measured, Missing, measured
from coprep.fairness.grouped import GroupedNumber
from coprep.fairness.grouptable import label_text
from coprep.findings import as_notes
from coprep.metrics._checks import choice, number
from coprep.metrics.groups._group_means import GroupEstimates
from coprep.metrics.spread import _inequality as indices
from coprep.pictures import Bars
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show

__all__ = [
    "InequalityByGroup",
    "between_group_generalized_entropy_index",
    "coefficient_of_variation",
    "generalized_entropy_index",
    "inequality",
    "theil_index",
]

Index = Literal[
    "gini",
    "theil",
    "mean_log_deviation",
    "generalized_entropy",
    "atkinson",
    "coefficient_of_variation",
]
_INDICES = (
    "gini",
    "theil",
    "mean_log_deviation",
    "generalized_entropy",
    "atkinson",
    "coefficient_of_variation",
)
_KINDS: dict[str, ColumnKind] = {
    "group": "text",
    "n": "count",
    "share_of_people": "number",
    "share_of_total": "number",
    "index": "number",
    "contribution": "number",
}


def generalized_entropy_index(
    y_true: Any,
    y_pred: Any,
    *,
    alpha: float = 2.0,
    sensitive_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
) -> GroupedNumber:
    """How unequally are the benefits of decisions spread over people?

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,)
        What people deserved and what they got: bool, 0/1, or anything with ``pos_label``.
    alpha : float
        0 is the mean log deviation, 1 the Theil index, 2 half the squared coefficient of variation.
    sensitive_features : array-like, data frame, mapping or 2-D array, optional
        Groups, for the index inside each.
    sample_weight : array-like of shape (n,), optional
        Weights from 0.
    pos_label : label, optional
        The value that counts as positive.
    missing : {"raise", "drop", "category"}
        What to do with missing values.

    Returns
    -------
    GroupedNumber
        0 for equality; ``inf`` when ``alpha <= 0`` and somebody's benefit is 0.

    Notes
    -----
    The benefit is ``y_pred - y_true + 1``: 0 for a positive passed over, 1 for a right decision, 2 for an
    undeserved selection.

    References
    ----------
    Speicher, T. et al. (2018). A unified approach to quantifying algorithmic unfairness. KDD.

    Examples
    --------
    >>> generalized_entropy_index([1, 0], [1, 0]).value
    0.0
    """
    rows = _benefits(
        y_true, y_pred, sensitive_features, sample_weight, pos_label=pos_label, missing=missing
    )
    power = number(alpha, "alpha")
    found = numbers_of(
        rows, _index_of("generalized_entropy", power, 1.0), needs="some benefit", unit="index"
    )
    return GroupedNumber.of("generalized_entropy_index", "overall", found)


def theil_index(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
) -> GroupedNumber:
    """How unequally are benefits spread, by the Theil index?

    Parameters
    ----------
    y_true, y_pred, sensitive_features, sample_weight, pos_label, missing
        As for `generalized_entropy_index`, with alpha 1.

    Returns
    -------
    GroupedNumber
        From 0.

    References
    ----------
    Theil, H. (1967). Economics and Information Theory. North-Holland.
    Speicher, T. et al. (2018). A unified approach to quantifying algorithmic unfairness. KDD.

    Examples
    --------
    >>> theil_index([1, 0], [1, 0]).value
    0.0
    """
    rows = _benefits(
        y_true, y_pred, sensitive_features, sample_weight, pos_label=pos_label, missing=missing
    )
    found = numbers_of(rows, _index_of("theil", 1.0, 1.0), needs="some benefit", unit="index")
    return GroupedNumber.of("theil_index", "overall", found)


def coefficient_of_variation(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
) -> GroupedNumber:
    """How unequally are benefits spread, by standard deviation over mean?

    Parameters
    ----------
    y_true, y_pred, sensitive_features, sample_weight, pos_label, missing
        As for `generalized_entropy_index`.

    Returns
    -------
    GroupedNumber
        From 0; the square root of twice the generalised entropy with alpha 2.

    References
    ----------
    Speicher, T. et al. (2018). A unified approach to quantifying algorithmic unfairness. KDD.

    Examples
    --------
    >>> coefficient_of_variation([1, 0], [0, 1]).value
    1.0
    """
    rows = _benefits(
        y_true, y_pred, sensitive_features, sample_weight, pos_label=pos_label, missing=missing
    )
    found = numbers_of(
        rows, _index_of("coefficient_of_variation", 2.0, 1.0), needs="some benefit", unit="index"
    )
    return GroupedNumber.of("coefficient_of_variation", "overall", found)


def between_group_generalized_entropy_index(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    alpha: float = 2.0,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
) -> GroupedNumber:
    """How unequal would benefits be if everybody had their group's mean?

    Parameters
    ----------
    y_true, y_pred, sensitive_features, alpha, sample_weight, pos_label, missing
        As for `generalized_entropy_index`.

    Returns
    -------
    GroupedNumber
        From 0 to the whole index; ``by_group`` has the index inside each group.

    References
    ----------
    Shorrocks, A. F. (1980). The class of additively decomposable inequality measures. Econometrica 48, 613-625.
    Speicher, T. et al. (2018). A unified approach to quantifying algorithmic unfairness. KDD.

    Examples
    --------
    >>> between_group_generalized_entropy_index([1, 1, 0, 0], [1, 0, 1, 0], sensitive_features=list("abab")).value
    0.125
    """
    if sensitive_features is None:
        raise InputError.of(
            "sensitive_features is needed: which groups?",
            code="missing",
            param="sensitive_features",
        )
    rows = _benefits(
        y_true, y_pred, sensitive_features, sample_weight, pos_label=pos_label, missing=missing
    )
    power = number(alpha, "alpha")
    parts = indices.generalized_entropy_parts(
        rows.columns["amount"], rows.codes, alpha=power, weights=rows.weight, size=rows.size
    )
    found = numbers_of(
        rows, _index_of("generalized_entropy", power, 1.0), needs="some benefit", unit="index"
    )
    return GroupedNumber.of("between_group_generalized_entropy_index", "overall", found).valued(
        parts.between
    )


def _benefits(
    y_true: Any, y_pred: Any, features: Any, weight: Any, *, pos_label: Any, missing: str
) -> Measured:
    """Rows with ``y_pred - y_true + 1`` as their amount."""
    rows = measured(
        {},
        {"y_true": y_true, "y_pred": y_pred},
        sensitive_features=features,
        sample_weight=weight,
        pos_label=pos_label,
        missing=missing,
    )
    amount = rows.columns["y_pred"] - rows.columns["y_true"] + 1.0
    return Measured(
        {"amount": amount}, rows.codes, rows.labels, rows.features, rows.weight, rows.dropped
    )


def _index_of(index: str, alpha: float, epsilon: float) -> Quantity:
    """The index inside each group."""

    def one(x: Floats, w: Floats | None) -> float:
        if not len(x) or (w is not None and not w.sum()):
            return float("nan")
        if index == "generalized_entropy":
            return float(indices.generalized_entropy(x, alpha=alpha, weights=w))
        if index == "atkinson":
            return float(indices.atkinson(x, epsilon=epsilon, weights=w))
        return float(getattr(indices, index)(x, weights=w))

    def quantity(
        rows: Measured, codes: np.ndarray[Any, np.dtype[np.intp]], size: int
    ) -> GroupEstimates:
        order = np.argsort(codes, kind="stable")
        n = np.bincount(codes, minlength=size)
        members = np.split(order, np.cumsum(n)[:-1])
        x, w = rows.columns["amount"], rows.weight
        value = np.array([one(x[at], None if w is None else w[at]) for at in members])
        return GroupEstimates(value, np.full(size, np.nan), n.astype(np.intp))

    return quantity


def _said(value: float, amounts: Floats) -> str:
    """An index in words, with the reason where it is no plain number."""
    if math.isnan(value):
        return "undefined, because nobody has anything"
    if math.isinf(value):
        return "without limit" + (", because somebody has nothing" if (amounts == 0).any() else "")
    return f"{value:.3f}"


def _why_undefined(
    labels: tuple[Any, ...], value: Floats, n: np.ndarray[Any, np.dtype[np.intp]]
) -> list[str]:
    """A note for each group without an index."""
    return [
        f"group {show(label)} has {'nothing to share out' if rows else 'nobody'}, so its index is undefined."
        for label, one, rows in zip(labels, value, n, strict=True)
        if label is not None and math.isnan(one)
    ]


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class InequalityByGroup(Result):
    """How unequal amounts are, inside each group and between groups.

    Attributes
    ----------
    index : str
        Which index.
    value : float
        The index of everybody.
    between, within : float
        Parts of the generalised entropy with the index's alpha, which add up to it; nan for other indices.
    """

    index: str = ""
    value: float = float("nan")
    between: float = float("nan")
    within: float = float("nan")

    kind: ClassVar[str] = "fairness.inequality"
    shown: ClassVar[tuple[str, ...]] = ("group", "n", "share_of_people", "share_of_total", "index")
    count_columns: ClassVar[tuple[str, ...]] = ("n",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("group",)

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        return self.notes[0].text


def inequality(
    values: Any,
    *,
    sensitive_features: Any = None,
    index: Index = "theil",
    alpha: float = 2.0,
    epsilon: float = 1.0,
    sample_weight: Any = None,
    missing: Missing = "raise",
) -> InequalityByGroup:
    """How unequally is something spread over people, and how much of that lies between groups?

    Parameters
    ----------
    values : array-like of shape (n,)
        Amounts from 0: money, words, votes, adopted ideas; people with nothing included.
    sensitive_features : array-like, data frame, mapping or 2-D array, optional
        The groups; several columns are crossed.
    index : {"gini", "theil", "mean_log_deviation", "generalized_entropy", "atkinson", "coefficient_of_variation"}
        Which index.
    alpha : float
        Of the generalised entropy.
    epsilon : float
        Of the Atkinson index.
    sample_weight : array-like of shape (n,), optional
        How many people each amount stands for.
    missing : {"raise", "drop", "category"}
        What to do with missing values.

    Returns
    -------
    InequalityByGroup
        ``table`` has columns group, n, share_of_people, share_of_total, index and contribution (to the part
        within groups).

    References
    ----------
    Theil, H. (1967). Economics and Information Theory. North-Holland.
    Gini, C. (1912). Variabilità e mutabilità. Bologna.
    Atkinson, A. B. (1970). On the measurement of inequality. Journal of Economic Theory 2, 244-263.
    Shorrocks, A. F. (1980). The class of additively decomposable inequality measures. Econometrica 48, 613-625.

    Examples
    --------
    >>> found = inequality([1, 1, 3, 3], sensitive_features=list("aabb"))
    >>> round(found.between, 4), found.within
    (0.1308, 0.0)
    """
    choice(index, "index", _INDICES)
    rows = measured(
        {"values": values},
        {},
        sensitive_features=sensitive_features,
        sample_weight=sample_weight,
        missing=missing,
    )
    rows = Measured(
        {"amount": rows.columns["values"]},
        rows.codes,
        rows.labels,
        rows.features,
        rows.weight,
        rows.dropped,
    )
    power = {
        "theil": 1.0,
        "mean_log_deviation": 0.0,
        "generalized_entropy": number(alpha, "alpha"),
    }.get(index)
    parts = indices.generalized_entropy_parts(
        rows.columns["amount"],
        rows.codes,
        alpha=1.0 if power is None else power,
        weights=rows.weight,
        size=rows.size,
    )
    found = numbers_of(rows, _index_of(index, alpha, epsilon), needs="some amount", unit="index")
    apart = (np.nan, np.nan) if power is None else (parts.between, parts.within)
    table = Table(
        {
            "group": [label_text(label) for label in rows.labels],
            "n": found.n.tolist(),
            "share_of_people": parts.people.tolist(),
            "share_of_total": parts.amount.tolist(),
            "index": found.value.tolist(),
            "contribution": (
                parts.contribution if power is not None else np.full(rows.size, np.nan)
            ).tolist(),
        },
        _KINDS,
    )
    words = index.replace("_", " ")
    everybody = f"The {words} of everybody is {_said(found.overall, rows.columns['amount'])}."
    notes = [
        everybody,
        *_why_undefined(found.labels, found.value, found.n),
        *left_out((), rows.dropped),
    ]
    bars = Bars(
        label=("group",),
        value="share_of_total",
        expected="share_of_people",
        axis="share of the total",
    )
    return InequalityByGroup(
        title=f"Inequality ({words})",
        rows=table,
        notes=as_notes(notes),
        settings={
            "index": index,
            "alpha": alpha,
            "epsilon": epsilon,
        },
        picture=bars,
        index=index,
        value=found.overall,
        between=float(apart[0]),
        within=float(apart[1]),
    )
