"""Compare pairs of attributes with the community, where it is known how both go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.auditing.question import smallest_p
from coprep.data.baseline.baseline import Baseline
from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Finding, Note, Verdict
from coprep.representation._result import Representation
from coprep.representation.intersections import Intersections, intersections

TOLD_ALREADY = "told_by_its_group"
COULD_TURN = "other_answers_could_turn_it"

_OUTSIDE = "outside_comparison"
_WEIGHT = "weight of a person"
_ALIKE = (Verdict.UNDER, Verdict.OVER)


def crossings_with(
    process: Process,
    stage: str | None,
    against: Baseline,
    named: Mapping[str, str],
    alone: Representation,
    *,
    among: NDArray[np.bool_] | None,
    options: Mapping[str, Any],
) -> Intersections | None:
    """Every pair of attributes beside the community's own pairs; None where these are not known.

    ``named`` are the participants' attributes in which everybody is in one group, with what the
    baseline calls each; ``alone`` is what was found of each by itself. Published counts tell
    nothing of pairs, and a target no community.
    """
    known = against.cells is not None and against.kind != "target"
    if not known or process.has("published") or len(named) < 2:
        return None
    if process.has("came_with"):
        # How much less people tell who came together is known of single attributes alone.
        return None
    asked = {
        **options,
        "attributes": list(named.values()),
        "depth": 2,
        "family": "crossing",
        "unmatched": "row",
    }
    there = process.there(stage)
    if among is not None:
        there = there & among
    people: dict[str, Any] = {}
    for ours, theirs in named.items():
        grouping = process.grouping(ours)
        labels = np.array([*grouping.groups, None], dtype=object)
        people[theirs] = labels[grouping.codes[there]].tolist()
    if process.weights is not None:
        people[_WEIGHT] = process.weights[there]
        asked["weight"] = _WEIGHT
    try:
        found = intersections(people, against, **asked)
        turned = set(_turned(found, people, against, asked))
    except InputError:
        # Whatever is wrong with an attribute is said where it is compared by itself.
        return None
    missing = {(f.attribute, f.group): f.verdict for f in alone.findings if f.verdict in _ALIKE}
    band = options["band"]
    findings = tuple(_judged(finding, turned, missing, band) for finding in found.findings)
    # Labels of few people are not named beside what the attributes tell by themselves.
    notes = tuple(note for note in found.notes if note.code != _OUTSIDE)
    return replace(found, findings=findings, notes=notes)


def _turned(
    found: Intersections, people: Mapping[str, Any], against: Baseline, asked: Mapping[str, Any]
) -> Iterator[tuple[str | None, str | None]]:
    """The cells whose verdict would not stand if all with other answers were in any one group."""
    before = {(f.attribute, f.group): f.verdict for f in found.findings}
    for note in found.notes:
        if note.code != _OUTSIDE:
            continue
        name = note.values["attribute"]
        for group in against.groups(name):
            counted_as = dict.fromkeys(note.values["groups"], group)
            labels = [counted_as.get(label, label) for label in people[name]]
            again = intersections({**people, name: labels}, against, **asked)
            for finding in again.findings:
                cell = (finding.attribute, finding.group)
                if finding.verdict is not before[cell]:
                    yield cell


def _judged(
    finding: Finding,
    turned: set[tuple[str | None, str | None]],
    missing: Mapping[tuple[str | None, str | None], Verdict],
    band: tuple[float, float],
) -> Finding:
    """A cell as the audit tells it: what is no more than its own groups tell is not told again."""
    if finding.verdict not in _ALIKE:
        return finding
    if (finding.attribute, finding.group) in turned:
        text = "People whose answers the community's table lacks could turn this."
        return _set_aside(finding, Note(COULD_TURN, text, {}))
    groups = finding.details["groups"]
    tell = [one for one in groups.items() if missing.get(one) is finding.verdict]
    ratio = finding.details.get("ratio_by_margins")
    if tell and ratio is not None and band[0] <= ratio <= band[1]:
        note = Note.of(
            TOLD_ALREADY,
            "No more than {groups:labels} tell by themselves.",
            groups=[group for _, group in tell],
        )
        return _set_aside(finding, note)
    return finding


def _set_aside(finding: Finding, note: Note) -> Finding:
    caveats = (*finding.caveats, note)
    return replace(finding, verdict=Verdict.INCONCLUSIVE, caveats=caveats)


def p_of_pair(findings: Sequence[Finding]) -> float | None:
    """The smallest p value of cells that tell more than their groups; 1 where none does."""
    left = [f for f in findings if not is_set_aside(f)]
    if not left and smallest_p(findings) is not None:
        return 1.0
    return smallest_p(left)


def is_set_aside(finding: Finding) -> bool:
    """Whether a cell is told by its groups already, or could be turned by people left out."""
    return any(note.code in (TOLD_ALREADY, COULD_TURN) for note in finding.caveats)


def pairs_of(found: Intersections | None) -> dict[str, tuple[Finding, ...]]:
    """The cells of every pair of attributes, by what the pair is called."""
    pairs: dict[str, tuple[Finding, ...]] = {}
    if found is None:
        return pairs
    for finding in found.findings:
        if finding.details["order"] == 2:
            name = str(finding.attribute)
            pairs[name] = (*pairs.get(name, ()), finding)
    return pairs
