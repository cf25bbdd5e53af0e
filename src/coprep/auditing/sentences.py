"""Say each finding of the page: a title, a reading with counts, what else it could be, what to do.

Every sentence is made from the fields of a finding and of its row, never from another sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from coprep.auditing.asking import Asking
from coprep.auditing.equality import LIVED_EXPERIENCE
from coprep.auditing.lottery import judged_groups, lottery, whole
from coprep.auditing.question import Question, Status
from coprep.findings import Estimate, Finding, Note, Verdict
from coprep.results import Result
from coprep.wording.names import opening, plainly
from coprep.wording.numbers import times


@dataclass(frozen=True, slots=True)
class _Case:
    """A finding with its question, and the detector's row about the same group."""

    question: Question
    finding: Finding
    row: Mapping[str, Any]
    asking: Asking
    estimate: Estimate
    part: Result

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the detector was asked."""
        return self.part.settings


@dataclass(frozen=True, slots=True)
class _Words:
    """The four parts of a finding; ``when`` is the time word of its next step."""

    title: str
    reading: str
    innocent: str
    next_step: str
    when: str


NOW = "Now"
BEFORE_THE_REPORT = "Before the report is final"
NEXT_DECISION = "At the next decision"
NEXT_ROUND = "In the next round"
NEXT_MEETING = "At the next meeting"
TIMES = (NOW, BEFORE_THE_REPORT, NEXT_DECISION, NEXT_ROUND, NEXT_MEETING)
"""Time words of next steps, in the order of the page."""

_INVITE = (
    "invite through people and places they trust, and ask what kept them away: {expected} of "
    "{total} in a round of the same size."
)
_CAME = (
    "{count} of {total} were {group}, where a fair lottery among everybody gives {expected} "
    "({expected_low} to {expected_high})."
)
_UNDER = _Words(
    "{Group} were missing",
    _CAME,
    "that they were invited and could not come.",
    _INVITE,
    NEXT_ROUND,
)
_OVER = _Words(
    "{Group} were many",
    _CAME,
    "that they have more time when you meet.",
    "do not turn {group} away; make room beside them.",
    NEXT_ROUND,
)
_ATTENDANCE = _Words(
    "Few {group} were at {stage}",
    "{yes} of {of} {Of_group} came to {stage}{percent} and {other_yes} of {other_of} "
    "{Of_other}{other_percent}: {effect} in 100 fewer ({low} to {high}).",
    "that its time, place or length suited some less, or that people had said what they came to "
    "say.",
    "ask the {absent} {Of_group} who did not come to {stage}, and offer it again at another time.",
    BEFORE_THE_REPORT,
)
_EXPERIENCE = _Words(
    "{Group} agreed less with “{item}”",
    "{yes} of {of} {Of_group}{percent} agreed with “{item}”, against {other_yes} of {other_of} "
    "{Of_other}{other_percent}: {effect} in 100 fewer ({low} to {high}).",
    "that those who answered differ from those who did not.",
    "ask {group}, in a meeting of their own, what would have made the difference.",
    BEFORE_THE_REPORT,
)
_SHARE_MORE = _Words(
    "{Group} {verb} more than their number would give",
    "{n} {Of_group} are {base}% of the people and {did} {share}% of the {currency}: {effect} times "
    "their share ({low} to {high}). {parts}",
    "that they were asked to explain, or that the subject touches them more. What was said is not "
    "judged here.",
    "{cure}",
    NEXT_MEETING,
)
_SHARE_LESS = replace(_SHARE_MORE, title="{Group} {verb} less than their number would give")
_ADOPTION = _Words(
    "Ideas by {group} were adopted {way} often at equal support",
    "{adopted}% of the ideas by {group} and {adopted_others}% of others’ were adopted. Among ideas "
    "on the same topic with as much support from outside the author’s group, theirs were adopted "
    "{effect} in 100 {way} often ({range}).",
    "that ideas differ in quality, cost or legality, which the tables do not hold.",
    "show each idea’s support beside the decision and its reason.",
    NEXT_DECISION,
)
_SELF_SERVING = _Words(
    "Ideas serve their authors’ own {attribute} group, and others support these ideas less",
    "Ideas {by}name the author’s own group of {attribute} {effect} in 100 {way} often "
    "({range}) than other people’s ideas on the same topic do{outside}.",
    "lived experience, or a need that others do not have.",
    "let authors and people outside the group talk about two or three of these ideas, and see what "
    "both would change.",
    NEXT_MEETING,
)
_IN_GROUP = _Words(
    "People support ideas for their own {attribute} group {way}",
    "{Who} support ideas for their own group of {attribute} {effect} in 100 {way} often than they "
    "and those ideas in general lead one to expect ({range}; {base} in 100 would be usual).",
    "that people know the needs of their own best.",
    "show beside each idea how much support it has from other groups.",
    NEXT_DECISION,
)
_RESPONSES = _Words(
    "{Group} waited {longer} for an answer",
    "{median}Within {horizon} days {answered}% of the ideas by {group} were answered, against "
    "{answered_others}% of others’.{waiting}",
    "that their ideas went to one busy office.",
    "answer the ideas that wait, oldest first, and set a date.",
    NOW,
)
_PRIORITIES = _Words(
    "What was {stage} lies {less} on what {group} said matters",
    "What was {stage} lies {effect} times as much on the priorities of {group} as on people’s on "
    "average ({low} to {high}).",
    "that the choice of topics was narrow.",
    "tell {group} which of their priorities were taken up, which were not, and why.",
    NEXT_DECISION,
)
_OUTCOME = _Words(
    "What was adopted carries {less} of the support of {group}",
    "What was adopted carries {effect} times as much of the support of {group} as of voters on "
    "average ({low} to {high}).",
    "that the choice of ideas was narrow.",
    "look at which ideas {group} support came close to adoption.",
    NEXT_DECISION,
)
_VOICE = _Words(
    "One voice had much of {what}",
    "The largest single voice has {share} of {what} ({top} of {total}), where equal chances give at most "
    "{most}.",
    "that they had more time, or wrote for others.",
    "read the results once without the most active voice.",
    NEXT_MEETING,
)


def told(question: Question, finding: Finding, asking: Asking, status: Status) -> Finding:
    """The finding as the page tells it, with its title and what else it could be in its details."""
    values = _values(question, finding, asking)
    words = _words(question.name, finding)
    if words is None or finding.estimate is None:
        return _marked(question, finding, asking, status, {})
    said = {
        "title": _sentence(words.title, values),
        "innocent": "" if finding.verdict is Verdict.IN_LINE else words.innocent,
        "when": words.when,
    }
    reading = _sentence(words.reading, values)
    next_step = words.next_step.format_map(values)
    changed = replace(finding, reading=reading, next_step=_capital(next_step))
    return _marked(question, changed, asking, status, said)


def _marked(
    question: Question, finding: Finding, asking: Asking, status: Status, said: Mapping[str, str]
) -> Finding:
    group = finding.group
    label = None if group is None else asking.names.of(finding.attribute, group)
    asked = {} if question.part is None else question.part.settings
    details = {
        **finding.details,
        **said,
        "principle": question.principle,
        "indicator": question.indicator,
        "asked": question.name,
        "of": question.about,
        "label": label,
        "stage": asked.get("stage"),
        "against": asked.get("against"),
        "status": str(status),
        "p_page": question.p_value,
    }
    return replace(finding, details=details)


def set_aside(finding: Finding, expected: float) -> Finding:
    """A finding that is clear by itself and not among all that was asked: the page cannot tell."""
    about = f"about {expected:.0f}" if expected >= 1 else "one"
    text = f"Clear by itself, but among all that was asked {about} as clear may be due to chance."
    note = Note("not_among_all_asked", text, {"times": expected})
    return replace(finding, verdict=Verdict.INCONCLUSIVE, caveats=(*finding.caveats, note))


def _words(name: str, finding: Finding) -> _Words | None:
    if name in {"representation", "intersections"}:
        return _OVER if _above(finding) else _UNDER
    if name in {"words", "ideas"}:
        return _SHARE_MORE if _above(finding) else _SHARE_LESS
    return {
        "attendance": _ATTENDANCE,
        "experience": _EXPERIENCE,
        "adoption": _ADOPTION,
        "self_serving": _SELF_SERVING,
        "in_group": _IN_GROUP,
        "responses": _RESPONSES,
        "priorities": _PRIORITIES,
        "outcome": _OUTCOME,
        "voice": _VOICE,
    }.get(name)


def _above(finding: Finding) -> bool:
    return finding.estimate is not None and finding.estimate.value > 1


def _values(question: Question, finding: Finding, asking: Asking) -> dict[str, Any]:
    """Everything that a sentence may quote, said as people say it."""
    if finding.estimate is None:
        return {}
    values: dict[str, Any] = {**finding.values, "attribute": plainly(finding.attribute or "")}
    if finding.group is not None:
        values["group"] = asking.names.of(finding.attribute, finding.group)
        values["Of_group"] = asking.names.counted(finding.attribute, finding.group)
    make = _MAKERS.get(question.name)
    if make is not None and question.part is not None:
        row = _row(question, finding)
        values |= make(_Case(question, finding, row, asking, finding.estimate, question.part))
    values.setdefault("stage", plainly(question.about))
    values.setdefault("item", opening(question.about) if question.about else "")
    return values


def _row(question: Question, finding: Finding) -> Mapping[str, Any]:
    """The detector's row about the same group and the same thing."""
    if question.part is None:
        return {}
    about = tuple(finding.details.get("about") or ())
    for row in question.part.rows.records():
        same = row.get("group") == finding.group and row.get("attribute") == finding.attribute
        if same and all(one in row.values() for one in about):
            return row
    return {}


def _limits(finding: Finding) -> tuple[float, float]:
    """Both limits of an estimate in points, without their signs, the smaller first."""
    assert finding.estimate is not None
    low, high = sorted((finding.estimate.low, finding.estimate.high), key=abs)
    return low, high


def _of_representation(case: _Case) -> dict[str, Any]:
    low, high = lottery(
        case.row["baseline"], case.row["total"], judged_groups(case.question.findings)
    )
    return {
        "count": f"{case.row['count']:,.0f}",
        "total": f"{case.row['total']:,.0f}",
        "expected": whole(case.row["expected"]),
        "expected_low": f"{low:,}",
        "expected_high": f"{high:,}",
    }


def _of_fact(case: _Case) -> dict[str, Any]:
    low, high = _limits(case.finding)
    values = case.finding.values
    other = str(values["other"])
    return {
        "effect": f"{abs(case.estimate.value):.0f}",
        "low": f"{abs(low):.0f}",
        "high": f"{abs(high):.0f}",
        "Of_other": case.asking.names.counted(case.finding.attribute, other),
        "percent": _share(values["yes"], values["of"]),
        "other_percent": _share(values["other_yes"], values["other_of"]),
        "absent": f"{values['of'] - values['yes']:,}",
    }


def _share(yes: int, of: int) -> str:
    """A percentage in brackets; left out where fewer than ten people stand behind it."""
    return f" ({yes / of:.0%})" if of >= 10 else ""


def _of_share(case: _Case) -> dict[str, Any]:
    currency = str(case.settings.get("currency", "ideas"))
    heads = case.row["heads_ratio"]
    volume = case.row["volume_ratio"]
    more_heads = abs(math.log(max(heads, 1e-9))) > abs(math.log(max(volume, 1e-9)))
    spoke = {"ideas": "wrote"}.get(currency, "spoke")
    if more_heads:
        parts = f"The difference lies more in how many of them {spoke}."
        cure = "look first at who was invited and who could come."
    else:
        parts = f"The difference lies more in how much each of them {spoke}."
        cure = "begin with a round in which everybody speaks once."
    return {
        **_of_ratio(case),
        "n": f"{case.row['n_people']:,.0f}",
        "base": f"{100 * case.row['baseline']:.0f}",
        "share": f"{100 * case.row['share']:.0f}",
        "currency": currency,
        "verb": spoke,
        "did": spoke,
        "parts": parts,
        "cure": cure,
    }


def _of_ratio(case: _Case) -> dict[str, Any]:
    about = tuple(case.finding.details.get("about") or ())
    more = {"stage": about[0]} if about else {}
    return {
        "effect": times(case.estimate.value),
        "low": times(case.estimate.low),
        "high": times(case.estimate.high),
        "less": "less" if case.estimate.value < 1 else "more",
        **more,
    }


def _of_adoption(case: _Case) -> dict[str, Any]:
    row = case.row
    return {
        **_way(row["difference"], row["difference_low"], row["difference_high"]),
        "adopted": f"{100 * row['adopted']:.0f}",
        "adopted_others": f"{100 * row['adopted_others']:.0f}",
    }


def _way(value: float, low: float, high: float) -> dict[str, str]:
    """A difference in points in words that keep its sign: how much, more or less, and its range.

    >>> _way(-31, -45, -17)
    {'effect': '31', 'way': 'less', 'range': '17 to 45'}
    >>> _way(4, -9, 18)
    {'effect': '4', 'way': 'more', 'range': '9 less to 18 more'}
    """
    smaller, larger = sorted((abs(low), abs(high)))
    across = low < 0 < high
    said = f"{-low:.0f} less to {high:.0f} more" if across else f"{smaller:.0f} to {larger:.0f}"
    return {
        "effect": f"{abs(value):.0f}",
        "way": "less" if value < 0 else "more",
        "range": said,
    }


def _of_own_benefit(case: _Case) -> dict[str, Any]:
    outside = _outside(case.question, case.finding.group)
    said = ""
    if outside is not None and outside.estimate is not None:
        seen = outside.estimate
        way = _way(seen.value, seen.low, seen.high)
        said = (
            f"; people whom they do not name support them {way['effect']} in 100 {way['way']} often "
            f"({way['range']})"
        )
    by = (
        ""
        if case.finding.group is None
        else f"by {case.asking.names.of(case.finding.attribute, case.finding.group)} "
    )
    return {**_in_points(case.finding), "outside": said, "by": by}


def _outside(question: Question, group: str | None) -> Finding | None:
    """What people outside say of the same ideas, where it is less."""
    part = question.part
    found = () if part is None else part.findings
    for one in found:
        if one.question == "outside_support" and one.group == group and one.verdict.is_flag:
            return one
    return None


def _of_in_group(case: _Case) -> dict[str, Any]:
    who = (
        "people"
        if case.finding.group is None
        else case.asking.names.of(case.finding.attribute, case.finding.group)
    )
    return {**_in_points(case.finding), "Who": _capital(who), "base": f"{case.row['base']:.0f}"}


def _in_points(finding: Finding) -> dict[str, Any]:
    assert finding.estimate is not None
    return _way(finding.estimate.value, finding.estimate.low, finding.estimate.high)


def _of_responses(case: _Case) -> dict[str, Any]:
    median = ""
    if math.isfinite(case.row["median_days"]) and math.isfinite(case.row["median_days_others"]):
        median = (
            f"Half of theirs were answered after {case.row['median_days']:.0f} days, of others’ after "
            f"{case.row['median_days_others']:.0f}. "
        )
    return {
        "longer": "longer" if case.estimate.value < 1 else "less long",
        "median": median,
        "horizon": f"{case.settings['horizon']:.0f}",
        "answered": f"{100 * case.row['answered_by']:.0f}",
        "answered_others": f"{100 * case.row['answered_by_others']:.0f}",
        "waiting": "",
    }


def _sentence(template: str, values: Mapping[str, Any]) -> str:
    """A template filled in, with a capital at its beginning."""
    named = dict(values)
    if "group" in named:
        named["Group"] = _capital(str(named["group"]))
    return _capital(template.format_map(named))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def lived_experience(question: Question) -> bool:
    """Whether authors name their own group and others support these ideas as much."""
    return any(f.group is None and f.details.get(LIVED_EXPERIENCE) for f in question.findings)


_MAKERS: Mapping[str, Callable[[_Case], dict[str, Any]]] = {
    "representation": _of_representation,
    "intersections": _of_representation,
    "attendance": _of_fact,
    "experience": _of_fact,
    "words": _of_share,
    "ideas": _of_share,
    "adoption": _of_adoption,
    "self_serving": _of_own_benefit,
    "in_group": _of_in_group,
    "responses": _of_responses,
    "priorities": _of_ratio,
    "outcome": _of_ratio,
}
"""How the values that an indicator's sentences quote are said."""
