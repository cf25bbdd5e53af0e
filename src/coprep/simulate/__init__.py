"""Worlds with a known answer: synthetic processes in which what is there to be found was put there.

>>> from coprep.simulate import world
>>> process, truth = world(people=60, ideas=40, self_serving=0.2, rng=1)
>>> truth["self_serving_effect"], len(process.people), len(process.ideas)
(0.2, 60, 40)
"""

from __future__ import annotations

from coprep.simulate.programme import recovery_programme
from coprep.simulate.world import KINDS, world

__all__ = ["KINDS", "recovery_programme", "world"]
