"""Every platform's export is written from made-up people and read back; damaged ones are refused."""

import random

import pytest

from checking.export_writers import BANDS, GROUPS, SEXES, WRITERS, Person
from coprep import Baseline, CoprepError, read_participants

CENSUS = Baseline.from_counts(
    {
        "sex": {"Female": 51, "Male": 49},
        "age": {"16-24": 20, "25-44": 30, "45-64": 30, "65+": 20},
        "ethnic group": {"White": 60, GROUPS[1]: 20, "Mixed or Multiple ethnic groups": 20},
    }
)
WORLDS = 3


def world(seed, *, several):
    """Some people; every answer of the form is given by somebody who gives it alone."""
    draw = random.Random(seed)
    people = [
        Person(sex, band, (group,)) for sex in SEXES[:2] for band in BANDS[:4] for group in GROUPS
    ]
    for _ in range(draw.randrange(0, 40)):
        number = draw.choice((0, 1, 1, 1, 2) if several else (0, 1))
        ticked = draw.sample(GROUPS, number)
        groups = tuple(group for group in GROUPS if group in ticked)
        people.append(Person(draw.choice(SEXES), draw.choice(BANDS), groups))
    draw.shuffle(people)
    return people


def decided(people):
    """Every open question answered: two ticks in each, nothing ticked or put unknown."""
    answers = {}
    for question in people.questions:
        key = {"(several)": "(each)", "(not ticked)": "(unknown)"}.get(question.key)
        key = key or {"copies": "keep"}[question.key]
        section, _, attribute = question.section.partition(".")
        if attribute:
            answers.setdefault(section, {}).setdefault(attribute, {})[question.key] = key
        else:
            answers.setdefault(section, {})[question.key] = key
    return people.answer(answers)


@pytest.mark.parametrize("seed", range(WORLDS))
@pytest.mark.parametrize("platform", WRITERS)
def test_what_was_written_is_read(platform, seed, tmp_path):
    write, several = WRITERS[platform]
    people = world(seed, several=several)
    read = read_participants(write(people, tmp_path), baseline=CENSUS)
    assert read.sign_ups.form.platform == platform
    assert len(read) == len(people)
    compared = decided(read).sign_ups.compared
    for group in ("Female", "Male"):
        assert compared["sex"].count(group) == sum(one.sex == group for one in people)
    for band in CENSUS.groups("age"):
        assert compared["age"].count(band) == sum(one.age == band for one in people)
    for group in CENSUS.groups("ethnic group"):
        assert compared["ethnic group"].count(group) == sum(group in one.groups for one in people)
    known = sum(bool(one.groups) for one in people)
    assert len(people) - compared["ethnic group"].number("unknown") == known


MUTATIONS = 500


def mutated(raw, draw):
    """A file that was cut, shuffled, filled with other bytes, or saved in another way."""
    kind = draw.randrange(7)
    if kind == 0:
        return raw[: draw.randrange(len(raw))]
    if kind == 1:
        at = draw.randrange(len(raw))
        return (
            raw[:at] + bytes(draw.randrange(256) for _ in range(draw.randrange(1, 30))) + raw[at:]
        )
    if kind == 2:
        lines = raw.split(b"\r\n")
        draw.shuffle(lines)
        return b"\r\n".join(lines)
    if kind == 3:
        return raw.replace(b"\r\n", b"\n").replace(b",", b";")
    if kind == 4:
        return bytes(draw.randrange(256) for _ in range(200))
    if kind == 5:
        return b""
    lines = raw.split(b"\r\n")
    gone = draw.randrange(len(lines))
    return b"\r\n".join(lines[:gone] + lines[gone + 1 :])


@pytest.mark.slow
def test_damaged_files_give_one_clear_error_or_no_more_people_than_rows(tmp_path):
    draw = random.Random(20_260_302)
    names = list(WRITERS)
    originals = {}
    for name in names:
        folder = tmp_path / name.replace(" ", "")
        folder.mkdir()
        write, several = WRITERS[name]
        people = world(1, several=several)
        path = write(people, folder)
        originals[name] = (path, path.read_bytes(), len(people))
    refused = 0
    for _ in range(MUTATIONS):
        name = draw.choice(names)
        path, raw, number = originals[name]
        path.write_bytes(mutated(raw, draw))
        try:
            read = read_participants(path, baseline=CENSUS)
        except CoprepError as error:
            refused += 1
            assert str(error)
            continue
        account = read.account()
        rows = account[account["part"] == "rows"]
        left = rows[rows["what"] == "left out"]["count"].sum()
        people = rows[rows["what"] == "people"]["count"].sum()
        assert rows[rows["what"] == "read"]["count"].sum() == people + left
        for attribute, one in read.sign_ups.compared.items():
            places = account[(account["part"] == "people") & (account["what"] == attribute)]
            inside = {
                kind: one.number(kind) for kind in ("group", "unknown", "outside", "other", "open")
            }
            assert sum(inside.values()) == len(read)
            assert (places["count"] <= len(read)).all()
    assert refused > MUTATIONS // 10
