"""Ask whether people support their own group's ideas more than they and those ideas suggest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from coprep.findings import Note
from coprep.ideas._judging.effects import BAND, ratio
from coprep.ideas._judging.eligibility import (
    enough_voices,
    first_refusal,
    noted,
)
from coprep.ideas._judging.judge import LEAST_SHOWN, IdeasResult, forest
from coprep.ideas._votes.conditioning import MOST_TASTES
from coprep.ideas._votes.contexts import names_of
from coprep.ideas._votes.dyads import Dyads, Link, dyads_of
from coprep.ideas._votes.model_fit import by_pairs, chance_of, choices_within, fit_premium
from coprep.ideas._votes.premium_rows import EXTRA, PAIRS, Asked, group_rows, pair_rows, pooled_row
from coprep.metrics._checks import share as share_of
from coprep.metrics._checks import whole
from coprep.metrics._streams import seed_of
from coprep.table import Table
from coprep.wording.names import plainly

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.process import Process

_MOST_PAIRED = 30
_PAIR_DRAWS = 999
_NOTHING_VARIES = {
    False: "no idea is of some groups and not of others, so own and other ideas cannot be told "
    "apart",
    True: "a liking for own ideas cannot be told from a liking for what they are compared within; "
    "ideas of several groups are needed there",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class InGroup(IdeasResult):
    """The premium people give their own group's ideas: a row for all together (``group`` missing),
    then one a group.

    Attributes
    ----------
    pairs : Table
        Every group on every group's ideas: ``voter_group``, ``idea_group``, ``effect`` (against
        what voter and idea predict), ``low``, ``high``, ``p_value``, ``p_adjusted`` (largest of all
        pairs), ``n_people``, ``n_ideas`` and ``mutual`` (whether the other way round points the
        same way). Empty where there are too many groups.
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
    within: str | Sequence[str] | None = None,
    link: Link = "auto",
    kind: str | None = None,
    threshold: float | None = None,
    confidence: float = 0.95,
    band: tuple[float, float] = BAND,
    material: float | None = None,
    pairs: bool = True,
    draws: int = 9_999,
    rng: int | Generator | None = None,
) -> InGroup:
    """Do people support ideas by (or for) their own group more than anybody's?

    How much more likely a voter supports an idea of the own group than the same voter's and the
    same idea's overall level predict, over all groups together, for each group, and for each group
    with each other.

    Parameters
    ----------
    process : Process
        With ratings, and with authors or beneficiaries of the ideas.
    attribute : str
        Whose groups are compared.
    within : {"topic", "stage", "session", "week", "language"} or several, optional
        Take out each group's taste for these too, which otherwise reads as a premium for its own
        ideas. Without it a pattern must still hold with all that are recorded taken out.
    link : {"auto", "author", "beneficiary"}
        What makes an idea a group's own: written by it or for it; auto takes beneficiaries where
        they were named.
    kind : str, optional
        Which ballots, where the process has several kinds.
    threshold : float, optional
        What counts as support where ballots are scores, points or places: this or more, or this
        place or better. By default scores are compared as they are; points and places count as
        support, or are compared as they are where nearly every idea got them from everybody.
    confidence : float
        Level of the intervals.
    band : tuple of two ratios
        For votes: an effect that leaves the rate of support between these ratios of its base does
        not matter.
    material : float, optional
        Nor does one smaller than this: by default 5 percentage points for votes and choices, for
        ratings one fifth of the spread that ratings of one idea have once raters' leniency is taken
        out. Of ``band`` and ``material`` the smaller limit holds.
    pairs : bool
        Whether to compare every group with every other.
    draws : int
        Relabellings.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    InGroup
        ``who`` is the group, or "all groups together". ``effect`` in percentage points for votes
        and choices, in points of the scale for ratings, with ``base`` (rate of support, or of own
        choices expected, in percent; mean rating) and ``ratio`` = (base + effect) / base;
        ``odds_ratio`` with its interval; ``effect_additive`` from plain least squares;
        ``effect_unknown_low`` and ``_high`` bound the effect whatever the people of unknown group
        are.

    Raises
    ------
    InputError
        Where ratings, authors or beneficiaries are missing, or a name is not known.

    Notes
    -----
    Votes: ``logit P(yes) = a_voter + g_idea + b own``; residuals of the fit without ``own`` give
    the score ``S = sum R own``, ``b = S / sum p (1 - p) own*^2`` with ``own*`` less voter and idea
    effects, and the effect ``S / sum own_o^2`` with ``own_o`` its unweighted twin: the average
    marginal effect where ``own`` varies. People's labels are exchanged within strata of activity
    (ideas supported within ideas shown), which tests that labels are unrelated to ballots. Choices:
    the share of own choices less that expected from each idea's popularity; odds by conditional
    logit. Ratings: two-way least squares, clustered by person and idea (CR2, Satterthwaite). Groups
    are fitted together, so that one group's premium is not read as another's. ``within`` takes an
    effect of every group for every topic (stage, week, ...) out of residuals and of own ideas
    alike, for all groups together and for each; it needs ballots of several ideas. *Robustness*: a
    pattern must hold with each group's taste taken out for good ideas (groups that tell good from
    bad less well), for every context recorded, and for the lines along which people of one group
    differ among themselves, which show sessions, languages, times and places that nobody recorded;
    and where people of one group also differ in what they think of the other groups' ideas, nearly
    all of the group must share it. Of choices it must hold among the ideas alike in each context
    recorded. An idea written on a day after a person's last vote was not shown to them. P values
    are adjusted for the largest of all rows. People's votes for their own ideas, ideas of the
    organisers, and pairs not shown are out before anything is fitted.

    References
    ----------
    Price, J. & Wolfers, J. (2010). Racial discrimination among NBA referees. QJE 125(4), 1859-1887.
    Zitzewitz, E. (2006). Nationalism in winter sports judging and its lessons for organizational
    decision making. Journal of Economics & Management Strategy 15(1), 67-99. Rasch, G. (1960).
    Probabilistic models for some intelligence and attainment tests.

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
    limits = ratio(band)
    seed = seed_of(rng)
    names = names_of(within)
    if "topic" in names:
        process.require(
            "topics", why="a group's taste for a topic can only be taken out where topics are known"
        )
    dyads = dyads_of(process, attribute=attribute, kind=kind, link=link, threshold=threshold)
    few = dyads.narrowed()
    answers = np.bincount(dyads.person[dyads.supporting], minlength=max(dyads.people, 1))
    refusal: str | None = first_refusal(
        *dyads.gates(process, whole_ballots=True),
        enough_voices(answers, who="voters"),
        dyads.not_too_many_groups(),
    )
    if names:
        refusal = refusal or _no_tastes(few, names)
    fit = None
    chosen = {}
    if refusal is None:
        fit = fit_premium(few, within=names, seed=seed)
        refusal = _NOTHING_VARIES[bool(names)] if fit is None else None
        if fit is not None and few.mode == "choice":
            chosen = {name: choices_within(few, name) for name in few.contexts}
    edges = (limits.low, limits.high)
    asked = Asked(dyads, few, fit, edges, material, confidence, refusal, bool(names), chosen)
    notes = list(dyads.notes)
    table = Table.from_records([], PAIRS)
    paired = pairs and len(dyads.groups) <= _MOST_PAIRED
    if pairs and not paired:
        notes.append(_refused_pairs(len(dyads.groups)))
    if fit is None:
        judged = pooled_row(asked, None)
    else:
        counted = (few.sizes >= LEAST_SHOWN) & np.isfinite(fit.groups.effect)
        chance = chance_of(fit, counted=counted, draws=draws, seed=seed)
        judged = pooled_row(asked, chance) + group_rows(asked, fit, chance)
        notes += _caveats(shared=fit.groups.shared, lone=chance.lone)
        if paired:
            table = pair_rows(asked, by_pairs(fit, draws=min(draws, _PAIR_DRAWS), seed=seed))
    own = f"ideas {dyads.preposition} the own group"
    axis = "points of the scale" if asked.rating else "percentage points"
    scale = asked.scale(1.0 if fit is None else fit.pooled.base)
    return InGroup(
        title=f"Support for {own}, by {plainly(attribute)}",
        rows=judged.table(EXTRA),
        findings=judged.findings,
        notes=(*notes, *judged.notes),
        pairs=table,
        settings={
            "attribute": attribute,
            "within": within,
            "link": dyads.link,
            "ballots": dyads.mode,
            "threshold": threshold,
            "confidence": confidence,
            "band": (limits.low, limits.high),
            "material": material,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(scale, f"premium for {own}, {axis}", label=("who",)),
    )


def _no_tastes(dyads: Dyads, names: Sequence[str]) -> str | None:
    """Why tastes for what ideas are compared within cannot be taken out, or None."""
    if dyads.mode == "choice":
        return (
            "tastes for topics cannot be taken out of ballots with a single choice; ballots on "
            "which people support or score several ideas are needed, or leave out within"
        )
    alike = [name for name in names if name not in dyads.contexts]
    if alike:
        return f"all ideas are alike in {alike[0]}, as far as is known; leave it out of within"
    groups = len(dyads.groups)
    many = sum(len(np.unique(dyads.contexts[name])) for name in names)
    if groups * many <= MOST_TASTES:
        return None
    return (
        f"{groups:,} groups have {groups * many:,} tastes for what ideas are compared within, too "
        f"many to take out; bring groups together, or compare within less; {MOST_TASTES:,} at most"
    )


def _refused_pairs(groups: int) -> Note:
    text = (
        f"Group by group is not shown: {groups:,} groups make {groups**2:,} pairs, too many to "
        f"tell apart; bring groups together, to {_MOST_PAIRED} at most."
    )
    return Note("too_many_pairs", text, {"groups": groups, "most": _MOST_PAIRED})


def _caveats(*, shared: bool, lone: int) -> tuple[Note, ...]:
    inseparable = Note(
        "groups_not_separable",
        "A premium of one group cannot be told from one of the others here; their rows share it.",
    )
    alone = Note(
        "no_partner",
        f"{lone:,} people are like nobody of another group in activity and cannot be relabelled.",
        {"people": lone},
    )
    return noted(inseparable if shared else None, alone if lone else None)
