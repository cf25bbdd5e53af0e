"""A result in a terminal and in a notebook: a summary in sentences, a small table as text or as HTML.

Knows how tables are laid out; what a column is called is known by `columns`, what is harmless by `escape`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from coprep.findings import Finding
from coprep.report.columns import Shown, cut, shown_columns, shown_records
from coprep.report.html import laid_out, template
from coprep.report.sentences import aim_of, by_attribute, headline_of, notes_besides_headline, tell
from coprep.report.verdict_symbols import mark_of, worded
from coprep.view import View
from coprep.wording import escape
from coprep.wording.names import plainly

_LINE = 100
_LABEL = 40
_ROWS = 40
_ATTRIBUTES = 20


def summary(result: View) -> str:
    """Say a result in plain text: the headline, a sentence a finding, the notes.

    Parameters
    ----------
    result : View
        Any result.

    Returns
    -------
    str
        Lines safe for any terminal: nothing in a label can move the cursor or reorder a line.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> who_came = assess({"sex": {"Female": 12, "Male": 9}}, lives_there)
    >>> print(summary(who_came))
    Who came, against who lives there
    No group is shown to be under- or over-represented. For 2 of 2 groups the numbers are too small to
    tell.
    <BLANKLINE>
    sex
    ○ “Female” (sex): 12 of 21 participants (57%); a fair lottery among everybody would give about 11
      (51%). Cannot tell: with 21 people 12% more than their share can still be chance; an excess shows
      reliably only above 1.7 times their share.
    ○ “Male” (sex): 9 of 21 participants (43%); a fair lottery among everybody would give about 10
      (49%). Cannot tell: with 21 people a shortfall shows reliably only below 39% of their share.
    """
    lines = [*_wrapped(result.title), *_wrapped(headline_of(result))]
    gathered = by_attribute(result.findings)
    for attribute, findings in list(gathered.items())[:_ATTRIBUTES]:
        lines += [
            "",
            *_wrapped("All together" if attribute is None else plainly(attribute)),
            *_told(findings),
        ]
    if len(gathered) > _ATTRIBUTES:
        lines += ["", f"… and {len(gathered) - _ATTRIBUTES:,} more attributes."]
    notes = notes_besides_headline(result)
    if notes:
        lines += ["", "Notes", *(line for note in notes for line in _wrapped(note, "- "))]
    return "\n".join(lines).strip("\n")


def _told(findings: Sequence[Finding]) -> Iterator[str]:
    told = tell(findings)
    for finding in told.sentences:
        yield from _wrapped(
            finding.reading or _bare(finding),
            f"{mark_of(finding.verdict, aim_of(finding)).symbol} ",
        )
    for verdict, aim, groups, more in told.named:
        mark = f"{mark_of(verdict, aim).symbol} "
        yield from _wrapped(f"{worded(verdict, aim)}: {escape.quoted(groups, more=more)}", mark)


def _bare(finding: Finding) -> str:
    return f"{finding.group or finding.question}: {worded(finding.verdict, aim_of(finding))}."


def _wrapped(line: str, mark: str = "") -> list[str]:
    return textwrap.wrap(
        mark + escape.visible(line),
        _LINE,
        subsequent_indent=" " * len(mark),
        break_on_hyphens=False,
    )


def text(result: View) -> str:
    """Lay a result out as a small titled table of text.

    Parameters
    ----------
    result : View
        Any result.

    Returns
    -------
    str
        At most 40 rows; a longer table is cut in the middle and says so.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> who_came = assess({"sex": {"Female": 12, "Male": 9}}, lives_there)
    >>> print(text(who_came))
    Who came, against who lives there
    No group is shown to be under- or over-represented. For 2 of 2 groups the numbers are too small to
    tell.
    <BLANKLINE>
    attribute  group   count  total  share  baseline  ratio (95% interval)  p_adjusted  verdict
    sex        Female     12     21  57.1%     51.0%   1.12 (0.67 to 1.53)       0.732  ○ cannot tell
    sex        Male        9     21  42.9%     49.0%   0.87 (0.45 to 1.35)       0.732  ○ cannot tell
    """
    columns = shown_columns(result)
    records = shown_records(result)
    head, left_out, tail = cut(len(records), _ROWS)
    cells = [[escape.shorten(c.cell(records[i]), _LABEL) for c in columns] for i in (*head, *tail)]
    lines = _aligned(columns, cells)
    if left_out:
        gap = f"… {left_out:,} of {len(records):,} rows not shown; `.table` has them all"
        lines.insert(1 + len(head), gap)
    return "\n".join([*_wrapped(result.title), *_wrapped(headline_of(result)), "", *lines])


def _aligned(columns: Sequence[Shown], rows: Sequence[Sequence[str]]) -> list[str]:
    if not columns:
        return ["(no rows)"]
    lines = [[c.short for c in columns], *rows]
    widths = [max(escape.width(line[i]) for line in lines) for i in range(len(columns))]
    return ["  ".join(map(_padded, line, widths, columns)).rstrip() for line in lines]


def _padded(cell: str, width: int, column: Shown) -> str:
    gap = " " * (width - escape.width(cell))
    return gap + cell if column.numeric else cell + gap


def fragment(result: View) -> str:
    """Lay a result out as a piece of HTML for a notebook.

    Parameters
    ----------
    result : View
        Any result.

    Returns
    -------
    str
        A captioned table with scoped headings and inline styles only; no script, nothing fetched, no meaning
        by colour alone. A long table is cut in the middle and says so.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> who_came = assess({"sex": {"Female": 12, "Male": 9}}, lives_there)
    >>> fragment(who_came).startswith("<")
    True
    """
    notes = notes_besides_headline(result)
    if len(notes) > _ATTRIBUTES:
        notes = [*notes[:_ATTRIBUTES], f"… and {len(notes) - _ATTRIBUTES:,} more notes."]
    grid = laid_out(
        shown_columns(result),
        shown_records(result),
        caption=(result.title, headline_of(result)),
        most=_ROWS,
        rest="`.table` has them all",
    )
    return str(template("pieces.html.j2").module.fragment(grid, notes))  # type: ignore[attr-defined]
