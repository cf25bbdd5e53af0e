"""Weighs evidence against the whole profile of an attribute as people arrive."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from coprep.metrics._checks import Ints
from coprep.metrics.inference._always_valid import dirichlet_e_value
from coprep.representation._options import Options
from coprep.representation._watching.arrivals import (
    Arrivals,
)
from coprep.representation._watching.course import Followed

_LN10 = math.log(10)
_CHUNK = 1 << 14


def evidence_on_profile(
    one: Followed,
    came: Arrivals,
    arrived: Ints,
    options: Options,
    stand: Mapping[str, Any],
) -> dict[str, Any]:
    """Evidence against the whole profile of one attribute."""
    course = one.course
    held = stand.get("whole", {}).get(one.attribute, [None, None])
    simple = (
        course.parties is None
        and course.population is None
        and course.nulls.spent == 1.0
        and bool((course.nulls.low[one.comparable] == course.nulls.high[one.comparable]).all())
        and not one.item.overlapping
    )
    record: dict[str, Any] = {
        "attribute": one.attribute,
        "total": int(course.n[-1]),
        "alarm_at": held[0],
        "alarm_date": held[1],
    }
    if not one.comparable.any():
        return record
    if simple:
        log_e, look = _of_profile(one, options, search=held[0] is None)
        if look is not None:
            record["alarm_at"] = int(arrived[look])
            record["alarm_date"] = came.said(look)
        record["method"] = "Dirichlet mixture"
    else:
        # The mean of e-values is one, whatever they have to do with each other.
        sides = [course.evidence(kind, one.last)[:, 0] for kind in ("under", "over")]
        each = np.concatenate(sides)
        each = each[~np.isnan(each)]
        log_e = math.nan
        if len(each):
            log_e = float(np.logaddexp.reduce(each) - math.log(len(each)))
        record["method"] = "mean of the groups' e-values"
    record["log10_e"] = log_e / _LN10
    record["p_value"] = min(1.0, math.exp(min(0.0, -log_e)))
    return record


def _of_profile(one: Followed, options: Options, *, search: bool) -> tuple[float, int | None]:
    """Log of the evidence now, and the first time at which it reached 1/alpha."""
    course = one.course
    shares = one.item.profile.shares[one.comparable]
    x = course.x[one.comparable]
    log_e = float(dirichlet_e_value(x[:, -1], shares, log=True))
    if not search:
        return log_e, None
    for first in range(0, course.looks, _CHUNK):
        some = dirichlet_e_value(x[:, first : first + _CHUNK].T, shares, log=True)
        hit = np.flatnonzero(np.asarray(some) >= -math.log(options.alpha))
        if len(hit):
            return log_e, first + int(hit[0])
    return log_e, None
