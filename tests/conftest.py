"""Shared by all tests: engines, reference cases, hypothesis profiles."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def _no_figure_stays_open() -> Iterator[None]:
    """Figures that a test drew are closed after it, so that they do not add up over hundreds."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


def _engines() -> dict[str, Callable[[Any], Any]]:
    import dask.dataframe as dd
    import duckdb
    import polars as pl
    import pyarrow as pa

    def relation(frame: Any) -> Any:
        return duckdb.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))

    def categorical(frame: Any) -> Any:
        text = [
            c for c in frame.columns if frame[c].dtype == object or str(frame[c].dtype) == "str"
        ]
        return frame.astype(dict.fromkeys(text, "category"))

    def nullable(frame: Any, **options: Any) -> Any:
        with np.errstate(invalid="ignore"):  # pandas 2 tries whether infinity is a whole number
            return frame.convert_dtypes(**options)

    return {
        "pandas": lambda f: f,
        "pandas-categorical": categorical,
        "pandas-arrow": lambda f: nullable(f, dtype_backend="pyarrow"),
        "pandas-nullable": nullable,
        "polars": pl.from_pandas,
        "polars-lazy": lambda f: pl.from_pandas(f).lazy(),
        "pyarrow": lambda f: pa.Table.from_pandas(f, preserve_index=False),
        "duckdb": relation,
        "dask": lambda f: dd.from_pandas(f, npartitions=3),
    }


@pytest.fixture(
    params=[
        "pandas",
        "pandas-categorical",
        "pandas-arrow",
        "pandas-nullable",
        "polars",
        "polars-lazy",
        "pyarrow",
        "duckdb",
        "dask",
        pytest.param("spark", marks=pytest.mark.spark),
    ]
)
def engine(request: pytest.FixtureRequest) -> Iterator[Callable[[Any], Any]]:
    """A function that puts a pandas frame on one engine."""
    if request.param != "spark":
        yield _engines()[request.param]
        return
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    )

    def to_spark(frame: Any) -> Any:
        plain = frame.astype(object).where(frame.notna(), None)
        if plain.empty:
            return session.createDataFrame(
                [], ", ".join(f"`{name}` string" for name in plain.columns)
            )
        return session.createDataFrame(plain)

    yield to_spark
    session.stop()


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of real data that cannot be shipped; tests that need it are skipped where it is not there."""
    folder = os.environ.get("COPREP_REFERENCE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("COPREP_REFERENCE_DATA does not name a folder of reference data")
    return Path(folder)
