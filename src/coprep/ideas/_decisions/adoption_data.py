"""Choose the decided ideas that can be compared, and say with which others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note
from coprep.ideas._judging.eligibility import (
    enough_groups,
    enough_ideas,
    enough_voices,
    fewest_authors,
    first_refusal,
    host_note,
    labels_from_outside,
    noted,
)
from coprep.ideas._judging.judge import LEAST_SHOWN
from coprep.ideas._votes.conditioning import calibrated
from coprep.ideas._votes.contexts import CONTEXTS, context_of
from coprep.ideas._votes.support import (
    grouping_of,
    ideas_of,
    lead_authors,
    membership,
    outside_support,
    quantile_classes,
    read_support,
    share_of_support,
)
from coprep.metrics._checks import whole
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed, show
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.data.process.coded import Grouping, Ideas
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

TOTALS = "published totals"
"""Where support comes from when single votes are not known."""

_WITHIN = ("cost", *CONTEXTS)
_RAW: dict[str, ColumnKind] = {
    "group": "text",
    "n_ideas": "count",
    "n_adopted": "count",
    "adopted": "number",
    "n_authors": "count",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionData:
    """The ideas compared, one entry an idea, and what was left out."""

    grouping: Grouping
    member: Floats  # (ideas, groups) share of the authors
    y: Floats  # 1 if adopted
    stratum: Ints  # alike in support from outside
    stratum_everybody: Ints  # alike in everybody's support
    author: Ints
    numbers: tuple[Floats, ...]  # support and cost, as a regression takes them
    # the same with support as far as it is known from so few; None where only totals are known
    expected: tuple[Floats, ...] | None
    # the same beside how many were asked and how many said yes; None where all were asked
    counts: tuple[Floats, ...] | None
    traits: tuple[Ints, ...]  # topic and stage, where ideas must share them
    unknown: Unknown
    within: tuple[str, ...]
    source: str  # where support comes from
    votes: int | None  # by people outside, where they are known
    refusal: str | None
    exclusions: Mapping[str, int]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Decided ideas whose authors' group is unknown."""

    y: Floats
    stratum: Ints
    author: Ints


def adoption_data(
    process: Process,
    *,
    attribute: str,
    within: Sequence[str] | None,
    bands: int,
    threshold: float | None,
) -> AdoptionData:
    """Everything `coprep.ideas.adoption.adoption` needs to know of the decided ideas."""
    process.require("participants", "ideas", "authors")
    ideas = ideas_of(process)
    grouping = grouping_of(process, attribute)
    member = membership(process, grouping)
    lead = lead_authors(process)
    support, everybody, asked, source = _supports(process, grouping, member, threshold)
    decided = ~np.isnan(ideas.adopted) & ~ideas.is_host
    if not decided.any():
        raise InputError.of(
            "no idea of participants has been adopted or rejected yet, so adoption cannot be "
            "compared.",
            code="nothing_decided",
            param="ideas",
            hint="the ideas table needs 'adopted' (1 or 0) or 'status'.",
        )
    known = ~np.isnan(member).any(axis=1)
    usable = decided & ~np.isnan(support) & (lead >= 0)
    keep = usable & known
    other = usable & ~known
    names = _alike(ideas, within)
    known_of = {name: context_of(process, name) for name in names if name != "cost"}
    strata = _strata(ideas, names, known_of, support, bands, usable)
    written = np.bincount(lead[keep]) if keep.any() else np.zeros(1)
    sizes = [len(np.unique(lead[keep & (column > 0)])) for column in member.T]
    unsupported = decided & (lead >= 0) & np.isnan(support)
    return AdoptionData(
        grouping=grouping,
        member=member[keep],
        y=ideas.adopted[keep],
        stratum=strata[keep],
        stratum_everybody=_strata(ideas, names, known_of, everybody, bands, usable)[keep],
        author=lead[keep],
        numbers=_numbers(ideas, support, names, keep, source),
        expected=_expected(support, asked, member, keep),
        counts=_counts(process, support, keep, threshold) if asked is not None else None,
        traits=tuple(codes[keep] for codes in known_of.values()),
        unknown=Unknown(ideas.adopted[other], strata[other], lead[other]),
        within=names,
        source=source,
        votes=None if asked is None else int(asked[keep].sum()),
        refusal=first_refusal(
            labels_from_outside(process, attribute),
            enough_groups(sizes),
            enough_ideas(int(keep.sum())),
            enough_voices(written[written > 0]),
        ),
        exclusions={
            "ideas by the organisers": int(ideas.is_host.sum()),
            "ideas not decided": int((np.isnan(ideas.adopted) & ~ideas.is_host).sum()),
            "ideas without an author": int((decided & (lead < 0)).sum()),
            "ideas without known support from outside": int(unsupported.sum()),
            "ideas whose authors' group is unknown": int(other.sum()),
        },
        notes=_notes(ideas, source, names, int(other.sum()), attribute),
    )


def _supports(
    process: Process, grouping: Grouping, member: Floats, threshold: float | None
) -> tuple[Floats, Floats, Ints | None, str]:
    """Support from outside and from everybody, people outside asked, and the source."""
    ideas = ideas_of(process)
    if "ratings" in process.tables:
        everybody = share_of_support(read_support(process, threshold=threshold, own=True))
        support = read_support(process, threshold=threshold)
        outside, asked = outside_support(support, member, np.asarray(grouping.codes))
        unknown = np.isnan(member).any(axis=1)
        outside = np.where(unknown, share_of_support(support), outside)
        return outside, everybody, asked, "ratings by people outside"
    if np.isfinite(ideas.support).any():
        return ideas.support, ideas.support, None, TOTALS
    raise InputError.of(
        "nothing is known of how much support ideas had, so adoption given support cannot be "
        "looked at.",
        code="missing_table",
        param="ratings",
        hint="give a ratings table, or a column 'support' with published totals in the ideas "
        "table.",
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


def _strata(
    ideas: Ideas,
    names: Sequence[str],
    known_of: Mapping[str, Ints],
    support: Floats,
    bands: int,
    usable: Bools,
) -> Ints:
    """Ideas alike in support and in what was asked for; -1 where not usable."""
    parts = [quantile_classes(support[usable], whole(bands, "bands", low=1))]
    for name in names:
        if name == "cost":
            parts.append(quantile_classes(np.nan_to_num(ideas.cost[usable], nan=-1.0), 3))
        else:
            parts.append(known_of[name][usable])
    strata = np.full(len(ideas), -1, dtype=np.intp)
    if usable.any():
        alike = np.unique(np.stack(parts, axis=1), axis=0, return_inverse=True)[1]
        strata[usable] = alike.reshape(-1)
    return strata


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


def _expected(
    support: Floats, asked: Ints | None, member: Floats, keep: Bools
) -> tuple[Floats, ...] | None:
    """Support as it is expected to be given the answers of so few.

    A rate among a dozen people leaves most of quality behind. Nothing that holds the rate itself
    may stand beside it: that would bring the error back.
    """
    if asked is None or not keep.any():
        return None
    many = np.maximum(asked[keep].astype(float), 1.0)
    rate = support[keep]
    smooth = (rate * many + 0.5) / (many + 1.0)
    likely = calibrated(rate, member[keep], smooth * (1.0 - smooth) / many)
    return likely, (likely - likely.mean()) ** 2


def _counts(
    process: Process, support: Floats, keep: Bools, threshold: float | None
) -> tuple[Floats, ...] | None:
    """Support, how many were asked and how many said yes: where those with most votes win, ideas
    that more people saw win more often at the same rate.
    """
    given = read_support(process, threshold=threshold)
    if not given.shown_known:
        return None
    seen = np.bincount(given.idea, minlength=given.ideas)[keep]
    return support[keep], np.log1p(seen), np.log1p(given.supporters[keep])


def _notes(
    ideas: Ideas, source: str, names: Sequence[str], unknown: int, attribute: str
) -> tuple[Note, ...]:
    """How ideas are compared, and what was left out."""
    alike = f" and in {listed(names)}" if names else ""
    compared = Note(
        "compared_with",
        f"Ideas are compared with others alike in support ({source}){alike}.",
        {"support": source, "alike_in": names},
    )
    totals = Note(
        "published_totals",
        "Published totals contain the votes of an author's own group, which can hide a difference.",
    )
    merged = int((ideas.merged_into >= 0).sum())
    joined = Note(
        "merged_ideas",
        f"{count_of(merged, 'merged idea')} share the fate of the idea they went into.",
        {"ideas": merged},
    )
    strangers = Note(
        "unknown_group",
        f"{count_of(unknown, 'idea')} by authors of unknown {show(attribute)} are left out; "
        "robustness runs count them on either side.",
        {"ideas": unknown, "attribute": attribute},
    )
    return noted(
        compared,
        totals if source == TOTALS else None,
        host_note(ideas.is_host, " They are shown apart in `raw`."),
        joined if merged else None,
        strangers if unknown else None,
    )


def raw_rates(process: Process, grouping: Grouping) -> Table:
    """Ideas and adoptions by group; groups of few authors are not shown."""
    ideas = ideas_of(process)
    member = membership(process, grouping)
    lead = lead_authors(process)
    decided = ~np.isnan(ideas.adopted)
    yes = ideas.adopted == 1
    no = ideas.adopted == 0
    open_ = decided & ~ideas.is_host
    unknown = open_ & np.isnan(member).any(axis=1) & (lead >= 0)
    rows = [
        (group, open_ & (np.nan_to_num(member[:, k]) > 0.5), LEAST_SHOWN)
        for k, group in enumerate(grouping.groups)
    ]
    rows.append(("(unknown)", unknown, LEAST_SHOWN))
    rows.append(("(no author)", open_ & (lead < 0), 0))
    rows.append(("(organisers)", decided & ideas.is_host, 0))
    records = [
        {
            "group": name,
            "n_ideas": int(chosen.sum()),
            "n_adopted": int((chosen & yes).sum()),
            "adopted": (chosen & yes).sum() / chosen.sum(),
            "n_authors": fewest_authors(lead, chosen & yes, chosen & no),
        }
        for name, chosen, least in rows
        if chosen.any() and len(np.unique(lead[chosen])) >= least
    ]
    return Table.from_records(records, _RAW)
