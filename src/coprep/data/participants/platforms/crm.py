"""Contacts of a CRM (CiviCRM, Salesforce, NationBuilder, Mailchimp): an id, names, opt-outs."""

from __future__ import annotations

from dataclasses import replace

from coprep.data.labels import fold
from coprep.data.participants.columns import fields_of, header_at, names_of, separated
from coprep.data.participants.form import Form, Signature
from coprep.data.participants.headers import folded
from coprep.data.participants.worksheet import Sheet

_IDS = frozenset(
    {"contact id", "internal contact id", "contact_id", "account id", "nationbuilder id", "leid"}
    | {"constituent id", "member id", "supporter id", "record id", "case safe id", "euid"}
)
_SYSTEM = _IDS | {
    "contact type", "contact subtype", "created date", "modified date", "last activity", "source",
    "owner", "do not email", "do not mail", "do not phone", "no bulk emails (user opt out)",
    "email opt out", "optin_time", "confirm_time", "last_changed", "member_rating", "timezone",
    "created by", "last modified date", "cc", "region", "gmtoff", "dstoff", "contact source",
}  # fmt: skip
_PRIVATE = frozenset(
    {"contact name", "display name", "sort name", "mailing street", "mailing city", "street"}
    | {"mailing postal code", "mailing zip/postal code", "optin_ip", "confirm_ip", "notes", "tags"}
    | {"first name", "last name", "email", "phone", "mobile", "street address", "city"}
)


def recognise(sheet: Sheet) -> bool:
    """Whether an id of contacts stands beside names or e-mail addresses."""
    header = set(folded(sheet.rows[header_at(sheet)]))
    named = {"first name", "last name", "email", "email address", "display name"} & header
    return bool(_IDS & header and named)


def read(sheet: Sheet) -> Form:
    """The fields of the contacts; several values in a cell are parted by ";" or "|"."""
    header = header_at(sheet)
    names = names_of(sheet, header)
    fields = []
    for one in fields_of(sheet, names, header + 1, system=_SYSTEM, private=_PRIVATE):
        for sign in (";", "|", "\x01"):
            cells = [sheet.cell(row, one.columns[0]) for row in range(header + 1, len(sheet.rows))]
            if one.role == "answer" and (
                any(sign in cell for cell in cells)
                or separated(sheet, one.columns[0], header + 1, sign)
            ):
                one = replace(one, kind="several", separator=sign)
                break
        fields.append(one)
    ids = [at for at, name in enumerate(names) if fold(name) in _IDS]
    told = "a contact id beside names; one header row"
    return Form("CRM contacts", told, header + 1, 1, tuple(fields), id=ids[0] if ids else None)


SIGNATURE = Signature("CRM contacts", recognise, read)
