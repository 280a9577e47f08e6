"""Files of families that were never seen: one layout file takes each to a receipt, and no code.

The shapes are those of published tables (quarterly workbooks, spending returns, profiles of
public health, benchmarking tables with JSON in cells); the numbers are made up.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pmf_analysis.ingest import Extract, load_layouts, read_delivery
from pmf_analysis.register import Register
from pmf_analysis.register.layouts import Layout


@pytest.fixture
def take(
    tmp_path: Path, root: Path, national: Register, layouts: dict[str, Layout]
) -> Callable[..., Extract]:
    """Read a file by the shipped layouts and one more file."""
    folder = tmp_path / "layouts"
    folder.mkdir()
    shutil.copy(root / "data" / "reference" / "layouts" / "common.yml", folder)

    def take(path: Path, layout: str = "") -> Extract:
        added = {}
        if layout:
            name = layout.split("name: ", 1)[1].split("\n", 1)[0]
            (folder / f"{name}.yml").write_text(layout, encoding="utf-8")
            added = load_layouts(folder)
        extract = read_delivery(path, national, {**layouts, **added})
        receipt = extract.receipt
        assert receipt.rows_in_file == receipt.rows_read + receipt.rows_refused
        return extract

    return take


def cells(extract: Extract, *keys: str) -> dict[tuple[str, ...], tuple[float, str]]:
    """Value (or text) of every figure, by the keys."""
    held = extract.figures
    values = held["value"].where(held["value"].notna(), held["state"])
    return dict(zip(held[list(keys)].itertuples(index=False, name=None), values, strict=True))


# ---- the Department's other releases: no layout file at all ------------------------------

EES = "time_period,time_identifier,geographic_level,country_code,country_name,new_la_code,la_name"
IDENTIFIERS = [
    ("202425", "Financial year", "2024/25"), ("202425", "Academic year", "AY2024/25"),
    ("2024", "Calendar year", "CY2024"), ("2025", "Reporting year", "2024/25"),
    ("202425", "Financial year Q1", "2024/25-Q1"), ("202425", "Financial year Q4", "2024/25-Q4"),
    ("2025", "Calendar year Q1", "2024/25-Q4"), ("202425", "Academic year Q1", "2024-09/2024-11"),
    ("202425", "Autumn term", "2024-09/2024-12"), ("202425", "Spring term", "2025-01/2025-04"),
    ("202425", "Summer term", "2025-05/2025-08"),
    ("202425", "Autumn and spring term", "2024-09/2025-04"),
    ("202425", "Tax year", "2024-04-06/2025-04-05"),
    ("202425", "Tax year Q2", "2024-07-06/2024-10-05"),
    ("202425", "Part 1 (April to September)", "2024-04/2024-09"),
    ("202425", "Part 2 (October to March)", "2024-10/2025-03"),
    ("2025", "Week 12", "2025-03-17/2025-03-23"), ("2025", "May", "2025-05"),
    ("2025", "December", "2025-12"),
]  # fmt: skip


def test_every_time_identifier_of_the_open_data_standard(take, tmp_path, layouts):
    path = tmp_path / "attendance.csv"
    lines = [f"{EES},school_type,absence_rate"]
    lines += [
        f"{period},{identifier},Local authority,E92000001,England,E10000016,Kent,Primary,{n}.5"
        for n, (period, identifier, _) in enumerate(IDENTIFIERS)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    extract = take(path)
    assert extract.receipt.rows_refused == 0
    assert extract.receipt.layout == "dfe_open_data"
    assert list(extract.figures["period"]) == [code for *_, code in IDENTIFIERS]
    kinds = set(layouts["dfe_open_data"].period.kinds)
    assert {word.casefold() for _, word, _ in IDENTIFIERS} <= kinds
    assert {f"week {n}" for n in range(1, 53)} <= kinds


def test_a_table_with_other_geographic_levels_loses_no_row(take, tmp_path):
    path = tmp_path / "schools.csv.gz"
    text = (
        f"{EES},school_urn,school_name,sex,pupils,rate\n"
        "202425,Academic year,National,E92000001,England,,,,,Total,100,5\n"
        "202425,Academic year,Local authority,E92000001,England,E10000016,Kent,,,Total,10,c\n"
        "202425,Academic year,School,E92000001,England,E10000016,Kent,118000,A School,Total,1,z\n"
    )
    path.write_bytes(gzip.compress(text.encode()))
    extract = take(path)
    assert (extract.receipt.rows_read, extract.receipt.rows_refused) == (2, 1)
    assert "118000" in extract.receipt.refusals[0].reason
    assert cells(extract, "service_area", "column") == {
        ("E92000001", "pupils"): 100, ("E92000001", "rate"): 5,
        ("E10000016", "pupils"): 10, ("E10000016", "rate"): "suppressed",
    }  # fmt: skip
    assert set(extract.figures["breakdown"]) == {"Total"}


# ---- a quarterly workbook -----------------------------------------------------------------

QUARTERLY = """\
name: early_help_quarterly
version: "1"
title: Early help assessments by quarter
source: A made-up statistical release
extends: common
table: early_help_quarterly
sheets: [Table 2*]
header: {rows: 3}
area:
  columns:
    "": [Area code, Area]
period:
  found_in: header
  kinds:
    "": financial_quarter
unpivot:
  pattern: '(?P<period>\\d{4}/\\d\\d Q[1-4]) \\| (?P<breakdown>[^|]+) \\| (?P<column>[^|]+)'
"""


def test_a_quarterly_workbook_with_stacked_headers_over_blank_cells(take, tmp_path, workbook):
    path = workbook(
        tmp_path / "early-help-quarterly-tables.xlsx",
        {
            "Cover": [["Early help, England"], [""], ["Published 12 June 2025"]],
            "Contents": [["Table 1", "Time series"], ["Table 2", "By authority"]],
            "Table 2": [
                ["Table 2: assessments completed by authority"],
                ["This sheet holds one table. Some cells refer to notes."],
                [""],
                ["", "", "2024/25 Q3", "", "", "", "2024/25 Q4", "", "", ""],
                ["", "", "Families", "", "Children", "", "Families", "", "Children", ""],
                ["Area code", "Area", *["Number", "Rate"] * 4],
                ["E92000001", "England", 1000, 8.1, 2000, 16.2, 1100, 8.9, 2100, 17.0],
                ["E10000016", "Kent", "1,234", "c", 20, "..", "[x]", 4.5, 30, 6],
                [""],
                ["Source: returns of local authorities"],
                ["c: withheld"],
            ],
        },
    )
    extract = take(path, QUARTERLY)
    held = cells(extract, "service_area", "period", "breakdown", "column")
    assert len(held) == 16
    assert held["E10000016", "2024/25-Q3", "Families", "Number"] == 1234
    assert held["E10000016", "2024/25-Q3", "Families", "Rate"] == "suppressed"
    assert held["E10000016", "2024/25-Q4", "Families", "Number"] == "not_available"
    assert held["E92000001", "2024/25-Q4", "Children", "Rate"] == 17
    assert extract.receipt.rows_read == 2


# ---- an open document with cover sheets, the year in the name of the sheet ----------------

SPENDING = """\
name: spending_return
version: "1"
title: Spending on children's social care by authority (RO3)
source: A made-up return of revenue outturn
extends: common
table: spending_return
header: {rows: 2}
sheets: ["RO3 *"]
area:
  columns:
    "": [ONS code, Local authority]
period:
  found_in: sheet_name
  find: 'RO3 (?P<period>\\d{4}-\\d\\d)'
  kinds:
    "": financial_year
unpivot:
  pattern: '(?P<breakdown>[^|]+) \\| (?P<column>Employees|Running expenses|Total)'
optional_columns: [Class]
"""


def test_an_open_document_with_cover_sheets_and_the_year_in_its_sheet(
    take, tmp_path, open_document
):
    heads = [
        ["", "", "", "Residential care", "", "Fostering services", ""],
        ["ONS code", "Local authority", "Class", *["Employees", "Running expenses"] * 2],
    ]
    path = open_document(
        tmp_path / "RO3_2024-25_data.ods",
        {
            "Cover_sheet": [["Revenue outturn: social care"], ["Notes"], ["a", "b"]],
            "Notes": [["[x]", "not available"]],
            "RO3 2024-25": [
                ["Thousands of pounds"],
                [""],
                *heads,
                ["E10000016", "Kent", "SC", 1200, "3,400", 5600, "[x]"],
                ["E06000005", "Darlington", "UA", 12.5, 0, "", 7],
                ["E99999999", "Nowhere", "UA", 1, 2, 3, 4],
            ],
        },
    )
    extract = take(path, SPENDING)
    held = cells(extract, "service_area", "period", "breakdown", "column")
    assert held["E10000016", "2024/25", "Residential care", "Running expenses"] == 3400
    assert held["E10000016", "2024/25", "Fostering services", "Running expenses"] == (
        "not_available"
    )
    assert held["E06000005", "2024/25", "Fostering services", "Employees"] == "not_given"
    assert (extract.receipt.rows_read, extract.receipt.rows_refused) == (2, 1)


# ---- JSON in cells ------------------------------------------------------------------------

BENCHMARKS = """\
name: benchmarks
version: "1"
title: Benchmarking indicators with their values as JSON
source: A made-up benchmarking framework
extends: common
table: benchmarks
json_columns: [data]
area:
  columns:
    "": [areaCode]
  in_register: false
period:
  found_in: header
  patterns:
    - {match: '(?P<period>\\d{4}-\\d\\d);Q[1-4]', rule: financial_year}
  kinds:
    "": financial_year
breakdown: {column: indicator}
unpivot:
  pattern: 'data\\.(?P<period>\\d{4}-\\d\\d(?:;Q[1-4])?)'
  column: value
"""


def test_periods_and_values_as_json_in_cells(take, tmp_path):
    path = tmp_path / "benchmarking.csv"
    rows = [
        ("S12000036", "CHN08a", {"2018-19;Q1": 1234.5, "2019-20;Q1": "c"}),
        ("S12000033", "CHN08a", {"2018-19;Q1": 99}),
    ]
    lines = ["areaCode,indicator,data"]
    lines += [
        f'{area},{code},"' + json.dumps(held).replace('"', '""') + '"' for area, code, held in rows
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    held = cells(take(path, BENCHMARKS), "service_area", "breakdown", "period")
    assert held["S12000036", "CHN08a", "2018/19"] == 1234.5
    assert held["S12000036", "CHN08a", "2019/20"] == "suppressed"
    assert held["S12000033", "CHN08a", "2018/19"] == 99


# ---- profiles of public health ------------------------------------------------------------

PROFILES = """\
name: health_profiles
version: "1"
title: Indicators of public health profiles, one row a value
source: A made-up download of public health profiles
extends: common
table: health_profiles
area:
  columns:
    "": [Area Code, Area Name]
period:
  column: Time period
  patterns:
    - {match: '(?P<first>\\d{4}/\\d\\d) - (?P<last>\\d\\d/\\d\\d)', rule: financial_year}
    - {match: '(?P<first>\\d{4}) - (?P<last>\\d\\d)', rule: calendar_year}
    - {match: '(?P<period>\\d{4})', rule: calendar_year}
  kinds:
    "": financial_year
breakdown:
  columns:
    Indicator ID: {}
    Sex: {"": [Persons]}
    Category: {}
figures: [Value, Count, Denominator]
optional_figures: [Lower CI 95.0 limit, Upper CI 95.0 limit]
optional_columns: [Indicator Name, Value note, Area Type]
"""


def test_a_download_of_public_health_profiles(take, tmp_path):
    path = tmp_path / "indicators-CountyUA.data.csv"
    path.write_text(
        "Indicator ID,Indicator Name,Area Code,Area Name,Area Type,Sex,Category,Time period,Value,"
        "Lower CI 95.0 limit,Upper CI 95.0 limit,Count,Denominator,Value note\n"
        "90284,Looked after,E10000016,Kent,County,Persons,,2023/24,53.2,50,56,1896,356000,\n"
        "90284,Looked after,E10000016,Kent,County,Persons,Most deprived,2023/24,80,,,,,few\n"
        "90285,Injuries,E10000016,Kent,County,Male,,2020/21 - 22/23,9.5,9,10,100,,\n"
        "90286,Conceptions,E92000001,England,England,Persons,,2021,13.1,,,100,7000,\n"
        "90287,Mortality,E92000001,England,England,Persons,,2020 - 22,3.9,,,100,7000,\n",
        encoding="utf-8-sig",
    )
    extract = take(path, PROFILES)
    held = cells(extract, "breakdown", "period", "column")
    assert held["90284", "2023/24", "Count"] == 1896
    assert held["90284 | Most deprived", "2023/24", "Value"] == 80
    assert held["90285 | Male", "2020/21-2022/23", "Value"] == 9.5
    assert held["90286", "CY2021", "Value"] == 13.1
    assert held["90287", "CY2020-2022", "Value"] == 3.9
    assert extract.receipt.duplicates == ()


# ---- markers c . .. -----------------------------------------------------------------------

SUPPLEMENT = """\
name: staffing_supplement
version: "1"
title: Teachers and support staff by authority, with its own markers
source: A made-up statistical supplement
extends: common
table: staffing_supplement
area:
  columns:
    "": [LA number]
period:
  found_in: file_name
  find: '_(?P<period>\\d{4})_'
  kinds:
    "": month 11
breakdown: {column: Phase}
figures: [Teachers, Vacancies, Rate]
markers:
  ".": not_applicable
  "..": not_available
"""


def test_markers_of_another_publisher_and_the_year_in_the_name_of_the_file(take, tmp_path):
    path = tmp_path / "staffing_2024_supplement.csv"
    path.write_text(
        "LA number,Phase,Teachers,Vacancies,Rate\n886,Nursery,c,..,.\n886,Primary,10,0,0.0\n",
        encoding="utf-8",
    )
    held = cells(take(path, SUPPLEMENT), "breakdown", "period", "column")
    assert [held["Nursery", "2024-11", name] for name in ("Teachers", "Vacancies", "Rate")] == [
        "suppressed", "not_available", "not_applicable",
    ]  # fmt: skip
    assert held["Primary", "2024-11", "Rate"] == 0


# ---- returns of other years ---------------------------------------------------------------


def census(year: int, sex: str, more: str = "") -> str:
    """A census of children in need with one invented child."""
    return (
        "<Message><Header><CollectionDetails><Collection>CIN</Collection>"
        f"<Year>{year}</Year><ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails>"
        "<Source><SourceLevel>L</SourceLevel><LEA>886</LEA></Source></Header><Children><Child>"
        f"<ChildIdentifiers><LAchildID>INVENTED1</LAchildID><{sex}>1</{sex}>"
        "</ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</Ethnicity>"
        "</ChildCharacteristics><CINdetails>"
        f"<CINreferralDate>{year - 1}-10-06</CINreferralDate>{more}</CINdetails></Child>"
        "</Children></Message>"
    )


@pytest.mark.parametrize(("year", "sex"), [(2015, "GenderCurrent"), (2019, "GenderCurrent"),
                                           (2025, "Sex"), (2027, "Sex")])  # fmt: skip
def test_a_census_of_another_year_is_read_as_records(take, tmp_path, year, sex):
    more = "<ReferralNFA>false</ReferralNFA><NewItem>5</NewItem>" if year > 2026 else ""
    path = tmp_path / f"CIN_{year}.xml"
    path.write_text(census(year, sex, more), encoding="utf-8")
    extract = take(path)
    assert str(extract.receipt.published) == f"{year}-03-31"
    details = extract.records["cin_details"]
    assert list(details["LAchildID"]) == ["INVENTED1"]
    assert list(extract.records["cin_children"]["Sex"]) == ["1"]
    assert "INVENTED1" not in extract.receipt.to_json().decode()


def test_lists_of_an_inspection_with_title_rows_and_other_names(take, tmp_path, workbook):
    contacts = ["Child Unique ID", "Sex", "Date of Contact", "Contact Source", "Postcode"]
    leavers = ["Child ID", "Eligibility Category", "Activity Status", "LA in Touch"]
    path = workbook(
        tmp_path / "Council Annex A 2025-06-30.xlsx",
        {
            "Front page": [["Child-level data"]],
            "1. Front door": [
                ["List 1: contacts in the last six months"], [""], contacts,
                ["INVENTED1", "F", "2025-05-01", "Police", "ZZ1 1ZZ"],
                ["INVENTED2", "M", "31/02/2025", "School", "ZZ2 2ZZ"],
            ],
            "9. Leaving care": [leavers, ["INVENTED3", "Former relevant", "F1", "Yes"]],
        },
    )  # fmt: skip
    extract = take(path)
    assert {name: len(rows) for name, rows in extract.records.items()} == {
        "annex_a_contacts": 2, "annex_a_care_leavers": 1,
    }  # fmt: skip
    assert list(extract.records["annex_a_contacts"]["Gender"]) == ["F", "M"]
    receipt = extract.receipt
    assert (receipt.published, receipt.data_class) == ("2025-06-30", "identified")
    assert receipt.columns_not_read == ("Postcode",)
    assert [(cell.line, cell.text) for cell in receipt.unread] == [(5, "")]
    (front, *_) = receipt.sheets
    assert (front.layout, front.rows) == ("", 1)
    assert "INVENTED" not in receipt.to_json().decode()
