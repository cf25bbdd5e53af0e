"""assess: compares who came with who lives there, group by group and as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.random import Generator

from coprep.data.baseline.baseline import Baseline
from coprep.findings import Finding, distinct
from coprep.metrics._streams import seed_of
from coprep.pictures import Forest
from coprep.representation._attribute import Assessed, adjusted, assess_attribute
from coprep.representation._inputs import compared
from coprep.representation._options import Band, Options
from coprep.representation._overall import whole
from coprep.representation._result import OVERALL, ROWS, Representation
from coprep.representation._rows import told
from coprep.representation._selection import selected_over_report
from coprep.representation._withheld import standing
from coprep.table import Table


@np.errstate(over="ignore")  # a share next to nothing makes ratios without size, which are inf
def assess(
    participants: Any,
    baseline: Baseline,
    *,
    attributes: Sequence[str] | str | None = None,
    columns: Mapping[str, str] | None = None,
    weight: str | None = None,
    person: str | None = None,
    cluster: str | None = None,
    total: int | Mapping[str, int] | None = None,
    confidence: float = 0.95,
    band: Band = (0.8, 1.25),
    interval: Literal["exact", "wilson", "jeffreys", "mid-p"] = "exact",
    adjust: Literal["holm", "hommel", "bh", "by", "bonferroni", "none"] = "holm",
    family: Literal["attribute", "all"] = "attribute",
    population: int | None = None,
    selection: Literal["open", "random", "quota"] = "open",
    quotas: Sequence[str] = (),
    unknown: Iterable[str] = (),
    unmatched: Literal["raise", "row"] = "raise",
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    overlapping: Sequence[str] | Mapping[str, Mapping[str, str]] = (),
    recode: Mapping[str, Any] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    title: str = "",
    rng: int | Generator | None = 0,
) -> Representation:
    """Which groups are under-represented among those who came, how sure is that, and what to do
    next?

    Parameters
    ----------
    participants : data frame or mapping
        One row a person, on any engine (pandas, Polars, PyArrow, DuckDB, Dask, PySpark, Ibis); only
        counts leave it. Or published counts, ``{"sex": {"Female": 12, "Male": 9}}``, or
        percentages, ``"55% of 40"``.
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
    cluster : str, optional
        Column of the households, schools or meetings that people came with. Tests and intervals
        then count as many people as tell as much (Rao and Scott's correction), and with fewer than
        30 clusters no verdict is given.
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
        How many people there are to draw from, when they are few (a village, a school): tests
        become hypergeometric.
    selection : {"open", "random", "quota"}
        How people came to take part. With ``"quota"`` the attributes in ``quotas`` are never
        tested.
    quotas : sequence of str
        The attributes a quota was set on.
    unknown : iterable of str
        Further words that mean "we do not know", besides the usual ones ("prefer not to say",
        "not stated" and the like); compared without case. The rows say what such people could
        change.
    unmatched : {"raise", "row"}
        What to do with labels the baseline lacks: refuse, or keep as rows outside the comparison.
    outside : iterable of str, or mapping
        Labels that are knowingly outside the comparison, such as a group that the baseline does
        not count: ``["Non-binary"]``, or ``{"sex": ["Non-binary"]}``. These people are no part of
        any share, and a row of their own.
    overlapping : sequence of str, or mapping
        Attributes where people tick several: cells such as ``"a; b"``, or a column an option,
        ``{"languages": {"Urdu": "lang_urdu", ...}}``. Each group is a yes/no question of its own.
    recode : mapping, optional
        Labels to rename first: ``{"Asian British": "Asian"}`` or ``{"ethnicity": {...}}``.
    labels : mapping, optional
        What groups are called in sentences, pictures and pages, by attribute:
        ``{"disability": {"Yes": "disabled people"}}``. The data keep the baseline's names.
    title : str
        What to call this; by default the baseline's area.
    rng : int, Generator or None
        For the p-value of the whole profile where it cannot be enumerated.

    Returns
    -------
    Representation
        `table` with a row for every group (see `Representation` for its columns), `overall` with
        one for every attribute, and the usual face of a result.

    Raises
    ------
    InputError
        With every problem found: columns that are not there, labels the baseline lacks, counts
        above the total, unusable weights, and so on.

    Notes
    -----
    A verdict needs evidence on both sides. ``under`` (``over``) means that the two-sided exact test
    against a fair draw, adjusted over the attribute's groups, is at most alpha *and* the ratio lies
    outside the band. ``in_line`` means that both one-sided tests of a ratio outside the band are
    rejected, adjusted in a family of their own [1]_. Everything else is ``inconclusive``. An
    attribute of two groups is one test.

    A margin of error of the baseline is averaged over in the tests and carried into the interval by
    MOVER [2]_; rounding of published shares is a bound, and the worst case within it is reported.

    References
    ----------
    .. [1] Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the
       power approach. Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.
    .. [2] Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the
       normal mean and standard deviation. Statistical Methods in Medical Research 21, 347-359.

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
    options = Options.of(
        attributes=attributes,
        columns=columns,
        weight=weight,
        person=person,
        cluster=cluster,
        total=total,
        confidence=confidence,
        band=band,
        interval=interval,
        adjust=adjust,
        family=family,
        population=population,
        selection=selection,
        quotas=quotas,
        unknown=unknown,
        unmatched=unmatched,
        outside=outside,
        overlapping=overlapping,
        recode=recode,
        labels=labels,
        title=title,
    )
    found, notes = compared(participants, baseline, options)
    seed = seed_of(rng)
    judged = [assess_attribute(item, options, kind=baseline.kind) for item in found]
    assessed = [standing(item, options, kind=baseline.kind) for item in adjusted(judged, options)]

    def overall() -> list[dict[str, Any]]:
        return [whole(item, options, seed=seed).record() for item in assessed]

    records: list[dict[str, Any]] = []
    findings: list[Finding] = []
    chosen = selected_over_report(assessed, options)
    for item, stands in zip(assessed, chosen.stands, strict=True):
        rows, sentences = told(item, stands, options)
        records += rows
        findings += sentences
    remarks = (*notes, *(note for item in assessed for note in item.notes))
    against = baseline.area or "who lives there"
    return Representation(
        title=title or f"Who came, against {against}",
        rows=Table.from_records(records, ROWS),
        overall=Table.when_read(overall, OVERALL),
        findings=tuple(findings),
        notes=distinct(remarks),
        settings={
            "confidence": options.confidence,
            "band": options.band,
            "interval": options.interval,
            "adjust": options.adjust,
            "family": options.family,
            "selection": options.selection,
            "quotas": options.quotas,
            "population": options.population,
            "baseline": baseline.described,
            "kind": baseline.kind,
            "labels": options.labels,
            "attributes_looked_at": chosen.looked_at,
            "flags_by_chance": chosen.by_chance,
            "rng": seed,
            "method": _method(options, assessed),
        },
        picture=_forest(options, baseline),
    )


def _forest(options: Options, baseline: Baseline) -> Forest:
    goal = "target" if baseline.kind == "target" else "share of the population"
    return Forest(
        label=("group",),
        value="ratio",
        low="ratio_low",
        high="ratio_high",
        inner_low="ratio_inner_low",
        inner_high="ratio_inner_high",
        n="count",
        band=options.band,
        panel="attribute",
        axis=f"Share of participants as a multiple of the {goal} (1 = the same)",
    )


def _method(options: Options, assessed: Sequence[Assessed]) -> tuple[str, ...]:
    """How the numbers were found, with sources, for the page."""
    intervals = {
        "exact": "Clopper and Pearson 1934",
        "wilson": "Wilson 1927",
        "jeffreys": "Jeffreys; Brown, Cai and DasGupta 2001",
        "mid-p": "mid-p; Agresti and Gottard 2007",
    }
    lines = [
        "Ratio: share of participants divided by share of the baseline "
        "(participation-to-prevalence ratio; Poon et "
        "al. 2013, Journal of Women's Health 22).",
        f"Interval at {options.confidence:.0%}: {intervals[options.interval]}; the thick line is "
        "the interval at "
        f"{1 - 2 * options.alpha:.0%} that goes with the test of 'in line'.",
        "Test against a fair draw: exact, two-sided (twice the smaller tail), "
        f"adjusted within each family by {options.adjust}.",
        f"In line: both one-sided tests of a ratio outside {options.band[0]:g} to "
        f"{options.band[1]:g} are rejected "
        "(Schuirmann 1987).",
        "Dissimilarity: half the sum of absolute differences of shares (Duncan and Duncan 1955), "
        "beside what a fair "
        "draw gives by chance alone.",
    ]
    if options.population is not None:
        lines.append(
            f"Finite population: draws without replacement from {options.population:,} people "
            "(hypergeometric)."
        )
    if any(item.counts.has_error for item in assessed):
        lines.append(
            "Margins of error of the baseline are carried into tests and intervals (Donner and Zou "
            "2012)."
        )
    if any(item.counts.rounding.any() for item in assessed):
        lines.append(
            "Published shares are rounded: the worst case within the rounding is reported."
        )
    if any(item.counts.clusters for item in assessed):
        lines.append(
            "Clusters: the effective number of people is that of the variance between clusters "
            "(Rao and Scott 1981; Korn and Graubard 1998)."
        )
    if any(item.counts.weighted for item in assessed):
        lines.append(
            "Weights: shares are weighted, intervals use the effective number of people (Korn and "
            "Graubard 1998)."
        )
    return tuple(lines)
