"""Match texts with word lists: those shipped for each language, and the user's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from coprep.errors import InputError, Problems
from coprep.ideas._texts.words import words_of
from coprep.wording.labels import listed, show


@dataclass(frozen=True, slots=True)
class Shipped:
    """The word lists of one language."""

    language: str  # code such as ``"en"``, and its English name
    name: str
    first_person: tuple[str, ...]  # first person singular
    we: tuple[str, ...]  # first person plural; may leave out the reader
    community: tuple[str, ...]  # words for everybody
    note: str  # what these lists miss


def languages() -> tuple[str, ...]:
    """The languages word lists are shipped for.

    >>> "en" in languages()
    True
    """
    folder = resources.files("coprep.ideas._texts") / "lexicons"
    return tuple(
        sorted(p.name.removesuffix(".json") for p in folder.iterdir() if p.name.endswith(".json"))
    )


def shipped(language: str) -> Shipped:
    """The word lists of one language.

    >>> "my" in shipped("en").first_person
    True
    """
    if language not in languages():
        raise InputError.choice("language", language, languages())
    text = (resources.files("coprep.ideas._texts") / "lexicons" / f"{language}.json").read_text(
        encoding="utf-8"
    )
    held: dict[str, Any] = json.loads(text)
    return Shipped(
        language,
        name=held["name"],
        first_person=tuple(held["first_person"]),
        we=tuple(held["we"]),
        community=tuple(held["community"]),
        note=held["note"],
    )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Terms under names, matched word by word; ``school*`` matches beginnings."""

    names: tuple[str, ...]  # what terms stand for, such as groups
    # first word of a term to its (name's position, words)
    whole: Mapping[str, tuple[tuple[int, tuple[str, ...]], ...]]
    # terms whose first word is a beginning: (beginning, position, words)
    starts: tuple[tuple[str, int, tuple[str, ...]], ...]

    @classmethod
    def of_groups(
        cls, lexicon: Mapping[str, Iterable[str]], groups: Sequence[str], attribute: str
    ) -> Lexicon:
        """Words for groups of an attribute, or an error where a name is no group of it."""
        unknown = [name for name in lexicon if name not in groups]
        if unknown:
            raise InputError.of(
                f"lexicon has {listed(unknown)}, which are no groups of {show(attribute)}.",
                code="unknown_group",
                param="lexicon",
                expected=groups,
                hint=f"its groups are {listed(groups, most=6)}.",
            )
        return cls.of(lexicon)

    @classmethod
    def of(cls, terms: Mapping[str, Iterable[str]]) -> Lexicon:
        """A lexicon from names and their terms.

        >>> listing = Lexicon.of({"young": ["youth", "skate park"]})
        >>> listing.count(["a", "skate", "park", "for", "youth"])
        [2]
        """
        problems = Problems()
        whole = dict[str, list[tuple[int, tuple[str, ...]]]]()
        starts: list[tuple[str, int, tuple[str, ...]]] = []
        for position, (name, entries) in enumerate(_entries(terms)):
            for entry in entries:
                words = _term(entry)
                if not words:
                    problems.add(
                        f"the lexicon's term {show(entry)} for {show(name)} holds no word.",
                        code="empty_term",
                        param="lexicon",
                    )
                elif words[0].endswith("*"):
                    starts.append((words[0][:-1], position, words))
                else:
                    whole.setdefault(words[0], []).append((position, words))
        problems.raise_if_any()
        return cls(tuple(terms), {w: tuple(found) for w, found in whole.items()}, tuple(starts))

    def find(self, words: Sequence[str]) -> list[tuple[int, str]]:
        """Every match in a text: the name's position and the words, longest first."""
        found = []
        for i, word in enumerate(words):
            longest: dict[int, int] = {}
            candidates = [
                *self.whole.get(word, ()),
                *((p, t) for s, p, t in self.starts if word.startswith(s)),
            ]
            for position, term in candidates:
                if _follows(words, i, term):
                    longest[position] = max(len(term), longest.get(position, 0))
            found += [(p, " ".join(words[i : i + n])) for p, n in sorted(longest.items())]
        return found

    def count(self, words: Sequence[str]) -> list[int]:
        """How many matches each name has."""
        counts = [0] * len(self.names)
        for position, _ in self.find(words):
            counts[position] += 1
        return counts


def _entries(terms: object) -> list[tuple[str, list[str]]]:
    good = isinstance(terms, Mapping) and all(
        not isinstance(entries, str) and isinstance(entries, Iterable) for entries in terms.values()
    )
    if not good or not isinstance(terms, Mapping):
        raise InputError.of(
            f"a lexicon must be a mapping of names to lists of terms; not {show(terms)}.",
            code="not_a_lexicon",
            param="lexicon",
            hint='such as {"young people": ["youth", "school*", "skate park"]}.',
        )
    return [(str(name), [str(entry) for entry in entries]) for name, entries in terms.items()]


def _term(entry: str) -> tuple[str, ...]:
    """A term as words; a star at a word's end stays."""
    parts = []
    for piece in entry.split():
        stem = piece[:-1].casefold().replace("’", "'")
        if piece.endswith("*") and any(c.isalpha() for c in stem):
            parts.append(f"{stem}*")
        else:
            parts += words_of(piece)
    return tuple(parts)


def _follows(words: Sequence[str], at: int, term: tuple[str, ...]) -> bool:
    """Whether a term stands in a text from one word on."""
    if at + len(term) > len(words):
        return False
    return all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for word, part in zip(words[at : at + len(term)], term, strict=True)
    )
