"""Says a cell of which only limits are known, where the baseline gives each attribute alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coprep.findings import Verdict
from coprep.representation._states import State
from coprep.representation._wording import size_of
from coprep.wording.names import named, plainly
from coprep.wording.numbers import count_of, percents


def reading_within_limits(
    values: Mapping[str, Any],
    verdict: Verdict,
    limits: tuple[float, float],
    *,
    called: str = "",
) -> str:
    """The cell in one sentence or two; ``limits`` are the shares that the margins leave open."""
    who = named(str(values["group"]), str(values["attribute"]), called=called)
    total = int(values["total"])
    low, high = limits
    own, least, most = percents([float(values["share"]), low, high])
    people = count_of(total, "participant")
    fact = (
        f"{who}: {int(values['participants']):,} of {people} ({own}); each attribute alone leaves "
        f"{least} to {most} of the community here."
    )
    if total == 0:
        return f"{who}: cannot be assessed, because nobody's groups are all known."
    return (
        f"{fact} {_judgement(values, verdict, low, within=low <= float(values['share']) <= high)}"
    )


def _judgement(values: Mapping[str, Any], verdict: Verdict, low: float, *, within: bool) -> str:
    ratio = float(values["ratio"])
    band = values["band"]
    edge = "smallest" if ratio < 1 else "largest"
    state = State(str(values["state"]))
    size = size_of(ratio).replace("their share", "that")
    if verdict.is_flag:
        name = "Under-represented" if verdict is Verdict.UNDER else "Over-represented"
        return f"{name} even against the {edge} of these shares: {size}."
    if verdict is Verdict.IN_LINE:
        return f"In line: {band[0]:g} to {band[1]:g} times whichever of these shares it is."
    if state is State.DIFFERS:
        way = "fewer" if ratio < 1 else "more"
        return (
            f"Measurably {way} than chance gives even at the {edge} of these shares: {size}. "
            "Whether by enough to matter is not settled."
        )
    if within and low == 0:
        return (
            "Cannot tell: there may be hardly anybody, so that no shortfall can be shown "
            "without a joint table."
        )
    if within:
        return "Cannot tell: that is one of these shares, and only a joint table says which holds."
    return (
        f"Cannot tell: with {count_of(int(values['total']), 'person', 'people')} it can be chance."
    )


def step_within_limits(values: Mapping[str, Any], verdict: Verdict, otherwise: str) -> str:
    """What to do next; where nothing is shown, find the community's joint table."""
    if verdict in (Verdict.UNDER, Verdict.OVER):
        return otherwise
    attributes = " and ".join(plainly(name) for name in str(values["attribute"]).split(" × "))
    return f"Look for a table of the community by {attributes} together: it would tell."
