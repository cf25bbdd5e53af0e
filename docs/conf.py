"""How the documentation is built: Markdown by MyST, docstrings by numpydoc, notebooks shown as they ran."""

import importlib
import importlib.metadata
import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from _pictures import draw_all  # noqa: E402
from _power import write as write_power  # noqa: E402
from _schemas import write_schemas  # noqa: E402

from coprep._lazy import offered  # noqa: E402

os.environ.pop(
    "MPLBACKEND", None
)  # with one that only writes files, notebooks would lose their pictures

project = "coprep"
author = "The coprep authors"
release = importlib.metadata.version("coprep")
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "sphinx.ext.mathjax",
]
html_theme = "pydata_sphinx_theme"
html_title = "coprep"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["coprep.css"]
html_sidebars: dict[str, list[str]] = {"index": [], "*": ["contents.html"], "notebooks/*": []}
exclude_patterns = ["trust_tables.md", "_build", "pictures", "**.ipynb_checkpoints"]
autosummary_generate = True
autosummary_imported_members = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
autodoc_typehints = "none"
nb_execution_mode = "auto"
nb_execution_timeout = 600
nb_execution_raise_on_error = True
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]
html_theme_options = {"show_nav_level": 2, "navigation_with_keys": False}

# -- pages made from the package itself, so that they are never out of date ----------------------------------------

PACKAGES = {
    "representation": "Who came?",
    "ideas": "Whose ideas?",
    "fairness": "Who gets what?",
    "compat.fairlearn": "fairlearn's names",
    "metrics": "Numbers for other programs",
}


def list_packages() -> None:
    """A page for each package, with the names it exports by module, or by topic."""
    for package, title in PACKAGES.items():
        importlib.import_module(f"coprep.{package}")
        lines = [f"# {title}", "", f"`coprep.{package}`", ""]
        by_home: dict[str, list[str]] = {}
        for name, home in offered(f"coprep.{package}").items():
            if home == f"coprep.{package}":  # a package of this package: a topic
                topic = f"{home}.{name}"
                importlib.import_module(topic)
                lines += section(topic, topic, list(offered(topic)))
            else:
                by_home.setdefault(home, []).append(name)
        for home, names in by_home.items():
            lines += section(home, f"coprep.{package}", names)
        (HERE / "api" / f"{package}.md").write_text("\n".join(lines), encoding="utf-8")


def section(home: str, package: str, names: list[str]) -> list[str]:
    """The names that a module or a topic gives to a package, under what it says of itself."""
    doc = (importlib.import_module(home).__doc__ or "").strip().splitlines()[0]
    heading = home.rpartition(".")[2].strip("_").replace("_", " ").capitalize()
    lines = [f"## {heading}", "", doc, "", "```{eval-rst}"]
    lines += [f".. currentmodule:: {package}", ".. autosummary::", "   :toctree: generated", ""]
    return [*lines, *(f"   {name}" for name in names), "```", ""]


def copy_notebooks() -> None:
    """The notebooks, and the samples and results they read, where the build finds them."""
    for name in ("notebooks", "data", "studies/results"):
        source = HERE.parent / name
        shutil.rmtree(HERE / name, ignore_errors=True)
        shutil.copytree(
            source, HERE / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "*.md")
        )


list_packages()
copy_notebooks()
draw_all(HERE.parent / "data" / "samples", HERE / "pictures")
write_power(HERE.parent, HERE / "pictures")
write_schemas(HERE / "_static" / "schemas")
