"""Tie the attributes of participants to those of a baseline: by name, else by ages and sexes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coprep.data.age_bands import bands
from coprep.data.baseline.baseline import Baseline
from coprep.data.label_matching import match_labels, spelt_alike
from coprep.data.labels import is_unknown
from coprep.errors import InputError
from coprep.findings import Note
from coprep.wording.labels import nearest, show

_SEXES = frozenset({"female", "male"})
_LEAST = 2
TIED_BY_GROUPS = "tied_by_groups"


def shared_attributes(
    counts: Mapping[str, Any], baseline: Baseline, attributes: Sequence[str] | str | None
) -> tuple[dict[str, str], list[Note]]:
    """The attributes that participants and baseline share, or those asked for, each with the
    baseline's own name; and what was noted.
    """
    alike = spelt_alike(counts, baseline.attributes)
    if attributes is None:
        found = {ours: theirs for ours, theirs in alike.items() if theirs is not None}
        if len(set(found.values())) < len(found):
            return {a: a for a in counts if a in baseline.attributes}, []
        more = _by_their_groups(counts, baseline, found)
        return {**found, **more}, [_noted(ours, theirs) for ours, theirs in more.items()]
    wanted = (attributes,) if isinstance(attributes, str) else tuple(attributes)
    for name in wanted:
        if name not in counts:
            close = nearest(name, counts)
            raise InputError.of(
                f"this process knows no {show(name)} of its participants.",
                code="unknown_attribute",
                param="attributes",
                got=name,
                hint=f"did you mean {show(close)}?" if close else None,
            )
    for name in wanted:
        baseline.profile(alike[name] or name)
    return {name: alike[name] or name for name in wanted}, []


def _by_their_groups(
    counts: Mapping[str, Any], baseline: Baseline, tied: Mapping[str, str]
) -> dict[str, str]:
    """Attributes whose names differ and whose groups are the same ages, or the same two sexes.

    Other labels (yes and no, high and low) mean different things under different names, so they tie
    nothing; and where two attributes of one side could be meant, none is taken.
    """
    left = [name for name in counts if name not in tied]
    open_ = [name for name in baseline.attributes if name not in set(tied.values())]
    pairs = [
        (ours, theirs)
        for ours in left
        for theirs in open_
        if _same_ages_or_sexes(counts[ours], baseline.groups(theirs))
    ]
    often = Counter(name for pair in pairs for name in pair)
    return {ours: theirs for ours, theirs in pairs if often[ours] == often[theirs] == 1}


def _same_ages_or_sexes(labels: Iterable[str], groups: Sequence[str]) -> bool:
    """Whether all labels but the unknown are groups of ages, or of sexes, one each."""
    known = [label for label in labels if not is_unknown(label)]
    if len(known) < _LEAST:
        return False
    found = match_labels(known, groups)
    met = {match.group for match in found.values() if match is not None}
    if len(met) < len(known):
        return False
    if bands(groups) is not None:
        return all(match is not None and match.how != "age" for match in found.values())
    sexes = match_labels(known, ("Female", "Male"))
    return {match.group.casefold() for match in sexes.values() if match is not None} == _SEXES


def _noted(ours: str, theirs: str) -> Note:
    template = (
        "{ours:label} is compared with {theirs:label} of the baseline: the names differ, and the "
        "groups are the same."
    )
    return Note.of(TIED_BY_GROUPS, template, ours=ours, theirs=theirs)
