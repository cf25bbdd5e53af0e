"""seats: divides the places of a panel among the groups of a community, and writes quota tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.profile import Profile
from coprep.errors import InputError, Problems
from coprep.findings import Note, counted, distinct
from coprep.metrics._checks import Bools, Floats, whole
from coprep.metrics.planning._apportionment import ApportionMethod, Division, apportion, divided
from coprep.metrics.planning._relaxation import Relaxation, smallest_relaxation
from coprep.pictures import Bars
from coprep.representation._called import check_form, check_known
from coprep.representation._inputs import checked_baseline
from coprep.representation._joint import Joint, joint_counts
from coprep.representation._options import Options
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show
from coprep.wording.templates import say

if TYPE_CHECKING:
    import pandas as pd

QuotaForm = Literal["feature,value", "category,name", "category,feature"]

_ROWS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "baseline": "number",
    "expected": "number",
    "seats": "count",
    "minimum": "count",
    "maximum": "count",
    "tied": "truth",
    "in_pool": "count",
    "reading": "text",
}
_POSSIBLE: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "minimum_possible": "count",
    "maximum_possible": "count",
    "smallest_combination": "count",
}
_CALLED: Mapping[ApportionMethod, str] = {
    "hamilton": "largest remainders (Hamilton)",
    "webster": "highest quotients (Webster, Sainte-Lague)",
    "huntington-hill": "highest quotients (Huntington and Hill)",
    "jefferson": "highest quotients (Jefferson, D'Hondt)",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Seats(Result):
    """How many places of a panel each group is to have.

    Attributes
    ----------
    rows : Table
        A row for every group of the baseline:

        - attribute, group; baseline: its share, 0 to 1.
        - expected: its part of the seats, with decimals.
        - seats: how many it gets; those of an attribute add up to the panel, unless people can be
          in several of its groups.
        - minimum, maximum: its quota, the seats and the leeway asked for either way.
        - tied: whether a tie decided one of its seats; the group listed first got it.
        - in_pool: people of the group in the pool, where one was given.
        - reading: the row in one sentence.
    possible : Table
        With a pool, the quota of every group nearest to the one asked for with which all of them can
        be filled together, as a frame `possible_table`: attribute, group, minimum_possible,
        maximum_possible; and smallest_combination, people in the smallest combination of groups that occurs in the pool
        (where it is small, a copy for publication hides the rows, which could tell it).
    """

    possible: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "representation.seats"
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "group",
        "baseline",
        "expected",
        "seats",
        "minimum",
        "maximum",
        "in_pool",
    )
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "expected": ("Part of the seats", "decimal"),
        "minimum": ("At least", "count"),
        "maximum": ("At most", "count"),
        "in_pool": ("People in the pool", "count"),
    }
    listed_by: ClassVar[str | None] = "baseline"
    count_columns: ClassVar[tuple[str, ...]] = ("in_pool", "smallest_combination")
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("attribute",)
    keep_when_protected: ClassVar[tuple[str, ...]] = (
        "baseline",
        "expected",
        "seats",
        "minimum",
        "maximum",
        "tied",
        "reading",
    )

    @property
    def possible_table(self) -> pd.DataFrame:
        """`possible` as a fresh pandas frame."""
        return self.possible.to_frame()

    @property
    def headline(self) -> str:
        """How seats were divided, who gets none, and whether the pool can fill the quotas."""
        said = [
            say(
                "{seats} divided by {how}.",
                seats=counted(self.settings["seats"], "seat"),
                how=_CALLED[self.settings["divided_by"]],
            )
        ]
        leading = [note for note in self.notes if note.code in _SAID]
        said += [say(_SAID[note.code], **note.values) for note in leading]
        return " ".join(said)

    def quotas(self, form: QuotaForm = "feature,value") -> pd.DataFrame:
        """The quota table that programs for sortition read.

        Parameters
        ----------
        form : {"feature,value", "category,name", "category,feature"}, default "feature,value"
            How its first two columns are called: as sortition-algorithms, the older stratified
            selection app, or Panelot has it.

        Returns
        -------
        pandas.DataFrame
            A row a group: the two names, ``min`` and ``max``; and, but for Panelot, ``min_flex``
            and ``max_flex``, between which the program may move a quota: what this pool can fill,
            where one was given.

        Raises
        ------
        InputError
            For an unknown form.

        Examples
        --------
        >>> from coprep import Baseline, representation
        >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
        >>> print(representation.seats(lives_there, seats=24).quotas().to_string(index=False))
        feature  value  min  max  min_flex  max_flex
            sex Female   12   12        12        12
            sex   Male   12   12        12        12
        """
        import pandas as pd

        if form not in get_args(QuotaForm):
            raise InputError.choice("form", form, get_args(QuotaForm))
        outer, inner = form.split(",")
        rows = self.rows
        least = rows["minimum"]
        most = rows["maximum"]
        table: dict[str, Any] = {
            outer: rows["attribute"],
            inner: rows["group"],
            "min": least,
            "max": most,
        }
        if form != "category,feature":
            table["min_flex"] = self._flexible("minimum")
            table["max_flex"] = self._flexible("maximum")
        return pd.DataFrame(table)

    def _flexible(self, end: str) -> list[int]:
        """The least, or the most, that the pool can fill; where that is not known what was asked."""
        asked = self.rows[end]
        if not len(self.possible):
            return list(asked)
        able = self.possible[f"{end}_possible"]
        both = zip(asked, able, strict=True)
        return [quota if possible is None else possible for quota, possible in both]

    def save_quotas(self, path: str | Path, form: QuotaForm = "feature,value") -> Path:
        """Write the quota table as CSV, as the program reads it.

        Parameters
        ----------
        path : str or path
            Where to.
        form : {"feature,value", "category,name", "category,feature"}
            As for `quotas`.

        Returns
        -------
        pathlib.Path
            What was written.

        Raises
        ------
        InputError
            For an unknown form, and a file that cannot be written.

        Notes
        -----
        A label that a spreadsheet would take for a formula gets a leading apostrophe, as in every
        file of this library; the program then does not know it again. Rename such groups before.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import mkdtemp
        >>> from coprep import Baseline, representation
        >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
        >>> divided = representation.seats(lives_there, seats=24)
        >>> path = divided.save_quotas(Path(mkdtemp()) / "features.csv")
        >>> path.read_text().splitlines()[:2]
        ['feature,value,min,max,min_flex,max_flex', 'sex,Female,12,12,12,12']
        """
        from coprep.report.files import save_csv

        table = self.quotas(form)
        return save_csv(path, tuple(table.columns), table.itertuples(index=False, name=None))


_METHOD = (
    "Seats of each attribute are divided on its own (Balinski and Young 1982); a tie goes to the "
    "group listed first.",
    "Whether a pool can fill all quotas, and the smallest change with which it can, is found by an "
    "integer program.",
)
_SAID: Mapping[str, str] = {
    "no_seat": "Without a seat ({attribute:name}): {groups:labels}.",
    "quotas_conflict": "The pool cannot fill all quotas together.",
    "quotas_can_be_filled": "The pool can fill all quotas together.",
}
"""What the headline says of a note."""


@dataclass(frozen=True, slots=True, eq=False)
class _Divided:
    """The seats of one attribute and the quotas around them."""

    profile: Profile
    seats: Floats
    tied: Bools
    low: Floats
    high: Floats


def seats(
    baseline: Baseline,
    *,
    seats: int,
    attributes: Sequence[str] | str | None = None,
    method: ApportionMethod = "hamilton",
    minimum: int = 0,
    slack: int = 0,
    pool: Any = None,
    columns: Mapping[str, str] | None = None,
    unknown: Iterable[str] = (),
    unmatched: Literal["raise", "row"] = "raise",
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    recode: Mapping[str, Any] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    title: str = "",
) -> Seats:
    """How many seats should each group have, and can these people fill them all together?

    Parameters
    ----------
    baseline : Baseline
        Who lives there, or a target.
    seats : int
        Places of the panel.
    attributes : sequence of str, optional
        What places are divided by; by default all that the baseline describes. Each is divided on
        its own.
    method : {"hamilton", "webster", "huntington-hill", "jefferson"}, default "hamilton"
        How fractions of seats are settled, see `coprep.metrics.planning.apportion`.
    minimum : int, default 0
        The least that every group with a share gets.
    slack : int, default 0
        By how many seats a quota may be missed either way.
    pool : data frame, optional
        One row a person who can be chosen. Whether the quotas can be filled together is found by an
        integer program; where they cannot, the smallest change with which they can.
    columns, unknown, unmatched, outside, recode
        How the pool is read, as by `assess`. People of unknown group can be chosen and fill no
        quota of that attribute.
    labels : mapping, optional
        What groups are called in sentences and pictures.
    title : str
        What to call this.

    Returns
    -------
    Seats
        A row a group; `Seats.quotas` is the table that programs for sortition read.

    Raises
    ------
    InputError
        For fewer seats than the minima ask for, or than there are groups with Huntington-Hill's
        method; a pool smaller than the panel; and all that `assess` refuses.

    Notes
    -----
    A tie goes to the group that the baseline lists first, and a note says so. Where people can be
    in several groups of an attribute, each group is divided against everybody else. Quotas on
    attributes alone leave their crossings to chance.

    References
    ----------
    Balinski, M. L. & Young, H. P. (1982). Fair Representation: Meeting the Ideal of One Man, One
    Vote. Yale University Press.

    Examples
    --------
    >>> from coprep import Baseline, representation
    >>> ethnic = {"White": 765, "Asian": 136, "Black": 47, "Mixed": 30, "Other": 17, "Roma": 5}
    >>> lives_there = Baseline.from_counts({"ethnicity": ethnic})
    >>> representation.seats(lives_there, seats=25).table["seats"].tolist()
    [19, 3, 1, 1, 1, 0]
    >>> found = representation.seats(lives_there, seats=25, method="webster", minimum=1)
    >>> found.table["seats"].tolist()
    [18, 3, 1, 1, 1, 1]
    """
    community = checked_baseline(baseline)
    _check(seats, method, minimum, slack)
    options = Options.of_reading(
        attributes=attributes,
        columns=columns,
        unknown=unknown,
        unmatched=unmatched,
        outside=outside,
        recode=recode,
        labels=labels,
        title=title,
    )
    profiles = _profiles(community, options)
    shares = [_divide(profile, seats, method, minimum, slack) for profile in profiles]
    notes = [*community.notes, *_notes(shares, seats)]
    relaxed = None
    joint = None
    if pool is not None:
        joint = joint_counts(pool, community, options)
        shares = _in_order_of(joint, shares)
        relaxed = smallest_relaxation(
            joint.n,
            joint.codes,
            low=[each.low for each in shares],
            high=[each.high for each in shares],
            seats=seats,
        )
        notes += (*joint.notes, *_on_pool(shares, joint, relaxed))
    records = [
        record for at, each in enumerate(shares) for record in _records(each, seats, at, joint)
    ]
    possible = Table({}, {})
    if joint is not None and relaxed is not None:
        possible = Table.from_records(list(_possible(shares, joint, relaxed)), _POSSIBLE)
    area = community.area or "who lives there"
    return Seats(
        title=title or f"{seats:,} seats, as {area}",
        rows=Table.from_records(records, _ROWS),
        notes=distinct(notes),
        settings={
            "seats": seats,
            "divided_by": method,
            "minimum": minimum,
            "slack": slack,
            "baseline": community.described,
            "labels": options.labels,
            "method": _METHOD,
        },
        picture=Bars(
            label=("attribute", "group"),
            value="seats",
            expected="expected",
            axis="seats",
            expected_label="part of the seats, before it is made whole",
        ),
        possible=possible,
    )


def _check(seats: Any, method: Any, minimum: Any, slack: Any) -> None:
    """Everything that is wrong with the numbers asked for."""
    problems = Problems()
    for name, value, low in (("seats", seats, 1), ("minimum", minimum, 0), ("slack", slack, 0)):
        try:
            whole(value, name, low=low)
        except InputError as error:
            problems.take(error)
    if method not in _CALLED:
        problems.take(InputError.choice("method", method, tuple(_CALLED)))
    problems.raise_if_any()


def _profiles(community: Baseline, options: Options) -> tuple[Profile, ...]:
    """The attributes whose seats are divided."""
    problems = Problems()
    asked = community.attributes if options.attributes is None else options.attributes
    for attribute in asked:
        try:
            community.profile(attribute)
        except InputError as error:
            problems.take(error)
    check_form(options.labels, problems)
    problems.raise_if_any()
    check_known(options.labels, {name: community.groups(name) for name in asked}, problems)
    problems.raise_if_any()
    return tuple(community.profile(attribute) for attribute in asked)


def _divide(
    profile: Profile, seats: int, method: ApportionMethod, minimum: int, slack: int
) -> _Divided:
    """The seats of one attribute."""
    there = profile.shares > 0
    found = np.zeros(len(there))
    tied = np.zeros(len(there), dtype=np.bool_)
    if profile.overlapping:
        for at in np.flatnonzero(there):
            share = float(profile.shares[at])
            division = Division(np.array([float(seats)]), np.zeros(1, dtype=np.bool_))
            if share < 1:
                division = divided(np.array([share, 1 - share]), seats, method, 0)
            found[at] = max(minimum, division.given[0])
            tied[at] = division.tied[0]
    else:
        try:
            found = apportion(profile.shares, seats, method=method, minimum=minimum)
        except InputError as error:
            raise InputError.of(
                f"{show(profile.attribute)}: {error.problems[0].what}",
                code=error.code,
                param=error.param,
                got=error.got,
                hint=error.hint,
            ) from None
        shares = profile.shares[there] / profile.shares.sum()
        tied[there] = divided(shares, seats, method, minimum).tied
    return _Divided(
        profile,
        found,
        tied,
        low=np.where(there, np.maximum(found - slack, np.minimum(minimum, found)), 0.0),
        high=np.where(there, np.minimum(found + slack, seats), float(seats)),
    )


def _in_order_of(joint: Joint, shares: Sequence[_Divided]) -> list[_Divided]:
    """The divided attributes that the pool has, all of them, in its order."""
    by_name = {each.profile.attribute: each for each in shares}
    lacking = [name for name in by_name if name not in joint.attributes]
    if lacking:
        raise InputError.of(
            f"the pool does not tell {show(lacking[0])} of people.",
            code="unknown_attribute",
            param="pool",
            got=tuple(lacking),
            hint=f"leave it out with attributes={list(joint.attributes)!r}, or tie its column with "
            "columns={'your column': 'baseline attribute'}.",
        )
    return [by_name[name] for name in joint.attributes]


def _notes(shares: Sequence[_Divided], seats: int) -> Iterator[Note]:
    """Who gets nothing, what a tie decided, and what the numbers leave open."""
    for each in shares:
        name = each.profile.attribute
        groups = np.array(each.profile.groups, dtype=object)
        none = groups[(each.profile.shares > 0) & (each.seats == 0)].tolist()
        if none:
            yield Note.of(
                "no_seat",
                "{attribute:opening}: {groups:labels} get none of {seats}; minimum=1 gives every "
                "group a place.",
                attribute=name,
                groups=none,
                seats=counted(seats, "seat"),
            )
        tied = groups[each.tied].tolist()
        if tied:
            yield Note.of(
                "tie",
                "{attribute:opening}: {groups:labels} had equal claims to the last seats; those "
                "listed first got them. A lot would be as fair.",
                attribute=name,
                groups=tied,
            )
        if each.profile.overlapping:
            yield Note.of(
                "overlapping",
                "{attribute:opening}: people can be in several groups; each is divided against "
                "everybody else, so that the seats do not add up.",
                attribute=name,
            )


def _on_pool(shares: Sequence[_Divided], joint: Joint, relaxed: Relaxation) -> Iterator[Note]:
    """Whether the pool can fill the quotas, and what must change so that it can."""
    people = counted(int(joint.n.sum()), "person", "people")
    for name, code in zip(joint.attributes, joint.codes.T, strict=True):
        unknown = int(joint.n[code < 0].sum())
        if unknown:
            yield Note.of(
                "unknown_group",
                "In the pool the {attribute:name} of {people} is unknown: they fill no quota of it.",
                people=counted(unknown, "person", "people"),
                attribute=name,
            )
    if relaxed.total == 0:
        yield Note.of(
            "quotas_can_be_filled",
            "All quotas can be filled together from this pool of {people}.",
            people=people,
        )
        return
    changed = []
    for each, low, high in zip(shares, relaxed.low, relaxed.high, strict=True):
        for k in np.flatnonzero((low < each.low) | (high > each.high)):
            quota = f"{low[k]:.0f}"
            if high[k] > low[k]:
                quota += f" to {high[k]:.0f}"
            changed.append(f"{each.profile.groups[k]} ({each.profile.attribute}): {quota}")
    yield Note.of(
        "quotas_conflict",
        "The quotas cannot be filled together from this pool of {people}; the smallest change with "
        "which they can is by {change} in all: {quotas:labels}.",
        people=people,
        quotas=changed,
        change=counted(int(relaxed.total), "person", "people"),
        # Not said: where it is small, a copy for publication leaves the note out.
        smallest_combination=int(joint.n.min()),
    )


def _records(each: _Divided, seats: int, at: int, joint: Joint | None) -> Iterator[dict[str, Any]]:
    """The row of every group of one attribute."""
    profile = each.profile
    whole_share = 1.0 if profile.overlapping else float(profile.shares.sum())
    for k, group in enumerate(profile.groups):
        share = float(profile.shares[k]) / whole_share
        record: dict[str, Any] = {
            "attribute": profile.attribute,
            "group": group,
            "baseline": float(profile.shares[k]),
            "expected": share * seats,
            "seats": int(each.seats[k]),
            "minimum": int(each.low[k]),
            "maximum": int(each.high[k]),
            "tied": bool(each.tied[k]),
            "reading": say(
                "{group:label} ({attribute:name}): {seats:count} of {all}; its share would be "
                "{part:decimal}.",
                group=group,
                attribute=profile.attribute,
                seats=int(each.seats[k]),
                all=counted(seats, "seat"),
                part=share * seats,
            ),
        }
        if joint is not None:
            record["in_pool"] = int(joint.n[joint.codes[:, at] == k].sum())
        yield record


def _possible(
    shares: Sequence[_Divided], joint: Joint, relaxed: Relaxation
) -> Iterator[dict[str, Any]]:
    """The quota of every group that the pool can fill together with all others."""
    for each, low, high in zip(shares, relaxed.low, relaxed.high, strict=True):
        for group, least, most in zip(each.profile.groups, low, high, strict=True):
            yield {
                "attribute": each.profile.attribute,
                "group": group,
                "minimum_possible": int(least),
                "maximum_possible": int(most),
                "smallest_combination": int(joint.n.min()),
            }
