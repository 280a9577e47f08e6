"""Eras and segments from registered breaks."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.analysis.segments import add_segments, baselines
from pmf_analysis.errors import TableError


@pytest.fixture
def parted(make_rows, make_context, make_indicator):
    def part(*breaks, rows=None, **options):
        rows = make_rows([1.0] * 6, **{"start": "2020-04", **options}) if rows is None else rows
        codes = [make_indicator(code) for code in ("T-01", "T-02")]
        return add_segments(rows, make_context(*codes, breaks=breaks))

    return part


def test_without_breaks_there_is_one_era(parted):
    table = parted()
    assert set(table["era"]) == set(table["segment"]) == {0}


def test_a_rebase_restarts_limits_and_stops_no_comparison(parted, make_break):
    table = parted(make_break("2020-06"))
    assert table["segment"].tolist() == [0, 0, 1, 1, 1, 1]
    assert table["era"].tolist() == [0] * 6


@pytest.mark.parametrize("kind", ["recording", "definition", "boundary"])
def test_other_breaks_start_an_era(parted, make_break, kind):
    table = parted(make_break("2020-06"), make_break("2020-08", kind))
    assert table["segment"].tolist() == [0, 0, 1, 1, 2, 2]
    assert table["era"].tolist() == [0, 0, 0, 0, 1, 1]


def test_a_break_in_a_period_that_is_missing_takes_effect_at_the_next(
    parted, make_rows, make_break
):
    rows = make_rows([1.0] * 6).drop(index=2)
    table = parted(make_break("2020-06"), rows=rows)
    assert table["segment"].tolist() == [0, 0, 1, 1, 1]
    assert table.index.tolist() == rows.index.tolist()


def test_breaks_hold_for_their_indicator_and_unit_only(parted, make_rows, make_break):
    rows = pd.concat(
        [
            make_rows([1.0] * 3, indicator=indicator, service_area=unit)
            for indicator in ("T-01", "T-02")
            for unit in ("A", "B")
        ],
        ignore_index=True,
    )
    breaks = (
        make_break("2020-05", indicator="T-01", unit="A"),
        make_break("2020-05", "definition", indicator="T-02"),
        make_break("2020-06", unit="B"),
    )
    table = parted(*breaks, rows=rows)
    segments = table.groupby(["indicator", "service_area"])["segment"].agg(list).to_dict()
    assert segments == {
        ("T-01", "A"): [0, 1, 1], ("T-01", "B"): [0, 0, 1],
        ("T-02", "A"): [0, 1, 1], ("T-02", "B"): [0, 1, 2],
    }  # fmt: skip


def test_two_breaks_on_one_day_are_one_restart(parted, make_break):
    table = parted(make_break("2020-06"), make_break("2020-06", "definition", indicator="T-01"))
    assert table["segment"].tolist() == [0, 0, 1, 1, 1, 1]
    assert table["era"].tolist() == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("start", "period", "expected"),
    [
        ("2014/15", "2016/17", [0, 0, 1, 1]),
        ("2014/15", "2015-10", [0, 1, 1, 1]),  # the year that the break falls into is after it
        ("2014-09-30", "2015-09-30", [0, 1, 1, 1]),
        ("2015-02", "2015/16", [0, 0, 1, 1]),  # a year's break starts with its first month
    ],
)
def test_breaks_across_frequencies(parted, make_rows, make_break, start, period, expected):
    table = parted(make_break(period), rows=make_rows([1.0] * 4, start=start))
    assert table["segment"].tolist() == expected


def test_the_order_of_rows_does_not_matter(parted, make_rows, make_break):
    rows = make_rows([1.0] * 6)
    turned = parted(make_break("2020-06"), rows=rows[::-1])
    pd.testing.assert_frame_equal(turned[::-1], parted(make_break("2020-06"), rows=rows))


def test_a_table_without_its_columns_is_refused(make_context):
    with pytest.raises(TableError, match="lacks indicator"):
        add_segments(pd.DataFrame({"period": []}), make_context())


def test_a_baseline_holds_for_the_segment_that_its_break_starts(
    make_rows, make_context, make_indicator, make_break
):
    def rest(*breaks):
        rows = make_rows([1.0] * 6, start="2020-04")
        return baselines(rows, make_context(make_indicator("T-01"), breaks=breaks)).tolist()

    first = make_break("2020-04", indicator="T-01").model_copy(update={"baseline_points": 2})
    later = make_break("2020-07").model_copy(update={"baseline_points": 3})
    assert str(rest()) == str([float("nan")] * 6) == str(rest(make_break("2020-06")))
    assert rest(first, later) == [2.0] * 3 + [3.0] * 3
    assert str(rest(first, make_break("2020-07"))) == str([2.0] * 3 + [float("nan")] * 3)
    own = later.model_copy(update={"indicator": "T-01", "baseline_points": 1})
    assert rest(first, later, own) == [2.0] * 3 + [1.0] * 3
