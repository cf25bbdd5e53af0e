"""Finds the sign-up file and the census files of a folder, and reads them by its `mapping.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.read import read_baseline
from coprep.data.files import as_path, read_csv, read_text
from coprep.data.participants.bands import only, without_groups
from coprep.data.participants.both_files import with_process_toml
from coprep.data.participants.counts_sheet import counts_and_no_people, counts_in, counts_of
from coprep.data.participants.decisions import OPEN, Decisions, parse
from coprep.data.participants.platforms import workbook
from coprep.data.participants.recognition import PLATFORMS
from coprep.data.participants.sign_ups import SignUps, read_sign_ups
from coprep.data.participants.worksheet import open_sheets
from coprep.errors import InputError
from coprep.wording.labels import listed

MAPPING = "mapping.toml"
_TABLES = frozenset({".csv", ".tsv", ".xlsx", ".txt", ".json", ".px", ".parquet", ".dat", ".gz"})
_MAY_HOLD_PEOPLE = frozenset({".csv", ".tsv", ".xlsx", ".txt", ".parquet"})
_CHOICES = ("area", "date", "measure", "level", "where")


@dataclass(frozen=True)
class Chosen:
    """What of a census file is meant, as the command line says it."""

    area: tuple[str, ...] = ()
    date: str = ""
    measure: str = ""
    level: str = ""
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> dict[str, Any]:
        """What was said, under the names of ``read_baseline``."""
        said = {name: getattr(self, name) for name in _CHOICES}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class CensusTable:
    """One attribute of a census file.

    Attributes
    ----------
    path : Path
        The file.
    baseline : Baseline
        What was read, in broad groups.
    detailed : Baseline or None
        The same in the file's finest groups, where those differ.
    about : mapping
        The keys of ``[baseline.ATTRIBUTE]`` that say what was read.
    """

    path: Path
    baseline: Baseline
    detailed: Baseline | None
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """What lies in a folder, or is named beside a file.

    Attributes
    ----------
    place : Path
        The folder.
    participants : Path
        The sign-up file.
    census : mapping of str to CensusTable
        For each attribute the census table that holds it.
    decisions : Decisions
        What `mapping.toml` says.
    text : str
        Its text; empty where there is none.
    unread : tuple of str
        Files that are neither.
    """

    place: Path
    participants: Path
    census: Mapping[str, CensusTable]
    decisions: Decisions
    text: str = ""
    unread: tuple[str, ...] = ()


def find(
    place: Path,
    *,
    mapping: Path | None = None,
    baselines: Sequence[Path] = (),
    chosen: Chosen | None = None,
) -> Found:
    """What lies in a folder.

    Raises
    ------
    InputError
        Where no file holds people, where several may, and for census files that cannot be read.
    """
    home = place if place.is_dir() else place.parent
    own = home / MAPPING
    file = mapping
    if file is None and place.is_dir() and own.is_file():
        file = own
    text = ""
    decisions = Decisions()
    if file is not None:
        text = read_text(as_path(file))
        decisions = parse(text, name=file.name)
    if mapping is not None and place.is_dir() and not own.is_file():
        # Last year's decisions: the file and its columns are this year's.
        kept = {k: v for k, v in decisions.files.items() if k not in _LAST_YEARS}
        decisions = replace(decisions, files=kept)
    files = _tables(home) if place.is_dir() else [place]
    people, census, unread = _sorted(files, decisions, home)
    for path in () if people else files:
        if not is_own(path) and counts_in(path) is not None:
            raise counts_and_no_people(path)
    if baselines:
        unread += [path.name for path in census]
        census = [as_path(path) for path in baselines]
    participants = _the_one(people, home if place.is_dir() else place, census, unread)
    tables = _census(census, decisions, chosen or Chosen())
    if place.is_dir():
        decisions = with_process_toml(home, decisions, tables)
    return Found(home, participants, tables, decisions, text, tuple(unread))


_LAST_YEARS = frozenset({"participants", "header", "encoding", "separator", "sheet"})


def _tables(home: Path) -> list[Path]:
    hidden = (".", "~$")
    return [
        path
        for path in sorted(home.iterdir())
        if path.is_file() and not path.name.startswith(hidden) and path.suffix.casefold() in _TABLES
    ]


def _sorted(
    files: Sequence[Path], decisions: Decisions, home: Path
) -> tuple[list[Path], list[Path], list[str]]:
    """Files that hold people, files that hold a census, and the others."""
    named = decisions.files.get("participants")
    if named and len(files) != 1:
        people = [as_path(home / str(named))]
    elif len(files) == 1:
        people = list(files)
    else:
        people = [path for path in files if _is_export(path)]
    books = _codebooks(people)
    rest = [path for path in files if path not in people and path not in books]
    kept = {str(about.get("file", "")) for about in decisions.baseline.values()}
    census: list[Path] = []
    unread: list[str] = []
    for path in rest:
        if path.name in kept or is_census(path):
            census.append(path)
        elif not people and _is_table_of_people(path):
            people.append(path)
        else:
            unread.append(path.name)
    return people, census, unread


def holds_sign_ups(home: Path) -> bool:
    """Whether a folder holds an export of a platform, or a table of people that is no other table."""
    files = _tables(home)
    if any(map(_is_export, files)):
        return True
    return any(_is_table_of_people(path) and not is_census(path) for path in files)


def _is_export(path: Path) -> bool:
    """Whether a platform's signature knows a file."""
    if path.suffix.casefold() not in _MAY_HOLD_PEOPLE or is_own(path):
        return False
    try:
        sheets = open_sheets(path)
    except InputError:
        return False
    return any(signature.recognise(sheet) for signature in PLATFORMS for sheet in sheets)


def is_own(path: Path) -> bool:
    """Whether a file is a table of attribute, group and count or share."""
    # A pipe or a device would never end: what opens files refuses them in words.
    if path.suffix.casefold() not in (".csv", ".tsv", ".txt") or not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as text:
        header = text.readline(10_000).casefold()
    words = {word.strip(" \"'\r\n") for word in re.split(r"[,;\t|]", header)}
    return {"attribute", "group"} <= words


def _is_table_of_people(path: Path) -> bool:
    if path.suffix.casefold() not in _MAY_HOLD_PEOPLE or is_own(path):
        return False
    try:
        sheets = open_sheets(path)
    except InputError:
        return False
    if any(counts_of(sheet) is not None for sheet in sheets):
        return False  # a row of it is a group and no person
    return any(workbook.recognise(sheet) for sheet in sheets)


def is_census(path: Path) -> bool:
    """Whether a file is a census table, whichever place of it is meant."""
    if not path.is_file():
        return False
    if is_own(path) and path.suffix.casefold() in (".csv", ".tsv", ".txt"):
        return True
    try:
        read_baseline(path)
    except InputError as error:
        return error.code in _HOLDS_MORE
    return True


_HOLDS_MORE = frozenset(
    {"several_areas", "several_dates", "several_measures", "several_categories", "choose"}
)


def _codebooks(people: Sequence[Path]) -> list[Path]:
    """The files that explain an export."""
    found = []
    for path in people:
        try:
            sheets = open_sheets(path)
        except InputError:
            continue
        for signature in PLATFORMS:
            for sheet in sheets:
                if signature.recognise(sheet):
                    book = signature.read(sheet).codebook
                    found += [path.parent / book] if book else []
                    break
    return found


def _the_one(
    people: Sequence[Path], place: Path, census: Sequence[Path], unread: Sequence[str]
) -> Path:
    if len(people) == 1:
        if counts_in(people[0]) is not None:
            raise counts_and_no_people(people[0])
        return people[0]
    named = [path for path in people if path.stem.casefold() == "participants"]
    if len(named) == 1:
        return named[0]
    if people:
        names = [path.name for path in people]
        raise InputError.of(
            f"{place.name} holds {len(people)} files that may be the sign-ups: "
            f"{listed(names, most=12)}.",
            code="several_files",
            param="participants",
            got=tuple(names),
            hint="leave one in the folder, or name it in mapping.toml, [files], participants.",
        )
    seen = [*(path.name for path in census), *unread]
    held = f"it holds {listed(seen, most=12)}" if seen else "it holds no table"
    raise InputError.of(
        f"{place.name} holds no file of people who signed up; {held}.",
        code="no_participants",
        param="folder",
        got=tuple(seen),
        expected="an export of a form as CSV or XLSX, or a sheet with one row a person",
        hint="put the export into the folder, as it was downloaded.",
    )


def _census(files: Sequence[Path], decisions: Decisions, chosen: Chosen) -> dict[str, CensusTable]:
    """For each attribute the table that holds it; the first file of several."""
    found: dict[str, CensusTable] = {}
    for path in files:
        kept = [about for about in decisions.baseline.values() if about.get("file") == path.name]
        said = {
            name: about[name] for about in kept for name in (*_CHOICES, "format") if about.get(name)
        }
        for attribute, table in _read(path, said | chosen.keys).items():
            found.setdefault(attribute, table)
    return {
        attribute: _as_decided(table, attribute, decisions) for attribute, table in found.items()
    }


def _read(path: Path, said: Mapping[str, Any]) -> dict[str, CensusTable]:
    text = path.suffix.casefold() in (".csv", ".tsv", ".txt")
    if text and is_own(path):
        baseline = Baseline.from_frame(read_csv(path))
        about = {"file": path.name}
        return {
            name: CensusTable(path, only(baseline, name), None, about)
            for name in baseline.attributes
        }
    options = {name: value for name, value in said.items() if value}
    broad = read_baseline(path, **options)
    detailed = None
    if not options.get("level"):
        try:
            detailed = read_baseline(path, **options, level="detailed")
        except InputError:
            detailed = None
    made = {}
    for name in broad.attributes:
        fine = None
        if (
            detailed is not None
            and name in detailed.attributes
            and detailed.groups(name) != broad.groups(name)
        ):
            fine = only(detailed, name)
        made[name] = CensusTable(path, only(broad, name), fine, _about(path, broad, name, options))
    return made


def _about(
    path: Path, baseline: Baseline, attribute: str, said: Mapping[str, Any]
) -> dict[str, Any]:
    """The keys that say what was read, so that next year's run reads the same."""
    chosen = [row for row in baseline.accounts[1:] if row.treatment == "chosen"]
    codes = [row.code for row in chosen if not row.attribute and row.code]
    left = [
        row.item
        for row in baseline.accounts
        if row.attribute == attribute and row.treatment == "left out"
    ]
    area: Any = codes or list(said.get("area", ()))
    return {
        "file": path.name,
        "area": area[0] if isinstance(area, list) and len(area) == 1 else area,
        "date": said.get("date") or baseline.date,
        "universe": baseline.universe,
        "measure": said.get("measure", ""),
        "level": said.get("level", ""),
        "where": dict(said.get("where", {})),
        "drop": left,
        "kind": baseline.kind if baseline.kind == "target" else "",
    }


def _as_decided(table: CensusTable, attribute: str, decisions: Decisions) -> CensusTable:
    """The table as the mapping has it: without the rows it leaves out, and called as it says."""
    said = decisions.baseline.get(attribute, {}).get("drop") or ()
    groups = table.baseline.groups(attribute)
    gone = [name for name in ((said,) if isinstance(said, str) else said) if name in groups]
    about = {
        name: str(decisions.baseline.get(attribute, {}).get(name))
        for name in ("kind", "source", "universe")
        if decisions.baseline.get(attribute, {}).get(name)
    }
    baseline = table.baseline
    if gone:
        baseline = without_groups(baseline, attribute, gone)
    fine = table.detailed
    if about:
        baseline = replace(baseline, **about)  # type: ignore[arg-type]
        fine = fine and replace(fine, **about)  # type: ignore[arg-type]
    return replace(table, baseline=baseline, detailed=fine)


def sign_ups_of(found: Found) -> SignUps:
    """The sign-ups beside the census tables, in whichever of their groups the form's answers fit."""
    baselines = {attribute: table.baseline for attribute, table in found.census.items()}
    made = read_sign_ups(found.participants, found.decisions, baselines)
    finer = dict(baselines)
    for attribute, one in made.compared.items():
        fine = found.census[attribute].detailed
        asked = found.decisions.baseline.get(attribute, {}).get("bands", OPEN)
        if fine is not None and (one.fitted.crossed or asked):
            finer[attribute] = fine
    if finer == baselines:
        return made
    again = read_sign_ups(found.participants, found.decisions, finer)
    better = {
        attribute: finer[attribute]
        for attribute, one in again.compared.items()
        if not one.fitted.crossed
    }
    return read_sign_ups(found.participants, found.decisions, baselines | better)


def about_baselines(found: Found, sign_ups: SignUps) -> dict[str, dict[str, Any]]:
    """The keys of ``[baseline.ATTRIBUTE]`` for all attributes that are compared."""
    made = {}
    for attribute, one in sign_ups.compared.items():
        about = dict(found.census[attribute].about)
        about["crosswalk"] = one.fitted.crosswalk
        made[attribute] = {name: value for name, value in about.items() if value}
    return made
