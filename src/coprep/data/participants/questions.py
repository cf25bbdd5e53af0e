"""A question that the files leave open, and what is known of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Question:
    """Something that nobody can decide from the files alone.

    Attributes
    ----------
    ask : str
        The fact, and the question.
    people : int
        How many people its answer moves.
    rows : tuple of int
        Their rows, numbered as in a spreadsheet; of many, none.
    section, key : str
        Where in `mapping.toml` the answer stands.
    choices : mapping of str to str
        What may be answered, and what it means; where any group of the baseline may be, all of them.
    suggestion, reason : str
        An answer that seems right, and why; nothing acts on it.
    could_change : bool or None
        Whether an answer could change a verdict; None where that was not worked out.
    attribute : str
        The attribute it is about; empty where it is about who counts.
    told : str
        Why an answer could change a verdict.
    """

    ask: str
    people: int
    rows: tuple[int, ...]
    section: str
    key: str
    choices: Mapping[str, str] = field(default_factory=dict)
    suggestion: str = ""
    reason: str = ""
    could_change: bool | None = None
    attribute: str = ""
    told: str = ""

    @property
    def where(self) -> str:
        """Its place in the file, as people look for it."""
        name, _, attribute = self.section.partition(".")
        section = f'{name}."{attribute}"' if " " in attribute else self.section
        key = self.key if self.key.isidentifier() else f'"{self.key}"'
        return f"[{section}], {key}"
