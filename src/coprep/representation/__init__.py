"""Question 1: who came, against who lives there?"""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
