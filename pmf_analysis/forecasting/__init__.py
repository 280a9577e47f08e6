"""Forecasts of many series at once: arrays in, distributions out.

Nothing here knows an indicator, a service area or a sentence. ``forecast`` takes series of any
frequency, kind and length; series of one season and length are worked on as one array. The
pool of simple methods is the folder ``members``, one method a file; how their forecasts are
combined, how far off they were on the past, and how wide the ranges are, stand in the modules
``combining``, ``origins`` and ``ranges``.

The result for one series depends on the others in two stated ways alone: the season of series
of one ``group`` that end in the same period, and the calibration of the ranges, pooled by
frequency, kind and horizon. It depends neither on their order nor on how they are batched.
"""

from pmf_analysis.forecasting.distribution import LEVELS, Distribution
from pmf_analysis.forecasting.engine import Calibration, Forecast, Forecasts, forecast
from pmf_analysis.forecasting.rules import RULES, ForecastRules, rules_of
from pmf_analysis.forecasting.series import Series

__all__ = [
    "LEVELS",
    "RULES",
    "Calibration",
    "Distribution",
    "Forecast",
    "ForecastRules",
    "Forecasts",
    "Series",
    "forecast",
    "rules_of",
]
