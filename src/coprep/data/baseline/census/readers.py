"""All readers in their order: a file is read by the first that recognises its content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coprep.data.baseline.census import (
    abs_datapack,
    cdc_wonder,
    census_api,
    data_census_gov,
    deprivation,
    dfe,
    estat,
    eurostat_tsv,
    genesis,
    ine,
    insee,
    ipums,
    jsonstat,
    nhgis,
    nisra_bulk,
    nisra_main,
    nomis_api,
    nomis_bulk,
    nomis_query,
    ons_custom,
    ons_profile,
    pcaxis,
    pep,
    pl94_171,
    plain,
    pums,
    pxstat,
    sdmx_csv,
    sidra,
    sortition,
    statcan,
    statline,
    stats_nz,
    superweb,
    tidycensus,
    wpp,
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
    Reader("nisra-main", "NISRA main statistics", nisra_main.recognise, nisra_main.read),
    Reader("census-api", "an answer of the Census API", census_api.recognise, census_api.read),
    Reader(
        "data-census-gov",
        "a table of data.census.gov",
        data_census_gov.recognise,
        data_census_gov.read,
    ),
    Reader("pl94-171", "a P.L. 94-171 summary file", pl94_171.recognise, pl94_171.read),
    Reader("tidycensus", "a tidycensus table", tidycensus.recognise, tidycensus.read),
    Reader("pums", "ACS PUMS microdata", pums.recognise, pums.read),
    Reader("sortition", "a quota file of a sortition tool", sortition.recognise, sortition.read),
    Reader("json-stat", "a JSON-stat data set", jsonstat.recognise, jsonstat.read),
    Reader("pc-axis", "a PC-Axis file", pcaxis.recognise, pcaxis.read),
    Reader("sdmx-csv", "an SDMX-CSV file", sdmx_csv.recognise, sdmx_csv.read),
    Reader("eurostat-tsv", "a Eurostat TSV file", eurostat_tsv.recognise, eurostat_tsv.read),
    Reader("genesis", "a GENESIS flat file", genesis.recognise, genesis.read),
    Reader("pep", "U.S. population estimates by county", pep.recognise, pep.read),
    Reader("un-wpp", "UN World Population Prospects", wpp.recognise, wpp.read),
    Reader("nhgis", "an NHGIS table", nhgis.recognise, nhgis.read),
    Reader("dfe", "a DfE statistics file", dfe.recognise, dfe.read),
    Reader("ine", "an INE table", ine.recognise, ine.read),
    Reader("insee", "an INSEE base", insee.recognise, insee.read),
    Reader("cdc-wonder", "a CDC WONDER export", cdc_wonder.recognise, cdc_wonder.read),
    Reader(
        "deprivation",
        "File 7 of the Indices of Deprivation",
        deprivation.recognise,
        deprivation.read,
    ),
    Reader("statcan-profile", "a StatCan census profile", statcan.is_profile, statcan.read_profile),
    Reader("statcan", "a StatCan table", statcan.is_table, statcan.read_table),
    Reader("abs-datapack", "an ABS DataPack", abs_datapack.recognise, abs_datapack.read),
    Reader("pxstat", "a PxStat table", pxstat.recognise, pxstat.read),
    Reader("sidra", "a SIDRA answer", sidra.recognise, sidra.read),
    Reader("statline", "a StatLine table", statline.recognise, statline.read),
    Reader("e-stat", "an e-Stat table", estat.recognise, estat.read),
    Reader("stats-nz", "a Stats NZ file", stats_nz.recognise, stats_nz.read),
    Reader("ipums", "an IPUMS extract", ipums.recognise, ipums.read),
    Reader("plain", "a plain table", plain.recognise, plain.read),
)
