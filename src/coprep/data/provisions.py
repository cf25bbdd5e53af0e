"""Tie access needs to what sessions provide."""

from __future__ import annotations

import re

from coprep.data.labels import fold


def several(cell: object) -> list[str]:
    """The provisions that one cell names, separated by commas or semicolons."""
    named = [] if cell is None else re.split("[;,]", str(cell))
    return [one.strip() for one in named if one.strip()]


def answers_need(need: str, provision: str) -> bool:
    """Whether a provision is what a need asks for: one of them has all words of the other.

    >>> answers_need("Step-free access", "step-free"), answers_need("Interpreter", "captions")
    (True, False)
    """
    wanted = _words(need)
    offered = _words(provision)
    return bool(wanted and offered) and (wanted <= offered or offered <= wanted)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text)))
