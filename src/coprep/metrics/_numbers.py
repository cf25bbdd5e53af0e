"""What an array of numbers, counts or codes must look like before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from coprep.errors import InputError, show

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Floats",
    "Ints",
    "choice",
    "codes",
    "number",
    "numbers",
    "same_length",
    "share",
    "whole",
    "zero_one",
]

Floats: TypeAlias = "NDArray[np.float64]"
Ints: TypeAlias = "NDArray[np.intp]"


def numbers(
    values: ArrayLike,
    param: str,
    *,
    ndim: int | tuple[int, ...] | None = None,
    low: float | None = None,
    finite: bool = True,
    empty: bool = False,
) -> Floats:
    """``values`` as floats, or an error that says what is wrong with them.

    >>> numbers([1, 2], "x", ndim=1)
    array([1., 2.])
    """
    array = _floats(values, param)
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if allowed is not None and array.ndim not in allowed:
        wanted = " or ".join(str(n) for n in allowed)
        raise InputError.of(f"{param} has {array.ndim} dimensions; {wanted} expected.", param=param)
    if not array.size and not empty:
        raise InputError.of(f"{param} is empty; at least one number is needed.", code="empty", param=param)
    if finite and not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        raise InputError.of(
            f"{param} has {bad:,} missing or infinite of {array.size:,} numbers; all must be finite.",
            code="missing",
            param=param,
            hint="leave those rows out first, and say how many they were.",
        )
    if low is not None and bool((array < low).any()):
        worst = float(np.nanmin(array))
        raise InputError.of(f"{param} holds {show(worst)}; numbers from {low:g} expected.", param=param)
    return array


def _floats(values: ArrayLike, param: str) -> Floats:
    try:
        raw: NDArray[Any] = np.asarray(values)
        texts = raw.dtype.kind == "O" and any(isinstance(item, (str, bytes)) for item in raw.flat)
        array = None if texts or raw.dtype.kind not in "biufO" else raw.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        array = None
    if array is None:
        raise InputError.of(
            f"{param} must be an array of numbers; not {show(values)}.", code="not_numbers", param=param
        )
    return array


def codes(values: ArrayLike, param: str, *, n: int | None = None, size: int | None = None) -> Ints:
    """Whole numbers from 0 that stand for groups; ``n`` items, all below ``size`` where these are given."""
    array = numbers(values, param, ndim=1, low=0.0, empty=True)
    if array.size and bool((array != np.floor(array)).any()):
        raise InputError.of(f"{param} must hold whole numbers that stand for groups.", param=param)
    if n is not None and len(array) != n:
        raise InputError.of(f"{param} has {len(array):,} items; {n:,} expected.", code="length", param=param)
    if size is not None and array.size and array.max() >= size:
        raise InputError.of(f"{param} holds {array.max():.0f}; codes below {size} expected.", param=param)
    return array.astype(np.intp)


def zero_one(values: ArrayLike, param: str, *, n: int | None = None) -> Floats:
    """Numbers that are all 0 or 1."""
    array = numbers(values, param, ndim=1)
    if not np.isin(array, (0.0, 1.0)).all():
        wrong = array[~np.isin(array, (0.0, 1.0))][0]
        raise InputError.of(f"{param} must be 0 or 1 everywhere; it holds {show(float(wrong))}.", param=param)
    if n is not None and len(array) != n:
        raise InputError.of(f"{param} has {len(array):,} items; {n:,} expected.", code="length", param=param)
    return array


def same_length(**arrays: Floats | Ints) -> int:
    """The common length of several arrays."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
        raise InputError.of(f"the arrays differ in length: {said}.", code="length", param=next(iter(lengths)))
    return next(iter(lengths.values()))


def whole(value: Any, param: str, *, low: int = 0) -> int:
    """A whole number from ``low``."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < low:
        raise InputError.of(f"{param} must be a whole number from {low}; not {show(value)}.", param=param)
    return int(value)


def number(value: Any, param: str, *, low: float = -np.inf, high: float = np.inf) -> float:
    """One finite number from ``low`` to ``high``."""
    good = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not good or not np.isfinite(value) or not low <= value <= high:
        span = "" if low == -np.inf and high == np.inf else f" from {low:g} to {high:g}"
        raise InputError.of(f"{param} must be a number{span}; not {show(value)}.", param=param, got=value)
    return float(value)


def share(value: Any, param: str) -> float:
    """A number strictly between 0 and 1, such as a confidence level."""
    if not 0.0 < number(value, param) < 1.0:
        raise InputError.of(f"{param} must lie between 0 and 1; not {show(value)}.", param=param, got=value)
    return float(value)


def choice(value: Any, param: str, choices: tuple[str, ...]) -> str:
    """One of ``choices``."""
    if not isinstance(value, str) or value not in choices:
        raise InputError.choice(param, value, choices)
    return str(value)
