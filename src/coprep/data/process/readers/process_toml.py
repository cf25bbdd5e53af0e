"""Says which keys process.toml may have for how a process was run, and of which types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SettingKey:
    """One key of process.toml: the types of its value, what it says, and a line to copy."""

    types: tuple[type, ...]
    says: str
    example: str

    def fits(self, value: Any) -> bool:
        """Whether a value is of one of the types; True and False are no numbers."""
        return isinstance(value, self.types) and not isinstance(value, bool)


SETTING_KEYS: Mapping[str, SettingKey] = {
    "title": SettingKey((str,), "what the process is called", 'title = "Our assembly"'),
    "sources": SettingKey(
        (str, list, dict), "where the tables are from", 'sources = ["Annual report, page 12"]'
    ),
    "selection": SettingKey(
        (str,), "how people came in: open, random or quota", 'selection = "quota"'
    ),
    "quotas": SettingKey(
        (list,), "the attributes that were filled to targets", 'quotas = ["age", "gender"]'
    ),
    "population": SettingKey(
        (int,),
        "how many people there are to draw from, where they are few, as in a village or a school",
        "population = 2181",
    ),
    "attributes": SettingKey(
        (list,),
        "what is compared; else all that participants and baseline share",
        'attributes = ["age", "gender"]',
    ),
    "confidence": SettingKey((float,), "the level of intervals and verdicts", "confidence = 0.95"),
    "band": SettingKey((list,), "the ratios that do not matter", "band = [0.8, 1.25]"),
    "baseline": SettingKey(
        (str, dict),
        "the baseline to use first, by the end of its file's name; or, where there is one, a "
        "table of its source, area, date, universe and kind",
        'baseline = {area = "Leeds", source = "Census 2021"}',
    ),
    "baselines": SettingKey(
        (dict,),
        "the same table for each of several baselines",
        'baselines = {england = {source = "Census 2021"}}',
    ),
    "stages": SettingKey(
        (dict,),
        "for single stages: selection, quotas, population, and the baseline that belongs to them; "
        "other stages are compared with the baselines that no stage names",
        'stages = {selected = {selection = "quota", baseline = "targets"}}',
    ),
    "scale": SettingKey((list,), "the lowest and the highest score", "scale = [1, 5]"),
    "budget": SettingKey((int, float), "what there was to spend", "budget = 100000"),
    "from_votes": SettingKey(
        (list,),
        "attributes that were worked out from the votes themselves",
        'from_votes = ["opinion_group"]',
    ),
}
"""The keys that say how a process was run, in the order of the documentation."""
