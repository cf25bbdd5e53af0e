"""Ratings, ballots and what was chosen."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
