"""``coprep template``: writes empty tables to fill in."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "template",
        help="write empty tables to fill in",
        description="Write empty tables of a process with a dictionary of their columns.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where they go")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> tuple[list[str], int]:
    """Write empty tables; what was written, and the exit code."""
    from coprep.checking.template import write_template

    return write_template(asked.folder), 0
