"""Tables whose columns say what they hold: PxStat (Ireland), SIDRA (Brazil), StatLine (Netherlands), e-Stat (Japan)."""

from __future__ import annotations

from coprep.data.baseline.census.cube import role_of_name, total_kind
from coprep.data.baseline.census.long_table import Area, Category, Column, Kind, LongTable, Row
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Meaning, Numerals
from coprep.data.baseline.census.tidy import Dimension, Places, maybe_at, tidy_table

_SIDRA: dict[str, Meaning] = {
    "-": "zero",
    "..": "not_applicable",
    "...": "missing",
    "x": "suppressed",
}
_ESTAT: dict[str, Meaning] = {"-": "zero", "***": "missing", "x": "suppressed", "…": "missing"}


def is_pxstat(look: Look) -> bool:
    """Whether the header holds Statistic (Label), UNIT and VALUE, the last one at the end."""
    names = [cell.upper() for cell in look.header]
    return (
        names[-1:] == ["VALUE"]
        and "UNIT" in names
        and any(n.startswith("STATISTIC") for n in names)
    )


def read_pxstat(look: Look) -> LongTable:
    """The table; in its second form a code stands before each label."""
    header = look.header
    names = [cell.upper() for cell in header]
    statistic = maybe_at(header, "Statistic Label", "Statistic")
    coded = {
        at + 1: at
        for at in range(len(names) - 1)
        if names[at].endswith(" CODE") or names[at].startswith(("C0", "TLIST("))
    }
    places = Places(measure=statistic)
    dimensions: list[Dimension] = []
    for at, name in enumerate(header[:-1]):
        if at == statistic or at in coded.values() or names[at] == "UNIT":
            continue
        role = role_of_name(name)
        if role == "area" and places.name is None:
            places = Places(coded.get(at), at, None, places.date, statistic)
        elif role == "date" and places.date is None:
            places = Places(places.code, places.name, None, at, statistic)
        else:
            dimensions.append(Dimension(name, at, coded.get(at)))
    return tidy_table(
        look, start=look.head.index(header) + 1, width=len(header), places=places, dimensions=dimensions,
        columns=[Column(len(header) - 1)], numerals=Numerals(style="point"), source="Central Statistics Office, Ireland",
    )  # fmt: skip


def is_sidra(look: Look) -> bool:
    """Whether the file is SIDRA's list of records, whose first one is the header."""
    if look.kind != "json" or not look.begin.lstrip("\ufeff \r\n\t").startswith("["):
        return False
    content = look.content
    first = content[0] if content else None
    return isinstance(first, dict) and {"NC", "V", "D1N"} <= set(first)


def read_sidra(look: Look) -> LongTable:
    """The records: each D is a dimension, of which one is the place, one the year and one the variable."""
    head, *records = look.content
    roles: dict[str, str] = {}
    for key, name in head.items():
        if key.startswith("D") and key.endswith("N"):
            folded = str(name).casefold()
            place = any(
                word in folded
                for word in ("brasil", "município", "unidade da federação", "região", "territorial")
            )
            kind = (
                "area"
                if place
                else "date"
                if folded in ("ano", "mês", "trimestre")
                else "measure"
                if folded == "variável"
                else ""
            )
            roles[key] = kind
    dimensions = [str(head[key]) for key, role in roles.items() if not role]
    rows = []
    for record in records:
        area, date, measure = Area(), "", ""
        keys = {}
        for key, role in roles.items():
            code, label = str(record[f"{key[:-1]}C"]), str(record[key])
            if role == "area":
                area = Area(code, label, str(record.get("NN", "")))
            elif role == "date":
                date = label
            elif role == "measure":
                measure = label
            else:
                kind: Kind = "total" if label.casefold() == "total" else "group"
                keys[str(head[key])] = Category(label, code, kind)
        unit = str(record.get("MN", ""))
        said = f"{measure} (percent)" if unit == "%" and "percent" not in measure else measure
        rows.append(Row(area, [str(record["V"])], date, keys, said))
    return LongTable(
        tuple(dimensions),
        (Column(0),),
        rows,
        Numerals(style="point", words=_SIDRA),
        source="IBGE, SIDRA",
    )


def is_statline(look: Look) -> bool:
    """Whether the header begins with ID and holds RegioS or Perioden."""
    return look.header[:1] == ["ID"] and "Perioden" in look.header


def read_statline(look: Look) -> LongTable:
    """The table: keys are codes padded with blanks, and every column behind the period is a measure."""
    header = look.header
    period = header.index("Perioden")
    area = maybe_at(header, "RegioS", "WijkenEnBuurten")
    dimensions = [
        Dimension(name, code_at=at, kind=_statline_kind)
        for at, name in enumerate(header[:period])
        if at and at != area
    ]
    columns = [Column(at, measure=header[at]) for at in range(period + 1, len(header))]
    return tidy_table(
        look, start=look.head.index(header) + 1, width=len(header), places=Places(code=area, date=period),
        dimensions=dimensions, columns=columns, numerals=Numerals(style="comma"), source="Statistics Netherlands, StatLine",
    )  # fmt: skip


def _statline_kind(code: str, label: str) -> Kind:
    return (
        "total"
        if code in ("10000", "T001038", "T001019") or code.startswith("T00")
        else total_kind(code, label)
    )


def _value_line(look: Look) -> int | None:
    return next(
        (at for at, row in enumerate(look.head) if row and row[0] == "VALUE" and len(row) <= 1),
        None,
    )


def is_estat(look: Look) -> bool:
    """Whether a line VALUE stands above a header that begins with tab_code or cat01_code."""
    at = _value_line(look)
    return (
        at is not None
        and len(look.head) > at + 1
        and any("_code" in cell for cell in look.head[at + 1])
    )


def read_estat(look: Look) -> LongTable:
    """The table below VALUE: pairs of a code column and a label column."""
    at = (_value_line(look) or 0) + 1
    header = look.head[at]
    value = header.index("value")
    places = Places()
    dimensions: list[Dimension] = []
    for place in range(0, value - 1):
        code = header[place].removesuffix("_code")
        if code == header[place]:
            continue
        if code == "area":
            places = Places(place, place + 1, None, places.date, places.measure)
        elif code == "time":
            places = Places(places.code, places.name, None, place + 1, places.measure)
        elif code == "tab":
            places = Places(places.code, places.name, None, places.date, place + 1)
        else:
            dimensions.append(Dimension(header[place + 1], place + 1, place))
    return tidy_table(
        look, start=at + 1, width=value + 1, places=places, dimensions=dimensions, columns=[Column(value)],
        numerals=Numerals(style="point", words=_ESTAT), source="e-Stat",
    )  # fmt: skip
