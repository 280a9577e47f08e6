"""The series of the measure table as the forecasting engine takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.analysis import _columns, _undeclared
from pmf_analysis.analysis._calendar import places
from pmf_analysis.analysis._history import History
from pmf_analysis.analysis._levels import at_last_level
from pmf_analysis.forecasting import Series
from pmf_analysis.forecasting.scales import scale_of, to_working, unbend
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.register.spans import is_summed
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import MeasureKind, SeriesKind

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """Columns of the measure table as numbers, each of shape (rows,)."""

    value: Floats
    numerator: Floats
    denominator: Floats
    shown_denominator: Floats
    position: NDArray[np.int64]
    """Number of each row's period, which grows by one from period to period."""

    @classmethod
    def of(cls, measures: pd.DataFrame) -> Counts:
        """Read them; the value only where the state says that there is one."""
        return cls(
            _columns.figures(measures),
            _columns.numbers(measures, "numerator"),
            _columns.numbers(measures, "denominator"),
            _columns.numbers(measures, "shown_denominator"),
            places(measures["period"])["position"].to_numpy(dtype=np.int64),
        )

    def at(self, column: str, rows: NDArray[np.int64]) -> Floats:
        """A column at some rows; NaN where the place is -1."""
        return np.where(rows >= 0, getattr(self, column)[rows], np.nan)


@dataclass(frozen=True)
class Coming:
    """One series to forecast.

    Attributes
    ----------
    history : History
    values : Series
        In the indicator's unit, earlier levels moved to the last one.
    denominators : Series or None
        What the values are shares or means of, as a series of its own; None without.
    change : str
        Words about a change near the end that nobody registered, and about newest figures that
        are not final and lie apart; empty without.
    """

    history: History
    values: Series
    denominators: Series | None
    change: str = ""


def series_of(measures: pd.DataFrame, found: list[History], rules: RuleSet) -> list[Coming]:
    """Series for the engine, from the histories that may be forecast.

    Parameters
    ----------
    measures : pandas.DataFrame
        The table that the histories were found in.
    found : list of History
        Without those that have a reason against a forecast.
    rules : RuleSet
        The rule set ``forecast``.

    Returns
    -------
    list of Coming
        In the same order.
    """
    counts = Counts.of(measures)
    keys = {name: measures[name].to_numpy(dtype=object) for name in SERIES}
    made = []
    for history in found:
        name = "|".join(str(keys[part][history.last]) for part in SERIES)
        made.append(_one(history, counts, name, rules))
    labels = measures["period"].to_numpy(dtype=object)
    stocks = [one.history.indicator.stock for one in made]
    words = _undeclared.changes([one.values for one in made], _labels(made, labels), rules, stocks)
    return [
        replace(one, values=replace(one.values, exposed=bool(said)), change=said)
        for one, said in zip(made, words, strict=True)
    ]


def horizon_of(history: History, rules: RuleSet) -> int:
    """Periods ahead of the series' last row that are forecast."""
    most = int(value_of(rules, "horizons")[str(history.indicator.frequency)])
    share = float(value_of(rules, "longest_share_of_history"))
    return max(min(most, int((history.stop - history.start) * share)), 1)


def _one(history: History, counts: Counts, name: str, rules: RuleSet) -> Coming:
    rows, indicator = history.rows, history.indicator
    value, whole = counts.at("value", rows), counts.at("denominator", rows)
    numerator = counts.at("numerator", rows)
    small = float(value_of(rules, "small_count_below"))
    kind = _kind(value, numerator, whole, indicator, small)
    lower, upper = _bounds(value, indicator)
    parts = kind is SeriesKind.PERCENT and not np.any(np.isnan(whole) & ~np.isnan(value))
    own = Series(
        name=name,
        values=value,
        season=history.season,
        horizon=horizon_of(history, rules) + history.behind,
        kind=kind,
        lower=lower,
        upper=upper,
        denominators=whole if parts else None,
        summed=is_summed(indicator),
    )
    own = replace(own, values=_at_one_level(own, history))
    return Coming(history, own, _denominators(own, whole, indicator, small))


def _denominators(own: Series, whole: Floats, indicator: Indicator, small: float) -> Series | None:
    if indicator.kind is MeasureKind.COUNT or not np.any(whole > 0) or np.nanmin(whole) < 0:
        return None
    return replace(
        own,
        values=whole,
        kind=_count_kind(whole, small),
        lower=0.0,
        upper=np.nan,
        denominators=None,
    )


def _kind(
    value: Floats, numerator: Floats, whole: Floats, indicator: Indicator, small: float
) -> SeriesKind:
    known = value[~np.isnan(value)]
    if indicator.kind is MeasureKind.PROPORTION and indicator.unit == "percent":
        inside = np.all((known >= 0) & (known <= 100))
        sound = np.all(np.isnan(numerator) | np.isnan(whole) | (numerator <= whole))
        return SeriesKind.PERCENT if inside and sound else SeriesKind.LEVEL
    if indicator.kind is MeasureKind.COUNT and indicator.multiplier == 1:
        return _count_kind(known, small)
    return SeriesKind.LEVEL


def _count_kind(known: Floats, small: float) -> SeriesKind:
    there = known[~np.isnan(known)]
    if np.any(there < 0):
        return SeriesKind.LEVEL
    whole = np.all(there == np.rint(there))
    return SeriesKind.SMALL_COUNT if whole and np.mean(there) < small else SeriesKind.COUNT


def _bounds(value: Floats, indicator: Indicator) -> tuple[float, float]:
    """The indicator's bounds, as far as the figures keep them."""
    lower, upper = indicator.bounds
    share = indicator.kind is MeasureKind.PROPORTION
    return (
        lower if np.nanmin(value) >= lower else np.nan,
        upper if share and np.isfinite(upper) and np.nanmax(value) <= upper else np.nan,
    )


def _at_one_level(own: Series, history: History) -> Floats:
    """The figures, earlier levels moved to the last one on the scale that they are worked on."""
    if len(np.unique(history.level)) < 2:
        return own.values
    scale = scale_of(own)
    moved = unbend(at_last_level(to_working(own, scale), history.level, own.season), scale)
    moved = np.fmin(np.fmax(moved, own.lower), own.upper)
    if own.kind is SeriesKind.SMALL_COUNT:
        moved = np.rint(moved)
    moved = np.where(np.isnan(own.values), np.nan, moved)
    return np.where(history.level == history.level[-1], own.values, moved)


def _labels(made: list[Coming], labels: NDArray[np.object_]) -> list[list[str]]:
    """Period codes of the places of each series; empty where there is no row."""
    return [
        [str(labels[row]) if row >= 0 else "" for row in one.history.rows.tolist()] for one in made
    ]
