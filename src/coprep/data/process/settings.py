"""Settings of a process beside its tables: title, how people came in, what there was to spend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coprep.errors import InputError, Problems
from coprep.wording.labels import show

SELECTIONS = ("open", "quota", "random")
"""How people came in: whoever wanted, filled to targets, or drawn by lot."""

_STAGE_SETTINGS = ("selection", "quotas")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is known of a process beside its tables; see `coprep.Process` for each."""

    title: str = ""
    selection: str = "open"
    quotas: tuple[str, ...] = ()
    from_votes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    budget: float | None = None
    stages: Mapping[str, tuple[str, tuple[str, ...]]] | None = None

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
    ) -> Settings:
        """Settings from what a user wrote: one name stands for a list of one."""
        said = _by_stage(stages, selection, quotas)
        return cls(
            str(title),
            selection,
            _names(quotas, "quotas"),
            _names(from_votes, "from_votes"),
            _names(sources, "sources"),
            budget,
            said,
        )

    def at(self, stage: str | None) -> tuple[str, tuple[str, ...]]:
        """How people came in at a stage, and the attributes that were filled to targets there."""
        return (self.stages or {}).get(stage or "", (self.selection, self.quotas))

    def check(
        self, attributes: Sequence[str] | None, stages: Sequence[str] | None, problems: Problems
    ) -> None:
        """Check them against the process's attributes and stages; None where those are lost."""
        several = (self.stages or {}).values()
        for selection in dict.fromkeys((self.selection, *(s for s, _ in several))):
            if selection not in SELECTIONS:
                problems.take(InputError.choice("selection", selection, SELECTIONS))
        for stage in self.stages or {}:
            if stages is not None and stage not in stages:
                problems.take(InputError.choice("stages", stage, tuple(stages) or ("no stage",)))
        if self.budget is not None and not _is_amount(self.budget):
            problems.add(
                f"budget must be a number above 0; got {show(self.budget)}.",
                param="budget",
                got=self.budget,
            )
        if attributes is None:
            return
        known = tuple(dict.fromkeys(attributes)) or ("no attribute",)
        quotas = dict.fromkeys((*self.quotas, *(name for _, names in several for name in names)))
        for param, names in (("quotas", tuple(quotas)), ("from_votes", self.from_votes)):
            for name in names:
                if name not in known:
                    problems.take(InputError.choice(param, name, known))


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


def _by_stage(
    stages: Any, selection: str, quotas: Sequence[str]
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """How people came in at each stage, where a stage says so."""
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
    for said in stages.values():
        for name in said:
            if name not in _STAGE_SETTINGS:
                raise InputError.choice("stages", name, _STAGE_SETTINGS)
    return {
        str(stage): (
            str(said.get("selection", selection)),
            _names(said.get("quotas", quotas), "quotas"),
        )
        for stage, said in stages.items()
    }


def _is_amount(value: object) -> bool:
    return (
        isinstance(value, (int, float, np.number))
        and not isinstance(value, bool)
        and 0 < float(value) < np.inf
    )
