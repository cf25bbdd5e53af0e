"""Compares who went on like with like: within the groups of another attribute, one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.findings import Note
from coprep.metrics.groups._stratified import mantel_haenszel
from coprep.table import ColumnKind

if TYPE_CHECKING:
    from coprep.metrics._checks import Floats
    from coprep.representation._joint import Joint

LIKE_WITH_LIKE: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "stage": "text",
    "by": "text",
    "ratio": "number",
    "ratio_like": "number",
    "ratio_like_low": "number",
    "ratio_like_high": "number",
    "turns": "truth",
}


def compared_within(
    before: Joint, after: Joint, stage: str, *, confidence: float
) -> Iterator[dict[str, Any]]:
    """Each group's ratio of retention within the groups of each other attribute, and of all."""
    names = before.attributes
    for at, attribute in enumerate(names):
        groups = before.found[at].profile.groups
        for other, by in enumerate(names):
            if other == at or by not in after.attributes or attribute not in after.attributes:
                continue
            was, went = (_two_way(joint, attribute, by) for joint in (before, after))
            if (went > was).any():
                continue
            for k, group in enumerate(groups):
                yield _one(was, went, k, confidence) | {
                    "attribute": attribute,
                    "group": group,
                    "stage": stage,
                    "by": by,
                }


def _two_way(joint: Joint, attribute: str, by: str) -> Floats:
    """People by the groups of two attributes, of whom both are known."""
    at = [joint.attributes.index(name) for name in (attribute, by)]
    sizes = tuple(len(joint.found[i].profile.groups) for i in at)
    codes = joint.codes[:, at]
    known = (codes >= 0).all(axis=1)
    place = np.ravel_multi_index(tuple(codes[known].T), sizes)
    sums: Floats = np.bincount(place, joint.n[known], math.prod(sizes)).astype(float)
    return sums.reshape(sizes)


def _one(was: Floats, went: Floats, k: int, confidence: float) -> dict[str, Any]:
    """One group beside everybody else, in every stratum and in all of them together."""
    own = np.stack([went[k], was[k] - went[k]], axis=1)
    rest = np.stack([went.sum(axis=0) - went[k], (was - went).sum(axis=0) - own[:, 1]], axis=1)
    strata = np.stack([own, rest], axis=1)
    (a, b), (c, d) = strata.sum(axis=0)
    pooled = math.nan
    if a + b > 0 and c > 0:
        pooled = float((a / (a + b)) / (c / (c + d)))
    found = mantel_haenszel(strata, measure="ratio", confidence=confidence)
    turns = (pooled < 1 < found.low) or (found.high < 1 < pooled)
    return {
        "ratio": pooled,
        "ratio_like": found.value,
        "ratio_like_low": found.low,
        "ratio_like_high": found.high,
        "turns": bool(turns),
    }


def notes_on_turns(records: Sequence[dict[str, Any]]) -> Iterator[Note]:
    """Groups whose sign is the other one among people who are alike (Simpson's paradox)."""
    for record in records:
        if record["turns"]:
            yield Note.of(
                "turns_like_with_like",
                "{group:label} ({attribute:name}) at {stage:label}: {ratio:ratio} times as many went on "
                "as of everybody else, but {like:ratio} times within the groups of {by:name}, one by "
                "one (Simpson's paradox). Say both.",
                group=record["group"],
                attribute=record["attribute"],
                stage=record["stage"],
                by=record["by"],
                ratio=record["ratio"],
                like=record["ratio_like"],
            )
