"""Recognise columns by name: places, days, figures, sex and age."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coprep.data.age_bands import all_bands
from coprep.data.label_matching import match_labels
from coprep.data.labels import fold

_SAME: dict[str, frozenset[str]] = {
    "sex": frozenset(
        {"sex", "gender", "geschlecht", "ges", "sexo", "sexe", "sesso", "kön", "kjønn", "køn"}
        | {"geslacht", "sukupuoli", "płeć", "男女", "男女別", "sexes"}
    ),
    "age": frozenset(
        {"age", "age group", "age groups", "age band", "age class", "alter", "edad", "âge", "età"}
        | {
            "leeftijd",
            "ålder",
            "alder",
            "ikä",
            "wiek",
            "年齢",
            "single year of age",
            "altersgruppe",
        }
        | {"five-year age group", "age (single years)", "altersgruppen", "ages", "age in years"}
    ),
}
_MEANING = {name: meaning for meaning, names in _SAME.items() for name in names}
_CATEGORIES = re.compile(r"\s*\(\s*(?:[\w.]+ )?\d+[a-z]? categor(?:y|ies)\s*\)\s*$", re.IGNORECASE)

AREA_CODE = re.compile(
    r"(area|geo(graphy)?|region|gss|la|lad\d*|ltla|utla|msoa\d*|lsoa\d*|oa\d*|ward|district"
    r"|county|state"
    r"|place|country|local authority)[ _]*(code|id|cd)|geoid|geo_?id|geographycode|dguid"
    r"|\d*_?code_?\d*",
    re.IGNORECASE,
)
AREA_NAME = re.compile(
    r"(area|geo(graphy)?|region|la|lad\d*|ltla|utla|msoa\d*|lsoa\d*|ward|district|county|state"
    r"|place|country"
    r"|local authority)[ _]*(name|nm|label)|name|area|geography|geo|region|local authority|place"
    r"|municipality"
    r"|borough|ward|district|county|state|country|authority|council|town|city",
    re.IGNORECASE,
)
AREA_LEVEL = re.compile(
    r"geography[ _]?(type|level)?|geographic_level|area[ _]?type|level|geo_level", re.IGNORECASE
)
DATE = re.compile(
    r"date|year|period|time|time_?period|census[ _]?year|jahr|año|año|any", re.IGNORECASE
)
FIGURE = re.compile(
    r"value|count|counts|observation|obs_value|number|n|population|persons|people|total|estimate"
    r"|pop|freq"
    r"|frequency|residents|share|percent|percentage|pct|%|proportion",
    re.IGNORECASE,
)
SHARE = re.compile(r"share|percent(age)?|pct|%|proportion", re.IGNORECASE)
MOE = re.compile(r"moe|margin([ _]of[ _]error)?|m", re.IGNORECASE)
NOT_APPLICABLE = frozenset(
    {"does not apply", "no code required", "not applicable", "ne s'applique pas"}
)


def attribute_name(dimension: str) -> str:
    """The name of an attribute, from what a file calls its dimension.

    >>> [attribute_name(d) for d in ("Ethnic group (20 categories)", "Sexo", "IMD decile")]
    ['ethnic group', 'sex', 'IMD decile']
    """
    bare = " ".join(_CATEGORIES.sub("", dimension).replace("\ufeff", "").split())
    meant = _MEANING.get(fold(bare).replace("_", " "))
    if meant is not None:
        return meant
    words = [w if len(w) > 1 and w.isupper() else w.casefold() for w in bare.split(" ")]
    return " ".join(words)


def same_attribute(asked: str, dimension: str) -> bool:
    """Whether a name that somebody asks for is that of a dimension.

    >>> same_attribute("Ethnicity", "Ethnic group"), same_attribute("gender", "Geschlecht")
    (False, True)
    """
    plain = [fold(attribute_name(name)).replace("_", " ") for name in (asked, dimension)]
    return plain[0] == plain[1] or fold(asked) == fold(dimension)


_VAGUE = frozenset(
    {"indicator", "category", "categories", "variable", "group", "groups", "characteristic"}
)


def name_by_content(dimension: str, labels: Sequence[str]) -> str:
    """The name of an attribute whose dimension has none of its own: bands are ages, women and men
    sexes.

    >>> name_by_content("indicator", ["Female", "Male"]), name_by_content("group", ["0-15", "16+"])
    ('sex', 'age')
    """
    if not is_vague(dimension):
        return attribute_name(dimension)
    if all_bands(labels) is not None:
        return "age"
    matched = match_labels(labels, ("Female", "Male"))
    both = {match.group for match in matched.values() if match is not None}
    return "sex" if len(both) == 2 else attribute_name(dimension)


def is_vague(name: str) -> bool:
    """Whether a name says nothing of what the groups are about."""
    return fold(name) in _VAGUE


def is_concept(name: str) -> bool:
    """Whether a name says what its groups are about, so that it fits no other table."""
    return fold(name).replace("_", " ") in _MEANING


def first_like(pattern: re.Pattern[str], header: Sequence[str]) -> int | None:
    """The first column whose whole name is like a pattern."""
    found = (at for at, name in enumerate(header) if pattern.fullmatch(name.strip()))
    return next(found, None)
