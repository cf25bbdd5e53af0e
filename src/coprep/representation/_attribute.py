"""Judges the groups of one attribute, adjusts with their family, and gives verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from coprep.data.counting import Cell, everybody
from coprep.findings import Note, Verdict, counted
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.representation._clusters import design_effects
from coprep.representation._doubts import Doubts, Evidence, doubts
from coprep.representation._inputs import Compared
from coprep.representation._judge import Bools, Counts, Floats, Judged, judge, verdicts
from coprep.representation._options import Options
from coprep.representation._states import State

Family = tuple[Floats, ...]
"""Three columns of p-values: against parity, beyond the band, in line."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """What is known of one attribute; arrays have an entry for each of the baseline's groups.

    Groups are ``comparable`` where they have a baseline share and somebody could have been in them.
    ``untested`` says why nothing is tested ("quota", "target"), or "". Adjusted p-values are nan
    where nothing is tested.
    """

    source: Compared
    counts: Counts
    comparable: Bools
    untested: str
    judged: Judged
    notes: tuple[Note, ...]
    p_adjusted: Floats
    p_beyond: Floats
    p_in_line: Floats
    doubts: Doubts
    verdicts: tuple[Verdict, ...]
    family_size: int = 1  # tests that are adjusted together

    @property
    def attribute(self) -> str:
        """What the attribute is called."""
        return self.source.profile.attribute

    @property
    def groups(self) -> tuple[str, ...]:
        """The baseline's groups, in its order."""
        return self.source.profile.groups

    @property
    def tested(self) -> Bools:
        """Which groups are tested."""
        return self.comparable & (not self.untested)

    @property
    def is_pair(self) -> bool:
        """Whether two groups make up everybody: one test, seen from two sides."""
        return len(self.groups) == 2 and not self.source.overlapping and bool(self.comparable.all())

    def states(self, alpha: float) -> tuple[State, ...]:
        """How each group stands."""
        flagged = np.array([v.is_flag for v in self.verdicts])
        settled = self.is_pair and bool((flagged | self.doubts.one_fewer).any())
        turned = self.doubts.unknown
        if self.is_pair and turned.any():
            turned = ~flagged
        off = self.counts.x - self.counts.share * self.counts.n
        whole = ~np.bool_(self.counts.weighted) & (np.abs(off) < 1)
        found = []
        for i, verdict in enumerate(self.verdicts):
            if not self.comparable[i]:
                found.append(State.NOT_COMPARED)
            elif self.untested:
                found.append(State.AIMED)
            elif self.doubts.few_clusters[i]:
                found.append(State.FEW_CLUSTERS)
            elif turned[i]:
                found.append(State.TURNED_BY_UNKNOWN)
            elif self.doubts.few_heavy[i]:
                found.append(State.RESTS_ON_FEW)
            elif self.doubts.one_fewer[i]:
                found.append(State.RESTS_ON_ONE)
            elif verdict.is_flag:
                found.append(State.FLAGGED)
            elif settled:
                found.append(State.OTHER_SIDE)
            else:
                differs = bool(self.p_adjusted[i] <= alpha)
                in_line = verdict is Verdict.IN_LINE
                found.append(State.of(in_line=in_line, differs=differs, nearest=bool(whole[i])))
        return tuple(found)

    @property
    def family(self) -> Family:
        """The p-values to adjust; a pair enters once."""
        judged = self.judged
        if self.is_pair and not self.untested:
            beyond = np.array([judged.p_beyond.min()])
            return judged.p_value[:1], beyond, np.array([judged.p_in_line.max()])
        at = self.tested
        return judged.p_value[at], judged.p_beyond[at], judged.p_in_line[at]

    def adjusted(self, options: Options, family: Family, *, size: int) -> Assessed:
        """A copy with adjusted p-values of `family`, which has ``size`` tests, and verdicts."""
        own = (self.judged.p_value, self.judged.p_beyond, self.judged.p_in_line)
        p_adjusted, p_beyond, p_in_line = (
            self._spread(*three) for three in zip(own, self.family, family, strict=True)
        )
        ratios = np.where(self.tested, self.judged.ratio, np.nan)
        found = verdicts(ratios, options, p_adjusted, p_in_line)
        evidence = Evidence(
            replace(self.counts, share=np.where(self.comparable, self.counts.share, 0.5)),
            raised=_raised(self.judged.p_value, p_adjusted),
            raised_in_line=_raised(self.judged.p_in_line, p_in_line),
        )
        doubted = doubts(evidence, found, self.source.matched.unknown, options)
        if doubted.any.any():
            found = verdicts(ratios, options, p_adjusted, p_in_line, doubt=doubted.any)
        return replace(
            self,
            p_adjusted=p_adjusted,
            p_beyond=p_beyond,
            p_in_line=p_in_line,
            doubts=doubted,
            verdicts=found,
            family_size=max(1, size),
        )

    def _spread(self, own: Floats, before: Floats, after: Floats) -> Floats:
        """Adjusted p-values at the groups they belong to."""
        full = np.full(len(self.groups), np.nan)
        if not len(before):
            return full
        if self.is_pair:
            # What adjustment did to the one test, it does to both of its sides.
            scale = after[0] / before[0] if before[0] > 0 else 1.0
            return np.minimum(own * scale, 1.0)
        full[self.tested] = after
        return full


def adjusted(assessed: Sequence[Assessed], options: Options) -> list[Assessed]:
    """Each attribute with its p-values adjusted over its family, and its verdicts."""
    if options.family == "attribute":
        return [
            item.adjusted(
                options,
                tuple(_adjust(p, options.adjust) for p in item.family),
                size=len(item.family[0]),
            )
            for item in assessed
        ]
    families = [item.family for item in assessed]
    sizes = [len(family[0]) for family in families]
    ends = np.cumsum(sizes)[:-1]
    parts = [
        np.split(_adjust(np.concatenate(column), options.adjust), ends)
        for column in zip(*families, strict=True)
    ]
    return [
        item.adjusted(options, tuple(family), size=sum(sizes))
        for item, *family in zip(assessed, *parts, strict=True)
    ]


def _raised(before: Floats, after: Floats) -> Floats:
    """How many times larger adjustment made each p-value."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(before > 0, after / before, 1.0)


def _adjust(p: Floats, method: str) -> Floats:
    return p if method == "none" or not len(p) else np.asarray(adjust_p_values(p, method=method))


def assess_attribute(source: Compared, options: Options, *, kind: str) -> Assessed:
    """Judge the groups of one attribute; p-values are adjusted later, with their family."""
    profile = source.profile
    inside = profile.shares > 0
    counts = _counts(source, options, inside)
    only = int(inside.sum()) == 1 and not source.overlapping
    comparable = inside & (counts.all_weights > 0) & (not only)
    # Groups without a share are judged against any share, and then left out.
    judged = judge(replace(counts, share=np.where(inside, counts.share, 0.5)), options)
    untested = ""
    if kind == "target":
        untested = "target"
    elif options.selection == "quota" and profile.attribute in options.quotas:
        untested = "quota"
    unknown = np.full(len(profile.groups), np.nan)
    return Assessed(
        source=source,
        counts=counts,
        comparable=comparable,
        untested=untested,
        judged=Judged(
            *(np.where(comparable, getattr(judged, f.name), np.nan) for f in fields(judged))
        ),
        notes=tuple(_notes(source, counts, only=only, untested=untested)),
        p_adjusted=unknown,
        p_beyond=unknown,
        p_in_line=unknown,
        doubts=Doubts.none(len(profile.groups)),
        verdicts=(Verdict.NOT_ASSESSABLE,) * len(profile.groups),
    )


def _counts(source: Compared, options: Options, inside: Bools) -> Counts:
    """Participants and baseline in arrays; groups without a share count nobody."""
    profile = source.profile
    groups = [source.matched.groups[g] for g in profile.groups]
    known = [source.matched.known[g] for g in profile.groups]
    if not source.overlapping:
        # People in groups to which the baseline gives no share stand outside the comparison.
        out = everybody(cell for cell, ok in zip(groups, inside, strict=True) if not ok)
        known = [c - out for c in known]

    def column(cells: Sequence[Cell], name: str) -> Floats:
        return np.where(inside, np.array([getattr(c, name) for c in cells], dtype=float), 0.0)

    heaviest = column(groups, "heaviest")
    counts = Counts(
        x=column(groups, "n"),
        n=column(known, "n"),
        weights=column(groups, "w"),
        squares=column(groups, "w2"),
        all_weights=column(known, "w"),
        all_squares=column(known, "w2"),
        share=np.where(inside, profile.shares, np.nan),
        baseline_se=np.where(inside, profile.standard_errors, 0.0),
        rounding=np.where(inside, profile.rounding, 0.0),
        weighted=source.weighted,
        population=options.population,
        heaviest=heaviest,
        heaviest_other=_largest_other(heaviest, known, apart=source.overlapping),
    )
    effects, clusters = design_effects(groups, known, counts.weighted_n)
    return replace(counts, clusters=clusters, design_effect=effects) if clusters else counts


def _largest_other(heaviest: Floats, known: Sequence[Cell], *, apart: bool) -> Floats:
    """The heaviest weight outside each group; where people tick several, of everybody known."""
    if apart or len(heaviest) < 2:
        return np.array([cell.heaviest for cell in known], dtype=float)
    second, first = np.partition(heaviest, -2)[-2:]
    return np.asarray(np.where(heaviest == first, second, first), dtype=float)


def outside_note(attribute: str, people: Mapping[str, Cell]) -> Note:
    """Which labels the baseline lacks, and how many people gave them."""
    n = everybody(people.values()).n
    are = "is" if n == 1 else "are"
    them = "this group" if len(people) == 1 else "these groups"
    template = (
        f"{{attribute:opening}}: {{participants}} in {{groups:labels}} {are} outside the "
        f"comparison, because the baseline lacks {them}."
    )
    return Note.of(
        "outside_comparison",
        template,
        attribute=attribute,
        participants=counted(n, "participant"),
        groups=tuple(people),
    )


def _notes(source: Compared, counts: Counts, *, only: bool, untested: str) -> Iterator[Note]:
    """What is peculiar to this attribute."""
    matched = source.matched
    name = source.profile.attribute
    shares = dict(zip(source.profile.groups, source.profile.shares.tolist(), strict=True))

    def note(code: str, template: str, **values: object) -> Note:
        return Note.of(code, "{attribute:opening}" + template, attribute=name, **values)

    if matched.unknown.n:
        yield note(
            "unknown_group",
            ": {unknown} of {participants} are of unknown group and left out of the shares; "
            "the table says what they could change.",
            unknown=matched.unknown.n,
            participants=counted(matched.unknown.n + int(counts.n.max(initial=0)), "participant"),
        )
    if matched.unmatched:
        yield outside_note(name, matched.unmatched)
    shareless = [g for g, share in shares.items() if share == 0 and matched.groups[g].n]
    if shareless:
        yield note(
            "without_share",
            ": the baseline gives {groups:labels} no share; "
            "these participants are outside the comparison.",
            groups=shareless,
        )
    if only:
        yield note(
            "single_group", ": the baseline has a single group, so there is nothing to compare."
        )
    if untested == "quota":
        yield note(
            "quota_not_tested",
            " was a quota: agreement is by design and is reported as attainment, not tested.",
        )
    if source.overlapping:
        yield note(
            "overlapping",
            ": people can be in several groups; each is compared on its own and shares need "
            "not add to 100%.",
        )
