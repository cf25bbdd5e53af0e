"""Knows the field's named fairness criteria, each as a difference and a ratio.

Signatures and argument order are those that fairlearn made common, so that existing calls run unchanged.
"""

from __future__ import annotations

from coprep.fairness._functions import (
    Averaging,
    Comparing,
    ComparingBoth,
    Describing,
    averaging,
    comparing,
    comparing_both,
    describing,
)

__all__ = [
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
]

demographic_parity_difference: Comparing = comparing(
    "demographic_parity_difference",
    "How far apart are the shares of each group that are selected?",
    "0.381",
)
demographic_parity_ratio: Comparing = comparing(
    "demographic_parity_ratio",
    "What is the lowest share selected of any group, as a share of the highest?",
    "0.429",
)
equal_opportunity_difference: Comparing = comparing(
    "equal_opportunity_difference",
    "Among the positive, how far apart are the groups' shares selected?",
    "0.417",
)
equal_opportunity_ratio: Comparing = comparing(
    "equal_opportunity_ratio",
    "Among the positive, what is the lowest share selected over the highest?",
    "0.444",
)
predictive_equality_difference: Comparing = comparing(
    "predictive_equality_difference",
    "Among those not positive, how far apart are the groups' shares selected?",
    "0.25",
)
predictive_equality_ratio: Comparing = comparing(
    "predictive_equality_ratio",
    "Among those not positive, what is the lowest share selected over the highest?",
    "0.5",
)
predictive_parity_difference: Comparing = comparing(
    "predictive_parity_difference",
    "Among those selected, how far apart are the groups' shares of positives?",
    "0.25",
)
predictive_parity_ratio: Comparing = comparing(
    "predictive_parity_ratio",
    "Among those selected, what is the lowest share of positives over the highest?",
    "0.667",
)
negative_predictive_parity_difference: Comparing = comparing(
    "negative_predictive_parity_difference",
    "Among those not selected, how far apart are the shares of negatives?",
    "0.1",
)
negative_predictive_parity_ratio: Comparing = comparing(
    "negative_predictive_parity_ratio",
    "Among those not selected, what is the lowest share of negatives over the highest?",
    "0.833",
)
accuracy_parity_difference: Comparing = comparing(
    "accuracy_parity_difference",
    "How far apart are the shares of each group that are decided rightly?",
    "0.095",
)
accuracy_parity_ratio: Comparing = comparing(
    "accuracy_parity_ratio",
    "What is the lowest share decided rightly of any group over the highest?",
    "0.857",
)
treatment_equality_difference: Comparing = comparing(
    "treatment_equality_difference",
    "How far apart are the groups' ratios of false negatives to false positives?",
    "1.0",
)
treatment_equality_ratio: Comparing = comparing(
    "treatment_equality_ratio",
    "What is the lowest ratio of false negatives to false positives over the highest?",
    "0.5",
)
impact_ratio: Comparing = comparing(
    "impact_ratio",
    "What is the lowest selection rate over the highest; below four fifths is a flag?",
    "0.429",
)

equalized_odds_difference: ComparingBoth = comparing_both(
    "equalized_odds_difference",
    "How far apart are the groups' true and false positive rates?",
    "0.417",
)
equalized_odds_ratio: ComparingBoth = comparing_both(
    "equalized_odds_ratio",
    "What are the lowest true and false positive rates over the highest?",
    "0.444",
)
conditional_use_accuracy_difference: ComparingBoth = comparing_both(
    "conditional_use_accuracy_difference",
    "How far apart are the shares decided rightly, among selected and not?",
    "0.25",
)
conditional_use_accuracy_ratio: ComparingBoth = comparing_both(
    "conditional_use_accuracy_ratio",
    "What are the lowest shares decided rightly over the highest?",
    "0.667",
)
average_odds_difference: Averaging = averaging(
    "average_odds_difference",
    "Are everybody else's error rates, on balance, higher than the reference group's?",
    "-0.333",
)
average_odds_error: Averaging = averaging(
    "average_odds_error",
    "How far, on average, are everybody else's error rates from the reference group's?",
    "0.333",
)

accuracy_score_difference: Comparing = comparing(
    "accuracy_score_difference", "How far apart are the groups' accuracies?", "0.095"
)
accuracy_score_ratio: Comparing = comparing(
    "accuracy_score_ratio", "What is the lowest accuracy over the highest?", "0.857"
)
accuracy_score_group_min: Describing = describing(
    "accuracy_score_group_min", "What is the lowest accuracy of any group?", "0.571"
)
accuracy_score_group_max: Describing = describing(
    "accuracy_score_group_max", "What is the highest accuracy of any group?", "0.667"
)
balanced_accuracy_score_difference: Comparing = comparing(
    "balanced_accuracy_score_difference",
    "How far apart are the groups' balanced accuracies?",
    "0.083",
)
balanced_accuracy_score_ratio: Comparing = comparing(
    "balanced_accuracy_score_ratio",
    "What is the lowest balanced accuracy over the highest?",
    "0.867",
)
balanced_accuracy_score_group_min: Describing = describing(
    "balanced_accuracy_score_group_min",
    "What is the lowest balanced accuracy of any group?",
    "0.542",
)
balanced_accuracy_score_group_max: Describing = describing(
    "balanced_accuracy_score_group_max",
    "What is the highest balanced accuracy of any group?",
    "0.625",
)
precision_score_difference: Comparing = comparing(
    "precision_score_difference", "How far apart are the groups' precisions?", "0.25"
)
precision_score_ratio: Comparing = comparing(
    "precision_score_ratio", "What is the lowest precision over the highest?", "0.667"
)
precision_score_group_min: Describing = describing(
    "precision_score_group_min", "What is the lowest precision of any group?", "0.5"
)
precision_score_group_max: Describing = describing(
    "precision_score_group_max", "What is the highest precision of any group?", "0.75"
)
recall_score_difference: Comparing = comparing(
    "recall_score_difference", "How far apart are the groups' recalls?", "0.417"
)
recall_score_ratio: Comparing = comparing(
    "recall_score_ratio", "What is the lowest recall over the highest?", "0.444"
)
recall_score_group_min: Describing = describing(
    "recall_score_group_min", "What is the lowest recall of any group?", "0.333"
)
recall_score_group_max: Describing = describing(
    "recall_score_group_max", "What is the highest recall of any group?", "0.75"
)
zero_one_loss_difference: Comparing = comparing(
    "zero_one_loss_difference", "How far apart are the groups' error rates?", "0.095"
)
zero_one_loss_ratio: Comparing = comparing(
    "zero_one_loss_ratio", "What is the lowest error rate over the highest?", "0.778"
)
zero_one_loss_group_min: Describing = describing(
    "zero_one_loss_group_min", "What is the lowest error rate of any group?", "0.333"
)
zero_one_loss_group_max: Describing = describing(
    "zero_one_loss_group_max", "What is the highest error rate of any group?", "0.429"
)
