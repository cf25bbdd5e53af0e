"""monitor: follows who comes while they come, and says when something can already be said."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, get_args

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.profile import Profile
from coprep.errors import InputError, Problems
from coprep.findings import Estimate, Finding, Note, Verdict, distinct, encode
from coprep.metrics._checks import Floats, Ints
from coprep.metrics.inference._always_valid import dirichlet_e_value
from coprep.metrics.inference._multiplicity import adjust_p_values
from coprep.pictures import Forest, Lines
from coprep.representation._arrivals import (
    Arrivals,
    read_arrivals,
    said_time,
    tally_from_plain,
    tally_to_plain,
)
from coprep.representation._course import Followed, follow
from coprep.representation._doubts import AMONG_UNKNOWN
from coprep.representation._evidence import first_times, flagged
from coprep.representation._inputs import as_read, checked_baseline, compared
from coprep.representation._monitor_words import Alarm, Standing, Watched, next_step, reading
from coprep.representation._options import Band, Options
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.verdicts import REPRESENTATION, decide
from coprep.wording.labels import listed, nearest, show

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Null = Literal["parity", "band"]
Direction = Literal["under", "both"]

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
_PATH: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "arrivals": "count",
    "date": "text",
    "count": "count",
    "total": "count",
    "ratio": "number",
    "ratio_low": "number",
    "ratio_high": "number",
    "log10_e_under": "number",
    "log10_e_under_band": "number",
}
_MILESTONES: dict[str, ColumnKind] = {"milestone": "text", **_PATH}
_FIRST_POINT = 20
_LEAST_STEP = 5
_STEP = 1.06
_MOST_ARRIVALS = 10**9
_LN10 = math.log(10)
_CHUNK = 1 << 14


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
    path: Table = field(default_factory=lambda: Table.from_records([], _PATH))
    milestones: Table = field(default_factory=lambda: Table.from_records([], _MILESTONES))
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
        from coprep.representation._monitor_headline import headline

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
        return _extended(self, more, milestones or {})

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

    def protect(self, min_count: int = 5) -> Self:
        """A copy safe to publish; it tells nothing of times, which single people stand between,
        and cannot be extended.
        """
        from coprep.report.disclosure.protect import protect

        whole = self.rows
        timeless = whole.with_columns(
            {
                name: [None] * len(whole)
                for name in whole.names
                if name.startswith(("parity_alarm_", "band_alarm_"))
            }
        )
        bare = replace(
            self,
            rows=timeless,
            path=Table.from_records([], _PATH),
            milestones=Table.from_records([], _MILESTONES),
            stand={},
        )
        return protect(bare, min_count)


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
    asked = _Asked.of(
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What only `monitor` is asked."""

    order: str | None
    null: Null
    direction: Direction
    watch: tuple[str, ...] | Mapping[str, tuple[str, ...]] | None
    cluster: str | None
    milestones: Mapping[str, int | str]

    @classmethod
    def of(cls, **given: Any) -> _Asked:
        """Checked, with everything that is wrong."""
        problems = Problems()
        for name, choices in (("null", get_args(Null)), ("direction", get_args(Direction))):
            if given[name] not in choices:
                problems.take(InputError.choice(name, given[name], choices))
        for name in ("order", "cluster"):
            if given[name] is not None and not isinstance(given[name], str):
                problems.add(
                    f"{name} is {show(given[name])}; expected the name of a column.",
                    code="bad_names",
                    param=name,
                )
        if given["cluster"] is not None and given["population"] is not None:
            problems.add(
                "cluster= and population= cannot be combined: how parties are drawn from few "
                "people is not known.",
                code="misplaced",
                param="population",
                hint="leave population= out; from fewer people than a tenth of the population it "
                "hardly matters.",
            )
        milestones = _milestones(given["milestones"], problems)
        watch = _watched(given["watch"], problems)
        problems.raise_if_any()
        return cls(
            order=given["order"],
            null=given["null"],
            direction=given["direction"],
            watch=watch,
            cluster=given["cluster"],
            milestones=milestones,
        )


def _watched(
    given: Any, problems: Problems
) -> tuple[str, ...] | Mapping[str, tuple[str, ...]] | None:
    """The groups to call out, as they were asked for."""
    if given is None:
        return None
    if isinstance(given, str):
        return (given,)
    if isinstance(given, Mapping):
        return {
            str(a): (part,) if isinstance(part, str) else tuple(map(str, part))
            for a, part in given.items()
        }
    try:
        return tuple(map(str, given))
    except TypeError:
        problems.add(
            f"watch is {show(given)}; expected groups in a list, or by attribute.",
            code="bad_names",
            param="watch",
        )
    return None


def _milestones(given: Any, problems: Problems) -> dict[str, int | str]:
    """What happened when: whole numbers of arrivals, and dates in words."""
    found: dict[str, int | str] = {}
    if not isinstance(given, Mapping):
        problems.add(
            f"milestones is {show(given)}; expected a mapping of names to arrivals or dates.",
            code="bad_mapping",
            param="milestones",
        )
        return found
    for name, at in given.items():
        whole = isinstance(at, (int, np.integer)) and not isinstance(at, bool)
        if whole and 1 <= at <= _MOST_ARRIVALS:
            found[str(name)] = int(at)
            continue
        try:
            found[str(name)] = said_time(np.datetime64(at, "s"))
        except (ValueError, TypeError, OverflowError):
            problems.add(
                f"milestone {show(name)} is {show(at)}; expected a number of arrivals from 1, or a "
                "date such as 2024-03-31.",
                code="bad_milestone",
                param="milestones",
                got=at,
            )
    return found


def _extended(before: Monitor, more: Any, milestones: Mapping[str, int | str | date]) -> Monitor:
    """What `monitor` says of everybody, given where it stood before the last ones came."""
    stand = before.stand
    asked = stand["asked"]
    options = Options.of_reading(**stand["options"])
    problems = Problems()
    further = _milestones(milestones, problems)
    problems.raise_if_any()
    how = _Asked.of(
        **{**asked, "milestones": {**asked["milestones"], **further}},
        population=options.population,
    )
    return _followed(more, _baseline_from(stand["baseline"]), options, how, before)


def _followed(
    arrivals: Any,
    community: Baseline,
    options: Options,
    asked: _Asked,
    before: Monitor | None,
) -> Monitor:
    """Everything that can be said after these arrivals."""
    stand: Mapping[str, Any] = {} if before is None else before.stand
    came, tally = read_arrivals(
        arrivals, community, options, order=asked.order, cluster=asked.cluster
    )
    _check_later(came, stand)
    if before is not None:
        tally = tally_from_plain(stand["tally"]) + tally
    found, notes = compared(tally, community, replace(options, columns=None, person=None))
    if before is not None:
        _same_attributes(found, stand)
    earlier = stand.get("courses", {})
    followed = [follow(item, came, options, earlier.get(item.profile.attribute)) for item in found]
    _check_watch(asked, followed)
    arrived = came.arrived + int(stand.get("people", 0))
    alarms = _alarms(followed, came, arrived, options, asked, stand.get("alarms"))
    watched = _judged(followed, options, asked, alarms)
    path, on_grid = _path(before, followed, came, arrived, options)
    marked = _at_milestones(before, followed, came, arrived, options, asked)
    area = community.area or "who lives there"
    late = int(stand.get("late", 0)) + (0 if came.late is None else int(came.late.sum()))
    overall = [_whole(one, came, arrived, options, stand) for one in followed]
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
                "options": _options_to_plain(options),
                "baseline": _baseline_to_plain(community),
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


def _check_later(came: Arrivals, stand: Mapping[str, Any]) -> None:
    """Refuse arrivals that are not all later than those before: a time counts as a whole."""
    if not stand or came.when is None:
        return
    if came.order != stand["order"]:
        raise InputError.of(
            "the order of these arrivals is told otherwise than before: by "
            f"{'dates' if came.order == 'time' else 'numbers'}.",
            code="bad_order",
            param="order",
        )
    last = _time_from(stand["last"], came.order)
    if came.when[0] <= last:
        raise InputError.of(
            f"arrivals of {came.said(0)} are not later than the last before, of {stand['last']}.",
            code="not_later",
            param="order",
            got=came.said(0),
            expected=f"later than {stand['last']}",
            hint="extend by whole days (or whatever the order counts), one after the other; where "
            "earlier arrivals became known later, begin anew with all of them.",
        )


def _time_from(said: str, order: str) -> Any:
    """A time from words that `said_time` made."""
    return np.datetime64(said.replace(" ", "T")) if order == "time" else float(said)


def _same_attributes(found: Sequence[Any], stand: Mapping[str, Any]) -> None:
    now = {item.profile.attribute for item in found}
    if now != set(stand["courses"]):
        odd = sorted(now ^ set(stand["courses"]))
        raise InputError.of(
            f"only some of the arrivals have {listed(odd)}.",
            code="different_attributes",
            param="more",
            got=tuple(odd),
        )


def _check_watch(asked: _Asked, followed: Sequence[Followed]) -> None:
    """The groups to be called out are there."""
    if asked.watch is None:
        return
    problems = Problems()
    known = {one.attribute: one.groups for one in followed}
    parts: list[tuple[str, str | None]] = []
    if isinstance(asked.watch, Mapping):
        for attribute, groups in asked.watch.items():
            if attribute not in known:
                problems.add(
                    f"watch names {show(attribute)}, which is not followed; these are: "
                    f"{listed(known, most=12)}.",
                    code="unknown_attribute",
                    param="watch",
                    got=attribute,
                )
                continue
            parts += [(group, attribute) for group in groups]
    else:
        parts = [(group, None) for group in asked.watch]
    for group, attribute in parts:
        there = [g for a, each in known.items() if attribute in (None, a) for g in each]
        if group not in there:
            close = nearest(group, there)
            problems.add(
                f"watch names {show(group)}, which is no group of the baseline.",
                code="unknown_group",
                param="watch",
                got=group,
                expected=tuple(there),
                hint=f"did you mean {show(close)}?" if close else None,
            )
    problems.raise_if_any()


def _is_watched(one: Followed, asked: _Asked) -> Any:
    """Which groups may be called out."""
    if asked.watch is None:
        return one.comparable
    names: Iterable[str] = ()
    if isinstance(asked.watch, Mapping):
        names = asked.watch.get(one.attribute, ())
    else:
        names = asked.watch
    return one.comparable & np.array([group in set(names) for group in one.groups], dtype=bool)


# -- alarms ----------------------------------------------------------------------------------------

_Test = tuple[int, int, str]
"""Which attribute, which of its groups, and which way."""


def _families(followed: Sequence[Followed], options: Options) -> list[list[int]]:
    """The attributes whose groups share alpha."""
    if options.family == "all":
        return [list(range(len(followed)))]
    return [[place] for place in range(len(followed))]


def _ways(asked: _Asked) -> tuple[str, ...]:
    return ("under", "over") if asked.direction == "both" else ("under",)


def _log_e(
    followed: Sequence[Followed],
    family: Sequence[int],
    asked: _Asked,
    null: str,
    of: Any,
) -> Floats:
    """Evidence of every test of a family, a row a test; nan where a group is not watched."""
    rows = []
    for place in family:
        watched = _is_watched(followed[place], asked)[:, None]
        for way in _ways(asked):
            kind = way if null == "parity" else f"{way}_band"
            rows.append(np.where(watched, of(place, kind, way), np.nan))
    return np.concatenate(rows)


def _alarms(
    followed: Sequence[Followed],
    came: Arrivals,
    arrived: Ints,
    options: Options,
    asked: _Asked,
    before: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """By null, attribute and group the first alarm: arrival, date, ratio and which way."""
    found: dict[str, Any] = {null: {} for null in get_args(Null)}
    for null in found:
        for one in followed:
            earlier = {} if before is None else before[null].get(one.attribute, {})
            found[null][one.attribute] = dict(earlier)
        for family in _families(followed, options):
            tests = [
                (place, group, way)
                for place in family
                for way in _ways(asked)
                for group in range(len(followed[place].groups))
            ]
            times = _first_alarms(followed, family, options, asked, null)
            for (place, group, way), look in sorted(
                zip(tests, times.tolist(), strict=True), key=lambda pair: pair[1]
            ):
                one = followed[place]
                held = found[null][one.attribute]
                name = one.groups[group]
                if look < 0 or name in held:
                    continue
                course = one.course
                share = float(course.nulls.share[group])
                held[name] = [
                    int(arrived[look]),
                    came.said(look),
                    float(course.x[group, look] / course.n[look] / share),
                    way,
                ]
    return found


def _first_alarms(
    followed: Sequence[Followed],
    family: Sequence[int],
    options: Options,
    asked: _Asked,
    null: str,
) -> Ints:
    """The first time at which each test of a family is an alarm; -1 where none is."""
    courses = {place: followed[place].course for place in family}
    low, high = options.band
    looks = courses[family[0]].looks
    tests = len(_ways(asked)) * sum(len(followed[place].groups) for place in family)

    def possible(starts: Ints, ends: Ints) -> Any:
        """What may be an alarm between two times, by the counts that speak for it most."""

        def counts(place: int, way: str) -> tuple[Ints, Ints]:
            course = courses[place]
            in_group = course.x[:, starts if way == "under" else ends]
            other = ends if way == "under" else starts
            return in_group, in_group + course.n[other] - course.x[:, other]

        def most(place: int, kind: str, way: str) -> Floats:
            x, n = counts(place, way)
            return courses[place].evidence_of(kind, x, n)

        log_e = _log_e(followed, family, asked, null, most)
        gates = []
        for place in family:
            for way in _ways(asked):
                x, n = counts(place, way)
                gates.append(_beyond(x, n, courses[place].nulls.share, way, low, high))
        return flagged(log_e, options.alpha) & np.concatenate(gates)

    if all(course.wealth is None for course in courses.values()):
        return first_times(possible, tests, looks)
    found = np.full(tests, -1, dtype=np.intp)
    for first in range(0, looks, _CHUNK):
        some = np.arange(first, min(looks, first + _CHUNK))

        def seen(place: int, kind: str, way: str, some: Ints = some) -> Floats:
            return courses[place].evidence(kind, some)

        log_e = _log_e(followed, family, asked, null, seen)
        gates = [
            _beyond(
                courses[place].x[:, some],
                courses[place].n[some],
                courses[place].nulls.share,
                way,
                low,
                high,
            )
            for place in family
            for way in _ways(asked)
        ]
        alarm = flagged(log_e, options.alpha) & np.concatenate(gates)
        new = alarm.any(axis=1) & (found < 0)
        found[new] = first + np.argmax(alarm[new], axis=1)
        if (found >= 0).all():
            break
    return found


def _beyond(x: Any, n: Any, share: Floats, way: str, low: float, high: float) -> Any:
    """Whether the ratio lies beyond the band."""
    with np.errstate(all="ignore"):
        ratio = x / n / share[:, None]
        return ratio < low if way == "under" else ratio > high


# -- how groups stand now --------------------------------------------------------------------------


def _adjusted(log_e: Floats) -> Floats:
    """p-values of evidence, adjusted over a family by e-BH; nan is no question."""
    with np.errstate(over="ignore"):
        p = np.minimum(1.0, np.exp(-log_e))
    return adjust_p_values(p, method="bh")


def _judged(
    followed: Sequence[Followed],
    options: Options,
    asked: _Asked,
    alarms: Mapping[str, Any],
) -> list[list[tuple[dict[str, Any], Finding]]]:
    """The row and the finding of every group, by attribute."""
    p_null: dict[tuple[int, str, str], Floats] = {}
    p_in_line: dict[int, Floats] = {}
    now: dict[tuple[int, str], Floats] = {}
    for place, one in enumerate(followed):
        for kind in ("under", "under_band", "over", "over_band", "not_below", "not_above"):
            now[place, kind] = one.course.evidence(kind, one.last)[:, 0]
    for family in _families(followed, options):
        for null in get_args(Null):
            log_e = _log_e(
                followed, family, asked, null, lambda place, kind, _: now[place, kind][:, None]
            )[:, 0]
            adjusted = _adjusted(log_e)
            at = 0
            for place in family:
                for way in _ways(asked):
                    size = len(followed[place].groups)
                    p_null[place, null, way] = adjusted[at : at + size]
                    at += size
        inside = [
            np.where(
                followed[place].comparable,
                np.minimum(now[place, "not_below"], now[place, "not_above"]),
                np.nan,
            )
            for place in family
        ]
        # Where the band leaves no share open for "in line" that is no evidence, and still a question.
        for place, part in zip(family, inside, strict=True):
            inside[family.index(place)] = np.where(
                followed[place].comparable & np.isnan(part), -np.inf, part
            )
        adjusted = _adjusted(np.concatenate(inside))
        at = 0
        for place in family:
            size = len(followed[place].groups)
            p_in_line[place] = adjusted[at : at + size]
            at += size
    return [
        _rows_of(
            one,
            options,
            asked,
            alarms,
            {kind: now[place, kind] for kind in _NOW},
            {
                (null, way): p_null[place, null, way]
                for null in get_args(Null)
                for way in _ways(asked)
            },
            p_in_line[place],
        )
        for place, one in enumerate(followed)
    ]


_NOW = ("under", "under_band", "over", "over_band", "not_below", "not_above")


def _rows_of(
    one: Followed,
    options: Options,
    asked: _Asked,
    alarms: Mapping[str, Any],
    now: Mapping[str, Floats],
    p_null: Mapping[tuple[str, str], Floats],
    p_in_line: Floats,
) -> list[tuple[dict[str, Any], Finding]]:
    """The row and the finding of every group of one attribute."""
    course = one.course
    low, high = course.ratio_limits(one.last, options.confidence)
    unsettled = _turned(one, options, asked, now, p_null)
    found = []
    for group, name in enumerate(one.groups):
        count = int(course.x[group, -1])
        total = int(course.n[-1])
        baseline = float(one.item.profile.shares[group])
        share = count / total if total else math.nan
        ratio = share / baseline if baseline > 0 and one.comparable[group] else math.nan
        way = "over" if ratio > 1 else "under"
        p = p_null.get((asked.null, way))
        p_adjusted = math.nan if p is None else float(p[group])
        kind = way if asked.null == "parity" else f"{way}_band"
        watched = not math.isnan(p_adjusted)
        p_value = min(1.0, math.exp(min(0.0, -float(now[kind][group])))) if watched else math.nan
        doubt = unsettled[group]
        verdict = decide(
            REPRESENTATION,
            ratio,
            options.band,
            p_value=p_adjusted,
            alpha=options.alpha,
            shown_small=bool(p_in_line[group] <= options.alpha) and not doubt,
            doubt=bool(doubt),
        )
        band_p = p_null.get(("band", way))
        beyond = band_p is not None and bool(band_p[group] <= options.alpha)
        row = Watched(
            attribute=one.attribute,
            group=name,
            called=str(dict(options.labels.get(one.attribute, {})).get(name, "")),
            count=count,
            total=total,
            share=share,
            baseline=baseline,
            ratio=ratio,
            ratio_low=float(low[group, 0]),
            ratio_high=float(high[group, 0]),
            unknown=int(course.unknown[-1]),
            verdict=verdict,
            standing=_standing(verdict, beyond, doubt, p_adjusted <= options.alpha),
            alarm=_alarm(alarms[asked.null][one.attribute].get(name)),
            null=asked.null,
            band=options.band,
            alpha=options.alpha,
        )
        found.append(
            (
                _record(row, one, group, now, p_value, p_adjusted, alarms),
                _finding(row, options, asked, p_value, p_adjusted, now, group),
            )
        )
    return found


def _standing(verdict: Verdict, beyond: bool, doubt: str, differs: bool) -> Standing:
    """What the verdict rests on."""
    if verdict is Verdict.NOT_ASSESSABLE:
        return Standing.NOT_COMPARED
    if verdict.is_flag:
        return Standing.BEYOND_BAND if beyond else Standing.ALARM
    if doubt:
        return Standing(doubt)
    if verdict is Verdict.IN_LINE:
        return Standing.IN_LINE
    return Standing.DIFFERS if differs else Standing.CANNOT_TELL


def _alarm(held: Sequence[Any] | None) -> Alarm | None:
    """The first alarm as it is kept, by name."""
    if held is None:
        return None
    arrivals, when, ratio, way = held
    return Alarm(arrivals=int(arrivals), when=when, ratio=float(ratio), way=str(way))


def _turned(
    one: Followed,
    options: Options,
    asked: _Asked,
    now: Mapping[str, Floats],
    p_null: Mapping[tuple[str, str], Floats],
) -> list[str]:
    """Which verdicts would not stand if people of unknown group, or one person, were otherwise."""
    course = one.course
    x = course.x[:, -1].astype(float)
    n = float(course.n[-1])
    unknown = float(course.unknown[-1])
    if course.population is not None:
        unknown = min(unknown, course.population - n)
    share = np.nan_to_num(course.nulls.share, nan=0.5)
    least, most = AMONG_UNKNOWN
    fewest = x + np.floor(np.maximum(least * share, 1 - most * (1 - share)).clip(0, 1) * unknown)
    largest = x + np.ceil(np.minimum(most * share, 1 - least * (1 - share)).clip(0, 1) * unknown)
    found = []
    for group in range(len(one.groups)):
        ratio = x[group] / n / share[group] if n else math.nan
        changed = {"under": (largest, n + unknown), "over": (fewest, n + unknown)}
        doubt = ""
        for way, (counts, total) in changed.items():
            if unknown and not _stays(one, options, asked, p_null, now, group, way, counts, total):
                doubt = Standing.TURNED_BY_UNKNOWN.value
        if unknown and _in_line_by(one, options, now, group) and not doubt:
            edges = [counts[group] / total / share[group] for counts, total in changed.values()]
            if min(edges) < options.band[0] or max(edges) > options.band[1]:
                doubt = Standing.TURNED_BY_UNKNOWN.value
        if not doubt and ratio > options.band[1] and asked.direction == "both":
            fewer = np.maximum(x - 1, 0)
            enough = _stays(one, options, asked, p_null, now, group, "over", fewer, max(n - 1, 1))
            if x[group] < 2 or not enough:
                doubt = Standing.RESTS_ON_ONE.value
        found.append(doubt)
    return found


def _in_line_by(one: Followed, options: Options, now: Mapping[str, Floats], group: int) -> bool:
    """Whether the group's own evidence shows that it is in line."""
    needed = -math.log(options.alpha)
    return bool(min(now["not_below"][group], now["not_above"][group]) >= needed)


def _stays(
    one: Followed,
    options: Options,
    asked: _Asked,
    p_null: Mapping[tuple[str, str], Floats],
    now: Mapping[str, Floats],
    group: int,
    way: str,
    x: Floats,
    n: float,
) -> bool:
    """Whether a flag of this side stands with other counts; true where there is none.

    Evidence by party has no other counts; of it the ratio alone is asked.
    """
    p = p_null.get((asked.null, way))
    course = one.course
    share = float(np.nan_to_num(course.nulls.share[group], nan=0.5))
    low, high = options.band
    seen = course.x[group, -1] / max(1, int(course.n[-1])) / share
    outside = seen < low if way == "under" else seen > high
    if p is None or not p[group] <= options.alpha or not outside:
        return True
    ratio = x[group] / n / share
    if not (ratio < low if way == "under" else ratio > high):
        return False
    if course.wealth is not None:
        return True
    kind = way if asked.null == "parity" else f"{way}_band"
    raised = math.log(max(float(p[group]), 1e-300)) + float(now[kind][group])
    whole = np.minimum(x, n)[:, None]
    log_e = course.evidence_of(kind, whole, np.array([n]))[group, 0]
    return bool(log_e - raised >= -math.log(options.alpha))


def _record(
    row: Watched,
    one: Followed,
    group: int,
    now: Mapping[str, Floats],
    p_value: float,
    p_adjusted: float,
    alarms: Mapping[str, Any],
) -> dict[str, Any]:
    """The row of one group."""
    record: dict[str, Any] = {
        "attribute": row.attribute,
        "group": row.group,
        "count": row.count,
        "total": row.total,
        "unknown": row.unknown,
        "share": row.share,
        "baseline": row.baseline,
        "ratio": row.ratio,
        "ratio_low": row.ratio_low if one.comparable[group] else math.nan,
        "ratio_high": row.ratio_high if one.comparable[group] else math.nan,
        "p_value": p_value,
        "p_adjusted": p_adjusted,
        "verdict": row.verdict,
        "reading": reading(row),
        "log10_e_in_line": min(now["not_below"][group], now["not_above"][group]) / _LN10,
    }
    for kind in ("under", "under_band", "over", "over_band"):
        record[f"log10_e_{kind}"] = now[kind][group] / _LN10
    for null in get_args(Null):
        alarm = _alarm(alarms[null][row.attribute].get(row.group))
        if alarm is not None:
            record[f"{null}_alarm"] = alarm.way
            record[f"{null}_alarm_at"] = alarm.arrivals
            record[f"{null}_alarm_date"] = alarm.when
            record[f"{null}_alarm_ratio"] = alarm.ratio
    return record


def _finding(
    row: Watched,
    options: Options,
    asked: _Asked,
    p_value: float,
    p_adjusted: float,
    now: Mapping[str, Floats],
    group: int,
) -> Finding:
    """What can be said of one group at this time."""
    estimate = None
    if not math.isnan(row.ratio):
        method = "empirical Bernstein" if asked.cluster is not None else "mixture"
        estimate = Estimate(
            row.ratio,
            row.ratio_low,
            row.ratio_high,
            options.confidence,
            f"confidence sequence ({method})",
            "ratio",
        )
    return Finding(
        question="representation",
        attribute=row.attribute,
        group=row.group,
        verdict=row.verdict,
        estimate=estimate,
        p_value=None if math.isnan(p_value) else p_value,
        p_adjusted=None if math.isnan(p_adjusted) else p_adjusted,
        n=row.total,
        reading=reading(row),
        next_step=next_step(row),
        details={
            "null": asked.null,
            "log10_e_under": now["under"][group] / _LN10,
            "log10_e_under_band": now["under_band"][group] / _LN10,
            **({"called": row.called} if row.called else {}),
        },
        values=row.values(),
    )


# -- how they got here -----------------------------------------------------------------------------


def _grid(most: int) -> Ints:
    """Numbers of arrivals at which the path has a point: the same ones however it was cut."""
    points = [_FIRST_POINT]
    while points[-1] < most:
        points.append(max(points[-1] + _LEAST_STEP, math.ceil(points[-1] * _STEP)))
    return np.array(points, dtype=np.intp)


def _path(
    before: Monitor | None,
    followed: Sequence[Followed],
    came: Arrivals,
    arrived: Ints,
    options: Options,
) -> tuple[Table, bool]:
    """Points of every group's course, and whether the last one is to stay when it goes on."""
    people = 0 if before is None else int(before.stand["people"])
    grid = _grid(int(arrived[-1]))
    place = np.searchsorted(grid, np.concatenate([[people], arrived]), side="right")
    crossed = place[1:] > place[:-1]
    on_grid = bool(crossed[-1])
    points = np.flatnonzero(crossed)
    if not on_grid:
        points = np.append(points, came.looks - 1)
    old: list[dict[str, Any]] = []
    if before is not None:
        old = list(before.path.records())
        if not before.stand["on_grid"]:
            old = [row for row in old if row["arrivals"] != people]
    new = _points(followed, came, arrived, points, options)
    order = {
        (one.attribute, group): (at, k)
        for at, one in enumerate(followed)
        for k, group in enumerate(one.groups)
    }
    rows = sorted([*old, *new], key=lambda row: order[row["attribute"], row["group"]])
    return Table.from_records(rows, _PATH), on_grid


def _points(
    followed: Sequence[Followed],
    came: Arrivals,
    arrived: Ints,
    looks: Ints,
    options: Options,
) -> list[dict[str, Any]]:
    """Every group at some times."""
    rows = []
    for one in followed:
        course = one.course
        low, high = course.ratio_limits(looks, options.confidence)
        parity = course.evidence("under", looks) / _LN10
        band = course.evidence("under_band", looks) / _LN10
        with np.errstate(all="ignore"):
            ratio = course.x[:, looks] / course.n[looks] / course.nulls.share[:, None]
        for group, name in enumerate(one.groups):
            for at, look in enumerate(looks.tolist()):
                rows.append(
                    {
                        "attribute": one.attribute,
                        "group": name,
                        "arrivals": int(arrived[look]),
                        "date": came.said(look),
                        "count": int(course.x[group, look]),
                        "total": int(course.n[look]),
                        "ratio": ratio[group, at],
                        "ratio_low": low[group, at],
                        "ratio_high": high[group, at],
                        "log10_e_under": parity[group, at],
                        "log10_e_under_band": band[group, at],
                    }
                )
    return rows


def _at_milestones(
    before: Monitor | None,
    followed: Sequence[Followed],
    came: Arrivals,
    arrived: Ints,
    options: Options,
    asked: _Asked,
) -> Table:
    """How each group stood when something happened: at the last time not after it."""
    rows: dict[str, list[dict[str, Any]]] = {}
    if before is not None:
        for row in before.milestones.records():
            rows.setdefault(row["milestone"], []).append(row)
    for name, at in asked.milestones.items():
        if isinstance(at, str):
            if came.order != "time" or came.when is None:
                raise InputError.of(
                    f"milestone {show(name)} is a date, but nothing says on which dates people "
                    "came.",
                    code="bad_milestone",
                    param="milestones",
                    hint="name the column of dates with order=, or give a number of arrivals.",
                )
            until = np.datetime64(at.replace(" ", "T"))
            if " " not in at:
                until = until + np.timedelta64(1, "D") - np.timedelta64(1, "us")
            look = int(np.searchsorted(came.when, until, side="right")) - 1
        else:
            look = int(np.searchsorted(arrived, at, side="right")) - 1
        if look >= 0:
            points = _points(followed, came, arrived, np.array([look]), options)
            rows[name] = [{"milestone": name, **row} for row in points]
    told = [row for name in asked.milestones for row in rows.get(name, ())]
    return Table.from_records(told, _MILESTONES)


# -- the profile as a whole ------------------------------------------------------------------------


def _whole(
    one: Followed,
    came: Arrivals,
    arrived: Ints,
    options: Options,
    stand: Mapping[str, Any],
) -> dict[str, Any]:
    """Evidence against the whole profile of one attribute."""
    course = one.course
    held = stand.get("whole", {}).get(one.attribute, [None, None])
    simple = (
        course.wealth is None
        and course.population is None
        and course.nulls.spent == 1.0
        and bool((course.nulls.low[one.comparable] == course.nulls.high[one.comparable]).all())
        and not one.item.overlapping
    )
    record: dict[str, Any] = {
        "attribute": one.attribute,
        "total": int(course.n[-1]),
        "alarm_at": held[0],
        "alarm_date": held[1],
    }
    if not one.comparable.any():
        return record
    if simple:
        log_e, look = _of_profile(one, options, search=held[0] is None)
        if look is not None:
            record["alarm_at"] = int(arrived[look])
            record["alarm_date"] = came.said(look)
        record["method"] = "Dirichlet mixture"
    else:
        # The mean of e-values is one, whatever they have to do with each other.
        sides = [course.evidence(kind, one.last)[:, 0] for kind in ("under", "over")]
        each = np.concatenate(sides)
        each = each[~np.isnan(each)]
        log_e = math.nan
        if len(each):
            log_e = float(np.logaddexp.reduce(each) - math.log(len(each)))
        record["method"] = "mean of the groups' e-values"
    record["log10_e"] = log_e / _LN10
    record["p_value"] = min(1.0, math.exp(min(0.0, -log_e)))
    return record


def _of_profile(one: Followed, options: Options, *, search: bool) -> tuple[float, int | None]:
    """Log of the evidence now, and the first time at which it reached 1/alpha."""
    course = one.course
    shares = one.item.profile.shares[one.comparable]
    x = course.x[one.comparable]
    log_e = float(dirichlet_e_value(x[:, -1], shares, log=True))
    if not search:
        return log_e, None
    for first in range(0, course.looks, _CHUNK):
        some = dirichlet_e_value(x[:, first : first + _CHUNK].T, shares, log=True)
        hit = np.flatnonzero(np.asarray(some) >= -math.log(options.alpha))
        if len(hit):
            return log_e, first + int(hit[0])
    return log_e, None


# -- notes, and what it takes to go on -------------------------------------------------------------


def _notes(followed: Sequence[Followed], late: int, asked: _Asked) -> list[Note]:
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


def _method(options: Options, asked: _Asked) -> tuple[str, ...]:
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


def _options_to_plain(options: Options) -> dict[str, Any]:
    """What was asked, as plain data that `Options.of_reading` takes."""
    return {one.name: getattr(options, one.name) for one in fields(options) if one.name != "ticks"}


def _baseline_to_plain(baseline: Baseline) -> dict[str, Any]:
    """The baseline as far as arrivals are compared with it."""
    return {
        "source": baseline.source,
        "area": baseline.area,
        "date": baseline.date,
        "universe": baseline.universe,
        "kind": baseline.kind,
        "notes": list(baseline.notes),
        "profiles": [
            {
                "attribute": p.attribute,
                "groups": list(p.groups),
                "shares": p.shares.tolist(),
                "counts": None if p.counts is None else p.counts.tolist(),
                "moe": None if p.moe is None else p.moe.tolist(),
                "rounding": p.rounding,
                "overlapping": p.overlapping,
            }
            for p in baseline.profiles.values()
        ],
    }


def _baseline_from(data: Mapping[str, Any]) -> Baseline:
    """The baseline as `_baseline_to_plain` wrote it."""
    profiles = {
        p["attribute"]: Profile(
            p["attribute"],
            tuple(p["groups"]),
            np.array(p["shares"], dtype=float),
            None if p["counts"] is None else np.array(p["counts"], dtype=float),
            None if p["moe"] is None else np.array(p["moe"], dtype=float),
            float(p["rounding"]),
            bool(p["overlapping"]),
        )
        for p in data["profiles"]
    }
    notes = tuple(Note(n["code"], n["text"], n["values"]) for n in data["notes"])
    return Baseline(
        profiles, data["source"], data["area"], data["date"], data["universe"], data["kind"], notes
    )
