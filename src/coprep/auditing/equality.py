"""Ask of equality: whose words, ideas and priorities counted, and whom ideas and votes serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coprep import ideas
from coprep.auditing.asking import Asking
from coprep.auditing.indicator import Indicator, of_all_groups
from coprep.auditing.question import Question, asked
from coprep.findings import Finding, Verdict
from coprep.ideas import SelfServing
from coprep.results import Result

SPOKEN = ("words", "turns", "seconds")
"""How much was said, by the first of these that the tables hold."""
LIVED_EXPERIENCE = "lived_experience"
"""In the details of a finding: authors name their own group, and others support these ideas as much."""
VOICE = "voice"
_VOICE = "dominance.voice"


def questions(asking: Asking) -> Iterator[Question]:
    """Every question of equality that the tables allow, in page order."""
    yield from ADOPTION.questions(asking)
    spoken = next((name for name in SPOKEN if asking.process.has(name)), None)
    words = [] if spoken is None else list(_shares("words", spoken).questions(asking))
    written = list(_shares("ideas", "ideas", needs=("authors",)).questions(asking))
    yield from words
    yield from written
    for indicator in (SELF_SERVING, IN_GROUP, PRIORITIES):
        yield from indicator.questions(asking)
    # One loud voice stands in the answer for every attribute: it is asked once a currency.
    for currency, found in (("ideas", written), ("words", words)):
        part = next((question.part for question in found if question.part is not None), None)
        if part is not None:
            yield _voice(currency, part)
    if asking.process.has("adopted") and asking.process.has("authors") and asking.attributes:
        yield asked(
            "equality",
            VOICE,
            None,
            lambda: _dominance(asking, asking.attributes[0], "adoptions"),
            _voices,
            about="adoptions",
        )


def _shares(name: str, currency: str, needs: tuple[str, ...] | None = None) -> Indicator:
    return Indicator(
        principle="equality",
        name=name,
        needs=(currency,) if needs is None else needs,
        ask=lambda asking, attribute: _dominance(asking, attribute, currency),
        judged=_groups,
    )


def _dominance(asking: Asking, attribute: str, currency: str) -> Result:
    return ideas.dominance(
        asking.listed,
        attribute=attribute,
        currency=currency,
        confidence=asking.confidence,
        band=asking.band,
        draws=asking.draws,
        rng=asking.rng,
    )


def _groups(part: Result) -> tuple[Finding, ...]:
    return tuple(f for f in part.findings if f.question != _VOICE)


def _voices(part: Result) -> tuple[Finding, ...]:
    return tuple(replace(f, attribute=None) for f in part.findings if f.question == _VOICE)


def _voice(currency: str, part: Result) -> Question:
    return asked("equality", VOICE, None, lambda: part, _voices, about=currency)


def _own_benefit(part: Result) -> tuple[Finding, ...]:
    """How often authors name their own group; a pattern only where others support it less."""
    assert isinstance(part, SelfServing)
    views = {row["group"]: row for row in part.two_way.records()}
    found = [f for f in part.findings if f.question == "self_serving"]
    return tuple(_with_outsiders(finding, views[finding.group]) for finding in found)


def _with_outsiders(finding: Finding, view: dict[str, object]) -> Finding:
    serves_itself = view["own_benefit"] == "high" and view["outside_support"] == "less"
    if finding.verdict is not Verdict.PATTERN or serves_itself:
        return finding
    settled = view["own_benefit"] == "high" and view["outside_support"] != "unclear"
    details = {**finding.details, LIVED_EXPERIENCE: settled}
    return replace(finding, verdict=Verdict.INCONCLUSIVE, details=details)


ADOPTION = Indicator(
    principle="equality",
    name="adoption",
    needs=("adopted", "authors"),
    ask=lambda asking, attribute: ideas.adoption(
        asking.listed,
        attribute=attribute,
        confidence=asking.confidence,
        band=asking.band,
        draws=asking.draws,
        rng=asking.rng,
    ),
)
SELF_SERVING = Indicator(
    principle="equality",
    name="self_serving",
    needs=("beneficiaries", "authors"),
    ask=lambda asking, attribute: ideas.self_serving(
        asking.listed,
        attribute=attribute,
        material=asking.material,
        confidence=asking.confidence,
        draws=asking.draws,
        rng=asking.rng,
    ),
    judged=_own_benefit,
    leading=of_all_groups,
)
IN_GROUP = Indicator(
    principle="equality",
    name="in_group",
    needs=("ratings",),
    ask=lambda asking, attribute: ideas.in_group(
        asking.listed,
        attribute=attribute,
        confidence=asking.confidence,
        band=asking.band,
        pairs=False,  # a page says nothing of single pairs of groups
        draws=asking.draws,
        rng=asking.rng,
    ),
    leading=of_all_groups,
)
PRIORITIES = Indicator(
    principle="equality",
    name="priorities",
    needs=("priorities", "adopted"),
    ask=lambda asking, attribute: ideas.priorities(
        asking.listed,
        attribute=attribute,
        confidence=asking.confidence,
        band=asking.band,
        draws=asking.draws,
        rng=asking.rng,
    ),
)
