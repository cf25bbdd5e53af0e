"""Brings a checked folder to a process that can be audited."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from coprep.checking.participants import Participants
from coprep.data.files import read_text
from coprep.data.participants.folder import (
    MAPPING,
    Chosen,
    Found,
    about_baselines,
    find,
    holds_sign_ups,
    sign_ups_of,
)
from coprep.data.participants.worksheet import open_sheets
from coprep.data.process.process import Process
from coprep.data.process.readers.process_toml import SETTING_KEYS
from coprep.errors import InputError

_OWN = ("participants", "counts")
_NOT_SAID = frozenset({"baseline", "baselines", "stages", "scale", "budget", "from_votes"})


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
    return place.is_file() and named and not _is_process(place)


def _is_process(file: Path) -> bool:
    """Whether a workbook holds tables of a process, by the names of its sheets."""
    if file.suffix.casefold() != ".xlsx":
        return False
    return any(sheet.title.strip().casefold() in _OWN for sheet in open_sheets(file))


def checked_process(place: Path, baselines: list[Path], chosen: Chosen) -> Process:
    """The process of a checked folder, or of one file of sign-ups.

    Raises
    ------
    InputError
        While a question is open whose answer could change a verdict.
    """
    found = find(place, baselines=baselines, chosen=chosen)
    return process_of(participants_of(found), found.place if place.is_dir() else None)


def process_of(people: Participants, home: Path | None = None) -> Process:
    """The process that participants alone make, with what `process.toml` says of how it was run."""
    frame = people.frame
    ids = [str(number) for number in range(1, len(frame) + 1)]
    tables: dict[str, Any] = {
        "participants": {
            "participant_id": ids,
            **{name: frame[name].tolist() for name in frame.columns if name != "stage"},
        }
    }
    if "stage" in frame.columns:
        tables["attendance"] = _attendance(ids, frame["stage"].tolist(), people)
    settings = _settings(home)
    return Process.of_tables(
        tables, baseline={"census": people.baseline}, reading=people.reading, **settings
    )


def _attendance(ids: list[str], stages: list[str], people: Participants) -> dict[str, list[str]]:
    """A row for each stage that somebody reached: who attended had registered."""
    stage = people.sign_ups.form.stage
    first = stage.otherwise if stage is not None else ""
    pairs = [(one, first) for one in ids]
    pairs += [(one, said) for one, said in zip(ids, stages, strict=True) if said != first]
    return {
        "participant_id": [one for one, _ in pairs],
        "stage": [said for _, said in pairs],
    }


def _settings(home: Path | None) -> dict[str, Any]:
    """How the process was run, as its `process.toml` says."""
    file = home / "process.toml" if home is not None else None
    if file is None or not file.is_file():
        return {}
    try:
        said = tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise InputError.of(
            f"process.toml cannot be read: {error}.", code="unreadable_file", param="process.toml"
        ) from None
    return {
        name: value
        for name, value in said.items()
        if name in SETTING_KEYS and name not in _NOT_SAID
    }
