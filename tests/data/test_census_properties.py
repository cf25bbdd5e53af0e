"""Every layout is written from a random table and read back; damaged files give an error, a note, or the same figures."""

import random

import pytest

from coprep.data.baseline.read import read_baseline
from data.census_mutations import KINDS, mutated, outcome
from data.census_writers import WRITERS, random_table


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("layout", WRITERS)
def test_what_is_written_is_read_back(tmp_path, layout, seed):
    table = random_table(seed)
    path = tmp_path / "anything.bin"
    path.write_text(WRITERS[layout](table), encoding="utf-8", newline="")
    for code, name in table.places:
        asked = {"area": code, "date": "2023"} if layout == "eurostat-tsv" else {"area": name}
        b = read_baseline(path, **asked)
        (attribute,) = b.attributes
        read = list(b.counts(attribute).values())
        written = [table.counts[code, group] for group in table.groups]
        assert sorted(read) == sorted(written)
        account = b.account()
        rows = account[account["attribute"] == attribute]
        parts = rows[rows["treatment"].isin(["group", "left out", "difference"])]["count"].sum()
        assert parts == rows[rows["treatment"] == "total"]["count"].iloc[0]


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_never_give_a_wrong_number(tmp_path, kind):
    rng = random.Random(f"census {kind}")
    for number in range(2_000 // len(KINDS)):
        layout = rng.choice(list(WRITERS))
        seen = outcome(tmp_path / f"{number % 7}.dat", mutated(layout, kind, rng))
        assert seen != "wrong", (layout, kind, number)


def test_a_mutation_study_can_fail(tmp_path):
    """A file whose figures are not those of its table is called wrong: the check is no formality."""
    rng = random.Random(1)
    table = random_table(3)
    other = random_table(4, table.groups)
    raw = WRITERS["wide"](
        type(table)(
            table.places,
            table.groups,
            {**table.counts, **{k: v for k, v in other.counts.items() if k in table.counts}},
        )
    )
    damaged = mutated("wide", "same", rng)
    changed = type(damaged)(raw.encode(), "wide", table)
    assert outcome(tmp_path / "x.dat", changed) == "wrong"
