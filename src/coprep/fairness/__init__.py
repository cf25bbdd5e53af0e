"""Who gets what? Group fairness of decisions: counts by group, the field's metrics, and what can be said of gaps.

Every metric takes rows (``y_true, y_pred, sensitive_features=...``) and gives a float that remembers groups, interval,
the gap to expect from chance, and what was undefined. `GroupTable` counts once for many metrics; `group_metrics` gives
all of them with findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprep._lazy import attach

if TYPE_CHECKING:
    from coprep.fairness.by_group import *
    from coprep.fairness.calibration import *
    from coprep.fairness.conditional import *
    from coprep.fairness.derived import *
    from coprep.fairness.grouped import *
    from coprep.fairness.grouptable import GroupTable as GroupTable
    from coprep.fairness.impact import *
    from coprep.fairness.inequality import *
    from coprep.fairness.measures import MEASURES as MEASURES
    from coprep.fairness.measures import Measure as Measure
    from coprep.fairness.parity import *
    from coprep.fairness.ranking import *
    from coprep.fairness.rates import *
    from coprep.fairness.regression import *
    from coprep.fairness.result import *
    from coprep.fairness.scores import *
    from coprep.fairness.subgroups import *

_NAMES = {
    "by_group": [
        "GroupMetrics",
        "group_metrics",
    ],
    "calibration": [
        "ScoreCalibration",
        "calibration",
        "calibration_in_the_large",
        "calibration_in_the_large_difference",
        "expected_calibration_error",
        "expected_calibration_error_difference",
        "expected_calibration_error_group_max",
        "multicalibration_error",
    ],
    "conditional": [
        "StratifiedEffect",
        "conditional_demographic_disparity",
        "differential_fairness",
        "stratified_effect",
    ],
    "derived": [
        "count",
        "make_derived_metric",
        "mean_prediction",
    ],
    "grouped": [
        "Form",
        "GroupedCard",
        "GroupedNumber",
        "Method",
        "Numbers",
    ],
    "grouptable": [
        "GroupTable",
    ],
    "impact": [
        "AdverseImpact",
        "adverse_impact",
    ],
    "inequality": [
        "InequalityByGroup",
        "between_group_generalized_entropy_index",
        "coefficient_of_variation",
        "generalized_entropy_index",
        "inequality",
        "theil_index",
    ],
    "measures": [
        "MEASURES",
        "Measure",
    ],
    "parity": [
        "accuracy_parity_difference",
        "accuracy_parity_ratio",
        "accuracy_score_difference",
        "accuracy_score_group_max",
        "accuracy_score_group_min",
        "accuracy_score_ratio",
        "average_odds_difference",
        "average_odds_error",
        "balanced_accuracy_score_difference",
        "balanced_accuracy_score_group_max",
        "balanced_accuracy_score_group_min",
        "balanced_accuracy_score_ratio",
        "conditional_use_accuracy_difference",
        "conditional_use_accuracy_ratio",
        "demographic_parity_difference",
        "demographic_parity_ratio",
        "equal_opportunity_difference",
        "equal_opportunity_ratio",
        "equalized_odds_difference",
        "equalized_odds_ratio",
        "impact_ratio",
        "negative_predictive_parity_difference",
        "negative_predictive_parity_ratio",
        "precision_score_difference",
        "precision_score_group_max",
        "precision_score_group_min",
        "precision_score_ratio",
        "predictive_equality_difference",
        "predictive_equality_ratio",
        "predictive_parity_difference",
        "predictive_parity_ratio",
        "recall_score_difference",
        "recall_score_group_max",
        "recall_score_group_min",
        "recall_score_ratio",
        "treatment_equality_difference",
        "treatment_equality_ratio",
        "zero_one_loss_difference",
        "zero_one_loss_group_max",
        "zero_one_loss_group_min",
        "zero_one_loss_ratio",
    ],
    "ranking": [
        "exposure_difference",
        "exposure_ratio",
        "exposure_to_merit_ratio",
        "normalised_discounted_kl",
        "top_k_difference",
        "top_k_ratio",
    ],
    "rates": [
        "accuracy",
        "accuracy_difference",
        "accuracy_group_max",
        "accuracy_group_min",
        "accuracy_ratio",
        "balanced_accuracy",
        "balanced_accuracy_difference",
        "balanced_accuracy_group_max",
        "balanced_accuracy_group_min",
        "balanced_accuracy_ratio",
        "base_rate",
        "base_rate_difference",
        "base_rate_group_max",
        "base_rate_group_min",
        "base_rate_ratio",
        "error_rate",
        "error_rate_difference",
        "error_rate_group_max",
        "error_rate_group_min",
        "error_rate_ratio",
        "f1_score",
        "f1_score_difference",
        "f1_score_group_max",
        "f1_score_group_min",
        "f1_score_ratio",
        "false_discovery_rate",
        "false_discovery_rate_difference",
        "false_discovery_rate_group_max",
        "false_discovery_rate_group_min",
        "false_discovery_rate_ratio",
        "false_negative_rate",
        "false_negative_rate_difference",
        "false_negative_rate_group_max",
        "false_negative_rate_group_min",
        "false_negative_rate_ratio",
        "false_omission_rate",
        "false_omission_rate_difference",
        "false_omission_rate_group_max",
        "false_omission_rate_group_min",
        "false_omission_rate_ratio",
        "false_positive_rate",
        "false_positive_rate_difference",
        "false_positive_rate_group_max",
        "false_positive_rate_group_min",
        "false_positive_rate_ratio",
        "negative_predictive_value",
        "negative_predictive_value_difference",
        "negative_predictive_value_group_max",
        "negative_predictive_value_group_min",
        "negative_predictive_value_ratio",
        "positive_predictive_value",
        "positive_predictive_value_difference",
        "positive_predictive_value_group_max",
        "positive_predictive_value_group_min",
        "positive_predictive_value_ratio",
        "selection_rate",
        "selection_rate_difference",
        "selection_rate_group_max",
        "selection_rate_group_min",
        "selection_rate_ratio",
        "true_negative_rate",
        "true_negative_rate_difference",
        "true_negative_rate_group_max",
        "true_negative_rate_group_min",
        "true_negative_rate_ratio",
        "true_positive_rate",
        "true_positive_rate_difference",
        "true_positive_rate_group_max",
        "true_positive_rate_group_min",
        "true_positive_rate_ratio",
    ],
    "regression": [
        "mean_absolute_error",
        "mean_absolute_error_difference",
        "mean_absolute_error_group_max",
        "mean_absolute_error_ratio",
        "mean_error",
        "mean_error_difference",
        "mean_squared_error",
        "mean_squared_error_difference",
        "mean_squared_error_group_max",
        "mean_squared_error_ratio",
        "r2_score",
        "r2_score_difference",
        "r2_score_group_min",
        "root_mean_squared_error",
        "root_mean_squared_error_difference",
        "root_mean_squared_error_group_max",
        "root_mean_squared_error_ratio",
    ],
    "result": [
        "MetricCard",
        "MetricResult",
    ],
    "scores": [
        "abroca",
        "brier_score",
        "brier_score_difference",
        "brier_score_group_max",
        "log_loss",
        "log_loss_difference",
        "log_loss_group_max",
        "log_loss_group_min",
        "log_loss_ratio",
        "mean_score",
        "mean_score_difference",
        "mean_score_ratio",
        "roc_auc_score",
        "roc_auc_score_difference",
        "roc_auc_score_group_max",
        "roc_auc_score_group_min",
        "roc_auc_score_ratio",
        "score_distance",
        "total_variation_distance",
    ],
    "subgroups": [
        "WorstSubgroup",
        "worst_subgroup",
    ],
}

attach("coprep.fairness", _NAMES)
