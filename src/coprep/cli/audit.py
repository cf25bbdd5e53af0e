"""``coprep audit``: reads a folder of tables and writes a page."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coprep.cli.baseline import add_words, pairs, read_for_audit
from coprep.cli.check import chosen_of
from coprep.cli.streams import pass_on
from coprep.errors import InputError
from coprep.wording.labels import show

if TYPE_CHECKING:
    from coprep.data.baseline.baseline import Baseline
    from coprep.data.process.process import Process

# Codes of the notes that nobody should miss: they are printed beside the headline.
_TOLD = frozenset(
    {"only_who_took_part", "outside_comparison", "rows_left_out", "several_answers"}
    | {"questions_not_compared", "not_decided"}
)
_PAGE = "report.html"
# A page under such a name would be opened by a program that cannot read it.
_NO_PAGES = frozenset(
    {".csv", ".doc", ".docx", ".jpg", ".json", ".md", ".odt", ".ods", ".parquet", ".pdf", ".png"}
    | {".pptx", ".rtf", ".svg", ".toml", ".tsv", ".txt", ".xls", ".xlsx", ".zip"}
)
_PAGES = frozenset({".htm", ".html"})
_NO_JSON = (_NO_PAGES - {".json", ".txt"}) | _PAGES


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "audit",
        help="read a folder of tables and write a page",
        description="Read a folder with counts.csv or participants.csv and baseline*.csv, "
        "and write a page to open.",
    )
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="the process: tables as CSV, Parquet or one XLSX",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a baseline (attribute, group, and count or share) or a census file as downloaded, "
        "instead of the folder's own; may be repeated",
    )
    parser.add_argument(
        "--attribute",
        action="append",
        metavar="NAME",
        help="compare only this attribute; may be repeated",
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="COLUMN=ATTRIBUTE",
        help="the column of participants that holds an attribute; may be repeated",
    )
    parser.add_argument(
        "--recode",
        action="append",
        default=[],
        metavar="LABEL=GROUP",
        help="rename a label of participants, in every attribute, or with ATTRIBUTE:LABEL=GROUP in "
        "one; may be repeated",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help=f"where the page goes (default: {_PAGE}); - is standard output",
    )
    parser.add_argument(
        "--json",
        metavar="FILE",
        help="also write everything as JSON; with - to standard output, and a page only where "
        "--out names one",
    )
    parser.add_argument(
        "--earlier",
        type=Path,
        metavar="FILE",
        help="the JSON of an earlier audit: what moved since then is told on the page",
    )
    parser.add_argument(
        "--protect", action="store_true", help="hide counts below 5 and what would give them back"
    )
    parser.add_argument(
        "--fail-on-flag", action="store_true", help="end with 1 where something is flagged"
    )
    add_words(parser, file=False)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> tuple[list[str], int]:
    """Do it; what was written and found, and the exit code."""
    from coprep.auditing.audit import audit

    if asked.out is None and asked.json != "-":
        asked.out = _PAGE
    _check_targets(asked)
    earlier = None if asked.earlier is None else _earlier(asked.earlier)
    process, baselines = _process(asked)
    result = audit(
        process,
        baselines,
        attributes=asked.attribute,
        earlier=earlier,
        progress=sys.stderr.isatty(),
    )
    if asked.protect:
        result = result.protect()

    asked_about = [one for one in result.principles if one.act + one.alike + one.open]
    lines = [result.headline]
    lines += [f"{one.name.capitalize()}: {one.headline}" for one in asked_about]
    lines += [f"Note: {note}" for note in result.notes if note.code in _TOLD]
    if asked.out is not None:
        lines += _put(asked.out, result.to_html(), "Page", "out")
    if asked.json is not None:
        lines += _put(asked.json, result.to_json(indent=1) + "\n", "JSON", "json")
    flagged = any(finding.verdict.is_flag for finding in result.findings)
    return lines, int(asked.fail_on_flag and flagged)


def _earlier(file: Path) -> str:
    """The JSON of an earlier audit."""
    from coprep.data.files import as_path, read_text

    return read_text(as_path(file))


def _process(asked: argparse.Namespace) -> tuple[Process, dict[str, Baseline] | None]:
    """The process, from sign-ups and census files or from tables, and the baselines beside it."""
    from coprep.checking.folder import checked_process, needs_check
    from coprep.data.files import fingerprint
    from coprep.data.process.readers.folder import read_process

    if needs_check(asked.folder, bool(asked.baseline)):
        return checked_process(asked.folder, asked.baseline, chosen_of(asked)), None
    process = read_process(asked.folder, reading=_reading(asked))
    named = [fingerprint(file) for file in asked.baseline if file.is_file()]
    return process.read_from([*process.files, *named]), _baselines(asked.baseline, asked)


def _put(target: str, text: str, what: str, param: str) -> list[str]:
    """Write to a file or to standard output; the line that says where."""
    if target == "-":
        pass_on(text, sys.stdout)
        return []
    from coprep.report.writing import write

    return [f"{what}: {write(target, text, param=param).resolve()}"]


# -- what must not be written over
# -----------------------------------------------------------------------------------------------


def _check_targets(asked: argparse.Namespace) -> None:
    """Refuse to write over what is read, twice to one place, or under a misleading name."""
    targets = {"out": asked.out, "json": asked.json}
    named = {param: Path(name) for param, name in targets.items() if name not in (None, "-")}
    if asked.out == asked.json == "-":
        raise InputError.of(
            "--out and --json are both -; standard output holds one of them.",
            code="same_target",
            param="json",
            hint="name a file for the other.",
        )
    if len(named) == 2 and _is_same(named["out"], named["json"]):
        raise InputError.of(
            f"--out and --json both name {show(asked.out, longest=200)}.",
            code="same_target",
            param="json",
            hint="name two files.",
        )
    earlier = [] if asked.earlier is None else [asked.earlier]
    read = [*_inputs(asked.folder), *asked.baseline, *earlier]
    for param, place in named.items():
        unfit = _NO_PAGES if param == "out" else _NO_JSON
        if any(_is_same(place, one) for one in read):
            raise InputError.of(
                f"--{param} names {show(str(place), longest=200)}, which is read.",
                code="overwrites_input",
                param=param,
                hint="name another file.",
            )
        if place.suffix.casefold() in unfit:
            made = "a page" if param == "out" else "JSON"
            right = ".html" if param == "out" else ".json"
            raise InputError.of(
                f"--{param} names {show(place.name, longest=200)}, but what is written is {made}.",
                code="wrong_suffix",
                param=param,
                got=place.suffix,
                expected=right,
                hint=f"let the name end in {right}; a browser prints a page as PDF.",
            )


def _inputs(folder: Path) -> Iterator[Path]:
    """The files that a folder's process may be read from; a workbook is its own."""
    try:
        files = list(folder.iterdir()) if folder.is_dir() else [folder]
    except OSError:
        return
    for file in files:
        if file.suffix.casefold() not in _PAGES and not _is_result(file):
            yield file


def _is_result(file: Path) -> bool:
    """Whether a file is JSON that this command wrote before."""
    if file.suffix.casefold() != ".json" or not file.is_file():
        return False
    with file.open("rb") as opened:
        return b'"coprep"' in opened.read(200)


def _is_same(one: Path, other: Path) -> bool:
    """Whether two names mean one file."""
    try:
        return os.path.realpath(one) == os.path.realpath(other) or one.samefile(other)
    except (OSError, ValueError):
        return False


# -- what stands in place of process.toml
# -----------------------------------------------------------------------------------------------


def _reading(asked: argparse.Namespace) -> dict[str, Any]:
    """How participants are to be read, as the command line says it."""
    recode: dict[str, Any] = {}
    for label, group in pairs("recode", asked.recode, "LABEL=GROUP").items():
        recode[label] = group
        attribute, colon, own = label.partition(":")
        # A label may hold a colon itself: it is renamed as a whole too.
        if colon and attribute.strip() and own.strip():
            recode.setdefault(attribute.strip(), {})[own.strip()] = group
    columns = pairs("column", asked.column, "COLUMN=ATTRIBUTE")
    return {name: said for name, said in {"columns": columns, "recode": recode}.items() if said}


def _baselines(files: Sequence[Path], asked: argparse.Namespace) -> dict[str, Baseline] | None:
    """The baselines named on the command line, by file name."""
    if not files:
        return None
    return {name: read_for_audit(path, asked) for name, path in _named(files).items()}


def _named(files: Sequence[Path]) -> Mapping[str, Path]:
    """Files by name, with as many of the folders they lie in as it takes to tell them apart."""
    found: dict[str, Path] = {}
    places = list(dict.fromkeys(map(Path.resolve, files)))
    for file in places:
        parts = file.parts
        others = [other.parts for other in places if other != file]
        size = next(
            n for n, _ in enumerate(parts, start=1) if all(o[-n:] != parts[-n:] for o in others)
        )
        name = "/".join(parts[-size:])
        bare = name.removesuffix(file.suffix)
        found[name if bare in found else bare] = file
    return found
