"""A platform's signature as data: header rows, columns, and who is no person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from coprep.data.participants.worksheet import Sheet

Role = Literal["answer", "system", "private", "empty"]
Kind = Literal["one", "several", "ticks", "number"]


@dataclass(frozen=True)
class Field:
    """A question of the form, or a column that the platform adds.

    Attributes
    ----------
    name : str
        What `mapping.toml` calls it: the column's name, or the question of several columns.
    columns : tuple of int
        Where it stands; several where each option has a column.
    role : str
        An answer, or one of the words of ``[columns]``.
    kind : str or None
        How answers are given, where the platform says so.
    text : str
        The question as people read it.
    options : tuple of str
        The option of each column, for ``kind="ticks"``.
    separator : str
        What stands between the answers in a cell, for ``kind="several"``.
    codes : mapping of str to str
        The words of answer codes.
    choices : frozenset of str
        Answers that the file itself names as choices, in its header or codebook.
    ticked : str
        ``"text"``: any text in an option's cell is a tick; ``"0/1"``: 1 is one, 0 is none and an
        empty cell was not asked.
    asked_where : (int, frozenset of str) or None
        The column that says with these words that the question was never put.
    written : tuple of int
        Columns in which people wrote an answer of their own to this question.
    """

    name: str
    columns: tuple[int, ...]
    role: Role = "answer"
    kind: Kind | None = None
    text: str = ""
    options: tuple[str, ...] = ()
    separator: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    choices: frozenset[str] = frozenset()
    ticked: Literal["text", "0/1"] = "text"
    asked_where: tuple[int, frozenset[str]] | None = None
    written: tuple[int, ...] = ()

    @property
    def question(self) -> str:
        """The question as people read it, or the column's name."""
        return self.text or self.name


@dataclass(frozen=True)
class Drop:
    """Rows that are no participants: those whose cell in a column is one of some words."""

    column: str
    at: int
    words: frozenset[str]
    why: str


@dataclass(frozen=True)
class Ask:
    """A question about rows: the rows, what may be said, and what each answer does to them.

    ``effects`` gives for each choice what becomes of the rows: ``"keep"``, ``"drop"``,
    ``"unknown"`` (the person counts, the answers do not), or ``"more"`` (as many further people of
    unknown answers as ``more`` says).
    """

    key: str
    rows: tuple[int, ...]
    ask: str
    choices: Mapping[str, str]
    effects: Mapping[str, Literal["keep", "drop", "unknown", "more"]]
    suggestion: str = ""
    reason: str = ""
    more: int = 0


@dataclass(frozen=True)
class Stage:
    """Which words of a column say how far people came."""

    column: str
    at: int
    words: Mapping[str, frozenset[str]]
    otherwise: str


@dataclass(frozen=True)
class Form:
    """An export that was recognised.

    Attributes
    ----------
    platform, told : str
        Its name, and by what it is known: always shown.
    first_row : int
        The first row of answers, counted from 0.
    header_rows : int
        How many rows of header there are.
    fields : tuple of Field
        Its questions and columns.
    id : int or None
        A column whose repeats are one person again.
    """

    platform: str
    told: str
    first_row: int
    header_rows: int
    fields: tuple[Field, ...]
    id: int | None = None
    drops: tuple[Drop, ...] = ()
    asks: tuple[Ask, ...] = ()
    stage: Stage | None = None
    event: tuple[int, str] | None = None
    codebook: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signature:
    """A platform: how its export is recognised, and what its columns are."""

    platform: str
    recognise: Callable[[Sheet], bool]
    read: Callable[[Sheet], Form]
