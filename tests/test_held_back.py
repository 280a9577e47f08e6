"""The demo county's last year held back: forecasts made before it hold what they promise."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmarks import held_back
from pmf_analysis import prepared
from pmf_analysis.periods import parse, shift
from pmf_analysis.register import Context
from pmf_analysis.tables import MEASURE, SERIES
from pmf_analysis.terms import State

SEEN_UNTIL = "2025-10"
"""Month 48 of 60."""


@pytest.fixture(scope="module")
def county(medwold) -> tuple[pd.DataFrame, Context]:
    """Measures as known at the end."""
    made = prepared.prepare(medwold)
    analysed = made.table("analysis")
    return analysed.loc[analysed["state"] != State.FORECAST.value, [*MEASURE]], made.context


@pytest.fixture(scope="module")
def told(county) -> pd.DataFrame:
    measured, context = county
    return held_back.foretold(measured[measured["period"] <= SEEN_UNTIL], context)


@pytest.fixture(scope="module")
def points(county, told) -> pd.DataFrame:
    """Single figures and those as shown, each with what was expected of it."""
    measured, context = county
    then = measured[measured["period"] <= SEEN_UNTIL]
    return pd.concat(
        held_back.held_against(told, then, measured, context, figure).assign(figure=name)
        for name, figure in (("single", held_back.SINGLE), ("shown", held_back.SHOWN))
    )


def test_a_year_is_held_back(told):
    coming = told.loc[told["state"] == State.FORECAST.value, "period"]
    year = [shift(parse(SEEN_UNTIL), step).code for step in range(1, held_back.HELD_BACK + 1)]
    assert set(year) <= set(coming)
    assert coming.min() > SEEN_UNTIL


@pytest.mark.parametrize("figure", ["single", "shown"])
def test_every_kind_of_unit_is_held(points, figure):
    held = held_back.summary(points[points["figure"] == figure], ["unit_kind"])
    assert list(held.index) == ["county", "area", "service", "district", "team"]
    # stories changed a third of the series after the forecast was made, or shortly before
    assert held["inside 95%"].between(0.85, 1).all(), held.to_string()
    assert held["inside 80%"].between(0.6, 0.95).all(), held.to_string()
    (whole,) = held_back.summary(points[points["figure"] == figure], []).to_dict("records")
    assert 0.89 < whole["inside 95%"] < 0.98
    assert 0.72 < whole["inside 80%"] < 0.9


def test_the_forecast_comes_closer_than_the_last_figure_and_the_year_before(points):
    held = held_back.summary(points[points["figure"] == "single"], [])
    assert (held[["skill, naive", "skill, seasonal"]] > 0).all(axis=None), held.to_string()


def test_ranges_lie_in_order_and_inside_what_can_be(told, county):
    coming = told[told["state"] == State.FORECAST.value]
    kinds = {code: one.unit for code, one in county[1].register.indicators.items()}
    percent = coming["indicator"].map(kinds) == "percent"
    for start, middle in (("forecast", "forecast"), ("shown", "shown_forecast")):
        ends = [f"{start}_lower95", f"{start}_lower80", middle, f"{start}_upper80"]
        limits = coming[[*ends, f"{start}_upper95"]].dropna()
        assert len(limits) > len(coming) / 2
        assert (limits.diff(axis=1).iloc[:, 1:] >= -1e-9).all(axis=None)
        assert (limits >= 0).all(axis=None)
        assert (limits[percent] <= 100).all(axis=None)


def test_the_forecast_of_the_last_period_holds_what_it_promises(county):
    measured, context = county
    (month,) = held_back.steps(measured, context, ["2026-06"])
    assert len(month) > 100
    assert month["inside95"].mean() > 0.9
    assert 0.7 < month["inside80"].mean() < 0.95


def rows(indicator: str, values: dict[str, float]) -> pd.DataFrame:
    series = dict.fromkeys(SERIES, "all") | {"indicator": indicator}
    return pd.DataFrame([series | {"period": at, "value": v} for at, v in values.items()])


def test_a_series_is_told_from_its_calm_twin():
    calm = {"2025-09": 1.0, "2025-10": 2.0, "2025-11": float("nan"), "2025-12": 4.0}
    told = {"a": calm, "b": calm | {"2025-10": 3.0}, "c": calm | {"2025-11": 3.0}}
    found = held_back.changes(
        pd.concat(rows(name, values) for name, values in told.items()),
        pd.concat(rows(name, calm) for name in told),
        SEEN_UNTIL,
    )
    assert found.set_index("indicator")["story"].to_dict() == {
        "a": held_back.UNCHANGED, "b": held_back.BEFORE, "c": held_back.WITHIN,
    }  # fmt: skip


def test_a_small_county_is_held_back_by_the_program(monkeypatch, capsys):
    """The program prints a table of every kind; making a county is the long trial's."""
    point = dict.fromkeys(SERIES, "all") | {
        "period": "2026-01", "horizon": 3, "unit_kind": "team", "figures": "means",
        "inside80": True, "inside95": True, "error": 1.0, "naive": 2.0, "seasonal": 4.0,
        "story": held_back.UNCHANGED,
    }  # fmt: skip
    points = pd.DataFrame([point | {"figure": "single"}, point | {"figure": "shown"}])
    monkeypatch.setattr(held_back, "held_back", lambda known, calm: points)
    assert held_back.main(["--calm"]) == 0
    said = capsys.readouterr().out
    assert "| team | 1 | 1 | 100% | 100% | 50% | 75% |" in said


@pytest.mark.soak
def test_a_county_as_known_then(tmp_path: Path):
    reference = held_back.create_workspace(tmp_path / "w", "medwold") / "data" / "reference"
    setting = held_back.Setting.of(7, scale=0.2)
    points = held_back.held_back(held_back.Known(setting, reference))
    held = held_back.summary(points[points["figure"] == "single"], [])
    assert held["inside 95%"].between(0.9, 1).all(), held.to_string()
