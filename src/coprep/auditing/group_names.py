"""Call groups as people call themselves: from given labels, from bands of ages, else as they stand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from coprep.data.age_bands import band_of
from coprep.wording.escape import quoted
from coprep.wording.names import named, one_line

_ROLES = {
    "public": ("the public", "of the public"),
    "practitioner": ("practitioners", "practitioners"),
    "leader": ("leaders", "leaders"),
}
"""What the roles of a process are called, by themselves and after a number."""


@dataclass(frozen=True, slots=True)
class GroupNames:
    """What groups are called in sentences: ``given[attribute][group]`` is a plural noun of people."""

    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, attribute: str | None, group: str) -> str:
        """A noun that fits after “of 48”, on one harmless line."""
        if attribute is None:
            return quoted([group])
        said = self.given.get(attribute, {}).get(group)
        if said:
            return one_line(said)
        if attribute == "role" and group in _ROLES:
            return _ROLES[group][0]
        return _aged(group) or f"people of {named(group, attribute)}"

    def counted(self, attribute: str | None, group: str) -> str:
        """The noun as it stands after a number: “230 of the public”, “20 leaders”."""
        is_given = bool(attribute and self.given.get(attribute, {}).get(group))
        if attribute == "role" and group in _ROLES and not is_given:
            return _ROLES[group][1]
        return self.of(attribute, group)


def _aged(group: str) -> str:
    """People of a band of ages; empty where the label names none."""
    band = band_of(group)
    if band is None or band.high - band.low <= 1:
        return ""
    if math.isinf(band.high):
        return f"people aged {band.low:.0f} and over"
    if band.low <= 0:
        return f"people under {band.high:.0f}"
    return f"people aged {band.low:.0f} to {band.high - 1:.0f}"
