"""The command line: ``coprep audit FOLDER`` and ``coprep baseline FILE``, a thin shell."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coprep.data.baseline.command import add_words, baseline_lines, read_for_audit
from coprep.errors import CoprepError, CoprepWarning, InputError
from coprep.version import __version__
from coprep.wording.labels import show

if TYPE_CHECKING:
    from coprep.data.baseline.baseline import Baseline

__all__ = ["main"]


# Codes of the notes that nobody should miss: they are printed beside the headline.
_TOLD = frozenset({"only_who_took_part", "outside_comparison"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, or 2 where the input cannot be used.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the program.
    """
    asked = _parser().parse_args(arguments)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CoprepWarning)
        try:
            lines = asked.run(asked)
        except CoprepError as error:
            print(f"coprep: {error}", file=sys.stderr)
            return 2
    for message in dict.fromkeys(
        str(w.message) for w in caught if issubclass(w.category, CoprepWarning)
    ):
        print(f"Note: {message}", file=sys.stderr)
    print("\n".join(lines))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="coprep", description="Check who was in the room, and whose ideas won."
    )
    parser.add_argument("--version", action="version", version=f"coprep {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    audit = commands.add_parser(
        "audit",
        help="read a folder of tables and write a page",
        description="Read a folder with counts.csv or participants.csv and baseline*.csv, "
        "and write a page to open.",
    )
    audit.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="the process: tables as CSV, Parquet or one XLSX",
    )
    audit.add_argument(
        "--baseline",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a baseline (attribute, group, and count or share) or a census file as downloaded, "
        "instead of the folder's own; may be repeated",
    )
    audit.add_argument(
        "--attribute",
        action="append",
        metavar="NAME",
        help="compare only this attribute; may be repeated",
    )
    audit.add_argument(
        "--out",
        type=Path,
        default=Path("report.html"),
        metavar="FILE",
        help="where the page goes (default: report.html)",
    )
    audit.add_argument("--json", type=Path, metavar="FILE", help="also write everything as JSON")
    audit.add_argument(
        "--protect", action="store_true", help="hide counts below 5 and what would give them back"
    )
    add_words(audit, file=False)
    audit.set_defaults(run=_audit)
    baseline = commands.add_parser(
        "baseline",
        help="show what a census file, as downloaded, says of a place",
        description="Print the groups of an official population file, and what was left out.",
    )
    add_words(baseline)
    baseline.set_defaults(run=baseline_lines)
    return parser


def _audit(asked: argparse.Namespace) -> list[str]:
    """Do it, and say what was written and found."""
    from coprep.auditing import audit
    from coprep.data.process.readers.folder import read_process

    process = read_process(asked.folder)
    result = audit(process, _baselines(asked.baseline, asked), attributes=asked.attribute)
    if asked.protect:
        result = result.protect()
    _write(asked.out, result.to_html())

    lines = [result.headline]
    lines += [f"Note: {note}" for note in result.notes if note.code in _TOLD]
    lines.append(f"Page: {asked.out.resolve()}")
    if asked.json:
        _write(asked.json, result.to_json(indent=1))
        lines.append(f"JSON: {asked.json.resolve()}")
    return lines


def _baselines(files: Sequence[Path], asked: argparse.Namespace) -> dict[str, Baseline] | None:
    """The baselines named on the command line, by file name."""
    if not files:
        return None
    return {name: read_for_audit(path, asked) for name, path in _named(files).items()}


def _named(files: Sequence[Path]) -> dict[str, Path]:
    """Files by name, with as many of the folders they lie in as it takes to tell them apart."""
    found: dict[str, Path] = {}
    places = list(dict.fromkeys(map(Path.resolve, files)))
    for file in places:
        parts, others = file.parts, [other.parts for other in places if other != file]
        size = next(
            n for n, _ in enumerate(parts, start=1) if all(o[-n:] != parts[-n:] for o in others)
        )
        name = "/".join(parts[-size:])
        bare = name.removesuffix(file.suffix)
        found[name if bare in found else bare] = file
    return found


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError.of(
            f"cannot write {show(str(path), longest=200)}: {error.strerror}.",
            code="cannot_write",
            param="out",
            hint="name a file in a folder that exists and that you may write to.",
        ) from None
