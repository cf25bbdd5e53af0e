"""Knows every confusion rate by group: the rate, its gap and ratio between groups, its lowest and highest."""

from __future__ import annotations

from coprep.fairness._functions import Comparing, Describing, Rating, comparing, describing, rating

__all__ = [
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
]

selection_rate: Describing = describing("selection_rate", "What share is selected?", "0.462")
selection_rate_difference: Comparing = comparing(
    "selection_rate_difference", "How far apart are the groups' selection rates?", "0.381"
)
selection_rate_ratio: Comparing = comparing(
    "selection_rate_ratio",
    "What is the lowest selection rate of a group as a share of the highest?",
    "0.429",
)
selection_rate_group_min: Describing = describing(
    "selection_rate_group_min", "What is the lowest selection rate of any group?", "0.286"
)
selection_rate_group_max: Describing = describing(
    "selection_rate_group_max", "What is the highest selection rate of any group?", "0.667"
)

base_rate: Describing = describing("base_rate", "What share is positive in truth?", "0.538")
base_rate_difference: Comparing = comparing(
    "base_rate_difference", "How far apart are the groups' base rates?", "0.238"
)
base_rate_ratio: Comparing = comparing(
    "base_rate_ratio", "What is the lowest base rate of a group as a share of the highest?", "0.643"
)
base_rate_group_min: Describing = describing(
    "base_rate_group_min", "What is the lowest base rate of any group?", "0.429"
)
base_rate_group_max: Describing = describing(
    "base_rate_group_max", "What is the highest base rate of any group?", "0.667"
)

true_positive_rate: Rating = rating(
    "true_positive_rate", "Of those who are positive, what share is selected?", "0.571"
)
true_positive_rate_difference: Comparing = comparing(
    "true_positive_rate_difference", "How far apart are the groups' true positive rates?", "0.417"
)
true_positive_rate_ratio: Comparing = comparing(
    "true_positive_rate_ratio",
    "What is the lowest true positive rate of a group as a share of the highest?",
    "0.444",
)
true_positive_rate_group_min: Describing = describing(
    "true_positive_rate_group_min", "What is the lowest true positive rate of any group?", "0.333"
)
true_positive_rate_group_max: Describing = describing(
    "true_positive_rate_group_max", "What is the highest true positive rate of any group?", "0.75"
)

false_negative_rate: Rating = rating(
    "false_negative_rate", "Of those who are positive, what share is missed?", "0.429"
)
false_negative_rate_difference: Comparing = comparing(
    "false_negative_rate_difference", "How far apart are the groups' false negative rates?", "0.417"
)
false_negative_rate_ratio: Comparing = comparing(
    "false_negative_rate_ratio",
    "What is the lowest false negative rate of a group as a share of the highest?",
    "0.375",
)
false_negative_rate_group_min: Describing = describing(
    "false_negative_rate_group_min", "What is the lowest false negative rate of any group?", "0.25"
)
false_negative_rate_group_max: Describing = describing(
    "false_negative_rate_group_max",
    "What is the highest false negative rate of any group?",
    "0.667",
)

false_positive_rate: Rating = rating(
    "false_positive_rate",
    "Of those who are not positive, what share is selected all the same?",
    "0.333",
)
false_positive_rate_difference: Comparing = comparing(
    "false_positive_rate_difference", "How far apart are the groups' false positive rates?", "0.25"
)
false_positive_rate_ratio: Comparing = comparing(
    "false_positive_rate_ratio",
    "What is the lowest false positive rate of a group as a share of the highest?",
    "0.5",
)
false_positive_rate_group_min: Describing = describing(
    "false_positive_rate_group_min", "What is the lowest false positive rate of any group?", "0.25"
)
false_positive_rate_group_max: Describing = describing(
    "false_positive_rate_group_max", "What is the highest false positive rate of any group?", "0.5"
)

true_negative_rate: Rating = rating(
    "true_negative_rate",
    "Of those who are not positive, what share is rightly passed over?",
    "0.667",
)
true_negative_rate_difference: Comparing = comparing(
    "true_negative_rate_difference", "How far apart are the groups' true negative rates?", "0.25"
)
true_negative_rate_ratio: Comparing = comparing(
    "true_negative_rate_ratio",
    "What is the lowest true negative rate of a group as a share of the highest?",
    "0.667",
)
true_negative_rate_group_min: Describing = describing(
    "true_negative_rate_group_min", "What is the lowest true negative rate of any group?", "0.5"
)
true_negative_rate_group_max: Describing = describing(
    "true_negative_rate_group_max", "What is the highest true negative rate of any group?", "0.75"
)

positive_predictive_value: Describing = describing(
    "positive_predictive_value", "Of those selected, what share is positive (precision)?", "0.667"
)
positive_predictive_value_difference: Comparing = comparing(
    "positive_predictive_value_difference",
    "How far apart are the groups' positive predictive values?",
    "0.25",
)
positive_predictive_value_ratio: Comparing = comparing(
    "positive_predictive_value_ratio",
    "What is the lowest positive predictive value of a group as a share of the highest?",
    "0.667",
)
positive_predictive_value_group_min: Describing = describing(
    "positive_predictive_value_group_min",
    "What is the lowest positive predictive value of any group?",
    "0.5",
)
positive_predictive_value_group_max: Describing = describing(
    "positive_predictive_value_group_max",
    "What is the highest positive predictive value of any group?",
    "0.75",
)

false_discovery_rate: Describing = describing(
    "false_discovery_rate", "Of those selected, what share is not positive?", "0.333"
)
false_discovery_rate_difference: Comparing = comparing(
    "false_discovery_rate_difference",
    "How far apart are the groups' false discovery rates?",
    "0.25",
)
false_discovery_rate_ratio: Comparing = comparing(
    "false_discovery_rate_ratio",
    "What is the lowest false discovery rate of a group as a share of the highest?",
    "0.5",
)
false_discovery_rate_group_min: Describing = describing(
    "false_discovery_rate_group_min",
    "What is the lowest false discovery rate of any group?",
    "0.25",
)
false_discovery_rate_group_max: Describing = describing(
    "false_discovery_rate_group_max",
    "What is the highest false discovery rate of any group?",
    "0.5",
)

negative_predictive_value: Describing = describing(
    "negative_predictive_value", "Of those not selected, what share is not positive?", "0.571"
)
negative_predictive_value_difference: Comparing = comparing(
    "negative_predictive_value_difference",
    "How far apart are the groups' negative predictive values?",
    "0.1",
)
negative_predictive_value_ratio: Comparing = comparing(
    "negative_predictive_value_ratio",
    "What is the lowest negative predictive value of a group as a share of the highest?",
    "0.833",
)
negative_predictive_value_group_min: Describing = describing(
    "negative_predictive_value_group_min",
    "What is the lowest negative predictive value of any group?",
    "0.5",
)
negative_predictive_value_group_max: Describing = describing(
    "negative_predictive_value_group_max",
    "What is the highest negative predictive value of any group?",
    "0.6",
)

false_omission_rate: Describing = describing(
    "false_omission_rate", "Of those not selected, what share is positive?", "0.429"
)
false_omission_rate_difference: Comparing = comparing(
    "false_omission_rate_difference", "How far apart are the groups' false omission rates?", "0.1"
)
false_omission_rate_ratio: Comparing = comparing(
    "false_omission_rate_ratio",
    "What is the lowest false omission rate of a group as a share of the highest?",
    "0.8",
)
false_omission_rate_group_min: Describing = describing(
    "false_omission_rate_group_min", "What is the lowest false omission rate of any group?", "0.4"
)
false_omission_rate_group_max: Describing = describing(
    "false_omission_rate_group_max", "What is the highest false omission rate of any group?", "0.5"
)

accuracy: Describing = describing("accuracy", "What share is decided rightly?", "0.615")
accuracy_difference: Comparing = comparing(
    "accuracy_difference", "How far apart are the groups' accuracies?", "0.095"
)
accuracy_ratio: Comparing = comparing(
    "accuracy_ratio", "What is the lowest accuracy of a group as a share of the highest?", "0.857"
)
accuracy_group_min: Describing = describing(
    "accuracy_group_min", "What is the lowest accuracy of any group?", "0.571"
)
accuracy_group_max: Describing = describing(
    "accuracy_group_max", "What is the highest accuracy of any group?", "0.667"
)

error_rate: Describing = describing("error_rate", "What share is decided wrongly?", "0.385")
error_rate_difference: Comparing = comparing(
    "error_rate_difference", "How far apart are the groups' error rates?", "0.095"
)
error_rate_ratio: Comparing = comparing(
    "error_rate_ratio",
    "What is the lowest error rate of a group as a share of the highest?",
    "0.778",
)
error_rate_group_min: Describing = describing(
    "error_rate_group_min", "What is the lowest error rate of any group?", "0.333"
)
error_rate_group_max: Describing = describing(
    "error_rate_group_max", "What is the highest error rate of any group?", "0.429"
)

balanced_accuracy: Describing = describing(
    "balanced_accuracy",
    "What is the mean of the true positive and the true negative rate?",
    "0.619",
)
balanced_accuracy_difference: Comparing = comparing(
    "balanced_accuracy_difference", "How far apart are the groups' balanced accuracies?", "0.083"
)
balanced_accuracy_ratio: Comparing = comparing(
    "balanced_accuracy_ratio",
    "What is the lowest balanced accuracy of a group as a share of the highest?",
    "0.867",
)
balanced_accuracy_group_min: Describing = describing(
    "balanced_accuracy_group_min", "What is the lowest balanced accuracy of any group?", "0.542"
)
balanced_accuracy_group_max: Describing = describing(
    "balanced_accuracy_group_max", "What is the highest balanced accuracy of any group?", "0.625"
)

f1_score: Describing = describing(
    "f1_score", "What is the harmonic mean of precision and recall?", "0.615"
)
f1_score_difference: Comparing = comparing(
    "f1_score_difference", "How far apart are the groups' F1 scores?", "0.35"
)
f1_score_ratio: Comparing = comparing(
    "f1_score_ratio", "What is the lowest F1 score of a group as a share of the highest?", "0.533"
)
f1_score_group_min: Describing = describing(
    "f1_score_group_min", "What is the lowest F1 score of any group?", "0.4"
)
f1_score_group_max: Describing = describing(
    "f1_score_group_max", "What is the highest F1 score of any group?", "0.75"
)
