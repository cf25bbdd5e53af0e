"""Households, schools and meetings in a process: people who came together tell less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from coprep import Baseline, Process, audit, read_process
from coprep.cli import main
from coprep.representation import assess

LIVES_HERE = Baseline.from_shares({"tenure": {"rent": 0.35, "own": 0.65}}, area="Town")


def _households(number: int = 40, size: int = 4, seed: int = 1, rent: float = 0.2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    tenure = np.repeat(np.where(rng.random(number) < rent, "rent", "own"), size)
    return pd.DataFrame(
        {
            "participant_id": range(number * size),
            "tenure": tenure,
            "household": np.repeat([f"h{i}" for i in range(number)], size),
        }
    )


def _row(found: Any, group: str) -> dict[str, Any]:
    return next(row for row in found.rows.records() if row["group"] == group)


def test_a_process_counts_households_as_assess_does() -> None:
    people = _households()
    apart = assess(people, LIVES_HERE, attributes=["tenure"], cluster="household")
    process = Process(participants=people, reading={"cluster": "household"})
    assert process.attributes == ("tenure",)
    part = audit(process, LIVES_HERE).parts[0]
    for column in ("count", "p_value", "ratio_low", "ratio_high", "verdict"):
        assert _row(part, "rent")[column] == _row(apart, "rent")[column], column
    one_by_one = assess(people, LIVES_HERE, attributes=["tenure"])
    assert _row(part, "rent")["p_value"] > _row(one_by_one, "rent")["p_value"]
    assert "Clusters: the effective number" in str(part.settings)


def test_whoever_names_nobody_came_alone() -> None:
    people = _households(size=1)
    people["came_with"] = None
    alone = audit(Process(participants=people.drop(columns="household")), LIVES_HERE).parts[0]
    apart = assess(people, LIVES_HERE, attributes=["tenure"], cluster="household")
    assert _row(alone, "rent")["p_value"] == pytest.approx(_row(apart, "rent")["p_value"])


def test_weights_and_some_of_the_people_go_with_households() -> None:
    people = _households()
    people["weight"] = np.where(people.tenure == "rent", 1.3, 0.9)
    staff = people.assign(participant_id=people.participant_id + 1000, role="practitioner")
    both = pd.concat([people.assign(role="public"), staff])
    process = Process(participants=both, reading={"cluster": "household"})
    part = audit(process, LIVES_HERE).parts[-1]
    apart = assess(people, LIVES_HERE, attributes=["tenure"], cluster="household", weight="weight")
    assert _row(part, "rent")["p_value"] == pytest.approx(_row(apart, "rent")["p_value"])


def test_a_folder_says_it_and_the_command_line_uses_it(tmp_path: Path, capsys: Any) -> None:
    _households().to_csv(tmp_path / "participants.csv", index=False)
    rows = [("tenure", "rent", 35), ("tenure", "own", 65)]
    columns = ["attribute", "group", "share"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "baseline.csv", index=False)
    (tmp_path / "process.toml").write_text('cluster = "household"\n', encoding="utf-8")
    process = read_process(tmp_path)
    assert process.has("came_with")
    assert "household" not in process.attributes
    together = audit(process).parts[0]
    (tmp_path / "process.toml").write_text('title = "One by one"\n', encoding="utf-8")
    apart = audit(read_process(tmp_path), attributes=["tenure"]).parts[0]
    assert _row(together, "rent")["p_value"] > _row(apart, "rent")["p_value"]
    (tmp_path / "process.toml").write_text('cluster = "houshold"\n', encoding="utf-8")
    assert main(["audit", str(tmp_path)]) == 2
    assert "household" in capsys.readouterr().err


def test_false_alarms_of_households_keep_to_their_level() -> None:
    alarms = 0
    worlds = 200
    for seed in range(worlds):
        people = _households(number=40, seed=seed, rent=0.35)
        process = Process(participants=people, reading={"cluster": "household"})
        part = audit(process, LIVES_HERE, rng=seed).parts[0]
        alarms += _row(part, "rent")["p_value"] <= 0.05
    assert alarms <= 0.05 * worlds + 1.645 * (0.05 * 0.95 * worlds) ** 0.5


def test_pairs_are_not_asked_of_people_who_came_together() -> None:
    frame = pd.DataFrame(
        [(s, t) for s in ("F", "M") for t in ("rent", "own") for _ in range(50)],
        columns=["sex", "tenure"],
    )
    town = Baseline.from_microdata(frame, attributes=["sex", "tenure"], complete=True)
    people = _households()
    people["sex"] = ["F", "M"] * (len(people) // 2)
    apart = audit(Process(participants=people.drop(columns="household")), town)
    together = audit(Process(participants=people, reading={"cluster": "household"}), town)
    assert "tenure × sex" in list(apart.family["attribute"])
    assert "tenure × sex" not in list(together.family["attribute"])
