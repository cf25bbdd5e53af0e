"""Evidence that stays valid however often one looks: reference numbers, and exact false alarms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.reference import agree, depth, params

from coprep.errors import InputError
from coprep.metrics.inference import confidence_sequence, dirichlet_e_value, e_value


def _prior(name, share):
    return {"uniform": (1, 1), "jeffreys": (0.5, 0.5), "centred10": (10 * share, 10 - 10 * share)}[
        name
    ]


@pytest.mark.parametrize("case", params("representation", "13_sequential", "seq"))
def test_evidence_and_limits_of_a_share(case):
    x, n, share = (case["inputs"][k] for k in ("x", "n", "baseline_share"))
    for name, expected in case["expected"].items():
        if name == "anytime_p_uniform":
            e = float(e_value(x, n, share, prior=(1, 1)))
            agree(min(1.0, 1 / e), expected, 1e-7)
            continue
        prior = _prior(name, share)
        two = e_value(x, n, share, prior=prior, log=True)
        less = e_value(x, n, share, prior=prior, alternative="less", log=True)
        agree(two, expected["log_e_two_sided"], 1e-7, 1e-9)
        agree(less, expected["log_e_shortfall"], 1e-7, 1e-9)
        agree(confidence_sequence(x, n, prior=prior), expected["confidence_sequence_95"], 1e-7)


@pytest.mark.parametrize("case", params("representation", "13_sequential", "dirmult"))
def test_evidence_against_a_profile(case):
    counts = case["inputs"]["counts"]
    shares = np.array(case["inputs"]["baseline"])
    priors = {"log_e_uniform_prior": np.ones(len(counts))}
    priors |= {"log_e_prior_100P": 100 * shares, "log_e_prior_10000P": 10_000 * shares}
    for name, prior in priors.items():
        got = dirichlet_e_value(counts, shares, prior=prior, log=True)
        agree(got, case["expected"][name], 1e-8)


@pytest.mark.parametrize("case", params("representation", "13_sequential", "wor"))
def test_evidence_without_replacement(case):
    x, n, size, group = (case["inputs"][k] for k in ("x", "n", "N", "K"))
    got = e_value(x, n, group / size, prior=(1, 1), population=size, log=True)
    agree(got, case["expected"]["log_e"], 1e-8, 1e-12)
    limits = np.array(confidence_sequence(x, n, population=size)) * size
    agree(limits, case["expected"]["K_confidence_sequence_95"], 1e-12)


@pytest.mark.parametrize("case", depth("monitor_e_values"))
def test_evidence_with_the_usual_prior(case):
    x, n, share = (case[k] for k in ("x", "n", "share"))
    agree(e_value(x, n, share, log=True), case["log_e_two_sided"], 1e-9)
    agree(e_value(x, n, share, alternative="less", log=True), case["log_e_shortfall"], 1e-9)
    band = e_value(x, n, share, ratio=0.8, alternative="less", log=True)
    agree(band, case["log_e_shortfall_band_08"], 1e-9)
    limits = confidence_sequence(x, n, prior=(10 * share, 10 - 10 * share))
    agree(limits, case["confidence_sequence_95"], 1e-9, 1e-12)


@pytest.mark.parametrize("case", depth("monitor_without_replacement"))
def test_evidence_from_a_small_population(case):
    x, n, size, group = (case[k] for k in ("x", "n", "N", "K"))
    got = e_value(x, n, group / size, prior=(1, 1), population=size, log=True)
    agree(got, case["log_e"], 1e-9)
    agree(np.array(confidence_sequence(x, n, population=size)) * size, case["K_set_95"], 1e-12)


def _alarms(share, ratio, arrivals, null):
    """Exact chance of an alarm by each arrival, over all orders in which people can come."""
    true = ratio * share
    alive = np.zeros(arrivals + 2)
    alive[0] = 1.0
    fired = np.zeros(arrivals + 1)
    x = np.arange(arrivals + 1, dtype=float)
    for n in range(1, arrivals + 1):
        after = alive[: n + 1] * (1 - true)
        after[1:] += alive[:n] * true
        low = x[: n + 1] / n < 0.8 * share - 1e-12
        times = 0.8 if null == "band" else 1.0
        log_e = e_value(x[: n + 1][low], n, share, ratio=times, alternative="less", log=True)
        hit = np.zeros(n + 1, dtype=bool)
        hit[: low.sum()] = log_e >= math.log(20)
        fired[n] = after[hit].sum()
        after[hit] = 0
        alive[: n + 1] = after
    return np.cumsum(fired)


@pytest.mark.parametrize("case", depth("monitor_alarms"))
def test_false_alarms_and_power_are_exact(case):
    arrivals = int(case["looks"].rsplit(" ", 1)[1])
    chance = _alarms(case["share"], case["true_ratio"], arrivals, case["null"])
    agree(chance[-1], case["probability_of_alarm"], 1e-8)
    agree(chance[100], case["by_100"], 1e-8)
    agree(chance[min(300, arrivals)], case["by_300"], 1e-8)
    median = int(np.argmax(chance >= 0.5)) if chance[-1] >= 0.5 else None
    assert median == case["median_arrivals"]


@pytest.mark.parametrize(("size", "group"), [(40, 8), (40, 1), (25, 24), (60, 30)])
@pytest.mark.parametrize("alternative", ["less", "greater", "two-sided"])
def test_false_alarms_without_replacement_to_the_last_person(size, group, alternative):
    """Exact: every order in which the whole population can come is walked."""
    alive = np.zeros(size + 2)
    alive[0] = 1.0
    alarm = 0.0
    for n in range(1, size + 1):
        there = np.arange(n)
        takes = np.clip((group - there) / (size - n + 1), 0, 1)
        after = np.zeros(n + 1)
        after[:-1] += alive[:n] * (1 - takes)
        after[1:] += alive[:n] * takes
        x = np.arange(max(0, n - (size - group)), min(n, group) + 1)
        e = e_value(x, n, group / size, population=size, alternative=alternative)
        hit = x[e >= 20]
        alarm += after[hit].sum()
        after[hit] = 0
        alive[: n + 1] = after
    assert alarm <= 0.05


@given(size=st.integers(2, 60), a=st.floats(0.2, 20), b=st.floats(0.2, 20), data=st.data())
def test_each_arrival_keeps_the_evidence_fair(size, a, b, data):
    """Under the null the next e-value is on average the present one, and no more beyond it."""
    group = data.draw(st.integers(1, size - 1))
    n = data.draw(st.integers(0, size - 1))
    x = data.draw(st.integers(max(0, n - size + group), min(n, group)))
    true = data.draw(st.integers(max(group, x), size - (n - x)))
    for alternative, who in (("two-sided", group), ("less", true)):
        chance = (who - x) / (size - n)
        share = group / size

        def e(x, n, share=share, alternative=alternative):
            return float(
                e_value(x, n, share, prior=(a, b), population=size, alternative=alternative)
            )

        ahead = 0.0
        if chance > 0:
            ahead += chance * e(x + 1, n + 1)
        if chance < 1:
            ahead += (1 - chance) * e(x, n + 1)
        now = e(x, n)
        if math.isfinite(now) and math.isfinite(ahead):
            assert ahead <= now * (1 + 1e-7) + 1e-300
            if alternative == "two-sided" and 0 < chance < 1:
                assert ahead == pytest.approx(now, rel=1e-7)


@given(
    n=st.integers(0, 400),
    share=st.floats(0.005, 0.995),
    times=st.floats(1, 1.5),
    ratio=st.sampled_from([0.8, 1.0]),
    data=st.data(),
)
def test_a_shortfall_never_gains_under_its_null(n, share, times, ratio, data):
    x = data.draw(st.integers(0, n))
    true = min(1.0, share * ratio * times)

    def e(x, n):
        return float(e_value(x, n, share, ratio=ratio, alternative="less"))

    assert true * e(x + 1, n + 1) + (1 - true) * e(x, n + 1) <= e(x, n) * (1 + 1e-7)


@pytest.mark.parametrize(("x", "n", "size", "group"), [(3, 60, 300, 45), (1, 40, 120, 24)])
def test_a_shortfall_without_replacement_is_the_cut_prior(x, n, size, group):
    a, b = 2.0, 8.0
    whole = e_value(x, n, group / size, prior=(a, b), population=size, log=True)
    after = stats.betabinom.logcdf(group - 1 - x, size - n, a + x, b + n - x)
    before = stats.betabinom.logcdf(group - 1, size, a, b)
    got = e_value(x, n, group / size, prior=(a, b), population=size, alternative="less", log=True)
    agree(got, whole + after - before, 1e-8)


def test_a_large_population_is_as_good_as_none():
    far = e_value(40, 400, 0.18, alternative="less", log=True)
    near = e_value(40, 400, 0.18, alternative="less", population=10_000_000, log=True)
    agree(near, far, 1e-3)


def test_an_excess_is_the_shortfall_of_everybody_else():
    more = e_value(30, 100, 0.2, alternative="greater", log=True)
    fewer = e_value(70, 100, 0.8, alternative="less", log=True)
    agree(more, fewer, 1e-12)


def test_a_profile_of_two_groups_is_a_share():
    pair = dirichlet_e_value([4, 56], [0.18, 0.82], log=True)
    agree(pair, e_value(4, 60, 0.18, log=True), 1e-10)


def test_evidence_does_not_overflow_and_nobody_is_no_evidence():
    assert float(e_value(0, 10_000_000, 0.5, log=True)) > 1e6
    assert math.isinf(float(e_value(0, 10_000_000, 0.5)))
    assert np.isfinite(e_value(9_000_000, 10_000_000, 1e-6, alternative="less", log=True))
    assert float(e_value(0, 0, 0.3)) == 1.0
    assert tuple(map(float, confidence_sequence(0, 0))) == (0.0, 1.0)
    assert float(dirichlet_e_value([0, 0], [0.5, 0.5])) == pytest.approx(1.0)
    assert math.isinf(float(dirichlet_e_value([5, 1], [1.0, 0.0])))


def test_limits_hold_at_all_times_together():
    """Simulated: the share lies in all limits of a walk at once, nineteen times in twenty."""
    rng = np.random.default_rng(7)
    came = rng.random((2000, 300)) < 0.1
    x = came.cumsum(axis=1)
    low, high = confidence_sequence(x, np.arange(1, 301), prior=(1, 9))
    missed = ((low > 0.1) | (high < 0.1)).any(axis=1).mean()
    assert missed <= 0.05


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"x": 5, "n": 4, "baseline": 0.5}, "count_above_total"),
        ({"x": 1, "n": 4, "baseline": 0.5, "population": 3}, "count_above_total"),
        ({"x": 1, "n": 4, "baseline": 1.5}, None),
        ({"x": 1.5, "n": 4, "baseline": 0.5}, None),
        ({"x": 1, "n": 4, "baseline": 0.5, "prior": (0, 1)}, None),
        ({"x": 1, "n": 4, "baseline": 0.5, "prior": 3}, None),
        ({"x": 1, "n": 4, "baseline": 0.5, "alternative": "fewer"}, None),
        ({"x": 1, "n": 4, "baseline": 0.5, "population": 2.5}, None),
    ],
)
def test_what_cannot_be_used_is_refused(given_, code):
    with pytest.raises(InputError) as caught:
        e_value(**given_)
    if code:
        assert caught.value.code == code
