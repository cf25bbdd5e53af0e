"""Ask whether people of some groups came to the stages of a process less than others listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from coprep.ideas._judging.effects import BAND, MATERIAL, at_rate
from coprep.ideas._judging.eligibility import (
    LEAST_RATERS,
    enough_groups,
    few_people,
    no_group_known,
    noted,
    unknown_note,
)
from coprep.ideas._judging.judge import Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._participation.yes_rates import YesRate, adjusted
from coprep.ideas._votes.support import grouping_of
from coprep.metrics._checks import share as share_of
from coprep.table import ColumnKind
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import percents

if TYPE_CHECKING:
    from collections.abc import Callable

    from coprep.data.process.coded import Grouping
    from coprep.data.process.process import Process
    from coprep.ideas._judging.effects import Scale
    from coprep.metrics._checks import Bools

ALL = "any of it"
"""What the stage is called where no stage is known."""

_EXTRA: dict[str, ColumnKind] = {
    "stage": "text",
    "came": "number",
    "came_others": "number",
    "n_came": "count",
}
_PHRASES = Phrases(
    more="{came} of {listed} people of {group} came to {stage} ({share}) and {others} of others: "
    "{effect} more.",
    less="{came} of {listed} people of {group} came to {stage} ({share}) and {others} of others: "
    "{effect} less.",
    same="{came} of {listed} people of {group} came to {stage} ({share}) and {others} of others, "
    "about as many: a difference of {effect}.",
    open="{came} of {listed} people of {group} came to {stage} ({share}) and {others} of others: a "
    "difference of {effect}.",
    innocent="Its time, place or length may have suited some less, and people may have said before "
    "what they came to say.",
    next_step="Ask those of {group} who did not come to {stage}, and offer it again at another "
    "time.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Attendance(IdeasResult):
    """Who of those listed came to each stage: a row a stage and group.

    Attributes
    ----------
    rows : Table
        ``effect``: how many points more of the group's people listed came than of all others
        listed; ``came`` and ``came_others`` those shares (0 to 1). ``n_people`` are the group's
        people listed, ``n_came`` those of them who came.
    """

    kind: ClassVar[str] = "ideas.attendance"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "came": ("Came", "percent"),
        "came_others": ("Others came", "percent"),
        "n_came": ("Came (people)", "count"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "stage",
        "group",
        "n_people",
        "n_came",
        "came",
        "came_others",
        "effect",
        "verdict",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("n_people", "n_came")
    wholes: ClassVar[Mapping[str, str]] = {}
    adds_up_within: ClassVar[tuple[str, ...]] = ("stage",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "stage", "group")


def attendance(
    process: Process,
    *,
    attribute: str,
    material: float = MATERIAL,
    band: tuple[float, float] = BAND,
    confidence: float = 0.95,
) -> Attendance:
    """Given the list of people, who came to each stage?

    Whether the list is like the community is another question (`coprep.representation.assess`): a
    group that is missing from the list is not missed again at every stage.

    Parameters
    ----------
    process : Process
        With participants and attendance: participant_id, and session_id or stage.
    attribute : str
        Whose groups are compared.
    material : float
        Percentage points that do not matter.
    band : tuple of two ratios
        Nor do differences that leave a share between these ratios of the others': the smaller of
        the two limits holds.
    confidence : float
        Level of the intervals.

    Returns
    -------
    Attendance
        With the columns described there.

    Raises
    ------
    InputError
        Where the table is missing or the attribute is not known.

    Notes
    -----
    Who came to any session of a stage came to it; sessions without a stage are taken together.
    *Test*: Fisher's, Holm over all stages and groups. *Interval*: Agresti and Caffo.

    References
    ----------
    Agresti, A. & Caffo, B. (2000). Simple and effective confidence intervals for proportions and
    differences of proportions result from adding two successes and two failures. The American
    Statistician 54(4), 280-288.

    Examples
    --------
    >>> from coprep.data.process.process import Process
    >>> people = [f"p{i}" for i in range(80)]
    >>> came = people[:36] + people[40:52]
    >>> process = Process(
    ...     participants={"participant_id": people, "area": ["North"] * 40 + ["South"] * 40},
    ...     attendance={"participant_id": came, "stage": ["review"] * 48},
    ... )
    >>> found = attendance(process, attribute="area")
    >>> [(row["stage"], row["group"], row["came"]) for row in found.rows.records()]
    [('review', 'North', 0.9), ('review', 'South', 0.3)]
    >>> found.findings[1].verdict.value
    'pattern'
    """
    share_of(confidence, "confidence")
    process.require("attendance", why="who came is read from it")
    grouping = grouping_of(process, attribute)
    stages = _stages(process)
    groups = range(len(grouping.groups))
    small = partial(at_rate, material=material, band=band)
    rates = [[YesRate.of(there, grouping.codes, k) for k in groups] for there in stages.values()]
    refusals = [[_refusal(grouping, k, there) for k in groups] for there in stages.values()]
    cases = [
        _case(stage, grouping, k, rates[s][k], refusals[s][k], confidence=confidence, small=small)
        for s, stage in enumerate(stages)
        for k in groups
    ]
    found = judge(
        cases,
        question="attendance",
        attribute=attribute,
        scale=small(1.0),
        phrases=_PHRASES,
        estimand="difference between a group and all others in the share of those listed who came, "
        "in percentage points",
        null="who of those listed came does not depend on the group",
        p_adjusted=adjusted(rates, [[why is None for why in each] for each in refusals]),
        strict=True,
        nobody=no_group_known(attribute, came="", listed="", stage="", share="", others=""),
    )
    unknown = unknown_note(grouping.n_unknown, len(grouping), attribute=attribute)
    axis = "share that came, difference from others (percentage points)"
    return Attendance(
        title=f"Who of those listed came, by {plainly(attribute)}",
        rows=found.table(_EXTRA),
        findings=found.findings,
        notes=(*noted(unknown), *found.notes),
        settings={
            "attribute": attribute,
            "material": material,
            "band": band,
            "confidence": confidence,
        },
        picture=forest(small(1.0), axis, panel="stage"),
    )


def _stages(process: Process) -> dict[str, Bools]:
    """By stage, in the order in which they are told, whether each person came."""
    held = process.attendance or {"person": (), "stage": ()}
    person = np.asarray(held["person"], dtype=np.intp)
    stage = np.array([ALL if name is None else str(name) for name in held["stage"]], dtype=object)
    told = [name for name in process.stages if name in set(stage.tolist())]
    rest = sorted(set(stage.tolist()) - set(told))
    found = {}
    for name in (*told, *rest):
        there = np.zeros(len(process.people), dtype=np.bool_)
        there[person[stage == name]] = True
        found[name] = there
    return found


def _refusal(grouping: Grouping, k: int, there: Bools) -> str | None:
    """Why one group cannot be compared at this stage, or None."""
    general = enough_groups(grouping.sizes, who="people listed", least=LEAST_RATERS).refusal
    few = few_people(int(grouping.sizes[k]), LEAST_RATERS, "person listed", "people listed")
    known = there[grouping.codes >= 0]
    nothing = None
    if known.all() or not known.any():
        how = "everybody" if known.all() else "nobody"
        nothing = f"{how} listed came, so that no difference could show"
    return general or few or nothing


def _case(
    stage: str,
    grouping: Grouping,
    k: int,
    rate: YesRate,
    refusal: str | None,
    *,
    confidence: float,
    small: Callable[[float], Scale],
) -> Case:
    """One group at one stage."""
    return Case(
        group=grouping.groups[k],
        effect=rate.effect(rate.p_value, confidence),
        scale=small(rate.share_others),
        n_people=rate.n,
        n_ideas=0,
        n_effective=float(rate.n),
        refusal=refusal,
        described=True,
        extra={
            "stage": stage,
            "came": rate.share,
            "came_others": rate.share_others,
            "n_came": rate.yes,
        },
        words={
            "came": f"{rate.yes:,}",
            "listed": f"{rate.n:,}",
            "stage": show(stage),
            "share": _said(rate.share),
            "others": _said(rate.share_others),
        },
    )


def _said(share: float) -> str:
    return "an unknown share" if np.isnan(share) else percents([share])[0]
