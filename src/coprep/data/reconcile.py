"""Brings participants' labels together with a baseline's groups, and accounts for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coprep.data.baseline.profile import Profile
from coprep.data.counting import AttributeTally, Cell, everybody
from coprep.data.labels import Band, bands, fold, match
from coprep.errors import Problems
from coprep.findings import Note
from coprep.wording.labels import listed, nearest, show
from coprep.wording.numbers import count_of


@dataclass(frozen=True, slots=True)
class Matched:
    """Participants by the groups of the baseline, absent ones with an empty cell.

    ``known`` has for each group everybody of whom it is known whether they are in it, ``unmatched``
    the labels that the baseline lacks.
    """

    groups: Mapping[str, Cell]
    known: Mapping[str, Cell]
    unknown: Cell
    unmatched: Mapping[str, Cell]
    notes: tuple[Note, ...]


def reconcile(
    tally: AttributeTally,
    profile: Profile,
    *,
    recode: Mapping[str, str],
    unknown: frozenset[str],
    keep_unmatched: bool,
    problems: Problems,
) -> Matched:
    """Participants' labels put into the baseline's groups.

    A label is recoded if ``recode`` names it; then it is the group spelt the same, exactly or but
    for case and blanks; else the band its number falls in; else unknown if it is one of the
    ``unknown`` words (folded); else unmatched, which is a problem where those are not to be kept.
    """
    rules = {fold(k): v for k, v in recode.items()}
    names = {name: rules.get(fold(name), name) for name in tally.cells}
    meant = match(names.values(), profile.groups)
    age = bands(profile.groups)
    place: dict[str, str | None] = {}
    lost: dict[str, Cell] = {}
    missing = tally.unknown
    for name, wanted in names.items():
        group = meant[wanted] or _in_band(wanted, age)
        if group is None and fold(wanted) in unknown:
            missing = missing + tally.cells[name]
        elif group is None:
            lost[wanted] = lost.get(wanted, Cell()) + tally.cells[name]
        place[name] = group
    if lost and not keep_unmatched:
        _report(problems, tally, profile, lost, age)
    if tally.known_by is not None and tally.together is None:
        _no_label_twice(problems, tally, place)
    groups = dict.fromkeys(profile.groups, Cell())
    sets = tally.together or {(name,): cell for name, cell in tally.cells.items()}
    for labels, cell in sets.items():
        # A person whose labels mean one group is in it once.
        for group in {place[name] for name in labels} - {None}:
            groups[str(group)] = groups[str(group)] + cell
    return Matched(
        groups=groups,
        known=_known(tally, place, groups),
        unknown=missing,
        unmatched=dict(sorted(lost.items())),
        notes=tuple(_notes(tally, names, place, age)),
    )


def _no_label_twice(
    problems: Problems, tally: AttributeTally, place: Mapping[str, str | None]
) -> None:
    """Figures of two labels cannot be added up: who ticked both would count twice."""
    held: dict[str, str] = {}
    for name, group in place.items():
        if group is None:
            continue
        if group in held:
            problems.add(
                f"{show(held[group])} and {show(name)} in {show(tally.attribute)} mean one group, "
                f"{show(group)}; people who are in both would count twice.",
                code="duplicate_group",
                param=tally.attribute,
                hint="give one figure for the group.",
            )
        held.setdefault(group, name)


def _known(
    tally: AttributeTally, place: Mapping[str, str | None], groups: Mapping[str, Cell]
) -> dict[str, Cell]:
    """For each group everybody of whom it is known whether they are in it."""
    if tally.known_by is None:
        return dict.fromkeys(groups, everybody(groups.values()))
    anybody = Cell() if tally.printed_alone else tally.known("")
    held: dict[str, Cell] = {}
    for name, group in place.items():
        if group is not None:
            held[group] = max(held.get(group, Cell()), tally.known(name), key=lambda c: c.n)
    return {g: held.get(g, anybody) for g in groups}


def _number(name: str) -> float | None:
    try:
        return float(name)
    except ValueError:
        return None


def _in_band(name: str, age: Sequence[Band] | None) -> str | None:
    """The band that a label falls into where it is a number."""
    value = _number(name)
    if age is None or value is None:
        return None
    return next((b.group for b in age if b.low <= value < b.high), None)


def _notes(
    tally: AttributeTally,
    names: Mapping[str, str],
    place: Mapping[str, str | None],
    age: Sequence[Band] | None,
) -> Iterator[Note]:
    """What was taken for what."""
    placed = {name: group for name, group in place.items() if group is not None}
    respelt = [
        name
        for name, group in placed.items()
        if names[name] == name and name != group and fold(name) == fold(group)
    ]
    if respelt:
        yield Note.of(
            "labels_respelt",
            "In {attribute:name}, {labels:labels} was taken as the baseline's group of the same "
            "name.",
            attribute=tally.attribute,
            labels=respelt,
        )
    if age is not None and any(fold(names[n]) != fold(group) for n, group in placed.items()):
        yield Note.of(
            "numbers_in_bands",
            "In {attribute:name}, numbers were put into the baseline's bands.",
            attribute=tally.attribute,
        )


def _report(
    problems: Problems,
    tally: AttributeTally,
    profile: Profile,
    lost: Mapping[str, Cell],
    age: Sequence[Band] | None,
) -> None:
    """Tell of labels that the baseline lacks, and how they could be mapped."""
    labels = sorted(lost, key=lambda n: (-lost[n].n, n))
    close = {n: nearest(n, profile.groups) for n in labels[:3]}
    rules = ", ".join(f"{show(n)}: {show(c)}" for n, c in close.items() if c)
    hint = f"map them with recode={{{rules or f'{labels[0]!r}: ...'}}}"
    if age is not None and any(_number(n) is not None for n in labels):
        hint = "these lie outside the baseline's bands; use a baseline of the ages you invited"
    people = count_of(everybody(lost.values()).n, "person", "people")
    problems.add(
        f"participants have {listed(labels)} in {show(tally.attribute)} ({people}), "
        f"which the baseline lacks; it knows {listed(profile.groups, most=8)}.",
        code="unmatched_groups",
        param=tally.attribute,
        got=tuple(labels[:20]),
        expected=profile.groups,
        hint=f'{hint}, or pass unmatched="row" to keep them as rows of their own '
        "outside the comparison.",
    )
