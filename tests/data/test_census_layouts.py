"""Layouts of which no file may be shipped, written from their descriptions; the figures are made up unless said."""

import json

import pytest

from coprep.data.baseline.read import read_baseline
from coprep.errors import InputError


@pytest.fixture
def file(tmp_path):
    def write(text, name="download.dat", encoding="utf-8"):
        path = tmp_path / name
        path.write_text(text, encoding=encoding, newline="")
        return path

    return write


def test_pl_94_171_has_one_right_partition(file):
    # United States, 2020: the real figures of table P2
    codes = [f"P2_{i:03d}N" for i in range(1, 12)]
    figures = [
        331449281, 62080044, 269369237, 255801075, 191697647, 39940338, 2251699, 19618719, 622018, 1689833 - 19179,
        13548983 + 19179,
    ]  # fmt: skip
    figures[9] = 331449281 - sum(figures[i] for i in (1, 4, 5, 6, 7, 8, 10))
    rows = [["NAME", *codes, "us"], ["United States", *map(str, figures), "1"]]
    b = read_baseline(file(json.dumps(rows)))
    (name,) = b.attributes
    assert sum(b.counts(name).values()) == 331_449_281
    assert len(b.groups(name)) == 8


def test_nisra_flexible_table_builder(file):
    head = "Local Government District 2014 Code,Local Government District 2014 Label,Religion (4 Categories) Code,Religion (4 Categories) Label,Count\n"
    rows = "N09000003,Belfast,-8,No code required,5\nN09000003,Belfast,1,Catholic,150\nN09000003,Belfast,2,Other religions,90\nN09000003,Belfast,3,No religion,60\n"
    b = read_baseline(file(head + rows), area="Belfast")
    assert b.counts("religion") == {"Catholic": 150, "Other religions": 90, "No religion": 60}


def test_statline_pads_its_keys(file):
    text = (
        '"ID";"Geslacht";"Leeftijd";"RegioS";"Perioden";"BevolkingOp1Januari_1";"GemiddeldeBevolking_2"\n'
        '0;"T001038";"10000   ";"NL01  ";"2021JJ00";"      300";"     301"\n'
        '1;"3000   ";"10000   ";"NL01  ";"2021JJ00";"      140";"       ."\n'
        '2;"4000   ";"10000   ";"NL01  ";"2021JJ00";"      160";"       ."\n'
    )
    with pytest.raises(InputError, match="2 of measure"):
        read_baseline(file(text))
    b = read_baseline(file(text), measure="BevolkingOp1Januari_1")
    assert b.counts("sex") == {"3000": 140, "4000": 160}


def test_e_stat_below_its_preamble(file):
    text = (
        '"統計名","国勢調査"\n"表番号","1-1"\n"VALUE"\n'
        '"tab_code","表章項目","cat01_code","男女","area_code","地域","time_code","時間軸(年次)","unit","value","annotation"\n'
        '"020","人口","0","総数","13000","東京都","2020000000","2020年","人","1000",""\n'
        '"020","人口","1","男","13000","東京都","2020000000","2020年","人","490",""\n'
        '"020","人口","2","女","13000","東京都","2020000000","2020年","人","510",""\n'
    )
    assert read_baseline(file(text)).counts("sex") == {"男": 490, "女": 510}


def test_pxstat_with_a_total_in_every_dimension(file):
    rows = [
        '"Statistic Label","CensusYear","Sex","Single Year of Age","Administrative Counties","UNIT","VALUE"'
    ]
    for county, scale in (("Ireland", 3), ("Cork County", 1), ("Galway City", 2)):
        for sex, part in (("Both sexes", 10), ("Male", 4), ("Female", 6)):
            for age, n in (
                ("All ages", 30),
                ("Under 1 year", 10),
                ("1 year", 5),
                ("2 years and over", 15),
            ):
                rows.append(
                    f'"Population","2022","{sex}","{age}","{county}","Number","{scale * part * n}"'
                )
    path = file("\ufeff" + "\n".join(rows) + "\n")
    b = read_baseline(path, area="Ireland")
    assert b.counts("sex") == {"Male": 360, "Female": 540}
    assert sum(b.counts("age" if "age" in b.attributes else "single year of age").values()) == 900
    with pytest.raises(InputError, match="3 of area"):
        read_baseline(path)


def test_sidra_with_brazil_2022(file):
    # Census 2022, the real figures; those of undeclared colour are the difference
    head = {
        "NC": "Nível Territorial (Código)", "NN": "Nível Territorial", "MC": "Unidade de Medida (Código)",
        "MN": "Unidade de Medida", "V": "Valor", "D1C": "Brasil (Código)", "D1N": "Brasil",
        "D2C": "Ano (Código)", "D2N": "Ano", "D3C": "Cor ou raça (Código)", "D3N": "Cor ou raça",
    }  # fmt: skip
    figures = {
        "Total": "203080756", "Branca": "88252121", "Preta": "20656458", "Amarela": "850130", "Parda": "92083286",
        "Indígena": "1227642", "Sem declaração": "11119",
    }  # fmt: skip
    records = [
        {"NC": "1", "NN": "Brasil", "MC": "45", "MN": "Pessoas", "V": value, "D1C": "1", "D1N": "Brasil",
         "D2C": "2022", "D2N": "2022", "D3C": str(i), "D3N": label}
        for i, (label, value) in enumerate(figures.items())
    ]  # fmt: skip
    b = read_baseline(file(json.dumps([head, *records])))
    (name,) = b.attributes
    assert b.counts(name)["Parda"] == 92_083_286
    assert "Total" not in b.groups(name)
    assert sum(b.counts(name).values()) == 203_080_756


def test_nomis_api_with_percentages_between_the_counts(file):
    text = "GEOGRAPHY_NAME,GEOGRAPHY_CODE,C_SEX_NAME,MEASURES_NAME,OBS_VALUE,OBS_STATUS\n"
    for sex, n, share in (("All persons", 200, 100), ("Male", 90, 45), ("Female", 110, 55)):
        text += f"Bury,E08000002,{sex},Value,{n},A\nBury,E08000002,{sex},Percent,{share},A\n"
    assert read_baseline(file(text)).counts("sex") == {"Male": 90, "Female": 110}
    assert read_baseline(file(text), measure="Percent").shares("sex") == {
        "Male": 0.45,
        "Female": 0.55,
    }


def test_two_gradings_under_one_label(file):
    head = (
        "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;"
        "1_variable_attribute_code;1_variable_attribute_label;2_variable_code;2_variable_label;"
        "2_variable_attribute_code;2_variable_attribute_label;value;value_unit;value_variable_code;value_variable_label\n"
    )
    row = "1000A;Z;STAG;S;2022;GEODL1;Deutschland;DG;Deutschland;{};Einwanderungsgeschichte;{};{};{};Anzahl;PRS018;Personen\n"
    text = head
    for code, groups in (
        ("WDGAT2", (("A", "ohne", 63), ("B", "einseitig", 2), ("C", "mit", 18))),
        (
            "WDGAT1",
            (
                ("D", "ohne", 63),
                ("E", "einseitig", 2),
                ("F", "mit, selbst", 12),
                ("G", "mit, Eltern", 6),
            ),
        ),
    ):
        text += row.format(code, "", "Insgesamt", 83)
        for own, label, n in groups:
            text += row.format(code, own, label, n)
    b = read_baseline(file("\ufeff" + text))
    assert len(b.attributes) == 2
    assert [sum(b.counts(a).values()) for a in b.attributes] == [83, 83]


@pytest.mark.parametrize("decimal", [",", "."])
def test_genesis_percentages_in_both_downloads(file, decimal):
    head = (
        "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;"
        "1_variable_attribute_code;1_variable_attribute_label;value;value_unit;value_variable_code;value_variable_label\n"
    )
    row = "1;Z;STAG;S;2022;GES;Geschlecht;{};{};{};Prozent;ANT;Anteil\n"
    text = (
        head
        + row.format("GESM", "männlich", f"48{decimal}2")
        + row.format("GESW", "weiblich", f"51{decimal}8")
    )
    assert read_baseline(file(text)).shares("sex") == pytest.approx(
        {"männlich": 0.482, "weiblich": 0.518}
    )


def test_thousands_as_a_unit(file):
    head = (
        "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;"
        "1_variable_attribute_code;1_variable_attribute_label;value;value_unit;value_variable_code;value_variable_label\n"
    )
    row = "1;Z;STAG;S;2022;GES;Geschlecht;{};{};{};1000;BEV;Bevölkerung\n"
    text = head + row.format("GESM", "männlich", "41") + row.format("GESW", "weiblich", "42")
    assert read_baseline(file(text)).counts("sex") == {"männlich": 41_000, "weiblich": 42_000}


def test_a_statcan_table(file):
    head = "\ufeff" + ",".join(f'"{c}"' for c in (
        "REF_DATE", "GEO", "DGUID", "Gender", "Age group", "UOM", "UOM_ID", "SCALAR_FACTOR", "SCALAR_ID", "VECTOR",
        "COORDINATE", "VALUE", "STATUS", "SYMBOL", "TERMINATED", "DECIMALS",
    )) + "\n"  # fmt: skip
    text = head
    for gender, g in (("Total - gender", 10), ("Men+", 4), ("Women+", 6)):
        for age, n in (("All ages", 3), ("0 to 14 years", 1), ("15 years and over", 2)):
            text += f'"2021","Canada","2021A000011124","{gender}","{age}","Persons","249","units","0","v1","1.1","{g * n}","","","","0"\n'
    b = read_baseline(file(text))
    assert b.counts("sex") == {"Men+": 12, "Women+": 18}
    assert b.counts("age") == {"0 to 14 years": 10, "15 years and over": 20}


def test_a_statcan_profile_nested_by_blanks(file):
    head = (
        "CENSUS_YEAR,DGUID,ALT_GEO_CODE,GEO_LEVEL,GEO_NAME,TNR_SF,TNR_LF,DATA_QUALITY_FLAG,CHARACTERISTIC_ID,"
        "CHARACTERISTIC_NAME,CHARACTERISTIC_NOTE,C1_COUNT_TOTAL,SYMBOL,C10_RATE_TOTAL,SYMBOL\n"
    )
    text = head
    lines = [
        ("Population, 2021", 8881), ("Total - Age groups of the population - 100% data", 8880), ("  0 to 14 years", 1000),
        ("    0 to 4 years", 400), ("    5 to 14 years", 600), ("  15 to 64 years", 6000), ("  65 years and over", 1880),
        ("Total - Distribution (%) of the population by broad age groups - 100% data", 100), ("  0 to 14 years", 11),
        ("Total - Visible minority for the population in private households - 25% sample data", 8800),
        ("  Total visible minority population", 800), ("    Black", 500), ("    Chinese", 300), ("  Not a visible minority", 8000),
    ]  # fmt: skip
    for number, (name, n) in enumerate(lines):
        text += f'2021,"2021A","1","Province","Québec",1,1,"0",{number},"{name}",,{n},"",1,""\n'
    b = read_baseline(file(text, encoding="cp1252"))
    ages = next(a for a in b.attributes if a.startswith("age"))
    assert sum(b.counts(ages).values()) == 8880
    minority = next(a for a in b.attributes if a.startswith("visible"))
    assert sum(b.counts(minority).values()) == 8800
    assert b.area == "Québec"


def test_stats_nz_total_response_is_not_rescaled(file):
    text = "Year,Age,Ethnic,Sex,Area,count\n"
    for ethnic, n in (("9999", 100), ("1", 80), ("2", 30), ("3", 15)):
        text += f"2018,999999,{ethnic},9,01,{n}\n"
    b = read_baseline(file(text))
    assert b.counts("ethnic") == {"1": 80, "2": 30, "3": 15}
    assert b.shares("ethnic") == {"1": 0.8, "2": 0.3, "3": 0.15}


class TestOptions:
    TEXT = "area_code,area,year,sex,age,count\n" + "".join(
        f"{code},{name},{year},{sex},{age},{n}\n"
        for code, name in ((7, "Bury"), (8, "Bolton"))
        for year in (2011, 2021)
        for sex in ("Female", "Male")
        for age, n in (("0-15", 10), ("16+", 20 + year - 2011))
    )

    def test_numbers_are_taken_for_text(self, file):
        assert read_baseline(file(self.TEXT), area=7, date=2021).counts("age") == {
            "0-15": 20,
            "16+": 60,
        }

    def test_people_of_one_category(self, file):
        b = read_baseline(
            file(self.TEXT), area=["Bury", "Bolton"], date="2011", where={"Sex": "female"}
        )
        assert b.attributes == ("age",)
        assert b.counts("age") == {"0-15": 20, "16+": 40}
        assert "Female" in set(b.account().query("treatment == 'chosen'")["item"])

    def test_the_joint_table(self, file):
        b = read_baseline(file(self.TEXT), area="Bury", date="2021")
        assert b.joint("age", "sex")["16+", "Male"] == 30

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ({"area": "Bury"}, "several_dates"),
            ({"area": "Bury", "date": "1991"}, "unknown_date"),
            ({"area": "Bury", "date": "2021", "attribute": "colour"}, "unknown_attribute"),
            ({"area": "Bury", "date": "2021", "where": {"sex": "X"}}, "unknown_where"),
            ({"area": "Bury", "date": "2021", "where": {"colour": "X"}}, "unknown_where"),
            ({"area": "Bury", "date": "2021", "where": "sex"}, "bad_option"),
            ({"area": "Bury", "date": "2021", "level": "ward"}, "unknown_level"),
            ({"area": "Bury", "date": "2021", "measure": "rate"}, "unknown_measure"),
            ({"area": []}, "bad_option"),
            ({"area": "Bury", "format": "onz"}, "unknown_choice"),
        ],
    )
    def test_what_is_not_there_is_one_clear_error(self, file, asked, code):
        with pytest.raises(InputError) as caught:
            read_baseline(file(self.TEXT), **asked)
        assert caught.value.code == code


class TestPlain:
    def test_our_own_layout(self, file):
        text = "attribute,group,count\nsex,Female,51\nsex,Male,49\nage,16-24,20\nage,25+,80\n"
        b = read_baseline(file(text))
        assert b.attributes == ("sex", "age")
        assert b.counts("age") == {"16-24": 20, "25+": 80}

    def test_a_total_in_a_language_that_nobody_knows(self, file):
        text = "area,sex,count\nA,Oll,105\nA,x,45\nA,y,60\nB,Oll,300\nB,x,120\nB,y,180\n"
        assert read_baseline(file(text), area="A").counts("sex") == {"x": 45, "y": 60}

    def test_shares(self, file):
        b = read_baseline(file("attribute,group,share\nsex,Female,51.2\nsex,Male,48.8\n"))
        assert b.shares("sex") == {"Female": 0.512, "Male": 0.488}

    def test_tidy(self, file):
        b = read_baseline(
            file("area,sex,population\nBury,Female,510\nBury,Male,490\nBury,Total,1000\n")
        )
        assert b.counts("sex") == {"Female": 510, "Male": 490}
        assert b.area == "Bury"

    def test_tidy_without_places(self, file):
        assert read_baseline(file("gender,count\nWomen,510\nMen,490\n")).counts("sex") == {
            "Women": 510,
            "Men": 490,
        }

    def test_wide(self, file):
        b = read_baseline(
            file("area_code,area,White,Asian,Black\nE1,Bury,80,15,5\nE2,Bolton,70,20,10\n"),
            area="Bury",
            attribute="ethnicity",
        )
        assert b.counts("ethnicity") == {"White": 80, "Asian": 15, "Black": 5}

    def test_a_name_that_does_not_fit_is_refused(self, file):
        with pytest.raises(InputError, match="does not break people down by 'age'"):
            read_baseline(
                file("area,White,Asian\nBury,80,15\nBolton,70,20\n"), area="Bury", attribute="age"
            )

    @pytest.mark.parametrize(
        ("cells", "right"),
        [(("1.640.250", "1.859"), (1640250, 1859)), (("77,9", "22,1"), (77.9, 22.1))],
    )
    def test_signs_are_told_from_the_column(self, file, cells, right):
        b = read_baseline(file(f"sex;count\nF;{cells[0]}\nM;{cells[1]}\n"))
        assert tuple(b.counts("sex").values()) == right

    @pytest.mark.parametrize(
        "text", ["sex,count\nF,1.640\nM,1.860\n", "sex;count\nF;1,640\nM;1,860\n"]
    )
    def test_figures_with_two_readings_are_refused(self, file, text):
        with pytest.raises(InputError, match="two ways"):
            read_baseline(file(text))

    def test_a_missing_part_is_never_scaled_away(self, file):
        with pytest.raises(InputError, match="no figure for 'M'"):
            read_baseline(file("sex,count\nF,510\nM,..\nX,3\n"))

    def test_hidden_figures_need_limits(self, file):
        with pytest.raises(InputError, match="hidden"):
            read_baseline(file("sex,count\nF,510\nM,490\nX,c\n"))
        b = read_baseline(file("sex,count\nF,510\nM,490\nX,c\nTotal,1003\n"))
        row = b.account().query("item == 'X'").iloc[0]
        assert (row["low"], row["high"]) == (0, 3)

    def test_a_workbook_under_its_titles(self, tmp_path):
        import openpyxl

        book = openpyxl.Workbook()
        sheet = book.active
        for row in (
            ["Table 1: residents"],
            [],
            ["Area", "Sex", "Count"],
            ["Bury", "Female", 510],
            ["Bury", "Male", 490],
        ):
            sheet.append(row)
        book.create_sheet("Notes").append(["Rounded."])
        book.save(tmp_path / "t.xlsx")
        assert read_baseline(tmp_path / "t.xlsx").counts("sex") == {"Female": 510, "Male": 490}

    def test_windows_1252_and_crlf(self, file):
        b = read_baseline(
            file("area;sex;count\r\nMünchen;F;10\r\nMünchen;M;9\r\n", encoding="cp1252")
        )
        assert b.area == "München"

    def test_a_list_of_people_is_not_a_table_and_is_not_shown(self, file):
        with pytest.raises(InputError) as caught:
            read_baseline(
                file("name,email,gender\nAda Byron,ada@example.org,F\nAlan,alan@example.org,M\n")
            )
        assert caught.value.code == "unknown_format"
        assert "Ada" not in str(caught.value)
        assert "from_frame" in str(caught.value)

    def test_parquet(self, tmp_path):
        pd = pytest.importorskip("pandas")
        pytest.importorskip("pyarrow")
        pd.DataFrame({"area": ["A", "A"], "sex": ["F", "M"], "count": [5, 6]}).to_parquet(
            tmp_path / "t.parquet"
        )
        assert read_baseline(tmp_path / "t.parquet").counts("sex") == {"F": 5, "M": 6}


class TestMicrodata:
    def people(self, tmp_path, kind):
        pd = pytest.importorskip("pandas")
        rows = pd.DataFrame(
            {
                "RT": "P",
                "SERIALNO": ["1", "2", "3"],
                "STATE": "11",
                "PWGTP": [10, 30, 60],
                "SEX": [1, 2, 2],
                "AGEP": [5, 40, 70],
            }
        )
        for i in range(1, 81):
            rows[f"PWGTP{i}"] = rows["PWGTP"] + (1 if i % 2 else -1) * rows["SEX"].map(
                {1: 1, 2: -1}
            )
        path = tmp_path / f"p.{kind}"
        rows.to_csv(path, index=False) if kind == "csv" else rows.to_parquet(path)
        return path

    @pytest.mark.parametrize("kind", ["csv", "parquet"])
    def test_always_weighted_with_errors_from_replicates(self, tmp_path, kind):
        b = read_baseline(self.people(tmp_path, kind), attribute=["sex", "age"])
        assert b.counts("sex") == {"Female": 90, "Male": 10}
        assert b.joint("sex", "age")["Female", "70"] == 60
        # every replicate moves 1 of 100 - 1 (or + 1), by hand
        up, down = 11 / 99 - 0.1, 9 / 101 - 0.1
        variance = 4 / 80 * 40 * (up**2 + down**2)
        assert b.moe("sex")["Male"] == pytest.approx(1.645 * variance**0.5)

    def test_the_household_file_is_refused(self, file):
        with pytest.raises(InputError, match="person file"):
            read_baseline(file("RT,SERIALNO,WGTP,NP\nH,1,5,2\nH,2,6,1\n"))

    @pytest.mark.parametrize("weight", ["abc", "", "-5", "inf", "nan"])
    def test_a_weight_that_is_none_is_refused(self, file, weight):
        with pytest.raises(InputError):
            read_baseline(file(f"RT,SERIALNO,PWGTP,SEX\nP,1,10,1\nP,2,{weight},2\nP,3,4,2\n"))

    def test_several_states_are_asked_or_added_up(self, file):
        path = file("SERIALNO,ST,PWGTP,SEX\n1,01,10,1\n2,01,5,2\n3,02,7,1\n4,02,8,2\n")
        with pytest.raises(InputError, match="2 of area"):
            read_baseline(path)
        assert read_baseline(path, area="02").counts("sex") == {"Female": 8, "Male": 7}
        assert read_baseline(path, area=["01", "2"]).counts("sex") == {"Female": 13, "Male": 17}
