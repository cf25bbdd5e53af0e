"""Knows what each person holds of a currency, and how uneven that is against equal chances for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.errors import InputError
from coprep.ideas.judging import gates
from coprep.ideas.votes.backing import ideas_of
from coprep.metrics._streams import stream
from coprep.metrics.spread._inequality import (
    effective_number,
    generalized_entropy_parts,
    gini,
    herfindahl,
    theil,
    top_share,
)
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.coded import Grouping
    from coprep.data.process.process import Process
    from coprep.table import ColumnKind

    Floats = NDArray[np.float64]

__all__ = ["CURRENCIES", "INEQUALITY", "Held", "Voices", "held", "voices"]

CURRENCIES = ("ideas", "words", "turns", "seconds", "votes", "adoptions")
_NOUNS = {
    "ideas": ("the ideas", "authors"),
    "words": ("the words", "speakers"),
    "turns": ("the turns", "speakers"),
    "seconds": ("the speaking time", "speakers"),
    "votes": ("the votes", "voters"),
    "adoptions": ("the ideas adopted", "authors of adopted ideas"),
}
_LEAST_TURNS = 20
_DEALT = 20_000_000

INEQUALITY: dict[str, ColumnKind] = {
    "people": "count",
    "contributors": "count",
    "total": "number",
    "gini": "number",
    "gini_expected": "number",
    "gini_low": "number",
    "gini_high": "number",
    "gini_excess": "number",
    "gini_p": "number",
    "hhi": "number",
    "effective": "number",
    "top_10_share": "number",
    "theil": "number",
    "theil_between": "number",
    "theil_within": "number",
    "largest": "number",
    "largest_share": "number",
    "largest_expected": "number",
    "largest_high": "number",
    "largest_p": "number",
}


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What each person holds of one currency.

    Attributes
    ----------
    currency, noun, who : str
        What it is, as in "the ideas", and what those who hold some are called.
    amounts : array, one a person
        What each holds.
    pieces : array
        The units equal chances would deal out: shares of ideas, words of a turn.
    enough : Gate
        Whether there are enough units for the question to make sense.
    exclusions : mapping
        What was left out and how much of it.
    notes : tuple of str
        The same in sentences.
    """

    currency: str
    noun: str
    who: str
    amounts: Floats
    pieces: Floats
    enough: gates.Gate
    exclusions: Mapping[str, int]
    notes: tuple[str, ...]


def held(process: Process, currency: str) -> Held:
    """What each person holds, without ideas of the organisers and without votes for one's own ideas."""
    if currency not in CURRENCIES:
        raise InputError.choice("currency", currency, CURRENCIES)
    if currency in ("ideas", "adoptions"):
        amounts, pieces, out = _of_ideas(process, currency)
    elif currency == "votes":
        amounts, pieces, out = _of_votes(process)
    else:
        amounts, pieces, out = _of_turns(process, currency)
    noun, who = _NOUNS[currency]
    return Held(currency, noun, who, amounts, pieces, _enough(currency, pieces), *out)


def _enough(currency: str, pieces: Floats) -> gates.Gate:
    """Whether there are enough ideas, votes or turns."""
    if currency == "votes":
        return gates.enough_votes(len(pieces))
    if currency in ("ideas", "adoptions"):
        return gates.enough_ideas(round(float(pieces.sum())))
    few = f"there are only {count_of(len(pieces), 'turn')}"
    return gates.Gate(
        "turns", len(pieces) >= _LEAST_TURNS, few, f"at least {_LEAST_TURNS} are needed"
    )


_Out = tuple[dict[str, int], tuple[str, ...]]


def _of_ideas(process: Process, currency: str) -> tuple[Floats, Floats, _Out]:
    process.require(
        "authors",
        *(["adopted"] if currency == "adoptions" else []),
        why="ideas are counted by author",
    )
    ideas, authors = ideas_of(process), process.authorship
    counted = ~ideas.is_host
    if currency == "adoptions":
        counted &= ideas.adopted == 1
    rows = counted[authors.idea]
    amounts = np.bincount(
        authors.person[rows], authors.share[rows], minlength=len(process.people)
    ).astype(float)
    without = int(counted.sum() - len(np.unique(authors.idea[rows])))
    hosts = int(ideas.is_host.sum())
    said = [gates.host_note(ideas.is_host)]
    if without:
        said.append(f"{without:,} ideas have no known author and are left out.")
    return (
        amounts,
        authors.share[rows],
        ({"host_ideas": hosts, "without_author": without}, _told(said)),
    )


def _of_votes(process: Process) -> tuple[Floats, Floats, _Out]:
    process.require("ratings")
    found = gates.self_votes(process.ballots())
    cast = found.ballots.person[found.ballots.cast]
    amounts = np.bincount(cast, minlength=len(process.people)).astype(float)
    return amounts, np.ones(len(cast)), ({"self_votes": found.removed}, _told([found.note]))


def _of_turns(process: Process, currency: str) -> tuple[Floats, Floats, _Out]:
    process.require("turns")
    turns = process.turns
    if turns is None:
        raise InputError.of("this process has no turns.", code="missing_table", param="turns")
    amounts = process.ledger(currency).amounts
    size = {"words": turns.words, "seconds": turns.seconds}.get(currency, np.ones(len(turns)))
    nobody = int((turns.person < 0).sum())
    pieces = size[(turns.person >= 0) & ~np.isnan(size)]
    said = [f"{nobody:,} turns have no known speaker and are left out." if nobody else None]
    return amounts, pieces, ({"turns_without_speaker": nobody}, _told(said))


def _told(said: list[str | None]) -> tuple[str, ...]:
    return tuple(text for text in said if text)


@dataclass(frozen=True, slots=True, eq=False)
class Voices:
    """How uneven the amounts are, and what equal chances give.

    Attributes
    ----------
    row : mapping
        The columns of `INEQUALITY`.
    largest_band : tuple of four floats
        The largest share under equal chances among those who contributed: 2.5%, 5%, 95% and 97.5% quantiles.
    """

    row: Mapping[str, Any]
    largest_band: tuple[float, float, float, float]

    @property
    def note(self) -> str:
        """One sentence on inequality."""
        row = self.row
        idle = row["people"] - row["contributors"]
        who = (
            f"{row['people']:,} people, {idle:,} of whom contributed nothing"
            if idle
            else "the contributors alone"
        )
        return (
            f"Among {who}, the Gini coefficient is {row['gini']:.2f}; equal chances alone would give "
            f"{row['gini_expected']:.2f} ({row['gini_low']:.2f} to {row['gini_high']:.2f}). "
            f"The {row['contributors']:,} contributors are worth {row['effective']:,.0f} equally active ones."
        )


def voices(what: Held, grouping: Grouping, *, draws: int, rng: int) -> Voices:
    """Inequality of what is held against the same units dealt to anybody with equal chances."""
    amounts, total = np.sort(what.amounts), float(what.amounts.sum())
    drawn_gini = _equal_chances(
        len(amounts), what.pieces, _ginis, draws=draws, rng=rng, name="gini"
    )
    active = max(int((amounts > 0).sum()), 1)
    drawn_top = _equal_chances(active, what.pieces, _largest, draws=draws, rng=rng, name="largest")
    value, top = float(gini(amounts)), float(amounts[-1]) / total if total else np.nan
    low, high = np.quantile(drawn_gini, (0.025, 0.975))
    band = np.quantile(drawn_top, (0.025, 0.05, 0.95, 0.975))
    expected = float(drawn_gini.mean())
    label = np.where(grouping.codes < 0, len(grouping.groups), grouping.codes)
    parts = generalized_entropy_parts(what.amounts, label)
    row = {
        "people": len(amounts),
        "contributors": int((amounts > 0).sum()),
        "total": total,
        "gini": value,
        "gini_expected": expected,
        "gini_low": float(low),
        "gini_high": float(high),
        "gini_excess": (value - expected) / (1 - expected),
        "gini_p": float(1 + (drawn_gini >= value - 1e-12).sum()) / (1 + len(drawn_gini)),
        "hhi": float(herfindahl(amounts)),
        "effective": float(effective_number(amounts)),
        "top_10_share": float(top_share(amounts)),
        "theil": float(theil(amounts)),
        "theil_between": parts.between,
        "theil_within": parts.within,
        "largest": float(amounts[-1]),
        "largest_share": top,
        "largest_expected": float(drawn_top.mean()),
        "largest_high": float(band[2]),
        "largest_p": float(1 + (drawn_top >= top - 1e-12).sum()) / (1 + len(drawn_top)),
    }
    return Voices(row, (float(band[0]), float(band[1]), float(band[2]), float(band[3])))


def _ginis(dealt: Floats) -> Floats:
    """Gini of each row."""
    return np.asarray(gini(dealt))


def _largest(dealt: Floats) -> Floats:
    """Largest share of each row."""
    return np.asarray(dealt.max(axis=1) / np.maximum(dealt.sum(axis=1), 1e-300))


def _equal_chances(
    people: int,
    pieces: Floats,
    measure: Callable[[Floats], Floats],
    *,
    draws: int,
    rng: int,
    name: str,
) -> Floats:
    """A measure of the amounts when units are dealt to anybody; fewer draws where people or units are very many."""
    generator, sizes = stream(rng, f"equal chances, {name}"), np.sort(pieces)
    draws = int(np.clip(10 * _DEALT // max(people + len(sizes), 1), 99, draws))
    even = len(sizes) > 0 and sizes[0] == sizes[-1] and sizes[0] > 0
    step = max(1, _DEALT // 10 // max(people, len(sizes), 1))
    found = []
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        if even:
            dealt = sizes[0] * generator.multinomial(
                len(sizes), np.full(people, 1 / people), size=rows
            )
        else:
            where = (
                generator.integers(people, size=(rows, len(sizes)))
                + people * np.arange(rows)[:, None]
            )
            weights = np.broadcast_to(sizes, where.shape).ravel()
            dealt = (
                np.bincount(where.ravel(), weights, minlength=rows * people)
                .reshape(rows, people)
                .astype(float)
            )
        found.append(measure(dealt))
    return np.concatenate(found)
