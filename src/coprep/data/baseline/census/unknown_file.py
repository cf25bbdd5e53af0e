"""What is said of a file that no reader recognises: what was seen, and the lines that read it all the same."""

from __future__ import annotations

from coprep.data.baseline.census.look import Look
from coprep.errors import InputError
from coprep.wording.labels import listed, show

_KNOWN = (
    ("CENSUS_CODEBOOK", ("ColumnVariableCode",), "the DESC file of a NISRA bulk download: pass the DATA file."),
    ("metadata", ("Column Name", "Label"), "the metadata of a data.census.gov table: pass the file whose name ends in -Data.csv."),
    ("meta", ("DatasetId", "DatasetTitle"), "the META file of a bulk download: pass the DATA file."),
    ("dimension", ("Code", "Description", "SortOrder"), "a lookup of codes of Stats NZ: pass the file of figures."),
)  # fmt: skip


def unknown_file(look: Look) -> InputError:
    """The error about a file of a format that is not known."""
    if look.kind == "json":
        seen = f"JSON that begins {show(look.begin[:80].strip(), longest=100)}"
    else:
        rows = [row for row in look.head if any(row)][:3]
        shown = "; ".join(listed([c for c in row if c], most=6) for row in rows)
        seen = f"rows of {len(look.header):,} cells, the first: {shown}"
    what = next(
        (hint for _, names, hint in _KNOWN if set(names) <= set(look.header)), None
    )
    hint = (
        f"it seems to be {what}"
        if what
        else "read it yourself, one row a group: table = pandas.read_csv("
        f"{show(look.name)}, dtype=str); then coprep.Baseline.from_frame(table.assign(attribute='ethnic group'), "
        "group='the column of groups', count='the column of numbers')."
    )
    return InputError.of(
        f"{look.name} is of no format that is known here. It holds {seen}.",
        code="unknown_format",
        param="path",
        got=tuple(look.header[:20]),
        hint=hint,
    )
