"""Describe how much of the community an idea's beneficiaries make up; never a verdict.

A benefit for 3% of residents may be the fairest idea of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.ideas._authors.outside_support import own_benefit_ideas
from coprep.ideas._judging.eligibility import fewest_authors
from coprep.metrics.inference._clustered import clustered_ols
from coprep.metrics.participation._own_benefit import benefit_concentration, idea_breadth
from coprep.table import ColumnKind

if TYPE_CHECKING:
    from coprep.data.process.process import Process
    from coprep.ideas._authors.matching import Matching
    from coprep.metrics._checks import Bools, Floats


BREADTH_COLUMNS: dict[str, ColumnKind] = {
    "group": "text",
    "n_own": "count",
    "n_other": "count",
    "breadth_own": "number",
    "breadth_other": "number",
    "difference": "number",
    "low": "number",
    "high": "number",
    "concentration": "number",
    "n_authors": "count",
}


def community_shares(process: Process, attribute: str, groups: Sequence[str]) -> tuple[Floats, str]:
    """Each group's share of the community (nan unknown), and where that is from."""
    for baseline in process.baselines.values():
        if attribute in baseline.attributes:
            shares = baseline.shares(attribute)
            return np.array([shares.get(group, np.nan) for group in groups]), "the baseline"
    grouping = process.grouping(attribute)
    counts = dict(zip(grouping.groups, grouping.sizes, strict=True))
    total = max(int(grouping.sizes.sum()), 1)
    return np.array([counts.get(group, np.nan) / total for group in groups]), "those who took part"


def breadth_rows(matching: Matching, shown: Sequence[int]) -> list[dict[str, Any]]:
    """A row for all ideas, then one for the ideas of each group in ``shown``."""
    wrote = matching.wrote
    if not len(wrote) or not len(wrote.groups):
        return []
    shares, _ = community_shares(matching.process, wrote.attribute, wrote.groups)
    breadth = idea_breadth(matching.benefit, shares)
    concentration = benefit_concentration(matching.benefit, wrote.member, shares)
    people = len(matching.process.grouping(wrote.attribute).groups)
    own = own_benefit_ideas(matching.benefit, wrote.member, people) > 0
    named = (matching.benefit > 0).any(axis=1) & ~np.isnan(breadth)
    everybody = np.ones(len(wrote), dtype=np.bool_)
    views: list[tuple[str | None, Bools]] = [(None, everybody)]
    views += [(wrote.groups[k], wrote.member[:, k] > 0) for k in shown]
    return [
        {"group": group, **_compared(matching, breadth, own=own & mine, named=named)}
        | {"concentration": _mean(concentration[mine & ~np.isnan(concentration)])}
        for group, mine in views
    ]


def _compared(matching: Matching, breadth: Floats, *, own: Bools, named: Bools) -> dict[str, Any]:
    """Some authors' ideas that name their own group, against all others of their topics."""
    first = own & named
    second = named & ~own
    difference, low, high = _difference(matching, breadth, first, first | second)
    return {
        "n_own": int(first.sum()),
        "n_other": int(second.sum()),
        "breadth_own": _mean(breadth[first]),
        "breadth_other": _mean(breadth[second]),
        "difference": difference,
        "low": low,
        "high": high,
        "n_authors": fewest_authors(matching.wrote.team, first, second),
    }


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _difference(
    matching: Matching, breadth: Floats, own: Bools, used: Bools
) -> tuple[float, float, float]:
    """Difference in breadth within topics, clustered by author."""
    block = np.unique(matching.wrote.block[used], return_inverse=True)[1]
    if not len(block):
        return float("nan"), float("nan"), float("nan")

    def centred(values: Floats) -> Floats:
        return np.asarray(values - (np.bincount(block, values) / np.bincount(block))[block])

    x = centred(own[used].astype(float))
    if not (np.abs(x) > 1e-12).any():
        return float("nan"), float("nan"), float("nan")
    fit = clustered_ols(centred(breadth[used]), x, matching.wrote.team[used])
    low, high = fit.interval(matching.confidence)
    return float(fit.coef[0]), float(low[0]), float(high[0])
