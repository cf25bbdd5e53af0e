"""Weights, design effects and margins of error."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
