"""Reads a process from disk: a folder of tables or a workbook, baselines and settings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.read import read_baseline
from coprep.data.files import (
    as_path,
    fingerprint,
    read_csv,
    read_parquet,
    read_sheets,
    read_text,
)
from coprep.data.frames import open_frame
from coprep.data.label_matching import spelt_alike
from coprep.data.labels import label
from coprep.data.participants.counts_sheet import counts_in, holds_counts
from coprep.data.participants.folder import MAPPING, find, is_census, is_own, sign_ups_of
from coprep.data.participants.sign_ups import SignUps
from coprep.data.participants.tables import (
    baseline_of,
    notes_of,
    process_tables,
    reading_of,
)
from coprep.data.process.process import Process
from coprep.data.process.readers.consul import read_consul
from coprep.data.process.readers.convokit import read_convokit
from coprep.data.process.readers.loomio import read_loomio
from coprep.data.process.readers.process_toml import SETTING_KEYS
from coprep.data.process.tables.read import sound_scale
from coprep.data.process.tables.schema import ALIASES, TABLES
from coprep.data.reading import READING_KEYS, Reading
from coprep.errors import InputError, Problems
from coprep.findings import Note, counted
from coprep.wording.labels import listed, nearest, show

_READERS: Mapping[str, Callable[[Path], Any]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".parquet": read_parquet,
}
_PLATFORMS: Mapping[str, Callable[[str | PathLike[str]], Process]] = {
    "consul": read_consul,
    "convokit": read_convokit,
    "loomio": read_loomio,
}
_WORKBOOK = ".xlsx"
# Files of people that are spelt like another table: respondents are no responses, and what a form's
# export calls responses are people too.
_OF_PEOPLE = re.compile(
    r"respondent|attend(?:ee|ant)|registr|sign[ _-]?up|applicant|members?\b|people|person|volunteer"
    r"|form responses|survey responses|formularantworten|réponses au formulaire",
    re.IGNORECASE,
)
_UNREADABLE = frozenset({".feather", ".gz", ".json", ".ods", ".xls", ".xlsb", ".xlsm", ".zip"})
_ABOUT = ("source", "area", "date", "universe", "kind")


def read_process(
    folder: str | PathLike[str],
    *,
    reading: Mapping[str, Any] | None = None,
    format: Literal["auto", "consul", "convokit", "loomio"] = "auto",  # noqa: A002  (the contract's)
) -> Process:
    r"""Read a whole process: its tables, what the community looks like, and how people came in.

    Parameters
    ----------
    folder : path
        A folder with one file a table (``participants.csv``, ``ideas.csv`` and so on, see
        `Process`; CSV, TSV or Parquet, or the sheets of one XLSX), or the workbook itself. Beside
        them:

        - ``baseline.csv``, or several such as ``baseline-england.csv``: attribute, group, and count
          or share, moe;
        - ``counts.csv`` in place of participants, for published counts: attribute, group, count,
          and stage, total;
        - ``process.toml``: how the process was run, and how its tables are read; the guide to
          folders lists its keys.

    reading : mapping, optional
        How participants are to be read; goes before what ``process.toml`` says.
    format : {"auto", "consul", "convokit", "loomio"}
        What a platform wrote: "consul" for the CSV that an administration page of CONSUL Democracy
        exports, "loomio" for that of a Loomio group, "convokit" for a folder with a corpus as
        ConvoKit saves it. "auto" is the layout above.

    Returns
    -------
    Process
        With `Process.baselines` by the files' suffixes. Cells stay as they were written: "None" is
        an answer.

    Raises
    ------
    InputError
        With every problem of all files.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> _ = (folder / "participants.csv").write_text("participant_id,sex\n1,Female\n2,Male\n")
    >>> _ = (folder / "ideas.csv").write_text("idea_id,author_id,title\na,1,A skate park\n")
    >>> process = read_process(folder)
    >>> len(process.people), len(process.ideas)
    (2, 1)
    """
    if format != "auto":
        return _exported(folder, format, reading)
    is_path = isinstance(folder, (str, Path))
    is_file = is_path and (
        Path(folder).suffix.casefold() == _WORKBOOK or holds_counts(Path(folder))
    )
    place = as_path(folder, folder=not is_file)
    sign_ups = None
    if place.is_dir() and (place / MAPPING).is_file():
        sign_ups = sign_ups_of(find(place))
        _nothing_open(sign_ups)
    return process_with(place, sign_ups, reading=reading)


def _exported(path: str | PathLike[str], name: str, reading: Mapping[str, Any] | None) -> Process:
    """A process from what a platform exports."""
    if name not in _PLATFORMS:
        raise InputError.choice("format", name, ("auto", *_PLATFORMS))
    if reading:
        raise InputError.of(
            f"reading says how a table of participants is read, and format={name!r} has none.",
            code="misplaced",
            param="reading",
            hint="leave it out.",
        )
    return _PLATFORMS[name](path)


def process_with(
    place: Path, sign_ups: SignUps | None, *, reading: Mapping[str, Any] | None = None
) -> Process:
    """The process of a folder; ``sign_ups``, where there are any, are its participants."""
    found = _Folder(place)
    if sign_ups is None or place.is_dir():
        found.read(but=() if sign_ups is None else _files_of(sign_ups))
    if sign_ups is None:
        found.find_counts()
    settings = found.settings()
    if reading:
        settings["reading"] = settings.get("reading", Reading()) | Reading.of(reading)
    if sign_ups is not None:
        found.tables |= process_tables(sign_ups)
        settings["reading"] = reading_of(sign_ups)
        settings.pop("baseline", None)
        settings.pop("baselines", None)
        baselines = {"census": baseline_of(sign_ups)}
        files = [*found.files, *(file for file in _places_of(place, sign_ups) if file.is_file())]
        made = _made(place, found, settings, baselines).noting(notes_of(sign_ups))
        return made.read_from([fingerprint(file) for file in files])
    made = _made(place, found, settings, found.named_baselines(settings))
    unread = set(found.unread)
    files = [file for file in found.files if file.name not in unread]
    return made.read_from([fingerprint(file) for file in files])


def _places_of(place: Path, sign_ups: SignUps) -> list[Path]:
    """Where the files of sign-ups and census lie."""
    if not place.is_dir():
        return [place]
    return [place / name for name in _files_of(sign_ups) if name]


def _made(
    place: Path, found: _Folder, settings: dict[str, Any], baselines: dict[str, Baseline]
) -> Process:
    process = _process(found, settings, baselines)
    found.problems.raise_if_any()
    if process is None:
        raise _nothing(place, found)
    return process


def _nothing_open(sign_ups: SignUps) -> None:
    """Raise where somebody's place waits for an answer."""
    problems = Problems()
    for question in sign_ups.questions:
        if question.people:
            problems.add(
                question.ask,
                code="open_question",
                param=f"{question.section}.{question.key}",
                got=question.people,
                expected=tuple(question.choices),
                hint=f"answer it in mapping.toml: {question.where}. coprep check tells whether an "
                "answer could change a verdict.",
            )
    problems.raise_if_any()


def _files_of(sign_ups: SignUps) -> tuple[str, ...]:
    """The files that were read as sign-ups and census, which are no tables of the process."""
    kept = [str(about.get("file", "")) for about in sign_ups.decisions.baseline.values()]
    return (sign_ups.sheet.name, sign_ups.form.codebook, MAPPING, *kept)


@dataclass(slots=True)
class _Folder:
    """What lies in a folder, read but not yet tied together."""

    place: Path
    tables: dict[str, Any] = field(default_factory=dict)
    baselines: dict[str, Any] = field(default_factory=dict)
    census: dict[str, Path] = field(default_factory=dict)
    nameless: dict[str, Path] = field(default_factory=dict)
    toml: dict[str, Any] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)

    def read(self, but: Collection[str] = ()) -> None:
        """Read every file whose name says what it holds, but for those that were read already."""
        for file in self._files():
            suffix = file.suffix.casefold()
            if file.name.startswith((".", "~$")) or file.name in but:
                continue
            if suffix == _WORKBOOK:
                self._try(self._workbook, file)
            elif suffix in _READERS:
                self._try(self._file, file)
            elif file.name == "process.toml":
                self._try(self._toml, file)
            elif suffix in _UNREADABLE:
                self.unread.append(file.name)

    def find_counts(self) -> None:
        """Take a sheet of counts by group for the published counts, where nothing else tells of
        people.
        """
        if {"participants", "counts"} & set(self.tables):
            return
        names = [name.partition(", sheet ")[0] for name in self.unread]
        named = [self.place / name for name in names] if self.place.is_dir() else [self.place]
        files = [*(file for file in named if file.is_file()), *self.nameless.values()]
        found = {file: counts for file in files if (counts := counts_in(file)) is not None}
        if len(found) > 1:
            found = {file: one for file, one in found.items() if one.is_of_participants}
        if len(found) != 1:
            return
        file, counts = next(iter(found.items()))
        self.tables["counts"] = dict(counts.columns)
        self.unread = [name for name in self.unread if not name.startswith(file.name)]
        self.nameless.pop(file.stem, None)
        self.files = list(dict.fromkeys([*self.files, file]))
        template = "{file}: read as counts, {rows} of groups"
        template += ", at {stages:labels}" if counts.stages else ""
        template += "; {totals} left out as totals." if counts.totals else "."
        self.notes.append(
            Note.of(
                "sheet_of_counts",
                template,
                file=file.name,
                rows=counted(len(counts.columns["group"]), "row"),
                stages=counts.stages,
                totals=counted(counts.totals, "row"),
            )
        )

    def _files(self) -> list[Path]:
        """The files of the folder, by name, or the workbook itself."""
        if not self.place.is_dir():
            return [self.place]
        try:
            return sorted(self.place.iterdir())
        except OSError as error:
            raise InputError.of(
                f"{show(self.place.name)} cannot be read: {error.strerror}.",
                code="unreadable_file",
                param="folder",
                hint="a folder that you may read is needed.",
            ) from None

    def _try(self, read: Callable[[Path], None], file: Path) -> None:
        left = len(self.unread)
        try:
            read(file)
            if len(self.unread) == left:
                self.files.append(file)
        except InputError as error:
            self.problems.take(error)

    def _file(self, file: Path) -> None:
        role = _role(file.stem)
        if role == "baseline" and not is_own(file) and is_census(file):
            self.census[_suffix(file.stem.strip().casefold())] = file
        elif role is None and is_census(file):
            self.nameless[file.stem] = file
        elif role is None:
            self.unread.append(file.name)
        else:
            self._keep(file.stem, _READERS[file.suffix.casefold()](file), file.name)

    def _workbook(self, file: Path) -> None:
        for name, sheet in read_sheets(file).items():
            if _role(name) is None:
                self.unread.append(f"{file.name}, sheet {name}")
            else:
                self._keep(name, sheet, f"{file.name}, sheet {name}")

    def _keep(self, name: str, table: Any, where: str) -> None:
        role = _role(name)
        plain = name.strip().casefold()
        home, key = (
            (self.baselines, _suffix(plain)) if role == "baseline" else (self.tables, role or "")
        )
        if key in home:
            raise InputError.of(
                f"{where} holds {role} again, which another file holds already.",
                code="duplicate_table",
                param=where,
                hint="keep one of them.",
            )
        home[key] = table

    def _toml(self, file: Path) -> None:
        try:
            self.toml = tomllib.loads(read_text(file))
        except (ValueError, RecursionError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError.of(
                f"process.toml cannot be read: {str(error).rstrip('.')}.",
                code="unreadable_file",
                param="process.toml",
                hint='write lines such as title = "Our assembly".',
            ) from None

    def settings(self) -> dict[str, Any]:
        """The settings of process.toml; what means nothing there is a problem."""
        found: dict[str, Any] = {}
        read = {name: value for name, value in self.toml.items() if name in READING_KEYS}
        try:
            found["reading"] = Reading.of(read, where="process.toml")
        except InputError as error:
            self.problems.take(error)
        for name, value in self.toml.items():
            if name in READING_KEYS:
                continue
            if name not in SETTING_KEYS:
                known = (*SETTING_KEYS, *READING_KEYS)
                self.problems.take(InputError.choice("process.toml", name, known))
                continue
            key = SETTING_KEYS[name]
            if key.fits(value):
                found[name] = value
            else:
                self.problems.add(
                    f"process.toml: {name} is {show(value)}, which is not what it can be.",
                    code="bad_setting",
                    param=name,
                    hint=f"write {key.example}",
                )
        return found

    def named_baselines(self, settings: dict[str, Any]) -> dict[str, Baseline]:
        """The baselines with their sources, the one to use first in front."""
        first = settings.pop("baseline", None)
        about = settings.pop("baselines", {})
        if self.baselines or self.census:
            # A census file that is not called a baseline is one only where no other is there.
            self.unread += [file.name for file in self.nameless.values()]
        else:
            self.census = self.nameless
        if isinstance(first, dict):
            about = {min((*self.baselines, *self.census), default="baseline"): first} | about
            first = None
        found: dict[str, Baseline] = {}
        several = settings.get("reading", Reading()).several
        for name, table in sorted(self.baselines.items()):
            try:
                found[name] = _baseline(table, about.get(name, {}), name, several)
            except InputError as error:
                self.problems.take(error)
        for name, file in sorted(self.census.items()):
            try:
                found[name] = _from_census(file, about.get(name, {}), name)
            except InputError as error:
                self.problems.take(error)
        held = (*self.baselines, *self.census) or ("no baseline file",)
        for name in (*about, first):
            if name is not None and name not in held:
                self.problems.take(InputError.choice("baseline", name, held))
        return {first: found.pop(first)} | found if first in found else found


def _role(stem: str) -> str | None:
    """What a file or sheet of this name holds; None where the name says nothing."""
    plain = stem.strip().casefold().replace(" ", "_")
    if plain == "baseline" or plain.startswith(("baseline-", "baseline_", "baseline.")):
        return "baseline"
    plain = ALIASES.get(plain, plain)
    return plain if plain in {*TABLES, "counts"} else None


def _suffix(name: str) -> str:
    """``england`` of ``baseline-england``; ``baseline`` of ``baseline``."""
    return name.removeprefix("baseline").strip("-_. ") or "baseline"


def _from_census(file: Path, about: Mapping[str, Any], name: str) -> Baseline:
    """A baseline from an official file as downloaded; what is meant of it, process.toml says."""
    for key in about:
        if key not in (*_ABOUT, "measure", "level"):
            raise InputError.choice(f"baselines.{name}", key, (*_ABOUT, "measure", "level"))
    chosen = {key: about[key] for key in ("area", "date", "measure", "level") if key in about}
    return read_baseline(file, **chosen)


def _baseline(
    table: Any, about: Mapping[str, Any], name: str, several: Sequence[str] = ()
) -> Baseline:
    """A baseline from its table; attributes given as shares and those given as counts together.

    In attributes of ``several`` people tick several groups, so that shares need not add up.
    """
    frame = open_frame(table, what=f"baseline {name}")
    plain = {column.strip().casefold(): column for column in frame.columns}
    for needed in ("attribute", "group"):
        if needed not in plain:
            close = nearest(needed, frame.columns)
            hint = "give it the columns attribute, group and count or share, a row a group."
            if close:
                hint = f"rename {show(close)} to {needed!r}, if that is what it holds."
            raise InputError.of(
                f"baseline {show(name)} has no column {needed!r}; "
                f"it has {listed(frame.columns, most=8)}.",
                code="missing_column",
                param=f"baseline.{needed}",
                got=frame.columns,
                expected=("attribute", "group", "count", "share", "moe"),
                hint=hint,
            )
    for key in about:
        if key not in _ABOUT:
            raise InputError.choice(f"baselines.{name}", key, _ABOUT)
    options = {key: str(value) for key, value in about.items()}
    values = frame.collect(frame.columns)
    cells = {key: values[column] for key, column in plain.items()}
    # An attribute is given by counts where it has any, else by shares.
    counts = cells.get("count", [None] * len(cells["attribute"]))
    counted = {a for a, n in zip(cells["attribute"], counts, strict=True) if _said(n)}
    by_figure = {
        "count": [i for i, a in enumerate(cells["attribute"]) if a in counted],
        "share": [i for i, a in enumerate(cells["attribute"]) if a not in counted],
    }
    made = [
        _part(cells, figure, rows, options, several)
        for figure, rows in by_figure.items()
        if rows and figure in cells
    ]
    if not made:
        return Baseline.from_frame(cells, **options)
    return made[0] if len(made) == 1 else made[0] | made[1]


def _part(
    cells: Mapping[str, list[Any]],
    figure: str,
    rows: list[int],
    options: Mapping[str, str],
    several: Sequence[str],
) -> Baseline:
    """The attributes that are given by one figure."""
    part = {column: [cells[column][i] for i in rows] for column in ("attribute", "group")}
    for column in (figure, "moe"):
        if column in cells:
            part[column] = [cells[column][i] for i in rows]
    if not any(_said(margin) for margin in part.get("moe", ())):
        part.pop("moe", None)
    named = spelt_alike([str(label(a)) for a in dict.fromkeys(part["attribute"])], several)
    overlapping = [attribute for attribute, one in named.items() if one is not None]
    return Baseline.from_frame(part, **{figure: figure}, overlapping=overlapping, **options)


def _said(cell: Any) -> bool:
    return label(cell) is not None


def _sources(value: Any) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        return tuple(f"{name}: {text}" for name, text in value.items())
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value or ())


def _process(
    found: _Folder, settings: dict[str, Any], baselines: dict[str, Baseline]
) -> Process | None:
    """The process of what was read; its problems join those of the files."""
    counts = found.tables.pop("counts", None)
    settings["sources"] = _sources(settings.get("sources"))
    tables = {name: found.tables[name] for name in TABLES if name in found.tables}
    if counts is None and not tables:
        return None
    try:
        if tables:
            process = Process.of_tables(tables, baseline=baselines or None, **settings)
        else:
            # Counts hold no scores; whether this could be a scale is said all the same.
            sound_scale(settings.pop("scale", None), found.problems)
            process = Process.of_counts(counts, baselines or None, **settings)
    except InputError as error:
        found.problems.take(error)
        return None
    notes = []
    if counts is not None and tables:
        template = "counts are not read beside {tables:labels}."
        notes.append(Note.of("counts_not_read", template, tables=tuple(tables)))
    if found.unread:
        template = "files that were not read: {files:labels}."
        notes.append(Note.of("files_not_read", template, files=tuple(found.unread)))
    meant = [_renaming(name) for name in found.unread if _meant(name) is not None]
    if meant:
        text = f"if that is what it holds, {listed(meant, quoted=False)}."
        notes.append(Note("files_to_rename", text))
    return process.noting([*found.notes, *notes])


def _meant(name: str) -> str | None:
    """The table that a file or sheet seems to be meant as, by its name."""
    stem = name.rpartition(", sheet ")[2].partition(".")[0]
    plain = re.sub(r"[\s_-]*\(?\d*\)?$", "", stem)
    if _OF_PEOPLE.search(plain):
        return "participants"
    return nearest(plain, (*TABLES, "counts", "baseline"))


def _renaming(name: str) -> str:
    """What to do with a file that has nearly the name of a table, or an odd format."""
    is_sheet = ", sheet " in name
    suffix = Path(name).suffix.casefold()
    if not is_sheet and suffix not in _READERS:
        return f"save {show(name)} as '{_meant(name)}.csv'"
    return f"rename {show(name)} to {show(f'{_meant(name)}' + ('' if is_sheet else suffix))}"


def _nothing(place: Path, found: _Folder) -> InputError:
    """The error for a folder without tables."""
    names = (*TABLES, "counts")
    close = next((_renaming(name) for name in found.unread if _meant(name) is not None), None)
    if close is None and found.unread:
        held = show(found.unread[0])
        close = f"save what {held} holds as CSV, Parquet or XLSX under these names"
    hint = (
        "put in participants.csv with one row a person, "
        "or counts.csv with attribute, group and count."
    )
    return InputError.of(
        f"{show(place.name)} holds no table of a process; "
        f"tables are called {listed(names, most=20)}.",
        code="no_tables",
        param="folder",
        got=tuple(found.unread),
        expected=names,
        hint=f"{close}, if that is what it holds." if close else hint,
    )
