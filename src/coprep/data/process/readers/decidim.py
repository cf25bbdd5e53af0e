"""Reads exports of Decidim: proposals with source, topic and fate, and comments."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from coprep.data.files import as_path, read_csv, read_text
from coprep.data.frames import open_frame
from coprep.data.labels import fold, label
from coprep.data.process.process import Process
from coprep.data.process.tables.nobody import is_nobody
from coprep.data.process.tables.schema import STATUS
from coprep.errors import InputError
from coprep.findings import Note, counted
from coprep.wording.escape import quoted
from coprep.wording.labels import listed, nearest, show
from coprep.wording.numbers import count_of

_Table = Mapping[str, Sequence[Any]]
_Credits = list[list[tuple[str, str | None]]]

# The model's name, then the columns that may hold it, in order of preference; "/*" stands for any
# language.
_PROPOSAL: Mapping[str, tuple[str, ...]] = {
    "id": ("proposal_id", "id"),
    "author": ("author", "author_id", "author/id", "authors/id", "user_id"),
    "address": ("author/url", "authors/url"),
    "name": ("author/name", "authors/name"),
    "amendment": ("is_amend",),
    "source": ("source", "origin", "author_type"),
    "title": ("title", "title/*"),
    "body": ("summary", "body", "body/*"),
    "topic": (
        "category",
        "category/name",
        "category/name/*",
        "taxonomies/name",
        "taxonomies/name/*",
        "category/id",
    ),
    "area": ("district", "scope/name", "scope/name/*", "scope"),
    "state": ("status", "state"),
    "withdrawn": ("withdrawn",),
    "support": ("votes", "supports", "votes_count", "proposal_votes_count", "confirmed_votes"),
    "cost": ("cost", "budget_amount"),
    "created": ("created_at", "published_at"),
    "answer": ("answered_at",),
    "reason": ("answer", "answer/*"),
}
_COMMENT: Mapping[str, tuple[str, ...]] = {
    "id": ("comment_id", "id"),
    "proposal": ("proposal_id", "commentable_id", "root_commentable_id", "resource_id"),
    "kind": ("commentable_type",),
    "root": ("root_commentable_url",),
    "author": ("author", "author_id", "author/id"),
    "text": ("body", "body/*", "text"),
    "words": ("n_words",),
    "reply": ("reply_to", "parent_id"),
}
_STATES = {
    "accepted": "adopted",
    "accept": "adopted",
    "rejected": "rejected",
    "reject": "rejected",
    "evaluating": "shortlisted",
    "withdrawn": "submitted",
    "not_answered": "submitted",
    "published": "submitted",
}
_TRUE = frozenset({"Yes", "yes", "1", "t", "TRUE"})
_HOST = "official"
_CITIZEN = "citizen"
_MEETING = "meeting"
_BODIES = frozenset({_HOST, _MEETING, "organization", "organisation", "user_group"})
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")
_OFFSET = re.compile(r" (?:UTC|([+-]\d{2}:?\d{2}))$")
_TRANSLATED_BY_MACHINE = "/machine_translations/"


def read_decidim(
    proposals: Any, comments: Any = None, *, states: Mapping[str, str] | None = None
) -> Process:
    """Which proposals were made, by whom, with how much support, and which were accepted?

    Parameters
    ----------
    proposals : path or data frame
        A CSV or JSON export, or a table, with one row a proposal: an id, and as available author,
        source (citizen, organization, meeting, official), title, body, category, district or scope,
        state, votes or supports, cost, created_at or published_at, answered_at, answer. Texts may
        have a column a language, such as title/ca.
    comments : path or data frame, optional
        One row a comment: an id, the proposal (or the commentable_id with its commentable_type),
        and as available author, n_words or body, reply_to.
    states : mapping of str to str, optional
        What states of the platform's own mean: ``{"in progress": "adopted"}``; see ideas.status in
        `Process`.

    Returns
    -------
    Process
        Participants are everybody who wrote a proposal or a comment; ``source`` says how an
        author's proposals came in (unknown for people who only commented). Where no column says it,
        it is read from the addresses of the authors: profiles are citizens, meetings are meetings,
        others are official where they have a name; deleted accounts have none, and their source is
        unknown. Amendments of other proposals are no ideas of their own and are left out. Proposals
        from a meeting, an organisation or the hosts without an
        author's name each stand for an author of their own; all others without one have no known
        author, since nobody knows how many people wrote them. Official proposals are host ideas.
        Proposals that were withdrawn are undecided. Only totals of supports are published
        (`Ideas.support`): there are no ballots. Comments are turns, a session a proposal.

    Raises
    ------
    InputError
        Where a table has no id, or states that are not known.

    Examples
    --------
    >>> import pandas as pd
    >>> proposals = pd.DataFrame(
    ...     {
    ...         "id": [1, 2],
    ...         "author": ["ana", "city"],
    ...         "source": ["citizen", "official"],
    ...         "state": ["accepted", "rejected"],
    ...     }
    ... )
    >>> process = read_decidim(proposals)
    >>> len(process.people), len(process.ideas)
    (2, 2)
    """
    notes: list[Note] = []
    found = _pick(_open(proposals, "proposals"), _PROPOSAL, "proposals", ("id",))
    found = _without_amendments(found, notes)
    by_address = "source" not in found and "address" in found
    authors = _addressed(found, notes) if by_address else _with_sources(found, notes)
    turns = None
    if comments is not None:
        turns = _turns(_comments(comments), {label(i) for i in found["id"]}, notes)
        accounts = _split_accounts(pair for pairs in authors for pair in pairs)
        turns["participant_id"] = [accounts.get(name, name) for name in turns["participant_id"]]
    speakers = () if turns is None else turns["participant_id"]
    with_source = "source" in found or "address" in found
    return Process.of_tables(
        {
            "participants": _people(authors, speakers, with_source=with_source),
            "ideas": _ideas(found, authors, _states(states), notes),
            "idea_authors": _co_authors(found["id"], authors),
            "turns": turns if turns and turns["turn_id"] else None,
            "responses": _responses(found),
        },
        notes=notes,
        title=Path(proposals).stem if isinstance(proposals, (str, Path)) else "",
        sources=("Decidim",),
    )


def _open(value: Any, what: str) -> _Table:
    if isinstance(value, (str, Path)):
        file = as_path(value)
        return _of_json(file) if file.suffix.casefold() == ".json" else read_csv(file)
    frame = open_frame(value, what=what)
    return frame.collect(frame.columns)


def _of_json(file: Path) -> _Table:
    """A JSON list of objects as columns: names inside names are joined by "/", lists by commas."""
    text = read_text(file)
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise InputError.of(
            f"{file.name} is no JSON list of objects.",
            code="unreadable_file",
            param=file.name,
            hint="export the table again as CSV or JSON.",
        )
    flat = [_flat(row) for row in rows]
    names = dict.fromkeys(name for row in flat for name in row)
    return {name: [row.get(name) for row in flat] for name in names}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells |= {f"{name}/{inner}": cell for inner, cell in _flat(value).items()}
        elif isinstance(value, list):
            cells[name] = ", ".join(str(v) for v in value if v is not None)
        else:
            cells[name] = value
    return cells


def _pick(
    table: _Table, wanted: Mapping[str, tuple[str, ...]], what: str, needed: tuple[str, ...]
) -> dict[str, Any]:
    """The columns of the model that a table has, under the model's names."""
    found = {key: _first_told(table, choices) for key, choices in wanted.items()}
    for key in needed:
        if found[key] is None:
            close = nearest(wanted[key][0], table)
            raise InputError.of(
                f"{what} have no column {' or '.join(map(show, wanted[key]))}; they have "
                f"{listed(table, most=10)}.",
                code="missing_column",
                param=what,
                got=tuple(table),
                expected=wanted[key],
                hint=f"did you mean {show(close)}?" if close else None,
            )
    return {key: column for key, column in found.items() if column is not None}


def _comments(value: Any) -> dict[str, Any]:
    table = _open(value, "comments")
    found = _pick(table, _COMMENT, "comments", ("id", "proposal"))
    if "proposal_id" in table:
        found.pop("kind", None)
    return found


def _first_told(table: _Table, choices: tuple[str, ...]) -> list[Any] | None:
    """The first of the choices that is not empty; else an empty one, if there is one."""
    found = [
        column for choice in choices if (column := _in_any_language(table, choice)) is not None
    ]
    return next(
        (column for column in found if any(cell is not None for cell in column)),
        found[0] if found else None,
    )


def _in_any_language(table: _Table, choice: str) -> list[Any] | None:
    """One column, or several of different languages as one; people's words before a machine's."""
    names = [choice] if choice in table else []
    if choice.endswith("/*"):
        names = [name for name in table if name.startswith(choice[:-1])]
        names.sort(key=lambda name: _TRANSLATED_BY_MACHINE in name)
    if not names:
        return None
    return [
        next((cell for cell in cells if label(cell) is not None), None)
        for cells in zip(*(table[name] for name in names), strict=True)
    ]


def _split_accounts(authors: Iterable[tuple[str, str | None]]) -> dict[str | None, str]:
    """Of accounts that count once for each source, the one their comments are counted under."""
    split = sorted({(a.removesuffix(f" ({s})"), a) for a, s in authors if a.endswith(f" ({s})")})
    return dict(reversed(split))


def _with_sources(found: _Table, notes: list[Note]) -> _Credits:
    """Each proposal's authors and its source.

    A proposal that names only its source has an author of its own where that is no single person:
    many proposals of nameless citizens may be one citizen's, and are no evidence of many. An
    account that wrote for several sources (a citizen who also entered a meeting's proposals) counts
    once for each.
    """
    n = len(found["id"])
    given = [_somebody(_listed_ids(cell)) for cell in found.get("author", [None] * n)]
    source = [label(s) for s in found.get("source", [None] * n)]
    nameless = Counter(
        s for names, s in zip(given, source, strict=True) if not names and s is not None
    )
    bodies = {s: count for s, count in sorted(nameless.items()) if _is_body(s)}
    if bodies:
        text = (
            f"proposals without an author's name ({_by_source(bodies)}) "
            "each count as an author of their own."
        )
        notes.append(Note("nameless_bodies", text, {"proposals": bodies}))
    nobody = {s: count for s, count in sorted(nameless.items()) if s not in bodies}
    if nobody:
        proposals = counted(sum(nobody.values()), "proposal")
        text = f"author unknown: {proposals} ({_by_source(nobody)})."
        notes.append(Note("author_unknown", text, {"proposals": nobody}))
    sources: dict[str, set[str | None]] = {}
    for names, s in zip(given, source, strict=True):
        for name in names:
            sources.setdefault(name, set()).add(s)
    mixed = {author for author, held in sources.items() if len(held) > 1}
    if mixed:
        template = "counted once for each source they wrote for: {authors}."
        authors = counted(len(mixed), "author")
        notes.append(Note.of("several_sources", template, authors=authors))
    result: _Credits = []
    for names, s, i in zip(given, source, found["id"], strict=True):
        if names:
            result.append([(f"{name} ({s})" if name in mixed else name, s) for name in names])
        elif s in bodies:
            result.append([(f"{s} proposal {label(i)}", s)])
        else:
            result.append([])
    return result


def _somebody(names: list[str]) -> list[str]:
    """The names that are no words for nobody in particular."""
    return [name for name in names if not is_nobody(name)]


def _is_body(source: str) -> bool:
    """Whether a source is a meeting, an organisation or the hosts, and no single person."""
    return source.casefold() in _BODIES


def _by_source(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} of source {quoted([s])}" for s, count in counts.items())


def _addressed(found: _Table, notes: list[Note]) -> _Credits:
    """Each proposal's authors, with the source that their address on the platform shows.

    Ids are numbered anew for people, meetings and organisations; those of others than people keep
    their source.
    """
    text = "sources are read from the authors' addresses: profile, meeting, or official."
    notes.append(Note("sources_from_addresses", text))
    result: _Credits = []
    ids_of = found.get("author", found["address"])
    called = found.get("name", ["named"] * len(ids_of))
    deleted = 0
    for ids, urls, name in zip(ids_of, found["address"], called, strict=True):
        names = _listed_ids(ids)
        sources: list[str | None] = [_source(address) for address in _listed_ids(urls)]
        if _HOST in sources and (label(name) is None or is_nobody(label(name) or "")):
            # The export gives deleted accounts the organisers' address and no name.
            deleted += 1
            sources = [None if source == _HOST else source for source in sources]
            names = names if "author" in found else []
        # Authors beyond the addresses are taken to be of the first one's kind.
        sources += [sources[0] if sources else None] * (len(names) - len(sources))
        result.append(
            [
                (name if source in {_CITIZEN, None} else f"{source} {name}", source)
                for name, source in zip(names, sources, strict=False)
            ]
        )
    if deleted:
        template = "{proposals} of accounts without a name, mostly deleted ones: source unknown."
        notes.append(Note.of("deleted_accounts", template, proposals=counted(deleted, "proposal")))
    return result


def _source(address: str) -> str:
    if "/profiles/" in address:
        return _CITIZEN
    return _MEETING if "/meetings/" in address else _HOST


def _listed_ids(cell: Any) -> list[str]:
    """The authors that a cell names: one, or several numbers or addresses joined by commas."""
    if isinstance(cell, (list, tuple)):
        return list(dict.fromkeys(name for part in cell if (name := label(part)) is not None))
    name = label(cell)
    if name is None:
        return []
    parts = [part.strip() for part in name.split(",")]
    joined = len(parts) > 1 and all(part.isdigit() or "://" in part for part in parts)
    return list(dict.fromkeys(parts)) if joined else [name]


def _people(
    authors: _Credits, others: Sequence[str | None], *, with_source: bool
) -> dict[str, list[Any]] | None:
    source = {author: s for pairs in authors for author, s in pairs}
    ids = sorted({*source, *(o for o in others if o is not None)})
    if not ids:
        return None
    return {"participant_id": list(ids)} | (
        {"source": [source.get(name) for name in ids]} if with_source else {}
    )


def _co_authors(ids: Sequence[Any], authors: _Credits) -> dict[str, list[Any]] | None:
    """Who wrote what, where some proposal has several authors."""
    if all(len(pairs) < 2 for pairs in authors):
        return None
    rows = [(i, author) for i, pairs in zip(ids, authors, strict=True) for author, _ in pairs]
    return {"idea_id": [i for i, _ in rows], "participant_id": [author for _, author in rows]}


def _without_amendments(found: dict[str, Any], notes: list[Note]) -> dict[str, Any]:
    """The proposals that amend no other: what was accepted of an amendment is in the other."""
    amends = [label(cell) in _TRUE for cell in found.get("amendment", [])]
    if not any(amends):
        return found
    template = "left out: {proposals} that amend others."
    notes.append(Note.of("amendments", template, proposals=counted(sum(amends), "proposal")))
    return {
        name: [cell for cell, amendment in zip(cells, amends, strict=True) if not amendment]
        for name, cells in found.items()
    }


def _states(given: Mapping[str, str] | None) -> dict[str, str]:
    """What each state means, by its folded name."""
    for status in (given or {}).values():
        if status not in STATUS:
            raise InputError.choice("states", status, tuple(STATUS))
    return {**_STATES, **{fold(name): status for name, status in (given or {}).items()}}


def _ideas(
    found: _Table, authors: _Credits, states: Mapping[str, str], notes: list[Note]
) -> dict[str, list[Any]]:
    n = len(found["id"])
    empty = [None] * n
    written = zip(found.get("title", empty), found.get("body", empty), strict=True)
    text = [" ".join(str(t) for t in pair if label(t) is not None) or None for pair in written]
    table: dict[str, list[Any]] = {
        "idea_id": list(found["id"]),
        "author_id": [pairs[0][0] if pairs else None for pairs in authors],
        "topic": list(found.get("topic", empty)),
        "area": list(found.get("area", empty)),
        "status": _status(found, states, notes),
        "support": list(found.get("support", empty)),
        "cost": list(found.get("cost", empty)),
        "created_at": [_day(d) for d in found.get("created", empty)],
        "is_host": [any(s == _HOST for _, s in pairs) for pairs in authors],
    }
    return table | ({"text": text} if "title" in found or "body" in found else {})


def _status(found: _Table, states: Mapping[str, str], notes: list[Note]) -> list[str | None]:
    empty = [None] * len(found["id"])
    state = [label(s) for s in found.get("state", empty)]
    gone = [
        label(w) in {"Yes", "1"} or (s or "").casefold() == "withdrawn"
        for w, s in zip(found.get("withdrawn", empty), state, strict=True)
    ]
    if any(gone):
        template = "undecided because their authors withdrew them: {proposals}."
        notes.append(Note.of("withdrawn", template, proposals=counted(sum(gone), "proposal")))
    known = {**states, **{status: status for status in STATUS}}
    said = {name for name, withdrawn in zip(state, gone, strict=True) if name and not withdrawn}
    strange = sorted(name for name in said if fold(name) not in known)
    if strange:
        n = sum(name in strange for name in state)
        raise InputError.of(
            f"proposals: {count_of(n, 'row')} with a state of {listed(strange)}.",
            code="unknown_choice",
            param="states",
            got=tuple(strange[:3]),
            expected=tuple(STATUS),
            hint=f"say what it means: states={{{strange[0]!r}: 'adopted'}}, or another of "
            f"{', '.join(STATUS)}.",
        )
    return [
        "submitted" if withdrawn else known.get(fold(name or ""))
        for name, withdrawn in zip(state, gone, strict=True)
    ]


def _day(value: Any) -> Any:
    """A date written day first in the usual form; others as they are."""
    name = label(value) if isinstance(value, str) else None
    written = _DAY_FIRST.fullmatch(name) if name else None
    if written is None:
        return value if name is None else _OFFSET.sub(lambda m: m[1] or "+00:00", name)
    day, month, year, clock = written.groups()
    return f"{year}-{int(month):02d}-{int(day):02d}" + (f"T{clock:0>5}" if clock else "")


def _turns(talk: _Table, known: set[str | None], notes: list[Note]) -> dict[str, list[Any]]:
    about, answered = _subjects(talk)
    keep = [p in known for p in about]
    lost = len(keep) - sum(keep)
    if lost:
        template = "left out: {comments} on proposals that are not in the table."
        notes.append(Note.of("comments_left_out", template, comments=counted(lost, "comment")))
    empty = [None] * len(keep)

    def kept(cells: Sequence[Any]) -> list[Any]:
        return [cell for cell, k in zip(cells, keep, strict=True) if k]

    table = {
        "turn_id": kept(talk["id"]),
        "session_id": [f"proposal {p}" for p in kept(about)],
        "participant_id": [label(a) for a in kept(talk.get("author", empty))],
        "n_words": kept(talk.get("words", empty)),
        "reply_to": kept(answered),
    }
    return table | ({"text": kept(talk["text"])} if "text" in talk else {})


def _subjects(talk: _Table) -> tuple[list[str | None], list[Any]]:
    """The proposal each comment is about, also up its thread, and the comment it answers."""
    empty = [None] * len(talk["id"])
    ids = [label(i) for i in talk["id"]]
    target = [label(p) for p in talk["proposal"]]
    answered = list(talk.get("reply", empty))
    if "kind" not in talk:
        return target, answered
    kinds = [(label(k) or "Proposal").rpartition("::")[2] for k in talk["kind"]]
    direct = {i: p for i, p, kind in zip(ids, target, kinds, strict=True) if kind == "Proposal"}
    above = {i: p for i, p, kind in zip(ids, target, kinds, strict=True) if kind == "Comment"}
    about: list[str | None] = []
    for i, root in zip(ids, talk.get("root", empty), strict=True):
        # Up the thread to the comment that is about a proposal itself; threads may go in circles.
        at = i
        seen: set[str | None] = set()
        while at in above and at not in seen:
            seen.add(at)
            at = above[at]
        address = re.search(r"/proposals/(\d+)", label(root) or "")
        by_address = address[1] if address and (i in above or i in direct) else None
        about.append(direct.get(at) or by_address)
    return about, [above.get(i, cell) for i, cell in zip(ids, answered, strict=True)]


def _responses(found: _Table) -> dict[str, list[Any]] | None:
    """An answer for each proposal with a day or a text of answer."""
    if "answer" not in found and "reason" not in found:
        return None
    empty = [None] * len(found["id"])
    at = found.get("answer", empty)
    reason = found.get("reason", empty)
    state = found.get("state", empty)
    rows = [i for i, pair in enumerate(zip(at, reason, strict=True)) if any(map(_says, pair))]
    if not rows:
        return None
    return {
        "idea_id": [found["id"][i] for i in rows],
        "at": [_day(at[i]) for i in rows],
        "kind": ["reasoned" if _says(reason[i]) else "decision only" for i in rows],
        "outcome": [label(state[i]) for i in rows],
    }


def _says(cell: Any) -> bool:
    return label(cell) is not None
