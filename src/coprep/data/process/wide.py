"""Turns one wide sheet, a row a person or an idea with a column a rating, into tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from coprep.data.frames import Frame, open_frame
from coprep.data.label_matching import spelt_alike
from coprep.data.labels import fold, label
from coprep.data.process.tables.nobody import person_label
from coprep.data.process.wide_answers import (
    Answers,
    Cells,
    is_running_number,
    lists_several,
    ticked,
)
from coprep.errors import InputError
from coprep.findings import Note, counted
from coprep.wording.labels import listed, nearest, show

# Column of the model -> what it is usually called, without case, blanks and punctuation.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "participant_id": (
        *("participantid", "participant", "personid", "person", "voterid", "voter"),
        *("respondent", "username", "userid", "email", "emailaddress", "responseid"),
        *("respondentid", "submissionid", "name", "id"),
    ),
    "idea_id": ("ideaid", "idea", "proposalid", "proposal", "projectid", "project", "id"),
    "author_id": (
        *("authorid", "author", "authors", "authorusername", "authorname", "proposer"),
        *("proposedby", "submittedby", "suggestedby"),
    ),
    "topic": ("topic", "theme", "category"),
    "stage": ("stage",),
    "text": ("text", "title", "question", "description"),
    "cost": ("cost", "budget"),
    "status": ("status", "decision"),
    "created_at": ("createdat", "date"),
    "area": ("area", "district", "ward"),
    "support": ("support", "supports", "votes", "likes", "totalvotes", "numberofvotes", "upvotes"),
}
# Words in the headings of columns that tell of an idea and are no person's ratings.
_OF_IDEAS = frozenset(
    {
        *("average", "count", "mean", "median", "rank", "ranking", "score", "scores", "sum"),
        *("total", "totals", "overall", "result", "results", "number", "percent", "percentage"),
        *("upvotes", "downvotes", "votes", "likes", "dislikes", "supports", "supporters"),
        *("comments", "views", "followers", "follows", "shares", "endorsements", "impact"),
        *("effort", "feasibility", "feasible", "priority", "value", "risk", "benefit", "cost"),
        *("price", "budget", "answered", "selected", "winner", "approved", "accepted", "status"),
        *("rejected", "published", "featured", "visible", "hidden", "show", "val", "valuation"),
        *("valuator", "valuators", "administrator", "phase", "stage", "rejections", "completed"),
    }
)
_LEAST_RATERS = 3
_NO_ANSWERS = {"timestamp", "starttime", "endtime", "completiontime", "submittedat", "startdate"}
# Columns of numbers that are about people and no ratings.
_ABOUT_PEOPLE = {
    *("age", "sex", "gender", "weight", "year", "birth", "postcode", "ward", "imd", "income"),
    *("role", "many", "children", "household", "decile", "quintile", "phone", "telephone"),
    "number",
}
_NO_ATTRIBUTES = frozenset({"participantid", "weight", "invitedat", "active"})
_FOR = re.compile(
    r"(?:who benefits|for whom|beneficiar(?:y|ies)|for|benefits)\s*[:?(]?\s*(.*?)\)?\s*",
    re.IGNORECASE,
)
_EVERYONE = frozenset({"everyone", "everybody", "all"})


def wide_tables(
    frame: Any,
    *,
    rows: Literal["people", "ideas"],
    raters: Sequence[str] | None = None,
    ideas: Sequence[str] | None = None,
    participants: Any = None,
    kind: str | None = None,
    votes: str | None = None,
    words: Mapping[str, float | None] | None = None,
) -> tuple[dict[str, Any], list[Note]]:
    """The tables that one wide sheet holds, and how it was understood; see `Process.from_wide`."""
    if rows not in {"people", "ideas"}:
        raise InputError.choice("rows", rows, ("people", "ideas"))
    if votes is not None and (rows == "ideas" or ideas is not None):
        raise InputError.of(
            "votes= names the one column that lists what a person ticked; it goes with "
            "rows='people' and without ideas=.",
            param="votes",
            got=votes,
        )
    opened = open_frame(frame, what="the sheet")
    own = {fold(word): value for word, value in (words or {}).items()}
    sheet = _Sheet(opened, opened.collect(opened.columns), kind, Answers(own))
    if rows == "ideas":
        return _ideas_in_rows(sheet, raters, participants), sheet.notes
    if participants is not None:
        raise InputError.of(
            "participants are the sheet's own rows; pass their attributes as columns of it.",
            param="participants",
            hint="or pass rows='ideas', if each row is an idea.",
        )
    return _people_in_rows(sheet, ideas, votes), sheet.notes


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The sheet, the kind of its ratings where that is said, and how it was understood."""

    frame: Frame
    values: Mapping[str, Cells]
    kind: str | None
    answers: Answers
    notes: list[Note] = field(default_factory=list)

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names, in order."""
        return self.frame.columns

    def note(self, code: str, template: str, **values: Any) -> None:
        """Note how something was understood."""
        self.notes.append(Note.of(code, template, **values))

    def column(self, wanted: str) -> str | None:
        """The column that holds a column of the model, by its usual names."""
        by_plain = {_plain(name): name for name in reversed(self.columns)}
        return next((by_plain[name] for name in _NAMES[wanted] if name in by_plain), None)

    def given(self, names: Sequence[str], param: str) -> list[str]:
        """The columns that a user named; an error where one is not there."""
        for name in names:
            if not self.frame.has(name):
                raise self.frame.unknown_column(name, param=param)
        return list(names)

    def ids(self, wanted: str, what: str) -> tuple[str | None, Cells]:
        """The column of ids and its cells; the rows are numbered where there is none."""
        column = self.column(wanted)
        if column is None:
            self.note(
                "rows_numbered", "no column names the {what}: the rows are numbered.", what=what
            )
            return None, [f"{what} {i}" for i in range(1, self.frame.rows() + 1)]
        self.read_as(column, wanted)
        return column, self.values[column]

    def all_ratings(self, columns: Sequence[str], param: str, *, quote: bool) -> list[str]:
        """The columns that hold ratings; an error where one nearly does.

        Names of columns are quoted unless they are people's.
        """
        found: list[str] = []
        for column in columns:
            reading, odd = self.answers.of_column(self.values[column])
            if reading == "nearly":
                where = show(column) if quote else f"{self.columns.index(column) + 1}"
                raise InputError.of(
                    f"column {where} holds ratings but for {listed(odd)}.",
                    code="nearly_a_rating",
                    param="frame",
                    got=tuple(odd[:3]),
                    hint=f"say what these words mean with words={{{odd[0]!r}: None}} (None for no "
                    f"answer, else a number), or name the columns of ratings with {param}=.",
                )
            if reading == "rating":
                found.append(column)
        return found

    def read_as(self, column: str, meaning: str) -> None:
        """Note that a column is read as one of the model."""
        self.note(
            "column_read_as", "{column:label} is read as {meaning}.", column=column, meaning=meaning
        )

    def columns_read_as(self, columns: Sequence[str], meaning: str) -> None:
        """Note what several columns are read as."""
        self.note(
            "columns_read_as",
            "{n} read as {meaning}" + (": {columns:labels}." if columns else "."),
            n=counted(len(columns), "column"),
            meaning=meaning,
            columns=tuple(columns),
        )

    def ratings(
        self, ids: Cells, columns: Sequence[str], *, of_people: bool
    ) -> dict[str, list[Any]] | None:
        """One row a rating; columns that are answered in words are of the kind that the words tell.

        ``ids`` are those of the rows: of people, or of ideas.
        """
        rows: list[tuple[Any, Any, Any, str | None]] = []
        for group in self.answers.alike(columns, self.values):
            answers, told = self.answers.read([self.values[column] for column in group])
            for column, cells in zip(group, answers, strict=True):
                for i, answer in zip(ids, cells, strict=True):
                    if answer is not None:
                        person = i if of_people else column
                        idea = column if of_people else i
                        rows.append((person, idea, answer, self.kind or told))
        return _table(("participant_id", "idea_id", "value", "kind"), rows)


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]] | None:
    """A table by columns; None without rows."""
    if not rows:
        return None
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def _people_in_rows(
    sheet: _Sheet, ideas: Sequence[str] | None, votes: str | None
) -> dict[str, Any]:
    key, ids = sheet.ids("participant_id", "person")
    others = [c for c in sheet.columns if c not in {key, votes}]
    if votes is not None:
        return _ticked_by_people(sheet, ids, votes, others)
    rated = _rated_by_people(sheet, others) if ideas is None else sheet.given(ideas, "ideas")
    attributes = [c for c in others if c not in rated and _plain(c) not in _NO_ANSWERS]
    sheet.columns_read_as(attributes, "attributes of people")
    return {
        "participants": {"participant_id": ids} | {c: sheet.values[c] for c in attributes},
        "ideas": {"idea_id": rated} if rated else None,
        "ratings": sheet.ratings(ids, rated, of_people=True),
    }


def _ticked_by_people(
    sheet: _Sheet, ids: Cells, votes: str, others: Sequence[str]
) -> dict[str, Any]:
    """Tables of a sheet in which one column lists what each person ticked."""
    sheet.given([votes], "votes")
    sheet.read_as(votes, "the ideas that a person supports")
    chosen = zip(ids, ticked(sheet.values[votes]), strict=True)
    rows = [
        (person, name, 1, sheet.kind or "approve") for person, names in chosen for name in names
    ]
    attributes = [c for c in others if _plain(c) not in _NO_ANSWERS]
    sheet.columns_read_as(attributes, "attributes of people")
    return {
        "participants": {"participant_id": ids} | {c: sheet.values[c] for c in attributes},
        "ideas": _table(("idea_id",), sorted({(name,) for _, name, _, _ in rows})),
        "ratings": _table(("participant_id", "idea_id", "value", "kind"), rows),
    }


def _rated_by_people(sheet: _Sheet, columns: Sequence[str]) -> list[str]:
    """The columns that hold a rating of an idea each; an error where there is none."""
    numbered = [c for c in columns if is_running_number(c, sheet.values[c])]
    about_ideas = [
        column
        for column in columns
        if column not in numbered
        and not set(re.split(r"[^a-z]+", column.casefold())) & _ABOUT_PEOPLE
    ]
    rated = sheet.all_ratings(about_ideas, "ideas", quote=True)
    if numbered:
        sheet.note(
            "running_numbers",
            "no ratings, as they number rows or hold ids: {columns:labels}.",
            columns=numbered,
        )
    if not rated:
        several = [c for c in columns if lists_several(sheet.values[c])]
        hint = "name them with ideas=, or say what the words of answers mean with words=."
        if several:
            hint = f"if {show(several[0])} lists what people ticked, pass votes={several[0]!r}."
        raise InputError.of(
            f"no column of the sheet holds ratings of an idea; it has {listed(columns, most=8)}.",
            code="no_ratings",
            param="frame",
            got=tuple(columns),
            hint=hint,
        )
    sheet.columns_read_as(rated, "ratings of ideas")
    return rated


def _ideas_in_rows(
    sheet: _Sheet, raters: Sequence[str] | None, participants: Any
) -> dict[str, Any]:
    key, ids = sheet.ids("idea_id", "idea")
    own = {
        name: column
        for name in _NAMES
        if name not in {"participant_id", "idea_id"} and (column := sheet.column(name)) is not None
    }
    for name, column in own.items():
        if column != name:
            sheet.read_as(column, name)
    used = {key, *own.values()}
    benefit = {
        column: found[1].strip()
        for column in sheet.columns
        if column not in used and (found := _FOR.fullmatch(column)) is not None
    }
    used |= set(benefit)
    rated = _raters(sheet, raters, used, participants)
    left = [c for c in sheet.columns if c not in used and c not in rated]
    if left:
        sheet.note("columns_not_used", "columns not used: {columns:labels}.", columns=left)
    authors: list[list[str]] = [[] for _ in ids]
    if "author_id" in own:
        written = _split(sheet.values[own["author_id"]])
        authors = [[name for name in names if person_label(name)] for names in written]
    several = sum(len(names) > 1 for names in authors)
    if several:
        sheet.note(
            "several_authors",
            "{ideas} with several authors: names are parted at commas and semicolons.",
            ideas=counted(several, "idea"),
        )
    if participants is None:
        names = {*(a for row in authors for a in row), *(label(r) or "" for r in rated)}
        participants = {"participant_id": sorted(names)} if names else None
    pairs = [(i, author) for i, names in zip(ids, authors, strict=True) for author in names]
    return {
        "participants": participants,
        "ideas": {"idea_id": ids}
        | {name: sheet.values[c] for name, c in own.items() if name != "author_id"},
        "idea_authors": _table(("idea_id", "participant_id"), pairs),
        "beneficiaries": _beneficiaries(sheet, ids, benefit, participants),
        "ratings": sheet.ratings(ids, rated, of_people=False),
    }


def _raters(
    sheet: _Sheet, raters: Sequence[str] | None, used: set[str | None], participants: Any
) -> list[str]:
    """The columns that hold a person's ratings each."""
    if raters is not None:
        return sheet.given(raters, "raters")
    known = _known_people(participants)
    left = [column for column in sheet.columns if column not in used]
    rated = [column for column in left if label(column) in known]
    if not rated:
        maybe = [c for c in left if not _tells_of_ideas(c, sheet.values[c])]
        rated = sheet.all_ratings(maybe, "raters", quote=False)
        _stop_at_a_guess(sheet, rated)
    # Their names are people's and are not repeated; where they stand says which columns are meant.
    places = [sheet.columns.index(column) + 1 for column in rated]
    where = ", from the sheet's column {first} to {last}" if rated else ""
    sheet.note(
        "raters",
        "{raters} read as ratings by a person each" + where + ".",
        raters=counted(len(rated), "column"),
        first=min(places, default=0),
        last=max(places, default=0),
    )
    return rated


def _tells_of_ideas(column: str, cells: Cells) -> bool:
    """Whether a column tells of ideas by itself: a total, a status, a running number."""
    tokens = set(re.split(r"[^a-z]+", column.casefold()))
    return bool(tokens & _OF_IDEAS) or is_running_number(column, cells)


def _stop_at_a_guess(sheet: _Sheet, rated: Sequence[str]) -> None:
    """An error where columns of ratings may be something else: too few, or on unlike scales."""
    if not rated:
        return
    answers = sheet.answers.read([sheet.values[column] for column in rated])[0]
    largest = [max(abs(float(a)) for a in cells if a is not None) for cells in answers]
    if len(rated) >= _LEAST_RATERS and max(largest) <= 4 * max(min(largest), 1.0):
        return
    places = [sheet.columns.index(column) + 1 for column in rated]
    raise InputError.of(
        f"columns {listed(places)} of the sheet hold numbers that may be people's ratings or "
        "something else, such as totals.",
        code="raters_needed",
        param="raters",
        got=tuple(places),
        hint="name the columns that hold a person's ratings each with raters=[...], or pass "
        "raters=[] where there are none.",
    )


def _known_people(participants: Any) -> set[str | None]:
    """The ids of a participants table, if there is one that has them."""
    if participants is None:
        return set()
    frame = open_frame(participants)
    key = next((c for c in frame.columns if _plain(c) == "participantid"), None)
    return set() if key is None else {label(name) for name in frame.collect([key])[key]} - {None}


def _split(cells: Cells) -> list[list[str]]:
    """The parts of cells that list several things, by semicolon, comma or line."""
    parts = []
    for cell in cells:
        text = cell if isinstance(cell, str) else label(cell) or ""
        names = [label(part) for part in re.split(r"[;,\n]", text)]
        parts.append(list(dict.fromkeys(name for name in names if name is not None)))
    return parts


def _beneficiaries(
    sheet: _Sheet, ids: Cells, columns: Mapping[str, str], people: Any
) -> dict[str, list[Any]] | None:
    """Whom each idea is for, from columns such as "for: age" or "beneficiaries"."""
    groups = _groups_by_attribute(people) if columns else {}
    rows: list[tuple[Any, str, str]] = []
    for_all: list[Any] = []
    homeless: set[str] = set()
    for column, named in columns.items():
        attribute = _attribute(column, named, groups)
        for i, names in zip(ids, _split(sheet.values[column]), strict=True):
            for name in names:
                home = attribute or _home(name, groups)
                if fold(name) in _EVERYONE and attribute is None:
                    for_all.append(i)
                elif home is None:
                    homeless.add(name)
                else:
                    rows.append((i, home, name))
    # For everyone, in whatever attributes the other ideas name.
    attributes = tuple(dict.fromkeys(attribute for _, attribute, _ in rows))
    rows += [(i, attribute, "everyone") for i in for_all for attribute in attributes]
    if homeless:
        sheet.note(
            "beneficiaries_unknown",
            "beneficiaries that no participant's attribute has are left out: {groups:labels}.",
            groups=sorted(homeless),
        )
    return _table(("idea_id", "attribute", "group"), rows)


def _attribute(column: str, named: str, groups: Mapping[str, set[str]]) -> str | None:
    """The participants' attribute that a column's heading names; None where it names none."""
    tied = spelt_alike([named], tuple(groups))[named] if named else None
    if not named or tied is not None:
        return tied
    close = nearest(named, groups)
    raise InputError.of(
        f"column {show(column)} names the attribute {show(named)}, which participants lack; "
        f"they have {listed(groups, most=8)}.",
        code="unknown_attribute",
        param="frame",
        got=named,
        expected=tuple(groups),
        hint=(
            f"did you mean {show(close)}?"
            if close
            else "pass participants= with a column of this name."
        ),
    )


def _home(name: str, groups: Mapping[str, Iterable[str]]) -> str | None:
    """The first attribute that has a group."""
    return next((a for a, known in groups.items() if fold(name) in known), None)


def _groups_by_attribute(people: Any) -> dict[str, set[str]]:
    """The folded groups of each attribute of the participants."""
    if people is None:
        return {}
    frame = open_frame(people)
    names = [c for c in frame.columns if _plain(c) not in _NO_ATTRIBUTES]
    values = frame.collect(names) if names else {}
    return {c: {fold(name) for name in map(label, values[c]) if name is not None} for c in names}
