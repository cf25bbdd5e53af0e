#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2025.10.14"]
# ///
"""Everything a change has to pass, each part under its name: ``nox -l`` lists them.

``.ci/run`` calls the same sessions in its own environment (``nox --no-venv --no-install``), so that
no command stands in two files.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"

PROJECT = nox.project.load_toml("pyproject.toml")["project"]
# Pictures are drawn without a screen.
QUIET = {"MPLBACKEND": "Agg"}
# To collect all tests takes longer than to run these: the numbers, and what holds the house.
CHOSEN = "not slow and not study and not spark"
QUICK = (
    "tests/metrics",
    "tests/test_findings.py",
    "tests/house/test_arrows.py",
    "tests/house/test_meaning_is_data.py",
    "tests/house/test_words.py",
)


@nox.session(default=False)
def quick(session: nox.Session) -> None:
    """Run tests that answer within half a minute; words after ``--`` go to pytest."""
    session.install("-e", ".[test]")
    session.run("pytest", "-q", "-m", CHOSEN, *QUICK, *session.posargs, env=QUIET)


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests: the library, its docstrings, the guides and the notebooks."""
    session.install("-e", ".[test]")
    session.run("pytest", *session.posargs, env=QUIET)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Run all tests and print which lines no test has reached."""
    session.install("-e", ".[test]", "pytest-cov>=6")
    shown = ("--cov=coprep", "--cov-report=term-missing:skip-covered")
    session.run("pytest", "-q", *shown, *session.posargs, env=QUIET)


@nox.session(python="3.11", default=False)
def minimums(session: nox.Session) -> None:
    """Run all tests with the oldest versions that pyproject.toml allows."""
    session.install("-e", ".[test]", *floors())
    session.run("pytest", "-q", *session.posargs, env=QUIET)


def floors() -> list[str]:
    """Every dependency, those of the extras that tests use too, at the oldest version allowed."""
    extras = PROJECT["optional-dependencies"]
    asked = [*PROJECT["dependencies"]]
    for extra in ("parquet", "polars", "duckdb", "dask", "progress", "word"):
        asked += extras[extra]
    pinned = [re.sub(r">=([\d.]+).*", r"==\1", requirement) for requirement in asked]
    # Matplotlib of that age calls pyparsing by names that newer ones warn of, and in the tests
    # warnings are errors.
    return [*pinned, "pyparsing<3.3"]


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, spelling, layers, docstrings and the habits of the repository."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("codespell")
    session.run("lint-imports")
    modules = sorted(str(path) for path in Path("src").rglob("*.py"))
    session.run("numpydoc", "lint", "--config", ".", *modules, log=False)
    session.run("repo-review", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, and that every public name says its type, so that nobody's checker guesses."""
    session.install("-e", ".[dev]")
    session.run("mypy")
    session.run("basedpyright", "--level", "error")
    session.run("basedpyright", "--verifytypes", "coprep", "--ignoreexternal")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    session.install("-e", ".[docs]")
    built = ("docs", "docs/_build/html")
    session.run("python", "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", *built)


@nox.session(default=False)
def package(session: nox.Session) -> None:
    """Build the wheel and the sdist, and look at what is in them."""
    session.install("build>=1.2")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build", "--quiet")
    session.run("python", str(Path(".ci") / "check_package.py"), "dist")


@nox.session(default=False)
def mutation(session: nox.Session) -> None:
    """Change 400 places of the numbers and of the verdicts, one at a time: would a test notice?"""
    session.install("-e", ".[test]", "mutmut==3.8.1")
    session.run("python", str(Path("studies") / "mutation.py"), *session.posargs, env=QUIET)


if __name__ == "__main__":
    nox.main()
