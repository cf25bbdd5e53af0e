"""Two thousand seeded inputs, odd in every place: an answer that holds together, or an error of coprep.

Any other exception is a fault, and so is a warning that is not coprep's own.
"""

import math
import random
import warnings
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import coprep
from coprep import Baseline, Process, fairness
from coprep.representation import assess

ODD = (
    *(None, math.nan, math.inf, -math.inf, -1, 0, 10**16, 10**400, 1e-320, 1e308, -0.0, 0.5, 99.9),
    *(True, "", "5%", "1,000", "nan", "\u0663", b"x", (), [], {}, Decimal("NaN"), np.int8(3), 1j),
    *(pd.NA, pd.NaT, date(2020, 1, 1), object(), "unknown"),
)
LABELS = (
    *("A", "a ", "16-24", "65+", "under 16", "", "unknown", "None", None, 1, 1.0, True, "Total"),
    *("e\u0301", "\x00", "\u202e", "<b>", "=1+1", "x" * 300, math.nan, ("a", "b"), "\ud800", "😀"),
)
GROUPS = "ABCDE"


def odd_or(r, plain, often=0.03):
    """Mostly what is plain, now and then something odd."""
    return r.choice(ODD) if r.random() < often else plain


def named(r, often=0.04):
    """Mostly a group, now and then an odd label."""
    return r.choice(LABELS) if r.random() < often else r.choice(GROUPS)


def options(r, choices, often=0.12):
    """Some keywords, each with one of its values."""
    return {name: r.choice(values) for name, values in choices.items() if r.random() < often}


def shares(r):
    """Shares of some groups: fractions or percentages, exact or rounded."""
    groups = [named(r) for _ in range(r.choice((2, 2, 3, 4)))]
    weights = [r.choice((0, 1, 1, 5, 20)) for _ in groups]
    whole = sum(weights) or 1
    unit = r.choice((1, 100, 100.0))
    digits = r.choice((1, 2, 9))
    return {
        group: odd_or(r, round(unit * weight / whole, digits), 0.01)
        for group, weight in zip(groups, weights, strict=True)
        if group.__hash__ is not None
    }


def community(r):
    """A baseline made in one of four ways."""
    way = r.choice(("shares", "counts", "frame", "microdata"))
    more = {"rounding": (0, 0.005, None, "x"), "size": (1_000, 0, -1, "x", 1e300)}
    if way == "shares":
        return Baseline.from_shares({"e": shares(r)}, **options(r, more))
    if way == "counts":
        return Baseline.from_counts({"e": {named(r): odd_or(r, r.randint(0, 900)) for _ in "xyz"}})
    rows = r.randint(0, 7)
    cells = {"e": [named(r) for _ in range(rows)]}
    if way == "microdata":
        return Baseline.from_microdata(cells, attributes=["e"])
    cells = {"attribute": ["e"] * rows, "group": cells["e"]}
    return Baseline.from_frame(
        cells | {"count": [odd_or(r, r.randint(0, 90)) for _ in range(rows)]}
    )


ASSESS = {
    "confidence": (0.9, 0.5, 1, "x"),
    "band": ((0.5, 2), (1, 1), None, (math.nan, 2)),
    "interval": ("wilson", "jeffreys", "mid-p", "x"),
    "adjust": ("hommel", "bh", "by", "none", ""),
    "family": ("all", None),
    "population": (100, 10, 10**6, -1, True, 10**20),
    "unmatched": ("row", None),
    "overlapping": (("e",), "e", ("q",)),
    "total": (100, {"e": 50}, -1, "x"),
    "recode": ({}, {"e": {"A": "B"}}, {"e": 5}, 5),
    "unknown": ((), ("A",), 5),
    "outside": (("B",), {"e": ["C"]}, 5),
    "rng": (None, -1, "x", 2**70),
}


def compared(r):
    """Participants against a baseline; the answer must hold together."""
    lives = Baseline.from_shares({"e": shares(r)})
    came = {group: odd_or(r, r.randint(0, 60), 0.02) for group in lives.groups("e")}
    if r.random() < 0.2:
        came[named(r, 0.5)] = r.randint(0, 9)
    result = assess({"e": came}, lives, **options(r, ASSESS, 0.05))
    for row in result.rows.records():
        holds_together(row, result.settings["band"])
    return result


def holds_together(row, band):
    """Numbers of one row that must agree with one another and with its verdict."""
    ratio = row["ratio"]
    if math.isfinite(ratio):
        assert ratio == pytest.approx(row["share"] / row["baseline"])
        if math.isfinite(row["ratio_low"]):
            assert row["ratio_low"] - 1e-9 <= ratio <= row["ratio_high"] + 1e-9
    for name in ("p_value", "p_adjusted"):
        assert math.isnan(row[name]) or -1e-12 <= row[name] <= 1 + 1e-12
    if row["verdict"] == "under":
        assert ratio < 1
        assert row["differs"]
    if row["verdict"] == "over":
        assert ratio > 1
        assert row["differs"]
    if row["verdict"] == "in_line":
        assert band[0] - 1e-9 <= ratio <= band[1] + 1e-9


def process(r):
    """Tables of a process with faults in all of them."""
    ids = [odd_or(r, f"p{i}", 0.02) for i in range(r.randint(0, 8))]
    ideas = [f"i{i}" for i in range(r.randint(1, 5))]
    rows = r.randint(0, 12)
    person = [r.choice(ids) if ids else None for _ in range(rows)]
    tables = {
        "participants": {"participant_id": ids, "e": [named(r) for _ in ids]},
        "ideas": {"idea_id": ideas, "author_id": [r.choice([*ids, None]) for _ in ideas]},
        "ratings": {
            "participant_id": person,
            "idea_id": [r.choice(ideas) for _ in range(rows)],
            "value": [odd_or(r, r.choice((0, 1))) for _ in range(rows)],
        },
        "turns": {
            "turn_id": list(range(rows)),
            "session_id": [r.choice("st") for _ in range(rows)],
            "participant_id": person,
            "n_words": [odd_or(r, r.randint(0, 90)) for _ in range(rows)],
        },
    }
    if r.random() < 0.2:
        tables["participants"]["weight"] = [odd_or(r, 1.5) for _ in ids]
    kept = {name: table for name, table in tables.items() if r.random() < 0.7}
    settings = {
        "title": (None, 5),
        "budget": (1, -1, "x", 10**400),
        "scale": ((1, 5), (5, 1), "x"),
        "stages": ({}, {"x": {"selection": "open"}}, 5, {"x": 5}),
        "reading": (
            {"weight": "weight"},
            {"recode": {"A": "B"}},
            {"columns": {"e": "f"}},
            {"x": 1},
        ),
        "population": (100, 0, "x", 10**400),
    }
    found = Process(**kept, **options(r, settings))
    found.counts()
    return found


def audited(r):
    """A process against a baseline, with whatever is said of its labels."""
    labels = [named(r, 0.06) for _ in range(r.randint(1, 40))]
    table = {"participant_id": list(range(len(labels))), "e": labels}
    lives = Baseline.from_shares({"e": shares(r)})
    reading = {"unknown": ("A",), "outside": ("B",), "recode": ({"A": "C"},)}
    found = Process(table, baseline=lives, reading=options(r, reading))
    result = coprep.audit(found)
    return result.protect() if r.random() < 0.3 else result


@pytest.mark.parametrize("odd", [[], [1, 2], 10**400, object()])
def test_a_cell_that_is_no_number_is_refused_wherever_one_is_asked_for(odd):
    groups = list("AB") * 10
    with pytest.raises(coprep.CoprepError):
        fairness.ranking([1, 0] * 9 + [odd, 1], sensitive_features=groups)
    with pytest.raises(coprep.CoprepError):
        fairness.metric(
            "mean_squared_error", [1, 0] * 9 + [odd, 1], [1] * 20, sensitive_features=groups
        )


def test_a_share_next_to_nothing_overflows_quietly():
    lives = Baseline.from_shares({"e": {"A": 1e-320, "B": 1.0}})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assess({"e": {"A": 3, "B": 9}}, lives)


RATES = ("selection_rate", "accuracy", "true_positive_rate", "mean_prediction", "no_such_rate")


def fair(r):
    """A rate by group."""
    n = r.choice((0, 1, 5, 20))
    truth = [odd_or(r, r.choice((0, 1)), 0.01) for _ in range(n)]
    guess = [odd_or(r, r.choice((0, 1)), 0.01) for _ in range(n)]
    more = {
        "sample_weight": ([1] * n, [0] * n, [-1] * n),
        "confidence": (0.9, 0, 2),
        "min_group_size": (5, -1),
    }
    groups = [named(r, 0.01) for _ in range(n)]
    result = fairness.metric(
        r.choice(RATES), truth, guess, sensitive_features=groups, resamples=50, **options(r, more)
    )
    low, high = result.low, result.high
    if all(map(math.isfinite, (low, float(result), high))):
        assert low - 1e-9 <= float(result) <= high + 1e-9
    return result


WAYS = (community, compared, process, audited, fair)


@pytest.mark.parametrize("seed", range(20))
def test_a_hundred_inputs_raise_nothing_foreign(seed):
    r = random.Random(20261201 + seed)
    taken = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", coprep.CoprepWarning)
        for _ in range(100):
            try:
                r.choice(WAYS)(r)
            except coprep.CoprepError:
                continue
            taken += 1
    assert taken >= 10
