"""Damage that files suffer: cut off, shuffled, saved again by a spreadsheet, emptied, overwritten."""

import csv
import io
import warnings
from dataclasses import dataclass

from coprep.data.baseline.read import read_baseline
from coprep.errors import CoprepError, InputError
from data.census_writers import WRITERS, Table, random_table

KINDS = (
    "cut",
    "cut at a line",
    "shuffled",
    "respelt",
    "bytes",
    "binary",
    "empty",
    "columns",
    "lines lost",
    "same",
)


@dataclass(frozen=True)
class Damaged:
    """A damaged file, its layout, and the table it was written from."""

    raw: bytes
    layout: str
    table: Table


def mutated(layout, kind, rng):
    """A random table in a layout, damaged in one way."""
    table = random_table(rng.random())
    raw = WRITERS[layout](table).encode("utf-8")
    return Damaged(_damage(raw, kind, rng), layout, table)


def _damage(raw, kind, rng):
    if kind == "same":
        return raw
    if kind == "cut":
        return raw[: rng.randrange(len(raw))]
    if kind == "cut at a line":
        lines = raw.splitlines(keepends=True)
        return b"".join(lines[: rng.randrange(len(lines))])
    if kind == "shuffled":
        lines = raw.splitlines(keepends=True)
        rng.shuffle(lines)
        return b"".join(lines)
    if kind == "respelt":
        return _resaved(raw, rng)
    if kind == "bytes":
        # anything but digits: a digit that became another one is a figure like any other
        cells = bytearray(raw)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(cells))
            if not 48 <= cells[at] <= 57:
                cells[at] = rng.choice([0, 10, 34, 44, 59, 65, 128, 255])
        return bytes(cells)
    if kind == "binary":
        return rng.choice(
            [b"%PDF-1.7\n", b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08", b"\x89PNG\r\n", b"{", b"["]
        ) + rng.randbytes(200)
    if kind == "empty":
        return rng.choice(
            [b"", b"\n\n", b"\xef\xbb\xbf", b" ", b"a\n", b"[]", b"{}", b"[[]]", b"[1, 2]", b"null"]
        )
    if kind == "columns":
        return _columns_shuffled(raw, rng)
    lines = raw.splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return b"".join(lines)


def _separator(text):
    return max(",;\t", key=text.count)


def _resaved(raw, rng):
    """As a spreadsheet saves it: another quoting, line ends, encoding, and lines padded to one width."""
    text = raw.decode("utf-8-sig")
    if text[:1] in "[{C":
        return text.replace("\n", "\r\n").encode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=_separator(text)))
    width = max(map(len, rows))
    out = io.StringIO()
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    writer = csv.writer(out, delimiter=_separator(text), lineterminator="\r\n", quoting=quoting)
    writer.writerows([row + [""] * (width - len(row)) for row in rows])
    return out.getvalue().encode(rng.choice(["utf-8-sig", "utf-8", "cp1252"]))


def _columns_shuffled(raw, rng):
    text = raw.decode("utf-8")
    if text[:1] in "[{C":
        return raw
    rows = list(csv.reader(io.StringIO(text), delimiter=_separator(text)))
    width = max(map(len, rows))
    order = list(range(width))
    rng.shuffle(order)
    out = io.StringIO()
    padded = [row + [""] * (width - len(row)) for row in rows]
    csv.writer(out, delimiter=_separator(text), lineterminator="\n").writerows(
        [[row[i] for i in order] for row in padded]
    )
    return out.getvalue().encode("utf-8")


def outcome(path, damaged):
    """What a damaged file gives: "error", "same", "noted", or "wrong" where figures changed without a word."""
    path.write_bytes(damaged.raw)
    code, name = damaged.table.places[len(damaged.table.places) // 2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            old = damaged.layout == "eurostat-tsv"
            b = read_baseline(path, area=code if old else name, date="2023" if old else None)
        except InputError as error:
            return "error" if error.problems and str(error) else "wrong"
        except CoprepError:
            return "error"
    expected = {damaged.table.counts[code, group] for group in damaged.table.groups}
    for attribute in b.attributes:
        counts = b.counts(attribute)
        if counts is None:
            return "wrong" if not b.notes else "noted"
        account = b.account()
        lost = account[(account["treatment"] == "left out") & (account["count"] == 0)]
        if set(counts.values()) - expected and not b.notes and lost.empty:
            return "wrong"
        if len(counts) < len(damaged.table.groups) and not b.notes and lost.empty:
            return "wrong"
        if b.notes:
            return "noted"
    return "same"
