from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.charts.impact import draw_earlier, draw_impact
from pmf_analysis.charts.marks import BreakMark
from pmf_analysis.register.models import Indicator
from pmf_analysis.studies.impact import COLUMNS


@pytest.fixture
def outcome() -> dict[str, object]:
    """An action of July 2024 whose figures rose by six."""
    given: dict[str, object] = dict.fromkeys(COLUMNS, np.nan)
    return given | {
        "action_date": "2024-07-01", "last_before": "2024-06", "first_since": "2024-07",
        "scale": "percent", "compared_codes": "", "points_before": 18.0, "points_since": 6.0,
        "level_before": 80.0, "level_since": 86.0, "change": 6.0, "trend_level": 81.0,
        "trend_before": 0.1, "earlier_changes": "0.5 -1.2 2",
    }  # fmt: skip


@pytest.fixture
def rows(coming: pd.DataFrame) -> pd.DataFrame:
    return coming[coming["state"] != "forecast"]


def test_the_chart_tells_levels_trend_and_others(rows, outcome, indicator: Indicator) -> None:
    others = rows.assign(value=70.0)
    chart = draw_impact(
        rows, outcome, indicator, title="Better", area="A", others=others, named="County"
    )
    assert "The level is 80.0% before the action and 86.0% since." in chart.alt
    assert "The trend before would end at 81.6%." in chart.alt
    assert list(chart.table.columns[1:]) == [
        "Figure, per cent", "Average before", "Average since", "Trend before, carried on", "County",
    ]  # fmt: skip
    assert chart.table["Average since"].notna().sum() == 6
    assert b"since 86.0%" in chart.svg or chart.svg.startswith(b"<svg")
    assert "Grey line: County." in chart.caption


def test_without_a_verdict_only_the_date_is_drawn(rows, outcome, indicator) -> None:
    early = outcome | {"change": np.nan, "first_since": "", "last_before": ""}
    chart = draw_impact(rows, early, indicator, title="Too early", area="A")
    assert list(chart.table.columns) == ["Period", "Figure, per cent"]
    assert chart.caption.startswith("Upright lines with a foot: action, July 2024.")
    elsewhere = draw_impact(rows, early | {"action_date": ""}, indicator, title="None", area="A")
    assert elsewhere.caption.startswith("The figures alone")
    assert "The level is" not in elsewhere.alt


def test_a_break_is_marked_and_no_line_spans_it(rows, outcome, indicator) -> None:
    cut = rows.assign(era=[int(one >= "2024-10") for one in rows["period"]])
    whole = draw_impact(rows, outcome, indicator, title="Better", area="A")
    chart = draw_impact(
        cut, outcome, indicator, title="Better", area="A",
        breaks=[BreakMark("2024-10", "recording change", "new form")],
    )  # fmt: skip
    assert "Dotted upright lines: recording change, October 2024: new form." in chart.caption
    assert len(chart.svg) != len(whole.svg)


def test_earlier_dates_stand_beside_the_change(outcome, indicator) -> None:
    chart = draw_earlier(outcome, indicator, title="In none of 3")
    assert "3 earlier dates, with changes from -1.2 to 2.0 (per cent); at the action 6.0" in (
        chart.alt
    )
    assert chart.table.iloc[:, 0].tolist() == [0.5, -1.2, 2.0]


def test_same_input_same_bytes(rows, outcome, indicator) -> None:
    one, other = (
        draw_impact(table, outcome, indicator, title="Better", area="A")
        for table in (rows, rows.iloc[::-1])
    )
    assert one.svg == other.svg
