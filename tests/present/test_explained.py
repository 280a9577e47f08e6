"""Which splits of a change are shown, and the distance to a target as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.present import explained
from pmf_analysis.register.models import Indicator


@pytest.fixture
def indicator() -> Indicator:
    return Indicator(
        code="T-01", name="Cases in time", objective="o", kind="proportion", unit="percent",
        source={"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        polarity="high", frequency="month", data_period="R12M", applies_to=["area"],
        owner="role", origin="local",
    )  # fmt: skip


def changes(*rows: tuple) -> pd.DataFrame:
    named = ["years", "split", "part", "low", "high", "reason"]
    return pd.DataFrame(rows, columns=named)


def test_the_first_comparison_that_is_more_than_chance_is_shown():
    table = changes(
        (1, "", "", -1, 1, ""), (1, "units", "", 0, 0, ""), (1, "units", "A", 0, 0, ""),
        (3, "", "", -2, -1, ""), (3, "units", "", 0, 0, ""), (3, "units", "A", 0, 0, ""),
    )  # fmt: skip
    ((shown, beyond),) = explained.splits(table)
    assert (shown["years"].tolist(), beyond) == ([3, 3], True)
    ((shown, beyond),) = explained.splits(table[table["years"].eq(1)])
    assert (shown["years"].tolist(), beyond) == ([1, 1], False)


def test_what_was_not_split_says_why():
    table = changes((1, "", "", -1, 1, ""), (1, "units", "", np.nan, np.nan, "Not split: why"))
    assert list(explained.splits(table)) == []
    assert explained.why_not_split(table) == "Not split: why."
    assert explained.why_not_split(table.iloc[:1]) == ""


def test_the_distance_is_a_table_with_what_moved_it(indicator):
    row = {
        "part_name": "", "numerator": 1375.0, "denominator": 1600.0, "value": 85.94,
        "target": 88.0, "gap": -2.06, "gap_effect": -2.06, "cases": 33.0, "gap_before": -0.2,
        "gap_numerator": 6.2, "gap_denominator": -5.1, "gap_target": -3.0,
        "label_before": "12 months to October 2025",
    }  # fmt: skip
    said = str(explained.target_table(pd.DataFrame([row]), indicator))
    assert "distance to the target of 88%" in said
    assert "33.0" in said
    assert (
        "In the 12 months to October 2025 the distance was -0.2; since then +6.2 through the "
        "number counted, -5.1 through the total that it is taken of and -3.0 through the target "
        "itself, which makes -2.1." in said
    )
    alone = pd.DataFrame([row | {"gap_before": np.nan, "cases": np.nan}])
    said = str(explained.target_table(alone, indicator))
    assert "<p>" not in said
    assert "Cases short" not in said


def test_without_a_target_there_is_no_table(indicator):
    assert str(explained.target_table(pd.DataFrame({"gap": [np.nan]}), indicator)) == ""
