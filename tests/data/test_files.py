"""Files that are not what their names say: one error that says what they seem to be."""

import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from coprep.cli import main
from coprep.data.files import read_csv
from coprep.data.process.readers.folder import read_process
from coprep.data.process.readers.pabulib import read_pabulib
from coprep.errors import InputError

COUNTS = "attribute,group,count\nsex,Female,12\nsex,Male,9\n"


def zipped(names):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 50)
    return target.getvalue()


def workbook():
    target = io.BytesIO()
    pd.DataFrame({"attribute": ["sex"], "group": ["Female"], "count": [3]}).to_excel(
        target, index=False
    )
    return target.getvalue()


def parquet():
    target = io.BytesIO()
    pd.DataFrame({"a": [1]}).to_parquet(target)
    return target.getvalue()


BINARY = {
    "workbook": (workbook(), "an Excel workbook", "save the sheet as CSV"),
    "binary workbook": (zipped(["xl/workbook.bin"]), "an Excel workbook", "save the sheet as CSV"),
    "old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        "old Microsoft Office",
        "save the sheet as CSV",
    ),
    "open document": (
        zipped(["mimetype", "content.xml"]),
        "an OpenDocument file",
        "save the sheet as CSV",
    ),
    "word": (zipped(["word/document.xml"]), "a Word document", "write its table"),
    "zip": (zipped(["counts.csv"]), "a zip archive", "unpack it"),
    "broken zip": (zipped(["counts.csv"])[:40], "a zip archive", "unpack it"),
    "gzip": (gzip.compress(COUNTS.encode()), "a gzip archive", "unpack it"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a PNG picture", "write its table"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(range(256)), "a JPEG picture", "write its table"),
    "pdf": (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)),
        "a PDF document",
        "write its table",
    ),
    "parquet": (parquet(), "a Parquet table", "name it counts.parquet"),
    "unknown": (np.random.default_rng(0).bytes(4000), "no text", "save it again as CSV"),
}


@pytest.mark.parametrize("raw, seems, hint", BINARY.values(), ids=BINARY)
def test_a_file_that_is_no_text_is_called_what_it_seems_to_be(raw, seems, hint, tmp_path, capsys):
    (tmp_path / "counts.csv").write_bytes(raw)
    with pytest.raises(InputError) as caught:
        read_process(tmp_path)
    error = caught.value
    assert len(error.problems) == 1 and error.code == "not_text" and error.param == "counts.csv"
    assert seems in str(error) and hint in error.hint
    assert str(error).isascii() and "\\x" not in str(error) and len(str(error)) < 300
    assert main(["audit", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("coprep: counts.csv is no text")


def test_exports_of_platforms_are_looked_at_too(tmp_path):
    (tmp_path / "poland.pb").write_bytes(BINARY["zip"][0])
    with pytest.raises(InputError, match="a zip archive"):
        read_pabulib(tmp_path / "poland.pb")


@pytest.mark.parametrize(
    "raw",
    [
        COUNTS.encode("utf-8-sig"),
        COUNTS.encode("utf-16"),
        COUNTS.encode("utf-16-le"),  # without a mark
        COUNTS.replace("Female", "Frauen\x0bund Mädchen").encode(
            "cp1252"
        ),  # a line break of a spreadsheet's cell
        COUNTS.replace("Female", "Fe\x01male").encode(),
        COUNTS.replace("Female", "PK").encode(),
        b"PK,n\na,1\n",
        b"PAR1,PAR2\n1,2\n",  # columns that are called like the first bytes of another format
        "女性,男性\n12,9\n".encode(),
        COUNTS.encode() + b"\x1a",  # an end of file as old systems wrote it
    ],
)
def test_text_is_read_however_odd(raw, tmp_path):
    (tmp_path / "counts.csv").write_bytes(raw)
    assert len(next(iter(read_csv(tmp_path / "counts.csv").values()))) >= 1
