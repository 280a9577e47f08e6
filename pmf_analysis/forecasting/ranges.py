"""From middles and past errors to distributions that hold what they promise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting import calibration, counts, shares, spreads, sums
from pmf_analysis.forecasting.batches import Batch
from pmf_analysis.forecasting.calibration import Calibration, Misses
from pmf_analysis.forecasting.distribution import LEVELS, Distribution
from pmf_analysis.forecasting.origins import origins_of
from pmf_analysis.forecasting.rules import ForecastRules
from pmf_analysis.forecasting.scales import Scale, last_digit, unbend
from pmf_analysis.forecasting.series import Series
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]

_MIDDLE = int(np.searchsorted(LEVELS, 0.5))


@dataclass(frozen=True)
class Ranged:
    """Ranges of one series.

    Attributes
    ----------
    distribution : Distribution
    coverage80, coverage95 : float
        Share of its past figures inside ranges made as these; NaN without past forecasts.
    before : tuple of float
        Middle, lower and upper of the 80% range, lower and upper of the 95% range for the last
        period, made one period before it; empty without.
    """

    distribution: Distribution
    coverage80: float
    coverage95: float
    before: tuple[float, ...]


def ranged(
    batches: list[Batch], rules: ForecastRules
) -> tuple[dict[str, Ranged], tuple[Calibration, ...]]:
    """Distributions of all series, and how ranges like theirs held on the past.

    Parameters
    ----------
    batches : list of Batch
    rules : ForecastRules

    Returns
    -------
    dict of str to Ranged
        By the name of the series.
    tuple of Calibration
    """
    found: dict[str, Ranged] = {}
    told: list[Calibration] = []
    groups: dict[tuple[int, SeriesKind], list[Batch]] = {}
    for batch in batches:
        for kind in sorted({one.kind for one in batch.series}):
            part = batch.of_kind(kind)
            groups.setdefault((batch.season, kind), []).append(part)
    for season, kind in sorted(groups):
        of_group, calibrated = _group(season, kind, groups[(season, kind)], rules)
        found |= of_group
        told += calibrated
    return found, tuple(told)


def _group(
    season: int, kind: SeriesKind, parts: list[Batch], rules: ForecastRules
) -> tuple[dict[str, Ranged], tuple[Calibration, ...]]:
    pasts = [_past(part, rules) for part in parts]
    misses = calibration.joined([past.misses for past in pasts])
    factors = calibration.multipliers(misses, rules.ranges)
    inside = calibration.held(misses, rules.ranges)
    tables = [_tables(part, factors, rules) for part in parts]
    alike = sums.alike(
        [
            sums.Summed(part, noise_share(part, rules), table)
            for part, (table, _) in zip(parts, tables, strict=True)
        ],
        lambda horizon: correlation_of(season, horizon, 1.0, rules),
        rules,
    )
    found: dict[str, Ranged] = {}
    first = 0
    for part, past, made in zip(parts, pasts, tables, strict=True):
        last = first + len(part.series)
        found |= _ranged(part, past, made, factors, inside[:, first:last], alike, rules)
        first = last
    return found, calibration.told_of(season, kind, inside, factors)


def _tables(batch: Batch, factors: Floats, rules: ForecastRules) -> tuple[Floats, Floats]:
    """Quantiles of coming figures, and those of whole numbers before they were rounded."""
    spread = spread_of(batch, rules)
    widths = half_widths(batch, spread, rules) * factors[:, None, : batch.horizon]
    smooth = _inside_bounds(batch, table_of(batch.middle, widths, batch.scale))
    whole = np.array([counts.is_whole(one) for one in batch.series])
    table = np.where(whole[:, None, None], _whole(batch, smooth), smooth)
    return _of_cases(batch, table, batch.middle, factors[:, None, : batch.horizon], rules), smooth


def _ranged(
    batch: Batch,
    past: _Past,
    tables: tuple[Floats, Floats],
    factors: Floats,
    inside: Floats,
    alike: dict[str, sums.Alike],
    rules: ForecastRules,
) -> dict[str, Ranged]:
    table, smooth = tables
    whole = np.array([counts.is_whole(one) for one in batch.series])
    befores = _befores(batch, past, factors, whole, rules)
    joined = [alike[one.name].share for one in batch.series]
    coming = {
        share: correlation_of(batch.season, batch.horizon, share, rules)
        for share in sorted(set(joined))
    }
    shifts = sums.shifts_of(batch, table)
    share80, share95 = (_share(hits) for hits in inside)
    return {
        one.name: Ranged(
            Distribution(
                table[place],
                coming[joined[place]],
                bool(whole[place]),
                smooth[place] if whole[place] else None,
                shifts[place],
                alike[one.name].stretch,
            ),
            share80[place],
            share95[place],
            befores[place],
        )
        for place, one in enumerate(batch.series)
    }


# --- widths -------------------------------------------------------------------------------


def spread_of(
    batch: Batch, rules: ForecastRules, origin: int | None = None, cases: bool = True
) -> Floats:
    """Expected size of the error at each horizon, on the working scale.

    Parameters
    ----------
    batch : Batch
        Of one kind.
    rules : dict
    origin : int, optional
        Periods known; all without. Nothing that came after is used.
    cases : bool
        With the noise that few cases give the coming figures.

    Returns
    -------
    ndarray, shape (series, horizon)
    """
    kind = batch.series[0].kind
    logs, coming = spread_parts(batch, rules, origin)
    told = spreads.usual(batch.season, kind, batch.scale, rules.ranges)
    points = batch.points if origin is None else origin
    size = np.exp(spreads.log_spread(logs, points, told, rules.ranges))
    most = rules.ranges["most_spread"].get(batch.scale.value, np.inf)
    return np.minimum(np.hypot(size, coming) if cases else size, most)


def spread_parts(
    batch: Batch, rules: ForecastRules, origin: int | None = None
) -> tuple[Floats, Floats]:
    """What the expected error is made from: as given to ``log_spread``, and coming noise.

    Returns
    -------
    ndarray, shape (measures, series, horizon)
        Logarithms of measures.
    ndarray, shape (series, horizon)
        Noise of few cases in the coming figures.
    """
    z = batch.z[:, :origin]
    then, coming = _noises(batch, z)
    floor = spreads.floor_of(z, batch.scale, rules.ranges)
    made = sum(at < z.shape[1] for at in _origins(batch, rules))
    errors = batch.past.errors[:, :made, 0]
    found = spreads.measures_of(z, errors, batch.season, batch.horizon)
    logs = spreads.log_measures(found, then, floor, rules.ranges)
    told = spreads.usual(batch.season, batch.series[0].kind, batch.scale, rules.ranges)
    logs = spreads.completed(logs, told.typical, spreads.weights_of(rules.ranges))
    if told.alone:
        unknown = np.log(np.hypot(floor, rules.ranges["unknown_step"] * _last(z)))
        logs = np.where(np.isnan(logs), unknown, logs)
    return logs, coming


def half_widths(batch: Batch, spread: Floats, rules: ForecastRules) -> Floats:
    """Half-widths by the shipped factors, shape (nominal shares, series, horizon)."""
    told = rules.ranges["groups"][f"{batch.season} {batch.series[0].kind.value}"]["of_error"]
    exposed = np.array([rules.ranges["exposed"] if one.exposed else 1.0 for one in batch.series])
    factor = np.array([told["factor80"], told["factor95"]])
    return factor[:, None, None] * exposed[None, :, None] * spread[None]


def _noises(batch: Batch, z: Floats) -> tuple[Floats, Floats]:
    """Noise of few cases in the history, shape (series, 1), and in the coming figures."""
    level = _mean_known(z)
    coming = np.repeat(_last(z), batch.horizon, axis=1)
    kind = batch.series[0].kind
    if kind in counts.COUNTED:
        return counts.poisson_noise(level, batch.scale), counts.poisson_noise(coming, batch.scale)
    if batch.scale is not Scale.LOGIT:
        return np.zeros_like(level), np.zeros_like(coming)
    wholes = np.stack([counts.denominators_of(one) for one in batch.series])[:, : z.shape[1]]
    said = np.array([[one.coming_denominator] for one in batch.series])
    recent = counts.recent_mean(wholes, batch.season)
    expected = np.where(said > 0, said, recent)
    typical = counts.recent_mean(wholes, wholes.shape[1])
    return counts.binomial_noise(level, typical), counts.binomial_noise(coming, expected)


def _last(z: Floats) -> Floats:
    """Mean of up to the last four known figures, shape (series, 1); 0 without."""
    known = ~np.isnan(z)
    late = known & (np.cumsum(known[:, ::-1], axis=1)[:, ::-1] <= 4)
    total = np.where(late, z, 0.0).sum(axis=1, keepdims=True)
    return np.asarray(total / np.maximum(late.sum(axis=1, keepdims=True), 1))


def _mean_known(z: Floats) -> Floats:
    known = ~np.isnan(z)
    total = np.where(known, z, 0.0).sum(axis=1, keepdims=True)
    return np.asarray(total / np.maximum(known.sum(axis=1, keepdims=True), 1))


# --- the past -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Past:
    misses: Misses
    last: Floats
    """Half-widths for the last period, one period before it, shape (nominal shares, series)."""


def _past(batch: Batch, rules: ForecastRules) -> _Past:
    """Errors of past forecasts, measured in half-widths known when they were made."""
    actual, middle = batch.past.actual, batch.past.combined
    series, origins, horizon = actual.shape
    whole = np.array([counts.is_whole(one) for one in batch.series])[:, None, None]
    ratios = np.full((2, series, origins, horizon), np.nan)
    last = np.full((2, series), np.nan)
    error = np.where(
        whole & ~np.isnan(actual),
        counts.to_edges(actual, middle, batch.scale),
        np.abs(actual - middle),
    )
    error = np.where(_few_cases(batch), _case_edges(batch, rules), error)
    for place, origin in enumerate(_origins(batch, rules)):
        widths = half_widths(batch, spread_of(batch, rules, origin), rules)
        ratios[:, :, place] = error[None, :, place] / widths
        last = widths[:, :, 0]
    return _Past(Misses(batch.season, ratios), last)


def _few_cases(batch: Batch) -> NDArray[np.bool_]:
    return np.array([_is_few(batch, one) for one in batch.series])[:, None, None]


def _case_edges(batch: Batch, rules: ForecastRules) -> Floats:
    """Past errors of percentages to half a case, shape (series, origins, horizon)."""
    middle = batch.past.combined
    periods = np.add.outer(np.array(_origins(batch, rules), int), np.arange(batch.horizon))
    at = np.minimum(periods, batch.points - 1)
    whole = np.stack([counts.denominators_of(one) for one in batch.series])[:, at]
    value = np.stack([np.asarray(one.values, dtype=float) for one in batch.series])[:, at]
    found = shares.half_a_case(value, middle, whole)
    return np.where(np.isnan(batch.past.actual), np.nan, found)


def _origins(batch: Batch, rules: ForecastRules) -> list[int]:
    return origins_of(batch.points, batch.season, batch.horizon, rules)


def _befores(
    batch: Batch, past: _Past, factors: Floats, whole: NDArray[np.bool_], rules: ForecastRules
) -> list[tuple[float, ...]]:
    origins = batch.past.actual.shape[1]
    known = ~np.isnan(batch.past.actual[:, -1, 0]) if origins else np.zeros(len(whole), bool)
    if not known.any():
        return [() for _ in batch.series]
    middle = batch.past.combined[:, -1, :1]
    widths = past.last[:, :, None] * factors[:, None, :1]
    smooth = _inside_bounds(batch, table_of(middle, widths, batch.scale))
    table = np.where(whole[:, None, None], _whole(batch, smooth), smooth)
    table = _of_cases(batch, table, middle, factors[:, None, :1], rules, batch.points - 1)[:, :, 0]
    places = [_MIDDLE, *(int(np.searchsorted(LEVELS, at)) for at in (0.1, 0.9, 0.025, 0.975))]
    return [
        tuple(float(row[at]) for at in places) if told else ()
        for row, told in zip(table, known, strict=True)
    ]


def _of_cases(
    batch: Batch,
    table: Floats,
    middle: Floats,
    factors: Floats,
    rules: ForecastRules,
    origin: int | None = None,
) -> Floats:
    """The table with percentages of few cases in whole cases."""
    few = np.array([_is_few(batch, one) for one in batch.series])
    if not few.any():
        return table
    widths = half_widths(batch, spread_of(batch, rules, origin, cases=False), rules)
    latent = table_of(middle, widths[:, :, : middle.shape[1]] * factors, batch.scale)
    found = table.copy()
    for place in np.flatnonzero(few):
        found[place] = shares.whole_cases(latent[place], batch.series[place])
    return found


def _is_few(batch: Batch, one: Series) -> bool:
    return batch.scale is Scale.LOGIT and shares.is_counted(one)


def _share(hits: Floats) -> list[float]:
    known = ~np.isnan(hits)
    number = known.sum(axis=(1, 2))
    inside = np.where(known, hits, 0).sum(axis=(1, 2))
    return [float(a / b) if b else np.nan for a, b in zip(inside, number, strict=True)]


# --- tables -------------------------------------------------------------------------------


def table_of(middle: Floats, widths: Floats, scale: Scale) -> Floats:
    """Quantiles at ``LEVELS`` in the series' unit, before bounds.

    Between and beyond the two ranges the errors follow Student's t distribution, with the
    freedom at which its ranges stand to each other as these do.

    Parameters
    ----------
    middle : ndarray, shape (series, horizon)
        On the working scale.
    widths : ndarray, shape (2, series, horizon)
        Half-widths of the 80% and of the 95% range.
    scale : Scale

    Returns
    -------
    ndarray, shape (series, levels, horizon)
    """
    known, shapes = _shapes()
    ratio = np.clip(widths[1] / widths[0], known[0], known[-1])
    at = np.array([np.interp(ratio, known, shape) for shape in shapes.T])
    away = np.moveaxis(at * widths[0], 0, 1)
    return unbend(middle[:, None, :] + away, scale)


@lru_cache(maxsize=1)
def _shapes() -> tuple[Floats, Floats]:
    """Widths of the 95% in those of the 80% range, rising, and quantiles in the latter."""
    from scipy.special import stdtrit

    freedom = np.concatenate([[1e6], np.geomspace(200, 1, 60)])
    shapes = stdtrit(freedom[:, None], LEVELS[None, :])
    shapes = shapes / shapes[:, [int(np.searchsorted(LEVELS, 0.9))]]
    return shapes[:, int(np.searchsorted(LEVELS, 0.975))], shapes


def _inside_bounds(batch: Batch, table: Floats) -> Floats:
    low = np.array([-np.inf if np.isnan(one.lower) else one.lower for one in batch.series])
    high = np.array([np.inf if np.isnan(one.upper) else one.upper for one in batch.series])
    found = np.clip(table, low[:, None, None], high[:, None, None])
    if batch.scale is Scale.LOGIT:
        half = np.array([last_digit(one.values) / 2 for one in batch.series])[:, None, None]
        found = np.where(found >= 100 - half, 100.0, np.where(found <= half, 0.0, found))
    return found


def _whole(batch: Batch, table: Floats) -> Floats:
    low = np.array([-np.inf if np.isnan(one.lower) else one.lower for one in batch.series])
    high = np.array([np.inf if np.isnan(one.upper) else one.upper for one in batch.series])
    return np.clip(np.rint(table), np.ceil(low)[:, None, None], np.floor(high)[:, None, None])


def noise_share(batch: Batch, rules: ForecastRules) -> Floats:
    """Share of the expected error's variance that few cases make, to a tenth, shape (series,)."""
    noise = _noises(batch, batch.z)[1]
    share = np.mean((noise / spread_of(batch, rules)) ** 2, axis=1)
    return np.round(np.minimum(share, 0.9), 1)


def correlation_of(season: int, horizon: int, share: float, rules: ForecastRules) -> Floats:
    """Correlation of forecast errors of different horizons, shape (horizon, horizon).

    A part that all horizons share, a part that fades with the distance, and a part that each
    has to itself.

    Parameters
    ----------
    season, horizon : int
    share : float
        Share of the error that goes together so, from 0 to 1. Chance in few cases is each
        period's own.
    rules : ForecastRules
    """
    told = rules.ranges["correlation"][f"{season}"]
    apart = np.abs(np.subtract.outer(np.arange(horizon), np.arange(horizon)))
    fading = (1 - told["shared"] - told["own"]) * told["fading"] ** apart
    both = share * (told["shared"] + fading)
    return np.where(apart == 0, 1.0, both)
