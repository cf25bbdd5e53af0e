"""How long fairness metrics take, and how much memory, held against the least that has to be done and against fairlearn.

``python benchmarks/fairness.py`` prints every target with its result:

- codes: table and six metrics with 1,000 bootstrap replicates each, over one bare ``numpy.bincount`` of the group codes
  (already wide) plus one bare multinomial draw of all replicates of the same cells. Every call has a new seed, so that no
  replicates are reused between calls;
- text: table and six metrics, without replicates, beside the engine's own factorise of that text: pandas (both kinds of
  text), Polars, PyArrow;
- fairlearn: the same six numbers, and the intervals of three of them from few replicates of its own, scaled up. It gets
  its groups as codes or as text, whichever it is quicker with.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
from _measure import Line, children, in_turns, installed, show, traced

from coprep.fairness import GroupTable, metric

SIX = (
    ("demographic_parity", "difference"),
    ("demographic_parity", "ratio"),
    ("equal_opportunity", "difference"),
    ("false_positive_rate", "difference"),
    ("equalized_odds", "difference"),
    ("accuracy", "difference"),
)
N, REPEATS, RESAMPLES = 1_000_000, 15, 1_000


def rows(n: int, k: int, seed: int = 0):
    """Labels, predictions, and groups as codes and as text."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, k, n).astype(np.int8)
    y_true, y_pred = rng.integers(0, 2, (2, n)).astype(np.int8)
    labels = [f"group {i}" for i in range(k)]
    text = np.array(labels, dtype=object)[group]
    return y_true, y_pred, pd.Categorical.from_codes(group, labels), pd.Series(text, dtype=object)


def points(y_true, y_pred, group) -> list[float]:
    table = GroupTable.from_arrays(y_true, y_pred, sensitive_features=group)
    return [float(metric(name, table, between=between)) for name, between in SIX]


def intervals(y_true, y_pred, group, seed):
    table = GroupTable.from_arrays(y_true, y_pred, sensitive_features=group)
    return [
        metric(name, table, between=between).interval(
            method="bootstrap", resamples=RESAMPLES, rng=seed
        )
        for name, between in SIX
    ]


def draws(table, seed):
    """The resampling alone, as numpy does it."""
    cells = table.rows.ravel()
    return np.random.default_rng(seed).multinomial(cells.sum(), cells / cells.sum(), size=RESAMPLES)


def from_codes(k: int) -> list[Line]:
    y_true, y_pred, codes, _ = rows(N, k)
    table = GroupTable.from_arrays(y_true, y_pred, sensitive_features=codes)
    seeds, wide = iter(range(10_000)), codes.codes.astype(np.intp)
    taken = in_turns(
        {
            "bincount": lambda: np.bincount(wide, minlength=k),
            "resampling": lambda: draws(table, next(seeds)),
            "points": lambda: points(y_true, y_pred, codes),
            "intervals": lambda: intervals(y_true, y_pred, codes, next(seeds)),
        },
        REPEATS,
    )
    floor = taken["bincount"] + taken["resampling"]
    return [
        Line("table and six metrics", 1e3 * taken["points"], "ms"),
        Line("the same with 1,000 replicates each", 1e3 * taken["intervals"], "ms"),
        Line(
            "the same / (one bare bincount + the resampling)",
            taken["intervals"] / floor,
            "x",
            most=5,
        ),
        Line(
            "memory beyond the input", traced(lambda: points(y_true, y_pred, codes)), "MB", most=10
        ),
        Line(
            "memory beyond the input, with replicates",
            traced(lambda: intervals(y_true, y_pred, codes, next(seeds))),
            "MB",
        ),
    ]


def engines(text: pd.Series):
    """Each engine's column of text, and its own factorise."""
    yield "pandas object", text, pd.factorize
    plain = text.astype("str")
    kind = getattr(plain.dtype, "storage", "object")
    if kind != "object":
        yield f"pandas str ({kind})", plain, pd.factorize
    if installed("polars"):
        import polars as pl

        yield (
            "polars",
            pl.Series("group", text.to_list()),
            lambda values: values.cast(pl.Categorical),
        )
    if installed("pyarrow"):
        import pyarrow as pa

        yield "pyarrow", pa.array(text.to_list()), lambda values: values.dictionary_encode()


def from_text(k: int) -> list[Line]:
    y_true, y_pred, _, text = rows(N, k)
    return [
        beside_engine(name, column, factorise, y_true, y_pred)
        for name, column, factorise in engines(text)
    ]


def beside_engine(name: str, column, factorise, y_true, y_pred) -> Line:
    taken = in_turns(
        {"engine": lambda: factorise(column), "ours": lambda: points(y_true, y_pred, column)},
        REPEATS,
    )
    apart = taken["ours"] / taken["engine"]
    told = f"{name}, {apart:.2f} times its own factorise"
    return Line(told, 1e3 * taken["ours"], "ms", most=45)


def of_size(n: int, most: float, repeats: int) -> Line:
    y_true, y_pred, codes, _ = rows(n, 5)
    taken = in_turns({"ours": lambda: points(y_true, y_pred, codes)}, repeats)["ours"]
    return Line(f"table and six metrics, {n:,} rows, codes", 1e3 * taken, "ms", most=most)


_LOADED = """
import json, sys
before = set(sys.modules)
import coprep.metrics
coprep.metrics.group_difference([0.6, 0.3])  # names load what they need when they are first used
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps(sorted(new - set(sys.stdlib_module_names))))
"""


def importing(repeats: int = 5) -> list[Line]:
    """A fresh interpreter each: what importing costs beyond starting, and what it loads."""
    starting, loading = [], []
    for _ in range(repeats):
        for code, times in (("pass", starting), (_LOADED, loading)):
            before = children()
            told = subprocess.run(
                [sys.executable, "-c", code], check=True, capture_output=True, text=True
            ).stdout
            times.append(children() - before)
    others = sorted(set(json.loads(told)) - {"coprep"})
    return [
        Line(
            "import coprep.metrics and use it, in a fresh interpreter", min(loading), "s", most=0.25
        ),
        Line("of which starting the interpreter", min(starting), "s"),
        Line(
            f"packages it loads beside the standard library: {', '.join(others)}",
            len(others),
            "",
            most=1,
        ),
    ]


def against_fairlearn(n: int = 100_000, replicates: int = 2) -> list[Line]:
    """The same six metrics, and one bootstrap, by fairlearn; its replicates are scaled up to ours."""
    import fairlearn.metrics as fl

    y_true, y_pred, codes, text = rows(n, 2)

    def theirs(group):
        return [
            fl.demographic_parity_difference(y_true, y_pred, sensitive_features=group),
            fl.demographic_parity_ratio(y_true, y_pred, sensitive_features=group),
            fl.equal_opportunity_difference(y_true, y_pred, sensitive_features=group),
            fl.false_positive_rate_difference(y_true, y_pred, sensitive_features=group),
            fl.equalized_odds_difference(y_true, y_pred, sensitive_features=group),
            fl.accuracy_score_difference(y_true, y_pred, sensitive_features=group),
        ]

    metrics = {
        "selection": fl.selection_rate,
        "tpr": fl.true_positive_rate,
        "fpr": fl.false_positive_rate,
    }

    def their_bootstrap(group):
        frame = fl.MetricFrame(
            metrics=metrics,
            y_true=y_true,
            y_pred=y_pred,
            sensitive_features=group,
            n_boot=replicates,
            ci_quantiles=[0.025, 0.975],
            random_state=0,
        )
        return frame.difference_ci()

    assert np.allclose(theirs(text), points(y_true, y_pred, codes), atol=1e-12)
    seeds, coded = iter(range(10_000)), pd.Series(codes)
    taken = in_turns(
        {
            "their points, text": lambda: theirs(text),
            "their points, codes": lambda: theirs(coded),
            "our points, codes": lambda: points(y_true, y_pred, codes),
            "our points, text": lambda: points(y_true, y_pred, text),
        },
        3,
    )
    point = min(taken["their points, text"], taken["their points, codes"])
    taken |= in_turns(
        {
            "their replicates, text": lambda: their_bootstrap(text),
            "their replicates, codes": lambda: their_bootstrap(coded),
            "our intervals": lambda: intervals(y_true, y_pred, codes, next(seeds)),
        },
        2,
    )
    alone = min(taken["their replicates, text"], taken["their replicates, codes"]) - point / len(
        SIX
    ) * len(metrics)
    whole = alone * RESAMPLES / replicates
    return [
        Line("fairlearn's six metrics", point, "s"),
        Line("fairlearn / ours, from codes", point / taken["our points, codes"], "x", least=500),
        Line("fairlearn / ours, from text", point / taken["our points, text"], "x"),
        Line(
            f"fairlearn's intervals of three metrics, scaled from {replicates} replicates",
            whole,
            "s",
        ),
        Line(
            "fairlearn / ours with six metrics", whole / taken["our intervals"], "x", least=50_000
        ),
    ]


def main() -> None:
    for k in (2, 50):
        show(f"{N:,} rows, {k} groups, from codes", from_codes(k))
    for k in (2, 50):
        show(f"{N:,} rows, {k} groups, from text", from_text(k))
    show("Other sizes", [of_size(10_000, 1.5, 50), of_size(10_000_000, 70, 7)])
    show("Importing", importing())
    if installed("fairlearn"):
        show("Beside fairlearn, 100,000 rows, 2 groups", against_fairlearn())


if __name__ == "__main__":
    main()
