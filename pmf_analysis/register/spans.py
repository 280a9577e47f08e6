"""How many delivered figures one shown figure adds up."""

from __future__ import annotations

from pmf_analysis import periods
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import DataPeriod, Frequency

_YEARS = {DataPeriod.ROLLING_12_MONTHS: 1, DataPeriod.ROLLING_3_YEARS: 3}


def shown_span(indicator: Indicator, period: ReportingPeriod) -> int:
    """Delivered figures in the shown figure of a period, that of the period itself the last.

    Parameters
    ----------
    indicator : Indicator
    period : ReportingPeriod

    Returns
    -------
    int
        1 where the figure is shown as delivered: a stock, or a series that is delivered
        as rolling.
    """
    if indicator.stock or indicator.source.published.covers is not None:
        return 1
    if indicator.data_period is DataPeriod.YEAR_TO_DATE:
        return _since_april(period)
    years = _YEARS.get(indicator.data_period, 0)
    return max(years * periods.season_length(indicator.frequency), 1)


def _since_april(period: ReportingPeriod) -> int:
    if period.frequency is Frequency.YEAR:
        return 1
    months = (period.end.month - 4) % 12 + 1
    return months if period.frequency is Frequency.MONTH else months // 3
