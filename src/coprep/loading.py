"""from_json: a saved result, brought back as the kind that was written."""

from __future__ import annotations

import importlib
import json

from coprep.errors import InputError
from coprep.results import Result

__all__ = ["from_json"]


def from_json(text: str) -> Result:
    """Bring back a result that was written with `Result.to_json`.

    Parameters
    ----------
    text : str
        The JSON text.

    Returns
    -------
    Result
        Of the kind that was written.

    Raises
    ------
    InputError
        Where the text is not JSON, not a result of this library, in a format this version does not
        read, or damaged.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> who_came = assess({"sex": {"Female": 12, "Male": 9}}, lives_there)
    >>> from_json(who_came.to_json()) == who_came
    True
    """
    try:
        data = json.loads(text)
    except (ValueError, TypeError) as error:
        raise InputError.of(f"this is not JSON: {error}.", code="not_json") from None
    if not isinstance(data, dict):
        raise InputError.of("this JSON is not a result of coprep.", code="not_a_result")
    _know_every_kind()
    return Result.from_dict(data)


def _know_every_kind() -> None:
    """Load every module that defines a kind of result, so that any of them can be read."""
    for question in ("representation", "ideas", "fairness"):
        package = importlib.import_module(f"coprep.{question}")
        for name in package.__all__:
            getattr(package, name)
    importlib.import_module("coprep.auditing")
