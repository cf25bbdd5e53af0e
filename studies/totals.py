"""Ask of 10,000 random tables what Baseline takes for a total: with none in them, and with one put in.

    python studies/totals.py        # half a minute

Tables have two to eight groups, of ten to three million people. A total is put in under a word that
tables use, under a word of no language (which arithmetic alone must find: from three other rows and
1,000 people on), and with every figure rounded to fives on its own, as small areas are published.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np

from coprep import Baseline, InputError

KEPT = Path(__file__).parent / "results" / "totals.json"
SEED = 20261201
TABLES = 10_000
WORDS = ("Total", "Persons", "Insgesamt", "Ensemble", "All usual residents", "Ogółem", "合計")


def groups_of(table: dict[str, int]) -> tuple[str, ...] | None:
    """The groups that a baseline takes from a table; None where it is refused."""
    try:
        return Baseline.from_counts({"attribute": table}).groups("attribute")
    except InputError:
        return None


def rounded(table: dict[str, int], rng: np.random.Generator) -> dict[str, int]:
    """Every figure rounded to a multiple of five, up or down by chance, without bias."""
    return {
        name: 5 * int(value // 5 + (rng.random() < value % 5 / 5)) for name, value in table.items()
    }


def main() -> None:
    """Count what is left out and what is refused, and keep the numbers."""
    rng = np.random.default_rng(SEED)
    found: Counter[str] = Counter()
    for number in range(TABLES):
        people = int(10 ** rng.uniform(1, 6.5))
        counts = rng.multinomial(people, rng.dirichlet(np.ones(rng.integers(2, 9))))
        table = {f"g{i}": int(n) for i, n in enumerate(counts)}
        names = tuple(table)
        without = groups_of(table)
        found["without a total: refused"] += without is None
        found["without a total: a group left out"] += without is not None and without != names
        word = WORDS[number % len(WORDS)]
        found["a total in a known word: found"] += groups_of({word: people, **table}) == names
        if people >= 1000 and len(names) >= 3:
            found["large tables"] += 1
            strange = groups_of({**table, "Xqz": people})
            found["a total in a strange word, large tables: found"] += strange == names
        if people >= 200:
            found["rounded tables"] += 1
            odd = groups_of(rounded({word: people, **table}, rng))
            found["a total in a rounded table: found"] += odd == names
    KEPT.write_text(json.dumps({"tables": TABLES, "seed": SEED, **found}, indent=1) + "\n")
    print(KEPT.read_text())


if __name__ == "__main__":
    main()
