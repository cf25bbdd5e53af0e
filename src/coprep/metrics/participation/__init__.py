"""Who takes part, whom ideas serve, who endorses whom, who says what."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
