"""Tables of records: fields of their types, and no cell of them in any message."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.errors import DeliveryError

LAYOUT = {
    "name": "trial", "table": "episodes", "holds": "records", "data_class": "restricted",
    "date_formats": ["%d/%m/%Y", "excel"], "markers": {"x": "not_available"},
    "fields": {
        "CHILD": {"type": "code", "filled": True}, "START": "date", "SCORE": "whole",
        "RATE": "number", "OPEN": "yes_no", "NOTE": {"type": "text", "optional": True},
        "AGED": {"type": "date", "optional": True},
    },
}  # fmt: skip
HEADER = "CHILD,START,SCORE,RATE,OPEN\n"
ON = {"published": "2025-11-18"}


def test_fields_take_their_types(read_as):
    text = HEADER + "007,01/02/2020,12,1.5,Y\n008,45809,x,,no\n009,2020-02-29,5.0,0,true\n"
    extract = read_as(LAYOUT, text, **ON)
    table = extract.records["episodes"]
    assert table.columns.tolist() == ["delivery", "sheet", "line", *LAYOUT["fields"]]
    assert table["CHILD"].tolist() == ["007", "008", "009"]
    assert table["START"].dt.date.astype(str).tolist() == ["2020-02-01", "2025-06-01", "2020-02-29"]
    assert str(table["START"].dtype) == "datetime64[s]"
    assert table["SCORE"].tolist() == [12, pd.NA, 5]
    assert str(table["SCORE"].dtype) == "Int64"
    assert table["OPEN"].tolist() == [True, False, True]
    assert str(table["OPEN"].dtype) == "boolean"
    assert table["RATE"].isna().tolist() == [False, True, False]
    assert table["NOTE"].isna().all()
    assert str(table["AGED"].dtype) == "datetime64[s]"
    receipt = extract.receipt
    assert (receipt.holds, receipt.data_class, receipt.tables) == (
        "records", "restricted", ("episodes",),
    )  # fmt: skip
    assert (receipt.cells, receipt.first_period, len(extract.figures)) == (0, "", 0)
    assert receipt.cells_unread == 0


def test_what_cannot_be_read_is_named_without_its_text(read_as):
    secret = "Jane Example"
    rows = f"1,{secret},{secret},{secret},{secret}\n,01/02/2020,1,1,Y\n2,31/02/2020,1.5,1,Y\n3\n"
    receipt = read_as(LAYOUT, HEADER + rows, **ON).receipt
    assert [(cell.line, cell.column) for cell in receipt.unread] == [
        (2, "OPEN"), (2, "RATE"), (2, "SCORE"), (2, "START"), (4, "SCORE"), (4, "START"),
    ]  # fmt: skip
    assert {cell.text for cell in receipt.unread} == {""}
    assert [(refusal.line, refusal.reason) for refusal in receipt.refusals] == [
        (3, "no CHILD"), (5, "1 cells where the header has 5"),
    ]  # fmt: skip
    assert secret.encode() not in receipt.to_json()


def test_a_reference_table_shows_what_it_could_not_read(read_as):
    layout = {**LAYOUT, "holds": "reference", "data_class": "published"}
    receipt = read_as(layout, HEADER + "1,soon,1,1,Y\n", **ON).receipt
    assert [cell.text for cell in receipt.unread] == ["soon"]


def test_nobody_guesses_when_records_were_delivered(read_as):
    with pytest.raises(DeliveryError, match=r"Nothing in a\.csv says when .*--published DATE"):
        read_as(LAYOUT, HEADER + "1,01/02/2020,1,1,Y\n")
    named = {**LAYOUT, "published_from": "START"}
    receipt = read_as(named, HEADER + "1,01/02/2020,1,1,Y\n2,05/02/2020,1,1,Y\n").receipt
    assert (receipt.published, receipt.published_basis) == ("2020-02-05", "latest START inside")
    receipt = read_as(LAYOUT, HEADER + "1,,1,1,Y\n", name="sn_may_2025.csv").receipt
    assert (receipt.published, receipt.published_basis) == ("2025-05-01", "file name")
