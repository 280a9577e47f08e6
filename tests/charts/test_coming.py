from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.charts.coming import Coming, Fan, rolls_in_front
from pmf_analysis.register.models import Indicator
from tests.charts.conftest import MakeIndicator


def test_what_rolls_is_read_as_shown(coming: pd.DataFrame, make_indicator: MakeIndicator) -> None:
    rolled = make_indicator(data_period="R12M")
    rows = coming.assign(shown_value=coming["value"] + 1, shown_forecast=coming["forecast"] - 1)
    assert rolls_in_front(rows, rolled)
    assert not rolls_in_front(rows.assign(shown_value=rows["value"]), rolled)
    assert not rolls_in_front(rows, make_indicator())
    read = Coming.of(rows, rolled, "Dunwick")
    assert read.last == 23
    assert read.fan.middle[-1] == 82.0
    assert read.single_fan.middle[-1] == 83.0


@pytest.mark.parametrize(
    ("due", "place"), [("", 29), ("2025-03", 26), ("2027-03", 29), ("2024-03", 29)]
)
def test_chances_speak_of_a_period_that_is_forecast(
    coming: pd.DataFrame, indicator: Indicator, due: str, place: int
) -> None:
    assert Coming.of(coming, indicator, "Dunwick", due).due == place
    history = coming[coming["state"] != "forecast"]
    assert Coming.of(history, indicator, "Dunwick", due).due == -1


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
