"""How ranges held on past figures, pooled over all series of one frequency and kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]

NOMINAL = (0.8, 0.95)


@dataclass(frozen=True)
class Calibration:
    """How ranges of one frequency, kind and horizon held on past figures.

    Attributes
    ----------
    season : int
    kind : SeriesKind
    horizon : int
    points : int
        Past figures.
    nominal, achieved, factor : float
        Share that the range promises, share that it held, and times its width was multiplied.
    """

    season: int
    kind: SeriesKind
    horizon: int
    points: int
    nominal: float
    achieved: float
    factor: float


@dataclass(frozen=True)
class Misses:
    """Past errors of the series of one frequency and kind.

    Attributes
    ----------
    season : int
    ratios : ndarray, shape (nominal shares, series, origins, horizon)
        Size of each error, times the half-width that the shipped factors gave it; above 1 the
        figure lay outside. NaN where there was no figure.
    """

    season: int
    ratios: Floats

    @property
    def horizon(self) -> int:
        """Periods ahead."""
        return self.ratios.shape[3]


def joined(parts: list[Misses]) -> Misses:
    """Errors of several batches, in an order that does not depend on theirs."""
    origins = max(part.ratios.shape[2] for part in parts)
    horizon = max(part.horizon for part in parts)
    padded = [
        np.pad(
            part.ratios,
            # the last origin of each stands one period before its end
            ((0, 0), (0, 0), (origins - part.ratios.shape[2], 0), (0, horizon - part.horizon)),
            constant_values=np.nan,
        )
        for part in parts
    ]
    return Misses(parts[0].season, np.concatenate(padded, axis=1))


def multipliers(misses: Misses, rules: dict[str, Any], without: int | None = None) -> Floats:
    """Factors by which past figures would have made the shipped widths wider or narrower.

    The quantile of the ratios at each horizon, drawn towards that of all horizons; this against
    what is usual of past errors, which come from shorter histories; and drawn towards 1, the more
    the fewer series there are.

    Parameters
    ----------
    misses : Misses
    rules : dict
        Values of the rule set of ranges.
    without : int, optional
        An origin that is left out.

    Returns
    -------
    ndarray, shape (nominal shares, horizon)
    """
    ratios = misses.ratios
    if without is not None:
        ratios = np.delete(ratios, without, axis=2)
    told = rules["calibration"]
    found = np.zeros((len(NOMINAL), misses.horizon))
    known = ~np.isnan(ratios[0])
    series = int(known.any(axis=(1, 2)).sum())
    trust = series / (series + told["series_for_half"])
    for place, nominal in enumerate(NOMINAL):
        usual = np.log(rules["past"][f"{misses.season}"][place])
        pooled = _log_quantile(ratios[place], nominal, told["most"])
        for ahead in range(misses.horizon):
            at = int(known[:, :, ahead].any(axis=1).sum())
            own = at / (at + told["series_for_half_of_horizon"])
            here = _log_quantile(ratios[place][:, :, ahead], nominal, told["most"])
            found[place, ahead] = trust * (pooled - usual + own * (here - pooled))
    return np.asarray(np.exp(found))


def held(misses: Misses, rules: dict[str, Any]) -> Floats:
    """Whether each past figure lay inside, with factors that its own origin had no part in.

    Returns
    -------
    ndarray, shape (nominal shares, series, origins, horizon)
        1 inside, 0 outside, NaN where there was no figure.
    """
    inside = np.full(misses.ratios.shape, np.nan)
    for origin in range(misses.ratios.shape[2]):
        factor = multipliers(misses, rules, without=origin)
        here = misses.ratios[:, :, origin]
        known = ~np.isnan(here)
        inside[:, :, origin] = np.where(known, here <= factor[:, None, :], np.nan)
    return inside


def told_of(
    season: int, kind: SeriesKind, inside: Floats, factors: Floats
) -> tuple[Calibration, ...]:
    """What is told of one frequency and kind, for each horizon and nominal share."""
    found = []
    for ahead in range(inside.shape[3]):
        for place, nominal in enumerate(NOMINAL):
            here = inside[place, :, :, ahead]
            here = here[~np.isnan(here)]
            if len(here):
                achieved, factor = float(here.mean()), float(factors[place, ahead])
                found.append(
                    Calibration(season, kind, ahead + 1, len(here), nominal, achieved, factor)
                )
    return tuple(found)


def _log_quantile(ratios: Floats, nominal: float, most: float) -> float:
    known = np.sort(ratios[~np.isnan(ratios)])
    if not len(known):
        return 0.0
    # one more figure than there were is to lie inside: Vovk, Gammerman and Shafer (2005)
    level = min(1.0, nominal * (1 + 1 / len(known)))
    return float(np.clip(np.log(max(np.quantile(known, level), 1e-9)), -np.log(most), np.log(most)))
