"""Every list that a protected one could have been: each small count leaves enough numbers possible."""

import itertools

import numpy as np
import pytest

from coprep.metrics.disclosure._pairs import List, hidden_in_pairs


def lists(rows, total):
    """All lists of so many counts with that sum."""
    for cuts in itertools.combinations(range(total + rows - 1), rows - 1):
        ends = (-1, *cuts, total + rows - 1)
        yield tuple(b - a - 1 for a, b in itertools.pairwise(ends))


def told(counts, unseen, least):
    """What is published of a list: which rows are hidden, and the counts of the others."""
    veil, everything = hidden_in_pairs(
        List([np.array(counts)], [unseen], least), np.zeros(len(counts), bool)
    )
    return everything, tuple(None if gone else n for n, gone in zip(counts, veil, strict=True))


def possible(rows, total, least, *, unseen):
    """For each published list, every list that the rule turns into it."""
    found = {}
    for counts in lists(rows + unseen, total):
        if unseen and not counts[-1]:
            continue  # that somebody is in no row is told
        shown = counts[:rows]
        beside = counts[-1] if unseen else 0
        found.setdefault(told(shown, beside, least), []).append(counts)
    return found


@pytest.mark.parametrize("unseen", [False, True])
@pytest.mark.parametrize(("least", "most"), [(2, 9), (3, 13), (5, 18)])
@pytest.mark.parametrize("rows", [2, 3, 4])
def test_who_knows_total_rule_and_own_row_is_left_enough_numbers(rows, least, most, unseen):
    for total in range(least + 1, most):
        for counts in possible(rows, total, least, unseen=unseen).values():
            for column in zip(*counts, strict=True):
                if any(0 < n < least for n in column):
                    # Somebody who is in the row knows that it is not empty.
                    assert len(set(column) - {0}) >= least


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_a_list_without_small_counts_is_shown_as_it_is(rows):
    for counts in itertools.product([0, 5, 6, 17], repeat=rows):
        assert told(counts, 0, 5) == (False, counts)


def test_no_small_count_is_ever_shown():
    for counts in lists(4, 15):
        _, shown = told(counts, 0, 5)
        assert not any(n is not None and 0 < n < 5 for n in shown)
