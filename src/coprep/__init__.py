"""Who was in the room, and whose ideas won: fair representation and bias in co-production.

>>> import coprep
>>> came = {"sex": {"Female": 12, "Male": 9}}
>>> lives_there = coprep.Baseline.from_shares({"sex": {"Female": 50.8, "Male": 49.2}})
>>> print(coprep.representation.assess(came, lives_there).findings[0].verdict)
inconclusive
"""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
