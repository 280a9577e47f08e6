"""Where each row stands in time, as numbers."""

from __future__ import annotations

import pandas as pd

from pmf_analysis import periods
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Frequency, State

_USABLE = [str(state) for state in State if state.has_value]


def places(codes: pd.Series) -> pd.DataFrame:
    """Read period codes, each once.

    Parameters
    ----------
    codes : pandas.Series of str
        Period codes.

    Returns
    -------
    pandas.DataFrame
        On the same index: ``frequency``; ``position``, which grows by one from
        period to period of a frequency; ``season``, 0 for the period that holds
        January; and ``season_label``, as in *August* or *July to September*.

    Raises
    ------
    ParameterError
        If a text is no code of a period.
    """
    known = {code: _place(periods.parse(code)) for code in codes.unique()}
    columns = ["frequency", "position", "season", "season_label"]
    return pd.DataFrame([known[code] for code in codes], index=codes.index, columns=columns)


def superseded(measures: pd.DataFrame) -> pd.Series:
    """Which rows another row of the same series and period replaces, by a later vintage."""
    ordered = measures[[*SERIES, "period", "vintage"]].sort_values("vintage", kind="stable")
    return ordered.duplicated([*SERIES, "period"], keep="last").reindex(measures.index)


def usable(measures: pd.DataFrame) -> pd.Series:
    """Which rows are charted: with a number, in a state that carries one, not superseded."""
    stated = measures["state"].astype(str).isin(_USABLE)
    return measures["value"].notna() & stated & ~superseded(measures)


def series_numbers(measures: pd.DataFrame) -> pd.Series:
    """The same number for all rows of one series."""
    return measures.groupby([*SERIES], sort=True).ngroup()


def _place(period: periods.ReportingPeriod) -> tuple[str, int, int, str]:
    months = period.end.year * 12 + period.end.month - 1
    if period.frequency is Frequency.MONTH:
        return str(period.frequency), months, months % 12, periods.MONTHS[months % 12]
    if period.frequency is Frequency.QUARTER:
        season = months % 12 // 3
        label = f"{periods.MONTHS[3 * season]} to {periods.MONTHS[3 * season + 2]}"
        return str(period.frequency), months // 3, season, label
    return str(period.frequency), period.end.year, 0, ""
