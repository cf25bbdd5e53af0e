"""group_metrics: many metrics of all groups at once, crossed and within strata, and what can be said of each gap."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np

from coprep.data.columns import group_label, one_column
from coprep.data.rows import Missing, Rows, read_rows
from coprep.errors import InputError
from coprep.fairness._catalogue import METRICS, Between, Method, Metric, MetricName, Synonym, named
from coprep.fairness._group_table import GroupTable, label_text, label_texts, part_of
from coprep.fairness._number_reading import NumberReading
from coprep.fairness._numbers import (
    Numbers,
    Quantity,
    function_of,
    must_be_of_a_group,
    numbers_by_group,
    parameters_of,
)
from coprep.fairness._options import Options, options_of
from coprep.fairness._rows_for import data_for, no_rows_beside_a_table
from coprep.fairness._verdicts import JudgedResult, direction
from coprep.fairness._wording import (
    SAID,
    called,
    caveats,
    groups_left_out,
    next_step,
    notes_of,
    phrase,
    reading,
    rows_left_out,
    smallest,
)
from coprep.fairness.metric import MetricResult, measure
from coprep.findings import Estimate, Finding, Note, Verdict, counted
from coprep.metrics._checks import choice, number, share, whole
from coprep.metrics._streams import RNG, seed_of
from coprep.metrics.groups._classification import Undefined
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.pictures import Forest
from coprep.table import ColumnKind, Table
from coprep.verdicts import FAIRNESS, decide
from coprep.wording.names import plainly

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GroupMetrics", "group_metrics"]

Wanted = MetricName | Synonym | Callable[..., float]
_GAP_KINDS: dict[str, ColumnKind] = {
    "attribute": "text",
    "metric": "text",
    "comparison": "text",
    "gap": "number",
    "low": "number",
    "high": "number",
    "inner_low": "number",
    "inner_high": "number",
    "noise_floor": "number",
    "ratio": "number",
    "ratio_low": "number",
    "ratio_high": "number",
    "lowest_group": "text",
    "lowest_rate": "number",
    "highest_group": "text",
    "highest_rate": "number",
    "n": "count",
    "smallest": "count",
    "p_value": "number",
    "p_adjusted": "number",
    "needed_per_group": "count",
    "verdict": "text",
    "reading": "text",
}
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
_POWER = 0.8


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class GroupMetrics(JudgedResult):
    """Metrics by group, the gaps between groups, and a finding for each gap of a rate.

    Attributes
    ----------
    rows : Table
        A row a metric, attribute and comparison: the gap with interval, noise floor, p value and
        verdict, in the metric's own units (shares for rates).
    groups : Table
        A row a metric, group and stratum: the number, its interval, rows and denominator.
    cells : Table
        The counts behind the rates, of the crossed groups; empty in a protected copy.
    """

    groups: Table = field(default_factory=lambda: Table({}, {}))
    cells: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "fairness.group_metrics"
    shown: ClassVar[tuple[str, ...]] = (
        "metric",
        "attribute",
        "comparison",
        "lowest_group",
        "highest_group",
        "gap",
        "low",
        "high",
        "noise_floor",
        "p_adjusted",
        "verdict",
    )
    headings: ClassVar[dict[str, tuple[str, str]]] = {
        "comparison": ("Compared", "text"),
        "lowest_group": ("Lowest group", "text"),
        "highest_group": ("Highest group", "text"),
        "gap": ("Gap (of rates: as a share)", "number"),
        "low": ("Lower limit", "number"),
        "high": ("Upper limit", "number"),
        "noise_floor": ("Gap expected from chance", "number"),
    }
    count_columns: ClassVar[tuple[str, ...]] = ("smallest",)
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("attribute", "metric")
    keep_when_protected: ClassVar[tuple[str, ...]] = ("metric", "comparison")

    def __post_init__(self) -> None:
        super().__post_init__()
        if "named" not in self.settings and "metrics" in self.settings:
            _modernise(self)

    # -- fairlearn's views -------------------------------------------------------------------------

    @property
    def by_group(self) -> pd.DataFrame:
        """A row a (crossed) group and stratum, a column a metric; an index level for each feature,
        by its name.
        """
        import pandas as pd

        asked = self.settings
        strata = dict(zip(asked["strata_named"], asked["strata"], strict=True))
        groups = dict(zip(asked["groups_named"], asked["groups"], strict=True))
        wanted = strata or {None: ()}
        cells = {
            (r["stratum"], r["group"], r["metric"]): r["value"]
            for r in self.groups.records()
            if r["attribute"] == asked["crossed"]
        }
        places = [(stratum, group) for stratum in wanted for group in groups]
        levels = [(*wanted[stratum], *groups[group]) for stratum, group in places]
        names = [*asked["controls"], *asked["attributes"]]
        index = pd.MultiIndex.from_tuples(levels, names=names)
        if len(names) == 1:
            index = pd.Index([level[0] for level in levels], name=names[0])
        columns = {
            name: [cells.get((stratum, group, name), math.nan) for stratum, group in places]
            for name in asked["metrics"]
        }
        return pd.DataFrame(columns, index=index)

    @property
    def overall(self) -> pd.Series[float]:
        """Everybody's number, by metric."""
        return self._series(self.settings["overall"])

    def difference(self, *, method: Method = "between_groups") -> pd.Series[float]:
        """The gap of each metric between the (crossed) groups; of rates within strata where there
        are control features.
        """
        return self._each("difference", method)

    def ratio(self, *, method: Method = "between_groups") -> pd.Series[float]:
        """The ratio of each metric between the (crossed) groups; of rates within strata where there
        are any.
        """
        return self._each("ratio", method)

    def group_min(self) -> pd.Series[float]:
        """The lowest number of any group, by metric."""
        return self._each("group_min")

    def group_max(self) -> pd.Series[float]:
        """The highest number of any group, by metric."""
        return self._each("group_max")

    def metric(
        self, name: MetricName | Synonym, *, between: Between = "difference", **options: Any
    ) -> MetricResult:
        """Any rate of the (crossed) groups, with the settings of this result where none are given.

        Parameters
        ----------
        name : str
            Such as ``"selection_rate"``.
        between : {"difference", "ratio", "group_min", "group_max", "by_group"}
            What is done with the groups.
        **options
            Other keywords of `coprep.fairness.metric` that do not describe rows.

        Returns
        -------
        MetricResult
        """
        wanted = named(name)
        if wanted.kind != "rate":
            raise InputError.of(
                f"{wanted.name} needs numbers of every row, of which none is kept.",
                code="not_kept",
                param="name",
                hint="ask for it in group_metrics, or with coprep.fairness.metric.",
            )
        asked = self._asked(between, "between_groups")
        return measure(self._table, wanted, options_of(wanted, **{**asked, **options}))

    def _asked(self, between: Between, method: Method) -> dict[str, Any]:
        """What was asked for, as far as it plays a part."""
        names = ("undefined", "min_group_size", "confidence")
        asked = {"between": between, **{name: self.settings[name] for name in names}}
        if between not in ("difference", "ratio"):
            return asked
        if method == "between_groups":
            asked["reference"] = self.settings["reference"]
        return {**asked, "method": method}

    def _each(self, between: Between, method: Method = "between_groups") -> pd.Series[float]:
        rates = set(self.settings["rates"])
        found = {}
        for label, name in zip(self.settings["metrics"], self.settings["named"], strict=True):
            asked = self._asked(between, method)
            if label in rates:
                metric = METRICS[name]
                found[label] = float(measure(self._table, metric, options_of(metric, **asked)))
            else:
                found[label] = NumberReading(
                    label, self._numbers(label), Options(**_to(asked))
                ).value
        return self._series(found)

    def _numbers(self, label: str) -> Numbers:
        """The numbers of a metric of which no row is kept."""
        crossed = self.settings["crossed"]
        of = [
            r
            for r in self.groups.records()
            if r["attribute"] == crossed and r["metric"] == label and r["stratum"] is None
        ]
        nothing = np.full(len(of), np.nan)
        labels = [parts if len(parts) > 1 else parts[0] for parts in self.settings["groups"]]
        overall = self.settings["overall"][label]
        return Numbers(
            tuple(labels),
            np.array([r["value"] for r in of], dtype=np.float64),
            nothing,
            np.array([r["n"] or 0 for r in of], dtype=np.intp),
            math.nan if overall is None else overall,
            nothing,
            "a defined number",
            "",
            {},
        )

    def _series(self, found: Mapping[str, float | None]) -> pd.Series[float]:
        import pandas as pd

        return pd.Series({name: found[name] for name in self.settings["metrics"]}, dtype="float64")

    @cached_property
    def _table(self) -> GroupTable:
        if not len(self.cells):
            raise InputError.of(
                "this copy is protected, or holds no rates: there are no counts.", code="protected"
            )
        asked = self.settings
        several = len(asked["attributes"]) > 1
        return GroupTable.from_table(
            self.cells,
            groups=[parts if several else parts[0] for parts in asked["groups"]],
            strata=[parts if len(parts) > 1 else parts[0] for parts in asked["strata"]] or [None],
            attributes=asked["attributes"],
            controls=asked["controls"],
            has=asked["has"],
        )

    def _protected_with(self, min_count: int, together: Any) -> Self:
        """A copy safe to publish: where a group has a small cell, neither its rates nor the counts
        are shown.
        """
        small = [n for n in self.groups["smallest"] if n is not None and 0 < n < min_count]
        copy = super(GroupMetrics, replace(self, cells=Table({}, {})))._protected_with(
            min_count, together
        )
        return copy if small else replace(copy, cells=self.cells)


def _modernise(found: GroupMetrics) -> None:
    """Bring an answer of an older file up to date: gaps as shares, groups by their parts,
    everybody's rates.
    """
    old = found.settings
    several = len(old["attributes"]) > 1
    groups = list(dict.fromkeys(found.cells["group"])) if len(found.cells) else []
    parts = [tuple(group.split(" x ")) if several else (group,) for group in groups]
    metrics = tuple(old["metrics"])
    settings = {
        **old,
        "groups": parts,
        "groups_named": groups,
        "strata": [(stratum,) for stratum in old["strata"]],
        "strata_named": old["strata"],
        "named": metrics,
        "rates": metrics,
        "reference": None,
        "overall": {},
    }
    points = ("gap", "low", "high", "inner_low", "inner_high", "noise_floor")
    columns = {name: [value / 100 for value in found.rows[name]] for name in points}
    object.__setattr__(found, "rows", found.rows.with_columns(columns))
    object.__setattr__(found, "settings", settings)
    if groups:
        overall = {name: float(found.metric(name, between="by_group")) for name in metrics}
        object.__setattr__(found, "settings", {**settings, "overall": overall})


def _to(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Options with the method that a reference asks for."""
    refers = asked.get("reference") is not None
    return {**asked, "method": "to_reference"} if refers else dict(asked)


def group_metrics(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    metrics: Wanted | Sequence[Wanted] | Mapping[str, Wanted] | None = None,
    control_features: Any = None,
    reference: Any = None,
    y_score: Any = None,
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
    """Do groups fare alike? Many metrics of all groups, the gaps, and what can be said of each.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,), or None; or a GroupTable for ``y_true``
        Labels and predictions (or decisions): bool, 0/1, or anything with ``pos_label``. Scores may
        take the place of ``y_pred`` where all metrics are of scores.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups. Several columns are looked at one by one and crossed.
    metrics : str, function, sequence or mapping of these, optional
        Names in `METRICS`, or functions called as ``f(y_true, y_pred)`` with the rows of a group
        (and ``sample_weight`` where they take it) that give a number. A mapping says how each is
        called. By default the rates that the data can tell.
    control_features : the same as sensitive_features, optional
        Strata: gaps of rates are given for all rows and, compared like with like, within strata.
    reference : label, optional
        A group to compare with; gaps are then signed, above 0 where the other group's number is
        higher. Of crossed groups a tuple with a label for each attribute.
    y_score : array-like of shape (n,), optional
        Scores, for metrics of scores beside metrics of decisions.
    sample_weight, pos_label, missing, undefined, min_group_size
        As for `metric`.
    material : float
        Gaps of rates of fewer percentage points do not matter.
    confidence : float
        Level of the intervals; verdicts of no material difference rest on level ``1 - 2 alpha``.
    alpha : float
        Level of the tests, after Holm's adjustment over all gaps looked at.
    resamples : int, optional
        If given, intervals of rates come from so many max-t bootstrap replicates.
    rng : int, numpy Generator or None
        Seed of the bootstrap.

    Returns
    -------
    GroupMetrics
        With ``by_group``, ``overall``, ``difference()``, ``ratio()``, ``group_min()``,
        ``group_max()``, which obey what was asked for here; ``table`` has the gaps, ``groups`` the
        numbers. Gaps of rates that are shares have verdicts: ``disparity`` where a gap is beyond
        chance and larger than may not matter.

    References
    ----------
    Berk, R. et al. (2021). Fairness in criminal justice risk assessments. Sociological Methods &
    Research 50, 3-44. Holm, S. (1979). A simple sequentially rejective multiple test procedure.
    Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> hired = {"white": {"selected": 48, "total": 80}, "black": {"selected": 12, "total": 40}}
    >>> found = group_metrics(GroupTable.from_counts(hired, attributes="race"))
    >>> print(found.findings[0].reading)
    Of each group, 30.0% in “black” and 60.0% in “white” are selected: 30.0 percentage points apart, ...
    """
    given = _Given(
        y_true,
        y_pred,
        y_score,
        {
            "sensitive_features": sensitive_features,
            "control_features": control_features,
            "sample_weight": sample_weight,
            "pos_label": pos_label,
        },
        missing,
    )
    judgement = _Judgement(
        reference=reference,
        undefined=choice(undefined, "undefined", ("strict", "skip")),
        min_group_size=whole(min_group_size, "min_group_size"),
        material=number(material, "material", low=0.0),
        confidence=share(confidence, "confidence"),
        alpha=share(alpha, "alpha", below=0.5),
        resamples=None if resamples is None else whole(resamples, "resamples", low=1),
        rng=0 if resamples is None else seed_of(rng),
    )
    return _answer(given, _wanted(metrics), judgement)


# -- what was asked for ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    """A metric by name, or a function; and what it is called here."""

    label: str
    metric: Metric | None
    function: Callable[..., float] | None = None

    @property
    def is_rate(self) -> bool:
        return self.metric is not None and self.metric.kind == "rate"

    @property
    def is_judged(self) -> bool:
        """Whether there is a standard for what matters: of shares, percentage points."""
        return self.is_rate and self.metric is not None and self.metric.name in SAID


def _wanted(metrics: Any) -> list[_Entry] | None:
    if metrics is None:
        return None
    pairs: list[tuple[str | None, Any]]
    if isinstance(metrics, Mapping):
        pairs = [(str(label), wanted) for label, wanted in metrics.items()]
    elif isinstance(metrics, str) or callable(metrics):
        pairs = [(None, metrics)]
    else:
        pairs = [(None, wanted) for wanted in metrics]
    if not pairs:
        raise InputError.of("metrics is empty; name at least one.", code="empty", param="metrics")
    entries: list[_Entry] = []
    for label, wanted in pairs:
        entry = _entry(label, wanted)
        if entry.label not in [one.label for one in entries]:
            entries.append(entry)
    return entries


def _entry(label: str | None, wanted: Any) -> _Entry:
    if callable(wanted):
        asked = cast("Callable[..., float]", wanted)
        must_be_of_a_group(asked, "metrics")
        name = label or str(getattr(wanted, "__name__", "metric"))
        return _Entry(name, None, asked)
    metric = named(wanted, "metrics")
    if len(metric.rates) > 1 or metric.kind == "distance":
        raise InputError.of(
            f"{metric.name} is a comparison and no number of a group.",
            code="unknown_choice",
            param="metrics",
            got=wanted,
            hint=f'ask for coprep.fairness.metric("{metric.name}", ...).',
        )
    return _Entry(label or metric.name, metric)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """How groups are compared, what counts as a gap that matters, and how sure one must be."""

    reference: Any
    undefined: str
    min_group_size: int
    material: float
    confidence: float
    alpha: float
    resamples: int | None
    rng: int

    def settings(self) -> dict[str, Any]:
        """For the result's settings."""
        settings = {name: getattr(self, name) for name in self.__slots__}
        return {**settings, "reference": group_label(self.reference)}

    def options(self, metric: Metric | None, between: Between, reference: Any) -> Options:
        """The options of one metric."""
        asked: dict[str, Any] = {
            "between": between,
            "undefined": self.undefined,
            "min_group_size": self.min_group_size,
            "confidence": self.confidence,
        }
        if between in ("difference", "ratio"):
            asked["reference"] = reference
        if metric is None:
            return Options(**_to(asked))
        if self.resamples is not None and metric.kind == "rate":
            asked |= {"interval": "bootstrap", "resamples": self.resamples, "rng": self.rng}
        return options_of(metric, **asked)


# -- what was given --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Given:
    """Rows, or a table; what each metric needs of it is read when it is asked for."""

    y_true: Any
    y_pred: Any
    y_score: Any
    features: Mapping[str, Any]
    missing: Missing

    def table(self, entries: Sequence[_Entry] | None) -> GroupTable | None:
        """The counts that all rates share; None where no metric is one."""
        if isinstance(self.y_true, GroupTable):
            no_rows_beside_a_table(y_pred=self.y_pred, y_score=self.y_score, **self.features)
            return self.y_true
        if self.features["sensitive_features"] is None:
            raise InputError.of(
                "sensitive_features is needed: which groups?",
                code="missing",
                param="sensitive_features",
            )
        columns = {"y_true": self.y_true, "y_pred": self.y_pred}
        known = {name: values for name, values in columns.items() if values is not None}
        if entries is None:
            return GroupTable.from_arrays(**columns, **self.features, missing=self.missing)
        rates = [entry.metric for entry in entries if entry.is_rate and entry.metric is not None]
        if not rates:
            return None
        needed = {name for metric in rates for name in metric.needs}
        if len(rates) == 1:  # which may not mind which label is positive
            found = data_for(rates[0], *columns.values(), **self.features, missing=self.missing)
            return found if isinstance(found, GroupTable) else GroupTable.counted(found)
        flags = {name: values for name, values in known.items() if name in needed}
        if not flags:
            raise InputError.of(
                f"{rates[0].name} needs {rates[0].needs[0]}.",
                code="missing",
                param=rates[0].needs[0],
            )
        return GroupTable.counted(read_rows(flags=flags, **self.features, missing=self.missing))

    def rows(self, entry: _Entry) -> Rows | GroupTable:
        """The rows of a metric that is no rate."""
        if entry.metric is None:
            columns = {"y_true": self.y_true, "y_pred": self.y_pred}
            known = {name: values for name, values in columns.items() if values is not None}
            features = {name: self.features[name] for name in self.features if name != "pos_label"}
            return read_rows(others=known, **features, missing=self.missing)
        if isinstance(self.y_true, GroupTable):
            return data_for(entry.metric, self.y_true, None)
        predicted = self.y_pred
        if entry.metric.kind == "score" and self.y_score is not None:
            predicted = self.y_score
        return data_for(
            entry.metric,
            self.y_true,
            predicted,
            **self.features,
            missing=self.missing,
            strict=False,
        )

    def quantity(self, entry: _Entry) -> Quantity:
        """A function as the number of each group."""
        assert entry.function is not None
        columns = {"y_true": self.y_true, "y_pred": self.y_pred}
        weight = self.features["sample_weight"]
        if weight is not None and "sample_weight" in parameters_of(entry.function):
            columns["sample_weight"] = weight
        known = {n: one_column(v, n) for n, v in columns.items() if v is not None}
        return function_of(entry.function, known, {})


def _view(data: Rows | GroupTable, name: str, crossed: str) -> Rows | GroupTable:
    """The same rows by one attribute, or by all crossed."""
    if name == crossed:
        return data
    if isinstance(data, GroupTable):
        return data.by_attribute(name)
    return replace(data, features={name: data.features[name]})


# -- gaps ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Gap:
    """The gap of one metric between the groups of one attribute, over all rows or within strata."""

    attribute: str
    entry: _Entry
    within: bool
    n: int
    smallest: int
    found: MetricResult
    ratio: MetricResult
    crude: MetricResult

    @property
    def judged(self) -> bool:
        return self.entry.is_judged

    @property
    def ends(self) -> tuple[Any, ...]:
        """The groups with the lowest and the highest number."""
        by_group = self.found.by_group
        ends = self.found.groups
        if len(ends) == 2 and by_group[ends[0]] > by_group[ends[1]]:
            return (ends[1], ends[0])
        if len(ends) == 1 and self.found.method == "to_reference":
            pair = (ends[0], self.found._asked.reference)
            return tuple(sorted(pair, key=lambda group: by_group[group]))
        return ends

    def needed(self, judgement: _Judgement, looked_at: int) -> int:
        """Rows of the denominator in each group to see a material gap with 80% power, after
        adjustment.
        """
        rate = self.found.overall
        gap = judgement.material / 100
        if math.isnan(rate) or gap == 0:
            return 0
        normal = NormalDist()
        z = normal.inv_cdf(1 - judgement.alpha / (2 * max(looked_at, 1))) + normal.inv_cdf(_POWER)
        spread = max(rate * (1 - rate), gap * (1 - gap) / 2)
        table = self.found.counts
        everybody = float(table.weights.sum()) if table is not None else float(self.n)
        share_of_rows = sum(self.found.denominators.values()) / everybody
        return math.ceil(2 * spread * (z / gap) ** 2 / share_of_rows)


def _measured(
    entry: _Entry, data: Rows | GroupTable, options: Options, quantity: Quantity | None
) -> MetricResult:
    """A metric, or a function of rows as one."""
    if entry.metric is not None:
        return measure(data, entry.metric, options)
    assert isinstance(data, Rows)
    assert quantity is not None
    numbers = numbers_by_group(data, quantity, lacking=f"a defined {entry.label}", unit="number")
    return MetricResult.of(NumberReading(entry.label, numbers, options))


def _gaps_of(
    entry: _Entry,
    attribute: str,
    data: Rows | GroupTable,
    judgement: _Judgement,
    reference: Any,
    quantity: Quantity | None,
) -> list[_Gap]:
    """The gap over all rows and, for rates, within strata."""
    difference = judgement.options(entry.metric, "difference", reference)
    ratio = judgement.options(entry.metric, "ratio", reference)
    plain = data.without_strata() if isinstance(data, GroupTable) else data
    crude = _measured(entry, plain, difference, quantity)
    layers = [(False, plain)]
    if isinstance(data, GroupTable) and data.controls and entry.is_rate:
        layers.append((True, data))
    gaps = []
    for within, on in layers:
        found = _measured(entry, on, difference, quantity) if within else crude
        sizes = found.n
        least = min((n for n in sizes.values() if n), default=0)
        if isinstance(on, GroupTable):
            least = smallest(on)
        gaps.append(
            _Gap(
                attribute,
                entry,
                within,
                sum(sizes.values()),
                least,
                found,
                _measured(entry, on, ratio, quantity),
                crude,
            )
        )
    return gaps


def _row(gap: _Gap, p_adjusted: float, judgement: _Judgement, looked_at: int) -> dict[str, Any]:
    found = gap.found
    inner = found.interval(1 - 2 * judgement.alpha)
    ends = gap.ends
    rates = tuple(found.by_group[group] for group in ends)
    row: dict[str, Any] = {
        "attribute": gap.attribute,
        "metric": gap.entry.label,
        "comparison": "within strata" if gap.within else "all rows",
        "gap": found.value,
        "low": found.low,
        "high": found.high,
        "inner_low": inner.low,
        "inner_high": inner.high,
        "noise_floor": found.noise_floor,
        "ratio": gap.ratio.value,
        "ratio_low": gap.ratio.low,
        "ratio_high": gap.ratio.high,
        "lowest_group": label_text(ends[0]) if ends else None,
        "lowest_rate": rates[0] if rates else math.nan,
        "highest_group": label_text(ends[-1]) if ends else None,
        "highest_rate": rates[-1] if rates else math.nan,
        "n": gap.n,
        "smallest": gap.smallest,
        "p_value": found.p_value,
        "p_adjusted": p_adjusted,
    }
    if math.isnan(p_adjusted) and not gap.judged:
        return row
    margin = judgement.material / 100
    verdict = decide(
        FAIRNESS,
        math.nan if math.isnan(p_adjusted) else found.value,
        (-margin, margin),
        p_value=p_adjusted,
        alpha=judgement.alpha,
        shown_small=max(-inner.low, inner.high) <= margin,
    )
    return {
        **row,
        "needed_per_group": gap.needed(judgement, looked_at),
        "verdict": verdict.value,
        "reading": reading(
            _name(gap),
            verdict,
            gap=found.value,
            ends=ends,
            rates=rates,
            noise=found.noise_floor,
        ),
    }


def _name(gap: _Gap) -> str:
    return gap.entry.metric.name if gap.entry.metric is not None else gap.entry.label


def _finding(gap: _Gap, row: dict[str, Any], judgement: _Judgement) -> Finding:
    verdict = Verdict(row["verdict"])
    name = _name(gap)
    said = caveats(name)
    if gap.within and not math.isnan(gap.crude.value):
        template = "Without telling strata apart the groups are {gap:number} points apart."
        said.append(Note.of("crude_gap", template, gap=100 * gap.crude.value))
    within = " when compared within strata" if gap.within else ""
    estimate = gap.found.estimate
    limits = (100 * row["gap"], 100 * row["low"], 100 * row["high"])
    quoted = ("lowest_group", "lowest_rate", "highest_group", "highest_rate", "gap", "noise_floor")
    return Finding(
        question="fairness",
        attribute=gap.attribute,
        group=row["highest_group"] if verdict is Verdict.DISPARITY else None,
        verdict=verdict,
        estimate=Estimate(*limits, estimate.level, estimate.method, "points"),
        p_value=row["p_value"],
        p_adjusted=row["p_adjusted"],
        n=row["n"],
        reading=row["reading"],
        caveats=(*said, *notes_of("undefined", gap.found.undefined)),
        next_step=next_step(verdict, name, needed=row["needed_per_group"]),
        details={
            "metric": name,
            "about": [called(name)],
            "estimand": f"largest minus smallest {phrase(name)}",
            "null": f"all groups have the same rate{within}",
            "comparison": row["comparison"],
            "direction": direction(row["gap"], 0.0),
            "noise_floor": 100 * row["noise_floor"],
            "lowest_group": row["lowest_group"],
            "highest_group": row["highest_group"],
            "material": judgement.material,
            "needed_per_group": row["needed_per_group"],
        },
        values={**{name: row[name] for name in quoted}, "rows": row["needed_per_group"]},
    )


def _judged(
    gaps: Sequence[_Gap], judgement: _Judgement, descriptive: Sequence[str]
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """A row a gap, and a finding for each that is a question of fairness; crude ones only where not
    stratified.
    """
    stratified = any(gap.within for gap in gaps)
    asked = [
        gap.judged and _name(gap) not in descriptive and gap.within == stratified for gap in gaps
    ]
    raw = [gap.found.p_value if ask else math.nan for gap, ask in zip(gaps, asked, strict=True)]
    adjusted = np.atleast_1d(adjust_p_values(np.array(raw))).tolist()
    rows = []
    findings = []
    for gap, ask, p_adjusted in zip(gaps, asked, adjusted, strict=True):
        row = _row(gap, p_adjusted, judgement, sum(asked))
        if ask:
            findings.append(_finding(gap, row, judgement))
        else:
            row |= {"verdict": None, "reading": None, "needed_per_group": None}
        rows.append(row)
    return rows, findings


# -- the answer ------------------------------------------------------------------------------------


def _answer(given: _Given, wanted: list[_Entry] | None, judgement: _Judgement) -> GroupMetrics:
    table = given.table(wanted)
    if wanted is None:
        assert table is not None
        wanted = [_Entry(name, METRICS[name]) for name in _DEFAULT[table.has]]
    gaps: list[_Gap] = []
    records: list[dict[str, Any]] = []
    overall: dict[str, float] = {}
    shape: GroupTable | Rows | None = table
    for entry in wanted:
        data: Rows | GroupTable | None = table if entry.is_rate else given.rows(entry)
        assert data is not None
        shape = shape or data
        quantity = None if entry.metric is not None else given.quantity(entry)
        attributes = _attributes(data)
        crossed = " x ".join(attributes)
        for name in [*attributes, crossed] if len(attributes) > 1 else [crossed]:
            part = judgement.reference
            if name != crossed:
                part = part_of(part, attributes, name)
            view = _view(data, name, crossed)
            found = _gaps_of(entry, name, view, judgement, part, quantity)
            gaps += found
            records += _group_rows(entry, name, view, found[0].crude, judgement, quantity)
            overall[entry.label] = found[0].crude.overall
    assert shape is not None
    order = {entry.label: i for i, entry in enumerate(wanted)}
    names = list(dict.fromkeys(gap.attribute for gap in gaps))
    layers = list(dict.fromkeys(record["stratum"] for record in records))
    records.sort(
        key=lambda r: (names.index(r["attribute"]), layers.index(r["stratum"]), order[r["metric"]])
    )
    gaps.sort(key=lambda gap: (names.index(gap.attribute), order[gap.entry.label], gap.within))
    several_columns = table is not None and len(table.has) > 1
    rows, findings = _judged(gaps, judgement, ("base_rate",) if several_columns else ())
    return GroupMetrics(
        title=f"How groups of {' and '.join(map(plainly, _attributes(shape)))} fare",
        rows=Table.from_records(rows, _GAP_KINDS),
        findings=tuple(findings),
        notes=tuple(_notes(shape, gaps, wanted)),
        settings={
            **_shape(shape),
            "has": sorted(table.has) if table is not None else (),
            "metrics": tuple(entry.label for entry in wanted),
            "named": tuple(e.metric.name if e.metric is not None else e.label for e in wanted),
            "rates": tuple(entry.label for entry in wanted if entry.is_rate),
            "overall": overall,
            **judgement.settings(),
        },
        picture=_forest(shape, names, judgement),
        groups=Table.from_records(records, _GROUP_KINDS),
        cells=table.to_table() if table is not None else Table({}, {}),
    )


def _attributes(data: Rows | GroupTable) -> tuple[str, ...]:
    return data.attributes if isinstance(data, GroupTable) else tuple(data.features)


def _shape(data: Rows | GroupTable) -> dict[str, Any]:
    """The names of features, groups and strata, and the parts of each."""
    groups = data.groups if isinstance(data, GroupTable) else data.groups.labels
    strata = data.strata if isinstance(data, GroupTable) else data.strata.labels
    strata = strata if data.controls else ()
    attributes = _attributes(data)
    return {
        "attributes": attributes,
        "controls": tuple(data.controls),
        "crossed": " x ".join(attributes),
        "groups": [_parts(group) for group in groups],
        "groups_named": label_texts(groups),
        "strata": [_parts(stratum) for stratum in strata],
        "strata_named": label_texts(strata),
    }


def _parts(label: Any) -> tuple[Any, ...]:
    return label if isinstance(label, tuple) else (label,)


def _forest(data: Rows | GroupTable, names: Sequence[str], judgement: _Judgement) -> Forest:
    label = ["metric"]
    if len(names) > 1:
        label.insert(0, "attribute")
    if isinstance(data, GroupTable) and data.controls:
        label.append("comparison")
    margin = judgement.material / 100
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
        band=(0.0 if judgement.reference is None else -margin, margin),
        expected="noise_floor",
        axis="gap between groups (of rates: as a share)",
    )


def _group_rows(
    entry: _Entry,
    attribute: str,
    data: Rows | GroupTable,
    crude: MetricResult,
    judgement: _Judgement,
    quantity: Quantity | None,
) -> list[dict[str, Any]]:
    """Each group's number, over all rows and in each stratum."""
    found: list[tuple[str | None, MetricResult]] = [(None, crude)]
    options = Options(between="by_group", undefined="skip", confidence=judgement.confidence)
    for stratum, part in _strata(data):
        found.append((label_text(stratum), _measured(entry, part, options, quantity)))
    return [
        {
            "attribute": attribute,
            "stratum": stratum,
            "group": record["group"],
            "metric": entry.label,
            "value": record["value"],
            "low": record["low"],
            "high": record["high"],
            "n": record["n"],
            "out_of": record["denominator"],
            "smallest": record["smallest"],
        }
        for stratum, result in found
        for record in result.rows.records()
    ]


def _strata(data: Rows | GroupTable) -> list[tuple[Any, Rows | GroupTable]]:
    """Each stratum by itself."""
    if not data.controls:
        return []
    if isinstance(data, GroupTable):
        return [(stratum, data.in_stratum(stratum)) for stratum in data.strata]
    strata = data.strata
    return [
        (stratum, replace(data.at(strata.codes == i, data.dropped), controls={}))
        for i, stratum in enumerate(strata.labels)
        if (strata.codes == i).any()
    ]


def _notes(data: Rows | GroupTable, gaps: Sequence[_Gap], wanted: Sequence[_Entry]) -> list[Note]:
    first = gaps[-1].found  # of all attributes crossed
    n = data.n
    notes = [Note.of("rows", "{rows} counted.", rows=counted(n, "row was", "rows were"))]
    notes += rows_left_out(data.dropped)
    notes += groups_left_out(first.n, first.not_compared)
    reasons = dict.fromkeys(reason for gap in gaps for reason in gap.found.undefined)
    notes += notes_of("undefined", reasons)
    if isinstance(data, GroupTable) and data.controls:
        notes.append(
            Note(
                "standardised",
                "Within strata each group's rate is the average of its rates in the strata, weighted by everybody's "
                "numbers there, so that groups are compared like with like.",
            )
        )
    names = {entry.metric.name for entry in wanted if entry.metric is not None}
    if {"true_positive_rate", "positive_predictive_value"} <= names:
        notes.append(
            Note(
                "not_both",
                "Where base rates differ, equal error rates and equal precision cannot be had together, except by "
                "chance or by never being wrong: decide first which of them matters here.",
            )
        )
    if not all(entry.is_judged for entry in wanted):
        notes.append(
            Note(
                "not_judged",
                "Gaps of scores, errors and functions are described and not judged: there is no standard of what "
                "matters.",
            )
        )
    return notes
