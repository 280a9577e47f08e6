"""Coming figures as shown and rated: sums of single periods, known ones and equally likely futures.

A rolling figure or a year to date is never forecast from the overlapping series. Its coming
months are drawn as whole futures, added to those of its months that are known, numerators and
denominators apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.analysis._history import History
from pmf_analysis.analysis._series import Coming, Counts
from pmf_analysis.forecasting import Distribution
from pmf_analysis.forecasting.sums import spread_out
from pmf_analysis.periods import ReportingPeriod, shift
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.spans import shown_span
from pmf_analysis.terms import MeasureKind

Floats = NDArray[np.float64]

_CASES = 1
"""Number of the draw of denominators, so that values and cases do not rise together."""


@dataclass(frozen=True)
class Futures:
    """Equally likely futures of the single periods after the last settled one.

    Attributes
    ----------
    numerator, denominator : ndarray, shape (paths, horizon)
        Denominators of a count are 1.
    """

    numerator: Floats
    denominator: Floats


@dataclass(frozen=True)
class Shown:
    """Coming figures as shown, over equally likely futures.

    Attributes
    ----------
    ordered : ndarray, shape (paths, horizon)
        In the indicator's unit, each period's figures from the least to the greatest; NaN last.
    """

    ordered: Floats

    @classmethod
    def of(cls, paths: Floats) -> Shown:
        """Order the futures of each period."""
        return cls(np.sort(paths, axis=0))

    @cached_property
    def known(self) -> NDArray[np.int64]:
        """Futures in which there is a figure, shape (horizon,)."""
        return np.sum(~np.isnan(self.ordered), axis=0)

    def quantile(self, level: float) -> Floats:
        """Value that is not passed with this probability, shape (horizon,); NaN without any."""
        at = level * np.maximum(self.known - 1, 0)
        low, columns = np.floor(at).astype(np.int64), np.arange(len(at))
        high = np.minimum(low + 1, np.maximum(self.known - 1, 0))
        first, second = self.ordered[low, columns], self.ordered[high, columns]
        return first + (at - low) * (second - first)

    def chance_below(self, value: float, step: int) -> float:
        """Chance of a figure below a value, so many periods ahead counted from 0; NaN without any.

        Half a future is added on either side: what no future shows is rare, not impossible.
        """
        many = int(self.known[step])
        below = float(np.searchsorted(self.ordered[:many, step], value))
        return (below + 0.5) / (many + 1) if many else np.nan


def is_summed(indicator: Indicator, coming: list[ReportingPeriod]) -> bool:
    """Whether a shown figure adds several delivered ones up."""
    return any(shown_span(indicator, period) > 1 for period in coming)


def futures(one: Coming, own: Distribution, whole: Distribution | None, count: int) -> Futures:
    """Draw the coming periods of one series.

    Parameters
    ----------
    one : Coming
    own : Distribution
        Of its values.
    whole : Distribution or None
        Of its denominators; None for a count.
    count : int
        Futures.

    Returns
    -------
    Futures
    """
    multiplier = one.history.indicator.multiplier
    values = own.paths(count)
    if whole is None:
        return Futures(values / multiplier, np.ones_like(values))
    values = spread_out(values, own.shift, own.stretch) / multiplier
    cases = whole.paths(count, draw=_CASES)
    return Futures(np.where(cases > 0, values * cases, 0.0), cases)


def shown_paths(
    one: Coming, counts: Counts, drawn: Futures, coming: list[ReportingPeriod]
) -> Floats:
    """The coming figures as shown, for each future.

    Parameters
    ----------
    one : Coming
    counts : Counts
    drawn : Futures
        From the period after the last settled one.
    coming : list of ReportingPeriod
        The periods after the series' last row.

    Returns
    -------
    ndarray, shape (paths, horizon)
        In the indicator's unit. NaN where a month of the figure is not known, lies beyond a
        registered break, or where nothing is counted in it.
    """
    history, indicator = one.history, one.history.indicator
    alone = indicator.kind is MeasureKind.COUNT
    known = np.where(history.settled, history.era, -1)[: history.stop]
    top = counts.at("numerator", known)
    bottom = np.ones_like(top) if alone else counts.at("denominator", known)
    absent = np.isnan(top) | np.isnan(bottom)
    missing = np.concatenate([[0], np.cumsum(absent)])
    tops, bottoms = _sums(top, drawn.numerator), _sums(bottom, drawn.denominator)
    yearly = _is_yearly(history, counts, coming[0])
    found = np.full((len(drawn.numerator), len(coming)), np.nan)
    for step, period in enumerate(coming):
        span, end = shown_span(indicator, period), len(history.era) + step + 1
        start = end - span
        if start < 0 or missing[-1] > missing[min(start, len(known))]:
            continue
        value = tops[:, end] - tops[:, start]
        if not alone:
            cases = (bottoms[:, end] - bottoms[:, start]) / (span if yearly else 1)
            value = np.divide(value, cases, out=np.full_like(value, np.nan), where=cases > 0)
        found[:, step] = value * indicator.multiplier
    inside = np.fmin(np.fmax(found, one.values.lower), one.values.upper)
    return np.where(np.isnan(found), np.nan, inside)


def _sums(known: Floats, drawn: Floats) -> Floats:
    """Running sums over the known and the drawn periods, (paths, periods + 1), from 0."""
    every = np.concatenate([np.broadcast_to(known, (len(drawn), len(known))), drawn], axis=1)
    sums = np.zeros((len(drawn), every.shape[1] + 1))
    np.cumsum(np.nan_to_num(every), axis=1, out=sums[:, 1:])
    return sums


def _is_yearly(history: History, counts: Counts, following: ReportingPeriod) -> bool:
    """Whether the denominators are yearly ones, over whose mean a sum of months stands."""
    if history.indicator.kind is not MeasureKind.RATE:
        return False
    for place in range(len(history.era) - 1, -1, -1):
        span = shown_span(history.indicator, shift(following, place - len(history.era)))
        rows = history.era[max(place + 1 - span, 0) : place + 1]
        shown = counts.at("shown_denominator", rows[-1:])[0]
        whole = float(np.sum(counts.at("denominator", rows)))
        if span > 1 and len(rows) == span and shown > 0 and whole > 0:
            return bool(abs(shown * span - whole) < abs(shown - whole))
    return False
