"""Knows how codes become columns of a regression, and which columns add something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["dummies", "independent"]


def dummies(codes: Ints) -> Floats:
    """Indicator columns for all values but the first; a column no row carries is left out."""
    values = np.unique(codes)
    return np.asarray(codes[:, None] == values[None, 1:], dtype=np.float64)


def independent(x: Floats) -> NDArray[np.bool_]:
    """Which columns add something to those before them.

    >>> independent(np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 1.0], [1.0, 2.0, 5.0]])).tolist()
    [True, False, True]
    """
    if len(x) < x.shape[1]:
        return np.zeros(x.shape[1], dtype=np.bool_)
    size = np.maximum(np.sqrt((x**2).sum(axis=0)), np.finfo(float).tiny)
    left = np.abs(np.diag(np.linalg.qr(x / size, mode="r")))
    return np.asarray(left > 1e-8)
