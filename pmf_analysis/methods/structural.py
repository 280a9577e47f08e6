"""One series explained: a structural time series model, its components and its forecast.

Observed figure = level + season + terms + irregular. The level is a random walk, with a slope
that is damped where that fits better; the season repeats itself; terms are steps at known dates
and the calendar. Figures that are missing are no figures. By Kalman filter and smoother with
exact diffuse starting values, fitted by maximum likelihood; a fit that has not converged is
refused.

References
----------
Harvey AC (1989), Forecasting, Structural Time Series Models and the Kalman Filter, Cambridge.
Durbin J, Koopman SJ (2012), Time Series Analysis by State Space Methods, 2nd ed., Oxford:
chapter 3 (models), 5 (diffuse start), 7.4 (choice by AIC).
Gardner ES, McKenzie E (1985), Manage Sci 31: 1237-1246 (the damped slope).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import ParameterError

Floats = NDArray[np.float64]

_NOTHING = np.empty(0)

_WAYS = ("lbfgs", "powell")
"""Ways to climb the likelihood, the second only where the first has not converged."""

_STEPS = 500


@dataclass(frozen=True)
class Coefficient:
    """What one term adds for each unit of it, on the working scale.

    Attributes
    ----------
    name : str
    value, error : float
        Estimate and its standard error.
    """

    name: str
    value: float
    error: float


@dataclass(frozen=True)
class Structural:
    """A fitted model, or why there is none. All figures on the working scale.

    Attributes
    ----------
    reason : str
        Why there is no model, as a clause; the rest is then empty.
    model : str
        ``level`` or ``damped trend``, with ``and season`` where there is one.
    level, season, fitted : ndarray, shape (points,)
        Smoothed: the level without season and terms; the season; and their sum with the terms.
    coefficients : tuple of Coefficient
        Of the terms, in the order given.
    middle, error : ndarray, shape (horizon,)
        Forecast and its standard error, that of the coming irregular included.
    coming_level, coming_season : ndarray, shape (horizon,)
        The forecast of the level, and of the season.
    freedom : int
        Figures less what was estimated, at least 1: for Student's t.
    aic : float
    residual_p : float
        Chance of errors hanging together so much by themselves (Ljung and Box); NaN of too few.
    largest_residual : float
        The largest one-step error, in standard deviations.
    """

    reason: str = ""
    model: str = ""
    level: Floats = field(default_factory=lambda: _NOTHING)
    season: Floats = field(default_factory=lambda: _NOTHING)
    fitted: Floats = field(default_factory=lambda: _NOTHING)
    coefficients: tuple[Coefficient, ...] = ()
    middle: Floats = field(default_factory=lambda: _NOTHING)
    error: Floats = field(default_factory=lambda: _NOTHING)
    coming_level: Floats = field(default_factory=lambda: _NOTHING)
    coming_season: Floats = field(default_factory=lambda: _NOTHING)
    freedom: int = 1
    aic: float = np.nan
    residual_p: float = np.nan
    largest_residual: float = np.nan


def structural(
    values: ArrayLike,
    horizon: int,
    season: int = 1,
    *,
    damping: float = 0.9,
    terms: ArrayLike | None = None,
    coming_terms: ArrayLike | None = None,
    names: Sequence[str] = (),
    choices: Sequence[str] = (
        "level",
        "damped trend",
        "level and season",
        "damped trend and season",
    ),
) -> Structural:
    """Fit each choice and keep the one with the least AIC.

    Parameters
    ----------
    values : array_like of float, shape (points,)
        On a scale without bounds; NaN where there is no figure.
    horizon : int
        Periods ahead, at least 1.
    season : int
        Periods in a year; choices with a season are left out below 2.
    damping : float
        Share of its slope that a trend keeps from one period to the next, in (0, 1].
    terms, coming_terms : array_like of float, shape (points, k) and (horizon, k), optional
        Steps and calendar, known for coming periods as well.
    names : sequence of str, length k
    choices : sequence of str
        Of ``level``, ``damped trend``, and each ``and season``.

    Returns
    -------
    Structural

    Raises
    ------
    ParameterError
        If horizon, damping, a choice, or the shape of the terms is none that can be.
    """
    given = np.asarray(values, dtype=float)
    before, after = _terms(given, horizon, terms, coming_terms, names)
    wrong = [
        one for one in choices if one.removesuffix(" and season") not in ("level", "damped trend")
    ]
    if horizon < 1 or not 0 < damping <= 1 or wrong or not len(choices):
        raise ParameterError(
            f"Horizon {horizon}, damping {damping}, choices {list(choices)}",
            "a horizon of at least 1, a damping in (0, 1], and level or damped trend",
        )
    known = given[np.isfinite(given)]
    spread = float(known.std()) if len(known) else 0.0
    if np.isinf(given).any() or spread <= 1e-12 * max(1.0, float(np.abs(known).max(initial=0.0))):
        return Structural(reason="The figures do not vary, so there is nothing to explain")
    centre = float(known.mean())
    fits = [
        one
        for choice in choices
        if season > 1 or not choice.endswith("season")
        for one in _fitted((given - centre) / spread, choice, season, damping, before)
    ]
    if not fits:
        return Structural(reason="No model converged on these figures")
    choice, best = min(fits, key=lambda pair: _aic(pair[1]))
    return _read(choice, best, horizon, after, names, centre, spread)


def _terms(
    given: Floats,
    horizon: int,
    terms: ArrayLike | None,
    coming: ArrayLike | None,
    names: Sequence[str],
) -> tuple[Floats, Floats]:
    """Terms as matrices of their own, without columns where there are none."""
    before = np.empty((len(given), 0)) if terms is None else np.asarray(terms, dtype=float)
    after = np.empty((max(horizon, 0), 0)) if coming is None else np.asarray(coming, dtype=float)
    shapes = (len(given), len(names)), (horizon, len(names))
    if (before.shape, after.shape) != shapes or not np.isfinite(before).all():
        raise ParameterError(
            f"Terms of shape {before.shape} and {after.shape} for {len(names)} names",
            f"finite terms of shape {shapes[0]} and {shapes[1]}",
        )
    return before, after


def _fitted(
    z: Floats, choice: str, season: int, damping: float, terms: Floats
) -> Iterator[tuple[str, Any]]:
    """The fitted model of one choice; none where it has not converged."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    trended = choice.startswith("damped trend")
    seasonal = {"seasonal": season, "stochastic_seasonal": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence is looked at below
        model = UnobservedComponents(
            z,
            "lltrend" if trended else "llevel",
            exog=terms if terms.shape[1] else None,
            mle_regression=False,
            use_exact_diffuse=True,
            **(seasonal if choice.endswith("season") else {}),
        )
        if trended:
            model["transition", 0, 1] = damping
            model["transition", 1, 1] = damping
        if np.isfinite(z).sum() <= model.k_states + model.k_params + 1:
            return
        for way in _WAYS:
            try:
                fit = model.fit(method=way, maxiter=_STEPS, disp=0)
            except (np.linalg.LinAlgError, ValueError):
                continue
            if fit.mle_retvals["converged"] and np.isfinite(fit.llf) and np.isfinite(_aic(fit)):
                yield choice, fit
                return


def _aic(fit: Any) -> float:
    """Diffuse likelihood less what was estimated, diffuse starting values among it."""
    return float(-2 * fit.llf + 2 * (len(fit.params) + fit.model.k_states))


def _read(
    choice: str,
    fit: Any,
    horizon: int,
    coming: Floats,
    names: Sequence[str],
    centre: float,
    spread: float,
) -> Structural:
    """Components and forecast of a fitted model, as they were before it was centred."""
    terms = fit.model.exog
    states, varied = fit.smoothed_state, fit.smoothed_state_cov
    first = states.shape[0] - len(names)
    ahead = fit.get_forecast(horizon, exog=coming if len(names) else None)
    last, error = states[:, -1], np.sqrt(np.asarray(ahead.var_pred_mean))
    within = choice.endswith("season")
    at = 2 if choice.startswith("damped trend") else 1
    level, season = states[0], states[at] if within else np.zeros(states.shape[1])
    effects = terms @ last[first:] if len(names) else 0.0
    path = _carried(fit.model["transition"], last, horizon)
    return Structural(
        model=choice,
        level=centre + spread * level,
        season=spread * season,
        fitted=centre + spread * (level + season + effects),
        coefficients=tuple(
            Coefficient(
                name, spread * last[state], spread * float(np.sqrt(varied[state, state, -1]))
            )
            for state, name in enumerate(names, start=first)
        ),
        middle=centre + spread * np.asarray(ahead.predicted_mean),
        error=spread * error,
        coming_level=centre + spread * path[0],
        coming_season=spread * path[at] if within else np.zeros(horizon),
        freedom=max(int(np.isfinite(fit.model.endog).sum()) - len(fit.params) - len(last), 1),
        aic=_aic(fit),
        **_residuals(fit),
    )


def _carried(transition: Floats, last: Floats, horizon: int) -> Floats:
    """The states of coming periods, shape (states, horizon)."""
    found = []
    for _ in range(horizon):
        last = transition @ last
        found.append(last)
    return np.stack(found, axis=1)


def _residuals(fit: Any) -> dict[str, float]:
    """Whether one-step errors hang together, and the largest of them."""
    from scipy.stats import chi2

    errors = fit.filter_results.standardized_forecasts_error[0]
    errors = errors[int(fit.filter_results.nobs_diffuse) :]
    errors = errors[np.isfinite(errors)]
    lags = min(10, len(errors) // 5)
    if lags < 1:
        return {}
    away = errors - errors.mean()
    over = np.array([np.sum(away[lag:] * away[:-lag]) for lag in range(1, lags + 1)])
    share = over / np.sum(away**2)
    count = len(errors)
    together = count * (count + 2) * np.sum(share**2 / (count - np.arange(1, lags + 1)))
    free = max(lags - len(fit.params) + 1, 1)
    return {
        "residual_p": float(chi2.sf(together, free)),
        "largest_residual": float(np.abs(errors).max()),
    }
