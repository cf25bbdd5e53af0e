"""Ask how often a detector raises false alarms, and how small a planted bias it finds."""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from coprep.errors import InputError
from coprep.findings import Estimate, Finding, Note, Verdict
from coprep.ideas._judging.effects import ALPHA
from coprep.ideas._judging.eligibility import noted
from coprep.ideas._votes.contexts import session_of_people
from coprep.ideas._votes.support import quantile_classes
from coprep.metrics._checks import number, whole
from coprep.metrics._streams import seed_of, stream
from coprep.metrics.shares._proportions import proportion_interval
from coprep.pictures import Lines
from coprep.results import Result
from coprep.simulate.planted import FITTING, PLANTS, UNLABELLED, Plant, dealt, focal_group
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.random import Generator

    from coprep.data.process.process import Process
    from coprep.metrics._checks import Ints


_POWER = 0.8
_LINES = Lines(
    x="points",
    y="share",
    series="seen_as",
    low="low",
    high="high",
    xaxis="planted bias (points; 0: labels at random)",
    axis="share of worlds in which it was seen",
    reference=_POWER,
    reference_label=f"wanted: {_POWER:.0%} of worlds",
)
_CAVEAT = Note(
    "null",
    "Labels dealt at random keep their ties to activity, session and arrival, as far as these are "
    "recorded, and have none to topic, place or exposure that nobody recorded; real ones may.",
)
_MOST_ALARMS = 2.0  # times the nominal rate: more than this must be ruled out for an all-clear
_LEAST_MOVED = 0.5
_PARTS = 3
_DRAWS = (499, 1_999)
_DRAWS_A_FINDING = 200
_OTHERWISE = ("votes", "beneficiaries", "adoption")

_COLUMNS: dict[str, ColumnKind] = {
    "points": "number",
    "seen_as": "text",
    "worlds": "count",
    "flagged": "count",
    "share": "number",
    "low": "number",
    "high": "number",
    "not_assessable": "count",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Calibration(Result):
    """How far can a detector be trusted on these data?

    Attributes
    ----------
    rows : Table
        A row for each planted size and way of seeing it. ``points`` is the planted bias (0 for
        labels dealt at random); ``seen_as`` either "p at most 0.05" (some adjusted p value; the
        number is ``alpha``) or "pattern" (the verdict, which also asks for size and robustness);
        ``share`` of the ``worlds`` in which it was seen, with its exact interval;
        ``not_assessable`` the worlds in which a gate refused.
    detector : str
        The detector's name.
    false_alarms : float
        Share of random labellings with an adjusted p value of at most alpha; should be near alpha
        or below.
    smallest_visible : float
        Points at which the verdict "pattern" is reached in 80% of the worlds, by interpolation; nan
        where none of the sizes planted was enough.
    """

    detector: str = ""
    false_alarms: float = math.nan
    smallest_visible: float = math.nan

    kind: ClassVar[str] = "ideas.calibration"
    counts_nobody: ClassVar[bool] = True
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "points": ("Planted bias (points)", "number"),
        "share": ("Share of worlds", "percent"),
        "flagged": ("Worlds in which it was seen", "count"),
        "seen_as": ("Seen as", "text"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "points",
        "seen_as",
        "worlds",
        "flagged",
        "share",
        "low",
        "high",
    )


def calibrate(
    process: Process,
    detector: Callable[..., Result],
    *,
    attribute: str,
    points: Sequence[float] = (5.0, 10.0, 20.0),
    worlds: int = 200,
    planted_worlds: int = 100,
    plant: str | Plant | Sequence[str | Plant] | None = None,
    alpha: float = ALPHA,
    confidence: float = 0.95,
    progress: bool = False,
    seconds: float | None = None,
    rng: int | Generator | None = None,
    **options: Any,
) -> Calibration:
    """How often would this detector cry wolf on these data, and how small a bias would it see?

    Labels are dealt out again among people who are alike in activity, session and arrival (for
    `coprep.ideas.dominance` against a community drawn from that), so that nothing can be there to
    find; then a bias of
    known size is planted in those worlds, in the user's own tables. For a detector that asks about
    authors, such as `coprep.ideas.own_ideas`, each idea is given to people who rated it, too.

    Parameters
    ----------
    process : Process
        The process as it is.
    detector : callable
        Any function that takes ``(process, attribute=...)`` and gives a Result with findings, such
        as `coprep.ideas.self_serving`.
    attribute : str
        The participants' attribute whose labels are dealt out.
    points : sequence of float
        Sizes planted, in points from above 0 to 100.
    worlds, planted_worlds : int
        Random labellings, and planted worlds of each size.
    plant : str, callable, or a sequence of them, optional
        What is planted, by name (see `coprep.simulate.planted.PLANTS`), or a function of
        ``(process, attribute, share, rng)`` that gives a process. By default what the detector
        looks for.
    alpha : float
        Nominal rate of false alarms.
    confidence : float
        Level of the intervals.
    progress : bool
        Show a progress bar, where tqdm is installed (``coprep[progress]``).
    seconds : float, optional
        Start no further world after so long; each size has one at least. Interrupting the call does
        the same: what has been seen so far is kept.
    rng : int, numpy Generator or None
        Seed or generator.
    **options
        Handed to the detector. Where it takes ``draws`` and none are given, it gets 200 for each of
        its findings, from 499 to 1,999 and no more than it takes by default: with fewer, no p value
        could be small enough for a pattern.

    Returns
    -------
    Calibration
        With the columns described there.

    Raises
    ------
    InputError
        Where an option is not usable, or the detector cannot use this process at all.

    Notes
    -----
    Group sizes (unless drawn) and everything but the labels stay as they are. An all-clear needs
    worlds enough to rule out twice the nominal rate of false alarms. What a point means depends on
    the plant: 10 points are 10 more of 100 ideas that name their author's group, 10 more of 100
    votes for one's own group's ideas, a tenth of a rating scale, 10 more of 100 ideas of the
    largest group adopted. A detector that conditions on what a plant does not touch sees less of
    it.

    When it is fooled: labels that are dealt keep ties to activity, session and arrival alone, so a
    detector whose false alarms come from others (topics, places, exposure that nobody recorded,
    groups that use a scale differently) looks better here than it is; ``docs/trust.md`` has worlds
    with them.

    References
    ----------
    Bertrand, M., Duflo, E. & Mullainathan, S. (2004). How much should we trust
    differences-in-differences estimates? QJE 119(1), 249-275. Bloom, H. S. (1995). Minimum
    detectable effects: a simple way to report the statistical power of experimental designs.
    Evaluation Review 19, 547-556.

    Examples
    --------
    >>> from coprep.ideas import own_ideas
    >>> from coprep.simulate import world
    >>> process, truth = world(people=60, ideas=40, rng=1)
    >>> asked = {"attribute": "group", "points": [40], "worlds": 20, "planted_worlds": 5, "rng": 1}
    >>> found = calibrate(process, own_ideas, **asked)
    >>> print(found.findings[0].reading)
    With labels dealt at random 2 of 20 worlds raised an alarm (5% would be expected at most); so
    few worlds leave room for a rate of 28%. A bias of about 40 points or more would be found four
    times in five.
    """
    sizes = _checked(points, worlds, planted_worlds, alpha)
    limit = math.inf if seconds is None else number(seconds, "seconds", low=0.0)
    if not callable(detector):
        raise InputError.of(
            f"detector is {show(detector)}; a function expected.",
            code="not_a_detector",
            param="detector",
            hint="pass one such as coprep.ideas.self_serving itself, not its name or its result.",
        )
    name = getattr(detector, "__name__", "detector")
    chosen, names = _plants(plant, name)
    takes = inspect.signature(detector).parameters
    seed = seed_of(rng)
    keywords = dict(options)
    if "draws" in takes:
        keywords.setdefault("draws", _DRAWS[0])

    def answers(world: Process, own_seed: int) -> Result:
        seeded = {"rng": own_seed} if "rng" in takes else {}
        return detector(world, attribute=attribute, **keywords, **seeded)

    real = answers(process, seed)  # fails here or not at all
    community = _community(process, attribute, name, options)
    strata = None if community is not None else _alike(process, attribute)
    if "draws" in takes and "draws" not in options:
        keywords["draws"] = _enough_draws(takes["draws"].default, real)

    def look(size: float, i: int) -> _Seen:
        generator = stream(seed, f"calibrate {size:g} {i}")
        world = dealt(process, attribute, name, generator, strata=strata, community=community)
        for bend in chosen if size else ():
            world = bend(world, attribute, size / 100, generator)
        return _look(lambda: answers(world, seed + i), alpha)

    # sizes take turns, so that stopping early leaves some worlds of each
    wanted = {0.0: worlds, **dict.fromkeys(sizes, planted_worlds)}
    turns = sorted((i / n, size, i) for size, n in wanted.items() for i in range(n))
    jobs = [(size, i) for _, size, i in turns]
    seen = _worlds(look, jobs, limit, progress)
    ways = {f"p at most {alpha:g}": "flagged", "pattern": "pattern"}
    records = [
        _record(size, how, found, confidence)
        for size, found in seen.items()
        for how in ways.items()
    ]
    curve = [(r["points"], r["share"]) for r in records if r["seen_as"] == "pattern"]
    focal = focal_group(process, attribute)
    groups = process.grouping(attribute).groups
    return Calibration(
        title=f"What {plainly(name)} can see in these data, by {plainly(attribute)}",
        rows=Table.from_records(records, _COLUMNS),
        findings=(
            _finding(
                records,
                curve,
                attribute=attribute,
                detector=name,
                alpha=alpha,
                confidence=confidence,
            ),
        ),
        notes=_notes(names, show(groups[focal]) if groups else "", seen, len(jobs)),
        settings={
            "attribute": attribute,
            "detector": name,
            "points": sizes,
            "worlds": worlds,
            "planted_worlds": planted_worlds,
            "plant": names,
            "alpha": alpha,
            "confidence": confidence,
            "options": {key: value for key, value in keywords.items() if not callable(value)},
            "rng": seed,
        },
        picture=_LINES,
        detector=name,
        false_alarms=records[0]["share"],
        smallest_visible=_smallest(curve),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one world gave."""

    flagged: bool
    pattern: bool
    refused: bool


def _checked(points: Sequence[float], worlds: int, planted: int, alpha: float) -> list[float]:
    whole(worlds, "worlds", low=1)
    whole(planted, "planted_worlds", low=1)
    if not 0 < alpha < 1:
        raise InputError.of(
            f"alpha must lie between 0 and 1; not {show(alpha)}.", param="alpha", got=alpha
        )
    sizes = sorted({float(size) for size in points})
    if not sizes or not all(0 < size <= 100 for size in sizes):
        raise InputError.of(
            f"points must be sizes above 0 and up to 100; not {show(tuple(points))}.",
            param="points",
            got=points,
        )
    return sizes


def _plants(
    plant: str | Plant | Sequence[str | Plant] | None, detector: str
) -> tuple[tuple[Plant, ...], tuple[str, ...]]:
    """The plants to use and their names."""
    given = FITTING.get(detector, _OTHERWISE) if plant is None else plant
    several = (given,) if isinstance(given, str) or callable(given) else tuple(given)
    chosen = []
    names = []
    for item in several:
        if isinstance(item, str) and item not in PLANTS:
            raise InputError.choice("plant", item, tuple(PLANTS))
        chosen.append(PLANTS[item] if isinstance(item, str) else item)
        names.append(item if isinstance(item, str) else getattr(item, "__name__", "own"))
    return tuple(chosen), tuple(names)


def _enough_draws(usual: object, real: Result) -> int:
    """Draws that let the smallest adjusted p value be small enough for a pattern."""
    family = sum(finding.p_adjusted is not None for finding in real.findings)
    wanted = min(max(_DRAWS_A_FINDING * family, _DRAWS[0]), _DRAWS[1])
    return min(wanted, usual) if isinstance(usual, int) else wanted


def _worlds(
    look: Callable[[float, int], _Seen], jobs: list[tuple[float, int]], limit: float, progress: bool
) -> dict[float, list[_Seen]]:
    """What each world gave, until all are done, time is up or the user interrupts."""
    shown: Iterable[tuple[float, int]] = jobs
    if progress:
        try:
            from tqdm.auto import tqdm
        except ImportError:  # no answer hangs on a picture of the wait
            pass
        else:
            shown = iter(tqdm(jobs, desc="worlds", unit="world"))
    seen: dict[float, list[_Seen]] = {size: [] for size in sorted({size for size, _ in jobs})}
    start = time.monotonic()
    try:
        for size, i in shown:
            if all(seen.values()) and time.monotonic() - start > limit:
                break
            seen[size].append(look(size, i))
    except KeyboardInterrupt:
        if not all(seen.values()):
            raise
    return seen


def _look(answers: Callable[[], Result], alpha: float) -> _Seen:
    """What one world gave: an alarm, a pattern, or a refusal."""
    try:
        answered = answers().findings
    except InputError:
        return _Seen(flagged=False, pattern=False, refused=True)
    findings = [f for f in answered if f.question not in UNLABELLED] or answered
    return _Seen(
        flagged=any(f.p_adjusted is not None and f.p_adjusted <= alpha for f in findings),
        pattern=any(f.verdict is Verdict.PATTERN for f in findings),
        refused=all(f.verdict is Verdict.NOT_ASSESSABLE for f in findings),
    )


def _record(
    size: float, how: tuple[str, str], found: Sequence[_Seen], confidence: float
) -> dict[str, Any]:
    """One size and one way to see it: its name, and the part of what was seen that tells."""
    said, part = how
    flagged = sum(bool(getattr(seen, part)) for seen in found)
    n = len(found)
    low, high = proportion_interval(flagged, n, confidence=confidence)
    return {
        "points": size,
        "seen_as": said,
        "worlds": n,
        "flagged": flagged,
        "share": flagged / n,
        "low": float(low),
        "high": float(high),
        "not_assessable": sum(seen.refused for seen in found),
    }


def _smallest(curve: Sequence[tuple[float, float]]) -> float:
    """Where the power curve, made to rise, first reaches 80%."""
    size = np.array([point for point, _ in curve])
    power = np.maximum.accumulate(np.array([share for _, share in curve]))
    if power[-1] < _POWER:
        return math.nan
    after = int(np.argmax(power >= _POWER))
    if after == 0:  # alarms without any bias: nothing is visible
        return math.nan
    step = (_POWER - power[after - 1]) / (power[after] - power[after - 1])
    return float(size[after - 1] + step * (size[after] - size[after - 1]))


def _finding(
    records: Sequence[dict[str, Any]],
    curve: Sequence[tuple[float, float]],
    *,
    attribute: str,
    detector: str,
    alpha: float,
    confidence: float,
) -> Finding:
    zero = records[0]
    smallest = _smallest(curve)
    refused = all(r["not_assessable"] == r["worlds"] for r in records)
    least = float(proportion_interval(zero["flagged"], zero["worlds"], confidence=0.998)[0])
    most = float(proportion_interval(zero["flagged"], zero["worlds"], confidence=0.9)[1])
    if refused:
        verdict = Verdict.NOT_ASSESSABLE
        said = "A gate refuses this question on these data, whatever the labels."
    else:
        verdict = _verdict(least, most, alpha)
        said = _alarms(zero, alpha, verdict, most)
        if curve[0][1] < _POWER:
            said += f" {_visible(smallest, curve)}"
    steps = {
        Verdict.PATTERN: "Do not rely on this detector here; read its gates and its page first.",
        Verdict.NO_MATERIAL_DIFFERENCE: "Quote the smallest visible bias beside every finding "
        "that cannot tell.",
        Verdict.INCONCLUSIVE: "Ask for more worlds before relying on this.",
        Verdict.NOT_ASSESSABLE: "See what the gate asks for, and whether it can be collected.",
    }
    return Finding(
        question="calibrate",
        attribute=attribute,
        group=None,
        verdict=verdict,
        estimate=Estimate(
            zero["share"], zero["low"], zero["high"], confidence, "Clopper-Pearson", "share"
        ),
        n=zero["worlds"],
        reading=said,
        caveats=(_CAVEAT,),
        next_step=steps[verdict],
        details={
            "detector": detector,
            "estimand": "share of random labellings in which a false alarm is raised",
            "null": "labels dealt out at random among people alike in activity, session and "
            "arrival, or drawn from the community",
            "most_false_alarms": most,
            "smallest_visible": smallest,
            "power": {f"{size:g}": share for size, share in curve},
        },
        values={"worlds": zero["worlds"], "share": zero["share"]},
    )


def _verdict(least: float, most: float, alpha: float) -> Verdict:
    """What worlds tell of the rate of false alarms, which lies between two limits."""
    if least > alpha:
        return Verdict.PATTERN
    if most <= _MOST_ALARMS * alpha:
        return Verdict.NO_MATERIAL_DIFFERENCE
    return Verdict.INCONCLUSIVE


def _alarms(zero: dict[str, Any], alpha: float, verdict: Verdict, most: float) -> str:
    found = (
        f"With labels dealt at random {zero['flagged']:,} of {count_of(zero['worlds'], 'world')} "
        "raised an alarm"
    )
    expected = f"{alpha:.0%} would be expected"
    if verdict is Verdict.PATTERN:
        return f"{found}, more than the {expected}."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"{found} ({expected} at most)."
    return f"{found} ({expected} at most); so few worlds leave room for a rate of {most:.0%}."


def _community(
    process: Process, attribute: str, detector: str, options: Mapping[str, Any]
) -> Mapping[str, float] | None:
    """The community from which labels are drawn, for a detector that compares with one."""
    if detector != "dominance" or options.get("against") == "list":
        return None
    baseline = options.get("baseline") or process.baseline
    if baseline is None:
        return None
    if isinstance(baseline, Mapping):
        return {str(group): float(share) for group, share in baseline.items()}
    return baseline.shares(attribute) if attribute in baseline.attributes else None


def _alike(process: Process, attribute: str) -> Ints:
    """People among whom labels are dealt: alike in session, arrival and activity.

    Where that would leave most labels where they are, activity and then arrival are let go.
    """
    codes = np.asarray(process.grouping(attribute).codes)
    ties = [session_of_people(process), _arrival(process), _activity(process)]
    for many in (3, 2, 1):
        table = np.stack(ties[:many], axis=1)
        strata = np.unique(table, axis=0, return_inverse=True)[1].reshape(-1).astype(np.intp)
        pairs = np.unique(np.stack([strata, codes])[:, codes >= 0], axis=1)
        mixed = np.bincount(pairs[0], minlength=int(strata.max(initial=0)) + 1) > 1
        if mixed[strata[codes >= 0]].mean() >= _LEAST_MOVED:
            return strata
    return np.zeros(len(codes), dtype=np.intp)


def _arrival(process: Process) -> Ints:
    """When people first voted or wrote, in parts; -1 where that is not known."""
    first = np.full(len(process.people), np.inf)
    ideas = process.ideas
    if ideas is not None:
        wrote = process.authorship
        written = ideas.created_at[wrote.idea]
        known = ~np.isnat(written)
        np.minimum.at(first, wrote.person[known], written[known].astype(np.int64).astype(float))
    for kind in process.kinds:
        ballots = process.ballots(kind)
        if ballots.at is not None:
            known = ~np.isnat(ballots.at)
            at = ballots.at[known].astype("datetime64[s]").astype(np.int64).astype(float)
            np.minimum.at(first, ballots.person[known], at)
    part = np.full(len(first), -1, dtype=np.intp)
    came = np.isfinite(first)
    part[came] = quantile_classes(first[came], _PARTS)
    return part


def _activity(process: Process) -> Ints:
    """How much people wrote and voted, in parts."""
    amount = np.bincount(process.authorship.person, minlength=len(process.people)).astype(float)
    for kind in process.kinds:
        ballots = process.ballots(kind)
        amount += np.bincount(ballots.person[ballots.cast], minlength=len(amount))
    return quantile_classes(amount, _PARTS)


def _visible(smallest: float, curve: Sequence[tuple[float, float]]) -> str:
    if math.isnan(smallest):
        return (
            f"Even a planted bias of {curve[-1][0]:g} points is found in only {curve[-1][1]:.0%} "
            "of worlds."
        )
    return f"A bias of about {smallest:.0f} points or more would be found four times in five."


def _notes(
    names: Sequence[str], focal: str, seen: dict[float, list[_Seen]], wanted: int
) -> tuple[Note, ...]:
    """What was planted, and which worlds say nothing."""
    refused = sum(s.refused for found in seen.values() for s in found)
    total = sum(len(found) for found in seen.values())
    planted = Note(
        "planted",
        f"Planted: {', '.join(names)}. Plants that concern one group use the largest, {focal}.",
        {"planted": names},
    )
    stopped = Note(
        "stopped",
        f"Stopped after {total:,} of {wanted:,} worlds.",
        {"worlds": total, "of_worlds": wanted},
    )
    gate = Note(
        "refused",
        f"In {refused:,} of {total:,} worlds a gate refused the question; they count as nothing "
        "seen.",
        {"worlds": refused, "of_worlds": total},
    )
    return noted(planted, stopped if total < wanted else None, gate if refused else None)
