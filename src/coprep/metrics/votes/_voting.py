"""Approval votes and what was adopted: equal shares and underserved coalitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, choice, codes, number, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Satisfaction = Literal["cost", "count"]
_EXACT = 1e-9


def _approvals(approvals: ArrayLike) -> NDArray[np.bool_]:
    """Who supported what: voters as rows, projects as columns."""
    if isinstance(approvals, np.ndarray) and not isinstance(approvals, np.ma.MaskedArray):
        if approvals.dtype == np.bool_ and approvals.ndim == 2 and approvals.size:
            return approvals  # a large table is not copied into floats and back
    return numbers(approvals, "approvals", "zero_one", ndim=2).astype(bool)


def _costs(costs: ArrayLike | None, projects: int) -> Floats:
    given = np.ones(projects) if costs is None else numbers(costs, "costs", "nonnegative", ndim=1)
    if len(given) != projects:
        raise InputError.of(
            f"costs has {len(given):,} items; {projects:,} expected.", code="length", param="costs"
        )
    return given


def _chosen(adopted: ArrayLike, projects: int) -> NDArray[np.bool_]:
    """A mask of projects from a mask or from their positions."""
    given = numbers(adopted, "adopted", "whole", ndim=1, empty=True)
    if np.asarray(adopted).dtype == np.bool_ and len(given) == projects:
        return given.astype(bool)
    chosen = np.zeros(projects, dtype=bool)
    chosen[codes(given, "adopted", size=projects)] = True
    return chosen


def equal_split(
    approvals: ArrayLike, adopted: ArrayLike, *, costs: ArrayLike | None = None
) -> Floats:
    """How much of what was adopted is each voter's?

    Parameters
    ----------
    approvals : array of 0 and 1 of shape (voters, projects)
        Who supported what.
    adopted : array of bool of shape (projects,), or of positions
        What was adopted.
    costs : array of shape (projects,), optional
        None counts every project as 1.

    Returns
    -------
    array of shape (voters,)
        Each adopted project's cost divided equally among its supporters, added up. A project
        adopted without a supporter is nobody's.

    Raises
    ------
    InputError
        For approvals other than 0 and 1, costs below 0, and projects that are not on the ballot.

    References
    ----------
    Maly, J., Rey, S., Endriss, U. & Lackner, M. (2023). Fairness in participatory budgeting via
    equality of resources. AAMAS.

    Examples
    --------
    >>> equal_split([[1, 0], [1, 1]], [0, 1], costs=[10, 4]).tolist()
    [5.0, 9.0]
    """
    table = _approvals(approvals)
    price = _costs(costs, table.shape[1])
    chosen = _chosen(adopted, table.shape[1])
    supporters = table[:, chosen].sum(axis=0)
    each = np.divide(
        price[chosen], supporters, out=np.zeros(int(chosen.sum())), where=supporters > 0
    )
    return np.asarray(table[:, chosen] @ each, dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class UnderservedCoalition:
    """Voters who agree on a project that was not adopted and are large enough to deserve more than
    they got.

    Attributes
    ----------
    project : int
        Position of the project all of them support.
    voters : array of int
        Their positions.
    deserved : float
        Their proportional part of the budget.
    best_served : float
        Satisfaction of the one among them who got most: cost of, or number of, own adopted
        projects.
    """

    project: int
    voters: Ints
    deserved: float
    best_served: float


def underserved_coalitions(
    approvals: ArrayLike,
    adopted: ArrayLike,
    *,
    budget: float,
    costs: ArrayLike | None = None,
    satisfaction: Satisfaction = "cost",
    nothing_at_all: bool = False,
) -> tuple[UnderservedCoalition, ...]:
    """Which groups of like-minded voters were large enough to deserve more than they got?

    Parameters
    ----------
    approvals : array of 0 and 1 of shape (voters, projects)
        Who supported what.
    adopted : array of bool of shape (projects,), or of positions
        What was adopted.
    budget : float
        Money there was, or seats where every project costs 1.
    costs : array of shape (projects,), optional
        None counts every project as 1.
    satisfaction : {"cost", "count"}
        What voters count of the adopted projects they support.
    nothing_at_all : bool
        Look only for voters who got nothing at all (justified representation).

    Returns
    -------
    tuple of UnderservedCoalition
        For each project that is not adopted the largest such group, if there is one; largest first.
        Empty when the outcome is proportional in this sense.

    Raises
    ------
    InputError
        For approvals other than 0 and 1, costs or a budget below 0, projects that are not on the
        ballot, and unknown words.

    Notes
    -----
    With unit costs this checks EJR+ exactly: no project c outside the outcome has ``l * n / k``
    supporters each with fewer than l adopted projects. With a budget b it is EJR+ up to one
    project, in the form that the method of equal shares always meets: no supporters N' of c have ``s_i + cost(c) <= b * |N'| / n`` for all i, where
    s_i is the cost of i's adopted projects; by number, ``(s_i + 1) * cost(c) <= b * |N'| / n``. It protects any
    group that agrees on a project, and no group named in advance. Projects that cost more than the
    budget deserve nobody's complaint.

    References
    ----------
    Brill, M. & Peters, J. (2023). Robust and verifiable proportionality axioms for multiwinner
    voting. EC '23.
    Aziz, H. et al. (2017). Justified representation in approval-based committee voting. Social
    Choice and Welfare 48, 461-485.

    Examples
    --------
    >>> found = underserved_coalitions([[1, 0], [1, 0], [0, 1], [0, 1]], [0], budget=2)
    >>> found[0].project, found[0].voters.tolist(), found[0].deserved
    (1, [2, 3], 1.0)
    """
    table = _approvals(approvals)
    voters, projects = table.shape
    price = _costs(costs, projects)
    chosen = _chosen(adopted, projects)
    each = number(budget, "budget", low=0.0) / voters
    choice(satisfaction, "satisfaction", ("cost", "count"))
    value = price if satisfaction == "cost" else np.ones(projects)
    got = np.asarray(table[:, chosen] @ value[chosen], dtype=float)
    found = []
    for project in np.flatnonzero(~chosen & (price <= budget)):
        members = np.flatnonzero(table[:, project])
        members = members[got[members] == 0] if nothing_at_all else members
        members = members[np.argsort(got[members], kind="stable")]
        claim = got[members] + price[project]
        if satisfaction == "count":
            claim = (got[members] + 1.0) * price[project]
        deserved = each * np.arange(1, len(members) + 1)
        short = np.flatnonzero(claim <= deserved * (1.0 + _EXACT))
        if len(short):
            last = int(short[-1]) + 1
            group = np.sort(members[:last])
            found.append(
                UnderservedCoalition(
                    int(project), group, float(each * last), float(got[members[last - 1]])
                )
            )
    return tuple(sorted(found, key=lambda c: (-len(c.voters), c.project)))


def equal_shares(
    approvals: ArrayLike,
    *,
    budget: float,
    costs: ArrayLike | None = None,
    satisfaction: Satisfaction = "cost",
    complete: bool = True,
) -> Ints:
    """What would be adopted if every voter controlled the same part of the budget?

    Parameters
    ----------
    approvals : array of 0 and 1 of shape (voters, projects)
        Who supports what.
    budget : float
        Money there is, or seats where every project costs 1.
    costs : array of shape (projects,), optional
        None counts every project as 1.
    satisfaction : {"cost", "count"}
        Whether voters value a project by its cost or as one.
    complete : bool
        Spend what is left on the projects with most supporters that still fit.

    Returns
    -------
    array of int
        Positions of the adopted projects, in order of adoption.

    Raises
    ------
    InputError
        For approvals other than 0 and 1, costs or a budget below 0, and unknown words.

    Notes
    -----
    Method of equal shares: again and again the project whose supporters can pay for it at the
    lowest price per unit of satisfaction is adopted, supporters paying equally as far as their
    money goes. Ties go to more supporters, then to the lower cost, then to the earlier project.

    References
    ----------
    Peters, D., Pierczynski, G. & Skowron, P. (2021). Proportional participatory budgeting with
    additive utilities. NeurIPS 34.

    Examples
    --------
    >>> equal_shares([[1, 1, 0], [1, 1, 0], [1, 1, 0], [0, 0, 1]], budget=2, complete=False).tolist()
    [0]
    >>> equal_shares([[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1]], budget=2).tolist()
    [0, 2]
    """
    table = _approvals(approvals)
    voters, projects = table.shape
    price = _costs(costs, projects)
    total = number(budget, "budget", low=0.0)
    choice(satisfaction, "satisfaction", ("cost", "count"))
    value = price if satisfaction == "cost" else np.ones(projects)
    supporters = [np.flatnonzero(column) for column in table.T]
    order = sorted(range(projects), key=lambda c: (-len(supporters[c]), price[c], c))
    adopted = _bought(supporters, order, price, value, np.full(voters, total / voters))
    if complete:
        left = total - price[adopted].sum()
        for project in order:
            if project not in adopted and price[project] <= left * (1.0 + _EXACT):
                adopted.append(project)
                left -= price[project]
    return np.array(adopted, dtype=np.intp)


def _bought(
    supporters: list[Ints], order: list[int], price: Floats, value: Floats, money: Floats
) -> list[int]:
    """Projects bought one by one; a project's rate never falls, so most need not be looked at
    again.
    """
    rate = {c: 0.0 for c in order if len(supporters[c])}
    adopted: list[int] = []
    while rate:
        best = -1
        lowest = np.inf
        most = 0.0
        for project in sorted(rate, key=rate.__getitem__):
            if rate[project] > lowest * (1.0 + _EXACT):
                break
            share = _share(money[supporters[project]], price[project])
            if np.isinf(share):
                del rate[project]
                continue
            rate[project] = share / value[project] if value[project] > 0 else 0.0
            ahead = rate[project] < lowest * (1.0 - _EXACT)
            tied = not ahead and rate[project] <= lowest * (1.0 + _EXACT)
            if ahead or (tied and order.index(project) < order.index(best)):
                best = project
                lowest = rate[project]
                most = share
        if best < 0:
            break
        money[supporters[best]] -= np.minimum(money[supporters[best]], most)
        adopted.append(best)
        del rate[best]
    return adopted


def _share(money: Floats, cost: float) -> float:
    """The most anybody pays when supporters split a cost as equally as their money allows; inf if
    they cannot.
    """
    if money.sum() < cost * (1.0 - _EXACT):
        return np.inf
    have = np.sort(money)
    paid = np.r_[0.0, np.cumsum(have)[:-1]]
    share = (cost - paid) / np.arange(len(have), 0, -1)
    enough = np.flatnonzero(share <= have * (1.0 + _EXACT))
    return float(share[enough[0]]) if len(enough) else float(have[-1])
