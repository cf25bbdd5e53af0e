"""The command line: ``coprep audit``, ``check``, ``baseline`` and ``template``, a thin shell.

A command's file holds its options and what it does; here they are put together, and what it said,
or what went wrong, becomes lines and an exit code.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Sequence

from coprep.cli import audit, baseline, check, template
from coprep.cli.streams import ClosedPipeError, pass_on, say
from coprep.errors import CoprepError, CoprepWarning, InputError
from coprep.version import __version__
from coprep.wording.labels import show

__all__ = ["main"]

EXIT_CODES = {
    0: "done",
    1: "done, and something is flagged; only with --fail-on-flag",
    2: "something cannot be read, used or written; standard error says what",
    3: "a question is open whose answer could change a verdict",
    130: "stopped with Ctrl-C",
}
"""What each exit code of the command means."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns one of `EXIT_CODES`.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the program.
    """
    try:
        return _run(_parser().parse_args(arguments))
    except KeyboardInterrupt:
        return 130
    except ClosedPipeError:  # whoever read the output has seen enough
        return 0


def _run(asked: argparse.Namespace) -> int:
    """Do what was asked, and say what came of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CoprepWarning)
        try:
            lines, code = asked.run(asked)
        except CoprepError as error:
            if asked.json == "-":
                pass_on(_as_json(error), sys.stdout)
            say([f"coprep: {error}"], sys.stderr)
            return 3 if getattr(error, "code", "") == "open_question" else 2
    told = (str(w.message) for w in caught if issubclass(w.category, CoprepWarning))
    say([f"Note: {message}" for message in dict.fromkeys(told)], sys.stderr)
    say(lines, sys.stderr if "-" in (asked.out, asked.json) else sys.stdout)
    return int(code)


def _as_json(error: CoprepError) -> str:
    """A refusal for programs: what, where, seen, expected and what to try, for each fault."""
    faults = [{"what": str(error)}]
    if isinstance(error, InputError):
        faults = [
            {
                "code": problem.code,
                "what": problem.what,
                "where": problem.param or "",
                "seen": show(problem.got, longest=400),
                "expected": show(problem.expected, longest=400),
                "try": problem.hint or "",
            }
            for problem in error.problems
        ]
    return json.dumps({"refused": faults}, indent=1, ensure_ascii=False) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="coprep",
        description="Check who was in the room, and whose ideas won.",
        epilog="Exit codes: " + "; ".join(f"{n} {what}" for n, what in EXIT_CODES.items()) + ".",
    )
    parser.add_argument("--version", action="version", version=f"coprep {__version__}")
    parser.set_defaults(out=None, json=None)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (audit, check, baseline, template):
        command.add_to(commands)
    return parser
