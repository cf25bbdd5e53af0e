"""The list that the votes gave, by the rule of the process, and whether it is the one adopted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.findings import Note, counted
from coprep.ideas._consequences.rules import Rule, RuleName
from coprep.ideas._votes.support import ideas_of
from coprep.metrics._checks import number, whole

if TYPE_CHECKING:
    from coprep.data.process.coded import Ballots
    from coprep.data.process.process import Process
    from coprep.ideas._consequences.cast import Cast
    from coprep.metrics._checks import Bools, Floats, Ints

RULES: tuple[RuleName, ...] = ("top", "threshold", "greedy")
MOST_DIFFERENT = 0.1
"""If more of the adopted places are not what the rule gives, the votes did not make the list."""


@dataclass(frozen=True, slots=True, eq=False)
class ListSeen:
    """The list by a rule, the support that made it, and what was adopted (None where unknown)."""

    rule: Rule
    seen: Floats
    won: Bools
    adopted: Bools | None
    notes: tuple[Note, ...]

    @property
    def different(self) -> float:
        """The share of the adopted places that the rule does not give."""
        if self.adopted is None:
            return 0.0
        return float((self.adopted & ~self.won).sum() / self.adopted.sum())


def on_ballot(process: Process, ballots: Ballots) -> Ints:
    """The ideas that people could vote for: with a vote, or decided; none that were merged."""
    ideas = ideas_of(process)
    voted = np.bincount(ballots.idea, minlength=len(ideas)) > 0
    decided = ~np.isnan(ideas.adopted) & ~ballots.shown_known
    return np.flatnonzero((voted | decided) & (ideas.merged_into < 0))


def list_seen(
    process: Process,
    cast: Cast,
    ideas: Ints,
    *,
    rule: str | None,
    places: int | None,
    threshold: float | None,
    budget: float | None,
) -> ListSeen:
    """The list that the rule makes of all votes; by default the rule that the process tells of.

    Raises an InputError where no rule is known, or the one asked for lacks its number or costs.
    """
    if rule is not None and rule not in RULES:
        raise InputError.choice("rule", rule, RULES)
    status = np.asarray(ideas_of(process).adopted)[ideas]
    adopted = status == 1 if (status == 1).any() else None
    seen = np.asarray(cast.value.sum(axis=0), dtype=float).ravel() / cast.seen_by()
    place = np.lexsort(
        (np.arange(len(ideas)), np.zeros(len(ideas)) if adopted is None else ~adopted)
    )
    rank = np.empty(len(ideas), dtype=np.intp)
    rank[place] = np.arange(len(ideas))
    found = [
        _made(process, cast, ideas, name, adopted, rank, places, threshold, budget)
        for name in _candidates(process, ideas, rule, places, threshold, budget, adopted)
    ]
    lists = [ListSeen(one, seen, one.chosen(seen), adopted, ()) for one in found]
    best = min(lists, key=lambda one: one.different)
    return ListSeen(best.rule, seen, best.won, adopted, tuple(_notes(best)))


def _candidates(
    process: Process,
    ideas: Ints,
    rule: str | None,
    places: int | None,
    threshold: float | None,
    budget: float | None,
    adopted: Bools | None,
) -> list[RuleName]:
    """The rule asked for, or those that the process could have used."""
    given: dict[RuleName, float | None] = {
        "top": places,
        "threshold": threshold,
        "greedy": budget,
    }
    asked: list[RuleName] = [name for name, value in given.items() if value is not None]
    if rule is not None:
        odd = [name for name in asked if name != rule]
        if odd:
            raise InputError.of(
                f"rule is {rule!r}, which takes no {_NUMBERS[odd[0]]}.",
                param=_NUMBERS[odd[0]],
                hint="leave one of them out.",
            )
        return [name for name in RULES if name == rule]
    if len(asked) > 1:
        raise InputError.of(
            "places, threshold and budget are numbers of different rules; give one of them.",
            param="rule",
            expected=RULES,
        )
    if asked:
        return asked
    priced = bool((np.asarray(ideas_of(process).cost)[ideas] > 0).all())
    possible: list[RuleName] = []
    if process.budget is not None and priced:
        possible.append("greedy")
    if adopted is not None:
        possible.append("top")
    if not possible:
        raise InputError.of(
            "it is not known how ideas were chosen: the process has no budget with costs, and no "
            "idea was adopted.",
            code="no_rule",
            param="rule",
            expected=RULES,
            hint="pass places=, threshold= or budget=.",
        )
    return possible


_NUMBERS = {"top": "places", "threshold": "threshold", "greedy": "budget"}


def _made(
    process: Process,
    cast: Cast,
    ideas: Ints,
    name: RuleName,
    adopted: Bools | None,
    place: Ints,
    places: int | None,
    threshold: float | None,
    budget: float | None,
) -> Rule:
    """A rule with its number and costs."""
    ones = np.ones(len(ideas))
    if name == "top":
        if places is None and adopted is not None:
            places = int(adopted.sum())
        if places is None:
            raise _lacking("places", "no idea was adopted")
        return Rule("top", min(whole(places, "places", low=1), len(ideas)), ones, place)
    if name == "threshold":
        if threshold is None:
            raise _lacking("threshold", "no process tells it")
        line = number(threshold, "threshold", low=cast.low, high=cast.high)
        return Rule("threshold", line, ones, place)
    money = process.budget if budget is None else number(budget, "budget", low=0.0)
    if money is None:
        raise _lacking("budget", "the process has none")
    cost = np.asarray(ideas_of(process).cost, dtype=float)[ideas]
    unpriced = int((~(cost >= 0)).sum())
    if unpriced:
        raise InputError.of(
            f"{unpriced:,} of {len(ideas):,} ideas have no cost; a budget cannot be spent on them.",
            code="missing",
            param="cost",
            hint="give costs, or pass rule='top'.",
        )
    return Rule("greedy", float(money), cost, place)


def _lacking(name: str, why: str) -> InputError:
    """The number that a rule needs."""
    return InputError.of(
        f"the rule needs {name}=; {why}.", code="missing", param=name, hint=f"pass {name}=."
    )


def _notes(found: ListSeen) -> list[Note]:
    """Which rule was used, and where the list adopted is another."""
    chosen = counted(int(found.won.sum()), "idea")
    template = {
        "top": "The rule: the {size:.0f} ideas with most support are chosen.",
        "threshold": "The rule: ideas with a support of {size:g} or more are chosen; {chosen}.",
        "greedy": "The rule: ideas are bought in the order of their support while the budget of "
        "{size:,.0f} lasts, those that are too dear passed over; {chosen}.",
    }[found.rule.name]
    notes = [Note.of("rule", template, rule=found.rule.name, size=found.rule.size, chosen=chosen)]
    if found.adopted is not None and found.different > 0:
        missing = int((found.adopted & ~found.won).sum())
        template = (
            "{ideas} adopted are not on the list that this rule makes of the votes: the rule is "
            "compared with the rule, not with what was adopted."
        )
        notes.append(Note.of("list_differs", template, ideas=counted(missing, "idea")))
    return notes


def refusal_of(found: ListSeen) -> Note | None:
    """Why the list cannot be judged whatever the weights are."""
    if found.different > MOST_DIFFERENT:
        template = (
            "by this rule {different:percent} of the adopted places would go to others, so that "
            "more than the votes decided (eligibility, a veto, places that exclude each other)"
        )
        return Note.of("not_by_votes", template, different=found.different)
    if found.rule.name == "threshold":
        return None
    if found.won.all() or not found.won.any():
        all_chosen = bool(found.won.all())
        clause = "every idea is chosen" if all_chosen else "no idea can be chosen"
        return Note("nothing_to_decide", f"{clause}, so there is nothing to decide")
    return None
