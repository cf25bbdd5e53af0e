"""Reference cases in tests/oracles, and what it means to agree with them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "data" / "samples"


def numbers(value: Any) -> Any:
    """Reference data with "inf", "-inf" and "nan" as numbers."""
    if isinstance(value, str) and value in ("inf", "-inf", "nan"):
        return float(value)
    if isinstance(value, list):
        return [numbers(v) for v in value]
    if isinstance(value, dict):
        return {k: numbers(v) for k, v in value.items()}
    return value


def cases(area: str, name: str) -> list[dict[str, Any]]:
    """The reference cases of one file in tests/oracles."""
    path = next((HERE / "oracles" / area).glob(f"{name}*.json"))
    return [numbers(case) for case in json.loads(path.read_text(encoding="utf-8"))["cases"]]


def depth(name: str) -> list[dict[str, Any]]:
    """The cases of one topic of the reference numbers on planning, stages, weights and the like."""
    path = HERE / "oracles" / "depth" / "reference_depth.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))[name]["cases"]
    return found


def params(area: str, name: str, start: str = "") -> list[Any]:
    """The cases of one file whose id begins with ``start``, as pytest parameters."""
    found = cases(area, name)
    return [pytest.param(case, id=case["id"]) for case in found if case["id"].startswith(start)]


def agree(got: Any, want: Any, rel: float, absolute: float = 0.0) -> None:
    """Assert that numbers or arrays of them agree; nan agrees with nan."""
    got, want = (np.array(value, dtype=float) for value in (got, want))
    np.testing.assert_allclose(got, want, rtol=rel, atol=absolute)


def same(got: Any, expected: Any, rel: float) -> bool:
    """Whether two numbers or nested lists agree: nan with nan, infinities with themselves, zero within rel."""
    if isinstance(expected, list):
        return len(got) == len(expected) and all(
            same(g, e, rel) for g, e in zip(got, expected, strict=True)
        )
    if expected is None:
        return got is None or math.isnan(got)
    if math.isnan(expected):
        return math.isnan(got)
    return math.isclose(got, expected, rel_tol=rel, abs_tol=rel)
