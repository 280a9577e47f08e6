"""Rows that say the same are found, and read once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.ingest.groups import Coded, coded, combined, read_groups
from pmf_analysis.ingest.sheets import sheet_of_rows

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=30)


@given(ROWS)
def test_two_rows_are_in_one_group_just_when_they_say_the_same(rows):
    columns = sheet_of_rows("", rows).columns
    groups, first = combined([column.codes for column in columns], len(rows))
    assert len(first) == len(set(rows))
    for row, group in enumerate(groups):
        assert rows[first[group]] == rows[row]
        assert first[group] <= row


def test_many_wide_columns_do_not_run_over():
    wide = [np.arange(5, dtype=np.int64) * 2**30 for _ in range(4)]
    groups, _ = combined(wide, 5)
    assert groups.tolist() == [0, 1, 2, 3, 4]


def test_without_columns_all_rows_are_alike():
    groups, first = combined([], 3)
    assert (groups.tolist(), first.tolist()) == ([0, 0, 0], [0])


def test_each_different_row_is_read_once():
    sheet = sheet_of_rows("", [["a", "1"], ["b", "2"], ["a", "1"]])
    seen = []
    groups, read = read_groups(
        dict(enumerate(sheet.columns)), 3, lambda texts: seen.append(dict(texts)) or texts[0]
    )
    assert seen == [{0: "a", 1: "1"}, {0: "b", 1: "2"}]
    assert [read[group] for group in groups] == ["a", "b", "a"]


def test_texts_that_mean_the_same_are_held_once():
    held = coded(np.array([0, 1, 2, 1]), ["x", "y", "x"])
    assert held.texts == ("x", "y")
    assert held.column().tolist() == ["x", "y", "x", "y"]
    assert Coded(np.array([], dtype=np.int32), ()).column().tolist() == []
