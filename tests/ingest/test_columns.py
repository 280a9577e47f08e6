"""Columns whose names hold part of the key, columns of JSON, columns that stand twice."""

from __future__ import annotations

import pytest

from pmf_analysis.errors import UnreadableFileError

BASE = {
    "name": "trial", "table": "trial", "area": {"columns": {"": ["Area"]}},
    "period": {"column": "Year", "kinds": {"": "financial_year"}},
    "markers": {"c": "suppressed"},
}  # fmt: skip
WIDE = {
    **BASE,
    "period": {"found_in": "header", "kinds": {"": "financial_year"}},
    "unpivot": {"pattern": r"(?P<column>\w+) (?P<period>\d{4}) ?(?P<breakdown>boys|girls)?"},
    "breakdown": {"header_labels": {"": ["boys"], "F": ["girls"]}},
}


def cells(extract, *columns):
    return extract.figures[list(columns)].to_numpy().tolist()


def test_columns_become_periods_breakdowns_and_figures(read_as):
    extract = read_as(WIDE, "Area,n 2024 boys,n 2024 girls,rate 2025\nKent,1,c,2.5\n")
    assert cells(extract, "column", "period", "breakdown", "state", "text") == [
        ["n", "2023/24", "", "final", "1"],
        ["n", "2023/24", "F", "suppressed", "c"],
        ["rate", "2024/25", "", "final", "2.5"],
    ]
    (area,) = extract.receipt.areas
    assert (area.service_area, area.first_period, area.last_period) == (
        "E10000016", "2023/24", "2024/25",
    )  # fmt: skip


def test_a_column_whose_period_is_none_is_named(read_as):
    rule = {"pattern": r"(?P<column>n) (?P<period>\S+)"}
    extract = read_as({**WIDE, "unpivot": rule, "breakdown": None}, "Area,n 2024,n x\nKent,1,2\n")
    assert extract.receipt.columns_not_read == ("n x ('x' is no period)",)
    assert extract.receipt.cells == 1


def test_stacked_headers_are_turned_into_periods(read_as):
    layout = {
        **WIDE, "header": {"rows": 2}, "area": {"columns": {"": ["Code"]}}, "breakdown": None,
        "unpivot": {"pattern": r"(?P<period>\d{4}) \| (?P<column>\S+)"},
    }  # fmt: skip
    text = "Children by year,,,,\n,,,,\n,2024,,2025,\nCode,n,share,n,share\nKent,1,2,3,4\n"
    extract = read_as(layout, text)
    assert cells(extract, "line", "period", "column", "value") == [
        [5, "2023/24", "n", 1.0], [5, "2023/24", "share", 2.0],
        [5, "2024/25", "n", 3.0], [5, "2024/25", "share", 4.0],
    ]  # fmt: skip
    (sheet,) = extract.receipt.sheets
    assert (sheet.rows_before_header, sheet.rows, extract.receipt.rows_in_file) == (2, 1, 1)


def test_entries_of_json_become_columns(read_as):
    layout = {
        **BASE, "json_columns": ["data"],
        "unpivot": {"pattern": r"data\.(?P<column>\w+)"},
    }  # fmt: skip
    rows = [
        'Kent,2025,"{""n"": 12, ""rate"": ""1.50"", ""note"": null}"',
        'Kent,2024,"{""n"": 7}"',
        'Kent,2023,"{""n"": "',
        'Kent,2022,"{""n"": {""deep"": 1}}"',
        'Kent,2021,"' + "[" * 5000 + '"',
    ]
    extract = read_as(layout, "Area,Year,data\n" + "\n".join(rows) + "\n")
    held = extract.figures[extract.figures["column"] == "n"]
    assert held["text"].tolist() == ["12", "7", "", "", ""]
    assert sorted(set(extract.figures["column"])) == ["n", "note", "rate"]
    assert [(cell.line, cell.column, cell.text) for cell in extract.receipt.unread] == [
        (4, "data", ""), (5, "data", ""), (6, "data", ""),
    ]  # fmt: skip
    assert extract.receipt.cells_unread == 3


def test_a_name_that_stands_twice_matters_only_where_it_is_used(read_as):
    layout = {**BASE, "figures": ["n"], "optional_figures": ["m"]}
    extract = read_as(layout, "Area,Year,n,SNP,SNP,SNP\nKent,2025,1,a,b,c\n")
    assert extract.receipt.columns_not_read == ("SNP (3 times)",)
    with pytest.raises(UnreadableFileError, match="line 1: column name twice: n"):
        read_as(layout, "Area,Year,n,N\nKent,2025,1,2\n")
    with pytest.raises(UnreadableFileError, match="column name twice: snp"):
        read_as({**layout, "other_columns": "read"}, "Area,Year,n,SNP,SNP\nKent,2025,1,2,3\n")


def test_a_later_one_of_several_columns_of_one_name_can_be_meant(read_as):
    layout = {**BASE, "figures": ["n", "n (2)"]}
    extract = read_as(layout, "Area,Year,n,n\nKent,2025,1,2\n")
    assert cells(extract, "column", "value") == [["n", 1.0], ["n (2)", 2.0]]


def test_several_columns_of_labels_are_joined_without_the_empty_ones(read_as):
    layout = {
        **BASE, "figures": ["n"],
        "breakdown": {"columns": {"age": {"": ["19 to 21"]}, "what": {"eet": ["In work", "Work"]}}},
    }  # fmt: skip
    text = (
        "Area,Year,age,what,n\nKent,2025,19 to 21,Work,1\nKent,2025,17,in  work,2\nKent,2025,18,X,3"
    )
    extract = read_as(layout, text)
    assert extract.figures["breakdown"].tolist() == ["eet", "17 | eet", "18 | X"]
    assert extract.receipt.labels_unknown == ("17", "18", "X")
