"""recruit: says how many more people of each group are needed, and how many to invite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.errors import InputError, Problems
from coprep.findings import Note, counted, distinct
from coprep.metrics._checks import Bools, Floats, Ints
from coprep.metrics.planning._invitations import invitations_together
from coprep.metrics.planning._recruiting import Close, needs_together, recruits_alone
from coprep.pictures import Bars
from coprep.representation._inputs import Compared, checked_baseline, compared
from coprep.representation._inviting import whom_to_invite
from coprep.representation._joint import joint_counts
from coprep.representation._options import Options
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed, nearest, show

if TYPE_CHECKING:
    import pandas as pd

Rates = float | Mapping[str, float] | Mapping[str, Mapping[str, float]]
"""How often people who are invited come: everybody, by group, or by attribute and group."""

_ROWS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "count": "count",
    "total": "count",
    "baseline": "number",
    "alone": "number",
    "recruits": "count",
    "response_rate": "number",
    "invitations": "count",
}
_OVERALL: dict[str, ColumnKind] = {
    "attribute": "text",
    "total": "count",
    "recruits": "count",
    "any_group": "count",
    "invitations": "count",
}
_OF_CELLS: dict[str, ColumnKind] = {
    "count": "count",
    "response_rate": "number",
    "invitations": "count",
}
_LARGEST_INVITED = 1e15


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Recruitment(Result):
    """How many more people close the gaps, and how many invitations bring them.

    Attributes
    ----------
    rows : Table
        A row for every group of the baseline:

        - attribute, group; count, total: people so far, in the group and of known group; baseline:
          its share, 0 to 1.
        - alone: how many more of this group alone would bring it to its share if nobody else
          joined; infinite where no number does.
        - recruits: how many of it must be among the fewest people who close all gaps of the
          attribute.
        - response_rate: the chance that somebody who is invited comes, where it was given.
        - invitations: how many of the group to invite, so that every group of the attribute has
          its recruits with the chance asked for.
    overall : Table
        A row an attribute, as a frame with `overall_table`: total so far; recruits, the fewest who
        close its gaps; any_group, how many of them may come from any of its groups; invitations,
        added up.
    invite : Table
        Where a pool, or the joint make-up of the community, is known: whom to invite to close the
        gaps of all attributes at once. A row for each combination of groups that is invited, a
        column an attribute; count, people there are of it; their response rate, and how many to
        invite. As a frame it is `invite_table`.
    """

    overall: Table = field(default_factory=lambda: Table({}, {}))
    invite: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "representation.recruit"
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "group",
        "count",
        "total",
        "baseline",
        "recruits",
        "response_rate",
        "invitations",
    )
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "count": ("So far", "count"),
        "recruits": ("Needed of them", "count"),
        "response_rate": ("Of those invited who come", "percent"),
        "invitations": ("To invite", "count"),
    }
    listed_by: ClassVar[str | None] = "baseline"
    count_columns: ClassVar[tuple[str, ...]] = ("count",)
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("attribute",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("baseline", "response_rate", "total")
    told_by_others: ClassVar[tuple[str, ...]] = ("recruits", "invitations", "any_group")

    @property
    def overall_table(self) -> pd.DataFrame:
        """`overall` as a fresh pandas frame."""
        return self.overall.to_frame()

    @property
    def invite_table(self) -> pd.DataFrame:
        """`invite` as a fresh pandas frame."""
        return self.invite.to_frame()

    @property
    def headline(self) -> str:
        """How many people close the gaps, and how many invitations bring them."""
        return next(
            (note.text for note in self.notes if note.code in _LEADING),
            "Hidden: small counts would tell.",
        )


_METHOD = (
    "Needed: the fewest further people with whom no group is more than half a person short of its "
    "share (or as asked for), found by search.",
    "Invitations: the fewest with which every group has its people with the chance asked for, if "
    "people decide for themselves (binomial); over a pool by an integer program, with the bound of "
    "Hoeffding 1956 where rates differ.",
)
_LEADING = ("recruits", "no_gap", "never_closed")


@dataclass(frozen=True, slots=True, eq=False)
class _Gap:
    """One attribute: people so far and shares; the fewest who close its gaps, and of which groups.

    ``joint_needs`` are those at the fewest who close the gaps of all attributes.
    """

    source: Compared
    counts: Floats
    shares: Floats
    rates: Floats
    fewest: float
    needs: Floats
    joint_needs: Floats
    invitations: Floats

    @property
    def attribute(self) -> str:
        """What the attribute is called."""
        return self.source.profile.attribute


def recruit(
    counts: Any,
    baseline: Baseline,
    *,
    attributes: Sequence[str] | str | None = None,
    response_rates: Rates | None = None,
    chance: float = 0.9,
    within: Close = "half",
    target_ratio: float | None = None,
    pool: Any = None,
    columns: Mapping[str, str] | None = None,
    person: str | None = None,
    total: int | Mapping[str, int] | None = None,
    unknown: Iterable[str] = (),
    unmatched: Literal["raise", "row"] = "raise",
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    recode: Mapping[str, Any] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    title: str = "",
) -> Recruitment:
    """Who is still needed so that every group has its share, and whom should one invite?

    Parameters
    ----------
    counts : data frame or mapping
        People so far: one row a person, or published counts, as `assess` takes them.
    baseline : Baseline
        Who lives there.
    attributes : sequence of str, optional
        Whose gaps are to be closed, all together; by default all that both have.
    response_rates : float or mapping, optional
        The chance that somebody who is invited comes, above 0 and at most 1: one number, by group,
        or by attribute and group. Without it no invitations are worked out.
    chance : float, default 0.9
        How sure it is to be that every group has its recruits.
    within : {"half", "whole"}, default "half"
        Every group is at most half a person short of its share, or has the whole part of it.
    target_ratio : float, optional
        Instead: the least representation ratio of every group, above 0 and at most 1.
    pool : data frame, optional
        Who can be invited, one row a person. Or, where the baseline was made from rows, the
        community itself. With it, `Recruitment.invite` says whom to invite next, for all groups of
        all attributes together.
    columns, person, total, unknown, unmatched, outside, recode
        How ``counts`` and the pool are read, as by `assess`.
    labels : mapping, optional
        What groups are called in sentences and pictures.
    title : str
        What to call this.

    Returns
    -------
    Recruitment
        `table` with a row a group; `overall`, `invite`.

    Raises
    ------
    InputError
        For rates and chances outside 0 to 1, rates of groups that are not there, attributes where
        people can be in several groups, and all that `assess` refuses.

    Notes
    -----
    Need divided by response rate is reached only about every other time: ten people of a group that
    answers one invitation in ten take 140 invitations and not 100. People are taken to decide for
    themselves. Whoever answers beyond the need belongs on a reserve list: taken all the same, they
    make the others' shares smaller.

    With a pool an integer program finds the fewest invitations. The rate of a combination of groups
    is the lowest of theirs.

    References
    ----------
    Hoeffding, W. (1956). On the distribution of the number of successes in independent trials.
    Annals of Mathematical Statistics 27, 713-721.

    Examples
    --------
    >>> from coprep import Baseline, representation
    >>> lives_there = Baseline.from_shares({"disability": {"Yes": 0.2311, "No": 0.7689}})
    >>> found = representation.recruit(
    ...     {"disability": {"Yes": 12, "No": 110}}, lives_there, response_rates=0.1
    ... )
    >>> print(found.headline)
    21 more people close every gap; 267 invitations bring them with a chance of 90.0%.
    >>> found.table[["group", "recruits", "invitations"]].values.tolist()
    [['Yes', 21, 267], ['No', 0, 0]]
    """
    options = Options.of_reading(
        attributes=attributes,
        columns=columns,
        person=person,
        total=total,
        unknown=unknown,
        unmatched=unmatched,
        outside=outside,
        recode=recode,
        labels=labels,
        title=title,
    )
    _check(chance, within, target_ratio)
    community = checked_baseline(baseline)
    found, notes = compared(counts, community, options)
    _no_overlap(found)
    rates = _rates(response_rates, found)
    gaps, together = _gaps(found, rates, chance=chance, within=within, target_ratio=target_ratio)
    invite = Table({}, {})
    remarks: list[Note] = []
    if response_rates is not None and (pool is not None or community.cells is not None):
        invite, remarks = _invited(pool, community, gaps, options, chance)
    area = community.area or "who lives there"
    first = _first(
        gaps,
        together,
        invite,
        chance,
        asked=response_rates is not None,
        short=any(note.code == "pool_too_small" for note in remarks),
    )
    return Recruitment(
        title=title or f"Who is still needed, to be as {area}",
        rows=Table.from_records([row for gap in gaps for row in _records(gap)], _ROWS),
        notes=distinct([first, *notes, *remarks, *_unknown(found)]),
        settings={
            "chance": chance,
            "within": within,
            "target_ratio": target_ratio,
            "response_rates": response_rates,
            "baseline": community.described,
            "labels": options.labels,
            "method": _METHOD,
        },
        picture=Bars(
            label=("attribute", "group"),
            value="recruits" if response_rates is None else "invitations",
            axis="people still needed" if response_rates is None else "people to invite",
        ),
        overall=Table.from_records([_summed(gap) for gap in gaps], _OVERALL),
        invite=invite,
    )


def _check(chance: Any, within: Any, target_ratio: Any) -> None:
    """Everything that is wrong with the numbers asked for."""
    problems = Problems()
    if not _is_number(chance) or not 0 < chance < 1:
        problems.add(
            f"chance is {show(chance)}; expected a number above 0 and below 1, such as 0.9.",
            code="bad_chance",
            param="chance",
            got=chance,
        )
    if within not in get_args(Close):
        problems.take(InputError.choice("within", within, get_args(Close)))
    if target_ratio is not None and (not _is_number(target_ratio) or not 0 < target_ratio <= 1):
        problems.add(
            f"target_ratio is {show(target_ratio)}; expected a ratio above 0 and at most 1.",
            code="bad_ratio",
            param="target_ratio",
            got=target_ratio,
        )
    problems.raise_if_any()


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def _no_overlap(found: Sequence[Compared]) -> None:
    """Refuse attributes where one person counts in several groups."""
    several = [item.profile.attribute for item in found if item.overlapping]
    if several:
        raise InputError.of(
            f"people can be in several groups of {listed(several)}; whom to invite is worked out "
            "for people who are in one.",
            code="overlapping",
            param="attributes",
            got=tuple(several),
            hint="name the other attributes with attributes=[...], or give one option of it as an "
            "attribute of yes and no.",
        )


def _rates(given: Any, found: Sequence[Compared]) -> dict[str, Floats]:
    """The response rate of every group, nan where none is told."""
    groups = {item.profile.attribute: item.profile.groups for item in found}
    rates = {name: np.full(len(each), np.nan) for name, each in groups.items()}
    problems = Problems()
    if given is None:
        return rates
    if not isinstance(given, Mapping):
        everybody = _rate(given, "everybody", problems)
        problems.raise_if_any()
        return {name: np.full(len(each), everybody) for name, each in groups.items()}
    nested = {name: part for name, part in given.items() if isinstance(part, Mapping)}
    for name in nested:
        if name not in groups:
            close = nearest(name, groups)
            problems.add(
                f"response_rates names {show(name)}, which is not compared; these are: "
                f"{listed(groups, most=12)}.",
                code="unknown_attribute",
                param="response_rates",
                got=name,
                hint=f"did you mean {show(close)}?" if close else None,
            )
    flat = {name: rate for name, rate in given.items() if not isinstance(rate, Mapping)}
    everywhere = [group for each in groups.values() for group in each]
    asked = [(group, rate, groups) for group, rate in flat.items()]
    asked += [
        (group, rate, {name: groups[name]})
        for name, part in nested.items()
        if name in groups
        for group, rate in part.items()
    ]
    for group, rate, among in asked:
        checked = _rate(rate, group, problems)
        places = [(name, each.index(group)) for name, each in among.items() if group in each]
        if not places:
            known = [one for each in among.values() for one in each]
            close = nearest(group, known)
            problems.add(
                f"response_rates names {show(group)}, which is no group of the baseline.",
                code="unknown_group",
                param="response_rates",
                got=group,
                expected=tuple(everywhere),
                hint=f"did you mean {show(close)}?" if close else None,
            )
        for name, at in places:
            rates[name][at] = checked
    problems.raise_if_any()
    return rates


def _rate(value: Any, whose: Any, problems: Problems) -> float:
    """A response rate, or nan and a problem."""
    if _is_number(value) and 0 < value <= 1:
        return float(value)
    problems.add(
        f"the response rate of {show(whose)} is {show(value)}; expected a share above 0 and at "
        "most 1, such as 0.1.",
        code="bad_rate",
        param="response_rates",
        got=value,
    )
    return float("nan")


def _gaps(
    found: Sequence[Compared],
    rates: Mapping[str, Floats],
    *,
    chance: float,
    within: Close,
    target_ratio: float | None,
) -> tuple[list[_Gap], float]:
    """What every attribute needs at the fewest people who close all gaps, and how many these are."""
    tables = []
    for item in found:
        people = [item.matched.groups[group].n for group in item.profile.groups]
        there = item.profile.shares > 0
        tables.append((np.where(there, np.array(people, dtype=float), 0.0), item.profile.shares))
    together, joint = needs_together(tables, target_ratio=target_ratio, within=within)
    _every_need_has_a_rate(found, joint, rates)
    gaps = []
    for item, table, joint_needs in zip(found, tables, joint, strict=True):
        counts, shares = table
        fewest, (needs,) = needs_together([table], target_ratio=target_ratio, within=within)
        rate = rates[item.profile.attribute]
        asked = np.nan_to_num(needs)
        invitations = np.full(len(needs), np.nan)
        if np.isfinite(fewest) and not np.isnan(rate).all():
            sure = np.where(np.isnan(rate), 1.0, rate)  # of them nobody is needed
            invitations = invitations_together(asked, sure, chance=chance)
        gaps.append(
            _Gap(
                source=item,
                counts=counts,
                shares=shares / shares.sum(),
                rates=rate,
                fewest=fewest,
                needs=needs,
                joint_needs=joint_needs,
                invitations=invitations,
            )
        )
    return gaps, together


def _every_need_has_a_rate(
    found: Sequence[Compared], needs: Sequence[Floats], rates: Mapping[str, Floats]
) -> None:
    """Refuse response rates of some groups of an attribute where others need people, too."""
    problems = Problems()
    for item, need in zip(found, needs, strict=True):
        rate = rates[item.profile.attribute]
        untold = np.isnan(rate) & (np.nan_to_num(need) > 0)
        if untold.any() and not np.isnan(rate).all():
            groups = [item.profile.groups[at] for at in np.flatnonzero(untold)]
            problems.add(
                f"response_rates lacks {listed(groups)} of {show(item.profile.attribute)}, of whom "
                "people are needed.",
                code="missing_rate",
                param="response_rates",
                got=tuple(groups),
            )
    problems.raise_if_any()


def _invited(
    pool: Any, community: Baseline, gaps: Sequence[_Gap], options: Options, chance: float
) -> tuple[Table, list[Note]]:
    """Whom to invite, combination by combination, and which groups the pool has too few of."""
    codes, people = _pool(pool, community, gaps, options)
    if any(np.isnan(gap.joint_needs).any() for gap in gaps):
        return Table({}, {}), []
    rates = np.full(len(people), np.nan)
    parts: list[Bools] = []
    for at, gap in enumerate(gaps):
        known = codes[:, at] >= 0
        own = np.where(known, gap.rates[codes[:, at]], np.nan)
        rates = np.fmin(rates, own)
        parts.append(codes[:, at] == np.arange(len(gap.joint_needs))[:, None])
    rates = np.nan_to_num(rates)  # nobody can say how often people of no known group come
    member = np.concatenate(parts).astype(float)
    needed = np.concatenate([gap.joint_needs for gap in gaps])
    plan = whom_to_invite(member, people, rates, needed, chance=chance)
    kinds: dict[str, ColumnKind] = {}
    columns: dict[str, list[Any]] = {}
    invited = np.flatnonzero(plan.by_cell > 0)
    for place, gap in enumerate(gaps):
        name = gap.attribute if gap.attribute not in _OF_CELLS else f"{gap.attribute} (group)"
        groups = gap.source.profile.groups
        kinds[name] = "text"
        columns[name] = [groups[code] if code >= 0 else None for code in codes[invited, place]]
    kinds |= _OF_CELLS
    columns["count"] = [round(n) for n in people[invited]]
    columns["response_rate"] = rates[invited].tolist()
    columns["invitations"] = [round(n) for n in plan.by_cell[invited]]
    names = [f"{g} ({gap.attribute})" for gap in gaps for g in gap.source.profile.groups]
    short = [name for name, few in zip(names, plan.short, strict=True) if few]
    notes = []
    if short:
        notes.append(
            Note.of(
                "pool_too_small",
                "There are too few people to invite of {groups:labels}: also if all are invited, "
                "the need is not met with a chance of {chance:percent}.",
                groups=short,
                chance=chance,
            )
        )
    return Table(columns, kinds), notes


def _pool(
    pool: Any, community: Baseline, gaps: Sequence[_Gap], options: Options
) -> tuple[Ints, Floats]:
    """Who can be invited: the groups of each combination, and people there are of it."""
    names = tuple(gap.attribute for gap in gaps)
    if pool is not None:
        asked = Options.of_reading(
            attributes=names,
            columns=options.columns,
            unknown=options.unknown,
            unmatched=options.unmatched,
            outside=options.outside,
            recode=options.recode,
        )
        joint = joint_counts(pool, community, asked)
        return joint.codes, joint.n.astype(float)
    cells = community.joint(*names)
    groups = [gap.source.profile.groups for gap in gaps]
    codes = [[g.index(one) for g, one in zip(groups, cell, strict=True)] for cell in cells]
    people = np.floor(np.array(list(cells.values()), dtype=float))
    return np.array(codes, dtype=np.intp).reshape(len(cells), len(names)), people


def _first(
    gaps: Sequence[_Gap],
    together: float,
    invite: Table,
    chance: float,
    *,
    asked: bool,
    short: bool,
) -> Note:
    """The answer in a sentence."""
    if together == 0:
        return Note.of("no_gap", "Nobody more is needed: every group has its share already.")
    if not np.isfinite(together):
        return Note.of(
            "never_closed",
            "No number of people up to a million gives every group this ratio to the last person; "
            "ask for a smaller target_ratio, or leave it out.",
        )
    people = counted(int(together), "more person", "more people")
    close = "closes" if together == 1 else "close"
    if short:
        return Note.of(
            "recruits",
            f"{{people}} {close} every gap; of some groups there are too few to invite for a chance "
            "of {chance:percent}.",
            people=people,
            chance=chance,
        )
    total: float | None = None
    if len(invite):
        total = float(sum(invite["invitations"]))
    elif asked:
        total = float(max(np.nansum(gap.invitations) for gap in gaps))
    if not total:
        # A copy without small counts knows by the chance that this was worked out from all of them.
        return Note.of("recruits", f"{{people}} {close} every gap.", people=people, chance=chance)
    at_least = "at least " if len(gaps) > 1 and not len(invite) else ""
    return Note.of(
        "recruits",
        f"{{people}} {close} every gap; {at_least}{{invitations}} bring them with a chance of "
        "{chance:percent}.",
        people=people,
        invitations=counted(round(total), "invitation"),
        chance=chance,
    )


def _unknown(found: Sequence[Compared]) -> Iterator[Note]:
    """People of unknown group, who are in no group's count."""
    for item in found:
        people = item.matched.unknown.n
        if people:
            yield Note.of(
                "unknown_group",
                "The {attribute:name} of {people} so far is unknown: they are in no group's count.",
                people=counted(people, "person", "people"),
                attribute=item.profile.attribute,
            )


def _records(gap: _Gap) -> Iterator[dict[str, Any]]:
    """The row of every group of one attribute."""
    total = float(gap.counts.sum())
    alone = np.asarray(recruits_alone(gap.counts, total, gap.shares))
    for k, group in enumerate(gap.source.profile.groups):
        yield {
            "attribute": gap.attribute,
            "group": group,
            "count": int(gap.counts[k]),
            "total": int(total),
            "baseline": float(gap.source.profile.shares[k]),
            "alone": float(alone[k]),
            "recruits": _whole(gap.needs[k]),
            "response_rate": float(gap.rates[k]),
            "invitations": _whole(gap.invitations[k]),
        }


def _whole(value: float) -> int | None:
    """A number of people, where it is one."""
    return int(value) if value < _LARGEST_INVITED else None


def _summed(gap: _Gap) -> dict[str, Any]:
    """One attribute as a whole."""
    return {
        "attribute": gap.attribute,
        "total": int(gap.counts.sum()),
        "recruits": _whole(gap.fewest),
        "any_group": _whole(gap.fewest - gap.needs.sum()),
        "invitations": _whole(float(gap.invitations.sum())),
    }
