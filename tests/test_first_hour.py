"""Folders as newcomers make them: none gets a wrong verdict, and who is refused is told the way out."""

import csv

import pytest

import coprep
from coprep.cli import main

UNDER_OR_OVER = {"under", "over"}


def write(place, base, people=(), counts="", separator=","):
    """A folder with a baseline, and people as (label, how many) or published counts."""
    (place / "baseline.csv").write_text(base, encoding="utf-8")
    if counts:
        (place / "counts.csv").write_text(counts, encoding="utf-8")
        return place
    attribute, *groups = people
    labels = [name for name, n in groups for _ in range(n)]
    with (place / "participants.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=separator)
        rows.writerow(["participant_id", attribute])
        rows.writerows(enumerate(labels))
    return place


def found(place, *options):
    """Counts and verdicts by group, as the command finds them."""
    targets = ["--out", str(place / "page.html"), "--json", str(place / "all.json")]
    assert main(["audit", str(place), *targets, *options]) == 0
    result = coprep.from_json((place / "all.json").read_text(encoding="utf-8"))
    return {r["group"]: (r["count"], r["verdict"]) for r in result.rows.records()}


SEX = "attribute,group,share\nsex,Female,51\nsex,Male,49\n"
AGES = "attribute,group,share\nage,16-29,25\nage,30-44,25\nage,45-59,23\nage,60+,27\n"
READ = {
    "man and woman": (
        (SEX, ("sex", ("Man", 30), ("Woman", 25), ("Female", 15))),
        {"Female": 40, "Male": 30},
    ),
    "one letter": (
        (SEX, ("sex", ("Female", 52), ("M", 47), ("Male", 29), ("F", 22))),
        {"Female": 74, "Male": 76},
    ),
    "bands in words": (
        (AGES, ("age", ("16 to 29", 30), ("30 to 44", 30), ("60+", 30), ("45 to 59", 28))),
        {"16-29": 30, "30-44": 30, "45-59": 28, "60+": 30},
    ),
    "counts of men and women": (
        (SEX, (), "attribute,group,count\nsex,Female,12\nsex,Woman,200\nsex,Man,180\n"),
        {"Female": 212, "Male": 180},
    ),
    "a total in another language": (
        (
            "attribute,group,count\nage,Insgesamt,100000\nage,0-24,30000\nage,25-64,50000\n"
            "age,65+,20000\n",
            (),
            "attribute,group,count\nage,0-24,60\nage,25-64,100\nage,65+,40\n",
        ),
        {"0-24": 60, "25-64": 100, "65+": 40},
    ),
    "does not apply": (
        (
            "attribute,group,count\nq,-8 Does not apply,40000\nq,None,30000\nq,Degree,50000\n",
            (),
            "attribute,group,count\nq,None,30\nq,Degree,70\n",
        ),
        {"None": 30, "Degree": 70},
    ),
}


@pytest.mark.parametrize("name", READ)
def test_what_plainly_means_a_group_is_counted_there_and_nobody_is_absent(name, tmp_path):
    (base, people, *counts), expected = READ[name]
    rows = found(write(tmp_path, base, people, *counts))
    assert {group: n for group, (n, _) in rows.items()} == expected
    assert not UNDER_OR_OVER & {verdict for _, verdict in rows.values()}


WARDS = (
    "attribute,group,count\nward,Chorlton,250\nward,Hulme,250\nward,Moss Side,250\n"
    "ward,Didsbury East,250\n"
)
REFUSED = {
    "an answer of several words": (
        "attribute,group,count\ndisability,Disabled,190\ndisability,No,810\n",
        ("disability", ("No", 77), ("Yes, limited a little", 23), ("Yes, limited a lot", 20)),
        "'Yes, limited a little'",
    ),
    "names of places": (
        WARDS,
        ("ward", ("Hulme Ward", 42), ("Moss Side", 41), ("Chorlton", 40), ("Didsbury (East)", 37)),
        "'Hulme Ward'",
    ),
    "bands that cross": (
        "attribute,group,count\nage,16-24,150\nage,25-34,200\nage,35-64,400\nage,65+,250\n",
        ("age", ("16-24", 22), ("25-39", 49), ("40-59", 31), ("60+", 18)),
        "'16-24', '25+'",
    ),
    "parts beside their parent": (
        "attribute,group,count\nage,0-79,90000\nage,80-84,6000\nage,85-89,2500\nage,90+,1500\n"
        "age,85+,4000\n",
        ("age", ("0-79", 180), ("80-84", 12), ("85+", 8)),
        "'85+'",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_turn_a_verdict_is_refused(name, tmp_path, capsys):
    base, people, words = REFUSED[name]
    assert main(["audit", str(write(tmp_path, base, people)), "--out", "-"]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert "Hint" in said.err
    assert said.out == ""


def test_the_way_out_works(tmp_path):
    base, people, _ = REFUSED["an answer of several words"]
    place = write(tmp_path, base, people)
    options = ["--recode", "disability:Yes, limited a little=Disabled"]
    options += ["--recode", "Yes, limited a lot=Disabled"]
    assert found(place, *options)["Disabled"] == (43, "over")
    lines = ['"Yes, limited a little" = "Disabled"', '"Yes, limited a lot" = "Disabled"']
    (place / "process.toml").write_text("[recode.disability]\n" + "\n".join(lines))
    assert found(place)["Disabled"] == (43, "over")


def test_thousands_with_a_point_are_asked_about(tmp_path, capsys):
    base = "attribute;group;count\nsex;Female;1.200\nsex;Male;900\n"
    place = write(tmp_path, base, ("sex", ("Female", 30), ("Male", 30)), separator=";")
    assert main(["audit", str(place), "--out", "-"]) == 2
    assert "thousands" in capsys.readouterr().err
    (place / "baseline.csv").write_text(base.replace("1.200", "1200"))
    assert not UNDER_OR_OVER & {verdict for _, verdict in found(place).values()}


def test_free_text_of_one_person_is_on_no_protected_page(tmp_path):
    written = "Trans woman (I use a wheelchair)"
    people = ("sex", ("Female", 34), ("Male", 30), (written, 1))
    place = write(tmp_path, SEX, people)
    rows = found(place, "--protect")
    assert sorted([rows["Female"][0] or 0, rows["Male"][0] or 0]) in ([0, 30], [0, 34])
    text = (place / "page.html").read_text(encoding="utf-8")
    text += (place / "all.json").read_text(encoding="utf-8")
    assert "wheelchair" not in text
