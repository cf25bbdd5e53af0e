"""Knows how a gap between groups is said in a plain sentence, and what to do next."""

from __future__ import annotations

import math

from coprep.findings import Verdict
from coprep.wording.labels import show

__all__ = ["CAVEATS", "called", "next_step", "number", "phrase", "quantity", "reading", "titled"]

# metric -> (what happened to the share of a group, who the share is of)
_SAID = {
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

CAVEATS = {
    "selection_rate": "Equal selection rates say nothing about whether the right people were selected.",
    "true_positive_rate": "This takes the recorded labels for the truth; labels can carry a pattern of their own.",
    "false_positive_rate": "This takes the recorded labels for the truth; labels can carry a pattern of their own.",
    "positive_predictive_value": (
        "Where base rates differ, equal precision and equal error rates cannot be had together."
    ),
    "accuracy": "One kind of error may hide another; look at missed and wrongly selected separately.",
}


_SPELT = {
    **{word: word.upper() for word in ("abroca", "auc", "f1", "roc")},
    **{word: word.title() for word in ("kolmogorov", "smirnov", "wasserstein")},
    "kl": "KL divergence",
    "r2": "R²",
}
_OF_A_GROUP = {
    "abroca": "ROC AUC",
    "wasserstein_distance": "mean score",
    "kolmogorov_smirnov_distance": "mean score",
    "total_variation_distance": "distance from everybody",
    "normalised_discounted_kl": "part",
    "multicalibration_error": "largest error in a bin",
}  # metrics of whole curves or rankings have no value for a single group
_EXTREMES = {"_group_min": "lowest", "_group_max": "highest"}


def called(metric: str) -> str:
    """The name of a metric as it is written in a sentence.

    >>> called("roc_auc_score_difference"), called("recall_score_group_min")
    ('ROC AUC score difference', 'lowest recall score of any group')
    """
    for end, extreme in _EXTREMES.items():
        if metric.endswith(end):
            return f"{extreme} {called(metric.removesuffix(end))} of any group"
    return " ".join(_SPELT.get(word, word) for word in metric.split("_"))


def quantity(metric: str) -> str:
    """The name of what each group has one of, when groups are compared by a metric.

    >>> quantity("roc_auc_score_difference"), quantity("exposure_to_merit_ratio"), quantity("abroca")
    ('ROC AUC score', 'exposure to merit', 'ROC AUC')
    """
    if metric in _OF_A_GROUP:
        return _OF_A_GROUP[metric]
    for end in ("_difference", "_ratio", *_EXTREMES):
        metric = metric.removesuffix(end)
    return called(metric)


def titled(words: str) -> str:
    """Words with a capital at the beginning."""
    return words[:1].upper() + words[1:]


def phrase(metric: str) -> str:
    """What the rate is the share of, in words."""
    what, whom = _SAID[metric]
    return f"share {what} of {whom}"


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
    what, whom = _SAID[metric]
    if math.isnan(gap):
        return f"The share {what} of {whom} cannot be compared between groups."
    low, high = (f"{rate:.1%} in {_named(end)}" for rate, end in zip(rates, ends, strict=True))
    facts = f"Of {whom}, {low} and {high} are {what}: {_points(gap)} apart"
    chance = f"chance alone would put them about {_points(noise)} apart"
    if verdict is Verdict.PATTERN:
        return f"{facts}, more than chance explains ({chance})."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"{facts}, too little to matter."
    return f"{facts} ({chance}); the data cannot tell whether there is a difference that matters."


def _named(group: object) -> str:
    """A group, quoted; a crossed one as tables write it."""
    return show(" x ".join(map(str, group)) if isinstance(group, tuple) else group)


def number(value: float) -> str:
    """A number with three decimals; one without bounds in words, and nothing below zero that rounds to it.

    >>> number(0.2284), number(-0.0001), number(math.inf)
    ('0.228', '0.000', 'without limit')
    """
    if math.isinf(value):
        return "without limit"
    text = f"{value:.3f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _points(gap: float) -> str:
    points = f"{100 * gap:.1f}"
    return f"{points} percentage point{'' if points == '1.0' else 's'}"


def next_step(verdict: Verdict, metric: str, *, needed: int) -> str:
    """One practical suggestion."""
    if verdict is Verdict.PATTERN:
        if metric == "selection_rate":
            return "Compare like with like: look again among people alike in what should count (control_features)."
        return "Look at the cases behind the gap with people of the groups concerned, and at how labels are made."
    if verdict is Verdict.INCONCLUSIVE:
        return f"To tell, about {needed:,} rows in each group would be needed; pool periods or bring groups together."
    if verdict is Verdict.NOT_ASSESSABLE:
        return "Gather rows of the kind that is lacking, or leave out groups that have none."
    return "Keep counting, so that a change would show."
