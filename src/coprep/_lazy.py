"""Names that load their module when they are first used, so that importing a package costs nothing.

What a package offers is written once, in its ``__init__.pyi``: people's editors and type checkers
read it, and `attach` reads it too.
"""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any


def offered(package: str) -> dict[str, str]:
    """The names in the ``__init__.pyi`` of a package, each with the module that defines it, in the
    stub's order.
    """
    stub = Path(str(sys.modules[package].__file__)).with_suffix(".pyi")
    imports = [
        node
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
    ]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def attach(package: str) -> None:
    """Let a package offer the names of its stub, make them its ``__all__``, and show nothing else
    in `dir`.

    A function may have the name of its module: importing the module then does not hide the
    function.
    """
    home = offered(package)

    class Package(ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name not in home:
                raise AttributeError(f"module {package!r} has no attribute {name!r}")
            if home[name] == package:  # a package of this package
                return importlib.import_module(f"{package}.{name}")
            value = getattr(importlib.import_module(home[name]), name)
            setattr(self, name, value)
            return value

        def __dir__(self) -> list[str]:
            return sorted(home)

        def __setattr__(self, name: str, value: object) -> None:
            # The import system binds every submodule it loads to its package.
            hides = isinstance(value, ModuleType) and home.get(name, package) != package
            if not hides:
                super().__setattr__(name, value)

    module = sys.modules[package]
    module.__class__ = Package
    vars(module)["__all__"] = sorted(home)
