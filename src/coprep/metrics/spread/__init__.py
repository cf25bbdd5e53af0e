"""Inequality and concentration."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
