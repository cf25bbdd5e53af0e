"""Randomness that can be repeated: a seed to keep, and a stream for every named use."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.random import Generator, SeedSequence

from coprep.errors import InputError
from coprep.wording.labels import show

RNG = int | Generator | None


def seed_of(rng: RNG) -> int:
    """One integer that stands for ``rng`` and can be kept in a result."""
    if rng is None:
        return int(np.random.default_rng().integers(2**63))
    if isinstance(rng, Generator):
        return int(rng.integers(2**63))
    seed: object = rng
    if isinstance(seed, (int, np.integer)) and not isinstance(seed, bool) and seed >= 0:
        return int(seed)
    raise InputError.of(
        f"rng must be a whole number from 0, a numpy Generator or None; not {show(rng)}.",
        param="rng",
    )


def stream(rng: RNG, name: str) -> Generator:
    """A generator of its own for one named use of ``rng``, so that a new use changes no other
    number.
    """
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(SeedSequence([seed_of(rng), key]))
