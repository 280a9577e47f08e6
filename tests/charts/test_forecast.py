from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.forecast import draw_forecast
from pmf_analysis.errors import ParameterError
from pmf_analysis.register.models import Indicator
from tests.charts.conftest import MakeIndicator

RECORD = {
    "forecast_reason": "On past figures the forecast is no better than last month's figure",
    "forecast_origins": 20,
    "forecast_coverage80": 0.785,
    "forecast_coverage": 0.941,
    "forecast_break": "The level seems to have changed in October 2024",
    "forecast_before": 81.0,
    "forecast_before_lower80": 79.5,
    "forecast_before_upper80": 82.5,
    "forecast_before_lower95": 78.0,
    "forecast_before_upper95": 84.0,
}


def drawn(rows: pd.DataFrame, indicator: Indicator, **more: object) -> Chart:
    given = {"title": "Little will change", "area": "Dunwick", **more}
    return draw_forecast(rows, indicator, **given)


@pytest.fixture
def told(coming: pd.DataFrame) -> pd.DataFrame:
    """Two years and six months to come, with the record on the last row and chances ahead."""
    rows = coming.copy()
    for name, value in RECORD.items():
        rows[name] = "" if isinstance(value, str) else np.nan
        rows.loc[23, name] = value
    ahead = rows["state"] == "forecast"
    return rows.assign(
        forecast_target_chance=np.where(ahead, 0.12, np.nan),
        forecast_floor_chance=np.where(ahead, 0.004, np.nan),
        forecast_numerator=np.where(ahead, 9.96, np.nan),
        forecast_denominator=np.where(ahead, 12.0, np.nan),
    )


@pytest.fixture
def rolling(told: pd.DataFrame) -> pd.DataFrame:
    """The same as shown for twelve months."""
    ahead = told["state"] == "forecast"
    shown = pd.Series(np.linspace(81, 81.6, len(told)), told.index)
    widths = {"lower80": -0.5, "upper80": 0.5, "lower95": -0.9, "upper95": 0.9}
    return told.assign(
        shown_value=shown.where(~ahead),
        shown_forecast=shown.where(ahead),
        **{f"shown_{edge}": shown.where(ahead) + width for edge, width in widths.items()},
    )


@pytest.fixture(scope="module")
def yearly_rolled(make_indicator: MakeIndicator) -> Indicator:
    return make_indicator(data_period="R12M")


def test_alternative_text_gives_forecast_and_both_ranges(
    coming: pd.DataFrame, indicator: Indicator
) -> None:
    alt = drawn(coming, indicator).alt
    assert "The forecast for June 2025 is 83.0%" in alt
    assert "4 chances in 5 that it lies within 81.0% to 85.0%" in alt
    assert "19 in 20 within 79.0% to 87.0%" in alt
    assert "ends at 83.0% in December 2024" in alt


def test_chances_are_said_in_words_and_numbers(told: pd.DataFrame, indicator: Indicator) -> None:
    chart = drawn(told, indicator)
    assert "meets the target of 85% is about 1 in 10" in chart.alt
    assert "worse than the minimum is almost none" in chart.alt
    last = chart.table.iloc[-1]
    assert last["Chance of meeting the target"] == "12%"
    assert last["Chance of a figure worse than the minimum"] == "under 1%"


def test_chances_are_those_of_the_date_of_the_target(
    told: pd.DataFrame, indicator: Indicator
) -> None:
    rows = told.copy()
    rows.loc[26, ["forecast_target_chance", "forecast_floor_chance"]] = [0.51, 0.2]
    chart = drawn(rows, indicator, due="2025-03")
    assert "The forecast for March 2025 is 82.4%" in chart.alt
    assert "For June 2025 it is 83.0%." in chart.alt
    assert "that it then meets the target of 85% is about even" in chart.alt
    assert "The chances are those of March 2025." in chart.caption
    assert chart.svg != drawn(rows.drop(columns="target"), indicator, due="2025-03").svg
    rows.loc[29, "target"] = 90.0
    later = drawn(rows, indicator, due="2025-03")
    assert "meets the target of 85% is about even" in later.alt
    assert later.table["Target"].iloc[-1] == 90.0
    assert b"target 90%" in later.svg and b"chance (85%): about even" in later.svg


def test_the_caption_says_how_ranges_held_and_what_is_unusual(
    told: pd.DataFrame, indicator: Indicator
) -> None:
    caption = drawn(told, indicator).caption
    assert "Tried on past months, from 20 earlier dates: " in caption
    assert "the darker range held 79% of what came, the lighter one 94%" in caption
    assert "80% and 95% are promised" in caption
    assert "The level seems to have changed in October 2024." in caption
    assert "counts about 12, so that one case moves it by about 8 percentage points" in caption


def test_the_earlier_forecast_stands_beside_what_came(
    told: pd.DataFrame, indicator: Indicator
) -> None:
    chart = drawn(told, indicator)
    assert (
        "One month before, the forecast for December 2024 was 81.0% "
        "(4 chances in 5: 79.5% to 82.5%; 19 in 20: 78.0% to 84.0%); it came to 83.0%."
    ) in chart.alt
    assert chart.table.loc[23, "Forecast one month before"] == 81.0
    assert chart.svg != drawn(told.drop(columns="forecast_before"), indicator).svg
    earlier = drawn(told.assign(forecast_before_period="2024-11"), indicator)
    assert "the forecast for November 2024 was 81.0%" in earlier.alt
    assert earlier.table.loc[22, "Forecast one month before"] == 81.0


def test_a_rolling_figure_stands_in_front_of_single_months(
    rolling: pd.DataFrame, yearly_rolled: Indicator
) -> None:
    chart = drawn(rolling, yearly_rolled)
    assert "The forecast for the 12 months to June 2025 is 81.6%" in chart.alt
    assert "ends at 81.5% in December 2024" in chart.alt
    table = chart.table
    assert table.loc[23, "Figure for 12 months, per cent"] == 81.5
    assert table.loc[23, "Single month"] == 83.0
    assert table["Forecast"].iloc[-1] == 81.6
    assert table["Single month, forecast"].iloc[-1] == 83.0
    assert table["Denominator"].iloc[-1] == 12.0
    assert "December 2024 alone was 81.0%" in chart.alt
    assert "Tried on past single months, from 20 earlier dates" in chart.caption


def test_without_a_forecast_as_shown_the_single_figures_stand_in_front(
    rolling: pd.DataFrame, yearly_rolled: Indicator
) -> None:
    plain = rolling.drop(columns=[name for name in rolling if name.startswith("shown_f")])
    chart = drawn(plain, yearly_rolled)
    assert "The forecast for June 2025 is 83.0%" in chart.alt
    assert "Single month" not in chart.table


def test_single_figures_do_not_press_the_forecast_flat(
    rolling: pd.DataFrame, yearly_rolled: Indicator
) -> None:
    spiked = rolling.copy()
    spiked.loc[[3, 9], "value"] = [0.0, 5.0]
    chart = drawn(spiked, yearly_rolled)
    assert "Beyond the axis, marked at its edge: 2 single months." in chart.caption
    assert chart.table.loc[3, "Single month"] == 0.0


def test_impossible_values_are_never_drawn(coming: pd.DataFrame, indicator: Indicator) -> None:
    beyond = coming.assign(
        forecast_upper95=coming["forecast_upper95"] + 30,
        forecast_lower95=coming["forecast_lower95"] - 90,
    )
    table = drawn(beyond, indicator).table
    assert table["Forecast: 19 in 20, to"].max() == 100.0
    assert table["Forecast: 19 in 20, from"].min() == 0.0


def corners(chart: Chart) -> int:
    """Places that the outline of the darker range goes through."""
    svg = chart.svg.decode()
    shape = svg[: svg.index("fill: #f9b592", svg.index("axes_2"))].rpartition('d="')[2]
    return len(set(re.findall(r"(-?[\d.]+) (-?[\d.]+)", shape.partition('"')[0])))


def test_the_fan_opens_from_the_last_figure_but_never_across_a_break_or_gap(
    coming: pd.DataFrame, indicator: Indicator
) -> None:
    assert corners(drawn(coming, indicator)) == 1 + 2 * 6
    cut = [("2025-01", "change of definition")]
    assert corners(drawn(coming, indicator, breaks=cut)) == 2 * 6
    withheld = coming.copy()
    withheld.loc[23, ["value", "shown_value"]] = np.nan
    withheld.loc[23, "state"] = "suppressed"
    chart = drawn(withheld, indicator)
    assert corners(chart) == 2 * 6
    assert "withheld to protect confidentiality (c) (December 2024)" in chart.alt
    assert np.isnan(chart.table.loc[23, "Figure, per cent"])


def test_one_coming_period_alone_is_drawn(coming: pd.DataFrame, indicator: Indicator) -> None:
    one = coming.head(25)
    without_last = one.copy()
    without_last.loc[23, "value"] = np.nan
    for rows in (one, without_last):
        assert b"#f9b592" in drawn(rows, indicator).svg.lower()


@pytest.mark.parametrize(
    ("frequency", "codes"),
    [
        ("year", [f"{year}/{(year + 1) % 100:02d}" for year in range(2016, 2026)]),
        (
            "quarter",
            [
                f"{year}/{(year + 1) % 100:02d}-Q{q}"
                for year in (2022, 2023, 2024)
                for q in (1, 2, 3, 4)
            ],
        ),
    ],
)
def test_years_and_quarters_are_drawn_as_months_are(
    coming: pd.DataFrame, make_indicator: MakeIndicator, frequency: str, codes: list[str]
) -> None:
    known = len(codes) - 2
    rows = pd.concat([coming.iloc[:known], coming.iloc[24:26]], ignore_index=True)
    ends = [periods.parse(code).end.isoformat() for code in codes]
    given = make_indicator(frequency=frequency, data_period=frequency[0].upper().replace("Y", "A"))
    rows = rows.assign(period=codes, period_end=ends, forecast_before=np.nan)
    rows.loc[known - 1, ["forecast_before", "forecast_reason"]] = [80.0, "Tried"]
    chart = drawn(rows, given)
    assert f"One {frequency} before, the forecast for" in chart.alt
    assert chart.table["Forecast"].notna().sum() == 2


def test_the_table_tells_history_from_forecast(coming: pd.DataFrame, indicator: Indicator) -> None:
    table = drawn(coming, indicator).table
    assert list(table["State"]) == ["final"] * 24 + ["forecast"] * 6
    assert table["Forecast"].notna().sum() == 6
    assert "Forecast one month before" not in table


def test_without_a_forecast_the_reason_is_said(coming: pd.DataFrame, indicator: Indicator) -> None:
    history = coming[coming["state"] != "forecast"].assign(
        forecast_reason="5 figures since the change of definition are too few"
    )
    chart = drawn(history, indicator)
    assert "No forecast: 5 figures since the change of definition are too few." in chart.caption
    assert "No forecast" in chart.alt


def test_a_forecast_without_history_is_refused(coming: pd.DataFrame, indicator: Indicator) -> None:
    with pytest.raises(ParameterError, match="no figure of CP-01 for Dunwick"):
        drawn(coming[coming["state"] == "forecast"], indicator)


def test_a_long_history_is_cut_and_a_gap_stays(coming: pd.DataFrame, indicator: Indicator) -> None:
    gap = coming.copy()
    gap.loc[20, "value"] = np.nan
    gap.loc[20, "state"] = "suppressed"
    chart = drawn(gap, indicator)
    assert b"no figure published" in chart.svg
    assert np.isnan(chart.table.loc[20, "Figure, per cent"])


def test_hostile_texts_are_words_and_nothing_else(
    told: pd.DataFrame, make_indicator: MakeIndicator
) -> None:
    hostile = "<script>alert(1)</script> $x^2$ & 'more'"
    named = make_indicator(name=hostile)
    rows = told.assign(forecast_break=hostile)
    html = str(
        drawn(rows, named, title=hostile, area=hostile, breaks=[("2024-03", hostile)]).html()
    )
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_same_input_same_bytes(rolling: pd.DataFrame, yearly_rolled: Indicator) -> None:
    assert drawn(rolling.iloc[::-1], yearly_rolled).svg == drawn(rolling, yearly_rolled).svg
