"""Whatever is given to a public numeric function, only an InputError leaves it."""

import importlib
import inspect
import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coprep.metrics
from coprep.errors import InputError
from coprep.metrics.planning import detectable_ratio
from coprep.metrics.shares import equivalence_test, proportion_interval, proportion_test
from strategies import HOSTILE

pytestmark = pytest.mark.slow

TOPICS = [name for name in coprep.metrics.__all__ if name.islower()]
# Functions that take a function, or a mapping of columns: what they are given is not numbers.
OTHERS = {"jackknife", "permutation_test"}
FUNCTIONS = [
    pytest.param(function, id=f"{topic}.{name}")
    for topic in TOPICS
    for name in importlib.import_module(f"coprep.metrics.{topic}").__all__
    if inspect.isfunction(function := getattr(getattr(coprep.metrics, topic), name))
    and name not in OTHERS
]


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


@pytest.mark.parametrize("function", FUNCTIONS)
def test_masked_arrays_are_refused(function):
    positional, keywords = required(function)
    masked = np.ma.array([1.0, 1.0], mask=[False, True])
    with pytest.raises(InputError, match="mask"):
        function(*[masked] * len(positional), **dict.fromkeys(keywords, masked))


@pytest.mark.parametrize("size", [10**9])
def test_extreme_but_sound_numbers_give_numbers(size):
    x = np.array([0, 1, 5, size // 2, size - 1, size])
    share = np.array([1e-12, 1e-9, 0.3, 0.5, 0.7, 1 - 1e-9])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for count, P in itertools.product(x, share):
            low, high = proportion_interval(count, size)
            assert (
                0 <= low <= count / size * (1 + 1e-9)
                and count / size <= high * (1 + 1e-9) <= 1 + 1e-8
            )
            log_p = proportion_test(count, size, P).log10_p_value
            assert log_p <= 0 and not np.isnan(log_p)
            tests = equivalence_test(count, size, P)
            assert not np.isnan([tests.under, tests.over, tests.equivalence]).any()
        assert (detectable_ratio(size, share[2:]) > 0).all()
