from coprep.fairness._catalogue import METRICS as METRICS
from coprep.fairness._group_table import GroupTable as GroupTable
from coprep.fairness._parity import demographic_parity_difference as demographic_parity_difference
from coprep.fairness._parity import demographic_parity_ratio as demographic_parity_ratio
from coprep.fairness._parity import equal_opportunity_difference as equal_opportunity_difference
from coprep.fairness._parity import equal_opportunity_ratio as equal_opportunity_ratio
from coprep.fairness._parity import equalized_odds_difference as equalized_odds_difference
from coprep.fairness._parity import equalized_odds_ratio as equalized_odds_ratio
from coprep.fairness.abroca import abroca as abroca
from coprep.fairness.adverse_impact import AdverseImpact as AdverseImpact
from coprep.fairness.adverse_impact import adverse_impact as adverse_impact
from coprep.fairness.calibration import ScoreCalibration as ScoreCalibration
from coprep.fairness.calibration import calibration as calibration
from coprep.fairness.conditional_demographic_disparity import (
    conditional_demographic_disparity as conditional_demographic_disparity,
)
from coprep.fairness.differential_fairness import differential_fairness as differential_fairness
from coprep.fairness.group_metrics import GroupMetrics as GroupMetrics
from coprep.fairness.group_metrics import group_metrics as group_metrics
from coprep.fairness.inequality import Inequality as Inequality
from coprep.fairness.inequality import inequality as inequality
from coprep.fairness.make_derived_metric import make_derived_metric as make_derived_metric
from coprep.fairness.metric import MetricResult as MetricResult
from coprep.fairness.metric import metric as metric
from coprep.fairness.ranking import Ranking as Ranking
from coprep.fairness.ranking import ranking as ranking
from coprep.fairness.stratified_effect import StratifiedEffect as StratifiedEffect
from coprep.fairness.stratified_effect import stratified_effect as stratified_effect
from coprep.fairness.worst_subgroup import WorstSubgroup as WorstSubgroup
from coprep.fairness.worst_subgroup import worst_subgroup as worst_subgroup
