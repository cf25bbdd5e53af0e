"""Convert numeric arguments and check them by named rules, in one wording."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coprep.errors import InputError, Problems
from coprep.wording.labels import listed, show

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.intp]
Bools: TypeAlias = NDArray[np.bool_]
Rule: TypeAlias = Literal[
    "any",
    "number",
    "real",
    "nonnegative",
    "positive",
    "rank",
    "whole",
    "people",
    "share",
    "inside",
    "zero_one",
]

_MOST = 1e15  # people; beyond this a float no longer tells every whole number from the next
_SLACK = 1e-9  # rounding of a product of two shares and a count; never a correction

_RULES: dict[Rule, tuple[Callable[[Floats], NDArray[np.bool_]], str]] = {
    "any": (lambda v: np.ones(v.shape, dtype=bool), "numbers are expected, missing ones included"),
    "number": (lambda v: ~np.isnan(v), "numbers are expected"),
    "real": (np.isfinite, "finite numbers are expected"),
    "nonnegative": (lambda v: np.isfinite(v) & (v >= 0), "numbers from 0 are expected"),
    "positive": (lambda v: np.isfinite(v) & (v > 0), "numbers above 0 are expected"),
    "rank": (lambda v: np.isfinite(v) & (v >= 1), "numbers from 1 are expected"),
    "whole": (
        lambda v: (v >= 0) & (v <= _MOST) & (v == np.floor(v)),
        "whole numbers from 0 are expected, 1e15 at most",
    ),
    "people": (
        lambda v: (v > 0) & (v <= _MOST) & (v == np.floor(v)),
        "whole numbers above 0 are expected, 1e15 at most",
    ),
    "share": (lambda v: (v >= 0) & (v <= 1), "shares lie between 0 and 1"),
    "inside": (lambda v: (v > 0) & (v < 1), "a number between 0 and 1, both excluded, is expected"),
    "zero_one": (lambda v: (v == 0) | (v == 1), "every number must be 0 or 1"),
}


def inputs(**given: tuple[ArrayLike, Rule]) -> tuple[Floats, ...]:
    """Every argument converted, checked by its named rule, and broadcast to one shape; all problems
    at once.

    A nan is let through: it stands for "not known" and comes out as nan.
    """
    problems = Problems()
    arrays = []
    for param, (value, rule) in given.items():
        try:
            arrays.append(_converted(value, param))
        except InputError as error:
            problems.take(error)
        else:
            _judge(problems, param, arrays[-1], rule, missing=rule != "inside")
    problems.raise_if_any()
    try:
        return tuple(np.array(a) for a in np.broadcast_arrays(*arrays))
    except ValueError:
        shapes = ", ".join(
            f"{name} {array.shape}" for name, array in zip(given, arrays, strict=True)
        )
        raise InputError.of(
            f"shapes do not fit together: {shapes}.",
            code="shape",
            hint="give arrays of one length, or scalars",
        ) from None


def numbers(
    values: ArrayLike,
    param: str,
    rule: Rule = "real",
    *,
    ndim: int | tuple[int, ...] | None = None,
    empty: bool = False,
) -> Floats:
    """``values`` as floats without gaps, or an error that says what is wrong with them."""
    array = _converted(values, param)
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if allowed is not None and array.ndim not in allowed:
        wanted = " or ".join(str(n) for n in allowed)
        raise InputError.of(
            f"{param} has {array.ndim} dimensions; {wanted} expected.", code="shape", param=param
        )
    if not array.size and not empty:
        raise InputError.of(
            f"{param} is empty; at least one number is needed.", code="empty", param=param
        )
    problems = Problems()
    _judge(problems, param, array, rule, missing=False)
    problems.raise_if_any()
    return array


def vector(values: ArrayLike, param: str, rule: Rule = "nonnegative") -> Floats:
    """Numbers without gaps, one a group along the last axis of any number of axes."""
    array = numbers(values, param, rule, empty=True)
    if array.ndim == 0 or array.shape[-1] == 0:
        what = (
            f"{param} has the shape {array.shape}; at least one dimension and one or more groups "
            "are expected."
        )
        raise InputError.of(what, code="shape", param=param)
    return array


def codes(values: ArrayLike, param: str, *, n: int | None = None, size: int | None = None) -> Ints:
    """Whole numbers from 0 that stand for groups; ``n`` items, all below ``size`` where these are
    given.
    """
    array = numbers(values, param, "whole", ndim=1, empty=True)
    _items(array, param, n)
    if size is not None:
        whole(size, "size")
    if size is not None and array.size and array.max() >= size:
        raise InputError.of(
            f"{param} has {array.max():.0f}; codes below {size} expected.", param=param
        )
    return array.astype(np.intp)


def zero_one(values: ArrayLike, param: str, *, n: int | None = None) -> Floats:
    """Numbers that are all 0 or 1; ``n`` items where it is given."""
    array = numbers(values, param, "zero_one", ndim=1)
    _items(array, param, n)
    return array


def whole(value: Any, param: str, *, low: int = 0) -> int:
    """A whole number from ``low``."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < low:
        raise InputError.of(
            f"{param} must be a whole number from {low}; not {show(value)}.", param=param
        )
    return int(value)


def number(value: Any, param: str, *, low: float = -np.inf, high: float = np.inf) -> float:
    """One finite number from ``low`` to ``high``."""
    good = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not good or not np.isfinite(value) or not low <= value <= high:
        span = "" if low == -np.inf and high == np.inf else f" from {low:g} to {high:g}"
        raise InputError.of(
            f"{param} must be a number{span}; not {show(value)}.", param=param, got=value
        )
    return float(value)


def share(value: Any, param: str, *, below: float = 1.0) -> float:
    """A number strictly between 0 and ``below``, such as a confidence level."""
    if not 0.0 < number(value, param) < below:
        raise InputError.of(
            f"{param} must lie between 0 and {below:g}; not {show(value)}.", param=param, got=value
        )
    return float(value)


def choice(value: object, param: str, choices: Collection[str]) -> str:
    """``value`` if it is one of ``choices``, otherwise an error that lists them."""
    if isinstance(value, str) and value in choices:
        return value
    raise InputError.choice(param, value, list(choices))


def within(low: Floats, high: Floats, names: tuple[str, str]) -> None:
    """Refuse values of the first name above those of the second."""
    bad = low > high
    if bad.any():
        pairs = [f"{a:g} of {b:g}" for a, b in zip(low[bad][:3], high[bad][:3], strict=True)]
        more = f" and {int(bad.sum()) - 3:,} more" if bad.sum() > 3 else ""
        raise InputError.of(
            f"{names[0]} must not be greater than {names[1]}; got {', '.join(pairs)}{more}.",
            code="count_above_total",
            param=names[0],
        )


def positions(values: Floats) -> Floats:
    """``values`` with the last bits of a floating product rounded away, before a floor or a
    ceiling.
    """
    nearest = np.round(values)
    slack = _SLACK * np.maximum(1.0, np.abs(values) * 1e-6)
    return np.where(np.abs(values - nearest) <= slack, nearest, values)


def out(value: Any) -> Floats:
    """A scalar for scalars, an array for arrays."""
    result: Floats = np.asarray(value, dtype=float)[()]
    return result


def _converted(value: ArrayLike, param: str) -> Floats:
    """``value`` as floats, or an error that names ``param``; None and missing values become nan."""
    if isinstance(value, np.ma.MaskedArray):
        raise InputError.of(
            f"{param} is a masked array, and its mask would be lost.",
            code="masked",
            param=param,
            hint="fill it with nan, or leave the masked items out.",
        )
    try:
        raw = np.asarray(value)
        if raw.dtype.kind in "biuf":
            return raw.astype(float)
        items = list(raw.ravel()) if raw.dtype.kind == "O" else [""]
        if not any(isinstance(item, (str, bytes, complex)) for item in items):
            return np.array([_missing(item) for item in items], dtype=float).reshape(raw.shape)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InputError.of(
        f"{param} is {show(value)}; a number or an array of numbers is expected.",
        code="not_numbers",
        param=param,
    )


def _missing(item: Any) -> float:
    """One object as a float; None and pandas' missing value are nan."""
    return float("nan") if item is None or type(item).__name__ == "NAType" else float(item)


def _judge(problems: Problems, param: str, values: Floats, rule: Rule, *, missing: bool) -> None:
    """Note the values of ``param`` that break ``rule``; with ``missing``, nan passes."""
    accepts, words = _RULES[rule]
    bad = ~accepts(values)
    if missing:
        bad &= ~np.isnan(values)
    if not bad.any():
        return
    gaps = int((bad & ~np.isfinite(values)).sum())
    if values.ndim and gaps and not missing:
        problems.add(
            f"{param} has {gaps:,} missing or infinite of {values.size:,} numbers; all must be "
            "finite.",
            code="missing",
            param=param,
            expected=words,
            hint="leave those rows out first, and say how many they were.",
        )
        return
    examples = [float(value) for value in values[bad].ravel()[:3]]
    more = int(bad.sum()) - len(examples)
    text = listed(examples) + (f" and {more:,} more" if more else "")
    problems.add(f"{param} has {text}; {words}.", param=param, got=examples[0], expected=words)


def _items(array: Floats, param: str, n: int | None) -> None:
    if n is not None and len(array) != n:
        raise InputError.of(
            f"{param} has {len(array):,} items; {n:,} expected.", code="length", param=param
        )
