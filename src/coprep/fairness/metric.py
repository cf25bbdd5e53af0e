"""metric: any rate, score or error by group, as a float that remembers where it came from and has the face of every answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from coprep.data.columns import group_label
from coprep.data.rows import Missing, Rows
from coprep.errors import InputError
from coprep.fairness._catalogue import (
    METRICS,
    Agg,
    Between,
    Interval,
    Method,
    Metric,
    MetricName,
    Synonym,
    named,
)
from coprep.fairness._disparity import DisparityReading
from coprep.fairness._distances import calibration_chance, distance_reading
from coprep.fairness._group_table import GroupTable, label_text
from coprep.fairness._number_reading import NumberReading
from coprep.fairness._numbers import Numbers, numbers_by_group, quantity_of
from coprep.fairness._options import INTERVALS, Options, options_of
from coprep.fairness._rate_reading import RateReading
from coprep.fairness._rows_for import data_for
from coprep.fairness._wording import (
    BY_THEMSELVES,
    called,
    groups_left_out,
    notes_of,
    quantity,
    rows_left_out,
    sentence,
    titled,
)
from coprep.findings import Estimate, Note
from coprep.metrics._checks import choice, share, whole
from coprep.metrics._streams import RNG, seed_of
from coprep.metrics.groups._classification import Undefined
from coprep.pictures import Forest, Picture
from coprep.results import Result
from coprep.table import ColumnKind, Table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["METRICS", "MetricResult", "metric"]

_KINDS: dict[str, ColumnKind] = {
    "metric": "text",
    "group": "text",
    "value": "number",
    "low": "number",
    "high": "number",
    "n": "count",
    "denominator": "number",
    "extreme": "truth",
    "smallest": "count",
}


Reading = RateReading | NumberReading | DisparityReading
"""What works a number out: of rates, of numbers of groups, of shares among those rejected."""


class ByGroup(dict[Any, Any]):
    """Something of each group, found however the group is spelt.

    >>> ByGroup({"1": 0.5})[1]
    0.5
    """

    def __missing__(self, group: Any) -> Any:
        name = group_label(group)
        if name in self:
            return self[name]
        raise KeyError(group)


def _worked_out(find: Callable[[MetricResult], Any]) -> Any:
    """A field that is worked out from what was counted when it is first asked for, and then
    kept.
    """
    return cached_property(find)


@dataclass(frozen=True, init=False, repr=False, eq=False)
class MetricResult(Result, float):
    """A number that behaves as a float and remembers counts, groups, uncertainty and what was undefined.

    Arithmetic, comparison, formatting and numpy treat it as the plain number. It has the face of
    every answer too: ``.table``, ``.notes``, ``.summary()``, ``.plot()``, ``.save()``,
    ``.protect()``.

    Attributes
    ----------
    value : float
        The metric; nan where it is undefined, with the reason in `undefined`.
    metric : str
        Its one name, a key of `METRICS`.
    between : str
        What was done with the groups: "difference", "ratio", "group_min", "group_max" or
        "by_group".
    low, high : float
        Limits of the interval that was asked for.
    overall : float
        The number of everybody.
    noise_floor : float
        How far from no difference the value would be by chance alone, if groups did not matter; nan
        where nothing is known of it. A signed difference is as far from 0 on either side; a
        directed ratio is told on the side of 1 where the value is. Of rates and means it follows from
        the groups' sizes and errors; of distances between curves, distributions and rankings it is
        the mean over shuffles of the group labels.
    p_value : float
        How often the clearest comparison would be as clear if groups did not matter, whatever is done with the groups
        for scores and errors; nan where none is made or errors are not known.
    """

    metric: str = ""
    between: str = "by_group"
    value: float = math.nan
    low: float = _worked_out(lambda self: self.estimate.low)
    high: float = _worked_out(lambda self: self.estimate.high)
    overall: float = _worked_out(lambda self: float(self._reading.overall))
    noise_floor: float = _worked_out(lambda self: float(self._reading.noise_floor))
    p_value: float = _worked_out(lambda self: float(self._reading.p_value))
    rows: Table = _worked_out(  # noqa: RUF009 - a descriptor, worked out for each result by itself
        lambda self: Table.from_records(self._reading.records(self._confidence), _KINDS)
    )
    notes: tuple[Note, ...] = _worked_out(lambda self: self._noted())
    settings: Mapping[str, Any] = _worked_out(lambda self: self._asked.to_dict())
    picture: Picture | None = _worked_out(lambda self: self._drawn())  # noqa: RUF009

    kind: ClassVar[str] = "fairness.metric"
    shown: ClassVar[tuple[str, ...]] = ("metric", "group", "value", "low", "high", "n")
    count_columns: ClassVar[tuple[str, ...]] = ("smallest",)
    adds_up_within: ClassVar[tuple[str, ...]] = ("metric",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("metric", "group", "between")

    def __new__(cls, value: float = math.nan, **_: Any) -> Self:
        """The plain number; everything else is in the fields."""
        return float.__new__(cls, value)

    def __init__(
        self, value: float = math.nan, *, source: Reading | None = None, **stored: Any
    ) -> None:
        held: dict[str, Any] = {"value": float(value), "_source": source, **stored}
        if source is not None:
            held["metric"] = source.name
            held["between"] = source.options.between
            held["title"] = titled(called(source.name, source.options.between))
        else:  # read back from a file, or a protected copy: what is not there is not known
            unknown = ("low", "high", "overall", "noise_floor", "p_value")
            held = {**dict.fromkeys(unknown, math.nan), "notes": (), "settings": {}, **held}
            held = {"rows": Table({}, {}), "picture": None, **held}
        vars(self).update(held)
        if source is None:
            self.__post_init__()

    @classmethod
    def of(cls, source: Reading) -> Self:
        """The number that a reading comes to."""
        return cls(source.value, source=source)

    @property
    def _reading(self) -> Reading:
        source: Reading | None = vars(self)["_source"]
        if source is None:
            raise InputError.of(
                "this number was read back from a file or is protected: the counts behind it are not kept.",
                code="not_kept",
            )
        return source

    @property
    def _asked(self) -> Options:
        return self._reading.options

    @property
    def _confidence(self) -> float:
        if vars(self)["_source"] is not None:
            return self._asked.confidence
        return float(self.settings.get("confidence") or 0.95)

    # -- how sure ----------------------------------------------------------------------------------

    def interval(
        self,
        confidence: float | None = None,
        method: Interval | None = None,
        *,
        resamples: int | None = None,
        rng: RNG = None,
    ) -> Estimate:
        """Between which limits does the value lie?

        Parameters
        ----------
        confidence : float, optional
            Level; by default the one asked for.
        method : {"simultaneous", "bootstrap"}, optional
            Invert pairwise intervals with the critical value of the studentised range (or Sidak's),
            or, for rates, with that of the max-t cell bootstrap. The percentile interval of a gap
            is not offered: it cannot contain 0.
        resamples : int, optional
            Replicates of the bootstrap.
        rng : int, numpy Generator or None
            Seed of the bootstrap; by default the one asked for.

        Returns
        -------
        Estimate
            With ``value``, ``low``, ``high``, ``level``, ``method``. Where errors are not known,
            limits are nan or as far as such numbers can be; see `no_limits`.
        """
        asked = self._asked
        level = asked.confidence if confidence is None else share(confidence, "confidence")
        how = method or asked.interval or "simultaneous"
        choice(how, "method", INTERVALS)
        bootstrap = None
        if how == "bootstrap":
            if not isinstance(self._reading, RateReading) or self.metric == "differential_fairness":
                raise InputError.of(
                    f"{self.metric} has an analytic interval only.",
                    code="unknown_choice",
                    param="interval",
                    got=how,
                )
            draws = asked.resamples if resamples is None else whole(resamples, "resamples", low=1)
            bootstrap = (draws, asked.rng if rng is None else seed_of(rng))
        low, high = self._reading.limits(level, bootstrap)
        how_made = self._reading.how(bootstrap)
        return Estimate(self.value, low, high, level, how_made, self._reading.unit)

    @property
    def estimate(self) -> Estimate:
        """The value with the interval asked for; without limits if ``interval=None``."""
        return self._estimate

    @cached_property
    def _estimate(self) -> Estimate:
        if vars(self)["_source"] is None:
            return Estimate(self.value, self.low, self.high, self._confidence)
        if self._asked.interval is None:
            return Estimate(self.value, level=self._confidence, unit=self._reading.unit)
        return self.interval()

    @property
    def no_limits(self) -> str:
        """Why a limit is nan or says nothing; empty where both are known, or where the value is
        undefined.
        """
        return str(self._reading.no_limits)

    # -- where it came from ------------------------------------------------------------------------

    @property
    def counts(self) -> GroupTable | None:
        """The table it was worked out from; None for scores and other numbers, of which no row is
        kept.
        """
        table: GroupTable | None = self._reading.table
        return table

    @property
    def method(self) -> str:
        """How groups were compared."""
        return self._asked.method if self._asked.compares else "by_group"

    @property
    def groups(self) -> tuple[Any, ...]:
        """The groups that attain the value: lowest and highest, or the one furthest from what it is
        compared with.
        """
        return tuple(self._reading.groups)

    @property
    def by_group(self) -> dict[Any, float]:
        """Each group's number (of the first rate, where the metric has two; see `table`)."""
        if vars(self)["_source"] is None:
            return self._stored("value")
        return ByGroup(self._reading.by_group())

    @property
    def n(self) -> dict[Any, int]:
        """Rows of each group."""
        return self._stored("n") if vars(self)["_source"] is None else ByGroup(self._reading.n)

    def _stored(self, column: str) -> dict[Any, Any]:
        """A column of the first metric in `rows`, by group."""
        records = list(self.rows.records())
        first = records[0].get("metric") if records else None
        return ByGroup({r["group"]: r[column] for r in records if r.get("metric") == first})

    @property
    def denominators(self) -> dict[Any, float]:
        """What each group's number is out of: rows, or their weights, of the (first) rate's
        denominator.
        """
        return ByGroup(self._reading.denominators())

    @property
    def undefined(self) -> tuple[str, ...]:
        """Why the value, or a group's number, is undefined: group and denominator named."""
        return tuple(self._reading.undefined)

    @property
    def skipped(self) -> tuple[Any, ...]:
        """Groups left out of the comparison by ``undefined="skip"``."""
        return tuple(self._reading.skipped)

    @property
    def not_compared(self) -> tuple[Any, ...]:
        """Groups too small for ``min_group_size``, groups without rows, and people of unknown
        group.
        """
        return tuple(self._reading.not_compared)

    @property
    def dropped(self) -> Mapping[str, int]:
        """Rows left out by ``missing="drop"``, and how many values were missing in each column."""
        return dict(self._reading.dropped)

    # -- looking at it -----------------------------------------------------------------------------

    def __repr__(self) -> str:
        name = f"{self.metric} {self.between}"
        if self.between == "by_group" or self.metric in BY_THEMSELVES:
            name = self.metric
        if math.isnan(self.value):
            reasons = () if vars(self)["_source"] is None else self.undefined
            return f"<{name}: undefined{f': {reasons[0]}' if reasons else ''}>"
        said = f"{self.value:.3f}"
        if not math.isnan(self.low):
            said += f" [{self.low:.3f}, {self.high:.3f}]"
        if not math.isnan(self.noise_floor):
            said += f"; {self.noise_floor:.3f} {self._either_way}expected from noise"
        return f"<{name}: {said}>"

    def __str__(self) -> str:
        return float.__repr__(self)

    def __eq__(self, other: object) -> bool:
        return float.__eq__(self, other)

    def __hash__(self) -> int:
        return float.__hash__(self)

    @property
    def headline(self) -> str:
        """The number in one sentence."""
        words = called(self.metric, self.between)
        if math.isnan(self.value) and "protected" in self.settings:
            return f"The {words} is not shown, because it would tell of small groups."
        return sentence(
            words,
            self.value,
            (self.low, self.high),
            self._confidence,
            self.noise_floor,
            either_way=self._either_way,
        )

    @property
    def _either_way(self) -> str:
        """That noise has no sign, where the value has one."""
        signed = self.between == "difference" and self.settings.get("reference") is not None
        return "either way " if signed else ""

    def _noted(self) -> tuple[Note, ...]:
        """Why something is undefined, what is not known, and what was left out."""
        source = self._reading
        notes = notes_of("undefined", source.undefined)
        notes += notes_of("no_limits", [source.no_limits] if source.no_limits else [])
        notes += notes_of("chance", [source.chance_said] if source.chance_said else [])
        if source.skipped:
            groups = [label_text(group) for group in source.skipped]
            template = "Left out as undefined: {groups:labels}."
            notes.append(Note.of("undefined_groups", template, groups=groups))
        left_out = groups_left_out(source.n, source.not_compared)
        return (*notes, *left_out, *rows_left_out(source.dropped))

    def _drawn(self) -> Forest:
        """Each group's number beside everybody's; under the axis what the metric comes to, and what
        chance would give.
        """
        lines = self._reading.lines
        everybody = next(iter(lines.values()))
        several = len(lines) > 1
        apart = self.metric == "conditional_demographic_disparity"
        return Forest(
            label=("group",),
            value="value",
            low="low",
            high="high",
            n="n",
            log=False,
            null=everybody,
            nulls=lines if several else None,
            null_label="no disparity" if apart else "everybody",
            axis=self._axis(several),
            below=self.headline,
            panel="metric" if several else None,
        )

    def _axis(self, several: bool) -> str:
        """What is drawn of each group, with its unit."""
        if several:
            return "Rate of each group (share)"
        if self.metric == "conditional_demographic_disparity":
            return "Share of the group among those not selected less that among those selected"
        source = self._reading
        unit = "share"
        if self.metric == "treatment_equality":
            unit = "ratio"
        elif isinstance(source, NumberReading):
            unit = source.numbers.unit
        return f"{titled(quantity(self.metric))} of each group ({unit})"

    def to_frame(self) -> pd.DataFrame:
        """Each group's number with its interval and what it is out of, as a tidy pandas frame."""
        return self.table


Result._kinds["fairness.grouped"] = (
    MetricResult  # what numbers of scores were called in older files
)


# -- from rows or counts to a number ---------------------------------------------------------------


def measure(data: Rows | GroupTable, metric: Metric, options: Options) -> MetricResult:
    """One metric of rows that were read for it, or of a table."""
    return MetricResult.of(_read(data, metric, options))


def _read(data: Rows | GroupTable, metric: Metric, options: Options) -> Reading:
    if metric.kind == "rate":
        table = data if isinstance(data, GroupTable) else GroupTable.counted(data)
        return RateReading(table, metric, options)
    if isinstance(data, GroupTable):
        if metric.kind != "count":
            data = data.expanded()
            return distance_reading(metric.name, data, options)
        return NumberReading(metric.name, _sizes(data, metric), options)
    if metric.kind == "distance":
        return distance_reading(metric.name, data, options)
    numbers = numbers_by_group(
        data,
        quantity_of(metric.name),
        lacking=metric.lacking,
        unit=metric.unit,
        bounds=metric.bounds,
    )
    chance = None
    if metric.name == "expected_calibration_error":
        chance = calibration_chance(data, options)
    found = NumberReading(metric.name, numbers, options)
    if chance is not None and math.isfinite(found.value):
        found.chance = chance
    return found


def _sizes(table: GroupTable, metric: Metric) -> Numbers:
    """Rows of each group, as numbers without error."""
    n = table.rows.sum(axis=(0, 2, 3))
    nothing = np.full(len(n), np.nan)
    return Numbers(
        table.groups,
        n.astype(np.float64),
        nothing,
        n.astype(np.intp),
        float(table.n),
        nothing,
        metric.lacking,
        metric.unit,
        table.dropped,
        bounds=metric.bounds,
    )


def metric(
    name: MetricName | Synonym,
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    between: Between = "difference",
    reference: Any = None,
    method: Method = "between_groups",
    agg: Agg = "worst_case",
    control_features: Any = None,
    sample_weight: Any = None,
    pos_label: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    min_group_size: int = 0,
    confidence: float = 0.95,
    interval: Interval | None = "simultaneous",
    resamples: int = 1_000,
    rng: RNG = 0,
) -> MetricResult:
    """How do groups fare by any rate, score or error, and how far are they apart?

    Parameters
    ----------
    name : str
        A name in `METRICS`, such as ``"selection_rate"``, ``"roc_auc_score"``,
        ``"mean_absolute_error"``, or one of the field's other words for it, such as
        ``"demographic_parity"`` or ``"recall_score"``.
    y_true, y_pred : array-like of shape (n,), or None; or a GroupTable for ``y_true``
        Labels, and predictions, decisions or scores. Labels are bool, 0/1, or anything with
        ``pos_label``; scores and errors take numbers. A column that the metric does not need is not
        looked at and may be None.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed. Needed unless ``between="by_group"``, or a table is
        given.
    between : {"difference", "ratio", "group_min", "group_max", "by_group"}
        The largest minus the smallest of the groups' numbers, the smallest over the largest, the
        smallest, the largest, or the number of everybody; ``by_group`` of the answer has each
        group's in any case.
    reference : label, optional
        A group to compare with; the answer is then signed (or a directed ratio), above 0 (or 1)
        where the other group's number is higher. With ``method="one_vs_rest"`` the others are
        pooled.
    method : {"between_groups", "to_overall", "to_reference", "one_vs_rest"}
        What each group is compared with: one another, everybody, one group, or (rates) all others
        pooled.
    agg : {"worst_case", "mean", "signed_mean"}
        Of the two rates of equalized odds and conditional use accuracy: the one that is further
        apart, the mean size, or the mean, in which opposite signs cancel.
    control_features : the same as sensitive_features, optional
        For rates, strata within which like is compared with like: each group's rate becomes the
        average of its rates in the strata, weighted by everybody's numbers there.
    sample_weight : array-like of shape (n,), optional
        Weights from 0.
    pos_label : label, optional
        The value that counts as positive; needed unless labels are bool or 0 and 1, or the metric
        asks only whether label and prediction agree.
    missing : {"raise", "drop", "category"}
        What to do with missing values (None, nan, NA); what was left out is in ``dropped``.
    undefined : {"strict", "skip"}
        A group whose number is 0/0 makes the answer nan, with the reason in ``undefined``, or is
        left out and listed in ``skipped``.
    min_group_size : int
        Groups with fewer rows are not compared, and listed in ``not_compared``.
    confidence : float
        Level of the interval.
    interval : {"simultaneous", "bootstrap"} or None
        How the interval is made, when it is asked for; the bootstrap is of rates.
    resamples : int
        Replicates of the bootstrap.
    rng : int, numpy Generator or None
        Seed of the bootstrap.

    Returns
    -------
    MetricResult
        A float with ``low``, ``high``, ``p_value``, ``noise_floor``, ``by_group``, ``groups``,
        ``n`` and ``undefined``.

    Raises
    ------
    InputError
        Where columns do not fit together, values are missing, labels are not understood, there is
        no such metric, or an option would play no part in it.

    Notes
    -----
    `METRICS` has the formula and the source of each. Equalized odds compares true and false
    positive rates, ``equalized_odds`` with ``reference=``, ``method="one_vs_rest"`` and
    ``agg="signed_mean"`` is what aif360 calls average odds difference, with ``agg="mean"`` average
    odds error.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning.
    NeurIPS. Bellamy, R. et al. (2018). AI Fairness 360. arXiv:1810.01943.

    Examples
    --------
    >>> y_true = [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0]
    >>> y_pred = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]
    >>> group = list("aaaaaabbbbbbb")
    >>> round(metric("true_positive_rate", y_true, y_pred, sensitive_features=group), 3)
    0.417
    >>> metric("recall_score", y_true, y_pred, sensitive_features=group, between="by_group").by_group
    {'a': 0.75, 'b': 0.3333333333333333}
    """
    wanted = named(name)
    options = options_of(
        wanted,
        between=between,
        method=method,
        reference=reference,
        agg=agg,
        undefined=undefined,
        min_group_size=min_group_size,
        confidence=confidence,
        interval=interval,
        resamples=resamples,
        rng=rng,
    )
    data = data_for(
        wanted,
        y_true,
        y_pred,
        sensitive_features=sensitive_features,
        control_features=control_features,
        sample_weight=sample_weight,
        pos_label=pos_label,
        missing=missing,
        needs_groups=between != "by_group",
    )
    return measure(data, wanted, options)
