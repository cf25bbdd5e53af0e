"""By how much people who came together (households, schools, meetings) tell less than as many
drawn one by one.

References
----------
Rao, J. N. K. and Scott, A. J. (1981). The analysis of categorical data from complex sample surveys.
Journal of the American Statistical Association 76, 221-230.
Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small expected
number of positive counts estimated from survey data. Survey Methodology 24, 193-201.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from coprep.data.counting import Cell

Floats = NDArray[np.float64]
FEWEST = 30
"""Clusters, below which no verdict is given: their spread is not known well enough."""

_LEVEL = 0.975


def design_effects(
    groups: Sequence[Cell], known: Sequence[Cell], people: Floats
) -> tuple[Floats, int]:
    """The design effect of each group's share, and how many clusters there are.

    ``people`` are those of equal weight who would tell as much if they had come one by one. A
    share's effect is the variance between clusters over that of so many people; no group's is taken
    below the mean of all (Rao and Scott's first-order correction) nor below 1, and few clusters
    widen it as Student's quantile does (Korn and Graubard). A group of nobody, or of everybody, is
    as uncertain as if clusters were people.
    """
    effects = np.ones(len(groups))
    bounds = np.ones(len(groups))
    several = 0
    for i, (group, everybody) in enumerate(zip(groups, known, strict=True)):
        units = np.array(list(everybody.clusters.values()), dtype=float)
        if len(units) < 2 or not everybody.w > 0:
            continue
        several = max(several, len(units))
        inside = np.array([group.clusters.get(name, 0.0) for name in everybody.clusters])
        share = inside.sum() / units.sum()
        bounds[i] = people[i] * (units**2).sum() / units.sum() ** 2
        if not 0 < share < 1:
            effects[i] = np.nan
            continue
        spread = ((inside - share * units) ** 2).sum() / units.sum() ** 2
        spread *= len(units) / (len(units) - 1)
        effects[i] = spread * people[i] / (share * (1 - share))
    if several < 2:
        return np.ones(len(groups)), int(several)
    known_effects = effects[np.isfinite(effects)]
    usual = known_effects.mean() if len(known_effects) else 1.0
    own = np.where(np.isfinite(effects), np.maximum(effects, usual), bounds)
    wider = (special.stdtrit(several - 1, _LEVEL) / special.ndtri(_LEVEL)) ** 2
    return np.asarray(np.maximum(own, 1.0) * wider, dtype=float), int(several)
