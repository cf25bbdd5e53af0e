"""A comparison called by one word, such as "selection_rate_ratio", and what `coprep.fairness` has in its place."""

from __future__ import annotations

from typing import Any

import numpy as np

from coprep import fairness

BETWEEN = ("difference", "ratio", "group_min", "group_max")
OWN = ("conditional_demographic_disparity", "differential_fairness", "abroca")
DISTANCES = ("wasserstein_distance", "kolmogorov_smirnov", "total_variation_distance")
AVERAGE_ODDS = {"average_odds_difference": "signed_mean", "average_odds_error": "mean"}


def compared(word: str, y_true: Any, y_pred: Any = None, **options: Any):
    """The metric that is called so."""
    if word in OWN:
        return getattr(fairness, word)(y_true, y_pred, **options)
    if word == "multicalibration_error":
        return fairness.calibration(y_true, y_pred, **options).multicalibration_error
    if word in AVERAGE_ODDS:
        options = {"agg": AVERAGE_ODDS[word], "method": "one_vs_rest", **options}
        return fairness.metric("equalized_odds", y_true, y_pred, **options)
    if word == "impact_ratio":
        word = "selection_rate_ratio"
    for between in BETWEEN:
        name = word.removesuffix(f"_{between}")
        if name != word:
            return fairness.metric(name, y_true, y_pred, between=between, **options)
    between = "difference" if word in DISTANCES else "by_group"
    return fairness.metric(word, y_true, y_pred, between=between, **options)


def ranked(word: str, y_score: Any, **options: Any):
    """The number of a ranking that is called so."""
    found = fairness.ranking(y_score, **options)
    if word == "normalised_discounted_kl":
        return found.ndkl
    name, _, between = word.rpartition("_")
    both = found.top_k if name == "top_k" else found.exposure
    return getattr(both, between)


def benefits(y_true: Any, y_pred: Any, **options: Any):
    """How unequally the benefits of decisions are spread: 0 for who is passed over, 1 for right, 2 for undeserved."""
    amount = np.asarray(y_pred, dtype=float) - np.asarray(y_true, dtype=float) + 1.0
    return fairness.inequality(amount, **options)
