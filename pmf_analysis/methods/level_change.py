"""Whether the latest periods of a series differ from those before. Arrays in, arrays out.

A scan: the latest k periods against those before, for every k, and a straight slide over the
latest k periods, for every k. The largest of these t statistics is judged by the chance that the
largest of all of them would be as large where nothing changed, so that trying many k costs no
false alarm: Hotelling's tube around the curve of the contrasts on the sphere, never more than
Bonferroni's bound. Weights are the inverse of each figure's variance: its own chance variation,
where that is known, and the extra variation of the series. Errors may follow on from one another
with a given lag-1 autocorrelation.

References
----------
Hotelling H (1939), Am J Math 61: 440-460. Naiman DQ (1986), Ann Stat 14: 896-906. Knowles M,
Siegmund D (1989), Int Stat Rev 57: 205-220. Extra variation: DerSimonian R, Laird N (1986),
Control Clin Trials 7: 177-188. Bias of the autocorrelation: Marriott FHC, Pope JA (1954),
Biometrika 41: 390-402.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods.squeezed import Prior

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# a contrast or a residual smaller than this, relative to what it is made of, is binary noise
_NOISE = 1e-10

# series worked on at a time, so that all contrasts of many series fit in memory
_AT_ONCE = 128


class LevelChange(NamedTuple):
    """The clearest change of each series, each of shape (n,).

    Attributes
    ----------
    statistic : ndarray of float
        The largest t in size, with its sign; NaN where nothing could be tried.
    p_value : ndarray of float
        Chance of one as large where nothing changed, for all contrasts that were tried.
    latest : ndarray of int
        Figures that the change spans: the latest k; 0 where nothing could be tried.
    slides : ndarray of bool
        Whether it is a slide over them, and not a step before them.
    before, after : ndarray of float
        Fitted level before, and at the last figure, on the scale of the values.
    points, tried : ndarray of int
        Figures, and contrasts tried.
    lag_one : ndarray of float
        Lag-1 autocorrelation of what the fitted change leaves, corrected for its bias; NaN
        where nothing could be tried.
    dispersion : ndarray of float
        Variance that is left, of what chance gives; NaN where that is not known.
    """

    statistic: Floats
    p_value: Floats
    latest: NDArray[np.int64]
    slides: Flags
    before: Floats
    after: Floats
    points: NDArray[np.int64]
    tried: NDArray[np.int64]
    lag_one: Floats
    dispersion: Floats


def level_change(
    values: ArrayLike,
    chance_variance: ArrayLike | None = None,
    *,
    most_latest: int,
    least_before: int,
    least_slide: int,
    autocorrelation: ArrayLike = 0.0,
    prior: Prior | None = None,
    clear: float = 0.01,
) -> LevelChange:
    """Scan each series for a change of level that lasts to its end.

    Parameters
    ----------
    values : array_like of float, shape (n, periods)
        In order of time; NaN where there is no figure, which keeps its place in time.
    chance_variance : array_like of float, shape (n, periods), optional
        Of each figure, where its number of cases says so; NaN for series of which it is not
        known, whose figures weigh the same.
    most_latest : int
        Steps are tried before the latest 1 to so many figures. Slides may be longer.
    least_before : int
        Figures that must lie before a change.
    least_slide : int
        A slide spans at least so many figures.
    autocorrelation : array_like of float, shape (n,)
        Lag-1, of the errors; 0 or more and below 1.
    prior : Prior, optional
        What is known beforehand of each series' ``dispersion``, such as from its group.
    clear : float
        A change with a smaller chance is taken out before ``lag_one`` and ``dispersion`` are
        estimated.

    Returns
    -------
    LevelChange

    Raises
    ------
    ParameterError
        If shapes differ, a number is infinite, or an autocorrelation cannot be.
    """
    given = np.atleast_2d(np.asarray(values, dtype=float))
    variance = np.full(given.shape, np.nan)
    if chance_variance is not None:
        variance = np.atleast_2d(np.asarray(chance_variance, dtype=float))
    follow = np.broadcast_to(np.asarray(autocorrelation, dtype=float), len(given))
    if variance.shape != given.shape or np.isinf(given).any() or np.isinf(variance).any():
        raise ParameterError("Values and variances differ in shape, or one is infinite",
                             "two arrays of one shape: series by periods")  # fmt: skip
    if np.any((follow < 0) | (follow >= 1)) or min(most_latest, least_before, least_slide) < 1:
        raise ParameterError("An autocorrelation or a number of periods cannot be",
                             "0 <= autocorrelation < 1, at least 1 period")  # fmt: skip
    nothing = np.full(len(given), np.nan), np.zeros(len(given))
    known = Prior(*nothing) if prior is None else prior
    parts = []
    for at in range(0, max(len(given), 1), _AT_ONCE):
        here = slice(at, at + _AT_ONCE)
        before = Prior(known.variance[here], known.freedom[here])
        packed = _packed(given[here], variance[here], follow[here], before)
        tries = _tries(packed, most_latest, least_before, least_slide)
        parts.append(_clearest(packed, tries, clear))
    return LevelChange(*(np.concatenate(part) for part in zip(*parts, strict=True)))


class _Series(NamedTuple):
    """Figures moved to the right without gaps: ``value``, ``time`` and ``weight`` are 0 in front.

    ``floor`` is the least that the variance of a weighted figure can be: its chance variation.
    """

    there: Flags
    value: Floats
    time: Floats
    weight: Floats
    floor: Floats
    follow: Floats
    prior: Prior
    """Variance of a weighted figure, and how well it is known beforehand."""

    @property
    def points(self) -> NDArray[np.int64]:
        return self.there.sum(axis=1)

    def whitened(self, columns: Floats) -> Floats:
        """Columns of shape (n, periods, m), weighted, without what follows from the one before."""
        gap = np.diff(self.time, axis=1, prepend=0.0)
        joined = self.there.copy()
        joined[:, 1:] &= self.there[:, :-1]
        joined[:, 0] = False
        share = np.where(joined, self.follow[:, None] ** np.maximum(gap, 1.0), 0.0)[..., None]
        scaled = np.sqrt(self.weight)[..., None] * columns
        earlier = np.zeros_like(scaled)
        earlier[:, 1:] = scaled[:, :-1]
        return (scaled - share * earlier) / np.sqrt(1 - share**2)


class _Tries(NamedTuple):
    """Contrasts, 0 before the change and 1 at the last figure: (n, periods, m)."""

    shape: Floats
    latest: NDArray[np.int64]
    slides: Flags
    allowed: Flags


def _packed(values: Floats, variance: Floats, follow: Floats, prior: Prior) -> _Series:
    known = np.isfinite(values)
    order = np.argsort(known, axis=1, kind="stable")
    there = np.take_along_axis(known, order, axis=1)
    value, own = (
        np.where(there, np.take_along_axis(part, order, axis=1), 0.0) for part in (values, variance)
    )
    time = np.where(there, order.astype(float), 0.0)
    chance = np.where(np.isnan(own).any(axis=1, keepdims=True), 0.0, own)
    weight, floor = _weights(value, chance, there)
    told = (floor > 0) & np.isfinite(prior.variance)
    own = Prior(np.where(told, prior.variance, 0.0) * floor, np.where(told, prior.freedom, 0.0))
    return _Series(there, value, time, weight, floor, follow, own)


def _weights(value: Floats, chance: Floats, there: Flags) -> tuple[Floats, Floats]:
    """Inverse variances, of chance and extra variation together, and the share of chance."""
    first = np.where(there, 1.0 / np.where(chance > 0, chance, 1.0), 0.0)
    total = _safe(first.sum(axis=1))
    mean = (first * value).sum(axis=1) / total
    spread = (first * (value - mean[:, None]) ** 2).sum(axis=1)
    excess = spread - (there.sum(axis=1) - 1)
    extra = np.maximum(excess / _safe(total - (first**2).sum(axis=1) / total), 0.0)
    known = (chance > 0).any(axis=1)
    weight = np.where(known[:, None], 1.0 / _safe(chance + extra[:, None]), 1.0)
    weight = np.where(there, weight, 0.0)
    return weight, (weight * chance).sum(axis=1) / np.maximum(there.sum(axis=1), 1)


def _tries(series: _Series, most_latest: int, least_before: int, least_slide: int) -> _Tries:
    """Steps before the latest k figures, the longest first, then slides, the shortest first."""
    periods = series.value.shape[1]
    steps = np.arange(min(most_latest, periods), 0, -1)
    spans = np.arange(least_slide, periods)
    last = np.arange(periods) - periods  # -1 at the last figure
    step = np.broadcast_to(
        (last[:, None] >= -steps).astype(float), (len(series.value), periods, len(steps))
    )
    start = series.time[:, periods - 1 - spans][:, None, :]
    length = series.time[:, -1][:, None, None] - start
    slide = np.maximum(series.time[..., None] - start, 0.0) / np.where(length > 0, length, 1.0)
    latest = np.concatenate([steps, spans])
    return _Tries(
        np.where(series.there[..., None], np.concatenate([step, slide], axis=2), 0.0),
        latest,
        np.arange(len(latest)) >= len(steps),
        latest <= series.points[:, None] - least_before,
    )


def _clearest(series: _Series, tries: _Tries, clear: float) -> LevelChange:
    level = series.whitened(np.ones((*series.value.shape, 1)))
    figure = series.whitened(series.value[..., None])[..., 0]
    shape = series.whitened(tries.shape)
    norm = _safe((level**2).sum(axis=1))
    level = level[..., 0]
    rest = figure - level * ((level * figure).sum(axis=1, keepdims=True) / norm)
    own = shape - level[..., None] * (np.einsum("nt,ntm->nm", level, shape) / norm)[:, None]
    length = np.sqrt((own**2).sum(axis=1))
    allowed = tries.allowed & (length**2 > _NOISE * (shape**2).sum(axis=1))
    unit = own / np.where(allowed, length, 1.0)[:, None]
    along = np.einsum("ntm,nt->nm", unit, rest)
    t, allowed = _statistics(along, allowed, rest, figure, series)

    best, row = np.where(allowed, np.abs(t), -1.0).argmax(axis=1), np.arange(len(t))
    tried = allowed.sum(axis=1)
    freedom = np.maximum(series.points - 2, 1) + series.prior.freedom
    chance = _chance(t[row, best], freedom, _arc(unit, allowed), tried)
    change = along[row, best] / np.where(tried > 0, length[row, best], 1.0)
    chosen = shape[row, :, best]
    before = (level * (figure - chosen * change[:, None])).sum(axis=1) / norm[:, 0]
    none = tried == 0
    left = _left(series, tries.shape[row, :, best], np.where(chance < clear, change, 0.0))
    total = (rest**2).sum(axis=1)
    taken = np.where(chance < clear, along[row, best] ** 2, 0.0)
    own = (total - taken) / np.maximum(series.points - 1 - (chance < clear), 1)
    found = (
        t[row, best], chance, before, before + change, _lag_one(series, left, chance < clear),
        np.divide(own, series.floor, out=np.full(len(own), np.nan), where=series.floor > 0),
    )  # fmt: skip
    t_best, chance, before, after, lag_one, dispersion = (
        np.where(none, np.nan, part) for part in found
    )
    return LevelChange(
        t_best, chance, np.where(none, 0, tries.latest[best]), tries.slides[best] & ~none,
        before, after, series.points, tried, lag_one, dispersion,
    )  # fmt: skip


def _statistics(
    along: Floats, allowed: Flags, rest: Floats, figure: Floats, series: _Series
) -> tuple[Floats, Flags]:
    """Every t; a contrast that leaves no variation to judge it by is not tried."""
    freedom = (series.points - 2)[:, None]
    total = (rest**2).sum(axis=1)[:, None]
    constant = total <= _NOISE**2 * (figure**2).sum(axis=1)[:, None]
    before, known = (part[:, None] for part in series.prior)
    own = (total - along**2 + before * known) / (np.maximum(freedom, 1) + known)
    scale = np.maximum(own, series.floor[:, None])
    judged = constant | (scale > _NOISE * total)
    allowed = allowed & judged & (freedom > 0)
    t = np.where(constant, 0.0, along / np.sqrt(np.where(judged & ~constant, scale, 1.0)))
    return np.where(allowed, t, 0.0), allowed


def _arc(unit: Floats, allowed: Flags) -> Floats:
    """Length of the curve through the contrasts that were tried, in radians."""
    near = np.clip(np.einsum("ntm,ntm->nm", unit[..., :-1], unit[..., 1:]), -1.0, 1.0)
    # contrasts that were not tried stand at the two ends of the steps and of the slides
    return np.where(allowed[:, :-1] & allowed[:, 1:], np.arccos(near), 0.0).sum(axis=1)


def _chance(t: Floats, freedom: NDArray[np.int64], arc: Floats, tried: NDArray[np.int64]) -> Floats:
    from scipy.special import stdtr

    free = np.maximum(freedom, 1).astype(float)
    single = 2 * stdtr(free, -np.abs(t))
    tube = arc / np.pi * (1 + t**2 / free) ** (-(free - 1) / 2) + single
    return np.minimum(np.minimum(tube, tried * single), 1.0)


def _left(series: _Series, shape: Floats, change: Floats) -> Floats:
    """What the level, and a change of it, leave of each figure, weighted."""
    without = series.value - shape * change[:, None]
    mean = (series.weight * without).sum(axis=1) / _safe(series.weight.sum(axis=1))
    return np.sqrt(series.weight) * (without - mean[:, None])


def _lag_one(series: _Series, left: Floats, changed: Flags) -> Floats:
    joined = series.there[:, 1:] & series.there[:, :-1] & (np.diff(series.time, axis=1) == 1)
    pairs = joined.sum(axis=1)
    product = np.where(joined, left[:, 1:] * left[:, :-1], 0.0).sum(axis=1) / np.maximum(pairs, 1)
    spread = (left**2).sum(axis=1) / np.maximum(series.points, 1)
    raw = product / np.where(spread > 0, spread, 1.0)
    fitted = np.where(changed, 2.0, 1.0)  # what was fitted pulls the estimate down
    points = np.maximum(series.points, 6)
    return np.clip((raw * points + fitted) / (points - fitted - 2), -1.0, 1.0)


def _safe(divisor: Floats) -> Floats:
    return np.where(divisor > 0, divisor, 1.0)
