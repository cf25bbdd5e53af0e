"""The 42 names of `fairlearn.metrics` 0.15: change the import, and the numbers stay.

fairlearn's conventions win here: its labels, its 0 where a rate is of nobody, its exceptions, plain
numbers and pandas. Where coprep would say that a number is not defined, a `CoprepWarning` says so.
scikit-learn is not needed; its functions are taken as any others are.

>>> from coprep.compat.fairlearn import MetricFrame, selection_rate
>>> y_true, y_pred, groups = [1, 0, 1], [1, 0, 1], ["a", "a", "b"]
>>> frame = MetricFrame(
...     metrics=selection_rate, y_true=y_true, y_pred=y_pred, sensitive_features=groups
... )
>>> frame.by_group.to_dict()
{'a': 0.5, 'b': 1.0}
"""

from coprep.compat.fairlearn.derived import (
    make_derived_metric,
)
from coprep.compat.fairlearn.metric_frame import (
    MetricFrame,
)
from coprep.compat.fairlearn.parity import (
    demographic_parity_difference,
    demographic_parity_ratio,
    equal_opportunity_difference,
    equal_opportunity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
)
from coprep.compat.fairlearn.plots import (
    plot_model_comparison,
    plot_roc_curve_by_group,
)
from coprep.compat.fairlearn.rate_gaps import (
    false_negative_rate_difference,
    false_negative_rate_ratio,
    false_positive_rate_difference,
    false_positive_rate_ratio,
    selection_rate_difference,
    selection_rate_ratio,
    true_negative_rate_difference,
    true_negative_rate_ratio,
    true_positive_rate_difference,
    true_positive_rate_ratio,
)
from coprep.compat.fairlearn.rates import (
    count,
    false_negative_rate,
    false_positive_rate,
    mean_prediction,
    selection_rate,
    true_negative_rate,
    true_positive_rate,
)
from coprep.compat.fairlearn.score_gaps import (
    accuracy_score_difference,
    accuracy_score_group_min,
    accuracy_score_ratio,
    balanced_accuracy_score_group_min,
    f1_score_group_min,
    log_loss_group_max,
    mean_absolute_error_group_max,
    mean_squared_error_group_max,
    precision_score_group_min,
    r2_score_group_min,
    recall_score_group_min,
    roc_auc_score_group_min,
    zero_one_loss_difference,
    zero_one_loss_group_max,
    zero_one_loss_ratio,
)

__all__ = [
    "MetricFrame",
    "accuracy_score_difference",
    "accuracy_score_group_min",
    "accuracy_score_ratio",
    "balanced_accuracy_score_group_min",
    "count",
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equal_opportunity_difference",
    "equal_opportunity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "f1_score_group_min",
    "false_negative_rate",
    "false_negative_rate_difference",
    "false_negative_rate_ratio",
    "false_positive_rate",
    "false_positive_rate_difference",
    "false_positive_rate_ratio",
    "log_loss_group_max",
    "make_derived_metric",
    "mean_absolute_error_group_max",
    "mean_prediction",
    "mean_squared_error_group_max",
    "plot_model_comparison",
    "plot_roc_curve_by_group",
    "precision_score_group_min",
    "r2_score_group_min",
    "recall_score_group_min",
    "roc_auc_score_group_min",
    "selection_rate",
    "selection_rate_difference",
    "selection_rate_ratio",
    "true_negative_rate",
    "true_negative_rate_difference",
    "true_negative_rate_ratio",
    "true_positive_rate",
    "true_positive_rate_difference",
    "true_positive_rate_ratio",
    "zero_one_loss_difference",
    "zero_one_loss_group_max",
    "zero_one_loss_ratio",
]


def __dir__() -> list[str]:
    return __all__
