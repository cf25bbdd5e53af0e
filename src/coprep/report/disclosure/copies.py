"""Make the copies of all that is published together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from coprep.metrics.disclosure._suppression import small_counts
from coprep.report.disclosure.suppression import Together
from coprep.report.disclosure.together import hidden_groups, published_together
from coprep.view import View

R = TypeVar("R", bound=View)


def protected_together(
    results: Sequence[R], min_count: int, previous: Sequence[View] = ()
) -> list[R]:
    """Copies that are safe beside one another, and beside earlier ones."""
    small_counts((0,), min_count)  # whether it is a count at all
    if len(results) == 1 and not previous and _is_done(results[0], min_count):
        return list(results)
    together = published_together(results, min_count, previous)
    return [_protected(one, min_count, together) for one in results]


def _protected(result: R, min_count: int, together: Together) -> R:
    """A copy of one result; one that is such a copy already stays as it is."""
    if _is_done(result, min_count):
        hidden = {key for view in result._published() for key in hidden_groups(view)}
        if together.hidden <= hidden:
            return result
    safe: R = result._protected_with(min_count, together)
    return safe


def _is_done(result: View, min_count: int) -> bool:
    """Whether a result is such a copy already, and shows no count that it should not."""
    before = result.settings.get("protected")
    hides = isinstance(before, Mapping) and int(before["min_count"]) >= min_count
    return hides and not _shows_few(result, min_count)


def _shows_few(result: View, min_count: int) -> bool:
    """Whether a copy that says it is protected shows a count that it should not."""
    return any(
        n is not None and 0 < n < min_count
        for view in result._published()
        for name in view.count_columns
        if name in view.rows.names
        for n in view.rows[name]
    )
