"""gallery(): who came to many processes, side by side and never ranked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self, TypeVar

from coprep.auditing.result import Audit
from coprep.data.label_matching import match_labels, spelt_alike
from coprep.errors import InputError
from coprep.findings import Note, Verdict
from coprep.pictures import Forest
from coprep.representation._result import Representation
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

_ROWS: dict[str, ColumnKind] = {
    "process": "text",
    "comparison": "text",
    "attribute": "text",
    "group": "text",
    "stage": "text",
    "against": "text",
    "count": "count",
    "total": "count",
    "share": "number",
    "baseline": "number",
    "expected": "number",
    "ratio": "number",
    "ratio_low": "number",
    "ratio_high": "number",
    "p_adjusted": "number",
    "verdict": "text",
    "aim": "text",
}
_GROUPS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "compared": "count",
    "under": "count",
    "over": "count",
    "in_line": "count",
    "cannot_tell": "count",
    "not_tested": "count",
}
_COUNTED = {
    Verdict.UNDER: "under",
    Verdict.OVER: "over",
    Verdict.IN_LINE: "in_line",
    Verdict.INCONCLUSIVE: "cannot_tell",
}
G = TypeVar("G", bound="Gallery")
_ONE_MEANING = ("same", "spelling", "band", "word")
"""Matches under which two labels name the same people; a finer band is only a part of them."""
_EXAMPLES = 6


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Gallery(Result):
    """Who came to many processes: a row a process and group, in the order they were given in.

    There is no score and no ranking: processes differ in whom they asked, how, and how many; a
    process with more people is not worse because more can be said of it.

    Attributes
    ----------
    rows : Table
        process, comparison (its name with stage and community where it holds several), attribute,
        group, stage and what it was compared with; count and total (people),
        share, baseline share, expected number, ratio with its range, p_adjusted, verdict and aim
        (a quota or target, which is reported and not tested).
    by_group : Table
        For each group in how many comparisons it was under, over, in line, could not be told, or
        was not tested.
    parts : tuple of Result
        The answers themselves, untouched.
    """

    by_group: Table = field(default_factory=lambda: Table({}, _GROUPS))
    parts: tuple[Result, ...] = ()

    kind: ClassVar[str] = "gallery"
    says_verdict: ClassVar[bool] = True
    rows_on_page: ClassVar[int] = 2_000
    shown: ClassVar[tuple[str, ...]] = (
        "comparison",
        "attribute",
        "group",
        "count",
        "total",
        "share",
        "baseline",
        "ratio",
        "ratio_low",
        "ratio_high",
        "verdict",
    )
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {"comparison": ("Process", "text")}
    count_columns: ClassVar[tuple[str, ...]] = ("count",)

    @property
    def headline(self) -> str:
        """How many processes there are, and what came of all their comparisons."""
        verdicts = Counter(self.rows["verdict"]) if len(self.rows) else Counter()
        processes = len(dict.fromkeys(self.rows["process"])) if len(self.rows) else 0
        asked = sum(verdicts[str(verdict)] for verdict in _COUNTED)
        return (
            f"{count_of(processes, 'process', 'processes')}, {count_of(asked, 'comparison')} of a "
            f"group with its community: {verdicts['under']:,} under-represented, "
            f"{verdicts['over']:,} over-represented, {verdicts['in_line']:,} shown to be in line, "
            f"{verdicts['inconclusive']:,} cannot be told."
        )

    def _protected_with(self, min_count: int, together: Any) -> Self:  # noqa: ARG002
        """A copy of the protected copies of its parts, each a process of its own."""
        kept = [part.protect(min_count) for part in self.parts]
        names = self.settings["names"]
        order = self.settings["order"]
        return _gallery(type(self), kept, names, order, {"min_count": min_count})

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draw every row, on one axis for all processes; see `Result.plot`."""
        return super().plot(ax, **{"most": max(len(self.rows), 1), **options})


def gallery(
    results: Iterable[Audit | Representation],
    *,
    names: Sequence[str] | None = None,
    order: Literal["given", "name"] = "given",
) -> Gallery:
    """Who is missing where, as far as the numbers of many processes tell?

    Parameters
    ----------
    results : iterable of Audit or Representation
        One a process; of an audit the comparison with the community is taken.
    names : sequence of str, optional
        What the processes are called, in the order of the results; by default their titles.
    order : {"given", "name"}
        In which order processes stand; never by what was found.

    Returns
    -------
    Gallery
        Groups that mean the same (16-24 and 16 to 24, women and female where there are men too)
        stand together; an age band that another process does not have stands by itself.

    Raises
    ------
    InputError
        For an empty list, results of other kinds, names that do not fit, and two processes of one
        name.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> juries = [assess({"sex": {"Female": n, "Male": 60 - n}}, lives_there) for n in (12, 31)]
    >>> gallery(juries, names=["North", "South"]).headline
    '2 processes, 4 comparisons of a group with its community: 1 under-represented, ...'
    """
    given = list(results)
    if order not in ("given", "name"):
        raise InputError.choice("order", order, ("given", "name"))
    for one in given:
        if not isinstance(one, (Audit, Representation)):
            raise InputError.of(
                f"gallery takes audits and representations; got {show(one)}.",
                code="not_a_result",
                param="results",
                got=type(one).__name__,
                expected=("Audit", "Representation"),
            )
    if not given:
        raise InputError.of(
            "gallery needs at least one result.", code="no_results", param="results"
        )
    called = _named(given, names)
    return _gallery(Gallery, given, called, order, None)


def _named(given: Sequence[Result], names: Sequence[str] | None) -> list[str]:
    """What the processes are called; each by a name of its own."""
    if names is None:
        called = [one.title or "A process" for one in given]
    else:
        called = [names] if isinstance(names, str) else [str(name) for name in names]
    if len(called) != len(given):
        raise InputError.of(
            f"names has {count_of(len(called), 'name')} for {count_of(len(given), 'result')}.",
            code="length",
            param="names",
            got=len(called),
            expected=len(given),
        )
    twice = [name for name, n in Counter(called).items() if n > 1]
    if twice:
        raise InputError.of(
            f"{show(twice[0])} names {Counter(called)[twice[0]]} processes, which nobody could tell "
            "apart.",
            code="duplicate_name",
            param="names",
            got=twice[0],
            hint="pass names=[...], one a result.",
        )
    return called


def _gallery(
    kind: type[G],
    given: Sequence[Result],
    names: Sequence[str],
    order: str,
    protected: Mapping[str, int] | None,
) -> G:
    pairs = list(zip(names, given, strict=True))
    if order == "name":
        pairs.sort(key=lambda pair: pair[0].casefold())
    records = [row for name, one in pairs for row in _rows_of(name, one)]
    _meet(records)
    table = Table.from_records(_by_group_first(records), _ROWS)
    hidden = sum(row["count"] is None for row in records)
    settings: dict[str, Any] = {"names": tuple(names), "order": order}
    if protected is not None:
        settings["protected"] = {**protected, "rows_hidden": hidden}
    return kind(
        title="Who came to each process, beside who lives there",
        rows=table,
        notes=tuple(_notes(pairs, records)),
        settings=settings,
        picture=Forest(
            label=("comparison",),
            value="ratio",
            low="ratio_low",
            high="ratio_high",
            n="total",
            panel="group",
            axis="Share of participants as a multiple of the community’s (1 = the same)",
            level=_level(given),
        ),
        by_group=_counted(records),
        parts=tuple(given),
    )


def _comparisons(one: Result) -> list[Representation]:
    """The comparisons with a community that a result holds."""
    if isinstance(one, Representation):
        return [one]
    parts = one.parts if isinstance(one, Audit) else ()
    return [part for part in parts if isinstance(part, Representation)]


def _level(given: Sequence[Result]) -> float | None:
    """The level of all intervals, where they share one."""
    levels = {float(c.settings["confidence"]) for one in given for c in _comparisons(one)}
    return levels.pop() if len(levels) == 1 else None


def _told_apart(name: str, one: Result) -> Iterator[tuple[str, Representation]]:
    """The comparisons of a process, by its name and, where there are several, stage and community."""
    comparisons = _comparisons(one)
    for part in comparisons:
        about = (part.settings.get("stage"), part.settings.get("against"))
        more = [str(said) for said in about if said and len(comparisons) > 1]
        yield (f"{name} ({', '.join(more)})" if more else name), part


def _rows_of(name: str, one: Result) -> Iterator[dict[str, Any]]:
    """The groups of a process that were compared."""
    for called, part in _told_apart(name, one):
        more = {which: part.settings.get(which) for which in ("stage", "against")}
        for row in part.rows.records():
            if math.isnan(row["baseline"]):
                continue  # people whom no group of the community holds
            kept = {column: row.get(column) for column in _ROWS}
            yield {**kept, "process": name, "comparison": called, **more}


def _meet(records: Sequence[dict[str, Any]]) -> None:
    """Call attributes and groups that mean the same by the name they have first."""
    attributes: list[str] = []
    groups: dict[str, list[str]] = {}
    by_process: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in records:
        by_process.setdefault((row["comparison"], row["attribute"]), []).append(row)
    for (_, attribute), rows in by_process.items():
        alike = spelt_alike([attribute], attributes)[attribute]
        if alike is None:
            attributes.append(attribute)
        name = alike or attribute
        known = groups.setdefault(name, [])
        own = [str(row["group"]) for row in rows]
        met = match_labels(own, known)
        taken = Counter(match.group for match in met.values() if match is not None)
        for row in rows:
            match = met[str(row["group"])]
            # Two groups of one process are never one group of another.
            same = match is not None and match.how in _ONE_MEANING and taken[match.group] == 1
            row["attribute"] = name
            if same and match is not None:
                row["group"] = match.group
            elif row["group"] not in known:
                known.append(str(row["group"]))


def _by_group_first(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows gathered by attribute and group, in the order in which these appear."""
    gathered: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in records:
        gathered.setdefault((row["attribute"], row["group"]), []).append(row)
    attributes = list(dict.fromkeys(attribute for attribute, _ in gathered))
    return [
        row
        for attribute in attributes
        for (name, _), rows in gathered.items()
        if name == attribute
        for row in rows
    ]


def _counted(records: Sequence[dict[str, Any]]) -> Table:
    """How often each group was what."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for row in _by_group_first(records):
        counts = found.setdefault((row["attribute"], row["group"]), Counter())
        verdict = None if row["aim"] or row["verdict"] is None else Verdict(row["verdict"])
        counts[_COUNTED.get(verdict, "not_tested") if verdict else "not_tested"] += 1
    return Table.from_records(
        [
            {
                "attribute": attribute,
                "group": group,
                "compared": sum(counts.values()),
                **{name: counts[name] for name in (*_COUNTED.values(), "not_tested")},
            }
            for (attribute, group), counts in found.items()
        ],
        _GROUPS,
    )


def _notes(pairs: Sequence[tuple[str, Result]], records: Sequence[dict[str, Any]]) -> list[Note]:
    """What a reader of many processes must know."""
    notes = [_tally(row) for row in _counted(records).records()]
    tested = {
        (row["comparison"], row["attribute"])
        for row in records
        if not row["aim"] and row["verdict"] in {str(verdict) for verdict in _COUNTED}
    }
    if len(tested) > 1:
        template = (
            "Each process was judged by itself. Of {families} attributes that were tested in one of "
            "them, chance alone would name a group in at most {chance} on average."
        )
        notes.append(
            Note.of(
                "judged_by_itself",
                template,
                families=len(tested),
                chance=f"{_error(pairs, tested):.3g}",
            )
        )
    without = [name for name, one in pairs if not _comparisons(one)]
    if without:
        template = "Without a comparison with a community: {processes:labels}."
        notes.append(Note.of("not_compared", template, processes=without[:_EXAMPLES]))
    quotas = dict.fromkeys(row["process"] for row in records if row["aim"])
    if quotas:
        template = "With quotas or targets, which are reported and not tested: {processes:labels}."
        notes.append(Note.of("quotas", template, processes=list(quotas)[:_EXAMPLES]))
    alone = _only_once(records)
    if alone:
        template = (
            "Groups that only one process has stand by themselves, such as {groups:labels}; "
            "bands that differ are not brought together."
        )
        notes.append(Note.of("groups_of_one_process", template, groups=alone[:_EXAMPLES]))
    return notes


def _tally(row: Mapping[str, Any]) -> Note:
    """How often a group was what, in a sentence."""
    template = (
        "{attribute:name}, {group:label}: under-represented in {under} of {compared} comparisons, "
        "over-represented in {over}, shown to be in line in {in_line}, cannot be told in "
        "{cannot_tell}, not tested in {not_tested}."
    )
    return Note.of("by_group", template, **row)


def _error(pairs: Sequence[tuple[str, Result]], tested: Collection[tuple[str, str]]) -> float:
    """How many attributes chance alone would name a group in, at most and on average."""
    levels = [float(c.settings["confidence"]) for _, one in pairs for c in _comparisons(one)]
    return (1 - min(levels, default=0.95)) * len(tested)


def _only_once(records: Sequence[dict[str, Any]]) -> list[str]:
    """Groups of one process alone, with their attributes, where there are several processes."""
    held: dict[tuple[str, str], set[str]] = {}
    for row in records:
        held.setdefault((row["attribute"], row["group"]), set()).add(row["process"])
    processes = {row["process"] for row in records}
    if len(processes) < 2:
        return []
    return [f"{plainly(a)}: {g}" for (a, g), those in held.items() if len(those) == 1]
