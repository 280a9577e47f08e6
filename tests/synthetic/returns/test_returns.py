"""What the council sends is received whole, is the same every time, and names nothing real."""

from __future__ import annotations

import io
import re
import zipfile

import pandas as pd
import pytest

from pmf_analysis.receiving import receive
from pmf_analysis.store import Store, create_workspace
from pmf_analysis.synthetic.returns.annex_a import workbook as workbook_of
from pmf_analysis.synthetic.returns.cin_census import write_cin_census
from pmf_analysis.synthetic.returns.collection import latest_year
from pmf_analysis.synthetic.returns.ssda903 import write_ssda903

POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
NAMES = {"ssda903", "cin_census", "annex_a", "surveys", "complaints"}


@pytest.fixture(scope="session")
def received(sent, tmp_path_factory) -> dict[str, dict]:
    """Receipts by what was sent, from a workspace of Medwold."""
    workspace = create_workspace(tmp_path_factory.mktemp("workspace") / "w", "medwold")
    results = receive(Store(workspace), list(sent.values()))
    assert not [one.error for one in results if one.error]
    return {one.file_name.rsplit("_", 1)[0]: one.receipt for one in results}


def test_everything_is_sent(sent):
    assert set(sent) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_row_and_cell_is_read(received, name):
    receipt = received[name]
    assert receipt["rows_read"] == receipt["rows_in_file"] > 0
    assert (receipt["rows_refused"], receipt["cells_unread"]) == (0, 0)
    assert receipt["columns_not_read"] == []
    assert receipt["areas_not_in_register"] == 0


def test_the_lists_are_told_apart_by_their_columns(received):
    assert set(received["ssda903"]["tables"]) == {
        f"ssda903_{name}" for name in (
            "header", "episodes", "reviews", "uasc", "oc2", "oc3", "ad1", "placed_for_adoption",
            "previous_permanence", "social_worker_episodes",
        )
    }  # fmt: skip
    assert set(received["cin_census"]["tables"]) == {
        "census_collection", "census_source", *(
            f"cin_{name}" for name in (
                "children", "characteristics", "disabilities", "details", "assessments",
                "assessment_factors", "plans", "section_47", "protection_plans",
                "protection_reviews",
            )
        ),
    }  # fmt: skip
    assert set(received["annex_a"]["tables"]) == {
        f"annex_a_{name}" for name in (
            "contacts", "referrals", "assessments", "section_47", "children_in_need",
            "child_protection", "looked_after", "care_leavers", "adoption", "adopters",
        )
    }  # fmt: skip


def test_each_says_the_day_on_which_it_was_made(received, small):
    days = {name: receipt["published"] for name, receipt in received.items()}
    assert days == {
        "ssda903": "2026-06-30", "cin_census": "2026-06-30", "annex_a": "2026-11-05",
        "surveys": "2026-11-05", "complaints": "2026-11-05",
    }  # fmt: skip


@pytest.mark.parametrize("write", [write_ssda903, write_cin_census])
def test_the_same_records_give_the_same_bytes(small, sent, tmp_path, write):
    again = write(tmp_path, small.setting, small.records.tables, latest_year(small.setting))
    assert again.read_bytes() == sent[again.name.rsplit("_", 1)[0]].read_bytes()


def test_the_same_lists_give_the_same_workbook():
    day = pd.Series(["2026-10-31", None], dtype="datetime64[s]")
    lists = {"List 1": pd.DataFrame({"a": ["=1+1", "http://a"], "b": [1, None], "c": day})}
    assert workbook_of(lists) == workbook_of(lists)
    read = pd.read_excel(io.BytesIO(workbook_of(lists)), engine="calamine")
    assert read["a"].tolist() == ["=1+1", "http://a"]
    assert read["c"].tolist() == [pd.Timestamp("2026-10-31"), pd.NaT]


def test_packed_files_bear_one_constant_time(sent):
    for name in ("ssda903", "annex_a"):
        with zipfile.ZipFile(sent[name]) as packed:
            times = {member.date_time for member in packed.infolist()}
        assert times == {(1980, 1, 1, 0, 0, 0)}, name


def test_no_postcode_of_a_real_area_stands_in_any_list(sent):
    with zipfile.ZipFile(sent["ssda903"]) as packed:
        said = packed.read("episodes.csv").decode()
    areas = {code[:2] for code in POSTCODE.findall(said)}
    assert areas == {"QY", "QZ"}
    assert not POSTCODE.search(sent["cin_census"].read_text("utf-8"))


def test_the_workbook_holds_no_formula_and_no_link(sent):
    with zipfile.ZipFile(sent["annex_a"]) as packed:
        sheets = [name for name in packed.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 11
        for name in sheets:
            said = packed.read(name)
            assert b"<f>" not in said and b"hyperlink" not in said


@pytest.fixture(scope="session")
def workbook(sent) -> dict[str, pd.DataFrame]:
    return pd.read_excel(sent["annex_a"], sheet_name=None, engine="calamine")


def test_the_lists_cover_the_last_six_months(workbook):
    assert list(workbook) == [f"List {number}" for number in range(1, 12)]
    for name, column in (
        ("List 1", "Date of Contact"), ("List 3", "Date of Referral"),
        ("List 5", "Strategy discussion initiating Section 47 Enquiry Start Date"),
    ):  # fmt: skip
        days = pd.to_datetime(workbook[name][column])
        assert days.min() >= pd.Timestamp("2026-05-01") and days.max() <= pd.Timestamp("2026-10-31")
    assert workbook["List 2"].empty  # no records of early help are kept


def test_an_age_is_that_on_the_last_day(workbook):
    rows = workbook["List 8"]
    born = pd.to_datetime(rows["Date of Birth"])
    assert (born + pd.to_timedelta(rows["Age"] * 365, unit="D") <= "2026-10-31").all()
    assert (born + pd.to_timedelta((rows["Age"] + 1) * 366, unit="D") > "2026-10-31").all()


def test_children_looked_after_stand_once_for_a_period_of_care(workbook, small):
    rows = workbook["List 8"]
    assert not rows.duplicated(["Child Unique ID", "Date Started to be Looked After"]).any()
    open_now = rows["Date Ceased to be Looked After"].isna()
    assert 0.6 < open_now.sum() / (1896 * small.setting.scale) < 1.6
    assert rows["Start Date of Most Recent Placement"].notna().all()
    assert (rows["Number of Placements in the Last 12 months"] >= 1).all()


def test_a_plan_that_is_over_is_not_of_a_child_on_a_plan(workbook):
    needs = workbook["List 6"]
    plans = workbook["List 7"]
    now = set(plans.loc[plans["Child Protection Plan End Date"].isna(), "Child Unique ID"])
    said = needs.loc[needs["Case Status"].str.startswith("a)"), "Child Unique ID"]
    assert set(said) <= now and len(now) > 20


def test_no_list_knows_what_came_after_its_last_day(workbook):
    for name, rows in workbook.items():
        for column in rows:
            if "Date" in column or "date" in column:
                assert not (pd.to_datetime(rows[column]) > "2026-10-31").any(), (name, column)
