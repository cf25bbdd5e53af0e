"""Adverse impact as employment law counts it: impact ratios, the four-fifths flag, tests, shortfall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from coprep.data.columns import group_label
from coprep.data.rows import Missing
from coprep.errors import InputError
from coprep.fairness._catalogue import METRICS
from coprep.fairness._group_table import GroupTable, label_text, label_texts, views
from coprep.fairness._rows_for import data_for
from coprep.fairness._verdicts import JudgedResult, direction
from coprep.fairness._wording import groups_left_out, rows_left_out
from coprep.findings import Estimate, Finding, Note, Verdict
from coprep.metrics._checks import choice, number, share
from coprep.metrics.groups._classification import selection_shortfall
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
    "compared_with": "text",
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
        The group whose selection rate is the measure: the highest, or the reference; of several
        attributes, among the groups that are crossed. Each row says its own.
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
    count_columns: ClassVar[tuple[str, ...]] = ("n", "selected")
    parts_of_counts: ClassVar[tuple[tuple[str, str], ...]] = (("selected", "n"),)
    told_by_others: ClassVar[tuple[str, ...]] = (
        *("compared_with", "impact_ratio", "ratio_low", "ratio_high", "inner_low", "inner_high"),
        *("below_threshold", "z", "log_ratio_z", "p_value", "p_adjusted", "shortfall"),
        *("verdict", "reading"),
    )
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
        The groups; several columns are looked at one by one and crossed, as New York City's Local
        Law 144 asks for sex, race, and both together.
    reference : label, optional
        The group to compare with; by default the one with the highest selection rate. It is judged
        too, against the one with the highest. Of several columns a tuple with a label for each.
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
        Levels of intervals and, after Holm's adjustment over all groups, of verdicts.

    Returns
    -------
    AdverseImpact
        ``table``: a row a group with selected, selection_rate, compared_with, impact_ratio and its
        interval (Miettinen-Nurminen), z ("two standard deviations"), p values, shortfall (people),
        verdict: ``disparity`` where the ratio is below the threshold (or, with a reference, above 1
        over it) and beyond chance, ``no_material_difference`` where its interval of level
        ``1 - 2 alpha`` is not.

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
    table = table.without_strata()
    choice(test, "test", ("fisher", "boschloo", "z", "log-ratio"))
    asked = _Asked(
        reference,
        number(threshold, "threshold", low=0.0, high=1.0),
        number(min_share, "min_share"),
        test,
        share(confidence, "confidence"),
        share(alpha, "alpha", below=0.5),
    )
    if test in ("fisher", "boschloo"):
        _must_be_whole(table, test)
    every = [_Counted.of(view, part, asked) for view, part in views(table, reference)]
    compared = [counted for counted in every if counted.kept.sum() > 1]
    if not compared:
        raise InputError.of(
            "at least two groups with rows are needed.",
            code="one_group",
            param="sensitive_features",
        )
    return _answer(table, compared, asked)


def _must_be_whole(table: GroupTable, test: RateTest) -> None:
    """Exact tests count rows, and not too many."""
    if table.weighted:
        raise InputError.of(
            f"test={test!r} needs whole counts, and rows are weighted.",
            param="test",
            hint="pass test='z'.",
        )
    if table.n > _MOST_EXACT:
        raise InputError.of(
            f"test={test!r} takes at most {_MOST_EXACT:,} rows; there are {table.n:,}.",
            code="too_many_rows",
            param="test",
            hint="pass test='z', which says the same of so many.",
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """With whom groups are compared, what counts as a flag, and how sure one must be."""

    reference: Any
    threshold: float
    min_share: float
    test: RateTest
    confidence: float
    alpha: float

    def settings(self) -> dict[str, Any]:
        settings = {name: getattr(self, name) for name in self.__slots__}
        return {**settings, "reference": group_label(self.reference)}

    def verdict(self, ratio: float, inner: tuple[float, float], p: float) -> Verdict:
        """The library's rule; only beside a reference can a ratio be above 1, and too high."""
        low = self.threshold * (1 - _ROUNDING)  # four fifths exactly are not below
        high = math.inf
        if self.reference is not None and self.threshold:
            high = (1 + _ROUNDING) / self.threshold
        return decide(
            FAIRNESS,
            math.nan if math.isnan(p) else ratio,
            (low, high),
            p_value=p,
            alpha=self.alpha,
            shown_small=inner[0] >= self.threshold and inner[1] <= high,
        )

    def below(self, ratio: float) -> bool | None:
        """Whether a ratio is below the threshold; four fifths exactly are not, however the division
        rounds.
        """
        return None if math.isnan(ratio) else ratio < self.threshold * (1 - _ROUNDING)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Selected and all, by group of one attribute; the groups that are compared, and the place of
    the one that each is compared with.
    """

    table: GroupTable
    selected: Floats
    total: Floats
    size: Floats
    kept: NDArray[np.bool_]
    top: int
    base: NDArray[np.intp]

    @classmethod
    def of(cls, table: GroupTable, reference: Any, asked: _Asked) -> _Counted:
        weights = table.weights[0]
        squares = table.squares[0]
        selected = weights[:, :, 1].sum(axis=1)
        total = weights.sum(axis=(1, 2))
        large = total >= asked.min_share * total.sum() * (1 - _ROUNDING)
        kept = (total > 0) & large & table.known
        if not kept.any():
            return cls(table, selected, total, total, kept, 0, np.zeros(0, dtype=np.intp))
        size = effective_size(
            selected, total, squares[:, :, 1].sum(axis=1), squares.sum(axis=(1, 2))
        )
        rates = np.divide(selected, total, out=np.zeros_like(total), where=total > 0)
        highest = int(np.where(kept, rates, -1.0).argmax())
        top = highest if reference is None else table.place(reference)
        if not kept[top]:
            compared = [g for g, k in zip(table.groups, kept, strict=True) if k]
            raise InputError.choice("reference", reference, compared)
        base = np.full(len(rates), top)
        if rates[highest] > rates[top]:
            base[top] = highest
        return cls(table, selected, total, size, kept, top, base)

    @property
    def attribute(self) -> str:
        return " x ".join(self.table.attributes)

    @property
    def rates(self) -> Floats:
        return np.divide(
            self.selected, self.total, out=np.full_like(self.total, np.nan), where=self.total > 0
        )

    @property
    def others(self) -> NDArray[np.bool_]:
        """The groups that are compared with the reference, or the highest."""
        return np.asarray(self.kept & (np.arange(len(self.kept)) != self.top))

    @property
    def judged(self) -> NDArray[np.bool_]:
        """They, and a reference that is not the highest."""
        return np.asarray(self.kept & (np.arange(len(self.kept)) != self.base))

    def pairs(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Effective successes and sizes of each group and of the one compared with."""
        x = self.selected
        n = self.total
        if self.table.weighted:
            x = np.nan_to_num(self.rates) * self.size
            n = self.size
        return x, n, x[self.base], n[self.base]

    def p_values(self, test: RateTest) -> Floats:
        """Of the groups other than the reference."""
        return np.where(self.others, two_rate_p_value(*self.pairs(), method=test), np.nan)

    def rows(self, p: Floats, adjusted: Floats, asked: _Asked) -> list[dict[str, Any]]:
        """A row a group. A reference is tested in the row of the highest, whose pair is the same."""
        four = self.pairs()
        rates = self.rates
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = rates / rates[self.base]
        low, high = wilson_bounds(rates, self.size, confidence=asked.confidence)
        ratio_low, ratio_high = rate_ratio_interval(*four, confidence=asked.confidence)
        inner_low, inner_high = rate_ratio_interval(*four, confidence=1 - 2 * asked.alpha)
        shortfall = selection_shortfall(self.selected, self.total)
        z = two_proportion_z(*four)
        log_z = log_ratio_z(*four)
        names = label_texts(self.table.groups)
        sizes = self.table.group_sizes
        rows = []
        for i, group in enumerate(self.table.groups):
            ratio = float(ratios[i])
            row = {
                "attribute": self.attribute,
                "group": names[i],
                "n": sizes[group],
                "selected": self.selected[i],
                "selection_rate": rates[i],
                "low": low[i],
                "high": high[i],
                "compared_with": names[self.base[i]],
                "impact_ratio": ratio,
                "shortfall": shortfall[i],
                "below_threshold": asked.below(ratio),
                "smallest": self.table.smallest_cell(i),
                "verdict": None,
            }
            rows.append(row)
            if not self.judged[i]:
                continue
            tested = self.base[i] if i == self.top else i
            inner = (float(inner_low[i]), float(inner_high[i]))
            verdict = asked.verdict(ratio, inner, float(adjusted[tested]))
            row |= {
                "ratio_low": ratio_low[i],
                "ratio_high": ratio_high[i],
                "z": z[i],
                "log_ratio_z": log_z[i],
                "inner_low": inner[0],
                "inner_high": inner[1],
                "p_value": p[tested],
                "p_adjusted": adjusted[tested],
                "verdict": verdict.value,
            }
            beside = f"{percent(float(rates[self.base[i]]))} of {quoted([names[self.base[i]]])}"
            if i == self.top:
                beside += ", selected most often"
            row["reading"] = _reading(row, verdict, beside, asked)
        return rows

    def notes(self, asked: _Asked, *, several: bool) -> list[Note]:
        rule = "Impact ratios compare selection rates with that of {top:label}; below {threshold} is a flag."
        if several:
            rule = "{attribute:name}: " + rule[0].lower() + rule[1:]
        top = label_text(self.table.groups[self.top])
        about = {"attribute": self.attribute} if several else {}
        notes = [Note.of("rule", rule, top=top, threshold=f"{asked.threshold:g}", **about)]
        out = [g for g, k in zip(self.table.groups, self.kept, strict=True) if not k]
        return notes + groups_left_out(self.table.group_sizes, out)


def _answer(table: GroupTable, compared: list[_Counted], asked: _Asked) -> AdverseImpact:
    """The answer of one attribute, or of several and their crossing, as one family of tests."""
    each = [counted.p_values(asked.test) for counted in compared]
    adjusted = np.atleast_1d(adjust_p_values(np.concatenate(each)))
    parts = np.split(adjusted, np.cumsum([len(p) for p in each])[:-1])
    rows = [
        row
        for counted, p, part in zip(compared, each, parts, strict=True)
        for row in counted.rows(p, part, asked)
    ]
    judged = [row for row in rows if row["verdict"] is not None]
    ratios = [row["impact_ratio"] for row in judged]
    dropped = table.dropped.get("rows", 0)
    last = compared[-1]
    notes = [note for one in compared for note in one.notes(asked, several=len(compared) > 1)]
    return AdverseImpact(
        title=f"Impact ratios of {' x '.join(map(plainly, table.attributes))}",
        rows=Table.from_records(rows, _KINDS),
        findings=tuple(_finding(row, asked.confidence) for row in judged),
        notes=(*rows_left_out(table.dropped), *notes),
        settings=asked.settings(),
        picture=_forest(asked.threshold, several=len(compared) > 1),
        compared_with=str(label_text(last.table.groups[last.top])),
        impact_ratio=float(np.nanmin(ratios)) if not np.isnan(ratios).all() else math.nan,
        unknown=dropped + int(table.rows[:, ~table.known].sum()),
    )


def _reading(row: dict[str, Any], verdict: Verdict, beside: str, asked: _Asked) -> str:
    group = quoted([row["group"]])
    ratio = row["impact_ratio"]
    said = f"{percent(row['selection_rate'])} of {group} were selected, against {beside}"
    if verdict is Verdict.NOT_ASSESSABLE:
        if ratio in (0.0, math.inf):
            return f"{said}; the test by logarithms says nothing where nobody is, and another one would."
        return f"Nobody was selected, or everybody: {group} cannot be compared."
    if math.isfinite(ratio):
        said += f": {ratio:.2f} times the rate"
    threshold = f"{asked.threshold:g}"
    above = f"{1 / asked.threshold:.4g}" if asked.threshold else "any limit"
    if verdict is Verdict.DISPARITY:
        side = f"above {above}" if ratio > 1 else f"below {threshold}"
        return f"{said}, {side} and more than chance explains."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        least = f"at least {threshold}"
        if asked.reference is not None and asked.threshold:
            least = f"between {threshold} and {above}"
        return f"{said}, with little doubt {least} times."
    edge = above if ratio > 1 else threshold
    return f"{said}; the data cannot tell on which side of {edge} the true ratio lies."


_NEXT = {
    Verdict.DISPARITY: "Look at which step of the selection the group is lost in, and whether that step is needed.",
    Verdict.NO_MATERIAL_DIFFERENCE: "Keep counting, so that a change would show.",
    Verdict.INCONCLUSIVE: "Pool more rounds of selection before drawing a conclusion.",
    Verdict.NOT_ASSESSABLE: "Count again when some, but not all, have been selected.",
}


def _finding(row: dict[str, Any], confidence: float) -> Finding:
    verdict = Verdict(row["verdict"])
    return Finding(
        question="fairness",
        attribute=row["attribute"],
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
            "estimand": f"selection rate over that of {row['compared_with']}",
            "null": "both groups are selected at the same rate",
            "shortfall": float(row["shortfall"]),
            "direction": direction(float(row["impact_ratio"]), 1.0),
        },
        values={name: row[name] for name in ("selection_rate", "impact_ratio")},
    )


def _forest(threshold: float, *, several: bool) -> Forest:
    return Forest(
        label=("attribute", "group") if several else ("group",),
        value="impact_ratio",
        low="ratio_low",
        high="ratio_high",
        inner_low="inner_low",
        inner_high="inner_high",
        n="n",
        band=(threshold, 1 / threshold) if threshold else None,
        axis="impact ratio",
    )
