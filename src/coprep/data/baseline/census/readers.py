"""All readers, the plainest signature first: a file is read by the first that recognises its content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coprep.data.baseline.census import (
    census_api,
    data_census_gov,
    nisra_bulk,
    nomis_api,
    nomis_bulk,
    nomis_query,
    ons_custom,
    ons_profile,
    plain,
    pums,
    sortition,
    superweb,
    tidycensus,
)
from coprep.data.baseline.census.long_table import LongTable
from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.microdata import Microdata


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: what ``format=`` calls it, what people call it, and how it is known and read."""

    name: str
    title: str
    recognise: Callable[[Look], bool]
    read: Callable[[Look], LongTable | Microdata]


READERS: tuple[Reader, ...] = (
    Reader("nomis-query", "a Nomis query table", nomis_query.recognise, nomis_query.read),
    Reader("superweb2", "a SuperWEB2 table", superweb.recognise, superweb.read),
    Reader("ons-profile", "an ONS custom area profile", ons_profile.recognise, ons_profile.read),
    Reader("ons", "an ONS custom dataset", ons_custom.recognise, ons_custom.read),
    Reader("nomis-bulk", "a Nomis bulk file", nomis_bulk.recognise, nomis_bulk.read),
    Reader("nomis-api", "a Nomis API table", nomis_api.recognise, nomis_api.read),
    Reader("nisra-bulk", "a NISRA bulk file", nisra_bulk.recognise, nisra_bulk.read),
    Reader("census-api", "an answer of the Census API", census_api.recognise, census_api.read),
    Reader(
        "data-census-gov", "a table of data.census.gov", data_census_gov.recognise, data_census_gov.read
    ),
    Reader("tidycensus", "a tidycensus table", tidycensus.recognise, tidycensus.read),
    Reader("pums", "ACS PUMS microdata", pums.recognise, pums.read),
    Reader("sortition", "a quota file of a sortition tool", sortition.recognise, sortition.read),
    Reader("plain", "a plain table", plain.recognise, plain.read),
)
