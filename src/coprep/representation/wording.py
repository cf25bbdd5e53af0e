"""The sentences of `assess`: a reading and a next step a row, for somebody who votes on budgets."""

from __future__ import annotations

import math
from dataclasses import dataclass

from coprep.findings import Verdict
from coprep.wording.labels import show
from coprep.wording.names import plainly

__all__ = ["Row", "named", "next_step", "people", "percent", "reading"]

_FAIR = {
    "open": "a fair lottery among everybody",
    "random": "a random draw",
    "quota": "a fair lottery among everybody",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What a sentence about one group needs to know."""

    attribute: str
    group: str
    count: int
    total: int
    share: float
    baseline: float
    expected: float
    ratio: float
    verdict: Verdict
    differs: bool
    beyond_band: bool
    detectable_ratio: float
    band: tuple[float, float]
    selection: str
    reason: str = ""
    complement: bool = False
    recruits: int | None = None
    weighted: bool = False

    @property
    def named(self) -> str:
        """The group with its attribute."""
        return named(self.group, self.attribute)

    @property
    def seen(self) -> str:
        """How many there were."""
        share = f"{self.share:.0%}" if not self.weighted else f"{self.share:.0%} after weighting"
        return f"{self.count:,} of {self.total:,} participants ({share})"

    @property
    def against(self) -> str:
        """What a fair draw would have given."""
        return f"{_FAIR[self.selection]} would give about {people(self.expected)} ({percent(self.baseline)})"


def named(group: str, attribute: str) -> str:
    """A group with its attribute, as people say it.

    >>> named("Yes", "long_term_illness")
    "'Yes' (long term illness)"
    """
    return f"{show(group)} ({plainly(attribute)})"


def people(expected: float) -> str:
    """An expected number of people, without false precision.

    >>> people(27.6), people(0.4)
    ('28', '0.4')
    """
    return f"{expected:,.0f}" if expected >= 3 else f"{expected:.1f}"


def percent(share: float) -> str:
    """A share as a percentage with as many digits as it needs.

    >>> percent(0.23), percent(0.004)
    ('23%', '0.4%')
    """
    return f"{share:.0%}" if share >= 0.02 or share == 0 else f"{share:.1%}"


def size(ratio: float) -> str:
    """A ratio in words.

    >>> size(0.43), size(2.25)
    ('well under half their share', 'more than twice their share')
    """
    if ratio == 0:
        return "none at all"
    if ratio >= 1:
        steps = ((3, "more than three times their share"), (2, "more than twice their share"))
        words = next((w for limit, w in steps if ratio >= limit), "")
        return words or f"{ratio - 1:.0%} more than their share"
    return (
        "well under half their share" if ratio < 0.45 else f"{1 - ratio:.0%} less than their share"
    )


def _how_sure(row: Row, matters: float, side: str) -> str:
    """Whether a group is shown to be out of line, or by more than may not matter."""
    if row.beyond_band:
        return f"more than {matters:.0%} {side} even when chance is allowed for"
    return "more than chance explains"


def reading(row: Row) -> str:
    """The row in one sentence."""
    if row.reason:
        return row.reason
    fact = f"{row.named}: {row.seen}; {row.against}."
    if row.verdict is Verdict.UNDER:
        return f"{fact} Under-represented: {size(row.ratio)}, {_how_sure(row, 1 - row.band[0], 'short')}."
    if row.verdict is Verdict.OVER:
        return f"{fact} Over-represented: {size(row.ratio)}, {_how_sure(row, row.band[1] - 1, 'over')}."
    if row.verdict is Verdict.IN_LINE and row.differs:
        word = "fewer" if row.ratio < 1 else "more"
        return f"{fact} Measurably {word}, but within the range that does not matter ({_band(row.band)})."
    if row.verdict is Verdict.IN_LINE:
        return f"{fact} In line: shown to lie within {_band(row.band)} of their share."
    if row.complement:
        return f"{fact} The other side of the same comparison; the difference is beyond chance."
    if row.differs:
        word = "Fewer" if row.ratio < 1 else "More"
        return f"{fact} {word} than chance gives; whether by enough to matter ({_band(row.band)}) is unsettled."
    return f"{fact} Cannot tell: {_blind(row)}"


def _band(band: tuple[float, float]) -> str:
    return f"{band[0]:g} to {band[1]:g} times"


def _blind(row: Row) -> str:
    """What this number of people could not have shown."""
    if row.ratio >= 1:
        return f"with {row.total:,} people so small an excess cannot be told from chance."
    if math.isnan(row.detectable_ratio) or row.detectable_ratio <= 0:
        return (
            f"with {row.total:,} people even their complete absence would not show beyond chance."
        )
    return f"with {row.total:,} people a shortfall shows reliably only below {row.detectable_ratio:.0%} of their share."


def next_step(row: Row) -> str:
    """One practical suggestion."""
    if row.complement:
        return "Act on the other group of this pair; this one changes with it."
    if row.verdict is Verdict.UNDER:
        more = f" (about {row.recruits:,} more people would close the gap)" if row.recruits else ""
        return (
            f"Invite more people in the group {row.named} through people and places they trust{more}, and ask what "
            "kept them away."
        )
    if row.verdict is Verdict.OVER:
        return f"Do not turn the group {row.named} away; make room by inviting the groups that are missing."
    if row.verdict is Verdict.IN_LINE:
        return "Keep recruiting as you did, and check again when people drop out."
    if row.verdict is Verdict.INCONCLUSIVE:
        return "Look at the size of the gap, not at its significance, and pool it with other meetings before concluding."
    return "Ask this question of everybody who takes part, in the baseline's categories."
