"""What a numeric argument may be: converts, broadcasts and refuses, all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coprep.errors import InputError, Problems, listed, show

__all__ = ["Floats", "choose", "inputs", "out", "positions", "vector", "within"]

Floats = NDArray[np.float64]
_MOST = 1e15  # people; beyond this a float no longer tells every whole number from the next
_SLACK = 1e-9  # rounding of a product of two shares and a count; never a correction

_RULES: dict[str, tuple[Callable[[Floats], NDArray[np.bool_]], str]] = {
    "real": (np.isfinite, "finite numbers are expected"),
    "number": (lambda v: ~np.isnan(v), "numbers are expected"),
    "count": (lambda v: np.isfinite(v) & (v >= 0), "counts are 0 or more and finite"),
    "whole": (
        lambda v: (v >= 0) & (v <= _MOST) & (v == np.floor(v)),
        "whole numbers from 0 are expected, 1e15 at most",
    ),
    "people": (
        lambda v: (v > 0) & (v <= _MOST) & (v == np.floor(v)),
        "whole numbers above 0 are expected, 1e15 at most",
    ),
    "positive": (lambda v: np.isfinite(v) & (v > 0), "numbers above 0 are expected"),
    "share": (lambda v: (v >= 0) & (v <= 1), "shares lie between 0 and 1"),
    "inside": (lambda v: (v > 0) & (v < 1), "a number between 0 and 1, both excluded, is expected"),
}


def _converted(value: ArrayLike, param: str) -> Floats:
    """``value`` as floats, or an error that names ``param``; None and missing values become nan."""
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
        code="not_a_number",
        param=param,
    )


def _missing(item: Any) -> float:
    """One object as a float; None and pandas' missing value are nan."""
    return float("nan") if item is None or type(item).__name__ == "NAType" else float(item)


def _judge(problems: Problems, param: str, values: Floats, rule: str, *, missing: bool) -> None:
    """Note the values of ``param`` that break ``rule``; nan passes where it means "not known"."""
    accepts, words = _RULES[rule]
    bad = ~accepts(values)
    if missing:
        bad &= ~np.isnan(values)
    if bad.any():
        examples = [float(value) for value in values[bad].ravel()[:4]]
        more = int(bad.sum()) - 3
        text = listed(examples[:3]) + (f" and {more:,} more" if more > 0 else "")
        problems.add(f"{param} has {text}; {words}.", param=param, got=examples[0], expected=words)


def inputs(**given: tuple[ArrayLike, str]) -> tuple[Floats, ...]:
    """Every argument converted, checked by its named rule, and broadcast to one shape.

    A nan is let through: it stands for "not known" and comes out as nan.
    """
    problems, arrays = Problems(), []
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
        shapes = ", ".join(f"{name} {array.shape}" for name, array in zip(given, arrays, strict=True))
        raise InputError.of(
            f"shapes do not fit together: {shapes}.",
            code="shape",
            hint="give arrays of one length, or scalars",
        ) from None


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


def choose(param: str, got: object, choices: Collection[str]) -> str:
    """``got`` if it is one of ``choices``, otherwise an error that lists them."""
    if isinstance(got, str) and got in choices:
        return got
    raise InputError.choice(param, got, list(choices))


def vector(value: ArrayLike, param: str, rule: str = "count", *, dimensions: int | None = None) -> Floats:
    """A vector of numbers without missing values along its last axis, checked by ``rule``."""
    array = _converted(value, param)
    wanted = array.ndim >= 1 if dimensions is None else array.ndim == dimensions
    problems = Problems()
    if not wanted or array.shape[-1] == 0:
        shape = f"{dimensions} dimension(s)" if dimensions else "at least one dimension"
        what = f"{param} has the shape {array.shape}; {shape} and one or more groups are expected."
        problems.add(what, code="shape", param=param)
    else:
        _judge(problems, param, array, rule, missing=False)
    problems.raise_if_any()
    return array


def positions(values: Floats) -> Floats:
    """``values`` with the last bits of a floating product rounded away, before a floor or a ceiling."""
    nearest = np.round(values)
    slack = _SLACK * np.maximum(1.0, np.abs(values) * 1e-6)
    return np.where(np.abs(values - nearest) <= slack, nearest, values)


def out(value: Any) -> Floats:
    """A scalar for scalars, an array for arrays."""
    result: Floats = np.asarray(value, dtype=float)[()]
    return result
