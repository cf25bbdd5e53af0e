"""No sentence, picture, table or detail of a protected copy quotes a number of fewer than five people."""

from __future__ import annotations

import base64
import html
import inspect
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coprep
from coprep import fairness, ideas
from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Note, Verdict
from coprep.report.disclosure.values import tells_of_few, without_few
from coprep.representation import assess
from coprep.table import Table

PEOPLE = "people|persons?|participants?|authors?|voters?|raters?|members?|speakers?|contributors?|supporters?"
SAID = re.compile(
    rf"(?<![\w.,%/–-])(?:[1-4]|one|two|three|four)(?: of [\d,]+)?(?: [a-z]+){{0,2}} (?:{PEOPLE})\b(?!')",
    re.I,
)
COUNTS = re.compile("people|person|author|voter|rater|member|speaker|supporter|heads$|coalition")
WORDS = ["park", "street", "trees", "buses", "homes", "safety", "library", "youth"]


def small(*, people=60, writers=(30, 20), voters=None, unknown=0, tiny=0):
    """A process in which few people write, vote, or are of unknown group, by the arguments."""
    rng, half = np.random.default_rng(0), people // 2
    who = [f"p{i:02d}" for i in range(people)]
    area = (
        [None] * unknown
        + ["north"] * (half - unknown)
        + ["south"] * (people - half - tiny)
        + ["tiny"] * tiny
    )
    author = [who[unknown + i % writers[0]] for i in range(30)] + [
        who[half + i % writers[1]] for i in range(40)
    ]
    what, n = [f"i{i:02d}" for i in range(70)], 70
    votes = [
        (p, i)
        for p in (range(people) if voters is None else voters)
        for i in range(n)
        if (p + i) % 5
    ]
    return Process(
        participants={"participant_id": who, "group": area},
        ideas={
            "idea_id": what,
            "author_id": author,
            "created_at": ["2024-04-01"] * n,
            "topic": [f"t{i % 2}" for i in range(n)],
            "text": [" ".join(rng.choice(WORDS, 6)) + " we need the park" for _ in range(n)],
            "status": [("adopted", "rejected")[i % 2] for i in range(n)],
        },
        beneficiaries={
            "idea_id": what,
            "attribute": ["group"] * n,
            "group": ["south" if i % 3 else "north" for i in range(30)]
            + ["south"] * 20
            + ["north"] * 20,
        },
        ratings={
            "participant_id": [who[p] for p, _ in votes],
            "idea_id": [what[i] for _, i in votes],
            "value": rng.integers(0, 2, len(votes)).tolist(),
            "kind": ["approve"] * len(votes),
        },
        responses={
            "idea_id": what[::2],
            "at": ["2024-05-01"] * 35,
            "outcome": ["accepted", "refused"] * 17 + ["refused"],
        },
        turns={
            "turn_id": [f"t{i}" for i in range(40)],
            "participant_id": [who[i % people] for i in range(40)],
            "text": ["we need the park now"] * 40,
            "session_id": ["s1"] * 40,
        },
        priorities={"participant_id": who, "topic": ["t0", "t1"] * half, "value": [1, 2] * half},
        baseline=coprep.Baseline.from_shares({"group": {"north": 50, "south": 45, "tiny": 5}}),
    )


PROCESSES = {
    "two write for the south": {"writers": (30, 2)},
    "three vote": {"voters": [0, 1, 40]},
    "two of unknown group": {"unknown": 2, "writers": (25, 20)},
    "a hamlet of three": {"tiny": 3},
    "a dozen": {"people": 12, "writers": (5, 4)},
}


def asked(process):
    """What every detector, and the audit, answers."""
    yield "audit", coprep.audit(process)
    for name in ideas.__all__:
        ask = getattr(ideas, name)
        if not inspect.isfunction(ask) or name == "calibrate":
            continue
        takes = inspect.signature(ask).parameters
        more = {key: value for key, value in {"rng": 1, "draws": 19}.items() if key in takes}
        more |= (
            {"lexicon": {"north": ["park"], "south": ["trees"]}}
            if "lexicon" in takes and name != "framing"
            else {}
        )
        about = {"attributes": ["group"]} if "attributes" in takes else {"attribute": "group"}
        try:
            yield name, ask(process, **about, **more)
        except InputError:
            continue


def numbers(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner, path)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield path, value


def everything_said(safe, folder):
    page = safe.to_html()
    for picture in re.findall(r"base64,([^\"]+)", page):
        yield re.sub("<[^>]+>", " ", base64.b64decode(picture).decode())
    yield from re.findall('alt="([^"]*)"', page)
    yield re.sub("<[^>]+>", "\n", page)
    yield from (safe.summary(), str(safe), safe._repr_html_(), safe.to_json(), repr(safe))
    yield from (safe.save(folder / f"a.{suffix}").read_text("utf-8") for suffix in ("csv", "md"))


@pytest.mark.parametrize("case", PROCESSES)
def test_no_text_of_a_protected_copy_quotes_a_number_of_few_people(case, tmp_path):
    told = 0
    for name, found in asked(small(**PROCESSES[case])):
        safe, told = found.protect(), told + 1
        for text in everything_said(safe, tmp_path):
            leak = SAID.search(html.unescape(text).replace("One author's share", ""))
            assert leak is None, (
                name,
                leak and leak.string[max(0, leak.start() - 80) : leak.end() + 20],
            )
        for path, value in numbers(json.loads(safe.to_json())):
            assert not (COUNTS.search(path[-1]) and 0 < value < 5), (name, path, value)
    assert told > 8


@pytest.fixture
def refused(made):
    """A row of 40 people that cannot be judged, and says of how few."""
    rows = made.some("x", {"a": 40, "b": 30})
    why = "This cannot be judged for 'a': ideas that name their author's own group come from only 2 authors."
    rows[0] |= {"reading": why, "verdict": "not_assessable"}
    details = {
        "exclusions": {"voters_of_unknown_group": 3, "ideas": 3},
        "robustness": [{"run": "x", "n": 4}],
        "why": why,
    }
    first, second = made.who(rows).findings
    first = replace(
        first,
        verdict=Verdict.NOT_ASSESSABLE,
        reading=why,
        n=2,
        caveats=(
            Note("voters", "It rests on 3 voters.", {"voters": 3}),
            Note("few", "Fewer than 5 people is few.", {"least": 5}),
        ),
        values={"authors": 2},
        next_step="Ask the 2 authors.",
        details=details,
    )
    return made.Who(
        title="T",
        rows=made.who(rows).rows,
        findings=(first, second),
        settings=made.who(rows).settings,
    )


def test_a_refusal_of_a_row_that_is_shown_says_not_of_how_few(refused):
    safe = refused.protect()
    assert safe.rows["count"] == refused.rows["count"]  # nothing is hidden in the table
    first, second = safe.findings
    assert (
        first.reading
        == "“a”: not assessable; fewer than 5 people are behind a part of it."
        == safe.rows["reading"][0]
    )
    assert (first.n, tuple(map(str, first.caveats)), first.next_step) == (
        None,
        ("Fewer than 5 people is few.",),
        "",
    )
    assert first.details["exclusions"] == {"voters_of_unknown_group": None, "ideas": 3}
    # The same number without one person, beside the number itself, would tell of that person.
    assert "robustness" not in first.details
    assert first.details["why"] is None
    assert second == refused.findings[1]
    assert (
        "2 authors" in refused.protect(2).findings[0].reading
    )  # two may be told where only one may not


@pytest.mark.parametrize(
    ("values", "least", "tells"),
    [
        ({"voters": 3, "least": 10}, 5, True),
        ({"voters": 3}, 3, False),
        ({"participants": 1, "of": 122, "share": 0.01}, 5, True),
        ({"whatever_comes": 2}, 5, True),
        ({"speakers": [12, 4]}, 5, True),
        ({"groups": {"north": 40, "hamlet": 3}}, 5, True),
        ({"effective_authors": 2.4}, 5, True),
        ({"ideas": 3, "draws": 4, "min_authors": 2, "group": "3 people", "none": 0}, 5, False),
        ({"people": True, "share": 2.5, "missing": None}, 5, False),
    ],
)
def test_which_values_tell_of_few(values, least, tells):
    assert tells_of_few(values, least) is tells


PEOPLE_BY_NAME = st.sampled_from(
    ["people", "authors", "voters", "left_out", "of_unknown_group", "n"]
)


def token(n):
    """A number as a sentence would quote it, so that it can be found again."""
    return f"<{n}>"


@settings(deadline=None, max_examples=80)
@given(
    counts=st.lists(st.integers(0, 30), min_size=2, max_size=5),
    quoted=st.lists(st.tuples(PEOPLE_BY_NAME, st.integers(0, 12)), min_size=5, max_size=5),
    least=st.integers(2, 8),
)
def test_no_declared_number_of_few_people_is_left_anywhere(made, counts, quoted, least):
    result = made.who(made.some("x", {f"g{i}": n for i, n in enumerate(counts)}))
    (a, reading), (b, caveat), (c, detail), (d, note), (e, field) = quoted
    findings = [
        replace(
            finding,
            reading=f"Of {token(reading)} here.",
            next_step=f"Ask {token(reading)}.",
            values={a: reading},
            caveats=(Note("c", f"Only {token(caveat)}.", {b: caveat}),),
            details={"runs": [{c: detail}], "reason": f"for {token(reading)}"},
        )
        for finding in result.findings
    ]
    records = [{**row, "reading": f"Of {token(reading)} here."} for row in result.rows.records()]
    rows = Table.from_records(records, result.rows.kinds)
    notes = [Note("n", f"There are {token(note)}.", {d: {e: (field, note)}})]
    safe = replace(result, rows=rows, findings=tuple(findings), notes=notes).protect(least)
    text = safe.to_json()
    for n in (reading, caveat, note):
        assert not 0 < n < least or token(n) not in text
    assert not any(0 < n < least for n in safe.rows["count"] if n is not None)
    for finding in safe.findings:
        numbers_told = [
            *numbers(finding.to_dict()["values"]),
            *numbers(finding.to_dict()["details"]),
        ]
        assert not any(0 < n < least for _, n in numbers_told)
    assert all(0 == n or n >= least for one in safe.notes for n in one.values.get(d, {}).get(e, ()))


@pytest.mark.parametrize("case", PROCESSES)
def test_every_sentence_declares_what_it_quotes(case):
    """What is not among the values of a note, or of a finding, cannot be protected."""
    for name, found in asked(small(**PROCESSES[case])):
        for said in (
            *found.notes,
            *(c for f in found.findings for c in f.caveats),
            *found.findings,
        ):
            text = getattr(said, "text", None) or f"{said.reading} {said.next_step}"
            assert undeclared(text, said.values) == [], (name, text, said.values)


def undeclared(text, values):
    """Whole numbers of few people in a sentence that none of its values gives."""
    told = json.dumps(values, ensure_ascii=False, default=str)
    quoted = re.findall(
        r"(?<![\w.,%–-])(\d+)(?= (?:of [\d,]+ )?(?:[a-z]+ )?(?:" + PEOPLE + r")\b)", text
    )
    return [n for n in quoted if not re.search(rf"(?<!\d){n}(?!\d)", told)]


def test_details_of_the_whole_go_too():
    assert without_few(
        {"voters": 3, "effective_authors": 2.4, "share_of_people": 0.3, "ok": True}, 5
    ) == {
        "voters": None,
        "effective_authors": None,
        "share_of_people": 0.3,
        "ok": True,
    }


def test_small_groups_of_representation_and_fairness(tmp_path):
    lives = coprep.Baseline.from_shares({"sex": {"F": 50, "M": 49, "X": 1}})
    said = [0, 1] * 30
    groups = ["a"] * 29 + ["b"] * 28 + ["c"] * 3
    for found in (
        assess({"sex": {"F": 20, "M": 19, "X": 1}}, lives),
        fairness.group_metrics(said, said, sensitive_features=groups),
        fairness.adverse_impact(said, said, sensitive_features=groups),
    ):
        for text in everything_said(found.protect(), tmp_path):
            assert SAID.search(html.unescape(text)) is None
