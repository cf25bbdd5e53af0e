"""Known answers of official population files, read as downloaded."""

import json
import os
from pathlib import Path

import pytest

from coprep.data.baseline.read import read_baseline
from coprep.data.crosswalk import Crosswalk
from coprep.errors import InputError

FILES = Path(__file__).parent / "census_files"
TRUTHS = sorted(FILES.glob("*.truth.json"))
_REFERENCE = os.environ.get("COPREP_REFERENCE_DATA", "")


def reference(name):
    """A file that may not be shipped, from the folder of reference data."""
    path = Path(_REFERENCE) / name
    if not _REFERENCE or not path.exists():
        pytest.skip("needs COPREP_REFERENCE_DATA")
    return path


def _truth(kind):
    for file in TRUTHS:
        truth = json.loads(file.read_text(encoding="utf-8"))
        for number, case in enumerate(truth.get(kind, [])):
            yield pytest.param(truth["file"], case, id=f"{file.stem}-{number}")


def _asked(case):
    return {k: case[k] for k in ("area", "date", "attribute", "where") if case.get(k) is not None}


def adds_up(baseline):
    """Groups, what was left out and the difference make the total of each attribute."""
    account = baseline.account()
    for attribute in baseline.attributes:
        rows = account[account["attribute"] == attribute]
        parts = rows[rows["treatment"].isin(["group", "left out", "difference"])]["count"].sum()
        total = rows[rows["treatment"] == "total"]["count"].iloc[0]
        assert parts == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize(("name", "case"), [*_truth("read")])
def test_the_truth_beside_each_excerpt(name, case):
    b = read_baseline(FILES / name, **_asked(case))
    attribute = case.get("attribute") or b.attributes[0]
    wanted = [case["counts"], *case.get("or", [])]
    if "names" in case:
        wanted = [{case["names"][code]: n for code, n in case["counts"].items()}]
    assert b.counts(attribute) in wanted
    adds_up(b)
    account = b.account()
    if "total" in case:
        assert account[account["treatment"] == "total"]["count"].iloc[0] == case["total"]
    if "shares" in case:
        assert b.shares(attribute) == pytest.approx(case["shares"])
    for group in case.get("suppressed", []):
        row = account[account["item"] == group].iloc[0]
        assert row["treatment"] == "left out"
        assert [row["low"], row["high"]] == case["bounds"]


@pytest.mark.parametrize(("name", "case"), [*_truth("ask"), *_truth("refuse")])
def test_what_must_be_asked_or_refused(name, case):
    with pytest.raises(InputError) as caught:
        read_baseline(FILES / name, **_asked(case))
    assert len(caught.value.problems) == 1


def test_margins_of_a_second_header_row():
    b = read_baseline(
        FILES / "nhgis_two_headers.csv", area="1400000US06001400100", attribute="race"
    )
    # 2385 of 3269, 450 and 452: the margin of a share of a total with its own margin
    assert b.moe("race")["White alone"] == pytest.approx(
        (450**2 - (2385 / 3269) ** 2 * 452**2) ** 0.5 / 3269
    )


def read(name, **asked):
    return read_baseline(FILES / name, **asked)


class TestOracles:
    def test_the_census_api(self):
        b = read("acs_api.json", area="Example County, Example State")
        assert b.shares("sex") == pytest.approx({"Male": 0.482, "Female": 0.518})
        assert b.moe("sex") == pytest.approx({"Male": 0.0015, "Female": 0.0015})

    def test_a_zero_with_a_margin_is_said(self):
        b = read("acs_api.json", area="Tiny County")
        assert b.shares("sex") == {"Male": 0, "Female": 1}
        assert any("margin of error of 14" in note.text for note in b.notes)

    def test_a_jam_value_is_no_count(self):
        with pytest.raises(InputError, match="no figures"):
            read("acs_api.json", area="Bad County")

    def test_tidycensus(self):
        b = read("tidycensus_long.csv", area="99001")
        assert b.shares("sex") == pytest.approx({"Male": 0.482, "Female": 0.518})

    def test_ons_without_does_not_apply(self):
        b = read("ons_long.csv")
        assert list(b.shares("ethnic group").values()) == [0.104, 0.042, 0.026, 0.816, 0.012]
        row = b.account().query("item == 'Does not apply'").iloc[0]
        assert (row["count"], row["why"]) == (12, "does not apply")

    def test_nested_columns(self):
        broad = read("nomis_bulk_wide.csv").shares("ethnic group")
        assert list(broad.values()) == [0.104, 0.884, 0.012]
        leaves = read("nomis_bulk_wide.csv", level="detailed").shares("ethnic group")
        assert list(leaves.values()) == [0.06, 0.044, 0.8, 0.084, 0.012]

    def test_a_nomis_download_with_percentages_beside_counts(self):
        assert read("nomis_download.csv").counts("sex") == {"Female": 25600, "Male": 24400}

    def test_eurostat_with_flags_and_an_overlapping_band(self):
        b = read("eurostat.tsv", date="2022")
        assert b.shares("sex") == {"F": 0.51, "M": 0.49}
        assert b.shares("age") == {"Y_LT15": 0.15, "Y15-64": 0.65, "Y_GE65": 0.2}
        account = b.account().set_index("item")
        assert "b" in account.loc["M", "why"]
        assert "p" in account.loc["Y15-64", "why"]
        assert account.loc["Y_GE15", "treatment"] == "not read"

    def test_missing_is_not_zero(self):
        with pytest.raises(InputError, match="no figure for 'Y_LT15'"):
            read("eurostat.tsv", date="2023", attribute="age")
        with pytest.raises(InputError):
            read("eurostat_sdmx.csv", date="2023")

    def test_sdmx(self):
        assert read("eurostat_sdmx.csv", date="2022").shares("sex") == {"F": 0.51, "M": 0.49}

    def test_targets(self):
        b = read("sortition_targets.csv")
        assert b.kind == "target"
        assert b.shares("gender" if "gender" in b.attributes else "sex") == {
            "Female": 0.5, "Male": 0.48, "Non-binary or other": 0.02,
        }  # fmt: skip


class TestShipped:
    def test_several_areas_are_named_and_the_nearest_given(self):
        with pytest.raises(InputError, match="10 of area.*Bolton") as caught:
            read("TS008_sex_2_ltla_gm.csv")
        assert caught.value.code == "several_areas"
        with pytest.raises(InputError, match="did you mean 'Manchester'") as caught:
            read("TS008_sex_2_ltla_gm.csv", area="Manchestr")
        assert caught.value.code == "unknown_area"

    def test_a_list_is_added_up(self):
        one = read("TS008_sex_2_ltla_gm.csv", area="Bolton").counts("sex")
        two = read("TS008_sex_2_ltla_gm.csv", area="E08000002").counts("sex")
        both = read("TS008_sex_2_ltla_gm.csv", area=["Bolton", "E08000002"])
        assert both.counts("sex") == {g: one[g] + two[g] for g in one}
        assert both.area == "Bolton + Bury"
        chosen = both.account().query("treatment == 'chosen' and why.str.startswith('area')")
        assert list(chosen["code"]) == ["E08000001", "E08000002"]

    def test_the_same_area_twice_is_refused(self):
        with pytest.raises(InputError, match="twice"):
            read("TS008_sex_2_ltla_gm.csv", area=["Bolton", "E08000001"])

    def test_a_profile_of_shares(self):
        b = read("sheffield-custom-area-ethnic-group.csv", area="Sheffield")
        assert b.shares("ethnic group")["White"] == pytest.approx(0.791)
        assert b.counts("ethnic group") is None

    def test_manchester_2011(self):
        b = read("qs201ew_2011_la_trim.csv", area="Manchester")
        assert sum(b.counts("ethnic group").values()) == 503_127
        assert b.counts("ethnic group")["White"] == 335_109
        fine = read("qs201ew_2011_la_trim.csv", area="Manchester", level="detailed")
        assert sum(fine.counts("ethnic group").values()) == 503_127
        assert len(fine.groups("ethnic group")) == 18

    def test_a_file_without_groups(self):
        for name, asked in (
            ("acs1_2021_B01001_us_moe_sentinel.json", {}),
            ("demo_cnmigrat_flags_trim.tsv", {"area": "AT", "date": "2014"}),
            ("98-401-X2021012_head_trim.csv", {}),
        ):
            with pytest.raises(InputError, match="no breakdown"):
                read(name, **asked)


GM = "Bolton Bury Manchester Oldham Rochdale Salford Stockport Tameside Trafford Wigan".split()
ETHNIC = "gm_census2021_traffordlab/2021_population_ethnic_group_la_gm.csv"
TO_FIVE = "ethnic group 2021, England and Wales: 20 to 5"


class TestReference:
    def test_manchester_2021_into_five(self):
        b = read_baseline(reference(ETHNIC), area="Manchester")
        (name,) = b.attributes
        five = Crosswalk.ready(TO_FIVE).apply(b, name)
        assert sorted(five.counts(name).values()) == [28_278, 29_026, 65_893, 115_109, 313_632]
        assert sum(b.counts(name).values()) == 551_938

    def test_greater_manchester(self):
        b = read_baseline(reference(ETHNIC), area=GM)
        five = Crosswalk.ready(TO_FIVE).apply(b, b.attributes[0]).shares(b.attributes[0])
        assert [round(100 * share, 2) for share in five.values()] == [
            13.57,
            4.68,
            3.02,
            76.40,
            2.34,
        ]
        assert sum(b.counts(b.attributes[0]).values()) == 2_867_752

    @pytest.mark.parametrize(
        ("name", "attribute", "groups"),
        [
            ("2021_population_by_sex_la_gm", "sex", 2),
            ("2021_population_by_5_year_age_bands_la_gm", "age", 18),
            ("2021_disability_la_gm", "disability_category", 4),
            ("2021_highest_level_qualification_la_gm", "highest_qualification", 7),
            ("2021_population_english_proficiency_la_gm", "proficiency", 5),
        ],
    )
    def test_tidy_tables(self, name, attribute, groups):
        b = read_baseline(reference(f"gm_census2021_traffordlab/{name}.csv"), area="Manchester")
        assert b.attributes == (attribute,)
        assert len(b.groups(attribute)) == groups
        adds_up(b)

    def test_ons_qualifications_keep_code_0_and_drop_minus_8(self):
        path = reference("ons_census2021_custom_layout/TS067_highest_qualification_8_ltla_gm.csv")
        b = read_baseline(path, area="Bolton")
        assert b.counts(b.attributes[0])["No qualifications"] == 52_451
        assert "Does not apply" not in b.groups(b.attributes[0])

    def test_ons_ethnic_group(self):
        path = reference("ons_census2021_custom_layout/TS021_ethnic_group_20_ltla_gm.csv")
        b = read_baseline(path, area="E08000003", attribute="ethnic group")
        assert sum(b.counts("ethnic group").values()) == 551_938
        assert len(b.groups("ethnic group")) == 19

    @pytest.mark.parametrize(("level", "groups"), [(None, 11), ("broad", 11), ("detailed", 101)])
    def test_ages_are_not_counted_twice(self, level, groups):
        path = reference("nomis_bulk/census2021-ts007-ltla_GM.csv")
        b = read_baseline(path, area="Manchester", level=level)
        assert sum(b.counts("age").values()) == 551_943
        assert len(b.groups("age")) == groups
        adds_up(b)

    def test_regions(self):
        b = read_baseline(reference("nomis_bulk/census2021-ts007-rgn.csv"), area="North West")
        assert sum(b.counts("age").values()) == 7_417_393

    def test_a_nomis_query_whose_bands_are_a_part_of_the_total(self):
        path = reference("nomis_query/RM121_sex_by_age_lsoa_trim.csv")
        b = read_baseline(path, area="Manchester 001A")
        assert list(b.counts("age").values()) == [14, 79, 72, 45, 31, 20]
        assert any("1,631" in note.text for note in b.notes)
        adds_up(b)

    def test_scotland(self):
        b = read_baseline(
            reference("scotland_superweb2/UV201_ethnic_group_dz11_trim.csv"), area="S01006506"
        )
        counts = b.counts("ethnic group")
        assert counts["White"] == 890
        assert sum(counts.values()) == 969
        fine = read_baseline(
            reference("scotland_superweb2/UV201_ethnic_group_dz11_trim.csv"),
            area="S01006506",
            level="detailed",
        ).counts("ethnic group")
        assert fine["White: White Scottish"] == 703
        assert "White" not in fine

    def test_northern_ireland(self):
        b = read_baseline(reference("nisra_2011_bulk/KS201NIDATA0.CSV"), area="95AA01S1")
        assert sum(b.counts("ethnic group").values()) == 1113
        assert b.counts("ethnic group")["White"] == 1020

    @pytest.mark.parametrize(
        "name",
        [
            "us_acs_data_census_gov/ACSDT5Y2022.B02001-Data.csv",
            "us_census_api_json/acs5_2022_B02001_alameda_tracts.json",
            "us_tidycensus_csv/acs5_2022_B02001_alameda_long.csv",
        ],
    )
    def test_the_same_table_in_three_layouts(self, name):
        b = read_baseline(reference(name), area="06001400100")
        assert list(b.counts("race").values()) == [2385, 171, 0, 477, 0, 25, 211]
        assert b.moe("race")["White alone"] == pytest.approx(0.09366425657392173)
        adds_up(b)

    def test_margins_of_two_tracts(self):
        path = reference("us_acs_data_census_gov/ACSDT5Y2022.B02001-Data.csv")
        b = read_baseline(path, area=["06001400100", "06001400200"])
        total = (452**2 + 201**2) ** 0.5
        white = (450**2 + 207**2) ** 0.5
        share = 3920 / 5416
        assert b.moe("race")["White alone"] == pytest.approx(
            (white**2 - share**2 * total**2) ** 0.5 / 5416
        )
        # both tracts estimate 0 Native Hawaiians, each with a margin of 13: that of one counts
        none = b.moe("race")["Native Hawaiian and Other Pacific Islander alone"]
        assert none == pytest.approx(13 / 5416)

    def test_rents_and_incomes_are_no_people(self):
        with pytest.raises(InputError, match="no breakdown"):
            read_baseline(reference("us_tidycensus_csv/us_rent_income.csv"), area="Alabama")

    def test_finland(self):
        path = reference("eurostat_sdmx_csv/DEMO_R_PJANGRP3_FI_trim.csv")
        b = read_baseline(path, area="Finland")
        assert sum(b.counts("age").values()) == 5_563_970
        assert sum(b.counts("sex").values()) == 5_563_970
        assert sum(b.joint("sex", "age").values()) == pytest.approx(5_563_970, rel=1e-4)
        adds_up(b)

    def test_rates_are_no_shares(self):
        with pytest.raises(InputError, match="rates"):
            read_baseline(reference("eurostat_tsv/hlth_ehis_bm1i_trim.tsv"), area="AT", date="2014")

    def test_western_australia(self):
        b = read_baseline(
            reference("abs_datapack/2011Census_B01_WA_POA_short_trim.csv"), area="POA6000"
        )
        assert b.counts("sex") == {"Males": 5227, "Females": 4010}
        assert sum(b.counts("age").values()) == 9237

    def test_time_series_of_australia(self):
        path = reference("abs_datapack/2021Census_T08A_AUST_STE.csv")
        with pytest.raises(InputError, match="3 of date"):
            read_baseline(path, area="1")
        b = read_baseline(path, area="1", date="2021", attribute="country of birth")
        assert b.counts("country of birth")["Afghanistan"] == 14_623

    def test_washington(self):
        path = reference("us_acs_pums/psam_p11_2024_1yr_cols.csv")
        b = read_baseline(path)
        assert sum(b.counts("sex").values()) == 702_250
        assert b.shares("sex")["Female"] == pytest.approx(0.5266, abs=1e-4)
        assert round(100 * b.shares("race")["Black or African American alone"], 2) == 41.15
        assert round(100 * b.shares("Hispanic origin")["Hispanic"], 2) == 12.57
        older = Crosswalk.ready("age bands, US").apply(b, "age").shares("age")["65+"]
        assert round(100 * older, 2) == 12.92
        joint = b.joint("sex", "race")
        assert sum(joint.values()) == 702_250
        women = read_baseline(path, where={"sex": "Female"}, attribute="race")
        assert women.counts("race")["Asian alone"] == joint["Female", "Asian alone"]

    def test_race_and_hispanic_origin_together(self):
        path = reference("us_acs_pums/psam_p11_2024_1yr_cols.csv")
        b = read_baseline(path, attribute=["Hispanic origin", "race"])
        both = ["Hispanic origin", "race"]
        together = Crosswalk.ready("race and Hispanic origin, ACS").apply(b, both)
        counts = together.counts("Hispanic origin and race")
        assert counts["Hispanic or Latino, of any race"] == b.counts("Hispanic origin")["Hispanic"]
        assert sum(counts.values()) == 702_250

    def test_an_extract_of_fixed_width(self):
        b = read_baseline(reference("ipums_usa_extract/usa_00468.dat"))
        lines = reference("ipums_usa_extract/usa_00468.dat").read_text().splitlines()
        book = reference("ipums_usa_extract/usa_00468_ddi_trim.xml").read_text()
        import re

        start, end = map(
            int,
            re.search(r'name="PERWT">\s*<location EndPos="(\d+)" StartPos="(\d+)"', book).groups()[
                ::-1
            ],
        )
        assert sum(b.counts("race").values()) == pytest.approx(
            sum(int(line[start - 1 : end]) for line in lines) / 100
        )

    def test_quotas(self):
        b = read_baseline(reference("sortition_categories_respondents/features_min_max_flex.csv"))
        assert b.kind == "target"
        assert b.counts("sex")["Female"] == 11.5
