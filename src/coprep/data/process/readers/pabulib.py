"""Reads Pabulib's .pb files: one participatory budgeting vote, its projects, ballots and voters."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from coprep.data.files import Columns, as_path, columns_of, read_text
from coprep.data.label_matching import spelt_alike
from coprep.data.labels import fold, label
from coprep.data.process.process import Process
from coprep.data.process.tables.nobody import is_nobody
from coprep.errors import InputError, Problems
from coprep.findings import Note, counted
from coprep.host import long_fields
from coprep.wording.escape import quoted
from coprep.wording.labels import listed, nearest, show
from coprep.wording.numbers import count_of

AGE_GROUPS: Mapping[str, tuple[int, int | None]] = {
    "children": (0, 14),
    "youth": (15, 24),
    "adults": (25, 64),
    "seniors": (65, None),
}
"""First and last year of age of the groups that projects are said to be for."""

_SECTIONS = ("META", "PROJECTS", "VOTES")
_AREAS = ("district", "neighborhood", "neighbourhood", "area", "project_area", "subunit")
_PREFERENCE = "topic_preference_"
_TOPICS = ("category", "categories")
_TARGETS = ("beneficiaries", "target", "targets")
_READ = {
    *("project_id", "cost", "votes", "score", "name", "selected", "latitude", "longitude"),
    *(*_TOPICS, *_TARGETS, *_AREAS, "proposer"),
}
_NO_ATTRIBUTES = frozenset({"voter_id", "vote", "points"})
_KINDS = {
    "approval": "approve",
    "choose-1": "choose_one",
    "ordinal": "rank",
    "cumulative": "points",
    "scoring": "points",
}
_STATUS = {"0": "rejected", "1": "adopted", "2": "adopted", "3": "adopted"}
_OTHERWISE = frozenset({"2", "3"})
# Folded names of the whole area, for projects that are for everybody who lives there.
_WHOLE = frozenset(
    {
        *(
            "all",
            "everyone",
            "everybody",
            "citywide",
            "city-wide",
            "whole city",
            "entire city",
            "all districts",
        ),
        *("ogólnomiejski", "ogólnomiejskie", "ogólnomiejska", "projekty ogólnomiejskie"),
        *("całe miasto", "cała dzielnica", "ogólnodzielnicowy", "ogólnodzielnicowe"),
        *("toute la ville", "ville entière", "ganze stadt", "gesamtstadt", "stadtweit"),
        *("heel de stad", "hele stad", "stadsbreed", "toda la ciudad", "tota la ciutat"),
    }
)
_JOINED = re.compile(r"\s*(?:[+&;/,]|\bet\b|\band\b|\bund\b|\boraz\b)\s*", re.IGNORECASE)
_EVERYONE = "everyone"
_UNITS = ("unit", "subunit", "district")
_MOST_NUMBERS = 20
_OLDEST = 120

Ages = Mapping[str, tuple[int, int | None]]


def read_pabulib(
    path: str | PathLike[str], *, age_groups: Mapping[str, tuple[int, int | None]] | None = None
) -> Process:
    r"""Who voted for which projects, and what was funded?

    Parameters
    ----------
    path : path
        A .pb file.
    age_groups : mapping of str to (first, last), optional
        Years of age of each age group; by default `AGE_GROUPS`, whose names are those that projects
        use.

    Returns
    -------
    Process
        Voters are the participants: every column of VOTES is an attribute, and ``age_group`` is
        added where there is an age; columns of many different numbers are left out. A project's
        topic is its first category, its author the ``proposer`` (several where joined by a comma,
        "+", "&", "et"). It is for the groups it names as ``beneficiaries`` (or ``target``) that are
        age groups, and for the voters of its own districts where voters have one; "everyone" and a
        name of the whole city are all groups. ``selected`` becomes the status; 2 and 3, selected
        or paid for another reason than the vote, count as adopted. A project that stands twice on a
        ballot counts once.
        Whether a project that got no vote was seen is not known. "none" is the format's word for an
        empty cell. Ballots of type scoring and cumulative are points, or scores where some are
        below 0.

    Raises
    ------
    InputError
        Where sections or columns are missing, votes name no project of the file, or points do not
        match votes.

    References
    ----------
    Faliszewski, Flis, Peters, Pierczyński, Skowron, Stolicki, Szufa, Talmon (2023). Participatory
    budgeting: data, tools and analysis. IJCAI. https://pabulib.org/format

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> lines = (
    ...     *("META", "key;value", "description;A small vote", "budget;100", "vote_type;approval"),
    ...     *("num_projects;2", "num_votes;2"),
    ...     *("PROJECTS", "project_id;cost;votes;name;selected", "t;60;2;Trees;1", "b;50;1;Benches;0"),
    ...     *("VOTES", "voter_id;age;sex;vote", "1;34;F;t,b", "2;51;M;t"),
    ... )
    >>> path = folder / "vote.pb"
    >>> _ = path.write_text("\n".join(lines))
    >>> read_pabulib(path)
    Process('A small vote': 2 people, 2 ideas; participants, ideas, ratings)
    """
    file = as_path(path)
    meta, projects, votes = _sections(read_text(file), file.name)
    notes: list[Note] = []
    _note_sizes(meta, projects, votes, notes)
    projects = _without_nones(projects, "PROJECTS", notes)
    votes = _without_nones(votes, "VOTES", notes)
    ages = dict(age_groups or AGE_GROUPS)
    ideas = _ideas(projects, notes)
    authors = _authors(projects)
    participants = _with_authors(_participants(votes, ages, notes), authors)
    whole = _WHOLE | {fold(meta[key]) for key in _UNITS if meta.get(key)}
    named = _beneficiaries(projects, participants, ages, whole, notes)
    columns = ("idea_id", "attribute", "group")
    known: dict[str, list[str]] = {}
    for _, attribute, group in named:
        if group != _EVERYONE:
            known.setdefault(attribute, []).append(group)
    return Process.of_tables(
        {
            "participants": participants,
            "ideas": ideas,
            "idea_authors": authors,
            "beneficiaries": {c: [row[i] for row in named] for i, c in enumerate(columns)}
            if named
            else None,
            "ratings": _ratings(meta, votes, notes),
            "priorities": _priorities(votes, ideas["topic"]),
        },
        known_groups={attribute: sorted(set(groups)) for attribute, groups in known.items()},
        notes=notes,
        title=meta.get("description", file.stem),
        sources=(f"Pabulib: {file.name}",),
        budget=_budget(meta),
    )


def _sections(text: str, name: str) -> tuple[dict[str, str], Columns, Columns]:
    found: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    lines = io.StringIO(text.replace("\x00", ""), newline="")
    with long_fields():
        rows = list(csv.reader(lines, delimiter=";"))
    for row in rows:
        cells = [cell.strip() for cell in row]
        if cells and cells[0].upper() in _SECTIONS and not any(cells[1:]):
            current = found.setdefault(cells[0].upper(), [])
        elif any(cells):
            current.append(cells)
    lacking = [section for section in _SECTIONS if section not in found]
    if lacking:
        raise InputError.of(
            f"{name} has no section {listed(lacking)}; a .pb file has META, PROJECTS and VOTES.",
            code="unreadable_file",
            param=name,
            got=tuple(found),
            expected=_SECTIONS,
        )
    meta = {row[0]: ";".join(row[1:]).strip() for row in found["META"][1:]}
    projects = columns_of(found["PROJECTS"], f"{name} PROJECTS")
    votes = columns_of(found["VOTES"], f"{name} VOTES")
    problems = Problems()
    for table, section, needed in (
        (projects, "PROJECTS", ("project_id", "cost")),
        (votes, "VOTES", ("voter_id", "vote")),
    ):
        for column in needed:
            if column not in table:
                close = nearest(column, table)
                problems.add(
                    f"{name}: {section} have no column {column!r}; "
                    f"they have {listed(table, most=12)}.",
                    code="missing_column",
                    param=f"{section}.{column}",
                    hint=f"did you mean {show(close)}?" if close else None,
                )
    problems.raise_if_any()
    return meta, projects, votes


def _note_sizes(
    meta: Mapping[str, str], projects: Columns, votes: Columns, notes: list[Note]
) -> None:
    """Note where META counts otherwise than the file."""
    for key, what, n in (
        ("num_projects", "projects", len(projects["project_id"])),
        ("num_votes", "votes", len(votes["voter_id"])),
    ):
        said = meta.get(key, str(n))
        if said != str(n):
            template = "META says {said} {what}, the file holds {n}."
            notes.append(Note.of("meta_differs", template, said=said, what=what, n=n))


def _without_nones(table: Columns, section: str, notes: list[Note]) -> Columns:
    """The table with "none", the format's word, as empty cells; names of projects stay."""
    found: Columns = {}
    words = 0
    for column, cells in table.items():
        is_none = [column != "name" and fold(cell or "") == "none" for cell in cells]
        words += sum(is_none)
        found[column] = [None if none else cell for cell, none in zip(cells, is_none, strict=True)]
    if words:
        template = "{section}: the word none is read as an empty cell in {cells}."
        cells_said = counted(words, "cell")
        notes.append(Note.of("none_is_empty", template, section=section, cells=cells_said))
    return found


def _point(cell: str | None) -> str | None:
    """A number with a point where it was written with a decimal comma."""
    comma = cell is not None and cell.count(",") == 1 and "." not in cell
    return cell.replace(",", ".") if cell is not None and comma else cell


def _first(table: Columns, names: Sequence[str]) -> list[str | None] | None:
    return next((table[name] for name in names if name in table), None)


def _budget(meta: Mapping[str, str]) -> float | None:
    try:
        return float(_point(meta["budget"]) or "")
    except (KeyError, ValueError):
        return None


def _parts(cell: str | None) -> list[str]:
    return [part.strip() for part in (cell or "").split(",") if part.strip()]


def _ideas(projects: Columns, notes: list[Note]) -> dict[str, list[Any]]:
    empty: list[str | None] = [None] * len(projects["project_id"])
    categories = [_parts(cell) for cell in _first(projects, _TOPICS) or empty]
    selected = projects.get("selected", empty)
    several = counted(sum(len(c) > 1 for c in categories), "project")
    if several:
        template = "filed under the first of several categories: {projects}."
        notes.append(Note.of("several_categories", template, projects=several))
    special = counted(sum(cell in _OTHERWISE for cell in selected), "project")
    if special:
        template = (
            "counted as adopted: {projects} selected or paid for another reason than the vote "
            "(2 or 3)."
        )
        notes.append(Note.of("selected_otherwise", template, projects=special))
    return {
        "idea_id": projects["project_id"],
        "text": projects.get("name", empty),
        "topic": [c[0] if c else None for c in categories],
        "cost": [_point(cell) for cell in projects["cost"]],
        "status": [_STATUS.get(cell or "", cell) for cell in selected],
    }


def _authors(projects: Columns) -> dict[str, list[Any]] | None:
    """Who proposed what, under ids of their own; None where no project says it."""
    rows: dict[tuple[str | None, str], None] = {}
    for project, cell in zip(projects["project_id"], projects.get("proposer", ()), strict=False):
        names = (label(name) for name in _JOINED.split(cell or ""))
        rows |= {(project, name): None for name in names if name is not None}
    if not rows:
        return None
    return {
        "idea_id": [project for project, _ in rows],
        "participant_id": [name if is_nobody(name) else f"proposer {name}" for _, name in rows],
    }


def _with_authors(voters: Columns, authors: dict[str, list[Any]] | None) -> Columns:
    """The voters, then those who proposed, of whom nothing else is known."""
    if authors is None:
        return voters
    names = {str(name) for name in authors["participant_id"]}
    added = sorted(name for name in names if not is_nobody(name))
    nothing: list[str | None] = [None] * len(added)
    return {
        column: [*cells, *(added if column == "participant_id" else nothing)]
        for column, cells in voters.items()
    }


def _participants(votes: Columns, ages: Ages, notes: list[Note]) -> Columns:
    table: Columns = {"participant_id": votes["voter_id"]}
    for column, cells in votes.items():
        if column in _NO_ATTRIBUTES or column.startswith(_PREFERENCE):
            continue
        if column != "age" and _is_measurement(cells):
            template = (
                "voters' {column:label} is left out: so many different numbers are no groups."
            )
            notes.append(Note.of("numbers_no_groups", template, column=column))
            continue
        table[column] = cells
    if "age" in votes:
        grouped = [_age_group(cell, ages) for cell in votes["age"]]
        pairs = zip(grouped, votes["age"], strict=True)
        odd = sum(group is None and cell is not None for group, cell in pairs)
        if odd:
            template = "age_group is unknown for {ages} not between 0 and {oldest}, or of no group."
            note = Note.of("ages_of_no_group", template, ages=counted(odd, "age"), oldest=_OLDEST)
            notes.append(note)
        table["age_group"] = grouped
    return table


def _is_measurement(cells: Sequence[str | None]) -> bool:
    """Whether a column holds many different numbers."""
    distinct = {cell for cell in cells if cell is not None}
    if len(distinct) <= _MOST_NUMBERS:
        return False
    try:
        return all(float(cell) == float(cell) for cell in distinct)
    except ValueError:
        return False


def _age_group(cell: str | None, ages: Ages) -> str | None:
    try:
        age = float(cell or "nan")
    except ValueError:
        return None
    for group, (low, high) in ages.items():
        if low <= age < (_OLDEST if high is None else high) + 1 and 0 <= age <= _OLDEST:
            return group
    return None


def _beneficiaries(
    projects: Columns,
    participants: Columns,
    ages: Ages,
    whole: frozenset[str],
    notes: list[Note],
) -> list[tuple[str | None, str, str]]:
    """Whom each project is for: project, attribute and group."""
    rows: list[tuple[str | None, str, str]] = []
    named = _first(projects, _TARGETS)
    strange: Counter[str] = Counter()
    if named is not None and "age_group" in participants:
        for project, cell in zip(projects["project_id"], named, strict=True):
            groups = _parts(cell)
            tied = spelt_alike(groups, tuple(ages))
            for group in dict.fromkeys(tied[name] or name for name in groups):
                if group in ages or fold(group) in whole:
                    rows.append((project, "age_group", group if group in ages else _EVERYONE))
                else:
                    strange[group] += 1
    if strange:
        told = ", ".join(
            f"{quoted([g])} ({count_of(n, 'project')})" for g, n in sorted(strange.items())
        )
        text = (
            f"no voter's answer says who belongs to these beneficiaries, they are left out: {told}."
        )
        notes.append(Note("beneficiaries_unknown", text, {"projects": dict(strange)}))
    for column in _AREAS:
        areas = [_areas(cell, whole) for cell in projects.get(column, ())]
        voter = _tied_area([area for names in areas for area in names], participants)
        if voter is not None:
            template = (
                "projects' {column:label} is read as being for the voters of that {voter:label}."
            )
            notes.append(Note.of("area_of_voters", template, column=column, voter=voter))
            pairs = zip(projects["project_id"], areas, strict=True)
            rows += [(project, voter, area) for project, names in pairs for area in names]
            _note_empty_areas(areas, participants[voter], notes)
            break
    unused = [column for column in projects if column not in _READ]
    if unused:
        template = "projects' columns not used: {columns:labels}."
        notes.append(Note.of("columns_not_used", template, columns=unused))
    return rows


def _areas(cell: str | None, whole: frozenset[str]) -> list[str]:
    """The areas that a cell names, parted at commas; a name of the whole city is everyone's."""
    names = [name for name in map(label, _parts(cell)) if name is not None]
    if any(fold(name) in whole for name in names):
        return [_EVERYONE]
    return list(dict.fromkeys(names))


def _note_empty_areas(
    areas: Sequence[Sequence[str]], voters: Sequence[str | None], notes: list[Note]
) -> None:
    """Note areas of projects in which no voter lives."""
    lived_in = tuple({name for name in map(label, voters) if name is not None})
    wanted = {name for names in areas for name in names} - {_EVERYONE}
    empty = sorted(name for name, found in spelt_alike(wanted, lived_in).items() if found is None)
    if empty:
        of_them = sum(bool(set(names) & set(empty)) for names in areas)
        template = "no voter lives in {areas} that {projects} are for: {names:labels}."
        areas_said = counted(len(empty), "area")
        projects = counted(of_them, "project")
        notes.append(
            Note.of(
                "areas_without_voters", template, areas=areas_said, projects=projects, names=empty
            )
        )


def _tied_area(areas: Sequence[str], participants: Columns) -> str | None:
    """The voters' column whose labels are mostly those of the projects' areas."""
    wanted = set(areas) - {_EVERYONE}
    if len(wanted) < 2:
        return None
    for column, cells in participants.items():
        if column in {"participant_id", "age", "age_group"}:
            continue
        groups = tuple({name for name in map(label, cells) if name is not None})
        if 2 * sum(found is not None for found in spelt_alike(wanted, groups).values()) > len(
            wanted
        ):
            return column
    return None


def _ratings(
    meta: Mapping[str, str], votes: Columns, notes: list[Note]
) -> dict[str, list[Any]] | None:
    form = meta.get("vote_type", "approval").strip().casefold()
    if form not in _KINDS:
        raise InputError.choice("vote_type", form, tuple(_KINDS))
    kind = _KINDS[form]
    if kind == "approve" and meta.get("max_length", "").strip() == "1":
        kind = "choose_one"
    if kind == "points" and "points" not in votes:
        raise InputError.of(
            f"votes are {form} but VOTES have no column 'points'.",
            code="missing_column",
            param="VOTES.points",
        )
    person: list[str | None] = []
    idea: list[str] = []
    value: list[float | str] = []
    uneven = 0
    twice = 0
    points = votes.get("points", [None] * len(votes["vote"]))
    for voter, cell, given in zip(votes["voter_id"], votes["vote"], points, strict=True):
        chosen = _parts(cell)
        worth: Sequence[float | str] = [1.0] * len(chosen)
        if kind == "rank":
            worth = [float(place) for place in range(1, len(chosen) + 1)]
        elif kind == "points":
            worth = _parts(given)
        uneven += len(worth) != len(chosen)
        if len(set(chosen)) < len(chosen) and len(worth) == len(chosen):
            twice += 1
            first = {project: place for place, project in reversed(list(enumerate(chosen)))}
            worth = [worth[place] for place in sorted(first.values())]
            chosen = sorted(first, key=first.__getitem__)
            if kind == "rank":
                worth = [float(place) for place in range(1, len(chosen) + 1)]
        person += [voter] * len(chosen)
        idea += chosen
        value += worth
    if uneven:
        raise InputError.of(
            f"{uneven:,} ballots give another number of points than of projects.",
            code="ragged_rows",
            param="VOTES.points",
            got=uneven,
        )
    if not person:
        return None
    if twice:
        template = "a project stands several times on {ballots}: it counts once, where it is first."
        notes.append(Note.of("project_twice", template, ballots=counted(twice, "ballot")))
    if kind == "points":
        kind = "score" if any(str(points).startswith("-") for points in value) else kind
    if form == "scoring":
        unlisted = meta.get("default_score", "0").strip()
        if unlisted not in {"", "0"}:
            template = (
                "META gives projects that a ballot does not list a score of {score:label}: "
                "not used."
            )
            notes.append(Note.of("default_score", template, score=unlisted))
    return {"participant_id": person, "idea_id": idea, "value": value, "kind": [kind] * len(person)}


def _begun(name: str, known: Sequence[str]) -> str | None:
    """The only topic that begins with ``name``, as "Transportation" does with "transport"."""
    begun = [topic for topic in known if topic.casefold().startswith(name.casefold())]
    return begun[0] if len(begun) == 1 else None


def _priorities(votes: Columns, topics: Sequence[str | None]) -> dict[str, list[Any]] | None:
    """How much each voter said a topic matters, where voters were asked."""
    columns = [c for c in votes if c.startswith(_PREFERENCE)]
    if not columns:
        return None
    known = tuple(sorted({topic for topic in topics if topic is not None}))
    tied = spelt_alike([c.removeprefix(_PREFERENCE) for c in columns], known)
    table: dict[str, list[Any]] = {"participant_id": [], "topic": [], "value": []}
    for column in columns:
        name = column.removeprefix(_PREFERENCE)
        topic = tied[name] or _begun(name, known) or name
        table["participant_id"] += votes["voter_id"]
        table["topic"] += [topic] * len(votes["voter_id"])
        table["value"] += votes[column]
    return table | {"kind": ["score"] * len(table["value"])}
