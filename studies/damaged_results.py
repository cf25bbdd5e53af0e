"""Read 100,000 damaged results: none may raise anything but an error of coprep.

    python studies/damaged_results.py            # goes on where it stopped; ten minutes
    python studies/damaged_results.py 5000       # at most so many more

Results of every question are written as JSON and damaged: values replaced by odd ones, keys lost,
renamed or swapped, text cut and overwritten. Whatever `coprep.from_json` takes must then say its
summary, be written again and, now and then, become a page and a protected copy.
"""

from __future__ import annotations

import copy
import json
import random
import sys
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import coprep
from coprep import Baseline, fairness, ideas, representation, simulate
from coprep.results import Result

KEPT = Path(__file__).parent / "results" / "damaged_results.json"
SEED = 20261201
WORLDS = 100_000
BLOCK = 5_000
# One accepted result in so many becomes a page and a protected copy, which take a while.
_PAGES = 100
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 5, 10**18, 10**400, -(10**400), 1e308, -1e308, 1e-320, 0.5),
    *(
        "",
        "inf",
        "nan",
        "under",
        "in_line",
        "forest",
        "text",
        "count",
        "\ud800",
        "\x00",
        "</script>",
    ),
    *([], {}, [[]], [None], {"a": None}, {"min_count": 5}, {"rows_hidden": "x"}, "x" * 5_000),
    *(["a", 1, None], {"kind": "bars"}, [0.8, 1.25], [1, "x"], {"Yes": {"No": 1}}),
)


def originals() -> list[str]:
    """Results of every question, as JSON."""
    lives = Baseline.from_shares(
        {"sex": {"Female": 0.51, "Male": 0.49}, "age": {"16-29": 0.2, "30+": 0.8}}
    )
    counts = {"sex": {"Female": 12, "Male": 30}, "age": {"16-29": 3, "30+": 30, "unknown": 9}}
    came = representation.assess(counts, lives)
    process = coprep.Process.from_counts(
        {"invited": counts, "selected": counts}, lives, title="An assembly"
    )
    world, _ = simulate.world(people=40, ideas=24, rng=1)
    truth = [0, 1] * 30
    guess = [0, 1, 1] * 20
    groups = list("AABBBC") * 10
    found: list[Result] = [
        came,
        came.protect(),
        coprep.audit(process),
        coprep.audit(process).protect(),
    ]
    for name in ("dominance", "in_group", "agenda", "outcome", "blocs", "own_ideas"):
        detector = getattr(ideas, name)
        found.append(detector(world, attribute="group", **_few_draws(detector)))
    found.append(fairness.group_metrics(truth, guess, sensitive_features=groups))
    found.append(fairness.metric("selection_rate", truth, guess, sensitive_features=groups))
    return [result.to_json() for result in found]


def _few_draws(detector: Any) -> dict[str, int]:
    import inspect

    return {"draws": 19} if "draws" in inspect.signature(detector).parameters else {}


def damaged(text: str, r: random.Random) -> str:
    """A result with one to three faults."""
    data = json.loads(text)
    for _ in range(r.choice((1, 1, 2, 3))):
        _damage(data, r)
    text = json.dumps(data)
    if r.random() < 0.1:
        return _overwritten(text, r)
    return text


def _damage(data: Any, r: random.Random) -> None:
    """One fault somewhere in the tree: a value, a key or an order."""
    home = _somewhere(data, r)
    if not home:
        return
    places = list(home) if isinstance(home, dict) else range(len(home))
    place = r.choice(places)
    kind = r.choice(("replace", "replace", "replace", "lose", "rename", "swap", "deepen", "negate"))
    if kind == "lose":
        del home[place]
    elif kind == "rename" and isinstance(home, dict):
        home[r.choice((f"{place}s", "", "kind", place.upper()))] = home.pop(place)
    elif kind == "swap":
        other = r.choice(places)
        home[place], home[other] = home[other], home[place]
    elif kind == "deepen":
        for _ in range(r.choice((1, 3, 60, 300))):
            home[place] = [home[place]] if r.random() < 0.5 else {"a": home[place]}
    elif kind == "negate" and isinstance(home[place], (int, float)):
        home[place] = -home[place]
    else:
        home[place] = copy.deepcopy(r.choice(_ODD))


def _somewhere(data: Any, r: random.Random) -> Any:
    """A list or mapping at some depth."""
    while True:
        inside = data.values() if isinstance(data, dict) else data
        deeper = [v for v in inside if isinstance(v, (dict, list)) and v]
        if not deeper or r.random() < 0.25:
            return data
        data = r.choice(deeper)


def _overwritten(text: str, r: random.Random) -> str:
    """Text that was cut, doubled or written over."""
    at = r.randrange(len(text))
    return r.choice(
        (
            text[:at],
            text[at:],
            text[:at] + r.choice('{}[],:"0-eN\\') + text[at + 1 :],
            text[:at] + "[" * r.choice((10, 2_000, 100_000)) + text[at:],
            text[:at] + "9" * 5_000 + text[at:],
            text + text,
        )
    )


def outcome(text: str, *, page: bool) -> str:
    """What becomes of a damaged result: "refused", "taken", or a foreign exception and its place."""
    try:
        result = coprep.from_json(text)
        told = [result.headline, result.summary(), str(result), repr(result), result.flagged]
        told.append(coprep.from_json(result.to_json()))
        if page:
            told += [result.to_html(), result.protect().to_json()]
    except coprep.CoprepError:
        return "refused"
    except Exception as error:  # noqa: BLE001  (which these are is the question)
        at = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(at.filename).name}:{at.lineno}"
    return "taken"


def block(number: int, size: int, texts: list[str]) -> Counter[str]:
    """The outcomes of one block of damaged results, the same whenever it is run."""
    r = random.Random(SEED + number)
    found: Counter[str] = Counter()
    for i in range(size):
        found[outcome(damaged(r.choice(texts), r), page=i % _PAGES == 0)] += 1
    return found


def main() -> None:
    """Run block by block, and keep the counts after each."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else WORLDS
    kept = {"seed": SEED, "results": 0, "outcomes": {}}
    if KEPT.exists():
        kept = json.loads(KEPT.read_text(encoding="utf-8"))
    texts = originals()
    end = min(WORLDS, kept["results"] + most)
    while kept["results"] < end:
        found = block(kept["results"] // BLOCK, BLOCK, texts)
        kept["outcomes"] = dict(sorted((Counter(kept["outcomes"]) + found).items()))
        kept["results"] += BLOCK
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        print(kept["results"], kept["outcomes"], flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore", coprep.CoprepWarning)
    main()
