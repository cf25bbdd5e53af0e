"""Knows how much authors differ in serving their own group: a distribution of shrunken scores, never names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from coprep.findings import ColumnKind, Estimate, Finding, Result, Table, Verdict
from coprep.ideas.authored import Authored, authored, few_groups
from coprep.ideas.common import count_of
from coprep.ideas.outside_support import own_benefit_ideas
from coprep.metrics.shrinkage import ShrunkScores, random_intercepts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process import Process

    Floats = NDArray[np.float64]

__all__ = ["AuthorScores", "author_scores"]

LEAST_IN_BAR = 5
"""Bars of the histogram with fewer authors are joined to their neighbours."""

_AXIS = "ideas of an author that name the own group, drawn towards the mean (%); bars count authors"
_ROWS: dict[str, ColumnKind] = {"low": "number", "high": "number", "authors": "count"}
_INNOCENT = (
    "Authors differ in what they have lived through and in whom they work with; few ideas each say little about anyone."
)
_NEXT = "Look at the process, not at persons: ask whether some people needed help to think of others' needs."


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class AuthorScores(Result):
    """How much do authors differ in naming their own group?

    Attributes
    ----------
    rows : Table
        A histogram of shrunken scores: bounds in percent of ideas and how many authors; at least 5 in each bar.
    mean : float
        Percent of an author's ideas that name the own group, adjusted for topics; mean over authors.
    between : float
        Standard deviation between authors, in percentage points; 0 where they do not differ detectably.
    reliability : float
        Mean factor by which a raw score is kept, 0 to 1.
    above : int or None
        How many authors are above 1.5 times the mean at a false-discovery rate of a tenth; None for 1 to 4.

    """

    mean: float = float("nan")
    between: float = float("nan")
    reliability: float = float("nan")
    above: int | None = field(default=None)

    kind: ClassVar[str] = "ideas.author_scores"
    picture: ClassVar[str] = "histogram"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "low": ("From (% of ideas)", "number"),
        "high": ("To (% of ideas)", "number"),
    }
    shown: ClassVar[tuple[str, ...]] = ("low", "high", "authors")
    count_columns: ClassVar[tuple[str, ...]] = ("authors",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("low", "high")


def author_scores(
    process: Process,
    *,
    attribute: str,
    within: str | Sequence[str] | None = "topic",
    min_ideas: int = 1,
    threshold: float = 1.5,
    false_discovery: float = 0.1,
) -> AuthorScores:
    """How much do authors differ in naming their own group, once chance is allowed for?

    Nobody is named or listed: the answer is a distribution.

    Parameters
    ----------
    process : Process
        With participants, ideas, their authors and beneficiaries.
    attribute : str
        The attribute in which authors and beneficiaries are compared.
    within : {"topic", "stage", ("topic", "stage"), None}
        Differences between these are taken out first.
    min_ideas : int
        Authors with fewer ideas are left out.
    threshold : float
        How many times the mean counts as far above it.
    false_discovery : float
        Accepted share of false ones among authors counted as far above.

    Returns
    -------
    AuthorScores

    Raises
    ------
    InputError
        Where tables are missing.

    Notes
    -----
    Random intercepts by restricted maximum likelihood; ``shrunk = mean + B (raw - mean)`` with
    ``B = between / (between + within / n)``. Authors are counted in order of their posterior probability of lying
    below the threshold, as long as its mean stays within ``false_discovery``. People who wrote together count as one.

    """
    process.require("participants", "ideas", "authors", "beneficiaries")
    few_groups(attribute, process.grouping(attribute).groups)
    benefit, groups = process.beneficiaries(attribute)
    wrote = authored(process, attribute, within, groups=groups)
    own = own_benefit_ideas(benefit[wrote.idea], wrote.member, len(process.grouping(attribute).groups))
    often = wrote.per_team[wrote.team] >= min_ideas if len(wrote) else np.zeros(0, dtype=bool)
    wrote, own = wrote.where(often), own[often]
    settings: dict[str, Any] = {
        "attribute": attribute,
        "within": within,
        "min_ideas": min_ideas,
        "threshold": threshold,
        "false_discovery": false_discovery,
        "histogram": {"low": "low", "high": "high", "count": "authors", "axis": _AXIS},
    }
    title = f"How authors differ in naming their own group, by {attribute}"
    refusal = _refusal(wrote)
    if refusal is not None:
        return AuthorScores(
            title=title,
            rows=Table({"low": (), "high": (), "authors": ()}, _ROWS),
            findings=(_finding(attribute, Verdict.NOT_ASSESSABLE, f"This cannot be judged: {refusal}.", None, {}),),
            notes=wrote.notes,
            settings=settings,
        )
    team = np.unique(wrote.team, return_inverse=True)[1].reshape(-1)
    return _scored(title, attribute, wrote, random_intercepts(_adjusted(own, wrote), team), settings)


def _refusal(wrote: Authored) -> str | None:
    general = wrote.refusal()
    if general is not None:
        return general
    return None if (wrote.per_team > 1).any() else "no author has more than one idea, so authors cannot be compared"


def _adjusted(own: Floats, wrote: Authored) -> Floats:
    """Own benefit in percent, less its topic's mean, plus the mean of all."""
    means = np.bincount(wrote.block, own) / np.bincount(wrote.block)
    return np.asarray(100 * (own - means[wrote.block] + own.mean()))


def _scored(
    title: str, attribute: str, wrote: Authored, scores: ShrunkScores, settings: dict[str, Any]
) -> AuthorScores:
    between = float(np.sqrt(scores.between))
    kept = scores.between / (scores.between + scores.within / scores.n) if scores.between > 0 else np.zeros(1)
    far = _far(scores, float(settings["threshold"]) * scores.mean, float(settings["false_discovery"]))
    few = 0 < far < LEAST_IN_BAR
    details = {
        "estimand": "each author's percentage of ideas that name the own group, topics taken out; drawn to the mean",
        "n": {"authors": len(scores.n), "ideas": len(wrote), "effective_authors": wrote.n_effective},
        "mean": scores.mean,
        "between": between,
        "reliability": float(np.mean(kept)),
        "exclusions": wrote.left_out,
    }
    verdict, reading = _read(scores, between, far, settings)
    return AuthorScores(
        title=title,
        rows=Table.from_records(_bars(scores.shrunk), _ROWS),
        findings=(
            _finding(attribute, verdict, reading, Estimate(between, unit="points", method="REML"), details),
        ),
        notes=wrote.notes,
        settings=settings,
        mean=float(scores.mean),
        between=between,
        reliability=float(np.mean(kept)),
        above=None if few else far,
    )


def _read(scores: ShrunkScores, between: float, far: int, settings: dict[str, Any]) -> tuple[Verdict, str]:
    if scores.between == 0:
        return Verdict.INCONCLUSIVE, "Authors do not differ detectably in how often they name their own group."
    who = "no author" if far == 0 else "fewer than 5 authors" if far < LEAST_IN_BAR else count_of(far, "author")
    return Verdict.INCONCLUSIVE, (
        f"Authors differ in how often they name their own group: around a mean of {scores.mean:.0f}% of ideas with a "
        f"standard deviation of {between:.0f} points; {who} can be told to lie above {settings['threshold']:g} times "
        "the mean."
    )


def _finding(
    attribute: str, verdict: Verdict, reading: str, estimate: Estimate | None, details: dict[str, Any]
) -> Finding:
    return Finding(
        question="author_scores",
        attribute=attribute,
        group=None,
        verdict=verdict,
        estimate=estimate,
        n=details.get("n", {}).get("authors"),
        reading=reading,
        caveats=(_INNOCENT, "A description of a distribution; no person can be judged by it."),
        next_step=_NEXT,
        details=details,
    )


def _far(scores: ShrunkScores, threshold: float, rate: float) -> int:
    """How many authors lie above the threshold with an expected share of false ones within the rate."""
    if scores.between == 0:
        return 0
    wrong = np.sort(1.0 - scores.exceeds(threshold))
    running = np.cumsum(wrong) / np.arange(1, len(wrong) + 1)
    return int((running <= rate).sum())


def _bars(shrunk: Floats) -> list[dict[str, Any]]:
    """Bars of 5 points, joined to the next until each holds enough authors."""
    low = np.floor(np.nanmin(shrunk) / 5) * 5
    edges = np.arange(low, np.nanmax(shrunk) + 5, 5.0)
    if len(edges) < 2:
        edges = np.array([low, low + 5.0])
    counts = np.histogram(shrunk, edges)[0]
    bars: list[dict[str, Any]] = []
    start, held = float(edges[0]), 0
    for edge, n in zip(edges[1:], counts, strict=True):
        held += int(n)
        if held >= LEAST_IN_BAR:
            bars.append({"low": start, "high": float(edge), "authors": held})
            start, held = float(edge), 0
    if held and bars:
        bars[-1] = {"low": bars[-1]["low"], "high": float(edges[-1]), "authors": bars[-1]["authors"] + held}
    return bars
