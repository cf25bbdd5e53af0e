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
        aged = _aged(group)
        if aged:
            return f"people {aged}"
        return f"people of {named(group, attribute)}"

    def counted(self, attribute: str | None, group: str) -> str:
        """The noun as it stands after a number: “230 of the public”, “20 leaders”."""
        is_given = bool(attribute and self.given.get(attribute, {}).get(group))
        if attribute == "role" and group in _ROLES and not is_given:
            return _ROLES[group][1]
        return self.of(attribute, group)

    def crossed(self, groups: Mapping[str, str]) -> str:
        """A noun for people who are in all of these groups: “women aged 16 to 34”."""
        ages = {name: _aged(group) for name, group in groups.items()}
        for name, group in groups.items():
            if self.given.get(name, {}).get(group):
                ages[name] = ""
        nouns = [self.of(name, group) for name, group in groups.items() if not ages[name]]
        said = " among ".join(nouns) or "people"
        return " ".join([said, *filter(None, ages.values())])


def _aged(group: str) -> str:
    """How old people of a band of ages are; empty where the label names none."""
    band = band_of(group)
    if band is None or band.high - band.low <= 1:
        return ""
    if math.isinf(band.high):
        return f"aged {band.low:.0f} and over"
    if band.low <= 0:
        return f"under {band.high:.0f}"
    return f"aged {band.low:.0f} to {band.high - 1:.0f}"
