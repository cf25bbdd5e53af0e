"""Rows of people as a data frame: text cell by cell as written, Parquet lazily."""

from __future__ import annotations

from typing import Any

from coprep.data.baseline.census.look import Look
from coprep.errors import InputError, MissingExtraError
from coprep.wording.labels import show


def people_frame(look: Look) -> Any:
    """A file with a row a person; column names in capitals, codes as text, so that leading zeros
    stay.
    """
    if look.kind == "parquet":
        return lazy_parquet(look)
    import pandas as pd

    if look.kind == "workbook":
        head, *rows = look.rows()
        return pd.DataFrame(rows, columns=[name.strip().upper() for name in head])
    try:
        frame = pd.read_csv(
            look.path,
            sep=look.separator,
            encoding=look.encoding,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            compression="infer",
            engine="c",
        )
    except (ValueError, OSError, EOFError) as error:
        raise InputError.of(
            f"{look.name} cannot be read: {show(str(error))}.",
            code="unreadable_file",
            param="path",
            hint="the file may have been cut off: download it again.",
        ) from None
    return frame.rename(columns=lambda name: str(name).strip().upper())


def lazy_parquet(look: Look) -> Any:
    """A Parquet file on a lazy engine: Polars or DuckDB where one is installed, else all of it in
    memory.
    """
    import narwhals.stable.v2 as nw

    for backend in ("polars", "duckdb", "pyarrow"):
        try:
            frame = nw.scan_parquet(str(look.path), backend=backend)
        except ImportError:
            continue
        names = {name: name.strip().upper() for name in look.header}
        return (
            frame.rename(names).to_native()
            if any(a != b for a, b in names.items())
            else frame.to_native()
        )
    raise MissingExtraError("pyarrow", "parquet", f"Reading {look.name}")
