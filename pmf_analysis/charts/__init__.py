"""A slice of the analysis table as a picture with real alternative text.

``trend_chart``, ``variance_chart``, ``contribution_chart``, ``forecast_chart``,
``funnel_chart``, ``quality_chart``, ``small_multiples``, ``explained_chart`` and
``components_chart`` each return a `Chart`. Importing this room loads no drawing library; the
first chart that is drawn does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pmf_analysis.charts.chart import Chart

if TYPE_CHECKING:
    from pmf_analysis.charts.explained import components_chart, explained_chart
    from pmf_analysis.charts.from_register import (
        contribution_chart,
        contribution_table,
        earlier_chart,
        forecast_chart,
        funnel_chart,
        impact_chart,
        quality_chart,
        small_multiples,
        trend_chart,
        variance_chart,
    )

__all__ = [
    "Chart",
    "components_chart",
    "contribution_chart",
    "contribution_table",
    "earlier_chart",
    "explained_chart",
    "forecast_chart",
    "funnel_chart",
    "impact_chart",
    "quality_chart",
    "small_multiples",
    "trend_chart",
    "variance_chart",
]


def __getattr__(name: str) -> object:
    """Load the drawing library when a chart is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "explained" if name in ("components_chart", "explained_chart") else "from_register"
    return getattr(import_module(f"{__name__}.{home}"), name)
