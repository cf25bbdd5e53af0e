"""Estimate weighted shares of answers, with errors that know that the weights were calibrated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.data.columns import in_order
from coprep.data.labels import label
from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints
from coprep.metrics._checks import share as share_of
from coprep.metrics.weighting import (
    calibrated_variance,
    kish_effective_n,
    korn_graubard_interval,
)
from coprep.representation._joint import Joint
from coprep.table import ColumnKind, Table

if TYPE_CHECKING:
    import pandas as pd

_ROWS: dict[str, ColumnKind] = {
    "answer": "text",
    "count": "count",
    "share": "number",
    "weighted": "number",
    "standard_error": "number",
    "low": "number",
    "high": "number",
}
_NO_SPREAD = 1e-9  # of a standard error: beneath it nothing is left to vary


def share_rows(
    joint: Joint,
    *,
    answers: Sequence[Any],
    weight: Floats,
    base: Floats,
    cluster: Sequence[Any] | None,
    strata: Sequence[Any] | None,
    joint_cells: bool,
    confidence: float,
) -> pd.DataFrame:
    """A row an answer: people, shares, the weighted one's standard error and interval.

    ``weight`` is a person's, ``base`` what it was made from; ``joint_cells`` says that weights
    reach the joint table of the attributes.
    """
    share_of(confidence, "confidence")
    if (weight < 0).any():
        raise InputError.of(
            "some weights are negative, and no share can be read from them.",
            code="negative_weights",
            param="participants",
            hint="make weights with bounds, or with method='rake'.",
        )
    named = [label(answer) for answer in answers]
    known = np.array([name is not None for name in named], dtype=np.bool_)
    codes = joint.codes[known]
    people = joint.n[known].astype(float)
    each = weight[known]
    start = base[known]
    told = [str(name) for name in named if name is not None]
    if not told or not (each * people).sum() > 0:
        raise InputError.of("nobody with a weight gave an answer.", code="no_rows", param="column")
    order = in_order(set(told))
    values = np.array([[one == name for name in order] for one in told], dtype=float)
    groups = _groups(codes, joint_cells=joint_cells)
    # A row of several people of one cluster counts as their sum: variance is between clusters.
    alone = cluster is None
    variance = calibrated_variance(
        values,
        each if alone else each * people,
        groups=groups,
        base=start if alone else start * people,
        people=people if alone else None,
        clusters=None if alone else _numbered(cluster, known),
        strata=None if strata is None else _numbered(strata, known),
    )
    error = np.sqrt(np.asarray(variance, dtype=float))
    weighted = (each * people) @ values / (each * people).sum()
    degrees = _degrees(people, cluster, strata, known)
    effective = float(kish_effective_n((each * people).sum(), (each**2 * people).sum()))
    low, high = _limits(weighted, error, degrees, effective, people.sum(), confidence)
    counts = people @ values
    columns = {
        "answer": order,
        "count": np.round(counts).astype(int).tolist(),
        "share": (counts / people.sum()).tolist(),
        "weighted": weighted.tolist(),
        "standard_error": error.tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
    }
    return Table(columns, _ROWS).to_frame()


def _groups(codes: Ints, *, joint_cells: bool) -> Ints:
    """The groups that weights were made for, from 0; people of no known group are one of their own."""
    if joint_cells:
        _, cell = np.unique(codes, axis=0, return_inverse=True)
        return cell.reshape(-1, 1).astype(np.intp)
    return codes + 1


def _numbered(values: Sequence[Any] | None, known: Any) -> Ints:
    """A number for each different value; a missing one is a value."""
    kept = [str(value) for value, there in zip(values or (), known, strict=True) if there]
    _, numbers = np.unique(kept, return_inverse=True)
    return numbers.astype(np.intp)


def _degrees(
    people: Floats, cluster: Sequence[Any] | None, strata: Sequence[Any] | None, known: Any
) -> float:
    """Degrees of freedom of the design: clusters (or people) less strata."""
    within = 1
    stratum = np.zeros(len(people), dtype=np.intp)
    if strata is not None:
        stratum = _numbered(strata, known)
        within = int(stratum.max()) + 1
    if cluster is None:
        return float(people.sum() - within)
    pairs = np.stack([stratum, _numbered(cluster, known)])
    return float(np.unique(pairs, axis=1).shape[1] - within)


def _limits(
    share: Floats, error: Floats, degrees: float, effective: float, n: float, confidence: float
) -> tuple[Floats, Floats]:
    """Limits on the logit scale; where nothing is left to vary, those of so many people."""
    from scipy.special import expit, logit, stdtrit

    limits = korn_graubard_interval(
        np.clip(share, 0, 1),
        np.full(share.shape, min(effective, n)),
        n=n,
        degrees_of_freedom=max(degrees, 1.0),
        confidence=confidence,
    )
    low = np.array(limits.low, dtype=float)
    high = np.array(limits.high, dtype=float)
    varies = (share > 0) & (share < 1) & (error > _NO_SPREAD) & (degrees > 0)
    at = share[varies]
    half = stdtrit(degrees, (1 + confidence) / 2) * error[varies] / (at * (1 - at))
    low[varies] = expit(logit(at) - half)
    high[varies] = expit(logit(at) + half)
    # An error that cannot be estimated, with one cluster, gives no limits.
    low[np.isnan(error)] = np.nan
    high[np.isnan(error)] = np.nan
    return low, high
