"""Solve whom to invite so that every group of several attributes probably has enough people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coprep.metrics._checks import Bools, Floats
from coprep.metrics.planning import invitations_needed

_SHORT = 1e4  # what one expected answer too few costs, in invitations
_EVEN = 1e-3  # so little that it only decides between plans of equally many invitations


@dataclass(frozen=True, slots=True, eq=False)
class Invitations:
    """How many people of each cell to invite, and which needs the pool cannot meet."""

    by_cell: Floats
    short: Bools


def whom_to_invite(
    member: Floats, people: Floats, rate: Floats, needed: Floats, *, chance: float
) -> Invitations:
    """The fewest invitations with which all needs are met with at least this chance.

    ``member`` has a row a group and a column a cell, 1 where its people are in the group;
    ``people`` how many there are of each cell, ``rate`` the chance that one of them comes.

    So many expected answers are asked of each group as invitations_needed at the lowest rate
    of its people gives: of all mixtures with these expected answers, that one falls short most
    often (Hoeffding 1956). Groups share the chance of failure evenly (Bonferroni).
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    asking = np.flatnonzero(needed > 0)
    found = np.zeros(len(people))
    short = np.zeros(len(needed), dtype=np.bool_)
    answering = rate > 0
    if not len(asking):
        return Invitations(found, short)
    level = (1 - chance) / len(asking)
    at = member[asking].astype(bool) & answering
    lowest = np.where(at, rate, np.inf).min(axis=1)
    nobody = ~np.isfinite(lowest)
    lowest = np.where(nobody, 1.0, lowest)
    expected = lowest * np.asarray(invitations_needed(needed[asking], lowest, chance=1 - level))
    cells = len(people)
    groups = len(asking)
    answers = hstack(
        [csr_array(at * rate), eye_array(groups, format="csr"), csr_array((groups, 1))]
    )
    evenly = hstack(
        [eye_array(cells, format="csr"), csr_array((cells, groups)), csr_array(-people[:, None])]
    )
    cost = np.concatenate([np.ones(cells), np.full(groups, _SHORT), [_EVEN]])
    answer = milp(
        cost,
        constraints=[
            LinearConstraint(
                vstack([answers, evenly]).tocsc(),
                np.concatenate([expected - 1e-9, np.full(cells, -np.inf)]),
                np.concatenate([np.full(groups, np.inf), np.zeros(cells)]),
            )
        ],
        bounds=Bounds(0, np.concatenate([np.where(answering, people, 0.0), expected, [1.0]])),
        integrality=np.concatenate([np.ones(cells), np.zeros(groups + 1)]).astype(np.intp),
        options={"mip_rel_gap": 1e-3},
    )
    solution = np.asarray(answer.x, dtype=float)
    short[asking] = (solution[cells : cells + groups] > 1e-6) | nobody
    return Invitations(np.asarray(np.round(solution[:cells]), dtype=float), short)
