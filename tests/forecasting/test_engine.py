"""The batch engine: known answers, and what the result for a series may depend on."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from pmf_analysis.errors import ParameterError
from pmf_analysis.forecasting import Forecast, Forecasts, Series, forecast
from pmf_analysis.terms import SeriesKind

MONTHS = np.arange(48)


def one(values, name="one", season=12, horizon=12, kind=SeriesKind.LEVEL, **fields) -> Series:
    return Series(name, np.asarray(values, dtype=float), season, horizon, kind, **fields)


def chance(seed: int, points: int = 48, level: float = 200.0, spread: float = 15.0) -> np.ndarray:
    """Figures around a level, with a season."""
    draws = np.random.default_rng(seed)
    wave = 0.1 * level * np.sin(2 * np.pi * np.arange(points) / 12)
    return level + wave + draws.normal(0, spread, points)


def shares(seed: int, whole: int = 80, points: int = 48) -> dict[str, object]:
    draws = np.random.default_rng(seed)
    cases = draws.binomial(whole, 0.85, points)
    return {
        "values": 100 * cases / whole,
        "denominators": np.full(points, float(whole)),
        "lower": 0.0,
        "upper": 100.0,
    }


def mixed(count: int = 36) -> list[Series]:
    """Series of every kind, frequency and length, some with gaps."""
    found = []
    for number in range(count):
        season = (12, 4, 1)[number % 3]
        points = {12: (48, 36), 4: (20, 12), 1: (10, 7)}[season][number % 2]
        kind = list(SeriesKind)[number % 4]
        fields: dict[str, object] = {"lower": 0.0}
        if kind is SeriesKind.PERCENT:
            fields = shares(number, points=points)
        elif kind is SeriesKind.SMALL_COUNT:
            fields["values"] = np.random.default_rng(number).poisson(4, points).astype(float)
        else:
            fields["values"] = np.rint(chance(number, points))
        if number % 7 == 0:
            gap = np.asarray(fields["values"], dtype=float).copy()
            gap[points // 2] = np.nan
            fields["values"] = gap
        fields["exposed"] = number % 11 == 0
        found.append(one(name=f"{number}", season=season, horizon=4, kind=kind, **fields))
    return found


@pytest.fixture(scope="module")
def together(forecast_rules) -> Forecasts:
    """The forecasts of all mixed series in one call."""
    return forecast(mixed(), forecast_rules)


def told(found: Forecast) -> bytes:
    """Everything that is known of a series, to the last bit."""
    parts = [
        repr((found.name, found.reason, found.points, found.origins, found.better_naive)),
        repr((found.skill, found.coverage80, found.coverage95, found.seasonal, found.method)),
        repr([float(value) for value in found.before]),
    ]
    held = found.distribution
    data = b"" if held is None else held.table.tobytes() + held.correlation.tobytes()
    return "".join(parts).encode() + data


def middle(found: Forecast) -> np.ndarray:
    return found.distribution.quantile(0.5)


# --- known answers ------------------------------------------------------------------------


def test_nothing_is_forecast_from_nothing(forecast_rules):
    found = forecast([one(np.full(5, np.nan)), one([], name="empty")], forecast_rules).of
    assert all(telling.reason and telling.distribution is None for telling in found)


def test_no_series_no_forecast(forecast_rules):
    assert forecast([], forecast_rules).of == ()


def test_a_name_given_twice_is_refused(forecast_rules):
    with pytest.raises(ParameterError, match="REF is given twice"):
        forecast([one([1, 2], "REF"), one([3, 4], "REF")], forecast_rules)


def test_results_come_in_the_order_of_the_series(together):
    assert [found.name for found in together.of] == [given.name for given in mixed()]


def test_gaps_are_not_counted_as_figures(forecast_rules):
    values = chance(1)
    values[[3, 20, 47]] = np.nan
    (found,) = forecast([one(values)], forecast_rules).of
    assert found.points == 45


@pytest.mark.parametrize("level", [0.0, 7.0, 1e9])
def test_what_never_moved_is_not_expected_to(forecast_rules, level):
    (found,) = forecast([one(np.full(36, level))], forecast_rules).of
    np.testing.assert_allclose(middle(found), level, rtol=1e-6, atol=1e-6)
    assert found.skill == 0


def test_a_season_without_chance_is_found(forecast_rules):
    season = 100 + 30 * np.sin(2 * np.pi * np.arange(72) / 12)
    (found,) = forecast([one(season[:60])], forecast_rules).of
    assert found.seasonal
    assert np.abs(middle(found) - season[60:]).max() < 10


def test_the_first_coming_period_follows_the_last_place_also_after_a_gap(forecast_rules):
    season = 100 + 30 * np.sin(2 * np.pi * np.arange(72) / 12)
    with_gap = season[:60].copy()
    with_gap[-2:] = np.nan
    (found,) = forecast([one(with_gap)], forecast_rules).of
    assert np.abs(middle(found) - season[60:]).max() < 16


def test_a_steady_rise_is_not_expected_to_turn(forecast_rules):
    (found,) = forecast([one(100 + 2.0 * MONTHS)], forecast_rules).of
    last = 100 + 2.0 * MONTHS[-1]
    assert (middle(found) > last - 2).all()
    assert (middle(found) < last + 2.0 * np.arange(1, 13) + 6).all()


def test_chance_alone_gives_no_skill_worth_the_name_and_ranges_that_hold_it(forecast_rules):
    draws = np.random.default_rng(3)
    past, coming = draws.normal(200, 10, (200, 48)), draws.normal(200, 10, (200, 12))
    series = [one(values, f"{number}") for number, values in enumerate(past)]
    found = forecast(series, forecast_rules).of
    inside = np.mean(
        [
            (got.distribution.quantile(0.025) <= truth)
            & (truth <= got.distribution.quantile(0.975))
            for got, truth in zip(found, coming, strict=True)
        ]
    )
    assert 0.92 <= inside <= 0.985
    error = np.mean(np.abs(np.array([middle(got) for got in found]) - coming))
    assert error < 1.15 * 10 * np.sqrt(2 / np.pi)


def test_few_cases_make_a_percentage_less_sure(forecast_rules):
    few, many = (one(name=name, kind=SeriesKind.PERCENT, **shares(5, whole))
                 for name, whole in (("few", 20), ("many", 2000)))  # fmt: skip
    width = [
        np.mean(got.distribution.quantile(0.975) - got.distribution.quantile(0.025))
        for got in forecast([few, many], forecast_rules).of
    ]
    assert width[0] > 3 * width[1]


def test_a_change_nobody_declared_makes_the_ranges_no_narrower(forecast_rules):
    calm = one(chance(4), "calm")
    exposed = replace(calm, name="exposed", exposed=True)
    widths = [
        got.distribution.quantile(0.9) - got.distribution.quantile(0.1)
        for got in forecast([calm, exposed], forecast_rules).of
    ]
    assert (widths[1] > widths[0]).all()


# --- skill --------------------------------------------------------------------------------


def test_skill_is_against_the_better_of_the_two_naive_forecasts(forecast_rules):
    season = np.tile([10.0, 40.0, 90.0, 160.0, 90.0, 40.0] * 2, 5)
    draws = np.random.default_rng(8)
    rising = 500 + 5 * np.arange(60) + draws.normal(0, 4, 60)
    by_season, by_rise = forecast(
        [one(season + draws.normal(0, 1, 60), "season"), one(rising, "rise")], forecast_rules
    ).of
    assert by_season.better_naive == "seasonal_naive"
    assert by_rise.better_naive == "naive"
    assert by_season.skill < 1
    assert by_rise.skill < 1


def test_without_a_past_forecast_no_skill_is_told(forecast_rules):
    (found,) = forecast([one([5.0])], forecast_rules).of
    assert np.isnan(found.skill)
    assert found.better_naive == ""
    assert found.origins == 0
    assert found.before == ()


# --- the past -----------------------------------------------------------------------------


def test_a_past_forecast_sees_nothing_of_what_came_after(forecast_rules):
    values = chance(9)
    values[46] = np.nan
    other = values.copy()
    other[47] = values[47] + 40
    found = forecast([one(values, "as it was"), one(other, "otherwise")], forecast_rules).of
    assert found[0].before
    np.testing.assert_allclose(found[0].before[0], found[1].before[0], rtol=1e-9)


def test_a_forecast_made_one_period_before_is_that_of_the_series_as_it_stood(forecast_rules):
    for kind in (SeriesKind.LEVEL, SeriesKind.COUNT):
        values = np.rint(chance(10))
        whole, shorter = (one(values[:points], f"{points}", kind=kind) for points in (48, 47))
        (now,) = forecast([whole], forecast_rules).of
        (then,) = forecast([shorter], forecast_rules).of
        assert now.before[0] == pytest.approx(middle(then)[0], rel=0.02)


# --- on what it depends -------------------------------------------------------------------


def test_the_order_of_series_changes_nothing(together, forecast_rules):
    backward = forecast(mixed()[::-1], forecast_rules)
    assert [told(found) for found in together.of] == [told(found) for found in backward.of[::-1]]
    assert together.calibration == backward.calibration


def test_series_of_another_frequency_change_nothing(together, forecast_rules):
    among = {found.name: told(found) for found in together.of}
    for season in (1, 4, 12):
        own = [given for given in mixed() if given.season == season]
        for found in forecast(own, forecast_rules).of:
            assert told(found) == among[found.name], found.name


def test_series_of_another_kind_change_nothing(forecast_rules):
    series = mixed()
    among = {found.name: told(found) for found in forecast(series, forecast_rules).of}
    for kind in (SeriesKind.PERCENT, SeriesKind.SMALL_COUNT):
        own = [given for given in series if given.kind is kind]
        for found in forecast(own, forecast_rules).of:
            assert told(found) == among[found.name], found.name


def test_a_series_alone_has_the_middle_that_it_has_among_others(forecast_rules):
    series = [one(chance(seed), f"{seed}") for seed in range(30)]
    together = forecast(series, forecast_rules).of
    for place in (0, 13, 29):
        (alone,) = forecast([series[place]], forecast_rules).of
        np.testing.assert_allclose(middle(alone), middle(together[place]), rtol=1e-9)
        assert alone.skill == together[place].skill
        assert alone.seasonal == together[place].seasonal


def test_series_of_another_size_change_no_middle(forecast_rules):
    own = [one(chance(seed), f"{seed}") for seed in range(6)]
    others = [one(chance(seed, level=900), f"{seed}") for seed in range(50, 60)]
    alone, among = (forecast(series, forecast_rules).of for series in (own, own + others))
    for first, second in zip(alone, among, strict=False):
        np.testing.assert_allclose(middle(first), middle(second), rtol=1e-9)


def test_the_name_changes_nothing(together, forecast_rules):
    renamed = [replace(given, name=f"{99 - place:03}") for place, given in enumerate(mixed())]
    for a, b in zip(together.of, forecast(renamed, forecast_rules).of, strict=True):
        assert told(a) == told(replace(b, name=a.name))


def test_the_series_given_are_left_as_they_are(forecast_rules):
    series = mixed(12)
    before = [given.values.tobytes() for given in series]
    forecast(series, forecast_rules)
    assert [given.values.tobytes() for given in series] == before


_DIGEST = """
import importlib.util, sys
from pathlib import Path
from pmf_analysis.forecasting import forecast, rules_of
from pmf_analysis.register import load
spec = importlib.util.spec_from_file_location("given", sys.argv[1])
given = importlib.util.module_from_spec(spec)
spec.loader.exec_module(given)
held = load(Path(sys.argv[2])).rule_sets
rules = rules_of(held["forecast-methods"], held["forecast-ranges"])
print(given.digest(forecast(given.mixed(), rules).of))
"""


def digest(found: tuple[Forecast, ...]) -> str:
    """One word for everything that is known of all series."""
    return hashlib.sha256(b"".join(map(told, found))).hexdigest()


def test_the_number_of_threads_and_the_process_change_nothing(root, together):
    here = digest(together.of)
    other = "1" if os.environ.get("OMP_NUM_THREADS") != "1" else "2"
    there = subprocess.run(
        [sys.executable, "-c", _DIGEST, __file__, str(root / "data" / "reference")],
        env=os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), other),
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == here
