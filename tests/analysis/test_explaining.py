"""The explained forecast: what the model is told, and what it says in the indicator's unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.analysis import add_segments, explaining
from pmf_analysis.analysis.explaining import Step, explain
from pmf_analysis.errors import TableError

MONTHS = 48
AHEAD = 6


@cache
def noise(n: int = MONTHS) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 1, n)


@pytest.fixture
def analysed(make_rows):
    """Rows of one series with a forecast of six months, as the analysis table holds them."""

    def make(values, context, **columns: object) -> pd.DataFrame:
        history = add_segments(make_rows(list(values), **columns), context)
        last = periods.parse(history["period"].iloc[-1])
        span = [periods.shift(last, step) for step in range(1, AHEAD + 1)]
        coming = pd.DataFrame(
            {
                "period": [one.code for one in span],
                "period_end": [one.end.isoformat() for one in span],
                "state": "forecast", "indicator": "T-01", "service_area": "A", "cohort": "all",
                "forecast": 50.0, "forecast_lower80": 45.0, "forecast_upper80": 55.0,
            }
        )  # fmt: skip
        return pd.concat([history, coming], ignore_index=True)

    return make


def test_a_step_is_given_its_size_in_the_unit(make_context, make_indicator, analysed):
    context = make_context(make_indicator(data_period="MS"))
    values = np.where(np.arange(MONTHS) < 30, 200.0, 260.0) + 3 * noise()
    rows = analysed(np.rint(values), context)
    step = Step(date(2022, 9, 14), "New team.")  # in force from October, the 31st month
    found = explain(rows, context, [step])
    assert found.reason == "" and found.model == "level" and found.scale == "log"
    (effect,) = found.effects
    assert (effect.words, effect.period) == ("New team", "2022-10")
    assert effect.value == pytest.approx(60, abs=4) and effect.low < 60 < effect.high
    assert found.level[29] == pytest.approx(200, abs=4)
    assert found.level[30] == pytest.approx(260, abs=4)
    assert len(found.coming) == AHEAD and found.coming[0] == "2024-04"
    ranges = (found.lower95, found.lower80, found.middle, found.upper80, found.upper95)
    assert (np.diff(np.stack(ranges), axis=0) > 0).all()
    assert found.middle == pytest.approx(np.full(AHEAD, 260), abs=6)


def test_registered_changes_are_steps_and_those_near_an_end_are_left_out(
    make_context, make_indicator, analysed, make_break
):
    stock = make_indicator(data_period="MS")
    values = np.where(np.arange(MONTHS) < 30, 200.0, 260.0) + 3 * noise()
    context = make_context(stock, breaks=(make_break("2022-10"),))
    (effect,) = explain(analysed(np.rint(values), context), context).effects
    assert (effect.words, effect.period) == ("reason", "2022-10")
    assert effect.value == pytest.approx(60, abs=4)
    # two figures are too few for any forecast, as for the usual one
    again = make_context(stock, breaks=(make_break("2024-02"),))
    assert "change of level" in explain(analysed(np.rint(values), again), again).reason
    near = explain(
        analysed(np.rint(values), make_context(stock)),
        make_context(stock),
        [Step(date(2024, 1, 1), "Too late"), Step(date(2019, 1, 1), "Before all of it")],
    )
    assert near.effects == () and near.left_out == ("Too late",)


def test_two_steps_of_one_month_are_one(make_context, make_indicator, analysed):
    context = make_context(make_indicator(data_period="MS"))
    rows = analysed(np.rint(200 + 3 * noise()), context)
    both = [Step(date(2022, 9, 14), "One"), Step(date(2022, 9, 30), "Other")]
    (effect,) = explain(rows, context, both).effects
    assert effect.words == "One; Other"


def test_events_of_a_month_follow_its_working_days(make_context, make_indicator, analysed):
    context = make_context(make_indicator())
    first = periods.parse("2020-04")
    span = [periods.shift(first, step) for step in range(MONTHS)]
    days = explaining._working_days(span, context)
    assert days[:2].tolist() == [20, 19]  # April and May 2020
    values = np.rint(50 * days + 10 * noise())
    found = explain(analysed(values, context), context)
    (effect,) = [one for one in found.effects if not one.period]
    assert effect.value == pytest.approx(50, abs=6)
    of_stock = make_context(make_indicator(data_period="MS"))
    assert explain(analysed(values, of_stock), of_stock).effects == ()


def test_a_percentage_stays_one(make_context, make_indicator, analysed):
    context = make_context(make_indicator(kind="proportion", unit="percent", data_period="M"))
    values = np.clip(98 + noise(), 0, 100)
    rows = analysed(values, context, numerator=np.rint(values), denominator=100.0)
    found = explain(rows, context)
    assert found.scale == "logit" and found.effects == ()
    assert found.upper95.max() < 100 and found.lower95.min() > 0
    assert found.middle == pytest.approx(np.full(AHEAD, 98), abs=1)


def test_a_season_is_found_where_there_are_years_enough(make_context, make_indicator, analysed):
    context = make_context(make_indicator(data_period="MS"))
    season = 40 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    rows = analysed(np.rint(300 + season + 3 * noise()), context)
    found = explain(rows, context)
    assert found.model.endswith("season")
    assert np.ptp(found.season) > 20
    short = rows[rows["period"] >= "2021-10"]
    assert not explain(short, context).model.endswith("season")


def test_what_is_not_settled_is_no_figure(make_context, make_indicator, analysed):
    context = make_context(make_indicator(data_period="MS"))
    rows = analysed(np.rint(200 + 3 * noise()), context)
    late = rows.copy()
    late.loc[MONTHS - 1, ["value", "state"]] = [9_000.0, "provisional"]
    found = explain(late, context)
    assert found.periods[-1] == "2024-02" and np.nanmax(found.values) < 300
    assert found.coming[0] == "2024-04" and len(found.coming) == AHEAD


@pytest.mark.parametrize("points", [3, 20])
def test_too_few_figures_are_refused_with_the_reason(
    points, make_context, make_indicator, analysed
):
    context = make_context(make_indicator(data_period="MS"))
    found = explain(analysed(np.rint(200 + noise(points)), context), context)
    assert "too few" in found.reason and len(found.middle) == 0


def test_without_a_forecast_its_reason_is_said(make_context, make_indicator, analysed):
    context = make_context(make_indicator(data_period="MS"))
    rows = analysed(np.rint(200 + noise()), context)
    history = rows[rows["state"] != "forecast"].assign(forecast_reason="Only 3 figures")
    assert explain(history, context).reason == "Only 3 figures"
    flat = explain(analysed([200.0] * MONTHS, context), context)
    assert "do not vary" in flat.reason


def test_one_series_at_a_time(make_context, analysed):
    context = make_context()
    rows = analysed(np.rint(200 + noise()), context)
    with pytest.raises(TableError, match="2 series"):
        explain(pd.concat([rows, rows.assign(service_area="B")]), context)


def test_actions_of_the_study_are_steps():
    rows = pd.DataFrame(
        {
            "action_date": ["2025-01-15", "2025-01-15", ""],
            "words": ["New team", "New team", "Undated"],
        }
    )
    assert explaining.steps_of(rows) == [Step(date(2025, 1, 15), "New team")]


def test_the_same_twice(make_context, analysed):
    context = make_context()
    rows = analysed(np.rint(200 + 5 * noise()), context)
    first, again = explain(rows, context), explain(rows, context)
    assert first.middle.tolist() == again.middle.tolist()
    assert replace(first, **_plain(first)) == replace(again, **_plain(again))


def _plain(found: explaining.Explained) -> dict[str, object]:
    """Fields that cannot be compared as they are."""
    arrays = ("values", "level", "fitted", "season", "middle", "lower80", "upper80")
    return dict.fromkeys((*arrays, "lower95", "upper95"))
