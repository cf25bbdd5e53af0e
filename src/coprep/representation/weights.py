"""weights: finds weights that give every group its share of the community, and tells their price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.profile import Profile
from coprep.data.frames import open_frame
from coprep.data.labels import label
from coprep.errors import InputError, Problems
from coprep.findings import Note, counted, distinct
from coprep.metrics._checks import Floats
from coprep.metrics.weighting import kish_design_effect, kish_effective_n, trim
from coprep.pictures import Bars
from coprep.representation._calibrating import (
    Bounds,
    Task,
    WeightMethod,
    reached,
    sums_by_group,
    task_of,
)
from coprep.representation._inputs import checked_baseline, columns_for
from coprep.representation._joint import Joint, joint_counts, places_of
from coprep.representation._options import Options
from coprep.representation._weight_scripts import ScriptLanguage, script
from coprep.representation._weighted_shares import share_rows
from coprep.results import Result
from coprep.table import ColumnKind, Table
from coprep.wording.labels import show
from coprep.wording.templates import say

if TYPE_CHECKING:
    import pandas as pd

_ROWS: dict[str, ColumnKind] = {
    "attribute": "text",
    "group": "text",
    "count": "count",
    "total": "count",
    "share": "number",
    "weighted": "number",
    "baseline": "number",
    "weight": "number",
}
_OVERALL: dict[str, ColumnKind] = {
    "people": "count",
    "sum_of_weights": "number",
    "effective_n": "number",
    "design_effect": "number",
    "smallest": "number",
    "largest": "number",
    "count": "count",
}
_PRICE = "Effective number of people and design effect: Kish 1965."
_METHODS: Mapping[WeightMethod, tuple[str, ...]] = {
    "rake": ("Raking: Deming and Stephan 1940; with bounds Deville and Särndal 1992.", _PRICE),
    "poststratify": ("Post-stratification: Holt and Smith 1979.", _PRICE),
    "linear": ("Calibration by squares: Deville and Särndal 1992, case 1.", _PRICE),
    "logit": ("Calibration on the logit scale: Deville and Särndal 1992, case 6.", _PRICE),
}
_COSTLY = 2.0  # from this design effect on, weighting costs half of the people
_OFF = 5e-4  # shares that miss the baseline's by less are told as reached
_EXACT = 1e-9
_DIGITS = 4
_REACHED = 1e-8  # of everybody: beyond what an iteration leaves


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Weights(Result):
    """Weights that give every group its share of the community.

    Attributes
    ----------
    rows : Table
        A row for every group of the baseline:

        - attribute, group; count, total: people in the group, and of known group.
        - share: theirs before weighting, or by the base weights where there are any; weighted:
          after it; baseline: the community's, all 0 to 1.
        - weight: what a person of the group counts for on average, where everybody counts for 1 on
          average.
    overall : Table
        One row, as a frame with `overall_table`: people; sum_of_weights; effective_n, how many
        people of equal weight tell as much (Kish); design_effect, people over effective_n;
        smallest, largest: weights in the unit asked for; count: people in the smallest combination
        of groups that occurs (where it is small, a copy for publication hides the row, which could
        tell it).
    joint : Table
        With post-stratification by several attributes, the community's share of every combination
        of groups, a column an attribute; else without rows.

    No weight of a person is held: `of` and `shares` make them again from the people.
    """

    overall: Table = field(default_factory=lambda: Table({}, {}))
    joint: Table = field(default_factory=lambda: Table({}, {}))

    kind: ClassVar[str] = "representation.weights"
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "group",
        "count",
        "share",
        "weighted",
        "baseline",
        "weight",
    )
    headings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "weighted": ("Weighted share", "percent"),
        "weight": ("Weight of a person, on average", "ratio"),
    }
    listed_by: ClassVar[str | None] = "baseline"
    count_columns: ClassVar[tuple[str, ...]] = ("count",)
    adds_up_within: ClassVar[tuple[str | tuple[str, ...], ...]] = ("attribute",)
    keep_when_protected: ClassVar[tuple[str, ...]] = ("baseline", "total", "joint")
    told_by_others: ClassVar[tuple[str, ...]] = ("weight", "weighted", "share")

    @property
    def overall_table(self) -> pd.DataFrame:
        """`overall` as a fresh pandas frame."""
        return self.overall.to_frame()

    @property
    def effective_n(self) -> float:
        """How many people of equal weight would tell as much; nan in a copy that hides it."""
        return _number(self.overall["effective_n"][0])

    @property
    def design_effect(self) -> float:
        """People over `effective_n`: what unequal weights cost; nan in a copy that hides it."""
        return _number(self.overall["design_effect"][0])

    @property
    def headline(self) -> str:
        """How much the weighted people tell, and between which ends weights lie."""
        (record,) = self.overall.records()
        if record["people"] is None or np.isnan(_number(record["effective_n"])):
            return "Hidden: small counts would tell."
        mean = record["sum_of_weights"] / record["people"]
        return say(
            "Weighted, {people} tell as much as {worth:count} of equal weight (design effect "
            "{effect:number}). A person counts for {least:number} to {most:number} times the average.",
            people=counted(record["people"], "person", "people"),
            worth=record["effective_n"],
            effect=record["design_effect"],
            least=record["smallest"] / mean,
            most=record["largest"] / mean,
        )

    def of(self, participants: Any) -> Floats:
        """The weight of every row, in the order of the rows.

        Parameters
        ----------
        participants : data frame
            The people the weights were made for, one row a person.

        Returns
        -------
        ndarray
            A weight a row, in this machine's memory.

        Raises
        ------
        InputError
            For people whose combination of groups and base weight has no weight.

        Examples
        --------
        >>> import pandas as pd
        >>> from coprep import Baseline, representation
        >>> people = pd.DataFrame({"sex": ["F", "M", "M", "M"]})
        >>> even = Baseline.from_shares({"sex": {"F": 0.5, "M": 0.5}})
        >>> representation.weights(people, even).of(people).round(3).tolist()
        [2.0, 0.667, 0.667, 0.667]
        """
        made = self._made(participants)
        frame = open_frame(participants)
        columns = columns_for(frame, self._community, self._options)
        asked = [columns[name] for name in made.joint.attributes]
        rows = frame.collect(list(dict.fromkeys([*asked, *self._also])))
        codes = []
        for place, column in zip(places_of(made.joint), asked, strict=True):
            # A label is read once, however many people gave it.
            of_value = {value: place.get(label(value), -1) for value in set(rows[column])}
            codes.append([of_value[value] for value in rows[column]])
        base: Sequence[float] = [1.0] * len(codes[0])
        if self._also:
            base = rows[self._also[0]]
        held = dict(zip(_keys(made.joint, made.base), made.each.tolist(), strict=True))
        return np.array(
            [held[(*key[:-1], float(key[-1]))] for key in zip(*codes, base, strict=True)]
        )

    def shares(
        self,
        participants: Any,
        column: str,
        *,
        cluster: str | None = None,
        strata: str | None = None,
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """The weighted share of each answer in a column, with errors that know of the weighting.

        Parameters
        ----------
        participants : data frame
            The people the weights were made for, one row a person.
        column : str
            Whose answers; missing ones are left out.
        cluster, strata : str, optional
            Columns that say who came together, and within what people were drawn.
        confidence : float, default 0.95
            Level of the intervals.

        Returns
        -------
        pandas.DataFrame
            A row an answer: answer; count, people; share, unweighted, and weighted, 0 to 1;
            standard_error of the weighted one; low, high: its interval.

        Raises
        ------
        InputError
            For columns that are not there, people without a weight, and negative weights.

        Notes
        -----
        What the groups explain of an answer no longer varies once their totals are known: the
        standard error is that of the residuals (Deville and Särndal 1992), as R's ``survey`` has it
        after ``calibrate``. Intervals are on the logit scale with Student's t; where a share is 0 or
        1 or nothing is left to vary, Korn and Graubard's.

        References
        ----------
        Deville, J.-C. and Särndal, C.-E. (1992). Journal of the American Statistical Association
        87, 376-382.
        Korn, E. L. and Graubard, B. I. (1998). Survey Methodology 24, 193-201.

        Examples
        --------
        >>> import pandas as pd
        >>> from coprep import Baseline, representation
        >>> people = pd.DataFrame({"sex": ["F"] * 4 + ["M"] * 8, "agree": ["y"] * 5 + ["n"] * 7})
        >>> even = Baseline.from_shares({"sex": {"F": 0.5, "M": 0.5}})
        >>> found = representation.weights(people, even).shares(people, "agree")
        >>> found[["answer", "share", "weighted"]].round(3).values.tolist()
        [['n', 0.583, 0.438], ['y', 0.417, 0.562]]
        """
        also = tuple(dict.fromkeys([column, *(c for c in (cluster, strata) if c is not None)]))
        made = self._made(participants, also)
        values = dict(zip((*self._also, *also), made.joint.also, strict=True))
        return share_rows(
            made.joint,
            answers=values[column],
            weight=made.each,
            base=made.base,
            cluster=None if cluster is None else values[cluster],
            strata=None if strata is None else values[strata],
            joint_cells=self.settings["weighted_by"] == "poststratify",
            confidence=confidence,
        )

    def script(self, language: ScriptLanguage = "R") -> str:
        """A program that makes these weights again from the same table of people.

        Parameters
        ----------
        language : {"R", "svy"}, default "R"
            R's ``survey``, or the Python package ``svy``.

        Returns
        -------
        str
            The program, with the totals of the community in it. It reads ``people.csv``, whose
            groups are called as the baseline calls them.

        Raises
        ------
        InputError
            For another language, and for a method that the package does not have.

        Examples
        --------
        >>> import pandas as pd
        >>> from coprep import Baseline, representation
        >>> people = pd.DataFrame({"sex": ["F", "M", "M", "M"]})
        >>> even = Baseline.from_shares({"sex": {"F": 0.5, "M": 0.5}})
        >>> print(representation.weights(people, even).script().splitlines()[0])
        library(survey)
        """
        return script(self.rows, self.overall, self.joint, self.settings, language)

    @property
    def _also(self) -> tuple[str, ...]:
        """The column of base weights, if there is one."""
        base = self.settings["base_weight"]
        return () if base is None else (base,)

    @property
    def _community(self) -> Baseline:
        """The baseline, as far as weights need it."""
        profiles: dict[str, Profile] = {}
        for name in self.settings["attributes"]:
            rows = self.rows.where(one == name for one in self.rows["attribute"])
            profiles[name] = Profile(name, rows["group"], np.array(rows["baseline"], dtype=float))
        cells = None
        if len(self.joint):
            named = [self.joint[_column(name)] for name in profiles]
            cells = dict(zip(zip(*named, strict=True), self.joint["baseline"], strict=True))
        return Baseline(profiles, cells=cells)

    @property
    def _options(self) -> Options:
        """How people are read."""
        reading = dict(self.settings["reading"])
        return Options.of_reading(
            attributes=tuple(self.settings["attributes"]),
            weight=self.settings["base_weight"],
            **reading,
        )

    def _made(self, participants: Any, also: Sequence[str] = ()) -> _Made:
        """The weights once more, for every combination of groups and values of further columns.

        Raises an InputError where these are other people.
        """
        community = self._community
        joint = joint_counts(participants, community, self._options, also=(*self._also, *also))
        base = _base(joint, self._also)
        task = task_of(joint, base)
        sizes = [len(groups) for groups in task.groups]
        counts = np.concatenate(sums_by_group(task.codes, task.people.astype(float), sizes))
        told = self.rows["count"]
        if any(n is not None and n != m for n, m in zip(told, counts.tolist(), strict=True)):
            raise InputError.of(
                "these are other people than those the weights were made for: their counts differ.",
                code="other_people",
                param="participants",
                hint="pass the table that was weighted, or make weights for this one.",
            )
        how = _How(
            self.settings["weighted_by"],
            self.settings["bounds"],
            self.settings["trim"],
            self.settings["sum_to"],
        )
        each, _ = _weighed(task, how, community)
        return _Made(joint, base, each)


@dataclass(frozen=True, slots=True)
class _How:
    """How weights are made: what `weights` was asked."""

    method: WeightMethod
    bounds: Bounds | None
    most: float | None
    sum_to: float | None


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """The weight of a person in every row of the counts."""

    joint: Joint
    base: Floats
    each: Floats


def _base(joint: Joint, also: Sequence[str]) -> Floats:
    """The base weight of each row."""
    return np.array(joint.also[0], dtype=float) if also else np.ones(len(joint.n))


def _keys(joint: Joint, base: Floats) -> list[tuple[float, ...]]:
    """The places of groups, -1 for those that the baseline gives no share, and the base weight."""
    there = [place.values() for place in places_of(joint)]
    return [
        (*(c if c in known else -1 for c, known in zip(codes, there, strict=True)), weight)
        for codes, weight in zip(joint.codes.tolist(), base.tolist(), strict=True)
    ]


def _weighed(task: Task, how: _How, community: Baseline) -> tuple[Floats, Bounds | None]:
    """The weight of a person in each row, and the bounds that were used."""
    found, used = reached(task, how.method, how.bounds, community)
    size = float(task.people.sum())
    if how.sum_to is not None:
        size = how.sum_to
    each = found / task.people * (size / found.sum())
    if how.most is not None:
        each = _trimmed(each, task.people, how.most)
    return each, used


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _column(attribute: str) -> str:
    """What the column of an attribute is called beside that of the shares."""
    return attribute if attribute != "baseline" else "baseline (group)"


def weights(
    participants: Any,
    baseline: Baseline,
    *,
    attributes: Sequence[str] | str | None = None,
    method: WeightMethod = "rake",
    bounds: Bounds | None = None,
    trim: float | None = None,
    base_weight: str | None = None,
    sum_to: float | None = None,
    columns: Mapping[str, str] | None = None,
    person: str | None = None,
    unknown: Iterable[str] = (),
    unmatched: Literal["raise", "row"] = "raise",
    outside: Iterable[str] | Mapping[str, Iterable[str]] = (),
    recode: Mapping[str, Any] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    title: str = "",
) -> Weights:
    """Which weights would match the community, and at what price?

    Weights mend who is counted how much, not who was heard: a group of one person speaks through
    that person, however much they count.

    Parameters
    ----------
    participants : data frame or mapping
        One row a person; or published counts of one attribute.
    baseline : Baseline
        Who lives there.
    attributes : sequence of str, optional
        What is brought to its shares; by default all that both have.
    method : {"rake", "poststratify", "linear", "logit"}, default "rake"
        Each attribute to its shares, by proportional fitting; the joint table of all attributes
        (with a baseline made from rows); or the closest weights in squares (some may be negative
        without bounds), or on a logistic curve between the bounds.
    bounds : (float, float), optional
        Factors between which weights may change, below 1 and above 1; "logit" takes the tightest
        that work, a tenth wider, where none are given.
    trim : float, optional
        The largest weight allowed, in multiples of the average; 5 is usual. What is cut goes to the
        others, and groups miss their shares: ``bounds`` keep them.
    base_weight : str, optional
        Column of weights to start from, such as those of a lottery. Within a combination of groups
        they keep their ratios.
    sum_to : float, optional
        What weights add to; by default the number of people, so that they are 1 on average.
    columns, person, unknown, unmatched, outside, recode
        How people are read, as by `assess`. People of unknown group, or outside the comparison, keep
        the share that they have; their weight follows their other attributes.
    labels : mapping, optional
        What groups are called in sentences and pictures.
    title : str
        What to call this.

    Returns
    -------
    Weights
        `table` with a row a group; `Weights.of` gives each person's weight, `Weights.shares`
        weighted answers with their errors.

    Raises
    ------
    InputError
        For groups (and with ``method="poststratify"`` cells) in which nobody took part; totals that
        no weights reach at once, with mergers that would mend it; bounds that are too narrow, with
        the tightest that work; and all that `assess` refuses.

    Notes
    -----
    Whether weights exist is decided by linear programming. The design effect is Kish's; what it
    costs one answer can be less, where the groups explain the answer: see `Weights.shares`.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940). Annals of Mathematical Statistics 11, 427-444.
    Deville, J.-C. and Särndal, C.-E. (1992). Journal of the American Statistical Association 87,
    376-382.
    Kish, L. (1965). Survey Sampling. Wiley.

    Examples
    --------
    >>> from coprep import Baseline, representation
    >>> lives_there = Baseline.from_shares({"disability": {"Yes": 0.2311, "No": 0.7689}})
    >>> found = representation.weights({"disability": {"Yes": 12, "No": 110}}, lives_there)
    >>> found.table[["group", "weight"]].round(2).values.tolist()
    [['Yes', 2.35], ['No', 0.85]]
    >>> round(found.effective_n, 1), round(found.design_effect, 2)
    (101.8, 1.2)
    """
    _check(method, bounds, trim, sum_to)
    options = Options.of_reading(
        attributes=attributes,
        columns=columns,
        person=person,
        weight=base_weight,
        unknown=unknown,
        unmatched=unmatched,
        outside=outside,
        recode=recode,
        labels=labels,
        title=title,
    )
    community = checked_baseline(baseline)
    also = () if base_weight is None else (base_weight,)
    joint = joint_counts(participants, community, options, also=also)
    task = task_of(joint, _base(joint, also))
    how = _How(method, bounds, trim, None if sum_to is None else float(sum_to))
    each, used = _weighed(task, how, community)
    trimmed = 0
    if trim is not None:
        before, _ = _weighed(task, replace(how, most=None), community)
        trimmed = int(task.people[before > each * (1 + _EXACT)].sum())
    area = community.area or "who lives there"
    return Weights(
        title=title or f"Weights, to be as {area}",
        rows=Table.from_records(list(_records(task, joint, each)), _ROWS),
        notes=distinct([*joint.notes, *_notes(task, joint, each, trimmed, trim)]),
        settings={
            "weighted_by": method,
            "bounds": used,
            "trim": trim,
            "base_weight": base_weight,
            "sum_to": how.sum_to,
            "attributes": joint.attributes,
            "unknown_shares": [
                float(total[len(groups) :].sum())
                for total, groups in zip(task.totals, task.groups, strict=True)
            ],
            "reading": {
                "columns": options.columns,
                "unknown": options.unknown,
                "unmatched": unmatched,
                "outside": options.outside,
                "recode": options.recode,
            },
            "baseline": community.described,
            "labels": options.labels,
            "method": _METHODS[method],
        },
        picture=Bars(
            label=("attribute", "group"),
            value="weight",
            axis="what a person counts for on average (1 = everybody alike)",
            reference=1.0,
            reference_label="everybody alike",
        ),
        overall=Table.from_records([_overall(task, each)], _OVERALL),
        joint=_joint_shares(task, method, community),
    )


def _check(method: Any, bounds: Any, most: Any, sum_to: Any) -> None:
    """Everything that is wrong with what is asked for."""
    problems = Problems()
    if method not in get_args(WeightMethod):
        problems.take(InputError.choice("method", method, get_args(WeightMethod)))
    if bounds is not None:
        two = isinstance(bounds, Sequence) and len(bounds) == 2 and all(map(_is_number, bounds))
        if not two or not bounds[0] < 1 < bounds[1]:
            problems.add(
                f"bounds are {show(bounds)}; expected two factors, one below and one above 1.",
                code="bad_bounds",
                param="bounds",
                got=bounds,
            )
        elif method == "poststratify":
            problems.add(
                "bounds do not go with method='poststratify', which has one solution.",
                code="misplaced",
                param="bounds",
                hint="use method='rake', 'linear' or 'logit'.",
            )
    if most is not None and not (_is_number(most) and 1 < most < np.inf):
        problems.add(
            f"trim is {show(most)}; expected a multiple of the average above 1, such as 5.",
            code="bad_trim",
            param="trim",
            got=most,
        )
    if sum_to is not None and not (_is_number(sum_to) and 0 < sum_to < np.inf):
        problems.add(
            f"sum_to is {show(sum_to)}; expected a number above 0.",
            code="bad_sum",
            param="sum_to",
            got=sum_to,
        )
    problems.raise_if_any()


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def _trimmed(each: Floats, people: Any, most: float) -> Floats:
    """Weights cut at a multiple of their average."""
    if (each < 0).any():
        raise InputError.of(
            "some weights are negative, so that they cannot be trimmed.",
            code="negative_weights",
            param="trim",
            hint="use bounds=(0.2, 5), or method='rake'.",
        )
    mean = float((each * people).sum() / people.sum())
    return trim(each, high=most * mean, people=people)


def _records(task: Task, joint: Joint, each: Floats) -> Iterator[dict[str, Any]]:
    """The row of every group."""
    sizes = [len(groups) for groups in task.groups]
    people = float(task.people.sum())
    counts = sums_by_group(task.codes, task.people.astype(float), sizes)
    before = sums_by_group(task.codes, task.start, sizes)
    after = sums_by_group(task.codes, each * task.people / (each * task.people).sum(), sizes)
    for at, item in enumerate(joint.found):
        wanted = task.totals[at][: sizes[at]]
        # The last digits of a solution tell how many people are in which combination: what is
        # reached is told as the total itself, what is missed by trimming in so many digits.
        reached = np.abs(after[at] - wanted) <= _REACHED
        share = np.where(reached, wanted, np.round(after[at], _DIGITS))
        for k, group in enumerate(task.groups[at]):
            count = counts[at][k]
            weight = float("nan")
            if count > 0:
                weight = float(share[k] * people / count)
            yield {
                "attribute": task.attributes[at],
                "group": group,
                "count": int(count),
                "total": int(counts[at].sum()),
                "share": float(before[at][k] / before[at].sum()),
                "weighted": float(share[k] / share.sum()),
                "baseline": float(item.profile.shares[k]),
                "weight": weight,
            }


def _overall(task: Task, each: Floats) -> dict[str, Any]:
    """What the weights come to."""
    people = task.people
    _, combination = np.unique(task.codes, axis=0, return_inverse=True)
    n = int(people.sum())
    total = float((each * people).sum())
    squares = float((each**2 * people).sum())
    return {
        "people": n,
        "sum_of_weights": total,
        "effective_n": float(kish_effective_n(total, squares)),
        "design_effect": float(kish_design_effect(n, total, squares)),
        "smallest": float(each.min()),
        "largest": float(each.max()),
        "count": int(np.bincount(combination.ravel(), people).min()),
    }


def _joint_shares(task: Task, method: WeightMethod, community: Baseline) -> Table:
    """The community's share of every combination of groups, where weights are made from it."""
    if method != "poststratify" or len(task.attributes) == 1:
        return Table({}, {})
    table = {cell: size for cell, size in community.joint(*task.attributes).items() if size > 0}
    columns: dict[str, Any] = {}
    kinds: dict[str, ColumnKind] = {}
    for at, name in enumerate(task.attributes):
        columns[_column(name)] = [cell[at] for cell in table]
        kinds[_column(name)] = "text"
    total = sum(table.values())
    columns["baseline"] = [size / total for size in table.values()]
    kinds["baseline"] = "number"
    return Table(columns, kinds)


def _notes(
    task: Task, joint: Joint, each: Floats, trimmed: int, most: float | None
) -> Iterator[Note]:
    """What a careful reader must know of the weights."""
    for at, item in enumerate(joint.found):
        unknown = int(task.people[task.codes[:, at] == len(task.groups[at])].sum())
        if unknown:
            yield Note.of(
                "unknown_group",
                "The {attribute:name} of {people} is unknown, or outside the comparison: they keep the "
                "share that they have, and what they count for follows their other attributes.",
                people=counted(unknown, "person", "people"),
                attribute=task.attributes[at],
            )
        if item.profile.standard_errors.any():
            yield Note.of(
                "baseline_estimated",
                "The baseline of {attribute:name} is estimated itself; errors of weighted shares do "
                "not hold that.",
                attribute=task.attributes[at],
            )
    negative = int(task.people[each < 0].sum())
    if negative:
        yield Note.of(
            "negative_weights",
            "{people} have a weight below 0, which no share can be read from; give bounds, or use "
            "method='rake'.",
            people=counted(negative, "person", "people"),
        )
    total = float((each * task.people).sum())
    effect = float(
        kish_design_effect(task.people.sum(), total, float((each**2 * task.people).sum()))
    )
    if effect >= _COSTLY:
        yield Note.of(
            "costly",
            "Weighting costs more than half of what these people tell: a few count for many. Merge "
            "small groups, weight by fewer attributes, or give bounds.",
        )
    if most is None:
        return
    sizes = [len(groups) for groups in task.groups]
    after = sums_by_group(task.codes, each * task.people, sizes)
    furthest = max(
        float(np.abs(sums / sums.sum() - wanted[:size] / wanted[:size].sum()).max())
        for sums, wanted, size in zip(after, task.totals, sizes, strict=True)
    )
    template = "Trimmed to {most:number} times the average: the weights of {people} were cut."
    if furthest > _OFF:
        template += " Groups now miss their shares by up to {off:points}."
    yield Note.of(
        "trimmed",
        template,
        most=most,
        people=counted(trimmed, "person", "people"),
        off=round(furthest, _DIGITS),
    )
