"""stages: who went on, by reference numbers, by enumeration, on real processes and with people followed."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.reference import HERE, SAMPLES, agree, depth

import coprep
from coprep import Baseline, read_process, representation
from coprep.errors import InputError
from coprep.metrics.groups import mantel_haenszel, two_proportion_interval

FUNNEL = {
    "registered": {"disability": {"Yes": 60, "No": 440}},
    "attended": {"disability": {"Yes": 12, "No": 228}},
}


def rows_of(found, stage):
    return {row["group"]: row for row in found.rows.records() if row["stage"] == stage}


# counts behind the reference cases: group and all before, group and all after
COUNTS = [(39, 400, 7, 25), (60, 500, 12, 240), (20, 100, 3, 60)]


@pytest.mark.parametrize(("counts", "case"), list(zip(COUNTS, depth("stages"), strict=True)))
def test_the_reference_cases(counts, case):
    group, everybody, stayed, all_stayed = counts
    found = representation.stages(
        {
            "before": {"a": {"x": group, "y": everybody - group}},
            "after": {"a": {"x": stayed, "y": all_stayed - stayed}},
        }
    )
    row = rows_of(found, "after")["x"]
    agree(row["retention"], case["retention_group"], 1e-10)
    agree(row["retention_others"], case["retention_rest"], 1e-10)
    agree(row["ratio"], case["retention_ratio"], 1e-10)
    agree([row["ratio_low"], row["ratio_high"]], case["score_interval_95"], 1e-8)
    agree(row["p_value"], case["p_hypergeometric_doubled"], 1e-8)
    katz = two_proportion_interval(
        stayed, group, all_stayed - stayed, everybody - group, measure="ratio", method="log"
    )
    agree(list(katz), case["katz_log_interval_95"], 1e-9)


def test_the_reference_of_like_with_like():
    path = HERE / "oracles" / "depth" / "reference_depth.json"
    case = json.loads(path.read_text("utf-8"))["stages_simpson"]
    tables = [[[a, n - a], [b, m - b]] for (a, n), (b, m) in case["strata"]]
    found = mantel_haenszel(tables, measure="ratio")
    agree(found.value, case["mantel_haenszel_ratio"], 1e-10)
    agree([found.low, found.high], case["interval_95"], 1e-8)


@given(
    before=st.lists(st.integers(0, 12), min_size=2, max_size=4),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_p_values_are_those_of_every_way_to_go_on(before, data):
    after = [data.draw(st.integers(0, n)) for n in before]
    if sum(before) == 0:
        return
    groups = [f"g{i}" for i in range(len(before))]
    tables = {
        "before": {"a": dict(zip(groups, before, strict=True))},
        "after": {"a": dict(zip(groups, after, strict=True))},
    }
    baseline = Baseline.from_counts({"a": dict.fromkeys(groups, 10)})
    found = rows_of(representation.stages(tables, baseline), "after")
    for group, was, went in zip(groups, before, after, strict=True):
        row = found[group]
        if not 0 < was < sum(before):
            assert row["verdict"] == "not_assessable"
            continue
        law = stats.hypergeom(sum(before), was, sum(after))
        exact = min(1.0, 2 * min(law.cdf(went), law.sf(went - 1)))
        assert row["p_value"] == pytest.approx(exact, abs=1e-9)
        assert not row["p_adjusted"] < row["p_value"] - 1e-12
        if row["verdict"] == "under":
            assert row["ratio"] < 0.8


def test_two_groups_are_one_test_and_losses_add_up():
    found = representation.stages(FUNNEL)
    rows = rows_of(found, "attended")
    assert rows["Yes"]["p_adjusted"] == pytest.approx(rows["Yes"]["p_value"])
    assert rows["Yes"]["lost_beyond"] == pytest.approx(-rows["No"]["lost_beyond"])
    assert rows["Yes"]["verdict"] == "under"
    note = next(n for n in found.notes if n.code == "largest_loss")
    assert note.values["p"] == pytest.approx(2 * rows["Yes"]["p_value"])


def test_renaming_and_order_change_no_number():
    other = {
        stage: {
            "Behinderung": {"Nein": groups["disability"]["No"], "Ja": groups["disability"]["Yes"]}
        }
        for stage, groups in FUNNEL.items()
    }
    one = rows_of(representation.stages(FUNNEL), "attended")
    two = rows_of(representation.stages(other), "attended")
    for name in ("ratio", "p_adjusted", "ratio_low", "lost_beyond"):
        assert one["Yes"][name] == pytest.approx(two["Ja"][name])


def test_a_stage_filled_to_quotas_is_attainment_and_no_loss():
    found = representation.stages(FUNNEL, quotas={"attended": ["disability"]})
    row = rows_of(found, "attended")["Yes"]
    assert row["aim"] == "quota"
    assert row["verdict"] == "not_assessable"
    assert math.isnan(row["p_value"])
    assert "attainment" in row["reading"]


def test_people_who_came_in_between_are_noticed_in_counts():
    found = representation.stages(
        {
            "selected": {"sex": {"F": 10, "M": 12, "X": 4}},
            "attended": {"sex": {"F": 13, "M": 6, "X": 2}},
        }
    )
    assert all(row["verdict"] == "not_assessable" for row in rows_of(found, "attended").values())
    note = next(n for n in found.notes if n.code == "more_than_before")
    assert tuple(note.values["groups"]) == ("F",)


def people(n=200, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(n)],
            "sex": rng.choice(["F", "M"], n),
            "age": rng.choice(["young", "old", None], n, p=[0.45, 0.5, 0.05]),
        }
    )


@pytest.mark.parametrize("engine", ["pandas", "polars", "pyarrow", "duckdb"])
def test_people_are_followed_by_id_on_every_engine(engine):
    import duckdb
    import polars as pl
    import pyarrow as pa

    came = people()
    later = pd.concat(
        [came.iloc[::2], pd.DataFrame({"id": ["r1", "r2"], "sex": ["F", "F"], "age": ["old"] * 2})]
    )
    make = {
        "pandas": lambda t: t,
        "polars": pl.from_pandas,
        "pyarrow": pa.Table.from_pandas,
        "duckdb": lambda t: duckdb.from_arrow(pl.from_pandas(t).to_arrow()),
    }[engine]
    found = representation.stages(
        {"registered": make(came), "attended": make(later)}, attributes=["sex", "age"], person="id"
    )
    note = next(n for n in found.notes if n.code == "not_there_before")
    assert note.values["people"] == 2
    row = rows_of(found, "attended")["F"]
    assert row["before"] == (came.sex == "F").sum()
    assert row["retention"] == pytest.approx((came.iloc[::2].sex == "F").sum() / row["before"])
    assert row["count"] == (later.sex == "F").sum()
    young = rows_of(found, "attended")["young"]
    assert young["before"] == (came.age == "young").sum()


def test_nobody_went_on():
    came = people(30)
    found = representation.stages(
        {"registered": came, "attended": people(5).assign(id=list("abcde"))},
        attributes=["sex"],
        person="id",
    )
    assert rows_of(found, "attended")["F"]["retention"] == 0
    assert rows_of(found, "attended")["F"]["verdict"] == "not_assessable"


def test_unknown_people_can_take_a_flag_away():
    tables = {
        "registered": {"a": {"x": 60, "y": 440, "unknown": 300}},
        "attended": {"a": {"x": 12, "y": 228, "unknown": 200}},
    }
    plain = rows_of(representation.stages(FUNNEL), "attended")["Yes"]
    open_ = rows_of(representation.stages(tables), "attended")["x"]
    assert plain["verdict"] == "under"
    assert open_["verdict"] == "inconclusive"
    assert open_["ratio"] == pytest.approx(plain["ratio"])


def test_oxford_says_which_blocks_do_not_add_up():
    process = read_process(SAMPLES / "oxford-climate-assembly-2019")
    found = representation.stages(process)
    told = " ".join(note.text for note in found.notes)
    assert "does not add up" in told
    assert found.headline
    first = representation.stages(process, since="first")
    row = next(
        r
        for r in first.rows.records()
        if r["stage"] == "attended_day4" and r["since"] == "recruited" and r["group"] == "Male"
    )
    assert (row["before"], row["count"]) == (25, 21)


def test_leeds_tells_selection_from_loss():
    process = read_process(SAMPLES / "leeds-climate-jury-2019")
    found = representation.stages(process)
    selected = [r for r in found.rows.records() if r["stage"] == "selected"]
    assert {r["aim"] for r in selected} == {"quota"}
    attended = [r for r in found.rows.records() if r["stage"] == "attended"]
    assert all(r["aim"] is None for r in attended)
    open_call = representation.stages(process, quotas={})
    flagged = {(r["attribute"], r["group"]) for r in open_call.flagged.to_dict("records")}
    assert ("climate_concern", "Very") in flagged


def test_the_recovery_programme_loses_disabled_people_at_review():
    process = read_process(SAMPLES / "recovery-programme")
    found = representation.stages(process, attributes=["gender", "disability"])
    assert found.settings["since"] == "first"
    row = next(r for r in found.rows.records() if r["stage"] == "review" and r["group"] == "Yes")
    assert row["verdict"] == "under"
    assert row["since"] == "on the list"


def test_phases_baselines_there_and_back_and_pages():
    found = representation.stages(
        FUNNEL,
        Baseline.from_shares({"disability": {"Yes": 18, "No": 82}}),
        phases={"design": ["registered", "attended"]},
    )
    row = rows_of(found, "attended")["Yes"]
    assert row["phase"] == "design"
    assert row["baseline"] == pytest.approx(0.18)
    assert coprep.from_json(found.to_json()) == found
    assert found.plot() is not None
    assert "disability" in found.to_html()
    small = representation.stages(
        {"a": {"s": {"x": 30, "y": 40}}, "b": {"s": {"x": 2, "y": 30}}}
    ).protect()
    assert small.table["count"].isna().any()


def test_false_alarms_stay_at_their_level():
    rng = np.random.default_rng(11)
    groups = {"a": 12, "b": 25, "c": 33, "d": 90}
    flags = 0
    for _ in range(150):
        everybody = np.repeat(list(groups), list(groups.values()))
        stayed = pd.Series(rng.permutation(everybody)[:70]).value_counts().to_dict()
        after = {group: int(stayed.get(group, 0)) for group in groups}
        found = representation.stages({"before": {"g": groups}, "after": {"g": after}})
        flags += len(found.flagged) > 0
    assert flags <= 150 * 0.05 + 3 * math.sqrt(150 * 0.05 * 0.95)


@pytest.mark.parametrize(
    ("tables", "more", "words"),
    [
        ({"a": {"s": {"x": 1}}}, {}, "two or more"),
        ([1, 2], {}, "stages by name"),
        (FUNNEL, {"since": "later"}, "since"),
        (FUNNEL, {"quotas": {"attending": ["sex"]}}, "attending"),
        (FUNNEL, {"phases": {"design": ["invited"]}}, "invited"),
        (FUNNEL, {"person": "id"}, "tables of people"),
        (FUNNEL, {"confidence": 0.2}, "confidence"),
        ({"a": people(), "b": people()}, {}, "attributes"),
        ({"a": {"s": {"x": 0, "y": 0}}, "b": {"s": {"x": 0, "y": 0}}}, {}, "at any stage"),
    ],
)
def test_what_is_wrong_is_told(tables, more, words):
    with pytest.raises(InputError, match=words):
        representation.stages(tables, **more)


def strata():
    """The people of the reference case of two strata, before and after, with ids."""
    path = HERE / "oracles" / "depth" / "reference_depth.json"
    case = json.loads(path.read_text("utf-8"))["stages_simpson"]
    rows = []
    for s, pair in enumerate(case["strata"]):
        for group, (stayed, there) in zip(("x", "y"), pair, strict=True):
            rows += [
                {"a": group, "b": f"s{s}", "stayed": i < stayed, "id": f"{s}{group}{i}"}
                for i in range(there)
            ]
    frame = pd.DataFrame(rows)
    return frame, frame[frame.stayed], case


@pytest.mark.parametrize("person", [None, "id"])
def test_like_with_like_is_the_reference(person):
    before, after, case = strata()
    found = representation.stages(
        {"before": before, "after": after}, attributes=["a", "b"], person=person
    )
    row = next(
        r for r in found.like_with_like.records() if r["attribute"] == "a" and r["group"] == "x"
    )
    agree(row["ratio"], case["pooled_ratio"], 1e-10)
    agree(row["ratio_like"], case["mantel_haenszel_ratio"], 1e-10)
    agree([row["ratio_like_low"], row["ratio_like_high"]], case["interval_95"], 1e-8)
    assert row["turns"] is False
    assert coprep.from_json(found.to_json()) == found


def test_simpson_s_paradox_is_told():
    rows = []
    for stratum, group, there, stayed in (
        ("easy", "x", 100, 90),
        ("easy", "y", 900, 720),
        ("hard", "x", 900, 270),
        ("hard", "y", 100, 20),
    ):
        rows += [{"a": group, "b": stratum, "stayed": i < stayed} for i in range(there)]
    frame = pd.DataFrame(rows)
    found = representation.stages(
        {"before": frame, "after": frame[frame.stayed]}, attributes=["a", "b"]
    )
    row = next(r for r in found.like_with_like.records() if r["group"] == "x")
    assert row["ratio"] < 1 < row["ratio_like"]
    assert row["turns"]
    assert "Simpson" in found.summary()


def test_a_list_of_ids_has_the_labels_of_the_first_stage():
    came = people()
    ids = [*came.id[::2], "somebody else"]
    found = representation.stages(
        {"registered": came, "attended": pd.DataFrame({"id": ids})},
        attributes=["sex", "age"],
        person="id",
    )
    row = rows_of(found, "attended")["F"]
    assert row["count"] == (came.sex.iloc[::2] == "F").sum()
    assert next(n for n in found.notes if n.code == "not_there_before").values["people"] == 1


def test_stages_may_spell_groups_in_their_own_ways():
    found = representation.stages(
        {"a": {"sex": {"Female": 30, "Male": 20}}, "b": {"sex": {"female": 10, " MALE": 15}}}
    )
    assert rows_of(found, "b")["Female"]["count"] == 10


def test_a_protected_copy_shows_no_label_that_few_people_gave():
    found = representation.stages(
        {
            "a": {"s": {"x": 40, "my own words": 2, "y": 30}},
            "b": {"s": {"x": 20, "my own words": 1, "y": 30}},
        }
    )
    safe = found.protect()
    assert "my own words" not in safe.to_json()
    assert "my own words" not in coprep.protect([found])[0].to_json()
    assert coprep.from_json(safe.to_json()) == safe
    there = Baseline.from_counts({"s": {"x": 40, "my own words": 2, "y": 30}})
    public = representation.stages(
        {"a": {"s": {"x": 4, "y": 6}}, "b": {"s": {"x": 4, "y": 2}}},
        there,
    )
    assert public.protect() is not None


@pytest.mark.parametrize(
    ("n", "rate", "others"), [(11, 0.8, 1.0), (11, 0.4, 0.5), (40, 0.72, 0.9), (60, 0.5, 0.4)]
)
def test_false_all_clears_at_the_edge_stay_at_their_level(n, rate, others):
    from coprep.representation._retention import Retention

    band = (0.8, 1.25)
    k = np.arange(n + 1)
    crowd = 2000
    went = np.full(n + 1, round(crowd * others))
    p = Retention(np.full(n + 1, n), np.full(n + 1, n + crowd), k, k + went).p_in_line(band)
    # Each entry is a world of its own: one group beside a crowd whose rate is known.
    assert stats.binom.pmf(k, n, rate)[p <= 0.05].sum() <= 0.05
    sure = Retention(*(np.array([v]) for v in (400.0, 2400.0, 200.0, 1200.0))).p_in_line(band)
    assert sure[0] <= 0.05
