"""Where a series restarts: eras and segments from the register of breaks."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.register.registry import Context
from pmf_analysis.tables import MEASURE, require

_ANY = "*"


def add_segments(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Number each row's era and segment.

    A registered break takes effect at the first period that ends on or after
    the day on which the break's own period starts, whether or not the series
    has that very period: a yearly figure that a break falls into counts as
    after it. Breaks count from the day they are registered, also for runs as
    at an earlier date: they say how past figures must be read.

    Parameters
    ----------
    measures : pandas.DataFrame
        The measure table.
    context : Context
        With the register's breaks.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``era``, which counts the breaks so far that stop
        all comparison, and ``segment``, which counts these and the rebases.
    """
    require(measures, MEASURE, "measure")
    ends = _ends(measures)
    era = np.zeros(len(measures), dtype=np.int64)
    segment = era.copy()
    starts = _starts(context)
    for (indicator, unit), rows in _pairs(measures).items():
        found = _holding(starts, indicator, unit)
        era[rows] = _count({one.start for one in found if one.stops_comparison}, ends[rows])
        segment[rows] = _count({one.start for one in found}, ends[rows])
    return measures.assign(era=era, segment=segment)


def baselines(measures: pd.DataFrame, context: Context) -> NDArray[np.float64]:
    """How many first figures of its segment the limits of each row rest on.

    A break or rebase may name them; a rebase at a series' first period freezes its first
    limits. Of two that start one segment, that of the series itself counts before one for
    many.

    Parameters
    ----------
    measures : pandas.DataFrame
        The measure table.
    context : Context

    Returns
    -------
    ndarray of float, shape (rows,)
        NaN where the limits rest on all figures of the segment.
    """
    ends = _ends(measures)
    found = np.full(len(measures), np.nan)
    starts = _starts(context)
    if not any(one.baseline_points for one in context.register.breaks):
        return found
    for (indicator, unit), rows in _pairs(measures).items():
        held: dict[date, float] = {}
        for one in _holding(starts, indicator, unit):
            points = np.nan if one.baseline_points is None else float(one.baseline_points)
            if np.isnan(held.get(one.start, np.nan)):
                held[one.start] = points
        of_segment = np.array([np.nan, *(held[start] for start in sorted(held))])
        found[rows] = of_segment[_count(set(held), ends[rows])]
    return found


class _Start(NamedTuple):
    start: date
    stops_comparison: bool
    baseline_points: int | None


def _pairs(measures: pd.DataFrame) -> dict[tuple[str, str], NDArray[np.int64]]:
    return measures.groupby(["indicator", "service_area"], sort=False).indices


def _ends(measures: pd.DataFrame) -> NDArray[np.datetime64]:
    return pd.to_datetime(measures["period_end"]).to_numpy().astype("datetime64[D]")


def _starts(context: Context) -> dict[tuple[str, str], list[_Start]]:
    starts: dict[tuple[str, str], list[_Start]] = {}
    for found in context.register.breaks:
        first = _Start(
            periods.parse(found.period).start, found.kind.stops_comparison, found.baseline_points
        )
        starts.setdefault((found.indicator, found.unit), []).append(first)
    return starts


def _holding(
    starts: dict[tuple[str, str], list[_Start]], indicator: str, unit: str
) -> list[_Start]:
    # the breaks of a series, its own first
    names = [(one, other) for one in (indicator, _ANY) for other in (unit, _ANY)]
    return list(chain.from_iterable(starts.get(name, ()) for name in names))


def _count(starts: set[date], ends: NDArray[np.datetime64]) -> NDArray[np.int64]:
    ordered = np.array(sorted(starts), dtype="datetime64[D]")
    return np.searchsorted(ordered, ends, side="right")
