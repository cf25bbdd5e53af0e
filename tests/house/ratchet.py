"""Counts what makes a line of code a surprise, package by package, and lets the counts only fall.

``python tests/house/ratchet.py`` writes the counts down in `ratchet.json` once they have fallen. Where
code moved from one package to another the receiving one may hold more, as long as the sum over all
has not risen.
"""

from __future__ import annotations

import ast
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import coprep

ROOT = Path(coprep.__file__).parent
KEPT = Path(__file__).with_name("ratchet.json")
LONGEST = 100
Counts = dict[str, dict[str, int]]


def count(root: Path = ROOT) -> Counts:
    """Each habit's count in each package; modules at the top count under the name of the whole."""
    packages: dict[str, list[str]] = {}
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root).parts
        package = inside[0] if len(inside) > 1 else root.name
        packages.setdefault(package, []).append(path.read_text(encoding="utf-8"))
    found: Counts = {}
    for package, texts in packages.items():
        for habit, size in habits(texts).items():
            found.setdefault(habit, {})[package] = size
    return found


def habits(texts: Sequence[str]) -> dict[str, int]:
    """The counts of the modules of one package."""
    trees = [ast.parse(text) for text in texts]
    return {
        "ternaries": sum(ternaries(tree) for tree in trees),
        "nested ternaries": sum(nested_ternaries(tree) for tree in trees),
        "parallel assignments": sum(parallel_assignments(tree) for tree in trees),
        "helpers with one caller": one_caller_helpers(trees),
        "lines over 100 characters": sum(
            len(line) > LONGEST for text in texts for line in text.splitlines()
        ),
    }


def ternaries(tree: ast.AST) -> int:
    """Conditional expressions, ``x if y else z``."""
    return sum(isinstance(node, ast.IfExp) for node in ast.walk(tree))


def nested_ternaries(tree: ast.AST, *, inside: bool = False) -> int:
    """Conditional expressions anywhere inside another one."""
    conditional = isinstance(tree, ast.IfExp)
    below = (
        nested_ternaries(node, inside=inside or conditional) for node in ast.iter_child_nodes(tree)
    )
    return int(conditional and inside) + sum(below)


def parallel_assignments(tree: ast.AST) -> int:
    """``a, b = x, y``, unless the values are the names themselves, changed about."""
    found = 0
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                found += {*map(ast.unparse, targets)} != {*map(ast.unparse, values)}
    return found


def one_caller_helpers(trees: Sequence[ast.Module]) -> int:
    """Private functions of a module (``_name``) that the package names exactly once.

    Where modules share such a name their callers cannot be told apart: they count when there is one
    caller for each.
    """
    defined: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for tree in trees:
        functions = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
        defined.update(name for name in functions if name.startswith("_"))
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    named[name] += 1
    return sum(times for name, times in defined.items() if named[name] == times)


def kept() -> Counts:
    """The counts that were written down."""
    found: Counts = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def risen(now: Counts, before: Counts) -> list[str]:
    """Where a count is higher than it was."""
    return [
        f"{habit} in {package}: {size}, was {before[habit].get(package, 0)}"
        for habit, sizes in now.items()
        for package, size in sizes.items()
        if size > before[habit].get(package, 0)
    ]


def totals(counts: Counts) -> Counts:
    """The counts of all packages together."""
    return {habit: {"all": sum(sizes.values())} for habit, sizes in counts.items()}


def write() -> int:
    """Write the counts down, unless one has risen over all packages; 0 where they were written."""
    now = count()
    if KEPT.exists():
        before = kept()
        if risen(totals(now), totals(before)):
            print("Not written, these have risen:", *risen(now, before), sep="\n")
            return 1
    KEPT.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(write())
