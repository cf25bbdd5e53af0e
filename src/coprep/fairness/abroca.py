"""abroca: the area between the ROC curves of two groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from coprep.data.rows import Missing, Rows
from coprep.fairness._catalogue import METRICS
from coprep.fairness._distances import abroca_reading, roc_curve
from coprep.fairness._group_table import label_text
from coprep.fairness._options import options_of
from coprep.fairness._rows_for import data_for
from coprep.fairness.metric import MetricResult
from coprep.metrics.groups._classification import Undefined
from coprep.pictures import Lines
from coprep.results import Result
from coprep.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["abroca"]

_GRID = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, init=False, repr=False, eq=False)
class _Abroca(MetricResult):
    """The area between curves, and the curves: true positive rates at every hundredth of false
    positive rates.
    """

    curves: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "fairness.abroca"

    def __init__(self, value: float = float("nan"), **stored: Any) -> None:
        super().__init__(value, **{"curves": Table({}, {}), **stored})

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the curve of each group; returns the Axes."""
        picture = Lines(
            x="false_positive_rate",
            y="true_positive_rate",
            series="group",
            xaxis="false positive rate",
            axis="true positive rate",
            diagonal="no better than chance",
        )
        drawn = Result(title="ROC curves by group", rows=self.curves, picture=picture)
        return drawn.plot(ax, **options)


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
) -> MetricResult:
    """How large is the area between the ROC curves of two groups?

    Parameters
    ----------
    y_true, y_score : array-like of shape (n,)
        Labels and scores.
    sensitive_features, sample_weight, pos_label, missing, undefined, confidence
        As for `metric`.
    reference : label, optional
        Compare each group with this one; by default every two groups.

    Returns
    -------
    MetricResult
        From 0 to 1: the largest area of any pair; ``by_group`` has the areas under the curves,
        ``curves`` the curves, which ``plot()`` draws. Without interval.

    Notes
    -----
    Exact. Curves that cross can have the same area under them and a large area between them. Above
    0 by chance alone: ``noise_floor`` is the mean over shuffles of the group labels among rows of
    the same true label.

    References
    ----------
    Gardner, J., Brooks, C. & Baker, R. (2019). Evaluating the fairness of predictive student models
    through slicing analysis. LAK19, 225-234.

    Examples
    --------
    >>> abroca([0, 1, 0, 1], [0.1, 0.9, 0.9, 0.1], sensitive_features=["a", "a", "b", "b"]).value
    1.0
    """
    auc = METRICS["roc_auc_score"]
    options = options_of(auc, reference=reference, undefined=undefined, confidence=confidence)
    rows = data_for(
        auc,
        y_true,
        y_score,
        sensitive_features=sensitive_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
    )
    assert isinstance(rows, Rows)
    source = abroca_reading(rows, options)
    return _Abroca(source.value, source=source, curves=_curves(rows))


def _curves(rows: Rows) -> Table:
    """The curve of each group that has rows of both labels."""
    groups = rows.groups
    records = []
    for i, group in enumerate(groups.labels):
        at = groups.codes == i
        if len(np.unique(rows.flags["y_true"][at])) < 2:
            continue
        false, true = roc_curve(rows, at)
        for x, y in zip(_GRID, np.interp(_GRID, false, true), strict=True):
            records.append(
                {"group": label_text(group), "false_positive_rate": x, "true_positive_rate": y}
            )
    kinds = {"group": "text", "false_positive_rate": "number", "true_positive_rate": "number"}
    return Table.from_records(records, kinds)  # type: ignore[arg-type]
