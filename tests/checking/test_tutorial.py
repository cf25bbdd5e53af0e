"""The tutorial tells what the commands print, and its sample holds what its truth says."""

import json
import re
import shutil
from pathlib import Path

import pytest

import coprep
from coprep.cli import main

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "samples" / "sign-ups"
PAGE = (ROOT / "docs" / "two-files.md").read_text(encoding="utf-8")
FILES = ("responses.xlsx", "TS008-2021-3.csv", "census2021-ts007-ltla.csv")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The sample as a reader copies it."""
    place = tmp_path / "sign-ups"
    place.mkdir()
    for name in FILES:
        shutil.copy(SAMPLE / name, place)
    monkeypatch.chdir(tmp_path)
    return place


def transcripts():
    """Commands of the page with what they print."""
    blocks = re.findall(r"```console\n\$ coprep ([^\n]+)\n(.*?)```", PAGE, flags=re.DOTALL)
    return [(command.split(), told) for command, told in blocks]


def test_the_page_shows_what_the_commands_print(folder, capsys):
    (first, told), (second, again), (third, found) = transcripts()
    assert main(first) == 0
    assert capsys.readouterr().out == told
    file = folder / "mapping.toml"
    text = file.read_text(encoding="utf-8")
    for before, after in re.findall(r"^-(.+)\n\+(.+)$", PAGE, flags=re.MULTILINE):
        assert f"\n{before}\n" in text
        text = text.replace(f"\n{before}\n", f"\n{after}\n")
    file.write_text(text, encoding="utf-8")
    assert main(second) == 0
    assert capsys.readouterr().out == again
    assert main(third) == 0
    out = capsys.readouterr().out
    assert out[: out.index("Page:")] == found


def test_the_sample_holds_what_its_truth_says(folder):
    truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    assert main(["check", str(folder), "--area", "Manchester"]) == 0
    file = folder / "mapping.toml"
    text = file.read_text(encoding="utf-8")
    text = text.replace('repeats = ""', 'repeats = "last"')
    file.write_text(text.replace('"(written)" = ""', '"(written)" = "(unknown)"'), encoding="utf-8")
    process = coprep.read_process(folder)
    assert len(process.people) == truth["people"]
    age = dict(truth["age"])
    age["unknown"] = age.pop("Prefer not to say")
    assert process.counts()["age"] == age
    sex = truth["sex"]
    assert process.counts()["sex"] == {
        "Female": sex["Female"],
        "Male": sex["Male"],
        "unknown": sex["unknown"] + sex["own words"],
    }
