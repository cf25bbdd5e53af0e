"""Question 2: whose ideas? Self-serving and dominant-group bias, with null models that hold."""

from __future__ import annotations

from coprep._lazy import attach

attach(__name__)
