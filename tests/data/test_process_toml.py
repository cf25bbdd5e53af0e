"""A folder says all that the function takes, and what it holds is used."""

import tomllib
from pathlib import Path

import pytest

from coprep import Baseline, InputError, Process, audit, read_process
from coprep.data.process.readers.process_toml import SETTING_KEYS
from coprep.data.reading import READING_KEYS
from coprep.representation import assess

SEX = "attribute,group,count\nsex,Female,500\nsex,Male,500\n"


def folder(tmp_path, toml="", **files):
    """A folder with these files and settings; underscores in names stand for hyphens."""
    (tmp_path / "process.toml").write_text(toml, encoding="utf-8")
    for name, text in files.items():
        (tmp_path / f"{name.replace('_', '-')}.csv").write_text(text, encoding="utf-8")
    return read_process(tmp_path)


def people(rows, header="participant_id,sex"):
    """A table of participants from (cells, how often)."""
    lines = [cells for cells, times in rows for _ in range(times)]
    return "\n".join([header, *(f"{i},{line}" for i, line in enumerate(lines))]) + "\n"


def row(result, group, attribute=None):
    """The row of one group."""
    return next(
        r
        for r in result.rows.records()
        if r["group"] == group and attribute in (None, r["attribute"])
    )


def test_every_key_has_an_example_that_can_be_copied():
    for name, key in SETTING_KEYS.items():
        given = tomllib.loads(key.example)
        assert list(given) == [name]
        assert key.fits(given[name])


def test_the_guide_lists_every_key():
    guide = (Path(__file__).parents[2] / "docs" / "folder.md").read_text(encoding="utf-8")
    for name, key in {**SETTING_KEYS, **READING_KEYS}.items():
        assert f"| `{name}` | {key.says} | `{key.example}` |" in guide
    told = guide.partition("```toml")[2].partition("```")[0]
    assert set(tomllib.loads(told)) <= {*SETTING_KEYS, *READING_KEYS}


WEIGHTED = people([("Female,1", 30), ("Male,3", 10)], "participant_id,sex,weight")


def test_weights_of_participants_are_used(tmp_path):
    process = folder(tmp_path, participants=WEIGHTED, baseline=SEX)
    found = audit(process)
    assert row(found, "Male")["share"] == pytest.approx(0.5)
    assert not len(found.flagged)
    table = {"sex": ["Female"] * 30 + ["Male"] * 10, "weight": [1.0] * 30 + [3.0] * 10}
    lives = Baseline.from_counts({"sex": {"Female": 500, "Male": 500}})
    alone = assess(table, lives, weight="weight")
    assert [r["p_value"] for r in found.rows.records()] == [
        r["p_value"] for r in alone.rows.records()
    ]


def test_another_column_may_hold_the_weights(tmp_path):
    table = WEIGHTED.replace("weight", "w_final")
    process = folder(tmp_path, 'weight = "w_final"', participants=table, baseline=SEX)
    assert row(audit(process), "Male")["share"] == pytest.approx(0.5)
    assert process.attributes == ("sex",)


def test_a_named_column_of_weights_goes_before_one_called_weight(tmp_path):
    table = people([("Female,1,1", 30), ("Male,1,3", 10)], "participant_id,sex,weight,other")
    process = folder(tmp_path, 'weight = "other"', participants=table, baseline=SEX)
    assert row(audit(process), "Male")["share"] == pytest.approx(0.5)


def test_columns_are_tied_to_attributes(tmp_path):
    table = people([("Female", 12), ("Male", 9)], "Mail,What is your sex?")
    toml = 'person = "Mail"\ncolumns = {"What is your sex?" = "sex"}'
    found = audit(folder(tmp_path, toml, participants=table, baseline=SEX))
    assert row(found, "Female")["count"] == 12


def test_labels_are_renamed_and_further_words_are_unknown(tmp_path):
    toml = 'unknown = ["left blank"]\n[recode.Sex]\nW = "Female"\nM = "Male"\n'
    table = people([("W", 12), ("M", 9), ("left blank", 2)])
    process = folder(tmp_path, toml, participants=table, baseline=SEX)
    found = audit(process)
    assert [row(found, g)["count"] for g in ("Female", "Male")] == [12, 9]
    grouping = process.grouping("sex")
    assert (grouping.groups, grouping.n_unknown) == (("Female", "Male"), 2)


def test_a_renaming_is_not_followed_twice(tmp_path):
    toml = '[recode.sex]\nFemale = "Male"\nMale = "Female"\n'
    table = people([("Female", 12), ("Male", 9)])
    found = audit(folder(tmp_path, toml, participants=table, baseline=SEX))
    assert [row(found, g)["count"] for g in ("Female", "Male")] == [9, 12]


def test_counts_are_renamed_too(tmp_path):
    counts = "attribute,group,count\nsex,W,12\nsex,M,9\n"
    toml = 'recode = {sex = {W = "Female", M = "Male"}}'
    found = audit(folder(tmp_path, toml, counts=counts, baseline=SEX))
    assert [row(found, g)["count"] for g in ("Female", "Male")] == [12, 9]


LANGUAGES = "attribute,group,share\nlanguages,Urdu,30\nlanguages,Polish,20\n"


def test_people_tick_several(tmp_path):
    table = people([("Urdu; Polish", 5), ("Urdu", 10), ("Welsh", 5)], "participant_id,languages")
    toml = 'overlapping = ["languages"]\n[recode.languages]\nWelsh = "Polish"\n'
    lives = Baseline.from_shares(
        {"languages": {"Urdu": 0.3, "Polish": 0.2}}, overlapping=["languages"]
    )
    found = audit(folder(tmp_path, toml, participants=table), lives)
    assert [row(found, g)["count"] for g in ("Urdu", "Polish")] == [15, 10]
    assert row(found, "Urdu")["total"] == 20


def test_people_tick_columns(tmp_path):
    table = people([("1,0", 12), ("1,1", 3), ("0,0", 5)], "participant_id,q1_1,q1_2")
    toml = 'overlapping = {languages = {Urdu = "q1_1", Polish = "q1_2"}}'
    lives = Baseline.from_shares(
        {"languages": {"Urdu": 0.3, "Polish": 0.2}}, overlapping=["languages"]
    )
    found = audit(folder(tmp_path, toml, participants=table), lives)
    assert [row(found, g)["count"] for g in ("Urdu", "Polish")] == [15, 3]


def test_a_population_makes_tests_exact_without_replacement(tmp_path):
    counts = "attribute,group,count\nsex,Female,300\nsex,Male,200\n"
    process = folder(tmp_path, "population = 1000", counts=counts, baseline=SEX)
    found = audit(process)
    lives = Baseline.from_counts({"sex": {"Female": 500, "Male": 500}})
    alone = assess({"sex": {"Female": 300, "Male": 200}}, lives, population=1000)
    assert row(found, "Male")["p_value"] == row(alone, "Male")["p_value"]
    open_call = assess({"sex": {"Female": 300, "Male": 200}}, lives)
    assert row(audit(process, population=10**6), "Male")["p_value"] == pytest.approx(
        row(open_call, "Male")["p_value"], rel=1e-2
    )


STAGES = (
    "attribute,group,count,stage\n"
    "sex,Female,60,registered\nsex,Male,40,registered\n"
    "sex,Female,11,selected\nsex,Male,10,selected\n"
)


def test_a_baseline_belongs_to_a_stage(tmp_path):
    toml = '[stages.selected]\nbaseline = "b"\n'
    process = folder(tmp_path, toml, counts=STAGES, baseline_a=SEX, baseline_b=SEX)
    against = [(p.settings["stage"], p.settings["against"]) for p in audit(process).parts]
    assert against == [("registered", "a"), ("selected", "b")]
    both = '[stages.selected]\nbaseline = ["b", "a"]\n'
    process = folder(tmp_path, both, counts=STAGES, baseline_a=SEX, baseline_b=SEX)
    found = audit(process)
    assert [p.settings["stage"] for p in found.parts] == ["selected", "selected"]
    assert any(n.code == "no_baseline" and "registered" in n.text for n in found.notes)


def test_a_stage_may_have_a_population_of_its_own(tmp_path):
    toml = "[stages.selected]\npopulation = 100\n"
    process = folder(tmp_path, toml, counts=STAGES, baseline=SEX)
    assert [p.settings["population"] for p in audit(process).parts] == [None, 100]


def test_what_is_compared_and_how_sure(tmp_path):
    counts = "attribute,group,count\nsex,Female,12\nsex,Male,9\nage,young,12\nage,old,9\n"
    base = SEX + "age,young,300\nage,old,700\n"
    toml = 'attributes = ["age"]\nconfidence = 0.9\nband = [0.5, 2.0]\n'
    found = audit(folder(tmp_path, toml, counts=counts, baseline=base))
    assert {r["attribute"] for r in found.rows.records()} == {"age"}
    assert found.parts[0].settings["confidence"] == 0.9
    assert found.parts[0].settings["band"] == (0.5, 2.0)
    again = audit(found_process(tmp_path), attributes="sex", confidence=0.99, band=(0.8, 1.25))
    assert {r["attribute"] for r in again.rows.records()} == {"sex"}
    assert again.parts[0].settings["confidence"] == 0.99


def found_process(place):
    """The folder's process once more."""
    return read_process(place)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('weight = "w"', "participants has no column 'w'"),
        ('columns = {Gendr = "gender"}', "has no column 'Gendr'"),
        ('overlapping = ["languages"]', "overlapping must be one of 'sex'"),
        ("population = 0", "population must be a whole number of people"),
        ("population = true", "write population = 2181"),
        ("population = 2.5", "write population = 2181"),
        ('attributes = ["sx"]', "did you mean 'sex'"),
        ('[stages.selected]\nbaseline = "leeds"', "stages: baseline must be one of 'baseline'"),
        ('weigth = "w"', "did you mean 'weight'"),
        ('recode = {sx = {W = "Female"}}', "recode must be one of 'sex'"),
        ('outside = {sx = ["W"]}', "did you mean 'sex'"),
        ('labels = {sx = {Female = "women"}}', "did you mean 'sex'"),
        ('labels = {Yes = "disabled people"}', "labels = {disability ="),
    ],
)
def test_what_cannot_be_is_refused(toml, words, tmp_path):
    table = people([("Female", 12), ("Male", 9)])
    with pytest.raises(InputError) as caught:
        folder(tmp_path, toml, participants=table, baseline=SEX)
    assert words in str(caught.value)


def test_what_is_said_of_columns_has_no_meaning_for_counts(tmp_path):
    with pytest.raises(InputError, match="there are only published counts"):
        folder(tmp_path, 'weight = "w"', counts="attribute,group,count\nsex,F,1\n", baseline=SEX)


def test_the_same_can_be_said_in_python():
    table = {"Mail": ["a", "b", "c"], "Gender": ["W", "M", "W"], "w": [1.0, 2.0, 1.0]}
    reading = {
        "columns": {"Gender": "sex"},
        "person": "Mail",
        "weight": "w",
        "recode": {"W": "Female", "M": "Male"},
    }
    process = Process(table, reading=reading, baseline={"sex": {"Female": 500, "Male": 500}})
    assert row(audit(process), "Female")["share"] == pytest.approx(0.5)


@pytest.mark.parametrize("weight", ["1e308", "0", "1e-200"])
def test_weights_that_no_sum_can_hold_are_refused(weight, tmp_path):
    table = people([(f"Female,{weight}", 3), (f"Male,{weight}", 3)], "participant_id,sex,weight")
    with pytest.raises(InputError, match="cannot be reckoned with"):
        folder(tmp_path, participants=table, baseline=SEX)
