from coprep.metrics.weighting._beyond_margins import BeyondMarginsTest as BeyondMarginsTest
from coprep.metrics.weighting._beyond_margins import beyond_margins_test as beyond_margins_test
from coprep.metrics.weighting._calibrated_variance import (
    calibrated_variance as calibrated_variance,
)
from coprep.metrics.weighting._calibration import calibrate as calibrate
from coprep.metrics.weighting._calibration_bounds import (
    calibration_bounds as calibration_bounds,
)
from coprep.metrics.weighting._design_effects import effective_share_n as effective_share_n
from coprep.metrics.weighting._design_effects import kish_design_effect as kish_design_effect
from coprep.metrics.weighting._design_effects import kish_effective_n as kish_effective_n
from coprep.metrics.weighting._design_effects import (
    korn_graubard_interval as korn_graubard_interval,
)
from coprep.metrics.weighting._margin_of_error import moe_ratio as moe_ratio
from coprep.metrics.weighting._margin_of_error import moe_share as moe_share
from coprep.metrics.weighting._margin_of_error import moe_sum as moe_sum
from coprep.metrics.weighting._raking import poststratify as poststratify
from coprep.metrics.weighting._raking import rake as rake
from coprep.metrics.weighting._rao_scott import RaoScottTest as RaoScottTest
from coprep.metrics.weighting._rao_scott import rao_scott_test as rao_scott_test
from coprep.metrics.weighting._standardised_rate import StandardisedRate as StandardisedRate
from coprep.metrics.weighting._standardised_rate import standardised_rate as standardised_rate
from coprep.metrics.weighting._trimming import trim as trim
