"""Turns what a user passes (a table, published counts, names, columns) into one tally matched with a baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.profile import Profile
from coprep.data.frames import Frame, open_frame
from coprep.data.labels import bands, fold, label, match, unknown_words
from coprep.data.reconcile import Matched, reconcile
from coprep.data.tally import AttributeTally, Tally
from coprep.errors import InputError, Problems
from coprep.wording.labels import listed, nearest, show
from coprep.wording.names import plainly

__all__ = ["Compared", "compared"]

Overlapping = Sequence[str] | Mapping[str, Mapping[str, str]]
# Looking for a column by its values is a courtesy of the error message: not on large or lazy tables.
_MOST_ROWS_TO_GUESS = 1_000_000
_NOT_KNOWN = "unknown"  # what a label recoded to None becomes


@dataclass(frozen=True, slots=True)
class Compared:
    """One attribute, ready to be judged."""

    profile: Profile
    matched: Matched
    overlapping: bool

    @property
    def people(self) -> int:
        """Participants of known group."""
        return max((c.n for c in self.matched.known.values()), default=0)


def compared(
    participants: Any,
    baseline: Any,
    *,
    attributes: Sequence[str] | str | None,
    columns: Mapping[str, str] | None,
    weight: str | None,
    person: str | None,
    total: int | Mapping[str, int] | None,
    unknown: Iterable[str],
    unmatched: str,
    overlapping: Overlapping,
    recode: Mapping[str, Any] | None,
) -> tuple[tuple[Compared, ...], tuple[str, ...]]:
    """Every attribute of the participants put beside the baseline, and notes on what was left out.

    Raises
    ------
    InputError
        With every problem found.
    """
    described = _baseline(baseline)
    columns = (
        None
        if columns is None
        else {str(column): attribute for column, attribute in columns.items()}
    )
    if unmatched not in ("raise", "row"):
        raise InputError.choice("unmatched", unmatched, ("raise", "row"))
    options = overlapping if isinstance(overlapping, Mapping) else {}
    several = (overlapping,) if isinstance(overlapping, str) else tuple(overlapping)
    several = (
        *several,
        *(a for a, p in described.profiles.items() if p.overlapping and a not in several),
    )
    wanted = (attributes,) if isinstance(attributes, str) else attributes
    wanted = None if wanted is None else tuple(dict.fromkeys(wanted))
    if isinstance(participants, Tally):
        tally, notes = participants, participants.notes
    elif _is_published(participants):
        _rows_only(weight=weight, person=person, columns=columns)
        tally = Tally.from_published(
            _named_alike(participants, described), total=total, overlapping=several
        )
        notes = tally.notes
    else:
        if total is not None:
            raise InputError.of(
                "total= goes with published counts; a table of people has its own total.",
                code="misplaced",
                param="total",
            )
        frame = open_frame(participants)
        columns_by = _columns(frame, described, wanted, columns or {}, options)
        chosen = {a: by for a, by in options.items() if wanted is None or a in wanted}
        tally = Tally.from_frame(
            frame,
            columns=columns_by,
            weight=weight,
            person=person,
            overlapping=several,
            options=chosen,
        )
        notes = tally.notes
    return _matched(tally, described, wanted, unknown, unmatched, several, recode or {}, notes)


def _baseline(baseline: Any) -> Baseline:
    if isinstance(baseline, Baseline):
        return baseline
    if (
        isinstance(baseline, Mapping)
        and baseline
        and all(isinstance(v, Mapping) for v in baseline.values())
    ):
        raise InputError.of(
            "the baseline is a plain mapping: are its numbers people or shares?",
            code="not_a_baseline",
            param="baseline",
            hint="use Baseline.from_counts(...) for numbers of people, Baseline.from_shares(...) for shares.",
        )
    hint = "make one with Baseline.from_counts, from_shares, from_frame or from_microdata."
    raise InputError.of(
        f"baseline must be a Baseline; got {show(type(baseline).__name__)}.",
        code="not_a_baseline",
        param="baseline",
        got=type(baseline).__name__,
        hint=hint,
    )


def _is_published(participants: Any) -> bool:
    """A mapping of mappings; a mapping of columns is a table."""
    if not isinstance(participants, Mapping):
        return False
    return not participants or any(isinstance(v, Mapping) for v in participants.values())


def _rows_only(**given: Any) -> None:
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
    """The counts with each attribute called as the baseline calls it, where they differ in case or blanks."""
    names = match([label(a) or "" for a in counts], baseline.attributes)
    renamed = {a: names[label(a) or ""] or a for a in counts}
    alike = len(set(renamed.values())) == len(renamed)
    return {renamed[a] if alike else a: groups for a, groups in counts.items()}


def _columns(
    frame: Frame,
    baseline: Baseline,
    wanted: Sequence[str] | None,
    named: Mapping[str, str],
    options: Mapping[str, Any],
) -> dict[str, str]:
    """For each attribute to compare, the column of ``frame`` that holds it."""
    problems = Problems()
    by_attribute = {attribute: column for column, attribute in named.items()}
    for attribute in {a for a in named.values() if list(named.values()).count(a) > 1}:
        several = [column for column, to in named.items() if to == attribute]
        problems.add(
            f"columns ties {listed(several)} to the same attribute {show(attribute)}.",
            code="duplicate_attribute",
            param="columns",
            hint="tie one of them.",
        )
    for column, attribute in named.items():
        if not frame.has(column):
            problems.take(frame.unknown_column(column, param="columns"))
        if attribute not in baseline.attributes:
            _unknown_attribute(problems, attribute, baseline)
    found: dict[str, str] = {}
    alike = match(baseline.attributes, frame.columns)
    for attribute in wanted if wanted is not None else baseline.attributes:
        if attribute in options:
            continue
        if attribute not in baseline.attributes:
            _unknown_attribute(problems, attribute, baseline)
            continue
        held = by_attribute.get(attribute) or alike[attribute]
        if held is not None:
            found[attribute] = held
        elif wanted is not None or len(baseline.attributes) == 1:
            _no_column(problems, frame, baseline, attribute)
    if not found and not options and not problems:
        for attribute in baseline.attributes:
            _no_column(problems, frame, baseline, attribute)
    problems.raise_if_any()
    return found


def _unknown_attribute(problems: Problems, attribute: str, baseline: Baseline) -> None:
    try:
        baseline.profile(attribute)
    except InputError as error:
        problems.take(error)


def _no_column(problems: Problems, frame: Frame, baseline: Baseline, attribute: str) -> None:
    close = nearest(attribute, frame.columns) or _by_values(frame, baseline.groups(attribute))
    problems.add(
        f"participants have no column {show(attribute)} for the baseline's attribute of that name; "
        f"they have {listed(frame.columns, most=12)}.",
        code="unknown_column",
        param="attributes",
        got=attribute,
        expected=frame.columns,
        hint=f"if the column {show(close)} holds it, pass columns={{{show(close)}: {show(attribute)}}}."
        if close
        else f"name the column that holds it: columns={{'your column': {show(attribute)}}}.",
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
    wanted: Sequence[str] | None,
    unknown: Iterable[str],
    unmatched: str,
    several: Sequence[str],
    recode: Mapping[str, Any],
    notes: Sequence[str],
) -> tuple[tuple[Compared, ...], tuple[str, ...]]:
    problems = Problems()
    words = unknown_words((*unknown, _NOT_KNOWN))
    for name in several:
        if name not in {*tally.attributes, *baseline.attributes}:
            problems.add(
                f"overlapping names {show(name)}, which neither participants nor baseline have.",
                code="unknown_attribute",
                param="overlapping",
                got=name,
            )
    told = [*baseline.notes, *notes]
    out: list[Compared] = []
    shared = [a for a in baseline.attributes if a in tally.attributes]
    for attribute in wanted if wanted is not None else shared:
        if attribute not in baseline.attributes:
            _unknown_attribute(problems, attribute, baseline)
            continue
        if attribute not in tally.attributes:
            problems.add(
                f"participants have no attribute {show(attribute)}; they have {listed(tally.attributes, most=12)}.",
                code="unknown_attribute",
                param="attributes",
            )
            continue
        counts, profile = tally.attributes[attribute], baseline.profiles[attribute]
        own = recode.get(attribute)
        rules = {k: v for k, v in recode.items() if not isinstance(v, Mapping)} | dict(
            own if isinstance(own, Mapping) else {}
        )
        counts, completed = _single_figure(counts, profile)
        matched = reconcile(
            counts,
            profile,
            recode={label(k) or str(k): label(v) or _NOT_KNOWN for k, v in rules.items()},
            unknown=words,
            keep_unmatched=unmatched == "row",
            problems=problems,
        )
        told += (*completed, *matched.notes)
        if tally.printed:
            told += _not_printed(counts, rules, matched)
        out.append(
            Compared(
                profile, matched, profile.overlapping or counts.overlapping or attribute in several
            )
        )
    _all_apart(problems, tally, baseline, shared if wanted is None else wanted)
    problems.raise_if_any()
    if wanted is None:
        told += _not_compared(tally, baseline)
    return tuple(out), tuple(dict.fromkeys(told))


def _single_figure(
    counts: AttributeTally, profile: Profile
) -> tuple[AttributeTally, tuple[str, ...]]:
    """A report that prints one group and the total: with two groups it tells the other, with more only this one."""
    group = match(counts.cells, profile.groups).get(next(iter(counts.cells), ""))
    if not counts.printed_alone or group is None:
        return counts, ()
    if len(profile.groups) != 2 or profile.overlapping:
        return counts.as_yes_or_no(), (
            f"Of {plainly(counts.attribute)} only {show(group)} was published; it is compared with everybody else.",
        )
    other = next(g for g in profile.groups if g != group)
    return counts.completed(other), (
        f"Of {plainly(counts.attribute)} only {show(group)} was published; everybody else was taken as {show(other)}.",
    )


def _not_printed(
    counts: AttributeTally, rules: Mapping[str, Any], matched: Matched
) -> Iterable[str]:
    """Groups that a report does not list: they are taken as empty, which only its reader can confirm."""
    named = {*match(counts.cells, tuple(matched.groups)).values(), *rules.values()}
    left_out = [
        group for group, cell in matched.groups.items() if cell.n == 0 and group not in named
    ]
    if left_out and not counts.printed_alone:
        hint = "If the report leaves groups out, give its total, so that the rest count as unknown."
        yield (
            f"The published counts of {plainly(counts.attribute)} do not list {listed(left_out, most=6)}: nobody was "
            f"taken to be there.{'' if counts.unknown.n else ' ' + hint}"
        )


def _all_apart(problems: Problems, tally: Tally, baseline: Baseline, shared: Sequence[str]) -> None:
    if not shared and not problems:
        problems.add(
            f"participants and baseline have no attribute in common: {listed(tally.attributes, most=6)} against "
            f"{listed(baseline.attributes, most=6)}.",
            code="nothing_shared",
            param="attributes",
            hint="call the attribute the same in both: rename it in one of the tables; in Python a table of people may "
            "keep its names with columns={'your column': 'baseline attribute'}.",
        )


def _not_compared(tally: Tally, baseline: Baseline) -> Iterable[str]:
    ours = [a for a in tally.attributes if a not in baseline.attributes]
    theirs = [a for a in baseline.attributes if a not in tally.attributes]
    if ours:
        yield f"Not compared, because the baseline does not describe it: {_plain_list(ours)}."
    if theirs:
        yield f"Not compared, because it is not known of participants: {_plain_list(theirs)}."


def _plain_list(attributes: Iterable[str]) -> str:
    return listed(map(plainly, attributes), most=12, quoted=False)
