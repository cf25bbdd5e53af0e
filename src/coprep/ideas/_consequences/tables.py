"""The tables of the answer: a row an idea, the list as a whole, and the groups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.findings import Verdict
from coprep.ideas._consequences.overtakings import effect_p_values, rank_limits
from coprep.ideas._consequences.weighed import known_rows
from coprep.ideas._judging.judge import LEAST_SHOWN
from coprep.table import ColumnKind, Table
from coprep.wording.numbers import fixed, percents
from coprep.wording.templates import say

if TYPE_CHECKING:
    from coprep.ideas._consequences.cast import Cast
    from coprep.ideas._consequences.community import Community
    from coprep.ideas._consequences.judgement import Asked, Judged
    from coprep.ideas._consequences.list_seen import ListSeen
    from coprep.ideas._consequences.sentences import Names
    from coprep.metrics._checks import Floats, Ints

_IDEAS: dict[str, ColumnKind] = {
    "idea_id": "text",
    "people": "count",
    "support_seen": "number",
    "rank_seen": "count",
    "chosen_seen": "truth",
    "support": "number",
    "support_low": "number",
    "support_high": "number",
    "effect": "number",
    "effect_low": "number",
    "effect_high": "number",
    "effect_p_adjusted": "number",
    "rank": "count",
    "rank_low": "count",
    "rank_high": "count",
    "chosen": "truth",
    "chosen_share": "number",
    "safe": "truth",
    "shown": "text",
    "newcomers_assumed": "number",
    "newcomers_needed": "number",
    "newcomers_possible": "truth",
    "bound_low": "number",
    "bound_high": "number",
    "support_unknown_low": "number",
    "support_unknown_high": "number",
    "cost": "number",
    "fewest_on_a_side": "count",
    "reading": "text",
}
OVERALL: dict[str, ColumnKind] = {
    "verdict": "text",
    "p_value": "number",
    "stability": "number",
    "lost_on_paper": "count",
    "gained_on_paper": "count",
    "moved": "number",
    "moved_high": "number",
    "safe": "count",
    "places": "count",
    "replaced": "number",
    "design_effect": "number",
    "effective_n": "number",
    "largest_weight": "number",
    "people": "count",
    "unknown": "count",
    "rule": "text",
    "target": "text",
    "method": "text",
    "critical_value": "number",
    "draws": "count",
    "settled_by": "text",
}
_GROUPS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "count": "count",
    "share_room": "number",
    "share_community": "number",
    "mean_weight": "number",
}
BY_ATTRIBUTE: dict[str, ColumnKind] = {"attribute": "text", **OVERALL}


_IN_THE_VOTE = {True: "chosen in the vote", False: "not chosen in the vote"}
_PLACES = {
    (True, True): "keeps its place",
    (False, False): "stays without a place",
    (True, False): "would lose its place",
    (False, True): "would gain a place",
}


def idea_rows(found: Judged, asked: Asked, names: Names, seen: ListSeen) -> Table:
    """A row an idea, in the order of the support seen."""
    m = asked.cast.ideas
    order = seen.rule.orders(seen.seen[None, :])[0]
    rank_seen = np.empty(m, dtype=np.intp)
    rank_seen[order] = np.arange(1, m + 1)
    columns: dict[str, Any] = {
        "idea_id": list(names.ideas),
        "people": asked.cast.seen_by().astype(int),
        "support_seen": seen.seen,
        "rank_seen": rank_seen,
        "chosen_seen": seen.won,
        "shown": ["none"] * m,
    }
    if seen.rule.name == "greedy":
        columns["cost"] = seen.rule.cost
    if found.low is not None:
        columns |= {"bound_low": found.low, "bound_high": found.high}
    if found.unknown_low is not None:
        columns |= {
            "support_unknown_low": found.unknown_low,
            "support_unknown_high": found.unknown_high,
        }
    if found.answer is not None:
        columns |= _weighted_columns(found, asked)
    nothing = [None] * m
    table = {name: list(columns.get(name, nothing)) for name in _IDEAS if name != "reading"}
    records = [{name: values[k] for name, values in table.items()} for k in order]
    for record in records:
        record["reading"] = _reading(record, percent=names.percent)
    return Table.from_records(records, _IDEAS)


def _weighted_columns(found: Judged, asked: Asked) -> dict[str, Any]:
    """What is known of each idea once the voters are weighted."""
    from scipy.special import stdtrit

    answer = found.answer
    assert answer is not None
    room = answer.room
    alpha = asked.alpha
    support = room.support
    effect = support - asked.seen
    t = float(stdtrit(min(answer.errors.df, 1e9), 1 - alpha / 2))
    half = t * answer.errors.standard_errors
    best, worst = rank_limits(support, answer.errors, answer.draws, alpha)
    order = asked.rule.orders(support[None, :])[0]
    rank = np.empty(len(support), dtype=np.intp)
    rank[order] = np.arange(1, len(support) + 1)
    shown = np.array(["none"] * len(support), dtype=object)
    if found.verdict is Verdict.PATTERN:
        shown[answer.losing()] = "loses"
        shown[answer.gaining()] = "gains"
    columns: dict[str, Any] = {
        "support": support,
        "support_low": support - half,
        "support_high": support + half,
        "effect": effect,
        "effect_low": effect - half,
        "effect_high": effect + half,
        "effect_p_adjusted": effect_p_values(effect, answer.errors, answer.draws),
        "rank": rank,
        "rank_low": best,
        "rank_high": worst,
        "chosen": answer.would,
        "chosen_share": answer.chosen_share,
        "safe": asked.won & (answer.chosen_share >= 1 - alpha),
        "shown": shown,
        "fewest_on_a_side": _fewest(room.sums, room.shown, asked.cast),
    }
    if found.absentees is not None:
        columns |= {
            "newcomers_assumed": found.absentees.assumed,
            "newcomers_needed": found.absentees.needed,
            "newcomers_possible": found.absentees.possible,
        }
    return columns


def _fewest(sums: Floats, shown: Floats, cast: Cast) -> Ints | list[None]:
    """The fewest voters of one cell on one side of each idea; at least 1, where all agree too."""
    if (cast.low, cast.high) != (0.0, 1.0):
        return [None] * cast.ideas
    sides = np.minimum(np.round(sums), np.round(shown - sums))
    return np.asarray(np.maximum(sides.min(axis=0), 1), dtype=np.intp)


def _reading(row: Mapping[str, Any], *, percent: bool) -> str:
    """One idea in a sentence."""
    if row["support"] is None or math.isnan(row["support"]):
        return places_only(row)
    if percent:
        before, after = percents([row["support_seen"], row["support"]], decimals=1)
    else:
        before = fixed(row["support_seen"], 2)
        after = fixed(row["support"], 2)
    template = (
        "{idea:label}: a support of {before} in the vote, {after} with every group at its share; "
    )
    return say(template, idea=row["idea_id"], before=before, after=after) + _place(row) + "."


def places_only(row: Mapping[str, Any]) -> str:
    """One idea in a sentence without its support."""
    return say("{idea:label}: ", idea=row["idea_id"]) + _place(row) + "."


def _place(row: Mapping[str, Any]) -> str:
    """What becomes of an idea's place, as a clause."""
    before = bool(row["chosen_seen"])
    if row["chosen"] is None:
        return _IN_THE_VOTE[before]
    after = bool(row["chosen"])
    how = "on paper"
    if row["safe"]:
        how = "safely"
    if before != after:
        how = "on paper, not shown"
    if row["shown"] != "none":
        how = "beyond chance"
    return f"{_PLACES[before, after]} {how}"


def overall_row(found: Judged, asked: Asked, how: str) -> dict[str, Any]:
    """What came out for the list, as numbers."""
    answer = found.answer
    record: dict[str, Any] = {
        "verdict": found.verdict.value,
        "people": asked.cast.people,
        "unknown": found.unknown,
        "rule": asked.rule.name,
        "target": asked.target,
        "method": how,
        "places": int(asked.won.sum()),
        "draws": asked.draws,
        "settled_by": found.settled or None,
    }
    if answer is None:
        return record
    room = answer.room
    return record | {
        "p_value": found.p_value,
        "stability": answer.stability,
        "lost_on_paper": int((asked.won & ~answer.would).sum()),
        "gained_on_paper": int((~asked.won & answer.would).sum()),
        "moved": answer.moved,
        "moved_high": answer.moved_high,
        "safe": int((asked.won & (answer.chosen_share >= 1 - asked.alpha)).sum()),
        "replaced": room.replaced,
        "design_effect": room.design_effect,
        "effective_n": float(room.people.sum() / room.design_effect),
        "largest_weight": float(room.weight.max()),
        "critical_value": answer.shown.critical,
    }


def group_rows(community: Community, found: Judged) -> Table:
    """Each group of each attribute in the room and in the community."""
    rows = []
    weight = _weights_of_people(found)
    for at, attribute in enumerate(community.attributes):
        sizes = community.sizes(at)
        few = (sizes > 0) & (sizes < LEAST_SHOWN)
        if few.any():
            rows.append(
                {
                    "attribute": attribute,
                    "group": f"(groups of fewer than {LEAST_SHOWN} voters)",
                    "count": int(sizes[few].sum()),
                    "share_room": sizes[few].sum() / sizes.sum(),
                    "share_community": float(community.shares[at][few].sum()),
                }
            )
        for k, group in enumerate(community.groups[at]):
            if few[k]:
                continue
            mine = (community.codes[:, at] == k) & ~np.isnan(weight)
            mean = None
            if mine.any():
                mean = float(weight[mine].mean())
            rows.append(
                {
                    "attribute": attribute,
                    "group": group,
                    "count": int(sizes[k]),
                    "share_room": sizes[k] / max(sizes.sum(), 1),
                    "share_community": float(community.shares[at][k]),
                    "mean_weight": mean,
                }
            )
    return Table.from_records(rows, _GROUPS)


def _weights_of_people(found: Judged) -> Floats:
    """Each voter's weight, nan where there is none."""
    known = known_rows(found.community.codes)
    weights = np.full(len(known), np.nan)
    if found.answer is not None:
        room = found.answer.room
        weights[known] = room.weight[room.cell]
    return weights
