"""A Spark cluster of two workers gives what one machine gives; `pytest -m spark` where Java is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from coprep import Baseline
from coprep.fairness import GroupTable, metric
from coprep.representation import assess

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
]

ROWS = 300_000


@pytest.fixture(scope="module")
def people() -> Iterator[Any]:
    """People in a table that lies on two workers."""
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )
    made = session.range(ROWS).selectExpr(
        "element_at(array('Female', 'Male'), int(id % 2) + 1) as sex",
        "element_at(array('16-34', '35-64', '65+'), int(id % 3) + 1) as age",
        "int(id % 7 < 3) as hired",
        "int(id % 5 = 0) as qualified",
    )
    workers = session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
    assert workers == 2
    yield made
    session.stop()


def test_two_workers_count_what_one_machine_counts(people: Any) -> None:
    here = people.toPandas()
    options = {"sensitive_features": ["sex", "age"], "y_true": "qualified", "y_pred": "hired"}
    apart = GroupTable.from_frame(people, **options)
    together = GroupTable.from_frame(here, **options)
    for name in ("selection_rate", "true_positive_rate"):
        assert metric(name, apart).by_group == metric(name, together).by_group
    lives_there = Baseline.from_shares(
        {"sex": {"Female": 0.51, "Male": 0.49}, "age": {"16-34": 0.3, "35-64": 0.4, "65+": 0.3}}
    )
    found = assess(people, lives_there)
    assert found == assess(here, lives_there)
    assert found.rows["total"][0] == ROWS
