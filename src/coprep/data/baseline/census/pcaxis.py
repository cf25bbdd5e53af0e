"""PC-Axis files of the Nordic offices, INE and others: keywords, then a cube of figures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coprep.data.baseline.census.cube import Cube, CubeDimension, cube_table
from coprep.data.baseline.census.long_table import LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.numerals import Meaning, Numerals
from coprep.errors import InputError

_STATEMENT = re.compile(
    r'\s*([A-Z][A-Z0-9-]*)(?:\[([\w-]+)\])?(?:\(((?:"[^"]*"|[^)"])*)\))?\s*=', re.DOTALL
)
_STRING = re.compile(r'"([^"]*)"')
_TOKEN = re.compile(r'"([^"]*)"|([^\s,;"]+)')
_WORDS: dict[str, Meaning] = {"." * n: "missing" for n in range(1, 8)}
_LARGEST = 2_000_000_000


def recognise(look: Look) -> bool:
    """Whether the text begins with keywords of PC-Axis."""
    begin = look.begin
    return (
        look.kind == "text"
        and bool(re.search(r'^(CHARSET|AXIS-VERSION|MATRIX|CODEPAGE)="', begin, re.MULTILINE))
        and bool(re.search(r"^(STUB|HEADING|TITLE|VALUES)\b", begin, re.MULTILINE))
    )


def read(look: Look) -> LongTable:
    """The cube: variables of the stub, then of the heading, the last one fastest."""
    with look.open() as text:
        whole = text.read(_LARGEST)
    codepage = re.search(r'^CODEPAGE="([^"]*)"', whole, re.MULTILINE)
    said, figures = _statements(whole)
    variables = [*said.get(("STUB", ""), []), *said.get(("HEADING", ""), [])]
    if not variables:
        raise _damaged("it names no variables")
    if ("KEYS", variables[0]) in said:
        raise _damaged("it holds figures under keys, the sparse form")
    dimensions = []
    for name in variables:
        labels = said.get(("VALUES", name), [])
        codes = said.get(("CODES", name), []) or labels
        if not labels or len(codes) != len(labels):
            raise _damaged(f"the values of {name} are missing")
        role = "date" if said.get(("TIMEVAL", name)) is not None else ""
        dimensions.append(CubeDimension(name, name, list(zip(codes, labels, strict=True)), role))
    tokens = [a or b for a, b in _TOKEN.findall(figures)]
    size = 1
    for dimension in dimensions:
        size *= len(dimension.categories)
    if len(tokens) != size:
        raise _damaged(f"it holds {len(tokens):,} figures, and its variables say {size:,}")
    source = (said.get(("SOURCE", "")) or [""])[0]
    numerals = Numerals(style="point", words={"-": "zero", **_WORDS})
    title = "".join(said.get(("TITLE", ""), []))
    page = f"code page {codepage[1]}" if codepage else ""
    return cube_table(
        Cube(dimensions, [(token, "") for token in tokens]),
        numerals=numerals,
        source=", ".join(part for part in (source, title) if part),
        ignored=((page, f"read as {look.encoding}"),) if page else (),
    )


def _statements(text: str) -> tuple[dict[tuple[str, str], list[str]], str]:
    """Keywords with their strings, and the text of the figures; a semicolon in a string ends
    nothing.
    """
    found: dict[tuple[str, str], list[str]] = {}
    at = 0
    while match := _STATEMENT.match(text, at):
        keyword = match[1]
        language = match[2]
        about = match[3] or ""
        if keyword == "DATA":
            figures, semicolon, _ = text[match.end() :].partition(";")
            if not semicolon:
                raise _damaged("its figures are not ended by a semicolon")
            return found, figures
        end = _end_of(text, match.end())
        subject = _STRING.search(about)
        key = (keyword, subject[1] if subject else about.strip())
        if language is None or key not in found:
            found[key] = _values(text[match.end() : end], keyword)
        at = end + 1
    raise _damaged("no figures were found in it")


def _end_of(text: str, at: int) -> int:
    """The place of the semicolon that ends a statement, outside strings."""
    quoted = False
    for place in range(at, len(text)):
        if text[place] == '"':
            quoted = not quoted
        elif text[place] == ";" and not quoted:
            return place
    raise _damaged("a statement is not ended by a semicolon")


def _values(text: str, keyword: str) -> list[str]:
    """The strings of a statement: joined where only blanks stand between them, apart at commas."""
    values: list[str] = []
    before = ","
    for match in _STRING.finditer(text):
        if before.strip() == "" and values:
            values[-1] += match[1]
        else:
            values.append(match[1])
        rest = text[match.end() :]
        before = rest[: len(rest) - len(rest.lstrip(" \r\n\t,"))]
    if keyword == "TIMEVAL" and not values:
        return [""]
    return values


def _damaged(why: str, *_: Sequence[str]) -> InputError:
    return InputError.of(
        f"the PC-Axis file cannot be read: {why}.",
        code="unreadable_file",
        param="path",
        hint="download it again, or as CSV or JSON-stat.",
    )
