"""Runs fairlearn's own tests of its metrics against `coprep.compat.fairlearn`.

    python tests/compat/run_fairlearn_tests.py PATH_OF_A_FAIRLEARN_CHECKOUT

The tests are copied into a temporary folder, where `fairlearn.metrics` in their imports becomes
`coprep.compat.fairlearn`; nothing else is changed. Their helpers and the texts of their messages still come
from the checkout. A test is left out where it touches what fairlearn keeps private, or a name of another
package of fairlearn. scikit-learn and pytest are needed.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

TESTS = Path("test/unit/metrics")
# Every warning is an error there; ours say what fairlearn passes over in silence.
CONFIG = """[pytest]
filterwarnings =
    error
    default::coprep.errors.CoprepWarning
markers =
    narwhals
"""


def main(arguments: list[str]) -> int:
    """Run the tests of a checkout; exit with 1 if fewer than 97% of those that count pass."""
    if not arguments:
        print("Skipped: give the path of a fairlearn checkout to run its tests.")
        return 0
    checkout = Path(arguments[0]).resolve()
    if not (checkout / TESTS).is_dir():
        print(f"Skipped: {checkout / TESTS} is not there.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        left_out = copy_tests(checkout, home)
        outcomes = run(home)
    return report(outcomes, left_out)


def copy_tests(checkout: Path, home: Path) -> dict[str, str]:
    """Copy the tests with their imports changed; give the reason for each that does not count."""
    shutil.copytree(checkout / "test", home / "test")
    (home / "fairlearn").symlink_to(checkout / "fairlearn", target_is_directory=True)
    (home / "pytest.ini").write_text(CONFIG, encoding="utf-8")
    left_out = {}
    for path in sorted((home / TESTS).glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, reason in private_tests(tree, checkout).items():
            left_out[f"{path.stem}::{name}"] = reason
        path.write_text(ast.unparse(PublicImports().visit(tree)), encoding="utf-8")
    return left_out


class PublicImports(ast.NodeTransformer):
    """Changes `fairlearn.metrics` in imports; its private modules stay what they are."""

    def visit_Import(self, node: ast.Import) -> ast.Import:
        for alias in node.names:
            if alias.name == "fairlearn.metrics":
                alias.name = "coprep.compat.fairlearn"
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        if node.module == "fairlearn.metrics":
            node.module = "coprep.compat.fairlearn"
        return node


def private_tests(tree: ast.Module, checkout: Path) -> dict[str, str]:
    """Give the tests of a module that touch private names, with the names."""
    imported = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module != "fairlearn.metrics":
            if node.module.startswith("fairlearn") or node.module == "utils":
                texts = messages(checkout, node.module)
                imported |= {a.asname or a.name: a.name for a in node.names if a.name not in texts}
        if isinstance(node, ast.Import):
            others = [a for a in node.names if a.name.startswith("fairlearn.metrics.")]
            imported |= {a.asname or a.name: a.name for a in others}
    # A helper of the module that touches a private name makes its callers private.
    touched = {}
    parts = [node for node in tree.body if hasattr(node, "name")]
    for _ in range(2):
        for part in parts:
            names = private_names(part, {**imported, **touched})
            if names:
                touched[part.name] = ", ".join(sorted(names))
    return {
        case: reason for part in parts for case, reason in cases(part, imported, touched).items()
    }


def cases(part: ast.AST, imported: dict[str, str], touched: dict[str, str]) -> dict[str, str]:
    """Give the private tests of one function or class; a class is taken apart into its tests."""
    if not isinstance(part, ast.ClassDef):
        is_test = part.name.startswith("test") and part.name in touched
        return {part.name: touched[part.name]} if is_test else {}
    reasons = {}
    for method in part.body:
        if isinstance(method, ast.FunctionDef) and method.name.startswith("test"):
            names = private_names(method, {**imported, **touched})
            if names:
                reasons[f"{part.name}::{method.name}"] = ", ".join(sorted(names))
    return reasons


def private_names(part: ast.AST, imported: dict[str, str]) -> set[str]:
    """Give the private names that a piece of code touches: imported ones and attributes."""
    found = set()
    for node in ast.walk(part):
        if isinstance(node, ast.Name) and node.id in imported:
            found.add(imported[node.id])
        if isinstance(node, ast.Attribute) and is_private(node.attr) and not of_self(node):
            found.add(node.attr)
    return found


def is_private(name: str) -> bool:
    """Whether a name begins with one underscore."""
    return name.startswith("_") and not name.startswith("__")


def of_self(node: ast.Attribute) -> bool:
    """Whether an attribute belongs to the test itself."""
    return isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}


def messages(checkout: Path, module: str) -> set[str]:
    """Give the names of texts in a module of fairlearn: the messages that tests compare with."""
    path = checkout / Path(*module.split(".")).with_suffix(".py")
    if not path.is_file():
        return set()
    texts = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and is_text(node.value):
            texts |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return texts


def is_text(value: ast.expr) -> bool:
    """Whether an expression is a string, plain or with fields."""
    if isinstance(value, ast.JoinedStr):
        return True
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def run(home: Path) -> dict[str, tuple[str, str]]:
    """Run the copied tests; give the outcome of each, and what went wrong."""
    results = home / "results.xml"
    command = [sys.executable, "-m", "pytest", str(TESTS), "-q", "-p", "no:cacheprovider"]
    command += ["-p", "no:xdist", f"--junitxml={results}", "-o", "junit_family=xunit1"]
    finished = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    if not results.is_file():
        raise RuntimeError(finished.stdout + finished.stderr)
    outcomes = {}
    for case in ET.parse(results).getroot().iter("testcase"):
        module = case.get("file", "").rsplit("/", 1)[-1].removesuffix(".py")
        group = case.get("classname", "").rsplit(".", 1)[-1]
        prefix = "" if group == module else f"{group}::"
        problem = next((part for part in case if part.tag in {"failure", "error", "skipped"}), None)
        name = f"{module}::{prefix}{case.get('name')}"
        if problem is None:
            outcomes[name] = ("passed", "")
        else:
            outcomes[name] = (problem.tag, (problem.get("message") or "").strip())
    return outcomes


def report(outcomes: dict[str, tuple[str, str]], left_out: dict[str, str]) -> int:
    """Print what passed, what was counted, and what was left out and why."""
    reasons: Counter[str] = Counter()
    counted = {}
    for name, outcome in outcomes.items():
        reason = left_out.get(name.split("[")[0])
        if reason:
            reasons[f"touches {reason}"] += 1
        elif outcome[0] == "skipped":
            reasons[f"skipped there: {outcome[1]}"] += 1
        else:
            counted[name] = outcome
    passed = sum(outcome == "passed" for outcome, _ in counted.values())
    print(f"passed    {passed}")
    print(f"counted   {len(counted)} ({passed / max(len(counted), 1):.1%} passed)")
    print(f"left out  {reasons.total()}")
    for reason, number in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])):
        print(f"    {number:4} {reason}")
    failed = {name: text for name, (outcome, text) in counted.items() if outcome != "passed"}
    for name, text in failed.items():
        print(f"failed    {name}: {text.splitlines()[0] if text else ''}")
    return int(not counted or passed < 0.97 * len(counted))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
