"""What is counted from records: a unit that falls silent is named."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.quality.measure_view import measure_view
from pmf_analysis.quality.receipt_view import receipt_view
from pmf_analysis.quality.views import Sources
from pmf_analysis.register import Context, Register
from pmf_analysis.register.models import Indicator, Unit, Workspace


@pytest.fixture(scope="module")
def sources(quality_rules: dict) -> Sources:
    counted = Indicator(
        code="A", name="Assessments", objective="safe", kind="count", unit="count",
        source={"records": {"table": "assessment", "at": "event_date"}}, polarity="neutral",
        frequency="month", data_period="M", applies_to=["county", "team"],
        attribute_to="team_at_event",
        owner="head-of-service", origin="local",
    )  # fmt: skip
    register = Register(
        workspace=Workspace(title="T", register_name="t", county="K", report_kinds=["team"]),
        indicators={"A": counted},
        units={"K": Unit(code="K", name="County", kind="county"),
               "T": Unit(code="T", name="Team", kind="team", parent="K")},
        rule_sets=quality_rules,
    )  # fmt: skip
    return Sources(Context(register, date(2024, 4, 1)), quality_rules["quality"], {})


def series(counts: list[float]) -> pd.DataFrame:
    months = periods.sequence(periods.month(2022, 1), periods.month(2023, 12))[: len(counts)]
    return pd.DataFrame(
        {"indicator": "A", "service_area": "T", "cohort": "all",
         "period": [month.code for month in months],
         "period_end": [month.end.isoformat() for month in months],
         "numerator": counts, "denominator": float("nan")}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "last"),
    [
        ([5.0] * 12 + [0.0], "no"),
        ([5.0] * 12 + [1.0], "yes"),
        ([5.0] * 11 + [4.0, 0.0], None),  # a small team may have none
        ([5.0] * 11 + [0.0], None),  # less than a year to go by
    ],
)
def test_a_month_without_a_case_is_named_where_there_always_were_some(
    counts: list[float], last: str | None, sources: Sources
):
    rows = measure_view(series(counts), sources).rows
    found = rows["has_cases"].iloc[len(counts) - 1]
    assert (None if pd.isna(found) else found) == last
    assert set(rows["counted"]) == {"yes"}


def test_a_delivery_of_records_has_rows_and_a_date_in_place_of_cells_and_periods(
    sources: Sources,
):
    receipt = pd.DataFrame(
        {"delivery": ["d", "e"], "table": ["medwold_records", "visits"], "holds": ["records",
         "figures"], "file_name": "x", "layout": "x", "rows_in_file": 9, "rows_read": 8,
         "rows_refused": 1, "cells": [0, 7], "cells_unread": 1, "duplicates": 0,
         "latest_period_end": ["", "2023-12-31"], "published": "2024-01-06"}
    )  # fmt: skip
    rows = receipt_view(receipt, sources).rows
    assert rows["table"].tolist() == ["records", "visits"]
    assert rows["cells"].tolist() == [8, 7]
    assert rows["days_after_period"].tolist() == [0.0, 6.0]
