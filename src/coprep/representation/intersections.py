"""intersections: compares every crossing of groups with the community, and with its margins."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
from numpy.random import Generator

from coprep.data.baseline.baseline import Baseline
from coprep.errors import InputError, Problems
from coprep.findings import distinct
from coprep.metrics._streams import seed_of
from coprep.metrics.shares._proportions import MultinomialMethod
from coprep.pictures import Forest, Picture, Squares
from coprep.representation._attribute import adjusted, outside_note
from coprep.representation._crossing_rows import (
    CROSSINGS,
    ROWS,
    missing_last,
    notes_on_crossings,
    records_of_crossings,
    rows_of,
)
from coprep.representation._crossings import (
    TIMES,
    Crossing,
    beyond_margins,
    crossing_of,
    judged,
    with_intervals,
)
from coprep.representation._headline import headline
from coprep.representation._joint import joint_counts
from coprep.representation._known_tables import KnownTables
from coprep.representation._options import Band, Options
from coprep.representation._rows import told
from coprep.representation._selection import selected_over_report
from coprep.results import Result
from coprep.table import Table
from coprep.wording.labels import show

if TYPE_CHECKING:
    import pandas as pd

_MOST_CELLS = 100_000
_MOST_DRAWN = 3  # attributes that one picture of squares can show
_METHODS: Mapping[str, str] = {
    "bonferroni-exact": "Clopper-Pearson, for all cells at once",
    "goodman": "Goodman 1965",
    "sison-glaz": "Sison and Glaz 1995",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Intersections(Result):
    """Which crossings of groups are missing, and whether their margins tell it.

    Attributes
    ----------
    rows : Table
        A row for every cell of every crossing, absent ones included, those first from which most
        people are missing; and for people of unknown group. As a pandas frame it is `table`:

        - attribute, group: the crossing and its cell, such as "sex × age" and "Female × 16-34".
          order: how many attributes it has. first, second, third: the cell's groups one by one.
        - count, total: participants in the cell, and of whom all its attributes are known.
        - share, baseline: their shares, 0 to 1. From margins alone ``baseline`` is missing.
        - baseline_low, baseline_high: the shares that the margins leave open (Fréchet's limits); the
          share itself where the joint table is known. independent: the share if nothing ties the
          attributes together beyond the known tables, where the joint table is not known.
        - expected: participants a fair draw of the same size gives on average.
        - ratio: share over baseline. From margins alone: over the nearest share that they leave
          open, so that the truth is at least as far from 1. ratio_low, ratio_high: limits that hold
          for all cells of the crossing at once.
        - p_value, p_adjusted, differs, beyond_band, verdict, aim, detectable_ratio: as
          `Representation` has them; from margins alone they hold for every share left open.
        - shortfall: people missing from parity, at least (negative: more than parity).
        - expected_by_margins, ratio_by_margins: participants that the crossing's attributes, each
          alone, lead to expect, and how many times as many came.
        - reading: the row in one sentence.
    crossings : Table
        A row a crossing, as a frame with `crossings_table`: order; cells; total, unknown, outside:
        people of whom all attributes are known, any is not, any is outside the comparison;
        known_from: "joint table" or "margins"; cells_from_nobody: cells that the margins allow to be
        empty. Of crossings whose joint table is known: statistic, df, p_value, p_adjusted,
        effect_size and method of the test whether they differ by more than their margins do
        (`coprep.metrics.weighting.beyond_margins_test`), and beyond_margins, whether they are shown to.
    """

    crossings: Table = field(default_factory=lambda: Table({}, CROSSINGS))

    kind: ClassVar[str] = "representation.intersections"
    says_verdict: ClassVar[bool] = True
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "group",
        "count",
        "total",
        "share",
        "baseline_low",
        "baseline_high",
        "ratio",
        "ratio_low",
        "ratio_high",
        "p_adjusted",
        "shortfall",
        "ratio_by_margins",
        "verdict",
    )
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "attribute": ("Crossing", "text"),
        "group": ("Cell", "text"),
        "baseline_low": ("Share of baseline, at least", "percent"),
        "baseline_high": ("Share of baseline, at most", "percent"),
        "independent": ("Share if independent", "percent"),
        "shortfall": ("People missing", "decimal"),
        "expected_by_margins": ("Expected from the attributes alone", "decimal"),
        "ratio_by_margins": ("Ratio to what the attributes alone lead to expect", "ratio"),
    }
    listed_by: ClassVar[str | None] = "baseline_high"
    count_columns: ClassVar[tuple[str, ...]] = ("count",)
    # The cells of a crossing add up to those of the smaller crossings within it.
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = (
        ("attribute",),
        ("attribute", "first"),
        ("attribute", "second"),
        ("attribute", "third"),
        ("attribute", "first", "second"),
        ("attribute", "first", "third"),
        ("attribute", "second", "third"),
    )
    keep_when_protected: ClassVar[tuple[str, ...]] = (
        "order",
        "first",
        "second",
        "third",
        "total",
        "baseline",
        "baseline_low",
        "baseline_high",
        "independent",
        "expected",
        "detectable_ratio",
        "cells",
        "df",
    )
    told_by_others: ClassVar[tuple[str, ...]] = (
        "p_adjusted",
        "expected_by_margins",
        "ratio_by_margins",
    )

    @property
    def crossings_table(self) -> pd.DataFrame:
        """`crossings` as a fresh pandas frame."""
        return self.crossings.to_frame()

    @property
    def headline(self) -> str:
        """Which cells are under- or over-represented, and which crossings differ by more than their
        attributes do.
        """
        low, high = self.settings.get("band", (0.8, 1.25))
        said = [headline(self.findings, band=(low, high))]
        said += [note.text for note in self.notes if note.code in _LEADING]
        return " ".join(said)


_LEADING = ("beyond_margins", "not_beyond_margins")


@np.errstate(over="ignore")  # a share next to nothing makes ratios without size, which are inf
def intersections(
    participants: Any,
    baseline: Baseline | Sequence[Baseline],
    *,
    attributes: Sequence[str],
    depth: int = 2,
    columns: Mapping[str, str] | None = None,
    weight: str | None = None,
    person: str | None = None,
    confidence: float = 0.95,
    band: Band = (0.8, 1.25),
    interval: MultinomialMethod = "bonferroni-exact",
    adjust: Literal["holm", "hommel", "bh", "by", "bonferroni", "none"] = "holm",
    family: Literal["all", "crossing"] = "all",
    population: int | None = None,
    selection: Literal["open", "random", "quota"] = "open",
    quotas: Sequence[str] = (),
    unknown: Iterable[str] = (),
    unmatched: Literal["raise", "row"] = "raise",
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    recode: Mapping[str, Any] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    title: str = "",
    rng: int | Generator | None = 0,
) -> Intersections:
    """Which crossings of groups are missing among those who came, beyond what each group says?

    Young people and women can both be there in their shares while hardly any young women are. So
    every cell is looked at, and not only those below a group that stands out.

    Parameters
    ----------
    participants : data frame or mapping
        One row a person, on any engine; rows are counted once. Or published counts of crossings:
        ``{("Female", "16-34"): 12, ...}`` with labels in the order of ``attributes``, a table with a
        row a crossing and a column ``count``, or what pandas answers to ``groupby(...).size()``.
    baseline : Baseline or sequence of Baseline
        Who lives there. With a joint table (`Baseline.from_microdata`, or a file of several
        attributes together) every cell has a share. From each attribute alone, cells are held
        against the limits that these leave open, and nothing is assumed. Of several baselines
        each crossing is taken from the first that has it; tables of some of the attributes make
        the limits of the others narrower.
    attributes : sequence of str
        The attributes to cross, two at least.
    depth : int, default 2
        How many attributes to cross at most. Each attribute alone is looked at, too.
    columns, weight, person, unknown, unmatched, outside, recode, labels, title
        As in `assess`.
    confidence : float, default 0.95
        Level of the intervals, which hold for all cells of a crossing at once; 1 - confidence is
        alpha of all verdicts.
    band : (float, float)
        Ratios that do not matter.
    interval : {"bonferroni-exact", "goodman", "sison-glaz"}
        How simultaneous limits are made, see `coprep.metrics.shares.multinomial_interval`; the
        latter two know of no weights, populations and errors of the baseline.
    adjust : {"holm", "hommel", "bh", "by", "bonferroni", "none"}
        Adjustment for how many cells are looked at.
    family : {"all", "crossing"}
        Adjust over all cells of all crossings, or within each.
    population : int, optional
        How many people there are to draw from, when they are few.
    selection, quotas
        As in `assess`. The cells of a crossing with an attribute of ``quotas`` are held against
        what a lottery within the quotas gives; this takes the baseline's joint table.
    rng : int, Generator or None
        For the test beyond margins, where cells are small.

    Returns
    -------
    Intersections
        `table` with a row for every cell, `crossings` with one for every crossing, and the usual
        face of a result.

    Raises
    ------
    InputError
        With every problem found; also for attributes where people can be in several groups, and for
        a target in place of a population.

    Notes
    -----
    *Cells* are judged by the rule of `assess`: a verdict is a departure beyond chance after
    adjustment and outside the band. Small expected numbers are no reason to leave a cell out: that
    nobody came where 4.5 people were expected is evidence.

    *Beyond the margins*: people by cell are held against the community's joint table raked to the
    margins observed, Pearson's statistic over all cells; so it is asked whether the attributes go
    together in other ways than in the community, whichever groups are short.

    *From margins alone* the share of a cell lies within Fréchet's limits [1]_. A shortfall is held
    against the smallest of these shares and an excess against the largest; where the smallest is 0,
    no shortfall can be shown. The share under independence stands beside as what it is.

    References
    ----------
    .. [1] Fréchet, M. (1951). Sur les tableaux de corrélation dont les marges sont données. Annales
       de l'Université de Lyon A 14, 53-77.

    Examples
    --------
    Each group has its share, and every crossing is far off:

    >>> import pandas as pd
    >>> from coprep import Baseline, representation
    >>> community = pd.DataFrame(
    ...     {"sex": ["F", "F", "M", "M"], "age": ["young", "old", "young", "old"]}
    ... )
    >>> lives_there = Baseline.from_microdata(
    ...     community, attributes=["sex", "age"], complete=True
    ... )
    >>> came = {("F", "young"): 10, ("F", "old"): 40, ("M", "young"): 40, ("M", "old"): 10}
    >>> found = representation.intersections(came, lives_there, attributes=["sex", "age"])
    >>> found.table[["group", "count", "ratio", "verdict"]].head(2)
           group  count  ratio verdict
    0  F × young     10    0.4   under
    1    M × old     10    0.4   under
    >>> bool(found.crossings["beyond_margins"][-1])
    True
    """
    _check(attributes, depth, interval, family, weight=weight, population=population)
    options = Options.of_reading(
        attributes=attributes,
        columns=columns,
        weight=weight,
        person=person,
        confidence=confidence,
        band=band,
        adjust=adjust,
        family="all" if family == "all" else "attribute",
        population=population,
        selection=selection,
        quotas=quotas,
        unknown=unknown,
        unmatched=unmatched,
        outside=outside,
        recode=recode,
        labels=labels,
        title=title,
    )
    known = KnownTables.of(baseline)
    joint = joint_counts(participants, known.together, options)
    seed = seed_of(rng)
    chosen = list(_chosen(len(joint.attributes), int(depth)))
    _not_too_many(known, joint.attributes, chosen)
    crossings = [crossing_of(joint, at, known, options) for at in chosen]
    _no_limits_within_quotas(crossings, options)
    assessed = adjusted([judged(one, known, options) for one in crossings], options)
    assessed = [
        with_intervals(item, one, options, interval)
        for item, one in zip(assessed, crossings, strict=True)
    ]
    beyond = [beyond_margins(one, seed) for one in crossings]
    options = replace(options, labels=_called(crossings, options.labels))
    stands = selected_over_report(assessed, options).stands
    pairs = [
        pair
        for item, kept, one, test in zip(assessed, stands, crossings, beyond, strict=True)
        for pair in rows_of(*told(item, kept, options), one, test, _METHODS[interval])
    ]
    # Those of whom most are missing first; people who are not compared last.
    pairs.sort(key=lambda pair: missing_last(pair[0]))
    of_crossings = records_of_crossings(assessed, crossings, beyond, options)
    not_compared = [
        outside_note(item.profile.attribute, item.matched.unmatched)
        for item in joint.found
        if item.matched.unmatched
    ]
    notes = [*joint.notes, *not_compared, *notes_on_crossings(assessed, crossings, of_crossings)]
    return Intersections(
        title=title or f"Who came, by {TIMES.join(joint.attributes)}",
        rows=Table.from_records([record for record, _ in pairs], ROWS),
        findings=tuple(finding for _, finding in pairs if finding is not None),
        notes=distinct(notes),
        settings={
            "attributes": joint.attributes,
            "depth": int(depth),
            "confidence": options.confidence,
            "band": options.band,
            "interval": interval,
            "adjust": options.adjust,
            "family": family,
            "selection": options.selection,
            "quotas": options.quotas,
            "population": options.population,
            "baseline": known.together.described,
            "kind": known.together.kind,
            "labels": options.labels,
            "rng": seed,
        },
        picture=_picture(crossings, options),
        crossings=Table.from_records(of_crossings, CROSSINGS),
    )


def _check(attributes: Any, depth: Any, interval: Any, family: Any, **misplaced: Any) -> None:
    """Everything that is wrong with what is asked beyond the options of `assess`."""
    problems = Problems()
    names = [] if isinstance(attributes, (str, Mapping)) else attributes
    if not isinstance(names, Iterable) or len(set(map(str, list(names)))) < 2:
        problems.add(
            f"attributes is {show(attributes)}; a list of two attributes or more is expected.",
            code="too_few_attributes",
            param="attributes",
            got=attributes,
            hint="representation.assess looks at one attribute at a time.",
        )
    if isinstance(depth, bool) or not isinstance(depth, (int, np.integer)) or depth < 2:
        problems.add(
            f"depth is {show(depth)}; a whole number from 2 is expected.",
            code="bad_depth",
            param="depth",
            got=depth,
            hint="depth=2 crosses pairs of attributes, depth=3 also three at a time.",
        )
    for name, value, choices in (
        ("interval", interval, get_args(MultinomialMethod)),
        ("family", family, ("all", "crossing")),
    ):
        if value not in choices:
            problems.take(InputError.choice(name, value, choices))
    if interval in ("goodman", "sison-glaz"):
        for name, value in misplaced.items():
            if value is not None:
                problems.add(
                    f"interval={show(interval)} takes no {name}.",
                    code="misplaced",
                    param="interval",
                    hint='interval="bonferroni-exact" knows of it.',
                )
    problems.raise_if_any()


def _chosen(size: int, depth: int) -> Iterator[tuple[int, ...]]:
    """The attributes alone, then their crossings, by place."""
    for order in range(1, min(size, depth) + 1):
        yield from combinations(range(size), order)


def _not_too_many(
    known: KnownTables, names: Sequence[str], chosen: Sequence[tuple[int, ...]]
) -> None:
    """Refuse crossings of more cells than anybody could read or any adjustment could bear."""
    sizes = [len(known.together.groups(name)) for name in names]
    cells = sum(math.prod(sizes[i] for i in at) for at in chosen)
    if cells > _MOST_CELLS:
        raise InputError.of(
            f"these crossings have {cells:,} cells; at most {_MOST_CELLS:,} are looked at.",
            code="too_many_cells",
            param="depth",
            got=cells,
            hint="take a smaller depth, fewer attributes, or merge groups with Baseline.recode.",
        )


def _no_limits_within_quotas(crossings: Sequence[Crossing], options: Options) -> None:
    """What a lottery within quotas gives a crossing takes the joint table to know."""
    without = [one for one in crossings if one.limits is not None]
    held = [one for one in without if set(one.attributes) & set(options.quotas)]
    if held:
        raise InputError.of(
            f"the baseline has no joint table of {show(held[0].name)}, so that it cannot be said "
            "what a lottery within the quotas gives there.",
            code="no_joint_table",
            param="quotas",
            hint="cross the other attributes, or give a baseline with a joint table.",
        )


def _called(
    crossings: Sequence[Crossing], labels: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """What cells are called, where any of their groups is called otherwise than in the data."""
    found: dict[str, dict[str, str]] = {}
    for one in crossings:
        for name, groups in zip(one.cell_names, one.groups, strict=True):
            said = [
                labels.get(attribute, {}).get(group, group)
                for attribute, group in zip(one.attributes, groups, strict=True)
            ]
            if tuple(said) != groups:
                found.setdefault(one.name, {})[name] = TIMES.join(said)
    return found


def _picture(crossings: Sequence[Crossing], options: Options) -> Picture:
    """Squares of a crossing where two or three attributes are crossed as a whole; else a row a
    cell.
    """
    axis = "Share of participants as a multiple of the share of the population (1 = the same)"
    widest = max(crossings, key=lambda one: one.order)
    if sum(one.order == widest.order for one in crossings) == 1 and widest.order <= _MOST_DRAWN:
        return Squares(
            label=("group",),
            crossing="attribute",
            parts=("first", "second", "third"),
            groups={
                one.name: {
                    attribute: tuple(dict.fromkeys(groups[at] for groups in one.groups))
                    for at, attribute in enumerate(one.attributes)
                }
                for one in crossings
            },
            value="ratio",
            count="count",
            expected="expected",
            axis=axis,
        )
    return Forest(
        label=("group",),
        value="ratio",
        low="ratio_low",
        high="ratio_high",
        n="count",
        band=options.band,
        panel="attribute",
        axis=axis,
    )
