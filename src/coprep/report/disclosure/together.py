"""Decide what is hidden in everything that is published together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from coprep.report.disclosure.codings import codings, in_one_coding
from coprep.report.disclosure.few_labels import without_few_labels
from coprep.report.disclosure.suppression import Key, Layout, Together, withhold
from coprep.report.disclosure.values import THINGS, is_harmless
from coprep.view import View


def published_together(
    results: Sequence[View], min_count: int, previous: Sequence[View] = ()
) -> Together:
    """The groups that no table shows, because one of them would tell how many people they are.

    A group that is hidden in one table is hidden in all, and so is the group beside it; that may
    hide further ones, until nothing changes.
    """
    tables = [table for result in results for table in result._published()]
    before = [table for result in previous for table in result._published()]
    hidden = {key for view in before for key in hidden_groups(view)}
    together = Together(
        _public_sizes([*tables, *before]),
        frozenset(hidden),
        _known(before),
        codings([*before, *tables], min_count),
    )
    tables = [in_one_coding(without_few_labels(view, min_count), together) for view in tables]
    while True:
        found = set(together.hidden)
        for view in tables:
            found |= _withheld(view, min_count, together)
        if found == together.hidden:
            return together
        together = replace(together, hidden=frozenset(found))


def layout_of(view: View) -> Layout:
    """What the columns of a result's table mean."""
    attribute = view.settings.get("attribute")
    return Layout.of(
        view.rows,
        (*view.count_columns, *_not_declared(view)),
        view.adds_up_within,
        view.wholes,
        [pair for pair in view.parts_of_counts if pair[0] not in view.all_or_none],
        attribute if isinstance(attribute, str) else None,
    )


# Whole numbers that follow from others of their row, or count what was judged.
_NOT_PEOPLE = frozenset({"n_ideas", "rank_high", "rank_low", "smallest"})


def _not_declared(view: View) -> tuple[str, ...]:
    """Columns of whole numbers of which nobody said that they count people, or do not."""
    rows = view.rows
    if view.counts_nobody or not view.count_columns:
        return ()
    declared = {*view.count_columns, *view.keep_when_protected, *view.all_or_none, "total"}
    declared |= {*view.wholes.values(), *view.of_one_person}
    return tuple(
        name
        for name in rows.names
        if rows.kinds[name] == "count"
        and any(value is not None for value in rows[name])
        and name not in declared | _NOT_PEOPLE
        and not is_harmless(name, THINGS)
    )


def _withheld(view: View, min_count: int, together: Together) -> frozenset[Key]:
    return withhold(view.rows, layout_of(view), min_count, together).groups


def _public_sizes(views: Sequence[View]) -> dict[Key, float]:
    """Each group's share of the community, the smallest of those that several baselines say."""
    found: dict[Key, float] = {}
    for view in views:
        if view.listed_by is None or view.listed_by not in view.rows.names:
            continue
        layout = layout_of(view)
        for row, share in enumerate(view.rows[view.listed_by]):
            key = layout.key(view.rows, row)
            if key is not None and share is not None and not math.isnan(share):
                found[key] = min(share, found.get(key, math.inf))
    return found


def _people(view: View) -> Iterator[tuple[Key, int | None]]:
    """The groups of a table, each with its people; None where they are not shown."""
    layout = layout_of(view)
    if not layout.counts:
        return
    for row, people in enumerate(view.rows[layout.counts[0]]):
        key = layout.key(view.rows, row)
        if key is not None:
            yield key, people


def hidden_groups(view: View) -> Iterator[Key]:
    """The groups of which a copy shows no number of people."""
    return (key for key, people in _people(view) if people is None)


def _known(views: Sequence[View]) -> dict[Key, tuple[int, ...]]:
    """What earlier copies show of each group."""
    found: dict[Key, tuple[int, ...]] = {}
    for view in views:
        for key, people in _people(view):
            if people is not None:
                found[key] = (*found.get(key, ()), people)
    return found
