"""Writes one table in the layout of each office, so that what is read back can be compared."""

import csv
import io
import json
import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """People of some places by one attribute, and by sex."""

    places: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    counts: dict[tuple[str, str], int]

    def total(self, code):
        return sum(self.counts[code, group] for group in self.groups)


def random_table(seed, groups=None):
    """Two to five places, two to seven groups, counts of every size and zeros."""
    rng = random.Random(seed)
    names = ("Ash", "Birch", "Cedar", "Élm", "Fir, Upper")
    places = tuple(
        (f"E0{i}00001", name) for i, name in enumerate(rng.sample(names, rng.randint(2, 5)))
    )
    labels = (
        "Red",
        "Green",
        "Blue: light",
        "Blue: dark",
        "Grey, or silver",
        "Ünknown hue",
        "Pink & white",
    )
    groups = groups or tuple(rng.sample(labels, rng.randint(2, 7)))
    counts = {
        (code, group): rng.choice(
            (0, rng.randint(1, 40), rng.randint(100, 9_999), rng.randint(10_000, 900_000))
        )
        for code, _ in places
        for group in groups
    }
    # two groups of each place hold somebody, so that there is something to compare
    for code, _ in places:
        for group in groups[:2]:
            counts[code, group] += rng.randint(1, 99)
    return Table(places, groups, counts)


def _text(rows, **options):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **options).writerows(rows)
    return out.getvalue()


def ons(t):
    rows = [
        [
            "Lower tier local authorities Code",
            "Lower tier local authorities",
            "Colour (9 categories) Code",
            "Colour (9 categories)",
            "Observation",
        ]
    ]
    for code, name in t.places:
        rows.append([code, name, -8, "Does not apply", 7])
        rows += [[code, name, i, g, t.counts[code, g]] for i, g in enumerate(t.groups)]
    return _text(rows)


def nomis_bulk(t):
    head = ["date", "geography", "geography code", "Colour: Total; measures: Value"]
    head += [f"Colour: {g}; measures: Value" for g in t.groups]
    rows = [
        [2021, name, code, t.total(code), *(t.counts[code, g] for g in t.groups)]
        for code, name in t.places
    ]
    return _text([head, *rows], quoting=csv.QUOTE_NONNUMERIC)


def nomis_query(t):
    rows = [
        ["TS999 - Colour"],
        ["ONS Crown Copyright Reserved [from Nomis on 14 February 2024]"],
        [],
        ["Population :", "All usual residents"],
    ]
    rows += [["Date       :", "2021"], [], ["local authority: district", "Total", *t.groups]]
    rows += [
        [f"{code} : {name}", t.total(code), *(t.counts[code, g] for g in t.groups)]
        for code, name in t.places
    ]
    return _text(
        [*rows, [], ["In order to protect against disclosure, records have been swapped."]]
    )


def nomis_api(t):
    rows = [
        [
            "DATE",
            "GEOGRAPHY_NAME",
            "GEOGRAPHY_CODE",
            "C_COLOUR_NAME",
            "MEASURES_NAME",
            "OBS_VALUE",
            "OBS_STATUS",
        ]
    ]
    for code, name in t.places:
        for group, n in (
            ("All categories", t.total(code)),
            *((g, t.counts[code, g]) for g in t.groups),
        ):
            rows.append([2021, name, code, group, "Value", n, "A"])
            rows.append(
                [2021, name, code, group, "Percent", round(100 * n / t.total(code), 1), "A"]
            )
    return _text(rows)


def superweb2(t):
    rows = [
        ["SuperWEB2(tm)"],
        [],
        ["Census"],
        ["Table - Colour"],
        ["Counting: Individuals"],
        [],
        ["Filters:"],
        ["Summation Options", "Individuals"],
        [],
    ]
    rows += [["Colour", "All People", *t.groups, ""], ["Council Area", ""]]
    rows += [
        [name, t.total(code), *(t.counts[code, g] for g in t.groups), ""] for code, name in t.places
    ]
    return _text(
        [*rows, ["INFO", "Data has been perturbed"], [], ["(c) Copyright WingArc Australia 2018"]]
    ).replace("\n", "\r\n")


def data_census_gov(t):
    codes = [f"B99999_{i:03d}" for i in range(1, len(t.groups) + 2)]
    labels = ["Total:", *(f"Total:!!{g.replace(':', ',')}" for g in t.groups)]
    head = ["GEO_ID", "NAME"] + [c + s for c in codes for s in "EM"] + [""]
    second = (
        ["Geography", "Geographic Area Name"]
        + [w + f"!!{label}" for label in labels for w in ("Estimate", "Margin of Error")]
        + [""]
    )
    rows = []
    for code, name in t.places:
        figures = [t.total(code), *(t.counts[code, g] for g in t.groups)]
        rows.append(
            [f"0500000US{code}", name] + [x for n in figures for x in (n, n // 10 + 1)] + [""]
        )
    return "\ufeff" + _text([head, second, *rows], quoting=csv.QUOTE_ALL)


def census_api(t):
    codes = [f"B99999_{i:03d}E" for i in range(1, len(t.groups) + 2)]
    rows = [["NAME", *codes, "county"]]
    rows += [
        [name, str(t.total(code)), *(str(t.counts[code, g]) for g in t.groups), code]
        for code, name in t.places
    ]
    return json.dumps(rows)


def tidycensus(t):
    rows = [["GEOID", "NAME", "variable", "estimate", "moe"]]
    for code, name in t.places:
        rows.append([code, name, "B99999_001", t.total(code), 12])
        rows += [
            [code, name, f"B99999_{i:03d}", t.counts[code, g], 5] for i, g in enumerate(t.groups, 2)
        ]
    return _text(rows)


def _cube(t):
    return [
        n for code, _ in t.places for n in (t.total(code), *(t.counts[code, g] for g in t.groups))
    ]


def json_stat(t):
    codes = ["T", *(f"G{i}" for i in range(len(t.groups)))]
    labels = dict(zip(codes, ["Total", *t.groups], strict=True))
    dimension = {
        "geo": {"label": "geo", "category": {"index": {c: i for i, (c, _) in enumerate(t.places)}, "label": dict(t.places)}},
        "colour": {"label": "Colour", "category": {"index": codes, "label": dict(reversed(labels.items()))}},
    }  # fmt: skip
    sparse = {str(i): n for i, n in enumerate(_cube(t))}
    size = [len(t.places), len(codes)]
    return json.dumps(
        {
            "version": "2.0",
            "class": "dataset",
            "id": ["geo", "colour"],
            "size": size,
            "value": sparse,
            "dimension": dimension,
        }
    )


def pc_axis(t):
    names = ",".join(f'"{c} {n}"' for c, n in t.places)
    groups = ",".join(f'"{g}"' for g in ("Total", *t.groups))
    head = 'CHARSET="ANSI";\nAXIS-VERSION="2013";\nMATRIX="x";\nTITLE="A title; with "\n"a semicolon";\nSTUB="region";\nHEADING="Colour";\n'
    return f'{head}VALUES("region")={names};\nVALUES("Colour")={groups};\nDATA=\n{" ".join(map(str, _cube(t)))}\n;\n'


def sdmx_csv(t):
    rows = [
        ["DATAFLOW", "LAST UPDATE", "freq", "colour", "geo", "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]
    ]
    for code, name in t.places:
        pairs = [
            ("TOTAL:Total", t.total(code)),
            *((f"G{i}:{g}", t.counts[code, g]) for i, g in enumerate(t.groups)),
        ]
        rows += [
            ["X:Y(1.0)", "01/01/26", "A:Annual", g, f"{code}:{name}", 2023, n, ""] for g, n in pairs
        ]
    return _text(rows)


def eurostat_tsv(t):
    lines = ["freq,colour,geo\\TIME_PERIOD\t2022 \t2023 "]
    for code, _ in t.places:
        for i, (group, n) in enumerate(
            (
                ("TOTAL", t.total(code)),
                *((f"G{i}", t.counts[code, g]) for i, g in enumerate(t.groups)),
            )
        ):
            lines.append(f"A,{group},{code}\t: \t{n} {'p' if i % 2 else ''}")
    return "\n".join(lines) + "\n"


def genesis(t):
    cells = [
        f"{i}_variable_{c}"
        for i in (1, 2)
        for c in ("code", "label", "attribute_code", "attribute_label")
    ]
    rows = [
        [
            "statistics_code",
            "statistics_label",
            "time_code",
            "time_label",
            "time",
            *cells,
            "value",
            "value_unit",
            "value_variable_code",
            "value_variable_label",
        ]
    ]
    for code, name in t.places:
        pairs = [
            ("", "Insgesamt", t.total(code)),
            *((f"G{i}", g, t.counts[code, g]) for i, g in enumerate(t.groups)),
        ]
        rows += [
            [
                1,
                "S",
                "STAG",
                "Stichtag",
                "2024-12-31",
                "KREISE",
                "Kreise",
                code,
                name,
                "COL",
                "Farbe",
                c,
                g,
                n,
                "Anzahl",
                "BEV",
                "Bevölkerung",
            ]
            for c, g, n in pairs
        ]
    return "\ufeff" + _text(rows, delimiter=";")


def dfe(t):
    rows = [
        [
            "time_period",
            "time_identifier",
            "geographic_level",
            "country_code",
            "country_name",
            "region_code",
            "region_name",
            "new_la_code",
            "la_name",
            "colour",
            "pupil_count",
            "pupil_percent",
        ]
    ]
    for code, name in t.places:
        for group, n in (("Total", t.total(code)), *((g, t.counts[code, g]) for g in t.groups)):
            rows.append(
                [
                    202324,
                    "Academic year",
                    "Local authority",
                    "E92",
                    "England",
                    "E12",
                    "North",
                    code,
                    name,
                    group,
                    n,
                    round(100 * n / t.total(code), 1),
                ]
            )
    return _text(rows)


def ine(t):
    rows = [["Municipios", "Color", "Periodo", "Total"]]
    for i, (code, name) in enumerate(t.places):
        for group, n in (("Total", t.total(code)), *((g, t.counts[code, g]) for g in t.groups)):
            rows.append([f"{28000 + i} {name}", group, 2025, f"{n:,}".replace(",", ".")])
    return "\ufeff" + _text(rows, delimiter=";")


def cdc_wonder(t):
    rows = [["Notes", "County", "County Code", "Colour", "Colour Code", "Population"]]
    for code, name in t.places:
        rows += [["", name, code, g, f"c{i}", t.counts[code, g]] for i, g in enumerate(t.groups)]
        rows.append(["Total", name, code, "", "", t.total(code)])
    return _text([*rows, ["---"], ["Dataset: Population"]], delimiter="\t")


def statcan(t):
    rows = [
        [
            "REF_DATE",
            "GEO",
            "DGUID",
            "Colour",
            "UOM",
            "UOM_ID",
            "SCALAR_FACTOR",
            "SCALAR_ID",
            "VECTOR",
            "COORDINATE",
            "VALUE",
            "STATUS",
            "SYMBOL",
            "TERMINATED",
            "DECIMALS",
        ]
    ]
    for code, name in t.places:
        for group, n in (
            ("Total - Colour", t.total(code)),
            *((g, t.counts[code, g]) for g in t.groups),
        ):
            rows.append(
                [2021, name, code, group, "Persons", 249, "units", 0, "v1", "1.1", n, "", "", "", 0]
            )
    return "\ufeff" + _text(rows, quoting=csv.QUOTE_ALL)


def pxstat(t):
    rows = [
        ["Statistic Label", "Census Year", "Colour", "Administrative Counties", "UNIT", "VALUE"]
    ]
    for code, name in t.places:
        rows += [
            ["Population", 2022, g, name, "Number", n]
            for g, n in (
                ("All colours", t.total(code)),
                *((g, t.counts[code, g]) for g in t.groups),
            )
        ]
    return "\ufeff" + _text(rows, quoting=csv.QUOTE_ALL)


def tidy(t):
    rows = [["area_code", "area_name", "date", "colour", "count"]]
    for code, name in t.places:
        rows += [
            [code, name, 2021, g, n]
            for g, n in (("Total", t.total(code)), *((g, t.counts[code, g]) for g in t.groups))
        ]
    return _text(rows)


def wide(t):
    rows = [["area_code", "area_name", "Total", *t.groups]]
    rows += [
        [code, name, t.total(code), *(t.counts[code, g] for g in t.groups)]
        for code, name in t.places
    ]
    return _text(rows)


WRITERS = {
    f.__name__.replace("_", "-"): f
    for f in (
        ons, nomis_bulk, nomis_query, nomis_api, superweb2, data_census_gov, census_api, tidycensus, json_stat, pc_axis,
        sdmx_csv, eurostat_tsv, genesis, dfe, ine, cdc_wonder, statcan, pxstat, tidy, wide,
    )
}  # fmt: skip
