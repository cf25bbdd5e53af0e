"""Result: what every question answers with, and the ways to look at it and keep it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from coprep.decoding import DamagedError, Decoders, check_plain, decode, decode_fields
from coprep.errors import InputError
from coprep.findings import Finding, Note, Verdict, as_notes, encode
from coprep.pictures import KINDS, Picture, picture_from_dict
from coprep.table import Table, plain
from coprep.version import __version__
from coprep.wording.labels import show

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Result"]

JSON_FORMAT = 2


def _note(data: Any) -> Note:
    """A note as it is written now, or a bare sentence of format 1."""
    if isinstance(data, str):
        return Note("note", data)
    return decode_fields(data, Note, _DECODERS, "note")


def _in_format_1(data: Mapping[str, Any]) -> dict[str, Any]:
    """What format 1 held: there a picture stood among the settings, under its kind."""
    settings = dict(_mapping(data["settings"]))
    found = {name: settings.pop(name) for name in KINDS if isinstance(settings.get(name), Mapping)}
    given = next(iter(found.items()), None)
    if given is None:
        return {**data, "picture": None}
    kind, drawn = given
    axis = drawn.get("axis") or drawn.get("yaxis")
    absent = {"absent": "not shown"} if "protected" in settings else {}
    return {
        **data,
        "settings": settings,
        "picture": {**drawn, **absent, "axis": axis, "kind": kind},
    }


def _can_be_asked(member: object) -> bool:
    return callable(member) or isinstance(member, property)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Result:
    """What every question answers with: a table, findings, notes, and ways to show and keep them.

    Attributes
    ----------
    title : str
        What this is about, in a line.
    rows : Table
        The answer, a row a group (or pair, topic, stage).
    findings : tuple of Finding
        The same in sentences, each with its verdict.
    notes : tuple of Note
        What was left out and why, and what a careful reader must know.
    settings : mapping
        Everything that was asked for, with defaults filled in and the randomness used.
    picture : Picture or None
        Which columns are drawn, and how.
    """

    title: str = ""
    rows: Table = field(default_factory=lambda: Table({}, {}))
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    picture: Picture | None = None

    # What the report layer needs to know of a kind of result; subclasses say it once.
    kind: ClassVar[str] = "result"
    says_verdict: ClassVar[bool] = False
    rows_on_page: ClassVar[int] = 60
    shown: ClassVar[tuple[str, ...]] = ()
    # Column -> (heading with its unit, a format of `coprep.report.columns`), where the usual does
    # not fit.
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {}
    # The column that is filled where a row's label is public; counts that identify people when
    # small; the columns within which their sums are known (one set
    # of columns, or a tuple of sets where they add up in several ways); columns and fields that
    # give no count away; columns that, in one row, tell about other rows; columns that go from all
    # rows where one of them holds a small count; and for counts of people who are in one row each,
    # what tells how many there are with those whom no row shows: a column of that number, of shares
    # of it, or of labels, which is empty in the row of all together.
    listed_by: ClassVar[str | None] = None
    count_columns: ClassVar[tuple[str, ...]] = ()
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ()
    keep_when_protected: ClassVar[tuple[str, ...]] = ()
    all_or_none: ClassVar[tuple[str, ...]] = ()
    wholes: ClassVar[Mapping[str, str]] = {}
    # A column that is a part of a count in its row, or a share of it, with that count.
    parts_of_counts: ClassVar[tuple[tuple[str, str], ...]] = ()
    # Columns and details that tell one person's part; no copy holds them.
    of_one_person: ClassVar[tuple[str, ...]] = ()
    # Whether no figure is about people who took part; a kind that says neither this nor which
    # columns count people is published without figures.
    counts_nobody: ClassVar[bool] = False
    told_by_others: ClassVar[tuple[str, ...]] = (
        "p_adjusted",
        "ratio_unknown_low",
        "ratio_unknown_high",
        "parity_among_unknown",
    )

    _kinds: ClassVar[dict[str, type[Result]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Result._kinds[cls.kind] = cls

    def __post_init__(self) -> None:
        object.__setattr__(self, "findings", tuple(self.findings))
        object.__setattr__(self, "notes", as_notes(self.notes))
        object.__setattr__(self, "settings", plain(self.settings))

    # -- looking at it
    # ---------------------------------------------------------------------------------------

    @property
    def table(self) -> pd.DataFrame:
        """The answer as a fresh tidy pandas frame."""
        return self.rows.to_frame()

    @property
    def flagged(self) -> pd.DataFrame:
        """The rows of `table` whose verdict asks somebody to act."""
        if "verdict" not in self.rows.names:
            return self.table.iloc[:0]
        flags = [v is not None and Verdict(v).is_flag for v in self.rows["verdict"]]
        return self.rows.where(flags).to_frame()

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        flags = [f for f in self.findings if f.verdict.is_flag]
        if flags:
            return (
                flags[0].reading if len(flags) == 1 else f"{len(flags)} findings call for action."
            )
        if len(self.findings) == 1 and self.findings[0].reading:
            return self.findings[0].reading
        return self._no_flag()

    def _no_flag(self) -> str:
        """That nothing was found, told apart from that nothing could be judged."""
        size = len(self.findings)
        unsure, refused = (
            sum(f.verdict is v for f in self.findings)
            for v in (Verdict.INCONCLUSIVE, Verdict.NOT_ASSESSABLE)
        )
        if not size:
            judges = "verdict" in self.rows.names
            return (
                "Nothing could be judged; the notes say why."
                if judges
                else "A description: nothing is judged here."
            )
        if refused == size:
            said = {f.reading for f in self.findings}
            return said.pop() if len(said) == 1 else f"None of {size} answers could be judged."
        more = [f"on {unsure} of {size} the data cannot tell"] if unsure else []
        more += [f"{refused} of {size} could not be judged"] if refused else []
        return "No finding calls for action" + (f"; {' and '.join(more)}" if more else "") + "."

    def summary(self) -> str:
        """Plain text: the headline, the sentences, the notes."""
        from coprep.report.display import summary

        return summary(self)

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the answer.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.
        **options
            Of the picture at hand, see the user guide; the figure is never shown and no style is
            set.

        Returns
        -------
        matplotlib Axes
        """
        from coprep.report.plots import draw

        return draw(self, ax, **options)

    def __dir__(self) -> list[str]:
        """What TAB shows: fields and what can be asked, not what only the report layer has to know."""
        asked = {
            name for name in super().__dir__() if _can_be_asked(getattr(type(self), name, None))
        }
        return sorted(asked | {f.name for f in fields(self)})

    def __repr__(self) -> str:
        flags = sum(f.verdict.is_flag for f in self.findings)
        return f"<{type(self).__name__}: {show(self.title)[1:-1]}; {flags} of {len(self.findings)} findings flagged>"

    def __str__(self) -> str:
        from coprep.report.display import text

        return text(self)

    def _repr_html_(self) -> str:
        from coprep.report.display import fragment

        return fragment(self)

    # -- keeping it
    # ------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Everything in the result as JSON-safe plain data; `from_json` brings it back."""
        head = {"format": JSON_FORMAT, "coprep": __version__, "kind": self.kind}
        return {**head, **{f.name: encode(getattr(self, f.name)) for f in fields(self)}}

    def to_json(self, *, indent: int | None = None) -> str:
        """The result as JSON text (valid: no NaN)."""
        text = json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False, indent=indent)
        # Half a character of UTF-16 has no form in UTF-8; JSON has an escape for it.
        return text.encode("utf-8", errors="backslashreplace").decode("utf-8")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The result that `to_dict` described; an InputError where it is in another format, or
        damaged.
        """
        _check_format(data)
        kind = Result._kinds.get(str(data.get("kind")))
        if kind is None or not issubclass(kind, cls):
            raise InputError.of(
                f"cannot read a result of kind {show(data.get('kind'))} here.",
                code="unknown_kind",
                got=data.get("kind"),
                hint="was it written by coprep, and by a version no newer than this one?",
            )
        try:
            check_plain(data)
            _check_whole(data)
            held = _in_format_1(data) if data["format"] == 1 else data
            result = decode_fields(held, kind, _DECODERS, "it")
            _check_settings(result.settings)
            _check_columns(result)
        except DamagedError as error:
            raise InputError.of(
                f"this result of kind {show(kind.kind)} is damaged or incomplete: {error}.",
                code="damaged_result",
                got=str(error),
                hint="write it again with to_json.",
            ) from None
        return result

    def to_html(self) -> str:
        """One self-contained HTML page."""
        from coprep.report.page import page

        return page([self])

    def save(self, path: str | Path) -> Path:
        """Write a file by the path's suffix; returns the path.

        ``.html`` is a page, ``.json`` everything, ``.csv`` the whole table; ``.md``, ``.tex`` and
        ``.docx`` hold the table as people see it (Word needs ``coprep[word]``); ``.png``, ``.pdf``
        and ``.svg`` the picture.
        """
        from coprep.report.files import save

        return save(self, path)

    def protect(self, min_count: int = 5) -> Self:
        """A copy safe to publish: counts from 1 to ``min_count`` - 1, and what would give them
        back, hidden. What is published beside it belongs in one call of `coprep.protect`.
        """
        from coprep.report.disclosure.copies import protected_together

        return protected_together([self], min_count)[0]

    def _published(self) -> tuple[Result, ...]:
        """The results of one process whose tables are seen where this one is."""
        return (self,)

    def _protected_with(self, min_count: int, together: Any) -> Self:
        """A copy that is safe beside all that is published together."""
        from coprep.report.disclosure.protect import protect

        return protect(self, min_count, together)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Result)
            and type(other) is type(self)
            and other.to_dict() == self.to_dict()
        )

    def __hash__(self) -> int:
        return hash((self.kind, self.title, self.rows))


def data_of(text: str) -> dict[str, Any]:
    """What the JSON text of a result says, as plain data; an InputError for anything else."""
    try:
        data = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        why = str(error).rstrip(".")
        raise InputError.of(f"this is not JSON: {why}.", code="not_json") from None
    if not isinstance(data, dict):
        raise InputError.of("this JSON is not a result of coprep.", code="not_a_result")
    return data


def _table(data: Any) -> Table:
    """A table whose every column is of its kind."""
    if not isinstance(data, Mapping):
        raise DamagedError(f"a table is {show(data)}")
    try:
        return Table.from_dict(data)
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError, InputError):
        raise DamagedError("a table has columns that are not what it says they are") from None


def _picture(data: Any) -> Picture | None:
    if data is None:
        return None
    if not isinstance(data, Mapping):
        raise DamagedError(f"a picture is {show(data)}")
    return picture_from_dict(data)


def _result(data: Any) -> Result:
    if not isinstance(data, Mapping):
        raise DamagedError(f"a result is {show(data)}")
    return Result.from_dict(data)


def _mapping(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise DamagedError(f"{show(data)} stands where names and values are expected")
    return dict(data)


# What is read in a way of its own; everything else as its type says.
_DECODERS: Decoders = {
    Table: _table,
    Note: _note,
    Picture | None: _picture,
    Result: _result,
    Mapping[str, Any]: _mapping,
}
# The settings that pages and copies read, where a result has them.
_SETTINGS: Mapping[str, Any] = {
    "confidence": float,
    "band": tuple[float, float] | None,
    "stage": str | None,
    "against": str | None,
    "baseline": str | None,
    "method": str | tuple[str, ...] | None,
    "compared_with": tuple[str, ...] | None,
    "labels": Mapping[str, Mapping[str, str]],
    "protected": Mapping[str, int],
    "attributes_looked_at": int | None,
    "flags_by_chance": float | None,
}


def _check_whole(data: Mapping[str, Any]) -> None:
    """Refuse a result of which a part is lacking: a table that is not there is no empty table."""
    for name in (f.name for f in fields(Result) if f.name != "picture"):
        if name not in data:
            raise DamagedError(f"it has no {name}")


def _check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse settings that a page could not tell."""
    for name, hint in _SETTINGS.items():
        if name in settings:
            decode(settings[name], hint, {}, f"settings.{name}")
    if not {"min_count", "rows_hidden"} <= set(
        settings.get("protected", ("min_count", "rows_hidden"))
    ):
        raise DamagedError("settings.protected does not say what is hidden")


def _check_columns(result: Result) -> None:
    """Refuse a picture of columns that are not there, and verdicts that are none."""
    lacking = set(result.picture.columns if result.picture else ()) - set(result.rows.names)
    if lacking:
        raise DamagedError(f"the picture draws {show(min(lacking))}, which the table lacks")
    drawn = set(result.picture.columns) - set(result.picture.names) if result.picture else set()
    for name in sorted(drawn):
        if result.rows.kinds[name] not in ("count", "number"):
            raise DamagedError(f"the picture draws {show(name)}, which holds no numbers")
    if "verdict" in result.rows.names:
        decode(result.rows["verdict"], tuple[Verdict | None, ...], {}, "rows.verdict")


def _check_format(data: Mapping[str, Any]) -> None:
    """Refuse what is written in another format than this version's."""
    got = data.get("format")
    if type(got) is int and 1 <= got <= JSON_FORMAT:
        return
    newer = type(got) is int and got > JSON_FORMAT
    said = "says no format" if got is None else f"is in format {show(got)}"
    raise InputError.of(
        f"this result {said}, this version of coprep reads formats 1 to {JSON_FORMAT}.",
        code="newer_format" if newer else "unknown_format",
        param="format",
        got=got,
        expected=JSON_FORMAT,
        hint="it was written by a newer version of coprep; install that one to read it."
        if newer
        else "was it written by to_json of coprep?",
    )
