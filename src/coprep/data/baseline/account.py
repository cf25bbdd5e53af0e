"""List everything a file held as rows: groups read, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Treatment = Literal[
    "chosen", "group", "left out", "difference", "total", "merged", "not read", "note"
]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One line of an account.

    Attributes
    ----------
    attribute : str
        The attribute it is about; empty for the whole file.
    item : str
        The label, column or choice.
    code : str
        Its code in the file.
    treatment : str
        ``"group"``, ``"left out"`` and ``"difference"`` add up to ``"total"``; ``"chosen"`` is a
        choice of place, day or measure, ``"not read"`` a column, ``"note"`` anything else.
    count : float
        People; nan where the row has none.
    low, high : float
        Limits of a figure that the file hides; else the count.
    why : str
        The reason.
    """

    attribute: str
    item: str
    code: str
    treatment: Treatment
    count: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    why: str = ""


def account_frame(rows: Iterable[AccountRow]) -> pd.DataFrame:
    """The account as a fresh tidy frame, a row a line."""
    import pandas as pd

    return pd.DataFrame([asdict(row) for row in rows], columns=[f.name for f in fields(AccountRow)])
