"""The stages joined: every table, the log of extracts, the same bytes, growth with scale."""

import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.errors import TableError
from pmf_analysis.store import canonical_json
from pmf_analysis.synthetic import making, plot
from pmf_analysis.synthetic.extracts import last_taken, monthly_extracts
from pmf_analysis.synthetic.record_tables import RECORD_TABLES, RECORDED
from pmf_analysis.synthetic.setting import Setting


def test_every_table_is_there_as_described(records):
    tables = records().tables
    assert list(tables) == list(RECORD_TABLES)
    kinds = {"date": "datetime64[s]", "whole": "Int64", "number": "float64"}
    for name, table in RECORD_TABLES.items():
        assert list(tables[name].columns) == [*table.columns, *RECORDED]
        assert len(tables[name]), name
        for column, kind in table.columns.items():
            assert str(tables[name][column].dtype) == kinds.get(kind, "str"), (name, column)


AGAIN = """
import sys
from pathlib import Path
from pmf_analysis.store import canonical_json
from pmf_analysis.synthetic import making, plot
from pmf_analysis.synthetic.setting import Setting

records = making.make_records(Setting.of(3, months=3, scale=0.01, stories=plot.choose(True)))
folder = Path(sys.argv[1])
(folder / "truth").write_bytes(canonical_json(records.truth))
for name, rows in records.tables.items():
    rows.to_csv(folder / name, index=False)
"""


def test_the_same_setting_gives_the_same_records_whatever_the_order_of_sets(tmp_path):
    orders = {**os.environ, "PYTHONHASHSEED": "1"}
    subprocess.run([sys.executable, "-c", AGAIN, str(tmp_path)], check=True, env=orders)
    records = making.make_records(Setting.of(3, months=3, scale=0.01, stories=plot.choose(True)))
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found.pop("truth") == canonical_json(records.truth)
    assert set(found) == set(RECORD_TABLES)
    for name, rows in records.tables.items():
        assert found[name] == rows.to_csv(index=False).encode(), name
    assert sum(len(rows) > 0 for rows in records.tables.values()) > 18


def test_every_version_is_in_one_extract_and_counted_there(records, small):
    setting, _ = small()
    tables = records().tables
    log = tables["extract_log"]
    monthly = log[log["replaces"].isna().to_numpy()].groupby("table_name")["rows"].sum()
    for name, rows in tables.items():
        if name != "extract_log":
            assert monthly[name] == len(rows), name
    assert len(monthly_extracts(setting)) == setting.months + 1
    assert (log["event_date"] <= pd.Timestamp(last_taken(setting))).all()


def test_one_extract_was_taken_again(records):
    log = records().tables["extract_log"]
    again = log[log["replaces"].notna().to_numpy()]
    assert set(again["event_date"].astype("str")) == {"2026-04-13"}
    first = log.set_index("extract_id").loc[again["replaces"]].reset_index()
    assert (first["table_name"].to_numpy() == again["table_name"].to_numpy()).all()
    assert (first["covers_from"].to_numpy() == again["covers_from"].to_numpy()).all()
    more = (again["rows"].to_numpy() - first["rows"].to_numpy()).astype(int)
    assert ((more > 0) == (again["table_name"] == "referral").to_numpy()).all()


def test_extracts_cover_every_month_once():
    setting = Setting.of(1, months=5, last_month="2024-03")
    taken = monthly_extracts(setting)
    assert [each.month for each in taken] == ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03"]
    assert taken[0].covers_from == setting.first_day
    assert taken[-1].covers_to == setting.last_day
    for one, following in pairwise(taken):
        assert following.covers_from == one.covers_to + np.timedelta64(1, "D")
        assert following.since == one.taken


def test_a_stage_may_add_rows_but_no_record_twice():
    rows = pd.DataFrame({"child_id": ["C1000001"]})
    made = making.joined({"child": rows}, {"child": rows, "plan": rows})
    assert len(made["child"]) == 2 and len(made["plan"]) == 1
    whole = made["child"].assign(**dict.fromkeys(list(RECORD_TABLES["child"].columns)[1:], ""))
    with pytest.raises(TableError, match="1 ids of the table child stand twice"):
        making._checked("child", {"child": whole})
    with pytest.raises(TableError, match="without date_of_birth, disability"):
        making._checked("child", {"child": rows})
    with pytest.raises(TableError, match="No stage makes the table child"):
        making._checked("child", {})


@pytest.mark.soak
def test_records_grow_with_the_scale():
    sizes = {}
    for scale in (0.1, 0.2, 0.4):
        tables = making.make_records(Setting.of(5, scale=scale)).tables
        sizes[scale] = sum(len(tables[name]) for name in ("referral", "assessment", "visit"))
    assert sizes[0.2] / sizes[0.1] == pytest.approx(2, rel=0.1)
    assert sizes[0.4] / sizes[0.2] == pytest.approx(2, rel=0.1)
