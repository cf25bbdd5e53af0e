"""How groups are called: in what people read, and never in the data."""

import pytest

import coprep
from coprep import Baseline, InputError, Process, audit, read_process
from coprep.representation import assess

LIVES = Baseline.from_shares({"disability": {"Yes": 0.2, "No": 0.8}, "sex": {"F": 0.5, "M": 0.5}})
CAME = {"disability": {"Yes": 4, "No": 96}, "sex": {"F": 50, "M": 50}}
LABELS = {"disability": {"Yes": "disabled people", "No": "non-disabled people"}}


@pytest.fixture
def result():
    return assess(CAME, LIVES, labels=LABELS)


def test_what_people_read_calls_groups_by_their_names(result):
    drawn = [t.get_text() for t in result.plot().get_yticklabels()]
    assert any("disabled people" in text for text in drawn)
    for text in (str(result), result.to_html(), result._repr_html_()):
        assert "non-disabled people" in text
    assert "“Yes”" not in result.to_html() + result.summary() + result.headline


def test_the_data_keep_the_baselines_groups(result):
    plain = assess(CAME, LIVES)
    assert list(result.table["group"]) == list(plain.table["group"]) == ["Yes", "No", "F", "M"]
    assert [f.group for f in result.findings] == [f.group for f in plain.findings]
    assert list(result.table["p_value"]) == list(plain.table["p_value"])
    assert coprep.from_json(result.to_json()) == result
    assert "disabled people" not in {v for r in result.rows.records() for v in r.values()} - {
        r["reading"] for r in result.rows.records()
    }


def test_sentences_name_the_group_without_its_attribute(result):
    found = next(f for f in result.findings if f.group == "Yes")
    assert found.reading.startswith("“disabled people”: 4 of 100 participants")
    assert "“disabled people”" in result.headline
    assert "“disabled people”" in found.next_step


def test_a_protected_copy_calls_them_so_too():
    few = {"disability": {"Yes": 4, "No": 96}}
    lives = Baseline.from_shares({"disability": {"Yes": 0.2, "No": 0.8}})
    safe = assess(few, lives, labels=LABELS).protect()
    assert "“disabled people”: not shown" in safe.summary()
    assert "“Yes”" not in safe.to_html()


def test_a_folder_says_how_groups_are_called(tmp_path):
    (tmp_path / "process.toml").write_text(
        '[labels.Disability]\nyes = "disabled people"\nMaybe = "people who may be"\n'
    )
    rows = ["attribute,group,count", "disability,Yes,4", "disability,No,96"]
    (tmp_path / "counts.csv").write_text("\n".join(rows))
    (tmp_path / "baseline.csv").write_text(
        "attribute,group,share\ndisability,Yes,20\ndisability,No,80"
    )
    found = audit(read_process(tmp_path))
    assert "disabled people" in found.parts[0].headline
    assert any(n.code == "labels_not_used" and "Maybe" in n.text for n in found.notes)


def test_names_go_with_each_baseline_that_has_the_group():
    other = Baseline.from_shares({"disability": {"Yes": 0.2, "No": 0.7, "Unsure": 0.1}})
    counts = {"disability": {"Yes": 4, "No": 96}}
    process = Process.from_counts(
        counts,
        {"a": LIVES, "b": other},
        reading={"labels": {"disability": {"Unsure": "people who are not sure"}}},
    )
    found = audit(process, labels=LABELS)
    assert [set(p.settings["labels"]["disability"]) for p in found.parts] == [
        {"Yes", "No"},
        {"Yes", "No", "Unsure"},
    ]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({"disability": {"Ye": "disabled people"}}, "did you mean 'Yes'"),
        ({"age": {"65+": "older people"}}, "which is not compared"),
        ({"disability": {"Yes": "people", "No": " People"}}, "two groups of 'disability' alike"),
        ({"disability": "disabled people"}, "expected names by attribute and group"),
        ({"disability": {"Yes": 3}}, "expected names by attribute and group"),
        ("disabled people", "expected names by attribute and group"),
    ],
)
def test_names_that_fit_nothing_are_refused(labels, words):
    with pytest.raises(InputError) as caught:
        assess(CAME, LIVES, labels=labels)
    assert words in str(caught.value)
