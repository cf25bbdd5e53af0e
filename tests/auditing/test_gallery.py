"""Many processes side by side: one table, one picture, no ranking, and nothing lost."""

from __future__ import annotations

import numpy as np
import pytest

from coprep import Baseline, InputError, Process, audit, from_json, gallery, read_process
from coprep.representation import assess
from reference import SAMPLES

AGES = {"16-29": 0.22, "30-44": 0.26, "45-64": 0.3, "65+": 0.22}
OTHER_WORDS = {"16 to 29": 0.22, "30-44": 0.26, "45-64": 0.3, "65 and over": 0.22}


def _fifty(seed: int = 5) -> list:
    rng = np.random.default_rng(seed)
    found = []
    for i in range(50):
        ages = OTHER_WORDS if i % 2 else AGES
        sexes = ("Women", "Men") if i % 3 else ("Female", "Male")
        n = int(rng.choice([12, 20, 40, 60, 100, 300]))
        came = rng.multinomial(n, list(ages.values()))
        women = int(rng.binomial(n, 0.5))
        lives = Baseline.from_shares(
            {"age": ages, "sex": dict(zip(sexes, (0.51, 0.49), strict=True))}
        )
        counts = {
            "age": dict(zip(ages, map(int, came), strict=True)),
            "sex": dict(zip(sexes, (women, n - women), strict=True)),
        }
        found.append(assess(counts, lives))
    return found


@pytest.fixture(scope="module")
def fifty():
    return gallery(_fifty(), names=[f"Assembly {i}" for i in range(50)])


def test_groups_that_mean_the_same_stand_together(fifty):
    groups = [(r["attribute"], r["group"], r["compared"]) for r in fifty.by_group.records()]
    assert groups == [
        *(("age", group, 50) for group in AGES),
        ("sex", "Female", 50),
        ("sex", "Male", 50),
    ]
    assert len(fifty.rows) == 300


def test_rows_stand_as_given_whatever_was_found(fifty):
    order = [r["process"] for r in fifty.rows.records() if r["group"] == "16-29"]
    assert order == [f"Assembly {i}" for i in range(50)]
    by_name = gallery(_fifty(), names=[f"P {99 - i}" for i in range(50)], order="name")
    order = [r["process"] for r in by_name.rows.records() if r["group"] == "16-29"]
    assert order == sorted(order)


def test_numbers_are_those_of_each_process(fifty):
    parts = _fifty()
    for i in (0, 7, 49):
        own = {
            (r["attribute"], r["count"], r["ratio"])
            for r in parts[i].rows.records()
            if r["baseline"] > 0
        }
        here = {
            (r["attribute"], r["count"], r["ratio"])
            for r in fifty.rows.records()
            if r["process"] == f"Assembly {i}"
        }
        assert here == own


def test_counts_of_verdicts_add_up(fifty):
    for row in fifty.by_group.records():
        told = ("under", "over", "in_line", "cannot_tell", "not_tested")
        assert sum(row[name] for name in told) == row["compared"]
    assert "50 processes, 300 comparisons" in fifty.headline


def test_it_is_a_description_and_no_league_table(fifty):
    assert not fifty.findings
    page = fifty.to_html()
    assert "What stands out" not in page
    assert "Nothing was judged" not in page
    assert "chance alone would name a group in at most 5 on average" in page
    assert from_json(fifty.to_json()) == fifty


def test_every_row_is_drawn(fifty):
    axes = fifty.plot(attribute="age")
    assert len([t for t in axes.get_yticklabels() if t.get_text()]) == 200


def test_bands_that_differ_are_not_brought_together():
    one = assess(
        {"age": {"16-29": 10, "30+": 30}}, Baseline.from_shares({"age": {"16-29": 0.2, "30+": 0.8}})
    )
    fine = {"16-19": 0.1, "20-29": 0.1, "30+": 0.8}
    other = assess(
        {"age": {"16-19": 5, "20-29": 5, "30+": 30}}, Baseline.from_shares({"age": fine})
    )
    found = gallery([one, other], names=["a", "b"])
    groups = {r["group"]: r["compared"] for r in found.by_group.records()}
    assert groups == {"16-29": 1, "30+": 2, "16-19": 1, "20-29": 1}
    assert any(note.code == "groups_of_one_process" for note in found.notes)


@pytest.mark.filterwarnings("ignore::coprep.CoprepWarning")
def test_audits_are_taken_with_every_comparison_they_hold():
    names = ["leeds-climate-jury-2019", "kingston-air-quality-2019", "ai-juries-2019"]
    audits = [audit(read_process(SAMPLES / name)) for name in names]
    found = gallery(audits)
    assert set(found.settings["names"]) == {one.title for one in audits}
    compared = sum(
        1
        for one in audits
        for part in one.parts
        for row in part.rows.records()
        if row["baseline"] is not None and row["baseline"] >= 0
    )
    assert len(found.rows) == compared
    assert found.headline.startswith("3 processes, ")
    several = {r["comparison"] for r in found.rows.records() if "Leeds" in r["process"]}
    assert {one.rpartition(" (")[2] for one in several} == {
        "respondents)",
        "selected)",
        "attended)",
    }


def test_a_process_without_a_community_is_said():
    alone = audit(
        Process(
            participants={"participant_id": list(range(9)), "area": list("NNNNSSSSS")},
            attendance={"participant_id": [0, 1], "stage": ["a", "a"]},
        )
    )
    with_one = assess(
        {"sex": {"F": 5, "M": 5}}, Baseline.from_shares({"sex": {"F": 0.5, "M": 0.5}})
    )
    found = gallery([alone, with_one], names=["alone", "with"])
    assert any("Without a comparison" in note.text and "alone" in note.text for note in found.notes)


def test_a_protected_gallery_is_made_of_protected_parts(fifty):
    kept = fifty.protect(5)
    protected = {r["process"]: r for r in kept.rows.records() if r["count"] is None}
    assert protected
    assert kept.settings["protected"]["rows_hidden"] == sum(
        r["count"] is None for r in kept.rows.records()
    )
    small = [r for r in kept.rows.records() if r["count"] is not None and 0 < r["count"] < 5]
    assert not small


@pytest.mark.parametrize(
    ("arguments", "names", "words"),
    [
        ([], None, "at least one"),
        (["a text"], None, "audits and representations"),
        (None, ["a"], "1 name for 2 results"),
        (None, ["a", "a"], "could tell apart"),
        (None, None, "could tell apart"),
    ],
)
def test_it_refuses_in_words(arguments, names, words):
    two = [
        assess({"sex": {"F": 5, "M": 5}}, Baseline.from_shares({"sex": {"F": 0.5, "M": 0.5}}))
    ] * 2
    with pytest.raises(InputError, match=words):
        gallery(two if arguments is None else arguments, names=names)
