"""Knows how to judge many groups or pairs as strictly as one: by adjusted p values, with both kinds shown."""

from __future__ import annotations

import math
from dataclasses import replace

from coprep.ideas.judging.common import Case, Judged

__all__ = ["adjusted_case", "with_own_p"]


def adjusted_case(case: Case, p_adjusted: float) -> Case:
    """The case judged by its adjusted p value, keeping its own for show.

    A verdict of a pattern asks for a small p value besides the adjusted one; with many groups, that small p value must
    be the adjusted one too, or one of a hundred groups would be called a pattern by chance alone.
    """
    if case.refusal is not None:
        return case
    own = case.effect.p_value
    return replace(
        case, effect=replace(case.effect, p_value=p_adjusted), extra={**case.extra, "p_value": own}
    )


def with_own_p(judged: Judged) -> Judged:
    """Findings that carry the p value their row shows, not the adjusted one they were judged by."""
    findings = tuple(
        replace(finding, p_value=None if math.isnan(row["p_value"]) else row["p_value"])
        for row, finding in zip(judged.rows, judged.findings, strict=True)
    )
    return Judged(judged.rows, findings, judged.notes)
