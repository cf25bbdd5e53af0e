"""Knows how groups fare when like is compared with like: conditional disparity, Mantel-Haenszel, epsilon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from coprep.errors import InputError
from coprep.fairness._functions import table_for
from coprep.fairness.grouptable import GroupTable, Missing, label_text
from coprep.fairness.result import MetricResult
from coprep.findings import Estimate, Finding, Verdict, as_notes
from coprep.metrics._checks import Floats, number, share
from coprep.metrics.groups._classification import Undefined
from coprep.metrics.groups._stratified import (
    breslow_day_test,
    cochran_mantel_haenszel_test,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.pictures import Forest
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show
from coprep.wording.names import plainly

__all__ = [
    "StratifiedEffect",
    "conditional_demographic_disparity",
    "differential_fairness",
    "stratified_effect",
]


def conditional_demographic_disparity(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    control_features: Any = None,
    group: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> MetricResult:
    """Is a group a larger share of those rejected than of those accepted, like compared with like?

    Parameters
    ----------
    y_true : ignored, or a GroupTable
        Kept so that calls look like those of other metrics; may be None.
    y_pred : array-like of shape (n,)
        Who was accepted.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed.
    control_features : the same, optional
        The conditioning strata; without any this is demographic disparity.
    group : label, optional
        The group the number is about; by default the one with the largest disparity, whose interval, p value and
        noise floor allow for its being the largest of so many. All are in ``by_group``.
    sample_weight, pos_label, missing, undefined, confidence
        As in `demographic_parity_difference`; with ``undefined="skip"`` strata are left out where nobody was
        accepted, or nobody rejected.

    Returns
    -------
    MetricResult
        From -1 to 1; above 0 the group is a larger share of the rejected.

    Notes
    -----
    In each stratum the group's share of the rejected minus its share of the accepted; then the average over strata,
    weighted by their size. The sign is the point: it may turn when strata are told apart.

    References
    ----------
    Wachter, S., Mittelstadt, B. & Russell, C. (2021). Why fairness cannot be automated. Computer Law & Security
    Review 41, 105567.

    Examples
    --------
    >>> table = GroupTable.from_counts({"f": {"selected": 12, "total": 40}, "m": {"selected": 48, "total": 80}})
    >>> round(float(conditional_demographic_disparity(table, group="f")), 3)
    0.267
    """
    table = _table(
        y_true,
        y_pred,
        "selection_rate",
        sensitive_features=sensitive_features,
        control_features=control_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
    )
    return MetricResult.of(
        table,
        "conditional_demographic_disparity",
        group=group,
        undefined=undefined,
        confidence=confidence,
    )


def _table(y_true: Any, y_pred: Any, name: str, **rows: Any) -> GroupTable:
    if isinstance(y_true, GroupTable):
        return y_true
    if rows["sensitive_features"] is None:
        raise InputError.of(
            "sensitive_features is needed: which groups?",
            code="missing",
            param="sensitive_features",
        )
    return table_for(name, None, y_pred, **rows)


def differential_fairness(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    concentration: float = 1.0,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    confidence: float = 0.95,
) -> MetricResult:
    """By what factor, at most, does the chance of either outcome differ between two groups (as a logarithm)?

    Parameters
    ----------
    y_true : ignored, or a GroupTable
        Kept so that calls look like those of other metrics; may be None.
    y_pred : array-like of shape (n,)
        Who was selected.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed, which is what the measure was made for.
    concentration : float
        Smoothing, in people, spread over the outcomes; 0 for none.
    sample_weight, pos_label, missing, confidence
        As in `demographic_parity_difference`.

    Returns
    -------
    MetricResult
        Epsilon from 0 to inf; ``exp(epsilon)`` is the factor.

    References
    ----------
    Foulds, J., Islam, R., Keya, K. & Pan, S. (2020). An intersectional definition of fairness. ICDE 2020.

    Examples
    --------
    >>> table = GroupTable.from_counts({"f": {"selected": 12, "total": 40}, "m": {"selected": 48, "total": 80}})
    >>> round(float(differential_fairness(table, concentration=0)), 6)
    0.693147
    """
    table = _table(
        y_true,
        y_pred,
        "selection_rate",
        sensitive_features=sensitive_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
    )
    return MetricResult.of(
        table,
        "differential_fairness",
        concentration=number(concentration, "concentration", low=0.0),
        confidence=confidence,
    )


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
class StratifiedEffect(Result):
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
    pos_label, missing
        As in `demographic_parity_difference`.
    material : float
        Differences of fewer percentage points do not matter.
    confidence, alpha : float
        Levels of intervals and, after Holm's adjustment over groups, of verdicts.

    Returns
    -------
    StratifiedEffect
        ``table``: a row a group with the Mantel-Haenszel odds ratio, risk ratio and risk difference (percentage
        points) and their intervals, the Cochran-Mantel-Haenszel test, Breslow and Day's test that the odds ratio is
        the same in all strata, and the difference when strata are not told apart.

    Notes
    -----
    Weights play no part: rows are counted. Where the odds ratio is not the same in all strata, one number for all
    hides more than it tells; look at the strata one by one.

    References
    ----------
    Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748. Breslow, N. & Day, N. (1980). Statistical Methods in Cancer
    Research I. IARC.

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
    table = _table(
        y_true,
        y_pred,
        "selection_rate",
        sensitive_features=sensitive_features,
        control_features=control_features,
        sample_weight=None,
        pos_label=pos_label,
        missing=missing,
    )
    if table.weighted:
        raise InputError.of(
            "stratified_effect needs whole counts, and the table's rows are weighted.",
            code="weighted",
            param="y_true",
            hint="count the rows without weights, or use conditional_demographic_disparity, which takes them.",
        )
    sizes = table.group_sizes
    if reference is not None and reference not in sizes:
        raise InputError.choice("reference", reference, table.groups)
    base = max(sizes, key=lambda g: sizes[g]) if reference is None else reference
    others = [g for g, n in sizes.items() if n and g != base]
    if not others or not sizes[base]:
        raise InputError.of(
            "at least two groups with rows are needed.",
            code="one_group",
            param="sensitive_features",
        )
    levels = share(confidence, "confidence"), share(alpha, "alpha", below=0.5)
    judge = _Judge(number(material, "material", low=0.0), *levels)
    rows = [_row(table, group, base, judge) for group in others]
    for row, p in zip(
        rows, np.atleast_1d(adjust_p_values([r["p_value"] for r in rows])).tolist(), strict=True
    ):
        verdict = judge.verdict(row, p)
        row |= {"p_adjusted": p, "verdict": verdict.value, "reading": _reading(row, verdict, base)}
    attribute = " x ".join(table.attributes)
    return StratifiedEffect(
        title=f"Groups of {' x '.join(map(plainly, table.attributes))} compared with {show(base)} within strata",
        rows=Table.from_records([{**row, "attribute": attribute} for row in rows], _KINDS),
        findings=tuple(_finding(row, attribute, judge) for row in rows),
        notes=as_notes((f"{table.n:,} rows in {len(table.strata):,} strata were counted.",)),
        settings={
            "material": judge.material,
            "confidence": judge.confidence,
            "alpha": judge.alpha,
        },
        picture=_forest(judge),
        compared_with=str(label_text(base)),
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    material: float
    confidence: float
    alpha: float

    def verdict(self, row: dict[str, Any], p: float) -> Verdict:
        """The library's rule: too small to matter; beyond chance and large enough; open."""
        value = row["risk_difference"]
        if math.isnan(value) or math.isnan(p):
            return Verdict.NOT_ASSESSABLE
        if max(-row["inner_low"], row["inner_high"]) <= self.material:
            return Verdict.NO_MATERIAL_DIFFERENCE
        return (
            Verdict.PATTERN
            if p <= self.alpha and abs(value) >= self.material
            else Verdict.INCONCLUSIVE
        )


def _stack(table: GroupTable, group: Any, base: Any) -> Floats:
    """Two-by-two tables (group, reference) by (selected, not selected), one a stratum."""
    places = [table.groups.index(group), table.groups.index(base)]
    cells = table.rows[:, places].sum(axis=2)
    return np.asarray(cells[..., ::-1], dtype=np.float64)


def _row(table: GroupTable, group: Any, base: Any, judge: _Judge) -> dict[str, Any]:
    stack = _stack(table, group, base)
    both = stack[stack.sum(axis=2).min(axis=1) > 0]
    place = table.groups.index(group)
    row: dict[str, Any] = {
        "group": label_text(group),
        "n": int(table.rows[:, place].sum()),
        "smallest": table.smallest_cell(place),
        "strata": len(both),
    }
    crude = stack.sum(axis=0)
    row["crude_difference"] = 100 * float(
        crude[0, 0] / crude[0].sum() - crude[1, 0] / crude[1].sum()
    )
    if not len(both):
        nothing = {
            name: math.nan
            for name, kind in _KINDS.items()
            if kind == "number" and name != "crude_difference"
        }
        return {**nothing, **row}
    names = (("odds_ratio", mantel_haenszel_odds_ratio), ("risk_ratio", mantel_haenszel_risk_ratio))
    for name, effect in names:
        row[name], row[f"{name}_low"], row[f"{name}_high"] = effect(
            both, confidence=judge.confidence
        )
    for level, low, high in (
        (judge.confidence, "low", "high"),
        (1 - 2 * judge.alpha, "inner_low", "inner_high"),
    ):
        found = mantel_haenszel_risk_difference(both, confidence=level)
        row["risk_difference"], row[low], row[high] = (100 * x for x in found)
    test, same = cochran_mantel_haenszel_test(both), breslow_day_test(both)
    row |= {"chi_square": test.statistic, "p_value": test.p_value}
    return row | {"homogeneity": same.statistic, "homogeneity_p_value": same.p_value}


def _reading(row: dict[str, Any], verdict: Verdict, base: Any) -> str:
    group, value = show(row["group"]), row["risk_difference"]
    if verdict is Verdict.NOT_ASSESSABLE:
        if not row["strata"]:
            return f"{group} and {show(base)} have no stratum in which they can be compared."
        return f"Where both {group} and {show(base)} are, nobody was selected, or everybody: they cannot be compared."
    side = "more" if value > 0 else "less"
    apart = f"by {abs(value):.1f} percentage points"
    said = f"Compared within strata, {group} is selected {side} often than {show(base)} {apart}"
    if verdict is Verdict.PATTERN:
        return f"{said}, more than chance explains."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"{said}, too little to matter."
    return f"{said}; the data cannot tell whether there is a difference that matters."


_NEXT = {
    Verdict.PATTERN: "Look at the strata one by one, and at what decides in them.",
    Verdict.NO_MATERIAL_DIFFERENCE: "Keep counting, so that a change would show.",
    Verdict.INCONCLUSIVE: "Pool more rounds before drawing a conclusion.",
    Verdict.NOT_ASSESSABLE: "Use broader strata, so that both groups are in some of them.",
}


def _finding(row: dict[str, Any], attribute: str, judge: _Judge) -> Finding:
    verdict = Verdict(row["verdict"])
    caveats = [
        f"Without telling strata apart the difference is {row['crude_difference']:.1f} percentage points."
    ]
    if row["homogeneity_p_value"] <= judge.alpha:
        caveats.append(
            "The odds ratio is not the same in all strata, so one number for all hides something."
        )
    return Finding(
        question="fairness",
        attribute=attribute,
        group=row["group"],
        verdict=verdict,
        estimate=Estimate(
            row["risk_difference"],
            row["low"],
            row["high"],
            judge.confidence,
            "Mantel-Haenszel, Sato",
            "points",
        ),
        p_value=row["p_value"],
        p_adjusted=row["p_adjusted"],
        n=row["n"],
        reading=row["reading"],
        caveats=as_notes(caveats),
        next_step=_NEXT[verdict],
        details={
            "estimand": "difference of selection rates within strata, strata weighted as Mantel and Haenszel do",
            "null": "within every stratum both groups are selected at the same rate",
            "odds_ratio": row["odds_ratio"],
            "homogeneity_p_value": row["homogeneity_p_value"],
        },
    )


def _forest(judge: _Judge) -> Forest:
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
        band=(-judge.material, judge.material),
        axis="difference within strata (percentage points)",
    )
