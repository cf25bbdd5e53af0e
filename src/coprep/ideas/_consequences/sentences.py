"""Say what came out, for a councillor: one reading, the next step, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coprep.findings import Note, Verdict, counted
from coprep.wording.escape import quoted
from coprep.wording.names import plainly
from coprep.wording.numbers import fixed
from coprep.wording.templates import say

if TYPE_CHECKING:
    from coprep.ideas._consequences.answer import Answer
    from coprep.ideas._consequences.judgement import Asked, Judged
    from coprep.ideas._consequences.newcomers import Newcomers
    from coprep.metrics._checks import Bools

_NAMED = 3
_INNOCENT = (
    "Those whom a decision touches most vote on it, and a small group's voice is that of few "
    "people: a mix of voters like this needs nobody's doing."
)
_MOST_DECIMALS = 4
_RECRUIT = "Recruit people of the groups that are missing, or merge groups, and ask again."
_NEXT = {
    "not_by_votes": "Give the rule by which the list was made, or ask whose support the adopted "
    "ideas carry.",
    "nothing_to_decide": "Ask about a vote in which some ideas were left out.",
    "quota_attribute": "Take an attribute that was not filled to a target.",
    "labels_from_votes": "Take an attribute that was recorded apart from the vote.",
    "out_of_reach": "Merge small groups, or match fewer attributes.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A reading, what it quotes, and what to do next."""

    reading: str
    next_step: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What ideas, attributes, the community and places are called."""

    ideas: Sequence[str]
    attributes: Sequence[str]
    whom: str
    worth: str  # money or places
    percent: bool  # whether support is a share of people

    @property
    def mix(self) -> str:
        """The attributes as people say them."""
        said = [plainly(name) for name in self.attributes]
        if len(said) == 1:
            return said[0]
        return f"{', '.join(said[:-1])} and {said[-1]}"

    def chosen(self, which: Bools) -> list[str]:
        """Some ideas by name."""
        return [name for name, here in zip(self.ideas, which.tolist(), strict=True) if here]

    def of(self, which: Bools) -> str:
        """Some ideas in a sentence, the first by name."""
        return quoted(self.chosen(which), most=_NAMED)


def said(found: Judged, asked: Asked, names: Names) -> Said:
    """What can be said of the list."""
    answer = found.answer
    values: dict[str, Any] = {
        "mix": names.mix,
        "whom": names.whom,
        "worth": names.worth,
        "chosen": int(asked.won.sum()),
    }
    if found.verdict is Verdict.NOT_ASSESSABLE:
        return _refused(found, asked, names, values)
    if found.settled:
        return _stays(found, asked, values)
    if answer is None:  # nobody speaks for a group, and its bounds leave it open
        return _refused(found, asked, names, values)
    safe = asked.won & (answer.chosen_share >= 1 - asked.alpha)
    lost = asked.won & ~answer.would
    gained = ~asked.won & answer.would
    values |= {
        "safe": int(safe.sum()),
        **_moved(answer, asked),
        "lost": names.chosen(lost),
        "gained": names.chosen(gained),
    }
    changes = _changes(lost, gained, names)
    if found.verdict is Verdict.PATTERN:
        return _shown(answer, names, values, changes)
    return _open(found, values, changes)


def _moved(answer: Answer, asked: Asked) -> dict[str, float]:
    """The part of the list that would be another; above a line, places are also lost alone."""
    if asked.rule.name == "threshold":
        return {"moved": answer.shifted, "moved_high": answer.shifted_high}
    return {"moved": answer.moved, "moved_high": answer.moved_high}


def _changes(lost: Bools, gained: Bools, names: Names) -> str:
    """Who would lose and who would gain a place, as a clause."""
    parts = []
    if lost.any():
        its = "its place" if lost.sum() == 1 else "their places"
        parts.append(f"{names.of(lost)} would lose {its}")
    if gained.any():
        place = "a place" if gained.sum() == 1 else "places"
        parts.append(f"{names.of(gained)} would gain {place}")
    return " and ".join(parts)


def _shown(answer: Answer, names: Names, values: dict[str, Any], changes: str) -> Said:
    """Another list, shown."""
    over = answer.shown.over & answer.shown.changed[:, None]
    how = "shown beyond chance"
    if over.any():
        pairs = np.where(over, answer.shown.margin, -np.inf)
        above, below = np.unravel_index(int(np.argmax(pairs)), pairs.shape)
        values |= {"above": names.ideas[int(above)], "below": names.ideas[int(below)]}
        how = say(
            "shown beyond chance: {above:label} has more support than {below:label}", **values
        )
    template = (
        "Had the voters had the {mix} of the {whom}, {changes} ({how}). {moved:percent} of the "
        "{worth} would go elsewhere. This takes it that people who stayed away think like those of "
        "their group who came."
    )
    values |= {"changes": changes, "how": how}
    return Said(
        say(template, **values),
        "Show both lists to the group that decides, and ask people of the groups that were missing "
        "what they think of the ideas that differ.",
        values,
    )


def _stays(found: Judged, asked: Asked, values: dict[str, Any]) -> Said:
    """The list is shown to stay."""
    answer = found.answer
    templates = {
        "matched": "By {mix} the voters are like the {whom}: giving every group its share changes "
        "nothing.",
        "bounds": "Giving every group its share of the {whom} by {mix} would not change which "
        "{ideas} are chosen, whatever those who are missing think.",
        "stable": "Giving every group its share of the {whom} by {mix} would not change which "
        "{ideas} are chosen ({redraws:.0f} of 100 redraws give the same list).",
        "small": "Giving every group its share of the {whom} by {mix} would move at most "
        "{moved_high:percent} of the {worth}; {safe} of {ideas} chosen are safe.",
    }
    values["ideas"] = counted(values["chosen"], "idea")
    if answer is not None:
        values |= {
            "redraws": float(np.floor(100 * answer.stability)),
            **_moved(answer, asked),
            "safe": int((asked.won & (answer.chosen_share >= 1 - asked.alpha)).sum()),
        }
    return Said(
        say(templates[found.settled], **values),
        "Publish this with what it rests on: attributes that were not matched may matter more.",
        values,
    )


def _open(found: Judged, values: dict[str, Any], changes: str) -> Said:
    """Neither shown."""
    start = "On paper the list stays, which is not sure:"
    if changes:
        start = f"On paper {changes}; that is not shown, for the margins are too close:"
    if found.doubt is not None:
        start = f"On paper {changes or 'the list stays'}, but more cannot be said ({{why}}):"
        values["why"] = found.doubt.text.rstrip(".")
    template = (
        start + " {safe} of {ideas} chosen are safe, and up to {moved_high:percent} of the {worth} "
        "could go elsewhere."
    )
    values |= {"ideas": counted(values["chosen"], "idea"), "changes": changes}
    return Said(
        say(template, **values),
        "Invite the groups that were missing to say what they think of the ideas next to the cut.",
        values,
    )


def _refused(found: Judged, asked: Asked, names: Names, values: dict[str, Any]) -> Said:
    """Nothing can be judged; what holds whatever the missing think is still said."""
    why = found.refusal or found.doubt
    values["why"] = "" if why is None else why.text.rstrip(".")
    values |= {} if why is None else dict(why.values)
    template = "Whether another list would be the result cannot be judged: {why}."
    if found.low is not None and found.high is not None and found.answer is None:
        sure = _sure(found, asked)
        if sure.any():
            values["sure"] = names.chosen(sure)
            template += " {sure:labels} would keep a place whatever they think."
    code = "" if why is None else why.code
    return Said(say(template, **values), _NEXT.get(code, _RECRUIT), values)


def _sure(found: Judged, asked: Asked) -> Bools:
    """Winners that no loser could pass within the bounds."""
    assert found.low is not None
    assert found.high is not None
    rivals = np.max(np.where(asked.won, -np.inf, found.high), initial=-np.inf)
    if asked.rule.name == "threshold":
        return np.asarray(asked.won & (found.low >= asked.rule.size))
    return np.asarray(asked.won & (found.low > rivals))


def caveats(found: Judged, names: Names, described: str) -> tuple[Note, ...]:
    """What stands beside every answer."""
    template = (
        "It takes those who stayed away to think like those of their group who came; these data "
        "cannot check that."
    )
    first = Note("assumption", template)
    if found.absentees is not None:
        first = tipping(found.absentees, names) or first
    notes = [
        first,
        Note.of(
            "only_matched",
            "Matched: {mix}, and nothing else. Tenure, income or interest in the matter may matter "
            "more.",
            mix=names.mix,
        ),
        Note(
            "vote_is_valid",
            "The vote is valid as it is: this says what the mix of people did to it, not what the "
            "result ought to have been.",
        ),
    ]
    if found.verdict is Verdict.PATTERN:
        notes.append(Note("innocent", _INNOCENT))
    if described:
        template = "The {whom}: {described}."
        notes.append(Note.of("community", template, whom=names.whom, described=described))
    if found.answer is not None:
        room = found.answer.room
        template = (
            "With weights up to {largest:.1f}, {voters} give about as much information as "
            "{effective:.0f} equal ones."
        )
        notes.append(
            Note.of(
                "weights",
                template,
                largest=float(room.weight.max()),
                voters=counted(int(room.people.sum()), "voter"),
                effective=float(room.people.sum() / room.design_effect),
            )
        )
    return tuple(notes)


def closest(absentees: Newcomers) -> int | None:
    """The idea whose place hangs on the smallest change of what newcomers think."""
    away = np.where(absentees.possible, np.abs(absentees.needed - absentees.assumed), np.inf)
    if not np.isfinite(away).any():
        return None
    # Two ideas beside each other are as far from changing places: the first is named.
    return int(np.argmin(np.round(np.nan_to_num(away, nan=np.inf, posinf=np.inf), 9)))


def tipping(absentees: Newcomers, names: Names) -> Note | None:
    """How else the missing would have to think for the closest idea to change its place."""
    idea = closest(absentees)
    if idea is None:
        return None
    needed = float(absentees.needed[idea])
    assumed = float(absentees.assumed[idea])
    change = "gain"
    if needed < assumed:
        change = "lose"
    decimals = 0
    while decimals < _MOST_DECIMALS and fixed(100 * needed, decimals) == fixed(
        100 * assumed, decimals
    ):
        decimals += 1
    if names.percent:
        figures = [f"{fixed(100 * value, decimals)}%" for value in (needed, assumed)]
        backed = "of the missing people had backed it"
    else:
        figures = [fixed(value, decimals + 2) for value in (needed, assumed)]
        backed = "had been given to it by the missing people on average"
    template = (
        "It takes those who stayed away to think like those of their group who came; these data "
        "cannot check that. On the weighted list {idea:label} would {change} a place if {figures} "
        f"{backed}."
    )
    return Note.of(
        "assumption",
        template,
        idea=names.ideas[idea],
        change=change,
        figures=" instead of ".join(figures),
        needed=needed,
        assumed=assumed,
    )
