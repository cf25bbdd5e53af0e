"""Randomness that can be repeated: one number to keep, and a stream of its own for every named use."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.random import Generator, SeedSequence

from coprep.errors import InputError
from coprep.wording.labels import show

RNG = int | Generator | None


def seed_of(rng: RNG) -> int:
    """One integer that stands for ``rng`` and can be kept in a result.

    Parameters
    ----------
    rng : int, numpy Generator or None
        A seed is returned as it is; a generator gives its next 63 bits; None gives a fresh one.

    Returns
    -------
    int
        From 0 to 2**63 - 1 unless a larger seed was given.

    Raises
    ------
    InputError
        For an ``rng`` that is no whole number from 0, numpy Generator or None.

    Examples
    --------
    >>> seed_of(7)
    7
    """
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
    """A generator of its own for one named use of ``rng``, so that a new use changes no other number.

    Parameters
    ----------
    rng : int, numpy Generator or None
        Seed or generator, see `seed_of`.
    name : str
        What the draws are for.

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    InputError
        For an ``rng`` that is no whole number from 0, numpy Generator or None.

    Examples
    --------
    >>> bool(stream(7, "a").random() == stream(7, "a").random())
    True
    """
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(SeedSequence([seed_of(rng), key]))


entropy = seed_of  # the name that callers still use
