"""Calibration: of the weights that reach totals, those closest to the base weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coprep.errors import InputError
from coprep.metrics._checks import Floats, choice, number, whole
from coprep.metrics._results import Interval
from coprep.metrics.weighting._calibration_bounds import attainable, calibration_bounds
from coprep.metrics.weighting._cells import Cells, in_cells
from coprep.wording.labels import show

Distance = Literal["linear", "raking", "logit"]
_DISTANCES = ("linear", "raking", "logit")
_FURTHEST = 1000.0  # a step of the score: beyond it, exp and the logistic curve are 0 or infinite
_HALVINGS = 64


class _Curve(NamedTuple):
    """By which factor a weight changes along its score, and how steeply."""

    factor: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


def calibrate(
    base: ArrayLike,
    totals: Sequence[ArrayLike],
    *,
    groups: ArrayLike | None = None,
    distance: Distance = "linear",
    bounds: tuple[float, float] | None = None,
    tolerance: float = 1e-10,
    max_steps: int = 200,
) -> Floats:
    """Which weights reach every total and stay as close as can be to the base weights?

    Parameters
    ----------
    base, totals, groups
        As for `rake`.
    distance : {"linear", "raking", "logit"}, default "linear"
        How closeness is measured: by squares (generalised regression; weights may be negative), by
        entropy (the weights of `rake`), or by a logistic curve between the bounds.
    bounds : tuple of float, optional
        Factors between which weights may change, below 1 and above 1, where 1 keeps a weight's
        share of the total. Needed by "logit", which approaches them; "linear" and "raking" stop at
        them. `calibration_bounds` tells which are wide enough.
    tolerance : float, default 1e-10
        By how much of the community's total the sum of a group may be off.
    max_steps : int, default 200
        Newton steps at most.

    Returns
    -------
    ndarray
        Weights of the shape of ``base``. Base weights keep their ratios within a cell; a group
        whose total is 0 gets weight 0.

    Raises
    ------
    InputError
        For a group with a total in which nobody has a weight, attributes whose totals add to
        different numbers, and totals that no weights within the bounds can reach; the message
        names bounds that are wide enough.

    Notes
    -----
    Weights are base F(x'b), with F(u) = 1 + u, exp(u) or the logit of the reference, and b solves
    the calibration equations.

    References
    ----------
    Deville, J.-C. and Särndal, C.-E. (1992). Journal of the American Statistical Association 87,
    376-382, cases 1, 2 and 6.

    Examples
    --------
    >>> groups = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> calibrate([1, 2, 3, 4], [[50, 50], [50, 50]], groups=groups).round(1)
    array([20., 30., 30., 20.])
    >>> calibrate([1, 2], [[0.5, 0.5]], groups=[0, 1], distance="logit", bounds=(0.5, 2)).round(3)
    array([0.5, 0.5])

    """
    choice(distance, "distance", _DISTANCES)
    low, high = _checked(bounds, distance)
    curve = _curve(distance, low, high)
    cells = in_cells(base, totals, groups)
    allowed = number(tolerance, "tolerance", low=0.0)
    steps = whole(max_steps, "max_steps", low=1)
    within_reach = bounds is None or attainable(cells, low, high)
    if not within_reach:
        raise _too_narrow(base, totals, groups, low, high)
    factors = _solved(cells, curve, allowed, steps)
    if factors is None:
        raise InputError.of(
            f"no weights that reach all totals were found in {steps:,} steps.",
            code="out_of_reach",
            param="totals",
            hint="merge small groups, or leave an attribute out: totals seem to contradict the "
            "people at hand.",
        )
    return cells.weighted(cells.scaled * factors)


def _checked(bounds: tuple[float, float] | None, distance: str) -> tuple[float, float]:
    """The two factors; without bounds, all that the distance allows."""
    if bounds is None:
        if distance == "logit":
            raise InputError.of(
                "the logit distance needs bounds=(low, high).",
                code="missing",
                param="bounds",
                hint="calibration_bounds(...) tells which are wide enough.",
            )
        return (-np.inf, np.inf)
    try:
        low, high = bounds
    except (TypeError, ValueError):
        raise InputError.of(
            f"bounds is {show(bounds)}; two numbers are expected.", code="bad_type", param="bounds"
        ) from None
    least = number(low, "bounds[0]")
    most = number(high, "bounds[1]")
    if not least < 1 < most:
        raise InputError.of(
            f"bounds are {least:g} and {most:g}; one below and one above 1 are expected.",
            param="bounds",
            got=(least, most),
        )
    return (least, most)


def _curve(distance: str, low: float, high: float) -> _Curve:
    """The factor as a function of the score, and its slope."""
    if distance == "logit":
        steep = (high - low) / ((1 - low) * (high - 1))

        def logit(u: Floats) -> Floats:
            up = np.exp(np.minimum(steep * u, 700.0))
            factor: Floats = (low * (high - 1) + high * (1 - low) * up) / (
                (high - 1) + (1 - low) * up
            )
            return factor

        def logit_slope(u: Floats) -> Floats:
            at = logit(u)
            return steep * (at - low) * (high - at) / (high - low)

        return _Curve(logit, logit_slope)

    def free(u: Floats) -> Floats:
        return np.exp(np.minimum(u, 700.0)) if distance == "raking" else 1 + u

    def factor(u: Floats) -> Floats:
        return np.clip(free(u), low, high)

    def slope(u: Floats) -> Floats:
        at = free(u)
        steepness = at if distance == "raking" else np.ones_like(u)
        return np.where((at > low) & (at < high), steepness, 0.0)

    return _Curve(factor, slope)


def _solved(cells: Cells, curve: _Curve, tolerance: float, steps: int) -> Floats | None:
    """The factor of each cell: Newton's step where it helps, else a sweep over the attributes."""
    x = cells.design()
    share = cells.scaled / cells.total
    wanted = np.concatenate(cells.totals) / cells.total

    def gap(scores: Floats) -> Floats:
        lacking: Floats = wanted - x.T @ (share * curve.factor(scores))
        return lacking

    score = np.zeros(x.shape[0])
    for _ in range(steps):
        lacking = gap(score)
        if np.abs(lacking).max() <= tolerance:
            return curve.factor(score)
        curvature = (x.T @ (x * (share * curve.slope(score))[:, None])).toarray()
        ahead = score + x @ np.linalg.lstsq(curvature, lacking, rcond=1e-12)[0]
        if np.abs(gap(ahead)).max() < np.abs(lacking).max() / 2:
            score = ahead
        else:
            score = _swept(cells, curve, score)
    return curve.factor(score) if np.abs(gap(score)).max() <= tolerance else None


def _swept(cells: Cells, curve: _Curve, score: Floats) -> Floats:
    """Scores moved so that the groups of one attribute after another reach their totals."""
    for code, total in zip(cells.codes.T, cells.totals, strict=True):
        # More score is more weight: the step of each group is bisected between the two furthest.
        low = np.full(len(total), -_FURTHEST)
        high = np.full(len(total), _FURTHEST)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            weights = cells.scaled * curve.factor(score + middle[code])
            enough = np.bincount(code, weights, minlength=len(total)) >= total
            high = np.where(enough, middle, high)
            low = np.where(enough, low, middle)
        score = score + ((low + high) / 2)[code]
    return score


def _too_narrow(
    base: ArrayLike,
    totals: Sequence[ArrayLike],
    groups: ArrayLike | None,
    low: float,
    high: float,
) -> InputError:
    """Totals that cannot be reached within the bounds, and bounds that would do."""
    closest = calibration_bounds(base, totals, groups=groups)
    if np.isnan(closest.low):
        return InputError.of(
            "totals contradict the people at hand: no weights from 0 up reach them all.",
            code="out_of_reach",
            param="totals",
            hint="merge small groups, or leave an attribute out.",
        )
    from_low = _width(calibration_bounds(base, totals, groups=groups, low=max(low, 0.0)))
    from_high = _width(calibration_bounds(base, totals, groups=groups, high=max(high, 0.0)))
    return InputError.of(
        f"no weights between {low:g} and {high:g} times the base weights reach all totals.",
        code="bounds_too_narrow",
        param="bounds",
        got=(low, high),
        expected=tuple(closest),
        hint="wide enough are " + ", ".join(filter(None, [from_low, from_high, _width(closest)])),
    )


def _width(bounds: Interval[float]) -> str:
    """Two factors as they are printed, a little wider than they are; empty if there are none."""
    if np.isnan(bounds.low):
        return ""
    return f"{np.floor(bounds.low * 1000) / 1000:g} to {np.ceil(bounds.high * 1000) / 1000:g}"
