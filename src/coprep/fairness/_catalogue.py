"""The metrics by name: formula, what each needs, the field's other words for it, and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from coprep.errors import InputError
from coprep.metrics.groups._classification import CONFUSION_RATES
from coprep.wording.labels import nearest, show

Between = Literal["difference", "ratio", "group_min", "group_max", "by_group"]
Method = Literal["between_groups", "to_overall", "to_reference", "one_vs_rest"]
Agg = Literal["worst_case", "mean", "signed_mean"]
Interval = Literal["simultaneous", "bootstrap"]
BETWEEN = ("difference", "ratio", "group_min", "group_max", "by_group")
METHODS = ("between_groups", "to_overall", "to_reference", "one_vs_rest")
AGGS = ("worst_case", "mean", "signed_mean")

MetricName = Literal[
    # rates of decisions
    "selection_rate",
    "base_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "negative_predictive_value",
    "false_discovery_rate",
    "false_omission_rate",
    "accuracy",
    "balanced_accuracy",
    "error_rate",
    "f1_score",
    "treatment_equality",
    "equalized_odds",
    "conditional_use_accuracy",
    # scores
    "roc_auc_score",
    "brier_score",
    "log_loss",
    "mean_score",
    "calibration_in_the_large",
    "expected_calibration_error",
    "wasserstein_distance",
    "kolmogorov_smirnov",
    "total_variation_distance",
    # errors of numeric predictions
    "mean_error",
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "r2_score",
    # rows
    "count",
]
Synonym = Literal[
    "accuracy_parity",
    "accuracy_score",
    "balanced_accuracy_score",
    "brier_score_loss",
    "demographic_parity",
    "equal_opportunity",
    "fall_out",
    "kolmogorov_smirnov_distance",
    "mean_prediction",
    "miss_rate",
    "negative_predictive_parity",
    "positive_rate",
    "precision",
    "precision_score",
    "predictive_equality",
    "predictive_parity",
    "prevalence",
    "recall",
    "recall_score",
    "sensitivity",
    "specificity",
    "statistical_parity",
    "treatment_balance",
    "zero_one_loss",
]
Kind = Literal["rate", "score", "distance", "error", "count"]

_BERK = "Berk et al. 2021, Sociological Methods & Research 50, 3-44"
_CHOULDECHOVA = "Chouldechova 2017, Big Data 5, 153-163"
_HARDT = "Hardt, Price & Srebro 2016, NeurIPS"
_AGARWAL = "Agarwal, Dudík & Wu 2019, ICML"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric by name.

    Attributes
    ----------
    name : str
        The one name it has here.
    kind : {"rate", "score", "distance", "error", "count"}
        Of decisions; of scores; of whole distributions; of numeric predictions; of rows.
    formula : str
        How it is worked out in each group.
    needs : tuple of str
        The columns it looks at: ``y_true``, ``y_pred`` or both.
    synonyms : tuple of str
        The field's other words, which are understood too.
    source : str
        Who proposed or described it.
    rates : tuple of str
        For rates: those of the confusion table that are compared, two for equalized odds and its
        kin.
    lacking : str
        What a group must have for its number to be defined.
    unit : str
        What the number counts.
    bounds : pair of float
        Between what all such numbers lie.
    """

    name: str
    kind: Kind
    formula: str
    needs: tuple[str, ...] = ("y_true", "y_pred")
    synonyms: tuple[str, ...] = ()
    source: str = ""
    rates: tuple[str, ...] = ()
    lacking: str = "rows with weight"
    unit: str = "share"
    bounds: tuple[float, float] = (0.0, 1.0)


def _of_rates(rates: tuple[str, ...]) -> str:
    if rates == ("balanced_accuracy",):
        return f"the mean of {_of_rates(('true_positive_rate', 'true_negative_rate'))}"
    said = []
    for rate in rates:
        cells = CONFUSION_RATES[rate]
        said.append(f"({' + '.join(cells.numerator)}) / ({' + '.join(cells.denominator)})")
    return " and ".join(said)


def _rate(name: str, source: str, *synonyms: str, rates: tuple[str, ...] = ()) -> Metric:
    rates = rates or (name,)
    needs: tuple[str, ...] = ("y_true", "y_pred")
    if name in ("selection_rate", "base_rate"):
        needs = ("y_pred",) if name == "selection_rate" else ("y_true",)
    return Metric(name, "rate", _of_rates(rates), needs, synonyms, source, rates)


_RATES = (
    _rate(
        "selection_rate",
        "Dwork et al. 2012, ITCS",
        "demographic_parity",
        "statistical_parity",
        "positive_rate",
    ),
    _rate("base_rate", _BERK, "prevalence"),
    _rate(
        "true_positive_rate", _HARDT, "equal_opportunity", "recall_score", "recall", "sensitivity"
    ),
    _rate("false_positive_rate", _CHOULDECHOVA, "predictive_equality", "fall_out"),
    _rate("true_negative_rate", _CHOULDECHOVA, "specificity"),
    _rate("false_negative_rate", _HARDT, "miss_rate"),
    _rate(
        "positive_predictive_value",
        _CHOULDECHOVA,
        "predictive_parity",
        "precision_score",
        "precision",
    ),
    _rate("negative_predictive_value", _BERK, "negative_predictive_parity"),
    _rate("false_discovery_rate", _CHOULDECHOVA),
    _rate("false_omission_rate", _BERK),
    _rate("accuracy", _BERK, "accuracy_parity", "accuracy_score"),
    _rate("balanced_accuracy", "Brodersen et al. 2010, ICPR", "balanced_accuracy_score"),
    _rate("error_rate", _BERK, "zero_one_loss"),
    _rate("f1_score", "van Rijsbergen 1979, Information Retrieval"),
    _rate("treatment_equality", _BERK, "treatment_balance", rates=("treatment_balance",)),
    _rate("equalized_odds", _HARDT, rates=("true_positive_rate", "false_positive_rate")),
    _rate(
        "conditional_use_accuracy",
        _BERK,
        rates=("positive_predictive_value", "negative_predictive_value"),
    ),
)
_ANYWHERE = (-math.inf, math.inf)
_UPWARDS = (0.0, math.inf)
_SCORES = (
    Metric(
        "roc_auc_score",
        "score",
        "P(score of a positive > score of a negative) inside a group; ties count one half",
        source="DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44, 837-845",
        lacking="rows of both labels",
        unit="share of pairs",
    ),
    Metric(
        "brier_score",
        "score",
        "mean((y_score - y_true)**2)",
        synonyms=("brier_score_loss",),
        source="Brier 1950, Monthly Weather Review 78, 1-3",
        unit="mean square",
    ),
    Metric(
        "log_loss",
        "score",
        "-mean(log(probability given to what happened)), in nats",
        source="Good 1952, JRSS B 14, 107-114",
        unit="nats",
        bounds=_UPWARDS,
    ),
    Metric(
        "mean_score",
        "score",
        "mean(y_score)",
        needs=("y_pred",),
        synonyms=("mean_prediction",),
        source="Dwork et al. 2012, ITCS",
        unit="score",
        bounds=_ANYWHERE,
    ),
    Metric(
        "calibration_in_the_large",
        "score",
        "mean(y_true - y_score)",
        source="Dawid 1982, JASA 77, 605-610",
        bounds=(-1.0, 1.0),
    ),
    Metric(
        "expected_calibration_error",
        "score",
        "sum over ten bins of n_b / n * |share of positives - mean score|",
        source="Naeini, Cooper & Hauskrecht 2015, AAAI",
    ),
)
_DISTANCES = (
    Metric(
        "wasserstein_distance",
        "distance",
        "integral |F - G| of the distributions of scores of two groups",
        needs=("y_pred",),
        source="Villani 2009, Optimal Transport",
        unit="score",
        bounds=_ANYWHERE,
    ),
    Metric(
        "kolmogorov_smirnov",
        "distance",
        "max |F - G|: the largest demographic parity difference over all thresholds",
        needs=("y_pred",),
        synonyms=("kolmogorov_smirnov_distance",),
        source="Smirnov 1948, Annals of Mathematical Statistics 19, 279-281",
        unit="score",
        bounds=_ANYWHERE,
    ),
    Metric(
        "total_variation_distance",
        "distance",
        "half the sum over decisions of how far the shares of two groups are apart",
        needs=("y_pred",),
        source="Levin & Peres 2017, Markov Chains and Mixing Times, chapter 4",
        unit="share of decisions",
        bounds=_ANYWHERE,
    ),
)
_OUTCOME = "units of the outcome"
_ERRORS = (
    Metric(
        "mean_error",
        "error",
        "mean(y_pred - y_true): errors of opposite signs cancel",
        source=_AGARWAL,
        unit=_OUTCOME,
        bounds=_ANYWHERE,
    ),
    Metric(
        "mean_absolute_error",
        "error",
        "mean(|y_pred - y_true|)",
        source=_AGARWAL,
        unit=_OUTCOME,
        bounds=_UPWARDS,
    ),
    Metric(
        "mean_squared_error",
        "error",
        "mean((y_pred - y_true)**2)",
        source=_AGARWAL,
        unit="squared units",
        bounds=_UPWARDS,
    ),
    Metric(
        "root_mean_squared_error",
        "error",
        "sqrt(mean((y_pred - y_true)**2))",
        source=_AGARWAL,
        unit=_OUTCOME,
        bounds=_UPWARDS,
    ),
    Metric(
        "r2_score",
        "error",
        "1 - sum((y_pred - y_true)**2) / sum((y_true - mean of the group)**2)",
        source="Wright 1921, Journal of Agricultural Research 20, 557-585",
        lacking="outcomes that vary",
        unit="share explained",
        bounds=(-math.inf, 1.0),
    ),
)
_COUNT = Metric(
    "count", "count", "how many rows there are", (), lacking="rows", unit="rows", bounds=_UPWARDS
)

METRICS: Mapping[str, Metric] = MappingProxyType(
    {metric.name: metric for metric in (*_RATES, *_SCORES, *_DISTANCES, *_ERRORS, _COUNT)}
)
"""Every name that `metric` takes: formula, what it needs, its other names.

>>> METRICS["true_positive_rate"].formula, METRICS["true_positive_rate"].synonyms[:2]
('(TP) / (TP + FN)', ('equal_opportunity', 'recall_score'))
"""
_ONE_NAME = {also: metric.name for metric in METRICS.values() for also in metric.synonyms}


def named(name: str, param: str = "name") -> Metric:
    """The metric that has this name, or is called so elsewhere."""
    found = METRICS.get(_ONE_NAME.get(str(name), str(name)))
    if found is not None:
        return found
    every = (*METRICS, *_ONE_NAME)
    close = nearest(name, every)
    hint = f"did you mean {show(close)}?" if close else "coprep.fairness.METRICS lists the names."
    for between in BETWEEN:
        base = str(name).removesuffix(f"_{between}")
        if base != name and base in every:
            hint = f'ask for {show(base)} with between="{between}".'
    raise InputError.of(
        f"there is no metric {show(name)}.",
        code="unknown_choice",
        param=param,
        got=name,
        expected=tuple(METRICS),
        hint=hint,
    )
