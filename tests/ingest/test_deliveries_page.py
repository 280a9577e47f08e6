"""The page on deliveries against a fresh reading of every file it names."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import io
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def write_deliveries(root: Path):
    """The script that writes the page."""
    path = root / "docs" / "write_deliveries.py"
    spec = importlib.util.spec_from_file_location("write_deliveries", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_says_what_comes_of_every_file(root, shared_extracts, layouts, write_deliveries):
    receipts = {Path(name).name: each.receipt for name, each in shared_extracts.items()}
    assert len(receipts) == len(shared_extracts)
    page = (root / "docs" / "deliveries.md").read_text("utf-8")
    table = write_deliveries.table_of(receipts, layouts)
    assert write_deliveries.with_table(page, table) == page, (
        "run `python docs/write_deliveries.py FOLDER`"
    )


def test_every_row_of_every_text_file_is_read_or_refused(shared, shared_extracts):
    """Rows counted apart, by the standard library."""
    counted = 0
    for name, extract in shared_extracts.items():
        path = shared / "data" / name
        if not name.endswith((".csv", ".csv.gz")):
            continue
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        receipt = extract.receipt
        assert (name, receipt.rows_read + receipt.rows_refused) == (name, len(rows) - 1)
        if receipt.holds == "figures":
            assert extract.figures["line"].nunique() == receipt.rows_read
        counted += len(rows)
    assert counted > 100_000


@pytest.mark.parametrize(
    ("measure", "period", "value"),
    [("ReReferral", "2024/25", 21.6), ("Work_Force_TO_Rate", "2025-09-30", 15.4),
     ("LACDistance", "2024/25", 8), ("LACStable_2016on", "2024/25", 12),
     ("Continue_Assess_Comp", "2024/25", 88.5)],
)  # fmt: skip
def test_kent_in_the_long_table(shared_extracts, measure, period, value):
    figures = shared_extracts["lait/bds_long_0.parquet"].figures
    held = figures[
        (figures["service_area"] == "E10000016")
        & (figures["breakdown"] == measure)
        & (figures["period"] == period)
    ]
    assert round(float(held["value"].iloc[0]), 1) == value


def test_no_receipt_of_records_names_anybody(shared, shared_extracts):
    children = set()
    for name in ("header.csv", "uasc.csv", "DoLo.csv"):
        text = (shared / "data/ssda903_fake" / name).read_text("utf-8-sig")
        children |= {row["CHILD"] for row in csv.DictReader(io.StringIO(text))}
    for name, extract in shared_extracts.items():
        if extract.receipt.holds == "records":
            assert extract.receipt.data_class == "identified", name
            told = set(re.findall(r'"([^"]*)"', extract.receipt.to_json().decode()))
            assert not told & children, name
