"""Ask whether people of some groups felt otherwise about taking part, and who answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.special import stdtr

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._judging.effects import BAND, MATERIAL, Run, Scale, at_rate
from coprep.ideas._judging.eligibility import (
    LEAST_RATERS,
    enough_groups,
    few_people,
    no_group_known,
    noted,
    unknown_note,
)
from coprep.ideas._judging.judge import LEAST_SHOWN, Case, IdeasResult, forest, judge
from coprep.ideas._judging.phrases import Phrases
from coprep.ideas._participation.yes_rates import YesRate, adjusted
from coprep.ideas._votes.support import grouping_of
from coprep.metrics._checks import share as share_of
from coprep.table import ColumnKind
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import percents

if TYPE_CHECKING:
    from coprep.data.process.coded import Grouping
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

_UPPER = 0.75
_EXTRA: dict[str, ColumnKind] = {
    "item": "text",
    "top": "number",
    "top_others": "number",
    "mean": "number",
    "mean_others": "number",
    "answered": "number",
    "answered_others": "number",
    "n_listed": "count",
}
_PHRASES = Phrases(
    more="Of people of {group} who answered, {top} gave {item} one of the two highest marks, "
    "{effect} more than others ({others}). {who_answered}",
    less="Of people of {group} who answered, {top} gave {item} one of the two highest marks, "
    "{effect} less than others ({others}). {who_answered}",
    same="Of people of {group} who answered, {top} gave {item} one of the two highest marks, about "
    "as many as of others ({others}): a difference of {effect}. {who_answered}",
    open="Of people of {group} who answered, {top} gave {item} one of the two highest marks, of "
    "others {others}: a difference of {effect}. {who_answered}",
    innocent="Those who answered may differ from those who did not, and groups may use a scale "
    "differently.",
    next_step="Ask people of {group}, in a meeting of their own, what would have made the "
    "difference.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Experience(IdeasResult):
    """What people of each group said of taking part: a row an item and group.

    Attributes
    ----------
    rows : Table
        ``effect``: how many points more of the group than of all others gave one of the two highest
        marks; ``top`` and ``top_others`` those shares, ``mean`` and ``mean_others`` the mean marks,
        ``answered`` and ``answered_others`` the shares of people listed who answered the item (0 to
        1). ``n_people`` are the group's answers, ``n_listed`` its people.
    """

    kind: ClassVar[str] = "ideas.experience"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "top": ("Two highest marks", "percent"),
        "top_others": ("Others' two highest marks", "percent"),
        "mean": ("Mean mark", "number"),
        "answered": ("Answered", "percent"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "item",
        "group",
        "n_people",
        "answered",
        "top",
        "top_others",
        "mean",
        "effect",
        "verdict",
    )
    count_columns: ClassVar[tuple[str, ...]] = ("n_people", "n_listed")
    wholes: ClassVar[Mapping[str, str]] = {}
    adds_up_within: ClassVar[tuple[str, ...]] = ("item",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("attribute", "item", "group")


def experience(
    process: Process,
    *,
    attribute: str,
    scale: tuple[float, float] | None = None,
    material: float = MATERIAL,
    band: tuple[float, float] = BAND,
    confidence: float = 0.95,
) -> Experience:
    """Did people of some groups feel otherwise about taking part than others, and who answered?

    Parameters
    ----------
    process : Process
        With participants and experience: participant_id, item, value.
    attribute : str
        Whose groups are compared.
    scale : (float, float), optional
        The lowest and highest mark there can be. By default 0 to 1 for an item of nothing else, 1
        to 5 where all marks are among these, else the lowest and highest given.
    material : float
        Percentage points that do not matter.
    band : tuple of two ratios
        Nor do differences that leave a share between these ratios of the others': the smaller of
        the two limits holds.
    confidence : float
        Level of the intervals.

    Returns
    -------
    Experience
        With the columns described there.

    Raises
    ------
    InputError
        Where the table is missing, or the attribute or the scale is not usable.

    Notes
    -----
    The two highest of five marks are the upper quarter of the scale: of 0 to 10 the marks from 8
    up, of yes and no the yes. *Test*: Fisher's, Holm over all items and groups. *Interval*: Agresti
    and Caffo. *Robustness*: the mean marks must differ the same way. Answers speak for those who
    answered; who did is shown beside them. With 30 answers in two halves a difference must be about
    50 points to be found four times in five.

    References
    ----------
    Agresti, A. & Caffo, B. (2000). Simple and effective confidence intervals for proportions and
    differences of proportions result from adding two successes and two failures. The American
    Statistician 54(4), 280-288.

    Examples
    --------
    >>> from coprep.data.process.process import Process
    >>> people = [f"p{i}" for i in range(80)]
    >>> process = Process(
    ...     participants={"participant_id": people, "area": ["North"] * 40 + ["South"] * 40},
    ...     experience={
    ...         "participant_id": people,
    ...         "item": ["felt heard"] * 80,
    ...         "value": [5, 4, 4, 3] * 10 + [2, 1, 4, 3] * 10,
    ...     },
    ... )
    >>> found = experience(process, attribute="area")
    >>> [(row["group"], row["top"], row["mean"]) for row in found.rows.records()]
    [('North', 0.75, 4.0), ('South', 0.25, 2.5)]
    >>> found.findings[0].verdict.value
    'pattern'
    """
    share_of(confidence, "confidence")
    process.require("experience", why="marks are read from it")
    grouping = grouping_of(process, attribute)
    items = _items(process, scale)
    groups = range(len(grouping.groups))
    rates = [[item.rate(grouping, k) for k in groups] for item in items]
    refusals = [[item.refusal(grouping, k) for k in groups] for item in items]
    judged = [[why is None for why in each] for each in refusals]
    small = partial(at_rate, material=material, band=band)
    cases = [
        _case(item, grouping, k, rate=rate, refusal=why, confidence=confidence, small=small)
        for item, several, reasons in zip(items, rates, refusals, strict=True)
        for k, (rate, why) in enumerate(zip(several, reasons, strict=True))
    ]
    found = judge(
        cases,
        question="experience",
        attribute=attribute,
        scale=at_rate(1.0, material=material, band=band),
        phrases=_PHRASES,
        estimand="difference between a group and all others in the share of those who answered "
        "that gave one of the two highest marks, in percentage points",
        null="which marks are given does not depend on the group, among those who answered",
        p_adjusted=adjusted(rates, judged),
        strict=True,
        nobody=no_group_known(attribute, item="", top="", others="", who_answered=""),
    )
    unknown = unknown_note(grouping.n_unknown, len(grouping), attribute=attribute)
    axis = "two highest marks, difference from others (percentage points)"
    return Experience(
        title=f"How taking part was felt, by {plainly(attribute)}",
        rows=found.table(_EXTRA),
        findings=found.findings,
        notes=(*noted(unknown), _ANSWERED, *found.notes),
        settings={
            "attribute": attribute,
            "scale": scale,
            "material": material,
            "band": band,
            "confidence": confidence,
        },
        picture=forest(at_rate(1.0, material=material, band=band), axis, panel="item"),
    )


_ANSWERED = Note(
    "who_answered",
    "Marks speak for those who answered; those who did not may have felt otherwise.",
)


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    """Who gave one item which mark; nan where a person did not answer."""

    name: str
    mark: Floats
    top: Bools

    @property
    def answered(self) -> Bools:
        """Whether each person answered."""
        return np.asarray(~np.isnan(self.mark))

    def codes(self, grouping: Grouping) -> Ints:
        """Groups of those who answered; -1 for all others."""
        return np.where(self.answered, grouping.codes, -1)

    def rate(self, grouping: Grouping, k: int) -> YesRate:
        """High marks of one group and of all others."""
        return YesRate.of(self.top, self.codes(grouping), k)

    def refusal(self, grouping: Grouping, k: int) -> str | None:
        """Why one group cannot be judged by this item, or None."""
        codes = self.codes(grouping)
        sizes = np.bincount(codes[codes >= 0], minlength=len(grouping.groups))
        general = enough_groups(sizes, who="people who answered", least=LEAST_RATERS).refusal
        few = few_people(int(sizes[k]), LEAST_RATERS, "answer")
        return general or few or _nothing_varies(self.top[codes >= 0])


def _nothing_varies(top: Bools) -> str | None:
    """That all marks are high, or none is, so that no difference could show; or None."""
    if top.any() and not top.all():
        return None
    how = "everybody gave" if top.any() else "nobody gave"
    return f"{how} one of the two highest marks, so that no difference could show"


def _items(process: Process, scale: tuple[float, float] | None) -> list[_Item]:
    """Every item that somebody answered."""
    held = process.experience or {"person": (), "item": (), "value": ()}
    person = np.asarray(held["person"], dtype=np.intp)
    value = np.asarray(held["value"], dtype=float)
    names = np.array([str(name) for name in held["item"]], dtype=object)
    items = []
    for name in sorted(set(names.tolist())):
        rows = names == name
        low, high = _scale_of(value[rows], scale)
        mark = np.full(len(process.people), np.nan)
        mark[person[rows]] = value[rows]
        top = np.asarray(np.nan_to_num(mark, nan=-np.inf) >= low + _UPPER * (high - low))
        items.append(_Item(name, mark, top))
    return items


def _scale_of(value: Floats, scale: tuple[float, float] | None) -> tuple[float, float]:
    """The lowest and highest mark there can be."""
    if scale is not None:
        low, high = (float(limit) for limit in scale)
        outside = (value < low) | (value > high)
        if not low < high or outside.any():
            raise InputError.of(
                f"scale must hold every mark; {show(scale)} does not.",
                param="scale",
                got=scale,
                expected=(float(value.min()), float(value.max())),
            )
        return low, high
    if set(np.unique(value).tolist()) <= {0.0, 1.0}:
        return 0.0, 1.0
    if set(np.unique(value).tolist()) <= {1.0, 2.0, 3.0, 4.0, 5.0}:
        return 1.0, 5.0
    return float(value.min()), float(value.max())


def _case(
    item: _Item,
    grouping: Grouping,
    k: int,
    *,
    rate: YesRate,
    refusal: str | None,
    confidence: float,
    small: Callable[[float], Scale],
) -> Case:
    """One group's marks of one item."""
    group = grouping.groups[k]
    mine = grouping.codes == k
    rest = (grouping.codes >= 0) & ~mine
    marks = item.mark[mine & item.answered]
    others = item.mark[rest & item.answered]
    came = float(item.answered[mine].mean()) if mine.any() else float("nan")
    came_others = float(item.answered[rest].mean()) if rest.any() else float("nan")
    listed = int(mine.sum())
    told = min(rate.n, rate.n_others) >= LEAST_SHOWN  # marks of fewer people would be theirs to see
    hidden = float("nan")
    return Case(
        group=group,
        effect=rate.effect(rate.p_value, confidence),
        scale=small(rate.share_others),
        n_people=rate.n,
        n_ideas=0,
        n_effective=float(rate.n),
        refusal=refusal,
        described=told,
        runs=() if refusal else (_mean_run(marks, others),),
        group_size=listed,
        extra={
            "item": item.name,
            "top": rate.share if told else hidden,
            "top_others": rate.share_others if told else hidden,
            "mean": float(marks.mean()) if told else hidden,
            "mean_others": float(others.mean()) if told else hidden,
            "answered": came,
            "answered_others": came_others,
            "n_listed": listed,
        },
        words={
            "item": show(item.name),
            "top": _said(rate.share if told else hidden),
            "others": _said(rate.share_others if told else hidden),
            "who_answered": f"{_said(came)} of them answered, {_said(came_others)} of others.",
        },
    )


def _said(share: float) -> str:
    return "an unknown share" if np.isnan(share) else percents([share])[0]


def _mean_run(marks: Floats, others: Floats) -> Run:
    """The difference of means, by Welch's test."""
    gap = float(marks.mean() - others.mean())
    parts = [float(part.var(ddof=1)) / len(part) for part in (marks, others)]
    variance = sum(parts)
    if not variance > 0:
        return Run("in the mean mark", gap)
    weights = parts[0] ** 2 / (len(marks) - 1) + parts[1] ** 2 / (len(others) - 1)
    df = variance**2 / weights
    return Run("in the mean mark", gap, float(2 * stdtr(df, -abs(gap) / np.sqrt(variance))))
