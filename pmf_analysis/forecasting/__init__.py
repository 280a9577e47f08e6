"""Forecasts of many series at once: arrays in, distributions out.

Nothing here knows an indicator, a service area or a sentence. ``forecast`` takes series of any
frequency, kind and length; series of one season and length are worked on as one array. The
pool of simple methods is the folder ``members``, one method a file; how their forecasts are
combined, how far off they were on the past, and how wide the ranges are, stand in the modules
``combining``, ``origins`` and ``ranges``.

The middle of a forecast depends on its own series alone; its ranges depend on others in one
stated way, the calibration pooled by frequency, kind and horizon. Neither depends on the order
of series nor on how they are batched.
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
