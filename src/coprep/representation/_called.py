"""Check how groups are to be called in sentences, pictures and pages; the data keep their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coprep.errors import Problems
from coprep.wording.labels import listed, nearest, show

Labels = Mapping[str, Mapping[str, str]]
"""By attribute and group, what people call it."""


def check_form(labels: Any, problems: Problems) -> None:
    """Refuse what is no table of names by attribute and group, and two groups of one name."""
    is_table = isinstance(labels, Mapping) and all(
        isinstance(names, Mapping)
        and all(isinstance(one, str) and one.strip() for pair in names.items() for one in pair)
        for names in labels.values()
    )
    if not is_table:
        problems.add(
            f"labels is {show(labels)}; expected names by attribute and group.",
            code="bad_mapping",
            param="labels",
            hint='such as labels={"disability": {"Yes": "disabled people"}}.',
        )
        return
    for attribute, names in labels.items():
        called = [name.strip().casefold() for name in names.values()]
        if len(set(called)) < len(called):
            problems.add(
                f"labels call two groups of {show(attribute)} alike.",
                code="duplicate_group",
                param="labels",
                hint="give each a name of its own.",
            )


def check_known(labels: Labels, groups: Mapping[str, Sequence[str]], problems: Problems) -> None:
    """Refuse names for groups that a compared attribute does not have; ``groups`` by attribute."""
    for attribute, names in labels.items():
        there = groups.get(attribute)
        if there is None:
            known = listed(groups, most=12)
            problems.add(
                f"labels names {show(attribute)}, which is not compared; these are: {known}.",
                code="unknown_attribute",
                param="labels",
                got=attribute,
            )
            continue
        for group in names:
            if group not in there:
                close = nearest(group, there)
                problems.add(
                    f"labels names {show(group)}, which is no group of {show(attribute)}; "
                    f"these are: {listed(there, most=12)}.",
                    code="unknown_group",
                    param="labels",
                    got=group,
                    expected=tuple(there),
                    hint=f"did you mean {show(close)}?" if close else None,
                )
