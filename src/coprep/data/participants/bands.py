"""Brings a baseline's groups to those of a form: ages merged into its bands, parts into parents."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from coprep.data.age_bands import OLDEST, Band, all_bands, band_of, bands, holding, merged
from coprep.data.baseline.baseline import Baseline
from coprep.data.crosswalk import Crosswalk
from coprep.data.label_matching import bare, match_labels
from coprep.data.participants.word_lists import by_list, is_declined
from coprep.data.ready_crosswalks import READY

_MOST_BANDS = 25
_SCHOOL = 16
_ADULT = 18


@dataclass(frozen=True)
class Fitted:
    """A baseline in groups that the form's answers fit into.

    Attributes
    ----------
    baseline : Baseline
        Of this attribute.
    told : str
        What was merged into what; empty where nothing was.
    crosswalk : str
        The name of a ready crosswalk that was used.
    crossed : tuple of str
        The finest bands that both can be merged into, where bands cross and nothing was decided.
    bands : tuple of str
        The bands into which both were merged, by a decision.
    """

    baseline: Baseline
    told: str = ""
    crosswalk: str = ""
    crossed: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()


_ETHNIC = "ethnic group 2021, England and Wales: 20 to 5"
_PARENT = re.compile(r"^(.+?)\s*:\s+\S")


def fitted(
    baseline: Baseline,
    attribute: str,
    words: Collection[str],
    asked: Sequence[str] = (),
    *,
    numbers: bool = False,
) -> Fitted:
    """The baseline in the groups that a form's answers mean.

    ``asked`` are bands that somebody decided on; ``numbers`` says that people gave their age.
    """
    groups = baseline.groups(attribute)
    if asked:
        made = _in_bands(baseline, attribute, asked)
        return Fitted(made, f"merged {len(groups)} groups into {len(asked)}", bands=tuple(asked))
    ages = bands(groups)
    if ages is not None and numbers and len(groups) > _MOST_BANDS:
        return Fitted(baseline, crossed=_usual_bands(ages))
    if ages is not None:
        return _ages(baseline, attribute, words, ages)
    return _parents(baseline, attribute, words)


def _in_bands(baseline: Baseline, attribute: str, wanted: Sequence[str]) -> Baseline:
    """The baseline in bands of ages; ages outside all of them are left out."""
    inside = bands(tuple(wanted)) or ()
    groups = baseline.groups(attribute)
    rules: dict[str, str] = {}
    for group in groups:
        band = band_of(group)
        around = holding(band, inside) if band is not None else None
        if around is not None:
            rules[group] = around.group
    outside = [group for group in groups if group not in rules]
    kept = without_groups(baseline, attribute, outside) if outside else baseline
    return kept.recode({attribute: rules})


def _ages(
    baseline: Baseline, attribute: str, words: Collection[str], ages: Sequence[Band]
) -> Fitted:
    """Merge bands of ages into the form's, where each of the form's is a sum of them."""
    form = _form_bands(words)
    groups = baseline.groups(attribute)
    if not form or all(holding(band, ages) is not None for band in form):
        return Fitted(baseline)
    edges = {edge for band in ages for edge in (band.low, band.high)}
    parts = [band for band in form if {band.low, band.high} <= edges or _within_one(band, ages)]
    if len(parts) == len(form):
        rules = {}
        for group, age in zip(groups, _in_order(groups), strict=True):
            around = holding(age, form) if age is not None else None
            if around is not None:
                rules[group] = around.group
        into = dict.fromkeys(rules.values())
        told = f"merged {len(rules)} groups into the {len(into)} bands of the form"
        return Fitted(baseline.recode({attribute: rules}), told)
    both = tuple(band.group for band in merged(form, ages))
    return Fitted(baseline, crossed=both)


def _usual_bands(ages: Sequence[Band]) -> tuple[str, ...]:
    """Bands of adults that surveys use, as far as the baseline's ages can be merged into them."""
    usual = bands(READY["age bands, UK"].bands) or ()
    together = merged(usual, ages)
    return tuple(band.group for band in together if any(band.overlaps(one) for one in usual))


def _in_order(groups: Sequence[str]) -> list[Band | None]:
    return [band_of(group) for group in groups]


def _within_one(band: Band, others: Sequence[Band]) -> bool:
    return holding(band, others) is not None


def _form_bands(words: Collection[str]) -> tuple[Band, ...]:
    """The bands that a form offers, without words for unknown; none where ages are numbers."""
    known = [word for word in words if not is_declined(word)]
    found = [band for band in map(band_of, known) if band is not None]
    wide = [band for band in found if band.high - band.low > 1]
    if len(wide) * 2 <= len(known):
        return ()
    different = {(band.low, band.high): band for band in wide}
    return all_bands([band.group for band in different.values()]) or ()


def _parents(baseline: Baseline, attribute: str, words: Collection[str]) -> Fitted:
    """Merge groups by what stands before their colon, where the form's answers are those."""
    groups = baseline.groups(attribute)
    parents = {group: match[1] for group in groups if (match := _PARENT.match(group))}
    broad = tuple(dict.fromkeys(parents.get(group, group) for group in groups))
    if not parents or len(broad) < 2 or len(broad) == len(groups):
        return Fitted(baseline)
    known = [word for word in words if not is_declined(word)]
    if _named(known, broad) <= _named(known, groups):
        return Fitted(baseline)
    told = f"merged {len(groups)} groups into {len(broad)}, by the words before the colon"
    try:
        ready = Crosswalk.ready(_ETHNIC).apply(baseline, attribute)
        if set(map(bare, ready.groups(attribute))) == set(map(bare, broad)):
            return Fitted(ready, told, crosswalk=_ETHNIC)
    except ValueError:
        pass
    return Fitted(baseline.recode({attribute: parents}), told)


def _named(words: Sequence[str], groups: Sequence[str]) -> int:
    """How many words name one of some groups."""
    found = match_labels(words, groups)
    return sum(found[word] is not None or by_list(word, groups) is not None for word in words)


def without_groups(baseline: Baseline, attribute: str, groups: Collection[str]) -> Baseline:
    """The baseline without some groups: people in them are not whom one compares with."""
    left = [group for group in baseline.groups(attribute) if group not in groups]
    counts = baseline.counts(attribute)
    about = {
        "source": baseline.source,
        "area": baseline.area,
        "date": baseline.date,
        "universe": baseline.universe,
        "kind": baseline.kind,
    }
    if counts is not None:
        margins = baseline.moe(attribute)
        size = sum(counts.values())
        moe = None
        if margins is not None:
            moe = {attribute: {group: margins[group] * size for group in left}}
        return Baseline.from_counts(
            {attribute: {group: counts[group] for group in left}},
            moe=moe,
            **about,  # type: ignore[arg-type]
        )
    shares = baseline.shares(attribute)
    whole = sum(shares[group] for group in left)
    return Baseline.from_shares(
        {attribute: {group: shares[group] / whole for group in left}},
        **about,  # type: ignore[arg-type]
    )


def only(baseline: Baseline, attribute: str) -> Baseline:
    """One attribute of a baseline, with what the baseline says of itself."""
    return replace(
        baseline, profiles={attribute: baseline.profile(attribute)}, cells=None, accounts=()
    )


def bands_of_children(groups: Sequence[str]) -> tuple[str, ...]:
    """The bands in which nobody is an adult."""
    found = bands(groups) or ()
    return tuple(
        band.group
        for band in found
        if band.high <= _SCHOOL or (band.low == 0 and band.high <= _ADULT)
    )


def choices_of_age(words: Collection[str]) -> frozenset[str]:
    """The bands among a form's answers, where they are choices and no ages of single people."""
    form = {(band.low, band.high) for band in _form_bands(words)}
    found = [(word, band_of(word)) for word in words]
    return frozenset(
        word for word, band in found if band is not None and (band.low, band.high) in form
    )


def offers_no_children(words: Collection[str], children: Sequence[str]) -> bool:
    """Whether a form's answers are bands of ages of which none holds a child."""
    form = _form_bands(words)
    found = [band for band in map(band_of, children) if band is not None]
    return bool(form and found) and not any(a.overlaps(b) for a in form for b in found)


def ages_told(groups: Sequence[str]) -> str:
    """Bands of children as people say them: the one, or the ages that several span.

    >>> ages_told(["Aged 4 years and under", "Aged 5 to 15 years"])
    'the ages under 16'
    """
    found = [band for band in map(band_of, groups) if band is not None]
    if len(groups) == 1 or not found:
        return ", ".join(f'"{group}"' for group in groups)
    return f"the ages under {max(band.high for band in found):g}"


def age_from(word: str) -> float | None:
    """The age a word names as a plain number, if anybody can be that old."""
    text = word.strip()
    if not re.fullmatch(r"\d{1,3}(\.0+)?", text):
        return None
    years = float(text)
    return years if years <= OLDEST else None
