"""Eventbrite: Order #, Attendee # and Attendee Status, a row a ticket."""

from __future__ import annotations

from collections.abc import Iterator

from coprep.data.labels import fold
from coprep.data.participants.columns import fields_of, filled_rows, header_at, names_of
from coprep.data.participants.form import Ask, Drop, Field, Form, Signature, Stage
from coprep.data.participants.headers import folded
from coprep.data.participants.worksheet import Sheet

_SYSTEM = frozenset(
    {"order #", "order date", "order id", "quantity", "price tier", "ticket type", "attendee #"}
    | {"group", "order type", "currency", "total paid", "fees paid", "eventbrite fees", "event id"}
    | {"eventbrite payment processing", "attendee status", "ticket price", "event name"}
    | {"ticket quantity", "attendee id", "buyer type", "gross sales", "barcode #"}
)
_PRIVATE = frozenset(
    {"first name", "last name", "email", "home zip", "home address", "buyer email", "prefix"}
    | {"buyer last name", "buyer first name", "attendee email", "cell phone", "company"}
    | {"attendee first name", "attendee last name", "home city", "home address 1"}
)
_OUT = ("Not Attending", "Refunded", "Deleted", "Cancelled", "Transferred")
_CAME = frozenset({"checked in", "attended"})
_STAFF = ("staff", "council", "organis", "organiz", "speaker", "press", "facilitat", "host", "crew")
_KEEP = {"keep": "they count", "drop": "they are left out"}


def recognise(sheet: Sheet) -> bool:
    """Whether Eventbrite's own columns are there."""
    header = set(folded(sheet.rows[header_at(sheet)]))
    orders = {"order #", "order id"} & header
    return bool(orders) and "attendee status" in header


def read(sheet: Sheet) -> Form:
    """The questions; who was refunded is out, and who was checked in came."""
    header = header_at(sheet)
    names = names_of(sheet, header)
    plain = [fold(name) for name in names]
    first_row = header + 1
    fields = tuple(fields_of(sheet, names, first_row, system=_SYSTEM, private=_PRIVATE))
    status = plain.index("attendee status")
    drop = Drop(names[status], status, frozenset(map(fold, _OUT)), f"{names[status]} is {{word}}")
    rows = tuple(
        row
        for row in filled_rows(sheet, first_row)
        if fold(sheet.cell(row, status)) not in drop.words
    )
    return Form(
        "Eventbrite",
        "Order #, Attendee #, Attendee Status; a row a ticket",
        first_row,
        1,
        fields,
        drops=(drop,),
        asks=tuple(_asks(sheet, plain, rows, fields)),
        stage=Stage(names[status], status, {"attended": _CAME}, "registered"),
    )


def _asks(
    sheet: Sheet, plain: list[str], rows: tuple[int, ...], fields: tuple[Field, ...]
) -> Iterator[Ask]:
    if "ticket type" in plain:
        yield from _tickets(sheet, plain.index("ticket type"), rows)
    for name in ("quantity", "ticket quantity"):
        if name in plain:
            yield from _quantities(sheet, plain.index(name), rows)
    order = next(at for at, name in enumerate(plain) if name in ("order #", "order id"))
    answers = [at for one in fields if one.role == "answer" for at in one.columns]
    yield from _copies(sheet, order, rows, answers)


def _tickets(sheet: Sheet, at: int, rows: tuple[int, ...]) -> Iterator[Ask]:
    staff = tuple(row for row in rows if any(w in fold(sheet.cell(row, at)) for w in _STAFF))
    if staff:
        effects = {"keep": "keep", "drop": "drop"}
        ask = "have a ticket type that names staff or hosts. Are they the public?"
        yield Ask("staff", staff, ask, _KEEP, effects)  # type: ignore[arg-type]
    online = tuple(row for row in rows if "online" in fold(sheet.cell(row, at)))
    if online and len(online) < len(rows):
        ask = "have an online ticket. Were they in the same room?"
        yield Ask("online", online, ask, _KEEP, {"keep": "keep", "drop": "drop"})


def _quantities(sheet: Sheet, at: int, rows: tuple[int, ...]) -> Iterator[Ask]:
    several = {row: int(cell) for row in rows if (cell := sheet.cell(row, at)).isdigit()}
    several = {row: n for row, n in several.items() if n > 1}
    if several:
        more = sum(several.values()) - len(several)
        yield Ask(
            "quantity",
            tuple(several),
            f"stand for more tickets than rows: {more} people without answers. Did they come?",
            {"one": "one person a row", "all": f"{more} more people of unknown answers"},
            {"one": "keep", "all": "more"},
            more=more,
        )


def _copies(sheet: Sheet, order: int, rows: tuple[int, ...], answers: list[int]) -> Iterator[Ask]:
    """Tickets of one order with the same answers, which may all be the buyer's."""
    seen: set[tuple[str, ...]] = set()
    again: list[int] = []
    for row in rows:
        said = tuple(sheet.cell(row, at) for at in answers)
        key = (sheet.cell(row, order), *said)
        if any(said) and key in seen:
            again.append(row)
        seen.add(key)
    if again:
        yield Ask(
            "copies",
            tuple(again),
            "repeat all answers of another ticket of their order. Whose answers are they?",
            {"keep": "their own", "unknown": "the buyer's: these people's answers are unknown"},
            {"keep": "keep", "unknown": "unknown"},
        )


SIGNATURE = Signature("Eventbrite", recognise, read)
