"""Which stretch of time one shown figure covers, and how many delivered figures that is."""

from __future__ import annotations

from pmf_analysis import periods
from pmf_analysis.periods import MONTHS, ReportingPeriod
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


def is_summed(indicator: Indicator) -> bool:
    """Whether a shown figure can add several delivered ones up."""
    if indicator.stock or indicator.source.published.covers is not None:
        return False
    length = periods.season_length(indicator.frequency)
    to_date = indicator.data_period is DataPeriod.YEAR_TO_DATE
    return length > 1 if to_date else _YEARS.get(indicator.data_period, 0) * length > 1


def shown_label(period: ReportingPeriod, indicator: Indicator) -> str:
    """What a reader calls the stretch of a shown figure: ``12 months to February 2025``.

    Parameters
    ----------
    period : ReportingPeriod
        The last of the periods that it adds up; one that is still to come as well.
    indicator : Indicator
    """
    covers = indicator.source.published.covers or indicator.data_period
    to = f"{MONTHS[period.end.month - 1]} {period.end.year}"
    if indicator.stock:
        return periods.format_date(period.end)
    if covers is DataPeriod.ROLLING_12_MONTHS:
        return f"12 months to {to}"
    if covers is DataPeriod.ROLLING_3_YEARS:
        return f"3 years to {to}"
    if covers is DataPeriod.YEAR_TO_DATE and period.frequency is not Frequency.YEAR:
        start = periods.containing_year(period).start
        if (start.year, start.month) == (period.end.year, period.end.month):
            return period.label
        year = f" {start.year}" if start.year != period.end.year else ""
        return f"April{year} to {to}"
    return period.label


def _since_april(period: ReportingPeriod) -> int:
    if period.frequency is Frequency.YEAR:
        return 1
    months = (period.end.month - 4) % 12 + 1
    return months if period.frequency is Frequency.MONTH else months // 3
