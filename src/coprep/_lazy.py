"""Names that load their module when they are first used, so that importing a package costs nothing."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any


def attach(
    package: str, names: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` for a package whose modules define ``names``.

    A function may have the name of its module: importing the module then does not hide the function.
    """
    home = {name: module for module, defined in names.items() for name in defined}
    modules = {module.split(".")[0] for module in names}
    everything = sorted(home)

    class Package(ModuleType):
        def __setattr__(self, name: str, value: object) -> None:
            # The import system binds every submodule it loads to its package.
            if not (name in home and isinstance(value, ModuleType)):
                super().__setattr__(name, value)

    sys.modules[package].__class__ = Package

    def __getattr__(name: str) -> Any:  # noqa: N807
        if name in home:
            value = getattr(importlib.import_module(f"{package}.{home[name]}"), name)
            setattr(sys.modules[package], name, value)
            return value
        if name in modules:
            return importlib.import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def __dir__() -> list[str]:  # noqa: N807
        return sorted({*everything, *modules, *vars(sys.modules[package])})

    return __getattr__, __dir__, everything
