"""Reads from the source which module uses which, however late: inside functions and by string too.

Imports that only type checkers see (``if TYPE_CHECKING:``) are no arrows: nothing runs through them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Graph = Mapping[str, frozenset[str]]


def read(root: Path) -> Graph:
    """Every module of the package in ``root``, with those of its modules that it uses."""
    paths = {_name(path, root): path for path in root.rglob("*.py")}
    return {name: frozenset(_uses(name, path, set(paths))) for name, path in sorted(paths.items())}


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _uses(name: str, path: Path, modules: set[str]) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    stub = path.with_suffix(".pyi")
    if path.name == "__init__.py" and stub.exists():
        # What a package offers is loaded late, by the names in its stub.
        tree.body += ast.parse(stub.read_text(encoding="utf-8")).body
    top = name.partition(".")[0]
    for node in _that_run(tree):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports by dots"
            # `from package import module` uses the module, `from module import name` the module too.
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found = [full if full in modules else str(node.module) for full in inner]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # A module named in a string is there to be loaded: `import_module`, tables of modules.
            found = [node.value, f"{top}.{node.value}"] if "." in node.value else []
        else:
            continue
        yield from (module for module in found if module in modules and module != name)


def _that_run(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but what stands under ``if TYPE_CHECKING:``, and docstrings."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        yield node
        yield from _that_run(node)


def rooms(graph: Graph, package: str) -> Graph:
    """What stands right inside a package: modules, folders (one room each, whatever is in them) and its door.

    The door is ``__init__``, which uses the modules whose names it offers.
    """

    def room(module: str) -> str | None:
        if module == package:
            return "__init__"
        inside = module.removeprefix(f"{package}.")
        return inside.partition(".")[0] if inside != module else None

    drawn: dict[str, set[str]] = {}
    for module, used in graph.items():
        here = room(module)
        if here is not None:
            there = {room(other) for other in used} - {None, here}
            drawn.setdefault(here, set()).update(str(name) for name in there)
    return {name: frozenset(used) for name, used in drawn.items()}


def folders(graph: Graph) -> list[str]:
    """Every package that has modules, the whole one first."""
    return sorted({module.rpartition(".")[0] for module in graph} - {""})


def circles(graph: Graph) -> list[list[str]]:
    """Groups of nodes that reach each other, in Tarjan's order; none where arrows run one way."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in graph:
        if node not in index:
            visit(node)
    return found


def longest_chain(graph: Graph) -> list[str]:
    """The longest path along arrows; where nodes run in a circle they count as one floor each."""
    best: dict[str, list[str]] = {}

    def chain(node: str, above: frozenset[str]) -> list[str]:
        if node not in best:
            below: Iterable[list[str]] = (
                chain(other, above | {node}) for other in sorted(graph[node] - above - {node})
            )
            best[node] = [node, *max(below, key=len, default=[])]
        return best[node]

    return max((chain(node, frozenset()) for node in sorted(graph)), key=len, default=[])
