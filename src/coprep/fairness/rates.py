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

selection_rate: Describing = describing("selection_rate", "What share is selected?")
selection_rate_difference: Comparing = comparing(
    "selection_rate_difference", "How far apart are the groups' selection rates?"
)
selection_rate_ratio: Comparing = comparing(
    "selection_rate_ratio", "What is the lowest selection rate of a group as a share of the highest?"
)
selection_rate_group_min: Describing = describing(
    "selection_rate_group_min", "What is the lowest selection rate of any group?"
)
selection_rate_group_max: Describing = describing(
    "selection_rate_group_max", "What is the highest selection rate of any group?"
)

base_rate: Describing = describing("base_rate", "What share is positive in truth?")
base_rate_difference: Comparing = comparing("base_rate_difference", "How far apart are the groups' base rates?")
base_rate_ratio: Comparing = comparing(
    "base_rate_ratio", "What is the lowest base rate of a group as a share of the highest?"
)
base_rate_group_min: Describing = describing("base_rate_group_min", "What is the lowest base rate of any group?")
base_rate_group_max: Describing = describing("base_rate_group_max", "What is the highest base rate of any group?")

true_positive_rate: Rating = rating("true_positive_rate", "Of those who are positive, what share is selected?")
true_positive_rate_difference: Comparing = comparing(
    "true_positive_rate_difference", "How far apart are the groups' true positive rates?"
)
true_positive_rate_ratio: Comparing = comparing(
    "true_positive_rate_ratio", "What is the lowest true positive rate of a group as a share of the highest?"
)
true_positive_rate_group_min: Describing = describing(
    "true_positive_rate_group_min", "What is the lowest true positive rate of any group?"
)
true_positive_rate_group_max: Describing = describing(
    "true_positive_rate_group_max", "What is the highest true positive rate of any group?"
)

false_negative_rate: Rating = rating("false_negative_rate", "Of those who are positive, what share is missed?")
false_negative_rate_difference: Comparing = comparing(
    "false_negative_rate_difference", "How far apart are the groups' false negative rates?"
)
false_negative_rate_ratio: Comparing = comparing(
    "false_negative_rate_ratio", "What is the lowest false negative rate of a group as a share of the highest?"
)
false_negative_rate_group_min: Describing = describing(
    "false_negative_rate_group_min", "What is the lowest false negative rate of any group?"
)
false_negative_rate_group_max: Describing = describing(
    "false_negative_rate_group_max", "What is the highest false negative rate of any group?"
)

false_positive_rate: Rating = rating(
    "false_positive_rate", "Of those who are not positive, what share is selected all the same?"
)
false_positive_rate_difference: Comparing = comparing(
    "false_positive_rate_difference", "How far apart are the groups' false positive rates?"
)
false_positive_rate_ratio: Comparing = comparing(
    "false_positive_rate_ratio", "What is the lowest false positive rate of a group as a share of the highest?"
)
false_positive_rate_group_min: Describing = describing(
    "false_positive_rate_group_min", "What is the lowest false positive rate of any group?"
)
false_positive_rate_group_max: Describing = describing(
    "false_positive_rate_group_max", "What is the highest false positive rate of any group?"
)

true_negative_rate: Rating = rating(
    "true_negative_rate", "Of those who are not positive, what share is rightly passed over?"
)
true_negative_rate_difference: Comparing = comparing(
    "true_negative_rate_difference", "How far apart are the groups' true negative rates?"
)
true_negative_rate_ratio: Comparing = comparing(
    "true_negative_rate_ratio", "What is the lowest true negative rate of a group as a share of the highest?"
)
true_negative_rate_group_min: Describing = describing(
    "true_negative_rate_group_min", "What is the lowest true negative rate of any group?"
)
true_negative_rate_group_max: Describing = describing(
    "true_negative_rate_group_max", "What is the highest true negative rate of any group?"
)

positive_predictive_value: Describing = describing(
    "positive_predictive_value", "Of those selected, what share is positive (precision)?"
)
positive_predictive_value_difference: Comparing = comparing(
    "positive_predictive_value_difference", "How far apart are the groups' positive predictive values?"
)
positive_predictive_value_ratio: Comparing = comparing(
    "positive_predictive_value_ratio",
    "What is the lowest positive predictive value of a group as a share of the highest?",
)
positive_predictive_value_group_min: Describing = describing(
    "positive_predictive_value_group_min", "What is the lowest positive predictive value of any group?"
)
positive_predictive_value_group_max: Describing = describing(
    "positive_predictive_value_group_max", "What is the highest positive predictive value of any group?"
)

false_discovery_rate: Describing = describing("false_discovery_rate", "Of those selected, what share is not positive?")
false_discovery_rate_difference: Comparing = comparing(
    "false_discovery_rate_difference", "How far apart are the groups' false discovery rates?"
)
false_discovery_rate_ratio: Comparing = comparing(
    "false_discovery_rate_ratio", "What is the lowest false discovery rate of a group as a share of the highest?"
)
false_discovery_rate_group_min: Describing = describing(
    "false_discovery_rate_group_min", "What is the lowest false discovery rate of any group?"
)
false_discovery_rate_group_max: Describing = describing(
    "false_discovery_rate_group_max", "What is the highest false discovery rate of any group?"
)

negative_predictive_value: Describing = describing(
    "negative_predictive_value", "Of those not selected, what share is not positive?"
)
negative_predictive_value_difference: Comparing = comparing(
    "negative_predictive_value_difference", "How far apart are the groups' negative predictive values?"
)
negative_predictive_value_ratio: Comparing = comparing(
    "negative_predictive_value_ratio",
    "What is the lowest negative predictive value of a group as a share of the highest?",
)
negative_predictive_value_group_min: Describing = describing(
    "negative_predictive_value_group_min", "What is the lowest negative predictive value of any group?"
)
negative_predictive_value_group_max: Describing = describing(
    "negative_predictive_value_group_max", "What is the highest negative predictive value of any group?"
)

false_omission_rate: Describing = describing("false_omission_rate", "Of those not selected, what share is positive?")
false_omission_rate_difference: Comparing = comparing(
    "false_omission_rate_difference", "How far apart are the groups' false omission rates?"
)
false_omission_rate_ratio: Comparing = comparing(
    "false_omission_rate_ratio", "What is the lowest false omission rate of a group as a share of the highest?"
)
false_omission_rate_group_min: Describing = describing(
    "false_omission_rate_group_min", "What is the lowest false omission rate of any group?"
)
false_omission_rate_group_max: Describing = describing(
    "false_omission_rate_group_max", "What is the highest false omission rate of any group?"
)

accuracy: Describing = describing("accuracy", "What share is decided rightly?")
accuracy_difference: Comparing = comparing("accuracy_difference", "How far apart are the groups' accuracies?")
accuracy_ratio: Comparing = comparing(
    "accuracy_ratio", "What is the lowest accuracy of a group as a share of the highest?"
)
accuracy_group_min: Describing = describing("accuracy_group_min", "What is the lowest accuracy of any group?")
accuracy_group_max: Describing = describing("accuracy_group_max", "What is the highest accuracy of any group?")

error_rate: Describing = describing("error_rate", "What share is decided wrongly?")
error_rate_difference: Comparing = comparing("error_rate_difference", "How far apart are the groups' error rates?")
error_rate_ratio: Comparing = comparing(
    "error_rate_ratio", "What is the lowest error rate of a group as a share of the highest?"
)
error_rate_group_min: Describing = describing("error_rate_group_min", "What is the lowest error rate of any group?")
error_rate_group_max: Describing = describing("error_rate_group_max", "What is the highest error rate of any group?")

balanced_accuracy: Describing = describing(
    "balanced_accuracy", "What is the mean of the true positive and the true negative rate?"
)
balanced_accuracy_difference: Comparing = comparing(
    "balanced_accuracy_difference", "How far apart are the groups' balanced accuracies?"
)
balanced_accuracy_ratio: Comparing = comparing(
    "balanced_accuracy_ratio", "What is the lowest balanced accuracy of a group as a share of the highest?"
)
balanced_accuracy_group_min: Describing = describing(
    "balanced_accuracy_group_min", "What is the lowest balanced accuracy of any group?"
)
balanced_accuracy_group_max: Describing = describing(
    "balanced_accuracy_group_max", "What is the highest balanced accuracy of any group?"
)

f1_score: Describing = describing("f1_score", "What is the harmonic mean of precision and recall?")
f1_score_difference: Comparing = comparing("f1_score_difference", "How far apart are the groups' F1 scores?")
f1_score_ratio: Comparing = comparing(
    "f1_score_ratio", "What is the lowest F1 score of a group as a share of the highest?"
)
f1_score_group_min: Describing = describing("f1_score_group_min", "What is the lowest F1 score of any group?")
f1_score_group_max: Describing = describing("f1_score_group_max", "What is the highest F1 score of any group?")
