"""Says which flags stand for a report of many attributes as a whole, and how many chance gives.

References
----------
Benjamini, Y. and Bogomolov, M. (2014). Selective inference on multiple families of hypotheses.
Journal of the Royal Statistical Society B 76, 297-318.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.metrics.planning._detectable import critical
from coprep.representation._judge import Bools, Floats
from coprep.representation._options import Options
from coprep.representation._planning import levels, whole_draw

if TYPE_CHECKING:
    from coprep.representation._attribute import Assessed


@dataclass(frozen=True, slots=True)
class Selection:
    """How many attributes were looked at, how many flags chance alone would give among them, and of
    each attribute which groups' flags stand.

    Attributes are selected by Benjamini and Hochberg's rule over their smallest p values, adjusted
    by Holm within; of a selected one those groups stand whose adjusted p is at most alpha times the
    part of attributes that was selected.
    """

    looked_at: int
    by_chance: float
    stands: tuple[Bools, ...]


def selected_over_report(assessed: Sequence[Assessed], options: Options) -> Selection:
    """Select over the attributes of a report, then within each."""
    own = [_holm(item) for item in assessed]
    smallest = [p[np.isfinite(p)].min() for p in own if np.isfinite(p).any()]
    looked_at = len(smallest)
    ordered = np.sort(smallest)
    passing = np.flatnonzero(
        ordered <= options.alpha * np.arange(1, looked_at + 1) / (looked_at or 1)
    )
    selected = int(passing[-1]) + 1 if len(passing) else 0
    threshold = options.alpha * selected / (looked_at or 1)
    flagged = any(v.is_flag for item in assessed for v in item.verdicts)
    by_chance = 0.0
    if flagged and looked_at > 1:
        by_chance = sum(_attained(item, options) for item in assessed)
    with np.errstate(invalid="ignore"):
        return Selection(looked_at, by_chance, tuple(np.asarray(p <= threshold) for p in own))


def _holm(item: Assessed) -> Floats:
    """The p values of an attribute's groups, adjusted for one another; nan where none is tested."""
    p = np.where(item.tested, item.judged.p_value, np.nan)
    at = np.isfinite(p)
    if item.is_pair or not at.any():
        return p
    p[at] = adjust_p_values(p[at], method="holm")
    return p


def _attained(item: Assessed, options: Options) -> float:
    """How likely a fair draw flags any group of an attribute: counts are whole, so less than alpha."""
    at = np.flatnonzero(item.tested)
    if not len(at):
        return 0.0
    draw = whole_draw(item, at)
    level = levels(options.adjust, options.alpha, 1, item.family_size)
    fewest = critical(draw, options.band, level, "under")
    most = critical(draw, options.band, level, "over")
    few = np.nan_to_num(draw.parity(np.where(np.isfinite(fewest), fewest, 0.0))[0])
    many = np.nan_to_num(draw.parity(np.where(np.isfinite(most), most, 0.0))[1])
    few = np.where(np.isfinite(fewest), few, 0.0)
    many = np.where(np.isfinite(most), many, 0.0)
    if item.is_pair:  # few of one are many of the other
        return float(min(max(few[0], many[1]) + max(many[0], few[1]), options.alpha))
    return float(min((few + many).sum(), options.alpha))
