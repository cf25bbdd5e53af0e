"""Reads conversations kept in ConvoKit's format: who said what, in answer to whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from coprep.data.files import as_path, read_text
from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Note
from coprep.wording.labels import listed

# The model's name, then what this and earlier versions of the format call it.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "turn_id": ("id",),
    "session_id": ("conversation_id", "root"),
    "participant_id": ("speaker", "user"),
    "text": ("text",),
    "reply_to": ("reply_to", "reply-to"),
    "order": ("timestamp",),
}
_NEEDED = ("turn_id", "session_id", "participant_id")


def read_convokit(folder: str | PathLike[str]) -> Process:
    r"""Who spoke, how much, and in answer to whom?

    Parameters
    ----------
    folder : path
        A corpus as ConvoKit saves it: ``utterances.jsonl``, and ``speakers.json`` where people are
        described.

    Returns
    -------
    Process
        Utterances are turns, conversations sessions; what is told of a speaker in single values is
        an attribute. Speakers such as "[deleted]" are nobody in particular.

    Raises
    ------
    InputError
        Where files are missing, are no JSON, or utterances lack an id, a conversation or a speaker.

    References
    ----------
    Chang, J. P., Chiam, C., Fu, L., Wang, A., Zhang, J. & Danescu-Niculescu-Mizil, C. (2020).
    ConvoKit: a toolkit for the analysis of conversations. SIGDIAL, 57-60.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> lines = (
    ...     '{"id": "a", "conversation_id": "a", "speaker": "ann", "text": "More trees?"}',
    ...     '{"id": "b", "conversation_id": "a", "speaker": "bob", "text": "Yes", "reply_to": "a"}',
    ... )
    >>> _ = (folder / "utterances.jsonl").write_text("\n".join(lines))
    >>> read_convokit(folder).ledger("words").amounts
    array([2., 1.])
    """
    place = as_path(folder, folder=True)
    rows = _json_lines(as_path(place / "utterances.jsonl"))
    turns = {name: [_first(row, names) for row in rows] for name, names in _FIELDS.items()}
    for name in _NEEDED:
        lacking = sum(cell is None for cell in turns[name])
        if lacking == len(rows):
            raise InputError.of(
                f"utterances.jsonl has no field {' or '.join(map(repr, _FIELDS[name]))}; "
                f"it has {listed(rows[0]) if rows else 'no rows'}.",
                code="missing_column",
                param="utterances.jsonl",
            )
    if not all(isinstance(cell, (int, float)) for cell in turns["order"]):
        turns.pop("order")  # the order of the lines
    speakers, notes = _speakers(place / "speakers.json", turns["participant_id"])
    return Process.of_tables(
        {"participants": speakers, "turns": turns},
        notes=notes,
        title=place.name,
        sources=(f"ConvoKit: {place.name}",),
    )


def _json_lines(file: Path) -> list[dict[str, Any]]:
    """The objects of a file with one a line."""
    rows = []
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        if not line.strip():
            continue
        row = _parsed(line, f"{file.name}, line {number}")
        rows.append(row)
    return rows


def _parsed(text: str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError.of(
            f"{what} is no JSON object.",
            code="unreadable_file",
            param=what,
            hint="save the corpus again with Corpus.dump.",
        )
    return found


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _speakers(file: Path, spoke: list[Any]) -> tuple[dict[str, list[Any]], list[Note]]:
    """Everybody who spoke, with what is told of them in single values."""
    told: dict[str, Any] = {}
    if file.is_file():
        told = _parsed(read_text(file), file.name)
    ids = list(dict.fromkeys([*told, *(str(name) for name in spoke if name is not None)]))
    about: list[Mapping[str, Any]] = []
    for name in ids:
        entry = told.get(name, {})
        entry = entry if isinstance(entry, dict) else {}
        meta = entry.get("meta", entry)
        about.append(meta if isinstance(meta, dict) else {})
    names = dict.fromkeys(name for meta in about for name in meta if name not in {"id", "vectors"})
    plain = [
        name
        for name in names
        if all(isinstance(meta.get(name), (str, int, bool, type(None))) for meta in about)
    ]
    table: dict[str, list[Any]] = {"participant_id": list(ids)}
    table |= {name: [meta.get(name) for meta in about] for name in plain}
    left = [name for name in names if name not in plain]
    if not left:
        return table, []
    template = "what is told of speakers in lists or decimal numbers is left out: {names:labels}."
    return table, [Note.of("columns_not_used", template, names=left)]
