"""Forecasts: known answers, honest ranges, and a reason where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmf_analysis import periods
from pmf_analysis.analysis import _chances, _undeclared, forecast
from pmf_analysis.analysis._as_shown import Shown
from pmf_analysis.analysis._levels import at_last_level
from pmf_analysis.forecasting import Series
from pmf_analysis.register.models import Level, Workspace
from pmf_analysis.register.registry import Context, Register
from pmf_analysis.terms import SeriesKind

ROLLING = {"data_period": "R12M"}
NUMBERS = [
    "forecast", "forecast_lower80", "forecast_upper80", "forecast_lower95", "forecast_upper95",
]  # fmt: skip
SHOWN = [name.replace("forecast", "shown") for name in NUMBERS]
SHOWN[0] = "shown_forecast"
ORDERED = [
    "forecast_lower95", "forecast_lower80", "forecast", "forecast_upper80", "forecast_upper95",
]  # fmt: skip
YEARLY = {"frequency": "year", "data_period": "A"}
QUARTERLY = {"frequency": "quarter", "data_period": "Q"}
PERCENT = {"kind": "proportion", "unit": "percent", "polarity": "high"}
STARTS = {"month": "2020-04", "quarter": "2015/16-Q1", "year": "2010/11"}


@pytest.fixture(scope="module")
def context_of(rule_sets):
    def make(*indicators):
        return Context(
            Register(
                workspace=Workspace(
                    title="t", register_name="t", county="A", report_kinds=("authority",)
                ),
                indicators={one.code: one for one in indicators},
                units={},
                rule_sets=rule_sets,
            ),
            date(2026, 1, 1),
        )

    return make


@pytest.fixture
def told(context_of, make_rows, make_indicator):
    """The forecast of one series: its coming rows, and the row that says what it is worth."""

    def make(values, era=0, segment=None, rows=None, **fields):
        indicator = make_indicator(**fields)
        start = STARTS[str(indicator.frequency)]
        table = make_rows(list(values), start=start) if rows is None else rows
        table = table.assign(era=era, segment=era if segment is None else segment)
        found = forecast.analyse(table, context_of(indicator))
        coming = found[found["state"] == "forecast"].reset_index(drop=True)
        return coming, found[found["state"] != "forecast"].iloc[-1]

    return make


def wavy(length: int, level: float = 100.0) -> list[float]:
    """Figures that move without a pattern, the same every time."""
    return [level + (step * 37 % 11) - 5 for step in range(length)]


# --- levels, chances and changes, by hand -------------------------------------------------


def test_levels_are_moved_by_the_same_time_of_the_year_before():
    season = np.tile([5.0, 0.0, 0.0, -5.0], 3)
    z = season + np.repeat([0.0, 10.0], [8, 4])
    level = np.repeat([0, 1], [8, 4])
    assert at_last_level(z, level, 4).tolist() == (season + 10).tolist()
    yearly = at_last_level(np.array([1.0, 1, 1, 4, 4, 4]), np.repeat([0, 1], 3), 1)
    assert yearly.tolist() == [4.0] * 6
    twice = at_last_level(np.array([1.0, 1, 1, 4, 4, 4, 6, 6, 6]), np.repeat([0, 1, 2], 3), 1)
    assert twice.tolist() == [6.0] * 9
    gap = at_last_level(np.array([1.0, np.nan, 1, 4, np.nan, 4]), np.repeat([0, 1], 3), 1)
    assert gap.tolist() == pytest.approx([4, np.nan, 4, 4, np.nan, 4], nan_ok=True)


def uniform(value: float, step: int) -> float:
    """Figures anywhere from 0 to 100."""
    del step
    return min(max(value / 100, 0.0), 1.0)


def test_chances_are_those_of_the_printed_figure(make_indicator):
    level = Level(**{"value": 80, "from": "2019-04"})
    share = {"kind": "proportion", "unit": "percent"}
    high = make_indicator(**share, polarity="high")
    low = make_indicator(**share, polarity="low")
    close = make_indicator(**share, polarity="close_to_target", tolerance=5)
    # from 79.95 on it is printed as 80.0; up to 80.05 it is printed as at most 80.0
    assert _chances.chance_of_target(uniform, 0, high, level) == pytest.approx(0.2005)
    assert _chances.chance_of_target(uniform, 0, low, level) == pytest.approx(0.8005)
    assert _chances.chance_of_target(uniform, 0, close, level) == pytest.approx(0.101)
    assert _chances.chance_of_floor(uniform, 0, high, None, level) == pytest.approx(0.7995)
    assert _chances.chance_of_floor(uniform, 0, low, None, level) == pytest.approx(0.1995)
    reach = Level(**{"value": 70, "from": "2019-04"})
    assert _chances.chance_of_floor(uniform, 0, close, level, reach) == pytest.approx(0.799)
    assert np.isnan(_chances.chance_of_floor(uniform, 0, close, None, reach))
    assert np.isnan(_chances.chance_of_target(uniform, 0, high, None))
    assert np.isnan(_chances.chance_of_target(uniform, 0, make_indicator(**share), level))
    # a level between two printed figures: 79.9 misses it and 80.0 meets it
    between = Level(**{"value": 79.93, "from": "2019-04"})
    assert _chances.chance_of_target(uniform, 0, high, between) == pytest.approx(0.2005)


def test_quantiles_and_chances_of_equally_likely_futures():
    shown = Shown.of(np.array([[3.0, np.nan], [1.0, np.nan], [2.0, 5.0], [4.0, np.nan]]))
    assert shown.quantile(0.5).tolist() == [2.5, 5.0]
    assert shown.quantile(0.0).tolist() == [1.0, 5.0]
    assert shown.chance_below(3.0, 0) == 0.5
    assert Shown.of(np.full((2, 1), np.nan)).quantile(0.5).tolist() == pytest.approx(
        [np.nan], nan_ok=True
    )


def test_a_change_that_nobody_registered_is_named(rule_sets):
    still, stepped = (np.array(wavy(48, level)) for level in (100.0, 100.0))
    stepped[-6:] += 60
    series = [
        Series(name, values, 12, 12, SeriesKind.COUNT, lower=0.0)
        for name, values in {"a": still, "b": stepped}.items()
    ]
    labels = [[periods.shift(periods.parse("2020-04"), at).code for at in range(48)]] * 2
    said = _undeclared.changes(series, labels, rule_sets["forecast"])
    assert said == [
        "",
        "The figures from October 2023 on lie higher than those before, "
        "and no change is registered",
    ]


# --- one series ---------------------------------------------------------------------------


def test_a_constant_series_goes_on(told):
    coming, last = told([200.0] * 10, **YEARLY)
    assert coming["forecast"].to_numpy() == pytest.approx([200.0] * 3, rel=0.02)
    assert coming["period"].tolist() == ["2020/21", "2021/22", "2022/23"]
    assert coming["period_end"].tolist() == ["2021-03-31", "2022-03-31", "2023-03-31"]
    assert coming["horizon"].tolist() == [1, 2, 3]
    assert coming["forecast_numerator"].tolist() == coming["forecast"].tolist()
    assert coming["forecast_denominator"].isna().all()
    assert (coming["forecast_upper95"] > 200).all()
    assert last["forecast_skill"] <= 0
    assert "no better than last year's figure" in last["forecast_reason"]


def test_a_pure_season_comes_back(told):
    months = np.array([100.0, 120, 90, 80, 60, 100, 110, 120, 70, 100, 105, 130])
    coming, _ = told(np.tile(months, 4))
    assert np.corrcoef(coming["forecast"], months)[0, 1] > 0.95


def test_what_is_told_of_a_forecast(told):
    coming, last = told(wavy(36))
    assert last["forecast_points"] == 36
    assert last["forecast_origins"] > 0
    assert last["forecast_naive"] in ("naive", "seasonal_naive")
    assert last["forecast_reason"].startswith("On past figures the forecast ")
    assert f"{last['forecast_origins']} past forecasts" in last["forecast_method"]
    assert last["forecast_break"] == ""
    assert coming[SHOWN].to_numpy().tolist() == coming[NUMBERS].to_numpy().tolist()


def test_the_last_period_as_it_was_forecast_before_it(told):
    _, last = told([*wavy(35), 100.0])
    _, other = told([*wavy(35), 104.0])
    before = last[[name for name in last.index if name.startswith("forecast_before")]]
    assert before["forecast_before_period"] == "2023-03"
    assert before["forecast_before_lower95"] <= before["forecast_before_lower80"]
    assert before["forecast_before_lower80"] <= before["forecast_before"]
    assert before["forecast_before"] == pytest.approx(other["forecast_before"])


@pytest.mark.parametrize(
    ("fields", "length", "steps"),
    [({}, 24, 8), ({}, 48, 12), (QUARTERLY, 12, 4), (YEARLY, 8, 2), (YEARLY, 13, 3)],
)
def test_never_further_than_a_third_of_the_history(told, fields, length, steps):
    assert len(told(wavy(length), **fields)[0]) == steps


@pytest.mark.parametrize(
    ("fields", "length", "reason"),
    [
        (YEARLY, 5, "Only 5 yearly figures: too few for a forecast; at least 8 are needed"),
        (YEARLY, 1, "Only 1 yearly figure: too few for a forecast; at least 8 are needed"),
        (
            QUARTERLY,
            11,
            "Only 11 quarterly figures: too few for a forecast; at least 12 are needed",
        ),
        ({}, 23, "Only 23 monthly figures: too few for a forecast; at least 24 are needed"),
    ],
)
def test_too_short(told, fields, length, reason):
    coming, last = told(wavy(length), **fields)
    assert len(coming) == 0
    assert last["forecast_reason"] == reason
    assert np.isnan(last["forecast_skill"])
    assert (last["forecast_points"], last["forecast_method"]) == (0, "")


def test_figures_delivered_as_rolling_are_not_forecast(told):
    source = {"published": {"table": "t", "numerator": ["n"], "covers": "R12M"}}
    coming, last = told(wavy(36), source=source, **ROLLING)
    assert len(coming) == 0
    assert "count much of the same" in last["forecast_reason"]


def test_a_stock_is_forecast_from_its_own_past(told):
    coming, last = told(wavy(36), stock=True, data_period="MS")
    assert len(coming) == 12
    assert coming[SHOWN].to_numpy().tolist() == coming[NUMBERS].to_numpy().tolist()
    assert "a stock, forecast from its own past figures" in last["forecast_method"]


@pytest.mark.parametrize("kind", ["count", "rate"])
def test_a_stock_from_its_starts_and_ends_where_the_rules_say_so(
    context_of, rule_sets, make_rows, make_indicator, kind
):
    source = {"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}}
    fields = {"kind": kind, "source": source}
    flows = {"starts": "T-02", "ends": "T-03"}
    indicators = [
        make_indicator("T-01", stock=True, data_period="MS", flows=flows, **fields),
        make_indicator("T-02", **fields),
        make_indicator("T-03", **fields),
    ]
    # ten a month come, a twentieth goes: the stock makes for two hundred
    stock, ends = [400.0], [20.0]
    for _ in range(39):
        ends.append(stock[-1] / 20)
        stock.append(stock[-1] + 10 - ends[-1])
    rows = pd.concat(
        [
            make_rows(values, indicator=code, denominator=1.0)
            for code, values in (("T-01", stock), ("T-02", [10.0] * 40), ("T-03", ends))
        ],
        ignore_index=True,
    ).assign(era=0, segment=0)
    context = context_of(*indicators)
    values = {**rule_sets["forecast"].values, "stocks": "starts_and_ends"}
    changed = rule_sets["forecast"].model_copy(update={"values": values})
    sets = {**rule_sets, "forecast": changed}
    told = forecast.analyse(
        rows, replace(context, register=replace(context.register, rule_sets=sets))
    )
    own = told[told["indicator"] == "T-01"]
    coming = own.loc[own["state"] == "forecast", "forecast"].to_numpy()
    expected = [stock[-1]]
    for _ in range(12):
        expected.append(expected[-1] + 10 - expected[-1] / 20)
    assert coming == pytest.approx(expected[1:], rel=0.06)
    last = own[own["state"] != "forecast"].iloc[-1]
    assert "starts added and its ends taken away" in last["forecast_method"]
    assert last["forecast_reason"] == "The forecast was not tried on past figures"
    plain = forecast.analyse(rows, context)
    last = plain[(plain["indicator"] == "T-01") & (plain["forecast_method"] != "")]
    assert "from its own past figures" in last["forecast_method"].iloc[0]


def test_only_the_stretch_after_a_long_gap_is_used(told):
    coming, last = told([*wavy(6, 9000.0), None, None, *wavy(9)], **YEARLY)
    plain, _ = told(wavy(9), **YEARLY)
    assert coming[NUMBERS].to_numpy() == pytest.approx(plain[NUMBERS].to_numpy())
    assert last["forecast_points"] == 9
    _, short = told([*wavy(9), None, None, *wavy(3)], **YEARLY)
    assert short["forecast_reason"].startswith("Only 3 yearly figures since the latest gap")


def test_a_short_gap_is_bridged_and_counts_as_no_figure(told, make_rows):
    rows = make_rows(wavy(40))
    coming, last = told(None, rows=rows.drop(index=[20]).reset_index(drop=True))
    assert (len(coming), last["forecast_points"]) == (12, 39)
    rows["state"] = rows["state"].where(rows.index != 20, "suppressed")
    hidden, _ = told(None, rows=rows)
    assert hidden[NUMBERS].to_numpy().tolist() == coming[NUMBERS].to_numpy().tolist()
    # five months of forty are more than a tenth
    rows["state"] = rows["state"].where(~rows.index.isin([12, 14, 16, 18]), "suppressed")
    _, many = told(None, rows=rows)
    assert many["forecast_points"] < 35


def test_months_in_which_nothing_was_counted_are_no_gap(told, make_rows):
    rows = make_rows([80.0] * 40, numerator=8.0, denominator=10.0)
    quiet = rows.index.isin([10, 11, 12, 13, 25, 37])
    rows.loc[quiet, ["value", "shown_value"]] = np.nan
    rows.loc[quiet, ["numerator", "denominator"]] = 0.0
    rows.loc[quiet, "state"] = "not_applicable"
    coming, last = told(None, rows=rows, **PERCENT)
    assert (len(coming), last["forecast_points"]) == (12, 34)
    assert coming["forecast"].between(60, 100).all()


def test_newest_months_without_a_settled_figure_are_no_values(told, make_rows):
    rows = make_rows([*wavy(38), 3.0, None])
    rows["state"] = rows["state"].where(rows.index != 38, "provisional")
    coming, last = told(None, rows=rows)
    assert coming["period"].tolist()[0] == "2023-08"
    assert coming["horizon"].tolist() == list(range(1, 13))
    assert coming["forecast"].between(85, 115).all()
    assert last["forecast_before_period"] in ("2023-05", "")
    assert "the newest 2 periods not settled yet" in last["forecast_method"]
    rows.loc[38, ["value", "numerator"]] = 999.0
    assert told(None, rows=rows)[0]["forecast"].tolist() == coming["forecast"].tolist()


def test_no_number_for_long_is_said_on_both_rows(context_of, make_rows, make_indicator):
    rows = make_rows([*wavy(30), *[None] * 5]).assign(era=0, segment=0)
    found = forecast.analyse(rows, context_of(make_indicator()))
    assert found["period"].tolist() == ["2022-09", "2023-02"]
    assert set(found["forecast_reason"]) == {
        "There is no figure for February 2023 to forecast from"
    }
    assert found["state"].tolist() == ["final", "suppressed"]


def test_an_old_series_is_not_forecast(context_of, make_rows, make_indicator):
    rows = pd.concat(
        [make_rows(wavy(30), service_area="A"), make_rows(wavy(31), service_area="B")],
        ignore_index=True,
    ).assign(era=0, segment=0)
    found = forecast.analyse(rows, context_of(make_indicator()))
    by_unit = found[found["state"] != "forecast"].set_index("service_area")["forecast_reason"]
    assert (
        by_unit["A"] == "The latest figure, September 2022, is older than others of this indicator"
    )
    assert "past figures" in by_unit["B"]


def test_a_rebase_moves_or_cuts_the_history(told):
    old, young = wavy(30, 300.0), wavy(30, 100.0)
    alone, _ = told(young)
    long_enough, _ = told([*old, *young], segment=np.repeat([0, 1], 30), era=0)
    assert long_enough[NUMBERS].to_numpy() == pytest.approx(alone[NUMBERS].to_numpy())
    moved, last = told([*old, *young[:10]], segment=np.repeat([0, 1], [30, 10]), era=0)
    assert moved["forecast"].between(85, 115).all()
    assert last["forecast_points"] == 40
    assert "moved to the level after a registered change" in last["forecast_method"]
    _, few = told([*old, *young[:5]], segment=np.repeat([0, 1], [30, 5]), era=0)
    assert few["forecast_reason"].startswith(
        "Only 5 monthly figures since the registered change of level"
    )


def test_the_target_chance_by_polarity(told):
    values = [80.0 + (step * 37 % 11 - 5) / 5 for step in range(36)]

    def chance(value, **fields):
        target = {"target": {"value": value, "from": "2019-04"}}
        return told(values, **(PERCENT | fields | target))[1]["forecast_target_chance"]

    assert chance(70.0) > 0.95
    assert chance(90.0) < 0.05
    assert chance(80.0) == pytest.approx(0.5, abs=0.3)
    assert chance(85.0, polarity="low") > 0.9
    assert chance(85.0) + chance(85.0, polarity="low") == pytest.approx(1, abs=0.01)
    assert chance(100.0) < 0.05
    assert chance(80.0, polarity="close_to_target", tolerance=50) == pytest.approx(1, abs=0.01)
    assert chance(80.0, polarity="close_to_target", tolerance=0) < 0.2
    assert np.isnan(told(values, **PERCENT)[1]["forecast_target_chance"])
    assert np.isnan(chance(80.0, data_period="R12M"))


def test_the_target_in_force_at_the_last_horizon_counts(told):
    levels = [{"value": 99, "from": "2019-04"}, {"value": 50, "from": "2023-06"}]
    values = [80.0 + (step * 37 % 11 - 5) / 5 for step in range(36)]  # to March 2023
    _, last = told(values, **PERCENT, target=levels)
    assert last["forecast_target_chance"] > 0.99


def test_percentages_stay_between_0_and_100(told, make_rows):
    values = [100.0, 100, 99, 100, 100, 98, 100, 100, 100, 100]
    rows = make_rows(values, start=STARTS["year"], denominator=50.0).assign(
        numerator=lambda table: table["value"] / 2
    )
    printed, _ = told(values, **YEARLY, **PERCENT)
    counted, _ = told(None, rows=rows, **YEARLY, **PERCENT)
    for coming in (printed, counted):
        numbers = coming[ORDERED].to_numpy()
        assert numbers.max() <= 100
        assert (np.diff(numbers, axis=1) >= 0).all()
        assert (numbers > 90).all()
        # what came twice in ten years is not impossible
        assert (coming["forecast_lower95"] <= 99).all()
        assert (coming["forecast_upper95"] == 100).all()


def test_zeros_and_negative_numbers(told):
    rare, _ = told([0.0, 0, 1, 0, 0, 0, 2, 0, 0, 0], **YEARLY)
    assert (rare[NUMBERS] >= 0).all(axis=None)
    assert (rare["forecast_upper95"] > 0.5).all()
    none, _ = told([0.0] * 10, **YEARLY)
    assert (none["forecast"] == 0).all()
    below, _ = told([-5.0, 3, 2, -1, 0, 2, 1, -3, 2, 1], kind="mean", **YEARLY)
    assert (below["forecast_lower95"] < 0).all()


# --- laws ---------------------------------------------------------------------------------

some_values = st.lists(st.integers(0, 3000).map(float), min_size=8, max_size=16)


def loosely(**more):
    return settings(
        max_examples=5, deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture], **more,
    )  # fmt: skip


@loosely()
@given(values=some_values)
def test_limits_are_in_order_and_possible(told, values):
    coming, _ = told(values, **YEARLY)
    numbers = coming[ORDERED].to_numpy()
    assert len(numbers)
    assert np.isfinite(numbers).all()
    assert (np.diff(numbers, axis=1) >= 0).all()
    assert (numbers >= 0).all()
    shares, _ = told([value / 30 for value in values], **YEARLY, **PERCENT)
    numbers = shares[ORDERED].to_numpy()
    assert (np.diff(numbers, axis=1) >= 0).all()
    assert ((numbers >= 0) & (numbers <= 100)).all()
    width = shares["forecast_upper95"] - shares["forecast_lower95"]
    assert (width > 0).all()


@loosely()
@given(before=st.lists(st.integers(0, 10**6).map(float), min_size=1, max_size=30))
def test_nothing_before_a_break_matters(told, before):
    after = wavy(10)
    rows_era = np.repeat([0, 1], [len(before), len(after)])
    coming, last = told([*before, *after], era=rows_era, **YEARLY)
    alone, alone_last = told(after, **YEARLY)
    assert coming[NUMBERS].to_numpy() == pytest.approx(alone[NUMBERS].to_numpy())
    for name in ("forecast_points", "forecast_skill", "forecast_coverage", "forecast_method"):
        assert last[name] == alone_last[name]
    _, short = told([*before, *after[:4]], era=np.repeat([0, 1], [len(before), 4]), **YEARLY)
    assert short["forecast_reason"].startswith("Only 4 yearly figures since a registered break")


def test_the_order_of_rows_does_not_matter(context_of, make_rows, make_indicator):
    context = context_of(make_indicator(), make_indicator("Y-01", **YEARLY))
    rows = pd.concat(
        [
            make_rows(wavy(40)),
            make_rows(wavy(40, 500.0), service_area="B"),
            make_rows([float(7 + step * step % 13) for step in range(40)], service_area="C"),
            make_rows(wavy(12), start="2010/11", indicator="Y-01"),
        ]
    ).assign(era=0, segment=0)
    mixed = rows.sample(frac=1, random_state=3).reset_index(drop=True)
    order = ["indicator", "service_area", "period"]
    first, second = (
        forecast.analyse(table, context).sort_values(order, ignore_index=True)
        for table in (rows.reset_index(drop=True), mixed)
    )
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_the_same_input_gives_the_same_table(context_of, make_rows, make_indicator):
    rows = make_rows(wavy(40)).assign(era=0, segment=0)
    context = context_of(make_indicator())
    pd.testing.assert_frame_equal(
        forecast.analyse(rows, context), forecast.analyse(rows, context), check_exact=True
    )


def test_the_latest_vintage_is_forecast(told, make_rows):
    rows = make_rows(wavy(30))
    old = make_rows(wavy(30, 900.0)).assign(vintage="2021-01-01")
    both = pd.concat([rows.assign(vintage="2024-01-01"), old], ignore_index=True)
    coming, last = told(None, rows=both)
    plain, _ = told(wavy(30))
    assert coming[NUMBERS].to_numpy() == pytest.approx(plain[NUMBERS].to_numpy())
    assert set(coming["vintage"]) == {last["vintage"]} == {"2024-01-01"}


def test_an_empty_table_gives_an_empty_table(told, context_of, make_rows, make_indicator):
    empty = make_rows([1.0]).iloc[:0].assign(era=0, segment=0)
    found = forecast.analyse(empty, context_of(make_indicator()))
    assert len(found) == 0
    assert "forecast_upper95" in found


# --- the figure as shown ------------------------------------------------------------------


def shares(make_rows, length=40, each=20.0, **columns):
    """Monthly shares that move about four in five."""
    numerators = [each * 0.8 + (step * 37 % 11 - 5) / 5 for step in range(length)]
    rows = make_rows(numerators, denominator=each, **columns)
    return rows.assign(value=rows["numerator"] / each * 100)


def test_a_rolling_figure_holds_its_known_months(told, make_rows):
    rows = shares(make_rows)
    coming, last = told(None, rows=rows, **PERCENT, **ROLLING)
    numbers = coming[[name for name in SHOWN if name in coming]]
    assert numbers.notna().all(axis=None)
    # eleven known months and one that comes: it cannot be outside these, whatever comes
    known = float(rows["numerator"].tail(11).sum())
    least, most = (
        100 * (known + part * cases) / (220 + cases) for part, cases in ((0, 60), (1, 60))
    )
    assert least < coming.loc[0, "shown_lower95"] < coming.loc[0, "shown_upper95"] < most
    width = coming["shown_upper80"] - coming["shown_lower80"]
    single = coming["forecast_upper80"] - coming["forecast_lower80"]
    assert width[0] < single[0] / 5
    assert width[11] > 2 * width[0]
    assert coming["forecast_denominator"].to_numpy() == pytest.approx([20.0] * 12, rel=0.1)
    assert coming["forecast_numerator"].to_numpy() == pytest.approx([16.0] * 12, rel=0.15)
    assert "added up from single periods" in last["forecast_method"]


@pytest.mark.parametrize("period", ["M", "R12M", "YTD"])
def test_the_nearest_periods_alone_are_the_first_of_all(
    context_of, make_rows, make_indicator, period
):
    rows = shares(make_rows).assign(era=0, segment=0)
    context = context_of(make_indicator(data_period=period, **PERCENT))
    every = forecast.analyse(rows, context)
    every = every[every["state"] == "forecast"].reset_index(drop=True)
    for many in (0, 1, 5, len(every)):
        last = date.fromisoformat(every["period_end"][many - 1]) if many else date(2020, 1, 1)
        near = forecast.analyse_until(rows[list(forecast.READ)], context, last)
        pd.testing.assert_frame_equal(near, every[list(near)].head(many), check_exact=True)


def test_a_year_to_date_starts_again_in_april(told, make_rows):
    rows = make_rows(wavy(45), start="2019-04")  # to December 2022
    coming, _ = told(None, rows=rows, data_period="YTD")
    so_far = float(rows["value"].tail(9).sum())
    shown = coming["shown_forecast"].to_numpy()
    assert shown[0] == pytest.approx(so_far + coming["forecast"][0], rel=0.01)
    assert shown[3] == pytest.approx(coming["forecast"][3], rel=0.01)
    assert shown[3] < shown[2]
    assert shown[2] == pytest.approx(so_far + coming["forecast"][:3].sum(), rel=0.01)


def test_no_rolling_figure_over_an_unknown_month(told, make_rows):
    rows = shares(make_rows, 48)
    rows["state"] = rows["state"].where(rows.index != 42, "suppressed")
    coming, _ = told(None, rows=rows, **PERCENT, **ROLLING)
    assert coming["forecast"].notna().all()
    # the months from January 2024 on stand in the figure of December 2024, the ninth that comes
    assert np.flatnonzero(coming["shown_forecast"].notna()).tolist() == list(range(6, 12))


def test_no_rolling_figure_over_a_registered_break(told, make_rows):
    rows = shares(make_rows, 60)
    era = np.repeat([0, 1], [30, 30])
    coming, _ = told(None, rows=rows, era=era, **PERCENT, **ROLLING)
    assert coming["shown_forecast"].notna().all()
    three_years, _ = told(None, rows=rows, era=era, **PERCENT, data_period="R3Y")
    # the first window of 36 months after the break ends with the sixth coming month
    known = np.flatnonzero(three_years["shown_forecast"].notna())
    assert known.tolist() == list(range(5, len(three_years)))


def test_the_chance_is_that_of_the_figure_as_shown(told, make_rows):
    target = {"target": {"value": 77, "from": "2019-04"}}
    floor = {"floor": {"value": 70, "from": "2019-04"}}
    rows = shares(make_rows)  # 80% over the last twelve months, and the last month by itself 77%
    rolled, last = told(None, rows=rows, **PERCENT, **ROLLING, **target, **floor)
    single, _ = told(None, rows=rows, **PERCENT, **target, **floor)
    assert rolled["forecast_target_chance"][0] > single["forecast_target_chance"][0]
    assert rolled["forecast_floor_chance"][0] < single["forecast_floor_chance"][0]
    for name in ("forecast_target_chance", "forecast_floor_chance"):
        assert last[name] == rolled[name].iloc[-1]
        assert rolled[name].between(0, 1).all()


# --- real series of public services -------------------------------------------------------


@pytest.mark.shared
def test_ranges_hold_on_real_series(shared, context_of, make_rows, make_indicator):
    folder = shared / "reference" / "forecast"
    listed = pd.read_csv(folder / "series.csv").query("block == 'public'")
    past, after = (pd.read_csv(folder / f"{name}sample.csv.gz") for name in ("in", "out"))
    fields = {"monthly": {}, "yearly": YEARLY}
    kinds = {"percent": PERCENT, "count": {}, "smallcount": {}}
    indicators = {
        (frequency, kind): make_indicator(
            f"{frequency}-{kind}".upper(), **fields[frequency], **more
        )
        for frequency in fields
        for kind, more in kinds.items()
    }
    parts = []
    for one in listed.itertuples():
        values = past.loc[past["series_id"] == one.series_id].sort_values("t")["value"].tolist()
        indicator = indicators[one.freq, one.kind]
        start = periods.shift(
            periods.parse("2020-03" if one.freq == "monthly" else "2020/21"), 1 - len(values)
        ).code
        parts.append(
            make_rows(values, start=start, indicator=indicator.code, service_area=one.series_id)
        )
    rows = pd.concat(parts, ignore_index=True).assign(era=0, segment=0)
    found = forecast.analyse(rows, context_of(*indicators.values()))
    coming = found[found["state"] == "forecast"].merge(
        after.rename(columns={"series_id": "service_area", "value": "actual"}),
        on=["service_area", "horizon"],
    )
    inside = coming["actual"].between(coming["forecast_lower95"], coming["forecast_upper95"])
    assert len(coming) > 500
    assert 0.92 <= inside.mean() <= 0.98
    near = coming["actual"].between(coming["forecast_lower80"], coming["forecast_upper80"])
    assert 0.76 <= near.mean() <= 0.90
    assert (coming[NUMBERS] >= 0).all(axis=None)
    shares = coming["indicator"].str.endswith("PERCENT")
    assert (coming.loc[shares, NUMBERS] <= 100).all(axis=None)
