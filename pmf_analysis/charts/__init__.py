"""A slice of the analysis table as a picture with real alternative text.

``trend_chart``, ``variance_chart``, ``forecast_chart``, ``quality_chart`` and
``small_multiples`` each return a `Chart`. Importing this room loads no drawing library; the
first chart that is drawn does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pmf_analysis.charts.chart import Chart

if TYPE_CHECKING:
    from pmf_analysis.charts.forecast import forecast_chart
    from pmf_analysis.charts.multiples import small_multiples
    from pmf_analysis.charts.quality import quality_chart
    from pmf_analysis.charts.trend import trend_chart
    from pmf_analysis.charts.variance import variance_chart

__all__ = [
    "Chart", "forecast_chart", "quality_chart", "small_multiples", "trend_chart", "variance_chart",
]  # fmt: skip

_HOME = {
    "forecast_chart": "forecast",
    "quality_chart": "quality",
    "small_multiples": "multiples",
    "trend_chart": "trend",
    "variance_chart": "variance",
}


def __getattr__(name: str) -> object:
    """Find a chart's function in its module, when first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
