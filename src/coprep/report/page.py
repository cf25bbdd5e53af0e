"""Lay results out as one self-contained page: two minutes first, then every question.

What stands where is said in ``templates/page.html.j2``; here it is decided what is told.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coprep.errors import InputError
from coprep.findings import Finding, Note, Verdict
from coprep.report.alt_text import alternative
from coprep.report.columns import shown_columns, shown_records
from coprep.report.html import Grid, laid_out, template
from coprep.report.sentences import (
    aim_of,
    asked_of,
    by_attribute,
    called,
    headline_of,
    next_steps,
    notes_besides_headline,
    rows_hidden,
    standing_out,
    tell,
    undecided,
)
from coprep.report.verdict_symbols import HIDDEN, mark_of, worded
from coprep.version import __version__
from coprep.view import View
from coprep.wording.escape import quoted, shorten
from coprep.wording.labels import show
from coprep.wording.names import plainly
from coprep.wording.numbers import count_of

# The page may not load anything from anywhere: styles stand in it, pictures are carried in it.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_PARTS = 30
_BULLETS = 3
_STEPS = 5
_MOST = 40
_NAMING = ("attribute", "attributes", "quotas")  # settings that hold names of attributes


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with its verdict's symbol, and its verdict in words where it does not say it."""

    symbol: str
    tag: str
    text: str
    caveats: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One attribute of a result, under a heading of its own."""

    name: str
    anchor: str
    sentences: Sequence[Line]
    shared_caveats: Sequence[str]
    picture: str
    alternative: str
    grid: Grid | None


@dataclass(frozen=True, slots=True)
class Question:
    """A result on the page; one that is alone there has said its headline already."""

    name: str
    heading: str
    anchor: str
    headline: str
    parts: Sequence[Part]
    parts_left_out: str
    notes: Sequence[str]
    methods: Sequence[str]
    asked: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Section:
    """Questions under a heading, or under none."""

    heading: str
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class Short:
    """What matters in two minutes."""

    headline: str
    bullets: Sequence[str]
    open_questions: Sequence[str]
    steps: Sequence[str]
    more_steps: Sequence[str]
    more_steps_are: str
    judges: bool


def page(
    results: Iterable[View],
    *,
    title: str | None = None,
    subtitle: str | None = None,
    headline: str | None = None,
    sections: Mapping[str, Iterable[View]] | None = None,
    notes: Iterable[Note | str] = (),
) -> str:
    """Lay results out as one HTML page that needs no network and no script.

    Parameters
    ----------
    results : iterable of View
        What is told, in order.
    title : str, optional
        Of the page; by default the first result's.
    subtitle : str, optional
        A line under it: place, date, who made it.
    headline : str, optional
        The page in one sentence; by default made from the results'.
    sections : mapping of str to iterable of View, optional
        More results, gathered under headings.
    notes : iterable of Note or str
        What is to be known of the whole, besides each result's own notes.

    Returns
    -------
    str
        The same results give the same text. Every long list is cut and says so.

    Raises
    ------
    InputError
        Where there is nothing to tell, or something that is not a result.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> who_came = assess({"sex": {"Female": 12, "Male": 9}}, lives_there)
    >>> "<title>" in page(who_came)
    True
    """
    plain = _results(results)
    gathered = {name: _results(group) for name, group in (sections or {}).items()}
    everything = [*plain, *(result for group in gathered.values() for result in group)]
    if not everything:
        raise InputError.of("a page needs at least one result.", param="results", code="no_results")
    alone = len(everything) == 1
    numbers = iter(range(1, len(everything) + 1))
    laid = [
        Section(heading, [_question(result, f"q{next(numbers)}", alone=alone) for result in group])
        for heading, group in {"": plain, **gathered}.items()
    ]
    told = {note.text for result in everything for note in result.notes}
    new = dict.fromkeys(text for note in notes if (text := str(note)) not in told)
    return template("page.html.j2").render(
        policy=POLICY,
        version=__version__,
        title=title if title is not None else everything[0].title or "Report",
        subtitle=subtitle or "",
        short=_in_short(everything, headline),
        sections=laid,
        whole=_cut(list(new), "more notes"),
    )


def _results(results: Iterable[View]) -> list[View]:
    found: list[View] = [results] if isinstance(results, View) else list(results)
    for result in found:
        if not isinstance(result, View):
            raise InputError.of(
                f"a page is made of results; not {show(result)}.",
                param="results",
                got=type(result).__name__,
            )
    return found


def _cut(texts: Sequence[str], more: str) -> list[str]:
    """The first of many lines, and how many more there are."""
    left_out = len(texts) - _MOST
    return [*texts[:_MOST], *([f"… and {left_out:,} {more}."] if left_out > 0 else [])]


# -- two minutes -----------------------------------------------------------------------------------


def _in_short(results: Sequence[View], headline: str | None) -> Short:
    flags = standing_out(results)
    said = headline or _headline(results, flags)
    bullets = [*_first_flags(results, flags)]
    if len(flags) > _BULLETS:
        bullets.append(f"… and {len(flags) - _BULLETS:,} more below.")
    steps = next_steps(results)
    more = steps[_STEPS:]
    return Short(
        headline=said,
        bullets=[] if bullets == [said] else bullets or [_nothing(results)],
        open_questions=_open_questions(results) or [_all_clear(results)],
        steps=steps[:_STEPS],
        more_steps=_cut(more, "more, in the JSON file"),
        more_steps_are=count_of(len(more), "more suggestion"),
        judges=any(result.findings for result in results),
    )


def _first_flags(results: Sequence[View], flags: Sequence[Finding]) -> Iterator[str]:
    """The first readings that call for action, each after what it is about where several ask alike."""
    several = len(results) > 1 and all(
        "stage" in result.settings or "against" in result.settings for result in results
    )
    for finding in flags[:_BULLETS]:
        home = next(result for result in results if any(f is finding for f in result.findings))
        yield f"{asked_of(home)}: {finding.reading}" if several else finding.reading


def _headline(results: Sequence[View], flags: Sequence[Finding]) -> str:
    if len(results) == 1:
        return headline_of(results[0])
    touched = sum(any(f.verdict.is_flag for f in result.findings) for result in results)
    if not _judged(results):
        return f"Nothing could be judged in any of the {len(results)} questions asked."
    if not flags:
        return f"No finding calls for action in any of the {len(results)} questions asked."
    verb = "calls" if len(flags) == 1 else "call"
    findings = count_of(len(flags), "finding")
    return f"{findings} {verb} for action, in {touched} of {len(results)} questions asked."


def _judged(results: Sequence[View]) -> bool:
    """Whether anything at all was judged."""
    findings = [finding for result in results for finding in result.findings]
    return any(finding.verdict is not Verdict.NOT_ASSESSABLE for finding in findings)


def _nothing(results: Sequence[View]) -> str:
    """What to say where nothing stands out: not that all is well where nothing was judged."""
    if any(map(rows_hidden, results)):
        return "Nothing in what may be published; some groups are protected and not shown."
    if not _judged(results):
        return "Nothing was judged."
    return "Nothing stands out beyond chance and large enough to matter."


def _all_clear(results: Sequence[View]) -> str:
    if any(result.findings for result in results):
        return "Every group could be assessed."
    return "Nothing was judged."


_WHY = {
    (Verdict.INCONCLUSIVE, ""): "too few people, or too small a gap, to tell either way",
    (Verdict.NOT_ASSESSABLE, ""): "could not be assessed",
    (Verdict.NOT_ASSESSABLE, HIDDEN): "protected because few people are concerned, and not shown",
}


def _open_questions(results: Sequence[View]) -> list[str]:
    found = undecided(results)
    lines = []
    aimed = sum(aim_of(finding) not in ("", HIDDEN) for finding in found)
    if aimed:
        noun = "group" if len(results) == 1 else "answer"
        had = "had a quota or a target, which is reported and not tested"
        lines.append(f"{count_of(aimed, noun)} {had}.")
    for (verdict, aim), why in _WHY.items():
        like = [f for f in found if f.verdict is verdict and aim_of(f) == aim]
        if like:
            whole = any(f.group is None or f.details.get("about") for f in found)
            noun = "answer" if len(results) > 1 or whole else "group"
            names = quoted(list(dict.fromkeys(map(_name, like))), most=5)
            lines.append(f"{count_of(len(like), noun)}: {why} ({names}).")
    return lines


def _name(finding: Finding) -> str:
    """What a finding is about, with its attribute."""
    about = called(finding)
    attribute = plainly(finding.attribute or "")
    named = "" if attribute and about == finding.question else about
    return ": ".join(part for part in (attribute, named) if part)


# -- each question ---------------------------------------------------------------------------------


def _question(result: View, anchor: str, *, alone: bool) -> Question:
    name = result.title or result.kind
    parts = list(_parts(result, anchor))
    left_out = len(parts) - _PARTS
    methods = result.settings.get("method") or ()
    return Question(
        name=name,
        heading="In detail" if alone else name,
        anchor=anchor,
        headline="" if alone else headline_of(result),
        parts=parts[:_PARTS],
        parts_left_out=count_of(left_out, "more attribute") if left_out > 0 else "",
        notes=_cut(notes_besides_headline(result), "more notes"),
        methods=(methods,) if isinstance(methods, str) else tuple(map(str, methods)),
        asked=list(_asked(result.settings)),
    )


def _parts(result: View, anchor: str) -> Iterator[Part]:
    """A part an attribute, where rows say which; else one."""
    records = shown_records(result)
    if "attribute" not in result.rows.names:
        yield _part(result, None, f"{anchor}-1", result.findings, records)
        return
    rows: dict[Any, list[Mapping[str, Any]]] = {}
    for record in records:
        rows.setdefault(record["attribute"], []).append(record)
    findings = by_attribute(result.findings)
    names = dict.fromkeys([*(name for name in findings if name is None), *rows, *findings])
    for i, name in enumerate(names, start=1):
        yield _part(result, name, f"{anchor}-{i}", findings.get(name, ()), rows.get(name, ()))


def _part(
    result: View,
    attribute: str | None,
    anchor: str,
    findings: Sequence[Finding],
    records: Sequence[Mapping[str, Any]],
) -> Part:
    name = "All together" if attribute is None else plainly(attribute)
    told = tell(findings)
    often = Counter(caveat.text for finding in told.sentences for caveat in finding.caveats)
    shared = [text for text, times in often.items() if times > 1]
    lines = [
        Line(
            mark_of(finding.verdict, aim := aim_of(finding)).symbol,
            ""
            if finding.reading and (aim == HIDDEN or (result.says_verdict and not aim))
            else _tag(finding.verdict, aim),
            finding.reading or _name(finding),
            [caveat.text for caveat in finding.caveats if caveat.text not in shared],
        )
        for finding in told.sentences
    ]
    lines += [
        Line(mark_of(verdict, aim).symbol, _tag(verdict, aim), quoted(groups, more=more))
        for verdict, aim, groups, more in told.named
    ]
    grid = None
    if records:
        columns = shown_columns(result)
        grid = laid_out(
            [c for c in columns if attribute is None or c.names != ("attribute",)],
            records,
            caption=[f"{shorten(name, 80)}: the numbers"],
            most=result.rows_on_page,
            rest="the CSV file has them all",
        )
    settled = attribute is not None or "attribute" not in result.rows.names
    picture = _drawn(result, attribute, records) if settled else ""
    words = alternative(result, records) if picture else ""
    return Part(name, anchor, lines, shared, picture, words, grid)


def _tag(verdict: Verdict, aim: str) -> str:
    """A verdict in words, as a label before a sentence."""
    words = worded(verdict, aim)
    return words[:1].upper() + words[1:]


def _drawn(result: View, attribute: str | None, records: Sequence[Mapping[str, Any]]) -> str:
    """The picture as the page carries it; "" where there is nothing to draw."""
    if not records or result.picture is None:
        return ""
    from coprep.report.plots import can_draw, svg

    if not can_draw(result, records):
        return ""
    picture = svg(result, attribute=attribute, most=result.rows_on_page)
    return b64encode(picture.encode("utf-8")).decode("ascii")


def _asked(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Settings that fit a line: what was asked for, with defaults filled in."""
    for key, value in list(settings.items())[:_MOST]:
        if key == "method" or value is None or isinstance(value, Mapping):
            continue
        several = value if isinstance(value, tuple) else (value,)
        if not several or any(isinstance(one, (Mapping, tuple)) for one in several):
            continue
        names = key in _NAMING and all(isinstance(one, str) for one in several)
        said = map(plainly, several) if names else map(str, several)
        yield plainly(key), shorten(", ".join(said), 200)
