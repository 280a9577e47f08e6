from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.variance import draw_variance
from pmf_analysis.errors import ParameterError
from pmf_analysis.register.models import Indicator

NAMES = {"A1": "Dunwick", "A2": "Ashmere", "A3": "Bexholt", "A4": "Castle Vale"}


def drawn(rows: pd.DataFrame, indicator: Indicator, **given: object) -> Chart:
    return draw_variance(
        rows, indicator, **{"title": "Behind", "focus": "A1", "names": NAMES, **given}
    )


def test_units_and_benchmarks_are_sorted_from_the_highest(
    units: pd.DataFrame, indicator: Indicator
) -> None:
    table = drawn(units, indicator).table
    assert list(table["Name"]) == [
        "Bexholt", "Ashmere", "England", "Middle of its neighbours", "Dunwick", "Castle Vale",
    ]  # fmt: skip
    assert list(table["State"])[-1] == "withheld to protect confidentiality (c)"


def test_alternative_text_places_the_unit(units: pd.DataFrame, indicator: Indicator) -> None:
    alt = drawn(units, indicator).alt
    assert "Dunwick is at 77.0% (interval 71.0% to 82.0%), number 3 of 3" in alt
    assert "Benchmarks: England 83.1%; Middle of its neighbours 82.5%." in alt
    assert "Without a figure: Castle Vale." in alt


def test_another_period_is_named(units: pd.DataFrame, indicator: Indicator) -> None:
    older = units.assign(period=["2024-12", "2024-09", "2024-12", "2024-12"])
    assert "Ashmere (September 2024)" in list(drawn(older, indicator).table["Name"])


def test_order_of_rows_does_not_matter(units: pd.DataFrame, indicator: Indicator) -> None:
    assert drawn(units.iloc[::-1], indicator).svg == drawn(units, indicator).svg


def test_a_unit_in_focus_without_a_figure(units: pd.DataFrame, indicator: Indicator) -> None:
    assert "Castle Vale has no figure" in drawn(units, indicator, focus="A4").alt


def test_nobody_has_a_figure(units: pd.DataFrame, indicator: Indicator) -> None:
    nothing = units.assign(shown_value=np.nan, england=np.nan, neighbour_median=np.nan)
    assert "Without a figure: " in drawn(nothing, indicator).alt


def test_an_unknown_focus_is_an_error(units: pd.DataFrame, indicator: Indicator) -> None:
    with pytest.raises(ParameterError, match="'A9' is not among those to compare"):
        drawn(units, indicator, focus="A9")


def test_own_parts_stand_below_the_peers(units: pd.DataFrame, indicator: Indicator) -> None:
    chart = drawn(units, indicator, parts=("A3",))
    assert list(chart.table["Name"])[-1] == "Bexholt"
    assert "number 2 of 2 counted from the highest" in chart.alt
    assert "Within Dunwick: Bexholt 90.0%." in chart.alt
    assert b"Within Dunwick" in chart.svg


def test_the_whole_that_a_unit_is_part_of_is_no_peer(
    units: pd.DataFrame, indicator: Indicator
) -> None:
    chart = drawn(units, indicator, wholes=["A3"])
    assert "number 2 of 2" in chart.alt
    assert "Benchmarks: Bexholt" in chart.alt
    assert (
        dict(zip(chart.table["Name"], chart.table["State"], strict=True))["Bexholt"] == "benchmark"
    )


def test_a_heading_too_long_for_its_place_says_less(
    units: pd.DataFrame, indicator: Indicator
) -> None:
    long = {**NAMES, "A1": "Quality Assurance and Reviewing"}
    svg = drawn(units, indicator, names=long, parts=["A2"]).svg
    assert b"<!-- Quality Assurance and Reviewing -->" in svg
    assert b"<!-- Its own parts -->" in svg


def test_values_along_the_foot_are_as_they_are_printed(
    units: pd.DataFrame, indicator: Indicator
) -> None:
    """No 88% where the line stands at 87.5."""
    near = units.assign(shown_value=[89.4, 92.4, 94.4, np.nan], england=92.7)
    near = near.assign(shown_lower=88.4, shown_upper=95.6, neighbour_median=np.nan)
    drawn_as = drawn(near, indicator).svg.decode()
    ticks = [int(one) for one in re.findall(r"<!-- (\d+)% -->", drawn_as)]
    steps = {later - earlier for earlier, later in pairwise(ticks)}
    assert len(ticks) > 2
    assert len(steps) == 1
