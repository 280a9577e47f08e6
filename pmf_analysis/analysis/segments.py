"""Where a series restarts: eras and segments from the register of breaks."""

from __future__ import annotations

from datetime import date
from itertools import chain

import numpy as np
import pandas as pd

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
    ends = pd.to_datetime(measures["period_end"]).to_numpy().astype("datetime64[D]")
    era = np.zeros(len(measures), dtype=np.int64)
    segment = era.copy()
    starts = _starts(context)
    pairs = measures.groupby(["indicator", "service_area"], sort=False).indices
    for (indicator, unit), rows in pairs.items():
        parts = [starts.get((i, u), ()) for i in (indicator, _ANY) for u in (unit, _ANY)]
        found = set(chain.from_iterable(parts))
        era[rows] = _count({start for start, stops in found if stops}, ends[rows])
        segment[rows] = _count({start for start, _ in found}, ends[rows])
    return measures.assign(era=era, segment=segment)


def _starts(context: Context) -> dict[tuple[str, str], list[tuple[date, bool]]]:
    starts: dict[tuple[str, str], list[tuple[date, bool]]] = {}
    for found in context.register.breaks:
        first = (periods.parse(found.period).start, found.kind.stops_comparison)
        starts.setdefault((found.indicator, found.unit), []).append(first)
    return starts


def _count(starts: set[date], ends: np.ndarray) -> np.ndarray:
    ordered = np.array(sorted(starts), dtype="datetime64[D]")
    return np.searchsorted(ordered, ends, side="right")
