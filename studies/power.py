"""Count how often each detector finds effects of known size among 30, 100, 300 and 1,000 people.

    python studies/power.py        # goes on where it stopped
    python studies/power.py 20     # at most 20 worlds a cell

A cell is a detector, a size and a number of people, who write two ideas for every three of them (20 at least) and are shown 60 of them. Counted is how often
the verdict is `pattern` anywhere in the answer. Seeds are fixed: world k of a cell is always the same.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # one core
    os.environ.setdefault(_name, "1")

from coprep import ideas
from coprep.results import Result
from coprep.simulate import world

KEPT = Path(__file__).parent / "results" / "power.json"
PEOPLE = (30, 100, 300, 1000)
WORLDS = 100
DRAWS = 999
SHOWN = 60
# What is asked, the strengths of a plain world, and each size in words with what is planted.
Asked = tuple[Callable[..., Result], dict[str, Any], dict[str, dict[str, Any]]]
DETECTORS: dict[str, Asked] = {
    "own benefit: ideas name their author's group more often": (
        ideas.self_serving,
        {},
        {f"{s} points": {"self_serving": s / 100} for s in (10, 20, 40)},
    ),
    "in-group premium: people approve ideas for their own group more": (
        partial(ideas.in_group, pairs=False),
        {},
        {f"{s} points": {"in_group": s / 100} for s in (5, 10, 20)},
    ),
    "own ideas: people rate their own ideas higher": (
        ideas.own_ideas,
        {"kind": "score"},
        {f"{s} of 100": {"own_ideas": s / 100} for s in (5, 10, 20)},
    ),
    "adoption: ideas of a group are adopted less at equal support": (
        ideas.adoption,
        {},
        {f"{s} points": {"adoption": s / 100} for s in (10, 20, 40)},
    ),
    "answers: a group's ideas are answered later": (
        ideas.responses,
        {},
        {f"rate times {r:g}": {"answers": r} for r in (0.8, 0.6, 0.4)},
    ),
    "talk: a group says more a head": (
        partial(ideas.dominance, currency="words"),
        {"words": 0},
        {f"times {t:g}": {"talk": t} for t in (1.5, 2.0, 3.0)},
    ),
}


def found(asked: Asked, planted: dict[str, Any], people: int, number: int) -> bool:
    """Whether one world of a cell shows a pattern."""
    ask, base, _ = asked
    many = max(20, 2 * people // 3)
    sizes = {"people": people, "ideas": many, "seen": min(1.0, SHOWN / many)}
    strengths = {**base, **planted, **sizes}
    process, _ = world(rng=[20261201, people, number], **strengths)  # type: ignore[arg-type]
    options: dict[str, Any] = {"draws": DRAWS, "rng": number}
    answer = ask(process, attribute="group", **options)
    return any(finding.verdict.value == "pattern" for finding in answer.findings)


def main(most: int) -> None:
    """Add worlds to every cell until there are enough, and keep the counts."""
    rows: list[dict[str, Any]] = [
        {"detector": name, "size": size, "people": people, "worlds": 0, "patterns": 0}
        for name, (_, _, sizes) in DETECTORS.items()
        for people in PEOPLE
        for size in sizes
    ]
    if KEPT.exists():
        rows = json.loads(KEPT.read_text(encoding="utf-8"))
    for row in rows:
        asked = DETECTORS[row["detector"]]
        begun = time.perf_counter()
        for number in range(row["worlds"], min(WORLDS, most)):
            row["patterns"] += found(asked, asked[2][row["size"]], row["people"], number)
            row["worlds"] = number + 1
        KEPT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        print(row, f"{time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else WORLDS)
