"""Names that load their module when they are first used, so that importing a package costs nothing."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any


def attach(package: str, names: Mapping[str, Sequence[str]]) -> None:
    """Let ``package`` offer ``names`` of its modules, and make them its ``__all__``.

    A function may have the name of its module: importing the module then does not hide the function. Type checkers
    see none of this and go by the package's imports, so that they still tell a misspelt name.
    """
    home = {name: module for module, defined in names.items() for name in defined}
    modules = {module.split(".")[0] for module in names}

    class Package(ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name in home:
                value = getattr(importlib.import_module(f"{package}.{home[name]}"), name)
                setattr(self, name, value)
                return value
            if name in modules:
                return importlib.import_module(f"{package}.{name}")
            raise AttributeError(f"module {package!r} has no attribute {name!r}")

        def __dir__(self) -> list[str]:
            return sorted({*home, *modules, *vars(self)})

        def __setattr__(self, name: str, value: object) -> None:
            # The import system binds every submodule it loads to its package.
            if not (name in home and isinstance(value, ModuleType)):
                super().__setattr__(name, value)

    module = sys.modules[package]
    module.__class__ = Package
    vars(module)["__all__"] = sorted(home)
