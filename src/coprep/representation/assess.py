"""assess: compares who came with who lives there, group by group and as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from coprep.data.baseline.baseline import Baseline
from coprep.data.labels import DEFAULT_UNKNOWN
from coprep.metrics._streams import entropy
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.representation.answer import answered
from coprep.representation.attribute import Assessed, assess_attribute
from coprep.representation.inputs import Overlapping, compared
from coprep.representation.judge import Band, Rules
from coprep.representation.options import (
    check_kinds,
    check_options,
    check_population,
    check_quotas,
    two_ratios,
)
from coprep.representation.overall import whole
from coprep.representation.result import Representation

__all__ = ["assess"]

Selection = Literal["open", "random", "quota"]


def assess(
    participants: Any,
    baseline: Baseline,
    *,
    attributes: Sequence[str] | str | None = None,
    columns: Mapping[str, str] | None = None,
    weight: str | None = None,
    person: str | None = None,
    total: int | Mapping[str, int] | None = None,
    confidence: float = 0.95,
    band: Band = (0.8, 1.25),
    interval: Literal["exact", "wilson", "jeffreys", "mid-p"] = "exact",
    adjust: Literal["holm", "hommel", "bh", "by", "bonferroni", "none"] = "holm",
    family: Literal["attribute", "all"] = "attribute",
    population: int | None = None,
    selection: Selection = "open",
    quotas: Sequence[str] = (),
    unknown: Iterable[str] = DEFAULT_UNKNOWN,
    unmatched: Literal["raise", "row"] = "raise",
    overlapping: Overlapping = (),
    recode: Mapping[str, Any] | None = None,
    title: str = "",
    rng: int | Generator | None = 0,
) -> Representation:
    """Which groups are under-represented among those who came, how sure is that, and what to do next?

    Parameters
    ----------
    participants : data frame or mapping
        One row a person, on any engine (pandas, Polars, PyArrow, DuckDB, Dask, PySpark, Ibis); only counts leave
        it. Or published counts, ``{"sex": {"Female": 12, "Male": 9}}``, or percentages, ``"55% of 40"``.
    baseline : Baseline
        Who lives there. With ``kind="target"`` attainment is reported and nothing is tested.
    attributes : sequence of str, optional
        What to compare; by default all that both have.
    columns : mapping of str to str, optional
        Ties a column to the baseline's attribute: ``{"Gender": "sex"}``.
    weight : str, optional
        Column of weights. They change shares and widen intervals; they never make more people.
    person : str, optional
        Column of ids; one that stands twice is an error.
    total : int or mapping, optional
        How many took part, for published counts and percentages.
    confidence : float
        Level of the intervals, above 0.5 and below 1; 1 - confidence is alpha of all verdicts.
    band : (float, float)
        Ratios that do not matter, such as 0.8 to 1.25 (four-fifths and its inverse).
    interval : {"exact", "wilson", "jeffreys", "mid-p"}
        Kind of interval of a share; the tests are exact in any case.
    adjust : {"holm", "hommel", "bh", "by", "bonferroni", "none"}
        Adjustment for how many groups are looked at.
    family : {"attribute", "all"}
        Adjust within each attribute, or over all of them.
    population : int, optional
        How many people there are to draw from, when they are few (a village, a school): tests become
        hypergeometric.
    selection : {"open", "random", "quota"}
        How people came to take part. With ``"quota"`` the attributes in ``quotas`` are never tested.
    quotas : sequence of str
        The attributes a quota was set on.
    unknown : iterable of str
        Words that mean "we do not know"; compared without case.
    unmatched : {"raise", "row"}
        What to do with labels the baseline lacks: refuse, or keep as rows outside the comparison.
    overlapping : sequence of str, or mapping
        Attributes where people tick several: cells such as ``"a; b"``, or a column an option,
        ``{"languages": {"Urdu": "lang_urdu", ...}}``. Each group is a yes/no question of its own.
    recode : mapping, optional
        Labels to rename first: ``{"Asian British": "Asian"}`` or ``{"ethnicity": {...}}``.
    title : str
        What to call this; by default the baseline's area.
    rng : int, Generator or None
        For the p-value of the whole profile where it cannot be enumerated.

    Returns
    -------
    Representation
        `table` with a row for every group (see `Representation` for its columns), `overall` with one for every
        attribute, and the usual face of a result.

    Raises
    ------
    InputError
        With every problem found: columns that are not there, labels the baseline lacks, counts above the
        total, unusable weights, and so on.

    Notes
    -----
    A verdict needs evidence on both sides. ``under`` (``over``) means that the two-sided exact test against a
    fair draw, adjusted over the attribute's groups, is at most alpha *and* the ratio lies outside the band.
    ``in_line`` means that both one-sided tests of a ratio outside the band are rejected, adjusted in a family of
    their own [1]_. Everything else is ``inconclusive``. An attribute of two groups is one test.

    A margin of error of the baseline is averaged over in the tests and carried into the interval by MOVER [2]_;
    rounding of published shares is a bound, and the worst case within it is reported.

    References
    ----------
    .. [1] Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power approach.
       Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.
    .. [2] Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal mean and
       standard deviation. Statistical Methods in Medical Research 21, 347-359.

    Examples
    --------
    >>> from coprep import Baseline, representation
    >>> lives_there = Baseline.from_counts({"disability": {"Yes": 2300, "No": 7700}})
    >>> result = representation.assess({"disability": {"Yes": 12, "No": 110}}, lives_there)
    >>> result.table[["group", "count", "ratio", "verdict"]].round(2)
      group  count  ratio       verdict
    0   Yes     12   0.43         under
    1    No    110   1.17  inconclusive
    """
    check_kinds(
        attributes=attributes,
        columns=columns,
        quotas=quotas,
        unknown=unknown,
        overlapping=overlapping,
        recode=recode,
        total=total,
    )
    quotas = (quotas,) if isinstance(quotas, str) else tuple(quotas)
    rules = Rules(confidence, two_ratios(band), interval, adjust)
    check_options(rules, family=family, selection=selection, quotas=quotas, population=population)
    found, notes = compared(
        participants,
        baseline,
        attributes=attributes,
        columns=columns,
        weight=weight,
        person=person,
        total=total,
        unknown=(unknown,) if isinstance(unknown, str) else unknown,
        unmatched=unmatched,
        overlapping=overlapping,
        recode=recode,
    )
    check_quotas(found, quotas)
    check_population(found, population)
    seed = entropy(rng)
    target = baseline.kind == "target"
    assessed = [
        assess_attribute(
            item,
            rules,
            population=population,
            weighted=weight is not None,
            untested="target"
            if target
            else "quota"
            if selection == "quota" and item.profile.attribute in quotas
            else "",
        )
        for item in found
    ]
    assessed = _adjusted(assessed, rules, family)
    wholes = [whole(item, rules, population=population, seed=seed) for item in assessed]
    return answered(
        assessed, wholes, rules, baseline, notes, selection, quotas, population, family, seed, title
    )


def _adjusted(assessed: Sequence[Assessed], rules: Rules, family: str) -> list[Assessed]:
    """Each attribute with its p-values adjusted over its family."""
    if family == "attribute":
        return [
            item.adjusted(rules, *(_adjust(p, rules.adjust) for p in item.family))
            for item in assessed
        ]
    lengths = np.cumsum([len(item.family[0]) for item in assessed])[:-1]
    columns = [
        np.concatenate([item.family[i] for item in assessed] or [np.array([])]) for i in range(3)
    ]
    split = [np.split(_adjust(column, rules.adjust), lengths) for column in columns]
    return [item.adjusted(rules, *parts) for item, *parts in zip(assessed, *split, strict=True)]


def _adjust(p: Any, method: str) -> Any:
    return p if method == "none" or not len(p) else np.asarray(adjust_p_values(p, method=method))
