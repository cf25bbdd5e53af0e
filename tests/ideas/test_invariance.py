"""No detector depends on the order of rows or on what groups are called, so far as numbers go."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coprep import Process, ideas

DRAWS = {"draws": 49, "rng": 1}
DETECTORS = {
    "self_serving": partial(ideas.self_serving, **DRAWS),
    "own_ideas": partial(ideas.own_ideas, ballot="score", **DRAWS),
    "rivals": partial(ideas.rivals, ballot="score", **DRAWS),
    "in_group, author": partial(ideas.in_group, link="author", kind="agree", pairs=False, **DRAWS),
    "in_group, beneficiary": partial(ideas.in_group, kind="agree", pairs=False, **DRAWS),
    "in_group, scores": partial(ideas.in_group, link="author", kind="score", pairs=False, **DRAWS),
    "homophily": partial(ideas.homophily, kind="agree", **DRAWS),
    "blocs, author": partial(ideas.blocs, link="author", kind="agree", least_ideas=5, **DRAWS),
    "blocs, beneficiary": partial(ideas.blocs, kind="agree", least_ideas=5, **DRAWS),
    "dominance, ideas": partial(ideas.dominance, **DRAWS),
    "agenda": partial(ideas.agenda, **DRAWS),
    "responses": partial(ideas.responses, **DRAWS),
    "experience": ideas.experience,
    "attendance": ideas.attendance,
}
NAMES = ("north", "south", "west")
EFFECTS = ("effect", "low", "high", "n_people", "n_ideas", "base", "share", "own_share")


def tables(seed, names=NAMES, order=None):
    """A process of 90 people and 60 ideas, its groups called so, its rows in some order."""
    rng = np.random.default_rng(seed)
    people, many = 90, 60
    group = rng.integers(0, 3, people)
    author = rng.integers(0, people, many)
    person, idea = np.nonzero(rng.random((people, many)) < 0.6)
    agree = rng.choice([-1, 1], len(person))
    score = rng.integers(1, 6, len(person)).astype(float)
    named = [(i, k) for i in range(many) for k in np.flatnonzero(rng.random(3) < [0.6, 0.4, 0.3])]
    shuffle = np.random.default_rng(order).permutation if order is not None else np.arange

    def rows(**columns):
        place = shuffle(len(next(iter(columns.values()))))
        return {name: [values[i] for i in place] for name, values in columns.items()}

    wait = rng.integers(1, 40, many)
    return {
        "participants": rows(
            participant_id=[f"p{i:02d}" for i in range(people)], group=[names[k] for k in group]
        ),
        "ideas": rows(
            idea_id=[f"i{j:02d}" for j in range(many)],
            author_id=[f"p{i:02d}" for i in author],
            topic=[f"t{t}" for t in rng.integers(0, 3, many)],
            created_at=[f"2026-03-{d:02d}" for d in rng.integers(1, 28, many)],
        ),
        "beneficiaries": rows(
            idea_id=[f"i{j:02d}" for j, _ in named],
            attribute=["group"] * len(named),
            group=[names[k] for _, k in named],
        ),
        "ratings": rows(
            participant_id=[f"p{i:02d}" for i in person] * 2,
            idea_id=[f"i{j:02d}" for j in idea] * 2,
            value=[*agree.tolist(), *score.tolist()],
            kind=["agree"] * len(person) + ["score"] * len(person),
        ),
        "responses": rows(
            idea_id=[f"i{j:02d}" for j in range(many)],
            at=[str(np.datetime64("2026-04-01") + int(w)) for w in wait],
        ),
        "attendance": rows(
            participant_id=[f"p{i:02d}" for i in range(0, people, 2)],
            stage=["design"] * len(range(0, people, 2)),
        ),
        "experience": rows(
            participant_id=[f"p{i:02d}" for i in range(people)],
            item=["heard"] * people,
            value=rng.integers(1, 6, people).tolist(),
        ),
    }


def process(*args, **options):
    made = tables(*args, **options)
    return Process(**made)


def numbers(found, names, *, every=False):
    """Numbers of the rows by what they are about, groups under the names of the first process."""
    back = dict(zip(names, NAMES, strict=True))
    answer = {}
    for row in found.rows.records():
        about = tuple(
            back.get(row.get(key), row.get(key))
            for key in ("part", "group", "idea_group", "topic", "item", "stage")
        )
        kept = {
            k: v
            for k, v in row.items()
            if isinstance(v, (int, float)) and (every or k in EFFECTS) and v is not None
        }
        answer[about] = kept
    return answer


def same(first, second):
    assert first.keys() == second.keys()
    for about, row in first.items():
        assert row.keys() == second[about].keys()
        for name, value in row.items():
            other = second[about][name]
            if isinstance(value, float) and math.isnan(value):
                assert math.isnan(other), (about, name)
            else:
                assert other == pytest.approx(value, rel=1e-9, abs=1e-9), (about, name)


@pytest.mark.parametrize("name", DETECTORS)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), order=st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(name, seed, order):
    ask = DETECTORS[name]
    first = ask(process(seed), attribute="group")
    second = ask(process(seed, order=order), attribute="group")
    same(numbers(first, NAMES, every=True), numbers(second, NAMES, every=True))
    assert [f.verdict for f in first.findings] == [f.verdict for f in second.findings]


@pytest.mark.parametrize("name", DETECTORS)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), names=st.permutations(("aaa", "mmm", "zzz")))
def test_what_groups_are_called_changes_no_number(name, seed, names):
    ask = DETECTORS[name]
    first = ask(process(seed), attribute="group")
    second = ask(process(seed, tuple(names)), attribute="group")
    same(numbers(first, NAMES), numbers(second, tuple(names)))
