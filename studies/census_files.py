"""Damages a hundred thousand census files and counts what reading them gives: an error, a note, the same figures, or a wrong one.

    python studies/census_files.py [NUMBER]

Prints a line for each kind of damage. Anything in the last two columns is a fault.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from data.census_mutations import KINDS, mutated, outcome
from data.census_writers import WRITERS

COLUMNS = ("error", "noted", "same", "wrong", "foreign exception")


def main(number: int) -> int:
    """Damage this many files; returns how many gave a wrong number or a foreign exception."""
    faults = 0
    print(f"{'damage':16}" + "".join(f"{name:>20}" for name in COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.dat"
        for kind in KINDS:
            rng = random.Random(f"study {kind}")
            seen: Counter[str] = Counter()
            for _ in range(number // len(KINDS)):
                damaged = mutated(rng.choice(list(WRITERS)), kind, rng)
                try:
                    seen[outcome(path, damaged)] += 1
                except Exception as error:  # noqa: BLE001  (this is what is counted)
                    seen["foreign exception"] += 1
                    print(f"{damaged.layout}: {type(error).__name__}: {error}", file=sys.stderr)
            faults += seen["wrong"] + seen["foreign exception"]
            print(f"{kind:16}" + "".join(f"{seen[name]:>20,}" for name in COLUMNS), flush=True)
    return faults


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000) > 0)
