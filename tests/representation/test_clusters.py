"""People who came together: by how much they tell less, and what verdicts make of it."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from coprep import Baseline, InputError
from coprep.representation import assess

BASE = Baseline.from_shares({"g": {"A": 0.18, "B": 0.82}})


def households(size, number, share=0.18, seed=1):
    """Households in which everybody is of one group."""
    member = np.random.default_rng(seed).random(number) < share
    groups = np.where(np.repeat(member, size), "A", "B")
    return pd.DataFrame({"g": groups, "h": np.repeat(np.arange(number), size), "w": 1.0})


def test_the_effective_number_is_that_of_the_variance_between_clusters():
    people = households(3, 60)
    found = assess(people, BASE, cluster="h")
    p = (people.g == "A").mean()
    inside = (people.g == "A").groupby(people.h).sum()
    spread = 60 / 59 * ((inside - 3 * p) ** 2).sum() / 180**2
    wide = (stats.t.ppf(0.975, 59) / stats.norm.ppf(0.975)) ** 2
    effective = p * (1 - p) / spread / wide
    assert found.table["effective_n"].tolist() == pytest.approx([effective] * 2)
    x = p * effective
    less = stats.beta.sf(0.18, x + 1, effective - x)
    more = stats.beta.cdf(0.18, x, effective - x + 1)
    assert found.table["p_value"][0] == pytest.approx(min(1, 2 * min(less, more)))
    assert f"as telling as {effective:.0f} people" in found.table["reading"][0]


def test_people_who_all_came_alone_are_nearly_as_telling():
    people = households(1, 200)
    alone = assess(people, BASE).table
    with_ids = assess(people, BASE, cluster="h").table
    assert (with_ids["p_value"] >= alone["p_value"] - 1e-12).all()
    assert with_ids["effective_n"].between(190, 200).all()


@pytest.mark.parametrize("size", [2, 4])
def test_households_that_join_together_raise_few_false_alarms(size):
    worlds = 60
    flagged = sum(
        len(assess(households(size, 60, seed=seed), BASE, cluster="h").flagged) > 0
        for seed in range(worlds)
    )
    assert flagged <= stats.binom.ppf(0.999, worlds, 0.05)


def test_fewer_than_thirty_clusters_give_no_verdict():
    people = pd.DataFrame({"g": ["B"] * 290, "h": np.repeat(np.arange(29), 10)})
    found = assess(people, BASE, cluster="h")
    assert set(found.table["verdict"]) == {"inconclusive"}
    assert "29 clusters" in found.table["reading"][0]
    assert {f.values["state"] for f in found.findings} == {"few_clusters"}
    more = pd.DataFrame({"g": ["B"] * 400, "h": np.repeat(np.arange(40), 10)})
    assert assess(more, BASE, cluster="h").table["verdict"][0] == "under"


def test_an_absent_group_is_as_uncertain_as_if_clusters_were_people():
    people = pd.DataFrame({"g": ["B"] * 120, "h": np.repeat(np.arange(40), 3)})
    found = assess(people, BASE, cluster="h").table
    assert found["effective_n"][0] < 40
    assert found["p_value"][0] > 2 * 0.82**40 - 1e-12


@pytest.mark.parametrize("options", [{"weight": "w"}, {"population": 2000}, {"adjust": "none"}])
def test_clusters_go_with_other_options(options):
    plain = assess(households(3, 60), BASE, **options).table
    found = assess(households(3, 60), BASE, cluster="h", **options).table
    assert (found["ratio_low"] <= plain["ratio_low"]).all()
    assert (found["ratio_high"] >= plain["ratio_high"]).all()
    one, other = found["p_value"]
    assert one == pytest.approx(other)


def test_bad_clusters_are_refused():
    with pytest.raises(InputError, match="no 'h'|no “h”|have no"):
        assess(households(3, 60).assign(h=None), BASE, cluster="h")
    with pytest.raises(InputError, match="nowhere"):
        assess(households(3, 60), BASE, cluster="nowhere")
    with pytest.raises(InputError, match="cluster= goes with a table"):
        assess({"g": {"A": 3, "B": 4}}, BASE, cluster="h")
