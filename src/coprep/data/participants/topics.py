"""Tells what a question is about by its words: age, sex, ethnic group, disability and the like."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOPICS: Mapping[str, str] = {
    "age": r"\bages?\b|age ?group|age ?band|\bborn\b|year of birth|date of birth|\bdob\b|how old|"
    r"\bâge\b|\balter\b|\bedad\b|\betà\b|leeftijd|\bålder\b|\bwiek\b|geboren|naissance|nacimiento",
    "sex": r"\bsex\b|geschlecht|\bsexe\b|\bsexo\b|\bsesso\b|geslacht|\bkön\b",
    "gender": r"\bgender\b|\bgenre\b|\bgénero\b|\bgenere\b",
    "ethnic group": r"ethnic|\brace\b|heritage",
    "disability": r"disab|health condition|long.?term (illness|condition|health)|impairment|limited",
    "religion": r"religio|\bfaith\b|belief",
    "sexual orientation": r"sexual orientation|sexuality",
    "language": r"languages?\b",
    "English proficiency": r"english proficiency|speak english",
    "tenure": r"tenure|housing|own or rent|\brent\b|renting",
    "qualification": r"qualification|education|degree",
    "carer": r"\bcarer\b|\bcaring\b|unpaid care|look after",
    "employment": r"employ|economic activity|working status|occupation|\bjob\b",
    "country of birth": r"country of birth|where were you born|born in",
    "area": r"where do you live|\barea\b|\bward\b|neighbourhood|district|\bplace\b|where you live",
    "marital status": r"marital|married|civil partner",
    "children": r"children|parent\b",
    "deprivation": r"\bimd\b|deprivation",
    "mood": r"\bmood\b",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _TOPICS.items()}
_ALIKE = (frozenset({"sex", "gender"}),)


def topic_of(text: str) -> str:
    """What a question or an attribute is about; empty where its words do not say.

    >>> topic_of("How would you describe your gender?"), topic_of("What would you like to see?")
    ('gender', '')
    """
    found = [(match.start(), name) for name, p in _PATTERNS.items() if (match := p.search(text))]
    if any(name == "country of birth" for _, name in found):
        return "country of birth"
    return min(found)[1] if found else ""


def same_topic(first: str, second: str) -> bool:
    """Whether two topics are one; a form's gender is compared with a census's sex, and it is told.

    >>> same_topic("sex", "gender"), same_topic("age", "sex")
    (True, False)
    """
    return first == second or any({first, second} <= pair for pair in _ALIKE)
