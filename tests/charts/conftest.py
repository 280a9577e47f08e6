"""Series to draw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.register.models import Indicator

MakeIndicator = Callable[..., Indicator]


@pytest.fixture(scope="session")
def make_indicator() -> MakeIndicator:
    """An indicator, with the fields that a test cares about."""

    def make(**given: object) -> Indicator:
        return Indicator(
            **{
                "code": "CP-01",
                "name": "Assessments completed within 45 working days",
                "objective": "safe",
                "source": {
                    "published": {
                        "table": "t",
                        "numerator": ["n"],
                        "denominator": {"column": "d"},
                    }
                },
                "kind": "proportion",
                "unit": "percent",
                "polarity": "high",
                "frequency": "month",
                "data_period": "M",
                "applies_to": ["area"],
                "owner": "head-of-service",
                "origin": "local",
                **given,
            }
        )

    return make


@pytest.fixture(scope="session")
def indicator(make_indicator: MakeIndicator) -> Indicator:
    return make_indicator()


def monthly(values: list[float], first: tuple[int, int] = (2023, 1)) -> pd.DataFrame:
    """Rows of the analysis table for consecutive months."""
    start = periods.month(*first)
    span = periods.sequence(start, periods.shift(start, len(values) - 1))
    value = np.array(values, dtype=float)
    return pd.DataFrame(
        {
            "indicator": "CP-01",
            "service_area": "A1",
            "cohort": "all",
            "period": [period.code for period in span],
            "vintage": "v",
            "period_end": [period.end.isoformat() for period in span],
            "numerator": np.round(value * 2),
            "denominator": 200.0,
            "value": value,
            "state": "final",
            "lower": value - 5,
            "upper": value + 5,
            "shown_value": value,
            "shown_lower": value - 5,
            "shown_upper": value + 5,
            "shown_state": "final",
            "target": 85.0,
            "floor": 80.0,
            "rag": "amber",
        }
    )


@pytest.fixture
def series() -> pd.DataFrame:
    """Two years of months with limits, a run of concern at the end, one gap and one secret."""
    values = [83.0, 85, 84, 86, 82, 84, 85, 83, 84, 86, 85, 84, 83, 85, 84, 82, 84, 85, 83, 84]
    rows = monthly([*values, 76, 75, 77, 74])
    charted = rows.assign(
        chart_value=rows["value"],
        centre=83.9,
        lower_limit=78.0,
        upper_limit=89.8,
        segment=0,
        variation=["common_cause"] * 20 + ["concern_low"] * 4,
    )
    charted.loc[23, "state"] = "provisional"
    hidden = ["value", "chart_value", "shown_value", "lower", "upper"]
    charted.loc[10, hidden] = np.nan
    charted.loc[10, "state"] = "suppressed"
    return charted.drop(index=[12])


@pytest.fixture
def few(series: pd.DataFrame) -> pd.DataFrame:
    """Five years, too few for limits."""
    codes = ["2020/21", "2021/22", "2022/23", "2023/24", "2024/25"]
    held = monthly([81.0, 83, 82, 84, 86])
    return held.assign(
        period=codes,
        period_end=[periods.parse(code).end.isoformat() for code in codes],
        variation="not_tested",
        chart_reason="5 yearly figures are too few for limits: at least 13 are needed",
    )


@pytest.fixture
def coming() -> pd.DataFrame:
    """Two years of months and six forecast months."""
    rows = monthly([80.0 + place % 4 for place in range(24)])
    span = [periods.shift(periods.month(2025, 1), step) for step in range(6)]
    middle = np.linspace(82, 83, 6)
    future = pd.DataFrame(
        {
            "indicator": "CP-01",
            "service_area": "A1",
            "cohort": "all",
            "period": [period.code for period in span],
            "vintage": "v",
            "period_end": [period.end.isoformat() for period in span],
            "state": "forecast",
            "forecast": middle,
            "forecast_lower80": middle - 2,
            "forecast_upper80": middle + 2,
            "forecast_lower95": middle - 4,
            "forecast_upper95": middle + 4,
        }
    )
    return pd.concat([rows, future], ignore_index=True)


@pytest.fixture
def units() -> pd.DataFrame:
    """Four units in one period, one of them withheld."""
    return pd.DataFrame(
        {
            "indicator": "CP-01",
            "service_area": ["A1", "A2", "A3", "A4"],
            "period": "2024-12",
            "shown_value": [77.0, 84.0, 90.0, np.nan],
            "shown_lower": [71.0, 80.0, 86.0, np.nan],
            "shown_upper": [82.0, 88.0, 93.0, np.nan],
            "shown_state": ["final", "final", "final", "suppressed"],
            "target": 85.0,
            "floor": 80.0,
            "england": 83.1,
            "region": np.nan,
            "neighbour_median": 82.5,
        }
    )
