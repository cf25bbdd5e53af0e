"""Census layouts that are several files, or several blocks on one sheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from coprep import InputError, read_baseline

RELIGION = ["All usual residents", "Catholic [note 2]", "Presbyterian", "Other or none"]
DISTRICTS = {
    "N92000002": ("Northern Ireland", (1000, 420, 170, 410)),
    "N09000001": ("Antrim and Newtownabbey", (600, 220, 130, 250)),
    "N09000002": ("Armagh, Banbridge and Craigavon", (400, 200, 40, 160)),
}


def _nisra(path: Path, *, shares_first: bool = False) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "MS-B21"
    sheet.append(["Census 2021 Northern Ireland"])
    sheet.append(["MS-B21: Religion - full detail"])
    sheet.append(["Geographic level: Local Government District"])
    blocks = ["Percentages", "Counts"] if shares_first else ["Counts", "Percentages"]
    for block in blocks:
        sheet.append([])
        sheet.append([f"Table 1: {block}"])
        sheet.append(["Geography", "Geography code", *RELIGION])
        for code, (name, figures) in DISTRICTS.items():
            if block == "Counts":
                sheet.append([name, code, *figures])
            else:
                sheet.append([name, code, *(round(100 * n / figures[0], 2) for n in figures)])
    sheet.append([])
    sheet.append(["[note 2] Includes Roman Catholic."])
    book.save(path)
    return path


@pytest.mark.parametrize("shares_first", [False, True])
def test_counts_of_nisra_main_statistics_are_read_and_not_the_percentages_below(
    tmp_path: Path, shares_first: bool
) -> None:
    file = _nisra(tmp_path / "census-2021-ms-b21.xlsx", shares_first=shares_first)
    found = read_baseline(file, area="Antrim and Newtownabbey")
    (attribute,) = found.attributes
    assert attribute == "religion"
    assert found.counts(attribute) == {"Catholic": 220, "Presbyterian": 130, "Other or none": 250}
    whole = read_baseline(file, area="N92000002")
    assert sum((whole.counts(attribute) or {}).values()) == 1000


def test_several_places_of_nisra_main_statistics_are_asked_about(tmp_path: Path) -> None:
    file = _nisra(tmp_path / "census-2021-ms-b21.xlsx")
    with pytest.raises(InputError) as caught:
        read_baseline(file)
    assert "Armagh, Banbridge and Craigavon" in str(caught.value)


# -- P.L. 94-171 ------------------------------------------------------------------------------------


def _record(number: int, p1: dict[int, int], p2: dict[int, int]) -> str:
    first = [p1.get(line, 0) for line in range(1, 72)]
    second = [p2.get(line, 0) for line in range(1, 74)]
    cells = ["PLST", "RI", "000", "01", f"{number:07d}", *map(str, first + second)]
    return "|".join(cells)


def _place(number: int, level: str, code: str, name: str, component: str = "00") -> str:
    cells = ["PLST", "RI", level, "00", component, "000", "00", f"{number:07d}", code]
    cells += [""] * (97 - len(cells))
    cells[87] = name
    return "|".join(cells)


P1 = {1: 100, 2: 90, 3: 60, 4: 12, 5: 3, 6: 9, 7: 1, 8: 5, 9: 10}
P2 = {1: 100, 2: 20, 3: 80, 4: 74, 5: 50, 6: 10, 7: 2, 8: 8, 9: 1, 10: 3, 11: 6}


def _summary_files(folder: Path) -> Path:
    bristol = {line: 2 * n for line, n in P1.items()}
    lines = [_record(1, P1, P2), _record(2, bristol, {line: 2 * n for line, n in P2.items()})]
    lines.append(_record(3, P1, P2))
    file = folder / "ri000012020.pl"
    file.write_text("\n".join(lines) + "\n", encoding="latin-1")
    places = [
        _place(1, "040", "0400000US44", "Rhode Island"),
        _place(2, "050", "0500000US44001", "Bristol County"),
        _place(3, "040", "0400001US44", "Rhode Island", component="01"),
    ]
    (folder / "rigeo2020.pl").write_text("\n".join(places) + "\n", encoding="latin-1")
    return file


def test_piped_summary_files_are_joined_to_their_places(tmp_path: Path) -> None:
    file = _summary_files(tmp_path)
    found = read_baseline(file, area="Bristol County", attribute="race")
    counts = found.counts("race") or {}
    assert counts["White alone"] == 120
    assert sum(counts.values()) == 200
    state = read_baseline(file, area="Rhode Island", attribute="race and Hispanic origin")
    both = state.counts("race and Hispanic origin") or {}
    assert both["Hispanic or Latino"] == 20
    assert sum(both.values()) == 100


def test_piped_summary_files_without_places_say_which_file_is_missing(tmp_path: Path) -> None:
    file = _summary_files(tmp_path)
    (tmp_path / "rigeo2020.pl").unlink()
    with pytest.raises(InputError) as caught:
        read_baseline(file, area="Bristol County")
    assert "rigeo2020.pl" in str(caught.value)


def test_a_cut_summary_file_is_refused(tmp_path: Path) -> None:
    file = _summary_files(tmp_path)
    text = file.read_text(encoding="latin-1")
    file.write_text(text[: len(text) // 2], encoding="latin-1")
    with pytest.raises(InputError):
        read_baseline(file, area="Bristol County", attribute="race")


# -- NHGIS time series ------------------------------------------------------------------------------

TIME_SERIES = """GISJOIN,STATE,STATEA,COUNTY,COUNTYA,B18AA1990,B18AA2000,B18AB1990,B18AB2000,\
B18AC1990,B18AC2000
G440001,Rhode Island,44,Bristol County,001,40,50,30,30,10,20
G440003,Rhode Island,44,Kent County,003,100,110,60,50,20,20
"""
CODEBOOK = """Time series layout:     Time varies by column
Table 1:  (B18) Persons by Race
  Time series AA: Persons: White
        B18AA1990:   1990: Persons: White
        B18AA2000:   2000: Persons: White
  Time series AB: Persons: Black
        B18AB1990:   1990: Persons: Black
        B18AB2000:   2000: Persons: Black
  Time series AC: Persons: Other
        B18AC1990:   1990: Persons: Other
        B18AC2000:   2000: Persons: Other
"""


def test_nhgis_time_series_have_a_column_a_year(tmp_path: Path) -> None:
    file = tmp_path / "nhgis0001_ts_nominal_county.csv"
    file.write_text(TIME_SERIES, encoding="utf-8")
    (tmp_path / "nhgis0001_ts_nominal_county_codebook.txt").write_text(CODEBOOK, encoding="utf-8")
    found = read_baseline(file, area="Bristol County, Rhode Island", date="2000", attribute="race")
    assert found.counts("race") == {"Black": 30, "Other": 20, "White": 50}
    with pytest.raises(InputError) as caught:
        read_baseline(file, area="Bristol County, Rhode Island", attribute="race")
    assert "1990" in str(caught.value)
    assert "2000" in str(caught.value)


# -- SuperWEB2 with several dimensions down ---------------------------------------------------------


@pytest.mark.parametrize("repeated", [False, True])
def test_superweb_tables_may_have_several_dimensions_down(tmp_path: Path, repeated: bool) -> None:
    figures = {
        ("Moray", "Female"): (120, 90, 30),
        ("Moray", "Male"): (110, 80, 30),
        ("Fife", "Female"): (400, 300, 100),
        ("Fife", "Male"): (390, 280, 110),
    }
    lines = [
        '"SuperWEB2(tm)"',
        "",
        '"Census 2022-Person"',
        '"Council Area and Sex by Ethnic Group by Individuals"',
        '"Counting: Individuals"',
        "",
        '"Filters:"',
        '"Summation Options","Individuals"',
        "",
        '"Ethnic Group","","All People","White","Other",',
        '"Council Area 2019","Sex",',
    ]
    last = ""
    for (place, sex), cells in figures.items():
        said = place if repeated or place != last else ""
        last = place
        lines.append(f'"{said}","{sex}",{",".join(map(str, cells))},')
    lines += ["", '"INFO","Data has been perturbed"', '"(c) Copyright WingArc"']
    file = tmp_path / "table.csv"
    file.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    found = read_baseline(file, area="Moray")
    assert found.counts("sex") == {"Female": 120, "Male": 110}
    assert found.counts("ethnic group") == {"White": 170, "Other": 60}
    assert read_baseline(file, area="Fife").counts("sex") == {"Female": 400, "Male": 390}
