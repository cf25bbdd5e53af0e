"""Works out whether an answer to an open question could change a verdict."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coprep.data.baseline.baseline import Baseline
from coprep.data.participants.decisions import OPEN
from coprep.data.participants.placing import Place
from coprep.data.participants.questions import Question
from coprep.data.participants.sign_ups import Compared, SignUps
from coprep.findings import Verdict
from coprep.representation.assess import assess
from coprep.wording.numbers import percent

_MOST_WAYS = 1_000
_MOST_ROWS = 200_000
_MOST_VERDICTS = 80

Verdicts = tuple[tuple[str, Verdict], ...]
Way = tuple[tuple[str, str, Any], ...]
# Until these are answered nobody, or the wrong answer, has a place.
_FIRST = frozenset({"bands", "day", "event"})
_SAID = {
    Verdict.UNDER: "under-represented",
    Verdict.OVER: "over-represented",
    Verdict.IN_LINE: "in line",
    Verdict.INCONCLUSIVE: "cannot tell",
    Verdict.NOT_ASSESSABLE: "not assessable",
}


@dataclass
class Judge:
    """The verdicts that counts of one attribute give, each worked out once."""

    kept: dict[Any, Verdicts] = field(default_factory=dict)

    def verdicts(self, attribute: str, baseline: Baseline, tally: Mapping[Place, int]) -> Verdicts:
        """The verdict on each group."""
        key = (attribute, baseline.groups(attribute), frozenset(_counts(tally).items()))
        if key not in self.kept:
            self.kept[key] = _judged(attribute, baseline, tally)
        return self.kept[key]

    @property
    def worked(self) -> int:
        """How many times verdicts were worked out."""
        return len(self.kept)


def _counts(tally: Mapping[Place, int]) -> Counter[tuple[str, ...]]:
    """People by what they count as: groups, nothing known, or nothing at all."""
    found: Counter[tuple[str, ...]] = Counter()
    for place, number in tally.items():
        if place.kind == "group":
            found[tuple(sorted(place.groups))] += number
        elif place.kind in ("unknown", "open"):
            found[()] += number
    return found


def _judged(attribute: str, baseline: Baseline, tally: Mapping[Place, int]) -> Verdicts:
    counts = _counts(tally)
    groups = baseline.groups(attribute)
    if not sum(number for key, number in counts.items() if key):
        return tuple((group, Verdict.NOT_ASSESSABLE) for group in groups)
    several = any(len(key) > 1 for key in counts) or baseline.profile(attribute).overlapping
    options: dict[str, Any] = {"attributes": [attribute], "rng": 0}
    people: Any
    if several:
        cells = ["; ".join(key) or None for key, number in counts.items() for _ in range(number)]
        people = {attribute: cells}
        options["overlapping"] = [attribute]
    else:
        shown = dict.fromkeys(groups, 0) | {key[0]: n for key, n in counts.items() if key}
        people = {attribute: shown | {"Unknown": counts[()]}}
    result = assess(people, baseline, **options)
    rows = result.table
    found = zip(rows["group"], rows["verdict"], strict=True)
    return tuple((str(g), Verdict(str(v))) for g, v in found if g in groups)


def with_stakes(sign_ups: SignUps) -> tuple[Question, ...]:
    """The open questions, each with whether an answer could change a verdict.

    Every combination of answers is tried where there are not too many; else each answer alone,
    and bounds.
    """
    if not sign_ups.compared:
        return sign_ups.questions
    could: dict[tuple[str, str], str] = {}
    judge = Judge()
    for attribute in sign_ups.compared:
        could |= _of_attribute(sign_ups, attribute, judge)
    found = [
        replace(
            question,
            could_change=(question.section, question.key) in could,
            told=could.get((question.section, question.key), ""),
        )
        for question in sign_ups.questions
    ]
    return tuple(sorted(found, key=lambda q: (-q.people, not q.could_change)))


def _of_attribute(sign_ups: SignUps, attribute: str, judge: Judge) -> dict[tuple[str, str], str]:
    """The questions that could change a verdict on one attribute, and how."""
    asked = [q for q in sign_ups.questions if q.attribute in ("", attribute)]
    asked = [q for q in asked if _moves(sign_ups, q, attribute)]
    if not asked:
        return {}
    could: dict[tuple[str, str], str] = {}
    unclear = [q for q in asked if q.key in _FIRST or q.section == "columns"]
    for question in unclear:
        could[question.section, question.key] = "Until it is answered nothing can be compared."
    rest = [q for q in asked if q not in unclear]
    if unclear:
        # Nothing can be said of the others before these are answered.
        return could | {
            (q.section, q.key): "Another question must be answered first." for q in rest
        }
    ways = [list(_answers(q)) for q in rest]
    number = 1
    for options in ways:
        number *= len(options)
    rows = max(1, len(sign_ups.people.rows))
    if number <= _MOST_WAYS and number * rows <= _MOST_ROWS:
        tallies = _all_at_once(sign_ups, attribute, ways)
        if len({_key(t) for t in tallies.values()}) <= _MOST_VERDICTS:
            return _by_comparison(attribute, rest, tallies, judge)
    return _by_bounds(sign_ups, attribute, rest, judge)


def _moves(sign_ups: SignUps, question: Question, attribute: str) -> bool:
    """Whether somebody's place in the attribute waits for the question, or may by its answer."""
    if question.attribute == attribute:
        return True
    one = sign_ups.compared[attribute]
    if question.key == "repeats":
        return any(place.key == "repeats" for place in one.tally) or len(question.choices) > 2
    return True


def _answers(question: Question) -> Iterator[tuple[str, str, Any]]:
    """All answers, and none: what is compared if the question stays open."""
    yield question.section, question.key, OPEN
    for value in question.choices:
        yield question.section, question.key, value


Tally = tuple[Counter[Place], Baseline]


def _tally(sign_ups: SignUps, attribute: str, way: Way) -> Tally:
    decisions = sign_ups.decisions
    for section, key, value in way:
        decisions = decisions.with_answer(section, key, value)
    one = sign_ups.decided(decisions).compared[attribute]
    return one.tally, one.baseline


def _key(tally: Tally) -> Any:
    counts, baseline = tally
    return frozenset(_counts(counts).items()), len(baseline.profiles)


def _all_at_once(
    sign_ups: SignUps, attribute: str, ways: Sequence[Sequence[tuple[str, str, Any]]]
) -> dict[Way, Tally]:
    only = _without_others(sign_ups, attribute)
    return {way: _tally(only, attribute, way) for way in itertools.product(*ways)}


def _without_others(sign_ups: SignUps, attribute: str) -> SignUps:
    """The file with one attribute only, so that others cost no time."""
    return replace(
        sign_ups,
        said={attribute: sign_ups.said[attribute]},
        baselines={attribute: sign_ups.baselines[attribute]},
    )


def _by_comparison(
    attribute: str, asked: Sequence[Question], tallies: Mapping[Way, Tally], judge: Judge
) -> dict[tuple[str, str], str]:
    """A question could change a verdict where two ways that differ in it alone differ in verdicts."""
    found = {
        way: judge.verdicts(attribute, baseline, counts)
        for way, (counts, baseline) in tallies.items()
    }
    if len({frozenset(_telling(v)) for v in found.values()}) == 1:
        return {}
    could: dict[tuple[str, str], str] = {}
    for at, question in enumerate(asked):
        others: dict[Way, dict[Any, Way]] = {}
        for way in found:
            rest = way[:at] + way[at + 1 :]
            others.setdefault(rest, {})[way[at][2]] = way
        for by_answer in others.values():
            verdicts = {answer: _telling(found[way]) for answer, way in by_answer.items()}
            if len(set(map(frozenset, verdicts.values()))) > 1:
                ways = {a: (found[w], tallies[w]) for a, w in by_answer.items()}
                told = _told(attribute, ways, question.suggestion)
                could[question.section, question.key] = told
                break
    return could


def _telling(verdicts: Verdicts) -> list[tuple[str, Verdict]]:
    """The verdicts that say something; a group that is left out says nothing."""
    quiet = (Verdict.INCONCLUSIVE, Verdict.NOT_ASSESSABLE)
    return [(group, verdict) for group, verdict in verdicts if verdict not in quiet]


def _told(attribute: str, ways: Mapping[Any, tuple[Verdicts, Tally]], suggestion: str) -> str:
    """How verdicts differ, for the group on which they differ first."""
    groups = [group for group, _ in next(iter(ways.values()))[0]]
    apart = [g for g in groups if len({dict(v).get(g) for v, _ in ways.values()}) > 1]
    group = apart[0] if apart else groups[0]
    if suggestion in apart:
        group = suggestion
    parts = []
    seen: set[Verdict | None] = set()
    for answer, (verdicts, (counts, baseline)) in ways.items():
        verdict = dict(verdicts).get(group)
        if verdict in seen or verdict is None:
            continue
        seen.add(verdict)
        known = sum(n for place, n in counts.items() if place.kind == "group")
        there = sum(n for p, n in counts.items() if p.kind == "group" and group in p.groups)
        share = percent(there / known) if known else "none"
        census = percent(baseline.shares(attribute)[group])
        said = f'As "{answer}"' if answer != OPEN else "Left open"
        parts.append(
            f'{said} {there:,} of {known:,} are in "{group}" ({share}, where the census has '
            f"{census}): {_SAID[verdict]}."
        )
    return " ".join(parts)


def _by_bounds(
    sign_ups: SignUps,
    attribute: str,
    asked: Sequence[Question],
    judge: Judge,
) -> dict[tuple[str, str], str]:
    """Where ways are too many: the fewest, the most and the expected number in each group."""
    if not _is_loud(sign_ups.compared[attribute], judge):
        return {}
    return {(question.section, question.key): _MAY for question in asked}


_MAY = "There are too many answers to try them all; together they may turn a verdict."


def _is_loud(one: Compared, judge: Judge) -> bool:
    """Whether verdicts differ, or say anything, between the fewest and the most in any group."""
    attribute = one.attribute
    known = Counter({p: n for p, n in one.tally.items() if p.kind == "group"})
    still_open = one.number("open")
    total = sum(known.values()) + still_open
    shares = one.baseline.shares(attribute)
    if len(shares) > _MOST_VERDICTS // 3:
        return True
    seen: set[frozenset[tuple[str, Verdict]]] = set()
    for group in one.baseline.groups(attribute):
        least = one.count(group)
        expected = min(max(round(shares[group] * total), least), least + still_open)
        for number in {least, expected, least + still_open}:
            more = number - least
            others = [g for g in one.baseline.groups(attribute) if g != group]
            made = Counter(known)
            made[Place("group", (group,))] += more
            made[Place("group", (others[0],))] += still_open - more
            seen.add(frozenset(_telling(judge.verdicts(attribute, one.baseline, made))))
    return len(seen) > 1
