"""Make everything that is published together safe to publish."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from coprep.errors import InputError
from coprep.report.disclosure.copies import protected_together
from coprep.results import Result
from coprep.wording.labels import show

__all__ = ["protect"]

R = TypeVar("R", bound=Result)


def protect(
    results: Iterable[R], *, min_count: int = 5, previous: Iterable[Result] | None = None
) -> list[R]:
    """What of these results can be published together without telling of few people?

    Parameters
    ----------
    results : iterable of Result
        Everything that is published about one process: answers, audits, stages, settings.
    min_count : int, default 5
        The smallest count that may be published, besides 0.
    previous : iterable of Result, optional
        Copies that were published before. What they show is known, and what they hide stays hidden.

    Returns
    -------
    list of Result
        Copies in the order of ``results``. In rows with a count of people from 1 to ``min_count`` -
        1, and in the rows that are hidden with them, no number is left that tells of it; a hidden
        verdict is ``not_assessable``, said as not shown. A group that is hidden in one table is
        hidden in all. A note in each copy says how many rows are not shown.

    Raises
    ------
    InputError
        Where ``min_count`` is not a whole number of at least 1, or something is not a result.

    Notes
    -----
    For every hidden count of people at least ``min_count`` whole numbers stay possible for somebody
    who knows all totals, this rule, and one row of the table: their own. Which groups go together
    is decided by their share of the community or by their name, never by a count: two and two,
    beginning with the smallest. Where one of two is small both are hidden; where the two together
    are less than ``min_count`` + 2 people, the next one goes with them. A total of ``min_count``
    people or fewer cannot be protected against those who know it; all figures are left out then.

    Intervals of this kind follow [1]_; that a rule must not tell by what it hides is due to [2]_.

    References
    ----------
    .. [1] M. Fischetti, J. J. Salazar (2001). Solving the cell suppression problem on tabular data
       with linear constraints. Management Science 47(7), 1008-1027.
    .. [2] R. C.-W. Wong, A. W.-C. Fu, K. Wang, J. Pei (2007). Minimality attack in privacy
       preserving data publishing. Proceedings of VLDB, 543-554.

    Examples
    --------
    >>> from coprep import Baseline, protect
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"heritage": {"White": 0.7, "Black": 0.1, "Asian": 0.2}})
    >>> came = assess({"heritage": {"White": 40, "Black": 3, "Asian": 20}}, lives_there)
    >>> [copy] = protect([came])
    >>> {row["group"]: row["count"] for row in copy.rows.records()}
    {'White': 40, 'Black': None, 'Asian': None}
    """
    given = list(results)
    before = list(previous or ())
    wrong = [one for one in [*given, *before] if not isinstance(one, Result)]
    if wrong:
        raise InputError.of(
            f"protect takes results, not {show(wrong[0])}.",
            code="not_a_result",
            param="results",
            got=type(wrong[0]).__name__,
            hint="pass a list, also of one: coprep.protect([result]).",
        )
    return protected_together(given, min_count, before)
