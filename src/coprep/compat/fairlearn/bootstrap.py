"""Quantiles of metrics over rows drawn with replacement, from fairlearn's own random streams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprep.compat.fairlearn.disaggregated import Data, Disaggregated, disaggregate
from coprep.host import quiet


def check(n_boot: Any, ci_quantiles: Any) -> bool:
    """Whether a bootstrap was asked for; half a request is refused."""
    at = []
    if ci_quantiles is not None:
        at = list(ci_quantiles)
    if n_boot is None and not at:
        return False
    if n_boot is None or not at:
        raise ValueError("Must specify both n_boot and ci_quantiles")
    if not isinstance(n_boot, Integral) or int(n_boot) < 1:
        raise ValueError("Must have n_boot be a positive integer")
    for quantile in at:
        if not isinstance(quantile, float) or not 0 < quantile < 1:
            raise ValueError("Must have all ci_quantiles be floats in (0, 1)")
    return True


def bootstrap(data: Data, n_boot: int, random_state: Any) -> list[Disaggregated]:
    """Work the metrics out again for draws of all rows."""
    rows = len(data.features)
    draws = []
    for seed in _seeds(n_boot, random_state):
        # The stream that pandas samples rows with, so that draws are the same as there.
        stream = np.random.RandomState(seed)
        draws.append(disaggregate(data, stream.choice(rows, size=rows, replace=True)))
    return draws


def _seeds(n_boot: int, random_state: Any) -> NDArray[np.uint32]:
    """Give a seed for every draw."""
    most = np.iinfo(np.uint32).max
    if isinstance(random_state, np.random.RandomState):
        return random_state.randint(low=0, high=most, size=n_boot, dtype=np.uint32)
    if random_state is not None and not isinstance(random_state, Integral):
        raise ValueError(f"Unsupported random_state: {random_state}")
    seed = None
    if random_state is not None:
        seed = int(random_state)
    stream = np.random.default_rng(seed)
    return stream.integers(low=0, high=most, size=n_boot, dtype=np.uint32)


def quantiles(
    samples: Sequence[pd.DataFrame],
    at: Sequence[float],
    *,
    like: pd.Index[Any],
    skip_missing: bool,
) -> list[pd.DataFrame]:
    """Give one table for each quantile; groups that a draw has no rows of are passed over."""
    quantile: Callable[..., Any] = np.quantile
    if skip_missing:
        quantile = np.nanquantile
    # A group that no draw has rows of has no row.
    drawn = np.any([like.isin(sample.index) for sample in samples], axis=0)
    index = like[drawn]
    tables = [sample.reindex(index) for sample in samples]
    try:
        with quiet("All-NaN slice", RuntimeWarning):
            cells = quantile(np.stack([table.to_numpy() for table in tables]), q=at, axis=0)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "Error calling numpy.quantiles. "
            "Most likely due to a metric returning a non-scalar result"
        ) from error
    return [pd.DataFrame(part, index=index, columns=tables[0].columns) for part in cells]
