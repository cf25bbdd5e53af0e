"""audit(): everything that the tables of a process allow, asked at once and read by principle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coprep.auditing import accessibility, diversity, equality, reciprocity
from coprep.auditing.asking import (
    Asking,
    attributes_of,
    baselines_of,
    draws_for,
    public_of,
)
from coprep.auditing.commitments import milestones_of, outcomes_of, targets_of
from coprep.auditing.comparing import change_of, earlier_audit
from coprep.auditing.contradictions import contradictions_of
from coprep.auditing.crossings import pairs_of
from coprep.auditing.described import answered_of, ladder_of, needs_of, sessions_of, told_of
from coprep.auditing.family import Family, family_of, is_told
from coprep.auditing.gaps import gaps_of
from coprep.auditing.group_names import GroupNames
from coprep.auditing.impact import impact_of
from coprep.auditing.journey import ideas_by_step, people_by_stage
from coprep.auditing.methods import files_of, rules_of
from coprep.auditing.question import Question
from coprep.auditing.result import FAMILY, STEPS, Audit
from coprep.auditing.rows import rows_of
from coprep.auditing.sentences import TIMES, set_aside, told
from coprep.auditing.watching import watched_of
from coprep.auditing.who_took_part import Comparison, names_of, who_took_part
from coprep.data.baseline.baseline import Baseline
from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Finding, Note, Verdict, distinct
from coprep.results import Result
from coprep.table import Table
from coprep.wording.labels import show

_INDICATORS = 12
"""About how many questions are asked of each attribute; only the number of draws rests on it."""


def audit(
    process: Process,
    baseline: Baseline | Mapping[str, Baseline] | None = None,
    *,
    attributes: Sequence[str] | str | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    public: Sequence[str] = (),
    provisions: Mapping[str, str] | None = None,
    earlier: Audit | str | None = None,
    q: float = 0.05,
    confidence: float | None = None,
    band: tuple[float, float] | None = None,
    material: float = 5.0,
    draws: int | None = None,
    until: object = None,
    population: int | None = None,
    recode: Mapping[str, Any] | None = None,
    unknown: Iterable[str] = (),
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    progress: bool = False,
    rng: int | None = 0,
) -> Audit:
    """What do the tables of this process say of equality, diversity, accessibility, reciprocity?

    Everything that the tables allow is asked, and nothing fails because one is missing: what was
    not collected is listed. The public is compared with the community; what people did is compared
    with the people on the list, and never again with the community.

    Parameters
    ----------
    process : Process
        The process, from `read_process` or made of tables.
    baseline : Baseline or mapping of str to Baseline, optional
        Who lives there; by default the process's own baselines, each in turn.
    attributes : sequence of str, optional
        What to ask about; by default what the process names, else all by which people can be told apart. Fewer attributes make
        fewer questions, among which less must be allowed for chance.
    labels : mapping, optional
        What groups are called in sentences: ``{"disability": {"Yes": "disabled people"}}``.
    public : sequence of str, optional
        The roles that are compared with the community; by default ``public``.
    provisions : mapping, optional
        Which provision of a session answers which access need.
    earlier : Audit or str, optional
        The audit of last time, or its JSON: what moved since then is told, number by number.
    q : float
        At most this share of the patterns that a page names is expected to be false.
    confidence, band, population : optional
        See `coprep.representation.assess`; by default what the process says.
    recode, unknown, outside : optional
        See `coprep.representation.assess`; besides what the process says of them. Attributes are
        called as in the baseline.
    material : float
        Differences of fewer percentage points do not matter.
    draws : int, optional
        How often labels are dealt out at random; by default as often as so many questions need.
    until : date, optional
        The day on which answers are counted; by default the last that any table names.
    progress : bool
        Show a progress bar, where tqdm is installed (``coprep[progress]``).
    rng : int or None
        Seed of everything random.

    Returns
    -------
    Audit
        By principle, with every detector's own answer in ``parts``.

    Raises
    ------
    InputError
        Where nothing at all can be asked, where people whose answers the baseline lacks could turn
        a verdict, and for all that `assess` raises. Where they could not, they are one row, "other
        answers".

    Notes
    -----
    Questions are selected over the whole page by Benjamini and Hochberg's rule at ``q`` over their
    smallest p values; within a selected question a group is named where its detector's own verdict
    says so and its p value is at most ``q`` times the share of questions selected [1]_.

    References
    ----------
    .. [1] Benjamini Y, Bogomolov M (2014). Selective inference on multiple families of hypotheses.
       Journal of the Royal Statistical Society B 76(1), 297-318.

    Examples
    --------
    >>> from coprep import Baseline, Process, audit
    >>> process = Process.from_counts({"sex": {"Female": 12, "Male": 9}}, title="A small jury")
    >>> found = audit(process, Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}}))
    >>> found.headline
    'No pattern was found in 1 question asked. In 1 a difference could hide that these ...'
    """
    if not isinstance(process, Process):
        raise InputError.of(
            f"audit takes a Process; got {show(process)}.",
            code="not_a_process",
            param="process",
            got=type(process).__name__,
            hint="read a folder first: audit(read_process('folder')).",
        )
    before = None if earlier is None else earlier_audit(earlier)
    settings = process.settings.given(attributes=attributes, confidence=confidence, band=band)
    baselines = baselines_of(process, baseline)
    published = process.has("published")
    among, notes = (None, []) if published else public_of(process, public)
    wanted = () if published else attributes_of(process, settings.attributes)
    asking = Asking(
        process=process,
        listed=process.without_baselines(),
        baselines=baselines,
        public=among,
        attributes=wanted,
        names=GroupNames(_called(process, labels or {}, [])),
        confidence=settings.confidence,
        band=settings.band,
        material=material,
        draws=draws or draws_for(_INDICATORS * len(wanted), q),
        q=q,
        until=until,
        population=population,
        recode=recode or {},
        unknown=unknown,
        outside=outside,
        rng=0 if rng is None else rng,
    )
    compared, more = _compared(asking, baseline, settings.attributes, labels or {}, published)
    if not compared and not wanted:
        raise _nothing_to_ask()
    asking = replace(asking, names=GroupNames(_called(process, labels or {}, compared)))
    questions = list(_asked(asking, compared, progress))
    family = family_of(questions, q)
    found = _answer(asking, questions, family, compared, [*notes, *more], provisions or {})
    return found if before is None else replace(found, change=change_of(found, before))


def _compared(
    asking: Asking,
    baseline: Baseline | Mapping[str, Baseline] | None,
    attributes: Sequence[str] | str | None,
    labels: Mapping[str, Mapping[str, str]],
    published: bool,
) -> tuple[list[Comparison], list[Note]]:
    """Who took part beside each baseline; nothing where there is none."""
    if not asking.baselines:
        return [], []
    if published:
        wanted = attributes
    else:
        # Practitioners and leaders are told apart by their role, which no census knows.
        wanted = None if attributes is None else _known_to(asking)
        if wanted is not None and not wanted:
            return [], []
    return who_took_part(
        asking.process,
        baseline,
        asking.baselines,
        among=asking.public,
        attributes=wanted,
        confidence=asking.confidence,
        band=asking.band,
        population=asking.population,
        recode=asking.recode,
        unknown=asking.unknown,
        outside=asking.outside,
        labels=labels,
        rng=asking.rng,
    )


def _called(
    process: Process, labels: Mapping[str, Mapping[str, str]], compared: Sequence[Comparison]
) -> dict[str, dict[str, str]]:
    """What groups are called, as the participants' labels and the baseline's are spelt."""
    found: dict[str, dict[str, str]] = {
        name: {**process.reading.called(name), **labels.get(name, {})}
        for name in (*process.attributes, *labels)
    }
    for one in compared:
        for name, groups in one.answer.settings["labels"].items():
            found[name] = {**found.get(name, {}), **groups}
    names = GroupNames(dict(found))
    for one in compared:
        for pair, cells in pairs_of(one.crossed).items():
            found[pair] = {str(f.group): names.crossed(f.details["groups"]) for f in cells}
    return found


def _known_to(asking: Asking) -> list[str]:
    """Those of the attributes asked about that a baseline knows."""
    known = {name for one in asking.baselines.values() for name in one.attributes}
    return [name for name in asking.attributes if name in known]


def _nothing_to_ask() -> InputError:
    return InputError.of(
        "this process has no baseline to compare participants with, and no attribute by which "
        "people can be told apart.",
        code="no_baseline",
        param="baseline",
        hint="put a baseline.csv (attribute, group, and count or share) into the folder, or pass "
        "baseline=.",
    )


def _asked(asking: Asking, compared: Sequence[Comparison], progress: bool) -> Iterator[Question]:
    """Every question in page order."""
    everything = _in_order(asking, compared)
    if not progress:
        return everything
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return everything
    return iter(tqdm(everything, desc="questions", unit="question"))


def _in_order(asking: Asking, compared: Sequence[Comparison]) -> Iterator[Question]:
    yield from equality.questions(asking)
    yield from diversity.questions(compared)
    yield from accessibility.questions(asking)
    yield from reciprocity.questions(asking)


def _answer(
    asking: Asking,
    questions: Sequence[Question],
    family: Family,
    compared: Sequence[Comparison],
    notes: Sequence[Note],
    provisions: Mapping[str, str],
) -> Audit:
    process = asking.process
    parts = _parts(questions)
    findings = _findings(asking, questions, family)
    impact = impact_of(process)
    needs, tied = needs_of(process, provisions)
    answers = [one.answer for one in compared]
    return Audit(
        title=process.title or "A co-production process",
        rows=rows_of(findings, parts),
        findings=tuple(findings),
        notes=distinct((*notes, *tied, *process.notes, *_notes_of(answers, process.notes))),
        settings=_settings(asking, family),
        family=_family_table(questions, family, parts),
        parts=tuple(parts),
        impact={} if impact is None else impact.numbers(),
        impact_by_role=Table({}, {}) if impact is None else impact.by_role,
        people=people_by_stage(process),
        ideas=ideas_by_step(process, impact),
        ladder=ladder_of(process),
        told=told_of(process),
        needs=needs,
        answered=answered_of(asking),
        sessions=sessions_of(process),
        gaps=gaps_of(process, asking.baselines),
        conflicts=contradictions_of(process),
        milestones=milestones_of(process, asking.until),
        targets=targets_of(process),
        watched=watched_of(asking),
        outcomes=outcomes_of(process),
        steps=_steps(asking, findings),
    )


def _notes_of(answers: Sequence[Result], told: Sequence[Note]) -> list[Note]:
    """What comparisons with a baseline note besides what was told, each with its title where they
    differ.
    """
    found: list[Note] = []
    for answer in answers:
        for note in answer.notes:
            if any(note == one for one in told):
                continue
            if all(any(note == one for one in other.notes) for other in answers):
                found.append(note)
                continue
            text = f"{answer.title}: {note.text}"
            found.append(Note(note.code, text, {**note.values, "part": answer.title}))
    return found


def _parts(questions: Sequence[Question]) -> list[Result]:
    """The answers behind the questions, each once."""
    found: list[Result] = []
    for question in questions:
        if question.part is not None and not any(question.part is part for part in found):
            found.append(question.part)
    return found


def _settings(asking: Asking, family: Family) -> dict[str, Any]:
    called = names_of(asking.baselines)
    compared_with = tuple(
        called[name] if one.area else one.described for name, one in asking.baselines.items()
    )
    roles = asking.process.roles()
    return {
        "q": asking.q,
        "m": family.asked,
        "selected": family.selected,
        "threshold": family.threshold,
        "draws": asking.draws,
        "rng": asking.rng,
        "confidence": asking.confidence,
        "band": asking.band,
        "material": asking.material,
        "population": asking.population,
        "public": None if asking.public is None else int(asking.public.sum()),
        "attributes": asking.attributes or asking.process.attributes,
        "roles": () if roles is None else roles.groups,
        "labels": {name: dict(groups) for name, groups in asking.names.given.items()},
        "selection": asking.process.selection,
        "sources": asking.process.sources,
        "files": files_of(asking.process),
        "read_by": rules_of(asking.process),
        # One baseline without a name would leave a gap in the line.
        "compared_with": compared_with if all(compared_with) else (),
    }


def _findings(asking: Asking, questions: Sequence[Question], family: Family) -> list[Finding]:
    """All findings in page order, as the page tells them."""
    found: list[Finding] = []
    for question, status in zip(questions, family.statuses, strict=True):
        for finding in question.findings:
            kept = finding
            if finding.verdict.is_flag and not is_told(question, finding, family.threshold):
                expected = family.asked * (finding.p_adjusted or 0.0)
                kept = set_aside(finding, expected)
            found.append(told(question, kept, asking, status))
    return found


def _family_table(questions: Sequence[Question], family: Family, parts: Sequence[Result]) -> Table:
    records = []
    for question, status, adjusted in zip(questions, family.statuses, family.adjusted, strict=True):
        place = next((i for i, part in enumerate(parts) if part is question.part), None)
        groups = sum(f.verdict is not Verdict.NOT_ASSESSABLE for f in question.findings)
        records.append(
            {
                "principle": question.principle,
                "indicator": question.indicator,
                "question": question.name,
                "about": question.about or None,
                "attribute": question.attribute,
                "p": question.p_value,
                "p_bh": adjusted,
                "selected": question.p_value is not None and question.p_value <= family.threshold,
                "status": str(status),
                "n_groups": groups,
                "part": place,
            }
        )
    return Table.from_records(records, FAMILY)


def _steps(asking: Asking, findings: Sequence[Finding]) -> Table:
    """One step a finding that calls for action, in the order of their time words."""
    flagged = [
        (i, finding)
        for i, finding in enumerate(findings)
        if finding.verdict.is_flag and finding.details.get("when")
    ]
    flagged.sort(key=lambda one: TIMES.index(one[1].details["when"]))
    missing = [finding for _, finding in flagged if finding.verdict is Verdict.UNDER]
    records: list[dict[str, Any]] = []
    for i, finding in flagged:
        text = finding.next_step
        if finding.verdict is Verdict.UNDER:
            # Whoever invites for one group invites for all: one step names them together.
            text = _invite(asking, [f for f in missing if _compared_alike(f, finding)])
        if not any(record["text"] == text for record in records):
            records.append({"when": finding.details["when"], "text": text, "finding": i})
    return Table.from_records(records, STEPS)


def _compared_alike(one: Finding, other: Finding) -> bool:
    return bool(one.details["indicator"] == other.details["indicator"])


def _invite(asking: Asking, missing: Sequence[Finding]) -> str:
    """Whom to invite in a round of the same size, for all groups that were missing."""
    wanted = []
    for finding in missing:
        values = finding.values
        name = asking.names.counted(finding.attribute, finding.group or "")
        wanted.append(
            f"{values['expected']:,.0f} of {values['total']:,.0f} {name} "
            f"(not {values['participants']:,.0f})"
        )
    groups = f"{', '.join(wanted[:-1])} and {wanted[-1]}" if len(wanted) > 1 else wanted[0]
    return f"In a round of the same size {groups}, invited through people and places they trust."
