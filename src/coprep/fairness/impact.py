"""Knows adverse impact as employment law counts it: impact ratios, the four-fifths flag, tests, shortfall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from coprep.errors import InputError
from coprep.fairness._functions import table_for
from coprep.fairness.grouptable import GroupTable, Missing, label_text
from coprep.findings import Estimate, Finding, Verdict, as_notes
from coprep.metrics._checks import choice, number, share
from coprep.metrics.groups._classification import impact_ratios, selection_shortfall
from coprep.metrics.groups._pairs import (
    RateTest,
    log_ratio_z,
    rate_ratio_interval,
    two_proportion_z,
    two_rate_p_value,
)
from coprep.metrics.groups._rate_moments import effective_size, wilson_bounds
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.pictures import Forest
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed, show
from coprep.wording.names import plainly

__all__ = ["AdverseImpact", "adverse_impact"]

Floats = NDArray[np.float64]
_MOST_EXACT = 2_000_000_000
_ROUNDING = 1e-12
_KINDS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "n": "count",
    "selected": "number",
    "selection_rate": "number",
    "low": "number",
    "high": "number",
    "impact_ratio": "number",
    "ratio_low": "number",
    "ratio_high": "number",
    "inner_low": "number",
    "inner_high": "number",
    "below_threshold": "truth",
    "z": "number",
    "log_ratio_z": "number",
    "p_value": "number",
    "p_adjusted": "number",
    "shortfall": "number",
    "smallest": "count",
    "verdict": "text",
    "reading": "text",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class AdverseImpact(Result):
    """Impact ratios by group.

    Attributes
    ----------
    compared_with : str
        The group whose selection rate is the measure: the highest, or the reference.
    impact_ratio : float
        The lowest impact ratio of any group.
    unknown : int
        Rows left out because the group or the decision is unknown.
    """

    compared_with: str = ""
    impact_ratio: float = math.nan
    unknown: int = 0

    kind: ClassVar[str] = "fairness.adverse_impact"
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "n",
        "selected",
        "selection_rate",
        "impact_ratio",
        "ratio_low",
        "ratio_high",
        "p_adjusted",
        "shortfall",
        "verdict",
    )
    headings: ClassVar[dict[str, tuple[str, str]]] = {
        "selected": ("Selected", "count"),
        "selection_rate": ("Share selected", "percent"),
        "impact_ratio": ("Impact ratio", "ratio"),
        "shortfall": ("Fewer selected than at everybody's rate", "decimal"),
    }
    count_columns: ClassVar[tuple[str, ...]] = ("smallest",)
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("attribute",)


def adverse_impact(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    reference: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    threshold: float = 0.8,
    min_share: float = 0.0,
    test: RateTest = "fisher",
    confidence: float = 0.95,
    alpha: float = 0.05,
) -> AdverseImpact:
    """Are some groups selected at less than four fifths of the rate of the group selected most often?

    Parameters
    ----------
    y_true : ignored, or a GroupTable
        Kept so that calls look like those of other metrics; may be None.
    y_pred : array-like of shape (n,)
        Who was selected. For scores, whether they are above the median of everybody's.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed, as New York City's Local Law 144 asks for sex and race.
    reference : label, optional
        The group to compare with; by default the one with the highest selection rate.
    sample_weight, pos_label, missing
        As in `demographic_parity_ratio`. With ``missing="drop"`` the number of unknowns is reported.
    threshold : float
        Impact ratios below are flagged.
    min_share : float
        Groups that are a smaller share of all rows (such as 0.02) are listed in `notes` and not compared.
    test : {"fisher", "boschloo", "z", "log-ratio"}
        Which test; the exact ones need unweighted rows, and Boschloo's takes long above a few hundred.
    confidence, alpha : float
        Levels of intervals and, after Holm's adjustment over groups, of verdicts.

    Returns
    -------
    AdverseImpact
        ``table``: a row a group with selected, selection_rate, impact_ratio and its interval (Miettinen-Nurminen),
        z ("two standard deviations"), p values, shortfall (people), verdict: ``pattern`` where the ratio is below
        the threshold and beyond chance, ``no_material_difference`` where its interval of level ``1 - 2 alpha`` is
        not.

    Notes
    -----
    A ratio says nothing about base rates, and the comparison with the highest rate favours small groups, whose
    rates vary most: prefer a `reference` that is large. The flag is a rule of thumb of enforcement agencies, not a
    finding of discrimination.

    References
    ----------
    29 CFR 1607.4(D). Hazelwood School District v. United States, 433 U.S. 299 (1977). Morris, S. & Lobsenz, R.
    (2000). Personnel Psychology 53, 89-111.

    Examples
    --------
    >>> hired = {"white": {"selected": 48, "total": 80}, "black": {"selected": 12, "total": 40}}
    >>> found = adverse_impact(GroupTable.from_counts(hired, attributes="race"))
    >>> found.impact_ratio, found.findings[0].verdict.value
    (0.5, 'pattern')
    """
    table = y_true
    if not isinstance(table, GroupTable):
        table = table_for(
            "selection_rate",
            None,
            y_pred,
            sensitive_features=sensitive_features,
            sample_weight=sample_weight,
            pos_label=pos_label,
            missing=missing,
        )
    choice(test, "test", ("fisher", "boschloo", "z", "log-ratio"))
    if table.weighted and test in ("fisher", "boschloo"):
        raise InputError.of(
            f"test={test!r} needs whole counts, and rows are weighted.",
            param="test",
            hint="pass test='z'.",
        )
    if table.n > _MOST_EXACT and test in ("fisher", "boschloo"):
        raise InputError.of(
            f"test={test!r} takes at most {_MOST_EXACT:,} rows; there are {table.n:,}.",
            code="too_many_rows",
            param="test",
            hint="pass test='z', which says the same of so many.",
        )
    levels = share(confidence, "confidence"), share(alpha, "alpha", below=0.5)
    counted = _Counted.of(
        table.without_strata() if table.controls else table,
        reference,
        number(min_share, "min_share"),
    )
    return counted.answer(number(threshold, "threshold", low=0.0, high=1.0), test, *levels)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Selected and all, by group; the groups that are compared and the one they are compared with."""

    table: GroupTable
    selected: Floats
    total: Floats
    size: Floats
    kept: NDArray[np.bool_]
    top: int

    @classmethod
    def of(cls, table: GroupTable, reference: Any, min_share: float) -> _Counted:
        weights, squares = table.weights[0], table.squares[0]
        selected, total = weights[:, :, 1].sum(axis=1), weights.sum(axis=(1, 2))
        size = effective_size(
            selected, total, squares[:, :, 1].sum(axis=1), squares.sum(axis=(1, 2))
        )
        kept = (total > 0) & (total >= min_share * total.sum() * (1 - _ROUNDING))
        if kept.sum() < 2:
            raise InputError.of(
                "at least two groups with rows are needed.",
                code="one_group",
                param="sensitive_features",
            )
        if reference is None:
            rates = np.where(
                kept, np.divide(selected, total, out=np.zeros_like(total), where=total > 0), -1.0
            )
            return cls(table, selected, total, size, kept, int(rates.argmax()))
        if reference not in table.groups or not kept[table.groups.index(reference)]:
            raise InputError.choice(
                "reference", reference, [g for g, k in zip(table.groups, kept, strict=True) if k]
            )
        return cls(table, selected, total, size, kept, table.groups.index(reference))

    @property
    def rates(self) -> Floats:
        return np.divide(
            self.selected, self.total, out=np.full_like(self.total, np.nan), where=self.total > 0
        )

    def pairs(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Effective successes and sizes of each group and of the one compared with."""
        x, n = np.nan_to_num(self.rates) * self.size, self.size
        if not self.table.weighted:
            x, n = self.selected, self.total
        return x, n, np.full_like(x, x[self.top]), np.full_like(n, n[self.top])

    def answer(
        self, threshold: float, test: RateTest, confidence: float, alpha: float
    ) -> AdverseImpact:
        rows = self._rows(threshold, test, confidence, alpha)
        groups = self.table.groups
        top, attribute = groups[self.top], " x ".join(self.table.attributes)
        low = [r["impact_ratio"] for r in rows if r["verdict"] is not None]
        return AdverseImpact(
            title=f"Impact ratios of {' x '.join(map(plainly, self.table.attributes))}",
            rows=Table.from_records([{**r, "attribute": attribute} for r in rows], _KINDS),
            findings=tuple(
                _finding(r, attribute, str(label_text(top)), confidence)
                for r in rows
                if r["verdict"]
            ),
            notes=as_notes(self._notes(threshold)),
            settings={
                "threshold": threshold,
                "test": test,
                "confidence": confidence,
                "alpha": alpha,
            },
            picture=_forest(threshold),
            compared_with=str(label_text(top)),
            impact_ratio=float(np.nanmin(low)) if not np.isnan(low).all() else math.nan,
            unknown=int(self.table.dropped.get("rows", 0)),
        )

    def _rows(
        self, threshold: float, test: RateTest, confidence: float, alpha: float
    ) -> list[dict[str, Any]]:
        four, rates = self.pairs(), self.rates
        others = self.kept & (np.arange(len(rates)) != self.top)
        low, high = wilson_bounds(rates, self.size, confidence=confidence)
        ratio_low, ratio_high = rate_ratio_interval(*four, confidence=confidence)
        inner_low, inner_high = rate_ratio_interval(*four, confidence=1 - 2 * alpha)
        p = np.where(others, two_rate_p_value(*four, method=test), np.nan)
        adjusted = np.atleast_1d(adjust_p_values(p))
        shortfall = selection_shortfall(self.selected, self.total)
        z, log_z, ratios = (
            two_proportion_z(*four),
            log_ratio_z(*four),
            impact_ratios(rates, reference=self.top),
        )
        rows, sizes = [], self.table.group_sizes
        for i, group in enumerate(self.table.groups):
            ratio = float(ratios[i])
            row = {
                "group": label_text(group),
                "n": sizes[group],
                "selected": self.selected[i],
                "selection_rate": rates[i],
                "low": low[i],
                "high": high[i],
                "impact_ratio": ratio,
                "shortfall": shortfall[i],
                "below_threshold": None if math.isnan(ratio) else _below(ratio, threshold),
                "smallest": self.table.smallest_cell(i),
                "verdict": None,
            }
            if others[i]:
                row |= {
                    "ratio_low": ratio_low[i],
                    "ratio_high": ratio_high[i],
                    "z": z[i],
                    "log_ratio_z": log_z[i],
                }
                row |= {"inner_low": inner_low[i], "inner_high": inner_high[i], "p_value": p[i]}
                row |= {"p_adjusted": adjusted[i]}
                verdict = _verdict(ratio, float(inner_low[i]), float(adjusted[i]), threshold, alpha)
                row |= {
                    "verdict": verdict.value,
                    "reading": _reading(row, verdict, self._top_words(), threshold),
                }
            rows.append(row)
        return rows

    def _top_words(self) -> str:
        return f"{self.rates[self.top]:.1%} of {show(self.table.groups[self.top])}"

    def _notes(self, threshold: float) -> list[str]:
        groups = self.table.groups
        small = [
            g for g, k, n in zip(groups, self.kept, self.total, strict=True) if not k and n > 0
        ]
        empty = [g for g, n in zip(groups, self.total, strict=True) if n == 0]
        top = show(groups[self.top])
        notes = [
            f"Impact ratios compare selection rates with that of {top}; below {threshold:g} is a flag."
        ]
        if self.table.dropped:
            notes.append(
                f"{self.table.dropped['rows']:,} rows with an unknown group or decision were left out."
            )
        if small:
            verb = "group is" if len(small) == 1 else "groups are"
            notes.append(
                f"{len(small):,} {verb} too small a share to be compared: {listed(small)}."
            )
        if empty:
            verb = "group has" if len(empty) == 1 else "groups have"
            notes.append(f"{len(empty):,} {verb} no rows: {listed(empty)}.")
        return notes


def _below(ratio: float, threshold: float) -> bool:
    """Whether a ratio is below a threshold; four fifths exactly are not, however the division rounds."""
    return ratio < threshold * (1 - _ROUNDING)


def _verdict(ratio: float, inner_low: float, p: float, threshold: float, alpha: float) -> Verdict:
    if math.isnan(ratio) or math.isnan(p):
        return Verdict.NOT_ASSESSABLE
    if inner_low >= threshold:
        return Verdict.NO_MATERIAL_DIFFERENCE
    if _below(ratio, threshold) and p <= alpha:
        return Verdict.PATTERN
    return Verdict.INCONCLUSIVE


def _reading(row: dict[str, Any], verdict: Verdict, top: str, threshold: float) -> str:
    group, ratio = show(row["group"]), row["impact_ratio"]
    said = f"{row['selection_rate']:.1%} of {group} were selected, against {top}"
    if verdict is Verdict.NOT_ASSESSABLE:
        if ratio in (0.0, math.inf):
            return f"{said}; the test by logarithms says nothing where nobody is, and another one would."
        return f"Nobody was selected, or everybody: {group} cannot be compared."
    if math.isfinite(ratio):
        said += f": {ratio:.2f} times the rate"
    if verdict is Verdict.PATTERN:
        return f"{said}, below {threshold:g} and more than chance explains."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"{said}, with little doubt at least {threshold:g} times."
    return f"{said}; the data cannot tell on which side of {threshold:g} the true ratio lies."


_NEXT = {
    Verdict.PATTERN: "Look at which step of the selection the group is lost in, and whether that step is needed.",
    Verdict.NO_MATERIAL_DIFFERENCE: "Keep counting, so that a change would show.",
    Verdict.INCONCLUSIVE: "Pool more rounds of selection before drawing a conclusion.",
    Verdict.NOT_ASSESSABLE: "Count again when some, but not all, have been selected.",
}


def _finding(row: dict[str, Any], attribute: str, top: str, confidence: float) -> Finding:
    verdict = Verdict(row["verdict"])
    return Finding(
        question="fairness",
        attribute=attribute,
        group=row["group"],
        verdict=verdict,
        estimate=Estimate(
            float(row["impact_ratio"]),
            float(row["ratio_low"]),
            float(row["ratio_high"]),
            confidence,
            "Miettinen-Nurminen",
            "ratio",
        ),
        p_value=float(row["p_value"]),
        p_adjusted=float(row["p_adjusted"]),
        n=row["n"],
        reading=row["reading"],
        caveats=as_notes(("A ratio of selection rates does not ask who was suitable.",)),
        next_step=_NEXT[verdict],
        details={
            "estimand": f"selection rate over that of {top}",
            "null": "both groups are selected at the same rate",
            "shortfall": float(row["shortfall"]),
        },
    )


def _forest(threshold: float) -> Forest:
    return Forest(
        label=("group",),
        value="impact_ratio",
        low="ratio_low",
        high="ratio_high",
        inner_low="inner_low",
        inner_high="inner_high",
        n="n",
        band=(threshold, 1 / threshold) if threshold else None,
        axis="impact ratio",
    )
