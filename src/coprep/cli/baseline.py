"""``coprep baseline``: prints the account of a population file, and what was left out of it."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coprep.data.baseline.account import AccountRow
from coprep.errors import InputError
from coprep.wording.escape import shorten, width
from coprep.wording.labels import show
from coprep.wording.numbers import percent

if TYPE_CHECKING:
    from coprep.data.baseline.baseline import Baseline

_WIDEST = 60
_EXAMPLES = {
    "where": 'for example --where "Age=Total".',
    "column": 'for example --column "What is your age?=age".',
    "recode": 'for example --recode "Man=Male", or --recode "sex:Man=Male" in one attribute.',
}
_SHOWN = ("group", "left out", "difference", "total")


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "baseline",
        help="show what a census file, as downloaded, says of a place",
        description="Print the groups of an official population file, and what was left out.",
    )
    add_words(parser)
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> tuple[list[str], int]:
    """What is printed, and the exit code."""
    return baseline_lines(asked), 0


def add_words(parser: argparse.ArgumentParser, *, file: bool = True) -> None:
    """Add what chooses from a census file: area, date, measure, level, where, attribute."""
    if file:
        parser.add_argument("file", type=Path, metavar="FILE", help="the file, as downloaded")
        parser.add_argument(
            "--attribute", action="append", metavar="NAME", help="only this one; may be repeated"
        )
    parser.add_argument(
        "--area",
        action="append",
        metavar="NAME",
        help="a place by name or code; several are added up",
    )
    parser.add_argument(
        "--date", metavar="DATE", help="the day or year, where the file holds several"
    )
    parser.add_argument(
        "--measure", metavar="NAME", help="the measure, where the file holds several"
    )
    parser.add_argument(
        "--level", metavar="NAME", help="broad or detailed groups, or the level of places"
    )
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="only people of this category; may be repeated",
    )


def read_for_audit(file: Path, asked: argparse.Namespace) -> Baseline:
    """A baseline that the command line names: a table of attribute, group and count or share, or a
    census file.
    """
    from coprep.data.baseline.baseline import Baseline
    from coprep.data.files import as_path, read_csv

    chosen = asked.area or asked.date or asked.measure or asked.level or asked.where
    if not chosen and file.suffix.casefold() in (".csv", ".tsv") and is_own_table(as_path(file)):
        return Baseline.from_frame(read_csv(as_path(file)))
    return chosen_baseline(file, asked)


def is_own_table(file: Path) -> bool:
    """Whether the first line names attribute or group, as in a table that somebody made for this
    package.
    """
    with file.open(encoding="utf-8", errors="replace") as text:
        first = text.readline(10_000).casefold()
    return "attribute" in first or "group" in first.replace(" group", "")


def chosen_baseline(
    file: Path, asked: argparse.Namespace, attributes: Sequence[str] | None = None
) -> Baseline:
    """The baseline of a file, chosen from by the words of the command line."""
    from coprep.data.baseline.read import read_baseline

    return read_baseline(
        file,
        area=asked.area,
        attribute=attributes,
        date=asked.date,
        measure=asked.measure,
        level=asked.level,
        where=pairs("where", asked.where, "NAME=VALUE"),
    )


def baseline_lines(asked: argparse.Namespace) -> list[str]:
    """What ``coprep baseline`` prints: what was read, group by group, and what was not."""
    baseline = chosen_baseline(asked.file, asked, asked.attribute)
    lines = [_chosen(row) for row in baseline.accounts if row.treatment == "chosen"]
    for attribute in baseline.attributes:
        lines += ["", attribute, *_table(baseline, attribute)]
    not_read = [row for row in baseline.accounts if row.treatment == "not read"]
    if not_read:
        lines += ["", f"Not read: {len(not_read):,} rows and columns"]
        lines += [f"  {why}: {n:,}" for why, n in _reasons(not_read).items()]
    notes = [row.item for row in baseline.accounts if row.treatment == "note"]
    lines += ["", *(f"Note: {note}" for note in notes)] if notes else []
    return lines


def pairs(option: str, words: Sequence[str], form: str) -> dict[str, str]:
    """Names and values of an option such as ``Age=Total``; a name may hold ``=`` itself."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.rpartition("=")
        if not equals or not name.strip() or not value.strip():
            raise InputError.of(
                f"--{option} is {show(word)}; {form} was expected.",
                code="bad_option",
                param=option,
                got=word,
                hint=_EXAMPLES[option],
            )
        found[name.strip()] = value.strip()
    return found


def _chosen(row: AccountRow) -> str:
    return f"{row.why[:1].upper()}{row.why[1:]}: {shorten(row.item, _WIDEST)}"


def _table(baseline: Baseline, attribute: str) -> list[str]:
    """A line a group, then what was left out, the difference and the total."""
    rows = [r for r in baseline.accounts if r.attribute == attribute and r.treatment in _SHOWN]
    shares = baseline.shares(attribute)
    names = [shorten(row.item, _WIDEST) for row in rows]
    wide = max(map(width, names), default=0)
    lines = []
    for row, name in zip(rows, names, strict=True):
        count = (
            f"{row.low:,.10g} to {row.high:,.10g}"
            if math.isnan(row.count)
            else f"{row.count:,.10g}"
        )
        share = percent(shares[row.item]) if row.treatment == "group" and row.item in shares else ""
        why = row.why if row.treatment != "group" else ""
        pad = " " * (wide - width(name))
        lines.append(f"  {name}{pad}  {count:>14}  {share:>6}  {why}".rstrip())
    return lines


def _reasons(rows: Sequence[AccountRow]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.why] = found.get(row.why, 0) + 1
    return found
