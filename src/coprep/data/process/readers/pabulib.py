"""Pabulib's .pb files: one participatory budgeting vote, its projects, ballots and voters."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from coprep.data.files import Columns, as_path, columns_of, read_text
from coprep.data.labels import fold, label, match
from coprep.data.process.process import Process
from coprep.errors import InputError, Problems
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
    "project_id",
    "cost",
    "votes",
    "score",
    "name",
    "selected",
    "latitude",
    "longitude",
    *_TOPICS,
    *_TARGETS,
}
_MOST_NUMBERS = 20
_OLDEST = 120


def read_pabulib(
    path: str | PathLike[str], *, age_groups: Mapping[str, tuple[int, int | None]] | None = None
) -> Process:
    r"""Who voted for which projects, and what was funded?

    Parameters
    ----------
    path : path
        A .pb file.
    age_groups : mapping of str to (first, last), optional
        Years of age of each age group; by default `AGE_GROUPS`, whose names are those that projects use.

    Returns
    -------
    Process
        Voters are the participants: every column of VOTES is an attribute, and ``age_group`` is added where there is
        an age; columns of many different numbers are left out. A project's topic is its first category. It is for
        the groups it names as ``beneficiaries`` (or ``target``) that are age groups, and for the voters of its own
        district where voters have one. ``selected`` becomes the status; 2, "selected for another reason", counts as
        adopted. Whether a project that got no vote was seen is not known. "none" is the format's word for an empty
        cell. Ballots of type scoring are points, or scores where some are below 0.

    Raises
    ------
    InputError
        Where sections or columns are missing, votes name no project of the file, or points do not match votes.

    References
    ----------
    Faliszewski, Flis, Peters, Pierczyński, Skowron, Stolicki, Szufa, Talmon (2023). Participatory budgeting: data,
    tools and analysis. IJCAI. https://pabulib.org/format

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
    notes = _size_notes(meta, projects, votes)
    projects, votes = (
        _without_nones(projects, "PROJECTS", notes),
        _without_nones(votes, "VOTES", notes),
    )
    tables, known, more = _tables(meta, projects, votes, dict(age_groups or AGE_GROUPS))
    return Process.of_tables(
        tables,
        known_groups=known,
        notes=[*notes, *more],
        title=meta.get("description", file.stem),
        sources=(f"Pabulib: {file.name}",),
        budget=_budget(meta),
    )


def _sections(text: str, name: str) -> tuple[dict[str, str], Columns, Columns]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    found: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    for row in csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=";"):
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
    projects, votes = (
        columns_of(found["PROJECTS"], f"{name} PROJECTS"),
        columns_of(found["VOTES"], f"{name} VOTES"),
    )
    problems = Problems()
    for table, section, needed in (
        (projects, "PROJECTS", ("project_id", "cost")),
        (votes, "VOTES", ("voter_id", "vote")),
    ):
        for column in needed:
            if column not in table:
                close = nearest(column, table)
                problems.add(
                    f"{name}: {section} have no column {column!r}; they have {listed(table, most=12)}.",
                    code="missing_column",
                    param=f"{section}.{column}",
                    hint=f"did you mean {show(close)}?" if close else None,
                )
    problems.raise_if_any()
    return meta, projects, votes


def _without_nones(table: Columns, section: str, notes: list[str]) -> Columns:
    """The table with "none", the format's word for an empty cell, as empty cells; names of projects stay."""
    found = {
        column: [
            None if column != "name" and fold(cell or "") == "none" else cell for cell in cells
        ]
        for column, cells in table.items()
    }
    n = sum(cells.count(None) for cells in found.values()) - sum(
        cells.count(None) for cells in table.values()
    )
    if n:
        notes.append(f"{section}: the word none is read as an empty cell in {count_of(n, 'cell')}.")
    return found


def _point(cell: str | None) -> str | None:
    """A number with a point where it was written with a decimal comma."""
    return (
        cell.replace(",", ".")
        if cell is not None and cell.count(",") == 1 and "." not in cell
        else cell
    )


def _first(table: Columns, names: Sequence[str]) -> list[str | None] | None:
    return next((table[name] for name in names if name in table), None)


def _budget(meta: Mapping[str, str]) -> float | None:
    try:
        return float(_point(meta["budget"]) or "")
    except (KeyError, ValueError):
        return None


def _size_notes(meta: Mapping[str, str], projects: Columns, votes: Columns) -> list[str]:
    sizes = (
        ("num_projects", len(projects["project_id"]), "projects"),
        ("num_votes", len(votes["voter_id"]), "votes"),
    )
    return [
        f"META says {meta[key]} {what}, the file holds {n:,}."
        for key, n, what in sizes
        if key in meta and meta[key] != str(n)
    ]


def _tables(
    meta: Mapping[str, str],
    projects: Columns,
    votes: Columns,
    ages: Mapping[str, tuple[int, int | None]],
) -> tuple[dict[str, Any], dict[str, list[str]], list[str]]:
    notes: list[str] = []
    ideas = _ideas(projects, notes)
    participants = _participants(votes, ages, notes)
    beneficiaries, known = _beneficiaries(projects, participants, ages, notes)
    return (
        {
            "participants": participants,
            "ideas": ideas,
            "beneficiaries": beneficiaries,
            "ratings": _ratings(meta, votes, notes),
            "priorities": _priorities(votes, ideas["topic"]),
        },
        known,
        notes,
    )


def _listed_cell(cell: str | None) -> list[str]:
    return [part.strip() for part in (cell or "").split(",") if part.strip()]


def _ideas(projects: Columns, notes: list[str]) -> dict[str, list[Any]]:
    n = len(projects["project_id"])
    empty: list[str | None] = [None] * n
    categories = [_listed_cell(cell) for cell in _first(projects, _TOPICS) or empty]
    several = sum(len(c) > 1 for c in categories)
    if several:
        notes.append(
            f"filed under the first of several categories: {count_of(several, 'project')}."
        )
    selected = projects.get("selected", empty)
    special = sum(cell == "2" for cell in selected)
    if special:
        notes.append(
            f"counted as adopted: {count_of(special, 'project')} selected for another reason than the vote (2)."
        )
    return {
        "idea_id": projects["project_id"],
        "text": projects.get("name", empty),
        "topic": [c[0] if c else None for c in categories],
        "cost": [_point(cell) for cell in projects["cost"]],
        "status": [
            {"0": "rejected", "1": "adopted", "2": "adopted"}.get(cell or "", cell)
            for cell in selected
        ],
    }


def _participants(
    votes: Columns, ages: Mapping[str, tuple[int, int | None]], notes: list[str]
) -> Columns:
    table: Columns = {"participant_id": votes["voter_id"]}
    for column, cells in votes.items():
        if column in {"voter_id", "vote", "points"} or column.startswith(_PREFERENCE):
            continue
        if column != "age" and _is_measurement(cells):
            notes.append(
                f"voters' {show(column)} is left out: so many different numbers are no groups."
            )
            continue
        table[column] = cells
    if "age" in votes:
        grouped = [_age_group(cell, ages) for cell in votes["age"]]
        odd = sum(
            group is None and cell is not None
            for group, cell in zip(grouped, votes["age"], strict=True)
        )
        if odd:
            notes.append(
                f"age_group is unknown for {count_of(odd, 'age')} not between 0 and {_OLDEST}, or of no group."
            )
        table["age_group"] = grouped
    return table


def _is_measurement(cells: Sequence[str | None]) -> bool:
    distinct = {cell for cell in cells if cell is not None}
    if len(distinct) <= _MOST_NUMBERS:
        return False
    try:
        return all(float(cell) == float(cell) for cell in distinct)
    except ValueError:
        return False


def _age_group(cell: str | None, ages: Mapping[str, tuple[int, int | None]]) -> str | None:
    try:
        age = float(cell or "nan")
    except ValueError:
        return None
    if not 0 <= age <= _OLDEST:
        return None
    return next(
        (
            g
            for g, (low, high) in ages.items()
            if low <= age < (high if high is not None else _OLDEST) + 1
        ),
        None,
    )


def _beneficiaries(
    projects: Columns,
    participants: Columns,
    ages: Mapping[str, tuple[int, int | None]],
    notes: list[str],
) -> tuple[dict[str, list[Any]] | None, dict[str, list[str]]]:
    """Whom each project is for, and the groups named, by attribute."""
    rows: list[tuple[str | None, str, str]] = []
    named = _first(projects, _TARGETS)
    strange: dict[str, int] = {}
    if named is not None and "age_group" in participants:
        for project, cell in zip(projects["project_id"], named, strict=True):
            groups = _listed_cell(cell)
            tied = match(groups, tuple(ages))
            for group in dict.fromkeys(tied[name] or name for name in groups):
                if group in ages:
                    rows.append((project, "age_group", group))
                else:
                    strange[group] = strange.get(group, 0) + 1
    if strange:
        told = ", ".join(
            f"{show(group)} ({count_of(n, 'project')})" for group, n in sorted(strange.items())
        )
        notes.append(
            f"no voter's answer says who belongs to these beneficiaries, they are left out: {told}."
        )
    for column in _AREAS:
        voter = _tied_area(projects.get(column), participants)
        if voter is not None:
            notes.append(
                f"projects' {show(column)} is read as being for the voters of that {show(voter)}."
            )
            pairs = zip(projects["project_id"], projects[column], strict=True)
            rows += [(project, voter, area) for project, area in pairs if area is not None]
            break
    unused = [column for column in projects if column not in {*_READ, *_AREAS}]
    if unused:
        notes.append(f"projects' columns not used: {listed(unused, most=6)}.")
    if not rows:
        return None, {}
    known: dict[str, list[str]] = {}
    for _, attribute, group in rows:
        known.setdefault(attribute, []).append(group)
    table = {
        c: list(v)
        for c, v in zip(("idea_id", "attribute", "group"), zip(*rows, strict=True), strict=True)
    }
    return table, {attribute: sorted(set(groups)) for attribute, groups in known.items()}


def _tied_area(areas: Sequence[str | None] | None, participants: Columns) -> str | None:
    """The voters' column whose labels are mostly those of the projects' areas."""
    if areas is None:
        return None
    wanted = {name for name in map(label, areas) if name is not None}
    for column, cells in participants.items():
        if column in {"participant_id", "age", "age_group"} or len(wanted) < 2:
            continue
        groups = tuple({name for name in map(label, cells) if name is not None})
        if 2 * sum(found is not None for found in match(wanted, groups).values()) > len(wanted):
            return column
    return None


def _ratings(
    meta: Mapping[str, str], votes: Columns, notes: list[str]
) -> dict[str, list[Any]] | None:
    form = meta.get("vote_type", "approval").strip().casefold()
    kind = {
        "approval": "approve",
        "choose-1": "choose_one",
        "ordinal": "rank",
        "cumulative": "points",
    }.get(form)
    kind = "points" if form == "scoring" else kind
    if kind is None:
        raise InputError.choice(
            "vote_type", form, ("approval", "choose-1", "ordinal", "cumulative", "scoring")
        )
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
    points = votes.get("points", [None] * len(votes["vote"]))
    for voter, cell, given in zip(votes["voter_id"], votes["vote"], points, strict=True):
        chosen = _listed_cell(cell)
        worth: Sequence[float | str] = [1.0] * len(chosen)
        if kind == "rank":
            worth = [float(place) for place in range(1, len(chosen) + 1)]
        elif kind == "points":
            worth = _listed_cell(given)
            uneven += len(worth) != len(chosen)
        person += [voter] * len(chosen)
        idea += chosen
        value += [*worth[: len(chosen)], *["0"] * (len(chosen) - len(worth))]
    if uneven:
        raise InputError.of(
            f"{uneven:,} ballots give another number of points than of projects.",
            code="ragged_rows",
            param="VOTES.points",
            got=uneven,
        )
    if not person:
        return None
    if form == "scoring":
        kind = "score" if any(str(points).startswith("-") for points in value) else kind
        if (unlisted := meta.get("default_score", "0").strip()) not in {"", "0"}:
            notes.append(
                f"META gives projects that a ballot does not list a score of {show(unlisted)}: not used."
            )
    return {"participant_id": person, "idea_id": idea, "value": value, "kind": [kind] * len(person)}


def _begun(name: str, known: Sequence[str]) -> str | None:
    """The only topic that begins with ``name``, as "Transportation" does with "transport"."""
    begun = [topic for topic in known if topic.casefold().startswith(name.casefold())]
    return begun[0] if len(begun) == 1 else None


def _priorities(votes: Columns, topics: Sequence[str | None]) -> dict[str, list[Any]] | None:
    columns = [c for c in votes if c.startswith(_PREFERENCE)]
    if not columns:
        return None
    known = tuple(sorted({topic for topic in topics if topic is not None}))
    names = [c.removeprefix(_PREFERENCE) for c in columns]
    tied = {name: found or _begun(name, known) for name, found in match(names, known).items()}
    table: dict[str, list[Any]] = {"participant_id": [], "topic": [], "value": []}
    for column in columns:
        topic = column.removeprefix(_PREFERENCE)
        table["participant_id"] += votes["voter_id"]
        table["topic"] += [tied[topic] or topic] * len(votes["voter_id"])
        table["value"] += votes[column]
    return table
