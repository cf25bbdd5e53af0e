"""Reads files of participation platforms and folders of tables into a Process."""

from __future__ import annotations

from coprep.data.process.readers.decidim import read_decidim
from coprep.data.process.readers.pabulib import read_pabulib
from coprep.data.process.readers.polis import read_polis

__all__ = ["read_decidim", "read_pabulib", "read_polis"]
