"""The laws of a share that was estimated: what the true one could be, given the estimate's error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from coprep.metrics._checks import Floats
from coprep.metrics._tails import binomial_log_pmf

AS_GOOD_AS_EXACT = 1e13  # people; a share that so many were asked for has no error that matters

# Places and weights between 0 and 1 that crowd at both ends (double exponential): where a share
# ends at nobody or everybody, what is integrated ends with a bend, and can be infinite there.
_STEP = 0.05
_STEPS = _STEP * np.arange(-80, 81)
_PLACES = special.expit(np.pi * np.sinh(_STEPS))
_FROM_THE_END = special.expit(-np.pi * np.sinh(_STEPS))
_WEIGHTS = _STEP * np.pi * np.cosh(_STEPS) * _PLACES * _FROM_THE_END
_LARGE = 50.0
_REST = 1e-17  # of a distribution: what lies beyond its ends is left out
_FAR = 8.5  # standard errors; beyond them lies as little of a normal law


class ShareLaw(Protocol):
    """Where a true share could be, for arrays of estimates."""

    @property
    def highest(self) -> float:
        """No share is above it."""
        ...

    @property
    def variance(self) -> Floats:
        """The variance of each law."""
        ...

    def at(self, these: NDArray[np.bool_], *, column: bool = False) -> ShareLaw:
        """The laws of some of the estimates, one below the other where ``column``."""
        ...

    def pieces(self, most: Floats) -> tuple[Floats, Floats]:
        """Places between nearly all of the mass, in 0 to ``most``, and the mass of each."""
        ...

    def below(self, share: Floats) -> Floats:
        """P(S < share)."""
        ...

    def quantile(self, level: Floats) -> Floats:
        """The share below which S lies with this probability."""
        ...


def laws(share: Floats, standard_error: Floats) -> tuple[ShareLaw, ShareLaw]:
    """The two laws that an estimate with this standard error may follow.

    Normal where the error is known beforehand; where it was estimated from the same people, it is
    too small whenever the share is, and a Beta law as of so many people drawn at random holds.
    Published figures do not tell which, so that tests report the larger of two p values.
    """
    return NormalShare(share, standard_error), BetaShare.estimated(share, standard_error)


@dataclass(frozen=True, slots=True)
class NormalShare:
    """A share that is normal about its estimate."""

    mean: Floats
    error: Floats
    highest = np.inf

    @property
    def variance(self) -> Floats:
        """The square of the standard error."""
        return np.asarray(self.error**2)

    def at(self, these: NDArray[np.bool_], *, column: bool = False) -> NormalShare:
        """The laws of some of the estimates, one below the other where ``column``."""
        part = NormalShare(self.mean[these], self.error[these])
        return NormalShare(part.mean[:, None], part.error[:, None]) if column else part

    def pieces(self, most: Floats) -> tuple[Floats, Floats]:
        """Places between nearly all of the mass, in 0 to ``most``, and the mass of each."""
        low = np.maximum(self.mean - _FAR * self.error, 0.0)
        high = np.minimum(self.mean + _FAR * self.error, most)
        width = np.maximum(high - low, 0.0)[:, None]
        drawn = low[:, None] + width * _PLACES
        error = self.error[:, None]
        off = (drawn - self.mean[:, None]) / error
        return drawn, np.exp(-0.5 * off**2) / (error * np.sqrt(2 * np.pi)) * width * _WEIGHTS

    def below(self, share: Floats) -> Floats:
        """P(S < share)."""
        return np.asarray(special.ndtr((share - self.mean) / self.error))

    def quantile(self, level: Floats) -> Floats:
        """The share below which S lies with this probability, 0 to 1."""
        return np.clip(self.mean + special.ndtri(level) * self.error, 0, 1)


@dataclass(frozen=True, slots=True)
class BetaShare:
    """A share with a Beta law, as of a sample drawn at random."""

    a: Floats
    b: Floats
    highest = 1.0

    @classmethod
    def estimated(cls, share: Floats, standard_error: Floats) -> BetaShare:
        """The law of a share that was estimated with this standard error.

        P(1 - P) / SE^2 people drawn at random would have told as much; Jeffreys' prior adds half a
        person to each side (Brown, Cai & DasGupta 2001), which also gives a group that the sample
        missed a share above 0. There its size is read from the law's spread, sqrt(1/2) / size.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            people = share * (1 - share) / standard_error**2
            unseen = (share <= 0) | (share >= 1)
            people = np.where(unseen, np.sqrt(0.5) / standard_error, people)
        people = np.fmin(people, AS_GOOD_AS_EXACT)
        return cls(np.asarray(share * people + 0.5), np.asarray((1 - share) * people + 0.5))

    @property
    def variance(self) -> Floats:
        """The variance of each law."""
        return beta_variance(self.a, self.b)

    def at(self, these: NDArray[np.bool_], *, column: bool = False) -> BetaShare:
        """The laws of some of the estimates, one below the other where ``column``."""
        part = BetaShare(self.a[these], self.b[these])
        return BetaShare(part.a[:, None], part.b[:, None]) if column else part

    def pieces(self, most: Floats) -> tuple[Floats, Floats]:
        """Places between nearly all of the mass, in 0 to ``most``, and the mass of each."""
        low = special.betaincinv(self.a, self.b, _REST)
        # 1 less the highest place, to the last digit: much of a law can lie within 1e-8 of 1.
        above = np.maximum(special.betaincinv(self.b, self.a, _REST), 1 - most)
        width = np.maximum(1 - above - low, 0.0)[:, None]
        drawn = low[:, None] + width * _PLACES
        left = above[:, None] + width * _FROM_THE_END
        a = self.a[:, None]
        b = self.b[:, None]
        with np.errstate(all="ignore"):
            plain = special.xlogy(a - 1, drawn) + special.xlogy(b - 1, left) - special.betaln(a, b)
            # Of many people the three are large and nearly cancel: the binomial's form keeps digits.
            people = a + b - 2
            stable = np.log(people + 1) + binomial_log_pmf(a - 1, people, drawn, left)
        log_density = np.where(np.minimum(a, b) > _LARGE, stable, plain)
        return drawn, np.exp(log_density) * width * _WEIGHTS

    def below(self, share: Floats) -> Floats:
        """P(S < share)."""
        return np.asarray(special.betainc(self.a, self.b, np.clip(share, 0, 1)), dtype=float)

    def quantile(self, level: Floats) -> Floats:
        """The share below which S lies with this probability."""
        return np.asarray(special.betaincinv(self.a, self.b, level), dtype=float)


def beta_variance(a: Floats, b: Floats) -> Floats:
    """Variance of a Beta law; where it has none, 0."""
    total = np.where(a + b > 0, a + b, 1.0)
    return np.asarray(a * b / (total**2 * (total + 1)))
