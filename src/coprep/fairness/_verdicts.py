"""Give fairness results verdicts in their own word, and read the words of older files."""

from __future__ import annotations

from dataclasses import replace

from coprep.findings import Verdict
from coprep.results import Result


class JudgedResult(Result):
    """A result whose flag is "disparity"; files written before that word say "pattern"."""

    kind = "fairness.judged"

    def __post_init__(self) -> None:
        super().__post_init__()
        findings = tuple(
            replace(finding, verdict=Verdict.DISPARITY)
            if finding.verdict is Verdict.PATTERN
            else finding
            for finding in self.findings
        )
        object.__setattr__(self, "findings", findings)
        if "verdict" in self.rows.names and Verdict.PATTERN.value in self.rows["verdict"]:
            renamed = {Verdict.PATTERN.value: Verdict.DISPARITY.value}
            column = [renamed.get(verdict, verdict) for verdict in self.rows["verdict"]]
            object.__setattr__(self, "rows", self.rows.with_columns({"verdict": column}))


def direction(value: float, null: float) -> str:
    """On which side of no difference something lies: what `details` says of a disparity."""
    if value == null:
        return "none"
    return "below" if value < null else "above"
