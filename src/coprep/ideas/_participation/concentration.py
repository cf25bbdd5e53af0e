"""Measure what each person holds of a currency, and how concentrated that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._judging.effects import Reason
from coprep.ideas._judging.eligibility import (
    Gate,
    enough_ideas,
    enough_votes,
    host_note,
    noted,
    self_votes,
)
from coprep.ideas._votes.support import ideas_of
from coprep.metrics._streams import stream
from coprep.metrics.spread._inequality import (
    effective_number,
    generalized_entropy_parts,
    gini,
    herfindahl,
    theil,
    top_share,
)
from coprep.wording.templates import counted

if TYPE_CHECKING:
    from coprep.data.process.coded import Grouping
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Floats
    from coprep.table import ColumnKind

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
class Amounts:
    """What each person holds of one currency."""

    currency: str
    amounts: Floats  # one a person
    pieces: Floats  # the units equal chances would deal out: shares of ideas, words of a turn
    exclusions: Mapping[str, int]
    notes: tuple[Note, ...]

    @property
    def noun(self) -> str:
        """What it is, as in "the ideas"."""
        return _NOUNS[self.currency][0]

    @property
    def who(self) -> str:
        """What those who hold some are called."""
        return _NOUNS[self.currency][1]

    @property
    def of_ideas(self) -> bool:
        """Whether ideas are counted."""
        return self.currency in ("ideas", "adoptions")

    @property
    def enough(self) -> Gate:
        """Whether there are enough ideas, votes or turns for the question to make sense."""
        if self.currency == "votes":
            return enough_votes(len(self.pieces))
        if self.of_ideas:
            return enough_ideas(round(float(self.pieces.sum())))
        turns = len(self.pieces)
        few = Reason.of("there are only {turns}", turns=counted(turns, "turn"))
        return Gate("turns", turns >= _LEAST_TURNS, few, f"at least {_LEAST_TURNS} are needed")


def amounts_of(process: Process, currency: str) -> Amounts:
    """What each person holds, without organisers' ideas and votes for one's own ideas."""
    if currency not in CURRENCIES:
        raise InputError.choice("currency", currency, CURRENCIES)
    if currency in ("ideas", "adoptions"):
        return _of_ideas(process, currency)
    if currency == "votes":
        return _of_votes(process)
    return _of_turns(process, currency)


def _of_ideas(process: Process, currency: str) -> Amounts:
    needed = ("authors", "adopted") if currency == "adoptions" else ("authors",)
    process.require(*needed, why="ideas are counted by author")
    ideas = ideas_of(process)
    authors = process.authorship
    counted = ~ideas.is_host
    if currency == "adoptions":
        counted &= ideas.adopted == 1
    rows = counted[authors.idea]
    pieces = authors.share[rows]
    amounts = np.bincount(authors.person[rows], pieces, minlength=len(process.people))
    without = int(counted.sum() - len(np.unique(authors.idea[rows])))
    text = f"{without:,} ideas have no known author and are left out."
    nobodys = Note("without_author", text, {"ideas": without})
    return Amounts(
        currency,
        amounts.astype(float),
        pieces,
        {"host_ideas": int(ideas.is_host.sum()), "without_author": without},
        noted(host_note(ideas.is_host), nobodys if without else None),
    )


def _of_votes(process: Process) -> Amounts:
    process.require("ratings")
    found = self_votes(process.ballots())
    cast = found.ballots.person[found.ballots.cast]
    amounts = np.bincount(cast, minlength=len(process.people)).astype(float)
    exclusions = {"self_votes": found.removed}
    return Amounts("votes", amounts, np.ones(len(cast)), exclusions, noted(found.note))


def _of_turns(process: Process, currency: str) -> Amounts:
    process.require("turns")
    turns = process.turns
    if turns is None:
        raise InputError.of("this process has no turns.", code="missing_table", param="turns")
    amounts = process.ledger(currency).amounts
    size = {"words": turns.words, "seconds": turns.seconds}.get(currency, np.ones(len(turns)))
    nobody = int((turns.person < 0).sum())
    pieces = size[(turns.person >= 0) & ~np.isnan(size)]
    text = f"{nobody:,} turns have no known speaker and are left out."
    note = Note("without_speaker", text, {"turns": nobody})
    exclusions = {"turns_without_speaker": nobody}
    return Amounts(currency, amounts, pieces, exclusions, noted(note if nobody else None))


@dataclass(frozen=True, slots=True, eq=False)
class Concentration:
    """How uneven the amounts are, and what equal chances give."""

    row: Mapping[str, Any]  # the columns of `INEQUALITY`
    # quantiles of the largest share under equal chances among those who contributed
    largest_inner: tuple[float, float]  # 5% and 95%
    largest_outer: tuple[float, float]  # 2.5% and 97.5%

    @property
    def note(self) -> Note:
        """Inequality in words."""
        row = self.row
        idle = row["people"] - row["contributors"]
        who = "the contributors alone"
        if idle:
            who = f"{row['people']:,} people, {idle:,} of whom contributed nothing"
        text = (
            f"Among {who}, the Gini coefficient is {row['gini']:.2f}; equal chances alone would "
            f"give {row['gini_expected']:.2f} ({row['gini_low']:.2f} to {row['gini_high']:.2f}). "
            f"The {row['contributors']:,} contributors are worth {row['effective']:,.0f} equally "
            "active ones."
        )
        return Note("inequality", text, {**row, "idle_people": idle})


def concentration(amounts: Amounts, grouping: Grouping, *, draws: int, rng: int) -> Concentration:
    """Inequality of what is held against the same units dealt to anybody with equal chances."""
    held = np.sort(amounts.amounts)
    total = float(amounts.amounts.sum())
    contributors = int((held > 0).sum())
    value = float(gini(held))
    top = float(held[-1]) / total if total else np.nan
    dealt_gini = _equal_chances(
        len(held), amounts.pieces, _ginis, draws=draws, rng=rng, name="gini"
    )
    dealt_top = _equal_chances(
        max(contributors, 1), amounts.pieces, _largest, draws=draws, rng=rng, name="largest"
    )
    low, high = np.quantile(dealt_gini, (0.025, 0.975)).tolist()
    top_low, top_inner_low, top_inner_high, top_high = np.quantile(
        dealt_top, (0.025, 0.05, 0.95, 0.975)
    ).tolist()
    expected = float(dealt_gini.mean())
    label = np.where(grouping.codes < 0, len(grouping.groups), grouping.codes)
    parts = generalized_entropy_parts(amounts.amounts, label)
    row = {
        "people": len(held),
        "contributors": contributors,
        "total": total,
        "gini": value,
        "gini_expected": expected,
        "gini_low": low,
        "gini_high": high,
        "gini_excess": (value - expected) / (1 - expected),
        "gini_p": _p_above(dealt_gini, value),
        "hhi": float(herfindahl(held)),
        "effective": float(effective_number(held)),
        "top_10_share": float(top_share(held)),
        "theil": float(theil(held)),
        "theil_between": parts.between,
        "theil_within": parts.within,
        "largest": float(held[-1]),
        "largest_share": top,
        "largest_expected": float(dealt_top.mean()),
        "largest_high": top_inner_high,
        "largest_p": _p_above(dealt_top, top),
    }
    return Concentration(row, (top_inner_low, top_inner_high), (top_low, top_high))


def _p_above(drawn: Floats, value: float) -> float:
    return float(1 + (drawn >= value - 1e-12).sum()) / (1 + len(drawn))


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
    """A measure of the amounts when units are dealt to anybody; fewer draws of very many."""
    generator = stream(rng, f"equal chances, {name}")
    sizes = np.sort(pieces)
    draws = int(np.clip(10 * _DEALT // max(people + len(sizes), 1), 99, draws))
    even = len(sizes) > 0 and sizes[0] == sizes[-1] and sizes[0] > 0
    step = max(1, _DEALT // 10 // max(people, len(sizes), 1))
    found = []
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        if even:
            chances = np.full(people, 1 / people)
            dealt = sizes[0] * generator.multinomial(len(sizes), chances, size=rows)
        else:
            where = generator.integers(people, size=(rows, len(sizes)))
            where = (where + people * np.arange(rows)[:, None]).ravel()
            sums = np.bincount(where, np.tile(sizes, rows), minlength=rows * people)
            dealt = sums.reshape(rows, people).astype(float)
        found.append(measure(dealt))
    return np.concatenate(found)
