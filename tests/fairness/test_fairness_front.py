"""The package's front: names, types and cost of importing it."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import coprep.fairness as fairness


@pytest.mark.parametrize("name", ["abroca", "calibration", "inequality", "metric", "ranking"])
def test_a_function_named_like_its_module_stays_a_function(name):
    module = importlib.import_module(f"coprep.fairness.{name}")
    assert getattr(fairness, name) is getattr(module, name)
    check = f"import coprep.fairness.{name} as m\nimport coprep.fairness as f\nassert callable(f.{name}), f.{name}"
    subprocess.run([sys.executable, "-c", check], check=True)


def loaded(code):
    check = f"{code}\nimport sys\nprint(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    return subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    ).stdout.split()


def test_metrics_of_codes_need_no_frames():
    assert not {"pandas", "narwhals", "statsmodels", "matplotlib"} & set(
        loaded("import coprep.fairness")
    )
    from_codes = (
        "import numpy as np\nfrom coprep.fairness import demographic_parity_difference as d\n"
        "x = d(None, np.array([1, 0, 1, 0]), sensitive_features=np.array([0, 0, 1, 1]))"
    )
    assert not {"pandas", "narwhals", "statsmodels", "matplotlib"} & set(loaded(from_codes))
