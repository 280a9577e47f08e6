"""Files of kinds nobody described: explained, completed in a layout file alone, received."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pmf_analysis.ingest import Extract, load_layouts, read_delivery
from pmf_analysis.ingest.explain import explain
from pmf_analysis.ingest.proposing import TO_COMPLETE

ANSWERS = {"title": "A table", "source": "A made-up release"}


@pytest.fixture
def receive(tmp_path: Path, root: Path, national) -> Callable[..., Extract]:
    """Receive a file by the layouts proposed for it, with answers to what they leave open."""

    def receive(path: Path, rounds: list[dict[str, str]], more: str = "") -> Extract:
        folder = tmp_path / "layouts"
        shutil.copytree(root / "data" / "reference" / "layouts", folder)
        for answers in rounds:
            found = explain(path, national, load_layouts(folder))
            sheets = [each for each in found.sheets if each.proposal]
            sheet = sheets[[each.name for each in sheets].index(answers["sheet"])
                           if "sheet" in answers else 0]  # fmt: skip
            text = completed(sheet.proposal, {**ANSWERS, **answers}) + more
            assert TO_COMPLETE not in text
            (folder / f"{sheet.proposal_name}.yml").write_text(text, encoding="utf-8")
        extract = read_delivery(path, national, load_layouts(folder), published="2025-12-01")
        receipt = extract.receipt
        rows = sum(each.rows for each in receipt.sheets if each.layout)
        assert receipt.rows_read + receipt.rows_refused == rows
        assert len(receipt.refusals) == receipt.rows_refused
        return extract

    return receive


def completed(proposal: str, answers: dict[str, str]) -> str:
    """A proposal with each marked line answered by its key."""
    lines = []
    for line in proposal.splitlines():
        key, marked, _ = line.partition(TO_COMPLETE)
        name = key.strip().rstrip(":").strip('"')
        lines.append(f"{key.rstrip()} {answers[name]}" if marked else line)
    return "\n".join(lines) + "\n"


def cells(extract: Extract, *keys: str) -> dict[tuple[str, ...], object]:
    """Value (or state) of every figure, by the keys."""
    held = extract.figures
    values = held["value"].where(held["value"].notna(), held["state"])
    return dict(zip(held[list(keys)].itertuples(index=False, name=None), values, strict=True))


# ---- open data of the Department ---------------------------------------------------------

EES = "time_period,time_identifier,geographic_level,country_code,country_name,new_la_code,la_name"


def test_times_in_a_column_of_numbers_need_one_line(receive, tmp_path):
    path = tmp_path / "national_cla_adopted.csv"
    path.write_text(
        f"{EES},cla_group,characteristic,number,percentage\n"
        "2025,Reporting year,National,E92000001,England,,,Adopted,Total,2980,100\n"
        "2025,Reporting year,National,E92000001,England,,,Adopted,Average time,2:05,:\n",
        encoding="utf-8",
    )
    held = cells(receive(path, [{}]), "breakdown", "column")
    assert held["Adopted | Total", "number"] == 2980
    assert held["Adopted | Average time", "number"] == 29
    assert held["Adopted | Average time", "percentage"] == "not_available"


def test_an_unknown_mark_in_open_data_is_said_in_one_line(receive, tmp_path):
    path = tmp_path / "sen2_timeliness.csv"
    path.write_text(
        f"{EES},plan_type,rate\n2025,Calendar year,National,E92000001,England,,,All,~\n"
        "2025,Calendar year,Local authority,E92000001,England,E10000016,Kent,All,46.4\n",
        encoding="utf-8",
    )
    extract = receive(path, [{"~": "rounds_to_zero"}])
    assert list(extract.figures["state"]) == ["rounds_to_zero", "final"]
    assert set(extract.figures["period"]) == {"CY2025"}


def test_each_level_of_an_older_table_is_named_by_its_own_columns(receive, tmp_path):
    path = tmp_path / "SFR50_older.csv"
    path.write_text(
        "Year,Level,Country code,Region code,LA code,LA name,Category,number,percentage\n"
        "2014,National,E92000001,,,,All,68000,100\n"
        "2014,Regional,E92000001,E12000008,,,All,7000,100\n"
        "2014,Local authority,E92000001,E12000008,886,Kent,All,1800,100\n"
        "2014,Local authority,E92000001,E12000008,886,Kent,Adopted,x,..\n",
        encoding="windows-1252",
    )
    held = cells(receive(path, [{"": "financial_year"}]), "service_area", "breakdown", "column")
    assert held["E92000001", "All", "number"] == 68000
    assert held["E12000008", "All", "number"] == 7000
    assert held["E10000016", "All", "number"] == 1800
    assert held["E10000016", "Adopted", "percentage"] == "not_available"


# ---- a council's scorecard ---------------------------------------------------------------

STYLES = (
    '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="0.0%;-0.0%"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="9"/></cellXfs></styleSheet>'
)


def shown_in_percent(path: Path, cells_of: dict[str, list[str]]) -> Path:
    """The workbook with some cells of its sheets shown as percentages."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, places in cells_of.items():
        for place in places:
            parts[name] = parts[name].replace(f'<c r="{place}"', f'<c r="{place}" s="1"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**parts, "xl/styles.xml": STYLES}.items():
            archive.writestr(name, text)
    return path


def test_a_scorecard_of_one_council_with_quarters_below_years(receive, tmp_path, workbook):
    year = ["2024/25", "", "", "", "", "2025/26", "", "", ""]
    under = ["Q1", "Q2", "Q3", "Q4", "Year", "Q1", "Q2", "Target", "RAG"]
    path = workbook(
        tmp_path / "Scorecard_Q2_2025-26.xlsx",
        {
            "Cover": [["Performance report"], ["Quarter 2 2025/26"]],
            "Notes": [["Ref", "Note"], [1, "Figures are provisional"]],
            "Scorecard": [
                ["Scorecard"],
                [""],
                ["Ref", "Indicator", "Polarity", *year],
                ["", "", "", *under],
                ["Early help"],
                ["EH1", "Assessments", "High", 120, 131, 118, 140, 509, 150, 161, 150, "G"],
                ["EH2", "In time", "High", 0.853, 0.86, 0.57, 0.88, 0.866, 0.9, 1, 0.9, "G"],
                ["Total", "", "", 420, 436, 428, 452, 821, 468, 481, "", ""],
                ["LAC2", "Stability", "High", 0.7, 0.7, 0.6, 0.7, 0.7, "n/a", "tbc", 0.7, "R"],
                [""],
                ["1 Provisional figures."],
                ["Source: case management system"],
            ],
        },
    )  # fmt: skip
    places = [f"{letter}{row}" for row in (7, 9) for letter in "DEFGHIJK"]
    shown_in_percent(path, {"xl/worksheets/sheet3.xml": places})
    answers = {
        "sheet": "Scorecard", "always": "E10000016", "column": "value", "n/a": "not_applicable",
        "tbc": "not_available",
    }  # fmt: skip
    extract = receive(path, [answers])
    held = cells(extract, "breakdown", "period", "column")
    assert held["EH1 | Assessments | High", "2024/25-Q1", "value"] == 120
    assert held["EH1 | Assessments | High", "2024/25", "value"] == 509
    assert held["EH1 | Assessments | High", "2025/26", "Target"] == 150
    assert held["EH2 | In time | High", "2024/25-Q1", "value"] == 85.3
    assert held["EH2 | In time | High", "2024/25-Q3", "value"] == 57
    assert held["EH2 | In time | High", "2025/26-Q2", "value"] == 100
    assert held["LAC2 | Stability | High", "2025/26-Q1", "value"] == "not_applicable"
    assert set(extract.figures["service_area"]) == {"E10000016"}
    receipt = extract.receipt
    assert (receipt.rows_read, receipt.rows_refused) == (3, 5)
    assert {each.reason for each in receipt.refusals} == {"no Indicator", "every cell is empty"}
    assert receipt.columns_not_read == ("2025/26 | RAG",)


def test_shares_as_fractions_are_scaled_and_percent_signs_are_not(read_as):
    layout = {
        "name": "shares", "version": "1", "title": "-", "source": "-", "table": "shares",
        "area": {"columns": {"": ["area"]}}, "period": {"column": "year",
        "kinds": {"": "financial_year"}}, "figures": ["share", "number"], "scale": {"share": 100},
    }  # fmt: skip
    extract = read_as(
        layout, "area,year,share,number\nE10000016,2024/25,0.57,3\nE10000016,2023/24,57.5%,4\n"
    )
    assert list(extract.figures["value"]) == [57, 3, 57.5, 4]


# ---- publications in wide form -----------------------------------------------------------


def test_ages_and_years_as_names_of_columns(receive, tmp_path, workbook):
    path = workbook(
        tmp_path / "mye24tablesew.xlsx",
        {
            "MYE2 - Persons": [
                ["MYE2: Population estimates, mid-2024, by single year of age"],
                ["This worksheet contains one table"],
                [""],
                ["Code", "Name", "All ages", 0, 1, 2, 3, "90+"],
                ["E92000001", "England", 9000, 90, 91, 92, 93, 97],
                ["E10000016", "Kent", 1000, 10, 11, 12, 13, 17],
                ["E99999999", "Nowhere", 1, 1, 1, 1, 1, 1],
                ["Source: a made-up office"],
            ],
        },
    )
    extract = receive(path, [{"": "day 06-30", "column": "population"}])
    held = cells(extract, "service_area", "breakdown", "period")
    assert held["E10000016", "All ages", "2024-06-30"] == 1000
    assert held["E10000016", "3", "2024-06-30"] == 13
    assert held["E92000001", "90+", "2024-06-30"] == 97
    assert extract.receipt.rows_refused == 2


def test_a_region_beside_an_area_is_another_area(receive, tmp_path):
    path = tmp_path / "indicators-CountiesUAs.data.csv"
    path.write_text(
        "Indicator ID,Parent Code,Area Code,Area Name,Category,Category Type,Time period,Value\n"
        "90803,E12000008,E10000016,Kent,,,2023/24,54.2\n"
        "90803,E12000001,E06000005,Darlington,,,2023/24,107\n"
        "90284,E12000008,E10000016,Kent,,,2020/21 - 22/23,9.5\n",
        encoding="utf-8",
    )
    held = cells(receive(path, [{"": "financial_year"}]), "service_area", "breakdown", "period")
    assert held == {
        ("E10000016", "90803", "2023/24"): 54.2, ("E06000005", "90803", "2023/24"): 107,
        ("E10000016", "90284", "2020/21-2022/23"): 9.5,
    }  # fmt: skip


def test_the_month_stands_in_the_name_of_the_file(receive, tmp_path):
    path = tmp_path / "September-2025-by-provider.csv"
    path.write_text("Area,Type 1,Total\nKent,100,120\nDarlington,90,-\n", encoding="utf-8")
    held = cells(receive(path, [{"-": "not_available"}]), "service_area", "period", "column")
    assert held["E10000016", "2025-09", "Total"] == 120
    assert held["E06000005", "2025-09", "Total"] == "not_available"


# ---- several tables on one sheet ---------------------------------------------------------

FIRST = [["Area", "2023/24", "2024/25"], ["Kent", 100, 110], ["Darlington", 20, 22]]
SECOND = [["Area", "2023/24", "2024/25"], ["Kent", 200, 210], ["Darlington", 40, 42]]


def test_tables_below_each_other_are_two_tables(receive, tmp_path, workbook):
    rows = [["Table 1 Referrals"], *FIRST, [""], ["Table 2 Assessments"], *SECOND]
    path = workbook(tmp_path / "two.xlsx", {"Tables": rows})
    rounds = [{"": "financial_year", "column": "referrals"},
              {"": "financial_year", "column": "assessments"}]  # fmt: skip
    extract = receive(path, rounds)
    held = cells(extract, "column", "service_area", "period")
    assert held["referrals", "E10000016", "2024/25"] == 110
    assert held["assessments", "E10000016", "2024/25"] == 210
    assert len(held) == 8 and extract.receipt.duplicates == ()
    assert sorted(set(extract.figures["line"])) == [3, 4, 8, 9]


def test_tables_beside_each_other_are_two_tables(receive, tmp_path, workbook):
    rows = [["Referrals", "", "", "", "Assessments"]]
    rows += [[*first, "", *second] for first, second in zip(FIRST, SECOND, strict=True)]
    path = workbook(tmp_path / "beside.xlsx", {"Tables": rows})
    held = cells(
        receive(path, [{"": "financial_year"}, {"": "financial_year", "column": "Assessments"}]),
        "column", "service_area", "period",
    )  # fmt: skip
    assert held["Referrals", "E10000016", "2024/25"] == 110
    assert held["Assessments", "E06000005", "2023/24"] == 40
    assert len(held) == 8


# ---- exports that are parted by other marks ----------------------------------------------

ROWS = [["area", "year", "measure", "value"], ["Kent", "2024/25", "Referrals, all", "1234"],
        ["Darlington", "2024/25", "Referrals, all", "56.5"]]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "mark", "encoding", "before"),
    [("unicode.txt", "\t", "utf-16", ""), ("tabs.txt", "\t", "utf-8", ""),
     ("semicolons.csv", ";", "utf-8", ""), ("bars.csv", "|", "windows-1252", ""),
     ("said.csv", ";", "utf-8-sig", "sep=;\r\n")],
)  # fmt: skip
def test_an_export_parted_by_other_marks(receive, tmp_path, name, mark, encoding, before):
    path = tmp_path / name
    text = before + "\r\n".join(mark.join(row) for row in ROWS) + "\r\n"
    path.write_bytes(text.encode(encoding))
    extract = receive(path, [{"": "financial_year"}])
    assert cells(extract, "service_area", "breakdown") == {
        ("E10000016", "Referrals, all"): 1234, ("E06000005", "Referrals, all"): 56.5,
    }  # fmt: skip
    assert list(extract.figures["line"]) == [2 + bool(before), 3 + bool(before)]
    assert re.search("parted by", " ".join(extract.receipt.remarks))


@pytest.mark.parametrize(
    "text", ["a;b\n1;2;3\n4;5\n", "a,b;c\n1,2;3\n", "measure\nx;y\n"], ids=["ragged", "both", "one"]
)
def test_what_parts_the_cells_is_never_a_guess(tmp_path, text):
    from pmf_analysis.ingest.documents import read_document

    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    document = read_document(path)
    assert document.sheets[0].row(0) == text.split("\n")[0].split(",")
    assert document.remarks == ()


def test_codes_that_the_register_does_not_know_are_pointed_out(tmp_path, national, layouts):
    path = tmp_path / "September-2025-by-provider.csv"
    path.write_text("Code,Region,Total\nRVV,South East,120\nRXP,North East,90\n", encoding="utf-8")
    (sheet,) = explain(path, national, layouts).sheets
    assert '"": [Region]\n  # should rows be about Code:' in sheet.proposal
