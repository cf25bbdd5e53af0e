"""``coprep check``: shows how sign-ups are read and what is open, and writes mapping.toml."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coprep.cli.baseline import add_words, pairs
from coprep.cli.streams import pass_on

if TYPE_CHECKING:
    from coprep.data.participants.folder import Chosen


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "check",
        help="show how sign-ups and census files are read, and what is open",
        description="Read a folder of sign-ups and census files as downloaded, print an account "
        "and the open questions, and write mapping.toml.",
    )
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="sign-ups and census files, as downloaded"
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a census file that lies elsewhere; may be repeated",
    )
    parser.add_argument(
        "--mapping", type=Path, metavar="FILE", help="decisions of another folder, as last year's"
    )
    parser.add_argument("--all", action="store_true", help="each file's account again")
    parser.add_argument(
        "--plain", action="store_true", help="one fact a line, without columns, for screen readers"
    )
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument(
        "--fresh", action="store_true", help="write mapping.toml anew; answers are kept"
    )
    parser.add_argument(
        "--json", metavar="FILE", help="account, questions and mapping as JSON; - prints it alone"
    )
    add_words(parser, file=False)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> tuple[list[str], int]:
    """Check a folder; what is told, and the exit code."""
    from coprep.checking.command import Wanted, check

    done = check(
        Wanted(
            asked.folder,
            tuple(asked.baseline),
            asked.mapping,
            chosen_of(asked),
            everything=asked.all,
            plain=asked.plain,
            dry_run=asked.dry_run,
            fresh=asked.fresh,
        )
    )
    if asked.json == "-":
        pass_on(done.json + "\n", sys.stdout)
    elif asked.json is not None:
        from coprep.report.writing import write

        place = write(asked.json, done.json + "\n", param="json")
        return [*done.lines, f"JSON:    {place.resolve()}"], done.code
    return list(done.lines), done.code


def chosen_of(asked: argparse.Namespace) -> Chosen:
    """What of a census file is meant."""
    from coprep.data.participants.folder import Chosen

    return Chosen(
        tuple(asked.area or ()),
        asked.date or "",
        asked.measure or "",
        asked.level or "",
        pairs("where", asked.where, "NAME=VALUE"),
    )
