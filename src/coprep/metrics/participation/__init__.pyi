from coprep.metrics.participation._association import HomophilyIndices as HomophilyIndices
from coprep.metrics.participation._association import homophily as homophily
from coprep.metrics.participation._association import location_quotients as location_quotients
from coprep.metrics.participation._own_benefit import OwnBenefit as OwnBenefit
from coprep.metrics.participation._own_benefit import benefit_concentration as benefit_concentration
from coprep.metrics.participation._own_benefit import idea_breadth as idea_breadth
from coprep.metrics.participation._own_benefit import own_benefit as own_benefit
from coprep.metrics.participation._r_indicators import AggregateRIndicator as AggregateRIndicator
from coprep.metrics.participation._r_indicators import PartialRIndicator as PartialRIndicator
from coprep.metrics.participation._r_indicators import RIndicator as RIndicator
from coprep.metrics.participation._r_indicators import (
    aggregate_r_indicator as aggregate_r_indicator,
)
from coprep.metrics.participation._r_indicators import partial_r_indicator as partial_r_indicator
from coprep.metrics.participation._r_indicators import r_indicator as r_indicator
from coprep.metrics.participation._words import DistinctiveWords as DistinctiveWords
from coprep.metrics.participation._words import distinctive_words as distinctive_words
from coprep.metrics.participation._words import krippendorff_alpha as krippendorff_alpha
