"""The code in the README and in the guides is run as tests."""

import matplotlib
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser

matplotlib.use("Agg")

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()],
    patterns=["README.md", "*.md"],
    excludes=["data/**/*.md", "docs/_build/**/*.md", ".venv/**/*.md"],
).pytest()
