"""Warns where fairlearn's convention gives a number and coprep would say that there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from coprep.errors import warn
from coprep.wording.labels import show

# A metric sees its rows alone; whose rows they are is known to whoever calls it.
_GROUP: ContextVar[str] = ContextVar("group", default="")


@contextmanager
def within(group: object) -> Iterator[None]:
    """Name the group in whatever is warned of inside."""
    token = _GROUP.set(f" in group {show(group)}")
    try:
        yield
    finally:
        _GROUP.reset(token)


def undefined(name: str, why: str, value: float) -> float:
    """Warn that a number is not defined, and give what fairlearn gives."""
    warn(f"{name} is not defined{_GROUP.get()}: {why}. fairlearn's convention is {value:g}.")
    return value
