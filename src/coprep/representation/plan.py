"""plan: says what so many people can show of each group, and how many it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.errors import Problems
from coprep.findings import Note, counted, distinct
from coprep.metrics._checks import Floats
from coprep.metrics.planning import apportion, smallest_n_absence
from coprep.metrics.planning._chances import (
    chance_in_line,
    chance_under,
    people_in_line,
    people_under,
)
from coprep.metrics.shares._fair_draw import FairDraw
from coprep.pictures import Bars
from coprep.representation._attribute import Assessed, adjusted, assess_attribute
from coprep.representation._inputs import checked_baseline, compared
from coprep.representation._options import Band, Options
from coprep.representation._planning import detectable_ratios, levels, never, smallest_n
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed, nearest, show
from coprep.wording.templates import say

if TYPE_CHECKING:
    import pandas as pd

_ROWS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "baseline": "number",
    "expected": "number",
    "detectable_ratio": "number",
    "detectable_ratio_over": "number",
    "chance_under": "number",
    "chance_in_line": "number",
    "first_n_under": "number",
    "stable_n_under": "number",
    "first_n_in_line": "number",
    "stable_n_in_line": "number",
    "absence_n": "number",
    "reading": "text",
}
_OVERALL: dict[str, ColumnKind] = {"attribute": "text", "smallest_n_in_line": "number"}
_MOST_PEOPLE = 10**9
_METHOD = (
    "Chances are exact, of draws one by one (binomial) or from few people (hypergeometric), for the "
    "verdicts of the comparison itself at the level of a group that stands alone in its family.",
    "Chances rise with people in the shape of a saw (Chernick and Liu 2002): from the number given on, "
    "none is too small.",
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Plan(Result):
    """What so many people can show of each group.

    Attributes
    ----------
    rows : Table
        A row for every group of the baseline; numbers of people are participants, infinite where
        no number is enough.

        - attribute, group; baseline: its share, 0 to 1; expected: its people in a fair draw.
        - detectable_ratio, detectable_ratio_over: the true ratio below (above) which a flag comes
          with the power asked for; missing where no count would give one.
        - chance_under: how probably the group is called under-represented if it comes at ``ratio``
          times its share; first_n_under, stable_n_under: the first number of people with the power
          asked for, and the one from which on all have it, as the chance rises in the shape of a
          saw.
        - chance_in_line, first_n_in_line, stable_n_in_line: the same for being shown in line, if it
          comes in its share.
        - absence_n: from how many people on it says something that nobody of the group came
          (1 in 20 by chance, one-sided, for one group).
        - reading: the row in one sentence.
    overall : Table
        A row an attribute, as a frame with `overall_table`: smallest_n_in_line, from which on every
        group can be shown in line at once, with the counts that show it best.
    """

    overall: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "representation.plan"
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "group",
        "baseline",
        "expected",
        "detectable_ratio",
        "chance_under",
        "stable_n_under",
        "chance_in_line",
        "stable_n_in_line",
    )
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "expected": ("People in a fair draw", "decimal"),
        "chance_under": ("Chance that a shortfall is found", "percent"),
        "stable_n_under": ("People to find it", "count"),
        "chance_in_line": ("Chance to be shown in line", "percent"),
        "stable_n_in_line": ("People to show it", "count"),
    }
    keep_when_protected: ClassVar[tuple[str, ...]] = (*_ROWS, *_OVERALL)
    counts_nobody: ClassVar[bool] = True

    @property
    def overall_table(self) -> pd.DataFrame:
        """`overall` as a fresh pandas frame."""
        return self.overall.to_frame()

    @property
    def headline(self) -> str:
        """Of how many groups these people would probably show something."""
        power = self.settings["power"]
        under = [chance >= power for chance in self.rows["chance_under"]]
        in_line = [chance >= power for chance in self.rows["chance_in_line"]]
        return say(
            "With {people} a group at {ratio:percent} of its share would be found under-represented "
            "with a chance of {power:percent} or more: {found} of {groups}. Shown in line, if it "
            "comes in its share: {shown} of {groups}.",
            people=counted(self.settings["n"], "person", "people"),
            ratio=self.settings["ratio"],
            power=power,
            found=sum(under),
            shown=sum(in_line),
            groups=counted(len(under), "group"),
        )


def plan(
    baseline: Baseline,
    *,
    n: int,
    attributes: Sequence[str] | str | None = None,
    ratio: float = 0.5,
    power: float = 0.8,
    confidence: float = 0.95,
    band: Band = (0.8, 1.25),
    adjust: Literal["holm", "hommel", "bh", "by", "bonferroni", "none"] = "holm",
    family: Literal["attribute", "all"] = "attribute",
    population: int | None = None,
    design_effect: float = 1.0,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    title: str = "",
) -> Plan:
    """What can this many people show, and how many does it take?

    Parameters
    ----------
    baseline : Baseline
        Who lives there.
    n : int
        Participants that are planned for.
    attributes : sequence of str, optional
        What is to be compared; by default all that the baseline describes.
    ratio : float, default 0.5
        The true ratio whose discovery is planned for, below the band: 0.5 is half of a group's
        share.
    power : float, default 0.8
        How probable it is to be.
    confidence, band, adjust, family
        As they will be asked of `assess`: the plan is for its verdicts.
    population : int, optional
        How many people there are to draw from, when they are few.
    design_effect : float, default 1.0
        Into how many people each one who counts in full turns, where people come in households or
        will be weighted: 1.5 means that 150 people tell what 100 would.
    labels : mapping, optional
        What groups are called in sentences and pictures.
    title : str
        What to call this.

    Returns
    -------
    Plan
        `table` with a row a group, `overall` with one an attribute.

    Raises
    ------
    InputError
        For numbers outside their range, more people than the population has, and a target as
        baseline, which is never tested.

    Notes
    -----
    Exact draws and the law of the verdict itself: ``under`` needs a two-sided exact test at the
    level that a group which stands alone is held to in its family, and a ratio below the band;
    ``in_line`` that the group and everybody else are both shown inside the band. An estimated
    baseline is carried through ratios and chances exactly, and through numbers of people as if its
    variance were added to that of the draw.

    References
    ----------
    Chernick, M. R. & Liu, C. Y. (2002). The saw-toothed behavior of power versus sample size and
    software solutions: single binomial proportion using exact methods. The American Statistician
    56, 149-155.
    Schuirmann, D. J. (1987). Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.

    Examples
    --------
    >>> from coprep import Baseline, representation
    >>> lives_there = Baseline.from_shares({"disability": {"Yes": 0.18, "No": 0.82}})
    >>> found = representation.plan(lives_there, n=100)
    >>> found.table[["group", "chance_under", "stable_n_under", "stable_n_in_line"]].round(2)
      group  chance_under  stable_n_under  stable_n_in_line
    0   Yes          0.71           133.0             832.0
    1    No          1.00            12.0             832.0
    """
    community = checked_baseline(baseline)
    _check(community, n, ratio, power, design_effect, population)
    options = Options.of_reading(
        attributes=attributes,
        confidence=confidence,
        band=band,
        adjust=adjust,
        family=family,
        labels=labels,
        title=title,
        total=max(1, int(n / design_effect)),
    )
    items = _as_if_fair(community, options, population)
    records: list[dict[str, Any]] = []
    for item in items:
        records += _records(item, options, n=n, ratio=ratio, power=power, effect=design_effect)

    def overall() -> list[dict[str, Any]]:
        return [
            {
                "attribute": item.attribute,
                "smallest_n_in_line": _scaled(smallest_n(item, options), design_effect),
            }
            for item in items
        ]

    area = community.area or "who lives there"
    return Plan(
        title=title or f"What {n:,} people can show, against {area}",
        rows=Table.from_records(records, _ROWS),
        notes=distinct([*community.notes, *_notes(items, options, design_effect, n)]),
        settings={
            "n": n,
            "ratio": ratio,
            "power": power,
            "confidence": options.confidence,
            "band": options.band,
            "adjust": options.adjust,
            "family": options.family,
            "population": population,
            "design_effect": design_effect,
            "baseline": community.described,
            "labels": options.labels,
            "method": _METHOD,
        },
        picture=Bars(
            label=("attribute", "group"),
            value="detectable_ratio",
            axis="true ratio to the baseline below which a shortfall would probably be found",
            reference=options.band[0],
            reference_label="lower edge of the band",
        ),
        overall=Table.when_read(overall, _OVERALL),
    )


def _check(
    community: Baseline,
    n: Any,
    ratio: Any,
    power: Any,
    effect: Any,
    population: Any,
) -> None:
    """Everything that is wrong with the numbers asked for."""
    problems = Problems()
    if community.kind == "target":
        problems.add(
            "the baseline is a target, which is reported and never tested.",
            code="target",
            param="baseline",
            hint="divide it with representation.seats, or plan against who lives there.",
        )
    for name, value in {"n": n, "population": population}.items():
        if name == "population" and value is None:
            continue
        if not _is_number(value) or not 1 <= value <= _MOST_PEOPLE or value != value // 1:
            problems.add(
                f"{name} is {show(value)}; expected a whole number from 1.",
                code="bad_total",
                param=name,
                got=value,
            )
    if not problems and population is not None and n > population:
        problems.add(
            f"n is {n:,}, but population is {population:,}.",
            code="count_above_total",
            param="n",
            got=n,
            expected=population,
        )
    for name, value in {"ratio": ratio, "power": power}.items():
        if not _is_number(value) or not 0 < value < 1:
            problems.add(
                f"{name} is {show(value)}; expected a number above 0 and below 1.",
                code="bad_share",
                param=name,
                got=value,
            )
    if not _is_number(effect) or not 1 <= effect < np.inf:
        problems.add(
            f"design_effect is {show(effect)}; expected a number from 1.",
            code="bad_design_effect",
            param="design_effect",
            got=effect,
        )
    elif effect != 1 and population is not None:
        problems.add(
            "population and design_effect cannot be given together.",
            code="misplaced",
            param="design_effect",
            hint="leave population out where it is large; or plan for people drawn one by one.",
        )
    problems.raise_if_any()


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def _as_if_fair(
    community: Baseline, options: Options, population: int | None
) -> tuple[Assessed, ...]:
    """Every attribute as it would be assessed if each group came as near to its share as it goes.

    What a plan needs of an assessment (its family, its draw, what is comparable) does not hang on
    the counts.
    """
    asked = community.attributes if options.attributes is None else options.attributes
    _all_known(asked, community)
    people = int(options.total) if isinstance(options.total, int) else 1
    counts = {}
    for name in asked:
        profile = community.profile(name)
        seats: Floats = np.asarray(np.round(np.minimum(profile.shares, 1.0) * people), dtype=float)
        if not profile.overlapping:
            seats = apportion(np.maximum(profile.shares, 0.0), people)
        counts[name] = {g: int(k) for g, k in zip(profile.groups, seats.tolist(), strict=True)}
    found, _ = compared(counts, community, options)
    drawn = replace(options, population=population)
    judged = [assess_attribute(item, drawn, kind=community.kind) for item in found]
    return tuple(adjusted(judged, drawn))


def _all_known(asked: Sequence[str], community: Baseline) -> None:
    """Refuse attributes that the baseline does not describe."""
    problems = Problems()
    for name in asked:
        if name not in community.attributes:
            close = nearest(name, community.attributes)
            problems.add(
                f"the baseline does not describe {show(name)}; it knows "
                f"{listed(community.attributes, most=12)}.",
                code="unknown_attribute",
                param="attributes",
                got=name,
                hint=f"did you mean {show(close)}?" if close else None,
            )
    problems.raise_if_any()


def _records(
    item: Assessed, options: Options, *, n: int, ratio: float, power: float, effect: float
) -> Iterator[dict[str, Any]]:
    """The row of every group of one attribute."""
    draw = item.counts.draw
    level = levels(options.adjust, options.alpha, 1, item.family_size)
    at = np.flatnonzero(item.comparable)
    able = {side: detectable_ratios(item, options, side) for side in ("under", "over")}
    in_line = np.zeros(len(item.groups))
    under = np.zeros(len(item.groups))
    if len(at):
        some = FairDraw(
            np.floor(draw.n[at] + 1e-9), draw.share[at], draw.se[at], draw.half[at], draw.population
        )
        in_line[at] = chance_in_line(some, options.band, np.broadcast_to(level, at.shape))
        under[at] = chance_under(some, options.band, np.broadcast_to(level, at.shape), ratio)
    hopeless = never(item, options)
    for k, group in enumerate(item.groups):
        share = float(item.source.profile.shares[k])
        record: dict[str, Any] = {
            "attribute": item.attribute,
            "group": group,
            "baseline": share,
            "expected": share * n,
            "detectable_ratio": float(able["under"][k]),
            "detectable_ratio_over": float(able["over"][k]),
        }
        if item.comparable[k]:
            one = FairDraw(
                draw.n[k : k + 1],
                draw.share[k : k + 1],
                draw.se[k : k + 1],
                draw.half[k : k + 1],
                draw.population,
            )
            needed = _needed(one, options.band, float(level[0]), ratio, power)
            if hopeless[k]:
                needed["first_n_in_line"] = np.inf
                needed["stable_n_in_line"] = np.inf
            record |= {name: _scaled(people, effect) for name, people in needed.items()}
            record["chance_under"] = float(under[k])
            record["chance_in_line"] = float(in_line[k])
            record["absence_n"] = _scaled(float(smallest_n_absence(share)), effect)
        record["reading"] = _reading(record, n, ratio, power)
        yield record


def _needed(
    draw: FairDraw, band: Band, level: float, ratio: float, power: float
) -> dict[str, float]:
    """How many people show each of the two, first and stable."""
    share = float(draw.share[0])
    error = float(draw.se[0])
    given: dict[str, Any] = {"half": float(draw.half[0]), "population": draw.population}
    under = people_under(share, band, level, power, ratio=ratio, **given)
    in_line = people_in_line(share, band, level, power, **given)
    # At the ratio that is to be found, and at parity, the baseline's error adds to that of the
    # draw.
    return {
        "first_n_under": _with_error(under[0], share, ratio, error),
        "stable_n_under": _with_error(under[1], share, ratio, error),
        "first_n_in_line": _with_error(in_line[0], share, 1.0, error),
        "stable_n_in_line": _with_error(in_line[1], share, 1.0, error),
    }


def _with_error(people: float, share: float, ratio: float, error: float) -> float:
    """So many people against an estimated share tell what ``people`` tell against an exact one."""
    if error == 0 or not np.isfinite(people):
        return people
    true = ratio * share
    spread = true * (1 - true)
    left = spread / people - (ratio * error) ** 2
    return np.inf if left <= 0 else float(np.ceil(spread / left))


def _scaled(people: float, effect: float) -> float:
    """So many participants, where each counts for less than one."""
    return float(np.ceil(people * effect - 1e-9)) if np.isfinite(people) else float(people)


def _reading(record: Mapping[str, Any], n: int, ratio: float, power: float) -> str:
    """The row in one sentence."""
    if "chance_under" not in record:
        return say(
            "{group:label} ({attribute:name}): nothing to compare.",
            group=record["group"],
            attribute=record["attribute"],
        )
    template = (
        "{group:label} ({attribute:name}), {share:percent} of the baseline: with {people} "
        "{under:percent} of its share would be found too few with a chance of {chance:percent}"
    )
    if np.isfinite(record["stable_n_under"]):
        template += ", with {needed} of {power:percent}"
    template += "; in line is shown with a chance of {in_line:percent}"
    if np.isfinite(record["stable_n_in_line"]):
        template += ", with {shown} of {power:percent}"
    else:
        template += ", and with no number of people of {power:percent}"
    return say(
        template + ".",
        group=record["group"],
        attribute=record["attribute"],
        share=record["baseline"],
        people=counted(n, "person", "people"),
        under=ratio,
        chance=record["chance_under"],
        needed=_people(record["stable_n_under"]),
        power=power,
        in_line=record["chance_in_line"],
        shown=_people(record["stable_n_in_line"]),
    )


def _people(number: float) -> object:
    """People as a sentence says them."""
    return counted(int(number), "person", "people") if np.isfinite(number) else ""


def _notes(items: Sequence[Assessed], options: Options, effect: float, n: int) -> Iterator[Note]:
    """What the plan takes for granted."""
    for item in items:
        told = never(item, options)
        groups = [g for g, why in zip(item.groups, told, strict=True) if why]
        if groups:
            yield Note.of(
                "never_in_line",
                "{attribute:opening}: the baseline's own error is too wide for the band; "
                "{groups:labels} can be shown in line by no number of people.",
                attribute=item.attribute,
                groups=groups,
            )
        if item.counts.has_error:
            yield Note.of(
                "baseline_estimated",
                "{attribute:opening}: the baseline is estimated; the numbers of people allow for "
                "its error approximately.",
                attribute=item.attribute,
            )
    if effect > 1:
        yield Note.of(
            "design_effect",
            "{people} tell what {worth:count} drawn one by one would (design effect "
            "{effect:number}).",
            people=counted(n, "person", "people"),
            worth=int(n / effect),
            effect=effect,
        )
