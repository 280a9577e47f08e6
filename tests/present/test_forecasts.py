"""Every forecast in numbers: as shown and rated, never a number that was not reached."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.present.forecasts import forecast_rows, method_rows, skill_rows
from pmf_analysis.register import load

CODE, UNIT = "ASSESS-45", "dunwick"


@pytest.fixture(scope="module")
def register(root):
    return load(root / "data" / "synthetic" / "reference")


def analysed(**given: object) -> pd.DataFrame:
    """A known and a coming row of one indicator."""
    coming = {
        "state": "forecast", "period": "2026-11", "period_end": "2026-11-30",
        "forecast": 82.04, "forecast_lower80": 75.0, "forecast_upper80": 88.0,
        "forecast_lower95": 70.0, "forecast_upper95": 91.0,
        "shown_forecast": 84.36, "shown_lower80": 83.0, "shown_upper80": 85.5,
        "shown_lower95": 82.0, "shown_upper95": 86.5, "forecast_numerator": 164.08,
        "forecast_denominator": 200.0, "forecast_target_chance": 0.334,
        "forecast_floor_chance": 0.0002,
    }  # fmt: skip
    known = {
        "state": "final", "period": "2026-10", "period_end": "2026-10-31",
        "forecast_reason": "On past figures the forecast came 12% closer than last month's figure",
        "forecast_skill": 0.12, "forecast_points": 48, "forecast_origins": 6,
        "forecast_coverage80": 0.81, "forecast_coverage": 0.955, "forecast_method": "mean of two",
        "forecast_break": "", "forecast_naive": "naive",
    }  # fmt: skip
    rows = pd.DataFrame([coming, {**known, **given}])
    return rows.assign(indicator=CODE, service_area=UNIT, cohort="all")


def test_a_coming_figure_stands_as_shown_with_the_single_one_beside_it(register):
    (row,) = forecast_rows(analysed(), UNIT, [CODE, "NOT-HERE"], register)
    assert row["Figure of"] == "12 months to November 2026"
    assert (row["Forecast"], row["4 chances in 5"]) == ("84.4%", "83.0% to 85.5%")
    assert row["19 chances in 20"] == "82.0% to 86.5%"
    assert (row["Chance of meeting it"], row["Chance of missing that"]) == ("33%", "under 1%")
    assert row["Single period: forecast"] == "82.0%"
    assert row["Single period: 4 chances in 5"] == "75.0% to 88.0%"
    assert (row["Single period: numerator"], row["Single period: denominator"]) == ("164", "200")


def test_without_a_figure_as_shown_the_single_one_stands_alone(register):
    shown = [name for name in analysed() if name.startswith("shown_")]
    table = analysed().assign(**dict.fromkeys(shown, np.nan), forecast_target_chance=np.nan)
    (row,) = forecast_rows(table, UNIT, [CODE], register)
    assert (row["Figure of"], row["Forecast"]) == ("November 2026", "82.0%")
    assert row["4 chances in 5"] == "75.0% to 88.0%"
    assert row["Chance of meeting it"] == row["Single period: forecast"] == ""


def test_how_forecasts_did_is_told_in_numbers(register):
    (row,) = skill_rows(analysed(), [CODE], register)
    assert row["Simplest guess"] == "last month's figure"
    assert (row["Closer than that by"], row["To note"]) == ("12%", "")
    assert (row["80% range held"], row["95% range held"]) == ("81%", "96%")
    assert (row["Figures used"], row["Earlier dates tried"]) == ("48", "6")


def test_what_a_reader_must_know_is_noted(register):
    table = analysed(
        forecast_skill=-0.04, forecast_naive="seasonal_naive",
        forecast_break="The level seems to have changed in May 2026.",
    )  # fmt: skip
    (row,) = skill_rows(table, [CODE], register)
    assert row["To note"] == (
        "No better than the figure of the same month a year before. "
        "The level seems to have changed in May 2026."
    )
    assert row["Closer than that by"] == "-4%"
    (made,) = method_rows(table, [CODE], register)
    assert made == {"Indicator": row["Indicator"], "How it was made": "mean of two"}


def test_a_refusal_has_its_reason_and_no_numbers(register):
    nothing = dict.fromkeys(("forecast_skill", "forecast_coverage", "forecast_coverage80"), np.nan)
    table = analysed(
        forecast_reason="Only 9 figures",
        forecast_points=0,
        forecast_origins=0,
        forecast_method="",
        forecast_naive="",
        **nothing,
    )
    (row,) = skill_rows(table, [CODE], register)
    assert row["To note"] == "Only 9 figures"
    empty = {name: text for name, text in row.items() if name not in ("Indicator", "To note")}
    assert set(empty.values()) == {""}
    silent = table.assign(forecast_reason=np.nan)
    assert skill_rows(silent, [CODE], register) == method_rows(silent, [CODE], register) == []
    assert forecast_rows(silent.iloc[1:], UNIT, [CODE], register) == []
