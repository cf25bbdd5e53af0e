"""Says the answer about who came in a few sentences, from what findings hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from coprep.findings import Finding, Verdict
from coprep.representation._states import State
from coprep.wording.names import named
from coprep.wording.numbers import count_of, number, percents

Band = tuple[float, float]

_MOST_NAMED = 6
_NEARLY_ALL = 2 / 3  # of a baseline
_BY_VERDICT = {
    Verdict.UNDER: State.FLAGGED,
    Verdict.OVER: State.FLAGGED,
    Verdict.IN_LINE: State.IN_LINE,
    Verdict.INCONCLUSIVE: State.CANNOT_TELL,
    Verdict.NOT_ASSESSABLE: State.NOT_COMPARED,
}


def state_of(finding: Finding) -> State:
    """How the group of a finding stands; of a saved result that does not say, by its verdict."""
    said = finding.values.get("state")
    if said is not None:
        return State(str(said))
    if finding.details.get("aim"):
        return State.AIMED
    return _BY_VERDICT.get(finding.verdict, State.NOT_COMPARED)


def headline(findings: Sequence[Finding], *, band: Band) -> str:
    """Who is under-represented, who is over, who differs, and on how many groups nothing can be
    told.

    Findings of a protected copy that are not shown are counted and not judged.
    """
    shown = [f for f in findings if not f.details.get("protected")]
    told = [f for f in shown if f.verdict is not Verdict.NOT_ASSESSABLE]
    aimed = [f for f in shown if state_of(f) is State.AIMED]
    hidden = len(findings) - len(shown)
    said: list[str] = []
    if told:
        said += judged(told, band)
    elif aimed:
        said.append(attainment(aimed))
    elif not hidden:
        said.append("No group could be assessed.")
    if hidden:
        are = "is" if hidden == 1 else "are"
        said.append(
            f"{hidden:,} of {count_of(len(findings), 'group')} {are} protected and not shown."
        )
    return " ".join(said)


def judged(told: Sequence[Finding], band: Band) -> list[str]:
    """What is said of groups that have a verdict."""
    own = [f for f in told if state_of(f) is not State.OTHER_SIDE]
    said: list[str] = []
    turned = _once(f for f in own if f.values.get("unknown"))
    if turned:
        said.append(f"People of unknown group could turn what is said of {names(turned, told)}.")
    flags = [f for f in told if f.verdict.is_flag]
    for verdict in (Verdict.UNDER, Verdict.OVER):
        flagged = [f for f in flags if f.verdict is verdict]
        if flagged:
            said.append(f"{verdict.label.capitalize()}: {names(flagged, told)}.")
    within = f"{band[0]:g} to {band[1]:g} times"
    clear = all(f.verdict is Verdict.IN_LINE for f in told)
    if clear:
        said.append(f"Every group of the baseline is shown to lie within {within} its share.")
    elif not flags:
        said.append("No group is shown to be under- or over-represented.")
    open_ = "whether by enough to matter is not settled"
    said += _different(_in(State.DIFFERS, own), told, open_)
    narrow = "within that range" if clear else f"within {within} their share"
    said += _different(_in(State.DIFFERS_IN_BAND, own), told, narrow)
    unclear = [f for f in own if state_of(f).is_unclear]
    if unclear:
        text = f"For {len(unclear)} of {len(told)} groups the numbers are too small to tell"
        nearest = len(_in(State.NEAREST, own))
        if nearest:
            many = "all" if nearest == len(unclear) else f"{nearest} of them"
            text += f"; {many} {'is' if nearest == 1 else 'are'} as near to their share as whole people allow"
        said.append(f"{text}.")
    never = [f for f in unclear if f.details.get("never_in_line")]
    if never:
        said.append(
            f"No number of people could show {names(never, told)} to be in line: "
            "the baseline is known too roughly."
        )
    return said


def any_differs(findings: Iterable[Finding]) -> bool:
    """Whether any group is flagged, differs beyond chance, or would but for unknown people."""
    states = {state_of(f) for f in findings}
    return not states.isdisjoint(
        {State.FLAGGED, State.DIFFERS, State.DIFFERS_IN_BAND, State.TURNED_BY_UNKNOWN}
    )


def _in(state: State, findings: Iterable[Finding]) -> list[Finding]:
    return [f for f in findings if state_of(f) is state]


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """The findings; of two sides of one comparison the group that came short, or the other where
    that is nearly everybody.
    """
    kept: dict[Any, Finding] = {}
    for i, finding in enumerate(findings):
        key = finding.attribute if finding.details.get("pair") else i
        share = float(finding.values.get("baseline", 1))
        tells = share <= _NEARLY_ALL if _ratio(finding) < 1 else share < 1 - _NEARLY_ALL
        if key not in kept or tells:
            kept[key] = finding
    return list(kept.values())


def _different(findings: Sequence[Finding], told: Sequence[Finding], settled: str) -> Iterable[str]:
    """Groups that measurably differ, with both shares, and what is settled of how much."""
    alone = _once(findings)
    for way, sided in (
        ("fewer", [f for f in alone if _ratio(f) < 1]),
        ("more", [f for f in alone if _ratio(f) >= 1]),
    ):
        if sided:
            called = _joined(sided, lambda f: f"{_name(f, told)}, {_shares(f)}", "; ")
            yield f"Measurably {way} ({settled}): {called}."


def _ratio(finding: Finding) -> float:
    return 1.0 if finding.estimate is None else finding.estimate.value


def _shares(finding: Finding) -> str:
    values = finding.values
    pair = [float(values["share"]), float(values["baseline"])]
    own, theirs = percents(pair, decimals=int(values.get("decimals") or 0))
    return f"{own} against {theirs}"


def names(findings: Sequence[Finding], among: Sequence[Finding]) -> str:
    """Groups with their attributes, told apart from all they are among."""
    return _joined(findings, lambda f: _name(f, among))


def _name(finding: Finding, among: Sequence[Finding]) -> str:
    alike = [str(f.group) for f in among if f.attribute == finding.attribute]
    return named(
        str(finding.group),
        str(finding.attribute),
        alike,
        called=str(finding.details.get("called") or ""),
    )


def _joined(
    findings: Sequence[Finding], call: Callable[[Finding], str], between: str = ", "
) -> str:
    """The first of many findings, and how many more there are."""
    text = between.join(map(call, findings[:_MOST_NAMED]))
    more = len(findings) - _MOST_NAMED
    return f"{text} and {more:,} more" if more > 0 else text


def attainment(aimed: Sequence[Finding]) -> str:
    """How far quotas or targets were met, of those whose figures are shown."""
    known = [f for f in aimed if f.values.get("shortfall") is not None]
    if not known:
        return "How far quotas or targets were met is not shown."
    aim = str(known[0].details["aim"])
    near = [f for f in known if f.values.get("near")]
    missed = [f for f in known if f.values["shortfall"] and f not in near]
    met = len(known) - len(missed)
    how = ""
    if near:
        how = f", {len(near)} of them to within one person"
    elif any(f.values.get("of_share") for f in known):
        how = ", as near as whole people allow"
    if not missed:
        return f"Every {aim} was met{how.replace(' of them', '')}."
    said = [f"{met} of {len(known)} {aim}s were met{how if met else ''}"]
    short = [f for f in missed if f.values["shortfall"] > 0]
    beyond = [f for f in missed if f.values["shortfall"] < 0]
    for called, several in (("short", short), ("exceeded", beyond)):
        if several:
            said.append(f"{called}: {_joined(several, lambda f: _off(f, known))}")
    return f"{'; '.join(said)}."


def _off(finding: Finding, among: Sequence[Finding]) -> str:
    """A group that missed its goal, with by how many people."""
    return f"{_name(finding, among)} by {abs(int(finding.values['shortfall'])):,}"


def standing(findings: Sequence[Finding], *, attributes: int, by_chance: float) -> str:
    """Which flags stand for the report as a whole, and how many chance alone would give."""
    flags = [
        f for f in findings if f.verdict.is_flag and f.values.get("survives_report") is not None
    ]
    if not flags or attributes < 2:
        return ""
    chance = "hardly any"
    if by_chance >= 0.05:
        chance = f"about {number(by_chance, 1 if by_chance < 1 else 2)}"
    kept = [f for f in flags if f.values["survives_report"]]
    said = f"Of {attributes} attributes looked at chance alone would flag {chance};"
    if len(kept) == len(flags):
        what = "this finding stands" if len(flags) == 1 else f"all {len(flags)} findings stand"
        return f"{said} {what} for the report as a whole."
    if not kept:
        what = "this finding does" if len(flags) == 1 else f"these {len(flags)} findings do"
        return f"{said} {what} not stand for the report as a whole."
    return f"{said} for the report as a whole only these stand: {names(kept, findings)}."
