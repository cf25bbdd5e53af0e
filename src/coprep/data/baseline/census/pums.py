"""ACS PUMS files: a row a person, PWGTP as weight, and 80 replicates of it."""

from __future__ import annotations

from collections.abc import Mapping

from coprep.data.baseline.census.look import Look
from coprep.data.baseline.census.microdata import Microdata, Variable
from coprep.data.baseline.census.people import people_frame
from coprep.errors import InputError

_SEX = {"1": "Male", "2": "Female"}
_RACE = {
    "1": "White alone",
    "2": "Black or African American alone",
    "3": "American Indian alone",
    "4": "Alaska Native alone",
    "5": "American Indian and Alaska Native, tribes not specified",
    "6": "Asian alone",
    "7": "Native Hawaiian and Other Pacific Islander alone",
    "8": "Some Other Race alone",
    "9": "Two or More Races",
}
_NATIVITY = {"1": "Native", "2": "Foreign born"}
_CITIZEN = {
    "1": "Born in the United States",
    "2": "Born in Puerto Rico or another territory",
    "3": "Born abroad of American parents",
    "4": "Citizen by naturalization",
    "5": "Not a citizen",
}
_DISABILITY = {"1": "With a disability", "2": "Without a disability"}
_LANGUAGE = {"1": "Speaks another language", "2": "Speaks only English"}
_ENGLISH = {"1": "Very well", "2": "Well", "3": "Not well", "4": "Not at all"}
_WORK = {
    "1": "Civilian employed, at work",
    "2": "Civilian employed, not at work",
    "3": "Unemployed",
    "4": "Armed forces, at work",
    "5": "Armed forces, not at work",
    "6": "Not in labor force",
}
_SCHOOL: Mapping[str, str] = {
    **{str(code): "Less than high school" for code in range(1, 16)},
    "16": "High school diploma",
    "17": "GED or alternative credential",
    "18": "Some college, less than 1 year",
    "19": "Some college, no degree",
    "20": "Associate's degree",
    "21": "Bachelor's degree",
    "22": "Master's degree",
    "23": "Professional degree",
    "24": "Doctorate",
}
_VARIABLES = {
    "sex": Variable("SEX", _SEX),
    "age": Variable("AGEP"),
    "race": Variable("RAC1P", _RACE),
    "Hispanic origin": Variable("HISP", {"1": "Not Hispanic"}, others="Hispanic"),
    "disability": Variable("DIS", _DISABILITY),
    "nativity": Variable("NATIVITY", _NATIVITY),
    "citizenship": Variable("CIT", _CITIZEN),
    "language": Variable("LANX", _LANGUAGE),
    "English": Variable("ENG", _ENGLISH),
    "education": Variable("SCHL", _SCHOOL),
    "employment": Variable("ESR", _WORK),
}
_USUAL = ("sex", "age", "race", "Hispanic origin", "disability")


def recognise(look: Look) -> bool:
    """Whether the header holds SERIALNO and a weight of persons or of households."""
    names = {cell.upper() for cell in look.header}
    return "SERIALNO" in names and bool({"PWGTP", "WGTP"} & names)


def read(look: Look) -> Microdata:
    """The people, weighted."""
    names = [cell.upper() for cell in look.header]
    if "PWGTP" not in names:
        raise InputError.of(
            f"{look.name} holds households, with the weight WGTP; people are in the person file.",
            code="households",
            param="path",
            hint="download the person file, whose name begins psam_p.",
        )
    variables = {name: v for name, v in _VARIABLES.items() if v.column in names}
    replicates = tuple(f"PWGTP{i}" for i in range(1, 81))
    there = replicates if set(replicates) <= set(names) else ()
    return Microdata(
        frame=people_frame(look),
        weight="PWGTP",
        variables=variables,
        usual=tuple(name for name in _USUAL if name in variables),
        replicates=there,
        area=next((name for name in ("STATE", "ST") if name in names), None),
        source="U.S. Census Bureau, ACS PUMS",
    )
