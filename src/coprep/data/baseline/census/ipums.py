"""IPUMS extracts: fixed-width text or CSV of people, with a codebook (DDI) beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.microdata import Microdata, Variable
from coprep.data.baseline.census.people import people_frame
from coprep.errors import InputError

_SPACE = re.compile(r"\{[^}]*\}")
_WEIGHTS = ("PERWT", "HHWT")
_AREAS = ("STATEFIP", "STATEICP", "GEO", "COUNTRY")
_NAMES = {
    "SEX": "sex", "AGE": "age", "RACE": "race", "HISPAN": "Hispanic origin",
    "RACED": "race, detailed",
    "EDUC": "education", "CITIZEN": "citizenship", "EMPSTAT": "employment",
}  # fmt: skip
_LARGEST = 50_000_000


def recognise(look: Look) -> bool:
    """Whether the file has IPUMS's columns, or is digits of one width with a DDI codebook beside
    it.
    """
    names = {cell.upper() for cell in look.header}
    if {"PERWT"} & names and {"SERIAL", "PERNUM", "SAMPLE"} & names:
        return True
    return _is_fixed(look) and _codebook(look.path) is not None


def _is_fixed(look: Look) -> bool:
    if look.kind != "text":
        return False
    lines = look.begin.splitlines()[:20]
    return (
        len(lines) > 2
        and len({len(line) for line in lines[:-1]}) == 1
        and all(re.fullmatch(r"[\d .-]+", line) for line in lines[:-1])
    )


def read(look: Look) -> Microdata:
    """The people, weighted by PERWT; implied decimals of the weight are taken from the codebook."""
    book = _codebook(look.path)
    variables = _variables(book) if book is not None else {}
    fixed = _is_fixed(look)
    frame = _fixed_frame(look, book) if fixed and book is not None else people_frame(look)
    names = list(frame.columns)
    weight = next((name for name in _WEIGHTS if name in names), None)
    if weight is None:
        raise InputError.of(
            "the extract has no weight PERWT; without weights its people are not the population.",
            code="no_weight", param="path", hint="add PERWT to the extract.",
        )  # fmt: skip
    found: dict[str, Variable] = {
        str(_NAMES.get(name, name)): variables.get(name, Variable(name))
        for name in names
        if _is_attribute(name)
    }
    usual = tuple(name for name in ("sex", "age", "race", "Hispanic origin") if name in found)
    replicates = tuple(f"REPWTP{i}" for i in range(1, 81))
    return Microdata(
        frame=frame,
        weight=weight,
        variables=found,
        usual=usual or tuple(found)[:1],
        replicates=replicates if set(replicates) <= set(names) else (),
        area=next((name for name in _AREAS if name in names), None),
        date="YEAR" if "YEAR" in names else None,
        divisor=10.0 ** _decimals(book, weight) if fixed else 1.0,
        source="IPUMS",
    )


def _is_attribute(name: str) -> bool:
    technical = {
        "YEAR",
        "SAMPLE",
        "SERIAL",
        "CBSERIAL",
        "PERNUM",
        "STRATA",
        "CLUSTER",
        "HHWT",
        "PERWT",
        "REPWTP",
    }
    return name not in technical and not name.startswith("REPWT")


def _codebook(path: Path) -> ET.Element | None:
    """The DDI beside a file: that of its own name, or the only one of the folder."""
    files = [f for f in sorted(path.parent.glob("*.xml"))[:50] if f.stat().st_size < _LARGEST]
    named = [f for f in files if f.stem.startswith(path.stem)]
    for file in named or files:
        text = file.read_bytes()
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            continue  # a codebook needs no entities, and those can be made to explode
        try:
            root = ET.fromstring(text)  # noqa: S314  (entities are refused above)
        except ET.ParseError:
            continue
        if _SPACE.sub("", root.tag) == "codeBook":
            for element in root.iter():
                element.tag = _SPACE.sub("", str(element.tag))
            return root
    return None


def _variables(book: ET.Element) -> dict[str, Variable]:
    found = {}
    for var in book.iter("var"):
        name = var.get("name", "").upper()
        labels = {
            (c.findtext("catValu") or "").strip().lstrip("0") or "0": (
                c.findtext("labl") or ""
            ).strip()
            for c in var.iter("catgry")
        }
        # Ages are numbers, whatever words a codebook has for some of them.
        found[name] = Variable(name, {} if name == "AGE" else labels)
    return found


def _decimals(book: ET.Element | None, weight: str) -> int:
    if book is None:
        return 0
    found = (
        int(v.get("dcml") or 0) for v in book.iter("var") if v.get("name", "").upper() == weight
    )
    return next(found, 0)


def _fixed_frame(look: Look, book: ET.Element) -> Any:
    import pandas as pd

    places = []
    for var in book.iter("var"):
        location = var.find("location")
        if location is not None:
            start = int(location.get("StartPos", "1"))
            end = int(location.get("EndPos", "1"))
            places.append((var.get("name", "").upper(), start - 1, end))
    with look.open() as text:
        lines = [line.rstrip("\r\n") for line in text if line.strip()]
    width = max(end for _, _, end in places)
    if any(len(line) < width for line in lines):
        raise InputError.of(
            f"{look.name} has lines of fewer than the {width} characters that its codebook says.",
            code="cut_row", param="path", hint="the file may have been cut off: download it again.",
        )  # fmt: skip
    return pd.DataFrame({name: [line[a:b] for line in lines] for name, a, b in places})
