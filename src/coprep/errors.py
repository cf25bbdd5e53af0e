"""The errors of coprep, and how they are worded.

::

    CoprepError
    ├── InputError (also a ValueError)      what was given cannot be used; lists every problem found
    └── MissingExtraError (also an ImportError)   an optional package is needed for this
    CoprepWarning (a UserWarning)           the answer stands, but a careful analyst would want to know

Every message says what is wrong (with the value), what was expected, and what to do. A
participant's row never appears in one: labels and counts do.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from coprep.wording.labels import nearest, show

__all__ = [
    "CoprepError",
    "CoprepWarning",
    "InputError",
    "MissingExtraError",
    "Problem",
    "Problems",
    "warn",
]


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
        """Note the problems of an error that was caught, those already noted left out."""
        said = {problem.what for problem in self.found}
        self.found.extend(problem for problem in error.problems if problem.what not in said)

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
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith(
        "coprep"
    ):
        depth, frame = depth + 1, frame.f_back
    return depth
