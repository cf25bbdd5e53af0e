"""Measure how much more often people choose an idea of their own group, with one choice each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.ideas._votes.premium import inverse_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.metrics._checks import Floats, Ints


_STEPS = 100
_SOLVED = 1e-9
_FLAT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Who chose what among which ideas; people who were shown the same are counted together."""

    chosen: Ints  # (people,) the idea chosen
    menu: Ints  # (people,) which set of ideas was shown
    offered: NDArray[np.bool_]  # (menus, ideas) the sets


def choices_of(
    person: Ints, idea: Ints, value: Floats, ideas: int, *, everyone: bool
) -> tuple[Choices, Ints]:
    """The choices, and the codes of the people who made one (others carry no information)."""
    picked = value > 0
    people = person[picked]
    chosen = idea[picked]
    if everyone:
        return Choices(
            chosen, np.zeros(len(chosen), dtype=np.intp), np.ones((1, ideas), dtype=bool)
        ), people
    row = np.full(int(person.max(initial=-1)) + 1, -1, dtype=np.intp)
    row[people] = np.arange(len(people))
    inside = row[person] >= 0
    shown = np.zeros((len(people), -(-ideas // 8)), dtype=np.uint8)
    bit = np.uint8(128) >> (idea[inside] % 8).astype(np.uint8)
    np.bitwise_or.at(shown, (row[person[inside]], idea[inside] // 8), bit)
    menus, menu = np.unique(shown, axis=0, return_inverse=True)
    offered = np.unpackbits(menus, axis=1, count=ideas).astype(bool)
    return Choices(chosen, menu.reshape(-1).astype(np.intp), offered), people


def choice_logit(
    chosen: Floats, offered: NDArray[np.bool_], own: Floats
) -> tuple[Floats, float, float]:
    """Conditional logit on counted ballots: idea effects and one effect of ``own``."""
    ideas = chosen.shape[1]
    with np.errstate(divide="ignore"):
        start = np.log(
            chosen.sum(axis=0)
            / np.maximum((offered * chosen.sum(axis=1, keepdims=True)).sum(axis=0), 1)
        )
    theta = np.r_[np.where(np.isfinite(start), start, -np.inf), 0.0]
    alive = np.isfinite(theta[:ideas])
    fit, probability = _likelihood(theta, chosen, offered, own)
    for _ in range(_STEPS):
        score, information = _derivatives(probability, chosen, own, alive)
        if np.abs(score).max() < _SOLVED * max(chosen.sum(), 1):
            break
        step = np.linalg.lstsq(information, score, rcond=1e-12)[0]
        full = np.r_[np.zeros(ideas), step[-1]]
        full[np.flatnonzero(alive)] = step[:-1]
        for halvings in range(40):
            trial = theta + 0.5**halvings * full
            now, moved = _likelihood(trial, chosen, offered, own)
            if now >= fit - 1e-12 * abs(fit):
                theta = trial
                fit = now
                probability = moved
                break
    information = _derivatives(probability, chosen, own, alive)[1]
    cross = information[:-1, -1]
    left = float(
        information[-1, -1] - cross @ np.linalg.lstsq(information[:-1, :-1], cross, rcond=1e-12)[0]
    )
    if left <= _FLAT * max(float(chosen.sum()), 1.0) or abs(theta[-1]) > 30:
        return probability, np.nan, np.nan
    return probability, float(theta[-1]), float(1 / np.sqrt(left))


def _likelihood(
    theta: Floats, chosen: Floats, offered: NDArray[np.bool_], own: Floats
) -> tuple[float, Floats]:
    utility = np.where(offered, theta[:-1] + theta[-1] * own, -np.inf)
    top = utility.max(axis=1, keepdims=True)
    size = np.exp(utility - top)
    total = size.sum(axis=1, keepdims=True)
    taken = chosen > 0
    log = np.where(taken, np.where(taken, utility, 0.0) - top - np.log(total), 0.0)
    return float((chosen * log).sum()), size / total


def _derivatives(
    probability: Floats, chosen: Floats, own: Floats, alive: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Score and information of the idea effects that are finite, then of ``own``."""
    ballots = chosen.sum(axis=1)
    left = chosen - ballots[:, None] * probability
    p = probability[:, alive]
    x = own[:, alive]
    weighted = ballots[:, None] * p
    mean = (p * x).sum(axis=1, keepdims=True)
    cross = (weighted * (x - mean)).sum(axis=0)
    square = float((weighted * (x - mean) ** 2).sum())
    inside = np.diag(weighted.sum(axis=0)) - weighted.T @ p
    information = np.block([[inside, cross[:, None]], [cross[None, :], np.array([[square]])]])
    return np.r_[left[:, alive].sum(axis=0), (left * own).sum()], information


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceFit:
    """The premium in choices; shares are of ballots."""

    # share of people who chose an idea of their own group, and the same if group did not matter
    own_rate: float
    expected: float
    se: float  # standard error of the difference, people being the units
    # conditional logit: log odds of an idea of one's own group against an equally liked one of
    # another
    beta: float
    beta_se: float
    score: Floats  # (people, groups) what each would add to the statistic if labelled so
    group_effect: Floats  # (groups,) by group, fitted together
    group_se: Floats
    solve: Floats  # (groups, groups) turns sums of scores into group effects
    group_score: Floats  # (ideas, groups) what the voters of each idea add to each group's sum
    shared: bool  # whether the groups cannot be told apart


def choice_fit(choices: Choices, codes: Ints, member: Floats) -> ChoiceFit | None:
    """The premium of own-group ideas in choices; None where nothing varies."""
    groups = member.shape[1]
    n = len(codes)
    null = _by_pattern(choices, choices.menu, len(choices.offered), len(member))
    p = choice_logit(null, choices.offered, np.zeros(null.shape))[0]
    people = np.zeros((len(p), groups))
    np.add.at(people, (choices.menu, codes), 1.0)
    shown = p @ member
    score = member[choices.chosen] - shown[choices.menu]
    ballots = people.sum(axis=1)
    inside = np.diag(ballots @ p) - (p * ballots[:, None]).T @ p
    cross = (p.T @ people) * member - p.T @ (people * shown)
    square = np.diag(np.diag(people.T @ (p @ member**2 - shown**2)))
    effects = np.linalg.lstsq(inside, cross, rcond=1e-10)[0]
    gram = square - cross.T @ effects
    there = np.diag(gram) > _FLAT * n
    if not there.any():
        return None
    own = score[np.arange(n), codes]
    drift = effects[choices.chosen] - (p @ effects)[choices.menu]
    each = -drift
    each[np.arange(n), codes] += own
    inverse, shared = inverse_of(gram, there)
    sizes = people.sum(axis=0)
    scale = np.where(there, np.diag(gram) / np.maximum(sizes, 1.0), 0.0)
    solve = scale[:, None] * inverse
    centred = (each - each.mean(axis=0)) @ solve.T
    pattern = choices.menu * groups + codes
    kinds, at = np.unique(pattern, return_inverse=True)
    counted = _by_pattern(choices, at.reshape(-1), len(kinds), len(member))
    _, beta, beta_se = choice_logit(
        counted, choices.offered[kinds // groups], member.T[kinds % groups]
    )
    by_idea = np.zeros((len(member), groups))
    np.add.at(by_idea, (choices.chosen, codes), own)
    own_rate = float(member[choices.chosen, codes].mean())
    pooled = each.sum(axis=1)
    return ChoiceFit(
        own_rate=own_rate,
        expected=own_rate - float(own.mean()),
        se=float(pooled.std() / np.sqrt(max(n - 1, 1))),
        beta=beta,
        beta_se=beta_se,
        score=score,
        group_effect=np.where(there, solve @ each.sum(axis=0), np.nan),
        group_se=np.where(there, np.sqrt((centred**2).sum(axis=0) * n / max(n - 1, 1)), np.nan),
        solve=solve,
        group_score=by_idea,
        shared=shared,
    )


def _by_pattern(choices: Choices, pattern: Ints, patterns: int, ideas: int) -> Floats:
    counted = np.bincount(pattern * ideas + choices.chosen, minlength=patterns * ideas)
    return counted.reshape(patterns, ideas).astype(float)
