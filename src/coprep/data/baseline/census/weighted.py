"""A baseline from microdata: weighted counts, joint tables, and errors from replicate weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from coprep.data.baseline.account import AccountRow
from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.census.choices import Asked
from coprep.data.baseline.census.concepts import same_attribute
from coprep.data.baseline.census.microdata import Microdata, Variable
from coprep.data.frames import Frame, open_frame
from coprep.errors import InputError
from coprep.findings import Note
from coprep.wording.labels import listed, nearest, show

_Z90 = 1.645


def from_people(
    data: Microdata, asked: Asked, attributes: tuple[str, ...] | None
) -> tuple[Baseline, list[AccountRow]]:
    """Weighted counts of the people of one area, by one attribute and by all of them together.

    Raises
    ------
    InputError
        For several areas or years of which none was asked for, and an attribute that is not there.
    """
    names = _attributes(data, attributes)
    frame = open_frame(data.frame, what="microdata")
    missing, wrong = frame.unusable(data.weight)
    if missing or wrong:
        raise InputError.of(
            f"{missing + wrong:,} weights in {data.weight} are missing, negative or infinite.",
            code="bad_weights",
            param="path",
            expected="finite weights from 0",
            hint="the file may have been cut off or changed: download it again.",
        )
    conditions = _conditions(data, frame, asked)
    used = [data.variables[name].column for name in names]
    placed = [column for column in (data.area, data.date) if column is not None]
    by = list(dict.fromkeys([*used, *conditions, *placed]))
    sums = {"w": data.weight} | {f"r{i}": column for i, column in enumerate(data.replicates)}
    counted = frame.count(by, sums=sums)
    places = {column: i for i, column in enumerate(by)}
    conditions |= _places(
        data, asked, {c: {_plain(k[places[c]]) for k in counted.keys} for c in placed}
    )
    cells: dict[tuple[str, ...], Any] = {}
    left_out: dict[str, float] = dict.fromkeys(names, 0.0)
    per_attribute: dict[str, dict[str, Any]] = {name: {} for name in names}
    weights = np.column_stack([np.asarray(counted.sums[name], dtype=float) for name in sums])
    weights = weights / data.divisor
    rows = 0
    for key, n, w in zip(counted.keys, counted.n, weights, strict=True):
        if any(_plain(key[places[c]]) not in wanted for c, wanted in conditions.items()):
            continue
        rows += int(n)
        labels = []
        for name in names:
            variable = data.variables[name]
            label = variable.label(str(key[places[variable.column]]))
            labels.append(label)
            if label is None:
                left_out[name] += float(w[0])
            else:
                into = per_attribute[name]
                into[label] = into.get(label, 0.0) + w
        if all(label is not None for label in labels):
            joint_key = tuple(str(label) for label in labels)
            cells[joint_key] = cells.get(joint_key, 0.0) + w[0]
    if not rows:
        raise InputError.of(
            "no person of the file fits what was asked for.", code="no_figures", param="where"
        )
    return _made(data, asked, names, per_attribute, cells, left_out, rows)


def _made(
    data: Microdata,
    asked: Asked,
    names: tuple[str, ...],
    per_attribute: Mapping[str, Mapping[str, Any]],
    cells: Mapping[tuple[str, ...], float],
    left_out: Mapping[str, float],
    rows: int,
) -> tuple[Baseline, list[AccountRow]]:
    """The baseline and its account."""
    counts: dict[str, dict[str, float]] = {}
    account = [
        AccountRow("", data.weight, "", "chosen", why=f"weight of {rows:,} people; always used"),
    ]
    for name in names:
        weights = per_attribute[name]
        order = sorted(weights, key=_in_order)
        counts[name] = {group: float(weights[group][0]) for group in order}
        account += [
            AccountRow(name, group, "", "group", c, c, c) for group, c in counts[name].items()
        ]
        out = left_out[name]
        if out:
            account.append(
                AccountRow(name, "not asked", "", "left out", out, out, out, "does not apply")
            )
        everybody = sum(counts[name].values()) + out
        account.append(
            AccountRow(
                name,
                "total",
                "",
                "total",
                everybody,
                everybody,
                everybody,
                "the sum of the weights",
            )
        )
    baseline = Baseline.from_counts(
        counts, source=data.source, area=" + ".join(asked.area or ()), date=asked.date or ""
    )
    profiles = dict(baseline.profiles)
    for name in names:
        if data.replicates:
            groups = [per_attribute[name][g] for g in profiles[name].groups]
            profiles[name] = replace(
                profiles[name], moe=_margins(np.array(groups), data.replicate_factor)
            )
    not_asked = [
        Note(
            "not_asked",
            f"{out:,.0f} people have no {name}: the question was not put to them.",
            {"attribute": name, "people": out},
        )
        for name, out in left_out.items()
        if out
    ]
    joint = dict(cells) if len(names) > 1 else None
    notes = (*baseline.notes, *not_asked)
    return replace(baseline, profiles=profiles, cells=joint, notes=notes), account


def _margins(weights: Any, factor: float) -> Any:
    """90% margins of shares by replicate weights: the spread of the share over the replicates."""
    shares = weights / weights.sum(axis=0)
    variance = factor * ((shares[:, 1:] - shares[:, :1]) ** 2).sum(axis=1)
    return _Z90 * np.sqrt(variance)


def _in_order(group: str) -> tuple[float, str]:
    """Ages by number, other groups by name."""
    return (float(group), "") if group.isdigit() else (math.inf, group)


def _plain(value: object) -> str:
    text = str(value).strip()
    return text.removesuffix(".0").lstrip("0") or "0"


def _attributes(data: Microdata, asked: tuple[str, ...] | None) -> tuple[str, ...]:
    """The attributes asked for, by name or by column."""
    if asked is None:
        return data.usual
    found = []
    for name in asked:
        alike = [
            own
            for own, variable in data.variables.items()
            if same_attribute(name, own) or name.casefold() == variable.column.casefold()
        ]
        if not alike:
            close = nearest(name, data.variables)
            raise InputError.of(
                f"the microdata do not have {show(name)}; they have "
                f"{listed(data.variables, most=20)}.",
                code="unknown_attribute",
                param="attribute",
                got=name,
                expected=tuple(data.variables),
                hint=f"did you mean {show(close)}?" if close else None,
            )
        found.append(alike[0])
    return tuple(found)


def _conditions(data: Microdata, frame: Frame, asked: Asked) -> dict[str, set[str]]:
    """Columns that must hold one value, those of where."""
    columns = {column.casefold(): column for column in frame.columns}
    conditions: dict[str, set[str]] = {}
    for name, value in asked.where.items():
        column = columns.get(name.casefold()) or _column(data, name)
        if column is None:
            raise frame.unknown_column(name)
        conditions[column] = {_code(data, column, value)}
    return conditions


def _places(data: Microdata, asked: Asked, there: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The codes of place and year that are meant; several places are added up."""
    dates = (asked.date,) if asked.date else None
    conditions: dict[str, set[str]] = {}
    for param, column, wanted in (("area", data.area, asked.area), ("date", data.date, dates)):
        if column is None:
            continue
        codes = sorted(there[column])
        if wanted is None:
            if len(codes) > 1:
                raise InputError.of(
                    f"the microdata hold {len(codes)} of {param}, in {column}: "
                    f"{listed(codes, most=12)}; say which one.",
                    code=f"several_{param}s",
                    param=param,
                    expected=tuple(codes),
                    hint=f"pass {param}={show(codes[0])}.",
                )
            continue
        missing = [word for word in wanted if _plain(word) not in codes]
        if missing:
            raise InputError.of(
                f"the microdata have no {param} {show(missing[0])}; {column} holds "
                f"{listed(codes, most=12)}.",
                code=f"unknown_{param}",
                param=param,
                expected=tuple(codes),
                hint="pass its code.",
            )
        conditions[column] = set(map(_plain, wanted))
    return conditions


def _column(data: Microdata, name: str) -> str | None:
    found = (v.column for own, v in data.variables.items() if same_attribute(name, own))
    return next(found, None)


def _code(data: Microdata, column: str, value: str) -> str:
    """The code of a label, or the code itself."""
    for variable in data.variables.values():
        if variable.column == column:
            return _code_of(variable, value)
    return _plain(value)


def _code_of(variable: Variable, value: str) -> str:
    codes = [
        code for code, label in variable.labels.items() if label.casefold() == value.casefold()
    ]
    return codes[0] if codes else _plain(value)
