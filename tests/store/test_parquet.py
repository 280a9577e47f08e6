"""Tables as Parquet: the same rows give the same bytes and come back."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pmf_analysis.errors import TableError, WorkspaceError
from pmf_analysis.store import parquet_bytes, read_parquet


@pytest.fixture
def table() -> pd.DataFrame:
    count = 10_000
    return pd.DataFrame(
        {
            "service_area": np.repeat([f"E{n:08d}" for n in range(100)], count // 100),
            "value": np.where(np.arange(count) % 7 == 0, np.nan, np.arange(count) / 3),
            "line": np.arange(count),
            "flag": np.arange(count) % 2 == 0,
            "empty": None,
            "on": date(2025, 3, 31),
        },
        index=range(count, 0, -1),
    )


def test_a_table_comes_back_with_its_kinds(table):
    back = read_parquet(parquet_bytes(table))
    pd.testing.assert_frame_equal(back, table.reset_index(drop=True))
    assert back["service_area"].dtype == "str"


def test_the_same_rows_give_the_same_bytes(table):
    first = parquet_bytes(table)
    assert first == parquet_bytes(table.reset_index(drop=True)) == parquet_bytes(table.copy())
    assert b"pandas" not in first


def test_filters_and_columns(table, tmp_path):
    path = tmp_path / "x.parquet"
    path.write_bytes(parquet_bytes(table))
    part = read_parquet(path, ["line"], [("service_area", "in", ["E00000007", "E00000001"])])
    assert list(part.columns) == ["line"] and len(part) == 200
    assert part["line"].is_monotonic_increasing
    assert read_parquet(path, filters=[("service_area", "in", [])]).empty
    assert len(read_parquet(path, filters=[("line", "<", 5), ("flag", "==", True)])) == 3


def test_an_empty_table_keeps_its_columns(table):
    back = read_parquet(parquet_bytes(table.head(0)))
    assert list(back.columns) == list(table.columns) and back.empty


def test_what_cannot_be_stored_is_an_error():
    with pytest.raises(TableError, match="cannot be stored"):
        parquet_bytes(pd.DataFrame({"mixed": [1, "a", 2.5]}))
    with pytest.raises(TableError, match="cannot be stored"):
        parquet_bytes(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def test_what_cannot_be_read_is_an_error(tmp_path, table):
    with pytest.raises(WorkspaceError, match="no table"):
        read_parquet(tmp_path / "absent.parquet")
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(parquet_bytes(table)[:-50])
    with pytest.raises(WorkspaceError, match="damaged"):
        read_parquet(damaged)
    with pytest.raises(TableError, match="filter line == 'x'"):
        read_parquet(parquet_bytes(table), filters=[("line", "==", "x")])
    with pytest.raises(TableError, match="no column town"):
        read_parquet(parquet_bytes(table), ["town"])


def test_a_table_that_is_read_whole_holds_the_same_rows_in_fewer_groups():
    ids = [f"R{number:07d}" for number in range(20_000)]
    table = pd.DataFrame({"id": pd.array(ids, dtype="str"), "kind": pd.array(["a", None] * 10_000)})
    whole, parted = parquet_bytes(table, whole=True), parquet_bytes(table)
    assert read_parquet(whole).equals(read_parquet(parted))
    assert pq.read_metadata(io.BytesIO(whole)).num_row_groups == 1
    assert pq.read_metadata(io.BytesIO(parted)).num_row_groups == 5


def test_columns_come_in_the_order_in_which_they_are_asked_for():
    content = parquet_bytes(pd.DataFrame({"a": [1], "b": [2], "c": [3]}))
    assert list(read_parquet(content, ["c", "a"])) == ["c", "a"]
    assert list(read_parquet(content, ["c", "a"], [("b", "==", 2)])) == ["c", "a"]
