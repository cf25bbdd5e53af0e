"""Question 1: who came, against who lives there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprep._lazy import attach

if TYPE_CHECKING:
    from coprep.representation.assess import assess as assess
    from coprep.representation.result import Representation as Representation

_NAMES = {"assess": ["assess"], "result": ["Representation"]}

attach(__name__, _NAMES)
