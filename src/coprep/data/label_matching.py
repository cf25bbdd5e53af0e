"""Which group a label means: the one rule by which labels and groups are brought together.

====================  ======================================================  ============================
how                   what is alike                                           for example
====================  ======================================================  ============================
``"same"``            every character                                         Female, Female
``"spelling"``        all but case, blanks, dashes, quotes, end marks         "FEMALE;", Female
``"band"``            the ages they name                                      65 and over, 65+
``"finer band"``      the ages of the label lie within the group's            70+, 65+
``"age"``             the number lies in the group's band                     38, 25-44
``"word"``            the two words mean one thing (`WORDS`)                  Woman, Female
====================  ======================================================  ============================

Nothing is matched by being spelt nearly alike, and nothing where two groups would be meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from coprep.data.age_bands import OLDEST, Band, band_of, bands, holding
from coprep.data.labels import fold

How = Literal["same", "spelling", "band", "finer band", "age", "word"]

WORDS: Mapping[str, frozenset[str]] = {
    "female": frozenset(
        {"female", "females", "woman", "women", "f", "girl", "girls", "girls and women"}
        | {"female (including trans women)", "woman (including trans women)"}
        | {"women+", "weiblich", "frau", "frauen", "femme", "femmes", "féminin"}
        | {"mujer", "mujeres", "femenino", "donna", "donne", "femmina", "femmine", "vrouw"}
        | {"vrouwen", "kvinna", "kvinnor", "kvinne", "kvinner", "kvinde", "kvinder", "kobieta"}
    ),
    "male": frozenset(
        {"male", "males", "man", "men", "m", "boy", "boys", "boys and men"}
        | {"male (including trans men)", "man (including trans men)"}
        | {"men+", "männlich", "mann", "männer", "homme", "hommes", "masculin"}
        | {"hombre", "hombres", "masculino", "uomo", "uomini", "maschio", "maschi", "mannen"}
        | {"män", "menn", "mænd", "mężczyzna"}
    ),
    "yes": frozenset({"yes", "y", "true", "ja", "oui", "sí", "si", "sì", "tak"}),
    "no": frozenset({"no", "n", "false", "nein", "non", "nej", "nei", "nee", "nie"}),
}
"""Words that mean one thing where a baseline has both groups of a pair; compared folded."""
PAIRS = (("female", "male"), ("yes", "no"))

_MEANINGS = {fold(word): meaning for meaning, words in WORDS.items() for word in words}
_END_MARKS = re.compile(r"^[\s;,.:]+|[\s;,:]+$|(?<=\w)\.$")
_PUNCTUATION = re.compile(r"[^\w+<>≤≥%]+|_")
_YEARS = re.compile(r"(\d{1,3})(?:\.\d+)?")
_AND = re.compile(r"\s*[&+]\s*(?=[^\W\d])")
_LIST = re.compile(r"[,;|/]|\band\b|&|\+")
_PLACES = frozenset(
    {"area", "borough", "city", "county", "district", "neighbourhood", "parish", "region", "town"}
    | {"village", "ward"}
)
_LEAST_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Match:
    """The group a label means, and how that is known."""

    group: str
    how: How


def spelt_alike(names: Iterable[str], choices: Sequence[str]) -> dict[str, str | None]:
    """For each name of a column or attribute the one that is spelt the same, or None.

    >>> spelt_alike(["Age_group", "sex"], ["age group", "gender"])
    {'Age_group': 'age group', 'sex': None}
    """
    spelt = _by(bare, choices)
    there = frozenset(choices)
    return {name: name if name in there else spelt.get(bare(name)) for name in names}


def match_labels(labels: Iterable[str], groups: Sequence[str]) -> dict[str, Match | None]:
    """For each label the group it plainly means, or None.

    >>> found = match_labels(["FEMALE", "man", "Femal"], ["Female", "Male"])
    >>> [m and (m.group, m.how) for m in found.values()]
    [('Female', 'spelling'), ('Male', 'word'), None]
    """
    spelt = _by(bare, groups)
    meant = _meant(groups)
    ages = bands(groups)
    there = frozenset(groups)
    return {label: _match(label, there, spelt, meant, ages) for label in labels}


def _match(
    label: str,
    groups: Collection[str],
    spelt: Mapping[str, str | None],
    meant: Mapping[str, str | None],
    ages: Sequence[Band] | None,
) -> Match | None:
    if label in groups:
        return Match(label, "same")
    alike = spelt.get(bare(label))
    if alike is not None:
        return Match(alike, "spelling")
    if ages is not None:
        return _by_age(label, ages)
    meaning = _MEANINGS.get(end_marks_off(label))
    group = meant.get(meaning) if meaning is not None else None
    return Match(group, "word") if group is not None else None


def _by_age(label: str, ages: Sequence[Band]) -> Match | None:
    """The band that holds the age, or all ages, that a label names."""
    number = _YEARS.fullmatch(label)
    if number:
        years = float(label)
        group = next((band.group for band in ages if band.low <= years < band.high), None)
        return Match(group, "age") if group is not None and years <= OLDEST else None
    named = band_of(label)
    if named is None or (named.low > OLDEST):
        return None
    around = holding(named, ages)
    if around is None:
        return None
    same = (around.low, around.high) == (named.low, named.high)
    return Match(around.group, "band" if same else "finer band")


def _meant(groups: Sequence[str]) -> dict[str, str | None]:
    """The group of each meaning, where the groups hold both words of a pair: M beside F is male."""
    by_meaning = _by(lambda group: _MEANINGS.get(end_marks_off(group)), groups)
    return {
        meaning: by_meaning[meaning]
        for pair in PAIRS
        if all(by_meaning.get(word) is not None for word in pair)
        for meaning in pair
    }


def _by(key: Callable[[str], str | None], groups: Sequence[str]) -> dict[str, str | None]:
    """Groups by their key; None where two of them share one, so that nothing is guessed."""
    found: dict[str, str | None] = {}
    for group in groups:
        name = key(group)
        if name is not None:
            found[name] = None if name in found else group
    return found


def end_marks_off(text: str) -> str:
    """A folded label without the semicolons, commas and stops that forms leave at its ends.

    >>> end_marks_off("White; ")
    'white'
    """
    return _END_MARKS.sub("", fold(text))


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """A folded label without punctuation; signs that carry meaning (+ < > %) and words stay apart.

    >>> bare("Didsbury (East)") == bare("Didsbury East"), bare("65+") == bare("65")
    (True, False)
    """
    folded = end_marks_off(text)
    sign = "-" if re.match(r"-\s*\d", folded) else ""
    words = " ".join(_PUNCTUATION.sub(" ", _AND.sub(" and ", folded)).split())
    return sign + words if words else folded  # signs alone, such as a heart, are their own label


def misspelt(label: str, groups: Iterable[str]) -> str | None:
    """The group of which a label is plainly a misspelling or a longer name, to be proposed and never taken.

    One letter of a longer word may differ, the first excepted (Femal, Britsh), or a word that says what kind of place
    is named may be added (Hulme Ward). Numbers, bands and lists are never spelt like a group.

    >>> misspelt("Femal", ["Female", "Male"]), misspelt("Unemployed", ["Employed"])
    ('Female', None)
    """
    if any(map(str.isdigit, label)) or _LIST.search(label):
        return None
    words = bare(label).split()
    alike = [group for group in groups if _nearly(words, bare(group).split())]
    return alike[0] if len(alike) == 1 else None


def _nearly(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two labels differ by one slip in one word, or by a word for a kind of place."""
    shorter, longer = sorted((list(words), list(others)), key=len)
    if len(longer) == len(shorter) + 1:
        return longer[:-1] == shorter != [] and longer[-1] in _PLACES
    if len(longer) != len(shorter):
        return False
    odd = [(a, b) for a, b in zip(words, others, strict=True) if a != b]
    return len(odd) == 1 and _one_slip(*odd[0])


def _one_slip(one: str, two: str) -> bool:
    """Whether two words of five letters or more differ by one letter, or by two neighbours swapped."""
    if min(len(one), len(two)) < _LEAST_LETTERS or one[0] != two[0]:
        return False
    same = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), None)
    start = min(len(one), len(two)) if same is None else same
    rest = one[start:]
    other = two[start:]
    if len(one) == len(two):
        swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
        return rest[1:] == other[1:] or swapped
    return rest[1:] == other or rest == other[1:]


def several_ticks(label: str, groups: Sequence[str]) -> tuple[str, ...]:
    """The groups that a cell with several ticks names, if every piece of it is one; else nothing.

    >>> several_ticks("White, Black", ["White", "Black", "Asian"])
    ('White', 'Black')
    >>> several_ticks("Asian, Asian British", ["Asian, Asian British", "White"])
    ()
    """
    if label in groups:
        return ()
    for separator in (";", "|", ",", "/"):
        pieces = [piece for piece in label.split(separator) if piece.strip()]
        if len(pieces) < 2:
            continue
        found = match_labels(pieces, groups)
        named = [match.group for match in found.values() if match is not None]
        if len(named) == len(found):
            return tuple(dict.fromkeys(named))
    return ()
