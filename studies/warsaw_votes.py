"""Weigh six Warsaw district votes to their districts: what another mix of voters would have changed.

``python studies/warsaw_votes.py FOLDER`` reads the six .pb files of Pabulib in FOLDER (they are not kept here: the
library asks to be cited and states no licence) and writes each answer to studies/results/warsaw_votes.json, for the
guide and the notebook: supports by project, as the city publishes them, and no ballot of anybody.

The shares of the district by age and sex are **assumed**: round figures near those of the city, and not a census table
of any district.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from coprep import Baseline, ideas, read_pabulib

RESULTS = Path(__file__).parent / "results" / "warsaw_votes.json"
VOTES = (
    "2018_Rembertow",
    "2020_Ursynow",
    "2022_Srodmiescie",
    "2023_Praga-Polnoc",
    "2023_Rembertow",
    "2023_Wesola",
)
ASSUMED = {
    "age_group": {"children": 0.15, "youth": 0.09, "adults": 0.56, "seniors": 0.20},
    "sex": {"F": 0.54, "M": 0.46},
}


def district() -> Baseline:
    """The district as it is assumed to be."""
    return Baseline.from_shares(ASSUMED, source="assumed: round figures near those of the city")


def main(folder: Path) -> None:
    """Weigh every vote, and keep the answers."""
    found = {}
    for vote in VOTES:
        process = read_pabulib(folder / f"Poland_Warszawa_{vote}.pb")
        answer = ideas.reweighted_outcome(
            process, district(), attributes=["age_group", "sex"], rng=1
        )
        found[vote.replace("_", " ")] = answer.to_dict()
        print(vote, answer.findings[0].verdict, answer.headline)
    text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    RESULTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
