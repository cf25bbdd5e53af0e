"""Knows how an engine's work on a long column is shared among cores: text takes far longer to hash than to count."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["coded_in_pieces", "narrow"]

Codes = NDArray[Any]
Encode = Callable[[slice], tuple[Codes, Sequence[Any]]]
_LEAST = 100_000  # rows of a piece; with fewer, starting a thread takes longer than it saves
_AT_ONCE = 1 << 16  # codes that stay in the processor's cache
_MOST = 4  # threads; beyond these, putting the pieces together is most of the work


def narrow(size: int) -> type[np.signedinteger[Any]]:
    """The smallest signed integer type that holds codes up to ``size``."""
    return np.int8 if size < 127 else np.int16 if size < 32_000 else np.int64


def coded_in_pieces(encode: Encode, n: int) -> tuple[Codes, Sequence[Any]]:
    """Codes and labels of ``n`` rows, from a function that tells those of a slice while other threads go on."""
    pieces = _pieces(n)
    if len(pieces) == 1:
        return encode(pieces[0])
    with ThreadPoolExecutor(len(pieces)) as pool:
        parts = list(pool.map(encode, pieces))
    labels = list(dict.fromkeys(chain.from_iterable(names for _, names in parts)))
    place = {label: i for i, label in enumerate(labels)}
    codes = np.empty(n, dtype=narrow(len(labels)))
    for piece, (own, names) in zip(pieces, parts, strict=True):
        lookup = np.array([*(place[label] for label in names), -1], dtype=codes.dtype)
        _look_up(lookup, own, codes[piece])
    return codes, labels


def _look_up(lookup: Codes, places: Codes, out: Codes) -> None:
    """Write what stands at the places, the last for -1; in parts, because numpy widens places before it looks."""
    for start in range(0, len(places), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        lookup.take(places[part], out=out[part], mode="wrap")


def _pieces(n: int) -> list[slice]:
    """The rows in as many slices of about one length as there are cores for."""
    number = max(1, min(_cores(), _MOST, n // _LEAST))
    bounds = [n * i // number for i in range(number + 1)]
    return [slice(start, stop) for start, stop in pairwise(bounds)]


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
