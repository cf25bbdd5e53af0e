"""Brings a checked folder to a process that can be audited."""

from __future__ import annotations

from pathlib import Path

from coprep.checking.participants import Participants
from coprep.data.participants.counts_sheet import holds_counts
from coprep.data.participants.folder import (
    MAPPING,
    Chosen,
    Found,
    about_baselines,
    find,
    holds_sign_ups,
    sign_ups_of,
)
from coprep.data.participants.recognition import PLATFORMS
from coprep.data.participants.worksheet import open_sheets
from coprep.data.process.process import Process
from coprep.data.process.readers.folder import process_with
from coprep.data.process.tables.schema import TABLES

_OWN = ("participants", "counts")
_MORE = frozenset({*TABLES, "counts"}) - {"participants"}


def participants_of(found: Found, *, text: str | None = None) -> Participants:
    """The people of a folder, with their questions."""
    sign_ups = sign_ups_of(found)
    return Participants(
        sign_ups,
        text=found.text if text is None else text,
        place=found.place.name,
        about=about_baselines(found, sign_ups),
    )


def needs_check(place: Path, named: bool) -> bool:
    """Whether a place is read by `mapping.toml` and signatures, and not as tables of a process.

    ``named`` says whether a census file is named beside it, as beside a single file it must be.
    """
    if place.is_dir():
        if (place / MAPPING).is_file():
            return True
        stems = {path.stem.casefold() for path in place.iterdir() if path.is_file()}
        return not any(name in stems for name in _OWN) and holds_sign_ups(place)
    return place.is_file() and named and not (_is_process(place) or holds_counts(place))


def _is_process(file: Path) -> bool:
    """Whether a workbook holds tables of a process, by the names of its sheets."""
    if file.suffix.casefold() != ".xlsx":
        return False
    sheets = open_sheets(file)
    if any(signature.recognise(sheet) for signature in PLATFORMS for sheet in sheets):
        return False
    # A sheet of participants alone is a sign-up sheet.
    return any(sheet.title.strip().casefold() in _MORE for sheet in sheets)


def checked_process(place: Path, baselines: list[Path], chosen: Chosen) -> Process:
    """The process of a checked folder, or of one file of sign-ups.

    Raises
    ------
    InputError
        While a question is open whose answer could change a verdict.
    """
    people = participants_of(find(place, baselines=baselines, chosen=chosen))
    people.raise_if_open()
    return process_with(place, people.sign_ups)
