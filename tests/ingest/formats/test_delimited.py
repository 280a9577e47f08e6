"""CSV into a sheet."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import delimited, limits
from pmf_analysis.ingest.formats.delimited import read
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.sheets import Sheet

_CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)


def sheet_of(content: bytes, name: str = "a.csv") -> Sheet:
    return read(content, name, "a", Allowance()).sheets[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.one_of(_CELL, st.sampled_from(["", '"', "a,b", "x\ny"])))))
def test_cells_are_those_of_the_csv_reader_stripped(rows):
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([["head", "er"], *rows, ["foot"]])
    sheet = sheet_of(stream.getvalue().encode())
    expected = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    assert list(sheet.widths) == [len(row) for row in expected]
    for place, row in enumerate(expected):
        cells = sheet.row(place)
        assert cells[: len(row)] == [cell.strip() for cell in row]
        assert not any(cells[len(row) :])


def test_a_row_is_named_by_the_line_it_starts_on():
    sheet = sheet_of(b'a,b\r\n\r\n"x\r\ny",1\r\n2,3\r\n\r\n \r\n')
    assert list(sheet.lines) == [1, 2, 3, 5]
    assert [sheet.row(place) for place in range(4)] == [
        ["a", "b"], ["", ""], ["x\r\ny", "1"], ["2", "3"],
    ]  # fmt: skip


def test_each_different_text_is_kept_once():
    (column,) = sheet_of(b"x\ny\n x \ny\n").columns
    assert list(column.texts) == ["x", "y"] and list(column.codes) == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("content", "encoding", "cell"),
    [
        ("é\n".encode(), "utf-8", "é"),
        ("é\n".encode("utf-8-sig"), "utf-8 with byte-order mark", "é"),
        ("é\n".encode("windows-1252"), "windows-1252", "é"),
    ],
)
def test_the_encoding_is_told(content, encoding, cell):
    contents = read(content, "a.csv", "a", Allowance())
    assert contents.encoding == encoding and contents.sheets[0].row(0) == [cell]


def test_tabs_part_the_cells_of_a_tsv():
    assert sheet_of(b"a,b\tc\n", "a.tsv").row(0) == ["a,b", "c"]


def test_what_a_spreadsheet_would_execute_is_text_and_long_cells_are_kept():
    long = b"x" * 10_000
    sheet = sheet_of(b"=cmd|' /C calc'!A0,@SUM(1+1)\n" + long + b",1\n")
    assert sheet.row(0) == ["=cmd|' /C calc'!A0", "@SUM(1+1)"]
    assert sheet.row(1) == [long.decode(), "1"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a" + b"," * 99_999 + b"\n", "row of 100,000 columns"),
        (b"a,b\n1,\x07\n", "line 2 holds the control character 0x07"),
        (b'a\n"x\n', "row that starts on line 2"),
        (b"a\n\x81\n", "line 2: the byte 0x81 is neither"),
        (b'"",""\n', "is empty"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(content, message):
    with pytest.raises(UnreadableFileError, match=message):
        sheet_of(content)


def test_one_wide_row_does_not_make_a_long_file_fill_the_memory(monkeypatch):
    monkeypatch.setattr(limits, "MOST_CELLS", 1_000_000)
    with pytest.raises(UnreadableFileError, match="million cells"):
        sheet_of(b"x\n" * 10_000 + b"," * 1_000 + b"x\n" + b"x\n" * 10_000)


_PIECES = st.sampled_from(
    ["a", "1", " ", ",", ",", ",", ";", "\t", "|", "\n", "\n", "\r\n", "\r", '"', "\ufeff", "é",
     "\x85", "\u2028", "x,y\n", "1,2\n", "\x00", "sep=;\n"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_PIECES, max_size=24).map("".join), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["a.csv", "a.tsv", "a.txt"]),
)  # fmt: skip
def test_lines_read_at_once_are_read_as_they_are_row_by_row(text, encoding, name):
    def outcome(at_once):
        with pytest.MonkeyPatch.context() as patch:
            if not at_once:
                patch.setattr(delimited, "read_plain_columns", lambda text, mark: None)
            allowance = Allowance()
            try:
                contents = read(text.encode(encoding), name, "a", allowance)
            except UnreadableFileError as error:
                return str(error)
        sheet = contents.sheets[0]
        columns = [(column.codes.tolist(), column.texts.tolist()) for column in sheet.columns]
        return (
            contents.encoding, contents.remarks, sheet.header, sheet.lines.tolist(),
            sheet.widths.tolist(), columns, allowance.cells,
        )  # fmt: skip

    if text:
        assert outcome(at_once=True) == outcome(at_once=False)


def test_what_is_too_large_to_be_read_at_once_is_refused_as_ever(monkeypatch):
    monkeypatch.setattr(limits, "MOST_CELLS", 5)
    with pytest.raises(UnreadableFileError, match="million cells"):
        sheet_of(b"a,b\n1,2\n3,4\n")
