"""Extracts as zips: what is in which, the same bytes, and received whole."""

import json
import zipfile

import pandas as pd
import pytest

from pmf_analysis.errors import ParameterError
from pmf_analysis.synthetic import deliveries
from pmf_analysis.synthetic.deliveries import write_deliveries
from pmf_analysis.synthetic.record_tables import RECORD_TABLES


def read(path, table):
    with zipfile.ZipFile(path) as archive:
        return pd.read_csv(archive.open(f"{table}.csv"), dtype="str")


def names(path):
    with zipfile.ZipFile(path) as archive:
        return [name.removesuffix(".csv") for name in archive.namelist()]


def holds(path, table):
    return table in names(path)


def test_a_history_and_one_a_month_with_one_again(delivered):
    _, paths = delivered
    dates = [path.name.removeprefix("medwold_records_").removesuffix(".zip") for path in paths]
    assert dates == sorted(dates)
    assert len(dates) == 14
    assert dates[0] == "2025-11-06" and dates[-1] == "2026-11-06"
    assert dates[5:7] == ["2026-04-06", "2026-04-14"]


def test_nothing_is_lost_or_delivered_in_two_months(delivered, records):
    _, paths = delivered
    for name, rows in records().tables.items():
        told = 0
        for path in paths:
            with zipfile.ZipFile(path) as archive:
                if f"{name}.csv" in archive.namelist() and "2026-04-14" not in path.name:
                    told += len(read(path, name))
        assert told == len(rows), name


def test_an_extract_taken_again_holds_what_the_first_held_and_what_was_put_right(delivered):
    _, paths = delivered
    first, again = (read(paths[place], "referral") for place in (5, 6))
    both = again.merge(first, how="left", indicator=True)
    assert len(both[both["_merge"] == "both"]) == len(first)
    more = both[both["_merge"] == "left_only"]
    assert "2026-04-13" in set(more["changed_at"])
    assert set(more["changed_at"]) <= {f"2026-04-{day:02d}" for day in range(6, 14)}


def test_the_same_bytes_again(delivered, records, small, tmp_path):
    _, paths = delivered
    setting, _ = small()
    for path, other in zip(paths, write_deliveries(tmp_path, setting, records()), strict=True):
        assert path.read_bytes() == other.read_bytes()
    told = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert told["deliveries"] == [path.name for path in paths]


def test_a_file_without_rows_is_left_out(delivered):
    _, paths = delivered
    with zipfile.ZipFile(paths[1]) as archive:
        assert "unit.csv" not in archive.namelist()
        assert "extract_log.csv" in archive.namelist()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("monthly", [0, -1, True, 1.5])
def test_months_that_mean_nothing_are_refused(monthly, records, small, tmp_path):
    setting, _ = small()
    with pytest.raises(ParameterError, match="monthly is"):
        write_deliveries(tmp_path, setting, records(), monthly)
    assert not list(tmp_path.iterdir())


def test_every_row_is_received(delivered, received):
    _, paths = delivered
    receipts = received.deliveries()
    assert [one["file_name"] for one in receipts] == [path.name for path in paths]
    for held in receipts:
        assert held["layout"] == "medwold_records" and held["published_basis"] == "file name"
        assert held["published"] == held["file_name"].removesuffix(".zip")[-10:]
        assert held["rows_read"] == held["rows_in_file"] > 0
        assert (held["rows_refused"], held["cells_unread"]) == (0, 0)
        assert (held["columns_not_read"], held["labels_unknown"]) == ([], [])
        assert set(held["tables"]) <= set(RECORD_TABLES)
    assert set(receipts[0]["tables"]) == set(RECORD_TABLES)  # the history has something of each


def test_a_history_too_large_for_one_zip_comes_in_several(
    delivered, records, small, tmp_path, monkeypatch
):
    _, whole = delivered
    setting, _ = small()
    monkeypatch.setattr(deliveries, "MOST_CELLS", 200_000)
    paths = write_deliveries(tmp_path, setting, records())
    assert len(paths) > len(whole) + 1
    assert [path.name for path in paths[-len(whole) :]] == [path.name for path in whole]
    parts = paths[: len(paths) - len(whole) + 1]
    for name in ("assessment", "child", "unit"):
        rows = [read(path, name) for path in parts if holds(path, name)]
        together = pd.concat(rows).sort_values([*rows[0]], ignore_index=True)
        told = read(whole[0], name).sort_values([*rows[0]], ignore_index=True)
        assert together.equals(told), name
    cells = [sum(read(path, name).size for name in names(path)) for path in parts]
    assert max(cells[1:]) <= 200_000  # the first month alone may hold more
