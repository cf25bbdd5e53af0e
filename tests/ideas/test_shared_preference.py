"""A preference that follows something nobody recorded is not a group's own."""

from __future__ import annotations

import numpy as np
import pytest

from coprep import Process, ideas

GROUPS = ("a", "b", "c")
PEOPLE = 180
IDEAS = 90


def _votes(liking: np.ndarray, group: np.ndarray, by: np.ndarray, seed: int) -> Process:
    rng = np.random.default_rng(seed)
    yes = rng.random(liking.shape) < 1 / (1 + np.exp(-liking))
    seen = rng.random(liking.shape) < 0.4
    who, what = np.nonzero(seen)
    author = [int(np.flatnonzero(group == g)[i % (group == g).sum()]) for i, g in enumerate(by)]
    return Process(
        participants={
            "participant_id": [f"p{i}" for i in range(PEOPLE)],
            "group": [GROUPS[g] for g in group],
        },
        ideas={
            "idea_id": [f"i{i}" for i in range(IDEAS)],
            "author_id": [f"p{i}" for i in author],
        },
        ratings={
            "participant_id": [f"p{i}" for i in who],
            "idea_id": [f"i{i}" for i in what],
            "value": np.where(yes[who, what], 1, -1),
            "kind": ["agree"] * len(who),
        },
    )


def _found(liking_of: object, seeds: range) -> list[ideas.InGroup]:
    found = []
    for seed in seeds:
        rng = np.random.default_rng([7, seed])
        group = rng.permutation(np.repeat(np.arange(3), PEOPLE // 3))
        by = rng.permutation(np.repeat(np.arange(3), IDEAS // 3))
        liking = liking_of(rng, group, by)  # type: ignore[operator]
        process = _votes(liking, group, by, seed)
        found.append(ideas.in_group(process, attribute="group", pairs=False, draws=499, rng=seed))
    return found


def _near(rng: np.random.Generator, group: np.ndarray, by: np.ndarray) -> np.ndarray:
    """People like what is near their home; groups live apart, on the whole."""
    centre = np.array([-0.8, 0.0, 0.8])
    home = rng.normal(centre[group], 0.6)
    place = rng.normal(centre[by], 0.6)
    return 1.0 - 1.4 * np.abs(home[:, None] - place[None, :])


def _own(rng: np.random.Generator, group: np.ndarray, by: np.ndarray) -> np.ndarray:
    """People like what is by their own group, some more than others."""
    much = rng.normal(0.8, 0.3, PEOPLE)
    return rng.normal(0, 0.4, IDEAS)[None, :] + much[:, None] * (group[:, None] == by[None, :])


def test_a_preference_that_follows_places_nobody_recorded_is_seldom_a_pattern() -> None:
    found = _found(_near, range(20))
    assert sum(one.findings[0].verdict.is_flag for one in found) <= 3
    names = {run["name"] for one in found for run in one.findings[0].details["robustness"]}
    assert "as far as nearly all people of a group share it" in names


def test_a_preference_of_the_group_itself_is_a_pattern_though_people_differ_in_it() -> None:
    found = _found(_own, range(12))
    assert sum(one.findings[0].verdict.is_flag for one in found) >= 11


@pytest.mark.parametrize("kind", ["in_group", "homophily"])
def test_two_groups_have_no_others_to_think_of(kind: str) -> None:
    rng = np.random.default_rng(3)
    group = rng.permutation(np.repeat(np.arange(2), PEOPLE // 2))
    by = rng.permutation(np.repeat(np.arange(2), IDEAS // 2))
    process = _votes(_own(rng, group, by), group, by, 3)
    found = getattr(ideas, kind)(process, attribute="group", draws=199, rng=1)
    runs = {run["name"] for f in found.findings for run in f.details.get("robustness", ())}
    assert "as far as nearly all people of a group share it" not in runs
