"""Ask how much authors differ in serving their own group: a distribution, never names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from coprep.findings import Estimate, Finding, Note, Verdict
from coprep.ideas._authors.authorship import MOST_GROUPS, Authored, authored
from coprep.ideas._authors.outside_support import own_benefit_ideas
from coprep.ideas._judging.effects import ALPHA, Run
from coprep.ideas._votes.support import grouping_of
from coprep.metrics._checks import share, whole
from coprep.metrics._streams import seed_of, stream
from coprep.metrics.inference._permutation import permutation_test
from coprep.metrics.inference._shrinkage import ShrunkScores, between_interval, random_intercepts
from coprep.pictures import Histogram
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.process import Process
    from coprep.metrics._checks import Floats, Ints

LEAST_IN_BAR = 5
"""Bars of the histogram with fewer authors are joined to their neighbours."""

_NOTICED = 1.645 + 0.842  # normal quantiles of the level 0.05 and of 80% power
_AXIS = "ideas of an author that name the own group, drawn towards the mean (%); bars count authors"
_PICTURE = Histogram(low="low", high="high", count="authors", axis=_AXIS)
_ROWS: dict[str, ColumnKind] = {"low": "number", "high": "number", "authors": "count"}
_CAVEATS = (
    Note(
        "innocent",
        "Authors differ in what they have lived through and in whom they work with; few ideas each "
        "say little about anyone.",
    ),
    Note("distribution", "A description of a distribution; no person can be judged by it."),
)
_NEXT = (
    "Look at the process, not at persons: ask whether some people needed help to think of others' "
    "needs."
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class AuthorScores(Result):
    """How much do authors differ in naming their own group?

    Attributes
    ----------
    rows : Table
        A histogram of shrunken scores: bounds in percent of ideas and how many authors; at least 5
        in each bar.
    mean : float
        Percent of an author's ideas that name the own group, adjusted for how often others' ideas
        on the same topic name that group; mean over authors.
    between : float
        Standard deviation between authors, in percentage points; its interval and p value are in
        the finding.
    reliability : float
        Mean factor by which a raw score is kept, 0 to 1.
    above : int or None
        How many authors are above 1.5 times the mean at a false-discovery rate of a tenth; None for
        1 to 4.

    """

    mean: float = float("nan")
    between: float = float("nan")
    reliability: float = float("nan")
    above: int | None = field(default=None)

    kind: ClassVar[str] = "ideas.author_scores"
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
    confidence: float = 0.95,
    draws: int = 1_999,
    rng: int | Generator | None = None,
) -> AuthorScores:
    """How much do authors differ in naming their own group, once chance is allowed for?

    Nobody is named or listed: the answer is a distribution.

    Parameters
    ----------
    process : Process
        With participants, ideas, their authors and beneficiaries.
    attribute : str
        The attribute in which authors and beneficiaries are compared.
    within : {"topic", "stage", "session", "week", "language", "area"}, several of them, or None
        Differences between these are taken out first.
    min_ideas : int
        Authors with fewer ideas are left out.
    threshold : float
        How many times the mean counts as far above it.
    false_discovery : float
        Accepted share of false ones among authors counted as far above.
    confidence : float
        Level of the interval of the spread between authors.
    draws : int
        Exchanges of ideas between authors.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    AuthorScores

    Raises
    ------
    InputError
        Where tables are missing.

    Notes
    -----
    A score is how often an author's ideas name the own group beyond how often ideas on the same
    topic name that group, whoever wrote them: authors of a group that everybody names do not stand
    out by it. Random intercepts by restricted maximum likelihood; ``shrunk = mean + B (raw -
    mean)`` with ``B = between / (between + within / n)``; interval of the spread by profile
    likelihood. *Null*: ideas are exchanged between authors within topics. *Robustness*: without the
    most influential author; with ideas exchanged across topics. Only where authors differ beyond
    chance are they counted, in order of their posterior probability of lying below the threshold,
    as long as its mean stays within ``false_discovery``. People who wrote together count as one.

    References
    ----------
    Patterson, H. D. & Thompson, R. (1971). Recovery of inter-block information when block sizes are
    unequal. Biometrika 58(3), 545-554. Morris, C. N. (1983). Parametric empirical Bayes inference.
    JASA 78(381), 47-55. Newton, M. A. et al. (2004). Detecting differential gene expression with a
    semiparametric hierarchical mixture method. Biostatistics 5, 155-176.

    Examples
    --------
    >>> from coprep.simulate import world
    >>> process, truth = world(self_serving=0.3, rng=1)  # everybody alike: no author stands out
    >>> found = author_scores(process, attribute="group", rng=1)
    >>> found.findings[0].verdict.value, found.rows["authors"]
    ('inconclusive', (150,))
    """
    process.require("participants", "ideas", "authors", "beneficiaries")
    people = len(grouping_of(process, attribute, MOST_GROUPS).groups)
    share(confidence, "confidence")
    seed = seed_of(rng)
    exchanges = whole(draws, "draws", low=1)
    benefit, groups = process.beneficiaries(attribute)
    wrote = authored(process, attribute, within, groups=groups)
    own = own_benefit_ideas(benefit[wrote.idea], wrote.member, people)
    if len(wrote):
        own = own - _usual(benefit[wrote.idea], wrote, people) + own.mean()
        often = wrote.per_team[wrote.team] >= min_ideas
        own = own[often]
        wrote = wrote.where(often)
    common: dict[str, Any] = {
        "title": f"How authors differ in naming their own group, by {plainly(attribute)}",
        "notes": wrote.notes,
        "settings": {
            "attribute": attribute,
            "within": within,
            "min_ideas": min_ideas,
            "threshold": threshold,
            "false_discovery": false_discovery,
            "confidence": confidence,
            "draws": exchanges,
            "rng": seed,
        },
        "picture": _PICTURE,
    }
    refusal = wrote.refusal()
    if refusal is None and not (wrote.per_team > 1).any():
        refusal = "no author has more than one idea, so authors cannot be compared"
    if refusal is not None:
        reading = f"This cannot be judged: {refusal}."
        quoted = getattr(refusal, "values", {})
        finding = _finding(attribute, Verdict.NOT_ASSESSABLE, reading, quoted=quoted)
        return AuthorScores(rows=Table.from_records([], _ROWS), findings=(finding,), **common)
    team = np.unique(wrote.team, return_inverse=True)[1].reshape(-1)
    spread = _Spread(100 * own, team, wrote.block, confidence, exchanges, seed)
    scores = spread.scores
    far = 0
    if spread.p_value <= ALPHA:
        far = _far(scores, threshold * scores.mean, false_discovery)
    reliability = 0.0
    if scores.between > 0:
        reliability = float(np.mean(scores.between / (scores.between + scores.within / scores.n)))
    finding = _finding(
        attribute,
        Verdict.INCONCLUSIVE,
        _reading(spread, far, threshold),
        estimate=Estimate(
            spread.between, *spread.interval, confidence, "REML, profile likelihood", "points"
        ),
        p_value=spread.p_value,
        n=len(scores.n),
        details={
            "estimand": "each author's percentage of ideas that name the own group, beyond how "
            "often ideas on the same topic name it; drawn to the mean",
            "null": "ideas are exchanged between authors within topics",
            "n": {
                "authors": len(scores.n),
                "ideas": len(wrote),
                "effective_authors": wrote.n_effective,
            },
            "mean": scores.mean,
            "between": spread.between,
            "reliability": reliability,
            "exclusions": wrote.left_out,
            "robustness": [run.to_dict() for run in spread.runs()],
            "minimum_detectable_effect": spread.detectable,
            "draws": exchanges,
        },
    )
    return AuthorScores(
        rows=Table.from_records(_bars(scores.shrunk), _ROWS),
        findings=(finding,),
        mean=float(scores.mean),
        between=spread.between,
        reliability=reliability,
        above=None if 0 < far < LEAST_IN_BAR else far,
        **common,
    )


def _usual(benefit: Floats, wrote: Authored, people: int) -> Floats:
    """How often ideas on the idea's topic name its authors' group, whoever wrote them."""
    named = benefit > 0
    named &= ~named[:, :people].all(axis=1, keepdims=True)
    size = np.maximum(np.bincount(wrote.block), 1)
    often = [np.bincount(wrote.block, column) / size for column in named.T.astype(float)]
    return np.asarray((np.stack(often, axis=1)[wrote.block] * wrote.member).sum(axis=1))


class _Spread:
    """How much authors differ, how surely, and what could have been noticed."""

    def __init__(
        self, values: Floats, team: Ints, block: Ints, confidence: float, draws: int, seed: int
    ) -> None:
        self.values = values
        self.team = team
        self.seed = seed
        self.draws = draws
        self.scores = random_intercepts(values, team)
        self.between = float(np.sqrt(self.scores.between))
        low, high = between_interval(values, team, confidence=confidence)
        self.interval = float(np.sqrt(low)), float(np.sqrt(high))
        strata = np.unique(block, return_inverse=True)[1].reshape(-1)
        self.p_value = self._exchanged(strata, "author scores")

    def _exchanged(self, block: Ints, name: str) -> float:
        """How often ideas exchanged between authors within blocks spread authors' sums as much."""
        size = np.bincount(self.team)
        many = len(size)
        centred = self.values - self.values.mean()

        def spread(rows: Ints) -> Floats:
            place = (rows + many * np.arange(len(rows))[:, None]).ravel()
            sums = np.bincount(place, np.tile(centred, len(rows)), len(rows) * many)
            return np.asarray((sums.reshape(-1, many) ** 2 / size).sum(axis=1))

        test = permutation_test(
            spread,
            self.team,
            strata=block,
            alternative="greater",
            standardise=False,
            draws=self.draws,
            max_exact=1,
            rng=stream(self.seed, name),
        )
        return float(test.p_value)

    @property
    def detectable(self) -> float:
        """The smallest standard deviation that would be noticed in 8 of 10 processes."""
        n = self.scores.n
        more = float((n**2).sum() - n.sum())
        both = self.scores.within + self.scores.between
        return float(np.sqrt(_NOTICED * both * np.sqrt(2.0 / more)))

    def runs(self) -> tuple[Run, ...]:
        """Without the author who moves the spread most; with ideas exchanged across topics."""
        pull = self.scores.n * (self.scores.raw - self.scores.mean) ** 2
        rest = self.team != int(np.argmax(pull))
        team = np.unique(self.team[rest], return_inverse=True)[1].reshape(-1)
        less = float("nan")
        if len(team) > team.max(initial=-1) + 1 > 1:
            less = float(np.sqrt(random_intercepts(self.values[rest], team).between))
        free = self._exchanged(np.zeros(len(self.team), dtype=np.intp), "author scores, free")
        return (
            Run("without the most influential author", less, n=int(rest.sum())),
            Run("with ideas exchanged across topics", self.between, free, len(self.team)),
        )


def _reading(spread: _Spread, far: int, threshold: float) -> str:
    """How much authors differ, in a sentence."""
    if spread.between == 0 or spread.p_value > ALPHA:
        return (
            "Authors do not differ detectably in how often they name their own group; a standard "
            f"deviation between them of {spread.detectable:.0f} points or more would probably have "
            "been noticed."
        )
    who = count_of(far, "author")
    if far == 0:
        who = "no author"
    elif far < LEAST_IN_BAR:
        who = f"fewer than {LEAST_IN_BAR} authors"
    return (
        f"Authors differ in how often they name their own group: around a mean of "
        f"{spread.scores.mean:.0f}% of ideas with a standard deviation of {spread.between:.0f} "
        f"points; {who} can be told to lie above {threshold:g} times the mean."
    )


def _finding(
    attribute: str,
    verdict: Verdict,
    reading: str,
    *,
    estimate: Estimate | None = None,
    p_value: float | None = None,
    n: int | None = None,
    details: Mapping[str, Any] | None = None,
    quoted: Mapping[str, Any] | None = None,
) -> Finding:
    return Finding(
        question="author_scores",
        attribute=attribute,
        group=None,
        verdict=verdict,
        estimate=estimate,
        p_value=p_value,
        p_adjusted=p_value,
        n=n,
        reading=reading,
        caveats=_CAVEATS,
        next_step=_NEXT,
        details=details or {},
        values={"authors": n, **(quoted or {})},
    )


def _far(scores: ShrunkScores, threshold: float, rate: float) -> int:
    """How many authors lie above the threshold, the share of false ones within the rate."""
    if scores.between == 0:
        return 0
    wrong = np.sort(1.0 - scores.exceeds(threshold))
    running = np.cumsum(wrong) / np.arange(1, len(wrong) + 1)
    return int((running <= rate).sum())


def _bars(shrunk: Floats) -> list[dict[str, Any]]:
    """Bars of 5 points, joined to the next until each holds enough authors."""
    low = float(np.floor(np.nanmin(shrunk) / 5) * 5)
    edges = np.arange(low, np.nanmax(shrunk) + 5, 5.0)
    if len(edges) < 2:
        edges = np.array([low, low + 5.0])
    bars: list[dict[str, Any]] = []
    start = low
    held = 0
    for edge, n in zip(edges[1:], np.histogram(shrunk, edges)[0], strict=True):
        held += int(n)
        if held >= LEAST_IN_BAR:
            bars.append({"low": start, "high": float(edge), "authors": held})
            start = float(edge)
            held = 0
    if held and bars:  # too few are left for a bar of their own
        bars[-1]["high"] = float(edges[-1])
        bars[-1]["authors"] += held
    return bars
