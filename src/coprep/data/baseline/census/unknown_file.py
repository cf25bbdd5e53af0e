"""Describe a file that no reader recognises, and how to read it by hand."""

from __future__ import annotations

from coprep.data.baseline.census.look import Look
from coprep.errors import InputError
from coprep.wording.labels import listed, show

_KNOWN = (
    (("ColumnVariableCode",), "the DESC file of a NISRA bulk download: pass the DATA file."),
    (("Column Name", "Label"),
    "the metadata of a data.census.gov table: pass the file whose name ends in -Data.csv."),
    (("DatasetId", "DatasetTitle"), "the META file of a bulk download: pass the DATA file."),
    (("Code", "Description", "SortOrder"),
    "a lookup of codes of Stats NZ: pass the file of figures."),
)  # fmt: skip


def unknown_file(look: Look) -> InputError:
    """The error about a file of a format that is not known."""
    if look.kind == "json":
        seen = f"JSON that begins {show(look.begin[:80].strip(), longest=100)}"
    else:
        # Only the first row is shown: if this is a list of people after all, the others are
        # persons.
        filled = [cell for cell in look.header if cell]
        seen = f"rows of {len(look.header):,} cells; the first row is {listed(filled, most=12)}"
    what = next((hint for names, hint in _KNOWN if set(names) <= set(look.header)), None)
    hint = (
        f"it seems to be {what}"
        if what
        else "read it yourself, one row a group: table = pandas.read_csv("
        f"{show(look.name)}, dtype=str); then "
        f"coprep.Baseline.from_frame(table.assign(attribute='ethnic group'), "
        "group='the column of groups', count='the column of numbers')."
    )
    return InputError.of(
        f"{look.name} is of no format that is known here. It holds {seen}.",
        code="unknown_format",
        param="path",
        got=tuple(look.header[:20]),
        hint=hint,
    )
