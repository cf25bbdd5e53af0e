"""A model of the chance of taking part, fitted to grouped people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coprep.errors import InputError
from coprep.metrics._checks import Floats, numbers, within
from coprep.wording.labels import show

_MOST_STRATA = 20
_STEPS = 100


@dataclass(frozen=True)
class Sample:
    """Grouped people: each row stands for ``size`` people of the same categories and weight."""

    codes: list[NDArray[np.intp]]
    names: list[str]
    labels: list[NDArray[np.generic]]
    size: Floats
    took_part: Floats
    weight: Floats

    @property
    def mass(self) -> Floats:
        """The population that each row stands for."""
        return self.size * self.weight

    def design(self) -> str:
        """Which sampling design the weights look like."""
        different = len(np.unique(self.weight))
        if different == 1:
            return "SI"
        return "STSI" if different <= _MOST_STRATA else "PPS"

    def variance_of_total(self, y: Floats) -> float:
        """Estimated variance of the weighted total of ``y``, one value a row."""
        if self.design() == "PPS":
            n = self.size.sum()
            z = y * self.weight
            return float((self.size * (n * z - (self.size * z).sum()) ** 2).sum() / n / (n - 1))
        return sum(self._stratum(y, self.weight == weight) for weight in np.unique(self.weight))

    def _stratum(self, y: Floats, rows: NDArray[np.bool_]) -> float:
        """The same of one simple random sample without replacement."""
        m = self.size[rows]
        values = y[rows]
        n = m.sum()
        people = self.mass[rows].sum()
        spread = (m * (values - (m * values).sum() / n) ** 2).sum() / (n - 1)
        return float(people**2 * (1 - n / people) * spread / n)


class Fit(NamedTuple):
    """A fitted participation model."""

    propensity: Floats
    gradient: Floats
    covariance: Floats


def _coded(name: str, values: NDArray[np.generic]) -> tuple[NDArray[np.generic], NDArray[np.intp]]:
    """The sorted categories of a column, and which of them each row has."""
    try:
        label, code = np.unique(values, return_inverse=True)
    except TypeError:
        raise InputError.of(
            f"variable {show(name)} mixes labels that cannot be sorted; labels of one kind are "
            "expected.",
            param="variables",
        ) from None
    return label, code


def grouped_sample(
    people: ArrayLike, took_part: ArrayLike, variables: Mapping[str, ArrayLike], weights: ArrayLike
) -> Sample:
    """Checked rows with somebody in them."""
    given: object = variables
    if not isinstance(given, Mapping) or not given:
        raise InputError.of(
            f"variables is {show(variables)}; a mapping of names to columns is expected, at least "
            "one column.",
            param="variables",
        )
    size = numbers(people, "people", "whole", ndim=1)
    joined = numbers(took_part, "took_part", "whole", ndim=1)
    if len(joined) != len(size):
        raise InputError.of(
            f"people has {len(size)} rows and took_part {len(joined)}.",
            code="length",
            param="took_part",
        )
    within(joined, size, ("took_part", "people"))
    weight = numbers(np.atleast_1d(np.asarray(weights)), "weights", "positive", ndim=1)
    weight = np.broadcast_to(weight, size.shape) if len(weight) == 1 else weight
    if len(weight) != len(size):
        raise InputError.of(
            f"weights has {len(weight)} numbers; one for each of {len(size)} rows is expected.",
            code="length",
            param="weights",
        )
    keep = size > 0
    if size.sum() < 2:
        raise InputError.of("people adds to fewer than 2; a model needs more.", param="people")
    codes = []
    labels = []
    for name, column in variables.items():
        values = np.asarray(column)
        if values.shape != size.shape:
            raise InputError.of(
                f"variable {show(name)} has the shape {values.shape}; one label for each row is "
                "expected.",
                code="length",
                param="variables",
            )
        label, code = _coded(name, values[keep])
        labels.append(label)
        codes.append(code)
    return Sample(codes, list(variables), labels, size[keep], joined[keep], weight[keep])


def _columns(sample: Sample, which: list[int]) -> Floats:
    """Intercept and indicators of all but the first category of each variable."""
    blocks = [np.ones((len(sample.size), 1))]
    blocks += [np.eye(len(sample.labels[v]))[sample.codes[v]][:, 1:] for v in which]
    return np.hstack(blocks)


@np.errstate(all="ignore")
def participation_fit(sample: Sample, which: list[int], link: str) -> Fit:
    """Main effects of the variables ``which``, by weighted least squares, iterated for the
    logit.
    """
    x = _columns(sample, which)
    scale = sample.size.sum() / sample.mass.sum()
    mass = sample.mass * scale
    rate = sample.took_part / sample.size
    if link == "identity":
        inverse = np.linalg.pinv(x.T @ (mass[:, None] * x), hermitian=True)
        propensity = x @ (inverse @ (x.T @ (mass * rate)))
        misses = (
            sample.took_part * (1 - propensity) ** 2
            + (sample.size - sample.took_part) * propensity**2
        )
        free = sample.size.sum() - np.linalg.matrix_rank(x)
        dispersion = (sample.weight * scale * misses).sum() / free
        return Fit(propensity, x, dispersion * inverse)
    eta = np.log((sample.took_part + 0.5) / (sample.size - sample.took_part + 0.5))
    before = np.inf
    for _ in range(_STEPS):
        propensity = 1 / (1 + np.exp(-eta))
        slope = propensity * (1 - propensity)
        inverse = np.linalg.pinv(x.T @ ((mass * slope)[:, None] * x), hermitian=True)
        working = mass * (slope * eta + rate - propensity)
        eta = np.clip(x @ (inverse @ (x.T @ working)), -30, 30)
        likelihood = float((mass * (rate * eta - np.logaddexp(0, eta))).sum())
        if abs(likelihood - before) <= 1e-13 * (abs(likelihood) + 0.1):
            break
        before = likelihood
    propensity = 1 / (1 + np.exp(-eta))
    slope = propensity * (1 - propensity)
    inverse = np.linalg.pinv(x.T @ ((mass * slope)[:, None] * x), hermitian=True)
    return Fit(propensity, slope[:, None] * x, inverse)
