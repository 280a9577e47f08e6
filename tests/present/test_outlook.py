"""The tables of what forecasts mean: every number in words, and no empty claim."""

from __future__ import annotations

from math import nan

import pandas as pd
import pytest

from pmf_analysis import register
from pmf_analysis.present.outlook import outlook_rows, record_rows, what_if_rows
from pmf_analysis.studies.outlook import COLUMNS

FORECAST = {
    "indicator": "T-01", "service_area": "A", "cohort": "all", "period": "2026-10",
    "scenario": 0.0, "due_period": "2027-03", "due_label": "12 months to March 2027",
    "due_on": "2027-03-31", "due_beyond": "no", "target": 85.0, "floor": 80.0, "forecast": 84.0,
    "lower80": 82.0, "upper80": 86.0, "target_chance": 0.3, "target_outlook": "unlikely",
    "floor_chance": 0.02, "floor_outlook": "unlikely", "run_rate": "needed", "needed": 460.0,
    "needed_of": 500.0, "expected": 420.0, "needed_periods": 5.0, "needed_from": "2026-11",
    "needed_to": "2027-03", "pace": "within_range", "record": "inside_95",
    "record_period": "2026-10", "before": 86.0, "before_lower80": 84.0, "before_upper80": 88.0,
    "before_lower95": 82.0, "before_upper95": 90.0, "happened": 83.0, "skill": 0.12,
    "naive": "seasonal_naive",
}  # fmt: skip


@pytest.fixture(scope="module")
def held(root):
    return register.load(root / "data" / "reference")


@pytest.fixture(scope="module")
def made(held):
    """The shipped register with one invented indicator instead of its own."""
    indicator = next(iter(held.indicators.values())).model_validate(
        {
            "code": "T-01", "name": "Visits in time", "objective": "o", "kind": "proportion",
            "source": {"published": {"table": "t", "numerator": ["n"],
                                     "denominator": {"column": "d"}}},
            "unit": "percent", "polarity": "high", "frequency": "month", "data_period": "R12M",
            "applies_to": ["county"], "owner": "role", "origin": "t",
        }
    )  # fmt: skip
    return register.Register(
        workspace=held.workspace, indicators={"T-01": indicator}, units={}, breaks=(),
        rule_sets=held.rule_sets,
    )  # fmt: skip


def table(*rows: dict[str, object]) -> pd.DataFrame:
    found = pd.DataFrame([{**FORECAST, **row} for row in rows]).reindex(columns=list(COLUMNS))
    texts = ["reason", "pace_period", "undeclared_change"]
    return found.astype(dict.fromkeys(texts, "object")).fillna(dict.fromkeys(texts, ""))


def test_what_the_forecast_means(made):
    assert outlook_rows(table({}), made) == [
        {
            "Indicator": "Visits in time",
            "Period": "12 months to March 2027",
            "4 chances in 5": "82.0% to 86.0%",
            "Target": "85%",
            "Chance of meeting it": "about 1 in 3 (30%)",
            "Chance of missing the minimum or limit": "about 1 in 20 (2%)",
            "Needed of the cases still to come":
                "at least 460 of about 500 cases from November 2026 to March 2027 (92%), "
                "about 92 of 100 a month; the forecast is 420",
            "At this pace": "within the range of what may come already",
            "Against the simplest guess": "12% closer than last year's value of the same month",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "column", "words"),
    [
        ({"pace": "on_course", "pace_period": "2027-01"}, "At this pace",
         "first met in the 12 months to January 2027"),
        ({"pace": "not_told"}, "At this pace", ""),
        ({"run_rate": "out_of_reach"}, "Needed of the cases still to come",
         "cannot be met any more"),
        ({"run_rate": "not_told"}, "Needed of the cases still to come", ""),
        ({"due_beyond": "yes"}, "Period",
         "12 months to March 2027; the target falls due after it"),
        ({"skill": -0.1, "naive": "naive"}, "Against the simplest guess",
         "no better than last month's value"),
        ({"target": nan, "target_chance": nan}, "Chance of meeting it", ""),
    ],
)  # fmt: skip
def test_what_is_told_and_what_is_not(made, given, column, words):
    assert outlook_rows(table(given), made)[0][column] == words


def test_a_series_without_a_forecast_has_its_reason(made):
    blank = dict.fromkeys(("forecast", "lower80", "upper80", "target_chance", "skill"), nan)
    (row,) = outlook_rows(table({**blank, "reason": "Only 3 figures", "due_label": ""}), made)
    assert (row["Period"], row["4 chances in 5"]) == ("", "No forecast. Only 3 figures")
    assert row["Chance of meeting it"] == row["Against the simplest guess"] == ""


def test_what_if(made):
    more = {"scenario": 0.1, "forecast": 80.5, "target_chance": 0.0}
    assert what_if_rows(table({}, more), made) == [
        {
            "Indicator": "Visits in time",
            "Period": "12 months to March 2027",
            "As forecast": "84.0%; chance of the target about 1 in 3 (30%)",
            "10% more": "80.5%; chance of the target almost none (under 1%)",
        }
    ]
    assert what_if_rows(table({}), made) == []


def test_the_record(made):
    (row,) = record_rows(table({}), made)
    assert row["Forecast one period before"] == "86.0%"
    assert row["4 chances in 5"] == "84.0% to 88.0%"
    assert row["What happened"] == "83.0%"
    assert row["Where it lies"] == "inside the range of 19 chances in 20"
    assert record_rows(table({"record": "not_told"}), made) == []
