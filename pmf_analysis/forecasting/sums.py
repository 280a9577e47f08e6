"""What sums of several periods need beyond single ones: their mean, and how errors go together.

The mean of the logits of small months is not the logit of the year: a single month shows little
of that, the share of a year does. And errors of a level that is misjudged stay in every month of a
sum: how much of them does so is learnt from past forecasts of the series that are summed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.batches import Batch
from pmf_analysis.forecasting.counts import denominators_of
from pmf_analysis.forecasting.distribution import Distribution
from pmf_analysis.forecasting.origins import origins_of
from pmf_analysis.forecasting.rules import ForecastRules
from pmf_analysis.forecasting.scales import Scale, unbend
from pmf_analysis.forecasting.series import Series

Floats = NDArray[np.float64]

_FURTHEST = 4.0
"""A past error counts as no larger than so many of its usual size, so that none rules."""


# --- the mean -----------------------------------------------------------------------------


def logit_gap(series: Series, z: Floats) -> float:
    """How far the logit of a year's share of cases lies from the mean logit of its periods.

    The mean over the years of the history, counted from its end, so that a level that moves from
    year to year is no part of it.

    Parameters
    ----------
    series : Series
        A percentage.
    z : ndarray, shape (points,)
        Its figures on the logit.

    Returns
    -------
    float
        0 without wholes, or of a series shorter than a year.

    References
    ----------
    Duan N (1983), Smearing estimate: a nonparametric retransformation method, Journal of the
    American Statistical Association 78: 605-610.
    """
    whole = denominators_of(series)
    cases = np.asarray(series.values, dtype=float) / 100 * whole
    known = ~np.isnan(cases)
    years = len(whole) // series.season
    if not years or not known.any():
        return 0.0
    usual = (np.sum(cases[known]) + 0.5) / (np.sum(whole[known]) + 1)
    shape = (years, series.season)
    start = len(whole) - years * series.season
    told = known[start:].reshape(shape)
    full = 2 * told.sum(axis=1) >= series.season
    if not full.any():
        return 0.0
    some, every, logits = (
        np.where(told, part[start:].reshape(shape), 0.0).sum(axis=1)[full]
        for part in (cases, whole, z)
    )
    # one more case at the usual share, as in the logits of single periods
    together = np.log(some + usual) - np.log(every - some + 1 - usual)
    return float(np.mean(together - logits / told.sum(axis=1)[full]))


def gaps_of(batch: Batch) -> Floats:
    """The gap of each series of a batch, shape (series,); 0 where it is no share of cases."""
    if batch.scale is not Scale.LOGIT:
        return np.zeros(len(batch.series))
    return np.array([logit_gap(one, z) for one, z in zip(batch.series, batch.z, strict=True)])


def shifts_of(batch: Batch, table: Floats) -> list[Floats | None]:
    """How far, on the logit, the share of many periods lies from the mean of single ones.

    Parameters
    ----------
    batch : Batch
    table : ndarray, shape (series, levels, horizon)
        Quantiles of single periods.

    Returns
    -------
    list of ndarray, shape (horizon,), or None
        Of each series; None where it is no share of cases or not summed. 0 where every figure
        is 0 or 100.
    """
    gaps = gaps_of(batch)
    found: list[Floats | None] = []
    for place, one in enumerate(batch.series):
        if not (one.summed and gaps[place]):
            found.append(None)
            continue
        mean, _ = Distribution(table[place], np.eye(batch.horizon)).moments()
        inside = (mean > 0) & (mean < 100)
        mean = np.where(inside, mean, 50.0)
        away = batch.middle[place] + gaps[place] - np.log(mean / (100 - mean))
        found.append(np.where(inside, away, 0.0))
    return found


def spread_out(shares: Floats, shift: Floats | None, stretch: float) -> Floats:
    """Futures of percentages as sums need them.

    Parameters
    ----------
    shares : ndarray, shape (paths, horizon)
        In per cent.
    shift : ndarray, shape (horizon,), or None
        Of the mean of each period, on the logit.
    stretch : float
        Times that each future lies further off that mean.

    Returns
    -------
    ndarray, shape (paths, horizon)
        In the same order. Single periods may lie outside 0 to 100: they are for sums alone,
        which are to be held inside.
    """
    mean = shares.mean(axis=0)
    inside = (mean > 0) & (mean < 100)
    odds = np.where(inside, mean, 50.0) / (100 - np.where(inside, mean, 50.0))
    odds = odds * np.exp(0.0 if shift is None else shift)
    wanted = np.where(inside, 100 * odds / (1 + odds), mean)
    return wanted + stretch * (shares - mean)


# --- errors that go together --------------------------------------------------------------


@dataclass(frozen=True)
class Summed:
    """A batch, and what is known of its coming periods.

    Attributes
    ----------
    batch : Batch
    noisy : ndarray, shape (series,)
        Share of the expected error's variance that few cases make.
    table : ndarray, shape (series, levels, horizon)
        Quantiles of single periods.
    """

    batch: Batch
    noisy: Floats
    table: Floats


@dataclass(frozen=True)
class Alike:
    """How errors of the periods of a sum are.

    Attributes
    ----------
    share : float
        Share of the error that goes together, from 0 to 1.
    stretch : float
        Times that cases lie further off the expected share than the ranges of single periods
        tell. A range of few whole cases holds more than it promises, and hides that.
    """

    share: float
    stretch: float


def alike(
    parts: Sequence[Summed], shape_of: Callable[[int], Floats], rules: ForecastRules
) -> dict[str, Alike]:
    """How errors of the periods of summed series are, from past forecasts.

    The mean product of two past errors from one origin, against what it would be if all of the
    error went together as its shape says; drawn to what few cases leave, the more the fewer
    series there are. Pooled over all series of a frequency and kind whose share of noise is one;
    how far errors lie off is a series' own, drawn to the pooled.

    Parameters
    ----------
    parts : sequence of Summed
        Of one frequency and kind.
    shape_of : callable
        Correlation by the number of periods ahead, shape (horizon, horizon).
    rules : ForecastRules

    Returns
    -------
    dict of str to Alike
        By the name of the series; of others than summed ones what few cases leave.
    """
    told = rules.ranges["calibration"]
    errors = [past_errors(part, rules) for part in parts]
    found: dict[str, Alike] = {}
    for noisy in sorted({share for part in parts for share in part.noisy.tolist()}):
        pooled = np.zeros(4)
        for of_part, part in zip(errors, parts, strict=True):
            pooled += _products(of_part[part.noisy == noisy], shape_of(part.batch.horizon))
        together, expected, square, series = pooled
        trust = series / (series + told["series_for_half_of_correlation"])
        own = together / expected if expected > 0 else 1 - noisy
        share = float(np.clip(trust * own + (1 - trust) * (1 - noisy), 0, 1))
        usual = trust * np.log(square / series) / 2 if square > 0 else 0.0
        for of_part, part in zip(errors, parts, strict=True):
            for place in np.flatnonzero(part.noisy == noisy):
                one = part.batch.series[place]
                if not one.summed:
                    found[one.name] = Alike(1 - noisy, 1.0)
                    continue
                size = _own_size(of_part[place], usual, told["figures_for_half_of_size"])
                stretch = float(np.exp(np.clip(size, 0, np.log(told["most"]))))
                # no more digits than hold whatever the order of the series
                found[one.name] = Alike(round(share, 2), round(stretch, 2))
    return found


def _own_size(errors: Floats, usual: float, half: float) -> float:
    """Logarithm of the size of one series' errors, drawn to the usual one."""
    known = ~np.isnan(errors)
    square = np.sum(np.where(known, errors, 0.0) ** 2) / max(int(known.sum()), 1)
    # periods that are forecast from several origins are told once
    figures = known.sum() / max(known.shape[0] / 2, 1)
    if not square > 0:
        return usual
    return float((figures * np.log(square) / 2 + half * usual) / (figures + half))


def past_errors(part: Summed, rules: ForecastRules) -> Floats:
    """Past errors of the series that are summed.

    Percentages of known wholes: cases off the expected ones, in the standard deviations that the
    coming periods' distributions give them. Others: on the working scale, over each series' own
    mean size.

    Returns
    -------
    ndarray, shape (series, origins, horizon)
        NaN where there was no figure, and of series that are not summed.
    """
    batch = part.batch
    found = batch.past.errors / _size(batch.past.errors)
    if batch.scale is Scale.LOGIT and batch.past.actual.shape[1]:
        periods = np.array(origins_of(batch.points, batch.season, batch.horizon, rules), int)
        at = np.minimum(np.add.outer(periods, np.arange(batch.horizon)), batch.points - 1)
        whole = np.stack([denominators_of(one) for one in batch.series])[:, at]
        share = np.stack([np.asarray(one.values, float) for one in batch.series])[:, at]
        expected = unbend(batch.past.combined + gaps_of(batch)[:, None, None], Scale.LOGIT)
        off = np.where(np.isnan(found), np.nan, (share - expected) * whole)
        spread = np.stack(
            [Distribution(one, np.eye(batch.horizon)).moments()[1] for one in part.table]
        )
        size = _size(np.where(np.isnan(off), np.nan, whole * spread[:, None, :]))
        found = np.where(np.isnan(whole), found, off / size)
    summed = np.array([one.summed for one in batch.series])[:, None, None]
    return np.where(summed, np.clip(found, -_FURTHEST, _FURTHEST), np.nan)


def _products(errors: Floats, shape: Floats) -> Floats:
    """Products of errors from one origin and what they would be by a shape, mean squares, series.

    Each summed up over the series with two errors from one origin.
    """
    known = ~np.isnan(errors)
    pairs = (known.sum(axis=2) > 1).any(axis=1)
    errors, known = errors[pairs], known[pairs]
    there = np.where(known, errors, 0.0)
    apart = shape - np.diag(np.diag(shape))
    together = np.sum(there.sum(axis=2) ** 2 - (there**2).sum(axis=2))
    expected = np.sum(there**2 * (known.astype(float) @ apart))
    square = np.sum(_size(errors) ** 2)
    return np.array([together, expected, square, len(errors)], dtype=float)


def _size(errors: Floats) -> Floats:
    """Root mean square of each series, shape (series, 1, 1); 1 where it is 0 or not known."""
    known = ~np.isnan(errors)
    total = np.where(known, errors, 0.0) ** 2
    count = known.sum(axis=(1, 2), keepdims=True)
    size = np.sqrt(total.sum(axis=(1, 2), keepdims=True) / np.maximum(count, 1))
    return np.where(size > 0, size, 1.0)
