"""Made-up results for the report layer: small, middling and long; ordinary and hostile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import pytest

from coprep.findings import Estimate, Finding, Verdict
from coprep.pictures import picture_from_dict
from coprep.results import Result
from coprep.table import Table

KINDS = {
    "attribute": "text", "group": "text", "count": "count", "total": "count", "share": "number",
    "baseline": "number", "expected": "number", "difference": "number", "ratio": "number",
    "ratio_low": "number", "ratio_high": "number", "ratio_inner_low": "number", "ratio_inner_high": "number",
    "p_value": "number", "p_adjusted": "number", "differs": "truth", "beyond_band": "truth", "verdict": "text",
    "ratio_unknown_low": "number", "ratio_unknown_high": "number", "reading": "text",
}  # fmt: skip
FOREST = {
    "kind": "forest",
    "label": ["group"], "value": "ratio", "low": "ratio_low", "high": "ratio_high",
    "inner_low": "ratio_inner_low", "inner_high": "ratio_inner_high", "n": "count", "log": True, "null": 1.0,
    "band": [0.8, 1.25], "axis": "Share among participants ÷ share among residents (ratio, log scale)",
    "panel": "attribute", "sides": ["fewer than their share", "more than their share"],
}  # fmt: skip
HOSTILE = (
    "<script>alert('x')</script><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example","click")',
    "$x^2$ and $\\frac{1}{2}$ cost $5",
    "line one\nline two\r\x1b[31mred",
    "\u202eright-to-left override\u202c",
    "עברית ועוד عربى",
    "A very long label " * 12,
    "日本語 & <b>bold</b> | pipe",
    "None",
    "\ud800 lone surrogate \x00",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Who(Result):
    """A made-up answer to who came."""

    kind: ClassVar[str] = "tests.report.who"
    shown: ClassVar[tuple[str, ...]] = (
        "attribute", "group", "count", "total", "share", "baseline", "ratio", "ratio_low", "ratio_high",
        "p_adjusted", "verdict",
    )  # fmt: skip
    count_columns: ClassVar[tuple[str, ...]] = ("count",)
    adds_up_within: ClassVar[tuple[str, ...]] = ("attribute",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("total", "baseline", "expected")

    overall: Table = Table({}, {})


def verdict_of(low: float, high: float) -> str:
    if math.isnan(low):
        return "not_assessable"
    if high < 0.95:
        return "under"
    if low > 1.05:
        return "over"
    return "in_line" if low > 0.8 and high < 1.25 else "inconclusive"


def row(attribute, group, count, total, baseline):
    """A row as representation makes it; limits by a plain normal approximation on the log scale."""
    share = count / total if total else math.nan
    ratio = share / baseline if baseline else math.inf if count else math.nan
    if count and baseline:
        spread = math.sqrt(max(1 / count - 1 / total, 1e-4))
        low, high = ratio * math.exp(-1.96 * spread), ratio * math.exp(1.96 * spread)
        inner = ratio * math.exp(-1.64 * spread), ratio * math.exp(1.64 * spread)
    elif baseline and total:
        low, high, inner = 0.0, 3.7 / (total * baseline), (0.0, 3.0 / (total * baseline))
    else:
        low, high, inner = (
            math.nan,
            math.inf,
            (math.nan, math.nan),
        )  # outside the baseline, or nobody at all
    verdict = verdict_of(low, high)
    p = min(1.0, 2 * math.exp(-abs(math.log(ratio) if 0 < ratio < math.inf else 2) * 3))
    return {
        "attribute": attribute, "group": group, "count": count, "total": total, "share": share,
        "baseline": baseline, "expected": total * baseline, "difference": share - baseline, "ratio": ratio,
        "ratio_low": low, "ratio_high": high, "ratio_inner_low": inner[0], "ratio_inner_high": inner[1],
        "p_value": p, "p_adjusted": min(1.0, 2 * p), "differs": p < 0.05, "beyond_band": verdict == "under",
        "verdict": verdict, "ratio_unknown_low": low * 0.9, "ratio_unknown_high": high * 1.1,
        "reading": f"{group}: {count} of {total} participants, against {baseline:.1%} of residents.",
    }  # fmt: skip


def finding_of(r) -> Finding:
    verdict = Verdict(r["verdict"])
    return Finding(
        question="representation",
        attribute=r["attribute"],
        group=r["group"],
        verdict=verdict,
        estimate=Estimate(r["ratio"], r["ratio_low"], r["ratio_high"], 0.95, "made up", "ratio"),
        p_value=r["p_value"],
        p_adjusted=r["p_adjusted"],
        n=r["count"],
        reading=r["reading"],
        values={"participants": r["count"], "of": r["total"]},
        next_step=f"Invite people of {r['attribute']} again through places they trust."
        if verdict.is_flag
        else "",
        details={"minimum": 0.4},
    )


def who(rows, *, title="Who came to the jury", notes=("2 people gave no age.",), **settings) -> Who:
    attributes = dict.fromkeys(r["attribute"] for r in rows)
    method = [
        "Exact interval: Clopper & Pearson 1934, Biometrika 26:404.",
        "Holm 1979, Scand J Stat 6:65.",
    ]
    return Who(
        title=title,
        rows=Table.from_records(rows, KINDS),
        findings=tuple(finding_of(r) for r in rows),
        notes=notes,
        picture=picture_from_dict(FOREST),
        settings={"confidence": 0.95, "method": method, **settings},
        overall=Table(
            {"attribute": list(attributes), "total": [40 for _ in attributes],
             "dissimilarity": [0.123 for _ in attributes], "method": ["exact" for _ in attributes]},
            {"attribute": "text", "total": "count", "dissimilarity": "number", "method": "text"},
        ),
    )  # fmt: skip


def some(attribute, counts, shares=None):
    total = sum(counts.values())
    shares = shares or {g: 1 / len(counts) for g in counts}
    return [row(attribute, g, c, total, shares[g]) for g, c in counts.items()]


class Made:
    """The names that tests reach for."""

    FOREST, HOSTILE, KINDS, Who = FOREST, HOSTILE, KINDS, Who
    row, some, who, finding_of = map(staticmethod, (row, some, who, finding_of))

    @staticmethod
    def drawn_as(*args, **kwargs):
        return drawn_as(*args, **kwargs)


@pytest.fixture(scope="session")
def made() -> Made:
    """What this file makes results with."""
    return Made()


@pytest.fixture(scope="session")
def small() -> Who:
    """Four groups of two attributes."""
    return who(
        [*some("sex", {"Female": 31, "Male": 9}), *some("ethnicity", {"White": 40, "Asian": 0})]
    )


@pytest.fixture(scope="session")
def middling() -> Who:
    """Eighteen groups of four attributes, one absent, one outside the baseline."""
    return who([
        *some("sex", {"Female": 122, "Male": 118}),
        *some("age", {"16-24": 12, "25-34": 40, "35-44": 44, "45-54": 51, "55-64": 43, "65+": 50}),
        *some("ethnicity", {"White British": 205, "Asian": 9, "Black": 11, "Mixed": 8, "Arab": 0, "Other": 7},
              {"White British": .62, "Asian": .18, "Black": .08, "Mixed": .05, "Arab": .04, "Other": .03}),
        *some("tenure", {"Owns": 140, "Social rent": 25, "Private rent": 75, "Boat": 0},
              {"Owns": .55, "Social rent": .25, "Private rent": .2, "Boat": 0.0}),
    ])  # fmt: skip


@pytest.fixture(scope="session")
def long() -> Who:
    """Sixty groups of one attribute."""
    counts = {
        f"Ward {i:02d} of the city": (i * 7919) % 23 * (0 if i in (5, 40) else 1) for i in range(60)
    }
    return who(some("ward", counts), title="Who came, by ward")


@pytest.fixture(scope="session")
def hostile() -> Who:
    """Labels that attack whatever they are put into."""
    counts = {label: 3 + 4 * i for i, label in enumerate(HOSTILE)}
    rows = some("ethnicity</title><script>", counts)
    return who(rows, title=HOSTILE[0], notes=HOSTILE)


def drawn_as(picture: str, columns: dict, kinds: dict, spec: dict, **more) -> Result:
    """A result of a kind of its own for each picture."""
    return Result(
        title=f"As {picture}",
        rows=Table(columns, kinds),
        picture=picture_from_dict({"kind": picture, **spec}),
        **more,
    )


@pytest.fixture(scope="session")
def pictures() -> dict[str, Result]:
    """One result a picture other than the forest."""
    groups = ["Women", "Men", HOSTILE[2], HOSTILE[0]]
    bars = drawn_as(
        "bars",
        {"group": groups, "share": [0.5, 0.2, None, 0.3], "expected": [0.3, 0.3, 0.1, None],
         "low": [0.4, 0.1, None, math.inf], "high": [0.6, 0.3, None, math.inf],
         "verdict": ["over", "in_line", "not_assessable", "inconclusive"]},
        {"group": "text", "share": "number", "expected": "number", "low": "number", "high": "number",
         "verdict": "text"},
        {"label": ["group"], "value": "share", "expected": "expected", "low": "low", "high": "high",
         "axis": "Share of adopted ideas"},
    )  # fmt: skip
    steps = [
        (s, n, 0.3 + 0.4 * i - n / 60)
        for i, s in enumerate(["planted", HOSTILE[2]])
        for n in range(0, 25, 5)
    ]
    lines = drawn_as(
        "lines",
        {"series": [s for s, _, _ in steps], "n": [n for _, n, _ in steps], "power": [y for _, _, y in steps],
         "low": [y - 0.1 for _, _, y in steps], "high": [math.nan if n == 5 else y + 0.1 for _, n, y in steps]},
        {"series": "text", "n": "count", "power": "number", "low": "number", "high": "number"},
        {"x": "n", "y": "power", "series": "series", "low": "low", "high": "high", "xaxis": "People",
         "axis": "Power", "reference": 0.8, "step": False},
    )  # fmt: skip
    pairs = [(a, b) for a in groups for b in groups]
    matrix = drawn_as(
        "matrix",
        {"giver": [a for a, _ in pairs], "taker": [b for _, b in pairs],
         "premium": [None if a == b == "Men" else (len(a) - len(b)) / 10 for a, b in pairs]},
        {"giver": "text", "taker": "text", "premium": "number"},
        {"row": "giver", "column": "taker", "value": "premium", "axis": "Premium (points)", "centre": 0.0},
    )  # fmt: skip
    histogram = drawn_as(
        "histogram",
        {"low": [0, 1, 2, 3], "high": [1, 2, 3, math.inf], "count": [4, 9, None, 2]},
        {"low": "number", "high": "number", "count": "count"},
        {"low": "low", "high": "high", "count": "count", "axis": "Ideas a person"},
    )
    return {"bars": bars, "lines": lines, "matrix": matrix, "histogram": histogram}
