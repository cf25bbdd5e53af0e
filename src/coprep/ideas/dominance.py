"""Knows whose voice fills a process: each group's share as heads times volume per head, and how unequal voices are.

A group can dominate because more of its people come or because each of them says more, and the cures differ. One loud
voice is told apart from a loud group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from coprep.errors import InputError
from coprep.findings import as_notes
from coprep.ideas.judging import gates
from coprep.ideas.judging.common import (
    COLUMNS,
    LEAST_SHOWN,
    Case,
    Effect,
    IdeasResult,
    Phrases,
    Run,
    effective_number,
    forest,
    judge,
    points,
    quote,
    ratio,
)
from coprep.ideas.judging.strict import adjusted_case, with_own_p
from coprep.ideas.voices.shares import Shares, against_baseline, against_people
from coprep.ideas.voices.voices import INEQUALITY, Held, Voices, held, voices
from coprep.metrics._streams import entropy
from coprep.table import Table
from coprep.wording.labels import listed, show
from coprep.wording.names import plainly

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from coprep.data.baseline.baseline import Baseline
    from coprep.data.process.coded import Grouping
    from coprep.data.process.process import Process

    Floats = NDArray[np.float64]

__all__ = ["Dominance", "dominance"]

_EXTRA: dict[str, Any] = {
    "share": "number",
    "baseline": "number",
    "amount": "number",
    "heads": "count",
    "heads_ratio": "number",
    "heads_low": "number",
    "heads_high": "number",
    "heads_p": "number",
    "volume_ratio": "number",
    "volume_low": "number",
    "volume_high": "number",
    "volume_p": "number",
    "largest_voice": "number",
    "of_people": "count",
    "of_heads": "count",
    "share_unknown_low": "number",
    "share_unknown_high": "number",
}
_PHRASES = Phrases(
    more="People of {group} hold {share} of {what} and are {base} of {whom}: {effect} what their number would give. "
    "{parts}",
    less="People of {group} hold only {share} of {what} and are {base} of {whom}: {effect} what their number would "
    "give. {parts}",
    same="People of {group} hold {share} of {what} and are {base} of {whom}, near enough the same: {effect} "
    "what their number would give.",
    open="People of {group} hold {share} of {what} and are {base} of {whom}: {effect} what their "
    "number would give.",
    innocent="A subject that touches one group more, or better chances to come and speak, would look the same.",
    next_step="{cure}",
)
_VOICE = Phrases(
    more="One voice alone holds {share} of {what} ({top} of {total}), where equal chances would give at most {most}. "
    "That is one voice, not one group.",
    less="No voice holds more of {what} than equal chances would give.",
    same="The largest single voice holds {share} of {what} ({top} of {total}), where equal chances would give at "
    "most {most}: {beyond}.",
    open="The largest single voice holds {share} of {what} ({top} of {total}).",
    innocent="Somebody may simply have had more time, or have been asked to write for others.",
    next_step="Read the results once without the most active voice, and give quieter people a turn of their own.",
)
_MORE_HEADS = "Look first at who was invited and who could come: the difference lies more in how many take part."
_MORE_VOLUME = "Look first at how time and turns are shared once people are there: the difference lies in volume a head."


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Dominance(IdeasResult):
    """Each group's share of what was said, as heads times volume per head.

    Attributes
    ----------
    overall : Table
        One row on inequality: ``people``, ``contributors``, ``total``, ``gini`` with ``gini_expected``, ``gini_low``
        and ``gini_high`` under equal chances, ``gini_excess``, ``gini_p``; ``hhi``, ``effective``, ``top_10_share``,
        ``theil`` = ``theil_between`` + ``theil_within``; ``largest``, ``largest_share``, ``largest_expected``,
        ``largest_high``, ``largest_p``.
    """

    overall: Table = field(default_factory=lambda: Table({}, {}))
    kind: ClassVar[str] = "ideas.dominance"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "share": ("Share held", "percent"),
        "baseline": ("Share of people", "percent"),
        "heads_ratio": ("Number taking part (ratio)", "ratio"),
        "volume_ratio": ("Volume a head (ratio)", "ratio"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "share",
        "baseline",
        "effect",
        "heads_ratio",
        "volume_ratio",
        "verdict",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("n_people", "heads")
    wholes: ClassVar[Mapping[str, str]] = {"n_people": "of_people", "heads": "of_heads"}


def dominance(
    process: Process,
    *,
    attribute: str,
    currency: str = "ideas",
    baseline: Baseline | Mapping[str, float] | None = None,
    confidence: float = 0.95,
    band: tuple[float, float] = (0.8, 1.25),
    voice: float = 10.0,
    least: int = LEAST_SHOWN,
    draws: int = 1_999,
    rng: int | Generator | None = None,
) -> Dominance:
    """Did one group fill the room: more heads, or more from each head?

    Parameters
    ----------
    process : Process
        With people, and with ideas and authors, votes or turns, as the currency needs.
    attribute : str
        Whose groups are compared.
    currency : {"ideas", "words", "turns", "seconds", "votes", "adoptions"}
        What is counted. Ideas of the organisers and people's votes for their own ideas are left out.
    baseline : Baseline or mapping of group to share, optional
        What the groups are measured against; by default the process's own baseline where it knows the attribute,
        else everybody who is listed as a participant.
    confidence : float
        Level of the intervals.
    band : tuple of two ratios
        Ratios that do not matter.
    voice : float
        From how many points above equal chances a single voice matters.
    least : int
        Groups of fewer people are not shown; lower it for public figures only.
    draws : int
        Relabellings.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    Dominance
        A row a group. ``effect`` is the ratio of its share of the currency to its baseline share, the product of
        ``heads_ratio`` (share of contributors to baseline) and ``volume_ratio`` (amount a contributor to that of all).
        ``amount`` and ``share`` are of people whose group is known; ``share_unknown_low`` and ``_high`` bound the
        share whatever the unknown are. ``largest_voice`` is the largest share of the group's amount that one person
        holds; ``of_people`` and ``of_heads`` are all people and all contributors of known group. The findings end with
        one about single voices.

    Raises
    ------
    InputError
        For an unknown currency or attribute, or a baseline that shares no group with the participants.

    Notes
    -----
    People are the units. Against participants, labels are exchanged among all people listed, those who said nothing
    included; against a community, each contributor's label is drawn from it. P values are adjusted by the largest
    departure among groups. People of unknown group are left out of shares; a pattern must stand whether all or none
    of them were the group's, and against a community they count on the side that makes the departure smaller, since
    labels may be missing more often in one group.

    References
    ----------
    Karpowitz, C. F. & Mendelberg, T. (2014). The Silent Sex: Gender, Deliberation, and Institutions. Princeton.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(people=200, ideas=400, groups={"north": 0.5, "south": 0.5}, loud=4, rng=1)
    >>> found = dominance(process, attribute="group", rng=1)
    >>> [(row["group"], round(row["effect"], 2)) for row in found.rows.records()]
    [('north', 1.1), ('south', 0.9)]
    """
    scale, seed = ratio(band), entropy(rng)
    grouping, what = process.grouping(attribute), held(process, currency)
    compared = _shares(process, grouping, what, baseline=baseline, draws=draws, seed=seed)
    said = voices(what, grouping, draws=draws, rng=seed)
    compared_amounts = what.amounts[grouping.codes >= 0]
    refusal = _refusal(compared, what, compared_amounts, process, attribute)
    tops, worth = _largest_voices(compared, what, grouping), effective_number(compared_amounts)
    cases = [
        _case(
            compared,
            what,
            k,
            largest=tops.get(group, np.nan),
            worth=worth,
            confidence=confidence,
            refusal=refusal,
        )
        for k, group in enumerate(compared.groups)
    ]
    judged = judge(
        [adjusted_case(case, float(p)) for case, p in zip(cases, compared.p_adjusted, strict=True)],
        question="dominance",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand=f"a group's share of {what.noun} as a ratio to its share of {compared.whom}",
        null=compared.null,
        exclusions={**what.exclusions, "people_of_unknown_group": grouping.n_unknown},
        p_adjusted=[np.nan if refusal else float(p) for p in compared.p_adjusted],
        least=least,
    )
    judged = with_own_p(judged)
    alone = judge(
        [_voice_case(said, what)],
        question="dominance.voice",
        attribute=attribute,
        scale=points(voice),
        phrases=_VOICE,
        estimand=f"the largest single share of {what.noun} above what equal chances give",
        null="every unit goes to anybody with the same chance",
        exclusions=what.exclusions,
    )
    unknown = gates.unknown_note(grouping.n_unknown, len(grouping), attribute=attribute)
    notes = (*what.notes, unknown, *compared.notes, *judged.notes, said.note)
    return Dominance(
        title=f"Who holds {what.noun}, by {plainly(attribute)}",
        rows=Table.from_records(judged.rows, {**COLUMNS, **_EXTRA}),
        findings=(*judged.findings, *alone.findings),
        notes=as_notes(note for note in notes if note),
        overall=Table.from_records([said.row], INEQUALITY),
        settings={
            "attribute": attribute,
            "currency": currency,
            "against": compared.whom,
            "confidence": confidence,
            "band": band,
            "voice": voice,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(scale, f"share of {what.noun} by share of {compared.whom} (ratio)"),
    )


def _shares(
    process: Process,
    grouping: Grouping,
    what: Held,
    *,
    baseline: Baseline | Mapping[str, float] | None,
    draws: int,
    seed: int,
) -> Shares:
    """Against the baseline asked for, else the process's own, else everybody listed."""
    shares = _expected(process, grouping.attribute, baseline)
    if shares is None:
        return against_people(what.amounts, grouping, draws=draws, rng=seed)
    if not set(shares) & set(grouping.groups):
        raise InputError.of(
            f"the baseline has no group of {quote(grouping.attribute)} that participants have; "
            f"it has {listed(shares)}, they have {listed(grouping.groups)}.",
            code="unknown_group",
            param="baseline",
            got=tuple(shares)[:5],
            expected=grouping.groups[:5],
            hint="name the groups alike, with baseline.recode({...}).",
        )
    return against_baseline(what.amounts, grouping, shares, draws=draws, rng=seed)


def _expected(
    process: Process, attribute: str, baseline: Baseline | Mapping[str, float] | None
) -> dict[str, float] | None:
    if baseline is None:
        own = process.baseline
        return own.shares(attribute) if own is not None and attribute in own.attributes else None
    if not isinstance(baseline, Mapping):
        return baseline.shares(attribute)
    try:
        shares = {str(group): float(value) for group, value in baseline.items()}
    except (TypeError, ValueError):
        shares = {}
    if not shares or min(shares.values()) < 0 or not 0 < sum(shares.values()) < np.inf:
        raise InputError.of(
            f"baseline must give each group a share from 0 up; not {show(dict(baseline))}.",
            param="baseline",
            got=dict(baseline),
            hint="pass a Baseline, or a mapping such as {'North': 0.6, 'South': 0.4}.",
        )
    return shares


def _refusal(
    compared: Shares, what: Held, amounts: Floats, process: Process, attribute: str
) -> str | None:
    asked = [
        gates.enough_groups(compared.heads, who=what.who),
        what.enough,
        gates.enough_voices(amounts, who=what.who),
    ]
    if what.currency == "votes":
        asked.insert(0, gates.labels_from_outside(process, attribute))
    return gates.first_refusal(asked)


def _case(
    compared: Shares,
    what: Held,
    k: int,
    *,
    largest: float,
    worth: float,
    confidence: float,
    refusal: str | None,
) -> Case:
    heads, volume = compared.heads_ratio[k], compared.volume[k]
    low, high = gates.share_bounds(
        compared.amount[k], float(compared.amount.sum()), compared.unknown
    )
    absent = compared.people[k] == 0
    return Case(
        group=compared.groups[k],
        effect=_effect(compared, k, confidence, worth),
        n_people=int(compared.people[k]),
        n_ideas=round(float(compared.amount.sum()))
        if what.currency in ("ideas", "adoptions")
        else 0,
        n_effective=worth,
        n_votes=round(float(compared.amount.sum())) if what.currency == "votes" else None,
        group_size=LEAST_SHOWN if absent else int(compared.people[k]),
        refusal=refusal,
        runs=_runs(compared, k),
        extra={
            "share": compared.share[k],
            "baseline": compared.baseline[k],
            "amount": compared.amount[k],
            "heads": int(compared.heads[k]),
            "heads_ratio": heads,
            "heads_low": compared.heads_low[k],
            "heads_high": compared.heads_high[k],
            "heads_p": compared.heads_p[k],
            "volume_ratio": volume,
            "volume_low": compared.volume_low[k],
            "volume_high": compared.volume_high[k],
            "volume_p": compared.volume_p[k],
            "largest_voice": largest,
            "of_people": int(compared.people.sum()),
            "of_heads": int(compared.heads.sum()),
            "share_unknown_low": low,
            "share_unknown_high": high,
        },
        words=_words(compared, what, k),
    )


def _runs(compared: Shares, k: int) -> tuple[Run, ...]:
    runs = (
        Run("without the most influential person", float(compared.without[k])),
        Run("with no one counted above the 95th percentile", float(compared.trimmed[k])),
        Run(
            "when people are drawn again with replacement",
            float(compared.total[k]),
            float(compared.bootstrap[k]),
        ),
    )
    if compared.unknown <= 0:
        return runs
    return (
        *runs,
        Run("if all people of unknown group were the group's", float(compared.if_all[k])),
        Run("if none of the people of unknown group were the group's", float(compared.if_none[k])),
    )


def _effect(compared: Shares, k: int, confidence: float, worth: float) -> Effect:
    value, p = float(compared.total[k]), float(compared.p_value[k])
    if value == 0.0:
        high, inner = compared.total_high[k]
        return Effect(
            value=0.0,
            low=0.0,
            high=high,
            inner_low=0.0,
            inner_high=inner,
            p_value=p,
            level=confidence,
            method="exact",
        )
    return Effect.from_se(
        value,
        float(compared.total_se[k]),
        p_value=p,
        df=max(worth - 1, 1.0) if np.isfinite(worth) else 1.0,
        confidence=confidence,
        log=True,
        method="log ratio, people as units",
    )


def _words(compared: Shares, what: Held, k: int) -> dict[str, str]:
    heads, volume = compared.heads_ratio[k], compared.volume[k]
    parts = f"They are {heads:.2f} times as many among {what.who} as expected"
    if np.isfinite(volume):
        parts += f", and each of them brings {volume:.2f} times as much as the average one"
    by_heads = (
        not np.isfinite(volume)
        or volume <= 0
        or heads <= 0
        or abs(np.log(heads)) >= abs(np.log(volume))
    )
    return {
        "share": f"{compared.share[k]:.0%}",
        "base": f"{compared.baseline[k]:.0%}",
        "what": what.noun,
        "whom": compared.whom,
        "parts": f"{parts}.",
        "cure": _MORE_HEADS if by_heads else _MORE_VOLUME,
    }


def _largest_voices(compared: Shares, what: Held, grouping: Grouping) -> dict[str, float]:
    """The largest part of each group's amount that is one person's."""
    top = np.zeros(len(grouping.groups))
    known = grouping.codes >= 0
    np.maximum.at(top, grouping.codes[known], what.amounts[known])
    amount = dict(zip(compared.groups, compared.amount, strict=True))
    held_by = zip(grouping.groups, top, strict=True)
    return {group: float(most / amount[group]) for group, most in held_by if amount[group] > 0}


def _voice_case(said: Voices, what: Held) -> Case:
    row, (low, inner_low, inner_high, high) = said.row, said.largest_band
    top = row["largest_share"]
    refusal = (
        gates.first_refusal([what.enough])
        if row["contributors"] > 1
        else f"there are too few {what.who}"
    )
    above = top > row["largest_high"]
    return Case(
        group=None,
        effect=Effect(
            value=100 * (top - row["largest_expected"]),
            low=100 * (top - high),
            high=100 * (top - low),
            inner_low=100 * (top - inner_high),
            inner_high=100 * (top - inner_low),
            p_value=row["largest_p"],
            method="against units dealt with equal chances",
        ),
        n_people=row["contributors"],
        n_ideas=round(row["total"]) if what.currency in ("ideas", "adoptions") else 0,
        n_effective=row["effective"],
        n_votes=round(row["total"]) if what.currency == "votes" else None,
        refusal=refusal,
        words={
            "share": f"{top:.0%}",
            "what": what.noun,
            "top": f"{row['largest']:,.0f}",
            "total": f"{row['total']:,.0f}",
            "most": f"{row['largest_high'] * row['total']:,.0f}",
            "beyond": "more than that, but by too little to matter"
            if above
            else "no more than that",
        },
    )
