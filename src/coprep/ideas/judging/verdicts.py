"""Which of four verdicts an effect earns: gates first, then size, then chance, then robustness."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from coprep.findings import Verdict
from coprep.ideas.judging.effects import ALPHA, SURE, SURE_IF_CLEAR, Effect, Run, Scale, clear_of

__all__ = ["Decision", "decide"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, how strong a pattern is, and why.

    Attributes
    ----------
    verdict : Verdict
        What can be said.
    strength : {"moderate", "strong"} or None
        Of a pattern: strong where the whole interval lies beyond what does not matter.
    reason : str
        What decided, a plain clause.

    """

    verdict: Verdict
    strength: str | None = None
    reason: str = ""


def decide(
    effect: Effect,
    *,
    p_adjusted: float,
    scale: Scale,
    refusal: str | None = None,
    runs: Iterable[Run] = (),
    alpha: float = ALPHA,
) -> Decision:
    """What can be said of one effect?

    Parameters
    ----------
    effect : Effect
        With its 90% (inner) interval.
    p_adjusted : float
        Adjusted over the effects looked at together.
    scale : Scale
        What matters.
    refusal : str or None
        Reason of a gate that failed.
    runs : iterable of Run
        Robustness runs; all must have the effect's sign, and those with a p value must be beyond chance.
    alpha : float
        Level beyond which chance is no longer enough; a pattern needs 0.005 at most, or 0.01 where it is clear.

    Returns
    -------
    Decision

    Examples
    --------
    >>> from coprep.ideas.judging.effects import points
    >>> d = decide(Effect.from_se(20, 4, p_value=.001), p_adjusted=.001, scale=points())
    >>> d.verdict.value, d.strength
    ('pattern', 'strong')
    >>> decide(Effect.from_se(1, 1, p_value=.3), p_adjusted=.3, scale=points()).verdict.value
    'no_material_difference'

    """
    if refusal is not None:
        return Decision(Verdict.NOT_ASSESSABLE, reason=refusal)
    if math.isnan(effect.value):
        return Decision(Verdict.NOT_ASSESSABLE, reason="these data leave the effect undefined")
    if effect.inner_low >= scale.low and effect.inner_high <= scale.high:
        why = "the 90% interval lies within what does not matter"
        return Decision(Verdict.NO_MATERIAL_DIFFERENCE, reason=why)
    doubt = _doubt(effect, p_adjusted, scale, runs, alpha)
    if doubt:
        return Decision(Verdict.INCONCLUSIVE, reason=doubt)
    why = "beyond chance, large enough to matter and found in every robustness run"
    strong = effect.low >= scale.high or effect.high <= scale.low
    return Decision(Verdict.PATTERN, "strong" if strong else "moderate", why)


def _doubt(effect: Effect, p: float, scale: Scale, runs: Iterable[Run], alpha: float) -> str | None:
    """What stands between an effect and a pattern."""
    if not p <= alpha:
        together = " once all that was looked at is counted" if effect.p_value <= alpha else ""
        return f"chance alone can explain what was seen{together}"
    if p > (SURE_IF_CLEAR if clear_of(effect, scale) else SURE):
        return "what was seen is hardly chance alone (p below 0.05), but a pattern needs p of 0.005 or less"
    if effect.low <= scale.null <= effect.high:
        return "what was seen is hardly chance alone, but its interval still includes no difference"
    if not scale.matters(effect.value):
        return "what was seen is beyond chance, but perhaps too small to matter"
    sign = scale.sign(effect.value)
    turned = [run.name for run in runs if scale.sign(run.effect) != sign or run.p_value > alpha]
    return f"what was seen does not hold {' nor '.join(turned)}" if turned else None
