"""Tells the day, by which ages and years of birth are judged and files are dated."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """The day it is."""
    return datetime.now(tz=UTC).date()
