from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.forecast import draw_forecast
from pmf_analysis.register.models import Indicator


def drawn(rows: pd.DataFrame, indicator: Indicator) -> Chart:
    return draw_forecast(rows, indicator, title="Little will change", area="Dunwick")


def test_alternative_text_gives_forecast_and_both_ranges(
    coming: pd.DataFrame, indicator: Indicator
) -> None:
    alt = drawn(coming, indicator).alt
    assert "The forecast for June 2025 is 83.0%" in alt
    assert "8 chances in 10 that it lies within 81.0% to 85.0%" in alt
    assert "19 in 20 within 79.0% to 87.0%" in alt
    assert "ends at 83.0% in December 2024" in alt


def test_the_table_tells_history_from_forecast(coming: pd.DataFrame, indicator: Indicator) -> None:
    table = drawn(coming, indicator).table
    assert list(table["State"]) == ["final"] * 24 + ["forecast"] * 6
    assert table["Forecast"].notna().sum() == 6


def test_without_a_forecast_the_reason_is_said(coming: pd.DataFrame, indicator: Indicator) -> None:
    history = coming[coming["state"] != "forecast"].assign(
        forecast_reason="5 figures since the change of definition are too few"
    )
    chart = drawn(history, indicator)
    assert "No forecast: 5 figures since the change of definition are too few." in chart.caption
    assert "No forecast" in chart.alt


def test_a_long_history_is_cut_and_a_gap_stays(coming: pd.DataFrame, indicator: Indicator) -> None:
    gap = coming.copy()
    gap.loc[20, "value"] = np.nan
    gap.loc[20, "state"] = "suppressed"
    chart = drawn(gap, indicator)
    assert b"no figure published" in chart.svg
    assert np.isnan(chart.table.loc[20, "Figure, per cent"])


def test_same_input_same_bytes(coming: pd.DataFrame, indicator: Indicator) -> None:
    assert drawn(coming.iloc[::-1], indicator).svg == drawn(coming, indicator).svg
