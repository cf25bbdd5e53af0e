"""assess: compares who came with who lives there, group by group and as a whole."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from coprep.data.baseline import Baseline
from coprep.data.labels import DEFAULT_UNKNOWN
from coprep.errors import InputError, Problems, listed, nearest, show
from coprep.findings import Finding
from coprep.metrics.multiplicity import adjust_p_values
from coprep.metrics.streams import entropy
from coprep.representation.attribute import Assessed, assess_attribute
from coprep.representation.inputs import Compared, Overlapping, compared
from coprep.representation.judge import Band, Rules
from coprep.representation.overall import Whole, whole
from coprep.representation.result import OVERALL, ROWS, Representation
from coprep.representation.rows import told
from coprep.table import Table

__all__ = ["assess"]

Selection = Literal["open", "random", "quota"]
_TIGHTEST = 0.001
_MOST_PEOPLE = 10**9
_INTERVALS = ("exact", "wilson", "jeffreys", "mid-p")
_ADJUST = ("holm", "hommel", "bh", "by", "bonferroni", "none")


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
    _check_kinds(
        attributes=attributes,
        columns=columns,
        quotas=quotas,
        unknown=unknown,
        overlapping=overlapping,
        recode=recode,
        total=total,
    )
    quotas = (quotas,) if isinstance(quotas, str) else tuple(quotas)
    rules = Rules(confidence, _band(band), interval, adjust)
    _check(rules, family=family, selection=selection, quotas=quotas, population=population)
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
    _check_quotas(found, quotas)
    _check_population(found, population)
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
    return _result(assessed, wholes, rules, baseline, notes, selection, quotas, population, family, seed, title)


def _check_kinds(**given: Any) -> None:
    """Arguments that are lists or mappings of names; everything that is neither, at once."""
    problems = Problems()
    for name in ("attributes", "quotas", "unknown"):
        value = given[name]
        texts = isinstance(value, str) or (
            isinstance(value, Iterable) and not isinstance(value, Mapping) and all(isinstance(v, str) for v in value)
        )
        if not texts and not (name == "attributes" and value is None):
            problems.add(f"{name} is {show(value)}; expected names in a list.", code="bad_names", param=name, got=value)
    for name in ("columns", "recode"):
        if given[name] is not None and not isinstance(given[name], Mapping):
            problems.add(
                f"{name} is {show(given[name])}; expected a mapping, such as {{'old': 'new'}}.",
                code="bad_mapping",
                param=name,
            )
    overlapping = given["overlapping"]
    if isinstance(overlapping, Mapping):
        wrong = not all(isinstance(v, Mapping) for v in overlapping.values())
    else:
        wrong = not isinstance(overlapping, (str, list, tuple, set, frozenset))
    if wrong:
        problems.add(
            f"overlapping is {show(overlapping)}; expected names, or {{attribute: {{group: column}}}}.",
            code="bad_names",
            param="overlapping",
        )
    totals = given["total"].values() if isinstance(given["total"], Mapping) else (given["total"],)
    for total in totals:
        if total is not None and not (_is_number(total) and 1 <= total <= _MOST_PEOPLE and total == total // 1):
            problems.add(
                f"total is {show(total)}; expected a whole number from 1.", code="bad_total", param="total", got=total
            )
    problems.raise_if_any()


def _band(band: Any) -> Band:
    try:
        low, high = (float(edge) for edge in band)
    except (TypeError, ValueError):
        low = high = math.nan
    if not 0 <= low <= 1 - _TIGHTEST or not 1 + _TIGHTEST <= high < math.inf:
        raise InputError.of(
            f"band is {show(band)}; expected two ratios around 1, such as (0.8, 1.25).",
            code="bad_band",
            param="band",
            got=band,
            hint=f"a group within the band is close enough not to matter; {_TIGHTEST} on either side is the tightest.",
        )
    return low, high


def _check(rules: Rules, *, family: str, selection: str, quotas: Sequence[str], population: int | None) -> None:
    problems = Problems()
    if not _is_number(rules.confidence) or not 0.5 < rules.confidence < 1:
        problems.add(
            f"confidence is {show(rules.confidence)}; expected a number above 0.5 and below 1, such as 0.95.",
            code="bad_confidence",
            param="confidence",
            got=rules.confidence,
        )
    for name, value, choices in (
        ("interval", rules.interval, _INTERVALS),
        ("adjust", rules.adjust, _ADJUST),
        ("family", family, ("attribute", "all")),
        ("selection", selection, ("open", "random", "quota")),
    ):
        if value not in choices:
            problems.take(InputError.choice(name, value, choices))
    if selection == "quota" and not quotas:
        problems.add(
            "selection is 'quota', but quotas names no attribute.",
            code="missing_quotas",
            param="quotas",
            hint="name the attributes a quota was set on: quotas=['sex', 'age']; the others are tested.",
        )
    if selection != "quota" and quotas:
        problems.add(
            f"quotas are given, but selection is {show(selection)}.",
            code="misplaced",
            param="quotas",
            hint="pass selection='quota'.",
        )
    whole = population is None or (
        _is_number(population) and 1 <= population <= _MOST_PEOPLE and population == population // 1
    )
    if not whole:
        problems.add(
            f"population is {show(population)}; expected a whole number from 1.",
            code="bad_population",
            param="population",
        )
    problems.raise_if_any()


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def _check_quotas(found: Sequence[Compared], quotas: Sequence[str]) -> None:
    known = [item.profile.attribute for item in found]
    problems = Problems()
    for name in quotas:
        if name not in known:
            close = nearest(name, known)
            problems.add(
                f"quotas names {show(name)}, which is not compared; these are: {listed(known, most=12)}.",
                code="unknown_attribute",
                param="quotas",
                got=name,
                hint=f"did you mean {close!r}?" if close else None,
            )
    problems.raise_if_any()


def _check_population(found: Sequence[Compared], population: int | None) -> None:
    """No more people, and no more of any group, can take part than there are to draw from."""
    if population is None:
        return
    problems = Problems()
    most = max((item.people for item in found), default=0)
    if most > population:
        problems.add(
            f"{most:,} people took part, but population is {population:,}.",
            code="count_above_total",
            param="population",
            got=population,
            expected=f"at least {most:,}",
        )
    for item in found if most <= population else ():
        for group, share in zip(item.profile.groups, item.profile.shares, strict=True):
            there, came = round(float(share) * population), item.matched.groups[group].n
            if share > 0 and came > there and not item.profile.standard_errors.any():
                problems.add(
                    f"{came:,} participants are in {show(group)} ({show(item.profile.attribute)[1:-1]}), but of a "
                    f"population of {population:,} the baseline has only {there:,} there.",
                    code="count_above_total",
                    param="population",
                    got=came,
                    expected=there,
                    hint="is the population the people who could have come? Leave population= out if it is large.",
                )
    problems.raise_if_any()


def _adjusted(assessed: Sequence[Assessed], rules: Rules, family: str) -> list[Assessed]:
    """Each attribute with its p-values adjusted over its family."""
    if family == "attribute":
        return [item.adjusted(rules, *(_adjust(p, rules.adjust) for p in item.family)) for item in assessed]
    lengths = np.cumsum([len(item.family[0]) for item in assessed])[:-1]
    columns = [np.concatenate([item.family[i] for item in assessed] or [np.array([])]) for i in range(3)]
    split = [np.split(_adjust(column, rules.adjust), lengths) for column in columns]
    return [item.adjusted(rules, *parts) for item, *parts in zip(assessed, *split, strict=True)]


def _adjust(p: Any, method: str) -> Any:
    return p if method == "none" or not len(p) else np.asarray(adjust_p_values(p, method=method))


def _result(
    assessed: Sequence[Assessed],
    wholes: Sequence[Whole],
    rules: Rules,
    baseline: Baseline,
    notes: Sequence[str],
    selection: str,
    quotas: Sequence[str],
    population: int | None,
    family: str,
    seed: int,
    title: str,
) -> Representation:
    remarks = [*notes]
    records: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for item, as_a_whole in zip(assessed, wholes, strict=True):
        rows, sentences = told(item, as_a_whole, rules, selection)
        records += rows
        findings += sentences
        remarks += item.notes
    settings = {
        "confidence": rules.confidence,
        "band": rules.band,
        "interval": rules.interval,
        "adjust": rules.adjust,
        "family": family,
        "selection": selection,
        "quotas": tuple(quotas),
        "population": population,
        "baseline": baseline.described,
        "kind": baseline.kind,
        "rng": seed,
        "forest": _forest(rules, baseline),
        "method": _method(rules, assessed, population),
    }
    return Representation(
        title=title or (f"Who came, against {baseline.area}" if baseline.area else "Who came, against who lives there"),
        rows=Table.from_records(records, ROWS),
        overall=Table.from_records([w.record() for w in wholes], OVERALL),
        findings=tuple(findings),
        notes=tuple(dict.fromkeys(remarks)),
        settings=settings,
    )


def _forest(rules: Rules, baseline: Baseline) -> dict[str, Any]:
    goal = "target" if baseline.kind == "target" else "share of the population"
    return {
        "label": ["group"],
        "value": "ratio",
        "low": "ratio_low",
        "high": "ratio_high",
        "inner_low": "ratio_inner_low",
        "inner_high": "ratio_inner_high",
        "n": "count",
        "log": True,
        "null": 1.0,
        "band": rules.band,
        "panel": "attribute",
        "axis": f"Share of participants as a multiple of the {goal} (1 = the same)",
    }


def _method(rules: Rules, assessed: Sequence[Assessed], population: int | None) -> tuple[str, ...]:
    """How the numbers were found, with sources, for the page."""
    intervals = {
        "exact": "Clopper and Pearson 1934",
        "wilson": "Wilson 1927",
        "jeffreys": "Jeffreys; Brown, Cai and DasGupta 2001",
        "mid-p": "mid-p; Agresti and Gottard 2007",
    }
    lines = [
        "Ratio: share of participants divided by share of the baseline (participation-to-prevalence ratio; Poon et "
        "al. 2013, Journal of Women's Health 22).",
        f"Interval at {rules.confidence:.0%}: {intervals[rules.interval]}; the thick line is the interval at "
        f"{1 - 2 * rules.alpha:.0%} that goes with the test of 'in line'.",
        "Test against a fair draw: exact, two-sided (twice the smaller tail), "
        f"adjusted within each family by {rules.adjust}.",
        f"In line: both one-sided tests of a ratio outside {rules.band[0]:g} to {rules.band[1]:g} are rejected "
        "(Schuirmann 1987).",
        "Dissimilarity: half the sum of absolute differences of shares (Duncan and Duncan 1955), beside what a fair "
        "draw gives by chance alone.",
    ]
    if population is not None:
        lines.append(f"Finite population: draws without replacement from {population:,} people (hypergeometric).")
    if any(item.counts.has_error for item in assessed):
        lines.append("Margins of error of the baseline are carried into tests and intervals (Donner and Zou 2012).")
    if any(item.counts.rounding.any() for item in assessed):
        lines.append("Published shares are rounded: the worst case within the rounding is reported.")
    if any(item.counts.weighted for item in assessed):
        lines.append(
            "Weights: shares are weighted, intervals use the effective number of people (Korn and Graubard 1998)."
        )
    return tuple(lines)
