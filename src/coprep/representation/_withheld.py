"""Takes back verdicts that would not stand, were a withheld figure at the other end of its range."""

from __future__ import annotations

from dataclasses import replace

from coprep.findings import Note, Verdict
from coprep.representation._attribute import Assessed, adjusted, assess_attribute
from coprep.representation._options import Options


def standing(item: Assessed, options: Options, *, kind: str) -> Assessed:
    """The attribute with only those verdicts that hold wherever withheld figures lie."""
    if not item.source.extremes:
        return item
    others = [
        assess_attribute(replace(item.source, matched=matched), options, kind=kind)
        for matched in item.source.extremes
    ]
    within = replace(options, family="attribute")
    found = [one.verdicts for other in others for one in adjusted([other], within)]
    turned = [
        any(other[i] is not verdict for other in found) and verdict is not Verdict.NOT_ASSESSABLE
        for i, verdict in enumerate(item.verdicts)
    ]
    if not any(turned):
        return item
    verdicts = tuple(
        Verdict.INCONCLUSIVE if gone else verdict
        for gone, verdict in zip(turned, item.verdicts, strict=True)
    )
    groups = [group for group, gone in zip(item.groups, turned, strict=True) if gone]
    note = Note.of(
        "withheld_could_turn",
        "{attribute:opening}: what can be said of {groups:labels} depends on figures that are "
        "withheld.",
        attribute=item.attribute,
        groups=groups,
    )
    return replace(item, verdicts=verdicts, notes=(*item.notes, note))
