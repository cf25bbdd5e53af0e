"""Says a row of `assess` in sentences, for somebody who votes on budgets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from coprep.findings import Verdict
from coprep.wording.names import named, plainly
from coprep.wording.numbers import about, short_percent

_FAIR = {
    "open": "a fair lottery among everybody",
    "random": "a random draw",
    "quota": "a fair lottery among everybody",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a sentence about one group needs to know.

    ``aim`` is the quota or target that the group is held against, ``complement`` whether it is the
    other side of a flagged pair, ``recruits`` how many more people would close its gap.
    """

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
    comparable: bool = True
    aim: str = ""
    complement: bool = False
    recruits: int | None = None
    weighted: bool = False
    called: str = ""

    @property
    def named(self) -> str:
        """The group with its attribute."""
        return named(self.group, self.attribute, called=self.called)

    def values(self) -> dict[str, Any]:
        """Every number and label that the sentences may quote, by name."""
        return {
            "group": self.group,
            "attribute": self.attribute,
            "participants": self.count,
            "total": self.total,
            "share": self.share,
            "baseline": self.baseline,
            "expected": self.expected,
            "ratio": self.ratio,
            "band": self.band,
            "detectable_ratio": self.detectable_ratio,
            "recruits": self.recruits,
        }

    @property
    def fact(self) -> str:
        """How many there were, and what a fair draw would have given."""
        share = short_percent(self.share) + (" after weighting" if self.weighted else "")
        return (
            f"{self.named}: {self.count:,} of {self.total:,} participants ({share}); "
            f"{_FAIR[self.selection]} would give about {about(self.expected)} "
            f"({short_percent(self.baseline)})."
        )


def reading(row: Row) -> str:
    """The row in one sentence."""
    if row.aim:
        return _attained(row)
    if not row.comparable:
        return _not_comparable(row)
    return f"{row.fact} {_judgement(row)}"


def _judgement(row: Row) -> str:
    low, high = row.band
    within = f"{low:g} to {high:g} times"
    way = "fewer" if row.ratio < 1 else "more"
    if row.verdict is Verdict.UNDER:
        return f"Under-represented: {_size(row.ratio)}, {_how_sure(row, 1 - low, 'short')}."
    if row.verdict is Verdict.OVER:
        return f"Over-represented: {_size(row.ratio)}, {_how_sure(row, high - 1, 'over')}."
    if row.verdict is Verdict.IN_LINE and row.differs:
        return f"Measurably {way}, but within the range that does not matter ({within})."
    if row.verdict is Verdict.IN_LINE:
        return f"In line: shown to lie within {within} of their share."
    if row.complement:
        return "The other side of the same comparison; the difference is beyond chance."
    if row.differs:
        return (
            f"{way.capitalize()} than chance gives; whether by enough to matter ({within}) "
            "is unsettled."
        )
    return f"Cannot tell: with {row.total:,} people {_blind(row)}."


def _size(ratio: float) -> str:
    """A ratio in words.

    >>> _size(0.43), _size(2.25)
    ('well under half their share', 'more than twice their share')
    """
    if ratio == 0:
        return "none at all"
    if ratio < 0.45:
        return "well under half their share"
    if ratio < 1:
        return f"{1 - ratio:.0%} less than their share"
    if ratio < 2:
        return f"{ratio - 1:.0%} more than their share"
    times = "three times" if ratio >= 3 else "twice"
    return f"more than {times} their share"


def _how_sure(row: Row, matters: float, side: str) -> str:
    """Whether a group is shown to be out of line, or by more than may not matter."""
    if row.beyond_band:
        return f"more than {matters:.0%} {side} even when chance is allowed for"
    return "more than chance explains"


def _blind(row: Row) -> str:
    """What this number of people could not have shown."""
    if row.ratio >= 1:
        return "so small an excess cannot be told from chance"
    if math.isnan(row.detectable_ratio) or row.detectable_ratio <= 0:
        return "even their complete absence would not show beyond chance"
    return f"a shortfall shows reliably only below {row.detectable_ratio:.0%} of their share"


def _attained(row: Row) -> str:
    """How far a quota or target was met."""
    goal = row.baseline * row.total
    short = goal - row.count
    met = "met"
    if short >= 1:
        met = f"{about(short)} short"
    elif short <= -1:
        met = f"exceeded by {about(-short)}"
    return (
        f"{row.named}: {row.count:,} of {row.total:,} participants; "
        f"the {row.aim} of {short_percent(row.baseline)} is {about(goal)}: {met}."
    )


def _not_comparable(row: Row) -> str:
    """Why a group has no verdict."""
    if row.baseline == 0 and row.count:
        return (
            f"{row.named}: {row.count:,} participants, but the baseline says nobody is; "
            "they are outside the comparison."
        )
    if row.baseline == 0:
        return f"{row.named}: nobody in the baseline and nobody among participants."
    if row.total == 0:
        known = f"no participant's {plainly(row.attribute)} is known"
        return f"{row.named}: cannot be assessed, because {known}."
    return (
        f"{row.named}: {row.count:,} of {row.total:,} participants; "
        "the baseline has nothing to compare it with."
    )


def next_step(row: Row) -> str:
    """One practical suggestion."""
    if row.aim == "target":
        return (
            "Hold the target itself against who lives there: "
            "a target that is met need not be the community."
        )
    if row.aim:
        return "Look at the attributes without a quota: that is where a quota does not help."
    if row.complement:
        return "Act on the other group of this pair; this one changes with it."
    if row.verdict is Verdict.UNDER:
        more = f" (about {row.recruits:,} more people would close the gap)" if row.recruits else ""
        return (
            f"Invite more people in the group {row.named} through people and places they "
            f"trust{more}, and ask what kept them away."
        )
    if row.verdict is Verdict.OVER:
        return (
            f"Do not turn the group {row.named} away; "
            "make room by inviting the groups that are missing."
        )
    if row.verdict is Verdict.IN_LINE:
        return "Keep recruiting as you did, and check again when people drop out."
    if row.verdict is Verdict.INCONCLUSIVE:
        return (
            "Look at the size of the gap, not at its significance, "
            "and pool it with other meetings before concluding."
        )
    return "Ask this question of everybody who takes part, in the baseline's categories."
