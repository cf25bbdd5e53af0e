"""A process as it lies on disk."""

import shutil

import numpy as np
import pandas as pd
import pytest

from coprep.data.process.readers.folder import read_process
from coprep.errors import InputError
from reference import SAMPLES
from told import texts

PROGRAMME = SAMPLES / "recovery-programme"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "participants.csv").write_text(
        "participant_id,area,religion\n007,North,None\n008,South,\n", encoding="utf-8"
    )
    (tmp_path / "ideas.csv").write_text(
        'idea_id;author_id;text\n1;007;"Benches; and trees"\n', encoding="cp1252"
    )
    (tmp_path / "baseline.csv").write_text(
        'attribute,group,count\narea,North,"1,200"\narea,South,800\n', encoding="utf-8-sig"
    )
    return tmp_path


def test_a_folder_of_tables(folder):
    (folder / "process.toml").write_text(
        'title = "Parks"\nselection = "quota"\nquotas = ["area"]\nsources = ["minutes"]\nbudget = 5000\n[baseline]\nsource = "Census"\n',
        encoding="utf-8",
    )
    process = read_process(folder)
    assert process.people == ("007", "008")
    assert process.grouping("religion").groups == ("None",)
    assert process.ideas.text == ("Benches; and trees",)
    assert (process.title, process.selection, process.quotas, process.budget) == (
        "Parks",
        "quota",
        ("area",),
        5000,
    )
    assert process.sources == ("minutes",)
    assert process.baseline.shares("area") == {"North": 0.6, "South": 0.4}
    assert process.baseline.source == "Census"


def test_several_baselines_take_their_names_from_the_files(folder):
    (folder / "baseline-england.csv").write_text(
        "attribute,group,share\narea,North,51\narea,South,49\n", encoding="utf-8"
    )
    assert tuple(read_process(folder).baselines) == ("baseline", "england")
    (folder / "process.toml").write_text('baseline = "england"\n', encoding="utf-8")
    process = read_process(folder)
    assert next(iter(process.baselines)) == "england"
    assert process.baseline.shares("area")["North"] == 0.51
    (folder / "process.toml").write_text('baseline = "englnd"\n', encoding="utf-8")
    with pytest.raises(InputError, match="did you mean 'england'"):
        read_process(folder)


def test_counts_and_shares_may_stand_in_one_baseline(folder):
    (folder / "baseline.csv").write_text(
        "attribute,group,count,share,moe\narea,North,60,,\narea,South,40,,\nreligion,None,,37.2%,\nreligion,Some,,62.8%,\n",
        encoding="utf-8",
    )
    baseline = read_process(folder).baseline
    assert baseline.attributes == ("area", "religion")
    assert baseline.shares("religion")["None"] == pytest.approx(0.372)


def test_parquet_and_workbooks_read_the_same(tmp_path):
    plain = read_process(PROGRAMME)
    whole = pd.ExcelWriter(tmp_path / "programme.xlsx")
    other = tmp_path / "parquet"
    other.mkdir()
    with whole:
        for file in sorted(PROGRAMME.glob("*.csv")):
            table = pd.read_csv(file, dtype=str, keep_default_na=False, na_values=[""])
            table.to_excel(whole, sheet_name=file.stem, index=False)
            if not file.stem.startswith("baseline"):
                table.to_parquet(other / f"{file.stem}.parquet")
    shutil.copy(PROGRAMME / "baseline.csv", other)
    for process in (read_process(tmp_path / "programme.xlsx"), read_process(other)):
        assert process.people == plain.people
        assert process.grouping("access_need").groups == plain.grouping("access_need").groups
        for currency in ("ideas", "votes", "words", "adoptions"):
            assert np.array_equal(process.ledger(currency).amounts, plain.ledger(currency).amounts)
        assert process.baseline.shares("age_band") == plain.baseline.shares("age_band")
        assert process.stages == plain.stages


@pytest.mark.parametrize(
    ("sample", "stages", "note"),
    [
        ("leeds-climate-jury-2019", ("respondents", "selected", "attended"), None),
        ("kingston-air-quality-2019", ("attended",), None),
        (
            "ai-juries-2019",
            ("selected_coventry", "selected_manchester"),
            "The groups of age (selected manchester) add to 19, the published total is 18; the source does not add up, "
            "and 19 is used.",
        ),
    ],
)
def test_published_processes(sample, stages, note):
    process = read_process(SAMPLES / sample)
    assert process.stages == stages
    assert process.baselines
    assert note is None or note in texts(process.notes)


def test_leeds_as_published():
    process = read_process(SAMPLES / "leeds-climate-jury-2019")
    assert process.counts("respondents")["disability"]["Yes"] == 12
    assert process.totals("respondents")["disability"] == 122
    assert process.selection_at("respondents") == ("open", ())
    assert process.selection_at("selected")[0] == "quota"
    assert process.baseline.shares("disability")["Yes"] == pytest.approx(0.23)


def test_all_files_problems_are_said_together(folder):
    (folder / "ratings.csv").write_text("participant,idea_id,value\n007,1,1\n", encoding="utf-8")
    (folder / "turns.csv").write_text("", encoding="utf-8")
    (folder / "process.toml").write_text('titel = "x"\nquotas = "area"\n', encoding="utf-8")
    (folder / "baseline-b.csv").write_text("atribute,group,count\narea,N,1\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_process(folder)
    text = str(raised.value)
    for part in (
        "turns.csv is empty",
        "did you mean 'title'",
        "rename 'participant' to 'participant_id'",
        "rename 'atribute' to 'attribute'",
        'write quotas = ["age", "gender"]',
    ):
        assert part in text, part
    assert "007" not in text


def test_files_that_say_nothing_are_named(folder):
    (folder / "particpants2.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / "notes.txt").write_text("hello", encoding="utf-8")
    (folder / "idea.tsv").write_text("a\n1\n", encoding="utf-8")
    (folder / "turns.ods").write_bytes(b"PK")
    (folder / "._ideas.csv").write_bytes(b"\0\1")
    notes = texts(read_process(folder).notes)
    assert "files that were not read: “idea.tsv”, “particpants2.csv”, “turns.ods”." in notes
    assert (
        "if that is what it holds, rename 'idea.tsv' to 'ideas.tsv', rename 'particpants2.csv' to 'participants.csv', "
        "save 'turns.ods' as 'turns.csv'." in notes
    )


def test_one_table_twice_is_refused(folder):
    (folder / "idea_beneficiary.csv").write_text(
        "idea_id,attribute,group\n1,area,North\n", encoding="utf-8"
    )
    assert read_process(folder).named_attributes == ("area",)
    (folder / "beneficiaries.csv").write_text(
        "idea_id,attribute,group\n1,area,North\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match="holds beneficiaries again"):
        read_process(folder)


def test_an_empty_or_absent_folder_says_so(tmp_path):
    (tmp_path / "participnts.csv").write_text("participant_id\n1\n", encoding="utf-8")
    with pytest.raises(InputError, match="rename 'participnts.csv' to 'participants.csv'"):
        read_process(tmp_path)
    with pytest.raises(InputError, match="is a file; a folder was expected") as raised:
        read_process(tmp_path / "participnts.csv")
    assert raised.value.hint == "pass the folder that holds it."
    with pytest.raises(InputError, match="does not exist"):
        read_process(tmp_path / "nowhere")
    with pytest.raises(InputError, match="path must name a folder"):
        read_process(3)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "ratings.csv",
            "participant_id,idea_id,value\n007,1,1,2\n",
            "1 rows have more cells than the header",
        ),
        ("ratings.csv", "participant_id,participant_id\n1,2\n", "columns of one name"),
        (
            "ratings.csv",
            "Our ratings\n\nparticipant_id,idea_id,value\n007,1,1\n",
            "delete what stands above the line of column names",
        ),
        ("process.toml", "title = ", "process.toml cannot be read"),
        ("process.toml", "[stages]\ndesign = 3\n", "stages must be a mapping"),
        ("ratings.parquet", "no parquet", "no readable Parquet file"),
        ("more.xlsx", "no workbook", "no readable workbook"),
    ],
)
def test_unreadable_files_are_named(folder, name, content, message):
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_process(folder)


def test_a_line_that_names_the_separator_is_followed(folder):
    (folder / "participants.csv").write_text(
        "sep=;\nparticipant_id;area\n007;North, east\n008;South\n", encoding="utf-8"
    )
    assert read_process(folder).grouping("area").groups == ("North, east", "South")


def test_encodings_and_separators(folder):
    text = "participant_id\tarea\tcafé\n007\tNorth\tMünch\n008\tSouth\tÉcole\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        (folder / "participants.csv").write_text(text, encoding=encoding)
        process = read_process(folder)
        assert process.attributes == ("area", "café"), encoding
        assert process.grouping("café").groups == ("Münch", "École"), encoding
