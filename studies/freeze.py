"""Freezes all answers and compares them field by field, to show that a rebuild changed no number.

    python studies/freeze.py write base.json.gz        # on the code as it was; a minute or two
    python studies/freeze.py compare base.json.gz      # on the code as it is; 1 if anything moved
    python studies/freeze.py compare base.json.gz --only ideas.dominance metrics --show 50

Only public names are called. Where a function has another address or other keywords now, its case
has two calls, and the one that the installed package offers is used. Numbers, verdicts and labels
are kept, sentences are not. Real data are added where COPREP_REFERENCE_DATA names their folder.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import json
import math
import re
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from freeze_cases import cases

import coprep

TOLERANCE = 1e-12
"""Relative; numbers below `NOISE` are equal to 0, p values excepted."""
NOISE = 1e-15
TOLERANCES: dict[str, float] = {}
"""Pattern of ``question | case | path`` -> tolerance, for formulas that changed on purpose."""
RENAMED: list[tuple[str, str]] = []
"""Pattern of a frozen path that is no longer there, and what it is called now (as in `re.sub`)."""
GONE: list[str] = []
"""Patterns of ``question | case | path`` that were dropped on purpose."""
SAME_WORDS = {"disparity": "pattern"}

LABELS = {
    "attribute", "group", "verdict", "strength", "topic", "stage", "part", "term", "who", "word",
    "idea", "metric", "idea_group", "direction", "lowest_group", "subgroup", "control", "stratum",
    "reference",
}  # fmt: skip
"""Columns of text that are data and no sentence."""
COMMON = {"title", "rows", "findings", "notes", "settings"}
NOT_KEPT = {"forest", "wording", "shown", "titles", "headings"}
"""Settings that only say how something is drawn or told."""


# -- from an answer to its fields ------------------------------------------------------------------


def fields_of(answer: Any) -> dict[str, Any]:
    """Every number, verdict and label of an answer, by its path."""
    found: dict[str, Any] = {}
    _walk(answer, "", found)
    return found


def _walk(value: Any, path: str, found: dict[str, Any]) -> None:
    if hasattr(value, "by_group") and isinstance(value, float):
        _walk_metric(value, path, found)
    elif hasattr(value, "findings") and hasattr(value, "table"):
        _walk_result(value, path, found)
    elif isinstance(value, pd.DataFrame):
        for column in value.columns:
            for row, cell in enumerate(value[column]):
                _walk(cell, f"{path}/{row}/{column}", found)
    elif hasattr(value, "to_frame"):
        _walk(value.to_frame(), path, found)
    elif isinstance(value, (str, Enum)):
        names = [part for part in path.split("/") if not part.isdigit()]
        if names[-1] in LABELS:
            found[path] = str(getattr(value, "value", value))
    elif value is None or value is pd.NA or isinstance(value, (bool, int, float, np.generic)):
        found[path or "/value"] = _plain(value)
    elif isinstance(value, np.ndarray):
        _walk(value.tolist(), path, found)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if key not in NOT_KEPT:
                _walk(part, f"{path}/{key}", found)
    elif hasattr(value, "_asdict") and value._fields != ("low", "high"):
        _walk(value._asdict(), path, found)
    elif isinstance(value, (list, tuple)):
        for place, part in enumerate(value):
            _walk(part, f"{path}/{place}", found)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            _walk(getattr(value, field.name), f"{path}/{field.name}", found)


def _walk_result(result: Any, path: str, found: dict[str, Any]) -> None:
    _walk(result.table, f"{path}/table", found)
    _walk(result.settings, f"{path}/settings", found)
    for place, finding in enumerate(result.findings):
        at = f"{path}/findings/{place}"
        for name in (
            "attribute",
            "group",
            "verdict",
            "estimate",
            "p_value",
            "p_adjusted",
            "n",
            "details",
        ):
            _walk(getattr(finding, name), f"{at}/{name}", found)
    for field in dataclasses.fields(result):
        if field.name not in COMMON:
            _walk(getattr(result, field.name), f"{path}/{field.name}", found)


def _walk_metric(number: Any, path: str, found: dict[str, Any]) -> None:
    """A float that remembers where it came from."""
    found[f"{path}/value"] = _plain(float(number))
    for name in ("low", "high", "p_value", "noise_floor", "by_group", "n", "curves"):
        if hasattr(number, name):
            _walk(getattr(number, name), f"{path}/{name}", found)
    found[f"{path}/undefined"] = len(number.undefined)
    table = getattr(number, "table", None)
    _walk(table if isinstance(table, pd.DataFrame) else number.to_frame(), f"{path}/table", found)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        return str(value)
    return value if isinstance(value, (bool, int, float)) else str(value)


# -- writing and comparing -------------------------------------------------------------------------


def answered(ask: Callable[[], Any]) -> dict[str, Any]:
    """The fields of an answer, or that there is none."""
    try:
        return fields_of(ask())
    except coprep.InputError:
        return {"refused": True}
    except Exception as error:  # noqa: BLE001  (what fails is listed, and the rest is compared)
        return {"failed": f"{type(error).__name__}: {error}"}


def write(path: Path) -> int:
    """Keep all answers; returns 1 where a question failed that should have been answered."""
    start = time.perf_counter()
    frozen: dict[str, dict[str, Any]] = {}
    tally: Counter[str] = Counter()
    failed = 0
    for question, case, ask in cases():
        key = f"{question} | {case}"
        if key in frozen:
            raise ValueError(f"two cases are called {key}")
        frozen[key] = answered(ask)
        tally[question] += len(frozen[key])
        if "failed" in frozen[key]:
            failed += 1
            print(f"failed: {key}: {frozen[key]['failed']}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        json.dump(frozen, file, separators=(",", ":"))
    refused = sum(fields == {"refused": True} for fields in frozen.values())
    took = time.perf_counter() - start
    for question, size in tally.items():
        print(f"{question:40} {size:>9,}")
    print(f"{len(frozen):,} cases, {refused} refused, {failed} failed")
    print(f"{tally.total():,} fields, {took:.0f} s")
    return int(failed > 0)


def difference(was: Any, now: Any, path: str) -> float:
    """Relative difference of two fields: 0 if equal, inf if they cannot be compared."""
    if SAME_WORDS.get(was, was) == SAME_WORDS.get(now, now) if isinstance(was, str) else was == now:
        return 0.0
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (was, now)):
        return math.inf
    largest = max(abs(was), abs(now))
    if largest < NOISE and "p_" not in path.rpartition("/")[2]:
        return 0.0
    return abs(was - now) / largest


def tolerance_of(name: str) -> float:
    """What is allowed at a path."""
    return max(
        (allowed for pattern, allowed in TOLERANCES.items() if re.search(pattern, name)),
        default=TOLERANCE,
    )


def compare(path: Path, only: list[str], show: int) -> int:
    """Ask everything again; returns 1 where a field moved or is missing."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        frozen = json.load(file)
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    largest: dict[str, float] = defaultdict(float)
    moved: list[str] = []
    missing: Counter[str] = Counter()
    failed: list[str] = []
    left = {key for key in frozen if not only or key.startswith(tuple(only))}
    for question, case, ask in cases():
        key = f"{question} | {case}"
        if only and not question.startswith(tuple(only)):
            continue
        left.discard(key)
        was = frozen.get(key)
        now = answered(ask)
        if was is None:
            tally[question]["new"] += len(now)
            continue
        if "failed" in now and "failed" not in was:
            failed.append(f"{key}: {now['failed']}")
        if "refused" in now and "refused" not in was:
            failed.append(f"{key}: refused")
        for at, value in was.items():
            name = f"{key} | {at}"
            here = at if at in now else _renamed(at, now)
            if here is None:
                if not any(re.search(pattern, name) for pattern in GONE):
                    tally[question]["missing"] += 1
                    missing[f"{question} | {re.sub(r'/[0-9]+(?=/|$)', '/*', at)}"] += 1
                continue
            apart = difference(value, now[here], at)
            same = apart <= tolerance_of(name)
            tally[question]["equal" if same else "moved"] += 1
            largest[question] = max(largest[question], apart)
            if not same:
                moved.append(f"{name}: {value!r} -> {now[here]!r} ({apart:.1e})")
        tally[question]["new"] += len(now.keys() - was.keys())
    _report(tally, largest)
    for title, lines in (
        ("moved", moved),
        ("missing", [f"{name} ({n})" for name, n in missing.most_common()]),
        ("failed", failed),
        ("not asked", sorted(left)),
    ):
        for line in lines[:show]:
            print(f"{title}: {line}")
        if len(lines) > show:
            print(f"{title}: and {len(lines) - show:,} more")
    return int(bool(moved or missing or failed or left))


def _renamed(at: str, now: dict[str, Any]) -> str | None:
    """Where a field stands now, by `RENAMED`."""
    for pattern, name in RENAMED:
        here = re.sub(pattern, name, at)
        if here in now:
            return here
    return None


def _report(tally: dict[str, Counter[str]], largest: dict[str, float]) -> None:
    heads = ("compared", "equal", "moved", "missing", "new")
    print(f"{'question':40}" + "".join(f"{head:>10}" for head in heads) + "   largest difference")
    total: Counter[str] = Counter()
    for question, found in tally.items():
        found["compared"] = found["equal"] + found["moved"] + found["missing"]
        total.update(found)
        print(
            f"{question:40}"
            + "".join(f"{found[head]:>10,}" for head in heads)
            + f"   {largest[question]:.1e}"
        )
    print(f"{'all':40}" + "".join(f"{total[head]:>10,}" for head in heads))


def main(arguments: list[str] | None = None) -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=("write", "compare"))
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--only", nargs="+", default=[], help="questions to compare, by how they begin"
    )
    parser.add_argument(
        "--show", type=int, default=20, help="how many lines of each list are printed"
    )
    asked = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    return (
        write(asked.file)
        if asked.command == "write"
        else compare(asked.file, asked.only, asked.show)
    )


if __name__ == "__main__":
    sys.exit(main())
