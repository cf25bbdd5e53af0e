"""The command among other programs: streams, exit codes, what it must not write over."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import coprep
from coprep.cli import EXIT_CODES, main

COUNTS = "attribute,group,count\nsex,Female,60\nsex,Male,9\n"
BASE = "attribute,group,share\nsex,Female,51\nsex,Male,49\n"
posix = pytest.mark.skipif(os.name != "posix", reason="pipes and devices of POSIX")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder with counts and a baseline, and a place to work beside it."""
    place = tmp_path / "own"
    place.mkdir()
    (place / "counts.csv").write_text(COUNTS, encoding="utf-8")
    (place / "baseline.csv").write_text(BASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return place


def run(*arguments, encoding=None, **options):
    """The command in a process of its own."""
    env = {**os.environ, "MPLBACKEND": "Agg"}
    if encoding:
        env["PYTHONIOENCODING"] = encoding
    command = [sys.executable, "-m", "coprep", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, check=False, timeout=120, env=env, **options
    )


# -- streams


def test_json_goes_to_standard_output_and_what_people_read_to_the_other(own, capsys):
    assert main(["audit", str(own), "--json", "-"]) == 0
    said = capsys.readouterr()
    assert coprep.from_json(said.out).headline in said.err
    assert not Path("report.html").exists()
    assert main(["audit", str(own), "--json", "-", "--out", "page.html"]) == 0
    json.loads(capsys.readouterr().out)
    assert Path("page.html").exists()


def test_the_page_goes_to_standard_output(own, capsys):
    assert main(["audit", str(own), "--out", "-", "--json", "all.json"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("<!DOCTYPE html>")
    assert said.out.rstrip().endswith("</html>")
    assert f"JSON: {Path('all.json').resolve()}" in said.err


def test_standard_output_holds_one_of_them(own, capsys):
    assert main(["audit", str(own), "--out", "-", "--json", "-"]) == 2
    assert "both -" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_a_terminal_need_not_know_the_labels(own, encoding):
    for name, text in (("counts", COUNTS), ("baseline", BASE)):
        text = text.replace("Male", "日本 😀")
        (own / f"{name}.csv").write_text(text, encoding="utf-8")
    done = run("audit", own, "--json", "-", "--out", "p.html", encoding=encoding)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert "日本" in done.stdout.decode("utf-8")
    told = done.stderr.decode(encoding)
    assert "were missing" in told
    assert ("日本" in told) == (encoding == "utf-8")


@posix
@pytest.mark.parametrize("target", ["-", "p.html"])
def test_a_closed_pipe_ends_quietly(own, target):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "coprep", "audit", str(own), "--out", target],
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"Broken" not in done.stderr


def test_an_interruption_ends_quietly(own, monkeypatch, capsys):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("coprep.auditing.audit.audit", stopped)
    assert main(["audit", str(own)]) == 130
    assert capsys.readouterr().err == ""


@posix
def test_ctrl_c_leaves_no_traceback_and_no_half_of_a_file(own, tmp_path):
    os.mkfifo(tmp_path / "target")
    command = [sys.executable, "-m", "coprep", "audit", str(own), "--out", str(tmp_path / "target")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        time.sleep(15)  # by now it waits for somebody to read the pipe
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == b""


# -- exit codes


def test_a_flag_is_told_by_the_exit_code_where_it_is_asked_for(own):
    assert main(["audit", str(own), "--out", "p.html"]) == 0
    assert main(["audit", str(own), "--out", "p.html", "--fail-on-flag"]) == 1
    (own / "counts.csv").write_text(COUNTS.replace("60", "9"), encoding="utf-8")
    assert main(["audit", str(own), "--out", "p.html", "--fail-on-flag"]) == 0
    assert main(["audit", str(own / "nowhere"), "--fail-on-flag"]) == 2


def test_exit_codes_are_documented(capsys):
    guide = (Path(__file__).parents[1] / "docs" / "folder.md").read_text(encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["--help"])
    told = "".join(capsys.readouterr().out.split())
    for code, meaning in EXIT_CODES.items():
        assert f"| {code} | {meaning} |" in guide
        assert "".join(f"{code} {meaning}".split()) in told


# -- what must not be written over


@pytest.mark.parametrize("option", ["--out", "--json"])
@pytest.mark.parametrize("name", ["counts.csv", "baseline.csv", "../own/counts.csv", "link.html"])
def test_nothing_is_written_over_what_is_read(own, option, name, capsys):
    if os.name == "posix":
        (own.parent / "link.html").symlink_to(own / "counts.csv")
    target = own.parent / name if name == "link.html" else own / name
    assert main(["audit", str(own), option, str(target)]) == 2
    assert f"{option[2:]} names" in capsys.readouterr().err
    assert (own / "counts.csv").read_text(encoding="utf-8") == COUNTS
    assert (own / "baseline.csv").read_text(encoding="utf-8") == BASE


def test_a_baseline_from_elsewhere_is_read_too(own, tmp_path, capsys):
    elsewhere = tmp_path / "census.html"
    elsewhere.write_text(BASE, encoding="utf-8")
    assert main(["audit", str(own), "--baseline", str(elsewhere), "--out", str(elsewhere)]) == 2
    assert elsewhere.read_text(encoding="utf-8") == BASE


def test_two_files_do_not_go_to_one_place(own, capsys):
    for other in ("z.html", "own/../z.html"):
        assert main(["audit", str(own), "--out", "z.html", "--json", other]) == 2
    assert "both name" in capsys.readouterr().err


def test_what_was_written_before_may_be_written_again(own):
    targets = ["--out", str(own / "report.html"), "--json", str(own / "all.json")]
    assert main(["audit", str(own), *targets]) == 0
    assert main(["audit", str(own), *targets]) == 0


@pytest.mark.parametrize(
    ("option", "name"),
    [("--out", "r.pdf"), ("--out", "r.DOCX"), ("--out", "r.json"), ("--json", "r.html")],
)
def test_no_page_goes_under_a_name_that_misleads(own, option, name, capsys):
    assert main(["audit", str(own), option, name]) == 2
    assert "let the name end in" in capsys.readouterr().err
    assert not Path(name).exists()


def test_an_old_page_stays_where_the_new_one_fails(own, monkeypatch, capsys):
    Path("p.html").write_text("the old page", encoding="utf-8")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("coprep.report.writing.shutil.copymode", full)
    assert main(["audit", str(own), "--out", "p.html"]) == 2
    assert "No space left" in capsys.readouterr().err
    assert Path("p.html").read_text(encoding="utf-8") == "the old page"
    assert [p.name for p in Path().iterdir() if p.name.endswith(".tmp")] == []


@posix
def test_permissions_and_links_of_an_old_page_stay(own):
    Path("real.html").write_text("the old page", encoding="utf-8")
    Path("real.html").chmod(0o640)
    Path("link.html").symlink_to("real.html")
    assert main(["audit", str(own), "--out", "link.html"]) == 0
    assert Path("link.html").is_symlink()
    assert Path("real.html").stat().st_mode & 0o777 == 0o640
    assert Path("real.html").read_text(encoding="utf-8").startswith("<!DOCTYPE")


@pytest.mark.parametrize("target", [".", "nowhere/p.html", "a" * 300 + ".html", "a\0b.html"])
def test_what_cannot_be_written_is_said(own, target, capsys):
    assert main(["audit", str(own), "--out", target]) == 2
    assert "cannot write" in capsys.readouterr().err


@posix
def test_a_device_is_written_to_as_it_is(own):
    assert main(["audit", str(own), "--out", "/dev/null"]) == 0
    assert Path("/dev/null").is_char_device()


# -- hostile folders


@posix
@pytest.mark.parametrize("name", ["counts.csv", "process.toml", "baseline.csv", "ideas.parquet"])
@pytest.mark.parametrize("kind", ["pipe", "device", "loop", "dead link", "folder"])
def test_what_is_no_file_is_refused_in_words(own, name, kind, capsys):
    place = own / name
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to({"device": "/dev/zero", "loop": place, "dead link": own / "none"}[kind])
    assert main(["audit", str(own)]) == 2
    assert f"'{name}'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "toml",
    [
        "x = " + "[" * 20_000,
        "population = " + "9" * 5_000,
        "population = 0x" + "f" * 5_000,
        "budget = nan",
        "budget = inf",
        "budget = -1",
        "scale = [5, 1]",
        "stages = {selected = 3}",
        "baseline = {source = {a = 1}, population = 3}",
        'title = "\\ud800"',
    ],
)
def test_hostile_settings_are_refused_in_words(own, toml, capsys):
    (own / "process.toml").write_text(toml, encoding="utf-8")
    assert main(["audit", str(own)]) == 2
    assert capsys.readouterr().err.startswith("coprep: ")


# -- what process.toml says, for once


def test_columns_and_labels_are_named_on_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = ["participant_id,What is your sex?,age"]
    lines += [f"{i},{'W' if i % 2 else 'M'},{'old: 65' if i % 3 else 'young'}" for i in range(60)]
    (tmp_path / "participants.csv").write_text("\n".join(lines), encoding="utf-8")
    base = BASE + "age,65+,40\nage,young,60\n"
    (tmp_path / "baseline.csv").write_text(base, encoding="utf-8")
    told = ["--column", "What is your sex?=sex", "--recode", "sex:W=Female", "--recode", "M=Male"]
    told += ["--recode", "old: 65=65+", "--json", "a.json", "--out", "p.html"]
    assert main(["audit", str(tmp_path), *told]) == 0
    result = coprep.from_json(Path("a.json").read_text(encoding="utf-8"))
    counts = {r["group"]: r["count"] for r in result.rows.records()}
    assert counts == {"Female": 30, "Male": 30, "65+": 40, "young": 20}


@pytest.mark.parametrize("words", [["--column", "age"], ["--recode", "=x"], ["--recode", "a="]])
def test_half_an_option_is_refused_with_an_example(own, words, capsys):
    assert main(["audit", str(own), *words]) == 2
    assert "for example --" in capsys.readouterr().err
