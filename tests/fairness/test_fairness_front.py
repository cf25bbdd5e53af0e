"""The package's front: names, types and cost of importing it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import coprep.fairness as fairness

SOURCE = Path(fairness.__file__)


def test_names_are_sorted_there_and_the_same_for_type_checkers():
    tree = ast.parse(SOURCE.read_text())
    typed = [
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("coprep.fairness.")
        for alias in node.names
    ]
    assert sorted(typed) == fairness.__all__ == sorted(set(fairness.__all__))
    for name in fairness.__all__:
        assert getattr(fairness, name) is not None


def test_no_name_hides_a_module():
    modules = {path.stem for path in SOURCE.parent.glob("*.py")}
    assert not modules & set(fairness.__all__)


def loaded(code):
    check = f"{code}\nimport sys\nprint(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    return subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout.split()


def test_numbers_need_numpy_alone_and_metrics_no_frames():
    numbers = "from coprep.metrics import classification, gaps, pairs, stratified"
    assert not {"scipy", "pandas", "narwhals", "statsmodels", "matplotlib"} & set(loaded(numbers))
    assert not {"pandas", "narwhals", "statsmodels", "matplotlib"} & set(loaded("import coprep.fairness"))
    from_codes = (
        "import numpy as np\nfrom coprep.fairness import demographic_parity_difference as d\n"
        "x = d(None, np.array([1, 0, 1, 0]), sensitive_features=np.array([0, 0, 1, 1]))"
    )
    assert not {"pandas", "narwhals", "statsmodels", "matplotlib"} & set(loaded(from_codes))
