"""Write to the terminal, whatever characters it knows and whoever closes it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import TextIO


class ClosedPipeError(Exception):
    """The other end of a pipe is closed: nobody reads on."""


def say(lines: Iterable[str], stream: TextIO) -> None:
    """Write lines; a character that the terminal does not know is written as an escape."""
    text = "".join(f"{line}\n" for line in lines)
    known = getattr(stream, "encoding", None) or "utf-8"
    _send(stream, text.encode(known, errors="backslashreplace").decode(known))


def pass_on(text: str, stream: TextIO) -> None:
    """Write what another program reads, as UTF-8 whatever the terminal's own encoding."""
    data = text.encode("utf-8", errors="backslashreplace")
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        _send(stream, data.decode("utf-8"))
        return
    try:
        stream.flush()
        buffer.write(data)
        buffer.flush()
    except BrokenPipeError:
        _let_go(stream)
        raise ClosedPipeError from None


def _send(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _let_go(stream)
        raise ClosedPipeError from None


def _let_go(stream: TextIO) -> None:
    """Point a closed pipe at nothing, so that Python does not fail again when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
