"""How the documentation is built: Markdown by MyST, docstrings by numpydoc, notebooks shown as they are."""

import importlib.metadata

project = "coprep"
author = "The coprep authors"
release = importlib.metadata.version("coprep")
extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "myst_nb", "sphinx.ext.mathjax"]
html_theme = "pydata_sphinx_theme"
html_title = "coprep"
exclude_patterns = ["_build", "**.ipynb_checkpoints"]
templates_path = ["_templates"]
autosummary_generate = True
numpydoc_show_class_members = False
autodoc_typehints = "none"
nb_execution_mode = "off"
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]
html_theme_options = {"show_nav_level": 2, "navigation_with_keys": False}
