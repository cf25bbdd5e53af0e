"""Settings of a process beside its tables: title, how people came in, how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from coprep.data.labels import fold
from coprep.data.reading import Reading
from coprep.errors import InputError, Problems
from coprep.wording.labels import show

SELECTIONS = ("open", "quota", "random")
"""How people came in: whoever wanted, filled to targets, or drawn by lot."""

_STAGE_SETTINGS = ("selection", "quotas", "baseline", "population")
BAND = (0.8, 1.25)
CONFIDENCE = 0.95
_MOST_PEOPLE = 10**9
_LARGEST_AMOUNT = 10**300


@dataclass(frozen=True, slots=True)
class StageSettings:
    """How people came in at one stage, and what they are compared with there.

    ``baselines`` are the names of those that belong to this stage; empty where it names none.
    """

    selection: str = "open"
    quotas: tuple[str, ...] = ()
    baselines: tuple[str, ...] = ()
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What is known of a process beside its tables; see `coprep.Process` for each."""

    title: str = ""
    whole: StageSettings = field(default_factory=StageSettings)
    from_votes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    budget: float | None = None
    stages: Mapping[str, StageSettings] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    attributes: tuple[str, ...] | None = None
    confidence: float = CONFIDENCE
    band: tuple[float, float] = BAND
    own_votes_automatic: bool = False

    @classmethod
    def of(
        cls,
        *,
        title: str = "",
        selection: str = "open",
        quotas: Sequence[str] = (),
        from_votes: Sequence[str] = (),
        sources: Sequence[str] = (),
        budget: float | None = None,
        stages: Mapping[str, Mapping[str, Any]] | None = None,
        reading: Reading | Mapping[str, Any] | None = None,
        population: int | None = None,
        attributes: Sequence[str] | None = None,
        confidence: float = CONFIDENCE,
        band: tuple[float, float] = BAND,
        own_votes_automatic: bool = False,
    ) -> Settings:
        """Settings from what a user wrote: one name stands for a list of one."""
        whole = StageSettings(selection, _names(quotas, "quotas"), (), population)
        return cls(
            str(title),
            whole,
            _names(from_votes, "from_votes"),
            _names(sources, "sources"),
            budget,
            _by_stage(stages, whole),
            reading if isinstance(reading, Reading) else Reading.of(reading or {}),
            None if attributes is None else _names(attributes, "attributes"),
            confidence,
            band,
            bool(own_votes_automatic),
        )

    def given(self, **arguments: Any) -> Settings:
        """The settings, with the arguments that are not None in their place."""
        return replace(self, **{name: v for name, v in arguments.items() if v is not None})

    def at(self, stage: str | None) -> StageSettings:
        """What is said of a stage, or of the whole process where nothing is."""
        return self.stages.get(stage or "", self.whole)

    def check(
        self,
        attributes: Sequence[str] | None,
        stages: Sequence[str] | None,
        baselines: Sequence[str],
        problems: Problems,
    ) -> None:
        """Check them against the process's attributes, stages and baselines; None where lost."""
        every = (self.whole, *self.stages.values())
        for selection in dict.fromkeys(one.selection for one in every):
            if selection not in SELECTIONS:
                problems.take(InputError.choice("selection", selection, SELECTIONS))
        for stage in self.stages:
            if stages is not None and stage not in stages:
                problems.take(InputError.choice("stages", stage, tuple(stages) or ("no stage",)))
        for name in dict.fromkeys(name for one in every for name in one.baselines):
            if name not in baselines:
                held = tuple(baselines) or ("no baseline",)
                problems.take(InputError.choice("stages: baseline", name, held))
        if self.budget is not None and not _is_amount(self.budget):
            problems.add(
                f"budget must be a number above 0; got {show(self.budget)}.",
                param="budget",
                got=self.budget,
            )
        for population in dict.fromkeys(one.population for one in every):
            _check_population(population, problems)
        if attributes is None:
            return
        known = tuple(dict.fromkeys(attributes)) or ("no attribute",)
        named = {
            "quotas": [name for one in every for name in one.quotas],
            "from_votes": self.from_votes,
            "attributes": self.attributes or (),
            "overlapping": self.reading.overlapping,
        }
        for param, names in named.items():
            for name in dict.fromkeys(names):
                if name not in known:
                    problems.take(InputError.choice(param, name, known))
        spelt = set(map(fold, known))
        for param, names in self.reading.attributes_named().items():
            for name in names:
                if fold(name) not in spelt:
                    problems.take(InputError.choice(param, name, known))


def _check_population(population: Any, problems: Problems) -> None:
    """Refuse what is no number of people."""
    whole = isinstance(population, int) and not isinstance(population, bool)
    if population is not None and not (whole and 0 < population <= _MOST_PEOPLE):
        problems.add(
            f"population must be a whole number of people from 1; got {show(population)}.",
            code="bad_population",
            param="population",
            hint="it is how many could have come, where they are few: population = 2181.",
        )


def _names(value: Any, param: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Iterable):
        raise InputError.of(
            f"{param} must be a list of names; got {show(value)}.",
            code="bad_setting",
            param=param,
            got=value,
            hint=f"write {param}=['age', 'gender'], or leave it out."
            if param != "sources"
            else None,
        )
    return tuple(str(name) for name in value)


def _by_stage(stages: Any, whole: StageSettings) -> dict[str, StageSettings]:
    """What is said of each stage; what a stage does not say holds as for the whole process."""
    stages = {} if stages is None else stages
    if not isinstance(stages, Mapping) or not all(
        isinstance(said, Mapping) for said in stages.values()
    ):
        raise InputError.of(
            f"stages must be a mapping of each stage's name to its settings; got {show(stages)}.",
            code="bad_setting",
            param="stages",
            got=stages,
            hint="write stages={'selected': {'selection': 'quota', 'quotas': ['age']}}.",
        )
    found: dict[str, StageSettings] = {}
    for stage, said in stages.items():
        for name in said:
            if name not in _STAGE_SETTINGS:
                raise InputError.choice("stages", name, _STAGE_SETTINGS)
        found[str(stage)] = replace(
            whole,
            selection=str(said.get("selection", whole.selection)),
            quotas=_names(said.get("quotas", whole.quotas), "quotas"),
            baselines=_names(said.get("baseline", ()), "baseline"),
            population=said.get("population", whole.population),
        )
    return found


def _is_amount(value: object) -> bool:
    return (
        isinstance(value, (int, float, np.number))
        and not isinstance(value, bool)
        and bool(0 < value < _LARGEST_AMOUNT)
    )
