"""Leave what a whole program shares (filters of warnings, limits of csv) as it was, also in threads."""

from __future__ import annotations

import csv
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

LOCK = RLock()
"""Held while something that a whole program shares is read and changed."""

_LONGEST_FIELD = min(sys.maxsize, 2**31 - 1)
_held: Counter[Any] = Counter()
_limits: list[int] = []


@contextmanager
def quiet(message: str = "", category: type[Warning] = Warning, module: str = "") -> Iterator[None]:
    """Ignore some warnings for a while, in whatever threads; afterwards no filter is left.

    `warnings.catch_warnings` puts back the filters that it found, and so undoes or keeps what
    another thread changed in between. Here one filter comes and goes.
    """
    with LOCK:
        known = list(warnings.filters)
        warnings.filterwarnings("ignore", message=message, category=category, module=module)
        home: Any = warnings.filters
        added = home[0]
        if added in known and not _held[added]:
            # The program ignores them itself: its filter is not ours to take away.
            _held[added] += 1
        _held[added] += 1
    try:
        yield
    finally:
        with LOCK:
            _held[added] -= 1
            if not _held[added]:
                _take_out(added, home, warnings.filters)


def _take_out(added: Any, *homes: Any) -> None:
    """Remove a filter from the lists that may hold it."""
    del _held[added]
    for filters in homes:
        if added in filters:
            filters.remove(added)


@contextmanager
def long_fields() -> Iterator[None]:
    """Let csv read cells of any length for a while, in whatever threads."""
    with LOCK:
        _limits.append(csv.field_size_limit(_LONGEST_FIELD))
    try:
        yield
    finally:
        with LOCK:
            last = _limits.pop()
            if not _limits:
                csv.field_size_limit(last)
            else:
                _limits[-1] = min(_limits[-1], last)
