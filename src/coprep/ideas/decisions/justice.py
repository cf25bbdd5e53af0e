"""Knows whether voters who agree deserve more than they got, who they are, and what equal shares would have adopted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.errors import InputError
from coprep.ideas.judging.common import LEAST_SHOWN, quote
from coprep.ideas.votes.backing import Backing, ideas_of
from coprep.metrics._checks import number
from coprep.metrics.votes._voting import UnderservedCoalition, equal_shares, underserved_coalitions
from coprep.table import ColumnKind, Table
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["MOST_CELLS", "Justice", "justice"]

MOST_CELLS = 400_000_000
"""Voters times ideas that are looked at; one byte each."""

_COALITION: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "count": "count",
    "share": "number",
    "share_of_voters": "number",
}
_GAINS: dict[str, ColumnKind] = {
    "idea": "text",
    "change": "text",
    "cost": "number",
    "supporters": "count",
}


@dataclass(frozen=True, slots=True, eq=False)
class Justice:
    """What was found: a coalition and who is in it, the ideas equal shares would have adopted, all in sentences."""

    summary: Mapping[str, Any]
    coalition: Table
    gains: Table
    chosen: Bools
    notes: tuple[str, ...]


def justice(
    process: Process,
    backed: Backing,
    *,
    attribute: str,
    won: Bools,
    cost: Floats | None,
    budget: float | None,
    describe: Sequence[str] | None,
) -> Justice:
    """Look for the largest coalition that deserves more, and at the method of equal shares.

    ``cost`` None counts every idea as 1. Only ideas somebody voted for, of known cost, are looked at.
    """
    ideas, voters = ideas_of(process), np.flatnonzero(backed.voters)
    own = np.asarray(ideas.merged_into) < 0
    usable = np.flatnonzero(
        (backed.supporters > 0) & own & ((cost > 0) if cost is not None else own)
    )
    price = None if cost is None else cost[usable]
    total = _budget(process.budget if budget is None and cost is not None else budget, won, cost)
    if len(voters) * len(usable) > MOST_CELLS:
        raise InputError.of(
            f"{len(voters):,} voters by {len(usable):,} ideas do not fit in memory for justified representation.",
            code="too_large",
            param="representation",
            hint="pass representation=False, or a sample of voters.",
        )
    table = backed.matrix(voters)[:, usable]
    found = underserved_coalitions(table, won[usable], budget=total, costs=price)
    chosen = np.zeros(len(ideas), dtype=np.bool_)
    chosen[usable[equal_shares(table, budget=total, costs=price)]] = True
    first = found[0] if found and len(found[0].voters) >= LEAST_SHOWN else None
    names = tuple(
        dict.fromkeys((attribute, *(process.attributes if describe is None else describe)))
    )
    coalition = _described(process, voters, first, names)
    idea = None if first is None else ideas.ids[int(usable[first.project])]
    summary = _summary(
        found, first, idea, voters=len(voters), budget=total, priced=cost is not None
    )
    return Justice(
        summary=summary,
        coalition=coalition,
        gains=_gains(process, backed, won=won, chosen=chosen, cost=cost),
        chosen=chosen,
        notes=(_told(summary, coalition, attribute), _changed(won, chosen)),
    )


def _budget(budget: float | None, won: Bools, cost: Floats | None) -> float:
    if budget is None:
        return float(won.sum() if cost is None else cost[won].sum())
    given = number(budget, "budget", low=0.0)
    if given == 0:
        raise InputError.of("budget is 0; a number above 0 expected.", param="budget", got=budget)
    return given


def _summary(
    found: Sequence[UnderservedCoalition],
    first: UnderservedCoalition | None,
    idea: str | None,
    *,
    voters: int,
    budget: float,
    priced: bool,
) -> dict[str, Any]:
    return {
        "notion": "EJR+ up to one project" if priced else "EJR+",
        "passes": not found,
        "ideas_with_a_claim": len(found),
        "idea": idea,
        "coalition": None if first is None else len(first.voters),
        "voters": voters,
        "deserved": None if first is None else first.deserved,
        "best_served": None if first is None else first.best_served,
        "budget": budget,
        "unit": "cost" if priced else "ideas",
    }


def _described(
    process: Process, voters: Ints, first: UnderservedCoalition | None, names: Sequence[str]
) -> Table:
    """Who the coalition is, by attribute: groups of at least 5 of its people."""
    records: list[dict[str, Any]] = []
    for attribute in names:
        grouping = process.grouping(attribute)
        if first is None:
            continue
        everyone = grouping.codes[voters]
        inside = np.bincount(everyone[first.voters] + 1, minlength=len(grouping.groups) + 1)[1:]
        overall = np.bincount(everyone + 1, minlength=len(grouping.groups) + 1)[1:]
        records += [
            {
                "attribute": attribute,
                "group": group,
                "count": int(inside[k]),
                "share": inside[k] / len(first.voters),
                "share_of_voters": overall[k] / len(voters),
            }
            for k, group in enumerate(grouping.groups)
            if inside[k] >= LEAST_SHOWN
        ]
    return Table.from_records(records, _COALITION)


def _gains(
    process: Process, backed: Backing, *, won: Bools, chosen: Bools, cost: Floats | None
) -> Table:
    ideas, records = ideas_of(process), []
    for change, which in (("would be adopted", chosen & ~won), ("would not be", won & ~chosen)):
        for i in np.flatnonzero(which):
            price = 1.0 if cost is None else cost[i]
            records.append(
                {
                    "idea": ideas.ids[i],
                    "change": change,
                    "cost": price,
                    "supporters": int(backed.supporters[i]),
                }
            )
    return Table.from_records(records, _GAINS)


def _told(summary: Mapping[str, Any], coalition: Table, attribute: str) -> str:
    """The coalition in a sentence; the notion protects those who agree on an idea, not groups named in advance."""
    notion = summary["notion"]
    if summary["passes"]:
        return f"No voters who agree on an idea were numerous enough to deserve more than they got ({notion})."
    if summary["coalition"] is None:
        return (
            f"A coalition of fewer than {LEAST_SHOWN} voters deserves more than it got ({notion})."
        )
    more = [
        r
        for r in coalition.records()
        if r["attribute"] == attribute and r["share"] > r["share_of_voters"]
    ]
    more.sort(key=lambda r: float(r["share_of_voters"] - r["share"]))
    who = "".join(
        f", {row['share']:.0%} of them {quote(row['group'])} (of all voters {row['share_of_voters']:.0%})"
        for row in more[:2]
    )
    deserved, got = (
        _amount(summary[name], summary["unit"]) for name in ("deserved", "best_served")
    )
    people = f"{summary['coalition']:,} of {count_of(summary['voters'], 'voter')}{who}{',' if who else ''}"
    idea = f"agree on idea {quote(summary['idea'])}, which was not adopted"
    return f"{people} {idea}; their part of the budget is {deserved}, and none of them has more than {got} ({notion})."


def _amount(value: float, unit: str) -> str:
    return f"{value:,.0f}" if unit == "cost" else f"{value:,.3g} ideas"


def _changed(won: Bools, chosen: Bools) -> str:
    both = int((won & chosen).sum())
    return (
        f"The method of equal shares with the same budget would adopt {count_of(int(chosen.sum()), 'idea')}; "
        f"{both:,} of them were adopted."
    )
