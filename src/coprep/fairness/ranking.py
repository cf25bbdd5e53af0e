"""ranking: who is seen in a ranking: exposure of groups, against their merit, and their share of the top."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coprep.data.columns import group_label
from coprep.data.rows import Missing, Rows, read_rows
from coprep.errors import InputError
from coprep.fairness._catalogue import Between, Method
from coprep.fairness._group_table import label_text, place_of
from coprep.fairness._number_reading import NumberReading
from coprep.fairness._numbers import Numbers, Quantity, numbers_by_group, sizes_of
from coprep.fairness._options import Options
from coprep.fairness._permutation import Chance, Deck, Expected
from coprep.fairness._wording import groups_left_out, rows_left_out
from coprep.fairness.metric import MetricResult
from coprep.findings import Note
from coprep.metrics._checks import choice, share, whole
from coprep.metrics.groups import _ranking as kernels
from coprep.metrics.groups._classification import Undefined
from coprep.metrics.groups._group_means import GroupEstimates
from coprep.pictures import Bars
from coprep.results import Result
from coprep.table import ColumnKind, Table

__all__ = ["Ranking", "ranking"]

Discount = Literal["log", "geometric", "reciprocal"]
Codes = NDArray[np.intp]
_EXACT = 1_000  # items of which the expected divergence is worked out and not shuffled
_KINDS: dict[str, ColumnKind] = {
    "group": "text",
    "n": "count",
    "share_of_items": "number",
    "exposure": "number",
    "top_k": "number",
}


class Compared(NamedTuple):
    """One number of each group, compared both ways."""

    difference: MetricResult
    ratio: MetricResult


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Ranking(Result):
    """Who gets attention: a row a group.

    Attributes
    ----------
    parts : tuple of Result
        The comparisons behind `exposure`, `ndkl` and `top_k`.
    """

    parts: tuple[Result, ...] = ()

    kind: ClassVar[str] = "fairness.ranking"
    shown: ClassVar[tuple[str, ...]] = ("group", "n", "share_of_items", "exposure", "top_k")
    headings: ClassVar[dict[str, tuple[str, str]]] = {
        "share_of_items": ("Share of items", "percent"),
        "exposure": ("Mean exposure of an item", "number"),
        "top_k": ("Share of its items among the first", "percent"),
    }
    count_columns: ClassVar[tuple[str, ...]] = ("n",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("group",)

    def _part(self, place: int) -> MetricResult:
        found = self.parts[place]
        assert isinstance(found, MetricResult)
        return found

    @property
    def exposure(self) -> Compared:
        """How much attention an item of each group gets, on average; with ``merit`` for each unit of merit.

        ``difference`` is the largest minus the smallest, ``ratio`` the smallest over the largest
        (Singh & Joachims 2018).
        """
        return Compared(self._part(0), self._part(1))

    @property
    def ndkl(self) -> MetricResult:
        """How far the groups of every top list are from the shares wanted, top places counting most: from 0 (Geyik 2019).

        Above 0 for every ranking without ties: ``noise_floor`` is what rankings in which groups do
        not matter give.
        """
        return self._part(2)

    @property
    def top_k(self) -> Compared | None:
        """The share of each group's items that are among the first ``k``; None where no ``k`` was
        asked for.
        """
        return Compared(self._part(3), self._part(4)) if len(self.parts) > 3 else None

    @property
    def headline(self) -> str:
        """What each comparison comes to."""
        return " ".join(part.headline for part in self.parts)


def ranking(
    y_score: Any,
    *,
    sensitive_features: Any,
    merit: Any = None,
    k: int | None = None,
    target: Any = None,
    discount: Discount = "log",
    stop: float = 0.5,
    cutoff: int | None = None,
    method: Method = "between_groups",
    reference: Any = None,
    missing: Missing = "raise",
    undefined: Undefined = "strict",
    confidence: float = 0.95,
) -> Ranking:
    """Who gets attention in a ranking, and is it shared as merit, or as the groups' shares, would have it?

    Parameters
    ----------
    y_score : array-like of shape (items,)
        What the ranking is by; the highest comes first. Tied items share the exposure of their
        places.
    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed.
    merit : array-like of shape (items,), optional
        Relevance of each item, from 0: exposure is then for each unit of it.
    k : int, optional
        Places looked at; items tied across the limit count in part.
    target : mapping of label to share, optional
        Shares wanted in every top list, adding up to 1; by default each group's share of all items.
    discount : {"log", "geometric", "reciprocal"}
        Attention at rank r: ``1 / log2(1 + r)``, ``stop * (1 - stop)**(r - 1)`` or ``1 / r``.
    stop : float
        Chance that a reader stops after an item, for the geometric law.
    cutoff : int, optional
        Ranks beyond it get no exposure.
    method : {"between_groups", "to_overall", "to_reference"}
        What each group is compared with.
    reference : label, optional
        The group to compare with; differences are then signed, ratios directed.
    missing, undefined, confidence
        As for `metric`.

    Returns
    -------
    Ranking
        ``exposure.difference`` and ``.ratio``, ``top_k.difference`` and ``.ratio`` (with ``k``),
        and ``ndkl``, each a `MetricResult` whose ``noise_floor`` and ``p_value`` refer to a
        shuffled ranking; ``table`` has a row a group.

    References
    ----------
    Singh, A. & Joachims, T. (2018). Fairness of exposure in rankings. KDD. Geyik, S. C., Ambler, S.
    & Kenthapadi, K. (2019). Fairness-aware ranking in search & recommendation systems. KDD.

    Examples
    --------
    >>> found = ranking([3, 2, 1], sensitive_features=["a", "a", "b"], k=1)
    >>> round(found.exposure.difference, 4), round(found.exposure.ratio, 4), found.top_k.difference.value
    (0.3155, 0.6131, 0.5)
    """
    if sensitive_features is None:
        raise InputError.of(
            "sensitive_features is needed: which groups?",
            code="missing",
            param="sensitive_features",
        )
    choice(method, "method", ("between_groups", "to_overall", "to_reference"))
    choice(undefined, "undefined", ("strict", "skip"))
    numbers = {"y_score": y_score}
    if merit is not None:
        numbers["merit"] = merit
    rows = read_rows(numbers=numbers, sensitive_features=sensitive_features, missing=missing)
    options = Options(
        method=method if reference is None else "to_reference",
        reference=reference,
        undefined=undefined,
        confidence=share(confidence, "confidence"),
    )
    law = {"discount": discount, "stop": stop, "cutoff": cutoff}
    exposure = _exposure(rows, law, by_merit=merit is not None)
    name = "exposure" if merit is None else "exposure_to_merit"
    parts = [*_compared(name, exposure, options), _ndkl(rows, target, options)]
    top = None
    if k is not None:
        top = _top(rows, whole(k, "k", low=1))
        parts += _compared("top_k", top, options)
    groups = rows.groups
    n = sizes_of(groups.codes.astype(np.intp), len(groups.labels))
    sizes = dict(zip(groups.labels, n.tolist(), strict=True))
    table = Table(
        {
            "group": [label_text(label) for label in groups.labels],
            "n": n.tolist(),
            "share_of_items": (n / n.sum()).tolist(),
            "exposure": exposure.value.tolist(),
            "top_k": [math.nan] * len(n) if top is None else top.value.tolist(),
        },
        _KINDS,
    )
    notes: list[Note] = [
        *groups_left_out(sizes, parts[0].not_compared),
        *rows_left_out(rows.dropped),
    ]
    return Ranking(
        title="Who gets attention",
        rows=table,
        notes=tuple(notes),
        settings={
            **law,
            "k": k,
            "method": options.method,
            "reference": group_label(reference),
            "undefined": undefined,
            "confidence": options.confidence,
        },
        picture=Bars(label=("group",), value="exposure", axis=exposure.unit),
        parts=tuple(parts),
    )


def _compared(name: str, numbers: Numbers, options: Options) -> list[MetricResult]:
    ways: tuple[Between, ...] = ("difference", "ratio")
    return [
        MetricResult.of(NumberReading(name, numbers, replace(options, between=between)))
        for between in ways
    ]


def _exposure(rows: Rows, law: dict[str, Any], *, by_merit: bool) -> Numbers:
    def quantity(rows: Rows, codes: Codes, size: int) -> GroupEstimates:
        score = rows.numbers["y_score"]
        found = kernels.exposure_by_group(
            score, codes, merit=rows.numbers.get("merit"), size=size, **law
        )
        value = found.per_merit if by_merit else found.mean
        return GroupEstimates(value, np.full(size, np.nan), found.n)

    if by_merit:
        return numbers_by_group(
            rows,
            quantity,
            lacking="items with merit",
            unit="mean exposure by mean merit",
            bounds=(0.0, math.inf),
        )
    return _as_shuffled(rows, quantity, "mean exposure of an item")


def _top(rows: Rows, places: int) -> Numbers:
    """The share of each group's items that are among the first; items tied across the limit count
    in part.
    """
    score = rows.numbers["y_score"]
    if places > rows.n:
        raise InputError.of(f"k is {places:,}; there are {rows.n:,} items.", param="k", got=places)
    limit = np.sort(score)[-places]
    part = (places - (score > limit).sum()) / (score == limit).sum()
    inside = np.where(score == limit, part, score > limit)

    def quantity(_: Rows, codes: Codes, size: int) -> GroupEstimates:
        n = sizes_of(codes, size)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.bincount(codes, inside, size) / n
        return GroupEstimates(value, np.full(size, np.nan), n)

    return _as_shuffled(rows, quantity, f"share of items among the first {places:,}")


def _as_shuffled(rows: Rows, quantity: Quantity, unit: str) -> Numbers:
    """Numbers with the errors that a shuffled ranking would give."""
    numbers = numbers_by_group(rows, quantity, lacking="items", unit=unit, bounds=(0.0, 1.0))
    if rows.n < 2:
        return numbers
    each = quantity(rows, np.arange(rows.n, dtype=np.intp), rows.n).value
    with np.errstate(divide="ignore"):
        error = np.sqrt(each.var(ddof=1) / numbers.n)
    return replace(numbers, chance_se=error, chance_df=None)


def _ndkl(rows: Rows, target: Any, options: Options) -> MetricResult:
    """The normalised discounted divergence of all top lists; each group's number is its share of
    all items.
    """
    score = rows.numbers["y_score"]
    groups = rows.groups
    codes = groups.codes.astype(np.intp)
    size = len(groups.labels)
    wanted = None if target is None else _wanted(target, groups.labels)
    _, order = kernels.rank_positions(score)
    value = kernels.normalised_discounted_kl(
        codes[order], target=wanted, size=size, scores=score[order]
    )
    n = sizes_of(codes, size)
    nothing = np.full(size, np.nan)
    shares = Numbers(
        groups.labels,
        n / n.sum(),
        nothing,
        n,
        math.nan,  # nobody's share, and no line
        nothing,
        "items",
        "share of items",
        rows.dropped,
    )
    plain = Options(between="by_group", confidence=options.confidence)
    known = replace(shares, overall=value)
    reading = NumberReading("normalised_discounted_kl", known, plain)
    chance = Chance(lambda: _expected_divergence(score, codes, size, wanted))
    return MetricResult.of(reading.valued(value, numbers=shares, chance=chance))


def _wanted(target: Any, labels: tuple[Any, ...]) -> list[float]:
    """The share wanted of each group."""
    shares = {place_of(label, labels, "target"): value for label, value in target.items()}
    if len(shares) != len(labels):
        lacking = [label for i, label in enumerate(labels) if i not in shares]
        raise InputError.of(
            f"target says nothing of {label_text(lacking[0])!r}.",
            code="unknown_choice",
            param="target",
            got=tuple(target),
            expected=labels,
        )
    return [shares[i] for i in range(len(labels))]


def _expected_divergence(
    score: NDArray[np.float64], codes: Codes, size: int, wanted: list[float] | None
) -> Expected:
    """Exact for short rankings without ties; for others labels are shuffled."""
    tied = len(np.unique(score)) < len(score)
    if len(score) <= _EXACT and not tied:
        sizes = sizes_of(codes, size)
        return Expected(kernels.expected_normalised_kl(sizes, target=wanted), 0, True)
    deck = Deck.of(codes, size, score)
    falling = -np.sort(-score) if tied else None
    target = None if wanted is None else np.asarray(wanted)[np.argsort(deck.place)]

    def divergence(labels: Codes) -> float:
        return kernels.normalised_discounted_kl(labels, target=target, size=size, scores=falling)

    return deck.expected("normalised discounted kl", divergence, work=15 * len(score))
