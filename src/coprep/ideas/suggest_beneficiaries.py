"""Suggest which groups a text may be meant for, by the user's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from coprep.findings import Note
from coprep.ideas._judging.eligibility import noted
from coprep.ideas._texts.lexicon import Lexicon
from coprep.ideas._texts.words import words_of
from coprep.ideas._votes.support import ideas_of
from coprep.pictures import Bars
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.data.process.process import Process
    from coprep.metrics._checks import Bools


_ROWS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "suggested": "count",
    "named": "count",
    "both": "count",
    "precision": "number",
    "recall": "number",
}
_SUGGESTIONS: dict[str, ColumnKind] = {
    "idea_id": "text",
    "attribute": "text",
    "group": "text",
    "matches": "text",
    "already_named": "truth",
    "source": "text",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class SuggestedBeneficiaries(Result):
    """Which groups might ideas be meant for, by words in their texts?

    Attributes
    ----------
    rows : Table
        A row a group: ideas suggested, ideas that name it already, both; ``precision`` (share of
        suggestions that are named already) and ``recall`` (share of what is named that was
        suggested), among ideas that name anybody.
    suggestions : Table
        A row an idea and group: the words that matched, and whether the idea names the group
        already. Columns idea_id, attribute, group, source fit the table of beneficiaries once a
        person has confirmed them.

    """

    suggestions: Table = field(default_factory=lambda: Table({}, _SUGGESTIONS))

    kind: ClassVar[str] = "ideas.suggest_beneficiaries"
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "suggested": ("Ideas suggested", "count"),
        "named": ("Ideas that name it", "count"),
        "both": ("Both", "count"),
        "precision": ("Suggestions that are named", "percent"),
        "recall": ("Named ideas that are suggested", "percent"),
    }
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "suggested",
        "named",
        "both",
        "precision",
        "recall",
    )


def suggest_beneficiaries(
    process: Process, *, attribute: str, lexicon: Mapping[str, Iterable[str]]
) -> SuggestedBeneficiaries:
    """Which groups might ideas be meant for, by words in their texts?

    Parameters
    ----------
    process : Process
        With ideas and their texts.
    attribute : str
        The attribute the groups belong to.
    lexicon : mapping of str to iterable of str
        Words for each group: ``{"young people": ["youth", "school*", "skate park"]}``.

    Returns
    -------
    SuggestedBeneficiaries
        Suggestions for a person to confirm. No detector reads them.

    Raises
    ------
    InputError
        Where texts are missing or the lexicon names groups nobody knows.

    Notes
    -----
    A word is not a wish: "no more school traffic" is no idea for schools. Where ideas name
    beneficiaries already, precision and recall say how far the words can be trusted.

    Examples
    --------
    >>> from coprep.data.process.process import Process
    >>> process = Process(
    ...     participants={"participant_id": ["a", "b"], "age": ["young", "old"]},
    ...     ideas={"idea_id": ["1", "2"], "text": ["A skate park", "More benches"]},
    ... )
    >>> found = suggest_beneficiaries(process, attribute="age", lexicon={"young": ["skate*"]})
    >>> found.suggestions["idea_id"], found.suggestions["matches"]
    (('1',), ('skate',))

    """
    process.require("text")
    ideas = ideas_of(process)
    weights, groups = process.beneficiaries(attribute)
    listing = Lexicon.of_groups(lexicon, groups, attribute)
    named = weights > 0
    anybody = named.any(axis=1)
    place = {group: k for k, group in enumerate(groups)}
    records: list[dict[str, Any]] = []
    hits = np.zeros((len(ideas), len(listing.names)), dtype=np.bool_)
    for i, text in enumerate(ideas.text or ()):
        matched: dict[int, list[str]] = {}
        for position, words in listing.find(words_of(text)):
            matched.setdefault(position, []).append(words)
        for position, found in sorted(matched.items()):
            group = listing.names[position]
            hits[i, position] = True
            records.append(
                {
                    "idea_id": ideas.ids[i],
                    "attribute": attribute,
                    "group": group,
                    "matches": ", ".join(dict.fromkeys(found)),
                    "already_named": bool(named[i, place[group]]),
                    "source": "lexicon",
                }
            )
    rows = []
    for j, group in enumerate(listing.names):
        theirs = named[:, place[group]]
        both = int((hits[:, j] & theirs).sum())
        checkable = int((hits[:, j] & anybody).sum())
        known = int(theirs.sum())
        rows.append(
            {
                "attribute": attribute,
                "group": group,
                "suggested": int(hits[:, j].sum()),
                "named": known,
                "both": both,
                "precision": both / checkable if checkable else None,
                "recall": both / known if known else None,
            }
        )
    return SuggestedBeneficiaries(
        title=f"Groups that ideas may be meant for, by {plainly(attribute)}",
        rows=Table.from_records(rows, _ROWS),
        notes=_notes(hits, ideas.text or ()),
        settings={
            "attribute": attribute,
            "lexicon": {name: list(terms) for name, terms in lexicon.items()},
        },
        picture=Bars(label=("group",), value="suggested", axis="ideas whose texts match (number)"),
        suggestions=Table.from_records(records, _SUGGESTIONS),
    )


def _notes(hits: Bools, texts: tuple[str | None, ...]) -> tuple[Note, ...]:
    """That these are suggestions, and where there is none."""
    silent = sum(not words_of(text) for text in texts)
    unmatched = int((~hits.any(axis=1)).sum())
    only = "Suggestions only: read each idea before you enter a group as its beneficiary."
    none = f"{count_of(unmatched, 'idea')} matched no word."
    textless = Note("without_text", f"{count_of(silent, 'idea')} had no text.", {"ideas": silent})
    return noted(
        Note("suggestions", only),
        Note("no_match", none, {"ideas": unmatched}),
        textless if silent else None,
    )
