"""Knows when a question about ideas cannot be put to the data at hand, why not, and what would be needed.

A gate never judges; it says whether judging makes sense. Each answers with a `Gate`: passed or not, the reason in
plain words and what would be needed. Detectors ask them in order and refuse with the first that failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.ideas.judging.common import effective_number, quote
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from coprep.data.process.coded import Ballots
    from coprep.data.process.process import Process

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

__all__ = [
    "LEAST_AUTHORS",
    "LEAST_EFFECTIVE",
    "LEAST_IDEAS",
    "LEAST_RATERS",
    "LEAST_VOTES",
    "Gate",
    "SelfVotes",
    "enough_groups",
    "enough_ideas",
    "enough_voices",
    "enough_votes",
    "exposure_note",
    "first_refusal",
    "host_note",
    "labels_from_outside",
    "labels_not_from_ballot",
    "self_votes",
    "share_bounds",
    "unknown_note",
]

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

_LEAKS = 0.99
_FEW = 5


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a question can be put.

    Attributes
    ----------
    name : str
        Which gate: ``"groups"``, ``"ideas"``, ``"votes"``, ``"voices"``, ``"leakage"`` or ``"circularity"``.
    passed : bool
        Whether the data let the question through.
    reason : str
        A plain clause: what was found.
    need : str
        A plain clause: what would be needed.
    """

    name: str
    passed: bool
    reason: str
    need: str

    @property
    def refusal(self) -> str | None:
        """Reason and need in one clause, or None where the gate let the question through.

        >>> Gate("ideas", False, "there are only 3 ideas", "at least 20 are needed").refusal
        'there are only 3 ideas; at least 20 are needed'
        """
        return None if self.passed else f"{self.reason}; {self.need}"


def first_refusal(gates: Iterable[Gate]) -> str | None:
    """The refusal of the first gate that failed, or None.

    >>> first_refusal([enough_ideas(25), enough_votes(60)])
    'there are only 60 votes; at least 100 are needed'
    """
    return next((gate.refusal for gate in gates if not gate.passed), None)


def enough_groups(sizes: ArrayLike, *, who: str = "authors", least: int = LEAST_AUTHORS) -> Gate:
    """Are there two groups large enough to compare?

    Parameters
    ----------
    sizes : array of int, one a group
        People who contributed (wrote, voted, spoke) in each group.
    who : str
        What those people are, in the plural.
    least : int
        A group counts from this many.

    Returns
    -------
    Gate

    Examples
    --------
    >>> enough_groups([12, 3]).refusal
    'only 1 group has 5 authors or more; two such groups are needed'
    """
    large = int((np.asarray(sizes) >= least).sum())
    verb = "has" if large == 1 else "have"
    found = "no group has" if large == 0 else f"only {count_of(large, 'group')} {verb}"
    return Gate(
        "groups", large >= 2, f"{found} {least} {who} or more", "two such groups are needed"
    )


def enough_ideas(ideas: int, *, least: int = LEAST_IDEAS) -> Gate:
    """Are there enough ideas?

    >>> enough_ideas(7).refusal
    'there are only 7 ideas; at least 20 are needed'
    """
    return _count("ideas", ideas, "idea", least)


def enough_votes(votes: int, *, least: int = LEAST_VOTES) -> Gate:
    """Are there enough votes (or ratings)?

    >>> enough_votes(400).passed
    True
    """
    return _count("votes", votes, "vote", least)


def _count(name: str, n: int, noun: str, least: int) -> Gate:
    there = "there is only" if n == 1 else "there are only"
    return Gate(name, n >= least, f"{there} {count_of(n, noun)}", f"at least {least:,} are needed")


def enough_voices(
    amounts: ArrayLike, *, who: str = "authors", least: float = LEAST_EFFECTIVE
) -> Gate:
    """Is the whole spread over enough people, or are a few of them nearly all of it?

    Parameters
    ----------
    amounts : array, one a person
        What each person contributed.
    who : str
        What those people are, in the plural.
    least : float
        As many equally active people are needed.

    Returns
    -------
    Gate

    Examples
    --------
    >>> enough_voices([60] + [1] * 40).refusal
    'the 41 authors are worth only 2.7 equally active ones; at least 8 are needed'
    """
    worth = effective_number(amounts)
    people = int((np.asarray(amounts) > 0).sum())
    if people == 0:
        return Gate(
            "voices",
            False,
            f"there are no {who}",
            f"at least {least:g} equally active ones are needed",
        )
    reason = f"the {people:,} {who} are worth only {worth:.1f} equally active ones"
    if people == 1:
        reason = f"there is only one of the {who}"
    return Gate("voices", worth >= least, reason, f"at least {least:g} are needed")


def labels_not_from_ballot(
    person: Ints, idea: Ints, codes: Ints, *, member: Floats | None = None, attribute: str = "group"
) -> Gate:
    """Do labels say more than the votes themselves, or were they filled in from the vote?

    Parameters
    ----------
    person, idea : arrays of int
        Who supported what, a row a yes.
    codes : array of int, one a person
        Group of each person, -1 unknown.
    member : array of shape (ideas, groups), optional
        Groups of the ideas; with it, labels that follow from which groups' ideas a ballot holds are found too.
    attribute : str
        Name of the label, for the sentence.

    Returns
    -------
    Gate
        Fails where the supporters of every idea (with 5 or more of them) carry one and the same label: the
        mutual information of label and idea then equals the entropy of the label.

    Examples
    --------
    >>> import numpy as np
    >>> people, ideas = np.arange(20), np.repeat([0, 1], 10)
    >>> labels_not_from_ballot(people, ideas, ideas).passed
    False
    """
    known = codes[person] >= 0
    label, voted = codes[person[known]], idea[known]
    reason = f"the label {quote(attribute)} follows from the vote: supporters of each idea all carry one label"
    need = "a label that was recorded apart from the vote is needed"
    if _explained(label, voted) >= _LEAKS:
        return Gate("leakage", False, reason, need)
    if (
        member is not None
        and _explained(*_ballot_sets(person[known], voted, codes, member)) >= _LEAKS
    ):
        reason = f"the label {quote(attribute)} follows from the ballot: it lists the groups of the ideas voted for"
        return Gate("leakage", False, reason, need)
    return Gate("leakage", True, "labels differ among the supporters of an idea", need)


def _explained(label: Ints, by: Ints) -> float:
    """Share of the label's entropy that knowing ``by`` takes away; values seen fewer than 5 times are left out."""
    size = np.bincount(by)
    often = size[by] >= _FEW
    kinds = np.unique(by[often], return_inverse=True)[1]
    label = np.unique(label[often], return_inverse=True)[1]
    if not len(label) or kinds.max() < 1 or label.max() < 1:
        return 0.0
    table = np.zeros((kinds.max() + 1, label.max() + 1))
    np.add.at(table, (kinds, label), 1.0)
    whole = _entropy(table.sum(axis=0))
    inside = sum(_entropy(row) * row.sum() for row in table) / table.sum()
    return float(1.0 - inside / whole)


def _entropy(counts: Floats) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log(share)).sum())


def _ballot_sets(person: Ints, idea: Ints, codes: Ints, member: Floats) -> tuple[Ints, Ints]:
    """Per voter the label, and which set of groups the ideas voted for belong to."""
    voters, row = np.unique(person, return_inverse=True)
    of_group = member > 0
    owned = np.flatnonzero(of_group.any(axis=0))
    sets = np.zeros((len(voters), max(len(owned), 1)), dtype=bool)
    for place, k in enumerate(owned):
        sets[row[of_group[idea, k]], place] = True
    kind = (
        np.unique(np.packbits(sets, axis=1), axis=0, return_inverse=True)[1] if len(voters) else row
    )
    return codes[voters], kind.reshape(-1)


def labels_from_outside(process: Process, attribute: str) -> Gate:
    """Were the groups made from something else than these votes?

    Opinion groups that a platform clusters from the votes differ on those votes by construction; testing them on
    the same votes flags a quarter of all cells at a nominal tenth.

    Parameters
    ----------
    process : Process
        Readers mark such attributes in ``process.from_votes``.
    attribute : str
        The attribute in question.

    Returns
    -------
    Gate
    """
    made = attribute in process.from_votes
    reason = f"the groups of {quote(attribute)} were clustered from the same votes, so they differ by construction"
    return Gate("circularity", not made, reason, "groups known from outside the votes are needed")


@dataclass(frozen=True, slots=True, eq=False)
class SelfVotes:
    """Votes people gave their own ideas, which platforms often record by themselves.

    Attributes
    ----------
    ballots : Ballots
        Without them.
    removed : int
        How many there were.
    own_rate, other_rate : float
        Share of support among them and among all other votes.
    """

    ballots: Ballots
    removed: int
    own_rate: float
    other_rate: float

    @property
    def note(self) -> str | None:
        """One sentence on what was removed, or None where nothing was."""
        if not self.removed:
            return None
        verb = "was" if self.removed == 1 else "were"
        said = f"{count_of(self.removed, 'vote')} of people for their own ideas {verb} left out"
        if np.isnan(self.own_rate) or np.isnan(self.other_rate):
            return f"{said}."
        return f"{said} ({self.own_rate:.0%} of them in support, against {self.other_rate:.0%} of all other votes)."


def self_votes(ballots: Ballots) -> SelfVotes:
    """Take out what people said of their own ideas, and keep count of it.

    Parameters
    ----------
    ballots : Ballots
        Of one kind.

    Returns
    -------
    SelfVotes
    """
    own = ballots.is_self
    yes = ballots.value > 0

    def rate(rows: Bools) -> float:
        return (
            float(yes[rows].mean())
            if rows.any() and ballots.kind in ("agree", "approve", "choose_one")
            else np.nan
        )

    return SelfVotes(ballots.where(~own), int(own.sum()), rate(own), rate(~own))


def host_note(is_host: Bools) -> str | None:
    """One sentence on ideas of the organisers, or None where there are none.

    >>> host_note(np.array([True, False, True]))
    '2 ideas by the organisers were left out.'
    """
    n = int(np.asarray(is_host).sum())
    return (
        f"{count_of(n, 'idea')} by the organisers {'was' if n == 1 else 'were'} left out."
        if n
        else None
    )


def unknown_note(
    unknown: int, total: int, *, who: str = "people", attribute: str = "group"
) -> str | None:
    """One sentence on people whose group is unknown, or None where there are none.

    >>> unknown_note(30, 100, attribute="area")
    "30 of 100 people (30%) have no known 'area'; they may differ from the others, so bounds are given."
    """
    if not unknown:
        return None
    return (
        f"{unknown:,} of {total:,} {who} ({unknown / total:.0%}) have no known {quote(attribute)}; "
        "they may differ from the others, so bounds are given."
    )


def share_bounds(part: float, whole: float, unknown: float) -> tuple[float, float]:
    """A group's share if none, or all, of what is unknown were its own.

    Parameters
    ----------
    part, whole : float
        The group's amount and the amount of all whose group is known.
    unknown : float
        Amount of those whose group is not.

    Returns
    -------
    tuple of float
        Smallest and largest share; nan where there is nothing.

    Examples
    --------
    >>> share_bounds(20, 80, 20)
    (0.2, 0.4)
    """
    total = whole + unknown
    return (part / total, (part + unknown) / total) if total > 0 else (np.nan, np.nan)


def exposure_note(ballots: Ballots) -> str | None:
    """One sentence on who was shown what, or None where everybody answered to everything.

    Parameters
    ----------
    ballots : Ballots
        As read, before unseen pairs are filled in.

    Returns
    -------
    str or None
    """
    if not ballots.shown_known:
        return "Who was shown which idea is not recorded; every voter is taken to have seen the whole ballot."
    seen = np.bincount(ballots.idea, minlength=ballots.n_ideas)
    offered, few = int((seen > 0).sum()), int(((seen > 0) & (seen < _FEW)).sum())
    if len(ballots) == offered * len(ballots.voters):
        return None
    told = f"People saw different ideas (half of the ideas were seen by {np.median(seen[seen > 0]):,.0f} or fewer); "
    told += "only what a person was shown counts."
    verb = "was" if few == 1 else "were"
    return (
        f"{told} {count_of(few, 'idea')} {verb} seen by fewer than {_FEW} people." if few else told
    )
