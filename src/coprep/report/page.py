"""Lay results out as one self-contained page: two minutes first, then every question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coprep.errors import InputError
from coprep.findings import Finding, Note, Verdict
from coprep.report.alt_text import alternative
from coprep.report.columns import shown_columns
from coprep.report.html import image, items, table_html
from coprep.report.sentences import (
    aim_of,
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
from coprep.report.stylesheet import CSS, POLICY
from coprep.report.verdict_symbols import mark_of, worded
from coprep.version import __version__
from coprep.view import View
from coprep.wording.escape import html, quoted, shorten
from coprep.wording.labels import show
from coprep.wording.names import plainly

__all__ = ["page"]

_ROWS = 60
_PARTS = 30
_BULLETS = 3
_STEPS = 5
_SETTINGS = 40
_QUESTION = re.compile(
    r"^(.+?)(: |, )(.+)$"
)  # a question and at which stage, or against what, it is asked
_NAMING = ("attribute", "attributes", "quotas")  # settings that hold names of attributes
_FOOT = (
    "Patterns are about groups, never about persons. This file is complete in itself: it loads nothing from "
    "the network."
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One attribute of a result: its rows and its findings, under a heading of its own."""

    result: View
    attribute: str | None
    anchor: str
    findings: Sequence[Finding]
    records: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> str:
        return plainly(self.attribute) if self.attribute is not None else "All together"


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
    everything = [*plain, *(r for group in gathered.values() for r in group)]
    if not everything:
        raise InputError.of("a page needs at least one result.", param="results", code="no_results")
    name = title if title is not None else everything[0].title or "Report"
    numbers = iter(range(1, len(everything) + 1))
    alone = len(everything) == 1
    body = [_question(r, f"q{next(numbers)}", 2, alone=alone) for r in plain]
    for heading, group in gathered.items():
        body.append(f'<section class="question"><h2>{html(heading)}</h2>')
        body += [_question(r, f"q{next(numbers)}", 3) for r in group]
        body.append("</section>")
    return _frame(
        name,
        subtitle,
        [
            _in_short(everything, headline),
            _contents(plain, gathered),
            *body,
            _of_the_whole([str(note) for note in notes], everything),
        ],
    )


def _of_the_whole(notes: Sequence[str], results: Sequence[View]) -> str:
    """Notes on the whole that no result has said."""
    told = {note.text for result in results for note in result.notes}
    new = [note for note in dict.fromkeys(notes) if note not in told]
    if not new:
        return ""
    more = [f"… and {len(new) - _SETTINGS:,} more notes."] if len(new) > _SETTINGS else []
    listed = items([*new[:_SETTINGS], *more])
    return f'<section aria-labelledby="whole"><h2 id="whole">About the data</h2>{listed}</section>'


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


def _frame(title: str, subtitle: str | None, parts: Iterable[str]) -> str:
    below = f'<p class="subtitle">{html(subtitle)}</p>' if subtitle else ""
    return "\n".join([
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{html(POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{html(shorten(title, 120))}</title>",
        f"<style>{CSS}</style>",
        "</head>",
        "<body>",
        '<a class="skip" href="#main">Skip to the findings</a>',
        '<div class="wrap">',
        f"<header><h1>{html(shorten(title, 200))}</h1>{below}</header>",
        '<main id="main">',
        *(part for part in parts if part),
        "</main>",
        f"<footer><p>Made with coprep {html(__version__)}. {_FOOT}</p></footer>",
        "</div>",
        "</body>",
        "</html>",
        "",
    ])  # fmt: skip


# -- two minutes
# -------------------------------------------------------------------------------------------------


def _in_short(results: Sequence[View], headline: str | None) -> str:
    flags, veiled = standing_out(results), any(map(rows_hidden, results))
    said = headline or _headline(results, flags)
    where = _where(results)
    bullets = [where.get(id(f), "") + f.reading for f in flags[:_BULLETS]]
    if len(flags) > _BULLETS:
        bullets.append(f"… and {len(flags) - _BULLETS:,} more below.")
    steps = next_steps(results)
    return "".join([
        '<section class="short" aria-labelledby="short"><h2 id="short">In short</h2>',
        f'<p class="headline">{html(said)}</p>',
        "" if bullets == [said] else "<h3>What stands out</h3>",
        "" if bullets == [said] else items(bullets or [_nothing(results, veiled=veiled)]),
        "<h3>What could not be shown</h3>",
        items(_open_questions(results, veiled=veiled) or [_ALL if any(r.findings for r in results) else _NONE]),
        "<h3>What to do next</h3>",
        items(steps[:_STEPS], ordered=True) or "<p>The findings ask for nothing.</p>",
        _more_steps(steps[_STEPS:]),
        "</section>",
    ])  # fmt: skip


def _more_steps(steps: Sequence[str]) -> str:
    """Suggestions besides the first, for whoever has more than two minutes."""
    if not steps:
        return ""
    said = "1 more suggestion" if len(steps) == 1 else f"{len(steps):,} more suggestions"
    rest = len(steps) - _SETTINGS
    shown = [*steps[:_SETTINGS], *([f"… and {rest:,} more, in the JSON file."] if rest > 0 else [])]
    return f"<details><summary>{said}</summary>{items(shown)}</details>"


def _where(results: Sequence[View]) -> dict[int, str]:
    """For each finding of results that are one question asked several times, the stage or what it
    is held against.
    """
    question, mark, _ = next(iter(_QUESTION.findall(results[0].title)), ("", "", ""))
    if (
        len(results) < 2
        or not mark
        or not all(r.title.startswith(question + mark) for r in results)
    ):
        return {}
    names = [r.title.removeprefix(question + mark) for r in results]
    return {
        id(f): f"{n[:1].upper()}{n[1:]}: "
        for n, r in zip(names, results, strict=True)
        for f in r.findings
    }


def _headline(results: Sequence[View], flags: Sequence[Finding]) -> str:
    if len(results) == 1:
        return headline_of(results[0])
    touched = sum(any(f.verdict.is_flag for f in r.findings) for r in results)
    if not any(f.verdict is not Verdict.NOT_ASSESSABLE for r in results for f in r.findings):
        return f"Nothing could be judged in any of the {len(results)} questions asked."
    if not flags:
        return f"No finding calls for action in any of the {len(results)} questions asked."
    findings = "1 finding calls" if len(flags) == 1 else f"{len(flags):,} findings call"
    return f"{findings} for action, in {touched} of {len(results)} questions asked."


def _nothing(results: Sequence[View], *, veiled: bool) -> str:
    """What to say where nothing stands out: not that all is well where nothing was judged."""
    if veiled:
        return _NOTHING_PUBLIC
    judged = any(f.verdict is not Verdict.NOT_ASSESSABLE for r in results for f in r.findings)
    return _NOTHING if judged else _NONE


_ALL = "Every group could be assessed."
_NONE = "Nothing was judged."
_NOTHING = "Nothing stands out beyond chance and large enough to matter."
_NOTHING_PUBLIC = "Nothing in what may be published; some groups are protected and not shown."
_VEILED = (Verdict.NOT_ASSESSABLE,)
_WHY = {
    Verdict.INCONCLUSIVE: "too few people, or too small a gap, to tell either way",
    Verdict.NOT_ASSESSABLE: "could not be assessed",
}
_AIMED = "had a quota or a target, which is reported and not tested"


def _open_questions(results: Sequence[View], *, veiled: bool) -> list[str]:
    found = [f for f in undecided(results) if not f.details.get("aim")]
    lines = []
    aimed = sum(bool(f.details.get("aim")) for f in undecided(results))
    if aimed:
        noun = "group" if len(results) == 1 else "answer"
        lines.append(f"{aimed:,} {noun}{'' if aimed == 1 else 's'} {_AIMED}.")
    for verdict, why in _WHY.items():
        names = [_name(f) for f in found if f.verdict is verdict]
        if names:
            several = len(results) > 1 or any(
                f.group is None or f.details.get("about") for f in found
            )
            noun = "answer" if several else "group"
            groups = f"1 {noun}" if len(names) == 1 else f"{len(names):,} {noun}s"
            why += (
                ", or protected because few people are concerned"
                if veiled and verdict in _VEILED
                else ""
            )
            lines.append(f"{groups}: {why} ({quoted(list(dict.fromkeys(names)), most=5)}).")
    return lines


def _name(finding: Finding) -> str:
    attribute = plainly(finding.attribute or "")
    about = called(finding)
    return (
        ": ".join(p for p in (attribute, "" if about == finding.question else about) if p) or about
    )


def _contents(plain: Sequence[View], sections: Mapping[str, Sequence[View]]) -> str:
    numbers = iter(range(1, 1 + len(plain) + sum(map(len, sections.values()))))
    links = [_links(r, f"q{next(numbers)}") for r in plain]
    for heading, group in sections.items():
        inner = "".join(_links(r, f"q{next(numbers)}") for r in group)
        links.append(f"<li>{html(heading)}<ol>{inner}</ol></li>")
    return f'<nav aria-labelledby="contents"><h2 id="contents">Contents</h2><ol>{"".join(links)}</ol></nav>'


def _links(result: View, anchor: str) -> str:
    parts = _parts(result, anchor)
    inner = "".join(
        f'<li><a href="#{p.anchor}">{html(shorten(p.name, 60))}</a></li>' for p in parts[:_PARTS]
    )
    below = f"<ol>{inner}</ol>" if len(parts) > 1 else ""
    return (
        f'<li><a href="#{anchor}">{html(shorten(result.title or result.kind, 90))}</a>{below}</li>'
    )


# -- each question
# -----------------------------------------------------------------------------------------------


def _parts(result: View, anchor: str) -> list[_Part]:
    """A part an attribute, where rows say which; else one."""
    findings = by_attribute(result.findings)
    if "attribute" not in result.rows.names:
        return [_Part(result, None, f"{anchor}-1", result.findings, list(result.rows.records()))]
    rows: dict[Any, list[Mapping[str, Any]]] = {}
    for record in result.rows.records():
        rows.setdefault(record["attribute"], []).append(record)
    names = dict.fromkeys([*(n for n in findings if n is None), *rows, *findings])
    return [
        _Part(result, name, f"{anchor}-{i}", findings.get(name, []), rows.get(name, []))
        for i, name in enumerate(names, start=1)
    ]


def _question(result: View, anchor: str, level: int, *, alone: bool = False) -> str:
    """A result; one that is alone on its page has said its headline already."""
    parts = _parts(result, anchor)
    cut = f"<p>… and {len(parts) - _PARTS:,} more attributes, not shown here; the CSV file has them all.</p>"
    return "".join([
        f'<section class="question" aria-labelledby="{anchor}">',
        f'<h{level} id="{anchor}">{html(shorten(_heading(result, alone=alone), 200))}</h{level}>',
        "" if alone else f'<p class="headline">{html(headline_of(result))}</p>',
        *(_part(part, level + 1) for part in parts[:_PARTS]),
        cut if len(parts) > _PARTS else "",
        _notes(result, level + 1),
        _method(result),
        "</section>",
    ])  # fmt: skip


def _heading(result: View, *, alone: bool) -> str:
    return "In detail" if alone else result.title or result.kind


def _part(part: _Part, level: int) -> str:
    return "".join([
        f'<section aria-labelledby="{part.anchor}">',
        f'<h{level} id="{part.anchor}">{html(shorten(part.name, 120))}</h{level}>',
        _sentences(part.findings),
        _figure(part),
        _table(part),
        "</section>",
    ])  # fmt: skip


def _sentences(findings: Sequence[Finding]) -> str:
    told = tell(findings)
    shared = _shared_caveats(told.sentences)
    lines = [
        _sentence(
            f.verdict,
            f.reading or _name(f),
            [c.text for c in f.caveats if c.text not in shared],
            aim=aim_of(f),
        )
        for f in told.sentences
    ]
    for verdict, aim, groups, more in told.named:
        lines.append(_sentence(verdict, quoted(groups, more=more), aim=aim))
    bear = f'<p class="caveat">To bear in mind: {html(" ".join(shared))}</p>' if shared else ""
    return f'<ul class="findings">{"".join(lines)}</ul>{bear}' if lines else ""


def _shared_caveats(findings: Sequence[Finding]) -> list[str]:
    """Caveats that several findings have: said once, below them."""
    often = Counter(c.text for f in findings for c in f.caveats)
    return [caveat for caveat, times in often.items() if times > 1]


def _sentence(verdict: Verdict, text: str, caveats: Sequence[str] = (), *, aim: str = "") -> str:
    """A line with its verdict's symbol; the verdict in words too, unless the sentence says it
    itself.
    """
    words = worded(verdict, aim)
    mark = f'<span class="mark" aria-hidden="true">{mark_of(verdict, aim).symbol}</span>'
    said = verdict.label in text.lower() and not aim
    tag = "" if said else f'<span class="tag">{html(words[:1].upper() + words[1:])}.</span> '
    more = "".join(f'<span class="caveat">{html(caveat)}</span>' for caveat in caveats)
    return f"<li>{mark} {tag}{html(text)}{more}</li>"


def _figure(part: _Part) -> str:
    settled = part.attribute is not None or "attribute" not in part.result.rows.names
    if not part.records or not settled or part.result.picture is None:
        return ""
    from coprep.report.plots import can_draw, svg

    if not can_draw(part.result, part.records):
        return ""
    picture = svg(part.result, attribute=part.attribute, most=_ROWS)
    region = f'<div class="scroll" role="region" tabindex="0" aria-label="Picture: {html(shorten(part.name, 80))}">'
    return (
        f"<figure>{region}{image(picture, alternative(part.result, part.records))}</div></figure>"
    )


def _table(part: _Part) -> str:
    if not part.records:
        return ""
    columns = [
        c for c in shown_columns(part.result) if part.attribute is None or c.names != ("attribute",)
    ]
    table = table_html(
        columns,
        part.records,
        caption=[f"{shorten(part.name, 80)}: the numbers"],
        most=_ROWS,
        rest="the CSV file has them all",
    )
    region = f'<div class="scroll" role="region" tabindex="0" aria-label="Table: {html(shorten(part.name, 80))}">'
    return f"<details open><summary>Table</summary>{region}{table}</div></details>"


def _notes(result: View, level: int) -> str:
    notes = notes_besides_headline(result)
    if not notes:
        return ""
    shown = notes[:_SETTINGS]
    if len(notes) > len(shown):
        shown.append(f"… and {len(notes) - len(shown):,} more notes.")
    return f"<h{level}>Notes</h{level}>{items(shown)}"


def _method(result: View) -> str:
    methods = result.settings.get("method") or ()
    methods = [methods] if isinstance(methods, str) else [str(m) for m in methods]
    terms = "".join(f"<dt>{html(k)}</dt><dd>{html(v)}</dd>" for k, v in _asked(result.settings))
    if not methods and not terms:
        return ""
    asked = f"<p>Asked for:</p><dl>{terms}</dl>" if terms else ""
    return (
        f"<details open><summary>How this was worked out</summary>{items(methods)}{asked}</details>"
    )


def _asked(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Settings that fit a line: what was asked for, with defaults filled in."""
    for key, value in list(settings.items())[:_SETTINGS]:
        if key == "method" or value is None or isinstance(value, Mapping):
            continue
        several = value if isinstance(value, tuple) else (value,)
        if several and not any(isinstance(v, (Mapping, tuple)) for v in several):
            said = (
                map(plainly, several)
                if key in _NAMING and all(isinstance(v, str) for v in several)
                else several
            )
            yield plainly(key), shorten(", ".join(map(str, said)), 200)
