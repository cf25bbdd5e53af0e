"""A group's share beside its baseline share, and a whole profile beside its baseline."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
