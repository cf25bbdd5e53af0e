"""Recognises the platform a file is from: the first signature that knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from coprep.data.participants.columns import header_at
from coprep.data.participants.form import Form, Signature
from coprep.data.participants.platforms import (
    crm,
    eventbrite,
    google_forms,
    kobotoolbox,
    limesurvey,
    microsoft_forms,
    qualtrics,
    redcap,
    sortition,
    surveymonkey,
    typeform,
    workbook,
)
from coprep.data.participants.worksheet import Sheet, open_sheets
from coprep.errors import InputError
from coprep.wording.labels import listed

PLATFORMS: tuple[Signature, ...] = (
    qualtrics.SIGNATURE,
    surveymonkey.SIGNATURE,
    microsoft_forms.SIGNATURE,
    limesurvey.SIGNATURE,
    eventbrite.SIGNATURE,
    kobotoolbox.SIGNATURE,
    redcap.SIGNATURE,
    typeform.SIGNATURE,
    google_forms.SIGNATURE,
    sortition.SIGNATURE,
    crm.SIGNATURE,
)
"""Told apart by columns that only one of them has, so that their order says nothing."""


def recognised(path: Path, said: Mapping[str, Any] | None = None) -> tuple[Sheet, Form]:
    """The table of people in a file, and what is known of it.

    ``said`` are the keys of ``[files]``: what somebody decided of the file.

    Raises
    ------
    InputError
        For a file without such a table, and for a workbook with several where none was named.
    """
    files = said or {}
    sheet = str(files.get("sheet", ""))
    platform = str(files.get("platform", ""))
    sheets = open_sheets(path, files.get("separator", ""), files.get("encoding", ""))
    rows = files.get("header_rows")
    if sheet:
        named = [one for one in sheets if one.title == sheet]
        if not named:
            raise InputError.choice("sheet", sheet, tuple(one.title for one in sheets))
        sheets = tuple(named)
    for signature in PLATFORMS:
        if platform and signature.platform != platform:
            continue
        found = [one for one in sheets if signature.recognise(one)]
        if len(found) == 1:
            form = _below_title(found[0], signature.read(found[0]))
            return found[0], _with_header(form, rows)
    tables = [one for one in sheets if workbook.recognise(one)]
    if platform and platform != workbook.SIGNATURE.platform:
        names = (*(one.platform for one in PLATFORMS), workbook.SIGNATURE.platform)
        if platform not in names:
            raise InputError.choice("platform", platform, names)
        raise InputError.of(
            f"{path.name} is no export of {platform}.", code="not_this_platform", param="platform"
        )
    if len(tables) == 1:
        return tables[0], workbook.read(tables[0], rows)
    if tables:
        raise InputError.of(
            f"{path.name} holds tables on {len(tables)} sheets: "
            f"{listed([one.title for one in tables], most=12)}.",
            code="several_sheets",
            param="sheet",
            expected=tuple(one.title for one in tables),
            hint="name the one that holds the people: in mapping.toml, [files], sheet.",
        )
    raise InputError.of(
        f"{path.name} holds no table of people: no row of column names above rows of answers.",
        code="not_a_table",
        param="path",
        expected="an export of a form, or a sheet with one row a person",
    )


def _with_header(form: Form, rows: int | None) -> Form:
    """The form with as many header rows as somebody said."""
    if rows in (None, form.header_rows):
        return form
    top = form.first_row - form.header_rows
    return replace(form, header_rows=rows or 0, first_row=top + (rows or 0))


def _below_title(sheet: Sheet, form: Form) -> Form:
    """The form, telling of rows above its header."""
    above = header_at(sheet)
    if not above:
        return form
    rows = "1 row" if above == 1 else f"{above} rows"
    return replace(form, told=f"{form.told}; {rows} above the header not read")
