"""Draw the pieces a world is made of: who is in which group, who writes, who likes what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


def logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x))."""
    return np.asarray(1 / (1 + np.exp(-x)))


def group_codes(n: int, shares: Sequence[float], rng: np.random.Generator) -> Codes:
    """Group of each of ``n`` people in random order, as near to the shares as can be."""
    wanted = np.asarray(shares, dtype=np.float64) / np.sum(shares) * n
    sizes = np.maximum(np.floor(wanted).astype(int), 1)
    order = np.argsort(-(wanted - np.floor(wanted)), kind="stable")
    for i in order[: max(n - int(sizes.sum()), 0)]:
        sizes[i] += 1
    codes = np.repeat(np.arange(len(sizes)), sizes)
    return rng.permutation(codes[:n])


def activity(n: int, total: int, dispersion: float, loud: int, rng: np.random.Generator) -> Codes:
    """Author of each idea: zeal is gamma-distributed, ``loud`` authors write a tenth each."""
    zeal = np.ones(n) if dispersion <= 0 else rng.gamma(1 / dispersion, dispersion, n)
    zeal = zeal / zeal.sum() if zeal.sum() > 0 else np.full(n, 1 / n)
    authors = rng.choice(n, size=total, p=zeal)
    for person in rng.permutation(n)[:loud]:
        authors[rng.permutation(total)[: max(total // 10, 1)]] = person
    return np.asarray(authors, dtype=np.intp)


def sorted_topics(
    home: Codes, topics: int, specialisation: float, rng: np.random.Generator
) -> Codes:
    """Topic of each idea: the home topic of its author's group, or any."""
    drawn = rng.integers(0, topics, len(home))
    return np.where(rng.random(len(home)) < specialisation, home % topics, drawn)


def shown(n_people: int, n_ideas: int, seen: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which ideas each person saw: each pair with probability ``seen``."""
    if seen >= 1:
        return np.ones((n_people, n_ideas), dtype=bool)
    return rng.random((n_people, n_ideas)) < seen


def capped(
    votes: NDArray[np.bool_], cap: int | None, liking: Floats, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """At most ``cap`` approvals a person, those liked most (with some chance) kept."""
    if cap is None or cap >= votes.shape[1]:
        return votes
    rank = np.where(votes, liking + rng.gumbel(size=votes.shape), -np.inf)
    kept = np.argpartition(-rank, cap - 1, axis=1)[:, :cap]
    result = np.zeros_like(votes)
    np.put_along_axis(result, kept, True, axis=1)
    return result & votes


def mixture(groups: Mapping[str, float]) -> tuple[tuple[str, ...], Floats]:
    """Group names, sorted, and their shares."""
    names = tuple(sorted(groups))
    shares = np.array([groups[name] for name in names], dtype=np.float64)
    return names, shares / shares.sum()


def close_rivals(
    person: NDArray[np.intp],
    idea: NDArray[np.intp],
    topic: NDArray[np.intp],
    merit: NDArray[np.float64],
    people: int,
) -> NDArray[np.bool_]:
    """People by ideas: whether an idea is among the nearer half, in merit, of those that compete
    with one of the person's own on its topic (-1: none). ``person`` wrote ``idea``.
    """
    apart = np.full((people, len(topic)), np.inf)
    for who, what in zip(person.tolist(), idea.tolist(), strict=True):
        if topic[what] >= 0:
            far = np.where(topic == topic[what], np.abs(merit - merit[what]), np.inf)
            apart[who] = np.minimum(apart[who], far)
    apart[person, idea] = np.inf
    near = np.zeros(apart.shape, dtype=np.bool_)
    for who in np.unique(person):
        rivals = np.flatnonzero(np.isfinite(apart[who]))
        order = rivals[np.argsort(apart[who, rivals], kind="stable")]
        near[who, order[: -(-len(order) // 2)]] = True
    return near
