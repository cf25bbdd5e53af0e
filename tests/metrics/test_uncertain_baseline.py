"""Tails against an uncertain baseline: the binomial where it is exact, plain integration where it is not."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from coprep.errors import InputError
from coprep.metrics.shares import equivalence_test, proportion_test
from coprep.metrics.shares._baseline_error import baseline_tails


@pytest.mark.parametrize("ratio", [0.0, 0.8, 1.0, 1.25, 3.0])
@pytest.mark.parametrize("share", [0.0, 0.15, 0.9, 1.0])
def test_an_exact_baseline_gives_binomial_tails(ratio, share):
    for n in (1, 12):
        x = np.arange(n + 1)
        low, high = baseline_tails(x, n, share, ratio=ratio)
        tested = min(ratio * share, 1.0)
        assert low == pytest.approx(stats.binom.cdf(x, n, tested), rel=1e-9, abs=1e-14)
        assert high == pytest.approx(stats.binom.sf(x - 1, n, tested), rel=1e-9, abs=1e-14)


def above_beta(a, b, share, ratio, se):
    """P(Beta(a, b) > ratio * S), S ~ Jeffreys' law of a share with this error, integrated plainly.

    On the scale of the standard normal quantile of S, where no density is infinite.
    """
    people = share * (1 - share) / se**2
    c, d = share * people + 0.5, (1 - share) * people + 0.5

    def part(z):
        s = special.betaincinv(c, d, special.ndtr(z))
        return special.betaincc(a, b, min(ratio * s, 1.0)) * stats.norm.pdf(z)

    full = min(special.ndtri(special.betainc(c, d, min(1 / ratio, 1))), 8.0)
    edges = np.unique([*np.clip(np.arange(-8.0, 8.5), -8, full), full])
    return integrated(part, edges)


def above_normal(a, b, share, ratio, se):
    """The same with S ~ Normal(share, se)."""

    def part(s):
        return special.betaincc(a, b, min(max(ratio * s, 0.0), 1.0)) * stats.norm.pdf(s, share, se)

    edges = [0.0, 1 / ratio, *(share + se * np.arange(-10, 11, 2))]
    return integrated(part, np.unique(np.clip(edges, share - 10 * se, share + 10 * se)))


def integrated(part, edges):
    return sum(
        integrate.quad(part, low, high, epsabs=1e-13, epsrel=1e-11)[0]
        for low, high in zip(edges[:-1], edges[1:], strict=True)
    )


@pytest.mark.parametrize("ratio", [0.8, 1.0, 1.25])
@pytest.mark.parametrize("se", [1e-4, 0.01, 0.05, 0.3])
@pytest.mark.parametrize(
    ("x", "n", "share"),
    [
        (3, 40, 0.15),
        (0.5, 7.25, 0.2),
        (170, 900, 0.2),
        (19, 20, 0.8),
        (8.5, 9, 0.99),
        (2, 30, 0.01),
    ],
)
def test_an_estimated_baseline_is_averaged_over(x, n, share, se, ratio):
    low, high = baseline_tails(x, n, share, ratio=ratio, standard_error=se)
    few = max(above(x + 1, n - x, share, ratio, se) for above in (above_beta, above_normal))
    many = max(1 - above(x, n - x + 1, share, ratio, se) for above in (above_beta, above_normal))
    assert low == pytest.approx(few, abs=1e-9)
    assert high == pytest.approx(many, abs=1e-9)


def test_nobody_is_never_many_and_everybody_never_few():
    for options in ({}, {"standard_error": 0.05}, {"rounding": 0.05}):
        assert baseline_tails(0, 9, 0.3, **options)[1] == 1
        assert baseline_tails(9, 9, 0.3, **options)[0] == 1
        assert 0 < baseline_tails(0, 9, 0.3, **options)[0] < 0.2
        assert 0 < baseline_tails(9, 9, 0.3, **options)[1] < 0.01
        assert np.isnan(baseline_tails(0, 0, 0.3, **options)).all()
        assert np.isfinite(baseline_tails(0.2, 0.6, 0.3, **options)).all(), (
            "less than one effective person is some"
        )


@pytest.mark.parametrize("ratio", [0.8, 1.25])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_rounding_alone_takes_the_share_that_is_kindest_to_the_group(share, ratio):
    x, n, half = np.arange(21), 20, 0.05
    low, high = baseline_tails(x, n, share, ratio=ratio, rounding=half)
    every = np.clip(ratio * np.clip(np.linspace(share - half, share + half, 201), 0, 1), 0, 1)[
        :, None
    ]
    assert low == pytest.approx(stats.binom.cdf(x, n, every).max(axis=0), rel=1e-9, abs=1e-14)
    assert high == pytest.approx(stats.binom.sf(x - 1, n, every).max(axis=0), rel=1e-9, abs=1e-14)


def test_rounding_of_an_estimate_adds_the_variance_of_an_even_spread():
    both = baseline_tails(3, 40, 0.15, standard_error=0.03, rounding=0.02)
    one = baseline_tails(3, 40, 0.15, standard_error=np.hypot(0.03, 0.02 / np.sqrt(3)))
    assert both == pytest.approx(one, rel=1e-12)


def test_each_group_may_be_known_in_its_own_way():
    x, n, share = [3, 3, 3, 0], [40, 40, 40, 0], 0.15
    se, half = [0.0, 0.03, 0.0, 0.03], [0.0, 0.0, 0.01, 0.0]
    low, high = baseline_tails(x, n, share, standard_error=se, rounding=half)
    for i in range(3):
        alone = baseline_tails(3, 40, 0.15, standard_error=se[i], rounding=half[i])
        assert (low[i], high[i]) == alone
    assert np.isnan([low[3], high[3]]).all()


def test_bad_input_is_named():
    with pytest.raises(InputError, match="standard_error has -0.1"):
        baseline_tails(3, 40, 0.15, standard_error=-0.1)
    with pytest.raises(InputError, match="shares lie between 0 and 1"):
        baseline_tails(3, 40, 15)


@pytest.mark.parametrize(("x", "n"), [(3, 40), (2.5, 33.3), (0, 12), (12, 12)])
def test_exact_tests_average_over_an_uncertain_baseline(x, n):
    for ratio in (0.8, 1.0, 1.25):
        low, high = baseline_tails(x, n, 0.15, ratio=ratio, standard_error=0.03)
        options = {"ratio": ratio, "baseline_se": 0.03}
        less = proportion_test(x, n, 0.15, alternative="less", **options)
        greater = proportion_test(x, n, 0.15, alternative="greater", **options)
        assert (less.p_value, greater.p_value) == pytest.approx((low, high), rel=1e-12)
        both = proportion_test(x, n, 0.15, **options)
        assert both.p_value == pytest.approx(min(1, 2 * min(low, high)), rel=1e-12)
    tests = equivalence_test(x, n, 0.15, baseline_se=0.03)
    under, not_below = baseline_tails(x, n, 0.15, ratio=0.8, standard_error=0.03)
    not_above, over = baseline_tails(x, n, 0.15, ratio=1.25, standard_error=0.03)
    assert (tests.under, tests.not_below) == pytest.approx((under, not_below), rel=1e-12)
    assert (tests.over, tests.not_above) == pytest.approx((over, not_above), rel=1e-12)
