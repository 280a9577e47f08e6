"""The coming periods of each series, and the stretch of the figure that a target judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register.spans import shown_span
from pmf_analysis.studies._more_cases import Outlook
from pmf_analysis.studies._run_rate import StillToCome
from pmf_analysis.studies._windows import Counts
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import MeasureKind

_READ = (
    *SERIES, "period", "horizon", "forecast_numerator", "forecast_denominator", "shown_forecast",
    "shown_lower80", "shown_upper80", "shown_lower95", "shown_upper95",
    "forecast_target_chance", "forecast_floor_chance",
)  # fmt: skip
_SHOWN = ("shown_lower95", "shown_lower80", "shown_forecast", "shown_upper80", "shown_upper95")


@dataclass(frozen=True)
class Ahead:
    """The coming periods of one series.

    Attributes
    ----------
    spans : sequence of ReportingPeriod
        The nearest first.
    columns : mapping of str to ndarray, shape (periods,)
        Of the rows of coming periods: what is forecast, in the indicator's unit, and chances.
    """

    spans: Sequence[ReportingPeriod]
    columns: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]

    def at(self, place: int) -> Outlook:
        """The shown figure of one of them."""
        points = [float(self.columns[name][place]) for name in _SHOWN]
        chance = float(self.columns["forecast_target_chance"][place])
        return Outlook((points[0], points[1], points[2], points[3], points[4]), chance)


Aheads = dict[tuple[str, ...], Ahead]


def coming_periods(rows: pd.DataFrame) -> Aheads:
    """Coming periods by series."""
    held = rows.reindex(columns=list(_READ)).sort_values([*SERIES, "horizon"], kind="stable")
    spans = {code: periods.parse(code) for code in held["period"].unique()}
    numbers = [name for name in _READ if name not in (*SERIES, "period")]
    columns = {name: held[name].to_numpy(dtype=float) for name in numbers}
    codes = held["period"].to_numpy(dtype=object)
    found = {}
    for series, places in held.groupby(list(SERIES), sort=False).indices.items():
        own = {name: column[places] for name, column in columns.items()}
        found[series] = Ahead([spans[code] for code in codes[places]], own)
    return found


def stretch_of(
    counts: Counts, unit: str, ahead: Ahead, at: int, last: ReportingPeriod
) -> StillToCome | None:
    """Counts of the periods over, and wholes of those to come.

    Parameters
    ----------
    counts : Counts
        Delivered counts of the indicator.
    unit : str
    ahead : Ahead
    at : int
        Place of the coming period whose shown figure the target is held against.
    last : ReportingPeriod
        The latest period that is over.

    Returns
    -------
    StillToCome or None
        None where a period of the stretch has no counts, or its whole is no sum of them.
    """
    indicator = counts.indicator
    span = ahead.spans[at]
    to_come = min(shown_span(indicator, span), at + 1)
    wholes = ahead.columns["forecast_denominator"][at + 1 - to_come : at + 1]
    first, _ = counts.window(span).steps
    top = bottom = 0.0
    for step in range(first, periods.step_number(last) + 1):
        place = counts.row_of(unit, step)
        if place < 0:
            return None
        top += counts.columns["numerator"][place]
        bottom += counts.columns["denominator"][place]
    coming = float(wholes.sum())
    if indicator.kind is MeasureKind.COUNT:
        bottom = coming = 0.0
    elif indicator.kind is MeasureKind.RATE and first <= periods.step_number(last):
        # the whole of a rolled rate is a mean population, not a sum
        return None
    if isnan(top) or isnan(bottom) or isnan(coming):
        return None
    return StillToCome(top, bottom, coming, to_come)
