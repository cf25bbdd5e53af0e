from coprep.fairness.by_group import GroupMetrics as GroupMetrics
from coprep.fairness.by_group import group_metrics as group_metrics
from coprep.fairness.calibration import ScoreCalibration as ScoreCalibration
from coprep.fairness.calibration import calibration as calibration
from coprep.fairness.calibration import calibration_in_the_large as calibration_in_the_large
from coprep.fairness.calibration import (
    calibration_in_the_large_difference as calibration_in_the_large_difference,
)
from coprep.fairness.calibration import expected_calibration_error as expected_calibration_error
from coprep.fairness.calibration import (
    expected_calibration_error_difference as expected_calibration_error_difference,
)
from coprep.fairness.calibration import (
    expected_calibration_error_group_max as expected_calibration_error_group_max,
)
from coprep.fairness.calibration import multicalibration_error as multicalibration_error
from coprep.fairness.conditional import StratifiedEffect as StratifiedEffect
from coprep.fairness.conditional import (
    conditional_demographic_disparity as conditional_demographic_disparity,
)
from coprep.fairness.conditional import differential_fairness as differential_fairness
from coprep.fairness.conditional import stratified_effect as stratified_effect
from coprep.fairness.derived import count as count
from coprep.fairness.derived import make_derived_metric as make_derived_metric
from coprep.fairness.derived import mean_prediction as mean_prediction
from coprep.fairness.grouped import Form as Form
from coprep.fairness.grouped import GroupedCard as GroupedCard
from coprep.fairness.grouped import GroupedNumber as GroupedNumber
from coprep.fairness.grouped import Method as Method
from coprep.fairness.grouped import Numbers as Numbers
from coprep.fairness.grouptable import GroupTable as GroupTable
from coprep.fairness.impact import AdverseImpact as AdverseImpact
from coprep.fairness.impact import adverse_impact as adverse_impact
from coprep.fairness.inequality import InequalityByGroup as InequalityByGroup
from coprep.fairness.inequality import (
    between_group_generalized_entropy_index as between_group_generalized_entropy_index,
)
from coprep.fairness.inequality import coefficient_of_variation as coefficient_of_variation
from coprep.fairness.inequality import generalized_entropy_index as generalized_entropy_index
from coprep.fairness.inequality import inequality as inequality
from coprep.fairness.inequality import theil_index as theil_index
from coprep.fairness.measures import MEASURES as MEASURES
from coprep.fairness.measures import Measure as Measure
from coprep.fairness.parity import accuracy_parity_difference as accuracy_parity_difference
from coprep.fairness.parity import accuracy_parity_ratio as accuracy_parity_ratio
from coprep.fairness.parity import accuracy_score_difference as accuracy_score_difference
from coprep.fairness.parity import accuracy_score_group_max as accuracy_score_group_max
from coprep.fairness.parity import accuracy_score_group_min as accuracy_score_group_min
from coprep.fairness.parity import accuracy_score_ratio as accuracy_score_ratio
from coprep.fairness.parity import average_odds_difference as average_odds_difference
from coprep.fairness.parity import average_odds_error as average_odds_error
from coprep.fairness.parity import (
    balanced_accuracy_score_difference as balanced_accuracy_score_difference,
)
from coprep.fairness.parity import (
    balanced_accuracy_score_group_max as balanced_accuracy_score_group_max,
)
from coprep.fairness.parity import (
    balanced_accuracy_score_group_min as balanced_accuracy_score_group_min,
)
from coprep.fairness.parity import balanced_accuracy_score_ratio as balanced_accuracy_score_ratio
from coprep.fairness.parity import (
    conditional_use_accuracy_difference as conditional_use_accuracy_difference,
)
from coprep.fairness.parity import conditional_use_accuracy_ratio as conditional_use_accuracy_ratio
from coprep.fairness.parity import demographic_parity_difference as demographic_parity_difference
from coprep.fairness.parity import demographic_parity_ratio as demographic_parity_ratio
from coprep.fairness.parity import equal_opportunity_difference as equal_opportunity_difference
from coprep.fairness.parity import equal_opportunity_ratio as equal_opportunity_ratio
from coprep.fairness.parity import equalized_odds_difference as equalized_odds_difference
from coprep.fairness.parity import equalized_odds_ratio as equalized_odds_ratio
from coprep.fairness.parity import impact_ratio as impact_ratio
from coprep.fairness.parity import (
    negative_predictive_parity_difference as negative_predictive_parity_difference,
)
from coprep.fairness.parity import (
    negative_predictive_parity_ratio as negative_predictive_parity_ratio,
)
from coprep.fairness.parity import precision_score_difference as precision_score_difference
from coprep.fairness.parity import precision_score_group_max as precision_score_group_max
from coprep.fairness.parity import precision_score_group_min as precision_score_group_min
from coprep.fairness.parity import precision_score_ratio as precision_score_ratio
from coprep.fairness.parity import predictive_equality_difference as predictive_equality_difference
from coprep.fairness.parity import predictive_equality_ratio as predictive_equality_ratio
from coprep.fairness.parity import predictive_parity_difference as predictive_parity_difference
from coprep.fairness.parity import predictive_parity_ratio as predictive_parity_ratio
from coprep.fairness.parity import recall_score_difference as recall_score_difference
from coprep.fairness.parity import recall_score_group_max as recall_score_group_max
from coprep.fairness.parity import recall_score_group_min as recall_score_group_min
from coprep.fairness.parity import recall_score_ratio as recall_score_ratio
from coprep.fairness.parity import treatment_equality_difference as treatment_equality_difference
from coprep.fairness.parity import treatment_equality_ratio as treatment_equality_ratio
from coprep.fairness.parity import zero_one_loss_difference as zero_one_loss_difference
from coprep.fairness.parity import zero_one_loss_group_max as zero_one_loss_group_max
from coprep.fairness.parity import zero_one_loss_group_min as zero_one_loss_group_min
from coprep.fairness.parity import zero_one_loss_ratio as zero_one_loss_ratio
from coprep.fairness.ranking import exposure_difference as exposure_difference
from coprep.fairness.ranking import exposure_ratio as exposure_ratio
from coprep.fairness.ranking import exposure_to_merit_ratio as exposure_to_merit_ratio
from coprep.fairness.ranking import normalised_discounted_kl as normalised_discounted_kl
from coprep.fairness.ranking import top_k_difference as top_k_difference
from coprep.fairness.ranking import top_k_ratio as top_k_ratio
from coprep.fairness.rates import accuracy as accuracy
from coprep.fairness.rates import accuracy_difference as accuracy_difference
from coprep.fairness.rates import accuracy_group_max as accuracy_group_max
from coprep.fairness.rates import accuracy_group_min as accuracy_group_min
from coprep.fairness.rates import accuracy_ratio as accuracy_ratio
from coprep.fairness.rates import balanced_accuracy as balanced_accuracy
from coprep.fairness.rates import balanced_accuracy_difference as balanced_accuracy_difference
from coprep.fairness.rates import balanced_accuracy_group_max as balanced_accuracy_group_max
from coprep.fairness.rates import balanced_accuracy_group_min as balanced_accuracy_group_min
from coprep.fairness.rates import balanced_accuracy_ratio as balanced_accuracy_ratio
from coprep.fairness.rates import base_rate as base_rate
from coprep.fairness.rates import base_rate_difference as base_rate_difference
from coprep.fairness.rates import base_rate_group_max as base_rate_group_max
from coprep.fairness.rates import base_rate_group_min as base_rate_group_min
from coprep.fairness.rates import base_rate_ratio as base_rate_ratio
from coprep.fairness.rates import error_rate as error_rate
from coprep.fairness.rates import error_rate_difference as error_rate_difference
from coprep.fairness.rates import error_rate_group_max as error_rate_group_max
from coprep.fairness.rates import error_rate_group_min as error_rate_group_min
from coprep.fairness.rates import error_rate_ratio as error_rate_ratio
from coprep.fairness.rates import f1_score as f1_score
from coprep.fairness.rates import f1_score_difference as f1_score_difference
from coprep.fairness.rates import f1_score_group_max as f1_score_group_max
from coprep.fairness.rates import f1_score_group_min as f1_score_group_min
from coprep.fairness.rates import f1_score_ratio as f1_score_ratio
from coprep.fairness.rates import false_discovery_rate as false_discovery_rate
from coprep.fairness.rates import false_discovery_rate_difference as false_discovery_rate_difference
from coprep.fairness.rates import false_discovery_rate_group_max as false_discovery_rate_group_max
from coprep.fairness.rates import false_discovery_rate_group_min as false_discovery_rate_group_min
from coprep.fairness.rates import false_discovery_rate_ratio as false_discovery_rate_ratio
from coprep.fairness.rates import false_negative_rate as false_negative_rate
from coprep.fairness.rates import false_negative_rate_difference as false_negative_rate_difference
from coprep.fairness.rates import false_negative_rate_group_max as false_negative_rate_group_max
from coprep.fairness.rates import false_negative_rate_group_min as false_negative_rate_group_min
from coprep.fairness.rates import false_negative_rate_ratio as false_negative_rate_ratio
from coprep.fairness.rates import false_omission_rate as false_omission_rate
from coprep.fairness.rates import false_omission_rate_difference as false_omission_rate_difference
from coprep.fairness.rates import false_omission_rate_group_max as false_omission_rate_group_max
from coprep.fairness.rates import false_omission_rate_group_min as false_omission_rate_group_min
from coprep.fairness.rates import false_omission_rate_ratio as false_omission_rate_ratio
from coprep.fairness.rates import false_positive_rate as false_positive_rate
from coprep.fairness.rates import false_positive_rate_difference as false_positive_rate_difference
from coprep.fairness.rates import false_positive_rate_group_max as false_positive_rate_group_max
from coprep.fairness.rates import false_positive_rate_group_min as false_positive_rate_group_min
from coprep.fairness.rates import false_positive_rate_ratio as false_positive_rate_ratio
from coprep.fairness.rates import negative_predictive_value as negative_predictive_value
from coprep.fairness.rates import (
    negative_predictive_value_difference as negative_predictive_value_difference,
)
from coprep.fairness.rates import (
    negative_predictive_value_group_max as negative_predictive_value_group_max,
)
from coprep.fairness.rates import (
    negative_predictive_value_group_min as negative_predictive_value_group_min,
)
from coprep.fairness.rates import negative_predictive_value_ratio as negative_predictive_value_ratio
from coprep.fairness.rates import positive_predictive_value as positive_predictive_value
from coprep.fairness.rates import (
    positive_predictive_value_difference as positive_predictive_value_difference,
)
from coprep.fairness.rates import (
    positive_predictive_value_group_max as positive_predictive_value_group_max,
)
from coprep.fairness.rates import (
    positive_predictive_value_group_min as positive_predictive_value_group_min,
)
from coprep.fairness.rates import positive_predictive_value_ratio as positive_predictive_value_ratio
from coprep.fairness.rates import selection_rate as selection_rate
from coprep.fairness.rates import selection_rate_difference as selection_rate_difference
from coprep.fairness.rates import selection_rate_group_max as selection_rate_group_max
from coprep.fairness.rates import selection_rate_group_min as selection_rate_group_min
from coprep.fairness.rates import selection_rate_ratio as selection_rate_ratio
from coprep.fairness.rates import true_negative_rate as true_negative_rate
from coprep.fairness.rates import true_negative_rate_difference as true_negative_rate_difference
from coprep.fairness.rates import true_negative_rate_group_max as true_negative_rate_group_max
from coprep.fairness.rates import true_negative_rate_group_min as true_negative_rate_group_min
from coprep.fairness.rates import true_negative_rate_ratio as true_negative_rate_ratio
from coprep.fairness.rates import true_positive_rate as true_positive_rate
from coprep.fairness.rates import true_positive_rate_difference as true_positive_rate_difference
from coprep.fairness.rates import true_positive_rate_group_max as true_positive_rate_group_max
from coprep.fairness.rates import true_positive_rate_group_min as true_positive_rate_group_min
from coprep.fairness.rates import true_positive_rate_ratio as true_positive_rate_ratio
from coprep.fairness.regression import mean_absolute_error as mean_absolute_error
from coprep.fairness.regression import (
    mean_absolute_error_difference as mean_absolute_error_difference,
)
from coprep.fairness.regression import (
    mean_absolute_error_group_max as mean_absolute_error_group_max,
)
from coprep.fairness.regression import mean_absolute_error_ratio as mean_absolute_error_ratio
from coprep.fairness.regression import mean_error as mean_error
from coprep.fairness.regression import mean_error_difference as mean_error_difference
from coprep.fairness.regression import mean_squared_error as mean_squared_error
from coprep.fairness.regression import (
    mean_squared_error_difference as mean_squared_error_difference,
)
from coprep.fairness.regression import mean_squared_error_group_max as mean_squared_error_group_max
from coprep.fairness.regression import mean_squared_error_ratio as mean_squared_error_ratio
from coprep.fairness.regression import r2_score as r2_score
from coprep.fairness.regression import r2_score_difference as r2_score_difference
from coprep.fairness.regression import r2_score_group_min as r2_score_group_min
from coprep.fairness.regression import root_mean_squared_error as root_mean_squared_error
from coprep.fairness.regression import (
    root_mean_squared_error_difference as root_mean_squared_error_difference,
)
from coprep.fairness.regression import (
    root_mean_squared_error_group_max as root_mean_squared_error_group_max,
)
from coprep.fairness.regression import (
    root_mean_squared_error_ratio as root_mean_squared_error_ratio,
)
from coprep.fairness.result import MetricCard as MetricCard
from coprep.fairness.result import MetricResult as MetricResult
from coprep.fairness.scores import abroca as abroca
from coprep.fairness.scores import brier_score as brier_score
from coprep.fairness.scores import brier_score_difference as brier_score_difference
from coprep.fairness.scores import brier_score_group_max as brier_score_group_max
from coprep.fairness.scores import log_loss as log_loss
from coprep.fairness.scores import log_loss_difference as log_loss_difference
from coprep.fairness.scores import log_loss_group_max as log_loss_group_max
from coprep.fairness.scores import log_loss_group_min as log_loss_group_min
from coprep.fairness.scores import log_loss_ratio as log_loss_ratio
from coprep.fairness.scores import mean_score as mean_score
from coprep.fairness.scores import mean_score_difference as mean_score_difference
from coprep.fairness.scores import mean_score_ratio as mean_score_ratio
from coprep.fairness.scores import roc_auc_score as roc_auc_score
from coprep.fairness.scores import roc_auc_score_difference as roc_auc_score_difference
from coprep.fairness.scores import roc_auc_score_group_max as roc_auc_score_group_max
from coprep.fairness.scores import roc_auc_score_group_min as roc_auc_score_group_min
from coprep.fairness.scores import roc_auc_score_ratio as roc_auc_score_ratio
from coprep.fairness.scores import score_distance as score_distance
from coprep.fairness.scores import total_variation_distance as total_variation_distance
from coprep.fairness.subgroups import WorstSubgroup as WorstSubgroup
from coprep.fairness.subgroups import worst_subgroup as worst_subgroup
