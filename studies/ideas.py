"""False alarms, coverage and power of every detector of whose ideas, in worlds whose truth is known.

    python studies/ideas.py                          # everything, 1,000 worlds a cell; hours on two cores
    python studies/ideas.py --worlds 100 --only "own benefit" "in-group"

A cell is a detector and a world. Over many draws of the world a row says how often

* ``alarm``: the headline p value is at most 0.05 (of all groups together, or else the smallest adjusted one);
* ``group_alarm``: some group's adjusted p value is, where there is a headline besides;
* ``pattern``: the verdict is ``pattern`` anywhere in the result (in planted worlds this is the power);
* ``covered``: the 95% interval holds the truth, where the truth is one number.

Draws that a gate refuses raise no alarm and are counted (``assessed``). A cell without bias misses a target where the
99.9% lower Clopper-Pearson limit of an alarm rate is above 6%, where that of the share of patterns is above 1%, or where
the 99.9% upper limit of the coverage is below 93%; over all its worlds a detector must show patterns in fewer than 1%.
Seeds are fixed: the same call gives the same rows. The worlds of `other_worlds`, which share no code with these, come
last, unless ``--only`` names detectors of this study; they go on where they stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # one core a worker
    os.environ.setdefault(_name, "1")

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import other_worlds

from coprep import ideas
from coprep.metrics.shares._proportions import proportion_interval
from coprep.results import Result
from coprep.simulate import world

RESULTS = Path(__file__).parent / "results" / "ideas.json"
THREE = {"g0": 0.5, "g1": 0.3, "g2": 0.2}
SMALLEST = {"a": 0.4, "b": 0.3, "c": 0.27, "d": 0.03}
EIGHT = {f"g{k}": 1.0 for k in range(8)}

NULLS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "need and specialisation": {"need": 0.5, "specialisation": 0.5},
    "popularity and activity follow the group": {"confounding": 1.0},
    "shared tastes": {"tastes": 1.0},
    "active and loud authors with pet causes": {"activity": 1.5, "loud": 1, "pets": 0.3},
    "unseen ideas": {"seen": 0.1},
    "capped ballots": {"cap": 5},
    "groups missing, not at random": {"missing": 0.3, "missing_tilt": 2.0},
    "ideas for everyone": {"everyone": 0.4},
    "loyal voters": {"in_group": 0.2},
    "four groups, one of 3%": {"groups": SMALLEST},
    "eight groups": {"groups": EIGHT, "people": 300},
    "20 people": {"people": 20},
    "300 people": {"people": 300},
    "2,000 people": {"people": 2000},
}
"""Worlds in which nobody favours anybody, but much that looks like it happens."""

_AUTHORS = (
    "nothing",
    "need and specialisation",
    "active and loud authors with pet causes",
    "groups missing, not at random",
    "four groups, one of 3%",
    "eight groups",
    "20 people",
    "300 people",
    "2,000 people",
)
_VOTES = (
    "nothing",
    "need and specialisation",
    "popularity and activity follow the group",
    "shared tastes",
    "active and loud authors with pet causes",
    "unseen ideas",
    "capped ballots",
    "groups missing, not at random",
    "four groups, one of 3%",
    "eight groups",
    "20 people",
    "300 people",
)
_SCORES = tuple(name for name in _VOTES if name != "capped ballots")


def without(names: tuple[str, ...], *fewer: str) -> tuple[str, ...]:
    """Names without those in which the question has another answer than "no difference"."""
    return tuple(name for name in names if name not in fewer)


@dataclass(frozen=True, kw_only=True)
class Detector:
    """What is asked, in which worlds, and what is true there.

    Attributes
    ----------
    ask : callable
        Of a process, a number of draws and a seed.
    base : mapping
        The strengths of a plain world for this question.
    nulls : tuple of str
        The worlds without bias in which it is tried.
    planted : mapping of str to mapping
        Strengths of worlds with something to be found.
    truth : callable, optional
        The effect to be found, from what `world` says is true; None where it is not one number.
    part : str, optional
        Which part of the rows is looked at.
    draws : int
        Relabellings or sign patterns of one answer. With 199, the p of 0.005 that a pattern asks for is reached only
        where none of them goes as far, which finds fewer than the thousands of draws that users get by default; more
        are drawn where the share of patterns lies so near its target that this decides.
    """

    ask: Callable[..., Result]
    base: dict[str, Any]
    nulls: tuple[str, ...]
    planted: dict[str, dict[str, Any]] = field(default_factory=dict)
    truth: Callable[[dict[str, Any]], float] | None = None
    part: str | None = None
    draws: int = 199


def by_group(function: Callable[..., Result], **options: Any) -> Callable[..., Result]:
    """A detector that compares groups, ready to be asked."""
    return partial(function, attribute="group", **options)


def _own_benefit(truth: dict[str, Any]) -> float:
    return 100 * truth["self_serving_effect"]


def _premium(truth: dict[str, Any]) -> float:
    return 100 * truth["in_group_effect"]


def _own_ideas(truth: dict[str, Any]) -> float:
    return 100 * truth["own_ideas_effect"]


def _nothing(truth: dict[str, Any]) -> float:  # noqa: ARG001
    return 0.0


_WRITTEN = {"people": 150, "ideas": 200, "groups": THREE, "base": 0.5, "seen": 0.15}
_VOTED = {"people": 150, "ideas": 40, "groups": THREE}
_RATED = {"people": 150, "ideas": 150, "groups": THREE, "kind": "score", "seen": 0.1, "base": 0.5}
_BECAME = {"people": 150, "ideas": 100}
_LARGE = {"people": 300, "ideas": 300}
_SIZES = (0.05, 0.1, 0.2)

DETECTORS: dict[str, Detector] = {
    "own benefit": Detector(
        ask=by_group(ideas.self_serving),
        part="own benefit",
        base=_WRITTEN,
        nulls=(*_AUTHORS, "ideas for everyone", "shared tastes", "unseen ideas"),
        planted={
            f"{s:.0%} of ideas": {"self_serving": s, "need": 0.3, "specialisation": 0.3}
            for s in (*_SIZES, 0.4)
        }
        | {
            "20% of ideas, 300 people": {
                "self_serving": 0.2,
                "need": 0.3,
                "people": 300,
                "ideas": 450,
                "seen": 0.02,
            }
        },
        truth=_own_benefit,
    ),
    "outside support": Detector(
        ask=by_group(ideas.self_serving),
        part="outside support",
        base=_WRITTEN | {"need": 0.3},
        nulls=(*without(_VOTES, "20 people", "eight groups"), "loyal voters"),
        planted={f"{s:.0%} less": {"self_serving": 0.5, "shunned": s} for s in (0.1, 0.2, 0.4)},
        truth=_nothing,
    ),
    "outside support, two groups": Detector(
        ask=by_group(ideas.self_serving),
        part="outside support",
        base=_WRITTEN | {"need": 0.3, "groups": {"north": 0.6, "south": 0.4}},
        nulls=(
            "nothing",
            "popularity and activity follow the group",
            "shared tastes",
            "loyal voters",
        ),
        planted={f"{s:.0%} less": {"self_serving": 0.5, "shunned": s} for s in (0.1, 0.2, 0.4)},
        truth=_nothing,
    ),
    "own ideas": Detector(
        ask=ideas.own_ideas,
        base=_RATED,
        nulls=(
            "nothing",
            "shared tastes",
            "active and loud authors with pet causes",
            "unseen ideas",
            "300 people",
        ),
        planted={f"{s:.0%} of the scale": {"own_ideas": s} for s in _SIZES},
        truth=_own_ideas,
    ),
    "rivals": Detector(
        ask=ideas.rivals,
        base=_RATED,
        nulls=(
            "nothing",
            "need and specialisation",
            "shared tastes",
            "active and loud authors with pet causes",
            "300 people",
        ),
        planted={f"{s:.0%} of the scale": {"rivals": s} for s in _SIZES},
        truth=lambda truth: -100 * truth["rivals"],
    ),
    "in-group, approvals": Detector(
        ask=by_group(ideas.in_group, pairs=False),
        base=_VOTED,
        nulls=_VOTES,
        planted={f"{s:.0%}": {"in_group": s} for s in _SIZES}
        | {"20%, 300 people": {"in_group": 0.2, "people": 300}},
        truth=_premium,
    ),
    "in-group, by authors": Detector(
        ask=by_group(ideas.in_group, pairs=False, link="author"),
        base=_VOTED | {"own_is": "author", "confounding": 0.7},
        nulls=(
            "nothing",
            "shared tastes",
            "active and loud authors with pet causes",
            "unseen ideas",
        ),
        planted={f"{s:.0%}": {"in_group": s} for s in _SIZES},
        truth=_premium,
    ),
    "in-group, within topics": Detector(
        ask=by_group(ideas.in_group, pairs=False, within="topic"),
        base=_VOTED | {"ideas": 80, "confounding": 0.7},
        nulls=("nothing", "shared tastes", "need and specialisation"),
        # without confounding: where support comes near 0 or 1 the premium differs from pair to pair, and its mean over
        # all pairs is not its mean where being one's own varies within a topic
        planted={f"{s:.0%}": {"in_group": s, "confounding": 0.0} for s in _SIZES},
        truth=_premium,
    ),
    "in-group, choose one": Detector(
        ask=by_group(ideas.in_group, pairs=False),
        base=_VOTED | {"kind": "choose_one"},
        nulls=without(_VOTES, "capped ballots", "active and loud authors with pet causes"),
        planted={f"{s:.0%}": {"in_group": s} for s in _SIZES}
        | {"20%, 300 people": {"in_group": 0.2, "people": 300}},
        truth=_premium,
    ),
    "in-group, scores": Detector(
        ask=by_group(ideas.in_group, pairs=False),
        base=_VOTED | {"kind": "score"},
        nulls=_SCORES,
        planted={f"{s:.0%}": {"in_group": s} for s in _SIZES},
        truth=_premium,
    ),
    "endorsements": Detector(
        ask=by_group(ideas.homophily),
        base={"people": 150, "ideas": 100, "groups": THREE, "seen": 0.3},
        nulls=without(_VOTES, "eight groups"),
        planted={f"{s:.0%}": {"in_group": s, "own_is": "author"} for s in _SIZES},
    ),
    "blocs": Detector(
        ask=by_group(ideas.blocs),
        base={"people": 150, "ideas": 100, "groups": THREE, "kind": "score"},
        nulls=without(_SCORES, "20 people"),
    ),
    "dominance, ideas": Detector(
        ask=by_group(ideas.dominance, currency="ideas"),
        base=_BECAME,
        nulls=without(_AUTHORS, "groups missing, not at random"),
    ),
    "dominance, words": Detector(
        ask=by_group(ideas.dominance, currency="words"),
        base=_BECAME,
        nulls=(
            "nothing",
            "four groups, one of 3%",
            "eight groups",
            "20 people",
            "300 people",
            "2,000 people",
        ),
        planted={f"{t} times as talkative": {"talk": t} for t in (1.5, 2.0, 3.0)},
    ),
    "dominance, votes": Detector(
        ask=by_group(ideas.dominance, currency="votes"),
        base=_BECAME,
        nulls=("nothing", "shared tastes", "unseen ideas", "four groups, one of 3%", "300 people"),
    ),
    "agenda": Detector(
        ask=by_group(ideas.agenda),
        base={"people": 150, "ideas": 200, "groups": THREE},
        nulls=without(_AUTHORS, "need and specialisation"),
        planted={f"{s:.0%} on home topics": {"specialisation": s} for s in (0.2, 0.4, 0.6)},
    ),
    "adoption": Detector(
        ask=by_group(ideas.adoption),
        base=_BECAME,
        nulls=_VOTES,
        draws=1_999,
        planted={f"{s:.0%} less likely": _LARGE | {"adoption": s} for s in (0.1, 0.2, 0.4)},
    ),
    "responses": Detector(
        ask=by_group(ideas.responses),
        base=_BECAME,
        nulls=_AUTHORS,
        planted={f"rate times {r}": _LARGE | {"answers": r} for r in (0.8, 0.6, 0.4)},
    ),
    "outcome": Detector(
        ask=by_group(ideas.outcome, representation=False),
        base=_BECAME,
        nulls=without(_VOTES, "popularity and activity follow the group"),
    ),
    "priorities": Detector(
        ask=by_group(ideas.priorities),
        base=_BECAME,
        nulls=without(_AUTHORS, "2,000 people"),
    ),
    "consensus": Detector(
        ask=by_group(ideas.consensus, bridging=False),
        base=_BECAME,
        nulls=without(_VOTES, "popularity and activity follow the group", "eight groups"),
    ),
    "vocabulary": Detector(
        ask=by_group(ideas.vocabulary),
        base={"people": 150, "ideas": 200, "words": 15, "pet_words": 0.1},
        nulls=(
            "nothing",
            "need and specialisation",
            "active and loud authors with pet causes",
            "four groups, one of 3%",
        ),
        planted={
            f"{s:.0%} own words": {"own_words": s, "people": 300, "ideas": 400}
            for s in (0.02, 0.05)
        },
    ),
}


def once(name: str, strengths: dict[str, Any], seed: tuple[int, int], draws: int) -> dict[str, Any]:
    """One draw of a world, and what the detector says of it."""
    detector = DETECTORS[name]
    process, true = world(rng=list(seed), **strengths)
    found = detector.ask(process, draws=draws, rng=seed[1])
    rows = [row for row in found.rows.records() if detector.part in (None, row.get("part"))]
    question = {"outside support": "outside_support"}.get(detector.part or "")
    findings = [
        f
        for f in found.findings
        if question in (None, f.question) and not f.question.endswith(".voice")
    ]
    if detector.part == "own benefit":
        findings = [f for f in findings if f.question == "self_serving"]
    first = (
        rows[0]
        if rows and rows[0]["group"] is None and len(rows) <= 1 + len(true["groups"])
        else None
    )
    judged = [
        row for row in rows if row["verdict"] != "not_assessable" and np.isfinite(row["p_adjusted"])
    ]
    adjusted = min((row["p_adjusted"] for row in judged if row is not first), default=1.0)
    truth = None if detector.truth is None or first is None else detector.truth(true)
    open_first = first is not None and first["verdict"] != "not_assessable"
    return {
        "assessed": open_first if first is not None else bool(judged),
        "alarm": bool(first["p_value"] <= 0.05)
        if open_first
        else first is None and adjusted <= 0.05,
        "group_alarm": adjusted <= 0.05 if first is not None and len(rows) > 1 else None,
        "pattern": any(f.verdict == "pattern" for f in findings),
        "covered": bool(first["low"] <= truth <= first["high"])
        if open_first and truth is not None
        else None,
        "effect": float(first["effect"]) if open_first else None,
        "truth": truth,
    }


def cell(
    name: str,
    world_name: str,
    strengths: dict[str, Any],
    worlds: int,
    *,
    draws: int,
    planted: bool,
    pool: ProcessPoolExecutor | None = None,
    first: int = 0,
) -> dict[str, Any]:
    """Rates over many draws of one world."""
    begun = time.perf_counter()
    seeds = [(20_260, first + w) for w in range(worlds)]
    look = partial(once, name, DETECTORS[name].base | strengths, draws=draws)
    got = list(pool.map(look, seeds, chunksize=25)) if pool else [look(seed) for seed in seeds]
    alarms = sum(g["alarm"] for g in got)
    patterns = sum(g["pattern"] for g in got)
    return {
        "detector": name,
        "world": world_name,
        "planted": planted,
        "worlds": worlds,
        "assessed": sum(g["assessed"] for g in got),
        "alarm": alarms / worlds,
        "alarm_lower": _lower(alarms, worlds),
        "group_alarm": _mean(got, "group_alarm"),
        "pattern": patterns / worlds,
        "pattern_lower": _lower(patterns, worlds),
        "covered": _mean(got, "covered")
        if not planted or DETECTORS[name].truth is not _nothing
        else None,
        "effect": _mean(got, "effect"),
        "truth": _mean(got, "truth"),
        "seconds": round(time.perf_counter() - begun, 1),
    }


def _lower(hits: int, worlds: int) -> float:
    """The 99.9% lower Clopper-Pearson limit."""
    return float(proportion_interval(hits, worlds, confidence=0.998)[0]) if worlds else 0.0


def _mean(got: list[dict[str, Any]], name: str) -> float | None:
    values = [g[name] for g in got if g[name] is not None]
    return float(np.mean(values)) if values else None


def cells(only: tuple[str, ...] = ()) -> Iterator[tuple[str, str, dict[str, Any], bool]]:
    """Detector, world, its strengths and whether something is planted."""
    for name, detector in DETECTORS.items():
        if not only or any(part in name for part in only):
            for null in detector.nulls:
                yield name, null, NULLS[null], False
            for planted, strengths in detector.planted.items():
                yield name, planted, strengths, True


def missed(row: dict[str, Any]) -> list[str]:
    """Which targets a cell without bias misses."""
    if row["planted"]:
        return []
    told = []
    if row["alarm_lower"] > 0.06:
        told.append(f"alarms in {row['alarm']:.1%}")
    if row["pattern_lower"] > 0.01:
        told.append(f"patterns in {row['pattern']:.1%}")
    if (
        row["covered"] is not None
        and 1 - _lower(round((1 - row["covered"]) * row["assessed"]), row["assessed"]) < 0.93
    ):
        told.append(f"coverage {row['covered']:.1%}")
    return told


def main() -> None:
    """Run the cells and keep each as soon as it is there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", type=int, default=1_000)
    parser.add_argument("--draws", type=int, help="by default what each detector says")
    parser.add_argument(
        "--only", nargs="*", default=(), help="detectors whose names contain one of these"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument(
        "--resume", action="store_true", help="keep the cells that --out already holds"
    )
    given = parser.parse_args()
    held = json.loads(given.out.read_text()) if given.resume and given.out.exists() else []
    rows = {(row["detector"], row["world"]): row for row in held}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(given.workers) as pool:
        for name, world_name, strengths, planted in cells(tuple(given.only)):
            if (name, world_name) in rows:
                continue
            draws = given.draws or DETECTORS[name].draws
            row = cell(
                name, world_name, strengths, given.worlds, draws=draws, planted=planted, pool=pool
            )
            rows[name, world_name] = row
            print(_line(row), flush=True)
            given.out.write_text(json.dumps(list(rows.values()), indent=1) + "\n")
    if not given.only:
        other_worlds.study(given.worlds, 1_999, (), given.workers, other_worlds.RESULTS)


def _line(row: dict[str, Any]) -> str:
    shown = {
        k: row[k]
        for k in ("alarm", "group_alarm", "pattern", "covered", "effect", "truth")
        if row[k] is not None
    }
    numbers = "  ".join(f"{k} {v:.3f}" for k, v in shown.items())
    told = "; ".join(missed(row))
    return f"{row['detector']:28}{row['world']:42}{numbers}  {row['seconds']} s{'  MISSED: ' + told if told else ''}"


if __name__ == "__main__":
    sys.exit(main())
