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
_LEAST = 60_000  # rows of a piece; with fewer, handing it over takes longer than it saves
_MOST = 4  # threads; beyond these, putting the pieces together is most of the work
_EACH = 4  # pieces a thread, so that a core that is busy otherwise does not keep the others waiting


def narrow(size: int) -> type[np.signedinteger[Any]]:
    """The smallest signed integer type that holds codes up to ``size``."""
    return np.int8 if size < 127 else np.int16 if size < 32_000 else np.int64


def coded_in_pieces(encode: Encode, n: int) -> tuple[Codes, Sequence[Any]]:
    """Codes and labels of ``n`` rows, from a function that tells those of a slice while other threads go on."""
    pieces = _pieces(n)
    if len(pieces) == 1:
        return encode(pieces[0])
    with ThreadPoolExecutor(_threads()) as pool:
        parts = list(pool.map(encode, pieces))
        labels = list(dict.fromkeys(chain.from_iterable(names for _, names in parts)))
        place = {label: i for i, label in enumerate(labels)}
        codes = np.empty(n, dtype=narrow(len(labels)))

        def put(piece: slice, part: tuple[Codes, Sequence[Any]]) -> None:
            lookup = np.array([*(place[label] for label in part[1]), -1], dtype=codes.dtype)
            lookup.take(part[0], out=codes[piece], mode="wrap")  # code -1 is the last place

        list(pool.map(put, pieces, parts))
    return codes, labels


def _pieces(n: int) -> list[slice]:
    """The rows in slices of about one length: a single one where they are few, or there is a single core."""
    threads = _threads()
    number = max(1, min(_EACH * threads, n // _LEAST)) if threads > 1 else 1
    bounds = [n * i // number for i in range(number + 1)]
    return [slice(start, stop) for start, stop in pairwise(bounds)]


def _threads() -> int:
    """As many as there are cores that this process may use, up to a limit."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST)
