"""Find voters who agree and deserve more than they got, and what equal shares would adopt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._judging.judge import LEAST_SHOWN
from coprep.ideas._votes.support import Support, ideas_of
from coprep.metrics._checks import number
from coprep.metrics.votes._voting import UnderservedCoalition, equal_shares, underserved_coalitions
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

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
class Proportionality:
    """A coalition that deserves more, and the ideas equal shares would have adopted."""

    summary: Mapping[str, Any]
    coalition: Table
    gains: Table
    chosen: Bools
    notes: tuple[Note, ...]


def proportionality(
    process: Process,
    support: Support,
    *,
    attribute: str,
    won: Bools,
    cost: Floats | None,
    budget: float | None,
    describe: Sequence[str] | None,
) -> Proportionality:
    """Look for the largest coalition that deserves more (EJR+), and at the method of equal shares.

    ``cost`` None counts every idea as 1. Only ideas somebody voted for, of known cost, are looked
    at.
    """
    ideas = ideas_of(process)
    voters = np.flatnonzero(support.voters)
    possible = (support.supporters > 0) & (np.asarray(ideas.merged_into) < 0)
    if cost is not None:
        possible &= cost > 0
        budget = process.budget if budget is None else budget
    usable = np.flatnonzero(possible)
    price = None if cost is None else cost[usable]
    total = _budget(budget, won, cost)
    if len(voters) * len(usable) > MOST_CELLS:
        raise InputError.of(
            f"{len(voters):,} voters by {len(usable):,} ideas do not fit in memory for justified "
            "representation.",
            code="too_large",
            param="representation",
            hint="pass representation=False, or a sample of voters.",
        )
    table = support.matrix(voters)[:, usable]
    found = underserved_coalitions(table, won[usable], budget=total, costs=price)
    chosen = np.zeros(len(ideas), dtype=np.bool_)
    chosen[usable[equal_shares(table, budget=total, costs=price)]] = True
    summary: dict[str, Any] = {
        "notion": "EJR+" if cost is None else "EJR+ up to one project",
        "passes": not found,
        "ideas_with_a_claim": len(found),
        "idea": None,
        "coalition": None,
        "voters": len(voters),
        "deserved": None,
        "best_served": None,
        "budget": total,
        "unit": "ideas" if cost is None else "cost",
    }
    others = process.attributes if describe is None else describe
    names = tuple(dict.fromkeys((attribute, *others)))
    for name in names:  # an unknown name is an error also where there is no coalition
        process.grouping(name)
    coalition = Table.from_records([], _COALITION)
    if found and len(found[0].voters) >= LEAST_SHOWN:
        first = found[0]
        coalition = _described(process, voters, first, names)
        summary["idea"] = ideas.ids[int(usable[first.project])]
        summary["coalition"] = len(first.voters)
        summary["deserved"] = first.deserved
        summary["best_served"] = first.best_served
    return Proportionality(
        summary=summary,
        coalition=coalition,
        gains=_gains(process, support, won=won, chosen=chosen, cost=cost),
        chosen=chosen,
        notes=(_told(summary, coalition, attribute), _changed(won, chosen)),
    )


def _budget(budget: float | None, won: Bools, cost: Floats | None) -> float:
    """What could be spent; by default what the adopted ideas cost."""
    if budget is None:
        return float(won.sum() if cost is None else cost[won].sum())
    given = number(budget, "budget", low=0.0)
    if given == 0:
        raise InputError.of("budget is 0; a number above 0 expected.", param="budget", got=budget)
    return given


def _described(
    process: Process, voters: Ints, first: UnderservedCoalition, names: Sequence[str]
) -> Table:
    """Who the coalition is, by attribute: groups of at least 5 of its people."""
    records: list[dict[str, Any]] = []
    for attribute in names:
        grouping = process.grouping(attribute)
        everyone = grouping.codes[voters]
        size = len(grouping.groups) + 1
        inside = np.bincount(everyone[first.voters] + 1, minlength=size)[1:]
        overall = np.bincount(everyone + 1, minlength=size)[1:]
        for k, group in enumerate(grouping.groups):
            if inside[k] >= LEAST_SHOWN:
                records.append(
                    {
                        "attribute": attribute,
                        "group": group,
                        "count": int(inside[k]),
                        "share": inside[k] / len(first.voters),
                        "share_of_voters": overall[k] / len(voters),
                    }
                )
    return Table.from_records(records, _COALITION)


def _gains(
    process: Process, support: Support, *, won: Bools, chosen: Bools, cost: Floats | None
) -> Table:
    """Ideas that equal shares would have adopted instead, and those it would have left."""
    ids = ideas_of(process).ids
    supporters = support.supporters
    records = [
        {
            "idea": ids[i],
            "change": change,
            "cost": 1.0 if cost is None else cost[i],
            "supporters": int(supporters[i]),
        }
        for change, which in (("would be adopted", chosen & ~won), ("would not be", won & ~chosen))
        for i in np.flatnonzero(which)
    ]
    return Table.from_records(records, _GAINS)


def _told(summary: Mapping[str, Any], coalition: Table, attribute: str) -> Note:
    """The coalition in a sentence; the notion protects those who agree, not named groups."""
    notion = summary["notion"]
    if summary["passes"]:
        text = (
            "No voters who agree on an idea were numerous enough to deserve more than they got "
            f"({notion})."
        )
        return Note("proportional", text, {"notion": notion})
    if summary["coalition"] is None:
        text = (
            f"A coalition of fewer than {LEAST_SHOWN} voters deserves more than it got ({notion})."
        )
        return Note("small_coalition", text, {"notion": notion, "least": LEAST_SHOWN})
    more = [
        row
        for row in coalition.records()
        if row["attribute"] == attribute and row["share"] > row["share_of_voters"]
    ]
    more.sort(key=lambda row: float(row["share_of_voters"] - row["share"]))
    who = "".join(
        f", {row['share']:.0%} of them {show(row['group'])} (of all voters "
        f"{row['share_of_voters']:.0%})"
        for row in more[:2]
    )
    people = f"{summary['coalition']:,} of {count_of(summary['voters'], 'voter')}{who}"
    comma = "," if who else ""
    deserved = _amount(summary["deserved"], summary["unit"])
    best = _amount(summary["best_served"], summary["unit"])
    text = (
        f"{people}{comma} agree on idea {show(summary['idea'])}, which was not adopted; their part "
        f"of the budget is {deserved}, and none of them has more than {best} ({notion})."
    )
    values = {
        "voters": summary["coalition"],
        "of_voters": summary["voters"],
        "idea": summary["idea"],
        "deserved": summary["deserved"],
        "best_served": summary["best_served"],
        "notion": notion,
        "shares": {row["group"]: row["share"] for row in more[:2]},
    }
    return Note("underserved_coalition", text, values)


def _amount(value: float, unit: str) -> str:
    return f"{value:,.0f}" if unit == "cost" else f"{value:,.3g} ideas"


def _changed(won: Bools, chosen: Bools) -> Note:
    """How many ideas the method of equal shares would adopt, and how many of those were adopted."""
    both = int((won & chosen).sum())
    ideas = int(chosen.sum())
    text = (
        "The method of equal shares with the same budget would adopt "
        f"{count_of(ideas, 'idea')}; {both:,} of them were adopted."
    )
    return Note("equal_shares", text, {"ideas": ideas, "adopted": both})
