"""Puts each person's answer into a group of the baseline, or says which question is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from coprep.data.age_bands import band_of, bands
from coprep.data.label_matching import How as MatchHow
from coprep.data.label_matching import match_labels
from coprep.data.labels import fold
from coprep.data.participants.answers import Said
from coprep.data.participants.bands import age_from
from coprep.data.participants.binding import Bound, births_from, is_none, year_from, yes_group
from coprep.data.participants.decisions import (
    EACH,
    EMPTY,
    NOT_TICKED,
    OPEN,
    OTHER,
    OUTSIDE,
    SEVERAL,
    UNKNOWN,
    WRITTEN,
    Decisions,
)
from coprep.data.participants.word_lists import by_list, in_a_list, is_declined

FEW = 5
"""A word of fewer people is never shown, unless it is known to be a choice."""

Kind = Literal["group", "unknown", "outside", "other", "open"]
Why = (
    MatchHow
    | Literal["word list", "mapping", "declined", "empty", "not asked", "each", "choice", "answers"]
    | Literal["cell", "not ticked", "written", "several", "word", "day", "repeats", "children"]
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person counts in one attribute.

    ``key`` is the open question's key, ``why`` how the place is known, ``word`` the answer.
    """

    kind: Kind
    groups: tuple[str, ...] = ()
    key: str = ""
    why: str = ""
    word: str = ""


@dataclass
class Placing:
    """Places the answers to one attribute by the decisions; made anew for other decisions."""

    bound: Bound
    groups: Sequence[str]
    decisions: Decisions
    overlapping: bool = False
    often: Counter[str] = field(default_factory=Counter)
    codes: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    crossed: bool = False

    def __post_init__(self) -> None:
        self._words = dict(self.decisions.words.get(self.bound.attribute, {}))
        self._folded = {fold(word): target for word, target in self._words.items()}
        self._match = match_labels(self.often, self.groups)
        self._are_ages = bands(tuple(self.groups)) is not None
        self._seen: dict[tuple[str, int], Place] = {}

    def place(self, row: int, said: Said) -> Place:
        """Where one row counts."""
        cell = self._said_of(f"(row {row + 1})")
        if cell is not None:
            return self._target(cell, "mapping", "")
        if said.state == "not asked":
            return Place("unknown", why="not asked")
        if said.state == "empty":
            return self._decided(EMPTY, "empty", default=UNKNOWN)
        if said.state == "not ticked":
            return self._decided(NOT_TICKED, "not ticked")
        if said.state == "written":
            return self._decided(WRITTEN, "written")
        if said.state == "date":
            return Place("open", key=f"(row {row + 1})", why="cell")
        if self.bound.how == "tick":
            return self._tick(said)
        places = [self._word(row, word) for word in said.words]
        return places[0] if len(places) == 1 else self._together(places)

    def _said_of(self, word: str) -> str | None:
        """What the mapping says of a word; None where it says nothing."""
        found = self._words.get(word, OPEN) or self._folded.get(fold(word), OPEN)
        return found or None

    def _decided(self, key: str, why: str, *, default: str = OPEN) -> Place:
        target = self._said_of(key) or default
        if not target:
            return Place("open", key=key, why=why)
        return self._target(target, "mapping" if self._said_of(key) else why, "")

    def _target(self, target: str, why: str, word: str) -> Place:
        """The place that a decision names."""
        if target == UNKNOWN:
            return Place("unknown", why=why, word=word)
        if target == OUTSIDE:
            return Place("outside", why=why, word=word)
        if target == OTHER:
            return Place("other", why=why, word=word)
        if target in self.groups:
            return self._child(Place("group", (target,), why=why, word=word))
        age = self._age(target)
        if age is not None:
            return self._by_age(age, why, word)
        return Place("open", key=word or target, why="word", word=word)

    def _age(self, target: str) -> float | None:
        if not self._are_ages:
            return None
        year = year_from(target)
        day = self._day()
        if year is not None and day is not None:
            return float(day.year - year)
        return age_from(target)

    def _word(self, row: int, word: str) -> Place:
        kept = self._seen.get((word, -1))
        if kept is None:
            kept = self._find(row, word)
            if kept.why != "cell":
                self._seen[word, -1] = kept
        return kept

    def _find(self, row: int, word: str) -> Place:
        said = self._said_of(word)
        if said is not None:
            return self._target(said, "mapping", word)
        if is_declined(word):
            return Place("unknown", why="declined", word=word)
        if self.bound.how in ("number", "year", "date"):
            return self._numeric(row, word)
        if self.crossed and band_of(word) is not None:
            return Place("open", key="bands", why="bands", word=word)
        match = self._match.get(word)
        if match is not None:
            return self._child(Place("group", (match.group,), why=match.how, word=word))
        listed = by_list(word, self.groups)
        if listed is not None:
            return self._child(Place("group", (listed,), why="word list", word=word))
        if self._crosses(word):
            return Place("open", key="bands", why="bands", word=word)
        if self.is_shown(word):
            return Place("open", key=word, why="word", word=word)
        return self._decided(WRITTEN, "written")

    def _crosses(self, word: str) -> bool:
        """Whether a word is a band of ages that lies in two of the baseline's."""
        band = band_of(word) if self._are_ages else None
        if band is None or band.high - band.low <= 1:
            return False
        return any(band.overlaps(other) for other in bands(tuple(self.groups)) or ())

    def is_shown(self, word: str) -> bool:
        """Whether a word may be printed: it is public, or many gave it."""
        choices = self.bound.field.choices
        return (
            word in self.groups
            or word in choices
            or word in self.codes
            or in_a_list(word)
            or self.often[word] >= FEW
        )

    def _child(self, place: Place) -> Place:
        """The place in a band of children, which the mapping may set outside."""
        if place.groups[0] in self.outside:
            return Place("outside", why="children", word=place.word)
        return place

    def _day(self) -> date | None:
        said = self.decisions.person("day")
        if isinstance(said, date):
            return said
        try:
            return date.fromisoformat(str(said))
        except ValueError:
            return None

    def _numeric(self, row: int, word: str) -> Place:
        """The band of an age, or of a year or date of birth on the declared day."""
        row_key = f"(row {row + 1})"
        if self.bound.how == "number":
            age = age_from(word)
            if age is not None:
                return self._by_age(age, "age", "")
        year = year_from(word) if self.bound.how == "year" else None
        born = births_from(word) if self.bound.how == "date" else ()
        if year is not None or born:
            day = self._day()
            if day is None:
                return Place("open", key="day", why="day")
            if year is not None:
                return self._by_age(float(day.year - year), "age", "")
            places = {self._by_age(float(_age_on(day, one)), "age", "") for one in born}
            # Whether 3/4 is in March or in April matters to the band of some.
            return places.pop() if len(places) == 1 else Place("open", key=row_key, why="cell")
        if self.bound.how != "date" and (age_from(word) is not None or year_from(word) is not None):
            return Place("open", key=f"(row {row + 1})", why="cell")
        if word.replace("-", "").replace(".", "").isdigit():
            return Place("open", key=f"(row {row + 1})", why="cell")
        match = self._match.get(word)
        if match is not None:
            return self._child(Place("group", (match.group,), why=match.how, word=""))
        return self._decided(WRITTEN, "written")

    def _by_age(self, age: float, why: str, word: str) -> Place:
        if self.crossed:
            return Place("open", key="bands", why="bands")
        for band in bands(tuple(self.groups)) or ():
            if band.low <= age < band.high:
                return self._child(Place("group", (band.group,), why=why, word=word))
        if age < 0:
            return self._decided(WRITTEN, "written")
        return Place("outside", why="age", word="")

    def _tick(self, said: Said) -> Place:
        """Yes for who ticked the one option, no for who ticked others only."""
        yes = yes_group(self.groups) or self.groups[0]
        no = next(group for group in self.groups if group != yes)
        ticked = self.bound.option in said.words
        contradicts = ticked and any(is_none(word) for word in said.words)
        if contradicts:
            return self._several((yes, no))
        return Place("group", (yes if ticked else no,), why="choice", word="")

    def _together(self, places: Sequence[Place]) -> Place:
        """Where somebody counts who gave several answers."""
        for one in places:
            if one.kind == "open":
                return one
        groups = tuple(dict.fromkeys(g for one in places for g in one.groups))
        if not groups:
            return places[0]
        if len(groups) == 1 and all(one.kind in ("group", "outside", "other") for one in places):
            return Place("group", groups, why="answers")
        if any(one.kind == "unknown" for one in places):
            return Place("unknown", why="declined")
        return self._several(groups)

    def _several(self, groups: tuple[str, ...]) -> Place:
        said = self._said_of(SEVERAL)
        if said is None and self.overlapping:
            return Place("group", groups, why="each")
        if said is None:
            return Place("open", groups, key=SEVERAL, why="several")
        if said == EACH:
            return Place("group", groups, why="each")
        return self._target(said, "several", "")


def _age_on(day: date, born: date) -> int:
    """The age on a day of somebody born on another."""
    before = (day.month, day.day) < (born.month, born.day)
    return day.year - born.year - before
