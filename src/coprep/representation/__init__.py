"""Question 1: who came, against who lives there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprep._lazy import attach

if TYPE_CHECKING:
    from coprep.representation.assess import assess as assess
    from coprep.representation.result import Representation as Representation

_NAMES = {"assess": ["assess"], "result": ["Representation"]}

__getattr__, __dir__, __all__ = attach(__name__, _NAMES)
