"""Brings the labels participants gave together with the groups a baseline has, and accounts for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coprep.data.baseline.profile import Profile
from coprep.data.counting import AttributeTally, Cell
from coprep.data.labels import Band, bands, fold, match
from coprep.errors import Problems
from coprep.wording.labels import listed, nearest, show
from coprep.wording.names import plainly


@dataclass(frozen=True, slots=True)
class Matched:
    """Participants by the groups of the baseline.

    Attributes
    ----------
    groups : mapping of str to Cell
        Every group of the baseline, absent ones with an empty cell.
    known : mapping of str to Cell
        For each group, everybody of whom it is known whether they are in it.
    unknown : Cell
        People whose group is not known.
    unmatched : mapping of str to Cell
        Labels the baseline lacks.
    notes : tuple of str
        What was put together, in sentences.
    """

    groups: Mapping[str, Cell]
    known: Mapping[str, Cell]
    unknown: Cell
    unmatched: Mapping[str, Cell]
    notes: tuple[str, ...]


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

    A label is recoded if ``recode`` names it; then it is the group spelt the same, exactly or but for case and
    blanks; else the band its number falls in; else unknown if it is one of the unknown words; else unmatched.

    Parameters
    ----------
    tally : AttributeTally
        What participants gave.
    profile : Profile
        What the baseline has.
    recode : mapping of str to str
        Labels to rename first.
    unknown : frozenset of str
        Folded words that mean "we do not know".
    keep_unmatched : bool
        Keep labels the baseline lacks as their own rows; otherwise they are a problem.
    problems : Problems
        Where problems are noted.
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
    groups = dict.fromkeys(profile.groups, Cell())
    sets = (
        {(name,): cell for name, cell in tally.cells.items()}
        if tally.together is None
        else tally.together
    )
    for labels, cell in sets.items():
        # A person whose labels mean one group is in it once.
        for group in {place[name] for name in labels} - {None}:
            groups[str(group)] = groups[str(group)] + cell
    if tally.known_by is not None and tally.together is None:
        _no_label_twice(problems, tally, place)
    return Matched(
        groups,
        _known(tally, place, groups),
        missing,
        dict(sorted(lost.items())),
        tuple(_notes(tally, names, place, age)),
    )


def _no_label_twice(
    problems: Problems, tally: AttributeTally, place: Mapping[str, str | None]
) -> None:
    """Published figures or columns of two options cannot be added up: who ticked both would count twice."""
    held: dict[str, str] = {}
    for name, group in place.items():
        if group is not None and group in held:
            problems.add(
                f"{show(held[group])} and {show(name)} in {show(tally.attribute)} mean one group, {show(group)}; "
                "people who are in both would count twice.",
                code="duplicate_group",
                param=tally.attribute,
                hint="give one figure for the group.",
            )
        elif group is not None:
            held[group] = name


def _sum(cells: Iterable[Cell]) -> Cell:
    total = Cell()
    for cell in cells:
        total = total + cell
    return total


def _known(
    tally: AttributeTally, place: Mapping[str, str | None], groups: Mapping[str, Cell]
) -> dict[str, Cell]:
    if tally.known_by is None:
        return dict.fromkeys(groups, _sum(groups.values()))
    anybody = Cell() if tally.printed_alone else tally.known("")
    held: dict[str, Cell] = {}
    for name, group in place.items():
        if group is not None:
            held[group] = max(held.get(group, Cell()), tally.known(name), key=lambda c: c.n)
    return {g: held.get(g, anybody) for g in groups}


def _in_band(name: str, age: Sequence[Band] | None) -> str | None:
    if age is None:
        return None
    try:
        value = float(name)
    except ValueError:
        return None
    return next((b.group for b in age if b.low <= value < b.high), None)


def _notes(
    tally: AttributeTally,
    names: Mapping[str, str],
    place: Mapping[str, str | None],
    age: Sequence[Band] | None,
) -> Iterable[str]:
    respelt = [
        n
        for n, g in place.items()
        if g is not None and names[n] == n and n != g and fold(n) == fold(g)
    ]
    if respelt:
        yield f"In {plainly(tally.attribute)}, {listed(respelt)} was taken as the baseline's group of the same name."
    if age is not None:
        numbers = [n for n, g in place.items() if g is not None and fold(names[n]) != fold(g)]
        if numbers:
            yield f"In {plainly(tally.attribute)}, numbers were put into the baseline's bands."


def _report(
    problems: Problems,
    tally: AttributeTally,
    profile: Profile,
    lost: Mapping[str, Cell],
    age: Sequence[Band] | None,
) -> None:
    labels = sorted(lost, key=lambda n: (-lost[n].n, n))
    people = _sum(lost.values()).n
    close = {n: nearest(n, profile.groups) for n in labels[:3]}
    rules = ", ".join(f"{show(n)}: {show(c)}" for n, c in close.items() if c)
    hint = (
        f"map them with recode={{{rules}}}"
        if rules
        else f"map them with recode={{{labels[0]!r}: ...}}"
    )
    if age is not None and any(_is_number(n) for n in labels):
        hint = "these lie outside the baseline's bands; use a baseline of the ages you invited"
    problems.add(
        f"participants have {listed(labels)} in {show(tally.attribute)} ({people:,} people), which the baseline lacks; "
        f"it knows {listed(profile.groups, most=8)}.",
        code="unmatched_groups",
        param=tally.attribute,
        got=tuple(labels[:20]),
        expected=profile.groups,
        hint=f'{hint}, or pass unmatched="row" to keep them as rows of their own outside the comparison.',
    )


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
