"""Counting gives the same answer on every engine, and rows stay where they are."""

import math

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from coprep import InputError
from coprep.data.counting import Cell
from coprep.data.frames import Frame, is_frame, open_frame
from coprep.data.tally import Tally


def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(12)],
            "sex": ["Female", "female ", "Male", None, "Male", "Prefer not to say"] * 2,
            "age": [16.0, 24, 25, 44, np.nan, 70] * 2,
            "faith": ["None", "Hindu; Sikh", "None", "", "Sikh|Hindu", None] * 2,
            "w": [1.0, 2.0, 0.5, 1.0, 1.5, 1.0] * 2,
            "carer": [True, False, None, True, False, False] * 2,
        }
    )


COLUMNS = {"sex": "sex", "age": "age", "faith": "faith", "carer": "carer"}


def test_every_engine_tallies_the_same(engine):
    expected = Tally.from_frame(
        people(), columns=COLUMNS, weight="w", person="id", overlapping=["faith"]
    )
    got = Tally.from_frame(
        engine(people()), columns=COLUMNS, weight="w", person="id", overlapping=["faith"]
    )
    for name, one in expected.attributes.items():
        two = got.attributes[name]
        assert set(one.cells) == set(two.cells), name
        for label, cell in one.cells.items():
            assert two.cells[label].n == cell.n
            assert math.isclose(two.cells[label].w, cell.w, rel_tol=1e-12)
            assert math.isclose(two.cells[label].w2, cell.w2, rel_tol=1e-12)
            assert two.cells[label].heaviest == cell.heaviest
        assert two.unknown.n == one.unknown.n
    assert expected.attributes["faith"].cells["Hindu"] == Cell(4, 7.0, 12.5, 2.0)
    assert expected.attributes["faith"].known("Hindu").n == 8
    assert expected.attributes["carer"].cells["Yes"].n == 4


@pytest.mark.parametrize("make", [lambda f: pl.from_pandas(f).lazy(), duckdb.from_df])
def test_only_counts_leave_a_lazy_engine(make, monkeypatch):
    collected = []
    original = nw.LazyFrame.collect

    def counting(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        collected.append(len(result))
        return result

    monkeypatch.setattr(nw.LazyFrame, "collect", counting)
    frame = pd.concat([people()] * 500, ignore_index=True)
    frame["id"] = [f"p{i}" for i in range(len(frame))]
    tally = Tally.from_frame(make(frame), columns=COLUMNS, weight="w", person="id")
    assert tally.attributes["sex"].cells["Male"].n == 2000
    assert max(collected) <= 10 < len(frame)


def test_dask_collects_only_counts(monkeypatch):
    import dask.dataframe as dd

    lengths = []
    original = nw.LazyFrame.collect
    monkeypatch.setattr(
        nw.LazyFrame,
        "collect",
        lambda self, *a, **k: [r := original(self, *a, **k), lengths.append(len(r))][0],
    )
    frame = pd.concat([people()] * 50, ignore_index=True)
    Tally.from_frame(dd.from_pandas(frame, npartitions=4), columns={"sex": "sex"})
    assert lengths
    assert max(lengths) <= 10


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_unusable_weights_are_one_error(engine, bad):
    frame = people().assign(w=[bad, *people()["w"][1:]])
    with pytest.raises(
        InputError, match=r"1 of 12 weights in 'w' are missing, infinite or negative"
    ):
        Tally.from_frame(engine(frame), columns={"sex": "sex"}, weight="w")


def test_all_column_problems_come_at_once():
    frame = people().assign(id="same", w="heavy")
    with pytest.raises(InputError) as caught:
        Tally.from_frame(
            frame, columns={"sex": "sexx", "age": "nothing like it"}, weight="w", person="id"
        )
    text = str(caught.value)
    assert len(caught.value.problems) == 4
    assert "did you mean 'sex'?" in text
    assert "are not numbers" in text
    assert "1 ids in 'id' stand in more than one row (12 rows)" in text


@pytest.mark.parametrize("value", [None, 3, "people.csv", object()])
def test_what_is_no_frame_is_refused(value):
    with pytest.raises(InputError, match="must be a data frame"):
        open_frame(value)
    assert not is_frame(value)


def test_columns_of_one_name_are_refused():
    frame = pd.DataFrame([[1, 2]], columns=["sex", "sex"])
    with pytest.raises(InputError, match="several columns named 'sex'"):
        open_frame(frame)


def test_a_series_and_numbered_columns_are_taken():
    assert open_frame(pd.Series(["a", "b"], name="sex")).columns == ("sex",)
    assert open_frame(pd.DataFrame({0: [1], 1: [2]})).columns == ("0", "1")
    assert is_frame(pl.Series("sex", ["a"]))


def test_cells_that_cannot_be_counted_are_explained():
    frame = pd.DataFrame({"sex": [["a"], ["b"]]})
    with pytest.raises(InputError, match="could not be counted by 'sex'"):
        Frame.count(open_frame(frame), ["sex"])


def test_tallies_add_up():
    frame = people()
    whole = Tally.from_frame(frame, columns=COLUMNS, weight="w", overlapping=["faith"])
    parts = Tally.from_frame(
        frame[:5], columns=COLUMNS, weight="w", overlapping=["faith"]
    ) + Tally.from_frame(frame[5:], columns=COLUMNS, weight="w", overlapping=["faith"])
    assert parts == whole
    with pytest.raises(InputError, match="only one of two tallies has 'sex'"):
        whole + Tally.from_frame(frame, columns={"age": "age", "faith": "faith", "carer": "carer"})


def test_one_column_an_option():
    frame = pd.DataFrame(
        {"urdu": ["Urdu", None, None], "welsh": [1, 0, None], "polish": [True, False, True]}
    )
    options = {"languages": {"Urdu": "urdu", "Welsh": "welsh", "Polish": "polish"}}
    tally = Tally.from_frame(frame, columns={}, options=options).attributes["languages"]
    assert {k: (c.n, tally.known(k).n) for k, c in tally.cells.items()} == {
        "Urdu": (1, 3),
        "Welsh": (1, 2),
        "Polish": (2, 3),
    }
    with pytest.raises(InputError, match="neither a tick nor its absence"):
        Tally.from_frame(frame.assign(urdu="sometimes"), columns={}, options=options)


@pytest.mark.parametrize("weight", [None, "w"])
def test_an_empty_frame_is_refused(engine, weight):
    nobody = engine(people()[:0])
    with pytest.raises(InputError, match="participants has no rows"):
        Tally.from_frame(nobody, columns={"sex": "sex"}, weight=weight)
