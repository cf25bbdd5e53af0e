"""SDMX-CSV files (Eurostat, OECD, ILO, UNICEF): a row an observation."""

from __future__ import annotations

from coprep.data.baseline.census.cube import role_of_name, total_kind
from coprep.data.baseline.census.long_table import Column, LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Numerals
from coprep.data.baseline.census.tidy import Dimension, Places, maybe_at, tidy_table

_FRAME = {
    "DATAFLOW",
    "STRUCTURE",
    "STRUCTURE_ID",
    "STRUCTURE_NAME",
    "ACTION",
    "LAST UPDATE",
    "TIME_PERIOD",
}
_ATTRIBUTES = {"OBS_FLAG", "OBS_STATUS", "CONF_STATUS", "UNIT_MULT", "DECIMALS", "OBS_CONF"}
_CHOSEN = {"UNIT", "UNIT_MEASURE", "FREQ", "INDIC_DE", "INDICATOR", "MEASURE"}


def recognise(look: Look) -> bool:
    """Whether the header begins with DATAFLOW or STRUCTURE and holds OBS_VALUE."""
    header = [_name(cell).upper() for cell in look.header]
    return bool(header) and header[0] in ("DATAFLOW", "STRUCTURE") and "OBS_VALUE" in header


def read(look: Look) -> LongTable:
    """The table: what stands before TIME_PERIOD or OBS_VALUE is a dimension, what stands behind an
    attribute.
    """
    header = [_name(cell) for cell in look.header]
    upper = [cell.upper() for cell in header]
    value = upper.index("OBS_VALUE")
    dimensions: list[Dimension] = []
    area: int | None = None
    for at, name in enumerate(header[:value]):
        if name.upper() in _FRAME or name.upper().endswith(("_NAME", "_LABEL")):
            continue
        if area is None and role_of_name(name) == "area":
            area = at
            continue
        dimensions.append(
            Dimension(
                name, code_at=at, kind=lambda code, _: total_kind(_code(code)), label_of=_label
            )
        )
    chosen = tuple(d.name for d in dimensions if d.name.upper() in _CHOSEN)
    return tidy_table(
        look,
        start=look.head.index(look.header) + 1,
        width=value + 1,
        places=Places(
            code=area,
            date=maybe_at(header, "TIME_PERIOD"),
            split=lambda cell: (_code(cell), _label(cell)),
            flag=None,
        ),
        dimensions=dimensions,
        columns=[Column(value, flag_at=maybe_at(header, "OBS_FLAG", "OBS_STATUS"))],
        numerals=Numerals(style="point"),
        choices=chosen,
        source=_source(look),
        ignored=tuple(
            (name, "an attribute")
            for name in header[value + 1 :]
            if name.upper() not in _ATTRIBUTES
        ),
    )


def _name(cell: str) -> str:
    """The name of a column, without its label, and without [;] of a first cell."""
    return cell.partition(":")[0].partition("[")[0].strip()


def _code(cell: str) -> str:
    return cell.partition(":")[0].strip()


def _label(cell: str) -> str:
    code, colon, label = cell.partition(":")
    return label.strip() if colon and label.strip() else code.strip()


def _source(look: Look) -> str:
    """The data flow that the first observation names."""
    rows = [row for row in look.head if any(row)]
    if len(rows) < 2:
        return ""
    second = _name(rows[0][0]).upper() == "STRUCTURE"
    return rows[1][int(second)]
