"""Forecasts: known answers, honest ranges, and a reason where there is none."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmf_analysis import periods
from pmf_analysis.analysis import _backtest, _pool, forecast
from pmf_analysis.analysis._levels import at_last_level
from pmf_analysis.analysis._pool import PoolRules
from pmf_analysis.register.models import RuleSet, Workspace
from pmf_analysis.register.registry import Context, Register

NUMBERS = [
    "forecast", "forecast_lower80", "forecast_upper80", "forecast_lower95", "forecast_upper95",
]  # fmt: skip
ORDERED = [
    "forecast_lower95", "forecast_lower80", "forecast", "forecast_upper80", "forecast_upper95",
]  # fmt: skip
YEARLY = {"frequency": "year", "data_period": "A"}
QUARTERLY = {"frequency": "quarter", "data_period": "Q"}
PERCENT = {"kind": "proportion", "unit": "percent", "polarity": "high"}
STARTS = {"month": "2020-04", "quarter": "2015/16-Q1", "year": "2010/11"}
POOL = PoolRules(
    weights={"naive": 1.0, "seasonal_naive": 1.0, "smoothing": 1.0},
    alphas=(0.5, 1.0),
    start_points=1,
    seasonal_cycles=3,
    seasonal_z=1.645,
)


@pytest.fixture(scope="module")
def rules(rule_sets) -> RuleSet:
    return rule_sets["forecast"]


@pytest.fixture(scope="module")
def context_of(rules):
    def make(*indicators):
        return Context(
            Register(
                workspace=Workspace(
                    title="t", register_name="t", county="A", report_kinds=("authority",)
                ),
                indicators={one.code: one for one in indicators},
                units={},
                rule_sets={"forecast": rules},
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


# --- the pool, by hand --------------------------------------------------------------------


def test_the_pool_on_four_figures_by_hand():
    z = np.array([[1.0, 2.0, 3.0, 5.0]])
    assert _pool.naive(z, 2).tolist() == [[5.0, 5.0]]
    assert _pool.seasonal_naive(z, 4, 5).tolist() == [[1.0, 2.0, 3.0, 5.0, 1.0]]
    # alpha 0.5 from 1: errors 0, 1, 1.5, 2.75; alpha 1: errors 0, 1, 1, 2, so 1 is kept
    assert _pool.smoothing(z, 1, 2, POOL).tolist() == [[5.0, 5.0]]
    # alternating figures: alpha 0.5 has the smaller errors; levels 0, 1, 0.5, 1.25
    assert _pool.smoothing(np.array([[0.0, 2.0, 0.0, 2.0]]), 1, 1, POOL).tolist() == [[1.25]]
    assert _pool.combined(np.array([[0.0, 2.0, 0.0, 2.0]]), 1, 1, POOL).tolist() == [[1.625]]


def test_a_season_is_found_and_taken_out():
    pattern = np.tile([3.0, -1.0, -1.0, -1.0], 5)
    z = (10 + pattern + 0.01 * np.arange(20))[None, :]
    found = _pool.seasonal_pattern(z, 4, POOL)
    assert found[0] == pytest.approx([3, -1, -1, -1], abs=0.02)
    assert _pool.smoothing(z, 4, 4, POOL)[0] == pytest.approx([13.2, 9.2, 9.2, 9.2], abs=0.05)
    noise = np.array([wavy(20)])
    assert not _pool.seasonal_pattern(noise, 4, POOL).any()
    assert not _pool.seasonal_pattern(z[:, :11], 4, POOL).any()  # less than three years


def test_the_weights_are_policy():
    only_naive = PoolRules(
        {"naive": 1.0, "seasonal_naive": 0.0, "smoothing": 0.0}, (0.5,), 1, 3, 1.645
    )
    assert _pool.combined(np.array([[0.0, 2.0, 0.0, 2.0]]), 1, 1, only_naive).tolist() == [[2.0]]


# --- ranges, skill and coverage by hand ---------------------------------------------------


def test_standard_errors_by_hand():
    squared, counts = np.array([[8.0, 27.0, 0.0]]), np.array([[2.0, 3.0, 0.0]])
    plain = _backtest.standard_errors(squared, counts, np.array([0.0]), shrink=0.0)
    assert plain[0] == pytest.approx([2.0, 3.0, 3.0 * np.sqrt(1.5)])
    drawn = _backtest.standard_errors(squared, counts, np.array([0.0]), shrink=1.0)
    assert drawn[0, :2] == pytest.approx([np.sqrt(7), np.sqrt(7)])  # 35 / 5
    floored = _backtest.standard_errors(squared, counts, np.array([2.5]), shrink=0.0)
    assert floored[0, :2] == pytest.approx([2.5, 3.0])
    narrowing = _backtest.standard_errors(
        np.array([[9.0, 1.0]]), np.array([[1.0, 1.0]]), np.array([0.0]), shrink=0.0
    )
    assert narrowing[0].tolist() == [3.0, 3.0]


def test_skill_by_hand():
    actual = np.array([[[10.0, np.nan]], [[10.0, np.nan]], [[10.0, np.nan]]])
    combined = np.array([[[9.0, np.nan]], [[10.0, np.nan]], [[9.0, np.nan]]])
    naive = np.array([[[8.0, np.nan]], [[10.0, np.nan]], [[10.0, np.nan]]])
    worse = naive - 5
    found = _backtest.skill(actual, combined, [naive, worse])
    assert found.tolist() == [0.5, 0.0, -1.0]


def test_coverage_leaves_the_judged_forecast_out():
    actual = np.array([[[1.0], [1.0], [1.0], [100.0]]])
    zero = np.zeros_like(actual)
    tried = _backtest.Backtest(actual, zero, zero, zero)
    rules = _backtest.BacktestRules(1, 9, shrink=0.0, least_freedom=2)
    assert _backtest.coverage(tried, np.array([0.0]), rules).tolist() == [0.75]


def test_levels_are_moved_by_the_same_time_of_the_year_before():
    season = np.tile([5.0, 0.0, 0.0, -5.0], 3)
    z = season + np.repeat([0.0, 10.0], [8, 4])
    level = np.repeat([0, 1], [8, 4])
    assert at_last_level(z, level, 4).tolist() == (season + 10).tolist()
    yearly = at_last_level(np.array([1.0, 1, 1, 4, 4, 4]), np.repeat([0, 1], 3), 1)
    assert yearly.tolist() == [4.0] * 6
    twice = at_last_level(np.array([1.0, 1, 1, 4, 4, 4, 6, 6, 6]), np.repeat([0, 1, 2], 3), 1)
    assert twice.tolist() == [6.0] * 9


# --- one series ---------------------------------------------------------------------------


def test_a_constant_series_goes_on(told):
    coming, last = told([200.0] * 10, **YEARLY)
    assert coming["forecast"].to_numpy() == pytest.approx([200.0] * 3)
    assert coming["period"].tolist() == ["2020/21", "2021/22", "2022/23"]
    assert coming["period_end"].tolist() == ["2021-03-31", "2022-03-31", "2023-03-31"]
    assert coming["horizon"].tolist() == [1, 2, 3]
    # no past error, yet chance alone moves a count of 200 by about 14
    assert (coming["forecast_upper95"] > 228).all()
    assert last["forecast_skill"] == 0
    assert "no better than last year's figure" in last["forecast_reason"]


def test_a_pure_season_comes_back(told):
    months = [100.0, 120, 90, 80, 60, 100, 110, 120, 70, 100, 105, 130]
    coming, last = told(months * 4)
    assert len(coming) == 12
    # two of the three forecasts know the season, the third is the last figure
    expected = np.exp((2 * np.log(months) + np.log(130)) / 3)
    assert coming["forecast"].to_numpy() == pytest.approx(expected, rel=0.01)
    assert "season found" in last["forecast_method"]
    assert "log scale" in last["forecast_method"]


def test_what_is_told_of_a_forecast(told):
    _, last = told(wavy(36))
    assert last["forecast_points"] == 36
    assert 0 <= last["forecast_coverage"] <= 1
    assert last["forecast_skill"] > 0
    assert last["forecast_reason"].endswith(
        "closer than last month's figure, or that of the same month a year before"
    )
    assert "from 24 past forecasts" in last["forecast_method"]
    assert "no season found" in last["forecast_method"]


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


def test_overlapping_figures_are_not_forecast(told):
    coming, last = told(wavy(36), stock=True)
    assert len(coming) == 0
    assert "count much of the same" in last["forecast_reason"]


def test_only_the_stretch_after_the_latest_gap_is_used(told):
    values = [*wavy(6, 9000.0), None, *wavy(9)]
    coming, last = told(values, **YEARLY)
    plain, _ = told(wavy(9), **YEARLY)
    assert coming[NUMBERS].to_numpy() == pytest.approx(plain[NUMBERS].to_numpy())
    assert last["forecast_points"] == 9
    _, short = told([*wavy(9), None, *wavy(3)], **YEARLY)
    assert short["forecast_reason"].startswith("Only 3 yearly figures since the latest gap")


def test_a_missing_row_is_a_gap_too(told, make_rows):
    rows = make_rows(wavy(40)).drop(index=[20]).reset_index(drop=True)
    coming, last = told(None, rows=rows)
    assert len(coming) == 0
    assert last["forecast_reason"].startswith("Only 19 monthly figures since the latest gap")


def test_no_number_at_the_end_is_said_on_both_rows(context_of, make_rows, make_indicator):
    rows = make_rows([*wavy(30), None]).assign(era=0, segment=0)
    found = forecast.analyse(rows, context_of(make_indicator()))
    assert found["period"].tolist() == ["2022-09", "2022-10"]
    assert set(found["forecast_reason"]) == {"There is no figure for October 2022 to forecast from"}
    assert found["state"].tolist() == ["final", "suppressed"]


def test_a_suppressed_value_is_a_gap_even_if_a_number_stands_there(told, make_rows):
    rows = make_rows(wavy(40))
    rows["state"] = rows["state"].where(rows.index != 30, "suppressed")
    assert told(None, rows=rows)[1]["forecast_reason"].startswith("Only 9 monthly figures")


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

    assert chance(70.0) > 0.99
    assert chance(90.0) < 0.01
    assert chance(80.0) == pytest.approx(0.5, abs=0.3)
    assert chance(85.0, polarity="low") > 0.97
    assert chance(85.0) + chance(85.0, polarity="low") == pytest.approx(1, abs=0.01)
    assert chance(100.0) < 0.01
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
    for coming, _ in (
        told(values, **YEARLY, **PERCENT),
        told(None, rows=rows, **YEARLY, **PERCENT),
    ):
        assert coming[NUMBERS].to_numpy().max() <= 100
        assert (coming["forecast_upper95"] - coming["forecast_lower95"] > 1).all()


def test_zeros_and_negative_numbers(told):
    rare, last = told([0.0, 0, 1, 0, 0, 0, 2, 0, 0, 0], **YEARLY)
    assert (rare[NUMBERS] >= 0).all(axis=None)
    assert (rare["forecast_upper95"] > 0.5).all()
    assert "square-root scale" in last["forecast_method"]
    none, _ = told([0.0] * 10, **YEARLY)
    assert (none["forecast"] == 0).all()
    below, last = told([-5.0, 3, 2, -1, 0, 2, 1, -3, 2, 1], kind="mean", **YEARLY)
    assert "plain scale" in last["forecast_method"]
    assert (below["forecast_lower95"] < 0).all()


# --- laws ---------------------------------------------------------------------------------

some_values = st.lists(st.integers(0, 3000).map(float), min_size=8, max_size=16)


def loosely(**more):
    return settings(
        max_examples=10, deadline=None,
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
@given(values=some_values, factor=st.sampled_from([2.0, 10.0, 1000.0]))
def test_scaled_counts_have_scaled_forecasts(told, values, factor):
    plain, _ = told(values, **YEARLY)
    scaled, _ = told([value * factor for value in values], **YEARLY)
    assert scaled["forecast"].to_numpy() == pytest.approx(
        factor * plain["forecast"].to_numpy(), rel=1e-6, abs=1e-6
    )


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


def test_neither_order_nor_company_matters(context_of, make_rows, make_indicator):
    monthly, yearly = make_indicator(), make_indicator("Y-01", **YEARLY)
    context = context_of(monthly, yearly)
    one = make_rows(wavy(40)).assign(era=0, segment=0)
    company = pd.concat(
        [
            make_rows(wavy(40, 500.0), service_area="B"),
            make_rows([float(7 + step * step % 13) for step in range(40)], service_area="C"),
            make_rows(wavy(12), start="2010/11", indicator="Y-01"),
        ]
    ).assign(era=0, segment=0)
    alone = forecast.analyse(one, context)
    mixed = pd.concat([company, one]).sample(frac=1, random_state=3).reset_index(drop=True)
    found = forecast.analyse(mixed, context)
    own = found[(found["service_area"] == "A") & (found["indicator"] == "T-01")]
    own = own.sort_values("period", ignore_index=True)
    pd.testing.assert_frame_equal(own, alone.sort_values("period", ignore_index=True), rtol=1e-9)


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
