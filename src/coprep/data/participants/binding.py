"""Finds the column that holds an attribute: by its values first, by its header second."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from coprep.data.age_bands import band_of, bands
from coprep.data.label_matching import match_labels
from coprep.data.labels import fold
from coprep.data.participants.answers import Said, answers
from coprep.data.participants.bands import age_from
from coprep.data.participants.clock import today
from coprep.data.participants.decisions import Decisions
from coprep.data.participants.form import Field, Form
from coprep.data.participants.headers import is_birth
from coprep.data.participants.topics import same_topic, topic_of
from coprep.data.participants.word_lists import by_list, is_declined
from coprep.data.participants.worksheet import Sheet

How = Literal["one", "several", "ticks", "tick", "number", "year", "date"]
_HALF = 0.5
_FIRST_YEAR = 1900
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?|(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_NONE = re.compile(r"\bnone\b|neither|no,? none|not applicable", re.IGNORECASE)


@dataclass(frozen=True)
class Bound:
    """A field that holds an attribute, and how its answers are read.

    ``option`` is the one option of a question with ticks that is the attribute's yes; ``by`` says
    what the field was found by.
    """

    attribute: str
    field: Field
    how: How
    said: Mapping[int, Said]
    option: str = ""
    by: Literal["mapping", "values", "header"] = "values"
    others: tuple[str, ...] = ()


def words_in(said: Iterable[Said]) -> Counter[str]:
    """How many people gave each word."""
    return Counter(word for one in said for word in one.words)


def bound(
    sheet: Sheet,
    form: Form,
    rows: Sequence[int],
    groups: Mapping[str, Sequence[str]],
    decisions: Decisions,
) -> dict[str, Bound]:
    """For each attribute of the baselines the field that holds it, where one does."""
    fields = [one for one in form.fields if _may_hold(one, decisions)]
    found: dict[str, Bound] = {}
    for attribute, known in groups.items():
        said = _by_mapping(sheet, fields, rows, attribute, known, decisions)
        found_here = said or _by_values(sheet, fields, rows, attribute, known)
        if found_here is not None:
            found[attribute] = found_here
    return found


def _may_hold(one: Field, decisions: Decisions) -> bool:
    said = decisions.columns.get(one.name)
    if isinstance(said, str) and said:
        return False
    return one.role == "answer" or isinstance(said, Mapping)


def _by_mapping(
    sheet: Sheet,
    fields: Sequence[Field],
    rows: Sequence[int],
    attribute: str,
    groups: Sequence[str],
    decisions: Decisions,
) -> Bound | None:
    """The field that the mapping ties to the attribute."""
    for one in fields:
        said = decisions.columns.get(one.name)
        if not isinstance(said, Mapping):
            continue
        names = said.get("attribute", ())
        if attribute not in ((names,) if isinstance(names, str) else tuple(names)):
            continue
        made = as_read(one, said)
        option = _option(made, attribute, groups)
        read = answers(sheet, made, rows, groups)
        how = said.get("kind") or _how(sheet, made, read, groups)
        if option:
            how = "tick"
        if made.kind == "ticks" and not option:
            how = "ticks"
        return Bound(attribute, made, how, read, option, "mapping")
    return None


def as_read(one: Field, said: Mapping[str, object]) -> Field:
    """A field read as the mapping says."""
    kind = said.get("kind")
    if one.kind == "ticks" or kind is None:
        return one
    if kind == "several":
        return replace(one, kind="several", separator=str(said.get("separator", ", ")))
    return replace(one, kind="one")


def _by_values(
    sheet: Sheet,
    fields: Sequence[Field],
    rows: Sequence[int],
    attribute: str,
    groups: Sequence[str],
) -> Bound | None:
    """The field whose values are the attribute's groups; of several the one whose header says so."""
    topic = topic_of(attribute) or attribute
    scored: list[tuple[bool, bool, float, Bound]] = []
    for one in fields:
        about = topic_of(one.question)
        known = set(groups) | {word for group in groups for word in group.split(": ")[:1]}
        read = answers(sheet, one, rows, tuple(known))
        option = _option(one, attribute, groups)
        if option:
            scored.append((False, True, 1.0, Bound(attribute, one, "tick", read, option)))
            continue
        agrees = bool(about) and same_topic(about, topic)
        if about and not agrees and topic_of(attribute):
            continue
        how = _how(sheet, one, read, groups)
        score = _score(read.values(), how, groups)
        if score <= _HALF and not agrees:
            continue
        if not agrees and (_is_yes_no(groups) or how in ("number", "year", "date")):
            continue  # a yes, or a number, says nothing of what was asked
        by: Literal["values", "header"] = "values" if score > _HALF else "header"
        named = fold(one.question) == fold(attribute)
        scored.append((named, agrees, score, Bound(attribute, one, how, read, by=by)))
    if not scored:
        return None
    best = max(scored, key=lambda item: item[:3])
    rivals = tuple(
        other.field.name
        for named, agrees, score, other in scored
        if other is not best[3] and (named, agrees) == best[:2] and score > _HALF
    )
    return replace(best[3], others=rivals)


def _score(said: Iterable[Said], how: How, groups: Sequence[str]) -> float:
    """Which part of the people who say something say a group."""
    counted = words_in(said)
    known = {word: n for word, n in counted.items() if not is_declined(word)}
    if not known:
        return 0.0
    if how == "number":
        fits = {word for word in known if age_from(word) is not None}
    elif how == "year":
        fits = {word for word in known if year_from(word) is not None}
    elif how == "date":
        fits = {word for word in known if births_from(word)}
    else:
        parents = tuple(dict.fromkeys(group.partition(": ")[0] for group in groups))
        matched = match_labels(known, groups)
        broad = match_labels(known, parents)
        fits = {
            word
            for word in known
            if matched[word] or broad[word] or by_list(word, groups) or by_list(word, parents)
        }
        if bands(groups) is not None:
            fits |= {word for word in known if band_of(word) is not None}
    return sum(known[word] for word in fits) / sum(known.values())


def _how(sheet: Sheet, one: Field, said: Mapping[int, Said], groups: Sequence[str]) -> How:
    """How a field's answers are read."""
    if one.kind == "ticks":
        return "ticks"
    if one.kind == "several":
        return "several"
    if bands(groups) is None:
        return "one"
    at = one.columns[0]
    if is_birth(one.question):
        dates = any((row, at) in sheet.dates for row in said)
        words = words_in(said.values())
        if dates or sum(bool(births_from(w)) for w in words) * 2 > len(words):
            return "date"
        # Where somebody is asked for a year, 85 is no age.
        if any(word.strip().isdigit() for word in words):
            return "year"
    words = words_in(said.values())
    known = [word for word in words if not is_declined(word)]
    if known and sum(year_from(word) is not None for word in known) * 2 > len(known):
        return "year"
    if known and sum(age_from(word) is not None for word in known) * 2 > len(known):
        return "number"
    return "one"


def year_from(word: str) -> int | None:
    """A year in which somebody alive may have been born."""
    text = word.strip()
    if not re.fullmatch(r"\d{4}", text):
        return None
    return int(text) if _FIRST_YEAR <= int(text) <= today().year else None


def births_from(word: str) -> tuple[date, ...]:
    """The dates of birth that a word may be: two where day and month can be changed about.

    >>> births_from("03/04/1980")
    (datetime.date(1980, 4, 3), datetime.date(1980, 3, 4))
    >>> births_from("1980-04-03"), births_from("thirty")
    ((datetime.date(1980, 4, 3),), ())
    """
    found = _DATE.fullmatch(word.strip())
    if not found:
        return ()
    if found[1]:
        tried = [(int(found[1]), int(found[2]), int(found[3]))]
    else:
        first = int(found[4])
        second = int(found[5])
        tried = [(int(found[6]), second, first), (int(found[6]), first, second)]
    made = []
    for year, month, day in tried:
        try:
            made.append(date(year, month, day))
        except ValueError:
            continue
    return tuple(dict.fromkeys(made))


def _is_yes_no(groups: Sequence[str]) -> bool:
    """Whether groups are a yes and a no."""
    return len(groups) == 2 and any(fold(group).split(" ")[0] in ("no", "not") for group in groups)


def yes_group(groups: Sequence[str]) -> str | None:
    """The group of those who say yes, of two groups of which the other is a no.

    >>> yes_group(["Disabled", "No"]), yes_group(["Female", "Male"])
    ('Disabled', None)
    """
    if not _is_yes_no(groups):
        return None
    said_yes = [g for g in groups if fold(g).split(" ")[0] not in ("no", "not")]
    return said_yes[0] if len(said_yes) == 1 else None


def _option(one: Field, attribute: str, groups: Sequence[str]) -> str:
    """The option of a question with ticks that is about the attribute, where that is a yes or no."""
    if one.kind != "ticks" or yes_group(groups) is None:
        return ""
    topic = topic_of(attribute) or attribute
    about = [option for option in one.options if option and fold(option) == fold(attribute)]
    about = about or [option for option in one.options if option and topic_of(option) == topic]
    return about[0] if len(about) == 1 else ""


def is_none(option: str) -> bool:
    """Whether an option says that none of the others holds.

    >>> is_none("None of these"), is_none("Carer")
    (True, False)
    """
    return bool(_NONE.search(option))
