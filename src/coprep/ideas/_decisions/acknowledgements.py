"""Tell answers from acknowledgements, which say only that an idea has arrived."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from coprep.data.labels import fold
from coprep.errors import InputError
from coprep.findings import Note
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.data.process.coded import Responses

_RECEIPT = re.compile(
    r"acknowledg|\bautomat|\bauto[- ]?repl|\bauto[- ]?respon|\breceipt\b|\breceived\b|"
    r"eingangsbest|empfangsbest|accusé de réception|acuse de recibo|ontvangstbevestiging|"
    r"acusament|avviso di ricevimento|potwierdzenie odbioru"
)
_MACHINES = frozenset({"automatic", "automatic reply", "bot", "machine", "platform", "system"})


def only_answers(
    told: Responses, answers: Sequence[str] | None
) -> tuple[Responses, tuple[Note, ...]]:
    """The responses that are answers, and a note of those that are not.

    Those of the kinds named in ``answers``; else all but those whose kind says that something was
    received, and those of machines.
    """
    if answers is None:
        keep = [
            _RECEIPT.search(fold(kind or "")) is None and fold(role or "") not in _MACHINES
            for kind, role in zip(told.kind, told.responder_role, strict=True)
        ]
    else:
        wanted = {fold(kind) for kind in ([answers] if isinstance(answers, str) else answers)}
        kinds = sorted({kind for kind in told.kind if kind is not None})
        strange = wanted - {fold(kind) for kind in kinds}
        if strange:
            raise InputError.choice("answers", min(strange), tuple(kinds) or ("no kind",))
        keep = [fold(kind or "") in wanted for kind in told.kind]
    rows = np.array(keep, dtype=bool)
    out = int((~rows).sum())
    if not out:
        return told, ()
    why = "of other kinds than those named as answers"
    if answers is None:
        why = "that only acknowledge an idea or come from a machine; answers= says otherwise"
    note = Note("no_answers", f"Left out: {count_of(out, 'response')} {why}.", {"responses": out})
    kept = replace(
        told,
        idea=told.idea[rows],
        at=told.at[rows],
        kind=_kept(told.kind, keep),
        outcome=_kept(told.outcome, keep),
        responder_role=_kept(told.responder_role, keep),
    )
    return kept, (note,)


def _kept(cells: tuple[str | None, ...], keep: Sequence[bool]) -> tuple[str | None, ...]:
    return tuple(cell for cell, k in zip(cells, keep, strict=True) if k)
