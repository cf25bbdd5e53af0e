"""The public surface: names, what importing costs, and that arrows run one way."""

import ast
import importlib
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
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()


PACKAGES = [
    "coprep",
    *(f"coprep.{name}" for name in ("metrics", "representation", "ideas", "fairness", "report")),
]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_shows_the_names_of_its_stub_and_nothing_else(package):
    module = importlib.import_module(package)
    stub = ast.parse(Path(module.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    told = [alias for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert all(
        alias.asname == alias.name for alias in told
    )  # the form in which a stub offers a name
    assert dir(module) == module.__all__ == sorted({alias.name for alias in told})
    assert len(told) == len(set(module.__all__))
    for name in module.__all__:
        assert getattr(module, name) is not None, name
    with pytest.raises(AttributeError, match="no attribute 'asess'"):
        module.asess  # noqa: B018


HEAVY = "{'pandas', 'scipy.stats', 'statsmodels', 'matplotlib', 'narwhals'}"


def test_importing_costs_next_to_nothing():
    assert run(f"import coprep, sys; print({HEAVY} & set(sys.modules))") == "set()"
    assert run(f"import coprep.metrics, sys; print({HEAVY} & set(sys.modules))") == "set()"
    program = (
        "import coprep.metrics as m, sys; topics = [getattr(m, name) for name in m.__all__]; "
        "[getattr(t, name) for t in topics for name in getattr(t, '__all__', ())]; "
        f"print({HEAVY} & set(sys.modules))"
    )
    assert run(program) == "set()"


def test_asking_a_question_loads_no_plotting_library():
    program = (
        "import coprep, sys; b = coprep.Baseline.from_counts({'g': {'A': 1, 'B': 1}}); "
        "r = coprep.representation.assess({'g': {'A': 1, 'B': 1}}, b); str(r.summary()); "
        "print({'matplotlib', 'statsmodels'} & set(sys.modules))"
    )
    assert run(program) == "set()"


def test_a_module_does_not_hide_the_function_of_its_name():
    program = (
        "import coprep.representation.assess, coprep; print(callable(coprep.representation.assess))"
    )
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
    modules = [
        path.relative_to(SRC).as_posix() for path in SRC.rglob("*.py") if path.name != "__init__.py"
    ]
    told = {
        line: [m for m in modules if fnmatch(m, f"{line}*" if line.endswith("/") else line)]
        for line in lines
    }
    assert not [line for line, found in told.items() if not found]
    assert not set(modules) - set(chain.from_iterable(told.values()))
