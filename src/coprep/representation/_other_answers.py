"""Decides whether people whose answers the baseline lacks may stay outside a comparison: where they turn no verdict.

All of them are counted as any one group of the baseline, each in turn. Where a verdict would not stand, the
attribute is refused: whoever cannot be compared must not become an absence. Else they are one row, "other answers".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coprep.data.age_bands import bands
from coprep.data.baseline.baseline import Baseline
from coprep.data.label_matching import spelt_alike
from coprep.data.reconcile import answers_told, hint_for_unmatched
from coprep.errors import InputError, Problems
from coprep.findings import Note, Verdict, counted
from coprep.representation._result import Representation
from coprep.representation.assess import assess
from coprep.wording.labels import listed, show
from coprep.wording.numbers import count_of

OTHER_ANSWERS = "other answers"
"""The row of everybody whose answer is in no group of the baseline."""
_NAMED_FROM = 5  # a label of fewer people is not named where many may read it

Recode = Mapping[str, Mapping[str, str]]
Ask = Callable[[Recode], Representation]
"""Asks the question again, with further labels recoded by attribute."""


def assess_with_other_answers(
    participants: Any, baseline: Baseline, problems: Problems, **options: Any
) -> Representation | None:
    """What `assess` finds, with one row for other answers; None where something is wrong.

    An attribute in which people with other answers would turn a verdict is a problem.
    """
    own = options.pop("recode", None) or {}

    def ask(further: Recode) -> Representation:
        recode = own if not further else _joined(own, further)
        return assess(participants, baseline, unmatched="row", recode=recode, **options)

    before = len(problems)
    try:
        found = ask({})
    except InputError as error:
        problems.take(error)
        return None
    harmless: dict[str, dict[str, str]] = {}
    notes: list[Note] = []
    for attribute, cells in _unmatched(found).items():
        groups = baseline.groups(attribute)
        turned = next(_turned(found, attribute, list(cells), groups, ask), None)
        if turned is not None:
            _refuse(problems, attribute, cells, groups, turned)
            continue
        notes.append(_note(attribute, cells))
        if spelt_alike([OTHER_ANSWERS], groups)[OTHER_ANSWERS] is None:
            harmless[attribute] = dict.fromkeys(cells, OTHER_ANSWERS)
    if len(problems) > before:
        return None
    if not harmless:
        return found
    together = ask(harmless)
    kept = [note for note in together.notes if not _is_about(note, harmless)]
    return replace(together, notes=(*kept, *notes))


def _joined(own: Mapping[str, Any], further: Recode) -> dict[str, Any]:
    """The rules of the user, with labels that they led to led further."""
    flat = {old: new for old, new in own.items() if not isinstance(new, Mapping)}
    rules: dict[str, Any] = dict(own)
    for attribute, more in further.items():
        here = flat | dict(own.get(attribute, {}) if attribute not in flat else {})
        rules[attribute] = {old: more.get(str(new), new) for old, new in here.items()} | dict(more)
    return rules


def _unmatched(found: Representation) -> dict[str, dict[str, int]]:
    """People by attribute and label, of labels that the baseline lacks."""
    rows = {(row["attribute"], row["group"]): row["count"] for row in found.rows.records()}
    return {
        note.values["attribute"]: {
            label: rows[note.values["attribute"], label] for label in note.values["groups"]
        }
        for note in found.notes
        if note.code == "outside_comparison"
    }


def _is_about(note: Note, attributes: Mapping[str, Any]) -> bool:
    return note.code == "outside_comparison" and note.values["attribute"] in attributes


def _turned(
    found: Representation, attribute: str, labels: Sequence[str], groups: Sequence[str], ask: Ask
) -> Iterator[tuple[str, str]]:
    """The groups as which these people would turn a verdict, each with the group whose verdict it is."""
    before = _standing(found, attribute, groups)
    for group in groups:
        try:
            after = _standing(ask({attribute: dict.fromkeys(labels, group)}), attribute, groups)
        except InputError:  # so many cannot be in this group, such as more than live there
            continue
        for other in groups:
            if not _stands(before[other], after[other], own=other == group):
                yield group, other


def _standing(
    found: Representation, attribute: str, groups: Sequence[str]
) -> dict[str, tuple[str, bool | None]]:
    """The verdict of each group, and of one held against a quota or target whether it is short."""
    return {
        row["group"]: (
            str(row["verdict"]),
            float(row["shortfall"]) >= 1 if row["aim"] else None,
        )
        for row in found.rows.records()
        if row["attribute"] == attribute and row["group"] in groups
    }


def _stands(before: tuple[str, bool | None], after: tuple[str, bool | None], *, own: bool) -> bool:
    """Whether what was said of a group holds; "cannot tell" also where more people would tell."""
    if before[1] is not None:
        return before[1] == after[1] or not own
    return before[0] == after[0] or (
        before[0] == Verdict.INCONCLUSIVE and after[0] == Verdict.IN_LINE
    )


def _refuse(
    problems: Problems,
    attribute: str,
    cells: Mapping[str, int],
    groups: Sequence[str],
    turned: tuple[str, str],
) -> None:
    labels, answers = answers_told(cells)
    counted_as, other = turned
    people = count_of(sum(cells.values()), "person", "people")
    problems.add(
        f"participants have {answers} in {show(attribute)} ({people}), which the baseline "
        f"lacks; it knows {listed(groups, most=8)}. Counted as {show(counted_as)}, they would turn "
        f"the verdict on {show(other)}.",
        code="unmatched_groups",
        param=attribute,
        got=tuple(labels[:20]),
        expected=tuple(groups),
        hint=f"{hint_for_unmatched(attribute, labels, groups, bands(groups))}.",
    )


def _note(attribute: str, cells: Mapping[str, int]) -> Note:
    """How many gave other answers, and which; labels of very few people are only counted."""
    large = {label: n for label, n in sorted(cells.items()) if n >= _NAMED_FROM}
    template = (
        "{attribute:opening}: {participants} gave {answers} that the baseline lacks{such} and "
        "stand outside the comparison; in whatever group they belonged, no verdict would change."
    )
    such = "" if not large else ", such as {labels:labels},"
    return Note.of(
        "other_answers",
        template.replace("{such}", such),
        attribute=attribute,
        participants=counted(sum(cells.values()), "participant"),
        answers="an answer" if sum(cells.values()) == 1 else "answers",
        labels=tuple(large),
        **({"fewest": counted(min(large.values()), "participant")} if large else {}),
    )
