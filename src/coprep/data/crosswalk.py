"""Crosswalk: one scheme of groups in terms of another, and never a silent split."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from coprep.data.age_bands import Band, band_of, bands, holding
from coprep.data.baseline.account import AccountRow
from coprep.data.baseline.profile import merged_margins
from coprep.data.labels import fold
from coprep.data.ready_crosswalks import READY
from coprep.errors import InputError, Problems
from coprep.findings import Note
from coprep.wording.labels import listed, show

if TYPE_CHECKING:
    from coprep.data.baseline.baseline import Baseline

Several = Literal["each", "mixed"]
_BAR = " | "


@dataclass(frozen=True)
class Crosswalk:
    """How the groups of one scheme become those of another.

    Make one with `recode`, `age_bands`, `split` or `ready`.

    Attributes
    ----------
    rules : mapping of str to mapping
        For each old group the new ones with the share of it that goes to each; shares add to 1.
    bands : sequence of str
        Bands into which every label that names ages is put.
    prefixes : mapping of str to str
        New groups by what stands before the colon of an old one.
    name, source : str
        What it is called and where it is from; both stand in the account.

    Examples
    --------
    >>> from coprep import Baseline
    >>> b = Baseline.from_counts({"age": {"0-15": 20, "16-19": 5, "20-24": 10, "25+": 65}})
    >>> Crosswalk.age_bands(["0-15", "16-24", "25+"]).apply(b, "age").counts("age")
    {'0-15': 20.0, '16-24': 15.0, '25+': 65.0}
    """

    rules: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    bands: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        problems = Problems()
        for old, parts in self.rules.items():
            weights = list(parts.values())
            good = all(math.isfinite(w) and w >= 0 for w in weights)
            if not weights or not good or abs(sum(weights) - 1) > 1e-9:
                problems.add(
                    f"the weights of {show(old)} are {listed(weights, most=6)}; expected shares "
                    f"that add to 1.",
                    code="bad_weights",
                    param="rules",
                    got=old,
                )
        if self.bands and bands(self.bands) is None:
            problems.add(
                f"{listed(self.bands, most=12)} are no bands of ages without overlap.",
                code="bad_bands",
                param="bands",
                got=self.bands,
                hint='write them as "16-24" and "65+".',
            )
        problems.raise_if_any()

    @classmethod
    def recode(cls, rules: Mapping[str, str], *, name: str = "", source: str = "") -> Crosswalk:
        """Groups that are renamed, or merged where several have one new name.

        Parameters
        ----------
        rules : mapping of str to str
            The new group of each old one.
        name, source : str
            See `Crosswalk`.

        Examples
        --------
        >>> Crosswalk.recode({"Welsh": "White", "Irish": "White"}).labels(["Irish"])
        {'Irish': 'White'}
        """
        return cls({old: {new: 1.0} for old, new in rules.items()}, name=name, source=source)

    @classmethod
    def age_bands(cls, bands: Sequence[str], *, name: str = "", source: str = "") -> Crosswalk:
        """Bands of ages, from single years or from finer bands.

        Parameters
        ----------
        bands : sequence of str
            The new bands, such as ``["16-24", "25-44", "45+"]``.
        name, source : str
            See `Crosswalk`.

        Raises
        ------
        InputError
            For bands that overlap.
        """
        return cls(bands=tuple(bands), name=name, source=source)

    @classmethod
    def split(
        cls, rules: Mapping[str, Mapping[str, float]], *, name: str = "", source: str
    ) -> Crosswalk:
        """Groups of which declared shares go to several new ones.

        Parameters
        ----------
        rules : mapping of str to mapping
            For each old group the share that goes to each new one.
        name : str
            See `Crosswalk`.
        source : str
            Where the shares are from; needed, since a split is an assumption.

        Raises
        ------
        InputError
            For shares that do not add to 1, and where no source is given.

        Examples
        --------
        >>> parts = {"15-24": {"15-17": 0.3, "18-24": 0.7}}
        >>> Crosswalk.split(parts, source="single years of the same census").rules == parts
        True
        """
        if not str(source).strip():
            raise InputError.of(
                "a split needs its source: say where the shares are from.",
                code="missing_source",
                param="source",
            )
        return cls({old: dict(parts) for old, parts in rules.items()}, name=name, source=source)

    @classmethod
    def ready(cls, name: str) -> Crosswalk:
        """A crosswalk that is kept here, by name; `names` lists them.

        Raises
        ------
        InputError
            For a name that is not known, with the nearest that is.

        Examples
        --------
        >>> to_five = Crosswalk.ready("ethnic group 2021, England and Wales: 20 to 5")
        >>> to_five.labels(["White: Roma", "White: Irish"])
        {'White: Roma': 'White', 'White: Irish': 'White'}
        """
        if name not in READY:
            raise InputError.choice("name", name, tuple(READY))
        kept = READY[name]
        rules = {old: {new: 1.0} for old, new in kept.labels.items()}
        return cls(rules, kept.bands, kept.prefixes, name, kept.source)

    @staticmethod
    def names() -> tuple[str, ...]:
        """The names of the crosswalks that are kept here.

        Examples
        --------
        >>> "age bands, UK" in Crosswalk.names()
        True
        """
        return tuple(READY)

    def parts(self, label: str) -> dict[str, float] | None:
        """The new groups of an old one with its share in each; None where nothing is said of it.

        Parameters
        ----------
        label : str
            An old group.
        """
        folded = fold(label)
        for old, parts in self.rules.items():
            if fold(old) == folded:
                return dict(parts)
        if self.bands:
            named = band_of(label)
            ordered = bands(self.bands) or ()
            around = holding(named, ordered) if named is not None else None
            return {around.group: 1.0} if around is not None else None
        before = fold(label.partition(":")[0])
        new = next((new for prefix, new in self.prefixes.items() if fold(prefix) == before), None)
        return {new: 1.0} if new is not None else None

    def labels(self, labels: Iterable[str]) -> dict[str, str]:
        """The new group of each label, for `Baseline.recode`, ``recode=`` of `assess` or a column.

        Parameters
        ----------
        labels : iterable of str
            Old groups.

        Raises
        ------
        InputError
            For labels that the crosswalk does not know, or splits: a person cannot be split.
        """
        found: dict[str, str] = {}
        problems = Problems()
        for label in dict.fromkeys(labels):
            parts = self.parts(label)
            if parts is None:
                self._unknown(problems, label)
            elif len(parts) > 1:
                problems.add(
                    f"{show(label)} goes to {listed(parts)} in parts, which a label cannot.",
                    code="split_label",
                    param="labels",
                    got=label,
                )
            else:
                found[label] = next(iter(parts))
        problems.raise_if_any()
        return found

    def _unknown(self, problems: Problems, label: str) -> None:
        """A label of which the crosswalk says nothing, or that lies in two of its bands."""
        named = band_of(label) if self.bands else None
        crossed = _crossed(named, bands(self.bands) or ()) if named is not None else []
        if len(crossed) > 1:
            problems.add(
                f"{show(label)} lies in several bands: {listed(crossed, most=6)}.",
                code="split_needed",
                param="bands",
                got=label,
                hint="take bands that hold it whole, or declare its shares with Crosswalk.split.",
            )
            return
        known = [*self.rules, *self.bands, *self.prefixes]
        problems.add(
            f"the crosswalk {self.name} says nothing of {show(label)}; it knows {listed(known, most=8)}.".replace(
                "  ", " "
            ),
            code="unknown_group",
            param="labels",
            got=label,
            hint="recode it before, or leave it out.",
        )

    def apply(self, baseline: Baseline, attribute: str | Sequence[str]) -> Baseline:
        """The baseline with one attribute in the new groups.

        Parameters
        ----------
        baseline : Baseline
            What to put into the new scheme.
        attribute : str or sequence of str
            The attribute; two make one new attribute of their joint table, called "A and B".

        Returns
        -------
        Baseline
            Merged groups have merged margins; `Baseline.account` has a row for each old group.

        Raises
        ------
        InputError
            For groups of which the crosswalk says nothing, and bands that lie across two of its
            bands.
        """
        if not isinstance(attribute, str):
            return self._of_joint(baseline, tuple(attribute))
        groups = baseline.groups(attribute)
        parts = {group: self.parts(group) for group in groups}
        if any(found is not None and len(found) > 1 for found in parts.values()):
            made = self._split(baseline, attribute, parts)
        else:
            made = baseline.recode({attribute: self.labels(groups)})
        return replace(made, accounts=(*made.accounts, *self._rows(baseline, attribute)))

    def _split(
        self, baseline: Baseline, attribute: str, parts: Mapping[str, Mapping[str, float] | None]
    ) -> Baseline:
        """The baseline with the declared shares of its groups moved; the joint table is lost."""
        problems = Problems()
        for group, found in parts.items():
            if found is None:
                self._unknown(problems, group)
        problems.raise_if_any()
        profile = baseline.profile(attribute)
        new = tuple(dict.fromkeys(name for found in parts.values() for name in found or {}))
        matrix = np.array(
            [[(parts[g] or {}).get(name, 0.0) for g in profile.groups] for name in new]
        )
        moe, count_moe = merged_margins(profile, matrix)
        moved = replace(
            profile,
            groups=new,
            shares=matrix @ profile.shares,
            counts=None if profile.counts is None else matrix @ profile.counts,
            moe=moe,
            count_moe=count_moe,
        )
        text = f"{attribute} was split by declared shares ({self.source})."
        note = Note("split", text, {"attribute": attribute, "source": self.source})
        profiles = {**baseline.profiles, attribute: moved}
        return replace(baseline, profiles=profiles, cells=None, notes=(*baseline.notes, note))

    def _of_joint(self, baseline: Baseline, attributes: tuple[str, ...]) -> Baseline:
        """A new attribute from the joint table of several."""
        from coprep.data.baseline.baseline import Baseline

        joint = {_BAR.join(key): count for key, count in baseline.joint(*attributes).items()}
        name = " and ".join(attributes)
        made = Baseline.from_counts(
            {name: joint}, source=baseline.source, area=baseline.area, date=baseline.date,
            universe=baseline.universe, kind=baseline.kind,
        )  # fmt: skip
        return self.apply(made, name)

    def _rows(self, baseline: Baseline, attribute: str) -> list[AccountRow]:
        counts = baseline.counts(attribute) or {}
        rows = []
        for group in baseline.groups(attribute):
            count = counts.get(group, math.nan)
            into = ", ".join(
                f"{share:.4g} of it to {show(new)}" if share != 1 else f"to {show(new)}"
                for new, share in (self.parts(group) or {}).items()
            )
            said = "; ".join(part for part in (into, self.name, self.source) if part)
            rows.append(AccountRow(attribute, group, "", "merged", count, count, count, said))
        return rows

    def people(
        self,
        answers: Iterable[Sequence[str]],
        *,
        several: Several | None = None,
        mixed: str = "Mixed or Multiple ethnic groups",
    ) -> list[tuple[str, ...]]:
        """The new groups of people who could tick several old ones.

        A census asks for one group, a form often for all that apply. How people with several are
        counted changes who is under-represented, so it is never decided silently.

        Parameters
        ----------
        answers : iterable of sequence of str
            What each person ticked; nobody's answer is kept.
        several : {"each", "mixed"}, optional
            ``"each"`` counts a person in each of the new groups (then the attribute is
            overlapping), ``"mixed"`` in ``mixed`` alone. Needed where anybody has several.
        mixed : str
            The group of people with several.

        Returns
        -------
        list of tuple of str
            For each person the new groups; empty where nothing was ticked.

        Raises
        ------
        InputError
            Where anybody has several and ``several`` is not given, and for labels that are not
            known.

        Examples
        --------
        >>> broad = Crosswalk.ready("ethnic group 2021, England and Wales: 20 to 5")
        >>> broad.people([["White"], ["White", "Black"]], several="mixed")
        [('White',), ('Mixed or Multiple ethnic groups',)]
        """
        if several not in (None, "each", "mixed"):
            raise InputError.choice("several", several, ("each", "mixed"))
        ticked = [tuple(answer) for answer in answers]
        new = self.labels(label for answer in ticked for label in answer)
        groups = [tuple(dict.fromkeys(new[label] for label in answer)) for answer in ticked]
        many = sum(len(found) > 1 for found in groups)
        if many and several is None:
            raise InputError.of(
                f"{many:,} people ticked several groups, and the other table counts everybody "
                f"once.",
                code="several_answers",
                param="several",
                got=many,
                expected=("each", "mixed"),
                hint='pass several="mixed" to count them as one group, or "each" in each of theirs.',
            )
        if several == "mixed":
            return [(mixed,) if len(found) > 1 else found for found in groups]
        return groups


def _crossed(band: Band, others: Iterable[Band]) -> list[str]:
    return [other.group for other in others if other.overlaps(band)]
