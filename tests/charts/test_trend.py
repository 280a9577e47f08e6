from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pandas as pd
import pytest

from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.trend import draw_trend
from pmf_analysis.errors import ParameterError, TableError
from pmf_analysis.register.models import Indicator


def drawn(rows: pd.DataFrame, indicator: Indicator, **given: object) -> Chart:
    return draw_trend(rows, indicator, **{"title": "Slower", "area": "Dunwick", **given})


def test_alternative_text_says_what_is_seen(series: pd.DataFrame, indicator: Indicator) -> None:
    alt = drawn(series, indicator, breaks=[("2023-06", "change in recording")]).alt
    assert alt.startswith("Slower. Line chart with usual range of Assessments completed within 45")
    assert "starts at 83.0% in January 2023 and ends at 74.0% in December 2024" in alt
    assert "the lowest is 74.0% in December 2024, the highest 86.0% in April 2023" in alt
    assert "The usual range is now 78.0% to 89.8%, around 83.9%." in alt
    assert "4 points marked as concern, unlikely to be chance, the latest in December 2024" in alt
    assert "The target is 85%; the minimum is 80%." in alt
    assert "Breaks: change in recording, June 2023." in alt
    assert "withheld to protect confidentiality (c) (November 2023)" in alt
    assert "not given (January 2024)" in alt
    assert "1 provisional figure" in alt


def test_a_withheld_figure_is_no_number_anywhere(
    series: pd.DataFrame, indicator: Indicator
) -> None:
    table = drawn(series, indicator).table.set_index("Period")
    assert np.isnan(table.loc["November 2023", "Figure, per cent"])
    assert table.loc["November 2023", "State"] == "withheld to protect confidentiality (c)"
    assert len(table) == 24  # the period that was not delivered has its row
    assert table.loc["January 2024", "State"] == "not given"


def test_few_points_are_shown_with_intervals_and_no_limits(
    few: pd.DataFrame, indicator: Indicator
) -> None:
    chart = drawn(few, indicator)
    assert "Dots with 95% intervals" in chart.alt
    assert "5 yearly figures are too few for limits" in chart.caption
    assert "usual range" not in chart.alt
    assert {"95% interval, from", "95% interval, to"} <= set(chart.table.columns)
    assert "Average" not in chart.table.columns


def test_seasonal_adjustment_is_stated(series: pd.DataFrame, indicator: Indicator) -> None:
    adjusted = series.assign(
        chart_value=series["value"] + np.tile([1.0, -1.0], 12)[: len(series)],
        seasonal_note="Adjusted by the usual share of each month",
    )
    chart = drawn(adjusted, indicator)
    assert "adjusted for the time of year" in chart.alt
    assert "Adjusted by the usual share of each month" in chart.caption
    assert "Adjusted for the time of year" in chart.table.columns


def test_a_rolling_figure_stands_beside_the_months(
    series: pd.DataFrame, make_indicator: object
) -> None:
    rolling = make_indicator(data_period="R12M")
    chart = drawn(series.assign(shown_value=84.2), rolling)
    assert "Figure for 12 months" in chart.table.columns
    assert b"12 months 84.2%" in chart.svg


def test_marks_are_named_in_the_key_only_when_they_are_there(
    series: pd.DataFrame, indicator: Indicator
) -> None:
    svg = drawn(series, indicator).svg
    assert b"concern: unlikely to be chance" in svg
    assert b"improvement" not in svg
    assert b"provisional" in svg
    assert b"no figure published" in svg


def test_the_target_is_drawn_as_it_changed(series: pd.DataFrame, indicator: Indicator) -> None:
    changed = series.assign(target=np.where(series["period"] < "2024-04", 82.0, 85.0))
    assert "The target is 85%, and was 82% at first" in drawn(changed, indicator).alt


def test_same_input_same_bytes_whatever_the_user_has_set(
    series: pd.DataFrame, indicator: Indicator
) -> None:
    first = drawn(series, indicator).svg
    with matplotlib.rc_context({"lines.linewidth": 9, "svg.fonttype": "none", "font.size": 30}):
        assert drawn(series, indicator).svg == first
        assert matplotlib.rcParams["font.size"] == 30
    shuffled = series.sample(frac=1, random_state=1)
    assert drawn(shuffled, indicator).svg == first


def test_same_bytes_in_another_process(
    series: pd.DataFrame, indicator: Indicator, tmp_path: Path
) -> None:
    given = tmp_path / "given"
    given.write_bytes(pickle.dumps((series, indicator)))
    program = (
        "import pickle, sys; from pathlib import Path\n"
        "from pmf_analysis.charts.trend import draw_trend\n"
        "series, indicator = pickle.loads(Path(sys.argv[1]).read_bytes())\n"
        "svg = draw_trend(series, indicator, title='Slower', area='Dunwick').svg\n"
        "sys.stdout.buffer.write(svg)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(given)],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    assert ran.stdout == drawn(series, indicator).svg


HOSTILE = "</text><script>alert(1)</script> & ]]> --> $x^2$ \u202eevil \U0001f600 " + "long" * 60


def test_hostile_names_are_drawn_as_text(series: pd.DataFrame, make_indicator: object) -> None:
    chart = drawn(series, make_indicator(name=HOSTILE), title=HOSTILE, area=HOSTILE)
    ElementTree.fromstring(chart.svg)
    assert b"<script" not in chart.svg
    html = chart.html()
    assert "<script" not in html
    assert "\u202e" not in html


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_points_can_be_drawn(
    series: pd.DataFrame, indicator: Indicator, count: int
) -> None:
    chart = drawn(series.head(count).assign(centre=np.nan), indicator)
    assert len(chart.table) == count


def test_a_series_without_any_figure_says_so(series: pd.DataFrame, indicator: Indicator) -> None:
    empty = series.assign(
        value=np.nan, chart_value=np.nan, shown_value=np.nan, centre=np.nan, state="suppressed"
    )
    assert "No figure is published." in drawn(empty, indicator).alt


def test_no_row_is_an_error(series: pd.DataFrame, indicator: Indicator) -> None:
    with pytest.raises(ParameterError, match=r"no figure of CP-01 for Dunwick"):
        drawn(series.head(0), indicator)
    with pytest.raises(TableError, match="lacks value"):
        drawn(series.drop(columns="value"), indicator)


def test_the_axis_says_when_it_does_not_start_at_zero(
    series: pd.DataFrame, few: pd.DataFrame, indicator: Indicator
) -> None:
    assert "does not start at zero" in drawn(series, indicator).caption
    low = few.assign(value=[1.0, 2, 3, 4, 5], lower=0.5, upper=6.0, target=np.nan, floor=np.nan)
    assert "does not start at zero" not in drawn(low, indicator).caption
