"""Where the header stands: first row, further down, or in several rows."""

from __future__ import annotations

from pmf_analysis.ingest.headers import candidates
from pmf_analysis.ingest.sheets import sheet_of_rows
from pmf_analysis.register.layouts import HeaderRule


def names(cells, **rule):
    sheet = sheet_of_rows("s", cells)
    return [(one.start, one.names) for one in candidates(sheet, HeaderRule(**rule))]


def test_every_filled_row_may_be_the_header():
    assert names([["", ""], ["A title", ""], ["Area", "Number  of\nchildren"]]) == [
        (1, ("A title", "")), (2, ("Area", "Number of children")),
    ]  # fmt: skip


def test_rows_that_stand_on_each_other_are_joined_and_merged_cells_filled():
    rows = [["Area", "", "2023", "", "2024", ""], ["Code", "Name", "n", "%", "n", "%"]]
    assert names(rows, rows=2)[0] == (
        0,
        ("Area | Code", "Area | Name", "2023 | n", "2023 | %", "2024 | n", "2024 | %"),
    )
    assert names(rows, rows=2, fill=False, join=" ")[0][1][1] == "Name"


def test_a_header_that_the_format_gives_is_the_only_one():
    sheet = sheet_of_rows("s", [["1", "2"]], header=["a ", "b"])
    (only,) = candidates(sheet, HeaderRule(rows=3))
    assert (only.names, only.rows) == (("a", "b"), 0)
