"""Holds how a table of participants is to be read, as process.toml and mapping.toml say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from coprep.data.labels import fold, folded_words, is_unknown, label
from coprep.errors import InputError, Problems
from coprep.wording.labels import show

__all__ = ["READING_KEYS", "Reading", "ReadingKey"]

EVERYWHERE = ""
"""Stands in place of an attribute where a rule holds for all of them."""


@dataclass(frozen=True, slots=True)
class ReadingKey:
    """One key of the files: what it says, and a line to copy."""

    says: str
    example: str


READING_KEYS: Mapping[str, ReadingKey] = {
    "columns": ReadingKey(
        "which column holds which attribute, where they are called differently",
        'columns = {"What is your age?" = "age"}',
    ),
    "person": ReadingKey("the column of ids: nobody may stand in it twice", 'person = "Email"'),
    "weight": ReadingKey(
        "the column of weights; a column called weight is used without this line",
        'weight = "w_final"',
    ),
    "cluster": ReadingKey(
        "the column of households, schools or meetings with which people came; a column called "
        "came_with is used without this line",
        'cluster = "household"',
    ),
    "overlapping": ReadingKey(
        "attributes of which people tick several: a list where ticks share a cell, or a table of "
        "each option's column",
        'overlapping = ["languages"]',
    ),
    "recode": ReadingKey(
        "labels to rename, in one attribute or in all; a label renamed to unknown is unknown",
        'recode = {ethnicity = {"Asian British" = "Asian"}}',
    ),
    "unknown": ReadingKey(
        "further words that mean: we do not know", 'unknown = ["not on the form"]'
    ),
    "outside": ReadingKey(
        "labels that are knowingly left out of the comparison, in one attribute or in all",
        'outside = {area = ["Elsewhere"]}',
    ),
    "labels": ReadingKey(
        "how groups are called on the page, by attribute",
        'labels = {disability = {Yes = "disabled people", No = "non-disabled people"}}',
    ),
}
"""The keys by which a file says how participants are read, in the order of the documentation."""

T = TypeVar("T")
ByAttribute = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the columns and labels of participants are to be understood.

    Attributes
    ----------
    columns : mapping of str to str
        Column to the attribute that it holds.
    person : str or None
        The column of ids.
    weight : str or None
        The column of weights.
    cluster : str or None
        The column that says with whom people came: households, schools, meetings.
    overlapping : tuple of str
        Attributes of which people tick several.
    ticks : mapping of str to mapping
        Of those with a column an option: attribute to group to column.
    recode : mapping of str to mapping
        Attribute to label to the label it is renamed to; "" holds for every attribute.
    unknown : tuple of str
        Words that mean "we do not know", besides the built-in ones.
    outside : mapping of str to tuple of str
        Attribute to the labels that are outside the comparison; "" holds for every attribute.
    labels : mapping of str to mapping
        Attribute to group to what people call it.

    Examples
    --------
    >>> reading = Reading.of({"recode": {"sex": {"W": "Female"}}, "unknown": "left blank"})
    >>> reading.recode, reading.unknown
    ({'sex': {'W': 'Female'}}, ('left blank',))
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    person: str | None = None
    weight: str | None = None
    cluster: str | None = None
    overlapping: tuple[str, ...] = ()
    ticks: ByAttribute = field(default_factory=dict)
    recode: ByAttribute = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    outside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: ByAttribute = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Any], *, where: str = "reading") -> Reading:
        """A reading from what somebody wrote under the names of `READING_KEYS`.

        Raises an InputError with every key that is unknown or is not what it can be; ``where`` is
        the file that it names.
        """
        problems = Problems()
        found: dict[str, Any] = {}
        for name, value in given.items():
            if name not in READING_KEYS:
                problems.take(InputError.choice(where, name, tuple(READING_KEYS)))
                continue
            try:
                found |= _READ[name](value)
            except _FormError as wrong:
                problems.add(
                    f"{where}: {name} is {show(value)}; expected {wrong}.",
                    code="bad_setting",
                    param=name,
                    hint=f"write {READING_KEYS[name].example}",
                )
        problems.raise_if_any()
        return cls(**found)

    def __or__(self, other: Reading) -> Reading:
        """Both together; what ``other`` says goes first."""
        return Reading(
            **{f.name: _joined(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)}
        )

    def rules(self, attribute: str) -> dict[str, str]:
        """The labels to rename in one attribute; its own rules go before those for all."""
        return {**self.recode.get(EVERYWHERE, {}), **_about(self.recode, attribute, {})}

    def renames(self, attribute: str) -> bool:
        """Whether a label of an attribute may be renamed, or taken for unknown, as it is read."""
        return attribute not in self.several and bool(self.unknown or self.rules(attribute))

    def read(self, attribute: str, names: Sequence[str]) -> list[str | None]:
        """What the labels of an attribute stand for; None where that is unknown."""
        words = folded_words(self.unknown)
        rules = {fold(old): new for old, new in self.rules(attribute).items()}
        meant = [label(rules.get(fold(name), name)) for name in names]
        return [None if name is None or is_unknown(name, words) else name for name in meant]

    def left_outside(self, attribute: str) -> tuple[str, ...]:
        """The labels of one attribute that are outside the comparison."""
        return (*self.outside.get(EVERYWHERE, ()), *_about(self.outside, attribute, ()))

    def called(self, attribute: str) -> Mapping[str, str]:
        """What the groups of one attribute are called."""
        return _about(self.labels, attribute, {})

    def attributes_named(self) -> dict[str, tuple[str, ...]]:
        """By key, the attributes that rules for single ones name.

        A rule such as "White: Irish" may be meant of a label or of an attribute and a label; it is
        kept as both, and names no attribute.
        """
        both = {name.partition(":")[0].strip() for name in self.recode.get(EVERYWHERE, {})}
        return {
            "recode": tuple(name for name in self.recode if name not in {EVERYWHERE, *both}),
            "outside": tuple(name for name in self.outside if name != EVERYWHERE),
            "labels": tuple(self.labels),
        }

    @property
    def several(self) -> tuple[str, ...]:
        """All attributes of which people tick several."""
        return tuple(dict.fromkeys((*self.overlapping, *self.ticks)))


def _about(said: Mapping[str, T], attribute: str, nothing: T) -> T:
    """What is said of an attribute, also where it is spelt with other capitals or blanks."""
    return next((v for name, v in said.items() if fold(name) == fold(attribute)), nothing)


class _FormError(ValueError):
    """The value is of another form; says which form was expected."""


def _text(value: Any, expected: str) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise _FormError(expected)


def _name(key: str) -> Callable[[Any], dict[str, Any]]:
    """Reads the name of one column."""
    return lambda value: {key: _text(value, "the name of a column")}


def _words(value: Any, expected: str) -> tuple[str, ...]:
    """One text or a list of texts, each once."""
    if isinstance(value, str):
        return (_text(value, expected),)
    if not isinstance(value, (list, tuple)):
        raise _FormError(expected)
    return tuple(dict.fromkeys(_text(one, expected) for one in value))


def _renaming(value: Any, expected: str) -> dict[str, str]:
    """A table of text to text."""
    if not isinstance(value, Mapping):
        raise _FormError(expected)
    return {_text(old, expected): _text(new, expected) for old, new in value.items()}


def _columns(value: Any) -> dict[str, Any]:
    return {"columns": _renaming(value, "a table of columns and the attributes they hold")}


def _by_attribute(value: Any, expected: str) -> dict[str, dict[str, str]]:
    if not isinstance(value, Mapping):
        raise _FormError(expected)
    return {_text(name, expected): _renaming(inside, expected) for name, inside in value.items()}


def _overlapping(value: Any) -> dict[str, Any]:
    """A list of attributes, or a table of each option's column."""
    expected = "a list of attributes, or a table of options and their columns by attribute"
    if isinstance(value, Mapping):
        return {"ticks": _by_attribute(value, expected)}
    return {"overlapping": _words(value, expected)}


def _recode(value: Any) -> dict[str, Any]:
    """Rules for every attribute, and tables of rules for single ones."""
    expected = "a table of labels and what they are renamed to, or such a table for each attribute"
    if not isinstance(value, Mapping):
        raise _FormError(expected)
    shared = {old: new for old, new in value.items() if not isinstance(new, Mapping)}
    own = {name: new for name, new in value.items() if isinstance(new, Mapping)}
    rules = _by_attribute(own, expected)
    return {"recode": {EVERYWHERE: _renaming(shared, expected), **rules} if shared else rules}


def _unknown(value: Any) -> dict[str, Any]:
    return {"unknown": _words(value, "a list of words")}


def _outside(value: Any) -> dict[str, Any]:
    """A list of labels for every attribute, or a list for each attribute."""
    expected = "a list of labels, or a table with such a list for each attribute"
    if isinstance(value, Mapping):
        held = {_text(name, expected): _words(some, expected) for name, some in value.items()}
        return {"outside": held}
    return {"outside": {EVERYWHERE: _words(value, expected)}}


def _labels(value: Any) -> dict[str, Any]:
    return {
        "labels": _by_attribute(value, "a table of groups and what they are called, by attribute")
    }


_READ: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "columns": _columns,
    "person": _name("person"),
    "weight": _name("weight"),
    "cluster": _name("cluster"),
    "overlapping": _overlapping,
    "recode": _recode,
    "unknown": _unknown,
    "outside": _outside,
    "labels": _labels,
}


def _joined(one: Any, other: Any) -> Any:
    """Two values of one field: tables by their keys, lists one after the other."""
    if isinstance(one, Mapping):
        shared = {key: _joined(one[key], other[key]) for key in one if key in other}
        return {**one, **other, **shared}
    if isinstance(one, tuple):
        return tuple(dict.fromkeys((*one, *other)))
    return one if other is None else other
