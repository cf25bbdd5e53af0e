"""Which counts may be published, and what could be worked out from them."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
