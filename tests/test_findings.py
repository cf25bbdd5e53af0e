"""The common face of results: tables, JSON there and back, errors in our own words."""

import json
import math
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import coprep
from coprep import (
    Baseline,
    CoprepWarning,
    Estimate,
    Finding,
    InputError,
    MissingExtraError,
    Result,
    Verdict,
)
from coprep.errors import Problems, warn
from coprep.findings import Note, counted
from coprep.loading import MODULES
from coprep.table import Table, plain
from coprep.wording.labels import listed, nearest, show

BASE = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})


def result():
    return coprep.representation.assess({"sex": {"Female": 2, "Male": 40}}, BASE, title="A jury")


def test_one_face():
    r = result()
    assert isinstance(r.table, pd.DataFrame)
    assert r.table is not r.table
    assert len(r.flagged) == 2
    assert repr(r) == "<Representation: A jury; 2 of 2 findings flagged>"
    assert "A jury" in str(r)
    assert "<table" in r._repr_html_()
    assert r.headline in r.summary()
    assert r.plot().figure is not None


@pytest.mark.parametrize("suffix", [".html", ".json", ".csv", ".md"])
def test_it_is_kept_by_suffix(tmp_path, suffix):
    path = result().save(tmp_path / f"who{suffix}")
    assert path.exists()
    assert "Female" in path.read_text(encoding="utf-8-sig")
    with pytest.raises(InputError, match=r"\.html"):
        result().save(tmp_path / "who.xls")


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        (
            {"format": 3},
            "in format 3, this version of coprep reads formats 1 to 2",
            "newer version",
        ),
        ({"format": 10**9}, "in format 1000000000", "newer version"),
        ({"format": "1.5"}, "in format '1.5'", "to_json"),
        ({"format": True}, "in format True", "to_json"),
        ({"format": None}, "says no format", "to_json"),
        ({"kind": "astrology"}, "kind 'astrology'", "coprep"),
        ({"rows": 3}, "damaged or incomplete", "again"),
        ({"rows": {"kinds": {"a": "text"}}}, "damaged or incomplete", "again"),
        ({"findings": [{"question": "x"}]}, "damaged or incomplete", "again"),
        ({"settings": None, "title": None, "findings": 3}, "damaged or incomplete", "again"),
    ],
)
def test_what_cannot_be_read_back_is_said(change, message, hint):
    written = {**result().to_dict(), **change}
    with pytest.raises(coprep.InputError) as caught:
        coprep.from_json(
            json.dumps({key: value for key, value in written.items() if value is not None})
        )
    assert message in str(caught.value) and hint in str(caught.value.hint)


def test_a_result_without_its_rows_is_incomplete():
    written = result().to_dict()
    del written["rows"]
    with pytest.raises(coprep.InputError, match="incomplete"):
        coprep.from_json(json.dumps(written))


def test_json_goes_there_and_back():
    r = result()
    assert coprep.from_json(r.to_json()) == r
    assert json.loads(r.to_json())["kind"] == "representation"
    assert pickle.loads(pickle.dumps(r)) == r
    for text in ("", "[]", "{}", '{"kind": "spell"}', "NaN"):
        with pytest.raises(InputError):
            coprep.from_json(text)


def test_results_are_frozen():
    with pytest.raises(AttributeError):
        result().title = "another"


def test_protect_hides_small_counts():
    safe = result().protect()
    assert safe.rows["count"][0] is None
    assert coprep.from_json(safe.to_json()) == safe


VALUES = st.one_of(st.none(), st.floats(), st.integers(-(2**53), 2**53), st.text(), st.booleans())


@given(st.lists(st.floats(), max_size=5), st.lists(st.text(), max_size=5))
def test_tables_round_trip(numbers, texts):
    n = min(len(numbers), len(texts))
    t = Table({"x": numbers[:n], "g": texts[:n]}, {"x": "number", "g": "text"})
    again = Table.from_dict(json.loads(json.dumps(t.to_dict(), allow_nan=False)))
    assert again == t
    assert list(t.to_frame().dtypes.astype(str)) == ["float64", "string"]


def test_tables_know_their_columns():
    t = Table.from_records([{"a": 1}, {"b": 2.0}], {"a": "count", "b": "number"})
    assert t["a"] == (1, None)
    assert math.isnan(t["b"][0])
    assert len(t.where([True, False])) == 1
    assert "2 rows" in repr(t)
    with pytest.raises(InputError, match="no column 'c'"):
        t["c"]
    with pytest.raises(InputError, match="different lengths"):
        Table({"a": [1], "b": []}, {"a": "count", "b": "number"})


@given(
    st.recursive(
        VALUES,
        lambda v: st.one_of(st.lists(v, max_size=3), st.dictionaries(st.text(), v, max_size=3)),
        max_leaves=8,
    )
)
def test_plain_data_are_plain(value):
    once = plain(value)
    assert plain(once) == once


def test_plain_unwraps_numpy_and_pandas():
    assert plain(
        {"a": np.float64(1.5), "b": np.array([1, 2]), "c": pd.NA, "d": np.int64(3), "e": {3, 1}}
    ) == {
        "a": 1.5,
        "b": (1, 2),
        "c": None,
        "d": 3,
        "e": (1, 3),
    }
    assert plain(np.float64("nan")) is None
    assert plain(Verdict.UNDER) == "under"


def test_findings_are_plain_data():
    f = Finding(
        "q",
        "sex",
        "F",
        "under",
        Estimate(0.5, 0, math.inf),
        p_value=np.float64("nan"),
        n=np.int64(3),
    )
    assert f.verdict is Verdict.UNDER
    assert f.p_value is None
    assert json.loads(json.dumps(f.to_dict(), allow_nan=False))["estimate"]["high"] == "inf"


def test_a_file_of_the_first_format_is_still_read():
    told = result()
    data = told.to_dict()
    picture = {name: value for name, value in data.pop("picture").items() if name != "kind"}
    old = {
        **data,
        "format": 1,
        "notes": [note["text"] for note in data["notes"]],
        "settings": {**data["settings"], "forest": picture},
        "findings": [
            {
                **{name: value for name, value in finding.items() if name != "values"},
                "caveats": [note["text"] for note in finding["caveats"]],
            }
            for finding in data["findings"]
        ],
    }
    read = coprep.from_json(json.dumps(old))
    assert read.picture == told.picture
    assert read.settings == told.settings
    assert list(map(str, read.notes)) == list(map(str, told.notes))
    assert read.rows == told.rows
    assert [f.reading for f in read.findings] == [f.reading for f in told.findings]


def test_every_kind_of_result_is_found_by_its_name():
    source = Path(coprep.__file__).parent
    said = re.compile(r'^    kind: ClassVar\[str\] = "([^"]+)"', re.MULTILINE)
    defined = {
        kind: ".".join(("coprep", *path.relative_to(source).with_suffix("").parts))
        for path in source.rglob("*.py")
        if path.name not in {"pictures.py", "results.py"}
        for kind in said.findall(path.read_text(encoding="utf-8"))
    }
    defined.pop("ideas")  # what detectors have in common is no answer by itself
    defined["fairness.grouped"] = defined["fairness.metric"]  # as older files call it
    assert defined == MODULES


def test_reading_a_result_loads_nothing_but_its_own_question(tmp_path):
    path = result().save(tmp_path / "who.json")
    code = (
        "import sys, coprep, pathlib\n"
        f"coprep.from_json(pathlib.Path({str(path)!r}).read_text(encoding='utf-8'))\n"
        "print([m for m in sys.modules if m.startswith(('coprep.ideas.', 'coprep.fairness.'))])\n"
        "print([m for m in sys.modules if m in ('matplotlib', 'coprep.report.plots', 'jinja2')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:2] == ["[]", "[]"]


def test_a_note_is_made_from_its_values_which_come_back():
    note = Note.of(
        "few",
        "{who:label}: only {authors} of {all}.",
        who="A",
        authors=counted(1, "author"),
        all=1234,
    )
    assert str(note) == "“A”: only 1 author of 1,234."
    assert note.values == {"who": "A", "authors": 1, "all": 1234}
    kept = replace(result(), notes=(note, "A bare sentence."))
    read = coprep.from_json(kept.to_json())
    assert read.notes == (note, Note("note", "A bare sentence."))
    assert pickle.loads(pickle.dumps(note)) == note


def test_verdicts_have_words():
    assert [v.label for v in Verdict] == [v.label for v in dict.fromkeys(Verdict)]
    assert [v for v in Verdict if v.is_flag] == ["under", "over", "pattern", "disparity"]


def test_errors_say_everything_at_once():
    problems = Problems()
    problems.add("one is wrong.", code="one", hint="try this.")
    problems.add("two is wrong.")
    with pytest.raises(InputError) as caught:
        problems.raise_if_any()
    error = caught.value
    assert (
        str(error)
        == "2 problems with what was given:\n1. one is wrong.\n   Hint: try this.\n2. two is wrong."
    )
    assert (error.code, error.hint) == ("one", "try this.")
    assert isinstance(error, ValueError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_missing_extra_is_named():
    error = MissingExtraError("duckdb", "duckdb", "Counting")
    assert isinstance(error, ImportError)
    assert 'pip install "coprep[duckdb]"' in str(error)


@given(st.text())
def test_shown_values_stay_on_one_line(text):
    assert len(show(text).splitlines()) == 1
    assert "\u202e" not in show(text)


def test_lists_are_cut_and_near_matches_found():
    assert listed(range(5)) == "0, 1, 2 and 2 more"
    assert nearest("F", ["Female", "Male"]) == "Female"
    assert nearest("Genders", ["gender", "age"]) == "gender"
    assert nearest("zzz", ["gender"]) is None


def test_warnings_point_at_the_caller():
    with pytest.warns(CoprepWarning, match="careful") as caught:
        warn("be careful")
    assert caught[0].filename == __file__


def test_a_result_without_findings_has_a_headline():
    assert Result(title="x").headline == "A description: nothing is judged here."
    assert len(Result(title="x").flagged) == 0
