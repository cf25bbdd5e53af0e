"""Ask of every stage of a process, and against every baseline, who took part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

from coprep.data.baseline.baseline import Baseline
from coprep.data.label_matching import spelt_alike
from coprep.data.labels import fold
from coprep.data.printed import warn_of_misprints
from coprep.data.process.process import Process
from coprep.errors import InputError, Problems
from coprep.findings import Finding, Note, Verdict, distinct
from coprep.pictures import Forest
from coprep.report.sentences import asked_of, headline_of
from coprep.representation._other_answers import assess_with_other_answers
from coprep.representation._result import ROWS, Representation
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import nearest, show
from coprep.wording.names import plainly

__all__ = ["Audit", "audit"]

_WHO = "Who took part"
ONLY = "only_who_took_part"
"""Code of the note that says what else the process could answer."""
_MOST_TOLD = 3
_ROWS: dict[str, ColumnKind] = {"stage": "text", "against": "text", **ROWS}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Audit(Result):
    """Everything that was asked of one process.

    Attributes
    ----------
    parts : tuple of Result
        One answer a stage and baseline; `rows` and `findings` hold them all together.
    """

    parts: tuple[Result, ...] = ()

    kind: ClassVar[str] = "audit"
    shown: ClassVar[tuple[str, ...]] = ("stage", "against", *Representation.shown)
    listed_by: ClassVar[str | None] = Representation.listed_by
    count_columns: ClassVar[tuple[str, ...]] = Representation.count_columns
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("stage", "against", "attribute")
    keep_when_protected: ClassVar[tuple[str, ...]] = Representation.keep_when_protected

    @property
    def headline(self) -> str:
        """What the stages with findings that call for action say, and the last stage; all in one
        where none has any.
        """
        if len(self.parts) == 1:
            return headline_of(self.parts[0])
        flagged = [p for p in self.parts if any(f.verdict.is_flag for f in p.findings)]
        told = [p for p in self.parts if p in flagged or p is self.parts[-1]]
        judged = [
            p
            for p in self.parts
            if any(f.verdict is not Verdict.NOT_ASSESSABLE for f in p.findings)
        ]
        if judged == list(self.parts) and not flagged:
            return self._nobody_flagged()
        more = len(told) - _MOST_TOLD
        rest = [f"{more} more of these comparisons have findings, see below."] if more > 0 else []
        return " ".join([*(f"{asked_of(p)}: {headline_of(p)}" for p in told[-_MOST_TOLD:]), *rest])

    def _nobody_flagged(self) -> str:
        """That no comparison found anything, told apart from that it could not."""
        told = [f.verdict for f in self.findings if f.verdict is not Verdict.NOT_ASSESSABLE]
        own = [f.verdict for f in self.findings if not f.details.get("other_side")]
        unclear = own.count(Verdict.INCONCLUSIVE)
        if not unclear:
            comparisons = f"in all {len(self.parts)} comparisons"
            return f"Every group is shown to be in line with the baseline, {comparisons}."
        return (
            "No group is shown to be under- or over-represented in any of "
            f"{len(self.parts)} comparisons. "
            f"In {unclear} of {len(told)} answers the numbers are too small to tell."
        )

    def to_html(self) -> str:
        """One self-contained page with a section a part."""
        from coprep.report.page import page

        only = [note.text for note in self.notes if note.code == ONLY]
        against = self.settings.get("compared_with") or ()
        below = [f"Compared with: {'; '.join(against)}.", *only] if against else only
        return page(
            self.parts,
            title=self.title,
            subtitle=" ".join(below),
            headline=self.headline,
            notes=[note for note in self._own_notes if note.code != ONLY],
        )

    def protect(self, min_count: int = 5) -> Self:
        """A copy that is safe to publish.

        Comparisons of one attribute count the same people, at other stages or against other
        baselines, so that one may tell what another hides: where any hides a row of an attribute,
        only the last comparison of that attribute shows it.
        """
        own = self._own_notes
        # A note of the whole may tell of a row that one part hides: each part judges it too.
        judged = [
            replace(part, notes=(*part.notes, *own)).protect(min_count) for part in self.parts
        ]
        kept = [note for note in own if all(_holds(part, note) for part in judged)]
        parts = [
            replace(now, notes=tuple(n for n in now.notes if n not in own or _holds(before, n)))
            for now, before in zip(judged, self.parts, strict=True)
        ]
        safe, left_out = _told_once(parts)
        settings = {**self.settings, "protected": {"min_count": min_count, "rows_hidden": 0}}
        return type(self)(**_together(self.title, safe, (*kept, *left_out), settings))

    @property
    def _own_notes(self) -> list[Note]:
        """The notes that are not those of a part."""
        return [
            note
            for note in self.notes
            if note.values.get("part") is None and not any(_holds(p, note) for p in self.parts)
        ]


def _told_once(parts: Sequence[Result]) -> tuple[list[Result], list[Note]]:
    """Parts in which an attribute of which any hides a row stands in the last part alone.

    A part of which nothing is left goes; the notes say what is shown only once.
    """
    hides = {
        record["attribute"]
        for part in parts
        for record in part.rows.records()
        if record["count"] is None
    }
    last = {name: i for i, part in enumerate(parts) for name in part.rows["attribute"]}
    told: list[Result] = []
    once: set[str] = set()
    for i, part in enumerate(parts):
        gone = {name for name in set(part.rows["attribute"]) & hides if last[name] != i}
        once |= gone
        left = _without(part, gone) if gone else part
        if len(left.rows) or not gone:
            told.append(left)
    template = (
        "Shown in one comparison only, so that several beside one another do not tell of few "
        "people: {attributes:labels}."
    )
    return told, [Note.of("told_once", template, attributes=sorted(once))] if once else []


def _without(part: Result, attributes: Collection[str]) -> Result:
    """A part without some attributes."""
    there = [name not in attributes for name in part.rows["attribute"]]
    left = replace(
        part,
        rows=part.rows.where(there),
        findings=tuple(f for f in part.findings if f.attribute not in attributes),
        notes=tuple(n for n in part.notes if n.values.get("attribute") not in attributes),
    )
    if not isinstance(left, Representation):
        return left
    overall = [name not in attributes for name in left.overall["attribute"]]
    return replace(left, overall=left.overall.where(overall))


def _holds(part: Result, note: Note) -> bool:
    """Whether a note is one of a part."""
    return any(note == one for one in part.notes)


def audit(
    process: Process,
    baseline: Baseline | Mapping[str, Baseline] | None = None,
    *,
    attributes: Sequence[str] | str | None = None,
    confidence: float | None = None,
    band: tuple[float, float] | None = None,
    population: int | None = None,
    recode: Mapping[str, Any] | None = None,
    unknown: Iterable[str] = (),
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    labels: Mapping[str, Mapping[str, str]] | None = None,
    rng: int | None = 0,
) -> Audit:
    """What do the tables of this process say about who took part?

    Parameters
    ----------
    process : Process
        The process, from `read_process` or made of tables.
    baseline : Baseline or mapping of str to Baseline, optional
        Who lives there; by default the process's own baselines, each in turn.
    attributes : sequence of str, optional
        What to compare; by default what the process names, else all that participants and baseline
        share.
    confidence, band, population : optional
        See `coprep.representation.assess`; by default what the process says.
    recode, unknown, outside, labels : optional
        See `coprep.representation.assess`; besides what the process says of them. Attributes are
        called as in the baseline.
    rng : int or None
        See `coprep.representation.assess`.

    Returns
    -------
    Audit
        One `Representation` for every stage and baseline.

    Raises
    ------
    InputError
        Where the process has no participants or no baseline, where people whose answers the
        baseline lacks could turn a verdict, and for all that `assess` raises. Where they could
        not, they are one row, "other answers".

    Examples
    --------
    >>> from coprep import Baseline, Process, audit
    >>> process = Process.from_counts({"sex": {"Female": 12, "Male": 9}}, title="A small jury")
    >>> audit(process, Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})).headline
    'No group is shown to be under- or over-represented. ... too small to tell.'
    """
    if not isinstance(process, Process):
        raise InputError.of(
            f"audit takes a Process; got {show(process)}.",
            code="not_a_process",
            param="process",
            got=type(process).__name__,
            hint="read a folder first: audit(read_process('folder')).",
        )
    settings = process.settings.given(attributes=attributes, confidence=confidence, band=band)
    overlapping = process.reading.several
    baselines = _baselines(process, baseline)
    called = _called(baselines)
    parts: list[Representation] = []
    told: list[Note] = []
    uncompared: list[str] = []
    problems = Problems()
    for stage in process.stages or (None,):
        counts = process.counts(stage)
        selection, quotas = process.selection_at(stage)
        own = baselines if baseline is not None else process.baselines_at(stage)
        if not own:
            uncompared.append(str(stage))
        for name, against in own.items():
            named = _shared(counts, against, settings.attributes)
            shared = tuple(named.values())
            several = [
                ours
                for ours, theirs in named.items()
                if against.profile(theirs).overlapping or ours in overlapping
            ]
            tally = process.tally(
                stage, attributes=tuple(named) or None, overlapping=several
            ).renamed(named)
            told += tally.notes
            held = [theirs for ours, theirs in named.items() if {ours, theirs} & set(quotas)]
            held_against = called[name] if len(baselines) > 1 else None
            part = assess_with_other_answers(
                tally,
                against,
                problems,
                attributes=None if settings.attributes is None else list(shared),
                selection=_selection(selection, bool(held)),
                quotas=held,
                confidence=settings.confidence,
                band=settings.band,
                population=settings.at(stage).population if population is None else population,
                overlapping=[named[ours] for ours in several],
                recode=_recode(process, named, recode or {}),
                unknown=(*process.reading.unknown, *_listed(unknown)),
                outside=_outside(process, named, outside),
                labels=_labels(process, named, against, labels or {}),
                title=_title(stage, held_against),
                rng=rng,
            )
            if part is None:
                continue
            at = {**part.settings, "stage": stage, "against": held_against}
            parts.append(replace(part, settings=at))
    problems.raise_if_any()
    warn_of_misprints(told)
    compared_with = tuple(
        called[name] if one.area else one.described for name, one in baselines.items()
    )
    asked = {
        "confidence": settings.confidence,
        "band": settings.band,
        "sources": process.sources,
        # One baseline without a name would leave a gap in the line.
        "compared_with": compared_with if all(compared_with) else (),
    }
    notes = (
        *_not_asked(process),
        *_not_compared(uncompared),
        *_not_called(process.reading.labels, parts),
        *process.notes,
    )
    return Audit(**_together(process.title or "A co-production process", parts, notes, asked))


_MORE = {
    "ideas": ("ideas", "whose ideas won"),
    "ratings": ("votes or ratings", "whether people favour their own group's ideas"),
    "turns": ("turns", "who held the floor"),
    "responses": ("answers", "who was answered"),
    "priorities": ("priorities", "whose priorities were taken up"),
}


def _not_asked(process: Process) -> tuple[Note, ...]:
    """What the process could answer besides, so that nobody takes this page for the whole."""
    held = [words for table, words in _MORE.items() if table in process.tables]
    if not held:
        return ()
    tables, asks = zip(*held, strict=True)
    text = (
        "This page asks only who took part. "
        f"The process also holds {_and(tables)}: coprep.ideas asks {_and(asks)}."
    )
    return (Note(ONLY, text),)


def _not_compared(stages: Sequence[str]) -> Iterator[Note]:
    """Stages for which no baseline is left, because each belongs to another stage."""
    if stages:
        template = "Not compared, because every baseline belongs to another stage: {stages:labels}."
        yield Note.of("no_baseline", template, stages=stages)


def _not_called(labels: Mapping[str, Mapping[str, str]], parts: Sequence[Result]) -> Iterator[Note]:
    """Names for groups that no comparison has, such as a misspelt group."""
    used = [set(names.values()) for part in parts for names in part.settings["labels"].values()]
    lost = [
        group
        for names in labels.values()
        for group, called in names.items()
        if not any(called in there for there in used)
    ]
    if lost:
        template = "Labels for groups that are in no comparison, so not used: {groups:labels}."
        yield Note.of("labels_not_used", template, groups=lost)


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _title(stage: str | None, against: str | None) -> str:
    who = f"{_WHO}: {plainly(stage)}" if stage else _WHO
    return f"{who}, against {against}" if against else who


def _called(baselines: Mapping[str, Baseline]) -> dict[str, str]:
    """What each baseline is called: its area and date where it says them; its name too where that
    is not one alone.
    """
    said = {name: _place(one) or plainly(name) for name, one in baselines.items()}
    often = Counter(fold(text) for text in said.values())
    return {
        name: f"{text} ({plainly(name)})"
        if often[fold(text)] > 1 and fold(text) != fold(plainly(name))
        else text
        for name, text in said.items()
    }


def _place(baseline: Baseline) -> str:
    """The area of a baseline with its date, each on one harmless line; "" where it names no area."""
    area, date = (" ".join(plainly(text).split()) for text in (baseline.area, baseline.date))
    return ", ".join(part for part in (area, date) if part) if area else ""


def _recode(
    process: Process, named: Mapping[str, str], more: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The labels to rename, by the baseline's attributes; what is asked goes before the process."""
    flat = {old: new for old, new in more.items() if not isinstance(new, Mapping)}
    return {
        theirs: process.reading.rules(ours) | flat | dict(more.get(theirs) or {})
        for ours, theirs in named.items()
    }


def _labels(
    process: Process,
    named: Mapping[str, str],
    against: Baseline,
    more: Mapping[str, Mapping[str, str]],
) -> dict[str, dict[str, str]]:
    """What groups of a baseline are called, by its attributes; what is asked goes first."""
    own = process.reading
    found: dict[str, dict[str, str]] = {}
    for ours, theirs in named.items():
        names = {**own.called(ours), **own.called(theirs), **more.get(theirs, {})}
        groups = spelt_alike(names, against.groups(theirs))
        here = {groups[name] or "": called for name, called in names.items()}
        here.pop("", None)
        if here:
            found[theirs] = here
    return found


def _outside(
    process: Process, named: Mapping[str, str], more: Iterable[str] | Mapping[str, Iterable[str]]
) -> dict[str, tuple[str, ...]]:
    """The labels that are outside the comparison, by the baseline's attributes."""
    own = more if isinstance(more, Mapping) else dict.fromkeys(named.values(), more)
    return {
        theirs: (*process.reading.left_outside(ours), *_listed(own.get(theirs, ())))
        for ours, theirs in named.items()
    }


def _listed(words: Iterable[str]) -> Iterable[str]:
    """One word stands for a list of one."""
    return (words,) if isinstance(words, str) else words


def _selection(asked: str, has_quota: bool) -> Literal["open", "random", "quota"]:
    """How people came in, as `assess` wants it: a quota on nothing that is compared is an open
    call.
    """
    if asked == "quota":
        return "quota" if has_quota else "open"
    return "random" if asked == "random" else "open"


def _baselines(
    process: Process, given: Baseline | Mapping[str, Baseline] | None
) -> dict[str, Baseline]:
    if isinstance(given, Baseline):
        return {"baseline": given}
    if given is not None and not isinstance(given, Mapping):
        raise InputError.of(
            f"baseline is {show(given)}; expected a Baseline.",
            code="not_a_baseline",
            param="baseline",
        )
    found = dict(given) if given else dict(process.baselines)
    for name, one in found.items():
        if not isinstance(one, Baseline):
            raise InputError.of(
                f"baseline {show(name)} is {show(one)}; expected a Baseline.", code="not_a_baseline"
            )
    if not found:
        raise InputError.of(
            "this process has no baseline to compare participants with.",
            code="no_baseline",
            param="baseline",
            hint="put a baseline.csv (attribute, group, and count or share) into the folder, or pass baseline=.",
        )
    return found


def _shared(
    counts: Mapping[str, Any], baseline: Baseline, attributes: Sequence[str] | str | None
) -> dict[str, str]:
    """The attributes that participants and baseline share, or those asked for, each with the
    baseline's own name.
    """
    alike = spelt_alike(counts, baseline.attributes)
    if attributes is None:
        found = {ours: theirs for ours, theirs in alike.items() if theirs is not None}
        return (
            found
            if len(set(found.values())) == len(found)
            else {a: a for a in counts if a in baseline.attributes}
        )
    wanted = (attributes,) if isinstance(attributes, str) else tuple(attributes)
    for name in wanted:
        if name not in counts:
            close = nearest(name, counts)
            raise InputError.of(
                f"this process knows no {show(name)} of its participants.",
                code="unknown_attribute",
                param="attributes",
                got=name,
                hint=f"did you mean {show(close)}?" if close else None,
            )
    for name in wanted:
        baseline.profile(alike[name] or name)
    return {name: alike[name] or name for name in wanted}


def _together(
    title: str, parts: Sequence[Result], notes: Sequence[Note], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields of an audit made of ``parts``."""
    records: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for part in parts:
        records += [
            {"stage": part.title, "against": part.settings.get("baseline"), **r}
            for r in part.rows.records()
        ]
        findings += part.findings
    picture = parts[0].picture
    if isinstance(picture, Forest):  # with the rows of all parts
        picture = replace(picture, label=("stage", "against", "group"))
    return {
        "title": title,
        "rows": Table.from_records(records, _ROWS),
        "findings": tuple(findings),
        "notes": distinct((*notes, *_notes_of(parts, told=notes))),
        "settings": settings,
        "picture": picture,
        "parts": tuple(parts),
    }


def _notes_of(parts: Sequence[Result], *, told: Iterable[Note] = ()) -> list[Note]:
    """What the parts note besides what was told, each with its part where not all of them note it."""
    before = {note.text for note in told}
    said: list[Note] = []
    for part in parts:
        name = asked_of(part)
        for note in part.notes:
            if note.text in before:
                continue
            if not all(_holds(other, note) for other in parts):
                values = {**note.values, "part": name}
                note = Note(note.code, f"{name}: {note.text}", values)
            said.append(note)
    return said
