"""Settle who is asked about what: the process, its public, the attributes, and all options."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.auditing.group_names import GroupNames
from coprep.data.baseline.baseline import Baseline
from coprep.data.process.process import Process
from coprep.errors import InputError
from coprep.findings import Note
from coprep.wording.escape import quoted
from coprep.wording.labels import show

ROLE = "role"
PUBLIC = "public"
LEAST_DRAWS = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What every question of an audit needs to know.

    ``listed`` is the process without its baselines: what people did is compared with the people on
    its list and never again with the community. ``public`` says whom the community is compared with.
    """

    process: Process
    listed: Process
    baselines: Mapping[str, Baseline]
    public: NDArray[np.bool_] | None
    attributes: tuple[str, ...]
    names: GroupNames
    confidence: float
    band: tuple[float, float]
    material: float
    draws: int
    q: float
    until: object
    population: int | None
    recode: Mapping[str, Any]
    unknown: Iterable[str]
    outside: Iterable[str] | Mapping[str, Iterable[str]]
    rng: int


def draws_for(questions: int, q: float) -> int:
    """Enough draws that one pattern alone among so many questions can reach its level."""
    return max(LEAST_DRAWS, math.ceil(2 * questions / q))


def public_of(
    process: Process, wanted: Sequence[str]
) -> tuple[NDArray[np.bool_] | None, list[Note]]:
    """Who is compared with the community, and how that was settled."""
    roles = process.roles()
    if roles is None or not roles.groups:
        note = Note(
            "no_roles", "No roles are recorded: everybody counts as a member of the public."
        )
        return None, [note] if len(process.people) else []
    strange = [name for name in wanted if name not in roles.groups]
    if strange:
        raise InputError.choice("public", strange[0], roles.groups)
    chosen = tuple(wanted)
    notes: list[Note] = []
    if not chosen and PUBLIC in roles.groups:
        chosen = (PUBLIC,)
    if not chosen:
        most = roles.groups[int(np.argmax(roles.sizes))]
        chosen = (most,)
        text = (
            f"No role is called “public”: {quoted([most])}, the most frequent, is compared with the "
            "community. Pass public= to say otherwise."
        )
        notes.append(Note("public_guessed", text, {"role": most}))
    codes = [roles.groups.index(name) for name in chosen]
    return np.isin(roles.codes, codes), notes


def attributes_of(process: Process, wanted: Sequence[str] | str | None) -> tuple[str, ...]:
    """The attributes that are asked about: those named, or all by which people can be told apart."""
    if wanted is None:
        return process.attributes
    names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    for name in names:
        if name not in process.attributes:
            raise InputError.choice("attributes", name, process.attributes)
    return names


def baselines_of(
    process: Process, given: Baseline | Mapping[str, Baseline] | None
) -> dict[str, Baseline]:
    """The baselines by name: the one given, or all that the process has."""
    if isinstance(given, Baseline):
        return {"baseline": given}
    if given is not None and not isinstance(given, Mapping):
        raise InputError.of(
            f"baseline is {show(given)}; expected a Baseline.",
            code="not_a_baseline",
            param="baseline",
        )
    found = dict(given) if given else dict(process.baselines)
    for name, one in found.items():
        if not isinstance(one, Baseline):
            raise InputError.of(
                f"baseline {show(name)} is {show(one)}; expected a Baseline.", code="not_a_baseline"
            )
    return found
