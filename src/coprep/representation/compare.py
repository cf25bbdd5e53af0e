"""compare: asks whether who came has changed between two times."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.data.frames import open_frame
from coprep.data.labels import label
from coprep.data.tally import Tally
from coprep.errors import InputError, Problems
from coprep.findings import Estimate, Finding, Note, Verdict, counted, distinct
from coprep.metrics._checks import Bools, Floats
from coprep.metrics.shares._change import mover_difference
from coprep.metrics.shares._proportions import proportion_interval
from coprep.pictures import Forest
from coprep.representation._change_words import State, next_step, reading
from coprep.representation._changing import Judged, Twice, families
from coprep.representation._counted_tables import as_counts
from coprep.representation._inputs import (
    Compared,
    as_read,
    checked_baseline,
    columns_for,
    compared,
    is_published,
)
from coprep.representation._options import Band, Options
from coprep.representation._watching.arrivals import members_of
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed, show
from coprep.wording.names import named
from coprep.wording.numbers import count_of

_ROWS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "count_before": "count",
    "total_before": "count",
    "count_after": "count",
    "total_after": "count",
    "share_before": "number",
    "share_after": "number",
    "baseline_before": "number",
    "baseline_after": "number",
    "ratio_before": "number",
    "ratio_after": "number",
    "change": "number",
    "change_low": "number",
    "change_high": "number",
    "change_inner_low": "number",
    "change_inner_high": "number",
    "difference": "number",
    "difference_low": "number",
    "difference_high": "number",
    "stayed": "count",
    "p_value": "number",
    "p_adjusted": "number",
    "differs": "truth",
    "beyond_band": "truth",
    "verdict": "text",
    "reading": "text",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Change(Result):
    """What became of each group's share between two times.

    Attributes
    ----------
    rows : Table
        A row for every group of the baseline:

        - attribute, group; count_before, total_before, count_after, total_after: people in the
          group, and of known group; share_before, share_after: their shares, 0 to 1.
        - baseline_before, baseline_after; ratio_before, ratio_after: shares over the baseline's.
        - change: the later ratio as a multiple of the earlier one, from 0; with change_low and
          change_high, its limits, and change_inner_low and change_inner_high, those at
          1 - 2 alpha that go with "no material difference".
        - difference: the later ratio less the earlier one, with limits where the baseline's shares
          have no error.
        - stayed: of the same people twice, how many were in the group both times.
        - p_value, p_adjusted: two-sided, against no change; differs: whether p_adjusted is at most
          alpha; beyond_band: whether the change is shown to be larger than the band allows.
        - verdict: pattern (a change), no_material_difference, inconclusive or not_assessable.
        - reading: the row in words.

    Examples
    --------
    >>> from coprep import Baseline, representation
    >>> lives_there = Baseline.from_shares({"disability": {"Yes": 0.23, "No": 0.77}})
    >>> found = representation.compare(
    ...     {"disability": {"Yes": 12, "No": 110}},
    ...     {"disability": {"Yes": 30, "No": 120}},
    ...     lives_there,
    ... )
    >>> found.table[["group", "change", "verdict"]].round(2).values.tolist()
    [['Yes', 2.03, 'pattern'], ['No', 0.89, 'inconclusive']]
    """

    kind: ClassVar[str] = "representation.change"
    says_verdict: ClassVar[bool] = True
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "group",
        "count_before",
        "total_before",
        "count_after",
        "total_after",
        "ratio_before",
        "ratio_after",
        "change",
        "change_low",
        "change_high",
        "p_adjusted",
        "verdict",
    )
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "count_before": ("Before", "count"),
        "total_before": ("Of", "count"),
        "count_after": ("After", "count"),
        "total_after": ("Of", "count"),
        "ratio_before": ("Ratio before", "ratio"),
        "ratio_after": ("Ratio after", "ratio"),
        "change": ("Change (times)", "ratio"),
    }
    listed_by: ClassVar[str | None] = "baseline_before"
    count_columns: ClassVar[tuple[str, ...]] = ("count_before", "count_after")
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("attribute",)
    keep_when_protected: ClassVar[tuple[str, ...]] = (
        "baseline_before",
        "baseline_after",
        "total_before",
        "total_after",
    )

    @property
    def headline(self) -> str:
        """Whose share rose, whose fell, and of whom no change is shown."""
        shown = [f for f in self.findings if not f.details.get("protected")]
        told = [f for f in shown if f.verdict is not Verdict.NOT_ASSESSABLE]
        if not told:
            return "Nothing can be compared."
        said = []
        for way, rose in (("Rose", True), ("Fell", False)):
            names = [_name(f) for f in told if f.verdict.is_flag and _rose(f) is rose]
            if names:
                said.append(f"{way} against the community: {_listed(names)}.")
        if not said:
            said.append("No change is shown.")
        open_ = [f for f in told if f.values.get("state") == State.DIFFERS.value]
        if open_:
            names = [_name(f) for f in open_]
            said.append(f"Changed, but whether by enough to matter is open: {_listed(names)}.")
        same = [_name(f) for f in told if f.verdict is Verdict.NO_MATERIAL_DIFFERENCE]
        if same:
            said.append(f"Shown to have changed by too little to matter: {_listed(same)}.")
        unclear = sum(f.values.get("state") in _UNCLEAR for f in told)
        if unclear:
            said.append(f"Of {count_of(unclear, 'group')} it cannot be told.")
        return " ".join(said)


_UNCLEAR = frozenset({State.CANNOT_TELL.value, State.TURNED_BY_UNKNOWN.value})
_MOST_NAMED = 6


def _rose(finding: Finding) -> bool:
    return finding.estimate is not None and finding.estimate.value > 1


def _name(finding: Finding) -> str:
    called = str(finding.details.get("called") or "")
    return named(str(finding.group), str(finding.attribute), called=called)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    if more > 0:
        return f"{', '.join(names[:_MOST_NAMED])} and {more:,} more"
    return ", ".join(names)


def compare(
    before: Any,
    after: Any,
    baseline: Baseline,
    *,
    baseline_after: Baseline | None = None,
    attributes: Sequence[str] | str | None = None,
    person: str | None = None,
    columns: Mapping[str, str] | None = None,
    total: int | Mapping[str, int] | None = None,
    total_after: int | Mapping[str, int] | None = None,
    confidence: float = 0.95,
    band: Band = (0.8, 1.25),
    adjust: Literal["holm", "hommel", "bh", "by", "bonferroni", "none"] = "holm",
    family: Literal["attribute", "all"] = "attribute",
    unknown: Iterable[str] = (),
    unmatched: Literal["raise", "row"] = "raise",
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    overlapping: Sequence[str] = (),
    recode: Mapping[str, Any] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    title: str = "",
) -> Change:
    """Has who came changed, and by enough to matter?

    Parameters
    ----------
    before, after : data frame or mapping
        Two waves, two processes, or before and after a change: one row a person, or published
        counts, as `assess` takes them.
    baseline : Baseline
        Who lives there.
    baseline_after : Baseline, optional
        Who lived there the second time, or where the second process was. By default the same
        community, so that errors of its shares cancel.
    attributes : sequence of str, optional
        What to compare; by default all that both have.
    person : str, optional
        Column of ids where the same people were asked twice: those in both tables whose group is
        known both times are compared, each with themselves. Without it, people of the two times
        are taken to be others.
    columns, unknown, unmatched, outside, overlapping, recode, labels, title
        As of `assess`, for both tables.
    total, total_after : int or mapping, optional
        How many took part, for published counts and percentages.
    confidence : float
        Level of the limits; 1 - confidence is alpha of all verdicts.
    band : (float, float)
        Changes that do not matter, as ratios of the later to the earlier representation ratio.
    adjust, family
        Adjustment for how many groups are looked at, as of `assess`.

    Returns
    -------
    Change
        `table` with a row for every group.

    Raises
    ------
    InputError
        With every problem found: what `assess` refuses, attributes whose groups differ between the
        baselines, ids of published counts, and tables with nobody in both.

    Notes
    -----
    Against one baseline the change of a group's ratio is the change of its share: the baseline
    cancels, and so does its error. It is tested exactly (Fisher; of the same people McNemar), with
    score limits [1]_. Where the baselines differ, their errors and rounding enter. "No material
    difference" is shown, and never the absence of a finding: both one-sided score tests of a change
    outside the band are rejected [2]_.

    People who come together (households) are no independent evidence; such tables show changes too
    often.

    References
    ----------
    .. [1] Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions.
       Biometrics 40, 513-517.
    .. [2] Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the
       power approach. Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.

    Examples
    --------
    >>> from coprep import Baseline, representation
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> found = representation.compare(
    ...     {"sex": {"Female": 20, "Male": 60}}, {"sex": {"Female": 45, "Male": 45}}, lives_there
    ... )
    >>> print(found.headline)
    Rose against the community: “Female” (sex). Fell against the community: “Male” (sex).
    """
    options = Options.of_reading(
        attributes=attributes,
        person=person,
        columns=columns,
        total=total,
        confidence=confidence,
        band=band,
        adjust=adjust,
        family=family,
        unknown=unknown,
        unmatched=unmatched,
        outside=outside,
        overlapping=overlapping,
        recode=recode,
        labels=labels,
        title=title,
    )
    later = Options.of_reading(total=total_after).total
    first = checked_baseline(baseline)
    second = first if baseline_after is None else checked_baseline(baseline_after)
    for which, one in (("baseline", first), ("baseline_after", second)):
        if one.kind == "target":
            raise InputError.of(
                f"{which} is a target, which people are chosen to reach.",
                code="target_baseline",
                param=which,
                hint="say with representation.assess how far it is reached, time by time.",
            )
    earlier, notes_before = _read("before", before, first, options)
    found, notes_after = _read("after", after, second, replace(options, total=later))
    pairs = _both_times(earlier, found)
    people = None
    if person is not None:
        people = _same_people(before, after, first, second, pairs, options, person)
    twice = [
        _twice(
            one, two, same=baseline_after is None, paired=None if people is None else people[0][k]
        )
        for k, (one, two) in enumerate(pairs)
    ]
    judged = families(twice, options)
    rows = [
        row
        for (item, _), one in zip(pairs, judged, strict=True)
        for row in _rows(item, one, options)
    ]
    always = {note.text for note in notes_before} & {note.text for note in notes_after}
    notes = [note for note in notes_before if note.text in always]
    for which, told in (("before", notes_before), ("after", notes_after)):
        notes += _told([note for note in told if note.text not in always], which)
    notes += _notes(pairs, None if people is None else people[1])
    return Change(
        title=title or f"What changed, against {first.area or 'who lives there'}",
        rows=Table.from_records([record for record, _ in rows], _ROWS),
        findings=tuple(finding for _, finding in rows),
        notes=distinct(notes),
        settings={
            "confidence": options.confidence,
            "band": options.band,
            "adjust": options.adjust,
            "family": options.family,
            "same_people": person is not None,
            "baseline": first.described,
            "baseline_after": None if baseline_after is None else second.described,
            "labels": options.labels,
            "method": _method(options, paired=person is not None),
        },
        picture=Forest(
            label=("group",),
            value="change",
            low="change_low",
            high="change_high",
            inner_low="change_inner_low",
            inner_high="change_inner_high",
            n="count_after",
            band=options.band,
            panel="attribute",
            axis="Representation ratio after, as a multiple of that before (1 = no change)",
            null_label="no change",
        ),
    )


def _read(
    which: str, given: Any, baseline: Baseline, options: Options
) -> tuple[tuple[Compared, ...], tuple[Note, ...]]:
    """One time, read as `assess` reads it; errors say which time it is."""
    try:
        return compared(given, baseline, options)
    except InputError as error:
        raise InputError(
            [replace(one, what=f"{which}: {one.what}") for one in error.problems]
        ) from None


def _told(notes: Iterable[Note], which: str) -> list[Note]:
    """Notes on one of the times, which say of which."""
    return [Note(one.code, f"{which.capitalize()}: {one.text}", one.values) for one in notes]


def _both_times(
    before: Sequence[Compared], after: Sequence[Compared]
) -> list[tuple[Compared, Compared]]:
    """Attributes that are there at both times, in the same groups."""
    later = {item.profile.attribute: item for item in after}
    problems = Problems()
    pairs = []
    for item in before:
        name = item.profile.attribute
        other = later.get(name)
        if other is None:
            continue
        if set(other.profile.groups) != set(item.profile.groups):
            odd = sorted(set(other.profile.groups) ^ set(item.profile.groups))
            problems.add(
                f"only one of the baselines has {listed(odd)} in {show(name)}.",
                code="different_groups",
                param="baseline_after",
                got=tuple(odd),
                hint="bring both to the same groups with baseline.recode({...}).",
            )
            continue
        pairs.append((item, other))
    if not pairs and not problems:
        problems.add(
            "no attribute is known at both times.", code="nothing_shared", param="attributes"
        )
    problems.raise_if_any()
    return pairs


def _column(item: Compared, part: str, groups: Sequence[str]) -> Floats:
    cells = getattr(item.matched, part)
    return np.array([cells[group].n for group in groups], dtype=float)


def _twice(
    before: Compared, after: Compared, *, same: bool, paired: dict[str, Any] | None
) -> Twice:
    """The counts of one attribute at two times."""
    groups = before.profile.groups
    order = [after.profile.groups.index(group) for group in groups]
    share1 = before.profile.shares
    share2 = after.profile.shares[order]
    comparable = (share1 > 0) & (share2 > 0)
    if int(comparable.sum()) < 2 and not before.overlapping:
        comparable = np.zeros(len(groups), dtype=bool)  # of one group there is nothing to compare
    spread: Floats | float = 0.0
    least: Floats | float = 1.0
    most: Floats | float = 1.0
    if not same:
        with np.errstate(all="ignore"):
            errors1 = before.profile.standard_errors / share1
            errors2 = after.profile.standard_errors[order] / share2
            spread = np.where(comparable, np.hypot(errors1, errors2), 0.0)
            half1 = before.profile.rounding
            half2 = after.profile.rounding
            least = np.maximum(share2 - half2, 0) / share2 / ((share1 + half1) / share1)
            most = (share2 + half2) / share2 / (np.maximum(share1 - half1, 1e-12) / share1)
            least = np.where(comparable, least, 1.0)
            most = np.where(comparable, most, 1.0)
    is_pair = len(groups) == 2 and not before.overlapping and bool(comparable.all())
    if paired is not None:
        return Twice(
            x1=paired["x1"],
            n1=paired["n"],
            x2=paired["x2"],
            n2=paired["n"],
            share1=share1,
            share2=share2,
            comparable=comparable,
            both=paired["both"],
            spread=spread,
            least=least,
            most=most,
            is_pair=is_pair,
        )
    x1, n1 = _people(before, groups, comparable)
    x2, n2 = _people(after, groups, comparable)
    return Twice(
        x1=x1,
        n1=n1,
        x2=x2,
        n2=n2,
        share1=share1,
        share2=share2,
        comparable=comparable,
        spread=spread,
        least=least,
        most=most,
        unknown1=float(before.matched.unknown.n),
        unknown2=float(after.matched.unknown.n),
        is_pair=is_pair,
    )


def _people(item: Compared, groups: Sequence[str], shared: Bools) -> tuple[Floats, Floats]:
    """People in each group, and of known group.

    Those in groups to which a baseline gives no share stand outside the comparison.
    """
    x = _column(item, "groups", groups)
    n = _column(item, "known", groups)
    if item.overlapping:
        return x, n
    return x, n - x[~shared].sum()


def _same_people(
    before: Any,
    after: Any,
    first: Baseline,
    second: Baseline,
    pairs: Sequence[tuple[Compared, Compared]],
    options: Options,
    person: str,
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The four counts of everybody who is in both tables, and how many are in one alone."""
    tables = []
    for which, given, baseline in (("before", before, first), ("after", after, second)):
        counts = as_counts(given, baseline, None)
        if isinstance(counts, Tally) or is_published(counts):
            raise InputError.of(
                f"{which} is counts by group, which do not tell who is the same.",
                code="misplaced",
                param="person",
                hint="give both tables with one row a person, or leave person= out.",
            )
        asked = as_read(given, options)
        frame = open_frame(given, what=which)
        columns = columns_for(frame, baseline, asked)
        held = frame.collect(list(dict.fromkeys([person, *columns.values()])))
        ids = {label(one): row for row, one in enumerate(held[person])}
        ids.pop(None, None)
        tables.append((held, columns, ids, len(held[person])))
    (held1, columns1, ids1, rows1), (held2, columns2, ids2, rows2) = tables
    same = sorted(ids1.keys() & ids2.keys(), key=str)
    if not same:
        raise InputError.of(
            f"nobody is in both tables, by the ids in {show(person)}.",
            code="nobody_twice",
            param="person",
            hint="are the ids written alike? Leave person= out if they are other people.",
        )
    found = []
    for one, two in pairs:
        name = one.profile.attribute
        members1 = members_of(one, [held1[columns1[name]][ids1[who]] for who in same], options)
        members2 = members_of(two, [held2[columns2[name]][ids2[who]] for who in same], options)
        order = [two.profile.groups.index(group) for group in one.profile.groups]
        inside1 = np.array(members1.inside)
        inside2 = np.array(members2.inside)[order]
        known = members1.known & members2.known
        if not one.overlapping:
            for place, later in enumerate(order):
                if one.profile.shares[place] == 0 or two.profile.shares[later] == 0:
                    known = known & ~inside1[place] & ~inside2[place]
        n = np.full(len(inside1), float(known.sum()))
        found.append(
            {
                "x1": (inside1 & known).sum(axis=1).astype(float),
                "x2": (inside2 & known).sum(axis=1).astype(float),
                "both": (inside1 & inside2 & known).sum(axis=1).astype(float),
                "n": n,
            }
        )
    left = {"same": len(same), "before": rows1 - len(same), "after": rows2 - len(same)}
    return found, left


def _rows(item: Compared, judged: Judged, options: Options) -> list[tuple[dict[str, Any], Finding]]:
    """The row and the finding of every group of one attribute."""
    twice = judged.twice
    tests = judged.tests
    with np.errstate(all="ignore"):
        share1 = twice.x1 / twice.n1
        share2 = twice.x2 / twice.n2
        ratio1 = np.where(twice.comparable, share1 / twice.share1, np.nan)
        ratio2 = np.where(twice.comparable, share2 / twice.share2, np.nan)
    difference = _difference(twice, ratio1, ratio2, options.confidence)
    found = []
    for k, group in enumerate(item.profile.groups):
        verdict = judged.verdicts[k]
        state = _state(judged, k, options)
        p_adjusted = float(judged.p_adjusted[k])
        asked = not math.isnan(p_adjusted)
        called = str(dict(options.labels.get(item.profile.attribute, {})).get(group, ""))
        values: dict[str, Any] = {
            "state": state.value,
            "attribute": item.profile.attribute,
            "group": group,
            "participants_before": int(twice.x1[k]),
            "total_before": int(twice.n1[k]),
            "participants_after": int(twice.x2[k]),
            "total_after": int(twice.n2[k]),
            "share_before": share1[k],
            "share_after": share2[k],
            "ratio_before": ratio1[k],
            "ratio_after": ratio2[k],
            "change": twice.change[k],
            "change_low": tests.low[k],
            "change_high": tests.high[k],
            "band": options.band,
            "beyond_band": bool(judged.p_beyond[k] <= options.alpha) and verdict.is_flag,
        }
        said = reading(values, called, state)
        record = {
            "attribute": item.profile.attribute,
            "group": group,
            "count_before": int(twice.x1[k]),
            "total_before": int(twice.n1[k]),
            "count_after": int(twice.x2[k]),
            "total_after": int(twice.n2[k]),
            "share_before": share1[k],
            "share_after": share2[k],
            "baseline_before": twice.share1[k],
            "baseline_after": twice.share2[k],
            "ratio_before": ratio1[k],
            "ratio_after": ratio2[k],
            "change": twice.change[k],
            "change_low": tests.low[k],
            "change_high": tests.high[k],
            "change_inner_low": tests.inner_low[k],
            "change_inner_high": tests.inner_high[k],
            "difference": difference[0][k],
            "difference_low": difference[1][k],
            "difference_high": difference[2][k],
            "stayed": None if twice.both is None else int(twice.both[k]),
            "p_value": tests.p_value[k],
            "p_adjusted": p_adjusted,
            "differs": bool(p_adjusted <= options.alpha) if asked else None,
            "beyond_band": bool(judged.p_beyond[k] <= options.alpha) if asked else None,
            "verdict": verdict,
            "reading": said,
        }
        finding = Finding(
            question="change",
            attribute=item.profile.attribute,
            group=group,
            verdict=verdict,
            estimate=Estimate(
                float(twice.change[k]),
                float(tests.low[k]),
                float(tests.high[k]),
                options.confidence,
                "score",
                "ratio",
            )
            if twice.comparable[k]
            else None,
            p_value=None if not asked else float(tests.p_value[k]),
            p_adjusted=None if not asked else p_adjusted,
            n=int(twice.n1[k] + twice.n2[k]) if twice.both is None else int(twice.n1[k]),
            reading=said,
            next_step=next_step(state),
            details={"called": called} if called else {},
            values=values,
        )
        found.append((record, finding))
    return found


def _difference(
    twice: Twice, ratio1: Floats, ratio2: Floats, confidence: float
) -> tuple[Floats, Floats, Floats]:
    """The later ratio less the earlier one, with limits where nothing but chance is in it."""
    gap = ratio2 - ratio1
    nothing = np.full(len(gap), np.nan)
    if twice.both is not None or np.any(twice.spread) or np.any(np.asarray(twice.most) != 1):
        return gap, nothing, nothing
    limits = []
    for x, n, share in ((twice.x1, twice.n1, twice.share1), (twice.x2, twice.n2, twice.share2)):
        low, high = proportion_interval(x, n, method="wilson", confidence=confidence)
        with np.errstate(all="ignore"):
            limits.append((low / share, high / share))
    low, high = mover_difference(ratio1, limits[0], ratio2, limits[1])
    return gap, low, high


def _state(judged: Judged, k: int, options: Options) -> State:
    """What the verdict on a group rests on."""
    verdict = judged.verdicts[k]
    if verdict is Verdict.NOT_ASSESSABLE:
        return State.NOT_COMPARED
    if verdict.is_flag:
        return State.CHANGED
    if judged.turned[k]:
        return State.TURNED_BY_UNKNOWN
    differs = judged.p_adjusted[k] <= options.alpha
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return State.DIFFERS_IN_BAND if differs else State.NO_CHANGE
    if judged.twice.is_pair and judged.verdicts[1 - k].is_flag:
        return State.OTHER_SIDE
    return State.DIFFERS if differs else State.CANNOT_TELL


def _notes(
    pairs: Sequence[tuple[Compared, Compared]],
    people: Mapping[str, int] | None,
) -> list[Note]:
    """Who is not compared."""
    found = []
    for item in pairs:
        for which, one in zip(("before", "after"), item, strict=True):
            if one.matched.unknown.n:
                found.append(
                    Note.of(
                        "unknown_group",
                        "{which}: {participants} of unknown {attribute:name} are left out of the "
                        "shares.",
                        which=which.capitalize(),
                        attribute=one.profile.attribute,
                        participants=counted(one.matched.unknown.n, "participant"),
                    )
                )
            away = sum(
                c.n for c in (*one.matched.unmatched.values(), *one.matched.outside.values())
            )
            if away:
                found.append(
                    Note.of(
                        "outside_comparison",
                        "{which}: {participants} are outside the comparison of {attribute:name}.",
                        which=which.capitalize(),
                        attribute=one.profile.attribute,
                        participants=counted(away, "participant"),
                    )
                )
    if people is not None:
        found.append(
            Note.of(
                "same_people",
                "{same} are in both tables and compared with themselves; {before} only before and "
                "{after} only after are left out.",
                same=counted(people["same"], "person", "people"),
                before=counted(people["before"], "person", "people"),
                after=counted(people["after"], "person", "people"),
            )
        )
    return found


def _method(options: Options, *, paired: bool) -> tuple[str, ...]:
    """How the numbers were found, with sources, for the page."""
    test = "Test of no change: exact (Fisher), two-sided"
    if paired:
        test = "Test of no change of the same people: exact (McNemar 1947), two-sided"
    return (
        "Change: the later representation ratio divided by the earlier one; against one baseline "
        "the baseline's shares cancel.",
        f"{test}, adjusted within each family by {options.adjust}; where baselines differ, the "
        "score test with their errors.",
        f"Limits at {options.confidence:.0%}: score (Koopman 1984).",
        f"No material difference: both one-sided score tests of a change outside "
        f"{options.band[0]:g} to {options.band[1]:g} are rejected (Schuirmann 1987).",
    )
