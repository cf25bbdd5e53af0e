"""Adverse impact as employment law counts it: impact ratios, the four-fifths flag, tests, shortfall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from coprep.data.rows import Missing
from coprep.errors import InputError
from coprep.fairness._catalogue import METRICS
from coprep.fairness._group_table import GroupTable, label_text
from coprep.fairness._rows_for import data_for
from coprep.fairness._verdicts import JudgedResult, direction
from coprep.fairness._wording import groups_left_out, rows_left_out
from coprep.findings import Estimate, Finding, Note, Verdict
from coprep.metrics._checks import choice, number, share
from coprep.metrics.groups._classification import impact_ratios, selection_shortfall
from coprep.metrics.groups._rate_moments import effective_size, wilson_bounds
from coprep.metrics.groups._two_proportions import (
    RateTest,
    log_ratio_z,
    rate_ratio_interval,
    two_proportion_z,
    two_rate_p_value,
)
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.pictures import Forest
from coprep.table import ColumnKind, Table
from coprep.verdicts import FAIRNESS, decide
from coprep.wording.escape import quoted
from coprep.wording.names import plainly
from coprep.wording.numbers import percent

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
class AdverseImpact(JudgedResult):
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
        The groups; several columns are crossed, as New York City's Local Law 144 asks for sex and
        race.
    reference : label, optional
        The group to compare with; by default the one with the highest selection rate.
    sample_weight, pos_label, missing
        As in `demographic_parity_ratio`. With ``missing="drop"`` the number of unknowns is
        reported.
    threshold : float
        Impact ratios below are flagged.
    min_share : float
        Groups that are a smaller share of all rows (such as 0.02) are listed in `notes` and not
        compared.
    test : {"fisher", "boschloo", "z", "log-ratio"}
        Which test; the exact ones need unweighted rows, and Boschloo's takes long above a few
        hundred.
    confidence, alpha : float
        Levels of intervals and, after Holm's adjustment over groups, of verdicts.

    Returns
    -------
    AdverseImpact
        ``table``: a row a group with selected, selection_rate, impact_ratio and its interval
        (Miettinen-Nurminen), z ("two standard deviations"), p values, shortfall (people), verdict:
        ``disparity`` where the ratio is below the threshold (or, with a reference, above 1 over it)
        and beyond chance, ``no_material_difference`` where its interval of level ``1 - 2 alpha`` is
        not.

    Notes
    -----
    A ratio says nothing about base rates, and the comparison with the highest rate favours small
    groups, whose rates vary most: prefer a `reference` that is large. The flag is a rule of thumb
    of enforcement agencies, not a finding of discrimination.

    References
    ----------
    29 CFR 1607.4(D). Hazelwood School District v. United States, 433 U.S. 299 (1977). Morris, S. &
    Lobsenz, R. (2000). Personnel Psychology 53, 89-111.

    Examples
    --------
    >>> hired = {"white": {"selected": 48, "total": 80}, "black": {"selected": 12, "total": 40}}
    >>> found = adverse_impact(GroupTable.from_counts(hired, attributes="race"))
    >>> found.impact_ratio, found.findings[0].verdict.value
    (0.5, 'disparity')
    """
    data = data_for(
        METRICS["selection_rate"],
        y_true,
        y_pred,
        sensitive_features=sensitive_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
    )
    table = data if isinstance(data, GroupTable) else GroupTable.counted(data)
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
        table.without_strata(),
        reference,
        number(min_share, "min_share"),
    )
    return counted.answer(number(threshold, "threshold", low=0.0, high=1.0), test, *levels)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Selected and all, by group; the groups that are compared and the one they are compared
    with.
    """

    table: GroupTable
    selected: Floats
    total: Floats
    size: Floats
    kept: NDArray[np.bool_]
    top: int
    told: bool

    @classmethod
    def of(cls, table: GroupTable, reference: Any, min_share: float) -> _Counted:
        weights = table.weights[0]
        squares = table.squares[0]
        selected = weights[:, :, 1].sum(axis=1)
        total = weights.sum(axis=(1, 2))
        size = effective_size(
            selected, total, squares[:, :, 1].sum(axis=1), squares.sum(axis=(1, 2))
        )
        large = total >= min_share * total.sum() * (1 - _ROUNDING)
        kept = (total > 0) & large & table.known
        if kept.sum() < 2:
            raise InputError.of(
                "at least two groups with rows are needed.",
                code="one_group",
                param="sensitive_features",
            )
        if reference is None:
            rates = np.divide(selected, total, out=np.zeros_like(total), where=total > 0)
            top = int(np.where(kept, rates, -1.0).argmax())
            return cls(table, selected, total, size, kept, top, told=False)
        top = table.place(reference)
        if not kept[top]:
            compared = [g for g, k in zip(table.groups, kept, strict=True) if k]
            raise InputError.choice("reference", reference, compared)
        return cls(table, selected, total, size, kept, top, told=True)

    @property
    def rates(self) -> Floats:
        return np.divide(
            self.selected, self.total, out=np.full_like(self.total, np.nan), where=self.total > 0
        )

    def pairs(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Effective successes and sizes of each group and of the one compared with."""
        x = self.selected
        n = self.total
        if self.table.weighted:
            x = np.nan_to_num(self.rates) * self.size
            n = self.size
        return x, n, np.full_like(x, x[self.top]), np.full_like(n, n[self.top])

    def answer(
        self, threshold: float, test: RateTest, confidence: float, alpha: float
    ) -> AdverseImpact:
        rows = self._rows(threshold, test, confidence, alpha)
        top = self.table.groups[self.top]
        attribute = " x ".join(self.table.attributes)
        low = [r["impact_ratio"] for r in rows if r["verdict"] is not None]
        return AdverseImpact(
            title=f"Impact ratios of {' x '.join(map(plainly, self.table.attributes))}",
            rows=Table.from_records([{**r, "attribute": attribute} for r in rows], _KINDS),
            findings=tuple(
                _finding(r, attribute, str(label_text(top)), confidence)
                for r in rows
                if r["verdict"]
            ),
            notes=tuple(self._notes(threshold)),
            settings={
                "threshold": threshold,
                "test": test,
                "confidence": confidence,
                "alpha": alpha,
            },
            picture=_forest(threshold),
            compared_with=str(label_text(top)),
            impact_ratio=float(np.nanmin(low)) if not np.isnan(low).all() else math.nan,
            unknown=self._unknown(),
        )

    def _unknown(self) -> int:
        """Rows left out for a missing group or decision, and those of people who did not say."""
        dropped = self.table.dropped.get("rows", 0)
        return dropped + int(self.table.rows[:, ~self.table.known].sum())

    def _rows(
        self, threshold: float, test: RateTest, confidence: float, alpha: float
    ) -> list[dict[str, Any]]:
        four = self.pairs()
        rates = self.rates
        others = self.kept & (np.arange(len(rates)) != self.top)
        low, high = wilson_bounds(rates, self.size, confidence=confidence)
        ratio_low, ratio_high = rate_ratio_interval(*four, confidence=confidence)
        inner_low, inner_high = rate_ratio_interval(*four, confidence=1 - 2 * alpha)
        p = np.where(others, two_rate_p_value(*four, method=test), np.nan)
        adjusted = np.atleast_1d(adjust_p_values(p))
        shortfall = selection_shortfall(self.selected, self.total)
        z = two_proportion_z(*four)
        log_z = log_ratio_z(*four)
        ratios = impact_ratios(rates, reference=self.top)
        rows = []
        sizes = self.table.group_sizes
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
                    "inner_low": inner_low[i],
                    "inner_high": inner_high[i],
                    "p_value": p[i],
                    "p_adjusted": adjusted[i],
                }
                inner = (float(inner_low[i]), float(inner_high[i]))
                verdict = self._verdict(ratio, inner, float(adjusted[i]), threshold, alpha)
                row |= {
                    "verdict": verdict.value,
                    "reading": _reading(row, verdict, self._top_words(), threshold),
                }
            rows.append(row)
        return rows

    def _verdict(
        self, ratio: float, inner: tuple[float, float], p: float, threshold: float, alpha: float
    ) -> Verdict:
        """The library's rule; only beside a reference can a ratio be above 1, and too high."""
        limits = (threshold * (1 - _ROUNDING), math.inf)  # four fifths exactly are not below
        if self.told and threshold:
            limits = (limits[0], (1 + _ROUNDING) / threshold)
        return decide(
            FAIRNESS,
            math.nan if math.isnan(p) else ratio,
            limits,
            p_value=p,
            alpha=alpha,
            shown_small=inner[0] >= threshold and inner[1] <= limits[1],
        )

    def _top_words(self) -> str:
        return f"{percent(self.rates[self.top])} of {quoted([label_text(self.table.groups[self.top])])}"

    def _notes(self, threshold: float) -> list[Note]:
        top = label_text(self.table.groups[self.top])
        rule = "Impact ratios compare selection rates with that of {top:label}; below {threshold} is a flag."
        notes = [Note.of("rule", rule, top=top, threshold=f"{threshold:g}")]
        notes += rows_left_out(self.table.dropped)
        out = [g for g, k in zip(self.table.groups, self.kept, strict=True) if not k]
        return notes + groups_left_out(self.table.group_sizes, out)


def _below(ratio: float, threshold: float) -> bool:
    """Whether a ratio is below a threshold; four fifths exactly are not, however the division
    rounds.
    """
    return ratio < threshold * (1 - _ROUNDING)


def _reading(row: dict[str, Any], verdict: Verdict, top: str, threshold: float) -> str:
    group = quoted([row["group"]])
    ratio = row["impact_ratio"]
    said = f"{percent(row['selection_rate'])} of {group} were selected, against {top}"
    if verdict is Verdict.NOT_ASSESSABLE:
        if ratio in (0.0, math.inf):
            return f"{said}; the test by logarithms says nothing where nobody is, and another one would."
        return f"Nobody was selected, or everybody: {group} cannot be compared."
    if math.isfinite(ratio):
        said += f": {ratio:.2f} times the rate"
    if verdict is Verdict.DISPARITY and ratio > 1:
        return f"{said}, above {1 / threshold:g} and more than chance explains."
    if verdict is Verdict.DISPARITY:
        return f"{said}, below {threshold:g} and more than chance explains."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"{said}, with little doubt at least {threshold:g} times."
    return f"{said}; the data cannot tell on which side of {threshold:g} the true ratio lies."


_NEXT = {
    Verdict.DISPARITY: "Look at which step of the selection the group is lost in, and whether that step is needed.",
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
        caveats=(
            Note(
                "not_who_was_suitable", "A ratio of selection rates does not ask who was suitable."
            ),
        ),
        next_step=_NEXT[verdict],
        details={
            "estimand": f"selection rate over that of {top}",
            "null": "both groups are selected at the same rate",
            "shortfall": float(row["shortfall"]),
            "direction": direction(float(row["impact_ratio"]), 1.0),
        },
        values={name: row[name] for name in ("selection_rate", "impact_ratio")},
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
