"""Principle: what an audit says of equality, diversity, accessibility or reciprocity."""

from __future__ import annotations

from dataclasses import dataclass

from coprep.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Principle:
    """What an audit says of one principle.

    Attributes
    ----------
    name : str
    question : str
        The principle in everyday words.
    headline : str
        The finding that carries it, or what is shown to be alike, or what would tell.
    findings, in_line, cannot_tell : tuple of Finding
        What calls for action, what is shown to be alike, and what cannot be told.
    act, alike, open, refused : int
        How many questions have each status.
    """

    name: str
    question: str
    headline: str
    findings: tuple[Finding, ...]
    in_line: tuple[Finding, ...]
    cannot_tell: tuple[Finding, ...]
    act: int
    alike: int
    open: int
    refused: int
