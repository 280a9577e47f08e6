"""Hostile series: each gets a defined forecast, or is refused in words.

Series are made in batches by seed, each by one of the recipes below, and all of a batch go
through the engine in one call, as real ones do. `make soak` runs 100,000.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pmf_analysis.forecasting import LEVELS, Forecast, ForecastRules, Series, forecast
from pmf_analysis.terms import SeriesKind

Draws = np.random.Generator
Floats = NDArray[np.float64]

EACH, SAMPLE = 500, 100
"""Series of one batch: 200 batches are the 100,000 of the soak, two samples those of the suite."""
SEEDS = range(2)
SOAK = range(200)
SEASONS, HORIZONS = (1, 4, 12), (1, 3, 12, 18)
WHOLE = (SeriesKind.COUNT, SeriesKind.SMALL_COUNT)


def _spike(draws: Draws, n: int) -> Floats:
    series = np.full(n, draws.choice([0.0, 5.0, 50.0]))
    if n:
        series[draws.integers(n)] = draws.choice([1.0, 100.0, 1e12])
    return series


def _holed(draws: Draws, n: int, share: float) -> Floats:
    return np.where(draws.random(n) < share, np.nan, draws.normal(50, 5, n))


def _two_figures(draws: Draws, n: int) -> Floats:
    series = np.full(n, np.nan)
    series[draws.choice(n, min(n, 2), replace=False)] = draws.choice([0.0, 1.0, 73.5, 1e9])
    return series


def _cut(draws: Draws, n: int, start: bool) -> Floats:
    series = draws.normal(100, 10, n)
    gone = draws.integers(0, n + 1)
    series[slice(0, gone) if start else slice(n - gone, n)] = np.nan
    return series


def _step(draws: Draws, n: int) -> Floats:
    series = draws.normal(50, 2, n)
    series[n // 2 :] *= draws.choice([0.0, 0.1, 3.0, 100.0])
    return series


RECIPES: dict[str, Callable[[Draws, int], Floats]] = {
    "constant": lambda draws, n: np.full(n, draws.choice([1.0, 100.0, 0.1, 1 / 3, 1e12, 1e-12])),
    "all zero": lambda draws, n: np.zeros(n),
    "signed zeros": lambda draws, n: draws.choice([0.0, -0.0], n),
    "spike": _spike,
    "gaps": lambda draws, n: _holed(draws, n, 0.3),
    "mostly gaps": lambda draws, n: _holed(draws, n, 0.8),
    "two figures": _two_figures,
    "gap at the end": lambda draws, n: _cut(draws, n, start=False),
    "gap at the start": lambda draws, n: _cut(draws, n, start=True),
    "nothing": lambda draws, n: np.full(n, np.nan),
    "huge": lambda draws, n: draws.uniform(0.1, 1, n) * 1e12,
    "tiny": lambda draws, n: draws.uniform(0, 1, n) * 1e-12,
    "every size": lambda draws, n: 10.0 ** draws.uniform(-12, 12, n),
    "alternating": lambda draws, n: np.where(np.arange(n) % 2, draws.choice([0.0, 99.0]), 100.0),
    "step": _step,
    "small integers": lambda draws, n: draws.integers(0, 4, n).astype(float),
    "rare": lambda draws, n: (draws.random(n) < 0.05).astype(float),
    "growing": lambda draws, n: 1.5 ** np.arange(n),
    "falling": lambda draws, n: 1000 * 0.5 ** np.arange(n),
    "season": lambda draws, n: 50 + 40 * np.sin(np.arange(n) * np.pi / 6) + draws.normal(0, 1, n),
    "last bits": lambda draws, n: 0.1 + draws.integers(-2, 3, n) * np.spacing(0.1),
    "ordinary": lambda draws, n: draws.normal(500, 30, n),
}


def _of_kind(draws: Draws, name: str, values: Floats, kind: SeriesKind) -> dict[str, object]:
    """The fields of a series of a kind made of figures, kept to what the kind can be."""
    if kind is SeriesKind.LEVEL:
        sign = draws.choice([1.0, -1.0])
        fields = {"values": values * sign - draws.choice([0.0, 0.0, 60.0])}
        if draws.random() < 0.3:
            known = fields["values"][~np.isnan(fields["values"])]
            fields |= {"lower": known.min() if len(known) else 0.0}
        return fields
    if kind is SeriesKind.PERCENT:
        return _percentages(draws, values)
    values = np.abs(values)
    values = np.rint(np.minimum(values, 40) if kind is SeriesKind.SMALL_COUNT else values)
    return {"values": values, "lower": 0.0}


def _percentages(draws: Draws, values: Floats) -> dict[str, object]:
    n = len(values)
    shares = np.clip(np.abs(values), 0, 100)
    shape = draws.choice(["as made", "full", "none", "near full"])
    known = ~np.isnan(shares)
    if shape != "as made":
        made = {"full": 100.0, "none": 0.0, "near full": 100 - draws.integers(0, 2, n) / 10}
        shares = np.where(known, made[shape], np.nan)
    fields: dict[str, object] = {"values": shares, "lower": 0.0, "upper": 100.0}
    if draws.random() < 0.7:
        wholes = {
            "zero": np.zeros(n), "one": np.ones(n), "few": draws.integers(0, 5, n).astype(float),
            "many": draws.integers(100, 900, n).astype(float), "huge": np.full(n, 1e12),
            "gaps": np.where(draws.random(n) < 0.3, np.nan, 30.0), "unknown": np.full(n, np.nan),
        }  # fmt: skip
        whole = wholes[draws.choice(list(wholes))]
        fields |= {"denominators": whole, "values": _counted(shares, whole)}
        fields["coming_denominator"] = draws.choice([np.nan, np.nan, 0.0, 1.0, 250.0])
    return fields


def _counted(shares: Floats, whole: Floats) -> Floats:
    """Percentages that whole cases can make; none where the whole is nobody."""
    cases = np.rint(shares / 100 * whole)
    exact = np.divide(100 * cases, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return np.where(np.isnan(whole), shares, exact)


def made(seed: int, count: int = EACH) -> list[Series]:
    """A batch of hostile series, the same for the same seed."""
    draws = np.random.default_rng(seed)
    names = list(RECIPES)
    found = []
    for number in range(count):
        name = names[draws.integers(len(names))]
        n = int(draws.choice([*range(9), 12, 24, 36, 60]))
        kind = list(SeriesKind)[draws.integers(len(SeriesKind))]
        fields = _of_kind(draws, name, RECIPES[name](draws, n), kind)
        found.append(
            Series(
                name=f"{number} {name}, {n} {kind}",
                season=int(draws.choice(SEASONS)),
                horizon=int(draws.choice(HORIZONS)),
                kind=kind,
                exposed=bool(draws.random() < 0.2),
                **fields,
            )
        )
    return found


def hold(one: Series, found: Forecast) -> None:
    """Assert what is promised of any series: a reason, or a whole forecast."""
    assert found.name == one.name
    if found.distribution is None:
        assert found.reason, f"{one.name}: neither a forecast nor a reason"
        assert np.isnan([found.skill, found.coverage80, found.coverage95]).all()
        return
    assert not found.reason, f"{one.name}: a forecast and a reason against it"
    _hold_distribution(one, found)
    _hold_facts(one, found)


def _hold_distribution(one: Series, found: Forecast) -> None:
    told = found.distribution
    assert told.table.shape == (len(LEVELS), one.horizon), one.name
    assert np.isfinite(told.table).all(), f"{one.name}: {told.table}"
    assert (np.diff(told.table, axis=0) >= 0).all(), f"{one.name}: quantiles fall"
    low, high = (
        np.nan_to_num([one.lower], nan=-np.inf)[0],
        np.nan_to_num([one.upper], nan=np.inf)[0],
    )
    assert told.table.min() >= low, f"{one.name}: below {low}"
    assert told.table.max() <= high, f"{one.name}: above {high}"
    limits = [told.quantile(level) for level in (0.025, 0.1, 0.5, 0.9, 0.975)]
    assert (np.diff(limits, axis=0) >= 0).all(), f"{one.name}: limits cross"
    assert low <= np.min(limits), one.name
    assert np.max(limits) <= high, one.name
    if told.whole:
        assert one.kind in WHOLE, one.name
        assert (np.array(limits) == np.rint(limits)).all(), f"{one.name}: not whole"
    if one.kind is SeriesKind.SMALL_COUNT:
        assert told.whole, f"{one.name}: a small count that is not whole"
    assert told.correlation.shape == (one.horizon, one.horizon), one.name
    assert np.isfinite(told.correlation).all(), one.name


def _hold_facts(one: Series, found: Forecast) -> None:
    assert found.points == np.sum(~np.isnan(one.values)), one.name
    assert not np.isinf(found.skill), f"{one.name}: skill {found.skill}"
    assert np.isnan(found.skill) or found.skill <= 1, f"{one.name}: skill {found.skill}"
    assert found.better_naive in ("", "naive", "seasonal_naive"), one.name
    for share in (found.coverage80, found.coverage95):
        assert np.isnan(share) or 0 <= share <= 1, f"{one.name}: coverage {share}"
    if found.before:
        middle, low80, high80, low95, high95 = found.before
        assert low95 <= low80 <= middle <= high80 <= high95, f"{one.name}: {found.before}"
        assert np.isfinite(found.before).all(), f"{one.name}: {found.before}"
        assert not (low95 < one.lower or high95 > one.upper), f"{one.name}: {found.before}"


def hold_chances(one: Series, found: Forecast) -> None:
    """Assert that chances are chances, and that the futures drawn are ones that can be."""
    told = found.distribution
    for value in (-1e9, 0.0, float(told.table[8, 0]), 100.0, 1e13):
        chance = told.chance_at_most(value)
        assert ((chance >= 0) & (chance <= 1)).all(), f"{one.name}: {chance}"
    assert (told.chance_at_most(np.nextafter(told.table[-1].max(), np.inf)) > 0.99).all(), one.name
    paths = told.paths(50)
    assert paths.shape == (50, one.horizon), one.name
    assert np.isfinite(paths).all(), one.name
    assert not (paths < one.lower).any(), one.name
    assert not (paths > one.upper).any(), one.name


def hold_all(seed: int, rules: ForecastRules, count: int = EACH) -> None:
    series = made(seed, count)
    found = forecast(series, rules)
    assert len(found.of) == len(series)
    for place, (one, told) in enumerate(zip(series, found.of, strict=True)):
        hold(one, told)
        if told.distribution is not None and place % 5 == 0:
            hold_chances(one, told)
    for pooled in found.calibration:
        assert 0 <= pooled.achieved <= 1 or np.isnan(pooled.achieved), pooled
        assert np.isfinite(pooled.factor), pooled
        assert pooled.factor > 0, pooled


@pytest.mark.parametrize("seed", SEEDS)
def test_hostile_series(seed, forecast_rules):
    hold_all(seed, forecast_rules, SAMPLE)


@pytest.mark.soak
@pytest.mark.parametrize("seed", SOAK)
def test_a_hundred_thousand_hostile_series(seed, forecast_rules):
    hold_all(1000 + seed, forecast_rules)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_is_met(recipe):
    assert any(f" {recipe}, " in one.name for seed in SEEDS for one in made(seed, SAMPLE))


@pytest.mark.parametrize("kind", SeriesKind)
@pytest.mark.parametrize("season", SEASONS)
def test_from_no_figure_to_eight(kind, season, forecast_rules):
    high = 100.0 if kind is SeriesKind.PERCENT else np.nan
    series = [
        Series(f"{points}", np.full(points, 7.0) + np.arange(points) % 3, season, 12, kind,
               lower=0.0, upper=high)
        for points in range(9)
    ]  # fmt: skip
    found = forecast(series, forecast_rules).of
    assert found[0].reason
    for one, told in zip(series, found, strict=True):
        hold(one, told)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.one_of(st.just(np.nan), st.floats(-1e12, 1e12)), max_size=14),
    st.sampled_from(SEASONS),
    st.sampled_from(HORIZONS),
)
def test_any_list_of_numbers(forecast_rules, values, season, horizon):
    one = Series("one", np.array(values, dtype=float), season, horizon, SeriesKind.LEVEL)
    (found,) = forecast([one], forecast_rules).of
    hold(one, found)
