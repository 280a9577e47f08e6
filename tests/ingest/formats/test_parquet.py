"""Parquet into a sheet."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import limits


def parquet(table: pa.Table, **options: object) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **options)
    return stream.getvalue()


COLUMNS = {
    "text": (["9.3699999999999992", " Kent ", None], ["9.3699999999999992", "Kent", ""]),
    "float": ([886.0, 9.37, float("nan")], ["886", "9.37", ""]),
    "single": (pa.array([0.1, 2.0, None], pa.float32()), ["0.1", "2", ""]),
    "whole": ([1, None, -3], ["1", "", "-3"]),
    "flag": ([True, False, None], ["TRUE", "FALSE", ""]),
    "day": ([date(2024, 3, 31), None, date(2025, 1, 1)], ["2024-03-31", "", "2025-01-01"]),
    "moment": (
        pa.array([datetime(2024, 3, 31), datetime(2024, 3, 31, 12, 30), None], pa.timestamp("ns")),
        ["2024-03-31", "2024-03-31 12:30:00", ""],
    ),
    "decimal": ([Decimal("886.00"), Decimal("1.50"), None], ["886", "1.5", ""]),
    "category": (pa.array(["a", None, "a "]).dictionary_encode(), ["a", "", "a"]),
    "nothing": (pa.nulls(3), ["", "", ""]),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_values_become_text(deliver, name):
    given, expected = COLUMNS[name]
    document = deliver("a.parquet", parquet(pa.table({f" {name} ": given})))
    (sheet,) = document.sheets
    assert (document.format, sheet.name, sheet.header) == ("parquet", "a", (name,))
    assert list(sheet.columns[0].cells()) == expected
    assert len(set(sheet.columns[0].texts)) == len(sheet.columns[0].texts)
    assert set(sheet.columns[0].codes) == set(range(len(sheet.columns[0].texts)))
    assert list(sheet.lines) == [1, 2, 3]


def test_groups_of_rows_are_read_as_one_and_columns_of_one_name_are_both_kept(deliver):
    table = pa.table(
        [pa.array([f"t{n % 7}" for n in range(100)]), pa.array(range(100))], ["a", "a"]
    )
    (sheet,) = deliver("a.parquet", parquet(table, row_group_size=9)).sheets
    assert sheet.header == ("a", "a")
    assert [sheet.row(place) for place in range(100)] == [[f"t{n % 7}", str(n)] for n in range(100)]


def test_a_broken_file_is_one_clear_error(deliver, monkeypatch):
    whole = parquet(pa.table({"a": ["x"] * 50}))
    for content in (whole[:4], whole[:-20], whole[:40] + whole[60:], whole[:30] + b"\xff" * 9):
        with pytest.raises(UnreadableFileError, match="truncated or damaged"):
            deliver("a.parquet", content)
    with pytest.raises(UnreadableFileError, match="column 'a' holds list"):
        deliver("a.parquet", parquet(pa.table({"a": [[1], [2]]})))
    with pytest.raises(UnreadableFileError, match="is empty"):
        deliver("a.parquet", parquet(pa.table({"a": pa.array([], pa.string())})))
    monkeypatch.setattr(limits, "MOST_CELLS", 49)
    with pytest.raises(UnreadableFileError, match="cells"):
        deliver("a.parquet", whole)
