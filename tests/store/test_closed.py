"""Closed periods as files: whole or not at all, and never another content."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.errors import WorkspaceError
from pmf_analysis.store import Store
from pmf_analysis.store.closed import closed_periods, damage_of, folder_name, put_closed

RECORD = {"by": "head of performance", "as_at": "2025-06-14"}
TABLES = {"figures": pd.DataFrame({"value": [1.0]}), "findings": pd.DataFrame({"code": ["S"]})}


@pytest.fixture
def store(tmp_path):
    held = Store(tmp_path)
    for period in ("2025-05", "2024/25", "2025-04"):
        assert put_closed(held, period, RECORD, TABLES) is not None
    return held


def test_the_name_of_a_folder_has_no_slash_and_stands_for_one_period():
    codes = ("2024/25", "2024-12", "2024/25-Q1", "AY2024/25", "2013/14-2015/16", "CY2014-2016")
    names = [folder_name(code) for code in codes]
    assert names[0] == "2024_25"
    assert len(set(names)) == len(codes)
    assert not any("/" in name for name in names)


def test_periods_come_in_the_order_of_time(store):
    assert [one.period for one in closed_periods(store)] == ["2024/25", "2025-04", "2025-05"]
    assert all(not damage_of(one) for one in closed_periods(store))
    assert closed_periods(store)[0].table("figures")["value"].tolist() == [1.0]


def test_a_second_closing_changes_nothing(store):
    before = closed_periods(store)
    other = {"figures": pd.DataFrame({"value": [2.0]})}
    assert put_closed(store, "2025-04", RECORD, other) is None
    assert closed_periods(store) == before


def test_every_kind_of_damage_is_named(store):
    one = closed_periods(store)[0]
    (one.folder / "figures.parquet").write_bytes(b"x")
    (one.folder / "findings.parquet").unlink()
    (one.folder / "more.txt").write_text("x")
    assert damage_of(one) == [
        "closed/2024_25/figures.parquet is not the file that was closed",
        "closed/2024_25/findings.parquet is missing",
        "closed/2024_25/more.txt does not belong there",
    ]
    with pytest.raises(WorkspaceError, match="is not the file that was closed"):
        one.table("figures")


@pytest.mark.parametrize(
    "written", [b"", b"[]", b"{}", b'{"period": "2025-04", "content": {"../x": "0"}}']
)
def test_a_damaged_record_is_named(store, written):
    (store.folder / "closed/2024_25/closed.json").write_bytes(written)
    with pytest.raises(WorkspaceError, match=r"closed/2024_25/closed.json is damaged"):
        closed_periods(store)
