"""OpenDocument spreadsheets into sheets."""

from __future__ import annotations

import pytest

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import limits

BLANK_ROWS = (
    '<table:table-row table:number-rows-repeated="{}">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def text(words: str, repeated: int = 1) -> str:
    return (
        f'<table:table-cell table:number-columns-repeated="{repeated}" '
        f'office:value-type="string"><text:p>{words}</text:p></table:table-cell>'
    )


def number(value: str, kind: str = "float", printed: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="{kind}" office:value="{value}">'
        f"<text:p>{printed or value}</text:p></table:table-cell>"
    )


def table(*rows: str, name: str = "One") -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def row(*cells: str, repeated: int = 1) -> str:
    return (
        f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}'
        "</table:table-row>"
    )


def test_cover_sheet_blank_rows_and_values(deliver, ods):
    cover = table(row(text("Published 31 May")), name="Cover")
    values = table(
        BLANK_ROWS.format(2),
        row(text("Area"), text("Rate", 2)),
        row(
            number("886"), number("0.125", "percentage", "12.5%"),
            '<table:table-cell office:value-type="date" office:date-value="2024-03-31">'
            "<text:p>31/03/24</text:p></table:table-cell>",
            repeated=2,
        ),
        BLANK_ROWS.format(1_048_000),
    )  # fmt: skip
    document = deliver("a.ods", ods(cover + values))
    assert document.format == "ods" and [each.name for each in document.sheets] == ["Cover", "One"]
    sheet = document.sheets[1]
    held = {line: sheet.row(place) for place, line in enumerate(sheet.lines)}
    assert max(held) == 5 and held[3] == ["Area", "Rate", "Rate"]
    assert held[4] == held[5] == ["886", "12.5%", "2024-03-31"]


def test_an_error_is_its_words_and_never_a_number(deliver, ods):
    cells = (
        number("0", printed="#DIV/0!"),
        '<table:table-cell table:formula="of:=NA()" office:value-type="string" '
        'office:string-value=""><text:p>#N/A</text:p></table:table-cell>',
        number("7", printed="###"),
    )
    (sheet,) = deliver("a.ods", ods(table(row(*cells)))).sheets
    assert sheet.row(0) == ["#DIV/0!", "#N/A", "7"]


def test_cells_that_count_often_are_refused_before_the_memory_is_filled(deliver, ods):
    with pytest.raises(UnreadableFileError, match="reaches over 1,048,576 rows and 16,384"):
        deliver("far.ods", ods(table(row(text("x", 16_384), repeated=1_048_576))))
    with pytest.raises(UnreadableFileError, match="reaches over"):
        low = table(row(text("x", 16_384)), BLANK_ROWS.format(9_999), row(text("x")))
        deliver("low.ods", ods(low))


def test_a_long_text_that_counts_often_is_refused(deliver, ods, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST", 1_000_000)
    with pytest.raises(UnreadableFileError, match="repeats texts"):
        deliver("long.ods", ods(table(row(text("x" * 10_000), repeated=200))))


def test_a_locked_spreadsheet_says_so(deliver, ods):
    with pytest.raises(UnreadableFileError, match="locked with a password"):
        deliver("a.ods", ods(table(row(text("x"))), manifest="<encryption-data/>"))
