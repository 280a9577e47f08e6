"""The provisional end of a series: drawn apart, named, and with where it could end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.charts.tail import Tail
from pmf_analysis.charts.trend import draw_trend
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import State

FINAL, OPEN = State.FINAL, State.PROVISIONAL


def tail_of(*states: State) -> Tail:
    count = len(states)
    return Tail.of(states, np.full(count, 1.0), np.full(count, 2.0))


def with_cases(series: pd.DataFrame) -> pd.DataFrame:
    last = series.index == series.index[-1]
    return series.assign(
        value_low=np.where(last, 70.0, np.nan), value_high=np.where(last, 80.0, np.nan),
        provisional_basis=np.where(last, "assumed: 12% of a month's cases come in later", ""),
    )  # fmt: skip


def test_only_the_figures_at_the_end_are_the_tail() -> None:
    assert tail_of(FINAL, OPEN, FINAL, OPEN, OPEN).first == 3
    assert not tail_of(OPEN, FINAL)
    assert tail_of(OPEN, OPEN).first == 0
    assert not tail_of()
    assert np.isnan(tail_of(OPEN, FINAL, OPEN).low).tolist() == [True, True, False]


def test_the_line_joins_on_and_nothing_is_drawn_twice() -> None:
    tail, values = tail_of(FINAL, FINAL, OPEN), np.array([1.0, 2.0, 3.0])
    assert tail.before(values)[:2].tolist() == [1, 2]
    assert np.isnan(tail.before(values)[2])
    assert tail.within(values)[1:].tolist() == [2, 3]
    assert np.isnan(tail.within(values)[0])


def test_the_tail_is_named_in_picture_text_and_table(
    series: pd.DataFrame, indicator: Indicator
) -> None:
    chart = draw_trend(with_cases(series), indicator, title="Slower", area="Dunwick")
    assert "December 2024 could end between 70.0% and 80.0% once late entries are in" in chart.alt
    assert "drawn hollow on a dashed line over a shaded end" in chart.alt
    assert chart.svg.count(b"provisional") >= 2  # in the key and beside the tail
    assert b"where it could end" in chart.svg
    assert "Shaded end: may still change; assumed: 12% of a month's cases" in chart.caption
    table = chart.table.set_index("Period")
    assert table.loc["December 2024", "Could end at, to"] == 80
    assert np.isnan(table.loc["November 2024", "Could end at, to"])


def test_a_final_series_has_nothing_of_it(series: pd.DataFrame, indicator: Indicator) -> None:
    final = series.assign(state=series["state"].replace("provisional", "final"))
    chart = draw_trend(final, indicator, title="Slower", area="Dunwick")
    assert b"provisional" not in chart.svg
    assert "could end" not in chart.alt + chart.caption
    assert "Could end at, to" not in chart.table.columns


def test_the_range_stands_on_the_adjusted_scale(series: pd.DataFrame, indicator: Indicator) -> None:
    adjusted = with_cases(series).assign(
        chart_value=series["value"] / 0.8, seasonal_note="Adjusted by the share of each month"
    )
    chart = draw_trend(adjusted, indicator, title="Slower", area="Dunwick")
    last = chart.table.iloc[-1]
    assert last["Could end at, from"] == 87.5
    assert last["Adjusted for the time of year"] == 92.5


def test_what_was_published_stays_where_it_was(series: pd.DataFrame, indicator: Indicator) -> None:
    changed = series.assign(published_value=series["value"])
    chart = draw_trend(changed, indicator, title="Slower", area="Dunwick")
    assert b"as published" not in chart.svg
    changed.loc[changed["period"] == "2024-10", "published_value"] = 81.0
    chart = draw_trend(changed, indicator, title="Slower", area="Dunwick")
    assert b"as published on closing" in chart.svg
    assert "1 figure has changed since publication: October 2024, published as 81.0%" in chart.alt
    assert chart.table.set_index("Period").loc["October 2024", "As published on closing"] == 81
