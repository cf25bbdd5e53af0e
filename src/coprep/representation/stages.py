"""stages: follows groups from stage to stage, and tells losses from selection."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.data.counting import Cell
from coprep.data.frames import is_frame, open_frame
from coprep.data.labels import fold, label
from coprep.data.tally import Tally
from coprep.errors import InputError, Problems
from coprep.findings import Estimate, Finding, Note, Verdict, counted, distinct
from coprep.metrics._checks import Bools, Floats
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.pictures import Lines
from coprep.representation._inputs import Compared, checked_baseline, columns_for, compared
from coprep.representation._joint import joint_counts
from coprep.representation._like_with_like import (
    LIKE_WITH_LIKE,
    compared_within,
    notes_on_turns,
)
from coprep.representation._options import Band, Options
from coprep.representation._retention import Retention
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.verdicts import REPRESENTATION, decide
from coprep.wording.labels import listed, show
from coprep.wording.names import named
from coprep.wording.numbers import count_of, fixed, percents

_ROWS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "stage": "text",
    "since": "text",
    "phase": "text",
    "count": "count",
    "total": "count",
    "share": "number",
    "baseline": "number",
    "before": "count",
    "retention": "number",
    "retention_others": "number",
    "ratio": "number",
    "ratio_low": "number",
    "ratio_high": "number",
    "p_value": "number",
    "p_adjusted": "number",
    "differs": "truth",
    "lost_beyond": "number",
    "aim": "text",
    "verdict": "text",
    "reading": "text",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Stages(Result):
    """Who was there at each stage, and who went on from one to the next.

    Attributes
    ----------
    rows : Table
        A row for every attribute, group and stage:

        - attribute, group, stage; since: the stage that it is compared with, missing for the first;
          phase, where phases were named.
        - count, total: people of the group, and of known group; share: 0 to 1; baseline: the
          community's, where it was given.
        - before: the group's people at the earlier stage; retention, retention_others: the shares of
          them and of everybody else who went on (0 to 1).
        - ratio: retention over retention_others, with score limits ratio_low and ratio_high.
        - p_value: two-sided hypergeometric, given who was there before; p_adjusted over the groups
          and stages of the attribute; differs: whether that is at most alpha.
        - lost_beyond: people of the group who are missing at this stage beyond those who would be, had
          everybody had the same chance to go on (negative: fewer).
        - aim: "quota" where the stage was filled to a quota, which is reported and not tested.
        - verdict: under (the group went on less), over, in_line, inconclusive, not_assessable.
        - reading: the row in one sentence.
    like_with_like : Table
        For tables of people with several attributes: each group's ratio of retention, and the same
        within the groups of another attribute (``by``), one by one, as one Mantel-Haenszel ratio
        with its limits (ratio_like, ratio_like_low, ratio_like_high); turns: whether its sign is
        shown to be the other one.
    """

    like_with_like: Table = field(default_factory=lambda: Table.from_records([], LIKE_WITH_LIKE))

    kind: ClassVar[str] = "representation.stages"
    says_verdict: ClassVar[bool] = True
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "group",
        "stage",
        "count",
        "total",
        "share",
        "before",
        "retention",
        "retention_others",
        "ratio",
        "ratio_low",
        "ratio_high",
        "p_adjusted",
        "verdict",
    )
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "share": ("Share at this stage", "percent"),
        "before": ("Before", "count"),
        "retention": ("Went on", "percent"),
        "retention_others": ("Of everybody else", "percent"),
        "ratio": ("Ratio of the two", "ratio"),
        "lost_beyond": ("Missing beyond an equal chance", "decimal"),
    }
    count_columns: ClassVar[tuple[str, ...]] = ("count", "before")
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = (("attribute", "stage"),)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("since", "phase", "total", "baseline")

    def _few_labels_gathered(self, min_count: int) -> Self:
        """A copy in which labels that few people gave at every stage are one row a stage.

        The groups of a baseline are public.
        """
        if self.settings.get("baseline_given"):
            return self
        most: dict[tuple[str, str], int] = {}
        for record in self.rows.records():
            key = (record["attribute"], record["group"])
            most[key] = max(most.get(key, 0), record["count"] or 0)
        few = {key for key, n in most.items() if n < min_count}
        kept: list[dict[str, Any]] = []
        others: dict[tuple[str, str], dict[str, Any]] = {}
        for record in self.rows.records():
            if (record["attribute"], record["group"]) not in few:
                kept.append(record)
                continue
            key = (record["attribute"], record["stage"])
            if key not in others:
                others[key] = {
                    name: record[name] for name in ("attribute", "stage", "since", "total")
                } | {"group": "other answers", "count": 0}
                kept.append(others[key])
            others[key]["count"] += record["count"] or 0
        named_few = {group for _, group in few}
        return replace(
            self,
            rows=Table.from_records(kept, _ROWS),
            findings=tuple(f for f in self.findings if (f.attribute, f.group) not in few),
            like_with_like=self.like_with_like.where(
                (r["attribute"], r["group"]) not in few for r in self.like_with_like.records()
            ),
            notes=tuple(n for n in self.notes if not named_few & set(_labels_in(n))),
        )

    @property
    def headline(self) -> str:
        """Where most was lost, and where groups went on less or more than others."""
        first = next((n.text for n in self.notes if n.code == "largest_loss"), "")
        said = []
        for verdict, words in ((Verdict.UNDER, "Went on less"), (Verdict.OVER, "Went on more")):
            flagged = [f for f in self.findings if f.verdict is verdict]
            told = [
                f"{named(str(f.group), str(f.attribute))} to {show(str(f.values['stage']))}"
                for f in flagged[:6]
            ]
            more = f" and {len(flagged) - 6:,} more" if len(flagged) > 6 else ""
            if told:
                said.append(f"{words}: {', '.join(told)}{more}.")
        if not said:
            said.append("No group is shown to go on less or more than everybody else.")
        return " ".join([*said, first]).strip()


def _labels_in(note: Note) -> Iterator[str]:
    """The labels of people that a note quotes."""
    for name in ("group", "groups", "label", "labels", "answers"):
        value = note.values.get(name, ())
        yield from (value,) if isinstance(value, str) else map(str, value)


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """One attribute from one stage to the next; ``linked`` where people are followed by id."""

    attribute: str
    groups: tuple[str, ...]
    stage: str
    since: str | None
    here: Compared
    moved: Retention | None
    unknown: tuple[int, int] = (0, 0)
    aim: str = ""
    linked: bool = False


@np.errstate(invalid="ignore", divide="ignore", over="ignore")
def stages(
    tables: Any,
    baseline: Baseline | None = None,
    *,
    attributes: Sequence[str] | str | None = None,
    person: str | None = None,
    since: Literal["before", "first"] | None = None,
    quotas: Mapping[str, Sequence[str]] | None = None,
    phases: Mapping[str, Sequence[str]] | None = None,
    columns: Mapping[str, str] | None = None,
    total: Mapping[str, int | Mapping[str, int]] | None = None,
    confidence: float = 0.95,
    band: Band = (0.8, 1.25),
    adjust: Literal["holm", "hommel", "bh", "by", "bonferroni", "none"] = "holm",
    unknown: Iterable[str] = (),
    unmatched: Literal["raise", "row"] = "raise",
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    recode: Mapping[str, Any] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    title: str = "",
) -> Stages:
    """Who was lost where, between invitation and review?

    Parameters
    ----------
    tables : mapping of str to table or counts, or Process
        The stages in their order, such as ``{"invited": ..., "attended": ...}``: a table with one
        row a person, or published counts ``{"sex": {"Female": 12, "Male": 9}}``. Of a `Process` the
        stages that its counts or its attendance tell of.
    baseline : Baseline, optional
        Who lives there: shown beside every share, and whose groups are looked at. Without it the
        groups are those that occur.
    attributes : sequence of str, optional
        What to follow; without a baseline, and for tables of people, they must be named.
    person : str, optional
        Column of ids in every table. Then people are followed: those who come to a later stage and
        were not at the earlier one (reserves, drop-ins) are counted apart.
    since : {"before", "first"}, optional
        What a stage is compared with: the one before it, or the first, where later ones (the days
        of a meeting) stand side by side. By default the one before, and for attendance the first.
    quotas : mapping of str to sequence of str, optional
        Stages that were filled to quotas, with the attributes: going on is attainment there and no
        loss, and is not tested.
    phases : mapping of str to sequence of str, optional
        The stages of each phase, such as ``{"design": ["invited", "attended"], "review": [...]}``.
    columns, unknown, unmatched, outside, recode, labels, title
        As in `assess`.
    total : mapping, optional
        For published counts: how many there were, by stage.
    confidence : float, default 0.95
        Level of the intervals; 1 - confidence is alpha of all verdicts.
    band : (float, float)
        Ratios of retention that do not matter.
    adjust : {"holm", "hommel", "bh", "by", "bonferroni", "none"}
        Adjustment over the groups and stages of an attribute.

    Returns
    -------
    Stages
        `table` with a row for every attribute, group and stage.

    Raises
    ------
    InputError
        With every problem found: fewer than two stages, stages that are not there, and all that
        `assess` refuses.

    Notes
    -----
    Whoever is at a later stage was at the earlier one, so that the two are not independent: given
    who was there, and how many went on, the number of a group is hypergeometric. Where a group is
    larger at the later stage than before, people came in between, and nothing can be said of who
    went on.

    The largest loss is the largest of many: its p-value is multiplied by how many were looked at.

    References
    ----------
    Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions.
    Biometrics 40, 513-517.

    Examples
    --------
    >>> from coprep import representation
    >>> found = representation.stages(
    ...     {
    ...         "registered": {"disability": {"Yes": 60, "No": 440}},
    ...         "attended": {"disability": {"Yes": 12, "No": 228}},
    ...     }
    ... )
    >>> row = list(found.rows.records())[2]
    >>> row["group"], row["retention"], round(row["retention_others"], 3), row["verdict"]
    ('Yes', 0.2, 0.518, 'under')
    """
    options = Options.of_reading(
        attributes=attributes,
        columns=columns,
        confidence=confidence,
        band=band,
        adjust=adjust,
        unknown=unknown,
        unmatched=unmatched,
        outside=outside,
        recode=recode,
        labels=labels,
        title=title,
    )
    held = _held(tables, person)
    chosen = since or ("first" if _came(tables) else "before")
    if quotas is None:
        quotas = _quotas_of(tables, held)
    _check(held, chosen, quotas, phases)
    if person is not None:
        held = _with_labels(held, person, baseline, options)
    community = _community(held, baseline, options, total or {})
    steps, alike, notes = _steps(held, community, options, person, chosen, quotas, total or {})
    phase_of = {stage: name for name, several in (phases or {}).items() for stage in several}
    records: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for attribute in dict.fromkeys(step.attribute for step in steps):
        own = [step for step in steps if step.attribute == attribute]
        rows, said = _judged(own, options, baseline, phase_of)
        records += rows
        findings += said
    return Stages(
        title=title or "Who was lost where",
        rows=Table.from_records(records, _ROWS),
        findings=tuple(findings),
        notes=distinct([*_largest(records, options.alpha), *notes_on_turns(alike), *notes]),
        settings={
            "stages": tuple(held),
            "since": chosen,
            "quotas": quotas,
            "phases": phases or {},
            "confidence": options.confidence,
            "band": options.band,
            "adjust": options.adjust,
            "baseline": "" if baseline is None else baseline.described,
            "baseline_given": baseline is not None,
            "labels": options.labels,
        },
        picture=Lines(
            x="stage",
            y="share",
            series="group",
            xaxis="stage",
            axis="share of those who were there",
            direct=True,
        ),
        like_with_like=Table.from_records(alike, LIKE_WITH_LIKE),
    )


def _came(process: Any) -> bool:
    """Whether a process knows its stages from attendance."""
    return getattr(process, "attendance", None) is not None


def _held(tables: Any, person: str | None) -> dict[str, Any]:
    """The stages by name, in their order."""
    if hasattr(tables, "tally") and hasattr(tables, "stages"):
        found = {name: tables.tally(name) for name in tables.stages}
        if _came(tables):
            found = {"on the list": tables.tally(None), **found}
        return found
    if not isinstance(tables, Mapping):
        raise InputError.of(
            f"tables is {show(type(tables).__name__)}; "
            "stages by name, {'invited': ..., 'attended': ...}, or a Process are expected.",
            code="no_stages",
            param="tables",
        )
    problems = Problems()
    for name, table in tables.items():
        if person is not None and not is_frame(table):
            problems.add(
                f"person= goes with tables of people; {show(name)} is none.",
                code="misplaced",
                param="person",
            )
    problems.raise_if_any()
    return {str(name): table for name, table in tables.items()}


def _quotas_of(tables: Any, held: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The attributes that a process filled to quotas, by the stage at which they first were."""
    if not hasattr(tables, "selection_at"):
        return {}
    said = {stage: tables.selection_at(stage) for stage in held if stage in tables.stages}
    found: dict[str, tuple[str, ...]] = {}
    earlier: set[str] = set()
    for stage, (how, quotas) in said.items():
        of_stage = set(quotas) if how == "quota" else set()
        found[stage] = tuple(name for name in quotas if name in of_stage - earlier)
        earlier = of_stage
    return found


def _check(held: Mapping[str, Any], since: Any, quotas: Any, phases: Any) -> None:
    """Everything that is wrong with the stages that are named."""
    problems = Problems()
    if len(held) < 2:
        problems.add(
            f"there is {count_of(len(held), 'stage')}; two or more are expected.",
            code="no_stages",
            param="tables",
            got=tuple(held),
        )
    if since not in ("before", "first"):
        problems.take(InputError.choice("since", since, ("before", "first")))
    named_stages = [("quotas", name) for name in quotas or {}]
    named_stages += [("phases", name) for several in (phases or {}).values() for name in several]
    for param, name in named_stages:
        if name not in held:
            problems.add(
                f"{param} names the stage {show(name)}; there are {listed(held, most=12)}.",
                code="unknown_stage",
                param=param,
                got=name,
            )
    problems.raise_if_any()


def _with_labels(
    held: Mapping[str, Any], person: str, baseline: Baseline | None, options: Options
) -> dict[str, Any]:
    """The stages; a list of ids alone has the labels that the first stage gives its people."""
    tied = {attribute: column for column, attribute in (options.columns or {}).items()}
    wanted = options.attributes or (() if baseline is None else baseline.attributes)
    first = open_frame(next(iter(held.values())))
    columns = [c for c in (tied.get(a, a) for a in wanted) if first.has(c)]
    if not columns or not first.has(person):
        return dict(held)
    rows = first.collect(list(dict.fromkeys([person, *columns])))
    place = {label(value): at for at, value in enumerate(rows[person])}
    found: dict[str, Any] = {}
    for name, table in held.items():
        frame = open_frame(table)
        if any(frame.has(column) for column in columns) or not frame.has(person):
            found[name] = table
            continue
        ids = frame.collect([person])[person]
        at = [place.get(label(value)) for value in ids]
        found[name] = {person: ids} | {
            column: [None if i is None else rows[column][i] for i in at] for column in columns
        }
    return found


def _community(
    held: Mapping[str, Any], baseline: Baseline | None, options: Options, total: Mapping[str, Any]
) -> Baseline:
    """The baseline whose groups are looked at; without one, the groups that occur."""
    if baseline is not None:
        return checked_baseline(baseline)
    counts: dict[str, dict[str, int]] = {}
    for name, table in held.items():
        tally = _tally(table, options, total.get(name))
        for attribute, one in tally.attributes.items():
            groups = counts.setdefault(attribute, {})
            spelt = {fold(group): group for group in groups}
            for group, cell in one.cells.items():
                # As the first stage spells it.
                called = spelt.setdefault(fold(group), group)
                groups[called] = groups.get(called, 0) + cell.n
    some = {a: groups for a, groups in counts.items() if sum(groups.values()) > 0}
    if not some:
        raise InputError.of("nobody's groups are known at any stage.", code="empty", param="tables")
    return Baseline.from_counts(some)


def _tally(table: Any, options: Options, total: Any) -> Tally:
    """The labels of one stage, as they are written."""
    if isinstance(table, Tally):
        return table
    if isinstance(table, Mapping) and any(isinstance(v, Mapping) for v in table.values()):
        return Tally.from_published(table, total=total)
    frame = open_frame(table)
    if options.attributes is None:
        raise InputError.of(
            "a table of people needs the attributes to follow, or a baseline.",
            code="missing_attributes",
            param="attributes",
            expected=frame.columns,
            hint="attributes=['sex', 'age'].",
        )
    tied = {attribute: column for column, attribute in (options.columns or {}).items()}
    there = {a: tied.get(a, a) for a in options.attributes}
    return Tally.from_frame(
        frame, columns={a: column for a, column in there.items() if frame.has(column)}
    )


def _steps(
    held: Mapping[str, Any],
    community: Baseline,
    options: Options,
    person: str | None,
    since: str,
    quotas: Mapping[str, Sequence[str]],
    total: Mapping[str, Any],
) -> tuple[list[_Step], list[dict[str, Any]], list[Note]]:
    """Every attribute at every stage, beside the stage that it is compared with, also like with
    like.
    """
    names = list(held)
    read: dict[str, dict[str, Compared]] = {}
    notes: list[Note] = []
    for name in names:
        asked = replace(options, person=person, total=total.get(name))
        found, said = compared(held[name], community, asked)
        read[name] = {item.profile.attribute: item for item in found}
        notes += [note for note in said if note not in community.notes]
    steps: list[_Step] = []
    alike: list[dict[str, Any]] = []
    for at, name in enumerate(names):
        earlier = None if at == 0 else names[0 if since == "first" else at - 1]
        kept: dict[str, Compared] | None = None
        if earlier is not None and person is not None:
            cells, aside = _followed(held[earlier], held[name], person, community, options)
            kept = _kept(cells, held[earlier], community, options)
            notes += aside(earlier, name)
            alike += _alike(held[earlier], cells, name, community, options)
        elif earlier is not None:
            alike += _alike(held[earlier], held[name], name, community, options)
        for attribute, here in read[name].items():
            if here.overlapping:
                notes.append(_overlapping(attribute))
                continue
            before = None if earlier is None else read[earlier].get(attribute)
            after = here if kept is None else kept.get(attribute)
            moved = None
            unknown = (0, 0)
            if before is not None and after is not None:
                moved = _moved(before, after)
                unknown = (before.matched.unknown.n, after.matched.unknown.n)
                notes += _more_than_before(attribute, moved, here, str(earlier), name)
            aim = "quota" if attribute in quotas.get(name, ()) else ""
            steps.append(
                _Step(
                    attribute,
                    here.profile.groups,
                    name,
                    earlier,
                    here,
                    moved,
                    unknown,
                    aim,
                    kept is not None,
                )
            )
    return steps, alike, notes


def _moved(before: Compared, after: Compared) -> Retention:
    """Who was there, and who of them went on."""
    was = np.array([before.matched.groups[g].n for g in before.profile.groups], dtype=float)
    went = np.array([after.matched.groups[g].n for g in before.profile.groups], dtype=float)
    return Retention(was, np.full(len(was), was.sum()), went, np.full(len(went), went.sum()))


def _followed(
    earlier: Any, later: Any, person: str, community: Baseline, options: Options
) -> tuple[dict[str, list[Any]], Any]:
    """Those of the earlier stage who are at the later one, with their labels of the earlier; and
    what to note of those who came in between.
    """
    ids = {label(v) for v in open_frame(later).collect([person])[person]} - {None}
    frame = open_frame(earlier)
    columns = columns_for(frame, community, options)
    rows = frame.collect(list(dict.fromkeys([person, *columns.values()])))
    stayed = [label(value) in ids for value in rows[person]]
    known = {label(value) for value in rows[person]}
    new = len(ids - known)
    cells: dict[str, list[Any]] = {
        column: [v for v, stays in zip(values, stayed, strict=True) if stays]
        for column, values in rows.items()
    }

    def aside(before: str, here: str) -> Iterator[Note]:
        if new:
            yield Note.of(
                "not_there_before",
                "{people} at {stage:label} had not been at {earlier:label} (reserves, drop-ins); "
                "they are part of the shares, and not of who went on.",
                people=counted(new, "person", "people"),
                stage=here,
                earlier=before,
            )

    return cells, aside


def _kept(
    cells: Mapping[str, list[Any]], earlier: Any, community: Baseline, options: Options
) -> dict[str, Compared]:
    """The people who went on, by attribute; nobody of any group where nobody did."""
    someone = any(len(values) for values in cells.values())
    found, _ = compared(cells if someone else earlier, community, options)
    kept = {item.profile.attribute: item for item in found}
    if someone:
        return kept
    for name, item in kept.items():
        nobody = dict.fromkeys(item.matched.groups, Cell())
        matched = replace(item.matched, groups=nobody, known=nobody, unknown=Cell())
        kept[name] = replace(item, matched=matched)
    return kept


def _alike(
    earlier: Any, later: Any, stage: str, community: Baseline, options: Options
) -> list[dict[str, Any]]:
    """Who went on, within the groups of other attributes; of tables of people only."""
    both = (earlier, later)
    several = options.attributes is None or len(options.attributes) > 1
    if not several or not all(is_frame(t) or _is_columns(t) for t in both):
        return []
    if _is_columns(later) and not any(len(values) for values in later.values()):
        return []
    was, went = (joint_counts(table, community, options) for table in both)
    return list(compared_within(was, went, stage, confidence=options.confidence))


def _is_columns(table: Any) -> bool:
    """Whether a mapping holds columns and no published counts."""
    return isinstance(table, Mapping) and not any(isinstance(v, Mapping) for v in table.values())


def _overlapping(attribute: str) -> Note:
    return Note.of(
        "overlapping",
        "{attribute:opening} is not followed: people can be in several groups of it.",
        attribute=attribute,
    )


def _more_than_before(
    attribute: str, moved: Retention, here: Compared, earlier: str, stage: str
) -> Iterator[Note]:
    """Groups that are larger at the later stage: people came in between, or figures differ."""
    more = [
        g for g, b, a in zip(here.profile.groups, moved.before, moved.after, strict=True) if a > b
    ]
    if more:
        yield Note.of(
            "more_than_before",
            "{attribute:opening}: there are more people in {groups:labels} at {stage:label} than at "
            "{earlier:label}. They came in between (reserves, drop-ins), or the figures are not of "
            "the same people; of them nothing is said about who went on.",
            attribute=attribute,
            groups=more,
            stage=stage,
            earlier=earlier,
        )


def _judged(
    steps: Sequence[_Step],
    options: Options,
    baseline: Baseline | None,
    phase_of: Mapping[str, str],
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Rows and findings of one attribute, adjusted over its groups and stages."""
    tested = [s for s in steps if s.moved is not None and not s.aim]
    raised = _adjusted([_family(s, s.moved.p_value()) for s in tested if s.moved], options.adjust)
    cleared = _adjusted(
        [_family(s, s.moved.p_in_line(options.band)) for s in tested if s.moved], options.adjust
    )
    records: list[dict[str, Any]] = []
    findings: list[Finding] = []
    place = {id(step): at for at, step in enumerate(tested)}
    for step in steps:
        at = place.get(id(step))
        blank = np.full(len(step.groups), np.nan)
        p_adjusted = blank if at is None else _spread(raised[at], len(step.groups))
        p_in_line = blank if at is None else _spread(cleared[at], len(step.groups))
        rows, said = _rows(step, p_adjusted, p_in_line, options, baseline, phase_of)
        records += rows
        findings += said
    return records, findings


def _family(step: _Step, p: Floats) -> Floats:
    """The p-values to adjust; two groups are one test."""
    return p[:1] if len(step.groups) == 2 else p


def _spread(p: Floats, size: int) -> Floats:
    return np.full(size, p[0]) if len(p) == 1 else p


def _adjusted(p_values: Sequence[Floats], method: str) -> list[Floats]:
    """Adjusted over all of them; nan stays, and is not counted."""
    if not p_values:
        return []
    together = np.concatenate(p_values)
    at = ~np.isnan(together)
    if at.any() and method != "none":
        together[at] = adjust_p_values(together[at], method=method)
    return np.split(together, np.cumsum([len(p) for p in p_values])[:-1])


def _rows(
    step: _Step,
    p_adjusted: Floats,
    p_in_line: Floats,
    options: Options,
    baseline: Baseline | None,
    phase_of: Mapping[str, str],
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """A record a group, and a finding where the stage has one before it."""
    people = [step.here.matched.groups[g].n for g in step.groups]
    total = sum(people)
    moved = step.moved
    size = len(step.groups)
    nan = np.full(size, np.nan)
    low, high = (nan, nan) if moved is None else moved.interval(options.confidence)
    p_value = nan if moved is None or step.aim else moved.p_value()
    doubt = (
        np.zeros(size, dtype=bool) if moved is None else _doubt(step, moved, p_adjusted, options)
    )
    records = []
    findings = []
    for i, group in enumerate(step.groups):
        record: dict[str, Any] = {
            "attribute": step.attribute,
            "group": group,
            "stage": step.stage,
            "since": step.since,
            "phase": phase_of.get(step.stage),
            "count": people[i],
            "total": total,
            "share": people[i] / total if total else math.nan,
            "baseline": math.nan if baseline is None else float(step.here.profile.shares[i]),
        }
        if moved is not None:
            can_tell = bool(moved.nested[i]) and 0 < moved.before[i] < moved.all_before[i]
            ratio = float(moved.ratio[i]) if can_tell else math.nan
            verdict = decide(
                REPRESENTATION,
                math.nan if step.aim else ratio,
                options.band,
                p_value=float(p_adjusted[i]),
                alpha=options.alpha,
                shown_small=bool(p_in_line[i] <= options.alpha) and not doubt[i],
                doubt=bool(doubt[i]),
            )
            expected = moved.before[i] * moved.all_after[i] / moved.all_before[i]
            record |= {
                "before": int(moved.before[i]),
                "retention": moved.own[i] if moved.nested[i] else math.nan,
                "retention_others": moved.others[i] if moved.nested[i] else math.nan,
                "ratio": ratio,
                "ratio_low": low[i],
                "ratio_high": high[i],
                "p_value": p_value[i],
                "p_adjusted": p_adjusted[i],
                "differs": None if np.isnan(p_adjusted[i]) else p_adjusted[i] <= options.alpha,
                "lost_beyond": expected - moved.after[i] if can_tell else math.nan,
                "aim": step.aim or None,
                "verdict": verdict,
            }
            record["reading"] = _reading(step, record, moved, i, options)
            findings.append(_finding(step, record, verdict, options))
        records.append(record)
    return records, findings


def _doubt(step: _Step, moved: Retention, p_adjusted: Floats, options: Options) -> Bools:
    """Flags that would not stand had one person fewer gone on, or had the unknown told their
    groups.
    """
    p = moved.p_value()
    factor = np.where(p > 0, p_adjusted / np.where(p > 0, p, 1), 1.0)
    low, high = options.band

    def flags(changed: Retention, *, under: bool) -> Bools:
        beyond = changed.ratio < low if under else changed.ratio > high
        return np.asarray(beyond & (changed.p_value() * factor <= options.alpha))

    ratio = moved.ratio
    flagged = p_adjusted <= options.alpha
    over = flagged & (ratio > high)
    under = flagged & (ratio < low)
    doubted = over & ~(flags(moved.one_fewer(), under=False) & (moved.after >= 2))
    before, after = step.unknown
    if before and after <= before:
        most = moved.answered(before, after, most=True)
        fewest = moved.answered(before, after, most=False)
        doubted |= under & ~flags(most, under=True)
        doubted |= over & ~flags(fewest, under=False)
    return doubted


def _reading(
    step: _Step, record: Mapping[str, Any], moved: Retention, i: int, options: Options
) -> str:
    """The row in one sentence or two."""
    called = options.labels.get(step.attribute, {}).get(step.groups[i], "")
    who = named(step.groups[i], step.attribute, called=called)
    stage, since = show(step.stage), show(str(step.since))
    went = f"{int(moved.after[i]):,} of {int(moved.before[i]):,} at {since} went on to {stage}"
    if not moved.before[i]:
        return f"{who}: nobody was at {since}, so that nobody could go on to {stage}."
    if not moved.nested[i]:
        return (
            f"{who}: {int(moved.after[i]):,} at {stage} and {int(moved.before[i]):,} at {since}; "
            "people came in between, so that who went on is not known."
        )
    if math.isnan(float(record["ratio"])):
        return f"{who}: {went}; there is nobody else to compare with."
    own, others = percents([float(record["retention"]), float(record["retention_others"])])
    fact = f"{who}: {went} ({own}), and {others} of everybody else."
    if step.aim:
        return f"{fact} A quota was filled here: that is attainment, and no loss."
    verdict = record["verdict"]
    missing = float(record["lost_beyond"])
    if verdict is Verdict.UNDER:
        return (
            f"{fact} Fewer than chance explains: about {fixed(missing, 0)} more would have gone on "
            "with an equal chance."
        )
    if verdict is Verdict.OVER:
        return f"{fact} More than chance explains."
    low, high = options.band
    if verdict is Verdict.IN_LINE:
        return f"{fact} In line: shown to lie within {low:g} to {high:g} times."
    if record["differs"]:
        return (
            f"{fact} More than chance gives; whether by enough to matter, or whether it would "
            "stand, is not settled."
        )
    return f"{fact} Cannot tell: so few people can differ by chance."


def _finding(step: _Step, record: Mapping[str, Any], verdict: Verdict, options: Options) -> Finding:
    ratio = Estimate(
        float(record["ratio"]),
        float(record["ratio_low"]),
        float(record["ratio_high"]),
        options.confidence,
        "Koopman",
        "ratio",
    )
    steps = {
        Verdict.UNDER: f"Ask people of this group what kept them from {show(step.stage)}, and offer it "
        "again at another time or place.",
        Verdict.OVER: "Look at what brought this group on, and offer it to the others.",
    }
    values = {
        name: record[name]
        for name in ("group", "attribute", "stage", "since", "before", "retention", "ratio")
    }
    return Finding(
        question="stages",
        attribute=step.attribute,
        group=str(record["group"]),
        verdict=verdict,
        estimate=ratio if verdict is not Verdict.NOT_ASSESSABLE else None,
        p_value=record["p_value"],
        p_adjusted=record["p_adjusted"],
        n=int(record["before"]),
        reading=str(record["reading"]),
        next_step=steps.get(
            verdict, "Keep counting people at every stage, and by the same groups."
        ),
        values={
            **values,
            "people": record["count"],
            "retention_others": record["retention_others"],
            "lost_beyond": record["lost_beyond"],
        },
        details={
            "estimand": "share of a group that went on, over that of everybody else",
            "null": None if step.aim else "everybody had the same chance to go on",
            "aim": step.aim,
            "linked": step.linked,
            "unknown": step.unknown,
            "band": options.band,
        },
    )


def _largest(records: Sequence[Mapping[str, Any]], alpha: float) -> Iterator[Note]:
    """The largest loss, with a p-value that knows that it is the largest of many."""
    tested = [r for r in records if not math.isnan(float(r.get("p_value", math.nan)))]
    losses = [r for r in tested if float(r["lost_beyond"]) > 0]
    if not losses:
        return
    most = max(losses, key=lambda r: (float(r["lost_beyond"]), -float(r["p_value"])))
    p = min(1.0, float(most["p_value"]) * len(tested))
    beyond = "beyond chance" if p <= alpha else "which chance can give"
    yield Note.of(
        "largest_loss",
        "The largest loss is that of {group:label} ({attribute:name}) at {stage:label}: {missing:decimal} "
        f"people beyond an equal chance, {beyond} also as the largest of {{looked}} (p {{p:p}}).",
        group=most["group"],
        attribute=most["attribute"],
        stage=most["stage"],
        missing=float(most["lost_beyond"]),
        looked=len(tested),
        p=p,
    )
