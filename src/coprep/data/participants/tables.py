"""Turns read sign-ups into tables of a process: who they are, how they are counted, against whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from coprep.data.baseline.baseline import Baseline
from coprep.data.participants.bands import only
from coprep.data.participants.decisions import OTHER, OUTSIDE
from coprep.data.participants.form import Stage
from coprep.data.participants.placing import Place
from coprep.data.participants.sign_ups import Compared, SignUps
from coprep.data.reading import Reading
from coprep.errors import InputError
from coprep.findings import Note
from coprep.wording.labels import nearest, show


def columns_of(sign_ups: SignUps) -> dict[str, list[Any]]:
    """A column an attribute, in the census's groups; the stage and the weight where there are any."""
    found: dict[str, list[Any]] = {
        attribute: [_label(place) for place in one.places.values()]
        for attribute, one in sign_ups.compared.items()
    }
    stages = stages_of(sign_ups)
    if stages:
        found["stage"] = stages
    weights = _weights(sign_ups)
    if weights:
        found["weight"] = weights
    return found


def _label(place: Place) -> str | None:
    if place.kind == "group":
        return "; ".join(place.groups)
    return {"outside": OUTSIDE, "other": OTHER}.get(place.kind)


def stage_of(sign_ups: SignUps) -> Stage | None:
    """Which column says how far people came: as the mapping says, else as the platform does."""
    said = sign_ups.decisions.people.get("stage")
    if not isinstance(said, Mapping):
        return sign_ups.form.stage
    columns = {one.name: one.columns[0] for one in sign_ups.form.fields}
    name = str(said.get("column", ""))
    if name not in columns:
        close = nearest(name, columns)
        raise InputError.of(
            f"mapping.toml: stage names the column {show(name)}, which {sign_ups.sheet.name} lacks.",
            code="unknown_column",
            param="stage",
            got=name,
            hint=f"did you mean {show(close)}?" if close else None,
        )
    words = {
        stage: frozenset(
            str(word).casefold() for word in ([held] if isinstance(held, str) else held)
        )
        for stage, held in said.items()
        if stage != "column"
    }
    return Stage(name, columns[name], words, "registered")


def stages_of(sign_ups: SignUps) -> list[str]:
    """How far each person came; empty where the platform tells nothing of it."""
    stage = stage_of(sign_ups)
    if stage is None:
        return []
    found: list[str] = []
    for row in sign_ups.people.rows:
        cell = sign_ups.sheet.cell(row, stage.at).casefold()
        reached = [name for name, words in stage.words.items() if cell in words]
        found.append(reached[0] if reached else stage.otherwise)
    return found + [stage.otherwise] * sign_ups.people.more


def _weights(sign_ups: SignUps) -> list[str]:
    """The column of weights that the mapping names, as it is written."""
    name = sign_ups.decisions.people.get("weight")
    if not name:
        return []
    columns = {one.name: one.columns[0] for one in sign_ups.form.fields}
    if name not in columns:
        close = nearest(name, columns)
        raise InputError.of(
            f"mapping.toml: weight is {show(name)}, and {sign_ups.sheet.name} has no such column.",
            code="unknown_column",
            param="weight",
            got=name,
            hint=f"did you mean {show(close)}?" if close else None,
        )
    at = columns[name]
    return [sign_ups.sheet.cell(row, at) for row in sign_ups.people.rows]


def reading_of(sign_ups: SignUps) -> Reading:
    """Who may be in several groups, and who is knowingly left outside."""
    each = tuple(a for a, one in sign_ups.compared.items() if one.each)
    outside = {a: (OUTSIDE,) for a, one in sign_ups.compared.items() if one.number("outside")}
    return Reading(overlapping=each, outside=outside)


def baseline_of(sign_ups: SignUps) -> Baseline:
    """The census in the groups that people are counted in.

    Raises
    ------
    InputError
        Where nothing is compared.
    """
    made: Baseline | None = None
    for one in sign_ups.compared.values():
        part = only(one.baseline, one.attribute)
        made = part if made is None else made | part
    if made is None:
        raise InputError.of(
            f"{sign_ups.sheet.name}: no attribute is compared, because no baseline holds one that "
            "the form asks.",
            code="nothing_shared",
            param="baseline",
            hint="add a census table of age, sex or another question of the form.",
        )
    return made


def notes_of(sign_ups: SignUps) -> tuple[Note, ...]:
    """Who was left out and what was decided, for the page: no row and no private word."""
    people = sign_ups.people
    left = sum(len(one.rows) for one in people.left)
    found: list[Note] = []
    if left:
        template = "{left:count} of {rows:count} rows of the sign-ups are left out: {why}."
        rows = left + len(people.rows)
        why = "; ".join(dict.fromkeys(one.why for one in people.left))
        found.append(Note.of("rows_left_out", template, left=left, rows=rows, why=why))
    for attribute, one in sign_ups.compared.items():
        if one.number("open"):
            template = (
                "{attribute:name}: where {people:count} count was not decided; they are taken as "
                "unknown."
            )
            values = {"attribute": attribute, "people": one.number("open")}
            found.append(Note.of("not_decided", template, **values))
        for group, number in _by_decision(one).items():
            template = (
                "{attribute:name}: {people:count} who gave several answers are counted under "
                "{group:label}, as decided."
            )
            found.append(
                Note.of(
                    "several_answers", template, attribute=attribute, people=number, group=group
                )
            )
    asked = [one.question for one in sign_ups.answer_fields]
    held = {one.bound.field.question for one in sign_ups.compared.values()}
    others = [question for question in asked if question not in held]
    if others:
        template = "Not compared, because no census file holds what was asked: {questions:labels}."
        found.append(Note.of("questions_not_compared", template, questions=others))
    return tuple(found)


def _by_decision(one: Compared) -> Counter[str]:
    """People who gave several answers, by the group in which somebody put them."""
    found: Counter[str] = Counter()
    for place, number in one.tally.items():
        if place.kind == "group" and place.why == "several":
            found[place.groups[0]] += number
    return found


def process_tables(sign_ups: SignUps) -> dict[str, dict[str, list[Any]]]:
    """Participants, and attendance where the platform tells how far people came."""
    columns = columns_of(sign_ups)
    stages = columns.pop("stage", [])
    ids = [str(number) for number in range(1, sign_ups.people.count + 1)]
    tables: dict[str, dict[str, list[Any]]] = {"participants": {"participant_id": ids, **columns}}
    stage = stage_of(sign_ups)
    if stage is not None:
        pairs = [(one, stage.otherwise) for one in ids]
        pairs += [
            (one, said) for one, said in zip(ids, stages, strict=True) if said != stage.otherwise
        ]
        tables["attendance"] = {
            "participant_id": [one for one, _ in pairs],
            "stage": [said for _, said in pairs],
        }
    return tables
