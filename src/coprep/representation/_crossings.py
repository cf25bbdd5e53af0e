"""Brings people and baselines to the cells of one crossing, and judges them as `assess` does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from coprep.data.baseline.profile import Profile
from coprep.data.counting import Cell, everybody
from coprep.data.reconcile import Matched
from coprep.errors import InputError
from coprep.metrics._checks import Bools, Floats
from coprep.metrics.shares._proportions import MultinomialMethod, multinomial_interval
from coprep.metrics.weighting._beyond_margins import BeyondMarginsTest, beyond_margins_test
from coprep.metrics.weighting._design_effects import kish_effective_n
from coprep.metrics.weighting._raking import rake
from coprep.representation._attribute import Assessed, assess_attribute
from coprep.representation._inputs import Compared
from coprep.representation._joint import Joint
from coprep.representation._judge import Judged, ratio_interval
from coprep.representation._known_tables import KnownTables, Limits
from coprep.representation._options import Options
from coprep.wording.labels import show

TIMES = " × "
_Z90 = 1.645


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """People and community by the groups of one attribute, or of several at once.

    ``table`` is the community's, an axis an attribute, where it is known; else ``limits`` are what
    its margins leave open. ``follows`` are quotas to whose margins the table was brought.
    """

    attributes: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]  # of each cell
    people: tuple[Cell, ...]
    unknown: Cell
    outside: Cell
    profile: Profile | None  # of a single attribute
    table: Floats | None
    limits: Limits | None = None
    follows: tuple[str, ...] = ()
    weighted: bool = False

    @property
    def order(self) -> int:
        """How many attributes are crossed."""
        return len(self.attributes)

    @property
    def name(self) -> str:
        """The attributes, as one."""
        return TIMES.join(self.attributes)

    @property
    def cell_names(self) -> tuple[str, ...]:
        """The groups of each cell, as one; in quotes where two would be called alike."""
        names = [TIMES.join(groups) for groups in self.groups]
        if len(set(names)) < len(names):
            names = [TIMES.join(map(show, groups)) for groups in self.groups]
        return tuple(names)

    @property
    def total(self) -> Cell:
        """Everybody whose groups are all known."""
        return everybody(self.people)


def crossing_of(joint: Joint, at: Sequence[int], known: KnownTables, options: Options) -> Crossing:
    """The crossing of the attributes at these places."""
    attributes = tuple(joint.attributes[i] for i in at)
    groups = [known.together.groups(name) for name in attributes]
    shape = tuple(len(each) for each in groups)
    code = joint.codes[:, list(at)]
    outside = np.logical_or.reduce(joint.outside[:, list(at)], axis=1)
    unknown = np.logical_or.reduce(code < 0, axis=1) & ~outside
    inside = ~outside & ~unknown
    place = np.ravel_multi_index(tuple(code[inside].T), shape)
    parts = (joint.n, joint.weights, joint.squares)
    sums = [np.bincount(place, part[inside], math.prod(shape)) for part in parts]
    heaviest = np.zeros(math.prod(shape))
    np.maximum.at(heaviest, place, joint.heaviest[inside])
    columns = (column.tolist() for column in (*sums, heaviest))
    people = tuple(Cell(int(n), *rest) for n, *rest in zip(*columns, strict=True))
    cells = [tuple(each) for each in np.indices(shape).reshape(len(shape), -1).T.tolist()]
    named = tuple(tuple(names[k] for names, k in zip(groups, cell, strict=True)) for cell in cells)
    made = Crossing(
        attributes,
        named,
        people,
        _those(joint, unknown),
        _those(joint, outside),
        known.together.profiles[attributes[0]] if len(at) == 1 else None,
        None,
        weighted=joint.weighted,
    )
    if len(at) == 1:
        return made
    table = known.joint(attributes)
    if table is None:
        return replace(made, limits=known.limits(attributes))
    if not table.sum() > 0:
        raise InputError.of(
            f"the joint table of {show(made.name)} in the baseline adds to 0.",
            code="empty_baseline",
            param="baseline",
        )
    quotas = tuple(q for q in options.quotas if q in attributes)
    return _within_quotas(replace(made, table=table), quotas)


def _those(joint: Joint, rows: Bools) -> Cell:
    """The people of some combinations."""
    n, weights, squares = (float(p[rows].sum()) for p in (joint.n, joint.weights, joint.squares))
    return Cell(int(n), weights, squares, float(joint.heaviest[rows].max(initial=0.0)))


def _within_quotas(made: Crossing, quotas: tuple[str, ...]) -> Crossing:
    """The crossing with the community's table brought to what the quotas gave: a lottery within
    them gives its cells.
    """
    table = made.table
    people = _table_of(made)
    if not quotas or table is None or not people.sum() > 0:
        return made
    at = [made.attributes.index(name) for name in quotas]
    wanted = [people.sum(axis=tuple(i for i in range(made.order) if i != one)) for one in at]
    codes = np.indices(table.shape).reshape(made.order, -1)[at].T
    try:
        raked = rake(table.ravel(), wanted, groups=codes).reshape(table.shape)
    except InputError:  # people in groups that the community's table does not have
        return made
    return replace(made, table=raked, follows=quotas)


def _table_of(made: Crossing) -> Floats:
    """People by cell, an axis an attribute, by their weights where they carry any."""
    sizes = tuple(len(dict.fromkeys(g[i] for g in made.groups)) for i in range(made.order))
    counted = [cell.w if made.weighted else cell.n for cell in made.people]
    return np.array(counted, dtype=float).reshape(sizes)


def judged(made: Crossing, known: KnownTables, options: Options) -> Assessed:
    """The cells as groups of one attribute, before adjustment for all that is looked at."""
    source = Compared(_profile(made, known), _matched(made), overlapping=False)
    source = replace(
        source,
        weighted=made.weighted,
        follows=made.follows,
        only_limits=made.limits is not None,
    )
    item = assess_attribute(source, options, kind="population")
    return item if made.limits is None else _by_limits(item, made.limits, options)


def _matched(made: Crossing) -> Matched:
    groups = dict(zip(made.cell_names, made.people, strict=True))
    return Matched(groups, dict.fromkeys(groups, made.total), made.unknown, {}, ())


def _profile(made: Crossing, known: KnownTables) -> Profile:
    """The community's shares by cell; from margins alone the share nearest to what is seen that
    they leave open.
    """
    names = made.cell_names
    if made.profile is not None:
        return made.profile
    if made.table is not None:
        shares = (made.table / made.table.sum()).ravel()
        se = known.standard_errors(made.attributes, shares)
        moe = _Z90 * se if se.any() else None
        return Profile(made.name, names, shares, moe=moe)
    limits = made.limits
    assert limits is not None, "either the table or its limits are known"
    low, high = limits.low.ravel(), limits.high.ravel()
    seen = _table_of(made).ravel()
    total = seen.sum()
    seen = seen / total if total > 0 else np.full(seen.shape, math.nan)
    shares = np.select([seen < low, seen > high], [low, high], (low + high) / 2)
    se = np.select([seen < low, seen > high], [limits.low_se.ravel(), limits.high_se.ravel()], 0.0)
    return Profile(made.name, names, shares, moe=_Z90 * se if se.any() else None)


def _by_limits(item: Assessed, limits: Limits, options: Options) -> Assessed:
    """The same, with what holds for every share that the margins leave open.

    A shortfall is held against the smallest share, an excess against the largest, and in line is
    what lies within the band of all of them. Within the limits the ratio is 1: nothing tells it
    from parity.
    """
    low, high = limits.low.ravel(), limits.high.ravel()
    with np.errstate(invalid="ignore", divide="ignore"):
        within = (item.counts.observed >= low) & (item.counts.observed <= high)
        at_parity = {"ratio": 1.0, "p_value": 1.0, "log10_p": 0.0, "p_beyond": 1.0}
        plain = {
            name: np.where(within & item.comparable, value, getattr(item.judged, name))
            for name, value in at_parity.items()
        }
    in_line = np.ones(len(low))
    at = (low > 0) & item.comparable
    # People of unknown group could be in any cell.
    if at.any() and not item.source.matched.unknown.n:
        draws = [
            replace(item.counts, share=np.where(at, limit, 0.5), baseline_se=se.ravel()).draw
            for limit, se in ((low, limits.low_se), (high, limits.high_se))
        ]
        both = [draw.in_line(item.counts.drawn, options.band) for draw in draws]
        in_line = np.where(at, np.maximum(*both), 1.0)
    p_in_line = np.where(item.comparable, in_line, np.nan)
    return replace(item, judged=replace(item.judged, p_in_line=p_in_line, **plain))


def with_intervals(
    item: Assessed, made: Crossing, options: Options, method: MultinomialMethod
) -> Assessed:
    """The same with intervals that hold for all cells of the crossing at once."""
    cells = max(1, int(item.comparable.sum()))
    counts = item.counts
    if method == "bonferroni-exact":
        level = 1 - options.alpha / cells
        low, high = ratio_interval(counts, level, "exact")
    else:
        at = item.comparable
        low, high = np.full((2, len(at)), np.nan)
        if at.any():
            shares = multinomial_interval(
                counts.x[at], method=method, confidence=options.confidence
            )
            low[at] = shares.low / counts.share[at]
            high[at] = shares.high / counts.share[at]
    if made.limits is not None:
        # From the share nearest to what is seen to the furthest that the margins leave open.
        with np.errstate(divide="ignore", invalid="ignore"):
            low = np.minimum(low, low * counts.share / made.limits.high.ravel())
            far = np.where(made.limits.low.ravel() > 0, counts.share / made.limits.low.ravel(), 1)
            high = np.where(made.limits.low.ravel() > 0, np.maximum(high, high * far), np.inf)
    low, high = (np.where(item.comparable, limit, np.nan) for limit in (low, high))
    changed: Judged = replace(item.judged, low=low, high=high)
    return replace(item, judged=changed)


def beyond_margins(made: Crossing, seed: int) -> BeyondMarginsTest | None:
    """Whether the crossing differs by more than its attributes do, each alone; None where the
    community's table is not known.
    """
    if made.order < 2 or made.table is None:
        return None
    people = _table_of(made)
    if made.weighted and people.sum() > 0:
        everyone = made.total
        worth = float(kish_effective_n(everyone.w, everyone.w2))
        people = people * (worth / people.sum())
    return beyond_margins_test(people, made.table, rng=seed)
