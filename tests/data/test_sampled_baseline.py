"""A sample of the community as a baseline: its errors against plain formulas, and what they do."""

import numpy as np
import pandas as pd
import pytest

from coprep import Baseline, InputError
from coprep.representation import assess

Z = 1.645
RNG = np.random.default_rng(20261201)
SURVEY = pd.DataFrame(
    {
        "eth": RNG.choice(["A", "B", "C"], 240, p=[0.6, 0.3, 0.1]),
        "sex": RNG.choice(["F", "M"], 240),
        "w": RNG.lognormal(0, 0.7, 240),
        "c": np.arange(240) // 4,
        "s": np.arange(240) // 80,
    }
)


def linearised(data, inside, units, strata):
    """Variance of a weighted share between units of each stratum, as textbooks have it."""
    share = data.w[inside].sum() / data.w.sum()
    z = data.w * (inside - share) / data.w.sum()
    totals = z.groupby([strata, units]).sum()
    return sum(
        len(t) / (len(t) - 1) * ((t - t.mean()) ** 2).sum() for _, t in totals.groupby(level=0)
    )


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("strata", [None, "s"])
@pytest.mark.parametrize("cluster", [None, "c"])
@pytest.mark.parametrize("attributes", [["eth"], ["eth", "sex"]])
def test_margins_are_linearised_from_the_design(weight, strata, cluster, attributes):
    from scipy import stats

    made = Baseline.from_microdata(
        SURVEY, attributes=attributes, weight=weight, strata=strata, cluster=cluster
    )
    data = SURVEY if weight else SURVEY.assign(w=1.0)
    one = pd.Series(0, index=data.index)
    units = data[cluster] if cluster else pd.Series(data.index, index=data.index)
    by = data[strata] if strata else one
    freedom = units.groupby(by).nunique().sum() - by.nunique()
    wide = stats.t.ppf(0.975, freedom) / stats.norm.ppf(0.975)
    for group, moe in made.moe("eth").items():
        variance = linearised(data, data.eth == group, units, by)
        # Shares of counts with margins of their own leave out the share's mean over rows, 0.
        assert moe == pytest.approx(Z * wide * np.sqrt(variance), rel=1e-9)


def test_merged_groups_have_the_margin_of_the_rows_they_hold():
    made = Baseline.from_microdata(SURVEY, attributes=["eth"], weight="w")
    merged = made.recode({"eth": {"B": "other", "C": "other"}})
    again = Baseline.from_microdata(
        SURVEY.replace({"eth": {"B": "other", "C": "other"}}), attributes=["eth"], weight="w"
    )
    assert merged.moe("eth") == pytest.approx(again.moe("eth"), rel=1e-9)


def test_replicates_are_deviations_times_their_factors():
    data = SURVEY.copy()
    columns = {f"r{i}": 59 / 60 for i in range(60)}
    for i, name in enumerate(columns):
        data[name] = data.w.where(data.c != i, 0.0)
    made = Baseline.from_microdata(data.copy(), attributes=["eth"], weight="w", replicates=columns)
    for group, moe in made.moe("eth").items():
        inside = data.eth == group
        share = data.w[inside].sum() / data.w.sum()
        moved = [data[name][inside].sum() / data[name].sum() - share for name in columns]
        assert moe == pytest.approx(Z * np.sqrt(59 / 60 * np.square(moved).sum()), rel=1e-9)


def test_rows_that_are_everybody_have_no_error():
    made = Baseline.from_microdata(SURVEY, attributes=["eth"], complete=True)
    assert made.moe("eth") is None
    assert "baseline_is_sample" not in {note.code for note in made.notes}


def test_a_small_survey_flags_nobody_by_its_own_error():
    small = pd.DataFrame({"eth": ["A"] * 123 + ["B"] * 27})
    came = {"eth": {"A": 880, "B": 120}}
    sample = Baseline.from_microdata(small, attributes=["eth"])
    facts = Baseline.from_microdata(small, attributes=["eth"], complete=True)
    assert assess(came, facts).table["verdict"].tolist() == ["inconclusive", "under"]
    told = assess(came, sample)
    assert told.table["verdict"].tolist() == ["inconclusive"] * 2
    assert {"baseline_is_sample"} == {note.code for note in told.notes}


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"strata": "nowhere"}, "nowhere"),
        ({"cluster": "gap"}, "in no"),
        ({"replicates": {"eth": 0.05}}, "no numbers"),
        ({"replicates": {"w": 0.0}}, "above 0"),
        ({"complete": True, "cluster": "c"}, "everybody"),
    ],
)
def test_what_no_design_can_be_read_from_is_refused(options, word):
    data = SURVEY.assign(gap=[None] + ["x"] * 239)
    with pytest.raises(InputError, match=word):
        Baseline.from_microdata(data, attributes=["eth"], weight="w", **options)
