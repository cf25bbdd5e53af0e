"""How long fairness metrics take, and how much memory, held against the least that has to be done.

Run ``python benchmarks/fairness.py``. Ratios are formed within one run, so that they hold on any machine:

- ``codes_over_bincount``: table and six metrics, over one bare ``numpy.bincount`` of the group codes, already wide;
- ``bootstrap_over_floor``: the same with six bootstrap intervals, over that one bincount plus one bare multinomial
  draw of all replicates of the same cells. Every call has a new seed, so that no replicates are reused between calls;
- ``text_over_factorise``: table and six metrics from text, over pandas' factorise of that text.

Times are processor time of all threads, and what a ratio compares is timed in turns, so that others at work on the
machine do not count against the longer call. Where fairlearn is installed its times are measured too, at 100,000
rows and with few replicates, and scaled.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
import tracemalloc

import numpy as np
import pandas as pd

from coprep.fairness import GroupTable

SIX = (
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equal_opportunity_difference",
    "false_positive_rate_difference",
    "equalized_odds_difference",
    "accuracy_difference",
)
N, REPEATS, RESAMPLES = 1_000_000, 15, 1_000


def seconds(call, repeats=REPEATS):
    return in_turns({"call": call}, repeats)["call"]


def in_turns(calls, repeats=REPEATS):
    """The shortest processor time of each call, all of them taken once a round."""
    times = {name: [] for name in calls}
    for _ in range(1 + repeats):
        for name, call in calls.items():
            start = time.process_time()
            call()
            times[name].append(time.process_time() - start)
    return {name: min(taken[1:]) for name, taken in times.items()}


def rows(n, k, seed=0):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, k, n).astype(np.int8)
    y_true, y_pred = rng.integers(0, 2, (2, n)).astype(np.int8)
    labels = [f"group {i}" for i in range(k)]
    return (
        y_true,
        y_pred,
        pd.Categorical.from_codes(group, labels),
        pd.Series(labels).iloc[group].reset_index(drop=True),
    )


def points(y_true, y_pred, group):
    table = GroupTable.from_arrays(y_true, y_pred, sensitive_features=group)
    return [float(table.metric(name)) for name in SIX]


def intervals(y_true, y_pred, group, seed):
    table = GroupTable.from_arrays(y_true, y_pred, sensitive_features=group)
    return [table.metric(name).interval(method="bootstrap", resamples=RESAMPLES, rng=seed) for name in SIX]


def draws(table, seed):
    """The resampling alone, as numpy does it."""
    cells = table.rows.ravel()
    return np.random.default_rng(seed).multinomial(cells.sum(), cells / cells.sum(), size=RESAMPLES)


def one(k):
    y_true, y_pred, codes, text = rows(N, k)
    table = GroupTable.from_arrays(y_true, y_pred, sensitive_features=codes)
    seeds = iter(range(10_000))
    wide = codes.codes.astype(np.intp)
    calls = {
        "bincount": lambda: np.bincount(wide, minlength=k),
        "factorise": lambda: pd.factorize(text),
        "resampling": lambda: draws(table, next(seeds)),
        "codes": lambda: points(y_true, y_pred, codes),
        "codes_with_bootstrap": lambda: intervals(y_true, y_pred, codes, next(seeds)),
        "text": lambda: points(y_true, y_pred, text),
    }
    found = {"groups": k, **in_turns(calls), "memory_mb": memory(calls["codes"])}
    found["codes_over_bincount"] = found["codes"] / found["bincount"]
    found["bootstrap_over_floor"] = found["codes_with_bootstrap"] / (found["bincount"] + found["resampling"])
    found["text_over_factorise"] = found["text"] / found["factorise"]
    return found


def memory(call):
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def small():
    y_true, y_pred, codes, _ = rows(10_000, 5)
    return {"rows": 10_000, "end_to_end": seconds(lambda: points(y_true, y_pred, codes)[0], 50)}


def against_fairlearn(n=100_000, replicates=2):
    """The same six metrics, and one bootstrap, by fairlearn; its replicates are scaled up to ours."""
    import fairlearn.metrics as fl

    y_true, y_pred, codes, text = rows(n, 2)
    plain = np.asarray(text.astype(object))

    def theirs():
        return [
            fl.demographic_parity_difference(y_true, y_pred, sensitive_features=plain),
            fl.demographic_parity_ratio(y_true, y_pred, sensitive_features=plain),
            fl.equal_opportunity_difference(y_true, y_pred, sensitive_features=plain),
            fl.false_positive_rate_difference(y_true, y_pred, sensitive_features=plain),
            fl.equalized_odds_difference(y_true, y_pred, sensitive_features=plain),
            fl.accuracy_score_difference(y_true, y_pred, sensitive_features=plain),
        ]

    metrics = {"selection": fl.selection_rate, "tpr": fl.true_positive_rate, "fpr": fl.false_positive_rate}

    def their_bootstrap():
        frame = fl.MetricFrame(
            metrics=metrics,
            y_true=y_true,
            y_pred=y_pred,
            sensitive_features=plain,
            n_boot=replicates,
            ci_quantiles=[0.025, 0.975],
            random_state=0,
        )
        return frame.difference_ci()

    assert np.allclose(theirs(), points(y_true, y_pred, codes), atol=1e-12)
    seeds = iter(range(10_000))
    times = {
        "rows": n,
        "theirs": seconds(theirs, 3),
        "ours_codes": seconds(lambda: points(y_true, y_pred, codes)),
        "ours_text": seconds(lambda: points(y_true, y_pred, text)),
        "their_bootstrap": seconds(their_bootstrap, 1) * RESAMPLES / replicates,
        "our_bootstrap": seconds(lambda: intervals(y_true, y_pred, codes, next(seeds))),
    }
    times["times_faster_codes"] = times["theirs"] / times["ours_codes"]
    times["times_faster_bootstrap"] = times["their_bootstrap"] / times["our_bootstrap"]
    return times


if __name__ == "__main__":
    results = [one(2), one(50), small()]
    if importlib.util.find_spec("fairlearn"):
        results.append(against_fairlearn())
    json.dump(results, sys.stdout, indent=1)
    print()
