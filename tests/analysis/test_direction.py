"""Direction of travel: arithmetic against the period before, and a tested line."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pmf_analysis.analysis import direction
from pmf_analysis.analysis._regression import sliding_lines
from pmf_analysis.register.models import RuleSet, Workspace
from pmf_analysis.register.registry import Context, Register

PERCENT = {"kind": "proportion", "unit": "percent", "polarity": "high"}


@pytest.fixture(scope="module")
def rules(rule_sets) -> RuleSet:
    return rule_sets["direction"]


@pytest.fixture
def analysed(rules, make_rows, make_indicator):
    """Directions of one series, with its era."""

    def make(values, era=0, start="2020-04", rows=None, **fields):
        indicator = make_indicator(**fields)
        register = Register(
            workspace=Workspace(
                title="t", register_name="t", county="A", report_kinds=("authority",)
            ),
            indicators={indicator.code: indicator},
            units={},
            rule_sets={"direction": rules},
        )
        table = make_rows(values, start=start) if rows is None else rows
        table = table.assign(era=era, segment=era)
        return direction.analyse(table, Context(register, date(2026, 1, 1)))

    return make


def last(found: pd.DataFrame) -> pd.Series:
    return found.iloc[-1]


@pytest.mark.parametrize(
    ("polarity", "values", "label", "change"),
    [
        ("high", [80.0, 81.0], "better", 1.0),
        ("high", [81.0, 80.0], "worse", -1.0),
        ("low", [80.0, 81.0], "worse", 1.0),
        ("low", [81.0, 80.0], "better", -1.0),
        ("neutral", [80.0, 81.0], "higher", 1.0),
        ("neutral", [81.0, 80.0], "lower", -1.0),
        ("high", [80.04, 79.96], "same", 0.0),  # both print as 80.0
        ("high", [80.04, 80.05], "better", 0.1),
    ],
)
def test_the_period_before_by_polarity(analysed, polarity, values, label, change):
    found = last(analysed(values, **(PERCENT | {"polarity": polarity})))
    assert (found["dot_previous"], found["dot_previous_change"]) == (label, pytest.approx(change))
    assert found["dot_previous_period"] == "2020-04"
    assert found["dot_previous_reason"] == ""
    assert "arithmetic, not a test" in found["dot_rule_previous"]


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ([15.0, 18.0], "better"), ([22.0, 25.0], "worse"), ([15.0, 22.0], "better"),
        ([19.0, 21.0], "higher"), ([21.0, 19.0], "lower"), ([19.0, 19.0], "same"),
    ],
)  # fmt: skip
def test_close_to_target_is_better_when_nearer(analysed, values, label):
    fields = PERCENT | {
        "polarity": "close_to_target", "tolerance": 1, "target": {"value": 20, "from": "2019-04"},
    }  # fmt: skip
    assert last(analysed(values, **fields))["dot_previous"] == label


def test_the_period_before_is_that_of_the_calendar(analysed, make_rows):
    gap = make_rows([80.0, 81.0, 82.0]).iloc[[0, 2]]
    found = last(analysed(None, rows=gap, **PERCENT))
    assert found["dot_previous"] == "not_tested"
    assert found["dot_previous_period"] == "2020-05"
    assert found["dot_previous_reason"] == "The earlier period is missing."
    assert np.isnan(found["dot_previous_change"])


def test_no_number_on_either_side_is_not_tested(analysed):
    found = analysed([None, 80.0, None], **PERCENT)
    assert found["dot_previous"].tolist() == ["not_tested"] * 3
    assert found["dot_previous_reason"].tolist() == [
        "This period has no number.",
        "The earlier period has no number.",
        "This period has no number.",
    ]


def test_neither_rule_crosses_an_era(analysed):
    values = [30.0] * 12 + list(np.linspace(1, 2, 13))
    found = analysed(values, era=np.repeat([0, 1], [12, 13]), **PERCENT)
    assert found["dot_previous"][12] == "not_tested"
    assert found["dot_previous_reason"][12] == "A registered break lies between the two periods."
    assert last(found)["dot_regression_points"] == 13
    assert last(found)["dot_regression"] == "better"  # rising within the era


def test_year_to_date_is_held_against_the_same_point_of_the_year_before(analysed):
    values = [*range(10, 130, 10), 15]
    found = last(analysed([float(value) for value in values], data_period="YTD", **PERCENT))
    assert (found["dot_previous"], found["dot_previous_change"]) == ("better", 5.0)
    assert found["dot_previous_period"] == "2020-04"
    assert "year before" in found["dot_rule_previous"]


def test_an_earlier_vintage_is_not_judged(analysed, make_rows):
    rows = make_rows([80.0, 81.0])
    both = pd.concat([rows, rows.assign(vintage="2025-01-01", shown_value=[90.0, 70.0])])
    found = analysed(None, rows=both.reset_index(drop=True), **PERCENT)
    assert found["dot_previous"].tolist() == ["not_tested"] * 3 + ["worse"]
    assert found["dot_previous_reason"][1] == "An earlier version of this figure."


def test_a_hand_worked_line(analysed):
    # 1 to 12 with the middle pair exchanged: slope 142/143
    values = [1.0, 2, 3, 4, 5, 7, 6, 8, 9, 10, 11, 12]
    found = last(analysed(values, **PERCENT))
    assert found["dot_regression_slope"] == pytest.approx(142 / 143)
    assert found["dot_regression"] == "better"
    assert found["dot_regression_points"] == 12
    assert "24 months" in found["dot_rule_regression"]
    assert "5%" in found["dot_rule_regression"]


def test_a_flat_noisy_series_has_no_clear_trend(analysed):
    found = last(analysed([80.0, 81.0] * 12, **PERCENT))
    assert found["dot_regression"] == "no_clear_trend"
    assert found["dot_regression_p"] > 0.05


def test_a_constant_series_has_no_clear_trend(analysed):
    found = last(analysed([80.1] * 24, **PERCENT))
    assert (found["dot_regression"], found["dot_regression_p"]) == ("no_clear_trend", 1.0)


def test_too_few_points_and_overlaps_are_not_tested(analysed):
    few = last(analysed([float(value) for value in range(11)], **PERCENT))
    assert few["dot_regression"] == "not_tested"
    assert few["dot_regression_reason"] == ("Figures in the window: 11; at least 12 are needed.")
    stock = last(analysed([float(value) for value in range(24)], stock=True, **PERCENT))
    assert stock["dot_regression"] == "not_tested"
    assert np.isnan(stock["dot_regression_p"])
    assert "a description and no test" in stock["dot_rule_regression"]


def test_years_and_months_in_one_table(rules, make_rows, make_indicator):
    yearly = make_indicator("Y-01", frequency="year", data_period="A", **PERCENT)
    monthly = make_indicator("M-01", **PERCENT)
    register = Register(
        workspace=Workspace(title="t", register_name="t", county="A", report_kinds=("authority",)),
        indicators={"Y-01": yearly, "M-01": monthly},
        units={},
        rule_sets={"direction": rules},
    )
    rows = pd.concat(
        [
            make_rows(list(np.arange(10.0)), start="2015/16", indicator="Y-01"),
            make_rows(list(np.arange(40.0, 0, -1)), indicator="M-01"),
        ],
        ignore_index=True,
    ).assign(era=0, segment=0)
    found = direction.analyse(rows, Context(register, date(2026, 1, 1)))
    ends = found.groupby("indicator")[["dot_regression", "dot_regression_points"]].last()
    assert ends.loc["Y-01"].tolist() == ["better", 10]
    assert ends.loc["M-01"].tolist() == ["worse", 24]


@settings(max_examples=30, deadline=None)
@given(
    values=hnp.arrays(
        float, (2, 30), elements=st.floats(-100, 100).map(lambda value: round(value, 3))
    ),
    missing=hnp.arrays(bool, (2, 30)),
)
def test_lines_agree_with_statsmodels(values, missing):
    values = np.where(missing, np.nan, values)
    eras = np.where(np.isnan(values), np.nan, 0.0)
    lines = sliding_lines(values, eras, 24)
    for series in range(2):
        window = values[series, -24:]
        there = ~np.isnan(window)
        if np.isnan(window[-1]) or there.sum() < 3 or np.ptp(window[there]) < 1e-6:
            continue
        x = np.flatnonzero(there).astype(float)
        fit = sm.OLS(window[there], sm.add_constant(x)).fit()
        assert lines.slope[series, -1] == pytest.approx(fit.params[1], rel=1e-6, abs=1e-9)
        if fit.ssr > 1e-9:
            assert lines.p_value[series, -1] == pytest.approx(fit.pvalues[1], rel=1e-6, abs=1e-9)


def test_the_order_of_rows_does_not_matter(analysed, make_rows):
    rows = make_rows([float(value % 7) for value in range(30)])
    straight = analysed(None, rows=rows, **PERCENT)
    turned = analysed(None, rows=rows.iloc[::-1], **PERCENT)
    pd.testing.assert_frame_equal(straight, turned.sort_index())


def test_an_empty_table_gives_an_empty_table(analysed, make_rows):
    found = analysed(None, rows=make_rows([1.0]).iloc[:0], **PERCENT)
    assert len(found) == 0
    assert "dot_regression" in found
