from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.charts.coming import Coming
from pmf_analysis.charts.coming_words import expected, said_of_record, when_words
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
    assert when_words(periods.month(2025, 6), indicator, single=single) == words


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
    found = said_of_record(Coming.of(rows, indicator, "Dunwick"), indicator)
    assert said in found if said else found == ""


def test_what_is_expected_is_told_of_the_figure_as_shown(
    coming: pd.DataFrame, make_indicator: MakeIndicator
) -> None:
    rolled = make_indicator(data_period="R12M")
    rows = coming.assign(shown_value=coming["value"] + 1, shown_forecast=coming["forecast"] - 1)
    assert expected(rows, rolled) == "about 82.0% in the 12 months to June 2025 if nothing changes"
    history = rows[rows["state"] != "forecast"]
    assert expected(history, rolled) == "no forecast"
    assert expected(rows, rolled, "2025-03").startswith(
        "about 81.4% in the 12 months to March 2025"
    )
