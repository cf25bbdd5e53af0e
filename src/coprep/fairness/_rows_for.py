"""The rows one metric needs, or the table of counts that was given in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coprep.data.rows import Missing, Rows, read_rows
from coprep.errors import InputError
from coprep.fairness._catalogue import Metric
from coprep.fairness._group_table import GroupTable
from coprep.fairness._rates import ALIKE


def data_for(
    metric: Metric,
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any = None,
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    needs_groups: bool = True,
    strict: bool = True,
) -> Rows | GroupTable:
    """The rows one metric needs, or the table that was given instead: a column that plays no part is not looked at.

    Unless ``strict``, options that play no part in it are let through: they do in other metrics
    beside it.
    """
    features = {
        "sensitive_features": sensitive_features,
        "control_features": control_features,
        "sample_weight": sample_weight,
        "pos_label": pos_label,
    }
    if isinstance(y_true, GroupTable):
        no_rows_beside_a_table(y_pred=y_pred, **features)
        _must_hold(metric)
        return y_true
    if needs_groups and sensitive_features is None:
        raise InputError.of(
            "sensitive_features is needed: which groups?",
            code="missing",
            param="sensitive_features",
            hint='for everybody together, ask for between="by_group".',
        )
    if strict:
        _must_play_a_part(metric, features)
    given = {"y_true": y_true, "y_pred": y_pred}
    needed = {name: given[name] for name in metric.needs}
    for name, values in needed.items():
        if values is None:
            raise InputError.of(f"{metric.name} needs {name}.", code="missing", param=name)
    columns: dict[str, Any] = {"flags": {}, "numbers": {}, "decisions": {}, "others": {}}
    if metric.kind == "rate":
        columns["flags"] = needed
    elif metric.kind == "count":
        columns["others"] = {name: values for name, values in given.items() if values is not None}
    elif metric.name == "total_variation_distance":
        columns["decisions"] = needed
    elif metric.kind == "error":
        columns["numbers"] = needed
    else:
        columns["numbers"] = {"y_pred": y_pred}
        columns["flags"] = {name: values for name, values in needed.items() if name == "y_true"}
    if metric.kind == "count" and not columns["others"]:
        raise InputError.of(
            "y_true and y_pred are both None; one is needed.", code="missing", param="y_true"
        )
    vouching = None
    if pos_label is not None and metric.needs == ("y_pred",):
        vouching = y_true
    alike = min((ALIKE.get(rate, 0) for rate in metric.rates), default=0)
    return read_rows(
        **columns,
        **features,
        vouching=vouching,
        missing=missing,
        alike=alike,
    )


def no_rows_beside_a_table(**given: Any) -> None:
    """Rows and a table together are an error."""
    twice = [name for name, values in given.items() if values is not None]
    if twice:
        raise InputError.of(
            f"y_true is a table, which has counted already; leave out {' and '.join(twice)}.",
            code="rows_and_table",
            param=twice[0],
        )


def _must_hold(metric: Metric) -> None:
    """A table holds decisions and no scores."""
    if metric.kind in ("rate", "count") or metric.name == "total_variation_distance":
        return
    raise InputError.of(
        f"{metric.name} needs numbers of every row, and a table holds counts of decisions.",
        code="no_scores",
        param="y_true",
        hint="pass y_true and y_pred as columns.",
    )


def _must_play_a_part(metric: Metric, features: Mapping[str, Any]) -> None:
    """Refuse columns that would change nothing."""
    idle = []
    if metric.kind != "rate":
        idle.append("control_features")
        if metric.kind != "score" or "y_true" not in metric.needs:
            idle.append("pos_label")
    if metric.kind == "count":
        idle.append("sample_weight")
    for name in idle:
        if features[name] is not None:
            raise InputError.of(
                f"{name} would play no part in {metric.name}.",
                code="unused_option",
                param=name,
                hint=f"leave out {name}.",
            )
