"""Hold the answer of `assess`: a row for every group, and one for every attribute as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from coprep.findings import Note
from coprep.representation._headline import headline, standing
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.names import plainly

if TYPE_CHECKING:
    import pandas as pd

ROWS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "count": "count",
    "total": "count",
    "share": "number",
    "baseline": "number",
    "expected": "number",
    "difference": "number",
    "ratio": "number",
    "ratio_low": "number",
    "ratio_high": "number",
    "ratio_inner_low": "number",
    "ratio_inner_high": "number",
    "p_value": "number",
    "p_adjusted": "number",
    "log10_p_value": "number",
    "differs": "truth",
    "beyond_band": "truth",
    "verdict": "text",
    "survives_report": "truth",
    "aim": "text",
    "detectable_ratio": "number",
    "detectable_excess": "number",
    "effective_n": "number",
    "shortfall": "number",
    "ratio_unknown_low": "number",
    "ratio_unknown_high": "number",
    "parity_among_unknown": "number",
    "reading": "text",
}

OVERALL: dict[str, ColumnKind] = {
    "attribute": "text",
    "total": "count",
    "dissimilarity": "number",
    "expected_by_chance": "number",
    "excess": "number",
    "effect_size": "number",
    "effect_size_low": "number",
    "effect_size_high": "number",
    "p_value": "number",
    "method": "text",
    "smallest_n_in_line": "count",
    "never_in_line": "text",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Representation(Result):
    """Who came, against who lives there.

    Attributes
    ----------
    rows : Table
        A row for every group of the baseline, absent ones included, and for unknown and unmatched
        people. As a pandas frame it is `table`:

        - attribute, group: what the row is about.
        - count, total: participants in the group, and of known group (people).
        - share, baseline: their shares, 0 to 1; weighted where participants carry weights.
        - expected: participants a fair draw of the same size gives on average.
        - difference: share minus baseline, -1 to 1.
        - ratio: share over baseline, from 0; 1 is parity. ratio_low, ratio_high: its interval at
          the level asked for; ratio_inner_low, ratio_inner_high: at 1 - 2 alpha, the one that
          decides "in line".
        - p_value, p_adjusted: two-sided, against a fair draw; log10_p_value where it is too small
          for a number.
        - differs: whether p_adjusted is at most alpha, whatever the size.
        - beyond_band: whether the ratio is shown to lie outside the band, not only to differ from
          1.
        - verdict: under, over, in_line, inconclusive or not_assessable.
        - survives_report: whether a flag stands for the report as a whole, where several attributes
          were looked at (Benjamini and Bogomolov 2014); missing where nothing is flagged.
        - aim: "quota" or "target" where the row is held against one, which is reported and not
          tested; else missing.
        - detectable_ratio: the true ratio below which this many participants give "under" four
          times in five; detectable_excess: the one above which they give "over".
        - effective_n: how many people of equal weight would tell as much; missing where nobody is
          weighted.
        - shortfall: people missing from parity (negative: more than parity).
        - ratio_unknown_low, ratio_unknown_high: the ratio if none, or all, of the unknown belonged
          here.
        - parity_among_unknown: the share of the unknown that would have to belong here to reach
          parity.
        - reading: the row in one sentence.
    overall : Table
        A row for every attribute, as a frame with `overall_table`: total; dissimilarity (0 to 1),
        what a fair draw gives by chance alone, and the excess; effect_size (Cohen's w, which is the
        coefficient of variation of participation) with its interval; p_value and the method it was
        found by; smallest_n_in_line, the number of participants from which on every group could be
        shown to be in line, if all came in their shares as near as whole people allow, by the
        verdict's own law; missing where none could, and then
        never_in_line says why: "baseline_error" or "baseline_rounding", which leave the baseline's
        shares open by more than the band is wide.
    """

    overall: Table = field(default_factory=lambda: Table.from_records([], OVERALL))

    kind: ClassVar[str] = "representation"
    says_verdict: ClassVar[bool] = True
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "group",
        "count",
        "total",
        "share",
        "baseline",
        "ratio",
        "ratio_low",
        "ratio_high",
        "p_adjusted",
        "verdict",
    )
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {}
    listed_by: ClassVar[str | None] = "baseline"
    count_columns: ClassVar[tuple[str, ...]] = ("count",)
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("attribute",)
    keep_when_protected: ClassVar[tuple[str, ...]] = (
        "total",
        "baseline",
        "expected",
        "detectable_ratio",
        "detectable_excess",
        "expected_by_chance",
        "smallest_n_in_line",
        "never_in_line",
    )

    @property
    def overall_table(self) -> pd.DataFrame:
        """`overall` as a fresh pandas frame."""
        return self.overall.to_frame()

    @property
    def headline(self) -> str:
        """Who is under-represented, who is over, who differs, on how many groups the data cannot
        tell, which flags stand for the report as a whole and how many chance alone would give, and
        how many people stand outside the comparison.
        """
        low, high = self.settings.get("band", (0.8, 1.25))
        said = headline(self.findings, band=(low, high))
        stands = standing(
            self.findings,
            attributes=int(self.settings.get("attributes_looked_at") or 0),
            by_chance=float(self.settings.get("flags_by_chance") or 0.0),
        )
        return " ".join(filter(None, [said, stands, *people_outside(self.notes)]))


_OUTSIDE = ("outside_comparison", "other_answers", "outside_asked")


def people_outside(notes: Iterable[Note]) -> Iterator[str]:
    """How many people stand outside the comparison of each attribute."""
    people: dict[str, int] = {}
    for said in (dict(note.values) for note in notes if note.code in _OUTSIDE):
        attribute = str(said["attribute"])
        people[attribute] = people.get(attribute, 0) + int(said["participants"])
    if people:
        told = ", ".join(f"{n:,} ({plainly(name)})" for name, n in people.items())
        yield f"Outside the comparison: {told}."
