"""Says a row of `assess` in sentences, for somebody who votes on budgets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from coprep.findings import Verdict
from coprep.representation._attainment import Goal, attained
from coprep.representation._states import State
from coprep.wording.labels import listed
from coprep.wording.names import named, plainly
from coprep.wording.numbers import count_of, expected_people, fixed, percents

_FAIR = {
    "open": "a fair lottery among everybody",
    "random": "a random draw",
    "quota": "a lottery among everybody, without regard to the quotas,",
}


# States in which the sentence says that a difference is no chance.
_BEYOND_CHANCE = frozenset(
    {State.FLAGGED, State.DIFFERS, State.DIFFERS_IN_BAND, State.RESTS_ON_ONE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a sentence about one group needs to know.

    ``aim`` says what ``goal`` is, a quota or a target; ``places`` how many of as many people would
    be its share; ``shown`` is the group told apart from the attribute's others, ``quotas`` the attributes a quota was set
    on, which the expected share follows where ``follows_quotas``. ``decimals`` are those of the
    baseline's percentages, ``baseline_most`` is the largest share it leaves open.
    """

    attribute: str
    group: str
    count: int
    total: int
    share: float
    baseline: float
    expected: float
    ratio: float
    verdict: Verdict
    state: State
    beyond_band: bool
    detectable_ratio: float
    detectable_excess: float
    band: tuple[float, float]
    selection: str
    shown: str = ""
    decimals: int = 0
    baseline_most: float = 0.0
    unknown: int = 0
    parity_among_unknown: float = math.nan
    sign_is_open: bool = False
    aim: str = ""
    goal: Goal | None = None
    places: int | None = None
    weighted: bool = False
    effective_n: float = math.nan  # people of equal weight who would tell as much
    clusters: int = 0  # that people came with
    own_worth: float = math.nan  # of equal weight, that the group's own people are worth
    quotas: tuple[str, ...] = ()
    follows_quotas: bool = False
    called: str = ""

    @property
    def named(self) -> str:
        """The group with its attribute."""
        if self.called or not self.shown:
            return named(self.group, self.attribute, called=self.called)
        return f"“{self.shown}” ({plainly(self.attribute)})"

    @property
    def percents(self) -> tuple[str, str]:
        """The participants' share and the baseline's, with as many digits each."""
        own, theirs = percents([self.share, self.baseline], decimals=self.decimals)
        return own, theirs

    @property
    def off(self) -> int | None:
        """People short of the goal (below 0) or beyond it; None without a goal."""
        return None if self.goal is None else self.goal.off(self.count)

    def values(self) -> dict[str, Any]:
        """Every number and label that the sentences may quote, by name."""
        missing = None
        if self.places is not None:
            missing = self.places - self.count
        seats = None
        if self.goal is not None:
            seats = (self.goal.least, self.goal.most)
        return {
            "state": self.state.value,
            "group": self.group,
            "attribute": self.attribute,
            "participants": self.count,
            "total": self.total,
            "share": self.share,
            "baseline": self.baseline,
            "expected": self.expected,
            "ratio": self.ratio,
            "band": self.band,
            "detectable_ratio": self.detectable_ratio,
            "detectable_excess": self.detectable_excess,
            "effective_n": self.effective_n,
            "own_worth": self.own_worth,
            "clusters": self.clusters or None,
            "decimals": self.decimals,
            "places": self.places,
            "recruits": missing,
            "seats": seats,
            "shortfall": None if self.off is None else -self.off,
            "near": None if self.goal is None else self.goal.is_near(self.count),
            "of_share": None if self.goal is None else self.goal.exact is not None,
            "unknown": self.unknown if self.unknown and self.tells_of_unknown else None,
            "parity_among_unknown": self.parity_among_unknown,
        }

    @property
    def tells_of_unknown(self) -> bool:
        """Whether the sentence speaks of people of unknown group."""
        if self.state is State.TURNED_BY_UNKNOWN:
            return True
        return self.sign_is_open and self.state in _BEYOND_CHANCE

    @property
    def came(self) -> str:
        """How many there were."""
        people = f"{self.count:,} of {count_of(self.total, 'participant')}"
        if not self.count:
            return people
        share = self.percents[0]
        if self.weighted:
            share += " after weighting"
        if self.effective_n < self.total - 0.5:
            share += f", as telling as {count_of(round(self.effective_n), 'person', 'people')}"
        return f"{people} ({share})"

    @property
    def lottery(self) -> str:
        """What would give the expected number."""
        if self.follows_quotas:
            names = listed(map(plainly, self.quotas), most=6, quoted=False)
            return f"a lottery within the quotas on {names}"
        return _FAIR[self.selection]


def reading(row: Row) -> str:
    """The row in one sentence or two."""
    if row.state is State.AIMED:
        return _attained(row)
    if row.state is State.NOT_COMPARED:
        return _not_comparable(row)
    fact = f"{row.came}; {row.lottery} would {expected_people(row.expected)} ({row.percents[1]})."
    said = [f"{row.named}: {_open_sign(row)}{fact}", _judgement(row)]
    if row.quotas and not row.follows_quotas and row.state in _BEYOND_CHANCE:
        names = listed(map(plainly, row.quotas), most=6, quoted=False)
        said.append(
            f"Whether the quotas on {names} alone brought this about cannot be told apart "
            "without a joint table of the baseline."
        )
    return " ".join(said)


def _open_sign(row: Row) -> str:
    """That people of unknown group could turn what is seen, said before it."""
    if not row.sign_is_open or not row.tells_of_unknown:
        return ""
    people = count_of(row.unknown, "person", "people")
    extent = "at least" if row.ratio < 1 else "at most"
    return (
        f"the {people} of unknown {plainly(row.attribute)} could turn this, if {extent} "
        f"{row.parity_among_unknown:.0%} of them belong here. Of the others, "
    )


def _judgement(row: Row) -> str:
    low, high = row.band
    within = f"{low:g} to {high:g} times"
    way = "fewer" if row.ratio < 1 else "more"
    size = size_of(row.ratio)
    match row.state:
        case State.FLAGGED:
            name = "Under-represented" if row.verdict is Verdict.UNDER else "Over-represented"
            return f"{name}: {_how_sure(row, way, size)}."
        case State.OTHER_SIDE:
            return "The other side of the same comparison."
        case State.IN_LINE:
            return f"In line: shown to lie within {within} their share."
        case State.DIFFERS_IN_BAND:
            return f"Measurably {way} ({size}), but shown to lie within {within} their share."
        case State.DIFFERS:
            return (
                f"Measurably {way} than chance gives: {size}. Whether by enough to matter "
                f"(outside {within} their share) is not settled."
            )
        case State.TURNED_BY_UNKNOWN:
            return (
                f"Cannot tell: what the {count_of(row.unknown, 'person', 'people')} of unknown "
                f"{plainly(row.attribute)} would have answered could change the verdict."
            )
        case State.FEW_CLUSTERS:
            return (
                f"Cannot tell: people came in {count_of(row.clusters, 'cluster')}, too few to know "
                "how much clusters differ."
            )
        case State.RESTS_ON_FEW:
            return (
                "Cannot tell: a few heavy weights decide here; this group's "
                f"{count_of(row.count, 'person', 'people')} count as {fixed(row.own_worth, 1)}."
            )
        case State.RESTS_ON_ONE if row.count == 1:
            return "One person is too few to call a group over-represented."
        case State.RESTS_ON_ONE:
            return "More than chance gives, but not with one person fewer: too few to call."
        case State.NEAREST:
            return (
                "As near to their share as whole people allow; to show that this is more than luck "
                f"takes more people: with {row.total:,}, {_blind(row)}."
            )
        case _:
            return f"Cannot tell: with {count_of(row.total, 'person', 'people')} {_blind(row)}."


def size_of(ratio: float) -> str:
    """A ratio in words.

    >>> size_of(0.43), size_of(2.25)
    ('well under half their share', 'more than twice their share')
    """
    if ratio == 0:
        return "none at all"
    if ratio < 0.45:
        return "well under half their share"
    if ratio < 1:
        return f"{_part(1 - ratio)} less than their share"
    if ratio < 2:
        return f"{_part(ratio - 1)} more than their share"
    if ratio == 2:
        return "twice their share"
    times = "three times" if ratio >= 3 else "twice"
    return f"more than {times} their share"


def _times(ratio: float) -> str:
    """A ratio above 1, as a multiple of the share."""
    return f"{fixed(ratio, 1 if ratio < 10 else 0)} times their share"


def _part(difference: float) -> str:
    """A part of a share as a percentage; with a decimal where it is small."""
    return f"{fixed(100 * difference, 0 if difference >= 0.02 else 1)}%"


def _how_sure(row: Row, way: str, size: str) -> str:
    """Whether a flagged group is shown to be out of line, or by more than may not matter.

    Only what is shown to lie beyond the band may be said to be more than the band away.
    """
    low, high = row.band
    if row.beyond_band and row.verdict is Verdict.UNDER:
        return f"{size}, more than {1 - low:.0%} short even when chance is allowed for"
    if row.beyond_band:
        return f"{size}, more than {high - 1:.0%} over even when chance is allowed for"
    return f"{way} than chance explains; by this count {size}"


def _blind(row: Row) -> str:
    """What this number of people could not have shown."""
    if row.ratio >= 1 and row.state is not State.NEAREST:
        chance = f"{size_of(row.ratio)} can still be chance"
        if math.isnan(row.detectable_excess):
            return chance
        return f"{chance}; an excess shows reliably only above {_times(row.detectable_excess)}"
    if math.isnan(row.detectable_ratio) or row.detectable_ratio <= 0:
        return "even their complete absence would not show beyond chance"
    return f"a shortfall shows reliably only below {row.detectable_ratio:.0%} of their share"


def _attained(row: Row) -> str:
    """How far a quota or target was met."""
    came = f"{row.named}: {row.count:,} of {count_of(row.total, 'participant')}"
    if row.goal is None:
        return f"{came}; no {row.aim} is known."
    is_seats = row.goal.exact is None
    met = attained(row.goal.off(row.count), near=row.goal.is_near(row.count), seats=is_seats)
    if is_seats:
        return f"{came}; the {row.aim} is {row.goal.said}: {met}."
    return f"{came}; the {row.aim} of {row.percents[1]} is {row.goal.said}: {met}."


def _not_comparable(row: Row) -> str:
    """Why a group has no verdict."""
    if row.baseline == 0 and row.count:
        nobody = "the baseline says nobody is"
        if row.baseline_most > 0:
            nobody = f"the baseline says at most {percents([row.baseline_most])[0]} are"
        return (
            f"{row.named}: {count_of(row.count, 'participant')}, but {nobody}; "
            "they are outside the comparison."
        )
    if row.baseline == 0:
        return f"{row.named}: nobody in the baseline and nobody among participants."
    if row.total == 0:
        known = f"no participant's {plainly(row.attribute)} is known"
        return f"{row.named}: cannot be assessed, because {known}."
    return (
        f"{row.named}: {row.count:,} of {count_of(row.total, 'participant')}; "
        "the baseline has nothing to compare it with."
    )


def next_step(row: Row) -> str:
    """One practical suggestion."""
    match row.state:
        case State.AIMED if row.aim == "target":
            return (
                "Hold the target itself against who lives there: "
                "a target that is met need not be the community."
            )
        case State.AIMED:
            return "Look at the attributes without a quota: that is where a quota does not help."
        case State.OTHER_SIDE:
            return "See the other group of this pair: this one changes with it."
        case State.FLAGGED if row.verdict is Verdict.UNDER:
            return (
                f"Invite more people in the group {row.named} through people and places they "
                f"trust, and ask what kept them away.{_places(row)}"
            )
        case State.FLAGGED:
            return (
                f"Do not turn the group {row.named} away; "
                f"make room by inviting the groups that are missing.{_places(row)}"
            )
        case State.IN_LINE:
            return "Keep recruiting as you did, and check again when people drop out."
        case State.DIFFERS_IN_BAND:
            return "Report the gap beside the band it lies within, and watch it in the next round."
        case State.DIFFERS:
            return f"Weigh the gap itself: it is no accident of the draw.{_places(row)}"
        case State.TURNED_BY_UNKNOWN:
            return (
                f"Ask those of unknown {plainly(row.attribute)} once more, in words that they can "
                "answer, before anything is concluded."
            )
        case State.RESTS_ON_FEW:
            return (
                "Look at where the heaviest weights come from, trim them or weight by fewer "
                "attributes, and compare with the counts."
            )
        case State.NEAREST | State.CANNOT_TELL | State.RESTS_ON_ONE | State.FEW_CLUSTERS:
            return (
                "Look at the size of the gap, not at its significance, "
                "and pool it with other meetings before concluding."
            )
        case _:
            return "Ask this question of everybody who takes part, in the baseline's categories."


def _places(row: Row) -> str:
    """How many places of a round of the same size would be the group's; they add up to all."""
    if not row.places or row.places == row.count:
        return ""
    off = row.places - row.count
    change = f"{abs(off):,} {'more' if off > 0 else 'fewer'} than came"
    return f" In a round of the same size its share is {row.places:,} of {row.total:,} places, {change}."
