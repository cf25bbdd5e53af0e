from coprep.compat.fairlearn.derived import make_derived_metric as make_derived_metric
from coprep.compat.fairlearn.metric_frame import MetricFrame as MetricFrame
from coprep.compat.fairlearn.parity import (
    demographic_parity_difference as demographic_parity_difference,
)
from coprep.compat.fairlearn.parity import demographic_parity_ratio as demographic_parity_ratio
from coprep.compat.fairlearn.parity import (
    equal_opportunity_difference as equal_opportunity_difference,
)
from coprep.compat.fairlearn.parity import equal_opportunity_ratio as equal_opportunity_ratio
from coprep.compat.fairlearn.parity import equalized_odds_difference as equalized_odds_difference
from coprep.compat.fairlearn.parity import equalized_odds_ratio as equalized_odds_ratio
from coprep.compat.fairlearn.plots import plot_model_comparison as plot_model_comparison
from coprep.compat.fairlearn.plots import plot_roc_curve_by_group as plot_roc_curve_by_group
from coprep.compat.fairlearn.rate_gaps import (
    false_negative_rate_difference as false_negative_rate_difference,
)
from coprep.compat.fairlearn.rate_gaps import false_negative_rate_ratio as false_negative_rate_ratio
from coprep.compat.fairlearn.rate_gaps import (
    false_positive_rate_difference as false_positive_rate_difference,
)
from coprep.compat.fairlearn.rate_gaps import false_positive_rate_ratio as false_positive_rate_ratio
from coprep.compat.fairlearn.rate_gaps import selection_rate_difference as selection_rate_difference
from coprep.compat.fairlearn.rate_gaps import selection_rate_ratio as selection_rate_ratio
from coprep.compat.fairlearn.rate_gaps import (
    true_negative_rate_difference as true_negative_rate_difference,
)
from coprep.compat.fairlearn.rate_gaps import true_negative_rate_ratio as true_negative_rate_ratio
from coprep.compat.fairlearn.rate_gaps import (
    true_positive_rate_difference as true_positive_rate_difference,
)
from coprep.compat.fairlearn.rate_gaps import true_positive_rate_ratio as true_positive_rate_ratio
from coprep.compat.fairlearn.rates import count as count
from coprep.compat.fairlearn.rates import false_negative_rate as false_negative_rate
from coprep.compat.fairlearn.rates import false_positive_rate as false_positive_rate
from coprep.compat.fairlearn.rates import mean_prediction as mean_prediction
from coprep.compat.fairlearn.rates import selection_rate as selection_rate
from coprep.compat.fairlearn.rates import true_negative_rate as true_negative_rate
from coprep.compat.fairlearn.rates import true_positive_rate as true_positive_rate
from coprep.compat.fairlearn.score_gaps import (
    accuracy_score_difference as accuracy_score_difference,
)
from coprep.compat.fairlearn.score_gaps import accuracy_score_group_min as accuracy_score_group_min
from coprep.compat.fairlearn.score_gaps import accuracy_score_ratio as accuracy_score_ratio
from coprep.compat.fairlearn.score_gaps import (
    balanced_accuracy_score_group_min as balanced_accuracy_score_group_min,
)
from coprep.compat.fairlearn.score_gaps import f1_score_group_min as f1_score_group_min
from coprep.compat.fairlearn.score_gaps import log_loss_group_max as log_loss_group_max
from coprep.compat.fairlearn.score_gaps import (
    mean_absolute_error_group_max as mean_absolute_error_group_max,
)
from coprep.compat.fairlearn.score_gaps import (
    mean_squared_error_group_max as mean_squared_error_group_max,
)
from coprep.compat.fairlearn.score_gaps import (
    precision_score_group_min as precision_score_group_min,
)
from coprep.compat.fairlearn.score_gaps import r2_score_group_min as r2_score_group_min
from coprep.compat.fairlearn.score_gaps import recall_score_group_min as recall_score_group_min
from coprep.compat.fairlearn.score_gaps import roc_auc_score_group_min as roc_auc_score_group_min
from coprep.compat.fairlearn.score_gaps import zero_one_loss_difference as zero_one_loss_difference
from coprep.compat.fairlearn.score_gaps import zero_one_loss_group_max as zero_one_loss_group_max
from coprep.compat.fairlearn.score_gaps import zero_one_loss_ratio as zero_one_loss_ratio
