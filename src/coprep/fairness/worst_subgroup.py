"""worst_subgroup: the subgroup that fares most differently, and whether the search itself explains it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from coprep.data.columns import UNKNOWN
from coprep.data.rows import Missing, Rows
from coprep.errors import InputError
from coprep.fairness._catalogue import METRICS
from coprep.fairness._group_table import GroupTable
from coprep.fairness._rows_for import data_for
from coprep.fairness._verdicts import JudgedResult, direction
from coprep.fairness._wording import rows_left_out
from coprep.findings import Finding, Note, Verdict, counted
from coprep.metrics._checks import choice, number, whole
from coprep.metrics._streams import RNG, seed_of
from coprep.metrics.groups._subgroups import SubgroupScan, scan_subgroups
from coprep.pictures import Bars
from coprep.table import ColumnKind, Table
from coprep.verdicts import FAIRNESS, decide
from coprep.wording.labels import show
from coprep.wording.numbers import percent

__all__ = ["WorstSubgroup", "worst_subgroup"]

Rate = Literal[
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "false_negative_rate",
    "accuracy",
    "base_rate",
]
_KINDS: dict[str, ColumnKind] = {
    "subgroup": "text",
    "depth": "count",
    "n": "count",
    "rate": "number",
    "difference": "number",
    "violation": "number",
    "p_adjusted": "number",
    "verdict": "text",
}
_SAID = {
    "selection_rate": "are selected",
    "true_positive_rate": "are selected, of those positive in truth,",
    "false_positive_rate": "are selected, of those not positive in truth,",
    "false_negative_rate": "are missed, of those positive in truth,",
    "accuracy": "are decided rightly",
    "base_rate": "are positive in truth",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class WorstSubgroup(JudgedResult):
    """Subgroups by how much their rate departs from everybody's, scaled by their size.

    Attributes
    ----------
    rate : str
        Which rate.
    overall : float
        That of everybody.
    searched, too_small : int
        Subgroups compared, and those left out for their size.
    """

    rate: str = ""
    overall: float = float("nan")
    searched: int = 0
    too_small: int = 0

    kind: ClassVar[str] = "fairness.subgroups"
    shown: ClassVar[tuple[str, ...]] = (
        "subgroup",
        "n",
        "rate",
        "difference",
        "violation",
        "p_adjusted",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("n",)
    parts_of_counts: ClassVar[tuple[tuple[str, str], ...]] = (("rate", "n"),)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("subgroup", "depth")

    def _protected_with(self, min_count: int, together: Any) -> Self:
        """A copy safe to publish.

        Subgroups left out for their size are what others lack of everybody, so that all figures go
        with them.
        """
        if not self.too_small:
            return super()._protected_with(min_count, together)
        rows = self.rows.with_columns({"n": [None] * len(self.rows)})
        return super(WorstSubgroup, replace(self, rows=rows))._protected_with(min_count, together)


def worst_subgroup(
    y_true: Any,
    y_pred: Any = None,
    *,
    sensitive_features: Any = None,
    rate: Rate = "selection_rate",
    depth: int = 2,
    min_size: int = 10,
    material: float = 0.05,
    draws: int = 999,
    show_first: int = 50,
    pos_label: Any = None,
    missing: Missing = "raise",
    rng: RNG = None,
) -> WorstSubgroup:
    """Which subgroup fares most differently from everybody, and could the search alone explain it?

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n,), or a GroupTable for ``y_true``
        Labels and decisions; one that the rate does not need may be None.
    sensitive_features : data frame, mapping or 2-D array
        Several features; subgroups are combinations of their levels.
    rate : {"selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate", "accuracy", \
"base_rate"}
        What is compared.
    depth : int
        Most features combined.
    min_size : int
        Subgroups with fewer rows are counted and left out.
    material : float
        Differences from everybody's rate that do not matter.
    draws : int
        Permutations of outcomes.
    show_first : int
        Rows of the table, largest departures first, from 1.
    pos_label : label, optional
        The value that counts as positive.
    missing : {"raise", "drop", "category"}
        What to do with missing values.
    rng : int, numpy Generator or None
        Seed of the permutations.

    Returns
    -------
    WorstSubgroup
        ``table`` has columns subgroup, depth, n, rate, difference, violation (share of rows times
        absolute difference), p_adjusted and verdict. The finding is of the largest departure that
        is a disparity or, where none is, of the largest.

    Notes
    -----
    Kearns et al.'s ``share(g) * |rate(g) - rate|``; ``p_adjusted`` compares each with the largest
    of all subgroups in permutations, so that searching many is paid for.

    References
    ----------
    Kearns, M., Neel, S., Roth, A. & Wu, Z. S. (2018). Preventing fairness gerrymandering: auditing
    and learning for subgroup fairness. ICML.

    Examples
    --------
    >>> people = {"sex": ["f", "m"] * 40, "age": ["old", "old", "young", "young"] * 20}
    >>> found = worst_subgroup(None, [0, 1, 1, 0] * 20, sensitive_features=people, rng=1)
    >>> found.rows["subgroup"][0], found.rows["p_adjusted"][0]
    ('sex=f, age=old', 0.001)
    """
    choice(rate, "rate", get_args(Rate))
    margin = number(material, "material", low=0.0, high=1.0)
    most = whole(show_first, "show_first", low=1)
    data = data_for(
        METRICS[rate],
        y_true,
        y_pred,
        sensitive_features=sensitive_features,
        pos_label=pos_label,
        missing=missing,
    )
    rows = data.expanded() if isinstance(data, GroupTable) else data
    if not set(METRICS[rate].needs) <= set(rows.flags):
        raise InputError.of(
            f"{rate} needs {' and '.join(METRICS[rate].needs)}, which the table was made without.",
            code="missing",
            param="y_true",
        )
    outcome, at = _outcome(rows, rate)
    names = list(rows.features)
    codes = np.column_stack([np.asarray(rows.features[name].codes)[at] for name in names])
    seed = seed_of(rng)
    scan = scan_subgroups(outcome[at], codes, depth=depth, min_size=min_size, draws=draws, rng=seed)
    records = _records(scan, rows, names, margin)
    notes = [
        Note.of(
            "searched",
            "{subgroups} compared; {too_small} fewer than {least} rows.",
            subgroups=counted(scan.searched, "subgroup was", "subgroups were"),
            too_small=counted(scan.too_small, "has", "have"),
            least=min_size,
        )
    ]
    if scan.searched > most:
        notes.append(Note.of("listed", "Only the {most} that depart most are listed.", most=most))
    unclear = sum(record["verdict"] == Verdict.INCONCLUSIVE for record in records)
    if unclear > 1:
        template = "Of {subgroups} the data cannot tell whether they differ by more than matters."
        notes.append(Note.of("unclear", template, subgroups=counted(unclear, "subgroup")))
    notes += rows_left_out(rows.dropped)
    return WorstSubgroup(
        title=f"Subgroups by {rate.replace('_', ' ')}",
        rows=Table.from_records(records[:most], _KINDS),
        findings=(_foremost(records, rate, scan, min_size),),
        notes=tuple(notes),
        settings={
            "rate": rate,
            "depth": depth,
            "min_size": min_size,
            "material": margin,
            "draws": draws,
            "rng": seed,
        },
        picture=Bars(
            label=("subgroup",),
            value="rate",
            axis=f"{rate.replace('_', ' ')} (share)",
            reference=scan.overall,
        ),
        rate=rate,
        overall=scan.overall,
        searched=scan.searched,
        too_small=scan.too_small,
    )


def _outcome(rows: Rows, rate: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The outcome of each row, and which rows the rate is of: those of whom every feature is
    known.
    """
    flags = {name: flag.astype(np.float64) for name, flag in rows.flags.items()}
    known = np.ones(rows.n, dtype=bool)
    for column in rows.features.values():
        if UNKNOWN in column.labels:
            known &= column.codes != column.labels.index(UNKNOWN)
    if rate in ("selection_rate", "base_rate"):
        return flags[METRICS[rate].needs[0]], known
    y = flags["y_true"]
    p = flags["y_pred"]
    if rate == "accuracy":
        return (y == p).astype(np.float64), known
    at = known & (y == (0.0 if rate == "false_positive_rate" else 1.0))
    if not at.any():
        raise InputError.of(
            f"{rate} is of nobody: no row has such a truth.", code="empty", param="y_true"
        )
    return (1.0 - p if rate == "false_negative_rate" else p), at


def _records(
    scan: SubgroupScan, rows: Rows, names: list[str], material: float
) -> list[dict[str, Any]]:
    records = []
    for i in range(scan.searched):
        parts = [
            f"{names[a]}={rows.features[names[a]].labels[level]}"
            for a, level in zip(scan.attributes[i], scan.levels[i], strict=True)
        ]
        difference = float(scan.rate[i] - scan.overall)
        verdict = _verdict(
            difference,
            float(scan.p_adjusted[i]),
            rate=float(scan.rate[i]),
            n=int(scan.n[i]),
            material=material,
        )
        records.append(
            {
                "subgroup": ", ".join(parts),
                "depth": len(parts),
                "n": int(scan.n[i]),
                "rate": float(scan.rate[i]),
                "difference": difference,
                "violation": float(scan.violation[i]),
                "p_adjusted": float(scan.p_adjusted[i]),
                "verdict": verdict.value,
            }
        )
    return records


def _verdict(
    difference: float, p_adjusted: float, *, rate: float, n: int, material: float
) -> Verdict:
    """The library's rule; too small to matter is shown by an interval of 90% that lies inside what
    does not matter.
    """
    shrunk = (rate * n + 2.0) / (n + 4.0)
    half = 1.6449 * math.sqrt(shrunk * (1.0 - shrunk) / (n + 4.0))
    return decide(
        FAIRNESS,
        difference,
        (-material, material),
        p_value=p_adjusted,
        alpha=0.05,
        shown_small=abs(difference) + half <= material,
    )


def _foremost(
    records: list[dict[str, Any]], rate: str, scan: SubgroupScan, min_size: int
) -> Finding:
    """The largest departure that is a disparity, or else the largest; where nothing could be
    compared, why.
    """
    flagged = (record for record in records if record["verdict"] == Verdict.DISPARITY)
    if records:
        return _finding(next(flagged, records[0]), rate, scan)
    why = "all rows are alike in every feature"
    if scan.too_small:
        why = f"all {scan.too_small:,} have fewer than {min_size} rows"
    return Finding(
        question="worst subgroup",
        attribute=None,
        group=None,
        verdict=Verdict.NOT_ASSESSABLE,
        reading=f"No subgroup could be compared with everybody: {why}.",
        next_step="Gather more rows, bring levels together, or lower min_size.",
        details={"searched": 0, "too_small": scan.too_small, "draws": scan.draws},
        values={"too_small": scan.too_small, "least": min_size},
    )


def _finding(record: dict[str, Any], rate: str, scan: SubgroupScan) -> Finding:
    verdict = Verdict(record["verdict"])
    who = show(record["subgroup"], longest=120)
    share = percent(record["rate"])
    facts = f"Of {record['n']:,} in {who}, {share} {_SAID[rate]} against {percent(scan.overall)} of everybody"
    ending = f"; the largest of {scan.searched:,} such gaps, and chance may explain it."
    if verdict is Verdict.DISPARITY:
        ending = "; more than a search of this size finds by chance."
    elif verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        ending = "; too little to matter."
    step = "Keep counting, so that a change would show."
    if verdict is Verdict.DISPARITY:
        step = "Look at the cases of this subgroup with people who belong to it, and check on new data."
    confirm = "A subgroup found by searching should be confirmed on data that were not searched."
    return Finding(
        question="worst subgroup",
        attribute=None,
        group=record["subgroup"],
        verdict=verdict,
        p_adjusted=record["p_adjusted"],
        n=record["n"],
        reading=f"{facts}{ending}",
        caveats=(Note("found_by_searching", confirm),),
        next_step=step,
        details={
            "searched": scan.searched,
            "too_small": scan.too_small,
            "draws": scan.draws,
            "direction": direction(record["difference"], 0.0),
        },
        values={"people": record["n"], "rate": record["rate"], "overall": scan.overall},
    )
