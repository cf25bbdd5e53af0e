"""Knows who is seen in a ranking: exposure of groups, against their merit, and their share of the top."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from coprep.errors import InputError
from coprep.fairness._compare_numbers import Quantity, numbers_of
from coprep.fairness._measured import Measured, Missing, measured
from coprep.fairness._shuffles import Chance, Deck, Expected
from coprep.fairness.grouped import Form, GroupedNumber, Method
from coprep.metrics._checks import whole
from coprep.metrics.groups import _ranking as ranking
from coprep.metrics.groups._classification import Undefined
from coprep.metrics.groups._group_means import GroupEstimates

__all__ = [
    "exposure_difference",
    "exposure_ratio",
    "exposure_to_merit_ratio",
    "normalised_discounted_kl",
    "top_k_difference",
    "top_k_ratio",
]

Discount = Literal["log", "geometric", "reciprocal"]
_EXACT = 1_000


def exposure_difference(
    y_score: Any,
    *,
    sensitive_features: Any,
    discount: Discount = "log",
    stop: float = 0.5,
    cutoff: int | None = None,
    method: Method = "between_groups",
    reference: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> GroupedNumber:
    """How much more attention does an item of one group get than one of another?

    Parameters
    ----------
    y_score : array-like of shape (items,)
        What the ranking is by; the highest comes first. Tied items share the exposure of their places.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed.
    discount : {"log", "geometric", "reciprocal"}
        Attention at rank r: ``1 / log2(1 + r)``, ``stop * (1 - stop)**(r - 1)`` or ``1 / r``.
    stop : float
        Chance that a reader stops after an item, for the geometric law.
    cutoff : int, optional
        Ranks beyond it get nothing.
    method : {"between_groups", "to_overall", "to_reference"}
        What each group is compared with.
    reference : label, optional
        The group to compare with; the answer is then signed.
    missing : {"raise", "drop", "category"}
        What to do with missing values.
    undefined : {"strict", "skip"}
        Whether a group without a defined number makes the answer nan, or is left out and listed.
    confidence : float
        Level, kept for the display.

    Returns
    -------
    GroupedNumber
        ``by_group`` has mean exposures; ``noise_floor`` and ``p_value`` refer to a shuffled ranking.

    References
    ----------
    Singh, A. & Joachims, T. (2018). Fairness of exposure in rankings. KDD.

    Examples
    --------
    >>> round(exposure_difference([3, 2, 1], sensitive_features=["a", "a", "b"]), 4)
    0.3155
    """
    asked = {
        "method": method,
        "reference": reference,
        "missing": missing,
        "undefined": undefined,
        "confidence": confidence,
    }
    law = {"discount": discount, "stop": stop, "cutoff": cutoff}
    return _exposure(
        "exposure_difference", "difference", y_score, sensitive_features, asked=asked, law=law
    )


def exposure_ratio(
    y_score: Any,
    *,
    sensitive_features: Any,
    discount: Discount = "log",
    stop: float = 0.5,
    cutoff: int | None = None,
    method: Method = "between_groups",
    reference: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> GroupedNumber:
    """What is the least exposure of any group as a share of the greatest?

    Parameters
    ----------
    y_score, sensitive_features, discount, stop, cutoff, method, reference, missing, undefined, confidence
        As for `exposure_difference`.

    Returns
    -------
    GroupedNumber
        From 0 to 1; with a reference a directed ratio.

    References
    ----------
    Singh, A. & Joachims, T. (2018). Fairness of exposure in rankings. KDD.

    Examples
    --------
    >>> round(exposure_ratio([3, 2, 1], sensitive_features=["a", "a", "b"]), 4)
    0.6131
    """
    asked = {
        "method": method,
        "reference": reference,
        "missing": missing,
        "undefined": undefined,
        "confidence": confidence,
    }
    law = {"discount": discount, "stop": stop, "cutoff": cutoff}
    return _exposure("exposure_ratio", "ratio", y_score, sensitive_features, asked=asked, law=law)


def exposure_to_merit_ratio(
    y_score: Any,
    *,
    merit: Any,
    sensitive_features: Any,
    discount: Discount = "log",
    stop: float = 0.5,
    cutoff: int | None = None,
    method: Method = "between_groups",
    reference: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> GroupedNumber:
    """Does attention follow merit in the same way for all groups?

    Parameters
    ----------
    y_score, sensitive_features, discount, stop, cutoff, method, reference, missing, undefined, confidence
        As for `exposure_difference`.
    merit : array-like of shape (items,)
        Relevance of each item, from 0.

    Returns
    -------
    GroupedNumber
        Least mean exposure over mean merit of any group, as a share of the greatest.

    References
    ----------
    Singh, A. & Joachims, T. (2018). Fairness of exposure in rankings. KDD.

    Examples
    --------
    >>> exposure_to_merit_ratio([2, 1], merit=[1, 1], sensitive_features=["a", "b"]).groups
    ('b', 'a')
    """
    asked = {
        "method": method,
        "reference": reference,
        "missing": missing,
        "undefined": undefined,
        "confidence": confidence,
    }
    law = {"discount": discount, "stop": stop, "cutoff": cutoff}
    if merit is None:
        raise InputError.of(
            "merit is None; one value an item expected.", code="missing", param="merit"
        )
    return _exposure(
        "exposure_to_merit_ratio", "ratio", y_score, sensitive_features, merit, asked=asked, law=law
    )


def _ranked(y_score: Any, features: Any, missing: str, merit: Any = None) -> Measured:
    if features is None:
        raise InputError.of(
            "sensitive_features is needed: which groups?",
            code="missing",
            param="sensitive_features",
        )
    numeric = {"y_score": y_score} if merit is None else {"y_score": y_score, "merit": merit}
    return measured(numeric, {}, sensitive_features=features, missing=missing)


def _exposure(
    name: str,
    form: Form,
    y_score: Any,
    features: Any,
    merit: Any = None,
    *,
    asked: dict[str, Any],
    law: dict[str, Any],
) -> GroupedNumber:
    rows = _ranked(y_score, features, asked["missing"], merit)

    def quantity(
        rows: Measured, codes: np.ndarray[Any, np.dtype[np.intp]], size: int
    ) -> GroupEstimates:
        found = ranking.exposure_by_group(
            rows.columns["y_score"], codes, merit=rows.columns.get("merit"), size=size, **law
        )
        return GroupEstimates(
            found.mean if merit is None else found.per_merit, np.full(size, np.nan), found.n
        )

    needs = "items" if merit is None else "items with merit"
    unit = "mean exposure of an item" if merit is None else "mean exposure by mean merit"
    return _finished(
        name, form, rows, quantity, asked=asked, needs=needs, chance=merit is None, unit=unit
    )


def _finished(
    name: str,
    form: Form,
    rows: Measured,
    quantity: Quantity,
    *,
    asked: dict[str, Any],
    needs: str,
    chance: bool,
    unit: str,
) -> GroupedNumber:
    """Compare, with the errors that a shuffled ranking would give."""
    bounds = (0.0, 1.0) if chance else (0.0, math.inf)
    numbers = numbers_of(rows, quantity, needs=needs, unit=unit, bounds=bounds)
    if chance and len(rows.codes) > 1:
        each = quantity(rows, np.arange(len(rows.codes), dtype=np.intp), len(rows.codes)).value
        with np.errstate(divide="ignore"):
            numbers = replace(
                numbers, chance_se=np.sqrt(each.var(ddof=1) / numbers.n), chance_df=None
            )
    return GroupedNumber.of(
        name,
        form,
        numbers,
        method=asked["method"],
        reference=asked["reference"],
        undefined=asked["undefined"],
        confidence=asked["confidence"],
    )


def top_k_difference(
    y_score: Any,
    *,
    sensitive_features: Any,
    k: int,
    method: Method = "between_groups",
    reference: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> GroupedNumber:
    """How much likelier is an item of one group to be among the top k?

    Parameters
    ----------
    y_score, sensitive_features, method, reference, missing, undefined, confidence
        As for `exposure_difference`. Items tied across the limit count in part.
    k : int
        Places looked at.

    Returns
    -------
    GroupedNumber
        ``by_group`` has the share of each group's items that are among the top k.

    References
    ----------
    Geyik, S. C., Ambler, S. & Kenthapadi, K. (2019). Fairness-aware ranking in search & recommendation systems.
    KDD.

    Examples
    --------
    >>> top_k_difference([4, 3, 2, 1], sensitive_features=list("aabb"), k=2).value
    1.0
    """
    asked = {
        "method": method,
        "reference": reference,
        "missing": missing,
        "undefined": undefined,
        "confidence": confidence,
    }
    return _top("top_k_difference", "difference", y_score, sensitive_features, k=k, asked=asked)


def top_k_ratio(
    y_score: Any,
    *,
    sensitive_features: Any,
    k: int,
    method: Method = "between_groups",
    reference: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> GroupedNumber:
    """What is the least chance of any group to be among the top k, as a share of the greatest?

    Parameters
    ----------
    y_score, sensitive_features, k, method, reference, missing, undefined, confidence
        As for `top_k_difference`.

    Returns
    -------
    GroupedNumber
        From 0 to 1; with a reference a directed ratio.

    References
    ----------
    Geyik, S. C., Ambler, S. & Kenthapadi, K. (2019). Fairness-aware ranking in search & recommendation systems.
    KDD.

    Examples
    --------
    >>> top_k_ratio([4, 3, 2, 1], sensitive_features=list("abab"), k=2).value
    1.0
    """
    asked = {
        "method": method,
        "reference": reference,
        "missing": missing,
        "undefined": undefined,
        "confidence": confidence,
    }
    return _top("top_k_ratio", "ratio", y_score, sensitive_features, k=k, asked=asked)


def _top(
    name: str, form: Form, y_score: Any, features: Any, *, k: int, asked: dict[str, Any]
) -> GroupedNumber:
    rows = _ranked(y_score, features, asked["missing"])
    places = whole(k, "k", low=1)
    if places > len(rows.codes):
        raise InputError.of(
            f"k is {places:,}; there are {len(rows.codes):,} items.", param="k", got=places
        )
    score = rows.columns["y_score"]
    limit = np.sort(score)[-places]
    inside = np.where(
        score == limit, (places - (score > limit).sum()) / (score == limit).sum(), score > limit
    )

    def quantity(
        _: Measured, codes: np.ndarray[Any, np.dtype[np.intp]], size: int
    ) -> GroupEstimates:
        n = np.bincount(codes, minlength=size)
        with np.errstate(divide="ignore", invalid="ignore"):
            return GroupEstimates(
                np.bincount(codes, inside, size) / n, np.full(size, np.nan), n.astype(np.intp)
            )

    unit = f"share of items among the first {places:,}"
    return _finished(name, form, rows, quantity, asked=asked, needs="items", chance=True, unit=unit)


def normalised_discounted_kl(
    y_score: Any, *, sensitive_features: Any, target: Any = None, missing: Missing = "raise"
) -> GroupedNumber:
    """How far are the groups of every top list from the shares wanted, top places counting most?

    Parameters
    ----------
    y_score, sensitive_features, missing
        As for `exposure_difference`; tied items share their places.
    target : mapping of label to share, optional
        Shares wanted, adding up to 1; by default each group's share of all items.

    Returns
    -------
    GroupedNumber
        NDKL, from 0; ``by_group`` has each group's share of all items.

    Notes
    -----
    Above 0 for every ranking without ties: ``noise_floor`` is what rankings in which groups do not matter give. For up
    to 1,000 items without ties it is exact, for others the mean over shuffles of the group labels.

    References
    ----------
    Geyik, S. C., Ambler, S. & Kenthapadi, K. (2019). Fairness-aware ranking in search & recommendation systems.
    KDD.

    Examples
    --------
    >>> round(normalised_discounted_kl([2, 1], sensitive_features=["a", "b"]), 4)
    0.425
    """
    rows = _ranked(y_score, sensitive_features, missing)
    score = rows.columns["y_score"]
    _, order = ranking.rank_positions(score)
    wanted = None
    if target is not None:
        unknown = [label for label in target if label not in rows.labels]
        if unknown or len(target) != rows.size:
            raise InputError.choice("target", unknown[0] if unknown else tuple(target), rows.labels)
        wanted = [target[label] for label in rows.labels]
    value = ranking.normalised_kl(
        rows.codes[order], target=wanted, size=rows.size, scores=score[order]
    )

    def quantity(
        _: Measured, codes: np.ndarray[Any, np.dtype[np.intp]], size: int
    ) -> GroupEstimates:
        n = np.bincount(codes, minlength=size)
        return GroupEstimates(n / n.sum(), np.full(size, np.nan), n.astype(np.intp))

    shares = numbers_of(rows, quantity, needs="items", unit="share of items")
    found = GroupedNumber.of("normalised_discounted_kl", "overall", replace(shares, overall=value))
    chance = Chance(lambda: _expected_of_order(rows, wanted))
    return found.valued(
        value, numbers=replace(shares, overall=math.nan), chance=chance
    )  # nobody's share, and no line


def _expected_of_order(rows: Measured, wanted: list[float] | None) -> Expected:
    """Exact for short rankings without ties; for others labels are shuffled."""
    score = rows.columns["y_score"]
    sizes = np.bincount(rows.codes, minlength=rows.size)
    tied = len(np.unique(score)) < len(score)
    if len(score) <= _EXACT and not tied:
        return Expected(ranking.expected_normalised_kl(sizes, target=wanted), 0, True)
    deck = Deck.of(rows.codes, rows.size, score)
    falling = -np.sort(-score) if tied else None
    target = None if wanted is None else np.asarray(wanted)[np.argsort(deck.place)]

    def divergence(labels: np.ndarray[Any, np.dtype[np.intp]]) -> float:
        return ranking.normalised_kl(labels, target=target, size=rows.size, scores=falling)

    return deck.expected("normalised discounted kl", divergence, work=15 * len(score))
