"""Write the program with which another package makes the same weights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from coprep.errors import InputError
from coprep.table import Table

ScriptLanguage = Literal["R", "svy"]

_UNKNOWN = "(unknown)"
_MISSING = "people without a group are one of their own, as many as they are"


def script(
    rows: Table, overall: Table, joint: Table, settings: Mapping[str, Any], language: Any
) -> str:
    """The program in R or Python."""
    if language not in get_args(ScriptLanguage):
        raise InputError.choice("language", language, get_args(ScriptLanguage))
    if settings["trim"] is not None:
        raise InputError.of(
            "weights that were trimmed cannot be made again: each package cuts in its own way.",
            code="no_such_method",
            param="trim",
            hint="use bounds= in place of trim=, or take the weights themselves from of(...).",
        )
    if "unknown_shares" not in settings or overall["sum_of_weights"][0] is None:
        raise InputError.of(
            "this copy hides small counts, from which the totals would be made.",
            code="protected",
            param="language",
        )
    total = float(overall["sum_of_weights"][0])
    names: tuple[str, ...] = tuple(settings["attributes"])
    unknown = dict(zip(names, settings["unknown_shares"], strict=True))
    if len(joint) and any(unknown.values()):
        raise InputError.of(
            "some people are of unknown group, whom a joint table has no cell for.",
            code="no_such_method",
            param="language",
            hint="use method='rake', or take the weights themselves from of(...).",
        )
    tied: dict[str, str] = {attribute: column for column, attribute in _tied(settings).items()}
    given = _Given(
        columns=[tied.get(name, name) for name in names],
        margins=[_margin(rows, name, unknown[name], total) for name in names],
        cells=_cells(joint, total),
        total=total,
        base=settings["base_weight"],
        method=settings["weighted_by"],
        bounds=settings["bounds"],
    )
    return _in_r(given) if language == "R" else _in_svy(given)


def _margin(rows: Table, name: str, unknown: float, total: float) -> dict[str, float]:
    """The total of every group of one attribute, people of no known group among them."""
    own = rows.where(one == name for one in rows["attribute"])
    shares = {g: p for g, p in zip(own["group"], own["baseline"], strict=True) if p > 0}
    scale = (1 - unknown) * total / sum(shares.values())
    found = {group: share * scale for group, share in shares.items()}
    if unknown > 0:
        found[_UNKNOWN] = unknown * total
    return found


def _cells(joint: Table, total: float) -> dict[tuple[str, ...], float]:
    """The total of every combination of groups, where weights reach a joint table."""
    named = [joint[name] for name in joint.names if name != "baseline"]
    if not named:
        return {}
    sizes = [share * total for share in joint["baseline"]]
    return dict(zip(zip(*named, strict=True), sizes, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What both programs are made from: columns, totals of groups and of combinations, and how."""

    columns: Sequence[str]
    margins: Sequence[Mapping[str, float]]
    cells: Mapping[tuple[str, ...], float]
    total: float
    base: str | None
    method: str
    bounds: Sequence[float] | None

    @property
    def strata(self) -> Mapping[tuple[str, ...], float]:
        """The totals that post-stratification reaches."""
        return self.cells or {(group,): size for group, size in self.margins[0].items()}


def _tied(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """Which columns hold which attributes, where they are called otherwise."""
    tied: Mapping[str, str] = settings["reading"]["columns"] or {}
    return tied


def _text(value: str) -> str:
    """A text as R and Python both read it: double quotes, escapes for all that is not plain."""
    # JSON writes characters beyond the first plane as two, which neither language joins.
    parts = [json.dumps(c) if ord(c) < 0x10000 else f'"\\U{ord(c):08x}"' for c in value]
    return '"' + "".join(part[1:-1] for part in parts) + '"'


def _texts(values: Sequence[str]) -> str:
    return ", ".join(map(_text, values))


def _figures(values: Sequence[float]) -> str:
    return ", ".join(map(_figure, values))


def _figure(value: float) -> str:
    """A number with all the digits that weights are known to."""
    return f"{value:.12g}"


def _in_r(given: _Given) -> str:
    """For R's survey."""
    variables = [f"a{at}" for at in range(1, len(given.columns) + 1)]
    lines = [
        "library(survey)",
        "# one row a person; groups are called as in the totals below",
        'people <- read.csv("people.csv", colClasses = "character", check.names = FALSE, '
        'na.strings = "")',
    ]
    for variable, column, sums in zip(variables, given.columns, given.margins, strict=True):
        lines.append(f"people${variable} <- people[[{_text(column)}]]")
        if _UNKNOWN in sums:
            lines += [
                f"# {_MISSING}",
                f"people${variable}[is.na(people${variable})] <- {_text(_UNKNOWN)}",
            ]
        lines.append(
            f"people${variable} <- factor(people${variable}, levels = c({_texts(list(sums))}))"
        )
    start = "1"
    if given.base is not None:
        start = f"as.numeric(people[[{_text(given.base)}]])"
    lines += [
        f"people$start <- {start}",
        f"people$start <- people$start * {_figure(given.total)} / sum(people$start)",
        "design <- svydesign(ids = ~1, weights = ~start, data = people)",
        *_r_weighting(given, variables),
        "people$weight <- weights(weighted)",
        "# svymean(~answer, weighted) then has errors that know of the weighting",
    ]
    return "\n".join(lines) + "\n"


def _r_weighting(given: _Given, variables: Sequence[str]) -> list[str]:
    """The lines that make the weights."""
    formula = "~" + " + ".join(variables)
    if given.method == "poststratify":
        cells = given.strata
        columns = zip(variables, zip(*cells, strict=True), strict=True)
        named = ", ".join(f"{variable} = c({_texts(column)})" for variable, column in columns)
        return [
            f"totals <- data.frame({named}, Freq = c({_figures(list(cells.values()))}))",
            f"weighted <- postStratify(design, {formula}, totals)",
        ]
    if given.method == "rake" and given.bounds is None:
        frames = []
        for variable, sums in zip(variables, given.margins, strict=True):
            totals = _figures(list(sums.values()))
            frames.append(f"  data.frame({variable} = c({_texts(list(sums))}), Freq = c({totals}))")
        samples = ", ".join(f"~{variable}" for variable in variables)
        return [
            f"weighted <- rake(design, list({samples}), list(",
            ",\n".join(frames),
            "), control = list(maxit = 1000, epsilon = 1e-9))",
        ]
    # A total for everybody, then one for every group but the first: so R lays out the groups.
    terms = [given.total]
    for sums in given.margins:
        terms += list(sums.values())[1:]
    bounds = ""
    if given.bounds is not None:
        bounds = f", bounds = c({_figures(given.bounds)})"
    distance = "raking" if given.method == "rake" else given.method
    return [
        f"totals <- c({_figures(terms)})",
        f"names(totals) <- colnames(model.matrix({formula}, people))",
        f"weighted <- calibrate(design, {formula}, totals, "
        f'calfun = "{distance}"{bounds}, maxit = 1000, epsilon = 1e-9)',
    ]


def _in_svy(given: _Given) -> str:
    """For the Python package svy."""
    if given.bounds is not None:
        raise InputError.of(
            "svy keeps no weights within bounds; it only tells that they leave them.",
            code="no_such_method",
            param="language",
            hint="use script('R'), or leave bounds= out.",
        )
    variables = [f"a{at}" for at in range(1, len(given.columns) + 1)]
    lines = [
        "import polars as pl",
        "import svy",
        "",
        "# one row a person; groups are called as in the totals below",
        'people = pl.read_csv("people.csv", infer_schema=False)',
        "people = people.with_columns(",
    ]
    for variable, column in zip(variables, given.columns, strict=True):
        lines.append(
            f"    pl.col({_text(column)}).fill_null({_text(_UNKNOWN)}).alias({_text(variable)}),"
        )
    start = "pl.lit(1.0)"
    if given.base is not None:
        start = f"pl.col({_text(given.base)}).cast(pl.Float64)"
    lines += [
        f'    {start}.alias("start"),',
        ")",
        "people = people.with_columns(",
        f'    pl.col("start") * ({_figure(given.total)} / pl.col("start").sum())',
        ")",
        'sample = svy.Sample(people, svy.Design(wgt="start"))',
        *_svy_weighting(given, variables),
    ]
    return "\n".join(lines) + "\n"


def _svy_weighting(given: _Given, variables: Sequence[str]) -> list[str]:
    """The lines that make the weights, in a column of that name."""
    if given.method == "poststratify":
        cells = given.strata
        one = len(variables) == 1
        keys = [_text(cell[0]) if one else f"({_texts(cell)})" for cell in cells]
        controls = [
            f"    {k}: {_figure(total)}," for k, total in zip(keys, cells.values(), strict=True)
        ]
        names = _text(variables[0]) if one else f"[{_texts(variables)}]"
        return [
            "controls = {",
            *controls,
            "}",
            "weighted = sample.weighting.poststratify(",
            f'    controls, cells={names}, wgt_name="weight"',
            ")",
        ]
    lines = ["controls = {"]
    for variable, sums in zip(variables, given.margins, strict=True):
        key = _text(variable) if given.method == "rake" else f"svy.Cat({_text(variable)})"
        lines.append(f"    {key}: {{")
        lines += [f"        {_text(group)}: {_figure(total)}," for group, total in sums.items()]
        lines.append("    },")
    lines.append("}")
    if given.method == "rake":
        return [
            *lines,
            "weighted = sample.weighting.rake(",
            '    controls=controls, wgt_name="weight", tol=1e-9, max_iter=1000',
            ")",
        ]
    return [*lines, 'weighted = sample.weighting.calibrate(controls=controls, wgt_name="weight")']
