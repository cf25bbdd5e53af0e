"""Arrows run one way: no circle between files or folders, and no tower inside a package."""

from pathlib import Path

import pytest

import coprep
from house.arrows import circles, folders, longest_chain, read, rooms

GRAPH = read(Path(coprep.__file__).parent)

# How many rooms one has to know to understand the topmost: those on the longest chain of arrows inside a package, each
# folder in it counting as one, and its `__init__` as one where it offers names of its modules.
FLOORS = {
    "coprep.fairness": 6,
    "coprep.ideas": 5,
    "coprep.metrics": 5,
}
USUAL = 7
# The whole is the one tower: its floors are the layers in pyproject.toml, which lint-imports holds.
INSIDE = [folder for folder in folders(GRAPH) if folder != "coprep"]

# What is being rebuilt. A line goes as soon as it holds: the test says so.
CIRCLES: set[str] = set()
TOWERS: set[str] = set()


def each(names, not_yet):
    late = pytest.mark.xfail(
        strict=True, reason="being rebuilt; take the name out of the set above"
    )
    return [pytest.param(name, marks=late if name in not_yet else ()) for name in names]


def test_the_graph_is_read_from_imports_late_imports_and_strings(tmp_path):
    root = tmp_path / "house"
    (root / "cellar").mkdir(parents=True)
    (root / "__init__.py").write_text("import house.attic\n")
    (root / "attic.py").write_text(
        '"""house.roof is no arrow here."""\nfrom house import roof\n\ndef f():\n    from house.cellar.wine import red\n'
    )
    (root / "roof.py").write_text(
        "import importlib\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import house.attic\n"
        'KINDS = {"red": "cellar.wine"}\nimportlib.import_module("house.cellar")\n'
    )
    (root / "cellar" / "__init__.py").write_text("")
    (root / "cellar" / "__init__.pyi").write_text("from house.cellar.wine import red as red\n")
    (root / "cellar" / "wine.py").write_text("from house.attic import f\n")
    graph = read(root)
    assert graph == {
        "house": {"house.attic"},
        "house.attic": {"house.roof", "house.cellar.wine"},
        "house.cellar": {"house.cellar.wine"},
        "house.cellar.wine": {"house.attic"},
        "house.roof": {"house.cellar", "house.cellar.wine"},
    }
    assert circles(graph) == [["house.attic", "house.cellar", "house.cellar.wine", "house.roof"]]
    drawn = rooms(graph, "house")
    assert drawn["cellar"] == {"attic"} and drawn["__init__"] == {"attic"}
    assert circles(drawn) == [["attic", "cellar", "roof"]]
    assert longest_chain({"a": {"b", "c"}, "b": {"c"}, "c": set(), "d": {"c"}}) == ["a", "b", "c"]


@pytest.mark.xfail(condition=bool(CIRCLES), strict=True, reason="being rebuilt, see CIRCLES")
def test_no_file_reaches_itself_through_others():
    assert circles(GRAPH) == []


@pytest.mark.parametrize("folder", each(folders(GRAPH), CIRCLES))
def test_no_room_reaches_itself_through_others(folder):
    assert circles(rooms(GRAPH, folder)) == []


@pytest.mark.parametrize("folder", each(INSIDE, TOWERS))
def test_no_package_is_a_tower(folder):
    chain = longest_chain(rooms(GRAPH, folder))
    assert len(chain) <= FLOORS.get(folder, USUAL), " ▶ ".join(chain)
