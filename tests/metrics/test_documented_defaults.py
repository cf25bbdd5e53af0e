"""What a docstring says of a default is what the function does."""

import ast
import inspect
import re

import pytest

import coprep.metrics

FUNCTIONS = [
    pytest.param(function, id=f"{topic}.{name}")
    for topic in coprep.metrics.__all__
    for name in getattr(getattr(coprep.metrics, topic), "__all__", ())
    if inspect.isfunction(function := getattr(getattr(coprep.metrics, topic), name))
    and "default" in (function.__doc__ or "")
]
HEAD = re.compile(r"^(\w+(?:, \w+)*) : .*\bdefault:? (.+)$")


def documented(function):
    heads = filter(None, map(HEAD.match, inspect.getdoc(function).splitlines()))
    said = {name: head[2] for head in heads for name in head[1].split(", ")}
    return {
        name: ast.literal_eval(re.sub(r"(?<=\d),(?=\d)", "", text)) for name, text in said.items()
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_default_is_the_one_its_docstring_names(function):
    parameters = inspect.signature(function).parameters
    for name, said in documented(function).items():
        assert parameters[name].default == said, name


def test_docstrings_do_name_defaults():
    assert sum(len(documented(parameter.values[0])) for parameter in FUNCTIONS) > 50
