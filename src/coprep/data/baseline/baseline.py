"""Baseline: what the community looks like, with its uncertainty and its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from coprep.data.baseline.account import AccountRow, account_frame
from coprep.data.baseline.profile import Profile, Published, recoded
from coprep.data.baseline.sampling import Design, Sample, sampled
from coprep.data.baseline.tables import figures_by_attribute, joint_counts
from coprep.data.frames import open_frame
from coprep.data.label_matching import spelt_alike
from coprep.errors import InputError
from coprep.findings import Note, counted
from coprep.wording.labels import listed, nearest, show

if TYPE_CHECKING:
    import pandas as pd

BaselineKind = Literal["population", "target"]


@dataclass(frozen=True, eq=False, repr=False)
class Baseline:
    """What the community looks like: for each attribute its groups and their shares.

    Make one with `from_counts`, `from_shares`, `from_frame` or `from_microdata`.

    Parameters
    ----------
    profiles : mapping of str to Profile
        One profile an attribute.
    source, area, date, universe : str
        Where the figures are from, what place and day they describe, and who is counted (all
        residents, adults, electors). Shown beside every answer.
    kind : {"population", "target"}
        A population is what a fair draw would give; a target is what somebody asked for, and is
        never tested.
    notes : tuple of Note
        What was left out or looked odd.
    cells : mapping, optional
        Joint counts by several attributes, from `from_microdata`.
    accounts : tuple of AccountRow
        What a reader did with everything in a file; `account` shows it.

    Examples
    --------
    >>> b = Baseline.from_counts({"sex": {"Female": 510, "Male": 490}}, source="Census 2021")
    >>> b.shares("sex")
    {'Female': 0.51, 'Male': 0.49}
    """

    profiles: Mapping[str, Profile]
    source: str = ""
    area: str = ""
    date: str = ""
    universe: str = ""
    kind: BaselineKind = "population"
    notes: tuple[Note, ...] = ()
    cells: Mapping[tuple[str, ...], float] | None = field(default=None)
    accounts: tuple[AccountRow, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in ("population", "target"):
            raise InputError.choice("kind", self.kind, ("population", "target"))

    # -- making one ------------------------------------------------------------

    @classmethod
    def from_counts(
        cls,
        counts: Mapping[str, Mapping[Any, Any]],
        *,
        moe: Mapping[str, Mapping[Any, Any]] | None = None,
        overlapping: Sequence[str] = (),
        source: str = "",
        area: str = "",
        date: str = "",
        universe: str = "",
        kind: BaselineKind = "population",
    ) -> Self:
        """A baseline from how many people there are in each group.

        Parameters
        ----------
        counts : mapping of str to mapping
            For each attribute the number of people by group; estimates need not be whole.
        moe : mapping, optional
            90% margins of error of the counts, in people, in the same form.
        overlapping : sequence of str
            Attributes in which one person can be in several groups; each needs a ``"Total"`` row.
        source, area, date, universe, kind
            See `Baseline`.

        Raises
        ------
        InputError
            With every problem found: negative or missing counts, groups that stand twice, an
            attribute that is empty or adds to 0.

        Examples
        --------
        >>> Baseline.from_counts({"sex": {"Female": 510, "Male": 490}}).groups("sex")
        ('Female', 'Male')
        """
        maker = Published(overlapping)
        profiles = maker.every(counts, moe or {}, maker.by_count)
        return cls(profiles, source, area, date, universe, kind, tuple(maker.notes))

    @classmethod
    def from_shares(
        cls,
        shares: Mapping[str, Mapping[Any, Any]],
        *,
        size: float | None = None,
        moe: Mapping[str, Mapping[Any, Any]] | None = None,
        rounding: float | Literal["auto"] = "auto",
        overlapping: Sequence[str] = (),
        source: str = "",
        area: str = "",
        date: str = "",
        universe: str = "",
        kind: BaselineKind = "population",
    ) -> Self:
        """A baseline from shares or percentages.

        Parameters
        ----------
        shares : mapping of str to mapping
            For each attribute the share of each group: fractions that add to 1 or percentages that
            add to 100.
        size : float, optional
            How many people the shares are of; gives counts.
        moe : mapping, optional
            90% margins of error, in the same unit as the shares.
        rounding : float or "auto"
            Half a unit of the last digit, as a share: 0.005 for whole percentages. ``"auto"`` takes
            it from the digits printed where the figures are percentages, or fractions that miss 1
            by rounding; fractions that add to 1 are taken as exact.
        overlapping : sequence of str
            Attributes in which one person can be in several groups; their shares need not add up.
        source, area, date, universe, kind
            See `Baseline`.

        Raises
        ------
        InputError
            With every problem found, such as shares that add to neither 1 nor 100.

        Examples
        --------
        >>> Baseline.from_shares({"sex": {"Female": 51, "Male": 49}}).shares("sex")
        {'Female': 0.51, 'Male': 0.49}
        """
        maker = Published(overlapping, size=size, rounding=rounding)
        profiles = maker.every(shares, moe or {}, maker.by_share)
        return cls(profiles, source, area, date, universe, kind, tuple(maker.notes))

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        attribute: str = "attribute",
        group: str = "group",
        count: str | None = None,
        share: str | None = None,
        moe: str | None = None,
        **options: Any,
    ) -> Self:
        """A baseline from a tidy table with a row for each group.

        Parameters
        ----------
        frame : data frame
            Columns for the attribute, the group and a count or a share.
        attribute, group, count, share, moe : str
            Their names; ``count``, ``share`` and ``moe`` are looked for under these names when not
            given.
        **options
            Passed to `from_counts` or `from_shares`.

        Raises
        ------
        InputError
            For a column that is not there, and for all that those raise.

        Examples
        --------
        >>> import pandas as pd
        >>> rows = {"attribute": ["sex", "sex"], "group": ["F", "M"], "share": [51, 49]}
        >>> rows = pd.DataFrame(rows)
        >>> Baseline.from_frame(rows).shares("sex")
        {'F': 0.51, 'M': 0.49}
        """
        opened = open_frame(frame, what="baseline")
        alike = spelt_alike((attribute, group, "count", "share", "moe"), opened.columns)
        attribute = alike[attribute] or attribute
        group = alike[group] or group
        figure = count or share or next((alike[c] for c in ("count", "share") if alike[c]), None)
        if figure is None:
            raise InputError.of(
                "the baseline table has no column 'count' or 'share'; it has "
                f"{listed(opened.columns, most=12)}.",
                code="unknown_column",
                param="baseline",
                hint="call the column of figures count (numbers of people) or share (shares or "
                "percentages).",
            )
        margin = moe or alike["moe"]
        values, margins = figures_by_attribute(opened, attribute, group, figure, margin)
        as_count = count is not None or (share is None and figure == alike["count"])
        make = cls.from_counts if as_count else cls.from_shares
        return make(values, moe=margins, **options)

    @classmethod
    def from_microdata(
        cls,
        frame: Any,
        *,
        attributes: Sequence[str],
        weight: str | None = None,
        complete: bool = False,
        replicates: Mapping[str, float] | None = None,
        strata: str | None = None,
        cluster: str | None = None,
        source: str = "",
        area: str = "",
        date: str = "",
        universe: str = "",
    ) -> Self:
        """A baseline from one row a person, with its joint table.

        Rows are taken for a sample of the community, and the sampling error of each share is
        carried into every verdict, unless you say that they are everybody.

        Parameters
        ----------
        frame : data frame
            One row a person, on any engine; only counts leave the engine.
        attributes : sequence of str
            The columns to count by.
        weight : str, optional
            Column of survey weights.
        complete : bool, default False
            Whether the rows are everybody, so that shares have no error.
        replicates : mapping of str to float, optional
            Columns of replicate weights, each with the factor of its squared deviation: 4 / 80 for
            the 80 of the American Community Survey, 1 / R for balanced repeated replication,
            (R - 1) / R for the jackknife.
        strata, cluster : str, optional
            Columns of the strata and of the primary units that the sample was drawn by. Without
            replicates errors are linearised from these, and from the rows where there are none.
        source, area, date, universe
            See `Baseline`.

        Raises
        ------
        InputError
            For a column that is not there, weights that are none, rows in no stratum or cluster,
            and a design of rows that are everybody.

        References
        ----------
        Wolter, K. M. (2007). Introduction to Variance Estimation, 2nd ed.

        Examples
        --------
        >>> import pandas as pd
        >>> people = pd.DataFrame({"sex": ["F", "F", "M"] * 50, "age": ["young", "old", "old"] * 50})
        >>> everybody = Baseline.from_microdata(people, attributes=["sex", "age"], complete=True)
        >>> everybody.joint("sex", "age")["F", "old"]
        50.0
        >>> survey = Baseline.from_microdata(people, attributes=["sex", "age"])
        >>> everybody.moe("sex"), round(survey.moe("sex")["F"], 3)
        (None, 0.064)
        """
        opened = open_frame(frame, what="baseline")
        cells, dropped = joint_counts(opened, attributes, weight)
        design = Design(weight, strata, cluster, dict(replicates or {}))
        if complete and (design.columns or design.replicates):
            raise InputError.of(
                "rows that are everybody have no strata, clusters or replicates.",
                code="complete_sample",
                param="complete",
                got=complete,
                hint="leave complete out, or the design.",
            )
        counts: dict[str, dict[str, float]] = {a: {} for a in attributes}
        for key, size in sorted(cells.items()):
            for a, group in zip(attributes, key, strict=True):
                counts[a][group] = counts[a].get(group, 0.0) + size
        made = cls.from_counts(counts, source=source, area=area, date=date, universe=universe)
        if not complete:
            made = made._with_error(sampled(opened, attributes, design), attributes)
        if not dropped:
            return replace(made, cells=cells)
        note = Note.of(
            "unknown_left_out",
            "{people:count} people of the baseline have an unknown group in one of these "
            "attributes "
            "and are left out.",
            people=dropped,
        )
        return replace(made, cells=cells, notes=(*made.notes, note))

    def _with_error(self, sample: Sample, attributes: Sequence[str]) -> Self:
        """The baseline with the sampling error of each share, and a note that says so."""
        profiles = dict(self.profiles)
        for which, attribute in enumerate(attributes):
            profile = profiles[attribute]
            of_shares, of_counts = sample.margins(which)
            count_moe = None
            if of_counts is not None:
                count_moe = np.array([of_counts[g] for g in profile.groups])
            moe = np.array([of_shares[g] for g in profile.groups])
            profiles[attribute] = replace(profile, moe=moe, count_moe=count_moe, sampled=True)
        note = Note.of(
            "baseline_is_sample",
            "The baseline is a sample of {people}; its sampling error is part of every verdict. "
            "Where these are everybody, say complete=True.",
            people=counted(sample.people, "person", "people"),
        )
        return replace(self, profiles=profiles, notes=(*self.notes, note))

    # -- reading it ------------------------------------------------------------

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes it describes."""
        return tuple(self.profiles)

    def profile(self, attribute: str) -> Profile:
        """The make-up by one attribute.

        Raises
        ------
        InputError
            Where the baseline does not have it, with the nearest name it has.
        """
        if attribute in self.profiles:
            return self.profiles[attribute]
        close = nearest(attribute, self.attributes)
        raise InputError.of(
            f"the baseline does not describe {show(attribute)}; it knows "
            f"{listed(self.attributes, most=12)}.",
            code="unknown_attribute",
            param="attribute",
            got=attribute,
            expected=self.attributes,
            hint=f"did you mean {show(close)}?" if close else None,
        )

    def groups(self, attribute: str) -> tuple[str, ...]:
        """The groups of an attribute, in the source's order."""
        return self.profile(attribute).groups

    def shares(self, attribute: str) -> dict[str, float]:
        """Share of each group, as published, from 0 to 1."""
        return self._by_group(attribute, self.profile(attribute).shares)

    def counts(self, attribute: str) -> dict[str, float] | None:
        """People in each group, or None where only shares are known."""
        counts = self.profile(attribute).counts
        return None if counts is None else self._by_group(attribute, counts)

    def moe(self, attribute: str) -> dict[str, float] | None:
        """90% margin of error of each share, or None where the source gives none."""
        moe = self.profile(attribute).moe
        return None if moe is None else self._by_group(attribute, moe)

    def joint(self, *attributes: str) -> dict[tuple[str, ...], float]:
        """People by several attributes at once.

        Raises
        ------
        InputError
            Where the baseline has no joint table of them: margins alone do not tell it.
        """
        for attribute in attributes:
            self.profile(attribute)
        if self.cells is None:
            raise InputError.of(
                f"this baseline has no joint table of {listed(attributes, most=6)}, only each "
                "attribute alone.",
                code="no_joint_table",
                param="attributes",
                hint="make it with Baseline.from_microdata from one row a person.",
            )
        at = [self.attributes.index(a) for a in attributes]
        cells: dict[tuple[str, ...], float] = {}
        for key, w in self.cells.items():
            part = tuple(key[i] for i in at)
            cells[part] = cells.get(part, 0.0) + w
        return cells

    def _by_group(self, attribute: str, values: NDArray[np.float64]) -> dict[str, float]:
        return dict(zip(self.groups(attribute), values.tolist(), strict=True))

    def account(self) -> pd.DataFrame:
        """What was read, chosen, merged and left out, and why: a row each.

        Columns: attribute, item, code, treatment, count, low, high, why. Of each attribute the rows
        ``group``, ``left out`` and ``difference`` add up to the row ``total``.
        """
        if self.accounts:
            return account_frame(self.accounts)
        rows = [
            AccountRow(p.attribute, group, "", "group", count, count, count)
            for p in self.profiles.values()
            for group, count in zip(
                p.groups, [np.nan] * len(p.groups) if p.counts is None else p.counts, strict=True
            )
        ]
        return account_frame(
            [*rows, *(AccountRow("", note.text, "", "note") for note in self.notes)]
        )

    @property
    def described(self) -> str:
        """Source, area, date and universe in one line."""
        return ", ".join(
            part for part in (self.source, self.area, self.date, self.universe) if part
        )

    def to_frame(self) -> pd.DataFrame:
        """The baseline as a tidy pandas frame: attribute, group, count, share, moe."""
        import pandas as pd

        rows = []
        for p in self.profiles.values():
            for i, group in enumerate(p.groups):
                count = np.nan if p.counts is None else p.counts[i]
                moe = np.nan if p.moe is None else p.moe[i]
                rows.append((p.attribute, group, count, p.shares[i], moe))
        return pd.DataFrame(rows, columns=["attribute", "group", "count", "share", "moe"])

    def __repr__(self) -> str:
        parts = ", ".join(
            f"{show(a)[1:-1]} ({len(p.groups)} groups)" for a, p in self.profiles.items()
        )
        return f"<Baseline: {show(self.described)[1:-1] or 'no source given'}; {parts}>"

    # -- changing it ------------------------------------------------------------

    def recode(self, mapping: Mapping[str, Any]) -> Self:
        """A copy in which groups are renamed or merged.

        Parameters
        ----------
        mapping : mapping
            ``{"old": "new"}`` for whatever attribute has the group ``"old"``, or
            ``{"attribute": {"old": "new"}}``. Several groups with one new name are added up.

        Raises
        ------
        InputError
            Where no attribute has a group that is named, or a new name means "we do not know".

        Examples
        --------
        >>> b = Baseline.from_counts({"age": {"16-24": 10, "25-29": 10, "30+": 80}})
        >>> b.recode({"16-24": "under 30", "25-29": "under 30"}).shares("age")
        {'under 30': 0.2, '30+': 0.8}
        """
        profiles, cells, notes = recoded(self.profiles, self.cells, mapping)
        return replace(self, profiles=profiles, notes=(*self.notes, *notes), cells=cells)

    def __or__(self, other: Baseline) -> Baseline:
        """Both together; they may not describe the same attribute."""
        both = sorted(set(self.attributes) & set(other.attributes))
        if both:
            raise InputError.of(
                f"both baselines describe {listed(both)}.",
                code="duplicate_attribute",
                got=tuple(both),
                hint="rename the attribute in one of them, or leave it out.",
            )
        if self.kind != other.kind:
            raise InputError.of(
                "a population and a target cannot be joined into one baseline.", code="mixed_kinds"
            )
        texts: dict[str, Any] = {}
        for name in ("source", "area", "date", "universe"):
            both_texts = dict.fromkeys((getattr(self, name), getattr(other, name)))
            texts[name] = "; ".join(text for text in both_texts if text)
        profiles = {**self.profiles, **other.profiles}
        notes = (*self.notes, *other.notes)
        return replace(self, profiles=profiles, notes=notes, cells=None, **texts)
