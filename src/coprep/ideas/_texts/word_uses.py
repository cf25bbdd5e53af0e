"""Compare an author's uses of a word with what the author's topics alone would give."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from coprep.ideas._texts.words import Used, used_words
from coprep.ideas._votes.support import ideas_of

if TYPE_CHECKING:
    from coprep.data.process.process import Process
    from coprep.ideas._authors.authorship import Authored
    from coprep.metrics._checks import Bools, Floats, Ints
    from coprep.metrics.participation._words import DistinctiveWords


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Words by author (or team), and each author's group and stratum."""

    wrote: Authored
    used: Used
    label: Ints
    stratum: Ints
    ideas: Ints

    @classmethod
    def of(cls, process: Process, wrote: Authored, most: int, leave_out: Iterable[str]) -> Corpus:
        """The words of a process's ideas, at most so many different ones."""
        told = ideas_of(process).text
        texts: list[str | None] = [None if told is None else told[i] for i in wrote.idea]
        authors = int(wrote.team.max(initial=-1)) + 1
        used = used_words(
            texts, wrote.team, authors, most=most, leave_out=leave_out, block=wrote.block
        )
        weight = np.zeros((authors, max(len(wrote.groups), 1)))
        np.add.at(weight[:, : len(wrote.groups)], wrote.team, wrote.member)
        return cls(
            wrote,
            used,
            np.argmax(weight, axis=1),
            _main_block(wrote.team, wrote.block, authors),
            np.bincount(wrote.team, minlength=authors),
        )

    def uses_of(self, word: int) -> Floats:
        """How often each author uses a word."""
        mine = self.used.word == word
        return np.asarray(
            np.bincount(self.used.author[mine], self.used.uses[mine], len(self.label)), dtype=float
        )


def _main_block(team: Ints, block: Ints, authors: int) -> Ints:
    """The block each author writes most in; of equals the first."""
    main = np.zeros(authors, dtype=np.intp)
    pairs, count = np.unique(np.stack([team, block]), axis=1, return_counts=True)
    order = np.lexsort((pairs[1], -count, pairs[0]))
    who = pairs[0][order]
    first = np.r_[True, who[1:] != who[:-1]] if len(who) else np.zeros(0, dtype=bool)
    main[who[first]] = pairs[1][order][first]
    return main


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Words each author wrote on each topic, as triples, of the words that were compared."""

    author: Ints
    block: Ints
    words: Floats
    authors: int
    blocks: int

    @classmethod
    def of(cls, used: Used, found: DistinctiveWords, authors: int) -> Spread:
        """Of the words that were compared."""
        kept: Bools = np.asarray(~np.isnan(found.z).all(axis=0))
        rows = kept[used.word]
        blocks = int(used.block.max(initial=0)) + 1
        pair, place = np.unique(used.author[rows] * blocks + used.block[rows], return_inverse=True)
        words = np.bincount(place.reshape(-1), used.uses[rows], len(pair)).astype(float)
        return cls(pair // blocks, pair % blocks, words, authors, blocks)

    @property
    def total(self) -> Floats:
        """Words of each author."""
        return np.bincount(self.author, self.words, self.authors).astype(float)

    def expected(self, used: Used, word: int, counted: Bools) -> Floats:
        """How often each author would use a word at the rates of their topics."""
        mine = (used.word == word) & counted[used.author]
        uses = np.bincount(used.block[mine], used.uses[mine], self.blocks)
        here = counted[self.author]
        wrote = np.bincount(self.block[here], self.words[here], self.blocks)
        rate = np.divide(uses, wrote, out=np.zeros(self.blocks), where=wrote > 0)
        return np.bincount(self.author, self.words * rate[self.block], self.authors).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One word's uses by author, beside what the authors' topics alone would give."""

    uses: Floats
    expected: Floats
    total: Floats

    @classmethod
    def of(cls, corpus: Corpus, spread: Spread, word: int, counted: Bools) -> Word:
        """One word, by the counted authors."""
        uses = np.where(counted, corpus.uses_of(word), 0.0)
        total = np.where(counted, spread.total, 0.0)
        return cls(uses, np.where(counted, spread.expected(corpus.used, word, counted), 0.0), total)

    def odds(self, mine: Bools, prior: float, prior_total: float) -> tuple[float, float]:
        """Log odds ratio beyond the topics', and its standard error with authors as units."""
        log_odds = 0.0
        variance = 0.0
        for sign, some in ((1.0, mine), (-1.0, ~mine)):
            n = self.total[some].sum() + prior_total
            count = int((self.total[some] > 0).sum())
            parts = np.zeros(int(some.sum()))
            for turn, held in ((1.0, self.uses[some]), (-1.0, self.expected[some])):
                y = held.sum() + prior
                if not 0 < y < n:
                    return math.nan, math.nan
                log_odds += sign * turn * math.log(y / (n - y))
                parts += turn * (held / y - (self.total[some] - held) / (n - y))
            variance += float((parts**2).sum()) * (count / (count - 1) if count > 1 else math.nan)
        return log_odds, math.sqrt(variance)

    def once(self, mine: Bools) -> tuple[float, float]:
        """The ratio of mean rates, each author once, and Welch's p value."""
        wrote = np.asarray(self.total > 0)
        each, usual = (
            np.asarray(held[wrote] / self.total[wrote]) for held in (self.uses, self.expected)
        )
        inside = np.asarray(mine[wrote])
        typical = self.uses.sum() / self.total.sum()
        ratios = []
        means = []
        errors = []
        freedom = []
        for some in (inside, ~inside):
            n = int(some.sum())
            ratios.append((each[some].sum() + typical / 2) / (usual[some].sum() + typical / 2))
            gap = (each - usual)[some]
            means.append(gap.mean() if n else math.nan)
            errors.append(gap.var(ddof=1) / n if n > 1 else math.nan)
            freedom.append(max(n - 1, 1))
        error = errors[0] + errors[1]
        if not error > 0:
            return float(ratios[0] / ratios[1]), math.nan
        df = error**2 / (errors[0] ** 2 / freedom[0] + errors[1] ** 2 / freedom[1])
        p = 2.0 * float(stdtr(df, -abs(means[0] - means[1]) / math.sqrt(error)))
        return float(ratios[0] / ratios[1]), p
