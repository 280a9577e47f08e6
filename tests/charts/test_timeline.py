from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.charts.timeline import Timeline, stretches


def test_periods_without_a_row_keep_their_place() -> None:
    timeline = Timeline.of(["2024-01", "2024-04"])
    assert [period.code for period in timeline.periods] == [
        "2024-01", "2024-02", "2024-03", "2024-04",
    ]  # fmt: skip
    rows = timeline.spread_out(pd.DataFrame({"period": ["2024-04", "2024-01"], "value": [4, 1]}))
    assert rows["value"].isna().tolist() == [False, True, True, False]


def test_a_break_of_another_frequency_counts_by_its_first_day() -> None:
    timeline = Timeline.of(["2024-01", "2024-12"])
    assert timeline.place("2024/25") == 3  # April
    assert timeline.place("2024-04") == 3


@pytest.mark.parametrize(
    ("codes", "labels"),
    [
        (["2013-04", "2025-03"], ["2015", "2017", "2019", "2021", "2023", "2025"]),
        (["2012/13", "2024/25"], ["2012/13", "2014/15", "2016/17", "2018/19", "2020/21",
                                  "2022/23", "2024/25"]),
        (["2024-10", "2024-12"], ["Oct 2024", "Nov 2024", "Dec 2024"]),
        (["CY2023", "CY2024"], ["2023", "2024"]),
        (["2024-05-31"], ["2024"]),
    ],
)  # fmt: skip
def test_labels_are_few_and_end_with_the_last(codes: list[str], labels: list[str]) -> None:
    assert Timeline.of(codes).ticks()[1] == labels


def test_words_of_a_single_period() -> None:
    assert Timeline.of(["2024/25"]).words == "year to March 2025"


@pytest.mark.parametrize(
    ("era", "found"),
    [
        (["0", "0", "1", "1"], [(0, 1), (2, 3)]),
        (["0", "", "0"], [(0, 2)]),
        (["0", "", "1"], [(0, 1), (2, 2)]),
        (["", "", ""], [(0, 2)]),
        ([], []),
    ],
)
def test_no_line_spans_a_break(era: list[str], found: list[tuple[int, int]]) -> None:
    assert stretches(era) == found
