"""Which groups voters are in, in the terms of the community, and how large each is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.data.counting import AttributeTally, Cell
from coprep.data.label_matching import bare, spelt_alike
from coprep.data.labels import folded_words, label
from coprep.data.reconcile import Rules, reconcile
from coprep.errors import InputError, Problems
from coprep.findings import Note, counted
from coprep.ideas._votes.support import grouping_of
from coprep.wording.labels import listed, nearest, show

if TYPE_CHECKING:
    from coprep.data.baseline.baseline import Baseline
    from coprep.data.baseline.profile import Profile
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

UNKNOWN = -1
OUTSIDE = -2
_NOT_KNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Community:
    """Some attributes of voters and of the community.

    ``codes`` has a row a voter and a column an attribute: a position among its ``groups``,
    `UNKNOWN`, or `OUTSIDE` for people who are in no group of the community. ``errors`` are the
    covariances of shares that were estimated, None for a census.
    """

    attributes: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    shares: tuple[Floats, ...]
    codes: Ints
    errors: tuple[Floats | None, ...]

    def only(self, at: int) -> Community:
        """One attribute alone."""
        return Community(
            self.attributes[at : at + 1],
            self.groups[at : at + 1],
            self.shares[at : at + 1],
            self.codes[:, [at]],
            self.errors[at : at + 1],
        )

    def of(self, voters: Bools) -> Community:
        """Some of the voters."""
        return replace(self, codes=self.codes[voters])

    def sizes(self, at: int) -> Ints:
        """How many voters each group of an attribute has."""
        code = self.codes[:, at]
        return np.bincount(code[code >= 0], minlength=len(self.groups[at])).astype(np.intp)


def shared_attributes(
    process: Process, baseline: Baseline, attributes: str | Sequence[str] | None
) -> tuple[dict[str, str], list[Note]]:
    """The attributes to weight by, each with the baseline's name of it, and why others are not.

    Where none are named: all that participants and baseline share, but those that were filled to
    targets, that were made from the votes, or in which one person can be in several groups.
    """
    alike = spelt_alike(process.attributes, baseline.attributes)
    if attributes is not None:
        asked = (attributes,) if isinstance(attributes, str) else tuple(attributes)
        return _asked(process, baseline, alike, asked), []
    found = {ours: theirs for ours, theirs in alike.items() if theirs is not None}
    if not found:
        raise InputError.of(
            "participants and baseline have no attribute in common: "
            f"{listed(process.attributes, most=6)} against {listed(baseline.attributes, most=6)}.",
            code="nothing_shared",
            param="attributes",
            hint="call the attribute the same in both tables.",
        )
    several = {
        ours
        for ours, theirs in found.items()
        if baseline.profile(theirs).overlapping or ours in process.reading.several
    }
    quotas = set(process.quotas) if process.selection == "quota" else set()
    notes = []
    for code, names, why in (
        (
            "quota_attribute",
            quotas,
            "it was filled to targets, so that its weights are 1 by design",
        ),
        ("from_votes", set(process.from_votes), "it was made from the votes themselves"),
        ("overlapping", several, "one person can be in several of its groups"),
    ):
        left = [ours for ours in found if ours in names]
        if left and set(left) < set(found):
            template = f"Not weighted by {{attributes:labels}}: {why}."
            notes.append(Note.of(code, template, attributes=left))
            found = {ours: theirs for ours, theirs in found.items() if ours not in names}
    return found, notes


def _asked(
    process: Process, baseline: Baseline, alike: Mapping[str, str | None], asked: Sequence[str]
) -> dict[str, str]:
    """The attributes that were named, or one error with all that are not there."""
    problems = Problems()
    found: dict[str, str] = {}
    if not asked:
        problems.add("attributes is empty; name at least one.", code="empty", param="attributes")
    for name in asked:
        if name not in process.attributes:
            close = nearest(name, process.attributes)
            problems.add(
                f"attributes names {show(name)}, which participants have not; they have "
                f"{listed(process.attributes, most=12)}.",
                code="unknown_attribute",
                param="attributes",
                got=name,
                expected=process.attributes,
                hint=f"did you mean {show(close)}?" if close else None,
            )
            continue
        try:
            profile = baseline.profile(alike.get(name) or name)
        except InputError as error:
            problems.take(error)
            continue
        found[name] = profile.attribute
        if profile.overlapping or name in process.reading.several:
            problems.add(
                f"one person can be in several groups of {show(name)}; people cannot be weighted "
                "to shares that do not add to 1.",
                code="overlapping",
                param="attributes",
                got=name,
                hint="leave it out, or use an attribute with one group a person.",
            )
    problems.raise_if_any()
    return found


def community_of(
    process: Process,
    baseline: Baseline,
    named: Mapping[str, str],
    voters: Ints,
    *,
    recode: Mapping[str, Any],
    unknown: Iterable[str],
    outside: Iterable[str] | Mapping[str, Iterable[str]],
) -> tuple[Community, list[Note]]:
    """The groups of some people in the terms of the baseline, by the one rule for labels."""
    problems = Problems()
    notes: list[Note] = []
    columns = []
    words = folded_words((*process.reading.unknown, *_listed(unknown)))
    for ours, theirs in named.items():
        grouping = grouping_of(process, ours)
        codes = np.asarray(grouping.codes)[voters]
        profile = baseline.profile(theirs)
        n = np.bincount(codes[codes >= 0], minlength=len(grouping.groups))
        there = {name: Cell.of(int(k)) for name, k in zip(grouping.groups, n, strict=True) if k}
        tally = AttributeTally(theirs, there, Cell.of(int((codes < 0).sum())))
        rules = Rules(
            recode=_recode(process, ours, theirs, recode),
            unknown=words,
            outside=_outside(process, ours, theirs, outside),
        )
        matched = reconcile(tally, profile, rules, problems)
        notes += matched.notes
        at = {group: k for k, group in enumerate(profile.groups)}
        place = np.full(len(grouping.groups) + 1, UNKNOWN, dtype=np.intp)
        for k, name in enumerate(grouping.groups):
            if name in matched.placed:
                place[k] = at[matched.placed[name][0]]
            elif name in matched.left_outside:
                place[k] = OUTSIDE
        column = place[codes]
        column, nobodys = _without_share(column, profile)
        notes += nobodys
        columns.append(column)
    problems.raise_if_any()
    profiles = [baseline.profile(theirs) for theirs in named.values()]
    found = Community(
        attributes=tuple(named),
        groups=tuple(profile.groups for profile in profiles),
        shares=tuple(np.asarray(p.shares) / np.sum(p.shares) for p in profiles),
        codes=np.stack(columns, axis=1),
        errors=tuple(_covariance(profile) for profile in profiles),
    )
    left = int((found.codes == OUTSIDE).any(axis=1).sum())
    if left:
        template = "{voters} of no group of the community are left out of the weighted result."
        notes.append(Note.of("outside_community", template, voters=counted(left, "voter")))
    return found, notes


def joint_of(
    community: Community, baseline: Baseline, named: Mapping[str, str]
) -> Community | None:
    """The attributes as one, with a group for every combination; None where no table tells it."""
    try:
        cells = baseline.joint(*named.values())
    except InputError:
        return None
    sizes = tuple(len(groups) for groups in community.groups)
    at = [{group: k for k, group in enumerate(groups)} for groups in community.groups]
    shares = np.zeros(sizes)
    for key, people in cells.items():
        shares[tuple(where[group] for where, group in zip(at, key, strict=True))] += people
    known = (community.codes >= 0).all(axis=1)
    codes = np.where((community.codes == OUTSIDE).any(axis=1), OUTSIDE, UNKNOWN)
    codes[known] = np.ravel_multi_index(tuple(community.codes[known].T), sizes)
    places = np.indices(sizes).reshape(len(sizes), -1).T
    names = tuple(
        " × ".join(groups[k] for groups, k in zip(community.groups, place, strict=True))
        for place in places
    )
    return Community(
        (" × ".join(community.attributes),),
        (names,),
        (shares.ravel() / shares.sum(),),
        codes[:, None],
        (None,),
    )


def _without_share(codes: Ints, profile: Profile) -> tuple[Ints, list[Note]]:
    """People of groups in which the baseline counts nobody are in no group of the community."""
    nobody = np.append(np.asarray(profile.shares) <= 0, [False, False])
    there = nobody[codes]
    if not there.any():
        return codes, []
    names = [profile.groups[k] for k in np.unique(codes[there])]
    template = (
        "In {attribute:name}, the baseline counts nobody in {groups:labels}, where {voters} are."
    )
    note = Note.of(
        "no_baseline_share",
        template,
        attribute=profile.attribute,
        groups=names,
        voters=counted(int(there.sum()), "voter"),
    )
    return np.where(there, OUTSIDE, codes), [note]


def _covariance(profile: Profile) -> Floats | None:
    """How shares that were estimated err together: one that is too high makes others too low."""
    error = profile.standard_errors
    if not error.any():
        return None
    variance = error**2
    together = np.diag(variance) - np.outer(variance, variance) / variance.sum()
    spread = np.sqrt(np.maximum(np.diag(together), 1e-300))
    scale = np.where(error > 0, error / spread, 0.0)
    return np.asarray(together * np.outer(scale, scale))


def _recode(process: Process, ours: str, theirs: str, recode: Mapping[str, Any]) -> dict[str, str]:
    """The labels to rename in one attribute; what is asked goes before the process."""
    flat = {old: new for old, new in recode.items() if not isinstance(new, Mapping)}
    own = recode.get(theirs) or recode.get(ours) or {}
    rules = {**process.reading.rules(ours), **flat, **(own if isinstance(own, Mapping) else {})}
    return {label(old) or str(old): label(new) or _NOT_KNOWN for old, new in rules.items()}


def _outside(
    process: Process,
    ours: str,
    theirs: str,
    outside: Iterable[str] | Mapping[str, Iterable[str]],
) -> frozenset[str]:
    """The labels of one attribute that are knowingly outside the comparison, bare."""
    more: Iterable[str] = ()
    if isinstance(outside, Mapping):
        more = _listed(outside.get(theirs, outside.get(ours, ())))
    else:
        more = _listed(outside)
    return frozenset(bare(one) for one in (*process.reading.left_outside(ours), *more))


def _listed(words: Iterable[str]) -> Iterable[str]:
    """One word stands for a list of one."""
    return (words,) if isinstance(words, str) else words
