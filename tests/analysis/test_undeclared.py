"""Changes near the end that nobody registered: stocks, and figures that are not final yet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis import periods
from pmf_analysis.analysis import _undeclared, _unsettled, forecast
from pmf_analysis.forecasting import LEVELS, Distribution, Series
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.terms import SeriesKind

SHARE = {"kind": "proportion", "unit": "percent", "polarity": "high", "target": []}


def posts(cases: list[int], whole: int = 40) -> Series:
    """Vacant posts of some, as a stock."""
    values = 100 * np.array(cases) / whole
    wholes = np.full(len(cases), float(whole))
    return Series("v", values, 12, 12, SeriesKind.PERCENT, 0.0, 100.0, denominators=wholes)


def labelled(length: int) -> list[str]:
    return [periods.shift(periods.parse("2020-04"), at).code for at in range(length)]


SLOW = [6, 6, 7, 7, 7, 6, 6, 5, 5, 6, 6, 6] * 4


@pytest.mark.parametrize(
    ("latest", "said"),
    [
        ([12] * 4, "The figures from April 2024 on lie higher than those before"),
        ([0] * 4, "The figures from April 2024 on lie lower than those before"),
        ([12], "The figure for April 2024 lies higher than those before"),
        ([7, 8, 8, 9], ""),  # one post after another, as stocks do
        ([12, 6, 6, 6], ""),  # a single month
    ],
)
def test_a_stock_that_jumps_is_named(rule_sets, latest, said):
    one = posts(SLOW + latest)
    words = _undeclared.changes([one], [labelled(52)], rule_sets["forecast"], [True])
    assert words == [f"{said}, and no change is registered" if said else ""]


def test_a_stock_that_wanders_is_not_named(rule_sets):
    draws = np.random.default_rng(5)
    walks = 40 + np.cumsum(draws.integers(-1, 2, (400, 60)), axis=1)
    stocks = [
        Series(str(at), np.abs(walk).astype(float), 12, 12, SeriesKind.COUNT, lower=0.0)
        for at, walk in enumerate(walks)
    ]
    jumps = _undeclared._jumped(stocks, 12, rule_sets["forecast"])
    assert sum(latest > 0 for _, latest in jumps) <= 0.01 * len(stocks)


def test_one_more_case_is_no_jump(rule_sets):
    stocks = [posts([0] * 50 + [1, 1], whole) for whole in (3, 8, 40)]
    stocks += [Series("c", np.array([2.0] * 50 + [3.0] * 2), 12, 12, SeriesKind.SMALL_COUNT, 0.0)]
    assert [latest for _, latest in _undeclared._jumped(stocks, 12, rule_sets["forecast"])] == [
        0
    ] * 4


# --- figures that are not final yet -------------------------------------------------------


@pytest.fixture
def told(make_context, make_rows, make_indicator):
    """Coming rows, and the last row, of a share with some figures that are not final."""

    def make(latest: list[float], **fields):
        met = [88.0 + (step * 37 % 5) - 2 for step in range(40)] + latest
        rows = make_rows(met)
        rows = rows.assign(numerator=[2 * one for one in met], denominator=200.0, era=0, segment=0)
        young = np.arange(len(rows)) >= 40
        rows = rows.assign(state=np.where(young, "provisional", "final"))
        indicator = make_indicator(**{**SHARE, **fields})
        found = forecast.analyse(rows, make_context(indicator))
        return found[found["state"] == "forecast"], found[found["state"] != "forecast"].iloc[-1]

    return make


def test_a_figure_that_is_not_final_and_cannot_come_back_is_named(told):
    coming, last = told([60.0, 88.0])
    calm, silent = told([88.0, 88.0])
    assert last["forecast_break"] == (
        "The figure for August 2023, not final yet, lies lower than expected, "
        "also after allowing for cases still to come"
    )
    assert silent["forecast_break"] == ""
    # the same settled figures, so the same middle, with wider ranges
    assert coming["shown_forecast"].tolist() == calm["shown_forecast"].tolist()
    wider, usual = (
        (table["forecast_upper95"] - table["forecast_lower95"]).to_numpy()
        for table in (coming, calm)
    )
    assert (wider > 1.15 * usual).all()
    _, both = told([60.0, 58.0])
    assert both["forecast_break"].startswith("The figures for August 2023 and September 2023, not")


def test_what_late_cases_may_mend_is_not_named(told):
    # 12% of cases may still come in: 78% may end at 80.6%, which is inside
    _, last = told([88.0, 82.0])
    assert last["forecast_break"] == ""
    _, higher = told([88.0, 100.0])
    assert higher["forecast_break"] == ""  # its late cases may all be missed


def test_without_best_and_worst_case_nothing_is_said(told, make_rows, make_context):
    rows = make_rows([10.0, 500.0]).assign(state="provisional", numerator=np.nan)
    table = np.repeat(np.linspace(9, 11, len(LEVELS))[:, None], 2, axis=1)
    made = Distribution(table, np.eye(2))
    said = _unsettled.outside([[0, 1], [-1, -1], []], [made] * 3, rows, make_context())
    assert said == ["", "", ""]
    settled = rows.assign(state="final")
    assert _unsettled.outside([[0, 1]], [made], settled, make_context()) == [""]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=2, max_size=40), st.floats(1, 3))
def test_a_wider_distribution_holds_the_same_values(drawn, times):
    table = np.quantile(np.array(drawn), LEVELS)[:, None]
    made = Distribution(table, np.eye(1))
    wider = _unsettled.widened(made, times)
    assert set(wider.table[:, 0]) <= set(table[:, 0])
    assert (np.diff(wider.table[:, 0]) >= 0).all()
    assert wider.quantile(0.5) == made.quantile(0.5)
    assert (wider.quantile(0.025) <= made.quantile(0.025)).all()
    assert (wider.quantile(0.9) >= made.quantile(0.9)).all()


def test_ranges_become_as_wide_as_the_rules_say(rule_sets):
    from scipy.special import ndtri

    times = value_of(rule_sets["forecast-ranges"], "exposed")
    made = Distribution(ndtri(LEVELS)[:, None], np.eye(1))
    wider = _unsettled.widened(made, times)
    for level in (0.025, 0.1, 0.9, 0.975):
        assert wider.quantile(level)[0] == pytest.approx(times * ndtri(level), rel=0.02)
