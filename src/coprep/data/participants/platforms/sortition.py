"""Pools and panels of sortition tools: nationbuilder_id or letter codes, names, addresses, features."""

from __future__ import annotations

from coprep.data.labels import fold
from coprep.data.participants.columns import fields_of, header_at, names_of
from coprep.data.participants.form import Form, Signature
from coprep.data.participants.headers import folded
from coprep.data.participants.worksheet import Sheet

_IDS = frozenset({"nationbuilder_id", "unique_id", "pool_id", "panel_id", "letter_code"})
_SYSTEM = _IDS | {"id", "is_eligible", "can_attend", "selected", "row"}
_PRIVATE = frozenset(
    {"primary_address1", "primary_address2", "primary_city", "primary_zip", "address_line_1"}
    | {"address_line_2", "mobile_number", "phone_number", "first_name", "last_name", "email"}
    | {"date_of_birth_full", "accessibility", "dietary"}
)


def recognise(sheet: Sheet) -> bool:
    """Whether a column of these tools is there beside names or addresses."""
    header = set(folded(sheet.rows[header_at(sheet)]))
    address = {"primary_address1", "primary_zip", "address_line_1"} & header
    return (
        bool(_IDS & header and (address or {"first_name", "last_name"} & header))
        or len(address) > 1
    )


def read(sheet: Sheet) -> Form:
    """The features; who shares an address may live together and is no repeat."""
    header = header_at(sheet)
    names = names_of(sheet, header)
    fields = tuple(fields_of(sheet, names, header + 1, system=_SYSTEM, private=_PRIVATE))
    ids = [at for at, name in enumerate(names) if fold(name) in _IDS]
    return Form(
        "Sortition pool",
        "an id, names and addresses, features; one header row",
        header + 1,
        1,
        fields,
        id=ids[0] if ids else None,
    )


SIGNATURE = Signature("Sortition pool", recognise, read)
