"""What can go wrong, and how it is said.

::

    CoprepError
    ├── InputError (also a ValueError)      what was given cannot be used; lists every problem found
    └── MissingExtraError (also an ImportError)   an optional package is needed for this
    CoprepWarning (a UserWarning)           the answer stands, but a careful analyst would want to know

Every message says what is wrong (with the value), what was expected, and what to do. A participant's row
never appears in one: labels and counts do.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from coprep.joiners import FLAGS, belongs, cut

__all__ = [
    "CoprepError",
    "CoprepWarning",
    "InputError",
    "MissingExtraError",
    "Problem",
    "Problems",
    "listed",
    "nearest",
    "show",
    "warn",
]

_LONGEST = 60
# Characters that change how the rest of a line is read: bidirectional overrides, isolates and marks.
_DIRECTIONAL = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# A joiner as `repr` escapes it: behind an even number of backslashes, which are text.
_JOINER = re.compile(r"(?<!\\)((?:\\\\)*)\\u200([cd])")
# Flags as `repr` escapes their tags. What stands before the first backslash is the flag, so it is no text.
_FLAGS = {flag[0] + flag[1:].encode("unicode_escape").decode("ascii"): flag for flag in FLAGS}


def show(value: object, *, longest: int = _LONGEST) -> str:
    r"""One short, harmless line for any value: control, direction and stray characters escaped, long text cut.

    >>> show("Asian\nBritish")
    "'Asian\\nBritish'"
    >>> show(3.0)
    '3.0'
    """
    if getattr(value, "shape", None) == ():
        value = getattr(value, "item", lambda: value)()
    text = _JOINER.sub(_spelt, repr(value))
    for escaped, flag in _FLAGS.items():
        text = text.replace(escaped, flag)
    text = "".join(f"\\u{ord(c):04x}" if c in _DIRECTIONAL else c for c in text)
    if "\n" in text:
        text = " ".join(text.split())
    return text if len(text) <= longest else cut(text, longest - 1)[0] + "…"


def _spelt(found: re.Match[str]) -> str:
    """An escaped joiner as it was, where it belongs to the spelling of a word or an emoji."""
    start, end = found.end(1), found.end()
    joiner = chr(int(f"200{found[2]}", 16))
    kept = belongs(joiner, found.string[start - 1 : start], found.string[end : end + 1])
    return found[1] + joiner if kept else found[0]


def listed(values: Iterable[object], *, most: int = 3, quoted: bool = True) -> str:
    """At most ``most`` examples, then how many more there are; quoted unless they are phrases of our own.

    >>> listed(["a", "b", "c", "d"])
    "'a', 'b', 'c' and 1 more"
    """
    items = list(values)
    text = ", ".join(show(item) if quoted else str(item) for item in items[:most])
    return f"{text} and {len(items) - most:,} more" if len(items) > most else text


def nearest(value: object, choices: Iterable[object]) -> str | None:
    """The choice spelt most like ``value``, if any is close; compared without case, space or punctuation.

    >>> nearest("Genders", ["gender", "age"])
    'gender'
    """

    def folded(item: object) -> str:
        return "".join(c for c in str(item).casefold() if c.isalnum())

    by_folded = {folded(choice): str(choice) for choice in choices}
    wanted = folded(value)
    begins = [choice for choice in by_folded if wanted and choice and choice.startswith(wanted)]
    if len(begins) == 1:
        return by_folded[begins[0]]
    close = difflib.get_close_matches(wanted, list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input, in parts a program can read.

    Attributes
    ----------
    what : str
        The problem in one sentence, with the offending value.
    code : str
        A stable short name, such as ``"unknown_column"``.
    param : str or None
        The parameter, table or column it was found in.
    got, expected : object
        What was given and what would have been accepted.
    hint : str or None
        What to try next.
    """

    what: str
    code: str = "bad_value"
    param: str | None = None
    got: object = None
    expected: object = None
    hint: str | None = None

    def __str__(self) -> str:
        return f"{self.what}\nHint: {self.hint}" if self.hint else self.what


class CoprepError(Exception):
    """Root of everything coprep raises on purpose."""


class InputError(CoprepError, ValueError):
    """What was given cannot be used. Lists every problem that was found, not only the first.

    Attributes
    ----------
    problems : tuple of Problem
        All of them. ``code``, ``param``, ``got``, ``expected`` and ``hint`` are those of the first.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        first = self.problems[0]
        self.code: str = first.code
        self.param: str | None = first.param
        self.hint: str | None = first.hint
        self.got: object = first.got
        self.expected: object = first.expected
        super().__init__(self._message())

    def _message(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        lines = [f"{len(self.problems)} problems with what was given:"]
        for number, problem in enumerate(self.problems, start=1):
            lines.append(f"{number}. " + str(problem).replace("\n", "\n   "))
        return "\n".join(lines)

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)

    @classmethod
    def of(
        cls,
        what: str,
        *,
        code: str = "bad_value",
        param: str | None = None,
        got: object = None,
        expected: object = None,
        hint: str | None = None,
    ) -> InputError:
        """An error about a single problem."""
        return cls([Problem(what, code, param, got, expected, hint)])

    @classmethod
    def choice(cls, param: str, got: object, choices: Collection[object]) -> InputError:
        """``param`` must be one of ``choices``.

        >>> print(InputError.choice("interval", "wilsn", ["exact", "wilson"]))
        interval must be one of 'exact', 'wilson'; not 'wilsn'.
        Hint: did you mean 'wilson'?
        """
        close = nearest(got, choices)
        return cls.of(
            f"{param} must be one of {', '.join(show(c) for c in choices)}; not {show(got)}.",
            code="unknown_choice",
            param=param,
            got=got,
            expected=tuple(choices),
            hint=f"did you mean {show(close)}?" if close else None,
        )


class MissingExtraError(CoprepError, ImportError):
    """An optional package is needed; the message names the extra to install."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        self.package: str = package
        self.extra: str = extra
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed.\n"
            f'Hint: python -m pip install "coprep[{extra}]"'
        )


class CoprepWarning(UserWarning):
    """The answer stands, but a careful analyst would want to know this."""


@dataclass(slots=True)
class Problems:
    """Collects problems so that they are all raised in one error.

    >>> problems = Problems()
    >>> problems.add("n is -1; a count cannot be negative.", param="n")
    >>> len(problems)
    1
    """

    found: list[Problem] = field(default_factory=list)

    def add(
        self,
        what: str,
        *,
        code: str = "bad_value",
        param: str | None = None,
        got: object = None,
        expected: object = None,
        hint: str | None = None,
    ) -> None:
        """Note one problem and go on looking."""
        self.found.append(Problem(what, code, param, got, expected, hint))

    def take(self, error: InputError) -> None:
        """Note the problems of an error that was caught."""
        self.found.extend(error.problems)

    def __len__(self) -> int:
        return len(self.found)

    def raise_if_any(self) -> None:
        """Raise one InputError with all problems, if there are any."""
        if self.found:
            raise InputError(self.found)


def warn(message: str) -> None:
    """Issue a CoprepWarning that points at the user's own line."""
    warnings.warn(message, CoprepWarning, stacklevel=_depth_outside())


def _depth_outside() -> int:
    """How many frames up the first caller outside this package is."""
    import sys

    depth, frame = 1, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith("coprep"):
        depth, frame = depth + 1, frame.f_back
    return depth
