"""How much this many people can show, and how many more are needed."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
