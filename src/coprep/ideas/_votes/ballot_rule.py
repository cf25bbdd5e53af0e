"""Say what a ballot tells: support or none, one choice, or how much each idea is liked.

One rule for all kinds, which every detector names:

==========  =================================================================================
kind        is read as
==========  =================================================================================
approve     support or none
agree       support or none: disagreeing and passing are none
choose_one  one choice among what was shown
score       how much
points      support or none; how much, where nearly every idea got points from everybody
rank        support or none; places, where nearly every idea was ranked by everybody
==========  =================================================================================

A threshold turns any of them into support or none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.wording.labels import show

if TYPE_CHECKING:
    from coprep.data.process.coded import Ballots
    from coprep.metrics._checks import Bools

Mode = Literal["vote", "choice", "rating"]

_NEARLY_ALL = 0.95
_GRADED = frozenset({"points", "rank"})
_SUPPORT = {
    "agree": "agreement",
    "points": "any point given",
    "rank": "being ranked at all",
}
_AMOUNTS = {
    "points": "Nearly every idea got points from everybody: how many is compared.",
    "rank": "Nearly every idea was ranked by everybody: places are compared, a better one higher.",
}


def mode_of(ballots: Ballots, threshold: float | None = None) -> tuple[Mode, Note | None]:
    """How ballots are compared, and the rule in words where the kind does not say it all."""
    kind = ballots.kind
    if threshold is None and kind == "choose_one":
        return "choice", None
    if threshold is None and kind == "score":
        return "rating", None
    if threshold is None and given_to_nearly_all(ballots):
        return "rating", Note("support_rule", _AMOUNTS[kind], {"kind": kind})
    clause = supported(ballots, threshold)[1]
    if kind in {"approve", "choose_one"}:
        return "vote", None
    text = f"{clause[0].upper()}{clause[1:]} counts as support."
    return "vote", Note("support_rule", text, {"kind": kind, "threshold": threshold})


def given_to_nearly_all(ballots: Ballots) -> bool:
    """Whether people gave places or points to nearly all they were shown: then that they did tells
    nothing, and only how much does.
    """
    if ballots.kind not in _GRADED:
        return False
    given = int((ballots.value > 0).sum())
    shown = len(ballots)
    if not ballots.shown_known:
        shown = len(ballots.voters) * len(np.unique(ballots.idea))
    return shown > 0 and given >= _NEARLY_ALL * shown


def supported(ballots: Ballots, threshold: float | None) -> tuple[Bools, str]:
    """Which answers count as support, and by what rule; an error where none can be told."""
    value = np.asarray(ballots.value, dtype=float)
    if threshold is not None and not np.isfinite(threshold):
        raise InputError.of(
            f"threshold must be a number; not {show(threshold)}.", param="threshold"
        )
    if threshold is not None and ballots.kind == "rank":
        return (value > 0) & (value <= threshold), f"rank {threshold:g} or better"
    if threshold is not None:
        return value >= threshold, f"{threshold:g} or more"
    if given_to_nearly_all(ballots):
        raise _no_difference(ballots.kind)
    if ballots.kind == "score" and len(value):
        middle = (float(value.min()) + float(value.max())) / 2
        return value > middle, f"more than {middle:g}, the middle of the scores given"
    return value > 0, _SUPPORT.get(ballots.kind, "a vote for the idea")


def _no_difference(kind: str) -> InputError:
    """The error of ballots on which everybody supports everything."""
    what = "was ranked by"
    example = "threshold=3 to count the first three places"
    if kind == "points":
        what = "got points from"
        example = "threshold=5 to count five points or more"
    return InputError.of(
        f"nearly every idea {what} everybody, so support does not vary; which "
        f"{'places' if kind == 'rank' else 'points'} count as support is not known.",
        code="threshold_needed",
        param="threshold",
        hint=f"pass {example}; in_group and blocs compare how much.",
    )
