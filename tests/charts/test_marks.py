from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.charts import marks
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.terms import Variation


def test_a_level_is_one_stretch_until_value_or_segment_changes() -> None:
    values = np.array([1.0, 1.0, np.nan, 1.0, 2.0, 2.0])
    assert marks.runs(values) == [(0, 1, 1.0), (3, 3, 1.0), (4, 5, 2.0)]
    assert marks.runs(values, ["a", "b", "b", "b", "c", "c"])[:2] == [(0, 0, 1.0), (1, 1, 1.0)]


@pytest.mark.parametrize("variation", list(Variation))
def test_every_variation_has_a_meaning(variation: Variation) -> None:
    meant = marks.meaning(variation.value)
    usual = variation in (Variation.COMMON_CAUSE, Variation.NOT_TESTED)
    assert (meant == "") == usual
    assert usual or meant in variation.value


def test_labels_of_breaks_do_not_cover_each_other() -> None:
    timeline = Timeline.of(["2020-01", "2024-12"])
    breaks = [(f"2022-0{month}", "change of definition") for month in range(1, 7)]
    placed = marks.place_breaks(breaks, timeline, 6.0)
    assert [one.text for one in placed[:3]] == ["change of definition"] * 3
    assert placed[-1].text == "F"  # no room: the caption spells it out
    words = marks.break_words(breaks, timeline, placed)
    assert "F: change of definition, June 2022" in words


def test_breaks_off_the_axis_are_left_out() -> None:
    timeline = Timeline.of(["2020-01", "2020-12"])
    breaks = [("2019-06", "before"), ("2020-01", "at the start"), ("2021-03", "after")]
    assert marks.within(breaks, timeline) == []
    assert marks.place_breaks(breaks, timeline, 6.0) == []


def test_the_detail_of_a_break_stands_in_words() -> None:
    timeline = Timeline.of(["2020-01", "2020-12"])
    breaks = [marks.BreakMark("2020-05", "limits restart", "Two teams joined.")]
    placed = marks.place_breaks(breaks, timeline, 6.0)
    assert "limits restart, May 2020: Two teams joined" in marks.break_words(
        breaks, timeline, placed
    )
