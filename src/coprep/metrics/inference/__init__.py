"""Resampling, many questions, clusters, shrinkage."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
