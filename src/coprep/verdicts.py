"""The one rule by which every question reaches a verdict.

Every question asks the same three things of what it found, each with its own standard of proof: is
it beyond chance after adjustment, is it large enough to matter, and is it shown to be too small to
matter? An all-clear needs evidence of its own: it is never the mere absence of a flag.
docs/verdicts.md gives the standard of each word.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from coprep.findings import Verdict


@dataclass(frozen=True, slots=True)
class Words:
    """What a question calls a departure below and above the limits, and its absence."""

    below: Verdict
    above: Verdict
    neither: Verdict


REPRESENTATION = Words(Verdict.UNDER, Verdict.OVER, Verdict.IN_LINE)
IDEAS = Words(Verdict.PATTERN, Verdict.PATTERN, Verdict.NO_MATERIAL_DIFFERENCE)
FAIRNESS = Words(Verdict.DISPARITY, Verdict.DISPARITY, Verdict.NO_MATERIAL_DIFFERENCE)


def decide(
    words: Words,
    value: float,
    limits: tuple[float, float],
    *,
    p_value: float,
    alpha: float,
    shown_small: bool,
    doubt: bool = False,
) -> Verdict:
    """What can be said of one effect.

    ``limits`` enclose what does not matter, and belong to it; ``p_value`` is adjusted for
    everything that was looked at together; ``shown_small`` says whether the evidence places the
    whole effect within the limits; ``doubt`` whether anything else stands in the way of a flag,
    such as a robustness run that does not agree.

    >>> decide(REPRESENTATION, 0.4, (0.8, 1.25), p_value=0.001, alpha=0.05, shown_small=False).value
    'under'
    >>> decide(IDEAS, 20.0, (-5, 5), p_value=0.001, alpha=0.005, shown_small=False, doubt=True).value
    'inconclusive'
    """
    if math.isnan(value):
        return Verdict.NOT_ASSESSABLE
    if shown_small:
        return words.neither
    if doubt or not p_value <= alpha:
        return Verdict.INCONCLUSIVE
    low, high = limits
    if value < low:
        return words.below
    if value > high:
        return words.above
    return Verdict.INCONCLUSIVE
