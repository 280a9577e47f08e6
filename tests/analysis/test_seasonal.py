"""Adjustment for the time of year: planted patterns, level shifts, and when not to adjust."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.analysis import seasonal
from pmf_analysis.analysis.segments import add_segments
from pmf_analysis.errors import RuleSetError
from pmf_analysis.register.models import RuleSet

# April first, as in a financial year
PLANTED = np.array([0.9, 1.05, 1.08, 1.1, 0.85, 1.02, 1.05, 1.0, 0.87, 1.02, 0.94, 1.12])
PLANTED = PLANTED / PLANTED.mean()


@pytest.fixture(scope="module")
def rules(rule_sets) -> seasonal.SeasonalRules:
    return seasonal.SeasonalRules.of(rule_sets["time-of-year"])


@pytest.fixture
def adjust(make_context, make_indicator):
    def run(rows, *breaks, **changes):
        context = make_context(make_indicator(**changes), breaks=breaks)
        return seasonal.adjust(add_segments(rows, context), context)

    return run


def planted(years: int, noise: float = 0.03, level: float = 500.0, seed: int = 7) -> np.ndarray:
    spread = np.random.default_rng(seed).normal(0, noise, 12 * years)
    return level * np.tile(PLANTED, years) * np.exp(spread)


def test_a_planted_pattern_is_found(adjust, make_rows):
    table = adjust(make_rows(planted(8).tolist()))
    np.testing.assert_allclose(table["seasonal_factor"][:12], PLANTED, atol=0.03)
    assert table["seasonal_factor"][:12].mean() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(table["adjusted"] * table["seasonal_factor"], planted(8))
    assert table["seasonal_note"][4] == (
        "Adjusted for the time of year: August usually runs 15% below average"
    )


def test_a_pure_pattern_leaves_a_flat_series(adjust, make_rows):
    table = adjust(make_rows(np.tile(200 * PLANTED, 4).tolist()))
    assert table["adjusted"].nunique() == 1
    assert table["adjusted"][0] == pytest.approx(200)


def test_a_registered_change_of_level_leaks_into_no_month(adjust, make_rows, make_break):
    values = planted(6)
    shifted = values * np.where(np.arange(72) >= 31, 2.5, 1)
    plain = adjust(make_rows(values.tolist()), make_break("2022-11"))
    moved = adjust(make_rows(shifted.tolist()), make_break("2022-11"))
    np.testing.assert_allclose(moved["seasonal_factor"], plain["seasonal_factor"], rtol=1e-9)


def test_slow_change_is_no_pattern(adjust, make_rows):
    drift = 300 * np.exp(np.random.default_rng(3).normal(0, 0.04, 72) + 0.02 * np.arange(72))
    table = adjust(make_rows(drift.tolist()))
    assert not table["is_adjusted"].any()
    np.testing.assert_array_equal(table["adjusted"], drift)


def test_one_wild_month_moves_no_index(adjust, make_rows):
    values = planted(6)
    wild = np.where(np.arange(72) == 24, 0.3 * values, values)
    calm, struck = (adjust(make_rows(given.tolist())) for given in (values, wild))
    np.testing.assert_allclose(struck["seasonal_factor"], calm["seasonal_factor"], atol=0.03)


def test_stable_series_are_seldom_adjusted(rules):
    draws = np.random.default_rng(11)
    position = np.arange(60)
    found = [
        seasonal.find_pattern(
            draws.poisson(150, 60).astype(float), position, position % 12, position * 0, 12, rules
        ).factors
        is not None
        for _ in range(400)
    ]
    assert np.mean(found) < 0.03  # 1% by the rule set


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([100.0] * 35, "at least 3 years, and there are 35 months with a figure"),
        ([100.0] * 48, "no clear pattern over the year was found"),
        ([0.0, 5.0] * 24, "some figures are zero"),
        ([None] * 40, "there are 0 months with a figure"),
    ],
)
def test_why_there_is_no_adjustment(adjust, make_rows, values, words):
    table = adjust(make_rows(values))
    assert table["seasonal_note"].str.startswith("Not adjusted for the time of year: ").all()
    assert table["seasonal_note"].str.contains(words).all()
    assert (table["seasonal_factor"] == 1).all()


def test_three_years_without_one_month_are_too_short(adjust, make_rows):
    values = planted(4).tolist()
    for year in (0, 1):
        values[12 * year + 4] = None
    assert not adjust(make_rows(values))["is_adjusted"].any()


def test_yearly_and_overlapping_figures_are_left(adjust, make_rows):
    yearly = adjust(make_rows([5.0] * 13, start="2012/13"), frequency="year", data_period="A")
    assert set(yearly["seasonal_note"]) == {
        "Yearly figures: nothing to adjust for the time of year"
    }
    stock = adjust(make_rows(planted(5).tolist()), stock=True)
    assert set(stock["seasonal_note"]) == {
        "Not adjusted for the time of year: successive figures overlap"
    }
    assert (stock["seasonal_factor"] == 1).all()


def test_quarters_have_a_pattern_too(adjust, make_rows):
    values = np.tile([90.0, 110.0, 80.0, 120.0], 5) + np.arange(20) % 3
    table = adjust(make_rows(values.tolist(), start="2015/16-Q1"), frequency="quarter")
    assert table["is_adjusted"].all()
    assert table["seasonal_note"][0].endswith("April to June usually runs 10% below average")


def test_a_short_era_goes_by_all_years(adjust, make_rows, make_break):
    values = planted(6)
    table = adjust(make_rows(values.tolist()), make_break("2025-04", "definition"))
    assert table["is_adjusted"].all()
    late = table["seasonal_note"].str.endswith(
        "going by the years before and after the registered break"
    )
    assert late.tolist() == [False] * 60 + [True] * 12


def test_a_suppressed_month_keeps_its_factor_and_gets_no_value(adjust, make_rows):
    values = planted(6).tolist()
    values[10] = None
    table = adjust(make_rows(values))
    assert np.isnan(table["adjusted"][10])
    assert table["seasonal_factor"][10] == table["seasonal_factor"][22] != 1


def test_a_rule_set_without_its_numbers_is_refused(rule_sets):
    given = rule_sets["time-of-year"].model_dump()
    with pytest.raises(RuleSetError, match="lacks min_years"):
        seasonal.SeasonalRules.of(RuleSet(**{**given, "values": {"max_chance": 0.01}}))


# Level shifts of Kent's monthly referrals: the first months at a new level, in 2017 and 2022
KENT = "E10000016"
KENT_REBASES = ("2017-04", "2022-04")


@pytest.fixture(scope="module")
def kent(shared) -> np.ndarray:
    path = (
        shared / "data" / "dfe_cin_2024" / "c6_children_in_need_referrals_by_month_2013_to_2024.csv"
    )
    table = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    years = table[table["new_la_code"] == KENT].sort_values("time_period")
    months = years.loc[:, "April":"March"]
    assert months.shape == (12, 12)
    return months.to_numpy(dtype=float).ravel()


@pytest.mark.shared
def test_kent_runs_low_in_april_august_and_december(kent, rules):
    position = np.arange(144) + 3
    segment = (np.arange(144) >= 60).astype(int) + (np.arange(144) >= 120)
    found = seasonal.find_pattern(kent, position, position % 12, segment, 12, rules)
    assert found.chance < 1e-4
    for month, low, high in ((3, 0.84, 0.90), (7, 0.86, 0.91), (11, 0.85, 0.90), (2, 1.03, 1.14)):
        assert low < found.factors[month] < high
    # the indices do not hinge on how slow change and wild months are treated
    for changed in (
        replace(rules, slope_from_years=1), replace(rules, slope_from_years=20),
        replace(rules, extreme_residual=2.5), replace(rules, extreme_residual=99),
    ):  # fmt: skip
        other = seasonal.find_pattern(kent, position, position % 12, segment, 12, changed)
        np.testing.assert_allclose(other.factors, found.factors, atol=0.06)
