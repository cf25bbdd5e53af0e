"""monitor: follows who comes while they come, and says when something can already be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from coprep.data.baseline.baseline import Baseline
from coprep.errors import InputError, Problems
from coprep.findings import Note, distinct, encode
from coprep.pictures import Forest, Lines
from coprep.representation._inputs import as_read, checked_baseline, compared
from coprep.representation._options import Band, Options
from coprep.representation._watching.alarms import first_alarms_of
from coprep.representation._watching.arrivals import (
    read_arrivals,
    tally_from_plain,
    tally_to_plain,
)
from coprep.representation._watching.asked import (
    Asked,
    Direction,
    Null,
    check_watch,
    read_milestones,
)
from coprep.representation._watching.course import Followed, follow
from coprep.representation._watching.path import MILESTONES, PATH, at_milestones, path_of
from coprep.representation._watching.profile import evidence_on_profile
from coprep.representation._watching.stand import (
    baseline_from_plain,
    baseline_to_plain,
    check_later,
    options_to_plain,
    same_attributes,
)
from coprep.representation._watching.standings import judged
from coprep.representation._watching.words import timeless
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import listed, show

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


_ROWS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "count": "count",
    "total": "count",
    "unknown": "count",
    "share": "number",
    "baseline": "number",
    "ratio": "number",
    "ratio_low": "number",
    "ratio_high": "number",
    "log10_e_under": "number",
    "log10_e_under_band": "number",
    "log10_e_over": "number",
    "log10_e_over_band": "number",
    "log10_e_in_line": "number",
    "p_value": "number",
    "p_adjusted": "number",
    "verdict": "text",
    "parity_alarm": "text",
    "parity_alarm_at": "count",
    "parity_alarm_date": "text",
    "parity_alarm_ratio": "number",
    "band_alarm": "text",
    "band_alarm_at": "count",
    "band_alarm_date": "text",
    "band_alarm_ratio": "number",
    "reading": "text",
}
_OVERALL: dict[str, ColumnKind] = {
    "attribute": "text",
    "total": "count",
    "log10_e": "number",
    "p_value": "number",
    "alarm_at": "count",
    "alarm_date": "text",
    "method": "text",
}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Monitor(Result):
    """Who has come so far, and since when something can be said of a group.

    Attributes
    ----------
    rows : Table
        A row for every group of the baseline, at the last arrival:

        - attribute, group; count, total: arrivals in the group, and of known group; unknown: those
          of unknown group.
        - share, baseline: their shares, 0 to 1; ratio: share over baseline, with ratio_low and
          ratio_high, limits that hold at all times together.
        - log10_e_under, log10_e_over: evidence (e-values, as logarithms to base 10) that the share
          is below, and above, parity; log10_e_under_band, log10_e_over_band: that it is beyond the
          band; log10_e_in_line: that it is inside.
        - p_value, p_adjusted: 1 over the e-value on the side where the ratio lies, of the null
          asked for, and adjusted over the groups by e-BH; they are valid however often one looks.
        - verdict: under, over, in_line, inconclusive or not_assessable, at this time.
        - parity_alarm, band_alarm: "under" or "over" where the group was ever called out against
          parity and against the band; with the arrival and the date at which it first was, and the
          ratio then.
        - reading: the row in words.
    overall : Table
        A row an attribute, as a frame with `overall_table`: evidence against the whole profile, and
        the first time at which it reached 1/alpha.
    path : Table
        How each group got here, as a frame with `path_table`: from the twentieth arrival on, at
        ever wider steps.
    milestones : Table
        How each group stood when something happened, as a frame with `milestones_table`.
    stand : mapping
        What it takes to go on: the baseline, how arrivals are read, and sums. No arrival's row and
        no id is kept.

    Examples
    --------
    >>> from coprep import Baseline, representation
    >>> lives_there = Baseline.from_shares({"disability": {"Yes": 0.18, "No": 0.82}})
    >>> came = {"disability": ["No"] * 30 + ["Yes"] + ["No"] * 69}
    >>> so_far = representation.monitor(came, lives_there, watch=["Yes"])
    >>> so_far.table[["group", "count", "verdict", "parity_alarm_at"]].values.tolist()
    [['Yes', 1, 'under', 25], ['No', 99, 'inconclusive', <NA>]]
    """

    overall: Table = field(default_factory=lambda: Table.from_records([], _OVERALL))
    path: Table = field(default_factory=lambda: Table.from_records([], PATH))
    milestones: Table = field(default_factory=lambda: Table.from_records([], MILESTONES))
    stand: Mapping[str, Any] = field(default_factory=dict)

    kind: ClassVar[str] = "representation.monitor"
    says_verdict: ClassVar[bool] = True
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "group",
        "count",
        "total",
        "baseline",
        "ratio",
        "ratio_low",
        "ratio_high",
        "p_adjusted",
        "verdict",
        "parity_alarm_at",
        "band_alarm_at",
    )
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "count": ("Came so far", "count"),
        "parity_alarm_at": ("Called out first at arrival", "count"),
        "band_alarm_at": ("Beyond the band at arrival", "count"),
    }
    listed_by: ClassVar[str | None] = "baseline"
    count_columns: ClassVar[tuple[str, ...]] = ("count",)
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("attribute",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("total", "baseline")

    @property
    def overall_table(self) -> pd.DataFrame:
        """`overall` as a fresh pandas frame."""
        return self.overall.to_frame()

    @property
    def path_table(self) -> pd.DataFrame:
        """`path` as a fresh pandas frame."""
        return self.path.to_frame()

    @property
    def milestones_table(self) -> pd.DataFrame:
        """`milestones` as a fresh pandas frame."""
        return self.milestones.to_frame()

    @property
    def headline(self) -> str:
        """Who is called out now, who was before, and who can be said to be in line."""
        from coprep.representation._watching.headline import headline

        return headline(self.findings, band=self.settings.get("band", (0.8, 1.25)))

    def extend(
        self, more: Any, *, milestones: Mapping[str, int | str | date] | None = None
    ) -> Monitor:
        """The same with further arrivals, as if all had been passed at once.

        Parameters
        ----------
        more : data frame
            Who came since, in the same columns. With ``order`` all must be later than the last one
            before, since a time counts as a whole; with ``cluster`` a party must not be cut in two.
        milestones : mapping, optional
            Further things that happened, of times that are not passed yet.

        Returns
        -------
        Monitor

        Raises
        ------
        InputError
            For all that `monitor` refuses, arrivals that are not later, and a protected copy.

        Examples
        --------
        >>> from coprep import Baseline, from_json, representation
        >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
        >>> first = representation.monitor({"sex": ["Female", "Male"] * 20}, lives_there)
        >>> later = from_json(first.to_json()).extend({"sex": ["Male"] * 10})
        >>> later == representation.monitor(
        ...     {"sex": ["Female", "Male"] * 20 + ["Male"] * 10}, lives_there
        ... )
        True
        """
        if not self.stand:
            raise InputError.of(
                "this copy does not hold what it takes to go on.",
                code="not_continuable",
                param="more",
                hint="keep the result as it was before protect(), and extend that.",
            )
        try:
            return _extended(self, more, milestones or {})
        except (KeyError, AttributeError, IndexError):
            raise InputError.of(
                "what this result holds to go on is damaged or incomplete.",
                code="damaged_result",
                param="more",
                hint="begin anew with all arrivals.",
            ) from None

    def plot(
        self,
        ax: Axes | None = None,
        *,
        group: str | None = None,
        attribute: str | None = None,
        **options: Any,
    ) -> Axes:
        """Draw how all groups stand now, or how one of them got here.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a new figure.
        group : str, optional
            Draw the ratio of this group over the arrivals, with the limits that hold at all times,
            its alarms and the milestones.
        attribute : str, optional
            The attribute to draw; needed beside ``group`` where several have such a group.
        **options
            Of the picture, as of any result.

        Returns
        -------
        matplotlib Axes
        """
        from coprep.report.plots import draw

        if group is None:
            return draw(self, ax, attribute=attribute, **options)
        return draw(self.over_time(group, attribute=attribute), ax, **options)

    def over_time(self, group: str, *, attribute: str | None = None) -> Result:
        """How one group got here, as a result of its own: a table and a picture over arrivals.

        Parameters
        ----------
        group : str
            The group.
        attribute : str, optional
            Its attribute; needed where several have such a group.

        Returns
        -------
        Result
            `table` has the group's rows of `path`.

        Raises
        ------
        InputError
            For a group that is not followed, or that several attributes have.
        """
        pairs = zip(self.rows["attribute"], self.rows["group"], strict=True)
        places = [a for a, g in pairs if g == group and attribute in (None, a)]
        if not places:
            raise InputError.choice("group", group, tuple(dict.fromkeys(self.rows["group"])))
        if len(places) > 1:
            raise InputError.of(
                f"{show(group)} is a group of {listed(places)}.",
                code="ambiguous_group",
                param="attribute",
                expected=tuple(places),
                hint=f"say which: attribute={show(places[0])}.",
            )
        mine = [
            a == places[0] and g == group
            for a, g in zip(self.path["attribute"], self.path["group"], strict=True)
        ]
        return Result(
            title=f"{self.title}: {group}",
            rows=self.path.where(mine),
            notes=self.notes,
            settings=self.settings,
            picture=Lines(
                x="arrivals",
                y="ratio",
                low="ratio_low",
                high="ratio_high",
                xaxis="Arrivals",
                axis="Share as a multiple of the baseline's",
                reference=1.0,
                reference_label="the baseline's share",
                marks=self._marks(places[0], group),
            ),
        )

    def _marks(self, attribute: str, group: str) -> tuple[tuple[float, str], ...]:
        """What happened, at which arrival: alarms of the group, and milestones."""
        found: dict[str, float] = {}
        for row in self.rows.records():
            if row["attribute"] != attribute or row["group"] != group:
                continue
            if row["parity_alarm_at"] is not None:
                found["called out"] = float(row["parity_alarm_at"])
            if row["band_alarm_at"] is not None:
                found["beyond the band"] = float(row["band_alarm_at"])
        for row in self.milestones.records():
            found[row["milestone"]] = float(row["arrivals"])
        return tuple((at, name) for name, at in found.items())

    def _protected_with(self, min_count: int, together: Any) -> Self:
        """A copy safe to publish; it tells nothing of times, which single people stand between,
        and cannot be extended.
        """
        whole = self.rows
        findings = tuple(timeless(finding) for finding in self.findings)
        by_group = {(f.attribute, f.group): f.reading for f in findings}
        pairs = zip(whole["attribute"], whole["group"], strict=True)
        untold = [name for name in _ROWS if name.startswith(("parity_alarm", "band_alarm"))]
        rows = whole.with_columns(
            {
                **{name: [None] * len(whole) for name in untold},
                "reading": [by_group[pair] for pair in pairs],
            }
        )
        bare = replace(
            self,
            rows=rows,
            findings=findings,
            path=Table.from_records([], PATH),
            milestones=Table.from_records([], MILESTONES),
            stand={},
        )
        return super(Monitor, bare)._protected_with(min_count, together)


def monitor(
    arrivals: Any,
    baseline: Baseline,
    *,
    attributes: Sequence[str] | str | None = None,
    order: str | None = None,
    null: Null = "parity",
    direction: Direction = "under",
    watch: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    cluster: str | None = None,
    milestones: Mapping[str, int | str | date] | None = None,
    columns: Mapping[str, str] | None = None,
    person: str | None = None,
    confidence: float = 0.95,
    band: Band = (0.8, 1.25),
    family: Literal["attribute", "all"] = "attribute",
    population: int | None = None,
    unknown: Iterable[str] = (),
    unmatched: Literal["raise", "row"] = "raise",
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    overlapping: Sequence[str] = (),
    recode: Mapping[str, Any] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    title: str = "",
) -> Monitor:
    """May one already say that a group is missing, however often one has looked?

    Parameters
    ----------
    arrivals : data frame
        One row a person who came (or registered, or was selected), in the order in which they did,
        on any engine.
    baseline : Baseline
        Who lives there. Not a target: to reach one is no matter of chance.
    attributes : sequence of str, optional
        What to follow; by default all that both have.
    order : str, optional
        Column that says when people came, as dates or numbers; who has the same came at one time.
        Without it the order of rows counts, and one can look after every row.
    null : {"parity", "band"}
        What a verdict speaks against: the group's own share, or any share inside the band.
        "parity" calls out sooner, and small shortfalls too if only enough people come; "band" says
        that the shortfall is larger than the band allows. The table has the alarms of both.
    direction : {"under", "both"}
        Whether groups are called out that are missing, or also those that are many. With "both"
        more is asked of each alarm.
    watch : sequence of str, or mapping, optional
        Which groups are called out, also by attribute; by default all. Fewer groups, named before
        anybody came, are called out sooner.
    cluster : str, optional
        Column that says who came together (a household, a school class): such people are no
        independent evidence. Members who come later than the first are counted, and are no further
        evidence. Whoever has nothing there came alone.
    milestones : mapping, optional
        What happened when: ``{"reminder": 120, "deadline": "2024-03-31"}``, after how many arrivals
        or on which date.
    columns, person, unknown, unmatched, outside, recode, labels, title
        As of `assess`.
    confidence : float
        1 - confidence is alpha: the chance of any false alarm in a family, ever.
    band : (float, float)
        Ratios that do not matter.
    family : {"attribute", "all"}
        Which groups share alpha.
    population : int, optional
        How many people there are to come, when they are few and nobody comes twice.
    overlapping : sequence of str
        Attributes where people tick several, in cells such as ``"a; b"``.

    Returns
    -------
    Monitor
        `table` with a row for every group at this time; `overall`, `path`, `milestones`; it can be
        saved and continued with `Monitor.extend`.

    Raises
    ------
    InputError
        With every problem found: what `assess` refuses, counts without an order, times that are
        missing, and parties in a small population.

    Notes
    -----
    A test that is repeated after every arrival finds something sooner or later: at 5% a test, about
    every fourth time within 500 arrivals. An e-value is a bet against the null that is fair as long
    as the null holds, so that it reaches 1/alpha at any time with a chance of at most alpha. Over
    the groups e-BH calls out the k largest that reach m/(alpha k) [1]_; that any group is ever
    called out where all are at parity has a chance of at most alpha. A list of all groups that were
    called out at some time carries no such promise, which is why the table says what holds now.

    An alarm needs both: evidence beyond chance, and a ratio that lies beyond the band at that time.
    Against parity such an alarm also comes, with enough people, where the true share is a little
    inside the band; so it is never said how far off the group is unless that is shown.

    A baseline that is a survey is held by the worst share within its margin, a tenth of alpha going
    to that margin. Everybody's order is taken for their own: if early and late arrivals differ, an
    alarm is about who came by then.

    References
    ----------
    .. [1] Wang, R. and Ramdas, A. (2022). False discovery rate control with e-values. JRSS B 84,
       822-852.

    Examples
    --------
    >>> from coprep import Baseline, representation
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> came = {"sex": ["Male"] * 4 + ["Female"] + ["Male"] * 15}
    >>> so_far = representation.monitor(came, lives_there)
    >>> print(so_far.headline)
    Called out: “Female” (sex), under-represented since arrival 15.
    """
    given = {
        "attributes": attributes,
        "columns": columns,
        "person": person,
        "confidence": confidence,
        "band": band,
        "family": family,
        "population": population,
        "unknown": unknown,
        "unmatched": unmatched,
        "outside": outside,
        "overlapping": overlapping,
        "recode": recode,
        "labels": labels,
        "title": title,
    }
    if isinstance(overlapping, Mapping):
        raise InputError.of(
            "overlapping= of monitor is a list of attributes whose cells hold several labels.",
            code="bad_names",
            param="overlapping",
            hint="put the ticked options of a person into one cell: 'a; b'.",
        )
    options = Options.of_reading(**given)
    asked = Asked.of(
        order=order,
        null=null,
        direction=direction,
        watch=watch,
        cluster=cluster,
        milestones=milestones or {},
        population=population,
    )
    community = checked_baseline(baseline)
    if community.kind == "target":
        raise InputError.of(
            "the baseline is a target, which people are chosen to reach: there is no chance to be "
            "told from it.",
            code="target_baseline",
            param="baseline",
            hint="say with representation.assess how far it is reached.",
        )
    return _followed(arrivals, community, as_read(arrivals, options), asked, None)


def _extended(before: Monitor, more: Any, milestones: Mapping[str, int | str | date]) -> Monitor:
    """What `monitor` says of everybody, given where it stood before the last ones came."""
    stand = before.stand
    asked = stand["asked"]
    options = Options.of_reading(**stand["options"])
    problems = Problems()
    further = read_milestones(milestones, problems)
    problems.raise_if_any()
    how = Asked.of(
        **{**asked, "milestones": {**asked["milestones"], **further}},
        population=options.population,
    )
    return _followed(more, baseline_from_plain(stand["baseline"]), options, how, before)


def _followed(
    arrivals: Any,
    community: Baseline,
    options: Options,
    asked: Asked,
    before: Monitor | None,
) -> Monitor:
    """Everything that can be said after these arrivals."""
    stand: Mapping[str, Any] = {} if before is None else before.stand
    came, tally = read_arrivals(
        arrivals, community, options, order=asked.order, cluster=asked.cluster
    )
    check_later(came, stand)
    if before is not None:
        tally = tally_from_plain(stand["tally"]) + tally
    found, notes = compared(tally, community, replace(options, columns=None, person=None))
    if before is not None:
        same_attributes(found, stand)
    earlier = stand.get("courses", {})
    followed = [follow(item, came, options, earlier.get(item.profile.attribute)) for item in found]
    check_watch(asked, followed)
    arrived = came.arrived + int(stand.get("people", 0))
    alarms = first_alarms_of(followed, came, arrived, options, asked, stand.get("alarms"))
    watched = judged(followed, options, asked, alarms)
    no_path = Table.from_records([], PATH)
    no_milestones = Table.from_records([], MILESTONES)
    path, on_grid = path_of(
        no_path if before is None else before.path, stand, followed, came, arrived, options
    )
    marked = at_milestones(
        no_milestones if before is None else before.milestones,
        followed,
        came,
        arrived,
        options,
        asked,
    )
    area = community.area or "who lives there"
    late = int(stand.get("late", 0)) + (0 if came.late is None else int(came.late.sum()))
    overall = [evidence_on_profile(one, came, arrived, options, stand) for one in followed]
    rows = [row for one in watched for row in one]
    return Monitor(
        title=options.title or f"Who has come so far, against {area}",
        rows=Table.from_records([record for record, _ in rows], _ROWS),
        overall=Table.from_records(overall, _OVERALL),
        path=path,
        milestones=marked,
        findings=tuple(finding for _, finding in rows),
        notes=distinct([*notes, *_notes(followed, late, asked)]),
        settings={
            "confidence": options.confidence,
            "band": options.band,
            "null": asked.null,
            "direction": asked.direction,
            "watch": asked.watch,
            "family": options.family,
            "population": options.population,
            "baseline": community.described,
            "kind": community.kind,
            "labels": options.labels,
            "method": _method(options, asked),
        },
        picture=Forest(
            label=("group",),
            value="ratio",
            low="ratio_low",
            high="ratio_high",
            n="count",
            band=options.band,
            panel="attribute",
            axis="Share of arrivals as a multiple of the share of the population (1 = the same)",
        ),
        stand=encode(
            {
                "asked": {one.name: getattr(asked, one.name) for one in fields(asked)},
                "options": options_to_plain(options),
                "baseline": baseline_to_plain(community),
                "tally": tally_to_plain(tally),
                "people": int(arrived[-1]),
                "late": late,
                "order": came.order,
                "last": came.said(came.looks - 1),
                "on_grid": on_grid,
                "alarms": alarms,
                "whole": {
                    row["attribute"]: [row["alarm_at"], row["alarm_date"]] for row in overall
                },
                "courses": {one.attribute: one.stand for one in followed},
            }
        ),
    )


_Test = tuple[int, int, str]
"""Which attribute, which of its groups, and which way."""


# -- notes, and what it takes to go on -------------------------------------------------------------


def _notes(followed: Sequence[Followed], late: int, asked: Asked) -> list[Note]:
    """What a careful reader must know."""
    from coprep.findings import counted

    found = []
    for one in followed:
        unknown = int(one.course.unknown[-1])
        if unknown:
            found.append(
                Note.of(
                    "unknown_group",
                    "{attribute:opening}: {participants} are of unknown group and left out of the "
                    "shares.",
                    attribute=one.attribute,
                    participants=counted(unknown, "arrival"),
                )
            )
        if one.item.matched.unmatched:
            people = sum(cell.n for cell in one.item.matched.unmatched.values())
            found.append(
                Note.of(
                    "outside_comparison",
                    "{attribute:opening}: {participants} in {groups:labels} are outside the "
                    "comparison, because the baseline lacks their groups.",
                    attribute=one.attribute,
                    participants=counted(people, "arrival"),
                    groups=tuple(one.item.matched.unmatched),
                )
            )
        if one.item.matched.outside:
            people = sum(cell.n for cell in one.item.matched.outside.values())
            found.append(
                Note.of(
                    "outside_asked",
                    "{attribute:opening}: {participants} are knowingly outside the comparison.",
                    attribute=one.attribute,
                    participants=counted(people, "arrival"),
                )
            )
        if not one.comparable.any():
            found.append(
                Note.of(
                    "single_group",
                    "{attribute:opening}: the baseline has a single group, so there is nothing to "
                    "compare.",
                    attribute=one.attribute,
                )
            )
    if late:
        found.append(
            Note.of(
                "late_members",
                "{participants} came after others of their party: they are counted, and are no "
                "further evidence.",
                participants=counted(late, "arrival"),
            )
        )
    if asked.null == "parity":
        found.append(
            Note.of(
                "parity_alarm",
                "An alarm says that fewer came than chance explains; how far a group is from its "
                "share, only the limits of its ratio and the alarm against the band say.",
            )
        )
    found.append(
        Note.of(
            "latched_alarms",
            "Dates tell when a group was first called out. What holds now is the verdict: a list "
            "of all that were called out at some time may hold more false ones.",
        )
    )
    return found


def _method(options: Options, asked: Asked) -> tuple[str, ...]:
    """How the numbers were found, with sources, for the page."""
    lines = [
        "Ratio: share of arrivals divided by share of the baseline.",
        "Evidence: likelihood ratio of the arrivals in their order, averaged over a Beta law worth "
        "ten people and cut to the alternative (Robbins 1970).",
        "Over the groups: e-BH (Wang and Ramdas 2022, JRSS B 84).",
    ]
    if asked.cluster is not None:
        lines[1] = (
            "Evidence: bets on each party of people who came together, fair however its members "
            "hang together; limits by the empirical Bernstein sequence (Waudby-Smith and Ramdas "
            "2024, JRSS B 86)."
        )
    else:
        lines.append(
            f"Limits at {options.confidence:.0%}: shares whose two-sided evidence is below "
            f"{1 / options.alpha:,.0f}, at all times together (Howard et al. 2021)."
        )
    if options.population is not None:
        lines.append(
            f"Finite population: nobody of {options.population:,} people comes twice "
            "(Waudby-Smith and Ramdas 2020)."
        )
    return tuple(lines)
