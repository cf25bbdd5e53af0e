"""The common language every question answers in: Estimate, Verdict, Finding and Note."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import Any

from coprep.table import json_number, plain
from coprep.wording.templates import counted, say

__all__ = ["Estimate", "Finding", "Note", "Verdict", "counted", "encode"]


class Verdict(StrEnum):
    """What can be said of one group or pattern; `label` is the form people read.

    >>> Verdict.IN_LINE.label
    'in line'
    """

    UNDER = "under"
    OVER = "over"
    IN_LINE = "in_line"
    PATTERN = "pattern"
    DISPARITY = "disparity"
    NO_MATERIAL_DIFFERENCE = "no_material_difference"
    INCONCLUSIVE = "inconclusive"
    NOT_ASSESSABLE = "not_assessable"

    @property
    def label(self) -> str:
        """The verdict in words."""
        return _LABELS[self]

    @property
    def is_flag(self) -> bool:
        """Whether the verdict asks somebody to act."""
        return self in (Verdict.UNDER, Verdict.OVER, Verdict.PATTERN, Verdict.DISPARITY)


_LABELS = {
    Verdict.UNDER: "under-represented",
    Verdict.OVER: "over-represented",
    Verdict.IN_LINE: "in line",
    Verdict.PATTERN: "pattern",
    Verdict.DISPARITY: "disparity",
    Verdict.NO_MATERIAL_DIFFERENCE: "no material difference",
    Verdict.INCONCLUSIVE: "cannot tell",
    Verdict.NOT_ASSESSABLE: "not assessable",
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its uncertainty.

    Attributes
    ----------
    value : float
        The estimate, nan where it is undefined.
    low, high : float
        Limits of the interval, possibly infinite; nan where none can be given.
    level : float
        Confidence level of the interval, between 0 and 1.
    method : str
        How the interval was made, such as ``"Clopper-Pearson"``.
    unit : str
        What the number counts: ``"ratio"``, ``"points"``, ``"share"``, ...
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    level: float = 0.95
    method: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What was left out and why, or what a careful reader must know.

    Attributes
    ----------
    code : str
        A stable short name of what is noted, such as ``"rows_left_out"``: what programs go by.
    text : str
        The note in words: what people read.
    values : mapping
        Every number and label that the words quote, by name; a number of people under its unit:
        ``people``, ``authors``, ``voters``, ``participants``.

    Examples
    --------
    >>> Note.of("few_authors", "Ideas come from only {authors}.", authors=counted(2, "author"))
    Note(code='few_authors', text='Ideas come from only 2 authors.', values={'authors': 2})
    """

    code: str
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", plain(self.values))

    @classmethod
    def of(cls, code: str, template: str, **values: Any) -> Note:
        """A note whose text is made from its values; see `coprep.wording.templates.say`."""
        return cls(code, say(template, **values), values)

    def __str__(self) -> str:
        return self.text


def as_notes(notes: Iterable[Note | str]) -> tuple[Note, ...]:
    """Notes, of which a bare sentence has no code of its own and no values."""
    return tuple(one if isinstance(one, Note) else Note("note", str(one)) for one in notes)


def distinct(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The notes, of those that say the same the last one."""
    return tuple({note.text: note for note in notes}.values())


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer to one question about one group.

    Attributes
    ----------
    question : str
        What was asked, such as ``"representation"``.
    attribute, group : str or None
        Which attribute and which of its groups.
    verdict : Verdict
        What can be said.
    estimate : Estimate or None
        The effect on a readable scale.
    p_value, p_adjusted : float or None
        Against "group does not matter"; before and after adjustment for how many were looked at.
    n : int or None
        How many people (or other units, named in `details`) the answer rests on.
    reading : str
        One plain sentence. Speaks of patterns, never of persons or motives.
    caveats : tuple of Note
        What a careful reader must know besides.
    next_step : str
        One practical suggestion.
    details : mapping
        What is particular to the question: estimand, null, exclusions, robustness, minimum
        detectable effect.
    values : mapping
        Every number and label that `reading` and `next_step` quote, by name; a number of people
        under its unit.
    """

    question: str
    attribute: str | None
    group: str | None
    verdict: Verdict
    estimate: Estimate | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    n: int | None = None
    reading: str = ""
    caveats: tuple[Note, ...] = ()
    next_step: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdict", Verdict(self.verdict))
        for name in ("p_value", "p_adjusted", "n"):
            object.__setattr__(self, name, plain(getattr(self, name)))
        object.__setattr__(self, "caveats", as_notes(self.caveats))
        object.__setattr__(self, "details", plain(self.details))
        object.__setattr__(self, "values", plain(self.values))

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON-safe plain data."""
        return {f.name: encode(getattr(self, f.name)) for f in fields(self)}


def encode(value: Any) -> Any:
    """JSON-safe data for anything a result may hold."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if is_dataclass(value):
        named = getattr(value, "kind", None)
        kind = {} if named is None else {"kind": named}
        return {**kind, **{f.name: encode(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(k): encode(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [encode(v) for v in value]
    return json_number(value)
