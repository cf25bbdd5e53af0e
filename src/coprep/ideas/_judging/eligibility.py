"""Say when a question cannot be put to the data at hand, why not, and what is needed.

A gate never judges; it says whether judging makes sense. Detectors ask gates in order and refuse
with the first that failed. Beside them stand the notes on what every detector leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.findings import Note
from coprep.ideas._judging.effects import Effect, Reason, effective_number
from coprep.ideas._judging.judge import Case
from coprep.wording.labels import show
from coprep.wording.numbers import count_of
from coprep.wording.templates import counted

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from coprep.data.process.coded import Ballots
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

LEAST_AUTHORS = 5
"""A group counts from this many authors."""
LEAST_RATERS = 10
"""A group counts from this many raters."""
LEAST_IDEAS = 20
"""Fewer ideas tell nothing about a process."""
LEAST_VOTES = 100
"""Fewer votes tell nothing about a process."""
LEAST_EFFECTIVE = 8.0
"""Fewer equally active people than this are a conversation, not a pattern."""

FOLLOWS = 0.99
"""From this part of what is to be known on, one label follows from another."""

_FEW = 5


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a question can be put; what was found, and what would be needed, in plain clauses."""

    name: str
    passed: bool
    reason: Reason
    need: str

    @property
    def refusal(self) -> Reason | None:
        """Reason and need in one clause, or None where the gate let the question through.

        >>> enough_ideas(3).refusal
        'there are only 3 ideas; at least 20 are needed'
        """
        return None if self.passed else self.reason.then(f"; {self.need}")


def first_refusal(*gates: Gate) -> Reason | None:
    """The refusal of the first gate that failed, or None.

    >>> first_refusal(enough_ideas(25), enough_votes(60))
    'there are only 60 votes; at least 100 are needed'
    """
    return next((gate.refusal for gate in gates if not gate.passed), None)


def enough_groups(sizes: ArrayLike, *, who: str = "authors", least: int = LEAST_AUTHORS) -> Gate:
    """Are there two groups large enough to compare?

    >>> enough_groups([12, 3]).refusal
    'only 1 group has 5 authors or more; two such groups are needed'
    """
    large = int((np.asarray(sizes) >= least).sum())
    found = {0: "no group has", 1: "only 1 group has"}.get(large, "{groups} groups have")
    reason = Reason.of(f"{found} {{least}} {who} or more", groups=large, least=least)
    return Gate("groups", large >= 2, reason, "two such groups are needed")


def enough_ideas(ideas: int, *, least: int = LEAST_IDEAS) -> Gate:
    """Are there enough ideas?

    >>> enough_ideas(7).refusal
    'there are only 7 ideas; at least 20 are needed'
    """
    return _enough("ideas", ideas, "idea", least)


def enough_votes(votes: int, *, least: int = LEAST_VOTES) -> Gate:
    """Are there enough votes (or ratings)?

    >>> enough_votes(400).passed
    True
    """
    return _enough("votes", votes, "vote", least)


def _enough(name: str, n: int, noun: str, least: int) -> Gate:
    there = "there is only" if n == 1 else "there are only"
    reason = Reason.of(f"{there} {{{name}}}", **{name: counted(n, noun)})
    return Gate(name, n >= least, reason, f"at least {least:,} are needed")


def enough_voices(amounts: ArrayLike, *, who: str = "authors") -> Gate:
    """Is what people contributed spread over enough of them, or are a few nearly all of it?

    >>> enough_voices([60] + [1] * 40).refusal
    'the 41 authors are worth only 2.7 equally active ones; at least 8 are needed'
    """
    worth = effective_number(amounts)
    people = int((np.asarray(amounts) > 0).sum())
    need = f"at least {LEAST_EFFECTIVE:g} are needed"
    if people == 0:
        needed = f"at least {LEAST_EFFECTIVE:g} equally active ones are needed"
        return Gate("voices", False, Reason.of(f"there are no {who}"), needed)
    said = f"the {{people}} {who} are worth only {{effective:.1f}} equally active ones"
    if people == 1:
        said = f"there is only one of the {who}"
    reason = Reason.of(said, people=people, effective=worth)
    return Gate("voices", worth >= LEAST_EFFECTIVE, reason, need)


def few_people(n: int, least: int, who: str, plural: str | None = None) -> Reason | None:
    """Why a group of ``n`` cannot be judged, or None.

    >>> few_people(7, 10, "voter")
    'it has only 7 voters; at least 10 are needed'
    """
    if n >= least:
        return None
    people = counted(n, who, plural)
    return Reason.of(
        "it has only {people}; at least {least} are needed", people=people, least=least
    )


def no_group_known(attribute: str, **words: str) -> Case:
    """The one case of an attribute in which nobody's group is known."""
    return Case(
        group=None,
        effect=Effect(),
        n_people=0,
        n_ideas=0,
        n_effective=float("nan"),
        refusal=Reason.of("nobody's {attribute} is known", attribute=show(attribute)),
        words=words,
    )


def fewest_authors(author: Ints, *which: Bools) -> int:
    """Different authors (-1 unknown) of some ideas: a count of ideas by one author tells about that
    person.

    Of several sets of ideas that are counted in one row, the authors of the set that has fewest,
    empty sets aside; 0 where no idea is counted or no author known.

    >>> author, adopted = np.array([0, 0, 1, -1]), np.array([True, True, False, False])
    >>> fewest_authors(author, adopted), fewest_authors(author, adopted | True)
    (1, 2)
    """
    counts = [len(np.unique(author[rows & (author >= 0)])) for rows in which]
    return min((n for n in counts if n), default=0)


def labels_not_from_ballot(
    person: Ints, idea: Ints, codes: Ints, *, member: Floats | None = None, attribute: str = "group"
) -> Gate:
    """Do labels say more than the votes themselves, or were they filled in from the vote?

    Fails where the supporters of every idea (with 5 or more of them) carry one and the same label:
    the mutual information of label and idea then equals the entropy of the label. With ``member``
    (ideas by groups) labels that follow from which groups' ideas a ballot holds are found too.

    >>> people, ideas = np.arange(20), np.repeat([0, 1], 10)
    >>> labels_not_from_ballot(people, ideas, ideas).passed
    False
    """
    known = codes[person] >= 0
    label = codes[person[known]]
    voted = idea[known]
    need = "a label that was recorded apart from the vote is needed"
    said = f"the label {show(attribute)} follows from the"

    def leak(how: str) -> Gate:
        return Gate("leakage", False, Reason.of("{leak}", leak=f"{said} {how}"), need)

    if share_explained(label, voted) >= FOLLOWS:
        return leak("vote: supporters of each idea all carry one label")
    if member is not None:
        ballot_label, ballot = _ballot_sets(person[known], voted, codes, member)
        if share_explained(ballot_label, ballot) >= FOLLOWS:
            return leak("ballot: it lists the groups of the ideas voted for")
    fine = Reason.of("labels differ among the supporters of an idea")
    return Gate("leakage", True, fine, need)


def share_explained(label: Ints, by: Ints) -> float:
    """Share of the label's entropy that knowing ``by`` takes away, rare values left out."""
    often = np.bincount(by)[by] >= _FEW
    kinds = _numbered(by[often])
    label = _numbered(label[often])
    if not len(label) or kinds.max() < 1 or label.max() < 1:
        return 0.0
    table = np.zeros((kinds.max() + 1, label.max() + 1))
    np.add.at(table, (kinds, label), 1.0)
    whole = _entropy(table.sum(axis=0))
    inside = sum(_entropy(row) * row.sum() for row in table) / table.sum()
    return float(1.0 - inside / whole)


def _numbered(codes: Ints) -> Ints:
    """Codes from 0 as those that occur, one after another."""
    used = np.bincount(codes) > 0
    return (np.cumsum(used) - 1)[codes].astype(np.intp)


def _entropy(counts: Floats) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log(share)).sum())


def _ballot_sets(person: Ints, idea: Ints, codes: Ints, member: Floats) -> tuple[Ints, Ints]:
    """Per voter the label, and which set of groups the ideas voted for belong to."""
    voters, row = np.unique(person, return_inverse=True)
    if not len(voters):
        return codes[voters], row
    of_group = member > 0
    owned = np.flatnonzero(of_group.any(axis=0))
    sets = np.zeros((len(voters), max(len(owned), 1)), dtype=bool)
    for place, k in enumerate(owned):
        sets[row[of_group[idea, k]], place] = True
    kind = np.unique(np.packbits(sets, axis=1), axis=0, return_inverse=True)[1]
    return codes[voters], kind.reshape(-1)


def labels_from_outside(process: Process, attribute: str) -> Gate:
    """Were the groups made from something else than these votes?

    Opinion groups that a platform clusters from the votes differ on those votes by construction;
    testing them on the same votes flags a quarter of all cells at a nominal tenth. Readers mark
    such attributes in ``process.from_votes``.
    """
    made = attribute in process.from_votes
    reason = Reason.of(
        "the groups of {attribute} were clustered from the same votes, so they differ by "
        "construction",
        attribute=show(attribute),
    )
    return Gate("circularity", not made, reason, "groups known from outside the votes are needed")


def noted(*notes: Note | None) -> tuple[Note, ...]:
    """The notes that there are."""
    return tuple(note for note in notes if note is not None)


@dataclass(frozen=True, slots=True, eq=False)
class SelfVotes:
    """Votes people gave their own ideas, which platforms often record by themselves."""

    ballots: Ballots  # without them
    removed: int
    own_rate: float  # share of support among them
    other_rate: float  # and among all other votes

    @property
    def note(self) -> Note | None:
        """What was removed, or None where nothing was."""
        if not self.removed:
            return None
        verb = "was" if self.removed == 1 else "were"
        said = f"{count_of(self.removed, 'vote')} of people for their own ideas {verb} left out"
        if np.isnan(self.own_rate) or np.isnan(self.other_rate):
            return Note("self_votes", f"{said}.", {"votes": self.removed})
        rates = (
            f"{self.own_rate:.0%} of them in support, against {self.other_rate:.0%} of all other "
            "votes"
        )
        values = {"votes": self.removed, "own_rate": self.own_rate, "other_rate": self.other_rate}
        return Note("self_votes", f"{said} ({rates}).", values)


def self_votes(ballots: Ballots) -> SelfVotes:
    """Take out what people said of their own ideas, and keep count of it."""
    own = ballots.is_self
    yes = ballots.value > 0
    yes_or_no = ballots.kind in ("agree", "approve", "choose_one")

    def rate(rows: Bools) -> float:
        return float(yes[rows].mean()) if yes_or_no and rows.any() else float("nan")

    return SelfVotes(ballots.where(~own), int(own.sum()), rate(own), rate(~own))


def host_note(is_host: Bools, more: str = "") -> Note | None:
    """That ideas of the organisers were left out, or None where there are none.

    >>> host_note(np.array([True, False, True])).text
    '2 ideas by the organisers were left out.'
    """
    n = int(np.asarray(is_host).sum())
    if not n:
        return None
    verb = "was" if n == 1 else "were"
    text = f"{count_of(n, 'idea')} by the organisers {verb} left out.{more}"
    return Note("ideas_of_organisers", text, {"ideas": n})


def unknown_note(
    unknown: int, total: int, *, who: str = "people", attribute: str = "group"
) -> Note | None:
    """How many people's group is unknown, or None where everybody's is known.

    >>> unknown_note(30, 100, attribute="area").text.partition(";")[0]
    "30 of 100 people (30%) have no known 'area'"
    """
    if not unknown:
        return None
    text = (
        f"{unknown:,} of {total:,} {who} ({unknown / total:.0%}) have no known {show(attribute)}; "
        "they may differ from the others, so bounds are given."
    )
    return Note("unknown_group", text, {who: unknown, "total": total, "attribute": attribute})


def left_out_notes(left_out: Iterable[tuple[str, int]]) -> tuple[Note, ...]:
    """What was left out, a note a reason."""
    return tuple(
        Note("left_out", f"{count_of(n, 'idea')} left out: {why}.", {"ideas": n, "reason": why})
        for why, n in left_out
        if n
    )


def share_bounds(part: float, whole: float, unknown: float) -> tuple[float, float]:
    """A group's share if none, or all, of what is unknown were its own; nan where there is nothing.

    >>> share_bounds(20, 80, 20)
    (0.2, 0.4)
    """
    total = whole + unknown
    if total <= 0:
        return np.nan, np.nan
    return part / total, (part + unknown) / total


def exposure_note(ballots: Ballots) -> Note | None:
    """Who was shown what, or None where everybody answered to everything."""
    if not ballots.shown_known:
        return Note(
            "exposure_unknown",
            "Who was shown which idea is not recorded; every voter is taken to have seen the "
            "whole ballot.",
        )
    seen = np.bincount(ballots.idea, minlength=ballots.n_ideas)
    offered = int((seen > 0).sum())
    if len(ballots) == offered * len(ballots.voters):
        return None
    middle = float(np.median(seen[seen > 0]))
    few = int(((seen > 0) & (seen < _FEW)).sum())
    text = (
        f"People saw different ideas (half of the ideas were seen by {middle:,.0f} or fewer); only "
        "what a person was shown counts."
    )
    if few:
        verb = "was" if few == 1 else "were"
        text += f" {count_of(few, 'idea')} {verb} seen by fewer than {_FEW} people."
    return Note("exposure", text, {"median_people": middle, "ideas_seen_by_few": few, "few": _FEW})
