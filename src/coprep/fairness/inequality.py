"""inequality: how unequally something is spread over people, and how much of that lies between groups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.data.rows import Missing, Rows, read_rows
from coprep.fairness._group_table import label_text
from coprep.fairness._numbers import Numbers, Quantity, numbers_by_group
from coprep.fairness._wording import rows_left_out
from coprep.findings import Note
from coprep.metrics._checks import Floats, choice, number
from coprep.metrics.groups._group_means import GroupEstimates
from coprep.metrics.spread import _inequality as indices
from coprep.pictures import Bars
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.numbers import fixed

__all__ = ["Inequality", "inequality"]

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

    def quantity(rows: Rows, codes: NDArray[np.intp], size: int) -> GroupEstimates:
        order = np.argsort(codes, kind="stable")
        n = np.bincount(codes, minlength=size)
        members = np.split(order, np.cumsum(n)[:-1])
        x = rows.numbers["values"]
        w = rows.weight
        value = np.array([one(x[at], None if w is None else w[at]) for at in members])
        return GroupEstimates(value, np.full(size, np.nan), n.astype(np.intp))

    return quantity


def _said(value: float) -> str:
    """An index in words, with the reason where it is no plain number."""
    if math.isnan(value):
        return "undefined, because nobody has anything"
    if math.isinf(value):
        return "without limit, because somebody has nothing"
    return fixed(value, 3)


def _why_undefined(numbers: Numbers) -> list[Note]:
    """A note for each group without an index."""
    notes = []
    for label, value, n in zip(numbers.labels, numbers.value, numbers.n, strict=True):
        if label is not None and math.isnan(value):
            has = "nothing to share out" if n else "nobody"
            template = "Group {group:label} has {has}, so its index is undefined."
            notes.append(Note.of("undefined", template, group=label_text(label), has=has))
    return notes


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Inequality(Result):
    """How unequal amounts are, inside each group and between groups.

    Attributes
    ----------
    index : str
        Which index.
    value : float
        The index of everybody.
    between, within : float
        Parts of the generalised entropy with the index's alpha, which add up to it; nan for other
        indices.
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
        return f"The {self.index.replace('_', ' ')} of everybody is {_said(self.value)}."


def inequality(
    values: Any,
    *,
    sensitive_features: Any = None,
    index: Index = "theil",
    alpha: float = 2.0,
    epsilon: float = 1.0,
    sample_weight: Any = None,
    missing: Missing = "raise",
) -> Inequality:
    """How unequally is something spread over people, and how much of that lies between groups?

    Parameters
    ----------
    values : array-like of shape (n,)
        Amounts from 0: money, words, votes, adopted ideas; people with nothing included. For the
        benefits of decisions (Speicher et al. 2018) pass ``y_pred - y_true + 1``: 0 for a positive
        passed over, 1 for a right decision, 2 for an undeserved selection; probabilities will do.
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
    Inequality
        ``table`` has columns group, n, share_of_people, share_of_total, index and contribution (to
        the part within groups).

    References
    ----------
    Theil, H. (1967). Economics and Information Theory. North-Holland. Gini, C. (1912). Variabilità
    e mutabilità. Bologna. Atkinson, A. B. (1970). On the measurement of inequality. Journal of
    Economic Theory 2, 244-263. Shorrocks, A. F. (1980). The class of additively decomposable
    inequality measures. Econometrica 48, 613-625. Speicher, T. et al. (2018). A unified approach to
    quantifying algorithmic unfairness. KDD.

    Examples
    --------
    >>> found = inequality([1, 1, 3, 3], sensitive_features=list("aabb"))
    >>> round(found.between, 4), found.within
    (0.1308, 0.0)
    """
    choice(index, "index", _INDICES)
    rows = read_rows(
        numbers={"values": values},
        sensitive_features=sensitive_features,
        sample_weight=sample_weight,
        missing=missing,
    )
    amounts = rows.numbers["values"]
    groups = rows.groups
    size = len(groups.labels)
    powers = {
        "theil": 1.0,
        "mean_log_deviation": 0.0,
        "generalized_entropy": number(alpha, "alpha"),
    }
    adds_up = index in powers
    parts = indices.generalized_entropy_parts(
        amounts,
        groups.codes.astype(np.intp),
        alpha=powers.get(index, 1.0),
        weights=rows.weight,
        size=size,
    )
    quantity = _index_of(index, alpha, epsilon)
    found = numbers_by_group(rows, quantity, lacking="some amount", unit="index")
    nothing = np.full(size, np.nan)
    table = Table(
        {
            "group": [label_text(label) for label in groups.labels],
            "n": found.n.tolist(),
            "share_of_people": parts.people.tolist(),
            "share_of_total": parts.amount.tolist(),
            "index": found.value.tolist(),
            "contribution": (parts.contribution if adds_up else nothing).tolist(),
        },
        _KINDS,
    )
    return Inequality(
        title=f"Inequality ({index.replace('_', ' ')})",
        rows=table,
        notes=(*_why_undefined(found), *rows_left_out(rows.dropped)),
        settings={"index": index, "alpha": alpha, "epsilon": epsilon},
        picture=Bars(
            label=("group",),
            value="share_of_total",
            expected="share_of_people",
            axis="share of the total",
        ),
        index=index,
        value=found.overall,
        between=float(parts.between) if adds_up else math.nan,
        within=float(parts.within) if adds_up else math.nan,
    )
