"""Better, similar or worse than a benchmark, by five rules."""

from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.methods.benchmark import (
    by_interval,
    by_limits,
    by_overlap,
    by_range,
    by_two_intervals,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("benchmark", "polarity", "expected"),
    [
        (50, "high", "better"), (50, "low", "worse"), (50, "neutral", "higher"),
        (95, "high", "worse"), (95, "low", "better"), (95, "close_to_target", "lower"),
        (60, "high", "similar"), (80, "low", "similar"), (70, "neutral", "similar"),
        (NAN, "high", "not_compared"),
    ],
)  # fmt: skip
def test_the_benchmark_inside_the_interval_is_similar(benchmark, polarity, expected):
    assert by_interval(benchmark, 60, 80, polarity).tolist() == [expected]


def test_the_outer_interval_says_how_sure():
    found = by_two_intervals([58, 50, 70, NAN], (60, 80), (55, 85), "high")
    assert found.comparison.tolist() == ["better", "better", "similar", "not_compared"]
    assert found.beyond_outer.tolist() == [False, True, False, False]


def test_touching_intervals_overlap():
    found = by_overlap([60, 60, 60], [80, 80, 80], [80, 81, 10], [90, 90, 59], "low")
    assert found.tolist() == ["similar", "better", "worse"]


def test_on_the_limit_is_inside():
    assert by_limits([50, 49, 71, NAN], 50, 70, "high").tolist() == [
        "similar", "worse", "better", "not_compared",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "polarity", "expected"),
    [
        (9, "high", "worse"), (10, "high", "similar"), (20, "high", "better"),
        (9, "low", "better"), (10, "low", "similar"), (20, "low", "worse"),
        (20, "neutral", "not_compared"), (NAN, "high", "not_compared"),
    ],
)  # fmt: skip
def test_a_target_with_two_levels(value, polarity, expected):
    assert by_range(value, 10, 20, polarity).tolist() == [expected]


def test_polarity_may_differ_by_row():
    found = by_interval(np.array([1, 1]), [2, 2], [3, 3], np.array(["high", "low"]))
    assert found.tolist() == ["better", "worse"]
