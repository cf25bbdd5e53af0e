from coprep.metrics.weighting._design_effects import effective_share_n as effective_share_n
from coprep.metrics.weighting._design_effects import kish_design_effect as kish_design_effect
from coprep.metrics.weighting._design_effects import kish_effective_n as kish_effective_n
from coprep.metrics.weighting._design_effects import (
    korn_graubard_interval as korn_graubard_interval,
)
from coprep.metrics.weighting._margin_of_error import moe_ratio as moe_ratio
from coprep.metrics.weighting._margin_of_error import moe_share as moe_share
from coprep.metrics.weighting._margin_of_error import moe_sum as moe_sum
from coprep.metrics.weighting._rao_scott import RaoScottTest as RaoScottTest
from coprep.metrics.weighting._rao_scott import rao_scott_test as rao_scott_test
