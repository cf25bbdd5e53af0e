"""Names of columns: unique ones, private ones, and questions of which several may be ticked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from coprep.data.labels import fold

_PRIVATE = re.compile(
    r"\b(e-?mail|phone|telephone|mobile|post ?code|postcode|zip|zipcode|address|surname|"
    r"(first|last|full|family|given|your|user|contact)? ?names?|signature|nino|nhs number|"
    r"ip ?address|latitude|longitude|location(latitude|longitude)?|twitter|facebook|instagram|"
    r"date of birth|dob|birth ?date|birthday|"
    r"vorname|nachname|familienname|anschrift|plz|postleitzahl|telefon|"
    r"nom|prénom|adresse|courriel|téléphone|code postal|"
    r"nombre|apellidos?|correo|teléfono|dirección|código postal|"
    r"cognome|indirizzo|telefono|naam|voornaam|achternaam|adres|postcode)\b",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"\b(birth|born|dob|birthday|geboren|geburts\w*|naissance|nacimiento|nascita|geboorte\w*)\b",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"anything else|please (specify|describe|state|explain|tell)|comments?|feedback|"
    r"in your own words|why\b|tell us|other \(|details|notes?\b|free text|describe in|"
    r"self-describe|access needs|dietary",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"all that apply|select all|tick all|check all|choose all|as many as|select any|"
    r"tick any|one or more|multiple|select multiple",
    re.IGNORECASE,
)


_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d ()./-]{9,20}")
_POSTCODE = re.compile(
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d", re.I
)
_WORDS = 6


def holds_private(cells: Sequence[str]) -> bool:
    """Whether cells are what tells people apart, or sentences, whatever stands above them.

    >>> holds_private(["M14 5XX", "m1 1ae"]), holds_private(["White", "Asian or Asian British"])
    (True, False)
    """
    filled = [cell for cell in cells if cell]
    if not filled:
        return False
    for pattern in (_EMAIL, _PHONE, _POSTCODE):
        number = sum(bool(pattern.fullmatch(cell)) for cell in filled)
        digits = sum(sum(map(str.isdigit, cell)) >= 9 for cell in filled)
        if number * 2 > len(filled) and (pattern is not _PHONE or digits * 2 > len(filled)):
            return True
    long = [cell for cell in filled if len(cell.split()) > _WORDS]
    return len(long) * 2 > len(filled) and len(set(long)) * 4 > len(long) * 3 and len(long) > 2


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, each once: ``Column 9`` for none, a number behind one that stands twice.

    >>> unique(["Age", "", "Age"])
    ('Age', 'Column 2', 'Age (2)')
    """
    found: list[str] = []
    for at, name in enumerate(names, start=1):
        plain = " ".join(name.split()) or f"Column {at}"
        number = 2
        once = plain
        while once in found:
            once = f"{plain} ({number})"
            number += 1
        found.append(once)
    return tuple(found)


def is_private(name: str) -> bool:
    """Whether a header says that a column holds what tells people apart, or their own words.

    >>> is_private("Email Address"), is_private("First part of your postcode"), is_private("Age")
    (True, True, False)
    """
    return bool(_PRIVATE.search(name)) and not is_birth(name)


def is_birth(name: str) -> bool:
    """Whether a header asks when somebody was born."""
    return bool(_BIRTH.search(name)) and "country" not in fold(name) and "place" not in fold(name)


def is_free(name: str) -> bool:
    """Whether a header asks for people's own words."""
    return bool(_FREE.search(name)) and not asks_several(name)


def asks_several(name: str) -> bool:
    """Whether a question says that several answers may be given.

    >>> asks_several("What is your ethnic group? (Tick all that apply)")
    True
    """
    return bool(_SEVERAL.search(name))


def folded(names: Iterable[str]) -> tuple[str, ...]:
    """Names in the form in which they are compared."""
    return tuple(fold(name) for name in names)
