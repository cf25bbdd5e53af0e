"""Brings participants' labels together with a baseline's groups, and accounts for everybody else.

Whoever gives a label is in a group, of unknown group, knowingly outside (`outside=`), or unmatched; nobody is in none
of them. Labels that the baseline lacks are a problem unless they are to be kept as rows of their own; labels that
cannot be what they stand for (bands that cross, years of birth, dates) are a problem in any case.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from coprep.data.age_bands import OLDEST, Band, all_bands, band_of, merged
from coprep.data.baseline.profile import Profile
from coprep.data.counting import AttributeTally, Cell, everybody
from coprep.data.label_matching import How, bare, match_labels, misspelt, several_ticks
from coprep.data.labels import fold, is_date, is_not_asked, is_unknown
from coprep.errors import Problems
from coprep.findings import Note, counted
from coprep.wording.labels import listed, show
from coprep.wording.numbers import count_of

_MOST_LOOKED_AT = 50
_LONGEST_LABEL = 40
_OWN_WORDS_BELOW = 5
_FULL_YEAR = re.compile(r"\d{4}")
_YEARS_OF_BIRTH = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Matched:
    """Participants by the groups of the baseline, absent ones with an empty cell.

    ``known`` has for each group everybody of whom it is known whether they are in it, ``unmatched``
    the labels that the baseline lacks, ``outside`` those that are knowingly left out, ``placed``
    the groups that each label of the participants was put into, ``left_outside`` the labels that
    were left out, and ``lost`` those that the baseline lacks.
    """

    groups: Mapping[str, Cell]
    known: Mapping[str, Cell]
    unknown: Cell
    unmatched: Mapping[str, Cell]
    notes: tuple[Note, ...]
    outside: Mapping[str, Cell] = field(default_factory=dict)
    placed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_outside: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """What is to be done with labels of one attribute; ``unknown`` is folded, ``outside`` bare."""

    recode: Mapping[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    keep_unmatched: bool = False


@dataclass(slots=True)
class _Sorted:
    """Where each label of the participants goes: into groups, or to the unknown, outside or lost."""

    called: dict[str, str] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    how: dict[str, How] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)
    not_asked: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)


def reconcile(tally: AttributeTally, profile: Profile, rules: Rules, problems: Problems) -> Matched:
    """Participants' labels put into the baseline's groups.

    A label is recoded if the rules name it. Then it is outside if it is said to be; else in the
    group it plainly means (`match_labels`), or in several where people tick several; else unknown
    if it is one of the words for it; else unmatched.
    """
    found = _sorted(tally, profile, rules)
    _not_both(problems, tally, profile, found)
    _report(problems, tally, profile, found, keep=rules.keep_unmatched)
    if tally.known_by is not None and tally.together is None:
        _no_label_twice(problems, tally, found)
    groups = dict.fromkeys(profile.groups, Cell())
    sets = tally.together or {(name,): cell for name, cell in tally.cells.items()}
    for labels, cell in sets.items():
        # A person whose labels mean one group is in it once.
        for group in {group for name in labels for group in found.groups.get(name, ())}:
            groups[group] = groups[group] + cell
    return Matched(
        groups=groups,
        known=_known(tally, found, groups),
        unknown=tally.unknown + _only(tally, found.unknown),
        unmatched=_by_name(tally, found, found.lost),
        outside=_by_name(tally, found, found.outside | found.not_asked),
        notes=tuple(_notes(tally, found)),
        placed=found.groups,
        left_outside=frozenset(found.outside | found.not_asked),
        lost=frozenset(found.lost),
    )


def _sorted(tally: AttributeTally, profile: Profile, rules: Rules) -> _Sorted:
    """Where each label goes."""
    renamed = {fold(old): new for old, new in rules.recode.items()}
    found = _Sorted()
    found.called = {name: renamed.get(fold(name), name) for name in tally.cells}
    meant = match_labels(found.called.values(), profile.groups)
    for name, called in found.called.items():
        match = meant[called]
        ticks = several_ticks(called, profile.groups) if tally.together is not None else ()
        if bare(called) in rules.outside:
            found.outside.add(name)
        elif match is not None:
            found.groups[name] = (match.group,)
            found.how[name] = match.how
        elif is_unknown(called, rules.unknown):
            found.unknown.add(name)
        elif is_not_asked(called):
            found.not_asked.add(name)
        elif ticks:
            found.groups[name] = ticks
        else:
            found.lost.add(name)
    return found


def _by_name(tally: AttributeTally, found: _Sorted, names: Collection[str]) -> dict[str, Cell]:
    """The cells of some labels, by what they are called after recoding."""
    cells: dict[str, Cell] = {}
    for name in names:
        called = found.called[name]
        cells[called] = cells.get(called, Cell()) + tally.cells[name]
    return dict(sorted(cells.items()))


def _only(tally: AttributeTally, names: Collection[str]) -> Cell:
    """Everybody who gave these labels and no other."""
    if tally.together is None:
        return everybody(tally.cells[name] for name in names)
    return everybody(cell for labels, cell in tally.together.items() if set(labels) <= set(names))


def _known(tally: AttributeTally, found: _Sorted, groups: Mapping[str, Cell]) -> dict[str, Cell]:
    """For each group everybody of whom it is known whether they are in it."""
    if tally.known_by is None:
        return dict.fromkeys(groups, everybody(groups.values()))
    out = _only(tally, found.unknown | found.outside | found.not_asked)
    anybody = Cell() if tally.printed_alone else tally.known("")
    held: dict[str, Cell] = {}
    for name, several in found.groups.items():
        for group in several:
            held[group] = max(held.get(group, Cell()), tally.known(name), key=lambda c: c.n)
    return {g: held.get(g, anybody) - out for g in groups}


# -- what is wrong ---------------------------------------------------------------------------------


def _not_both(problems: Problems, tally: AttributeTally, profile: Profile, found: _Sorted) -> None:
    """A group of the baseline cannot be outside the comparison: it would seem to be absent."""
    meant = match_labels([found.called[name] for name in found.outside], profile.groups)
    both = [called for called, match in meant.items() if match is not None]
    if both:
        problems.add(
            f"outside names {listed(both)} in {show(tally.attribute)}, which the baseline has.",
            code="outside_is_a_group",
            param="outside",
            got=tuple(both),
            hint="take the group out of the baseline, or leave it in the comparison.",
        )


def _no_label_twice(problems: Problems, tally: AttributeTally, found: _Sorted) -> None:
    """Figures of two labels cannot be added up: who ticked both would count twice."""
    held: dict[str, str] = {}
    for name, (group, *_) in found.groups.items():
        if group in held:
            problems.add(
                f"{show(held[group])} and {show(name)} in {show(tally.attribute)} mean one group, "
                f"{show(group)}; people who are in both would count twice.",
                code="duplicate_group",
                param=tally.attribute,
                hint="give one figure for the group.",
            )
        held.setdefault(group, name)


def _report(
    problems: Problems, tally: AttributeTally, profile: Profile, found: _Sorted, *, keep: bool
) -> None:
    """Tell of labels that the baseline lacks, and of those that cannot be what they stand for."""
    lost = _by_name(tally, found, found.lost)
    ages = all_bands(profile.groups)
    if ages is not None and max(band.low for band in ages) > OLDEST:
        ages = None
    odd = _no_ages(problems, tally, lost) if ages is not None else set()
    odd |= _dates(problems, tally, lost)
    if ages is not None:
        left = {name: cell for name, cell in lost.items() if name not in odd}
        odd |= _crossing(problems, tally, left, ages)
    rest = {name: cell for name, cell in lost.items() if name not in odd}
    if rest and not keep:
        _unmatched(problems, tally, profile, rest, ages)


def _people(lost: Mapping[str, Cell], names: Collection[str]) -> str:
    return count_of(everybody(lost[name] for name in names).n, "person", "people")


def _no_ages(problems: Problems, tally: AttributeTally, lost: Mapping[str, Cell]) -> set[str]:
    """Numbers that no age can be: years of birth, codes for what is missing."""
    values = {name: _number(name) for name in lost}
    odd = [name for name, v in values.items() if v is not None and not 0 <= v <= OLDEST]
    if not odd:
        return set()
    born = [name for name in odd if values[name] in _YEARS_OF_BIRTH]
    if len(born) * 2 > len(odd):
        hint = (
            "these look like years of birth: subtract them from the year of the process first, "
            "and give the ages."
        )
    else:
        codes = ", ".join(show(name) for name in odd[:3])
        hint = f"if these are codes for an age that is not known, pass unknown=[{codes}]."
    problems.add(
        f"participants have {listed(odd)} in {show(tally.attribute)} ({_people(lost, odd)}), "
        f"which are no ages; nobody is younger than 0 or older than {OLDEST}.",
        code="not_an_age",
        param=tally.attribute,
        got=tuple(odd[:20]),
        expected=f"ages from 0 to {OLDEST}",
        hint=hint,
    )
    return set(odd)


def _dates(problems: Problems, tally: AttributeTally, lost: Mapping[str, Cell]) -> set[str]:
    """Days where groups should be."""
    odd = [name for name in lost if is_date(name)]
    if odd:
        # A full date may be somebody's birthday, which no message tells.
        told = [name for name in odd if not _FULL_YEAR.search(name)]
        such_as = f", such as {listed(told)}" if told else ""
        problems.add(
            f"participants have dates in {show(tally.attribute)}{such_as} "
            f"({_people(lost, odd)}), where the baseline has groups.",
            code="date_for_a_group",
            param=tally.attribute,
            got=tuple(told[:20]),
            hint="a spreadsheet program turns 5-9 into a day: write 5 to 9. Of dates of birth, "
            "give the ages.",
        )
    return set(odd)


def _crossing(
    problems: Problems, tally: AttributeTally, lost: Mapping[str, Cell], ages: Sequence[Band]
) -> set[str]:
    """Bands that lie in no band of the baseline and overlap some: no count can be taken from them.

    Also numbers and bands that lie in two, where the baseline's own bands overlap.
    """
    named = {name: band_of(name) for name in lost}
    odd = {
        name: band
        for name, band in named.items()
        if band is not None and any(band.overlaps(other) for other in ages)
    }
    if not odd:
        return set()
    ours = _in_order([band for band in map(band_of, tally.cells) if _is_age(band)])
    together = merged(ours, ages)
    rules = {
        band.group: piece.group
        for piece in together
        for band in ages
        if piece.holds(band) and band.group != piece.group
    }
    own = [pair for pair in combinations(ages, 2) if pair[0].overlaps(pair[1])]
    doubled = ""
    if own:
        doubled = f" Its own bands {show(own[0][0].group)} and {show(own[0][1].group)} overlap."
    pieces = listed([piece.group for piece in together], most=12)
    hint = "both fit into no bands but one of all ages: count the people again in the same bands."
    if len(together) > 1:
        told = ", ".join(f"{show(old)}: {show(new)}" for old, new in rules.items())
        hint = (
            f"both can be merged into {pieces}: "
            f"baseline.recode({{{show(tally.attribute)}: {{{told}}}}})."
        )
    problems.add(
        f"the bands of {show(tally.attribute)} cross: participants have "
        f"{listed([band.group for band in ours], most=12)}, the baseline "
        f"{listed([band.group for band in ages], most=12)}.{doubled} "
        f"{_people(lost, odd).capitalize()} cannot be put into one of its bands.",
        code="crossing_bands",
        param=tally.attribute,
        got=tuple(odd),
        expected=tuple(band.group for band in ages),
        hint=hint,
    )
    return set(odd)


def _is_age(band: Band | None) -> bool:
    return band is not None and band.low <= OLDEST


def _in_order(bands: Sequence[Band | None]) -> list[Band]:
    known = [band for band in bands if band is not None]
    return sorted(known, key=lambda band: (band.low, band.high))


def _number(name: str) -> float | None:
    try:
        return float(name)
    except ValueError:
        return None


def _unmatched(
    problems: Problems,
    tally: AttributeTally,
    profile: Profile,
    lost: Mapping[str, Cell],
    ages: Sequence[Band] | None,
) -> None:
    """Tell of labels that the baseline lacks, and what can be done with each kind."""
    labels, answers = answers_told({name: cell.n for name, cell in lost.items()})
    problems.add(
        f"participants have {answers} in {show(tally.attribute)} "
        f"({_people(lost, lost)}), which the baseline lacks; it knows "
        f"{listed(profile.groups, most=8)}.",
        code="unmatched_groups",
        param=tally.attribute,
        got=tuple(labels[:20]),
        expected=profile.groups,
        hint=f"{hint_for_unmatched(tally.attribute, labels, profile.groups, ages)}; or pass "
        'unmatched="row" to keep them as rows of their own outside the comparison.',
    )


def answers_told(people: Mapping[str, int]) -> tuple[list[str], str]:
    """Labels that may be named in a message, the most frequent first, and a phrase for all of them.

    A long label that hardly anybody gave is somebody's own words, and only counted.
    """
    ordered = sorted(people, key=lambda name: (-people[name], name))
    labels = [n for n in ordered if len(n) <= _LONGEST_LABEL or people[n] >= _OWN_WORDS_BELOW]
    own = len(ordered) - len(labels)
    if not own:
        return labels, listed(labels)
    words = count_of(own, "answer in words of their own", "answers in words of their own")
    return labels, f"{listed(labels)} and {words}" if labels else words


def hint_for_unmatched(
    attribute: str,
    labels: Sequence[str],
    groups: Sequence[str],
    ages: Sequence[Band] | None = None,
) -> str:
    """What can be done with labels that the baseline lacks; proposes a group for misspellings only."""
    looked_at = labels[:_MOST_LOOKED_AT]
    ticks = next((label for label in looked_at if several_ticks(label, groups)), None)
    out_of_range = (
        bool(labels) and ages is not None and all(band_of(label) is not None for label in labels)
    )
    close = {label: misspelt(label, groups) for label in labels[:3]}
    rules = ", ".join(f"{show(old)}: {show(new)}" for old, new in close.items() if new)
    said = []
    if ticks is not None:
        said.append(
            f"{show(ticks)} looks like several ticks: if people could tick several, "
            f"pass overlapping=[{show(attribute)}]."
        )
    elif out_of_range:
        said.append(
            "these ages lie outside the baseline's bands: use a baseline of the ages you invited."
        )
    elif rules:
        meant = listed([new for new in close.values() if new])
        said.append(f"did you mean {meant}? Then pass recode={{{rules}}}.")
    else:
        old = ", ".join(f"{show(label)}: ..." for label in labels[:3]) or "..."
        said.append(f"give them the baseline's names with recode={{{old}}}.")
    said.append(
        "Labels that mean that nothing is known go into unknown=[...], those of people who are "
        "not to be compared into outside=[...]"
    )
    return " ".join(said)


# -- what was taken for what -----------------------------------------------------------------------


def _notes(tally: AttributeTally, found: _Sorted) -> Iterator[Note]:
    """What was taken for what."""
    attribute = tally.attribute
    own = {name: how for name, how in found.how.items() if found.called[name] == name}
    respelt = [name for name, how in own.items() if how == "spelling"]
    if respelt:
        yield Note.of(
            "labels_respelt",
            "In {attribute:name}, {labels:labels} was taken as the baseline's group of the same "
            "name.",
            attribute=attribute,
            labels=respelt,
        )
    for code, kinds, template in (
        (
            "labels_in_words",
            ("word",),
            "In {attribute:name}, {labels:labels} ({people}) was taken as {groups:labels}, "
            "which means the same.",
        ),
        (
            "labels_in_bands",
            ("band", "finer band"),
            "In {attribute:name}, {labels:labels} ({people}) was put into the baseline's "
            "{groups:labels}.",
        ),
    ):
        names = [name for name, how in own.items() if how in kinds]
        if names:
            yield Note.of(
                code,
                template,
                attribute=attribute,
                labels=names,
                people=_counted(tally, names),
                groups=list(dict.fromkeys(found.groups[name][0] for name in names)),
            )
    if "age" in found.how.values():
        yield Note.of(
            "numbers_in_bands",
            "In {attribute:name}, numbers were put into the baseline's bands.",
            attribute=attribute,
        )
    ticks = [name for name, several in found.groups.items() if len(several) > 1]
    if ticks:
        yield Note.of(
            "ticks_taken_apart",
            "In {attribute:name}, {labels:labels} ({people}) was taken as several ticks.",
            attribute=attribute,
            labels=ticks,
            people=_counted(tally, ticks),
        )
    if found.outside:
        yield Note.of(
            "outside_asked",
            "In {attribute:name}, {labels:labels} ({participants}) is knowingly outside the "
            "comparison.",
            attribute=attribute,
            labels=sorted(found.outside),
            participants=counted(_sum(tally, found.outside), "participant"),
        )
    if found.not_asked:
        yield Note.of(
            "not_asked",
            "In {attribute:name}, {labels:labels} ({people}) is left out of the comparison: "
            "the question was not put to them.",
            attribute=attribute,
            labels=sorted(found.not_asked),
            people=_counted(tally, found.not_asked),
        )


def _counted(tally: AttributeTally, names: Collection[str]) -> int:
    return counted(_sum(tally, names), "person", "people")


def _sum(tally: AttributeTally, names: Collection[str]) -> int:
    return everybody(tally.cells[name] for name in names).n
