"""The forecasts of the pool, and what each counts by how it did before."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.errors import RuleSetError
from pmf_analysis.forecasting.rules import ForecastRules
from pmf_analysis.forecasting.scales import Scale
from pmf_analysis.forecasting.seasons import pattern_of
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]

NAIVE, SEASONAL_NAIVE = "naive", "seasonal_naive"

_ROOT_FLOOR = 0.3
"""A forecast on the square root is never below this share of the least root seen."""


def members_of(kind: SeriesKind, rules: ForecastRules) -> list[str]:
    """Names of the forecasts that are combined for a kind, the two naive ones among them.

    Parameters
    ----------
    kind : SeriesKind
    rules : ForecastRules

    Returns
    -------
    list of str

    Raises
    ------
    RuleSetError
        If one of the naive forecasts is not in the pool, or a name is not explained.
    """
    names: list[str] = rules.methods["pools"][kind.value]["members"]
    strange = [name for name in names if name not in rules.methods["members"]]
    missing = [name for name in (NAIVE, SEASONAL_NAIVE) if name not in names]
    if strange or missing:
        raise RuleSetError(
            f"The pool of {kind.value} in {rules.label} lacks {', '.join(missing) or 'nothing'} "
            f"and names {', '.join(strange) or 'nothing'} that is not under members",
            "both naive forecasts, and names that stand under members",
            "Mend pools in data/reference/rules/forecast-methods.yml",
        )
    return names


def method_of(kind: SeriesKind, origins: int, rules: ForecastRules) -> str:
    """How forecasts of a kind are combined, in words.

    Parameters
    ----------
    kind : SeriesKind
    origins : int
        Past forecasts tried.
    rules : ForecastRules

    Returns
    -------
    str
        Such as ``mean of 15 simple forecasts, those that came closer before counting more``.
    """
    pool = rules.methods["pools"][kind.value]
    alike = not pool["power"] or not origins
    counting = "all counting alike" if alike else "those that came closer before counting more"
    return f"mean of {len(pool['members'])} simple forecasts, {counting}"


def pool_of(
    z: Floats, season: int, horizon: int, scale: Scale, names: list[str], rules: ForecastRules
) -> Floats:
    """Forecast of each method of a pool.

    Parameters
    ----------
    z : ndarray, shape (series, points)
        On the working scale, no gap.
    season, horizon : int
    scale : Scale
    names : list of str
    rules : ForecastRules

    Returns
    -------
    ndarray, shape (series, methods, horizon)
        On the working scale.
    """
    points = z.shape[1]
    told = rules.methods["season"]
    pattern = pattern_of(z, season, told["decay"], told["penalty"])
    adjusted = z - pattern[:, np.arange(points) % season]
    coming = pattern[:, (points + np.arange(horizon)) % season]
    found = np.empty((len(z), len(names), horizon))
    for place, name in enumerate(names):
        member = rules.methods["members"][name]
        method = _method(member["method"], member.get("options", {}), season, horizon)
        if member["figures"] == "given":
            found[:, place] = method(z)
        elif member.get("scale") == "root" and scale is Scale.LOG:
            found[:, place] = _on_root(method, adjusted) + coming
        else:
            found[:, place] = method(adjusted) + coming
    return _within(found, z, float(rules.methods["most_beyond"]))


def weights_of(errors: Floats, origins: Floats, power: float, prior: float) -> Floats:
    """What each method counts, by its past errors.

    Parameters
    ----------
    errors : ndarray, shape (series, methods)
        Mean absolute past errors.
    origins : ndarray, shape (series,)
        Past forecasts behind them.
    power, prior : float

    Returns
    -------
    ndarray, shape (series, methods)
        Rows sum to 1; all alike without a past forecast.

    References
    ----------
    Bates JM, Granger CWJ (1969), Operational Research Quarterly 20: 451-468.
    """
    middle = np.median(errors, axis=1, keepdims=True)
    tried = origins[:, None]
    drawn = (tried * errors + prior * middle) / np.maximum(tried + prior, 1e-12)
    least = drawn.min(axis=1, keepdims=True)
    some = least > 0
    ratio = np.where(some, drawn / np.where(some, least, 1.0), np.where(drawn > 0, np.inf, 1.0))
    weights = ratio**-power if power else np.ones_like(ratio)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _method(
    name: str, options: dict[str, Any], season: int, horizon: int
) -> Callable[[Floats], Floats]:
    module = import_module(f"pmf_analysis.forecasting.members.{name}")
    return lambda z: np.asarray(module.forecast(z, season, horizon, **options))


def _on_root(method: Callable[[Floats], Floats], logs: Floats) -> Floats:
    """A method on the square root of figures whose logarithms are given."""
    most = logs.max(axis=1, keepdims=True)
    roots = np.exp((logs - most) / 2)
    least = _ROOT_FLOOR * roots.min(axis=1, keepdims=True)
    return np.asarray(2 * np.log(np.maximum(method(roots), least)) + most)


def _within(found: Floats, z: Floats, most: float) -> Floats:
    low, high = z.min(axis=1), z.max(axis=1)
    beyond = most * (high - low)
    return np.clip(found, (low - beyond)[:, None, None], (high + beyond)[:, None, None])
