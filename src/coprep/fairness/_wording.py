"""Metrics, gaps and what was left out, said in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from coprep.data.columns import is_unknown
from coprep.fairness._group_table import GroupTable, label_text
from coprep.findings import Note, Verdict, counted
from coprep.wording.escape import quoted
from coprep.wording.numbers import fixed, percent

# metric -> (what happened to the share of a group, who the share is of)
SAID = {
    "selection_rate": ("selected", "each group"),
    "base_rate": ("positive in truth", "each group"),
    "true_positive_rate": ("selected", "those in each group who are positive in truth"),
    "false_negative_rate": ("missed", "those in each group who are positive in truth"),
    "false_positive_rate": ("selected", "those in each group who are not positive in truth"),
    "true_negative_rate": (
        "rightly passed over",
        "those in each group who are not positive in truth",
    ),
    "positive_predictive_value": ("positive in truth", "those selected in each group"),
    "false_discovery_rate": ("not positive in truth", "those selected in each group"),
    "negative_predictive_value": ("not positive in truth", "those not selected in each group"),
    "false_omission_rate": ("positive in truth", "those not selected in each group"),
    "f1_score": (
        "both, by the F1 score",
        "those in each group who are selected or positive in truth",
    ),
    "accuracy": ("decided rightly", "each group"),
    "error_rate": ("decided wrongly", "each group"),
    "balanced_accuracy": ("decided rightly, positives and others counting alike", "each group"),
}
_LABELS_AS_TRUTH = (
    "This takes the recorded labels for the truth; labels can carry a pattern of their own."
)
_CAVEATS = {
    "selection_rate": (
        "not_who_was_suitable",
        "Equal selection rates say nothing about whether the right people were selected.",
    ),
    "true_positive_rate": ("labels_taken_as_truth", _LABELS_AS_TRUTH),
    "false_positive_rate": ("labels_taken_as_truth", _LABELS_AS_TRUTH),
    "positive_predictive_value": (
        "precision_and_errors",
        "Where base rates differ, equal precision and equal error rates cannot be had together.",
    ),
    "accuracy": (
        "errors_hide_one_another",
        "One kind of error may hide another; look at missed and wrongly selected separately.",
    ),
}
_SPELT = {
    **{word: word.upper() for word in ("abroca", "auc", "f1", "roc")},
    **{word: word.title() for word in ("kolmogorov", "smirnov", "wasserstein")},
    "kl": "KL divergence",
    "r2": "R²",
}
# Metrics of whole curves or rankings have no value for a single group.
_OF_A_GROUP = {
    "abroca": "ROC AUC",
    "wasserstein_distance": "mean score",
    "kolmogorov_smirnov": "mean score",
    "total_variation_distance": "distance from everybody",
    "normalised_discounted_kl": "part",
    "multicalibration_error": "largest error in a bin",
    "treatment_equality": "false negatives for each false positive",
}
BY_THEMSELVES = frozenset(_OF_A_GROUP) - {"treatment_equality"} | {
    "conditional_demographic_disparity",
    "differential_fairness",
}


def called(metric: str, between: str = "by_group") -> str:
    """The name of a metric as it is written in a sentence.

    >>> called("roc_auc_score", "difference"), called("selection_rate", "group_min")
    ('ROC AUC score difference', 'lowest selection rate of any group')
    """
    words = " ".join(_SPELT.get(word, word) for word in metric.split("_"))
    if metric in BY_THEMSELVES or between == "by_group":
        return words
    if between in ("group_min", "group_max"):
        extreme = "lowest" if between == "group_min" else "highest"
        return f"{extreme} {words} of any group"
    return f"{words} {between}".strip()


def quantity(metric: str) -> str:
    """The name of what each group has one of, when groups are compared by a metric.

    >>> quantity("roc_auc_score"), quantity("abroca")
    ('ROC AUC score', 'ROC AUC')
    """
    return _OF_A_GROUP.get(metric, called(metric))


def titled(words: str) -> str:
    """Words with a capital at the beginning."""
    return words[:1].upper() + words[1:]


def decimals(value: float) -> str:
    """A number with three decimals; one without bounds in words, and nothing below zero that rounds to it.

    >>> decimals(0.2284), decimals(-0.0001), decimals(math.inf)
    ('0.228', '0.000', 'without limit')
    """
    if math.isinf(value):
        return "without limit"
    text = f"{value:.3f}"
    return text.removeprefix("-") if float(text) == 0 else text


def sentence(
    words: str,
    value: float,
    limits: tuple[float, float],
    confidence: float,
    noise_floor: float,
    *,
    either_way: str = "",
) -> str:
    """What a number comes to, how sure that is, and what chance alone would give."""
    if math.isnan(value):
        return f"The {words} is undefined."
    said = f"The {words} is {decimals(value)}"
    low, high = limits
    if not math.isnan(low):
        ends = f"{decimals(low)} to {decimals(high)}"
        if math.isinf(high):
            ends = f"{decimals(low)} or more"
        said += f" ({100 * confidence:g}% interval {ends})"
    if not math.isnan(noise_floor):
        said += f"; chance alone would give about {decimals(noise_floor)} {either_way}".rstrip()
    return f"{said}."


# -- gaps ------------------------------------------------------------------------------------------


def phrase(metric: str) -> str:
    """What the rate is the share of, in words."""
    what, whom = SAID[metric]
    return f"share {what} of {whom}"


def caveats(metric: str) -> list[Note]:
    """What a careful reader of a gap of this metric must know besides."""
    return [Note(*_CAVEATS[metric])] if metric in _CAVEATS else []


def reading(
    metric: str,
    verdict: Verdict,
    *,
    gap: float,
    ends: tuple[object, ...],
    rates: tuple[float, ...],
    noise: float,
) -> str:
    """One sentence: the rates at both ends, the gap, what chance would make, and what follows."""
    what, whom = SAID[metric]
    if math.isnan(gap):
        return f"The share {what} of {whom} cannot be compared between groups."
    low, high = (
        f"{percent(rate)} in {quoted([label_text(end)])}"
        for rate, end in zip(rates, ends, strict=True)
    )
    facts = f"Of {whom}, {low} and {high} are {what}: {_points(abs(gap))} apart"
    chance = f"chance alone would put them about {_points(noise)} apart"
    if math.isnan(noise):
        chance = "what chance alone would give is not known"
    if verdict is Verdict.DISPARITY:
        return f"{facts}, more than chance explains ({chance})."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"{facts}, too little to matter."
    return f"{facts} ({chance}); the data cannot tell whether there is a difference that matters."


def _points(gap: float) -> str:
    said = fixed(100 * gap, 1)
    return f"{said} percentage point{'' if said == '1.0' else 's'}"


def next_step(verdict: Verdict, metric: str, *, needed: int) -> str:
    """One practical suggestion."""
    if verdict is Verdict.DISPARITY:
        if metric == "selection_rate":
            return "Compare like with like: look again among people alike in what should count (control_features)."
        return "Look at the cases behind the gap with people of the groups concerned, and at how labels are made."
    if verdict is Verdict.INCONCLUSIVE:
        return f"To tell, about {needed:,} rows in each group would be needed; pool periods or bring groups together."
    if verdict is Verdict.NOT_ASSESSABLE:
        return "Gather rows of the kind that is lacking, or leave out groups that have none."
    return "Keep counting, so that a change would show."


# -- what was left out -----------------------------------------------------------------------------


def rows_left_out(dropped: Mapping[str, int]) -> list[Note]:
    """That rows were left out for missing values, and which."""
    if "rows" not in dropped:
        return []
    columns = {name: k for name, k in dropped.items() if name != "rows"}
    lost = ", ".join(f"{k:,} in {quoted([name])}" for name, k in columns.items())
    rows = counted(dropped["rows"], "row was", "rows were")
    template = "{rows} left out because values are missing: {lost}."
    return [
        Note("rows_left_out", template.format(rows=rows, lost=lost), {"rows": int(rows), **columns})
    ]


def groups_left_out(sizes: Mapping[Any, int], not_compared: Iterable[Any]) -> list[Note]:
    """Which groups are not compared, and why: no rows, too few, or not known."""
    out = list(dict.fromkeys(not_compared))
    unknown = [group for group in out if is_unknown(group) and sizes[group]]
    absent = [group for group in out if not sizes[group] and not is_unknown(group)]
    small = [group for group in out if sizes[group] and not is_unknown(group)]
    notes = []
    if unknown:
        people = sum(sizes[group] for group in unknown)
        rows = counted(people, "row is", "rows are")
        notes.append(
            Note.of(
                "unknown_group", "{rows} of unknown group, counted and not compared.", rows=rows
            )
        )
    for code, some, one, many in (
        ("absent_groups", absent, "group has no rows and is", "groups have no rows and are"),
        ("small_groups", small, "group is too small and is", "groups are too small and are"),
    ):
        if some:
            notes.append(
                Note.of(
                    code,
                    "{count} not compared: {groups:labels}.",
                    count=counted(len(some), one, many),
                    groups=[label_text(group) for group in some],
                )
            )
    return notes


def notes_of(codes: str, reasons: Iterable[str]) -> list[Note]:
    """Reasons as notes of one code."""
    return [Note(codes, reason) for reason in reasons]


def smallest(table: GroupTable) -> int:
    """The smallest count above 0 of any group; 0 where there are no rows."""
    cells = [table.smallest_cell(i) for i in range(len(table.groups))]
    return min((n for n in cells if n), default=0)
