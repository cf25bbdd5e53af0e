"""Run every notebook from nothing and keep what it shows.

python docs/_notebooks.py [NAME ...]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parents[1] / "notebooks"
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"


def run(path: Path) -> nbformat.NotebookNode:
    """The notebook with its outputs; what depends on the machine or the hour is left out."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(HERE)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


def main(names: list[str]) -> None:
    """Run those named, or all, and write them where they are."""
    for path in sorted(HERE.glob("*.ipynb")):
        if names and path.stem not in names:
            continue
        nbformat.write(run(path), path)
        print(path.name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
