"""Decidim: proposals with their source, category and fate, and the comments on them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coprep.data.door.desk import of_rows
from coprep.data.files import as_path, read_csv
from coprep.data.frames import open_frame
from coprep.data.labels import label
from coprep.data.process import Process
from coprep.errors import InputError, listed, nearest, show

__all__ = ["read_decidim"]

# The model's name, then the columns that may hold it, in order of preference.
_PROPOSAL: Mapping[str, tuple[str, ...]] = {
    "id": ("proposal_id", "id"),
    "author": ("author", "author_id", "author/id", "user_id"),
    "source": ("source", "origin", "author_type"),
    "title": ("title", "title/en", "title/ca", "title/es"),
    "body": ("summary", "body", "body/en", "body/ca", "body/es"),
    "topic": ("category", "category/name/en", "category/name/ca", "category/name/es", "category/id"),
    "area": ("district", "scope/name/en", "scope/name/ca", "scope/name/es", "scope"),
    "state": ("status", "state"),
    "support": ("votes", "supports", "proposal_votes_count"),
    "created": ("created_at", "published_at"),
    "answer": ("answered_at",),
    "reason": ("answer", "answer/en", "answer/ca", "answer/es"),
}
_COMMENT: Mapping[str, tuple[str, ...]] = {
    "id": ("comment_id", "id"),
    "proposal": ("proposal_id", "commentable_id", "root_commentable_id", "resource_id"),
    "author": ("author", "author_id", "author/id"),
    "text": ("body", "body/en", "body/ca", "body/es", "text"),
    "words": ("n_words",),
    "reply": ("reply_to", "parent_id"),
}
_STATES = {
    "accepted": "adopted",
    "accept": "adopted",
    "rejected": "rejected",
    "reject": "rejected",
    "evaluating": "shortlisted",
    "withdrawn": "rejected",
    "not_answered": "submitted",
}
_HOST = "official"
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")


def read_decidim(proposals: Any, comments: Any = None) -> Process:
    """Which proposals were made, by whom, with how much support, and which were accepted?

    Parameters
    ----------
    proposals : path or data frame
        One row a proposal: an id, and as available author, source (citizen, organization, meeting, official), title,
        body, category, district or scope, state, votes or supports, created_at or published_at, answered_at, answer.
    comments : path or data frame, optional
        One row a comment: an id, the proposal, and as available author, n_words or body, reply_to.

    Returns
    -------
    Process
        Participants are everybody who wrote a proposal or a comment; ``source`` says how an author's proposals came
        in (unknown for people who only commented). Proposals from a meeting or an organisation without an author's
        name each stand for an author of their own. Official proposals are host ideas. Only totals of supports are
        published (`Ideas.support`): there are no ballots. Comments are turns, a session a proposal.

    Raises
    ------
    InputError
        Where a table has no id, or states that are not known.
    """
    notes: list[str] = []
    table = _open(proposals, "proposals")
    found = _pick(table, _PROPOSAL, "proposals", ("id",))
    n = len(found["id"])
    authors = _authors(found, n, notes)
    talk = None if comments is None else _pick(_open(comments, "comments"), _COMMENT, "comments", ("id", "proposal"))
    turns = None if talk is None else _turns(talk, {label(i) for i in found["id"]}, notes)
    if turns is not None:
        several = _split_accounts(authors)
        turns["participant_id"] = [several.get(name, name) for name in turns["participant_id"]]
    return Process.of_tables(
        {
            "participants": _people(
                authors, () if turns is None else turns["participant_id"], with_source="source" in found
            ),
            "ideas": _ideas(found, authors, n),
            "turns": turns if turns and turns["turn_id"] else None,
            "responses": _responses(found),
        },
        known_groups={},
        notes=notes,
        title=Path(proposals).stem if isinstance(proposals, (str, Path)) else "",
        sources=("Decidim",),
    )


def _open(value: Any, what: str) -> Mapping[str, Sequence[Any]]:
    if isinstance(value, (str, Path)):
        return read_csv(as_path(value))
    frame = open_frame(value, what=what)
    return frame.collect(frame.columns)


def _pick(
    table: Mapping[str, Sequence[Any]], wanted: Mapping[str, tuple[str, ...]], what: str, needed: tuple[str, ...]
) -> dict[str, Sequence[Any]]:
    """The columns of the model that a table has, under the model's names."""
    found = {key: next((table[c] for c in choices if c in table), None) for key, choices in wanted.items()}
    for key in needed:
        if found[key] is None:
            close = nearest(wanted[key][0], table)
            raise InputError.of(
                f"{what} have no column {' or '.join(map(show, wanted[key]))}; they have {listed(table, most=10)}.",
                code="missing_column",
                param=what,
                got=tuple(table),
                expected=wanted[key],
                hint=f"did you mean {close!r}?" if close else None,
            )
    return {key: column for key, column in found.items() if column is not None}


def _split_accounts(authors: Sequence[tuple[str | None, str | None]]) -> dict[str | None, str]:
    """For accounts that count once for each source, the one under which their comments are counted."""
    split = sorted({(a.removesuffix(f" ({s})"), a) for a, s in authors if a is not None and a.endswith(f" ({s})")})
    return dict(reversed(split))


def _authors(found: Mapping[str, Sequence[Any]], n: int, notes: list[str]) -> list[tuple[str | None, str | None]]:
    """Each proposal's author and source.

    A proposal that names only its source has an author of its own. An account that wrote for several sources (a
    citizen who also entered a meeting's proposals) counts once for each.
    """
    given = [label(a) for a in found.get("author", [None] * n)]
    source = [label(s) for s in found.get("source", [None] * n)]
    nameless = Counter(s for a, s in zip(given, source, strict=True) if a is None and s is not None)
    if nameless:
        kinds = ", ".join(f"{count:,} of source {show(s)}" for s, count in sorted(nameless.items(), key=str))
        notes.append(f"proposals without an author's name ({kinds}) each count as an author of their own.")
    sources: dict[str | None, set[str | None]] = {}
    for author, s in zip(given, source, strict=True):
        sources.setdefault(author, set()).add(s)
    mixed = {author for author, found_in in sources.items() if author is not None and len(found_in) > 1}
    if mixed:
        notes.append(f"counted once for each source they wrote for: {of_rows(len(mixed), 'author')}.")
    result: list[tuple[str | None, str | None]] = []
    for author, s, i in zip(given, source, found["id"], strict=True):
        if author is None:
            result.append((None if s is None else f"{s} proposal {label(i)}", s))
        else:
            result.append((f"{author} ({s})" if author in mixed else author, s))
    return result


def _people(
    authors: Sequence[tuple[str | None, str | None]], others: Sequence[str | None], *, with_source: bool
) -> dict[str, list[Any]] | None:
    source = {author: s for author, s in authors if author is not None}
    ids = sorted({*source, *(o for o in others if o is not None)})
    if not ids:
        return None
    return {"participant_id": list(ids)} | ({"source": [source.get(name) for name in ids]} if with_source else {})


def _ideas(
    found: Mapping[str, Sequence[Any]], authors: Sequence[tuple[str | None, str | None]], n: int
) -> dict[str, list[Any]]:
    empty = [None] * n
    title, body = found.get("title", empty), found.get("body", empty)
    text = [" ".join(str(t) for t in pair if label(t) is not None) or None for pair in zip(title, body, strict=True)]
    state = [label(s) for s in found.get("state", empty)]
    table: dict[str, list[Any]] = {
        "idea_id": list(found["id"]),
        "author_id": [author for author, _ in authors],
        "topic": list(found.get("topic", empty)),
        "area": list(found.get("area", empty)),
        "status": [None if s is None else _STATES.get(s.casefold(), s.casefold()) for s in state],
        "support": list(found.get("support", empty)),
        "created_at": [_day(d) for d in found.get("created", empty)],
        "is_host": [label(s) == _HOST for s in found.get("source", empty)],
    }
    return table | ({"text": text} if "title" in found or "body" in found else {})


def _day(value: Any) -> Any:
    """A date written day first, as the platform's spreadsheets do, in the usual form; others as they are."""
    name = label(value) if isinstance(value, str) else None
    written = _DAY_FIRST.fullmatch(name) if name else None
    if written is None:
        return value if name is None else re.sub(r" UTC$", "+00:00", name)
    day, month, year, clock = written.groups()
    return f"{year}-{int(month):02d}-{int(day):02d}" + (f"T{clock:0>5}" if clock else "")


def _turns(talk: Mapping[str, Sequence[Any]], known: set[str | None], notes: list[str]) -> dict[str, list[Any]]:
    keep = [label(p) in known for p in talk["proposal"]]
    lost = len(keep) - sum(keep)
    if lost:
        notes.append(f"left out: {of_rows(lost, 'comment')} on proposals that are not in the table.")
    empty = [None] * len(keep)

    def kept(name: str) -> list[Any]:
        return [cell for cell, k in zip(talk.get(name, empty), keep, strict=True) if k]

    table = {
        "turn_id": kept("id"),
        "session_id": [f"proposal {label(p)}" for p in kept("proposal")],
        "participant_id": [label(a) for a in kept("author")],
        "n_words": kept("words"),
        "reply_to": kept("reply"),
    }
    return table | ({"text": kept("text")} if "text" in talk else {})


def _responses(found: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]] | None:
    """An answer for each proposal with a day or a text of answer."""
    if "answer" not in found and "reason" not in found:
        return None
    n = len(found["id"])
    at, reason = found.get("answer", [None] * n), found.get("reason", [None] * n)
    rows = [i for i in range(n) if label(at[i]) is not None or label(reason[i]) is not None]
    if not rows:
        return None
    state = found.get("state", [None] * n)
    return {
        "idea_id": [found["id"][i] for i in rows],
        "at": [_day(at[i]) for i in rows],
        "kind": ["reasoned" if label(reason[i]) is not None else "decision only" for i in rows],
        "outcome": [label(state[i]) for i in rows],
    }
