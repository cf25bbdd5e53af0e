"""Knows what each metric by name is made of: which rates, compared how, brought together how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from coprep.errors import InputError
from coprep.metrics.groups._classification import CONFUSION_RATES

__all__ = ["ALIASES", "MEASURES", "RATES", "Form", "Measure", "measure"]

Form = Literal["rate", "difference", "ratio", "group_min", "group_max", "disparity", "epsilon"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric: the rates it looks at, how groups are compared on each, how several are brought together.

    Attributes
    ----------
    name : str
        The name of its function.
    rates : tuple of str
        One rate, or the two of equalized odds and its kin.
    form : {"rate", "difference", "ratio", "group_min", "group_max", "disparity", "epsilon"}
        What is done with the groups.
    agg : {"worst_case", "mean", "signed_mean"}
        How several rates make one number.
    """

    name: str
    rates: tuple[str, ...]
    form: Form
    agg: str = "worst_case"


_PARTS = ("treatment_balance", "rejection_rate")
RATES: tuple[str, ...] = (
    *(rate for rate in CONFUSION_RATES if rate not in _PARTS),
    "balanced_accuracy",
)
"""Rates that have functions of their own."""

ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "demographic_parity": ("selection_rate",),
        "equal_opportunity": ("true_positive_rate",),
        "predictive_equality": ("false_positive_rate",),
        "predictive_parity": ("positive_predictive_value",),
        "negative_predictive_parity": ("negative_predictive_value",),
        "accuracy_parity": ("accuracy",),
        "treatment_equality": ("treatment_balance",),
        "equalized_odds": ("true_positive_rate", "false_positive_rate"),
        "conditional_use_accuracy": ("positive_predictive_value", "negative_predictive_value"),
        "accuracy_score": ("accuracy",),
        "balanced_accuracy_score": ("balanced_accuracy",),
        "precision_score": ("positive_predictive_value",),
        "recall_score": ("true_positive_rate",),
        "zero_one_loss": ("error_rate",),
    }
)
"""What the field calls comparisons of these rates."""

_LOSSES = (
    "precision_score",
    "recall_score",
    "accuracy_score",
    "balanced_accuracy_score",
    "zero_one_loss",
)


def _registry() -> dict[str, Measure]:
    known = {rate: Measure(rate, (rate,), "rate") for rate in RATES}
    every = {**{rate: (rate,) for rate in RATES}, **ALIASES}
    forms: tuple[Form, ...] = ("difference", "ratio", "group_min", "group_max")
    for base, rates in every.items():
        for form in forms:
            if form in ("difference", "ratio") or base in RATES or base in _LOSSES:
                known[f"{base}_{form}"] = Measure(f"{base}_{form}", rates, form)
    both = ("false_positive_rate", "true_positive_rate")
    known["average_odds_difference"] = Measure(
        "average_odds_difference", both, "difference", "signed_mean"
    )
    known["average_odds_error"] = Measure("average_odds_error", both, "difference", "mean")
    known["conditional_demographic_disparity"] = Measure(
        "conditional_demographic_disparity", ("selection_rate",), "disparity"
    )
    known["differential_fairness"] = Measure(
        "differential_fairness", ("selection_rate", "rejection_rate"), "epsilon"
    )
    known["impact_ratio"] = Measure("impact_ratio", ("selection_rate",), "ratio")
    return known


MEASURES: Mapping[str, Measure] = MappingProxyType(_registry())
"""Every metric that a `GroupTable` gives, by the name of its function."""


def measure(name: str) -> Measure:
    """The metric of this name."""
    if name not in MEASURES:
        raise InputError.choice("metric", name, tuple(MEASURES))
    return MEASURES[name]
