"""Every notebook runs from nothing, top to bottom, without an error or a warning, and is kept with what it showed."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


def _shown(cell):
    """What a cell shows, by kind."""
    kinds = set()
    for output in cell.get("outputs", []):
        kinds.update(output.get("data") or [output.output_type])
    return kinds


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_it_is_kept_as_it_ran(path):
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), (
        "run `python docs/_notebooks.py` after a change"
    )
    kinds = {output.output_type for cell in code for output in cell.outputs}
    assert "error" not in kinds
    held = path.read_text(encoding="utf-8")
    assert "site-packages" not in held
    assert str(Path.home()) + "/" not in held


@pytest.mark.notebook
@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_it_runs(path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    before = [_shown(cell) for cell in notebook.cells]
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    ).execute()
    assert [_shown(cell) for cell in notebook.cells] == before, (
        "what is shown has changed: run `python docs/_notebooks.py`"
    )
    texts = [
        o.get("text", "")
        for c in notebook.cells
        for o in c.get("outputs", [])
        if o.get("name") == "stderr"
    ]
    assert not [t for t in texts if "Warning" in t]
