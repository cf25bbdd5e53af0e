"""Say what can be drawn: all that the report layer needs to know of a result, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

from coprep.findings import Finding, Note
from coprep.pictures import Picture
from coprep.table import Table

FACE = ("title", "rows", "findings", "notes", "settings", "picture")
"""The fields that every result has."""


@runtime_checkable
class View(Protocol):
    """What text, pictures, pages, files and disclosure control are made from.

    `coprep.results.Result` is one. `FACE` names the fields; what columns mean is said once a kind.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    rows_on_page: ClassVar[int]
    """The most rows of one attribute that a page shows."""

    kind: ClassVar[str]
    """Which question was asked."""

    @property
    def title(self) -> str:
        """What this is about, in a line."""
        ...

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        ...

    @property
    def rows(self) -> Table:
        """The answer, a row a group (or pair, topic, stage)."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The same in sentences, each with its verdict."""
        ...

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was left out and why."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Everything that was asked for."""
        ...

    @property
    def picture(self) -> Picture | None:
        """Which columns are drawn, and how."""
        ...

    says_verdict: ClassVar[bool]
    """Whether every reading says its verdict in words, so that it needs no label."""

    shown: ClassVar[tuple[str, ...]]
    """The columns of the displayed table; all where there are none."""

    headings: ClassVar[Mapping[str, tuple[str, str]]]
    """Column to (heading with its unit, a way to say its values), where the usual does not fit."""

    listed_by: ClassVar[str | None]
    """The column that is filled where a row's label is public, such as a group of the baseline."""

    count_columns: ClassVar[tuple[str, ...]]
    """Counts that identify people when small."""

    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]]
    """The columns within which counts add up: one set, or a tuple of sets."""

    keep_when_protected: ClassVar[tuple[str, ...]]
    """Columns and fields that give no count away."""

    all_or_none: ClassVar[tuple[str, ...]]
    """Columns that go from all rows where one of them holds a small count."""

    wholes: ClassVar[Mapping[str, str]]
    """For counts of people who are in one row each, what tells how many there are in all.

    A column of that number, of shares of it, or of labels, which is empty in the row of all
    together.
    """

    told_by_others: ClassVar[tuple[str, ...]]
    """Columns that, in one row, tell about other rows."""

    parts_of_counts: ClassVar[tuple[tuple[str, str], ...]]
    """A column that is a part of a count in its row, or a share of it, and that count."""

    of_one_person: ClassVar[tuple[str, ...]]
    """Columns and details that tell one person's part."""

    counts_nobody: ClassVar[bool]
    """Whether no figure is about people who took part."""

    def _published(self) -> Sequence[View]:
        """The results of one process whose tables are seen where this one is."""
        ...

    def _protected_with(self, min_count: int, together: Any) -> Any:
        """A copy that is safe beside all that is published together."""
        ...

    def to_json(self, *, indent: int | None = None) -> str:
        """The whole as JSON text."""
        ...

    def protect(self, min_count: int = 5) -> Any:
        """A copy of the same kind that is safe to publish."""
        ...
