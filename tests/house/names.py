"""The public names as they are, beside `tests/public_names.txt`, which says what they are to be.

``python tests/house/names.py`` writes the file anew. Do that when a name is meant to come or to go, and read the
difference: each line is a promise.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

LIST = Path(__file__).parent.parent / "public_names.txt"
PACKAGES = (
    "coprep",
    "coprep.representation",
    "coprep.ideas",
    "coprep.fairness",
    "coprep.compat.fairlearn",
    "coprep.metrics",
)


def public_packages() -> list[str]:
    """The packages whose names are promised: the front door, the questions, metrics and its topics."""
    inside = pkgutil.iter_modules(importlib.import_module("coprep.metrics").__path__)
    topics = sorted(f"coprep.metrics.{module.name}" for module in inside if module.ispkg)
    return [
        *PACKAGES,
        *(name for name in topics if hasattr(importlib.import_module(name), "__all__")),
    ]


def shown(package: str) -> list[str]:
    """What TAB shows of a package."""
    return [name for name in dir(importlib.import_module(package)) if not name.startswith("__")]


def promised() -> dict[str, list[str]]:
    """What the list says, by package."""
    found: dict[str, list[str]] = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            names = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            names.append(line)
    return found


def write() -> None:
    """Write what is shown today."""
    lines = [
        "# What coprep promises to other people's code. Made by tests/house/names.py, held by a test."
    ]
    for package in public_packages():
        lines += ["", f"[{package}]", *shown(package)]
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
