"""What is said of a file before it is received, and layouts proposed for unknown ones."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pmf_analysis.errors import ParameterError, RegisterError, UnreadableFileError
from pmf_analysis.ingest import Extract, load_layouts, read_delivery
from pmf_analysis.ingest.explain import Explanation, explain
from pmf_analysis.ingest.proposing import TO_COMPLETE

D3 = (
    "time_period,time_identifier,geographic_level,country_code,country_name,la_name,old_la_code,"
    "new_la_code,category,CPP_start,CPP_subsequent,CPP_subsequent_percent,Remark\n"
    "2025,Reporting year,Local authority,,,Kent,886,E10000016,Plans,10,c,24.3,as printed\n"
    "2024,Reporting year,Local authority,,,Kent,886,E10000016,Plans,11,c,?,\n"
    "2024,Reporting year,Local authority,,,Atlantis,999,E10009999,Plans,1,z,2,\n"
)


@pytest.fixture
def look(tmp_path: Path, national, layouts) -> Callable[..., Explanation]:
    """Explain a file of some content, or one that is there."""

    def look(content: str | Path, name: str = "figures.csv", layout: str = "") -> Explanation:
        path = content if isinstance(content, Path) else tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        found = explain(path, national, layouts, layout)
        json.dumps(found.as_dict())
        return found

    return look


def test_a_known_table_is_explained_column_by_column(look):
    found = look(D3, "d3_2013_to_2025.csv")
    (sheet,) = found.sheets
    assert (found.format, found.encoding, found.published) == (
        "csv", "utf-8", "2025-03-31 (latest period inside)",
    )  # fmt: skip
    assert (sheet.layout, sheet.header_line, sheet.rows, sheet.columns) == (
        "d3_plans_starting", 1, 4, 13,
    )  # fmt: skip
    uses = {use.name: use.use for use in sheet.uses}
    assert uses["time_period"] == "period"
    assert uses["new_la_code"] == "area"
    assert uses["category"] == "breakdown"
    assert uses["CPP_start"] == "figure"
    assert uses["Remark"] == "not read"
    assert (sheet.first_period, sheet.last_period, sheet.units) == ("2023/24", "2024/25", 1)
    assert (sheet.rows_read, sheet.rows_refused, sheet.markers) == (2, 1, {"c": 2})
    assert (sheet.cells_unread, sheet.unread) == (1, ("?",))
    assert sheet.areas_unknown == ("E10009999 999 Atlantis",)
    text = "\n".join(found.lines())
    assert "Layout: d3_plans_starting (figures): all" in text
    assert "Markers: c 2" in text and "Areas refused: E10009999 999 Atlantis" in text


def test_a_table_of_records_shows_no_cell(look):
    found = look("CHILD,SEX,DOB,DUC\nSECRET1,1,01/02/2010,when grown\n", "uasc.csv")
    (sheet,) = found.sheets
    assert (sheet.layout, sheet.holds, sheet.cells_unread) == ("ssda903.uasc", "records", 1)
    told = json.dumps(found.as_dict()) + "\n".join(found.lines())
    assert not re.search("SECRET1|01/02/2010|when grown", told)
    assert found.published == "nothing says when; say it with --published DATE"


@pytest.mark.parametrize(
    "content",
    ["NHS number,Surname,Seen on,Outcome\n9434765919,Dekker,2025-01-02,Moved to Utrecht\n",
     "9434765919,Dekker,2010-01-02,Moved to Utrecht\n9434765870,Visser,2011-04-05,Stays\n"],
    ids=["with a header", "without"],
)  # fmt: skip
def test_an_unknown_table_of_people_shows_no_cell(look, content):
    found = look(content)
    told = json.dumps(found.as_dict()) + "\n".join(found.lines())
    assert not re.search("9434|Dekker|Visser|2025-01-02|Utrecht|Stays", told)
    assert found.sheets[0].layout == ""


def test_an_unknown_table_of_people_is_proposed_by_types(look, layouts, tmp_path):
    found = look("NHS number,Surname,Seen on\n9434765919,Dekker,2025-01-02\n")
    proposal = found.sheets[0].proposal
    assert "data_class: identified" in proposal
    assert "  NHS number: code\n  Surname: text\n  Seen on: date\n" in proposal
    completed = complete(proposal, {"holds": "records"})
    assert load_one(completed, "figures", tmp_path).holds.value == "records"


def test_nearest_layouts_and_what_they_lack_are_named(look):
    found = look(D3.replace(",CPP_subsequent_percent", ",CPP_second_share"), "d3_2025.csv")
    sheet = found.sheets[0]
    assert sheet.layout == "" and "looks like the table d3_plans_starting" in sheet.why
    assert any("d3_plans_starting; missing: CPP_subsequent_percent" in near
               for near in sheet.nearest)  # fmt: skip


def test_a_layout_that_is_said_and_does_not_fit_says_what_it_lacks(look):
    (sheet,) = look(D3, layout="c1_referrals").sheets
    assert sheet.layout == "" and "is not of layout c1_referrals" in sheet.why
    assert "missing: referral_count" in sheet.why


def test_what_cannot_be_opened_or_is_no_layout_is_an_error(look, tmp_path):
    with pytest.raises(UnreadableFileError):
        look(tmp_path / "absent.csv")
    with pytest.raises(ParameterError, match="no layout 'd3_plan'"):
        look(D3, layout="d3_plan")


# ---- proposals, completed and read --------------------------------------------------------


def complete(proposal: str, answers: dict[str, str]) -> str:
    """A proposal with everything that is to be completed said; no question may be left."""
    lines = []
    answers = {"title": "A table", "source": "A publisher", **answers}
    for line in proposal.splitlines():
        key = line.split("#")[0].strip().rstrip(":").strip('"')
        if TO_COMPLETE in line:
            line = f"{line.split('#')[0].rstrip()} {answers.pop(key)}"
        lines.append(line)
    assert set(answers) <= {"title", "source"}, f"never asked: {answers}"
    return "\n".join(lines) + "\n"


def load_one(text: str, name: str, tmp_path: Path) -> object:
    """The layout of a text, beside the shipped common one."""
    folder = tmp_path / "layouts"
    folder.mkdir(exist_ok=True)
    shutil.copy(Path(__file__).parents[2] / "data/reference/layouts/common.yml", folder)
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return load_layouts(folder)[name]


@pytest.fixture
def round_trip(look, national, layouts, tmp_path) -> Callable[..., Extract]:
    """Explain an unknown file, complete the proposal of its last sheet, and read the file."""

    def round_trip(path: Path, answers: dict[str, str]) -> Extract:
        sheet = look(path).sheets[-1]
        assert sheet.proposal
        with pytest.raises(RegisterError):
            load_one(sheet.proposal, sheet.proposal_name, tmp_path)
        completed = load_one(complete(sheet.proposal, answers), sheet.proposal_name, tmp_path)
        again = {**layouts, sheet.proposal_name: completed}
        assert explain(path, national, again).sheets[-1].layout == sheet.proposal_name
        return read_delivery(path, national, again)

    return round_trip


def test_a_quarterly_workbook_from_proposal_to_receipt(round_trip, workbook, tmp_path):
    path = workbook(
        tmp_path / "family-hubs-2024-25.xlsx",
        {
            "Cover": [["Family hubs, England"], ["Published 12 June 2025"]],
            "By area": [
                ["Table 2: visits by authority"],
                [""],
                ["", "", "2024/25 Q3", "", "2024/25 Q4", ""],
                ["Code", "Authority", *["Visits", "Rate"] * 2],
                ["E10000016", "Kent", 1200, 8.1, "[w]", 9],
                ["E06000005", "Darlington", 30, "c", 31, ".."],
                [""],
                ["w: returns came too late"],
            ],
        },
    )
    extract = round_trip(path, {"w": "not_available"})
    # the blank row and the note below the table are refused, each with its line
    assert (extract.receipt.rows_read, extract.receipt.rows_refused) == (2, 2)
    assert extract.receipt.cells_unread == 0
    held = extract.figures.set_index(["service_area", "period", "column"])
    assert held.loc[("E10000016", "2024/25-Q3", "Visits"), "value"] == 1200
    assert held.loc[("E10000016", "2024/25-Q4", "Visits"), "state"] == "not_available"
    assert held.loc[("E06000005", "2024/25-Q4", "Rate"), "state"] == "not_available"


def test_three_header_rows_give_period_breakdown_and_figure(round_trip, workbook, tmp_path):
    path = workbook(
        tmp_path / "placements.xlsx",
        {
            "Notes": [["A note"]],
            "Table": [
                ["", "Mar-25", "", "", ""],
                ["", "Fostering", "", "Residential", ""],
                ["Area", *["Starts", "Ends"] * 2],
                ["Kent", 1, 2, 3, 4],
                ["Essex", 5, 6, 7, 8],
            ],
        },
    )
    held = round_trip(path, {}).figures
    assert set(held["breakdown"]) == {"Fostering", "Residential"}
    assert set(held["column"]) == {"Starts", "Ends"} and set(held["period"]) == {"2025-03"}
    assert held["value"].sum() == 36


def test_one_sheet_of_people_hides_the_cells_of_every_sheet(look, workbook, tmp_path):
    path = workbook(
        tmp_path / "visits.xlsx",
        {
            "Who": [["Surname", "Seen"], ["Dekker", 3]],
            "What": [["Visit", "Number"], ["a", 1], ["b", "q9"], ["c", 4]],
        },
    )
    found = look(path)
    assert all("data_class: identified" in sheet.proposal for sheet in found.sheets)
    assert not re.search("Dekker|q9", json.dumps(found.as_dict()))


def test_cases_with_a_start_and_an_end_are_taken_for_records(look):
    found = look("Id,Begun,Ended,Team\n77001,2025-01-02,2025-02-03,Blue\n77002,2025-01-05,,Red\n"
                 "77003,2025-03-05,2025-04-01,Red\n")  # fmt: skip
    assert "fields:\n  Id: code\n  Begun: date" in found.sheets[0].proposal
    assert not re.search("7700|Blue|2025-0", json.dumps(found.as_dict()))


def test_years_of_an_unknown_kind_are_asked_for(round_trip, tmp_path):
    path = tmp_path / "adult_learning.csv"
    path.write_text(
        "Region,Year,Sex,Learners,Comment\nSouth East,2023,F,10,\nSouth East,2024,M,11,late\n"
        "London,2024,F,9,\n",
        encoding="utf-8",
    )
    extract = round_trip(path, {"": "calendar_year"})
    assert set(extract.figures["period"]) == {"CY2023", "CY2024"}
    assert set(extract.figures["breakdown"]) == {"F", "M"}
    assert set(extract.figures["service_area"]) == {"E12000008", "E12000007"}


def test_years_side_by_side_are_found_in_the_header(round_trip, tmp_path):
    path = tmp_path / "fostering.csv"
    path.write_text(
        "Area,Measure,2022-23,2023-24\nKent,Carers,10,11\nKent,Leavers,2,x\nEssex,Carers,5,6\n",
        encoding="utf-8",
    )
    extract = round_trip(path, {"": "financial_year", "column": "number"})
    held = extract.figures.set_index(["service_area", "breakdown", "period"])["value"]
    assert held["E10000016", "Carers", "2023/24"] == 11
    assert len(held) == 6


def test_qualifiers_and_areas_outside_the_register_are_recognised(round_trip, tmp_path):
    path = tmp_path / "waiting.csv"
    path.write_text(
        "HB,Month,Waiting,WaitingQF\nS08000015,202501,10,\nS08000016,202501,,:\n"
        "S08000015,202502,12,r\n",
        encoding="utf-8",
    )
    extract = round_trip(path, {":": "not_available", "r": "revised"})
    assert list(extract.figures["state"]) == ["final", "not_available", "revised"]
    assert list(extract.figures["period"]) == ["2025-01", "2025-01", "2025-02"]
    assert extract.receipt.areas_not_in_register == 2


def test_a_cover_sheet_gets_no_proposal(look, workbook, tmp_path):
    path = workbook(tmp_path / "notes.xlsx", {"Cover": [["A title"], [""], ["Some words"]]})
    (sheet,) = look(path).sheets
    assert sheet.proposal == "" and "no table was found" in sheet.why
