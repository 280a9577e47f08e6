"""The shipped rules of forecasts, for every test of the room."""

from __future__ import annotations

import pytest

from pmf_analysis.forecasting import ForecastRules, rules_of
from pmf_analysis.register import load


@pytest.fixture(scope="session")
def forecast_rules(root) -> ForecastRules:
    """The shipped rule sets of the batch engine."""
    held = load(root / "data" / "reference").rule_sets
    return rules_of(held["forecast-methods"], held["forecast-ranges"])
