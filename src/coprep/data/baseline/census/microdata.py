"""Microdata of statistical offices: a row a person with a weight, which is never left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of microdata: its column, and what its codes mean.

    ``labels`` maps codes without leading zeros; a code that is not there keeps its number. ``none``
    holds the codes of people to whom the question was not put.
    """

    column: str
    labels: Mapping[str, str] = field(default_factory=dict)
    others: str = ""
    none: frozenset[str] = frozenset()

    def label(self, code: str) -> str | None:
        """The label of a code; None where the question was not put."""
        text = code.strip()
        if not text or text.casefold() in ("nan", "none", "<na>"):
            return None
        plain = text.lstrip("0") or "0"
        if plain.endswith(".0"):
            plain = plain[:-2]
        if plain in self.none:
            return None
        return self.labels.get(plain) or self.others or plain


@dataclass(frozen=True, slots=True)
class Microdata:
    """A file of people.

    Attributes
    ----------
    frame : data frame
        On any engine; only counts leave it.
    weight : str
        Column of the weight.
    variables : mapping of str to Variable
        By the name of the attribute; those that stand first are read when none is asked for.
    usual : tuple of str
        The attributes read when none is asked for.
    replicates : tuple of str
        Columns of replicate weights.
    replicate_factor : float
        What the sum of squared deviations of the replicates is multiplied by: 4 / 80 in the ACS.
    area, date : str or None
        Columns of place and year.
    divisor : float
        What weights are divided by, where the file implies decimals.
    """

    frame: Any
    weight: str
    variables: Mapping[str, Variable]
    usual: tuple[str, ...]
    replicates: tuple[str, ...] = ()
    replicate_factor: float = 4 / 80
    area: str | None = None
    date: str | None = None
    divisor: float = 1.0
    source: str = ""
