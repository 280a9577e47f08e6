"""Files of series from outside the workbench, forecast: a table in, a table out.

What ``pmf forecast`` does. The series need no indicator, no unit and no workspace.
"""

from pmf_analysis.series_files.forecasting import (
    FORECAST_COLUMNS,
    TOLD_COLUMNS,
    Answer,
    forecast_file,
    policy,
)
from pmf_analysis.series_files.reading import COLUMNS, SeriesFile, read_series

__all__ = [
    "COLUMNS",
    "FORECAST_COLUMNS",
    "TOLD_COLUMNS",
    "Answer",
    "SeriesFile",
    "forecast_file",
    "policy",
    "read_series",
]
