"""The smallest relaxation of quotas that a pool of people can fill, by integer programming."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError, Problems
from coprep.metrics._checks import Floats, Ints, codes, numbers, whole
from coprep.wording.labels import show


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """Quotas that can be filled from a pool, as near as can be to those asked for.

    Attributes
    ----------
    low, high : tuple of ndarray
        Least and most people of each group, an array an attribute.
    total : float
        By how many people quotas are relaxed in all; 0 where they can be filled as they are.
    panel : ndarray
        One panel that fills them: how many people of each cell of the pool.
    """

    low: tuple[Floats, ...]
    high: tuple[Floats, ...]
    total: float
    panel: Floats


def smallest_relaxation(
    pool: ArrayLike,
    groups: ArrayLike,
    *,
    low: Sequence[ArrayLike],
    high: Sequence[ArrayLike],
    seats: int,
) -> Relaxation:
    """Can these quotas be filled together from this pool; if not, which are the nearest that can?

    Each quota may be possible alone and all of them impossible together: the few young people of
    the pool may all live in one area.

    Parameters
    ----------
    pool : array_like
        People in each cell of the pool; whole numbers.
    groups : array_like of int
        A row a cell, a column an attribute: which group its people are in, from 0; -1 for people
        who count towards no quota of that attribute.
    low, high : sequence of array_like
        For each attribute, the least and the most people of each group.
    seats : int
        How many people the panel has.

    Returns
    -------
    Relaxation
        ``low``, ``high``, ``total`` and a ``panel`` that fills them.

    Raises
    ------
    InputError
        For a pool smaller than the panel, and quotas that do not belong to the groups.

    Notes
    -----
    An integer program: the smallest number of people, over all quotas together, by which a least is
    lowered or a most is raised. Of solutions that relax equally many, quotas of larger groups are
    relaxed, where one person matters less.

    References
    ----------
    Flanigan, B., Gölz, P., Gupta, A., Hennig, B. and Procaccia, A. D. (2021). Fair algorithms for
    selecting citizens' assemblies. Nature 596, 548-552.

    Examples
    --------
    Two young women and three older men; two women and one young person are wanted of three:

    >>> found = smallest_relaxation(
    ...     [2, 3], [[0, 0], [1, 1]], low=[[2, 1], [1, 2]], high=[[2, 1], [1, 2]], seats=3
    ... )
    >>> found.total, found.panel.tolist()
    (2.0, [1.0, 2.0])
    >>> [each.tolist() for each in found.low], [each.tolist() for each in found.high]
    ([[1.0, 1.0], [1.0, 2.0]], [[2.0, 2.0], [1.0, 2.0]])
    """
    people = numbers(pool, "pool", "whole", ndim=1)
    size = whole(seats, "seats")
    for name, given in (("low", low), ("high", high)):
        if not isinstance(given, Iterable):
            raise InputError.of(
                f"{name} is {show(given)}; expected a list of numbers an attribute.",
                code="not_a_list",
                param=name,
                got=type(given).__name__,
            )
    least = tuple(numbers(each, f"low[{at}]", "whole", ndim=1) for at, each in enumerate(low))
    most = tuple(numbers(each, f"high[{at}]", "whole", ndim=1) for at, each in enumerate(high))
    member = _members(groups, len(people), least, most)
    if people.sum() < size:
        raise InputError.of(
            f"the pool has {people.sum():,.0f} people for {size:,} seats.",
            code="pool_too_small",
            param="pool",
            got=int(people.sum()),
            expected=size,
            hint="invite more people, or choose fewer.",
        )
    lower = np.concatenate(least)
    upper = np.concatenate(most)
    solution = _solved(member, people, lower, upper, size)
    panel = np.round(solution[: len(people)])
    there = member @ panel
    ends = np.cumsum([len(each) for each in least])[:-1]
    allowed_low = np.minimum(lower, there)
    allowed_high = np.maximum(upper, there)
    return Relaxation(
        low=tuple(np.split(allowed_low, ends)),
        high=tuple(np.split(allowed_high, ends)),
        total=float((lower - allowed_low).sum() + (allowed_high - upper).sum()),
        panel=panel,
    )


def _members(
    groups: ArrayLike, cells: int, least: Sequence[Floats], most: Sequence[Floats]
) -> Floats:
    """Which cells belong to which group: a row a group of every attribute, a column a cell."""
    given = np.asarray(groups)
    problems = Problems()
    if given.ndim != 2 or given.shape != (cells, len(least)) or len(least) != len(most):
        problems.add(
            f"groups has the shape {given.shape}, low {len(least)} and high {len(most)} "
            f"attribute(s); one row for each of {cells} cells and one column for each attribute "
            "are expected.",
            code="shape",
            param="groups",
        )
        problems.raise_if_any()
    for at, (few, many) in enumerate(zip(least, most, strict=True)):
        if few.shape != many.shape:
            problems.add(
                f"low[{at}] has {len(few)} groups and high[{at}] {len(many)}.",
                code="length",
                param="high",
            )
        elif (few > many).any():
            group = int(np.argmax(few > many))
            problems.add(
                f"group {group} of attribute {at} is to have at least {few[group]:g} and at most "
                f"{many[group]:g} people.",
                code="bad_quota",
                param="low",
            )
    problems.raise_if_any()
    parts = []
    for at, few in enumerate(least):
        code: Ints = codes(given[:, at] + 1, f"groups[:, {at}]", n=cells, size=len(few) + 1) - 1
        parts.append(np.asarray(code[None, :] == np.arange(len(few))[:, None], dtype=float))
    return np.concatenate(parts)


def _solved(member: Floats, people: Floats, lower: Floats, upper: Floats, seats: int) -> Floats:
    """People of each cell, then by how much each least is lowered and each most is raised."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    cells = len(people)
    quotas = len(lower)
    # Below one person in all, so that it only decides between relaxations of equally many people.
    lesser = 1 / (1.0 + 2 * quotas * seats)
    cost = np.concatenate([np.zeros(cells), 1 + lesser / (1 + lower), 1 + lesser / (1 + upper)])
    inside = csr_array(member)
    one = eye_array(quotas, format="csr")
    none = csr_array((quotas, quotas))
    everybody = hstack([csr_array(np.ones((1, cells))), csr_array((1, 2 * quotas))])
    rows = vstack([hstack([inside, one, none]), hstack([inside, none, -one]), everybody])
    answer = milp(
        cost,
        constraints=LinearConstraint(
            rows.tocsc(),
            np.concatenate([lower, np.full(quotas, -np.inf), [seats]]),
            np.concatenate([np.full(quotas, np.inf), upper, [seats]]),
        ),
        bounds=Bounds(0, np.concatenate([people, lower, np.full(quotas, float(seats))])),
        integrality=np.ones(len(cost), dtype=np.intp),
    )
    return np.asarray(answer.x, dtype=float)
