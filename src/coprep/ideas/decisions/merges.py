"""Knows that whoever supports an idea also supports what it was merged into."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprep.ideas.votes.backing import Backing

    Ints = NDArray[np.intp]

__all__ = ["passed_on"]


def passed_on(backed: Backing, merged_into: Ints) -> Backing:
    """Support as it stands after merging: every answer goes to the idea at the end of the chain, once a person.

    A person who supports several ideas that became one supports it once; so does one who supports some of them and
    not others. Ideas that were merged have no answers of their own any more. Chains end, see `Ideas.merged_into`.
    """
    into = np.asarray(merged_into)
    if not (into >= 0).any():
        return backed
    end = np.where(into >= 0, into, np.arange(len(into)))
    while (into[end] >= 0).any():
        end = end[end]
    pair, row = np.unique(np.stack([backed.person, end[backed.idea]]), axis=1, return_inverse=True)
    yes = np.bincount(row.reshape(-1), backed.yes, minlength=pair.shape[1]) > 0
    return replace(
        backed, person=pair[0].astype(np.intp), idea=pair[1].astype(np.intp), yes=np.asarray(yes)
    )
