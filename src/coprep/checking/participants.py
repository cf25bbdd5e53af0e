"""Participants: a sign-up file beside a census, with its account, questions and decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from coprep.checking.account import account_rows, html, text_lines
from coprep.checking.mapping_file import added, save, sections, whole_text
from coprep.checking.stakes import with_stakes
from coprep.data.baseline.baseline import Baseline
from coprep.data.files import as_path, read_text
from coprep.data.participants.clock import today
from coprep.data.participants.counts_sheet import counts_and_no_people, holds_counts
from coprep.data.participants.decisions import Decisions, checked, parse
from coprep.data.participants.questions import Question
from coprep.data.participants.sign_ups import SignUps, read_sign_ups
from coprep.data.participants.tables import baseline_of, columns_of, reading_of
from coprep.data.reading import Reading
from coprep.errors import InputError, Problem
from coprep.wording.labels import nearest, show

if TYPE_CHECKING:
    import pandas as pd


class MappingFile(Mapping[str, Any]):
    """Decisions as `mapping.toml` holds them: text, a mapping, or a file to save."""

    def __init__(self, decisions: Decisions, text: str) -> None:
        self._decisions = dict(decisions)
        self._text = text

    def __getitem__(self, section: str) -> Any:
        return self._decisions[section]

    def __iter__(self) -> Iterator[str]:
        return iter(self._decisions)

    def __len__(self) -> int:
        return len(self._decisions)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<MappingFile: {len(self._text.splitlines())} lines>"

    def save(self, path: str | PathLike[str]) -> None:
        """Write the file; what stands there already is replaced in one step."""
        save(Path(path), self._text)


class Participants:
    """Who signed up, read from an export: made by `coprep.read_participants`, and never changed.

    Attributes
    ----------
    questions : tuple of Question
        What the files leave open, those that move most people first.
    baseline : Baseline
        The census, in the groups that the form's answers fit into.
    """

    def __init__(
        self,
        sign_ups: SignUps,
        *,
        text: str = "",
        place: str = "",
        about: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._sign_ups = sign_ups
        self._text = text
        self._place = place or sign_ups.sheet.path.parent.name
        self._about = about or {}

    @property
    def sign_ups(self) -> SignUps:
        """What was read, for other parts of this package."""
        return self._sign_ups

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What the files leave open, with whether any answer could change a verdict."""
        return with_stakes(self._sign_ups)

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """Those whose answer could change a verdict: nothing is counted before."""
        return tuple(question for question in self.questions if question.could_change)

    @cached_property
    def baseline(self) -> Baseline:
        """The census in the groups that people are counted in.

        Raises
        ------
        InputError
            Where nothing is compared.
        """
        return baseline_of(self._sign_ups)

    @property
    def reading(self) -> Reading:
        """How `frame` is to be counted: who may be in several groups, and who is left outside."""
        return reading_of(self._sign_ups)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a person: the compared attributes in the census's groups, and no other column.

        Raises
        ------
        InputError
            While a question is open whose answer could change a verdict.
        """
        import pandas as pd

        self.raise_if_open()
        return pd.DataFrame(columns_of(self._sign_ups), dtype=object)

    def __coprep_frame__(self) -> pd.DataFrame:
        """What is counted where a table of people is expected."""
        return self.frame

    def raise_if_open(self) -> None:
        """Raise while a question is open whose answer could change a verdict."""
        if self.open_questions:
            _refuse(self._sign_ups.sheet.name, self.open_questions)

    def answer(self, answers: Mapping[str, Any]) -> Participants:
        """The same file with some questions answered; this object stays as it is.

        Parameters
        ----------
        answers : mapping
            Sections and keys as in `mapping.toml`:
            ``{"people": {"repeats": "last"}, "words": {"sex": {"(written)": "(unknown)"}}}``.

        Raises
        ------
        InputError
            For a key or a group that is not there, with the nearest.
        """
        checked(answers, name="answers")
        _known_words(self._sign_ups, answers)
        decisions = self._sign_ups.decisions.with_all(answers)
        made = self._sign_ups.decided(decisions)
        return Participants(made, text=self._text, place=self._place, about=self._about)

    @cached_property
    def mapping(self) -> MappingFile:
        """All decisions, open questions and suggestions, as the file `mapping.toml` would hold them."""
        parts = sections(self._sign_ups, self.questions, self._about)
        text = self._text
        if text:
            text = added(text, parts, today())
        else:
            text = whole_text(parts, self._place, today())
        decisions = self._sign_ups.decisions
        return MappingFile(decisions, _with_answers(text, decisions))

    def account(self) -> pd.DataFrame:
        """What became of every row, column and answer.

        Columns: file, part, what, group, count, why. Of the part ``rows`` people and those left out
        add up to the rows read; of each attribute the groups, unknown, outside and open add up to
        the people.
        """
        import pandas as pd

        columns = ["file", "part", "what", "group", "count", "why"]
        return pd.DataFrame(account_rows(self._sign_ups), columns=columns)

    def __len__(self) -> int:
        return self._sign_ups.people.count

    def __repr__(self) -> str:
        people = self._sign_ups.people
        rows = len(people.rows) + sum(len(left.rows) for left in people.left)
        could = len(self.open_questions)
        return (
            f"<Participants: {self._sign_ups.sheet.name}, {self._sign_ups.form.platform}, "
            f"{people.count:,} people of {rows:,} rows, {len(self.questions)} open "
            f"question{'' if len(self.questions) == 1 else 's'}, {could} could change a verdict>"
        )

    def __str__(self) -> str:
        return "\n".join(text_lines(self._sign_ups, self.questions))

    def _repr_html_(self) -> str:
        return html(self._sign_ups, self.questions)


def _known_words(sign_ups: SignUps, answers: Mapping[str, Any]) -> None:
    """Attributes that answers name are compared."""
    for attribute in dict(answers.get("words", {})):
        if attribute not in sign_ups.compared:
            close = nearest(attribute, sign_ups.compared)
            raise InputError.of(
                f"answers: {show(attribute)} is not compared; compared are "
                f"{', '.join(map(show, sign_ups.compared)) or 'no attributes'}.",
                code="unknown_attribute",
                param="words",
                got=attribute,
                expected=tuple(sign_ups.compared),
                hint=f"did you mean {show(close)}?" if close else None,
            )


def _with_answers(text: str, decisions: Decisions) -> str:
    """The text with lines for decisions that were made in Python and stand in no line yet."""
    from coprep.checking.mapping_file import Entry, Section, line

    told = parse(text)
    made = []
    for section, entries in decisions:
        for name, said in dict(entries).items():
            if isinstance(said, Mapping) and section in ("words", "baseline", "columns"):
                held = dict(dict(told).get(section, {})).get(name, {})
                new = {k: v for k, v in said.items() if held.get(k) != v and v != ""}
                made.append(
                    Section((section, name), [Entry(k, (line(k, v),)) for k, v in new.items()])
                )
            elif dict(dict(told).get(section, {})).get(name) != said and said != "":
                made.append(Section((section,), [Entry(name, (line(name, said),))]))
    return _replaced(text, [part for part in made if part.entries])


def _replaced(text: str, parts: Sequence[Any]) -> str:
    """The text in which answers stand where the questions were."""
    from coprep.checking.mapping_file import _end, _keys, _start

    lines = text.rstrip("\n").split("\n")
    for part in parts:
        start = _start(lines, part.name)
        if start is None:
            lines += ["", part.header, *(text for entry in part.entries for text in entry.lines)]
            continue
        for entry in part.entries:
            end = _end(lines, start)
            at = [i for i in range(start + 1, end) if entry.key in _keys([lines[i]])]
            if at:
                lines[at[-1]] = entry.lines[0]
            else:
                lines.insert(start + 1, entry.lines[0])
    return "\n".join(lines) + "\n"


def _refuse(name: str, questions: Sequence[Question]) -> NoReturn:
    """Raise the same list that the command prints."""
    problems = [
        Problem(
            f"{name}: {question.ask} {question.told}".strip(),
            code="open_question",
            param=f"{question.section}.{question.key}",
            got=question.people,
            expected=tuple(question.choices),
            hint=f"answer it in mapping.toml: {question.where}.",
        )
        for question in questions
    ]
    raise InputError(problems)


def read_participants(
    path: str | PathLike[str],
    *,
    mapping: str | PathLike[str] | Mapping[str, Any] | None = None,
    baseline: Baseline | Mapping[str, Baseline] | None = None,
) -> Participants:
    r"""Who signed up, as an export of a form or a sheet of your own tells it?

    Parameters
    ----------
    path : path
        The export, untouched: CSV or XLSX of Google Forms, Microsoft Forms, SurveyMonkey, Qualtrics,
        LimeSurvey, Eventbrite, KoboToolbox, REDCap, Typeform, a sortition tool, a CRM, or a sheet
        that somebody made. The platform is told by its columns. A codebook is looked for beside it.
    mapping : path or mapping, optional
        Decisions that were made before, as `mapping.toml` holds them. Then an open question that
        could change a verdict is an error.
    baseline : Baseline or mapping of str to Baseline, optional
        The census, for the groups that answers are put into.

    Returns
    -------
    Participants
        With `account`, `questions`, `mapping`, `answer`, `frame` and `baseline`. No column of names,
        addresses or people's own words is in any of them.

    Raises
    ------
    InputError
        For a file that holds no table of people, for decisions that do not fit it, and, with
        ``mapping``, while a question is open whose answer could change a verdict.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from coprep import Baseline
    >>> file = Path(mkdtemp()) / "responses.csv"
    >>> _ = file.write_text(
    ...     "Timestamp,What is your sex?\n2026/03/02 10:01:00,Woman\n2026/03/02 10:02:00,man\n"
    ... )
    >>> community = Baseline.from_counts({"sex": {"Female": 510, "Male": 490}})
    >>> people = read_participants(file, baseline=community)
    >>> people
    <Participants: responses.csv, Google Forms, 2 people of 2 rows, 0 open questions, 0 could change a verdict>
    >>> people.frame["sex"].tolist()
    ['Female', 'Male']
    """
    file = as_path(path)
    if holds_counts(file):
        raise counts_and_no_people(file)
    decisions = Decisions()
    text = ""
    if isinstance(mapping, Mapping):
        decisions = checked(mapping, name="mapping")
    elif mapping is not None:
        text = read_text(as_path(mapping))
        decisions = parse(text, name=Path(mapping).name)
    sign_ups = read_sign_ups(file, decisions, _by_attribute(baseline))
    made = Participants(sign_ups, text=text)
    if mapping is not None:
        made.raise_if_open()
    return made


def _by_attribute(baseline: Baseline | Mapping[str, Baseline] | None) -> dict[str, Baseline]:
    """For each attribute the baseline that holds it."""
    if baseline is None:
        return {}
    given = (baseline,) if isinstance(baseline, Baseline) else tuple(baseline.values())
    found: dict[str, Baseline] = {}
    for one in given:
        if not isinstance(one, Baseline):
            raise InputError.of(
                f"baseline must be a Baseline; got {show(type(one).__name__)}.",
                code="not_a_baseline",
                param="baseline",
            )
        for attribute in one.attributes:
            found.setdefault(attribute, one)
    return found
