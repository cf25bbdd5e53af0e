"""Ask whose voice fills a process: heads times volume per head, and how unequal voices are.

A group can dominate because more of its people come or because each of them says more, and the
cures differ. One loud voice is told apart from a loud group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from coprep.data.process.coded import Grouping
from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._judging.effects import (
    ALPHA,
    SURE,
    Effect,
    Run,
    effective_number,
    points,
    ratio,
)
from coprep.ideas._judging.eligibility import (
    enough_groups,
    enough_voices,
    first_refusal,
    labels_from_outside,
    noted,
    share_bounds,
    unknown_note,
)
from coprep.ideas._judging.judge import (
    COLUMNS,
    LEAST_SHOWN,
    Case,
    IdeasResult,
    Judged,
    forest,
    judge,
)
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._participation.concentration import (
    INEQUALITY,
    Amounts,
    Concentration,
    amounts_of,
    concentration,
)
from coprep.ideas._participation.shares import Shares, against_baseline, against_people
from coprep.metrics._streams import seed_of
from coprep.table import Table
from coprep.wording.labels import listed, show
from coprep.wording.names import plainly

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.baseline.baseline import Baseline
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Ints

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
    more="People of {group} hold {share} of {what} and are {base} of {whom}: {effect} what their "
    "number would give. {parts}",
    less="People of {group} hold only {share} of {what} and are {base} of {whom}: {effect} what "
    "their number would give. {parts}",
    same="People of {group} hold {share} of {what} and are {base} of {whom}, near enough the "
    "same: {effect} what their number would give.",
    open="People of {group} hold {share} of {what} and are {base} of {whom}: {effect} what their "
    "number would give.",
    innocent="A subject that touches one group more, or better chances to come and speak, would "
    "look the same.",
    next_step="{cure}",
)
_VOICE = Phrases(
    more="One voice alone holds {share} of {what} ({top} of {total}), where equal chances would "
    "give at most {most}. That is one voice, not one group.",
    less="No voice holds more of {what} than equal chances would give.",
    same="The largest single voice holds {share} of {what} ({top} of {total}), where equal "
    "chances would give at most {most}: {beyond}.",
    slight="",
    open="The largest single voice holds {share} of {what} ({top} of {total}).",
    innocent="Somebody may simply have had more time, or have been asked to write for others.",
    next_step="Read the results once without the most active voice, and give quieter people a "
    "turn of their own.",
)
_MORE_HEADS = (
    "Look first at who was invited and who could come: the difference lies more in how many take "
    "part."
)
_WHO_CAME = (
    "Look at who was invited and who could come; how time is shared among those who are there is "
    "not what differs."
)
_TOGETHER = frozenset(
    {
        "household",
        "family",
        "club",
        "team",
        "association",
        "delegation",
        "organisation",
        "organization",
    }
)
_INDEPENDENT = Note(
    "people_independent",
    "People are taken to take part one by one. Where they came in households or clubs, name that "
    "column with cluster=: otherwise a few clubs can look like a group.",
)
_MORE_VOLUME = (
    "Look first at how time and turns are shared once people are there: the difference lies in "
    "volume a head."
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Dominance(IdeasResult):
    """Each group's share of what was said, as heads times volume per head.

    Attributes
    ----------
    overall : Table
        One row on inequality: ``people``, ``contributors``, ``total``, ``gini`` with
        ``gini_expected``, ``gini_low`` and ``gini_high`` under equal chances, ``gini_excess``,
        ``gini_p``; ``hhi``, ``effective``, ``top_10_share``, ``theil`` = ``theil_between`` +
        ``theil_within``; ``largest``, ``largest_share``, ``largest_expected``, ``largest_high``,
        ``largest_p``.
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
    parts_of_counts: ClassVar[tuple[tuple[str, str], ...]] = (("heads", "n_people"),)
    all_or_none: ClassVar[tuple[str, ...]] = (
        *("heads", "of_heads", "heads_ratio", "heads_low", "heads_high", "heads_p"),
        *("volume_ratio", "volume_low", "volume_high", "volume_p"),
    )
    of_one_person: ClassVar[tuple[str, ...]] = ("largest_voice", "largest")
    wholes: ClassVar[Mapping[str, str]] = {"n_people": "of_people", "heads": "of_heads"}


def dominance(
    process: Process,
    *,
    attribute: str | None = None,
    currency: str = "ideas",
    against: Literal["list", "community"] | None = None,
    baseline: Baseline | Mapping[str, float] | None = None,
    cluster: str | None = None,
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
    attribute : str, optional
        Whose groups are compared. Without it only single voices are looked at, which have nothing
        to do with groups: ask that once a currency.
    currency : {"ideas", "words", "turns", "seconds", "votes", "adoptions"}
        What is counted. Ideas of the organisers and people's votes for their own ideas are left
        out.
    against : {"list", "community"}, optional
        What the groups are measured against: everybody listed as a participant, or the community of
        ``baseline``. By default the community where it is known. Against the community a group that
        did not come is missing in every currency again; against the list only what those who came
        did counts.
    baseline : Baseline or mapping of group to share, optional
        The community; by default the process's own baseline.
    cluster : str, optional
        Participants' column that says who came together, such as a household or a club: these are
        then the units. Without it a pattern must still hold with people of one household,
        organisation or club taken together where such a column is there.
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
        A row a group. ``effect`` is the ratio of its share of the currency to its baseline share,
        the product of ``heads_ratio`` (share of contributors to baseline) and ``volume_ratio``
        (amount a contributor to that of all). ``amount`` and ``share`` are of people whose group is
        known; ``share_unknown_low`` and ``_high`` bound the share whatever the unknown are.
        ``largest_voice`` is the largest share of the group's amount that one person holds;
        ``of_people`` and ``of_heads`` are all people and all contributors of known group. The
        findings end with one about single voices.

    Raises
    ------
    InputError
        For an unknown currency or attribute, or a baseline that shares no group with the
        participants.

    Notes
    -----
    People are the units. Against participants, labels are exchanged among all people listed, those
    who said nothing included; against a community, each contributor's label is drawn from it. With
    ``cluster`` labels go with those who came together: exchanged among clusters of as many people,
    or drawn for each. P values are adjusted by the largest departure among groups. People of
    unknown group are left out of shares; a pattern must stand whether all or none of them were the
    group's, and against a community they count on the side that makes the departure smaller, since
    labels may be missing more often in one group.

    References
    ----------
    Karpowitz, C. F. & Mendelberg, T. (2014). The Silent Sex: Gender, Deliberation, and
    Institutions. Princeton.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> halves = {"north": 0.5, "south": 0.5}
    >>> process, truth = world(people=200, ideas=400, groups=halves, loud=4, rng=1)
    >>> found = dominance(process, attribute="group", rng=1)
    >>> [(row["group"], round(row["effect"], 2)) for row in found.rows.records()]
    [('north', 1.1), ('south', 0.9)]
    """
    scale = ratio(band)
    seed = seed_of(rng)
    if against not in (None, "list", "community"):
        raise InputError.choice("against", against, ("list", "community", None))
    held = amounts_of(process, currency)
    if attribute is None:
        return _voice_alone(process, held, voice, draws, seed)
    grouping = process.grouping(attribute)
    name = cluster or _came_together(process, attribute)
    shares = _shares(
        process,
        grouping,
        held,
        against=against,
        baseline=baseline,
        draws=draws,
        seed=seed,
        cluster=None if name is None else np.asarray(process.grouping(name).codes),
        only=cluster is not None,
    )
    said = concentration(held, grouping, draws=draws, rng=seed)
    of_known = held.amounts[grouping.codes >= 0]
    gates = [
        enough_groups(shares.heads, who=held.who),
        held.enough,
        enough_voices(of_known, who=held.who),
    ]
    if currency == "votes":
        gates.insert(0, labels_from_outside(process, attribute))
    refusal = first_refusal(*gates)
    worth = effective_number(of_known)
    tops = _largest_voices(shares, held, grouping)
    judged = judge(
        [
            _case(
                shares,
                held,
                k,
                tops,
                worth=worth,
                confidence=confidence,
                refusal=refusal,
                cluster=name,
            )
            for k in range(len(shares.groups))
        ],
        question="dominance",
        attribute=attribute,
        scale=scale,
        phrases=_PHRASES,
        estimand=f"a group's share of {held.noun} as a ratio to its share of {shares.whom}",
        null=shares.null,
        exclusions={**held.exclusions, "people_of_unknown_group": grouping.n_unknown},
        p_adjusted=[np.nan if refusal else float(p) for p in shares.total.p_adjusted],
        strict=True,
        least=least,
    )
    alone = _voice(said, held, voice)
    unknown = unknown_note(grouping.n_unknown, len(grouping), attribute=attribute)
    return Dominance(
        title=f"Who holds {held.noun}, by {plainly(attribute)}",
        rows=judged.table(_EXTRA),
        findings=(*judged.findings, *alone.findings),
        notes=(
            *held.notes,
            *noted(unknown, None if name is not None else _INDEPENDENT),
            *shares.notes,
            *judged.notes,
            said.note,
        ),
        overall=Table.from_records([said.row], INEQUALITY),
        settings={
            "attribute": attribute,
            "currency": currency,
            "against": shares.whom,
            "cluster": name,
            "confidence": confidence,
            "band": band,
            "voice": voice,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(scale, f"share of {held.noun} by share of {shares.whom} (ratio)"),
    )


def _voice(said: Concentration, held: Amounts, voice: float) -> Judged:
    """What is said of the largest single voice; it has no attribute, whatever was asked by."""
    return judge(
        [_voice_case(said, held)],
        question="dominance.voice",
        attribute=None,
        scale=points(voice),
        phrases=_VOICE,
        estimand=f"the largest single share of {held.noun} above what equal chances give",
        null="every unit goes to anybody with the same chance",
        exclusions=held.exclusions,
    )


def _voice_alone(process: Process, held: Amounts, voice: float, draws: int, seed: int) -> Dominance:
    """Single voices without any groups."""
    nobody = Grouping("", (), np.full(len(process.people), -1, dtype=np.intp))
    said = concentration(held, nobody, draws=draws, rng=seed)
    return Dominance(
        title=f"Whether one voice holds {held.noun}",
        rows=Table.from_records([], {**COLUMNS, **_EXTRA}),
        findings=_voice(said, held, voice).findings,
        notes=(*held.notes, said.note),
        overall=Table.from_records([said.row], INEQUALITY),
        settings={
            "attribute": None,
            "currency": held.currency,
            "voice": voice,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(ratio(), f"share of {held.noun}"),
    )


def _came_together(process: Process, attribute: str) -> str | None:
    """A column that says who came together with whom, by its name; None without one."""
    return next(
        (
            name
            for name in process.attributes
            if name != attribute and name.strip().casefold() in _TOGETHER
        ),
        None,
    )


def _shares(
    process: Process,
    grouping: Grouping,
    held: Amounts,
    *,
    against: str | None,
    baseline: Baseline | Mapping[str, float] | None,
    draws: int,
    seed: int,
    cluster: Ints | None,
    only: bool,
) -> Shares:
    """Against what was asked for; else the community where it is known, else everybody listed."""
    expected = None
    if against != "list":
        expected = _expected(process, grouping.attribute, baseline)
    if expected is None and against == "community":
        raise InputError.of(
            f"nothing is known of the community by {show(grouping.attribute)}.",
            code="missing_baseline",
            param="against",
            hint="pass baseline=, or against='list' to compare with everybody listed.",
        )
    if expected is None:
        return against_people(
            held.amounts, grouping, draws=draws, rng=seed, cluster=cluster, only=only
        )
    if not set(expected) & set(grouping.groups):
        raise InputError.of(
            f"the baseline has no group of {show(grouping.attribute)} that participants have; "
            f"it has {listed(expected)}, they have {listed(grouping.groups)}.",
            code="unknown_group",
            param="baseline",
            got=tuple(expected)[:5],
            expected=grouping.groups[:5],
            hint="name the groups alike, with baseline.recode({...}).",
        )
    return against_baseline(
        held.amounts, grouping, expected, draws=draws, rng=seed, cluster=cluster, only=only
    )


def _expected(
    process: Process, attribute: str, baseline: Baseline | Mapping[str, float] | None
) -> dict[str, float] | None:
    """The groups' shares of the community, where there is a baseline."""
    if baseline is None:
        baseline = process.baseline
        if baseline is None or attribute not in baseline.attributes:
            return None
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


def _case(
    shares: Shares,
    held: Amounts,
    k: int,
    tops: Mapping[str, float],
    *,
    worth: float,
    confidence: float,
    refusal: str | None,
    cluster: str | None,
) -> Case:
    """One group."""
    heads = shares.heads_ratio
    volume = shares.volume
    group = shares.groups[k]
    people = int(shares.people[k])
    total = float(shares.amount.sum())
    low, high = share_bounds(shares.amount[k], total, shares.unknown)
    return Case(
        group=group,
        effect=_effect(shares, k, confidence, worth),
        n_people=people,
        n_ideas=round(total) if held.of_ideas else 0,
        n_effective=worth,
        n_votes=round(total) if held.currency == "votes" else None,
        group_size=people or LEAST_SHOWN,  # a group of the community that nobody is of is shown
        refusal=refusal,
        runs=(*_runs(shares, k), *_run_together(shares, k, cluster)),
        extra={
            "share": shares.share[k],
            "baseline": shares.baseline[k],
            "amount": shares.amount[k],
            "heads": int(shares.heads[k]),
            "heads_ratio": heads.value[k],
            "heads_low": heads.low[k],
            "heads_high": heads.high[k],
            "heads_p": heads.p_value[k],
            "volume_ratio": volume.value[k],
            "volume_low": volume.low[k],
            "volume_high": volume.high[k],
            "volume_p": volume.p_value[k],
            "largest_voice": tops.get(group, np.nan),
            "of_people": int(shares.people.sum()),
            "of_heads": int(shares.heads.sum()),
            "share_unknown_low": low,
            "share_unknown_high": high,
        },
        words=_words(shares, held, k),
    )


def _runs(shares: Shares, k: int) -> tuple[Run, ...]:
    """Without the loudest, with nobody loud, with people drawn again, whatever the unknown are."""
    again = shares.again
    name = "when people are drawn again with replacement"
    runs = (
        Run("without the most influential person", float(again.without[k])),
        Run("with no one counted above the 95th percentile", float(again.trimmed[k])),
        Run(name, float(shares.total.value[k]), float(again.bootstrap_p[k])),
    )
    if shares.unknown <= 0:
        return runs
    return (
        *runs,
        Run("if all people of unknown group were the group's", float(again.if_all[k])),
        Run("if none of the people of unknown group were the group's", float(again.if_none[k])),
    )


def _run_together(shares: Shares, k: int, cluster: str | None) -> tuple[Run, ...]:
    """With people who came together taken as one, where that is recorded and was not asked for."""
    if shares.together is None or cluster is None:
        return ()
    name = f"with people of one {show(cluster)} taken together"
    return (Run(name, float(shares.total.value[k]), float(shares.together[k]), level=SURE),)


def _effect(shares: Shares, k: int, confidence: float, worth: float) -> Effect:
    """The ratio of a group's share to the expected one; exact limits where it holds nothing."""
    total = shares.total
    value = float(total.value[k])
    p = float(total.p_value[k])
    if value == 0.0:
        high = total.high[k]
        inner = total.inner_high[k]
        return Effect(0.0, 0.0, high, 0.0, inner, p_value=p, level=confidence, method="exact")
    return Effect.from_se(
        value,
        float(total.se_log[k]),
        p_value=p,
        df=max(worth - 1, 1.0) if np.isfinite(worth) else 1.0,
        confidence=confidence,
        log=True,
        method="log ratio, people as units",
    )


def _words(shares: Shares, held: Amounts, k: int) -> dict[str, str]:
    """Shares in words, and which of heads and volume matters more."""
    heads = shares.heads_ratio.value[k]
    volume = shares.volume.value[k]
    parts = f"They are {heads:.2f} times as many among {held.who} as expected"
    cure = _MORE_HEADS
    if np.isfinite(volume):
        parts += f", and each of them brings {volume:.2f} times as much as the average one"
        if volume > 0 and heads > 0 and abs(np.log(heads)) < abs(np.log(volume)):
            cure = _MORE_VOLUME
    if cure == _MORE_HEADS and not shares.volume.p_value[k] <= ALPHA:
        parts = (
            f"This is about who took part: they are {heads:.2f} times as many among {held.who} as "
            "expected, and nothing shows that each of them brings more or less than others"
        )
        cure = _WHO_CAME
    return {
        "share": f"{shares.share[k]:.0%}",
        "base": f"{shares.baseline[k]:.0%}",
        "what": held.noun,
        "whom": shares.whom,
        "parts": f"{parts}.",
        "cure": cure,
    }


def _largest_voices(shares: Shares, held: Amounts, grouping: Grouping) -> dict[str, float]:
    """The largest part of each group's amount that is one person's."""
    top = np.zeros(len(grouping.groups))
    known = grouping.codes >= 0
    np.maximum.at(top, grouping.codes[known], held.amounts[known])
    amount = dict(zip(shares.groups, shares.amount, strict=True))
    return {
        group: float(most / amount[group])
        for group, most in zip(grouping.groups, top, strict=True)
        if amount[group] > 0
    }


def _voice_case(said: Concentration, held: Amounts) -> Case:
    """The largest single voice."""
    row = said.row
    low, high = said.largest_outer
    inner_low, inner_high = said.largest_inner
    top = row["largest_share"]
    refusal: str | None = held.enough.refusal
    if row["contributors"] <= 1:
        refusal = f"there are too few {held.who}"
    beyond = "no more than that"
    if top > row["largest_high"]:
        beyond = "more than that, but by too little to matter"
    return Case(
        group=None,
        effect=Effect(
            100 * (top - row["largest_expected"]),
            100 * (top - high),
            100 * (top - low),
            100 * (top - inner_high),
            100 * (top - inner_low),
            p_value=row["largest_p"],
            method="against units dealt with equal chances",
        ),
        n_people=row["contributors"],
        n_ideas=round(row["total"]) if held.of_ideas else 0,
        n_effective=row["effective"],
        n_votes=round(row["total"]) if held.currency == "votes" else None,
        refusal=refusal,
        words={
            "share": f"{top:.0%}",
            "what": held.noun,
            "top": f"{row['largest']:,.0f}",
            "total": f"{row['total']:,.0f}",
            "most": f"{row['largest_high'] * row['total']:,.0f}",
            "beyond": beyond,
        },
    )
