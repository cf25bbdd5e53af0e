"""Wide spreadsheets: one row a person with a column an idea, or one row an idea with a column a rater."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from coprep.data.frames import Frame, open_frame
from coprep.data.labels import fold, known_label, label, match
from coprep.errors import InputError
from coprep.findings import Note
from coprep.wording.labels import listed, nearest, show
from coprep.wording.numbers import count_of

_NAMES: Mapping[str, tuple[str, ...]] = {
    "participant_id": (
        "participantid",
        "participant",
        "personid",
        "person",
        "voterid",
        "voter",
        "respondent",
        "name",
        "id",
    ),
    "idea_id": ("ideaid", "idea", "proposalid", "proposal", "projectid", "project", "id"),
    "author_id": (
        "authorid",
        "author",
        "authors",
        "proposer",
        "proposedby",
        "submittedby",
        "suggestedby",
    ),
    "topic": ("topic", "theme", "category"),
    "stage": ("stage",),
    "text": ("text", "title", "description"),
    "cost": ("cost", "budget"),
    "status": ("status", "decision"),
    "created_at": ("createdat", "date"),
    "area": ("area", "district", "ward"),
    "support": ("support", "supports", "votes", "likes", "totalvotes", "numberofvotes"),
}
_SUMS = frozenset(
    {"average", "count", "mean", "median", "rank", "score", "sum", "total", "totalscore"}
)
_FOR = re.compile(
    r"(?:who benefits|for whom|beneficiar(?:y|ies)|for|benefits)\s*[:?(]?\s*(.*?)\)?\s*",
    re.IGNORECASE,
)
_TICKS = {"x": 1.0, "✓": 1.0, "✔": 1.0, "yes": 1.0, "y": 1.0, "no": 0.0, "n": 0.0}
_STANCES = {"agree": 1.0, "disagree": -1.0, "pass": 0.0, "neutral": 0.0}
_LIKERT = {
    "strongly disagree": 1.0,
    "disagree": 2.0,
    "neither": 3.0,
    "neither agree nor disagree": 3.0,
    "neutral": 3.0,
    "agree": 4.0,
    "strongly agree": 5.0,
}
_STRONG = frozenset({"strongly agree", "strongly disagree"})
_NEITHER = "pass"
_EVERYONE = frozenset({"everyone", "everybody", "all"})


def wide_tables(
    frame: Any,
    *,
    rows: Literal["people", "ideas"],
    raters: Sequence[str] | None = None,
    ideas: Sequence[str] | None = None,
    participants: Any = None,
    kind: str | None = None,
) -> tuple[dict[str, Any], list[Note]]:
    """The tables that one wide sheet holds, and how it was understood; see `Process.from_wide`."""
    if rows not in {"people", "ideas"}:
        raise InputError.choice("rows", rows, ("people", "ideas"))
    sheet = open_frame(frame, what="the sheet")
    values = sheet.collect(sheet.columns)
    notes: list[Note] = []
    if rows == "ideas":
        tables = _ideas_in_rows(
            sheet, values, raters, kind=kind, participants=participants, notes=notes
        )
        return tables, notes
    if participants is not None:
        raise InputError.of(
            "participants are the sheet's own rows; pass their attributes as columns of it.",
            param="participants",
            hint="or pass rows='ideas', if each row is an idea.",
        )
    return _people_in_rows(sheet, values, ideas, kind, notes), notes


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _column(sheet: Frame, wanted: str) -> str | None:
    """The sheet's column that holds ``wanted``, by its usual names."""
    by_plain = {_plain(name): name for name in reversed(sheet.columns)}
    return next((by_plain[name] for name in _NAMES[wanted] if name in by_plain), None)


def _given(sheet: Frame, names: Sequence[str], param: str) -> list[str]:
    for name in names:
        if not sheet.has(name):
            raise sheet.unknown_column(name, param=param)
    return list(names)


def _answers(columns: Sequence[Sequence[Any]]) -> tuple[list[list[Any]], str | None]:
    """Ratings as they are written in a sheet, numbers for ticks and words, and the kind if words tell it.

    Words of agreement make a scale of five where somebody agrees or disagrees strongly. Cells that say nothing, such
    as "n/a", are None; those that are no rating stay as they are, and are refused at the door.
    """
    texts = [[known_label(cell) for cell in cells] for cells in columns]
    words = {fold(text) for cells in texts for text in cells if text is not None}
    scale = _LIKERT if words & _STRONG else _STANCES
    kind = ("score" if words & _STRONG else "agree") if words & set(scale) else None

    def read(text: str | None, cell: Any) -> Any:
        if text is None or not isinstance(cell, str):
            return cell if text is not None else None
        return scale.get(fold(text), _TICKS.get(fold(text), cell))

    return [
        [read(text, cell) for text, cell in zip(texts_of_column, cells, strict=True)]
        for texts_of_column, cells in zip(texts, columns, strict=True)
    ], kind


def _alike(columns: Sequence[str], values: Mapping[str, Sequence[Any]]) -> list[list[str]]:
    """Columns answered in numbers or ticks, in words of agreement with passes, and in the other words of agreement."""
    numbers, passes, words = list[str](), list[str](), list[str]()
    for column in columns:
        if _answers([values[column]])[1] is None:
            numbers.append(column)
        else:
            said = {fold(text) for text in map(known_label, values[column]) if text is not None}
            (passes if _NEITHER in said else words).append(column)
    return [words, passes, numbers]


def _is_rating(cells: Sequence[Any]) -> bool:
    """Whether all cells of a column that say something are numbers, ticks or words of agreement."""
    said = [answer for answer in _answers([cells])[0][0] if answer is not None]
    try:
        return bool(said) and all(float(answer) == float(answer) for answer in said)
    except (TypeError, ValueError):
        return False


def _melted(
    ids: Sequence[Any],
    columns: Sequence[str],
    values: Mapping[str, Sequence[Any]],
    *,
    people: bool,
    kind: str | None,
) -> dict[str, list[Any]] | None:
    """One row a rating; columns that are answered in words are of the kind that the words tell."""
    table: dict[str, list[Any]] = {"participant_id": [], "idea_id": [], "value": [], "kind": []}
    for group in _alike(columns, values):
        answers, told = _answers([values[column] for column in group])
        for column, cells in zip(group, answers, strict=True):
            for i, answer in zip(ids, cells, strict=True):
                if answer is not None:
                    table["participant_id"].append(i if people else column)
                    table["idea_id"].append(column if people else i)
                    table["value"].append(answer)
                    table["kind"].append(kind or told)
    return table if table["value"] else None


def _ids(
    sheet: Frame, values: Mapping[str, Sequence[Any]], wanted: str, what: str, notes: list[str]
) -> tuple[str | None, list[Any]]:
    column = _column(sheet, wanted)
    if column is None:
        notes.append(f"no column names the {what}: the rows are numbered.")
        return None, [f"{what} {i}" for i in range(1, sheet.rows() + 1)]
    notes.append(f"{show(column)} is read as {wanted}.")
    return column, list(values[column])


def _people_in_rows(
    sheet: Frame,
    values: dict[str, list[Any]],
    ideas: Sequence[str] | None,
    kind: str | None,
    notes: list[str],
) -> dict[str, Any]:
    key, ids = _ids(sheet, values, "participant_id", "person", notes)
    others = [c for c in sheet.columns if c != key]
    if ideas is not None:
        rated = _given(sheet, ideas, "ideas")
    else:
        rated = [c for c in others if _is_rating(values[c]) and not _is_attribute(c)]
        notes.append(f"{_counted(rated, 'column', 'ratings of ideas')}.")
    attributes = [c for c in others if c not in rated]
    notes.append(f"{_counted(attributes, 'column', 'attributes of people')}.")
    return {
        "participants": {"participant_id": ids} | {c: values[c] for c in attributes},
        "ideas": {"idea_id": rated} if rated else None,
        "ratings": _melted(ids, rated, values, people=True, kind=kind),
    }


def _is_attribute(name: str) -> bool:
    words = set(re.split(r"[^a-z]+", name.casefold()))
    return bool(
        words
        & {
            "age",
            "sex",
            "gender",
            "weight",
            "year",
            "birth",
            "postcode",
            "ward",
            "imd",
            "income",
            "role",
        }
        | words
        & {"many", "children", "household", "decile", "quintile", "phone", "telephone", "number"}
    )


def _known_people(participants: Any) -> set[str | None]:
    """The ids of a participants table, if there is one that has them."""
    frame = None if participants is None else open_frame(participants)
    key = (
        None
        if frame is None
        else next((c for c in frame.columns if _plain(c) == "participantid"), None)
    )
    return (
        set()
        if frame is None or key is None
        else {label(name) for name in frame.collect([key])[key]} - {None}
    )


def _counted(names: Sequence[str], what: str, meaning: str, n: int | None = None) -> str:
    many = count_of(len(names) if n is None else n, what)
    return f"{many} read as {meaning}" + (f": {listed(names, most=12)}" if names else "")


def _ideas_in_rows(
    sheet: Frame,
    values: dict[str, list[Any]],
    raters: Sequence[str] | None,
    *,
    kind: str | None,
    participants: Any,
    notes: list[str],
) -> dict[str, Any]:
    key, ids = _ids(sheet, values, "idea_id", "idea", notes)
    own = {
        name: _column(sheet, name) for name in _NAMES if name not in {"participant_id", "idea_id"}
    }
    used = {column for column in own.values() if column is not None} | {key}
    for name, column in own.items():
        if column is not None and column != name:
            notes.append(f"{show(column)} is read as {name}.")
    benefit = {
        c: m[1].strip()
        for c in sheet.columns
        if c not in used and (m := _FOR.fullmatch(c)) is not None
    }
    used |= set(benefit)
    if raters is not None:
        rated = _given(sheet, raters, "raters")
    else:
        known = _known_people(participants)
        rated = [
            c
            for c in sheet.columns
            if c not in used
            and (label(c) in known or (_plain(c) not in _SUMS and _is_rating(values[c])))
        ]
        # Their names are people's and are not repeated; where they stand says which columns are meant.
        places = [sheet.columns.index(c) + 1 for c in rated]
        where = f", from the sheet's column {places[0]} to {places[-1]}" if rated else ""
        notes.append(f"{_counted((), 'column', 'ratings by a person each', len(rated))}{where}.")
    left = [c for c in sheet.columns if c not in used and c not in rated]
    if left:
        notes.append(f"columns not used: {listed(left, most=8)}.")
    authors = _split(values.get(own["author_id"] or "", [None] * len(ids)))
    several = sum(len(names) > 1 for names in authors)
    if several:
        notes.append(
            f"{count_of(several, 'idea')} with several authors: names are parted at commas and semicolons."
        )
    people = _people_table(participants, authors, rated)
    return {
        "participants": people,
        "ideas": {"idea_id": ids}
        | {n: values[c] for n, c in own.items() if c is not None and n != "author_id"},
        "idea_authors": _pairs(ids, authors),
        "beneficiaries": _named(ids, benefit, values, people, notes),
        "ratings": _melted(ids, rated, values, people=False, kind=kind),
    }


def _split(cells: Sequence[Any]) -> list[list[str]]:
    """The parts of cells that list several things, by semicolon, comma or line."""
    texts = [label(cell) if not isinstance(cell, str) else cell for cell in cells]
    parts = [[] if text is None else re.split(r"[;,\n]", text) for text in texts]
    return [
        list(dict.fromkeys(name for part in row if (name := label(part)) is not None))
        for row in parts
    ]


def _pairs(ids: Sequence[Any], authors: Sequence[Sequence[str]]) -> dict[str, list[Any]] | None:
    pairs = [(i, author) for i, names in zip(ids, authors, strict=True) for author in names]
    return (
        {"idea_id": [i for i, _ in pairs], "participant_id": [a for _, a in pairs]}
        if pairs
        else None
    )


def _people_table(
    participants: Any, authors: Sequence[Sequence[str]], raters: Sequence[str]
) -> Any:
    if participants is not None:
        return participants
    names = sorted({*(a for row in authors for a in row), *(label(r) or "" for r in raters)})
    return {"participant_id": names} if names else None


def _named(
    ids: Sequence[Any],
    columns: Mapping[str, str],
    values: Mapping[str, Sequence[Any]],
    people: Any,
    notes: list[str],
) -> dict[str, list[Any]] | None:
    """Whom each idea is for, from columns such as "for: age" (its groups) or "beneficiaries" (any groups)."""
    if not columns:
        return None
    groups = _groups_by_attribute(people)
    rows: list[tuple[Any, str, str]] = []
    homeless: set[str] = set()
    open_to_all: list[Any] = []
    for column, attribute in columns.items():
        tied = match([attribute], tuple(groups))[attribute] if attribute else None
        if attribute and tied is None:
            close = nearest(attribute, groups)
            raise InputError.of(
                f"column {show(column)} names the attribute {show(attribute)}, which participants lack; "
                f"they have {listed(groups, most=8)}.",
                code="unknown_attribute",
                param="frame",
                got=attribute,
                expected=tuple(groups),
                hint=f"did you mean {show(close)}?"
                if close
                else "pass participants= with a column of this name.",
            )
        for i, names in zip(ids, _split(values[column]), strict=True):
            for name in names:
                if fold(name) in _EVERYONE:
                    rows += [(i, tied, name)] if tied else []
                    open_to_all += [] if tied else [i]
                    continue
                home = tied or next((a for a, known in groups.items() if fold(name) in known), None)
                if home is None:
                    homeless.add(name)
                else:
                    rows.append((i, home, name))
    rows += [
        (i, attribute, "everyone")
        for i in open_to_all
        for attribute in dict.fromkeys(row[1] for row in rows)
    ]
    if homeless:
        notes.append(
            f"beneficiaries that no participant's attribute has are left out: {listed(sorted(homeless), most=6)}."
        )
    if not rows:
        return None
    return {c: [row[n] for row in rows] for n, c in enumerate(("idea_id", "attribute", "group"))}


def _groups_by_attribute(people: Any) -> dict[str, set[str]]:
    if people is None:
        return {}
    frame = open_frame(people)
    names = [
        c
        for c in frame.columns
        if _plain(c) not in {"participantid", "weight", "invitedat", "active"}
    ]
    values = frame.collect(names) if names else {}
    return {c: {fold(name) for name in map(label, values[c]) if name is not None} for c in names}
