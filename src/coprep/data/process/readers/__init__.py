"""Files of participation platforms, and wide spreadsheets, read into a Process.

===============  =====================================================================================
reader           reads
===============  =====================================================================================
read_pabulib     one participatory budgeting vote in Pabulib's .pb format
read_polis       an exported Polis conversation: comments.csv and participants-votes.csv or votes.csv
read_decidim     Decidim proposals, and comments
from_wide        a spreadsheet with one row a person or an idea, and one column an idea or a rater
===============  =====================================================================================
"""

from __future__ import annotations

from coprep.data.process.readers.decidim import read_decidim
from coprep.data.process.readers.pabulib import read_pabulib
from coprep.data.process.readers.polis import read_polis
from coprep.data.process.wide import from_wide

__all__ = ["from_wide", "read_decidim", "read_pabulib", "read_polis"]
