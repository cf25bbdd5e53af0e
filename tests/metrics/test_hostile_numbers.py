"""Whatever is given to a numeric function of representation, only an InputError leaves it."""

import inspect
import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.groups import _two_shares as two_shares
from coprep.metrics.inference import _multiplicity as multiplicity
from coprep.metrics.participation import _r_indicators as r_indicators
from coprep.metrics.planning import _power as planning
from coprep.metrics.planning import _recruiting as recruiting
from coprep.metrics.planning import _seats as seats
from coprep.metrics.shares import (
    _baseline_error as baseline_error,
)
from coprep.metrics.shares import (
    _dissimilarity as dissimilarity_chance,
)
from coprep.metrics.shares import (
    _distances as distances,
)
from coprep.metrics.shares import (
    _equivalence as equivalence,
)
from coprep.metrics.shares import (
    _finite_population as finite_population,
)
from coprep.metrics.shares import (
    _goodness_of_fit as gof,
)
from coprep.metrics.shares import (
    _in_line as in_line,
)
from coprep.metrics.shares import (
    _proportions as proportions,
)
from coprep.metrics.shares import (
    _ratios as ratios,
)
from coprep.metrics.shares import (
    _share_tests as share_tests,
)
from coprep.metrics.shares import (
    _simultaneous as simultaneous,
)
from coprep.metrics.shares import (
    _unknowns as unknowns,
)
from coprep.metrics.spread import _evenness as evenness
from coprep.metrics.weighting import _margin_of_error as margins
from coprep.metrics.weighting import _rao_scott as rao_scott

MODULES = (
    baseline_error,
    dissimilarity_chance,
    distances,
    equivalence,
    evenness,
    finite_population,
    gof,
    in_line,
    margins,
    multiplicity,
    planning,
    proportions,
    r_indicators,
    rao_scott,
    ratios,
    recruiting,
    seats,
    share_tests,
    simultaneous,
    two_shares,
    unknowns,
)
FUNCTIONS = [
    pytest.param(getattr(module, name), id=name)
    for module in MODULES
    for name in module.__all__
    if inspect.isfunction(getattr(module, name))
]
NUMBERS = st.one_of(
    st.integers(-3, 60),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0, 1, 0.5, 1e-12, 1e9, 1e300, np.float32(0.25), np.int8(3), True]),
)
HOSTILE = st.one_of(
    NUMBERS,
    st.sampled_from(
        [None, "", "12", "<b>", b"x", 1 + 2j, [], [[]], {}, {1: 2}, object, np.array("a"), [1, [2]]]
    ),
    st.lists(NUMBERS, max_size=4),
    st.lists(st.one_of(NUMBERS, st.none(), st.text(max_size=2)), max_size=3),
    st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=1, max_size=3),
)


def required(function):
    parameters = inspect.signature(function).parameters.values()
    needed = [p for p in parameters if p.default is p.empty]
    return [p.name for p in needed if p.kind is p.POSITIONAL_OR_KEYWORD], [
        p.name for p in needed if p.kind is p.KEYWORD_ONLY
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_only_an_input_error_leaves(function, data):
    positional, keywords = required(function)
    args = [data.draw(HOSTILE) for _ in positional]
    options = {name: data.draw(HOSTILE) for name in keywords}
    try:
        function(*args, **options)
    except InputError as error:
        assert str(error)


@pytest.mark.parametrize("function", FUNCTIONS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_hostile_options_are_refused_by_name(function, data):
    options = [
        p for p in inspect.signature(function).parameters.values() if p.default is not p.empty
    ]
    positional, keywords = required(function)
    if not options or keywords:
        return
    chosen = data.draw(st.sampled_from(options))
    args = [
        data.draw(st.one_of(st.integers(0, 9), st.lists(st.integers(0, 9), min_size=2, max_size=2)))
        for _ in positional
    ]
    try:
        function(*args, **{chosen.name: data.draw(HOSTILE)})
    except InputError as error:
        assert str(error)


@pytest.mark.parametrize("size", [10**9])
def test_extreme_but_sound_numbers_give_numbers(size):
    x = np.array([0, 1, 5, size // 2, size - 1, size])
    share = np.array([1e-12, 1e-9, 0.3, 0.5, 0.7, 1 - 1e-9])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for count, P in itertools.product(x, share):
            low, high = proportions.proportion_interval(count, size)
            assert (
                0 <= low <= count / size * (1 + 1e-9)
                and count / size <= high * (1 + 1e-9) <= 1 + 1e-8
            )
            log_p = share_tests.binomial_test(count, size, P, scale="log10")
            assert log_p <= 0 and not np.isnan(log_p)
            tests = equivalence.equivalence_test(count, size, P, scale="log")
            assert not np.isnan(tests).any()
        assert (planning.detectable_ratio(size, share[2:]) > 0).all()
