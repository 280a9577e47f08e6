"""The recent trend and Mann and Kendall's test over a measure table."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.analysis import trend_tests
from pmf_analysis.methods.kendall import mann_kendall
from pmf_analysis.methods.recent_trend import proportion_trend

SHARE = {"kind": "proportion", "unit": "percent", "polarity": "high"}


@pytest.fixture
def analysed(make_rows, make_indicator, make_context):
    """Both tests of one series, given by its numerators out of 200."""

    def make(events, era=0, cases=200.0, on=None, **fields):
        given = make_indicator(**{**SHARE, **fields})
        events = pd.Series(events, dtype=float)
        rows = make_rows(list(100 * events / cases))
        rows = rows.assign(
            numerator=events, denominator=cases, era=era, segment=era,
            state=np.where(events.isna(), "suppressed", "final"),
        )  # fmt: skip
        context = make_context(given)
        if on is not None:
            rows["state"] = rows["state"].where(rows["period_end"] <= "2021-12-31", "provisional")
            context = type(context)(context.register, on)
        return trend_tests.analyse(rows, context)

    return make


RISING = [100, 102, 99, 101, 100, 103, 98, 102, 100, 110, 122, 131, 145, 160]


def test_the_latest_five_of_each_row(analysed):
    found = analysed(RISING)
    assert found["dot_recent"].tolist()[:4] == ["not_tested"] * 4
    assert found["dot_recent"].iloc[-1] == "better"
    expected = proportion_trend([RISING], [[200.0] * len(RISING)])
    assert found["dot_recent_chi_squared"].iloc[-1] == pytest.approx(expected.chi_squared[0])
    assert found["dot_recent_period"].iloc[-1] == "2021-05"
    assert "9.55" in found["dot_rule_recent"].iloc[-1]
    assert (found["dot_recent"].iloc[:9] != "better").all()


@pytest.mark.parametrize("kind", ["proportion", "rate", "count", "mean"])
def test_a_figure_that_cannot_be_is_none(analysed, kind):
    found = analysed([*RISING[:-1], np.inf], kind=kind).iloc[-1]
    assert found["dot_recent"] == found["dot_kendall"] == "not_tested"
    assert found["dot_recent_reason"] == "This period has no number."


@pytest.mark.parametrize(
    ("polarity", "word"), [("high", "better"), ("low", "worse"), ("neutral", "higher")]
)
def test_words_go_by_polarity(analysed, polarity, word):
    found = analysed(RISING, polarity=polarity).iloc[-1]
    assert found["dot_recent"] == found["dot_kendall"] == word


def test_mann_and_kendall_at_the_latest_row_alone(analysed):
    found = analysed(RISING)
    expected = mann_kendall([[event / 2 for event in RISING]])
    last = found.iloc[-1]
    assert last["dot_kendall_p"] == pytest.approx(expected.p_normal[0])
    assert (last["dot_kendall_points"], last["dot_kendall_period"]) == (14, "2021-05")
    assert last["dot_kendall_slope"] > 0
    assert set(found["dot_kendall"].iloc[:-1]) == {"not_tested"}
    assert found["dot_kendall_reason"].iloc[5] == "Tested at the latest period of a series alone."
    assert "latest 24 months" in last["dot_rule_kendall"]


def test_a_missing_period_and_too_few_have_their_reasons(analysed):
    gap = [*RISING[:-3], None, *RISING[-2:]]
    last = analysed(gap).iloc[-1]
    assert last["dot_recent"] == "not_tested"
    assert last["dot_recent_reason"].startswith("The latest five periods")
    assert last["dot_kendall_points"] == 13
    short = analysed(RISING[:6]).iloc[-1]
    assert short["dot_kendall_reason"] == "Figures in the window: 6; at least 12 are needed."
    assert np.isnan(short["dot_kendall_p"])
    assert analysed([*RISING, None]).iloc[-1]["dot_recent_reason"] == "This period has no number."


def test_neither_crosses_an_era(analysed):
    found = analysed(RISING, era=np.repeat([0, 1], [11, 3])).iloc[-1]
    assert found["dot_recent"] == found["dot_kendall"] == "not_tested"
    assert found["dot_kendall_points"] == 3


@pytest.mark.parametrize("fields", [{"stock": True}, {"source": {"published": {
    "table": "t", "numerator": ["n"], "denominator": {"column": "d"}, "covers": "R12M",
}}}])  # fmt: skip
def test_figures_that_overlap_are_not_tested(analysed, fields):
    last = analysed(RISING, **fields).iloc[-1]
    assert last["dot_recent"] == last["dot_kendall"] == "not_tested"
    assert "share months or children" in last["dot_recent_reason"]


def test_a_figure_that_is_not_final_is_judged_by_the_one_before(analysed):
    events = [100] * 21 + [10, 10]  # to February 2022, the last two entered in part
    found = analysed(events, on=date(2022, 3, 5), matures_after=90).iloc[-1]
    assert found["dot_recent"] == found["dot_kendall"] == "no_clear_trend"
    assert found["dot_recent_period"] == found["dot_kendall_period"] == "2021-12"


def test_other_kinds_have_no_recent_trend(analysed):
    last = analysed(RISING, kind="mean", unit="days").iloc[-1]
    assert last["dot_recent_reason"] == "The rule is for shares, rates and counts."
    assert last["dot_kendall"] == "better"
    assert analysed(RISING, kind="rate", unit="per_10000").iloc[-1]["dot_recent"] == "better"
    assert analysed([10 * one for one in RISING], kind="count").iloc[-1]["dot_recent"] == "better"


def test_no_rows_give_no_rows(analysed):
    assert analysed([]).empty
