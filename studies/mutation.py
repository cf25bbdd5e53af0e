"""Would a test notice? 400 small changes to the numbers and to the rule of verdicts, one at a time.

mutmut makes every change it knows to every function of `coprep.metrics` and to the rules of verdicts;
this draws some of them with a fixed seed, lets mutmut run the tests that reach the changed function, and
writes what no test noticed into docs/trust.md. Needs a system that can fork (not Windows).

    python studies/mutation.py              # twenty minutes on two cores
    python studies/mutation.py --mutants 40 # a look
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from mutmut.__main__ import create_file_mutants
from mutmut.configuration import config
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, walk_mutatable_files

WORK = Path("mutants")
PAGE = Path("docs/trust.md")
BETWEEN = re.compile(r"(?<=<!-- mutants -->\n).*(?=<!-- end of mutants -->)", re.DOTALL)
SECTION = """
## Would a test notice?

`nox -s mutation` changes the numbers and the rules of verdicts in 400 places drawn with a fixed seed, one at a time.

<!-- mutants -->
<!-- end of mutants -->
"""
SEED = 20260101


def prepare() -> list[str]:
    """Make all mutants in a copy of the source; their names, sorted."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir()
    copy_src_dir()
    copy_also_copy_files()
    for path in walk_mutatable_files():
        made = create_file_mutants(path)
        if made.error:
            raise made.error
    return sorted(results())


def results() -> dict[str, int | None]:
    """Every mutant with the exit code of its tests, None where they were not run."""
    found: dict[str, int | None] = {}
    for path in WORK.rglob("*.py.meta"):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def difference(mutant: str) -> str:
    """The changed lines, as a diff shows them."""
    shown = subprocess.run(["mutmut", "show", mutant], capture_output=True, text=True, check=True)
    changed = (line for line in shown.stdout.splitlines() if re.match(r"[-+](?![-+])", line))
    return "\n".join(line[0] + " " + line[1:].strip() for line in changed)


def report(drawn: list[str], minutes: float) -> str:
    """What is said in the guide."""
    codes = results()
    said = {name: status_by_exit_code[codes[name]] for name in drawn}
    tally = Counter(said.values())
    noticed = tally["killed"] + tally["timeout"] + tally["segfault"] + tally["caught by type check"]
    lines = [
        f"Of {len(drawn)} changes, tests noticed {noticed} ({noticed / len(drawn):.1%}) in "
        f"{minutes:.0f} minutes. They did not notice:",
        "",
    ]
    for name in sorted(set(drawn) - {n for n in drawn if said[n] not in {"survived", "no tests"}}):
        where, _, function = name.rpartition(".x")
        lines += [f"`{where}`, `{function.strip('_ǁ').rpartition('__mutmut')[0]}`", ""]
        lines += ["```diff", difference(name), "```", ""]
    odd = {name: status for name, status in said.items() if status in {"suspicious", "not checked"}}
    for name, status in sorted(odd.items()):
        lines += [f"`{name}`: {status}", ""]
    return "\n".join(lines)


def main() -> int:
    """Draw, run and tell; 1 where fewer than the wanted share was noticed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mutants", type=int, default=400)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--wanted", type=float, default=0.9, help="the share to be noticed")
    parser.add_argument(
        "--write", action="store_true", help="write what was found into docs/trust.md"
    )
    asked = parser.parse_args()
    begun = time.monotonic()
    config()
    names = prepare()
    drawn = sorted(random.Random(asked.seed).sample(names, min(asked.mutants, len(names))))
    print(
        f"{len(names):,} mutants in {time.monotonic() - begun:.0f} s; {len(drawn)} drawn",
        flush=True,
    )
    # In a session of its own: mutmut touches the terminal, which would stop it in the background.
    command = ["mutmut", "run", "--max-children", "2", *drawn]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, start_new_session=True)
    told = report(drawn, (time.monotonic() - begun) / 60)
    print(told)
    if asked.write:
        page = PAGE.read_text(encoding="utf-8")
        if not BETWEEN.search(page):
            page += SECTION
        PAGE.write_text(BETWEEN.sub(lambda _: told, page), encoding="utf-8")
    noticed = float(re.search(r"\(([\d.]+)%\)", told)[1]) / 100
    return int(noticed < asked.wanted)


if __name__ == "__main__":
    sys.exit(main())
