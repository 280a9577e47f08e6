"""The Department's own files: every row read, every marker counted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pmf_analysis.ingest import Extract, Receipt

pytestmark = pytest.mark.shared

FOLDERS = ("dfe_cin_2025", "dfe_cin_2024", "dfe_cla_2025", "dfe_cin_vintages")
NOT_FIGURES = "national_framework_indicator_map.csv"
MARKS = {
    "c": "suppressed", "x": "not_available", "z": "not_applicable", "u": "unreliable",
    "k": "rounds_to_zero",
}  # fmt: skip
KNOWN = {
    "b1_": "b1_children_in_need",
    "c1_": "c1_referrals",
    "c4_": "c4_section_47",
    "c6_": "c6_referrals_by_month",
    "d3_": "d3_plans_starting",
    "d5_": "d5_plans_at_31_march",
    "ons_": "population",
    "cla_number": "cla_number",
}


@pytest.fixture(scope="module")
def received(shared_extracts) -> dict[str, Extract]:
    """Every open-data file of four folders, read; by folder and name."""
    return {
        name: shared_extracts[name]
        for name in shared_extracts
        if name.split("/")[0] in FOLDERS and not name.endswith(NOT_FIGURES)
    }


def published_facts(shared: Path) -> dict[str, tuple[int, dict[str, int]]]:
    """Rows and markers of each file, from the tables of the folders' READMEs."""
    facts = {}
    for folder in FOLDERS:
        for line in (shared / "data" / folder / "README.md").read_text().splitlines():
            cells = [cell.strip() for cell in line.split("|")[1:]]
            found = re.match(r"([\d,]+) x \d+$", cells[2]) if len(cells) > 4 else None
            if found and cells[0] != NOT_FIGURES:
                marks = dict(part.split(":") for part in cells[4].split())
                counts = {MARKS[mark]: int(n.replace(",", "")) for mark, n in marks.items()}
                facts[f"{folder}/{cells[0]}"] = (int(found[1].replace(",", "")), counts)
    return facts


def test_every_row_and_marker_is_accounted_for(shared, received):
    facts = published_facts(shared)
    assert facts.keys() == received.keys()
    for name, extract in received.items():
        receipt: Receipt = extract.receipt
        states = {state: n for state, n in receipt.states.items() if state != "final"}
        assert (name, receipt.rows_in_file, states) == (name, *facts[name])
        assert (name, receipt.rows_refused, receipt.cells_unread) == (name, 0, 0)
        assert (name, receipt.duplicates) == (name, ())


def test_known_tables_go_by_one_name_through_their_vintages(received):
    for name, extract in received.items():
        start = next((start for start in KNOWN if name.split("/")[1].startswith(start)), None)
        if start:
            assert (name, extract.receipt.table) == (name, KNOWN[start])
            assert extract.receipt.columns_not_read == ()
            assert extract.receipt.labels_unknown == ()


def test_kent_referrals_by_month(received):
    figures = received[
        "dfe_cin_2024/c6_children_in_need_referrals_by_month_2013_to_2024.csv"
    ].figures
    kent = figures[figures["service_area"] == "E10000016"].set_index("period")["value"]
    assert kent["2023-04"] == 1581
    months = kent[kent.index.str.match(r"\d{4}-\d{2}$")]
    assert (len(months), months.min(), months.max()) == (144, 798, 2445)
    assert kent["2023/24"] == 24111 == months[months.index >= "2023-04"].sum()


def test_the_eleven_regional_rows_are_all_units(received):
    figures = received["dfe_cin_2025/b1_children_in_need_2013_to_2025.csv"].figures
    regions = set(figures["service_area"][figures["service_area"].str.match("E1[23]")])
    assert len(regions) == 11
    assert {"E12000007", "E13000001", "E13000002"} <= regions


def test_two_vintages_of_the_looked_after_table_meet_on_label_and_column(received):
    new = received["dfe_cla_2025/cla_number_and_rate_per_10k_children.csv"]
    old = received["dfe_cla_2025/cla_number_and_rate_per_10k_children__published_2024.csv"]
    key = ["service_area", "breakdown", "period", "column"]
    both = new.figures.merge(old.figures, on=key, suffixes=("", "_old"))
    assert len(both) == 2004 * 3
    assert set(both["breakdown"]) == {"at_31_march", "starting", "ceasing"}
    changed = both[both["text"] != both["text_old"]]["column"].value_counts()
    assert changed["children_count"] == 274
    assert changed["population_estimate"] == 987
    assert changed["rate_per_10000"] == 195
    assert old.receipt.published < new.receipt.published


def test_codes_that_changed_between_vintages_mean_one_unit(received):
    old = received[
        "dfe_cin_vintages/c1_children_in_need_referrals_and_rereferrals_2013_to_2023.csv"
    ].figures
    new = received[
        "dfe_cin_vintages/c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv"
    ].figures
    keys = [set(zip(part["service_area"], part["period"], strict=True)) for part in (old, new)]
    assert keys[0] < keys[1]


def test_a_count_of_30_september_is_dated_so_and_joint_areas_are_read(shared_extracts):
    extract = shared_extracts["dfe_workforce/csww_indicators_2017_to_2025.csv"]
    receipt = extract.receipt
    assert (receipt.table, receipt.last_period) == ("csww_workforce", "2025-09-30")
    assert (receipt.rows_in_file, receipt.rows_refused) == (1463, 0)
    joint = extract.figures["service_area"].isin(["E06000061-E06000062", "E09000021-E09000027"])
    assert extract.figures.loc[joint, "line"].nunique() == 14
    kent = extract.figures[
        (extract.figures["service_area"] == "E10000016")
        & (extract.figures["period"] == "2025-09-30")
    ].set_index("column")["value"]
    assert (kent["turnover_rate_fte"], kent["agency_rate_fte"]) == (15.4, 13.2)


def test_the_tools_long_table_is_read_whole(shared_extracts):
    receipt = shared_extracts["lait/bds_long_0.parquet"].receipt
    assert (receipt.rows_in_file, receipt.rows_read) == (641_070, 640_900)
    # the year 0 of one measure
    assert {refusal.reason for refusal in receipt.refusals} == {
        "Years '0' (CINPermExclusion) is no period"
    }
    assert receipt.states["not_available"] + len(receipt.refusals) == 93_883
    assert receipt.cells_unread == 0
    assert receipt.units == 170


def test_a_board_whose_month_stands_twice_is_found(shared_extracts):
    receipt = shared_extracts["camhs_scotland_monthly/camhs-adjusted-patients-waiting.csv"].receipt
    (twice,) = receipt.duplicates
    assert (twice.service_area, twice.period, twice.lines) == ("S08000015", "2025-01", (32, 47))
    assert twice.values_differ
    assert sum(count for mark, count in receipt.qualifiers.items() if "u" in mark) == 6476


def test_a_code_that_changed_can_be_told_from_two_receipts(received):
    printed = []
    for year in ("2023", "2024"):
        name = f"dfe_cin_vintages/c1_children_in_need_referrals_and_rereferrals_2013_to_{year}.csv"
        printed.append(
            {
                area.printed: (area.first_period, area.last_period)
                for area in received[name].receipt.areas
                if area.service_area == "E06000060"  # Buckinghamshire
            }
        )
    assert printed == [
        {"E06000060": ("2012/13", "2022/23")},
        {"E06000060": ("2020/21", "2023/24"), "E10000002": ("2012/13", "2019/20")},
    ]
