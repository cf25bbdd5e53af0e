"""Knows which decided ideas can be compared, with which others, and what had to be left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.ideas.judging.common import LEAST_SHOWN, quote
from coprep.ideas.judging.counted import fewest_authors
from coprep.ideas.judging.gates import (
    enough_groups,
    enough_ideas,
    enough_voices,
    first_refusal,
    host_note,
    labels_from_outside,
)
from coprep.ideas.votes.backing import (
    backing,
    cut,
    grouping_of,
    ideas_of,
    lead_authors,
    membership,
    outside_support,
    share_of_support,
)
from coprep.metrics._checks import whole
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.coded import Grouping, Ideas
    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = ["TOTALS", "Decided", "Unknown", "decided_ideas", "raw_rates"]

TOTALS = "published totals"
"""Where support comes from when single votes are not known."""

_WITHIN = ("cost", "stage", "topic")
_RAW: dict[str, ColumnKind] = {
    "group": "text",
    "n_ideas": "count",
    "n_adopted": "count",
    "adopted": "number",
    "n_authors": "count",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The ideas compared, one entry an idea, what was left out, and how many votes by people outside are known."""

    grouping: Grouping
    member: Floats
    y: Floats
    stratum: Ints
    stratum_everybody: Ints
    author: Ints
    numbers: tuple[Floats, ...]
    traits: tuple[Ints, ...]
    unknown: Unknown
    within: tuple[str, ...]
    source: str
    votes: int | None
    refusal: str | None
    exclusions: Mapping[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Decided ideas whose authors' group is unknown."""

    y: Floats
    stratum: Ints
    author: Ints


def decided_ideas(
    process: Process,
    *,
    attribute: str,
    within: Sequence[str] | None,
    bands: int,
    threshold: float | None,
) -> Decided:
    """Everything `coprep.ideas.adoption.adoption` needs to know of the decided ideas."""
    process.require("participants", "ideas", "authors")
    ideas, grouping = ideas_of(process), grouping_of(process, attribute)
    member, lead = membership(process, grouping), lead_authors(process)
    support, everybody, asked, source = _supports(process, grouping, member, threshold)
    decided = ~np.isnan(ideas.adopted) & ~ideas.is_host
    if not decided.any():
        raise InputError.of(
            "no idea of participants has been adopted or rejected yet, so adoption cannot be compared.",
            code="nothing_decided",
            param="ideas",
            hint="the ideas table needs 'adopted' (1 or 0) or 'status'.",
        )
    known = ~np.isnan(member).any(axis=1)
    usable = decided & ~np.isnan(support) & (lead >= 0)
    keep = usable & known
    names = _alike(ideas, within)
    strata = _strata(ideas, names, support, bands, usable)
    strata_all = _strata(ideas, names, everybody, bands, usable)
    other = usable & ~known
    written = (
        np.bincount(np.unique(lead[keep], return_inverse=True)[1]) if keep.any() else np.zeros(1)
    )
    sizes = [
        len(np.unique(lead[keep & (np.nan_to_num(member[:, k]) > 0)]))
        for k in range(len(grouping.groups))
    ]
    return Decided(
        grouping=grouping,
        member=member[keep],
        y=ideas.adopted[keep],
        stratum=strata[keep],
        stratum_everybody=strata_all[keep],
        author=lead[keep],
        numbers=_numbers(ideas, support, names, keep, source),
        traits=tuple(_trait(ideas, name)[keep] for name in names if name != "cost"),
        unknown=Unknown(ideas.adopted[other], strata[other], lead[other]),
        within=names,
        source=source,
        votes=None if asked is None else int(asked[keep].sum()),
        refusal=first_refusal(
            [
                labels_from_outside(process, attribute),
                enough_groups(sizes),
                enough_ideas(int(keep.sum())),
                enough_voices(written),
            ]
        ),
        exclusions={
            "ideas by the organisers": int(ideas.is_host.sum()),
            "ideas not decided": int((np.isnan(ideas.adopted) & ~ideas.is_host).sum()),
            "ideas without an author": int((decided & (lead < 0)).sum()),
            "ideas without known support from outside": int(
                (decided & (lead >= 0) & np.isnan(support)).sum()
            ),
            "ideas whose authors' group is unknown": int(other.sum()),
        },
        notes=_notes(ideas, source, names, int(other.sum()), attribute),
    )


def _supports(
    process: Process, grouping: Grouping, member: Floats, threshold: float | None
) -> tuple[Floats, Floats, Ints | None, str]:
    """Support from outside and from everybody, how many people outside were asked, and where it comes from."""
    ideas = ideas_of(process)
    if "ratings" in process.tables:
        everybody = share_of_support(backing(process, threshold=threshold, own=True))
        backed = backing(process, threshold=threshold)
        outside, asked = outside_support(backed, member, np.asarray(grouping.codes))
        unknown = np.isnan(member).any(axis=1)
        return (
            np.where(unknown, share_of_support(backed), outside),
            everybody,
            asked,
            "ratings by people outside",
        )
    if np.isfinite(ideas.support).any():
        return ideas.support, ideas.support, None, TOTALS
    raise InputError.of(
        "nothing is known of how much support ideas had, so adoption given support cannot be looked at.",
        code="missing_table",
        param="ratings",
        hint="give a ratings table, or a column 'support' with published totals in the ideas table.",
    )


def _alike(ideas: Ideas, within: Sequence[str] | None) -> tuple[str, ...]:
    """What ideas must share beside their support."""
    if within is None:
        return ("topic",) if (ideas.topic >= 0).any() else ()
    names = (within,) if isinstance(within, str) else tuple(within)
    for name in names:
        if name not in _WITHIN:
            raise InputError.choice("within", name, _WITHIN)
    return names


def _strata(ideas: Ideas, names: Sequence[str], support: Floats, bands: int, usable: Bools) -> Ints:
    """Ideas alike in support and in what was asked for; codes over all ideas, -1 where not usable."""
    parts = [cut(support[usable], whole(bands, "bands", low=1))]
    for name in names:
        if name == "cost":
            parts.append(cut(np.nan_to_num(ideas.cost[usable], nan=-1.0), 3))
        else:
            parts.append(_trait(ideas, name)[usable])
    strata = np.full(len(ideas), -1, dtype=np.intp)
    if usable.any():
        strata[usable] = np.unique(np.stack(parts, axis=1), axis=0, return_inverse=True)[1].reshape(
            -1
        )
    return strata


def _trait(ideas: Ideas, name: str) -> Ints:
    return np.asarray(ideas.topic if name == "topic" else ideas.stage)


def _numbers(
    ideas: Ideas, support: Floats, names: Sequence[str], keep: Bools, source: str
) -> tuple[Floats, ...]:
    """Support, and cost where ideas must be alike in it, as a regression takes them."""
    given = support[keep]
    columns = [np.log1p(given) if source == TOTALS else given]
    cost = ideas.cost[keep]
    if "cost" in names and np.isfinite(cost).any():
        columns += [
            np.log1p(np.where(np.isnan(cost), np.nanmean(cost), cost)),
            np.isnan(cost).astype(float),
        ]
    return tuple(columns)


def _notes(
    ideas: Ideas, source: str, names: Sequence[str], unknown: int, attribute: str
) -> tuple[str, ...]:
    alike = f" and in {listed(names)}" if names else ""
    notes = [f"Ideas are compared with others alike in support ({source}){alike}."]
    if source == TOTALS:
        notes.append(
            "Published totals contain the votes of an author's own group, which can hide a difference."
        )
    host = host_note(ideas.is_host)
    if host:
        notes.append(f"{host} They are shown apart in `raw`.")
    merged = int((ideas.merged_into >= 0).sum())
    if merged:
        notes.append(
            f"{count_of(merged, 'merged idea')} share the fate of the idea they went into."
        )
    if unknown:
        notes.append(
            f"{count_of(unknown, 'idea')} by authors of unknown {quote(attribute)} are left out; robustness runs "
            "count them on either side."
        )
    return tuple(notes)


def raw_rates(process: Process, grouping: Grouping) -> Table:
    """Ideas and adoptions by group, hosts and unknown apart; groups of few authors are not shown."""
    ideas, member, lead = ideas_of(process), membership(process, grouping), lead_authors(process)
    decided = ~np.isnan(ideas.adopted)
    open_ = decided & ~ideas.is_host
    unknown = np.isnan(member).any(axis=1)
    rows = [
        (group, open_ & (np.nan_to_num(member[:, k]) > 0.5), LEAST_SHOWN)
        for k, group in enumerate(grouping.groups)
    ]
    rows.append(("(unknown)", open_ & unknown & (lead >= 0), LEAST_SHOWN))
    rows += [("(no author)", open_ & (lead < 0), 0), ("(organisers)", decided & ideas.is_host, 0)]
    records = []
    for name, chosen, least in rows:
        n = int(chosen.sum())
        if n and len(np.unique(lead[chosen])) >= least:
            yes = int((ideas.adopted[chosen] == 1).sum())
            authors = fewest_authors(
                lead, chosen & (ideas.adopted == 1), chosen & (ideas.adopted == 0)
            )
            records.append(
                {
                    "group": name,
                    "n_ideas": n,
                    "n_adopted": yes,
                    "adopted": yes / n,
                    "n_authors": authors,
                }
            )
    return Table.from_records(records, _RAW)
