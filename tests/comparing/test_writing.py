"""A comparison as a table for a spreadsheet, as JSON and as a page."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pandas as pd
import pytest

from pmf_analysis import comparing
from pmf_analysis.comparing.comparison import Comparison, as_changes, nothing
from pmf_analysis.comparing.words import no_findings
from pmf_analysis.errors import ParameterError

EVIL = "=HYPERLINK(1)<script>x</script>"


@pytest.fixture
def found() -> Comparison:
    changes = as_changes(
        pd.DataFrame(
            [
                {
                    "table": "t", "service_area": EVIL, "cohort": "all", "breakdown": "@SUM(1)",
                    "period": "2023/24", "column": "n", "old_value": 3.0, "new_value": 1.0,
                    "old_state": "final", "new_state": "final", "direction": "lower",
                    "cause": "correction", "kind": "revised",
                },
                {
                    "table": "t", "service_area": "city", "cohort": "all", "period": "2023/24",
                    "column": "n", "old_state": "final", "new_state": "suppressed",
                    "direction": "withheld", "cause": "correction", "kind": "withheld later",
                    "hidden": "published before, withheld now",
                },
            ]
        ).fillna({"breakdown": "", "hidden": ""})
    )  # fmt: skip
    return Comparison("old", "new", changes, nothing(), no_findings(), ("a note",), (EVIL,), 5)


def test_no_cell_of_the_table_begins_like_a_formula(found, national, tmp_path):
    path = comparing.write_csv(found, national, tmp_path / "changes.csv")
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 2 and {row["change"] for row in rows} == {"-2.0", ""}
    texts = [cell for row in rows for name, cell in row.items() if name not in
             ("change", "relative", "correction")]  # fmt: skip
    assert not [text for text in texts if text[:1] in "=+-@\t\r" and text]


def test_a_change_of_code_alone_is_written_everywhere(national, tmp_path):
    coded = {
        "table": "t", "service_area": "E06000060", "cohort": "all", "period": "2018/19",
        "direction": "code_changed", "cause": "structure", "kind": "another code of the unit",
    }  # fmt: skip
    moved = {**coded, "old_state": "final", "new_state": "final", "old_value": 1.0,
             "new_value": 2.0, "direction": "higher", "column": "n"}  # fmt: skip
    changes = as_changes(pd.DataFrame([coded, moved]))
    held = Comparison("old", "new", changes, nothing(), no_findings(), (), (), 5)
    for ending in ("csv", "html", "json"):
        text = comparing.write(held, national, tmp_path / f"c.{ending}").read_text("utf-8")
        assert "another code of the unit" in text and "nan" not in text
    with pytest.raises(ParameterError, match=r"\.csv, \.html or \.json"):
        comparing.write(held, national, tmp_path / "c.pdf")


def test_the_page_runs_nothing_and_says_what_is_withheld(found, national):
    page = comparing.page(found, national)
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "published before, withheld now" in page and "http" not in page


def test_json_has_null_for_what_is_no_number(found):
    held = json.loads(comparing.json_bytes(found))
    assert [one["change"] for one in held["changes"]].count(None) == 1
    assert held["notes"] == ["a note"] and held["same"] is False


def test_the_same_comparison_gives_the_same_bytes(found, national):
    again = replace(found)
    assert comparing.json_bytes(found) == comparing.json_bytes(again)
    assert comparing.page(found, national) == comparing.page(again, national)


def test_sums_by_cause_add_up_to_the_changes(found):
    assert found.by_cause()["change"].sum() == found.changes["change"].sum() == -2
