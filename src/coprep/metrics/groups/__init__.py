"""Rates, scores and rankings compared between groups."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
