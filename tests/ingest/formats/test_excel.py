"""Excel workbooks into sheets."""

from __future__ import annotations

import pytest

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import limits


def text(place: str, words: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def test_stored_values_become_text(deliver, xlsx):
    rows = row(
        1, '<c r="A1"><v>886</v></c>', '<c r="B1"><v>9.3699999999999992</v></c>',
        '<c r="C1" s="1"><v>45382</v></c>', '<c r="D1" s="2"><v>45382.5</v></c>',
        '<c r="E1" s="3"><v>1.5</v></c>', '<c r="F1" t="b"><v>1</v></c>',
        '<c r="G1" t="e"><v>#DIV/0!</v></c>', '<c r="H1" t="s"><v>0</v></c>',
        '<c r="I1" s="2"><v>45382</v></c>', '<c r="J1" t="str"><f>A1</f><v>c</v></c>',
        text("K1", "=cmd|' /C calc'!A0"), text("L1", "x" * 10_000),
    )  # fmt: skip
    document = deliver("a.xlsx", xlsx({"One": rows}, shared="<si><t> Kent </t></si>"))
    assert document.format == "xlsx" and document.encoding == "" and document.remarks == ()
    (sheet,) = document.sheets
    assert sheet.name == "One" and sheet.header is None and sheet.widths is None
    assert sheet.row(0) == [
        "886", "9.37", "2024-03-31", "2024-03-31 12:00:00", "36:00:00", "TRUE", "#DIV/0!",
        "Kent", "2024-03-31", "c", "=cmd|' /C calc'!A0", "x" * 10_000,
    ]  # fmt: skip


def test_rows_keep_their_number_below_blank_ones_and_blank_ends_are_cut(deliver, xlsx):
    rows = (
        row(3, text("B3", "Title"), '<c r="XFD3" s="1"/>')
        + row(5, text("B5", "a"), text("C5", "b"))
        + row(9, '<c r="B9" s="1"/>', text("D9", ""))
    )
    (sheet,) = deliver("a.xlsm", xlsx({"One": rows})).sheets
    held = {line: sheet.row(place) for place, line in enumerate(sheet.lines)}
    assert held[3] == ["Title", ""] and held[5] == ["a", "b"]
    assert max(held) == 5 and not any(held[4])


def test_merged_headers_stand_in_their_first_cell(deliver, xlsx):
    rows = row(1, text("A1", "Area"), text("B1", "Rate"), '<c r="C1"/>') + row(
        2, '<c r="A2"/>', text("B2", "2024"), text("C2", "2025")
    )
    (sheet,) = deliver("a.xlsx", xlsx({"One": rows})).sheets
    assert [sheet.row(0), sheet.row(1)] == [["Area", "Rate", ""], ["", "2024", "2025"]]


def test_hidden_and_empty_sheets_and_formulas_without_value_are_told(deliver, xlsx):
    sheets = {
        "Cover": row(1, text("A1", "x"), '<c r="B1"><f>1+1</f></c>', '<c r="C1"><f/></c>'),
        "Back": row(1, text("A1", "y")),
        "Blank": "",
    }
    document = deliver("a.xlsx", xlsx(sheets, hidden="Back"))
    assert [sheet.name for sheet in document.sheets] == ["Cover", "Back"]
    assert document.remarks == (
        "The sheet Back is hidden in the workbook; it was read.",
        "The sheet Blank is empty.",
        "2 cells hold a formula without a stored value; they are read as empty: formulas are "
        "not worked out.",
    )


FAR = {
    "usual": row(1, text("A1", "x")) + row(1_048_576, text("XFD1048576", "x")),
    "spaced": '<row r="1048576"><c  r = "XFD1048576"><v>1</v></c></row>' + row(1, text("A1", "x")),
    "cell_alone": row(1, text("A1", "x"), text("XFD1048576", "x")),
    "without_places": "<row/>" * 1_500 + f"<row>{'<c><v>1</v></c>' * 16_000}</row>",
}


@pytest.mark.parametrize("name", FAR)
def test_a_cell_far_off_is_refused_before_the_memory_is_filled(deliver, xlsx, name):
    with pytest.raises(UnreadableFileError, match="reaches over"):
        deliver("far.xlsx", xlsx({"One": FAR[name]}))


def test_a_shared_text_repeated_until_the_memory_is_full_is_refused(deliver, xlsx, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST", 1_000_000)
    shared = "<si><t>short</t></si>" + f"<si><t>{'x' * 30_000}</t></si>"
    rows = {
        place: "".join(
            row(n, f'<c r="A{n}" t="s"><v>{place}</v></c>') for n in range(1, 101)
        )
        for place in (0, 1)
    }  # fmt: skip
    assert len(deliver("short.xlsx", xlsx({"One": rows[0]}, shared=shared)).sheets[0]) == 100
    with pytest.raises(UnreadableFileError, match="repeats long texts"):
        deliver("long.xlsx", xlsx({"One": rows[1]}, shared=shared))


def test_an_entity_is_not_unpacked(deliver, xlsx):
    part = '<!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet><sheetData/></worksheet>'
    content = xlsx({"One": row(1, text("A1", "x"))}, **{"xl/worksheets/other.xml": part})
    with pytest.raises(UnreadableFileError, match="document type"):
        deliver("a.xlsx", content)


def test_a_control_character_is_named_by_its_cell_without_its_text(deliver, xlsx):
    with pytest.raises(UnreadableFileError, match=r"sheet One, row 2, column 1 .* 0x07") as caught:
        deliver("a.xlsx", xlsx({"One": row(2, text("A2", "Jo_x0007_Smith"))}))
    assert "Smith" not in str(caught.value)


def test_a_locked_workbook_and_an_empty_one_say_so(deliver, xlsx):
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    with pytest.raises(UnreadableFileError, match="locked with a password"):
        deliver("a.xlsx", container + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UnreadableFileError, match="is empty"):
        deliver("b.xlsx", xlsx({"One": ""}))


def test_a_damaged_workbook_is_one_clear_error(deliver, xlsx):
    whole = xlsx({"One": row(1, text("A1", "x"))})
    for at in range(0, len(whole), 97):
        blow = bytearray(whole)
        blow[at : at + 4] = b"\xff\x00\x7f\x13"
        for content in (whole[:at], bytes(blow)):
            try:
                assert deliver("a.xlsx", content).sheets
            except UnreadableFileError as error:
                assert "\n" not in str(error)
