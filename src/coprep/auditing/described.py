"""Describe what is not tested: roles from step to step, needs and provisions, answers, who answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from coprep.auditing.asking import Asking
from coprep.auditing.equality import SPOKEN
from coprep.auditing.impact import is_delivered
from coprep.auditing.reciprocity import felt, items
from coprep.data.labels import fold
from coprep.data.process.coded import Responses
from coprep.data.process.process import Process
from coprep.data.provisions import answers_need, several
from coprep.findings import Note
from coprep.table import ColumnKind, Table
from coprep.wording.escape import quoted

_LADDER: dict[str, ColumnKind] = {
    "step": "text",
    "unit": "text",
    "role": "text",
    "amount": "number",
    "total": "number",
    "share": "number",
}
_TOLD: dict[str, ColumnKind] = {"role": "text", "answer": "text", "ideas": "count", "of": "count"}
_NEEDS: dict[str, ColumnKind] = {
    "need": "text",
    "people": "count",
    "stage": "text",
    "sessions_with": "count",
    "sessions": "count",
}
_ANSWERED: dict[str, ColumnKind] = {
    "item": "text",
    "attribute": "text",
    "group": "text",
    "agreed": "count",
    "answered": "count",
    "of": "count",
}
_SESSIONS: dict[str, ColumnKind] = {
    "session": "text",
    "stage": "text",
    "date": "text",
    "start": "text",
    "end": "text",
    "place": "text",
    "language": "text",
    "provisions": "text",
    "came": "count",
}
ANSWERS = ("yes", "no, with reasons", "no, without", "no answer")
"""What people can be told, from best to worst."""


def ladder_of(process: Process) -> Table:
    """The share of each role in who was there, what was said and written, and what came of it."""
    roles = process.roles()
    if roles is None or len(roles.groups) < 2:
        return Table.from_records([], _LADDER)
    steps: dict[tuple[str, str], NDArray[np.float64]] = {
        ("list", "people"): np.ones(len(process.people))
    }
    spoken = next((name for name in SPOKEN if process.has(name)), None)
    if spoken is not None:
        steps[("words", spoken)] = process.ledger(spoken).amounts
    if process.has("authors"):
        steps[("ideas", "ideas")] = process.ledger("ideas").amounts
        if process.has("adopted"):
            steps[("adopted", "ideas")] = process.ledger("adoptions").amounts
            steps[("delivered", "ideas")] = _delivered(process)
    records = []
    for (step, unit), amounts in steps.items():
        known = roles.codes >= 0
        total = float(amounts[known].sum())
        if not total:
            continue
        for code, role in enumerate(roles.groups):
            amount = float(amounts[roles.codes == code].sum())
            records.append(
                {
                    "step": step,
                    "unit": unit,
                    "role": role,
                    "amount": amount,
                    "total": total,
                    "share": amount / total,
                }
            )
    return Table.from_records(records, _LADDER)


def _delivered(process: Process) -> NDArray[np.float64]:
    """Each person's part of the ideas that were delivered; authors share equally."""
    wrote = process.authorship
    if process.ideas is None:
        return np.zeros(len(process.people))
    part = wrote.share * is_delivered(process.ideas)[wrote.idea]
    return np.bincount(wrote.person, part, minlength=len(process.people)).astype(np.float64)


def told_of(process: Process) -> Table:
    """What became of each role's ideas in the eyes of their authors; ideas by one role only."""
    ideas = process.ideas
    answers = process.responses
    roles = process.roles()
    if ideas is None or answers is None or not len(process.authorship):
        return Table.from_records([], _TOLD)
    said = _said(answers, len(ideas))
    records = []
    for role, theirs in _ideas_by_role(process).items():
        counts = {answer: int((theirs & (said == i)).sum()) for i, answer in enumerate(ANSWERS)}
        of = int(theirs.sum())
        records += [
            {"role": role if roles is not None else None, "answer": answer, "ideas": n, "of": of}
            for answer, n in counts.items()
        ]
    return Table.from_records(records, _TOLD)


def _said(answers: Responses, ideas: int) -> NDArray[np.intp]:
    """The position among `ANSWERS` of what was said to each idea: the best of its answers."""
    said = np.full(ideas, ANSWERS.index("no answer"))
    for row, idea in enumerate(answers.idea):
        if answers.outcome[row] == "adopted":
            here = ANSWERS.index("yes")
        elif answers.kind[row] == "reasoned":
            here = ANSWERS.index("no, with reasons")
        else:
            here = ANSWERS.index("no, without")
        said[idea] = min(said[idea], here)
    return said


def _ideas_by_role(process: Process) -> Mapping[str, NDArray[np.bool_]]:
    """Which ideas are by authors of one role alone; all where no roles are known."""
    roles = process.roles()
    wrote = process.authorship
    n = len(process.ideas or ())
    written = np.zeros(n, dtype=bool)
    written[wrote.idea] = True
    if roles is None:
        return {"": written}
    found: dict[str, NDArray[np.bool_]] = {}
    for code, role in enumerate(roles.groups):
        by_role = np.zeros(n, dtype=bool)
        by_others = np.zeros(n, dtype=bool)
        theirs = roles.codes[wrote.person] == code
        by_role[wrote.idea[theirs]] = True
        by_others[wrote.idea[~theirs]] = True
        found[role] = by_role & ~by_others
    return found


def needs_of(process: Process, tied: Mapping[str, str]) -> tuple[Table, list[Note]]:
    """For each access need and stage, how many sessions provided for it.

    ``tied`` says which provision answers a need; else they are tied where they are the same but for
    case and punctuation, or one contains all words of the other.
    """
    sessions = process.sessions
    none = Table.from_records([], _NEEDS)
    if sessions is None or "provisions" not in sessions or "access_need" not in process.attributes:
        return none, []
    grouping = process.grouping("access_need")
    provided = [several(cell) for cell in sessions["provisions"]]
    everything = dict.fromkeys(one for cell in provided for one in cell)
    stages = dict.fromkeys(str(stage) for stage in sessions["stage"] if stage is not None)
    records = []
    notes: list[Note] = []
    for code, need in enumerate(grouping.groups):
        if fold(need) in {"none", "no", "no need", "nothing"}:
            continue
        wanted = tied.get(need)
        meets = {p for p in everything if p == wanted or (wanted is None and answers_need(need, p))}
        if meets:
            text = f"{quoted([need])} is taken to be met by {quoted(sorted(meets))}."
        else:
            text = f"{quoted([need])}: no session names it."
        notes.append(Note("need_tied", text, {"need": need, "provisions": tuple(sorted(meets))}))
        for stage in stages:
            here = [p for p, s in zip(provided, sessions["stage"], strict=True) if s == stage]
            records.append(
                {
                    "need": need,
                    "people": int((grouping.codes == code).sum()),
                    "stage": stage,
                    "sessions_with": sum(bool(meets & set(p)) for p in here),
                    "sessions": len(here),
                }
            )
    bare = sum(not cell for cell in provided)
    if bare:
        text = f"{bare} of {len(provided)} sessions have no provision recorded."
        notes.append(Note("provisions_not_recorded", text, {"sessions": bare}))
    return Table.from_records(records, _NEEDS), notes


def answered_of(asking: Asking) -> Table:
    """Who answered each question about taking part, of all on the list, by group."""
    records = []
    for item in items(asking):
        agreed = felt(asking, item)
        answered = ~np.isnan(agreed)
        for attribute in asking.attributes:
            grouping = asking.process.grouping(attribute)
            for code, group in enumerate(grouping.groups):
                theirs = grouping.codes == code
                records.append(
                    {
                        "item": item,
                        "attribute": attribute,
                        "group": group,
                        "agreed": int((agreed[theirs] == 1).sum()),
                        "answered": int((theirs & answered).sum()),
                        "of": int(theirs.sum()),
                    }
                )
    return Table.from_records(records, _ANSWERED)


def sessions_of(process: Process) -> Table:
    """The meetings: when and where they were, in which language, what was provided, how many came."""
    sessions = process.sessions
    if sessions is None:
        return Table.from_records([], _SESSIONS)
    came: Counter[str] = Counter()
    if process.attendance is not None:
        came.update(one for one in process.attendance["session"] if one is not None)
    records = []
    for row, session in enumerate(sessions["session"]):
        held = {name: _cell(column[row]) for name, column in sessions.items()}
        records.append({**held, "came": came.get(str(session)) if came else None})
    return Table.from_records(records, _SESSIONS)


def _cell(value: object) -> str | None:
    if value is None or (isinstance(value, np.datetime64) and np.isnat(value)):
        return None
    return str(value)
