"""Knows whether people support their own group's ideas more than they and those ideas in general would suggest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from coprep.errors import InputError
from coprep.findings import as_notes
from coprep.ideas.judging.common import COLUMNS, LEAST_SHOWN, IdeasResult, Judged, forest, ratio
from coprep.ideas.judging.gates import (
    LEAST_RATERS,
    enough_groups,
    enough_voices,
    enough_votes,
    first_refusal,
    labels_from_outside,
    labels_not_from_ballot,
)
from coprep.ideas.votes.cells import Cells, Link, cells_of
from coprep.ideas.votes.found import Found, by_pairs, chance_of, found_in
from coprep.ideas.votes.in_group_rows import EXTRA, PAIRS, Asked, group_rows, pair_rows, pooled_row
from coprep.ideas.votes.relabel import Chance
from coprep.metrics._checks import share as share_of
from coprep.metrics._checks import whole
from coprep.metrics._streams import entropy
from coprep.table import Table
from coprep.wording.names import plainly

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.process import Process

__all__ = ["InGroup", "in_group"]

_MOST_PAIRED = 30
_PAIR_DRAWS = 999
_MOST_TASTES = 1_000
_NOTHING_VARIES = {
    False: "no idea is of some groups and not of others, so own and other ideas cannot be told apart",
    True: "a liking for own ideas cannot be told from a liking for their topics; topics on which there are ideas of "
    "several groups are needed",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class InGroup(IdeasResult):
    """The premium people give their own group's ideas: a row for all together (``group`` missing), then one a group.

    Attributes
    ----------
    pairs : Table
        Every group on every group's ideas: ``voter_group``, ``idea_group``, ``effect`` (against what voter and idea
        predict), ``low``, ``high``, ``p_value``, ``p_adjusted`` (largest of all pairs), ``n_people``, ``n_ideas`` and
        ``mutual`` (whether the other way round points the same way). Empty where there are too many groups.
    """

    pairs: Table = field(default_factory=lambda: Table({}, {}))
    kind: ClassVar[str] = "ideas.in_group"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "base": ("Usual (% of votes, or mean rating)", "number"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "who",
        "effect",
        "low",
        "high",
        "base",
        "p_adjusted",
        "n_people",
        "verdict",
    )
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "group", "who")


def in_group(
    process: Process,
    *,
    attribute: str,
    within: Literal["topic"] | None = None,
    link: Link = "auto",
    kind: str | None = None,
    confidence: float = 0.95,
    band: tuple[float, float] = (0.8, 1.25),
    material: float | None = None,
    pairs: bool = True,
    draws: int = 9_999,
    rng: int | Generator | None = None,
) -> InGroup:
    """Do people support ideas by (or for) their own group more than anybody's?

    How much more likely a voter supports an idea of the own group than the same voter's and the same idea's overall
    level predict, over all groups together, for each group, and for each group with each other.

    Parameters
    ----------
    process : Process
        With ratings, and with authors or beneficiaries of the ideas.
    attribute : str
        Whose groups are compared.
    within : "topic", optional
        Take out a group's taste for a topic too, which otherwise reads as a premium for its own ideas.
    link : {"auto", "author", "beneficiary"}
        What makes an idea a group's own: written by it or for it; auto takes beneficiaries where they were named.
    kind : str, optional
        Which ballots, where the process has several kinds.
    confidence : float
        Level of the intervals.
    band : tuple of two ratios
        For votes: an effect that leaves the rate of support between these ratios of its base does not matter.
    material : float, optional
        For ratings: an effect smaller than this, in points of the scale, does not matter. By default one fifth of the
        spread that ratings of one idea have once raters' leniency is taken out.
    pairs : bool
        Whether to compare every group with every other.
    draws : int
        Relabellings.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    InGroup
        ``who`` is the group, or "all groups together". ``effect`` in percentage points for votes and choices, in
        points of the scale for ratings, with ``base`` (rate of support, or of own choices expected, in percent; mean
        rating) and ``ratio`` = (base + effect) / base; ``odds_ratio`` with its interval; ``effect_additive`` from
        plain least squares; ``effect_unknown_low`` and ``_high`` bound the effect whatever the people of unknown
        group are.

    Raises
    ------
    InputError
        Where ratings, authors or beneficiaries are missing, or a name is not known.

    Notes
    -----
    Votes: ``logit P(yes) = a_voter + g_idea + b own``; residuals of the fit without ``own`` give the score
    ``S = sum R own``, ``b = S / sum p (1 - p) own*^2`` with ``own*`` less voter and idea effects, and the effect
    ``S / sum own_o^2`` with ``own_o`` its unweighted twin: the average marginal effect where ``own`` varies. People's
    labels are exchanged within strata of activity (ideas supported within ideas shown), which tests that labels are
    unrelated to ballots. Choices: the share of own choices less that expected from each idea's popularity; odds by
    conditional logit. Ratings: two-way least squares, clustered by person and idea (CR2, Satterthwaite). Groups are
    fitted together, so that one group's premium is not read as another's. ``within="topic"`` takes an effect of every
    group for every topic out of residuals and of own ideas alike, for all groups together and for each; it needs
    ballots of several ideas. P values are adjusted for the largest of all rows. People's votes for their own ideas,
    ideas of the organisers, and pairs not shown are out before anything is fitted.

    References
    ----------
    Price, J. & Wolfers, J. (2010). Racial discrimination among NBA referees. QJE 125(4), 1859-1887. Zitzewitz, E.
    (2006). Nationalism in winter sports judging and its lessons for organizational decision making. Journal of
    Economics & Management Strategy 15(1), 67-99. Rasch, G. (1960). Probabilistic models for some intelligence and
    attainment tests.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(people=150, ideas=60, in_group=0.3, rng=1)
    >>> found = in_group(process, attribute="group", rng=1)
    >>> [(f.group, f.verdict.value) for f in found.findings]
    [(None, 'pattern'), ('north', 'pattern'), ('south', 'pattern')]
    >>> round(found.rows["effect"][0]), round(100 * truth["in_group_effect"])
    (28, 30)
    """
    share_of(confidence, "confidence")
    whole(draws, "draws", low=1)
    limits, seed = ratio(band), entropy(rng)
    if within not in (None, "topic"):
        raise InputError.choice("within", within, ("topic", None))
    if within == "topic":
        process.require(
            "topics", why="a group's taste for a topic can only be taken out where topics are known"
        )
    cells = cells_of(process, attribute=attribute, kind=kind, link=link)
    by_topic, few = within is not None, cells.narrowed()
    refusal = _refusal(process, cells) or (_no_tastes(few) if by_topic else None)
    found = None if refusal else found_in(few, within=by_topic, seed=seed)
    if found is None and refusal is None:
        refusal = _NOTHING_VARIES[by_topic]
    asked = Asked(cells, few, found, limits, material, confidence, draws, seed, refusal, by_topic)
    return _answered(asked, pairs=pairs, within=within)


def _refusal(process: Process, cells: Cells) -> str | None:
    supporting = (
        cells.value > 0 if cells.mode != "rating" else np.ones(len(cells.value), dtype=bool)
    )
    yes = cells.person[supporting]
    gates = [
        labels_from_outside(process, cells.attribute),
        enough_groups(
            cells.sizes, who="raters" if cells.mode == "rating" else "voters", least=LEAST_RATERS
        ),
        enough_votes(len(yes)),
        enough_voices(np.bincount(yes, minlength=max(cells.people, 1)), who="voters"),
        cells.not_too_many_groups(),
    ]
    if cells.mode != "rating":
        idea = cells.idea[supporting]
        leak = labels_not_from_ballot(
            yes, idea, cells.codes, member=cells.member, attribute=cells.attribute
        )
        gates.insert(1, leak)
    return first_refusal(gates)


def _no_tastes(cells: Cells) -> str | None:
    """Why tastes for topics cannot be taken out, or None."""
    if cells.mode == "choice":
        return (
            "tastes for topics cannot be taken out of ballots with a single choice; ballots on which people support or "
            "score several ideas are needed, or leave out within"
        )
    groups, topics = len(cells.groups), len(np.unique(cells.topic))
    if groups * topics <= _MOST_TASTES:
        return None
    return (
        f"{groups:,} groups have {groups * topics:,} tastes for {topics:,} topics, too many to take out; bring groups "
        f"or topics together, to {_MOST_TASTES:,} at most"
    )


def _answered(asked: Asked, *, pairs: bool, within: str | None) -> InGroup:
    cells, found = asked.cells, asked.found
    chance, groups, table, notes = (
        None,
        Judged([], (), ()),
        Table.from_records([], PAIRS),
        list(cells.notes),
    )
    paired = pairs and len(cells.groups) <= _MOST_PAIRED
    if found is not None:
        counted = (asked.few.sizes >= LEAST_SHOWN) & np.isfinite(found.group_effect)
        chance = chance_of(found, counted=counted, draws=asked.draws, seed=asked.seed)
        groups = group_rows(asked, found, chance)
        notes += _caveats(found, chance)
        if paired:
            table = pair_rows(
                asked, by_pairs(found, draws=min(asked.draws, _PAIR_DRAWS), seed=asked.seed)
            )
    if pairs and not paired:
        notes.append(_refused_pairs(len(cells.groups)))
    pooled = pooled_row(asked, chance)
    own = f"ideas {cells.preposition} the own group"
    scale = asked.scale(found.base if found else 1.0)
    axis = "points of the scale" if cells.mode == "rating" else "percentage points"
    return InGroup(
        title=f"Support for {own}, by {plainly(cells.attribute)}",
        rows=Table.from_records([*pooled.rows, *groups.rows], {**COLUMNS, **EXTRA}),
        findings=(*pooled.findings, *groups.findings),
        notes=as_notes((*notes, *groups.notes)),
        pairs=table,
        settings={
            "attribute": cells.attribute,
            "within": within,
            "link": cells.link,
            "ballots": cells.mode,
            "confidence": asked.confidence,
            "band": (asked.band.low, asked.band.high),
            "material": asked.material,
            "draws": asked.draws,
            "rng": asked.seed,
        },
        picture=forest(scale, f"premium for {own}, {axis}", label=("who",)),
    )


def _refused_pairs(groups: int) -> str:
    return (
        f"Group by group is not shown: {groups:,} groups make {groups**2:,} pairs, too many to tell apart; bring "
        f"groups together, to {_MOST_PAIRED} at most."
    )


def _caveats(found: Found, chance: Chance) -> list[str]:
    notes = []
    if found.shared:
        notes.append(
            "A premium of one group cannot be told from one of the others here; their rows share it."
        )
    if chance.lone:
        notes.append(
            f"{chance.lone:,} people are like nobody of another group in activity and cannot be relabelled."
        )
    return notes
