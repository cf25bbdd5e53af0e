"""What goes out: text, HTML, pictures, pages, files, and copies that are safe to publish.

Draws from the common face of a `coprep.findings.Result` and from nothing else, so that a new question is
shown without a line being added here. Everything is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprep._lazy import attach

if TYPE_CHECKING:
    from coprep.report.display import fragment as fragment
    from coprep.report.display import summary as summary
    from coprep.report.display import text as text
    from coprep.report.pages import page as page
    from coprep.report.plots import draw as draw
    from coprep.report.protection import protect as protect
    from coprep.report.saving import save as save

attach(
    "coprep.report",
    {
        "display": ["fragment", "summary", "text"],
        "pages": ["page"],
        "plots": ["draw"],
        "protection": ["protect"],
        "saving": ["save"],
    },
)
