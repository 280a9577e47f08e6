from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.charts import words
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import State

NAN = np.nan


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([NAN, NAN, NAN], "No figure is published."),
        ([NAN, 80.0, NAN], "One figure: 80.0% in February 2024."),
        (
            [NAN, 80.0, 70.0],
            "It starts at 80.0% in February 2024 and ends at 70.0% in March 2024; "
            "the lowest is 70.0% in March 2024, the highest 80.0% in February 2024.",
        ),
    ],
)
def test_first_last_and_range(values: list[float], said: str, indicator: Indicator) -> None:
    timeline = Timeline.of(["2024-01", "2024-03"])
    assert words.first_last_range(np.array(values), timeline, indicator) == said


def test_gaps_are_named_by_their_reason() -> None:
    timeline = Timeline.of(["2024-01", "2024-03"])
    states = [State.SUPPRESSED, State.FINAL, State.NOT_AVAILABLE]
    assert words.gaps(states, timeline) == (
        "Without a figure: withheld to protect confidentiality (c) (January 2024); "
        "not available (x) (March 2024)."
    )
    assert words.gaps([State.FINAL] * 3, timeline) == ""


def test_parts_that_say_nothing_are_left_out() -> None:
    assert words.sentences("One.", "", " ", "Two") == "One. Two."


def test_no_sentence_spans_a_break(indicator: Indicator) -> None:
    timeline = Timeline.of(["2024-01", "2024-04"])
    values = np.array([28.0, 31.0, 0.7, 0.5])
    assert words.first_last_range(values, timeline, indicator, ["0", "0", "1", "1"]) == (
        "Since the break at March 2024: it starts at 0.7% in March 2024 and ends at 0.5% in "
        "April 2024; the lowest is 0.5% in April 2024, the highest 0.7% in March 2024."
    )
