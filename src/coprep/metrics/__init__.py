"""Numbers only: arrays in, numbers out; numpy and scipy, no data frames, no files."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
