"""Say what a fair lottery among everybody would give a group."""

from __future__ import annotations

from collections.abc import Sequence

from coprep.findings import Finding, Verdict


def lottery(share: float, total: float, groups: int) -> tuple[int, int]:
    """What a fair lottery gives a group, allowing for how many groups are looked at."""
    from scipy.stats import binom

    level = 1 - 0.05 / groups
    low, high = binom.interval(level, round(total), min(max(share, 0.0), 1.0))
    return int(low), int(high)


def judged_groups(findings: Sequence[Finding]) -> int:
    """How many groups of an attribute are looked at: one where two tell the same."""
    n = sum(finding.verdict is not Verdict.NOT_ASSESSABLE for finding in findings)
    return 1 if n == 2 else max(n, 1)


def whole(expected: float) -> str:
    """An expected number of people."""
    return f"{expected:,.0f}" if expected >= 1 else f"{expected:.1f}"
