"""Ask whether ideas name their authors' own groups more, and what outsiders think of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from coprep.findings import Verdict
from coprep.ideas._authors.authorship import MOST_GROUPS, Authored, authored
from coprep.ideas._authors.breadth import BREADTH_COLUMNS, breadth_rows
from coprep.ideas._authors.matching import Matching, own_benefit_cases
from coprep.ideas._authors.outside_cases import outside_cases
from coprep.ideas._judging.effects import BAND, MATERIAL, at_rate
from coprep.ideas._judging.judge import COLUMNS, LEAST_SHOWN, IdeasResult, Judged, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._votes.contexts import names_of, place_of
from coprep.ideas._votes.support import grouping_of, ideas_of
from coprep.metrics._streams import seed_of
from coprep.table import ColumnKind, Table
from coprep.wording.names import plainly

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.process import Process
    from coprep.metrics._checks import Floats

_COLUMNS: dict[str, ColumnKind] = {
    "part": "text",
    **COLUMNS,
    "own_share": "number",
    "who": "text",
    "n_authors": "count",
}
_TWO_WAY: dict[str, ColumnKind] = {
    "group": "text",
    "own_benefit": "text",
    "outside_support": "text",
    "reading": "text",
}

_OWN = Phrases(
    more="{Ideas} name {them} as beneficiary {effect} more often than other people's ideas "
    "{place} do, of those that name as many groups; {base} would be usual. {outsiders} This is "
    "what one would see if interests shaped the ideas.",
    less="{Ideas} name {them} as beneficiary {effect} less often than other people's ideas "
    "{place} do, of those that name as many groups; {base} would be usual. {outsiders}",
    same="{Ideas} name {them} as beneficiary about as often as other people's ideas {place} do: "
    "a difference of {effect}, where {base} would be usual.",
    open="{Ideas} name {them} as beneficiary with a difference of {effect} from other people's "
    "ideas {place}, where {base} would be usual.",
    innocent="It can also reflect lived experience, or a need, that others do not have.",
    innocent_less="People who speak for those they care for or work with would look the same.",
    next_step="Ask what experience stands behind these ideas, and ask people outside {them} "
    "whether they would gain from them.",
)
_OUTSIDE = Phrases(
    more="People outside the author's group support {these} {effect} more than other ideas for "
    "the same groups {place}, where {base} would be usual.{premium}",
    less="People outside the author's group support {these} {effect} less than other ideas for "
    "the same groups {place}, where {base} would be usual.{premium}",
    same="People outside the author's group support {these} about as much as other ideas for the "
    "same groups {place}: a difference of {effect}, where {base} would be usual.",
    open="People outside the author's group support {these} with a difference of {effect} from "
    "other ideas for the same groups {place}, where {base} would be usual.",
    innocent="People may not know what a group they are not part of needs, and support depends "
    "on how an idea is presented.",
    next_step="Let authors and people outside the group talk about two or three of these ideas, "
    "and see what both would change.",
)
_READINGS = {
    ("high", "as much or more"): "Speaks from experience, and others agree: give and take is "
    "working.",
    ("high", "slightly less"): "Ideas serve their authors' own groups, and others support these a "
    "little less, by less than matters here.",
    ("high", "less"): "The pattern is consistent with self-serving ideas; lived experience that "
    "others lack would look the same, so ask before you judge.",
    ("low", "as much or more"): "Balanced.",
    ("low", "slightly less"): "Balanced: others support these a little less, by less than matters "
    "here.",
    ("low", "less"): "Ideas for others that others do not want: ask the people they are meant for.",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class SelfServing(IdeasResult):
    """Do ideas serve their authors' own groups, and do people outside support those that do?

    Attributes
    ----------
    rows : Table
        ``part`` is ``"own benefit"`` or ``"outside support"``; in each a row for the whole process
        (no group), then one a group. ``effect`` in points: how much more often ideas name their
        author's own group than other people's ideas of the same topic do; how much more outsiders
        support such ideas than other ideas. ``own_share`` is the percentage of ideas that name
        their author's own group, as it stands; ``n_authors`` are the authors of the ``n_ideas``.
    two_way : Table
        Both answers read together, for the whole process and each group: group, own_benefit
        ("high", "low", "unclear"), outside_support ("as much or more", "slightly less" where that
        is beyond chance and less than matters, "less", "unclear", "unknown"), reading.
    breadth : Table
        A description, never a verdict: what share of the community the named groups make up, for
        ideas that name their author's own group and for others on the same topic (0 to 1), the
        difference with its interval, and ``concentration``, the own group's part of an idea's
        benefit by its share of the community; ``n_authors`` are the authors of the one kind of
        ideas or the other, whichever are fewer.

    """

    two_way: Table = field(default_factory=lambda: Table({}, {}))
    breadth: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "ideas.self_serving"
    shown: ClassVar[tuple[str, ...]] = (
        "part",
        "who",
        "effect",
        "low",
        "high",
        "p_adjusted",
        "n_people",
        "n_ideas",
        "verdict",
    )
    count_columns: ClassVar[tuple[str, ...]] = (*IdeasResult.count_columns, "n_own", "n_other")
    adds_up_within: ClassVar[tuple[str, ...]] = ("part", "attribute")
    keep_when_protected: ClassVar[tuple[str, ...]] = ("part", "attribute", "group", "who")


def self_serving(
    process: Process,
    *,
    attribute: str,
    within: str | Sequence[str] | None = "topic",
    material: float = MATERIAL,
    band: tuple[float, float] = BAND,
    confidence: float = 0.95,
    draws: int = 9_999,
    rng: int | Generator | None = None,
) -> SelfServing:
    """Do ideas serve their authors' own groups more than others' ideas on the same topic do?

    *Estimands*: (1) how much more often an idea names its author's own group as beneficiary than
    ideas by other people on the same topic do, averaged over ideas, in percentage points; a topic
    counts by how mixed its authors are. (2) How much more, or less, people outside the author's
    group support such ideas than other people's ideas for the same groups on the same topic, what
    people add for ideas that name their own group held apart. The second tells need from interest;
    never read the first alone.

    Parameters
    ----------
    process : Process
        With participants, ideas, their authors and beneficiaries; with ratings for the second part.
    attribute : str
        The attribute in which authors and beneficiaries are compared.
    within : {"topic", "stage", "session", "week", "language"}, several of them, or None
        What ideas are compared within. If topics do not enter and the process has a table of need,
        what follows from need is taken out instead.
    material : float
        Percentage points that do not matter.
    band : tuple of two ratios
        Nor do effects that leave a rate between these ratios of what is usual: the smaller of the
        two limits holds.
    confidence : float
        Level of the intervals.
    draws : int
        Random sign patterns, where they are not enumerated (up to 15 authors they are).
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    SelfServing
        With the columns described there.

    Raises
    ------
    InputError
        Where tables are missing or the attribute is unknown.

    Notes
    -----
    With b and a the deviations of benefit and authorship from their means among ideas on the topic
    that name as many groups (who ticks two boxes names everybody more often), the excess is
    ``sum(b * a) / sum(a**2)``. *Null*: given these, who benefits does not depend on who writes.
    *Test*: each author's sum of ``b * a`` has its sign flipped at random; authors linked by
    joint ideas are flipped together. *Interval*: authors' residual sums, bias-reduced, with
    Satterthwaite degrees of freedom. *Robustness*: without the most influential author; with ideas
    exchanged within topics; if authors of unknown group named their own never, always, half
    as often as those known do at the lower limit of that rate, or twice as often as at the upper.
    Groups are adjusted together by the largest statistic; ``p_adjusted``
    of own benefit is the larger of that and of the exchanged ideas' (Holm). Outsiders' support is
    what is left of their votes after their generosity; ideas are compared with others for the same
    groups, since a group that everybody likes to help says nothing about authors, and with other
    ideas by authors of the same group, since how well a group writes says nothing about whom it
    writes for. No outsider of an
    own-benefit idea can gain from it, while some outsiders of other ideas can. So either only
    outsiders whom an idea does not name are counted, or what people add for ideas that name their
    own group is read off the other members of the authors' groups and taken out: ``d =
    gap(outsiders) - gap(part of outsiders who are named) * gap(insiders)``. The sharper of the two
    answers; the other is a robustness run, beside shares of support as they stand. The second way
    takes insiders to think no better of own-benefit ideas than what they gain.

    When it is fooled: topics so coarse that need hides inside them, or so fine that each has
    authors of one group; ideas for everyone, which say nothing; groups that stand for others
    (parents name children).

    References
    ----------
    Hemerik, J., Goeman, J. J. & Finos, L. (2020). Robust testing in generalized linear models by
    sign flipping score contributions. JRSS B 82(3), 841-864.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(self_serving=0.3, rng=1)
    >>> found = self_serving(process, attribute="group", rng=1)
    >>> found.findings[0].verdict.value, round(found.findings[0].estimate.value)
    ('pattern', 34)
    """
    process.require("participants", "ideas", "authors", "beneficiaries")
    grouping_of(process, attribute, MOST_GROUPS)
    benefit, groups = process.beneficiaries(attribute)
    wrote = authored(process, attribute, within, groups=groups)
    seed = seed_of(rng)
    names = names_of(within)
    matching = Matching(
        process,
        wrote,
        benefit[wrote.idea],
        None if "topic" in names else _need(process, wrote),
        within,
        confidence,
        draws,
        seed,
        material,
        band,
    )
    scale = at_rate(1.0, material=material, band=band)
    place = place_of(names)
    outside_found, outside_p = outside_cases(matching, place)
    outside = judge(
        outside_found,
        question="outside_support",
        attribute=attribute,
        scale=scale,
        phrases=_OUTSIDE,
        estimand="difference in support from people outside the author's group, adjusted for how "
        "generous each is and for what people add for ideas that name their own group, between "
        "ideas that name their author's own group and other ideas for the same groups "
        f"{place}, less how well authors of that group are supported in general, in percentage "
        "points",
        null="outsiders' support does not depend on whether an idea names its author's group; "
        "signs of authors' sums flipped",
        exclusions=wrote.left_out,
        p_adjusted=outside_p,
    )
    views = {row["group"]: _outside_view(row) for row in outside.rows}
    own_found, own_p = own_benefit_cases(matching, place, views)
    own = judge(
        own_found,
        question="self_serving",
        attribute=attribute,
        scale=scale,
        phrases=_OWN,
        estimand="how much more often an idea names its author's own group as beneficiary than "
        f"ideas by other people {place} that name as many groups do, averaged over ideas, in "
        "percentage points; a block counts by how mixed its authors are",
        null="who benefits does not depend on who writes, within the block; signs of authors' sums "
        "flipped",
        exclusions=wrote.left_out,
        p_adjusted=own_p,
    )
    judged = own.part("own benefit") + outside.part("outside support")
    shown = np.flatnonzero(wrote.authors >= LEAST_SHOWN).tolist()
    axis = "difference (percentage points)"
    return SelfServing(
        title=f"Whether ideas serve their authors' own groups, by {plainly(attribute)}",
        rows=judged.table(_COLUMNS),
        findings=judged.findings,
        notes=(*wrote.notes, *matching.notes, *own.notes),
        settings={
            "attribute": attribute,
            "within": within,
            "material": material,
            "band": band,
            "confidence": confidence,
            "draws": draws,
            "rng": seed,
        },
        picture=forest(scale, axis, label=("who",), panel="part"),
        two_way=_two_way(own, views),
        breadth=Table.from_records(breadth_rows(matching, shown), BREADTH_COLUMNS),
    )


def _need(process: Process, wrote: Authored) -> Floats | None:
    """Need of each idea's topic by group, where it is stated."""
    need = process.need(wrote.attribute)
    if need is None:
        return None
    topics = ideas_of(process).topics
    row = {topic: i for i, topic in enumerate(need.topics)}
    column = {group: i for i, group in enumerate(need.groups)}
    weights = np.zeros((len(topics) + 1, len(wrote.groups)))  # the last is of ideas without a topic
    for t, topic in enumerate(topics):
        for k, group in enumerate(wrote.groups):
            if topic in row and group in column:
                weights[t, k] = need.weights[row[topic], column[group]]
    return weights[ideas_of(process).topic[wrote.idea]]


def _outside_view(row: Mapping[str, Any]) -> str:
    """What outsiders think, in the words of the two-way table."""
    verdict = row["verdict"]
    if verdict is Verdict.NOT_ASSESSABLE:
        return "unknown"
    if verdict is Verdict.INCONCLUSIVE:
        return "unclear"
    if verdict is Verdict.PATTERN and row["effect"] < 0:
        return "less"
    return "slightly less" if row["high"] < 0 else "as much or more"


def _own_view(verdict: Verdict, effect: float) -> str:
    """How often authors name their own group, in the words of the two-way table."""
    if verdict in {Verdict.NOT_ASSESSABLE, Verdict.INCONCLUSIVE}:
        return "unclear"
    return "high" if verdict is Verdict.PATTERN and effect > 0 else "low"


def _two_way(own: Judged, views: dict[str | None, str]) -> Table:
    """Both answers read together."""
    records = []
    for row in own.rows:
        mine = _own_view(row["verdict"], row["effect"])
        theirs = views.get(row["group"], "unknown")
        reading = _READINGS.get((mine, theirs), "Not settled: one of the two answers is open.")
        records.append(
            {
                "group": row["group"],
                "own_benefit": mine,
                "outside_support": theirs,
                "reading": reading,
            }
        )
    return Table.from_records(records, _TWO_WAY)
