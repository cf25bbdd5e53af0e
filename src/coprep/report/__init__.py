"""Write text, HTML, pictures, pages, files, and copies that are safe to publish.

Draws from the common face of a `coprep.view.View` and from nothing else, so that a new
question is shown without a line being added here. Everything is loaded when it is first used.
"""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
