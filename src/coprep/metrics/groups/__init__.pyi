from coprep.metrics.groups._calibration import GroupCalibration as GroupCalibration
from coprep.metrics.groups._calibration import MulticalibrationError as MulticalibrationError
from coprep.metrics.groups._calibration import calibration_by_group as calibration_by_group
from coprep.metrics.groups._calibration import multicalibration_error as multicalibration_error
from coprep.metrics.groups._classification import (
    conditional_demographic_disparity as conditional_demographic_disparity,
)
from coprep.metrics.groups._classification import confusion_rate as confusion_rate
from coprep.metrics.groups._classification import differential_fairness as differential_fairness
from coprep.metrics.groups._classification import group_difference as group_difference
from coprep.metrics.groups._classification import group_ratio as group_ratio
from coprep.metrics.groups._classification import impact_ratios as impact_ratios
from coprep.metrics.groups._gaps import expected_gap as expected_gap
from coprep.metrics.groups._gaps import gap_interval as gap_interval
from coprep.metrics.groups._group_means import GroupEstimates as GroupEstimates
from coprep.metrics.groups._ranking import GroupExposure as GroupExposure
from coprep.metrics.groups._ranking import exposure_by_group as exposure_by_group
from coprep.metrics.groups._ranking import normalised_discounted_kl as normalised_discounted_kl
from coprep.metrics.groups._scores import abroca as abroca
from coprep.metrics.groups._scores import score_by_group as score_by_group
from coprep.metrics.groups._scores import score_distance as score_distance
from coprep.metrics.groups._stratified import MantelHaenszel as MantelHaenszel
from coprep.metrics.groups._stratified import mantel_haenszel as mantel_haenszel
from coprep.metrics.groups._subgroups import SubgroupScan as SubgroupScan
from coprep.metrics.groups._subgroups import scan_subgroups as scan_subgroups
from coprep.metrics.groups._two_proportions import (
    two_proportion_interval as two_proportion_interval,
)
from coprep.metrics.groups._two_proportions import two_proportion_test as two_proportion_test
