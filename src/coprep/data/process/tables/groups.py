"""Reads which groups other tables name: whom each idea is for, and who needs what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprep.data.label_matching import spelt_alike
from coprep.data.labels import fold
from coprep.data.process.coded import Need
from coprep.data.process.tables.columns import Coded
from coprep.data.process.tables.others import tied_topics
from coprep.data.process.tables.participants import People
from coprep.data.process.tables.reader import Reader, Rows, did_you_mean
from coprep.findings import counted
from coprep.wording.labels import listed, show
from coprep.wording.numbers import count_of

_EVERYONE = frozenset({"everyone", "everybody", "all"})
_ALL = -2  # the code of a row that names every group

Groups = Mapping[str, Collection[str]]
"""Groups by attribute that nobody who took part may belong to, such as those of a baseline."""


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """The groups that ideas are for, in one attribute: one row an (idea, group) pair.

    ``groups`` are those of the attribute's `Grouping`, then named ones that nobody belongs to,
    sorted.
    """

    groups: tuple[str, ...]
    idea: NDArray[np.intp]
    group: NDArray[np.intp]
    weight: NDArray[np.float64]

    def matrix(self, n_ideas: int) -> NDArray[np.float64]:
        """Ideas by groups; 0 where a group is not named."""
        weights = np.zeros((n_ideas, len(self.groups)))
        weights[self.idea, self.group] = self.weight
        return weights


@dataclass(frozen=True, slots=True)
class _Block:
    """The rows of a table about one attribute, and each one's place among the groups."""

    attribute: str
    rows: NDArray[np.bool_]
    groups: tuple[str, ...]
    group: NDArray[np.intp]


def read_beneficiaries(reader: Reader, people: People, also: Groups) -> dict[str, Named]:
    """Which groups each idea is for, by attribute."""
    if not reader.has("beneficiaries"):
        return {}
    rows = reader.rows("beneficiaries")
    idea = rows.places("idea_id")
    weight = _weights(rows)
    said = (rows.labels("attribute").codes >= 0) & (rows.labels("group").codes >= 0)
    reader.left_out("beneficiaries", said, "without attribute or group")
    found: dict[str, Named] = {}
    for block in _blocks(reader, rows, people, also, said & (idea >= 0)):
        found[block.attribute] = _for_everyone(reader, block, idea[block.rows], weight[block.rows])
    return found


def read_need(
    reader: Reader, people: People, also: Groups, topics: tuple[str, ...]
) -> dict[str, Need]:
    """How much each group needs what a topic is about, by attribute."""
    if not reader.has("need"):
        return {}
    rows = reader.rows("need")
    topic = tied_topics(reader, "need", topics)
    weight = _weights(rows)
    said = (
        (topic.codes >= 0)
        & (rows.labels("attribute").codes >= 0)
        & (rows.labels("group").codes >= 0)
    )
    reader.left_out("need", said, "without topic, attribute or group")
    rows.no_repeats(topic=topic.codes)
    found: dict[str, Need] = {}
    for block in _blocks(reader, rows, people, also, said, may_be_everyone=False):
        weights = np.zeros((len(topic.labels), len(block.groups)))
        known = block.group >= 0
        weights[topic.codes[block.rows][known], block.group[known]] = weight[block.rows][known]
        found[block.attribute] = Need(block.attribute, topic.labels, block.groups, weights)
    return found


def _weights(rows: Rows) -> NDArray[np.float64]:
    """Weights, 1 where none is said."""
    weight = rows.numbers("weight")
    return np.where(np.isnan(weight), 1.0, weight)


def _blocks(
    reader: Reader,
    rows: Rows,
    people: People,
    also: Groups,
    said: NDArray[np.bool_],
    *,
    may_be_everyone: bool = True,
) -> Iterator[_Block]:
    """The rows of each attribute; attributes and groups that nobody knows are told."""
    column = rows.labels("attribute")
    known = tuple(dict.fromkeys((*people.attributes, *also)))
    tied = spelt_alike(column.labels, known)
    for code, name in enumerate(column.labels):
        if tied[name] is None:
            _unknown_attribute(reader, rows, name, int((column.codes == code).sum()), known)
    for attribute in dict.fromkeys(own for own in tied.values() if own is not None):
        codes = [code for code, name in enumerate(column.labels) if tied[name] == attribute]
        here = np.isin(column.codes, codes) & said
        groups = people.grouping(attribute).groups if attribute in people.attributes else ()
        named = rows.labels("group").where(here)
        if reader.reading.renames(attribute):
            named = named.translated(reader.reading.read(attribute, named.labels))
        used = [named.labels[code] for code in np.unique(named.codes)]
        all_groups = tuple(dict.fromkeys((*groups, *also.get(attribute, ()))))
        own = spelt_alike(used, all_groups)
        everyone = {g for g in used if may_be_everyone and own[g] is None and fold(g) in _EVERYONE}
        strange = [g for g in used if own[g] is None and g not in everyone]
        if strange:
            _unknown_groups(reader, rows.table, attribute, named, strange, all_groups)
        groups = (*groups, *sorted({g for g in own.values() if g is not None} - set(groups)))
        place = {g: i for i, g in enumerate(groups)}
        lookup = [_ALL if g in everyone else place.get(own.get(g) or "", -1) for g in named.labels]
        yield _Block(attribute, here, groups, np.array([*lookup, -1], dtype=np.intp)[named.codes])


def _unknown_attribute(
    reader: Reader, rows: Rows, name: str, n: int, known: tuple[str, ...]
) -> None:
    held = f"; they have {listed(known, most=8)}" if known else ""
    reader.problems.add(
        f"{rows.table}: {count_of(n, 'row')} about {show(name)}, "
        f"which participants have no column for{held}.",
        code="unknown_attribute",
        param=f"{rows.table}.attribute",
        got=name,
        expected=known,
        hint=did_you_mean(
            name,
            known,
            "pass participants= with a column of this name, "
            "so that it is known who belongs to which group.",
        ),
    )


def _unknown_groups(
    reader: Reader,
    table: str,
    attribute: str,
    column: Coded,
    strange: list[str],
    known: tuple[str, ...],
) -> None:
    wanted = set(strange)
    codes = [code for code, group in enumerate(column.labels) if group in wanted]
    rows = count_of(int(np.isin(column.codes, codes).sum()), "row")
    reader.problems.add(
        f"{table}: {rows} for {listed(strange)} in {show(attribute)}, which no participant has; "
        f"they have {listed(known, most=8)}.",
        code="unknown_group",
        param=f"{table}.group",
        got=tuple(strange[:3]),
        expected=known,
        hint=did_you_mean(
            strange[0],
            known,
            "if it is a group of the community that did not come, give a baseline that has it.",
        ),
    )


def _for_everyone(
    reader: Reader, block: _Block, idea: NDArray[np.intp], weight: NDArray[np.float64]
) -> Named:
    """Rows about one attribute, with one row a group in place of a row for everyone."""
    group = block.group
    wide = group == _ALL
    if wide.any():
        n = int(wide.sum())
        k = len(block.groups)
        reader.note(
            "named_for_everyone",
            "{ideas} named for everyone: counted as naming every {attribute:name}.",
            ideas=counted(n, "idea"),
            attribute=block.attribute,
        )
        all_ideas = np.repeat(idea[wide], k)
        all_groups = np.tile(np.arange(k), n)
        # An idea may be for everyone and name a group as well: the row that names it says more.
        narrow = (idea * np.intp(k) + group)[group >= 0]
        fresh = ~np.isin(all_ideas * np.intp(k) + all_groups, narrow)
        idea = np.concatenate([idea[~wide], all_ideas[fresh]])
        group = np.concatenate([group[~wide], all_groups[fresh]])
        weight = np.concatenate([weight[~wide], np.repeat(weight[wide], k)[fresh]])
    reader.no_repeats("beneficiaries", [idea, group], f"idea and group of {show(block.attribute)}")
    keep = group >= 0
    return Named(block.groups, idea[keep], group[keep], weight[keep])
