"""Groups of a baseline renamed or merged, in its profiles and in its joint table alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from coprep.data.baseline.profile import Profile, merged
from coprep.data.labels import DEFAULT_UNKNOWN, fold, label, unknown_words
from coprep.errors import Problems
from coprep.wording.labels import nearest, show

__all__ = ["recoded"]

Cells = Mapping[tuple[str, ...], float]


def recoded(
    before: Mapping[str, Profile], cells: Cells | None, mapping: Mapping[str, Any]
) -> tuple[dict[str, Profile], Cells | None, list[str]]:
    """Profiles and joint table with groups called as ``mapping`` says, and a note on every merger.

    Raises
    ------
    InputError
        With every rule that names no group, or gives one a name that means "we do not know".
    """
    nested = {a: m for a, m in mapping.items() if isinstance(m, Mapping)}
    flat = {str(k): str(v) for k, v in mapping.items() if not isinstance(v, Mapping)}
    problems = Problems()
    known = {g for p in before.values() for g in p.groups}
    for old in flat:
        if old not in known:
            _unknown_group(problems, old, known)
    profiles: dict[str, Profile] = {}
    notes: list[str] = []
    for name, p in before.items():
        rules = {**flat, **{str(k): str(v) for k, v in nested.get(name, {}).items()}}
        for old in nested.get(name, {}):
            if old not in p.groups:
                _unknown_group(problems, old, p.groups)
        _no_unknown_group(
            problems, name, {old: new for old, new in rules.items() if old in p.groups}
        )
        profiles[name], remarks = merged(p, rules)
        notes += remarks
    for name in nested:
        if name not in before:
            problems.add(
                f"the baseline does not describe {show(name)}.", code="unknown_attribute", got=name
            )
    problems.raise_if_any()
    if cells is not None:
        rules_by = [{**flat, **dict(nested.get(a, {}))} for a in before]
        cells = _summed_cells(
            (tuple(r.get(g, g) for r, g in zip(rules_by, key, strict=True)), w)
            for key, w in cells.items()
        )
    return profiles, cells, notes


def _unknown_group(problems: Problems, old: str, known: Iterable[str]) -> None:
    close = nearest(old, known)
    problems.add(
        f"no group of the baseline is called {show(old)}.",
        code="unknown_group",
        param="recode",
        got=old,
        hint=f"did you mean {show(close)}?" if close else None,
    )


def _no_unknown_group(problems: Problems, attribute: str, rules: Mapping[str, str]) -> None:
    """People of unknown group have a row of their own in every answer; no group of the baseline can have its name."""
    words = unknown_words(DEFAULT_UNKNOWN)
    for old, new in rules.items():
        if label(new) is None or fold(str(label(new))) in words:
            problems.add(
                f"{show(old)} in {show(attribute)} cannot be called {show(new)}: that means people of unknown group.",
                code="unknown_is_no_group",
                param="recode",
                got=new,
                hint="give it the name of a group, such as 'Other'; or leave it out of the baseline.",
            )


def _summed_cells(pairs: Iterable[tuple[tuple[str, ...], float]]) -> dict[tuple[str, ...], float]:
    total: dict[tuple[str, ...], float] = {}
    for key, value in pairs:
        total[key] = total.get(key, 0.0) + value
    return total
