"""Puts what was passed (a table, published counts) beside a baseline, attribute by attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from coprep.data.age_bands import bands
from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.profile import Profile
from coprep.data.counting import AttributeTally
from coprep.data.frames import Frame, open_frame
from coprep.data.label_matching import bare, match_labels, spelt_alike
from coprep.data.labels import fold, folded_words, label
from coprep.data.reading import Reading
from coprep.data.reconcile import Matched, Rules, reconcile
from coprep.data.tally import Tally
from coprep.errors import InputError, Problems
from coprep.findings import Note, counted, distinct
from coprep.representation._called import check_form, check_known
from coprep.representation._counted_tables import as_counts, seems_counted
from coprep.representation._options import Options
from coprep.wording.labels import listed, nearest, show
from coprep.wording.names import plainly

# Looking for a column by its values is a courtesy of the error message: not on large or lazy
# tables.
_MOST_ROWS_TO_GUESS = 1_000_000
_NOT_KNOWN = "unknown"  # what a label recoded to None becomes


@dataclass(frozen=True, slots=True)
class Compared:
    """One attribute, ready to be judged."""

    profile: Profile
    matched: Matched
    overlapping: bool
    weighted: bool = False
    extremes: tuple[Matched, ...] = ()  # were withheld figures as small, or as large, as can be
    only_limits: bool = False  # whether the profile has no shares but the nearest left open
    follows: tuple[str, ...] = ()  # quotas within which the profile is what a lottery would give

    @property
    def people(self) -> int:
        """Participants of known group."""
        return max((c.n for c in self.matched.known.values()), default=0)


def compared(
    participants: Any, baseline: Any, options: Options
) -> tuple[tuple[Compared, ...], tuple[Note, ...]]:
    """Every attribute of the participants beside the baseline, and notes on what was left out.

    Raises an InputError with every problem found.
    """
    community = checked_baseline(baseline)
    options = as_read(participants, options)
    by_baseline = (a for a, p in community.profiles.items() if p.overlapping)
    several = tuple(dict.fromkeys((*options.overlapping, *by_baseline)))
    tally = tallied(participants, community, several, options)
    problems = Problems()
    found, notes = _matched(tally, community, several, options, problems)
    problems.raise_if_any()
    _check_quotas(found, options.quotas)
    check_form(options.labels, problems)
    problems.raise_if_any()
    check_known(options.labels, {f.profile.attribute: f.profile.groups for f in found}, problems)
    problems.raise_if_any()
    if options.population is not None:
        _check_population(found, options.population)
    return found, distinct((*community.notes, *tally.notes, *notes))


def as_read(participants: Any, options: Options) -> Options:
    """The options with what sign-ups say of themselves: their labels were all decided on."""
    reading = getattr(participants, "reading", None)
    if not isinstance(reading, Reading):
        return options
    overlapping = tuple(dict.fromkeys((*options.overlapping, *reading.overlapping)))
    return replace(options, overlapping=overlapping, unmatched="row")


def checked_baseline(baseline: Any) -> Baseline:
    """The baseline, where it is one."""
    if isinstance(baseline, Baseline):
        return baseline
    if is_published(baseline) and baseline:
        raise InputError.of(
            "the baseline is a plain mapping: are its numbers people or shares?",
            code="not_a_baseline",
            param="baseline",
            hint="use Baseline.from_counts(...) for numbers of people, "
            "Baseline.from_shares(...) for shares.",
        )
    raise InputError.of(
        f"baseline must be a Baseline; got {show(type(baseline).__name__)}.",
        code="not_a_baseline",
        param="baseline",
        got=type(baseline).__name__,
        hint="make one with Baseline.from_counts, from_shares, from_frame or from_microdata.",
    )


def is_published(value: Any) -> bool:
    """Whether a value is counts by group, a mapping of mappings, and no table of columns."""
    if not isinstance(value, Mapping):
        return False
    return not value or any(isinstance(v, Mapping) for v in value.values())


def tallied(
    participants: Any, baseline: Baseline, several: Sequence[str], options: Options
) -> Tally:
    """Participants counted by label; ``several`` are the attributes where people tick several."""
    if isinstance(participants, Tally):
        return participants
    participants = as_counts(participants, baseline, options.total)
    if isinstance(participants, Tally):
        rows_only(
            weight=options.weight,
            person=options.person,
            cluster=options.cluster,
            columns=options.columns,
        )
        return participants
    if is_published(participants):
        rows_only(
            weight=options.weight,
            person=options.person,
            cluster=options.cluster,
            columns=options.columns,
        )
        counts = _named_alike(participants, baseline)
        return Tally.from_published(counts, total=options.total, overlapping=several)
    if options.total is not None:
        raise InputError.of(
            "total= goes with published counts; a table of people has its own total.",
            code="misplaced",
            param="total",
        )
    frame = open_frame(participants)
    wanted = options.attributes
    return Tally.from_frame(
        frame,
        columns=columns_for(frame, baseline, options),
        weight=options.weight,
        person=options.person,
        cluster=options.cluster,
        overlapping=several,
        options={a: by for a, by in options.ticks.items() if wanted is None or a in wanted},
    )


def rows_only(**given: Any) -> None:
    problems = Problems()
    for name, value in given.items():
        if value is not None:
            problems.add(
                f"{name}= goes with a table of people, not with published counts.",
                code="misplaced",
                param=name,
            )
    problems.raise_if_any()


def _named_alike(counts: Mapping[Any, Any], baseline: Baseline) -> dict[Any, Any]:
    """The counts with attributes called as the baseline calls them, but for case and blanks."""
    names = spelt_alike([label(a) or "" for a in counts], baseline.attributes)
    renamed = {a: names[label(a) or ""] or a for a in counts}
    if len(set(renamed.values())) < len(renamed):
        return dict(counts)
    return {renamed[a]: groups for a, groups in counts.items()}


def columns_for(frame: Frame, baseline: Baseline, options: Options) -> dict[str, str]:
    """For each attribute to compare, the column of ``frame`` that holds it."""
    problems = Problems()
    tied = _tied(frame, baseline, options.columns or {}, problems)
    alike = spelt_alike(baseline.attributes, frame.columns)
    wanted = options.attributes
    found: dict[str, str] = {}
    for attribute in baseline.attributes if wanted is None else wanted:
        if attribute in options.ticks:
            continue
        if attribute not in baseline.attributes:
            _unknown_attribute(problems, attribute, baseline)
            continue
        column = tied.get(attribute) or alike[attribute]
        if column is not None:
            found[attribute] = column
        elif wanted is not None or len(baseline.attributes) == 1:
            _no_column(problems, frame, baseline, attribute)
    if not found and not options.ticks and not problems:
        for attribute in baseline.attributes:
            _no_column(problems, frame, baseline, attribute)
    problems.raise_if_any()
    return found


def _tied(
    frame: Frame, baseline: Baseline, columns: Mapping[str, str], problems: Problems
) -> dict[str, str]:
    """The column that ``columns=`` ties to each attribute."""
    by_attribute: dict[str, list[str]] = {}
    for column, attribute in columns.items():
        by_attribute.setdefault(attribute, []).append(column)
        if not frame.has(column):
            problems.take(frame.unknown_column(column, param="columns"))
        if attribute not in baseline.attributes:
            _unknown_attribute(problems, attribute, baseline)
    for attribute, several in by_attribute.items():
        if len(several) > 1:
            problems.add(
                f"columns ties {listed(several)} to the same attribute {show(attribute)}.",
                code="duplicate_attribute",
                param="columns",
                hint="tie one of them.",
            )
    return {attribute: several[-1] for attribute, several in by_attribute.items()}


def _unknown_attribute(problems: Problems, attribute: str, baseline: Baseline) -> None:
    try:
        baseline.profile(attribute)
    except InputError as error:
        problems.take(error)


def _no_column(problems: Problems, frame: Frame, baseline: Baseline, attribute: str) -> None:
    close = nearest(attribute, frame.columns) or _by_values(frame, baseline.groups(attribute))
    hint = f"name the column that holds it: columns={{'your column': {show(attribute)}}}."
    if close:
        tie = f"columns={{{show(close)}: {show(attribute)}}}"
        hint = f"if the column {show(close)} holds it, pass {tie}."
    if seems_counted(frame.columns):
        hint = (
            "this looks like counts by group: give the columns attribute, group and count, or "
            f"pass {{{show(attribute)}: {{group: count}}}}."
        )
    problems.add(
        f"participants have no column {show(attribute)} for the baseline's attribute of that name; "
        f"they have {listed(frame.columns, most=12)}.",
        code="unknown_column",
        param="attributes",
        got=attribute,
        expected=frame.columns,
        hint=hint,
    )


def _by_values(frame: Frame, groups: Sequence[str]) -> str | None:
    """A column most of whose values are the baseline's groups."""
    if frame.is_lazy or frame.rows() > _MOST_ROWS_TO_GUESS:
        return None
    known = {fold(g) for g in groups}
    for column in frame.columns:
        try:
            values = {label(key[0]) for key in frame.count([column]).keys} - {None}
        except InputError:
            continue
        if values and sum(fold(str(v)) in known for v in values) * 2 > len(values):
            return column
        if bands(groups) and frame.is_number(column) and "age" in column.casefold():
            return column
    return None


def _matched(
    tally: Tally,
    baseline: Baseline,
    several: Sequence[str],
    options: Options,
    problems: Problems,
) -> tuple[tuple[Compared, ...], list[Note]]:
    """Labels put into the baseline's groups, and notes on what was understood."""
    words = folded_words(options.unknown)
    shared = [a for a in baseline.attributes if a in tally.attributes]
    asked = shared if options.attributes is None else options.attributes
    notes: list[Note] = []
    found: list[Compared] = []
    _check_known(tally, baseline, several, asked, problems)
    for attribute in asked:
        if attribute not in baseline.attributes or attribute not in tally.attributes:
            continue
        profile = baseline.profiles[attribute]
        counts, completed = _single_figure(tally.attributes[attribute], profile)
        rules = _rules(options.recode, attribute)
        how = Rules(
            recode={label(k) or str(k): label(v) or _NOT_KNOWN for k, v in rules.items()},
            unknown=words,
            outside=_outside(options, attribute),
            keep_unmatched=options.unmatched == "row",
        )
        matched = reconcile(counts, profile, how, problems)
        extremes = [reconcile(one, profile, how, Problems()) for one in counts.extremes()]
        notes += (*completed, *matched.notes)
        notes += _more_than_live_there(profile, matched, baseline.kind)
        if tally.printed:
            notes += _not_printed(counts, rules, matched)
        overlapping = profile.overlapping or counts.overlapping or attribute in several
        found.append(
            Compared(profile, matched, overlapping, tally.weighted, extremes=tuple(extremes))
        )
    if options.attributes is None:
        notes += _not_compared(tally, baseline)
    return tuple(found), notes


def _rules(recode: Mapping[str, Any], attribute: str) -> dict[Any, Any]:
    """The labels to rename in one attribute: rules for all attributes, then its own."""
    rules = {old: new for old, new in recode.items() if not isinstance(new, Mapping)}
    own = recode.get(attribute)
    return rules | dict(own) if isinstance(own, Mapping) else rules


def _outside(options: Options, attribute: str) -> frozenset[str]:
    """The labels of one attribute that are knowingly outside the comparison, bare."""
    if not isinstance(options.outside, Mapping):
        return frozenset(bare(one) for one in options.outside)
    named = spelt_alike(options.outside, (attribute,))
    mine = (labels for name, labels in options.outside.items() if named[name] is not None)
    return frozenset(bare(one) for labels in mine for one in labels)


def _check_known(
    tally: Tally,
    baseline: Baseline,
    several: Sequence[str],
    asked: Sequence[str],
    problems: Problems,
) -> None:
    """Attributes that are asked for, or said to overlap, are there."""
    for name in several:
        if name not in {*tally.attributes, *baseline.attributes}:
            problems.add(
                f"overlapping names {show(name)}, which neither participants nor baseline have.",
                code="unknown_attribute",
                param="overlapping",
                got=name,
            )
    for name in asked:
        if name not in baseline.attributes:
            _unknown_attribute(problems, name, baseline)
        elif name not in tally.attributes:
            known = listed(tally.attributes, most=12)
            problems.add(
                f"participants have no attribute {show(name)}; they have {known}.",
                code="unknown_attribute",
                param="attributes",
            )
    if not asked and not problems:
        problems.add(
            "participants and baseline have no attribute in common: "
            f"{listed(tally.attributes, most=6)} against {listed(baseline.attributes, most=6)}.",
            code="nothing_shared",
            param="attributes",
            hint="call the attribute the same in both: rename it in one of the tables; in Python a "
            "table of people may keep its names with "
            "columns={'your column': 'baseline attribute'}.",
        )


def _single_figure(
    counts: AttributeTally, profile: Profile
) -> tuple[AttributeTally, tuple[Note, ...]]:
    """One printed group and the total: of two groups it tells the other, of more only this."""
    only_label = next(iter(counts.cells), "")
    meant = match_labels([only_label], profile.groups)[only_label]
    group = None if meant is None else meant.group
    if not counts.printed_alone or group is None:
        return counts, ()
    only = "Of {attribute:name} only {group:label} was published; "
    if len(profile.groups) != 2 or profile.overlapping:
        template = only + "it is compared with everybody else."
        note = Note.of("single_figure", template, attribute=counts.attribute, group=group)
        return counts.as_yes_or_no(), (note,)
    other = next(g for g in profile.groups if g != group)
    template = only + "everybody else was taken as {other:label}."
    note = Note.of("single_figure", template, attribute=counts.attribute, group=group, other=other)
    return counts.completed(other), (note,)


def _not_printed(
    counts: AttributeTally, rules: Mapping[str, Any], matched: Matched
) -> Iterator[Note]:
    """Groups that a report does not list are taken as empty; only its reader can confirm it."""
    meant = match_labels(counts.cells, tuple(matched.groups)).values()
    named = {*(m.group for m in meant if m is not None), *rules.values()}
    empty = [group for group, cell in matched.groups.items() if cell.n == 0 and group not in named]
    if empty and not counts.printed_alone:
        template = (
            "The published counts of {attribute:name} do not list {groups:labels}: "
            "nobody was taken to be there."
        )
        if not counts.unknown.n:
            template += (
                " If the report leaves groups out, give its total, "
                "so that the rest count as unknown."
            )
        yield Note.of("groups_not_printed", template, attribute=counts.attribute, groups=empty)


def _more_than_live_there(profile: Profile, matched: Matched, kind: str) -> Iterator[Note]:
    """Groups of whom more came than the baseline counts."""
    if profile.counts is None or profile.sampled or kind == "target":
        return
    for group, there in zip(profile.groups, profile.counts, strict=True):
        came = matched.groups[group].n
        if came > there > 0:
            yield Note.of(
                "more_than_live_there",
                "{group:label} ({attribute:name}): {participants} came, where the baseline counts "
                "only {there:count}; is it a baseline of the people who could have come?",
                group=group,
                attribute=profile.attribute,
                participants=counted(came, "participant"),
                there=float(there),
            )


def _not_compared(tally: Tally, baseline: Baseline) -> Iterator[Note]:
    """Attributes that only one of the two has."""
    ours = [plainly(a) for a in tally.attributes if a not in baseline.attributes]
    theirs = [plainly(a) for a in baseline.attributes if a not in tally.attributes]
    for attributes, why in (
        (ours, "the baseline does not describe it"),
        (theirs, "it is not known of participants"),
    ):
        if attributes:
            told = listed(attributes, most=12, quoted=False)
            text = f"Not compared, because {why}: {told}."
            yield Note("not_compared", text, {"attributes": attributes})


def _check_quotas(found: Sequence[Compared], quotas: Sequence[str]) -> None:
    """Quotas are on attributes that are compared."""
    known = [item.profile.attribute for item in found]
    problems = Problems()
    for name in quotas:
        if name not in known:
            close = nearest(name, known)
            problems.add(
                f"quotas names {show(name)}, which is not compared; "
                f"these are: {listed(known, most=12)}.",
                code="unknown_attribute",
                param="quotas",
                got=name,
                hint=f"did you mean {show(close)}?" if close else None,
            )
    problems.raise_if_any()


def _check_population(found: Sequence[Compared], population: int) -> None:
    """No more people, and no more of any group, can take part than there are to draw from."""
    most = max((item.people for item in found), default=0)
    if most > population:
        raise InputError.of(
            f"{most:,} people took part, but population is {population:,}.",
            code="count_above_total",
            param="population",
            got=population,
            expected=f"at least {most:,}",
        )
    problems = Problems()
    for item in found:
        if item.profile.standard_errors.any():
            continue
        for group, share in zip(item.profile.groups, item.profile.shares, strict=True):
            there = round(float(share) * population)
            came = item.matched.groups[group].n
            if share > 0 and came > there:
                problems.add(
                    f"{came:,} participants are in {show(group)} "
                    f"({plainly(item.profile.attribute)}), but of a population of {population:,} "
                    f"the baseline has only {there:,} there.",
                    code="count_above_total",
                    param="population",
                    got=came,
                    expected=there,
                    hint="is the population the people who could have come? "
                    "Leave population= out if it is large.",
                )
    problems.raise_if_any()
