"""TAB on a result shows its fields and the common face, and no machinery."""

import importlib
import pkgutil
from dataclasses import fields
from typing import ClassVar

import pytest

import coprep
from coprep.results import Result

FACE = {
    *("table", "findings", "flagged", "notes", "headline", "summary", "plot", "title", "settings"),
    *("to_dict", "to_json", "to_html", "save", "protect"),
}

for module in pkgutil.walk_packages(coprep.__path__, "coprep."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
KINDS = [kind for _, kind in sorted(Result._kinds.items())]


def data_of_the_class(kind):
    """Names of what is said once for all results of a kind: ClassVar in the source."""
    hints = [vars(base).get("__annotations__", {}) for base in kind.__mro__]
    told = {name for names in hints for name, hint in names.items() if "ClassVar" in str(hint)}
    return told - {f.name for f in fields(kind)}


def test_class_variables_are_recognised():
    class Few(Result):
        kind: ClassVar[str] = "few"

    Result._kinds.pop("few")
    assert {"kind", "headings", "count_columns"} <= data_of_the_class(Few)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_tab_on_a_result_shows_its_fields_and_the_common_face(kind):
    blank = float.__new__(kind) if issubclass(kind, float) else object.__new__(kind)
    shown = {name for name in dir(blank) if not name.startswith("_")}
    own = {f.name for f in fields(kind)}
    assert own | FACE <= shown
    assert not shown & data_of_the_class(kind)
    assert all(getattr(kind, name).__doc__ for name in shown - own)
