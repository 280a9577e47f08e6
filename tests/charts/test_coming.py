from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.charts import coming as read
from pmf_analysis.charts.coming import Coming, Fan
from pmf_analysis.register.models import Indicator
from tests.charts.conftest import MakeIndicator


@pytest.mark.parametrize(
    ("given", "single", "words"),
    [
        ({}, False, "in June 2025"),
        ({"data_period": "R12M"}, False, "in the 12 months to June 2025"),
        ({"data_period": "R12M"}, True, "in June 2025"),
        ({"data_period": "MS", "stock": True}, False, "on 30 June 2025"),
    ],
)
def test_a_period_is_called_by_what_the_figure_covers(
    make_indicator: MakeIndicator, given: dict[str, object], single: bool, words: str
) -> None:
    indicator = make_indicator(**given)
    assert read.when_words(periods.month(2025, 6), indicator, single=single) == words


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        (12.0, "A coming month counts about 12, so that one case moves it by about 8 percentage"),
        (100.0, "one case moves it by about 1 percentage point."),
        (900.0, ""),
        (0.2, ""),
        (np.nan, ""),
    ],
)
def test_one_case_is_weighed_where_it_weighs_much(
    coming: pd.DataFrame, indicator: Indicator, cases: float, said: str
) -> None:
    rows = coming.assign(forecast_denominator=cases)
    found = read.said_of_record(Coming.of(rows, indicator, "Dunwick"), indicator)
    assert said in found if said else found == ""


def test_what_is_expected_is_told_of_the_figure_as_shown(
    coming: pd.DataFrame, make_indicator: MakeIndicator
) -> None:
    rolled = make_indicator(data_period="R12M")
    rows = coming.assign(shown_value=coming["value"] + 1, shown_forecast=coming["forecast"] - 1)
    assert read.rolls_in_front(rows, rolled)
    assert (
        read.expected(rows, rolled)
        == "about 82.0% in the 12 months to June 2025 if nothing changes"
    )
    history = rows[rows["state"] != "forecast"]
    assert read.expected(history, rolled) == "no forecast"


def test_planned_levels_hold_where_none_is_known(
    coming: pd.DataFrame, indicator: Indicator
) -> None:
    rows = coming.copy()
    rows.loc[27, "target"] = 88.0
    target = Coming.of(rows, indicator, "Dunwick").target
    assert target[[0, 26, 27, 29]].tolist() == [85.0, 85.0, 88.0, 88.0]


def test_a_fan_within_bounds_keeps_its_gaps() -> None:
    nothing = np.array([np.nan, 101.0])
    held = Fan(*[nothing] * 5).within((0.0, 100.0))
    assert held.places.tolist() == [1]
    assert held.high95.tolist()[1] == 100.0
