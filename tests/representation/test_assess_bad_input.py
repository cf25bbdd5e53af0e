"""Bad input gets one clear error with everything that is wrong, or a defined answer; never another exception."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coprep
from coprep import Baseline, CoprepError, InputError
from coprep.representation import assess

BASE = Baseline.from_shares(
    {"sex": {"Female": 0.51, "Male": 0.49}, "age": {"young": 0.3, "old": 0.7}}
)
GOOD = {"sex": {"Female": 12, "Male": 9}}


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: assess(pd.DataFrame({"sexx": ["Female"], "ag": ["old"]}), BASE),
            ["'sexx': 'sex'", "'ag': 'age'"],
        ),
        (
            lambda: assess(pd.DataFrame({"sex": ["Femle"] * 3}), BASE),
            ["'Femle'", "3 people", "'Femle': 'Female'", "recode"],
        ),
        (
            lambda: assess({"sex": {"Female": -1, "Male": 2.5}}, BASE),
            ["2 problems", "is -1", "is 2.5"],
        ),
        (
            lambda: assess({"sex": {"Female": float("nan"), "Male": math.inf}}, BASE),
            ["2 problems", "nan", "inf"],
        ),
        (
            lambda: Baseline.from_shares({"sex": {"F": 0.5, "M": 0.47}}),
            ["add to 0.97", "expected 1"],
        ),
        (lambda: Baseline.from_shares({"a": {"x": 50, "y": 53}}), ["add to 103", "expected 100"]),
        (lambda: assess(pd.DataFrame({"sex": []}), BASE), ["no rows"]),
        (lambda: assess({}, BASE), ["no attributes"]),
        (lambda: assess({"sex": {}}, BASE), ["counts nobody"]),
        (lambda: Baseline.from_counts({"sex": {"F": 0, "M": 0}}), ["add to 0"]),
        (
            lambda: assess({"sex": {"Female": 30, "Male": 2}}, BASE, total=21),
            ["30, more than the 21"],
        ),
        (
            lambda: assess({"sex": {"Female": 15, "Male": 15}}, BASE, total=21),
            ["add to 30, more than the 21"],
        ),
        (lambda: assess({"faith": {"A": 3}}, BASE), ["no attribute in common", "'faith'", "'sex'"]),
        (lambda: assess(GOOD, {"sex": {"Female": 510}}), ["plain mapping", "from_counts"]),
        (lambda: assess(GOOD, None), ["must be a Baseline"]),
        (lambda: assess(None, BASE), ["must be a data frame"]),
        (lambda: assess(GOOD, BASE, confidence=95), ["confidence is 95"]),
        (lambda: assess(GOOD, BASE, band=(1.25, 0.8)), ["two ratios around 1"]),
        (lambda: assess(GOOD, BASE, band=0.8), ["two ratios around 1"]),
        (lambda: assess(GOOD, BASE, interval="wilsn"), ["did you mean 'wilson'"]),
        (
            lambda: assess(GOOD, BASE, adjust="holmes", selection="lottery"),
            ["2 problems", "'holm'", "selection"],
        ),
        (lambda: assess(GOOD, BASE, selection="quota"), ["quotas names no attribute"]),
        (lambda: assess(GOOD, BASE, selection="quota", quotas=["sexes"]), ["did you mean 'sex'"]),
        (lambda: assess(GOOD, BASE, quotas=["sex"]), ["selection is 'open'"]),
        (lambda: assess(GOOD, BASE, weight="w", person="id"), ["2 problems", "weight=", "person="]),
        (lambda: assess(GOOD, BASE, unmatched="report"), ["unmatched must be one of"]),
        (lambda: assess(GOOD, BASE, population=10), ["21 people took part"]),
        (lambda: assess(GOOD, BASE, population=-3), ["population is -3"]),
        (lambda: assess(GOOD, BASE, rng="seed"), ["rng must be"]),
        (lambda: assess({"sex": {"Female": 1, "female ": 2}}, BASE), ["stands twice"]),
        (lambda: assess({"sex": {"Female": "55%"}}, BASE), ["of how many", "55% of 40"]),
        (
            lambda: Baseline.from_counts({"sex": {"F": 5, "M": 5, "Total": 30}}),
            ["'Total'", "add to 10"],
        ),
        (
            lambda: Baseline.from_frame(pd.DataFrame({"attribute": ["a"], "group": ["b"]})),
            ["no column 'count' or 'share'"],
        ),
        (lambda: assess(GOOD, BASE, total="21"), ["total is '21'"]),
        (lambda: assess(GOOD, BASE, total={"sex": math.nan}), ["total is nan"]),
        (
            lambda: assess(GOOD, BASE, attributes=3, quotas=5, unknown=[9]),
            ["3 problems", "names in a list"],
        ),
        (
            lambda: assess(GOOD, BASE, columns=["sex"], recode=["x"], overlapping=4),
            ["3 problems", "a mapping"],
        ),
        (lambda: assess(GOOD, BASE, overlapping=["sxe"]), ["overlapping names 'sxe'"]),
        (lambda: assess(GOOD, BASE, population=10**400), ["population is"]),
        (lambda: assess(GOOD, BASE, band=(1 - 1e-12, 1 + 1e-12)), ["tightest"]),
        (
            lambda: assess(pd.DataFrame({"sex": ["Female"], "w": [1e200]}), BASE, weight="w"),
            ["cannot be reckoned with"],
        ),
        (
            lambda: assess(
                pd.DataFrame({"a": ["x"], "b": ["y"]}), BASE, columns={"a": "sex", "b": "sex"}
            ),
            ["ties 'a', 'b' to the same attribute"],
        ),
        (lambda: Baseline.from_counts({"sex": {"F": 1e308, "M": 1}}), ["expected a number from 0"]),
        (lambda: Baseline.from_counts({"sex": {"F": 1, "M": 1}}, moe=3), ["moe is given as"]),
        (
            lambda: Baseline.from_counts({"sex": {"F": 1, "M": 1}}, moe={"x": {"F": 1}}),
            ["moe names 'x'"],
        ),
        (
            lambda: Baseline.from_counts({"s": {"a": 20, "Total": 15}}, overlapping=["s"]),
            ["is above 1"],
        ),
        (
            lambda: Baseline.from_shares({"s": {"a": 0.5, "b": 0.5}}, rounding=-1, size=math.nan),
            ["2 problems"],
        ),
        (lambda: Baseline.from_counts({"s": {"a": "1.234,5", "b": 1}}), ["'1.234,5'"]),
        (
            lambda: Baseline.from_microdata(
                pd.DataFrame({"s": ["a", "b"], "w": [1, np.nan]}), attributes=["s"], weight="w"
            ),
            ["1 weights in 'w' of the baseline"],
        ),
        (lambda: coprep.audit("folder"), ["read_process"]),
        (
            lambda: coprep.audit(
                coprep.Process.from_counts({"sex": {"Femal": 12, "Male": 9}}), BASE
            ),
            ["did you mean 'Female'"],
        ),
        (
            lambda: assess(pd.DataFrame({"w": [1.0], "sex": ["Female"]}), BASE, weight="wt"),
            ["no column 'wt'", "'w'"],
        ),
    ],
)
def test_one_clear_error(call, words):
    with pytest.raises(InputError) as caught:
        call()
    for word in words:
        assert word in str(caught.value)
    assert caught.value.code != ""


def test_everything_unknown_cannot_be_assessed():
    result = assess(
        pd.DataFrame({"sex": [None, "unknown", "Prefer not to say"]}), BASE, attributes="sex"
    )
    assert [r["verdict"] for r in result.rows.records()] == ["not_assessable"] * 3
    assert result.headline == "No group could be assessed."
    assert "No group could be assessed." in result.to_html()


def test_a_single_group_has_nothing_to_compare():
    result = assess({"g": {"A": 5}}, Baseline.from_shares({"g": {"A": 1.0}}))
    assert [f.verdict for f in result.findings] == ["not_assessable"]
    assert any("single group" in note.text for note in result.notes)


HOSTILE = [
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "a\nb",
    "\u202egnp.exe",
    "$x^2$",
    "  padded  ",
    "'; DROP",
    "🙂" * 30,
]


def test_hostile_labels_stay_text():
    counts = {name: 3 + i for i, name in enumerate(HOSTILE)}
    base = Baseline.from_counts({"<b>g</b>": counts})
    result = assess({"<b>g</b>": counts}, base)
    assert len(result.rows) == len(HOSTILE)
    page = result.to_html()
    assert "<script>alert" not in page
    assert "<b>g</b>" not in page
    assert "\u202e" not in result.summary()
    for finding in result.findings:
        assert "\n" not in finding.reading


def test_numbers_of_any_kind_are_numbers():
    result = assess(GOOD, BASE, population=np.int64(300), confidence=np.float32(0.9))
    assert result.settings["population"] == 300
    lone = assess({"sex": {"Fem\ud800ale": 3, "Male": 2}}, BASE, unmatched="row")
    assert lone.table["group"].tolist()[-1] == "Fem?ale"


def test_ten_thousand_published_categories():
    counts = {f"ward {i}": 2 for i in range(10_000)}
    result = assess({"ward": counts}, Baseline.from_counts({"ward": counts}))
    assert not any(f.verdict.is_flag for f in result.findings)


def test_ten_thousand_categories():
    names = [f"ward {i}" for i in range(10_000)]
    base = Baseline.from_counts({"ward": dict.fromkeys(names, 10)})
    frame = pd.DataFrame({"ward": np.random.default_rng(1).choice(names, 20_000)})
    result = assess(frame, base)
    assert len(result.rows) == 10_000
    assert not any(f.verdict.is_flag for f in result.findings)
    assert len(result.to_html()) < 3_000_000


LABELS = st.one_of(
    st.text(max_size=8),
    st.integers(-3, 120),
    st.floats(),
    st.booleans(),
    st.none(),
    st.sampled_from(HOSTILE),
)
NUMBERS = st.one_of(
    st.integers(-5, 10**6), st.floats(), st.text(max_size=6), st.none(), st.booleans()
)
COUNTS = st.dictionaries(
    LABELS, st.one_of(NUMBERS, st.dictionaries(LABELS, NUMBERS, max_size=4)), max_size=4
)


@settings(max_examples=300)
@given(
    COUNTS,
    COUNTS,
    st.sampled_from(["from_counts", "from_shares"]),
    st.sampled_from(["raise", "row"]),
)
def test_nothing_but_our_errors_leaves_the_front_door(counts, community, make, unmatched):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            base = getattr(Baseline, make)(community)
            assess(counts, base, unmatched=unmatched).summary()
        except CoprepError as error:
            assert str(error)


@settings(max_examples=150)
@given(
    st.lists(LABELS, max_size=12),
    st.dictionaries(st.text(max_size=4), st.floats(0, 100), max_size=4),
    st.one_of(st.none(), st.lists(st.floats(), max_size=12)),
)
def test_nothing_but_our_errors_leaves_the_table_door(values, community, weights):
    frame = pd.DataFrame({"g": pd.Series(values, dtype=object)})
    if weights is not None:
        frame["w"] = pd.Series(
            (weights * len(values))[: len(values)] if weights else 1.0, dtype=float
        )
    try:
        base = Baseline.from_counts({"g": community})
        assess(frame, base, unmatched="row", weight="w" if weights is not None else None).to_json()
    except CoprepError as error:
        assert str(error)


def test_the_hint_for_nothing_in_common_fits_counts_files_and_tables():
    with pytest.raises(InputError) as caught:
        assess({"faith": {"A": 3}}, BASE)
    assert caught.value.hint.startswith("call the attribute the same in both")
    assert (
        "columns={'your column': 'baseline attribute'}" in caught.value.hint
        and "in Python" in caught.value.hint
    )
