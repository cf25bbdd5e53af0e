"""Knows all rates of all groups at once: crossed attributes, strata, gaps, and what can be said of each gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from coprep.errors import InputError
from coprep.fairness._gaps import GAP_KINDS, Gap, Judgement, judged
from coprep.fairness.grouptable import GroupTable, Missing, label_text, label_texts
from coprep.fairness.measures import RATES
from coprep.fairness.result import MetricResult
from coprep.findings import as_notes
from coprep.metrics._checks import number, share, whole
from coprep.metrics._streams import RNG, entropy
from coprep.metrics.groups._classification import Undefined
from coprep.metrics.groups._rate_moments import wilson_bounds
from coprep.pictures import Forest
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed, show
from coprep.wording.names import plainly

if TYPE_CHECKING:
    import pandas as pd

    from coprep.fairness._compare import Method

__all__ = ["GroupMetrics", "group_metrics"]

_GROUP_KINDS: dict[str, ColumnKind] = {
    "attribute": "text",
    "stratum": "text",
    "group": "text",
    "metric": "text",
    "value": "number",
    "low": "number",
    "high": "number",
    "n": "count",
    "out_of": "number",
    "smallest": "count",
}
_DEFAULT = {
    frozenset({"y_pred"}): ("selection_rate",),
    frozenset({"y_true"}): ("base_rate",),
    frozenset({"agreement"}): ("accuracy",),
    frozenset({"agreement", "two labels"}): ("accuracy",),
    frozenset({"y_true", "y_pred"}): (
        "selection_rate",
        "base_rate",
        "true_positive_rate",
        "false_positive_rate",
        "positive_predictive_value",
        "accuracy",
    ),
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class GroupMetrics(Result):
    """Rates by group, the gaps between groups, and a finding for each gap.

    Attributes
    ----------
    rows : Table
        A row a metric, attribute and comparison: the gap with interval, noise floor, p value and verdict.
    groups : Table
        A row a metric, group and stratum: the rate, its interval, rows and denominator.
    cells : Table
        The counts behind it all, of the crossed groups; empty in a protected copy.
    """

    groups: Table = field(default_factory=lambda: Table({}, {}))
    cells: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "fairness.group_metrics"
    shown: ClassVar[tuple[str, ...]] = (
        "metric", "attribute", "comparison", "lowest_group", "highest_group", "gap", "low", "high", "noise_floor",
        "p_adjusted", "verdict",
    )  # fmt: skip
    headings: ClassVar[dict[str, tuple[str, str]]] = {
        "comparison": ("Compared", "text"),
        "lowest_group": ("Lowest group", "text"),
        "highest_group": ("Highest group", "text"),
        "gap": ("Gap in percentage points", "number"),
        "low": ("Lower limit", "number"),
        "high": ("Upper limit", "number"),
        "noise_floor": ("Gap expected from chance", "number"),
    }
    count_columns: ClassVar[tuple[str, ...]] = ("smallest",)
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("attribute", "metric")
    keep_when_protected: ClassVar[tuple[str, ...]] = ("metric", "comparison")

    @cached_property
    def _table(self) -> GroupTable:
        if not len(self.cells):
            raise InputError.of(
                "this copy is protected: it no longer holds the counts.", code="protected"
            )
        names = self.settings
        return GroupTable.from_table(
            self.cells, attributes=names["attributes"], controls=names["controls"], has=names["has"]
        )

    # -- fairlearn's four verbs ------------------------------------------------------------------------------

    @property
    def by_group(self) -> pd.DataFrame:
        """A row a (crossed) group and stratum, a column a metric."""
        import pandas as pd

        crossed = self.settings["crossed"]
        strata = self.settings["controls"]
        rows = [
            r
            for r in self.groups.records()
            if r["attribute"] == crossed and (r["stratum"] in self._strata)
        ]
        frame = pd.DataFrame(rows, columns=list(_GROUP_KINDS))
        index = ["stratum", "group"] if strata else ["group"]
        wide = frame.pivot_table(
            index=index, columns="metric", values="value", sort=False, dropna=False, aggfunc="first"
        )
        wide = wide.reindex(columns=list(self.settings["metrics"]))
        wide.columns.name = None
        return wide.rename_axis(index={"group": crossed})

    @property
    def _strata(self) -> tuple[str | None, ...]:
        named = tuple(self.settings["strata"])
        return named or (None,)

    @property
    def overall(self) -> pd.Series[float]:
        """Everybody's rate, by metric."""
        return self._each("")

    def difference(
        self, *, method: Method = "between_groups", undefined: Undefined = "strict"
    ) -> pd.Series[float]:
        """The gap of each metric between the (crossed) groups; within strata where there are control features."""
        return self._each("_difference", method=method, undefined=undefined)

    def ratio(
        self, *, method: Method = "between_groups", undefined: Undefined = "strict"
    ) -> pd.Series[float]:
        """The ratio of each metric between the (crossed) groups; within strata where there are control features."""
        return self._each("_ratio", method=method, undefined=undefined)

    def group_min(self, *, undefined: Undefined = "strict") -> pd.Series[float]:
        """The lowest rate of any group, by metric."""
        return self._each("_group_min", undefined=undefined)

    def group_max(self, *, undefined: Undefined = "strict") -> pd.Series[float]:
        """The highest rate of any group, by metric."""
        return self._each("_group_max", undefined=undefined)

    def metric(self, name: str, **options: Any) -> MetricResult:
        """Any metric of `coprep.fairness` of the (crossed) groups, by the name of its function."""
        return self._table.metric(name, **options)

    def _each(self, form: str, **options: Any) -> pd.Series[float]:
        import pandas as pd

        names = self.settings["metrics"]
        return pd.Series(
            {name: float(self.metric(f"{name}{form}", **options)) for name in names},
            dtype="float64",
        )

    def protect(self, min_count: int = 5) -> Self:
        """A copy safe to publish: where a group has a small cell, neither its rates nor the counts are shown."""
        small = [n for n in self.groups["smallest"] if n is not None and 0 < n < min_count]
        copy = super(GroupMetrics, replace(self, cells=Table({}, {}))).protect(min_count)
        return copy if small else replace(copy, cells=self.cells)


def group_metrics(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    metrics: Sequence[str] | str | None = None,
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    min_group_size: int = 0,
    material: float = 5.0,
    confidence: float = 0.95,
    alpha: float = 0.05,
    resamples: int | None = None,
    rng: RNG = None,
) -> GroupMetrics:
    """Do groups fare alike? All rates of all groups, the gaps, and what can be said of each.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,), or None; or a GroupTable for ``y_true``
        Labels and predictions (or decisions): bool, 0/1, or anything with ``pos_label``.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups. Several columns are looked at one by one and crossed.
    metrics : sequence of str, optional
        Names of rates, such as ``"selection_rate"``; by default those that the data can tell.
    control_features : the same as sensitive_features, optional
        Strata: gaps are given for all rows and, compared like with like, within strata.
    sample_weight, pos_label, missing, undefined, min_group_size
        As in `demographic_parity_difference`.
    material : float
        Gaps of fewer percentage points do not matter.
    confidence : float
        Level of the intervals; verdicts of no material difference rest on level ``1 - 2 alpha``.
    alpha : float
        Level of the tests, after Holm's adjustment over all gaps looked at.
    resamples : int, optional
        If given, intervals come from so many max-t bootstrap replicates.
    rng : int, numpy Generator or None
        Seed of the bootstrap.

    Returns
    -------
    GroupMetrics
        With ``by_group``, ``overall``, ``difference()``, ``ratio()``; ``table`` has the gaps, ``groups`` the rates.

    References
    ----------
    Berk, R. et al. (2021). Fairness in criminal justice risk assessments. Sociological Methods & Research 50, 3-44.
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6,
    65-70.

    Examples
    --------
    >>> hired = {"white": {"selected": 48, "total": 80}, "black": {"selected": 12, "total": 40}}
    >>> found = group_metrics(GroupTable.from_counts(hired, attributes="race"))
    >>> print(found.findings[0].reading)
    Of each group, 30.0% in 'black' and 60.0% in 'white' are selected: 30.0 percentage points apart, ...
    """
    table = y_true
    if not isinstance(table, GroupTable):
        if sensitive_features is None:
            raise InputError.of(
                "sensitive_features is needed: which groups?",
                code="missing",
                param="sensitive_features",
            )
        table = GroupTable.from_arrays(
            y_true,
            y_pred,
            sensitive_features=sensitive_features,
            control_features=control_features,
            sample_weight=sample_weight,
            pos_label=pos_label,
            missing=missing,
        )
    judgement = Judgement(
        material=number(material, "material", low=0.0),
        alpha=share(alpha, "alpha", below=0.5),
        confidence=share(confidence, "confidence"),
        undefined=undefined,
        min_group_size=whole(min_group_size, "min_group_size"),
        resamples=None if resamples is None else whole(resamples, "resamples", low=1),
        rng=entropy(rng) if resamples is not None else 0,
    )
    return _answer(table, _metrics(table, metrics), judgement)


def _metrics(table: GroupTable, metrics: Sequence[str] | str | None) -> tuple[str, ...]:
    if metrics is None:
        return _DEFAULT[table.has]
    names = (metrics,) if isinstance(metrics, str) else tuple(dict.fromkeys(metrics))
    for name in names:
        if name not in RATES:
            raise InputError.choice("metrics", name, RATES)
    if not names:
        raise InputError.of(
            "metrics is empty; name at least one rate.", code="empty", param="metrics"
        )
    return names


def _answer(table: GroupTable, metrics: tuple[str, ...], judgement: Judgement) -> GroupMetrics:
    views = {_name(table.attributes): table}
    if len(table.attributes) > 1:
        views = {name: table.by_attribute(name) for name in table.attributes} | views
    gaps = [
        Gap.of(name, view, metric, judgement, within=within)
        for name, view in views.items()
        for metric in metrics
        for within in ((False, True) if table.controls else (False,))
    ]
    rows, findings = judged(
        gaps, judgement, descriptive=("base_rate",) if len(table.has) > 1 else ()
    )
    return GroupMetrics(
        title=f"How groups of {' and '.join(map(plainly, table.attributes))} fare",
        rows=Table.from_records(rows, GAP_KINDS),
        findings=tuple(findings),
        notes=as_notes(_notes(table, gaps, metrics)),
        settings={
            "attributes": table.attributes,
            "controls": table.controls,
            "strata": label_texts(table.strata) if table.controls else [],
            "has": sorted(table.has),
            "crossed": _name(table.attributes),
            "metrics": metrics,
            **judgement.settings(),
        },
        picture=_forest(views, table, judgement),
        groups=Table.from_records(_group_rows(views, metrics, judgement), _GROUP_KINDS),
        cells=table.to_table(),
    )


def _name(attributes: Sequence[str]) -> str:
    return " x ".join(attributes)


def _forest(views: dict[str, GroupTable], table: GroupTable, judgement: Judgement) -> Forest:
    label = [
        *(["attribute"] if len(views) > 1 else []),
        "metric",
        *(["comparison"] if table.controls else []),
    ]
    return Forest(
        label=tuple(label),
        value="gap",
        low="low",
        high="high",
        inner_low="inner_low",
        inner_high="inner_high",
        n="n",
        log=False,
        null=0.0,
        band=(0.0, judgement.material),
        expected="noise_floor",
        axis="gap between groups (percentage points)",
    )


def _group_rows(
    views: dict[str, GroupTable], metrics: Sequence[str], judgement: Judgement
) -> list[dict[str, Any]]:
    """Each group's rates, over all rows and in each stratum."""
    records = []
    for name, view in views.items():
        parts: list[tuple[str | None, GroupTable]] = [
            (None, view.without_strata() if view.controls else view)
        ]
        if view.controls:
            texts = label_texts(view.strata)
            parts += [
                (text, view.in_stratum(s)) for text, s in zip(texts, view.strata, strict=True)
            ]
        for stratum, part in parts:
            for metric in metrics:
                records += _rates(
                    part,
                    metric,
                    judgement,
                    {"attribute": name, "stratum": stratum, "metric": metric},
                )
    return records


def _rates(
    table: GroupTable, metric: str, judgement: Judgement, where: dict[str, Any]
) -> list[dict[str, Any]]:
    found = table.metric(metric, undefined="skip")
    score = found.reading.scores[0]
    low, high = wilson_bounds(score.rate, score.size, confidence=judgement.confidence)
    out_of, sizes, texts = found.denominators, table.group_sizes, label_texts(table.groups)
    return [
        {
            **where,
            "group": texts[i],
            "value": value,
            "low": float(low[i]),
            "high": float(high[i]),
            "n": sizes[group],
            "out_of": out_of[group],
            "smallest": table.smallest_cell(i),
        }
        for i, (group, value) in enumerate(found.by_group.items())
    ]


def _notes(table: GroupTable, gaps: Sequence[Gap], metrics: Sequence[str]) -> list[str]:
    notes = [f"{table.n:,} rows were counted."]
    if table.dropped:
        lost = ", ".join(f"{k:,} in {show(c)}" for c, k in table.dropped.items() if c != "rows")
        k = table.dropped.get("rows", 0)
        rows = "1 row was" if k == 1 else f"{k:,} rows were"
        notes.append(f"{rows} left out because values are missing: {lost}.")
    absent = [group for group, n in table.group_sizes.items() if n == 0]
    if absent:
        verb = "group has no rows and is" if len(absent) == 1 else "groups have no rows and are"
        notes.append(
            f"{len(absent):,} {verb} not compared: {listed([label_text(g) for g in absent])}."
        )
    small = dict.fromkeys(g for gap in gaps for g in gap.crude.reading.chosen[0].small)
    if small:
        verb = "group is too small and is" if len(small) == 1 else "groups are too small and are"
        notes.append(
            f"{len(small):,} {verb} not compared: {listed([label_text(g) for g in small])}."
        )
    notes += dict.fromkeys(reason for gap in gaps for reason in gap.found.undefined)
    if table.controls:
        notes.append(
            "Within strata each group's rate is the average of its rates in the strata, weighted by everybody's "
            "numbers there, so that groups are compared like with like."
        )
    if {"true_positive_rate", "positive_predictive_value"} <= set(metrics):
        notes.append(
            "Where base rates differ, equal error rates and equal precision cannot be had together, except by chance "
            "or by never being wrong: decide first which of them matters here."
        )
    return notes
