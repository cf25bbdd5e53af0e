"""Compare who took part, at every published stage, with every baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coprep.auditing.crossings import crossings_with
from coprep.auditing.shared_attributes import TIED_BY_GROUPS, shared_attributes
from coprep.data.baseline.baseline import Baseline
from coprep.data.label_matching import spelt_alike
from coprep.data.labels import fold
from coprep.data.printed import warn_of_misprints
from coprep.data.process.process import Process
from coprep.errors import Problems
from coprep.findings import Note, distinct
from coprep.representation._other_answers import assess_with_other_answers
from coprep.representation._result import Representation
from coprep.representation.intersections import Intersections
from coprep.wording.names import one_line, plainly

_WHO = "Who took part"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Who took part at one stage, beside one baseline; ``crossed`` where pairs are known."""

    stage: str | None
    against: str | None
    answer: Representation
    crossed: Intersections | None = None

    @property
    def about(self) -> str:
        """The stage and the baseline, where there are several of them."""
        return ", ".join(filter(None, (self.stage, self.against)))


def who_took_part(
    process: Process,
    baseline: Baseline | Mapping[str, Baseline] | None,
    baselines: Mapping[str, Baseline],
    *,
    among: NDArray[np.bool_] | None,
    attributes: Sequence[str] | str | None,
    confidence: float,
    band: tuple[float, float],
    population: int | None,
    recode: Mapping[str, Any],
    unknown: Iterable[str],
    outside: Iterable[str] | Mapping[str, Iterable[str]],
    labels: Mapping[str, Mapping[str, str]],
    rng: int | None,
) -> tuple[list[Comparison], list[Note]]:
    """Compare the people of a process with its baselines: all on its list, or each published stage.

    ``baseline`` is what was asked for: where it is None, a stage is compared with its own.
    """
    called = names_of(baselines)
    found: list[Comparison] = []
    told: list[Note] = []
    uncompared: list[str] = []
    problems = Problems()
    for stage in _stages(process):
        own = baselines if baseline is not None else process.baselines_at(stage)
        if not own:
            uncompared.append(str(stage))
        for name, against in own.items():
            held_against = called[name] if len(baselines) > 1 else None
            compared = _compared(
                process,
                stage,
                against,
                among=among,
                attributes=attributes,
                confidence=confidence,
                band=band,
                population=population,
                recode=recode,
                unknown=unknown,
                outside=outside,
                labels=labels,
                title=_title(stage, held_against),
                rng=rng,
                told=told,
                problems=problems,
            )
            if compared is None:
                continue
            answer, crossed = compared
            asked = {"stage": stage, "against": held_against}
            answer = replace(answer, settings={**answer.settings, **asked})
            if crossed is not None:
                crossed = replace(crossed, settings={**crossed.settings, **asked})
            found.append(Comparison(stage, held_against, answer, crossed))
    problems.raise_if_any()
    warn_of_misprints(told)
    parts = [one.answer for one in found]
    tied = [note for note in told if note.code == TIED_BY_GROUPS]
    named = _not_called(process.reading.labels, parts)
    return found, [*distinct(tied), *_not_compared(uncompared), *named]


def _stages(process: Process) -> tuple[str | None, ...]:
    """Every published stage; of people, who are listed once, the list."""
    published = process.has("published")
    return process.stages if published and process.stages else (None,)


def _compared(
    process: Process,
    stage: str | None,
    against: Baseline,
    *,
    among: NDArray[np.bool_] | None,
    attributes: Sequence[str] | str | None,
    confidence: float,
    band: tuple[float, float],
    population: int | None,
    recode: Mapping[str, Any],
    unknown: Iterable[str],
    outside: Iterable[str] | Mapping[str, Iterable[str]],
    labels: Mapping[str, Mapping[str, str]],
    title: str,
    rng: int | None,
    told: list[Note],
    problems: Problems,
) -> tuple[Representation, Intersections | None] | None:
    """One stage beside one baseline, each attribute and pairs of them; what counts note is added to
    ``told``.

    None where people whose answers the baseline lacks could turn a verdict: ``problems`` say which.
    """
    named, tied = shared_attributes(process.counts(stage), against, attributes)
    told += tied
    overlapping = process.reading.several
    several = [
        ours
        for ours, theirs in named.items()
        if against.profile(theirs).overlapping or ours in overlapping
    ]
    tally = process.tally(
        stage, attributes=tuple(named) or None, overlapping=several, among=among
    ).renamed(named)
    told += tally.notes
    selection, quotas = process.selection_at(stage)
    held = [theirs for ours, theirs in named.items() if {ours, theirs} & set(quotas)]
    options: dict[str, Any] = {
        "selection": _selection(selection, bool(held)),
        "quotas": held,
        "confidence": confidence,
        "band": band,
        "population": process.settings.at(stage).population if population is None else population,
        "recode": _recode(process, named, recode),
        "unknown": (*process.reading.unknown, *_listed(unknown)),
        "outside": _outside(process, named, outside),
        "labels": _labels(process, named, against, labels),
        "title": title,
        "rng": rng,
    }
    answer = assess_with_other_answers(
        tally,
        against,
        problems,
        attributes=None if attributes is None else list(named.values()),
        overlapping=[named[ours] for ours in several],
        **options,
    )
    if answer is None:
        return None
    crossed = crossings_with(
        process,
        stage,
        against,
        {ours: theirs for ours, theirs in named.items() if ours not in several},
        answer,
        among=among,
        options=options,
    )
    return answer, crossed


def _not_compared(stages: Sequence[str]) -> Iterator[Note]:
    """Stages for which no baseline is left, because each belongs to another stage."""
    if stages:
        template = "Not compared, because every baseline belongs to another stage: {stages:labels}."
        yield Note.of("no_baseline", template, stages=stages)


def _not_called(
    labels: Mapping[str, Mapping[str, str]], parts: Sequence[Representation]
) -> Iterator[Note]:
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


def _title(stage: str | None, against: str | None) -> str:
    who = f"{_WHO}: {plainly(stage)}" if stage else _WHO
    return f"{who}, against {against}" if against else who


def names_of(baselines: Mapping[str, Baseline]) -> dict[str, str]:
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
    area, date = map(one_line, (baseline.area, baseline.date))
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
