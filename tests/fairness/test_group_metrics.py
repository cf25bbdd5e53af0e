"""All metrics at once: what is listed, what is found, what is kept and what is hidden."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from coprep import fairness
from coprep.errors import InputError
from coprep.fairness import GroupMetrics, GroupTable, group_metrics
from coprep.findings import Verdict
from coprep.loading import from_json

RNG = np.random.default_rng(4)


def world(n, rates):
    """People of several groups, selected with given chances; labels are a coin."""
    group = np.repeat(list(rates), n)
    y_pred = np.concatenate([np.arange(n) < round(n * rate) for rate in rates.values()])
    return {"y_true": np.arange(len(group)) % 2, "y_pred": y_pred, "sensitive_features": group}


def berkeley():
    departments = {
        "A": ((512, 825), (89, 108)),
        "B": ((353, 560), (17, 25)),
        "C": ((120, 325), (202, 593)),
        "D": ((138, 417), (131, 375)),
        "E": ((53, 191), (94, 393)),
        "F": ((22, 373), (24, 341)),
    }
    return GroupTable.from_counts(
        {
            d: {
                "male": {"selected": m[0], "total": m[1]},
                "female": {"selected": w[0], "total": w[1]},
            }
            for d, (m, w) in departments.items()
        },
        attributes="sex",
        controls="department",
    )


def test_verdicts_need_a_gap_that_is_large_and_beyond_chance_or_surely_small():
    found = {
        "disparity": group_metrics(**world(2000, {"a": 0.5, "b": 0.3}), metrics="selection_rate"),
        "no_material_difference": group_metrics(
            **world(20_000, {"a": 0.5, "b": 0.49}), metrics="selection_rate"
        ),
        "inconclusive": group_metrics(**world(40, {"a": 0.5, "b": 0.3}), metrics="selection_rate"),
        "not_assessable": group_metrics(None, [1, 0, 1], sensitive_features=["a"] * 3),
    }
    for verdict, result in found.items():
        assert [x.verdict.value for x in result.findings] == [verdict]
        assert result.findings[0].reading
        assert result.findings[0].next_step
    assert found["disparity"].findings[0].group == "a"
    assert found["disparity"].flagged["metric"].tolist() == ["selection_rate"]
    assert "30.0% in “b” and 50.0% in “a”" in found["disparity"].findings[0].reading
    assert found["inconclusive"].findings[0].details["needed_per_group"] > 500
    significant_but_small = group_metrics(
        **world(60_000, {"a": 0.5, "b": 0.46}), metrics="selection_rate"
    )
    assert significant_but_small.findings[0].verdict is Verdict.NO_MATERIAL_DIFFERENCE
    strict = group_metrics(
        **world(60_000, {"a": 0.5, "b": 0.46}), metrics="selection_rate", material=2
    )
    assert strict.findings[0].verdict is Verdict.DISPARITY


def test_the_number_of_gaps_looked_at_is_counted():
    rows = world(300, {"a": 0.5, "b": 0.4})
    one = group_metrics(**rows, metrics="selection_rate").findings[0]
    several = group_metrics(
        **rows, metrics=["selection_rate", "true_positive_rate", "accuracy"]
    ).findings[0]
    assert one.p_adjusted == one.p_value < several.p_adjusted


def test_default_metrics_are_those_the_data_can_tell():
    assert set(group_metrics(None, [1, 0], sensitive_features=["a", "b"]).table["metric"]) == {
        "selection_rate"
    }
    assert set(group_metrics([1, 0], sensitive_features=["a", "b"]).table["metric"]) == {
        "base_rate"
    }
    full = group_metrics(**world(50, {"a": 0.5, "b": 0.4}))
    assert len(full.table) == 6
    assert "base_rate" not in {x.details["metric"] for x in full.findings}


def test_fairlearns_verbs():
    found = group_metrics(**world(50, {"a": 0.5, "b": 0.4}), metrics=["selection_rate", "accuracy"])
    assert found.by_group.loc["a", "selection_rate"] == 0.5
    assert list(found.by_group.columns) == ["selection_rate", "accuracy"]
    assert found.overall["selection_rate"] == 0.45
    assert found.difference()["selection_rate"] == pytest.approx(0.1)
    assert found.difference(method="to_overall")["selection_rate"] == pytest.approx(0.05)
    assert found.ratio()["selection_rate"] == pytest.approx(0.8)
    assert found.group_min()["selection_rate"] == 0.4
    assert found.group_max()["selection_rate"] == 0.5
    assert found.metric("demographic_parity", reference="b") == pytest.approx(0.1)


def test_the_sign_may_turn_when_like_is_compared_with_like():
    found = group_metrics(berkeley())
    crude, within = found.table.to_dict("records")
    assert (crude["comparison"], within["comparison"]) == ("all rows", "within strata")
    assert (crude["lowest_group"], within["lowest_group"]) == ("female", "male")
    assert crude["gap"] == pytest.approx(0.1416, abs=0.0001)
    assert within["gap"] == pytest.approx(0.0426, abs=0.0001)
    assert found.findings[0].verdict is Verdict.INCONCLUSIVE
    assert any("14.2 points" in caveat.text for caveat in found.findings[0].caveats)
    assert found.by_group.loc[("A", "female"), "selection_rate"] == pytest.approx(89 / 108)
    assert found.difference()["selection_rate"] == pytest.approx(0.0426, abs=1e-4)


def test_attributes_are_looked_at_one_by_one_and_crossed():
    n = 400
    rows = pd.DataFrame({"sex": RNG.choice(["f", "m"], n), "age": RNG.choice(["old", "young"], n)})
    found = group_metrics(
        RNG.integers(0, 2, n), RNG.integers(0, 2, n), sensitive_features=rows, metrics="accuracy"
    )
    assert found.table["attribute"].tolist() == ["sex", "age", "sex x age"]
    assert len(found.findings) == 3
    assert list(found.by_group.index) == [
        ("f", "old"),
        ("f", "young"),
        ("m", "old"),
        ("m", "young"),
    ]
    assert found.by_group.index.names == ["sex", "age"]
    assert set(found.groups.to_frame()["attribute"]) == {"sex", "age", "sex x age"}


def test_nothing_is_left_out_silently():
    groups = pd.Categorical([*"aabbbb", None], categories=["a", "b", "z"])
    found = group_metrics(
        [1, 0, 1, 1, 1, 1, 1],
        [1, 0, 0, 1, 1, 0, 1],
        sensitive_features=groups,
        missing="drop",
        min_group_size=3,
    )
    notes = " ".join(note.text for note in found.notes)
    assert "1 row was left out because values are missing" in notes
    assert "1 group has no rows and is not compared: “z”" in notes
    assert "1 group is too small and is not compared: “a”" in notes
    assert {x.verdict.value for x in found.findings} == {"not_assessable"}


def test_bootstrap_intervals_on_request_repeat_with_their_seed():
    rows = world(80, {"a": 0.5, "b": 0.3, "c": 0.4})
    one, two = (
        group_metrics(**rows, metrics="selection_rate", resamples=300, rng=5) for _ in range(2)
    )
    assert one == two
    assert one.findings[0].estimate.method == "max-t cell bootstrap"
    assert one.settings["rng"] == 5
    assert one != group_metrics(**rows, metrics="selection_rate", resamples=300, rng=6)


def test_it_comes_back_from_json_with_all_its_verbs():
    found = group_metrics(berkeley())
    again = from_json(found.to_json())
    assert isinstance(again, GroupMetrics)
    assert again == found
    assert again.difference().equals(found.difference())
    assert again.by_group.equals(found.by_group)
    json.dumps(found.to_dict(), allow_nan=False)


def test_it_draws_gaps_with_what_does_not_matter():
    import matplotlib.pyplot as plt

    axes = group_metrics(**world(60, {"a": 0.5, "b": 0.3})).plot()
    assert "gap between groups" in axes.get_xlabel()
    plt.close(axes.figure)


def test_a_protected_copy_gives_no_small_cell_back():
    counts = {
        g: {"selected": s, "total": n} for g, s, n in (("a", 30, 60), ("b", 3, 57), ("c", 25, 61))
    }
    found = group_metrics(GroupTable.from_counts(counts))
    safe = found.protect(5)
    assert len(safe.cells) == 0
    told = {r["group"]: r for r in safe.groups.records()}
    assert told["b"]["n"] is None
    assert math.isnan(told["b"]["value"])
    assert all(math.isnan(v) for v in safe.rows["gap"])
    assert "0.0526" not in safe.to_json()
    with pytest.raises(InputError, match="protected"):
        safe.difference()
    plain = group_metrics(GroupTable.from_counts({g: {"selected": 20, "total": 50} for g in "ab"}))
    assert plain.protect(5).difference()["selection_rate"] == 0


def test_hostile_labels_keep_sentences_on_one_line():
    found = group_metrics(
        None, [1, 0, 1, 0] * 30, sensitive_features=["a\nb", "<b>", "a\nb", "<b>"] * 30
    )
    assert "\n" not in found.findings[0].reading
    assert "<b>" not in found._repr_html_().split("<tbody")[1].replace("&lt;b&gt;", "")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"metrics": "recoil"}, "there is no metric"),
        ({"metrics": "equalized_odds"}, "no number of a group"),
        ({"metrics": []}, "metrics is empty"),
        ({"material": -1}, "material"),
        ({"alpha": 2}, "alpha"),
        ({"sensitive_features": None}, "which groups"),
        ({"resamples": 0}, "resamples"),
        ({"min_group_size": 1.5}, "min_group_size"),
        ({"undefined": "zero"}, "undefined"),
    ],
)
def test_bad_options_are_refused_in_words(options, why):
    call = {"y_true": [1, 0], "y_pred": [1, 0], "sensitive_features": ["a", "b"], **options}
    with pytest.raises(InputError, match=why):
        group_metrics(**call)


@pytest.mark.parametrize(
    "question", [fairness.group_metrics, fairness.adverse_impact, fairness.stratified_effect]
)
def test_an_alpha_of_a_half_is_refused_by_its_name(question):
    table = GroupTable.from_counts(
        {"f": {"selected": 12, "total": 40}, "m": {"selected": 48, "total": 80}}
    )
    with pytest.raises(InputError, match="alpha must lie between 0 and 0.5; not 0.5"):
        question(table, alpha=0.5)


def test_rates_of_all_rows_are_listed_as_they_are_beside_those_of_each_stratum():
    cells = {"x": {"a": (12, 30), "b": (9, 10)}, "y": {"a": (5, 20), "b": (10, 70)}}
    counts = {
        s: {g: {"selected": x, "total": n} for g, (x, n) in groups.items()}
        for s, groups in cells.items()
    }
    found = group_metrics(GroupTable.from_counts(counts))
    listed = {(row["stratum"], row["group"]): row["value"] for row in found.groups.records()}
    assert listed == pytest.approx(
        {
            (None, "a"): 17 / 50,
            (None, "b"): 19 / 80,
            ("x", "a"): 12 / 30,
            ("x", "b"): 9 / 10,
            ("y", "a"): 5 / 20,
            ("y", "b"): 10 / 70,
        }
    )
    nulls = {finding.details["comparison"]: finding.details["null"] for finding in found.findings}
    assert nulls == {"within strata": "all groups have the same rate when compared within strata"}
    assert found.picture.band == (0.0, 0.05)


def test_what_was_left_out_is_told_by_column():
    rows = {"y_pred": [1, None, 0, 1], "sensitive_features": {"sex": ["f", "f", "m", None]}}
    notes = group_metrics(None, **rows, missing="drop").notes
    note = next(note for note in notes if note.code == "rows_left_out")
    assert (
        note.text == "2 rows were left out because values are missing: 1 in “y_pred”, 1 in “sex”."
    )
    assert dict(note.values) == {"rows": 2, "y_pred": 1, "sex": 1}


def test_cells_of_five_may_be_published_and_cells_of_four_may_not():
    for least, hidden in ((5, False), (4, True)):
        counts = {"a": {"selected": least, "total": 40}, "b": {"selected": 20, "total": 40}}
        safe = group_metrics(GroupTable.from_counts(counts)).protect()
        assert (len(safe.cells) == 0) == hidden
