"""Measure how long ideas waited for a first answer, and what was answered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from coprep.errors import InputError
from coprep.ideas._judging.eligibility import fewest_authors
from coprep.ideas._judging.judge import LEAST_SHOWN
from coprep.ideas._votes.support import ideas_of, lead_authors, membership
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.data.process.coded import Grouping, Ideas, Responses
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools, Floats, Ints

_DAY = np.timedelta64(1, "D")
_ANSWERS: dict[str, ColumnKind] = {
    "group": "text",
    "answer": "text",
    "n_ideas": "count",
    "share": "number",
    "n_authors": "count",
}


@dataclass(frozen=True, slots=True, eq=False)
class WaitingTimes:
    """Ideas of participants and how long each waited, one entry an idea."""

    ideas: Ints  # positions
    days: Floats  # until the first answer, or until ``until`` for what still waits
    answered: Bools  # whether there was an answer by then
    member: Floats  # (ideas, groups) share of authors in each group; nan unknown
    author: Ints
    created: NDArray[np.datetime64]  # the day on which each was made
    until: np.datetime64  # the day at which waiting is cut off
    exclusions: Mapping[str, int]


def waiting_times(
    process: Process, grouping: Grouping, told: Responses, until: object = None
) -> WaitingTimes:
    """How long each idea waited for its first answer; merged ideas go with their target."""
    ideas = ideas_of(process)
    lead = lead_authors(process)
    answered, first = first_answers(ideas, told)
    end = last_day(process, until)
    created = ideas.created_at
    dated = ~np.isnat(created)
    undated = answered & np.isnat(first)
    later = dated & (created > end)
    theirs = ~ideas.is_host & (lead >= 0)
    keep = dated & ~undated & ~later & theirs
    if not keep.any():
        raise InputError.of(
            "no idea of a known author has a day on which it was made, so waiting cannot be "
            "measured.",
            code="missing",
            param="created_at",
            hint="the ideas table needs 'created_at', and 'author_id' or a table of authors.",
        )
    done = answered & ~np.isnat(first) & (first <= end)
    days = (np.where(done, first, end) - created) / _DAY
    return WaitingTimes(
        ideas=np.flatnonzero(keep),
        days=np.maximum(days[keep].astype(float), 0.0),
        answered=done[keep],
        member=membership(process, grouping)[keep],
        author=lead[keep],
        created=created[keep],
        until=end,
        exclusions={
            "ideas by the organisers": int(ideas.is_host.sum()),
            "ideas without an author": int(((lead < 0) & ~ideas.is_host).sum()),
            "ideas without a day": int((~dated & theirs).sum()),
            "ideas answered on an unknown day": int((undated & dated & theirs).sum()),
            "ideas made after the last day": int((later & theirs).sum()),
        },
    )


@dataclass(frozen=True, slots=True, eq=False)
class WaitingCurve:
    """The share still waiting over time (Kaplan-Meier), from statsmodels."""

    time: Floats  # at which something was answered
    waiting: Floats  # share still waiting just after each
    se: Floats  # Greenwood's
    longest: float  # longest time observed, answered or not

    @classmethod
    def of(cls, days: Floats, answered: Bools) -> WaitingCurve | None:
        """The curve of some ideas; None without any."""
        if not len(days):
            return None
        longest = float(days.max())
        if not answered.any():
            nothing = np.zeros(0)
            return cls(nothing, nothing, nothing, longest)
        from statsmodels.duration.survfunc import SurvfuncRight

        with np.errstate(divide="ignore", invalid="ignore"):
            curve = SurvfuncRight(days, answered.astype(int))
        at = np.asarray(curve.surv_times, dtype=float)
        waiting = np.asarray(curve.surv_prob, dtype=float)
        return cls(at, waiting, np.asarray(curve.surv_prob_se, dtype=float), longest)

    def answered_by(self, day: float) -> float:
        """Share answered by then; nan after the longest time if some still waited."""
        at = int(np.searchsorted(self.time, day, side="right"))
        waiting = float(self.waiting[at - 1]) if at else 1.0
        return math.nan if day > self.longest and waiting > 0 else 1.0 - waiting

    def limits(self, day: float, confidence: float) -> tuple[float, float]:
        """Interval of the share answered by then, on the log-log scale."""
        at = int(np.searchsorted(self.time, day, side="right"))
        if math.isnan(self.answered_by(day)):
            return math.nan, math.nan
        if at == 0:
            return 0.0, math.nan
        waiting = np.float64(self.waiting[at - 1])
        z = float(ndtri(0.5 + confidence / 2.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            width = z * self.se[at - 1] / waiting / np.log(waiting)
            ends = waiting ** np.exp(width), waiting ** np.exp(-width)
        return 1.0 - float(max(ends)), 1.0 - float(min(ends))

    @property
    def median(self) -> float:
        """Time by which half are answered; infinite when that is not reached.

        Where exactly half wait for a while, the middle of that while.
        """
        exact = np.flatnonzero(np.abs(self.waiting - 0.5) < 1e-12)
        below = np.flatnonzero(self.waiting < 0.5 - 1e-12)
        if not len(exact):
            return float(self.time[below[0]]) if len(below) else math.inf
        reached = float(self.time[exact[0]])
        after = float(self.time[below[0]]) if len(below) else reached
        return (reached + after) / 2.0


def log_rank_p(days: Floats, answered: Bools, inside: Bools) -> float:
    """P value of the log-rank test of two kinds of ideas, ideas taken as independent."""
    if not answered.any() or len(np.unique(inside)) < 2:
        return math.nan
    from statsmodels.duration.survfunc import survdiff

    with np.errstate(divide="ignore", invalid="ignore"):
        try:
            return float(survdiff(days, answered.astype(int), inside.astype(int))[1])
        except np.linalg.LinAlgError:  # nothing is left to compare at any answer
            return math.nan


def responses_of(process: Process) -> Responses:
    """The responses of a process, or an error where it has none."""
    process.require("responses")
    told = process.responses
    if told is None:
        raise InputError.of(
            "this process has no responses.", code="missing_table", param="responses"
        )
    return told


def first_answers(ideas: Ideas, told: Responses) -> tuple[Bools, NDArray[np.datetime64]]:
    """Whether each idea was ever answered, and when first (NaT: on an unknown day)."""
    far = np.iinfo(np.int64).max
    answered: Bools = np.bincount(told.idea, minlength=len(ideas)) > 0
    first = np.full(len(ideas), far, dtype=np.int64)
    known = ~np.isnat(told.at)
    np.minimum.at(first, told.idea[known], told.at[known].astype("datetime64[s]").astype(np.int64))
    into = np.asarray(ideas.merged_into)
    merged = np.flatnonzero(into >= 0)
    for _ in range(len(merged)):
        before = first.copy()
        first[merged] = np.minimum(first[merged], first[into[merged]])
        answered[merged] |= answered[into[merged]]
        if (before == first).all():
            break
    when = np.full(len(ideas), np.datetime64("NaT", "s"), dtype="datetime64[s]")
    when[first < far] = first[first < far].astype("datetime64[s]")
    return answered, when


def last_day(process: Process, until: object) -> np.datetime64:
    """The day at which waiting is cut off: as said, or the latest that any table names."""
    try:
        end: np.datetime64 = np.datetime64(str(process.last_day if until is None else until), "s")
    except ValueError:
        end = np.datetime64("NaT")
    if np.isnat(end):
        raise InputError.of(
            f"until must be a day such as '2024-05-31'; not {show(until)}.",
            param="until",
            got=str(until),
        )
    return end


def answers_table(told: Responses, grouping: Grouping, found: WaitingTimes) -> Table:
    """What ideas were answered, by group: the outcome, else the kind; "none" for waiting."""
    last: dict[int, str] = {}
    order = np.lexsort((told.at.astype("datetime64[s]").astype(np.int64), told.idea))
    for row in order:
        words = [word for word in (told.outcome[row], told.kind[row]) if word]
        last[int(told.idea[row])] = ", ".join(words) or "answered"
    said = np.array(
        [
            last.get(int(i), "answered") if done else "none"
            for i, done in zip(found.ideas, found.answered, strict=True)
        ]
    )
    records = []
    for k, group in enumerate(grouping.groups):
        inside = np.nan_to_num(found.member[:, k]) > 0.5
        author = found.author[inside]
        if len(np.unique(author)) < LEAST_SHOWN:
            continue
        mine = said[inside]
        for word in sorted(set(mine.tolist()), key=lambda w: (w == "none", w)):
            these = mine == word
            records.append(
                {
                    "group": group,
                    "answer": word,
                    "n_ideas": int(these.sum()),
                    "share": these.mean(),
                    "n_authors": fewest_authors(author, these),
                }
            )
    return Table.from_records(records, _ANSWERS)
