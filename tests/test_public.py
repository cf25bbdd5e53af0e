"""The public surface: names, what importing costs, and that arrows run one way."""

import ast
import re
import subprocess
import sys
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path

import pytest

import coprep

SRC = Path(coprep.__file__).parent


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_the_front_door_is_what_it_says():
    assert coprep.__all__ == sorted(coprep.__all__)
    for name in coprep.__all__:
        assert getattr(coprep, name) is not None
    assert set(coprep.__all__) <= set(dir(coprep))
    lazy = {name for names in coprep._NAMES.values() for name in names}
    assert set(coprep.__all__) == lazy | set(coprep._PACKAGES) | {"__version__"}
    with pytest.raises(AttributeError, match="no attribute 'asess'"):
        coprep.asess  # noqa: B018


@pytest.mark.parametrize("package", ["metrics", "representation", "ideas", "fairness"])
def test_every_public_name_of_a_package_is_there(package):
    module = getattr(coprep, package)
    for name in module.__all__:
        assert getattr(module, name) is not None, name


@pytest.mark.parametrize("package", ["metrics", "representation", "ideas", "fairness", "report"])
def test_a_type_checker_sees_the_names_that_are_offered(package):
    tree = ast.parse((SRC / package / "__init__.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    seen = {name for node in imports for name in _imported(node)}
    assert seen == set(__import__(f"coprep.{package}", fromlist=["_"]).__all__)


def _imported(node: ast.ImportFrom) -> set[str]:
    """What a type checker takes to be offered: all that the module offers, or what is imported under its own name."""
    if node.names[0].name == "*":
        return _public(SRC.parent / f"{node.module.replace('.', '/')}.py")
    return {alias.asname for alias in node.names if alias.asname}


def _public(path: Path) -> set[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def test_metrics_exports_all_its_modules_and_no_name_twice():
    modules = [p for p in (SRC / "metrics").glob("*.py") if not p.stem.startswith("_")]
    names = [name for p in modules for name in _public(p)]
    assert len(names) == len(set(names))
    assert set(coprep.metrics.__all__) == set(names)


HEAVY = "{'pandas', 'scipy.stats', 'statsmodels', 'matplotlib', 'narwhals'}"


def test_importing_costs_next_to_nothing():
    assert run(f"import coprep, sys; print({HEAVY} & set(sys.modules))") == "set()"
    assert run(f"import coprep.metrics, sys; print({HEAVY} & set(sys.modules))") == "set()"
    program = f"import coprep.metrics as m, sys; [getattr(m, n) for n in m.__all__]; print({HEAVY} & set(sys.modules))"
    assert run(program) == "set()"


def test_asking_a_question_loads_no_plotting_library():
    program = (
        "import coprep, sys; b = coprep.Baseline.from_counts({'g': {'A': 1, 'B': 1}}); "
        "r = coprep.representation.assess({'g': {'A': 1, 'B': 1}}, b); str(r.summary()); "
        "print({'matplotlib', 'statsmodels'} & set(sys.modules))"
    )
    assert run(program) == "set()"


def test_a_module_does_not_hide_the_function_of_its_name():
    program = "import coprep.representation.assess, coprep; print(callable(coprep.representation.assess))"
    assert run(program) == "True"


def test_every_module_says_what_it_knows():
    for path in SRC.rglob("*.py"):
        first = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert first, path


FORBIDDEN = ("selfish", "biased person", "manipulation", "guilty")


def test_no_forbidden_word_stands_in_the_library():
    for path in (*SRC.rglob("*.py"), *SRC.rglob("*.json")):
        text = path.read_text(encoding="utf-8").casefold()
        assert not [word for word in FORBIDDEN if word in text], path


def test_every_module_has_its_line_in_the_architecture_and_every_line_its_module():
    page = (Path(__file__).parent.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    lines = re.findall(r"`([^`]+)`", " ".join(rows))
    modules = [path.relative_to(SRC).as_posix() for path in SRC.rglob("*.py") if path.name != "__init__.py"]
    told = {line: [m for m in modules if fnmatch(m, f"{line}*" if line.endswith("/") else line)] for line in lines}
    assert not [line for line, found in told.items() if not found]
    assert not set(modules) - set(chain.from_iterable(told.values()))
