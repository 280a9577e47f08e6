"""The band of what is usual, the level since a change, and actions on the time axis."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.charts.marks import BreakMark
from pmf_analysis.charts.over_time import actions_of, level_of, verdict_words
from pmf_analysis.charts.palette import shipped_palette
from pmf_analysis.charts.trend import draw_trend
from pmf_analysis.charts.usual import Level, stairs

NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "segment", "lines"),
    [
        ([5.0, 5.0, 5.0], "aaa", [([-0.5, 2.5], [5.0, 5.0])]),
        ([5.0, 6.0, 6.0], "aaa", [([-0.5, 0.5, 0.5, 2.5], [5.0, 5.0, 6.0, 6.0])]),
        ([5.0, NAN, 5.0], "aaa", [([-0.5, 0.5], [5.0, 5.0]), ([1.5, 2.5], [5.0, 5.0])]),
        ([5.0, 5.0, 5.0], "abb", [([-0.5, 0.5], [5.0, 5.0]), ([0.5, 2.5], [5.0, 5.0])]),
        ([NAN, NAN], "aa", []),
    ],
)
def test_limits_hold_for_a_period_each_and_end_at_gaps_and_restarts(values, segment, lines):
    assert stairs(np.array(values), list(segment)) == lines


def drawn(series, indicator, **given):
    return draw_trend(series, indicator, title="Visits", area="East", **given)


def test_the_band_and_its_rules_are_said(series, indicator):
    told = series.assign(
        rule_set="nhs-making-data-count 1.0",
        chart_kind_reason="Charted as a share with its number of cases.",
    )
    chart = drawn(told, indicator)
    assert "The shaded band is what is usual here" in chart.caption
    assert "Charted as a share with its number of cases." in chart.caption
    assert "Rules: nhs-making-data-count 1.0." in chart.caption
    assert shipped_palette().chart["usual"].lower().encode() in chart.svg


def test_limits_that_differ_from_month_to_month_are_drawn(series, indicator):
    wider = series.assign(lower_limit=78 - np.arange(len(series)) % 3)
    assert drawn(wider, indicator).svg != drawn(series, indicator).svg


def test_the_level_since_a_change_is_labelled_and_said(series, indicator):
    chart = drawn(series, indicator, level=Level("2024-09", 75.5))
    assert "the level since September 2024, 75.5%" in chart.alt
    assert "level since" not in drawn(series, indicator).alt


def test_without_limits_no_level_is_drawn(few, indicator):
    chart = drawn(few, indicator, level=Level("2023/24", 85.0))
    assert "the level since" not in chart.alt


def test_an_action_is_marked_apart_from_a_break(series, indicator):
    marks = [
        BreakMark("2024-03", "change in recording", "a new form"),
        BreakMark("2024-06", "action: one hub for the East", action=True),
        BreakMark("2030-01", "action: later", action=True),
    ]
    caption = drawn(series, indicator, breaks=marks).caption
    assert "Dotted upright lines: change in recording, March 2024: a new form." in caption
    assert "Upright lines with a foot: action: one hub for the East, June 2024." in caption
    assert "later" not in caption


def test_the_title_speaks_of_the_figure_that_was_judged(series, indicator):
    judged = series.assign(variation="common_cause", chart_waits="", segment=0)
    last = judged.index[-1]
    judged.loc[judged.index[-2], "variation"] = "improvement_high"
    judged.loc[last, ["variation", "chart_waits"]] = ["not_tested", "December is not judged yet"]
    assert verdict_words(judged, indicator, "") == (
        "an improvement that is unlikely to be chance, November 2024 (154 of 200)"
    )
    assert "in doubt until it is explained" in verdict_words(judged, indicator, "dates were moved")
    assert "improvement" not in verdict_words(judged, indicator, "dates were moved")


def test_actions_and_confirmed_levels_come_from_their_tables(indicator):
    log = pd.DataFrame({"action_date": ["2024-06-03", ""], "words": ["One hub.", "No date"]})
    assert actions_of(log) == [BreakMark("2024-06", "action: One hub", action=True)]
    assert actions_of(None) == [] and level_of(None, indicator) is None
    found = pd.DataFrame(
        {"indicator": ["CP-01"], "screen_verdict": ["concern"], "since": ["2024-06"],
         "slides": [False], "after": [75.0]}
    )  # fmt: skip
    assert level_of(found, indicator) == Level("2024-06", 75.0)
    assert level_of(found.assign(slides=True), indicator) is None
    assert level_of(found.assign(screen_verdict="none"), indicator) is None


def test_an_improvement_in_doubt_is_marked_as_what_it_is(series, indicator):
    judged = series.assign(variation="common_cause")
    judged.loc[judged.index[-3:], "variation"] = "improvement_high"
    chart = drawn(judged, indicator, doubt="dates were moved")
    assert "3 points marked as in doubt until it is explained" in chart.alt
    assert "improvement" not in chart.alt
    assert chart.table["Chart says"].tolist()[-4:] == ["usual variation", *["in doubt"] * 3]
    assert chart.svg != drawn(judged, indicator).svg
    worse = judged.replace("improvement_high", "concern_low")
    assert "marked as concern" in drawn(worse, indicator, doubt="dates were moved").alt
