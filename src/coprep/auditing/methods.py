"""Say how an audit was made: a paragraph for a report, and the files and rules it was read by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coprep.data.process.process import Process
from coprep.data.reading import EVERYWHERE
from coprep.version import __version__
from coprep.wording.escape import quoted
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.auditing.result import Audit

_MOST = 12


def files_of(process: Process) -> tuple[dict[str, str], ...]:
    """The files that a process was read from, by name and SHA-256."""
    return tuple({"name": file.name, "sha256": file.sha256} for file in process.files)


def rules_of(process: Process) -> tuple[str, ...]:
    """How columns and labels of participants were read otherwise than as they stand."""
    return tuple(_rules(process))


def _rules(process: Process) -> Iterator[str]:
    reading = process.reading
    if reading.columns:
        pairs = [f"{column} as {name}" for column, name in reading.columns.items()]
        yield f"Columns read: {quoted(pairs, most=_MOST)}."
    if reading.weight:
        yield f"Weights are in the column {quoted([reading.weight])}."
    if reading.several:
        yield f"Several may be ticked: {quoted(reading.several, most=_MOST)}."
    for attribute, rules in reading.recode.items():
        pairs = [f"{old} as {new}" for old, new in rules.items()]
        yield f"Labels renamed{_within(attribute)}: {quoted(pairs, most=_MOST)}."
    if reading.unknown:
        yield f"Also read as unknown: {quoted(reading.unknown, most=_MOST)}."
    for attribute, labels in reading.outside.items():
        yield f"Knowingly outside the comparison{_within(attribute)}: {quoted(labels, most=_MOST)}."


def _within(attribute: str) -> str:
    return "" if attribute == EVERYWHERE else f" in {plainly(attribute)}"


def paragraph_of(audit: Audit) -> str:
    """How an audit was made, in a paragraph to paste into a report."""
    return " ".join(_sentences(audit))


def _sentences(audit: Audit) -> Iterator[str]:
    settings = audit.settings
    yield f"The tables of this process were read and analysed with coprep {__version__}."
    people = next(audit.people.records(), None) if len(audit.people) else None
    who = [part for part in audit.parts if part.kind == "representation"]
    if who:
        yield _who_came(settings, people)
    if settings["m"] and (len(who) < len(audit.parts)):
        yield (
            "What people did was compared between groups of the people on the list, and never with "
            f"the community again, by dealing labels out at random ({settings['draws']:,} draws, "
            f"seed {settings['rng']}) or by the exact or asymptotic test that each detector names."
        )
    if settings["m"]:
        yield (
            f"Over the whole page {count_of(settings['m'], 'question')} "
            f"{'was' if settings['m'] == 1 else 'were'} asked; {settings['selected']:,} of them "
            "were selected by the rule of Benjamini and Hochberg (1995) at "
            f"q = {settings['q']:g}, and groups within them were named where the detector’s own "
            f"verdict says so and their adjusted p value is at most {settings['threshold']:.4g} "
            "(Benjamini and Bogomolov 2014)."
        )
        low, high = settings["band"]
        yield (
            f"A difference matters where it lies outside {low:g} to {high:g} times the share, or "
            f"{settings['material']:g} percentage points, whichever is less; “in line” is shown by "
            "one-sided tests on both sides (Schuirmann 1987) and is not adjusted over the page. "
            f"Ranges are {settings['confidence']:.0%} intervals for one number."
        )


def _who_came(settings: Mapping[str, Any], people: Mapping[str, Any] | None) -> str:
    """Whom the community was compared with, and by which test."""
    public = settings.get("public")
    whom = "participants"
    if public is not None:
        whom = f"{public:,} members of the public"
    elif people is not None and people["n"]:
        whom = f"{people['n']:,.0f} people"
    against: Sequence[str] = settings.get("compared_with") or ()
    beside = "; ".join(against) or "the community’s shares"
    return (
        f"The {whom} were compared with {beside}, by exact two-sided tests against a fair draw, "
        "adjusted by Holm within each attribute, with Clopper–Pearson limits of the ratio of shares."
    )
