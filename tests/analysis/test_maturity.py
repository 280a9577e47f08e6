"""Provisional figures: the best and the worst case, and what the status could become."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmf_analysis.analysis import maturity
from pmf_analysis.analysis.status import analyse as status_of
from pmf_analysis.tables import MEASURE

LEVELS = {"target": {"value": 85, "from": "2015-04"}, "floor": {"value": 80, "from": "2015-04"}}
SHARE = {"kind": "proportion", "unit": "percent", "polarity": "high", **LEVELS}


def share_rows(make_rows, pairs, provisional=1, span=1, **columns):
    """Monthly proportions, the last ones provisional; shown as sums of ``span`` months."""
    n, d = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    rows = make_rows([100 * a / b for a, b in pairs])
    state = ["final"] * (len(pairs) - provisional) + ["provisional"] * provisional
    top, bottom = (pd.Series(side).rolling(span).sum() for side in (n, d))
    shown = pd.Series(state).eq("provisional").rolling(span).max()
    return rows.assign(
        numerator=n, denominator=d, state=state, shown_numerator=top, shown_denominator=bottom,
        shown_value=100 * top / bottom,
        shown_state=shown.map({1.0: "provisional", 0.0: "final"}).fillna("not_given"),
        **columns,
    )[[*MEASURE, *columns]]  # fmt: skip


def last(rows, context):
    return maturity.analyse(rows, context).iloc[-1]


def test_what_is_entered_late_lies_between_the_two_cases(make_rows, make_context, make_indicator):
    # 400 assessments, 48 of them (12%) entered late at 60%, the 352 others at 90%:
    # the month first reads 89.8% and settles at 86.3%
    entered, late = 352, 48
    met, late_met = round(0.9 * entered), round(0.6 * late)
    rows = share_rows(make_rows, [(met, entered)])
    found = last(rows, make_context(make_indicator(**SHARE)))
    assert found["provisional_low"] == pytest.approx(100 * met / 400)
    assert found["provisional_high"] == pytest.approx(100 * (met + late) / 400)
    settled = 100 * (met + late_met) / 400
    assert settled == pytest.approx(86.4, abs=0.1)
    assert found["provisional_worst"] < settled < found["provisional_best"]
    assert (found["rag_best"], found["rag_worst"]) == ("green", "red")
    assert found["rag_could_turn"] == "amber;red"
    assert found["provisional_status"] == "could_turn"
    assert found["provisional_share"] == 0.12
    assert "assumed: 12%" in found["provisional_basis"]
    assert "nobody has approved" in found["provisional_basis"]


def test_a_measured_share_is_taken_before_the_assumed_one(make_rows, make_context, make_indicator):
    rows = share_rows(make_rows, [(98, 98)], late_share=0.02, late_cases=5120.0, late_periods=4)
    found = last(rows, make_context(make_indicator(**SHARE)))
    assert found["provisional_low"] == pytest.approx(98.0)
    assert found["provisional_basis"].startswith("measured: 2.0% of a month's cases")
    assert found["provisional_basis"].endswith("over 4 months with 5,120 cases")
    assert found["provisional_status"] == "holds"
    unmoved = share_rows(make_rows, [(98, 98)], late_share=0.0, late_cases=5120.0, late_periods=4)
    found = last(unmoved, make_context(make_indicator(**SHARE)))
    assert found["provisional_status"] == "unmoved"
    assert found["provisional_low"] == found["provisional_high"] == 100


@pytest.mark.parametrize(
    ("polarity", "best", "worst"), [("high", "high", "low"), ("low", "low", "high")]
)
def test_best_and_worst_follow_the_polarity(
    make_rows, make_context, make_indicator, polarity, best, worst
):
    floor = {"value": 80 if polarity == "high" else 90, "from": "2015-04"}
    one = make_indicator(**{**SHARE, "polarity": polarity, "floor": floor})
    found = last(share_rows(make_rows, [(80, 100)]), make_context(one))
    assert found["provisional_best"] == found[f"provisional_{best}"]
    assert found["provisional_worst"] == found[f"provisional_{worst}"]


def test_close_to_a_target_inside_the_range_the_best_case_is_the_target(
    make_rows, make_context, make_indicator
):
    one = make_indicator(**{**SHARE, "polarity": "close_to_target", "floor": (), "tolerance": 1})
    found = last(share_rows(make_rows, [(84, 100)]), make_context(one))
    assert found["provisional_best"] == 85
    assert found["provisional_worst"] == found["provisional_low"]


def test_what_was_done_is_entered_after_what_was_due(make_rows, make_context, make_indicator):
    # 100 visits due, 90 entered as made; the rest may have been made and not been entered
    records = {"table": "visit", "at": "due_on"}
    made = {"field": "event_date", "not_after": "due_on"}
    visits = make_indicator(
        **{**SHARE, "source": {"records": {**records, "numerator": [made]}}},
        frequency="month", attribute_to="team_at_event",
    )  # fmt: skip
    rows = share_rows(make_rows, [(90, 100)])
    found = last(rows, make_context(visits))
    late = math.ceil(100 * 0.12 / 0.88)
    assert found["provisional_low"] == pytest.approx(100 * 90 / (100 + late))
    assert found["provisional_high"] == 100  # all ten missed ones, and all that are late
    held = {"working_days": {"from": "started_on", "to": "due_on"}, "at_most": 45}
    days = make_indicator(
        **{**SHARE, "source": {"records": {**records, "numerator": [held]}}},
        attribute_to="team_at_event",
    )  # fmt: skip
    found = last(rows, make_context(days))
    assert found["provisional_high"] == pytest.approx(100 * (90 + late) / (100 + late))
    ends = maturity.delivered_ends(rows, make_context(days)).iloc[-1]
    assert ends.tolist() == [*found[["value_low", "value_high"]].tolist(), float(late)]


def test_in_a_sum_of_twelve_months_only_the_provisional_ones_move(
    make_rows, make_context, make_indicator
):
    one = make_indicator(**{**SHARE, "data_period": "R12M"})
    rows = share_rows(make_rows, [(88, 100)] * 14, provisional=2, span=12)
    found = maturity.analyse(rows, make_context(one))
    late = math.ceil(100 * 0.12 / 0.88)
    # the last but one holds one provisional month, the last one two
    assert found["provisional_low"].tolist() == pytest.approx(
        [100 * 1056 / (1200 + late), 100 * 1056 / (1200 + 2 * late)]
    )
    assert found["value_low"].tolist() == pytest.approx([100 * 88 / (100 + late)] * 2)
    one_month = found["provisional_high"] - found["provisional_low"]
    assert one_month.iloc[1] < (found["value_high"] - found["value_low"]).iloc[1] / 4


def test_a_count_and_a_rate_can_only_grow(make_rows, make_context, make_indicator):
    count = make_rows([88.0], state="provisional", shown_state="provisional")
    found = last(count, make_context(make_indicator()))
    assert (found["provisional_low"], found["provisional_high"]) == (88, 100)
    assert np.isnan(found["provisional_best"])
    assert found["provisional_status"] == "not_rated"
    rate = count.assign(
        value=44.0, shown_value=44.0, denominator=20_000.0, shown_denominator=20_000.0
    )
    one = make_indicator(
        kind="rate", unit="per_10000", polarity="low", **{"target": LEVELS["target"]}
    )
    found = last(rate, make_context(one))
    assert (found["provisional_low"], found["provisional_high"]) == (44, 50)


def test_no_case_without_the_records_or_the_counts(make_rows, make_context, make_indicator):
    mean = make_indicator(kind="mean", unit="days", polarity="low")
    rows = make_rows([430.0], state="provisional", shown_state="provisional")
    found = last(rows, make_context(mean))
    assert found["provisional_status"] == "no_case"
    assert "without the records" in found["provisional_reason"]
    assert np.isnan(found["provisional_low"])
    printed = share_rows(make_rows, [(80, 100)]).assign(
        numerator=np.nan, denominator=np.nan, shown_numerator=np.nan, shown_denominator=np.nan
    )
    found = last(printed, make_context(make_indicator(**SHARE)))
    assert found["provisional_status"] == "no_case"
    assert "counts" in found["provisional_reason"]


def test_final_and_withheld_figures_have_no_row(make_rows, make_context, make_indicator):
    rows = make_rows([1.0, None, 3.0])
    found = maturity.analyse(rows, make_context(make_indicator()))
    assert found.empty
    full = maturity.analyse(rows.assign(state="provisional"), make_context(make_indicator()))
    assert list(found.columns) == list(full.columns)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(
    entered=st.integers(1, 500), met_share=st.floats(0, 1), late=st.integers(0, 300),
    late_share=st.floats(0, 1),
)  # fmt: skip
def test_whatever_the_late_ones_are_the_final_figure_lies_in_the_range(
    make_rows, make_context, make_indicator, entered, met_share, late, late_share
):
    met, late_met = round(entered * met_share), round(late * late_share)
    rows = share_rows(
        make_rows, [(met, entered)], late_share=late / (entered + late), late_cases=1.0,
        late_periods=1,
    )  # fmt: skip
    context = make_context(make_indicator(**SHARE))
    found = last(rows, context)
    settled = 100 * (met + late_met) / (entered + late)
    assert found["provisional_low"] - 1e-9 <= settled <= found["provisional_high"] + 1e-9
    after = rows.assign(
        shown_value=settled, shown_numerator=met + late_met, shown_denominator=entered + late
    )
    colours = ["green", "amber", "red"]
    now = colours.index(status_of(after, context)["rag"].iloc[0])
    assert colours.index(found["rag_best"]) <= now <= colours.index(found["rag_worst"])
