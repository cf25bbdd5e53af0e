"""Crosswalks that are needed most, with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ASIAN = "Asian, Asian British or Asian Welsh"
BLACK = "Black, Black British, Black Welsh, Caribbean or African"
MIXED = "Mixed or Multiple ethnic groups"
WHITE = "White"
OTHER = "Other ethnic group"
_BRITISH_2011 = "White: English/Welsh/Scottish/Northern Irish/British"
_BRITISH_2021 = "White: English, Welsh, Scottish, Northern Irish or British"
_MIXED_2011 = "Mixed/multiple ethnic group"
_ASIAN_2011 = "Asian/Asian British"
_BLACK_2011 = "Black/African/Caribbean/Black British"
_MIXED_PARTS = (
    "White and Black Caribbean",
    "White and Black African",
    "White and Asian",
    "Other Mixed",
)
_ASIAN_PARTS = ("Indian", "Pakistani", "Bangladeshi", "Chinese", "Other Asian")
_BLACK_PARTS = ("African", "Caribbean", "Other Black")
_WHITE_PARTS = ("Irish", "Gypsy or Irish Traveller", "Other White")
_OTHER_PARTS = ("Arab", "Any other ethnic group")


def _renamed(before: str, after: str, parts: tuple[str, ...]) -> dict[str, str]:
    return {f"{before}: {part}": f"{after}: {part}" for part in parts}


_TO_2021 = {
    _BRITISH_2011: _BRITISH_2021,
    **_renamed("White", "White", _WHITE_PARTS),
    **_renamed(_MIXED_2011, MIXED, _MIXED_PARTS),
    **_renamed(_ASIAN_2011, ASIAN, _ASIAN_PARTS),
    **_renamed(_BLACK_2011, BLACK, _BLACK_PARTS),
    **_renamed(OTHER, OTHER, _OTHER_PARTS),
}
_FIVE_OF_2011 = {"White": WHITE, "Mixed": MIXED, "Asian": ASIAN, "Black": BLACK, "Other": OTHER}
_FIVE = {
    "White": WHITE,
    **dict.fromkeys((MIXED, _MIXED_2011, "Mixed"), MIXED),
    **dict.fromkeys((ASIAN, _ASIAN_2011, "Asian"), ASIAN),
    **dict.fromkeys((BLACK, _BLACK_2011, "Black"), BLACK),
    **dict.fromkeys((OTHER, "Other"), OTHER),
}
_HISPANIC = "Hispanic or Latino, of any race"
_ACS_RACES = (
    "White alone", "Black or African American alone", "American Indian and Alaska Native alone",
    "Asian alone",
    "Native Hawaiian and Other Pacific Islander alone", "Some Other Race alone",
    "Two or More Races",
)  # fmt: skip
# Microdata tell apart what tables put together.
_INDIAN = (
    "American Indian alone",
    "Alaska Native alone",
    "American Indian and Alaska Native, tribes not specified",
)
_RACE_GROUPS = {race: race for race in _ACS_RACES} | dict.fromkeys(_INDIAN, _ACS_RACES[2])
_YES = ("Hispanic or Latino", "Hispanic")
_NO = ("Not Hispanic or Latino", "Not Hispanic")


@dataclass(frozen=True, slots=True)
class Ready:
    """A crosswalk as it is kept: rules by label, rules by what stands before a colon, or bands of
    ages.
    """

    source: str
    labels: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    bands: tuple[str, ...] = ()


READY: Mapping[str, Ready] = {
    "ethnic group 2021, England and Wales: 20 to 5": Ready(
        "ONS, Census 2021, Ethnic group classifications: 20 and 6 categories", prefixes=_FIVE
    ),
    "ethnic group, England and Wales: 2011 to 2021": Ready(
        "ONS, Ethnic group variable, Census 2021: comparability with 2011. Roma was a group of "
        "its own in 2021 only: "
        "in 2011 such people are within Other White or another write-in",
        labels={**_TO_2021, **_FIVE_OF_2011},
    ),
    "ethnic group, England and Wales: 2021 to 2011": Ready(
        "ONS, Ethnic group variable, Census 2021: comparability with 2011; Roma is put to Other "
        "White",
        labels={**{new: old for old, new in _TO_2021.items()}, "White: Roma": "White: Other White"},
    ),
    "age bands, UK": Ready(
        "Government Statistical Service, harmonised age bands for social surveys; children as one "
        "band",
        bands=("0-15", "16-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+"),
    ),
    "age bands, US": Ready(
        "U.S. Census Bureau, age groups of the voting-age population tables; children as one band",
        bands=("0-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"),
    ),
    "race and Hispanic origin, ACS": Ready(
        "U.S. Census Bureau, table B03002: people of Hispanic origin apart, everybody else by race",
        labels={
            **{f"{origin} | {race}": _HISPANIC for origin in _YES for race in _RACE_GROUPS},
            **{
                f"{origin} | {race}": f"{group}, not Hispanic"
                for origin in _NO
                for race, group in _RACE_GROUPS.items()
            },
        },
    ),
}
"""By name. For two attributes a label is their groups with a bar between them."""
