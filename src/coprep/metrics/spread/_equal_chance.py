"""How unequal participation would be if everybody were equally active, beside how unequal it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, numbers, share, whole
from coprep.metrics._results import TestResult, log10_of
from coprep.metrics._streams import RNG, stream
from coprep.metrics.spread._inequality import gini

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_CHUNK = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class EqualChanceTest(TestResult[float]):
    """Inequality beside what equal chances alone would give.

    Attributes
    ----------
    statistic : float
        The Gini coefficient, 0 to 1.
    p_value, log10_p_value : float
        How often equal chances give as much.
    df : float
        nan.
    method : str
        "monte-carlo".
    expected : float
        Its mean under equal chances.
    low, high : float
        Between which it lies under equal chances, with the confidence asked for.
    excess : float
        (statistic - expected)/(1 - expected): 0 for chance, 1 for one person alone.
    draws : int
        Random draws.
    """

    expected: float
    low: float
    high: float
    excess: float
    draws: int


def equal_chance_test(
    counts: ArrayLike, *, confidence: float = 0.95, draws: int = 999, rng: RNG = None
) -> EqualChanceTest:
    """Is participation more unequal than if everybody were equally active?

    Parameters
    ----------
    counts : array of shape (people,)
        Whole numbers from 0: ideas, turns or votes of each person, those with none included.
    confidence : float
        Width of the band of the null.
    draws : int
        Number of multinomial draws of the same total.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    EqualChanceTest

    Raises
    ------
    InputError
        For counts that are fractional or negative, or that all equal 0.

    Notes
    -----
    With one idea a head on average, equal chances give a Gini near one half: a Gini of 0.5 is then
    no sign of dominance.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Bologna.
    Phipson, B. & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
    Applications in Genetics and Molecular Biology 9(1), 39.

    Examples
    --------
    >>> found = equal_chance_test([1] * 30, rng=1)
    >>> found.statistic, round(found.expected, 1)
    (0.0, 0.5)
    """
    x = numbers(counts, "counts", "nonnegative", ndim=1)
    total = x.sum()
    if (x != np.floor(x)).any() or total == 0:
        raise InputError.of("counts must be whole numbers that do not all equal 0.", param="counts")
    generator = stream(rng, "equal chance")
    null: list[Floats] = []
    step = max(1, _CHUNK // len(x))
    for start in range(0, whole(draws, "draws", low=1), step):
        rows = min(step, draws - start)
        null.append(
            np.asarray(
                gini(generator.multinomial(int(total), np.full(len(x), 1 / len(x)), size=rows))
            )
        )
    drawn = np.concatenate(null)
    value = float(gini(x))
    tail = (1.0 - share(confidence, "confidence")) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    expected = float(drawn.mean())
    p_value = float(1 + (drawn >= value - 1e-12).sum()) / (1 + draws)
    return EqualChanceTest(
        statistic=value,
        p_value=p_value,
        log10_p_value=log10_of(p_value),
        df=np.nan,
        method="monte-carlo",
        expected=expected,
        low=float(low),
        high=float(high),
        excess=(value - expected) / (1.0 - expected),
        draws=draws,
    )
