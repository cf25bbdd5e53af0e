"""stratified_effect: each group against a reference group within strata (Mantel and Haenszel), and whether strata agree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from coprep.data.rows import Missing
from coprep.errors import InputError
from coprep.fairness._catalogue import METRICS
from coprep.fairness._group_table import GroupTable, label_text
from coprep.fairness._rows_for import data_for
from coprep.fairness._verdicts import JudgedResult, direction
from coprep.fairness._wording import groups_left_out, rows_left_out
from coprep.findings import Estimate, Finding, Note, Verdict, counted
from coprep.metrics._checks import Floats, number, share
from coprep.metrics.groups._rate_moments import effective_size
from coprep.metrics.groups._stratified import (
    breslow_day_test,
    cochran_mantel_haenszel_test,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.pictures import Forest
from coprep.table import ColumnKind, Table
from coprep.verdicts import FAIRNESS, decide
from coprep.wording.escape import quoted
from coprep.wording.names import plainly
from coprep.wording.numbers import fixed

__all__ = ["StratifiedEffect", "stratified_effect"]

_KINDS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "n": "count",
    "odds_ratio": "number",
    "odds_ratio_low": "number",
    "odds_ratio_high": "number",
    "risk_ratio": "number",
    "risk_ratio_low": "number",
    "risk_ratio_high": "number",
    "risk_difference": "number",
    "low": "number",
    "high": "number",
    "inner_low": "number",
    "inner_high": "number",
    "crude_difference": "number",
    "chi_square": "number",
    "p_value": "number",
    "p_adjusted": "number",
    "homogeneity": "number",
    "homogeneity_p_value": "number",
    "strata": "count",
    "smallest": "count",
    "verdict": "text",
    "reading": "text",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class StratifiedEffect(JudgedResult):
    """Each group against the reference within strata.

    Attributes
    ----------
    compared_with : str
        The reference group.
    """

    compared_with: str = ""

    kind: ClassVar[str] = "fairness.stratified_effect"
    shown: ClassVar[tuple[str, ...]] = (
        "group", "n", "crude_difference", "risk_difference", "low", "high", "odds_ratio", "p_adjusted",
        "homogeneity_p_value", "verdict",
    )  # fmt: skip
    headings: ClassVar[dict[str, tuple[str, str]]] = {
        "crude_difference": ("Difference in percentage points, strata not told apart", "number"),
        "risk_difference": ("Difference in percentage points, within strata", "number"),
        "low": ("Lower limit", "number"),
        "high": ("Upper limit", "number"),
        "odds_ratio": ("Odds ratio within strata", "ratio"),
        "homogeneity_p_value": ("p-value, same odds ratio in all strata", "p"),
    }
    count_columns: ClassVar[tuple[str, ...]] = ("smallest",)
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("attribute",)


def stratified_effect(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    control_features: Any = None,
    reference: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    material: float = 5.0,
    confidence: float = 0.95,
    alpha: float = 0.05,
) -> StratifiedEffect:
    """Is each group selected more or less often than a reference group, like compared with like?

    Parameters
    ----------
    y_true : ignored, or a GroupTable
        Kept so that calls look like those of other metrics; may be None.
    y_pred : array-like of shape (n,)
        Who was selected.
    sensitive_features, control_features : array-like, data frame, mapping or 2-D array
        The groups, and the strata within which they are compared.
    reference : label, optional
        By default the largest group.
    sample_weight, pos_label, missing
        As in `demographic_parity_difference`.
    material : float
        Differences of fewer percentage points do not matter.
    confidence, alpha : float
        Levels of intervals and, after Holm's adjustment over groups, of verdicts.

    Returns
    -------
    StratifiedEffect
        ``table``: a row a group with the Mantel-Haenszel odds ratio, risk ratio and risk difference
        (percentage points) and their intervals, the Cochran-Mantel-Haenszel test, Breslow and Day's
        test that the odds ratio is the same in all strata, and the difference when strata are not
        told apart.

    Notes
    -----
    Weighted rows count as the equal rows they are worth, and strata by what these weigh: weights of
    one size change nothing. Where the odds ratio is not the same in all strata, one
    number for all hides more than it tells; look at the strata one by one.

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748. Breslow, N. & Day, N. (1980). Statistical
    Methods in Cancer Research I. IARC.

    Examples
    --------
    >>> table = GroupTable.from_counts({
    ...     "arts": {"f": {"selected": 20, "total": 80}, "m": {"selected": 5, "total": 20}},
    ...     "law": {"f": {"selected": 10, "total": 20}, "m": {"selected": 40, "total": 80}},
    ... })
    >>> row = stratified_effect(table, reference="m").table.iloc[0]
    >>> round(float(row["crude_difference"]), 6), round(float(row["risk_difference"]), 6)
    (-15.0, 0.0)
    """
    data = data_for(
        METRICS["selection_rate"],
        y_true,
        y_pred,
        sensitive_features=sensitive_features,
        control_features=control_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
    )
    table = data if isinstance(data, GroupTable) else GroupTable.counted(data)
    sizes = table.group_sizes
    known = [group for group, here in zip(table.groups, table.known, strict=True) if here]
    base = max(known, key=lambda group: sizes[group], default=None)
    if reference is not None:
        base = table.groups[table.place(reference)]
    others = [group for group in known if sizes[group] and group != base]
    if base is None or not others or not sizes[base]:
        raise InputError.of(
            "at least two groups with rows are needed.",
            code="one_group",
            param="sensitive_features",
        )
    asked = _Asked(
        number(material, "material", low=0.0),
        share(confidence, "confidence"),
        share(alpha, "alpha", below=0.5),
    )
    rows = [_row(table, group, base, asked) for group in others]
    adjusted = np.atleast_1d(adjust_p_values([row["p_value"] for row in rows])).tolist()
    attribute = " x ".join(table.attributes)
    for row, p in zip(rows, adjusted, strict=True):
        verdict = _verdict(row, p, asked)
        reading = _reading(row, verdict, label_text(base))
        row |= {
            "attribute": attribute,
            "p_adjusted": p,
            "verdict": verdict.value,
            "reading": reading,
        }
    named = " x ".join(map(plainly, table.attributes))
    counted_rows = Note.of(
        "rows",
        "{rows} in {strata} were counted.",
        rows=counted(table.n, "row"),
        strata=counted(len(table.strata), "stratum", "strata"),
    )
    out = [group for group in table.groups if group not in (*others, base)]
    return StratifiedEffect(
        title=f"Groups of {named} compared with {quoted([label_text(base)])} within strata",
        rows=Table.from_records(rows, _KINDS),
        findings=tuple(_finding(row, asked) for row in rows),
        notes=(counted_rows, *rows_left_out(table.dropped), *groups_left_out(sizes, out)),
        settings={
            "material": asked.material,
            "confidence": asked.confidence,
            "alpha": asked.alpha,
        },
        picture=_forest(asked),
        compared_with=str(label_text(base)),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What does not matter, and how sure one must be."""

    material: float
    confidence: float
    alpha: float


def _verdict(row: dict[str, Any], p: float, asked: _Asked) -> Verdict:
    return decide(
        FAIRNESS,
        math.nan if math.isnan(p) else row["risk_difference"],
        (-asked.material, asked.material),
        p_value=p,
        alpha=asked.alpha,
        shown_small=max(-row["inner_low"], row["inner_high"]) <= asked.material,
    )


def _stack(table: GroupTable, group: Any, base: Any) -> tuple[Floats, Floats]:
    """Two-by-two tables (group, reference) by (selected, not selected), one a stratum in which both
    are: as many rows as they are worth, and what one of these weighs.
    """
    places = [table.groups.index(group), table.groups.index(base)]
    pair = table.weights[:, places]
    selected = pair[..., 1].sum(axis=2)
    total = pair.sum(axis=(2, 3))
    both = total.min(axis=1) > 0
    selected = selected[both]
    total = total[both]
    weight = np.ones(len(total))
    if table.weighted:
        squares = table.squares[both][:, places]
        size = effective_size(
            selected, total, squares[..., 1].sum(axis=2), squares.sum(axis=(2, 3))
        )
        weight = _harmonic(total) / _harmonic(size)
        selected = selected / total * size
        total = size
    return np.stack([selected, total - selected], axis=2), weight


def _harmonic(sizes: Floats) -> Floats:
    """How much a stratum counts for, by the sizes of its two groups."""
    return np.asarray(sizes.prod(axis=1) / sizes.sum(axis=1))


def _row(table: GroupTable, group: Any, base: Any, asked: _Asked) -> dict[str, Any]:
    stack, weight = _stack(table, group, base)
    place = table.groups.index(group)
    rates = table.weights[..., 1].sum(axis=(0, 2)) / table.weights.sum(axis=(0, 2, 3))
    numbers = [name for name, kind in _KINDS.items() if kind == "number"]
    row: dict[str, Any] = {
        **dict.fromkeys(numbers, math.nan),
        "group": label_text(group),
        "n": int(table.rows[:, place].sum()),
        "smallest": table.smallest_cell(place),
        "strata": len(stack),
        "crude_difference": 100 * float(rates[place] - rates[table.groups.index(base)]),
    }
    if not len(stack):
        return row
    names = (("odds_ratio", mantel_haenszel_odds_ratio), ("risk_ratio", mantel_haenszel_risk_ratio))
    for name, effect in names:
        found = effect(stack, confidence=asked.confidence, weights=weight)
        row |= dict(zip((name, f"{name}_low", f"{name}_high"), found, strict=True))
    for level, low, high in (
        (asked.confidence, "low", "high"),
        (1 - 2 * asked.alpha, "inner_low", "inner_high"),
    ):
        value, least, most = mantel_haenszel_risk_difference(
            stack, confidence=level, weights=weight
        )
        row |= {"risk_difference": 100 * value, low: 100 * least, high: 100 * most}
    test = cochran_mantel_haenszel_test(stack, weights=weight)
    same = breslow_day_test(stack)
    return {
        **row,
        "chi_square": test.statistic,
        "p_value": test.p_value,
        "homogeneity": same.statistic,
        "homogeneity_p_value": same.p_value,
    }


def _reading(row: dict[str, Any], verdict: Verdict, base: str | None) -> str:
    group = quoted([row["group"]])
    beside = quoted([base])
    value = row["risk_difference"]
    if verdict is Verdict.NOT_ASSESSABLE:
        if not row["strata"]:
            return f"{group} and {beside} have no stratum in which they can be compared."
        return f"Where both {group} and {beside} are, nobody was selected, or everybody: they cannot be compared."
    side = "more" if value > 0 else "less"
    apart = f"by {fixed(abs(value), 1)} percentage points"
    said = f"Compared within strata, {group} is selected {side} often than {beside} {apart}"
    if verdict is Verdict.DISPARITY:
        return f"{said}, more than chance explains."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"{said}, too little to matter."
    return f"{said}; the data cannot tell whether there is a difference that matters."


_NEXT = {
    Verdict.DISPARITY: "Look at the strata one by one, and at what decides in them.",
    Verdict.NO_MATERIAL_DIFFERENCE: "Keep counting, so that a change would show.",
    Verdict.INCONCLUSIVE: "Pool more rounds before drawing a conclusion.",
    Verdict.NOT_ASSESSABLE: "Use broader strata, so that both groups are in some of them.",
}


def _finding(row: dict[str, Any], asked: _Asked) -> Finding:
    verdict = Verdict(row["verdict"])
    template = "Without telling strata apart the difference is {difference} percentage points."
    crude = row["crude_difference"]
    caveats = [
        Note("crude_difference", template.format(difference=fixed(crude, 1)), {"difference": crude})
    ]
    if row["homogeneity_p_value"] <= asked.alpha:
        said = (
            "The odds ratio is not the same in all strata, so one number for all hides something."
        )
        caveats.append(Note("strata_differ", said, {"p_value": row["homogeneity_p_value"]}))
    return Finding(
        question="fairness",
        attribute=row["attribute"],
        group=row["group"],
        verdict=verdict,
        estimate=Estimate(
            row["risk_difference"],
            row["low"],
            row["high"],
            asked.confidence,
            "Mantel-Haenszel, Sato",
            "points",
        ),
        p_value=row["p_value"],
        p_adjusted=row["p_adjusted"],
        n=row["n"],
        reading=row["reading"],
        caveats=tuple(caveats),
        next_step=_NEXT[verdict],
        details={
            "estimand": "difference of selection rates within strata, strata weighted as Mantel and Haenszel do",
            "null": "within every stratum both groups are selected at the same rate",
            "odds_ratio": row["odds_ratio"],
            "homogeneity_p_value": row["homogeneity_p_value"],
            "direction": direction(row["risk_difference"], 0.0),
        },
        values={"difference": row["risk_difference"]},
    )


def _forest(asked: _Asked) -> Forest:
    return Forest(
        label=("group",),
        value="risk_difference",
        low="low",
        high="high",
        inner_low="inner_low",
        inner_high="inner_high",
        n="n",
        log=False,
        null=0.0,
        band=(-asked.material, asked.material),
        axis="difference within strata (percentage points)",
    )
