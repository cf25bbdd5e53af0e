"""Write a file whole or not at all; what stood there before stays until the new one is complete."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from coprep.errors import InputError
from coprep.wording.labels import show


def write(path: Any, text: str | bytes, *, param: str = "path") -> Path:
    """Write bytes, or a text as UTF-8; an InputError that names ``param`` where that cannot be done.

    The text goes to a file beside, which then takes the place of the old one, so that a full disk or
    an interruption leaves what was there. A device or a pipe is written to as it is.
    """
    # A lone surrogate has no UTF-8 form; written as an escape it is still valid JSON and visible
    # elsewhere.
    data = text if isinstance(text, bytes) else text.encode("utf-8", errors="backslashreplace")
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file() and not target.is_dir():
            with target.open("wb") as device:
                device.write(data)
        else:
            _replace(target, data)
    except (OSError, ValueError, TypeError) as error:
        why = getattr(error, "strerror", None) or "that is no name of a file"
        raise InputError.of(
            f"cannot write {show(path if path is None else str(path), longest=200)}: {why}.",
            code="cannot_write",
            param=param,
            hint="name a file in a folder that exists and that you may write to.",
        ) from None
    return Path(path)


def _replace(target: Path, data: bytes) -> None:
    """Put a complete new file in the place of the old one, with the old one's permissions."""
    if target.is_dir():
        raise IsADirectoryError(21, "it is a folder")
    beside = target.with_name(f".{target.name[:60]}.{secrets.token_hex(4)}.tmp")
    # Made by the system's own rules for new files, as `open` would make the target.
    number = os.open(
        beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666
    )
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
        if target.exists():
            shutil.copymode(target, beside)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
